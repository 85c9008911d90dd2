"""Figures of the lesson on your own numbers, tested through their data."""

from functools import partial
from html import unescape

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import BITS
from pages.your_own.pictures import (
    LONGEST_LABEL,
    NO_SMOOTHING,
    largest_terms_figure,
    literal,
    smoothing_figure,
    terms_figure,
)
from tests.pages.figures import PALETTES, check_plotly
from tests.pages.your_own.tables import SMOOTH, compared

P = np.array([0.5, 0.3, 0.1])
Q = np.array([0.2, 0.3, 0.4])
LABELS = ["sea", "hill", "lake"]
HOSTILE = ["<img src=x onerror=alert(1)>", "<b>x</b>", "&lt;", "$x^2$", "%{x}", "a\nb\u202ec"]
ALPHAS = np.array([0.0, 0.01, 1.0, 10.0])


def terms(p=P, q=Q, others=(2, -0.01), labels=LABELS, name="D(P‖Q)", colours=LIGHT):
    """Return the figure of terms in bits."""
    values = rel_entr(p, q) / np.log(2)
    return terms_figure(labels, p, q, values, others, name=name, unit="bits", colours=colours)


def smoothing(there=(np.inf, 3.0, 0.4, 0.1), back=(0.5, 0.45, 0.3, 0.1), alpha=1.0):
    """Return the figure of smoothing in bits."""
    return smoothing_figure(
        ALPHAS, np.array(there), np.array(back), alpha, unit="bits", colours=LIGHT
    )


def infinite():
    """Return the figure of terms where Q has a zero."""
    return terms(q=np.array([0.0, 0.6, 0.4]), others=(0, 0.0))


@pytest.mark.parametrize(
    "draw",
    [terms, infinite, partial(terms, others=(0, 0.0)), partial(terms, labels=HOSTILE[:3]),
     smoothing, partial(smoothing, alpha=0.0)],
)  # fmt: skip
def test_figure_is_valid_plotly(draw):
    check_plotly(draw())


def test_largest_terms_are_drawn_in_either_direction():
    drawn = largest_terms_figure(compared(SMOOTH, direction="D(Q‖P)"), 2, BITS, LIGHT)
    assert list(drawn.layout.yaxis.ticktext) == ["c", "a", "1 other", "sum"]
    p_dots, q_dots, bars = drawn.data
    np.testing.assert_allclose(p_dots.x, [20, 50])
    np.testing.assert_allclose(q_dots.x, [70, 10])
    np.testing.assert_allclose(
        bars.x, [0.7 * np.log2(7 / 2), 0.1 * np.log2(1 / 5), 0.2 * np.log2(2 / 3),
                 entropy([1, 2, 7], [5, 3, 2], base=2)],
    )  # fmt: skip


def test_numbers_that_are_small_keep_two_digits_that_count():
    near = "w,P,Q\na,1000,1030\nb,1000,970"
    drawn = largest_terms_figure(compared(near), 2, BITS, LIGHT)
    value = f"{entropy([1, 1], [1030, 970], base=2):.5f}"
    assert drawn.layout.title.text == f"D(P‖Q) = {value} bits"
    assert drawn.data[2].text[-1] == value
    title = smoothing_figure(ALPHAS, np.full(4, 0.0007), np.full(4, 0.0014), 1, unit="bits",
                             digits=5, colours=LIGHT).layout.title.text  # fmt: skip
    assert title.endswith("D(P‖Q) = 0.00070 bits")


def test_rows_show_shares_terms_the_others_and_the_sum():
    p_dots, q_dots, bars = terms().data
    np.testing.assert_allclose(p_dots.x, 100 * P)
    np.testing.assert_allclose(q_dots.x, 100 * Q)
    expected = rel_entr(P, Q) / np.log(2)
    np.testing.assert_allclose(bars.x[:3], expected)
    assert bars.x[3] == -0.01
    assert bars.x[4] == pytest.approx(expected.sum() - 0.01, abs=1e-12)
    assert list(p_dots.y) == list(q_dots.y) == list(bars.y[:3]) == [0, 1, 2]
    assert list(terms().layout.yaxis.ticktext) == ["sea", "hill", "lake", "2 others", "sum"]
    # The first row stands on top.
    assert terms().layout.yaxis.range[0] > terms().layout.yaxis.range[1]


def test_without_others_there_is_no_row_for_them():
    drawn = terms(others=(0, 0.0))
    assert list(drawn.layout.yaxis.ticktext) == [*LABELS, "sum"]
    assert len(drawn.data[2].x) == 4
    assert "1 other" in terms(others=(1, 0.1)).layout.yaxis.ticktext


