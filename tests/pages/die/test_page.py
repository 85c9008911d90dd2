"""The die lesson says what its dice make true."""

import re

import numpy as np
import pytest
from scipy.stats import entropy

from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    open_page,
    press,
)
from tests.pages.reading import chart, dragged, metrics, printed, texts, weights

FAIR = dict.fromkeys("123456", 1)
LOADED = FAIR | {"1": 5}
CASINO = FAIR | {"6": 5}


def die(letter, weights):
    """Return URL parameters for one die."""
    return {f"die_{letter}{face}": weight for face, weight in weights.items()}


def with_walds_test(app):
    """Return the page with Wald's test opened."""
    app.session_state["_die_wald"] = True
    app.run()
    assert not app.exception
    return app


def test_pictures_follow_their_sliders():
    dice = {f"die_{letter}{face}": {"picture"} for letter in "pq" for face in FAIR}
    rolls = {f"die_{name}": {"evidence"} for name in ("rolls", "odds", "seed", "guess")}
    assert answers_of(open_page("die")) == dice | rolls


def test_opens_with_the_book_table():
    app = open_page("die")
    table = next(text.value for text in app.markdown if "Q₁" in text.value)
    assert "0.000 bits | 0.000 bits" in table
    assert "0.350 bits | 0.424 bits" in table
    assert metrics(app) == ["0.350 bits", "0.424 bits"]


def test_nothing_tells_when_the_rolls_are_enough_before_the_guess():
    app = open_page("die")
    assert chart(app, "_die_walk").title == "When are you sure?"
    assert "rolls' worth" not in texts(app)
    assert "Wald expects" not in texts(app)
    assert dragged(chart(app, "_die_walk"))["die_guess"] == (50, pytest.approx(np.log2(19)))


def test_guess_is_told_and_the_rolls_play():
    app = open_page("die", die_guess=40)
    app.toggle(key="die_guess_told").set_value(True).run()
    said, drawn = texts(app), chart(app, "_die_walk")
    [decided] = re.findall(r"These rolls took \*\*(\d+)\*\*; you said 40\.", said)
    assert f"for P are reached at roll {decided}." in drawn.alt
    assert "Odds of 19 to 1 are 4.248 bits of evidence; at 0.350 bits a roll" in said
    assert len(drawn.figure["frames"]) > 10
    assert not drawn.handles


def test_evidence_can_be_weighed_after_the_question_of_the_six():
    no_six = die("q", FAIR | {"6": 0})
    app = open_page("die", die_predict="Infinite", die_guess_told="true", **no_six)
    assert "decides at once" in texts(app)
    press(app, "P fair, Q loaded")
    assert "decides at once" not in texts(app)
    assert "at 0.350 bits a roll" in texts(app)
    press(app, "P fair, Q without a six")
    assert "decides at once" in texts(app)


def test_whoever_rolls_otherwise_sees_the_rolls():
    for key, value in (("die_odds", 99), ("die_seed", 4), ("die_rolls", 20)):
        assert "Evidence for P" in chart(open_page("die", **{key: value}), "_die_walk").title


def test_walds_test_is_simulated_for_whoever_opens_it():
    app = open_page("die")
    assert "simulated tests" not in texts(app)
    assert "simulated tests" in texts(with_walds_test(app))


@pytest.mark.parametrize(
    ("unit", "base", "shown"),
    [("bits", 2, "0.350"), ("nats", np.e, "0.243"), ("dits", 10, "0.105")],
)
def test_unit_restates_the_divergence(unit, base, shown):
    computed = entropy([1 / 6] * 6, [0.5] + [0.1] * 5, base=base)
    assert f"{computed:.3f}" == shown
    assert metrics(open_page("die", unit=unit))[0] == f"{shown} {unit}"


def test_sentence_names_the_faces_that_cost_and_give_back():
    said = texts(open_page("die"))
    assert "Faces 2, 3, 4, 5 and 6 cost most (+0.123 each" in said
    assert "face 1 gives some back (−0.264)" in said
    assert "D(Q‖P) is 0.424 bits, more." in said


def test_equal_dice_lose_nothing():
    app = open_page("die", die_q1=1, die_guess_told="true")
    assert metrics(app) == ["0.000 bits", "0.000 bits"]
    assert "the same die, so nothing is lost: D(P‖Q) is 0 bits" in texts(app)
    assert "no number of rolls tells them apart" in texts(app)


def test_dice_that_differ_by_rounding_only_are_the_same():
    thirds = die("p", dict.fromkeys("123456", 0.1) | {"6": 0.3})
    ninths = die("q", dict.fromkeys("123456", 0.3) | {"6": 0.9})
    assert "the same die, so nothing is lost" in texts(open_page("die", **thirds, **ninths))


