"""Whose taste the reward model learns: the learner's own, from pairs that they have judged.

The answers are a short code of letters, one a pair, which a link holds.
"""

from functools import cache

import numpy as np

from kl_core.rlhf import LanguageModel, Preferences, Tokens, sample

# How many pairs there are to judge, and the seed that draws them.
PAIRS, TO_JUDGE = 20, 20
# What a letter of the code says: the first is better, the second is, neither.
FIRST, SECOND, NEITHER = "a", "b", "o"
LETTERS = FIRST + SECOND + NEITHER


@cache
def to_judge(model: LanguageModel) -> Tokens:
    """Return the pairs, the same for everybody: what the model says, no two alike.

    Returns
    -------
    ndarray of int, shape (2, pairs, t)
        The first and the second of each pair.
    """
    drawn = sample(model, 10 * PAIRS, np.random.default_rng(TO_JUDGE))
    _, first_places = np.unique(drawn, axis=0, return_index=True)
    return drawn[np.sort(first_places)[: 2 * PAIRS]].reshape(2, PAIRS, -1)


def wrong_with(code: str) -> str:
    """Return what is wrong with a code; nothing where it can be read."""
    strange = sorted(set(code) - set(LETTERS))
    if strange:
        return (
            f"The code of your answers holds “{strange[0]}”; it is made of {FIRST} (the first is "
            f"better), {SECOND} (the second is) and {NEITHER} (neither)."
        )
    if len(code) > PAIRS:
        return f"The code of your answers has {len(code)} letters for {PAIRS} pairs."
    return ""


def decided(code: str) -> int:
    """Return in how many pairs one was found better; 0 for a code that cannot be read."""
    return 0 if wrong_with(code) else len(code) - code.count(NEITHER)


def preferences(model: LanguageModel, code: str) -> Preferences:
    """Return the pairs of which one was found better; `code` is one that can be read."""
    first, second = to_judge(model)[:, : len(code)]
    letters = np.array(list(code))
    decided = letters != NEITHER
    better = (letters == FIRST)[:, None]
    return Preferences(
        np.where(better, first, second)[decided], np.where(better, second, first)[decided]
    )
