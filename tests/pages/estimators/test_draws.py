"""Sentences, tables and figures of draws, against scipy and closed forms."""

import math
import re

import numpy as np
import pytest
from scipy.stats import norm

from charts.style import LIGHT
from charts.units import BITS, NATS, UNITS
from kl_core import gaussian_moments, k3_noisier_beyond
from pages.estimators.numbers import draws as numbers
from pages.estimators.pictures import draws as pictures
from pages.estimators.words import draws as words
from tests.pages.estimators.reading import view_of
from tests.pages.estimators.truth import (
    KINDS,
    divergence,
    estimates,
    log_ratios,
    mean_of,
    moments,
    spread_of,
    truth,
)
from tests.pages.reading import (
    NUMBER,
    agree,
    all_agree,
    printed,
    rows,
    sent,
    uncoloured,
    value_of,
    values,
)
from tests.pages.truth import BASES, log_bell

VIEWS = [
    ("bits", {}),
    ("bits", {"gap": 0.5}),
    ("nats", {"gap": 0.1}),
    ("dits", {"gap": 1.0}),
    ("bits", {"gap": 2.5}),
    ("bits", {"gap": 0.5, "spread": 1.5}),
    ("nats", {"gap": 3.0, "spread": 0.5, "seed": 1000}),
    ("nats", {"gap": 3.0, "spread": 2.0, "draws": 1000}),
    ("bits", {"gap": 0.01, "draws": 1}),
    ("bits", {"gap": 0.0, "spread": 0.95, "draws": 2}),
    ("dits", {"gap": 0.0, "spread": 2.0, "draws": 200, "seed": 7}),
    ("bits", {"gap": 2.0, "draws": 1000}),
    ("bits", {"source": "forecasts"}),
    ("nats", {"source": "forecasts", "source_beta": "0.05", "draws": 1000}),
    ("dits", {"source": "forecasts", "source_beta": "1", "draws": 1, "seed": 3}),
]
PICTURE = (
    rf"^D\(Q‖P\) is {NUMBER} UNIT\. Of {NUMBER} estimates by k1, each from {NUMBER} (draws?), "
    rf"(?:{NUMBER}% are|(none) is) below 0; of those by k2 and k3 none can be\. They typically "
    rf"miss the truth \(root mean square\) k1 by {NUMBER} UNIT, k2 by {NUMBER} UNIT and k3 by "
    rf"{NUMBER} UNIT: (?:(k\d) is closest here|(k\d.*) are equally close here, .*)\.$"
)


def drawn_figure(unit, view):
    """Return the histograms of a view as the browser gets them."""
    here = view_of(**view)
    return sent(pictures.estimates_figure(here, numbers.estimates(here), UNITS[unit], LIGHT))


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_estimates_in_words(unit, view):
    here = view_of(**view)
    nats, kinds, draws = math.log(BASES[unit]), estimates(**view), view.get("draws", 10)
    said = words.estimates_in_words(numbers.estimates(here), here.truth, draws, UNITS[unit])
    match = re.search(PICTURE.replace("UNIT", unit), said)
    to, count, each, noun, below, none, *misses, best, equals = match.groups()
    off = {name: math.sqrt(np.mean((found - truth(**view)) ** 2)) for name, found in kinds.items()}
    negative = np.mean(kinds["k1"] < 0)
    assert agree(to, truth(**view) / nats)
    assert (count, each) == (f"{kinds['k1'].size:,}", f"{draws:,}")
    assert noun == ("draw" if draws == 1 else "draws")
    assert agree(below, 100 * negative) if negative else none
    assert all_agree(misses, [miss / nats for miss in off.values()])
    least = misses[[*off].index(min(off, key=off.get))]
    closest = [name for name, miss in zip(off, misses, strict=True) if miss == least]
    assert [best] == closest or equals.replace(" and ", ", ").split(", ") == closest
    assert min(kinds["k2"].min(), kinds["k3"].min()) >= 0


