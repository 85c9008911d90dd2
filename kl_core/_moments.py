"""How far off k1, k2 and k3 are when Q and P are Gaussians: what one draw is like, exactly.

Of D(Q‖P) with draws from Q, in nats, as in `kl_core._estimators`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw, ndtr

from kl_core._estimators import k3
from kl_core._gaussian import gaussian_kl
from kl_core._validation import (
    Array,
    NumberOrArray,
    check_broadcast,
    finite_array,
    positive_array,
    whole,
)

# Closer Gaussians than this make k3's closed form cancel; there few nodes are exact.
_CLOSE = 0.1
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Moments:
    """What one draw of an estimator is like, exactly.

    Attributes
    ----------
    mean, std : float or ndarray, shape (...)
        In nats; the standard deviation may be ``inf``.
    truth : float or ndarray, shape (...)
        D(Q‖P), in nats.
    """

    mean: NumberOrArray
    std: NumberOrArray
    truth: NumberOrArray

    @property
    def bias(self) -> NumberOrArray:
        """By how much the mean misses the truth, in nats, shape (...)."""
        return self.mean - self.truth

    def standard_error(self, draws: int) -> NumberOrArray:
        """Return the standard deviation of the mean of so many draws, in nats, shape (...)."""
        return self.std / math.sqrt(whole(draws, "draws"))

    def typical_error(self, draws: int) -> NumberOrArray:
        """Return the root of the mean squared error of that mean, in nats, shape (...)."""
        return np.hypot(self.bias, self.standard_error(draws))


def gaussian_moments(
    mean_q: ArrayLike, std_q: ArrayLike, mean_p: ArrayLike, std_p: ArrayLike
) -> dict[str, Moments]:
    """Return what one draw of k1, k2 and k3 is like when Q and P are Gaussians, in closed form.

    With z the draw in spreads of Q, log(q/p) = a·z² + b·z + c: its moments follow from the
    cumulants of such a form, and k3 needs E[p²/q²] besides, which is infinite once P is √2 times
    as wide as Q or wider.

    Parameters
    ----------
    mean_q, mean_p : array_like, shapes that broadcast
        Means of Q, which is drawn from, and P.
    std_q, std_p : array_like, shapes that broadcast
        Standard deviations, above 0.

    Returns
    -------
    dict of str to Moments
        For "k1", "k2" and "k3", in nats.

    Raises
    ------
    ValueError
        If a mean is not finite, a standard deviation is not finite and above 0, or shapes do not
        broadcast.

    References
    ----------
    J. Schulman (2020), "Approximating KL Divergence", http://joschu.net/blog/kl-approx.html: the
    same by simulation.

    Mathai & Provost (1992), *Quadratic Forms in Random Variables*, chapter 3, for the cumulants.

    Examples
    --------
    >>> far = gaussian_moments(0, 1, 1, 1)
    >>> {name: round(float(each.std / each.truth), 2) for name, each in far.items()}
    {'k1': 2.0, 'k2': 1.73, 'k3': 1.7}
    """
    a, b, ratio, _, gap = _quadratic(mean_q, std_q, mean_p, std_p)
    truth = gaussian_kl(mean_q, std_q, mean_p, std_p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        second = 2 * a**2 + b**2
        third = 8 * a**3 + 6 * a * b**2
        fourth = 48 * a**4 + 48 * a**2 * b**2
        of_square = 4 * truth**2 * second + 4 * truth * third + fourth + 2 * second**2
        of_k3 = _k3_variance(a, b, ratio, gap, truth)
        half_square = (second + truth**2) / 2
    return {
        "k1": Moments(truth, _root(second), truth),
        "k2": Moments(half_square, _root(of_square) / 2, truth),
        "k3": Moments(truth, _root(of_k3), truth),
    }


def chance_below_zero(
    mean_q: ArrayLike, std_q: ArrayLike, mean_p: ArrayLike, std_p: ArrayLike
) -> NumberOrArray:
    """Return how often one draw of k1 is below 0 when Q and P are Gaussians: the chance of p > q.

    Parameters
    ----------
    mean_q, mean_p : array_like, shapes that broadcast
        Means of Q, which is drawn from, and P.
    std_q, std_p : array_like, shapes that broadcast
        Standard deviations, above 0.

    Returns
    -------
    float or ndarray, shape of the broadcast
        0 where Q = P.

    Raises
    ------
    ValueError
        If a mean is not finite, a standard deviation is not finite and above 0, or shapes do not
        broadcast.

    Examples
    --------
    >>> print(chance_below_zero(0, 1, 0.1, 1).round(4))
    0.4801
    """
    a, b, ratio, logarithm, gap = _quadratic(mean_q, std_q, mean_p, std_p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        c = gap**2 / 2 - logarithm
        # The root of b² - 4ac, written so that nothing cancels.
        root = np.sqrt(gap**2 + 4 * a * logarithm)
        far = -(b + np.copysign(root, b)) / 2
        # Q and P cross where a·z² + b·z + c is 0, with one width at one finite place.
        low, high = np.sort(np.stack([far / a, c / far]), axis=0)
    between = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    chance = np.where(ratio < 1, ndtr(low) + ndtr(-high), between)
    # Q = P cross nowhere; and where numbers overflow, only where Q never draws.
    return np.where(np.isnan(chance), 0.0, chance)[()]


def k3_noisier_beyond() -> float:
    """Return the D(Q‖P) in nats beyond which k3 is noisier than k1, for Gaussians of one width.

    With u the squared gap in spreads, their variances are e^u - 1 - u and u, equal where
    e^u = 1 + 2u; there D is u/2.

    Examples
    --------
    >>> round(k3_noisier_beyond(), 4)
    0.6282
    """
    return float(-0.5 - lambertw(-math.exp(-0.5) / 2, k=-1).real) / 2


def _quadratic(
    mean_q: ArrayLike, std_q: ArrayLike, mean_p: ArrayLike, std_p: ArrayLike
) -> tuple[Array, Array, Array, Array, Array]:
    """Return a, b of log(q/p) = a·z² + b·z + c, σ_q/σ_p, its logarithm, and the gap over σ_p."""
    mean_q, mean_p = finite_array(mean_q, "mean_q"), finite_array(mean_p, "mean_p")
    std_q, std_p = positive_array(std_q, "std_q"), positive_array(std_p, "std_p")
    check_broadcast(mean_q=mean_q, std_q=std_q, mean_p=mean_p, std_p=std_p)
    mean_q, std_q, mean_p, std_p = np.broadcast_arrays(mean_q, std_q, mean_p, std_p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ratio, gap = std_q / std_p, (mean_q - mean_p) / std_p
        # Nearly equal spreads keep the digits of their difference.
        excess = (std_q - std_p) / std_p
        logarithm = np.where(np.abs(excess) < 0.5, np.log1p(excess), np.log(ratio))
        return excess * (2 + excess) / 2, ratio * gap, ratio, logarithm, gap


def _root(variance: Array) -> Array:
    """Return the standard deviation; infinite where the variance is above the largest double."""
    return np.sqrt(np.where(np.isnan(variance), math.inf, np.maximum(variance, 0.0)))


def _k3_variance(a: Array, b: Array, ratio: Array, gap: Array, truth: Array) -> Array:
    """Return the variance of one draw of k3."""
    close = np.maximum(np.abs(a), np.abs(b)) < _CLOSE
    draws = a[..., None] * (_NODES**2 - 1) + b[..., None] * _NODES + truth[..., None]
    draws = np.where(close[..., None], draws, 0.0)
    near = ((k3(draws) - truth[..., None]) ** 2 * _WEIGHTS).sum(axis=-1)
    thinness = 2 * ratio**2 - 1
    squared = ratio**2 / np.sqrt(thinness) * np.exp(gap**2 / thinness)
    both_ways = (ratio - 1 / ratio) ** 2 / 2 + gap**2 * (1 + 1 / ratio**2) / 2
    far = squared - 1 + 2 * a**2 + b**2 - 2 * both_ways
    return np.where(close, near, np.where(thinness > 0, far, math.inf))
