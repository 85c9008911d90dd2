"""Which KL divergence a line of code, a loss or a paper computes, and what libraries do to it."""

import math

import numpy as np
import streamlit as st

from charts import directions as chart
from charts.style import amount, listed, number, palette, signed
from kl_core import kl_divergence, kl_terms, normalize
from kl_core.libraries import torch_kl_div
from widgets import frame, theme, units
from widgets.chart import Picture, Stops, moving
from widgets.formula import formula, in_columns, sum_today, write
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away
from widgets.texts import decoder
from widgets.texts.decoder import CALLS
from widgets.texts.drill import drill
from widgets.weights import Weights

WORDS = ["sunny", "cloudy", "rainy"]
P, Q = [9.0, 0.8, 0.2], [4.0, 3.0, 3.0]
NO_RAIN = [5.0, 5.0, 0.0]
PAIR = Weights("directions", WORDS, p=P, q=Q, followers=("directions_picture",))
# What Q's numbers, as handed over, may add up to.
LEAST, MOST, STEP = 0.2, 2.0, 0.05
# More calls than this on neither line are counted; the table has their numbers.
MOST_NAMED = 3
AS_ASKED, MIXED_UP = "as asked", "mixed up"
ANSWERS = {"directions_predict": None} | {f"directions_check{item}": None for item in range(1, 11)}


def start_over():
    """Put everything on this page back to where it began, answers included."""
    put(P, Q)
    st.session_state.update(ANSWERS)


def put(p, q, total=1.0, form=AS_ASKED):
    """Put every control where a preset wants it; Q is handed over as it should be by default."""
    PAIR.put(p, q)
    st.session_state.update(directions_sum=total, directions_form=form)


def spoiling(controls):
    """Return what Q's numbers add up to, and whether the logarithm is mixed up."""
    return controls["directions_sum"], controls["directions_form"] == MIXED_UP


def answers(p, q, spoiled, unit):
    """Return what every call answers, in `unit`, with Q spoiled as `spoiling` says it."""
    return decoder.answers(p, q, *spoiled) / unit.nats


def both_ways(p, q, unit):
    """Return D(P‖Q) and D(Q‖P)."""
    return tuple(float(kl_divergence(*pair, base=unit.base)) for pair in ((p, q), (q, p)))


def ask_prediction(unit):
    """Ask which direction PyTorch's best known function computes."""
    p, q = normalize(P), normalize(Q)
    _, back = both_ways(p, q, unit)
    returned = float(torch_kl_div(np.log(q), p, "sum")) / unit.nats
    predict(
        "directions_predict",
        'Which one does `F.kl_div(q.log(), p, reduction="sum")` of PyTorch return?',
        ["D(P‖Q)", "D(Q‖P)", "Neither"],
        answer="D(P‖Q)",
        reveal="It sums target·(log target − input), and the target is the *second* argument. For "
        f"the P and Q that the sliders begin with it returns **{amount(returned, unit.name)}**, "
        f"and that is D(P‖Q); D(Q‖P) is {amount(back, unit.name)}. P comes second in the call and "
        "first in the divergence.",
    )


def in_words(p, q, values, unit):
    """Say on which divergence each call lands."""
    there, back = both_ways(p, q, unit)
    landed = {"both": [], "D(P‖Q)": [], "D(Q‖P)": [], "neither": []}
    for call, value in zip(CALLS, values, strict=True):
        line = chart.landing(value, there, back)
        found = f" ({chart.told(value, unit.name)})" if line == "neither" else ""
        landed[line].append(call.name + found)
    stray = len(landed["neither"])
    said = [
        f"On {line} {'lands' if len(calls) == 1 else 'land'} {listed(calls)}."
        for line, calls in landed.items()
        if calls
    ]
    if stray > MOST_NAMED:
        said[-1] = f"On neither land {'the other' if stray < len(CALLS) else 'all'} {stray}."
    opening = (
        f"P and Q are the same, so either direction is 0 {unit.name}."
        if np.array_equal(p, q)
        else f"D(P‖Q) is **{amount(there, unit.name)}**, D(Q‖P) **{amount(back, unit.name)}**."
    )
    return " ".join([opening, *said])


