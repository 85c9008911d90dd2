"""Skew normals against scipy, their divergence against quadrature and closed forms, and bins."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kl_core import SkewNormal, binned_kl, gaussian_kl, kl_divergence, kl_integral, merge_bins
from tests.kl_core.errors import raises

INF = math.inf
TINY = 5e-324  # the smallest double above 0
BELL = SkewNormal(0, 1)
CUT_AT_2 = SkewNormal(0, 1, end=2)

MEANS = st.floats(-4, 4)
SPREADS = st.floats(0.25, 4)
SKEWS = st.floats(-0.995, 0.995)
BELLS = st.builds(SkewNormal, MEANS, SPREADS, SKEWS)
# An end a spread below the mean leaves more than a tenth of any bell.
CUT_BELLS = st.builds(
    lambda mean, std, skewness, ends: SkewNormal(mean, std, skewness, mean + std * ends),
    MEANS,
    SPREADS,
    SKEWS,
    st.floats(-1, 4),
)


def azzalini(bell):
    """Return scipy's distribution with this mean, spread and skewness, before any cut."""
    # The inverse of the moments, as Wikipedia's article on the skew normal gives it.
    lean = abs(bell.skewness) ** (2 / 3)
    delta = math.sqrt(math.pi / 2 * lean / (lean + ((4 - math.pi) / 2) ** (2 / 3)))
    delta = math.copysign(delta, bell.skewness)
    scale = bell.std / math.sqrt(1 - 2 * delta**2 / math.pi)
    location = bell.mean - scale * delta * math.sqrt(2 / math.pi)
    return scipy.stats.skewnorm(delta / math.sqrt(1 - delta**2), location, scale)


def log_density(bell):
    """Return log p(x) of the whole bell, from scipy's normal distribution."""
    shape, location, scale = azzalini(bell).args

    def log_whole(x):
        z = (x - location) / scale
        return math.log(2 / scale) + scipy.stats.norm.logpdf(z) + scipy.stats.norm.logcdf(shape * z)

    return log_whole


def quadrature(function, p, *others):
    """Return the integral of `function` over where P has weight, split where anything bends."""
    steps = np.array([0, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 3, 4, 6, 8, 12])
    _, location, scale = azzalini(p).args
    low, high = location - 12 * scale, min(location + 12 * scale, p.end)
    edges = {low, high}
    for bell in (p, *others):
        _, centre, width = azzalini(bell).args
        edges |= {*(centre + width * steps), *(centre - width * steps), bell.end}
    edges = sorted(edge for edge in edges if low <= edge <= high)
    return math.fsum(
        scipy.integrate.quad(function, a, b, epsabs=1e-16, epsrel=1e-12)[0]
        for a, b in itertools.pairwise(edges)
        if b - a > 1e-14 * scale  # quad takes two neighbouring numbers for a singularity
    )


def reference_kl(p, q, epsilon=0.0):
    """Return ∫ p log(p/(q + ε)) from scipy's densities and quadrature."""
    log_p, log_q = log_density(p), log_density(q)
    mass_p = quadrature(lambda x: np.exp(log_p(x)), p)
    mass_q = quadrature(lambda x: np.exp(log_q(x)), q)

    def integrand(x):
        log_density_p = log_p(x) - math.log(mass_p)
        log_density_q = log_q(x) - math.log(mass_q) if x < q.end else -INF
        log_sum = np.logaddexp(log_density_q, math.log(epsilon)) if epsilon else log_density_q
        return np.exp(log_density_p) * (log_density_p - log_sum)

    return quadrature(integrand, p, q)


def tail(x):
    """Return how much of the standard Gaussian lies above x, to 1200 digits."""
    return mpmath.erfc(mpmath.mpf(x) / mpmath.sqrt(2)) / 2 if x < INF else mpmath.mpf(0)


def exact_log_masses(edges):
    """Return the logarithms of the standard Gaussian's bins, right in every digit of a double."""
    # 1 - 1e-1000 must not be 1.
    with mpmath.workdps(1200):
        tails = [tail(edge) if edge > -INF else mpmath.mpf(1) for edge in edges]
        return [float(mpmath.log(a - b)) for a, b in itertools.pairwise(tails)]


