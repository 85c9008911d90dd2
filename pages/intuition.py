"""The weather forecaster: what it costs, day by day, to believe Q where P is true."""

import numpy as np
import streamlit as st

from charts import intuition as chart
from charts.style import (
    amount,
    counted,
    digits_apart,
    listed,
    number,
    palette,
    percent,
    signed,
)
from kl_core import (
    gaussian_kl,
    kl_divergence,
    kl_terms,
    log_ratios,
    normalize,
    simulate_averages,
)
from widgets import frame, theme, units
from widgets.chart import Picture, Stops, moving, shown
from widgets.formula import formula, in_columns
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.series import series
from widgets.take_away import take_away
from widgets.weights import Weights

SKY = {"sun": "☀️", "cloud": "☁️", "rain": "🌧️", "snow": "❄️"}
TRUE_SKY = [4.0, 3.0, 2.5, 0.5]
SUNNY_FORECAST = [6.0, 2.5, 1.0, 0.5]
TIMID_FORECAST = [2.5, 2.5, 2.5, 2.5]
NO_SNOW = [4.2, 3.2, 2.6, 0.0]
WEATHER = Weights(
    "intuition",
    list(SKY),
    p=TRUE_SKY,
    q=SUNNY_FORECAST,
    followers=("intuition_picture",),
)
DAYS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
START = {
    "intuition_days": 1000,
    "intuition_seed": 1,
    "intuition_predict": None,
    "intuition_check1": None,
    "intuition_check2": None,
    "intuition_check3": None,
}
RUNS = 1000
FORECASTERS = 10_000


def start_over():
    """Put everything on this page back to where it began, answers included."""
    WEATHER.put_back()
    st.session_state.update(START)


def ask_prediction(unit):
    """Ask whether a wrong forecast can gain on average, since on some days it does."""
    p, q = normalize(TRUE_SKY), normalize(SUNNY_FORECAST)
    sun, _, rain, _ = log_ratios(p, q, base=unit.base)
    predict(
        "intuition_predict",
        "A forecaster promises too much sun. When the sun does shine, that forecast beats the "
        "truth: it gave more chance to what happened. Over many days, which is better?",
        ["The forecast", "The truth", "It depends on luck"],
        answer="The truth",
        reveal=f"A sunny day gives {amount(-sun, unit.name)} back, but a rainy one costs "
        f"{amount(rain, unit.name)}. Over all days the believer in this forecast loses "
        f"**{amount(kl_divergence(p, q, base=unit.base), unit.name)}** a day, and no forecast "
        "other than the truth itself avoids a loss. Luck only decides the first few days.",
    )


def kinds_with(p, ratios, ratio):
    """Return the weather that comes and has this cost, as a sentence says it."""
    return " or ".join(
        kind
        for kind, often, each in zip(SKY, p, ratios, strict=True)
        if often and np.isclose(each, ratio, rtol=1e-9, atol=0)
    )


def in_words(p, q, unit):
    """Say what the chart shows now."""
    divergence = kl_divergence(p, q, base=unit.base)
    if np.array_equal(p, q):
        return f"The forecast is the truth: no day costs anything, and D(P‖Q) is 0 {unit.name}."
    if np.isinf(divergence):
        never = listed(
            [kind for kind, here, said in zip(SKY, p, q, strict=True) if here and not said]
        )
        comes = "they come" if " and " in never else "it comes"
        return (
            f"The forecaster rules out {never}, and {comes} on {percent(p[q == 0].sum())} of all "
            "days. No finite loss fits a day that was called impossible: D(P‖Q) is infinite."
        )
    ratios = log_ratios(p, q, base=unit.base)
    comes = p > 0
    most, least = ratios[comes].max(), ratios[comes].min()
    returns = (
        f"A day of {kinds_with(p, ratios, least)} even gives some back ({signed(least)}): the "
        "forecaster had given it more than its due."
        if least < 0
        else "No day gives anything back."
    )
    return (
        f"Believing the forecast loses {amount(divergence, unit.name)} of information a day, on "
        f"average. Dearest is a day of {kinds_with(p, ratios, most)} ({signed(most)}): the "
        f"forecaster did not expect it enough. {returns}"
    )


def forecast(controls):
    """Return weather, forecast and the cost of each day; none while nothing could ever happen."""
    if not (pair := WEATHER.chances(controls)):
        return None
    unit = units.current()
    p, q = pair
    there, back = (kl_divergence(*each, base=unit.base) for each in ((p, q), (q, p)))
    return Picture(
        chart.forecast_figure(
            list(SKY),
            p,
            q,
            log_ratios(p, q, base=unit.base),
            there,
            unit.name,
            palette(theme.scheme()),
        ),
        in_words(p, q, unit),
        {
            "D(P‖Q), lost a day": amount(there, unit.name),
            "D(Q‖P), swapped": amount(back, unit.name),
        },
        WEATHER.handles(p, q),
    )


