"""The lesson on gradients as a page: question, picture, controls, and what it says to use."""

import math
import re
from urllib.parse import urlsplit

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import UNITS
from pages.gradients import numbers, pictures, words
from pages.gradients.questions import questions
from tests.deep_links import deep_links
from tests.pages.conftest import (
    answers_of,
    bound_controls,
    films_told,
    move,
    numbered,
    open_link,
    open_page,
    press,
    set_up,
)
from tests.pages.gradients.reading import opened, parameters
from tests.pages.gradients.truth import PLACEMENTS, next_words, pulls, slopes
from tests.pages.reading import (
    NUMBER,
    agree,
    all_agree,
    chart,
    charts,
    check_alternatives,
    numbers_in,
    printed,
    rows,
    sent,
    sentence,
    table,
    texts,
    value_of,
    values,
)
from tests.pages.truth import BASES

CHART = "_estimators_pulls_chart"


def test_pictures_follow_their_sliders():
    assert answers_of(opened()) == {
        "estimators_pull": {"pulls"},
        "gradients_guess": {"pulls"},
        "estimators_price": {"training"},
        "estimators_run": {"training"},
    }


# The question, and what the picture tells before it is answered.


def test_nothing_gives_the_answer_away_before_the_question_is_answered():
    app = opened()
    drawn = chart(app, CHART)
    assert [trace["name"] for trace in drawn.figure["data"]] == [
        "slope of D(Q‖P)", "slope of D(P‖Q)", "your guess"
    ]  # fmt: skip
    assert drawn.title == "k1 in the loss: how hard does it pull?"
    assert "owhere" not in drawn.alt
    assert "what counts is its slope" not in texts(app)


@pytest.mark.parametrize(
    "view", [{"guess_told": "true"}, {"pull": "0.02"}, {"drawn": "P"}, {"weighted": "true"}]
)
def test_whoever_answers_or_follows_a_link_sees_the_pulls(view):
    names = [trace["name"] for trace in chart(opened(**view), CHART).figure["data"]]
    assert names[2:6] == PLACEMENTS


@pytest.mark.parametrize(("unit", "guess"), [("bits", 100), ("nats", -40), ("dits", 0)])
def test_answer_shows_the_pulls_far_away_and_how_far_off_the_guess_is(unit, guess):
    app = move(opened(unit, guess=guess, drawn="P", weighted="true"), "gradients_guess_told", True)
    told = set_up(app)
    assert (told["estimators_pull"], told["estimators_drawn"]) == ("0.01", "Q itself")
    assert not told["estimators_weighted"]
    said = sentence(app, rf"^\*\*0%\*\*, at every word; you said {NUMBER}%\..* {NUMBER} {unit}\.$")
    mean, noise = pulls("0.01")["k1 in the loss"]
    assert abs(mean).max() < 1e-9
    assert agree(said[1], guess)
    assert agree(said[2], noise / math.log(BASES[unit]))
    assert sentence(app, "^\\*\\*In the loss an estimator is differentiated")


def pictures_of(slider, places, **view):
    """Return the pictures of the pulls with a slider at these places, as the film has them."""
    found = []

    def noted(key, films):
        if key == CHART:
            found.extend(films.at(**{slider: place}) for place in places)

    with films_told("gradients", noted):
        opened("nats", **view)
    return found


def test_guess_is_a_star_that_is_dragged():
    reverse, _ = slopes("0.05")
    guesses = (-100, 0, 125)
    for guess, picture in zip(guesses, pictures_of("gradients_guess", guesses), strict=True):
        [handle] = picture.handles
        *_, star = sent(picture.figure)["data"]
        at = guess / 100 * reverse[numbers.steepest()[0]]
        assert (handle.slider, handle.way, handle.hue) == ("gradients_guess", "y", "ink")
        assert handle.y == pytest.approx(at, abs=1e-8)
        assert (values(star["x"])[0], values(star["y"])[0]) == pytest.approx((handle.x, handle.y))
        shown = re.search(rf"{NUMBER}% of the slope", picture.words)[1]
        assert value_of(shown)[0] == guess


