"""The α-divergence of Gaussians Q from a mixture P: its value, its gradient and its Hessian.

One quadrature serves many Qs at once; D_α is D(P‖Q) at α = 1 and D(Q‖P) at α = 0.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from kl_core._estimators import k3
from kl_core._gaussian import gaussian_kl
from kl_core._mixture import GaussianMixture, at_rest, gaussian
from kl_core._mixture_divergences import Density, close_integral
from kl_core._optimise import Surface
from kl_core._validation import (
    Array,
    NumberOrArray,
    check_broadcast,
    element,
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

# Below this, in nats, too few digits are left of what is summed up plainly.
CLOSE = 1e-4
# So many spreads from where P lies a Gaussian is measured from itself.
FAR = 1e6


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
        At least 0, as exact near P = Q as `mixture_kl`; ``inf`` where it is above the largest
        double.

    Raises
    ------
    ValueError
        If a number is out of its range, shapes do not broadcast, P has a component too narrow to be
        resolved beside the others, or `base` is not above 1.

    Examples
    --------
    >>> p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    >>> print(alpha_divergence(p, 0, 2.624881, [0, 0.5, 1]).round(6))
    [1.057617 0.615939 0.497582]
    """
    mean, std = finite_array(means, "means"), positive_array(stds, "stds")
    order = finite_array(alpha, "alpha")
    check_alpha(order, "alpha")
    check_broadcast(means=mean, stds=std, alpha=order)
    mean, std, order = np.broadcast_arrays(mean, std, order)
    values = alpha_values(p, order.ravel(), mean.ravel(), std.ravel())
    return values.reshape(mean.shape) / log_of_base(base)


def alpha_values(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> Array:
    """Return D_α for each of n Gaussians, all digits of it right, however close or far they are."""
    rest, origin = at_rest(p)
    mean = mean - origin
    # Near α = 1 the nodes around P decide, whose origin it is; else those around Q.
    far = (np.abs(mean) > FAR * std) & (alpha < 0.5)
    values = np.empty(mean.size)
    if not far.all():
        values[~far] = _plain_values(rest, alpha[~far], mean[~far], std[~far])
    for each in np.flatnonzero(far):
        here = slice(each, each + 1)
        there = rest.moved(float(mean[each]))
        values[here] = _plain_values(there, alpha[here], np.zeros(1), std[here])
    close = values < CLOSE
    if rest.parts.means.size == 1:
        at, width = rest.parts.means, rest.parts.stds
        for order, pair in ((0, (mean, std, at, width)), (1, (at, width, mean, std))):
            known = close & (alpha == order)
            values[known] = gaussian_kl(*pair)[known]
            close &= ~known
    for each in np.flatnonzero(close):
        q = gaussian(float(mean[each]), float(std[each]))
        values[each] = close_integral(rest, q, _penalty(float(alpha[each])))
    return values


def _plain_values(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> Array:
    """Return D_α, with few digits where it is next to nothing."""
    x, weights = _nodes(p, alpha, mean, std)
    with np.errstate(over="ignore", invalid="ignore"):
        log_p, log_q = p.logpdf(x), _log_gaussian((x - mean[:, None]) / std[:, None], std)
        ratio, order = log_p - log_q, alpha[:, None]
        return _value(order, log_p, ratio, _tilt(log_q, ratio, order)[0], weights)


def _penalty(alpha: float) -> Density:
    """Return what D_α is the integral of, (αp + (1-α)q - p^α q^(1-α)) / (α (1-α)), never below 0.

    With K(r) = e^r - 1 - r it is q (K(r) - K(αr)/α) / (1-α), of which nothing cancels while α is
    below a half; above, the two change places.
    """
    order, sign = (alpha, 1) if alpha < 0.5 else (1 - alpha, -1)

    def penalty(log_p: Array, log_q: Array, ratio: Array) -> Array:
        log_base, log_other, r = (log_q, log_p, ratio) if sign > 0 else (log_p, log_q, -ratio)
        near = np.where(np.abs(r) < 1, r, 0.0)
        curved = k3(-near) - (k3(-order * near) / order if order else 0.0)
        base, other = np.exp(log_base), np.exp(log_other)
        with np.errstate(over="ignore", invalid="ignore"):
            tilt, _ = _tilt(log_base, r, np.asarray(order))
        far = other - base - np.where(base > 0, tilt, 0.0)
        return np.asarray(np.where(np.abs(r) < 1, base * curved, far) / (1 - order))

    return penalty


def check_alpha(alpha: Array, name: str) -> None:
    """Refuse an α that is outside the walk."""
    outside = ~((alpha >= 0) & (alpha <= 1))
    if outside.any():
        index = tuple(np.argwhere(outside)[0])
        raise ValueError(
            f"{element(name, index)} is {float(alpha[index])!r}; it must lie between 0 and 1"
        )


def alpha_surface(p: GaussianMixture, alpha: Array, mean: Array, std: Array) -> Surface:
    """Return D_α, its gradient and its Hessian for each of n Gaussians.

    With T = q (exp(α r) - 1)/α and r = log(p/q), the gradient is -∫ T ∂log q, for every α: T is
    q r at α = 0 and p - q at α = 1. W = p^α q^(1-α) is what the derivative of T brings.
    """
    x, weights = _nodes(p, alpha, mean, std)
    alpha, z = alpha[:, None], (x - mean[:, None]) / std[:, None]
    log_p, log_q = p.logpdf(x), _log_gaussian(z, std)
    ratio = log_p - log_q
    tilt, between = _tilt(log_q, ratio, alpha)
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
    return Surface(_value(alpha, log_p, ratio, tilt, weights), gradient, hessian)


def _log_gaussian(z: Array, std: Array) -> Array:
    """Return log q at z spreads from the mean, shape (n, nodes)."""
    return np.asarray(-(z**2) / 2 - np.log(std * math.sqrt(2 * math.pi))[:, None])


def _tilt(log_base: Array, ratio: Array, order: Array) -> tuple[Array, Array]:
    """Return T = b (exp(o r) - 1)/o, at o = 0 its limit b r, and W = b exp(o r)."""
    base, between = np.exp(log_base), np.exp(log_base + order * ratio)
    small = np.clip(order * ratio, -1.0, 1.0)
    growth = np.where(small == order * ratio, base * np.expm1(small), between - base)
    return np.where(order == 0, base * ratio, growth / np.where(order == 0, 1.0, order)), between


def _value(alpha: Array, log_p: Array, ratio: Array, tilt: Array, weights: Array) -> Array:
    """Return D_α from what is known at the nodes: over Q, or near α = 1 over P."""
    terms = -tilt / np.maximum(1 - alpha, 0.5)
    if (alpha >= 0.5).any():
        over_p, _ = _tilt(log_p, -ratio, 1 - alpha)
        terms = np.where(alpha < 0.5, terms, -over_p / np.maximum(alpha, 0.5))
    # Where neither density is a double there is nothing, nor where a panel has no width.
    terms = np.where(np.isnan(terms) | (weights == 0), 0.0, terms)
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
