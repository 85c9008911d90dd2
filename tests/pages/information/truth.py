"""Dice, rolls and Huffman codes of the coding lesson, made without the lesson."""

import heapq
import itertools
import math
from functools import cache

import numpy as np
import pytest

from kl_core import block_probabilities, huffman_code, normalize
from tests.pages.truth import chances

FAIR = (1.0,) * 6
LOADED = (5.0, 2.0, 1.0, 1.0, 0.5, 0.5)
BOOK = (5.0, 1.0, 1.0, 1.0, 1.0, 1.0)
HALVES = (8.0, 4.0, 2.0, 1.0, 0.5, 0.5)
SKEWED = (1.0, 1.0, 1.0, 1.0, 2.0, 2.0)
NEARLY_SURE = (9.0, 0.2, 0.2, 0.2, 0.2, 0.2)
NO_SIX = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0)
SURE = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
TWO = (3.0, 0.0, 0.0, 1.0, 0.0, 0.0)
# Joined two by two, no two of its weights are alike: there is one way to make its code.
UNEVEN = (3.1, 2.2, 1.7, 1.1, 0.8, 0.5)


def rolls_of(p, seed, size):
    """Return the rolls that a series stands for."""
    return np.random.default_rng(seed).choice(6, p=chances(p), size=size).tolist()


def amount(value, unit):
    """Return a length as the page writes it."""
    return f"{value:.3f} {unit}"


def as_words(cells):
    """Return the words of a code from a column of the table; None where there is none."""
    return [{"none": None, "empty": ""}.get(cell, cell) for cell in cells]


def huffman_lengths(p):
    """Return the lengths of a Huffman code: every joining puts a digit before all it joins."""
    lengths = [0 if mass else math.inf for mass in p]
    heap = [(mass, at, [at]) for at, mass in enumerate(p) if mass]
    heapq.heapify(heap)
    for joined in itertools.count(len(lengths)):
        if len(heap) == 1:
            return lengths
        (light, _, left), (heavy, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for at in left + right:
            lengths[at] += 1
        heapq.heappush(heap, (light + heavy, joined, left + right))
    return None


@cache
def huffman_per_roll(p, code_for, block):
    """Return the digits a roll of P takes in a code of blocks, from its every block."""
    sends, made_for = (
        [math.prod(each) for each in itertools.product(chances(die), repeat=block)]
        for die in (p, code_for)
    )
    lengths = huffman_lengths(made_for)
    return math.fsum(x * length for x, length in zip(sends, lengths, strict=True) if x) / block


@cache
def block_words(die, block):
    """Return a Huffman code's words by block of faces, and see that none could be shorter."""
    # Blocks of the same faces are equally frequent: which gets the shorter word, rounding decides.
    spelled = huffman_code(block_probabilities(normalize(die), block)).words
    by_block = dict(zip(itertools.product(range(6), repeat=block), spelled, strict=True))
    average = math.fsum(
        math.prod(chances(die)[face] for face in faces) * len(word)
        for faces, word in by_block.items()
        if word is not None
    )
    assert average / block == pytest.approx(huffman_per_roll(die, die, block), rel=1e-9)
    return by_block
