"""The lesson says in words what its ratios and its triangle make true."""

import re

import numpy as np
import pytest

from charts.units import BITS, UNITS
from pages.properties import words
from pages.properties.bells import ASIDE, BETWEEN
from pages.properties.numbers import FORECAST, SKY, WEATHER, Bell, Ratios, Triangle
from tests.pages.properties.truth import bell_kl, divergence, random_ratios, random_triangles
from tests.pages.reading import NUMBER, agree, value_of
from tests.pages.truth import chances


def test_what_is_said_of_the_gaps_holds_for_any_p_and_q():
    kinds = set()
    for found in random_ratios(800):
        p, q, unit = found.p, found.q, found.unit
        said, exact = words.in_words(found), divergence(p, q, unit.base)
        loose = q[p == 0].sum() / unit.nats
        if np.array_equal(p, q):
            kinds.add("same")
            assert said.endswith(f"D(P‖Q) is 0 {unit.name}.")
        elif np.isinf(exact):
            kinds.add("ruled out")
            [named, share] = re.match(rf"Q rules out (.*), which P brings {NUMBER}%", said).groups()
            assert {kind for kind in SKY if kind in named} == {
                kind for kind, a, b in zip(SKY, p, q, strict=True) if a and not b
            }
            assert agree(share, 100 * p[q == 0].sum())
            assert said.endswith("infinite, and with it D(P‖Q).")
        elif loose:
            kinds.add("outside")
            share, average, line, gaps, rest, total = re.match(
                rf"Q puts {NUMBER}% on .* average only {NUMBER}, and the line {NUMBER}\. .* are "
                rf"{NUMBER}, and together with the {NUMBER} they are D\(P‖Q\), {NUMBER} ",
                said,
            ).groups()
            assert agree(share, 100 * q[p == 0].sum())
            assert agree(average, 1 - q[p == 0].sum())
            assert agree(line, -loose)
            assert agree(gaps, exact - loose, 1e-3)
            assert agree(rest, loose)
            assert agree(total, exact)
        else:
            kinds.add("gaps")
            where, widest, total = re.search(
                rf"furthest at (.*) \({NUMBER}(?: each)?\)\. .* D\(P‖Q\), {NUMBER} {unit.name}",
                said,
            ).groups()
            there = p > 0
            x = q[there] / p[there]
            gaps = (x - 1 - np.log(x)) / unit.nats
            assert value_of(widest)[0] == pytest.approx(gaps.max(), rel=0.05, abs=1e-3)
            assert gaps[[kind in where for kind in np.array(SKY)[there]]].max() == gaps.max()
            # Where doubles end, the sum over terms above knows no better.
            assert agree(total, exact, 1e-2) or exact < 1e-12
    assert kinds == {"same", "ruled out", "outside", "gaps"}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_words_before_the_guess_give_no_average_away(unit):
    found = Ratios(chances(WEATHER), chances(FORECAST), unit)
    said = words.before(found)
    assert "sun 0.38, cloud 0.67, rain 2.00 and snow 2.50" in said
    assert "average" not in said
    assert "D(P‖Q)" not in said


def test_how_low_names_the_bottom_only_at_0():
    assert "bottom" in words.how_low(3, 0.0, BITS)
    assert "bottom" not in words.how_low(3, 1e-9, BITS)
    assert words.how_low(1, 0.4093, BITS).startswith("**So far: 0.4093 bits.**")
    assert words.how_low(12, 0.01, BITS).startswith("**The lowest of 12 tries: 0.0100 bits.**")


def test_sum_of_today_adds_up_to_the_divergence():
    for found in random_ratios(200, seed=5):
        today = words.today(found)
        if np.isinf(found.divergence):
            assert "∞" in today
            continue
        rows = today.split(r" \\ ")
        shown = [value_of(re.search(rf"= (?:\\KL{{)?{NUMBER}", row)[1]) for row in rows]
        *parts, (total, _) = shown
        slack = sum(unit for _, unit in shown)
        assert sum(value for value, _ in parts) == pytest.approx(total, abs=slack)
        assert len(parts) == (found.p > 0).sum() + (found.outside > 0)


def test_what_is_said_of_the_triangle_holds_for_any_bells():
    kinds, backs = set(), set()
    for ways in random_triangles(600):
        said, unit = words.triangle_in_words(ways), ways.unit
        straight, back = bell_kl(ways.a, ways.c, unit), bell_kl(ways.c, ways.a, unit)
        steps = bell_kl(ways.a, ways.b, unit), bell_kl(ways.b, ways.c, unit)
        detour = sum(steps)
        shown = re.match(
            rf"Straight on, D\(A‖C\) is {NUMBER} {unit.name}; over B it is {NUMBER} and {NUMBER}, "
            rf"together {NUMBER} {unit.name}\.",
            said,
        ).groups()
        for text, value in zip(shown, (straight, *steps, detour), strict=True):
            assert agree(text, value, 1e-2) or abs(value) < 1e-12
        relation = re.search(r"The detour is \*\*(shorter|longer|as long)", said)[1]
        kinds.add(relation)
        if relation == "as long":
            assert shown[0] == shown[3]
        else:
            assert (detour > straight) == (relation == "longer")
            assert ("triangle is broken" in said) == (detour < straight)
            apart = re.search(rf"{relation} by {NUMBER} {unit.name}", said)[1]
            assert agree(apart, abs(detour - straight), 1e-2)
        if "same bell" in said:
            backs.add("same")
            assert ways.a == ways.c
        elif "as much" in said:
            backs.add("as much")
            assert back == pytest.approx(straight, abs=1e-3)
            assert ("equally wide" in said) == (ways.a.spread == ways.c.spread)
        else:
            relation = re.search(r": (longer|shorter), so swapping", said)[1]
            backs.add(relation)
            assert (back > straight) == (relation == "longer")
    assert kinds == {"shorter", "longer", "as long"}
    assert backs == {"same", "as much", "longer", "shorter"}


def test_detour_over_a_bell_between_equally_wide_ones_is_shorter_as_the_square_says():
    for apart in np.arange(0.1, 3.9, 0.1):
        ways = Triangle(Bell(0.0, 1.3), Bell(float(apart), 1.3), Bell(3.9, 1.3), BITS)
        assert ways.detour < ways.straight
        assert ways.a.to(ways.c, BITS) == pytest.approx(
            ways.a.to(ways.b, BITS) * (3.9 / apart) ** 2
        )


def test_answer_takes_the_triangle_from_whole_to_broken():
    aside, between = (Triangle(**bells, unit=BITS) for bells in (ASIDE, BETWEEN))
    assert aside.detour > aside.straight
    assert between.detour < between.straight
    # Not for any B between A and C.
    for spread in (0.3, 3.0):
        assert Triangle(**BETWEEN | {"b": Bell(1.0, spread)}, unit=BITS).detour > between.straight
