"""Figures of the coding lesson, tested through their data."""

import math
from functools import partial

import numpy as np
import pytest

from charts.style import DARK, LIGHT
from pages.information.numbers import Counted, Lengths
from pages.information.pictures import blocks_figure, counted_figure, lengths_figure, tree_figure
from tests.pages.figures import PALETTES, check_plotly

FACES = [f"face {face}" for face in range(1, 7)]
# A code written by hand: 001 and 01 are rare, face 4 is ruled out.
WORDS = ("1", "000", "01", None, "0010", "0011")
CHANCES = np.array([0.5, 0.125, 0.25, 0.0, 0.0625, 0.0625])
SURE = ("", None, None, None, None, None)
# What fits on a phone: letters of 12 px are at most 6.5 px wide on average, the bars 290 px.
LETTER, PHONE = 6.5, 290
H, D, CROSSED = 2.061, 0.524, 2.585
P, Q = np.array([5, 2, 1, 1, 0.5, 0.5]) / 10, np.full(6, 1 / 6)
SHARES = ((2.1, 2.08, 2.07, 2.06), (2.9, 2.8, 2.6, 2.7))


def lengths(own=H, extra=D, crossed=None, unit="bits", p=P, q=Q, colours=LIGHT):
    """Return the figure of P and Q above lengths that add up."""
    crossed = own + extra if crossed is None else crossed
    return lengths_figure(p, q, Lengths(own, extra, crossed), unit, colours)


def pieces(drawn):
    """Return the bars of H(P), D(P‖Q) and H(P, Q)."""
    assert [trace.orientation for trace in drawn.data] == [None, None, "h", "h", "h"]
    return drawn.data[2:]


def ends(drawn):
    """Return from where to where each of the three lengths is drawn."""
    return [(trace.base[0], trace.base[0] + trace.x[0]) for trace in pieces(drawn)]


def tree(words=WORDS, chances=CHANCES, name="Q", colours=LIGHT):
    """Return the tree of a code."""
    return tree_figure(words, chances, name, colours)


def counted(
    ideal=(2.0, 2.6), expected=(2.1, 2.9), took=(2.05, 2.8), errors=(0.03, 0.02),
    rolls=1000, unit="bits", colours=LIGHT,
):  # fmt: skip
    """Return the figure of counted digits."""
    return counted_figure(Counted(ideal, expected, took, errors, rolls), unit, colours)


def blocks(shares=SHARES, ideal=(2.05, 2.55), chosen=3):
    """Return the figure of block lengths."""
    return blocks_figure(shares, ideal, chosen, "nats", LIGHT)


