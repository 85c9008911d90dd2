"""What a run of training ran into: failures, swings of β, and the numbers that a trainer prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts.units import Unit
from kl_core import Array
from kl_core.rlhf import sample
from pages.training.runs import BATCHES, TrainingRun
from widgets.optima import World
from widgets.pipeline import reference

# Judge and reward have parted when each has gone so many standard errors of the difference.
CLEARLY = 4
# Language has degenerated when the SFT model wavers between so many times as many words …
TWICE_AS_PUZZLED = 2.0
# … or when no more than this share of a batch's forecasts are different ones.
FEW_DIFFERENT = 0.5
# The PPO paper's band around a target.
BAND = 1.5
SAMPLED = 960


@dataclass(frozen=True)
class Turn:
    """Where the judge's mean had clearly fallen from its best and the reward had clearly risen.

    Attributes
    ----------
    step, best_step : int
        Where that was first so, and where the judge's mean had been largest until then.
    judge, best : tuple of float
        The judge's means there, with their standard errors.
    reward, best_reward : float
        Means over the same batches.
    """

    step: int
    best_step: int
    judge: tuple[float, float]
    best: tuple[float, float]
    reward: float
    best_reward: float


def smooth(values: Array, width: int = BATCHES) -> Array:
    """Return the mean of up to `width` values that end at each.

    Examples
    --------
    >>> smooth(np.array([1.0, 3.0, 5.0]), 2)
    array([1., 2., 4.])
    """
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(ends - width, 0)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def hacked(run: TrainingRun) -> Turn | None:
    """Return where a run began to climb the reward model's mistakes; None where it did not."""
    if run.steps <= BATCHES:
        return None
    judge, judge_error = _means(*np.array(run.judge).T)
    reward, reward_error = _means(np.array(run.reward), np.array(run.reward_error))
    place = np.arange(judge.size)
    best = np.maximum.accumulate(np.where(judge == np.maximum.accumulate(judge), place, 0))
    fallen = judge[best] - judge > CLEARLY * np.hypot(judge_error, judge_error[best])
    risen = reward - reward[best] > CLEARLY * np.hypot(reward_error, reward_error[best])
    found = np.flatnonzero(fallen & risen)
    if not found.size:
        return None
    step, best_step = int(found[0]) + BATCHES, int(best[found[0]]) + BATCHES
    return Turn(
        step,
        best_step,
        run.judged(step),
        run.judged(best_step),
        run.rewarded(step),
        run.rewarded(best_step),
    )


def _means(values: Array, errors: Array) -> tuple[Array, Array]:
    """Return means and their errors, from the first step on with `BATCHES` batches behind it."""
    first = BATCHES - 1
    return smooth(values)[first:], np.sqrt(smooth(errors**2)[first:] / BATCHES)


@dataclass(frozen=True)
class Decay:
    """Where the text of a run had stopped being text.

    Attributes
    ----------
    step : int
        Where that was first so.
    puzzled : float
        How many times as many words the SFT model wavers between there as in its own text, exactly.
    different, of : int
        How many forecasts of the batch were different ones, and how many it has.
    """

    step: int
    puzzled: float
    different: int
    of: int


def degenerated(run: TrainingRun) -> Decay | None:
    """Return where language has degenerated, of the steps with exact figures; None where not."""
    for step in sorted(run.exact):
        if not step:
            continue
        puzzled = run.exact[step].perplexity / run.start.perplexity
        different = run.different[step - 1]
        if puzzled >= TWICE_AS_PUZZLED or different <= FEW_DIFFERENT * run.batch_size:
            return Decay(step, puzzled, different, run.batch_size)
    return None


@dataclass(frozen=True)
class Swing:
    """How far an adaptive β ran behind the KL that it watches.

    Attributes
    ----------
    inside : int
        Steps whose KL was within the band around the target.
    low, high : float
        The smallest and the largest β.
    above : int, optional
        The first step whose KL was above the band; none where there is no such step.
    at_peak : int
        Where KL was largest before it came back to the target (or the run ended); 0 where `above`
        is none.
    """

    inside: int
    low: float
    high: float
    above: int | None
    at_peak: int


def swing(run: TrainingRun, target: float) -> Swing:
    """Return how the β of a run followed a target in nats."""
    kl = np.array(run.watched)
    over = np.flatnonzero(kl > BAND * target)
    above, at_peak = None, 0
    if over.size:
        first = int(over[0])
        back = np.flatnonzero(kl[first:] <= target)
        last = first + int(back[0]) if back.size else kl.size
        above, at_peak = first + 1, first + int(kl[first:last].argmax()) + 1
    inside = int(np.sum((kl >= target / BAND) & (kl <= BAND * target)))
    return Swing(inside, min(run.beta), max(run.beta), above, at_peak)


@dataclass(frozen=True)
class Logged:
    """What trainers print of the latest step, KL and entropy in nats."""

    reward: float
    spread: float
    kl: float
    kl_a_word: float
    rlhf_reward: float
    entropy: float
    entropy_a_word: float
    clipped: float


def logged(run: TrainingRun) -> Logged:
    """Return what a trainer would print of the latest step of a run that has begun."""
    own, kl = run.end, run.kl[-1][0]
    return Logged(
        run.reward[-1],
        run.spread[-1],
        kl,
        run.kl_a_word[-1],
        run.reward[-1] - run.beta[-1] * kl,
        own.entropy,
        own.entropy / own.length,
        run.clipped[-1],
    )


@st.cache_data(max_entries=100, show_spinner=False)
def spread_at_first(world: World, group: int) -> float:
    """Return the mean standard deviation of rewards in a group of the SFT model's forecasts."""
    tokens = sample(reference(), SAMPLED, np.random.default_rng(0))
    scores = world.reward.score(tokens)
    return float(scores.reshape(-1, group).std(axis=1).mean())


def data(runs: Sequence[TrainingRun], unit: Unit) -> Mapping[str, Sequence[float | str]]:
    """Return the runs step by step, one below the other, as their batches saw them."""
    columns: dict[str, list[float | str]] = {
        "run": [run.name for run in runs for _ in run.reward],
        "step": [step for run in runs for step in range(1, run.steps + 1)],
        "reward": [each for run in runs for each in run.reward],
        "judge": [each for run in runs for each, _ in run.judge],
        f"kl_{unit.name}": [each / unit.nats for run in runs for each, _ in run.kl],
        "beta": [each for run in runs for each in run.beta],
        "different_forecasts": [each for run in runs for each in run.different],
    }
    return columns
