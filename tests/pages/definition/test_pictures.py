"""The figure of the definition lesson, tested through its data."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import entropy

from charts.style import DARK, LIGHT
from charts.units import BITS
from pages.definition.numbers import READ, SUM
from pages.definition.pictures import sum_figure
from tests.pages.figures import PALETTES, check_one_palette, check_plotly

SKY = ("sun", "cloud", "rain", "snow")
P, Q = np.array([0.4, 0.3, 0.25, 0.05]), np.array([0.6, 0.25, 0.1, 0.05])
NO_SNOW = np.array([0.6, 0.25, 0.15, 0.0])
EVERY = range(len(READ))


def sums(p=P, q=Q, colours=LIGHT, known=SUM, read=SUM, day=3):
    """Return the figure in bits."""
    return sum_figure(p, q, BITS, colours, known=known, read=read, day=day)


@pytest.mark.parametrize(
    "view", [{}, {"q": NO_SNOW}, {"q": P}, {"known": 0, "read": 0}, {"known": 2, "day": 0}]
)
def test_figure_is_valid_plotly(view):
    for colours in (LIGHT, DARK):
        check_plotly(sums(**view, colours=colours), colours)
    check_one_palette(partial(sums, **view))


def test_bars_show_weight_gap_and_product():
    p_bars, q_bars, gaps, products = sums().data
    np.testing.assert_array_equal(p_bars.y, 100 * P)
    np.testing.assert_array_equal(q_bars.y, 100 * Q)
    np.testing.assert_allclose(gaps.y, np.log2(P / Q))
    np.testing.assert_allclose(products.y[:4], P * np.log2(P / Q))
    assert list(gaps.x) == list(SKY)
    assert list(products.x) == [*SKY, "sum"]
    assert products.y[4] == pytest.approx(entropy(P, Q, base=2), abs=1e-15)
    assert [bars.yaxis for bars in (gaps, products)] == ["y2", "y3"]


@PALETTES
def test_bars_take_the_colour_of_their_sign(colours):
    p_bars, q_bars, gaps, products = sums(colours=colours).data
    assert (p_bars.marker.color, q_bars.marker.color) == (colours.p, colours.q)
    assert q_bars.marker.pattern.shape
    signs = [colours.good, colours.kl, colours.kl, colours.kl]
    assert list(gaps.marker.color) == signs
    assert list(products.marker.color) == [*signs, colours.kl]


def test_infinite_gap_and_product_reach_the_top_and_are_labelled():
    drawn = sums(q=NO_SNOW)
    _, _, gaps, products = drawn.data
    for bars, infinite in ((gaps, [3]), (products, [3, 4])):
        assert np.isfinite(bars.y).all()
        top = drawn.layout[bars.yaxis.replace("y", "yaxis")].range[1]
        for place in infinite:
            assert 0.8 * top < bars.y[place] <= top
            assert bars.y[place] > max(bars.y[:3])
            assert bars.text[place].endswith("∞")
        assert not any("∞" in text for text in bars.text[:3])
    assert drawn.layout.title.text == "The sum is ∞"


@pytest.mark.parametrize("known", EVERY)
def test_what_is_not_read_yet_is_a_question_mark_on_the_axes_of_the_answer(known):
    whole, drawn = sums(), sums(known=known)
    asked = {2: 4 if known < 1 else 0, 3: {0: 5, 1: 5, 2: 1, 3: 0}[known]}
    for number, (bars, true) in enumerate(zip(drawn.data, whole.data, strict=True)):
        kept = len(true.y) - asked.get(number, 0)
        np.testing.assert_array_equal(bars.y[:kept], true.y[:kept])
        assert bars.text is None or bars.text[:kept] == true.text[:kept]
        assert not np.any(bars.y[kept:])
        if kept < len(true.y):
            assert set(bars.text[kept:]) == {"?"}
            assert not any(character.isdigit() for character in "".join(bars.customdata[kept:]))
    for axis in ("yaxis", "yaxis2", "yaxis3"):
        assert drawn.layout[axis].range == whole.layout[axis].range


@pytest.mark.parametrize("read", EVERY)
@pytest.mark.parametrize("day", range(4))
def test_row_that_is_read_and_day_that_is_followed_are_marked(read, day):
    drawn = sums(read=read, day=day)
    row, column = drawn.layout.shapes
    low, high = drawn.look[["yaxis", "yaxis2", "yaxis3", "yaxis3"][read]]["domain"]
    assert row.y0 <= low < high <= row.y1
    assert row.y1 - row.y0 < high - low + 0.11
    # The sum is a bar of its own, after the four.
    assert (row.x0, row.x1) == ((3.5, 4.5) if read == SUM else (-0.5, 4.5))
    assert (column.x0, column.x1, column.y0, column.y1) == (day - 0.5, day + 0.5, 0, 1)


def test_axes_stay_while_a_weight_moves():
    for axis in ("yaxis", "yaxis2", "yaxis3"):
        ranges = {
            tuple(sums(q=np.array([sun, 2.5, 1, 0.5]) / (sun + 4)).layout[axis].range)
            for sun in np.arange(5.5, 6.5, 0.1)
        }
        assert len(ranges) == 1, axis


def test_rows_stand_apart_with_their_unit_and_p_and_q_on_top():
    layout = sums().look
    rows = [layout[axis]["domain"] for axis in ("yaxis", "yaxis2", "yaxis3")]
    assert rows[0][1] == 1
    for above, below in pairwise(rows):
        assert above[0] > below[1] > below[0] >= 0
    for axis in ("yaxis2", "yaxis3"):
        assert layout[axis]["title"]["text"].endswith(", bits")
