"""The coding lesson shows what its dice and its codes make true."""

import math
import re
from functools import cache

import numpy as np
import pytest
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import UNITS
from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    of_lesson,
    open_page,
    press,
    set_up,
)
from tests.pages.information.truth import (
    BOOK,
    FAIR,
    HALVES,
    LOADED,
    NEARLY_SURE,
    NO_SIX,
    SURE,
    TWO,
    UNEVEN,
    amount,
    as_words,
    huffman_per_roll,
    rolls_of,
)
from tests.pages.reading import (
    charts,
    check_alternatives,
    metrics,
    passage,
    tables,
    texts,
    weights,
)
from tests.pages.truth import chances

# The same chances but for rounding.
THIRDS, NINTHS = (0.1,) * 5 + (0.3,), (0.3,) * 5 + (0.9,)
LENGTHS, TREE, COUNTED, BLOCKS = range(4)


def lesson(p=LOADED, q=FAIR, **parameters):
    """Return the page with these weights; parameters go without the lesson's name."""
    dice = numbered("p", p) | numbered("q", q)
    return open_page("information", **of_lesson("information", **dice | parameters))


@cache
def usual():
    """Return what all bound controls begin with."""
    return set_up(open_page("information"))


def words(app):
    """Return P's words and Q's from the table; None where there is none."""
    both, _ = tables(app).values()
    spelled = list(zip(*both, strict=True))
    return [as_words(spelled[column][1:]) for column in (3, 6)]


def message(app):
    """Return the paragraph on the rolls that were sent."""
    return passage(app, r"^(?:[\d,]+ rolls|Roll \d+ shows)")


def in_blocks(app):
    """Return the paragraph on blocks."""
    return passage(app, "^(?:With one word a roll|In blocks of)")


def test_pictures_follow_their_sliders():
    dice = {f"information_{letter}{face}": {"picture"} for letter in "pq" for face in range(1, 7)}
    message = {f"information_{key}": {"messages"} for key in ("rolls", "seed", "block")}
    assert answers_of(open_page("information")) == dice | message


def test_opening_numbers_are_those_of_the_brief():
    app = open_page("information")
    assert metrics(app) == ["2.061 bits", "0.524 bits", "2.585 bits"]
    assert any(caption.value.endswith("One is 1 bit.") for caption in app.caption)


def test_unit_reaches_all_that_is_said():
    own = entropy(chances(LOADED), base=10)
    extra = entropy(chances(LOADED), [1 / 6] * 6, base=10)
    app = open_page("information", unit="dits")
    assert metrics(app) == [amount(own, "dits"), amount(extra, "dits"), amount(own + extra, "dits")]
    assert f"tells {own:.3f} dits: no code gets by with less" in passage(app, "^A roll of P tells")
    assert any(caption.value.endswith("One is 0.301 dits.") for caption in app.caption)
    assert words(app) == words(open_page("information"))
    for place, axis in ((LENGTHS, "xaxis2"), (COUNTED, "xaxis"), (BLOCKS, "yaxis")):
        assert "dits a roll" in charts(app)[place].figure["layout"][axis]["title"]["text"]


@pytest.mark.parametrize("unit", UNITS)
def test_formula_takes_one_length_from_the_other(unit):
    app = lesson(HALVES, UNEVEN, unit=unit)
    own, extra, crossed = (value.split()[0] for value in metrics(app))
    today = app.latex[1].value
    numbers = re.findall(r"\}\{(?:\\phantom\{-\})?(\d\.\d{3})", today)
    assert numbers == [crossed, own, extra]
    assert rf"{extra} \text{{ {unit}}}" in today


