"""Runs of training: what they depend on, how they go, and what is kept of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from kl_core import k3
from kl_core.rlhf import Account, Record, train
from pages.training.settings import Contestant, Settings
from widgets.optima import at_reference
from widgets.pipeline import judge, reference

# Exact figures cost as much as two steps of training.
EXACT_EVERY = 5
TEXT_EVERY = 15
# How many steps and batches stand for where a run is now.
RECENT, BATCHES = 50, 15


@dataclass(eq=False)
class TrainingRun:
    """What a run has done so far, as numbers and sentences; of policies only the latest is kept.

    Attributes
    ----------
    name : str
        What the learner reads.
    of : Contestant
        Its method, and what sets its β.
    records : iterator of Record
        The training itself, which goes on where it was left.
    start : Account
        Of the reference, at step 0.
    last : int
        Steps that the run takes.
    """

    name: str
    of: Contestant
    records: Iterator[Record]
    start: Account
    last: int
    reward: list[float] = field(default_factory=list)
    reward_error: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    judge: list[tuple[float, float]] = field(default_factory=list)
    kl: list[tuple[float, float]] = field(default_factory=list)
    kl_a_word: list[float] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)
    beta: list[float] = field(default_factory=list)
    clipped: list[float] = field(default_factory=list)
    different: list[int] = field(default_factory=list)
    exact: dict[int, Account] = field(default_factory=dict)
    sentences: dict[int, str] = field(default_factory=dict)
    latest: Record | None = None
    _turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Begin with the reference."""
        self.exact[0] = self.start

    @property
    def steps(self) -> int:
        """How many steps are done."""
        return len(self.reward)

    @property
    def done(self) -> bool:
        """Whether all steps are done."""
        return self.steps >= self.last

    @property
    def end(self) -> Account:
        """The exact figures of the policy when they were last worked out."""
        return self.exact[self.ended]

    @property
    def recent_kl(self) -> float:
        """The mean of what the rope saw in the last steps, in nats."""
        return float(np.mean(self.watched[-RECENT:]))

    @property
    def recent_spread(self) -> float:
        """The mean spread of rewards in a group in the last steps."""
        return float(np.mean(self.spread[-RECENT:]))

    def judged(self, step: int) -> tuple[float, float]:
        """Return the judge's mean over the batches up to a step, with its standard error."""
        scores = self.judge[max(step - BATCHES, 0) : step]
        mean = float(np.mean([score for score, _ in scores]))
        error = math.sqrt(sum(each**2 for _, each in scores)) / len(scores)
        return mean, error

    def rewarded(self, step: int) -> float:
        """Return the mean reward over the batches up to a step."""
        return float(np.mean(self.reward[max(step - BATCHES, 0) : step]))

    @property
    def batch_size(self) -> int:
        """How many forecasts each step learns from."""
        return len(self.latest.batch.tokens) if self.latest else 0

    @property
    def ended(self) -> int:
        """The step after which the exact figures were last worked out."""
        return max(self.exact)

    def advance(self) -> None:
        """Take one step, unless all are done."""
        # Streamlit answers the next control in a thread of its own, before it has stopped this one.
        with self._turn:
            if not self.done:
                self._take_down(next(self.records))

    def settle(self) -> None:
        """Work out the exact figures of the latest step, wherever the run has been stopped."""
        with self._turn:
            self._settle()

    def _take_down(self, record: Record) -> None:
        batch = record.batch
        self.spread.append(record.spread)
        self.judge.append(record.judge)
        self.kl.append(record.kl)
        self.kl_a_word.append(float(np.mean(k3(batch.log_ratio))))
        self.watched.append(record.watched)
        self.beta.append(record.beta)
        self.clipped.append(record.clipped)
        self.different.append(len(np.unique(batch.tokens, axis=0)))
        self.reward_error.append(record.reward[1])
        self.reward.append(record.reward[0])
        self.latest = record
        if record.step % EXACT_EVERY == 0 or record.step in (1, self.last):
            self._settle()
        if record.step % TEXT_EVERY == 0 or record.step in (1, self.last):
            self.sentences[record.step] = batch.policy.model.decode(batch.tokens[0])

    def _settle(self) -> None:
        if self.latest and self.steps not in self.exact:
            self.exact[self.steps] = self.latest.exact


def fresh_runs(settings: Settings) -> list[TrainingRun]:
    """Return runs of training that have not begun."""
    world = settings.world
    start = at_reference(world).exact
    return [
        TrainingRun(
            each.name + ("" if settings.to_reference else ", step by step"),
            each,
            train(
                reference(),
                world.reward,
                judge(),
                each.algorithm,
                each.controller,
                np.random.default_rng(settings.seed),
                anchor="reference" if settings.to_reference else "previous",
                steps=settings.steps,
                epochs=settings.epochs,
                rate=settings.rate,
            ),
            start,
            settings.steps,
        )
        for each in settings.contestants
    ]
