"""Policies of tiny models over all their sequences in many digits, from the definitions.

Rewards, chances and logits are the floats that they are; rows of chances are taken to sum to 1.
"""

from functools import cache

import mpmath
import numpy as np

from kl_core.rlhf import Optimum, TabularPolicy, Tempered, TrainedPolicy
from tests.kl_core.rlhf.enumeration import all_sequences, context_after

# At β = 1e30 KL is 1e-61, and first-order terms of 1e-31 cancel.
DIGITS = 150


def relative_error(found, truth):
    """Return how far a number is from the truth, as a share of it."""
    if truth == 0:
        return 0.0 if found == 0 else float("inf")
    with mpmath.workdps(DIGITS):
        return float(abs(mpmath.mpf(found) - truth) / abs(truth))


def exact_kl(policy, other):
    """Return D(π‖ρ) over all sequences."""
    with mpmath.workdps(DIGITS):
        pairs = zip(chances(policy), chances(other), strict=True)
        return mpmath.fsum(p * mpmath.log(p / q) for p, q in pairs if p)


def exact_reward(policy, reward):
    """Return E[r] over all sequences."""
    with mpmath.workdps(DIGITS):
        pairs = zip(chances(policy), rewards(policy.model, reward), strict=True)
        return mpmath.fsum(p * r for p, r in pairs)


def exact_value(optimum):
    """Return β·log E_ref[exp(r/β)]."""
    with mpmath.workdps(DIGITS):
        worth, beta = rewards(optimum.model, optimum.reward), mpmath.mpf(optimum.beta)
        most = max(worth)
        pairs = zip(chances(optimum.model), worth, strict=True)
        return most + beta * mpmath.log(
            mpmath.fsum(p * mpmath.exp((r - most) / beta) for p, r in pairs)
        )


def rewards(model, reward):
    """Return what each sequence earns."""
    each = [mpmath.mpf(float(worth)) for worth in reward.per_token]
    return [mpmath.fsum(each[token] for token in sequence) for sequence in sequences(model)]


@cache
def sequences(model):
    """Return every sequence of a model."""
    return all_sequences(len(model.words), model.longest)


@cache
def chances(policy):
    """Return how likely each sequence is."""
    if isinstance(policy, Optimum):
        worth, beta = rewards(policy.model, policy.reward), mpmath.mpf(policy.beta)
        most = max(worth)
        pairs = zip(chances(policy.model), worth, strict=True)
        return normalised([p * mpmath.exp((r - most) / beta) for p, r in pairs])
    model, rows, found = policy.model, {}, []
    for sequence in sequences(model):
        product = mpmath.mpf(1)
        for step, token in enumerate(sequence):
            start = sequence[:step]
            if start not in rows:
                rows[start] = next_words(policy, step, context_after(model, start))
            product *= rows[start][token]
        found.append(product)
    return found


def next_words(policy, step, context):
    """Return the chances of each next word."""
    if isinstance(policy, Tempered):
        row = next_words(policy.policy, step, context)
        return normalised([p ** (1 / mpmath.mpf(policy.temperature)) for p in row])
    table = policy.table if isinstance(policy, TabularPolicy) else policy.model.table
    row = [mpmath.mpf(float(chance)) for chance in table[context]]
    if isinstance(policy, TrainedPolicy):
        last = policy.model.last[context]
        logits = zip(policy.pairs[last], policy.clock[step], strict=True)
        tilts = [mpmath.exp(mpmath.mpf(float(a)) + mpmath.mpf(float(b))) for a, b in logits]
        row = [p * tilt for p, tilt in zip(row, tilts, strict=True)]
    return normalised(row)


def normalised(weights):
    """Return weights over their sum."""
    total = mpmath.fsum(weights)
    return [weight / total for weight in weights]


def nudged(values, size, seed):
    """Return values that differ by about such a share of themselves."""
    noise = np.random.default_rng(seed).normal(size=np.shape(values))
    return np.asarray(values * (1 + size * noise))
