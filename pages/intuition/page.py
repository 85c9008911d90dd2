"""The weather forecaster: what it costs, day by day, to believe Q where P is true."""

import numpy as np
import streamlit as st

from charts.units import Unit
from charts.wording import amount, in_columns
from kl_core import Array
from pages.intuition import numbers, pictures, words
from pages.intuition.numbers import (
    DAYS,
    KINDS,
    NO_SNOW,
    SUNNY_FORECAST,
    TIMID_FORECAST,
    TRUE_SKY,
    Days,
)
from pages.intuition.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, Stops, moving, shown
from widgets.controls import steps
from widgets.formula import formula
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now
from widgets.self_check import self_check
from widgets.series import series
from widgets.take_away import take_away
from widgets.weights import Weights

WEATHER = Weights("intuition", KINDS, p=TRUE_SKY, q=SUNNY_FORECAST)
PRESETS = [
    Preset("The sunny forecaster", WEATHER.put_back),
    Preset("The timid forecaster", WEATHER.put, (TRUE_SKY, TIMID_FORECAST)),
    Preset("“It never snows”", WEATHER.put, (TRUE_SKY, NO_SNOW)),
    Preset("Swap P and Q", WEATHER.swap),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The weather forecaster",
        "D(P‖Q) is the information you lose each day, on average, by believing the forecast Q "
        "while the weather follows P.",
    )
    p_and_q()
    prediction(unit)
    with stage(first_screen, "Move it", anchor="move"):
        presets("intuition", PRESETS)
        controls, beside = st.columns([2, 3], gap="medium")
        with controls:
            WEATHER.sliders(":blue[**P**, the weather]", ":orange[**Q**, the forecast]")
            st.caption(
                "Weights: each is divided by the sum of its four, so that they become chances."
            )
        with beside:
            picture()
    st.header("Let the days pass", anchor="days")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        which_days()
    with beside:
        days_pass()
    three_things(unit)
    formula_today(unit)
    self_check("intuition", QUESTIONS)
    take_with_you(unit)


def p_and_q() -> None:
    """Say what P and Q are here, and what a day costs."""
    st.markdown(
        ":blue[**P**] is how the weather really is: how often each kind of day comes. "
        ":orange[**Q**] is what a forecaster believes. When a day comes, both had given it a "
        "chance, and **log(p/q)** says by how much the truth did better than the forecast: above 0 "
        "the forecast has cost you, below 0 it was lucky.",
        width=720,
    )


def drawn(controls: Controls) -> Picture | None:
    """Return weather, forecast and the cost of each day; none while nothing could ever happen."""
    if not (pair := WEATHER.chances(controls)):
        return None
    unit = units.current()
    there, back = unit.both_ways(*pair)
    return Picture(
        pictures.forecast_figure(*pair, unit, theme.colours()),
        words.in_words(*pair, unit),
        {
            "D(P‖Q), lost a day": amount(there, unit.name),
            "D(Q‖P), swapped": amount(back, unit.name),
        },
        WEATHER.handles(*pair),
    )


@answer
def picture() -> None:
    """Show what answers the sliders of P and Q."""
    WEATHER.say_what_is_missing()
    moving(drawn, key="_intuition_chart", stops=WEATHER.stops())


def which_days() -> None:
    """Let the learner choose how many days pass, and which."""
    st.markdown(
        "Each day brings weather from P and a loss of log(p/q). Watch the average: however it "
        "begins, in the long run it settles on D(P‖Q)."
    )
    steps("How many days", DAYS, 1000, key="intuition_days")
    series("intuition_seed", "Which days", again="Other days", icon="🌦️")


def days_of(p: Array, q: Array, unit: Unit, controls: Controls) -> Days:
    """Let the days of the sliders pass."""
    return numbers.days_passed(p, q, controls["intuition_days"], controls["intuition_seed"], unit)


def settling(controls: Controls) -> Picture | None:
    """Return the running average of the loss on its way to D(P‖Q)."""
    if not (pair := WEATHER.chances(at_rest)):
        return None
    unit = units.current()
    days = days_of(*pair, unit, controls)
    band = numbers.band(*pair, days.count, unit)
    return Picture(
        pictures.days_figure(days, band, *pair, unit, theme.colours()),
        words.days_in_words(days, band, unit.kl(*pair), unit),
    )


@answer
def days_pass() -> None:
    """Show what answers the sliders of the days."""
    # A thousand runs for every place of a slider would slow the bars down: the weather may rest.
    if not WEATHER.chances(at_rest):
        st.info("No day can pass until P and Q both have a weight above 0.")
    # Which days has no film: the run beside another has nothing in common with it.
    moving(settling, key="_intuition_settling", stops={"intuition_days": Stops.among(DAYS)})


def three_things(unit: Unit) -> None:
    """Make each of the three properties something to do."""
    st.header("Three things to try", anchor="try")
    if not (pair := WEATHER.chances()):
        st.info("Give P and Q a weight above 0 first.")
        return
    p, q = pair
    best = numbers.best_by_chance(p) / unit.nats
    tasks = (
        ("1. Make it 0", words.reach_zero(p, q)),
        ("2. Try to get below 0", words.below_zero(unit.kl(p, q), best, unit)),
        ("3. Swap P and Q", words.other_way(p, q, unit)),
    )
    for column, (task, status) in zip(st.columns(3), tasks, strict=True):
        with column.container(border=True):
            st.markdown(f"**{task}**\n\n{status}")
    the_way(p, q, unit)


def the_way(p: Array, q: Array, unit: Unit) -> None:
    """Show what D does on the way from Q through P, and on."""
    if np.array_equal(p, q):
        st.markdown("P and Q coincide. Move Q a little, and a way through both appears here.")
        return
    here = unit.kl(p, q)
    way = numbers.way_through(p, q, unit)
    said = words.way_in_words(way, here, unit)
    shown(pictures.bowl_figure(way, here, unit.name, theme.colours()), said, key="_intuition_bowl")
    st.markdown(said)


def formula_today(unit: Unit) -> None:
    """Write the average out, weather by weather."""
    if not (pair := WEATHER.chances()):
        return
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \mathbb{{E}}_{{x\sim \P{{P}}}}\left[{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\right]",
        in_columns(
            words.formula_lines(*pair, unit),
            "lrl",
            r"\KL{D(P\|Q)}",
            amount(unit.kl(*pair), unit.tex),
        ),
    )
    st.caption("How often a day of this weather comes, times what it costs: the average loss.")


def take_with_you(unit: Unit) -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    if not (pair := WEATHER.chances()):
        return
    # Files are made when they are asked for, when no state of the page can be read any more.
    days, seed, colours = days_of(*pair, unit, now), now["intuition_seed"], theme.colours()
    band = numbers.band(*pair, days.count, unit)
    take_away(
        "intuition",
        data=lambda: numbers.data(days, unit),
        html=lambda: pictures.days_figure(days, band, *pair, unit, colours).to_html(
            auto_play=False
        ),
        snippet=words.snippet(WEATHER.of("p"), WEATHER.of("q"), days, seed, unit),
    )


lesson()