@pytest.mark.parametrize(
    ("label", "p", "q"),
    [
        ("The book's die", FAIR, BOOK),
        ("Halves and quarters", HALVES, HALVES[::-1]),
        ("Nearly sure", NEARLY_SURE, FAIR),
        ("Rule out the six", FAIR, NO_SIX),
        ("Swap P and Q", FAIR, LOADED),
    ],
)
def test_preset_sets_the_sliders_and_all_that_follows(label, p, q):
    app = press(open_page("information"), label)
    assert (weights(app, "information_p"), weights(app, "information_q")) == ([*p], [*q])
    own, extra = entropy(chances(p), base=2), entropy(chances(p), chances(q), base=2)
    shown = [amount(own, "bits"), amount(extra, "bits"), amount(own + extra, "bits")]
    assert metrics(app) == ([shown[0], "∞", "∞"] if 0 in q else shown)
    assert texts(app) == texts(lesson(p, q))


def test_swapping_twice_changes_nothing():
    app = open_page("information")
    said = texts(app)
    assert texts(press(app, "Swap P and Q")) != said
    assert texts(press(app, "Swap P and Q")) == said


@pytest.mark.parametrize("die", [HALVES, SURE, FAIR])
def test_lengths_that_are_equal_differ_by_nothing(die):
    assert "×10⁻¹" not in texts(lesson(die, die, unit="dits"))


@pytest.mark.parametrize("block", [1, 2, 3, 4])
def test_chances_alike_but_for_rounding_have_one_code(block):
    app = lesson(THIRDS, NINTHS, block=block)
    assert "Q is P, so a code made for Q is the right one" in texts(app)
    assert metrics(app)[1] == "0.000 bits"
    assert words(app)[0] == words(app)[1]
    assert "the wrong code cost **0.000** bits a roll" in message(app)


def test_blocks_chart_shows_all_four_lengths():
    p, q = LOADED, UNEVEN
    aim, mine, crossed, theirs = charts(lesson(p, q, block=3))[BLOCKS].figure["data"]
    for shares, ideal, die in ((mine, aim, p), (theirs, crossed, q)):
        assert shares["y"] == pytest.approx([huffman_per_roll(p, die, n) for n in (1, 2, 3, 4)])
        assert ideal["y"] == pytest.approx([-np.dot(chances(p), np.log2(chances(die)))] * 2)
        assert np.argmax(shares["marker"]["size"]) == 2


def test_rolls_are_sent_in_the_words_of_the_table():
    app = lesson(LOADED, UNEVEN, seed=7, rolls=300)
    mine, theirs = words(app)
    rolled = rolls_of(LOADED, 7, 300)
    took = [sum(len(each[face]) for face in rolled) for each in (mine, theirs)]
    assert message(app).startswith(
        f"300 rolls took {took[0]:,} binary digits in P's code and {took[1]:,} in Q's."
    )
    *_, counted = charts(app)[COUNTED].figure["data"]
    assert counted["x"] == pytest.approx([each / 300 for each in took])
    _, (heading, shows, *coded) = tables(app).values()
    assert heading == ["roll", *map(str, range(1, 13))]
    assert shows == ["shows", *(str(face + 1) for face in rolled[:12])]
    assert coded == [
        ["P's code", *(mine[face] for face in rolled[:12])],
        ["Q's code", *(theirs[face] for face in rolled[:12])],
    ]


@pytest.mark.parametrize(("name", "die", "colour"), [("P", HALVES, LIGHT.p), ("Q", BOOK, LIGHT.q)])
def test_tree_is_that_of_the_chosen_code(name, die, colour):
    app = move(lesson(HALVES, BOOK), "information_tree", name)
    tree = charts(app)[TREE]
    leaves = tree.figure["data"][3]
    assert tree.title == f"The Huffman code made for {name}"
    assert leaves["marker"]["color"] == colour
    spelled = words(app)["PQ".index(name)]
    drawn = {}
    for text, height in zip(leaves["text"], leaves["y"], strict=True):
        face, word, chance = re.fullmatch(r"face (\d)<br><b>(.*)</b><br>(.*)", text).groups()
        drawn[int(face)] = (word, -height, chance)
    assert drawn == {
        face: (spelled[face - 1], len(spelled[face - 1]), f"{100 * chances(die)[face - 1]:.1f}%")
        for face in range(1, 7)
    }
    lengths = sorted(map(len, spelled))
    said = passage(app, f"^In the code made for {name}")
    assert f"from {lengths[0]} to {lengths[-1]} digits long" in said
    assert "no word:" not in said


