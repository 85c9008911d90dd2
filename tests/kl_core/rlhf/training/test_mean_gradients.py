"""Gradients are on average those of reward and KL: over all batches, with their chances."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import rel_entr

from kl_core import PLACEMENTS
from kl_core.rlhf import GRPO, PPO, account
from kl_core.rlhf._policy import Tilted
from kl_core.rlhf._training import Batch, advantages, gradient
from tests.kl_core.rlhf.enumeration import (
    Enumeration,
    context_after,
    padded,
    random_logits,
    tiny_model,
    tiny_reward,
)


class StepLogits(Tilted):
    """A policy with logits for every step, last word and next one."""

    def __init__(self, model, logits):
        self.model, self.logits = model, logits

    def tilt(self, step):
        """Return the logits of this step."""
        return self.logits[step]


@pytest.fixture(scope="module")
def listed():
    """Return the sequences of a policy so small that its batches of two can be listed."""
    model = tiny_model(longest=3, text="Rain falls.\nRain fades.\nFalls rain.")
    return Enumeration(random_logits(model, 9))


def exact_gradient(listed, function):
    """Return the derivatives of a function of a policy for each step, last and next word."""
    policy = listed.policy
    logits = np.array([policy.tilt(step) for step in range(policy.model.longest)])
    found = np.zeros_like(logits)
    for place in np.ndindex(found.shape):
        ends = []
        for by in (1e-5, -1e-5):
            moved = logits.copy()
            moved[place] += by
            ends.append(function(StepLogits(policy.model, moved)))
        found[place] = (ends[0] - ends[1]) / 2e-5
    return found


def expected_gradient(listed, algorithm, beta, size):
    """Return the mean of the gradient over all batches of `size`, weighted by their chances."""
    policy = listed.policy
    model = policy.model
    reward = tiny_reward(model)
    pairs, clock = np.zeros_like(policy.pairs), np.zeros_like(policy.clock)
    everything = zip(listed.sequences, listed.chances, strict=True)
    for drawn in itertools.product(everything, repeat=size):
        chance = math.prod(chance for _, chance in drawn)
        tokens = padded([sequence for sequence, _ in drawn], model.longest)
        batch = Batch.of(policy, tokens)
        gains = advantages(algorithm, batch, reward.score(tokens), beta)
        found = gradient(algorithm, policy, batch, gains, beta)
        pairs += chance * found[0]
        clock += chance * found[1]
    return pairs, clock


def word_by_word_penalty(listed, beta, divergence):
    """Return −β times the gradient of Σ divergence(π_ref, π) of each next word.

    Contexts count as often as π arrives there now, whatever it turns into.
    """
    old = listed.policy
    model = old.model
    arrivals = np.zeros((model.longest, len(model.contexts)))
    for sequence, chance in zip(listed.sequences, listed.chances, strict=True):
        for step in range(len(sequence)):
            arrivals[step, context_after(model, sequence[:step])] += chance

    def function(policy):
        return math.fsum(
            arrivals[step] @ divergence(model.table, policy.next_words(step)[0]).sum(axis=1)
            for step in range(model.longest)
        )

    return -beta * exact_gradient(listed, function)


def forward_penalty(listed, beta):
    """Return −β times the gradient of D(π_ref‖π) word by word, where π arrives as it does now."""
    return word_by_word_penalty(listed, beta, rel_entr)


def backward_penalty(listed, beta):
    """Return −β times the gradient of D(π‖π_ref) word by word, where π arrives as it does now."""
    return word_by_word_penalty(
        listed, beta, lambda reference, chances: rel_entr(chances, reference)
    )


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_on_average_ppo_climbs_reward_less_the_price_of_kl(listed, beta):
    reward = tiny_reward(listed.policy.model)

    def climbed(policy):
        found = account(policy, reward)
        return found.reward - beta * found.kl

    exact = exact_gradient(listed, climbed)
    # A baseline that a token is itself part of takes 1/2 in a batch of two; where the other
    # sequence has ended by then, which it has not with chance `alive`, it takes all.
    lengths = listed.lengths
    alive = [listed.chances[lengths > step].sum() for step in range(exact.shape[0])]
    exact *= np.array(alive)[:, None, None] / 2
    pairs, clock = expected_gradient(listed, PPO(), beta, 2)
    np.testing.assert_allclose(pairs, exact.sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, exact.sum(axis=1), rtol=0, atol=1e-9)
    assert abs(clock).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_on_average_grpo_climbs_reward_and_down_the_forward_divergence(listed, beta):
    reward = tiny_reward(listed.policy.model)
    exact = exact_gradient(listed, lambda policy: account(policy, reward).reward)
    # The mean of a group of two that an answer is itself part of takes 1/2.
    exact = exact / 2 + forward_penalty(listed, beta)
    pairs, clock = expected_gradient(listed, GRPO(group=2, as_published=False), beta, 2)
    np.testing.assert_allclose(pairs, exact.sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, exact.sum(axis=1), rtol=0, atol=1e-9)
    assert abs(clock).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_on_average_each_penalty_of_grpo_pulls_where_its_place_says(listed, placement):
    reward, beta = tiny_reward(listed.policy.model), 0.7
    # The mean of a group of two that an answer is itself part of takes 1/2 of what it earns.
    exact = exact_gradient(listed, lambda policy: account(policy, reward).reward) / 2
    if placement == "k1 in the reward":
        exact -= beta * exact_gradient(listed, lambda policy: account(policy, reward).kl) / 2
    elif placement == "k2 in the loss":
        exact += backward_penalty(listed, beta)
    elif placement == "k3 in the loss":
        exact += forward_penalty(listed, beta)
    algorithm = GRPO(group=2, as_published=False, penalty=placement)
    pairs, clock = expected_gradient(listed, algorithm, beta, 2)
    np.testing.assert_allclose(pairs, exact.sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, exact.sum(axis=1), rtol=0, atol=1e-9)


def test_no_two_places_of_a_penalty_pull_alike(listed):
    # Or the test above would not tell them apart.
    reward = tiny_reward(listed.policy.model)
    backward = -0.7 * exact_gradient(listed, lambda policy: account(policy, reward).kl)
    pulls = [
        backward / 2,
        np.zeros_like(backward),
        backward_penalty(listed, 0.7),
        forward_penalty(listed, 0.7),
    ]
    for one, other in itertools.combinations(pulls, 2):
        assert abs(one - other).max() > 0.01
    # Nor is the penalty of GRPO that of PPO, which has k1 in the reward of each token.
    assert abs(forward_penalty(listed, 0.7) - backward).max() > 0.01
