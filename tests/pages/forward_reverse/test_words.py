"""Sentences and formulas of the lesson agree with quadrature, and with a search from every side."""

import math
import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS, NATS, UNITS
from pages.forward_reverse import folded_words, numbers, pictures, scores, words
from tests.pages.figures import title
from tests.pages.forward_reverse.claims import (
    MARKS,
    check_by_hand,
    check_formula,
    check_maps,
    check_optima,
    check_people,
    check_price_of_seeking,
    headings,
    mixture,
    seekers,
)
from tests.pages.forward_reverse.truth import (
    PRESETS,
    TWO,
    UNEQUAL,
    bell,
    best_bells,
    divergence,
    log_density,
    moments,
)
from tests.pages.reading import NUMBER, agree, all_agree, printed, value_of
from tests.pages.truth import log_bell


def hand(rows, q, unit=BITS):
    """Return the figure of a Q by hand, and its words."""
    view = numbers.compared(mixture(rows), q, unit)
    return pictures.hand_figure(view, LIGHT), words.hand_in_words(view)


def headings_of(rows, q, unit=BITS):
    """Return both divergences as the headings of that figure have them."""
    return headings(each["text"] for each in hand(rows, q, unit)[0].look["annotations"])


def descents(rows, q=(1.5, 1.0), optimiser="natural gradient", rate=0.1):
    """Return the ways down from Q."""
    return numbers.descents(mixture(rows), q, optimiser, rate)


def optima(rows, unit=BITS, **how):
    """Return the figure of the optima, and its words."""
    p, path = mixture(rows), descents(rows, **how)["reverse"]
    found = numbers.optima(p, path, unit)
    said = words.optima_in_words(p, found, how.get("optimiser", "natural gradient"), unit)
    return pictures.optima_figure(p, found, unit, LIGHT), said


def arrivals(rows, unit=BITS, **how):
    """Return where both descents have ended, in words."""
    p = mixture(rows)
    fits = {"forward": [numbers.covering(p)], "reverse": numbers.seeking(p)}
    return [
        words.arrival(direction, path, fits[direction], unit)
        for direction, path in descents(rows, **how).items()
    ]


def film(rows, unit=BITS, **how):
    """Return the figure of the film, and its words."""
    paths = numbers.descents_in_unit(descents(rows, **how), unit)
    figure = pictures.film_figure(mixture(rows), paths, unit, LIGHT)
    return figure, words.film_in_words(paths, unit)


def between(rows, alpha):
    """Return the figure between both directions, and its words."""
    p = mixture(rows)
    walk, fits = numbers.walk(p), numbers.optima_at(p, alpha)
    said = folded_words.between_in_words(alpha, fits, walk.breaks)
    return pictures.between_figure(p, walk, alpha, fits[0], LIGHT), said


def check_everything(rows, q, unit):
    """See that every sentence and formula speaks of this P and this Q."""
    p = mixture(rows)
    figure, said = hand(rows, q, unit)
    annotations = [each["text"] for each in figure.look["annotations"]]
    check_by_hand(said, annotations, rows, q, unit.name)
    figure, said = optima(rows, unit, q=q)
    check_optima(said, title(figure), rows, unit.name)
    fits = {"forward": [numbers.covering(p)], "reverse": numbers.seeking(p)}
    maps = [
        pictures.map_figure(numbers.landscape(p, direction), fits[direction], path, unit, LIGHT)
        for direction, path in descents(rows, q).items()
    ]
    check_maps([*map(title, maps)], rows)
    people = (
        words.cautious_person(p, fits["forward"][0]),
        words.focused_person(p, fits["reverse"][0]),
    )
    check_people(*people, rows)
    check_formula(words.divergences_today(p, q, unit), words.moments_today(p), rows, q, unit.name)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("label", PRESETS)
def test_every_preset_in_every_unit(label, unit):
    check_everything(PRESETS[label], (-0.5, 1.4), unit)


