"""Policy gradients from sampled sentences: GRPO and PPO, with a rope that is fixed or adaptive."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol, Self

import numpy as np
from scipy.sparse import csr_array

from kl_core.discrete import kl_divergence
from kl_core.estimators import PLACEMENTS, Placement, loss_and_slope, mean_and_error
from kl_core.rlhf.language_model import PAD, LanguageModel, Tokens, sample
from kl_core.rlhf.policy import Account, Tilted, account, sequence_kl
from kl_core.rlhf.preferences import Judge, RewardModel
from kl_core.validation import Array, at_least_one

# Steeper gradients are shortened to this norm, as trainers do: k3 has no upper bound.
LONGEST_GRADIENT = 0.05

# Beyond it k3 would overflow, in nats.
LARGEST_GAP = 300.0

# Where adaptive rules stop: no run comes back from further out.
LEAST_BETA, LARGEST_BETA = 1e-12, 1e12

Anchor = Literal["reference", "previous"]


class Controller(Protocol):
    """What sets β from step to step."""

    @property
    def beta(self) -> float:
        """The price of a nat of KL at this step."""

    def after(self, kl: float) -> Self:
        """Return the controller for the next step, given the KL of this one, in nats."""


@dataclass(frozen=True)
class FixedKL:
    """β stays as it is; 0 means no rope.

    Raises
    ------
    ValueError
        If `beta` is negative or not finite.
    """

    beta: float

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        if not 0 <= self.beta < math.inf:
            raise ValueError(f"beta must be a finite number, at least 0, got {self.beta!r}")

    def after(self, kl: float) -> Self:  # noqa: ARG002  # fixed
        """Return itself."""
        return self


@dataclass(frozen=True)
class AdaptiveKL:
    """The rule of the PPO paper: halve β when KL is below target/1.5, double it above 1.5·target.

    Raises
    ------
    ValueError
        If `beta` or `target` is not a finite number above 0.

    References
    ----------
    Schulman et al. (2017), arXiv 1707.06347, section 4.

    Examples
    --------
    >>> AdaptiveKL(0.1, target=6).after(3).beta, AdaptiveKL(0.1, target=6).after(10).beta
    (0.05, 0.2)
    """

    beta: float
    target: float

    def __post_init__(self) -> None:
        """Refuse what no rule can follow."""
        _check_above_zero(beta=self.beta, target=self.target)

    def after(self, kl: float) -> Self:
        """Return the controller for the next step."""
        if kl < self.target / 1.5:
            return replace(self, beta=max(self.beta / 2, LEAST_BETA))
        if kl > 1.5 * self.target:
            return replace(self, beta=min(self.beta * 2, LARGEST_BETA))
        return self


@dataclass(frozen=True)
class ProportionalKL:
    """The rule of Ziegler et al.: β grows by K·e of itself, e = KL/target − 1 cut off at ±0.2.

    Raises
    ------
    ValueError
        If `beta`, `target` or `gain` is not a finite number above 0, or `gain` is 5 or more.

    References
    ----------
    Ziegler et al. (2019), arXiv 1909.08593, section 2.2.

    Examples
    --------
    >>> round(ProportionalKL(0.1, target=6).after(60).beta, 6)
    0.102
    """

    beta: float
    target: float
    gain: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what no rule can follow."""
        _check_above_zero(beta=self.beta, target=self.target, gain=self.gain)
        if self.gain >= 5:
            raise ValueError(f"gain must be below 5, or β could turn negative; got {self.gain!r}")

    def after(self, kl: float) -> Self:
        """Return the controller for the next step."""
        error = min(max(kl / self.target - 1, -0.2), 0.2)
        beta = self.beta * (1 + self.gain * error)
        return replace(self, beta=min(max(beta, LEAST_BETA), LARGEST_BETA))


