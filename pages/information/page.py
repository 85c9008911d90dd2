"""Entropy, cross-entropy and the price of the wrong code, in code words and real messages."""

from collections.abc import Iterable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.style import Figure, Palette
from charts.units import Unit
from charts.wording import amount, in_columns, number
from kl_core import Array
from pages.information import numbers, pictures, room, tree, words
from pages.information.numbers import (
    BLOCKS,
    BOOK,
    FACES,
    FAIR,
    HALVES,
    NEARLY_SURE,
    NO_SIX,
    ROLLS,
    SKEWED,
)
from pages.information.questions import GUESS, QUESTIONS, prediction
from pages.information.room import LONGEST, THREE_EACH, Room
from pages.information.room_picture import GRIP, room_figure
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving, shown
from widgets.controls import one_of, put, slider, steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.look import sliders_of
from widgets.prediction import TOLD, told
from widgets.presenter import further, opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
from widgets.self_check import self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.weights import Weights

DICE = Weights("information", FACES, p=HALVES, q=SKEWED)
LENGTHS = [f"information_length{face}" for face in range(1, 7)]


def put_lengths(lengths: Iterable[int]) -> None:
    """Put the sliders of the words' lengths."""
    put(**dict(zip(LENGTHS, lengths, strict=True)))


def put_best() -> None:
    """Give the words the best lengths for P."""
    if dice := DICE.chances(at_rest):
        put_lengths(room.best_lengths(dice[0]))


def show_the_best() -> None:
    """Bring back the die that the question is about, and give the words the best lengths."""
    DICE.put(HALVES, DICE.of("q", at_rest))
    put_best()


DICE_TO_FILL = [
    Preset("Halves and quarters", DICE.put_back),
    Preset(
        "The book's die",
        DICE.put,
        (FAIR, BOOK),
        "The fair die of the book that this tour follows, and its loaded one as Q.",
    ),
    Preset("The best code", put_best, help="Huffman's (1952): no other takes less."),
]
PAIRS = [
    Preset("Upside down", DICE.put, (HALVES, HALVES[::-1])),
    Preset("Nearly sure", DICE.put, (NEARLY_SURE, FAIR)),
    Preset("Rule out the six", DICE.put, (FAIR, NO_SIX)),
    Preset("Swap P and Q", DICE.swap),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The wrong code",
        "Rolls of a die :blue[**P**] are sent as 0s and 1s: a word for each face, none the start "
        "of another.",
    )
    here = opening(first_screen, "Fill the room")
    with here.question:
        prediction(unit, show_the_best)
    with here.buttons:
        st.markdown(room.RULE)
        presets("information", DICE_TO_FILL)
    with here.controls:
        lengths_of_words()
    blocks = why_it_does_not_fit(unit)
    beside = price_of_the_wrong_code()
    # P has its sliders there: what stands above and follows them is drawn after them.
    with here.picture:
        filled()
    if blocks:
        with blocks:
            in_blocks()
    with beside:
        averages()
    formula_today()
    both_codes()
    send_real_rolls(unit)
    self_check("information", QUESTIONS)
    take_with_you()


def lengths_of_words() -> None:
    """Draw what gives each face a word of so many digits."""
    with sliders_of("p", "information_lengths"):
        for faces, column in zip((FACES[:3], FACES[3:]), st.columns(2, wrap=False), strict=True):
            with column:
                for face in faces:
                    place = FACES.index(face)
                    slider(
                        f"Digits for {face}", 1, LONGEST, THREE_EACH[place], 1, key=LENGTHS[place]
                    )
    st.caption(
        "No word may begin another, or nobody could tell where one ends. So words may not overlap, "
        "and a code exists exactly if they all fit."
    )


def chosen_lengths(controls: Controls = at_rest) -> list[int]:
    """Return how many digits the learner gives to each face."""
    return [int(controls[key]) for key in LENGTHS]


