"""The definition, term by term: a sum for a few outcomes, an integral for a whole line."""

import math

import numpy as np
import streamlit as st

from charts import definition as chart
from charts.style import amount, number, palette, percent, signed
from kl_core import (
    SkewNormal,
    binned_kl,
    gaussian_kl,
    kl_divergence,
    kl_integral,
    kl_parts,
    kl_terms,
    log_ratios,
    merge_bins,
)
from widgets import frame, theme, units
from widgets.chart import Handle, Picture, Stops, moving
from widgets.formula import sum_today, write
from widgets.look import sliders_of
from widgets.prediction import predict
from widgets.presenter import presenting, stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.take_away import take_away
from widgets.weights import Weights

SKY = ("sun", "cloud", "rain", "snow")
OUTCOMES = Weights(
    "definition",
    SKY,
    p=[4.0, 3.0, 2.5, 0.5],
    q=[6.0, 2.5, 1.0, 0.5],
    followers=("definition_sum",),
)
EDGE = 8.0
STEP = 0.1
# What the sliders of a bell are called, from where to where they go, and what they do.
BELL = {
    "mean": ("mean", -3.0, 3.0, "Where the middle of the bell lies."),
    "spread": ("spread", 0.2, 2.5, "The standard deviation: how wide the bell is."),
    "lean": (
        "lean",
        -0.9,
        0.9,
        "The skewness: above 0 the longer tail points right, below 0 left. Mean and spread stay.",
    ),
    "end": (
        "ends at",
        -EDGE,
        EDGE,
        "Nothing lies above this point, and what is left is scaled up to 1. At 8 nothing is cut.",
    ),
}
P_BELL = {"mean": 0.0, "spread": 1.0, "lean": 0.0, "end": EDGE}
Q_BELL = {"mean": 1.0, "spread": 1.5, "lean": 0.0, "end": EDGE}
WIDTHS = {
    "1/32": 1 / 32,
    "1/16": 1 / 16,
    "1/8": 1 / 8,
    "1/4": 1 / 4,
    "1/2": 1 / 2,
    **{str(width): float(width) for width in (1, 2, 4, 8, 16)},
}
FINEST = WIDTHS["1/32"]
EPSILONS = ["0", "1e-16", "1e-14", "1e-12", "1e-10", "1e-8", "1e-6", "1e-4", "0.001", "0.01", "0.1"]
START = {
    "definition_width": "1",
    "definition_epsilon": "1e-10",
    "definition_predict": None,
    "definition_check1": None,
    "definition_check2": None,
    "definition_check3": None,
    "definition_check4": None,
}


def set_bells(p, q):
    """Put the sliders of both bells where a preset wants them."""
    for letter, bell in (("p", p), ("q", q)):
        for name, value in bell.items():
            st.session_state[f"definition_{letter}_{name}"] = value


def swap_all():
    """Make the model the truth and the truth the model, in the sum and in the integral."""
    OUTCOMES.swap()
    set_bells(bell_of("q"), bell_of("p"))


def start_over():
    """Put everything on this page back to where it began, answers included."""
    OUTCOMES.put_back()
    set_bells(P_BELL, Q_BELL)
    st.session_state.update(START)


def bell_of(letter, controls=st.session_state):
    """Return what the sliders of one bell show."""
    return {name: controls[f"definition_{letter}_{name}"] for name in BELL}


def placed(value):
    """Return where something lies: to the slider's tenths, or closer where a link asks for it."""
    return number(value, 1 if math.isclose(value, round(value, 1), abs_tol=1e-12) else 3)


def density(letter, controls=st.session_state):
    """Return one bell as the sliders have it, or None if its end leaves nothing of it."""
    bell = bell_of(letter, controls)
    end = math.inf if bell["end"] >= EDGE else bell["end"]
    try:
        return SkewNormal(bell["mean"], bell["spread"], bell["lean"], end)
    except ValueError:
        return None


