"""The divergence of bells on a line, as an integral and in bins."""

import math

import numpy as np
from numpy.typing import ArrayLike

from kl_core._pair import as_if_summed_to_1, kl_density, kl_of_logs
from kl_core._skew_normal import SkewNormal, nodes_of, origin_for, panels_of, whole_log_ratio
from kl_core._validation import (
    SUM_TOLERANCE,
    Array,
    NumberOrArray,
    check_broadcast,
    element,
    finite_array,
    floats,
    log_of_base,
    whole,
)

# Of a divergence below this, in nats, cancellation would leave too few digits.
_CLOSE = 1e-3


def kl_integral(
    p: SkewNormal, q: SkewNormal, *, epsilon: ArrayLike = 0.0, base: float | None = None
) -> Array:
    """Return D(P‖Q) = ∫ p(x) log(p(x)/q(x)) dx by Gauss-Legendre quadrature.

    Its relative error stays below 1e-9 however close the two are, down to 1e-30 nats.

    Parameters
    ----------
    p, q : SkewNormal
        The average is taken over P.
    epsilon : array_like, any shape
        Added to q(x), as code does that fears log 0. With it the result is no divergence any more:
        it is finite where the truth is ``inf``, and may fall below 0. To about six digits where
        ε is far below 1e-50.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape of `epsilon`
        ``inf`` where P reaches beyond the end of Q and `epsilon` is 0; without `epsilon`, 0 only
        for P = Q or where the truth is below the smallest double.

    Raises
    ------
    ValueError
        If `epsilon` is negative or not finite, or `base` is not above 1.

    References
    ----------
    Kullback & Leibler (1951), "On Information and Sufficiency", eq. 2.4.

    Cover & Thomas, *Elements of Information Theory* (2nd ed.), eq. 8.46.

    Examples
    --------
    >>> print(kl_integral(SkewNormal(0, 1), SkewNormal(1, 1)).round(12))
    0.5
    >>> print(kl_integral(SkewNormal(0, 1), SkewNormal(0, 1, end=2)))
    inf
    >>> print(kl_integral(SkewNormal(0, 1), SkewNormal(0, 1, end=2), epsilon=1e-10).round(6))
    0.41508
    """
    added = finite_array(epsilon, "epsilon")
    if (added < 0).any():
        raise ValueError(f"epsilon is {float(added[added < 0][0])!r}; it must be at least 0")
    p, q = _at_rest(p, q)
    nodes, log_weights = nodes_of(panels_of(p, q))
    log_p, log_q = p.logpdf(nodes), q.logpdf(nodes)
    weights = np.exp(log_p + log_weights)
    with np.errstate(divide="ignore"):
        log_added = np.log(added)
    gap = log_p - np.logaddexp(log_q, log_added[..., None, None])
    # A tail may be too thin for its weight in doubles; then only the ends know that q is 0.
    with np.errstate(invalid="ignore"):
        integral = np.where(weights > 0, weights * gap, 0.0).sum(axis=(-2, -1))
    integral = np.where((p.end > q.end) & (added == 0), math.inf, integral)
    close = (integral < _CLOSE) & (added == 0)
    if close.any():
        *logs, beyond = _close_logs(p, q)
        integral = np.where(close, kl_density(*logs).sum() + beyond, integral)
    return integral[()] / log_of_base(base)


def kl_parts(p: SkewNormal, q: SkewNormal, *, base: float | None = None) -> tuple[float, float]:
    """Return what ∫ p log(p/q) gains where p > q, and what it gives back where q > p.

    Parameters
    ----------
    p, q : SkewNormal
        The average is taken over P.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    tuple of float
        The first at least 0 and possibly ``inf``, the second at most 0; their sum is D(P‖Q). To
        about six digits: the integrand has a corner where the densities cross.

    Raises
    ------
    ValueError
        If `base` is not above 1.

    Examples
    --------
    >>> gains, gives_back = kl_parts(SkewNormal(0, 1), SkewNormal(1, 1))
    >>> print(round(gains, 4), round(gives_back, 4), round(gains + gives_back, 9))
    0.6978 -0.1978 0.5
    """
    divergence, unit = float(kl_integral(p, q)), log_of_base(base)
    p, q = _at_rest(p, q)
    if divergence < _CLOSE:
        log_p, _, ratio, beyond = _close_logs(p, q)
        weights, gap = np.exp(log_p), ratio + beyond
    else:
        nodes, log_weights = nodes_of(panels_of(p, q))
        log_p = p.logpdf(nodes)
        weights, gap = np.exp(log_p + log_weights), log_p - q.logpdf(nodes)
    gives_back = float((weights * np.minimum(gap, 0.0)).sum())
    return (divergence - gives_back) / unit, gives_back / unit


