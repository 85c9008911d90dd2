"""Rolls sent in both codes: digits, words and snippets against codes made without the lesson."""

import math
import re
import statistics

import numpy as np
import pytest
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import BITS, NATS, UNITS
from kl_core import normalize
from pages.information import numbers, pictures, words
from tests.pages.information.truth import (
    BOOK,
    FAIR,
    HALVES,
    LOADED,
    NEARLY_SURE,
    NO_SIX,
    SURE,
    TWO,
    UNEVEN,
    block_words,
    huffman_per_roll,
    rolls_of,
)
from tests.pages.reading import printed, rows
from tests.pages.truth import chances


class Lesson:
    """Rolls of P as the lesson sends them, counts them and tells of them."""

    def __init__(self, p=LOADED, q=FAIR, *, rolls=1000, seed=1, block=1, unit=BITS):
        """Send the rolls."""
        self.dice, self.unit, self.block = (normalize(p), normalize(q)), unit, block
        self.rolls = numbers.rolled(self.dice[0], rolls, seed)
        message = numbers.send(*self.dice, self.rolls, block)
        self.counted = numbers.counted(*self.dice, message, unit)
        self.said = words.message_in_words(*self.dice, message, self.counted, unit)
        self.snippet = words.snippet(
            list(p), list(q), chosen=[3] * 6, rolls=rolls, seed=seed, block=block, unit=unit
        )

    @property
    def figure(self):
        """The chart of what was counted."""
        return pictures.counted_figure(self.counted, self.unit.name, LIGHT)

    @property
    def words(self):
        """P's words and Q's for single rolls, None where there is none."""
        return [numbers.code_for(die, 1).words for die in self.dice]

    @property
    def first(self):
        """The table of the first rolls, row by row, the headings first."""
        return rows(words.first_rolls(*self.dice, self.rolls, self.block))

    @property
    def in_blocks(self):
        """What is said of blocks."""
        shares = numbers.shares(*self.dice, self.unit)
        return words.blocks_in_words(*self.dice, shares, self.block, self.unit)


@pytest.mark.parametrize("block", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", [1, 2, 8])
def test_ruled_out_six_cannot_be_sent_and_the_first_is_named(seed, block):
    lesson = Lesson(FAIR, NO_SIX, seed=seed, block=block)
    rolled = rolls_of(FAIR, seed, 1000)
    said = lesson.said
    assert said.startswith(
        f"Roll {rolled.index(5) + 1} shows face 6, for which the code made for Q"
    )
    used = 1000 // block * block
    spelled = block_words(FAIR, block)
    digits = sum(len(spelled[tuple(rolled[at : at + block])]) for at in range(0, used, block))
    assert f"P's code takes {digits:,} binary digits for {used:,} rolls" in said
    lengths = numbers.three_lengths(*lesson.dice, BITS)
    assert (lengths.extra, lengths.crossed) == (math.inf, math.inf)
    assert "P rolls that 16.7% of the time" in words.in_words(*lesson.dice, BITS)
    assert "Q's code has no word for what Q rules out" in lesson.in_blocks
    assert lesson.figure.layout.title.text == "Q's code cannot send these rolls"
    assert [len(trace.x) for trace in lesson.figure.data] == [1, 1, 1]
    drawn = pictures.blocks_figure(
        numbers.shares(*lesson.dice, BITS), (lengths.own, lengths.crossed), block, "bits", LIGHT
    )
    assert {trace.line.color for trace in drawn.data} == {LIGHT.p}
    assert "in Q's code" not in lesson.snippet


def test_six_that_does_not_come_up_is_no_obstacle():
    seed = next(seed for seed in range(1, 1001) if 5 not in rolls_of(FAIR, seed, 10))
    lesson = Lesson(FAIR, NO_SIX, seed=seed, rolls=10)
    mine, theirs = lesson.words
    took = [sum(len(each[face]) for face in rolls_of(FAIR, seed, 10)) for each in (mine, theirs)]
    assert f"10 rolls took {took[0]} binary digits in P's code and {took[1]} in Q's" in lesson.said
    assert "H(P, Q) ∞ and D(P‖Q) ∞" in lesson.said
    assert [len(trace.x) for trace in lesson.figure.data] == [1, 1, 2]


def test_six_among_the_rolls_left_out_is_no_obstacle():
    seed = next(
        seed
        for seed in range(1, 1001)
        if 5 in (rolled := rolls_of(FAIR, seed, 10)) and 5 not in rolled[:8]
    )
    said = Lesson(FAIR, NO_SIX, seed=seed, rolls=10, block=4).said
    assert said.startswith("8 rolls (2 more do not fill a block of 4 and are left out) took ")
    assert "Decoded, both give back exactly" in said


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("p", "q", "seed", "size"),
    [(LOADED, FAIR, 1, 1000), (HALVES, UNEVEN, 7, 300), (UNEVEN, HALVES, 1000, 30),
     (FAIR, BOOK, 3, 10_000), (TWO, LOADED, 5, 10)],
)  # fmt: skip
def test_digits_counted_are_those_of_the_words_in_the_table(p, q, seed, size, unit):
    lesson = Lesson(p, q, seed=seed, rolls=size, unit=UNITS[unit])
    lengths = [[len(each[face]) for face in rolls_of(p, seed, size)] for each in lesson.words]
    mine, theirs = map(sum, lengths)
    assert lesson.said.startswith(
        f"{size:,} rolls took {mine:,} binary digits in P's code and {theirs:,} in Q's."
    )
    digit = math.log(2, UNITS[unit].base)
    means = [digit * statistics.mean(each) for each in lengths]
    errors = [digit * statistics.stdev(each) / math.sqrt(size) for each in lengths]
    assert (
        f"A roll took **{means[0]:.3f} ± {errors[0]:.3f}** and **{means[1]:.3f} ± "
        f"{errors[1]:.3f}** {unit} (mean ± standard error)"
    ) in lesson.said
    assert f"the wrong code cost **+{means[1] - means[0]:.3f}**" in lesson.said
    *_, counted = lesson.figure.data
    assert counted.x == pytest.approx(means)
    assert counted.error_x.array == pytest.approx(errors)


