"""The best Gaussians against dense grids, scipy's optimisers, differences and closed forms."""

import itertools
import math

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianFit,
    GaussianMixture,
    alpha_divergence,
    branch_breaks,
    descend,
    gaussian,
    gaussian_kl,
    kl_landscape,
    mixture_kl,
    project_alpha,
    project_alphas,
    project_forward,
    project_reverse,
)
from kl_core._alpha import alpha_surface
from tests.kl_core.errors import raises

TWO_MODES = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
FAR_MODES = GaussianMixture([0.6, 0.4], [-3, 3], [0.7, 0.9])
UNEQUAL = GaussianMixture([0.7, 0.3], [-1, 2.5], [1.2, 0.4])
THREE = GaussianMixture([0.3, 0.4, 0.3], [-4, 0, 4], [0.6, 0.5, 0.7])
WIDE_AND_NARROW = GaussianMixture([0.6, 0.4], [0, 1], [3, 0.3])
SEVERAL = [TWO_MODES, UNEQUAL, THREE, WIDE_AND_NARROW]

SPREADS = st.floats(math.log(0.2), math.log(3)).map(math.exp)
ALPHAS = [0, 1e-9, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6, 1]


@st.composite
def mixtures(draw, most=5):
    """Draw a mixture of which each component weighs something."""
    size = draw(st.integers(1, most))
    weights, means, stds = (
        draw(st.lists(each, min_size=size, max_size=size))
        for each in (st.floats(0.05, 1), st.floats(-5, 5), SPREADS)
    )
    return GaussianMixture([weight / math.fsum(weights) for weight in weights], means, stds)


def divergence(p, direction):
    """Return the divergence as a function of Q's mean and log spread, by `mixture_kl`."""
    if direction == "forward":
        return lambda mean, log_std: mixture_kl(p, gaussian(mean, math.exp(log_std)))
    return lambda mean, log_std: mixture_kl(gaussian(mean, math.exp(log_std)), p)


def differences(function, mean, log_std, step=1e-3):
    """Return gradient and Hessian by differences of the fourth and the second order."""
    at = {
        (i, j): function(mean + i * step * math.exp(log_std), log_std + j * step)
        for i in range(-2, 3)
        for j in range(-2, 3)
        if not i or not j or abs(i) == abs(j) == 1
    }
    gradient = np.array(
        [
            8 * (at[1, 0] - at[-1, 0]) - (at[2, 0] - at[-2, 0]),
            8 * (at[0, 1] - at[0, -1]) - (at[0, 2] - at[0, -2]),
        ]
    ) / (12 * step)
    across = (at[1, 1] - at[1, -1] - at[-1, 1] + at[-1, -1]) / 4
    along = [at[1, 0] + at[-1, 0] - 2 * at[0, 0], at[0, 1] + at[0, -1] - 2 * at[0, 0]]
    return gradient, np.array([[along[0], across], [across, along[1]]]) / step**2


def same(fit, mean, std, near=1e-3):
    """Say whether a fit is that Gaussian, in spreads and in log spread."""
    return abs(fit.mean - mean) < near * std and abs(math.log(fit.std / std)) < near


def grid_minima(p, rows=40, columns=80):
    """Return mean and spread of each minimum of D(Q‖P) on a grid, from a plain sum over z."""
    z = (np.arange(-160, 161) / 18)[:, None, None]
    share = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    mu, sigma = np.array(p.means), np.array(p.stds)
    means = np.linspace((mu - sigma).min(), (mu + sigma).max(), columns)
    means = np.unique(np.concatenate([means, mu]))
    stds = np.geomspace(0.9 * sigma.min(), max(2 * p.std, sigma.max()), rows)
    x = means + z * stds[:, None]
    logs = np.full(x.shape, -np.inf)
    for weight, mean, std in zip(p.weights, p.means, p.stds, strict=True):
        logs = np.logaddexp(logs, math.log(weight / std) - ((x - mean) / std) ** 2 / 2)
    grid = np.pad(-np.log(stds)[:, None] - (share * logs).sum(axis=0), 1, constant_values=np.inf)
    inner = grid[1:-1, 1:-1]
    around = [
        grid[1 + i : rows + 1 + i, 1 + j : means.size + 1 + j]
        for i, j in itertools.product((-1, 0, 1), repeat=2)
        if i or j
    ]
    lowest = np.all([inner <= each for each in around], axis=0)
    return [(float(means[j]), float(stds[i])) for i, j in np.argwhere(lowest)]


