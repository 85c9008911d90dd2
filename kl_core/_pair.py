"""Two discrete distributions beside each other, as if each summed to 1, without losing digits.

Close to P = Q all that counts is their difference, and a sum that rounding has carried off from 1
would drown it. So all is made of p - q, which is exact there, and of the `tilt` of the two sums:
P is p·(1 - tilt) and Q is q·(1 + tilt), both times `scale`.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import xlog1py

from kl_core._estimators import NEAR_ZERO, k3, k3_near_zero
from kl_core._validation import Array, NumberOrArray

_ROUNDING = float(np.finfo(np.float64).eps)
_TINIEST = np.nextafter(0.0, 1.0)
# A log-ratio loses digits as tanh of its half where that is close to 1, and as log where it is not.
_FAR = 0.2
# No double is so far below another; a chance of 0 is, and 0 times this is 0.
_BELOW_ALL = -1000.0
# Entries at a time: as many as stay in the processor's cache from one step to the next.
_BLOCK = 8192

Entry = Callable[[Array, Array, Array], Array]


def each(entry: Entry, p: Array, q: Array, *, forgiving: bool = False) -> tuple[Array, Array]:
    """Return ``entry(p, q, tilt)`` of each outcome, shape (..., k), and `scale`, shape (..., 1).

    Whoever looks at single outcomes is `forgiving`: sums that differ by a rounding of each chance
    count as equal, so that equal chances stay equal. What is added up would lose by it.
    """
    total = (p + q).sum(axis=-1, keepdims=True)
    tilt = (p - q).sum(axis=-1, keepdims=True) / total
    if forgiving:
        tilt = np.where(np.abs(tilt) <= p.shape[-1] * _ROUNDING, 0.0, tilt)
    blocks = np.nditer(
        [p, q, tilt, None],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=[["readonly"], ["readonly"], ["readonly"], ["writeonly", "allocate"]],
        buffersize=_BLOCK,
    )
    with blocks, np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        for one, other, lean_of_sums, found in blocks:
            found[...] = entry(one, other, lean_of_sums)
        entries = blocks.operands[-1]
    return entries, 2 / (total * (1 - tilt**2))


def lean(p: Array, q: Array, tilt: Array) -> Array:
    """Return (P - Q) / (P + Q), from -1 to 1: tanh of half of log(P/Q)."""
    given = (p - q) / np.maximum(p + q, _TINIEST)
    # Log-ratios add, so leans combine as speeds do in relativity.
    return np.asarray((given - tilt) / (1 - tilt * given))


def difference(p: Array, q: Array, tilt: Array) -> Array:
    """Return P - Q over `scale`."""
    return (p - q) - tilt * (p + q)


def distance(p: Array, q: Array, tilt: Array) -> Array:
    """Return |P - Q| over `scale`."""
    return np.abs(difference(p, q, tilt))


def log_ratio(p: Array, q: Array, tilt: Array) -> Array:
    """Return log(P/Q): infinite where one is 0, and no matter what where both are."""
    leaning = lean(p, q, tilt)
    ratio = 2 * np.arctanh(leaning)
    far = np.abs(leaning) > _FAR
    if far.any():
        quotient = p / q
        apart = np.log(quotient)
        # What is no double as a quotient still is a difference of logarithms.
        beyond = far & ~((quotient > 1e-300) & (quotient < 1e300))
        apart[beyond] = np.log(p[beyond]) - np.log(q[beyond])
        ratio = np.where(far, apart - 2 * np.arctanh(tilt), ratio)
    return ratio


def kl_term(p: Array, q: Array, tilt: Array) -> Array:
    """Return P·log(P/Q) over `scale`: 0 where P = 0."""
    return np.where(p > 0, p * (1 - tilt) * log_ratio(p, q, tilt), 0.0)


def kl_part(p: Array, q: Array, tilt: Array) -> Array:
    """Return P·k3(log P/Q) over `scale`: it adds up to D(P‖Q) too, and is never below 0."""
    return k3_part(p * (1 - tilt), difference(p, q, tilt), log_ratio(p, q, tilt))


def k3_part(p: Array, apart: Array, ratio: Array) -> Array:
    """Return p·k3(log p/q) from p, p - q and log(p/q)."""
    near = p * k3_near_zero(ratio)
    return np.where(np.abs(ratio) < NEAR_ZERO, near, p * np.maximum(ratio, _BELOW_ALL) - apart)


def js_part(p: Array, q: Array, tilt: Array) -> Array:
    """Return P·log(P/M) + Q·log(Q/M) over `scale`, with M halfway between P and Q."""
    leaning = lean(p, q, tilt)
    # P is M·(1 + lean) and Q is M·(1 - lean). Near 0 they cancel unless their halves are joined.
    near = np.log1p(-(leaning**2)) + 2 * leaning * np.arctanh(leaning)
    far = xlog1py(1 + leaning, leaning) + xlog1py(1 - leaning, -leaning)
    return ((p + q) - tilt * (p - q)) / 2 * np.where(np.abs(leaning) < 0.5, near, far)


def kl_density(log_p: Array, log_q: Array, ratio: Array) -> Array:
    """Return p log(p/q) - p + q, which is nowhere below 0 and has the integral D(P‖Q)."""
    dense = np.exp(log_p)
    close = np.clip(ratio, -0.5, 0.5)
    with np.errstate(invalid="ignore"):
        far = np.where(dense > 0, dense * (ratio - 1), 0.0) + np.exp(log_q)
    return np.asarray(np.where(close == ratio, dense * k3(np.nan_to_num(close)), far))


def kl_of_logs(log_p: Array, log_q: Array) -> NumberOrArray:
    """Return D(P‖Q) along the last axis from logarithms, as if what they are of summed to 1."""
    log_p, log_q = np.broadcast_arrays(log_p, log_q)
    with np.errstate(invalid="ignore"):
        log_p, log_q, ratio = as_if_summed_to_1(log_p, log_q, log_p - log_q)
    # A chance of P may be no double; where Q rules it out it still decides.
    return np.where(ratio == math.inf, math.inf, kl_density(log_p, log_q, ratio)).sum(axis=-1)


def as_if_summed_to_1(log_p: Array, log_q: Array, ratio: Array) -> tuple[Array, Array, Array]:
    """Return logarithms, and those of the quotients, with p and q divided by their sums."""
    total = _log_sum(log_p)
    log_p, log_q = log_p - total, log_q - total
    near = np.abs(ratio) < 1
    rising = np.expm1(np.where(near, -ratio, 0.0))
    surplus = np.where(near, np.exp(log_p) * rising, np.exp(log_q) - np.exp(log_p))
    more = surplus.sum(axis=-1, keepdims=True)
    # The logarithm of what q sums to, by the difference of the sums where that is small.
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(np.abs(more) < 0.5, np.log1p(more), _log_sum(log_q))
        return log_p, log_q - size, ratio + size


def _log_sum(logs: Array) -> Array:
    """Return the logarithm of the sum along the last axis, shape (..., 1)."""
    largest = logs.max(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.asarray(largest + np.log(np.exp(logs - largest).sum(axis=-1, keepdims=True)))
