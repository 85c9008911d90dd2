"""What any policy earns and costs, exactly.

A sequence is a path through the contexts of a language model, so expectations over sequences are
recursions over its steps: no sampling anywhere in this file.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kl_core import _pair
from kl_core._validation import Array, finite_array, probabilities
from kl_core.rlhf._language_model import ALL, STOP, LanguageModel, Policy, Tokens
from kl_core.rlhf._preferences import RewardModel
from kl_core.rlhf._tilting import divergence, tilted

# Nats below which the log-ratios of two policies to a third have lost digits of their difference.
NEARBY = 1e-6


class Tilted(ABC):
    """A policy that tilts the reference: π(w | context) ∝ π_ref(w | context)·exp(tilt).

    The tilt depends on the step, the last word and the next one. Every optimum has this form.
    """

    model: LanguageModel

    @abstractmethod
    def tilt(self, step: int) -> Array:
        """Return the tilt of each next word after each last word, shape (w, w), in nats."""

    def shifts(self, other: "Tilted") -> list[Array]:
        """Return what this adds to the tilt of another policy of the same model at each step.

        As `tilt` is, up to what each row shares, but to all its digits where both hardly differ.
        """
        with np.errstate(invalid="ignore"):
            return [self.tilt(step) - other.tilt(step) for step in range(self.model.longest)]

    def next_words(self, step: int, contexts: Tokens | slice = ALL) -> tuple[Array, Array]:
        """Return the chances of each next word, and their log-ratio to the reference in nats.

        Both have shape (m, w), for m contexts; `step` counts from 0.
        """
        model = self.model
        return tilted(model.table[contexts], self.tilt(step), model.last[contexts])


@dataclass(frozen=True, eq=False)
class TabularPolicy:
    """Any policy that is a table: the chances of each next word after each context.

    Attributes
    ----------
    model : LanguageModel
        The reference, which knows words and contexts.
    table : ndarray, shape (c, w)
        Chances of each word after each context; a 0 rules a word out.

    Raises
    ------
    ValueError
        If `table` is not of distributions, one for each context.
    """

    model: LanguageModel
    table: Array

    def __post_init__(self) -> None:
        """Refuse what are no chances."""
        probabilities(self.table, "table")
        # As it is: where two tables hardly differ, rounding would be all that is left.
        table, shape = finite_array(self.table, "table"), self.model.table.shape
        object.__setattr__(self, "table", table)
        if table.shape != shape:
            raise ValueError(
                f"table must have a row for each context and a column for each word, {shape}; "
                f"got shape {table.shape}"
            )

    def next_words(
        self,
        step: int,  # noqa: ARG002  # the same at every step
        contexts: Tokens | slice = ALL,
    ) -> tuple[Array, Array]:
        """Return rows of `table`, and their log-ratio to the reference in nats."""
        return self._chances[contexts], self._log_ratio[contexts]

    @cached_property
    def _chances(self) -> Array:
        return np.asarray(self.table / self.table.sum(axis=1, keepdims=True))

    @cached_property
    def _log_ratio(self) -> Array:
        return _pair.each(_pair.log_ratio, self.table, self.model.table)[0]


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
        kl += divergence(uses, model.table, log_ratio)
    # What rounding has left of a zero is zero.
    entropy = max(surprise - kl, 0.0)
    return Account(
        float(words @ reward.per_token), kl, entropy, surprise, float(words.sum()), words
    )


def reward_spread(policy: Policy, reward: RewardModel) -> float:
    r"""Return the standard deviation of what a policy's sequences earn, by one backward pass.

    It is the scale of a reward, and the measure of β: only their quotient counts. Each step adds
    the variance of what its word brings, now and later (the law of total variance), so that no two
    large numbers are subtracted.

    Parameters
    ----------
    policy : Policy
        Any; mostly the reference.
    reward : RewardModel
        Adds up over tokens.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.\nRain fades.")
    >>> likes_falls = RewardModel(np.array([0.0, 0.0, 24.0, 0.0]), longest=24)
    >>> round(reward_spread(model, likes_falls), 2)
    0.55
    """
    model, worth = policy.model, reward.per_token
    mean, variance = np.zeros((2, len(model.contexts)))
    for step in reversed(range(model.longest)):
        chances, _ = policy.next_words(step)
        going = model.follows[model.last]
        still = np.arange(len(model.words)) != STOP
        brings = worth + mean[going] * still
        mean = (chances * brings).sum(axis=1)
        apart = (brings - mean[:, None]) ** 2 + variance[going] * still
        variance = (chances * apart).sum(axis=1)
    return math.sqrt(variance[0])


def sequence_kl(policy: Policy, reference: Policy | None = None) -> float:
    r"""Return D(π‖ρ) over whole sequences in nats, exactly, for policies of the same model.

    By the chain rule (Cover & Thomas, theorem 2.5.3) it is the sum over steps of the divergence of
    the next word, each context weighted by how often π arrives there. However small, it has nine
    digits and more for any π and the reference, and for two tables, optima or trained policies;
    for others only above 1e-13, as it comes from the difference of their log-ratios.

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
    total = 0.0
    for step, uses, log_ratio in walk(policy):
        chances, theirs = other.next_words(step)
        with np.errstate(invalid="ignore"):
            total += divergence(uses, chances, log_ratio - theirs)
    return total if total > NEARBY else _nearby(policy, other, total)


def _nearby(policy: Policy, other: Policy, otherwise: float) -> float:
    """Return D(π‖ρ) of two policies so close that log-ratios to the reference differ by rounding.

    Where the two are of different kinds, it is left at `otherwise`.
    """
    model = policy.model
    if isinstance(policy, TabularPolicy) and isinstance(other, TabularPolicy):
        apart, _ = _pair.each(_pair.log_ratio, policy.table, other.table)
        steps = walk(policy)
        return sum(divergence(uses, other.next_words(step)[0], apart) for step, uses, _ in steps)
    if isinstance(policy, Tilted) and isinstance(other, Tilted):
        shifts = policy.shifts(other)
        if all(map(are_small, shifts)):
            total = 0.0
            for step, uses, _ in walk(policy):
                chances = other.next_words(step)[0]
                apart = tilted(chances, shifts[step], model.last)[1]
                total += divergence(uses, chances, apart)
            return total
    return otherwise


def are_small(shifts: Array) -> bool:
    """Say whether no word's tilt differs by more than a nat, so that no chance is lost."""
    return bool(np.abs(shifts).max() <= 1)


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
