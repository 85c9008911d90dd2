"""Huffman codes: making them, and sending 100,000 rolls."""

import numpy as np

from benchmarks.kl_divergence import seconds
from benchmarks.table import table
from kl_core import block_probabilities, blocks_of, huffman_code, normalize

ROLLS = 100_000


def measure() -> None:
    """Print the time to make a code, to encode and to decode, for single rolls and for blocks."""
    die = normalize([5.0, 2.0, 1.0, 1.0, 0.5, 0.5])
    rolls = np.random.default_rng(0).choice(die.size, p=die, size=ROLLS)
    rows = []
    for length in (1, 4):
        blocks = block_probabilities(die, length)
        message = blocks_of(rolls, die.size, length)
        code = huffman_code(blocks)
        digits = code.encode(message)
        times = (
            seconds(lambda blocks=blocks: huffman_code(blocks)),
            seconds(lambda code=code, message=message: code.encode(message)),
            seconds(lambda code=code, digits=digits, n=message.size: code.decode(digits, n)),
        )
        words = f"blocks of {length}: {blocks.size:,} words"
        rows.append([words, *(f"{1000 * each:.1f} ms" for each in times)])
    table(
        f"Huffman codes, {ROLLS:,} rolls of a die",
        ["", "make the code", "encode", "decode"],
        rows,
    )
