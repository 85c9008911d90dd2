"""What the game on the first page computes: a loaded die, its rolls, and what beliefs cost."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts.units import Unit
from kl_core import Array, normalize

FACES = range(1, 7)
ROLLS = 12
# The weights of the die are whole numbers up to here.
HEAVIEST = 10


@dataclass(frozen=True)
class Round:
    """A die that is loaded in secret, and how often each face came up in its rolls.

    Attributes
    ----------
    weights : ndarray, shape (6,)
        Of the die's faces.
    counts : ndarray of int, shape (6,)
        Of `ROLLS` rolls; at least one face has not come up.
    """

    weights: Array
    counts: Array

    @property
    def p(self) -> Array:
        """The chances of the die, shape (6,)."""
        return normalize(self.weights)

    @property
    def careful(self) -> Array:
        """What one believes who adds 1 to every count (Laplace's rule), shape (6,)."""
        return normalize(self.counts + 1)


@dataclass(frozen=True)
class Costs:
    """D(P‖Q) of three believers: the learner, the careful one, and who calls the die fair."""

    mine: float
    careful: float
    fair: float


@st.cache_data(max_entries=100)
def dealt(number: int) -> Round:
    """Return the round with this number: the same one each time."""
    rng = np.random.default_rng(number)
    while True:
        weights = rng.integers(1, HEAVIEST, 6, endpoint=True).astype(float)
        counts = rng.multinomial(ROLLS, normalize(weights))
        # The trap of the game: to take what has not come for what cannot come.
        if not counts.all():
            return Round(weights, counts.astype(float))


def costs(deal: Round, q: Array, unit: Unit) -> Costs:
    """Return what believing Q, and the two others, costs a roll."""
    fair = normalize(np.ones(len(FACES)))
    return Costs(*(unit.kl(deal.p, each) for each in (q, deal.careful, fair)))
