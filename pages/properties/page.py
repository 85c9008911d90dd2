"""Why D(P‖Q) is never below 0, and why it is no distance: both by doing."""

import streamlit as st

from charts.units import Unit
from charts.wording import amount, number, percent
from pages.properties import bells, numbers, pictures, words
from pages.properties.numbers import FORECAST, NO_SNOW, SKY, SUNNY, WEATHER, Bell, Ratios
from pages.properties.questions import (
    GUESS,
    GUESS_TOLD,
    GUESSES,
    QUESTIONS,
    average_ratio,
    shorter_detour,
)
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.formula import formula
from widgets.prediction import told
from widgets.presenter import further, opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away
from widgets.weights import Weights

OUTCOMES = Weights("properties", SKY, p=WEATHER, q=FORECAST)
PRESETS = [
    Preset("The first forecast", OUTCOMES.put_back),
    Preset("Q is P", OUTCOMES.put, (WEATHER, WEATHER)),
    Preset("Q rules out snow", OUTCOMES.put, (WEATHER, NO_SNOW)),
    Preset("P never snows", OUTCOMES.put, (NO_SNOW, FORECAST)),
    Preset("Random", OUTCOMES.shuffle),
]
BELLS = [
    Preset("B aside", bells.put, (bells.ASIDE,)),
    Preset("B between", bells.put, (bells.BETWEEN,)),
    Preset("A wide B", bells.put, (bells.BETWEEN | {"b": Bell(1.0, 2.0)},)),
    Preset("A wide C", bells.put, (bells.BETWEEN | {"c": Bell(2.0, 2.0)},)),
    Preset("Swap A and C", bells.swap),
]
# How many pairs of P and Q the learner has tried, the last of them, and the lowest D in nats.
_TRIED = "_properties_tried"


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "Never below 0. A distance?",
        "Weather follows **P**, a forecast says **Q**, and x = q/p says how far off it is.",
    )
    here = opening(first_screen)
    with here.buttons:
        presets("properties", PRESETS, forget=forget_the_tries)
    with here.controls:
        OUTCOMES.sliders(":blue[**P**, the weather]", ":orange[**Q**, the forecast]")
    # What the answer says depends on the sliders.
    with here.question:
        average_ratio(ratios, lambda: OUTCOMES.put(WEATHER, SUNNY))
    with here.picture:
        under_the_line()
    get_below(unit)
    every_gap()
    no_distance()
    self_check("properties", QUESTIONS)
    take_with_you()


def ratios(controls: Controls = now) -> Ratios | None:
    """Return the ratios that the sliders make; None while nothing could ever happen."""
    pair = OUTCOMES.chances(controls)
    return Ratios(*pair, units.current()) if pair else None


def drawn(controls: Controls) -> Picture | None:
    """Return the ratios under line and curve; their average only when it may be told."""
    if not (found := ratios(controls)):
        return None
    tells = told(GUESS_TOLD, OUTCOMES.stops(), controls)
    guess = float(controls[GUESS])
    return Picture(
        pictures.ratios_figure(found, guess, theme.colours(), told=tells),
        words.in_words(found) if tells else words.before(found),
        {
            "D(P‖Q)": amount(found.divergence, found.unit.name),
            "average ratio": number(found.average) if tells else "?",
        },
        [
            *(
                Handle(OUTCOMES.key("q", place), x, row, "x", "q", axes=("xaxis", "yaxis2"))
                for place, (x, row) in enumerate(pictures.spots(found), start=1)
            ),
            Handle(GUESS, guess, pictures.AVERAGE_ROW, "x", "ink", axes=("xaxis", "yaxis2")),
        ],
    )


@answer
def under_the_line() -> None:
    """Show what answers the sliders of P and Q, and the guess."""
    OUTCOMES.say_what_is_missing()
    moving(drawn, key="_properties_chart", stops=OUTCOMES.stops() | {GUESS: Stops.along(*GUESSES)})