@given(MEANS, st.floats(0.001, 1000), SKEWS)
def test_its_moments_are_those_asked_for(mean, std, skewness):
    bell = SkewNormal(mean, std, skewness)
    law = scipy.stats.skewnorm(bell.shape, bell.location, bell.scale)
    moments = np.array(law.stats("mvs"))
    # The variance is what is left of scale² when up to 64 % of it is taken away.
    np.testing.assert_allclose(moments[1], std**2, rtol=1e-13)
    np.testing.assert_allclose(moments[0], mean, rtol=1e-13, atol=1e-13 * std)
    np.testing.assert_allclose(moments[2], skewness, rtol=1e-12, atol=1e-15)


@given(BELLS)
def test_its_density_is_scipys(bell):
    x = bell.location + bell.scale * np.linspace(-6, 6, 49)
    law = scipy.stats.skewnorm(bell.shape, bell.location, bell.scale)
    np.testing.assert_allclose(bell.pdf(x), law.pdf(x), rtol=1e-12, atol=1e-300)
    # Through the moments the shape parameter loses digits, and most where it is largest.
    x = bell.mean + bell.std * np.linspace(-2, 2, 9)
    np.testing.assert_allclose(bell.pdf(x), azzalini(bell).pdf(x), rtol=1e-11, atol=1e-11)


def test_its_log_density_reaches_where_the_density_is_no_double():
    assert BELL.logpdf(100) == pytest.approx(scipy.stats.norm.logpdf(100), rel=1e-15)
    assert SkewNormal(0, 1, 0.995).logpdf(-40) < -1e6
    assert BELL.pdf(100) == 0


@given(CUT_BELLS)
def test_its_density_adds_up_to_1_when_whole_and_when_cut(cut):
    whole = SkewNormal(cut.mean, cut.std, cut.skewness)
    for bell in (whole, cut):
        assert quadrature(bell.pdf, bell) == pytest.approx(1, abs=1e-12)


@given(CUT_BELLS)
def test_a_cut_takes_away_what_lies_above_and_scales_up_the_rest(cut):
    whole = SkewNormal(cut.mean, cut.std, cut.skewness)
    mass = quadrature(whole.pdf, cut)
    assert math.exp(cut.log_mass) == pytest.approx(mass, rel=1e-12)
    x = cut.end - cut.std * np.array([0, 1e-9, 0.5, 2])
    np.testing.assert_allclose(cut.pdf(x), whole.pdf(x) / mass, rtol=1e-11)
    above = [np.nextafter(cut.end, INF), cut.end + 1, INF]
    assert (cut.pdf(above) == 0).all()
    assert (cut.logpdf(above) == -INF).all()


@pytest.mark.parametrize("end", [-5.9, -3, 0, 0.5, 8])
def test_what_is_left_of_a_gaussian_is_its_distribution_function(end):
    exact = scipy.stats.norm.logcdf(end)
    assert SkewNormal(3, 2, end=3 + 2 * end).log_mass == pytest.approx(exact, rel=1e-14)
    # So small a lean changes little, but takes the way of all leaning bells.
    leaning = SkewNormal(3, 2, 1e-30, end=3 + 2 * end)
    assert leaning.log_mass == pytest.approx(exact, rel=1e-13, abs=1e-15)
    assert SkewNormal(3, 2).log_mass == 0


@pytest.mark.parametrize(
    "edges",
    [
        [-INF, INF],
        [-INF, 0, INF],
        [-1, -0.5, 0, 0.5, 1],
        [-INF, 50, INF],
        [-INF, -50, 50, INF],
        [50, 50.5, 51],
        [-INF, 10, 20, 30, 40, 50, INF],
        [-INF, -50, -20, 0, 1],
        [0, 25, 25.5, 47, 50],
        [20, 30, 40],
        [-9, -3, 1, 6, 11, 16, 21, 26, 31, 36, INF],
        [0.3, 0.3 + 1e-9, 0.4],
    ],
    ids=str,
)
def test_masses_of_bins_have_the_right_digits_however_far_out(edges):
    np.testing.assert_allclose(
        BELL.log_masses(edges), exact_log_masses(edges), rtol=1e-12, atol=1e-12
    )


