"""Next to P = Q, where sums are off, and at the ends of the doubles: every divergence is right."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kl_core import (
    code_lengths,
    cross_entropy,
    entropy,
    expected_length,
    js_divergence,
    kl_divergence,
    kl_from_logs,
    kl_terms,
    log_ratios,
    total_variation,
    wald_expected_rolls,
)
from tests.kl_core import exact
from tests.kl_core.distributions import POSITIVE, WITH_ZEROS, distributions, scaled, several

TINY = 5e-324  # the smallest double above 0
WALD_AT_19 = 0.9 * math.log(19)
# What is smaller is not asked to have a relative error; its absolute one is as small as there.
LEAST = 1e-30
# Sums that are off by 1.5e-8 are off by a hundred million times what makes a divergence of 1e-31:
# one rounding of what they are off by is a billionth of it.
LEAST_OFF = 1e-29

steps = st.floats(1, 16).map(lambda exponent: 10.0**-exponent)
# A sum may be off by 1.5e-8, and what is scaled by less has a sum that is off by no more.
offs = st.just(0.0) | st.floats(-1.4e-8, 1.4e-8)


def noise(draw, size):
    return np.array(draw(st.lists(st.floats(-1, 1), min_size=size, max_size=size)))


@st.composite
def near_pairs(draw, off=offs):
    """Draw P and a Q whose chances differ from P's by parts in 10 to 10**16; sums may be off."""
    (p,) = draw(distributions(1, elements=draw(st.sampled_from([POSITIVE, WITH_ZEROS]))))
    q = scaled(p * (1 + draw(steps) * noise(draw, p.size)))
    return p * (1 + draw(off)), q * (1 + draw(off))


@st.composite
def near_logs(draw):
    """Draw the log-probabilities of P and of a Q close to it; sums may be off."""
    size = draw(st.integers(1, 6))
    logits = np.array(
        draw(st.lists(st.floats(-30, 5) | st.floats(-1e4, 5), min_size=size, max_size=size))
    )
    log_p = logits - np.logaddexp.reduce(logits)
    log_q = log_p + draw(steps) * noise(draw, size)
    log_q -= np.logaddexp.reduce(log_q)
    return log_p + draw(offs), log_q + draw(offs)


def right(found, expected, rel, least):
    """Say whether `found` is `expected`, to a relative error, or nearly 0 as `expected` is."""
    if expected > least:
        return exact.off(found, expected) <= rel
    return abs(float(found) - float(expected)) <= rel * least


@given(near_pairs())
def test_divergences_next_to_p_equals_q_are_right_to_1e_9(pair):
    kl = exact.kl(*pair)
    assert right(kl_divergence(*pair), kl, 1e-9, LEAST_OFF)
    assert right(js_divergence(*pair), exact.js(*pair), 1e-9, LEAST_OFF)
    assert total_variation(*pair) == pytest.approx(
        float(exact.total_variation(*pair)), rel=1e-9, abs=1e-23
    )
    if kl > LEAST_OFF:
        assert exact.off(wald_expected_rolls(*pair, 19), WALD_AT_19 / kl) <= 1e-9


@given(near_pairs(off=st.just(0.0)))
def test_where_only_rounding_keeps_the_sums_from_1_they_are_right_to_1e_12(pair):
    assert right(kl_divergence(*pair), exact.kl(*pair), 1e-12, LEAST)
    assert right(js_divergence(*pair), exact.js(*pair), 1e-12, LEAST)


@given(near_pairs(off=st.just(0.0)))
def test_single_outcomes_keep_the_digits_of_their_chances(pair):
    ratios = zip(log_ratios(*pair), kl_terms(*pair), *pair, strict=True)
    for ratio, term, p, q in ratios:
        # Not 1e-16 where both are the same, whatever rounding makes of the sums.
        expected = float(exact.log_ratio(p, q)) if p and q else 0.0
        assert ratio == pytest.approx(expected, rel=1e-14, abs=TINY)
        assert term == pytest.approx(p * expected, rel=1e-14, abs=TINY)


