"""Mixtures of Gaussians against scipy, their divergences against mpmath and closed forms."""

import itertools
import math
from functools import cache

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import (
    GaussianMixture,
    gaussian,
    gaussian_kl,
    mass_beyond,
    mixture_entropy,
    mixture_js,
    mixture_kl,
    mixture_total_variation,
)
from tests.kl_core.errors import raises

LOG2 = math.log(2)
TWO_MODES = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
UNEQUAL = GaussianMixture([0.7, 0.3], [-1, 2.5], [1.2, 0.4])
THREE = GaussianMixture([0.2, 0.5, 0.3], [-3, 0.5, 2], [0.5, 1, 0.7])

MEANS = st.floats(-5, 5)
SPREADS = st.floats(-2, 2).map(lambda exponent: 10.0**exponent)


@st.composite
def mixtures(draw, spreads=SPREADS, most=4):
    """Draw a mixture; a component may weigh nothing, or next to nothing."""
    size = draw(st.integers(1, most))
    weights = [draw(st.floats(0.05, 1))]
    weights += [
        draw(st.sampled_from([0.0, 1e-12, 1e-4]) | st.floats(0.05, 1)) for _ in range(1, size)
    ]
    means = [draw(MEANS) for _ in range(size)]
    stds = [draw(spreads) for _ in range(size)]
    return GaussianMixture([weight / math.fsum(weights) for weight in weights], means, stds)


# Spreads from the middle of a component at which to cut an integral: a narrow one may rule log q
# far beyond where its density ends.
FAR = [16, 22, 30, 42, 60, 85, 120, 170, 240, 500, 1000]
STEPS = sorted({*range(-13, 14), *FAR, *(-step for step in FAR)})
# Not so different in width that scipy's quadrature or a simulation would miss a component.
MODERATE = mixtures(spreads=st.floats(0.2, 3))


def components(p):
    """Return the weight, the mean and the spread of each component that weighs anything."""
    return [part for part in zip(p.weights, p.means, p.stds, strict=True) if part[0] > 0]


def density(p):
    """Return p(x) from scipy's normal distribution."""
    parts = components(p)
    return lambda x: sum(w * scipy.stats.norm.pdf(x, mean, std) for w, mean, std in parts)


def plain_density(p):
    """Return p(x) of a single number, written out: scipy's takes a hundred times as long."""
    parts = [(w / (std * math.sqrt(2 * math.pi)), mean, std) for w, mean, std in components(p)]
    return lambda x: sum(h * math.exp(-(((x - mean) / std) ** 2) / 2) for h, mean, std in parts)


def quadrature(function, *mixtures):
    """Return the integral of `function`, cut at each spread up to the 13th, and then less often."""
    edges = sorted(
        {mean + std * step for p in mixtures for _, mean, std in components(p) for step in STEPS}
    )
    return math.fsum(
        scipy.integrate.quad(function, low, high, epsabs=1e-15, epsrel=1e-11, limit=200)[0]
        for low, high in itertools.pairwise(edges)
    )


@cache
def legendre(count):
    """Return nodes and weights of Gauss and Legendre from -1 to 1, to 40 digits."""
    rule = []
    with mpmath.workdps(40):
        for start in np.polynomial.legendre.leggauss(count)[0]:
            node = mpmath.findroot(lambda x: mpmath.legendre(count, x), mpmath.mpf(float(start)))
            slope = count * mpmath.legendre(count - 1, node) / (1 - node**2)
            rule.append((node, 2 / ((1 - node**2) * slope**2)))
    return rule


