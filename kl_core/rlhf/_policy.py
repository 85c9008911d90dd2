"""The exact optimum of reward − β·KL, and what any policy earns and costs, exactly.

A sequence is a path through the contexts of a language model, so expectations over sequences are
recursions over its steps: no sampling anywhere in this file.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq

from kl_core._validation import Array
from kl_core.rlhf._language_model import ALL, STOP, LanguageModel, Policy, Tokens
from kl_core.rlhf._preferences import RewardModel


class Tilted(ABC):
    """A policy that tilts the reference: π(w | context) ∝ π_ref(w | context)·exp(tilt).

    The tilt depends on the step, the last word and the next one. Every optimum has this form.
    """

    model: LanguageModel

    @abstractmethod
    def tilt(self, step: int) -> Array:
        """Return the tilt of each next word after each last word, shape (w, w), in nats."""

    def next_words(self, step: int, contexts: Tokens | slice = ALL) -> tuple[Array, Array]:
        """Return the chances of each next word, and their log-ratio to the reference in nats.

        Both have shape (m, w), for m contexts; `step` counts from 0.
        """
        tilt, last = self.tilt(step), self.model.last[contexts]
        scaled, top = _scaled(tilt)
        chances = self.model.table[contexts] * scaled[last]
        sums = chances.sum(axis=1)
        return chances / sums[:, None], tilt[last] - (top[last] + np.log(sums))[:, None]


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
    log_values : ndarray, shape (longest + 1, c)
        log E_ref[exp(rest of r/β)] at each step and context, in nats.
    """

    model: LanguageModel
    reward: RewardModel
    beta: float
    log_values: Array

    @property
    def value(self) -> float:
        """Its reward − β·KL, which is β·log E_ref[exp(r/β)]."""
        return float(self.beta * self.log_values[0, 0])

    def tilt(self, step: int) -> Array:
        """Return (reward + what comes after)/β of each next word, shape (w, w), in nats."""
        return _gains(self.model, self.reward, self.beta, self.log_values[step + 1])


@dataclass(frozen=True, eq=False)
class TabularPolicy:
    """Any policy that is a table: the chances of each next word after each context.

    Attributes
    ----------
    model : LanguageModel
        The reference, which knows words and contexts.
    table : ndarray, shape (c, w)
        Chances of each word after each context; a 0 rules a word out.
    """

    model: LanguageModel
    table: Array

    def next_words(
        self,
        step: int,  # noqa: ARG002  # the same at every step
        contexts: Tokens | slice = ALL,
    ) -> tuple[Array, Array]:
        """Return rows of `table`, and their log-ratio to the reference in nats."""
        return self.table[contexts], self._log_ratio[contexts]

    @cached_property
    def _log_ratio(self) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.table) - self.model.log_table)


@dataclass(frozen=True, eq=False)
class Account:
    """What a policy earns and costs, over whole sequences.

    Attributes
    ----------
    reward : float
        The expected reward.
    kl : float
        D(π‖π_ref), in nats.
    entropy : float
        Of the sequences, in nats.
    surprise : float
        H(π, π_ref) = entropy + KL, in nats.
    length : float
        The expected number of tokens, the stop token included.
    words : ndarray, shape (w,)
        The expected number of times that each word comes.
    """

    reward: float
    kl: float
    entropy: float
    surprise: float
    length: float
    words: Array

    @property
    def perplexity(self) -> float:
        """Exp of the reference's mean surprise per token: how many words it wavers between."""
        return math.exp(self.surprise / self.length)


