"""Averages of log(p/q) over draws from P: where they go, and how far chance takes them."""

import math

import numpy as np
import pytest
import scipy.stats

from kl_core import kl_divergence, log_ratios, simulate_averages
from tests.kl_core.errors import raises

FAIR, LOADED = [1 / 6] * 6, [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
# No two logarithms of these ratios have a common measure, so averages of many draws hardly tie.
MIXED = [0.1, 0.15, 0.2, 0.25, 0.3], [0.31, 0.23, 0.19, 0.16, 0.11]
RARE = [0.998, 0.002], [0.9, 0.1]
IMPOSSIBLE_FOR_P = [0, 0.3, 0.7, 0], [0.25, 0.4, 0.25, 0.1]
PAIRS = [
    (FAIR, LOADED),
    (LOADED, FAIR),
    MIXED,
    RARE,
    IMPOSSIBLE_FOR_P,
    ([0.5, 0.5, 0], [0.4, 0.6, 0]),
]
RUNS = 20_000


def simulate(p, q, draws, *, runs=RUNS, seed=11):
    return simulate_averages(p, q, draws, runs=runs, rng=np.random.default_rng(seed))


def ratios_of_one_draw(p, q):
    """Return log(p/q) and its probability for each outcome that P allows."""
    possible = [(math.log(a / b), a) for a, b in zip(p, q, strict=True) if a]
    return np.array(possible).T


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_the_expectation_is_kl_after_any_number_of_draws(p, q):
    averages = simulate(p, q, [1, 10, 500])
    assert averages.shape == (RUNS, 3)
    error = averages.std(axis=0, ddof=1) / math.sqrt(RUNS)
    assert (np.abs(averages.mean(axis=0) - kl_divergence(p, q)) <= 4 * error).all()


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_the_variance_is_that_of_one_draw_divided_by_their_number(p, q):
    draws = np.array([1, 10, 500])
    averages = simulate(p, q, draws)
    ratios, shares = ratios_of_one_draw(p, q)
    off = ratios - ratios @ shares
    variance = off**2 @ shares / draws
    # In parts of itself squared, a sample's variance has the variance (kurtosis - 1)/runs and a
    # little; the excess kurtosis of an average is that of one draw divided by their number.
    kurtosis = 3 + (off**4 @ shares / (off**2 @ shares) ** 2 - 3) / draws
    allowed = 4 * np.sqrt((kurtosis - (RUNS - 3) / (RUNS - 1)) / RUNS)
    assert (np.abs(averages.var(axis=0, ddof=1) / variance - 1) <= allowed).all()


def test_the_counts_behind_an_average_are_binomial():
    # Two outcomes: the average tells how often each was drawn.
    p, q, n = [0.3, 0.7], [0.6, 0.4], 20
    first, second = np.log(np.divide(p, q))
    counts = (simulate(p, q, [n])[:, 0] - second) / (first - second) * n
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)
    law = scipy.stats.binom(n, p[0])
    observed = np.bincount(counts.round().astype(int), minlength=n + 1)
    # Cells that expect too few for the chi-square approximation are joined: below 2, above 10.
    cells = [observed[:2].sum(), *observed[2:11], observed[11:].sum()]
    expected = [law.cdf(1), *law.pmf(np.arange(2, 11)), law.sf(10)]
    assert scipy.stats.chisquare(cells, np.array(expected) * RUNS).pvalue > 1e-4


def test_a_row_is_one_run_whose_draws_are_shared():
    p, q = [0.3, 0.7], [0.6, 0.4]
    draws = np.array([1, 3, 10, 11, 200])
    first, second = np.log(np.divide(p, q))
    counts = (simulate(p, q, draws) - second) / (first - second) * draws
    np.testing.assert_allclose(counts, counts.round(), atol=1e-8)
    # From look to look the count of an outcome grows by no more than was drawn.
    grown = np.diff(counts.round(), axis=1, prepend=0)
    assert (grown >= 0).all()
    assert (grown <= np.diff(draws, prepend=0)).all()
    # What is new owes nothing to what came before.
    correlations = np.corrcoef(grown, rowvar=False)[np.triu_indices(draws.size, 1)]
    assert (np.abs(correlations) <= 4 / math.sqrt(RUNS)).all()


def test_the_totals_after_n_of_m_draws_correlate_as_the_root_of_n_over_m():
    draws = np.array([10, 40, 1000])
    correlation = np.corrcoef(simulate(*MIXED, draws), rowvar=False)
    expected = np.sqrt(np.minimum.outer(draws, draws) / np.maximum.outer(draws, draws))
    np.testing.assert_allclose(correlation, expected, atol=4 / math.sqrt(RUNS))