def densities(controls=st.session_state):
    """Return P and Q as the sliders have them, or None if one of them is cut to nothing."""
    bells = density("p", controls), density("q", controls)
    return None if None in bells else bells


def say_what_is_cut_away():
    """Say which bell has nothing left, and how to mend it."""
    for letter in "pq":
        if density(letter) is None:
            name, bell = letter.upper(), bell_of(letter)
            st.warning(
                f"{name} ends at {placed(bell['end'])}, and next to nothing of a bell around "
                f"{placed(bell['mean'])} lies below that. Raise “{name} ends at” or lower the "
                f"mean of {name}; everything else stays as it is.",
                icon=":material/error:",
            )


def say_what_is_needed():
    """Say, away from the sliders of the bells, that one of them has nothing left."""
    if not densities():
        st.info("Give both bells something below their ends first.")


def ask_prediction(unit):
    """Ask how the divergence of two bells grows with the gap between them."""
    near, far = (amount(gaussian_kl(0, 1, gap, 1, base=unit.base), unit.name) for gap in (1, 2))
    predict(
        "definition_predict",
        "P and Q are bells of the same width, and their middles are one spread apart. You pull "
        "them two spreads apart. How does D(P‖Q) grow?",
        ["It doubles", "Fourfold", "It stays: the widths are the same"],
        answer="Fourfold",
        reveal=f"From {near} to **{far}**. For bells of equal width D is half the squared gap, in "
        "spreads (and in nats): a model that is twice as far off costs four times as much.",
    )


def bell_sliders(letter, heading, bell):
    """Draw the four sliders of one bell."""
    hued = sliders_of(letter, "definition_bell")
    hued.markdown(heading)
    for name, (label, low, high, tells) in BELL.items():
        hued.slider(
            f"{letter.upper()}, {label}",
            low,
            high,
            bell[name],
            STEP,
            format="%.3g",
            help=tells,
            key=f"definition_{letter}_{name}",
            bind="query-params",
            on_change=redraw,
            args=("definition_integral",),
        )


def half(place, heading, anchor):
    """Return where the controls of the sum or of the integral go, and where their picture."""
    above = place.container()
    controls, answer = place.columns([2, 3], gap="medium")
    # A phone shows the picture first, and its heading comes before; a projector has no such room.
    (controls if presenting() else above).subheader(heading, anchor=anchor)
    return controls, answer


def bell_stops():
    """Return where the films of the sliders of both bells have pictures."""
    return {
        f"definition_{letter}_{name}": Stops.along(low, high, STEP)
        for letter in "pq"
        for name, (_, low, high, _) in BELL.items()
    }


def sum_in_words(p, q, unit):
    """Say what the three rows of the sum show."""
    terms, ratios = (each(p, q, base=unit.base) for each in (kl_terms, log_ratios))
    total = kl_divergence(p, q, base=unit.base)
    if np.array_equal(p, q):
        return f"P and Q agree everywhere: every gap is 0, and so is the sum, 0 {unit.name}."
    place = int(terms.argmax())
    weighs = (
        f"{SKY[place].capitalize()} counts most: it comes {percent(p[place])} of the time, its gap "
        f"is {signed(ratios[place])}, and the product is {signed(terms[place])}."
    )
    if np.isinf(total):
        return f"{weighs} Q rules it out, so the gap has no end, and neither has the sum."
    gives = (
        f"{SKY[int(terms.argmin())].capitalize()} takes {number(-terms.min())} back."
        if terms.min() < 0
        else "No product is below 0."
    )
    return f"{weighs} {gives} Together the products make {amount(total, unit.name)}."


def sum_drawn(controls):
    """Return the picture that answers the sliders of the outcomes, if anything could happen."""
    if not (pair := OUTCOMES.chances(controls)):
        return None
    unit = units.current()
    ratios, terms = (each(*pair, base=unit.base) for each in (log_ratios, kl_terms))
    return Picture(
        chart.sum_figure(SKY, *pair, ratios, terms, unit.name, palette(theme.scheme())),
        sum_in_words(*pair, unit),
        handles=OUTCOMES.handles(*pair),
    )