def says(words):
    """Return words that are ruled out, as a sentence names them."""
    return listed([f"*{word}*" for word in words])


def zeros_in_words(p, q, values, unit):
    """Say what a chance of 0 does to the calls."""
    value_of = {call.name: value for call, value in zip(CALLS, values, strict=True)}
    no_p, no_q = p == 0, q == 0
    if ruled_out := [word for word, missing in zip(WORDS, no_q & ~no_p, strict=True) if missing]:
        yield (
            f"Q rules out {says(ruled_out)} and P does not, so D(P‖Q) is ∞; Keras, which cuts at "
            f"10⁻⁷, makes up {amount(value_of['keras kl_divergence'], unit.name)}."
        )
        if not (no_p & ~no_q).any():
            yield (
                "Draws of Q never show that, so k3, whose p/q − 1 no longer averages to 0, falls "
                f"short of D(Q‖P) by {amount(p[no_q].sum() / unit.nats, unit.name)}."
            )
    if never := [word for word, missing in zip(WORDS, no_p, strict=True) if missing]:
        yield f"P never says {says(never)}: numpy by hand stumbles over 0·log 0."
    if (no_p & no_q).any():
        yield "Where both are 0 even F.kl_div answers NaN: 0·(−∞)."


def mistakes_in_words(p, q, spoiled, values, unit):
    """Say what the spoiled Q does to the calls."""
    total, mixed = spoiled
    if not mixed and total == 1:
        return " ".join(zeros_in_words(p, q, values, unit))
    below = [call.name for call, value in zip(CALLS, values, strict=True) if value < 0]
    alarm = (
        f"Below 0, where no divergence can be, {'is' if len(below) == 1 else 'are'} "
        f"{listed(below)}: there the mistake shows."
        if below
        else "No answer is below 0, where the mistake would show."
    )
    if not mixed:
        shifted = [
            call.name
            for call, value in zip(CALLS, values, strict=True)
            if call.unnormalised == "D − log s" and math.isfinite(value)
        ]
        shift = (
            f"so {listed(shifted)} {'is' if len(shifted) == 1 else 'are'} off by −log {total:g} = "
            f"{signed(-math.log(total) / unit.nats)} {unit.name}; "
            if shifted
            else "but "
        )
        return (
            f"Q's numbers add up to {total:g}, {shift}scipy entropy and torch kl_divergence divide "
            f"by the sum first, without a word. {alarm}"
        )
    finite = int(np.isfinite(values).sum())
    return (
        "Where a call asks for Q's chances it got their logarithm, and the other way round"
        f"{'' if total == 1 else f'; besides, the chances add up to {total:g}'}. No call "
        f"complains: {finite} of {len(CALLS)} answer with a number all the same. {alarm}"
    )


def calls_picture(p, q, values, unit, colours):
    """Return the chart that answers the controls."""
    names = [call.name for call in CALLS]
    return chart.calls_figure(names, values, *both_ways(p, q, unit), unit.name, colours)


def drawn(controls):
    """Return what every call answers, and which divergence that is; none while there is none."""
    if not (pair := PAIR.chances(controls)):
        return None
    unit, spoiled = units.current(), spoiling(controls)
    values = answers(*pair, spoiled, unit)
    words = in_words(*pair, values, unit)
    if mistakes := mistakes_in_words(*pair, spoiled, values, unit):
        words += f"\n\n{mistakes}"
    return Picture(calls_picture(*pair, values, unit, palette(theme.scheme())), words)


