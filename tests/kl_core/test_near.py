"""Mixtures next to each other, against fifty digits: all digits are right down to 1e-30 nats."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianMixture,
    alpha_divergence,
    descend,
    gaussian,
    gaussian_kl,
    kl_landscape,
    mass_beyond,
    mixture_js,
    mixture_kl,
    mixture_total_variation,
    project_alpha,
)
from tests.kl_core.digits import (
    alpha_integrand,
    exact_density,
    js_integrand,
    kl_integrand,
    over_the_line,
)
from tests.kl_core.mixtures import THREE, TWO_MODES, UNEQUAL

RIGHT = {"rel": 1e-9, "abs": 0}
# Closer than this nothing is promised.
LEAST = 1e-30
NEAR = st.floats(-14.5, -1).map(lambda exponent: 10.0**exponent)
ALPHAS = [0, 1e-9, 0.3, 0.5, 0.8, 1 - 1e-9, 1]


@st.composite
def near_pairs(draw):
    """Draw a mixture, and one next to it with its components reordered and one of them split."""
    size, step = draw(st.integers(1, 3)), draw(NEAR)
    moves = st.lists(st.floats(-1, 1), min_size=size, max_size=size)
    weights, means, stds = (
        np.array(draw(st.lists(each, min_size=size, max_size=size)))
        for each in (st.floats(0.2, 1), st.floats(-3, 3), st.floats(0.4, 2))
    )
    # One mean moves by the whole step, so that no pair comes out equal.
    shifts = np.array([1, *draw(moves)[1:]])
    other = (
        weights * (1 + step * np.array(draw(moves))),
        means + stds * step * shifts,
        stds * (1 + step * np.array(draw(moves))),
    )
    order = np.append(draw(st.permutations(range(size))), 0)
    split = [each[order] for each in other]
    share = draw(st.floats(0.1, 0.9))
    split[0] = np.where(order == 0, split[0] * np.where(np.arange(size + 1) < size, share, 0), 0)
    split[0] += np.where(order == 0, 0, other[0][order])
    split[0][-1] = other[0][0] * (1 - share)
    p = GaussianMixture(weights / weights.sum(), means, stds)
    return p, GaussianMixture(split[0] / split[0].sum(), *split[1:])


def exact(integrand, p, q):
    with mpmath.workdps(60):
        return float(over_the_line(integrand, p, q))


@settings(max_examples=40, deadline=None)
@given(near_pairs())
def test_the_divergence_of_mixtures_has_all_its_digits(pair):
    p, q = pair
    truth = exact(kl_integrand, p, q)
    assert mixture_kl(p, q) > 0
    if truth > LEAST:
        assert mixture_kl(p, q) == pytest.approx(truth, **RIGHT)


@settings(max_examples=40, deadline=None)
@given(near_pairs())
def test_jensen_shannon_has_all_its_digits(pair):
    p, q = pair
    truth = exact(js_integrand, p, q)
    if truth > LEAST:
        assert mixture_js(p, q) == pytest.approx(truth, **RIGHT)
        assert mixture_js(p, q) == pytest.approx(mixture_js(q, p), rel=1e-14)


@settings(max_examples=40, deadline=None)
@given(st.floats(-3, 3), st.floats(0.4, 2), NEAR, st.floats(-1, 1), st.sampled_from(ALPHAS))
def test_alpha_divergence_has_all_its_digits(mean, std, step, stretch, alpha):
    # Two components, so that no closed form is at hand.
    p = GaussianMixture([0.3, 0.7], [mean, mean + step], [std, std * (1 + step / 3)])
    at = mean - step * std, std * (1 + stretch * step)
    truth = exact(alpha_integrand(alpha), p, gaussian(*at))
    if truth > LEAST:
        assert alpha_divergence(p, *at, alpha) == pytest.approx(truth, **RIGHT)


@pytest.mark.parametrize("step", [1e-2, 1e-3, 1e-6, 1e-10, 1e-14])
@pytest.mark.parametrize("p", [TWO_MODES, UNEQUAL, THREE], ids=str)
def test_total_variation_has_all_its_digits(p, step):
    q = GaussianMixture(p.weights, [m + step for m in p.means], p.stds)
    # To the first order it is step/2 · ∫ |p'|: the climbs between the tops and the dips of p.
    x = np.linspace(-12, 12, 480_001)
    heights = p.pdf(x)
    turns = np.flatnonzero(np.diff(np.sign(np.diff(heights)))) + 1
    climbs = np.abs(np.diff(np.concatenate([[0.0], heights[turns], [0.0]]))).sum()
    exact_step = q.means[0] - p.means[0]
    value = mixture_total_variation(p, q)
    assert value == pytest.approx(exact_step * climbs / 2, rel=1e-8 + 10 * step)
    with mpmath.workdps(60):
        truth = exact_total_variation(p, q)
    assert value == pytest.approx(truth, **RIGHT)


def exact_total_variation(p, q):
    """Return ½ Σ |Δ(F_p - F_q)| between the places where p = q."""
    log_p, log_q = exact_density(p), exact_density(q)

    def gap(x):
        return log_p(x) - log_q(x)

    grid = [mpmath.mpf(k) / 16 for k in range(-160, 161)]
    signs = [gap(x) > 0 for x in grid]
    ends = [
        mpmath.findroot(gap, (low, high), solver="anderson", tol=1e-90)
        for low, high, before, after in zip(grid, grid[1:], signs, signs[1:], strict=False)
        if before != after
    ]

    def beyond(x):
        return sum(
            sign * mpmath.mpf(w) / mpmath.fsum(each.weights) * mpmath.ncdf((x - m) / mpmath.mpf(s))
            for sign, each in ((1, p), (-1, q))
            for w, m, s in zip(each.weights, each.means, each.stds, strict=True)
        )

    gaps = [0, *map(beyond, ends), 0]
    return float(sum(abs(b - a) for a, b in itertools.pairwise(gaps)) / 2)


@pytest.mark.parametrize("gap", [1e-1, 1e-6, 1e-12, 1e-15, 1e-20, 1e-100, 1e-150])
def test_two_bells_of_one_width_are_half_of_the_squared_gap_apart(gap):
    p, q = gaussian(0, 1), gaussian(gap, 1)
    assert mixture_kl(p, q) == pytest.approx(gap**2 / 2, rel=1e-13)
    assert kl_landscape(p, [gap], [1], "reverse")[0, 0] == pytest.approx(gap**2 / 2, rel=1e-13)
    assert alpha_divergence(p, gap, 1, 0.5) == pytest.approx(
        -4 * math.expm1(-(gap**2) / 8), **RIGHT
    )
    # JS is gap²/8 - gap⁴/64 + …, TV is gap/√(2π) - ….
    assert mixture_js(p, q) == pytest.approx(gap**2 / 8 - gap**4 / 64, rel=1e-12 + gap**4)
    line = math.erf(gap / math.sqrt(8))
    assert mixture_total_variation(p, q) == pytest.approx(line, rel=1e-12)
    assert mass_beyond(p, q, 1) == pytest.approx((1 + line) / 2, rel=1e-12)


HALVES = GaussianMixture([0.5, 0.5], [-1, 2], [1, 0.7])


@pytest.mark.parametrize(
    "same",
    [
        HALVES,
        GaussianMixture([0.5, 0.5], [2, -1], [0.7, 1]),
        GaussianMixture([0.5, 0, 0.5], [-1, 7, 2], [1, 3, 0.7]),
        GaussianMixture([0.25, 0.5, 0.25], [2, -1, 2], [0.7, 1, 0.7]),
        GaussianMixture([0.125, 0.375, 0.5], [-1, -1, 2], [1, 1, 0.7]),
    ],
    ids=str,
)
def test_what_is_the_same_is_0_apart_however_it_is_written(same):
    assert mixture_kl(HALVES, same) == mixture_js(HALVES, same) == 0
    assert mixture_total_variation(HALVES, same) == 0
    assert mass_beyond(HALVES, same, 1) == mass_beyond(same, HALVES, 1) == 0


def test_a_weight_that_differs_shows_however_little():
    for step in (2.0**-k for k in range(4, 52)):
        q = GaussianMixture([0.5 + step, 0.5 - step], [-1, 2], [1, 0.7])
        assert mixture_kl(HALVES, q) > 0
        # A fourth of what it is for twice the step, to the first order.
        twice = GaussianMixture([0.5 + 2 * step, 0.5 - 2 * step], [-1, 2], [1, 0.7])
        share = mixture_kl(HALVES, q) / mixture_kl(HALVES, twice)
        assert share == pytest.approx(1 / 4, rel=1e-9 + 3 * step)


@pytest.mark.parametrize("step", [1e-1, 1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("share", [0.5, 0.3])
def test_different_components_that_add_up_to_nearly_the_same_lose_what_they_are_said_to(
    step, share
):
    p = GaussianMixture([share, 1 - share], [-step * (1 - share), step * share], [1, 1])
    q = gaussian(p.mean, p.std)
    for one, other in ((p, q), (q, p)):
        truth = exact(kl_integrand, one, other)
        assert abs(mixture_kl(one, other) - truth) < 2e-16 * step * math.sqrt(truth)
    # Of halves it is κ₄²/48 to the first order, with a fourth cumulant κ₄ of -step⁴/8.
    if share == 0.5:
        assert mixture_kl(p, q) == pytest.approx(step**8 / 3072, rel=step**2 * 10, abs=1e-31)


@pytest.mark.parametrize("alpha", [0, 1])
def test_the_best_gaussian_for_what_is_nearly_one_knows_how_near(alpha):
    p = GaussianMixture([0.5, 0.5], [-1e-2, 1e-2], [1, 1])
    (fit,) = project_alpha(p, alpha)
    assert fit.divergence == pytest.approx(2e-2**8 / 3072, rel=1e-2)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_descent_knows_how_close_it_has_come(direction):
    path = descend(gaussian(0.5, 2), (1, 1.5), direction, rate=0.5)
    pairs = (0.5, 2, path.means, path.stds), (path.means, path.stds, 0.5, 2)
    truth = gaussian_kl(*pairs[direction == "reverse"])
    assert 0 < truth[-1] < 1e-9
    np.testing.assert_allclose(path.divergences, truth, rtol=1e-9)
