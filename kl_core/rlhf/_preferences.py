"""What people want, and what a reward model makes of it: the judge, preferences, Bradley–Terry."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from kl_core._estimators import mean_and_error
from kl_core._validation import Array, finite_array, number, whole
from kl_core.rlhf._language_model import PAD, STOP, Flags, LanguageModel, Tokens, sample

# What a good forecast says, and by which words the judge knows it.
TOPICS = MappingProxyType(
    {
        "when": "today tonight tomorrow dawn morning noon afternoon evening night midnight weekend "
        "sunday day",
        "where": "coast north south east west hills valleys city lake islands inland mountains sea",
        "sky": "clear sunny cloudy overcast rain showers snow fog foggy mist drizzle thunder "
        "sunshine clouds dry wet sleet hail bright stormy sky skies",
        "temperature": "cold cool mild warm hot freezing frost chilly",
        "wind": "wind winds windy breeze breezy gales gusts calm",
    }
)
# Words that may come back within a sentence, and cannot be its last.
LITTLE = frozenset(
    ("a", "across", "along", "and", "at", "but", "by", "from", "in", "is", "near", "over", "the")
) | {"this", "to", "until", "with"}


@dataclass(frozen=True, eq=False)
class Judge:
    """The rule that a reward model can only guess at: a point for each thing a forecast does well.

    It reads word by word, and stops at the first word that the text of the model has nowhere after
    the word before. What it has read says when, where, and what sky, temperature and wind to expect
    (five points). If it has read all: the forecast ends properly, with a full stop after something
    other than a little word (one); it repeats nothing (one): no word twice except little words, and
    these not twice in a row.

    Attributes
    ----------
    model : LanguageModel
        Whose tokens it reads, and whose text says what reads as a sentence.
    topics : mapping of str to str
        What a forecast should say, and the words that say it, with spaces between.
    """

    model: LanguageModel
    topics: Mapping[str, str] = field(default_factory=lambda: TOPICS)

    @property
    def points(self) -> tuple[str, ...]:
        """What each point is for, the topics first."""
        return (*self.topics, "ends properly", "repeats nothing")

    def marks(self, tokens: Tokens) -> Array:
        """Return the points that each sequence earns, 0 or 1, shape (n, points).

        Parameters
        ----------
        tokens : ndarray of int, shape (n, t)
            Sequences, filled up with `PAD`.
        """
        read = self.reads(tokens)
        said = self._topics[:, np.where(read, tokens, PAD)].any(axis=-1)
        length = (tokens != PAD).sum(axis=1)
        whole = read.sum(axis=1) == length
        rows = np.arange(len(tokens))
        ends = tokens[rows, length - 1] == STOP
        before = tokens[rows, np.maximum(length - 2, 0)]
        ends &= (length > 1) & ~self._little[before] & whole
        once = ~self.repeats(tokens).any(axis=1) & whole
        return np.vstack([said, ends, once]).T.astype(np.float64)

    def score(self, tokens: Tokens) -> Array:
        """Return the sum of points of each sequence, shape (n,)."""
        return np.asarray(self.marks(tokens).sum(axis=1))

    def reads(self, tokens: Tokens) -> Flags:
        """Return which tokens are read: all before the first that makes no sense there.

        That is one that the model's text has nowhere after the token before. Shape as `tokens`;
        nothing is read after the end.
        """
        before = np.hstack([np.full((len(tokens), 1), STOP), tokens[:, :-1]])
        sense = self.model.seen[before, tokens] & (tokens != PAD)
        return np.logical_and.accumulate(sense, axis=1)

    def repeats(self, tokens: Tokens) -> Flags:
        """Return which tokens repeat a word where they should not, shape as `tokens`."""
        earlier = np.tril(tokens[:, :, None] == tokens[:, None, :], -1).any(axis=2)
        in_a_row = np.zeros(tokens.shape, dtype=bool)
        in_a_row[:, 1:] = tokens[:, 1:] == tokens[:, :-1]
        return np.asarray((tokens != PAD) & np.where(self._little[tokens], in_a_row, earlier))

    def report(self, tokens: Tokens) -> "Report":
        """Return what a sample of sequences is like, on average."""
        lengths = (tokens != PAD).sum(axis=1)
        different = (counts(tokens, len(self.model.words)) > 0).sum(axis=1)
        return Report(
            mean_and_error(self.score(tokens)),
            mean_and_error(different.astype(np.float64)),
            mean_and_error(self.repeats(tokens).sum(axis=1) / lengths),
        )

    @cached_property
    def _topics(self) -> Flags:
        """Which token speaks of which topic, shape (topics, w + 1); padding speaks of none."""
        return np.array([self._among(words.split()) for words in self.topics.values()])

    @cached_property
    def _little(self) -> Flags:
        return self._among(LITTLE)

    def _among(self, words: Collection[str]) -> Flags:
        """Return which tokens are among these words, shape (w + 1,); padding is not."""
        return np.array([*(word in words for word in self.model.words), False])


@dataclass(frozen=True)
class Report:
    """What sampled sequences are like: means, each with its standard error.

    Attributes
    ----------
    score : tuple of float
        The judge's.
    different : tuple of float
        Different words of a sequence, the stop token among them.
    repeated : tuple of float
        Share of a sequence's tokens that repeat a word where they should not.
    """

    score: tuple[float, float]
    different: tuple[float, float]
    repeated: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Preferences:
    """Pairs of sequences of which somebody liked one better.

    Attributes
    ----------
    chosen, rejected : ndarray of int, shape (n, t)
        Tokens, filled up with `PAD`.
    """

    chosen: Tokens
    rejected: Tokens


def sample_preferences(
    model: LanguageModel, judge: Judge, count: int, rng: np.random.Generator
) -> Preferences:
    """Return pairs of the model's own sequences, each judged with Bradley–Terry noise.

    The better one is chosen with probability 1/(1 + exp(−d)), d the difference of the judge's
    scores (Bradley & Terry 1952): a point apart, 73 of 100 times.

    Raises
    ------
    ValueError
        If `count` is below 1.
    """
    count = whole(count, "count")
    first, second = sample(model, 2 * count, rng).reshape(2, count, model.longest)
    likes_first = rng.random(count) < expit(judge.score(first) - judge.score(second))
    pick = likes_first[:, None]
    return Preferences(np.where(pick, first, second), np.where(pick, second, first))


@dataclass(frozen=True, eq=False)
class _Posterior:
    """What preferences and a normal prior say about weights, up to a constant.

    Attributes
    ----------
    surplus : ndarray, shape (n, w)
        How much more often the chosen one of each pair says each word.
    ridge : float
        How strongly weights are pulled to 0.
    """

    surplus: Array
    ridge: float

    @classmethod
    def of(cls, preferences: Preferences, words: int, ridge: float) -> "_Posterior":
        """Return it for a vocabulary of so many words."""
        chosen, rejected = (
            counts(each, words) for each in (preferences.chosen, preferences.rejected)
        )
        return cls(chosen - rejected, number(ridge, "ridge", above=0))

    def loss(self, weights: Array) -> tuple[float, Array]:
        """Return the negative logarithm at these weights, and its slope, shape (w,)."""
        margin = self.surplus @ weights
        slope = self.ridge * weights - expit(-margin) @ self.surplus
        return float(self.ridge * weights @ weights / 2 - log_expit(margin).sum()), slope

    def curvature(self, weights: Array) -> Array:
        """Return its second derivatives at these weights, shape (w, w)."""
        spread = expit(self.surplus @ weights)
        by_pair = self.surplus * (spread * (1 - spread))[:, None]
        return np.asarray(self.ridge * np.eye(weights.size) + self.surplus.T @ by_pair)


@dataclass(frozen=True, eq=False)
class RewardModel:
    """A reward that adds up word by word: the mean weight over the places of a sequence.

    Attributes
    ----------
    weights : ndarray, shape (w,)
        What each token is worth, in points.
    longest : int
        By which the sum is divided, so that β has the scale that people know.

    Raises
    ------
    ValueError
        If a weight is not finite, or `longest` is no whole number of at least 1.
    """

    weights: Array
    longest: int

    def __post_init__(self) -> None:
        """Refuse what gives no reward."""
        object.__setattr__(self, "weights", finite_array(self.weights, "weights"))
        whole(self.longest, "longest")

    @classmethod
    def fit(
        cls, model: LanguageModel, preferences: Preferences, *, ridge: float = 1.0
    ) -> "RewardModel":
        """Return the weights that make the preferences likeliest, held back by a ridge.

        They maximise Σ log σ(w·(counts of the chosen − counts of the rejected)) − ridge·‖w‖²/2, the
        log-likelihood of Bradley and Terry (1952) with a normal prior; it is concave.

        Parameters
        ----------
        model : LanguageModel
            Whose tokens they are.
        preferences : Preferences
            The data.
        ridge : float
            How strongly weights are pulled to 0; above 0.

        Raises
        ------
        ValueError
            If `ridge` is not above 0.
        """
        size = len(model.words)
        posterior = _Posterior.of(preferences, size, ridge)
        near = minimize(
            posterior.loss,
            np.zeros(size),
            jac=True,
            hess=posterior.curvature,
            method="trust-exact",
            tol=1e-6,
        ).x
        # The search compares losses, and stops where these differ by rounding; slopes still differ.
        step = np.linalg.solve(posterior.curvature(near), posterior.loss(near)[1])
        return cls(near - step, model.longest)

    def errors(self, preferences: Preferences, *, ridge: float = 1.0) -> Array:
        """Return how far each weight may be off, shape (w,), given what it was fitted to.

        The standard deviation of the posterior by Laplace's approximation: the root of the diagonal
        of the inverse curvature at these weights (MacKay 2003, ch. 27). A word that no pair tells
        anything about keeps that of the prior, 1/√ridge.

        Parameters
        ----------
        preferences, ridge
            Those of `fit`.

        Raises
        ------
        ValueError
            If `ridge` is not above 0.
        """
        curvature = _Posterior.of(preferences, self.weights.size, ridge).curvature(self.weights)
        return np.asarray(np.sqrt(np.diag(np.linalg.inv(curvature))))

    @property
    def per_token(self) -> Array:
        """What each token adds to the reward, shape (w,)."""
        return self.weights / self.longest

    def score(self, tokens: Tokens) -> Array:
        """Return the reward of each sequence, shape (n,)."""
        return np.asarray(np.append(self.per_token, 0.0)[tokens].sum(axis=1))


def counts(tokens: Tokens, words: int) -> Array:
    """Return how often each word stands in each sequence, shape (n, words).

    Examples
    --------
    >>> counts(np.array([[1, 1, 0, -1]]), 3)
    array([[1., 2., 0.]])
    """
    rows, places = np.nonzero(tokens != PAD)
    flat = np.bincount(rows * words + tokens[rows, places], minlength=len(tokens) * words)
    return flat.reshape(len(tokens), words).astype(np.float64)