def test_columns_stay_while_beta_moves():
    found = pictures_of("estimators_pull", numbers.PULL_BETAS, guess_told="true")
    assert len({tuple(each.figure.look["xaxis"]["ticktext"]) for each in found}) == 1


# What is said, and what to use.


@pytest.mark.parametrize(
    ("unit", "view"),
    [
        ("bits", {"pull": "0.01"}),
        ("nats", {"pull": "0.05", "drawn": "P"}),
        ("dits", {"pull": "1", "drawn": "P", "weighted": True}),
    ],
)
def test_page_says_and_draws_what_its_functions_return(unit, view):
    app, of = opened(unit, guess_told="true", **view), UNITS[unit]
    beta = float(view["pull"])
    found = numbers.pulls_of(
        beta, view.get("drawn", "Q itself"), weighted=view.get("weighted", False)
    )
    own, older = numbers.pulls_of(beta), numbers.pulls_of(beta, "P")
    said = texts(app)
    for each in (
        words.pulls_in_words(found, of),
        words.grpo_in_words(numbers.word_of_a_forecast(), of),
        words.grpo_today(numbers.word_of_a_forecast()),
        *words.advice(own, older, of).values(),
        words.snippet(found, beta).rstrip(),
    ):
        assert each in said
    label = f"The expected pull of each placement, lengths in {unit}"
    assert table(app, label) == rows(words.pulls_columns(found, of))
    slope = found.reverse[numbers.steepest()[0]] / of.nats
    figure = pictures.pulls_figure(
        found, numbers.next_words(), numbers.steepest(), of, LIGHT, guess=slope
    )
    assert sent(figure) == chart(app, CHART).figure
    assert not app.warning


@pytest.mark.parametrize(("unit", "beta"), [("bits", "0.01"), ("nats", "1"), ("dits", "0.1")])
def test_caption_of_the_pulls_tells_both_divergences(unit, beta):
    app = opened(unit, pull=beta)
    p, q = next_words(beta)
    said = sentence(app, rf"After “rain” D\(Q‖P\) is {NUMBER} {unit} and D\(P‖Q\) {NUMBER} {unit}")
    nats = math.log(BASES[unit])
    assert all_agree(said.groups(), [np.sum(a * np.log(a / b)) / nats for a, b in ((q, p), (p, q))])
    assert f"Summed over all {p.size} next words" in said.string


def test_story_of_two_words_is_that_of_the_box():
    said = sentence(
        opened("nats"), rf"k2 pulls the first word by {NUMBER}, D\(Q‖P\) by {NUMBER} nats"
    )
    word_by_word, whole = numbers.two_words()
    assert all_agree(said.groups(), [word_by_word, whole])


# Questions, presets, the way back, what can be taken along.

ANSWERS = (
    "On average nothing",
    "D(π_ref‖π)",
    "Weigh each draw",
    "What an early token leads to",
)


def test_right_answers_are_marked_right():
    app = opened(**numbered("check", ANSWERS))
    assert [each.value[:6] for each in app.success] == ["Right:"] * 4


@pytest.mark.parametrize("which", [0, 1])
def test_every_wrong_answer_shows_the_link_that_mends_it(which):
    asked = questions(UNITS["nats"])
    wrong = [[each for each in question.feedback if each != question.right] for question in asked]
    assert [len(each) for each in wrong] == [2] * 4
    answers = numbered("check", (each[which] for each in wrong))
    told = [each.value for each in opened("nats", **answers).info]
    found = [link for each in told if "Switch *Train*" not in each for link in deep_links(each)]
    assert found == [link for question in asked for link in deep_links(question.see)]


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_links_of_wrong_answers_show_what_they_promise(unit, begun):
    asked = questions(UNITS[unit])
    assert tuple(question.right for question in asked) == ANSWERS
    mending = [link for question in asked for link in deep_links(question.see)]
    assert [urlsplit(link.query).fragment for link in mending] == ["train", "move", "move", "use"]
    for link in mending:
        app = open_link(link)
        assert set_up(app)["unit"] == unit
        anchors = {each.proto.anchor for each in app.header}
        assert urlsplit(link.query).fragment in anchors
    # What the runs of this link really come to, `test_training.py` sees.
    assert begun == [(penalty, 0.01, 1) for penalty in numbers.RUNS.values()]


