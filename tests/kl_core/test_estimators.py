"""Estimators, moments and gradients: by definition, in many digits, listed and drawn."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from kl_core import (
    PLACEMENTS,
    GaussianMixture,
    chance_below_zero,
    estimates,
    expected_gradients,
    gaussian_kl,
    gaussian_moments,
    k1,
    k2,
    k3,
    k3_noisier_beyond,
    kl_divergence,
    kl_gradient,
    mixture_kl,
)
from kl_core._estimators import loss_and_slope, mean_and_error
from tests.kl_core.errors import raises

NAMES = ["k1", "k2", "k3"]
EACH = {"k1": k1, "k2": k2, "k3": k3}

# expm1 rounds by a unit in the last place of 0.02, 2e-14 of what the difference leaves there.
K3_CLOSE = 2e-14


@mpmath.workdps(400)
def exact_k3(log_ratio):
    """Return p/q - 1 + log(q/p) of this very double, right in every digit of a double."""
    return float(mpmath.exp(-mpmath.mpf(log_ratio)) - 1 + mpmath.mpf(log_ratio))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("exponent", [-150, -100, -20, -9, -8, -7, -4, -3, -2, -1, 0, 1, 2, 2.84])
def test_k3_keeps_its_digits_whatever_the_size_of_the_ratio(exponent, sign):
    log_ratio = sign * 10.0**exponent
    assert k3(log_ratio) == pytest.approx(exact_k3(log_ratio), rel=K3_CLOSE, abs=0)


@given(st.floats(-700, 700) | st.floats(-0.05, 0.05))
def test_estimators_are_their_definitions(log_ratio):
    assert k1(log_ratio) == log_ratio
    # Squares below the smallest normal double lose digits.
    assert k2(log_ratio) == pytest.approx(log_ratio * log_ratio / 2, rel=1e-15, abs=1e-320)
    assert k3(log_ratio) == pytest.approx(exact_k3(log_ratio), rel=K3_CLOSE, abs=1e-307)


@given(st.floats(allow_nan=False))
def test_k2_and_k3_are_never_negative_and_k1_has_the_sign_of_the_ratio(log_ratio):
    # A RuntimeWarning is an error in these tests.
    assert k1(log_ratio) == log_ratio
    assert k2(log_ratio) >= 0
    assert k3(log_ratio) >= 0


@given(st.floats(0.5, 30), st.sampled_from([1, -1]))
def test_k3_is_the_kl_div_of_scipy(size, sign):
    # scipy.special.kl_div(x, y) = x log(x/y) - x + y, here of x = 1 and y = p/q.
    found = scipy.special.kl_div(1, math.exp(-sign * size))
    assert k3(sign * size) == pytest.approx(found, rel=1e-13)


@pytest.mark.parametrize(
    ("log_ratio", "expected"),
    [
        (math.inf, (math.inf, math.inf, math.inf)),
        (-math.inf, (-math.inf, math.inf, math.inf)),
        (0, (0, 0, 0)),
        (1e100, (1e100, 5e199, 1e100)),
        (-1e100, (-1e100, 5e199, math.inf)),
        (1e308, (1e308, math.inf, 1e308)),
        (-710, (-710, 252050, math.inf)),
    ],
)
def test_infinity_is_an_answer_and_large_ratios_bring_no_warning(log_ratio, expected):
    assert [each(log_ratio) for each in EACH.values()] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_each_keeps_the_shape_of_its_ratios(name):
    log_ratio = np.random.default_rng(0).normal(size=(2, 3, 4))
    log_ratio.flags.writeable = False
    batch = EACH[name](log_ratio)
    assert batch.shape == (2, 3, 4)
    for index in np.ndindex(batch.shape):
        assert batch[index] == EACH[name](float(log_ratio[index]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (math.nan, "log_ratio is nan; it must be a number"),
        ([0, math.nan], "log_ratio[1] is nan; it must be a number"),
        ([[0, 1], [math.inf, math.nan]], "log_ratio[1, 1] is nan; it must be a number"),
        ("text", "log_ratio must be an array of numbers: "),
        (1j, "log_ratio must be an array of numbers: "),
    ],
    ids=str,
)
def test_what_is_no_ratio_raises(name, wrong, message):
    with raises(message):
        EACH[name](wrong)


@mpmath.workdps(50)
def integrals(mu_q, sigma_q, mu_p, sigma_p):
    """Return mean and standard deviation of one draw of each estimator, by their definitions.

    By the trapezium rule: of a bell that has died out before the ends it misses exp(-2π²/h²).
    """
    mu_q, sigma_q, mu_p, sigma_p = map(mpmath.mpf, (mu_q, sigma_q, mu_p, sigma_p))
    # The widest bell is p²/q, that of the square of k3.
    thinness = 2 / sigma_p**2 - 1 / sigma_q**2
    assert thinness > 0
    reach = abs(mu_q - mu_p) * (1 + 2 / (sigma_p**2 * thinness)) + 16 / mpmath.sqrt(thinness)
    reach += 16 * max(sigma_q, sigma_p)
    step = min(sigma_q, sigma_p) / 6
    rows = []
    for place in range(-int(reach / step), int(reach / step) + 1):
        x = mu_q + place * step
        far_q, far_p = (x - mu_q) / sigma_q, (x - mu_p) / sigma_p
        ratio = mpmath.log(sigma_p / sigma_q) + (far_p**2 - far_q**2) / 2
        draws = (ratio, ratio**2 / 2, mpmath.exp(-ratio) - 1 + ratio)
        rows.append((mpmath.npdf(x, mu_q, sigma_q) * step, draws))
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
    mu_q, sigma_q, mu_p, sigma_p = arguments
    x = np.random.default_rng(4).normal(mu_q, sigma_q, 1_000_000)
    log_ratio = scipy.stats.norm.logpdf(x, mu_q, sigma_q) - scipy.stats.norm.logpdf(
        x, mu_p, sigma_p
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
    for sigma_p, finite in ((1.41, True), (1.42, False), (2, False), (50, False)):
        x = np.array([-2e4, -1e4, 1e4, 2e4])
        log = 2 * scipy.stats.norm.logpdf(x, gap, sigma_p) - scipy.stats.norm.logpdf(x)
        falls = log[0] < log[1] and log[2] > log[3]
        assert falls == finite
        std = gaussian_moments(0, 1, gap, sigma_p)["k3"].std
        assert math.isfinite(std) == finite
        assert std > 0
    # Others stay finite.
    for name in ("k1", "k2"):
        assert math.isfinite(gaussian_moments(0, 1, gap, 50)[name].std)


@pytest.mark.parametrize("sigma_p", [0.8, 1, 1.1])
def test_a_gaussian_against_itself_has_neither_mean_nor_noise(sigma_p):
    for found in gaussian_moments(0.3, sigma_p, 0.3, sigma_p).values():
        assert (found.mean, found.std, found.truth, found.bias) == (0, 0, 0, 0)


@given(
    st.floats(-3, 3), st.floats(0.2, 3), st.floats(-3, 3), st.floats(0.2, 3), st.integers(-40, 40)
)
def test_moments_know_no_unit_of_length_and_no_direction(mu_q, sigma_q, mu_p, sigma_p, exponent):
    # A power of 2 leaves the digits as they are, unless a mean becomes too small for all of them.
    assume(all(mu == 0 or abs(mu) > 1e-200 for mu in (mu_q, mu_p)))
    unit = 2.0**exponent
    found = gaussian_moments(mu_q, sigma_q, mu_p, sigma_p)
    scaled = gaussian_moments(-unit * mu_q, unit * sigma_q, -unit * mu_p, unit * sigma_p)
    for name in NAMES:
        assert scaled[name].mean == found[name].mean
        # The nodes of the quadrature are mirrored, and added up in another order.
        assert scaled[name].std == pytest.approx(found[name].std, rel=1e-13)


@pytest.mark.parametrize(
    "shapes", [((), (3,), (), ()), ((4, 1), (3,), (), (4, 3)), ((2, 1, 1), (4, 1), (3,), ())]
)
def test_a_batch_of_gaussians_equals_a_loop(shapes):
    rng = np.random.default_rng(5)
    mu_q, mu_p = (rng.normal(size=shapes[i]) for i in (0, 2))
    sigma_q, sigma_p = (rng.uniform(0.5, 3, size=shapes[i]) for i in (1, 3))
    arrays = (mu_q, sigma_q, mu_p, sigma_p)
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
def exact_chance(mu_q, sigma_q, mu_p, sigma_p):
    """Return the chance of p > q under Q: from the roots of log(q/p), put through three points."""
    mu_q, sigma_q, mu_p, sigma_p = map(mpmath.mpf, (mu_q, sigma_q, mu_p, sigma_p))

    def log_ratio(z):
        x = mu_q + sigma_q * z
        return mpmath.log(sigma_p / sigma_q) + ((x - mu_p) / sigma_p) ** 2 / 2 - z**2 / 2

    ahead, middle, behind = map(log_ratio, (1, 0, -1))
    curve, slope = (ahead + behind) / 2 - middle, (ahead - behind) / 2
    if sigma_q == sigma_p:
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
def test_chances_below_0_both_ways_leave_the_total_variation(mu_q, sigma_q, mu_p, sigma_p):
    # TV = P(p > q) - Q(p > q), and P(p > q) is 1 less the chance of the other way round.
    assume(mu_q != mu_p or sigma_q != sigma_p)
    q, p = scipy.stats.norm(mu_q, sigma_q), scipy.stats.norm(mu_p, sigma_p)
    x = np.linspace(-40, 40, 200_001)
    variation = scipy.integrate.trapezoid(abs(p.pdf(x) - q.pdf(x)), x) / 2
    both = chance_below_zero(mu_q, sigma_q, mu_p, sigma_p) + chance_below_zero(
        mu_p, sigma_p, mu_q, sigma_q
    )
    # The corners of |p - q| cost the trapezium rule the square of its step.
    assert 1 - both == pytest.approx(variation, abs=1e-5)


@pytest.mark.parametrize("arguments", [(0, 1, 0.3, 1), (0, 1, 0.3, 1.2), (0, 1.2, 0.3, 1)])
def test_the_chance_is_the_share_of_draws(arguments):
    mu_q, sigma_q, mu_p, sigma_p = arguments
    x = np.random.default_rng(6).normal(mu_q, sigma_q, 400_000)
    share = (scipy.stats.norm.pdf(x, mu_p, sigma_p) > scipy.stats.norm.pdf(x, mu_q, sigma_q)).mean()
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


GOOD = {"mu_q": 0, "sigma_q": 1, "mu_p": 0, "sigma_p": 1}


@pytest.mark.parametrize("function", [gaussian_moments, chance_below_zero])
@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("mu_q", math.nan, " is nan; it must be finite"),
        ("mu_p", [0, math.inf], "[1] is inf; it must be finite"),
        ("sigma_q", 0, " is 0.0; it must be finite and above 0"),
        ("sigma_p", [[1, 1], [-1, 1]], "[1, 0] is -1.0; it must be finite and above 0"),
        ("sigma_p", math.inf, " is inf; it must be finite and above 0"),
        ("mu_q", "text", " must be an array of numbers: "),
    ],
    ids=str,
)
def test_the_message_names_the_argument_that_is_wrong(function, name, wrong, message):
    with raises(name + message):
        function(**GOOD | {name: wrong})


@pytest.mark.parametrize("function", [gaussian_moments, chance_below_zero])
def test_gaussians_whose_shapes_do_not_broadcast_raise(function):
    with raises("mu_q of shape (2,), sigma_q of shape (), mu_p of shape (3,) and sigma_p of shape"):
        function([0, 1], 1, [0, 1, 2], 1)


def test_estimates_are_means_with_their_standard_errors():
    log_ratio = np.random.default_rng(7).normal(0.2, 0.6, 1000)
    found = estimates(log_ratio)
    assert list(found) == NAMES
    for name, (mean, error) in found.items():
        draws = EACH[name](log_ratio)
        assert mean == pytest.approx(math.fsum(draws) / 1000, rel=1e-13)
        assert error == pytest.approx(scipy.stats.sem(draws), rel=1e-13)


def test_estimates_of_any_q_and_p_come_within_their_errors():
    # Mixtures, of which nothing but densities and draws is used.
    q = GaussianMixture([0.3, 0.7], [-2, 1], [0.5, 1])
    p = GaussianMixture([0.5, 0.5], [-1, 1], [1, 1.2])
    x = q.sample(200_000, np.random.default_rng(8))
    found = estimates(q.logpdf(x) - p.logpdf(x))
    truth = mixture_kl(q, p)
    for name in ("k1", "k3"):
        mean, error = found[name]
        assert 0 < error < 0.02 * truth
        assert abs(mean - truth) < 4 * error
    mean, error = found["k2"]
    assert abs(mean - truth) > 10 * error


@pytest.mark.parametrize("log_ratio", [0.3, [0.3], [[0.3]]])
def test_a_single_draw_has_a_mean_and_no_error(log_ratio):
    assert estimates(log_ratio)["k1"] == (0.3, math.inf)


def test_estimates_take_draws_of_any_shape():
    assert estimates([[0.1, 0.2], [0.3, 0.4]]) == estimates([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize("huge", [-800, -500])
def test_a_draw_that_overflows_leaves_no_number_without_an_error(huge):
    found = estimates([huge, 1.0, 2.0])
    assert found["k1"][0] == pytest.approx((huge + 3) / 3)
    assert found["k3"][0] > 1e200
    assert found["k3"][1] == math.inf


def test_an_infinite_mean_has_an_infinite_error():
    assert mean_and_error([1.0, math.inf]) == (math.inf, math.inf)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "values holds no number; it needs at least one"),
        ("text", "values must be an array of numbers: "),
    ],
)
def test_a_mean_needs_numbers(wrong, message):
    with raises(message):
        mean_and_error(wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "log_ratio holds no draw; it needs at least one"),
        ([[]], "log_ratio holds no draw; it needs at least one"),
        ([0, math.inf], "log_ratio[1] is inf; it must be finite"),
        ([math.nan, 0], "log_ratio[0] is nan; it must be finite"),
        ("text", "log_ratio must be an array of numbers: "),
    ],
    ids=str,
)
def test_estimates_need_finite_draws(wrong, message):
    with raises(message):
        estimates(wrong)


@pytest.mark.parametrize(
    ("placement", "each"),
    [("k1 in the loss", k1), ("k2 in the loss", k2), ("k3 in the loss", k3)],
)
@given(log_ratio=st.floats(-5, 5))
def test_a_loss_is_its_estimator_and_the_slope_its_derivative_in_log_q(placement, each, log_ratio):
    # p stands still, so log(q/p) moves as log q does.
    loss, slope = loss_and_slope(placement, np.array(log_ratio))
    assert loss == each(log_ratio)
    ahead, behind = (
        float(loss_and_slope(placement, np.array(log_ratio + by))[0]) for by in (1e-5, -1e-5)
    )
    # A central difference errs by a sixth of 10⁻¹⁰ times the third derivative, at most e⁵.
    assert slope == pytest.approx((ahead - behind) / 2e-5, rel=1e-8, abs=1e-8)


def test_a_penalty_in_the_reward_has_nothing_in_the_loss():
    loss, slope = loss_and_slope("k1 in the reward", np.array([-1.0, 0.0, 2.0]))
    np.testing.assert_array_equal([loss, slope], 0)


@pytest.mark.parametrize("wrong", ["k3", "", "K1 in the loss", None])
def test_a_penalty_has_one_of_four_places(wrong):
    with raises(f"placement must be one of {', '.join(PLACEMENTS)}; got {wrong!r}"):
        loss_and_slope(wrong, np.zeros(1))


@st.composite
def policies(draw, count=2):
    """Draw the logits of policies over the same outcomes."""
    size = draw(st.integers(2, 5))
    logits = st.lists(st.floats(-4, 4), min_size=size, max_size=size)
    return [np.array(draw(logits)) for _ in range(count)]


def slopes(function, logits, step=1e-4):
    """Return the derivatives of a function of a policy in its logits, by central differences."""
    found = []
    for place in np.eye(logits.size):
        ahead, behind = (
            function(scipy.special.softmax(logits + by * place)) for by in (step, -step)
        )
        found.append((ahead - behind) / (2 * step))
    return np.array(found)


# A central difference errs by a sixth of 10⁻⁸ times a third derivative, here of the size of logits.
NEAR = 1e-7


@given(policies())
def test_gradients_are_those_of_the_divergence(logits):
    moved, reference = logits[0], scipy.special.softmax(logits[1])
    policy = scipy.special.softmax(moved)
    reverse = slopes(lambda pi: kl_divergence(pi, reference), moved)
    forward = slopes(lambda pi: kl_divergence(reference, pi), moved)
    np.testing.assert_allclose(kl_gradient(policy, reference), reverse, rtol=0, atol=NEAR)
    np.testing.assert_allclose(
        kl_gradient(policy, reference, "forward"), forward, rtol=0, atol=NEAR
    )


@given(policies())
def test_each_placement_pulls_where_it_is_said_to_pull(logits):
    policy, reference = scipy.special.softmax(logits, axis=1)
    found = expected_gradients(policy, reference)
    assert list(found) == list(PLACEMENTS)
    reverse, forward = (kl_gradient(policy, reference, way) for way in ("reverse", "forward"))
    exact = {
        "k1 in the reward": reverse,
        "k1 in the loss": 0 * reverse,
        "k2 in the loss": reverse,
        "k3 in the loss": forward,
    }
    for placement, gradient in exact.items():
        np.testing.assert_allclose(found[placement].mean, gradient, rtol=0, atol=1e-14)
    # It is right on average that k1 in the loss does nothing; a draw of it does.
    assert found["k1 in the loss"].noise > 0


def test_the_two_directions_pull_apart():
    # Or the test above would not tell k2 from k3.
    policy, reference = [0.7, 0.2, 0.1], [0.2, 0.2, 0.6]
    reverse, forward = (kl_gradient(policy, reference, way) for way in ("reverse", "forward"))
    assert abs(reverse - forward).max() > 0.1


def listed(policy, reference, drawn, weights):
    """Return, for each placement, chances and gradients of a draw, outcome by outcome."""
    found = {placement: [] for placement in PLACEMENTS}
    for x, chance in enumerate(drawn):
        score = [float(i == x) - policy[i] for i in range(len(policy))]
        log = math.log(policy[x]) - math.log(reference[x])
        slope = {
            "k1 in the reward": log,
            "k1 in the loss": 1.0,
            "k2 in the loss": log,
            "k3 in the loss": 1 - reference[x] / policy[x],
        }
        for placement in PLACEMENTS:
            each = [weights[x] * slope[placement] * entry for entry in score]
            found[placement].append((chance, each))
    return found


@pytest.mark.parametrize("weighted", [False, True])
@given(logits=policies(3))
def test_mean_and_noise_are_those_of_a_list_of_all_draws(weighted, logits):
    policy, reference, drawn = scipy.special.softmax(logits, axis=1)
    weights = policy / drawn if weighted else np.ones_like(policy)
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    for placement, rows in listed(policy, reference, drawn, weights).items():
        entries = range(policy.size)
        means = [math.fsum(chance * each[i] for chance, each in rows) for i in entries]
        variance = math.fsum(
            chance * (each[i] - means[i]) ** 2 for chance, each in rows for i in entries
        )
        size = max(abs(entry) for _, each in rows for entry in each)
        np.testing.assert_allclose(found[placement].mean, means, rtol=0, atol=1e-14 * (1 + size))
        assert found[placement].noise == pytest.approx(math.sqrt(variance), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("placement", PLACEMENTS[1:])
@given(logits=policies(3))
def test_in_the_loss_it_is_the_gradient_of_the_mean_loss_with_the_draws_held(placement, logits):
    # What automatic differentiation of a batch's loss gives: draws know nothing of the policy.
    reference, drawn = scipy.special.softmax(logits[1:], axis=1)
    policy = scipy.special.softmax(logits[0])

    def loss(pi):
        return drawn @ loss_and_slope(placement, np.log(pi / reference))[0]

    found = expected_gradients(policy, reference, sampled_from=drawn)[placement].mean
    expected = slopes(loss, logits[0])
    # The third derivative of k3 grows like p/q, up to e⁸.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-5)


@given(policies(3))
def test_weights_bring_back_what_the_policy_itself_would_have_drawn(logits):
    policy, reference, drawn = scipy.special.softmax(logits, axis=1)
    exact = expected_gradients(policy, reference)
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=True)
    for placement in PLACEMENTS:
        np.testing.assert_allclose(found[placement].mean, exact[placement].mean, rtol=0, atol=1e-13)


def test_without_weights_another_policys_draws_pull_elsewhere():
    policy, reference, drawn = [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.2, 0.2, 0.6]
    exact = expected_gradients(policy, reference)
    found = expected_gradients(policy, reference, sampled_from=drawn)
    for placement in PLACEMENTS:
        assert abs(found[placement].mean - exact[placement].mean).max() > 0.05
    # k1 in the loss now pushes towards what was drawn, wherever the reference is.
    np.testing.assert_allclose(
        found["k1 in the loss"].mean, np.subtract(drawn, policy), rtol=0, atol=1e-15
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_mean_and_noise_are_those_of_draws(weighted):
    policy, reference, drawn = [0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.4, 0.2, 0.4]
    x = np.random.default_rng(9).choice(3, size=200_000, p=drawn)
    weights = np.divide(policy, drawn) if weighted else np.ones(3)
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    for placement, rows in listed(policy, reference, drawn, weights).items():
        draws = np.array([each for _, each in rows])[x]
        errors = draws.std(axis=0, ddof=1) / math.sqrt(x.size)
        exact = found[placement]
        assert (abs(draws.mean(axis=0) - exact.mean) <= 4 * errors).all()
        squares = ((draws - exact.mean) ** 2).sum(axis=1)
        error = squares.std(ddof=1) / math.sqrt(x.size)
        assert 0 < error < 0.05 * exact.noise**2
        assert abs(squares.mean() - exact.noise**2) < 4 * error


@pytest.mark.parametrize(
    "shapes", [((3,), (4, 3), (3,)), ((4, 3), (3,), (2, 1, 3)), ((3,), (3,), (5, 3))], ids=str
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_batch_of_policies_equals_a_loop(shapes, weighted):
    rng = np.random.default_rng(10)
    policy, reference, drawn = (scipy.special.softmax(rng.normal(size=s), axis=-1) for s in shapes)
    batch = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    whole = np.broadcast_shapes(*shapes)
    loose = [np.broadcast_to(each, whole) for each in (policy, reference, drawn)]
    for index in np.ndindex(whole[:-1]):
        one = [each[index] for each in loose]
        alone = expected_gradients(*one[:2], sampled_from=one[2], weighted=weighted)
        for placement in PLACEMENTS:
            found = batch[placement]
            assert (found.mean.shape, found.noise.shape) == (whole, whole[:-1])
            np.testing.assert_allclose(found.mean[index], alone[placement].mean, atol=1e-15)
            assert found.noise[index] == pytest.approx(alone[placement].noise, rel=1e-14)
    for way in ("reverse", "forward"):
        found = kl_gradient(policy, reference, way)
        for index in np.ndindex(found.shape[:-1]):
            pi, ref = (np.broadcast_to(each, found.shape)[index] for each in (policy, reference))
            np.testing.assert_allclose(found[index], kl_gradient(pi, ref, way), atol=1e-15)


@pytest.mark.parametrize("rare", [1e-20, 1e-100, 1e-300])
def test_a_rare_outcome_keeps_its_gradient_and_its_noise(rare):
    found = expected_gradients([1 - rare, rare], [0.5, 0.5])["k3 in the loss"]
    # A logarithm of 690 has lost three digits by the time it is an exponent.
    np.testing.assert_allclose(found.mean, [0.5, -0.5], rtol=2e-13)
    # Nearly all of it is that of the rare draw, (0.5/rare)·(-1, 1).
    assert found.noise == pytest.approx(math.sqrt(0.5 / rare), rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.6], [0.5, 0.5]), "policy sums to 1.1; probabilities sum to 1"),
        (([0.5, 0.5], [0.5, 0.4]), "reference sums to 0.9; probabilities sum to 1"),
        (([0.5, 0.5], [-0.5, 1.5]), "reference[0] is -0.5; it must be finite and at least 0"),
        (([1, 0], [0.5, 0.5]), "policy[1] is 0; here every chance must be above 0"),
        (([[0.5, 0.5]], [[0, 1]]), "reference[0, 0] is 0; here every chance must be above 0"),
        (([0.5, 0.5], [1]), "policy and reference must have the same outcomes: policy has 2"),
        (([[0.5, 0.5]] * 2, [[0.5, 0.5]] * 3), "policy of shape (2, 2) and reference of shape (3,"),
    ],
    ids=str,
)
def test_policies_are_distributions_without_a_0(arguments, message):
    for function in (expected_gradients, kl_gradient):
        with raises(message):
            function(*arguments)


HALVES = [0.5, 0.5]


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        ([0.5, 0.4], "sampled_from sums to 0.9; probabilities sum to 1"),
        ([math.nan, 1], "sampled_from[0] is nan; it must be finite and at least 0"),
        (
            [0.2, 0.3, 0.5],
            "sampled_from and policy must have the same outcomes: sampled_from has 3",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("weighted", [False, True])
def test_draws_come_from_a_distribution_over_the_same_outcomes(drawn, message, weighted):
    with raises(message):
        expected_gradients(HALVES, HALVES, sampled_from=drawn, weighted=weighted)


def test_draws_that_do_not_broadcast_with_the_reference_raise():
    with raises("sampled_from of shape (3, 2), policy of shape (2,) and reference of shape (2, 2)"):
        expected_gradients(HALVES, [HALVES] * 2, sampled_from=[HALVES] * 3)


def test_no_weight_makes_up_for_draws_that_never_come():
    with raises("sampled_from[1] is 0; here every chance must be above 0"):
        expected_gradients(HALVES, [0.8, 0.2], sampled_from=[1, 0], weighted=True)
    # Without weights they are missed and that is all.
    found = expected_gradients(HALVES, [0.8, 0.2], sampled_from=[1, 0])["k3 in the loss"]
    np.testing.assert_allclose(found.mean, np.array([0.5, -0.5]) * (1 - 0.8 / 0.5), rtol=1e-15)
    assert found.noise == 0


@pytest.mark.parametrize("wrong", ["backward", "Reverse", None])
def test_a_direction_is_reverse_or_forward(wrong):
    with raises(f"direction must be 'forward' or 'reverse', got {wrong!r}"):
        kl_gradient(HALVES, HALVES, wrong)
