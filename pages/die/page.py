"""The die: what KL divergence is, on six numbers that fit in one's hand."""

import numpy as np
import streamlit as st

from charts.units import Unit
from charts.wording import amount, number, percent, signed, sum_today
from kl_core import Array, kl_terms, log_ratios, normalize
from pages.die import numbers, pictures, words
from pages.die.numbers import CASINO, FACES, FAIR, LOADED, NO_SIX, Rolls
from pages.die.questions import GUESS, GUESS_TOLD, GUESSES, QUESTIONS, prediction, when_sure
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.prediction import told
from widgets.presenter import further, opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
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
PAIRS = [
    Preset("P fair, Q loaded", DICE.put_back),
    Preset("P fair, Q without a six", DICE.put, (FAIR, NO_SIX)),
]
NOTHING = "There is nothing to roll until P and Q both have a weight above 0."


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
    every_term()
    roll_it(unit)
    self_check("die", QUESTIONS)
    take_with_you()


def book_table(unit: Unit) -> None:
    """Show the book's example: one true die, two models of it."""
    st.markdown(
        "The example of the book that this tour follows ([its sources](summary#reading)): a fair "
        "die **P**, and two models of it."
    )
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


@section
def every_term() -> None:
    """Show every number of the chart, and the formula with them."""
    unit = units.current()
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


def roll_it(unit: Unit) -> None:
    """Roll P and watch the evidence against Q grow with slope D(P‖Q)."""
    here = further("Roll it", "roll")
    with here.question:
        st.markdown(
            "You are not told which die is rolled. How many times more chance P gave a roll than "
            "Q did is its *likelihood ratio*, p/q. The logarithms of these ratios add up to "
            "your evidence; each roll of P adds D(P‖Q) on average."
        )
    with here.buttons:
        # Who has just answered the first question meets a Q that one roll rules out.
        presets("die_pair", PAIRS, back=False)
    with here.controls:
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
            tells="Decided is what has become this many times likelier under one die than under "
            f"the other.  \n{meaning('likelihood ratio')}",
        )
        series("die_seed", "Series of rolls", again="Roll again", icon=":material/casino:")
    with here.question:
        when_sure(now["die_odds"], lambda guess: told_of(guess, unit))
    with here.picture:
        evidence()
    wald()


def rolled(p: Array, q: Array, controls: Controls = now) -> Rolls:
    """Roll P, and decide, as the sliders say."""
    return numbers.rolled(p, q, controls["die_rolls"], controls["die_odds"], controls["die_seed"])


def told_of(guess: float, unit: Unit) -> str:
    """Say when these rolls were enough, beside what was guessed."""
    if not (dice := DICE.chances()):
        return NOTHING
    return words.guess_in_words(int(guess), *dice, rolled(*dice), now["die_odds"], unit)


def walk(controls: Controls) -> Picture | None:
    """Return what the rolls say, once it may be told."""
    # Thousands of rolls for every place of a die's slider would be too slow: it may rest first.
    if not (dice := DICE.chances(at_rest)):
        return None
    unit, odds, guess = units.current(), controls["die_odds"], controls[GUESS]
    rolls, divergence = rolled(*dice, controls), unit.kl(*dice)
    tells = told(GUESS_TOLD, ("die_rolls", "die_odds", "die_seed"), controls)
    figure = pictures.rolls_figure(
        rolls.evidence / unit.nats,
        divergence,
        threshold := float(np.log(odds)) / unit.nats,
        rolls.decided,
        unit.name,
        theme.colours(),
        guess=guess,
        told=tells,
    )
    if not tells:
        place = min(guess, rolls.steps.size)
        handle = Handle(GUESS, place, threshold, "x", "ink")
        return Picture(figure, words.before_rolling(rolls, odds), handles=[handle])
    said = words.rolls_in_words(rolls, odds, divergence, unit)
    return Picture(figure, f"{said} {words.enough_in_words(*dice, odds, unit)}")


@answer
def evidence() -> None:
    """Show what answers the sliders of the rolls, and the guess."""
    if not DICE.chances(at_rest):
        st.info(NOTHING)
    moving(walk, key="_die_walk", stops={GUESS: Stops.along(*GUESSES)})


def wald() -> None:
    """Explain Wald's test and simulate it, for whoever opens it."""
    with st.expander(
        "How many rolls does it take on average? Wald's test",
        icon=":material/casino:",
        key="_die_wald",
        on_change="rerun",
    ) as fold:
        if not fold.open:
            return
        st.markdown(
            "A. Wald's *sequential test* (1945) goes on rolling until the odds are reached, for "
            "one die or for the other. α is the chance of a wrong verdict, where the evidence "
            "ends right at the odds."
        )
        verdict()


@section
def verdict() -> None:
    """Say how the test ends, on average."""
    if not (dice := DICE.chances()):
        st.info(NOTHING)
        return
    odds = now["die_odds"]
    found = numbers.verdict(*dice, odds, now["die_seed"])
    st.markdown(
        words.verdict_in_words(*dice, found, odds, units.current()),
        help=meaning("likelihood ratio", "standard error"),
    )


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    if dice := DICE.chances():
        colours = theme.colours()
        take_away(
            "die",
            data=lambda: numbers.data(*dice, unit),
            html=lambda: pictures.terms_figure(*dice, unit, colours).to_html(),
            snippet=words.snippet(DICE.of("p"), DICE.of("q"), unit),
        )


lesson()
