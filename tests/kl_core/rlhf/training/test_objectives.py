"""Objectives are the published losses, and gradients those of the objectives."""

import math

import numpy as np
import pytest
import scipy.special

from kl_core.rlhf import GRPO, PPO, TrainedPolicy, sample
from kl_core.rlhf._training import Batch, advantages, gradient, objective
from tests.kl_core.rlhf.enumeration import rows_along, tiny_reward
from tests.kl_core.rlhf.training.runs import ALGORITHMS, ANCHORS, PENALISED, a_step_away, tokens_of


def stepped(policy, name, place, by):
    """Return the policy with one of its logits moved."""
    logits = {"pairs": policy.pairs.copy(), "clock": policy.clock.copy()}
    logits[name][place] += by
    return TrainedPolicy(policy.model, **logits)


def slopes(function, policy, name, step=1e-5):
    """Return the derivatives of a function of a policy, by central differences."""
    found = np.zeros_like(getattr(policy, name))
    for place in np.ndindex(found.shape):
        ahead, behind = (function(stepped(policy, name, place, by)) for by in (step, -step))
        found[place] = (ahead - behind) / (2 * step)
    return found


def ratios(policy, batch):
    """Return ρ of each token, from the chances."""
    return np.array(
        [
            new[token] / old[token]
            for sequence in tokens_of(batch)
            for (_, token, new, _), (_, _, old, _) in zip(
                rows_along(policy, sequence), rows_along(batch.policy, sequence), strict=True
            )
        ]
    )


# Each penalty of a token in the loss, of u = π/π_ref there.
IN_THE_LOSS = {
    "k1 in the reward": lambda _: 0.0,
    "k1 in the loss": math.log,
    "k2 in the loss": lambda u: math.log(u) ** 2 / 2,
    "k3 in the loss": lambda u: 1 / u - 1 + math.log(u),
}


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("algorithm", ALGORITHMS + PENALISED)
def test_objectives_are_the_published_losses(small, algorithm, anchor):
    # arXiv 2402.03300, equations 3 and 4; 2503.20783; 1707.06347, equations 7 and 8.
    batch, policy = a_step_away(small)
    gains = np.random.default_rng(2).normal(size=batch.words.size)
    beta, count, total = 0.3, iter(gains), 0.0
    for sequence in tokens_of(batch):
        terms = []
        rows = zip(rows_along(policy, sequence), rows_along(batch.policy, sequence), strict=True)
        for (context, token, new, _), (_, _, old, _) in rows:
            rho, gain = new[token] / old[token], next(count)
            term = min(rho * gain, min(max(rho, 0.8), 1.2) * gain)
            if anchor == "previous":
                term -= beta * scipy.special.rel_entr(old, new).sum()
            elif isinstance(algorithm, GRPO):
                u = new[token] / small.table[context, token]
                term -= beta * IN_THE_LOSS[algorithm.penalty](u)
            terms.append(term)
        averaged = isinstance(algorithm, GRPO) and algorithm.as_published
        total += math.fsum(terms) / (len(terms) if averaged else 1)
    found = objective(algorithm, policy, batch, gains, beta, anchor)
    assert found == pytest.approx(total / len(batch.tokens), abs=1e-12)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("algorithm", ALGORITHMS + PENALISED)
def test_gradients_are_those_of_the_objective(small, algorithm, anchor):
    batch, policy = a_step_away(small)
    beta = 0.3
    gains = advantages(algorithm, batch, tiny_reward(small).score(batch.tokens), beta)
    rho = ratios(policy, batch)
    # A corner has no gradient; none is within reach of a difference.
    assert abs(np.abs(rho - 1) - algorithm.clip).min() > 1e-4
    pairs, clock, clipped = gradient(algorithm, policy, batch, gains, beta, anchor)

    def climbed(moved):
        return objective(algorithm, moved, batch, gains, beta, anchor)

    np.testing.assert_allclose(pairs, slopes(climbed, policy, "pairs"), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, slopes(climbed, policy, "clock"), rtol=0, atol=1e-9)
    assert abs(pairs).max() > 1e-2
    beyond = ((gains > 0) & (rho > 1.2)) | ((gains < 0) & (rho < 0.8))
    assert 0.1 < beyond.mean() < 0.9
    assert clipped == pytest.approx(beyond.mean(), abs=1e-15)


@pytest.mark.parametrize("clip", [0.05, 0.2, 1.0, 3.0])
def test_the_clip_range_is_the_one_asked_for(small, clip):
    batch, policy = a_step_away(small)
    rho = ratios(policy, batch)
    gains = np.ones(rho.size)
    *_, clipped = gradient(PPO(clip), policy, batch, gains, 0.1)
    assert clipped == pytest.approx((rho > 1 + clip).mean(), abs=1e-15)
    *_, clipped = gradient(PPO(clip), policy, batch, -gains, 0.1)
    assert clipped == pytest.approx((rho < 1 - clip).mean(), abs=1e-15)


def test_the_penalty_from_the_previous_policy_begins_flat(small):
    batch, _ = a_step_away(small)
    pairs, clock, _ = gradient(
        PPO(), batch.policy, batch, np.zeros(batch.words.size), 1.0, "previous"
    )
    np.testing.assert_allclose(pairs, 0, atol=1e-15)
    np.testing.assert_allclose(clock, 0, atol=1e-15)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_logits_that_pull_apart_leave_every_token_its_chance(small, algorithm):
    # What the last word pushes up by 800, the step pushes down; their sum is next to nothing.
    push = np.linspace(-400, 400, len(small.words))
    policy = TrainedPolicy(small, np.tile(push, (len(push), 1)), np.tile(-push, (small.longest, 1)))
    np.testing.assert_allclose(policy.next_words(0)[0], small.table, rtol=1e-12)
    batch = Batch.of(policy, sample(policy, 8, np.random.default_rng(1)))
    np.testing.assert_allclose(batch.log_ratio, 0, atol=1e-12)
    gains = advantages(algorithm, batch, tiny_reward(small).score(batch.tokens), 0.1)
    pairs, clock, _ = gradient(algorithm, policy, batch, gains, 0.1)
    assert np.isfinite(pairs).all()
    assert np.isfinite(clock).all()