def exact(integrand, *mixtures):
    """Return ∫ integrand(log densities) with 34 digits in each step, halved where it bends.

    It runs as far as P, the first of the mixtures, has weight: to its 16th spread lie 1e-57.
    """
    with mpmath.workdps(34):
        rule, parts = legendre(14), []
        for p in mixtures:
            # Doubles such as 1 - 1e-12 and 1e-12 do not quite add up to 1.
            total = mpmath.fsum(p.weights)
            parts.append(
                [
                    (mpmath.log(w / total / s / mpmath.sqrt(2 * mpmath.pi)), mpmath.mpf(m), s)
                    for w, m, s in components(p)
                ]
            )

        def panel(low, high):
            middle, width = (low + high) / 2, (high - low) / 2
            total = mpmath.mpf(0)
            for node, weight in rule:
                x = middle + width * node
                logs = []
                for each in parts:
                    terms = [height - ((x - m) / s) ** 2 / 2 for height, m, s in each]
                    top = max(terms)
                    logs.append(top + mpmath.log(sum(mpmath.exp(t - top) for t in terms)))
                total += weight * integrand(*logs)
            return width * total

        low = min(m - 16 * s for _, m, s in parts[0])
        high = max(m + 16 * s for _, m, s in parts[0])
        edges = {m + s * mpmath.mpf(k) for each in parts for _, m, s in each for k in STEPS}
        edges = sorted({low, high, *(edge for edge in edges if low < edge < high)})
        panels = [(low, high, panel(low, high)) for low, high in itertools.pairwise(edges)]
        size = sum(abs(value) for *_, value in panels)
        integral = mpmath.mpf(0)
        while panels:
            low, high, value = panels.pop()
            middle = (low + high) / 2
            left, right = panel(low, middle), panel(middle, high)
            if abs(left + right - value) < 1e-13 * size:
                integral += left + right
            else:
                panels += [(low, middle, left), (middle, high, right)]
        return float(integral)


def exact_kl(p, q):
    """Return D(P‖Q) of these very doubles."""
    return exact(lambda log_p, log_q: mpmath.exp(log_p) * (log_p - log_q), p, q)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weights": [0.5, 0.6]}, "weights sums to 1.1; probabilities sum to 1 (normalize turns"),
        ({"weights": [-0.5, 1.5]}, "weights[0] is -0.5; it must be finite and at least 0"),
        ({"weights": [1, math.nan]}, "weights[1] is nan; it must be finite and at least 0"),
        ({"weights": ["a", "b"]}, "weights must be an array of numbers: could not convert"),
        ({"weights": []}, "weights must hold at least one outcome on its last axis, got shape (0,"),
        ({"weights": 1}, "weights must hold at least one outcome on its last axis, got shape ()"),
        ({"means": [0, math.nan]}, "means[1] is nan; it must be finite"),
        ({"means": [-math.inf, 0]}, "means[0] is -inf; it must be finite"),
        ({"means": "text"}, "means must be an array of numbers: could not convert"),
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
        (math.nan, 1, "means[0] is nan; it must be finite"),
        (0, 0, "stds[0] is 0.0; it must be finite and above 0"),
        (0, -2, "stds[0] is -2.0; it must be finite and above 0"),
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
    with raises(f"tail is {tail!r}; it must lie between 0 and 1"):
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


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_of_two_gaussians_it_is_the_closed_form(mu_p, sigma_p, mu_q, sigma_q):
    value = mixture_kl(gaussian(mu_p, sigma_p), gaussian(mu_q, sigma_q))
    expected = gaussian_kl(mu_p, sigma_p, mu_q, sigma_q)
    # The mean of a rounded log-ratio squared: rounding counts by its root.
    noise = 1e-30 + 1e-14 * (1 + abs(mu_p) / sigma_p) * math.sqrt(expected)
    assert value == pytest.approx(expected, rel=1e-12, abs=noise)


@given(
    MEANS,
    SPREADS,
    st.floats(-15, -1).map(lambda exponent: 10.0**exponent),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_of_two_nearly_equal_gaussians_it_is_the_closed_form(mean, std, near, shift, stretch):
    other = mean + std * near * shift, std * (1 + near * stretch)
    expected = gaussian_kl(mean, std, *other)
    value = mixture_kl(gaussian(mean, std), gaussian(*other))
    noise = 1e-30 + 1e-14 * (1 + abs(mean) / std) * math.sqrt(expected)
    assert value == pytest.approx(expected, rel=1e-12, abs=noise)


PAIRS = [
    (TWO_MODES, UNEQUAL),
    (THREE, TWO_MODES),
    # Spreads of 0.01 and 100 side by side.
    (
        GaussianMixture([0.5, 0.5], [0, 0], [0.01, 100]),
        GaussianMixture([0.3, 0.7], [1, 0], [100, 0.01]),
    ),
    (GaussianMixture([0.5, 0.5], [0, 1], [0.01, 100]), gaussian(0, 1)),
    (
        GaussianMixture([0.4, 0.6], [-1, 1], [0.01, 0.02]),
        GaussianMixture([0.9, 0.1], [0, 0], [0.01, 100]),
    ),
    (gaussian(0, 100), GaussianMixture([0.5, 0.5], [-1, 1], [0.01, 0.01])),
    # Modes 200 spreads apart.
    (gaussian(100, 100), GaussianMixture([0.5, 0.5], [0, 200], [1, 1])),
    (GaussianMixture([0.5, 0.5], [0, 200], [1, 1]), GaussianMixture([0.2, 0.8], [0, 200], [1, 1])),
    (gaussian(0, 1), gaussian(200, 1)),
    # One part in 10¹² whose tails are all there is.
    (gaussian(0, 10), GaussianMixture([1 - 1e-12, 1e-12], [0, 0], [0.1, 10])),
    (gaussian(0, 1), GaussianMixture([1 - 1e-12, 1e-12], [0, 3], [0.05, 2])),
    (gaussian(0, 1), GaussianMixture([1 - 1e-12, 1e-12], [0, 50], [1, 1])),
    (gaussian(0, 1), GaussianMixture([1 - 1e-12, 1e-12], [0, 0], [1, 100])),
    (GaussianMixture([1 - 1e-12, 1e-12], [0, 100], [1, 0.01]), gaussian(0, 0.1)),
    # Nearly equal.
    (TWO_MODES, GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8 + 1e-6])),
    (TWO_MODES, GaussianMixture([0.5 + 1e-5, 0.5 - 1e-5], [-2.5, 2.5], [0.8, 0.8])),
]


