"""D(P‖Q) and D(Q‖P) as landscapes over the Gaussians Q, and how optimisers walk down there."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from kl_core._alpha import NODES, WEIGHTS, bends
from kl_core._mixture import GaussianMixture, mixture_entropy
from kl_core._validation import (
    Array,
    Direction,
    at_least_one,
    check_direction,
    finite_array,
    log_of_base,
    positive_array,
)

Optimiser = Literal["gradient descent", "Adam", "natural gradient"]


@dataclass(frozen=True)
class Descent:
    """The way of an optimiser from its start, the start included.

    Attributes
    ----------
    means, stds, divergences : ndarray, shape (n,)
        Of Q after each step; the divergence in nats.
    """

    means: Array
    stds: Array
    divergences: Array


def kl_landscape(
    p: GaussianMixture,
    means: ArrayLike,
    stds: ArrayLike,
    direction: Direction,
    *,
    base: float | None = None,
) -> Array:
    """Return the divergence of every Gaussian on a grid.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    means : array_like, shape (m,)
        Of Q, along the rows.
    stds : array_like, shape (s,)
        Of Q, down the columns.
    direction : {"forward", "reverse"}
        D(P‖Q) or D(Q‖P).
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    ndarray, shape (s, m)

    Raises
    ------
    ValueError
        If a number is out of its range, `direction` is neither, or `base` is not above 1.

    Examples
    --------
    >>> p = GaussianMixture([1], [0], [1])
    >>> print(kl_landscape(p, [0, 1], [1, 2], "forward").round(6))
    [[0.       0.5     ]
     [0.318147 0.443147]]
    """
    check_direction(direction)
    nats = log_of_base(base)
    mean, std = finite_array(means, "means"), positive_array(stds, "stds")
    for name, each in (("means", mean), ("stds", std)):
        if each.ndim != 1 or not each.size:
            raise ValueError(f"{name} must be a list of numbers, got shape {each.shape}")
    if direction == "forward":
        # D(P‖Q) = -H(P) - E_P[log q], and the last is known from P's moments alone.
        spread = np.log(std)[:, None] + math.log(2 * math.pi) / 2
        distance = ((p.mean - mean) ** 2 + p.std**2) / (2 * std[:, None] ** 2)
        return np.asarray(np.maximum(spread + distance - mixture_entropy(p), 0.0) / nats)
    # D(Q‖P) = -H(Q) - E_Q[log p].
    spread = np.log(std)[:, None] + math.log(2 * math.pi * math.e) / 2
    logs = np.array([_expected_log(p, mean, each)[0] for each in std])
    return np.asarray(np.maximum(-spread - logs, 0.0) / nats)


def descend(
    p: GaussianMixture,
    start: ArrayLike,
    direction: Direction,
    *,
    optimiser: Optimiser = "natural gradient",
    rate: float = 0.1,
    steps: int = 200,
) -> Descent:
    """Return the path of an optimiser on D(P‖Q) or D(Q‖P), over mean and log spread of Q.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    start : array_like, shape (2,)
        Mean and spread of the first Q.
    direction : {"forward", "reverse"}
        D(P‖Q) or D(Q‖P).
    optimiser : {"gradient descent", "Adam", "natural gradient"}
        The natural gradient measures a step by how much it changes Q, not its parameters.
    rate : float
        The step size. However large, no step moves the mean by more than the spread of P, or the
        log spread by more than 1.
    steps : int
        How many at most; the path ends where the next one would move nothing visible.

    Returns
    -------
    Descent

    Raises
    ------
    ValueError
        If a number is out of its range, or `direction` or `optimiser` is none of the above.

    References
    ----------
    Kingma & Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 1.

    Amari (1998), "Natural Gradient Works Efficiently in Learning"; the Fisher information of a
    Gaussian in (mean, log spread) is diag(1/σ², 2).

    Examples
    --------
    >>> p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    >>> path = descend(p, (1.0, 1.0), "reverse")
    >>> print(path.means[-1].round(3), path.stds[-1].round(3), path.divergences[-1].round(4))
    2.492 0.813 0.6903
    """
    check_direction(direction)
    at_least_one(steps=steps)
    first = finite_array(start, "start")
    if first.shape != (2,):
        raise ValueError(f"start must hold a mean and a spread, got shape {first.shape}")
    mean, std = first.tolist()
    positive_array(std, "start[1]")
    positive_array(rate, "rate")
    entropy = mixture_entropy(p)
    if optimiser not in get_args(Optimiser):
        raise ValueError(
            f"optimiser must be 'gradient descent', 'Adam' or 'natural gradient', got {optimiser!r}"
        )
    most = np.array([p.std, 1.0])
    momentum = scale = np.zeros(2)
    path = []
    for step in range(1, steps + 2):
        value, slope = _slope(p, mean, std, direction, entropy)
        path.append((mean, std, value))
        gradient = slope / [std, 1.0]
        if optimiser == "natural gradient":
            move = slope * [std, 0.5]
        elif optimiser == "Adam":
            momentum = 0.9 * momentum + 0.1 * gradient
            scale = 0.999 * scale + 0.001 * gradient**2
            unbiased = np.sqrt(scale / (1 - 0.999**step)) + 1e-8
            move = momentum / (1 - 0.9**step) / unbiased
        else:
            move = gradient
        change = np.clip(-rate * move, -most, most)
        if np.abs(slope).max() < 1e-5 and np.abs(change / [std, 1.0]).max() < 1e-5:
            break
        mean, std = mean + float(change[0]), std * math.exp(change[1])
    means, stds, divergences = np.array(path).T
    return Descent(means, stds, divergences)


def _slope(
    p: GaussianMixture, mean: float, std: float, direction: Direction, entropy: float
) -> tuple[float, Array]:
    """Return the divergence, and its gradient by (mean / spread, log spread)."""
    height = math.log(std * math.sqrt(2 * math.pi))
    if direction == "forward":
        gap, narrowness = (mean - p.mean) / std, p.std / std
        value = height + (gap**2 + narrowness**2) / 2 - entropy
        slope = np.array([gap, 1 - narrowness**2 - gap**2])
    else:
        plain, once, twice = _expected_log(p, np.full(1, mean), std)[:, 0]
        value = -height - 0.5 - plain
        slope = np.array([-once, plain - twice - 1])
    return max(value, 0.0), slope


def _expected_log(p: GaussianMixture, means: Array, std: float) -> Array:
    """Return E[zᵏ log p(x)] for k = 0, 1, 2 of x = mean + std z, shape (3, m), z standard normal.

    All means share their nodes: panels of a grid 1.5 spreads wide wherever a Q lies, cut where
    log p bends. Panels between two such places count for nothing.
    """
    width = 1.5 * std
    cells = np.unique(np.floor(means / width)[:, None] + np.arange(-7, 9))
    edges = np.concatenate([cells * width, bends(p)])
    edges = np.sort(np.clip(edges, cells[0] * width, cells[-1] * width))
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half * (1 + NODES)).ravel()
    weighed = p.logpdf(x) * (half * WEIGHTS).ravel() / (std * math.sqrt(2 * math.pi))
    z = (x - means[:, None]) / std
    density = np.exp(-(z**2) / 2)
    return np.array([density @ weighed, (density * z) @ weighed, (density * z**2) @ weighed])
