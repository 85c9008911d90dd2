"""The page of the rope lesson: its controls, its films, and that it says what its words say."""

import re

import numpy as np
import pytest

from charts.units import UNITS
from pages.beta_penalty import numbers
from pages.beta_penalty.scale import Rope, along
from pages.beta_penalty.words import formula
from pages.beta_penalty.words import next_word as next_word_words
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
    chart,
    paragraphs,
    read_out,
    sent,
    sentence,
    values,
)
from tests.pages.truth import USUAL, sft
from widgets.optima import World


def test_pictures_follow_their_sliders():
    # Other pairs are solved for every β: that waits until they rest.
    moved = answers_of(opened(words="true"))
    assert moved["beta_beta"] == {"picture", "scale", "hacking", "next_word"}
    assert moved["beta_scale"] == {"picture", "scale", "hacking", "next_word"}
    assert moved["beta_guess"] == {"picture"}
    # Other pairs have to be solved for every β: that waits until they rest.
    assert moved.keys().isdisjoint({"beta_pairs", "beta_seed"})


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
    rope = Rope(World(*world), beta)
    assert named_failures(app) == words.failures(rope)
    assert len(named_failures(app)) == (0 if world == USUAL else 2)
    assert app.code[0].value == formula.snippet(rope).strip()


@pytest.mark.parametrize(
    ("key", "value", "beta", "world"),
    [
        ("beta_beta", "0.1", "0.1", USUAL),
        ("beta_pairs", 200, "0.2", FEW),
        ("beta_seed", 1000, "0.2", (2000, 1000)),
    ],
)
def test_moved_controls_take_everything_along(key, value, beta, world):
    check_the_rope(by_page(move(open_page("beta_penalty"), key, value)), beta, world)


def test_other_pairs_takes_the_next_number_and_begins_again_after_the_last():
    app = press(opened(world=(2000, 999)), "Other pairs")
    assert set_up(app)["beta_seed"] == 1000
    check_the_rope(by_page(app), "0.2", (2000, 1000))
    assert set_up(press(app, "Other pairs"))["beta_seed"] == 1


def test_scale_takes_everything_along():
    app = move(opened("0.1", FEW, unit="nats"), "beta_scale", "one spread")
    check_the_rope(by_page(app), "0.1", FEW, "nats", "one spread")
    rope = Rope(World(*FEW), "0.1", "one spread")
    assert sentence(app, re.escape(words.scale(rope)))
    assert words.scale_of_peak(rope, along(rope)) in paragraphs(app)


def judged(app):
    """Return how many points of the judge's curve the picture has, and its title."""
    drawn = chart(app, ROPE)
    green = [each for each in drawn.figure["data"] if each["yaxis"] == "y2"]
    return sum(values(each["y"]).size for each in green), drawn.title


def test_picture_is_veiled_until_somebody_guesses_or_moves():
    app = open_page("beta_penalty")
    # The guess alone.
    assert judged(app) == (1, "Where does the judge’s score peak?")
    said = "\n".join([*paragraphs(app), *(chart(app, ROPE).words.split("\n"))])
    for telling in ("largest at", "peaks at", "hacking.**", "judge gives"):
        assert telling not in said
    assert judged(move(open_page("beta_penalty"), "beta_guess", "0.05"))[0] == 1
    for key, value in (("beta_beta", "0.1"), ("beta_scale", "5"), ("beta_pairs", 200)):
        points, title = judged(move(open_page("beta_penalty"), key, value))
        assert points > 41
        assert "judge turns" in title


@pytest.mark.parametrize("guess", ["1", "0.02", "0.001"])
def test_a_guess_puts_beta_there_and_is_told_what_it_gets(guess):
    app = move(open_page("beta_penalty"), "beta_guess", guess)
    app = move(app, "beta_guess_told", True)
    assert set_up(app)["beta_beta"] == guess
    rope = Rope(World(*USUAL), guess)
    assert words.answered(guess, rope, along(rope)) in paragraphs(app)
    assert judged(app)[0] > 41
    check_the_rope(by_page(app), guess, USUAL)