@pytest.mark.slow
@pytest.mark.parametrize(("p", "q"), PAIRS, ids=str)
def test_it_agrees_with_30_digits(p, q):
    for one, other in ((p, q), (q, p)):
        assert mixture_kl(one, other) == pytest.approx(exact_kl(one, other), rel=1e-8, abs=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("p", "q"),
    [
        (gaussian(0, 1), GaussianMixture([0.5, 0.5], [-2, 2], [1, 0.01])),
        (gaussian(0, 2), GaussianMixture([0.5, 0.5], [-3, 1], [0.3, 0.01])),
        (gaussian(50, 30), GaussianMixture([0.4, 0.3, 0.3], [0, 40, 100], [0.01, 0.1, 1])),
        (gaussian(44, 60), GaussianMixture([0.32, 0.68], [-99, 87.5], [11, 0.04])),
        (gaussian(0, 30), GaussianMixture([0.53, 0.47], [-8, -68], [1.7, 0.01])),
    ],
    ids=str,
)
def test_a_narrow_component_may_rule_the_log_of_q_far_beyond_its_12th_spread(p, q):
    # It is denser than the far-away one even where it has no weight a double could hold.
    assert mixture_kl(p, q) == pytest.approx(exact_kl(p, q), rel=1e-8, abs=0)


@given(mixtures(), mixtures())
def test_it_is_never_negative_and_0_for_equal_mixtures(p, q):
    assert mixture_kl(p, q) >= 0
    assert mixture_kl(p, p) == 0
    # What any event tells of the difference is a lower bound: Pinsker's inequality.
    events = p.cdf(np.linspace(-6, 6, 25)) - q.cdf(np.linspace(-6, 6, 25))
    # A distribution function is rounded in its 16th digit.
    sure = max(np.abs(events).max() - 1e-15, 0)
    assert mixture_kl(p, q) >= 2 * sure**2 * (1 - 1e-9)


@given(mixtures(), st.randoms(use_true_random=False))
def test_the_order_of_components_changes_nothing(p, random):
    order = list(range(len(p.weights)))
    random.shuffle(order)
    shuffled = GaussianMixture(
        *([field[k] for k in order] for field in (p.weights, p.means, p.stds))
    )
    # Sums in another order round otherwise.
    assert mixture_kl(p, shuffled) < 1e-28
    assert mixture_kl(p, TWO_MODES) == pytest.approx(mixture_kl(shuffled, TWO_MODES), rel=1e-12)


def moved(p, shift, unit):
    """Return the mixture of unit x + shift."""
    means = [unit * mean + shift for mean in p.means]
    return GaussianMixture(p.weights, means, [abs(unit) * std for std in p.stds])