@pytest.mark.parametrize(
    ("label", "puts"),
    [
        ("The policy's own draws", {"pull": "0.01", "drawn": "Q itself", "weighted": False}),
        ("An older policy's", {"pull": "0.01", "drawn": "P", "weighted": False}),
        ("… and weighed", {"pull": "0.01", "drawn": "P", "weighted": True}),
        ("Another run", {"run": 8}),
    ],
)
def test_buttons_put_what_they_say_and_nothing_else(label, puts):
    by_p = label != "… and weighed"
    app = opened("nats", pull="0.1", drawn="P" if label[0] == "T" else "Q itself", run=7,
                 weighted="true" if by_p else "false", guess=30)  # fmt: skip
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | {f"estimators_{name}": value for name, value in puts.items()}
    assert set_up(app) != before


def test_start_over_puts_everything_back(begun):
    fresh = opened()
    usual, said = set_up(fresh), texts(fresh)
    app = opened(
        pull="0.1", drawn="P", weighted="true", price="0.1", run=2, train="true", guess=5,
        guess_told="true", **numbered("check", ANSWERS),
    )  # fmt: skip
    assert len(begun) == 5
    changed = set_up(app)
    assert {key for key in usual if changed[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert set_up(app) == usual
    assert texts(app) == said


def test_old_links_to_the_lesson_on_samples_are_sent_on():
    here = parameters(pull="0.02", drawn="P", train="false")
    app = open_page("estimators", **here)
    [notice] = [each.value for each in app.info]
    assert "[**Which KL in the loss?**](gradients?" in notice
    address = re.search(r"\]\(gradients\?([^)]*)\)", notice)[1]
    assert dict(each.split("=") for each in address.split("&")) == here
    assert here.keys() <= bound_controls(opened()).keys()


@pytest.mark.parametrize("unit", ["bits", "dits"])
def test_files_hold_every_pull(unit, files):
    opened(unit, pull="0.01")
    columns = files["gradients.csv"]()
    heading, *_ = columns.splitlines()
    assert heading.startswith("word,p,q,")
    without_words = "\n".join(line.partition(",")[2] for line in columns.splitlines())
    found = numbers_in(without_words)
    p, q = next_words("0.01")
    np.testing.assert_allclose(found["p"], p)
    np.testing.assert_allclose(found["q"], q)
    for name, (mean, _) in pulls("0.01").items():
        column = f"{name.replace(' ', '_')}_{unit}"
        np.testing.assert_allclose(found[column], mean / math.log(BASES[unit]), atol=1e-8)
    assert "<html" in files["gradients.html"]()


@pytest.mark.parametrize(
    ("beta", "how"),
    [("0.01", {}), ("0.05", {"drawn": "P"}), ("0.02", {"drawn": "P", "weighted": True})],
)
def test_snippet_prints_what_it_says(beta, how):
    found = numbers.pulls_of(
        float(beta), how.get("drawn", "Q itself"), weighted=how.get("weighted", False)
    )
    code = words.snippet(found, float(beta))
    shown = [float(line.split()[-1]) for line in printed(code).splitlines()]
    comments = [line.partition("# ")[2] for line in code.splitlines() if "print(" in line]
    said = [float(each) for comment in comments for each in comment.split(", ")]
    np.testing.assert_allclose(shown, said, rtol=1e-5, atol=1e-12)


def test_every_chart_has_words_as_its_text_alternative(begun):
    app = opened(train="true", guess_told="true")
    assert len(begun) == 5
    check_alternatives(app, 2)


@pytest.mark.parametrize("unit", UNITS)
def test_unit_reaches_every_number_with_a_unit(unit, begun):
    app = opened(unit, train="true", guess_told="true", drawn="P")
    assert len(begun) == 5
    said = texts(app)
    assert said.count(f" {unit}") > 10
    for other in set(UNITS) - {unit}:
        assert not re.search(rf"\d (\\text{{ )?{other}\b", said)
        for each in charts(app):
            assert other not in each.spec
