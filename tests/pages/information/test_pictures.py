"""Figures of the coding lesson, tested through their data; the room and the tree have their own."""

import math
from functools import partial

import numpy as np
import pytest

from charts.style import DARK, LIGHT
from charts.units import BITS, NATS, UNITS
from pages.information.numbers import Counted, three_lengths
from pages.information.pictures import areas_figure, blocks_figure, counted_figure, top_of
from tests.pages.figures import PALETTES, check_plotly

P, Q = np.array([5, 2, 1, 1, 0.5, 0.5]) / 10, np.full(6, 1 / 6)
NO_SIX = np.array([1, 1, 1, 1, 1, 0]) / 5
SHARES = ((2.1, 2.08, 2.07, 2.06), (2.9, 2.8, 2.6, 2.7))
# Of the panels: whose rolls, and whose code, 0 for P and 1 for Q.
PANELS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def areas(p=P, q=Q, unit=BITS, colours=LIGHT):
    """Return the figure of the four averages."""
    there, back = three_lengths(p, q, unit), three_lengths(q, p, unit)
    return areas_figure(p, q, there, back, unit, colours)


def random_dice(seed):
    """Return two dice by chance."""
    return np.random.default_rng(seed).dirichlet(np.ones(6), size=2)


def counted(
    ideal=(2.0, 2.6), expected=(2.1, 2.9), took=(2.05, 2.8), errors=(0.03, 0.02),
    rolls=1000, unit="bits", colours=LIGHT,
):  # fmt: skip
    """Return the figure of counted digits."""
    return counted_figure(Counted(ideal, expected, took, errors, rolls), unit, colours)


def blocks(shares=SHARES, ideal=(2.05, 2.55), chosen=3):
    """Return the figure of block lengths."""
    return blocks_figure(shares, ideal, chosen, "nats", LIGHT)


@pytest.mark.parametrize(
    ("draw", "colours", "views"),
    [
        (areas, LIGHT, [(), (P, NO_SIX), (NO_SIX, P), (NO_SIX, np.eye(6)[5])]),
        (partial(areas, colours=DARK), DARK, [()]),
        (counted, LIGHT, [(), ((2, math.inf), (2, math.inf), (2, math.inf), (0.1, math.nan))]),
        (partial(counted, colours=DARK), DARK, [((0, 0), (0, 0), (0, 0), (0, 0))]),
        (blocks, LIGHT, [(), (SHARES, (2.05, math.inf)), ([[0.0] * 4] * 2, (0.0, 0.0), 1)]),
    ],
)
def test_figure_is_valid_plotly(draw, colours, views):
    for view in views:
        check_plotly(draw(*view), colours)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("seed", range(5))
def test_areas_are_the_four_averages(seed, unit):
    dice = random_dice(seed)
    drawn = areas(*dice, unit)
    for (rolls, code), bars in zip(PANELS, drawn.data[::2], strict=True):
        average = -(dice[rolls] * np.log(dice[code])).sum() / math.log(unit.base)
        assert np.dot(bars.width, bars.y) == pytest.approx(average, rel=1e-9)
        # Side by side from 0 to 1, without a gap.
        np.testing.assert_allclose(bars.x - bars.width / 2, np.cumsum(bars.width) - bars.width)
        assert sum(bars.width) == pytest.approx(1)


def test_panels_name_what_they_hold_and_the_title_adds_up():
    drawn = areas()
    names = [each.text for each in drawn.layout.annotations]
    own, crossed, other, back = (
        f"{-(roll * np.log2(code)).sum():.3f}" for roll in (P, Q) for code in (P, Q)
    )
    assert names == [f"<b>H({name}) = {value}</b>" for name, value in
                     (("P", own), ("P, Q", crossed), ("Q, P", other), ("Q", back))]  # fmt: skip
    assert drawn.layout.title.text == f"{own} + 0.524 = {crossed} bits a roll"
    assert [drawn.layout[name].title.text for name in ("yaxis", "yaxis3", "xaxis3", "xaxis4")] == [
        "P rolls, bits", "Q rolls, bits", "P’s code", "Q’s code"
    ]  # fmt: skip


@PALETTES
def test_colour_and_hatching_say_whose_code_it_is(colours):
    bars = areas(colours=colours).data[::2]
    assert [each.marker.line.color for each in bars] == [colours.p, colours.q] * 2
    assert [bool(each.marker.pattern.shape) for each in bars] == [False, True] * 2


