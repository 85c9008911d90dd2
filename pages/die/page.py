"""The die: what KL divergence is, on six numbers that fit in one's hand."""

import numpy as np
import streamlit as st

from charts.units import Unit
from charts.wording import amount, number, percent, signed, sum_today
from kl_core import Array, kl_terms, log_ratios, normalize
from pages.die import numbers, pictures, words
from pages.die.numbers import CASINO, FACES, FAIR, LOADED, NO_SIX
from pages.die.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, moving, shown
from widgets.controls import steps
from widgets.formula import formula
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now
from widgets.self_check import self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.weights import Weights

DICE = Weights("die", [f"face {face}" for face in FACES], p=FAIR, q=LOADED)
PRESETS = [
    Preset("The book's die", DICE.put_back),
    Preset("Swap P and Q", DICE.swap),
    Preset("Rule out the six", DICE.put, (FAIR, NO_SIX)),
    Preset(
        "A casino's loaded die",
        DICE.put,
        (CASINO, FAIR),
        "The occasionally dishonest casino of Durbin et al., *Biological Sequence Analysis* "
        "(1998): it rolls six half the time, and you believe the die is fair.",
    ),
    Preset("Random dice", DICE.shuffle),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The die", "A fair die **P** is rolled, and you believe in **Q**. What does that cost?"
    )
    here = opening(first_screen)
    with here.question:
        prediction(unit, lambda: DICE.put(FAIR, NO_SIX))
    with here.buttons:
        presets("die", PRESETS)
    with here.controls:
        DICE.sliders(":blue[**P**, true die]", ":orange[**Q**, model]")
        st.caption("Weights: each is divided by the sum of its six, so that they become chances.")
    with here.picture:
        picture()
    book_table(unit)
    every_term(unit)
    roll_it()
    self_check("die", QUESTIONS)
    take_with_you(unit)


def book_table(unit: Unit) -> None:
    """Show the book's example: one true die, two models of it."""
    st.markdown("The book's example: a fair die **P**, and two models of it.")
    rows = [
        ("**Q₁**, uniform", "1/6 each", FAIR),
        ("**Q₂**, loaded", "1/2, then 1/10 each", LOADED),
    ]
    lines = [
        "| die | faces 1 to 6 | D(P‖Q) | D(Q‖P) |",
        "|:--|:--|--:|--:|",
        "| :blue[**P**], the true die | 1/6 each | | |",
    ]
    for name, faces, weights in rows:
        both = unit.both_ways(normalize(FAIR), normalize(weights))
        there, back = (amount(divergence, unit.name) for divergence in both)
        lines.append(f"| :orange[{name}] | {faces} | {there} | {back} |")
    st.markdown("\n".join(lines))


def drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers the sliders; none while nothing could ever happen."""
    if not (dice := DICE.chances(controls)):
        return None
    unit = units.current()
    there, back = unit.both_ways(*dice)
    return Picture(
        pictures.terms_figure(*dice, unit, theme.colours()),
        words.in_words(*dice, unit),
        {"D(P‖Q)": amount(there, unit.name), "D(Q‖P)": amount(back, unit.name)},
        DICE.handles(*dice),
    )


@answer
def picture() -> None:
    """Show what answers the sliders."""
    DICE.say_what_is_missing()
    moving(drawn, key="_die_chart", stops=DICE.stops())


def every_term(unit: Unit) -> None:
    """Show every number of the chart, and the formula with them."""
    if not (dice := DICE.chances()):
        return
    p, q = dice
    there, back = kl_terms(p, q, base=unit.base), kl_terms(q, p, base=unit.base)
    sums = [*map(number, unit.both_ways(p, q))]
    table(
        {
            "face": [*map(str, FACES), "sum"],
            "P": [*map(percent, p), ""],
            "Q": [*map(percent, q), ""],
            "log(P/Q)": [*map(signed, log_ratios(p, q, base=unit.base)), ""],
            "P·log(P/Q)": [*map(signed, there), sums[0]],
            "Q·log(Q/P)": [*map(signed, back), sums[1]],
        },
        label=f"The terms of both divergences, in {unit.name}",
        hues={"P": "blue", "Q": "orange"},
    )
    st.caption(f"The last three columns are in {unit.name}; each sum is a divergence.")
    formula_today(p, q, there, unit)


def formula_today(p: Array, q: Array, terms: Array, unit: Unit) -> None:
    """Write the definition out, face by face, like a sum in columns."""
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_{{x=1}}^{{6}} \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(
            zip(map(number, p), map(number, q), map(signed, terms), strict=True),
            amount(unit.kl(p, q), unit.tex),
            unit.log,
        ),
    )


@answer
def roll_it() -> None:
    """Roll P and watch the evidence against Q grow with slope D(P‖Q)."""
    st.header("Roll it", anchor="roll")
    st.markdown(
        "Suppose nobody tells you which die is rolled. Each roll is evidence: log(p/q), the "
        "*log-likelihood ratio*. P rolls, the evidence adds up, and on average each roll adds "
        "exactly D(P‖Q).",
    )
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        steps(
            "How many rolls of P",
            [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
            100,
            key="die_rolls",
        )
        steps(
            "Decide at odds of … to 1",
            [3, 9, 19, 99, 999, 9999],
            19,
            key="die_odds",
            tells="The test stops as soon as the rolls are this many times likelier under one die "
            "than under the other (Wald's sequential test, 1945).",
        )
        series("die_seed", "Series of rolls", again="Roll again", icon="🎲")
    with beside:
        evidence()


def evidence() -> None:
    """Show what the rolls say, and how long it takes to be sure."""
    # A simulation for every place of a slider would be too slow: the dice may rest first.
    if not (dice := DICE.chances(at_rest)):
        st.info("There is nothing to roll until P and Q both have a weight above 0.")
        return
    unit, odds, seed = units.current(), now["die_odds"], now["die_seed"]
    rolls = numbers.rolled(*dice, now["die_rolls"], odds, seed)
    divergence = unit.kl(*dice)
    said = words.rolls_in_words(rolls, odds, divergence, unit)
    figure = pictures.rolls_figure(
        rolls.evidence / unit.nats,
        divergence,
        float(np.log(odds)) / unit.nats,
        rolls.decided,
        unit.name,
        theme.colours(),
    )
    shown(figure, said, key="_die_walk")
    st.markdown(said)
    st.markdown(words.verdict_in_words(*dice, numbers.verdict(*dice, odds, seed), odds, unit))


def take_with_you(unit: Unit) -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    if dice := DICE.chances():
        colours = theme.colours()
        take_away(
            "die",
            data=lambda: numbers.data(*dice, unit),
            html=lambda: pictures.terms_figure(*dice, unit, colours).to_html(),
            snippet=words.snippet(DICE.of("p"), DICE.of("q"), unit),
        )


lesson()
