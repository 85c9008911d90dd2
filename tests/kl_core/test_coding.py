"""Codes are prefix-free, as short as can be and read back; Shannon's lengths and blocks."""

import functools
import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kl_core import (
    PrefixCode,
    block_probabilities,
    blocks_of,
    code_lengths,
    expected_length,
    huffman_code,
)
from tests.kl_core.distributions import at_most, close, distributions, scaled
from tests.kl_core.errors import raises

TINY = 5e-324  # the smallest double above 0

# Whole weights keep lengths exact: two sums of them are equal, or far apart for a double.
WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any)
FEW_WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=3).filter(any)


@st.composite
def messages(draw, weights, size=60):
    """Draw a message of symbols whose weight is above 0."""
    possible = [symbol for symbol, weight in enumerate(weights) if weight]
    return draw(st.lists(st.sampled_from(possible), max_size=size))


@st.composite
def weight_pairs(draw):
    """Draw two lists of whole weights for the same symbols."""
    size = draw(st.integers(1, 6))
    weights = st.lists(st.integers(0, 50), min_size=size, max_size=size).filter(any)
    return draw(weights), draw(weights)


@st.composite
def leaf_depths(draw):
    """Draw the depths of the leaves of a binary tree without a loose branch, in any order."""
    depths = [0]
    for _ in range(draw(st.integers(0, 12))):
        depth = depths.pop(draw(st.integers(0, len(depths) - 1)))
        depths += [depth + 1, depth + 1]
    return draw(st.permutations(depths))


@functools.cache
def full_trees(leaves):
    """Return all sorted word lengths that meet Kraft's inequality with equality."""
    if leaves == 1:
        return [(0,)]
    deepest = leaves - 1
    candidates = itertools.combinations_with_replacement(range(1, leaves), leaves)
    return [
        depths for depths in candidates if sum(2 ** (deepest - d) for d in depths) == 2**deepest
    ]


def least_cost(weights):
    """Return the least Σ weight·length of any prefix code, by trying them all."""
    frequent_first = sorted((weight for weight in weights if weight), reverse=True)
    return min(
        sum(weight * depth for weight, depth in zip(frequent_first, depths, strict=True))
        for depths in full_trees(len(frequent_first))
    )


def cost(weights, code):
    """Return Σ weight·length in whole numbers."""
    pairs = zip(weights, code.words, strict=True)
    return sum(weight * len(word) for weight, word in pairs if weight)


def kraft(words):
    """Return Σ 2^-length without rounding."""
    return sum(Fraction(1, 2 ** len(word)) for word in words if word is not None)


def ideal_length_rounded_up(p):
    """Return ⌈-log2 p⌉ of this very double; 50 digits tell all but powers of 2 from them."""
    with mpmath.workdps(50):
        ideal = -mpmath.log(mpmath.mpf(p), 2)
        nearest = mpmath.nint(ideal)
        return int(nearest if mpmath.mpf(2) ** -nearest == p else mpmath.ceil(ideal))


@given(distributions(1))
def test_no_huffman_word_is_the_beginning_of_another(one):
    (p,) = one
    code = huffman_code(p)
    assert [word is not None for word in code.words] == list(p > 0)
    words = [word for word in code.words if word is not None]
    assert set("".join(words)) <= {"0", "1"}
    assert not any(b.startswith(a) for a, b in itertools.permutations(words, 2))


@given(distributions(1))
def test_no_digit_of_a_huffman_code_is_to_spare(one):
    code = huffman_code(*one)
    assert kraft(code.words) == 1
    assert code.kraft_sum == 1


def test_there_are_as_many_trees_to_try_as_there_are():
    # A002572 of the OEIS: partitions of 1 into powers of 1/2.
    assert [len(full_trees(leaves)) for leaves in range(1, 7)] == [1, 1, 1, 2, 3, 5]


@given(WEIGHTS)
def test_no_prefix_code_is_shorter_than_huffmans(weights):
    assert cost(weights, huffman_code(scaled(weights))) == least_cost(weights)