def test_right_words_are_steps_beside_the_wrong_ones():
    steps = areas().data[1::2]
    assert [len(each.x) for each in steps] == [0, 12, 12, 0]
    for drawn, die, colour in ((steps[1], P, LIGHT.p), (steps[2], Q, LIGHT.q)):
        assert list(drawn.y[::2]) == list(drawn.y[1::2]) == pytest.approx(-np.log2(die))
        assert list(drawn.x[1::2]) == pytest.approx(np.cumsum(die))
        assert (drawn.line.dash, drawn.line.color) == ("dash", colour)


def test_word_that_is_missing_runs_to_the_top():
    drawn = areas(P, NO_SIX)
    crossed, own = drawn.data[2], drawn.data[6]
    assert crossed.y[5] == drawn.layout.yaxis2.range[1]
    assert crossed.customdata[5].endswith("× ∞")
    assert own.width[5] == own.y[5] == 0
    assert drawn.layout.title.text.endswith("+ ∞ = ∞ a roll")
    assert areas(Q, NO_SIX).data[2].text[5] == "∞"


def test_faces_too_narrow_for_a_letter_have_none():
    assert list(areas().data[0].text) == ["1", "2", "3", "4", "", ""]


def test_name_of_a_face_stands_above_a_word_too_low_to_hold_it():
    sure = np.array([45, 1, 1, 1, 1, 1]) / 50
    for at in (0, 4):
        assert [*areas(sure).data[at].textposition] == ["outside"] + ["inside"] * 5
    assert {*areas(sure).data[2].textposition} == {"inside"}


@pytest.mark.parametrize("seed", range(20))
def test_all_panels_have_one_height_that_holds_every_word(seed):
    dice = random_dice(seed)
    drawn = areas(*dice, NATS)
    ranges = {drawn.layout[f"yaxis{axis}"].range for axis in ("", "2", "3", "4")}
    assert len(ranges) == 1
    assert max(-np.log(dice).ravel()) <= ranges.pop()[1] == top_of(*dice, NATS)


def test_height_stays_while_words_have_six_digits_or_fewer():
    for least in (1 / 64, 0.1):
        die = np.array([least, *[(1 - least) / 5] * 5])
        assert top_of(die, Q, BITS) == 6
    assert top_of(np.array([1 / 65, *[64 / 65 / 5] * 5]), Q, BITS) == 12
    assert top_of(np.array([1.0, 0, 0, 0, 0, 0]), NO_SIX, BITS) == 6


def test_three_marks_for_each_code():
    drawn = counted()
    ideal, expected, took = drawn.data
    assert [trace.name for trace in drawn.data] == ["ideal", "Huffman, average", "counted"]
    assert list(ideal.x) == [2.0, 2.6]
    assert list(expected.x) == [2.1, 2.9]
    assert list(took.x) == [2.05, 2.8]
    assert len({trace.marker.symbol for trace in drawn.data}) == 3
    for trace in drawn.data:
        assert list(trace.marker.color) == [LIGHT.p, LIGHT.q]
    # Each code has its row, and no mark hides another.
    for at, label in ((0, "P's code"), (1, "Q's code")):
        heights = [trace.y[at] for trace in drawn.data]
        row = drawn.layout.yaxis.tickvals[drawn.layout.yaxis.ticktext.index(label)]
        assert len(set(heights)) == 3
        assert np.abs(np.array(heights) - row).max() < 0.25


def test_only_the_counted_have_errors():
    ideal, expected, took = counted().data
    assert list(took.error_x.array) == [0.03, 0.02]
    assert ideal.error_x.array is None
    assert expected.error_x.array is None


def test_infinite_marks_are_left_out():
    gone = (2.0, math.inf)
    drawn = counted(gone, (2.1, math.inf), (2.05, math.inf), (0.03, math.nan))
    assert [list(trace.x) for trace in drawn.data] == [[2.0], [2.1], [2.05]]
    assert list(drawn.data[2].error_x.array) == [0.03]
    assert [list(trace.marker.color) for trace in drawn.data] == [[LIGHT.p]] * 3
    assert all(trace.y[0] > 0.5 for trace in drawn.data)
    assert drawn.layout.title.text == "Q's code cannot send these rolls"


