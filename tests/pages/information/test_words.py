"""The coding lesson says in words what its dice and its codes make true."""

import math
import re

import numpy as np
import pytest
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import BITS, UNITS
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
    amount,
    as_words,
    huffman_per_roll,
)
from tests.pages.reading import rows, value_of
from tests.pages.truth import chances


def dice(p, q):
    """Return both dice as chances."""
    return normalize(p), normalize(q)


def lengths_said(p, q, unit=BITS):
    """Return what the chart of the lengths shows."""
    return words.in_words(*dice(p, q), unit)


def lengths_drawn(p, q, unit=BITS):
    """Return the chart of the four averages."""
    there, back = (numbers.three_lengths(*each, unit) for each in (dice(p, q), dice(q, p)))
    return pictures.areas_figure(*dice(p, q), there, back, unit, LIGHT)


def in_blocks(p, q=FAIR, block=1, unit=BITS):
    """Return what coding in blocks gains."""
    shares = numbers.shares(*dice(p, q), unit)
    return words.blocks_in_words(*dice(p, q), shares, block, unit)


def code_words(p, q):
    """Return P's words and Q's from the table; None where there is none."""
    table = words.both_codes(*dice(p, q), BITS)
    return [as_words(table[column]) for column in ("word", "word ")]


def read(digits, spelled):
    """Return the faces that digits stand for, read from left to right as a person would."""
    faces, begun = [], ""
    for digit in digits:
        begun += digit
        if begun in spelled:
            faces.append(spelled.index(begun))
            begun = ""
    assert begun == ""
    return faces


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_sentence_has_the_three_lengths(unit):
    own = entropy(chances(LOADED), base=unit.base)
    extra = entropy(chances(LOADED), [1 / 6] * 6, base=unit.base)
    said = lengths_said(LOADED, FAIR, unit)
    assert f"tells {own:.3f} {unit.name}: no code gets by with less" in said
    assert f"−log q each, take {own + extra:.3f} {unit.name}" in said
    assert f"{extra:.3f} {unit.name} paid on every roll for the wrong code, " in said
    assert f"{100 * extra / own:.1f}% on top." in said


@pytest.mark.parametrize(
    ("p", "q"),
    [(LOADED, FAIR), (FAIR, BOOK), (HALVES, UNEVEN), (NEARLY_SURE, LOADED), (TWO, UNEVEN)],
)
def test_entropy_and_divergence_add_up_to_cross_entropy(p, q):
    drawn = lengths_drawn(p, q)
    title = re.fullmatch(r"(\S+) \+ (\S+) = (\S+) bits a roll", drawn.layout.title.text)
    own, extra, crossed = map(float, title.groups())
    # Each is rounded to three digits by itself.
    assert own + extra == pytest.approx(crossed, abs=0.0015)
    _, _, bars, *_ = drawn.data
    exact = -np.dot(chances(p), np.log2(chances(q)))
    assert np.dot(bars.width, bars.y) == pytest.approx(exact, rel=1e-12)
    lengths = numbers.three_lengths(*dice(p, q), BITS)
    assert drawn.layout.title.text == (
        f"{lengths.own:.3f} + {lengths.extra:.3f} = {lengths.crossed:.3f} bits a roll"
    )


def test_tiny_chance_is_computed_not_rounded_away():
    tiny = (5, 1, 1, 1, 1, 1e-12)
    lengths = numbers.three_lengths(*dice(FAIR, tiny), BITS)
    assert lengths.extra == pytest.approx(entropy([1 / 6] * 6, chances(tiny), base=2), rel=1e-12)
    assert "∞" not in lengths_said(FAIR, tiny)


def test_halves_and_quarters_take_exactly_the_entropy():
    p, q = HALVES, HALVES[::-1]
    assert [len(word) for word in code_words(p, q)[0]] == [1, 2, 3, 4, 5, 5]
    # 1/2 + 2/4 + 3/8 + 4/16 + 5/32 + 5/32
    assert numbers.three_lengths(*dice(p, q), BITS).own == pytest.approx(31 / 16, rel=1e-12)
    assert "P's code takes 1.938 bits a roll, exactly H(P). Every −log₂ p is" in in_blocks(p, q)
    assert numbers.shares(*dice(p, q), BITS)[0] == pytest.approx([31 / 16] * 4, rel=1e-12)
    ideals = words.both_codes(*dice(p, q), BITS)["−log p"]
    assert ideals == ["1.00", "2.00", "3.00", "4.00", "5.00", "5.00"]


@pytest.mark.parametrize("block", [2, 3, 4])
def test_exact_code_stays_exact_in_blocks(block):
    assert "1.938 bits a roll, exactly H(P)." in in_blocks(HALVES, FAIR, block)


