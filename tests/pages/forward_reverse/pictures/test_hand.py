"""Figure of a Q by hand, tested through its data."""

import re
from itertools import pairwise

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS
from kl_core import gaussian, mixture_kl
from pages.forward_reverse.numbers import Comparison
from pages.forward_reverse.pictures import CLICKS, hand_figure
from tests.pages.figures import PALETTES, check_plotly, jumps
from tests.pages.forward_reverse.pictures.samples import FAR, ONE, TWO, said

X = np.linspace(-8, 8, 801)


def hand(p=TWO, mean=1.5, std=1.0, colours=LIGHT, **how):
    """Return the figure of a Q by hand, in bits."""
    q = gaussian(mean, std)
    both = mixture_kl(p, q, base=2), mixture_kl(q, p, base=2)
    return hand_figure(Comparison(X, p.logpdf(X), q.logpdf(X), *both, BITS), colours, **how)


@pytest.mark.parametrize("view", [(), (ONE, 0.5, 0.7), (FAR, 8, 0.1)])
@PALETTES
def test_figure_is_valid_plotly(view, colours):
    check_plotly(hand(*view, colours=colours), colours)


@PALETTES
def test_areas_by_hand_are_both_integrals(colours):
    p, q, *areas = hand(colours=colours).data
    assert (p.line.color, q.line.color) == (colours.p, colours.q)
    np.testing.assert_allclose(p.y, TWO.pdf(X))
    np.testing.assert_allclose(q.y, gaussian(1.5, 1).pdf(X))
    assert [area.yaxis for area in areas] == ["y2", "y2", "y3", "y3"]
    assert [area.line.color for area in areas] == [colours.kl, colours.good] * 2
    for (gains, gives_back), one, other in (
        (areas[:2], TWO, gaussian(1.5, 1)),
        (areas[2:], gaussian(1.5, 1), TWO),
    ):
        assert min(gains.y) == 0 == max(gives_back.y)
        assert max(gains.y) > 0 > min(gives_back.y)
        whole = np.trapezoid(np.asarray(gains.y) + gives_back.y, X)
        assert whole == pytest.approx(mixture_kl(one, other, base=2), rel=1e-5)


@PALETTES
def test_veiled_figure_has_the_axes_and_no_divergence(colours):
    veiled, shown = hand(colours=colours, veiled=True), hand(colours=colours)
    check_plotly(veiled, colours)
    assert veiled.layout.title.text.endswith("?")
    assert not any(re.search(r"\d", text) for text in said(veiled))
    for axis in ("xaxis", "yaxis"):
        assert veiled.look[axis]["range"] == shown.look[axis]["range"]
    for before, after in zip(veiled.data[:2], shown.data[:2], strict=True):
        np.testing.assert_array_equal(before.y, after.y)
    assert [len(area.y) for area in veiled.data[2:]] == [0] * 4
    # Where nothing is told the axis does not tell either.
    ranges = {tuple(hand(mean=mean, veiled=True).look["yaxis2"]["range"]) for mean in (0, 8)}
    assert len(ranges) == 1


def test_guess_stays_as_a_thin_line_beside_q():
    *_, ghost = hand(guess=(-3.0, 0.5)).data
    assert ghost.name == "your guess"
    np.testing.assert_allclose(ghost.y, gaussian(-3, 0.5).pdf(X))


@pytest.mark.parametrize("view", [(), (FAR, 8, 0.1)])
def test_clicks_find_room_above_the_curves_in_the_upper_row_only(view):
    drawn = hand(*view, guess=(0, 1), clickable=True)
    check_plotly(drawn, LIGHT)
    room = drawn.data[CLICKS]
    assert room.marker.opacity == 0
    low, high = drawn.look["yaxis"]["range"]
    assert low < min(room.y) < max(room.y) < high
    assert np.diff(np.unique(room.x)).max() <= 0.25
    assert [min(room.x), max(room.x)] == pytest.approx([-8, 8], abs=0.3)


def test_rows_by_hand_are_headed_with_their_divergence():
    drawn = hand()
    q = gaussian(1.5, 1)
    for text, name, value in zip(
        said(drawn),
        ("D(P‖Q)", "D(Q‖P)"),
        (mixture_kl(TWO, q, base=2), mixture_kl(q, TWO, base=2)),
        strict=True,
    ):
        assert text.startswith(f"<b>{name} = {value:.3f} bits</b>")
    rows = [drawn.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    for above, below in pairwise(rows):
        assert above[0] > below[1] > below[0] >= 0
    for label, row in zip(drawn.layout.annotations, rows[1:], strict=True):
        assert row[1] <= label.y < row[1] + 0.05
    for axis in ("yaxis2", "yaxis3"):
        assert drawn.layout[axis].title.text.endswith(", bits")


@pytest.mark.parametrize(
    ("p", "mean", "std", "finding"),
    [
        (TWO, 1.5, 1.0, "D(P‖Q) is the larger"),
        (TWO, 0.0, 8.0, "D(Q‖P) is the larger"),
        (ONE, 0.5, 0.7, "the same"),
        (ONE, 2.5, 0.7, "the same"),
    ],
)
def test_title_by_hand_names_the_larger_one(p, mean, std, finding):
    q = gaussian(mean, std)
    gap = mixture_kl(p, q) - mixture_kl(q, p)
    assert np.sign(round(gap, 9)) == {"P": 1, "Q": -1}.get(finding[2], 0)
    assert finding in hand(p, mean, std).layout.title.text


@pytest.mark.parametrize(
    ("p", "mean", "std"),
    [(TWO, 1.5, 1.0), (TWO, -8, 0.1), (TWO, 8, 8), (FAR, 0, 0.1), (ONE, 0.5, 0.7)],
)
def test_rows_by_hand_hold_all_that_is_drawn(p, mean, std):
    drawn = hand(p, mean, std)
    rows = ("yaxis", drawn.data[:2]), ("yaxis2", drawn.data[2:4]), ("yaxis3", drawn.data[4:])
    for axis, lines in rows:
        low, high = drawn.layout[axis].range
        for line in lines:
            assert low <= np.min(line.y) <= np.max(line.y) <= high, axis


@pytest.mark.parametrize("axis", ["xaxis", "yaxis", "yaxis2", "yaxis3"])
def test_axes_by_hand_stay_at_nearly_every_move_of_q(axis):
    # A range of 0.5, 1, 2 … ends rarely: most moves keep it.
    assert jumps([hand(mean=mean) for mean in np.arange(0, 2.05, 0.1)], axis) <= 6
    assert jumps([hand(std=std) for std in np.arange(1, 3.05, 0.1)], axis) <= 6
    assert len({tuple(hand(mean=mean).look[axis]["range"]) for mean in (1.5, 1.505, 1.51)}) == 1
