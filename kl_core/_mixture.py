"""Mixtures of Gaussians on a line."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from kl_core._parts import STEPS, Parts, check_resolved, origin_of, parts_of
from kl_core._validation import (
    Array,
    NumberOrArray,
    finite_array,
    floats,
    number,
    positive_array,
    probabilities,
    whole,
)


@dataclass(frozen=True)
class GaussianMixture:
    """P(x) = Σ_k w_k N(x; μ_k, σ_k²), a mixture of Gaussians on the line.

    Parameters
    ----------
    weights : array_like, shape (k,)
        Probabilities: at least 0, summing to 1 (`normalize` makes them from any weights).
    means, stds : array_like, shape (k,)
        Of each component; `stds` above 0. All are kept as tuples.

    Raises
    ------
    ValueError
        If a field is out of its range or the three differ in length.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, eq. 2.188.

    Examples
    --------
    >>> p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    >>> print(p.mean, round(p.std, 6), p.pdf([0, 2.5]).round(6))
    0.0 2.624881 [0.003778 0.249339]
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    stds: tuple[float, ...]

    def __init__(self, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> None:
        """Refuse what is no mixture; keep tuples, so that a mixture can be compared and hashed."""
        fields = {
            "weights": probabilities(weights, "weights"),
            "means": finite_array(means, "means"),
            "stds": positive_array(stds, "stds"),
        }
        sizes = {name: each.shape for name, each in fields.items()}
        if len(set(sizes.values())) > 1 or fields["weights"].ndim != 1:
            raise ValueError(
                "weights, means and stds must be lists of the same length, got shapes "
                f"{', '.join(str(shape) for shape in sizes.values())}"
            )
        for name, each in fields.items():
            object.__setattr__(self, name, tuple(each.tolist()))

    @cached_property
    def parts(self) -> Parts:
        """The components that weigh anything."""
        return parts_of(*map(np.array, (self.weights, self.means, self.stds)))

    @cached_property
    def mean(self) -> float:
        """E[x] = Σ w_k μ_k."""
        return float(self.parts.shares @ self.parts.means)

    @cached_property
    def std(self) -> float:
        """The root of Var[x] = Σ w_k (σ_k² + (μ_k - E[x])²)."""
        parts = self.parts
        gaps = parts.means - self.mean
        # What rounding has left of the mean.
        gaps -= parts.shares @ gaps
        # In units of the largest, a power of two, so that no square overflows.
        unit = math.ldexp(1.0, math.frexp(max(np.abs(gaps).max(), parts.stds.max()))[1] - 1)
        return unit * math.sqrt(parts.shares @ ((parts.stds / unit) ** 2 + (gaps / unit) ** 2))

    def logpdf(self, x: ArrayLike) -> NumberOrArray:
        """Return log p(x) in nats, the shape of `x`; ``-inf`` only where its size is no double."""
        return self.parts.logpdf(floats(x, "x"))[()]

    def pdf(self, x: ArrayLike) -> NumberOrArray:
        """Return the density p(x), the shape of `x`."""
        return np.exp(self.logpdf(x))

    def cdf(self, x: ArrayLike) -> NumberOrArray:
        """Return how much of the mixture lies at or below x, the shape of `x`.

        Examples
        --------
        >>> print(GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8]).cdf(0))
        0.5
        """
        return self.parts.cdf(floats(x, "x"))[()]

    def support(self, tail: float = 1e-12) -> tuple[float, float]:
        """Return an interval outside which lies at most `tail` of the mixture.

        Raises
        ------
        ValueError
            If `tail` does not lie between 0 and 1.

        Examples
        --------
        >>> low, high = GaussianMixture([1], [0], [1]).support(0.05)
        >>> print(round(low, 6), round(high, 6))
        -1.959964 1.959964
        """
        reach = -float(ndtri(number(tail, "tail", above=0, below=1) / 2)) * self.parts.stds
        return float((self.parts.means - reach).min()), float((self.parts.means + reach).max())

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Return `count` independent draws, shape (count,)."""
        parts, size = self.parts, whole(count, "count", least=0)
        which = rng.choice(parts.shares.size, p=parts.shares, size=size)
        draws: Array = rng.normal(parts.means[which], parts.stds[which])
        return draws

    def moved(self, origin: float) -> "GaussianMixture":
        """Return the same, measured from there."""
        if not origin:
            return self
        parts = self.parts.moved(origin)
        return GaussianMixture(parts.weights, parts.means, parts.stds)

    def edges(self, steps: Array = STEPS) -> Array:
        """Return rising positions between which p and log p are smooth, as `Parts.edges` does."""
        return np.unique(self.parts.edges(steps))


def gaussian(mean: float, std: float) -> GaussianMixture:
    """Return a single Gaussian as a mixture of one component.

    Raises
    ------
    ValueError
        If `mean` is not finite, or `std` is not finite and above 0.
    """
    return GaussianMixture((1.0,), (number(mean, "mean"),), (number(std, "std", above=0),))


@lru_cache(maxsize=64)
def at_rest(p: GaussianMixture) -> tuple[GaussianMixture, float]:
    """Return a mixture measured from where doubles resolve it best, and where that is.

    Raises
    ------
    ValueError
        If no origin resolves all components.

    Examples
    --------
    >>> p, origin = at_rest(GaussianMixture([0.5, 0.5], [1e9, 1e9 + 5], [1, 2]))
    >>> print(p.means, origin)
    (0.0, 5.0) 1000000000.0
    """
    origin = origin_of(p.parts.means, p.parts.stds)
    check_resolved(p.parts.means, p.parts.stds, origin, "p")
    return p.moved(origin), origin
