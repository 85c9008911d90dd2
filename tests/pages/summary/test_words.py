"""The summary's sentences say what its coins make true."""

import math
import re

import numpy as np
import pytest
from scipy.stats import entropy

from charts.units import UNITS
from pages.summary import words
from pages.summary.numbers import coin
from tests.pages.reading import NUMBER, agree, printed
from tests.pages.truth import BASES


def says(p, q, unit="bits"):
    """Return the sentence below the chart, for coins in percent."""
    return words.in_words(coin(p), coin(q), UNITS[unit])


@pytest.mark.parametrize(
    ("p", "q"), [(50, 25), (50, 90), (1, 99), (30, 70), (10, 11), (99, 98), (20, 60)]
)
@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_words_give_both_divergences(p, q, unit, base):
    said = says(p, q, unit)
    pair = ([p, 100 - p], [q, 100 - q])
    there, back = entropy(*pair, base=base), entropy(*pair[::-1], base=base)
    assert f"P shows heads {p}% of the time, Q says {q}%." in said
    for name, value in (("D(P‖Q)", there), ("D(Q‖P)", back)):
        if value > 0.001:
            assert f"{name} is {value:.3f} {unit}" in said
    assert ("The same both ways" in said) == (p + q == 100)


def test_words_hold_for_every_pair_of_coins():
    for p, q in np.random.default_rng(4).integers(0, 101, (1000, 2)):
        said = says(p, q)
        pairs = ([p, 100 - p], [q, 100 - q]), ([q, 100 - q], [p, 100 - p])
        for name, (first, second) in zip(("D(P‖Q)", "D(Q‖P)"), pairs, strict=True):
            value = entropy(first, second, base=2)
            assert (f"{name} is infinite" in said) == math.isinf(value), said
            if shown := re.search(rf"{re.escape(name)} is {NUMBER} bits", said):
                assert agree(shown[1], value), said
        assert ("both divergences are 0" in said) == (p == q)
        assert ("The same both ways" in said) == (p + q == 100 and p != q and 0 < p < 100), said


def test_words_name_what_makes_it_infinite():
    said = says(30, 100)
    assert "D(P‖Q) is infinite: Q rules tails out, which P shows 70% of the time" in said
    assert f"D(Q‖P) is {math.log2(1 / 0.3):.3f} bits" in said
    said = says(0, 30)
    assert "D(Q‖P) is infinite: P rules heads out, which Q shows 30% of the time" in said
    assert f"D(P‖Q) is {math.log2(1 / 0.7):.3f} bits" in said
    assert says(0, 100).count("infinite") == 2


@pytest.mark.parametrize("chance", [0, 30, 100])
def test_equal_coins_lose_nothing(chance):
    assert f"heads {chance}% of the time: both divergences are 0 bits" in says(chance, chance)


@pytest.mark.parametrize("unit", UNITS)
def test_snippet_reproduces_the_number_on_screen(unit):
    snippet = words.snippet(coin(30), coin(45), UNITS[unit])
    shown = printed(snippet).strip()
    assert f"D(P‖Q) is {float(shown):.3f} {unit}" in says(30, 45, unit)
    assert shown in snippet


def test_reading_begins_with_the_three_of_the_book():
    places = [words.READING.index(each) for each in
              ("10.1214/aoms/1177729694", "10.1002/047174882X", "arXiv:1707.06347")]  # fmt: skip
    assert places == sorted(places)
    links = [line for line in words.READING.splitlines() if "](" in line]
    assert len(links) == words.READING.count("\n- ") + 3
