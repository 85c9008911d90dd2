"""Forecasts as a trainer gets them: k1 and k3 of them, and what tells chance from mistake."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.special import stdtrit

from charts.units import Unit
from kl_core import Array, k3, mean_and_error
from kl_core.rlhf import (
    AtLeast,
    Policy,
    Tempered,
    TopK,
    expected_log_ratio,
    sample,
    sequence_kl,
    token_log_ratios,
)
from widgets.pipeline import best_policy, policy_kl

BETAS = ["1", "0.5", "0.2", "0.1", "0.05"]
FEES = {"earn 0.5": -0.5, "are free": 0.0, "cost 0.5": 0.5}
MOST_TEXTS = 4096
TEXTS = [2**power for power in range(3, 13)]
# A batch of Q's own forecasts whose first 64 average below 0.
UNLUCKY = 8
# How often chance alone may be called a mistake, were sums of so many texts normal.
FALSE_ALARM = 1e-6


@dataclass(frozen=True)
class Forecasts:
    """Forecasts as a trainer gets them.

    Attributes
    ----------
    beta, fee : float
        Of Q, the policy whose chances are compared: its β, and what each word costs.
    way : str
        How they were really drawn.
    batch : int
        Which ones.
    """

    beta: float
    fee: float
    way: str
    batch: int

    @property
    def policy(self) -> Policy:
        """The policy Q."""
        return best_policy(self.beta, fee=self.fee)

    @property
    def drawn_by(self) -> Policy:
        """The policy that they are really drawn from."""
        others: dict[str, Policy] = {
            "top 2": TopK(self.policy, 2),
            "temperature 0.5": Tempered(self.policy, 0.5),
            # The full stop is a token, too.
            "at least 16 words": AtLeast(self.policy, 17),
        }
        return others.get(self.way, self.policy)

    @property
    def padded(self) -> bool:
        """Whether what fills up short ones counts as words."""
        return self.way == "padding counted"

    @property
    def truth(self) -> float:
        """D(Q‖P), exactly, in nats."""
        return policy_kl(self.beta, fee=self.fee)


@st.cache_data(max_entries=60, show_spinner=False)
def texts(drawn: Forecasts) -> tuple[Array, Array]:
    """Return k1 and k3 of many forecasts, summed over their words, in nats."""
    rng = np.random.default_rng(drawn.batch)
    tokens = sample(drawn.drawn_by, MOST_TEXTS, rng)
    each = token_log_ratios(drawn.policy, tokens, padded=drawn.padded)
    return np.asarray(each.sum(axis=1)), np.asarray(k3(each).sum(axis=1))


@dataclass(frozen=True)
class Bound:
    """Where k1 of ever more forecasts ends, and D(ν‖P) and D(ν‖Q) of ν, who wrote them; in nats."""

    limit: float
    to_p: float
    to_q: float


def bound_of(drawn: Forecasts) -> Bound:
    """Return what k1 averages to over forecasts drawn that way, exactly."""
    return _bound_of(drawn.beta, drawn.fee, drawn.way)


@st.cache_data(max_entries=60, show_spinner=False)
def _bound_of(beta: float, fee: float, way: str) -> Bound:
    """Return what `bound_of` does; it is the same for every batch."""
    drawn = Forecasts(beta, fee, way, batch=1)
    return Bound(
        expected_log_ratio(drawn.policy, drawn.drawn_by, padded=drawn.padded),
        sequence_kl(drawn.drawn_by),
        sequence_kl(drawn.drawn_by, drawn.policy),
    )


@dataclass(frozen=True)
class Evidence:
    """What a trainer has at hand to tell chance from mistake: k1 and k3 of the same texts.

    Attributes
    ----------
    texts : int
        How many.
    k1, k3, difference : tuple of float
        Mean and standard error of each, and of k3 - k1, in nats.
    """

    texts: int
    k1: tuple[float, float]
    k3: tuple[float, float]
    difference: tuple[float, float]

    @classmethod
    def of(cls, one: Array, three: Array) -> "Evidence":
        """Return what k1 and k3 of each text add up to."""
        pairs = (mean_and_error(each) for each in (one, three, three - one))
        return cls(one.size, *pairs)

    @property
    def apart(self) -> float:
        """How many standard errors k3 is above k1."""
        gap, error = self.difference
        return gap / error if error else 0.0

    @property
    def furthest(self) -> float:
        """How many standard errors sums that are normal hardly ever go beyond."""
        # The error itself is estimated, from few texts badly: Student's t allows for that.
        return float(stdtrit(self.texts - 1, 1 - FALSE_ALARM))


@dataclass(frozen=True)
class Running:
    """An estimate as more and more samples come in, in the unit of the page.

    Attributes
    ----------
    name : str
        "k1" or "k3".
    mean, error : ndarray, shape (n,)
        Of the samples so far, with its standard error.
    """

    name: str
    mean: Array
    error: Array


def running(drawn: Forecasts, seen: int, unit: Unit) -> tuple[Array, list[Running]]:
    """Return counts of forecasts, `seen` among them, and what k1 and k3 of so many come to."""
    counts = np.unique(np.geomspace(4, MOST_TEXTS, 80).round().astype(int))
    counts = np.union1d(counts, [seen])
    found = []
    for name, values in zip(("k1", "k3"), texts(drawn), strict=True):
        sums, squares = values.cumsum()[counts - 1], (values**2).cumsum()[counts - 1]
        mean = sums / counts
        variance = np.maximum(squares / counts - mean**2, 0) * counts / (counts - 1)
        found.append(Running(name, mean / unit.nats, np.sqrt(variance / counts) / unit.nats))
    return counts, found
