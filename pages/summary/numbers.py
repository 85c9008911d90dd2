"""What the summary computes with: the book's die, and the coins of its picture."""

import math

import numpy as np

from charts.units import Unit
from kl_core import Array, normalize

FAIR, LOADED = normalize([1] * 6), normalize([5, 1, 1, 1, 1, 1])

# Q's chances of heads in the picture, closer together where the curves are steep.
CHANCES = (1 - np.cos(np.linspace(0, np.pi, 201))) / 2
# Where the axis of the picture ends.
TOP_BITS = 2.0


def coin(percent: int) -> Array:
    """Return the chances of heads and of tails."""
    return np.array([percent / 100, 1 - percent / 100])


def top_in(unit: Unit) -> float:
    """Return where the axis of the picture ends, in a unit."""
    return TOP_BITS * math.log(2) / unit.nats
