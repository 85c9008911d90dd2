"""Densities on a line: bells that may lean and end, their divergence as an integral and in bins."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, logsumexp

from kl_core._validation import (
    SUM_TOLERANCE,
    Array,
    NumberOrArray,
    at_least_one,
    check_broadcast,
    element,
    finite_array,
    floats,
    log_of_base,
)

# The most that a skew normal can lean: where its shape parameter goes to infinity.
LARGEST_SKEWNESS = 0.995
# How much of a bell must be left when its end is cut off.
LEAST_MASS = 1e-9

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# Where panels begin, in spreads from a centre: narrow around it, and far enough out that what lies
# beyond never counts.
_NEAR, _FAR = 0.02, 13.0
# Over how many nats the density may fall in one panel.
_STEEP = 8.0


def _steps(first: float) -> Array:
    """Return 0 and steps from `first` to `_FAR`, each about a seventh longer than the last."""
    count = math.ceil(math.log(_FAR / first) / math.log(1.15))
    return np.concatenate([[0.0], np.geomspace(first, _FAR, count + 1)])


_GRADED = np.concatenate([-_steps(_NEAR)[:0:-1], _steps(_NEAR)])


@dataclass(frozen=True)
class SkewNormal:
    """A bell curve on the line that may lean to one side and may be cut off at its upper end.

    Attributes
    ----------
    mean, std : float
        Of the whole bell, before anything is cut off; `std` above 0.
    skewness : float
        The third standardised moment of the whole bell: 0 for a Gaussian, above 0 for a longer
        tail to the right; between -0.995 and 0.995.
    end : float
        Nothing lies above it; ``inf`` leaves the bell whole. What is left is scaled up to 1.

    Raises
    ------
    ValueError
        If a field is out of its range, or if less than 1e-9 of the bell lies below `end`.

    References
    ----------
    Azzalini (1985), "A Class of Distributions Which Includes the Normal Ones", Scand. J. Statist.

    Examples
    --------
    >>> print(SkewNormal(0, 1).pdf(0).round(6), SkewNormal(0, 1, end=0).pdf([-1, 1]).round(6))
    0.398942 [0.483941 0.      ]
    """

    mean: float
    std: float
    skewness: float = 0.0
    end: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what is no density."""
        for name in ("mean", "std", "skewness", "end"):
            if floats(getattr(self, name), name).ndim:
                raise ValueError(f"{name} must be one number, got {getattr(self, name)!r}")
        finite_array(self.mean, "mean")
        if not 0 < self.std < math.inf:
            raise ValueError(f"std is {self.std!r}; it must be finite and above 0")
        if not abs(self.skewness) <= LARGEST_SKEWNESS:
            raise ValueError(
                f"skewness is {self.skewness!r}; it must lie between -{LARGEST_SKEWNESS} and "
                f"{LARGEST_SKEWNESS}"
            )
        if math.isnan(self.end):
            raise ValueError("end is nan; it must be a number, or inf for no end")
        if not self.log_mass >= math.log(LEAST_MASS):
            raise ValueError(
                f"end is {self.end!r}: less than {LEAST_MASS:g} of the bell with mean "
                f"{self.mean!r} and std {self.std!r} lies below it"
            )

    @cached_property
    def shape(self) -> float:
        """Azzalini's λ: how sharply one side is thinned; 0 for a Gaussian."""
        delta = self._offset * math.sqrt(math.pi / 2)
        return delta / math.sqrt(1 - delta**2)

    @cached_property
    def scale(self) -> float:
        """Azzalini's scale: at least `std`, and equal to it for a Gaussian."""
        return self.std / math.sqrt(1 - self._offset**2)

    @cached_property
    def location(self) -> float:
        """Azzalini's location: where the thinning begins; the mean for a Gaussian."""
        return self.mean - self.scale * self._offset

    @cached_property
    def log_mass(self) -> float:
        """The logarithm of how much of the whole bell lies below `end`, in nats."""
        if math.isinf(self.end):
            return 0.0 if self.end > 0 else -math.inf
        if self.shape == 0:
            return float(log_ndtr((self.end - self.mean) / self.std))
        nodes, log_weights = _nodes(_panels(self))
        return float(logsumexp(self._log_whole(nodes) + log_weights)) if nodes.size else -math.inf

    @property
    def _offset(self) -> float:
        """How far the mean lies from `location`, in scales."""
        lean = math.cbrt(2 * self.skewness / (4 - math.pi))
        return lean / math.sqrt(1 + lean**2)

    def logpdf(self, x: ArrayLike) -> NumberOrArray:
        """Return log p(x) in nats, the shape of `x`; ``-inf`` above `end`."""
        x = np.asarray(x, dtype=np.float64)
        return np.where(x <= self.end, self._log_whole(x) - self.log_mass, -math.inf)[()]

    def pdf(self, x: ArrayLike) -> NumberOrArray:
        """Return the density p(x), the shape of `x`."""
        return np.exp(self.logpdf(x))

    def log_masses(self, edges: ArrayLike) -> Array:
        """Return the logarithm of the probability of each bin, in nats.

        A logarithm, because a bin far out in a tail holds less than the smallest double, and yet
        not nothing.

        Parameters
        ----------
        edges : array_like, shape (bins + 1,)
            Increasing; the first may be ``-inf`` and the last ``inf``.

        Returns
        -------
        ndarray, shape (bins,)
            ``-inf`` for a bin above `end`.

        Raises
        ------
        ValueError
            If `edges` does not increase.
        """
        edges = floats(edges, "edges")
        if edges.ndim != 1 or edges.size < 2 or not (edges[1:] > edges[:-1]).all():
            raise ValueError("edges must hold at least two numbers, each above the one before")
        panels = _panels(self, reach=edges[np.isfinite(edges)])
        cuts = np.clip(edges, panels[0], panels[-1])
        panels = np.unique(np.concatenate([panels, cuts, self._into_wide_bins(cuts)]))
        nodes, log_weights = _nodes(panels)
        pieces = logsumexp(self.logpdf(nodes) + log_weights, axis=1)
        first = np.searchsorted(panels, cuts)
        masses = np.full(edges.size - 1, -math.inf)
        filled = np.diff(first) > 0
        # reduceat joins the panels of a bin; the bins without a panel lie above the end.
        starts = first[:-1][filled]
        masses[filled] = np.logaddexp.reduceat(pieces[: first[-1]], starts)
        return masses

    def _into_wide_bins(self, cuts: Array) -> Array:
        """Return edges of panels that lie close where a bin begins and ends.

        Out in a tail a bin holds next to all it holds right beside its inner end, and the closer
        the more the bell leans: on its thin side it falls 1 + λ² times as steeply as a Gaussian.
        """
        low, high, logs = cuts[:-1], cuts[1:], self.logpdf(cuts)
        wide = (high - low > self.scale / 2) | (abs(np.diff(logs)) > _STEEP)
        steps = self.scale * _steps(_NEAR / (1 + self.shape**2))
        low, high = low[wide, None], high[wide, None]
        return np.concatenate(
            [np.minimum(low + steps, high), np.maximum(high - steps, low)]
        ).ravel()

    def _log_whole(self, x: Array) -> Array:
        """Return the log-density of the bell before its end is cut off."""
        z = (x - self.location) / self.scale
        whole = -(z**2) / 2 - math.log(self.scale * math.sqrt(2 * math.pi))
        if self.shape == 0:
            return np.asarray(whole)
        return np.asarray(whole + math.log(2) + log_ndtr(self.shape * z))