def filled_with(controls: Controls) -> Picture | None:
    """Return what the words take; none while nothing could ever happen."""
    # P moves beside another picture: this one follows when it rests.
    if not (dice := DICE.chances(at_rest)):
        return None
    p = dice[0]
    unit, here = units.current(), Room(p, chosen_lengths(controls))
    is_told = told(GUESS + TOLD, [DICE.key("p", face) for face in range(1, 7)], at_rest)
    guess = float(controls[GUESS]) if room.is_asked_about(p) else None
    handles = [
        Handle(key, float(p[: face + 1].sum() - p[face] / 2), length, "y", "p", float(p[face]))
        for face, (key, length) in enumerate(zip(LENGTHS, here.chosen, strict=True))
        if p[face] > 0
    ]
    if guess is not None:
        handles.append(Handle(GUESS, GRIP, guess, "y", "ink"))
    return Picture(
        room_figure(here, guess, told=is_told, colours=theme.colours()),
        room.in_words(here, unit, told=is_told),
        room.figures(here),
        handles,
    )


@answer
def filled() -> None:
    """Show what answers the sliders of the words' lengths."""
    stops = dict.fromkeys(LENGTHS, Stops.along(1, LONGEST, 1))
    moving(
        filled_with,
        key="_information_room",
        stops={**stops, GUESS: Stops.along(1.0, 3.0, 0.05)},
    )


def why_it_does_not_fit(unit: Unit) -> DeltaGenerator | None:
    """Say what whole lengths cost; return where blocks of rolls go if somebody asks for them."""
    st.header("Why does it not fit?", anchor="whole")
    st.markdown(words.why_it_does_not_fit(unit), width=720)
    with st.expander(
        "One word for several rolls shares the loss",
        icon=":material/view_week:",
        key="_information_blocks",
        on_change="rerun",
    ) as fold:
        steps("Rolls in a block, with one word for all of them", BLOCKS, 1, key="information_block")
        place = st.container()
    return place if fold.open else None


@section
def in_blocks() -> None:
    """Show how coding several rolls at once closes in on the entropy."""
    if not (dice := DICE.chances()):
        return
    unit, block = units.current(), now["information_block"]
    shares, lengths = numbers.shares(*dice, unit), numbers.three_lengths(*dice, unit)
    said = words.blocks_in_words(*dice, shares, block, unit)
    figure = pictures.blocks_figure(
        shares, (lengths.own, lengths.crossed), block, unit.name, theme.colours()
    )
    shown(figure, said, key="_information_blocks_chart")
    st.markdown(said)
    st.markdown(
        "In long blocks the code made for P closes in on H(P). Q's code, made for other rolls than "
        "it meets, may wander."
    )


def price_of_the_wrong_code() -> DeltaGenerator:
    """Draw the sliders of P and Q, and return where the picture goes that answers them."""
    here = further("The price of the wrong code", "price")
    here.question.markdown(
        "A code made for :orange[**Q**] has words of −log q. On rolls of :blue[**P**] these "
        "average to the **cross-entropy** H(P, Q): more than the entropy H(P), by D(P‖Q).",
        help=meaning("entropy", "cross-entropy"),
    )
    with here.buttons:
        presets("information_pair", PAIRS, back=False)
    with here.controls:
        DICE.sliders(":blue[**P**, true die]", ":orange[**Q**, model]")
        st.caption(
            "Weights: each is divided by the sum of its six, so that they become chances. In the "
            "picture a face is as wide as its chance and as high as its word is long: areas are "
            "what a roll takes on average."
        )
    return here.picture


def areas(p: Array, q: Array, unit: Unit, colours: Palette) -> Figure:
    """Return the four averages as areas."""
    there, back = numbers.three_lengths(p, q, unit), numbers.three_lengths(q, p, unit)
    return pictures.areas_figure(p, q, there, back, unit, colours)


