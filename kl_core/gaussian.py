"""Closed forms for Gaussians."""

import numpy as np
from numpy.typing import ArrayLike

from kl_core.validation import (
    Array,
    check_broadcast,
    finite_array,
    log_of_base,
    positive_array,
)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# From 0 to 1.
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


def gaussian_kl(
    mu_p: ArrayLike,
    sigma_p: ArrayLike,
    mu_q: ArrayLike,
    sigma_q: ArrayLike,
    *,
    base: float | None = None,
) -> Array:
    """Return D(P‖Q) = log(σ_q/σ_p) + (σ_p² + (μ_p - μ_q)²) / (2σ_q²) - 1/2 of two Gaussians.

    Parameters
    ----------
    mu_p, mu_q : array_like, shapes that broadcast
        Means of P and Q.
    sigma_p, sigma_q : array_like, shapes that broadcast
        Standard deviations, above 0.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape of the broadcast
        At least 0; 0 only where P = Q.

    Raises
    ------
    ValueError
        If a mean is not finite, a standard deviation is not finite and above 0, shapes do not
        broadcast, or `base` is not above 1.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), chapter 8: D = ∫ f log(f/g).
    Bishop, *Pattern Recognition and Machine Learning*, exercise 1.30.

    Examples
    --------
    >>> print(gaussian_kl(0, 1, 1, 1))
    0.5
    >>> print(gaussian_kl(0, 1, 0, 2).round(6), gaussian_kl(0, 2, 0, 1).round(6))
    0.318147 0.806853
    """
    mean_p, mean_q = finite_array(mu_p, "mu_p"), finite_array(mu_q, "mu_q")
    std_p, std_q = positive_array(sigma_p, "sigma_p"), positive_array(sigma_q, "sigma_q")
    check_broadcast(mu_p=mean_p, sigma_p=std_p, mu_q=mean_q, sigma_q=std_q)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        gap = mean_p - mean_q
        shift = np.where(np.isfinite(gap), gap / std_q, (mean_p / 2 - mean_q / 2) / std_q * 2)
        ratio = std_p / std_q
        excess = np.clip((std_p - std_q) / std_q, -0.5, 0.5)
        # With σ_p = (1 + t) σ_q the spreads add t + t²/2 - log(1 + t). Nearly equal ones would lose
        # all digits in t - log(1 + t); it is t² ∫ u/(1 + tu) du from 0 to 1.
        integral = (_WEIGHTS * _NODES / (1 + excess[..., None] * _NODES)).sum(axis=-1)
        near = excess**2 * (0.5 + integral)
        whole = (ratio > np.finfo(np.float64).tiny) & np.isfinite(ratio)
        logarithm = np.where(whole, np.log(ratio), np.log(std_p) - np.log(std_q))
        far = ratio**2 / 2 - 0.5 - logarithm
        nats = np.where(np.abs(excess) < 0.5, near, far) + shift**2 / 2
    divergence: Array = nats / log_of_base(base)
    return divergence
