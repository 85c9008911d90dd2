"""The definition's lesson says in words what its sum makes true."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import BITS, UNITS
from kl_core import normalize
from pages.definition import pictures, words
from pages.definition.numbers import READ, SUM
from tests.pages.figures import title
from tests.pages.reading import NUMBER, agree, printed, uncoloured

SKY = ("sun", "cloud", "rain", "snow")
P = (0.4, 0.3, 0.25, 0.05)
GAP, PRODUCT = 1, 2


def sum_shown(p, q):
    """Return the title and the words of the sum, in bits, for these weights."""
    p, q = normalize(p), normalize(q)
    return title(pictures.sum_figure(p, q, BITS, LIGHT, read=SUM, day=0)), words.sum_in_words(
        p, q, BITS
    )


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ((5, 5, 0, 0), (1, 2, 3, 4)),
        ((1, 2, 3, 4), (4, 3, 2, 1)),
        ((0.1, 0, 10, 0), (10, 0, 0.1, 5)),
        ((10, 0, 0, 0), (0.1, 10, 10, 10)),
    ],
)
def test_sum_is_scipys_and_its_sentence_names_weight_gap_and_product(p, q):
    shown, said = sum_shown(p, q)
    total = entropy(p, q, base=2)
    assert shown == f"The sum is {total:.3f} bits"
    p, q = np.array(p) / sum(p), np.array(q) / sum(q)
    products = rel_entr(p, q) / math.log(2)
    most, least = products.argmax(), products.argmin()
    sky = ("Sun", "Cloud", "Rain", "Snow")
    assert said.startswith(
        f"{sky[most]} adds most: it comes {100 * p[most]:.1f}% of the time, its gap is "
        f"+{math.log2(p[most] / q[most]):.3f}, and the product is +{products[most]:.3f}. "
    )
    if products[least] < 0:
        taken = f"{-products[least]:.3f}"
        several = (products < 0).sum() > 1
        told = f"most back, {taken}" if several else f"{taken} back"
        assert f" {sky[least]} takes {told}. " in said
    else:
        assert " No product is below 0. " in said
    assert said.endswith(f"Together the products make {total:.3f} bits.")


def test_sum_is_infinite_where_q_rules_out_what_p_brings():
    shown, said = sum_shown(P, (0.6, 0.25, 0, 0.05))
    assert shown == "The sum is ∞"
    assert said.startswith("Rain adds most")
    assert "comes 25.0% of the time, its gap is +∞, and the product is +∞" in said
    assert said.endswith("Q rules it out, so the gap has no end, and neither has the sum.")
    assert "inf" not in said


def weights(count, seed=1):
    """Return chances of the four outcomes; few different ones, so that some products tie."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        p, q = rng.choice([0.0, 1.0, 2.0, 3.0, 4.0], (2, 4))
        if p.any() and q.any() and not np.array_equal(normalize(p), normalize(q)):
            yield normalize(p), normalize(q)


def test_outcome_that_adds_or_takes_most_is_named_with_those_that_do_as_much():
    seen = set()
    for p, q in weights(800):
        said = words.sum_in_words(p, q, BITS)
        products = rel_entr(p, q) / math.log(2)
        adds = re.match(r"(\w+) adds most(?:, as much as ([\w ,]+))?: it comes", said)
        top = products.max()
        named = {adds[1].lower(), *re.findall(r"sun|cloud|rain|snow", adds[2] or "")}
        tied = {name for name, each in zip(SKY, products, strict=True)
                if each == top or abs(each - top) < 1e-9}  # fmt: skip
        assert named == tied, said
        takes = re.search(
            rf"\. (\w+) takes (?:{NUMBER} back|most back, {NUMBER})(?:, as much as ([\w ,]+))?\. ",
            said,
        )
        if math.isinf(top):
            continue
        # Two that cancel to next to nothing take nothing back.
        low = products.min()
        assert bool(takes) == (low < 0)
        if takes:
            least = {takes[1].lower(), *re.findall(r"sun|cloud|rain|snow", takes[4] or "")}
            below = {name for name, each in zip(SKY, products, strict=True) if each < 0}
            assert least == {name for name, each in zip(SKY, products, strict=True)
                             if abs(each - low) < 1e-9}, said  # fmt: skip
            assert ("takes most back" in said) == (least < below)
            assert agree(takes[2] or takes[3], -low)
            seen.add((len(least) > 1, least < below))
    assert len(seen) == 4


def largest(values):
    """Return the place of the largest value, and whether no other comes near."""
    place = int(np.argmax(values))
    others = np.delete(values, place)
    return place, not np.isclose(others, values[place], rtol=1e-9).any()


