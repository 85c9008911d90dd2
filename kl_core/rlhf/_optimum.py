"""The exact optimum of reward − β·KL, by one backward pass over a language model's contexts."""

import itertools
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from scipy.optimize import brentq

from kl_core._validation import Array, number
from kl_core.rlhf._language_model import STOP, LanguageModel
from kl_core.rlhf._policy import Account, Tilted, account, are_small
from kl_core.rlhf._preferences import RewardModel
from kl_core.rlhf._tilting import log_mean

# Where `optimum_at_kl` looks for β, in units of the reward for each nat.
LEAST_BETA, LARGEST_BETA = 1e-30, 1e30


@dataclass(frozen=True, eq=False)
class Optimum(Tilted):
    """The policy that no other beats at reward − β·KL: π*(y) ∝ π_ref(y)·exp(r(y)/β).

    Attributes
    ----------
    model : LanguageModel
        The reference π_ref.
    reward : RewardModel
        What is maximised, r.
    beta : float
        The price of a nat of KL, in units of the reward.
    most : ndarray, shape (longest + 1,)
        The most that can still be earned from each step on.
    losses : ndarray, shape (longest, w)
        How far each next word at each step, with the best after it, falls short of that: at most 0,
        in units of the reward.
    log_means : ndarray, shape (longest + 1, c)
        log E_ref[exp((rest of r − most)/β)] at each step and context, in nats, at most 0.
    """

    model: LanguageModel
    reward: RewardModel
    beta: float
    most: Array
    losses: Array
    log_means: Array

    @property
    def value(self) -> float:
        """Its reward − β·KL, which is β·log E_ref[exp(r/β)]."""
        return float(self.most[0] + self.beta * self.log_means[0, 0])

    def tilt(self, step: int) -> Array:
        """Return (reward + what comes after − the most)/β of each next word, (w, w), in nats."""
        return _gains(self.model, _over(self.losses[step], self.beta), self.log_means[step + 1])

    def shifts(self, other: Tilted) -> list[Array]:
        """Return what this adds to the tilt of another of the same model, as `Tilted` does.

        The better this policy does than the other from a context on, the more it goes there:
        a backward pass as that of `optimal_policy`, with the other policy for the reference.
        """
        if not isinstance(other, Optimum):
            return super().shifts(other)
        dearer = (other.beta - self.beta) / other.beta
        worth, theirs = self.reward.per_token, other.reward.per_token
        with np.errstate(invalid="ignore"):
            more = _over(worth - theirs + theirs * dearer, self.beta)
        shifts, after = [], np.zeros(len(self.model.contexts))
        for step in reversed(range(self.model.longest)):
            shifts.append(_gains(self.model, more, after))
            if not are_small(shifts[-1]):
                return super().shifts(other)
            after = log_mean(other.next_words(step)[0], shifts[-1], self.model.last)
        return shifts[::-1]


def optimal_policy(model: LanguageModel, reward: RewardModel, beta: float) -> Optimum:
    r"""Return the optimum of E[r] − β·D(π‖π_ref) over all policies, by one backward pass.

    The pass computes log E_ref[exp(rest of r/β)] for every context from the last step to the first
    (linearly solvable control, Todorov 2007; for language models Korbak et al. 2022, arXiv
    2205.11275). It counts rewards from the most that can still be earned, so that none is lost
    beside its quotient by a small β, and logarithms from 0, so that a large β leaves all digits:
    errors stay below a billionth for β from 1e-30 to 1e30 times the rewards. Only means of rewards
    of both signs lose what such sums always lose.

    Parameters
    ----------
    model : LanguageModel
        The reference, with c contexts and w words.
    reward : RewardModel
        Adds up over tokens; its `per_token` are taken as exact.
    beta : float
        Above 0, in units of the reward for each nat.

    Raises
    ------
    ValueError
        If `beta` is not a finite number above 0. At 0 nothing holds the policy: its limit is the
        sequence with the largest reward.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.\nRain fades.")
    >>> likes_falls = RewardModel(np.array([0.0, 0.0, 24.0, 0.0]), longest=24)
    >>> tight, loose = (optimal_policy(model, likes_falls, beta) for beta in (10, 0.5))
    >>> rain = model.context("rain")
    >>> [round(float(each.next_words(1)[0][rain, 2]), 2) for each in (tight, loose)]
    [0.52, 0.88]
    """
    beta = number(
        beta, "beta", above=0, otherwise=" (at 0 the optimum is the sequence that earns most)"
    )
    most, losses = _losses(reward.per_token, model.longest)
    log_means = np.zeros((model.longest + 1, len(model.contexts)))
    for step in reversed(range(model.longest)):
        gains = _gains(model, _over(losses[step], beta), log_means[step + 1])
        log_means[step] = log_mean(model.table, gains, model.last)
    return Optimum(model, reward, beta, most, losses, log_means)


def frontier(
    model: LanguageModel, reward: RewardModel, betas: Iterable[float]
) -> tuple[Account, ...]:
    """Return the account of the optimum at each β: no policy earns more for as little KL.

    Raises
    ------
    ValueError
        As `optimal_policy` does.
    """
    return tuple(account(optimal_policy(model, reward, beta), reward) for beta in betas)


def optimum_at_kl(model: LanguageModel, reward: RewardModel, kl: float) -> Optimum:
    """Return the optimum that is `kl` nats from the reference, found by its β, 1e-30 to 1e30.

    Raises
    ------
    ValueError
        If `kl` is not a number that some of these β leaves.
    """
    kl = number(kl, "kl", above=0)

    @cache
    def divergence(log_beta: float) -> float:
        return account(optimal_policy(model, reward, math.exp(log_beta)), reward).kl

    bounds = math.log(LEAST_BETA), math.log(LARGEST_BETA)
    most, least = map(divergence, bounds)
    if not least <= kl <= most:
        raise ValueError(
            f"kl must be from {least:.3g} to {most:.3g}, which β = {LARGEST_BETA:g} and "
            f"{LEAST_BETA:g} leave, got {kl!r}"
        )

    def excess(log_beta: float) -> float:
        # In logarithms: where β is large, KL falls with its square.
        return math.log(max(divergence(log_beta), sys.float_info.min) / kl)

    return optimal_policy(model, reward, math.exp(brentq(excess, *bounds, xtol=1e-12)))


def _losses(per_token: Array, longest: int) -> tuple[Array, Array]:
    """Return `most` and `losses` of an `Optimum`, each rounded only once.

    Every word can follow every context, so the most that is left depends on the step alone.
    """
    worth = [Fraction(float(each)) for each in per_token]
    best = sorted(worth[STOP + 1 :])[-1:]
    left = [Fraction(0)]
    for _ in range(longest):
        left.insert(0, max([worth[STOP], *(each + left[0] for each in best)]))
    steps = [now - after for now, after in itertools.pairwise(left)]
    # Steps are few: that of the best word, of the stop token, and one between.
    words = {step: [float(each - step) for each in worth] for step in set(steps)}
    losses = np.array([words[step] for step in steps])
    losses[:, STOP] = [float(worth[STOP] - now) for now in left[:-1]]
    return np.array([float(each) for each in left]), losses


def _over(losses: Array, beta: float) -> Array:
    """Return losses/β, in nats; what is too large for a number leaves a word no chance at all."""
    with np.errstate(over="ignore"):
        return np.asarray(losses / beta)


def _gains(model: LanguageModel, now: Array, after: Array) -> Array:
    """Return what each next word (column) brings after each last one (row), now and later."""
    gains = now + after[model.follows]
    gains[:, STOP] = now[STOP]
    return np.asarray(gains)
