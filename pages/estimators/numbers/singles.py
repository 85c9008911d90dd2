"""Single draws as they come in: how many of them have a log(q/p) below 0."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.stats import norm

from kl_core import Array, chance_below_zero
from pages.estimators.numbers.draws import Q, log_ratio_of_bells

SEEN = [0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000]
MOST = SEEN[-1]
# What the learner guesses: how many of 100 draws are below 0.
GUESS_SLIDER = 0, 100, 20, 1


@dataclass(frozen=True)
class Singles:
    """The first draws of a series from Q, the standard bell, next to a bell P.

    Attributes
    ----------
    gap, spread : float
        Where the bell of P lies, and how wide it is.
    seen : int
        How many draws there are so far.
    seed : int
        Which series.
    """

    gap: float
    spread: float
    seen: int
    seed: int

    @property
    def drawn(self) -> Array:
        """Where the draws fall."""
        return _series(self.seed)[0, : self.seen]

    @property
    def heights(self) -> Array:
        """Anything between the axis and Q at each draw: dots there fill the area below Q."""
        shares = _series(self.seed)[1, : self.seen]
        return np.asarray(shares * norm.pdf(self.drawn, *Q))

    @property
    def below(self) -> Array:
        """Whether log(q/p) is below 0, draw by draw."""
        return np.asarray(log_ratio_of_bells(self.drawn, self.gap, self.spread) < 0)

    @property
    def shares(self) -> Array:
        """The share of draws below 0 so far, draw by draw."""
        return np.asarray(self.below.cumsum() / np.arange(1, self.seen + 1))

    @property
    def exact(self) -> float:
        """How often a draw is below 0 in the long run."""
        return float(chance_below_zero(*Q, self.gap, self.spread))

    def error(self, count: Array | int) -> Array:
        """Return the standard error of the share of so many draws."""
        return np.sqrt(self.exact * (1 - self.exact) / np.asarray(count))


@st.cache_resource(max_entries=20, show_spinner=False)
def _series(seed: int) -> Array:
    """Return draws from the standard bell, and as many shares of 1."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.standard_normal(MOST), rng.random(MOST)])