def test_runs_are_independent():
    averages = simulate(*MIXED, [100], runs=2 * RUNS)[:, 0]
    correlation = np.corrcoef(averages[::2], averages[1::2])[0, 1]
    assert abs(correlation) <= 4 / math.sqrt(RUNS)


def test_the_average_over_so_many_draws_is_kl():
    # A billion draws: four standard errors are a ten-thousandth.
    averages = simulate(FAIR, LOADED, [10**9], runs=10)
    np.testing.assert_allclose(averages, kl_divergence(FAIR, LOADED), atol=1e-4)


@pytest.mark.parametrize("base", [2, 10])
def test_a_base_divides_by_its_log(base):
    rngs = np.random.default_rng(1), np.random.default_rng(1)
    nats = simulate_averages(FAIR, LOADED, [3, 40], runs=20, rng=rngs[0])
    found = simulate_averages(FAIR, LOADED, [3, 40], runs=20, rng=rngs[1], base=base)
    # Terms of either sign add up to less than themselves.
    np.testing.assert_allclose(found, nats / math.log(base), rtol=1e-14, atol=1e-15)


def test_a_base_of_1_raises():
    with raises("base must be a finite number above 1, or None for nats, got 1"):
        simulate_averages(FAIR, LOADED, [1], runs=1, rng=np.random.default_rng(1), base=1)


def test_equal_distributions_leave_every_average_at_0():
    assert (simulate(FAIR, FAIR, [1, 7, 100], runs=50) == 0).all()


def test_an_average_is_infinite_from_the_first_draw_that_q_rules_out():
    p, q = [0.1, 0.6, 0.3], [0, 0.5, 0.5]
    draws = np.array([1, 5, 20])
    with np.errstate(all="raise"):
        averages = simulate(p, q, draws)
    infinite = averages == math.inf
    assert (np.isfinite(averages) | infinite).all()
    assert (infinite[:, 1:] >= infinite[:, :-1]).all()
    share = 1 - 0.9**draws
    error = np.sqrt(share * (1 - share) / RUNS)
    assert (np.abs(infinite.mean(axis=0) - share) <= 4 * error).all()
    # The others know nothing of the outcome: they average the rest of P.
    rest = averages[~infinite[:, 1], 1]
    expected = (0.6 * math.log(0.6 / 0.5) + 0.3 * math.log(0.3 / 0.5)) / 0.9
    assert abs(rest.mean() - expected) <= 4 * rest.std() / math.sqrt(rest.size)


def test_every_average_is_infinite_where_q_rules_out_all_that_p_draws():
    assert (simulate([1, 0], [0, 1], [1, 2], runs=5) == math.inf).all()


def test_an_outcome_that_p_rules_out_is_never_drawn():
    with np.errstate(all="raise"):
        averages = simulate(*IMPOSSIBLE_FOR_P, [1, 100, 10_000], runs=2000)
    assert np.isfinite(averages).all()
    p, q = np.array(IMPOSSIBLE_FOR_P)
    assert set(averages[:, 0]) == set(log_ratios(p, q)[1:3])


def test_an_outcome_that_p_rules_out_is_never_drawn_however_many_draws_there_are():
    # Ten times 0.1 falls short of 1 by rounding, and NumPy gives the rest to the last outcome.
    averages = simulate([0.1] * 10 + [0], [1 / 11] * 11, [10**17], runs=5)
    np.testing.assert_allclose(averages, math.log(1.1), rtol=1e-12)


@pytest.mark.parametrize(
    "p", [[0.5, 0.5 + 1.4e-8, 0], np.array([0.5, 0.5003, 0], dtype=np.float32)], ids=["8", "4"]
)
def test_a_sum_may_be_off_by_what_numpy_random_would_not_accept(p):
    averages = simulate(p, [0.25, 0.5, 0.25], [100], runs=10)
    assert np.isfinite(averages).all()


