"""Code words of which none is the beginning of another, and the room that they take (Kraft)."""

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
    check_unmasked,
    element,
    floats,
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
        return float(kraft_sum(self.lengths))

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
        message = message_of(symbols, len(self.words))
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


def kraft_sum(lengths: ArrayLike) -> NumberOrArray:
    """Return Σ 2^-length: how much of all room code words of these lengths take.

    A word of `length` digits begins the fraction 2^-length of all long messages. A prefix code with
    these lengths exists exactly if the sum is at most 1 (Kraft's inequality).

    Parameters
    ----------
    lengths : array_like, shape (..., k)
        Binary digits of each word, at least 0; ``inf`` for no word. They may be ideal lengths,
        which need not be whole.

    Returns
    -------
    float or ndarray, shape (...)
        Rounded to a double; `canonical_code` compares with 1 exactly.

    Raises
    ------
    ValueError
        If there are no lengths, or one is negative or NaN.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), theorem 5.2.1.

    Examples
    --------
    >>> print(kraft_sum([1, 2, 3, 3]), kraft_sum([3] * 6), kraft_sum([1, 1, 2]))
    1.0 0.75 1.25
    """
    digits = floats(lengths, "lengths")
    if digits.ndim == 0 or digits.shape[-1] == 0:
        raise ValueError(f"lengths must not be empty, got shape {digits.shape}")
    check_digits(digits)
    return np.exp2(-digits).sum(axis=-1)


def canonical_code(lengths: ArrayLike) -> PrefixCode:
    """Return the prefix code with words of these lengths that are in the order of their symbols.

    Shorter words come before longer ones, as numbers behind a binary point: each begins where the
    room of the one before it ends. Among equally long words the first symbol has the first.

    Parameters
    ----------
    lengths : array_like, shape (k,)
        Binary digits of each word, whole and at least 0; ``inf`` for no word.

    Returns
    -------
    PrefixCode

    Raises
    ------
    ValueError
        If a length is negative, NaN or not whole, all are infinite, or together they take more room
        than there is: then no prefix code has them.

    References
    ----------
    Schwartz & Kallick (1964), "Generating a Canonical Prefix Encoding".

    Cover & Thomas, *Elements of Information Theory* (2nd ed.), theorem 5.2.1.

    Examples
    --------
    >>> canonical_code([2, 1, 3, 3]).words
    ('10', '0', '110', '111')
    """
    digits = floats(lengths, "lengths")
    if digits.ndim != 1:
        raise ValueError(f"lengths must have one axis, got shape {digits.shape}")
    check_digits(digits)
    spoken = [symbol for symbol, length in enumerate(digits) if length < math.inf]
    if not spoken:
        raise ValueError("lengths must hold at least one that is finite")
    for symbol in spoken:
        if not digits[symbol].is_integer():
            raise ValueError(f"lengths[{symbol}] is {float(digits[symbol])!r}; it must be whole")
    words: list[str | None] = [None] * digits.size
    # The next free place, counted in words as long as the last one; Python's integers are exact.
    place, last = 0, 0
    for symbol in sorted(spoken, key=lambda each: float(digits[each])):
        length = int(digits[symbol])
        place <<= length - last
        if place >> length:
            raise ValueError(
                "lengths take more room than there is; no prefix code has them (Kraft's inequality)"
            )
        words[symbol] = f"{place:0{length}b}" if length else ""
        place, last = place + 1, length
    return PrefixCode(tuple(words))


def check_digits(digits: Array) -> None:
    """Refuse lengths of code words that are negative or NaN."""
    if not (digits >= 0).all():
        index = tuple(np.argwhere(~(digits >= 0))[0])
        raise ValueError(
            f"{element('lengths', index)} is {float(digits[index])!r}; it must be at least 0"
        )


def message_of(symbols: ArrayLike, outcomes: int) -> Symbols:
    """Return symbols as an array, refusing what is none of so many."""
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