def refined(p, mean, std):
    """Return where Nelder and Mead's simplex ends on `mixture_kl`, from there."""
    function = divergence(p, "reverse")
    result = scipy.optimize.minimize(
        lambda v: function(mean + std * v[0], math.log(std) + v[1]),
        [0, 0],
        method="Nelder-Mead",
        options={
            "initial_simplex": [[0, 0], [0.05, 0], [0, 0.05]],
            "xatol": 1e-6,
            "fatol": 1e-12,
            "maxiter": 1000,
        },
    )
    assert result.success
    return mean + std * result.x[0], std * math.exp(result.x[1])


def is_lowest_around(function, fit, reach=1e-3):
    """Say whether every Gaussian on a small circle around the fit is worse."""
    angles = np.linspace(0, 2 * math.pi, 16, endpoint=False)
    return all(
        function(fit.mean + reach * fit.std * math.cos(a), math.log(fit.std) + reach * math.sin(a))
        > fit.divergence
        for a in angles
    )


@settings(max_examples=30)
@given(mixtures())
def test_the_forward_fit_is_where_an_optimiser_of_scipy_ends(p):
    fit = project_forward(p)
    function = divergence(p, "forward")
    # From one spread away, in both.
    result = scipy.optimize.minimize(
        lambda v: function(p.means[0] + v[0], math.log(p.stds[0]) + v[1]),
        [0.3, 0.3],
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-13, "maxiter": 2000},
    )
    assert result.success
    assert same(fit, p.means[0] + result.x[0], p.stds[0] * math.exp(result.x[1]), 1e-5)
    assert fit.divergence == pytest.approx(result.fun, rel=1e-9, abs=1e-12)
    assert fit.divergence <= result.fun * (1 + 1e-9) + 1e-14


@settings(max_examples=20)
@example(
    # In the bowl between its modes lies an optimum, and beside it the way out.
    GaussianMixture(
        [0.1903413906031099, 0.8096586093968901],
        [3.233573578, -3.231203302],
        [0.63420626, 0.50501535],
    )
)
@example(FAR_MODES)
@example(THREE)
@example(WIDE_AND_NARROW)
@given(mixtures())
def test_the_reverse_fits_are_all_that_a_dense_grid_finds(p):
    fits, function = project_reverse(p), divergence(p, "reverse")
    for start in grid_minima(p):
        mean, std = refined(p, *start)
        gradient, hessian = differences(function, mean, math.log(std))
        # A simplex may stop in a valley so flat that rounding decides whether it is a bowl.
        if np.linalg.eigvalsh(hessian)[0] > 0.02 and np.abs(gradient).max() < 1e-4:
            assert any(same(fit, mean, std, 0.01) for fit in fits)


@settings(max_examples=30)
@given(mixtures())
def test_each_reverse_fit_is_a_local_optimum_and_the_best_comes_first(p):
    fits, function = project_reverse(p), divergence(p, "reverse")
    assert fits
    values = [fit.divergence for fit in fits]
    np.testing.assert_allclose(values, np.sort(values), rtol=0, atol=1e-10)
    at_components = [function(*at) for at in zip(p.means, np.log(p.stds), strict=True)]
    assert values[0] <= min(at_components) + 1e-12
    for fit in fits:
        assert isinstance(fit, GaussianFit)
        assert fit.divergence == pytest.approx(function(fit.mean, math.log(fit.std)), abs=1e-10)
        gradient, hessian = differences(function, fit.mean, math.log(fit.std))
        assert np.abs(gradient).max() < 1e-6
        lowest = np.linalg.eigvalsh(hessian)[0]
        assert lowest > -1e-4
        if lowest > 0.02:
            assert is_lowest_around(function, fit)
    for one, other in itertools.combinations(fits, 2):
        assert not same(one, other.mean, other.std)


