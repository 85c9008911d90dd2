"""Figures of the die lesson, tested through their data."""

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS
from kl_core import kl_terms
from pages.die.pictures import rolls_figure, terms_figure
from tests.pages.figures import PALETTES, check_plotly
from tests.pages.truth import FAIR as P
from tests.pages.truth import LOADED as Q

NO_SIX = np.array([0.2, 0.2, 0.2, 0.2, 0.2, 0.0])


def terms(p=P, q=Q, colours=LIGHT):
    """Return the terms figure in bits."""
    return terms_figure(p, q, BITS, colours)


def walk(evidence, slope=0.5, decided=0, guess=2, *, told=True):
    """Return the rolls figure in bits, with a threshold of 4."""
    evidence = np.array(evidence, dtype=float)
    return rolls_figure(evidence, slope, 4.0, decided, "bits", LIGHT, guess=guess, told=told)


@pytest.mark.parametrize(
    "drawn",
    [
        terms(),
        terms(q=NO_SIX),
        terms(q=P),
        walk([1, 2.5, 5], decided=3),
        walk([1, np.inf], np.inf),
        walk([1, 2.5, 5], told=False),
    ],
)
def test_figure_is_valid_plotly(drawn):
    check_plotly(drawn)


def test_bars_show_the_arrays():
    p_bars, q_bars, term_bars = terms().data
    np.testing.assert_array_equal(p_bars.y, 100 * P)
    np.testing.assert_array_equal(q_bars.y, 100 * Q)
    np.testing.assert_allclose(term_bars.y[:6], kl_terms(P, Q, base=2))
    assert term_bars.y[6] == pytest.approx(0.3499775783516, abs=1e-12)


@PALETTES
def test_p_is_blue_and_q_is_orange_and_hatched(colours):
    p_bars, q_bars, term_bars = terms(colours=colours).data
    assert p_bars.marker.color == colours.p
    assert q_bars.marker.color == colours.q
    assert q_bars.marker.pattern.shape
    assert list(term_bars.marker.color) == [colours.good, *[colours.kl] * 6]


def test_title_states_the_finding_and_the_axis_its_unit():
    drawn = terms()
    assert drawn.layout.title.text == "D(P‖Q) = 0.350 bits"
    assert drawn.layout.yaxis2.title.text.endswith("bits")


def test_infinite_term_reaches_the_top_and_is_labelled():
    drawn = terms(q=NO_SIX)
    bars = drawn.data[2]
    assert np.isfinite(bars.y).all()
    assert bars.text[5] == "+∞"
    assert bars.text[6] == "∞"
    assert drawn.layout.title.text == "D(P‖Q) = ∞"


def test_axes_stay_while_the_data_moves():
    ranges = {
        terms(q=np.array([head, *[(1 - head) / 5] * 5])).layout.yaxis2.range
        for head in np.linspace(0.17, 0.5, 20)
    }
    assert len(ranges) == 1


def test_walk_starts_at_nothing_and_shows_every_roll():
    drawn = walk([1.0, 2.5, 5.0], decided=3)
    np.testing.assert_array_equal(drawn.data[0].y, [0, 1, 2.5, 5])
    assert list(drawn.data[1].y) == [0, 1.5]
    assert list(drawn.data[-1].x) == [3]
    assert drawn.layout.yaxis.range[1] >= 5


def test_certainty_leaves_the_picture_at_the_roll_that_brings_it():
    drawn = walk([1.0, np.inf, np.inf], slope=np.inf, decided=2)
    top = drawn.layout.yaxis.range[1]
    np.testing.assert_array_equal(drawn.data[0].y, [0, 1, top])
    assert all("per roll" not in (trace.name or "") for trace in drawn.data)
    assert drawn.layout.title.text.endswith("∞")


def test_rolls_play_until_all_are_there_and_the_star_comes_when_it_is_decided():
    drawn = walk(np.arange(1, 301) * 0.5, decided=8)
    assert len(drawn.frames) == 50
    for frame in drawn.frames:
        roll = int(frame["name"])
        line, star = frame["data"]
        assert (line["x"][0], line["x"][-1]) == (0, roll)
        np.testing.assert_allclose(line["y"], 0.5 * line["x"])
        assert list(star["x"]) == ([8] if roll >= 8 else [])
    assert drawn.frames[-1]["name"] == "300"
    assert frame["traces"] == [0, len(drawn.traces) - 1]


def test_frames_stay_small_however_many_rolls_there_are():
    drawn = walk(np.arange(1, 10_001) * 0.01)
    assert max(len(frame["data"][0]["x"]) for frame in drawn.frames) <= 150


def test_veiled_rolls_show_the_guess_and_not_when():
    veiled, open_ = (walk([1, 2.5, 5], decided=3, guess=2, told=told) for told in (False, True))
    assert not veiled.frames
    assert veiled.layout.title.text == "When are you sure?"
    assert veiled.look["yaxis"] == open_.look["yaxis"]
    assert "per roll" not in str(veiled.traces)
    assert [len(trace.x) for trace in veiled.data if trace.name == "these rolls"] == [0]
    assert len(veiled.data[-1].x) == 0
    [guess] = [trace for trace in veiled.data if trace.name == "your guess"]
    assert (list(guess.x), list(guess.y)) == ([2], [4])


def test_guess_beyond_the_rolls_stands_at_the_edge():
    [guess] = [trace for trace in walk([1, 2, 3], guess=50).data if trace.name == "your guess"]
    assert list(guess.x) == [3]
    assert guess.marker.symbol.startswith("triangle-right")