def test_what_was_sent_is_shown_even_where_the_ideal_is_infinite():
    drawn = counted((2.0, math.inf), (2.1, math.inf), (2.05, 2.8), (0.03, 0.02))
    assert [list(trace.x) for trace in drawn.data] == [[2.0], [2.1], [2.05, 2.8]]
    assert list(drawn.data[2].error_x.array) == [0.03, 0.02]


def test_finding_and_axis_have_the_unit():
    drawn = counted(rolls=99_999, unit="nats")
    assert drawn.layout.title.text == "In 99,999 rolls: 0.750 nats extra a roll"
    assert drawn.layout.xaxis.title.text == "nats a roll"
    assert all("nats a roll" in trace.hovertemplate for trace in drawn.data)


@pytest.mark.parametrize("longest", [0.0, 0.3, 0.96, 1.94, 2.8, 4.9, 9.5])
def test_every_mark_lies_within_the_axis(longest):
    drawn = counted((0.0, longest), (0.0, longest), (0.0, longest), (0.0, 0.0))
    start, end = drawn.layout.xaxis.range
    assert start == 0
    assert longest < end


def test_error_bars_end_within_the_axis():
    # The page's dice in nats, ten rolls of series 4 in blocks of three.
    drawn = counted((1.429, 1.792), (1.436, 1.837), (1.771, 1.848), (0.468, 0.0), unit="nats")
    took = drawn.data[2]
    assert max(np.add(took.x, took.error_x.array)) <= drawn.layout.xaxis.range[1]


def test_ideals_are_dashed_and_level():
    own, _, crossed, _ = blocks().data
    assert (own.line.dash, crossed.line.dash) == ("dash", "dash")
    assert (set(own.y), set(crossed.y)) == ({2.05}, {2.55})
    names = {name["text"]: (name["y"], name["font"]["color"])
             for name in blocks().look["annotations"]}  # fmt: skip
    assert names == {"H(P)": (2.05, LIGHT.p), "H(P, Q)": (2.55, LIGHT.q)}
    assert (own.line.color, crossed.line.color) == (LIGHT.p, LIGHT.q)


def test_shares_stand_over_their_block_lengths():
    _, mine, _, theirs = blocks().data
    assert list(mine.x) == list(theirs.x) == [1, 2, 3, 4]
    assert list(mine.y) == [2.1, 2.08, 2.07, 2.06]
    assert list(theirs.y) == [2.9, 2.8, 2.6, 2.7]
    assert (mine.line.dash, theirs.line.dash) == (None, None)
    assert mine.marker.symbol != theirs.marker.symbol


@pytest.mark.parametrize("chosen", [1, 2, 3, 4])
def test_chosen_block_is_marked_and_in_the_title(chosen):
    drawn = blocks(chosen=chosen)
    for trace in (drawn.data[1], drawn.data[3]):
        sizes = list(trace.marker.size)
        assert sizes.index(max(sizes)) == chosen - 1
        assert sizes.count(max(sizes)) == 1
    share = drawn.data[1].y[chosen - 1]
    assert drawn.layout.title.text == f"P's code in blocks of {chosen}: {share:.3f} nats a roll"


def test_infinite_cross_entropy_leaves_q_out():
    drawn = blocks([(2.1, 2.08, 2.07, 2.06), (math.inf,) * 4], (2.05, math.inf))
    assert {trace.line.color for trace in drawn.data} == {LIGHT.p}
    assert len(drawn.data) == 2
    assert np.isfinite(drawn.layout.yaxis.range).all()


def test_blocks_axes_hold_all_and_name_their_unit():
    drawn = blocks()
    low, high = drawn.layout.yaxis.range
    assert low < 2.05
    assert high > 2.9
    assert drawn.layout.yaxis.title.text == "nats a roll"
    assert drawn.layout.xaxis.title.text == "rolls in a block"
    assert all("nats a roll" in trace.hovertemplate for trace in drawn.data[1::2])
    left, right = drawn.layout.xaxis.range
    assert left < 1
    assert right > 4


def test_blocks_axis_stays_while_shares_move_a_little():
    ranges = {
        blocks([(2.9 + step, 2.8, 2.7, 2.6)] * 2, (2.55, 2.55)).layout.yaxis.range
        for step in np.linspace(-0.1, 0.1, 20)
    }
    assert len(ranges) == 1
