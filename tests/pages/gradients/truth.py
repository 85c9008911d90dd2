"""What the lesson on gradients shows, computed without its code."""

import math
from functools import cache

import numpy as np
from scipy.special import log_softmax, softmax

from kl_core import kl_divergence
from tests.pages.estimators.truth import policy
from tests.pages.truth import sft

PULL_BETAS = ["1", "0.5", "0.2", "0.1", "0.05", "0.02", "0.01"]
PLACEMENTS = ["k1 in the reward", "k1 in the loss", "k2 in the loss", "k3 in the loss"]
HELD = [each for each in PLACEMENTS if each != "k1 in the loss"]


@cache
def next_words(beta):
    """Return the chances after “rain”, of the SFT model and the policy."""
    context = np.array([sft().context("rain")])
    return sft().table[context[0]], policy(beta).next_words(1, context)[0][0]


@cache
def slopes(beta):
    """Return the slopes of D(Q‖P) and D(P‖Q) in the logits of Q, by finite differences."""
    p, q = next_words(beta)
    logits, step = np.log(q), 1e-5
    moved = [
        (softmax(logits + shift), softmax(logits - shift)) for shift in step * np.eye(logits.size)
    ]
    reverse = [(kl_divergence(up, p) - kl_divergence(down, p)) / 2 / step for up, down in moved]
    forward = [(kl_divergence(p, up) - kl_divergence(p, down)) / 2 / step for up, down in moved]
    return np.array(reverse), np.array(forward)


def pulls(beta, of="Q itself", *, weighted=False):
    """Return mean pull and its noise for each placement: each word's loss differentiated."""
    p, q = next_words(beta)
    logits, step = np.log(q), 1e-5
    source = p if of == "P" else q
    # Derivative of each word's log-chance in each logit; the weight stands still.
    score = np.array([
        (log_softmax(logits + shift) - log_softmax(logits - shift)) / 2 / step
        for shift in step * np.eye(logits.size)
    ]).T  # fmt: skip
    ratio = np.log(q / p)
    losses = {
        # In the reward nothing is differentiated but log q: REINFORCE.
        "k1 in the reward": ratio,
        "k1 in the loss": np.ones_like(ratio),
        "k2 in the loss": ratio,
        "k3 in the loss": 1 - np.exp(-ratio),
    }
    found = {}
    for name, factor in losses.items():
        each = (factor * (q / source if weighted else 1))[:, None] * score
        mean = source @ each
        found[name] = mean, math.sqrt(source @ ((each - mean) ** 2).sum(axis=1))
    return found


def cosine(one, other):
    """Return the cosine of the angle between two vectors."""
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)
