"""Entropy, cross-entropy and the price of the wrong code, in code words and real messages."""

import streamlit as st

from charts.units import Unit
from charts.wording import amount, in_columns, number
from pages.information import numbers, pictures, words
from pages.information.numbers import (
    BLOCKS,
    BOOK,
    FACES,
    FAIR,
    HALVES,
    LOADED,
    NEARLY_SURE,
    NO_SIX,
    ROLLS,
)
from pages.information.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, moving, shown
from widgets.controls import one_of, steps
from widgets.formula import formula
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now
from widgets.self_check import self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.weights import Weights

DICE = Weights("information", FACES, p=LOADED, q=FAIR)
PRESETS = [
    Preset("The book's die", DICE.put, (FAIR, BOOK)),
    Preset("Halves and quarters", DICE.put, (HALVES, HALVES[::-1])),
    Preset("Nearly sure", DICE.put, (NEARLY_SURE, FAIR)),
    Preset("Rule out the six", DICE.put, (FAIR, NO_SIX)),
    Preset("Swap P and Q", DICE.swap),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The wrong code",
        "With words of ideal length a code made for P takes H(P) a roll, and one made for Q takes "
        "H(P, Q) on the same rolls: D(P‖Q) is the price of the wrong code.",
    )
    how_long_words_are()
    prediction(unit)
    with stage(first_screen, "Move it", anchor="move"):
        presets("information", PRESETS)
        controls, beside = st.columns([2, 3], gap="medium")
        with controls:
            DICE.sliders(":blue[**P**], true die", ":orange[**Q**], the model")
            st.caption(
                "Weights: each is divided by the sum of its six, so that they become chances."
            )
        with beside:
            picture()
    two_codes(unit)
    send_real_rolls(unit)
    below_whole_digits(unit)
    formula_today(unit)
    self_check("information", QUESTIONS)
    take_with_you(unit)


def how_long_words_are() -> None:
    """Say what entropy and cross-entropy are the lengths of."""
    st.markdown(
        "To send rolls of a die as 0s and 1s, give each face a word, so that what arrives can be "
        "read back. Frequent faces should get short words: a face with chance p deserves −log₂ p "
        "digits. The average of that over all rolls is the **entropy** H(P). Whoever believes in "
        ":orange[**Q**] makes words of −log₂ q digits instead, and on rolls of :blue[**P**] these "
        "average to the **cross-entropy** H(P, Q).",
        width=720,
    )


def drawn(controls: Controls) -> Picture | None:
    """Return P and Q, and how the lengths add up; none while nothing could ever happen."""
    if not (dice := DICE.chances(controls)):
        return None
    unit = units.current()
    lengths = numbers.three_lengths(*dice, unit)
    return Picture(
        pictures.lengths_figure(*dice, lengths, unit.name, theme.colours()),
        words.in_words(*dice, unit),
        {
            "H(P)": amount(lengths.own, unit.name),
            "D(P‖Q)": amount(lengths.extra, unit.name),
            "H(P, Q)": amount(lengths.crossed, unit.name),
        },
        DICE.handles(*dice),
    )


@answer
def picture() -> None:
    """Show what answers the sliders of P and Q."""
    DICE.say_what_is_missing()
    moving(drawn, key="_information_chart", stops=DICE.stops())


def two_codes(unit: Unit) -> None:
    """Show both codes word by word, and one as a tree."""
    st.header("Two codes", anchor="codes")
    one_of(
        "Draw the tree of the code made for",
        ["Q", "P"],
        "Q",
        key="information_tree",
        horizontal=True,
    )
    if not (dice := DICE.chances()):
        st.info("There is no code until P and Q both have a weight above 0.")
        return
    p, q = dice
    left, right = st.columns([2, 3], gap="medium")
    with left:
        table(
            words.both_codes(p, q, unit),
            label=f"Both codes, word by word; ideal lengths in {unit.name}",
            hues={"P": "blue", "word": "blue", "Q": "orange", "word ": "orange"},
        )
        st.caption(
            f"−log p and −log q are the lengths that words should have, in {unit.name}. The words "
            "are Huffman's: on the rolls they are made for, none of whole digits take less."
        )
    name = now["information_tree"]
    die = p if name == "P" else q
    code = numbers.code_for(die, 1).words
    said = words.tree_in_words(code, name)
    with right:
        tree = pictures.tree_figure(code, die, name, theme.colours())
        shown(tree, said, key="_information_tree_chart")
        st.markdown(said)


