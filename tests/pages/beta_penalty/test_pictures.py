"""Figures of the rope, tested through their data."""

import dataclasses
import math

import numpy as np
import pytest

from charts.style import LIGHT, Q_PATTERN
from pages.beta_penalty.numbers import Curve
from pages.beta_penalty.pictures.hacking import hacking_figure
from pages.beta_penalty.pictures.rope import words_figure
from pages.beta_penalty.pictures.training import (
    Training,
    landing_figure,
    smooth,
    training_figure,
)
from tests.pages.figures import PALETTES, check_one_palette, check_plotly

WORDS = ["calm", ".", "dry", "mild"]
P, Q = np.array([0.08, 0.2, 0.05, 0.001]), np.array([0.6, 0.25, 0.1, 0.004])
BETAS = 10 ** np.linspace(0, -4, 21)
DISTANCE = np.linspace(0.1, 16, 21)


def curve(judge=None, farthest=16.0, error=0.04, kind="β"):
    """Return a family whose reward rises, and whose judge turns unless told otherwise."""
    distance = DISTANCE / DISTANCE[-1] * farthest
    bump = 4.7 + 1.3 * np.sin(distance / farthest * 1.4 * math.pi)
    return Curve(
        distance,
        0.13 + 0.06 * distance,
        bump if judge is None else judge,
        np.full(distance.size, error),
        [f"{kind} = {beta:.3g}" for beta in BETAS],
    )


FITS = [
    ("Gao et al., RL", DISTANCE, 4.7 + 0.1 * DISTANCE),
    ("Gao et al., best-of-n", DISTANCE / 8, 4.7 + 0.2 * DISTANCE),
]


def words(p=P, q=Q, colours=LIGHT):
    """Return the figure of the next word."""
    return words_figure(WORDS, p, q, colours)


def hacking(mine=None, other=None, here=8, best=None, colours=LIGHT):
    """Return the figure of both scores, in bits."""
    of_best = curve(farthest=2.6, kind="n")
    others = None if other is None else (2000, other)
    return hacking_figure(mine or curve(), of_best, others, FITS, here, best, "bits", colours)


def run(steps=30, name="PPO", dash="solid", kept=False, beta=0.02, seed=0):
    """Return a run of training, with the noise of its batches."""
    noise = np.random.default_rng(seed).normal(size=(3, steps))
    at = np.arange(1, steps + 1)
    exact = np.unique([0, 1, *range(5, steps + 1, 5), steps])
    return Training(
        name,
        at,
        0.13 + 0.002 * at + 0.01 * noise[0],
        4.7 + 0.02 * at + 0.1 * noise[1],
        0.05 * at + 0.1 * noise[2],
        np.broadcast_to(np.asarray(beta, dtype=float), (steps,)).copy(),
        exact,
        0.13 + 0.002 * exact,
        0.05 * exact,
        dash,
        kept,
    )


def training(runs=None, target=None, asked=None, last=30, colours=LIGHT):
    """Return the figure of training, in bits."""
    runs = [run()] if runs is None else runs
    return training_figure(runs, target, asked, last, "bits", colours)


def landing(runs=None, frontier=None, colours=LIGHT):
    """Return the figure of where runs land, in bits."""
    runs = [run()] if runs is None else runs
    return landing_figure(frontier or curve(), runs, "bits", colours)


THREE = [run(dash="solid"), run(dash="dash", beta=0), run(dash="dot", beta=np.geomspace(1, 9, 30))]
WITH_KEPT = [run(name="kept", dash="longdash", kept=True, steps=12), *THREE]
FIGURES = [
    words, lambda **c: words(np.eye(4)[1], np.eye(4)[0], **c),
    hacking, lambda **c: hacking(other=curve(farthest=18), here=20, best=9, **c),
    lambda **c: hacking(curve(np.full(21, 4.7)), here=0, best=0, **c),
    training, lambda **c: training(WITH_KEPT, target=3.0, **c),
    lambda **c: training([run(1)], asked=2.5, last=300, **c),
    landing, lambda **c: landing(WITH_KEPT, **c), lambda **c: landing([run(1)], **c),
]  # fmt: skip


def lines_of(drawn, axis):
    """Return the lines of a figure on one of its axes."""
    return [each for each in drawn.data if each.mode == "lines" and (each.yaxis or "y") == axis]


def dots_of(drawn):
    """Return the marks of a figure."""
    return [each for each in drawn.data if each.mode == "markers"]


@pytest.mark.parametrize("draw", FIGURES)
@PALETTES
def test_figure_is_valid_plotly(draw, colours):
    check_plotly(draw(colours=colours), colours)


@pytest.mark.parametrize("draw", FIGURES)
def test_no_colour_of_the_other_palette_is_left(draw):
    check_one_palette(draw)


