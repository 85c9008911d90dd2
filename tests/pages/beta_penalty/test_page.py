"""The page of the rope lesson: its controls, its films, and that it says what its words say."""

import numpy as np
import pytest

from charts.units import UNITS
from pages.beta_penalty import numbers
from pages.beta_penalty.words import rope as words
from tests.pages.beta_penalty.said import by_page, check_the_rope
from tests.pages.beta_penalty.truth import FEW, LADDER, LONGEST, next_words, opened
from tests.pages.conftest import (
    answers_of,
    films_told,
    linked,
    move,
    numbered,
    open_page,
    press,
    set_up,
)
from tests.pages.reading import (
    NUMBER,
    PAIR,
    all_agree,
    chart,
    paragraphs,
    read_out,
    sent,
    sentence,
    values,
)
from tests.pages.truth import USUAL, optimum, sft
from widgets.optima import World, at_beta, at_reference


def test_pictures_follow_their_sliders():
    # Other pairs are solved for every β: that waits until they rest.
    rope = {"beta_beta": {"rope", "hacking"}, "beta_pairs": {"rope"}, "beta_seed": {"rope"}}
    assert answers_of(open_page("beta_penalty")) == rope


def named_failures(app):
    """Return what the page says about failures of this policy."""
    return [each.removeprefix("> ") for each in paragraphs(app) if each.startswith("> **")]


# The rope: tiles, sentence, table, formula.


@pytest.mark.parametrize(
    ("beta", "world", "unit"), [("0.02", USUAL, "bits"), ("0.0025", FEW, "nats")]
)
def test_everything_that_answers_beta_agrees(beta, world, unit):
    app = opened(beta, world, unit=unit)
    assert not app.warning
    check_the_rope(by_page(app), beta, world, unit)
    both = at_beta(World(*world), float(beta)), at_reference(World(*world))
    assert named_failures(app) == words.failures(*both)
    assert len(named_failures(app)) == (0 if world == USUAL else 2)
    snippet = words.snippet(World(*world), beta, both[0].exact)
    assert app.code[0].value == snippet.strip()


@pytest.mark.parametrize(
    ("key", "value", "beta", "world"),
    [
        ("beta_beta", "0.1", "0.1", USUAL),
        ("beta_pairs", 200, "0.02", FEW),
        ("beta_seed", 1000, "0.02", (2000, 1000)),
    ],
)
def test_moved_controls_take_everything_along(key, value, beta, world):
    check_the_rope(by_page(move(open_page("beta_penalty"), key, value)), beta, world)


def test_other_pairs_takes_the_next_number_and_begins_again_after_the_last():
    app = press(opened(world=(2000, 999)), "Other pairs")
    assert set_up(app)["beta_seed"] == 1000
    check_the_rope(by_page(app), "0.02", (2000, 1000))
    assert set_up(press(app, "Other pairs"))["beta_seed"] == 1


def test_prediction_reveals_what_is_computed():
    right = "It rises, then falls"
    points = [optimum(USUAL, beta) for beta in ("1", "0.0125", "0.001")]
    for answer in ("It rises as well", right, "It falls from the start"):
        app = open_page("beta_penalty", beta_predict=answer)
        said = sentence(
            app,
            rf"the reward is {NUMBER}, {NUMBER} and {NUMBER}, always more\. The judge gives "
            rf"{PAIR}, {PAIR} and {PAIR} of 7",
        )
        exact = [own.reward for own, *_ in points]
        scores = [each for _, report, *_ in points for each in report.score]
        assert all_agree(said.groups(), [*exact, *scores])
        assert ("That is what happens" in said.string) == (answer == right)
    assert exact == sorted(exact)
    assert scores[2] > scores[0] > scores[4]


def test_right_answers_are_marked_right():
    answers = (
        "Little: look at the answers",
        "D(π‖π_SFT), averaged over the policy's own answers",
        "It picks a point with less KL on it",
        "No, it keeps each step short",
    )
    app = open_page("beta_penalty", **numbered("beta_check", answers))
    assert [each.value[:5] for each in app.success] == ["Right"] * 4


# The film of β.

NEXT_WORD, OVER_OPTIMISED = "_beta_words", "_beta_hacking"


def filmed(**view):
    """Return the pictures of both films of β by its value, and where these have pictures."""
    films = {}

    def noted(key, made):
        [slider] = made.stops
        films[key] = {beta: made.at(slider, beta) for beta in made.stops[slider].values}

    with films_told("beta_penalty", noted):
        opened(**view)
    return films


@pytest.mark.parametrize("world", [USUAL, FEW])
def test_films_have_the_pictures_that_the_page_shows(world):
    films = filmed(world=world, unit="nats", guess="below 0.003")
    for beta in ("0.001", "0.0125", "0.1", "1"):
        app = opened(beta, world, unit="nats", guess="below 0.003")
        for key in (NEXT_WORD, OVER_OPTIMISED):
            assert [*films[key]] == LADDER[::-1]
            picture = films[key][beta]
            there = chart(app, key)
            assert there.figure == sent(picture.figure)
            assert there.alt == read_out(picture.words)
            assert picture.words in [each.value for each in app.markdown]
            shown = {tile.label: tile.value for tile in app.metric}
            assert picture.numbers.items() <= shown.items()


