"""Mixtures in the plane next to each other, and far from the origin, against fifty digits."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianMixture,
    PlaneMixture,
    mixture_kl,
    plane_gaussian,
    plane_kl,
    project_plane_forward,
    project_plane_reverse,
)
from tests.kl_core.digits import kl_integrand, over_the_line
from tests.kl_core.errors import raises
from tests.kl_core.planes import PAIR, ROUND, covariance

RIGHT = {"rel": 1e-9, "abs": 0}
# Closer than this nothing is promised.
LEAST = 1e-30
NEAR = st.floats(-14.5, -1).map(lambda exponent: 10.0**exponent)
ONE = st.floats(-1, 1)


def closed_form(mean_p, cov_p, mean_q, cov_q):
    """Return D(P‖Q) of these very doubles."""
    with mpmath.workdps(60):
        spread_p, spread_q = mpmath.matrix(cov_p), mpmath.matrix(cov_q)
        gap = mpmath.matrix(mean_p) - mpmath.matrix(mean_q)
        inverse = spread_q**-1
        ratio = inverse * spread_p
        squares = (gap.T * inverse * gap)[0]
        volume = mpmath.log(mpmath.det(spread_q) / mpmath.det(spread_p))
        return float((volume + ratio[0, 0] + ratio[1, 1] - 2 + squares) / 2)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=2),
    st.lists(st.floats(0.3, 2), min_size=2, max_size=2),
    st.floats(-0.95, 0.95),
    NEAR,
    st.lists(ONE, min_size=4, max_size=4),
)
# Covariances that differ by next to nothing.
@example([0.0, 0.0], [1.0, 1.0], 0.0, 1e-12, [0.0, 0.0, 4.5e-296, 0.0])
def test_two_gaussians_next_to_each_other_have_all_their_digits(mean, stds, lean, step, moves):
    a, b, c, d = moves
    spread = covariance(*stds, lean)
    # Scaled down where the spread is thin, so that what is drawn stays a covariance.
    room = step * (1 - lean**2) / 4
    other = covariance(stds[0] * (1 + room * a), stds[1] * (1 + room * b), lean + room * c)
    moved = [mean[0] + step * stds[0], mean[1] + step * d * stds[1]]
    truth = closed_form(mean, spread, moved, other)
    value = plane_kl(plane_gaussian(mean, spread), plane_gaussian(moved, other))
    assert value > 0
    if truth > LEAST:
        assert value == pytest.approx(truth, **RIGHT)


@pytest.mark.parametrize("step", [1e-2, 1e-4, 1e-8, 1e-12, 1e-14])
def test_mixtures_with_independent_axes_add_up_to_all_digits(step):
    weights, means, stds = [0.6, 0.4], [-1.5, 1.5], [0.7, 0.5]
    p = PlaneMixture(weights, [[x, 1] for x in means], [covariance(s, 2, 0) for s in stds])
    order = [1, 0]
    moved = [m + step * (k + 1) for k, m in enumerate(means)]
    q = PlaneMixture(
        [weights[k] for k in order],
        [[moved[k], 1] for k in order],
        [covariance(stds[k], 2, 0) for k in order],
    )
    # Squares of a spread are rounded, so the line gets what the plane has.
    of_line = [math.sqrt(covariance(s, 2, 0)[0][0]) for s in stds]
    one, other = (GaussianMixture(weights, each, of_line) for each in (means, moved))
    with mpmath.workdps(60):
        truth = float(over_the_line(kl_integrand, one, other))
    assert plane_kl(p, q) == pytest.approx(truth, **RIGHT)
    assert plane_kl(p, q) == pytest.approx(mixture_kl(one, other), **RIGHT)


def test_what_is_the_same_is_0_apart_however_it_is_written():
    first, second = zip(PAIR.means, PAIR.covariances, strict=True)
    turned = PlaneMixture(
        [0.4, 0, 0.3, 0.3],
        [second[0], [9, 9], first[0], first[0]],
        [second[1], ROUND, first[1], first[1]],
    )
    assert plane_kl(PAIR, turned) < 1e-31
    reordered = PlaneMixture(PAIR.weights[::-1], PAIR.means[::-1], PAIR.covariances[::-1])
    assert plane_kl(PAIR, reordered) == 0


def test_what_q_has_far_away_costs_its_weight():
    q = PlaneMixture([1 - 1e-5, 1e-5], [[0, 0], [1e200, 0]], [ROUND, ROUND])
    p = plane_gaussian([0, 0], ROUND)
    assert plane_kl(p, q) == pytest.approx(-math.log1p(-1e-5), rel=1e-9)
    assert plane_kl(p, plane_gaussian([1e200, 0], ROUND)) == math.inf
    half = PlaneMixture([0.5, 0.5], [[0, 0], [-1e200, 1e200]], [ROUND, ROUND])
    assert plane_kl(p, half) == pytest.approx(math.log(2), rel=1e-12)
    assert plane_kl(half, p) == math.inf


@pytest.mark.parametrize("shift", [(1e9, -1e9), (1e9, 0), (-1e12, 1e3)])
def test_fits_and_divergences_move_with_the_mixture(shift):
    # Multiples of an eighth, which move without rounding.
    still = PlaneMixture([0.6, 0.4], [[-2.5, 0], [2.5, 1]], PAIR.covariances)
    moved = PlaneMixture(still.weights, np.array(still.means) + shift, still.covariances)
    q = plane_gaussian([0.5, 0.25], ROUND), plane_gaussian(np.add([0.5, 0.25], shift), ROUND)
    assert plane_kl(moved, q[1]) == pytest.approx(plane_kl(still, q[0]), rel=1e-12)
    fits = zip(
        project_plane_reverse(still, "full"), project_plane_reverse(moved, "full"), strict=True
    )
    pairs = [*fits, (project_plane_forward(still, "full"), project_plane_forward(moved, "full"))]
    for fit, image in pairs:
        apart = np.subtract(image.mean, shift) - fit.mean
        assert np.abs(apart).max() <= 2e-16 * np.abs(shift).max() + 1e-9
        np.testing.assert_allclose(image.covariance, fit.covariance, rtol=1e-7)
        assert image.divergence == pytest.approx(fit.divergence, rel=1e-9)


def test_what_doubles_cannot_resolve_raises():
    p = PlaneMixture([0.5, 0.5], [[0, 0], [0, 1e200]], [ROUND, ROUND])
    with raises("p has a component with std 1.0 at 1e+200"):
        project_plane_reverse(p, "full")


def test_a_single_gaussian_stands_for_itself():
    (fit,) = project_plane_reverse(plane_gaussian([1e9, 3], covariance(1, 2, 0.5)), "full")
    assert fit.divergence < 1e-18
