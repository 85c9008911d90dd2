"""No β is too small or too large, and no two policies are too close, for all their digits."""

import itertools
import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core.rlhf import (
    LanguageModel,
    RewardModel,
    TabularPolicy,
    Tempered,
    TopK,
    TrainedPolicy,
    account,
    frontier,
    optimal_policy,
    optimum_at_kl,
    sequence_kl,
)
from tests.kl_core.rlhf.enumeration import random_logits, random_table, tiny_model, tiny_reward
from tests.kl_core.rlhf.exact import (
    exact_kl,
    exact_reward,
    exact_value,
    nudged,
    relative_error,
)

SMALL, LARGE = tiny_model(2, 3), tiny_model(3, 4)
CLOSE = 1e-9
# Of the stop token first; sums of tenths and thirds tie in numbers, not in floats.
REWARDS = {
    "any": tiny_reward(LARGE).weights,
    "two equal words": np.array([0.5, 1.0, 0.1, 1.0, 0.3]),
    "equal but for rounding": np.array([0.1, 0.1, 0.1, 0.1 + 1e-16, 0.05]),
    "the stop token": np.array([1.0, 0.1, 0.2, 0.3, -0.1]),
    "every word costs": np.array([-0.3, -0.1, -0.1, -0.2, -0.1]),
    "three words cost as much as the stop token": np.array([-0.3, -0.1, -0.1 - 1e-17, -1, -0.2]),
    "thirds": np.array([1.0, 1.0, 1.0, 1.0, -2.0]) / 3,
    "every word costs more than the stop token": np.array([-0.1, -0.2, -0.3, -0.4, -0.5]),
    "hardly anything": tiny_reward(LARGE).weights * 1e-12,
}


def errors(optimum):
    """Return relative errors of all that is said of an optimum."""
    model, reward = optimum.model, optimum.reward
    found, kl = account(optimum, reward), exact_kl(optimum, model)
    return {
        "value": relative_error(optimum.value, exact_value(optimum)),
        "reward": relative_error(found.reward, exact_reward(optimum, reward)),
        "kl": relative_error(found.kl, kl),
        "sequence_kl": relative_error(sequence_kl(optimum), kl),
        "reverse": relative_error(sequence_kl(model, optimum), exact_kl(model, optimum)),
    }


@pytest.mark.parametrize("name", REWARDS)
def test_an_optimum_has_all_its_digits_at_any_price(name):
    reward = RewardModel(REWARDS[name], LARGE.longest)
    for beta in np.geomspace(1e-30, 1e30, 11):
        found = errors(optimal_policy(LARGE, reward, beta))
        assert max(found.values()) < CLOSE, (beta, found)


@settings(max_examples=60, deadline=None)
@given(
    log_beta=st.floats(-30, 30),
    # In thousandths: differences of the least floats would be lost in the truth's digits, too.
    weights=st.lists(st.integers(-3000, 3000), min_size=5, max_size=5),
)
def test_random_optima_have_all_their_digits(log_beta, weights):
    reward = RewardModel(np.array(weights) / 1000, SMALL.longest)
    optimum = optimal_policy(SMALL, reward, 10**log_beta)
    found = errors(optimum)
    # A mean of rewards of both signs cancels as any sum does; KL does not.
    span = abs(reward.per_token).max() * SMALL.longest
    earned = exact_reward(optimum, reward)
    assert abs(account(optimum, reward).reward - earned) <= 1e-14 * span
    assert abs(optimum.value - exact_value(optimum)) <= 1e-14 * span
    for name in ("kl", "sequence_kl", "reverse"):
        assert found[name] < CLOSE


def test_a_whole_frontier_from_end_to_end():
    reward = tiny_reward(LARGE)
    accounts = frontier(LARGE, reward, np.geomspace(1e-30, 1e30, 61))
    for looser, tighter in itertools.pairwise(accounts):
        assert tighter.kl <= looser.kl
        assert tighter.reward <= looser.reward + 1e-14
    # From a thousandth of the rewards on, each tenfold price leaves a hundredth of the KL.
    far = [found.kl for found in accounts[40:]]
    np.testing.assert_allclose(np.divide(far[:-1], far[1:]), 100, rtol=1e-8)


@pytest.mark.parametrize("beta", [sys.float_info.min, 1e-300, 1e300])
def test_prices_beyond_leave_no_nan(beta):
    reward = tiny_reward(LARGE)
    found = account(optimal_policy(LARGE, reward, beta), reward)
    assert np.isfinite((found.reward, found.kl, found.entropy)).all()
    limit = optimal_policy(LARGE, reward, 1e-30 if beta < 1 else 1e30)
    assert found.reward == pytest.approx(account(limit, reward).reward, rel=1e-14)
    assert found.kl == pytest.approx(account(limit, reward).kl, rel=1e-14, abs=1e-60)


@pytest.mark.parametrize("kl", [1e-55, 1e-30, 1e-9, 1e-3, 1.0, 3.0])
def test_the_optimum_at_any_divergence(kl):
    optimum = optimum_at_kl(LARGE, tiny_reward(LARGE), kl)
    assert relative_error(kl, exact_kl(optimum, LARGE)) < CLOSE


