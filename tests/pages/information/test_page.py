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
    SKEWED,
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
    table,
    tables,
    texts,
    weights,
)
from tests.pages.truth import chances

# The same chances but for rounding.
THIRDS, NINTHS = (0.1,) * 5 + (0.3,), (0.3,) * 5 + (0.9,)
# Charts in order, once both folds are open.
ROOM, BLOCKS, AVERAGES, TREE, COUNTED = range(5)
FOLDS = ("_information_blocks", "_information_codes")
BEST = {f"length{face}": digits for face, digits in enumerate((1, 2, 3, 4, 5, 5), start=1)}


def unfolded(app):
    """Return the page with all that is folded."""
    for fold in FOLDS:
        app.session_state[fold] = True
    return app.run()


def lesson(p=LOADED, q=FAIR, **parameters):
    """Return the page with these weights; parameters go without the lesson's name."""
    dice = numbered("p", p) | numbered("q", q)
    return unfolded(open_page("information", **of_lesson("information", **dice | parameters)))


@cache
def usual():
    """Return what all bound controls begin with."""
    return set_up(open_page("information"))


def words(app):
    """Return P's words and Q's from the table; None where there is none."""
    both = table(app, "Both codes")
    spelled = list(zip(*both, strict=True))
    return [as_words(spelled[column][1:]) for column in (3, 6)]


def message(app):
    """Return the paragraph on the rolls that were sent."""
    return passage(app, r"^(?:[\d,]+ rolls|Roll \d+ shows)")


def in_blocks(app):
    """Return the paragraph on blocks."""
    return passage(app, "^(?:With one word a roll|In blocks of)")


def averages(app):
    """Return H(P), D(P‖Q) and H(P, Q) as they are drawn large."""
    return metrics(app)[2:]


def test_pictures_follow_their_sliders():
    dice = {f"information_{letter}{face}": {"averages"} for letter in "pq" for face in range(1, 7)}
    lengths = {f"information_length{face}": {"filled"} for face in range(1, 7)}
    message = {f"information_{key}": {"messages"} for key in ("rolls", "seed", "block")}
    guess = {"information_guess": {"filled"}}
    assert answers_of(open_page("information")) == dice | lengths | message | guess


def test_opens_where_words_fit_exactly():
    app = open_page("information")
    assert metrics(app) == ["3.000 digits", "75.0%", "1.938 bits", "1.000 bits", "2.938 bits"]
    assert any(caption.value.endswith("One is 1 bit.") for caption in app.caption)


def test_unit_reaches_all_that_is_said():
    own = entropy(chances(LOADED), base=10)
    extra = entropy(chances(LOADED), [1 / 6] * 6, base=10)
    app = lesson(unit="dits")
    assert averages(app) == [
        amount(own, "dits"),
        amount(extra, "dits"),
        amount(own + extra, "dits"),
    ]
    assert f"tells {own:.3f} dits: no code gets by with less" in passage(app, "^A roll of P tells")
    assert any(caption.value.endswith("One is 0.301 dits.") for caption in app.caption)
    assert words(app) == words(lesson())
    for place, axis in ((COUNTED, "xaxis"), (BLOCKS, "yaxis")):
        assert "dits a roll" in charts(app)[place].figure["layout"][axis]["title"]["text"]
    assert charts(app)[AVERAGES].figure["layout"]["yaxis"]["title"]["text"] == "P rolls, dits"


@pytest.mark.parametrize("unit", UNITS)
def test_formula_takes_one_length_from_the_other(unit):
    app = lesson(HALVES, UNEVEN, unit=unit)
    own, extra, crossed = (value.split()[0] for value in averages(app))
    today = app.latex[1].value
    numbers = re.findall(r"\}\{(?:\\phantom\{-\})?(\d\.\d{3})", today)
    assert numbers == [crossed, own, extra]
    assert rf"{extra} \text{{ {unit}}}" in today


@pytest.mark.parametrize(
    ("label", "p", "q"),
    [
        ("The book's die", FAIR, BOOK),
        ("Halves and quarters", HALVES, SKEWED),
        ("Upside down", HALVES, HALVES[::-1]),
        ("Nearly sure", NEARLY_SURE, FAIR),
        ("Rule out the six", FAIR, NO_SIX),
        ("Swap P and Q", SKEWED, HALVES),
    ],
)
def test_preset_sets_the_sliders_and_all_that_follows(label, p, q):
    app = unfolded(press(open_page("information"), label))
    assert (weights(app, "information_p"), weights(app, "information_q")) == ([*p], [*q])
    own, extra = entropy(chances(p), base=2), entropy(chances(p), chances(q), base=2)
    shown = [amount(own, "bits"), amount(extra, "bits"), amount(own + extra, "bits")]
    assert averages(app) == ([shown[0], "∞", "∞"] if 0 in q else shown)
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
    assert averages(app)[1] == "0.000 bits"
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
    assert len(averages(app)) == 3
    assert bound_controls(app)["information_rolls"].value == 300


def test_tiny_weight_is_computed_not_rounded_away():
    app = lesson(FAIR, [5, 1, 1, 1, 1, "1e-12"])
    tiny = np.array([5, 1, 1, 1, 1, 1e-12]) / (9 + 1e-12)
    assert averages(app)[1] == f"{entropy([1 / 6] * 6, tiny, base=2):.3f} bits"
    assert "H(P, Q) ∞" not in message(app)


