"""The Gaussians that stand for a mixture in the plane: closed forms and other numerics."""

import itertools
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import _plane_projection as plane
from kl_core._gaussian import multivariate_gaussian_kl
from kl_core._plane_kl import plane_kl
from kl_core._plane_mixture import PlaneMixture, plane_gaussian
from tests.kl_core.errors import raises
from tests.kl_core.planes import (
    CROSS,
    NAMES,
    PAIR,
    ROUND,
    SPIKE,
    THREE,
    all_mixtures,
    covariance,
    oracle_kl,
    project_plane_forward,
    project_plane_reverse,
)

SHAPES = ("full", "diagonal", "isotropic")
all_shapes = pytest.mark.parametrize("shape", SHAPES)


def numbers(fit):
    """Return the five numbers of a fit."""
    (a, b), (_, d) = fit.covariance
    return np.array([*fit.mean, a, b, d])


def as_gaussian(parameters, shape):
    """Return mean and Cholesky factor from numbers without bounds."""
    mean, logs = parameters[:2], np.exp(parameters[2:4])
    root = {
        "full": lambda: np.array([[logs[0], 0], [parameters[-1], logs[1]]]),
        "diagonal": lambda: np.diag(logs),
        "isotropic": lambda: logs[0] * np.eye(2),
    }[shape]()
    return mean, root


COUNT = {"full": 5, "diagonal": 4, "isotropic": 3}


def turned_grid(spacing=0.14, angle=0.5):
    """Return nodes and weights of a standard Gaussian on a grid that no axis of a fit meets."""
    line = np.arange(-6, 6, spacing) + spacing / 3
    z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    z = z[(z**2).sum(axis=1) < 36] @ [
        [math.cos(angle), math.sin(angle)],
        [-math.sin(angle), math.cos(angle)],
    ]
    weights = np.exp(-(z**2).sum(axis=1) / 2)
    return z, weights / weights.sum()


Z, W = turned_grid()


def oracle_reverse(parameters, p, shape):
    """Return D(Q‖P) and its gradient by `parameters`, without the code under test."""
    mean, root = as_gaussian(parameters, shape)
    x = mean + Z @ root.T
    pulls = [
        (np.array(centre) - x) @ np.linalg.inv(spread)
        for centre, spread in zip(p.means, p.covariances, strict=True)
    ]
    logs = np.array(
        [
            math.log(weight / (2 * math.pi * math.sqrt(np.linalg.det(spread))))
            - ((np.array(centre) - x) * pull).sum(axis=1) / 2
            for weight, centre, spread, pull in zip(
                p.weights, p.means, p.covariances, pulls, strict=True
            )
        ]
    )
    log_p = scipy.special.logsumexp(logs, axis=0)
    pull = sum(np.exp(log - log_p)[:, None] * each for log, each in zip(logs, pulls, strict=True))
    value = -1 - math.log(2 * math.pi) - np.log(np.diag(root)).sum() - W @ log_p
    by_root = -(pull * W[:, None]).T @ Z
    by_logs = np.diag(root) * np.diag(by_root) - 1
    if shape == "isotropic":
        by_logs = by_logs.sum(keepdims=True)
    return value, np.array([*(-W @ pull), *by_logs, *([by_root[1, 0]] * (shape == "full"))])


@pytest.mark.parametrize("project", [project_plane_forward, project_plane_reverse])
def test_a_shape_that_is_none_raises(project):
    with raises("shape is 'round'; it must be one of 'full', 'diagonal', 'isotropic'"):
        project(PAIR, "round")


# The forward projection.


@all_mixtures
@all_shapes
def test_forward_keeps_the_moments(p, shape):
    fit = project_plane_forward(p, shape)
    variances = np.diag(p.covariance)
    expected = {
        "full": p.covariance,
        "diagonal": np.diag(variances),
        "isotropic": np.eye(2) * variances.mean(),
    }[shape]
    np.testing.assert_allclose(fit.mean, p.mean, rtol=1e-14)
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-14, atol=1e-14)
    assert fit.divergence == plane_kl(p, plane_gaussian(fit.mean, fit.covariance))


@all_shapes
def test_forward_is_what_a_minimiser_finds(shape):
    line = np.arange(-8, 8, 0.2)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    masses = PAIR.pdf(grid) * 0.2**2

    def cross_entropy(parameters):
        mean, root = as_gaussian(parameters, shape)
        z = np.linalg.solve(root, (grid - mean).T)
        return np.log(np.diag(root)).sum() + masses @ (z**2).sum(axis=0) / 2

    start = np.array([0.5, -0.5, 0.3, 0.2, 0.1])[: COUNT[shape]]
    found = scipy.optimize.minimize(cross_entropy, start, tol=1e-10).x
    mean, root = as_gaussian(found, shape)
    fit = project_plane_forward(PAIR, shape)
    np.testing.assert_allclose(mean, fit.mean, atol=1e-5)
    np.testing.assert_allclose(root @ root.T, fit.covariance, atol=1e-4)


