"""What the lesson shows, computed without its code: averages over a standard bell, and searches."""

import itertools
import math
from functools import cache

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from tests.pages.truth import log_bell

TWO = ((0.5, -2.5, 0.8), (0.5, 2.5, 0.8))
PRESETS = {
    "Two far modes": TWO,
    "Unequal modes": ((0.7, -2.0, 0.6), (0.3, 3.0, 1.0)),
    "Wide and narrow": ((0.7, -1.0, 2.0), (0.3, 3.0, 0.3)),
    "Three modes": ((0.3, -4.0, 0.7), (0.4, 0.0, 0.6), (0.3, 4.5, 0.9)),
    "Touching modes": ((0.5, -1.0, 0.8), (0.5, 1.0, 0.8)),
    "One heavy tail": ((0.85, 0.0, 0.6), (0.15, 0.0, 3.0)),
}
UNEQUAL = PRESETS["Unequal modes"]


Z = np.linspace(-9, 9, 3601)
PHI = np.exp(log_bell(Z, 0, 1)) * (Z[1] - Z[0])
# Wide and fine enough for shares to a tenth of a percent.
LINE = np.linspace(-60, 60, 600_001)


def log_density(rows, x):
    """Return log p(x) of a mixture, in nats."""
    weights, means, stds = (np.array(each)[:, None] for each in zip(*rows, strict=True))
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        logs = np.log(weights / weights.sum()) + log_bell(x.ravel(), means, stds)
    return np.logaddexp.reduce(logs, axis=0).reshape(x.shape)


def average(rows, function):
    """Return the average of a function of x over a mixture."""
    whole = sum(weight for weight, _, _ in rows)
    return sum(w / whole * float(PHI @ function(mean + std * Z)) for w, mean, std in rows)


def divergence(one, other):
    """Return D(one‖other) of two mixtures, in nats."""
    return average(one, lambda x: log_density(one, x) - log_density(other, x))


@cache
def log_density_along(rows):
    """Return log p along `LINE`."""
    return log_density(rows, LINE)


@cache
def inside(rows, mean, std):
    """Return how much of P lies within two spreads of a bell's middle."""
    near = abs(LINE - mean) <= 2 * std
    return (LINE[1] - LINE[0]) * float(np.exp(log_density_along(rows)[near]).sum())


@cache
def wasted(rows, mean, std):
    """Return how much of a bell lies where it is more than ten times as dense as P."""
    log_q = log_bell(LINE, mean, std)
    empty = log_q - log_density_along(rows) > math.log(10)
    return (LINE[1] - LINE[0]) * float(np.exp(log_q[empty]).sum())


def bell(mean, std):
    """Return a single bell as rows."""
    return ((1.0, mean, std),)


def moments(rows):
    """Return mean and spread of a mixture."""
    mean = average(rows, lambda x: x)
    return mean, math.sqrt(average(rows, lambda x: (x - mean) ** 2))


def alpha_divergence(rows, mean, std, alpha):
    """Return D_α(P‖Q), in nats, and its limits at both ends."""
    if alpha == 0:
        return divergence(bell(mean, std), rows)
    if alpha == 1:
        return divergence(rows, bell(mean, std))
    x = np.linspace(-20, 20, 5001)
    logs = alpha * log_density(rows, x) + (1 - alpha) * log_bell(x, mean, std)
    return (1 - np.trapezoid(np.exp(logs), x)) / (alpha * (1 - alpha))


@cache
def best_bells(rows, alpha=0.0):
    """Return mean, spread and divergence of every local optimum, best first, by search."""
    starts = [(mean, std) for _, mean, std in rows]
    starts += [moments(part) for n in (2, 3) for part in itertools.combinations(rows, n)]
    starts += [(mean, std) for mean in (-4, 0, 4) for std in (0.3, 2)]
    found = []
    for mean, std in starts:
        end = minimize(
            lambda at: alpha_divergence(rows, at[0], math.exp(at[1]), alpha),
            (mean, math.log(std)),
            method="BFGS",
            options={"gtol": 1e-6},
        )
        fit = (float(end.x[0]), math.exp(end.x[1]), float(end.fun))
        if all(abs(fit[0] - o[0]) + abs(fit[1] - o[1]) > 0.02 for o in found):
            found.append(fit)
    return sorted(found, key=lambda fit: fit[2])


@cache
def best_of_a_spread(rows, std):
    """Return what `best_bells` does, of the bells of one spread: by a walk over their means."""

    def cost(mean):
        return divergence(bell(mean, std), rows)

    means = np.linspace(-11, 11, 441)
    costs = np.array([*map(cost, means)])
    lowest = np.flatnonzero((costs[1:-1] <= costs[:-2]) & (costs[1:-1] <= costs[2:])) + 1
    ends = [
        minimize_scalar(cost, bounds=(means[at - 1], means[at + 1]), options={"xatol": 1e-6})
        for at in lowest
    ]
    return sorted(((float(e.x), std, float(e.fun)) for e in ends), key=lambda fit: fit[2])