def test_the_same_seed_gives_the_same_runs_and_another_seed_others():
    first, again, other = (simulate(FAIR, LOADED, [5, 50], runs=50, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# Between the 2.5 % and 97.5 % quantiles of 1000 runs, as numpy interpolates them, lie as many of
# 1001 equally likely gaps as between ranks 25.975 and 975.025: others fall there with a
# probability that follows a Beta law, so their number is beta-binomial.
BAND_RUNS, QUANTILES = 1000, [0.025, 0.975]
GAPS = 0.95 * (BAND_RUNS - 1)
COVERED = scipy.stats.betabinom(RUNS, GAPS, BAND_RUNS + 1 - GAPS)


@pytest.mark.parametrize(
    ("p", "q", "draws", "ties"),
    [
        (*MIXED, 1000, False),
        (*MIXED, 100_000, False),
        (LOADED, FAIR, 1_000_000, False),
        (*RARE, 10_000_000, False),
        (FAIR, LOADED, 100, True),
        (*RARE, 100, True),
        (*RARE, 2000, True),
        (*IMPOSSIBLE_FOR_P, 50, True),
    ],
)
def test_the_band_of_1000_runs_holds_95_percent_of_all_others(p, q, draws, ties):
    band = simulate(p, q, [draws], runs=BAND_RUNS, seed=3)[:, 0]
    others = simulate(p, q, [draws], seed=4)[:, 0]
    low, high = np.quantile(band, QUANTILES)
    # An average of few draws takes few values: its sums differ by rounding, and ties belong inside.
    slack = 1e-12 * abs(high - low)
    covered = int(((others >= low - slack) & (others <= high + slack)).sum())
    assert covered >= COVERED.ppf(1e-4)
    if not ties:
        assert covered <= COVERED.ppf(1 - 1e-4)


def test_bands_hold_95_percent_on_average():
    bands = simulate(*MIXED, [1000], runs=200 * BAND_RUNS, seed=5).reshape(200, BAND_RUNS)
    low, high = np.quantile(bands, QUANTILES, axis=1)
    others = np.sort(simulate(*MIXED, [1000], runs=10 * RUNS, seed=6)[:, 0])
    covered = (np.searchsorted(others, high) - np.searchsorted(others, low)) / others.size
    allowed = 4 * (covered.std() / math.sqrt(200) + math.sqrt(0.95 * 0.05 / others.size))
    assert abs(covered.mean() - GAPS / (BAND_RUNS + 1)) <= allowed
    # 0.007 for one band: the spread of the Beta law and that of the others.
    assert covered.std() == pytest.approx(COVERED.std() / RUNS, rel=0.2)


def test_few_draws_of_a_rare_outcome_show_none_of_it():
    # With probability 0.998**100 the average is log(p/q) of the common outcome alone.
    (common, _), (share, _) = ratios_of_one_draw(*RARE)
    averages = simulate(*RARE, [100])[:, 0]
    alone = share**100
    seen = np.isclose(averages, common, rtol=1e-12, atol=0).mean()
    assert abs(seen - alone) <= 4 * math.sqrt(alone * (1 - alone) / RUNS)


@pytest.mark.parametrize(
    "draws",
    [
        [],
        [0, 1],
        [-1, 2],
        [3, 3],
        [5, 2],
        [1.0, 2.0],
        [True],
        [[1, 2]],
        5,
        ["1"],
        [1, None],
        np.array([7, 3], dtype=np.uint8),
    ],
    ids=repr,
)
def test_draws_that_do_not_increase_from_1_raise(draws):
    with raises(f"draws must be whole numbers that increase from at least 1, got {draws!r}"):
        simulate(FAIR, LOADED, draws, runs=2)


@pytest.mark.parametrize("kind", [np.uint8, np.uint32, np.uint64, np.int16])
def test_whole_numbers_of_any_kind_count_draws(kind):
    averages = simulate(FAIR, LOADED, np.array([5, 200], dtype=kind), runs=20)
    np.testing.assert_array_equal(averages, simulate(FAIR, LOADED, [5, 200], runs=20))


@pytest.mark.parametrize("runs", [0, -1])
def test_at_least_one_run_is_asked_for(runs):
    with raises(f"runs must be a whole number at least 1, got {runs}"):
        simulate(FAIR, LOADED, [1], runs=runs)


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, 0.25], [0.5, 0.5], "p sums to 0.75; probabilities sum to 1"),
        ([0.5, 0.5], [1.5, -0.5], "q[1] is -0.5; it must be finite and at least 0"),
        ([0.5, 0.5], [1], "p and q must have the same outcomes: p has 2 on its last axis"),
        ([[0.5, 0.5]], [0.5, 0.5], "p and q must have one axis, got shapes (1, 2) and (2,)"),
        ([0.5, 0.5], [[0.5, 0.5]], "p and q must have one axis, got shapes (2,) and (1, 2)"),
    ],
)
def test_what_is_no_pair_of_distributions_raises(p, q, message):
    with raises(message):
        simulate(p, q, [1], runs=1)
