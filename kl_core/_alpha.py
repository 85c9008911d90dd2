"""The α-divergence of Gaussians Q from a mixture P: its value, its gradient and its Hessian.

One quadrature serves many Qs at once; D_α is D(P‖Q) at α = 1 and D(Q‖P) at α = 0.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from kl_core._mixture import GaussianMixture
from kl_core._optimise import Surface
from kl_core._validation import (
    Array,
    NumberOrArray,
    check_broadcast,
    finite_array,
    log_of_base,
    positive_array,
)

# Nodes and weights of a panel from -1 to 1.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
# Where panels begin around a component, in its spreads.
_STEPS = np.array([-12, -8.5, -6, -4, -2.5, -1.2, 0, 1.2, 2.5, 4, 6, 8.5, 12])
# How the panels that follow share out, by its logarithm, what a power of the density adds.
_BEYOND = np.linspace(0.25, 1, 4)


def alpha_divergence(
    p: GaussianMixture,
    means: ArrayLike,
    stds: ArrayLike,
    alpha: ArrayLike,
    *,
    base: float | None = None,
) -> NumberOrArray:
    """Return D_α(P‖Q) for many Gaussians Q at once; see `project_alpha`.

    Parameters
    ----------
    p : GaussianMixture
        What Q stands for.
    means, stds : array_like, shapes that broadcast
        Of the Gaussians.
    alpha : array_like
        From 0 for D(Q‖P) to 1 for D(P‖Q); broadcasts with the rest.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape of the broadcast

    Raises
    ------
    ValueError
        If a number is out of its range, shapes do not broadcast, or `base` is not above 1.

    Examples
    --------
    >>> p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    >>> print(alpha_divergence(p, 0, 2.624881, [0, 0.5, 1]).round(6))
    [1.057617 0.615939 0.497582]
    """
    mean, std = finite_array(means, "means"), positive_array(stds, "stds")
    order = finite_array(alpha, "alpha")
    check_alpha(order)
    check_broadcast(means=mean, stds=std, alpha=order)
    mean, std, order = np.broadcast_arrays(mean, std, order)
    value = alpha_surface(p, order.ravel(), mean.ravel(), std.ravel()).value
    return value.reshape(mean.shape) / log_of_base(base)


def check_alpha(alpha: Array) -> None:
    """Refuse an α that is outside the walk."""
    if not ((alpha >= 0) & (alpha <= 1)).all():
        raise ValueError(f"α must lie between 0 and 1, got {alpha.tolist()!r}")


def alpha_surface(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> Surface:
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
    return Surface(_value(alpha, tilt, ratio, log_p, weights), gradient, hessian)


def _value(alpha: Array, tilt: Array, ratio: Array, log_p: Array, weights: Array) -> Array:
    """Return D_α from what `alpha_surface` has at its nodes."""
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
    edges = [mean[:, None] + std[:, None] * _STEPS, np.tile(bends(p), (mean.size, 1))]
    if ((alpha > 0) & (alpha < 1)).any():
        # Of a narrow P and a wide Q, p^α q^(1-α) is as wide as P's spread divided by √α.
        means, stds = np.array(p.means), np.array(p.stds)
        edges.append(_beyond(means, stds, alpha))
        edges.append(_beyond(mean[:, None], std[:, None], 1 - alpha))
    panels = np.sort(np.concatenate(edges, axis=1), axis=1)
    half = np.diff(panels)[..., None] / 2
    x = panels[:, :-1, None] + half * (1 + NODES)
    return x.reshape(mean.size, -1), (half * WEIGHTS).reshape(mean.size, -1)


def _beyond(means: Array, stds: Array, power: Array) -> Array:
    """Return edges outside a Gaussian that reach as far as its `power` does, shape (n, edges)."""
    wider = np.where(power > 0, 1 / np.sqrt(np.maximum(power, 1e-8)), 1.0)
    reach = _STEPS[-1] * stds[..., None] * wider[:, None, None] ** _BEYOND
    both = np.concatenate([means[..., None] - reach, means[..., None] + reach], axis=-1)
    return both.reshape(power.size, -1)


@lru_cache(maxsize=64)
def bends(p: GaussianMixture) -> Array:
    """Return edges of panels that lie close where p does, and where log p bends.

    Kept, because an optimiser asks for them at each of its steps.
    """
    edges = p.edges(_STEPS)
    edges.flags.writeable = False
    return edges
