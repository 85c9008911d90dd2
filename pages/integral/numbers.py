"""What the integral lesson computes: the integral, its bins, and what an ε makes of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import rel_entr

from charts.units import Unit
from kl_core import (
    Array,
    SkewNormal,
    binned_kl,
    gaussian_kl,
    kl_integral,
    merge_bins,
)

# The picture of the line reaches this far on both sides; a bell that ends here is not cut.
EDGE = 8.0
WIDTHS = {
    "1/32": 1 / 32,
    "1/16": 1 / 16,
    "1/8": 1 / 8,
    "1/4": 1 / 4,
    "1/2": 1 / 2,
    **{str(width): float(width) for width in (1, 2, 4, 8, 16)},
}
FINEST = WIDTHS["1/32"]
EPSILONS = ["0", *(f"1e-{power}" for power in range(16, 3, -1)), "0.001", "0.01", "0.1"]
# What the curve of made-up numbers is drawn for; it may bend where ε is as large as densities.
ALL_EPSILONS = 10.0 ** np.concatenate([np.arange(-18, -4), np.arange(-4, -0.9, 0.25)])
# The bells to begin with: Q is P, cut off; and a program's ε, before and after the question.
PLAIN = {"mean": 0.0, "spread": 1.0, "lean": 0.0, "end": EDGE}
CUT = PLAIN | {"end": 1.0}
USUAL, MILLIONTH = "1e-10", "1e-16"


def exponent(epsilon: str) -> float:
    """Return where an ε lies on a logarithmic axis."""
    return math.log10(float(epsilon))


def bell(mean: float, spread: float, lean: float, end: float) -> SkewNormal | None:
    """Return a bell; None if its end leaves nothing of it."""
    try:
        return _bell(mean, spread, lean, end)
    except ValueError:
        return None


def _bell(mean: float, spread: float, lean: float, end: float) -> SkewNormal:
    return SkewNormal(mean, spread, lean, math.inf if end >= EDGE else end)


def at_first() -> tuple[SkewNormal, SkewNormal]:
    """Return P and Q as the sliders begin."""
    return _bell(**PLAIN), _bell(**CUT)


def closed_form(p: SkewNormal, q: SkewNormal, unit: Unit) -> float | None:
    """Return D(P‖Q) of two Gaussians without integrating; None where a bell leans or ends."""
    if any(each.skewness or math.isfinite(each.end) for each in (p, q)):
        return None
    return float(gaussian_kl(p.mean, p.std, q.mean, q.std, base=unit.base))


@dataclass(frozen=True)
class Integral:
    """Two bells along the line, and D(P‖Q).

    Attributes
    ----------
    x : ndarray, shape (n,)
        Increasing positions.
    p, q : ndarray, shape (n,)
        Densities.
    ratios : ndarray, shape (n,)
        log(p/q); ``inf`` where P goes on and Q has ended, NaN where neither is.
    divergence : float
        D(P‖Q), in the unit of the ratios.
    """

    x: Array
    p: Array
    q: Array
    ratios: Array
    divergence: float

    @property
    def products(self) -> Array:
        """What is integrated: p log(p/q), 0 where p is."""
        with np.errstate(invalid="ignore"):
            return np.where(self.p > 0, self.p * self.ratios, 0.0)

    def products_with(self, epsilon: float, unit: Unit) -> Array:
        """Return what a program integrates that adds ε to q."""
        if not epsilon:
            return self.products
        return rel_entr(self.p, self.q + epsilon) / unit.nats


def integral(p: SkewNormal, q: SkewNormal, unit: Unit) -> Integral:
    """Integrate p log(p/q), and look at it along the line."""
    ends = [end for end in (p.end, q.end) if math.isfinite(end)]
    beyond = np.nextafter(ends, math.inf) if ends else []
    x = np.unique(np.concatenate([np.linspace(-EDGE, EDGE, 385), ends, beyond]))
    log_p, log_q = p.logpdf(x), q.logpdf(x)
    with np.errstate(invalid="ignore"):
        ratios = (log_p - log_q) / unit.nats
    divergence = float(kl_integral(p, q, base=unit.base))
    return Integral(x, np.exp(log_p), np.exp(log_q), ratios, divergence)


@dataclass(frozen=True)
class Bins:
    """Two bells in bins, and what is left of D(P‖Q).

    Attributes
    ----------
    width : str
        Of a bin: one of `WIDTHS`.
    p, q : ndarray, shape (bins,)
        The probability of each bin, divided by its width.
    divergences : ndarray, shape (widths,)
        D(P‖Q) between the binned distributions, for each of `WIDTHS`.
    truth : float
        D(P‖Q) of the densities.
    """

    width: str
    p: Array
    q: Array
    divergences: Array
    truth: float

    @property
    def place(self) -> int:
        """Which of `WIDTHS` the bins have."""
        return list(WIDTHS).index(self.width)

    @property
    def edges(self) -> Array:
        """Between which the bins are drawn; the outermost hold all that lies beyond."""
        return np.arange(-EDGE, EDGE + WIDTHS[self.width], WIDTHS[self.width])

    @property
    def divergence(self) -> float:
        """D(P‖Q) in these bins."""
        return float(self.divergences[self.place])


def in_bins(p: SkewNormal, q: SkewNormal, width: str, unit: Unit) -> Bins:
    """Put two bells into bins of one width, and compute D in bins of each."""
    edges = np.concatenate([[-math.inf], np.arange(-EDGE + FINEST, EDGE, FINEST), [math.inf]])
    finest = p.log_masses(edges), q.log_masses(edges)

    def joined(wide: float) -> tuple[Array, Array]:
        log_p, log_q = (merge_bins(masses, round(wide / FINEST)) for masses in finest)
        return log_p, log_q

    divergences = np.array([binned_kl(*joined(wide), base=unit.base) for wide in WIDTHS.values()])
    p_height, q_height = (np.exp(masses) / WIDTHS[width] for masses in joined(WIDTHS[width]))
    truth = float(kl_integral(p, q, base=unit.base))
    return Bins(width, p_height, q_height, divergences, truth)


@dataclass(frozen=True)
class MadeUp:
    """What code reports that adds ε to q.

    Attributes
    ----------
    epsilon : str
        The learner's ε: one of `EPSILONS`.
    reported : float
        ∫ p log(p/(q + ε)) with it.
    curve : ndarray, shape (n,)
        The same for each of `ALL_EPSILONS`.
    thousandth, millionth : float
        The same for an ε a thousand and a million times smaller than the learner's.
    truth : float
        D(P‖Q).
    """

    epsilon: str
    reported: float
    curve: Array
    thousandth: float
    millionth: float
    truth: float


@cache
def reported_at_first(epsilon: str, unit: Unit) -> float:
    """Return what code that adds ε to q reports of the bells to begin with."""
    return float(kl_integral(*at_first(), epsilon=float(epsilon), base=unit.base))


def made_up(p: SkewNormal, q: SkewNormal, epsilon: str, unit: Unit) -> MadeUp:
    """Compute D as code does that adds ε to q."""
    added = float(epsilon)
    truth, reported, thousandth, millionth, *curve = kl_integral(
        p, q, epsilon=[0.0, added, added / 1e3, added / 1e6, *ALL_EPSILONS], base=unit.base
    ).tolist()
    return MadeUp(epsilon, reported, np.array(curve), thousandth, millionth, truth)


def integral_data(line: Integral, unit: Unit) -> Mapping[str, Sequence[object] | Array]:
    """Return the curves of the integral, point by point."""
    return {
        "x": line.x,
        "p": line.p,
        "q": line.q,
        f"log_ratio_{unit.name}": line.ratios,
        f"product_{unit.name}": line.products,
    }
