"""Which KL divergence a line of code, a loss or a paper computes, and what libraries do to it."""

from collections.abc import Sequence

import streamlit as st

from pages.directions import numbers, pictures, words
from pages.directions.decoder import CALLS
from pages.directions.numbers import ASKED, NO_RAIN, WORDS, Decoded, P, Q
from pages.directions.questions import drill, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, Stops, moving
from widgets.controls import one_of, put, slider
from widgets.formula import formula, write
from widgets.prediction import told
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away
from widgets.views import view
from widgets.weights import Weights

PAIR = Weights("directions", WORDS, p=P, q=Q)
# What Q's numbers, as handed over, may add up to.
LEAST, MOST, STEP = 0.2, 2.0, 0.05
AS_ASKED, MIXED_UP = "as asked", "mixed up"
# What moves the picture.
VIEW = [*PAIR.stops(), "directions_sum", "directions_form"]


def put_all(
    p: Sequence[float], q: Sequence[float], total: float = 1.0, form: str = AS_ASKED
) -> None:
    """Put every control where a preset wants it; Q is handed over as it should be by default."""
    PAIR.put(p, q)
    put(directions_sum=total, directions_form=form)


PRESETS = [
    Preset("Swap P and Q", PAIR.swap),
    Preset("P and Q equal", put_all, (P, P)),
    Preset("Q rules a word out", put_all, (P, NO_RAIN)),
    Preset("P rules a word out", put_all, (NO_RAIN, Q)),
    Preset("Q adds up to 2", put_all, (P, Q, 2.0)),
    Preset("Logarithm mixed up", put_all, (P, Q, 1.0, MIXED_UP)),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "Name that direction",
        "Code has many names for KL divergence. Which way round does each of them compute it?",
    )
    here = opening(first_screen)
    with here.question:
        prediction(unit)
    with here.buttons:
        presets("directions", PRESETS)
    with here.controls:
        PAIR.sliders(":blue[**P**, reference]", ":orange[**Q**, model]")
        st.caption("Weights of the next word after “Tomorrow will be …”, divided by their sum.")
        hand_over()
    with here.picture:
        picture()
    the_decoder()
    formula_today()
    self_check("directions", drill(unit), heading="Name that direction", score=True)
    take_with_you()


def hand_over() -> None:
    """Let Q be handed over otherwise than the calls ask for it."""
    slider(
        "Q's numbers, as handed over, add up to",
        LEAST,
        MOST,
        1.0,
        STEP,
        key="directions_sum",
    )
    one_of(
        "Q is handed over",
        [AS_ASKED, MIXED_UP],
        AS_ASKED,
        key="directions_form",
        horizontal=True,
        tells="Mixed up: a call that asks for Q's chances gets their logarithm, and one that asks "
        "for the logarithm gets chances.",
    )


def decoded(controls: Controls = now) -> Decoded | None:
    """Return what every call answers; None while nothing could ever happen."""
    if not (pair := PAIR.chances(controls)):
        return None
    mixed_up = controls["directions_form"] == MIXED_UP
    return Decoded(*pair, controls["directions_sum"], mixed_up, units.current())


def drawn(controls: Controls) -> Picture | None:
    """Return what every call answers, and which divergence that is; none while there is none."""
    if not (found := decoded(controls)):
        return None
    if not told("directions_predict", VIEW, controls):
        return Picture(pictures.decoded_figure(found, theme.colours(), ASKED), words.before(found))
    return Picture(pictures.decoded_figure(found, theme.colours()), words.in_words(found))


@answer
def picture() -> None:
    """Show what answers the sliders."""
    PAIR.say_what_is_missing()
    stops = PAIR.stops() | {"directions_sum": Stops.along(LEAST, MOST, STEP)}
    moving(drawn, key="_directions_chart", stops=stops)


@section
def the_decoder() -> None:
    """Show every call: its formula, its direction, what it takes, and what it answers now."""
    unit = units.current()
    st.header("The decoder", anchor="decoder")
    if not (found := decoded()):
        st.info("There is nothing to decode until P and Q both have a weight above 0.")
        return
    samples = view("KL from samples", "estimators", "KL from samples", unit)
    told_in = "" if unit.name == "nats" else f", all in {unit.name} (the calls answer in nats)"
    st.markdown(
        "Read the formula, not the name: whose chances stand in front of the logarithm, or whose "
        "draws are averaged, comes first. *k1* and *k3* are estimates of D(Q‖P) from draws of Q; "
        f"{samples} shows where they come from. *s* is what Q's numbers add up to, *k* how many "
        f"outcomes there are, and D the direction of the row{told_in}."
    )
    table(
        words.every_call(found),
        label=f"{len(CALLS)} calls, and their answers in {unit.name}",
        hues={},
        words=("call", "is", "sums up", "Q as", "if Q sums to s", "careful"),
    )
    st.caption(words.SOURCES)


@section
def formula_today() -> None:
    """Write both directions out, word by word."""
    unit = units.current()
    if not (pair := PAIR.chances()):
        return
    formula(words.there_in_symbols(unit), words.there_today(*pair, unit))
    write(words.back_in_symbols(unit), words.back_today(*pair, unit))


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    # A file is made when somebody asks for it, without a session: the controls are read here.
    if found := decoded():
        colours = theme.colours()
        take_away(
            "directions",
            data=lambda: numbers.data(found),
            html=lambda: pictures.decoded_figure(found, colours).to_html(),
            snippet=words.snippet(found, PAIR.of("p"), PAIR.of("q")),
        )


lesson()
