"""What a Gaussian costs, by D_α and on a landscape: definitions, differences, closed forms."""

import itertools
import math

import numpy as np
import pytest
import scipy.integrate
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianMixture,
    alpha_divergence,
    gaussian,
    gaussian_kl,
    kl_landscape,
    mixture_kl,
)
from kl_core._alpha import alpha_surface
from tests.kl_core.errors import raises
from tests.kl_core.mixtures import TWO_MODES, UNEQUAL
from tests.kl_core.projections import (
    FAR_MODES,
    SEVERAL,
    SPREADS,
    THREE,
    differences,
    divergence,
    mixtures,
)


@settings(max_examples=40)
@given(
    mixtures(3), st.floats(-4, 4), SPREADS, st.sampled_from([0, 1e-9, 0.01, 0.3, 0.5, 0.9, 0.99, 1])
)
def test_gradient_and_hessian_are_the_differences_of_the_value(p, mean, std, alpha):
    surface = alpha_surface(p, np.full(1, float(alpha)), np.full(1, mean), np.full(1, std))
    gradient, hessian = differences(
        lambda at, log: float(alpha_divergence(p, at, math.exp(log), alpha)), mean, math.log(std)
    )
    size = 1 + surface.value[0] + np.abs(surface.hessian[0]).max()
    np.testing.assert_allclose(surface.gradient[0], gradient, rtol=1e-8, atol=1e-9 * size)
    np.testing.assert_allclose(surface.hessian[0], hessian, rtol=1e-4, atol=1e-5 * size)
    assert surface.gradient.shape == (1, 2)
    assert surface.hessian.shape == (1, 2, 2)


def reference_alpha(p, mean, std, alpha):
    """Return D_α from its definition, by scipy's quadrature."""
    q = gaussian(mean, std)

    def between(x):
        return math.exp(alpha * p.logpdf(x) + (1 - alpha) * q.logpdf(x))

    steps = np.arange(-12, 13)
    edges = np.unique(
        [m + s * steps for m, s in zip((*p.means, mean), (*p.stds, std), strict=True)]
    )
    integral = math.fsum(
        scipy.integrate.quad(between, low, high, epsabs=0, epsrel=1e-12)[0]
        for low, high in itertools.pairwise(edges)
        if between((low + high) / 2) > 1e-25
    )
    return (1 - integral) / (alpha * (1 - alpha))


@pytest.mark.parametrize("p", SEVERAL, ids=str)
@pytest.mark.parametrize(("mean", "std"), [(0, 1), (2.5, 0.4), (-1, 3)])
def test_alpha_divergence_is_its_definition(p, mean, std):
    for alpha in (0.1, 0.5, 0.75):
        expected = reference_alpha(p, mean, std, alpha)
        assert alpha_divergence(p, mean, std, alpha) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=60)
@given(mixtures(), st.floats(-5, 5), SPREADS)
def test_alpha_divergence_ends_in_both_divergences(p, mean, std):
    q = gaussian(mean, std)
    for alpha, end in ((0, mixture_kl(q, p)), (1, mixture_kl(p, q))):
        at_end = alpha_divergence(p, mean, std, alpha)
        assert at_end == pytest.approx(end, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("p", SEVERAL, ids=str)
def test_alpha_divergence_goes_to_its_ends_in_proportion(p):
    q = gaussian(0.5, 1.5)
    for end, sign, limit in ((0, 1, mixture_kl(q, p)), (1, -1, mixture_kl(p, q))):
        gaps = [
            alpha_divergence(p, 0.5, 1.5, end + sign * distance) - limit
            for distance in (1e-2, 1e-3, 1e-4, 1e-7)
        ]
        assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.2)
        assert gaps[1] / gaps[2] == pytest.approx(10, rel=0.02)
        assert gaps[3] == pytest.approx(gaps[2] / 1000, abs=1e-7)


def closed_alpha(mean_p, std_p, mean_q, std_q, alpha):
    """Return D_α of two Gaussians: ∫ p^α q^(1-α) is a Gaussian integral."""
    mixed = alpha * std_q**2 + (1 - alpha) * std_p**2
    log_integral = (
        (1 - alpha) * math.log(std_p)
        + alpha * math.log(std_q)
        - math.log(mixed) / 2
        - alpha * (1 - alpha) * (mean_p - mean_q) ** 2 / (2 * mixed)
    )
    return -math.expm1(log_integral) / (alpha * (1 - alpha))


@given(st.floats(-5, 5), SPREADS, st.floats(-5, 5), SPREADS, st.floats(0.001, 0.999))
def test_alpha_divergence_of_gaussians_is_the_closed_form_and_its_mirror(m, s, mean, std, alpha):
    value = alpha_divergence(gaussian(m, s), mean, std, alpha)
    expected = closed_alpha(m, s, mean, std, alpha)
    # Near 0 and 1 the definition divides roundings by α (1 - α).
    noise = 1e-14 / (alpha * (1 - alpha))
    assert value == pytest.approx(expected, rel=1e-9, abs=noise)
    mirrored = alpha_divergence(gaussian(mean, std), m, s, 1 - alpha)
    assert value == pytest.approx(mirrored, rel=1e-9, abs=noise)


@pytest.mark.parametrize("ratio", [10, 30, 100])
@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.5, 0.9, 0.99])
def test_alpha_divergence_keeps_its_digits_for_very_different_spreads(ratio, alpha):
    for std_p, std_q in ((1, ratio), (ratio, 1)):
        value = alpha_divergence(gaussian(0, std_p), 0, std_q, alpha)
        assert value == pytest.approx(closed_alpha(0, std_p, 0, std_q, alpha), rel=1e-8)


