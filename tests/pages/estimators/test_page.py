"""The lesson on KL from samples as a page: its controls, and that it says what it computes."""

import math
import re
from urllib.parse import urlsplit

import numpy as np
import pytest
from scipy.stats import norm

from charts.style import LIGHT
from charts.units import UNITS
from pages.estimators.numbers import draws
from pages.estimators.pictures.draws import estimates_figure, noise_figure
from pages.estimators.questions import questions
from pages.estimators.words import draws as draws_words
from tests.deep_links import deep_links
from tests.pages.conftest import answers_of, linked, move, numbered, open_link, press, set_up
from tests.pages.estimators.reading import drawn_of, forecasts_in_words, opened, view_of
from tests.pages.estimators.truth import divergence, estimates, moments
from tests.pages.reading import (
    NUMBER,
    agree,
    chart,
    charts,
    check_alternatives,
    numbers_in,
    rows,
    sent,
    sentence,
    specs,
    table,
    texts,
    titles,
    uncoloured,
    values,
)
from tests.pages.truth import BASES


def test_pictures_follow_their_sliders():
    assert answers_of(opened()) == {
        "estimators_gap": {"one_by_one", "picture", "pair"},
        "estimators_spread": {"one_by_one", "picture", "pair"},
        "estimators_seen": {"one_by_one"},
        "estimators_guess": {"one_by_one"},
        "estimators_source_beta": {"picture"},
        "estimators_draws": {"picture"},
        "estimators_seed": {"one_by_one", "picture"},
        "estimators_texts": {"negative"},
        "estimators_beta": {"negative"},
        "estimators_batch": {"negative"},
    }


@pytest.mark.parametrize(
    ("unit", "view", "forecasts"),
    [
        ("bits", {}, {}),
        (
            "nats",
            {"gap": 2.5, "spread": 0.7, "draws": 50, "seed": 3},
            {"beta": "1", "fee": "cost 0.5", "way": "at least 16 words", "batch": 7},
        ),
        (
            "dits",
            {"source": "forecasts", "source_beta": "0.5", "draws": 100},
            {"fee": "earn 0.5", "way": "padding counted"},
        ),
    ],
)
def test_page_says_and_draws_what_its_functions_return(unit, view, forecasts):
    app, of = opened(unit, **view, **forecasts, texts=128), UNITS[unit]
    here, gap = view_of(**view), (view.get("gap", 0.1), view.get("spread", 1.0))
    found = draws.estimates_of(here)
    said = texts(app)
    for sentence_ in (
        draws_words.estimates_in_words(found, here.truth, here.draws, of),
        draws_words.bias_in_words(here, found),
        draws_words.noise_in_words(*gap, of),
        draws_words.first_draw_in_words(here.truth, of),
        draws_words.snippet(here, found).rstrip(),
        *forecasts_in_words(drawn_of(**forecasts), 128, of),
        draws_words.what_to_log(*gap, of),
    ):
        assert sentence_ in said
    for label, columns in (
        (f"Bias and spread of an estimate, in {unit}", draws_words.bias_columns(here, found, of)),
        ("Bias and spread of one draw", draws_words.note_columns(here.seed)),
    ):
        assert table(app, label) == rows(columns)
    for figure in (
        estimates_figure(here, found, of, LIGHT),
        noise_figure(draws.noise_of(*gap, of), unit, LIGHT),
    ):
        assert sent(figure) in specs(app)
    today = uncoloured(draws_words.formula_today(float(here.log_ratios()[0, 0]), of))
    assert any(today in uncoloured(each.value) for each in app.latex)
    assert sentence(app, r"exactly it is gap²/4 = 0\.0025\.$")
    assert not app.warning


def test_bells_are_drawn_for_bells_only():
    bells = chart(opened(gap=2, spread=0.5), "_estimators_bells")
    assert bells.title == "Draws come from Q"
    p, q = bells.figure["data"]
    np.testing.assert_allclose(values(p["y"]), norm.pdf(values(p["x"]), 2, 0.5))
    np.testing.assert_allclose(values(q["y"]), norm.pdf(values(q["x"])))
    app = opened(source="forecasts")
    assert sentence(app, "^These draws are whole forecasts")
    assert chart(app, "_estimators_bells") is None
    assert "Draws come from Q" not in titles(app)


