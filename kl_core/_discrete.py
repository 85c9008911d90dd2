"""Entropy, cross-entropy and divergences between discrete distributions.

An outcome with p = 0 adds nothing, and an outcome with p > 0 = q makes the result infinite, without
a warning. Sums that rounding has carried off from 1 are computed with as if they were 1.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from kl_core._pair import Entry, distance, each, js_part, kl_of_logs, kl_part, kl_term
from kl_core._validation import (
    Array,
    NumberOrArray,
    check_labels,
    check_pair,
    element,
    log_of_base,
    log_probabilities,
    probabilities,
    probability_pair,
    weights_array,
)


def normalize(weights: ArrayLike) -> Array:
    """Return weights / sum(weights) along the last axis.

    Parameters
    ----------
    weights : array_like, shape (..., k)
        Finite, at least 0, and not all 0 along the last axis.

    Returns
    -------
    ndarray, shape (..., k)
        Probabilities: each last axis sums to 1.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or if all along one last axis are 0.

    Examples
    --------
    >>> normalize([5, 1, 1, 1, 1, 1])
    array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    """
    w = weights_array(weights, "weights")
    largest = w.max(axis=-1, keepdims=True)
    if not largest.all():
        index = tuple(np.argwhere(largest[..., 0] == 0)[0])
        raise ValueError(f"{element('weights', index)} are all 0; at least one must be above 0")
    with np.errstate(over="ignore"):
        total = w.sum(axis=-1, keepdims=True)
    if not np.isfinite(total).all():
        # Only then, because it costs a rounding: 0.5 of 10 would no longer be 0.05.
        w = w / largest
        total = w.sum(axis=-1, keepdims=True)
    return np.asarray(w / total)


def entropy(p: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return H(P) = -Σ p log p, the shortest average code length for draws from P.

    Parameters
    ----------
    p : array_like, shape (..., k)
        Probabilities over the last axis.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape (...)
        Between 0 and log k.

    Raises
    ------
    ValueError
        If `p` is not a probability vector or `base` is not above 1.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), eq. 2.1.

    Examples
    --------
    >>> print(round(entropy([1/6] * 6, base=2), 6))
    2.584963
    """
    p = probabilities(p, "p")
    return _mean_surprise(p, p, base)


def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return H(P, Q) = -Σ p log q, the average length of P's draws in the code made for Q.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        Probabilities over the last axis; the average is taken over P.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape (...)
        At least H(P); ``inf`` where some outcome has p > 0 and q = 0.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or `base` is not above 1.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), theorem 5.4.3.

    Examples
    --------
    >>> print(round(cross_entropy([0.5, 0.5], [0.25, 0.75], base=2), 6))
    1.207519
    """
    return _mean_surprise(*probability_pair(p, q), base)


def kl_terms(p: ArrayLike, q: ArrayLike, *, base: float | None = None) -> Array:
    """Return p log(p/q) for each outcome: the pieces that add up to D(P‖Q).

    A term is negative where q > p; only the sum is never negative.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        Probabilities over the last axis.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    ndarray, shape (..., k)
        0 where p = 0; ``inf`` where p > 0 and q = 0.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or `base` is not above 1.

    References
    ----------
    Kullback & Leibler (1951), "On Information and Sufficiency", eq. 2.4.

    Examples
    --------
    >>> kl_terms([0.5, 0.5], [0.25, 0.75], base=2).round(6)
    array([ 0.5     , -0.292481])
    """
    terms, scale = each(kl_term, *probability_pair(p, q), forgiving=True)
    terms *= scale / log_of_base(base)
    return terms


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return D(P‖Q) = Σ p log(p/q), the information lost on average when Q stands in for P.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        Probabilities over the last axis; the average is taken over P.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape (...)
        At least 0; 0 only where P = Q, or where no double is that small; ``inf`` where some outcome
        has p > 0 and q = 0.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or `base` is not above 1.

    References
    ----------
    Kullback & Leibler (1951), "On Information and Sufficiency", eq. 2.4.

    Cover & Thomas, *Elements of Information Theory* (2nd ed.), eq. 2.26 and theorem 2.6.3.

    Examples
    --------
    >>> fair, loaded = [1/6] * 6, [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
    >>> print(round(kl_divergence(fair, loaded, base=2), 6))
    0.349978
    >>> print(round(kl_divergence(loaded, fair, base=2), 6))
    0.423998
    >>> print(kl_divergence([0.5, 0.5], [1, 0]))
    inf
    """
    return _total(kl_part, *probability_pair(p, q)) / log_of_base(base)