def test_the_closest_is_the_closest_as_printed():
    rng, ties = np.random.default_rng(7), 0
    for _ in range(500):
        truth_ = float(rng.uniform(0.1, 1))
        off = 10 ** rng.uniform(-3, 0) * (1 + 0.002 * rng.random(3))
        found = {name: np.array([truth_ + miss] * 5) for name, miss in zip(KINDS, off, strict=True)}
        said = words.estimates_in_words(found, truth_, 3, NATS)
        misses = dict(re.findall(rf"(k\d) by {NUMBER} nats", said))
        named = re.findall(r"k\d", said.rpartition(": ")[2])
        least = min(value_of(miss)[0] for miss in misses.values())
        assert named == [name for name, miss in misses.items() if value_of(miss)[0] == least], said
        ties += len(named) > 1
    assert 100 < ties < 490


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_estimates_as_histograms(unit, view):
    spec, nats = drawn_figure(unit, view), math.log(BASES[unit])
    bars = [trace for trace in spec["data"] if trace["type"] == "bar"]
    notes = [note["text"] for note in spec["layout"]["annotations"]]
    for (name, found), trace, note in zip(estimates(**view).items(), bars, notes, strict=True):
        counts, middles = values(trace["y"]), values(trace["x"])
        assert counts.sum() == found.size
        assert counts[middles < 0].sum() == (found < 0).sum()
        shown = re.match(rf"<b>{name}</b>, (?:(none)|{NUMBER}%) below 0", note)
        share = 100 * np.mean(found < 0)
        assert agree(shown[2], share) if share else shown[1]
        edges = middles[0] - trace["width"] / 2, middles[-1] + trace["width"] / 2
        beyond = int(((found / nats > edges[1]) | (found / nats < edges[0])).sum())
        assert note.endswith(f"; {beyond} beyond the picture") == bool(beyond)


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_marks_stand_where_each_kind_ends_on_average(unit, view):
    spec = drawn_figure(unit, view)
    marks = [values(each["x"])[0] for each in spec["data"] if each.get("mode") == "markers"]
    expected = (
        [truth(**view), estimates(**view)["k2"].mean(), truth(**view)]
        if view.get("source") == "forecasts"
        else [mean for mean, _ in moments(view.get("gap", 0.1), view.get("spread", 1.0)).values()]
    )
    np.testing.assert_allclose(marks, np.divide(expected, math.log(BASES[unit])), rtol=1e-6)


@pytest.mark.parametrize("unit", BASES)
def test_where_p_is_q_nothing_is_left_to_estimate(unit):
    here, unit_ = view_of(gap=0, spread=1), UNITS[unit]
    found = numbers.estimates(here)
    said = words.estimates_in_words(found, here.truth, 10, unit_)
    assert re.search(
        rf"^P and Q are the same: .* all three estimates are 0 {unit}, always\.$", said
    )
    for row in rows(words.bias_columns(here, found, unit_))[1:]:
        assert {value_of(number)[0] for cell in row[1:] for number in cell.split("\u00a0±\u00a0")
                } == {0.0}  # fmt: skip
    assert words.noise_in_words(0.0, 1.0, unit_).endswith(
        "P and Q are the same here, and no estimator makes any noise."
    )
    assert f"average to **0.000 {unit}**" in words.first_draw_in_words(here.truth, unit_)


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_table_sets_exact_beside_simulated(unit, view):
    here = view_of(**view)
    nats, draws = math.log(BASES[unit]), view.get("draws", 10)
    _, *shown_rows = rows(words.bias_columns(here, numbers.estimates_of(here), UNITS[unit]))
    exact = None
    if view.get("source") != "forecasts":
        exact = moments(view.get("gap", 0.1), view.get("spread", 1.0))
    for (name, found), row in zip(estimates(**view).items(), shown_rows, strict=True):
        assert row[0] == name
        mean, error = mean_of(found)
        simulated = [
            (mean - truth(**view)) / nats,
            error / nats,
            *np.divide(spread_of(found), nats),
        ]
        shown = [number for cell in (row[2], row[4]) for number in cell.split("\u00a0±\u00a0")]
        for text, value in zip(shown, simulated, strict=True):
            assert abs(value_of(text)[0] - value) <= 0.51 * max(value_of(text)[1], 1e-4), row
        if exact is None:
            assert (row[1], row[3]) == ("unknown" if name == "k2" else "0", "unknown")
            continue
        bias, spread = exact[name][0] - truth(**view), exact[name][1] / math.sqrt(draws)
        assert abs(value_of(row[1])[0] - bias / nats) <= 0.51e-4
        assert all_agree([row[3]], [spread / nats])


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({}, "A bias stays, however many draws there are."),
        ({"gap": 1.0}, "A bias stays"),
        ({"gap": 2.5}, "k3's simulated spread is well below the exact one"),
        ({"gap": 3.0, "draws": 1000}, "k3's simulated spread is well below the exact one"),
        ({"gap": 0.5, "spread": 1.4}, "k3's simulated spread is well below the exact one"),
        ({"spread": 1.45}, "P is at least √2 times as wide as Q, and k3's spread is infinite"),
        ({"spread": 2.0, "gap": 0.0}, "P is at least √2 times as wide as Q"),
        ({"spread": 2.0, "source": "forecasts"}, "the spread is known only by simulation."),
    ],
)
def test_table_is_explained_by_what_it_shows(view, said):
    here = view_of(**view)
    assert said in words.bias_in_words(here, numbers.estimates_of(here))
    if "source" in view:
        return
    exact = moments(view.get("gap", 0.1), view.get("spread", 1.0))["k3"][1]
    simulated = estimates(**view)["k3"].std() * math.sqrt(view.get("draws", 10))
    assert said.startswith("k3's simulated") == (simulated < exact / 1.5 < math.inf)
    assert said.startswith("P is at least") == math.isinf(exact)


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 1.0), (2.5, 0.5), (-1.0, 2.0)])
def test_moments_are_integrals_of_scipys_bells(mean, spread):
    for x in (-30.0, -1.2, 0.0, 0.7, 40.0):
        assert log_bell(x, mean, spread) == pytest.approx(norm.logpdf(x, mean, spread))


