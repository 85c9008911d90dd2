"""β beside the scale of its reward: only their quotient decides what the best policy is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from charts.units import Unit
from charts.wording import significant
from kl_core import Array
from kl_core.rlhf import reward_spread
from widgets.chart import Controls
from widgets.optima import BETAS, Curve, Examined, World, at_beta, at_reference
from widgets.pipeline import reference

ONE_SPREAD = "one spread"
# What a learner can multiply every reward by.
SCALES = ["1", "2", "5", "10", "20", ONE_SPREAD]
# Where the book's table has its two ranges of β.
FREE, CONSERVATIVE = (0.001, 0.01), (0.1, 0.5)
# Every β that is drawn: also looser ropes than can be chosen, for rewards on a large scale.
GRID = (*map(float, BETAS), 5e-5, 2.5e-5, 1e-5)


@st.cache_data(max_entries=200, show_spinner=False)
def spread_of(world: World) -> float:
    """Return the standard deviation of the reward over the SFT model's forecasts, exactly."""
    return reward_spread(reference(), world.reward)


@dataclass(frozen=True)
class Rope:
    """What answers to the controls: a reward model, what multiplies its rewards, and β.

    Attributes
    ----------
    world : World
        Which pairs the reward model has seen.
    beta, scale : str
        As their sliders have them.
    """

    world: World
    beta: str
    scale: str = "1"

    @classmethod
    def of(cls, controls: Controls, pairs: Controls) -> "Rope":
        """Return what these controls say; the pairs may be those at rest."""
        return cls(World.of(pairs), controls["beta_beta"], controls["beta_scale"])

    @property
    def factor(self) -> float:
        """What rewards are multiplied by."""
        return 1 / spread_of(self.world) if self.scale == ONE_SPREAD else float(self.scale)

    @property
    def spread(self) -> float:
        """The spread of the reward, so multiplied, over the SFT model's forecasts."""
        return self.factor * spread_of(self.world)

    @property
    def unscaled(self) -> float:
        """The β that means the same where rewards are as the reward model gives them."""
        return float(self.beta) / self.factor

    @property
    def per_spread(self) -> float:
        """β for each spread of the reward."""
        return float(self.beta) / self.spread

    @property
    def mine(self) -> Examined:
        """The best policy, its reward multiplied."""
        return self._scaled(at_beta(self.world, self.unscaled))

    @property
    def base(self) -> Examined:
        """The SFT model, its reward multiplied."""
        return self._scaled(at_reference(self.world))

    @property
    def value(self) -> float:
        """What reward − β·KL comes to, summed backwards: β·log Z."""
        return self.factor * self.world.best(self.unscaled).value

    @property
    def best(self) -> tuple[float, Examined]:
        """The β that the judge likes best, and the policy there, its reward multiplied."""
        beta = GRID[along(self).peak]
        return self.factor * beta, self._scaled(at_beta(self.world, beta))

    def at(self, beta: str) -> "Rope":
        """Return the same at another β."""
        return replace(self, beta=beta)

    def _scaled(self, found: Examined) -> Examined:
        exact = replace(found.exact, reward=self.factor * found.exact.reward)
        return replace(found, exact=exact)


@dataclass(frozen=True, eq=False)
class Along:
    """Both scores at every β, the tightest rope first.

    Attributes
    ----------
    betas, reward : ndarray, shape (n,)
        On the scale of the rewards.
    judge, error : ndarray, shape (n,)
        The judge's score and its standard error.
    """

    betas: Array
    reward: Array
    judge: Array
    error: Array

    @property
    def peak(self) -> int:
        """Where the judge's score is largest."""
        return int(self.judge.argmax())

    def clearly_below(self, place: int) -> bool:
        """Say whether the score there is below the largest by two errors of a difference."""
        error = np.hypot(self.error[self.peak], self.error[place])
        return bool(self.judge[self.peak] - self.judge[place] > 2 * error)

    @property
    def near(self) -> tuple[float, float]:
        """The smallest and largest β whose score is within two errors of a difference of it."""
        near = [place for place in range(self.judge.size) if not self.clearly_below(place)]
        return float(self.betas[near[-1]]), float(self.betas[near[0]])


def along(rope: Rope) -> Along:
    """Return both scores at every β of the grid, on this scale."""
    points = [at_beta(rope.world, beta) for beta in GRID]
    scores = np.array([each.report.score for each in points])
    return Along(
        rope.factor * np.array(GRID),
        rope.factor * np.array([each.exact.reward for each in points]),
        scores[:, 0],
        scores[:, 1],
    )


def scaled(curve: Curve, factor: float) -> Curve:
    """Return a curve whose rewards are multiplied, and with them every β that is named."""
    names = [
        f"β = {significant(factor * float(name.removeprefix('β = ')), 3)}" if "β" in name else name
        for name in curve.names
    ]
    return replace(curve, reward=factor * curve.reward, names=names)


def data(rope: Rope, unit: Unit) -> Mapping[str, Sequence[float]]:
    """Return both scores on this scale, β by β of the grid."""
    points = [at_beta(rope.world, float(beta)) for beta in BETAS]
    return {
        "beta": [rope.factor * float(beta) for beta in BETAS],
        f"kl_{unit.name}": [each.exact.kl / unit.nats for each in points],
        "reward": [rope.factor * each.exact.reward for each in points],
        "entropy_nats": [each.exact.entropy for each in points],
        "perplexity_under_sft": [each.exact.perplexity for each in points],
        "judge": [each.report.score[0] for each in points],
        "judge_standard_error": [each.report.score[1] for each in points],
        "repeated": [each.report.repeated[0] for each in points],
    }
