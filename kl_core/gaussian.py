"""Closed forms for Gaussians."""

import numpy as np
from numpy.typing import ArrayLike

from kl_core.validation import Array, finite_array, log_of_base, positive_array


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
    try:
        np.broadcast_shapes(mean_p.shape, std_p.shape, mean_q.shape, std_q.shape)
    except ValueError:
        raise ValueError(
            f"mu_p, sigma_p, mu_q, sigma_q of shapes {mean_p.shape}, {std_p.shape}, "
            f"{mean_q.shape}, {std_q.shape} do not broadcast"
        ) from None
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        shift = (mean_p - mean_q) / std_q
        excess = (std_p - std_q) / std_q
        # Nearly equal spreads would lose their digits in log(ratio) + ratio²/2 - 1/2.
        near = excess + excess**2 / 2 - np.log1p(np.maximum(excess, -0.5))
        far = np.log(std_q) - np.log(std_p) + (std_p / std_q) ** 2 / 2 - 0.5
        nats = np.where(np.abs(excess) < 0.5, near, far) + shift**2 / 2
    divergence: Array = np.maximum(nats, 0.0) / log_of_base(base)
    return divergence
