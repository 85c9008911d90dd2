"""The divergence of mixtures in the plane, by the trapezoidal rule around every component."""

import math
from functools import lru_cache

import numpy as np

from kl_core._comparison import near_log_ratio, noise_of, pair_up
from kl_core._estimators import k3
from kl_core._plane_mixture import PlaneMixture
from kl_core._validation import Array, log_of_base

# Nodes lie this far from each other and go this far out, in standard deviations.
STEPS = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32)
_REACH = 8.0
# What may change, in nats, when nodes come closer once more: the next error is about its square.
_SETTLED = 1e-7
# The same as a share of a divergence that is close to 0.
_SETTLED_SHARE = 1e-6
# Of a divergence below this, in nats, cancellation would leave too few digits.
CLOSE = 1e-3


def plane_kl(p: PlaneMixture, q: PlaneMixture, *, base: float | None = None) -> float:
    """Return D(P‖Q) = Σ_k w_k E_k[log p(x) - log q(x)] by deterministic quadrature.

    Each component k of P gets the trapezoidal rule in its own coordinates, with nodes brought
    closer until the sum has settled. With two or three components of spreads 0.3 to 2, correlations
    up to 0.95 and means within 5 of each other the error was measured below 1e-9 nats, and below
    1e-9 of D however close P and Q are; it grows where log q bends more sharply than a thirtieth of
    a component's spread, and where different components add up to nearly the same, as in
    `mixture_kl`.

    Parameters
    ----------
    p, q : PlaneMixture
        The average is taken over P.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float
        At least 0, and 0 only for P = Q or where the truth is below the smallest double; ``inf``
        where it is above the largest.

    Raises
    ------
    ValueError
        If `base` is not above 1.

    References
    ----------
    Trefethen & Weideman (2014), "The Exponentially Convergent Trapezoidal Rule", SIAM Review.

    Examples
    --------
    >>> from kl_core import plane_gaussian
    >>> p = PlaneMixture([0.5, 0.5], [[-2, 0], [2, 0]], [np.eye(2), np.eye(2)])
    >>> q = plane_gaussian(p.mean, p.covariance)
    >>> print(round(plane_kl(p, q), 6), round(plane_kl(q, p), 6))
    0.171999 0.247828
    """
    unit, last = log_of_base(base), math.inf
    for step in STEPS:
        nodes, weights = nodes_of(step)
        total = 0.0
        for weight, mean, root in zip(p.shares, p.parts[1], p.roots[1], strict=True):
            x = nodes[:, 1:] @ root.T
            with np.errstate(over="ignore"):
                ratio = p.logpdf_beside(mean, x) - q.logpdf_beside(mean, x)
            total += weight * float(weights @ ratio)
        if math.isinf(total) or abs(total - last) < _SETTLED:
            break
        last = total
    return (total if total > CLOSE else _close_kl(p, q)) / unit


def _close_kl(p: PlaneMixture, q: PlaneMixture) -> float:
    """Return D(P‖Q) as the average over both of what is nowhere below 0: no part of it cancels.

    Over (p + q)/2 that is 2 (log(p/q) - 1 + q/p) / (1 + q/p).
    """
    comparison, last = _Comparison(p, q), math.inf
    for step in STEPS:
        nodes, weights = nodes_of(step)
        total = 0.0
        for one in (p, q):
            for weight, mean, root in zip(one.shares, one.parts[1], one.roots[1], strict=True):
                ratio = comparison.ratio_beside(mean, nodes[:, 1:] @ root.T)
                # Far below 0 it is 2, and overflows on its way there.
                capped = np.maximum(ratio, -700.0)
                total += weight * float(weights @ (k3(capped) / (1 + np.exp(-capped))))
        if abs(total - last) <= _SETTLED_SHARE * total + comparison.noise * math.sqrt(total):
            break
        last = total
    return total


