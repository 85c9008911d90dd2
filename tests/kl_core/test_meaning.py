"""What an array would drop without a word raises, and the message says what it is."""

import datetime
import decimal
import fractions
import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from kl_core import (
    PrefixCode,
    block_probabilities,
    blocks_of,
    cross_entropy,
    decision_roll,
    entropy,
    estimates,
    expected_gradients,
    expected_length,
    gaussian_moments,
    js_divergence,
    k3,
    kl_divergence,
    kl_from_logs,
    kl_gradient,
    kl_terms,
    log_ratios,
    mean_and_error,
    normalize,
    simulate_averages,
    simulate_sequential_test,
    total_variation,
    wald_expected_rolls,
)
from kl_core.libraries import keras_kl_divergence, torch_kl_div, torch_kl_divergence
from tests.kl_core.errors import raises

HALVES = [0.5, 0.5]
MASKED = np.ma.masked_array([0.5, 0.25, 0.25], mask=[False, False, True])
DATES = np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]")
SPANS = np.array([1, 2], dtype="timedelta64[D]")
RAIN_FIRST = pd.Series([0.7, 0.3], index=["rain", "sun"])
SUN_FIRST = pd.Series([0.3, 0.7], index=["sun", "rain"])

MASK = " has masked entries; leave them out, or .filled() them"
DATE = " must be an array of numbers: it holds dates; count from one of them in a unit of time"
SPAN = " must be an array of numbers: it holds spans of time; divide them by their unit"
TEXT = " must be an array of numbers: it holds text; float() makes a number of each"
COMPLEX = " must be an array of numbers: complex numbers have no order; take .real or abs()"

MEANINGFUL = [
    (MASKED, MASK),
    ([0.5, np.ma.masked], MASK),
    ([MASKED, [0.5, 0.25, 0.25]], MASK),
    ([[MASKED], [MASKED]], MASK),
    (DATES, DATE),
    (pd.Series(DATES), DATE),
    ([DATES[0]], DATE),
    (np.array([DATES[0], 0.5], dtype=object), DATE),
    ([datetime.date(2026, 1, 1)], " must be an array of numbers: "),
    (SPANS, SPAN),
    ([SPANS[0], 0.5], SPAN),
    (np.array([SPANS[0], 0.5], dtype=object), SPAN),
    ([pd.Timedelta(1)], " must be an array of numbers: "),
    ("0.5", TEXT),
    (["0.5", 0.5], TEXT),
    ([b"0.5", b"0.5"], TEXT),
    (pd.Series(["0.5", "0.5"]), TEXT),
    (np.array(["0.5", 0.5], dtype=object), TEXT),
    (pd.DataFrame({"a": [0.5], "b": ["0.5"]}), TEXT),
    ([1j, 0.5], COMPLEX),
    ([1 + 0j, 0.5], COMPLEX),
    (np.array([0.5 + 0.1j, 0.5]), COMPLEX),
    (pd.Series([0.5 + 0.1j, 0.5]), COMPLEX),
    ([np.complex64(0.5), 0.5], COMPLEX),
    (np.array([np.complex64(0.5), 0.5], dtype=object), COMPLEX),
    (scipy.sparse.csr_array([[0.5, 0.5]]), " must be an array of numbers: it is sparse"),
    ([RAIN_FIRST, SUN_FIRST], "[0] and "),
    ({"rain": 0.5, "sun": 0.5}, " must be an array of numbers: "),
    ({0.25, 0.75}, " must be an array of numbers: "),
    ([object(), 0.5], " must be an array of numbers: "),
]


def wald_at_19(p, q):
    return wald_expected_rolls(p, q, 19)


TAKERS = [
    ("weights", normalize),
    ("p", entropy),
    ("evidence", lambda values: decision_roll(values, 19)),
    ("log_ratio", k3),
    ("log_ratio", estimates),
    ("values", mean_and_error),
    ("lengths", lambda values: expected_length([1], values)),
    ("bits", lambda values: PrefixCode(("0", "1")).decode(values, 2)),
    ("log_p", lambda values: kl_from_logs(values, np.log(HALVES))),
    ("log_q", lambda values: kl_from_logs(np.log(HALVES), values)),
    ("policy", lambda values: kl_gradient(values, HALVES)),
    ("sampled_from", lambda values: expected_gradients(HALVES, HALVES, sampled_from=values)),
    ("mean_q", lambda values: gaussian_moments(values, 1, 0, 1)),
    ("log_input", lambda values: torch_kl_div(values, HALVES)),
    ("target", lambda values: torch_kl_div(HALVES, values)),
    ("p_logits", lambda values: torch_kl_divergence(values, HALVES)),
    ("y_true", lambda values: keras_kl_divergence(values, HALVES)),
    *(
        (name, lambda values, each=each, first=first: each(*_placed(values, first)))
        for name, first in (("p", True), ("q", False))
        for each in (
            kl_divergence,
            js_divergence,
            kl_terms,
            cross_entropy,
            log_ratios,
            total_variation,
            wald_at_19,
        )
    ),
]


