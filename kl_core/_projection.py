"""The one Gaussian Q that stands for a mixture P: covering it, seeking a mode, and in between.

All of it rests on the α-divergence D_α, which is D(P‖Q) at α = 1 and D(Q‖P) at α = 0.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from kl_core._alpha import alpha_divergence, alpha_surface, alpha_values, check_alpha
from kl_core._descent import Descent, Optimiser, descend, kl_landscape
from kl_core._mixture import GaussianMixture, at_rest, gaussian
from kl_core._mixture_divergences import mixture_kl
from kl_core._optimise import Surface, distinct, minimise
from kl_core._validation import Array, finite_array, number

__all__ = [
    "Descent",
    "GaussianFit",
    "Optimiser",
    "alpha_divergence",
    "branch_breaks",
    "descend",
    "kl_landscape",
    "project_alpha",
    "project_alphas",
    "project_forward",
    "project_reverse",
]

# So many means are looked at, at most, before a search begins.
_MOST_COLUMNS = 2000


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

    def moved(self, by: float) -> "GaussianFit":
        """Return the same that far to the right."""
        return replace(self, mean=self.mean + by)


def project_forward(p: GaussianMixture, std: float | None = None) -> GaussianFit:
    """Return the Gaussian with the least D(P‖Q): the one with the mean and the spread of P.

    Parameters
    ----------
    p : GaussianMixture
        What is to be covered.
    std : float, optional
        The spread of Q, where it is held: then only its mean is chosen.

    Returns
    -------
    GaussianFit
        The only local optimum.

    Raises
    ------
    ValueError
        If `std` is not above 0.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, section 10.7: moment matching.

    Examples
    --------
    >>> fit = project_forward(GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8]))
    >>> print(fit.mean, round(fit.std, 6), round(fit.divergence, 6))
    0.0 2.624881 0.497582
    >>> held = project_forward(GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8]), std=1)
    >>> print(held.mean, held.std, round(held.divergence, 6))
    0.0 1.0 2.477546
    """
    spread = p.std if std is None else number(std, "std", above=0)
    return GaussianFit(p.mean, spread, mixture_kl(p, gaussian(p.mean, spread)))


def project_reverse(p: GaussianMixture, std: float | None = None) -> tuple[GaussianFit, ...]:
    """Return every Gaussian with a locally least D(Q‖P), the best first.

    Parameters
    ----------
    p : GaussianMixture
        What Q is to stay inside of.
    std : float, optional
        The spread of Q, where it is held: then only its mean is chosen.

    Returns
    -------
    tuple of GaussianFit
        At least one; more where P has modes that lie apart. Searched from the minima of a grid and
        from every run of neighbouring components, so that what a dense grid finds is among them,
        wherever P lies and in whatever unit.

    Raises
    ------
    ValueError
        If `std` is not above 0, or P has a component too narrow to be resolved beside the others.

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
    if std is None:
        return project_alpha(p, 0.0)
    held = number(std, "std", above=0)
    rest, origin = at_rest(p)
    return tuple(fit.moved(origin) for fit in _reverse_optima_of_mean(rest, held))


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
        If `alpha` does not lie between 0 and 1, or P has a component too narrow to be resolved
        beside the others.

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
    order = number(alpha, "alpha", least=0, most=1)
    rest, origin = at_rest(p)
    return tuple(fit.moved(origin) for fit in _optima(rest, order, _starts(rest)))


