"""The divergence of Gaussians: published values, many digits, quadrature, and its symmetries."""

import math

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from kl_core import gaussian_kl
from kl_core._gaussian import multivariate_gaussian_kl
from tests.kl_core.errors import raises

TINY, HUGE = 5e-324, 1.7e308  # about the smallest and the largest double
LOG2 = math.log(2)

MEANS = st.floats(-1000, 1000)
SPREADS = st.floats(-3, 3).map(lambda exponent: 10.0**exponent)
# A dozen roundings, of which the difference of two numbers below 1 in a sum above 0.1 magnifies
# some tenfold.
CLOSE = 1e-14


@mpmath.workdps(400)
def exact(mean_p, std_p, mean_q, std_q):
    """Return the divergence of these very doubles, right in every digit of a double."""
    mean_p, std_p, mean_q, std_q = map(mpmath.mpf, (mean_p, std_p, mean_q, std_q))
    squares = (std_p**2 + (mean_p - mean_q) ** 2) / (2 * std_q**2)
    return float(mpmath.log(std_q / std_p) + squares - mpmath.mpf(1) / 2)


def integral(mean_p, std_p, mean_q, std_q):
    """Return ∫ p log(p/q) by adaptive quadrature."""
    p, q = scipy.stats.norm(mean_p, std_p), scipy.stats.norm(mean_q, std_q)
    value, _ = scipy.integrate.quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)),
        mean_p - 15 * std_p,
        mean_p + 15 * std_p,
        epsabs=0,
        epsrel=1e-12,
        limit=200,
    )
    return value


# Cover & Thomas and Bishop give the formula; the last two are Schulman's, "Approximating KL
# Divergence" (2020), where x ~ q and KL[q, p].
PUBLISHED = [
    ((0, 1, 0, 1), 0),
    ((0, 1, 0, 2), LOG2 - 3 / 8),  # 0.318147
    ((0, 2, 0, 1), 3 / 2 - LOG2),  # 0.806853
    ((0, 1, 0.1, 1), 0.005),
    ((0, 1, 1, 1), 0.5),
]


@pytest.mark.parametrize(("arguments", "value"), PUBLISHED, ids=str)
def test_published_values(arguments, value):
    assert gaussian_kl(*arguments) == pytest.approx(value, rel=CLOSE, abs=0)


def test_published_digits():
    assert gaussian_kl(0, 1, 0, 2).round(6) == 0.318147
    assert gaussian_kl(0, 2, 0, 1).round(6) == 0.806853


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_it_agrees_with_400_digits(mean_p, std_p, mean_q, std_q):
    # Nearly equal spreads have their own test below.
    assume(std_p == std_q or not 0.5 < std_p / std_q < 1.5)
    arguments = mean_p, std_p, mean_q, std_q
    # The square of a tiny shift has fewer digits than other doubles.
    assert gaussian_kl(*arguments) == pytest.approx(exact(*arguments), rel=CLOSE, abs=1e-320)


@pytest.mark.parametrize("difference", [0.45, 0.1, 0.01, 1e-3, 1e-5, 1e-7, 1e-9, 1e-12, 1e-15])
def test_nearly_equal_spreads_keep_their_digits(difference):
    for sigma in (1 + difference, 1 - difference):
        for shift in (0, 1e-12):
            arguments = (shift, sigma, 0, 1)
            assert gaussian_kl(*arguments) == pytest.approx(exact(*arguments), rel=CLOSE, abs=0)


@pytest.mark.parametrize("sigma", [1e-200, 0.1, 1, 3, 1e200])
def test_spreads_next_to_each_other_are_told_apart(sigma):
    for other in (np.nextafter(sigma, 0), np.nextafter(sigma, math.inf)):
        assert gaussian_kl(0, sigma, 0, other) > 0