def _placed(values, first):
    return (values, HALVES) if first else (HALVES, values)


@pytest.mark.parametrize(("wrong", "message"), MEANINGFUL, ids=range(len(MEANINGFUL)))
@pytest.mark.filterwarnings("error")
def test_nothing_that_means_more_than_numbers_is_taken_for_them(wrong, message):
    for name, take in TAKERS:
        with raises(name + message):
            take(wrong)


@pytest.mark.parametrize(
    "same",
    [
        np.ma.masked_array([0.25, 0.75]),
        [fractions.Fraction(1, 4), decimal.Decimal("0.75")],
        pd.Series([0.25, 0.75]),
        pd.Series([0.25, 0.75], index=["sun", "rain"]),
        pd.Series([0.25, 0.75], dtype="Float64"),
        pd.array([0.25, 0.75]),
        (0.25, 0.75),
        np.array([0.25, 0.75], dtype=object),
        [np.float32(0.25), np.float32(0.75)],
        np.array([0.25, 0.75], dtype=np.longdouble),
    ],
    ids=lambda each: type(each).__name__,
)
def test_numbers_in_any_wrapping_are_numbers(same):
    assert kl_divergence(same, HALVES) == kl_divergence([0.25, 0.75], HALVES)
    assert kl_divergence(same, same) == 0
    assert decision_roll(same, 1.3) == 2


@pytest.mark.parametrize(("mask", "weights"), [([True, False, True], [0.5, 0, 0.5])])
def test_truth_values_are_weights(mask, weights):
    np.testing.assert_array_equal(normalize(mask), weights)
    np.testing.assert_array_equal(normalize(np.array(mask)), weights)


ORDERS = "p and q are labelled differently: at 0 the one says 'rain', the other 'sun'; reindex"


@pytest.mark.parametrize(
    "function",
    [
        kl_divergence,
        js_divergence,
        kl_terms,
        cross_entropy,
        log_ratios,
        total_variation,
        wald_at_19,
    ],
)
def test_labels_in_another_order_are_not_paired_by_position(function):
    with raises(ORDERS):
        function(RAIN_FIRST, SUN_FIRST)
    with raises(ORDERS):
        function(RAIN_FIRST.to_frame().T, SUN_FIRST)
    wanted = function(RAIN_FIRST.to_numpy(), [0.7, 0.3])
    np.testing.assert_array_equal(function(RAIN_FIRST, SUN_FIRST[RAIN_FIRST.index]), wanted)
    # Without labels there is nothing but the order.
    np.testing.assert_array_equal(function(RAIN_FIRST, [0.7, 0.3]), wanted)
    np.testing.assert_array_equal(function([0.7, 0.3], RAIN_FIRST), wanted)


def test_every_pair_of_labelled_arguments_is_looked_at():
    rng = np.random.default_rng(0)
    calls = [
        ("p and lengths", lambda p, q: expected_length(p, q)),
        ("log_p and log_q", lambda p, q: kl_from_logs(np.log(p), np.log(q))),
        ("policy and reference", kl_gradient),
        ("policy and reference", expected_gradients),
        ("policy and sampled_from", lambda p, q: expected_gradients(p, p, sampled_from=q)),
        (
            "reference and sampled_from",
            lambda p, q: expected_gradients([0.5, 0.5], p, sampled_from=q),
        ),
        ("p and q", lambda p, q: simulate_averages(p, q, [1], runs=1, rng=rng)),
        (
            "p and q",
            lambda p, q: simulate_sequential_test(p, q, 19, runs=1, max_rolls=1, rng=rng),
        ),
    ]
    for names, call in calls:
        with raises(names + " are labelled differently: at 0 the one says 'rain', the other"):
            call(RAIN_FIRST, SUN_FIRST)
        call(RAIN_FIRST, RAIN_FIRST)