@st.fragment(key="directions_picture")
def picture():
    """Show what answers the sliders."""
    PAIR.say_what_is_missing()
    stops = PAIR.stops() | {"directions_sum": Stops.along(LEAST, MOST, STEP)}
    moving(drawn, key="_directions_chart", stops=stops)


SOURCES = """
scipy's functions are called live. PyTorch, Keras and TRL are not installed here: their rows are
their documented formulas, held against PyTorch 2.13 and Keras 3.15 when this page was written.
k1 and k3 are averaged over all draws of Q, exactly. Sources:
[rel_entr](https://docs.scipy.org/doc/scipy/reference/generated/scipy.special.rel_entr.html),
[kl_div](https://docs.scipy.org/doc/scipy/reference/generated/scipy.special.kl_div.html),
[entropy](https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.entropy.html),
[F.kl_div](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html),
[kl_divergence](https://docs.pytorch.org/docs/stable/distributions.html#module-torch.distributions.kl),
[Keras](https://keras.io/api/losses/probabilistic_losses/#kl_divergence-function), TRL's
[RLOO trainer](https://github.com/huggingface/trl/blob/main/trl/trainer/rloo_trainer.py) for k1 and
[GRPO trainer](https://huggingface.co/docs/trl/grpo_trainer) for k3.
"""


def unbroken(formulas):
    """Return formulas that a narrow table does not break into lines."""
    return [each.replace(" ", "\N{NO-BREAK SPACE}") for each in formulas]


@st.fragment(key="directions_decoder")
def every_call():
    """Show every call: its formula, its direction, what it takes, and what it answers now."""
    unit = units.current()
    st.header("The decoder", anchor="decoder")
    if not (pair := PAIR.chances()):
        st.info("There is nothing to decode until P and Q both have a weight above 0.")
        return
    values = answers(*pair, spoiling(st.session_state), unit)
    st.markdown(
        "Read the formula, not the name: whose chances stand in front of the logarithm, or whose "
        "draws are averaged, comes first. *s* is what Q's numbers add up to, *k* how many outcomes "
        "there are, and D the direction of the row."
    )
    table(
        {
            "call": [call.code for call in CALLS],
            "is": [call.direction for call in CALLS],
            f"now, {unit.name}": [
                "NaN" if math.isnan(value) else number(value) for value in values
            ],
            "sums up": unbroken(call.formula for call in CALLS),
            "Q as": [call.takes for call in CALLS],
            "if Q sums to s": unbroken(call.unnormalised for call in CALLS),
            "careful": [call.careful for call in CALLS],
        },
        label=f"{len(CALLS)} calls, and their answers in {unit.name}",
        hues={},
        words=("call", "is", "sums up", "Q as", "if Q sums to s", "careful"),
    )
    st.caption(SOURCES)


@st.fragment(key="directions_formula")
def formula_today():
    """Write both directions out, word by word."""
    unit = units.current()
    if not (pair := PAIR.chances()):
        return
    p, q = pair
    there, back = both_ways(p, q, unit)
    chances = [*map(number, p)], [*map(number, q)]
    ways = [[*map(signed, kl_terms(*pair, base=unit.base))] for pair in ((p, q), (q, p))]
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_x \P{{p(x)}}\,{unit.log}\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(zip(*chances, ways[0], strict=True), amount(there, unit.tex), unit.log),
    )
    write(
        rf"D(\Q{{Q}}\|\P{{P}}) = \sum_x \Q{{q(x)}}\,{unit.log}\frac{{\Q{{q(x)}}}}{{\P{{p(x)}}}}",
        in_columns(
            [
                rf"\Q{{{of_q}}}\,{unit.log}(\Q{{{of_q}}}/\P{{{of_p}}}) & = {term}"
                for of_p, of_q, term in zip(*chances, ways[1], strict=True)
            ],
            "rl",
            r"\KL{D(Q\|P)}",
            amount(back, unit.tex),
        ),
    )


