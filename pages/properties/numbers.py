"""What the lesson computes: ratios under a line and a curve, and the sides of a triangle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from kl_core import Array, gaussian_kl, kl_terms, log_ratios

SKY = ("sun", "cloud", "rain", "snow")
WEATHER = [4.0, 3.0, 2.0, 1.0]
FORECAST = [1.5, 2.0, 4.0, 2.5]
# Another forecast, to see what its ratios have in common with those of the first.
SUNNY = [7.0, 1.0, 1.5, 0.5]
NO_SNOW = [4.0, 3.0, 3.0, 0.0]
# A ratio to a trifle may be more than a double holds.
LARGEST = 1e300


@dataclass(frozen=True)
class Ratios:
    """What the ratios x = q/p say, outcome by outcome; nan where p is 0 and there is none.

    Attributes
    ----------
    p, q : ndarray, shape (k,)
        Probabilities.
    unit : Unit
        What line, curve and gaps are measured in.
    """

    p: Array
    q: Array
    unit: Unit

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """Where there is a ratio."""
        return self.p > 0

    @cached_property
    def beyond_one(self) -> Array:
        """The ratio less 1, exact where p and q are close."""
        with np.errstate(over="ignore"):
            beyond = (self.q - self.p) / np.where(self.there, self.p, np.nan)
        return np.minimum(beyond, LARGEST)

    @cached_property
    def x(self) -> Array:
        """The ratios."""
        return self.beyond_one + 1

    @cached_property
    def line(self) -> Array:
        """The height of the line there: x - 1, in the unit."""
        return self.beyond_one / self.unit.nats

    @cached_property
    def curve(self) -> Array:
        """The height of the curve there: log x; -inf where Q rules out what P brings."""
        ratios = log_ratios(self.p, self.q, base=self.unit.base)
        return np.where(self.there, 0.0 - np.where(self.there, ratios, 0.0), np.nan)

    @cached_property
    def gaps(self) -> Array:
        """How far the curve is below the line."""
        with np.errstate(divide="ignore"):
            gaps = self.beyond_one - np.log1p(self.beyond_one)
        return np.asarray(gaps / self.unit.nats)

    @cached_property
    def weighted(self) -> Array:
        """The gaps times p; 0 where P never comes."""
        p, q = self.p, self.q
        # For a large ratio to a small p, without either.
        large = np.maximum((q - p) / self.unit.nats + kl_terms(p, q, base=self.unit.base), 0.0)
        small = p * np.where(self.there, self.gaps, 0.0)
        return np.where(self.there, np.where(self.beyond_one > 1, large, small), 0.0)

    @cached_property
    def outside(self) -> float:
        """How much of Q lies where P never comes."""
        return float(self.q[~self.there].sum())

    @property
    def loose(self) -> float:
        """What D has beside the gaps: the chance outside, in the unit."""
        return self.outside / self.unit.nats

    @property
    def average(self) -> float:
        """The average ratio, each counted as often as P brings it."""
        return 1 - self.outside

    @property
    def divergence(self) -> float:
        """D(P‖Q), in the unit: the weighted gaps, and what of Q lies outside."""
        return self.unit.kl(self.p, self.q)


@dataclass(frozen=True)
class Bell:
    """A Gaussian."""

    mean: float
    spread: float

    def to(self, other: "Bell", unit: Unit) -> float:
        """Return D from this bell to another."""
        return float(gaussian_kl(self.mean, self.spread, other.mean, other.spread, base=unit.base))


@dataclass(frozen=True)
class Triangle:
    """Three bells, and how far it is from one to the other.

    Attributes
    ----------
    a, b, c : Bell
        From A one goes to C, straight on or over B.
    unit : Unit
        What the ways are measured in.
    """

    a: Bell
    b: Bell
    c: Bell
    unit: Unit

    @cached_property
    def straight(self) -> float:
        """D(A‖C)."""
        return self.a.to(self.c, self.unit)

    @cached_property
    def steps(self) -> tuple[float, float]:
        """D(A‖B) and D(B‖C)."""
        return self.a.to(self.b, self.unit), self.b.to(self.c, self.unit)

    @property
    def detour(self) -> float:
        """The way over B."""
        return sum(self.steps)

    @cached_property
    def back(self) -> float:
        """D(C‖A)."""
        return self.c.to(self.a, self.unit)


def data(found: Ratios) -> Mapping[str, Sequence[object] | Array]:
    """Return the table with every digit, column by column."""
    unit = found.unit.name
    return {
        "weather": SKY,
        "p": found.p,
        "q": found.q,
        "ratio": found.x,
        f"line_{unit}": found.line,
        f"curve_{unit}": found.curve,
        f"gap_{unit}": found.gaps,
        f"p_times_gap_{unit}": found.weighted,
    }