class _Comparison:
    """Two mixtures in the plane, their components side by side as in `kl_core._comparison`."""

    def __init__(self, p: PlaneMixture, q: PlaneMixture) -> None:
        """Pair the components, the closest first."""
        self.p, self.q = p, q
        (p_weights, p_means, p_spreads), (q_weights, q_means, q_spreads) = p.parts, q.parts
        units = np.linalg.inv(q.roots[1])
        gaps = q_means - p_means[:, None]
        excess = units @ (p_spreads[:, None] - q_spreads) @ units.swapaxes(-1, -2)
        distances = np.abs(units @ gaps[..., None]).max(axis=(-2, -1))
        distances += np.abs(excess).max(axis=(-2, -1))
        self.pairs = pair_up(p_weights, q_weights, distances)
        self.noise = noise_of(self.pairs, distances)

    def ratio_beside(self, origin: Array, x: Array) -> Array:
        """Return log(p/q) at origin + x, all digits of it right, shape (n,)."""
        log_q = self.q.logpdf_beside(origin, x)
        with np.errstate(invalid="ignore"):
            ratio = self.p.logpdf_beside(origin, x) - log_q
        near = np.abs(ratio) < 0.1
        if near.any():
            with np.errstate(over="ignore", invalid="ignore"):
                ratio[near] = self._near_ratio(origin, x[near], log_q[near])
        return ratio

    def _near_ratio(self, origin: Array, x: Array, log_q: Array) -> Array:
        """Return log(p/q) from how the components of each pair differ."""
        (_, p_means, p_spreads), (_, q_means, q_spreads) = self.p.parts, self.q.parts
        logs_p, logs_q, changes = [], [], []
        for weight, i, j in zip(*self.pairs, strict=True):
            spread_p, spread_q = p_spreads[i], q_spreads[j]
            excess, gap = spread_p - spread_q, q_means[j] - p_means[i]
            by_p = np.linalg.inv(spread_p)
            from_p, from_q = x - (p_means[i] - origin), x - (q_means[j] - origin)
            a, b = from_p @ by_p, from_q @ np.linalg.inv(spread_q)
            # (x - μ_p)ᵀ Σ_p⁻¹ (x - μ_p) is 2 gᵀa - gᵀΣ_p⁻¹g more, and bᵀ(Σ_q - Σ_p)Σ_p⁻¹(x - μ_q).
            farther = 2 * a @ gap - gap @ by_p @ gap - ((b @ excess) * (from_q @ by_p)).sum(axis=1)
            sizes = np.linalg.det(spread_p), np.linalg.det(spread_q)
            # By hand: NumPy divides by entries, which may be next to nothing.
            of_excess = excess[0, 0] * excess[1, 1] - excess[0, 1] * excess[1, 0]
            wider = np.trace(np.linalg.solve(spread_q, excess)) + of_excess / sizes[1]
            stretch = math.log1p(wider) if abs(wider) < 0.5 else math.log(sizes[0] / sizes[1])
            changes.append(-(stretch + farther) / 2)
            heights = math.log(weight) - math.log(2 * math.pi) - log_q
            logs_q.append(heights - math.log(sizes[1]) / 2 - (from_q * b).sum(axis=1) / 2)
            logs_p.append(heights - math.log(sizes[0]) / 2 - (from_p * a).sum(axis=1) / 2)
        return near_log_ratio(np.array(changes), np.array(logs_p), np.array(logs_q))


@lru_cache(maxsize=len(STEPS))
def nodes_of(step: float) -> tuple[Array, Array]:
    """Return (1, z₁, z₂) at the nodes of a standard Gaussian, shape (n, 3), and their weights."""
    line = np.arange(-_REACH, _REACH + step, step)
    z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    squares = (z**2).sum(axis=1)
    inside = squares <= _REACH**2
    weights = np.exp(-squares[inside] / 2)
    return np.insert(z[inside], 0, 1.0, axis=1), weights / weights.sum()
