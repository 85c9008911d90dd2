"""Skew normals against scipy, and the masses of their bins in many digits."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kl_core import SkewNormal
from tests.kl_core.bells import (
    BELL,
    BELLS,
    CUT_AT_2,
    CUT_BELLS,
    INF,
    MEANS,
    SKEWS,
    SPREADS,
    azzalini,
    quadrature,
)
from tests.kl_core.errors import raises


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


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mean": math.nan}, "mean must be a finite number, got nan"),
        ({"mean": INF}, "mean must be a finite number, got inf"),
        ({"std": 0}, "std must be a finite number above 0, got 0"),
        ({"std": -1.5}, "std must be a finite number above 0, got -1.5"),
        ({"std": INF}, "std must be a finite number above 0, got inf"),
        ({"std": math.nan}, "std must be a finite number above 0, got nan"),
        (
            {"skewness": 0.996},
            "skewness must be a finite number at least -0.995 and at most 0.995, got 0.996",
        ),
        (
            {"skewness": -1},
            "skewness must be a finite number at least -0.995 and at most 0.995, got -1",
        ),
        (
            {"skewness": math.nan},
            "skewness must be a finite number at least -0.995 and at most 0.995, got nan",
        ),
        ({"end": math.nan}, "end must be a finite number, or inf for no end, got nan"),
        ({"end": -6}, "end is -6.0: less than 1e-09 of the bell with mean 0.0 and std 1.0 lies "),
        ({"end": -INF}, "end must be a finite number, or inf for no end, got -inf"),
        ({"end": -2, "skewness": 0.99}, "end is -2.0: less than 1e-09 of the bell"),
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
