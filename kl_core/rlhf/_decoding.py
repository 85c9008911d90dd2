"""Ways to draw text that is not quite the policy's: top-k, temperature, a minimum length.

Each is a policy of its own. A trainer that draws from one and computes log(π/π_ref) of the other
estimates neither's KL, and may get a number below 0.
"""

import math
from dataclasses import dataclass

import numpy as np

from kl_core._validation import Array, number, whole
from kl_core.rlhf._language_model import ALL, PAD, STOP, Flags, LanguageModel, Policy, Tokens
from kl_core.rlhf._policy import are_small, walk
from kl_core.rlhf._tilting import tilted


@dataclass(frozen=True, eq=False)
class TopK:
    """Draws only among the k likeliest next words of a policy.

    Raises
    ------
    ValueError
        If `k` is no whole number of at least 1.
    """

    policy: Policy
    k: int

    def __post_init__(self) -> None:
        """Refuse what leaves no word."""
        whole(self.k, "k")

    @property
    def model(self) -> LanguageModel:
        """The reference."""
        return self.policy.model

    def next_words(self, step: int, contexts: Tokens | slice = ALL) -> tuple[Array, Array]:
        """Return the chances of each next word, and their log-ratio to the reference in nats."""
        chances, log_ratio = self.policy.next_words(step, contexts)
        ranks = np.argsort(np.argsort(-chances, axis=1, kind="stable"), axis=1)
        return _only(ranks < self.k, chances, log_ratio)


@dataclass(frozen=True, eq=False)
class Tempered:
    """Draws the next word of a policy with chances to the power of 1/temperature.

    Raises
    ------
    ValueError
        If `temperature` is not a finite number above 0.
    """

    policy: Policy
    temperature: float

    def __post_init__(self) -> None:
        """Refuse what no power is."""
        temperature = number(self.temperature, "temperature", above=0)
        object.__setattr__(self, "temperature", temperature)

    @property
    def model(self) -> LanguageModel:
        """The reference."""
        return self.policy.model

    def next_words(self, step: int, contexts: Tokens | slice = ALL) -> tuple[Array, Array]:
        """Return the chances of each next word, and their log-ratio to the reference in nats."""
        chances, log_ratio = self.policy.next_words(step, contexts)
        reference = self.model.log_table[contexts]
        logs = reference + log_ratio
        heated = (1 - self.temperature) / self.temperature
        tilt = np.where(np.isfinite(logs), logs, 0.0) * heated
        if are_small(tilt):
            # Where the temperature is near 1, the difference of logarithms would lose digits.
            chances, more = tilted(chances, tilt)
            return chances, log_ratio + more
        logs = (logs - logs.max(axis=1, keepdims=True)) / self.temperature
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        return np.asarray(np.exp(logs)), np.asarray(logs - reference)


@dataclass(frozen=True, eq=False)
class AtLeast:
    """Draws from a policy, and lets no text end before so many tokens if it can go on.

    Raises
    ------
    ValueError
        If `tokens` is no whole number of at least 1.
    """

    policy: Policy
    tokens: int

    def __post_init__(self) -> None:
        """Refuse what is no length."""
        whole(self.tokens, "tokens")

    @property
    def model(self) -> LanguageModel:
        """The reference."""
        return self.policy.model

    def next_words(self, step: int, contexts: Tokens | slice = ALL) -> tuple[Array, Array]:
        """Return the chances of each next word, and their log-ratio to the reference in nats."""
        chances, log_ratio = self.policy.next_words(step, contexts)
        if step + 1 >= self.tokens:
            return chances, log_ratio
        kept = np.ones(chances.shape, dtype=bool)
        kept[chances[:, STOP + 1 :].any(axis=1), STOP] = False
        return _only(kept, chances, log_ratio)


def token_log_ratios(policy: Policy, tokens: Tokens, *, padded: bool = False) -> Array:
    """Return log(π/π_ref) of each token of sequences, however they were drawn, in nats.

    Parameters
    ----------
    policy : Policy
        π.
    tokens : ndarray of int, shape (n, longest)
        Sequences, filled up with `PAD`.
    padded : bool
        Whether what fills a sequence up counts, as full stops that the policy is taken to have
        written: the mistake of a trainer whose padding token is the stop token, and unmasked.

    Returns
    -------
    ndarray, shape (n, longest)
        0 after the end, unless `padded`.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.")
    >>> float(token_log_ratios(model, model.sample(2, np.random.default_rng(1))).sum())
    0.0
    """
    contexts, ended = policy.model.visited(tokens), tokens == PAD
    read = np.where(ended, STOP, tokens)
    rows = np.arange(len(tokens))
    table = np.zeros(tokens.shape)
    for step in range(tokens.shape[1]):
        needed, place = np.unique(contexts[:, step], return_inverse=True)
        table[:, step] = policy.next_words(step, needed)[1][place, read[rows, step]]
    return table if padded else np.where(ended, 0.0, table)


def expected_log_ratio(policy: Policy, sampler: Policy, *, padded: bool = False) -> float:
    """Return what log(π/π_ref) of whole sequences averages to when they are drawn by `sampler`.

    Drawn by π itself, that is D(π‖π_ref). Otherwise it is D(ν‖π_ref) − D(ν‖π), with ν the sampler:
    below 0 as soon as ν is closer to the reference than to π.

    Parameters
    ----------
    policy, sampler : Policy
        π and ν, of the same language model.
    padded : bool
        As in `token_log_ratios`.

    Returns
    -------
    float
        In nats, exact.

    Raises
    ------
    ValueError
        If the two do not belong to the same language model.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.")
    >>> expected_log_ratio(model, TopK(model, 1))
    0.0
    """
    if sampler.model is not policy.model:
        raise ValueError("both policies must belong to the same language model")
    total, ended = 0.0, 0.0
    start = np.zeros(1, dtype=np.int64)
    for step, uses, _ in walk(sampler):
        log_ratio = policy.next_words(step)[1]
        used = uses > 0
        total += float(uses[used] @ log_ratio[used])
        if padded and ended:
            total += ended * float(policy.next_words(step, start)[1][0, STOP])
        ended += float(uses[:, STOP].sum())
    return total


def _only(kept: Flags, chances: Array, log_ratio: Array) -> tuple[Array, Array]:
    """Return chances among the words that are kept, and their log-ratio to the reference."""
    left = np.where(kept, chances, 0.0)
    total = left.sum(axis=1, keepdims=True)
    lost = (chances - left).sum(axis=1, keepdims=True)
    # Of little that is lost the logarithm of what is left would lose the digits.
    logs = np.log(total)
    np.log1p(-lost, where=lost < 0.5, out=logs)
    return left / total, np.where(kept, log_ratio - logs, -math.inf)