def test_there_is_no_film_where_there_is_no_next_word():
    films = filmed(context="tomorrow will pour")
    assert [*films] == [OVER_OPTIMISED]
    assert None not in films[OVER_OPTIMISED].values()


# The next word.


def offered(app):
    """Return the words on the buttons below the next-word chart."""
    labels = [button.label for button in app.button]
    return labels[labels.index("Other pairs") + 1 : labels.index("Back one word")]


@pytest.mark.parametrize(
    ("text", "unit", "beta", "world"),
    [
        ("tomorrow will be", "dits", "0.001", FEW),
        ("", "nats", "0.02", USUAL),
        ("  Tomorrow   WILL\tbe ", "bits", "0.02", USUAL),
        (LONGEST, "nats", "0.02", USUAL),
    ],
)
def test_next_word_is_said_drawn_and_offered(text, unit, beta, world):
    app = opened(beta, world, context=text, unit=unit)
    assert not app.warning
    following = numbers.next_words(World(*world), float(beta), numbers.place_after(text))
    assert words.next_word(following, UNITS[unit]) in paragraphs(app)
    drawn = chart(app, NEXT_WORD)
    assert drawn.title.startswith("Next word: ")
    bars = {trace["name"][0]: trace for trace in drawn.figure["data"]}
    p, q, _ = next_words(text, beta, world)
    tokens = [sft().index[word.replace("full stop", ".")] for word in bars["P"]["y"]]
    assert bars["Q"]["y"] == bars["P"]["y"]
    np.testing.assert_allclose(values(bars["P"]["x"]), 100 * p[tokens])
    np.testing.assert_allclose(values(bars["Q"]["x"]), 100 * q[tokens], atol=1e-12)
    assert offered(app) == bars["Q"]["y"][:6]


def test_words_of_the_policy_are_appended_and_taken_back():
    app = opened("0.05", FEW, check1="They get better", unit="nats")
    before = set_up(app)
    said = "tomorrow will be"
    for place in (0, 1, 0):
        word = offered(app)[place]
        press(app, word)
        said += f" {word}"
        assert set_up(app) == before | {"beta_context": said}
        assert sentence(app, r"^After (\d+) words")[1] == str(len(said.split()))
    for _ in range(5):
        press(app, "Back one word")
        said = " ".join(said.split()[:-1])
        assert set_up(app) == before | {"beta_context": said}
    press(app, "Back one word")
    press(app, "Back one word")
    assert set_up(app) == before | {"beta_context": ""}
    assert sentence(app, "^At the start of a forecast")
    press(app, offered(app)[0])
    press(app, "From the start")
    assert set_up(app) == before | {"beta_context": ""}


def test_clicking_tidies_spaces_and_keeps_what_was_typed():
    app = opened(context="  Tomorrow   WILL be ")
    word = offered(app)[0]
    assert set_up(press(app, word))["beta_context"] == f"Tomorrow WILL be {word}"


def test_full_stop_cannot_be_clicked():
    text = "tomorrow will be cold with frost in the evening"
    app = opened("1", context=text)
    _, q, _ = next_words(text, "1")
    assert sft().words[q.argmax()] == "."
    assert sentence(app, r"likeliest next is the full stop \(")
    buttons = {button.label: button.disabled for button in app.button}
    assert [word for word in offered(app) if buttons[word]] == ["full stop"]


@pytest.mark.parametrize(
    "text",
    ["tomorrow will pour", f"{LONGEST} and", "<b>cold</b>", ":red[cold] `x`", "`**cold**`"],
)
def test_words_that_lead_nowhere_are_named_and_taken_back(text):
    app = opened("0.05", context=text)
    [warning] = app.warning
    assert warning.value == words.why_no_word_follows(text)
    for kind in (app.markdown, app.caption, app.info):
        assert not any(text in each.value for each in kind)
    assert chart(app, NEXT_WORD) is None
    assert offered(app) == []
    assert set_up(app)["beta_context"] == text
    check_the_rope(by_page(app), "0.05", USUAL)
    press(app, "From the start")
    assert not app.warning
    assert set_up(app)["beta_context"] == ""
    assert chart(app, NEXT_WORD)


def test_back_one_word_takes_a_bad_word_away():
    app = press(opened(context="tomorrow will pour"), "Back one word")
    assert set_up(app)["beta_context"] == "tomorrow will"
    assert not app.warning
    assert chart(app, NEXT_WORD)


def test_a_whole_forecast_of_long_words_can_be_clicked_and_linked():
    app = opened(context=" ".join(["afternoon"] * 20))
    word = offered(app)[0] if offered(app)[0] != "full stop" else offered(app)[1]
    press(app, word)
    again = linked("beta_penalty", app)
    assert not again.warning
    assert set_up(again) == set_up(app)