def averages_of(controls: Controls) -> Picture | None:
    """Return what both dice take in both codes; none while nothing could ever happen."""
    if not (dice := DICE.chances(controls)):
        return None
    unit = units.current()
    lengths = numbers.three_lengths(*dice, unit)
    return Picture(
        areas(*dice, unit, theme.colours()),
        words.in_words(*dice, unit),
        {
            "H(P)": amount(lengths.own, unit.name),
            "D(P‖Q)": amount(lengths.extra, unit.name),
            "H(P, Q)": amount(lengths.crossed, unit.name),
        },
        handles_of(*dice, unit),
    )


def handles_of(p: Array, q: Array, unit: Unit) -> list[Handle]:
    """Return the tops of all words: whoever pulls one up believes less in its face."""
    top = pictures.top_of(p, q, unit)
    panels: tuple[tuple[Literal["p", "q"], Array, Array, str], ...] = (
        ("p", p, p, ""),
        ("q", p, q, "2"),
        ("p", q, p, "3"),
        ("q", q, q, "4"),
    )
    return [
        Handle(
            DICE.key(hue, face + 1),
            float(rolls[: face + 1].sum() - rolls[face] / 2),
            min(numbers.ideal_length(float(code[face]), unit), top),
            "y",
            hue,
            float(rolls[face]),
            (f"xaxis{axis}", f"yaxis{axis}"),
        )
        for hue, rolls, code, axis in panels
        for face in range(6)
        if rolls[face] > 0
    ]


@answer
def averages() -> None:
    """Show what answers the sliders of P and Q."""
    DICE.say_what_is_missing()
    moving(averages_of, key="_information_chart", stops=DICE.stops())


def both_codes() -> None:
    """Show both codes word by word, and one as a tree, to whoever asks for them."""
    with st.expander(
        "Both codes word by word, and how Huffman makes them",
        icon=":material/account_tree:",
        key="_information_codes",
        on_change="rerun",
    ) as fold:
        one_of(
            "Draw the tree of the code made for",
            ["Q", "P"],
            "Q",
            key="information_tree",
            horizontal=True,
        )
        if fold.open:
            word_by_word()


@section
def word_by_word() -> None:
    """Show both codes, and the tree of one."""
    if not (dice := DICE.chances()):
        st.info("There is no code until P and Q both have a weight above 0.")
        return
    (p, q), unit, name = dice, units.current(), now["information_tree"]
    left, right = st.columns([2, 3], gap="medium")
    with left:
        table(
            words.both_codes(p, q, unit),
            label=f"Both codes, word by word; ideal lengths in {unit.name}",
            hues={"P": "blue", "word": "blue", "Q": "orange", "word ": "orange"},
        )
        st.caption(
            f"−log p and −log q are the lengths that words should have, in {unit.name}. The "
            "words are Huffman's: on the rolls they are made for, none of whole digits take "
            "less."
        )
    die = p if name == "P" else q
    code = numbers.code_for(die, 1).words
    said = tree.tree_in_words(code, name)
    with right:
        drawn = tree.tree_figure(code, die, name, theme.colours())
        shown(drawn, said, key="_information_tree_chart")
        st.markdown(said)


def send_real_rolls(unit: Unit) -> None:
    """Send rolls in both codes."""
    st.header("Send real rolls", anchor="send")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        steps("How many rolls of P", ROLLS, 1000, key="information_rolls")
        series("information_seed", "Series of rolls", again="Roll again", icon=":material/casino:")
        st.caption(
            f"Words are made of binary digits, 0 and 1. {words.one_digit(unit)}",
            help=meaning("standard error"),
        )
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


@section
def formula_today() -> None:
    """Write D as the difference of two lengths."""
    unit = units.current()
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


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    if not (dice := DICE.chances()):
        return
    colours, chosen = theme.colours(), chosen_lengths()
    take_away(
        "information",
        data=lambda: numbers.data(*dice, chosen, unit),
        html=lambda: areas(*dice, unit, colours).to_html(),
        snippet=words.snippet(
            DICE.of("p"),
            DICE.of("q"),
            chosen=chosen,
            rolls=now["information_rolls"],
            seed=now["information_seed"],
            block=now["information_block"],
            unit=unit,
        ),
    )


lesson()
