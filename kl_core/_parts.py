"""The components of a mixture on a line, measured from wherever doubles are finest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kl_core._validation import Array

# Where panels begin around a component, in its spreads; beyond the last lies less than 1e-32 of it.
STEPS = np.array([-12.0, -5.0, -2.5, -1.0, 0.0, 1.0, 2.5, 5.0, 12.0])
# The same around a crossing of two components, in its widths.
_AT_CROSSINGS = np.array([-32.0, -14.0, -6.0, -2.5, 0.0, 2.5, 6.0, 14.0, 32.0])
# A component this much less dense than the densest, in nats, bends log p no more.
_HIDDEN = 30.0
# A crossing this many times as far out as the mixture is wide lies where nothing counts.
_FAR = 1e6
# Components more than so many spreads apart share no origin.
_APART = 1000.0
# A component this many of its spreads from the origin is resolved to about eight digits.
RESOLVED = 1e8


@dataclass(frozen=True, eq=False)
class Parts:
    """The components of a mixture that weigh anything.

    Attributes
    ----------
    weights, means, stds : ndarray, shape (k,)
        Of each; the means from some origin.
    total : float
        What the weights of the mixture sum to, which rounding may carry away from 1.
    """

    weights: Array
    means: Array
    stds: Array
    total: float

    @cached_property
    def heights(self) -> Array:
        """log(w/(σ√2π)), where each is densest, shape (k,)."""
        return np.log(self.shares / self.stds) - math.log(2 * math.pi) / 2

    @property
    def shares(self) -> Array:
        """The weights, divided by their sum."""
        return self.weights / self.total

    def moved(self, origin: float) -> "Parts":
        """Return the same, measured from there."""
        if not origin:
            return self
        with np.errstate(over="ignore"):
            return replace(self, means=self.means - origin)

    def only(self, members: NDArray[np.intp]) -> "Parts":
        """Return these components alone, with the shares they have."""
        return Parts(self.weights[members], self.means[members], self.stds[members], self.total)

    def logpdf(self, x: Array) -> Array:
        """Return log p(x), the shape of `x`; ``-inf`` only where its size is no double."""
        # Component by component, so that no array is larger than x.
        with np.errstate(over="ignore"):
            logs = [
                height - ((x - mean) / std) ** 2 / 2
                for height, mean, std in zip(self.heights, self.means, self.stds, strict=True)
            ]
        return log_total(logs)

    def cdf(self, x: Array) -> Array:
        """Return how much lies at or below x, the shape of `x`."""
        with np.errstate(over="ignore"):
            share: Array = ndtr((x[..., None] - self.means) / self.stds) @ self.shares
        return share

    def edges(self, steps: Array = STEPS) -> Array:
        """Return positions between which p and log p are smooth, in no order.

        They lie close around every component, `steps` of its spread apart, and wherever one
        component takes over from another.
        """
        with np.errstate(over="ignore"):
            around = self.means[:, None] + self.stds[:, None] * steps
        return np.concatenate([around.ravel(), self._crossings])

    @cached_property
    def _crossings(self) -> Array:
        """Return positions around each point where the densest component changes."""
        heights, means, stds = self.heights, self.means, self.stds
        i, j = np.triu_indices(means.size, 1)
        if not i.size:
            return np.empty(0)
        # log w N(x; μ, σ) is a parabola; two meet where their difference a x² + b x + c is 0.
        # Measured from the first one's mean, so that far-off pairs keep their digits.
        with np.errstate(all="ignore"):
            gap, precision = means[j] - means[i], 1 / stds**2
            a = (precision[j] - precision[i]) / 2
            b = -gap * precision[j]
            c = heights[i] - heights[j] + gap**2 * precision[j] / 2
            root = np.sqrt(b**2 - 4 * a * c)
            far = -(b + np.copysign(root, b)) / 2
            offsets = np.concatenate([far / a, c / far])
            slopes = np.abs(2 * np.tile(a, 2) * offsets + np.tile(b, 2))
            widths = 1 / np.maximum(slopes, np.sqrt(2 * np.abs(np.tile(a, 2))))
            i = np.tile(i, 2)
            reach = _FAR * (np.ptp(means) + stds.max())
            near = (np.abs(offsets) < reach) & (widths < reach)
            points, widths, i = means[i[near]] + offsets[near], widths[near], i[near]
            logs = heights - ((points[:, None] - means) / stds) ** 2 / 2
        top = logs[np.arange(points.size), i] > logs.max(axis=1) - _HIDDEN
        edges: Array = (points[top, None] + widths[top, None] * _AT_CROSSINGS).ravel()
        return edges


class Stretch(NamedTuple):
    """A part of the line, with what lies there measured from its own origin.

    Attributes
    ----------
    members : ndarray of int, shape (n,)
        The components that lie there.
    origin : float
        From where they are measured.
    low, high : float
        The ends of the stretch, from the origin; beyond lies less than 1e-32 of each member.
    """

    members: NDArray[np.intp]
    origin: float
    low: float
    high: float

    def panels(self, *mixtures: Parts) -> Array:
        """Return rising positions between which these mixtures, so measured, are smooth."""
        edges = np.concatenate([[self.low, self.high], *(each.edges() for each in mixtures)])
        return np.unique(edges[(edges >= self.low) & (edges <= self.high)])


def stretches(means: Array, stds: Array, name: str) -> list[Stretch]:
    """Return the stretches of the line where components lie, from left to right.

    Components a thousand spreads apart or more lie on different ones, so that none is too far from
    its origin for doubles to resolve it.

    Raises
    ------
    ValueError
        If a component is still too narrow for that, beside one that is far wider; `name` is what
        the mixture is called.

    Examples
    --------
    >>> for each in stretches(np.array([1e9, 0, 1e9 + 1]), np.array([1.0, 2.0, 1.0]), "p"):
    ...     print(each.members, each.origin, each.low, each.high)
    [1] 0.0 -24.0 24.0
    [0 2] 1000000000.0 -12.0 13.0
    """
    with np.errstate(over="ignore"):
        low, high = means - _APART * stds, means + _APART * stds
    if low.max() <= high.min():
        return [_stretch(means, stds, np.arange(means.size), name)]
    order = np.argsort(low)
    apart = low[order][1:] > np.maximum.accumulate(high[order])[:-1]
    return [
        _stretch(means, stds, np.sort(members), name)
        for members in np.split(order, np.flatnonzero(apart) + 1)
    ]


def origin_of(means: Array, stds: Array) -> float:
    """Return where to measure from: the narrowest component, if no mean then needs rounding.

    Doubles within a factor of two of each other subtract exactly.
    """
    place = float(means[np.argmin(stds)])
    return place if (np.abs(means - place) <= abs(place) / 2).all() else 0.0


def check_resolved(means: Array, stds: Array, origin: float, name: str) -> None:
    """Raise ValueError if doubles are too coarse for a component, measured from that origin."""
    for mean, std in zip((means - origin).tolist(), stds.tolist(), strict=True):
        if abs(mean) > RESOLVED * std:
            raise ValueError(
                f"{name} has a component with std {std!r} at {mean + origin!r}: beside the others "
                f"it must lie within {RESOLVED:g} of its spreads of {origin!r} to be resolved"
            )


def _stretch(means: Array, stds: Array, members: NDArray[np.intp], name: str) -> Stretch:
    """Return the stretch of these components."""
    means, stds = means[members], stds[members]
    origin = origin_of(means, stds)
    check_resolved(means, stds, origin, name)
    with np.errstate(over="ignore"):
        ends = means - origin + STEPS[[0, -1], None] * stds
    return Stretch(members, origin, float(ends.min()), float(ends.max()))


def log_total(logs: Sequence[Array]) -> Array:
    """Return the logarithm of the sum of what these arrays of one shape are logarithms of.

    Without underflow, and several times as fast as `scipy.special.logsumexp` on a stack of them.

    Examples
    --------
    >>> print(log_total([np.array(-1000.0), np.array(-1000.0)]) == np.log(2) - 1000)
    True
    """
    largest = np.maximum.reduce(logs)
    if len(logs) == 1:
        return np.asarray(largest)
    # The largest alone adds 1; where even that is -inf, their difference is NaN.
    with np.errstate(invalid="ignore"):
        shares = np.fmax(sum(np.exp(each - largest) for each in logs), 1.0)
    return np.asarray(largest + np.log(shares))


def parts_of(weights: Array, means: Array, stds: Array) -> Parts:
    """Return the components that weigh anything."""
    some = weights > 0
    return Parts(weights[some], means[some], stds[some], math.fsum(weights))
