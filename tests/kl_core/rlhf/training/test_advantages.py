"""Advantages: GRPO measures an answer against its group, PPO what follows against the batch."""

import itertools
import math

import numpy as np
import pytest

from kl_core import PLACEMENTS
from kl_core.rlhf import GRPO, PPO, RewardModel, TrainedPolicy
from kl_core.rlhf._training import Batch, advantages
from tests.kl_core.rlhf.enumeration import rows_along, tiny_model, tiny_reward
from tests.kl_core.rlhf.training.runs import a_step_away, tokens_of


@pytest.mark.parametrize("group", [2, 4, 8])
def test_advantages_in_a_group_are_standardised(small, group):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    first = np.concatenate([[0], np.cumsum(batch.lengths)[:-1]])
    each = advantages(GRPO(group), batch, scores, 0.3)
    for row, sequence in enumerate(tokens_of(batch)):
        # All tokens of an answer have its advantage.
        assert set(each[first[row] : first[row] + len(sequence)]) == {each[first[row]]}
    groups = each[first].reshape(-1, group)
    plain = advantages(GRPO(group, as_published=False), batch, scores, 0.3)[first]
    for mine, raw, theirs in zip(
        groups, plain.reshape(-1, group), scores.reshape(-1, group), strict=True
    ):
        mean = math.fsum(theirs) / group
        spread = math.sqrt(math.fsum((theirs - mean) ** 2) / group)
        np.testing.assert_allclose(raw, theirs - mean, atol=1e-14)
        assert math.fsum(mine) == pytest.approx(0, abs=1e-13)
        if spread > 1e-6:
            np.testing.assert_allclose(mine, (theirs - mean) / spread, atol=1e-12)
            assert np.std(mine) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("as_published", [True, False])
@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_a_penalty_in_the_reward_is_that_of_the_whole_answer(small, beta, as_published):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    drift = [
        math.fsum(log_ratio[token] for _, token, _, log_ratio in rows_along(batch.policy, sequence))
        for sequence in tokens_of(batch)
    ]
    assert np.std(drift) > 0.1
    # As if each answer had earned so much less.
    earned = scores - beta * np.array(drift)
    expected = advantages(GRPO(4, as_published=as_published), batch, earned, beta)
    algorithm = GRPO(4, as_published=as_published, penalty="k1 in the reward")
    found = advantages(algorithm, batch, scores, beta)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("placement", [each for each in PLACEMENTS if each != "k1 in the reward"])
def test_a_penalty_in_the_loss_leaves_advantages_alone(small, placement):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    free, penalised = (
        advantages(GRPO(4, penalty=placement), batch, scores, beta) for beta in (0.0, 0.3)
    )
    np.testing.assert_array_equal(penalised, free)


@pytest.mark.parametrize("as_published", [True, False])
@pytest.mark.parametrize("group", [2, 4, 8])
def test_in_a_group_of_equals_nothing_is_better(small, group, as_published):
    batch, _ = a_step_away(small)
    scores = np.repeat(np.random.default_rng(1).normal(size=24 // group), group)
    each = advantages(GRPO(group, as_published=as_published), batch, scores, 0.3)
    np.testing.assert_array_equal(each, 0)


@pytest.mark.parametrize("group", [3, 6, 12, 24])
def test_in_a_group_of_equals_of_any_size_nothing_is_better(small, group):
    batch, _ = a_step_away(small)
    for value in (0.1, 0.7, 1.1):
        each = advantages(GRPO(group), batch, np.full(24, value), 0.3)
        np.testing.assert_allclose(each, 0, atol=1e-6)


def test_the_same_words_in_another_order_are_no_better():
    # Their rewards are one number, but not one double.
    model = tiny_model()
    reward = RewardModel(np.array([0.0, 0.1, 0.2, 0.3, 0.6]), 1)
    orders = list(itertools.permutations([1, 2, 3, 4]))[:24]
    batch = Batch.of(TrainedPolicy.untrained(model), np.array(orders))
    scores = reward.score(batch.tokens)
    np.testing.assert_allclose(scores, 1.2, rtol=1e-15)
    each = advantages(GRPO(group=8), batch, scores, 0.3)
    np.testing.assert_allclose(each, 0, atol=1e-6)


@pytest.mark.parametrize("penalty", [0.0, 0.4])
def test_ppo_compares_what_follows_with_the_batch(small, penalty):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    to_come = {}
    for row, sequence in enumerate(tokens_of(batch)):
        logs = [
            math.log(chances[token] / small.table[context, token])
            for context, token, chances, _ in rows_along(batch.policy, sequence)
        ]
        for step in range(len(sequence)):
            to_come[row, step] = scores[row] - penalty * math.fsum(logs[step:])
    expected = [
        value - np.mean([other for (_, at), other in to_come.items() if at == step])
        for (_, step), value in to_come.items()
    ]
    np.testing.assert_allclose(advantages(PPO(), batch, scores, penalty), expected, atol=1e-12)
    assert len({len(sequence) for sequence in tokens_of(batch)}) > 2