@pytest.mark.parametrize("draw", FIGURES)
def test_every_number_drawn_is_finite_but_the_gaps_of_beta(draw):
    for trace in draw().data:
        if trace.yaxis != "y4":
            values = trace.x if trace.orientation == "h" else trace.y
            assert np.isfinite(np.asarray(values, dtype=float)).all()


# The next word.


@PALETTES
def test_bars_are_the_chances_in_percent_of_both_models(colours):
    p, q = words(colours=colours).data
    np.testing.assert_allclose(p.x, 100 * P)
    np.testing.assert_allclose(q.x, 100 * Q)
    assert p.y == q.y == ("calm", "full stop", "dry", "mild")
    assert (p.marker.color, q.marker.color) == (colours.p, colours.q)
    assert q.marker.pattern.shape == Q_PATTERN["shape"]
    assert p.marker.pattern.shape is None
    assert (p.name, q.name) == ("P, SFT model", "Q, policy")
    # A label of “0%” would stand beside a bar that is not 0.
    assert p.text == ("8%", "20%", "5%", "")
    assert q.text == ("60%", "25%", "10%", "")


@pytest.mark.parametrize(
    ("q", "said"),
    [(Q, "“calm”, 60% (SFT: 8%)"), ([0.1, 0.7, 0.1, 0], "“full stop”, 70% (SFT: 20%)"),
     ([0.1, 0.2, 0.3, 0], "“dry”, 30% (SFT: 5%)")],
)  # fmt: skip
def test_title_names_the_policys_likeliest_word(q, said):
    assert words(q=np.array(q)).layout.title.text == f"Next word: {said}"


def test_axis_of_the_next_word_holds_the_bars_with_their_labels_and_rarely_moves():
    limits = []
    for top in np.linspace(0, 1, 101):
        drawn = words(q=np.array([top, 0, 0, 0]))
        low, high = drawn.layout.xaxis.range
        assert low == 0
        assert high >= 1.1 * max(20, 100 * top)
        limits.append(high)
    assert limits == sorted(limits)
    assert len(set(limits)) == 3
    assert limits[-1] <= 120


# Both scores against the distance.


def test_title_tells_whether_the_judge_turns():
    turns, not_ = "The reward keeps rising; the judge turns", "the judge does not follow"
    assert hacking().layout.title.text == turns
    falling = curve(np.linspace(5, 1, 21))
    assert hacking(falling).layout.title.text.endswith(not_)
    flat = curve(4.7 + 0.03 * np.cos(np.arange(21)))
    assert hacking(flat).layout.title.text.endswith(not_)
    rising = curve(np.linspace(4, 6, 21))
    assert hacking(rising).layout.title.text.endswith("so does the judge’s score")


@pytest.mark.parametrize(("fall", "turns"), [(0.113, False), (0.114, True)])
def test_judge_turns_from_two_standard_errors_of_a_difference_on(fall, turns):
    # Both scores are uncertain by 0.04, and their difference by 0.04·√2.
    scores = np.full(21, 5.0)
    scores[10], scores[-1] = 6.0, 6.0 - fall
    title = hacking(curve(scores, error=0.04)).layout.title.text
    assert title.endswith("turns") == turns


@PALETTES
def test_lines_are_both_families_in_the_colours_of_their_judges(colours):
    drawn = hacking(colours=colours)
    mine, of_best = curve(), curve(farthest=2.6, kind="n")
    for axis, part, colour in (("y", "reward", colours.q), ("y2", "judge", colours.good)):
        solid, dashed = [
            line for line in lines_of(drawn, axis)
            if line.line.dash in ("solid", "dash")
        ]  # fmt: skip
        for line, family, dash in ((solid, mine, "solid"), (dashed, of_best, "dash")):
            np.testing.assert_array_equal(line.x, family.distance)
            np.testing.assert_array_equal(line.y, getattr(family, part))
            assert line.line.dash == dash
            assert line.line.color == colour
            assert list(line.customdata) == family.names
    dotted = [line for line in drawn.data if line.line.dash == "dot"]
    for line, (name, distance, values) in zip(dotted, FITS, strict=True):
        assert line.line.color == colours.ink
        assert line.yaxis == "y2"
        assert line.hovertemplate.startswith(name)
        np.testing.assert_array_equal(line.x, distance)
        np.testing.assert_array_equal(line.y, values)


def test_band_is_two_standard_errors_about_the_judge():
    mine = curve(error=0.2)
    [band] = [each for each in hacking(mine).data if each.fill == "toself"]
    upper, lower = np.split(np.array(band.y), 2)
    np.testing.assert_allclose(upper - mine.judge, 0.4)
    np.testing.assert_allclose(mine.judge - lower[::-1], 0.4)
    np.testing.assert_array_equal(band.x, [*mine.distance, *mine.distance[::-1]])
    assert band.yaxis == "y2"


