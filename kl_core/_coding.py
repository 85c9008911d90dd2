"""Huffman's and Shannon's code words, and the digits that a message really takes.

Lengths are in binary digits: a code word has a whole number of them, in whichever unit entropy is
measured. The ideal length -log2 p is seldom whole, and that is all that separates the two.
"""

import heapq
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kl_core._prefix_code import PrefixCode, Symbols, check_digits, message_of
from kl_core._validation import (
    Array,
    NumberOrArray,
    check_broadcast,
    check_labels,
    floats,
    probabilities,
    whole,
)


def huffman_code(p: ArrayLike) -> PrefixCode:
    """Return a code whose average length for draws from P no other prefix code undercuts.

    The two rarest symbols are joined into one, again and again; each joining puts one digit in
    front of the words below it, 0 for the rarer side.

    Parameters
    ----------
    p : array_like, shape (k,)
        Probabilities. A symbol with probability 0 gets no word: the code rules it out.

    Returns
    -------
    PrefixCode
        Between H(P) and H(P) + 1 binary digits a symbol on average.

    Raises
    ------
    ValueError
        If `p` is not a probability vector of one axis.

    References
    ----------
    Huffman (1952), "A Method for the Construction of Minimum-Redundancy Codes".

    Cover & Thomas, *Elements of Information Theory* (2nd ed.), section 5.6.

    Examples
    --------
    >>> huffman_code([0.5, 0.25, 0.125, 0.125]).words
    ('0', '10', '110', '111')
    """
    weights = _one_axis(p).tolist()
    heap = [(weight, symbol) for symbol, weight in enumerate(weights) if weight > 0]
    symbols = [symbol for _, symbol in heap]
    heapq.heapify(heap)
    # Nodes are numbered as they are made, the symbols first: a parent comes after its children.
    above: dict[int, tuple[int, str]] = {}
    for node in range(len(weights), len(weights) + len(heap) - 1):
        rare, zero = heapq.heappop(heap)
        frequent, one = heap[0]
        heapq.heapreplace(heap, (rare + frequent, node))
        above[zero], above[one] = (node, "0"), (node, "1")
    words = {heap[0][1]: ""}
    for node in sorted(above, reverse=True):
        parent, digit = above[node]
        words[node] = words[parent] + digit
    spoken = set(symbols)
    return PrefixCode(
        tuple(words[symbol] if symbol in spoken else None for symbol in range(len(weights)))
    )


def code_lengths(p: ArrayLike) -> Array:
    """Return Shannon's code lengths ⌈-log2 p⌉: each ideal length, rounded up to whole digits.

    Parameters
    ----------
    p : array_like, shape (..., k)
        Probabilities over the last axis.

    Returns
    -------
    ndarray, shape (..., k)
        Binary digits, ``inf`` where p = 0. They meet Kraft's inequality as far as p sums to at most
        1, rounding aside: then a prefix code with them exists.

    Raises
    ------
    ValueError
        If `p` is not a probability vector.

    References
    ----------
    Shannon (1948), "A Mathematical Theory of Communication", section 9.

    Cover & Thomas, *Elements of Information Theory* (2nd ed.), eq. 5.29.

    Examples
    --------
    >>> code_lengths([0.5, 0.3, 0.2, 0])
    array([ 1.,  2.,  3., inf])
    """
    p = probabilities(p, "p")
    total = p.sum(axis=-1, keepdims=True)
    # One rounding must not take the digit of a half to two.
    p = p / np.where(total > 1 + 1e-12, total, 1.0)
    # frexp is exact: p = m·2^e with m in [1/2, 1), so e - 1 is ⌊log2 p⌋.
    return np.where(p == 0, math.inf, 1.0 - np.frexp(p)[1])