@st.fragment(key="intuition_picture")
def picture():
    """Show what answers the sliders of P and Q."""
    WEATHER.say_what_is_missing()
    moving(forecast, key="_intuition_chart", stops=WEATHER.stops())


def looks(days, points):
    """Return the days on which to look: every one at first, then ever further apart."""
    return np.unique(np.geomspace(1, days, points).round().astype(int))


def skies(p, days, seed):
    """Let the days pass, and return the weather of each as its place in SKY."""
    return np.random.default_rng(seed).choice(len(SKY), p=p, size=days)


@st.cache_data(max_entries=256, show_spinner=False)
def band(p, q, days):
    """Return days, and between what the averages of 95% of all runs lie on each, in nats."""
    at = looks(days, 20)
    averages = simulate_averages(p, q, at, runs=RUNS, rng=np.random.default_rng(0))
    return at, np.quantile(averages, [0.025, 0.975], axis=0)


def days_in_words(averages, edges, divergence, sky, unit):
    """Say where this run has got to."""
    days = len(sky)
    first = "".join(SKY[kind] for kind in np.array(list(SKY))[sky[:14]])
    opening = (
        f"The days begin {first}{'…' if days > 14 else ''}" if days > 1 else f"One day: {first}"
    )
    average = averages[-1]
    if np.isinf(average):
        at = int(np.argmax(np.isinf(averages))) + 1
        return (
            f"{opening} Day {at} brings what the forecaster had ruled out, and from there on the "
            "average loss is infinite."
        )
    if edges is None:
        return (
            f"{opening} So far the average loss is {amount(average, unit.name)} a day, but the "
            "weather that the forecaster rules out will come: D(P‖Q) is infinite."
        )
    # A run may end exactly on the edge: rounding decides nothing.
    low, high = edges
    inside = low - 1e-9 <= average <= high + 1e-9
    return (
        f"{opening} After {counted(days, 'day')} the average loss is "
        f"**{signed(average)}** {unit.name} a day; D(P‖Q) is {number(divergence)}. The middle 95% "
        f"of {RUNS:,} simulated runs lie between {signed(low)} and {signed(high)} by then; this "
        f"one {'does, too' if inside else 'is one of the others'}."
    )


def run_chosen(controls):
    """Return how many days pass, and which."""
    return controls["intuition_days"], controls["intuition_seed"]


def settling(p, q, unit, days, seed, colours):
    """Return the figure of the running average, and what it says in words."""
    ratios = log_ratios(p, q, base=unit.base)
    sky = skies(p, days, seed)
    averages = ratios[sky].cumsum() / np.arange(1, days + 1)
    divergence = kl_divergence(p, q, base=unit.base)
    shaded = None
    if np.isfinite(divergence):
        at, edges = band(p, q, days)
        shaded = at, edges / unit.nats
    possible = ratios[(p > 0) & np.isfinite(ratios)]
    at = looks(days, 160)
    drawn = chart.settling_figure(
        at,
        averages[at - 1],
        shaded,
        divergence,
        (possible.min(initial=0), possible.max(initial=0)),
        unit.name,
        colours,
    )
    last = None if shaded is None else shaded[1][:, -1]
    return drawn, days_in_words(averages, last, divergence, sky, unit)


def run(controls):
    """Return the running average of the loss on its way to D(P‖Q)."""
    if not (pair := WEATHER.chances(controls)):
        return None
    colours = palette(theme.scheme())
    return Picture(*settling(*pair, units.current(), *run_chosen(controls), colours))


@st.fragment(key="intuition_days")
def days_pass():
    """Show what answers the sliders of the days."""
    if not WEATHER.chances():
        st.info("No day can pass until P and Q both have a weight above 0.")
    # Which days has no film: the run beside another has nothing in common with it.
    moving(run, key="_intuition_settling", stops={"intuition_days": Stops.among(DAYS)})


def line_through(p, q):
    """Return where the straight line through P (0) and Q (1) stays among chances, in steps."""
    direction = q - p
    up, down = direction > 0, direction < 0
    low = max(-1.0, -(p[up] / direction[up]).min())
    high = min(1.5, (p[down] / -direction[down]).min())
    return np.unique(np.concatenate([np.linspace(low, 0, 60), np.linspace(0, high, 90)]))


@st.cache_data(max_entries=256, show_spinner=False)
def best_by_chance(p):
    """Return the lowest D(P‖Q) among many forecasts drawn by chance, in nats."""
    forecasts = np.random.default_rng(0).dirichlet(np.ones(p.size), FORECASTERS)
    return float(kl_divergence(p, forecasts).min())


