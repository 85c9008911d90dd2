"""Moments of a draw between Gaussians: integrals in many digits, closed forms, a table, draws."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from kl_core import chance_below_zero, gaussian_kl, gaussian_moments, k3_noisier_beyond
from tests.kl_core.errors import raises
from tests.kl_core.estimators import EACH, NAMES


@mpmath.workdps(50)
def integrals(mean_q, std_q, mean_p, std_p):
    """Return mean and standard deviation of one draw of each estimator, by their definitions.

    By the trapezium rule: of a bell that has died out before the ends it misses exp(-2π²/h²).
    """
    mean_q, std_q, mean_p, std_p = map(mpmath.mpf, (mean_q, std_q, mean_p, std_p))
    # The widest bell is p²/q, that of the square of k3.
    thinness = 2 / std_p**2 - 1 / std_q**2
    assert thinness > 0
    reach = abs(mean_q - mean_p) * (1 + 2 / (std_p**2 * thinness)) + 16 / mpmath.sqrt(thinness)
    reach += 16 * max(std_q, std_p)
    step = min(std_q, std_p) / 6
    rows = []
    for place in range(-int(reach / step), int(reach / step) + 1):
        x = mean_q + place * step
        far_q, far_p = (x - mean_q) / std_q, (x - mean_p) / std_p
        ratio = mpmath.log(std_p / std_q) + (far_p**2 - far_q**2) / 2
        draws = (ratio, ratio**2 / 2, mpmath.exp(-ratio) - 1 + ratio)
        rows.append((mpmath.npdf(x, mean_q, std_q) * step, draws))
    found = {}
    for place, name in enumerate(NAMES):
        mean = mpmath.fsum(weight * draws[place] for weight, draws in rows)
        variance = mpmath.fsum(weight * (draws[place] - mean) ** 2 for weight, draws in rows)
        found[name] = float(mean), float(mpmath.sqrt(variance))
    return found


GAUSSIANS = [
    *((0, 1, gap, 1) for gap in (1e-8, -1e-8, 1e-6, 1e-3, 0.05, 1, 3)),
    *((0, 1, 0, 1 + gap) for gap in (1e-8, -1e-8, 1e-5, -1e-3, 0.04, -0.06, 0.2, -0.5)),
    (0, 1, 1e-8, 1 + 1e-8),
    (0, 1, 1e-3, 1 - 1e-6),
    (0, 1, 1e-6, 1 + 1e-3),
    # On both sides of where the formula for k3 changes.
    *((0, 1, gap, 1) for gap in (0.099999, 0.100001, -0.100001)),
    *((0, 1, 0.01, sigma) for sigma in (1.11803, 1.11804, 0.91287, 0.91288)),
    (0, 1, -0.09, 1.09),
    (0, 1, 0.11, 0.9),
    (0, 1, 0.5, 1.3),
    (0, 1, -1, 1.4),
    (0, 1, 0.01, 1.41),
    (1, 2, -1, 1),
    (-3, 0.5, -2.75, 0.625),
    (0, 1, 2, 0.4),
]


@pytest.mark.parametrize("arguments", GAUSSIANS, ids=str)
def test_moments_are_the_integrals(arguments):
    found = gaussian_moments(*arguments)
    for name, (mean, std) in integrals(*arguments).items():
        assert found[name].mean == pytest.approx(mean, rel=1e-14, abs=0)
        # The variance of k3 is what is left of terms up to 10⁵ times its size.
        close = 1e-11 if name == "k3" else 1e-14
        assert found[name].std == pytest.approx(std, rel=close, abs=0)
        assert found[name].truth == gaussian_kl(*arguments)


@given(st.floats(-8, math.log10(20)).map(lambda exponent: 10.0**exponent))
def test_moments_for_one_width_are_the_known_formulas(gap):
    found = gaussian_moments(0, 1, gap, 1)
    truth = gap**2 / 2
    assert found["k1"].std == pytest.approx(gap, rel=1e-14)
    assert found["k2"].std == pytest.approx(truth * math.sqrt(2 + gap**2), rel=1e-14)
    with mpmath.workdps(60):
        square = mpmath.mpf(gap) ** 2
        std = float(mpmath.sqrt(mpmath.expm1(square) - square))
    assert found["k3"].std == pytest.approx(std, rel=1e-11)
    # A difference of two numbers of the size of the truth.
    assert found["k2"].bias / truth == pytest.approx(gap**2 / 4, rel=1e-14, abs=1e-15)
    assert found["k1"].bias == found["k3"].bias == 0


# J. Schulman, "Approximating KL Divergence" (2020): bias and standard deviation over the truth. The
# first bias of k2, printed as 0.002, is 0.0025.
PUBLISHED = [
    (0.1, {"k1": (0, 20), "k2": (0.0025, 1.42), "k3": (0, 1.42)}),
    (1, {"k1": (0, 2), "k2": (0.25, 1.73), "k3": (0, 1.7)}),
]


@pytest.mark.parametrize(("gap", "rows"), PUBLISHED)
def test_published_table(gap, rows):
    for name, found in gaussian_moments(0, 1, gap, 1).items():
        bias, std = rows[name]
        assert found.bias / found.truth == pytest.approx(bias, abs=1e-12)
        assert found.std / found.truth == pytest.approx(std, abs=0.005)


@pytest.mark.parametrize(
    "arguments", [(0, 1, 0.1, 1), (0, 1, 1, 1), (0, 1, 0.5, 0.8), (2, 3, 1, 3)]
)
def test_moments_are_those_of_draws(arguments):
    mean_q, std_q, mean_p, std_p = arguments
    x = np.random.default_rng(4).normal(mean_q, std_q, 1_000_000)
    log_ratio = scipy.stats.norm.logpdf(x, mean_q, std_q) - scipy.stats.norm.logpdf(
        x, mean_p, std_p
    )
    for name, exact in gaussian_moments(*arguments).items():
        draws = EACH[name](log_ratio)
        assert abs(draws.mean() - exact.mean) < 4 * exact.standard_error(draws.size)
        squares = (draws - exact.mean) ** 2
        error = squares.std(ddof=1) / math.sqrt(draws.size)
        assert 0 < error < 0.05 * exact.std**2
        assert abs(squares.mean() - exact.std**2) < 4 * error


def test_typical_error_is_that_of_many_averages():
    # So far apart that the bias of k2 is as large as its noise.
    exact = gaussian_moments(0, 1, 1, 1)
    x = np.random.default_rng(5).normal(size=(40_000, 32))
    for name, each in EACH.items():
        misses = (each(0.5 - x).mean(axis=1) - 0.5) ** 2
        error = misses.std(ddof=1) / math.sqrt(misses.size)
        assert 0 < error < 0.1 * misses.mean()
        assert abs(misses.mean() - exact[name].typical_error(32) ** 2) < 4 * error
    assert exact["k2"].typical_error(32) > 1.2 * exact["k2"].standard_error(32)
    assert exact["k2"].standard_error(400) == pytest.approx(exact["k2"].std / 20, rel=1e-15)


@pytest.mark.parametrize("gap", [0, 0.1, -1])
def test_the_variance_of_k3_is_infinite_once_p_is_as_wide_as_the_root_of_2(gap):
    # p²/q falls towards both ends while σ_p² < 2σ_q², and so has an integral; then it does not.
    for std_p, finite in ((1.41, True), (1.42, False), (2, False), (50, False)):
        x = np.array([-2e4, -1e4, 1e4, 2e4])
        log = 2 * scipy.stats.norm.logpdf(x, gap, std_p) - scipy.stats.norm.logpdf(x)
        falls = log[0] < log[1] and log[2] > log[3]
        assert falls == finite
        std = gaussian_moments(0, 1, gap, std_p)["k3"].std
        assert math.isfinite(std) == finite
        assert std > 0
    # Others stay finite.
    for name in ("k1", "k2"):
        assert math.isfinite(gaussian_moments(0, 1, gap, 50)[name].std)


@pytest.mark.parametrize("std_p", [0.8, 1, 1.1])
def test_a_gaussian_against_itself_has_neither_mean_nor_noise(std_p):
    for found in gaussian_moments(0.3, std_p, 0.3, std_p).values():
        assert (found.mean, found.std, found.truth, found.bias) == (0, 0, 0, 0)


@given(
    st.floats(-3, 3), st.floats(0.2, 3), st.floats(-3, 3), st.floats(0.2, 3), st.integers(-40, 40)
)
def test_moments_know_no_unit_of_length_and_no_direction(mean_q, std_q, mean_p, std_p, exponent):
    # A power of 2 leaves the digits as they are, unless a mean becomes too small for all of them.
    assume(all(mu == 0 or abs(mu) > 1e-200 for mu in (mean_q, mean_p)))
    unit = 2.0**exponent
    found = gaussian_moments(mean_q, std_q, mean_p, std_p)
    scaled = gaussian_moments(-unit * mean_q, unit * std_q, -unit * mean_p, unit * std_p)
    for name in NAMES:
        assert scaled[name].mean == found[name].mean
        # The nodes of the quadrature are mirrored, and added up in another order.
        assert scaled[name].std == pytest.approx(found[name].std, rel=1e-13)


@pytest.mark.parametrize(
    "shapes", [((), (3,), (), ()), ((4, 1), (3,), (), (4, 3)), ((2, 1, 1), (4, 1), (3,), ())]
)
def test_a_batch_of_gaussians_equals_a_loop(shapes):
    rng = np.random.default_rng(5)
    mean_q, mean_p = (rng.normal(size=shapes[i]) for i in (0, 2))
    std_q, std_p = (rng.uniform(0.5, 3, size=shapes[i]) for i in (1, 3))
    arrays = (mean_q, std_q, mean_p, std_p)
    for array in arrays:
        array.flags.writeable = False
    moments, chances = gaussian_moments(*arrays), chance_below_zero(*arrays)
    assert chances.shape == np.broadcast_shapes(*shapes)
    loose = np.broadcast_arrays(*arrays)
    for index in np.ndindex(chances.shape):
        one = [float(array[index]) for array in loose]
        assert chances[index] == pytest.approx(float(chance_below_zero(*one)), rel=1e-14)
        for name, found in gaussian_moments(*one).items():
            for field in ("mean", "std", "truth", "bias"):
                batch = getattr(moments[name], field)
                assert batch.shape == chances.shape
                assert batch[index] == pytest.approx(float(getattr(found, field)), rel=1e-14)


@pytest.mark.parametrize(
    "arguments",
    [
        (1e200, 1, 0, 1), (1e308, 1, -1e308, 1), (1e160, 1, 0, 2), (1e80, 1, 0, 1.2),
        (1e80, 1, 0, 0.5), (0, 1e80, 0, 1), (0, 1, 0, 1e-200), (1e60, 1, 0, 1.1), (40, 1, 0, 1),
    ],
    ids=str,
)  # fmt: skip
def test_moments_above_the_largest_double_are_infinite_without_a_warning(arguments):
    found = gaussian_moments(*arguments)
    assert found["k3"].std == math.inf
    for each in found.values():
        assert each.mean > 0
        assert each.std > 0
    assert 0 <= chance_below_zero(*arguments) < 1e-60


@mpmath.workdps(60)
def exact_chance(mean_q, std_q, mean_p, std_p):
    """Return the chance of p > q under Q: from the roots of log(q/p), put through three points."""
    mean_q, std_q, mean_p, std_p = map(mpmath.mpf, (mean_q, std_q, mean_p, std_p))

    def log_ratio(z):
        x = mean_q + std_q * z
        return mpmath.log(std_p / std_q) + ((x - mean_p) / std_p) ** 2 / 2 - z**2 / 2

    ahead, middle, behind = map(log_ratio, (1, 0, -1))
    curve, slope = (ahead + behind) / 2 - middle, (ahead - behind) / 2
    if std_q == std_p:
        ends = [mpmath.ninf, -middle / slope, mpmath.inf]
    else:
        root = mpmath.sqrt(slope**2 - 4 * curve * middle)
        places = sorted([(-slope - root) / (2 * curve), (-slope + root) / (2 * curve)])
        ends = [mpmath.ninf, *places, mpmath.inf]
    total = mpmath.mpf(0)
    for low, high in pairwise(ends):
        if low == mpmath.ninf:
            between = high - 1
        else:
            between = low + 1 if high == mpmath.inf else (low + high) / 2
        if log_ratio(between) < 0:
            total += mpmath.ncdf(high) - mpmath.ncdf(low)
    return float(total)


@pytest.mark.parametrize(
    "arguments",
    [
        *((0, 1, gap, 1) for gap in (1e-8, 0.1, -0.1, 1, -3, 12)),
        *((0, 1, 0, 1 + gap) for gap in (1e-8, -1e-8, 1e-12, -1e-4, 0.5, -0.5)),
        *((0, 1, gap, 1 + 1e-8) for gap in (1e-8, -1e-8, 1e-4, 1, -2)),
        *((0, 1, gap, 1 - 1e-8) for gap in (1e-8, -1e-8, 1e-4, 1, -2)),
        (0, 1, 2, 1.5),
        (0, 1, 2, 0.5),
        (0, 1, -2, 0.01),
        (0, 1, 10, 1.0001),
        (0, 1, 10, 0.9),
        (0, 1, 10, 20),
        (0, 1, 0, 1e6),
        (0, 1e6, 0, 1),
        (3, 1e4, 1, 1),
        (0, 1e4, 3e4, 1),
        (-3, 0.5, -2.75, 0.625),
        (5, 2, -1, 7),
    ],
    ids=str,
)  # fmt: skip
def test_the_chance_of_a_draw_below_0_is_that_of_p_above_q(arguments):
    expected = exact_chance(*arguments)
    # Two places close to each other leave the difference of their chances fewer digits.
    assert chance_below_zero(*arguments) == pytest.approx(expected, rel=1e-10, abs=0)


@given(st.floats(-4, 4), st.floats(0.1, 4), st.floats(-4, 4), st.floats(0.1, 4))
def test_chances_below_0_both_ways_leave_the_total_variation(mean_q, std_q, mean_p, std_p):
    # TV = P(p > q) - Q(p > q), and P(p > q) is 1 less the chance of the other way round.
    assume(mean_q != mean_p or std_q != std_p)
    q, p = scipy.stats.norm(mean_q, std_q), scipy.stats.norm(mean_p, std_p)
    x = np.linspace(-40, 40, 200_001)
    variation = scipy.integrate.trapezoid(abs(p.pdf(x) - q.pdf(x)), x) / 2
    both = chance_below_zero(mean_q, std_q, mean_p, std_p) + chance_below_zero(
        mean_p, std_p, mean_q, std_q
    )
    # The corners of |p - q| cost the trapezium rule the square of its step.
    assert 1 - both == pytest.approx(variation, abs=1e-5)


@pytest.mark.parametrize("arguments", [(0, 1, 0.3, 1), (0, 1, 0.3, 1.2), (0, 1.2, 0.3, 1)])
def test_the_chance_is_the_share_of_draws(arguments):
    mean_q, std_q, mean_p, std_p = arguments
    x = np.random.default_rng(6).normal(mean_q, std_q, 400_000)
    share = (scipy.stats.norm.pdf(x, mean_p, std_p) > scipy.stats.norm.pdf(x, mean_q, std_q)).mean()
    chance = float(chance_below_zero(*arguments))
    assert 0.1 < chance < 0.9
    assert abs(share - chance) < 4 * math.sqrt(chance * (1 - chance) / x.size)


def test_nothing_is_below_0_where_q_is_p():
    assert chance_below_zero(0.3, 1.1, 0.3, 1.1) == 0
    np.testing.assert_array_equal(chance_below_zero([0, 1], 1, [0, 1], 1), [0, 0])


def test_next_to_q_half_of_the_draws_are_below_0():
    assert chance_below_zero(0, 1, 1e-200, 1) == 0.5


def test_k3_is_noisier_than_k1_from_where_their_spreads_cross():
    def apart(truth):
        found = gaussian_moments(0, 1, math.sqrt(2 * truth), 1)
        return float(found["k3"].std - found["k1"].std)

    crossing = scipy.optimize.brentq(apart, 0.1, 2, xtol=1e-15, rtol=1e-14)
    assert apart(0.9 * crossing) < 0 < apart(1.1 * crossing)
    assert k3_noisier_beyond() == pytest.approx(crossing, rel=1e-12)
    assert round(k3_noisier_beyond(), 3) == 0.628


GOOD = {"mean_q": 0, "std_q": 1, "mean_p": 0, "std_p": 1}


@pytest.mark.parametrize("function", [gaussian_moments, chance_below_zero])
@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("mean_q", math.nan, " is nan; it must be finite"),
        ("mean_p", [0, math.inf], "[1] is inf; it must be finite"),
        ("std_q", 0, " is 0.0; it must be finite and above 0"),
        ("std_p", [[1, 1], [-1, 1]], "[1, 0] is -1.0; it must be finite and above 0"),
        ("std_p", math.inf, " is inf; it must be finite and above 0"),
        ("mean_q", "text", " must be an array of numbers: "),
    ],
    ids=str,
)
def test_the_message_names_the_argument_that_is_wrong(function, name, wrong, message):
    with raises(name + message):
        function(**GOOD | {name: wrong})


@pytest.mark.parametrize("function", [gaussian_moments, chance_below_zero])
def test_gaussians_whose_shapes_do_not_broadcast_raise(function):
    with raises("mean_q of shape (2,), std_q of shape (), mean_p of shape (3,) and std_p of shape"):
        function([0, 1], 1, [0, 1, 2], 1)