# The published table.


@pytest.mark.parametrize("seed", [1, 1000])
def test_published_table_stands_beside_what_is_exact_and_what_is_drawn(seed):
    printed = {
        0.1: {"k1": ("0", "20"), "k2": ("0.002", "1.42"), "k3": ("0", "1.42")},
        1.0: {"k1": ("0", "2"), "k2": ("0.25", "1.73"), "k3": ("0", "1.7")},
    }
    shown_rows = iter(rows(words.note_columns(seed))[1:])
    for gap, kinds in printed.items():
        true, exact = divergence(gap, 1.0), moments(gap, 1.0)
        x = np.random.default_rng(seed).standard_normal(100_000)
        ratios = norm.logpdf(x) - norm.logpdf(x, gap)
        for name, (bias, spread) in kinds.items():
            row = next(shown_rows)
            assert (row[0], row[1], row[4]) == (f"{name}, P at {gap:g}", bias, spread)
            assert abs(value_of(row[2])[0] - (exact[name][0] / true - 1)) <= 0.51e-4
            assert agree(row[5], exact[name][1] / true)
            # What is printed is what is exact, to the digits of the note.
            assert abs(exact[name][1] / true - float(spread)) < 0.006
            assert abs(exact[name][0] / true - 1 - float(bias)) < 6e-4
            found = KINDS[name](ratios)
            mean, error = mean_of(found)
            expected = (mean / true - 1, error / true, *np.divide(spread_of(found), true))
            shown = [n for cell in (row[3], row[6]) for n in cell.split("\u00a0±\u00a0")]
            for text, value in zip(shown, expected, strict=True):
                assert abs(value_of(text)[0] - value) <= 0.51e-3, row
            # Five standard errors: chance alone does not fail this.
            assert abs(expected[0] - (exact[name][0] / true - 1)) < 5 * expected[1]
    assert next(shown_rows, None) is None


# Far away.


@pytest.mark.parametrize("unit", BASES)
def test_k3_is_quieter_up_to_where_theory_says(unit):
    said = re.search(
        rf"up to D\(Q‖P\) = \*\*{NUMBER} {unit}\*\* \(the star\), and noisier beyond: exactly",
        words.noise_in_words(0.5, 1.0, UNITS[unit]),
    )
    assert agree(said[1], k3_noisier_beyond() / math.log(BASES[unit]))
    u = 2 * k3_noisier_beyond()
    assert math.exp(u) == pytest.approx(1 + 2 * u, rel=1e-12)


@pytest.mark.parametrize("spread", [0.5, 0.75, 0.95, 1.05, 1.2])
def test_k3_and_k1_trade_places_where_it_is_said(spread):
    said = re.search(
        rf"= \*\*{NUMBER} nats\*\* \(the star\), and noisier beyond \(found numerically",
        words.noise_in_words(0.5, spread, NATS),
    )
    kl, digit = value_of(said[1])
    quieter = []
    for near in (kl - 0.6 * digit, kl + 0.6 * digit):
        gap = math.sqrt(2 * spread**2 * (near - math.log(spread) + 0.5) - 1)
        assert divergence(gap, spread) == pytest.approx(near)
        quieter.append(moments(gap, spread)["k3"][1] < moments(gap, spread)["k1"][1])
    assert quieter == [True, False]