@given(near_pairs(off=st.just(0.0)), st.floats(1e-13, 1.4e-8), st.sampled_from([1, -1]))
def test_single_outcomes_forget_what_the_sums_are_off_by(pair, off, sign):
    p, q = pair[0] * (1 + sign * off), pair[1]
    # That much of it rounds.
    lost = 1e-15 * off
    ratios = zip(log_ratios(p, q), kl_terms(p, q), exact.log_ratios(p, q), p, strict=True)
    for ratio, term, expected, chance in ratios:
        assert ratio == pytest.approx(float(expected or 0), rel=1e-12, abs=lost)
        assert term == pytest.approx(chance * float(expected or 0), rel=2e-8, abs=lost * chance)


@pytest.mark.parametrize(("p", "q"), [([0.5 + 1e-9, 0.5 - 1e-9], [0.5, 0.5])])
def test_a_coin_a_billionth_from_fair_takes_wald_1e18_rolls(p, q):
    assert kl_divergence(p, q) == pytest.approx(2e-18, rel=1e-8)
    assert js_divergence(p, q) == pytest.approx(5e-19, rel=1e-8)
    assert wald_expected_rolls(p, q, 19) == pytest.approx(1.325e18, rel=1e-4)


@given(near_pairs())
def test_only_what_is_equal_has_a_divergence_of_0(pair):
    p, q = pair
    for divergence in (kl_divergence, js_divergence, total_variation):
        assert divergence(p, p) == divergence(q, q) == 0
        if exact.kl(p, q) > LEAST:
            assert divergence(p, q) > 0
    assert wald_expected_rolls(p, p, 19) == math.inf


extremes = st.sampled_from([0.0, TINY, 3 * TINY, 1e-310, 1e-300, 1e-160, 1e-20])


@given(several(2) | distributions(2, elements=extremes | st.floats(0.1, 1)))
def test_divergences_are_right_for_chances_of_any_size(pair):
    p, q = pair
    kl, js = exact.kl(p, q), exact.js(p, q)
    found = kl_divergence(p, q)
    if math.isinf(kl):
        assert found == math.inf
    else:
        # Below the normal doubles each term is rounded to the smallest of all.
        assert found == pytest.approx(float(kl), rel=1e-13, abs=9 * TINY)
    assert js_divergence(p, q) == pytest.approx(float(js), rel=1e-13, abs=9 * TINY)
    # Where P and Q are far apart the sums are rounded, and with them all log-ratios, by 1e-16.
    for ratio, expected in zip(log_ratios(p, q), exact.log_ratios(p, q), strict=True):
        assert ratio == pytest.approx(float(expected or 0), rel=1e-13, abs=1e-15)
    for term, expected, chance in zip(kl_terms(p, q), exact.kl_terms(p, q), p, strict=True):
        assert term == pytest.approx(float(expected), rel=1e-13, abs=1e-15 * chance + TINY)


@given(several(2) | near_pairs() | distributions(2, elements=extremes | st.floats(0.1, 1)))
def test_js_is_symmetric_and_never_more_than_a_bit(pair):
    assert 0 <= js_divergence(*pair, base=2) <= 1
    assert js_divergence(*pair) == js_divergence(*pair[::-1])
    assert 0 <= total_variation(*pair) <= 1


@pytest.mark.parametrize("shift", [1.4e-8, -1.4e-8])
@given(one=distributions(1))
def test_entropy_keeps_its_bounds_where_the_sum_is_off(shift, one):
    p = one[0] * (1 + shift)
    assert 0 <= entropy(p) <= math.log(p.size) * (1 + 4e-16)
    assert entropy(p) == pytest.approx(float(exact.cross_entropy(p, p)), rel=1e-14, abs=TINY)
    assert cross_entropy(p, p) == entropy(p)


