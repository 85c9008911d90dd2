"""The one Gaussian Q that stands for a mixture P: covering it, seeking a mode, and in between.

All of it rests on the α-divergence D_α, which is D(P‖Q) at α = 1 and D(Q‖P) at α = 0: its value,
its gradient and its Hessian in (mean, log spread) come out of one quadrature for many Qs at once.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from kl_core.mixture import GaussianMixture, gaussian, mixture_entropy, mixture_kl
from kl_core.validation import (
    Array,
    at_least_one,
    check_broadcast,
    finite_array,
    floats,
    positive_array,
)

Direction = Literal["forward", "reverse"]
Optimiser = Literal["gradient descent", "Adam", "natural gradient"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
# Where panels begin around a component, in its spreads.
_STEPS = np.array([-12, -8.5, -6, -4, -2.5, -1.2, 0, 1.2, 2.5, 4, 6, 8.5, 12])
# How the panels that follow share out, by its logarithm, what a power of the density adds.
_BEYOND = np.linspace(0.25, 1, 4)


@dataclass(frozen=True)
class GaussianFit:
    """A Gaussian Q that no small change makes better.

    Attributes
    ----------
    mean, std : float
        Of Q.
    divergence : float
        What it was to make small, in nats.
    """

    mean: float
    std: float
    divergence: float


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


class _Surface(NamedTuple):
    """D_α at many Qs; derivatives are by (mean / spread, log spread)."""

    value: Array
    gradient: Array
    hessian: Array


def project_forward(p: GaussianMixture) -> GaussianFit:
    """Return the Gaussian with the least D(P‖Q): the one with the mean and the spread of P.

    Parameters
    ----------
    p : GaussianMixture
        What is to be covered.

    Returns
    -------
    GaussianFit
        The only local optimum.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, section 10.7: moment matching.

    Examples
    --------
    >>> fit = project_forward(GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8]))
    >>> print(fit.mean, round(fit.std, 6), round(fit.divergence, 6))
    0.0 2.624881 0.497582
    """
    return GaussianFit(p.mean, p.std, mixture_kl(p, gaussian(p.mean, p.std)))


def project_reverse(p: GaussianMixture) -> tuple[GaussianFit, ...]:
    """Return every Gaussian with a locally least D(Q‖P), the best first.

    Parameters
    ----------
    p : GaussianMixture
        What Q is to stay inside of.

    Returns
    -------
    tuple of GaussianFit
        At least one; more where P has modes that lie apart. Searched from the minima of a grid and
        from every run of neighbouring components, so that what a dense grid finds is among them.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, section 10.1.2 and figure 10.3.
    Minka (2005), "Divergence Measures and Message Passing", MSR-TR-2005-173.

    Examples
    --------
    >>> for fit in project_reverse(GaussianMixture([0.6, 0.4], [-2.5, 2.5], [0.8, 0.8])):
    ...     print(round(fit.mean, 4), round(fit.std, 4), round(fit.divergence, 4))
    -2.4936 0.8102 0.5086
    2.4898 0.8156 0.9127
    -0.3917 2.2324 0.952
    """
    return project_alpha(p, 0.0)


def project_alpha(p: GaussianMixture, alpha: float) -> tuple[GaussianFit, ...]:
    """Return every Gaussian with a locally least D_α(P‖Q), the best first.

    The α-divergence walks from D(Q‖P) at α = 0 to D(P‖Q) at α = 1, where it has both as its limits:
    D_α(P‖Q) = (1 - ∫ p(x)^α q(x)^(1-α) dx) / (α (1 - α)).

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    alpha : float
        From 0 to 1.

    Returns
    -------
    tuple of GaussianFit
        At least one.

    Raises
    ------
    ValueError
        If `alpha` does not lie between 0 and 1.

    References
    ----------
    Minka (2005), "Divergence Measures and Message Passing", MSR-TR-2005-173, eq. 5 and section 3.
    Amari (1985), *Differential-Geometrical Methods in Statistics*.

    Examples
    --------
    >>> p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    >>> for alpha in (0, 0.5, 1):
    ...     print([round(fit.std, 3) for fit in project_alpha(p, alpha)])
    [0.813, 0.813, 2.267]
    [2.534, 0.886, 0.886]
    [2.625]
    """
    _check_alpha(floats(alpha, "alpha"))
    if alpha == 1:
        return (project_forward(p),)
    return _optima(p, float(alpha), _starts(p))


def project_alphas(p: GaussianMixture, alphas: Sequence[float]) -> list[tuple[GaussianFit, ...]]:
    """Return what `project_alpha` does for each of several rising α, much faster.

    Each α starts from the optima of the one before and of the one after it; the ends and the middle
    are searched in full.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    alphas : sequence of float, length n
        Rising, from 0 to 1, and close enough together for optima to move little from one to the
        next.

    Returns
    -------
    list of tuples of GaussianFit, length n
        Each the best first.

    Raises
    ------
    ValueError
        If an α does not lie between 0 and 1, or they do not rise.
    """
    ladder = finite_array(alphas, "alphas")
    _check_alpha(ladder)
    if ladder.ndim != 1 or (np.diff(ladder) <= 0).any():
        raise ValueError(f"alphas must be a list of rising numbers, got {alphas!r}")
    starts = _starts(p)
    searched = {0, ladder.size // 2, ladder.size - 1}
    found = [
        _optima(p, alpha, starts) if step in searched else ()
        for step, alpha in enumerate(ladder.tolist())
    ]
    upwards = range(1, ladder.size)
    for steps, back in ((upwards, -1), (upwards[-2::-1], 1)):
        for step in steps:
            new = [fit for fit in found[step + back] if not _among(fit, found[step], 0.1)]
            if new:
                more = _optima(p, float(ladder[step]), np.array([(f.mean, f.std) for f in new]))
                found[step] = _distinct((*found[step], *more))
    return found


def branch_breaks(
    p: GaussianMixture, alphas: Sequence[float], optima: Sequence[Sequence[GaussianFit]]
) -> list[float]:
    """Return every α at which the best Q leaps from one branch of local optima to another.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    alphas : sequence of float, length n
        Rising.
    optima : sequence of sequences of GaussianFit, length n
        What `project_alphas` found for them.

    Returns
    -------
    list of float
        Where the two branches are equally good, to six digits; or, where one of them ends, the
        middle between the α before and the α after.

    Examples
    --------
    >>> p, alphas = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8]), np.linspace(0, 1, 21)
    >>> print([round(at, 4) for at in branch_breaks(p, alphas, project_alphas(p, alphas))])
    [0.173]
    """
    found = []
    for low, high, before, after in zip(
        alphas[:-1], alphas[1:], optima[:-1], optima[1:], strict=True
    ):
        left, right = before[0], after[0]
        onwards, back = _nearest(left, after), _nearest(right, before)
        if _distance(left, onwards) < 0.5 and onwards.divergence <= right.divergence + 1e-9:
            continue
        if _distance(left, onwards) >= 0.5 or _distance(right, back) >= 0.5:
            found.append((low + high) / 2)
            continue

        def lead(alpha: float, left: GaussianFit = left, right: GaussianFit = right) -> float:
            fits = _optima(p, alpha, np.array([(fit.mean, fit.std) for fit in (left, right)]))
            return _nearest(left, fits).divergence - _nearest(right, fits).divergence

        found.append(float(brentq(lead, low, high, xtol=1e-6)))
    return found


def alpha_divergence(
    p: GaussianMixture, means: ArrayLike, stds: ArrayLike, alpha: ArrayLike
) -> Array:
    """Return D_α(P‖Q) for many Gaussians Q at once, in nats; see `project_alpha`.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    means, stds : array_like, shapes that broadcast
        Of the Gaussians.
    alpha : array_like
        From 0 for D(Q‖P) to 1 for D(P‖Q); broadcasts with the rest.

    Returns
    -------
    ndarray, shape of the broadcast

    Raises
    ------
    ValueError
        If a number is out of its range, or shapes do not broadcast.

    Examples
    --------
    >>> p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    >>> print(alpha_divergence(p, 0, 2.624881, [0, 0.5, 1]).round(6))
    [1.057617 0.615939 0.497582]
    """
    mean, std = finite_array(means, "means"), positive_array(stds, "stds")
    order = finite_array(alpha, "alpha")
    _check_alpha(order)
    check_broadcast(means=mean, stds=std, alpha=order)
    mean, std, order = np.broadcast_arrays(mean, std, order)
    value = _surface(p, order.ravel(), mean.ravel(), std.ravel()).value
    return np.asarray(value.reshape(mean.shape))[()]


def kl_landscape(
    p: GaussianMixture, means: ArrayLike, stds: ArrayLike, direction: Direction
) -> Array:
    """Return the divergence of every Gaussian on a grid, in nats.

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

    Returns
    -------
    ndarray, shape (s, m)

    Raises
    ------
    ValueError
        If a number is out of its range, or `direction` is neither.

    Examples
    --------
    >>> p = GaussianMixture([1], [0], [1])
    >>> print(kl_landscape(p, [0, 1], [1, 2], "forward").round(6))
    [[0.       0.5     ]
     [0.318147 0.443147]]
    """
    _check(direction)
    mean, std = finite_array(means, "means"), positive_array(stds, "stds")
    for name, each in (("means", mean), ("stds", std)):
        if each.ndim != 1 or not each.size:
            raise ValueError(f"{name} must be a list of numbers, got shape {each.shape}")
    if direction == "forward":
        # D(P‖Q) = -H(P) - E_P[log q], and the last is known from P's moments alone.
        spread = np.log(std)[:, None] + math.log(2 * math.pi) / 2
        distance = ((p.mean - mean) ** 2 + p.std**2) / (2 * std[:, None] ** 2)
        return np.asarray(np.maximum(spread + distance - mixture_entropy(p), 0.0))
    # D(Q‖P) = -H(Q) - E_Q[log p].
    spread = np.log(std)[:, None] + math.log(2 * math.pi * math.e) / 2
    logs = np.array([_expected_log(p, mean, each)[0] for each in std])
    return np.asarray(np.maximum(-spread - logs, 0.0))


def descend(
    p: GaussianMixture,
    start: tuple[float, float],
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
    start : tuple of float
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
    _check(direction)
    at_least_one(steps=steps)
    mean, std = finite_array(start, "start").tolist()
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


def _check_alpha(alpha: Array) -> None:
    """Refuse an α that is outside the walk."""
    if not ((alpha >= 0) & (alpha <= 1)).all():
        raise ValueError(f"α must lie between 0 and 1, got {alpha.tolist()!r}")


def _check(direction: str) -> None:
    """Refuse a direction that is none."""
    if direction not in get_args(Direction):
        raise ValueError(f"direction must be 'forward' or 'reverse', got {direction!r}")


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


def _surface(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> _Surface:
    """Return D_α, its gradient and its Hessian for each of n Gaussians.

    With T = q (exp(α r) - 1)/α and r = log(p/q), the gradient is -∫ T ∂log q, for every α: T is
    q r at α = 0 and p - q at α = 1. W = p^α q^(1-α) is what the derivative of T brings.
    """
    x, weights = _nodes(p, alpha, mean, std)
    alpha, z = alpha[:, None], (x - mean[:, None]) / std[:, None]
    log_p = p.logpdf(x)
    log_q = -(z**2) / 2 - np.log(std * math.sqrt(2 * math.pi))[:, None]
    ratio = log_p - log_q
    q = np.exp(log_q)
    between = np.exp(log_q + alpha * ratio)
    order = np.where(alpha == 0, 1.0, alpha)
    small = np.clip(order * ratio, -1.0, 1.0)
    growth = np.where(small == order * ratio, q * np.expm1(small), between - q)
    tilt = np.where(alpha == 0, q * ratio, growth / order)
    powers = np.stack([np.ones_like(z), z, z**2, z**3, z**4], axis=-1)
    t = np.matmul((tilt * weights)[:, None, :], powers)[:, 0]
    w = np.matmul((between * weights)[:, None, :], powers)[:, 0]
    gradient = np.stack([-t[:, 1], t[:, 0] - t[:, 2]], axis=-1)
    across = w[:, 3] - w[:, 1] - t[:, 3] + 3 * t[:, 1]
    hessian = np.stack(
        [
            np.stack([w[:, 2] - t[:, 2] + t[:, 0], across], axis=-1),
            np.stack(
                [across, w[:, 4] - 2 * w[:, 2] + w[:, 0] - t[:, 4] + 4 * t[:, 2] - t[:, 0]], axis=-1
            ),
        ],
        axis=-1,
    )
    return _Surface(_value(alpha, tilt, ratio, log_p, weights), gradient, hessian)


def _value(alpha: Array, tilt: Array, ratio: Array, log_p: Array, weights: Array) -> Array:
    """Return D_α from what `_surface` has at its nodes."""
    if (alpha < 0.5).all():
        terms = -tilt / (1 - alpha)
    else:
        # Near α = 1 the same integral over P: p (1 - exp(-(1 - α) r)) / (1 - α), there p r.
        p, rest = np.exp(log_p), 1 - alpha
        order = np.where(rest == 0, 1.0, rest)
        small = np.clip(-order * ratio, -1.0, 1.0)
        between = np.exp(log_p - rest * ratio)
        growth = np.where(small == -order * ratio, p * np.expm1(small), between - p)
        over_p = np.where(rest == 0, p * ratio, -growth / order) / np.maximum(alpha, 0.5)
        terms = np.where(alpha < 0.5, -tilt / np.where(rest == 0, 1.0, rest), over_p)
    return np.asarray(np.maximum((terms * weights).sum(axis=-1), 0.0))


def _nodes(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> tuple[Array, Array]:
    """Return quadrature nodes and weights for each Q, shape (n, nodes)."""
    edges = [mean[:, None] + std[:, None] * _STEPS, np.tile(_bends(p), (mean.size, 1))]
    if ((alpha > 0) & (alpha < 1)).any():
        # Of a narrow P and a wide Q, p^α q^(1-α) is as wide as P's spread divided by √α.
        means, stds = np.array(p.means), np.array(p.stds)
        edges.append(_beyond(means, stds, alpha))
        edges.append(_beyond(mean[:, None], std[:, None], 1 - alpha))
    panels = np.sort(np.concatenate(edges, axis=1), axis=1)
    half = np.diff(panels)[..., None] / 2
    x = panels[:, :-1, None] + half * (1 + _NODES)
    return x.reshape(mean.size, -1), (half * _WEIGHTS).reshape(mean.size, -1)


def _beyond(means: Array, stds: Array, power: Array) -> Array:
    """Return edges outside a Gaussian that reach as far as its `power` does, shape (n, edges)."""
    wider = np.where(power > 0, 1 / np.sqrt(np.maximum(power, 1e-8)), 1.0)
    reach = _STEPS[-1] * stds[..., None] * wider[:, None, None] ** _BEYOND
    both = np.concatenate([means[..., None] - reach, means[..., None] + reach], axis=-1)
    return both.reshape(power.size, -1)


def _expected_log(p: GaussianMixture, means: Array, std: float) -> Array:
    """Return E[zᵏ log p(x)] for k = 0, 1, 2 of x = mean + std z, shape (3, m), z standard normal.

    All means share their nodes: panels of a grid 1.5 spreads wide wherever a Q lies, cut where
    log p bends. Panels between two such places count for nothing.
    """
    width = 1.5 * std
    cells = np.unique(np.floor(means / width)[:, None] + np.arange(-7, 9))
    edges = np.concatenate([cells * width, _bends(p)])
    edges = np.sort(np.clip(edges, cells[0] * width, cells[-1] * width))
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half * (1 + _NODES)).ravel()
    weighed = p.logpdf(x) * (half * _WEIGHTS).ravel() / (std * math.sqrt(2 * math.pi))
    z = (x - means[:, None]) / std
    density = np.exp(-(z**2) / 2)
    return np.array([density @ weighed, (density * z) @ weighed, (density * z**2) @ weighed])


@lru_cache(maxsize=64)
def _bends(p: GaussianMixture) -> Array:
    """Return edges of panels that lie close where p does, and where log p bends.

    Kept, because an optimiser asks for them at each of its steps.
    """
    edges = p.edges(_STEPS)
    edges.flags.writeable = False
    return edges


def _runs(p: GaussianMixture) -> Array:
    """Return mean and spread of every run of neighbouring components, shape (n, 2)."""
    order = [k for k in np.argsort(p.means) if p.weights[k] > 0]
    runs = []
    for first in range(len(order)):
        for last in range(first, len(order)):
            chosen = order[first : last + 1]
            weights = np.array([p.weights[k] for k in chosen])
            part = GaussianMixture(
                weights / weights.sum(), [p.means[k] for k in chosen], [p.stds[k] for k in chosen]
            )
            runs.append((part.mean, part.std))
    return np.array(runs)


@lru_cache(maxsize=16)
def _starts(p: GaussianMixture) -> Array:
    """Return where to look for local optima: minima of a coarse grid, and runs of components."""
    runs = _runs(p)
    means, stds = np.array(p.means), np.array(p.stds)
    # D(Q‖P) has no optimum narrower than the narrowest component: there its slope is below 0.
    widest = max(2 * p.std, stds.max())
    rows = max(16, math.ceil(6 * math.log(widest / stds.min())))
    heights = np.geomspace(stds.min(), widest, rows)
    columns = (means[:, None] + stds[:, None] * np.linspace(-3, 3, 13)).ravel()
    between = np.linspace(means.min(), means.max(), 49)
    columns = np.unique(np.concatenate([columns, between, runs[:, 0]]))
    floor = np.pad(kl_landscape(p, columns, heights, "reverse"), 1, constant_values=math.inf)
    inner = floor[1:-1, 1:-1]
    around = [
        floor[1 + down : floor.shape[0] - 1 + down, 1 + right : floor.shape[1] - 1 + right]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    ]
    row, column = np.nonzero(np.all([inner <= each for each in around], axis=0))
    return np.concatenate([runs, np.stack([columns[column], heights[row]], axis=1)])


def _newton(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> list[GaussianFit]:
    """Return the local optimum that Newton's method reaches from each start, where it is one.

    A step goes down and never farther than its own trust region, which shrinks where D rose.
    """
    surface = _surface(p, alpha, mean, std)
    reach, active = np.full(mean.size, 1.0), np.ones(mean.size, dtype=bool)
    mean, std = mean.copy(), std.copy()
    for _ in range(100):
        gradient, hessian = surface.gradient[active], surface.hessian[active]
        step = _step(gradient, hessian, reach[active])
        trial_mean = mean[active] + step[:, 0] * std[active]
        trial_std = std[active] * np.exp(step[:, 1])
        trial = _surface(p, alpha[active], trial_mean, trial_std)
        # At the bottom only rounding is left of the difference.
        better = trial.value <= surface.value[active] + 1e-14 * (1 + surface.value[active])
        index = np.flatnonzero(active)
        taken = index[better]
        mean[taken], std[taken] = trial_mean[better], trial_std[better]
        for old, new in zip(surface, trial, strict=True):
            old[taken] = new[better]
        reach[index] = np.where(better, np.minimum(2 * reach[index], 1.0), reach[index] / 4)
        small = np.abs(step).max(axis=1) < 1e-10
        active[index[(small & better) | (reach[index] < 1e-12)]] = False
        if not active.any():
            break
    lowest = np.linalg.eigvalsh(surface.hessian)[:, 0]
    good = (np.abs(surface.gradient).max(axis=1) < 1e-7) & (lowest > -1e-7)
    return [
        GaussianFit(float(mean[k]), float(std[k]), float(surface.value[k]))
        for k in np.flatnonzero(good)
    ]


def _step(gradient: Array, hessian: Array, reach: Array) -> Array:
    """Return Newton's step where the surface is a bowl, else the natural gradient's."""
    natural = -gradient / [1.0, 2.0]
    trace = hessian[:, 0, 0] + hessian[:, 1, 1]
    determinant = hessian[:, 0, 0] * hessian[:, 1, 1] - hessian[:, 0, 1] ** 2
    bowl = (determinant > 1e-12) & (trace > 0)
    safe = np.where(bowl, determinant, 1.0)
    newton = (
        np.stack(
            [
                hessian[:, 0, 1] * gradient[:, 1] - hessian[:, 1, 1] * gradient[:, 0],
                hessian[:, 0, 1] * gradient[:, 0] - hessian[:, 0, 0] * gradient[:, 1],
            ],
            axis=-1,
        )
        / safe[:, None]
    )
    step = np.where(bowl[:, None], newton, natural)
    length = np.abs(step).max(axis=1)
    shrink: Array = np.minimum(1.0, reach / np.maximum(length, 1e-300))
    return np.asarray(step * shrink[:, None])


def _optima(p: GaussianMixture, alpha: float, starts: Array) -> tuple[GaussianFit, ...]:
    """Return the distinct local optima that Newton's method reaches from these starts."""
    if alpha == 1:
        return (project_forward(p),)
    return _distinct(_newton(p, np.full(len(starts), alpha), *starts.T))


def _distinct(fits: Iterable[GaussianFit]) -> tuple[GaussianFit, ...]:
    """Return the fits without repeats, the best first."""
    kept: list[GaussianFit] = []
    for fit in sorted(fits, key=lambda each: (round(each.divergence, 10), each.mean)):
        if not _among(fit, kept, 1e-4):
            kept.append(fit)
    return tuple(kept)


def _distance(one: GaussianFit, other: GaussianFit) -> float:
    """Return how far two fits lie apart, in spreads or in log spread, whichever is more."""
    gap = abs(one.mean - other.mean) / min(one.std, other.std)
    return max(gap, abs(math.log(one.std / other.std)))


def _nearest(fit: GaussianFit, others: Iterable[GaussianFit]) -> GaussianFit:
    """Return the fit that lies closest."""
    return min(others, key=lambda each: _distance(fit, each))


def _among(fit: GaussianFit, others: Iterable[GaussianFit], near: float) -> bool:
    """Say whether another fit is as near as that."""
    return any(_distance(fit, each) < near for each in others)
