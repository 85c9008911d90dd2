"""A small language model: what a text makes likely, word by word.

It plays the part of the supervised model ("SFT") of an RLHF pipeline: the reference that a policy
is tied to. Everything about it is exact: it is a table with one row for each context.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kl_core._validation import Array, floats, whole

Tokens = NDArray[np.int64]
Flags = NDArray[np.bool_]

STOP = 0
# After the stop token. Tables that are looked up by token hold one more entry, the last, for it.
PAD = -1
LONGEST = 24
ALL = slice(None)
# Shares of the longest context, of one word less and so on, down to all words alike.
SHARES = {2: (0.97, 0.028, 0.002), 3: (0.93, 0.06, 0.009, 0.001)}


class Policy(Protocol):
    """Whatever says how likely each next word is: a language model, an optimum, a trained one."""

    @property
    def model(self) -> "LanguageModel":
        """The reference, which knows words and contexts."""

    def next_words(self, step: int, contexts: Tokens | slice = ALL) -> tuple[Array, Array]:
        """Return the chances of each next word, and their log-ratio to the reference in nats.

        Both have shape (m, w), for m contexts; `step` counts from 0.
        """


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """An interpolated n-gram model: a context of one or two words, and the chances of the next.

    A sequence begins in context 0 and ends with the stop token or after `longest` tokens. Every
    word can follow every context.

    Attributes
    ----------
    words : tuple of str, length w
        The vocabulary; word 0 is the full stop, which ends a sequence.
    contexts : tuple of tuples of str, length c
        The one or two words before, sorted by the last of them; context 0 is the full stop, where a
        sequence begins.
    table : ndarray, shape (c, w)
        Chances of each word after each context.
    last : ndarray of int, shape (c,)
        The token that each context ends with.
    follows : ndarray of int, shape (w, w)
        The context after a word (row) and the next one (column).
    seen : ndarray of bool, shape (w, w)
        Which words (columns) the text has after which (rows); after word 0 those that begin a line.
    longest : int
        Tokens of a sequence at most, its stop token included.
    """

    words: tuple[str, ...]
    contexts: tuple[tuple[str, ...], ...]
    table: Array
    last: Tokens
    follows: Tokens
    seen: Flags
    longest: int = LONGEST

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        order: int = 3,
        longest: int = LONGEST,
        often: int = 2,
        shares: Sequence[float] = (),
    ) -> "LanguageModel":
        r"""Count words in `text`, a sentence a line, and mix long contexts with shorter ones.

        The chance of a word is a weighted mean of its relative frequencies after the last two
        words, after the last one, anywhere, and 1/w (Jelinek & Mercer 1980). A context that the
        text does not have, or too rarely, leaves its share to the shorter ones.

        Parameters
        ----------
        text : str
            Sentences, a line each; upper and lower case are the same, the full stop is a token.
        order : int
            3 looks at the last two words, 2 at the last one.
        longest : int
            Tokens of a sequence at most.
        often : int
            How often the text must have two words for them to be a context of their own.
        shares : sequence of float, length order + 1, optional
            Weights from the longest context down to 1/w; all above 0, with sum 1.

        Raises
        ------
        ValueError
            If the text is empty, the order is neither 2 nor 3, or the shares are none.

        Examples
        --------
        >>> model = LanguageModel.from_text("Rain falls.\nRain fades.", order=2)
        >>> model.words
        ('.', 'fades', 'falls', 'rain')
        >>> round(float(model.chances("rain")["falls"]), 4)
        0.4902
        """
        whole(order, "order", least=2, most=3)
        longest, often = whole(longest, "longest"), whole(often, "often")
        mixed = floats(shares, "shares") if np.size(shares) else np.array(SHARES[order])
        if mixed.shape != (order + 1,) or not (mixed.min() > 0 and abs(mixed.sum() - 1) <= 1e-9):
            raise ValueError(
                f"shares must be {order + 1} numbers above 0 with sum 1, got {shares!r}"
            )
        sentences = [tokenise(line) for line in text.splitlines() if line.strip()]
        if not sentences:
            raise ValueError("the text holds no sentence; a model needs at least one")
        words = (".", *sorted({word for sentence in sentences for word in sentence} - {"."}))
        return _counted(sentences, words, order, longest, often, mixed)

    @property
    def model(self) -> "LanguageModel":
        """Itself: as a policy, a language model is its own reference."""
        return self

    def next_words(
        self,
        step: int,  # noqa: ARG002  # the same at every step
        contexts: Tokens | slice = ALL,
    ) -> tuple[Array, Array]:
        """Return rows of `table`, and zeros: it is its own reference."""
        chances = self.table[contexts]
        return chances, np.zeros_like(chances)

    @cached_property
    def log_table(self) -> Array:
        """Logarithms of `table`, in nats, shape (c, w)."""
        return np.asarray(np.log(self.table))

    @cached_property
    def firsts(self) -> Tokens:
        """Where the contexts that end with each word begin, shape (w,): they stand side by side."""
        return np.searchsorted(self.last, np.arange(len(self.words)))

    @cached_property
    def index(self) -> dict[str, int]:
        """The token of each word."""
        return {word: token for token, word in enumerate(self.words)}

    def encode(self, text: str) -> Tokens:
        """Return the tokens of one sentence, shape (n,), or raise ValueError for an unknown word.

        Examples
        --------
        >>> LanguageModel.from_text("Rain falls.").encode("Rain falls.")
        array([2, 1, 0])
        """
        return np.array([self._token(word) for word in tokenise(text)], dtype=np.int64)

    def decode(self, tokens: Iterable[int]) -> str:
        """Return tokens as a sentence; what follows the stop token is left out.

        Examples
        --------
        >>> LanguageModel.from_text("Rain falls.").decode([2, 1, 0, -1])
        'rain falls.'
        """
        words: list[str] = []
        for token in tokens:
            if token == PAD:
                break
            words.append(self.words[token])
            if token == STOP:
                break
        return " ".join(words).replace(" .", ".")

    def context(self, text: str) -> int:
        """Return which context these words lead to, or raise ValueError for an unknown word.

        Examples
        --------
        >>> model = LanguageModel.from_text("Rain falls.")
        >>> model.contexts[model.context("rain")], model.context("")
        (('rain',), 0)
        """
        here = 0
        for token in self.encode(text):
            if token == STOP:
                raise ValueError("a context cannot hold a full stop: it ends the sentence")
            here = int(self.follows[self.last[here], token])
        return here

    def chances(self, text: str) -> dict[str, float]:
        """Return the chance of each word after these, or raise ValueError for an unknown word."""
        return dict(zip(self.words, self.table[self.context(text)], strict=True))

    def visited(self, tokens: Tokens) -> Tokens:
        """Return the context before each token, shape as `tokens`, (n, t); context 0 after the end.

        Parameters
        ----------
        tokens : ndarray of int, shape (n, t)
            Sequences, filled up with `PAD`.
        """
        visited = np.zeros(tokens.shape, dtype=np.int64)
        for step in range(1, tokens.shape[1]):
            before, token = visited[:, step - 1], tokens[:, step - 1]
            visited[:, step] = np.where(
                tokens[:, step] == PAD, 0, self.follows[self.last[before], token]
            )
        return visited

    def log_likelihood(self, tokens: Tokens) -> Array:
        """Return the log-probability of each sequence in nats, shape (n,).

        A sequence of the full length needs no stop token; a shorter one without it gets the
        probability of how it begins.
        """
        each = np.where(tokens == PAD, 0.0, self.log_table[self.visited(tokens), tokens])
        return np.asarray(each.sum(axis=1))

    def perplexity(self, tokens: Tokens) -> float:
        """Return exp of the mean surprise per token in nats: the number of equally likely words."""
        return float(np.exp(-self.log_likelihood(tokens).sum() / (tokens != PAD).sum()))

    def sample(self, count: int, rng: np.random.Generator) -> Tokens:
        """Return `count` sequences of this model, shape (count, longest)."""
        return sample(self, count, rng)

    def _token(self, word: str) -> int:
        try:
            return self.index[word]
        except KeyError:
            raise ValueError(f"{word!r} is not among the model's {len(self.words)} words") from None


def tokenise(text: str) -> list[str]:
    """Return the words of a sentence in lower case, its full stop as a token of its own.

    Examples
    --------
    >>> tokenise("Rain falls.")
    ['rain', 'falls', '.']
    """
    return text.lower().replace(".", " . ").split()


def forecasts() -> str:
    """Return the project's own weather forecasts, a sentence a line."""
    return resources.files("kl_core.rlhf").joinpath("forecasts.txt").read_text("utf-8")


