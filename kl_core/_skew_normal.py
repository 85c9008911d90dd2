"""A bell on a line that may lean and end."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx, log_ndtr, logsumexp

from kl_core._parts import origin_of
from kl_core._validation import Array, NumberOrArray, floats, number

# The most that a skew normal can lean: where its shape parameter goes to infinity.
LARGEST_SKEWNESS = 0.995
# How much of a bell must be left when its end is cut off.
LEAST_MASS = 1e-9

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# From 0 to 1.
_FROM_0, _SHARES = (0.5 * each for each in np.polynomial.legendre.leggauss(6))
_FROM_0 = _FROM_0 + 0.5
# Where panels begin, in spreads from a centre: narrow around it, and far enough out that what lies
# beyond never counts.
_NEAR, _FAR = 0.02, 13.0
# Over how many nats the density may fall in one panel.
_STEEP = 8.0
# So many spreads from 0 doubles are too coarse for panels.
_REMOTE = 1000.0
# A lean so slight shows in the third order only.
_SLIGHT = 1e-3


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
        lean = LARGEST_SKEWNESS
        fields = {
            "mean": number(self.mean, "mean"),
            "std": number(self.std, "std", above=0),
            "skewness": number(self.skewness, "skewness", least=-lean, most=lean),
        }
        if self.end != math.inf:
            fields["end"] = number(self.end, "end", otherwise=", or inf for no end")
        for name, value in fields.items():
            object.__setattr__(self, name, value)
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
        return self.std * math.hypot(1, self._lean)

    @cached_property
    def location(self) -> float:
        """Azzalini's location: where the thinning begins; the mean for a Gaussian."""
        return self.mean - self.std * self._lean

    @cached_property
    def log_mass(self) -> float:
        """The logarithm of how much of the whole bell lies below `end`, in nats."""
        if self.end == math.inf:
            return 0.0
        if self.shape == 0:
            return float(log_ndtr((self.end - self.mean) / self.std))
        here = self.moved(origin_for(self))
        nodes, log_weights = nodes_of(panels_of(here))
        return float(logsumexp(here._log_whole(nodes) + log_weights)) if nodes.size else -math.inf

    def moved(self, origin: float) -> "SkewNormal":
        """Return the same, measured from there."""
        if not origin:
            return self
        return replace(self, mean=self.mean - origin, end=self.end - origin)

    @cached_property
    def _lean(self) -> float:
        """How far the mean lies from `location`, in spreads."""
        return math.cbrt(2 * self.skewness / (4 - math.pi))

    @property
    def _offset(self) -> float:
        """How far the mean lies from `location`, in scales."""
        return self._lean / math.hypot(1, self._lean)

    def logpdf(self, x: ArrayLike) -> NumberOrArray:
        """Return log p(x) in nats, the shape of `x`; ``-inf`` above `end`."""
        x = floats(x, "x")
        return np.where(x <= self.end, self._log_whole(x) - self.log_mass, -math.inf)[()]

    def pdf(self, x: ArrayLike) -> NumberOrArray:
        """Return the density p(x), the shape of `x`."""
        return np.exp(self.logpdf(x))

    def log_masses(self, edges: ArrayLike) -> Array:
        """Return the logarithm of the probability of each bin, in nats.

        A logarithm, because a bin far out in a tail holds less than the smallest double, and yet
        not nothing. Each is rounded in its 13th decimal: of two bells that are closer than that no
        bin tells the difference, and `kl_integral` does.

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
        origin = origin_for(self, places=edges[np.isfinite(edges)])
        if origin:
            return self.moved(origin).log_masses(edges - origin)
        panels = panels_of(self, reach=edges[np.isfinite(edges)])
        cuts = np.clip(edges, panels[0], panels[-1])
        panels = np.unique(np.concatenate([panels, cuts, self._into_wide_bins(cuts)]))
        nodes, log_weights = nodes_of(panels)
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
        z = (x - self.mean) / self.scale + self._offset
        with np.errstate(over="ignore"):
            whole = -(z**2) / 2 - math.log(self.scale) - math.log(2 * math.pi) / 2
        if self.shape == 0:
            return np.asarray(whole)
        return np.asarray(whole + math.log(2) + log_ndtr(self.shape * z))


def whole_log_ratio(p: SkewNormal, q: SkewNormal, x: Array) -> Array:
    """Return log(p/q) at x before any end is cut off, all digits of it right, the shape of `x`.

    It follows from the differences of the parameters, and so does what `log_ndtr` differs by.
    """
    a, b = p._lean, q._lean
    wider, shift = p.std - q.std, q.mean - p.mean
    if max(abs(a), abs(b)) < _SLIGHT:
        z = (x - q.mean) / q.std
        step = (shift - z * wider) / p.std
        ratio = -math.log1p(wider / q.std) - step * (z + step / 2)
        return np.asarray(ratio + _slight_lean(p, x) - _slight_lean(q, x))
    # a and b are the cube roots of these.
    leaning = 2 * (p.skewness - q.skewness) / (4 - math.pi) / (a**2 + a * b + b**2)
    root_a, root_b = math.hypot(1, a), math.hypot(1, b)
    scaling = wider * root_a + q.std * leaning * (a + b) / (root_a + root_b)
    z = (x - q.mean) / q.scale + q._offset
    step = (shift + wider * a + q.std * leaning - z * scaling) / p.scale
    ratio = -math.log1p(scaling / q.scale) - step * (z + step / 2)
    sharper = _shape_gap(p, q, leaning)
    return np.asarray(ratio + _log_ndtr_gap(q.shape * z, sharper * z + p.shape * step))


def _slight_lean(bell: SkewNormal, x: Array) -> Array:
    """Return by how much log p of a bell that hardly leans exceeds a Gaussian's.

    What it has to the first and to the second order cancels, so it is taken from its cumulants; the
    next term is of the sixth order.
    """
    a, u = bell._lean, (x - bell.mean) / bell.std
    third, fourth = u**3 - 3 * u, u**4 - 6 * u**2 + 3
    fifth = u**5 - 10 * u**3 + 15 * u
    return np.asarray(
        bell.skewness / 6 * third
        + (2 * math.pi - 6) * a**4 / 24 * fourth
        + (3 * math.pi**2 / 4 - 10 * math.pi + 24) * a**5 / 120 * fifth
    )


def _shape_gap(p: SkewNormal, q: SkewNormal, leaning: float) -> float:
    """Return how much sharper P is thinned than Q, where it leans that much more."""
    a, b = p._lean, q._lean
    if a * b <= 0:
        return p.shape - q.shape
    root_a, root_b = (math.sqrt(1 - (math.pi / 2 - 1) * each**2) for each in (a, b))
    between = (a + b) / (root_a * root_b * (a * root_b + b * root_a))
    return math.sqrt(math.pi / 2) * leaning * between


def _log_ndtr_gap(y: Array, step: Array) -> Array:
    """Return log Φ(y + step) - log Φ(y): a short step is integrated over its slope, φ/Φ."""
    short = np.abs(step) < 0.5
    small = np.where(short, step, 0.0)
    places = y[..., None] + small[..., None] * _FROM_0
    with np.errstate(over="ignore"):
        slopes = math.sqrt(2 / math.pi) / erfcx(-places / math.sqrt(2))
    with np.errstate(invalid="ignore"):
        long = log_ndtr(y + step) - log_ndtr(y)
    return np.where(short, small * (slopes @ _SHARES), long)


def origin_for(*bells: SkewNormal, places: ArrayLike = ()) -> float:
    """Return where to measure from: the mean of a bell that lies far from 0 with all the rest."""
    ends = [each.end for each in bells if each.end < math.inf]
    rest = np.concatenate([[each.mean for each in bells], ends, np.asarray(places)])
    stds = np.full(rest.size, math.inf)
    stds[: len(bells)] = [each.std for each in bells]
    origin = origin_of(rest, stds)
    return origin if abs(origin) > _REMOTE * stds.min() else 0.0


def panels_of(*densities: SkewNormal, reach: Array | None = None) -> Array:
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


def nodes_of(panels: Array) -> tuple[Array, Array]:
    """Return the quadrature nodes of each panel, and the logarithms of their weights."""
    half = np.diff(panels)[:, None] / 2
    nodes = panels[:-1, None] + half * (1 + _NODES)
    # A panel may be too narrow for half of it to be above 0.
    with np.errstate(divide="ignore"):
        return nodes, np.log(half * _WEIGHTS)
