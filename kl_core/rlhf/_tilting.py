"""Chances tilted by an exponential, and divergences, to all their digits near no tilt too."""

import numpy as np

from kl_core._pair import k3_part
from kl_core._validation import Array
from kl_core.rlhf._language_model import ALL, Tokens

# Nats within which a sum of tilted chances is so near to 1 that its logarithm has lost digits.
FLAT = 0.01
# Nats of each arrival from which on log-ratios hardly cancel.
NEAR = 1e-5


def tilted(chances: Array, tilt: Array, rows: Tokens | slice = ALL) -> tuple[Array, Array]:
    """Return chances ∝ chances·exp(tilt), and their log-ratio to what they were, in nats.

    Parameters
    ----------
    chances : ndarray, shape (c, w)
        Distributions of w words.
    tilt : ndarray, shape (r, w)
        In nats; what a row shares changes nothing.
    rows : ndarray of int, shape (c,)
        Which row of `tilt` belongs to each distribution; each to its own unless given.
    """
    # Without what a row shares no exponential overflows.
    spread = tilt - tilt.max(axis=1, keepdims=True)
    weights = chances * np.exp(spread)[rows]
    sums = weights.sum(axis=1)
    return weights / sums[:, None], spread[rows] - _log_sums(sums, chances, spread, rows)[:, None]


def log_mean(chances: Array, tilt: Array, rows: Tokens | slice = ALL) -> Array:
    """Return log Σ chances·exp(tilt) of each distribution, shape (c,); takes what `tilted` does."""
    top = tilt.max(axis=1)
    spread = tilt - top[:, None]
    sums = np.einsum("cw,cw->c", chances, np.exp(spread)[rows])
    return np.asarray(top[rows] + _log_sums(sums, chances, spread, rows))


def divergence(uses: Array, chances: Array, log_ratio: Array) -> float:
    """Return Σ uses·log_ratio, where uses are log-ratios away from chances; never below 0.

    Where it is small, positive and negative log-ratios cancel; then it is the sum of their k3,
    which is the same, as both distributions sum to 1, and has no term below 0.

    Parameters
    ----------
    uses, chances, log_ratio : ndarray, shape (c, w)
        How often each word follows each context; what a reference makes of it, each row with sum 1;
        and the logarithm of their quotient, in nats, which may be -inf where a word is not used.
    """
    if np.isfinite(log_ratio).all():
        total = float(np.vdot(uses, log_ratio))
    else:
        used = uses > 0
        total = float(uses[used] @ log_ratio[used])
    arrivals = uses.sum(axis=1, keepdims=True)
    if total > NEAR * arrivals.sum():
        return total
    there = arrivals * chances
    with np.errstate(invalid="ignore"):
        parts = k3_part(uses, uses - there, log_ratio)
    return float(np.where(uses > 0, parts, there).sum())


def _log_sums(sums: Array, chances: Array, spread: Array, rows: Tokens | slice) -> Array:
    """Return the logarithm of sums of chances·exp(spread), to all its digits where that is near 0.

    Every sum is of chances that make up 1.
    """
    logs = np.log(sums)
    near = (spread.min(axis=1) > -FLAT)[rows]
    if near.any():
        surplus = np.einsum("cw,cw->c", chances, np.expm1(spread)[rows])
        np.log1p(surplus, where=near, out=logs)
    return np.asarray(logs)
