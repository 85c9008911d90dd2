"""Mixtures and bells far from 0 and from each other: the same answers, infinity, or a reason."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianMixture,
    PlaneMixture,
    SkewNormal,
    alpha_divergence,
    branch_breaks,
    descend,
    gaussian,
    gaussian_kl,
    kl_integral,
    kl_landscape,
    mass_beyond,
    merge_bins,
    mixture_entropy,
    mixture_js,
    mixture_kl,
    mixture_total_variation,
    project_alpha,
    project_alphas,
    project_forward,
    project_reverse,
)
from tests.kl_core.errors import raises

LOG2 = math.log(2)
EIGHTH = st.integers(-40, 40).map(lambda eighths: eighths / 8)
# Multiples of an eighth, which move by these without rounding.
SHIFTS = [1e9, -1e9, 2.0**45]
UNITS = [1e-6, 1e6, 1e-100, 1e100]


@st.composite
def mixtures(draw, most=3):
    """Draw a mixture that can be moved without rounding."""
    size = draw(st.integers(1, most))
    lists = [
        draw(st.lists(each, min_size=size, max_size=size))
        for each in (st.floats(0.1, 1), EIGHTH, st.floats(0.3, 2))
    ]
    return GaussianMixture(np.array(lists[0]) / sum(lists[0]), *lists[1:])


def moved(p, shift, unit=1.0):
    return GaussianMixture(
        p.weights, [unit * m + shift for m in p.means], [unit * s for s in p.stds]
    )


PAIRWISE = [
    mixture_kl,
    mixture_js,
    mixture_total_variation,
    lambda p, q: mass_beyond(p, q, 2),
    lambda p, _: mixture_entropy(p),
]


@given(mixtures(), mixtures(), st.sampled_from(SHIFTS))
def test_no_divergence_changes_when_everything_is_moved(p, q, shift):
    for function in PAIRWISE:
        value = function(moved(p, shift), moved(q, shift))
        assert value == pytest.approx(function(p, q), rel=1e-10, abs=1e-12)
    assert moved(p, shift).std == pytest.approx(p.std, rel=1e-9)


TWO = GaussianMixture([0.6, 0.4], [-2.5, 2.5], [0.75, 1])


@pytest.mark.parametrize(("shift", "unit"), [*((s, 1.0) for s in SHIFTS), *((0, u) for u in UNITS)])
@pytest.mark.parametrize("p", [TWO, GaussianMixture([0.3, 0.4, 0.3], [-4, 0, 4], [0.5, 1, 0.75])])
def test_the_same_optima_are_found_wherever_and_in_whatever_unit(p, shift, unit):
    image, alphas = moved(p, shift, unit), [0, 0.2, 0.5, 1]
    coarse = 2e-16 * abs(shift)

    def same(fits, others):
        assert len(fits) == len(others)
        for fit, other in zip(fits, others, strict=True):
            assert (other.mean - shift) / unit == pytest.approx(fit.mean, abs=coarse + 1e-8)
            assert other.std / unit == pytest.approx(fit.std, rel=1e-8)
            assert other.divergence == pytest.approx(fit.divergence, rel=1e-9)

    same([project_forward(p)], [project_forward(image)])
    same(project_reverse(p), project_reverse(image))
    ladders = project_alphas(p, alphas), project_alphas(image, alphas)
    for fits, others in zip(*ladders, strict=True):
        same(fits, others)
    breaks = branch_breaks(p, alphas, ladders[0]), branch_breaks(image, alphas, ladders[1])
    assert breaks[1] == pytest.approx(breaks[0], abs=3e-6)
    means, stds = np.array([-3.0, 0, 2.5]), np.array([0.5, 2])
    for direction in ("forward", "reverse"):
        grid = kl_landscape(image, unit * means + shift, unit * stds, direction)
        np.testing.assert_allclose(grid, kl_landscape(p, means, stds, direction), rtol=1e-9)
        path = descend(p, (1, 1), direction)
        other = descend(image, (unit + shift, unit), direction)
        np.testing.assert_allclose(other.stds / unit, path.stds, rtol=1e-7)
        np.testing.assert_allclose((other.means - shift) / unit, path.means, atol=coarse + 1e-7)
        np.testing.assert_allclose(other.divergences, path.divergences, rtol=1e-7)


@settings(max_examples=30)
@given(
    EIGHTH,
    st.floats(0.3, 3),
    st.floats(-0.9, 0.9),
    st.just(math.inf) | st.integers(0, 24).map(lambda eighths: eighths / 8),
    st.sampled_from([1e9, -1e9]),
)
def test_bells_are_the_same_wherever_they_stand(mean, std, skewness, above, shift):
    still = SkewNormal(mean, std, skewness, mean + above)
    far = SkewNormal(mean + shift, std, skewness, mean + above + shift)
    assert far.log_mass == pytest.approx(still.log_mass, rel=1e-12, abs=1e-14)
    x = mean + np.arange(-24, 25) / 8
    np.testing.assert_allclose(far.logpdf(x + shift), still.logpdf(x), rtol=1e-11, atol=1e-11)
    edges = np.array([-math.inf, *x, math.inf])
    np.testing.assert_allclose(far.log_masses(edges + shift), still.log_masses(edges), rtol=1e-10)
    q = SkewNormal(0.5, 1.5, 0.25), SkewNormal(0.5 + shift, 1.5, 0.25)
    assert kl_integral(far, q[1]) == pytest.approx(kl_integral(still, q[0]), rel=1e-10)


def test_two_that_are_too_far_apart_for_doubles_are_infinitely_far_apart():
    p, q = gaussian(0, 1), gaussian(1e200, 1)
    for one, other in ((p, q), (q, p)):
        assert mixture_kl(one, other) == math.inf
        assert mixture_js(one, other) == LOG2
        assert mixture_total_variation(one, other) == mass_beyond(one, other, 1e9) == 1
    assert mixture_kl(p, gaussian(1e100, 1)) == pytest.approx(5e199, rel=1e-9)
    assert mixture_kl(p, gaussian(0, 1e-160)) == math.inf


@pytest.mark.parametrize("far", [1e4, 1e9, 1e100, 1e200, 1e308])
def test_what_lies_far_away_counts_by_its_weight(far):
    p, q = gaussian(0, 1), GaussianMixture([0.25, 0.75], [0, far], [1, 2])
    assert mixture_kl(p, q) == pytest.approx(math.log(4), rel=1e-9)
    choice = 0.25 * math.log(4) + 0.75 * math.log(4 / 3)
    back = 0.75 * gaussian_kl(far, 2, 0, 1) - choice
    assert mixture_kl(q, p) == pytest.approx(back, rel=1e-9)
    # P is a half of the middle, and a fourth of Q another eighth.
    share = 1 / 2 + 1 / 8
    from_p, from_q = math.log(1 / share), 0.25 * math.log(0.25 / share) + 0.75 * LOG2
    assert mixture_js(p, q) == pytest.approx((from_p + from_q) / 2, rel=1e-9)
    assert mixture_total_variation(p, q) == pytest.approx(0.75, rel=1e-9)
    assert mass_beyond(q, p, 1) == pytest.approx(0.75, rel=1e-9)
    inside = mixture_entropy(p) + 0.75 * LOG2
    assert mixture_entropy(q) == pytest.approx(choice + inside, rel=1e-9)
    assert project_forward(q).std == pytest.approx(math.sqrt(3) / 4 * far, rel=1e-6)


@pytest.mark.parametrize("at", [(1e12, 1), (1e100, 3), (-1e9, 0.01), (1e7, 1)])
def test_what_one_bell_costs_from_afar_is_the_closed_form(at):
    p = gaussian(0.5, 2)
    ends = gaussian_kl(*at, 0.5, 2), gaussian_kl(0.5, 2, *at)
    for alpha, direction, expected in ((0, "reverse", ends[0]), (1, "forward", ends[1])):
        assert alpha_divergence(p, *at, alpha) == pytest.approx(expected, rel=1e-9)
        grid = kl_landscape(p, [0, at[0]], [at[1], 1], direction)
        assert grid[0, 1] == pytest.approx(expected, rel=1e-9)
    assert alpha_divergence(p, *at, 0.5) == pytest.approx(4, rel=1e-9)
    path = descend(p, at, "reverse", steps=2)
    assert path.divergences[0] == pytest.approx(ends[0], rel=1e-9)


def test_a_landscape_may_reach_infinity_and_a_descent_may_not_start_there():
    for direction in ("forward", "reverse"):
        grid = kl_landscape(TWO, [0, 1e200], [1, 2], direction)
        np.testing.assert_array_equal(np.isinf(grid), [[False, True]] * 2)
        with raises("start is [1e+200, 1.0]: so far from P the divergence is above the largest"):
            descend(TWO, (1e200, 1), direction)


@pytest.mark.parametrize(
    "call",
    [
        project_reverse,
        lambda p: project_alpha(p, 0.5),
        lambda p: kl_landscape(p, [0], [1], "reverse"),
        lambda p: descend(p, (0, 1), "forward"),
        lambda p: alpha_divergence(p, 0, 1, 0.5),
    ],
)
def test_what_doubles_cannot_resolve_raises(call):
    with raises("p has a component with std 1.0 at 1e+200: beside the others it must lie within"):
        call(GaussianMixture([0.5, 0.5], [0, 1e200], [1, 1]))


def test_a_narrow_bell_far_out_in_a_wide_one_raises():
    p = GaussianMixture([0.4, 0.2, 0.4], [0, 1e9, 0], [1, 1, 1e9])
    with raises("p has a component with std 1.0 at 1000000000.0: beside the others it must lie"):
        mixture_kl(p, TWO)
    with raises("p or q has a component with std 1.0 at 1000000000.0"):
        mixture_total_variation(TWO, p)


NOT_REAL = [1 + 2j, [1j, 0], np.array([1 + 1j])]


@pytest.mark.parametrize("x", NOT_REAL, ids=str)
@pytest.mark.parametrize("law", [TWO, SkewNormal(0, 1, 0.5)], ids=["mixture", "bell"])
def test_a_density_is_of_real_numbers(law, x):
    for call in (law.pdf, law.logpdf, *([law.cdf] if law is TWO else [])):
        with raises("x must be an array of numbers"):
            call(x)


@pytest.mark.parametrize("count", [-1, 1.5, True, "3", math.nan])
def test_so_many_draws_there_are_not(count):
    rng = np.random.default_rng(0)
    plane = PlaneMixture([1], [[0, 0]], [np.eye(2)])
    for law in (TWO, plane):
        with raises(f"count must be a whole number at least 0, got {count!r}"):
            law.sample(count, rng)
    with raises(f"count must be a whole number at least 1, got {count!r}"):
        merge_bins([0.0], count)


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "1", 1j, None, [1]])
def test_one_number_is_one_number(value):
    for name, call in (
        ("factor", lambda: mass_beyond(TWO, TWO, value)),
        ("tail", lambda: TWO.support(value)),
        ("alpha", lambda: project_alpha(TWO, value)),
        ("rate", lambda: descend(TWO, (0, 1), "forward", rate=value)),
        ("mean", lambda: gaussian(value, 1)),
        ("std", lambda: gaussian(0, value)),
        ("std", lambda: SkewNormal(0, value)),
        ("skewness", lambda: SkewNormal(0, 1, value)),
    ):
        with raises(f"{name} must be a finite number"):
            call()
    if value != math.inf:
        with raises("end must be a finite number, or inf for no end"):
            SkewNormal(0, 1, end=value)
