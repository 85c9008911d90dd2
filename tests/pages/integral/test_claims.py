"""What the integral's lesson says of any bells, tried on many."""

import math
import re

import numpy as np
import pytest
from scipy.stats import norm

from charts.units import BITS, UNITS
from kl_core import SkewNormal
from pages.integral import numbers, questions, words
from pages.integral.numbers import EPSILONS
from tests.pages.integral.truth import CUT, INF, PLAIN, divergence
from tests.pages.reading import NUMBER, agree, value_of


def bells(count, seed=1, cut=0.0):
    """Return two bells by chance; `cut` is how often one of them ends."""
    rng = np.random.default_rng(seed)
    while count:
        pair = [
            numbers.bell(
                mean=rng.integers(-30, 31) / 10,
                spread=rng.integers(2, 26) / 10,
                lean=rng.integers(-9, 10) / 10 if rng.random() < 0.3 else 0.0,
                end=rng.integers(-30, 81) / 10 if rng.random() < cut else 8.0,
            )
            for _ in "pq"
        ]
        if all(pair) and pair[0] != pair[1]:
            count -= 1
            yield pair


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_number_that_epsilon_makes_up_is_said_to_grow_only_where_one_sees_it_grow(unit):
    kinds = set()
    for place, (p, q) in enumerate(bells(150, seed=2, cut=0.7)):
        if p.end <= q.end:
            continue
        epsilon = EPSILONS[1 + place % (len(EPSILONS) - 1)]
        made = numbers.made_up(p, q, epsilon, unit)
        said = words.epsilon_in_words(p, q, made, unit)
        assert "the truth is ∞" in said
        shown = re.match(rf"With ε = {epsilon} the code reports {NUMBER} {unit.name}", said)[1]
        if without_end := re.search(
            rf"smaller it reports {NUMBER}, with one a million times smaller {NUMBER}, and so on "
            "without end",
            said,
        ):
            grows = [value_of(each)[0] for each in (shown, *without_end.groups())]
            assert grows[0] < grows[1] < grows[2], said
            # And goes on to do so, for ever.
            further = numbers.made_up(p, q, f"{float(epsilon) * 1e-12:g}", unit)
            assert further.thousandth < further.millionth - 0.0009
        else:
            adds, power = re.search(
                rf"smaller adds (?:{NUMBER}|less than 10(⁻³⁰⁰)) {unit.name}\.", said
            ).groups()
            far = numbers.made_up(p, q, "1e-280", unit)
            assert far.millionth - far.thousandth < 0.001
            if adds:
                assert value_of(adds)[0] < 0.00101
            else:
                assert power
        kinds.add(bool(without_end))
    assert kinds == {True, False}


def test_numbers_that_go_to_0_are_not_said_to_grow_without_end():
    # Below 0, next to 0, and then so little above that nobody sees it.
    p, q = SkewNormal(0, 1), SkewNormal(0, 1, end=5.0)
    said = words.epsilon_in_words(p, q, numbers.made_up(p, q, "1e-4", BITS), BITS)
    assert "without end" not in said
    assert "The way to ∞ is too slow to see" in said
    share = norm.sf(5)
    adds = re.search(f"a thousand times smaller adds {NUMBER} bits", said)[1]
    assert agree(adds, share * math.log2(1000))
    # So it does, far down.
    steps = [divergence(PLAIN, (0.0, 1.0, 0.0, 5.0), epsilon) for epsilon in (1e-60, 1e-63)]
    assert steps[1] - steps[0] == pytest.approx(share * math.log2(1000), rel=1e-3)


def test_share_that_no_float_holds_still_adds_something():
    p, q = SkewNormal(-3, 0.2), SkewNormal(1, 1.5, end=5.5)
    said = words.epsilon_in_words(p, q, numbers.made_up(p, q, "1e-10", BITS), BITS)
    assert "less than 10⁻³⁰⁰%, that in the end" in said
    assert "smaller adds less than 10⁻³⁰⁰ bits." in said


def test_what_epsilon_lowers_is_said_only_where_rounding_leaves_it():
    for p, q in bells(100, seed=3):
        made = numbers.made_up(p, q, "1e-16", BITS)
        if math.isinf(made.truth):
            continue
        by = re.search(r"here by (.*): q \+ ε", words.epsilon_in_words(p, q, made, BITS))[1]
        if by == "less than 10⁻⁹":
            assert made.truth - made.reported < 1e-9
        else:
            assert value_of(by)[0] > 0.9e-12 * made.truth


@pytest.mark.parametrize("width", ["1/32", "1/8", "1", "4"])
def test_share_of_d_in_bins_is_all_of_it_only_where_it_is(width):
    for p, q in bells(60, seed=4):
        bins = numbers.in_bins(p, q, width, BITS)
        said = words.bins_in_words(bins, BITS)
        share = re.search(rf" bits, {NUMBER}% of D", said)[1]
        if "100.0" in share:
            assert bins.divergence >= bins.truth * (1 - 1e-14)
        else:
            assert value_of(share)[0] < 100
            assert agree(share, 100 * bins.divergence / bins.truth)


def test_coarser_bins_fall_or_stay():
    # The gap is the same everywhere that P is, so nothing is lost until a bin holds both ends.
    p, q = SkewNormal(0, 1, end=0.5), SkewNormal(0, 1, end=1.0)
    found = numbers.in_bins(p, q, "1", BITS)
    assert "D can only fall or stay" in words.bins_in_words(found, BITS)
    assert (np.diff(found.divergences) <= 1e-12).all()
    assert found.divergences[0] == pytest.approx(found.divergences[4], rel=1e-9)
    assert found.divergences[4] > found.divergences[5] + 0.1


@pytest.mark.parametrize("apart", [1e-2, 1e-4, 1e-5, 1e-6])
def test_formula_and_integral_of_bells_close_together_agree_as_far_as_is_said(apart):
    p, q = SkewNormal(0, 1), SkewNormal(apart, 1)
    integral = numbers.integral(p, q, BITS).divergence
    said = words.computed_twice(p, q, integral, BITS)
    formula, other = re.findall(rf"\*\*{NUMBER}\*\* bits", said)
    exact = apart**2 / 2 / math.log(2)
    assert value_of(formula)[0] == pytest.approx(exact, rel=1e-9)
    assert "e-" not in said
    if formula == other:
        assert said.endswith("They agree to every digit shown.")
    else:
        within = re.search(f"They agree to within {NUMBER} bits", said)[1]
        assert agree(within, abs(integral - exact), slack=1e-3)


def test_wide_bins_also_hide_that_d_is_infinite():
    said = questions.QUESTIONS[0].feedback["It added a small ε to q"]
    assert "or counted in wide bins" in said
    found = numbers.in_bins(SkewNormal(*PLAIN), SkewNormal(*CUT), "8", BITS)
    assert found.truth == INF
    assert found.divergence < 1
