"""Two mixtures on a line compared to all digits, however close they are.

Where p is nearly q, log p - log q cancels. Components that resemble each other are set side by side
instead, and what one differs from the other by follows from the differences of their parameters.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kl_core._parts import Parts
from kl_core._validation import Array

# Where log p and log q lie closer than this, in nats, their difference has lost digits.
_NEAR = 0.1
# What rounds in a log-ratio of components, for each nat.
_ROUNDING = 1e-15

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
# From 0 to 1.
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


class Pairs(NamedTuple):
    """Which components of P and of Q stand side by side, and with how much weight.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Of each pair; those with one component add up to its weight.
    of_p, of_q : ndarray of int, shape (n,)
        The component of each.
    """

    weights: Array
    of_p: NDArray[np.intp]
    of_q: NDArray[np.intp]


def pair_up(p_weights: Array, q_weights: Array, distances: Array) -> Pairs:
    """Set the components of two mixtures side by side, the closest first.

    The weights count as if each mixture's summed to 1, and are shared out without rounding, so that
    only a true difference is left between a component and the same one split in two.

    Parameters
    ----------
    p_weights, q_weights : ndarray, shapes (k,) and (l,)
        All above 0.
    distances : ndarray, shape (k, l)
        Of each component of P from each of Q.

    Returns
    -------
    Pairs
        At most k + l - 1.

    Examples
    --------
    >>> pairs = pair_up(np.array([0.5, 0.5]), np.array([0.75, 0.25]), np.array([[0, 9], [9, 0]]))
    >>> print(pairs.weights, pairs.of_p, pairs.of_q)
    [0.5  0.25 0.25] [0 1 1] [0 1 0]
    """
    left_p, left_q = _shares(p_weights), _shares(q_weights)
    found = []
    for place in np.argsort(distances, axis=None, kind="stable").tolist():
        i, j = divmod(place, len(left_q))
        share = min(left_p[i], left_q[j])
        if share:
            found.append((float(share), i, j))
            left_p[i] -= share
            left_q[j] -= share
    weights, of_p, of_q = zip(*found, strict=True)
    return Pairs(np.array(weights), np.array(of_p), np.array(of_q))


def noise_of(pairs: Pairs, distances: Array) -> float:
    """Return what rounding adds to a log-ratio, which grows with what pairs differ by."""
    return _ROUNDING * float(pairs.weights @ np.minimum(distances[pairs.of_p, pairs.of_q], 1.0))


def _shares(weights: Array) -> list[Fraction]:
    """Return the weights, divided by their sum, without rounding."""
    exact = [Fraction(weight) for weight in weights.tolist()]
    total = sum(exact)
    return [weight / total for weight in exact]


@dataclass(frozen=True)
class Comparison:
    """Two mixtures, side by side.

    Attributes
    ----------
    p, q : Parts
        Measured from the same origin.
    pairs : Pairs
        Their components.
    steps : ndarray, shape (4, n, 1)
        How the components of each pair differ, as `compare` has it.
    noise : float
        Of the rounding in a log-ratio.
    """

    p: Parts
    q: Parts
    pairs: Pairs
    steps: Array
    noise: float

    def moved(self, origin: float) -> "Comparison":
        """Return the same, measured from there."""
        return replace(self, p=self.p.moved(origin), q=self.q.moved(origin))

    def log_ratio(self, x: Array) -> tuple[Array, Array, Array]:
        """Return log p(x), log q(x) and log(p(x)/q(x)), each of shape (n,)."""
        log_p, log_q = self.p.logpdf(x), self.q.logpdf(x)
        with np.errstate(invalid="ignore"):
            ratio = log_p - log_q
            near = np.abs(ratio) < _NEAR
        if near.any():
            ratio[near] = self._near_ratio(x[near], log_q[near])
        return log_p, log_q, ratio

    def _near_ratio(self, x: Array, log_q: Array) -> Array:
        """Return log(p/q) from how the components of each pair differ."""
        at_p, at_q, step = self._places(x)
        weights, widening = np.log(self.pairs.weights[:, None]), self.steps[3]
        heights = weights - np.log(self.q.stds[self.pairs.of_q, None]) - math.log(2 * math.pi) / 2
        with np.errstate(all="ignore"):
            change = -widening - step * (at_q + step / 2)
            log_n, log_m = heights - widening - at_p**2 / 2, heights - at_q**2 / 2
            return near_log_ratio(change, log_n - log_q, log_m - log_q)

    def cdf_gap(self, x: Array) -> Array:
        """Return how much more of P than of Q lies at or below x, shape (n,)."""
        at_p, at_q, step = self._places(x)
        close = np.abs(step) < 0.5
        small = np.where(close, step, 0.0)
        between = np.where(close, at_q, 0.0)[..., None] + small[..., None] * _NODES
        with np.errstate(over="ignore"):
            density = np.exp(-(between**2) / 2) @ (_WEIGHTS / math.sqrt(2 * math.pi))
        # Above the middle a distribution function is close to 1, and what is missing is not.
        side = np.where(at_q > 0, -1.0, 1.0)
        far = side * (ndtr(side * at_p) - ndtr(side * at_q))
        gaps: Array = self.pairs.weights @ np.where(close, small * density, far)
        return gaps

    def _places(self, x: Array) -> tuple[Array, Array, Array]:
        """Return x in spreads from N's mean and from M's, and the difference, shape (pairs, n)."""
        i, j = self.pairs.of_p[:, None], self.pairs.of_q[:, None]
        gaps, stretches, p_stds, _ = self.steps
        with np.errstate(over="ignore"):
            at_p = (x - self.p.means[i]) / self.p.stds[i]
            at_q = (x - self.q.means[j]) / self.q.stds[j]
            return at_p, at_q, (gaps + at_q * stretches) / p_stds


def compare(p: Parts, q: Parts) -> Comparison:
    """Return two mixtures side by side.

    Examples
    --------
    >>> from kl_core._mixture import gaussian
    >>> side_by_side = compare(gaussian(1e-20, 1).parts, gaussian(0, 1).parts)
    >>> print(side_by_side.log_ratio(np.array([2.0]))[2])
    [2.e-20]
    """
    with np.errstate(over="ignore", divide="ignore"):
        gaps = q.means - p.means[:, None]
        stretches = q.stds - p.stds[:, None]
        excess = -stretches / q.stds
        widening = np.where(
            np.abs(excess) < 0.5,
            np.log1p(np.clip(excess, -0.5, 0.5)),
            np.log(p.stds)[:, None] - np.log(q.stds),
        )
        distances = np.abs(gaps) / np.minimum(p.stds[:, None], q.stds) + np.abs(widening)
    pairs = pair_up(p.weights, q.weights, distances)
    at = pairs.of_p, pairs.of_q
    steps = np.stack([gaps[at], stretches[at], p.stds[pairs.of_p], widening[at]])[..., None]
    return Comparison(p, q, pairs, steps, noise_of(pairs, distances))


def near_log_ratio(change: Array, log_n: Array, log_m: Array) -> Array:
    """Return log(p/q) = log(1 + Σ w (N - M)/q) over pairs of components N of P and M of Q.

    Parameters
    ----------
    change : ndarray, shape (pairs, n)
        log(N/M).
    log_n, log_m : ndarray, shape (pairs, n)
        log(w N/q) and log(w M/q).

    Examples
    --------
    >>> print(near_log_ratio(np.array([[1e-20]]), np.zeros((1, 1)), np.zeros((1, 1))))
    [1.e-20]
    """
    close = np.abs(change) < 1
    rise = np.exp(log_m) * np.expm1(np.where(close, change, 0.0))
    return np.asarray(np.log1p(np.where(close, rise, np.exp(log_n) - np.exp(log_m)).sum(axis=0)))