@pytest.mark.parametrize("off", [1.4e-8, -1.4e-8])
def test_a_certain_outcome_has_no_entropy_whatever_its_sum(off):
    assert entropy([1 + off, 0]) == 0


@given(near_logs())
def test_logarithms_close_to_each_other_keep_their_digits(pair):
    assert right(kl_from_logs(*pair), exact.kl_from_logs(*pair), 1e-9, LEAST_OFF)


@given(
    st.integers(2, 5).flatmap(
        lambda size: st.lists(
            st.lists(
                st.floats(-800, 5) | st.sampled_from([-math.inf, -1e5, -745.0, -1e9]),
                min_size=size,
                max_size=size,
            ).filter(lambda logits: max(logits) >= -700),
            min_size=2,
            max_size=2,
        )
    )
)
def test_logarithms_of_any_size_give_the_divergence_of_their_exponentials(logits):
    log_p, log_q = (np.array(each) - np.logaddexp.reduce(each) for each in logits)
    expected = exact.kl_from_logs(log_p, log_q)
    found = kl_from_logs(log_p, log_q)
    # A chance of P may be no double; where Q rules it out it still decides.
    assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-12 * LEAST)


@given(several(2, st.integers(1, 6)))
def test_logarithms_and_chances_give_the_same(pair):
    p, q = pair
    with np.errstate(divide="ignore"):
        logs = np.log(p), np.log(q)
    # Each logarithm is rounded at its own size.
    assert kl_from_logs(*logs, base=2) == pytest.approx(
        kl_divergence(p, q, base=2), rel=1e-12, abs=1e-13
    )


def test_logarithms_broadcast_as_chances_do():
    rng = np.random.default_rng(5)
    p, q = rng.dirichlet(np.ones(4), size=(3, 1)), rng.dirichlet(np.ones(4), size=2)
    found = kl_from_logs(np.log(p), np.log(q))
    assert found.shape == (3, 2)
    np.testing.assert_allclose(found, kl_divergence(p, q), rtol=1e-12)


def softmax(logits, total):
    """Return the softmax in the precision of its logits, with its sum added up by `total`."""
    exponentials = np.exp(logits - logits.max())
    return exponentials / total(exponentials)


TOTALS = {
    "in pairs": np.sum,
    "one by one": lambda each: np.cumsum(each)[-1],
    "in double": lambda each: each.dtype.type(each.sum(dtype=np.float64)),
}


@pytest.mark.parametrize("total", TOTALS.values(), ids=TOTALS)
@pytest.mark.parametrize("spread", [0.0, 0.1, 1.0, 3.0, 10.0, 30.0])
def test_softmax_rows_of_a_vocabulary_in_single_precision_pass(spread, total):
    rng = np.random.default_rng(50_257)
    for _ in range(10):
        logits = (spread * rng.normal(size=50_257)).astype(np.float32)
        p, q = softmax(logits, total), softmax(logits + np.float32(1e-3) * logits**2, np.sum)
        assert p.dtype == np.float32
        doubles = [each / each.sum() for each in (p.astype(float), q.astype(float))]
        # A billionth is asked for; rounding in the sums of 50,257 takes less.
        assert kl_divergence(p, q) == pytest.approx(kl_divergence(*doubles), rel=1e-9)
        assert js_divergence(p, q, base=2) <= 1
        assert 0 <= entropy(p) <= math.log(p.size) * (1 + 1e-14)


@pytest.mark.parametrize("spread", [0.1, 1.0, 3.0, 10.0])
@pytest.mark.parametrize("words", [10, 1000, 4000])
def test_softmax_rows_in_half_precision_pass(words, spread):
    rng = np.random.default_rng(words)
    for total in (np.sum, TOTALS["in double"]):
        logits = (spread * rng.normal(size=words)).astype(np.float16)
        assert entropy(softmax(logits, total)) >= 0