def kl_from_logs(log_p: ArrayLike, log_q: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return D(P‖Q) from log-probabilities, as a log-softmax makes them of a model's logits.

    A chance of Q may be too small for a double, and no digit of a small difference is lost.

    Parameters
    ----------
    log_p, log_q : array_like, shapes (..., k) that broadcast
        Natural logarithms of probabilities over the last axis; ``-inf`` is that of 0.
    base : float, optional
        2 for bits, 10 for dits; None for nats. Of the result alone.

    Returns
    -------
    float or ndarray, shape (...)
        As `kl_divergence` returns it.

    Raises
    ------
    ValueError
        If an argument holds NaN or its exponentials do not sum to 1, shapes do not match, or `base`
        is not above 1.

    Examples
    --------
    >>> from scipy.special import log_softmax
    >>> log_p, log_q = log_softmax([1.0, 2.0, 3.0]), log_softmax([1.0, 2.0, -1000.0])
    >>> print(kl_from_logs(log_p, log_q).round(6))
    666.142334
    """
    check_labels(log_p=log_p, log_q=log_q)
    log_p, log_q = log_probabilities(log_p, "log_p"), log_probabilities(log_q, "log_q")
    check_pair(log_p, log_q, ("log_p", "log_q"))
    return kl_of_logs(log_p, log_q) / log_of_base(base)


def js_divergence(p: ArrayLike, q: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return JS(P, Q) = D(P‖M)/2 + D(Q‖M)/2 with M halfway between P and Q.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        Probabilities over the last axis; their order does not matter.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape (...)
        Between 0 (P = Q) and log 2, one bit (no outcome in common); never infinite.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or `base` is not above 1.

    References
    ----------
    Lin (1991), "Divergence Measures Based on the Shannon Entropy", eq. 4.1.

    Examples
    --------
    >>> print(js_divergence([1, 0], [0, 1], base=2))
    1.0
    """
    js = _total(js_part, *probability_pair(p, q)) / 2
    return np.minimum(js, math.log(2)) / log_of_base(base)


def total_variation(p: ArrayLike, q: ArrayLike) -> NumberOrArray:
    """Return TV(P, Q) = Σ|p - q| / 2, the most by which any event's probability differs.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        Probabilities over the last axis; their order does not matter.

    Returns
    -------
    float or ndarray, shape (...)
        Between 0 and 1, without a unit; at most sqrt(D(P‖Q)/2) with D in nats (Pinsker).

    Raises
    ------
    ValueError
        If an argument is not a probability vector or shapes do not match.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), lemma 11.6.1.

    Examples
    --------
    >>> print(total_variation([0.5, 0.5], [0.25, 0.75]))
    0.25
    """
    return np.minimum(_total(distance, *probability_pair(p, q)) / 2, 1.0)


def _total(entry: Entry, p: Array, q: Array) -> NumberOrArray:
    """Add up what `entry` is of each outcome."""
    entries, scale = each(entry, p, q)
    return entries.sum(axis=-1) * scale[..., 0]


def _mean_surprise(p: Array, q: Array, base: float | None) -> NumberOrArray:
    """Return -Σ P log Q, as if both summed to 1."""
    total = q.sum(axis=-1, keepdims=True)
    likeliest = np.argmax(q, axis=-1, keepdims=True)
    others = q.copy()
    np.put_along_axis(others, likeliest, 0.0, axis=-1)
    # A chance next to 1 has kept no digits of what it falls short by; the others have.
    rest = others.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore"):
        surprise = np.log(total) - np.log(q)
    largest = np.take_along_axis(q, likeliest, axis=-1)
    np.put_along_axis(surprise, likeliest, np.log1p(rest / largest), axis=-1)
    with np.errstate(invalid="ignore"):
        terms = np.where(p > 0, p * surprise, 0.0)
    return terms.sum(axis=-1) / p.sum(axis=-1) / log_of_base(base)
