"""Runs of training as the figures take them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from kl_core import Array
from pages.training.numbers import hacked
from pages.training.runs import TrainingRun

# The runs of today, and those that are kept.
DASHES = ("solid", "dash", "dot", "8px,3px,1px,3px")
KEPT_DASHES = ("longdash", "dashdot", "longdashdot")


@dataclass(frozen=True, eq=False)
class Training:
    """How one run of training went, step by step.

    Attributes
    ----------
    name, label : str
        Of the run, by itself and beside others.
    steps, reward, judge, kl, beta, different : ndarray, shape (n,)
        Estimated from each step's batch; KL in the learner's unit.
    exact_steps, exact_reward, exact_kl : ndarray, shape (m,)
        The same without chance, every few steps; the first is the reference at step 0.
    batch_size : int
        Forecasts in a batch.
    turned : tuple, optional
        Where the judge's mean had clearly fallen while the reward rose: the step and that mean.
    dash : str
        Of its lines, as Plotly names it.
    kept : bool
        Whether it is an earlier run, kept to compare with.
    """

    name: str
    label: str
    steps: NDArray[np.int64]
    reward: Array
    judge: Array
    kl: Array
    beta: Array
    different: Array
    exact_steps: NDArray[np.int64]
    exact_reward: Array
    exact_kl: Array
    batch_size: int = 64
    turned: tuple[int, float] | None = None
    dash: str = "solid"
    kept: bool = False


def all_drawn(
    runs: Sequence[TrainingRun], kept: Sequence[TrainingRun], unit: Unit
) -> list[Training]:
    """Return the kept runs and these as the charts take them."""
    return [
        *(_drawn(run, unit, dash, kept=True) for run, dash in zip(kept, KEPT_DASHES, strict=False)),
        *(_drawn(run, unit, dash) for run, dash in zip(runs, DASHES, strict=False)),
    ]


def _drawn(run: TrainingRun, unit: Unit, dash: str, *, kept: bool = False) -> Training:
    """Return a run as the charts take it."""
    exact = sorted(run.exact.items())
    return Training(
        run.name,
        run.of.label,
        np.arange(1, run.steps + 1, dtype=np.int64),
        np.array(run.reward),
        np.array([mean for mean, _ in run.judge]),
        np.array([mean for mean, _ in run.kl]) / unit.nats,
        np.array(run.beta),
        np.array(run.different),
        np.array([step for step, _ in exact]),
        np.array([own.reward for _, own in exact]),
        np.array([own.kl for _, own in exact]) / unit.nats,
        run.batch_size,
        (turn.step, turn.judge[0]) if (turn := hacked(run)) else None,
        dash,
        kept,
    )