def send_real_rolls(unit: Unit) -> None:
    """Send rolls in both codes."""
    st.header("Send real rolls", anchor="send")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        steps("How many rolls of P", ROLLS, 1000, key="information_rolls")
        series("information_seed", "Series of rolls", again="Roll again", icon="🎲")
        steps("Rolls in a block, with one word for all of them", BLOCKS, 1, key="information_block")
        st.caption(f"Words are made of binary digits, 0 and 1. {words.one_digit(unit)}")
    with beside:
        messages()


@answer
def messages() -> None:
    """Send real rolls in both codes and count the digits."""
    # While a slider of the dice moves, the chart of the lengths follows; the message waits.
    if not (dice := DICE.chances(at_rest)):
        st.info("There is nothing to roll until P and Q both have a weight above 0.")
        return
    unit, block = units.current(), now["information_block"]
    rolls = numbers.rolled(dice[0], now["information_rolls"], now["information_seed"])
    message = numbers.send(*dice, rolls, block)
    counted = numbers.counted(*dice, message, unit)
    said = words.message_in_words(*dice, message, counted, unit)
    figure = pictures.counted_figure(counted, unit.name, theme.colours())
    shown(figure, said, key="_information_counted")
    st.markdown(said)
    table(words.first_rolls(*dice, rolls, block), label="The first rolls in both codes", hues={})


def below_whole_digits(unit: Unit) -> None:
    """Show how coding several rolls at once closes in on the entropy."""
    st.header("Below whole digits", anchor="blocks")
    st.markdown(
        "A word has a whole number of digits; its ideal length seldom has. Give one word to a "
        "block of rolls, and they share its digits: in long blocks the code made for P closes in "
        "on H(P). Q's code, made for other rolls than it meets, may wander.",
        width=720,
    )
    if not (dice := DICE.chances()):
        return
    block = now["information_block"]
    shares, lengths = numbers.shares(*dice, unit), numbers.three_lengths(*dice, unit)
    said = words.blocks_in_words(*dice, shares, block, unit)
    figure = pictures.blocks_figure(
        shares, (lengths.own, lengths.crossed), block, unit.name, theme.colours()
    )
    shown(figure, said, key="_information_blocks_chart")
    st.markdown(said)


def formula_today(unit: Unit) -> None:
    """Write D as the difference of two lengths."""
    if not (dice := DICE.chances()):
        return
    lengths = numbers.three_lengths(*dice, unit)
    formula(
        r"\begin{aligned}"
        rf"H(\P{{P}}) &= -\sum_x \P{{p(x)}}\,{unit.log}\,\P{{p(x)}} \\"
        rf"H(\P{{P}}, \Q{{Q}}) &= -\sum_x \P{{p(x)}}\,{unit.log}\,\Q{{q(x)}} \\"
        r"D(\P{P}\|\Q{Q}) &= H(\P{P}, \Q{Q}) - H(\P{P})\end{aligned}",
        in_columns(
            [
                rf"H(\P{{P}}, \Q{{Q}}) & = \phantom{{-}}\Q{{{number(lengths.crossed)}}}",
                rf"-H(\P{{P}}) & = -\P{{{number(lengths.own)}}}",
            ],
            "rl",
            r"\KL{D(P\|Q)}",
            rf"\phantom{{-}}{amount(lengths.extra, unit.tex)}",
        ),
    )


def take_with_you(unit: Unit) -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    if not (dice := DICE.chances()):
        return
    lengths, colours = numbers.three_lengths(*dice, unit), theme.colours()
    take_away(
        "information",
        data=lambda: numbers.data(*dice, unit),
        html=lambda: pictures.lengths_figure(*dice, lengths, unit.name, colours).to_html(),
        snippet=words.snippet(
            DICE.of("p"),
            DICE.of("q"),
            rolls=now["information_rolls"],
            seed=now["information_seed"],
            block=now["information_block"],
            unit=unit,
        ),
    )


lesson()