def sample(policy: Policy, count: int, rng: np.random.Generator) -> Tokens:
    """Return sequences drawn from a policy, all at once.

    Parameters
    ----------
    policy : Policy
        Says how likely each next word is.
    count : int
        How many sequences.
    rng : numpy.random.Generator
        Where chance comes from; the same state brings the same sequences.

    Returns
    -------
    ndarray of int, shape (count, longest)
        Tokens, filled up with `PAD` after the stop token.

    Raises
    ------
    ValueError
        If `count` is no whole number of at least 1, or `rng` is no generator.

    Examples
    --------
    >>> model = LanguageModel.from_text("Rain falls.")
    >>> model.decode(sample(model, 1, np.random.default_rng(1))[0])
    'rain falls.'
    """
    count = whole(count, "count")
    check_generator(rng)
    model = policy.model
    tokens = np.full((count, model.longest), PAD, dtype=np.int64)
    going, here = np.arange(count), np.zeros(count, dtype=np.int64)
    for step in range(model.longest):
        needed, row = np.unique(here, return_inverse=True)
        ladder = policy.next_words(step, needed)[0].cumsum(axis=1)
        # One ladder on top of the other: where a number falls is found in all of them at once.
        rungs = (ladder / ladder[:, -1:] + np.arange(needed.size)[:, None]).ravel()
        found = np.searchsorted(rungs, row + rng.random(going.size), side="right")
        token = np.minimum(found - row * len(model.words), len(model.words) - 1)
        tokens[going, step] = token
        here = model.follows[model.last[here], token]
        going, here = going[token != STOP], here[token != STOP]
        if not going.size:
            break
    return tokens


