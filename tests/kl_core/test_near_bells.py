"""Bells that lean and end next to each other, whole and in bins, against fifty digits."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kl_core import SkewNormal, binned_kl, kl_integral, kl_parts
from tests.kl_core.bells import BELL, INF
from tests.kl_core.digits import panels

RIGHT = {"rel": 1e-9, "abs": 0}
# Closer than this nothing is promised.
LEAST = 1e-30
NEAR = st.floats(-14.5, -1).map(lambda exponent: 10.0**exponent)
ONE = st.floats(-1, 1)


def azzalini(bell):
    """Return location, scale and shape of these very doubles."""
    skewness = mpmath.mpf(bell.skewness)
    lean = mpmath.sign(skewness) * mpmath.cbrt(abs(2 * skewness / (4 - mpmath.pi)))
    offset = lean / mpmath.sqrt(1 + lean**2)
    scale = bell.std / mpmath.sqrt(1 - offset**2)
    delta = offset * mpmath.sqrt(mpmath.pi / 2)
    return bell.mean - scale * offset, scale, delta / mpmath.sqrt(1 - delta**2)


def log_whole(bell):
    """Return log p(x) before anything is cut off, up to a constant that all bells share."""
    location, scale, shape = azzalini(bell)

    def at(x):
        z = (x - location) / scale
        thinned = mpmath.log(mpmath.erfc(-shape * z / mpmath.sqrt(2))) if shape else 0
        return -(z**2) / 2 - mpmath.log(scale) + thinned

    return at


def exact(p, q):
    """Return D(P‖Q) to as many digits as anybody needs."""
    with mpmath.workdps(60):
        location, scale, shape = azzalini(p)
        log_p, log_q = log_whole(p), log_whole(q)
        steps = [mpmath.mpf(k) / 2 for k in range(-30, 31)]
        # Where it begins to thin out it bends, the more sharply the more it leans.
        steps += [k / (1 + abs(shape)) for k in range(-6, 7)]

        def integral(function, end, start=-mpmath.inf):
            edges = {location + scale * step for step in steps}
            inside = [edge for edge in edges if start < edge < end]
            low = max(start, location - 15 * scale)
            return panels(function, [low, *inside, min(end, location + 15 * scale)])

        mass_p = integral(lambda x: mpmath.exp(log_p(x)), p.end)
        mass_q = integral(lambda x: mpmath.exp(log_q(x)), p.end)
        more = integral(lambda x: mpmath.exp(log_q(x)), q.end, p.end) if q.end > p.end else 0

        def penalty(x):
            of_p, of_q = mpmath.exp(log_p(x)) / mass_p, mpmath.exp(log_q(x)) / mass_q
            return of_p * (mpmath.log(of_p / of_q)) - of_p + of_q

        return float(integral(penalty, p.end) + mpmath.log1p(more / mass_q))


@st.composite
def near_bells(draw):
    """Draw a bell, cut off or not, and one next to it."""
    step, skewness = draw(NEAR), draw(st.floats(-0.9, 0.9) | st.just(0.0))
    mean, std = draw(st.floats(-3, 3)), draw(st.floats(0.3, 3))
    end = draw(st.just(INF) | st.floats(-1, 3).map(lambda ends: mean + ends * std))
    q = (
        mean + step * std,
        std * (1 + step * draw(ONE)),
        skewness + step * draw(ONE) / 2,
        end + step * std * draw(st.sampled_from([0, 0.5])) if end < INF else end,
    )
    return SkewNormal(mean, std, skewness, end), SkewNormal(*q)


@settings(max_examples=15, deadline=None)
@given(near_bells())
# A lean so slight that it shows in the third order alone.
@example((BELL, SkewNormal(0, 1, 1e-14)))
@example((SkewNormal(0, 1, 1e-10), SkewNormal(0, 1, -1e-10)))
@example((BELL, SkewNormal(0, 1, 5e-10)))
@example((SkewNormal(0, 1, 4e-10), SkewNormal(0, 1, 5e-10)))
# Only the end differs.
@example((SkewNormal(0, 1, 0.5, end=1), SkewNormal(0, 1, 0.5, end=1 + 1e-13)))
@example((SkewNormal(0, 1, end=0), SkewNormal(1e-9, 1, end=1e-15)))
@example((SkewNormal(0, 1, 0.99), SkewNormal(0, 1, 0.99 - 1e-12)))
def test_the_integral_has_all_its_digits(pair):
    p, q = pair
    value, truth = kl_integral(p, q), exact(p, q)
    assert value > 0
    if truth > LEAST:
        assert value == pytest.approx(truth, **RIGHT)
        gains, gives_back = kl_parts(p, q)
        assert gives_back <= 0
        assert gains + gives_back == pytest.approx(truth, rel=1e-12, abs=2e-16 * gains)


@pytest.mark.parametrize("step", [1e-2, 1e-5, 1e-9, 1e-12, 1e-15])
@pytest.mark.parametrize(
    ("other", "information"),
    [
        # Of a Gaussian the information is 1 in the mean, 2 in the spread, 1/6 in the skewness.
        (lambda step: SkewNormal(step, 1), 1),
        (lambda step: SkewNormal(0, 1 + step), 2),
        (lambda step: SkewNormal(0, 1, step), 1 / 6),
    ],
    ids=["mean", "spread", "skewness"],
)
def test_next_to_a_gaussian_it_is_half_the_information_times_the_squared_step(
    other, information, step
):
    q = other(step)
    step = max(q.mean, q.std - 1, q.skewness)
    truth = information / 2 * step**2
    # A lean grows with the cube root of the skewness, and so do the terms that follow.
    assert kl_integral(BELL, q) == pytest.approx(truth, rel=1e-12 + 4 * step ** (1 / 3))
    assert kl_integral(BELL, q) == pytest.approx(kl_integral(q, BELL), rel=4 * step ** (1 / 3))


def test_only_the_beginning_of_what_q_has_beyond_the_end_of_p_counts():
    for step in (1e-3, 1e-8, 1e-13):
        q = SkewNormal(0, 1, end=1 + step)
        width = q.end - 1
        # To the first order it is Q's density at the end times the width.
        truth = -math.log1p(-float(np.exp(q.log_masses([1, q.end])[0])))
        assert kl_integral(SkewNormal(0, 1, end=1), q) == pytest.approx(truth, rel=1e-12)
        assert truth == pytest.approx(width * q.pdf(1), rel=step)


@pytest.mark.parametrize("epsilon", [0, 1e-300, 1e-10])
def test_next_to_each_other_epsilon_is_as_far_as_ever(epsilon):
    p, q = BELL, SkewNormal(1e-9, 1)
    values = kl_integral(p, q, epsilon=[epsilon, 0])
    assert values[1] == pytest.approx(5e-19, rel=1e-9)
    assert values[0] == pytest.approx(5e-19 if epsilon == 0 else 0, abs=1e-6 * (epsilon > 0))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.01, 1) | st.just(1e-300), min_size=1, max_size=8),
    NEAR,
    st.data(),
)
def test_bins_have_all_digits_of_the_numbers_given_as_if_they_summed_to_1(weights, step, data):
    log_p = np.log(weights)
    log_p -= np.log(np.exp(log_p).sum())
    moves = data.draw(st.lists(ONE, min_size=len(weights), max_size=len(weights)))
    log_q = np.minimum(log_p + step * np.array(moves), 0.0)
    log_p = np.minimum(log_p, 0.0)
    with mpmath.workdps(60):
        p, q = ([mpmath.exp(mpmath.mpf(float(x))) for x in logs] for logs in (log_p, log_q))
        p, q = ([x / mpmath.fsum(each) for x in each] for each in (p, q))
        truth = float(mpmath.fsum(a * mpmath.log(a / b) for a, b in zip(p, q, strict=True)))
    value = binned_kl(log_p, log_q)
    assert value >= 0
    if truth > LEAST:
        assert value == pytest.approx(truth, **RIGHT)
    batch = binned_kl([log_p, log_q], log_q)
    np.testing.assert_allclose(batch, [value, 0], rtol=1e-14)


def test_a_common_factor_in_the_masses_tells_nothing_apart():
    masses = BELL.log_masses([-INF, -1, 0, 2, INF])
    assert binned_kl(masses, masses - 1e-6) < 1e-30
    assert binned_kl(masses, masses - 700) < 1e-24
    assert binned_kl(masses, masses) == 0


def test_bins_that_only_one_side_reaches_add_what_they_hold():
    value = binned_kl([-INF, 0.0], [math.log(1e-9), math.log1p(-1e-9)])
    assert value == pytest.approx(-math.log1p(-1e-9), rel=1e-9)
    assert binned_kl([math.log(1e-9), math.log1p(-1e-9)], [-INF, 0.0]) == INF
