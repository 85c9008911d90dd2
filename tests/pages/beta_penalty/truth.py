"""What the rope lesson shows, computed without its code; and how its page is opened and read."""

from functools import cache

import numpy as np

from kl_core.rlhf import (
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    optimal_policy,
    sample,
)
from tests.pages.conftest import of_lesson, open_page
from tests.pages.reading import values
from tests.pages.truth import USUAL, judge, optimum, rewards, sft

# The grid of Renard, ten steps a decade, from the tightest rope to the loosest.
MANTISSAS = 8, 6.3, 5, 4, 3.15, 2.5, 2, 1.6, 1.25, 1
BETAS = ["1", *(f"{m / 10**power:g}" for power in (1, 2, 3, 4) for m in MANTISSAS)]
# Those where the film of β has pictures.
LADDER = BETAS[: BETAS.index("0.001") + 1]
FEW = 200, 1


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


def next_words(text, beta="0.02", world=USUAL):
    """Return chances under P and Q of what follows these words, and D(Q‖P) in nats."""
    words = text.lower().split()
    context = sft().context(" ".join(words))
    policy = optimal_policy(sft(), rewards(*world), float(beta))
    q = policy.next_words(len(words), np.array([context]))[0][0]
    p = sft().table[context]
    return p, q, float((q[q > 0] * np.log(q[q > 0] / p[q > 0])).sum())


LONGEST = " ".join(["tomorrow", *["and cold"] * 11])

# How a test reads the page.


def opened(beta="0.02", world=USUAL, **parameters):
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