def reach_zero(p, q):
    """Return what to do to make D 0, or that it is done."""
    if np.array_equal(p, q):
        return ":green[:material/check_circle: **Done.**] D(P‖Q) is 0, as for no other forecast."
    apart = int(np.abs(p - q).argmax())
    kind = list(SKY)[apart]
    digits = digits_apart(100 * p[apart], 100 * q[apart], 1)
    return (
        f"Furthest apart now: {kind}, which comes on {percent(p[apart], digits)} of all days and "
        f"is forecast for {percent(q[apart], digits)}. Move the sliders of Q until D(P‖Q) is 0."
    )


def below_zero(p, q, unit):
    """Return how close to 0 the learner and chance have come."""
    here = amount(kl_divergence(p, q, base=unit.base), unit.name)
    best = amount(best_by_chance(p) / unit.nats, unit.name, 4)
    return (
        f"Your Q is at {here}. Of {FORECASTERS:,} forecasts drawn by chance the best is at {best}. "
        "None is below 0, and none can be: *Gibbs' inequality*."
    )


def other_way(p, q, unit):
    """Return what swapping P and Q does."""
    there, back = (kl_divergence(*each, base=unit.base) for each in ((p, q), (q, p)))
    # As many digits as it takes to see that the two differ.
    digits = digits_apart(there, back)
    told = (
        f"D(P‖Q) is {amount(there, unit.name, digits)}, D(Q‖P) is {amount(back, unit.name, digits)}"
    )
    if np.array_equal(p, q):
        return f"{told}: equal, because P and Q are. Move one slider, then swap."
    if np.isinf(there) and np.isinf(back):
        return f"{told}: each rules out what the other brings. Lift the sliders at 0, then swap."
    if np.isclose(there, back, rtol=1e-9, atol=0):
        return f"{told}: equal, but only by coincidence. Move one slider, then swap."
    step, leap = (amount(gaussian_kl(0, 1, mean, 1, base=unit.base), unit.name) for mean in (1, 2))
    return (
        f"{told}; *Swap P and Q* above makes them trade places. A distance would be the same both "
        "ways, so D is called a *divergence*, not a metric. It breaks the other rule of distances "
        f"too: between bell curves one spread apart it is {step}, two spreads apart {leap}, "
        "more than both steps together."
    )


@st.fragment(key="intuition_try")
def try_it():
    """Make each of the three properties something to do."""
    unit = units.current()
    st.header("Three things to try", anchor="try")
    if not (pair := WEATHER.chances()):
        st.info("Give P and Q a weight above 0 first.")
        return
    p, q = pair
    tasks = (
        ("1. Make it 0", reach_zero(p, q)),
        ("2. Try to get below 0", below_zero(p, q, unit)),
        ("3. Swap P and Q", other_way(p, q, unit)),
    )
    for column, (task, status) in zip(st.columns(3), tasks, strict=True):
        with column.container(border=True):
            st.markdown(f"**{task}**\n\n{status}")
    if np.array_equal(p, q):
        st.markdown("P and Q coincide. Move Q a little, and a way through both appears here.")
        return
    steps = line_through(p, q)
    on_the_way = np.clip(p + steps[:, None] * (q - p), 0, None)
    divergences = kl_divergence(p, normalize(on_the_way), base=unit.base)
    falls = f"falls from {amount(kl_divergence(p, q, base=unit.base), unit.name)} to 0 at P"
    words = (
        "The straight way from your Q through P and on, as far as chances stay chances: D(P‖·) "
        + (
            f"{falls} and rises behind it."
            if steps[0] < 0
            else f"{falls}, and there the way ends, for beyond it some chance would be below 0."
        )
    )
    drawn = chart.bowl_figure(
        steps,
        divergences,
        float(kl_divergence(p, q, base=unit.base)),
        unit.name,
        palette(theme.scheme()),
    )
    shown(drawn, words, key="_intuition_bowl")
    st.markdown(words)


@st.fragment(key="intuition_formula")
def formula_today():
    """Write the average out, weather by weather."""
    unit = units.current()
    if not (pair := WEATHER.chances()):
        return
    p, q = pair
    lines = [
        rf"\text{{{kind}: }} & \P{{{number(often)}}}\cdot({signed(cost)}) & = {signed(term)}"
        for kind, often, cost, term in zip(
            SKY,
            p,
            log_ratios(p, q, base=unit.base),
            kl_terms(p, q, base=unit.base),
            strict=True,
        )
    ]
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \mathbb{{E}}_{{x\sim \P{{P}}}}\left[{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\right]",
        in_columns(
            lines,
            "lrl",
            r"\KL{D(P\|Q)}",
            amount(kl_divergence(p, q, base=unit.base), unit.tex),
        ),
    )
    st.caption("How often a day of this weather comes, times what it costs: the average loss.")