def test_the_tail_beyond_50_spreads_is_scipys():
    beyond = BELL.log_masses([-INF, 50, INF])[1]
    assert beyond == pytest.approx(scipy.stats.norm.logsf(50), rel=1e-14)
    assert beyond == pytest.approx(-1254.83, abs=0.005)
    below = BELL.log_masses([-INF, -50, INF])[0]
    assert below == pytest.approx(scipy.stats.norm.logcdf(-50), rel=1e-14)


@pytest.mark.parametrize("skewness", [0.3, 0.7, 0.9, 0.95])
@pytest.mark.parametrize("x", [-3, -8, -20])
def test_the_thin_tail_of_a_leaning_bell_keeps_its_digits(skewness, x):
    shape, location, scale = map(mpmath.mpf, azzalini(SkewNormal(0, 1, skewness)).args)
    # At x the density falls by a factor e over 1/rate.
    rate = (location - x) * (1 + shape**2) / scale**2

    def density(distance):
        z = (x - distance / rate - location) / scale
        return mpmath.npdf(z) * mpmath.erfc(-shape * z / mpmath.sqrt(2)) / scale / rate

    with mpmath.workdps(30):
        exact = mpmath.log(mpmath.quad(density, [0, 1, 3, 8, 20, 80]))
    for bell, edges, at in (
        (SkewNormal(0, 1, skewness), [-INF, x, INF], 0),
        (SkewNormal(0, 1, -skewness), [-INF, -x, INF], 1),
    ):
        # The shape parameter has lost some digits on its way to scipy.
        assert bell.log_masses(edges)[at] == pytest.approx(float(exact), rel=1e-11)


def integrated_log_masses(bell, edges):
    """Return the logarithms of a whole bell's bins, from its density at thirty digits."""
    shape, location, scale = map(mpmath.mpf, (bell.shape, bell.location, bell.scale))

    def density(x):
        z = (x - location) / scale
        return mpmath.npdf(z) * mpmath.erfc(-shape * z / mpmath.sqrt(2)) / scale

    with mpmath.workdps(30):
        halves = [mpmath.mpf(2) ** -power for power in range(1, 20)]
        return [
            float(mpmath.log(mpmath.quad(density, [
                low, *(low + (high - low) * part for part in reversed(halves)),
                *(high - (high - low) * part for part in halves[1:]), high,
            ])))
            for low, high in itertools.pairwise(map(mpmath.mpf, edges))
        ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bell", "edges"),
    [
        (SkewNormal(0, 1.25, 0.6875), [-24, -23.1, -22.2, -17.1]),
        (SkewNormal(0, 1, 0.9), [-4, -3.4, -2, 0, 3, 9]),
        (SkewNormal(0, 1, 0.99), [-4, -3.4, -3.3, 0, 3]),
        (SkewNormal(1, 0.5, -0.995), [-3, 1.5, 1.7, 2, 4]),
        (SkewNormal(0, 1, 0.995), [-2, -1.8, -1.5, -1]),
    ],
    ids=str,
)
def test_masses_of_bins_have_the_right_digits_on_the_thin_side_of_a_bell_that_leans(bell, edges):
    np.testing.assert_allclose(
        bell.log_masses(edges), integrated_log_masses(bell, edges), rtol=1e-12, atol=1e-12
    )


@given(MEANS, SPREADS, st.lists(st.integers(-48, 48), min_size=1, max_size=8, unique=True))
def test_masses_of_a_shifted_and_stretched_bell_are_those_of_the_standard_one(mean, std, inner):
    edges = np.array([-INF, *np.sort(inner) / 4, INF])
    masses = np.exp(SkewNormal(mean, std).log_masses(mean + std * edges))
    np.testing.assert_allclose(masses, np.diff(scipy.stats.norm.cdf(edges)), rtol=0, atol=1e-14)


