"""The figure of the lesson that names directions, tested through its data."""

from functools import partial

import numpy as np
import pytest
from numpy import inf, nan

from charts.style import LIGHT
from charts.units import BITS
from kl_core import normalize
from pages.directions.numbers import Decoded
from pages.directions.pictures import calls_figure, decoded_figure
from tests.pages.figures import PALETTES, check_plotly

NAMES = ["one", "other", "swapped", "spoiled"]


def drawn(values=(0.8, 0.8, 1.3, 0.2), there=0.8, back=1.3, colours=LIGHT):
    """Return the figure in bits."""
    names = NAMES[: len(values)]
    return calls_figure(names, np.array(values), there, back, "bits", colours)


def labels(figure):
    """Return where each annotation stands, by what it says."""
    return {each.text: each for each in figure.layout.annotations}


@pytest.mark.parametrize(
    "draw",
    [
        drawn,
        partial(drawn, (0, 0, 0, 0), 0, 0),
        partial(drawn, (inf, nan, 0.6, -1), inf, 0.6),
        partial(drawn, there=inf),
    ],
)
def test_figure_is_valid_plotly(draw):
    check_plotly(draw())


def test_every_call_is_drawn_beside_both_divergences():
    p, q = normalize([9, 0.8, 0.2]), normalize([4, 3, 3])
    decoded = Decoded(p, q, 1.0, mixed_up=False, unit=BITS)
    figure = decoded_figure(decoded, LIGHT)
    [bars] = figure.data
    np.testing.assert_allclose(bars.x, decoded.values)
    assert "scipy rel_entr" in labels(figure)
    assert figure.layout.shapes[0].x0 == BITS.kl(p, q)
    assert figure.layout.shapes[1].x0 == BITS.kl(q, p)


def test_bars_show_the_values_in_their_order():
    figure = drawn()
    [bars] = figure.data
    assert list(bars.x) == [0.8, 0.8, 1.3, 0.2]
    assert bars.text == ("0.800", "0.800", "1.300", "0.200")
    assert [labels(figure)[name].y for name in NAMES] == list(bars.y)
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]


@PALETTES
def test_colour_and_hatching_say_where_a_bar_lands(colours):
    [bars] = drawn(colours=colours).data
    assert list(bars.marker.color) == [colours.p, colours.p, colours.q, colours.muted]
    assert len(set(bars.marker.pattern.shape)) == 3
    [bars] = drawn((0.8, 0.3), 0.8, 0.8, colours).data
    assert list(bars.marker.color) == [colours.kl, colours.muted]


def test_dashed_lines_stand_at_both_divergences_and_are_labelled():
    figure = drawn()
    there, back = figure.layout.shapes
    assert (there.x0, there.x1, back.x0) == (0.8, 0.8, 1.3)
    assert there.line.dash != back.line.dash
    assert (there.line.color, back.line.color) == (LIGHT.p, LIGHT.q)
    assert labels(figure)["D(P‖Q) = 0.800"].x == 0.8
    assert labels(figure)["D(Q‖P) = 1.300"].x == 1.3


def test_infinity_reaches_the_end_and_nan_has_no_bar():
    figure = drawn((inf, nan, 0.6, -1.0), inf, 0.6)
    [bars] = figure.data
    left, right = figure.layout.xaxis.range
    assert bars.x[0] == figure.layout.shapes[0].x0 < right
    assert bars.x[0] > 0.6
    assert bars.x[1] == 0
    assert left < bars.x[3] == -1
    assert bars.text == ("∞", "NaN", "0.600", "−1.000")


def test_far_beyond_both_divergences_is_cut_and_says_so():
    [bars] = drawn((0.8, 22.7, -30.0)).data
    assert bars.x[1] < 6
    assert bars.x[2] > -6
    assert bars.text[1:] == ("22.7 →", "−30.0 ←")
    [bars] = drawn((0.0, 22.7), 0, 0).data
    assert bars.x[1] == 22.7


def test_title_counts_the_calls():
    assert drawn().layout.title.text == "2 calls on D(P‖Q), 1 on D(Q‖P), 1 on neither"
    assert drawn((0.1, 1.3)).layout.title.text == "1 call on D(Q‖P), 1 on neither"
    assert drawn((0.8, 0.8), 0.8, 0.8).layout.title.text == "2 calls on both"


def test_hover_says_it_in_words():
    [bars] = drawn((0.8, nan)).data
    assert list(bars.customdata) == ["one: 0.800 bits, D(P‖Q)", "other: NaN, neither direction"]


def test_axis_names_the_unit_and_stays_while_the_data_moves():
    assert "bits" in drawn().layout.xaxis.title.text
    ranges = {drawn((each,), each, 1.3).layout.xaxis.range for each in np.linspace(0.3, 1.5, 20)}
    assert len(ranges) == 1
