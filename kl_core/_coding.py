"""Code words of 0s and 1s: Huffman's and Shannon's, and the digits that a message really takes.

Lengths are in binary digits: a code word has a whole number of them, in whichever unit entropy is
measured. The ideal length -log2 p is seldom whole, and that is all that separates the two.
"""

import heapq
import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kl_core._validation import (
    Array,
    NumberOrArray,
    check_broadcast,
    check_labels,
    check_unmasked,
    element,
    floats,
    probabilities,
    whole,
)

Bits = NDArray[np.uint8]
Symbols = NDArray[np.int64]
Node: TypeAlias = list["Node | int | None"]


@dataclass(frozen=True)
class PrefixCode:
    """A code word for each symbol, none of them the beginning of another.

    Attributes
    ----------
    words : tuple of (str or None), length k
        Each word in 0s and 1s; None for a symbol that the code cannot express. A code for one
        certain symbol has the empty word: nothing needs to be said.

    Raises
    ------
    ValueError
        If a word holds anything but 0 and 1, or is the beginning of another.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), section 5.1.

    Examples
    --------
    >>> code = PrefixCode(("0", "10", "11"))
    >>> bits = code.encode([2, 0, 1])
    >>> "".join(map(str, bits)), code.decode(bits, 3)
    ('11010', array([2, 0, 1]))
    """

    words: tuple[str | None, ...]

    def __post_init__(self) -> None:
        """Refuse what is no prefix code."""
        for symbol, each in enumerate(self.words):
            if not (each is None or isinstance(each, str)):
                raise ValueError(f"words[{symbol}] is {each!r}; a code word is text of 0 and 1")
        known = sorted((word, symbol) for symbol, word in enumerate(self.words) if word is not None)
        if not known:
            raise ValueError("words must hold at least one code word")
        for word, symbol in known:
            if set(word) - {"0", "1"}:
                raise ValueError(f"words[{symbol}] is {word!r}; a code word is made of 0 and 1")
        # In dictionary order a word stands right before the first of those that it begins.
        for (word, symbol), (longer, other) in pairwise(known):
            if longer.startswith(word):
                raise ValueError(
                    f"words[{symbol}] is {word!r}, the beginning of words[{other}], {longer!r}: "
                    "a reader could not tell where one ends"
                )

    @cached_property
    def lengths(self) -> Array:
        """Binary digits of each word, shape (k,); ``inf`` for a symbol without one."""
        return np.array([math.inf if word is None else len(word) for word in self.words])

    @property
    def kraft_sum(self) -> float:
        """Σ 2^-length: at most 1, and 1 where no word could be shorter (Kraft's inequality)."""
        return math.fsum(2.0**-self.lengths)

    def encode(self, symbols: ArrayLike) -> Bits:
        """Return the words of `symbols`, one after another.

        Parameters
        ----------
        symbols : array_like of int, shape (n,)
            Each from 0 to k - 1, and with a word.

        Returns
        -------
        ndarray of uint8, shape (digits,)
            0s and 1s.

        Raises
        ------
        ValueError
            If a symbol is not of this code, or has no word.
        """
        message = self._message(symbols)
        digits, used = self._padded_words
        encoded: Bits = digits[message][used[message]]
        return encoded

    def encoded_length(self, symbols: ArrayLike) -> int:
        """Return how many binary digits ``encode(symbols)`` has; same errors."""
        return int(self.lengths[self._message(symbols)].sum())

    def decode(self, bits: ArrayLike, count: int) -> Symbols:
        """Return the `count` symbols that `bits` stand for.

        Parameters
        ----------
        bits : array_like of 0 and 1, shape (digits,)
            Words, one after another.
        count : int
            How many symbols were sent; a certain symbol takes no digits that could be counted.

        Returns
        -------
        ndarray of int, shape (count,)

        Raises
        ------
        ValueError
            If the bits are not exactly `count` words of this code, or `count` is no such number.
        """
        count = whole(count, "count", least=0)
        digits = floats(bits, "bits")
        if digits.ndim != 1:
            raise ValueError(f"bits must have one axis, got shape {digits.shape}")
        if not np.isin(digits, (0, 1)).all():
            raise ValueError(f"bits must be 0 and 1, got {digits[~np.isin(digits, (0, 1))][0]}")
        if "" in self.words:
            if digits.size:
                raise ValueError(f"bits has {digits.size} digits; a certain symbol takes none")
            return np.full(count, self.words.index(""), dtype=np.int64)
        symbols: list[int] = []
        node = self._tree
        for bit in digits.astype(int).tolist():
            below = node[bit]
            if isinstance(below, list):
                node = below
            elif below is None:
                raise ValueError(f"bits hold no word after the first {len(symbols)} symbols")
            else:
                symbols.append(below)
                node = self._tree
        if node is not self._tree or len(symbols) != count:
            piece = "" if node is self._tree else " and the beginning of one"
            raise ValueError(f"bits hold {len(symbols)} whole words{piece}; count is {count}")
        return np.array(symbols, dtype=np.int64)

    def _message(self, symbols: ArrayLike) -> Symbols:
        message = _symbols(symbols, len(self.words))
        silent = np.isinf(self.lengths)[message]
        if silent.any():
            at = int(np.argmax(silent))
            raise ValueError(f"symbols[{at}] is {message[at]}, for which this code has no word")
        return message

    @cached_property
    def _padded_words(self) -> tuple[Bits, NDArray[np.bool_]]:
        """The digits of every word in a row as long as the longest, and which of them count."""
        words = [word or "" for word in self.words]
        longest = max(map(len, words))
        digits = np.array([[*word.ljust(longest, "0")] for word in words], dtype=np.uint8)
        used = np.arange(longest) < np.array([[len(word)] for word in words])
        return digits.reshape(len(words), longest), used

    @cached_property
    def _tree(self) -> Node:
        """Where 0 and 1 lead from the root: to a node, to a symbol, or nowhere."""
        root: Node = [None, None]
        for symbol, word in enumerate(self.words):
            if not word:
                continue
            node = root
            for bit in map(int, word[:-1]):
                below = node[bit]
                if not isinstance(below, list):
                    below = node[bit] = [None, None]
                node = below
            node[int(word[-1])] = symbol
        return root


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
    if not (digits >= 0).all():
        index = tuple(np.argwhere(~(digits >= 0))[0])
        raise ValueError(
            f"{element('lengths', index)} is {float(digits[index])!r}; it must be at least 0"
        )
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
    message = _symbols(symbols, outcomes)
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


def _symbols(symbols: ArrayLike, outcomes: int) -> Symbols:
    check_unmasked(symbols, "symbols")
    message = np.asarray(symbols)
    if message.size == 0:
        return np.empty(0, dtype=np.int64)
    if message.dtype.kind not in "iu" or message.ndim != 1:
        raise ValueError(
            f"symbols must be whole numbers on one axis, got {message.dtype} of shape "
            f"{message.shape}"
        )
    known = (message >= 0) & (message < outcomes)
    if not known.all():
        at = int(np.argmin(known))
        raise ValueError(
            f"symbols[{at}] is {message[at]}; this code has the symbols 0 to {outcomes - 1}"
        )
    return message.astype(np.int64)
