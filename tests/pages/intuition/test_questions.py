"""The forecaster's questions tell nothing before the answer, and then show what happens."""

import json
import re

import pytest
from scipy.stats import entropy
from streamlit.runtime.state.common import user_key_from_element_id

from pages.intuition.questions import QUESTIONS
from tests.pages.conftest import bound_controls, numbered, open_page, press
from tests.pages.intuition.views import sky, the_run
from tests.pages.intuition.weather import (
    KINDS,
    NO_SNOW,
    SUNNY,
    TIMID,
    TRUTH,
    average,
    costs,
    days_of,
    lost,
)
from tests.pages.reading import chart, metrics, passage, texts, weights
from tests.pages.truth import BASES

ANSWER = "“Never”, where it snows"


def first_picture(app):
    """Return the title of the first chart, the labels of its costs, its words and its numbers."""
    drawn = chart(app, "_intuition_chart")
    return [drawn.title, *drawn.figure["data"][2]["text"], drawn.alt, *metrics(app)]


@pytest.mark.parametrize("unit", BASES)
def test_opens_on_a_forecast_that_tells_no_cost_before_the_answer(unit):
    app = open_page("intuition", unit=unit)
    assert (weights(app, "intuition_p"), weights(app, "intuition_q")) == (TRUTH, NO_SNOW)
    title, *costs, said, there, back = first_picture(app)
    assert (there, back, costs) == ("?", "?", ["?"] * 4)
    assert title.endswith("?")
    assert said in texts(app)
    # Chances are given, costs are not.
    assert set(re.findall(r"\d[\d.]*%?", said)) == {"5.0%", "0.0%"}
    assert "∞" not in title + said
    assert "infinit" not in said


@pytest.mark.parametrize(
    "seen",
    [{"intuition_predict": ANSWER}, {"intuition_q4": 0.1}, {"intuition_p1": 4.1}],
)
def test_picture_tells_costs_after_the_answer_and_to_whoever_follows_a_link(seen):
    title, *_, said, there, back = first_picture(open_page("intuition", **seen))
    assert title == f"Lost each day on average: {there}"
    assert "?" not in said + there + back


def answered(app, key, value):
    """Answer a question, and return the page as it then is."""
    bound_controls(app)[key].set_value(value).run()
    assert not app.exception
    return app


def plays(app, key):
    """Return whether a chart shall begin to play."""
    [found] = [
        json.loads(each.proto.bytes)["plays"] for each in app.get("bidi_component")
        if each.proto.component_name == "chart" and user_key_from_element_id(each.proto.id) == key
    ]  # fmt: skip
    return found


def test_answer_lets_the_days_of_the_question_pass_until_it_snows():
    app = open_page("intuition", **sky(q=TIMID), intuition_days=5, intuition_seed=1)
    app = answered(app, "intuition_predict", "Both the same")
    assert weights(app, "intuition_q") == NO_SNOW
    assert metrics(app)[0] == "∞"
    snow = int((days_of(2, 1000) == 3).argmax()) + 1
    assert snow > 10
    said = the_run(app)
    assert f"Day {snow} brings what the forecaster had ruled out" in said
    assert plays(app, "_intuition_settling")
    before = average(2, snow - 1, q=NO_SNOW)
    assert before < 0
    assert said.endswith(f"Until then the average was −{-before:.3f} bits a day.")


def guess(app):
    """Return the guess in the second chart: how high it stands, its label and its handle."""
    drawn = chart(app, "_intuition_settling")
    diamonds = [
        trace for trace in drawn.figure["data"] if "diamond" in str(trace.get("marker", {}))
    ]
    return drawn, diamonds


def test_guess_is_drawn_and_can_be_dragged_before_it_is_told():
    app = open_page("intuition", intuition_guess=0.4)
    drawn, [diamond] = guess(app)
    assert diamond["text"] == ["your guess: +0.40"]
    [handle] = drawn.handles
    assert (handle["slider"], handle["y"], handle["way"]) == ("intuition_guess", 0.4, "y")
    assert drawn.title.endswith("?")
    said = passage(app, "^Your guess stands")
    for kind, cost in zip(KINDS, costs(TRUTH, SUNNY), strict=True):
        assert f"{cost:+.3f} with {kind}".replace("-", "−").replace("+0.000", "0.000") in said
    told = f"{entropy(TRUTH, SUNNY, base=2):.3f}"
    assert told not in texts(app)
    assert told not in str(drawn.figure)


def test_guess_is_out_of_the_way_of_whoever_moves_something_else():
    for moved in ({"intuition_days": 500}, {"intuition_seed": 3}, sky(q=TIMID)):
        drawn, diamonds = guess(open_page("intuition", intuition_guess=0.4, **moved))
        assert not diamonds
        assert not drawn.handles
        assert drawn.title.startswith("After ")


