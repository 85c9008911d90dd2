"""The best policy at every β, which the rope and its training share: solved once for everybody."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from charts.units import Unit
from kl_core import Array
from kl_core.rlhf import (
    Account,
    Optimum,
    Report,
    RewardModel,
    Tokens,
    account,
    optimum_at_kl,
    sample,
)
from widgets.chart import Controls
from widgets.pipeline import USUAL_PAIRS, best_policy, judge, reference, reward_model
from widgets.taste import decided
from widgets.turns import Rank, turns

# Ten steps a decade, the round numbers of Renard: every β of the book and of the papers is one.
MANTISSAS = (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8)
# From the tightest rope to the loosest.
BETAS = ["1", *(f"{m * 10.0**power:g}" for power in (-1, -2, -3, -4) for m in MANTISSAS[::-1])]
# Those that a learner can choose.
LADDER = [beta for beta in reversed(BETAS) if float(beta) >= 0.001]
SAMPLES, SHOWN = 1000, 5


@dataclass(frozen=True)
class World:
    """Which judged pairs the reward model has seen: how many, which series, or whose.

    Attributes
    ----------
    pairs, seed : int
        How many the rule has judged, and which series of them.
    taste : str
        The code of what a learner has judged instead; the rule's pairs count where empty.
    """

    pairs: int
    seed: int
    taste: str = ""

    @classmethod
    def of(cls, controls: Controls) -> "World":
        """Return what these controls say."""
        if controls["beta_mine"] and (own := decided(controls["beta_taste"])):
            return cls(own, 0, controls["beta_taste"])
        return cls(controls["beta_pairs"], controls["beta_seed"])

    @property
    def reward(self) -> RewardModel:
        """The reward model that these pairs give."""
        return reward_model(self.pairs, self.seed, self.taste)

    def best(self, beta: float) -> Optimum:
        """Return the policy that no other beats at this β."""
        return best_policy(beta, pairs=self.pairs, seed=self.seed, taste=self.taste)


USUAL = World(USUAL_PAIRS, 1)


@dataclass(frozen=True, eq=False)
class Examined:
    """A policy: what it earns and costs exactly, how a sample is judged, and some of the sample."""

    exact: Account
    report: Report
    forecasts: Tokens


@st.cache_data(max_entries=2000, show_spinner=False)
def at_beta(world: World, beta: float) -> Examined:
    """Return the policy that no other beats at this β."""
    best = world.best(beta)
    tokens = sample(best, SAMPLES, np.random.default_rng(0))
    return Examined(account(best, best.reward), judge().report(tokens), tokens[:SHOWN])


@st.cache_data(max_entries=100, show_spinner=False)
def at_reference(world: World) -> Examined:
    """Return the reference."""
    tokens = sample(reference(), SAMPLES, np.random.default_rng(0))
    own = account(reference(), world.reward)
    return Examined(own, judge().report(tokens), tokens[:SHOWN])


@st.cache_data(max_entries=200, show_spinner=False)
def most_at_kl(world: World, kl: float) -> float | None:
    """Return what the exact optimum with this KL in nats earns; None where there is none."""
    try:
        best = optimum_at_kl(reference(), world.reward, kl)
    except ValueError:
        return None
    return account(best, world.reward).reward


@dataclass(frozen=True, eq=False)
class Curve:
    """What policies earn and cost along a family of them.

    Attributes
    ----------
    distance : ndarray, shape (n,)
        √KL to the reference, KL in the learner's unit.
    reward, judge, error : ndarray, shape (n,)
        The reward model's score, the judge's, and the standard error of the latter.
    names : sequence of str, length n
        What each is called, for hover text.
    """

    distance: Array
    reward: Array
    judge: Array
    error: Array
    names: Sequence[str]

    @property
    def peak(self) -> int:
        """Where the judge's score is largest."""
        return int(self.judge.argmax())

    def within_noise(self, place: int) -> NDArray[np.int64]:
        """Return which have a judge's score that cannot be told from this one's: two errors."""
        apart = np.abs(self.judge - self.judge[place])
        return np.flatnonzero(apart <= 2 * np.hypot(self.error, self.error[place]))

    def judged(self, place: int) -> tuple[float, float]:
        """Return the judge's score of one of them, with its standard error."""
        return float(self.judge[place]), float(self.error[place])

    def judged_at(self, distance: float) -> tuple[float, float]:
        """Return score and standard error between two of them, by interpolation."""
        score, error = (
            float(np.interp(distance, self.distance, each)) for each in (self.judge, self.error)
        )
        return score, error


@st.cache_data(max_entries=300, show_spinner=False)
def whole_curve(world: World, unit: Unit) -> Curve:
    """Return what every β of the grid gives, the tightest rope first."""
    points = [at_beta(world, float(beta)) for beta in BETAS]
    return Curve(
        np.sqrt([each.exact.kl / unit.nats for each in points]),
        np.array([each.exact.reward for each in points]),
        np.array([each.report.score[0] for each in points]),
        np.array([each.report.score[1] for each in points]),
        [f"β = {beta}" for beta in BETAS],
    )


@st.cache_resource(show_spinner=False)
def _solved() -> set[World]:
    """Return which reward models have been solved for every β of the grid."""
    return set()


def solve_all(world: World, *bars: DeltaGenerator) -> None:
    """Solve for every β of the grid, and show how far that is where it takes its time.

    `bars` are empty places, wherever a learner may be waiting; by default, one that comes next.
    """
    if world in _solved():
        return
    began, bars = time.monotonic(), bars or (st.empty(),)
    for place, beta in enumerate(BETAS):
        if time.monotonic() - began > 0.3:
            for bar in bars:
                bar.progress(place / len(BETAS), f"Solving for β = {beta}: once for these pairs")
        at_beta(world, float(beta))
        turns.let_others(Rank.PAGE)
    for bar in bars:
        bar.empty()
    _solved().add(world)