# The reverse projection.


@pytest.mark.parametrize("correlation", [0, 0.5, -0.8, 0.95])
def test_reverse_of_one_gaussian_has_closed_forms(correlation):
    spread = covariance(0.5, 2, correlation)
    p = plane_gaussian([3, -4], spread)
    precision = np.linalg.inv(spread)
    closed = {
        "full": np.array(spread),
        "diagonal": np.diag(1 / np.diag(precision)),
        "isotropic": np.eye(2) * 2 / np.trace(precision),
    }
    for shape, expected in closed.items():
        (fit,) = project_plane_reverse(p, shape)
        np.testing.assert_allclose(fit.mean, [3, -4], rtol=1e-8)
        np.testing.assert_allclose(fit.covariance, expected, rtol=1e-8, atol=1e-9)
        kl = multivariate_gaussian_kl(fit.mean, expected, [3, -4], spread)
        assert fit.divergence == pytest.approx(kl, rel=1e-8, abs=1e-10)


def test_forward_is_too_wide_and_reverse_too_narrow():
    p = plane_gaussian([0, 0], covariance(1, 1, 0.9))
    forward = project_plane_forward(p, "diagonal").covariance
    (reverse,) = project_plane_reverse(p, "diagonal")
    assert forward[0][0] == pytest.approx(1, rel=1e-12)
    assert reverse.covariance[0][0] == pytest.approx(1 - 0.9**2, rel=1e-8)


@all_mixtures
@all_shapes
def test_the_divergences_are_those_of_the_fits(p, shape):
    for fit in project_plane_reverse(p, shape):
        q = plane_gaussian(fit.mean, fit.covariance)
        assert fit.divergence == pytest.approx(plane_kl(q, p), abs=1e-8)


@pytest.mark.parametrize("p", [PAIR, CROSS, THREE], ids=["pair", "cross", "three"])
def test_the_divergence_of_a_fit_is_the_sum_over_a_fine_grid(p):
    best = project_plane_reverse(p, "full")[0]
    q = plane_gaussian(best.mean, best.covariance)
    assert best.divergence == pytest.approx(oracle_kl(q, p), abs=1e-8)


@pytest.mark.parametrize("p", [PAIR, CROSS, THREE], ids=["pair", "cross", "three"])
@all_shapes
def test_no_nearby_gaussian_is_better(p, shape):
    fits = project_plane_reverse(p, shape)
    rng = np.random.default_rng(2)
    for fit in fits:
        root = np.linalg.cholesky(np.array(fit.covariance))
        logs = np.log(np.diag(root))
        best = np.array([*fit.mean, *logs, root[1, 0]])[: COUNT[shape]]
        least, slope = oracle_reverse(best, p, shape)
        np.testing.assert_allclose(slope, 0, atol=1e-4)
        for _ in range(6):
            step = rng.normal(size=best.size)
            step *= 0.05 * root[0, 0] / np.linalg.norm(step)
            assert oracle_reverse(best + step, p, shape)[0] > least - 1e-5


@pytest.mark.parametrize("p", [PAIR, CROSS, THREE], ids=["pair", "cross", "three"])
@all_shapes
def test_a_dense_multi_start_finds_the_same_optima(p, shape):
    fits = project_plane_reverse(p, shape)
    divergences = [fit.divergence for fit in fits]
    rng = np.random.default_rng(7)
    found = []
    for _ in range(10):
        start = np.concatenate(
            [rng.uniform(-3, 3, 2), rng.uniform(-1, 0.8, 2), rng.normal(0, 0.5, 1)]
        )
        result = scipy.optimize.minimize(
            oracle_reverse, start[: COUNT[shape]], args=(p, shape), jac=True, tol=1e-6
        )
        found.append((result.fun, *as_gaussian(result.x, shape)))
    for value, mean, root in found:
        gaps = [
            np.abs(np.array(fit.covariance) - root @ root.T).max() + np.abs(fit.mean - mean).max()
            for fit in fits
        ]
        assert min(gaps) < 0.01
        assert value == pytest.approx(divergences[int(np.argmin(gaps))], abs=1e-4)
    assert min(value for value, _, _ in found) == pytest.approx(divergences[0], abs=1e-4)


@all_shapes
def test_optima_are_distinct_and_the_best_first(shape):
    fits = project_plane_reverse(THREE, shape)
    assert len(fits) > 1
    assert all(a.divergence <= b.divergence for a, b in itertools.pairwise(fits))
    for i, fit in enumerate(fits):
        for other in fits[:i]:
            assert np.abs(numbers(fit) - numbers(other)).max() > 0.1