def expected_length(p: ArrayLike, lengths: ArrayLike) -> NumberOrArray:
    """Return Σ p·length: the digits that a symbol drawn from P takes on average.

    Parameters
    ----------
    p : array_like, shape (..., k)
        Probabilities over the last axis: what is really sent.
    lengths : array_like, shape (..., k)
        Binary digits of each word, at least 0; ``inf`` for no word.

    Returns
    -------
    float or ndarray, shape (...)
        ``inf`` where P sends what has no word.

    Raises
    ------
    ValueError
        If `p` is not a probability vector, a length is negative or NaN, or the outcomes differ.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), eq. 5.1 and theorem 5.4.3.

    Examples
    --------
    >>> print(expected_length([0.5, 0.25, 0.25, 0], [1, 2, 2, float("inf")]))
    1.5
    """
    check_labels(p=p, lengths=lengths)
    p = probabilities(p, "p")
    digits = floats(lengths, "lengths")
    if digits.ndim == 0 or digits.shape[-1] != p.shape[-1]:
        raise ValueError(
            f"p has {p.shape[-1]} outcomes, lengths have shape {digits.shape}: one for each outcome"
        )
    check_digits(digits)
    check_broadcast(p=p, lengths=digits)
    with np.errstate(invalid="ignore"):
        return np.where(p > 0, p * digits, 0.0).sum(axis=-1) / p.sum(axis=-1)


def block_probabilities(p: ArrayLike, length: int) -> Array:
    """Return the probabilities of blocks of `length` independent draws from P.

    Parameters
    ----------
    p : array_like, shape (k,)
        Probabilities.
    length : int
        Draws in a block, at least 1.

    Returns
    -------
    ndarray, shape (k**length,)
        Blocks in the order of their symbols, the last draw running fastest.

    Raises
    ------
    ValueError
        If `p` is not a probability vector of one axis or `length` is below 1.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), theorem 5.4.2.

    Examples
    --------
    >>> block_probabilities([0.75, 0.25], 2)
    array([0.5625, 0.1875, 0.1875, 0.0625])
    """
    length = whole(length, "length")
    single = _one_axis(p)
    blocks = _every_block(single, length)
    # k**length roundings may add up to more than `probabilities` lets pass; and a block that can
    # come must not get lost where its chance is below the smallest double.
    least = np.where(_every_block(single > 0, length) > 0, np.nextafter(0.0, 1.0), 0.0)
    chances: Array = np.maximum(blocks / blocks.sum(), least)
    return chances


def blocks_of(symbols: ArrayLike, outcomes: int, length: int) -> Symbols:
    """Return the numbers of the blocks that `symbols` form, as `block_probabilities` orders them.

    Parameters
    ----------
    symbols : array_like of int, shape (n,)
        Each from 0 to ``outcomes - 1``.
    outcomes : int
        How many symbols there are.
    length : int
        Symbols in a block, at least 1.

    Returns
    -------
    ndarray of int, shape (n // length,)
        What does not fill the last block is left out.

    Raises
    ------
    ValueError
        If a symbol is not below `outcomes`, or `outcomes` or `length` is below 1.

    Examples
    --------
    >>> blocks_of([0, 1, 1, 1, 0], outcomes=2, length=2)
    array([1, 3])
    """
    outcomes, length = whole(outcomes, "outcomes"), whole(length, "length")
    message = message_of(symbols, outcomes)
    full = message[: message.size // length * length].reshape(-1, length)
    blocks: Symbols = np.asarray(np.ravel_multi_index(tuple(full.T), (outcomes,) * length))
    return blocks


def _every_block(single: Array | NDArray[np.bool_], length: int) -> Array:
    """Return the products of `length` entries, the last one running fastest."""
    blocks = single
    for _ in range(length - 1):
        blocks = np.outer(blocks, single).ravel()
    return np.asarray(blocks, dtype=np.float64)


def _one_axis(p: ArrayLike) -> Array:
    p = probabilities(p, "p")
    if p.ndim != 1:
        raise ValueError(f"p must have one axis, got shape {p.shape}")
    return p
