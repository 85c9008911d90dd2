"""Figures of the lesson on KL from samples, tested through their data."""

import math

import numpy as np
import pytest

from charts.style import LIGHT
from pages.estimators.numbers.draws import Noise
from pages.estimators.numbers.forecasts import Running
from pages.estimators.numbers.singles import Singles
from pages.estimators.pictures import DASHES
from pages.estimators.pictures.draws import (
    SYMBOLS,
    histograms_figure,
    noise_figure,
    pair_figure,
)
from pages.estimators.pictures.forecasts import running_figure
from pages.estimators.pictures.singles import singles_figure
from tests.pages.figures import PALETTES, check_one_palette, check_plotly

RATIOS = np.random.default_rng(1).normal(0.18, 0.8, (2000, 10))
MEANS = {
    "k1": RATIOS.mean(axis=1),
    "k2": (RATIOS**2 / 2).mean(axis=1),
    "k3": (np.exp(-RATIOS) - 1 + RATIOS).mean(axis=1),
}
EXPECTED = {"k1": 0.18, "k2": 0.2, "k3": 0.18}
KL = np.geomspace(1e-4, 8, 40)
NOISE = {"k1": np.sqrt(2 / KL), "k2": 1.4 + KL / 4, "k3": 1.4 * np.exp(KL / 3)}
CROSSING = 0.63


def pair(colours=LIGHT):
    """Return the figure of the two bells."""
    x = np.linspace(-4, 7, 23)
    return pair_figure(x, np.exp(-((x - 1) ** 2)), np.exp(-(x**2)), colours)


def histograms(means=MEANS, truth=0.18, spread=0.25, draws=10, colours=LIGHT):
    """Return the figure of the estimates, in bits."""
    return histograms_figure(means, truth, EXPECTED, spread, draws, "bits", colours)


def noise(of=NOISE, here=0.2, crossing=CROSSING, colours=LIGHT):
    """Return the figure of the noise, in bits."""
    return noise_figure(Noise(KL, of, here, crossing), "bits", colours)


COUNTS = np.array([4, 8, 16, 32, 64, 128, 256])


def running(seen=64, truth=0.025, bound_for=0.025, shift=0.0, colours=LIGHT):
    """Return the figure of estimates as texts come in, in bits."""
    one = Running("k1", 0.03 + shift + 0.1 / COUNTS, 0.3 / np.sqrt(COUNTS))
    three = Running("k3", 0.025 + 0.01 / COUNTS, 0.02 / np.sqrt(COUNTS))
    return running_figure(COUNTS, [one, three], truth, bound_for, seen, "bits", colours)


def singles(seen=200, guess=20, colours=LIGHT):
    """Return the figure of single draws."""
    return singles_figure(Singles(0.5, 1.0, seen, 1), guess, colours)


FIGURES = [pair, histograms, noise, running, singles,
           lambda **c: singles(0, 90, **c),
           lambda **c: histograms(dict.fromkeys(MEANS, np.zeros(40)), 0.0, 0.0, 1000, **c),
           lambda **c: noise(NOISE | {"k3": np.full(40, math.inf)}, 0.0, None, **c),
           lambda **c: running(bound_for=-0.8, shift=-0.8, **c)]  # fmt: skip


def named(drawn):
    """Return the traces of a figure that have a name, by it."""
    return {each.name: each for each in drawn.data if each.name}


@pytest.mark.parametrize("draw", FIGURES)
@PALETTES
def test_figure_is_valid_plotly(draw, colours):
    check_plotly(draw(colours=colours), colours)


@pytest.mark.parametrize("draw", FIGURES)
def test_no_colour_of_the_other_palette_is_left(draw):
    check_one_palette(draw)


@pytest.mark.parametrize("draw", FIGURES)
def test_nothing_infinite_is_drawn(draw):
    for trace in draw().data:
        assert not np.isinf(np.asarray(trace.y, dtype=float)).any()
        assert not np.isinf(np.asarray(trace.x, dtype=float)).any()


@pytest.mark.parametrize("draw", FIGURES)
def test_titles_are_short_enough_for_a_phone(draw):
    assert 5 < len(draw().layout.title.text) < 48


@pytest.mark.parametrize(
    ("draw", "axis", "says"),
    [
        (histograms, "xaxis", "estimate of D(Q‖P), bits (▲: average)"),
        (noise, "xaxis", "D(Q‖P), bits (orange: your gap)"),
        (running, "xaxis", "texts so far (band: k1 ± two standard errors)"),
        (singles, "xaxis2", "draws so far (band: exact ± two standard errors)"),
    ],
)
def test_axis_says_what_it_counts(draw, axis, says):
    assert draw().look[axis]["title"]["text"] == says


# The estimates.


