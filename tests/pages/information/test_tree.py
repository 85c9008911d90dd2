"""A code as a tree: what is drawn, and what is said of it."""

import re

import numpy as np
import pytest

from charts.style import DARK, LIGHT
from kl_core import normalize
from pages.information import numbers
from pages.information.tree import tree_figure, tree_in_words
from tests.pages.figures import PALETTES, check_plotly
from tests.pages.information.truth import HALVES, NO_SIX, TWO
from tests.pages.information.truth import SURE as SURE_DIE

FACES = [f"face {face}" for face in range(1, 7)]
# A code written by hand: 001 and 01 are rare, face 4 is ruled out.
WORDS = ("1", "000", "01", None, "0010", "0011")
CHANCES = np.array([0.5, 0.125, 0.25, 0.0, 0.0625, 0.0625])
SURE = ("", None, None, None, None, None)


def tree(words=WORDS, chances=CHANCES, name="Q", colours=LIGHT):
    """Return the tree of a code."""
    return tree_figure(words, chances, name, colours)


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


def tree_said(die, name):
    """Return what is said about the tree of a die's code."""
    return tree_in_words(numbers.code_for(normalize(die), 1).words, name)


def test_tree_is_valid_plotly():
    for view in ((), (SURE, np.eye(6)[0])):
        check_plotly(tree(*view))
    check_plotly(tree(*random_code(1), name="P", colours=DARK), DARK)


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


@pytest.mark.parametrize(
    ("q", "says"), [(NO_SIX, "1 of 6 faces has no word: Q rules it out."),
                    (TWO, "4 of 6 faces have no word: Q rules them out.")],
)  # fmt: skip
def test_tree_says_which_faces_have_no_word(q, says):
    assert re.match("In the code made for Q|Only two faces can come", tree_said(q, "Q"))
    assert tree_said(q, "Q").endswith(says)
    drawn = tree_figure(numbers.code_for(normalize(q), 1).words, normalize(q), "Q", LIGHT)
    assert len(drawn.data[3].text) == sum(weight > 0 for weight in q)


def test_tree_says_how_long_words_are():
    assert "words are from 1 to 5 digits long" in tree_said(HALVES, "P")
    assert "words are all 2 digits long" in tree_said((1, 1, 1, 1, 0, 0), "P")
    assert "no word:" not in tree_said(HALVES, "P")


def test_certain_face_needs_no_word():
    assert "so nothing needs to be said: its word is empty." in tree_said(SURE_DIE, "P")