@pytest.mark.parametrize("precision", [np.float16, np.float32])
@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
def test_logarithms_of_a_vocabulary_pass_in_their_precision(precision, spread):
    rng = np.random.default_rng(1)
    for size in (10, 4000, 50_257):
        logits = spread * rng.normal(size=size)
        log_p = (logits - np.logaddexp.reduce(logits)).astype(precision)
        assert kl_from_logs(log_p, log_p) == 0


PRECISIONS = [
    (np.float64, 1.5e-8),
    (np.float32, 3.5e-4),
    (np.float16, 0.0313),
    (np.longdouble, 1.5e-8),
]


@pytest.mark.parametrize(("precision", "allowed"), PRECISIONS)
def test_a_sum_may_be_off_by_what_numpy_random_allows_and_by_no_more(precision, allowed):
    for off, passes in ((0.9 * allowed, True), (-0.9 * allowed, True), (1.2 * allowed, False)):
        p = np.array([0.5, 0.5 + off], dtype=precision)
        logs = np.log(p)
        if passes:
            assert entropy(p) == pytest.approx(math.log(2), rel=allowed)
            assert kl_from_logs(logs, logs) == 0
            continue
        with pytest.raises(ValueError, match=r"^p sums to "):
            entropy(p)
        with pytest.raises(ValueError, match=r"^exp\(log_p\) sums to "):
            kl_from_logs(logs, logs)


def test_the_precision_is_that_of_what_was_given_not_of_what_it_is_made_into():
    p = np.array([0.5, 0.5 + 1e-4], dtype=np.float32)
    assert entropy(list(p)) == entropy(p)
    for doubles in (p.tolist(), p.astype(np.float64)):
        with pytest.raises(ValueError, match=r"^p sums to "):
            entropy(doubles)


def test_code_lengths_and_averages_are_those_of_what_sums_to_1():
    # In single precision this sum may be; words of 1, 1 and 13 digits would be no prefix code.
    p = np.array([0.5, 0.5, 2**-13], dtype=np.float32)
    assert code_lengths(p).tolist() == [2, 2, 14]
    assert expected_length(p, [1, 1, 1]) == 1
    # But one rounding does not make the word of a half longer.
    assert code_lengths([0.5, np.nextafter(0.5, 1)]).tolist() == [1, 1]


@given(near_pairs(off=st.just(0.0)), offs, offs)
def test_what_sums_are_off_by_changes_nothing(pair, first, second):
    assume(exact.kl(*pair) > 1e-20)
    p, q = pair
    scaled_pair = p * (1 + first), q * (1 + second)
    # Scaling rounds each chance anew, by up to 1e-16 of itself.
    assert kl_divergence(*scaled_pair) == pytest.approx(kl_divergence(p, q), rel=1e-5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([2.0, 1.0], "log_p) sums to 10.1"),
        ([0.5, 0.5], "log_p) sums to 3.29"),
        ([-1000.0, -1001.0], "log_p) sums to 0.0"),
        ([1000.0, 0.0], "log_p) sums to inf"),
        ([[0.0, -math.inf], [0.0, 0.0]], "log_p)[1] sums to 2.0"),
    ],
    ids=str,
)
def test_logits_are_no_log_probabilities_and_the_message_says_what_makes_them(wrong, message):
    halves = np.log([0.5, 0.5])
    pattern = "scipy.special.log_softmax turns logits into log-probabilities"
    with pytest.raises(ValueError, match=pattern) as caught:
        kl_from_logs(wrong, halves)
    assert str(caught.value).startswith("exp(" + message)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([math.nan, 0.0], "log_p[0] is nan; it must be a number"),
        ([], "log_p must hold at least one outcome on its last axis, got shape (0,)"),
        (0.0, "log_p must hold at least one outcome on its last axis, got shape ()"),
        ([0.0], "log_p and log_q must have the same outcomes: log_p has 1 on its last axis"),
    ],
    ids=str,
)
def test_what_holds_no_log_probabilities_raises(wrong, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        kl_from_logs(wrong, np.log([0.5, 0.5]))
    assert str(caught.value).startswith(message)