@given(CUT_BELLS, st.lists(st.integers(-40, 40), min_size=1, max_size=8, unique=True))
def test_masses_of_bins_are_the_integrals_of_the_density(bell, inner):
    edges = np.array([-INF, *np.sort(inner) / 4, INF])
    masses = np.exp(bell.log_masses(edges))
    assert masses.sum() == pytest.approx(1, abs=1e-13)
    law = azzalini(bell)
    below = law.cdf(np.minimum(edges, bell.end)) / law.cdf(bell.end)
    np.testing.assert_allclose(masses, np.diff(below), rtol=0, atol=1e-11)


def test_bins_above_the_end_hold_nothing():
    masses = CUT_AT_2.log_masses([-INF, 1, 2, 3, 4, INF])
    np.testing.assert_array_equal(masses[2:], -INF)
    assert np.exp(masses[:2]).sum() == pytest.approx(1, abs=1e-15)
    np.testing.assert_array_equal(CUT_AT_2.log_masses([2, 3, INF]), -INF)


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_the_integral_of_gaussians_is_the_closed_form(mu_p, sigma_p, mu_q, sigma_q):
    integral = kl_integral(SkewNormal(mu_p, sigma_p), SkewNormal(mu_q, sigma_q))
    # Where they nearly agree, logarithms of size 1 cancel.
    exact = gaussian_kl(mu_p, sigma_p, mu_q, sigma_q)
    assert integral == pytest.approx(exact, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(("sigma_p", "sigma_q"), [(1, 1e-3), (1e-3, 1), (1e-100, 1e-99)])
def test_the_integral_keeps_its_digits_for_very_different_spreads(sigma_p, sigma_q):
    mean = sigma_p / 2
    integral = kl_integral(SkewNormal(mean, sigma_p), SkewNormal(0, sigma_q))
    assert integral == pytest.approx(gaussian_kl(mean, sigma_p, 0, sigma_q), rel=1e-12)


PAIRS = [
    (SkewNormal(0, 1, 0.9), SkewNormal(1, 2, -0.5)),
    (SkewNormal(0, 1, 0.9), SkewNormal(0, 1, -0.9)),
    (SkewNormal(0, 1, -0.99), SkewNormal(0.5, 1, 0.7)),
    (SkewNormal(5, 0.05, 0.8), SkewNormal(0, 1, 0.9)),
    (SkewNormal(0, 1), SkewNormal(0, 0.1, 0.9)),
    (SkewNormal(0, 1, 0.5, end=1), SkewNormal(0, 1, end=2)),
    (SkewNormal(0, 1, 0.5, end=-1), SkewNormal(3, 0.5, 0.9)),
    (SkewNormal(0, 1, end=-5), SkewNormal(0, 1)),
    (SkewNormal(1, 2, -0.8, end=1.5), SkewNormal(1, 1, 0.3, end=1.5)),
]


@pytest.mark.parametrize(("p", "q"), PAIRS, ids=str)
def test_the_integral_is_that_of_scipys_quadrature(p, q):
    assert kl_integral(p, q) == pytest.approx(reference_kl(p, q), rel=1e-9)
    assert kl_integral(p, q, base=2) == pytest.approx(kl_integral(p, q) / math.log(2), rel=1e-15)


@given(CUT_BELLS)
def test_cutting_p_costs_the_logarithm_of_what_is_left(cut):
    # p/q is 1/mass wherever p is not 0.
    whole = SkewNormal(cut.mean, cut.std, cut.skewness)
    assert kl_integral(cut, whole) == pytest.approx(-cut.log_mass, rel=1e-12, abs=1e-14)


@given(st.one_of(BELLS, CUT_BELLS))
def test_a_bell_diverges_from_itself_by_exactly_0(bell):
    assert kl_integral(bell, bell) == 0


@given(st.one_of(BELLS, CUT_BELLS), st.one_of(BELLS, CUT_BELLS))
def test_the_integral_is_infinite_exactly_if_p_reaches_beyond_the_end_of_q(p, q):
    divergence = kl_integral(p, q)
    assert divergence >= 0
    assert math.isinf(divergence) == (p.end > q.end)


@pytest.mark.parametrize("end", [5, 12, 14, 45, 1e6])
def test_p_reaches_beyond_an_end_however_little_it_does(end):
    # Beyond 40 spreads the mass is no double any more.
    q = SkewNormal(0, 1, end=end)
    assert kl_integral(BELL, q) == INF
    assert kl_integral(SkewNormal(0, 1, end=end + 1), q) == INF
    assert kl_integral(q, q) == 0


def test_an_end_or_an_edge_right_beside_the_middle_changes_nothing():
    # Between them lies nothing that a double could measure.
    middle, beside = SkewNormal(0, 1, end=0), SkewNormal(0, 1, end=TINY)
    assert kl_integral(beside, BELL) == pytest.approx(math.log(2), rel=1e-14)
    assert kl_integral(middle, beside) == pytest.approx(0, abs=1e-15)
    masses = BELL.log_masses([-INF, 0, TINY, INF])
    np.testing.assert_allclose(np.exp(masses), [0.5, 0, 0.5], rtol=1e-14, atol=TINY)


EPSILON_PAIRS = [PAIRS[0], PAIRS[4], PAIRS[5], (BELL, CUT_AT_2), (SkewNormal(0, 3), BELL)]


@pytest.mark.parametrize(("p", "q"), EPSILON_PAIRS, ids=str)
@pytest.mark.parametrize("epsilon", [1e-16, 1e-10, 1e-3, 10])
def test_with_epsilon_it_is_the_integral_of_what_code_computes(p, q, epsilon):
    expected = reference_kl(p, q, epsilon)
    assert kl_integral(p, q, epsilon=epsilon) == pytest.approx(expected, rel=1e-9)


def test_epsilon_goes_to_the_truth_where_that_is_finite():
    # 0 <= D - D(ε) = ∫ p log(1 + ε/q) <= ε ∫ p/q, and that last integral is a Gaussian's.
    p, q = BELL, SkewNormal(0, 2)
    truth, ratio = gaussian_kl(0, 1, 0, 2), 2 * math.sqrt(2 * math.pi / (1 - 1 / 4))
    epsilon = 10.0 ** np.arange(-12, 0)
    missing = truth - kl_integral(p, q, epsilon=epsilon)
    assert (missing > 0).all()
    assert (missing <= epsilon * ratio * (1 + 1e-12) + 1e-15).all()
    # To the first order it is that integral.
    assert missing[4] / epsilon[4] == pytest.approx(ratio, rel=1e-4)
    assert kl_integral(p, q, epsilon=1e-300) == pytest.approx(truth, rel=1e-14)


@pytest.mark.parametrize(("end", "beyond"), [(2, 0.0227501319481792), (0, 0.5)])
def test_epsilon_grows_without_bound_where_the_truth_is_infinite(end, beyond):
    # Each factor 1/e on ε adds the mass that P has where Q has none.
    q = SkewNormal(0, 1, end=end)
    values = kl_integral(BELL, q, epsilon=[1e-300, 1e-200, 1e-100, 0])
    np.testing.assert_allclose(-np.diff(values[:3]) / (100 * math.log(10)), beyond, rtol=1e-12)
    assert values[3] == INF


def test_a_large_epsilon_takes_it_below_0():
    assert kl_integral(BELL, BELL, epsilon=1e-3) < 0
    # q + ε is all but ε: what is left is -H(P) - log ε.
    entropy = (1 + math.log(2 * math.pi)) / 2
    assert kl_integral(BELL, BELL, epsilon=1e9) == pytest.approx(-entropy - math.log(1e9), abs=1e-9)


def test_epsilons_of_any_shape_equal_a_loop():
    epsilon = np.array([[0, 1e-10, 1e-3], [1e-300, 1, 10]])
    batch = kl_integral(BELL, CUT_AT_2, epsilon=epsilon)
    assert batch.shape == (2, 3)
    for index in np.ndindex(2, 3):
        one = kl_integral(BELL, CUT_AT_2, epsilon=epsilon[index])
        assert isinstance(one, float)
        assert batch[index] == pytest.approx(one, rel=1e-14)
    assert kl_integral(BELL, BELL, epsilon=[]).shape == (0,)


BINS = st.integers(1, 96)


@given(st.one_of(BELLS, CUT_BELLS), BELLS, st.integers(2, 96), st.lists(BINS, max_size=3))
def test_coarser_bins_never_gain_divergence_nor_exceed_the_integral(p, q, bins, counts):
    edges = [-INF, *np.linspace(-12, 12, bins), INF]
    log_p, log_q = p.log_masses(edges), q.log_masses(edges)
    bound = kl_integral(p, q)
    for count in [1, *counts]:
        log_p, log_q = merge_bins(log_p, count), merge_bins(log_q, count)
        divergence = binned_kl(log_p, log_q)
        assert 0 <= divergence <= bound * (1 + 1e-12) + 1e-13
        bound = divergence


@given(
    st.builds(SkewNormal, MEANS, st.floats(0.5, 4), st.floats(-0.7, 0.7)),
    st.integers(2, 12),
    st.integers(2, 8),
)
def test_bins_joined_from_finer_ones_hold_what_those_hold_together(bell, bins, count):
    fine = np.linspace(-24, 24, bins * count + 1)
    joined = merge_bins(bell.log_masses(fine), count)
    np.testing.assert_allclose(bell.log_masses(fine[::count]), joined, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize(("p", "q"), [*PAIRS[:2], PAIRS[5], (BELL, SkewNormal(1, 1))], ids=str)
def test_finer_bins_go_to_the_integral_as_the_square_of_their_width(p, q):
    lost = []
    for width in (1 / 8, 1 / 16, 1 / 32):
        edges = [-INF, *np.arange(-16, 16 + width, width), INF]
        lost.append(kl_integral(p, q) - binned_kl(p.log_masses(edges), q.log_masses(edges)))
    assert 0 < lost[-1] < 1e-3
    assert lost[0] / lost[1] == pytest.approx(4, rel=0.2)
    assert lost[1] / lost[2] == pytest.approx(4, rel=0.05)


def test_published_bins_of_two_gaussians():
    # One edge halfway: the divergence of a coin with Φ(1/2) from its mirror image.
    head = scipy.special.ndtr(0.5)
    edges = [-INF, 0.5, INF]
    divergence = binned_kl(BELL.log_masses(edges), SkewNormal(1, 1).log_masses(edges))
    exact = (2 * head - 1) * math.log(head / (1 - head))
    assert divergence == pytest.approx(exact, rel=1e-13)


def test_one_bin_tells_nothing_apart():
    for p, q in PAIRS:
        for edges in ([-INF, INF], [-100, 100]):
            assert binned_kl(p.log_masses(edges), q.log_masses(edges)) <= 1e-14


@pytest.mark.parametrize("end", [2, 8, 12, 45])
def test_a_bin_beyond_the_end_of_q_makes_it_infinite_however_little_it_holds(end):
    # Beyond 40 spreads the mass is no double any more.
    q = SkewNormal(0, 1, end=end)
    for edges in ([-INF, end, INF], [-INF, 0, end - 0.5, end + 0.5, end + 1]):
        assert binned_kl(BELL.log_masses(edges), q.log_masses(edges)) == INF


def test_bins_that_straddle_the_end_hide_that_the_truth_is_infinite():
    edges = [-INF, 0, 1, INF]
    divergence = binned_kl(BELL.log_masses(edges), CUT_AT_2.log_masses(edges))
    left, kept = scipy.special.ndtr([1, 2])
    p = [0.5, left - 0.5, 1 - left]
    q = [0.5 / kept, (left - 0.5) / kept, (kept - left) / kept]
    assert divergence == pytest.approx(scipy.stats.entropy(p, q), rel=1e-12)
    assert divergence < kl_integral(BELL, CUT_AT_2) == INF


def test_bins_that_p_does_not_reach_add_nothing():
    edges = [-INF, 1, 2, 3, INF]
    log_p, log_q = CUT_AT_2.log_masses(edges), BELL.log_masses(edges)
    assert binned_kl(log_p, log_p) == 0
    # p/q is 1/mass in every bin below the end.
    assert binned_kl(log_p, log_q) == pytest.approx(-CUT_AT_2.log_mass, rel=1e-13)


def test_binned_kl_is_kl_divergence_of_the_masses():
    rng = np.random.default_rng(7)
    p, q = rng.dirichlet(np.ones(5), size=(3, 1)), rng.dirichlet(np.ones(5), size=4)
    batch = binned_kl(np.log(p), np.log(q), base=2)
    assert batch.shape == (3, 4)
    np.testing.assert_allclose(batch, kl_divergence(p, q, base=2), rtol=1e-13)


@given(
    st.lists(st.floats(-800, 0) | st.just(-INF), min_size=1, max_size=20),
    st.integers(1, 25),
)
def test_merged_bins_equal_a_loop(masses, count):
    merged = merge_bins(masses, count)
    expected = [
        scipy.special.logsumexp(masses[start : start + count])
        for start in range(0, len(masses), count)
    ]
    np.testing.assert_allclose(merged, expected, rtol=1e-14, atol=1e-14)
    np.testing.assert_array_equal(merge_bins([masses, masses], count), [merged, merged])


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [1, 2, 3, 4, 5]), (2, [3, 7, 5]), (3, [6, 9]), (9, [15])]
)
def test_the_last_bin_joins_what_is_left(count, expected):
    merged = np.exp(merge_bins(np.log([1, 2, 3, 4, 5]), count))
    np.testing.assert_allclose(merged, expected, rtol=1e-14)


