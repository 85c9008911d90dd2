"""The divergence of skew normals, whole and in bins, against quadrature and closed forms."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kl_core import SkewNormal, binned_kl, gaussian_kl, kl_divergence, kl_integral, merge_bins
from tests.kl_core.bells import (
    BELL,
    BELLS,
    CUT_AT_2,
    CUT_BELLS,
    INF,
    MEANS,
    SPREADS,
    azzalini,
    quadrature,
)
from tests.kl_core.errors import raises

TINY = 5e-324  # the smallest double above 0


def log_density(bell):
    """Return log p(x) of the whole bell, from scipy's normal distribution."""
    shape, location, scale = azzalini(bell).args

    def log_whole(x):
        z = (x - location) / scale
        return math.log(2 / scale) + scipy.stats.norm.logpdf(z) + scipy.stats.norm.logcdf(shape * z)

    return log_whole


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


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_the_integral_of_gaussians_is_the_closed_form(mean_p, std_p, mean_q, std_q):
    integral = kl_integral(SkewNormal(mean_p, std_p), SkewNormal(mean_q, std_q))
    exact = gaussian_kl(mean_p, std_p, mean_q, std_q)
    # Below 1e-308 each of the many terms has fewer digits.
    assert integral == pytest.approx(exact, rel=1e-11, abs=1e-319)


@pytest.mark.parametrize(("std_p", "std_q"), [(1, 1e-3), (1e-3, 1), (1e-100, 1e-99)])
def test_the_integral_keeps_its_digits_for_very_different_spreads(std_p, std_q):
    mean = std_p / 2
    integral = kl_integral(SkewNormal(mean, std_p), SkewNormal(0, std_q))
    assert integral == pytest.approx(gaussian_kl(mean, std_p, 0, std_q), rel=1e-12)


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
            assert binned_kl(p.log_masses(edges), q.log_masses(edges)) == 0


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
    with raises(f"count must be a whole number at least 1, got {count}"):
        merge_bins([0.0], count)


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