def test_other_draws_redraw_the_note_and_the_histograms():
    before = opened(seed=1000, draws=50)
    labels = ("Bias and spread of one draw", "Bias and spread of an estimate")
    old = [table(before, label) for label in labels]
    app = press(before, "Other draws")
    assert set_up(app)["estimators_seed"] == 1
    fresh = opened(draws=50)
    for label, shown in zip(labels, old, strict=True):
        assert table(app, label) == table(fresh, label)
        assert table(app, label) != shown


# Prediction and questions.


@pytest.mark.parametrize(("unit", "guess"), [("bits", 20), ("nats", 48), ("dits", 0)])
def test_answer_draws_from_the_close_pair_and_says_how_far_off_the_guess_is(unit, guess):
    app = move(opened(unit, guess=guess, gap=2, spread=0.7), "estimators_guess_told", True)
    told = set_up(app)
    assert (told["estimators_seen"], told["estimators_gap"]) == (1000, 0.1)
    assert told["estimators_spread"] == 1.0
    said = sentence(app, rf"\*\*{NUMBER}%\*\* of all draws .* draws are {NUMBER} times as")
    # log(q/p) < 0 beyond the middle between the bells.
    below = 100 * norm.sf(0.05)
    assert agree(said[1], below)
    assert agree(said[2], moments(0.1, 1.0)["k1"][1] / divergence(0.1, 1.0))
    off = abs(round(below) - guess)
    assert (f"you said {guess}%, {off} off" if off else "which is it") in said.string
    shown = sentence(app, rf"^\*\*Predict first.* D\(Q‖P\) is {NUMBER} {unit}\.")
    assert agree(shown[1], 0.005 / math.log(BASES[unit]))
    assert sentence(app, r"^\*\*From samples KL is only estimated")


def test_nothing_gives_the_answer_away_before_anything_is_drawn():
    app = opened()
    drawn = chart(app, "_estimators_singles")
    assert drawn.title == "No draw yet: how many will be below 0?"
    assert "%" not in drawn.alt
    for trace in drawn.figure["data"][2:-1]:
        assert np.isnan(values(trace["y"])).all() or not values(trace["y"]).size
    assert "From samples KL is only estimated" not in texts(app)


ANSWERS = (
    "Nothing yet: draw more",
    "The answers were not drawn from the policy",
    "Only close to the reference",
)


def test_right_answers_are_marked_right():
    app = opened(**numbered("check", ANSWERS))
    assert [each.value[:6] for each in app.success] == ["Right:"] * 3


def test_right_answers_are_what_the_page_computes():
    # One: −0.02 ± 0.03, which one batch in four undercuts.
    assert norm.cdf(-0.02 / 0.03) > 0.25
    # Two: 45 standard errors.
    assert norm.cdf(-0.9 / 0.02) < 1e-300
    # Three: k3 is quieter close by, noisier far away, and right on average in both places.
    for gap, quieter in ((0.5, True), (2.5, False)):
        found = moments(gap, 1.0)
        assert (found["k3"][1] < found["k1"][1]) == quieter
        assert found["k3"][0] == pytest.approx(divergence(gap, 1.0), rel=1e-7)


@pytest.mark.parametrize("which", [0, 1])
def test_every_wrong_answer_shows_the_link_that_mends_it(which):
    asked = questions(UNITS["nats"])
    wrong = [[each for each in question.feedback if each != question.right] for question in asked]
    assert [len(each) for each in wrong] == [2] * 3
    answers = numbered("check", (each[which] for each in wrong))
    told = [each.value for each in opened("nats", **answers).info]
    found = [link for each in told for link in deep_links(each)]
    assert found == [link for question in asked for link in deep_links(question.see)]


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_links_of_wrong_answers_show_what_they_promise(unit):
    asked = questions(UNITS[unit])
    assert tuple(question.right for question in asked) == ANSWERS
    mending = [link for question in asked for link in deep_links(question.see)]
    assert [urlsplit(link.query).fragment for link in mending] == [
        "negative", "negative", "average"
    ]  # fmt: skip
    for link in mending:
        app = open_link(link)
        assert set_up(app)["unit"] == unit
        anchors = {each.proto.anchor for each in app.header}
        assert urlsplit(link.query).fragment in anchors


# Presets, the way back, what can be taken along.

DRAWN = {"source": "two bells", "seen": 1000}


