"""What the coding lesson computes: three lengths, Huffman's codes, and messages sent in them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts.units import Unit
from kl_core import (
    Array,
    PrefixCode,
    Symbols,
    block_probabilities,
    blocks_of,
    entropy,
    expected_length,
    huffman_code,
    log_ratios,
    normalize,
)

FACES = [f"face {face}" for face in range(1, 7)]
FAIR = [1.0] * 6
BOOK = [5.0, 1.0, 1.0, 1.0, 1.0, 1.0]
HALVES = [8.0, 4.0, 2.0, 1.0, 0.5, 0.5]
# What Q believes in to begin with: its ideal words are whole, too, and cost just a digit more.
SKEWED = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]
NEARLY_SURE = [9.0, 0.2, 0.2, 0.2, 0.2, 0.2]
NO_SIX = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]

ROLLS = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000]
BLOCKS = [1, 2, 3, 4]
# So slight that it decides between what is equal, to nine digits.
TRIFLE = 1e-9


@dataclass(frozen=True)
class Lengths:
    """What a roll of P takes, in some unit.

    Attributes
    ----------
    own : float
        H(P): in words of length −log p.
    extra : float
        D(P‖Q): how much more in words of length −log q.
    crossed : float
        H(P, Q): in words of length −log q.
    """

    own: float
    extra: float
    crossed: float


def three_lengths(p: Array, q: Array, unit: Unit) -> Lengths:
    """Return H(P), D(P‖Q) and H(P, Q).

    The last as the sum of the others: computed by itself it would have other last digits, and be
    written as 2.937 where 1.938 and 1.000 are told to add up to it.
    """
    own, extra = float(entropy(p, base=unit.base)), unit.kl(p, q)
    return Lengths(own, extra, own + extra)


def ideal_length(chance: float, unit: Unit) -> float:
    """Return −log of a chance."""
    return -math.log(chance) / unit.nats if chance else math.inf


def digit(unit: Unit) -> float:
    """Return how much one binary digit is, in `unit`."""
    return math.log(2) / unit.nats


@st.cache_resource(max_entries=256, show_spinner=False)
def code_for(die: Array, block: int) -> PrefixCode:
    """Return the Huffman code for blocks of rolls of a die."""
    return huffman_code(block_probabilities(die, block))


@st.cache_data(max_entries=1024, show_spinner=False)
def per_roll(p: Array, die: Array, block: int) -> float:
    """Return the binary digits that a roll of P takes on average in the code made for a die."""
    lengths = code_for(die, block).lengths
    return float(expected_length(block_probabilities(p, block), lengths)) / block


def shares(p: Array, q: Array, unit: Unit) -> list[list[float]]:
    """Return what a roll of P takes in P's code and in Q's, in blocks of each length."""
    return [[per_roll(p, die, block) * digit(unit) for block in BLOCKS] for die in (p, q)]


@st.cache_data(max_entries=256, show_spinner=False)
def range_of_tied(p: Array, q: Array, block: int) -> tuple[float, float]:
    """Return the least and the most digits that a roll of P takes in a code as short for Q as any.

    Where blocks are equally frequent, Huffman may give the shorter word to either.
    """
    sent, made_for = block_probabilities(p, block), block_probabilities(q, block)
    best = expected_length(made_for, code_for(q, block).lengths)
    found = [per_roll(p, q, block)]
    for lean in (TRIFLE, -TRIFLE):
        leaning = np.where(made_for > 0, np.maximum(made_for + lean * sent, made_for / 2), 0.0)
        lengths = huffman_code(normalize(leaning)).lengths
        if math.isclose(expected_length(made_for, lengths), best, rel_tol=0, abs_tol=TRIFLE):
            found.append(float(expected_length(sent, lengths)) / block)
    return min(found), max(found)


def has_whole_lengths(die: Array) -> bool:
    """Say whether −log₂ of each chance is a whole number: then words have their ideal lengths."""
    ideal = -np.log2(die[die > 0])
    return bool(np.allclose(ideal, ideal.round(), rtol=0, atol=1e-9))


def spelled(word: str | None) -> str:
    """Return a code word as a table shows it."""
    return "none" if word is None else word or "empty"


def rolled(p: Array, rolls: int, seed: int) -> Symbols:
    """Return rolls of P, each from 0 to 5."""
    return np.random.default_rng(seed).choice(6, p=p, size=rolls)


@dataclass(frozen=True)
class Sent:
    """What became of a message in one code.

    Attributes
    ----------
    digits : int, or inf
        The binary digits that it took; ``inf`` where some block of rolls has no word.
    error : float
        The standard error of the digits a roll.
    intact : bool
        Whether what arrived was what was sent.
    """

    digits: float
    error: float
    intact: bool


@st.cache_data(max_entries=64, show_spinner=False)
def sent(die: Array, rolls: Symbols, block: int) -> Sent:
    """Send rolls in the code made for a die, with one word for each block."""
    code = code_for(die, block)
    message = blocks_of(rolls, 6, block)
    lengths = code.lengths[message]
    if np.isinf(lengths).any():
        return Sent(math.inf, math.nan, intact=False)
    digits = code.encode(message)
    arrived = code.decode(digits, message.size)
    spread = lengths.std(ddof=1) / math.sqrt(message.size) if message.size > 1 else math.nan
    return Sent(digits.size, spread / block, bool((arrived == message).all()))


@dataclass(frozen=True)
class Message:
    """Rolls of P, sent in the code made for P and in the one made for Q."""

    rolls: Symbols
    block: int
    own: Sent
    wrong: Sent

    @property
    def used(self) -> int:
        """How many rolls fill whole blocks."""
        return self.rolls.size // self.block * self.block


def send(p: Array, q: Array, rolls: Symbols, block: int) -> Message:
    """Send rolls of P in both codes."""
    return Message(rolls, block, sent(p, rolls, block), sent(q, rolls, block))


@dataclass(frozen=True)
class Counted:
    """What a roll took, in some unit; each pair is for P's code and for Q's.

    Attributes
    ----------
    ideal : tuple of float
        H(P) and H(P, Q).
    expected : tuple of float
        The average length of the Huffman code.
    counted, errors : tuple of float
        What the rolls took, and the standard error of that; ``inf`` and NaN where they could not
        be sent.
    rolls : int
        How many were sent.
    """

    ideal: tuple[float, float]
    expected: tuple[float, float]
    counted: tuple[float, float]
    errors: tuple[float, float]
    rolls: int


def counted(p: Array, q: Array, message: Message, unit: Unit) -> Counted:
    """Count the digits of a message, roll by roll."""
    lengths, used, block = three_lengths(p, q, unit), message.used, message.block
    one, own, wrong = digit(unit), message.own, message.wrong
    return Counted(
        (lengths.own, lengths.crossed),
        (per_roll(p, p, block) * one, per_roll(p, q, block) * one),
        (own.digits * one / used, wrong.digits * one / used),
        (own.error * one, wrong.error * one),
        used,
    )


def data(
    p: Array, q: Array, chosen: Sequence[int], unit: Unit
) -> Mapping[str, Sequence[object] | Array]:
    """Return both codes with every digit, and the lengths that the learner chose."""
    return {
        "face": range(1, 7),
        "p": p,
        "q": q,
        f"ideal_p_{unit.name}": [ideal_length(chance, unit) for chance in p],
        f"ideal_q_{unit.name}": [ideal_length(chance, unit) for chance in q],
        f"extra_{unit.name}": log_ratios(p, q, base=unit.base),
        "chosen_length": chosen,
        "p_word": [*map(spelled, code_for(p, 1).words)],
        "q_word": [*map(spelled, code_for(q, 1).words)],
    }
