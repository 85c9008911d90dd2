"""Figures of the lesson on gradients, tested through their data."""

import math

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS, NATS
from kl_core import Gradient
from pages.gradients.numbers import Pulls, Run
from pages.gradients.pictures import LOOKS, placements_figure, pulls_figure
from tests.pages.figures import PALETTES, check_one_palette, check_plotly

WORDS = ["reaches", "fades", "full stop"]
REVERSE, FORWARD = np.array([0.3, -0.05, -0.1]), np.array([0.35, -0.2, 0.02])
PULLS = {
    "k1 in the reward": REVERSE,
    "k1 in the loss": np.zeros(3),
    "k2 in the loss": REVERSE,
    "k3 in the loss": FORWARD,
}


def pulls(of=PULLS, slopes=(REVERSE, FORWARD), top=(0, 1, 2), unit=NATS, colours=LIGHT, **how):
    """Return the figure of the pulls, in nats."""
    chances = np.full(len(WORDS), 1 / len(WORDS))
    found = {name: Gradient(mean, np.array(0.0)) for name, mean in of.items()}
    of_all = Pulls(chances, chances, found, *slopes, by_p=False, weighted=False)
    return pulls_figure(of_all, WORDS, top, unit, colours, **how)


STEPS = np.array([0, 1, 10, 20])
RUNS = {
    name: Run(STEPS, 0.1 + 0.01 * STEPS / (1 + place), 0.002 * (1 + place) ** 3 * STEPS, 0.1)
    for place, name in enumerate(LOOKS)
}
HELD = ["k1 in the reward", "k2 in the loss", "k3 in the loss"]
BETA = 0.1


def placements(runs=RUNS, unit=NATS, colours=LIGHT):
    """Return the figure of the runs."""
    return placements_figure(runs, (0.5, 0.4), BETA, HELD, unit, colours)


FIGURES = [pulls, placements, lambda **c: pulls(guess=0.2, veiled=True, **c)]


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
def test_titles_are_short_enough_for_a_phone(draw):
    assert 5 < len(draw().layout.title.text) < 48


@pytest.mark.parametrize(
    ("draw", "axis", "says"),
    [
        (pulls, "yaxis", "pull at each word, nats"),
        (placements, "xaxis", "step (dotted: the exact optimum)"),
        (placements, "yaxis", "reward − β·KL"),
        (placements, "yaxis2", "D(π‖π_SFT), nats"),
    ],
)
def test_axis_says_what_it_counts(draw, axis, says):
    assert draw().look[axis]["title"]["text"] == says


# Pulls.


@PALETTES
def test_pulls_stand_beside_both_slopes(colours):
    drawn = pulls(colours=colours)
    marks = named(drawn)
    np.testing.assert_allclose(marks["slope of D(Q‖P)"].y, REVERSE)
    np.testing.assert_allclose(marks["slope of D(P‖Q)"].y, FORWARD)
    assert marks["slope of D(Q‖P)"].marker.color == colours.q
    assert marks["slope of D(P‖Q)"].marker.color == colours.p
    for name, values in PULLS.items():
        np.testing.assert_allclose(marks[name].y, values)
        assert marks[name].marker.color == colours.ink
        # Side by side, so that none hides another, and all above their word.
        assert np.abs(marks[name].x - np.arange(3)).max() < 0.4
    assert len({marks[name].x[0] for name in PULLS}) == 4
    assert len({mark.marker.symbol for mark in marks.values()}) == 6
    assert drawn.layout.xaxis.ticktext == tuple(WORDS)


def test_a_pull_too_long_leaves_the_picture_at_its_edge_and_keeps_its_number():
    long = PULLS | {"k3 in the loss": np.array([8000.0, -8000.0, 0.1])}
    drawn = pulls(long)
    edge = drawn.layout.yaxis.range[1]
    mark = named(drawn)["k3 in the loss"]
    np.testing.assert_allclose(mark.y, [0.97 * edge, -0.97 * edge, 0.1])
    assert mark.customdata == ("8000.0000", "−8000.0000", "0.1000")
    assert mark.text == tuple(WORDS)
    assert drawn.layout.yaxis.range == pulls().layout.yaxis.range


def test_veiled_there_are_the_slopes_and_the_guess_alone():
    marks = named(pulls(guess=0.15, veiled=True))
    assert list(marks) == ["slope of D(Q‖P)", "slope of D(P‖Q)", "your guess"]
    star = marks["your guess"]
    assert star.y[0] == 0.15
    # Beside its word, and away from every other mark.
    assert -0.5 < star.x[0] < -0.3
    assert "0.15" not in pulls(guess=0.15, veiled=True).layout.title.text


def test_words_stand_in_the_order_asked_for():
    drawn = pulls(top=(2, 0))
    assert drawn.layout.xaxis.ticktext == ("full stop", "reaches")
    np.testing.assert_allclose(named(drawn)["k3 in the loss"].y, FORWARD[[2, 0]])


# Runs.


@PALETTES
def test_runs_are_lines_of_what_they_are_after_above_lines_of_kl(colours):
    drawn = placements(colours=colours)
    for name, run in RUNS.items():
        above, below = [each for each in drawn.data if each.name == name]
        assert (above.yaxis, below.yaxis) == ("y", "y2")
        np.testing.assert_allclose(above.y, run.reward - BETA * run.kl)
        np.testing.assert_array_equal(below.y, run.kl)
        for line in (above, below):
            np.testing.assert_array_equal(line.x, STEPS)
            assert (line.line.dash, line.marker.symbol) == LOOKS[name]
        assert (above.line.color, below.line.color) == (colours.q, colours.kl)
        assert [above.showlegend, below.showlegend] == [True, False]
    lines = [(line.y0, line.yref, line.line.dash) for line in drawn.layout.shapes]
    assert lines == [(pytest.approx(0.35), "y", "dot"), (0.5, "y2", "dot")]


def test_axes_are_made_for_what_is_held():
    drawn = placements()
    low, high = drawn.layout.yaxis.range
    bottom, top = drawn.layout.yaxis2.range
    for name, run in RUNS.items():
        inside = (run.worth(BETA) > low).all() and (run.kl < top).all()
        assert inside == (name in HELD), name
    assert bottom == 0
    assert high > 0.35
    assert top > 0.5


def test_looks_differ_by_dash_and_by_symbol():
    dashes, symbols = zip(*LOOKS.values(), strict=True)
    assert len(set(dashes)) == len(set(symbols)) == len(LOOKS) == 5


def test_title_of_the_runs_names_the_nearest_to_the_optimum():
    assert placements().layout.title.text == "Nearest to the optimum: k1 in the reward"
    better = Run(STEPS, RUNS["k2 in the loss"].reward + 0.3, RUNS["k2 in the loss"].kl, 0.1)
    title = placements(RUNS | {"k2 in the loss": better}).layout.title.text
    assert title == "Nearest to the optimum: k2 in the loss"


def test_units_scale_pulls_and_kl_and_no_reward():
    runs = [placements(unit=unit) for unit in (NATS, BITS)]
    for nats, bits in zip(*(each.data for each in runs), strict=True):
        scale = math.log(2) if nats.yaxis == "y2" else 1
        np.testing.assert_allclose(np.multiply(bits.y, scale), nats.y)
    lines = [[line.y0 for line in each.layout.shapes] for each in runs]
    np.testing.assert_allclose(lines[1], [0.35, 0.5 / math.log(2)])
    shown = [named(pulls(unit=unit)) for unit in (NATS, BITS)]
    for name, mark in shown[0].items():
        np.testing.assert_allclose(shown[1][name].y * math.log(2), mark.y)
