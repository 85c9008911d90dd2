"""What the tests of more than one lesson know, computed without the lessons."""

import math
from functools import cache

import numpy as np

from kl_core.rlhf import (
    Judge,
    LanguageModel,
    RewardModel,
    account,
    forecasts,
    optimal_policy,
    sample,
    sample_preferences,
)

# The bases of the units' logarithms.
BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}
# The book's dice.
FAIR, LOADED = np.full(6, 1 / 6), np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])


def chances(weights):
    """Return weights divided by their sum."""
    return np.array(weights, dtype=float) / math.fsum(weights)


def log_bell(x, mean=0.0, spread=1.0):
    """Return the logarithm of a bell's density; `norm.logpdf` takes fifty times as long."""
    return -(((x - mean) / spread) ** 2) / 2 - np.log(spread) - math.log(2 * math.pi) / 2


@cache
def sft():
    """Return the SFT model."""
    return LanguageModel.from_text(forecasts())


@cache
def judge():
    """Return the rule that stands for what people want."""
    return Judge(sft())


@cache
def rewards(pairs, seed):
    """Return the reward model of so many judged pairs."""
    seen = sample_preferences(sft(), judge(), pairs, np.random.default_rng(seed))
    return RewardModel.fit(sft(), seen)


# How many judged pairs a reward model usually sees, and which series of them.
USUAL = 2000, 1


def seen_by_all(policy, reward):
    """Return account, the judge's report on 1000 forecasts, and the first five of these."""
    tokens = sample(policy, 1000, np.random.default_rng(0))
    return account(policy, reward), judge().report(tokens), tokens[:5]


@cache
def optimum(world, beta):
    """Return account, report and forecasts of the best policy, and what it is worth."""
    policy = optimal_policy(sft(), rewards(*world), float(beta))
    return *seen_by_all(policy, rewards(*world)), policy.value


@cache
def unmoved(world):
    """Return account, report and forecasts of the SFT model."""
    return seen_by_all(sft(), rewards(*world))