def get_below(unit: Unit) -> None:
    """Let the learner try to get below 0, and say why it cannot be done."""
    st.header("Try to get below 0", anchor="below")
    st.markdown(
        "Single kinds of weather pull D down: where x is above 1, the forecast said more than the "
        "truth, and p·log(p/q) is below 0. Can Q be put so that they win?"
    )
    how_low()
    st.markdown(
        "Nobody gets below: each dot above 1 has to be paid for by dots below 1, since "
        "their average is at most 1, and the curve falls faster on the left than it climbs on the "
        "right. "
        "That D(P‖Q) ≥ 0, and 0 only where Q = P, is *Gibbs' inequality* (Cover & Thomas, "
        "*Elements of Information Theory*, Theorem 2.6.3)."
    )
    if unit.nats != 1:
        st.caption(
            f"The curve is {unit.written} x = ln x / ln {unit.base:g}, so the line is divided by "
            f"ln {unit.base:g}, too: ln x ≤ x − 1 holds in every unit."
        )


@answer
def how_low() -> None:
    """Say how low the learner has come."""
    if not (found := ratios()):
        return
    here = OUTCOMES.of("p"), OUTCOMES.of("q")
    tries, last, lowest = st.session_state.get(_TRIED, (0, None, float("inf")))
    if here != last:
        tries, lowest = tries + 1, min(lowest, found.divergence * found.unit.nats)
        st.session_state[_TRIED] = tries, here, lowest
    said = words.how_low(tries, lowest / found.unit.nats, found.unit)
    st.info(said, icon=":material/south:")


def forget_the_tries() -> None:
    """Begin to count again."""
    st.session_state.pop(_TRIED, None)


@section
def every_gap() -> None:
    """Show every number of the picture, and the formula with them."""
    unit = units.current()
    if not (found := ratios()):
        return
    columns = (found.x, found.line, found.curve, found.gaps)
    shown = [
        [number(float(each)) if p else "none" for each, p in zip(column, found.p, strict=True)]
        for column in columns
    ]
    gaps = "∞" if found.divergence == float("inf") else number(found.divergence - found.loose)
    table(
        {
            "weather": [*SKY, "sum"],
            "P": [*map(percent, found.p), ""],
            "Q": [*map(percent, found.q), ""],
            "x = q/p": [*shown[0], ""],
            "line": [*shown[1], ""],
            "curve": [*shown[2], ""],
            "gap": [*shown[3], ""],
            "P·gap": [*map(number, found.weighted), gaps],
        },
        label=f"Ratios, line, curve and gaps, in {unit.name}",
        hues={"P": "blue", "Q": "orange"},
    )
    formula(words.symbols(unit), words.today(found))


def no_distance() -> None:
    """Let the learner break the triangle."""
    here = further("Is it a distance?", "triangle")
    with here.question:
        st.markdown(
            "A distance has two rules: it is the same there and back, and no detour is "
            "shorter. Here the way from one bell curve to another is D."
        )
        shorter_detour(bells.put)
    with here.buttons:
        presets("properties_bells", BELLS, back=False)
    with here.controls:
        bells.sliders()
    with here.picture:
        the_triangle()
    st.markdown(
        "Between bells of equal spread D grows with the *square* of the way: twice as far costs "
        "four times as much. And 2² = 4 is more than 1² + 1² = 2."
    )


def three_ways(controls: Controls) -> Picture:
    """Return the bells, and the ways between them."""
    ways = bells.triangle(controls)
    unit = ways.unit.name
    return Picture(
        pictures.triangle_figure(ways, theme.colours()),
        words.triangle_in_words(ways),
        {
            "straight, D(A‖C)": amount(ways.straight, unit),
            "over B": amount(ways.detour, unit),
            "back, D(C‖A)": amount(ways.back, unit),
        },
        bells.handles(ways),
    )


@answer
def the_triangle() -> None:
    """Show what answers the sliders of the bells."""
    moving(three_ways, key="_properties_triangle", stops=bells.stops())


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    if not (found := ratios()):
        return
    colours, guess = theme.colours(), float(now[GUESS])
    take_away(
        "properties",
        data=lambda: numbers.data(found),
        html=lambda: pictures.ratios_figure(found, guess, colours, told=True).to_html(),
        snippet=words.snippet(OUTCOMES.of("p"), OUTCOMES.of("q"), bells.triangle()),
    )


lesson()