@st.fragment(key="definition_sum")
def the_sum():
    """Show weight, gap and product of each outcome."""
    OUTCOMES.say_what_is_missing()
    moving(sum_drawn, key="_definition_sum", stops=OUTCOMES.stops())


def beyond(p, q):
    """Return how much of P lies above the end of Q, as a sentence says it."""
    share = float(np.exp(p.log_masses([q.end, math.inf])[0]))
    return percent(share) if share else "less than 10⁻³⁰⁰%"


def has_closed_form(*bells):
    """Say whether all of these are whole Gaussians."""
    return all(bell.skewness == 0 and math.isinf(bell.end) for bell in bells)


def closed_form(p, q, unit):
    """Return D(P‖Q) of two Gaussians by the formula, without integrating."""
    return float(gaussian_kl(p.mean, p.std, q.mean, q.std, base=unit.base))


def all_digits(value, unit):
    """Return a number with the ten digits that formula and integral must share."""
    return "**∞**" if math.isinf(value) else f"**{value:.10g}** {unit.name}"


def integral_in_words(p, q, divergence, unit):
    """Say what the three rows of the integral show."""
    if p == q:
        return f"P and Q are the same bell: the gap is 0 everywhere, and the area 0 {unit.name}."
    if math.isinf(divergence):
        return (
            f"Q ends at {placed(q.end)}, and {beyond(p, q)} of P lies beyond. There "
            "log(p/q) is infinite, so the area is, however small that part of P."
        )
    gains, gives_back = kl_parts(p, q, base=unit.base)
    ended = (
        f" Q ends at {placed(q.end)}, but P has ended by then, so D stays finite."
        if math.isfinite(q.end)
        else ""
    )
    return (
        f"Where P is denser than Q the product lies above 0 and adds {number(gains)}; where Q is "
        f"denser it takes {number(-gives_back)} back. What remains is the area, "
        f"{amount(divergence, unit.name)}.{ended}"
    )


def along_the_line(p, q, unit):
    """Return positions and what the chart shows there: both densities and their log-ratio."""
    ends = [end for end in (p.end, q.end) if math.isfinite(end)]
    x = np.unique(
        np.concatenate(
            [np.linspace(-EDGE, EDGE, 385), ends, np.nextafter(ends, math.inf) if ends else []]
        )
    )
    log_p, log_q = p.logpdf(x), q.logpdf(x)
    with np.errstate(invalid="ignore"):
        return x, np.exp(log_p), np.exp(log_q), (log_p - log_q) / unit.nats


def computed_twice(p, q, divergence, unit):
    """Say what the closed formula gives, where there is one, beside the quadrature."""
    integral = all_digits(divergence, unit)
    if not has_closed_form(p, q):
        return (
            f"Integrated numerically: {integral}. For bells that lean or end this page has no "
            "closed formula to compare with."
        )
    formula = all_digits(closed_form(p, q, unit), unit)
    agree = "to every digit shown" if formula == integral else "but for the last digit"
    return (
        f"By the closed formula: {formula}. Integrated numerically: {integral}. They agree {agree}."
    )


def bell_handles(p, q):
    """Return the middle and the right flank of each bell; on the axis where nothing is left of it.

    None is left out there: a handle keeps its place in the list through a whole film.
    """
    handles = []
    for hue, bell in (("p", p), ("q", q)):
        places = {"mean": bell.mean, "spread": bell.mean + bell.std}
        heights = bell.pdf([*places.values()]).tolist()
        handles += [
            Handle(f"definition_{hue}_{name}", place, height, "x", hue)
            for (name, place), height in zip(places.items(), heights, strict=True)
        ]
    return handles