@pytest.mark.parametrize("here", [0, 8, 20])
@pytest.mark.parametrize("best", [None, 6, 0])
def test_marks_stand_on_their_curves(here, best):
    mine = curve()
    marks = dots_of(hacking(here=here, best=best))
    expected = [
        ([mine.distance[place]], [values[place]], axis, symbol)
        for place, symbol in ((here, "circle"), (best, "star"))
        if place is not None
        for values, axis in ((mine.reward, "y"), (mine.judge, "y2"))
    ]
    found = [(list(each.x), list(each.y), each.yaxis or "y", each.marker.symbol) for each in marks]
    assert found == expected
    for each in marks[:2]:
        assert each.hovertemplate.startswith(mine.names[here])


@PALETTES
def test_other_pairs_are_grey_and_within_the_axis(colours):
    far = curve(farthest=20)
    drawn = hacking(other=far, colours=colours)
    grey = [each for each in drawn.data if each.line.color == colours.muted]
    assert [each.yaxis for each in grey] == ["y", "y2"]
    for line, values in zip(grey, (far.reward, far.judge), strict=True):
        np.testing.assert_array_equal(line.x, far.distance)
        np.testing.assert_array_equal(line.y, values)
        assert "with 2,000 pairs" in line.hovertemplate
    assert hacking(other=None).layout.xaxis.range[1] < 20 < drawn.layout.xaxis.range[1]
    assert not [each for each in hacking().data if each.line.color == LIGHT.muted]


@pytest.mark.parametrize("other", [None, curve(farthest=20)])
def test_axes_of_hacking_stay_while_beta_moves(other):
    drawn = [hacking(other=other, here=here, best=6) for here in range(21)]
    for axis in ("xaxis", "yaxis", "yaxis2"):
        assert len({str(each.layout[axis]) for each in drawn}) == 1
    low, high = drawn[0].layout.xaxis.range
    for each in drawn[-1].data:
        assert low <= min(each.x) <= max(each.x) <= high
    assert drawn[0].layout.xaxis.title.text.endswith("D in bits")
    # Of seven points: nobody gets more, nor less than none.
    low, high = drawn[0].layout.yaxis2.range
    assert low <= 0
    assert 7 < high < 8


# Training.


@PALETTES
@pytest.mark.parametrize("kept", [False, True])
def test_lines_of_a_run_are_its_exact_figures_and_the_judges_mean(colours, kept):
    one = run(dash="dashdot", kept=kept)
    drawn = training([one], colours=colours)
    hues = {"y": colours.q, "y2": colours.good, "y3": colours.kl, "y4": colours.ink}
    expected = {
        "y": (one.exact_steps, one.exact_reward),
        "y2": (one.steps, smooth(one.judge)),
        "y3": (one.exact_steps, one.exact_kl),
        "y4": (one.steps, one.beta),
    }
    for axis, (x, y) in expected.items():
        [line] = lines_of(drawn, axis)
        np.testing.assert_array_equal(line.x, x)
        np.testing.assert_array_equal(line.y, y)
        assert line.line.dash == "dashdot"
        assert line.line.color == (colours.muted if kept else hues[axis])
        assert line.hovertemplate.startswith(one.name)
    batches = {"y": one.reward, "y2": one.judge, "y3": one.kl}
    for dots in dots_of(drawn):
        np.testing.assert_array_equal(dots.x, one.steps)
        np.testing.assert_array_equal(dots.y, batches.pop(dots.yaxis or "y"))
        assert dots.marker.color == (colours.muted if kept else hues[dots.yaxis or "y"])
    assert batches == {}


def test_only_kept_runs_are_grey_and_each_has_its_dash():
    runs = WITH_KEPT
    for drawn, axis in ((training(runs), "y3"), (landing(runs), "y")):
        lines = lines_of(drawn, axis) if axis == "y3" else drawn.data[1:]
        assert [each.line.dash for each in lines] == [each.dash for each in runs]
        assert [each.line.color == LIGHT.muted for each in lines] == [each.kept for each in runs]


def test_axis_of_beta_is_logarithmic_and_leaves_zeros_out():
    beta = np.array([0.0, 0.02, 0.04, 0.0, 0.01])
    for one, expected in (
        (run(5, beta=beta), [np.nan, 0.02, 0.04, np.nan, 0.01]),
        (run(5, beta=0), [np.nan] * 5),
    ):
        drawn = training([one])
        assert drawn.layout.yaxis4.type == "log"
        [line] = lines_of(drawn, "y4")
        np.testing.assert_array_equal(line.y, expected)


