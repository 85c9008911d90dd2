"""Kraft's inequality, and words made from nothing but their lengths."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kl_core import canonical_code, code_lengths, huffman_code, kraft_sum
from tests.kl_core.distributions import distributions
from tests.kl_core.errors import raises

LENGTHS = st.lists(st.integers(0, 12), min_size=1, max_size=8)


def room(lengths):
    """Return what words of these lengths take, exactly."""
    return sum(Fraction(1, 2**length) for length in lengths)


def has_a_code(lengths):
    """Say whether some words of 0s and 1s have these lengths, by trying them all."""

    def placed(taken, rest):
        if not rest:
            return True
        words = map("".join, itertools.product("01", repeat=rest[0]))
        return any(
            placed([*taken, word], rest[1:])
            for word in words
            if not any(word.startswith(each) or each.startswith(word) for each in taken)
        )

    return placed([], lengths)


@given(LENGTHS)
def test_kraft_sum_is_the_share_of_long_messages_that_begin_with_a_word(lengths):
    assert kraft_sum(lengths) == float(room(lengths))


def test_kraft_sum_runs_over_the_last_axis_and_leaves_out_what_has_no_word():
    assert kraft_sum([[1, math.inf], [0.5, 3]]).tolist() == [0.5, 2**-0.5 + 1 / 8]


@given(distributions(1))
def test_ideal_lengths_take_all_room_and_no_more(one):
    (p,) = one
    with np.errstate(divide="ignore"):
        assert kraft_sum(-np.log2(p)) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_words_exist_exactly_if_there_is_room_for_them(count):
    for lengths in itertools.product(range(5), repeat=count):
        exists = kraft_sum(lengths) <= 1
        assert has_a_code(lengths) == exists
        if not exists:
            with raises("lengths take more room than there is; no prefix code has them (Kraft's"):
                canonical_code(lengths)


@given(LENGTHS.filter(lambda lengths: room(lengths) <= 1))
def test_canonical_words_have_their_lengths_and_are_in_order(lengths):
    code = canonical_code(lengths)
    assert code.lengths.tolist() == lengths
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    begin = Fraction(0)
    for symbol in order:
        word = code.words[symbol]
        assert Fraction(int(word or "0", 2), 2 ** len(word)) == begin
        begin += Fraction(1, 2 ** len(word))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any))
def test_huffmans_lengths_have_a_canonical_code_that_is_as_short(weights):
    p = np.array(weights) / sum(weights)
    for lengths in (huffman_code(p).lengths, code_lengths(p)):
        assert canonical_code(lengths).lengths.tolist() == lengths.tolist()


def test_published_canonical_code():
    # RFC 1951, section 3.2.2: the letters A to H.
    words = canonical_code([3, 3, 3, 3, 3, 2, 4, 4]).words
    assert words == ("010", "011", "100", "101", "110", "00", "1110", "1111")


def test_room_that_a_double_cannot_tell_from_all_is_still_too_much():
    lengths = [*range(1, 71), 70]
    assert len(canonical_code(lengths).words[-1]) == 70
    assert kraft_sum([*lengths, 100]) == 1
    with raises("lengths take more room than there is"):
        canonical_code([*lengths, 100])


def test_what_has_no_length_has_no_word():
    assert canonical_code([1, math.inf, 2]).words == ("0", None, "10")
    assert canonical_code([math.inf, 0]).words == (None, "")


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([1, -1], "lengths[1] is -1.0; it must be at least 0"),
        ([1, math.nan], "lengths[1] is nan; it must be at least 0"),
        ([1, 1.5], "lengths[1] is 1.5; it must be whole"),
        ([math.inf], "lengths must hold at least one that is finite"),
        ([[1, 1]], "lengths must have one axis, got shape (1, 2)"),
    ],
    ids=str,
)
def test_what_is_no_length_raises(lengths, message):
    with raises(message):
        canonical_code(lengths)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([[1, 1], [1, -2]], "lengths[1, 1] is -2.0; it must be at least 0"),
        ([], "lengths must not be empty, got shape (0,)"),
        (1, "lengths must not be empty, got shape ()"),
    ],
    ids=str,
)
def test_what_takes_no_room_raises(lengths, message):
    with raises(message):
        kraft_sum(lengths)
