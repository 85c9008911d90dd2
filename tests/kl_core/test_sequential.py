"""Wald's test: closed forms, the gambler's ruin and Wald's identity."""

import math
import re

import mpmath
import numpy as np
import pytest
from hypothesis import given

from kl_core import (
    SequentialTest,
    decision_roll,
    kl_divergence,
    log_ratios,
    simulate_sequential_test,
    wald_expected_rolls,
)
from tests.kl_core import exact
from tests.kl_core.distributions import pairs

FAIR, LOADED = [1 / 6] * 6, [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
THIRDS = (2 / 3, 1 / 3), (1 / 3, 2 / 3)  # every roll is evidence of plus or minus log 2
RUNS = 20_000


def simulate(p, q, odds, *, runs=RUNS, max_rolls=100_000, seed=20):
    rng = np.random.default_rng(seed)
    return simulate_sequential_test(p, q, odds, runs=runs, max_rolls=max_rolls, rng=rng)


def test_log_ratios_know_the_outcomes_that_one_or_both_rule_out():
    with np.errstate(all="raise"):
        ratios = log_ratios([0.5, 0.25, 0.25, 0, 0], [0.25, 0.5, 0, 0.25, 0], base=2)
    np.testing.assert_array_equal(ratios, [1, -1, math.inf, -math.inf, 0])


@given(pairs)
def test_log_ratios_agree_with_700_digits(pair):
    for p, q, ratio in zip(*pair, log_ratios(*pair), strict=True):
        if p and q:
            assert ratio == pytest.approx(float(exact.log_ratio(p, q)), rel=4e-15, abs=0)


@pytest.mark.parametrize("m", [1, 2, 10, 50])
def test_wald_expects_what_the_gamblers_ruin_takes_where_nothing_overshoots(m):
    # From 0 to plus or minus m in steps of 1, up with probability 2/3 (Feller, vol. 1, XIV.3).
    expected = 3 * m * (2**m - 1) / (2**m + 1)
    assert wald_expected_rolls(*THIRDS, 2**m) == pytest.approx(expected, rel=1e-14)


def test_wald_expects_11_rolls_for_the_die_at_19_to_1():
    with mpmath.workdps(30):
        divergence = (5 * mpmath.log(mpmath.mpf(5) / 3) - mpmath.log(3)) / 6
        expected = mpmath.mpf(18) / 20 * mpmath.log(19) / divergence
    assert wald_expected_rolls(FAIR, LOADED, 19) == pytest.approx(float(expected), rel=1e-14)


def test_wald_needs_for_ever_for_equal_dice_and_nothing_where_one_roll_can_prove_it():
    with np.errstate(all="raise"):
        rolls = wald_expected_rolls([0.5, 0.5], [[0.5, 0.5], [1, 0]], 19)
    np.testing.assert_array_equal(rolls, [math.inf, 0])


def test_wald_needs_for_ever_where_the_divergence_is_next_to_nothing():
    assert wald_expected_rolls([2e-310, 1], [1e-310, 1], 19) == math.inf


@pytest.mark.parametrize(
    ("evidence", "roll"),
    [
        ([3, -3, 5], 1),
        ([1, -3, 5], 2),
        ([1, 2, math.inf], 3),
        ([2.9, -2.9, 2.9], 0),
        ([math.log(19) * (1 - 1e-9)], 0),
        ([-math.log(19)], 1),
    ],
)
def test_the_first_roll_at_the_odds_decides_for_either_side(evidence, roll):
    assert decision_roll(evidence, 19) == roll


@pytest.mark.parametrize("evidence", [[], 3.0, [[], []]])
def test_a_decision_needs_a_roll(evidence):
    with pytest.raises(ValueError, match="at least one roll"):
        decision_roll(evidence, 19)


def test_decision_roll_takes_a_batch():
    paths = [[[1, 3], [3, 1]], [[0, 0], [-1, -3]]]
    np.testing.assert_array_equal(decision_roll(paths, 19), [[2, 1], [0, 2]])


@pytest.mark.parametrize("odds", [1, 0.5, 0, -3, math.nan, math.inf])
def test_odds_that_are_not_finite_and_above_1_raise(odds):
    message = rf"^odds must be a finite number above 1, got {odds!r}$"
    with pytest.raises(ValueError, match=message):
        wald_expected_rolls(*THIRDS, odds)
    with pytest.raises(ValueError, match=message):
        simulate(*THIRDS, odds)
    with pytest.raises(ValueError, match=message):
        decision_roll([1.0], odds)


def test_the_same_seed_gives_the_same_runs_and_another_seed_others():
    first, again, other = (simulate(FAIR, LOADED, 19, runs=50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.rolls, again.rolls)
    np.testing.assert_array_equal(first.evidence, again.evidence)
    assert (first.rolls != other.rolls).any()


# The last walk takes 76 rolls on average, more than are drawn at a time.
@pytest.mark.parametrize(("up", "m"), [(2 / 3, 1), (2 / 3, 3), (2 / 3, 6), (0.55, 10)])
def test_a_walk_of_single_steps_is_the_gamblers_ruin(up, m):
    ratio = up / (1 - up)
    test = simulate((up, 1 - up), (1 - up, up), ratio**m)
    assert test.decided.all()
    np.testing.assert_allclose(np.abs(test.evidence), m * math.log(ratio), rtol=1e-12)
    assert (test.rolls >= m).all()
    assert (test.rolls % 2 == m % 2).all()
    error = 1 / (1 + ratio**m)
    assert abs(test.share_wrong - error) <= 4 * math.sqrt(error * (1 - error) / RUNS)
    duration = m * (1 - 2 * error) / (2 * up - 1)
    # A walk with m = 1 always takes one roll: then only rounding separates the two.
    assert test.mean_rolls == pytest.approx(duration, rel=1e-15, abs=4 * test.standard_error)


@pytest.mark.parametrize(("p", "odds"), [((0.75, 0.25), 3), ((0.6, 0.4), 1.5), ((0.9, 0.1), 9)])
def test_a_roll_that_reaches_the_odds_exactly_decides(p, odds):
    test = simulate(p, p[::-1], odds)
    assert (test.rolls == 1).all()


@pytest.mark.parametrize("max_rolls", [5, 100_000])
@pytest.mark.parametrize(("p", "q"), [(FAIR, LOADED), (LOADED, FAIR), ([0.9, 0.1], [0.6, 0.4])])
def test_walds_identity_the_evidence_is_worth_its_rolls_times_kl(p, q, max_rolls):
    test = simulate(p, q, 19, max_rolls=max_rolls)
    surplus = test.evidence - test.rolls * kl_divergence(p, q)
    assert abs(surplus.mean()) <= 4 * surplus.std(ddof=1) / math.sqrt(RUNS)


@pytest.mark.parametrize("odds", [2, 19])
@pytest.mark.parametrize(("p", "q"), [(FAIR, LOADED), (LOADED, FAIR), ([0.9, 0.1], [0.6, 0.4])])
def test_overshoot_takes_more_rolls_than_wald_expects_and_errs_less_than_the_odds(p, q, odds):
    test = simulate(p, q, odds)
    assert test.decided.all()
    assert test.mean_rolls >= wald_expected_rolls(p, q, odds) - 4 * test.standard_error
    bound = 1 / odds
    assert test.share_wrong <= bound + 4 * math.sqrt(bound * (1 - bound) / RUNS)


def test_a_sum_may_be_off_by_what_single_precision_takes():
    p = np.array([2 / 3, 1 / 3 + 3e-4], dtype=np.float32)
    assert simulate(p, p[::-1], 2).decided.all()


def test_the_first_roll_that_q_rules_out_decides():
    # Odds that the other face, worth 1.25 to 1 for Q, reaches only after 3096 rolls in a row.
    test = simulate([0.2, 0.8], [0, 1], 1e300)
    assert (test.evidence == math.inf).all()
    assert test.decided.all()
    assert test.share_wrong == 0
    assert abs(test.mean_rolls - 5) <= 4 * math.sqrt(0.8) / 0.2 / math.sqrt(RUNS)
    first = (test.rolls == 1).mean()
    assert abs(first - 0.2) <= 4 * math.sqrt(0.2 * 0.8 / RUNS)


def test_a_roll_that_p_rules_out_never_comes():
    test = simulate([0, 0.5, 0.5, 0], [0.25, 0.5, 0, 0.25], 1e300)
    assert (test.evidence == math.inf).all()


@pytest.mark.parametrize("max_rolls", [1, 63, 64, 65, 200])
def test_equal_dice_are_rolled_max_rolls_times_and_left_undecided(max_rolls):
    test = simulate(FAIR, FAIR, 19, runs=10, max_rolls=max_rolls)
    assert (test.rolls == max_rolls).all()
    assert (test.evidence == 0).all()
    assert not test.decided.any()
    assert test.share_wrong == 0


def test_a_run_is_decided_exactly_if_its_evidence_reached_the_odds():
    test = simulate(FAIR, LOADED, 19, max_rolls=10)
    assert 0 < test.decided.mean() < 1
    np.testing.assert_array_equal(test.decided, np.abs(test.evidence) >= math.log(19))
    assert (test.rolls[~test.decided] == 10).all()
    assert (test.rolls[test.decided] <= 10).all()


def test_the_last_roll_allowed_may_decide():
    test = simulate(*THIRDS, 2, max_rolls=1)
    assert test.decided.all()


@pytest.mark.parametrize("count", [0, -1])
@pytest.mark.parametrize("name", ["runs", "max_rolls"])
def test_a_count_below_1_raises(name, count):
    with pytest.raises(
        ValueError, match=f"^{name} must be a whole number at least 1, got {count}$"
    ):
        simulate(*THIRDS, 2, **{name: count})


@pytest.mark.parametrize(("p", "q"), [([THIRDS[0]], THIRDS[1]), (THIRDS[0], [THIRDS[1]])])
def test_only_one_die_against_one_die_is_simulated(p, q):
    message = f"p and q must have one axis, got shapes {np.shape(p)} and {np.shape(q)}"
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        simulate(p, q, 19)


def test_the_summary_of_known_runs():
    test = SequentialTest(
        rolls=np.array([1, 2, 3, 6]),
        evidence=np.array([3.0, -3.0, -1.0, 3.0]),
        decided=np.array([True, True, False, True]),
    )
    assert test.mean_rolls == 3
    assert test.standard_error == pytest.approx(math.sqrt(14 / 3 / 4), rel=1e-15)
    assert test.share_wrong == 0.25


def test_one_run_has_no_standard_error():
    test = simulate(*THIRDS, 2, runs=1)
    assert test.mean_rolls == 1
    assert math.isnan(test.standard_error)