@given(WEIGHTS)
def test_huffmans_average_is_entropy_and_less_than_a_digit_more(weights):
    p = scaled(weights)
    average = expected_length(p, huffman_code(p).lengths)
    entropy = scipy.stats.entropy(weights, base=2)
    assert average == close(least_cost(weights) / sum(weights))
    assert entropy <= at_most(average)
    assert average < entropy + 1


@given(WEIGHTS.flatmap(lambda weights: st.tuples(st.just(weights), messages(weights))))
def test_every_message_is_read_back(drawn):
    weights, message = drawn
    code = huffman_code(scaled(weights))
    bits = code.encode(message)
    assert "".join(map(str, bits)) == "".join(code.words[symbol] for symbol in message)
    assert code.encoded_length(message) == bits.size
    assert code.decode(bits, len(message)).tolist() == message


@given(
    FEW_WEIGHTS.flatmap(lambda weights: st.tuples(st.just(weights), messages(weights))),
    st.integers(1, 3),
)
def test_every_message_is_read_back_from_blocks(drawn, length):
    weights, message = drawn
    code = huffman_code(block_probabilities(scaled(weights), length))
    blocks = blocks_of(message, len(weights), length)
    meanings = list(itertools.product(range(len(weights)), repeat=length))
    read = code.decode(code.encode(blocks), blocks.size)
    whole = len(message) // length * length
    assert [symbol for block in read for symbol in meanings[block]] == message[:whole]


def test_a_long_message_is_read_back():
    p = scaled([40, 25, 15, 10, 5, 3, 2])
    message = np.random.default_rng(1).choice(7, p=p, size=20_000)
    code = huffman_code(p)
    bits = code.encode(message)
    assert bits.size == code.encoded_length(message) == sum(len(code.words[s]) for s in message)
    np.testing.assert_array_equal(code.decode(bits, message.size), message)


# Olah, "Visual Information Theory"; Cover & Thomas, examples 5.1.2 and 5.6.1, section 5.6;
# Huffman (1952), table I.
PUBLISHED = [
    ("Olah", [8, 4, 2, 2], 1.75),
    ("Cover & Thomas 5.1.2", [1, 1, 1], 5 / 3),
    ("Cover & Thomas 5.6.1", [25, 25, 20, 15, 15], 2.3),
    ("Cover & Thomas, Huffman and Shannon", [4, 4, 3, 1], 2),
    ("Huffman", [20, 18, 10, 10, 10, 6, 6, 4, 4, 4, 4, 3, 1], 3.42),
]


@pytest.mark.parametrize(
    ("weights", "average"), [pytest.param(*row, id=name) for name, *row in PUBLISHED]
)
def test_published_averages(weights, average):
    p = scaled(weights)
    assert expected_length(p, huffman_code(p).lengths) == pytest.approx(average, rel=1e-14)


def test_olahs_word_codes():
    dog_lover, cat_lover = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 8, 1 / 2, 1 / 4, 1 / 8]
    dog_code, cat_code = huffman_code(dog_lover), huffman_code(cat_lover)
    assert dog_code.words == ("0", "10", "110", "111")
    assert expected_length(dog_lover, dog_code.lengths) == 1.75
    assert expected_length(cat_lover, cat_code.lengths) == 1.75
    assert expected_length(cat_lover, dog_code.lengths) == 2.25
    assert expected_length(dog_lover, cat_code.lengths) == 2.375
    message = [0, 1, 2, 3]
    assert "".join(map(str, dog_code.encode(message))) == "010110111"


@given(leaf_depths())
def test_a_dyadic_distribution_takes_its_entropy_exactly(depths):
    p = [2.0**-depth for depth in depths]
    entropy = sum(Fraction(depth, 2**depth) for depth in depths)
    for lengths in (huffman_code(p).lengths, code_lengths(p)):
        assert lengths.tolist() == depths
        assert Fraction(float(expected_length(p, lengths))) == entropy


