"""What the coding lesson says of any dice, tried on many: ties, rounding, and what a code costs."""

import itertools
import math
import re

import numpy as np
import pytest
from scipy.stats import entropy

from charts.units import BITS, UNITS
from kl_core import normalize
from pages.information import numbers, questions, tree, words
from tests.pages.information.truth import BOOK, FAIR, HALVES, LOADED, NO_SIX, huffman_per_roll
from tests.pages.reading import NUMBER, agree, value_of
from tests.pages.truth import chances


def dice(count, seed=1):
    """Return weights by chance; few different ones, so that many chances are equal."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        p, q = rng.integers(1, 101, 6) / 10, rng.choice([0.5, 1.0, 2.0, 4.0], 6)
        yield tuple(p.tolist()), tuple(q.tolist())


def depths(leaves):
    """Return how deep the leaves of every binary tree with so many of them lie."""
    if leaves == 1:
        return {(0,)}
    return {
        tuple(sorted(depth + 1 for depth in left + right))
        for size in range(1, leaves // 2 + 1)
        for left in depths(size)
        for right in depths(leaves - size)
    }


EVERY_CODE = np.array([*{each for leaves in depths(6) for each in itertools.permutations(leaves)}])


def range_by_trying(p, q):
    """Return the least and the most that a roll of P takes in any of the best codes for Q."""
    for_q = EVERY_CODE @ chances(q)
    for_p = EVERY_CODE[for_q < for_q.min() + 1e-9] @ chances(p)
    return for_p.min(), for_p.max()


def message_said(p, q, block=1, unit=BITS, seed=1):
    """Return what is said of a thousand rolls."""
    p, q = normalize(p), normalize(q)
    message = numbers.send(p, q, numbers.rolled(p, 1000, seed), block)
    return words.message_in_words(p, q, message, numbers.counted(p, q, message, unit), unit)


def blocks_said(p, q, block=1, unit=BITS):
    """Return what is said of coding in blocks."""
    p, q = normalize(p), normalize(q)
    return words.blocks_in_words(p, q, numbers.shares(p, q, unit), block, unit)


def costs_said(said):
    """Return what the words cost on average, and from where to where others would."""
    return re.search(
        rf"These, of whole digits, cost {NUMBER} on average"
        rf"(?:; other words, just as short for Q, from {NUMBER} to {NUMBER}: between equals)?",
        said,
    ).groups()


def test_ties_of_a_fair_die_decide_what_the_wrong_code_costs():
    assert range_by_trying(LOADED, FAIR) == pytest.approx((2.3, 2.9))
    assert huffman_per_roll(LOADED, LOADED, 1) == pytest.approx(2.1)
    said = message_said(LOADED, FAIR)
    assert "D(P‖Q) 0.524, the price with words of ideal length. These, of whole digits" in said
    assert costs_said(said) == ("0.800", "0.200", "0.800")


def test_range_of_tied_codes_is_found_by_trying_every_code():
    tied = 0
    for p, q in dice(200):
        least, most = numbers.range_of_tied(normalize(p), normalize(q), 1)
        assert (least, most) == pytest.approx(range_by_trying(p, q), abs=1e-12)
        tied += most > least + 1e-9
    assert 50 < tied < 200


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_costs_are_those_of_the_codes_and_lie_in_the_range_as_printed(unit):
    digit = math.log(2, unit.base)
    for p, q in dice(100, seed=2):
        own, (least, most) = huffman_per_roll(p, p, 1), range_by_trying(p, q)
        here, low, high = costs_said(message_said(p, q, unit=unit))
        if low is None:
            assert digit * (most - least) < 0.00101
            assert agree(here, digit * (least - own))
        else:
            assert agree(low, digit * (least - own))
            assert agree(high, digit * (most - own))
            seen = [value_of(each)[0] for each in (low, here, high)]
            assert seen == sorted(seen)
            assert seen[0] < seen[2]


@pytest.mark.parametrize("block", [2, 3, 4])
def test_tied_codes_of_blocks_cost_no_less_than_the_best_code(block):
    for p, q in ((LOADED, FAIR), (LOADED, BOOK), (HALVES, FAIR), (LOADED, LOADED)):
        least, most = numbers.range_of_tied(normalize(p), normalize(q), block)
        # Between equals the page's code may choose as it likes.
        here = numbers.per_roll(normalize(p), normalize(q), block)
        assert huffman_per_roll(p, p, block) - 1e-12 <= least <= here <= most
        assert (most > least + 1e-6) == (p != q)


def test_face_without_a_word_makes_the_average_infinite():
    seed = next(seed for seed in range(1, 400) if "cannot be sent" not in
                message_said((1, 1, 1, 1, 1, 0.001), NO_SIX, seed=seed))  # fmt: skip
    said = message_said((1, 1, 1, 1, 1, 0.001), NO_SIX, seed=seed)
    assert "D(P‖Q) ∞: sooner or later a face comes for which Q has no word. Decoded" in said


def test_no_face_lies_above_a_more_frequent_one():
    for p, q in dice(200, seed=3):
        for die in (p, q):
            lengths = numbers.code_for(normalize(die), 1).lengths
            for one, other in itertools.permutations(range(6), 2):
                assert die[one] <= die[other] or lengths[one] <= lengths[other], die
    said = tree.tree_in_words(numbers.code_for(normalize(FAIR), 1).words, "Q")
    assert "joined first (among equals any)" in said
    assert "no face lies above a more frequent one" in said


@pytest.mark.parametrize("trifle", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 3e-7])
def test_only_whole_lengths_are_called_exact(trifle):
    nearly = (HALVES[0] + trifle, *HALVES[1:])
    own = entropy(chances(nearly), base=2)
    gap = huffman_per_roll(nearly, nearly, 1) - own
    said = blocks_said(nearly, nearly)
    assert "exactly" not in said
    shown = re.search(r"bits a roll, (.*?) above H\(P\)\.", said)[1]
    if trifle <= 1e-5:
        assert abs(gap) < 1e-12
        assert shown == "less than 10⁻¹²"
    else:
        assert value_of(shown)[0] == pytest.approx(gap, rel=1e-2)


def test_whole_digits_cost_the_code_made_for_p_less_than_a_digit_a_word():
    for p, q in dice(60, seed=4):
        for block, die in itertools.product((1, 2), (p, q)):
            gap = huffman_per_roll(die, die, block) - entropy(chances(die), base=2)
            assert -1e-12 < gap < 1 / block
    said = blocks_said(LOADED, FAIR, block=2)
    assert (
        "In a code made for P whole digits cost less than one digit a word: less than 0.500" in said
    )


def test_feedback_on_failing_codes_is_true():
    said = questions.QUESTIONS[0].feedback["How often decoding fails"]
    assert said.startswith("What a code can send is read back exactly.")
    assert "What Q rules out it cannot send at all, and then H(P, Q) is infinite." in said
    assert "the message cannot be sent" in message_said(FAIR, NO_SIX)
    lengths = numbers.three_lengths(normalize(FAIR), normalize(NO_SIX), BITS)
    assert lengths.crossed == math.inf


def test_loss_is_paid_on_average_only():
    p, q = normalize(LOADED), normalize(FAIR)
    assert "for the wrong code, on average: 25.4% on top." in words.in_words(p, q, BITS)
    assert min(p / q) < 1 < max(p / q)
