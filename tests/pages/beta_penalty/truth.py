"""What the rope lesson shows, computed without its code; and how its page is opened and read."""

import math
from dataclasses import replace
from functools import cache

import numpy as np

from kl_core.rlhf import (
    RewardModel,
    account,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    optimal_policy,
    sample,
)
from tests.pages.conftest import of_lesson, open_page
from tests.pages.reading import values
from tests.pages.truth import USUAL, judge, optimum, rewards, seen_by_all, sft, unmoved

# The grid of Renard, ten steps a decade, from the tightest rope to the loosest.
MANTISSAS = 8, 6.3, 5, 4, 3.15, 2.5, 2, 1.6, 1.25, 1
BETAS = ["1", *(f"{m / 10**power:g}" for power in (1, 2, 3, 4) for m in MANTISSAS)]
# Those where the film of β has pictures.
LADDER = BETAS[: BETAS.index("0.001") + 1]
FEW = 200, 1


@cache
def spread(world):
    """Return the reward's spread over the SFT model's forecasts, from KL at a large β.

    There KL is half the variance over β², but for a part that shrinks with 1/β.
    """
    beta, reward = 1e4, rewards(*world)
    return math.sqrt(2 * account(optimal_policy(sft(), reward, beta), reward).kl) * beta


def factor_of(world, scale):
    """Return what rewards are multiplied by."""
    return 1 / spread(world) if scale == "one spread" else float(scale)


@cache
def scaled_optimum(world, beta, scale):
    """Return what `optimum` does, for rewards that are themselves multiplied."""
    if scale == "1":
        return optimum(world, beta)
    seen = rewards(*world)
    reward = RewardModel(seen.weights * factor_of(world, scale), seen.longest)
    policy = optimal_policy(sft(), reward, float(beta))
    return *seen_by_all(policy, reward), policy.value


@cache
def scaled_base(world, scale):
    """Return what `unmoved` does, for rewards that are multiplied."""
    own, *rest = unmoved(world)
    return replace(own, reward=factor_of(world, scale) * own.reward), *rest


@cache
def along_the_rope(world):
    """Return KL in nats, reward, the judge's mean and its error at every β of the grid."""
    points = [optimum(world, beta) for beta in BETAS]
    return np.array([(own.kl, own.reward, *report.score) for own, report, *_ in points]).T


@cache
def best_of(world):
    """Return KL in nats, its bound, the judge's mean and its error for 1, 2, 4 … 256 draws."""
    tokens = sample(sft(), 20_000, np.random.default_rng(0))
    score, judged = rewards(*world).score(tokens), judge().score(tokens)
    numbers = 2 ** np.arange(9)
    return np.array(
        [
            (best_of_n_kl_estimate(score, n), best_of_n_kl(n), *best_of_n_mean(score, judged, n))
            for n in map(int, numbers)
        ]
    ).T


def next_words(text, beta="0.2", world=USUAL):
    """Return chances under P and Q of what follows these words, and D(Q‖P) in nats."""
    words = text.lower().split()
    context = sft().context(" ".join(words))
    policy = optimal_policy(sft(), rewards(*world), float(beta))
    q = policy.next_words(len(words), np.array([context]))[0][0]
    p = sft().table[context]
    return p, q, float((q[q > 0] * np.log(q[q > 0] / p[q > 0])).sum())


LONGEST = " ".join(["tomorrow", *["and cold"] * 11])

# How a test reads the page.


def opened(beta="0.2", world=USUAL, **parameters):
    """Return the page; parameters come without the lesson's name."""
    pairs, seed = world
    named = of_lesson("beta", beta=beta, pairs=pairs, seed=seed, **parameters)
    return open_page("beta_penalty", **named)


def stars(figure):
    """Return where stars stand in a chart."""
    return [
        (values(trace["x"])[0], values(trace["y"])[0])
        for trace in figure["data"]
        if trace.get("marker", {}).get("symbol") == "star"
    ]