def test_two_far_components_are_two_optima_of_known_divergence():
    p = PlaneMixture([0.7, 0.3], [[-5, 0], [5, 0]], [covariance(0.5, 0.5, 0.3), ROUND])
    best, second = project_plane_reverse(p, "full")[:2]
    assert best.divergence == pytest.approx(-math.log(0.7), abs=1e-9)
    assert second.divergence == pytest.approx(-math.log(0.3), abs=1e-6)
    np.testing.assert_allclose(numbers(best), [-5, 0, 0.25, 0.075, 0.25], atol=1e-8)


def test_equal_halves_give_mirrored_optima():
    p = PlaneMixture([0.5, 0.5], [[-2, 0], [2, 0]], [ROUND, ROUND])
    left, right = project_plane_reverse(p, "isotropic")
    assert left.mean[0] == pytest.approx(-right.mean[0], rel=1e-7)
    assert left.mean[0] < -1
    assert left.divergence == pytest.approx(right.divergence, abs=1e-10)


@all_mixtures
def test_a_freer_shape_is_never_worse(p):
    for project in (project_plane_forward, lambda p, shape: project_plane_reverse(p, shape)[0]):
        full, diagonal, isotropic = (project(p, shape).divergence for shape in SHAPES)
        assert full <= diagonal + 1e-9
        assert diagonal <= isotropic + 1e-9


def test_coordinates_do_not_matter():
    turn, shift = np.array([[1.2, 0.5], [-0.3, 0.8]]), np.array([1.0, -2.0])
    moved = PlaneMixture(
        PAIR.weights,
        np.array(PAIR.means) @ turn.T + shift,
        [turn @ np.array(each) @ turn.T for each in PAIR.covariances],
    )
    before, after = (project_plane_reverse(p, "full") for p in (PAIR, moved))
    assert len(before) == len(after)
    for a, b in zip(before, after, strict=True):
        assert a.divergence == pytest.approx(b.divergence, abs=1e-8)
        np.testing.assert_allclose(turn @ a.mean + shift, b.mean, atol=1e-6)
        np.testing.assert_allclose(turn @ a.covariance @ turn.T, b.covariance, atol=1e-6)
    forward = [project_plane_forward(p, "full").divergence for p in (PAIR, moved)]
    assert forward[0] == pytest.approx(forward[1], abs=1e-8)


@pytest.mark.parametrize("p", [PAIR, CROSS, SPIKE, THREE], ids=NAMES[1:])
def test_the_derivatives_are_finite_differences(p):
    mean, root = np.array([0.4, -0.3]), np.array([[0.9, 0.0], [0.3, 0.7]])
    moves = plane._MOVES["full"]

    def surface(parameters):
        move = root @ (parameters @ moves).reshape(2, 3)
        at = plane._surface(p, (mean + move[:, 0])[None], (root + move[:, 1:])[None], 1 / 4)
        return at.value[0], at.gradient[0], at.hessian[0]

    _, gradient, hessian = surface(np.zeros(5))
    slopes, bends = [], []
    for step in 1e-4 * np.eye(5):
        slopes.append((surface(step)[0] - surface(-step)[0]) / 2e-4)
        values = [
            surface(step + other)[0]
            - surface(step - other)[0]
            - surface(other - step)[0]
            + surface(-step - other)[0]
            for other in 1e-4 * np.eye(5)
        ]
        bends.append(np.array(values) / 4e-8)
    np.testing.assert_allclose(moves @ gradient, slopes, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(moves @ hessian @ moves.T, bends, rtol=1e-3, atol=1e-3)


CENTRES = st.floats(-3, 3)
STDS = st.floats(0.4, 1.5)
COMPONENTS = st.tuples(CENTRES, CENTRES, STDS, STDS, st.floats(-0.8, 0.8), st.floats(0.2, 1))


@settings(max_examples=12)
@given(st.lists(COMPONENTS, min_size=1, max_size=3), st.sampled_from(SHAPES))
def test_any_mixture_has_fits_that_beat_the_projection_of_the_other_direction(components, shape):
    weights = np.array([each[5] for each in components])
    p = PlaneMixture(
        weights / weights.sum(),
        [each[:2] for each in components],
        [covariance(*each[2:5]) for each in components],
    )
    forward = project_plane_forward(p, shape)
    reverse = project_plane_reverse(p, shape)
    assert forward.divergence >= 0
    best = plane_gaussian(reverse[0].mean, reverse[0].covariance)
    wide = plane_gaussian(forward.mean, forward.covariance)
    assert reverse[0].divergence <= plane_kl(wide, p) + 1e-8
    assert forward.divergence <= plane_kl(p, best) + 1e-8
    # Never worse than the best component alone: D(P_k‖P) is at most -log w_k.
    if shape == "full":
        assert reverse[0].divergence <= -math.log(max(p.weights)) + 1e-8
