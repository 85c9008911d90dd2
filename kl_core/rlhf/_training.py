"""Policy gradients from sampled sentences: GRPO and PPO, with a rope that is fixed or adaptive."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kl_core._estimators import mean_and_error
from kl_core._validation import number, whole
from kl_core.rlhf._batch import Batch, TrainedPolicy
from kl_core.rlhf._controllers import AdaptiveKL, Controller, FixedKL, ProportionalKL
from kl_core.rlhf._language_model import LanguageModel, check_generator, sample
from kl_core.rlhf._objectives import (
    GRPO,
    PPO,
    Algorithm,
    Anchor,
    advantages,
    gradient,
    group_spreads,
    objective,
    trust,
)
from kl_core.rlhf._policy import Account, account, sequence_kl
from kl_core.rlhf._preferences import Judge, RewardModel

__all__ = [
    "GRPO",
    "LONGEST_GRADIENT",
    "PPO",
    "AdaptiveKL",
    "Algorithm",
    "Anchor",
    "Batch",
    "Controller",
    "FixedKL",
    "ProportionalKL",
    "Record",
    "TrainedPolicy",
    "advantages",
    "gradient",
    "objective",
    "train",
    "trust",
]

# Steeper gradients are shortened to this norm, as trainers do: k3 has no upper bound.
LONGEST_GRADIENT = 0.05


@dataclass(frozen=True, eq=False)
class Record:
    """What one step of training did.

    Attributes
    ----------
    step : int
        From 1.
    batch : Batch
        Sampled from the policy before the step.
    reward, judge, kl : tuple of float
        Mean over the batch and its standard error: reward, judge's score, and log(π/π_ref) in nats.
    spread : float
        The mean standard deviation of the rewards in a group, which GRPO as published divides by;
        the whole batch is PPO's one group.
    beta : float
        The price of a nat in this step.
    watched : float
        What sets the next β: the KL in nats that the batch estimates to what the penalty is
        measured from, over whole sequences. From the policy before the step it is D(π_old‖π), and
        to the batch that has made the step that looks longer than it is.
    clipped : float
        Share of tokens whose ratio ρ had left the clip range, over all epochs.
    policy : TrainedPolicy
        After the step; the one before is the batch's.
    reward_model : RewardModel
        What it was trained on.
    """

    step: int
    batch: Batch
    reward: tuple[float, float]
    judge: tuple[float, float]
    kl: tuple[float, float]
    spread: float
    beta: float
    watched: float
    clipped: float
    policy: TrainedPolicy
    reward_model: RewardModel

    @cached_property
    def exact(self) -> Account:
        """Reward, KL to the reference and entropy of the policy after the step: nothing sampled."""
        return account(self.policy, self.reward_model)

    @cached_property
    def kl_previous(self) -> float:
        """D(π after ‖ π before the step) in nats, exact: how long the step was."""
        return sequence_kl(self.policy, self.batch.policy)


def train(
    model: LanguageModel,
    reward: RewardModel,
    judge: Judge,
    algorithm: Algorithm,
    controller: Controller,
    rng: np.random.Generator,
    *,
    anchor: Anchor = "reference",
    steps: int = 150,
    batch_size: int = 64,
    epochs: int = 2,
    rate: float = 40.0,
) -> Iterator[Record]:
    """Train a policy that starts as the reference, and yield a record of each step.

    Plain gradient ascent on the clipped objective, in strides no longer than `LONGEST_GRADIENT`
    times a learning rate that falls in a straight line, to rate/steps at the last step. The same
    state of `rng` brings the same run.

    Parameters
    ----------
    model : LanguageModel
        The reference.
    reward : RewardModel
        What the policy is trained on, one number for each sequence.
    judge : Judge
        Only watches.
    algorithm : GRPO or PPO
        How rewards become advantages, and where the penalty stands.
    controller : Controller
        Sets β; an adaptive one sees the KL that the batch estimates, as in practice, to what
        `anchor` names.
    rng : numpy.random.Generator
        Where chance comes from.
    anchor : "reference" or "previous"
        What the penalty ties the policy to: the reference, as RLHF does, or the policy before each
        step, as the adaptive penalty of the PPO paper does, D(π_old‖π) in the loss. Strides
        are then divided by 1 + β times the learning rate, so that a stiff penalty does not
        overshoot.
    steps, batch_size, epochs : int
        Steps of training, sequences sampled in each, and passes over them.
    rate : float
        The learning rate at the first step. Rewards are small, so it is large.

    Raises
    ------
    ValueError
        If a count is below 1, `rate` is not above 0, groups do not fill the batch, or `anchor` is
        another.
    """
    steps, batch_size = whole(steps, "steps"), whole(batch_size, "batch_size")
    epochs = whole(epochs, "epochs")
    if isinstance(algorithm, GRPO) and batch_size % algorithm.group:
        raise ValueError(
            f"groups of {algorithm.group} do not fill a batch of {batch_size}; "
            "it must be a multiple"
        )
    rate = number(rate, "rate", above=0)
    check_generator(rng)
    if anchor not in ("reference", "previous"):
        raise ValueError(f"anchor must be 'reference' or 'previous', got {anchor!r}")
    return _train(
        model, reward, judge, algorithm, controller, rng, anchor, steps, batch_size, epochs, rate
    )


def _train(
    model: LanguageModel,
    reward: RewardModel,
    judge: Judge,
    algorithm: Algorithm,
    controller: Controller,
    rng: np.random.Generator,
    anchor: Anchor,
    steps: int,
    batch_size: int,
    epochs: int,
    rate: float,
) -> Iterator[Record]:
    policy = TrainedPolicy.untrained(model)
    group = algorithm.group if isinstance(algorithm, GRPO) else batch_size
    for step in range(1, steps + 1):
        batch = Batch.of(policy, sample(policy, batch_size, rng))
        scores, beta, clipped = reward.score(batch.tokens), controller.beta, 0.0
        gains = advantages(algorithm, batch, scores, beta if anchor == "reference" else 0.0)
        pace = rate * (1 - (step - 1) / steps)
        if anchor == "previous":
            # A stiff penalty would throw long strides back and forth across its optimum.
            pace /= 1 + pace * beta
        for _ in range(epochs):
            pairs, clock, beyond = gradient(algorithm, policy, batch, gains, beta, anchor)
            norm = math.sqrt(float(np.vdot(pairs, pairs) + np.vdot(clock, clock)))
            stride = pace * min(1.0, LONGEST_GRADIENT / norm) if norm else 0.0
            policy = TrainedPolicy(
                model, policy.pairs + stride * pairs, policy.clock + stride * clock
            )
            clipped += beyond / epochs
        kl = mean_and_error(batch.token_by_token(batch.log_ratio).sum(axis=1))
        record = Record(
            step,
            batch,
            mean_and_error(scores),
            mean_and_error(judge.score(batch.tokens)),
            kl,
            float(group_spreads(scores, group).mean()),
            beta,
            kl[0] if anchor == "reference" else float(trust(policy, batch).sum()) / batch_size,
            clipped,
            policy,
            reward,
        )
        yield record
        controller = controller.after(record.watched)