@pytest.mark.parametrize("mean", [-10.0, 0.0, 10.0])
@pytest.mark.parametrize("spread", [0.1, 8.0])
def test_q_at_the_extremes_of_both_sliders(mean, spread):
    check_everything(TWO, (mean, spread), BITS)
    assert all("mean" in said and "step" in said for said in arrivals(TWO, q=(mean, spread)))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (PRESETS["Unequal modes"], True),
        (PRESETS["Three modes"], True),
        (((0.2, 0.9, 0.9), (0.8, -3.7, 0.4), (0.7, -0.6, 0.6)), True),
        # The best Q stands on one bell, and the other bell is the dear one.
        (((0.6, -0.2, 0.8), (0.1, -3.4, 0.4)), False),
    ],
)
def test_price_of_keeping_to_one_bell(rows, said):
    figure, words_of_optima = optima(rows)
    check_optima(words_of_optima, title(figure), rows)
    assert ("To keep to one bell" in words_of_optima) == said


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_price_of_keeping_to_one_bell_of_any_mixture(unit):
    rng = np.random.default_rng(7)
    ends = set()
    for _ in range(30):
        size = int(rng.integers(2, 4))
        columns = (
            rng.uniform(*limits, size).round(1) for limits in ((0.1, 1), (-4, 4), (0.3, 1.2))
        )
        rows = tuple(zip(*(each.tolist() for each in columns), strict=True))
        said = optima(rows, unit)[1]
        check_price_of_seeking(said, rows, best_bells(rows), unit.name)
        ends.add(("To keep to one bell" in said, "straddle" in said))
    assert ends == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize("mean", [-10.0, -3.35, 10.0])
def test_film_begins_at_q(mean):
    first = re.search(rf"from {NUMBER} to", film(TWO, q=(mean, 1.0))[1])[1]
    assert agree(first, divergence(TWO, bell(mean, 1.0)) / math.log(2), 0.1)


def test_five_bells():
    rows = ((1, -6, 0.4), (2, -3, 0.5), (3, 0, 0.4), (2, 3, 0.6), (1, 6, 0.5))
    _, said = optima(rows)
    found = re.search(rf"Covering.*?mean {NUMBER}, spread {NUMBER}, at", said)
    assert all_agree(found.groups(), moments(rows))
    listed = seekers(said)
    # At least each bell has its own valley, and what is listed is a valley.
    for _, *place in rows:
        assert any(
            abs(value_of(m)[0] - place[0]) < 0.1 and abs(value_of(s)[0] - place[1]) < 0.1
            for _, m, s, _ in listed
        )
    costs = []
    for _, *shown in listed:
        at_mean, at_std, cost = (value_of(each)[0] for each in shown)
        exact = divergence(bell(at_mean, at_std), rows) / math.log(2)
        assert cost == pytest.approx(exact, abs=0.002)
        for nudge in ((0.05, 1), (-0.05, 1), (0, 1.05), (0, 1 / 1.05)):
            other = bell(at_mean + nudge[0] * at_std, at_std * nudge[1])
            assert divergence(other, rows) / math.log(2) > exact - 1e-4
        costs.append(cost)
    assert costs == sorted(costs)


# Edges.


def test_row_without_weight_counts_for_nothing():
    with_it = (*UNEQUAL, (0, 0, 0.5))
    assert seekers(optima(with_it)[1]) == seekers(optima(UNEQUAL)[1])
    assert headings_of(with_it, (1.5, 1.0)) == headings_of(UNEQUAL, (1.5, 1.0))


def test_single_bell_beside_a_row_without_weight_is_called_one_bell():
    for rows in (bell(0.5, 1.2), ((1, 0.5, 1.2), (0, 5, 1))):
        _, said = optima(rows)
        assert "P is one bell" in said
        assert "each of P's bells would have" not in said


