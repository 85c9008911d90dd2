"""Figures of training, tested through their data."""

import dataclasses
import math

import numpy as np
import pytest

from charts.style import LIGHT
from pages.training.numbers import smooth
from pages.training.pictures.drawn import Training
from pages.training.pictures.landing import LONGEST_TITLE, landing_figure
from pages.training.pictures.steps import training_figure
from tests.pages.figures import PALETTES, check_one_palette, check_plotly
from widgets.optima import Curve

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


def run(steps=30, name="PPO", dash="solid", kept=False, beta=0.02, seed=0, **more):
    """Return a run of training, with the noise of its batches."""
    noise = np.random.default_rng(seed).normal(size=(3, steps))
    at = np.arange(1, steps + 1)
    exact = np.unique([0, 1, *range(5, steps + 1, 5), steps])
    return Training(
        name,
        name,
        at,
        0.13 + 0.002 * at + 0.01 * noise[0],
        4.7 + 0.02 * at + 0.1 * noise[1],
        0.05 * at + 0.1 * noise[2],
        np.broadcast_to(np.asarray(beta, dtype=float), (steps,)).copy(),
        np.maximum(64 - at, 1),
        exact,
        0.13 + 0.002 * exact,
        0.05 * exact,
        dash=dash,
        kept=kept,
        **more,
    )


def training(runs=None, target=None, asked=None, last=30, colours=LIGHT):
    """Return the figure of training, in bits."""
    runs = [run()] if runs is None else runs
    return training_figure(runs, target, asked, last, "bits", colours)


def landing(runs=None, frontier=None, asked=None, guess=None, colours=LIGHT):
    """Return the figure of where runs land, in bits."""
    runs = [run()] if runs is None else runs
    return landing_figure(frontier or curve(), runs, asked, guess, "bits", colours)


THREE = [run(dash="solid"), run(dash="dash", beta=0), run(dash="dot", beta=np.geomspace(1, 9, 30))]
WITH_KEPT = [run(name="kept", dash="longdash", kept=True, steps=12), *THREE]
FIGURES = [
    training, lambda **c: training(WITH_KEPT, target=3.0, **c),
    lambda **c: training([run(1)], asked=2.5, last=300, **c),
    lambda **c: training([run(turned=(20, 4.9))], target=3.0, asked=2.0, **c),
    lambda **c: landing([], asked=("0.02", 3.0, 0.22), guess=10, **c),
    landing, lambda **c: landing(WITH_KEPT, **c), lambda **c: landing([run(1)], **c),
]  # fmt: skip


def lines_of(drawn, axis):
    """Return the lines of a figure on one of its axes."""
    return [each for each in drawn.data if each.mode == "lines" and (each.yaxis or "y") == axis]


def ways_of(drawn):
    """Return the ways of the runs."""
    return [each for each in drawn.data if each.mode == "lines+markers"]


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
        if trace.yaxis != "y5":
            values = trace.x if trace.orientation == "h" else trace.y
            assert np.isfinite(np.asarray(values, dtype=float)).all()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("PPO", "GRPO"), "KL by now, bits: PPO 1.5 and GRPO 1.5"),
        (("PPO, adaptive", "PPO"), "The ways of the runs, below the exact line"),
        (("PPO", "GRPO", "PPO, adaptive"), "The ways of the runs, below the exact line"),
    ],
)
def test_title_of_runs_side_by_side_fits_a_phone(names, said):
    title = landing([run(name=name) for name in names]).layout.title.text
    assert title == said
    assert len(title) <= LONGEST_TITLE


# Training.


@PALETTES
@pytest.mark.parametrize("kept", [False, True])
def test_lines_of_a_run_are_its_exact_figures_and_the_judges_mean(colours, kept):
    one = run(dash="dashdot", kept=kept)
    drawn = training([one], colours=colours)
    hues = {"y": colours.q, "y2": colours.good, "y3": colours.kl}
    expected = {
        "y": (one.exact_steps, one.exact_reward),
        "y2": (one.steps, smooth(one.judge)),
        "y3": (one.exact_steps, one.exact_kl),
        "y4": (one.steps, one.different),
        "y5": (one.steps, one.beta),
    }
    for axis, (x, y) in expected.items():
        [line] = lines_of(drawn, axis)
        np.testing.assert_array_equal(line.x, x)
        np.testing.assert_array_equal(line.y, y)
        assert line.line.dash == "dashdot"
        assert line.line.color == (colours.muted if kept else hues.get(axis, colours.ink))
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
        lines = lines_of(drawn, axis) if axis == "y3" else ways_of(drawn)
        assert [each.line.dash for each in lines] == [each.dash for each in runs]
        assert [each.line.color == LIGHT.muted for each in lines] == [each.kept for each in runs]


def test_axis_of_beta_is_logarithmic_and_leaves_zeros_out():
    beta = np.array([0.0, 0.02, 0.04, 0.0, 0.01])
    for one, expected in (
        (run(5, beta=beta), [np.nan, 0.02, 0.04, np.nan, 0.01]),
        (run(5, beta=0), [np.nan] * 5),
    ):
        drawn = training([one])
        assert drawn.layout.yaxis5.type == "log"
        [line] = lines_of(drawn, "y5")
        np.testing.assert_array_equal(line.y, expected)


@pytest.mark.parametrize(
    ("target", "asked", "dashes", "said"),
    [
        (None, None, {}, "KL, bits</b>"),
        (3.5, None, {"dash": 3.5}, "(dashed: target"),
        (None, 2.5, {"dot": 2.5}, "(dotted: optimum)"),
        (
            3.5,
            2.5,
            {"dash": 3.5, "dot": 2.5},
            "(dashed: target; dotted: optimum)",
        ),
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
    rows = [drawn.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3", "yaxis4", "yaxis5")]
    tops = [each.y for each in drawn.layout.annotations]
    for row, heading, next_heading in zip(rows, tops, [*tops[1:], 0], strict=True):
        assert row[0] < row[1] < heading
        assert row[0] >= next_heading
    colours = [each.font.color for each in drawn.layout.annotations]
    # Each in the hue of its row, dark enough for text.
    assert colours[3:] == [LIGHT.ink, LIGHT.ink]
    assert len({*colours[:3]} - {LIGHT.ink}) == 3


# Where runs land.


def test_ways_lead_from_the_reference_to_a_large_dot_where_they_end():
    runs = [run(steps=23), run(1)]
    drawn = landing(runs)
    frontier, ways = drawn.data[0], ways_of(drawn)
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
