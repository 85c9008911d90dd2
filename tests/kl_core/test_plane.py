"""Mixtures in the plane and their divergences: scipy's densities, fine grids and closed forms."""

import math

import numpy as np
import pytest

from kl_core._gaussian import multivariate_gaussian_kl
from kl_core._mixture import GaussianMixture
from kl_core._mixture_divergences import mixture_kl
from kl_core._plane_kl import plane_kl
from kl_core._plane_mixture import PlaneMixture, plane_gaussian
from tests.kl_core.errors import raises
from tests.kl_core.planes import (
    CROSS,
    MIXTURES,
    NAMES,
    PAIR,
    ROUND,
    SINGLE,
    SPIKE,
    THREE,
    all_mixtures,
    covariance,
    oracle_kl,
    oracle_logpdf,
    project_plane_reverse,
)

# A mixture.


@all_mixtures
def test_the_density_is_scipys(p):
    x = np.random.default_rng(0).normal(0, 4, (5, 40, 2))
    np.testing.assert_allclose(p.logpdf(x), oracle_logpdf(p, x), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(p.pdf(x), np.exp(oracle_logpdf(p, x)), rtol=1e-10)


def test_the_density_far_out_does_not_underflow():
    assert PAIR.logpdf([1e6, -1e6]) == pytest.approx(oracle_logpdf(PAIR, [1e6, -1e6]), rel=1e-12)
    assert isinstance(PAIR.logpdf([0, 0]), float)


@pytest.mark.parametrize("p", [PAIR, CROSS, THREE], ids=["pair", "cross", "three"])
def test_the_density_has_mass_1_and_these_moments(p):
    line = np.arange(-9, 9, 0.05)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    masses = p.pdf(grid) * 0.05**2
    assert masses.sum() == pytest.approx(1, rel=1e-10)
    np.testing.assert_allclose(masses @ grid, p.mean, atol=1e-9)
    gaps = grid - p.mean
    np.testing.assert_allclose((gaps.T * masses) @ gaps, p.covariance, atol=1e-8)


def test_draws_have_the_moments_of_the_mixture():
    draws = THREE.sample(200_000, np.random.default_rng(4))
    assert draws.shape == (200_000, 2)
    # Five standard errors of a mean, and of a variance of something with light tails.
    np.testing.assert_allclose(draws.mean(axis=0), THREE.mean, atol=5 * 1.6 / 447)
    np.testing.assert_allclose(np.cov(draws.T), THREE.covariance, atol=5 * 3.5 / 447)
    again = THREE.sample(200_000, np.random.default_rng(4))
    np.testing.assert_array_equal(draws, again)


def test_draws_follow_the_density():
    draws = SPIKE.sample(100_000, np.random.default_rng(1))
    ratios = SPIKE.logpdf(draws)
    line = np.arange(-14, 14, 0.03)
    x = np.stack(np.meshgrid(line, line), axis=-1)
    logs = SPIKE.logpdf(x)
    expected = (np.exp(logs) * logs).sum() * 0.03**2
    assert ratios.mean() == pytest.approx(expected, abs=5 * ratios.std() / math.sqrt(100_000))


def test_a_mixture_compares_and_hashes_by_value():
    same = PlaneMixture(np.array(PAIR.weights), np.array(PAIR.means), np.array(PAIR.covariances))
    assert same == PAIR
    assert hash(same) == hash(PAIR)
    assert same != THREE
    assert isinstance(same.covariances[1][0][1], float)


def test_a_component_without_weight_changes_nothing():
    more = PlaneMixture(
        [*PAIR.weights, 0], [*PAIR.means, [9, 9]], [*PAIR.covariances, covariance(1, 1, 0)]
    )
    np.testing.assert_array_equal(more.mean, PAIR.mean)
    assert plane_kl(more, SINGLE) == plane_kl(PAIR, SINGLE)
    assert project_plane_reverse(more, "diagonal") == project_plane_reverse(PAIR, "diagonal")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (([0.5, 0.4], [[0, 0]] * 2, [ROUND] * 2), "weights sums to 0.9; probabilities sum to 1"),
        (([1.5, -0.5], [[0, 0]] * 2, [ROUND] * 2), "weights[1] is -0.5; it must be finite and at"),
        (([0.5, 0.5], [[0, 0], [0, math.nan]], [ROUND] * 2), "means[1, 1] is nan; it must be"),
        (
            ([0.5, 0.5], [[0, 0]] * 2, [ROUND, [[1, 2], [2, 1]]]),
            "covariances[1] is not positive definite: its smallest eigenvalue is -1",
        ),
        (
            ([0.5, 0.5], [[0, 0]] * 2, [[[1, 0.2], [0.1, 1]], ROUND]),
            "covariances[0] is not symmetric: covariances[0, 0, 1] is 0.2, covariances[0, 1, 0]",
        ),
        (
            ([0.5, 0.5], [[0, 0]], [ROUND] * 2),
            "weights, means and covariances must have shapes (k,), (k, 2) and (k, 2, 2), got (2,),",
        ),
        (
            ([1], [[0, 0, 0]], [np.eye(3)]),
            "weights, means and covariances must have shapes (k,), (k, 2) and (k, 2, 2), got (1,),",
        ),
        (([[1]], [[0, 0]], [ROUND]), "weights, means and covariances must have shapes"),
    ],
)
def test_what_is_no_mixture_raises(fields, message):
    with raises(message):
        PlaneMixture(*fields)