def test_guess_that_is_told_lets_the_sunny_days_pass_beside_it():
    app = open_page("intuition", intuition_guess=0.4, intuition_days=5, intuition_seed=7)
    app = answered(app, "intuition_guess_told", True)
    assert (weights(app, "intuition_p"), weights(app, "intuition_q")) == (TRUTH, SUNNY)
    drawn, [diamond] = guess(app)
    assert diamond["text"] == ["your guess: +0.40"]
    assert f"{average(2, 1000):+.3f}" in the_run(app)
    assert plays(app, "_intuition_settling")
    assert not drawn.handles
    # It was a guess about that forecast, and stands beside no other.
    app = press(app, "The timid forecaster")
    assert guess(app)[1] == []


@pytest.mark.parametrize("unit", BASES)
@pytest.mark.parametrize("guessed", [-0.3, 0, 0.18, 1.36])
def test_reveal_says_how_far_off_a_guess_is(unit, guessed):
    app = open_page("intuition", unit=unit, intuition_guess=guessed, intuition_guess_told="true")
    true = entropy(TRUTH, SUNNY, base=BASES[unit])
    said = passage(app, "^It settles on")
    assert f"D(P‖Q) = **{true:.3f} {unit}**" in said
    off = guessed - true
    if abs(off) <= 0.01:
        assert "as close as this slider comes" in said
    else:
        assert f"is {abs(off):.3f} {unit} too {'high' if off > 0 else 'low'}." in said
    assert ("No forecast gains in the long run" in said) == (guessed < 0)
    ahead = sum(average(seed, 20) < -1e-9 for seed in range(1, 2001)) / 2000
    shown = int(re.search(r"after 20 of them this forecast is ahead in (\d+)% of", said)[1])
    # Four standard errors of a share of 2,000 runs.
    assert shown == pytest.approx(100 * ahead, abs=3.2)


@pytest.mark.parametrize(("guessed", "or_so"), [(1.4, "more"), (-0.58, "less")])
def test_guess_at_the_end_of_its_slider_may_lie_beyond_it(guessed, or_so):
    app = open_page("intuition", intuition_guess=guessed, intuition_guess_told="true")
    off = abs(guessed - entropy(TRUTH, SUNNY, base=2))
    said = passage(app, "^It settles on")
    assert f"{abs(guessed):.2f} or {or_so} is {off:.3f} bits or more too" in said


def test_whoever_does_not_guess_sees_the_days_and_hears_of_no_guess():
    app = answered(open_page("intuition"), "intuition_guess_told", True)
    said = passage(app, "^It settles on")
    assert "**0.175 bits**, a loss. Luck" in said
    assert guess(app)[1] == []


@pytest.mark.parametrize("unit", BASES)
def test_second_question_says_what_single_days_cost(unit):
    label = passage(open_page("intuition", unit=unit), "Another forecaster")
    sun, cloud, rain, _ = (f"{cost:+.3f}".replace("-", "−") for cost in costs(TRUTH, SUNNY, unit))
    assert "60%, where 40% is true" in label
    assert f"a sunny day costs {sun} {unit}" in label
    assert f"A cloudy one costs {cloud}, rain {rain}, snow 0.000" in label


@pytest.mark.parametrize("unit", BASES)
def test_prediction_reveals_what_is_computed(unit):
    # The reveal is about the forecasters of the question, wherever the sliders are.
    app = open_page("intuition", unit=unit, intuition_predict=ANSWER, **sky(q=TIMID))
    said = passage(app, "That is what happens")
    assert "In our town you lose **∞**" in said
    small, name = lost(NO_SNOW, TRUTH, unit).split()
    assert f"In the next town it is **{small}** {name} a day" in said


@pytest.mark.parametrize("choice", ["“One day in 20”, where it never snows", "Both the same"])
def test_other_predictions_meet_a_surprise(choice):
    said = texts(open_page("intuition", intuition_predict=choice))
    assert "A surprise, then" in said
    assert "That is what happens" not in said


def checks(answers):
    """Return URL parameters that answer the questions."""
    return numbered("intuition_check", answers)


def test_right_answers_are_marked_right():
    right = ["It is P", "Nothing", "Twice as much", "Only if Q, too, brings what P rules out"]
    app = open_page("intuition", **checks(right))
    assert [message.value[:5] for message in app.success] == ["Right"] * 4
    others = [
        [answer for answer in question.answers if answer != best]
        for question, best in zip(QUESTIONS, right, strict=True)
    ]
    for wrong in zip(*others, strict=True):
        assert not open_page("intuition", **checks(wrong)).success
