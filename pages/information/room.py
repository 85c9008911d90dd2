"""The room that code words take: what fits, what it costs, how near the best that is; in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from charts.units import Unit
from charts.wording import amount, listed, number, percent
from kl_core import (
    Array,
    canonical_code,
    entropy,
    expected_length,
    huffman_code,
    kraft_sum,
    normalize,
)
from pages.information.numbers import HALVES, digit, has_whole_lengths

# A word has from 1 to 6 digits; for six faces more are of no use.
LONGEST = 6
THREE_EACH = [3] * 6
RULE = (
    "A word of L digits takes 2⁻ᴸ of the room: half of all messages begin with **0**, a quarter "
    "with **10**."
)
# So near is the same: an average is a sum of roundings.
SAME = 1e-9


@dataclass(frozen=True)
class Room:
    """Words of these lengths for the faces of a die.

    Attributes
    ----------
    p : ndarray, shape (6,)
        Probabilities; what cannot come needs no word.
    chosen : sequence of int, length 6
        How many digits the learner gives to each face.
    """

    p: Array
    chosen: Sequence[int]

    @cached_property
    def lengths(self) -> Array:
        """Binary digits of each word; ``inf`` for a face that cannot come."""
        return np.where(self.p > 0, np.array(self.chosen, dtype=float), math.inf)

    @cached_property
    def taken(self) -> float:
        """How much of the room the words take; above 1 no code has these lengths."""
        return float(kraft_sum(self.lengths))

    @property
    def fits(self) -> bool:
        """Whether there is a code with these lengths."""
        return self.taken <= 1

    @cached_property
    def cost(self) -> float:
        """Digits that a roll takes on average."""
        return float(expected_length(self.p, self.lengths))

    @cached_property
    def least(self) -> float:
        """Digits that a roll takes in the best code."""
        return float(expected_length(self.p, huffman_code(self.p).lengths))

    @property
    def is_best(self) -> bool:
        """Whether no code takes less."""
        return self.fits and self.cost <= self.least + SAME

    @cached_property
    def order(self) -> list[int]:
        """The faces that can come, from 0, the shortest word first: so their room is given out."""
        faces = np.flatnonzero(self.p > 0).tolist()
        return sorted(faces, key=lambda face: self.chosen[face])

    @cached_property
    def words(self) -> tuple[str | None, ...]:
        """The words of those faces for which there is room, as far as there is any."""
        # Of lengths in this order each begins at a whole multiple of its own room, and so does 1:
        # no word has room for a part of it only.
        ends = np.cumsum(2.0 ** -self.lengths[self.order])
        placed = [face for face, end in zip(self.order, ends, strict=True) if end <= 1]
        lengths = np.full(6, math.inf)
        lengths[placed] = self.lengths[placed]
        return canonical_code(lengths).words


def best_lengths(p: Array) -> list[int]:
    """Return the lengths of the best code's words; 1 where none, or an empty one, is needed."""
    lengths = huffman_code(p).lengths
    return [int(min(max(each, 1), LONGEST)) if each < math.inf else 1 for each in lengths]


def in_digits(length: float, unit: Unit) -> str:
    """Return a number of binary digits, in the learner's unit too if that is another."""
    also = f" ({amount(length * digit(unit), unit.name)})" if unit.name != "bits" else ""
    return f"{number(length)} digits{also}"


def title(room: Room) -> str:
    """Return what the picture has found."""
    if not room.fits:
        return f"{percent(room.taken)} of the room: no such code"
    if room.is_best:
        return f"{number(room.cost)} digits a roll: none takes less"
    if room.taken < 1:
        return f"{number(room.cost)} digits a roll, and room to spare"
    return f"{number(room.cost)} digits a roll: less is possible"


def figures(room: Room) -> dict[str, str]:
    """Return the two numbers that matter most."""
    return {
        "A roll takes": f"{number(room.cost)} digits" if room.fits else "no code",
        "Room taken": percent(room.taken),
    }


def in_words(room: Room, unit: Unit, *, told: bool) -> str:
    """Say whether the words fit and what they cost; what the best code takes only if `told`."""
    spelled = listed([f"`{word}`" if word else "none" for word in room.words])
    words = f"The words, face by face: {spelled}."
    if (room.p > 0).sum() == 1:
        return "Only one face can come, so nothing needs to be said: the best code sends no digit."
    if not room.fits:
        return (
            f"These words would take {percent(room.taken)} of the room. There is no more than all "
            "of it, so no code has these lengths: lengthen some. "
            f"{words}"
        )
    takes = f"A roll takes {in_digits(room.cost, unit)} on average"
    if room.is_best:
        return f"{takes}, and no code takes less. {_why_best(room, unit)} {words}"
    best = f"; the best code takes {number(room.least)}" if told else ""
    if room.taken < 1:
        return (
            f"{takes}{best}. {percent(1 - room.taken)} of the room is left: "
            f"there is a word that can be shortened. {words}"
        )
    return (
        f"{takes}{best or ', and another code takes less'}. The room is full: whoever shortens one "
        f"word must lengthen another. {words}"
    )


def _why_best(room: Room, unit: Unit) -> str:
    """Compare the best code with words of ideal length."""
    whole = has_whole_lengths(room.p)
    # By itself the entropy would have other last digits, and be written as 1.937 beside 1.938.
    own = room.cost if whole else float(entropy(room.p, base=2))
    named = f"average to {amount(own * digit(unit), unit.name)}, the **entropy** H(P)"
    if whole:
        return (
            "Each face has just as much of the room as it has chance: 2⁻ᴸ = p, so its word is "
            f"L = −log₂ p digits long. These {named}."
        )
    return (
        f"Words of −log₂ p digits would {named}, but words have whole lengths: that makes "
        f"{number(room.cost - own)} digits more."
    )


def is_asked_about(p: Array) -> bool:
    """Return whether this is the die that the question is about."""
    return bool(np.allclose(p, normalize(HALVES), rtol=0, atol=SAME))


def reveal(guess: float, unit: Unit) -> str:
    """Say how few digits the best code takes, and how far off a guess is."""
    p = normalize(HALVES)
    room = Room(p, best_lengths(p))
    off = guess - room.least
    far = (
        "Your guess was right, as near as the slider can say"
        if abs(off) <= 0.025
        else f"Your guess was {number(abs(off), 2)} too {'high' if off > 0 else 'low'}"
    )
    return (
        f"The best code takes **{in_digits(room.least, unit)}** a roll. {far}. Its words have "
        f"{listed([*map(str, room.chosen)])} digits. One of L digits takes 2⁻ᴸ of the room, the "
        "lower bar: so each face has as much room as it has chance."
    )