def test_which_is_quieter_holds_wherever_the_sliders_stand():
    rng = np.random.default_rng(5)
    for _ in range(500):
        gap, spread = rng.integers(1, 301) / 100, rng.integers(10, 41) / 20
        said = words.noise_in_words(gap, spread, NATS)
        found = gaussian_moments(0.0, 1.0, gap, spread)
        quieter = found["k3"].std < found["k1"].std
        if turn := re.search(rf"quieter than k1 up to D\(Q‖P\) = \*\*{NUMBER} nats", said):
            kl, digit = value_of(turn[1])
            if abs(found["k1"].truth - kl) > digit:
                assert quieter == (found["k1"].truth < kl), said
        else:
            assert not quieter, said
            assert ("spread is infinite" in said) == math.isinf(found["k3"].std)


@pytest.mark.parametrize("spread", [1.25, 1.4])
def test_k3_is_never_the_quieter_one_of_a_wide_p(spread):
    said = words.noise_in_words(0.5, spread, BITS)
    assert said.startswith("With these widths k3 is noisier than k1 at any gap")
    for gap in (0.02, 0.5, 1, 2, 4):
        assert moments(gap, spread)["k3"][1] > moments(gap, spread)["k1"][1]


@pytest.mark.parametrize("spread", [1.45, 2.0])
def test_k3_of_a_very_wide_p_has_no_spread(spread):
    said = re.search(
        rf"spread is infinite at any gap\. At your gap .*{NUMBER} times\.$",
        words.noise_in_words(0.0, spread, BITS),
    )
    assert said[1] == "∞"


@pytest.mark.parametrize(
    ("gap", "spread"), [(0.5, 1.0), (0.01, 1.0), (2.5, 1.0), (3.0, 1.0), (0.0, 0.5), (1.0, 1.3)]
)
@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_noise_at_the_learners_gap(gap, spread, unit):
    said = re.search(
        rf"At your gap one draw of k1 is {NUMBER} times as spread out as D\(Q‖P\) is large, one "
        rf"draw of k3 {NUMBER} times\.$",
        words.noise_in_words(gap, spread, UNITS[unit]),
    )
    exact, true = moments(gap, spread), divergence(gap, spread)
    assert all_agree(said.groups(), [exact[name][1] / true for name in ("k1", "k3")])


def test_spread_of_k3_grows_with_the_exponential_of_half_the_squared_gap():
    near, far = (moments(gap, 1.0)["k3"][1] for gap in (4.0, 5.0))
    assert math.log(far / near) == pytest.approx((5**2 - 4**2) / 2, rel=1e-3)


@pytest.mark.parametrize("spread", [0.5, 1.0, 1.5])
def test_chart_of_noise_follows_the_bells(spread):
    spec = sent(pictures.noise_figure(numbers.noise_of(1.0, spread, NATS), "nats", LIGHT))
    lines = {each["name"]: each for each in spec["data"] if each.get("mode") == "lines"}
    assert list(lines) == ["k1", "k2", "k3"]
    for gap in (0.02, 4.0):
        place = 0 if gap < 1 else -1
        for name, (_, std) in moments(gap, spread).items():
            assert values(lines[name]["x"])[place] == pytest.approx(divergence(gap, spread))
            shown = values(lines[name]["y"])[place]
            if math.isinf(std):
                assert np.isnan(shown)
            else:
                assert shown == pytest.approx(std / divergence(gap, spread), rel=1e-5)
    here = [each for each in spec["data"] if each.get("marker", {}).get("size") == 11]
    assert len(here) == (2 if spread == 1.5 else 3)
    for each in here:
        np.testing.assert_allclose(values(each["x"]), divergence(1, spread))


# What to log.


def test_what_to_log_is_what_needs_fewer_draws():
    rng, said = np.random.default_rng(2), set()
    for _ in range(400):
        gap, spread = rng.integers(0, 301) / 100, rng.integers(10, 41) / 20
        advice = words.what_to_log(gap, spread, NATS)
        found = gaussian_moments(0.0, 1.0, gap, spread)
        one, three = float(found["k1"].std), float(found["k3"].std)
        assert advice.endswith("k2 is biased: no number of draws mends that.")
        if one == 0:
            assert "all 0" in advice
            continue
        best = re.search(r"trust \*\*(k[13])\*\*", advice)[1]
        said.add(best)
        assert best == ("k3" if three < one else "k1")
        factor = re.search(rf"as good as {NUMBER} draws of (k[13])", advice)
        assert ("spread is infinite" in advice) == math.isinf(three) == (factor is None)
        if factor:
            assert factor[2] == {"k1": "k3", "k3": "k1"}[best]
            ratio = (max(one, three) / min(one, three)) ** 2
            shown, digit = value_of(factor[1])
            assert abs(shown - ratio) <= 0.51 * digit
    assert said == {"k1", "k3"}
    assert "all 0" in words.what_to_log(0.0, 1.0, NATS)


