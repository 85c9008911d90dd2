"""Mixtures of Gaussians against scipy: their densities, moments, supports and draws."""

import math

import mpmath
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import GaussianMixture, gaussian, mixture_entropy, mixture_kl
from tests.kl_core.errors import raises
from tests.kl_core.mixtures import (
    MEANS,
    MODERATE,
    SPREADS,
    THREE,
    TWO_MODES,
    UNEQUAL,
    components,
    density,
    mixtures,
    plain_density,
    quadrature,
)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weights": [0.5, 0.6]}, "weights sums to 1.1; probabilities sum to 1 (normalize turns"),
        ({"weights": [-0.5, 1.5]}, "weights[0] is -0.5; it must be finite and at least 0"),
        ({"weights": [1, math.nan]}, "weights[1] is nan; it must be finite and at least 0"),
        ({"weights": ["a", "b"]}, "weights must be an array of numbers: it holds text"),
        ({"weights": []}, "weights must hold at least one outcome on its last axis, got shape (0,"),
        ({"weights": 1}, "weights must hold at least one outcome on its last axis, got shape ()"),
        ({"means": [0, math.nan]}, "means[1] is nan; it must be finite"),
        ({"means": [-math.inf, 0]}, "means[0] is -inf; it must be finite"),
        ({"means": "text"}, "means must be an array of numbers: it holds text"),
        ({"stds": [1, 0]}, "stds[1] is 0.0; it must be finite and above 0"),
        ({"stds": [-1, 1]}, "stds[0] is -1.0; it must be finite and above 0"),
        ({"stds": [1, math.nan]}, "stds[1] is nan; it must be finite and above 0"),
        ({"stds": [math.inf, 1]}, "stds[0] is inf; it must be finite and above 0"),
        ({"stds": [[1], "x"]}, "stds must be an array of numbers: "),
        (
            {"weights": [1]},
            "weights, means and stds must be lists of the same length, got shapes (1",
        ),
        ({"means": [0, 1, 2]}, "weights, means and stds must be lists of the same length, got "),
        (
            {"stds": 1},
            "weights, means and stds must be lists of the same length, got shapes (2,), ",
        ),
        (
            {"weights": [[0.5, 0.5]], "means": [[0, 1]], "stds": [[1, 1]]},
            "weights, means and stds must be lists of the same length, got shapes (1, 2), (1, 2), ",
        ),
    ],
    ids=str,
)
def test_what_is_no_mixture_raises(fields, message):
    with raises(message):
        GaussianMixture(**{"weights": [0.5, 0.5], "means": [0, 1], "stds": [1, 1]} | fields)


@pytest.mark.parametrize(
    ("mean", "std", "message"),
    [
        (math.nan, 1, "mean must be a finite number, got nan"),
        (0, 0, "std must be a finite number above 0, got 0"),
        (0, -2, "std must be a finite number above 0, got -2"),
    ],
)
def test_what_is_no_gaussian_raises(mean, std, message):
    with raises(message):
        gaussian(mean, std)


def test_equal_mixtures_are_equal_and_hash_alike_whatever_they_were_made_of():
    arrays = GaussianMixture(np.array([0.5, 0.5]), np.array([-2.5, 2.5]), np.array([0.8, 0.8]))
    assert arrays == TWO_MODES
    assert hash(arrays) == hash(TWO_MODES)
    assert gaussian(1, 2) == GaussianMixture([1], [1], [2])
    assert len({arrays, TWO_MODES, gaussian(0, 1), gaussian(0, 1), gaussian(0, 2)}) == 3
    assert GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.9]) != TWO_MODES


def test_a_mixture_keeps_no_list_that_its_maker_may_change():
    means = [0.0, 3.0]
    p = GaussianMixture([0.5, 0.5], means, [1, 1])
    means[1] = 100.0
    assert p.means == (0.0, 3.0)
    assert p.mean == 1.5