@pytest.mark.parametrize("block", [1, 4])
def test_weight_next_to_nothing_does_not_stop_the_page(block):
    # Four sixes in a row have so little chance that a float holds it as 0.
    app = lesson([1, 1, 1, 1, 1, 10], [1, 1, 1, 1, 1, "1e-100"], block=block, seed=1)
    rolled = rolls_of([1, 1, 1, 1, 1, 10], 1, 1000)
    assert any(rolled[at : at + 4] == [5] * 4 for at in range(0, 1000, 4))
    assert "∞" not in averages(app)
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
@pytest.mark.parametrize(
    ("guess", "says"),
    [("1.0", "0.94 too low"), ("1.95", "right, as near"), ("3.0", "1.06 too high")],
)
def test_guess_is_told_how_far_off_it_was(guess, says, unit):
    app = open_page("information", unit=unit, information_guess=guess)
    assert "best code takes" not in texts(app)
    assert "Words of ideal length" not in texts(app)
    app = move(app, "information_guess_told", value=True)
    also = "" if unit == "bits" else f" ({31 / 16 * math.log(2, UNITS[unit].base):.3f} {unit})"
    said = texts(app)
    assert f"The best code takes **1.938 digits{also}** a roll. Your guess was {says}" in said
    assert "**Words of ideal length give each face as much room as it has chance." in said
    # And one sees it.
    assert [app.slider(key=f"information_{key}").value for key in BEST] == [*BEST.values()]
    assert charts(app)[0].title == "1.938 digits a roll: none takes less"


def test_answer_brings_back_the_die_that_was_asked_about():
    app = open_page("information", **of_lesson("information", **numbered("p", BOOK)))
    app = move(app, "information_guess_told", value=True)
    assert weights(app, "information_p") == [*HALVES]
    assert weights(app, "information_q") == [*SKEWED]


def test_room_follows_the_lengths_and_is_full_where_they_are_best():
    app = move(open_page("information"), "information_length1", 1)
    assert metrics(app)[:2] == ["no code", "112.5%"]
    assert "so no code has these lengths" in texts(app)
    app = lesson(HALVES, SKEWED, **BEST)
    assert metrics(app)[:2] == ["1.938 digits", "100.0%"]
    assert "These average to 1.938 bits, the **entropy** H(P)." in texts(app)


@pytest.mark.parametrize("p", [HALVES, FAIR, LOADED, NEARLY_SURE, NO_SIX, TWO, SURE])
def test_best_code_is_huffmans(p):
    app = press(open_page("information", **of_lesson("information", **numbered("p", p))),
                "The best code")  # fmt: skip
    if p == SURE:
        assert "the best code sends no digit" in texts(app)
    else:
        takes = huffman_per_roll(p, p, 1)
        assert f"A roll takes {takes:.3f} digits on average, and no code takes less." in texts(app)


def test_picture_gives_nothing_away_until_the_guess_is_told_or_p_has_moved():
    def ideal(app):
        return charts(app)[0].figure["data"][1]["x"]

    assert not ideal(open_page("information"))
    assert not ideal(open_page("information", information_length1="2"))
    assert ideal(open_page("information", information_guess_told="true"))
    assert ideal(open_page("information", information_p1="1"))
    # Whoever finds it has earned it.
    assert ideal(lesson(HALVES, SKEWED, **BEST))


def test_guess_stands_beside_the_die_that_it_is_about_only():
    def sliders(app):
        return [handle["slider"] for handle in charts(app)[0].handles]

    lengths = [f"information_length{face}" for face in range(1, 7)]
    assert sliders(open_page("information")) == [*lengths, "information_guess"]
    assert sliders(lesson(FAIR, BOOK)) == lengths
    assert sliders(lesson(NO_SIX, BOOK)) == lengths[:5]


def test_folds_draw_only_what_is_asked_for_and_keep_their_controls_in_the_link():
    app = open_page("information", information_block="3", information_tree="P")
    assert len(charts(app)) == 3
    assert {"information_block", "information_tree"} <= bound_controls(app).keys()
    said = texts(unfolded(app))
    assert "In blocks of 3 (216 words) P's code takes" in said
    assert "In the code made for P every face" in said
    assert len(charts(app)) == 5


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
    own, crossed, extra, room, *digits = re.findall(r"#.*: (.*)", app.code[0].value)
    assert room == "0.75"
    assert [amount(float(each), "nats") for each in (own, extra, crossed)] == averages(app)
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
    check_alternatives(lesson(p, q), 5)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (FAIR, NO_SIX), (SURE, UNEVEN), (NEARLY_SURE, TWO)]
)
def test_words_in_the_areas_can_be_dragged(p, q, unit):
    averages = charts(lesson(p, q, unit=unit))[AVERAGES]
    layout = averages.figure["layout"]
    dice, grips = {"p": chances(p), "q": chances(q)}, iter(averages.handles)
    for axis, rolls, hue in (("", "p", "p"), ("2", "p", "q"), ("3", "q", "p"), ("4", "q", "q")):
        ends = np.cumsum(dice[rolls])
        for face, chance in enumerate(dice[rolls]):
            if not chance:
                continue
            grip = next(grips)
            assert grip["slider"] == f"information_{hue}{face + 1}"
            assert (grip["hue"], grip["way"]) == (hue, "y")
            assert grip["axes"] == [f"xaxis{axis}", f"yaxis{axis}"]
            # On top of its word, and as wide.
            assert (grip["x"], grip["width"]) == pytest.approx((ends[face] - chance / 2, chance))
            code = dice[hue][face]
            length = -math.log(code, UNITS[unit].base) if code else math.inf
            assert grip["y"] == pytest.approx(min(length, layout[f"yaxis{axis}"]["range"][1]))
    assert next(grips, None) is None