def integral_drawn(controls):
    """Return the picture that answers the sliders of the bells; none if one is cut to nothing."""
    if not (bells := densities(controls)):
        return None
    unit = units.current()
    divergence = float(kl_integral(*bells, base=unit.base))
    colours = palette(theme.scheme())
    return Picture(
        chart.integral_figure(*along_the_line(*bells, unit), divergence, unit.name, colours),
        f"{integral_in_words(*bells, divergence, unit)}\n\n"
        f"{computed_twice(*bells, divergence, unit)}",
        handles=bell_handles(*bells),
    )


@st.fragment(key="definition_integral")
def the_integral():
    """Show density, gap and product along the line, and D computed twice."""
    say_what_is_cut_away()
    moving(integral_drawn, key="_definition_integral", stops=bell_stops())


def in_bins(p, q, unit):
    """Return D between the binned bells for each width, and the finest bins' log-masses."""
    edges = np.concatenate([[-math.inf], np.arange(-EDGE + FINEST, EDGE, FINEST), [math.inf]])
    log_p, log_q = p.log_masses(edges), q.log_masses(edges)
    divergences = [
        binned_kl(
            merge_bins(log_p, round(width / FINEST)),
            merge_bins(log_q, round(width / FINEST)),
            base=unit.base,
        )
        for width in WIDTHS.values()
    ]
    # The last width leaves one bin, and rounding leaves that bin a trace of a divergence.
    divergences[-1] = 0.0
    return np.array(divergences), log_p, log_q


def bins_in_words(chosen, divergences, truth, unit):
    """Say what is left of D in bins of the chosen width, and in the finest."""
    here, finest = divergences[list(WIDTHS).index(chosen)], divergences[0]
    if chosen == "16":
        return (
            "One bin, wider than the picture, holds everything: P and Q both put 100% into it, "
            "look the same, and nothing is left of D. Make the bins narrower."
        )
    if truth == 0:
        return f"P and Q are the same bell, so every width gives 0 {unit.name}."
    if math.isinf(here):
        return "Some bin holds a part of P and nothing of Q: the sum is infinite, as D is."
    if math.isinf(truth):
        return (
            f"In bins {chosen} wide the sum is {amount(here, unit.name, 4)}, although D is "
            "infinite: the bin in which Q ends still holds some of Q, and hides that it ends."
        )
    return (
        f"In bins {chosen} wide the sum is {amount(here, unit.name, 4)}, {percent(here / truth)} "
        f"of D. In the finest, 1/32 wide, it is {number(finest, 6)}; the integral is "
        f"{number(truth, 6)}. Each width is twice the one before, so every bin is two finer ones "
        "in one, and D can only fall: whoever sees less tells P from Q less well. That is the "
        "*data-processing inequality*."
    )


def bins_drawn(controls):
    """Return the picture that answers the width of a bin, if both bells have something left."""
    if not (bells := densities(controls)):
        return None
    unit, chosen = units.current(), controls["definition_width"]
    divergences, *masses = in_bins(*bells, unit)
    truth = float(kl_integral(*bells, base=unit.base))
    width = WIDTHS[chosen]
    return Picture(
        chart.bins_figure(
            np.arange(-EDGE, EDGE + width, width),
            *(np.exp(merge_bins(each, round(width / FINEST))) / width for each in masses),
            np.array(list(WIDTHS.values())),
            divergences,
            list(WIDTHS).index(chosen),
            truth,
            unit.name,
            palette(theme.scheme()),
        ),
        bins_in_words(chosen, divergences, truth, unit),
    )


@st.fragment(key="definition_bins")
def bins():
    """Show the sum over bins on its way to the integral."""
    say_what_is_needed()
    moving(
        bins_drawn,
        key="_definition_bins",
        stops={"definition_width": Stops.among(list(WIDTHS))},
    )