@pytest.mark.parametrize("letters", ["p", "q", "pq"])
def test_all_weights_zero_names_the_die_and_keeps_the_rest(letters):
    zero = dict.fromkeys(letters, (0.0,) * 6)
    app = lesson(**zero, rolls=300, seed=7, block=2, tree="P")
    assert len(app.warning) == len(letters)
    for warning, letter in zip(app.warning, letters, strict=True):
        assert f"All weights of {letter.upper()} are 0" in warning.value
        assert "Give at least one outcome" in warning.value
    assert len(app.metric) == len(charts(app)) == 0
    controls = bound_controls(app)
    kept = {"rolls": 300, "seed": 7, "block": 2, "tree": "P"}
    assert {key: controls[f"information_{key}"].value for key in kept} == kept
    for letter in letters:
        app = move(app, f"information_{letter}1", 2.0)
    assert not app.warning
    assert len(app.metric) == 3
    assert bound_controls(app)["information_rolls"].value == 300


def test_tiny_weight_is_computed_not_rounded_away():
    app = lesson(FAIR, [5, 1, 1, 1, 1, "1e-12"])
    tiny = np.array([5, 1, 1, 1, 1, 1e-12]) / (9 + 1e-12)
    assert metrics(app)[1] == f"{entropy([1 / 6] * 6, tiny, base=2):.3f} bits"
    assert "H(P, Q) ∞" not in message(app)


@pytest.mark.parametrize("block", [1, 4])
def test_weight_next_to_nothing_does_not_stop_the_page(block):
    # Four sixes in a row have so little chance that a float holds it as 0.
    app = lesson([1, 1, 1, 1, 1, 10], [1, 1, 1, 1, 1, "1e-100"], block=block, seed=1)
    rolled = rolls_of([1, 1, 1, 1, 1, 10], 1, 1000)
    assert any(rolled[at : at + 4] == [5] * 4 for at in range(0, 1000, 4))
    assert "∞" not in metrics(app)
    first = re.match(r"Roll (\d+) shows face", message(app))
    assert first is None or rolled[int(first[1]) - 1] == 5


@pytest.mark.parametrize("nonsense", ["nan", "-1", "1e999", "many"])
@pytest.mark.parametrize("key", ["p1", "rolls", "block", "seed", "tree"])
def test_nonsense_in_one_parameter_keeps_the_others(key, nonsense):
    asked = {"p2": "3", "q6": "0.5", "rolls": "300", "block": "2", "seed": "7", "tree": "P"}
    with_nonsense = asked | {key: nonsense}
    app = open_page(
        "information", **{f"information_{name}": text for name, text in with_nonsense.items()}
    )
    [warning] = app.warning
    assert f"`information_{key} = {nonsense}`" in warning.value
    shown = set_up(app)
    assert f"shows `{usual()[f'information_{key}']}`" in warning.value
    assert shown[f"information_{key}"] == usual()[f"information_{key}"]
    for name in asked.keys() - {key}:
        assert str(shown[f"information_{name}"]) in {asked[name], f"{asked[name]}.0"}


@pytest.mark.parametrize("unit", UNITS)
def test_prediction_reveals_what_is_computed(unit):
    base = UNITS[unit].base
    own = entropy(chances(NEARLY_SURE), base=base)
    alone, together = (
        math.log(2, base) * huffman_per_roll(NEARLY_SURE, NEARLY_SURE, n) for n in (1, 4)
    )
    right = open_page(
        "information", unit=unit, information_predict="Yes, with words for several rolls"
    )
    asked = right.radio(key="information_predict").label
    assert (
        f"shows face 1 in 90.0% of all rolls, so a roll tells little: only {own:.3f} {unit}, well "
        f"below the {math.log(2, base):.3f} {unit} of a binary digit. Can a code take less than one"
        in asked
    )
    assert own < together < math.log(2, base) < alone
    said = texts(right)
    assert "That is what happens" in said
    assert f"even the best code takes {alone:.3f} {unit} on average" in said
    assert f"**{together:.3f} {unit}** a roll." in said


