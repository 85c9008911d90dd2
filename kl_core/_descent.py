"""D(P‖Q) and D(Q‖P) as landscapes over the Gaussians Q, and how optimisers walk down there."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from kl_core._alpha import CLOSE, FAR, NODES, WEIGHTS, alpha_values, bends
from kl_core._mixture import GaussianMixture, at_rest
from kl_core._mixture_divergences import mixture_entropy
from kl_core._validation import (
    Array,
    Direction,
    check_direction,
    finite_array,
    log_of_base,
    number,
    positive_array,
    whole,
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
        ``inf`` where the divergence is above the largest double.

    Raises
    ------
    ValueError
        If a number is out of its range, `direction` is neither, P has a component too narrow to be
        resolved beside the others, or `base` is not above 1.

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
    rest, origin = at_rest(p)
    if direction == "forward":
        values = _forward(rest, mean - origin, std[:, None])
    else:
        # D(Q‖P) = -H(Q) - E_Q[log p].
        spread = np.log(std)[:, None] + math.log(2 * math.pi * math.e) / 2
        logs = np.array([_expected_log(rest, mean - origin, each)[0] for each in std])
        values = -spread - logs
    return _exact(rest, mean - origin, std[:, None], direction, values) / nats


def _forward(p: GaussianMixture, mean: Array, std: Array) -> Array:
    """Return D(P‖Q) = -H(P) - E_P[log q], the last from P's moments alone."""
    spread = np.log(std) + math.log(2 * math.pi) / 2
    with np.errstate(over="ignore"):
        distance = (((p.mean - mean) / std) ** 2 + (p.std / std) ** 2) / 2
    return np.asarray(spread + distance - mixture_entropy(p))


def _exact(
    p: GaussianMixture, mean: Array, std: Array, direction: Direction, values: Array
) -> Array:
    """Return these divergences with those replaced that have lost digits: very close, or far."""
    mean, std = (np.broadcast_to(each, values.shape) for each in (mean, std))
    poor = values < CLOSE
    if direction == "reverse":
        poor |= np.abs(mean) > FAR * std
    exact = values.copy()
    if poor.any():
        alpha = np.full(int(poor.sum()), 1.0 if direction == "forward" else 0.0)
        exact[poor] = alpha_values(p, alpha, mean[poor], std[poor])
    return exact


def descend(
    p: GaussianMixture,
    start: ArrayLike,
    direction: Direction,
    *,
    optimiser: Optimiser = "natural gradient",
    rate: float = 0.1,
    steps: int = 200,
    hold_std: bool = False,
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
    hold_std : bool
        Whether the spread stays where it starts, so that the mean alone moves.

    Returns
    -------
    Descent

    Raises
    ------
    ValueError
        If a number is out of its range, `direction` or `optimiser` is none of the above, P has a
        component too narrow to be resolved beside the others, or the divergence of `start` is above
        the largest double.

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
    steps = whole(steps, "steps")
    first = finite_array(start, "start")
    if first.shape != (2,):
        raise ValueError(f"start must hold a mean and a spread, got shape {first.shape}")
    number(first[1], "start[1]", above=0)
    rate = number(rate, "rate", above=0)
    if optimiser not in get_args(Optimiser):
        raise ValueError(
            f"optimiser must be 'gradient descent', 'Adam' or 'natural gradient', got {optimiser!r}"
        )
    rest, origin = at_rest(p)
    entropy = mixture_entropy(rest)
    mean, std = float(first[0]) - origin, float(first[1])
    if not math.isfinite(_slope(rest, mean, std, direction, entropy)[0]):
        raise ValueError(
            f"start is {first.tolist()!r}: so far from P the divergence is above the largest double"
        )
    most = np.array([p.std, 1.0])
    momentum = scale = np.zeros(2)
    path = []
    for step in range(1, steps + 2):
        value, slope = _slope(rest, mean, std, direction, entropy)
        if hold_std:
            slope[1] = 0.0
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
    means, stds, values = np.array(path).T
    divergences = _exact(rest, means, stds, direction, values)
    # The start is where it was put, without rounding.
    return Descent(np.append(first[0], means[1:] + origin), stds, divergences)


def _slope(
    p: GaussianMixture, mean: float, std: float, direction: Direction, entropy: float
) -> tuple[float, Array]:
    """Return the divergence, and its gradient by (mean / spread, log spread)."""
    height = math.log(std) + math.log(2 * math.pi) / 2
    if direction == "forward":
        gap, narrowness = np.float64(mean - p.mean) / std, np.float64(p.std) / std
        with np.errstate(over="ignore"):
            squares = gap**2 + narrowness**2
        value = height + squares / 2 - entropy
        slope = np.array([gap, 1 - squares])
    else:
        # From afar it is Q that doubles must resolve.
        there, at = (p.moved(mean), 0.0) if abs(mean) > FAR * std else (p, mean)
        plain, once, twice = _expected_log(there, np.full(1, at), std)[:, 0]
        value = -height - 0.5 - plain
        with np.errstate(invalid="ignore"):
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
    edges = np.unique(np.clip(edges, cells[0] * width, cells[-1] * width))
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half * (1 + NODES)).ravel()
    weighed = p.logpdf(x) * (half * WEIGHTS).ravel() / (std * math.sqrt(2 * math.pi))
    with np.errstate(over="ignore", invalid="ignore"):
        z = (x - means[:, None]) / std
        density = np.exp(-(z**2) / 2)
        return np.array([density @ weighed, (density * z) @ weighed, (density * z**2) @ weighed])