@pytest.mark.parametrize("p", [LOADED, FAIR, UNEVEN, NEARLY_SURE])
def test_only_an_exact_code_is_called_exact(p):
    assert "exactly" not in in_blocks(p)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("die", [HALVES, SURE, FAIR])
def test_lengths_that_are_equal_differ_by_nothing(die, unit):
    said = [lengths_said(die, die, unit), lengths_drawn(die, die, unit).layout.title.text]
    said += [in_blocks(die, die, block, unit) for block in numbers.BLOCKS]
    for each in said:
        assert "×10⁻¹" not in each


def test_nearly_sure_die_needs_blocks_to_get_below_a_digit():
    alone, together = (float(huffman_per_roll(NEARLY_SURE, NEARLY_SURE, block)) for block in (1, 4))
    own = entropy(chances(NEARLY_SURE), base=2)
    assert own < together < 1 < alone
    said = in_blocks(NEARLY_SURE)
    assert f"takes {alone:.3f} bits a roll, {alone - own:.3f} above H(P)." in said
    said = in_blocks(NEARLY_SURE, block=4)
    assert f"takes {together:.3f} bits a roll, {together - own:.3f} above H(P)." in said


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("block", [1, 2, 3, 4])
@pytest.mark.parametrize(("p", "q"), [(LOADED, UNEVEN), (FAIR, UNEVEN), (UNEVEN, HALVES)])
def test_blocks_take_what_an_independent_huffman_code_takes(p, q, block, unit):
    base = UNITS[unit].base
    digit = math.log(2, base)
    own, extra = (
        float(entropy(*each, base=base)) for each in ((chances(p),), (chances(p), chances(q)))
    )
    here, there = (digit * huffman_per_roll(p, die, block) for die in (p, q))
    said = in_blocks(p, q, block, UNITS[unit])
    mine = re.search(rf"P's code takes (\S+) {unit} a roll, (\S+) above H\(P\)\.", said)
    assert [value_of(each)[0] for each in mine.groups()] == pytest.approx(
        [here, here - own], abs=0.0005001
    )
    theirs = re.search(
        rf"Q's code takes (\S+) {unit}, (?:(\S+) (above|below)|exactly) H\(P, Q\)\.", said
    )
    took, gap, side = theirs.groups()
    off = there - own - extra
    assert value_of(took)[0] == pytest.approx(there, abs=0.0005001)
    assert value_of(gap or "0")[0] == pytest.approx(abs(off), abs=0.0005001, rel=0.01)
    assert side == (None if abs(off) < 1e-9 else "above" if off > 0 else "below")
    assert f"less than {amount(digit / block, unit)} a roll here" in said
    assert here - own < digit / block
    opening = ("With one word a roll P's", *(f"In blocks of {n} ({6**n:,} words) P's"
                                             for n in (2, 3, 4)))  # fmt: skip
    assert said.startswith(opening[block - 1])


@pytest.mark.parametrize(("p", "q"), [(LOADED, UNEVEN), (NEARLY_SURE, UNEVEN)])
def test_shares_are_those_of_an_independent_huffman_code(p, q):
    mine, theirs = numbers.shares(*dice(p, q), BITS)
    for shares, die in ((mine, p), (theirs, q)):
        assert shares == pytest.approx([huffman_per_roll(p, die, n) for n in (1, 2, 3, 4)])


@pytest.mark.parametrize(("p", "kinds"), [(SURE, 1), (TWO, 2), (NO_SIX, 5)])
def test_words_counted_are_those_that_the_code_has(p, kinds):
    counted = re.search(r"\((\S+ words?)\)", in_blocks(p, FAIR, 2))
    assert counted is None or counted[1] == f"{kinds**2} word{'s' if kinds > 1 else ''}"


def test_wrong_code_below_the_cross_entropy_is_explained():
    rng = np.random.default_rng(1)
    pairs = (rng.integers(1, 101, (2, 6)) / 10 for _ in range(1000))
    p, q = next(
        (p, q)
        for p, q in (map(tuple, pair.tolist()) for pair in pairs)
        if huffman_per_roll(p, q, 1) < -np.dot(chances(p), np.log2(chances(q))) - 0.01
    )
    gap = -np.dot(chances(p), np.log2(chances(q))) - huffman_per_roll(p, q, 1)
    said = in_blocks(p, q)
    assert f", {gap:.3f} below H(P, Q). Below is no mistake: " in said
    assert said.endswith("Below H(P) no code can get.")
    assert huffman_per_roll(p, q, 1) > entropy(chances(p), base=2)
    assert "no mistake" not in in_blocks(LOADED, FAIR)


