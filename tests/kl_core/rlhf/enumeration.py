"""Language models so small that all their sequences can be listed, and what a list tells."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kl_core.rlhf import LanguageModel, RewardModel, TabularPolicy, TrainedPolicy
from kl_core.rlhf._language_model import PAD, STOP

TEXT = "Rain falls.\nRain fades.\nRain falls.\nFalls fade rain.\nRain rain falls fades."


def tiny_model(order=3, longest=4, text=TEXT):
    """Return a model of few words with contexts of one and, at order 3, of two words."""
    return LanguageModel.from_text(text, order=order, longest=longest, often=1)


def tiny_reward(model, seed=1):
    """Return weights that nothing but chance has chosen, of the size of a few points."""
    return RewardModel(np.random.default_rng(seed).normal(size=len(model.words)) * 3, model.longest)


def random_table(model, seed, zeros=0.0):
    """Return a table of any chances; each but one of a row is 0 with chance `zeros`."""
    rng = np.random.default_rng(seed)
    table = rng.dirichlet(np.ones(len(model.words)), size=len(model.contexts))
    ruled_out = rng.random(table.shape) < zeros
    ruled_out[np.arange(len(table)), rng.integers(table.shape[1], size=len(table))] = False
    table[ruled_out] = 0.0
    return TabularPolicy(model, table / table.sum(axis=1, keepdims=True))


def random_logits(model, seed, size=1.0):
    """Return a policy as training makes them, with any logits."""
    rng = np.random.default_rng(seed)
    words = len(model.words)
    return TrainedPolicy(
        model,
        rng.normal(size=(words, words)) * size,
        rng.normal(size=(model.longest, words)) * size,
    )


def all_sequences(words, longest):
    """Return every sequence of a model, as tuples: to the stop token or of the full length."""
    finished, begun = [], [()]
    for _ in range(longest):
        longer = [(*start, token) for start in begun for token in range(words)]
        finished += [sequence for sequence in longer if sequence[-1] == STOP]
        begun = [sequence for sequence in longer if sequence[-1] != STOP]
    return finished + begun


def padded(sequences, longest):
    """Return sequences as an array of tokens, filled up after their end."""
    return np.array([[*each, *[PAD] * (longest - len(each))] for each in sequences])


def context_after(model, start):
    """Return the context that tokens lead to, found by the names of its words."""
    before = (".", *(model.words[token] for token in start))
    known = [before[-length:] for length in (2, 1) if before[-length:] in model.contexts]
    return model.contexts.index(known[0])


def rows_along(policy, sequence):
    """Yield for each token of a sequence: its context, itself, chances and log-ratios there."""
    for step, token in enumerate(sequence):
        context = context_after(policy.model, sequence[:step])
        chances, log_ratio = policy.next_words(step, np.array([context]))
        yield context, token, chances[0], log_ratio[0]


def chances_of(policy, sequences):
    """Return how likely a policy makes each sequence: a product of what it says word by word."""
    rows, products = {}, []
    for sequence in sequences:
        product = 1.0
        for step, token in enumerate(sequence):
            start = sequence[:step]
            if start not in rows:
                context = context_after(policy.model, start)
                rows[start] = policy.next_words(step, np.array([context]))[0][0]
            product *= rows[start][token]
        products.append(product)
    return np.array(products)


@dataclass(frozen=True, eq=False)
class Enumeration:
    """Every sequence of a policy's model, and what adding up over them gives."""

    policy: object

    @cached_property
    def sequences(self):
        """All of them, as tuples."""
        model = self.policy.model
        return all_sequences(len(model.words), model.longest)

    @cached_property
    def chances(self):
        """How likely the policy makes each sequence."""
        return chances_of(self.policy, self.sequences)

    @cached_property
    def reference(self):
        """How likely the reference makes each sequence."""
        return chances_of(self.policy.model, self.sequences)

    @cached_property
    def lengths(self):
        """How many tokens each sequence has."""
        return np.array([len(each) for each in self.sequences])

    def rewards(self, reward):
        """Return what each sequence earns."""
        return np.array(
            [
                math.fsum(reward.weights[token] for token in each) / reward.longest
                for each in self.sequences
            ]
        )

    def mean(self, values):
        """Return the average over the policy's sequences; one without a chance counts nothing."""
        return math.fsum(
            chance * value for chance, value in zip(self.chances, values, strict=True) if chance
        )