def check_generator(rng: object) -> None:
    """Raise ValueError unless random numbers can be drawn from it."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng must be a numpy.random.Generator, such as np.random.default_rng(1), got {rng!r}"
        )


def _counted(
    sentences: list[list[str]],
    words: tuple[str, ...],
    order: int,
    longest: int,
    often: int,
    shares: Array,
) -> LanguageModel:
    """Count, mix, and lay the contexts out side by side by their last word."""
    index = {word: token for token, word in enumerate(words)}
    size = len(words)
    seen: dict[tuple[str, ...], Array] = {}
    for sentence in sentences:
        # A sentence begins where the one before has ended: after a full stop.
        text = [".", *sentence]
        for place in range(1, len(text)):
            for length in range(min(order, place + 1)):
                counts = seen.setdefault(tuple(text[place - length : place]), np.zeros(size))
                counts[index[text[place]]] += 1

    def mixed(context: tuple[str, ...]) -> Array:
        tails = (context[start:] for start in range(len(context) + 1))
        layers = [seen[tail] / seen[tail].sum() for tail in tails if tail in seen]
        weights = shares[-len(layers) - 1 :]
        return np.asarray(weights / weights.sum() @ np.vstack([*layers, np.full(size, 1 / size)]))

    contexts = sorted(
        {(word,) for word in words}
        | {pair for pair in seen if len(pair) == 2 and seen[pair].sum() >= often},
        key=lambda context: (index[context[-1]], len(context), context),
    )
    place_of = {context: place for place, context in enumerate(contexts)}
    return LanguageModel(
        words,
        tuple(contexts),
        np.array([mixed(context) for context in contexts]),
        np.array([index[context[-1]] for context in contexts]),
        np.array([[place_of.get((a, b), place_of[b,]) for b in words] for a in words]),
        np.array([seen.get((word,), np.zeros(size)) > 0 for word in words]),
        longest,
    )
