"""The weather forecaster: what it costs, day by day, to believe Q where P is true."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from charts.units import UNITS, Unit
from charts.wording import amount, in_columns
from kl_core import Array, normalize
from pages.intuition import numbers, pictures, words
from pages.intuition.numbers import (
    DAYS,
    FIRST_DAYS,
    FIRST_SERIES,
    GUESS_STEP,
    HIGHEST_GUESS,
    KINDS,
    NO_GUESS,
    NO_SNOW,
    SUNNY_FORECAST,
    TIMID_FORECAST,
    TRUE_SKY,
    Days,
)
from pages.intuition.questions import QUESTIONS, where_it_settles, whose_mistake_costs_more
from widgets import frame, glide, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving, shown
from widgets.controls import at_their_beginnings, put, steps
from widgets.formula import formula
from widgets.prediction import told
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
from widgets.self_check import self_check
from widgets.series import series
from widgets.take_away import take_away
from widgets.weights import Weights

WEATHER = Weights("intuition", KINDS, p=TRUE_SKY, q=NO_SNOW)
PRESETS = [
    Preset("“It never snows”", WEATHER.put_back),
    Preset("Swap P and Q", WEATHER.swap),
    Preset("The sunny forecaster", WEATHER.put, (TRUE_SKY, SUNNY_FORECAST)),
    Preset("The timid forecaster", WEATHER.put, (TRUE_SKY, TIMID_FORECAST)),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The weather forecaster",
        "The weather is :blue[**P**], and you believe the forecast :orange[**Q**]: what does that "
        "cost you?",
    )
    here = opening(first_screen)
    with here.question:
        whose_mistake_costs_more(unit, partial(play, NO_SNOW))
    with here.buttons:
        presets("intuition", PRESETS)
    with here.controls:
        WEATHER.sliders(":blue[**P**, the weather]", ":orange[**Q**, the forecast]")
        st.caption("Weights: each is divided by the sum of its four, so that they become chances.")
    with here.picture:
        picture()
    what_a_day_costs(unit)
    st.header("Let the days pass", anchor="days")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        which_days(unit)
    with beside:
        days_pass()
    three_things()
    formula_today()
    self_check("intuition", QUESTIONS)
    take_with_you()


def play(forecast: Sequence[float]) -> None:
    """Let the days pass, from the first one on, with this forecast."""
    WEATHER.put(TRUE_SKY, forecast)
    put(intuition_days=FIRST_DAYS, intuition_seed=FIRST_SERIES)
    glide.play()


def drawn(controls: Controls) -> Picture | None:
    """Return weather, forecast and the cost of each day; none while nothing could ever happen."""
    if not (pair := WEATHER.chances(controls)):
        return None
    unit = units.current()
    may_tell = told("intuition_predict", WEATHER.stops(), controls)
    there, back = ((amount(each, unit.name) if may_tell else "?") for each in unit.both_ways(*pair))
    return Picture(
        pictures.forecast_figure(*pair, unit, theme.colours(), told=may_tell),
        words.in_words(*pair, unit) if may_tell else words.asked(*pair),
        {"D(P‖Q), lost a day": there, "D(Q‖P), swapped": back},
        WEATHER.handles(*pair),
    )


@answer
def picture() -> None:
    """Show what answers the sliders of P and Q."""
    WEATHER.say_what_is_missing()
    moving(drawn, key="_intuition_chart", stops=WEATHER.stops())


def what_a_day_costs(unit: Unit) -> None:
    """Say what log(p/q) measures, and in what."""
    st.header("What a day costs", anchor="bit")
    st.markdown(
        "When a day comes, the truth had given it a chance :blue[**p**], the forecast a chance "
        ":orange[**q**], and the day costs **log(p/q)**.",
        width=720,
    )
    st.markdown(words.one_unit(unit), width=720)
    in_other_units()
    presets("intuition_unit", [in_unit(each) for each in UNITS if each != unit.name], back=False)


@section
def in_other_units() -> None:
    """Say what a day costs in the other units."""
    if pair := WEATHER.chances():
        st.markdown(words.other_units(*pair, units.current()), width=720)


def in_unit(name: str) -> Preset:
    """Return the button that measures in another unit."""
    return Preset(f"Measure in {name}", partial(put, unit=name))


def which_days(unit: Unit) -> None:
    """Let the learner say what comes of them, how many days pass, and which."""
    st.markdown(
        "Each day brings weather from P and costs log(p/q). Watch the average: however it begins, "
        "in the long run it settles on D(P‖Q)."
    )
    where_it_settles(unit, partial(play, SUNNY_FORECAST))
    steps("How many days", DAYS, FIRST_DAYS, key="intuition_days")
    series(
        "intuition_seed",
        "Which days",
        again="Other days",
        icon=":material/cloud:",
        start=FIRST_SERIES,
    )


def days_of(p: Array, q: Array, unit: Unit, controls: Controls) -> Days:
    """Let the days of the sliders pass."""
    return numbers.days_passed(p, q, controls["intuition_days"], controls["intuition_seed"], unit)


def guessing(controls: Controls) -> bool:
    """Return whether the learner is about to guess: nothing else has been moved."""
    return (
        controls["intuition_guess"] != NO_GUESS
        and not told("intuition_guess_told", ("intuition_days", "intuition_seed"), controls)
        and at_their_beginnings(at_rest, WEATHER.stops())
    )


def guessed(controls: Controls) -> float | None:
    """Return what the learner has guessed, where it is that forecast which is shown."""
    guess: float = controls["intuition_guess"]
    asked = WEATHER.of("p", at_rest) == TRUE_SKY and WEATHER.of("q", at_rest) == SUNNY_FORECAST
    committed = controls["intuition_guess_told"] and guess != NO_GUESS
    return guess if asked and committed else None


def settling(controls: Controls) -> Picture | None:
    """Return the running average of the loss on its way to D(P‖Q), or the guess of where it is."""
    if not (pair := WEATHER.chances(at_rest)):
        return None
    unit = units.current()
    if guessing(controls):
        return guess_picture(controls, unit)
    days = days_of(*pair, unit, controls)
    band = numbers.band(*pair, days.count, unit)
    return Picture(
        pictures.days_figure(days, band, *pair, unit, theme.colours(), guess=guessed(controls)),
        words.days_in_words(days, band, unit.kl(*pair), unit),
    )


def guess_picture(controls: Controls, unit: Unit) -> Picture:
    """Return where the guess stands, to be dragged."""
    guess, days = controls["intuition_guess"], controls["intuition_days"]
    pair = normalize(TRUE_SKY), normalize(SUNNY_FORECAST)
    return Picture(
        pictures.guess_figure(days, guess, *pair, unit, theme.colours()),
        words.guess_in_words(*pair, guess, unit),
        handles=[Handle("intuition_guess", math.log10(days), guess, "y", "ink")],
    )


@answer
def days_pass() -> None:
    """Show what answers the sliders of the days, and of the guess."""
    # A thousand runs for every place of a slider would slow the bars down: the weather may rest.
    if not WEATHER.chances(at_rest):
        st.info("No day can pass until P and Q both have a weight above 0.")
    # Which days has no film: the run beside another has nothing in common with it.
    stops = {
        "intuition_days": Stops.among(DAYS),
        "intuition_guess": Stops.along(NO_GUESS, HIGHEST_GUESS, GUESS_STEP),
    }
    moving(settling, key="_intuition_settling", stops=stops)


@section
def three_things() -> None:
    """Make each of the three properties something to do."""
    unit = units.current()
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


@section
def formula_today() -> None:
    """Write the average out, weather by weather."""
    unit = units.current()
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


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    if not (pair := WEATHER.chances()):
        return
    # Files are made when they are asked for, when no state of the page can be read any more.
    days, seed, colours = days_of(*pair, unit, now), now["intuition_seed"], theme.colours()
    band, guess = numbers.band(*pair, days.count, unit), guessed(now)
    take_away(
        "intuition",
        data=lambda: numbers.data(days, unit),
        html=lambda: pictures.days_figure(days, band, *pair, unit, colours, guess=guess).to_html(
            auto_play=False
        ),
        snippet=words.snippet(WEATHER.of("p"), WEATHER.of("q"), days, seed, unit),
    )


lesson()
