"""What the lesson on KL from samples shows, computed without its code."""

import math
from functools import cache

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm
from scipy.stats import t as student

from kl_core.rlhf import (
    AtLeast,
    RewardModel,
    Tempered,
    TopK,
    expected_log_ratio,
    optimal_policy,
    sample,
    sequence_kl,
    token_log_ratios,
)
from tests.pages.truth import log_bell, rewards, sft

KINDS = {"k1": lambda r: r, "k2": lambda r: r**2 / 2, "k3": lambda r: r + np.expm1(-r)}
BETAS = ["1", "0.5", "0.2", "0.1", "0.05"]
FEES = {"earn 0.5": -0.5, "are free": 0.0, "cost 0.5": 0.5}


def reward():
    """Return what 2,000 judged pairs make of what people want."""
    return rewards(2000, 1)


@cache
def policy(beta, fee="are free"):
    """Return the best policy where each word but the full stop costs the fee."""
    weights = reward().weights.copy()
    weights[1:] -= FEES[fee]
    return optimal_policy(sft(), RewardModel(weights, reward().longest), float(beta))


@cache
def kl_of(beta, fee="are free"):
    """Return D(Q‖P) of that policy in nats."""
    return sequence_kl(policy(beta, fee))


# Estimates.


def divergence(gap, spread):
    """Return D(Q‖P) of the bells in nats: Q is the standard one."""
    return math.log(spread) + (1 + gap**2) / (2 * spread**2) - 0.5


@cache
def moments(gap, spread):
    """Return mean and standard deviation of one draw of each kind, by quadrature, in nats."""
    # There p²/q is largest, which is most of k3's variance.
    peak = 2 * gap / (2 - spread**2) if spread**2 < 2 else 0.0

    def integral(of, low, high):
        points = sorted(point for point in {0.0, gap, peak} if point < high)
        return quad(of, low, high, points=points, epsabs=1e-13, limit=500)[0]

    def log_ratio(x):
        return log_bell(x) - log_bell(x, gap, spread)

    def squared(x, name, mean):
        ratio = log_ratio(x)
        # So far out k3 is e^-r to the last digit, and too large to square.
        if name == "k3" and ratio < -50:
            return math.exp(log_bell(x) - 2 * ratio)
        return ((KINDS[name](ratio) - mean) * math.exp(log_bell(x) / 2)) ** 2

    found = {}
    for name, kind in KINDS.items():
        mean = integral(lambda x, kind=kind: kind(log_ratio(x)) * math.exp(log_bell(x)), -35, 35)
        if name == "k3" and spread**2 >= 2:
            found[name] = mean, math.inf
            continue
        variance = integral(lambda x, name=name, mean=mean: squared(x, name, mean), -60, 60 + peak)
        found[name] = mean, math.sqrt(variance)
    return found


@cache
def pool(beta, seed):
    """Return log(q/p) of 40,000 forecasts of a policy."""
    drawn = sample(policy(beta), 40_000, np.random.default_rng(seed))
    return token_log_ratios(policy(beta), drawn).sum(axis=1)


def log_ratios(source="two bells", gap=0.1, spread=1.0, source_beta="0.2", draws=10, seed=1):
    """Return log(q/p) of all draws, one row for each estimate."""
    if source == "forecasts":
        rows = min(2000, 40_000 // draws)
        return pool(source_beta, seed)[: rows * draws].reshape(rows, draws)
    rows = min(2000, 200_000 // draws)
    x = np.random.default_rng(seed).standard_normal((rows, draws))
    return norm.logpdf(x) - norm.logpdf(x, gap, spread)


def estimates(**view):
    """Return the estimates of each kind in nats."""
    ratios = log_ratios(**view)
    return {name: kind(ratios).mean(axis=1) for name, kind in KINDS.items()}


def truth(source="two bells", gap=0.1, spread=1.0, source_beta="0.2", **_):
    """Return D(Q‖P) in nats."""
    return kl_of(source_beta) if source == "forecasts" else divergence(gap, spread)


def mean_of(values):
    """Return mean and standard error."""
    return values.mean(), values.std(ddof=1) / math.sqrt(values.size)


def spread_of(found):
    """Return the standard deviation of a sample, and its standard error by the delta method."""
    second, fourth = (np.mean((found - found.mean()) ** power) for power in (2, 4))
    return math.sqrt(second), math.sqrt((fourth - second**2) / found.size) / (2 * second**0.5)


# Forecasts.


def drawn_by(way, pi):
    """Return the policy that texts are really drawn from."""
    return {
        "top 2": TopK(pi, 2),
        "temperature 0.5": Tempered(pi, 0.5),
        "at least 16 words": AtLeast(pi, 17),
    }.get(way, pi)


@cache
def limits(beta, fee, way):
    """Return what k1 averages to over texts drawn so, and D(ν‖P) and D(ν‖Q), in nats."""
    pi = policy(beta, fee)
    nu = drawn_by(way, pi)
    limit = expected_log_ratio(pi, nu, padded=way == "padding counted")
    return limit, sequence_kl(nu), sequence_kl(nu, pi)


@cache
def drawn(beta, fee, way, batch):
    """Return k1 and k3 of 4,096 forecasts, summed over their words, in nats."""
    pi = policy(beta, fee)
    tokens = sample(drawn_by(way, pi), 4096, np.random.default_rng(batch))
    each = token_log_ratios(pi, tokens, padded=way == "padding counted")
    return each.sum(axis=1), KINDS["k3"](each).sum(axis=1)


def judged(one, three):
    """Return what can be said of k1 and k3 of the same texts, by a test for a mistake."""
    (mean, error), (gap, gap_error) = mean_of(one), mean_of(three - one)
    # One false alarm in a million, were the sums normal.
    furthest = student.isf(1e-6, one.size - 1)
    apart = gap / gap_error
    if mean < 0:
        far = apart > furthest or -mean > furthest * error
        return "A mistake, hardly chance." if far else "Chance can do this."
    if abs(apart) > furthest:
        return "Not below 0, and suspect all the same."
    return "No sign of a mistake, and no proof."
