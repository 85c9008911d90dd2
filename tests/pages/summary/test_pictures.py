"""The figure of the summary, tested through its data."""

import numpy as np
import pytest
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import BITS
from pages.summary import pictures
from pages.summary.pictures import coin_figure
from tests.pages.figures import PALETTES, check_plotly


def drawn(p=0.5, q=0.25, colours=LIGHT):
    """Return the figure of two coins in bits."""
    return coin_figure(*(np.array([each, 1 - each]) for each in (p, q)), BITS, colours)


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.25), (0.5, 1), (0, 1), (0.5, 0.5)])
def test_figure_is_valid_plotly(p, q):
    check_plotly(drawn(p, q))


def test_lines_are_both_divergences():
    there, back, there_now, back_now = drawn().data
    assert there_now.y[0] == pytest.approx(0.20751874963942185)
    assert back_now.y[0] == pytest.approx(0.18872187554086717)
    np.testing.assert_array_equal(there.x, back.x)
    heads = there.x / 100
    assert (heads[0], heads[-1]) == (0, 1)
    fair, every_q = np.full((2, heads.size), 0.5), np.stack([heads, 1 - heads])
    np.testing.assert_allclose(there.y[1:-1], entropy(fair, every_q, base=2)[1:-1], atol=1e-15)
    np.testing.assert_allclose(back.y, entropy(every_q, fair, base=2), atol=1e-15)
    # Infinite where Q is certain: above the end of the axis, 2.
    assert (there.y[[0, -1]] > 2).all()
    np.testing.assert_allclose(back.y[[0, -1]], 1)


def test_lines_touch_0_where_q_is_p(monkeypatch):
    # Of the lesson's own chances none is 1/2: the middle one is a rounding below.
    monkeypatch.setattr(pictures, "CHANCES", np.linspace(0, 1, 101))
    there, back = drawn().data[:2]
    assert (there.y[50], back.y[50]) == (0, 0)
    assert there.y[25] == pytest.approx(0.20751874963942185)
    assert back.y[25] == pytest.approx(0.18872187554086717)


def test_dash_and_shape_say_which_is_which():
    there, back, there_now, back_now = drawn().data
    assert (there.line.dash, back.line.dash) == ("solid", "dash")
    assert there_now.marker.symbol != back_now.marker.symbol


@PALETTES
def test_p_is_blue_q_is_orange_and_both_divergences_violet(colours):
    figure = drawn(colours=colours)
    assert {trace.line.color for trace in figure.data[:2]} == {colours.kl}
    assert {trace.marker.color for trace in figure.data[2:]} == {colours.kl}
    assert [line.line.color for line in figure.layout.shapes] == [colours.p, colours.q]
    assert [line.x0 for line in figure.layout.shapes] == [50, 25]
    # Text is as dark as it takes to be read.
    assert [label["font"]["color"] for label in figure.look["annotations"]] == [
        colours.p,
        colours.q,
    ]


def test_title_states_the_finding_and_the_axes_their_units():
    layout = drawn().layout
    assert layout.title.text == "D(P‖Q) = 0.208, D(Q‖P) = 0.189 bits"
    assert layout.xaxis.title.text == "Q's chance of heads, %"
    assert layout.yaxis.title.text == "divergence, bits"


def test_marks_stand_on_their_curves():
    there, back = drawn(q=0.9).data[2:]
    assert (there.x[0], back.x[0]) == (90, 90)
    assert there.y[0] == pytest.approx(entropy([0.5, 0.5], [0.9, 0.1], base=2))
    assert back.y[0] == pytest.approx(entropy([0.9, 0.1], [0.5, 0.5], base=2))
    assert there.hovertemplate.startswith("D(P‖Q) is 0.737 bits")


def test_infinity_is_marked_at_the_top():
    there, back = drawn(q=1).data[2:]
    assert (there.y[0], there.text[0]) == (2, "∞")
    assert (back.y[0], back.text[0]) == (1, "")


def test_axes_stay_while_the_coins_move():
    figures = [drawn(p=p, q=q) for p in (0, 0.3, 1) for q in (0, 0.5, 1)]
    assert {(each.layout.xaxis.range, each.layout.yaxis.range) for each in figures} == {
        ((0, 100), (0, 2))
    }
