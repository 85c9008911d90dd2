"""What is no distribution raises, and the message says which argument, where and what."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr

from kl_core import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_terms,
    log_ratios,
    normalize,
    simulate_sequential_test,
    total_variation,
    wald_expected_rolls,
)
from kl_core._validation import probability_pair
from tests.kl_core.errors import raises

TINY = 5e-324  # the smallest double above 0
HALVES = [0.5, 0.5]
WITH_A_BASE = [cross_entropy, kl_divergence, kl_terms, js_divergence, log_ratios]


def wald_at_19(p, q):
    return wald_expected_rolls(p, q, 19)


def simulation_at_19(p, q):
    rng = np.random.default_rng(0)
    return simulate_sequential_test(p, q, 19, runs=1, max_rolls=1, rng=rng)


OF_A_PAIR = [*WITH_A_BASE, total_variation, wald_at_19, simulation_at_19]


NO_WEIGHTS = [
    ([0.5, -0.1, 0.6], "[1] is -0.1; it must be finite and at least 0"),
    ([0.5, 0.5, -TINY], "[2] is -5e-324; it must be finite and at least 0"),
    ([math.nan, 1], "[0] is nan; it must be finite and at least 0"),
    ([0.5, math.inf], "[1] is inf; it must be finite and at least 0"),
    ([-math.inf, 1], "[0] is -inf; it must be finite and at least 0"),
    ([None, 1], "[0] is nan; it must be finite and at least 0"),
    ([HALVES, [1.25, -0.25]], "[1, 1] is -0.25; it must be finite and at least 0"),
    ([[HALVES], [[0, math.nan]]], "[1, 0, 1] is nan; it must be finite and at least 0"),
    ([], " must hold at least one outcome on its last axis, got shape (0,)"),
    ([[], []], " must hold at least one outcome on its last axis, got shape (2, 0)"),
    (1.0, " must hold at least one outcome on its last axis, got shape ()"),
    ("text", " must be an array of numbers: it holds text"),
    (["a", 1], " must be an array of numbers: it holds text"),
    ([HALVES, [1]], " must be an array of numbers: "),
    ({"a": 1}, " must be an array of numbers: "),
    ([1j, 1], " must be an array of numbers: "),
]
NO_PROBABILITIES = [
    *NO_WEIGHTS,
    ([0.5, 0.25], " sums to 0.75; probabilities sum to 1"),
    ([0.5, 0.75], " sums to 1.25; probabilities sum to 1"),
    ([0, 0], " sums to 0.0; probabilities sum to 1"),
    ([3], " sums to 3.0; probabilities sum to 1"),
    ([HALVES, [0.5, 0.25]], "[1] sums to 0.75; probabilities sum to 1"),
    ([[HALVES], [[2, 1]]], "[1, 0] sums to 3.0; probabilities sum to 1"),
]


@pytest.mark.parametrize(("wrong", "message"), NO_PROBABILITIES, ids=str)
def test_the_message_names_the_argument_that_is_no_distribution(wrong, message):
    for function in OF_A_PAIR:
        with raises("p" + message):
            function(wrong, HALVES)
        with raises("q" + message):
            function(HALVES, wrong)
    with raises("p" + message):
        entropy(wrong)


@pytest.mark.parametrize(("wrong", "message"), NO_WEIGHTS, ids=str)
def test_normalize_takes_no_weight_that_is_negative_or_not_finite(wrong, message):
    with raises("weights" + message):
        normalize(wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [([1e308] * 2, "p sums to inf"), ([10**400, 1], "p must be an array of numbers")],
    ids=["sum above the largest double", "integer above it"],
)
def test_numbers_too_large_for_a_double_raise_like_any_others(wrong, message):
    with raises(message):
        entropy(wrong)


@pytest.mark.parametrize("off", [9e-9, -9e-9])
def test_a_sum_may_be_off_by_what_numpy_random_accepts(off):
    assert total_variation([0.5, 0.5 + off], HALVES) == pytest.approx(abs(off) / 2, rel=1e-7)


@pytest.mark.parametrize("off", [2e-8, -2e-8])
def test_a_sum_may_not_be_off_by_more(off):
    with raises("p sums to "):
        entropy([0.5, 0.5 + off])


def test_input_whose_kl_would_come_out_negative_raises():
    unnormalised = [0.5, 0.4], [0.6, 0.5]
    assert rel_entr(*unnormalised).sum() < -0.1
    with raises("p sums to 0.9; probabilities sum to 1"):
        kl_divergence(*unnormalised)


@pytest.mark.parametrize("function", OF_A_PAIR)
@pytest.mark.parametrize(("p", "q"), [([1], HALVES), (HALVES, [1]), ([0.2, 0.3, 0.5], HALVES)])
def test_different_numbers_of_outcomes_raise_even_where_numpy_would_stretch_one(function, p, q):
    sizes = f"p has {len(p)} on its last axis, q has {len(q)}"
    with raises(f"p and q must have the same outcomes: {sizes}"):
        function(p, q)


@pytest.mark.parametrize("function", OF_A_PAIR)
def test_leading_axes_that_do_not_broadcast_raise(function):
    with raises("p of shape (2, 2) and q of shape (3, 2) do not broadcast"):
        function([HALVES] * 2, [HALVES] * 3)


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (([0.5, 0.25], HALVES), "policy sums to 0.75; probabilities sum to 1"),
        ((HALVES, [1.25, -0.25]), "reference[1] is -0.25; it must be finite and at least 0"),
        (
            (HALVES, [1]),
            "policy and reference must have the same outcomes: "
            "policy has 2 on its last axis, reference has 1",
        ),
        (
            ([HALVES] * 2, [HALVES] * 3),
            "policy of shape (2, 2) and reference of shape (3, 2) do not broadcast",
        ),
    ],
)
def test_the_message_calls_the_two_what_the_caller_calls_them(pair, message):
    with raises(message):
        probability_pair(*pair, ("policy", "reference"))


def test_a_pair_comes_back_as_floats_in_its_order():
    p, q = probability_pair([1, 0], [[0.25, 0.75]])
    assert (p.dtype, p.tolist(), q.tolist()) == (np.float64, [1, 0], [[0.25, 0.75]])


@pytest.mark.parametrize("base", [1, 1.0, 0.5, 0, -2, math.nan, math.inf, -math.inf])
def test_a_base_that_is_not_finite_and_above_1_raises(base):
    message = f"base must be a finite number above 1, or None for nats, got {base!r}"
    for function in WITH_A_BASE:
        with raises(message):
            function(HALVES, HALVES, base=base)
    with raises(message):
        entropy(HALVES, base=base)


WEIGHTS = st.lists(st.floats(0, 1.7e308), min_size=1, max_size=8).filter(any)


@given(WEIGHTS)
def test_normalize_gives_the_share_of_each_weight(weights):
    # Fractions neither overflow nor round.
    total = sum(map(Fraction, weights))
    shares = [float(Fraction(weight) / total) for weight in weights]
    # A division, up to 7 additions and a division. A share that is no normal double has fewer
    # digits, hence the smallest of those.
    assert normalize(weights) == pytest.approx(shares, rel=10 * 2.0**-53, abs=2.3e-308)


@given(WEIGHTS)
def test_normalize_changes_no_distribution(weights):
    once = normalize(weights)
    assert normalize(once) == pytest.approx(once, rel=20 * 2.0**-53, abs=2.3e-308)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1e308] * 6, [1 / 6] * 6),
        ([TINY, 3 * TINY], [0.25, 0.75]),
        ([TINY, 0], [1, 0]),
        ([1e308, TINY], [1, 0]),
        ([0, 7], [0, 1]),
        ([[5, 1, 1, 1], [0, 0, 0, 2]], [[0.625, 0.125, 0.125, 0.125], [0, 0, 0, 1]]),
    ],
)
def test_normalize_takes_weights_of_any_size(weights, expected):
    np.testing.assert_allclose(normalize(weights), expected, rtol=2.0**-52, atol=0)


@pytest.mark.parametrize("weights", [[0], [0, 0, 0], [[1, 2], [0, 0]]])
def test_normalize_needs_a_weight_above_0_in_every_row(weights):
    with pytest.raises(ValueError, match=r"all 0; at least one must be above 0$"):
        normalize(weights)


def test_normalize_names_the_row_whose_weights_are_all_0():
    with raises("weights[1]"):
        normalize([[1, 2], [0, 0]])


def test_complex_numbers_raise_instead_of_losing_their_imaginary_part():
    with raises("p must be an array of numbers: complex"):
        entropy(np.array([0.5 + 0.1j, 0.5]))
