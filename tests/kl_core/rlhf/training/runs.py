"""Algorithms to try, runs of them on tiny models, and a batch whose policy has moved on."""

import numpy as np
import pytest

from kl_core import PLACEMENTS
from kl_core.rlhf import GRPO, PPO, FixedKL, Judge, TrainedPolicy, sample, train
from kl_core.rlhf._language_model import PAD
from kl_core.rlhf._training import Batch
from tests.kl_core.rlhf.enumeration import random_logits, tiny_reward

ALGORITHMS = [
    pytest.param(GRPO(group=4), id="GRPO"),
    pytest.param(GRPO(group=4, as_published=False), id="Dr. GRPO"),
    pytest.param(PPO(), id="PPO"),
]
# GRPO with its penalty in each place, k3 in the loss aside, which is above.
PENALISED = [
    pytest.param(GRPO(4, as_published=published, penalty=placement), id=f"{name}, {placement}")
    for name, published in (("GRPO", True), ("Dr. GRPO", False))
    for placement in PLACEMENTS
    if placement != "k3 in the loss"
]
ANCHORS = ["reference", "previous"]


def run(model, algorithm=None, controller=None, seed=1, **settings):
    """Return all records of a run on a tiny model."""
    return list(start(model, algorithm, controller, seed, **settings))


def start(model, algorithm=None, controller=None, seed=1, reward=None, **settings):
    """Return a run, for the most part on a tiny model with its reward."""
    return train(
        model,
        reward or tiny_reward(model),
        Judge(model),
        algorithm or PPO(),
        controller or FixedKL(0.5),
        np.random.default_rng(seed),
        **settings,
    )


def a_step_away(model, seed=5, size=0.3):
    """Return an old policy, a batch of it, and a policy that has moved on."""
    old = random_logits(model, seed)
    batch = Batch.of(old, sample(old, 24, np.random.default_rng(seed)))
    move = random_logits(model, seed + 1, size)
    return batch, TrainedPolicy(model, old.pairs + move.pairs, old.clock + move.clock)


def tokens_of(batch):
    """Return the sequences of a batch as tuples."""
    return [tuple(token for token in row if token != PAD) for row in batch.tokens.tolist()]