def test_rows_are_not_paired_by_position_either_where_their_labels_differ():
    p = pd.DataFrame([[0.5, 0.5], [0.25, 0.75]], index=["mon", "tue"], columns=["sun", "rain"])
    with raises("p and q are labelled differently: at 0 the one says 'mon', the other 'tue'"):
        kl_divergence(p, p.iloc[::-1])
    np.testing.assert_array_equal(kl_divergence(p, p), [0, 0])
    # One row repeats for all; its outcomes have the labels of theirs.
    np.testing.assert_array_equal(kl_divergence(p, p.loc["mon"])[0], 0)
    with raises("p and q are labelled differently: at 0 the one says 'sun', the other 'rain'"):
        kl_divergence(p, p.loc["mon"].iloc[::-1])


@pytest.mark.parametrize("masked", [np.ma.masked_array([0, 1], mask=[False, True])])
def test_masked_counts_raise(masked):
    code = PrefixCode(("0", "1"))
    for speak in (code.encode, code.encoded_length, lambda each: blocks_of(each, 2, 1)):
        with raises("symbols" + MASK):
            speak(masked)
    with raises("draws" + MASK):
        simulate_averages(HALVES, HALVES, masked + 1, runs=1, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ([math.nan, 1, 4], "evidence[0] is nan; it must be a number"),
        ([[0, 1], [4, math.nan]], "evidence[1, 1] is nan; it must be a number"),
        ([None, 4], "evidence[0] is nan; it must be a number"),
    ],
    ids=str,
)
def test_evidence_is_a_number(evidence, message):
    with raises(message):
        decision_roll(evidence, 19)


def sequential(**changes):
    counts = {"odds": 19, "runs": 2, "max_rolls": 3} | changes
    rng = np.random.default_rng(0)
    return simulate_sequential_test(HALVES, [0.25, 0.75], **counts, rng=rng)


COUNTS = [
    ("runs", lambda n: sequential(runs=n)),
    ("max_rolls", lambda n: sequential(max_rolls=n)),
    (
        "runs",
        lambda n: simulate_averages(HALVES, HALVES, [1], runs=n, rng=np.random.default_rng(0)),
    ),
    ("length", lambda n: block_probabilities(HALVES, n)),
    ("length", lambda n: blocks_of([0, 1], 2, n)),
    ("outcomes", lambda n: blocks_of([0, 0], n, 1)),
    ("draws", lambda n: gaussian_moments(0, 1, 1, 1)["k1"].standard_error(n)),
    ("draws", lambda n: gaussian_moments(0, 1, 1, 1)["k1"].typical_error(n)),
]
NO_COUNTS = [0, -1, 1.5, 2.0, math.nan, math.inf, True, "2", None, [2], DATES[0], SPANS[0], 2j]


@pytest.mark.parametrize("wrong", NO_COUNTS, ids=repr)
def test_what_is_no_count_raises(wrong):
    for name, call in COUNTS:
        with raises(f"{name} must be a whole number at least 1, got {wrong!r}"):
            call(wrong)


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "2", None], ids=repr)
def test_no_message_has_such_a_number_of_symbols(wrong):
    with raises(f"count must be a whole number at least 0, got {wrong!r}"):
        PrefixCode(("0", "1")).decode([0], wrong)


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int64])
def test_whole_numbers_of_any_kind_are_counts(kind):
    for _, call in COUNTS:
        call(kind(2))


@pytest.mark.parametrize("wrong", [1, math.nan, True, "19", None, [19], SPANS[0], 19j], ids=repr)
def test_odds_and_bases_are_numbers_above_1(wrong):
    odds = [lambda o: sequential(odds=o), lambda o: decision_roll([1.0], o)]
    for call in (*odds, lambda o: wald_expected_rolls(HALVES, HALVES, o)):
        with raises(f"odds must be a finite number above 1, got {wrong!r}"):
            call(wrong)
    if wrong is not None:
        for function in (kl_divergence, kl_from_logs):
            with raises(f"base must be a finite number above 1, or None for nats, got {wrong!r}"):
                function(*([[0.0]] * 2 if function is kl_from_logs else [HALVES] * 2), base=wrong)


def test_a_reduction_that_pytorch_does_not_know_raises():
    with raises("reduction must be one of 'sum', 'mean', 'batchmean'; got 'Sum'"):
        torch_kl_div(np.log(HALVES), HALVES, "Sum")
