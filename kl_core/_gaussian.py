"""Closed forms for Gaussians."""

import numpy as np
from numpy.typing import ArrayLike

from kl_core._validation import (
    Array,
    NumberOrArray,
    check_broadcast,
    element,
    finite_array,
    log_of_base,
    positive_array,
)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# From 0 to 1.
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2

# How far rounding may carry a covariance from its mirror image, as a correlation.
_ASYMMETRY = 1e-8
# An eigenvalue of correlations that rounding may have made, for each dimension.
_SINGULAR = 1e-14


def gaussian_kl(
    mean_p: ArrayLike,
    std_p: ArrayLike,
    mean_q: ArrayLike,
    std_q: ArrayLike,
    *,
    base: float | None = None,
) -> NumberOrArray:
    """Return D(P‖Q) = log(σ_q/σ_p) + (σ_p² + (μ_p - μ_q)²) / (2σ_q²) - 1/2 of two Gaussians.

    Parameters
    ----------
    mean_p, mean_q : array_like, shapes that broadcast
        Means of P and Q.
    std_p, std_q : array_like, shapes that broadcast
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
    mean_p, mean_q = finite_array(mean_p, "mean_p"), finite_array(mean_q, "mean_q")
    std_p, std_q = positive_array(std_p, "std_p"), positive_array(std_q, "std_q")
    check_broadcast(mean_p=mean_p, std_p=std_p, mean_q=mean_q, std_q=std_q)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        gap = mean_p - mean_q
        shift = np.where(np.isfinite(gap), gap / std_q, (mean_p / 2 - mean_q / 2) / std_q * 2)
        ratio = std_p / std_q
        excess = np.clip((std_p - std_q) / std_q, -0.5, 0.5)
        # With σ_p = (1 + t) σ_q the spreads add t + t²/2 - log(1 + t).
        near = excess**2 * (0.5 + _curvature(excess))
        whole = (ratio > np.finfo(np.float64).tiny) & np.isfinite(ratio)
        logarithm = np.where(whole, np.log(ratio), np.log(std_p) - np.log(std_q))
        far = ratio**2 / 2 - 0.5 - logarithm
        nats = np.where(np.abs(excess) < 0.5, near, far) + shift**2 / 2
    return nats / log_of_base(base)


def multivariate_gaussian_kl(
    mean_p: ArrayLike,
    cov_p: ArrayLike,
    mean_q: ArrayLike,
    cov_q: ArrayLike,
    *,
    base: float | None = None,
) -> NumberOrArray:
    """Return D(P‖Q) = ½ [log(|Σ_q|/|Σ_p|) + tr(Σ_q⁻¹ Σ_p) - d + Δᵀ Σ_q⁻¹ Δ], with Δ = μ_p - μ_q.

    Parameters
    ----------
    mean_p, mean_q : array_like, shape (..., d)
        Means of P and Q.
    cov_p, cov_q : array_like, shape (..., d, d)
        Covariances, symmetric and positive definite.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float or ndarray, shape (...)
        At least 0. All that comes before the vectors and the matrices broadcasts.

    Raises
    ------
    ValueError
        If a number is not finite, a covariance is not symmetric or not positive definite (or so
        nearly singular that rounding decides), the dimensions differ, shapes do not broadcast, or
        `base` is not above 1.

    References
    ----------
    Rasmussen & Williams, *Gaussian Processes for Machine Learning*, eq. A.23.

    Examples
    --------
    >>> print(multivariate_gaussian_kl([0, 0], np.eye(2), [1, 0], np.eye(2)))
    0.5
    >>> correlated = [[1, 0.9], [0.9, 1]]
    >>> print(multivariate_gaussian_kl([0, 0], correlated, [0, 0], np.eye(2)).round(6))
    0.830366
    >>> print(multivariate_gaussian_kl([0, 0], np.eye(2), [0, 0], correlated).round(6))
    3.432792
    """
    centre_p, centre_q = _vectors(mean_p, "mean_p"), _vectors(mean_q, "mean_q")
    spread_p, root_p = covariance_root(cov_p, "cov_p")
    spread_q, root_q = covariance_root(cov_q, "cov_q")
    sizes = {
        "mean_p": centre_p.shape,
        "cov_p": spread_p.shape,
        "mean_q": centre_q.shape,
        "cov_q": spread_q.shape,
    }
    shapes = ", ".join(f"{name} {shape}" for name, shape in sizes.items())
    if len({shape[-1] for shape in sizes.values()}) > 1:
        raise ValueError(f"the dimensions differ on the last axes: {shapes}")
    try:
        np.broadcast_shapes(
            centre_p.shape[:-1], spread_p.shape[:-2], centre_q.shape[:-1], spread_q.shape[:-2]
        )
    except ValueError:
        raise ValueError(f"shapes do not broadcast before the last axes: {shapes}") from None
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        shift = _solve_lower(root_q, (centre_p - centre_q)[..., None])[..., 0]
        # Nearly equal covariances: their difference is exact in doubles, what it is in units of
        # Σ_q has eigenvalues λ near 0, and ½ Σ (λ - log(1 + λ)) then loses no digits.
        gap = _solve_lower(root_q, _solve_lower(root_q, spread_p - spread_q).swapaxes(-1, -2))
        close = np.linalg.norm(gap, axis=(-2, -1)) < 0.5
        excess = np.linalg.eigvalsh(np.where(close[..., None, None], gap, 0.0))
        near = (excess**2 * _curvature(excess)).sum(axis=-1) / 2
        # The others: L_q⁻¹ L_p is triangular, so its diagonal alone makes the determinant.
        ratio = _solve_lower(root_q, root_p)
        along = np.log(np.diagonal(root_p, axis1=-2, axis2=-1)) - np.log(
            np.diagonal(root_q, axis1=-2, axis2=-1)
        )
        far = ((ratio**2).sum(axis=-1) / 2 - 0.5 - along).sum(axis=-1)
        nats = np.where(close, near, far) + (shift**2).sum(axis=-1) / 2
    return np.maximum(nats, 0.0) / log_of_base(base)


def covariance_root(values: ArrayLike, name: str) -> tuple[Array, Array]:
    """Return covariances and their lower Cholesky factors, or raise ValueError naming the wrong.

    Parameters
    ----------
    values : array_like, shape (..., d, d)
        Symmetric and positive definite.
    name : str
        What a message calls them.

    Returns
    -------
    tuple of ndarray, each of shape (..., d, d)
        The covariances, made exactly symmetric, and L with L Lᵀ = Σ.

    Raises
    ------
    ValueError
        If a number is not finite, or a matrix is not square, symmetric and positive definite.

    Examples
    --------
    >>> print(covariance_root([[4, 2], [2, 5]], "cov")[1])
    [[2. 0.]
     [1. 2.]]
    """
    matrices = finite_array(values, name)
    if matrices.ndim < 2 or matrices.shape[-1] != matrices.shape[-2] or matrices.shape[-1] == 0:
        raise ValueError(
            f"{name} must hold a square matrix on its last two axes, got shape {matrices.shape}"
        )
    mirrored = matrices.swapaxes(-1, -2)
    variances = np.diagonal(matrices, axis1=-2, axis2=-1)
    stds = np.sqrt(np.maximum(variances, 0.0))
    with np.errstate(over="ignore"):
        wrong = np.abs(matrices - mirrored) > _ASYMMETRY * stds[..., :, None] * stds[..., None, :]
    if wrong.any():
        index = tuple(np.argwhere(wrong)[0])
        across = (*index[:-2], index[-1], index[-2])
        raise ValueError(
            f"{element(name, index[:-2])} is not symmetric: {element(name, index)} is "
            f"{float(matrices[index])!r}, {element(name, across)} is {float(matrices[across])!r}"
        )
    matrices = matrices / 2 + mirrored / 2
    # Of the correlations, so that no unit of length makes a covariance singular.
    units = np.where(stds > 0, stds, 1.0)
    lowest = np.linalg.eigvalsh(matrices / units[..., :, None] / units[..., None, :])[..., 0]
    flat = lowest <= _SINGULAR * matrices.shape[-1]
    if flat.any():
        index = tuple(np.argwhere(flat)[0])
        raise ValueError(
            f"{element(name, index)} is not positive definite: its smallest eigenvalue is "
            f"{float(np.linalg.eigvalsh(matrices[index])[0]):.6g}"
        )
    roots: Array = np.linalg.cholesky(matrices).astype(np.float64, copy=False)
    return matrices, roots


def _vectors(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless all are finite vectors."""
    vectors = finite_array(values, name)
    if vectors.ndim == 0:
        raise ValueError(f"{name} must hold a vector on its last axis, got a single number")
    return vectors


def _solve_lower(lower: Array, right: Array) -> Array:
    """Return lower⁻¹ right by substitution, for shapes (..., d, d) and (..., d, n)."""
    shape = np.broadcast_shapes(lower.shape[:-2], right.shape[:-2])
    solution = np.zeros((*shape, *right.shape[-2:]))
    for i in range(lower.shape[-1]):
        known = (lower[..., i, None, :i] @ solution[..., :i, :])[..., 0, :]
        solution[..., i, :] = (right[..., i, :] - known) / lower[..., i, i, None]
    return solution


def _curvature(t: Array) -> Array:
    """Return (t - log(1 + t)) / t² for |t| up to 0.5, to all digits: ∫ u/(1 + tu) du, 0 to 1."""
    integral: Array = (_WEIGHTS * _NODES / (1 + t[..., None] * _NODES)).sum(axis=-1)
    return integral