@pytest.mark.parametrize("count", [0, -1])
def test_at_least_one_bin_is_merged(count):
    with raises(f"count must be at least 1, got {count}"):
        merge_bins([0.0], count)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mean": math.nan}, "mean is nan; it must be finite"),
        ({"mean": INF}, "mean is inf; it must be finite"),
        ({"std": 0}, "std is 0; it must be finite and above 0"),
        ({"std": -1.5}, "std is -1.5; it must be finite and above 0"),
        ({"std": INF}, "std is inf; it must be finite and above 0"),
        ({"std": math.nan}, "std is nan; it must be finite and above 0"),
        ({"skewness": 0.996}, "skewness is 0.996; it must lie between -0.995 and 0.995"),
        ({"skewness": -1}, "skewness is -1; it must lie between -0.995 and 0.995"),
        ({"skewness": math.nan}, "skewness is nan; it must lie between -0.995 and 0.995"),
        ({"end": math.nan}, "end is nan; it must be a number, or inf for no end"),
        ({"end": -6}, "end is -6: less than 1e-09 of the bell with mean 0 and std 1 lies below"),
        ({"end": -INF}, "end is -inf: less than 1e-09 of the bell"),
        ({"end": -2, "skewness": 0.99}, "end is -2: less than 1e-09 of the bell"),
    ],
    ids=str,
)
def test_what_is_no_density_raises(fields, message):
    with raises(message):
        SkewNormal(**{"mean": 0, "std": 1} | fields)