@given(
    mixtures(spreads=st.floats(0.05, 20)),
    mixtures(spreads=st.floats(0.05, 20)),
    st.floats(-100, 100),
    st.floats(0.01, 100),
    st.sampled_from([1, -1]),
)
def test_shift_scale_and_mirror_change_no_divergence(p, q, shift, unit, sign):
    p_moved, q_moved = moved(p, shift, sign * unit), moved(q, shift, sign * unit)
    # A shift of 100 costs as many digits of a position as 100 is wider than the narrowest spread.
    digits = {"rel": 1e-8, "abs": 1e-11}
    assert mixture_kl(p_moved, q_moved) == pytest.approx(mixture_kl(p, q), **digits)
    assert mixture_js(p_moved, q_moved) == pytest.approx(mixture_js(p, q), **digits)
    apart = mixture_total_variation(p, q)
    assert mixture_total_variation(p_moved, q_moved) == pytest.approx(apart, rel=1e-8, abs=1e-9)
    entropy = mixture_entropy(p) + math.log(unit)
    assert mixture_entropy(p_moved) == pytest.approx(entropy, rel=1e-8, abs=1e-9)


def test_published_values():
    # Vieira, "KL-divergence as an objective function".
    assert mixture_kl(TWO_MODES, gaussian(0, 2.624881)) == pytest.approx(0.497582, abs=5e-7)
    mode = gaussian(2.491896, 0.812599)
    assert mixture_kl(mode, TWO_MODES) == pytest.approx(0.690345, abs=5e-7)
    assert mixture_kl(TWO_MODES, mode) == pytest.approx(8.744, abs=5e-4)


def test_no_clipping_hides_what_p_says_where_q_says_next_to_nothing():
    p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.9, 0.9])
    assert mixture_kl(p, gaussian(-2.5, 0.3)) == pytest.approx(71.66, abs=5e-3)


@given(MODERATE, MODERATE, st.floats(1, 1e6, exclude_min=True))
def test_a_base_divides_by_its_log(p, q, base):
    unit = math.log(base)
    for function in (mixture_kl, mixture_js):
        assert function(p, q, base=base) == pytest.approx(function(p, q) / unit, rel=1e-14)
    assert mixture_entropy(p, base=base) == pytest.approx(mixture_entropy(p) / unit, rel=1e-14)


@pytest.mark.parametrize("base", [1, 0, -2, math.nan, math.inf])
def test_a_base_that_is_not_finite_and_above_1_raises(base):
    message = f"base must be a finite number above 1, or None for nats, got {base!r}"
    for call in (
        lambda: mixture_kl(TWO_MODES, THREE, base=base),
        lambda: mixture_js(TWO_MODES, THREE, base=base),
        lambda: mixture_entropy(TWO_MODES, base=base),
    ):
        with raises(message):
            call()