def test_published_reverse_optima():
    # Vieira, "KL-divergence as an objective function".
    fits = project_reverse(TWO_MODES)
    assert {round(fit.mean, 6) for fit in fits[:2]} == {-2.491896, 2.491896}
    for fit in fits[:2]:
        assert fit.std == pytest.approx(0.812599, abs=5e-7)
        assert fit.divergence == pytest.approx(0.690345, abs=5e-7)
    forward = project_forward(TWO_MODES)
    assert forward.mean == pytest.approx(0, abs=1e-15)
    assert forward.std == pytest.approx(2.624881, abs=5e-7)
    assert forward.divergence == pytest.approx(0.497582, abs=5e-7)


@pytest.mark.parametrize("p", [TWO_MODES, FAR_MODES], ids=str)
def test_two_far_modes_have_a_third_reverse_optimum_astride_of_both(p):
    first, second, third = project_reverse(p)
    for fit in (first, second):
        assert min(abs(fit.mean - mean) for mean in p.means) < 0.02
    assert third.divergence > second.divergence
    # Equally good ones are sorted by their mean, and are equal but for rounding.
    assert round(second.divergence, 10) >= round(first.divergence, 10)
    assert p.means[0] < third.mean - third.std / 2 < third.mean + third.std / 2 < p.means[1]
    assert third.std > 2 * max(p.stds)
    assert is_lowest_around(divergence(p, "reverse"), third, 0.05)


@pytest.mark.parametrize("weights", [[1], [0.3, 0.7], [0.2, 0.3, 0.5], [1, 0], [0, 0.4, 0.6]])
def test_equal_components_make_one_gaussian_that_is_the_only_optimum(weights):
    p = GaussianMixture(weights, [1.5] * len(weights), [0.7] * len(weights))
    every = [project_alpha(p, alpha) for alpha in ALPHAS]
    assert [len(fits) for fits in every] == [1] * len(ALPHAS)
    for fit in (project_forward(p), *(fit for fits in every for fit in fits)):
        assert fit.mean == pytest.approx(1.5, abs=1e-9)
        assert fit.std == pytest.approx(0.7, rel=1e-9)
        # D_α divides the rounding of an integral by α (1 - α).
        assert fit.divergence == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("gap", [1e-3, 1e-8, 1e-20, 1e-90, 1e-160, 1e-300])
@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.4, 0.6]])
def test_nearly_equal_components_are_all_but_one_gaussian(gap, weights):
    # Where one takes over from the other is far outside of what a double holds.
    for p in (
        GaussianMixture(weights, [0, gap], [1, 1]),
        GaussianMixture(weights, [0, 0], [1, 1 + gap]),
    ):
        for alpha in (0, 0.5, 1):
            (fit,) = project_alpha(p, alpha)
            assert same(fit, p.mean, p.std, 1e-5)
            assert fit.divergence < 1e-6
        assert kl_landscape(p, [0], [2], "reverse")[0, 0] == pytest.approx(
            gaussian_kl(0, 2, p.mean, p.std), rel=1e-5
        )


def test_a_component_without_weight_attracts_no_fit():
    p = GaussianMixture([0.5, 0, 0.5], [-2.5, 40, 2.5], [0.8, 0.01, 0.8])
    for alpha in (0, 0.5, 1):
        fits, expected = project_alpha(p, alpha), project_alpha(TWO_MODES, alpha)
        assert len(fits) == len(expected)
        for fit, other in zip(fits, expected, strict=True):
            assert same(fit, other.mean, other.std, 1e-7)


@pytest.mark.parametrize("alpha", [0, 0.2, 0.5, 0.8, 0.97])
@pytest.mark.parametrize("p", SEVERAL, ids=str)
def test_each_fit_of_an_alpha_is_a_local_optimum(p, alpha):
    def function(mean, log_std):
        return float(alpha_divergence(p, mean, math.exp(log_std), alpha))

    fits = project_alpha(p, alpha)
    assert fits
    divergences = [round(fit.divergence, 9) for fit in fits]
    assert divergences == sorted(divergences)
    for fit in fits:
        assert fit.divergence == pytest.approx(function(fit.mean, math.log(fit.std)), rel=1e-12)
        assert np.abs(differences(function, fit.mean, math.log(fit.std))[0]).max() < 1e-7
        assert is_lowest_around(function, fit)


