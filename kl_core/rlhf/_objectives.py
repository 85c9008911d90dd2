"""What a step of GRPO or PPO climbs: advantages, penalties, the clipped objective, its gradient."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from kl_core._discrete import kl_divergence
from kl_core._estimators import PLACEMENTS, Placement, loss_and_slope
from kl_core._validation import Array, number, whole
from kl_core.rlhf._batch import Batch, TrainedPolicy, chances_and_ratios

# Beyond it k3 would overflow, in nats.
LARGEST_GAP = 300.0

Anchor = Literal["reference", "previous"]


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
        whole(self.group, "group", 2)
        if self.penalty not in PLACEMENTS:
            raise ValueError(
                f"penalty must be one of {', '.join(PLACEMENTS)}; got {self.penalty!r}"
            )
        object.__setattr__(self, "clip", number(self.clip, "clip", above=0))


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
        object.__setattr__(self, "clip", number(self.clip, "clip", above=0))


Algorithm = GRPO | PPO


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
            spread = group_spreads(scores, algorithm.group)[:, None]
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


def group_spreads(scores: Array, group: int) -> Array:
    """Return the standard deviation of the rewards in each group, shape (groups,).

    Parameters
    ----------
    scores : ndarray, shape (sequences,)
        The reward of each sequence, group after group.
    group : int
        Sequences in a group.

    Examples
    --------
    >>> group_spreads(np.array([1.0, 3.0, 7.0, 7.0]), 2)
    array([1., 0.])
    """
    return np.asarray(scores.reshape(-1, group).std(axis=1))


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
    _, log_ratio = chances_and_ratios(policy, batch)
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
    before, chances = (
        chances_and_ratios(batch.policy, batch)[0],
        chances_and_ratios(policy, batch)[0],
    )
    divergences: Array = kl_divergence(before, chances)
    return divergences


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
    chances, log_ratio = chances_and_ratios(policy, batch)
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
        before, _ = chances_and_ratios(batch.policy, batch)
        each += (beta * weights)[:, None] * (before - chances)
    last = policy.model.last[batch.contexts]
    pairs, clock = (
        csr_array((np.ones(count.size), (rows, count)), shape=(len(like), count.size)) @ each
        for rows, like in ((last, policy.pairs), (batch.steps, policy.clock))
    )
    return np.asarray(pairs), np.asarray(clock), float(beyond.mean())


def _penalty(algorithm: GRPO, log_ratio: Array) -> tuple[Array, Array]:
    """Return the penalty in the loss of each token, and its slope in log π, shape (n,)."""
    return loss_and_slope(algorithm.penalty, np.maximum(log_ratio, -LARGEST_GAP))


def _weights(algorithm: Algorithm, batch: Batch) -> Array:
    """Return how much each token counts in the objective, shape (n,)."""
    if isinstance(algorithm, GRPO) and algorithm.as_published:
        return np.asarray(1 / (len(batch.tokens) * batch.lengths[batch.rows]))
    return np.full(batch.rows.size, 1 / len(batch.tokens))