@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (HALVES, UNEVEN), (NO_SIX, TWO), (NEARLY_SURE, BOOK)]
)
def test_words_in_the_table_are_prefix_free_optimal_and_decode_by_hand(p, q):
    for die, spelled in zip((p, q), code_words(p, q), strict=True):
        known = [word for word in spelled if word is not None]
        assert [word is None for word in spelled] == [weight == 0 for weight in die]
        assert not any(a != b and b.startswith(a) for a in known for b in known)
        assert len(set(known)) == len(known)
        average = sum(x * len(word) for x, word in zip(chances(die), spelled, strict=True) if word)
        assert average == pytest.approx(huffman_per_roll(die, die, 1))
        message = [at for at, word in enumerate(spelled) if word] * 3
        assert read("".join(spelled[face] for face in message), spelled) == message


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_table_holds_chances_and_ideal_lengths(unit):
    table = words.both_codes(*dice(LOADED, NO_SIX), unit)
    heading, *lines = rows(table)
    assert heading == ["face", "P", "−log p", "word", "Q", "−log q", "word "]
    for at, row in enumerate(lines):
        p, q = chances(LOADED)[at], chances(NO_SIX)[at]
        assert row[0] == str(at + 1)
        assert row[1:3] == [f"{100 * p:.1f}%", f"{-math.log(p, unit.base):.2f}"]
        ideal = f"{-math.log(q, unit.base):.2f}" if q else "∞"
        assert row[4:6] == [f"{100 * q:.1f}%", ideal]
    assert table["word "][5] == "none"


def test_sure_die_needs_no_digits():
    lengths = numbers.three_lengths(*dice(SURE, FAIR), BITS)
    assert (lengths.own, lengths.extra, lengths.crossed) == pytest.approx(
        (0, math.log2(6), math.log2(6)), abs=1e-15
    )
    assert code_words(SURE, FAIR)[0] == ["", None, None, None, None, None]
    assert "on top" not in lengths_said(SURE, FAIR)
    assert "P's code takes 0.000 bits a roll, exactly H(P)." in in_blocks(SURE)


def test_two_faces_take_a_digit_each():
    assert sorted(word for word in code_words(TWO, TWO)[0] if word) == ["0", "1"]
    assert numbers.three_lengths(*dice(TWO, TWO[::-1]), BITS).extra == math.inf
    own = entropy([0.75, 0.25], base=2)
    assert f"takes 1.000 bits a roll, {1 - own:.3f} above H(P)" in in_blocks(TWO, TWO)
    assert lengths_said(TWO, TWO).endswith(
        "Q is P, so a code made for Q is the right one: the extra is 0 bits."
    )


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize(("p", "q"), [(LOADED, FAIR), (HALVES, UNEVEN), (FAIR, NO_SIX)])
def test_other_way_round_is_told_too(p, q, unit):
    own, extra = (
        entropy(chances(q), base=unit.base),
        entropy(chances(q), chances(p), base=unit.base),
    )
    assert lengths_said(p, q, unit).endswith(
        f"If Q rolls, its own code takes {own:.3f} {unit.name} and P's {own + extra:.3f} "
        f"{unit.name}: D(Q‖P) is {extra:.3f} {unit.name}."
    )


def test_other_way_round_what_p_rules_out_has_no_word():
    assert lengths_said(NO_SIX, FAIR).endswith("and P's has no word for 16.7% of the rolls.")


def test_sums_of_whole_lengths_look_as_if_they_add_up():
    said = lengths_drawn(numbers.HALVES, numbers.SKEWED).layout.title.text
    assert said == "1.938 + 1.000 = 2.938 bits a roll"


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_why_the_books_die_does_not_fit(unit):
    takes = huffman_per_roll(FAIR, FAIR, 1)
    assert takes == pytest.approx((2 * 2 + 4 * 3) / 6)
    also = "" if unit is BITS else f" ({takes * math.log(2, unit.base):.3f} {unit.name})"
    said = words.why_it_does_not_fit(unit)
    assert f"wants {math.log2(6):.3f} digits for each face" in said
    assert "2 digits take 25.0% of the room, 3 take 12.5%" in said
    assert "has 2 words of 2 digits, the rest of 3, and takes " in said
    assert f"takes {takes:.3f} digits{also} a roll: {takes - math.log2(6):.3f} more" in said


@pytest.mark.parametrize(
    ("unit", "says"),
    [("bits", "One is 1 bit."), ("nats", "One is 0.693 nats."), ("dits", "One is 0.301 dits.")],
)
def test_unit_says_what_a_binary_digit_is(unit, says):
    assert words.one_digit(UNITS[unit]) == says


@pytest.mark.parametrize("unit", ["nats", "dits"])
def test_unit_restates_shares(unit):
    bits, other = (numbers.shares(*dice(LOADED, FAIR), UNITS[name]) for name in ("bits", unit))
    for before, after in zip(bits, other, strict=True):
        expected = [math.log(2, UNITS[unit].base) * value for value in before]
        assert after == pytest.approx(expected)