@pytest.mark.parametrize(
    "arguments",
    [
        (0, 1e-150, 0, 1),
        (0, 1, 0, 1e-150),
        (0, 1e150, 0, 1),
        (0, 1, 0, 1e150),
        (0, 1e-300, 0, 1e300),
        (0, TINY, 0, HUGE),
        (0, 2e-300, 0, 1e-300),
        (0, 1e300, 0, 3e300),
        (0, 0.5, 0, 1),
        (0, 1.5, 0, 1),
        (1e150, 1, 0, 1),
        (1e-150, 1, 0, 1),
        (1e9, 1, 1e9 + 1e-6, 1),
        (-1e308, 1e308, 0, 1e308),
        (0, 1, 1e-300, 1e-300),
    ],
    ids=str,
)
def test_hard_cases_keep_their_digits(arguments):
    assert gaussian_kl(*arguments) == pytest.approx(exact(*arguments), rel=CLOSE, abs=0)


def test_means_whose_difference_is_no_double_keep_their_digits():
    arguments = (1e308, 1e308, -1e308, 1e308)
    assert gaussian_kl(*arguments) == pytest.approx(exact(*arguments), rel=CLOSE)


@pytest.mark.parametrize(
    "arguments",
    [(0, 1e200, 0, 1), (0, HUGE, 0, 1), (0, HUGE, 0, TINY), (HUGE, 1, 0, 1), (1, 1, 0, 1e-200)],
    ids=str,
)
def test_a_divergence_above_the_largest_double_is_infinite_without_a_warning(arguments):
    # float() of a number above the largest double is inf.
    assert exact(*arguments) == math.inf
    assert gaussian_kl(*arguments) == math.inf


@pytest.mark.parametrize(
    "arguments",
    [(0, 1, 0, 2), (0, 2, 0, 1), (3, 0.5, -1, 2), (-2, 4, 5, 0.25), (10, 1, 10.5, 1.25)],
    ids=str,
)
def test_it_is_the_integral(arguments):
    assert gaussian_kl(*arguments) == pytest.approx(integral(*arguments), rel=1e-11)


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_it_is_never_negative_and_above_0_for_different_means(mean_p, std_p, mean_q, std_q):
    divergence = gaussian_kl(mean_p, std_p, mean_q, std_q)
    assert divergence >= 0
    # The square of a smaller shift is no double.
    if abs(mean_p - mean_q) > 1e-150 * std_q:
        assert divergence > 0


@given(MEANS, SPREADS)
def test_a_gaussian_diverges_from_itself_by_exactly_0(mu, sigma):
    assert gaussian_kl(mu, sigma, mu, sigma) == 0


@given(
    st.integers(-1000, 1000),
    SPREADS,
    st.integers(-1000, 1000),
    SPREADS,
    st.integers(-(2**40), 2**40),
)
def test_a_shift_of_both_changes_nothing(mean_p, std_p, mean_q, std_q, shift):
    shifted = gaussian_kl(mean_p + shift, std_p, mean_q + shift, std_q)
    assert shifted == gaussian_kl(mean_p, std_p, mean_q, std_q)


@given(MEANS, SPREADS, MEANS, SPREADS, st.integers(-900, 900), st.sampled_from([1, -1]))
def test_another_unit_of_length_changes_nothing(mean_p, std_p, mean_q, std_q, exponent, sign):
    # A power of 2 leaves the digits as they are, unless a mean becomes too small for all of them.
    assume(all(mu == 0 or abs(mu) > 1e-30 for mu in (mean_p, mean_q)))
    # Nearly equal spreads magnify roundings, and have their own test.
    assume(std_p == std_q or not 0.5 < std_p / std_q < 1.5)
    unit = 2.0**exponent
    scaled = gaussian_kl(sign * unit * mean_p, unit * std_p, sign * unit * mean_q, unit * std_q)
    assert scaled == pytest.approx(gaussian_kl(mean_p, std_p, mean_q, std_q), rel=CLOSE, abs=0)


@given(MEANS, SPREADS, MEANS, SPREADS, st.floats(1, 1e6, exclude_min=True))
def test_a_base_divides_by_its_log(mean_p, std_p, mean_q, std_q, base):
    arguments = mean_p, std_p, mean_q, std_q
    expected = gaussian_kl(*arguments) / math.log(base)
    assert gaussian_kl(*arguments, base=base) == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    "shapes", [((), (3,), (), ()), ((4, 1), (3,), (), (4, 3)), ((2, 1, 1), (4, 1), (3,), ())]
)
def test_a_batch_equals_a_loop(shapes):
    rng = np.random.default_rng(5)
    mean_p, mean_q = (rng.normal(size=shapes[i]) for i in (0, 2))
    std_p, std_q = (rng.uniform(0.1, 3, size=shapes[i]) for i in (1, 3))
    batch = gaussian_kl(mean_p, std_p, mean_q, std_q)
    assert batch.shape == np.broadcast_shapes(*shapes)
    loose = np.broadcast_arrays(mean_p, std_p, mean_q, std_q)
    for index in np.ndindex(batch.shape):
        one = gaussian_kl(*(float(array[index]) for array in loose))
        assert isinstance(one, float)
        assert batch[index] == pytest.approx(one, rel=1e-15, abs=0)


