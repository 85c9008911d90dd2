"""The definition, term by term: the gap of each outcome, weighed with p, and added up."""

import streamlit as st

from pages.definition import numbers, pictures, words
from pages.definition.numbers import P_WEIGHTS, Q_WEIGHTS, READ, SKY, SUM
from pages.definition.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, Stops, moving
from widgets.controls import at_their_beginnings, put, steps
from widgets.formula import write
from widgets.presenter import opening, presenting
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.take_away import take_away
from widgets.weights import Weights

OUTCOMES = Weights("definition", SKY, p=P_WEIGHTS, q=Q_WEIGHTS)
WEIGHTS = [*OUTCOMES.stops()]
READING = {
    "definition_read": Stops.among(READ),
    "definition_day": Stops.among(SKY),
}
# What was here until the integral became a lesson of its own.
OF_THE_INTEGRAL = [
    *(
        f"definition_{letter}_{name}"
        for letter in "pq"
        for name in ("mean", "spread", "lean", "end")
    ),
    "definition_width",
    "definition_epsilon",
]


def show(p: list[float], q: list[float], day: str = "snow") -> None:
    """Put the weights somewhere, read the formula to its end, and follow one outcome."""
    OUTCOMES.put(p, q)
    put(definition_read=READ[SUM], definition_day=day)


def swap() -> None:
    """Make the model the truth and the truth the model, with all of the formula read."""
    show(OUTCOMES.of("q"), OUTCOMES.of("p"), now["definition_day"])


PRESETS = [
    Preset("A forecast too sunny", show, ([4, 3, 2.5, 0.5], [6, 2.5, 1, 0.5], "rain")),
    Preset("Q rules snow out", show, (P_WEIGHTS, [4, 3, 3, 0])),
    Preset("P has no snow", show, ([6, 2.5, 1.5, 0], Q_WEIGHTS)),
    Preset("Swap P and Q", swap),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The definition: the sum", "One formula, four kinds of day, and what each part of it does."
    )
    frame.moved("The integral", "integral", OF_THE_INTEGRAL)
    here = opening(first_screen)
    with here.question:
        prediction(unit, lambda: show(P_WEIGHTS, Q_WEIGHTS, "sun"))
    with here.buttons:
        presets("definition", PRESETS)
    with here.controls:
        how_far, which = st.columns(2, wrap=False)
        with how_far:
            steps("Read as far as", READ, READ[numbers.GAP], key="definition_read")
        with which:
            steps("Follow one day", SKY, "snow", key="definition_day")
        reading = st.container()
        OUTCOMES.sliders(":blue[**P**, weights]", ":orange[**Q**, weights]")
        st.caption("Each weight is divided by the sum of its four: so they become chances.")
    with here.picture:
        the_sum()
    # On a projector the first screen has no room for it.
    with st.container() if presenting() else reading:
        right_to_left()
    self_check("definition", QUESTIONS)
    take_with_you()


def known_so_far(controls: Controls = now) -> int:
    """Return how far the formula is drawn: as far as it is read, and all once weights move."""
    untouched = at_their_beginnings(controls, WEIGHTS)
    return READ.index(controls["definition_read"]) if untouched else SUM


def the_day(controls: Controls = now) -> int:
    """Return which outcome is followed."""
    return SKY.index(controls["definition_day"])


def drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers the sliders, if anything could happen."""
    if not (pair := OUTCOMES.chances(controls)):
        return None
    unit, known = units.current(), known_so_far(controls)
    figure = pictures.sum_figure(
        *pair,
        unit,
        theme.colours(),
        known=known,
        read=READ.index(controls["definition_read"]),
        day=the_day(controls),
    )
    return Picture(figure, words.so_far(*pair, known, unit), handles=OUTCOMES.handles(*pair))


@answer
def the_sum() -> None:
    """Show weight, gap and product of each outcome."""
    OUTCOMES.say_what_is_missing()
    moving(drawn, key="_definition_sum", stops=OUTCOMES.stops() | READING)


@section
def right_to_left() -> None:
    """Read the formula from right to left, in symbols, with today's numbers, and in words."""
    unit = units.current()
    st.subheader("Read it from right to left", anchor="formula")
    if not (pair := OUTCOMES.chances()):
        return
    read, day, known = READ.index(now["definition_read"]), the_day(), known_so_far()
    write(words.symbols(read, unit), words.sum_today(*pair, day, known, unit))
    lines = words.reading(*pair, day, unit)[: known + 1]
    st.markdown("\n".join(f"{place}. {each}" for place, each in enumerate(lines, start=1)))


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    if not (pair := OUTCOMES.chances()):
        st.info("Give P and Q some weight first.")
        return
    colours, day = theme.colours(), the_day()
    take_away(
        "definition",
        data=lambda: numbers.sum_data(*pair, unit),
        html=lambda: pictures.sum_figure(*pair, unit, colours, read=SUM, day=day).to_html(),
        snippet=words.snippet(OUTCOMES.of("p"), OUTCOMES.of("q"), unit),
    )


lesson()