# The formula, and what can be taken along.

FIRST = [
    ("bits", {}),
    ("nats", {"gap": 3.0, "spread": 0.5, "seed": 2}),
    ("dits", {"gap": 0.0}),
    ("bits", {"gap": 0.0, "spread": 2.0, "draws": 1000}),
    ("nats", {"source": "forecasts", "source_beta": "0.05", "seed": 4}),
]


@pytest.mark.parametrize(("unit", "view"), FIRST)
def test_formula_holds_the_first_draw(unit, view):
    here = view_of(**view)
    ratio, nats = log_ratios(**view)[0, 0], math.log(BASES[unit])
    first = float(here.log_ratios()[0, 0])
    today = uncoloured(words.formula_today(first, UNITS[unit]))
    over = "" if unit == "nats" else rf"\s*/\\,{NUMBER}"
    said = re.search(
        rf"k_1 &= \({NUMBER}\){over} = {NUMBER} \\text{{ {unit}}} \\\\ "
        rf"k_2 &= \\tfrac12\\,\({NUMBER}\)\^2 {over} = {NUMBER} \\text{{ {unit}}} \\\\ "
        rf"k_3 &= \\big\({NUMBER} - 1 \+ \({NUMBER}\)\\big\){over} \\\\ "
        rf"&= {NUMBER} \\text{{ {unit}}}",
        today,
    )
    factor = [] if unit == "nats" else [nats]
    one, two, three = (kind(ratio) / nats for kind in KINDS.values())
    expected = [
        ratio, *factor, one, ratio, *factor, two, math.exp(-ratio), ratio, *factor, three
    ]  # fmt: skip
    assert all_agree(said.groups(), expected)
    said = re.search(
        rf"k1 and k3 average to \*\*{NUMBER} {unit}\*\*",
        words.first_draw_in_words(here.truth, UNITS[unit]),
    )
    assert agree(said[1], truth(**view) / nats)


@pytest.mark.parametrize("unit", BASES)
def test_formula_gives_what_it_says_from_what_it_puts_in(unit):
    sizes = np.geomspace(1e-4, 8, 200)
    for ratio in np.concatenate([-sizes, sizes]):
        today = uncoloured(words.formula_today(float(ratio), UNITS[unit]))
        one, two, three = today.split(r" \\ ", 2)
        log = value_of(re.search(rf"\({NUMBER}\)", one)[1])[0]
        u = value_of(re.search(rf"\({NUMBER} - 1", three)[1])[0]
        over = re.search(rf"/\\,{NUMBER}", one)
        nats = value_of(over[1])[0] if over else 1.0
        outs = [re.search(rf"= {NUMBER} \\text", line)[1] for line in (one, two, three)]
        assert all_agree(outs, np.divide([log, log**2 / 2, u - 1 + log], nats)), today


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"gap": 3.0, "spread": 2.0, "draws": 1000, "seed": 8},
        {"gap": 0.0},
        {"source": "forecasts"},
        {"source": "forecasts", "source_beta": "0.05", "draws": 200, "seed": 12},
    ],
)
def test_snippet_prints_what_it_says(view):
    here = view_of(**view)
    code = words.snippet(here, numbers.estimates_of(here))
    lines = [line for line in printed(code).splitlines() if "Moments(" not in line]
    comments = [line.partition("# ")[2] for line in code.splitlines() if "print(" in line]
    said = [float(each) for each in re.findall(r"-?\d[^,\s]*", "\n".join(comments))]
    # A batch alone adds up in another order than a row among many.
    np.testing.assert_allclose([float(line) for line in lines], said, rtol=1e-12, atol=1e-15)
    firsts = [found[0] for found in estimates(**view).values()]
    expected = [*(firsts[:1] if "source" in view else firsts), truth(**view)]
    np.testing.assert_allclose(said, expected, rtol=1e-7, atol=1e-12)