def test_the_ends_of_alpha_are_the_two_projections():
    for p in SEVERAL:
        assert project_alpha(p, 0) == project_reverse(p)
        assert project_alpha(p, 1) == (project_forward(p),)


# Here the optimum astride of both modes is born between two rungs.
LATE = GaussianMixture([0.6, 0.4], [-4, 4], [0.7, 1])


@pytest.mark.parametrize("p", [*SEVERAL, FAR_MODES, LATE], ids=str)
def test_a_ladder_of_alphas_finds_what_each_rung_finds_alone(p):
    ladder = np.linspace(0, 1, 41)
    together = project_alphas(p, ladder)
    assert len(together) == ladder.size
    for alpha, fits in zip(ladder, together, strict=True):
        alone = project_alpha(p, alpha)
        assert len(fits) == len(alone), alpha
        for fit, other in zip(fits, alone, strict=True):
            # Equally good ones may come in either order.
            twin = next((one for one in alone if same(one, fit.mean, fit.std)), None)
            assert twin is not None, alpha
            assert fit.divergence == pytest.approx(twin.divergence, abs=1e-10)
            assert fit.divergence == pytest.approx(other.divergence, abs=1e-9)


def test_a_ladder_may_have_one_rung():
    assert project_alphas(TWO_MODES, [0.3]) == [project_alpha(TWO_MODES, 0.3)]
    assert project_alphas(TWO_MODES, [1]) == [(project_forward(TWO_MODES),)]


@settings(max_examples=20)
@given(
    mixtures(3), st.floats(-50, 50), st.floats(0.05, 20), st.sampled_from([1, -1]), st.booleans()
)
def test_fits_move_with_the_mixture(p, shift, unit, sign, middle):
    moved = GaussianMixture(
        p.weights, [sign * unit * mean + shift for mean in p.means], [unit * s for s in p.stds]
    )
    alpha = 0.5 if middle else 0
    fit, image = project_forward(p), project_forward(moved)
    assert same(image, sign * unit * fit.mean + shift, unit * fit.std, 1e-9)
    fits, images = project_alpha(p, alpha), project_alpha(moved, alpha)
    for fit in fits:
        # A flat bowl is there or not as its last digits fall.
        function = alpha_surface(p, np.full(1, alpha), np.full(1, fit.mean), np.full(1, fit.std))
        if np.linalg.eigvalsh(function.hessian[0])[0] > 0.05:
            at = sign * unit * fit.mean + shift, unit * fit.std
            assert any(same(image, *at, 1e-5) for image in images)
    assert images[0].divergence == pytest.approx(fits[0].divergence, rel=1e-8, abs=1e-10)


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