@pytest.mark.parametrize(
    ("target", "asked", "dashes", "said"),
    [
        (None, None, {}, "D(π‖π_SFT), bits</b>"),
        (3.5, None, {"dash": 3.5}, "(dashed: its target)"),
        (None, 2.5, {"dot": 2.5}, "(dotted: the exact optimum’s)"),
    ],
)
@PALETTES
def test_levels_stand_at_target_and_at_what_beta_asks_for(target, asked, dashes, said, colours):
    drawn = training(target=target, asked=asked, last=75, colours=colours)
    assert {each.line.dash: each.y0 for each in drawn.layout.shapes} == dashes
    for level in drawn.layout.shapes:
        assert level.y0 == level.y1
        assert (level.x0, level.x1) == (0, 75)
        assert level.yref == "y3"
    headings = [each.text for each in drawn.layout.annotations]
    assert said in headings[2]
    assert ("dotted" in headings[2]) == (asked is not None)
    assert ("dashed" in headings[2]) == (target is not None)


def test_rows_of_training_stand_below_their_headings():
    drawn = training(WITH_KEPT, target=3.0, last=150)
    assert list(drawn.layout.xaxis.range) == [0, 150]
    rows = [drawn.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    tops = [each.y for each in drawn.layout.annotations]
    for row, heading, next_heading in zip(rows, tops, [*tops[1:], 0], strict=True):
        assert row[0] < row[1] < heading
        assert row[0] >= next_heading
    colours = [each.font.color for each in drawn.layout.annotations]
    assert colours == [LIGHT.q, LIGHT.good, LIGHT.kl, LIGHT.ink]


@pytest.mark.parametrize("size", [0, 1, 5, 15, 16, 60])
@pytest.mark.parametrize("width", [1, 2, 15])
def test_smooth_is_the_mean_of_the_last_values(size, width):
    values = np.random.default_rng(size).normal(size=size) + 5
    looped = [np.mean(values[max(0, end - width) : end]) for end in range(1, size + 1)]
    np.testing.assert_allclose(smooth(values, width), looped, rtol=1e-12)


# Where runs land.


def test_ways_lead_from_the_reference_to_a_large_dot_where_they_end():
    runs = [run(steps=23), run(1)]
    frontier, *ways = landing(runs).data
    np.testing.assert_array_equal(frontier.x, curve().distance)
    np.testing.assert_array_equal(frontier.y, curve().reward)
    assert frontier.line.color == LIGHT.ink
    assert list(frontier.customdata) == curve().names
    for way, one in zip(ways, runs, strict=True):
        np.testing.assert_allclose(np.square(way.x), one.exact_kl, atol=1e-15)
        np.testing.assert_array_equal(way.y, one.exact_reward)
        np.testing.assert_array_equal(way.customdata, one.exact_steps)
        *small, last = way.marker.size
        assert len(way.marker.size) == len(way.x)
        assert last > max(small)


def test_rounding_below_zero_leaves_no_gap():
    one = dataclasses.replace(run(1), exact_kl=np.array([-1e-17, 0.04]))
    np.testing.assert_allclose(landing([one]).data[1].x, [0, 0.2])


@pytest.mark.parametrize("farthest", [0.1, 1.0, 2.0, 6.0, 14.0])
def test_axes_of_the_landing_hold_every_way_and_the_frontier_above_it(farthest):
    frontier = curve()
    kl = np.linspace(0, farthest, 8) ** 2
    bound = np.interp(np.sqrt(kl), frontier.distance, frontier.reward)
    one = dataclasses.replace(
        run(7), exact_steps=np.arange(8), exact_kl=kl, exact_reward=0.5 * (bound + 0.13)
    )
    drawn = landing([one], frontier)
    right, (low, high) = drawn.layout.xaxis.range[1], drawn.layout.yaxis.range
    assert max(farthest, 2.0) <= right <= max(1.3 * farthest, 2.0)
    inside = frontier.reward[frontier.distance <= right]
    for values in (inside, drawn.data[1].y):
        assert low < min(values) <= max(values) < high
    assert high - low < 1.5 * (inside.max() - frontier.reward.min()) + 0.1


@pytest.mark.parametrize("end", [2.0, 5.0, 7.0, 9.0])
def test_frontier_stays_inside_where_it_is_steep_between_two_betas(end):
    # One step of β may lead far, as at some βs of the page.
    frontier = dataclasses.replace(
        curve(), distance=np.array([*np.linspace(0, 7, 11), *np.linspace(12, 16, 10)])
    )
    frontier = dataclasses.replace(frontier, reward=0.13 + 0.06 * frontier.distance)
    kl = np.linspace(0, end, 8) ** 2
    one = dataclasses.replace(
        run(7), exact_steps=np.arange(8), exact_kl=kl, exact_reward=0.13 + 0.059 * np.sqrt(kl)
    )
    drawn = landing([one], frontier)
    right, high = drawn.layout.xaxis.range[1], drawn.layout.yaxis.range[1]
    assert max(drawn.data[1].y) < high
    assert np.interp(right, frontier.distance, frontier.reward) <= high
