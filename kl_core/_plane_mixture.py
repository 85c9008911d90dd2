"""Gaussian mixtures in the plane."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from kl_core._gaussian import covariance_root
from kl_core._parts import log_total
from kl_core._validation import Array, NumberOrArray, finite_array, probabilities, whole

Matrix = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class PlaneMixture:
    """P(x) = Σ_k w_k N(x; μ_k, Σ_k), a mixture of Gaussians in the plane.

    Parameters
    ----------
    weights : array_like, shape (k,)
        Probabilities: at least 0, summing to 1 (`normalize` makes them from any weights).
    means : array_like, shape (k, 2)
        Of each component.
    covariances : array_like, shape (k, 2, 2)
        Of each component, symmetric and positive definite. All are kept as tuples.

    Raises
    ------
    ValueError
        If a field is out of its range or the three differ in length.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, eq. 2.188.

    Examples
    --------
    >>> p = PlaneMixture([0.5, 0.5], [[-2, 0], [2, 0]], [np.eye(2), np.eye(2)])
    >>> print(p.mean, p.covariance.tolist(), p.pdf([[0, 0], [2, 0]]).round(6))
    [0. 0.] [[5.0, 0.0], [0.0, 1.0]] [0.021539 0.079604]
    """

    weights: tuple[float, ...]
    means: tuple[tuple[float, float], ...]
    covariances: tuple[Matrix, ...]

    def __init__(self, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> None:
        """Refuse what is no mixture; keep tuples, so that a mixture can be compared and hashed."""
        chances, centres = probabilities(weights, "weights"), finite_array(means, "means")
        spreads, _ = covariance_root(covariances, "covariances")
        count = chances.size
        shapes = chances.shape, centres.shape, spreads.shape
        if shapes != ((count,), (count, 2), (count, 2, 2)):
            raise ValueError(
                "weights, means and covariances must have shapes (k,), (k, 2) and (k, 2, 2), got "
                + ", ".join(map(str, shapes))
            )
        object.__setattr__(self, "weights", tuple(chances.tolist()))
        object.__setattr__(self, "means", tuple(map(tuple, centres.tolist())))
        object.__setattr__(self, "covariances", tuple(map(matrix, spreads)))

    @cached_property
    def mean(self) -> Array:
        """E[x] = Σ w_k μ_k, shape (2,)."""
        return moments(*self.parts)[0]

    @cached_property
    def covariance(self) -> Array:
        """Cov[x] = Σ w_k (Σ_k + (μ_k - E[x]) (μ_k - E[x])ᵀ), shape (2, 2)."""
        return moments(*self.parts)[1]

    @cached_property
    def parts(self) -> tuple[Array, Array, Array]:
        """Weights, means and covariances, as arrays, of the components that weigh anything."""
        weights, means, covariances = map(np.array, (self.weights, self.means, self.covariances))
        some = weights > 0
        return weights[some], means[some], covariances[some]

    @cached_property
    def shares(self) -> Array:
        """Of `parts`: the weights, divided by what rounding may have carried away from 1."""
        return np.asarray(self.parts[0] / math.fsum(self.weights))

    @cached_property
    def roots(self) -> tuple[Array, Array]:
        """Of `parts`: log(w / (2π √|Σ|)), shape (k,), and the Cholesky factors, (k, 2, 2)."""
        _, _, covariances = self.parts
        _, roots = covariance_root(covariances, "covariances")
        heights = np.log(self.shares / (roots[:, 0, 0] * roots[:, 1, 1])) - math.log(2 * math.pi)
        return heights, roots

    def moved(self, origin: Array) -> "PlaneMixture":
        """Return the same, measured from there."""
        if not origin.any():
            return self
        weights, means, covariances = self.parts
        return PlaneMixture(weights, means - origin, covariances)

    def logpdf(self, x: ArrayLike) -> NumberOrArray:
        """Return log p(x) in nats, shape (...), of `x` of shape (..., 2)."""
        x = finite_array(x, "x")
        if x.shape[-1:] != (2,):
            raise ValueError(f"x must hold two coordinates on its last axis, got shape {x.shape}")
        return self.logpdf_beside(np.zeros(2), x)[()]

    def logpdf_beside(self, origin: Array, x: Array) -> Array:
        """Return log p(origin + x), without rounding that sum."""
        logs = []
        with np.errstate(over="ignore"):
            for height, mean, root in zip(
                self.roots[0], self.parts[1] - origin, self.roots[1], strict=True
            ):
                first = (x[..., 0] - mean[0]) / root[0, 0]
                second = (x[..., 1] - mean[1] - root[1, 0] * first) / root[1, 1]
                logs.append(height - (first**2 + second**2) / 2)
        return log_total(logs)

    def pdf(self, x: ArrayLike) -> NumberOrArray:
        """Return the density p(x), shape (...), of `x` of shape (..., 2)."""
        return np.exp(self.logpdf(x))

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Return `count` independent draws, shape (count, 2)."""
        size = whole(count, "count", least=0)
        which = rng.choice(self.shares.size, p=self.shares, size=size)
        steps = self.roots[1][which] @ rng.normal(size=(size, 2, 1))
        draws: Array = self.parts[1][which] + steps[..., 0]
        return draws


def plane_gaussian(mean: ArrayLike, covariance: ArrayLike) -> PlaneMixture:
    """Return a single Gaussian as a mixture of one component."""
    centre, (spread, _) = finite_array(mean, "mean"), covariance_root(covariance, "covariance")
    return PlaneMixture([1.0], [centre], [spread])


def moments(weights: Array, means: Array, covariances: Array) -> tuple[Array, Array]:
    """Return mean and covariance of a mixture with these weights, which need not sum to 1."""
    weights = weights / weights.sum()
    mean = weights @ means
    gaps = means - mean
    spread = covariances + gaps[:, :, None] * gaps[:, None, :]
    return mean, np.tensordot(weights, spread, 1)


def matrix(values: Array) -> Matrix:
    """Return a 2 × 2 array as tuples."""
    (a, b), (c, d) = values.tolist()
    return (a, b), (c, d)