@given(mixtures())
def test_the_density_is_scipys(p):
    x = np.concatenate([mean + std * np.linspace(-6, 6, 9) for _, mean, std in components(p)])
    expected = density(p)(x)
    np.testing.assert_allclose(p.pdf(x), expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(p.logpdf(x), np.log(expected), rtol=1e-12, atol=1e-12)
    assert p.logpdf(x.reshape(-1, 3)).shape == (x.size // 3, 3)
    assert isinstance(p.pdf(float(x[0])), float)


@given(mixtures())
def test_the_distribution_function_is_scipys(p):
    x = np.concatenate([mean + std * np.linspace(-6, 6, 9) for _, mean, std in components(p)])
    expected = sum(w * scipy.stats.norm.cdf(x, mean, std) for w, mean, std in components(p))
    np.testing.assert_allclose(p.cdf(x), expected, rtol=1e-13, atol=1e-16)
    assert p.cdf(x.reshape(-1, 3)).shape == (x.size // 3, 3)
    assert isinstance(p.cdf(0), float)


@pytest.mark.parametrize("far", [40, 400])
@pytest.mark.parametrize("p", [gaussian(0, 1), TWO_MODES, UNEQUAL, THREE], ids=str)
def test_the_log_density_keeps_its_digits_where_the_density_is_no_double(p, far):
    for x in (p.mean - far * p.std, p.mean + far * p.std):
        with mpmath.workdps(60):
            parts = [
                mpmath.mpf(w) * mpmath.npdf(mpmath.mpf(x), mpmath.mpf(mean), mpmath.mpf(std))
                for w, mean, std in components(p)
            ]
            expected = float(mpmath.log(mpmath.fsum(parts)))
        assert -1e6 < expected < -700
        assert p.logpdf(x) == pytest.approx(expected, rel=1e-14)
        assert p.pdf(x) <= 1e-300


@settings(max_examples=20)
@given(MODERATE)
def test_mean_and_spread_are_the_integrals(p):
    at = plain_density(p)
    assert quadrature(at, p) == pytest.approx(1, rel=1e-10)
    mean = quadrature(lambda x: x * at(x), p)
    variance = quadrature(lambda x: (x - p.mean) ** 2 * at(x), p)
    assert p.mean == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert p.std == pytest.approx(math.sqrt(variance), rel=1e-9)


@given(MEANS, SPREADS)
def test_mean_and_spread_of_a_single_gaussian_are_its_own(mean, std):
    assert gaussian(mean, std).mean == mean
    assert gaussian(mean, std).std == pytest.approx(std, rel=1e-15)


def test_mean_and_spread_of_two_modes_are_the_closed_form():
    assert TWO_MODES.mean == 0
    # Published: 2.624881.
    assert TWO_MODES.std == pytest.approx(math.sqrt(0.8**2 + 2.5**2), rel=1e-15)
    assert UNEQUAL.mean == pytest.approx(-0.7 + 0.75, rel=1e-14)
    # w(1 - w) gap² is what lies between the means.
    variance = 0.7 * 1.2**2 + 0.3 * 0.4**2 + 0.7 * 0.3 * 3.5**2
    assert UNEQUAL.std == pytest.approx(math.sqrt(variance), rel=1e-15)


def test_a_far_away_mixture_keeps_the_digits_of_its_spread():
    p = GaussianMixture([0.5, 0.5], [1e9 - 1, 1e9 + 1], [1, 1])
    assert p.std == pytest.approx(math.sqrt(2), rel=1e-15)


@given(mixtures(), mixtures(), st.floats(-1000, 1000), SPREADS)
def test_a_component_without_weight_counts_for_nothing(p, q, mean, std):
    more = GaussianMixture([0, *p.weights, 0], [mean, *p.means, -mean], [std, *p.stds, std])
    assert more.logpdf(0.3) == p.logpdf(0.3)
    assert more.support() == p.support()
    assert more.cdf(0.3) == pytest.approx(p.cdf(0.3), rel=1e-14)
    assert more.mean == pytest.approx(p.mean, rel=1e-14, abs=1e-14)
    assert more.std == pytest.approx(p.std, rel=1e-14)
    assert mixture_kl(more, q) == mixture_kl(p, q)
    assert mixture_kl(q, more) == mixture_kl(q, p)
    assert mixture_entropy(more) == mixture_entropy(p)


@given(mixtures(), st.floats(-15, -0.01).map(lambda exponent: 10.0**exponent))
def test_the_support_holds_all_but_the_tail(p, tail):
    low, high = p.support(tail)
    below = sum(w * scipy.stats.norm.cdf(low, mean, std) for w, mean, std in components(p))
    above = sum(w * scipy.stats.norm.sf(high, mean, std) for w, mean, std in components(p))
    assert below + above <= tail * (1 + 1e-9)
    # Not so wide that a chart would show nothing: one component alone fills it on either side.
    widest = -scipy.stats.norm.ppf(tail / 2)
    assert any(low == pytest.approx(mean - widest * std) for _, mean, std in components(p))
    assert any(high == pytest.approx(mean + widest * std) for _, mean, std in components(p))


@pytest.mark.parametrize("tail", [0, 1, -0.1, 2, math.nan])
def test_a_tail_that_is_no_share_raises(tail):
    with raises(f"tail must be a finite number above 0 and below 1, got {tail!r}"):
        TWO_MODES.support(tail)


@pytest.mark.parametrize("p", [gaussian(3, 0.5), TWO_MODES, UNEQUAL, THREE], ids=str)
def test_draws_have_the_distribution(p):
    size = 100_000
    draws = p.sample(size, np.random.default_rng(11))
    assert draws.shape == (size,)
    # Five standard errors each; the seed is fixed.
    assert abs(draws.mean() - p.mean) < 5 * p.std / math.sqrt(size)
    at = plain_density(p)
    fourth = quadrature(lambda x: (x - p.mean) ** 4 * at(x), p)
    error = math.sqrt((fourth - p.std**4) / size)
    assert abs(draws.var() - p.std**2) < 5 * error
    assert scipy.stats.kstest(draws, p.cdf).pvalue > 1e-4


def test_the_same_seed_gives_the_same_draws():
    draws = [THREE.sample(50, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).all()
    assert THREE.sample(0, np.random.default_rng(1)).shape == (0,)


@given(mixtures())
def test_every_edge_lies_around_a_component(p):
    edges = p.edges()
    for _, mean, std in components(p):
        assert edges.min() <= mean - 12 * std
        assert edges.max() >= mean + 12 * std
        assert np.abs(edges - mean).min() == 0