def test_a_symbol_with_probability_0_gets_no_word():
    code = huffman_code([0.5, 0, 0.5, 0])
    assert code.words == ("0", None, "1", None)
    assert code.lengths.tolist() == [1, math.inf, 1, math.inf]
    for speak in (code.encode, code.encoded_length):
        with raises("symbols[2] is 1, for which this code has no word"):
            speak([0, 2, 1, 3])


@pytest.mark.parametrize(("p", "symbol"), [([1], 0), ([0, 1, 0], 1), ([0, 0, 1], 2)])
def test_one_certain_symbol_takes_no_digits_and_is_read_back(p, symbol):
    code = huffman_code(p)
    assert code.words[symbol] == ""
    assert code.kraft_sum == 1
    assert expected_length(p, code.lengths) == 0
    message = [symbol] * 3
    bits = code.encode(message)
    assert bits.shape == (0,)
    assert code.encoded_length(message) == 0
    assert code.decode(bits, 3).tolist() == message
    assert code.decode([], 0).size == 0
    with raises("bits has 2 digits; a certain symbol takes none"):
        code.decode([0, 1], 2)


def test_probabilities_of_any_size_get_a_word():
    code = huffman_code([TINY, 1e-300, 1e-100, 0.25, 0.75])
    assert code.words == ("0000", "0001", "001", "01", "1")


def test_the_empty_message_takes_no_digits():
    code = huffman_code([0.5, 0.5])
    assert code.encode([]).shape == (0,)
    assert code.encoded_length([]) == 0
    assert code.decode([], 0).shape == (0,)


@given(st.lists(st.none() | st.text("01", max_size=4), min_size=1, max_size=5))
def test_words_are_a_code_exactly_if_none_is_the_beginning_of_another(words):
    known = [word for word in words if word is not None]
    ambiguous = any(b.startswith(a) for a, b in itertools.permutations(known, 2))
    if known and not ambiguous:
        code = PrefixCode(tuple(words))
        assert code.lengths.tolist() == [math.inf if word is None else len(word) for word in words]
        assert code.kraft_sum == kraft(words) <= 1
    else:
        with pytest.raises(ValueError, match=r"^words"):
            PrefixCode(tuple(words))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "words must hold at least one code word"),
        ((None, None), "words must hold at least one code word"),
        (("0", "12"), "words[1] is '12'; a code word is made of 0 and 1"),
        (("1 ", "0"), "words[0] is '1 '; a code word is made of 0 and 1"),
        (("0", 1), "words[1] is 1; a code word is text of 0 and 1"),
        (("10", None, "0", "101"), "words[0] is '10', the beginning of words[3], '101'"),
        (("0", "0"), "words[0] is '0', the beginning of words[1], '0'"),
        (("0", ""), "words[1] is '', the beginning of words[0], '0'"),
    ],
)
def test_words_that_are_no_code_raise(words, message):
    with raises(message):
        PrefixCode(words)


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ([0, 1, 3], "symbols[2] is 3; this code has the symbols 0 to 2"),
        ([0, -1, 3], "symbols[1] is -1; this code has the symbols 0 to 2"),
        (np.array([2**63 + 5], np.uint64), f"symbols[0] is {2**63 + 5}; this code has"),
        ([0.0, 1.0], "symbols must be whole numbers on one axis, got float64 of shape (2,)"),
        ([[0], [1]], "symbols must be whole numbers on one axis, got int64 of shape (2, 1)"),
        (1, "symbols must be whole numbers on one axis, got int64 of shape ()"),
        (["0"], "symbols must be whole numbers on one axis, got <U1 of shape (1,)"),
    ],
    ids=str,
)
def test_what_is_no_message_raises(symbols, message):
    code = PrefixCode(("0", "10", "11"))
    for speak in (code.encode, code.encoded_length):
        with raises(message):
            speak(symbols)