def epsilon_in_words(p, q, chosen, reported, truth, unit):
    """Compare what code with ε reports with the truth."""
    epsilon = float(chosen)
    if epsilon == 0:
        return (
            f"With ε = 0 nothing is added, and the answer is the truth: {amount(truth, unit.name)}."
        )
    told = f"With ε = {chosen} the code reports {amount(reported, unit.name)}"
    below = " It is even below 0, which no divergence can be." if reported < 0 else ""
    if math.isinf(truth):
        next_one, after = kl_integral(p, q, epsilon=[epsilon / 1e3, epsilon / 1e6], base=unit.base)
        if number(after) == number(reported):
            return (
                f"{told}; the truth is ∞.{below} So little of P lies beyond the end of Q, "
                f"{beyond(p, q)}, that a smaller ε hardly changes the number: nothing on "
                "the screen would tell you."
            )
        return (
            f"{told}; the truth is ∞.{below} With an ε a thousand times smaller it reports "
            f"{number(next_one)}, with one a million times smaller {number(after)}, and so on "
            "without end. The number tells of your ε, not of P and Q."
        )
    return (
        f"{told}; the truth is {amount(truth, unit.name)}.{below} Adding ε can only lower the "
        f"number, here by {number(max(truth - reported, 0.0))}: q + ε is everywhere too large, and "
        "no distribution any more. Cut Q off where P goes on (press *Q ends too early*) to see "
        "what ε hides."
    )


def epsilon_drawn(controls):
    """Return the picture that answers ε, if both bells have something left."""
    if not (bells := densities(controls)):
        return None
    unit, chosen = units.current(), controls["definition_epsilon"]
    epsilons = 10 ** np.linspace(-18, -1, 35)
    truth, reported, *curve = kl_integral(
        *bells, epsilon=[0.0, float(chosen), *epsilons], base=unit.base
    ).tolist()
    return Picture(
        chart.epsilon_figure(
            epsilons,
            np.array(curve),
            truth,
            float(chosen),
            reported,
            unit.name,
            palette(theme.scheme()),
        ),
        epsilon_in_words(*bells, chosen, reported, truth, unit),
    )


@st.fragment(key="definition_epsilon")
def with_epsilon():
    """Show what code that adds ε to q reports instead of D."""
    say_what_is_needed()
    moving(
        epsilon_drawn,
        key="_definition_epsilon",
        stops={"definition_epsilon": Stops.among(EPSILONS)},
    )


def integral_today(p, q, unit):
    """Return the integral with its numbers: the closed formula, where there is one."""
    total = rf"\KL{{{amount(float(kl_integral(p, q, base=unit.base)), unit.tex)}}}"
    if not has_closed_form(p, q):
        return rf"D(\P{{P}}\|\Q{{Q}}) = {total}"
    mu_p, sigma_p = (rf"\P{{{placed(each)}}}" for each in (p.mean, p.std))
    mu_q, sigma_q = (rf"\Q{{{placed(each)}}}" for each in (q.mean, q.std))
    inner = (
        rf"\ln\frac{{{sigma_q}}}{{{sigma_p}}} + "
        rf"\frac{{{sigma_p}^2 + ({mu_p} - {mu_q})^2}}{{2\cdot {sigma_q}^2}} - \frac12"
    )
    inner = inner.replace("- \\Q{−", "+ \\Q{")
    if unit.code == "None":
        return rf"{inner} = {total}"
    lines = rf"\frac{{1}}{{\ln {unit.code}}}\Big({inner}\Big)\\= {total}"
    return rf"\begin{{gathered}}{lines}\end{{gathered}}"


@st.fragment(key="definition_sum_formula")
def sum_formula():
    """Write the sum with today's numbers."""
    unit = units.current()
    if not (pair := OUTCOMES.chances()):
        return
    p, q = pair
    terms = kl_terms(p, q, base=unit.base)
    write(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_x \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(
            zip(map(number, p), map(number, q), map(signed, terms), strict=True),
            amount(kl_divergence(p, q, base=unit.base), unit.tex),
            unit.log,
        ),
    )


