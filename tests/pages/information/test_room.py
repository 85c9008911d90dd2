"""What is said of words in their room, against every code there is and words tried by hand."""

import itertools
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from charts.units import BITS, UNITS
from kl_core import normalize
from pages.information import room
from pages.information.room import Room
from tests.pages.information.truth import (
    BOOK,
    FAIR,
    HALVES,
    LOADED,
    NEARLY_SURE,
    NO_SIX,
    SURE,
    TWO,
    huffman_per_roll,
)
from tests.pages.reading import agree, read_out

DICE = [HALVES, FAIR, BOOK, LOADED, NEARLY_SURE, NO_SIX, TWO,
        (4, 1, 2, 0.5, 8, 0.5), (1, 1, 2, 0, 0, 0)]  # fmt: skip


def filled(weights, chosen):
    """Return the room that a die and some lengths make."""
    return Room(normalize(weights), chosen)


def views(count, seed=1):
    """Return dice with lengths by chance; half of them nearly fit."""
    rng = np.random.default_rng(seed)
    for at in range(count):
        weights = DICE[rng.integers(len(DICE))]
        chosen = rng.integers(1, 7, 6) if at % 2 else np.array([2, 2, 3, 3, 4, 4])
        chosen = np.clip(rng.permutation(chosen) + rng.integers(0, 2), 1, 6)
        yield weights, chosen.tolist()


def taken(weights, chosen):
    """Return how much room is taken, exactly."""
    return sum(Fraction(1, 2**each) for each, weight in zip(chosen, weights, strict=True) if weight)


def cost(weights, chosen):
    """Return the digits that a roll takes."""
    return sum(w * each for w, each in zip(weights, chosen, strict=True)) / sum(weights)


def test_room_is_what_the_lengths_take_and_cost():
    for weights, chosen in views(200):
        here = filled(weights, chosen)
        assert here.taken == taken(weights, chosen)
        assert here.cost == pytest.approx(cost(weights, chosen))
        assert here.least == pytest.approx(huffman_per_roll(weights, weights, 1))


def test_words_are_those_that_fit_and_none_begins_another():
    some = 0
    for weights, chosen in views(200, seed=2):
        here = filled(weights, chosen)
        words = {face: word for face, word in enumerate(here.words) if word is not None}
        assert all(len(word) == chosen[face] and weights[face] for face, word in words.items())
        pairs = itertools.permutations(words.values(), 2)
        assert not any(other.startswith(one) for one, other in pairs)
        left = [face for face in range(6) if weights[face] and face not in words]
        assert bool(left) == (not here.fits)
        # What is left has the longest words, and finds the room full.
        assert all(chosen[face] <= chosen[other] for face in words for other in left)
        if left:
            assert sum(Fraction(1, 2 ** len(word)) for word in words.values()) == 1
            some += 1
    assert some > 10


def test_what_is_called_best_is_so_and_all_else_can_be_shorter():
    kinds = set()
    for weights, chosen in [*views(300, seed=3), *((each, room.best_lengths(normalize(each)))
                                                   for each in DICE)]:  # fmt: skip
        here = filled(weights, chosen)
        said = read_out(room.in_words(here, BITS, told=False))
        least = huffman_per_roll(weights, weights, 1)
        if taken(weights, chosen) > 1:
            kinds.add("overfull")
            assert "so no code has these lengths" in said
            assert room.figures(here)["A roll takes"] == "no code"
            assert room.title(here).endswith("no such code")
            continue
        takes = re.match(r"A roll takes (\S+) digits on average", said)[1]
        assert agree(takes, cost(weights, chosen))
        best = cost(weights, chosen) < least + 1e-9
        assert ("no code takes less" in said) == best
        assert room.title(here).endswith("none takes less") == best
        if best:
            kinds.add("best")
            assert taken(weights, chosen) == 1
        elif taken(weights, chosen) < 1:
            kinds.add("spare")
            shares = re.search(r"(\S+)% of the room is left: there is a word that can be", said)
            assert agree(shares[1], 100 * float(1 - taken(weights, chosen)))
            shorter = [[*chosen[:face], chosen[face] - 1, *chosen[face + 1 :]]
                       for face in range(6) if weights[face] and chosen[face] > 1]  # fmt: skip
            assert any(taken(weights, each) <= 1 for each in shorter)
        else:
            kinds.add("full")
            assert "and another code takes less. The room is full" in said
    assert kinds == {"overfull", "best", "spare", "full"}


