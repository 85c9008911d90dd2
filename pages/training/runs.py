"""Runs of training: what they depend on, how they go, and what is kept of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np

from charts.units import Unit
from kl_core.rlhf import (
    GRPO,
    PPO,
    Account,
    AdaptiveKL,
    Algorithm,
    Controller,
    FixedKL,
    ProportionalKL,
    Record,
    train,
)
from widgets.chart import Controls
from widgets.optima import LADDER, World, at_beta, at_reference
from widgets.pipeline import judge, reference, reward_model

# Exact figures cost as much as two steps of training.
EXACT_EVERY = 5
TEXT_EVERY = 15
# How many steps and batches stand for where a run is now.
RECENT, BATCHES = 50, 15

TO_REFERENCE, STEP_BY_STEP = "the SFT model", "the policy one step before"
RACE = "race all three"


@dataclass(frozen=True)
class Settings:
    """All that the controls of training say, and on which pairs its reward model has learned."""

    world: World
    method: str
    rope: str
    price: str
    target: str
    anchor: str
    steps: int
    rate: int
    epochs: int
    group: int
    seed: int

    @classmethod
    def of(cls, controls: Controls, world: World) -> "Settings":
        """Return what these controls say."""
        return cls(
            world,
            controls["beta_method"],
            controls["beta_rope"],
            controls["beta_price"],
            controls["beta_target"],
            controls["beta_anchor"],
            controls["beta_steps"],
            controls["beta_rate"],
            controls["beta_epochs"],
            controls["beta_group"],
            controls["beta_run_seed"],
        )

    @property
    def that_matter(self) -> "Settings":
        """What a run depends on: were it more, moving the rest would lose the run."""
        return replace(
            self,
            target="" if self.rope == "fixed" else self.target,
            group=0 if self.method == "PPO" else self.group,
        )

    @property
    def beta(self) -> float:
        """The β to train with, or to begin with."""
        return float(self.price)

    @property
    def to_reference(self) -> bool:
        """Whether the rope is tied to the SFT model."""
        return self.anchor == TO_REFERENCE

    def levels(self, unit: Unit) -> tuple[float | None, float | None]:
        """Return the KL that the rope aims at, and that of the exact optimum, where they exist."""
        if not self.to_reference:
            return None, None
        if self.rope != "fixed":
            return float(self.target) / unit.nats, None
        asked = at_beta(self.world, self.beta).exact.kl / unit.nats if self.beta else None
        return None, asked


@dataclass(frozen=True)
class Rope:
    """What holds a run: its name, what sets its β, and the KL in nats that it aims at."""

    name: str
    controller: Controller
    target: float | None = None


def _ropes(settings: Settings) -> list[Rope]:
    """Return the rope, or the three that race."""
    target = float(settings.target)
    # An adaptive rope that starts at 0 would stay there: no product of 0 is anything else.
    begin = settings.beta or float(LADDER[0])
    each = {
        "fixed": Rope(f"β = {settings.price}", FixedKL(settings.beta)),
        "adaptive": Rope(f"adaptive from β = {begin:g}", AdaptiveKL(begin, target), target),
        "proportional": Rope(
            f"proportional from β = {begin:g}", ProportionalKL(begin, target), target
        ),
    }
    return list(each.values()) if settings.rope == RACE else [each[settings.rope]]


def _algorithm(settings: Settings) -> Algorithm:
    """Return the method, ready to train with."""
    if settings.method == "PPO":
        return PPO()
    return GRPO(group=settings.group, as_published=settings.method == "GRPO")


@dataclass(eq=False)
class TrainingRun:
    """What a run has done so far, as numbers and sentences; of policies only the latest is kept.

    Attributes
    ----------
    name : str
        What the learner reads.
    records : iterator of Record
        The training itself, which goes on where it was left.
    start : Account
        Of the reference, at step 0.
    last : int
        Steps that the run takes.
    target : float, optional
        The KL in nats that its rope aims at; a fixed rope has none.
    """

    name: str
    records: Iterator[Record]
    start: Account
    last: int
    target: float | None = None
    reward: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    judge: list[tuple[float, float]] = field(default_factory=list)
    kl: list[tuple[float, float]] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)
    beta: list[float] = field(default_factory=list)
    clipped: list[float] = field(default_factory=list)
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
        return self.exact[max(self.exact)]

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

    @property
    def forecasts(self) -> tuple[int, int]:
        """How many forecasts of the latest batch are different ones, and how many it has."""
        tokens = self.latest.batch.tokens if self.latest else np.empty((0, 1))
        return len(np.unique(tokens, axis=0)), len(tokens)

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
        self.watched.append(record.watched)
        self.beta.append(record.beta)
        self.clipped.append(record.clipped)
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
            f"{settings.method}, {rope.name}" + ("" if settings.to_reference else ", step by step"),
            train(
                reference(),
                reward_model(world.pairs, world.seed),
                judge(),
                _algorithm(settings),
                rope.controller,
                np.random.default_rng(settings.seed),
                anchor="reference" if settings.to_reference else "previous",
                steps=settings.steps,
                epochs=settings.epochs,
                rate=settings.rate,
            ),
            start,
            settings.steps,
            rope.target,
        )
        for rope in _ropes(settings)
    ]
