"""What the die lesson computes: its dice, the evidence of rolls, and Wald's test."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.stats import binom

from charts.units import Unit
from kl_core import (
    Array,
    SequentialTest,
    decision_roll,
    kl_terms,
    log_ratios,
    normalize,
    simulate_sequential_test,
    wald_expected_rolls,
)

FACES = range(1, 7)
FAIR = [1.0] * 6
LOADED = [5.0, 1.0, 1.0, 1.0, 1.0, 1.0]
NO_SIX = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
CASINO = [1.0, 1.0, 1.0, 1.0, 1.0, 5.0]

# A simulation of Wald's test draws about this many rolls in all, spread over its runs.
SIMULATED_ROLLS = 300_000
LONGEST_TEST = 3000


@dataclass(frozen=True)
class Rolls:
    """What rolls of P say: log(p/q) of each in nats, and the roll that decides, 0 for none."""

    steps: Array
    decided: int

    @property
    def evidence(self) -> Array:
        """The sum of log(p/q) so far, roll by roll."""
        return self.steps.cumsum()


def rolled(p: Array, q: Array, rolls: int, odds: int, seed: int) -> Rolls:
    """Roll P, and decide at `odds` to 1."""
    steps = log_ratios(p, q)[np.random.default_rng(seed).choice(len(p), p=p, size=rolls)]
    return Rolls(steps, int(decision_roll(steps.cumsum(), odds)))


@dataclass(frozen=True)
class Verdict:
    """How long telling P from Q takes.

    Attributes
    ----------
    expected : float
        The rolls that Wald expects, while Q allows what P rolls.
    ruled_out : float
        How often P rolls what Q rules out.
    test : SequentialTest or None
        His test, simulated; None where that takes too long, or for ever.
    """

    expected: float
    ruled_out: float
    test: SequentialTest | None

    @property
    def about(self) -> float:
        """About how many rolls it takes, or at most takes where Q rules a roll out."""
        waiting = 1 / self.ruled_out if self.ruled_out else math.inf
        return max(min(waiting, self.expected), 1.0)


def verdict(p: Array, q: Array, odds: int, seed: int) -> Verdict:
    """Return how many rolls of P it takes to tell the dice apart at `odds` to 1."""
    ruled_out = float(p[q == 0].sum())
    allowed = np.where(q > 0, p, 0.0)
    kept = normalize(allowed) if ruled_out and allowed.any() else p
    found = Verdict(float(wald_expected_rolls(kept, q, odds)), ruled_out, None)
    if found.about > LONGEST_TEST:
        return found
    runs = int(np.clip(SIMULATED_ROLLS / found.about, 100, 2000))
    return Verdict(found.expected, found.ruled_out, _wald_test(p, q, odds, runs, seed))


@st.cache_data(max_entries=256, show_spinner=False)
def _wald_test(p: Array, q: Array, odds: int, runs: int, seed: int) -> SequentialTest:
    """Run Wald's test `runs` times on rolls of P."""
    return simulate_sequential_test(
        p, q, odds, runs=runs, max_rolls=50 * LONGEST_TEST, rng=np.random.default_rng(seed)
    )


def wrong_verdicts(test: SequentialTest) -> int:
    """Return how many runs settled on Q."""
    return int((test.decided & (test.evidence < 0)).sum())


def as_many_by_chance(wrong: int, runs: int, odds: int) -> float:
    """Return the chance of so many wrong verdicts or more, where each has chance 1/odds."""
    return float(binom.sf(wrong - 1, runs, 1 / odds))


def data(p: Array, q: Array, unit: Unit) -> Mapping[str, Sequence[object] | Array]:
    """Return the table with every digit, column by column."""
    return {
        "face": FACES,
        "p": p,
        "q": q,
        f"log_ratio_{unit.name}": log_ratios(p, q, base=unit.base),
        f"p_term_{unit.name}": kl_terms(p, q, base=unit.base),
        f"q_term_{unit.name}": kl_terms(q, p, base=unit.base),
    }
