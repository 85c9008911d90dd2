"""Divergences and entropies of mixtures: many digits, closed forms, quadrature, inequalities."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats
from hypothesis import given
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
from tests.kl_core.digits import legendre
from tests.kl_core.errors import raises
from tests.kl_core.mixtures import (
    MEANS,
    MODERATE,
    SPREADS,
    STEPS,
    THREE,
    TWO_MODES,
    UNEQUAL,
    components,
    density,
    mixtures,
    plain_density,
    quadrature,
)

LOG2 = math.log(2)


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


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_of_two_gaussians_it_is_the_closed_form(mean_p, std_p, mean_q, std_q):
    value = mixture_kl(gaussian(mean_p, std_p), gaussian(mean_q, std_q))
    expected = gaussian_kl(mean_p, std_p, mean_q, std_q)
    # Below 1e-308 each of the many terms has fewer digits.
    assert value == pytest.approx(expected, rel=1e-11, abs=1e-319)


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
    # Here, too: a shift may be next to nothing.
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-319)


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
    assert mixture_kl(p, shuffled) == mixture_js(p, shuffled) == 0
    assert mixture_total_variation(p, shuffled) == 0
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
    assert value == pytest.approx(mixture_js(q, p), rel=1e-9)
    assert mixture_js(p, p) == 0
    # Half of D(P‖M) ≤ half of D(P‖Q), as a logarithm is concave.
    assert value <= (mixture_kl(p, q) + mixture_kl(q, p)) / 4 * (1 + 1e-8)


def test_jensen_shannon_goes_from_0_to_1_bit():
    values = [mixture_js(gaussian(0, 1), gaussian(gap, 1), base=2) for gap in (0, 1, 2, 4, 8, 60)]
    assert values[0] == 0
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
    # A divergence of less than 1e-308 is no number with all its digits, and then none at all.
    assert value <= math.sqrt(least / 2) * (1 + 1e-8) + 1e-153


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
