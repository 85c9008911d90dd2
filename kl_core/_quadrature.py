"""Integrals along a line by Gauss-Legendre panels, halved where they have not settled."""

from collections.abc import Callable

import numpy as np

from kl_core._validation import Array

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
# Far more halvings than an integrand of this package needs; a corner needs about 15.
_MOST_HALVINGS = 40
_MOST_PANELS = 20_000


def integrate(
    f: Callable[[Array], Array],
    edges: Array,
    *,
    relative: float = 1e-10,
    noise: float = 1e-14,
    least: float = 0.0,
) -> float:
    """Return ∫ f(x) dx from the first edge to the last.

    A panel is done when its two halves together agree with the whole to `relative` of the integral
    of what has been added up. The halves are what is kept, so the result is far closer than that.

    Parameters
    ----------
    f : callable
        Takes and returns an ndarray of shape (n,).
    edges : ndarray, shape (n,)
        Increasing; the first panels lie between them, so no narrow peak may hide between two.
    relative : float
        Asked of each panel.
    noise : float
        Of the rounding in a log-ratio; an integral of squared ratios is blurred by its root.
    least : float
        A smaller integral is wanted no closer than one of this size.

    Examples
    --------
    >>> round(integrate(np.exp, np.array([0.0, 1.0])), 12) == round(np.e - 1, 12)
    True
    >>> round(integrate(np.abs, np.array([-1.0, 2.0])), 9)
    2.5
    """
    low, high = edges[:-1], edges[1:]
    whole = _panels(f, low, high)
    if np.isinf(whole).any():
        return float(whole.sum())
    settled = settled_size = 0.0
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2
        halves = _panels(f, np.concatenate([low, middle]), np.concatenate([middle, high])).reshape(
            2, -1
        )
        both = halves.sum(axis=0)
        size = settled_size + np.abs(halves).sum()
        unsettled = np.abs(both - whole) > relative * max(size, least) + noise * np.sqrt(size)
        settled += both[~unsettled].sum()
        settled_size += np.abs(halves[:, ~unsettled]).sum()
        low = np.concatenate([low[unsettled], middle[unsettled]])
        high = np.concatenate([middle[unsettled], high[unsettled]])
        whole = halves[:, unsettled].ravel()
        if not whole.size or whole.size > _MOST_PANELS:
            break
    return float(settled + whole.sum())


def _panels(f: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return the integral over each panel."""
    half = (high - low)[:, None] / 2
    x = low[:, None] + half * (1 + _NODES)
    integrals: Array = (f(x.ravel()).reshape(x.shape) * half) @ _WEIGHTS
    return integrals