def test_the_furthest_optimum_is_found_too():
    reward = tiny_reward(LARGE)
    furthest = account(optimal_policy(LARGE, reward, 1e-30), reward).kl
    assert account(optimum_at_kl(LARGE, reward, furthest), reward).kl == furthest


def test_a_model_that_can_only_stop():
    model = LanguageModel.from_text(".")
    optimum = optimal_policy(model, RewardModel(np.array([0.7]), 7), 1e-20)
    assert optimum.value == pytest.approx(0.1, rel=1e-15)
    assert sequence_kl(optimum) == 0


def tables(apart, seed=1):
    """Return a table and one that differs by about such a share of each chance."""
    first = random_table(LARGE, seed)
    return first, table_near(first.table, apart)


def table_near(table, apart):
    """Return a table that differs by about such a share of each chance."""
    near = nudged(table, apart, 2)
    return TabularPolicy(LARGE, near / near.sum(axis=1, keepdims=True))


def trained(apart):
    """Return a policy that training has led far away, and one that differs by such a share."""
    first = random_logits(LARGE, 3, size=2.0)
    return first, TrainedPolicy(LARGE, nudged(first.pairs, apart, 4), nudged(first.clock, apart, 5))


def optima(apart, beta=0.2):
    """Return the optima at two prices that differ by such a share."""
    reward = tiny_reward(LARGE)
    return optimal_policy(LARGE, reward, beta), optimal_policy(LARGE, reward, beta * (1 + apart))


def tastes(apart):
    """Return the optima of two rewards that differ by about such a share, at prices that do."""
    first, second = optima(apart)
    reward = RewardModel(nudged(first.reward.weights, apart, 6), LARGE.longest)
    return first, optimal_policy(LARGE, reward, second.beta)


NEIGHBOURS = {
    "a table and the reference": lambda apart: (table_near(LARGE.table, apart), LARGE),
    "the reference and a table": lambda apart: (LARGE, table_near(LARGE.table, apart)),
    "two tables": tables,
    "two trained policies": trained,
    "two optima": optima,
    "two optima at a small price": lambda apart: optima(apart, beta=1e-3),
    "two optima at a large price": lambda apart: optima(apart, beta=1e6),
    "optima of two rewards": tastes,
    "a temperature and the reference": lambda apart: (Tempered(LARGE, 1 + apart), LARGE),
}


@pytest.mark.parametrize("kind", NEIGHBOURS)
def test_near_policies_diverge_by_all_their_digits(kind):
    for apart in (1e-1, 1e-3, 1e-5, 1e-8, 1e-12, 1e-15):
        first, second = NEIGHBOURS[kind](apart)
        truth = exact_kl(first, second)
        assert 0 < truth < 1
        assert relative_error(sequence_kl(first, second), truth) < CLOSE, apart


def test_an_estimate_of_two_kinds_is_never_below_0():
    # Their log-ratios to the reference differ by rounding alone.
    optimum = optimal_policy(LARGE, tiny_reward(LARGE), 0.2)
    same = TabularPolicy(LARGE, optimum.next_words(LARGE.longest - 1)[0])
    stays = TrainedPolicy(
        LARGE,
        optimum.tilt(LARGE.longest - 1),
        np.zeros((LARGE.longest, len(LARGE.words))),
    )
    for one, other in itertools.permutations((same, stays), 2):
        assert 0 <= sequence_kl(one, other) < 1e-28


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), place=st.integers(0, 4), ulps=st.integers(1, 5))
def test_one_bit_of_one_chance_is_a_divergence(seed, place, ulps):
    first = random_table(LARGE, seed)
    changed = first.table.copy()
    for _ in range(ulps):
        changed[0, place] = np.nextafter(changed[0, place], 1)
    second = TabularPolicy(LARGE, changed)
    for one, other in ((first, second), (second, first)):
        truth = exact_kl(one, other)
        assert truth > 0
        assert relative_error(sequence_kl(one, other), truth) < CLOSE
    assert sequence_kl(first, TabularPolicy(LARGE, first.table.copy())) == 0


def test_a_word_that_is_hardly_ever_said_and_then_ruled_out_is_not_lost():
    # -log(1 - 1e-9) where all other chances agree but for the share that they gain.
    table = np.full_like(LARGE.table, 0.0)
    table[:, 0], table[:, 1] = 1 - 1e-9, 1e-9
    without = np.zeros_like(table)
    without[:, 0] = 1.0
    policy = TabularPolicy(LARGE, table)
    for never in (TabularPolicy(LARGE, without), TopK(policy, 1)):
        assert sequence_kl(never, policy) == pytest.approx(-math.log1p(-1e-9), rel=1e-9, abs=0)
    assert sequence_kl(policy, TabularPolicy(LARGE, without)) == math.inf


def test_rules_that_change_nothing_are_no_divergence():
    for policy in (LARGE, random_logits(LARGE, 7), random_table(LARGE, 8)):
        for same in (Tempered(policy, 1.0), TopK(policy, len(LARGE.words)), TopK(policy, 99)):
            assert sequence_kl(same, policy) == 0