@PALETTES
def test_bars_count_every_estimate_on_its_side_of_0(colours):
    drawn = histograms(colours=colours)
    bars = [each for each in drawn.data if each.type == "bar"]
    for (name, values), bar, axis in zip(MEANS.items(), bars, ("y", "y2", "y3"), strict=True):
        assert bar.yaxis == axis
        assert bar.y.sum() == 2000
        edges = np.append(bar.x - bar.width / 2, bar.x[-1] + bar.width / 2)
        inside = np.clip(values, edges[0] + 1e-12, edges[-1] - 1e-12)
        np.testing.assert_array_equal(bar.y, np.histogram(inside, edges)[0])
        assert bar.y[bar.x < 0].sum() == (values < 0).sum()
        # Green is what lies below 0, as everywhere; the bar next to 0 does not reach across.
        assert np.abs(edges).min() == pytest.approx(0, abs=1e-12)
        assert list(bar.marker.color) == [
            colours.good if middle < 0 else colours.kl for middle in bar.x
        ]
        assert name in bar.hovertemplate


def test_rows_say_who_they_are_and_how_often_they_are_below_0():
    k1, k2, k3 = (each.text for each in histograms().layout.annotations)
    below = 100 * (MEANS["k1"] < 0).mean()
    assert k1.startswith(f"<b>k1</b>, {below:.1f}% below 0")
    assert k2.startswith("<b>k2</b>, none below 0")
    assert k3.startswith("<b>k3</b>, none below 0")
    drawn = histograms()
    rows = [drawn.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    for (low, high), note in zip(rows, drawn.layout.annotations, strict=True):
        assert low < high == note.y
    assert rows[0][0] > rows[1][1] > rows[1][0] > rows[2][1]


def test_estimates_beyond_the_picture_are_counted_at_its_edge_and_told():
    far = MEANS | {"k3": np.append(MEANS["k3"][:-2], [50.0, 60.0])}
    drawn = histograms(far)
    assert drawn.layout.annotations[2].text.endswith("; 2 beyond the picture")
    assert "beyond" not in drawn.layout.annotations[0].text
    *_, bar = [each for each in drawn.data if each.type == "bar"]
    assert bar.y.sum() == 2000
    assert bar.y[-1] == 2


@PALETTES
def test_truth_is_dashed_in_every_row_and_triangles_mark_the_averages(colours):
    drawn = histograms(colours=colours)
    assert [(line.x0, line.x1, line.yref, line.line.dash) for line in drawn.layout.shapes] == [
        (0.18, 0.18, axis, "dash") for axis in ("y", "y2", "y3")
    ]
    marks = [each for each in drawn.data if each.type == "scatter"]
    assert [each.x[0] for each in marks] == list(EXPECTED.values())
    assert {each.marker.symbol for each in marks} == {"triangle-up"}
    assert {each.marker.color for each in marks} == {colours.ink}


@pytest.mark.parametrize(("draws", "said"), [(1, "1 draw each"), (1000, "1,000 draws each")])
def test_title_tells_draws_and_truth(draws, said):
    title = histograms(draws=draws).layout.title.text
    assert title == f"{said}; dashed: D = 0.180 bits"


def test_axis_of_the_estimates_rarely_moves_and_holds_what_matters():
    ranges, heights = [], []
    for truth in np.linspace(0.1, 0.3, 41):
        drawn = histograms({name: each + truth - 0.18 for name, each in MEANS.items()}, truth)
        low, high = drawn.layout.xaxis.range
        assert low <= truth - 3.5 * 0.25
        assert high >= truth + 3.5 * 0.25
        ranges.append((low, high))
        rows = [drawn.layout[axis].range for axis in ("yaxis", "yaxis2", "yaxis3")]
        heights.append(rows)
        bars = [each for each in drawn.data if each.type == "bar"]
        for bar, (bottom, top), line in zip(bars, rows, drawn.layout.shapes, strict=True):
            assert bottom == 0
            assert max(bar.y) < top == line.y1
    assert len(set(ranges)) <= 4
    for row in zip(*heights, strict=True):
        assert len({tuple(each) for each in row}) <= 4


# The bells.


@PALETTES
def test_bells_are_those_of_p_and_q(colours):
    x = np.linspace(-4, 7, 23)
    p, q = pair(colours).data
    np.testing.assert_array_equal(p.x, x)
    np.testing.assert_allclose(p.y, np.exp(-((x - 1) ** 2)))
    np.testing.assert_allclose(q.y, np.exp(-(x**2)))
    assert (p.line.color, q.line.color) == (colours.p, colours.q)
    assert p.line.dash != q.line.dash


# Far away.


@PALETTES
def test_lines_of_noise_are_the_arrays_with_a_dash_for_each(colours):
    lines = named(noise(colours=colours))
    assert list(lines) == ["k1", "k2", "k3"]
    for name, line in lines.items():
        np.testing.assert_array_equal(line.x, KL)
        np.testing.assert_array_equal(line.y, NOISE[name])
        assert line.line.color == colours.kl
    assert len({line.line.dash for line in lines.values()}) == 3


@pytest.mark.parametrize("here", [KL[0], 0.2, KL[-1]])
def test_marks_of_noise_stand_on_their_lines(here):
    *star, one, two, three = [each for each in noise(here=here).data if each.mode == "markers"]
    for mark, values in zip((one, two, three), NOISE.values(), strict=True):
        assert mark.x[0] == here
        assert mark.y[0] == pytest.approx(np.interp(here, KL, values))
        assert mark.marker.color == LIGHT.q
    assert len({mark.marker.symbol for mark in (one, two, three)}) == 3
    [star] = star
    assert (star.marker.symbol, star.x[0]) == ("star", CROSSING)
    assert star.y[0] == pytest.approx(np.interp(CROSSING, KL, NOISE["k1"]))


@pytest.mark.parametrize("here", [0.0, KL[0] / 2, 2 * KL[-1]])
def test_outside_the_lines_nothing_is_marked_but_the_crossing(here):
    marks = [each for each in noise(here=here).data if each.mode == "markers"]
    assert [each.marker.symbol for each in marks] == ["star"]


def test_infinite_noise_is_left_out():
    drawn = noise(NOISE | {"k3": np.full(40, math.inf)}, crossing=None)
    assert np.isnan(named(drawn)["k3"].y).all()
    assert [each.marker.symbol for each in drawn.data if each.mode == "markers"] == [
        "circle", "diamond"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("three", "crossing", "title"),
    [
        (NOISE["k3"], CROSSING, "k3 is noisier than k1 beyond 0.630 bits"),
        (2 * NOISE["k1"], None, "k3 is nowhere the quieter one"),
        (np.full(40, math.inf), None, "k3 is nowhere the quieter one"),
        (NOISE["k1"] / 2, None, "k3 is quieter than k1 all along"),
    ],
)
def test_title_of_noise_is_the_finding(three, crossing, title):
    drawn = noise(NOISE | {"k3": three}, crossing=crossing)
    assert drawn.layout.title.text == title


def test_axes_of_noise_stay_while_the_gap_moves():
    drawn = [noise(here=here) for here in np.geomspace(KL[0], KL[-1], 9)]
    for axis in ("xaxis", "yaxis"):
        assert len({str(each.layout[axis]) for each in drawn}) == 1
    low, high = drawn[0].layout.xaxis.range
    assert (10**low, 10**high) == pytest.approx((KL[0], KL[-1]))


# Texts as they come in.


@PALETTES
def test_running_averages_are_lines_with_a_band(colours):
    drawn = running(colours=colours)
    lines = named(drawn)
    low, high = drawn.data[:2]
    np.testing.assert_allclose(lines["k1"].y, 0.03 + 0.1 / COUNTS)
    np.testing.assert_allclose(lines["k3"].y, 0.025 + 0.01 / COUNTS)
    np.testing.assert_allclose(lines["k1"].y - low.y, 0.6 / np.sqrt(COUNTS))
    np.testing.assert_allclose(high.y - lines["k1"].y, 0.6 / np.sqrt(COUNTS))
    assert high.fill == "tonexty"
    assert high.fillcolor == colours.veil(colours.kl)
    assert list(lines["true D(Q‖P)"].y) == [0.025, 0.025]
    dashes = [lines[name].line.dash for name in ("k1", "k3", "true D(Q‖P)")]
    assert dashes[:2] == ["solid", "dash"]
    # Of one dash, but not of one colour.
    assert lines["true D(Q‖P)"].line.color == colours.ink != lines["k3"].line.color == colours.kl


@pytest.mark.parametrize("seen", [4, 64, 256])
def test_mark_stands_at_the_learners_texts(seen):
    drawn = running(seen)
    [mark] = [each for each in drawn.data if each.mode == "markers"]
    assert (mark.x[0], mark.y[0]) == (seen, pytest.approx(0.03 + 0.1 / seen))
    assert mark.marker.color == LIGHT.q
    assert drawn.layout.title.text == f"k1 of {seen} texts: {0.03 + 0.1 / seen:.3f} bits"


def test_where_k1_is_bound_for_is_told_only_where_it_is_not_the_truth():
    assert "where k1 is bound for" not in named(running())
    line = named(running(bound_for=-0.8, shift=-0.8))["where k1 is bound for"]
    assert list(line.y) == [-0.8, -0.8]
    assert (line.line.color, line.line.dash) == (LIGHT.good, "dot")


def test_axes_of_texts_stay_while_their_number_moves_and_hold_all_lines():
    for bound_for, shift in ((0.025, 0.0), (-0.8, -0.8)):
        drawn = [running(seen, bound_for=bound_for, shift=shift) for seen in (4, 64, 256)]
        for axis in ("xaxis", "yaxis"):
            assert len({str(each.layout[axis]) for each in drawn}) == 1
        low, high = drawn[0].layout.yaxis.range
        assert low < min(bound_for, 0) < 0.025 < high


def test_estimators_differ_by_dash_and_by_symbol():
    assert len(set(DASHES.values())) == len(set(SYMBOLS.values())) == 3