def test_the_triangle_inequality_fails():
    across = gaussian_kl(0, 1, 2, 1)
    assert across == 2
    assert across > gaussian_kl(0, 1, 1, 1) + gaussian_kl(1, 1, 2, 1) == 1


def test_it_does_not_write_to_its_arguments():
    arguments = [np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.array([2.0, 0.5]), np.ones(2)]
    for array in arguments:
        array.flags.writeable = False
    gaussian_kl(*arguments)


GOOD = {"mean_p": 0, "std_p": 1, "mean_q": 0, "std_q": 1}
NOT_FINITE = [
    (math.nan, " is nan; it must be finite"),
    (math.inf, " is inf; it must be finite"),
    ([0, -math.inf], "[1] is -inf; it must be finite"),
    ([[0, 1], [math.nan, 1]], "[1, 0] is nan; it must be finite"),
    (1j, " must be an array of numbers: "),
    (np.array([1, 1j]), " must be an array of numbers: complex"),
    ("text", " must be an array of numbers: it holds text"),
]
NOT_POSITIVE = [
    (0, " is 0.0; it must be finite and above 0"),
    (-0.5, " is -0.5; it must be finite and above 0"),
    ([1, -TINY], "[1] is -5e-324; it must be finite and above 0"),
    (math.nan, " is nan; it must be finite and above 0"),
    ([1, 1, math.inf], "[2] is inf; it must be finite and above 0"),
    (1j, " must be an array of numbers: "),
]


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        *((name, *row) for name in ("mean_p", "mean_q") for row in NOT_FINITE),
        *((name, *row) for name in ("std_p", "std_q") for row in NOT_POSITIVE),
    ],
    ids=str,
)
def test_the_message_names_the_argument_that_is_wrong(name, wrong, message):
    with raises(name + message):
        gaussian_kl(**GOOD | {name: wrong})


def test_shapes_that_do_not_broadcast_raise():
    with raises("mean_p of shape (2,), std_p of shape (), mean_q of shape (3,) and std_q of shape"):
        gaussian_kl([0, 1], 1, [0, 1, 2], [[1]])


@pytest.mark.parametrize("base", [1, 0, -2, math.nan, math.inf])
def test_a_base_that_is_not_finite_and_above_1_raises(base):
    with raises(f"base must be a finite number above 1, or None for nats, got {base!r}"):
        gaussian_kl(0, 1, 0, 1, base=base)


# The same in d dimensions.


def covariances(rng, shape, size):
    """Return random covariances of this shape, none nearly singular."""
    factors = rng.normal(size=(*shape, size, size))
    return factors @ factors.swapaxes(-1, -2) + np.eye(size) / 4


def random_pair(seed, size):
    """Return the four arguments of two random Gaussians."""
    rng = np.random.default_rng(seed)
    mean_p, mean_q = rng.normal(size=(2, size))
    cov_p, cov_q = covariances(rng, (2,), size)
    return mean_p, cov_p, mean_q, cov_q


@mpmath.workdps(60)
def exact_multivariate(mean_p, cov_p, mean_q, cov_q):
    """Return the divergence of these very doubles, by eq. A.23 of Rasmussen & Williams."""
    p, q = mpmath.matrix(np.asarray(cov_p).tolist()), mpmath.matrix(np.asarray(cov_q).tolist())
    gap = mpmath.matrix(np.asarray(mean_p).tolist()) - mpmath.matrix(np.asarray(mean_q).tolist())
    inverse, outer = q**-1, gap * gap.T + p - q
    trace = sum((inverse * outer)[i, i] for i in range(len(gap)))
    return float((mpmath.log(mpmath.det(q) / mpmath.det(p)) + trace) / 2)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", range(5))