def test_sure_die_has_no_face_that_gives_back():
    sure = die("p", dict.fromkeys("123456", 0) | {"1": 1})
    said = texts(open_page("die", **sure, die_q1=1))
    assert "Face 1 costs most (+2.585: P rolls it more often" in said
    assert "and no face gives any back. The other way round, D(Q‖P) is ∞, more." in said


def test_presets_set_the_sliders():
    app = press(open_page("die"), "Swap P and Q")
    assert (weights(app, "die_p"), weights(app, "die_q")) == (list(LOADED.values()), [1] * 6)
    assert metrics(app) == ["0.424 bits", "0.350 bits"]
    press(app, "A casino's loaded die")
    assert (weights(app, "die_p"), weights(app, "die_q")) == (list(CASINO.values()), [1] * 6)
    press(app, "The book's die")
    assert (weights(app, "die_p"), weights(app, "die_q")) == ([1] * 6, list(LOADED.values()))
    press(app, "Random dice")
    assert all(0 < weight <= 10 for letter in "pq" for weight in weights(app, f"die_{letter}"))


def test_ruled_out_face_makes_the_divergence_infinite_and_says_why():
    app = with_walds_test(press(open_page("die"), "Rule out the six"))
    assert metrics(app) == ["∞", "0.263 bits"]
    assert "Q rules out face 6, but P rolls it 16.7% of the time" in texts(app)
    assert "at most 6.0 rolls on average" in texts(app)


def test_face_that_neither_rolls_costs_nothing():
    app = open_page("die", die_p6=0, die_q6=0)
    assert metrics(app)[0] == f"{entropy([0.2] * 5, [5 / 9] + [1 / 9] * 4, base=2):.3f} bits"


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_rest(letter):
    zero = die(letter, dict.fromkeys("123456", 0))
    app = open_page("die", die_rolls=500, die_seed=7, **zero)
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert "Give at least one outcome" in warning.value
    controls = bound_controls(app)
    assert (controls["die_rolls"].value, controls["die_seed"].value) == (500, 7)
    app = move(app, f"die_{letter}1", 2.0)
    assert not app.warning
    assert len(app.metric) == 2
    assert bound_controls(app)["die_rolls"].value == 500


def test_tiny_weight_is_computed_not_rounded_away():
    app = open_page("die", die_q6="1e-12")
    assert not app.warning
    tiny = np.array([5, 1, 1, 1, 1, 1e-12]) / (9 + 1e-12)
    assert metrics(app)[0] == f"{entropy([1 / 6] * 6, tiny, base=2):.3f} bits"


def test_rare_ruled_out_face_is_not_simulated_for_ever():
    rare = die("p", FAIR | {"6": "1e-9"}) | die("q", FAIR | {"6": 0})
    app = with_walds_test(open_page("die", **rare))
    assert metrics(app)[0] == "∞"
    assert "too many to simulate" in texts(app)


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page("die", die_p1="nan", die_p2="3")
    assert (app.slider(key="die_p1").value, app.slider(key="die_p2").value) == (1, 3)
    [warning] = app.warning
    assert "`die_p1 = nan`" in warning.value
    assert "shows `1.0`" in warning.value


def test_prediction_reveals_what_is_computed():
    app = open_page("die", die_predict="Infinite")
    assert "That is what happens" in texts(app)
    assert "D(Q‖P) is only 0.263 bits" in texts(app)
    assert "A surprise, then" in texts(open_page("die", die_predict="Large, but finite"))


def test_right_answers_are_marked_right():
    for key, answer in numbered("die_check", ("Nothing", "Over P's", "0")).items():
        app = open_page("die", **{key: answer})
        assert [message.value[:5] for message in app.success] == ["Right"]


def test_roll_again_takes_the_next_series():
    app = press(open_page("die", die_seed=1000), "Roll again")
    assert bound_controls(app)["die_seed"].value == 1


def test_same_series_says_the_same_and_another_does_not():
    said = texts(open_page("die", die_seed=3))
    assert said == texts(open_page("die", die_seed=3))
    assert said != texts(open_page("die", die_seed=4))


def test_simulation_comes_with_its_standard_error():
    said = texts(with_walds_test(open_page("die")))
    assert "Wald expects (1 − 2α)·log₂(19) / D(P‖Q) = **10.9** rolls" in said
    assert "In 2,000 simulated tests it took **" in said
    assert "(mean ± standard error)" in said


@pytest.mark.parametrize("unit", ["bits", "nats", "dits"])
def test_snippet_reproduces_the_number_on_screen(unit):
    app = open_page("die", unit=unit, die_p3=2.5)
    snippet = app.code[0].value
    shown = printed(snippet).strip()
    assert f"{float(shown):.3f} {unit}" == metrics(app)[0]
    assert shown in snippet


def test_formula_adds_up_to_the_divergence():
    today = open_page("die", unit="nats").latex[1].value
    assert today.count(r"\ln(") == 6
    assert "0.243" in today
    assert r"\text{ nats}" in today