def closed_alpha(mu_p, sigma_p, mu_q, sigma_q, alpha):
    """Return D_α of two Gaussians: ∫ p^α q^(1-α) is a Gaussian integral."""
    mixed = alpha * sigma_q**2 + (1 - alpha) * sigma_p**2
    log_integral = (
        (1 - alpha) * math.log(sigma_p)
        + alpha * math.log(sigma_q)
        - math.log(mixed) / 2
        - alpha * (1 - alpha) * (mu_p - mu_q) ** 2 / (2 * mixed)
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
    for sigma_p, sigma_q in ((1, ratio), (ratio, 1)):
        value = alpha_divergence(gaussian(0, sigma_p), 0, sigma_q, alpha)
        assert value == pytest.approx(closed_alpha(0, sigma_p, 0, sigma_q, alpha), rel=1e-8)


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


STARTS = [(1.0, 1.0), (-3.0, 0.4), (4.0, 2.5)]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("p", SEVERAL, ids=str)
@pytest.mark.parametrize(
    ("optimiser", "rate", "steps"), [("natural gradient", 0.3, 2000), ("Adam", 0.02, 6000)]
)
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_descent_ends_at_a_local_optimum(p, start, optimiser, rate, steps, direction):
    path = descend(p, start, direction, optimiser=optimiser, rate=rate, steps=steps)
    assert path.means[0] == start[0]
    assert path.stds[0] == start[1]
    fits = (project_forward(p),) if direction == "forward" else project_reverse(p)
    ends = [fit for fit in fits if same(fit, path.means[-1], path.stds[-1], 1e-3)]
    assert len(ends) == 1
    assert path.divergences[-1] == pytest.approx(ends[0].divergence, rel=1e-5, abs=1e-6)
    assert path.divergences[-1] <= path.divergences[0]


@pytest.mark.parametrize("optimiser", ["gradient descent", "Adam", "natural gradient"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("p", SEVERAL, ids=str)
def test_the_divergences_on_the_way_are_mixture_kl(p, direction, optimiser):
    path = descend(p, (1.5, 0.7), direction, optimiser=optimiser, rate=0.05, steps=25)
    assert path.means.shape == path.stds.shape == path.divergences.shape == (26,)
    function = divergence(p, direction)
    expected = [function(*at) for at in zip(path.means, np.log(path.stds), strict=True)]
    np.testing.assert_allclose(path.divergences, expected, rtol=1e-8, atol=1e-10)


@settings(max_examples=40)
@given(mixtures(3), st.floats(-4, 4), SPREADS, st.sampled_from(["forward", "reverse"]))
def test_the_first_step_is_the_one_of_the_textbook(p, mean, std, direction):
    gradient, _ = differences(divergence(p, direction), mean, math.log(std))
    # By the mean itself, and the log spread.
    gradient /= [std, 1]
    fisher = np.array([1 / std**2, 2])
    moves = {"gradient descent": gradient, "natural gradient": gradient / fisher}
    rate = 1e-3 / (1 + np.abs(gradient).max() * max(1, std**2))
    for optimiser, move in moves.items():
        path = descend(p, (mean, std), direction, optimiser=optimiser, rate=rate, steps=1)
        if path.means.size == 1:
            # It stops where nothing visible would move.
            assert np.abs(gradient * [std, 1]).max() < 1.1e-5
            continue
        step = [path.means[1] - mean, math.log(path.stds[1] / std)]
        np.testing.assert_allclose(step, -rate * move, rtol=1e-6, atol=1e-8 * rate + 4e-15)


@pytest.mark.parametrize("rate", [1e-3, 0.03, 0.5])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_first_step_of_adam_has_the_length_of_the_rate_in_each_coordinate(rate, direction):
    for start in ((1.0, 0.6), (-4.0, 2.0)):
        path = descend(UNEQUAL, start, direction, optimiser="Adam", rate=rate, steps=1)
        gradient, _ = differences(divergence(UNEQUAL, direction), start[0], math.log(start[1]))
        step = [path.means[1] - start[0], math.log(path.stds[1] / start[1])]
        np.testing.assert_allclose(step, -rate * np.sign(gradient), rtol=1e-6)


def adam(gradient, at, rate, steps):
    """Return the path of Adam, line by line as Kingma and Ba's algorithm 1 has it."""
    m, v, path = np.zeros(2), np.zeros(2), [at]
    for t in range(1, steps + 1):
        g = gradient(at)
        m, v = 0.9 * m + (1 - 0.9) * g, 0.999 * v + (1 - 0.999) * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        at = at - rate * m_hat / (np.sqrt(v_hat) + 1e-8)
        path.append(at)
    return np.array(path)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_adam_is_kingma_and_bas(direction):
    function = divergence(UNEQUAL, direction)

    def gradient(at):
        return differences(function, *at)[0] / [math.exp(at[1]), 1]

    expected = adam(gradient, np.array([1.0, math.log(0.6)]), 0.05, 30)
    path = descend(UNEQUAL, (1.0, 0.6), direction, optimiser="Adam", rate=0.05, steps=30)
    np.testing.assert_allclose(path.means, expected[:, 0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.log(path.stds), expected[:, 1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("optimiser", ["gradient descent", "Adam", "natural gradient"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("rate", [3, 1e3, 1e9])
@pytest.mark.parametrize("p", [*SEVERAL, GaussianMixture([0.5, 0.5], [0, 30], [0.01, 1])], ids=str)
def test_no_rate_is_too_large_to_stay_finite(p, rate, direction, optimiser):
    path = descend(p, (2.0, 0.05), direction, optimiser=optimiser, rate=rate, steps=60)
    assert all(np.isfinite(each).all() for each in path.__dict__.values())
    assert (path.stds > 0).all()
    assert (path.divergences >= 0).all()
    assert np.abs(np.diff(path.means)).max() <= p.std * (1 + 1e-9)
    assert np.abs(np.diff(np.log(path.stds))).max() <= 1 + 1e-9


def test_a_step_that_is_too_long_is_cut_to_its_cap():
    path = descend(TWO_MODES, (20.0, 0.1), "forward", optimiser="gradient descent", rate=1, steps=1)
    assert path.means[1] == pytest.approx(20 - TWO_MODES.std, rel=1e-12)
    assert path.stds[1] == pytest.approx(0.1 * math.e, rel=1e-12)


def test_a_descent_ends_where_nothing_visible_moves():
    best = project_reverse(UNEQUAL)[0]
    path = descend(UNEQUAL, (best.mean, best.std), "reverse")
    assert path.means.tolist() == [best.mean]
    assert descend(UNEQUAL, (0, 1), "reverse", rate=1e-4, steps=7).means.shape == (8,)


def test_a_natural_gradient_descent_that_starts_slowly_never_rises():
    for p, direction in itertools.product(SEVERAL, ("forward", "reverse")):
        path = descend(p, (0.7, 0.5), direction, rate=0.05, steps=400)
        assert (np.diff(path.divergences) <= 1e-9).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"direction": "sideways"}, "direction must be 'forward' or 'reverse', got 'sideways'"),
        (
            {"optimiser": "SGD"},
            "optimiser must be 'gradient descent', 'Adam' or 'natural gradient'",
        ),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"rate": 0}, "rate is 0.0; it must be finite and above 0"),
        ({"rate": -1}, "rate is -1.0; it must be finite and above 0"),
        ({"rate": math.nan}, "rate is nan; it must be finite and above 0"),
        ({"rate": math.inf}, "rate is inf; it must be finite and above 0"),
        ({"rate": "fast"}, "rate must be an array of numbers: could not convert"),
        ({"start": (math.nan, 1)}, "start[0] is nan; it must be finite"),
        ({"start": ("a", 1)}, "start must be an array of numbers: "),
        ({"start": (0, 0)}, "start"),
        ({"start": (0, -1)}, "start"),
        ({"start": (0, math.nan)}, "start"),
        ({"start": 1}, "start must hold a mean and a spread, got shape ()"),
        ({"start": [0, 1, 2]}, "start must hold a mean and a spread, got shape (3,)"),
    ],
    ids=str,
)
def test_a_descent_that_cannot_start_raises(arguments, message):
    with raises(message):
        descend(TWO_MODES, **{"start": (0, 1), "direction": "reverse"} | arguments)


@pytest.mark.parametrize("alpha", [-0.1, 1.1, math.nan, math.inf])
def test_an_alpha_outside_of_0_to_1_raises(alpha):
    with raises(f"α must lie between 0 and 1, got {alpha!r}"):
        project_alpha(TWO_MODES, alpha)


@pytest.mark.parametrize(
    ("alphas", "message"),
    [
        ([0, 0.5, 0.5], "alphas must be a list of rising numbers, got [0, 0.5, 0.5]"),
        ([1, 0], "alphas must be a list of rising numbers, got [1, 0]"),
        (0.5, "alphas must be a list of rising numbers, got 0.5"),
        ([[0, 1]], "alphas must be a list of rising numbers, got [[0, 1]]"),
        ([0, 2], "α must lie between 0 and 1, got [0.0, 2.0]"),
        ([-1, 0], "α must lie between 0 and 1, got [-1.0, 0.0]"),
        ([0, math.nan], "alphas[1] is nan; it must be finite"),
        (["a"], "alphas must be an array of numbers: "),
    ],
    ids=str,
)
def test_alphas_that_are_no_ladder_raise(alphas, message):
    with raises(message):
        project_alphas(TWO_MODES, alphas)
    with raises(message):
        branch_breaks(TWO_MODES, alphas, [])


def test_breaks_are_looked_for_among_as_many_optima_as_alphas():
    with raises("optima must be as long as alphas, 2, got 1"):
        branch_breaks(TWO_MODES, [0, 1], [project_reverse(TWO_MODES)])


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
        ({"alpha": -0.1}, "α must lie between 0 and 1, got -0.1"),
        ({"alpha": [0, 1.5]}, "α must lie between 0 and 1, got [0.0, 1.5]"),
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