def optimal_policy(model: LanguageModel, reward: RewardModel, beta: float) -> Optimum:
    r"""Return the optimum of E[r] − β·D(π‖π_ref) over all policies, by one backward pass.

    The pass computes log E_ref[exp(rest of r/β)] for every context from the last step to the first
    (linearly solvable control, Todorov 2007; for language models Korbak et al. 2022, arXiv
    2205.11275), in logarithms, so that no β is too small.

    Parameters
    ----------
    model : LanguageModel
        The reference, with c contexts and w words.
    reward : RewardModel
        Adds up over tokens.
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
    if not 0 < beta < math.inf:
        raise ValueError(
            f"beta must be a finite number above 0, got {beta!r}; with none at all the optimum is "
            "the sequence with the largest reward"
        )
    log_values = np.zeros((model.longest + 1, len(model.contexts)))
    for step in reversed(range(model.longest)):
        scaled, top = _scaled(_gains(model, reward, beta, log_values[step + 1]))
        sums = np.einsum("cw,cw->c", model.table, scaled[model.last])
        log_values[step] = top[model.last] + np.log(sums)
    return Optimum(model, reward, float(beta), log_values)


def account(policy: Policy, reward: RewardModel) -> Account:
    r"""Return what a policy earns and what it costs, by one forward pass over its contexts.

    Parameters
    ----------
    policy : Policy
        Any: the reference itself, an `Optimum`, a `TabularPolicy`.
    reward : RewardModel
        Adds up over tokens.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.\nRain fades.")
    >>> account(model, RewardModel(np.zeros(4), longest=24)).kl
    0.0
    """
    model = policy.model
    words, kl, surprise = np.zeros(len(model.words)), 0.0, 0.0
    for _, uses, log_ratio in walk(policy):
        words += uses.sum(axis=0)
        surprise -= float(np.vdot(uses, model.log_table))
        kl += _mean(uses, log_ratio)
    # What rounding has left of a zero is zero.
    kl = max(kl, 0.0)
    entropy = max(surprise - kl, 0.0)
    return Account(
        float(words @ reward.per_token), kl, entropy, surprise, float(words.sum()), words
    )


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
    """Return the optimum that is `kl` nats from the reference, found by its β, up to 1000.

    Raises
    ------
    ValueError
        If `kl` is not above 0, or further than β = 1e-4 goes.
    """

    def excess(log_beta: float) -> float:
        optimum = optimal_policy(model, reward, math.exp(log_beta))
        return account(optimum, reward).kl - kl

    tightest, loosest = math.log(1e3), math.log(1e-4)
    if not 0 < kl <= excess(loosest) + kl:
        raise ValueError(f"kl must be above 0 and within reach of some β, got {kl!r}")
    # Beyond what β = 1000 leaves, the optimum is the reference but for rounding.
    beta = tightest if excess(tightest) >= 0 else brentq(excess, loosest, tightest, xtol=1e-6)
    return optimal_policy(model, reward, math.exp(beta))


def sequence_kl(policy: Policy, reference: Policy | None = None) -> float:
    r"""Return D(π‖ρ) over whole sequences in nats, exactly, for policies of the same model.

    By the chain rule (Cover & Thomas, theorem 2.5.3) it is the sum over steps of the divergence of
    the next word, each context weighted by how often π arrives there.

    Parameters
    ----------
    policy : Policy
        π, whose sequences are averaged over. Where ρ rules out what π does, the answer is ``inf``.
    reference : Policy, optional
        ρ; the model's own reference unless given.

    Raises
    ------
    ValueError
        If the two do not belong to the same language model.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.\nRain fades.")
    >>> sequence_kl(model)
    0.0
    """
    other = policy.model if reference is None else reference
    if other.model is not policy.model:
        raise ValueError("both policies must belong to the same language model")
    total = sum(
        _mean(uses, log_ratio, other.next_words(step)[1]) for step, uses, log_ratio in walk(policy)
    )
    return max(total, 0.0)


def walk(policy: Policy) -> Iterator[tuple[int, Array, Array]]:
    """Yield each step, how often each word then follows each context, and log-ratios, (c, w)."""
    model = policy.model
    arrivals = np.zeros(len(model.contexts))
    arrivals[0] = 1.0
    for step in range(model.longest):
        chances, log_ratio = policy.next_words(step)
        uses = arrivals[:, None] * chances
        yield step, uses, log_ratio
        # Contexts with the same last word lead to the same ones, and stand side by side.
        flows = np.add.reduceat(uses, model.firsts)
        flows[:, STOP] = 0.0
        arrivals = np.bincount(model.follows.ravel(), flows.ravel(), arrivals.size).astype(float)


def _gains(model: LanguageModel, reward: RewardModel, beta: float, after: Array) -> Array:
    """Return (r + what comes after)/β for each last word and next word, shape (w, w)."""
    gains = reward.per_token / beta + after[model.follows]
    gains[:, STOP] = reward.per_token[STOP] / beta
    return np.asarray(gains)


def _scaled(tilt: Array) -> tuple[Array, Array]:
    """Return exp(tilt) over the largest of each row, shape (w, w), and its logarithm, (w,)."""
    # Every word can follow every context, so no sum over a row is lost when the others underflow.
    top = tilt.max(axis=1)
    return np.asarray(np.exp(tilt - top[:, None])), np.asarray(top)


def _mean(uses: Array, logs: Array, less: Array | None = None) -> float:
    """Return Σ uses·(logs − less); what is never used counts for nothing: 0·log 0 = 0."""
    if less is None and np.isfinite(logs).all():
        return float(np.vdot(uses, logs))
    used = uses > 0
    return float(uses[used] @ (logs[used] - (0.0 if less is None else less[used])))