@PALETTES
def test_p_is_blue_and_q_is_orange_and_of_another_shape(colours):
    p_dots, q_dots, bars = terms(colours=colours).data
    assert p_dots.marker.color == colours.p
    assert q_dots.marker.color == colours.q
    assert p_dots.marker.symbol != q_dots.marker.symbol
    assert list(bars.marker.color) == [
        colours.kl, colours.kl, colours.good, colours.good, colours.kl,
    ]  # fmt: skip


def test_title_states_the_finding_and_the_axes_their_units():
    drawn = terms()
    value = rel_entr(P, Q).sum() / np.log(2) - 0.01
    assert drawn.layout.title.text == f"D(P‖Q) = {value:.3f} bits"
    assert drawn.layout.xaxis.title.text == "share, %"
    assert drawn.layout.xaxis2.title.text == "p·log(p/q), bits"
    assert terms(name="D(Q‖P)").layout.xaxis2.title.text == "q·log(q/p), bits"


def test_infinite_term_stays_in_the_picture_and_is_labelled():
    drawn = infinite()
    bars = drawn.data[2]
    assert max(bars.x) < drawn.layout.xaxis2.range[1]
    assert (bars.text[0], bars.text[-1]) == ("+∞", "∞")
    assert bars.customdata[0] == "sea: +∞"
    assert drawn.layout.title.text == "D(P‖Q) = ∞"


def test_all_terms_infinite_still_make_a_chart():
    drawn = terms(q=np.zeros(3), others=(0, 0.0))
    assert np.isfinite(drawn.data[2].x).all()


@pytest.mark.parametrize("label", HOSTILE)
def test_label_is_shown_letter_by_letter(label):
    drawn = terms(labels=[label, "hill", "lake"])
    shown = [
        drawn.layout.yaxis.ticktext[0],
        drawn.data[0].customdata[0],
        drawn.data[2].customdata[0],
    ]
    for text in shown:
        assert "<" not in text
        assert unescape(text).startswith(label[:1])
        assert unescape(text).isprintable()


def test_long_labels_are_cut_and_stay_apart():
    labels = ["a" * 50 + "1", "a" * 50 + "2", "<" * 50]
    drawn = terms(labels=labels)
    names = [unescape(name) for name in drawn.layout.yaxis.ticktext[:3]]
    assert names == ["a" * LONGEST_LABEL + "…"] * 2 + ["<" * LONGEST_LABEL + "…"]
    assert list(drawn.data[0].y) == [0, 1, 2]
    assert drawn.data[0].customdata[0] != drawn.data[0].customdata[1]
    assert len(unescape(literal("x" * 5000))) == 61


def test_axes_stay_while_the_data_moves_a_little():
    ranges = {
        (drawn.layout.xaxis.range, drawn.layout.xaxis2.range)
        for shift in np.linspace(0, 0.1, 11)
        for drawn in [terms(p=np.array([0.5 - shift, 0.3, 0.1 + shift]))]
    }
    assert len(ranges) == 1


def test_lines_show_both_divergences_over_alpha():
    drawn = smoothing()
    there, back = drawn.data[0], drawn.data[3]
    assert list(there.x) == list(back.x) == [0.01, 1, 10]
    assert list(there.y) == [3.0, 0.4, 0.1]
    assert list(back.y) == [0.45, 0.3, 0.1]
    assert there.line.dash != back.line.dash
    assert drawn.layout.xaxis.type == "log"
    assert drawn.layout.xaxis.range[0] < np.log10(NO_SMOOTHING)


def test_chosen_alpha_is_marked_on_both_lines():
    marks = [smoothing(alpha=1.0).data[place] for place in (2, 5)]
    assert [(mark.x[0], mark.y[0]) for mark in marks] == [(1, 0.4), (1, 0.3)]
    assert marks[0].customdata[0] == "D(P‖Q), α = 1: 0.400 bits"


def test_without_smoothing_infinity_stands_near_the_top_and_says_so():
    drawn = smoothing(alpha=0.0)
    at_none, mark = drawn.data[1], drawn.data[2]
    assert at_none.x[0] == mark.x[0] == NO_SMOOTHING
    assert 3.0 < at_none.y[0] == mark.y[0] < drawn.layout.yaxis.range[1]
    assert at_none.text[0] == "∞"
    assert drawn.data[4].text[0] == ""
    assert drawn.data[4].y[0] == 0.5
    assert drawn.layout.title.text == "Without smoothing: D(P‖Q) = ∞"
    assert smoothing().layout.title.text == "With α = 1: D(P‖Q) = 0.400 bits"