def test_alpha_divergences_of_any_shape_equal_a_loop():
    means, stds, alphas = (
        np.array([[0.0], [1.0]]),
        np.array([0.5, 1, 2]),
        np.array([[[0]], [[0.5]], [[1]]]),
    )
    batch = alpha_divergence(THREE, means, stds, alphas)
    assert batch.shape == (3, 2, 3)
    for index in np.ndindex(batch.shape):
        each = [float(np.broadcast_to(a, batch.shape)[index]) for a in (means, stds, alphas)]
        one = alpha_divergence(THREE, *each)
        assert isinstance(one, float)
        assert batch[index] == pytest.approx(one, rel=1e-12)


LANDSCAPES = [
    *((p, [-4, -1, 0, 0.3, 2.5, 6], [0.3, 0.8, 1.7, 5]) for p in (*SEVERAL, FAR_MODES)),
    (gaussian(0, 1), [0, 1, 200], [0.01, 1, 100]),
    (gaussian(0, 0.01), [-1, 0, 0.005], [0.01, 1, 100]),
    (gaussian(0, 100), [0, 150], [0.01, 1, 100]),
    (GaussianMixture([0.5, 0.5], [0, 1], [0.01, 10]), [-5, 0, 0.02, 1], [0.01, 0.1, 1, 100]),
    (GaussianMixture([1 - 1e-12, 1e-12], [0, 3], [0.05, 2]), [0, 1, 5], [0.02, 0.3, 3]),
]


@pytest.mark.parametrize(("p", "means", "stds"), LANDSCAPES, ids=str)
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_landscape_is_mixture_kl_at_each_point(p, means, stds, direction):
    grid = kl_landscape(p, means, stds, direction)
    assert grid.shape == (len(stds), len(means))
    expected = [[divergence(p, direction)(mean, math.log(std)) for mean in means] for std in stds]
    np.testing.assert_allclose(grid, expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(("sigma", "std"), [(1, 1e-4), (1e-4, 1), (1, 1e4), (1e3, 1e-3)])
def test_a_landscape_of_one_gaussian_is_the_closed_form_for_any_spreads(sigma, std):
    means = np.array([0, sigma, 10 * sigma])
    for direction in ("forward", "reverse"):
        grid = kl_landscape(gaussian(0, sigma), means, [std], direction)
        pair = (0, sigma, means, std) if direction == "forward" else (means, std, 0, sigma)
        np.testing.assert_allclose(grid[0], gaussian_kl(*pair), rtol=1e-8)


@given(mixtures(3), st.lists(st.floats(-6, 6), min_size=1, max_size=5))
def test_a_landscape_does_not_depend_on_what_else_is_on_it(p, means):
    stds = [0.3, 1.1, 4.0]
    for direction in ("forward", "reverse"):
        grid = kl_landscape(p, means, stds, direction)
        for i, j in np.ndindex(grid.shape):
            alone = kl_landscape(p, [means[j]], [stds[i]], direction)[0, 0]
            assert grid[i, j] == pytest.approx(alone, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("base", [2, 10])
def test_a_base_divides_by_its_log(base):
    unit = math.log(base)
    place = [-1, 0.5], [0.7, 2]
    for direction in ("forward", "reverse"):
        nats = kl_landscape(UNEQUAL, *place, direction)
        found = kl_landscape(UNEQUAL, *place, direction, base=base)
        np.testing.assert_allclose(found, nats / unit, rtol=1e-15)
    for alpha in (0, 0.5, 1):
        found = alpha_divergence(UNEQUAL, *place, alpha, base=base)
        nats = alpha_divergence(UNEQUAL, *place, alpha)
        np.testing.assert_allclose(found, nats / unit, rtol=1e-15)


def test_a_base_of_1_raises():
    message = "base must be a finite number above 1, or None for nats, got 1"
    with raises(message):
        kl_landscape(TWO_MODES, [0], [1], "forward", base=1)
    with raises(message):
        alpha_divergence(TWO_MODES, 0, 1, 0.5, base=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"means": math.inf}, "means is inf; it must be finite"),
        ({"means": [0, math.nan]}, "means[1] is nan; it must be finite"),
        ({"stds": 0}, "stds is 0.0; it must be finite and above 0"),
        ({"stds": [1, -2]}, "stds[1] is -2.0; it must be finite and above 0"),
        ({"alpha": -0.1}, "alpha is -0.1; it must lie between 0 and 1"),
        ({"alpha": [0, 1.5]}, "alpha[1] is 1.5; it must lie between 0 and 1"),
        ({"alpha": math.nan}, "alpha is nan; it must be finite"),
        (
            {"means": [0, 1], "stds": [1, 2, 3]},
            "means of shape (2,), stds of shape (3,) and alpha of",
        ),
    ],
    ids=str,
)
def test_what_alpha_divergence_cannot_take_raises(arguments, message):
    with raises(message):
        alpha_divergence(TWO_MODES, **{"means": 0, "stds": 1, "alpha": 0.5} | arguments)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"means": [0, math.nan]}, "means[1] is nan; it must be finite"),
        ({"stds": [0, 1]}, "stds[0] is 0.0; it must be finite and above 0"),
        ({"stds": [1, math.inf]}, "stds[1] is inf; it must be finite and above 0"),
        ({"direction": "up"}, "direction must be 'forward' or 'reverse', got 'up'"),
    ],
    ids=str,
)
def test_what_a_landscape_cannot_take_raises(arguments, message, direction):
    with raises(message):
        kl_landscape(TWO_MODES, **{"means": [0], "stds": [1], "direction": direction} | arguments)