@st.fragment(key="definition_integral_formula")
def integral_formula():
    """Write the integral with today's numbers."""
    unit = units.current()
    if bells := densities():
        write(
            rf"D(\P{{P}}\|\Q{{Q}}) = \int \P{{p(x)}}\,{unit.log}"
            rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\,dx",
            integral_today(*bells, unit),
        )


def data(p, q, unit):
    """Return the curves of the integral, point by point."""
    x, p_density, q_density, ratios = along_the_line(p, q, unit)
    with np.errstate(invalid="ignore"):
        products = np.where(p_density > 0, p_density * ratios, 0.0)
    return {
        "x": x,
        "p": p_density,
        "q": q_density,
        f"log_ratio_{unit.name}": ratios,
        f"product_{unit.name}": products,
    }


def sum_data(p, q, unit):
    """Return the sum, outcome by outcome."""
    return {
        "outcome": SKY,
        "p": p,
        "q": q,
        f"log_ratio_{unit.name}": log_ratios(p, q, base=unit.base),
        f"product_{unit.name}": kl_terms(p, q, base=unit.base),
    }


def bell_code(bell):
    """Return a bell as Python writes it."""
    fields = [f"mean={bell.mean}", f"std={bell.std}"]
    if bell.skewness:
        fields.append(f"skewness={bell.skewness}")
    if math.isfinite(bell.end):
        fields.append(f"end={bell.end}")
    return f"SkewNormal({', '.join(fields)})"


def snippet(pair, bells, unit):
    """Return Python that computes both numbers on the screen."""
    lines = ["from kl_core import SkewNormal, kl_divergence, kl_integral, normalize", ""]
    if pair:
        value = float(kl_divergence(*pair, base=unit.base))
        lines += [
            f"p = normalize({OUTCOMES.of('p')})",
            f"q = normalize({OUTCOMES.of('q')})",
            f"print(kl_divergence(p, q, base={unit.code}))  # the sum, in {unit.name}: {value!r}",
            "",
        ]
    if bells:
        value = float(kl_integral(*bells, base=unit.base))
        lines += [
            f"p, q = {bell_code(bells[0])}, {bell_code(bells[1])}",
            f"print(kl_integral(p, q, base={unit.code}))  # the integral: {value!r}",
            "",
        ]
    return "\n".join(lines)


