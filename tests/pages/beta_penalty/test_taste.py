"""*Be the judge*: answers become a code, the code a reward model, and the lesson runs on it."""

import re
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from kl_core.rlhf import RewardModel
from pages.beta_penalty.scale import Rope
from pages.beta_penalty.words import taste as words
from pages.beta_penalty.words.rope import THE_RULE, failures
from tests.navigation import MAIN
from tests.pages.conftest import open_page, page_hash, press
from tests.pages.reading import agree, texts, the_one
from widgets.optima import World
from widgets.pipeline import reference
from widgets.taste import PAIRS, decided, preferences, to_judge, wrong_with

# Somebody who likes whatever is cold.
COLD = "".join(
    "o" if first == second else "a" if first else "b"
    for first, second in (
        ["cold" in reference().decode(each) for each in pair]
        for pair in to_judge(reference()).swapaxes(0, 1)
    )
)


def lesson(**parameters):
    """Return the lesson; another reward model is solved for every β, which takes its time."""
    app = AppTest.from_file(MAIN, default_timeout=180)
    app._page_hash = page_hash("beta_penalty")
    app.query_params.update(parameters)
    app.session_state["_code"] = True
    app.run()
    assert not app.exception
    return app


def test_pairs_are_forecasts_no_two_of_which_are_alike():
    first, second = to_judge(reference())
    assert len({tuple(each) for each in (*first, *second)}) == 2 * PAIRS


def test_a_code_says_which_one_was_found_better():
    first, second = to_judge(reference())
    found = preferences(reference(), "abo")
    assert (found.chosen == [first[0], second[1]]).all()
    assert (found.rejected == [second[0], first[1]]).all()
    assert decided("abo") == 2
    assert decided("ooo") == decided("x") == decided("") == 0


@pytest.mark.parametrize(("code", "names"), [("abX", "“X”"), ("a" * 21, "21 letters for 20")])
def test_what_cannot_be_read_is_named_and_not_used(code, names):
    assert names in wrong_with(code)
    app = open_page("beta_penalty", beta_taste=code, beta_mine="true")
    assert names in app.warning[0].value
    assert words.NOTHING_YET in texts(app)
    assert World.of(app.session_state) == World(2000, 1)


def test_answers_are_taken_one_after_the_other_and_back():
    app = open_page("beta_penalty")
    assert words.NOW_MINE not in texts(app)
    for label in ("The first is better", "The second is better", "Neither"):
        press(app, label)
    assert app.text_input(key="beta_taste").value == "abo"
    shown = texts(app)
    assert all(reference().decode(pair[3]) in shown for pair in to_judge(reference()))
    press(app, "Undo")
    assert app.text_input(key="beta_taste").value == "ab"
    press(app, "Judge anew")
    assert app.text_input(key="beta_taste").value == ""


def test_after_the_last_pair_nothing_more_is_asked():
    app = open_page("beta_penalty", beta_taste="a" * PAIRS)
    assert not any("is better" in button.label for button in app.button)
    assert "It believes that you like" in texts(app)


@pytest.mark.slow
def test_lesson_runs_on_ones_own_taste():
    app = lesson(beta_taste=COLD, beta_mine="true", beta_beta="0.005")
    own = decided(COLD)
    assert own >= 5
    said = texts(app)
    assert f"a guess at your taste. From {own} pairs of P's forecasts" in said
    assert "*cold*" in said.split("It believes that you like")[1].split(".\n")[0]
    assert words.NOW_MINE in said
    # The code to take away computes the same reward, from the same answers.
    [code] = [each.value for each in app.code if "Preferences(" in each.value]
    promised = [float(each) for each in re.findall(r"# ([\d.e-]+)(?:,|$)", code, re.MULTILINE)]
    printed = StringIO()
    with redirect_stdout(printed):
        exec(code, {})  # noqa: S102
    assert [float(each) for each in printed.getvalue().split()] == pytest.approx(promised, rel=1e-9)
    assert len(promised) == 3


def test_a_falling_score_of_the_rule_is_not_said_to_be_ones_own():
    own = World(decided(COLD), 0, COLD)
    hacking = next(said for said in failures(Rope(own, "0.001")) if "hacking" in said)
    assert hacking.endswith(THE_RULE)


def random_taste(rng):
    """Return what is believed after some random answers."""
    code = "".join(
        rng.choice(list("abo"), rng.integers(1, PAIRS, endpoint=True), p=[0.4, 0.4, 0.2])
    )
    if not decided(code):
        return random_taste(rng)
    judged = preferences(reference(), code)
    model = RewardModel.fit(reference(), judged)
    return words.Taste(reference().words, model.weights, model.errors(judged), len(judged.chosen))


def test_sentences_say_what_the_weights_are():
    rng = np.random.default_rng(17)
    for _ in range(100):
        found = random_taste(rng)
        said = words.believes(found)
        for token in range(len(found.words)):
            name = words.name_of(found.words[token])
            for shown, error in re.findall(rf"{re.escape(name)} \(([^±]*?)\s±\s([\d.]+)\)", said):
                assert agree(shown, found.weights[token])
                assert agree(error, found.errors[token])
        told, of_all = map(int, the_one([said], r"something of (\d+) of the (\d+) words").groups())
        assert told == (found.errors <= 0.9).sum()
        assert of_all == len(found.words)
        sure = (np.abs(found.weights) > 2 * found.errors).sum()
        assert ("of no word is the weight" in said) == (sure == 0)
        likes = said.partition("do not like")[0]
        assert words.name_of(found.words[int(found.weights.argmax())]) in likes


def test_many_pairs_would_fix_a_weight():
    sharp = words.Taste(("a", "b"), np.array([1.0, -1.0]), np.array([0.1, 0.1]), 5)
    assert "of 2 words is the weight more than 2 errors from 0" in words.how_little(sharp)
