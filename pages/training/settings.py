"""What a run of training depends on, and which runs one press starts."""

from dataclasses import dataclass, replace

from charts.units import Unit
from kl_core.rlhf import (
    GRPO,
    PPO,
    AdaptiveKL,
    Algorithm,
    Controller,
    FixedKL,
    ProportionalKL,
)
from widgets.chart import Controls
from widgets.optima import LADDER, World, at_beta

TO_REFERENCE, STEP_BY_STEP = "the SFT model", "the policy one step before"
RACE = "race all three"
# None that a policy without a rope would not leave behind: each gives a rule something to do.
TARGETS = ["0.2", "0.5", "1", "2", "3", "5"]
ROPES = ("fixed", "adaptive", "proportional")
# What may run beside the method that is chosen, by the switch that asks for it.
BESIDE = {
    "training_ppo": ("PPO", "fixed"),
    "training_grpo": ("GRPO", "fixed"),
    "training_adaptive": ("PPO", "adaptive"),
}


@dataclass(frozen=True)
class Contestant:
    """One of the runs that go side by side: its method, and what sets its β."""

    method: str
    rope: str
    controller: Controller
    algorithm: Algorithm
    target: float | None

    @property
    def label(self) -> str:
        """What it is called beside the others."""
        return self.method if self.rope == "fixed" else f"{self.method}, {self.rope}"

    @property
    def name(self) -> str:
        """What it is called by itself."""
        beta = f"β = {self.controller.beta:g}"
        return f"{self.method}, {beta if self.rope == 'fixed' else f'{self.rope} from {beta}'}"


@dataclass(frozen=True)
class Settings:
    """All that the controls of training say, and on which pairs its reward model has learned.

    The target is in nats, whatever the learner counts in.
    """

    world: World
    method: str
    rope: str
    price: str
    target: float
    anchor: str
    steps: int
    rate: int
    epochs: int
    group: int
    seed: int
    beside: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, controls: Controls, world: World, unit: Unit) -> "Settings":
        """Return what these controls say."""
        return cls(
            world,
            controls["beta_method"],
            controls["beta_rope"],
            controls["beta_price"],
            float(controls["beta_target"]) * unit.nats,
            controls["beta_anchor"],
            controls["beta_steps"],
            controls["beta_rate"],
            controls["beta_epochs"],
            controls["beta_group"],
            controls["beta_run_seed"],
            tuple(each for key, each in BESIDE.items() if controls[key]),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Method and rope of each run: those that race, or the chosen one and what is beside it."""
        if self.rope == RACE:
            return [(self.method, rope) for rope in ROPES]
        return list(dict.fromkeys([(self.method, self.rope), *self.beside]))

    @property
    def contestants(self) -> list[Contestant]:
        """The runs that one press starts."""
        return [
            Contestant(
                method,
                rope,
                self._controller(rope),
                self._algorithm(method),
                None if rope == "fixed" else self.target,
            )
            for method, rope in self.pairs
        ]

    def _controller(self, rope: str) -> Controller:
        """Return what sets β; an adaptive rope that starts at 0 would stay there."""
        begin = self.beta or float(LADDER[0])
        if rope == "fixed":
            return FixedKL(self.beta)
        return (AdaptiveKL if rope == "adaptive" else ProportionalKL)(begin, self.target)

    def _algorithm(self, method: str) -> Algorithm:
        """Return the method, ready to train with."""
        if method == "PPO":
            return PPO()
        return GRPO(group=self.group, as_published=method == "GRPO")

    @property
    def that_matter(self) -> "Settings":
        """What the runs depend on: were it more, moving the rest would lose them."""
        methods, ropes = ({each[place] for each in self.pairs} for place in (0, 1))
        return replace(
            self,
            target=0.0 if ropes == {"fixed"} else self.target,
            group=0 if methods == {"PPO"} else self.group,
            beside=() if self.rope == RACE else self.beside,
        )

    @property
    def beta(self) -> float:
        """The β to train with, or to begin with."""
        return float(self.price)

    @property
    def to_reference(self) -> bool:
        """Whether the rope is tied to the SFT model."""
        return self.anchor == TO_REFERENCE

    @property
    def aims(self) -> bool:
        """Whether one of the runs has a target."""
        return any(rope != "fixed" for _, rope in self.pairs)

    @property
    def asks(self) -> bool:
        """Whether one of the runs has a β that stays, and with it an exact optimum to go for."""
        fixed = any(rope == "fixed" for _, rope in self.pairs)
        return bool(fixed and self.to_reference and self.beta)

    def levels(self, unit: Unit) -> tuple[float | None, float | None]:
        """Return the KL that a rope aims at, and that of the exact optimum, where they exist."""
        target = self.target / unit.nats if self.aims and self.to_reference else None
        asked = at_beta(self.world, self.beta).exact.kl / unit.nats if self.asks else None
        return target, asked