@pytest.mark.parametrize(
    "edges",
    [[], [1], 1, [2, 1], [0, 0], [0, 1, 1], [0, math.nan], [[0, 1]], [INF, INF], [-INF, -INF, 0]],
    ids=str,
)
def test_edges_that_do_not_increase_raise(edges):
    with raises("edges must hold at least two numbers, each above the one before"):
        BELL.log_masses(edges)


@pytest.mark.parametrize(
    ("epsilon", "message"),
    [
        (-1e-9, "epsilon is -1e-09; it must be at least 0"),
        ([0, -1], "epsilon is -1.0; it must be at least 0"),
        (math.nan, "epsilon is nan; it must be finite"),
        ([0, INF], "epsilon[1] is inf; it must be finite"),
    ],
    ids=str,
)
def test_an_epsilon_that_cannot_be_added_raises(epsilon, message):
    with raises(message):
        kl_integral(BELL, BELL, epsilon=epsilon)


@pytest.mark.parametrize("base", [1, 0, -2, math.nan, INF])
def test_a_base_that_is_not_finite_and_above_1_raises(base):
    message = f"base must be a finite number above 1, or None for nats, got {base!r}"
    with raises(message):
        kl_integral(BELL, BELL, base=base)
    with raises(message):
        binned_kl([0.0], [0.0], base=base)


def test_different_numbers_of_bins_raise():
    with raises("log_p and log_q must have the same bins: shapes (1,) and (2,)"):
        binned_kl([0.0], [0.0, -INF])
