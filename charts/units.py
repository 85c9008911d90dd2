"""Bits, nats or dits: what information is measured in."""

import math
from dataclasses import dataclass

from kl_core import Array, kl_divergence


@dataclass(frozen=True)
class Unit:
    """A unit of information: its name, the base of its logarithm, that one in TeX and in text."""

    name: str
    base: float
    log: str
    written: str

    @property
    def nats(self) -> float:
        """How many nats one of this unit is."""
        return math.log(self.base)

    @property
    def tex(self) -> str:
        """The name as a formula writes it after a number."""
        return rf"\text{{ {self.name}}}"

    @property
    def code(self) -> str:
        """The base as a snippet writes it."""
        return "None" if self.base == math.e else f"{self.base:g}"

    def kl(self, p: Array, q: Array) -> float:
        """Return D(P‖Q) in this unit."""
        return float(kl_divergence(p, q, base=self.base))

    def both_ways(self, p: Array, q: Array) -> tuple[float, float]:
        """Return D(P‖Q) and D(Q‖P) in this unit."""
        return self.kl(p, q), self.kl(q, p)


BITS = Unit("bits", 2, r"\log_2", "log₂")
NATS = Unit("nats", math.e, r"\ln", "ln")
DITS = Unit("dits", 10, r"\log_{10}", "log₁₀")
UNITS = {unit.name: unit for unit in (BITS, NATS, DITS)}