@dataclass(frozen=True)
class GRPO:
    """Group-relative policy optimisation: each answer is measured against its group.

    The loss is the mean over answers, and over the tokens of each, of −min(ρA, clip(ρ)A) + β·k3,
    with ρ the ratio of new to old chances, A the reward less the group's mean over the group's
    standard deviation, and k3 = u − 1 − log u with u = π_ref/π (DeepSeekMath, arXiv 2402.03300,
    equations 3 and 4). Other penalties than k3 in the loss are for comparison.

    Attributes
    ----------
    group : int
        Answers in a group.
    clip : float
        How far ρ may leave 1 before it stops to count.
    as_published : bool
        False leaves out the deviation, and sums over tokens instead of averaging ("Dr. GRPO", arXiv
        2503.20783): β then keeps the scale of the reward.
    penalty : str
        Which estimator stands where; one of `kl_core.PLACEMENTS`. In the reward it is that of the
        whole answer, in the loss that of each token.

    Raises
    ------
    ValueError
        If a group has fewer than two answers, `clip` is not above 0, or `penalty` is another.
    """

    group: int = 8
    clip: float = 0.2
    as_published: bool = True
    penalty: Placement = "k3 in the loss"

    def __post_init__(self) -> None:
        """Refuse what gives no advantage, and what no penalty is."""
        if self.group < 2:
            raise ValueError(f"group must be at least 2, got {self.group!r}")
        if self.penalty not in PLACEMENTS:
            raise ValueError(
                f"penalty must be one of {', '.join(PLACEMENTS)}; got {self.penalty!r}"
            )
        _check_above_zero(clip=self.clip)


@dataclass(frozen=True)
class PPO:
    """Proximal policy optimisation as RLHF uses it: −β·k1 of each token is part of its reward.

    The advantage of a token is all that follows it, reward and penalties, less the batch's mean at
    that step, which stands for a value network (Ziegler et al. 2019, arXiv 1909.08593). The loss is
    the clipped one of arXiv 1707.06347, equation 7.

    Attributes
    ----------
    clip : float
        How far the ratio ρ of new to old chances may leave 1 before it stops to count.

    Raises
    ------
    ValueError
        If `clip` is not above 0.
    """

    clip: float = 0.2

    def __post_init__(self) -> None:
        """Refuse what would clip everything."""
        _check_above_zero(clip=self.clip)


Algorithm = GRPO | PPO


@dataclass(frozen=True, eq=False)
class TrainedPolicy(Tilted):
    """The reference with what training has added to its logits.

    Attributes
    ----------
    model : LanguageModel
        The reference, which stays as it is.
    pairs : ndarray, shape (w, w)
        Added to the logit of a next word (column) after a last word (row), in nats.
    clock : ndarray, shape (longest, w)
        Added to the logit of a next word at each step, in nats.
    """

    model: LanguageModel
    pairs: Array
    clock: Array

    @classmethod
    def untrained(cls, model: LanguageModel) -> "TrainedPolicy":
        """Return the reference itself, ready to be trained."""
        words = len(model.words)
        return cls(model, np.zeros((words, words)), np.zeros((model.longest, words)))

    def tilt(self, step: int) -> Array:
        """Return what is added to the logits at a step, shape (w, w), in nats."""
        return np.asarray(self.pairs + self.clock[step])


@dataclass(frozen=True, eq=False)
class Batch:
    """Sequences sampled from a policy, token by token: n tokens, one sequence after the other.

    Attributes
    ----------
    policy : TrainedPolicy
        That they were sampled from.
    tokens : ndarray of int, shape (sequences, longest)
        As sampled, filled up with `PAD`.
    rows, steps, contexts, words : ndarray of int, shape (n,)
        Of each token: its sequence, its place there, the context before it, and itself.
    """

    policy: TrainedPolicy
    tokens: Tokens
    rows: Tokens
    steps: Tokens
    contexts: Tokens
    words: Tokens

    @classmethod
    def of(cls, policy: TrainedPolicy, tokens: Tokens) -> "Batch":
        """Return sequences of `policy` laid out token by token."""
        rows, steps = np.nonzero(tokens != PAD)
        contexts = policy.model.visited(tokens)[rows, steps]
        return cls(policy, tokens, rows, steps, contexts, tokens[rows, steps])

    @cached_property
    def log_ratio(self) -> Array:
        """log(π/π_ref) of each token under the policy it was sampled from, shape (n,), in nats."""
        return _chances(self.policy, self)[1]

    @cached_property
    def lengths(self) -> Tokens:
        """How many tokens each sequence has, shape (sequences,)."""
        return np.bincount(self.rows, minlength=len(self.tokens))

    def token_by_token(self, each: Array) -> Array:
        """Return one number a token as a table with a row for each sequence, 0 after its end."""
        table = np.zeros(self.tokens.shape)
        table[self.rows, self.steps] = each
        return table


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
    beta : float
        The price of a nat in this step.
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
    beta: float
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
    batch: int = 64,
    epochs: int = 2,
    rate: float = 40.0,
) -> Iterator[Record]:
    """Train a policy that starts as the reference, and yield a record of each step.

    Plain gradient ascent on the clipped objective, in strides no longer than `LONGEST_GRADIENT`
    times a learning rate that falls to 0 in a straight line. The same state of `rng` brings the
    same run.

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
    steps, batch, epochs : int
        Steps of training, sequences sampled in each, and passes over them.
    rate : float
        The learning rate at the first step. Rewards are small, so it is large.

    Raises
    ------
    ValueError
        If a count is below 1, `rate` is not above 0, groups do not fill the batch, or `anchor` is
        another.
    """
    at_least_one(steps=steps, batch=batch, epochs=epochs)
    if isinstance(algorithm, GRPO) and batch % algorithm.group:
        raise ValueError(
            f"groups of {algorithm.group} do not fill a batch of {batch}; it must be a multiple"
        )
    _check_above_zero(rate=rate)
    if anchor not in ("reference", "previous"):
        raise ValueError(f"anchor must be 'reference' or 'previous', got {anchor!r}")
    return _train(
        model, reward, judge, algorithm, controller, rng, anchor, steps, batch, epochs, rate
    )