def test_best_code_costs_no_more_than_any_lengths_that_fit():
    for weights in DICE:
        lengths = room.best_lengths(normalize(weights))
        least = min(
            cost(weights, chosen)
            for chosen in itertools.product(range(1, 6), repeat=6)
            if taken(weights, chosen) <= 1
        )
        assert filled(weights, lengths).fits
        assert cost(weights, lengths) == pytest.approx(least)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("weights", DICE)
def test_best_code_is_compared_with_ideal_words(weights, unit):
    p = normalize(weights)
    said = read_out(room.in_words(filled(weights, room.best_lengths(p)), unit, told=True))
    own = -sum(each * math.log2(each) for each in p if each)
    named = f"average to {own * math.log(2, unit.base):.3f} {unit.name}, the entropy H(P)"
    assert named in said
    takes = huffman_per_roll(weights, weights, 1)
    if takes == pytest.approx(own, abs=1e-9):
        assert "just as much of the room as it has chance" in said
        lengths = filled(weights, room.best_lengths(p)).lengths
        assert 2.0**-lengths == pytest.approx(p)
    else:
        more = re.search(r"whole lengths: that makes (\S+) digits more", said)
        assert agree(more[1], takes - own)
    also = "" if unit is BITS else f" ({takes * math.log(2, unit.base):.3f} {unit.name})"
    assert said.startswith(f"A roll takes {takes:.3f} digits{also} on average")


def test_best_is_named_only_when_it_may_be_told():
    here = filled(HALVES, [3] * 6)
    assert "1.938" not in room.in_words(here, BITS, told=False)
    assert "the best code takes 1.938" in room.in_words(here, BITS, told=True)


def test_words_are_spelled_face_by_face():
    said = room.in_words(filled(HALVES, [1, 3, 3, 3, 3, 3]), BITS, told=False)
    assert said.endswith("face by face: `0`, `100`, `101`, `110`, `111` and none.")
    said = room.in_words(filled(NO_SIX, [3] * 6), BITS, told=False)
    assert said.endswith("face by face: `000`, `001`, `010`, `011`, `100` and none.")


def test_sure_die_needs_no_word():
    assert "sends no digit" in room.in_words(filled(SURE, [1] * 6), BITS, told=False)
    assert huffman_per_roll(SURE, SURE, 1) == 0


@pytest.mark.parametrize("guess", np.arange(20, 61) / 20)
def test_reveal_says_how_far_off_a_guess_was(guess):
    off = guess - huffman_per_roll(HALVES, HALVES, 1)
    said = re.search(
        r"Your guess was (?:(\S+) too (high|low)|right, as near)", room.reveal(guess, BITS)
    )
    if said[1]:
        assert agree(said[1], abs(off))
        assert said[2] == ("high" if off > 0 else "low")
        assert abs(off) > 0.025
    else:
        assert abs(off) <= 0.025


def test_reveal_says_what_the_room_is_before_it_speaks_of_it():
    said = room.reveal(2.5, BITS)
    assert "2⁻ᴸ of the room" in room.RULE
    assert said.index("2⁻ᴸ of the room") < said.index("as much room as")


def test_reveal_is_of_the_die_in_question():
    assert "has 1, 2, 3, 4, 5 and 5 digits".replace("has", "have") in room.reveal(2.0, BITS)
    assert room.is_asked_about(normalize(HALVES))
    assert room.is_asked_about(normalize([1.6, 0.8, 0.4, 0.2, 0.1, 0.1]))
    assert not room.is_asked_about(normalize(LOADED))