@pytest.mark.parametrize(
    ("bits", "count", "message"),
    [
        ([0, 1, 0], 1, "bits hold 2 whole words; count is 1"),
        ([0, 1, 0], 3, "bits hold 2 whole words; count is 3"),
        ([0, 1, 0, 1], 2, "bits hold 2 whole words and the beginning of one; count is 2"),
        ([], 1, "bits hold 0 whole words; count is 1"),
        ([0, 1, 1], 2, "bits hold no word after the first 1 symbols"),
        ([0, 2], 1, "bits must be 0 and 1, got "),
        ([0, math.nan], 1, "bits must be 0 and 1, got "),
        ([[0, 1], [0, 0]], 3, "bits must"),
    ],
    ids=str,
)
def test_bits_that_are_not_the_words_counted_raise(bits, count, message):
    with raises(message):
        PrefixCode(("0", "10", None)).decode(bits, count)


@given(st.floats(0, 1, exclude_min=True))
def test_shannons_lengths_are_the_ideal_ones_rounded_up(p):
    assert code_lengths([p, 1 - p])[0] == ideal_length_rounded_up(p)


@pytest.mark.parametrize("exponent", [0, -1, -2, -3, -52, -53, -500, -1021, -1022, -1023, -1074])
def test_shannons_lengths_are_exact_at_and_beside_powers_of_2(exponent):
    power = 2.0**exponent
    assert code_lengths([power, 1 - power])[0] == -exponent
    for p in (np.nextafter(power, 0), np.nextafter(power, 1)):
        if 0 < p < 1:
            assert code_lengths([p, 1 - p])[0] == ideal_length_rounded_up(p)


def test_shannons_length_is_0_for_the_certain_and_infinite_for_the_impossible():
    assert code_lengths([[0, 1], [1, 0]]).tolist() == [[math.inf, 0], [0, math.inf]]
    # A sum may be off by 1e-8, and a length still not below 0.
    assert code_lengths([1 + 9e-9]).tolist() == [0]


def test_shannon_spends_14_digits_where_huffman_spends_1():
    # Cover & Thomas, section 5.6.
    p = [0.9999, 0.0001]
    assert code_lengths(p).tolist() == [1, 14]
    assert huffman_code(p).lengths.tolist() == [1, 1]


@given(distributions(1))
def test_shannons_lengths_take_no_more_room_than_the_probabilities(one):
    (p,) = one
    lengths = code_lengths(p[p > 0]).astype(int).tolist()
    assert sum(Fraction(1, 2**length) for length in lengths) <= sum(map(Fraction, p))


@given(WEIGHTS)
def test_shannons_lengths_meet_krafts_inequality(weights):
    lengths = code_lengths(scaled([weight for weight in weights if weight])).astype(int).tolist()
    assert sum(Fraction(1, 2**length) for length in lengths) <= 1


@given(weight_pairs())
def test_the_wrong_code_takes_cross_entropy_and_less_than_a_digit_more(drawn):
    # Cover & Thomas, theorem 5.4.3.
    p, q = map(scaled, drawn)
    average = expected_length(p, code_lengths(q))
    if any(a and not b for a, b in zip(*drawn, strict=True)):
        assert average == math.inf
        return
    needed = math.fsum(-a * math.log2(b) for a, b in zip(p, q, strict=True) if a)
    assert needed <= at_most(average)
    assert average < needed + 1


@given(FEW_WEIGHTS, st.integers(1, 4))
def test_blocks_come_within_their_share_of_a_digit_of_entropy(weights, length):
    p = block_probabilities(scaled(weights), length)
    per_roll = expected_length(p, huffman_code(p).lengths) / length
    entropy = scipy.stats.entropy(weights, base=2)
    assert entropy <= at_most(per_roll)
    assert per_roll < entropy + 1 / length


@given(FEW_WEIGHTS)
def test_blocks_of_blocks_take_no_more_per_roll(weights):
    per_roll = {}
    for length in (1, 2, 3, 4):
        p = block_probabilities(scaled(weights), length)
        per_roll[length] = expected_length(p, huffman_code(p).lengths) / length
    for length, part in ((2, 1), (3, 1), (4, 2)):
        assert per_roll[length] <= at_most(per_roll[part])


def test_blocks_of_a_loaded_coin():
    # By hand, of (3/4, 1/4): 27/16 digits for two throws, 158/64 for three.
    for length, average in ((1, 1), (2, 27 / 16), (3, 158 / 64)):
        p = block_probabilities([0.75, 0.25], length)
        assert expected_length(p, huffman_code(p).lengths) == average


