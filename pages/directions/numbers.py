"""What the lesson that names directions computes: what each call answers, and which one that is."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from charts.units import Unit
from kl_core import Array
from pages.directions import decoder
from pages.directions.decoder import CALLS

Line = Literal["D(P‖Q)", "D(Q‖P)", "both", "neither"]

WORDS = ["sunny", "cloudy", "rainy"]
P, Q = [9.0, 0.8, 0.2], [4.0, 3.0, 3.0]
NO_RAIN = [5.0, 5.0, 0.0]
# What the names of the calls begin with that the prediction asks about.
ASKED = "F.kl_div"


def landing(value: float, there: float, back: float) -> Line:
    """Return which of the two divergences a value is, to four digits.

    Examples
    --------
    >>> landing(0.5, 0.5, 0.7), landing(math.inf, 0.5, math.inf), landing(0, 0, 0)
    ('D(P‖Q)', 'D(Q‖P)', 'both')
    >>> landing(math.nan, 0.5, 0.7)
    'neither'
    """
    on_there, on_back = (
        math.isclose(value, each, rel_tol=1e-4, abs_tol=1e-12) for each in (there, back)
    )
    if on_there and on_back:
        return "both"
    return "D(P‖Q)" if on_there else "D(Q‖P)" if on_back else "neither"


@dataclass(frozen=True)
class Decoded:
    """What every call answers, and the two divergences that it may be.

    Attributes
    ----------
    p, q : ndarray, shape (3,)
        The chances of `WORDS`.
    total : float
        What Q's numbers add up to as they are handed over.
    mixed_up : bool
        Whether a call that asks for Q's chances gets their logarithm, and the other way round.
    unit : Unit
        Of all that is answered.
    """

    p: Array
    q: Array
    total: float
    mixed_up: bool
    unit: Unit

    @cached_property
    def values(self) -> Array:
        """What the calls answer, in their order."""
        return decoder.answers(self.p, self.q, self.total, self.mixed_up) / self.unit.nats

    @cached_property
    def divergences(self) -> tuple[float, float]:
        """D(P‖Q) and D(Q‖P)."""
        return self.unit.both_ways(self.p, self.q)

    @property
    def lines(self) -> list[Line]:
        """Which divergence each call lands on."""
        return [landing(value, *self.divergences) for value in self.values.tolist()]

    @property
    def finite(self) -> int:
        """How many calls answer with a number."""
        return int(np.isfinite(self.values).sum())

    def by_name(self) -> dict[str, float]:
        """Return what the calls answer, by their names."""
        return dict(zip((call.name for call in CALLS), self.values.tolist(), strict=True))


def data(decoded: Decoded) -> Mapping[str, Iterable[object]]:
    """Return what every call answers with every digit, column by column."""
    unit, (there, back) = decoded.unit, decoded.divergences
    return {
        "call": [call.code for call in CALLS],
        "is": [call.direction for call in CALLS],
        f"answer_{unit.name}": decoded.values,
        "lands_on": decoded.lines,
        f"d_p_q_{unit.name}": [there] * len(CALLS),
        f"d_q_p_{unit.name}": [back] * len(CALLS),
    }
