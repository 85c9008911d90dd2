"""The divergence of two Gaussians: published values, 400 digits, quadrature, and its symmetries."""

import math

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from kl_core import gaussian_kl
from tests.kl_core.errors import raises

TINY, HUGE = 5e-324, 1.7e308  # about the smallest and the largest double
LOG2 = math.log(2)

MEANS = st.floats(-1000, 1000)
SPREADS = st.floats(-3, 3).map(lambda exponent: 10.0**exponent)
# A dozen roundings, of which the difference of two numbers below 1 in a sum above 0.1 magnifies
# some tenfold.
CLOSE = 1e-14


@mpmath.workdps(400)
def exact(mu_p, sigma_p, mu_q, sigma_q):
    """Return the divergence of these very doubles, right in every digit of a double."""
    mu_p, sigma_p, mu_q, sigma_q = map(mpmath.mpf, (mu_p, sigma_p, mu_q, sigma_q))
    squares = (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2)
    return float(mpmath.log(sigma_q / sigma_p) + squares - mpmath.mpf(1) / 2)


def integral(mu_p, sigma_p, mu_q, sigma_q):
    """Return ∫ p log(p/q) by adaptive quadrature."""
    p, q = scipy.stats.norm(mu_p, sigma_p), scipy.stats.norm(mu_q, sigma_q)
    value, _ = scipy.integrate.quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)),
        mu_p - 15 * sigma_p,
        mu_p + 15 * sigma_p,
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
def test_it_agrees_with_400_digits(mu_p, sigma_p, mu_q, sigma_q):
    # Nearly equal spreads have their own test below.
    assume(sigma_p == sigma_q or not 0.5 < sigma_p / sigma_q < 1.5)
    arguments = mu_p, sigma_p, mu_q, sigma_q
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
def test_it_is_never_negative_and_above_0_for_different_means(mu_p, sigma_p, mu_q, sigma_q):
    divergence = gaussian_kl(mu_p, sigma_p, mu_q, sigma_q)
    assert divergence >= 0
    # The square of a smaller shift is no double.
    if abs(mu_p - mu_q) > 1e-150 * sigma_q:
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
def test_a_shift_of_both_changes_nothing(mu_p, sigma_p, mu_q, sigma_q, shift):
    shifted = gaussian_kl(mu_p + shift, sigma_p, mu_q + shift, sigma_q)
    assert shifted == gaussian_kl(mu_p, sigma_p, mu_q, sigma_q)


@given(MEANS, SPREADS, MEANS, SPREADS, st.integers(-900, 900), st.sampled_from([1, -1]))
def test_another_unit_of_length_changes_nothing(mu_p, sigma_p, mu_q, sigma_q, exponent, sign):
    # A power of 2 leaves the digits as they are, unless a mean becomes too small for all of them.
    assume(all(mu == 0 or abs(mu) > 1e-30 for mu in (mu_p, mu_q)))
    # Nearly equal spreads magnify roundings, and have their own test.
    assume(sigma_p == sigma_q or not 0.5 < sigma_p / sigma_q < 1.5)
    unit = 2.0**exponent
    scaled = gaussian_kl(sign * unit * mu_p, unit * sigma_p, sign * unit * mu_q, unit * sigma_q)
    assert scaled == pytest.approx(gaussian_kl(mu_p, sigma_p, mu_q, sigma_q), rel=CLOSE, abs=0)


@given(MEANS, SPREADS, MEANS, SPREADS, st.floats(1, 1e6, exclude_min=True))
def test_a_base_divides_by_its_log(mu_p, sigma_p, mu_q, sigma_q, base):
    arguments = mu_p, sigma_p, mu_q, sigma_q
    expected = gaussian_kl(*arguments) / math.log(base)
    assert gaussian_kl(*arguments, base=base) == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    "shapes", [((), (3,), (), ()), ((4, 1), (3,), (), (4, 3)), ((2, 1, 1), (4, 1), (3,), ())]
)
def test_a_batch_equals_a_loop(shapes):
    rng = np.random.default_rng(5)
    mu_p, mu_q = (rng.normal(size=shapes[i]) for i in (0, 2))
    sigma_p, sigma_q = (rng.uniform(0.1, 3, size=shapes[i]) for i in (1, 3))
    batch = gaussian_kl(mu_p, sigma_p, mu_q, sigma_q)
    assert batch.shape == np.broadcast_shapes(*shapes)
    loose = np.broadcast_arrays(mu_p, sigma_p, mu_q, sigma_q)
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


GOOD = {"mu_p": 0, "sigma_p": 1, "mu_q": 0, "sigma_q": 1}
NOT_FINITE = [
    (math.nan, " is nan; it must be finite"),
    (math.inf, " is inf; it must be finite"),
    ([0, -math.inf], "[1] is -inf; it must be finite"),
    ([[0, 1], [math.nan, 1]], "[1, 0] is nan; it must be finite"),
    (1j, " must be an array of numbers: "),
    (np.array([1, 1j]), " must be an array of numbers: complex"),
    ("text", " must be an array of numbers: could not convert string to float"),
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
        *((name, *row) for name in ("mu_p", "mu_q") for row in NOT_FINITE),
        *((name, *row) for name in ("sigma_p", "sigma_q") for row in NOT_POSITIVE),
    ],
    ids=str,
)
def test_the_message_names_the_argument_that_is_wrong(name, wrong, message):
    with raises(name + message):
        gaussian_kl(**GOOD | {name: wrong})


def test_shapes_that_do_not_broadcast_raise():
    with raises("mu_p of shape (2,), sigma_p of shape (), mu_q of shape (3,) and sigma_q of shape"):
        gaussian_kl([0, 1], 1, [0, 1, 2], [[1]])


@pytest.mark.parametrize("base", [1, 0, -2, math.nan, math.inf])
def test_a_base_that_is_not_finite_and_above_1_raises(base):
    with raises(f"base must be a finite number above 1, or None for nats, got {base!r}"):
        gaussian_kl(0, 1, 0, 1, base=base)
