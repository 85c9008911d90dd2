"""What the rope says about a learner's own taste."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charts.wording import counted, give_or_take, listed
from kl_core import Array

# A weight counts as known where it is this many errors from 0.
SURE = 2.0
SHOWN = 4
# The error of a word that no pair tells anything about: that of the prior.
UNTOLD = 1.0
NOTHING_YET = (
    "Until you have found one of a pair better there is nothing to learn, and the charts run on "
    "the rule's pairs."
)
NOW_MINE = (
    "Every chart runs on your taste now. Back at [the picture](#move), let β fall, and read what Q "
    "says to please you."
)


@dataclass(frozen=True, eq=False)
class Taste:
    """What a reward model believes that somebody likes, from so many decided pairs.

    Attributes
    ----------
    words : sequence of str
        The vocabulary.
    weights, errors : ndarray, shape (w,)
        What each word is worth, and how far that may be off.
    decided : int
        In how many pairs one was found better.
    """

    words: Sequence[str]
    weights: Array
    errors: Array
    decided: int

    @property
    def sure(self) -> int:
        """Of how many words the weight is more than `SURE` errors from 0."""
        return int((np.abs(self.weights) > SURE * self.errors).sum())

    @property
    def told(self) -> int:
        """Of how many words the pairs have made the error smaller by a tenth or more."""
        return int((self.errors <= 0.9 * UNTOLD).sum())

    def extremes(self) -> tuple[list[int], list[int]]:
        """Return which words are liked most and least, the strongest first."""
        order = np.argsort(self.weights, kind="stable")
        least = [int(token) for token in order[:SHOWN] if self.weights[token] < 0]
        most = [int(token) for token in order[::-1][:SHOWN] if self.weights[token] > 0]
        return most, least


def name_of(word: str) -> str:
    """Return a token as a sentence names it."""
    return "the full stop" if word == "." else f"*{word}*"


def believes(taste: Taste) -> str:
    """Say what the reward model believes, and how little it knows."""
    most, least = taste.extremes()
    likes = [f"{name_of(taste.words[token])} ({_worth(taste, token)})" for token in most]
    dislikes = [f"{name_of(taste.words[token])} ({_worth(taste, token)})" for token in least]
    said = []
    if likes:
        said.append(f"It believes that you like {listed(likes)}.")
    if dislikes:
        said.append(f"It believes that you do not like {listed(dislikes)}.")
    return " ".join([*said, how_little(taste)])


def _worth(taste: Taste, token: int) -> str:
    return give_or_take(float(taste.weights[token]), float(taste.errors[token]))


def how_little(taste: Taste) -> str:
    """Say of how many words the pairs tell anything, and of how many enough."""
    sure = (
        "of no word"
        if not taste.sure
        else f"only of {counted(taste.sure, 'word')}"
        if taste.sure < len(taste.words) / 10
        else f"of {counted(taste.sure, 'word')}"
    )
    return (
        f"After ± stands how far a weight may be off. {counted(taste.decided, 'pair')} "
        f"{'tells' if taste.decided == 1 else 'tell'} something of {taste.told} of the "
        f"{len(taste.words)} words it has weights for; {sure} is the weight more than "
        f"{SURE:g} errors from 0. What it does not know it guesses to be worth nothing, and a "
        "policy will try it out."
    )
