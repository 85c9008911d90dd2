"""The best Gaussians against dense grids, scipy's optimisers, differences and closed forms."""

import itertools
import math

import numpy as np
import pytest
import scipy.optimize
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianFit,
    GaussianMixture,
    alpha_divergence,
    branch_breaks,
    gaussian_kl,
    kl_landscape,
    project_alpha,
    project_alphas,
    project_forward,
    project_reverse,
)
from kl_core._alpha import alpha_surface
from tests.kl_core.errors import raises
from tests.kl_core.mixtures import TWO_MODES
from tests.kl_core.projections import (
    FAR_MODES,
    SEVERAL,
    THREE,
    WIDE_AND_NARROW,
    differences,
    divergence,
    mixtures,
    same,
)

ALPHAS = [0, 1e-9, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6, 1]


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


@pytest.mark.parametrize("alpha", [-0.1, 1.1, math.nan, math.inf])
def test_an_alpha_outside_of_0_to_1_raises(alpha):
    with raises(f"alpha must be a finite number at least 0 and at most 1, got {alpha!r}"):
        project_alpha(TWO_MODES, alpha)


@pytest.mark.parametrize(
    ("alphas", "message"),
    [
        ([0, 0.5, 0.5], "alphas must be a list of rising numbers, got [0, 0.5, 0.5]"),
        ([1, 0], "alphas must be a list of rising numbers, got [1, 0]"),
        (0.5, "alphas must be a list of rising numbers, got 0.5"),
        ([[0, 1]], "alphas must be a list of rising numbers, got [[0, 1]]"),
        ([0, 2], "alphas[1] is 2.0; it must lie between 0 and 1"),
        ([-1, 0], "alphas[0] is -1.0; it must lie between 0 and 1"),
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


# With the spread of Q held.


def held_minima(p, std):
    """Return each local minimum of D(Q‖P) over the mean, from plain sums and scipy's search."""
    # So fine that the narrowest bell of P is not missed between two points.
    z = np.linspace(-9, 9, 2 * math.ceil(9 * max(18, 8 * std / min(p.stds))) + 1)
    share = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()

    def cost(mean):
        return -float(share @ p.logpdf(mean + std * z))

    reach = 4 * max(std, *p.stds)
    means = np.linspace(min(p.means) - reach, max(p.means) + reach, 801)
    costs = -p.logpdf(means[:, None] + std * z) @ share
    dips = np.flatnonzero((costs[1:-1] < costs[:-2]) & (costs[1:-1] < costs[2:])) + 1
    return [
        scipy.optimize.minimize_scalar(
            cost, bounds=(means[dip - 1], means[dip + 1]), options={"xatol": 1e-9}
        ).x
        for dip in dips
    ]


@given(mixtures(), st.floats(math.log(0.1), math.log(8)).map(math.exp))
@settings(max_examples=25, deadline=None)
def test_held_spread_leaves_the_mean_of_p_or_the_minima_of_a_fine_grid(p, std):
    cover = project_forward(p, std=std)
    assert (cover.mean, cover.std) == (p.mean, std)
    # E_P[log q] knows of P only its mean and its spread.
    free = project_forward(p)
    extra = gaussian_kl(p.mean, p.std, p.mean, std)
    assert cover.divergence == pytest.approx(free.divergence + extra, rel=1e-7, abs=1e-9)

    fits = project_reverse(p, std)
    assert {fit.std for fit in fits} == {std}
    assert [fit.divergence for fit in fits] == sorted(fit.divergence for fit in fits)
    found = sorted(fit.mean for fit in fits)
    cost = divergence(p, "reverse")
    for fit in fits:
        assert fit.divergence == pytest.approx(cost(fit.mean, math.log(std)), rel=1e-7, abs=1e-9)
        assert fit.divergence >= project_reverse(p)[0].divergence - 1e-9
    for mean in held_minima(p, std):
        assert min(abs(mean - each) for each in found) < 1e-3 * std


def test_bell_is_its_own_middle_at_any_spread():
    p = GaussianMixture([1], [3e6], [0.5])
    for std in (0.01, 0.5, 40):
        [seek] = project_reverse(p, std)
        assert seek.mean == pytest.approx(3e6, abs=1e-6)
        assert seek.divergence == pytest.approx(gaussian_kl(0, std, 0, 0.5))
        assert project_forward(p, std).divergence == pytest.approx(gaussian_kl(0, 0.5, 0, std))


def test_wide_q_has_one_valley_where_a_narrow_one_has_a_mode_each():
    assert [len(project_reverse(TWO_MODES, std)) for std in (0.3, 0.8, 4)] == [2, 2, 1]
    narrow = sorted(fit.mean for fit in project_reverse(TWO_MODES, 0.3))
    assert narrow == pytest.approx([-2.5, 2.5], abs=1e-3)


@pytest.mark.parametrize("project", [project_forward, project_reverse])
@pytest.mark.parametrize("std", [0, -1, math.nan, math.inf])
def test_held_spread_must_be_one(project, std):
    with raises("std "):
        project(TWO_MODES, std=std)