def advantages(algorithm: Algorithm, batch: Batch, scores: Array, penalty: float) -> Array:
    """Return how much better than expected each token of a batch turned out, shape (n,).

    Parameters
    ----------
    algorithm : GRPO or PPO
        GRPO compares each sequence with its group; PPO what follows each token, the penalty
        included, with the batch's mean at that step.
    batch : Batch
        With n tokens.
    scores : ndarray, shape (sequences,)
        The reward of each sequence.
    penalty : float
        β. PPO uses it here, and GRPO with k1 in the reward: otherwise GRPO has it in its loss.
    """
    if isinstance(algorithm, GRPO):
        if algorithm.penalty == "k1 in the reward":
            scores = scores - penalty * batch.token_by_token(batch.log_ratio).sum(axis=1)
        groups = scores.reshape(-1, algorithm.group)
        relative = groups - groups.mean(axis=1, keepdims=True)
        if algorithm.as_published:
            spread = groups.std(axis=1, keepdims=True)
            # In a group of equals nothing is better than anything else, whatever rounding says.
            differ = spread > 1e-9 * np.abs(groups).max(axis=1, keepdims=True)
            relative = np.divide(relative, spread, where=differ, out=np.zeros_like(relative))
        return np.asarray(relative.ravel()[batch.rows])
    earned = batch.token_by_token(-penalty * batch.log_ratio)
    earned[np.arange(len(scores)), batch.lengths - 1] += scores
    still_to_come = earned[:, ::-1].cumsum(axis=1)[:, ::-1]
    alive = np.arange(earned.shape[1]) < batch.lengths[:, None]
    usual = (still_to_come * alive).sum(axis=0) / np.maximum(alive.sum(axis=0), 1)
    return np.asarray((still_to_come - usual)[batch.rows, batch.steps])


def objective(
    algorithm: Algorithm,
    policy: TrainedPolicy,
    batch: Batch,
    gains: Array,
    beta: float,
    anchor: Anchor = "reference",
) -> float:
    """Return what one step of training climbs: minus the loss of GRPO or PPO.

    Parameters
    ----------
    algorithm : GRPO or PPO
        Which loss.
    policy : TrainedPolicy
        The one that is trained.
    batch : Batch
        With n tokens; its policy is the old one, π_old.
    gains : ndarray, shape (n,)
        The advantage of each token.
    beta : float
        The price of a nat.
    anchor : "reference" or "previous"
        What the penalty in the loss is measured from.
    """
    _, log_ratio = _chances(policy, batch)
    rho = np.exp(log_ratio - batch.log_ratio)
    held = np.clip(rho, 1 - algorithm.clip, 1 + algorithm.clip)
    each = np.minimum(rho * gains, held * gains)
    if anchor == "previous":
        each = each - beta * trust(policy, batch)
    elif isinstance(algorithm, GRPO):
        each = each - beta * _penalty(algorithm, log_ratio)[0]
    return float(_weights(algorithm, batch) @ each)