def binned_kl(log_p: ArrayLike, log_q: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return Σ P(bin) log(P(bin)/Q(bin)): what is left of D(P‖Q) when only the bin is known.

    Never above D(P‖Q), and never higher for coarser bins made of whole finer ones: the
    data-processing inequality. All digits are right of the numbers given; how close to each other
    two bells can be for their bins to tell, `SkewNormal.log_masses` says.

    Parameters
    ----------
    log_p, log_q : array_like, shapes (..., bins) that broadcast
        Logarithms of the bins' probabilities, as `SkewNormal.log_masses` returns them. They count
        as if each row summed to 1.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape (...)
        ``inf`` where P reaches into a bin that Q does not.

    Raises
    ------
    ValueError
        If an argument holds NaN or a number above 0, shapes do not match, or `base` is not above 1.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), theorem 2.7.1 and section 8.3.

    Examples
    --------
    >>> p, q = SkewNormal(0, 1), SkewNormal(1, 1)
    >>> for edges in ([-np.inf, 0.5, np.inf], [-np.inf, *np.arange(-8, 8, 0.125), np.inf]):
    ...     print(binned_kl(p.log_masses(edges), q.log_masses(edges)).round(6))
    0.309007
    0.49935
    """
    log_p, log_q = _log_chances(log_p, "log_p"), _log_chances(log_q, "log_q")
    if log_p.shape[-1:] != log_q.shape[-1:]:
        raise ValueError(
            f"log_p and log_q must have the same bins: shapes {log_p.shape} and {log_q.shape}"
        )
    check_broadcast(log_p=log_p, log_q=log_q)
    return kl_of_logs(log_p, log_q) / log_of_base(base)


def merge_bins(log_masses: ArrayLike, count: int) -> Array:
    """Return the logarithms of what every `count` neighbouring bins hold together.

    Parameters
    ----------
    log_masses : array_like, shape (..., bins)
        As `SkewNormal.log_masses` returns them.
    count : int
        How many to join, at least 1; the last bin joins what is left.

    Returns
    -------
    ndarray, shape (..., ⌈bins / count⌉)

    Raises
    ------
    ValueError
        If `count` is below 1, or `log_masses` holds no bins.

    Examples
    --------
    >>> np.exp(merge_bins(np.log([0.1, 0.2, 0.3, 0.4]), 2)).round(12)
    array([0.3, 0.7])
    """
    count = whole(count, "count")
    masses = floats(log_masses, "log_masses")
    if masses.ndim == 0:
        raise ValueError("log_masses must hold bins on its last axis, got a single number")
    merged: Array = np.logaddexp.reduceat(masses, np.arange(0, masses.shape[-1], count), axis=-1)
    return merged


def _at_rest(p: SkewNormal, q: SkewNormal) -> tuple[SkewNormal, SkewNormal]:
    """Return both, measured from where doubles resolve them."""
    origin = origin_for(p, q)
    return p.moved(origin), q.moved(origin)


def _close_logs(p: SkewNormal, q: SkewNormal) -> tuple[Array, Array, Array, float]:
    """Return log p, log q and log(p/q) at nodes below P's end, and what Q beyond it adds to each.

    The first three as if P and that part of Q both summed to 1: so nobody needs to know how much of
    either was cut off.
    """
    nodes, log_weights = nodes_of(panels_of(p, q))
    log_p, ratio = p.logpdf(nodes) + log_weights, whole_log_ratio(p, q, nodes)
    logs = as_if_summed_to_1(log_p.ravel(), (log_p - ratio).ravel(), ratio.ravel())
    beyond = 0.0
    if p.end < q.end:
        beyond = -math.log1p(-math.exp(float(q.log_masses([p.end, q.end])[0])))
    return *logs, beyond


def _log_chances(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless all are logarithms of probabilities."""
    logs = floats(values, name)
    if logs.ndim == 0 or logs.shape[-1] == 0:
        raise ValueError(f"{name} must hold at least one bin on its last axis, got {logs.shape}")
    good = logs <= SUM_TOLERANCE
    if not good.all():
        index = tuple(np.argwhere(~good)[0])
        raise ValueError(
            f"{element(name, index)} is {float(logs[index])!r}; the logarithm of a probability is "
            "at most 0"
        )
    return logs