def kl_integral(
    p: SkewNormal, q: SkewNormal, *, epsilon: ArrayLike = 0.0, base: float | None = None
) -> Array:
    """Return D(P‖Q) = ∫ p(x) log(p(x)/q(x)) dx by Gauss-Legendre quadrature.

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
        ``inf`` where P reaches beyond the end of Q and `epsilon` is 0.

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
    nodes, log_weights = _nodes(_panels(p, q))
    log_p, log_q = p.logpdf(nodes), q.logpdf(nodes)
    weights = np.exp(log_p + log_weights)
    with np.errstate(divide="ignore"):
        log_added = np.log(added)
    gap = log_p - np.logaddexp(log_q, log_added[..., None, None])
    # A tail may be too thin for its weight in doubles; then only the ends know that q is 0.
    with np.errstate(invalid="ignore"):
        integral = np.where(weights > 0, weights * gap, 0.0).sum(axis=(-2, -1))
    integral = np.where((p.end > q.end) & (added == 0), math.inf, integral)
    floor = np.where(added == 0, 0.0, -math.inf)
    return np.maximum(integral, floor) / log_of_base(base)


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
    divergence = float(kl_integral(p, q, base=base))
    nodes, log_weights = _nodes(_panels(p, q))
    log_p = p.logpdf(nodes)
    gap = np.minimum(log_p - q.logpdf(nodes), 0.0)
    gives_back = float((np.exp(log_p + log_weights) * gap).sum()) / log_of_base(base)
    return divergence - gives_back, gives_back


def binned_kl(log_p: ArrayLike, log_q: ArrayLike, *, base: float | None = None) -> NumberOrArray:
    """Return Σ P(bin) log(P(bin)/Q(bin)): what is left of D(P‖Q) when only the bin is known.

    Never above D(P‖Q), and never higher for coarser bins made of whole finer ones: the
    data-processing inequality.

    Parameters
    ----------
    log_p, log_q : array_like, shapes (..., bins) that broadcast
        Logarithms of the bins' probabilities, as `SkewNormal.log_masses` returns them.
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
    weights = np.exp(log_p)
    with np.errstate(invalid="ignore"):
        terms = np.where(weights > 0, weights * (log_p - log_q), 0.0)
    # A bin of P may hold less than the smallest double; where Q has nothing it still decides.
    terms = np.where((log_p > -math.inf) & (log_q == -math.inf), math.inf, terms)
    return np.maximum(terms.sum(axis=-1), 0.0) / log_of_base(base)


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
    at_least_one(count=count)
    masses = floats(log_masses, "log_masses")
    if masses.ndim == 0:
        raise ValueError("log_masses must hold bins on its last axis, got a single number")
    merged: Array = np.logaddexp.reduceat(masses, np.arange(0, masses.shape[-1], count), axis=-1)
    return merged


def _panels(*densities: SkewNormal, reach: Array | None = None) -> Array:
    """Return increasing edges between which the first density, and log-ratios, are smooth.

    They cover all that counts of the first density, as far as `reach` and beyond, and lie close
    where any of the densities bends or ends.
    """
    first = densities[0]
    edges = np.concatenate(
        [
            *(each.location + each.scale * _GRADED for each in densities),
            [each.end for each in densities if math.isfinite(each.end)],
        ]
    )
    middle = [first.location, *([] if reach is None or reach.size == 0 else [reach[0], reach[-1]])]
    low = min(middle) + first.scale * _GRADED[0]
    high = min(first.end, max(middle) + first.scale * _GRADED[-1])
    inside = edges[(edges > low) & (edges < high)]
    return np.unique(np.concatenate([[low], inside, [high]])) if low < high else np.empty(0)


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


def _nodes(panels: Array) -> tuple[Array, Array]:
    """Return the quadrature nodes of each panel, and the logarithms of their weights."""
    half = np.diff(panels)[:, None] / 2
    nodes = panels[:-1, None] + half * (1 + _NODES)
    # A panel may be too narrow for half of it to be above 0.
    with np.errstate(divide="ignore"):
        return nodes, np.log(half * _WEIGHTS)