def test_words_so_far_name_what_that_row_shows_and_nothing_further():
    seen = set()
    for p, q in weights(400, seed=2):
        if not (p * q).all():
            continue
        gaps, terms = np.log2(p / q), p * np.log2(p / q)
        place, alone = largest(abs(gaps))
        said = {known: words.so_far(p, q, known, BITS) for known in range(len(READ))}
        found = {known: words.finding(p, q, known, BITS) for known in range(len(READ))}
        if alone:
            compared = f"P brings {SKY[place]} {100 * p[place]:.1f}% of the time, and Q expects "
            assert said[0].startswith(compared)
            assert said[GAP].startswith(compared)
            told = re.search(f"largest gap of the four, \\+?{NUMBER} bits", said[GAP])[1]
            assert agree(told, gaps[place])
            assert found[GAP].startswith(f"Q is furthest off on {SKY[place]}: ")
        most, alone = largest(terms)
        if alone:
            assert said[PRODUCT].startswith(f"{SKY[most].capitalize()} adds most: ")
            assert found[PRODUCT].startswith(f"{SKY[most].capitalize()} adds most: ")
            seen.add(most == place)
        assert said[SUM] == words.sum_in_words(p, q, BITS)
        # Neither the products nor the sum are told before their turn.
        for known in (0, GAP):
            assert "adds" not in said[known] + found[known]
        for known in (0, GAP, PRODUCT):
            assert "make" not in said[known]
            assert "sum" not in found[known]
    # The largest gap adds most in some, and not in others.
    assert seen == {True, False}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_reading_multiplies_today_s_numbers(unit):
    for p, q in weights(150, seed=3):
        for day in range(4):
            under, over = p[day], q[day]
            lines = words.reading(p, q, day, unit)
            assert len(lines) == len(READ)
            chances = f"P brings {SKY[day]} {100 * under:.1f}% of the time, and Q expects "
            assert f"{chances}{100 * over:.1f}%" in lines[0]
            total = re.search(rf"the sum is D\(P‖Q\) = {NUMBER}", lines[3])[1]
            assert agree(total, entropy(p, q, base=unit.base))
            if under == 0:
                assert "counts 0, whatever its gap" in lines[2]
            elif over == 0:
                assert "p/q has no end" in lines[0]
                assert lines[2].endswith(f"however rare that is, {SKY[day]} adds +∞.")
            else:
                assert agree(re.search(f"p/q is {NUMBER}", lines[0])[1], under / over)
                gap = math.log(under / over) / math.log(unit.base)
                written = re.search(rf" = \+?{NUMBER} {unit.name}\. A log", lines[1])[1]
                assert agree(written, gap)
                factors = re.search(
                    rf"time: {NUMBER} · \(?{NUMBER}\)? = \+?{NUMBER}\.$", lines[2]
                ).groups()
                for shown, value in zip(factors, (under, gap, under * gap), strict=True):
                    assert agree(shown, value), lines[2]


def boxed(tex):
    """Return what stands in the one box of a formula, without colours."""
    plain = uncoloured(tex)
    start = plain.index(r"\boxed{") + len(r"\boxed{")
    assert plain.count(r"\boxed") == 1
    depth, end = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(plain[end], 0)
        end += 1
    return plain[start : end - 1]


def test_box_grows_from_right_to_left():
    boxes = [boxed(words.symbols(read, BITS)) for read in range(len(READ))]
    assert boxes[0] == r"\frac{p(x)}{q(x)}"
    for inner, outer in pairwise(boxes):
        assert outer.endswith(inner)
        assert len(outer) > len(inner)
    assert boxes[-1].startswith(r"\sum_x")


@pytest.mark.parametrize("known", range(len(READ)))
def test_formula_today_has_its_numbers_and_asks_for_what_is_not_read(known):
    p, q = np.array([0.6, 0.25, 0.1, 0.05]), np.array([0.4, 0.3, 0.29, 0.01])
    for day in range(4):
        today = words.sum_today(p, q, day, known, BITS)
        terms = re.findall(r"& = ([−+]?[\d.]+|\?) \\\\", uncoloured(today))
        if known >= PRODUCT:
            values = [float(each.replace("−", "-")) for each in terms]
            assert values == pytest.approx(p * np.log2(p / q), abs=0.0005)
        else:
            assert terms == ["?"] * 4
        assert (f"{entropy(p, q, base=2):.3f}" in today) == (known == SUM)
        assert boxed(today) == rf"{p[day]:.3f}\,\log_2({p[day]:.3f}/{q[day]:.3f})"


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_snippet_prints_the_sum_twice(unit):
    weighed = [4.0, 3.0, 7.5, 0.5], [6.0, 2.5, 1.0, 0.5]
    snippet = words.snippet(*weighed, unit)
    shown = printed(snippet).splitlines()
    assert [line.rpartition(": ")[2] for line in snippet.splitlines() if "#" in line] == shown
    for each in shown:
        assert float(each) == pytest.approx(entropy(*weighed, base=unit.base), abs=1e-12)
    assert printed(words.snippet([*P], [0.6, 0.25, 0.1, 0.0], unit)).splitlines()[0] == "inf"