def data(p, q, unit, days, seed):
    """Return every day of this run."""
    sky = skies(p, days, seed)
    losses = log_ratios(p, q, base=unit.base)[sky]
    return {
        "day": range(1, days + 1),
        "weather": np.array(list(SKY))[sky],
        f"loss_{unit.name}": losses,
        f"average_{unit.name}": losses.cumsum() / np.arange(1, days + 1),
    }


def snippet(p, q, unit):
    """Return Python that lets the same days pass."""
    days, seed = run_chosen(st.session_state)
    average = float(log_ratios(p, q, base=unit.base)[skies(p, days, seed)].mean())
    return (
        "import numpy as np\n"
        "from kl_core import kl_divergence, log_ratios, normalize\n\n"
        f"p = normalize({WEATHER.of('p')})  # {', '.join(SKY)}\n"
        f"q = normalize({WEATHER.of('q')})\n"
        f"sky = np.random.default_rng({seed}).choice({len(SKY)}, p=p, size={days})\n"
        f"print(log_ratios(p, q, base={unit.code})[sky].mean())  # {counted(days, 'day')}, in "
        f"{unit.name}: {average!r}\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q): "
        f"{float(kl_divergence(p, q, base=unit.base))!r}\n"
    )


@st.fragment(key="intuition_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    # Files are made when they are asked for, when no state of the page can be read any more.
    unit, colours = units.current(), palette(theme.scheme())
    chosen = run_chosen(st.session_state)
    if pair := WEATHER.chances():
        take_away(
            "intuition",
            data=lambda: data(*pair, unit, *chosen),
            html=lambda: settling(*pair, unit, *chosen, colours)[0].to_html(auto_play=False),
            snippet=snippet(*pair, unit),
        )


QUESTIONS = [
    Question(
        "D(P‖Q) is exactly 0. What do you know about the forecast Q?",
        {
            "It is P": "Right: D is 0 only where Q gives every outcome the chance that P gives it.",
            "It is close to P": "Close would make D small. Exactly 0 leaves no room: Q is P.",
            "It calls all weather equally likely": "That forecast loses nothing only if the "
            "weather really is like that; in general it is just another Q.",
        },
        right="It is P",
    ),
    Question(
        "After 10 days the average loss is below 0. What went wrong?",
        {
            "Nothing": "Right: a lucky run of days on which Q beat P. D is the average over all "
            "days to come, and that is never below 0; ten of them may be.",
            "A mistake in the program": "It can be one (unnormalised chances are the usual "
            "reason), but ten days below 0 need none: luck is enough.",
            "P and Q were swapped": "Swapping gives another divergence, and that one is never "
            "below 0 on average either. Ten days are simply few.",
        },
        right="Nothing",
    ),
    Question(
        "Why is D(P‖Q) not called a distance?",
        {
            "It depends on who comes first": "Right: D(P‖Q) and D(Q‖P) differ, and detours can be "
            "shorter than the straight way. A distance allows neither.",
            "It can be negative": "It cannot: that is Gibbs' inequality, and it holds for every P "
            "and Q.",
            "It can be infinite": "It can, but that alone would not disqualify it. The order of "
            "P and Q does.",
        },
        right="It depends on who comes first",
    ),
]

first_screen = frame.header(
    "The weather forecaster",
    "D(P‖Q) is the information you lose each day, on average, by believing the forecast Q while "
    "the weather follows P.",
)
st.markdown(
    ":blue[**P**] is how the weather really is: how often each kind of day comes. :orange[**Q**] "
    "is what a forecaster believes. When a day comes, both had given it a chance, and "
    "**log(p/q)** says by how much the truth did better than the forecast: above 0 the forecast "
    "has cost you, below 0 it was lucky.",
    width=720,
)
ask_prediction(units.current())
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "intuition",
        [
            Preset("The sunny forecaster", WEATHER.put_back),
            Preset("The timid forecaster", WEATHER.put, (TRUE_SKY, TIMID_FORECAST)),
            Preset("“It never snows”", WEATHER.put, (TRUE_SKY, NO_SNOW)),
            Preset("Swap P and Q", WEATHER.swap),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        WEATHER.sliders(":blue[**P**, the weather]", ":orange[**Q**, the forecast]")
        st.caption("Weights: each is divided by the sum of its four, so that they become chances.")
    with answer:
        picture()
st.header("Let the days pass", anchor="days")
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    st.markdown(
        "Each day brings weather from P and a loss of log(p/q). Watch the average: it jumps about "
        "at first and settles on D(P‖Q)."
    )
    st.select_slider(
        "How many days",
        DAYS,
        START["intuition_days"],
        key="intuition_days",
        bind="query-params",
        on_change=redraw,
        args=("intuition_days",),
    )
    series(
        "intuition_seed",
        "Which days",
        again="Other days",
        icon="🌦️",
        followers=("intuition_days",),
    )
with answer:
    days_pass()
try_it()
formula_today()
self_check("intuition", QUESTIONS)
take_it()
