"""Estimators by definition and in many digits, their means over draws, and each as a loss."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kl_core import PLACEMENTS, GaussianMixture, estimates, k1, k2, k3, mixture_kl
from kl_core._estimators import loss_and_slope, mean_and_error
from tests.kl_core.errors import raises
from tests.kl_core.estimators import EACH, NAMES

# expm1 rounds by a unit in the last place of 0.02, 2e-14 of what the difference leaves there.
K3_CLOSE = 2e-14


@mpmath.workdps(400)
def exact_k3(log_ratio):
    """Return p/q - 1 + log(q/p) of this very double, right in every digit of a double."""
    return float(mpmath.exp(-mpmath.mpf(log_ratio)) - 1 + mpmath.mpf(log_ratio))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("exponent", [-150, -100, -20, -9, -8, -7, -4, -3, -2, -1, 0, 1, 2, 2.84])
def test_k3_keeps_its_digits_whatever_the_size_of_the_ratio(exponent, sign):
    log_ratio = sign * 10.0**exponent
    assert k3(log_ratio) == pytest.approx(exact_k3(log_ratio), rel=K3_CLOSE, abs=0)


@given(st.floats(-700, 700) | st.floats(-0.05, 0.05))
def test_estimators_are_their_definitions(log_ratio):
    assert k1(log_ratio) == log_ratio
    # Squares below the smallest normal double lose digits.
    assert k2(log_ratio) == pytest.approx(log_ratio * log_ratio / 2, rel=1e-15, abs=1e-320)
    assert k3(log_ratio) == pytest.approx(exact_k3(log_ratio), rel=K3_CLOSE, abs=1e-307)


@given(st.floats(allow_nan=False))
def test_k2_and_k3_are_never_negative_and_k1_has_the_sign_of_the_ratio(log_ratio):
    # A RuntimeWarning is an error in these tests.
    assert k1(log_ratio) == log_ratio
    assert k2(log_ratio) >= 0
    assert k3(log_ratio) >= 0


@given(st.floats(0.5, 30), st.sampled_from([1, -1]))
def test_k3_is_the_kl_div_of_scipy(size, sign):
    # scipy.special.kl_div(x, y) = x log(x/y) - x + y, here of x = 1 and y = p/q.
    found = scipy.special.kl_div(1, math.exp(-sign * size))
    assert k3(sign * size) == pytest.approx(found, rel=1e-13)


@pytest.mark.parametrize(
    ("log_ratio", "expected"),
    [
        (math.inf, (math.inf, math.inf, math.inf)),
        (-math.inf, (-math.inf, math.inf, math.inf)),
        (0, (0, 0, 0)),
        (1e100, (1e100, 5e199, 1e100)),
        (-1e100, (-1e100, 5e199, math.inf)),
        (1e308, (1e308, math.inf, 1e308)),
        (-710, (-710, 252050, math.inf)),
    ],
)
def test_infinity_is_an_answer_and_large_ratios_bring_no_warning(log_ratio, expected):
    assert [each(log_ratio) for each in EACH.values()] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_each_keeps_the_shape_of_its_ratios(name):
    log_ratio = np.random.default_rng(0).normal(size=(2, 3, 4))
    log_ratio.flags.writeable = False
    batch = EACH[name](log_ratio)
    assert batch.shape == (2, 3, 4)
    for index in np.ndindex(batch.shape):
        assert batch[index] == EACH[name](float(log_ratio[index]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (math.nan, "log_ratio is nan; it must be a number"),
        ([0, math.nan], "log_ratio[1] is nan; it must be a number"),
        ([[0, 1], [math.inf, math.nan]], "log_ratio[1, 1] is nan; it must be a number"),
        ("text", "log_ratio must be an array of numbers: "),
        (1j, "log_ratio must be an array of numbers: "),
    ],
    ids=str,
)
def test_what_is_no_ratio_raises(name, wrong, message):
    with raises(message):
        EACH[name](wrong)


def test_estimates_are_means_with_their_standard_errors():
    log_ratio = np.random.default_rng(7).normal(0.2, 0.6, 1000)
    found = estimates(log_ratio)
    assert list(found) == NAMES
    for name, (mean, error) in found.items():
        draws = EACH[name](log_ratio)
        assert mean == pytest.approx(math.fsum(draws) / 1000, rel=1e-13)
        assert error == pytest.approx(scipy.stats.sem(draws), rel=1e-13)


def test_estimates_of_any_q_and_p_come_within_their_errors():
    # Mixtures, of which nothing but densities and draws is used.
    q = GaussianMixture([0.3, 0.7], [-2, 1], [0.5, 1])
    p = GaussianMixture([0.5, 0.5], [-1, 1], [1, 1.2])
    x = q.sample(200_000, np.random.default_rng(8))
    found = estimates(q.logpdf(x) - p.logpdf(x))
    truth = mixture_kl(q, p)
    for name in ("k1", "k3"):
        mean, error = found[name]
        assert 0 < error < 0.02 * truth
        assert abs(mean - truth) < 4 * error
    mean, error = found["k2"]
    assert abs(mean - truth) > 10 * error


@pytest.mark.parametrize("log_ratio", [0.3, [0.3], [[0.3]]])
def test_a_single_draw_has_a_mean_and_no_error(log_ratio):
    assert estimates(log_ratio)["k1"] == (0.3, math.inf)


def test_estimates_take_draws_of_any_shape():
    assert estimates([[0.1, 0.2], [0.3, 0.4]]) == estimates([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize("huge", [-800, -500])
def test_a_draw_that_overflows_leaves_no_number_without_an_error(huge):
    found = estimates([huge, 1.0, 2.0])
    assert found["k1"][0] == pytest.approx((huge + 3) / 3)
    assert found["k3"][0] > 1e200
    assert found["k3"][1] == math.inf


def test_an_infinite_mean_has_an_infinite_error():
    assert mean_and_error([1.0, math.inf]) == (math.inf, math.inf)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "values holds no number; it needs at least one"),
        ("text", "values must be an array of numbers: "),
    ],
)
def test_a_mean_needs_numbers(wrong, message):
    with raises(message):
        mean_and_error(wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "log_ratio holds no draw; it needs at least one"),
        ([[]], "log_ratio holds no draw; it needs at least one"),
        ([0, math.inf], "log_ratio[1] is inf; it must be finite"),
        ([math.nan, 0], "log_ratio[0] is nan; it must be finite"),
        ("text", "log_ratio must be an array of numbers: "),
    ],
    ids=str,
)
def test_estimates_need_finite_draws(wrong, message):
    with raises(message):
        estimates(wrong)


@pytest.mark.parametrize(
    ("placement", "each"),
    [("k1 in the loss", k1), ("k2 in the loss", k2), ("k3 in the loss", k3)],
)
@given(log_ratio=st.floats(-5, 5))
def test_a_loss_is_its_estimator_and_the_slope_its_derivative_in_log_q(placement, each, log_ratio):
    # p stands still, so log(q/p) moves as log q does.
    loss, slope = loss_and_slope(placement, np.array(log_ratio))
    assert loss == each(log_ratio)
    ahead, behind = (
        float(loss_and_slope(placement, np.array(log_ratio + by))[0]) for by in (1e-5, -1e-5)
    )
    # A central difference errs by a sixth of 10⁻¹⁰ times the third derivative, at most e⁵.
    assert slope == pytest.approx((ahead - behind) / 2e-5, rel=1e-8, abs=1e-8)


def test_a_penalty_in_the_reward_has_nothing_in_the_loss():
    loss, slope = loss_and_slope("k1 in the reward", np.array([-1.0, 0.0, 2.0]))
    np.testing.assert_array_equal([loss, slope], 0)


@pytest.mark.parametrize("wrong", ["k3", "", "K1 in the loss", None])
def test_a_penalty_has_one_of_four_places(wrong):
    with raises(f"placement must be one of {', '.join(PLACEMENTS)}; got {wrong!r}"):
        loss_and_slope(wrong, np.zeros(1))
