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


def walk(evidence, slope=0.5, decided=0):
    """Return the rolls figure in bits, with a threshold of 4."""
    return rolls_figure(np.array(evidence), slope, 4.0, decided, "bits", LIGHT)


@pytest.mark.parametrize(
    "drawn",
    [terms(), terms(q=NO_SIX), terms(q=P), walk([1, 2.5, 5], decided=3), walk([1, np.inf], np.inf)],
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