@st.fragment(key="definition_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    pair, bells = OUTCOMES.chances(), densities()
    if not (picture := integral_drawn(st.session_state) or sum_drawn(st.session_state)):
        st.info("Give P and Q some weight, or both bells something below their ends, first.")
        return
    take_away(
        "definition",
        data=lambda: data(*bells, unit) if bells else sum_data(*pair, unit),
        html=picture.figure.to_html,
        snippet=snippet(pair, bells, unit),
    )


QUESTIONS = [
    Question(
        "What is the p(x) in front of the logarithm for?",
        {
            "It counts each gap as often as x comes": "Right: the gap is averaged over what P "
            "really brings. A huge gap hardly counts where P hardly goes.",
            "It makes every product positive": "It cannot: p is never below 0, so the product has "
            "the sign of the gap, and some gaps are below 0.",
            "It turns gaps into probabilities": "Gaps stay gaps: logarithms, of any size and sign. "
            "p only weighs them.",
        },
        right="It counts each gap as often as x comes",
    ),
    Question(
        "At some x the density p(x) is 2. Is that a mistake?",
        {
            "No": "Right: a density is chance per length. A narrow bell is higher than 1, and the "
            "area below it still 1. Lower a spread to 0.2 above and look.",
            "Yes, nothing is likelier than 1": "No chance is above 1, but a density is chance per "
            "length, and on a short enough piece it may be as high as it likes.",
            "Only if q(x) is smaller": "The size of q makes the gap, and says nothing about how "
            "high p may be.",
        },
        right="No",
    ),
    Question(
        "You join neighbouring bins of a histogram. What can happen to D(P‖Q)?",
        {
            "It falls or stays": "Right: coarser bins forget where in a bin things happened, and "
            "nobody tells P from Q better by forgetting.",
            "It rises or stays": "Then one could tell P from Q better by looking less closely. It "
            "is the other way round.",
            "Anything": "The direction is certain: the data-processing inequality allows no rise.",
        },
        right="It falls or stays",
    ),
    Question(
        "P goes on where Q has ended, and a program still reports a finite D. Why?",
        {
            "It added a small ε to q": "Right, or it clipped q, or left those x out: all three "
            "turn ∞ into a number that depends on a choice nobody sees.",
            "The part of P beyond is tiny": "However tiny, log(p/q) is infinite there, and so is "
            "the average. Tiny parts only make the fake look harmless.",
            "It computed in nats": "The unit scales a number. It cannot make an infinite one "
            "finite.",
        },
        right="It added a small ε to q",
    ),
]

first_screen = frame.header(
    "The definition",
    "D(P‖Q) takes the gap log(p/q) at every outcome, weighs it with p, and adds up: a sum for a "
    "few outcomes, an integral for a whole line.",
)
st.markdown(
    "Read the formula from right to left. :orange[**q**] under :blue[**p**]: how far is the model "
    "off, here? The logarithm: counted so that gaps add up. :blue[**p**] in front: how often does "
    "that matter? Each chart has these three rows, for the sum and for the integral.",
    width=720,
)
ask_prediction(units.current())
here = stage(first_screen, "Move it", anchor="move")
with here:
    presets(
        "definition",
        [
            Preset("Two plain bells", set_bells, (P_BELL, Q_BELL)),
            Preset("Q too narrow", set_bells, (P_BELL, P_BELL | {"spread": 0.4})),
            Preset("Leaning apart", set_bells, (P_BELL | {"lean": 0.8}, P_BELL | {"lean": -0.8})),
            Preset("Q ends too early", set_bells, (P_BELL, P_BELL | {"end": 1.0})),
            Preset("P ends first", set_bells, (P_BELL | {"end": 0.9}, P_BELL | {"end": 1.0})),
            Preset("Swap P and Q", swap_all),
        ],
        start_over=start_over,
    )
# On a projector a screen for each; the presets move the integral, so it has the first.
controls, answer = half(st.container() if presenting() else here, "A few outcomes: a sum", "sum")
with controls:
    OUTCOMES.sliders(":blue[**P**], weights", ":orange[**Q**], weights")
with answer:
    the_sum()
controls, answer = half(here, "A whole line: an integral", "integral")
with controls:
    left, right = st.columns(2, wrap=False)
    with left:
        bell_sliders("p", ":blue[**P**], a bell", P_BELL)
    with right:
        bell_sliders("q", ":orange[**Q**], a bell", Q_BELL)
with answer:
    the_integral()
st.header("From the sum to the integral", anchor="bins")
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    st.markdown(
        "Cut the line into bins and the bells become a few outcomes again, each with its weight: "
        "the sum applies. Narrow the bins, and it grows into the integral. The outermost bins hold "
        "all that lies beyond the picture."
    )
    st.select_slider(
        "Width of a bin",
        list(WIDTHS),
        START["definition_width"],
        key="definition_width",
        bind="query-params",
        on_change=redraw,
        args=("definition_bins",),
    )
with answer:
    bins()
st.header("The number that ε makes up", anchor="epsilon")
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    st.markdown(
        "Where q is 0 and p is not, the logarithm has no finite answer. Much code adds a small ε "
        "to q so as never to meet that case, and reports a number all the same."
    )
    st.select_slider(
        "ε, added to q(x)",
        EPSILONS,
        START["definition_epsilon"],
        key="definition_epsilon",
        bind="query-params",
        on_change=redraw,
        args=("definition_epsilon",),
    )
with answer:
    with_epsilon()
st.header("The formula, today", anchor="formula")
left, right = st.columns(2, gap="medium")
with left:
    sum_formula()
with right:
    integral_formula()
self_check("definition", QUESTIONS)
take_it()