def edges(drawn):
    """Return where each branch starts and ends, with the digit written halfway."""
    lines, digits, *_ = drawn.data
    at = list(zip(lines.x, lines.y, strict=True))
    assert at[2::3] == [(None, None)] * (len(at) // 3)
    written = {(x, y): digit for x, y, digit in zip(digits.x, digits.y, digits.text, strict=True)}
    branches = list(zip(at[::3], at[1::3], strict=True))
    assert len(written) == len(branches)
    return [
        (above, below, written[(above[0] + below[0]) / 2, (above[1] + below[1]) / 2])
        for above, below in branches
    ]


def walk(drawn):
    """Return the words that one reads on the way down to each place without a way on."""
    below = {}
    for above, end, digit in edges(drawn):
        assert end[1] == above[1] - 1
        below.setdefault(above, {})[digit] = end
    read = {}
    ways = [("", place) for place in below if place[1] == 0]
    assert len(ways) == bool(below)
    while ways:
        word, place = ways.pop()
        if place not in below:
            read[place] = word
        ways += [(word + digit, end) for digit, end in below.get(place, {}).items()]
    return read


def leaves(drawn):
    """Return each leaf's place, and the outcome, word and chance that it names."""
    marks = drawn.data[3]
    return {
        (x, y): tuple(text.replace("<b>", "").replace("</b>", "").split("<br>"))
        for x, y, text in zip(marks.x, marks.y, marks.text, strict=True)
    }


def random_code(seed):
    """Return chances and the words of a full tree, made by splitting leaves by chance."""
    rng = np.random.default_rng(seed)
    words = [""]
    for _ in range(5):
        split = words.pop(rng.integers(len(words)))
        words += [split + "0", split + "1"]
    return tuple(rng.permutation(words).tolist()), rng.dirichlet(np.ones(6))


@pytest.mark.parametrize(
    ("draw", "colours", "views"),
    [
        (lengths, LIGHT, [(), (0.0, 0.0), (0.0, math.inf), (2.585, math.inf)]),
        (partial(lengths, colours=DARK), DARK, [()]),
        (tree, LIGHT, [(), (SURE, np.eye(6)[0])]),
        (partial(tree, name="P", colours=DARK), DARK, [random_code(1)]),
        (counted, LIGHT, [(), ((2, math.inf), (2, math.inf), (2, math.inf), (0.1, math.nan))]),
        (partial(counted, colours=DARK), DARK, [((0, 0), (0, 0), (0, 0), (0, 0))]),
        (blocks, LIGHT, [(), (SHARES, (2.05, math.inf)), ([[0.0] * 4] * 2, (0.0, 0.0), 1)]),
    ],
)
def test_figure_is_valid_plotly(draw, colours, views):
    for view in views:
        check_plotly(draw(*view), colours)


def test_entropy_and_divergence_end_where_cross_entropy_ends():
    drawn = lengths()
    own, extra, crossed = pieces(drawn)
    assert own.y == extra.y != crossed.y
    assert (own.x[0], extra.x[0], crossed.x[0]) == (H, D, CROSSED)
    assert ends(drawn) == [(0, H), (H, pytest.approx(CROSSED)), (0, CROSSED)]
    # Each row has one bar's height, wherever its pieces begin.
    assert {(trace.offset, trace.width) for trace in pieces(drawn)} == {(-0.31, 0.62)}
    assert drawn.layout.xaxis2.range == (0, 3)


@pytest.mark.parametrize("seed", range(20))
def test_bars_of_any_dice_end_together_within_the_picture(seed):
    p, q = np.random.default_rng(seed).dirichlet(np.ones(6), size=2)
    crossed = -(p * np.log2(q)).sum()
    own = -(p * np.log2(p)).sum()
    drawn = lengths(own, (p * np.log2(p / q)).sum(), crossed)
    first, second, alone = (trace.x[0] for trace in pieces(drawn))
    assert first + second == pytest.approx(alone, rel=1e-12)
    assert (first, alone) == pytest.approx((own, crossed), rel=1e-12)
    begin, together = ends(drawn)[1]
    assert (begin, together) == pytest.approx((own, crossed), rel=1e-12)
    start, end = drawn.layout.xaxis2.range
    assert start == 0
    assert alone <= end < alone + 1 or end == 1


@pytest.mark.parametrize("own", [0.0, 1e-9, 0.1, 0.7, 2.0, 2.585])
def test_infinite_bars_run_to_the_end_and_not_beyond(own):
    drawn = lengths(own, math.inf, math.inf)
    first, second, alone = (trace.x[0] for trace in pieces(drawn))
    end = drawn.layout.xaxis2.range[1]
    assert math.isfinite(end)
    assert first == own
    assert alone == end == pytest.approx(first + second)
    assert second >= end / 2
    assert ends(drawn) == [(0, own), (own, pytest.approx(end)), (0, end)]
    assert [trace.text[0] for trace in pieces(drawn)[1:]] == ["D(P‖Q) = ∞", "H(P, Q) = ∞"]
    assert drawn.layout.title.text.endswith("+ ∞ = ∞ a roll")
    assert "∞ a roll" in pieces(drawn)[1].hovertemplate


def test_title_adds_up_and_axis_and_hover_have_the_unit():
    drawn = lengths(unit="dits")
    assert drawn.layout.title.text == "2.061 + 0.524 = 2.585 dits a roll"
    assert drawn.layout.xaxis2.title.text == "dits a roll"
    assert all("dits a roll" in trace.hovertemplate for trace in pieces(drawn))


def test_bars_have_their_colours_and_the_wrong_code_is_hatched():
    own, extra, crossed = pieces(lengths())
    assert [trace.marker.color for trace in (own, extra, crossed)] == [LIGHT.p, LIGHT.kl, LIGHT.q]
    assert crossed.marker.pattern.shape
    assert not own.marker.pattern.shape


def test_labels_shrink_and_go_where_there_is_no_room():
    texts = [[trace.text[0] for trace in pieces(lengths(2.0, extra))]
             for extra in (0.9, 0.5, 0.1, 0)]  # fmt: skip
    assert [text[1] for text in texts] == ["D(P‖Q)", "D(P‖Q)", "", ""]
    assert [trace.text[0] for trace in pieces(lengths(1.0, 1.9))] == [
        "H(P) = 1.000", "D(P‖Q) = 1.900", "H(P, Q) = 2.900",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_every_label_fits_into_its_bar_on_a_phone(seed):
    own, extra = np.random.default_rng(seed).exponential(1.5, size=2)
    drawn = lengths(own, extra)
    for trace in pieces(drawn):
        room = PHONE * trace.x[0] / drawn.layout.xaxis2.range[1]
        assert LETTER * len(trace.text[0]) <= room


def test_axis_stays_while_lengths_move_a_little():
    ranges = {lengths(own, 0.3).layout.xaxis2.range for own in np.linspace(1.75, 2.65, 20)}
    assert ranges == {(0, 3)}


@PALETTES
def test_chances_stand_above_the_lengths_as_high_as_they_are(colours):
    drawn = lengths(colours=colours)
    p_bars, q_bars, *_ = drawn.data
    assert list(p_bars.x) == list(q_bars.x) == FACES
    np.testing.assert_allclose(p_bars.y, [50, 20, 10, 10, 5, 5])
    np.testing.assert_allclose(q_bars.y, [100 / 6] * 6)
    assert (p_bars.name, q_bars.name) == ("P, the true die", "Q, the model")
    assert (p_bars.marker.color, q_bars.marker.color) == (colours.p, colours.q)
    assert q_bars.marker.pattern.shape
    assert not p_bars.marker.pattern.shape
    assert all("of all rolls" in bars.hovertemplate for bars in (p_bars, q_bars))
    assert drawn.layout.yaxis.range == (0, 115)


@pytest.mark.parametrize("seed", range(5))
def test_bars_of_any_dice_have_the_heights_of_their_chances(seed):
    p, q = np.random.default_rng(seed).dirichlet(np.ones(6), size=2)
    p_bars, q_bars, *_ = lengths(p=p, q=q).data
    np.testing.assert_allclose([p_bars.y, q_bars.y], [100 * p, 100 * q])


def test_lengths_have_axes_of_their_own_below_those_of_the_chances():
    drawn = lengths()
    assert [(trace.xaxis, trace.yaxis) for trace in drawn.data] == [
        (None, None), (None, None), ("x2", "y2"), ("x2", "y2"), ("x2", "y2"),
    ]  # fmt: skip
    layout = drawn.to_dict()["layout"]
    edges = [*layout["yaxis2"]["domain"], *layout["yaxis"]["domain"]]
    assert edges == sorted(set(edges))
    assert (edges[0], edges[-1]) == (0, 1)
    assert (layout["xaxis2"]["anchor"], layout["yaxis2"]["anchor"]) == ("y2", "x2")
    # The faces are written between the rows, in letters of 12 px, on a phone 354 px high too.
    room = 354 - layout["margin"]["t"] - layout["margin"]["b"]
    assert room * (edges[2] - edges[1]) > 1.5 * 12


def test_each_leaf_lies_as_deep_as_its_word_is_long():
    for (_, height), (outcome, word, chance) in leaves(tree()).items():
        at = FACES.index(outcome)
        assert (word, -height) == (WORDS[at], len(WORDS[at]))
        assert float(chance.rstrip("%")) == pytest.approx(100 * CHANCES[at], abs=0.05)


def test_leaves_stand_side_by_side_in_the_order_of_their_words():
    drawn = tree()
    assert [x for x, _ in leaves(drawn)] == [0, 1, 2, 3, 4]
    assert [word for _, word, _ in leaves(drawn).values()] == ["000", "0010", "0011", "01", "1"]


def test_way_down_to_a_leaf_spells_its_word():
    drawn = tree()
    named = {place: word for place, (_, word, _) in leaves(drawn).items()}
    assert walk(drawn) == named
    assert set(named.values()) == {word for word in WORDS if word}


@pytest.mark.parametrize("seed", range(10))
def test_any_tree_spells_its_words_and_weighs_its_leaves(seed):
    words, chances = random_code(seed)
    drawn = tree(words, chances)
    assert sorted(walk(drawn).values()) == sorted(words)
    assert [x for x, _ in leaves(drawn)] == list(range(6))
    # A node deep down is written once for each word that begins with the way to it.
    ways = {word[:length] for word in words for length in range(len(word))}
    weighed = sorted(
        (len(way), 100 * sum(p for p, word in zip(chances, words, strict=True)
                             if word.startswith(way)))
        for way in ways
    )  # fmt: skip
    inner = drawn.data[2]
    shown = sorted((-y, float(text[:-1])) for y, text in zip(inner.y, inner.text, strict=True))
    assert len(shown) == 5
    np.testing.assert_allclose(shown, weighed, atol=0.0501)


def test_zero_goes_left_and_one_goes_right():
    for above, below, digit in edges(tree()):
        assert (below[0] < above[0]) == (digit == "0")


def test_inner_nodes_weigh_all_below_them():
    inner = tree().data[2]
    weights = dict(zip(inner.y, inner.text, strict=True))
    assert weights == {0: "100.0%", -1: "50.0%", -2: "25.0%", -3: "12.5%"}
    assert "together" in inner.hovertemplate


def test_a_certain_face_is_a_root_without_branches():
    drawn = tree(SURE, np.eye(6)[0], name="P")
    assert leaves(drawn) == {(0, 0): ("face 1", "no digit", "100.0%")}
    assert not drawn.data[0].x
    assert not drawn.data[2].x


def test_a_face_without_a_word_has_no_leaf():
    named = [outcome for outcome, _, _ in leaves(tree()).values()]
    assert sorted(named) == ["face 1", "face 2", "face 3", "face 5", "face 6"]


@PALETTES
def test_tree_has_the_colour_of_its_die(colours):
    assert tree(name="P", colours=colours).data[3].marker.color == colours.p
    assert tree(name="Q", colours=colours).data[3].marker.color == colours.q


@pytest.mark.parametrize("name", ["P", "Q"])
def test_title_says_whose_tree_it_is(name):
    assert tree(name=name).layout.title.text == f"The Huffman code made for {name}"


@pytest.mark.parametrize("words", [WORDS, SURE, random_code(3)[0]])
def test_whole_tree_lies_in_the_picture_with_room_for_its_labels(words):
    drawn = tree(words)
    left, right = drawn.layout.xaxis.range
    bottom, top = drawn.layout.yaxis.range
    for x, y in leaves(drawn):
        assert left < x < right
        # Three lines of text below the mark.
        assert bottom <= y - 0.9
        assert y < top


def test_deeper_trees_get_more_height():
    assert tree().layout.height > tree(("00", "01", "10", "11", None, None)).layout.height


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
    names = {name.text: (name.y, name.font.color) for name in blocks().layout.annotations}
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
