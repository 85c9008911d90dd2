"""The policy that is trained, and sentences sampled from it, laid out token by token."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kl_core._validation import Array
from kl_core.rlhf._language_model import PAD, LanguageModel, Tokens
from kl_core.rlhf._policy import Tilted


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

    def shifts(self, other: Tilted) -> list[Array]:
        """Return what this adds to the tilt of another of the same model, as `Tilted` does."""
        if not isinstance(other, TrainedPolicy):
            return super().shifts(other)
        return list((self.pairs - other.pairs) + (self.clock - other.clock)[:, None])


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
        return chances_and_ratios(self.policy, self)[1]

    @cached_property
    def lengths(self) -> Tokens:
        """How many tokens each sequence has, shape (sequences,)."""
        return np.bincount(self.rows, minlength=len(self.tokens))

    def token_by_token(self, each: Array) -> Array:
        """Return one number a token as a table with a row for each sequence, 0 after its end."""
        table = np.zeros(self.tokens.shape)
        table[self.rows, self.steps] = each
        return table


def chances_and_ratios(policy: TrainedPolicy, batch: Batch) -> tuple[Array, Array]:
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