@given(st.floats(-1000, 1000), SPREADS)
def test_the_entropy_of_a_gaussian_is_the_closed_form(mean, std):
    expected = math.log(std * math.sqrt(2 * math.pi * math.e))
    assert mixture_entropy(gaussian(mean, std)) == pytest.approx(expected, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("p", [TWO_MODES, UNEQUAL, THREE], ids=str)
def test_the_entropy_is_that_of_scipys_quadrature(p):
    at = plain_density(p)
    expected = quadrature(lambda x: scipy.special.entr(at(x)), p)
    assert mixture_entropy(p) == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("p", [THREE, PAIRS[2][0], PAIRS[9][1], PAIRS[13][0]], ids=str)
def test_the_entropy_agrees_with_30_digits(p):
    expected = exact(lambda log_p: -mpmath.exp(log_p) * log_p, p)
    assert mixture_entropy(p) == pytest.approx(expected, rel=1e-8)


def test_far_modes_add_the_entropy_of_the_choice():
    p = GaussianMixture([0.25, 0.75], [0, 1000], [1, 3])
    choice = 0.25 * math.log(4) + 0.75 * math.log(4 / 3)
    inside = 0.25 * mixture_entropy(gaussian(0, 1)) + 0.75 * mixture_entropy(gaussian(0, 3))
    assert mixture_entropy(p) == pytest.approx(choice + inside, rel=1e-9)


@given(mixtures(), mixtures())
def test_jensen_shannon_is_symmetric_and_between_0_and_log_2(p, q):
    value = mixture_js(p, q)
    assert 0 <= value <= LOG2 * (1 + 1e-9)
    assert value == pytest.approx(mixture_js(q, p), rel=1e-9, abs=1e-15)
    assert mixture_js(p, p) < 1e-28
    # Half of D(P‖M) ≤ half of D(P‖Q), as a logarithm is concave.
    assert value <= (mixture_kl(p, q) + mixture_kl(q, p)) / 4 * (1 + 1e-8) + 1e-15


def test_jensen_shannon_goes_from_0_to_1_bit():
    values = [mixture_js(gaussian(0, 1), gaussian(gap, 1), base=2) for gap in (0, 1, 2, 4, 8, 60)]
    assert values[0] < 1e-28
    assert (np.diff(values) > 0).all()
    assert values[-1] == pytest.approx(1, abs=1e-12)
    # Close by it is an eighth of gap², in nats.
    assert mixture_js(gaussian(0, 1), gaussian(1e-3, 1)) == pytest.approx(1e-6 / 8, rel=1e-6)


@pytest.mark.parametrize(
    ("p", "q"), [(TWO_MODES, UNEQUAL), (THREE, TWO_MODES), (gaussian(0, 1), UNEQUAL)], ids=str
)
def test_jensen_shannon_is_that_of_scipys_quadrature(p, q):
    densities = plain_density(p), plain_density(q)

    def integrand(x):
        each = [at(x) for at in densities]
        middle = max(sum(each) / 2, 1e-300)
        return sum(at * math.log(at / middle) for at in each if at > 0) / 2

    assert mixture_js(p, q) == pytest.approx(quadrature(integrand, p, q), rel=1e-9)


@given(MEANS, MEANS, SPREADS)
def test_total_variation_of_equal_spreads_is_the_closed_form(one, other, std):
    expected = scipy.special.erf(abs(one - other) / std / math.sqrt(8))
    value = mixture_total_variation(gaussian(one, std), gaussian(other, std))
    assert value == pytest.approx(expected, rel=1e-8, abs=1e-12 * (1 + abs(one) / std))


@given(mixtures(), mixtures())
def test_total_variation_is_symmetric_bounds_every_event_and_obeys_pinsker(p, q):
    value = mixture_total_variation(p, q)
    assert 0 <= value <= 1 + 1e-9
    assert value == pytest.approx(mixture_total_variation(q, p), rel=1e-12)
    assert mixture_total_variation(p, p) == 0
    x = np.linspace(-6, 6, 49)
    assert np.abs(p.cdf(x) - q.cdf(x)).max() <= value * (1 + 1e-8) + 1e-15
    least = min(mixture_kl(p, q), mixture_kl(q, p))
    # Closer ones, as with their components in another order, differ by rounding alone: they cross
    # in hundreds of places, and what each piece between is off adds up to some 1e-14.
    if least > 1e-24:
        assert value <= math.sqrt(least / 2) * (1 + 1e-8) + 1e-15


@pytest.mark.parametrize("factor", [0.2, 1, 10])
@pytest.mark.parametrize("gap", [-2, 0.5, 3])
def test_the_mass_beyond_is_that_of_p(gap, factor):
    # One width: log(p/q) = gap·x - gap²/2 + … is a line, above log(factor) on one side of a point.
    p, q = gaussian(gap, 1), gaussian(0, 1)
    beyond = scipy.special.ndtr(abs(gap) / 2 - math.log(factor) / abs(gap))
    assert mass_beyond(p, q, factor) == pytest.approx(beyond, rel=1e-10)
    assert mass_beyond(p=p, q=q, factor=factor) == mass_beyond(p, q, factor)


@pytest.mark.parametrize(
    ("p", "q"),
    [(TWO_MODES, UNEQUAL), (THREE, TWO_MODES), (gaussian(0, 1), gaussian(0.3, 2))],
    ids=str,
)
def test_total_variation_is_that_of_the_crossings(p, q):
    # Between two crossings p - q has one sign, and distribution functions say the rest.
    x = np.linspace(-15, 15, 30_001)
    gaps = density(p)(x) - density(q)(x)
    crossings = [
        scipy.optimize.brentq(
            lambda at: density(p)(at) - density(q)(at), x[k], x[k + 1], xtol=1e-14
        )
        for k in np.flatnonzero(np.sign(gaps[1:]) != np.sign(gaps[:-1]))
    ]
    assert crossings
    below = [
        sum(
            w * scipy.stats.norm.cdf([-math.inf, *crossings, math.inf], mean, std)
            for w, mean, std in components(each)
        )
        for each in (p, q)
    ]
    expected = np.abs(np.diff(below[0] - below[1])).sum() / 2
    assert mixture_total_variation(p, q) == pytest.approx(expected, rel=1e-8)