@pytest.mark.parametrize("block", [2, 3, 4])
@pytest.mark.parametrize(("p", "q"), [(LOADED, FAIR), (NEARLY_SURE, UNEVEN)])
def test_digits_counted_in_blocks_are_those_of_an_optimal_code(p, q, block):
    lesson = Lesson(p, q, seed=11, rolls=30, block=block)
    rolled = rolls_of(p, 11, 30)
    used = 30 // block * block
    message = [tuple(rolled[at : at + block]) for at in range(0, used, block)]
    lengths = [[len(block_words(die, block)[each]) for each in message] for die in (p, q)]
    means = [sum(each) / used for each in lengths]
    errors = [statistics.stdev(each) / math.sqrt(len(message)) / block for each in lengths]
    said = lesson.said
    assert f"took {sum(lengths[0])} binary digits in P's code and {sum(lengths[1])} in Q's" in said
    assert f"**{means[0]:.3f} ± {errors[0]:.3f}** and **{means[1]:.3f} ± {errors[1]:.3f}**" in said
    *_, counted = lesson.figure.data
    assert counted.x == pytest.approx(means)
    assert counted.error_x.array == pytest.approx(errors)


def test_counted_chart_has_ideal_and_average_beside_the_counted():
    ideal, average, _ = Lesson(HALVES, UNEVEN, unit=NATS).figure.data
    own, extra = entropy(chances(HALVES)), entropy(chances(HALVES), chances(UNEVEN))
    assert ideal.x == pytest.approx([own, own + extra])
    assert average.x == pytest.approx(
        [math.log(2) * huffman_per_roll(HALVES, die, 1) for die in (HALVES, UNEVEN)]
    )


def test_many_rolls_come_within_four_standard_errors_of_the_average():
    lesson = Lesson(LOADED, UNEVEN, rolls=100_000)
    assert lesson.said.startswith("100,000 rolls took ")
    assert "Decoded, both give back exactly the rolls that were sent." in lesson.said
    *_, counted = lesson.figure.data
    rolled = rolls_of(LOADED, 1, 100_000)
    lengths = [[len(each[face]) for face in rolled] for each in lesson.words]
    assert counted.x == pytest.approx([sum(each) / 100_000 for each in lengths])
    for at, die in enumerate((LOADED, UNEVEN)):
        average = huffman_per_roll(LOADED, die, 1)
        assert abs(counted.x[at] - average) < 4 * counted.error_x.array[at] < 0.03


@pytest.mark.parametrize(
    ("size", "block", "used", "rest"), [(10, 4, 8, 2), (30, 4, 28, 2), (100_000, 3, 99_999, 1)]
)
def test_rolls_left_out_of_the_last_block_are_named(size, block, used, rest):
    lesson = Lesson(rolls=size, block=block)
    opening = re.match(r"([\d,]+) rolls \((\d) more .* fill a block of (\d) and", lesson.said)
    assert opening.groups() == (f"{used:,}", str(rest), str(block))
    assert lesson.figure.layout.title.text.startswith(f"In {used:,} rolls: ")


def test_a_single_roll_left_out_is_told_in_the_singular():
    assert Lesson(rolls=10, block=3).said.startswith(
        "9 rolls (1 more does not fill a block of 3 and is left out) took "
    )


@pytest.mark.parametrize(("size", "block"), [(1000, 1), (10, 2), (100, 4), (30, 3)])
def test_whole_blocks_leave_no_roll_out(size, block):
    assert "left out" not in Lesson(rolls=size, block=block).said


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("die", [HALVES, SURE, FAIR])
def test_codes_that_are_equal_cost_the_same(die, unit):
    said = Lesson(die, die, unit=unit).said
    assert f"the wrong code cost **0.000** {unit.name} a roll" in said
    assert "×10⁻¹" not in said