@pytest.mark.parametrize(
    "rows",
    [bell(0.5, 1.2), ((1, 0.5, 1.2), (0, 5, 1)), ((1, 0.5, 1.2), (1, 0.5, 1.2)),
     ((0.3, 0.5, 1.2), (0.7, 0.5, 1.2))],
)  # fmt: skip
def test_q_that_equals_p_costs_nothing_in_either_direction(rows):
    q = (0.5, 1.2)
    figure, said = hand(rows, q)
    assert headings_of(rows, q) == ["0.000", "0.000"]
    assert "the same" in title(figure)
    assert "It comes most from" not in said
    assert "both directions are 0" in said
    assert scores.attempt(mixture(rows), q, "forward", 1).won


def everything_said(rows, q):
    """Return every sentence, and the title of every figure."""
    p, path = mixture(rows), {"q": q}
    drawn, said = zip(
        hand(rows, q), optima(rows, **path), film(rows, **path), between(rows, 0.5), strict=True
    )
    cover, seek = numbers.covering(p), numbers.seeking(p)[0]
    return [
        *map(title, drawn),
        *said,
        *arrivals(rows, **path),
        words.cautious_person(p, cover),
        words.focused_person(p, seek),
        words.divergences_today(p, q, BITS),
        words.without_direction(p, q, BITS),
        words.moments_today(p),
    ]


@pytest.mark.parametrize("spread", [1.2, 2.0])
def test_no_number_of_a_perfect_fit_is_what_rounding_has_left(spread):
    for said in everything_said(bell(0.5, spread), (0.5, spread)):
        assert "×10⁻" not in said


@pytest.mark.parametrize(
    ("rows", "mean", "spread"),
    [
        (TWO, 10.0, 0.1),
        (bell(-10, 0.05), 10.0, 0.1),
        (((1, -10, 0.05), (1, 10, 0.05)), 10.0, 8.0),
        (((1, -10, 5), (1, 10, 5)), -10.0, 0.1),
    ],
)
def test_p_and_q_far_apart(rows, mean, spread):
    q = bell(mean, spread)
    exact = [value / math.log(2) for value in (divergence(rows, q), divergence(q, rows))]
    for shown, value in zip(headings_of(rows, (mean, spread)), exact, strict=True):
        # Between two needles log p has a kink, which costs the test's own sum some digits.
        seen, unit = value_of(shown)
        assert seen == pytest.approx(value, rel=1e-5, abs=unit)
    for said in everything_said(rows, (mean, spread)):
        assert not re.search(r"\b(nan|inf)\b", said)


