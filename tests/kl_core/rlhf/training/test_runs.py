"""Runs: the same from the same seed, step by step as they say, their records, no overflow."""

import itertools
import math
import statistics

import numpy as np
import pytest

from kl_core.rlhf import (
    GRPO,
    PPO,
    FixedKL,
    Judge,
    ProportionalKL,
    TrainedPolicy,
    account,
    sequence_kl,
)
from kl_core.rlhf._training import LONGEST_GRADIENT, advantages, gradient
from tests.kl_core.rlhf.enumeration import tiny_reward
from tests.kl_core.rlhf.training.runs import ALGORITHMS, ANCHORS, PENALISED, run, start


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_is_the_same_run(small, algorithm):
    one, same, other = (
        run(small, algorithm, seed=seed, steps=5, batch_size=8) for seed in (1, 1, 2)
    )
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.batch.tokens, b.batch.tokens)
        np.testing.assert_array_equal(a.policy.pairs, b.policy.pairs)
        np.testing.assert_array_equal(a.policy.clock, b.policy.clock)
        assert (a.reward, a.judge, a.kl, a.beta) == (b.reward, b.judge, b.kl, b.beta)
    assert (one[-1].policy.pairs != other[-1].policy.pairs).any()
    assert [record.step for record in one] == [1, 2, 3, 4, 5]


def test_a_run_may_stop_and_go_on(small):
    whole = run(small, controller=ProportionalKL(0.5, 0.1), steps=8, batch_size=8)
    halting = start(small, controller=ProportionalKL(0.5, 0.1), steps=8, batch_size=8)
    first = list(itertools.islice(halting, 3))
    # Looking at what is done changes nothing that comes.
    assert first[-1].exact.kl > 0
    run(small, seed=3, steps=2, batch_size=8)
    for a, b in zip(whole, [*first, *halting], strict=True):
        np.testing.assert_array_equal(a.policy.pairs, b.policy.pairs)
        np.testing.assert_array_equal(a.policy.clock, b.policy.clock)
        assert (a.step, a.beta, a.clipped) == (b.step, b.beta, b.clipped)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_strides_follow_the_gradient_and_shorten(small, algorithm, anchor):
    reward, steps, beta = tiny_reward(small), 6, 0.5
    policy = TrainedPolicy.untrained(small)
    capped = set()
    settings = {"anchor": anchor, "steps": steps, "batch_size": 16, "epochs": 3, "rate": 2.0}
    for number, record in enumerate(run(small, algorithm, FixedKL(beta), **settings)):
        np.testing.assert_array_equal(record.batch.policy.pairs, policy.pairs)
        scores = reward.score(record.batch.tokens)
        # Where the loss ties the policy to the one before, no penalty is part of the reward.
        penalty = beta if anchor == "reference" else 0.0
        gains = advantages(algorithm, record.batch, scores, penalty)
        pace = 2.0 * (steps - number) / steps
        if anchor == "previous":
            pace /= 1 + pace * beta
        shares = []
        for _ in range(3):
            *slope, clipped = gradient(algorithm, policy, record.batch, gains, beta, anchor)
            norm = math.hypot(*slope[0].ravel(), *slope[1].ravel())
            stride = pace * min(1.0, LONGEST_GRADIENT / norm)
            capped.add(norm > LONGEST_GRADIENT)
            policy = TrainedPolicy(
                small, policy.pairs + stride * slope[0], policy.clock + stride * slope[1]
            )
            shares.append(clipped)
        np.testing.assert_allclose(record.policy.pairs, policy.pairs, rtol=0, atol=1e-12)
        np.testing.assert_allclose(record.policy.clock, policy.clock, rtol=0, atol=1e-12)
        assert record.clipped == pytest.approx(np.mean(shares), abs=1e-12)
        policy = record.policy
    assert True in capped


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_records_agree_with_exact_accounts(model, reward, algorithm):
    judge = Judge(model)
    records = run(
        model, algorithm, FixedKL(0.02), reward=reward, steps=15, batch_size=400, rate=40.0
    )
    for before, record in zip([None, *records], records, strict=False):
        assert record.reward_model is reward
        assert before is None or record.batch.policy is before.policy
        exact = account(record.policy, reward)
        assert (record.exact.reward, record.exact.kl) == (exact.reward, exact.kl)
        assert record.kl_previous == sequence_kl(record.policy, record.batch.policy)
        sampled = account(record.batch.policy, reward)
        for (mean, error), truth in ((record.kl, sampled.kl), (record.reward, sampled.reward)):
            # Where nothing varies yet, only rounding is left.
            assert abs(mean - truth) <= 5 * error + 1e-14
        for (mean, error), drawn in (
            (record.reward, reward.score(record.batch.tokens)),
            (record.judge, judge.score(record.batch.tokens)),
        ):
            assert mean == pytest.approx(drawn.mean(), rel=1e-12)
            assert error == pytest.approx(drawn.std(ddof=1) / 20, rel=1e-12)
    assert records[0].kl == pytest.approx((0, 0), abs=1e-14)
    mean, error = records[-1].kl
    assert 0 < error < mean / 2


@pytest.mark.parametrize("group", [2, 4, 8])
def test_spread_is_the_one_that_grpo_divides_by(small, group):
    reward = tiny_reward(small)
    for record in run(small, GRPO(group), steps=4, batch_size=16):
        scores = reward.score(record.batch.tokens)
        deviations = [statistics.pstdev(each) for each in scores.reshape(-1, group)]
        assert record.spread == pytest.approx(math.fsum(deviations) / len(deviations), rel=1e-12)
        # Groups differ among themselves, and the batch holds that, too.
        assert record.spread < statistics.pstdev(scores)
    *_, last = run(small, PPO(), steps=4, batch_size=16)
    whole = statistics.pstdev(reward.score(last.batch.tokens))
    assert last.spread == pytest.approx(whole, rel=1e-12)


def test_one_sequence_has_no_standard_error(small):
    (record,) = run(small, PPO(), steps=1, batch_size=1)
    assert record.reward[1] == record.kl[1] == record.judge[1] == math.inf
    # Alone, it is the mean of its batch.
    np.testing.assert_array_equal(record.policy.pairs, 0)


@pytest.mark.parametrize("algorithm", [GRPO(), GRPO(as_published=False), PPO()], ids=str)
@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_long_strides_bring_no_overflow(model, reward, algorithm, beta):
    # A RuntimeWarning is an error in these tests.
    for record in run(model, algorithm, FixedKL(beta), reward=reward, rate=40.0, steps=60):
        assert np.isfinite(record.policy.pairs).all()
        assert np.isfinite(record.policy.clock).all()
        assert np.isfinite([*record.reward, *record.kl, *record.judge]).all()
    assert math.isfinite(record.exact.kl)
    assert math.isfinite(record.exact.reward)


@pytest.mark.parametrize("algorithm", PENALISED)
def test_long_strides_against_any_penalty_bring_no_overflow(small, algorithm):
    for record in run(small, algorithm, FixedKL(0.5), rate=40.0, steps=60):
        assert np.isfinite(record.policy.pairs).all()
        assert np.isfinite(record.policy.clock).all()
        assert np.isfinite([*record.reward, *record.kl, record.exact.kl]).all()


@pytest.mark.slow
def test_a_long_run_of_grpo_brings_no_overflow(model, reward):
    *_, last = run(model, GRPO(), FixedKL(0.5), reward=reward, rate=40.0)
    assert last.step == 150
    assert np.isfinite(last.policy.pairs).all()
    assert math.isfinite(last.exact.kl)