def test_points_need_two_coordinates():
    with raises("x must hold two coordinates on its last axis, got shape (3,)"):
        PAIR.logpdf([0, 0, 0])
    with raises("x[0] is nan; it must be finite"):
        PAIR.pdf([math.nan, 0])


# Divergences.


@pytest.mark.parametrize("seed", range(6))
def test_two_gaussians_have_the_closed_form(seed):
    rng = np.random.default_rng(seed)
    means = rng.uniform(-3, 3, (2, 2))
    spreads = [
        covariance(*rng.uniform(0.3, 2, 2), correlation)
        for correlation in rng.uniform(-1, 1, 2) * 0.95
    ]
    p, q = (plane_gaussian(*each) for each in zip(means, spreads, strict=True))
    closed = multivariate_gaussian_kl(means[0], spreads[0], means[1], spreads[1])
    assert plane_kl(p, q) == pytest.approx(closed, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(
    ("p", "q"),
    [(PAIR, SINGLE), (SINGLE, PAIR), (THREE, PAIR), (PAIR, THREE), (SPIKE, PAIR), (CROSS, SPIKE)],
    ids=lambda each: NAMES[MIXTURES.index(each)],
)
def test_a_divergence_is_the_sum_over_a_fine_grid(p, q):
    assert plane_kl(p, q) == pytest.approx(oracle_kl(p, q), rel=1e-8)


def test_independent_axes_add_up():
    weights, means, stds = [0.6, 0.4], [-1.5, 1.5], [0.7, 0.5]
    along = GaussianMixture(weights, means, stds)
    p = PlaneMixture(weights, [[x, 1] for x in means], [covariance(s, 2, 0) for s in stds])
    other = GaussianMixture([1], [0], [1.5])
    q = plane_gaussian([0, 0], covariance(1.5, 1, 0))
    across = float(multivariate_gaussian_kl([1], [[4]], [0], [[1]]))
    assert plane_kl(p, q) == pytest.approx(mixture_kl(along, other) + across, rel=1e-9)


@all_mixtures
def test_a_mixture_diverges_from_itself_by_0_and_from_another_by_more(p):
    assert plane_kl(p, p) == 0
    assert plane_kl(p, MIXTURES[MIXTURES.index(p) - 1]) > 0.01


@pytest.mark.parametrize("base", [2, 10])
def test_a_base_divides_by_its_log(base):
    nats = plane_kl(PAIR, SINGLE)
    assert plane_kl(PAIR, SINGLE, base=base) == pytest.approx(nats / math.log(base), rel=1e-15)


def test_a_base_of_1_raises():
    with raises("base must be a finite number above 1, or None for nats, got 1"):
        plane_kl(PAIR, SINGLE, base=1)