@pytest.mark.parametrize(
    ("label", "puts"),
    [
        ("Schulman's close pair", {"gap": 0.1, "spread": 1.0} | DRAWN),
        ("His far pair", {"gap": 1.0, "spread": 1.0} | DRAWN),
        ("Far away", {"gap": 2.5, "spread": 1.0} | DRAWN),
        ("P too wide", {"gap": 0.5, "spread": 1.5} | DRAWN),
        ("By chance", {"beta": "0.2", "fee": "are free", "way": "Q itself", "texts": 64,
                       "batch": 8}),
        ("Top-k", {"beta": "0.2", "fee": "are free", "way": "top 2", "texts": 1024, "batch": 1}),
        ("Temperature", {"beta": "0.2", "fee": "are free", "way": "temperature 0.5", "texts": 4096,
                         "batch": 1}),
        ("Minimum length", {"beta": "0.2", "fee": "cost 0.5", "way": "at least 16 words",
                            "texts": 1024, "batch": 1}),
        ("Padding", {"beta": "0.2", "fee": "earn 0.5", "way": "padding counted", "texts": 1024,
                     "batch": 1}),
        ("Other draws", {"seed": 4}),
        ("Another batch", {"batch": 6}),
    ],
)  # fmt: skip
def test_buttons_put_what_they_say_and_nothing_else(label, puts):
    # Nothing of this is what any preset puts.
    app = opened("nats", source="forecasts", seen=7, gap=1.5, spread=0.7, source_beta="0.5",
                 draws=20, seed=3, beta="0.05", way="top 2", texts=16, batch=5, guess=30,
                 fee="earn 0.5" if label != "Padding" else "cost 0.5")  # fmt: skip
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | {f"estimators_{name}": value for name, value in puts.items()}
    assert set_up(app) != before
    again = linked("estimators", app)
    assert not again.warning
    assert texts(again) == texts(app)


def test_start_over_puts_everything_back():
    fresh = opened()
    usual, said = set_up(fresh), texts(fresh)
    answers = {key.removeprefix("estimators_"): fresh.radio(key=key).options[-1]
               for key, each in usual.items() if each is None}  # fmt: skip
    assert len(answers) == 3
    app = opened(
        source="forecasts", gap=2, spread=0.7, source_beta="1", draws=50, seed=9, beta="1",
        fee="cost 0.5", way="top 2", texts=16, batch=3, seen=50, guess=7, guess_told="true",
        **answers,
    )  # fmt: skip
    changed = set_up(app)
    assert {key for key in usual if changed[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert set_up(app) == usual
    assert texts(app) == said


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("estimators_gap", 3.0, {"gap": 3.0}),
        ("estimators_spread", 2.0, {"spread": 2.0}),
        ("estimators_draws", 1000, {"draws": 1000}),
        ("estimators_seed", 5, {"seed": 5}),
        ("estimators_seen", 50, {"seen": 50}),
        ("estimators_source", "forecasts", {"source": "forecasts"}),
    ],
)
def test_moved_controls_take_everything_along(key, value, changed):
    assert texts(move(opened(), key, value)) == texts(opened(**changed))


@pytest.mark.parametrize(
    ("unit", "view"), [("bits", {}), ("dits", {"source": "forecasts", "draws": 100})]
)
def test_files_hold_what_is_on_screen(unit, view, files):
    opened(unit, **view)
    columns = numbers_in(files["estimators.csv"]())
    found = estimates(**view)
    assert list(columns) == ["estimate", *(f"{name}_{unit}" for name in found)]
    count = found["k1"].size
    np.testing.assert_array_equal(columns["estimate"], np.arange(1, count + 1))
    for name, each in found.items():
        np.testing.assert_allclose(
            columns[f"{name}_{unit}"], each / math.log(BASES[unit]), rtol=1e-8, atol=1e-12
        )
    page = files["estimators.html"]()
    assert "<html" in page
    assert f"estimate of D(Q\\u2016P), {unit}" in page


def test_every_chart_has_words_as_its_text_alternative():
    check_alternatives(opened(seen=100), 5)


@pytest.mark.parametrize("unit", UNITS)
def test_unit_reaches_every_number_with_a_unit(unit):
    app = opened(unit, guess_told="true", source="forecasts")
    said = texts(app)
    assert said.count(f" {unit}") > 15
    for other in set(UNITS) - {unit}:
        assert not re.search(rf"\d (\\text{{ )?{other}\b", said)
        for each in charts(app):
            assert other not in each.spec