def trust(policy: TrainedPolicy, batch: Batch) -> Array:
    """Return D(π_old‖π) of the next word wherever a token of the batch stands, shape (n,), in nats.

    Summed over a sequence, this estimates how far a step has gone; the adaptive penalty of the PPO
    paper watches it.

    Parameters
    ----------
    policy : TrainedPolicy
        π.
    batch : Batch
        Sampled from π_old.
    """
    before, chances = _chances(batch.policy, batch)[0], _chances(policy, batch)[0]
    return kl_divergence(before, chances)


def gradient(
    algorithm: Algorithm,
    policy: TrainedPolicy,
    batch: Batch,
    gains: Array,
    beta: float,
    anchor: Anchor = "reference",
) -> tuple[Array, Array, float]:
    """Return the gradient of `objective` in `pairs` and `clock`, and the share of clipped tokens.

    Takes what `objective` takes.

    Returns
    -------
    pairs : ndarray, shape (w, w)
    clock : ndarray, shape (longest, w)
    clipped : float
    """
    chances, log_ratio = _chances(policy, batch)
    rho = np.exp(log_ratio - batch.log_ratio)
    beyond = np.where(gains > 0, rho > 1 + algorithm.clip, rho < 1 - algorithm.clip)
    slope = np.where(beyond, 0.0, rho * gains)
    if anchor == "reference" and isinstance(algorithm, GRPO):
        slope = slope - beta * _penalty(algorithm, log_ratio)[1]
    weights = _weights(algorithm, batch)
    slope = slope * weights
    # How the log-chance of the token answers to each logit: 1 for itself, less all chances.
    each = -slope[:, None] * chances
    count = np.arange(batch.words.size)
    each[count, batch.words] += slope
    if anchor == "previous":
        before, _ = _chances(batch.policy, batch)
        each += (beta * weights)[:, None] * (before - chances)
    last = policy.model.last[batch.contexts]
    pairs, clock = (
        csr_array((np.ones(count.size), (rows, count)), shape=(len(like), count.size)) @ each
        for rows, like in ((last, policy.pairs), (batch.steps, policy.clock))
    )
    return np.asarray(pairs), np.asarray(clock), float(beyond.mean())


def _train(
    model: LanguageModel,
    reward: RewardModel,
    judge: Judge,
    algorithm: Algorithm,
    controller: Controller,
    rng: np.random.Generator,
    anchor: Anchor,
    steps: int,
    size: int,
    epochs: int,
    rate: float,
) -> Iterator[Record]:
    policy = TrainedPolicy.untrained(model)
    for step in range(1, steps + 1):
        batch = Batch.of(policy, sample(policy, size, rng))
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
        drift = batch.token_by_token(batch.log_ratio).sum(axis=1)
        judged = judge.score(batch.tokens)
        record = Record(
            step,
            batch,
            mean_and_error(scores),
            mean_and_error(judged),
            mean_and_error(drift),
            beta,
            clipped,
            policy,
            reward,
        )
        yield record
        controller = controller.after(
            record.kl[0] if anchor == "reference" else float(trust(policy, batch).sum()) / size
        )


def _chances(policy: TrainedPolicy, batch: Batch) -> tuple[Array, Array]:
    """Return the chances of all words where each token stands, (n, w), and its log(π/π_ref), (n,).

    As `next_words` does, for tokens of different steps at once.
    """
    model = policy.model
    last = model.last[batch.contexts]
    tilt = policy.pairs[last]
    tilt += policy.clock[batch.steps]
    own = tilt[np.arange(batch.words.size), batch.words]
    # What a whole row shares changes no chance; without it no exponential overflows.
    top = tilt.max(axis=1)
    tilt -= top[:, None]
    chances = np.exp(tilt, out=tilt)
    chances *= model.table[batch.contexts]
    sums = chances.sum(axis=1)
    chances /= sums[:, None]
    return chances, own - top - np.log(sums)


def _penalty(algorithm: GRPO, log_ratio: Array) -> tuple[Array, Array]:
    """Return the penalty in the loss of each token, and its slope in log π, shape (n,)."""
    return loss_and_slope(algorithm.penalty, np.maximum(log_ratio, -LARGEST_GAP))


def _weights(algorithm: Algorithm, batch: Batch) -> Array:
    """Return how much each token counts in the objective, shape (n,)."""
    if isinstance(algorithm, GRPO) and algorithm.as_published:
        return np.asarray(1 / (len(batch.tokens) * batch.lengths[batch.rows]))
    return np.full(batch.rows.size, 1 / len(batch.tokens))


def _check_above_zero(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number above 0, got {value!r}")