def test_wrong_prediction_is_a_surprise_and_none_gives_nothing_away():
    for wrong in ("Yes, with one short word a face", "No"):
        assert "A surprise, then" in texts(open_page("information", information_predict=wrong))
    said = texts(open_page("information"))
    assert "A surprise" not in said
    assert "That is what happens" not in said


def test_right_answers_are_marked_right_and_no_other():
    right = (
        "What the wrong code costs on each roll",
        "It falls by just as much",
        "Every word has at least one digit",
        "Yes",
    )
    answers = numbered("information_check", right)
    app = open_page("information", **answers)
    assert [message.value[:5] for message in app.success] == ["Right"] * 4
    assert not app.info
    wrong = [
        [each for each in app.radio(key=key).options if each != answer]
        for key, answer in answers.items()
    ]
    for others in zip(*wrong, strict=True):
        other = open_page("information", **numbered("information_check", others))
        assert len(other.info) == 4
        assert not other.success


def test_code_has_the_numbers_on_screen():
    app = lesson(HALVES, UNEVEN, unit="nats", block=3, seed=3, rolls=100)
    own, crossed, extra, *digits = re.findall(r"#.*: (.*)", app.code[0].value)
    assert [amount(float(each), "nats") for each in (own, extra, crossed)] == metrics(app)
    counted = re.findall(r"([\d,]+)(?: binary digits in P's code| in Q's\.)", message(app))
    assert digits == [each.replace(",", "") for each in counted]
    assert "default_rng(3).choice(6, p=p, size=100)" in app.code[0].value
    assert f"q = normalize({list(UNEVEN)})" in app.code[0].value


def test_roll_again_takes_the_next_series():
    app = press(open_page("information", information_seed="1000"), "Roll again")
    assert bound_controls(app)["information_seed"].value == 1
    assert message(app) == message(open_page("information"))
    assert bound_controls(press(app, "Roll again"))["information_seed"].value == 2


def test_same_series_says_the_same_and_another_does_not():
    app = lesson(seed=3)
    assert texts(app) == texts(lesson(seed=3))
    other = lesson(seed=4)
    assert texts(app) != texts(other)
    assert in_blocks(app) == in_blocks(other)


@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (FAIR, NO_SIX), (SURE, FAIR), (TWO, UNEVEN), (HALVES, HALVES)]
)
def test_each_chart_says_in_words_what_the_page_says(p, q):
    check_alternatives(lesson(p, q), 4)


@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (FAIR, NO_SIX), (SURE, UNEVEN), (NEARLY_SURE, TWO)]
)
def test_bars_above_the_lengths_are_the_chances_and_can_be_dragged(p, q):
    lengths = charts(lesson(p, q))[LENGTHS]
    assert lengths.figure["layout"]["yaxis"]["range"] == [0, 115]
    tops = iter(lengths.handles)
    for letter, die, drawn in zip("pq", (p, q), lengths.figure["data"][:2], strict=True):
        assert drawn["x"] == [f"face {face}" for face in range(1, 7)]
        for place, chance in enumerate(chances(die)):
            top = next(tops)
            assert top["slider"] == f"information_{letter}{place + 1}"
            assert (top["hue"], top["way"], top["axes"]) == (letter, "y", ["xaxis", "yaxis"])
            # In the middle of its bar, as wide and as high as it is.
            left, right = top["x"] - top["width"] / 2, top["x"] + top["width"] / 2
            begin = place + drawn["offset"]
            assert (left, right) == pytest.approx((begin, begin + drawn["width"]))
            assert top["y"] == pytest.approx(100 * chance)
    assert next(tops, None) is None