def project_alphas(p: GaussianMixture, alphas: ArrayLike) -> list[tuple[GaussianFit, ...]]:
    """Return what `project_alpha` does for each of several rising α, much faster.

    Each α starts from the optima of the one before and of the one after it; the ends and the middle
    are searched in full.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    alphas : array_like, shape (n,)
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
    ladder = _ladder(alphas)
    rest, origin = at_rest(p)
    starts = _starts(rest)
    searched = {0, ladder.size // 2, ladder.size - 1}
    found = [
        _optima(rest, alpha, starts) if step in searched else ()
        for step, alpha in enumerate(ladder.tolist())
    ]
    upwards = range(1, ladder.size)
    for steps, back in ((upwards, -1), (upwards[-2::-1], 1)):
        for step in steps:
            new = [fit for fit in found[step + back] if not _among(fit, found[step], 0.1)]
            if new:
                more = _optima(rest, ladder[step], np.array([(f.mean, f.std) for f in new]))
                found[step] = _distinct((*found[step], *more))
    return [tuple(fit.moved(origin) for fit in fits) for fits in found]


def branch_breaks(
    p: GaussianMixture, alphas: ArrayLike, optima: Sequence[Sequence[GaussianFit]]
) -> list[float]:
    """Return every α at which the best Q leaps from one branch of local optima to another.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    alphas : array_like, shape (n,)
        Rising, from 0 to 1.
    optima : sequence of sequences of GaussianFit, length n
        What `project_alphas` found for them.

    Returns
    -------
    list of float
        Where the two branches are equally good, to six digits; or, where one of them ends, the
        middle between the α before and the α after.

    Raises
    ------
    ValueError
        If an α does not lie between 0 and 1, they do not rise, or `optima` is not as long.

    Examples
    --------
    >>> p, alphas = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8]), np.linspace(0, 1, 21)
    >>> print([round(at, 4) for at in branch_breaks(p, alphas, project_alphas(p, alphas))])
    [0.173]
    """
    ladder = _ladder(alphas).tolist()
    if len(optima) != len(ladder):
        raise ValueError(f"optima must be as long as alphas, {len(ladder)}, got {len(optima)}")
    rest, origin = at_rest(p)
    there = [[fit.moved(-origin) for fit in fits] for fits in optima]
    found = []
    for (low, high), (before, after) in zip(pairwise(ladder), pairwise(there), strict=True):
        left, right = before[0], after[0]
        onwards, back = _nearest(left, after), _nearest(right, before)
        if _distance(left, onwards) < 0.5 and onwards.divergence <= right.divergence + 1e-9:
            continue
        if _distance(left, onwards) >= 0.5 or _distance(right, back) >= 0.5:
            found.append((low + high) / 2)
            continue

        def lead(alpha: float, left: GaussianFit = left, right: GaussianFit = right) -> float:
            fits = _optima(rest, alpha, np.array([(fit.mean, fit.std) for fit in (left, right)]))
            return _nearest(left, fits).divergence - _nearest(right, fits).divergence

        found.append(float(brentq(lead, low, high, xtol=1e-6)))
    return found


def _ladder(alphas: ArrayLike) -> Array:
    """Return `alphas` as floats, or raise ValueError unless they rise and lie between 0 and 1."""
    ladder = finite_array(alphas, "alphas")
    check_alpha(ladder, "alphas")
    if ladder.ndim != 1 or (np.diff(ladder) <= 0).any():
        raise ValueError(f"alphas must be a list of rising numbers, got {alphas!r}")
    return ladder


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


def _optima(p: GaussianMixture, alpha: float, starts: Array) -> tuple[GaussianFit, ...]:
    """Return the distinct local optima that Newton's method reaches from these starts."""
    if alpha == 1:
        return (project_forward(p),)

    def surface(places: Array) -> Surface:
        return alpha_surface(p, np.full(len(places), alpha), *places.T)

    found = minimise(surface, _moved, starts)
    places, values = found.places[found.optimal], found.values[found.optimal]
    fits = _distinct(
        GaussianFit(mean, std, value)
        for (mean, std), value in zip(places.tolist(), values.tolist(), strict=True)
    )
    means, stds = np.array([(fit.mean, fit.std) for fit in fits]).reshape(-1, 2).T
    values = alpha_values(p, np.full(len(fits), alpha), means, stds)
    return tuple(
        replace(fit, divergence=value) for fit, value in zip(fits, values.tolist(), strict=True)
    )


def _reverse_optima_of_mean(p: GaussianMixture, std: float) -> tuple[GaussianFit, ...]:
    """Return the distinct local optima of D(Q‖P) over the mean of a Q with this spread."""

    def surface(places: Array) -> Surface:
        spreads = np.full(len(places), std)
        value, slope, bend = alpha_surface(p, np.zeros(len(places)), places[:, 0], spreads)
        return Surface(value, slope[:, :1], bend[:, :1, :1])

    starts = _mean_starts(p, std)
    found = minimise(surface, lambda places, step: places + std * step, starts[:, None])
    means = found.places[found.optimal, 0]
    values = alpha_values(p, np.zeros(means.size), means, np.full(means.size, std))
    return _distinct(
        GaussianFit(mean, std, value)
        for mean, value in zip(means.tolist(), values.tolist(), strict=True)
    )


def _mean_starts(p: GaussianMixture, std: float) -> Array:
    """Return where to look for the mean: at each component, and in each dip of a fine grid."""
    means, stds = (np.array(each)[np.array(p.weights) > 0] for each in (p.means, p.stds))
    margin = 3 * max(std, stds.max())
    low, high = means.min() - margin, means.max() + margin
    # Averaged over Q, and over a mode of P, nothing finer is left.
    count = math.ceil(4 * (high - low) / max(std, stds.min()))
    columns = np.unique(np.append(np.linspace(low, high, min(count, _MOST_COLUMNS) + 1), means))
    [row] = kl_landscape(p, columns, [std], "reverse")
    dips = (row[1:-1] <= row[:-2]) & (row[1:-1] <= row[2:])
    return np.append(columns[1:-1][dips], means)


def _moved(places: Array, step: Array) -> Array:
    """Return mean and spread after a step in (mean / spread, log spread), shape (n, 2)."""
    mean, std = places.T
    return np.stack([mean + std * step[:, 0], std * np.exp(step[:, 1])], axis=-1)


def _distinct(fits: Iterable[GaussianFit]) -> tuple[GaussianFit, ...]:
    """Return the fits without repeats, the best first."""
    return tuple(
        distinct(
            fits,
            lambda fit: (round(fit.divergence, 10), fit.mean),
            lambda one, other: _distance(one, other) < 1e-4,
        )
    )


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
