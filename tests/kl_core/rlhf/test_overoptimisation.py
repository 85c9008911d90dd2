"""Best of n against every choice of n, an integral and draws; curves against planted ones."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from kl_core.rlhf import (
    OverOptimisation,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    fit_over_optimisation,
)
from tests.kl_core.errors import raises

FORMS = ["rl", "best-of-n"]
DISTANCES = np.array([0.0, 0.3, 0.9, 1.7, 2.2, 3.1, 4.0])
# Whole numbers: rewards that tie do so exactly.
REWARDS = st.lists(st.integers(-3, 3), min_size=1, max_size=7)


@st.composite
def samples(draw):
    """Draw rewards, with ties or without, as many values, and how many draws to take."""
    rewards = draw(REWARDS | st.permutations(range(6)))
    size = len(rewards)
    values = draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size))
    return rewards, values, draw(st.integers(1, size))


def best_of_all_choices(rewards, values, n):
    """Return the mean value of the best of n over every choice; those that tie share it."""
    bests = []
    for choice in itertools.combinations(range(len(rewards)), n):
        top = max(rewards[i] for i in choice)
        tied = [Fraction(values[i]) for i in choice if rewards[i] == top]
        bests.append(sum(tied) / len(tied))
    return sum(bests) / len(bests)


def kl_of_all_draws(rewards, n):
    """Return the divergence of best-of-n from equal chances, from every way to draw n times."""
    size = len(rewards)
    chances = Counter()
    for draw in itertools.product(range(size), repeat=n):
        top = max(rewards[i] for i in draw)
        tied = [i for i in draw if rewards[i] == top]
        for i in tied:
            chances[i] += Fraction(1, len(tied) * size**n)
    assert sum(chances.values()) == 1
    return math.fsum(p * math.log(p * size) for p in chances.values())


def curve(form, alpha, beta, d):
    """Return one point of a curve of Gao et al., with its limit 0 at 0."""
    if d == 0:
        return 0.0
    return d * (alpha - beta * (math.log(d) if form == "rl" else d))


@pytest.mark.parametrize("n", [1, 2, 3, 5, 17, 64, 1000])
def test_kl_of_best_of_n_is_its_integral(n):
    def integrand(u):
        density = n * u ** (n - 1)
        return density * math.log(density) if density > 0 else 0.0

    # Nearly all of it lies within a few nths of 1.
    places = [0, max(0, 1 - 50 / n), max(0, 1 - 5 / n), 1]
    parts = [
        scipy.integrate.quad(integrand, *ends, epsabs=1e-13)[0]
        for ends in itertools.pairwise(places)
    ]
    assert best_of_n_kl(n) == pytest.approx(math.fsum(parts), rel=1e-10, abs=1e-12)


def test_kl_of_best_of_n_grows_from_0():
    assert best_of_n_kl(1) == 0
    kls = [best_of_n_kl(n) for n in range(1, 200)]
    assert all(a < b for a, b in itertools.pairwise(kls))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "rewards", [[0, 1], [0, 0, 1], [1, 0, 1], [5, 5, 5], [3, 1, 2, 1], [1, 2, 3, 4, 5], [-2, 7, 7]]
)
def test_estimate_is_the_divergence_of_listed_draws(rewards, n):
    expected = kl_of_all_draws(rewards, n)
    assert best_of_n_kl_estimate(rewards, n) == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_estimate_of_rewards_all_alike_is_0():
    assert best_of_n_kl_estimate([2.5] * 10, 8) == 0


@pytest.mark.parametrize("n", [64, 1000, 10**6])
def test_estimate_keeps_its_digits(n):
    size = 187
    with mpmath.workdps(40):
        upto = [mpmath.mpf(k) ** n / mpmath.mpf(size) ** n for k in range(size + 1)]
        ends = [after - before for before, after in itertools.pairwise(upto)]
        expected = float(mpmath.fsum(p * mpmath.log(p * size) for p in ends))
    assert best_of_n_kl_estimate(range(size), n) == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("n", [1, 2, 16])
def test_estimate_of_many_different_rewards_is_close_to_the_bound(n):
    rewards = np.random.default_rng(1).permutation(100_000)
    # The integral of n·u^(n−1)·log(n·u^(n−1)) against its mean over cells of 1/100 000: below it,
    # by no more than the largest slope of the density over a cell.
    short = best_of_n_kl(n) - best_of_n_kl_estimate(rewards, n)
    assert -1e-12 < short < n**2 / 100_000


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60), st.integers(1, 1000))
def test_estimate_is_never_above_the_bound(rewards, n):
    assert 0 <= best_of_n_kl_estimate(rewards, n) <= best_of_n_kl(n) + 1e-13


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 10**6))
def test_estimate_is_never_above_the_bound_for_any_rewards(rewards, n):
    assert 0 <= best_of_n_kl_estimate(rewards, n) <= best_of_n_kl(n) + 1e-13


@given(samples())
def test_best_of_n_is_the_mean_over_all_choices(sample):
    rewards, values, n = sample
    expected = float(best_of_all_choices(rewards, values, n))
    assert best_of_n_mean(rewards, values, n)[0] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_best_of_n_worked_out_on_paper():
    # Of the three pairs of (1, 2, 2): {1, 2}, {1, 2} and {2, 2} give 20, 40 and their mean.
    assert best_of_n_mean([1, 2, 2], [10, 20, 40], 2)[0] == pytest.approx(30)
    # Pairs of (1, 2, 3): 20 once, 30 twice.
    assert best_of_n_mean([1, 2, 3], [10, 20, 30], 2)[0] == pytest.approx(80 / 3)


@given(samples())
def test_best_of_1_is_the_plain_mean_and_its_error(sample):
    rewards, values, _ = sample
    mean, error = best_of_n_mean(rewards, values, 1)
    assert mean == pytest.approx(math.fsum(values) / len(values), rel=1e-12, abs=1e-12)
    expected = math.sqrt(float(np.var(values)) / len(values))
    assert error == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 64, 4096])
def test_large_samples_do_not_overflow(n):
    # The expected largest of n drawn from 1 … N without replacement is n(N+1)/(n+1).
    size = 100_000
    numbers = np.random.default_rng(2).permutation(size) + 1
    expected = n * (size + 1) / (n + 1)
    # Differences of log-factorials of about 10⁶ are good to 10⁻⁹ or so.
    assert best_of_n_mean(numbers, numbers, n)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [2, 8, 32])
def test_standard_error_is_that_of_repeated_samples_of_noise(n):
    rng = np.random.default_rng(3)
    runs = [best_of_n_mean(rng.random(500), rng.normal(size=500), n) for _ in range(2000)]
    means, errors = np.array(runs).T
    spread = means.std(ddof=1)
    # A standard deviation of 2000 draws is good to 1/√4000; the error is an average.
    tolerance = 5 * spread / math.sqrt(4000)
    assert math.sqrt((errors**2).mean()) == pytest.approx(spread, abs=tolerance)


@pytest.mark.parametrize(("n", "ties"), list(itertools.product([2, 8, 32], [False, True])))
def test_standard_error_is_that_of_repeated_samples_of_the_reward(n, ties):
    rng = np.random.default_rng(4)
    runs = []
    for _ in range(2000):
        rewards = rng.random(1000)
        if ties:
            rewards = np.round(10 * rewards)
        runs.append(best_of_n_mean(rewards, rewards, n))
    means, errors = np.array(runs).T
    spread = means.std(ddof=1)
    tolerance = 5 * spread / math.sqrt(4000)
    assert math.sqrt((errors**2).mean()) == pytest.approx(spread, abs=tolerance)


def test_standard_error_of_the_better_of_two_uniform_numbers():
    # Of a U-statistic with kernel max(x, y) (Hoeffding 1948): 4·Var((1 + x²)/2)/N = (4/45)/N.
    size = 20_000
    rewards = (np.arange(size) + 0.5) / size
    error = best_of_n_mean(rewards, rewards, 2)[1]
    assert error == pytest.approx(math.sqrt(4 / 45 / size), rel=1e-3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("alpha", "beta"), [(3.0, 0.5), (0.7, 1.2), (-1.0, 0.25), (2.0, -0.1)])
def test_planted_coefficients_are_recovered(form, alpha, beta):
    gains = [curve(form, alpha, beta, d) for d in DISTANCES]
    fit = fit_over_optimisation(DISTANCES, gains, form)
    assert fit.form == form
    assert (fit.alpha, fit.beta) == pytest.approx((alpha, beta), rel=1e-12, abs=0)
    assert fit.r_squared == pytest.approx(1, rel=1e-14, abs=0)
    assert fit.at(DISTANCES) == pytest.approx(np.array(gains), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_fit_to_noise_is_that_of_least_squares(form):
    rng = np.random.default_rng(5)
    distances = np.linspace(0.1, 4, 30)
    gains = np.array([curve(form, 2, 0.4, d) for d in distances]) + rng.normal(size=30)

    def left(coefficients):
        return [curve(form, *coefficients, d) for d in distances] - gains

    best = scipy.optimize.least_squares(left, (0, 0), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    fit = fit_over_optimisation(distances, gains, form)
    assert (fit.alpha, fit.beta) == pytest.approx(tuple(best.x), rel=1e-7)
    explained = 1 - (2 * best.cost) / (30 * np.var(gains))
    assert 0.1 < explained < 0.99
    assert fit.r_squared == pytest.approx(explained, rel=1e-10)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("alpha", "beta"), [(3.0, 0.5), (0.7, 1.2), (1.0, 4.0)])
def test_peak_is_where_a_search_finds_it(form, alpha, beta):
    found = scipy.optimize.minimize_scalar(
        lambda d: -curve(form, alpha, beta, d), bounds=(1e-9, 1000), options={"xatol": 1e-9}
    )
    # A flat top tells its place to half the digits only.
    assert OverOptimisation(form, alpha, beta, 1.0).peak == pytest.approx(found.x, rel=1e-6)


def test_peak_of_an_rl_curve_that_starts_downhill_at_1():
    # d·(−1 − log d) has its top at exp(−2), where the slope −1 − log d − 1 is 0.
    assert OverOptimisation("rl", -1.0, 1.0, 1.0).peak == pytest.approx(math.exp(-2))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (1.0, -0.5)])
def test_curve_that_never_turns_down_has_no_peak(form, alpha, beta):
    assert math.isnan(OverOptimisation(form, alpha, beta, 1.0).peak)


def test_best_of_n_curve_that_only_falls_has_no_peak():
    assert math.isnan(OverOptimisation("best-of-n", -1.0, 0.5, 1.0).peak)


def test_peak_beyond_all_doubles_is_infinite():
    assert OverOptimisation("rl", 1.0, 1e-4, 1.0).peak == math.inf


@pytest.mark.parametrize("form", FORMS)
def test_gain_at_no_distance_is_0(form):
    fit = OverOptimisation(form, 2.0, 0.5, 1.0)
    assert fit.at(0.0) == 0
    assert fit.at([[0.0, 1.0]]).shape == (1, 2)


@pytest.mark.parametrize("form", FORMS)
def test_no_spread_leaves_nothing_to_explain(form):
    assert math.isnan(fit_over_optimisation([1, 2, 3], [0, 0, 0], form).r_squared)


@pytest.mark.parametrize("n", [0, -1])
def test_best_of_none_is_refused(n):
    with raises(f"n must be a whole number at least 1, got {n}"):
        best_of_n_kl(n)
    with raises(f"n must be a whole number at least 1, got {n}"):
        best_of_n_kl_estimate([1, 2], n)
    with raises(f"n must be a whole number from 1 to 2, got {n}"):
        best_of_n_mean([1, 2], [1, 2], n)


def test_best_of_more_than_there_are_is_refused():
    with raises("n must be a whole number from 1 to 3, got 4"):
        best_of_n_mean([1, 2, 3], [1, 2, 3], 4)


def test_best_of_no_samples_is_refused():
    with raises("rewards must hold at least one sample, got none"):
        best_of_n_mean([], [], 1)
    for rewards in ([], [[1, 2]], 1):
        with raises(f"rewards must be one for each sample, got shape {np.shape(rewards)}"):
            best_of_n_kl_estimate(rewards, 4)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_rewards_and_values_are_finite(bad):
    with raises(f"rewards[1] is {bad!r}; it must be finite"):
        best_of_n_kl_estimate([1, bad], 2)
    with raises(f"rewards[1] is {bad!r}; it must be finite"):
        best_of_n_mean([1, bad], [1, 2], 2)
    with raises(f"values[0] is {bad!r}; it must be finite"):
        best_of_n_mean([1, 2], [bad, 2], 2)


@pytest.mark.parametrize("values", [[1, 2], [[1, 2, 3]], 1])
def test_each_reward_has_a_value(values):
    with raises(
        f"rewards and values must be as long as each other, got shapes (3,) and {np.shape(values)}"
    ):
        best_of_n_mean([1, 2, 3], values, 1)


@pytest.mark.parametrize(
    ("distance", "gain"),
    [([1, 2], [1, 2]), ([1, 2, 3], [1, 2]), ([[1, 2, 3]], [[1, 2, 3]]), ([], []), (1, 1)],
)
def test_fit_takes_at_least_three_points(distance, gain):
    with raises(
        "distance and gain must hold the same number of points, at least 3; got shapes "
        f"{np.shape(distance)} and {np.shape(gain)}"
    ):
        fit_over_optimisation(distance, gain, "rl")


@pytest.mark.parametrize("form", FORMS)
def test_fit_takes_no_negative_distance(form):
    with raises("distance[1] is -0.5; a distance is at least 0"):
        fit_over_optimisation([1, -0.5, 2], [1, 2, 3], form)


@pytest.mark.parametrize("form", FORMS)
def test_fit_takes_finite_numbers(form):
    with raises("distance[2] is inf; it must be finite"):
        fit_over_optimisation([1, 2, math.inf], [1, 2, 3], form)
    with raises("gain[0] is nan; it must be finite"):
        fit_over_optimisation([1, 2, 3], [math.nan, 2, 3], form)
    with raises("distance[0] is nan; it must be finite"):
        OverOptimisation(form, 1.0, 1.0, 1.0).at([math.nan])