@given(distributions(1, outcomes=st.integers(1, 4)), st.integers(1, 4))
def test_block_probabilities_are_products_in_order(one, length):
    (p,) = one
    blocks = block_probabilities(p, length)
    expected = [math.prod(block) for block in itertools.product(p.tolist(), repeat=length)]
    # Three roundings for a product, four from p not adding up to 1 exactly, and a division.
    np.testing.assert_allclose(blocks, expected, rtol=20 * 2.0**-53, atol=1e-322)


def test_block_probabilities_add_up_whatever_the_roundings():
    # A sum of 1 + 9e-9 is let pass; its 12th power would not be.
    p = [0.5, 0.5 + 9e-9]
    assert block_probabilities(p, 12).sum() == pytest.approx(1, abs=1e-13)
    huffman_code(block_probabilities(p, 12))


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_blocks_are_numbered_as_their_probabilities_are(outcomes, length, data):
    message = data.draw(st.lists(st.integers(0, outcomes - 1), max_size=20))
    order = list(itertools.product(range(outcomes), repeat=length))
    whole = [
        order.index(tuple(message[start : start + length]))
        for start in range(0, len(message) - length + 1, length)
    ]
    assert blocks_of(message, outcomes, length).tolist() == whole


@pytest.mark.parametrize("length", [0, -1])
def test_a_block_holds_at_least_one_symbol(length):
    with raises(f"length must be a whole number at least 1, got {length}"):
        block_probabilities([0.5, 0.5], length)
    with raises(f"length must be a whole number at least 1, got {length}"):
        blocks_of([0, 1], 2, length)


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ([0, 5], "symbols[1] is 5"),
        ([0, -1], "symbols[1] is -1"),
        ([0, 0, 5], "symbols[2] is 5"),
        ([0.5, 1.5], "symbols"),
    ],
    ids=["too large", "negative", "too large in the part left out", "fractions"],
)
def test_a_symbol_that_no_block_can_hold_raises(symbols, message):
    with raises(message):
        blocks_of(symbols, outcomes=2, length=2)


def test_expected_length_of_a_batch_equals_a_loop():
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(4), size=(3, 1))
    lengths = rng.integers(1, 9, size=(2, 4))
    batch = expected_length(p, lengths)
    assert batch.shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        expected = math.fsum(a * b for a, b in zip(p[i, 0], lengths[j], strict=True))
        assert batch[i, j] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("p", "lengths", "average"),
    [
        ([0.5, 0.5, 0], [1, 2, math.inf], 1.5),
        ([0.5, 0.5, TINY], [1, 2, math.inf], math.inf),
        ([1, 0], [0, math.inf], 0),
    ],
)
def test_only_what_is_sent_needs_a_word(p, lengths, average):
    assert expected_length(p, lengths) == average


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([1, -1], "lengths[1] is -1.0; it must be at least 0"),
        ([[1, 1], [math.nan, 1]], "lengths[1, 0] is nan; it must be at least 0"),
        ([1, 2, 3], "p has 2 outcomes, lengths have shape (3,): one for each outcome"),
        (1, "p has 2 outcomes, lengths have shape (): one for each outcome"),
    ],
    ids=str,
)
def test_lengths_that_are_none_raise(lengths, message):
    with raises(message):
        expected_length([0.5, 0.5], lengths)


def test_what_is_no_distribution_raises():
    for function in (
        huffman_code,
        code_lengths,
        lambda p: expected_length(p, [1, 1]),
        lambda p: block_probabilities(p, 2),
    ):
        with raises("p sums to 0.75; probabilities sum to 1"):
            function([0.5, 0.25])
        with raises("p[0] is nan; it must be finite and at least 0"):
            function([math.nan, 1])


@pytest.mark.parametrize("function", [huffman_code, lambda p: block_probabilities(p, 2)])
def test_a_code_is_made_for_one_distribution(function):
    with raises("p must have one axis, got shape (1, 2)"):
        function([[0.5, 0.5]])