def test_how_many_times_as_dense_is_never_said_wrongly():
    # Of the two bells P is e^7800 times as dense as Q around −2.5: beyond what a double holds.
    _, text = hand(TWO, (10.0, 0.1))
    said = re.search(rf"around x = {NUMBER}, where P is (.*?) times as dense as Q", text)
    x = value_of(said[1])[0]
    power = (log_density(TWO, x) - log_bell(x, 10, 0.1)) / math.log(10)
    assert power > 3000
    shown = re.search(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", said[2])
    if shown:
        digits = shown[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
        assert int(digits) == pytest.approx(power, abs=60) or "more than" in said[2]
    else:
        assert "more than" in said[2]


@pytest.mark.parametrize(("mean", "spread"), [(1.5, 1.0), (-1.0, 0.5), (0.0, 4.0)])
def test_words_by_hand_say_where_the_penalty_comes_from(mean, spread):
    said = re.search(
        rf"around x = {NUMBER}, where P is {NUMBER} times .*around x = {NUMBER}, where Q is "
        rf"{NUMBER} times",
        hand(UNEQUAL, (mean, spread))[1],
    )
    x = np.linspace(-20, 20, 40_001)
    log_p, log_q = log_density(UNEQUAL, x), log_bell(x, mean, spread)
    for (place, times), one, other in (
        (said.groups()[:2], log_p, log_q), (said.groups()[2:], log_q, log_p)
    ):  # fmt: skip
        at = int((np.exp(one) * (one - other)).argmax())
        assert abs(value_of(place)[0] - x[at]) < 0.12
        ratio = math.log(value_of(times)[0])
        near = abs(x - value_of(place)[0]) < 0.1
        assert (one - other)[near].min() - 0.06 <= ratio <= (one - other)[near].max() + 0.06


# The optimiser.


@pytest.mark.parametrize("optimiser", numbers.OPTIMISERS)
@pytest.mark.parametrize(
    ("rate", "mean", "spread"),
    [(0.02, -9.0, 0.1), (0.1, 1.5, 1.0), (1.0, 1.5, 1.0), (1.0, -9.0, 0.1)],
)
def test_each_descent_is_told_as_it_ends(optimiser, rate, mean, spread):
    how = {"q": (mean, spread), "optimiser": optimiser, "rate": rate}
    last = re.findall(rf"to {NUMBER}(?: nats)?[;.]", film(UNEQUAL, NATS, **how)[1])
    assert len(last) == 2
    chosen = {}
    for name, text, shown_last in zip(
        ("D(P‖Q)", "D(Q‖P)"), arrivals(UNEQUAL, NATS, **how), last, strict=True
    ):
        said = re.match(rf"{re.escape(name)}: .*?mean {NUMBER}, spread {NUMBER}, {NUMBER} ", text)
        end, wide, cost = (value_of(each)[0] for each in said.groups())
        assert said[3] == shown_last
        p, q = UNEQUAL, bell(end, wide)
        exact = divergence(*((p, q) if name == "D(P‖Q)" else (q, p)))
        # As far as the rounded place tells.
        assert cost == pytest.approx(exact, rel=0.05, abs=0.01)
        steps = int(re.search(r"(\d+) steps?", text)[1])
        assert steps <= 200
        optima_there = best_bells(UNEQUAL) if name == "D(Q‖P)" else [(*moments(UNEQUAL), 0)]
        reached = [
            place for place, fit in enumerate(optima_there)
            if abs(end - fit[0]) < 0.05 * fit[1] + 0.006
            and abs(math.log(wide / fit[1])) < 0.05 + 0.006 / wide
        ]  # fmt: skip
        if "in no optimum" in text:
            assert steps == 200
            for fit in optima_there:
                off = abs(end - fit[0]) / fit[1], abs(math.log(wide / fit[1]))
                assert max(off) > 0.04
            chosen[name] = None
        else:
            chosen[name] = MARKS.index(re.search("[①-⑨]", text)[0]) if name == "D(Q‖P)" \
                else 0  # fmt: skip
            assert chosen[name] in reached
    rolls = optima(UNEQUAL, NATS, **how)[1].partition("From your Q")[2]
    if chosen["D(Q‖P)"] is None:
        assert "none of them" in rolls
    else:
        assert re.search("[①-⑨]", rolls)[0] == MARKS[chosen["D(Q‖P)"]]
    assert optimiser in rolls


def test_smallest_steps_do_not_arrive_and_larger_ones_do():
    for rate, arrives in ((0.02, False), (0.2, True)):
        forward, _ = arrivals(UNEQUAL, q=(-9.0, 0.1), optimiser="gradient descent", rate=rate)
        assert ("in no optimum" not in forward) == arrives


@pytest.mark.parametrize(("mean", "bell_there"), [(-2.5, -2), (3.5, 3)])
def test_start_decides_where_the_reverse_direction_ends(mean, bell_there):
    forward, reverse = arrivals(UNEQUAL, q=(mean, 0.6))
    [place] = [k for k, fit in enumerate(best_bells(UNEQUAL)) if abs(fit[0] - bell_there) < 0.1]
    assert MARKS[place] in reverse
    weights = [trace.line.width for trace in optima(UNEQUAL, q=(mean, 0.6))[0].data[2:]]
    assert weights.index(max(weights)) == place
    assert "one optimum" in forward


def test_film_ends_where_the_maps_end():
    unit = UNITS["dits"]
    figure, _ = film(UNEQUAL, unit)
    assert len(figure.frames) > 20
    ends = re.findall(NUMBER, title(figure))
    for said, end in zip(arrivals(UNEQUAL, unit), ends, strict=True):
        assert f"{end} dits" in said


# Between the two.


@pytest.mark.parametrize("alpha", [0.0, 0.05, 0.33, 0.5, 0.777, 1.0])
@pytest.mark.parametrize("label", ["Unequal modes", "Wide and narrow"])
def test_best_q_at_any_alpha_is_what_a_search_finds(label, alpha):
    figure, said = between(PRESETS[label], alpha)
    if alpha == 1:
        mean, std = moments(PRESETS[label])
    else:
        mean, std, _ = best_bells(PRESETS[label], alpha)[0]
    shown = re.fullmatch(rf"α = {NUMBER}: mean {NUMBER}, spread {NUMBER}", title(figure))
    assert all(map(agree, shown.groups(), (alpha, mean, std), (0.1, 0.1, 0.1)))
    assert re.search("At α = .* the best Q has", said)
    assert f"mean {shown[2]}, spread {shown[3]}" in said
    assert ("This is D(Q‖P)" in said) == (alpha == 0)
    assert ("This is D(P‖Q)" in said) == (alpha == 1)
    rings = 0 if alpha == 1 else len(best_bells(PRESETS[label], alpha)) - 1
    others = re.search(r"other local optima, (\d+) at this α", said)
    assert (int(others[1]) if others else 0) == rings
    assert figure.look["shapes"][0]["x0"] == alpha


@pytest.mark.parametrize("label", ["Two far modes", "Unequal modes"])
def test_break_is_where_two_branches_are_equally_good(label):
    rows = PRESETS[label]
    figure, said = between(rows, 0.5)
    at = value_of(re.search(rf"At α = {NUMBER} the best Q leaps", said)[1])[0]
    assert 0 < at < 1
    before, after = (best_bells(rows, round(at + step, 3)) for step in (-0.003, 0.003))
    assert abs(before[0][1] - after[0][1]) > 0.5
    for fits in (before, after):
        assert fits[1][2] - fits[0][2] < 0.01 or fits[2][2] - fits[0][2] < 0.01
    dotted = [shape["x0"] for shape in figure.look["shapes"][1:]]
    assert dotted == pytest.approx([at], abs=0.0006)


def test_touching_modes_do_not_break():
    figure, said = between(PRESETS["Touching modes"], 0.5)
    assert "nothing breaks" in said
    assert len(figure.look["shapes"]) == 1


# What to take along.


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("rows", [TWO, PRESETS["Three modes"], bell(0.5, 1.2)])
def test_snippet_prints_what_it_says_and_what_is_on_screen(rows, unit):
    q = (0.35, 1.7)
    code = words.snippet(mixture(rows), q, unit)
    forward, reverse, cover, seek = printed(code).splitlines()
    promised = re.findall(rf"# in {unit.name}: (\S+)", code)
    assert promised == [forward, reverse]
    assert headings_of(rows, q, unit) == [f"{float(forward):.3f}", f"{float(reverse):.3f}"]
    mean, std = moments(rows)
    fit = re.match(r"GaussianFit\(mean=(\S+), std=(\S+), divergence=(\S+)\)$", cover)
    least = divergence(rows, bell(mean, std))
    assert [float(each) for each in fit.groups()] == pytest.approx((mean, std, least), abs=1e-6)
    costs = [float(each) for each in re.findall(r"divergence=([^)]+)\)", seek)]
    assert costs == pytest.approx([fit[2] for fit in best_bells(rows)], abs=1e-6)