def test_right_answers_are_marked_right():
    answers = (
        "Little: look at the answers",
        "D(π‖π_SFT), averaged over the policy's own answers",
        "It picks a point with less KL on it",
        "Theirs",
    )
    app = open_page("beta_penalty", **numbered("beta_check", answers))
    assert [each.value[:5] for each in app.success] == ["Right"] * 4


# The film of β.

NEXT_WORD, OVER_OPTIMISED, ROPE = "_beta_words", "_beta_hacking", "_beta_rope"


def filmed(slider, **view):
    """Return the pictures of all films of a slider by its value."""
    films = {}

    def noted(key, made):
        if slider in made.stops:
            films[key] = {each: made.at(**{slider: each}) for each in made.stops[slider].values}

    with films_told("beta_penalty", noted):
        opened(**view)
    return films


@pytest.mark.parametrize(("world", "scale"), [(USUAL, "1"), (FEW, "10")])
def test_films_have_the_pictures_that_the_page_shows(world, scale):
    view = {"unit": "nats", "guess": "0.0125", "scale": scale, "words": "true"}
    films = filmed("beta_beta", world=world, **view)
    assert {*films} == {NEXT_WORD, OVER_OPTIMISED, ROPE}
    for beta in ("0.001", "0.0125", "0.1", "1"):
        app = opened(beta, world, **view)
        for key, film in films.items():
            assert [*film] == LADDER[::-1]
            picture = film[beta]
            there = chart(app, key)
            assert there.figure == sent(picture.figure)
            assert there.alt == read_out(picture.words)
            assert picture.words in [each.value for each in app.markdown]
            shown = {tile.label: tile.value for tile in app.metric}
            assert picture.numbers.items() <= shown.items()


def test_guess_is_dragged_where_it_is_drawn():
    film = filmed("beta_guess")[ROPE]
    for guess, picture in film.items():
        [handle] = [each for each in picture.handles if each.slider == "beta_guess"]
        [drawn] = [
            each for each in picture.figure.traces
            if each.get("marker", {}).get("symbol") == "diamond"
        ]  # fmt: skip
        assert (handle.x, handle.y) == (drawn["x"][0], drawn["y"][0])
        assert 10**handle.x == pytest.approx(float(guess))


def test_there_is_no_film_where_there_is_no_next_word():
    films = filmed("beta_beta", context="tomorrow will pour", words="true")
    assert {*films} == {OVER_OPTIMISED, ROPE}


# The next word.


def choosing(beta="0.2", world=USUAL, **parameters):
    """Return the page with its look at a single word."""
    return opened(beta, world, words="true", **parameters)


def offered(app):
    """Return the words on the buttons below the next-word chart."""
    return [each.label for each in app.button if re.fullmatch(r"_beta_word\d+", each.key)]


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
    app = choosing(beta, world, context=text, unit=unit)
    assert not app.warning
    following = numbers.next_words(World(*world), float(beta), numbers.place_after(text))
    assert next_word_words.next_word(following, UNITS[unit]) in paragraphs(app)
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
    app = choosing("0.05", FEW, check1="They get better", unit="nats")
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
    app = choosing(context="  Tomorrow   WILL be ")
    word = offered(app)[0]
    assert set_up(press(app, word))["beta_context"] == f"Tomorrow WILL be {word}"


def test_full_stop_cannot_be_clicked():
    text = "tomorrow will be cold with frost in the evening"
    app = choosing("1", context=text)
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
    app = choosing("0.05", context=text)
    [warning] = app.warning
    assert warning.value == next_word_words.why_no_word_follows(text)
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
    app = press(choosing(context="tomorrow will pour"), "Back one word")
    assert set_up(app)["beta_context"] == "tomorrow will"
    assert not app.warning
    assert chart(app, NEXT_WORD)


def test_a_whole_forecast_of_long_words_can_be_clicked_and_linked():
    app = choosing(context=" ".join(["afternoon"] * 20))
    word = offered(app)[0] if offered(app)[0] != "full stop" else offered(app)[1]
    press(app, word)
    again = linked("beta_penalty", app)
    assert not again.warning
    assert set_up(again) == set_up(app)