@pytest.mark.parametrize("block", [1, 2, 3, 4])
def test_first_rolls_are_written_in_the_words_of_both_codes(block):
    seed = next(seed for seed in range(1, 1001) if 5 in rolls_of(LOADED, seed, 1000)[:12])
    lesson = Lesson(LOADED, NO_SIX, seed=seed, block=block)
    rolled = rolls_of(LOADED, seed, 1000)[:12]
    heading, shows, *coded = lesson.first
    assert (heading[0], shows[0], coded[0][0], coded[1][0]) == (
        "roll", "shows", "P's code", "Q's code",
    )  # fmt: skip
    assert [int(face) - 1 for cell in shows[1:] for face in cell.split()] == rolled
    places = [re.findall(r"\d+", cell) for cell in heading[1:]]
    assert [(int(each[0]), int(each[-1])) for each in places] == [
        (first, first + block - 1) for first in range(1, 13, block)
    ]
    for die, row in zip((LOADED, NO_SIX), coded, strict=True):
        spelled = block_words(die, block)
        expected = [spelled[tuple(rolled[at : at + block])] for at in range(0, 12, block)]
        assert row[1:] == ["none" if word is None else word for word in expected]


def test_first_rolls_stop_at_the_last_whole_block():
    assert Lesson(rolls=10, block=4).first[0] == ["roll", "1–4", "5–8"]


def test_sure_dice_words_cannot_be_mistaken_for_missing_ones():
    _, _, mine, theirs = Lesson(SURE, SURE[::-1]).first
    assert (mine[1:], theirs[1:]) == (["empty"] * 12, ["none"] * 12)


def test_sure_die_takes_no_digits():
    said = Lesson(SURE, FAIR).said
    assert said.startswith("1,000 rolls took 0 binary digits in P's code and ")
    assert "Decoded, both give back exactly the rolls" in said


@pytest.mark.parametrize("block", [1, 4])
def test_two_sure_dice_alike_or_not(block):
    alike = Lesson(SURE, SURE, block=block)
    lengths = numbers.three_lengths(*alike.dice, BITS)
    assert (lengths.own, lengths.extra, lengths.crossed) == (0, 0, 0)
    assert "1,000 rolls took 0 binary digits in P's code and 0 in Q's" in alike.said
    other = Lesson(SURE, SURE[::-1], block=block)
    lengths = numbers.three_lengths(*other.dice, BITS)
    assert (lengths.own, lengths.extra, lengths.crossed) == (0, math.inf, math.inf)
    assert other.said.startswith("Roll 1 shows face 1, for which the code made for Q has no word")
    assert "P's code takes 0 binary digits for 1,000 rolls." in other.said


def test_two_faces_take_a_digit_a_roll():
    said = Lesson(TWO, TWO, rolls=300).said
    assert "300 rolls took 300 binary digits in P's code and 300 in Q's" in said


@pytest.mark.parametrize("unit", ["nats", "dits"])
def test_unit_restates_lengths_and_leaves_digits_alone(unit):
    bits, other = Lesson(), Lesson(unit=UNITS[unit])
    assert bits.said.split(".")[0] == other.said.split(".")[0]
    for before, after in zip(bits.figure.data, other.figure.data, strict=True):
        expected = [math.log(2, UNITS[unit].base) * value for value in before.x]
        assert after.x == pytest.approx(expected)
    assert f"{unit} a roll" in other.figure.layout.xaxis.title.text


@pytest.mark.parametrize(
    ("p", "q", "unit", "block"),
    [(LOADED, FAIR, "bits", 1), (HALVES, UNEVEN, "nats", 3), (UNEVEN, BOOK, "dits", 4),
     (FAIR, NO_SIX, "bits", 2), (SURE, FAIR, "nats", 2),],
)  # fmt: skip
def test_snippet_prints_the_numbers_of_the_lesson(p, q, unit, block):
    lesson = Lesson(p, q, unit=UNITS[unit], block=block, seed=3, rolls=100)
    own, crossed, extra, room, *digits = printed(lesson.snippet).split()
    lengths = numbers.three_lengths(*lesson.dice, UNITS[unit])
    assert [float(each) for each in (own, extra, crossed)] == pytest.approx(
        [lengths.own, lengths.extra, lengths.crossed], rel=1e-12
    )
    assert float(room) == sum(weight > 0 for weight in p) / 8
    for length in (own, crossed, extra, room):
        assert f": {length}\n" in lesson.snippet
    counted = re.findall(r"([\d,]+)(?: binary digits in P's code| in Q's\.)", lesson.said)
    if 0 in q:
        counted = re.findall(r"P's code takes ([\d,]+)", lesson.said)
    assert digits == [each.replace(",", "") for each in counted]
    assert len(digits) == (1 if 0 in q else 2)


def test_another_series_is_another_message_of_the_same_lengths():
    lesson, other = Lesson(seed=3), Lesson(seed=4)
    assert lesson.said == Lesson(seed=3).said != other.said
    assert lesson.in_blocks == other.in_blocks
    assert not np.array_equal(lesson.rolls, other.rolls)
