"""The lesson's proof holds number by number, and so do the ways of its triangle."""

import math

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq

from charts.units import BITS, NATS, UNITS
from kl_core import gaussian_kl, normalize
from pages.properties.bells import BETWEEN
from pages.properties.numbers import Ratios, Triangle
from tests.pages.properties.truth import bell_kl, divergence, random_ratios, random_triangles


def test_curve_lies_below_the_line_and_touches_it_only_at_1():
    for found in random_ratios(400):
        for x, line, curve, gap in zip(found.x, found.line, found.curve, found.gaps, strict=True):
            if np.isnan(x):
                continue
            exact = mpmath.mpf(x)
            assert line == pytest.approx(float((exact - 1) / found.unit.nats), abs=1e-12)
            log = float(mpmath.log(exact)) / found.unit.nats if x else -math.inf
            assert curve == pytest.approx(log, abs=1e-12)
            assert gap >= 0
            assert (gap == 0) == (x == 1)


def test_gaps_times_p_and_what_lies_outside_are_the_divergence():
    outside = 0
    for found in random_ratios(600):
        exact = divergence(found.p, found.q, found.unit.base)
        assert found.divergence == pytest.approx(exact, rel=1e-7, abs=1e-15)
        assert found.weighted.sum() + found.loose == pytest.approx(exact, rel=1e-6, abs=1e-15)
        assert found.loose == pytest.approx(found.q[found.p == 0].sum() / math.log(found.unit.base))
        outside += found.outside > 0
    assert outside > 50


def test_ratios_average_1_less_what_lies_outside():
    for found in random_ratios(300):
        there = found.p > 0
        assert found.average == pytest.approx(math.fsum(found.p[there] * found.x[there]))


def test_close_pairs_keep_the_digits_of_their_gaps():
    p = normalize([4, 3, 2, 1])
    q = p + 1e-9 * np.array([1, -1, 1, -1])
    found = Ratios(p, q, NATS)
    exact = [(mpmath.mpf(b) - mpmath.mpf(a)) / mpmath.mpf(a) for a, b in zip(p, q, strict=True)]
    with mpmath.workdps(40):
        gaps = [float(each - mpmath.log1p(each)) for each in exact]
    np.testing.assert_allclose(found.gaps, gaps, rtol=1e-6)


def test_ratio_to_a_trifle_is_no_nan():
    found = Ratios(np.array([1 - 1e-320, 1e-320]), np.array([0.5, 0.5]), BITS)
    assert np.isfinite(found.x).all()
    assert found.weighted.sum() + found.loose == pytest.approx(found.divergence)


def test_ways_are_those_of_the_closed_form():
    for ways in random_triangles(200):
        sides = [(ways.a, ways.c), (ways.a, ways.b), (ways.b, ways.c), (ways.c, ways.a)]
        expected = [bell_kl(*side, ways.unit) for side in sides]
        computed = [ways.straight, *ways.steps, ways.back]
        assert computed == pytest.approx(expected, abs=1e-12)


def test_published_triangle():
    ways = Triangle(**BETWEEN, unit=UNITS["nats"])
    assert (ways.straight, ways.detour) == (2, 1)


def test_no_bound_follows_from_two_sides_as_the_self_check_says():
    """With D(A‖B) = D(B‖C) = 1, D(A‖C) is 4 for equal bells in a row, and has no bound."""
    apart = math.sqrt(2)
    assert gaussian_kl(0, 1, apart, 1) == pytest.approx(1)
    assert gaussian_kl(0, 1, 2 * apart, 1) == pytest.approx(4)

    def rare(one, of):
        """Return a log-chance for which D of coins is 1; `one` and `of` as log(chance)."""
        p = math.exp(one)

        def excess(log_q):
            rest = (1 - p) * (math.log1p(-p) - math.log1p(-math.exp(log_q)))
            return p * (one - log_q) + rest - 1

        return brentq(excess, of, one - 1e-9)

    reached = []
    for chance in (0.5, 0.2, 0.1):
        a = math.log(chance)
        b = rare(a, -100)
        c = rare(b, -1e6)
        p = chance
        reached.append(p * (a - c) + (1 - p) * (math.log1p(-p) - math.log1p(-math.exp(c))))
    assert reached[0] < reached[1] < reached[2]
    assert reached[2] > 100