def data(p, q, values, unit):
    """Return what every call answers with every digit, column by column."""
    there, back = both_ways(p, q, unit)
    return {
        "call": [call.code for call in CALLS],
        "is": [call.direction for call in CALLS],
        f"answer_{unit.name}": values,
        "lands_on": [chart.landing(value, there, back) for value in values],
        f"d_p_q_{unit.name}": [there] * len(CALLS),
        f"d_q_p_{unit.name}": [back] * len(CALLS),
    }


def snippet(p, q, values, unit):
    """Return Python that computes both divergences, and what scipy's calls make of this Q."""
    there, back = both_ways(p, q, unit)
    value_of = {call.name: float(value) for call, value in zip(CALLS, values, strict=True)}
    base = "np.e" if unit.code == "None" else unit.code
    total, mixed_up = spoiling(st.session_state)
    handed = f"{total:g} * q"
    if mixed_up:
        handed = f"np.log({handed})"
    return (
        "import numpy as np\n"
        "from scipy.special import kl_div, rel_entr\n"
        "from scipy.stats import entropy\n\n"
        "from kl_core import kl_divergence, normalize\n\n"
        'np.seterr(divide="ignore", invalid="ignore")  # ∞ and NaN are answers here\n'
        f"p = normalize({PAIR.of('p')})\n"
        f"q = normalize({PAIR.of('q')})\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: {there!r}\n"
        f"print(kl_divergence(q, p, base={unit.code}))  # D(Q‖P): {back!r}\n\n"
        f"handed = {handed}  # what the calls get for q\n"
        f"one = np.log({base})  # a {unit.name[:-1]}, in nats\n"
        f"print(rel_entr(p, handed).sum() / one)  # {value_of['scipy rel_entr']!r}\n"
        f"print(kl_div(p, handed).sum() / one)  # {value_of['scipy kl_div']!r}\n"
        f"print(entropy(p, handed) / one)  # {value_of['scipy entropy']!r}\n"
    )


@st.fragment(key="directions_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit, colours = units.current(), palette(theme.scheme())
    if pair := PAIR.chances():
        # A file is made when somebody asks for it, without a session: the controls are read here.
        values = answers(*pair, spoiling(st.session_state), unit)
        take_away(
            "directions",
            data=lambda: data(*pair, values, unit),
            html=lambda: calls_picture(*pair, values, unit, colours).to_html(),
            snippet=snippet(*pair, values, unit),
        )


first_screen = frame.header(
    "Name that direction",
    "Whoever does the averaging comes first: the one whose chances stand in front of the "
    "logarithm, or whose samples are averaged.",
)
ask_prediction(units.current())
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "directions",
        [
            Preset("Swap P and Q", PAIR.swap),
            Preset("P and Q equal", put, (P, P)),
            Preset("Q rules a word out", put, (P, NO_RAIN)),
            Preset("P rules a word out", put, (NO_RAIN, Q)),
            Preset("Q adds up to 2", put, (P, Q, 2.0)),
            Preset("Logarithm mixed up", put, (P, Q, 1.0, MIXED_UP)),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        PAIR.sliders(":blue[**P**, reference]", ":orange[**Q**, model]")
        st.caption("Weights of the next word after “Tomorrow will be …”, divided by their sum.")
        st.slider(
            "Q's numbers, as handed over, add up to",
            LEAST,
            MOST,
            1.0,
            STEP,
            key="directions_sum",
            bind="query-params",
            on_change=redraw,
            args=("directions_picture",),
        )
        st.radio(
            "Q is handed over",
            [AS_ASKED, MIXED_UP],
            key="directions_form",
            bind="query-params",
            horizontal=True,
            help="Mixed up: a call that asks for Q's chances gets their logarithm, and one that "
            "asks for the logarithm gets chances.",
        )
    with answer:
        picture()
every_call()
formula_today()
self_check("directions", drill(units.current()), heading="Name that direction", score=True)
take_it()