def test_the_multivariate_form_agrees_with_60_digits(seed, size):
    arguments = random_pair(seed, size)
    value = exact_multivariate(*arguments)
    assert multivariate_gaussian_kl(*arguments) == pytest.approx(value, rel=1e-12, abs=0)


@pytest.mark.parametrize("difference", [0.03, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_nearly_equal_covariances_keep_their_digits(size, difference):
    mean, cov, _, other = random_pair(size, size)
    for step in (difference, -difference):
        arguments = mean, cov + step * np.diag(np.diag(other)), mean, cov
        value = exact_multivariate(*arguments)
        assert multivariate_gaussian_kl(*arguments) == pytest.approx(value, rel=1e-11, abs=0)


@given(MEANS, SPREADS, MEANS, SPREADS)
def test_one_dimension_is_the_line(mean_p, std_p, mean_q, std_q):
    # The squares of nearly equal spreads have rounded their difference away.
    assume(std_p == std_q or not 0.9 < std_p / std_q < 1.1)
    across = multivariate_gaussian_kl([mean_p], [[std_p**2]], [mean_q], [[std_q**2]])
    along = gaussian_kl(mean_p, std_p, mean_q, std_q)
    assert across == pytest.approx(along, rel=1e-12, abs=1e-300)


@given(st.lists(st.tuples(MEANS, SPREADS, MEANS, SPREADS), min_size=1, max_size=4))
def test_independent_dimensions_add_up(dimensions):
    mean_p, std_p, mean_q, std_q = np.array(dimensions).T
    assume(all(not 0.9 < ratio < 1.1 for ratio in std_p / std_q))
    joint = multivariate_gaussian_kl(mean_p, np.diag(std_p**2), mean_q, np.diag(std_q**2))
    alone = gaussian_kl(mean_p, std_p, mean_q, std_q).sum()
    assert joint == pytest.approx(alone, rel=1e-12, abs=0)


@pytest.mark.parametrize("seed", range(5))
def test_coordinates_do_not_matter(seed):
    mean_p, cov_p, mean_q, cov_q = random_pair(seed, 3)
    rng = np.random.default_rng(seed)
    turn, shift = rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=3)
    moved = multivariate_gaussian_kl(
        turn @ mean_p + shift,
        turn @ cov_p @ turn.T,
        turn @ mean_q + shift,
        turn @ cov_q @ turn.T,
    )
    still = multivariate_gaussian_kl(mean_p, cov_p, mean_q, cov_q)
    assert moved == pytest.approx(still, rel=1e-10)


@pytest.mark.parametrize("unit", [1e-100, 1e-6, 1e6, 1e100])
def test_the_unit_of_one_axis_does_not_matter(unit):
    mean_p, cov_p, mean_q, cov_q = random_pair(1, 2)
    units = np.array([unit, 1])
    grid = np.outer(units, units)
    moved = multivariate_gaussian_kl(units * mean_p, grid * cov_p, units * mean_q, grid * cov_q)
    still = multivariate_gaussian_kl(mean_p, cov_p, mean_q, cov_q)
    assert moved == pytest.approx(still, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_a_gaussian_in_space_diverges_from_itself_by_exactly_0(seed):
    mean, cov, other, _ = random_pair(seed, 4)
    assert multivariate_gaussian_kl(mean, cov, mean, cov) == 0
    assert multivariate_gaussian_kl(mean, cov, other, cov) > 0


@pytest.mark.parametrize("seed", range(20))
def test_rounding_never_takes_it_below_0(seed):
    mean, cov, _, _ = random_pair(seed, 4)
    noise = np.random.default_rng(seed).normal(size=cov.shape) * 1e-16
    assert multivariate_gaussian_kl(mean, cov + noise + noise.T, mean, cov) >= 0


@pytest.mark.parametrize(
    "shapes", [((), (3,), (), ()), ((4, 1), (3,), (), (4, 3)), ((0,), (), (), ()), ((2,),) * 4]
)
def test_a_batch_of_gaussians_equals_a_loop(shapes):
    rng = np.random.default_rng(5)
    mean_p, mean_q = (rng.normal(size=(*shapes[i], 2)) for i in (0, 2))
    cov_p, cov_q = (covariances(rng, shapes[i], 2) for i in (1, 3))
    batch = multivariate_gaussian_kl(mean_p, cov_p, mean_q, cov_q)
    shape = np.broadcast_shapes(*shapes)
    assert batch.shape == shape
    means = [np.broadcast_to(each, (*shape, 2)) for each in (mean_p, mean_q)]
    spreads = [np.broadcast_to(each, (*shape, 2, 2)) for each in (cov_p, cov_q)]
    for i in np.ndindex(shape):
        one = multivariate_gaussian_kl(means[0][i], spreads[0][i], means[1][i], spreads[1][i])
        assert isinstance(one, float)
        assert batch[i] == pytest.approx(one, rel=1e-13, abs=0)


def test_bits_are_nats_over_log_2():
    arguments = random_pair(0, 2)
    bits = multivariate_gaussian_kl(*arguments, base=2)
    assert bits * LOG2 == pytest.approx(multivariate_gaussian_kl(*arguments), rel=1e-15)


GOOD_IN_PLANE = {
    "mean_p": [0, 0],
    "cov_p": [[1, 0], [0, 1]],
    "mean_q": [0, 0],
    "cov_q": [[1, 0], [0, 1]],
}
NO_VECTOR = [
    (0, " must hold a vector on its last axis, got a single number"),
    ([0, math.nan], "[1] is nan; it must be finite"),
    (["a", 0], " must be an array of numbers: "),
]
NO_COVARIANCE = [
    (1, " must hold a square matrix on its last two axes, got shape ()"),
    ([[1, 0]], " must hold a square matrix on its last two axes, got shape (1, 2)"),
    (np.ones((0, 0)), " must hold a square matrix on its last two axes, got shape (0, 0)"),
    ([[1, 0], [0, math.inf]], "[1, 1] is inf; it must be finite"),
    ([[1, 0.5], [0.4, 1]], " is not symmetric: {}[0, 1] is 0.5, {}[1, 0] is 0.4"),
    (
        [[[1, 0], [0, 1]], [[1, 2], [0, 1]]],
        "[1] is not symmetric: {}[1, 0, 1] is 2.0, {}[1, 1, 0] is 0.0",
    ),
    ([[1, 2], [2, 1]], " is not positive definite: its smallest eigenvalue is -1"),
    ([[1, 1], [1, 1]], " is not positive definite: its smallest eigenvalue is "),
    ([[1, 0], [0, 0]], " is not positive definite: its smallest eigenvalue is 0"),
    (
        [[[1, 0], [0, 1]], [[-3, 0], [0, 1]]],
        "[1] is not positive definite: its smallest eigenvalue is -3",
    ),
]


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        *((name, *row) for name in ("mean_p", "mean_q") for row in NO_VECTOR),
        *((name, *row) for name in ("cov_p", "cov_q") for row in NO_COVARIANCE),
    ],
    ids=str,
)
def test_the_message_says_what_is_wrong_with_a_vector_or_a_matrix(name, wrong, message):
    with raises(name + message.format(name, name)):
        multivariate_gaussian_kl(**GOOD_IN_PLANE | {name: wrong})


def test_a_rounded_covariance_passes():
    rounded = [[1, 0.5], [0.5 + 1e-12, 1]]
    kl = multivariate_gaussian_kl(**GOOD_IN_PLANE | {"cov_p": rounded})
    assert kl == pytest.approx(-math.log(0.75) / 2, rel=1e-11)


def test_dimensions_that_differ_raise():
    with raises("the dimensions differ on the last axes: mean_p (3,), cov_p (2, 2), mean_q (2,)"):
        multivariate_gaussian_kl(**GOOD_IN_PLANE | {"mean_p": [0, 0, 0]})


def test_batches_that_do_not_broadcast_raise():
    with raises("shapes do not broadcast before the last axes: mean_p (3, 2), cov_p (2, 2), mean_"):
        multivariate_gaussian_kl(
            **GOOD_IN_PLANE | {"mean_p": np.zeros((3, 2)), "mean_q": np.zeros((2, 2))}
        )


def test_a_base_of_1_raises():
    with raises("base must be a finite number above 1, or None for nats, got 1"):
        multivariate_gaussian_kl(**GOOD_IN_PLANE, base=1)
