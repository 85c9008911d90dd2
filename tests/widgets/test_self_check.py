"""Questions say why, show code, link what mends a wrong answer, and keep score."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from widgets.self_check import Question, what_they_show

ANSWERS = {"Two": "Right, two.", "Three": "One too many.", "Four": "Two too many."}
FIRST = Question("How many?", ANSWERS, right="Two", see="[the two](die?die_q6=0)")
SECOND = Question(
    "What does it *print*?", {"1": "Yes.", "2": "No."}, right="1", code="print(len('x'))"
)


def page(*, score=False, heading=None, address=None):
    """Return a page with both questions, opened by an address and run once."""

    def script(score, heading):
        import streamlit as st

        from tests.widgets.test_self_check import FIRST, SECOND
        from widgets.self_check import self_check

        st.session_state.setdefault("_drawn_fragments", {})
        more = {"heading": heading} if heading else {}
        self_check("x", [FIRST, SECOND], score=score, **more)

    app = AppTest.from_function(script, kwargs={"score": score, "heading": heading})
    for key, value in (address or {}).items():
        app.query_params[key] = value
    return answered(app)


def answered(app, *answers):
    """Answer the first questions, run the page and return it."""
    for number, answer in enumerate(answers, start=1):
        app.radio(key=f"x_check{number}").set_value(answer)
    app.run()
    assert not app.exception
    return app


def test_questions_are_numbered_and_nothing_is_chosen_for_the_learner():
    app = page()
    assert [(radio.key, radio.value) for radio in app.radio] == [
        ("x_check1", None),
        ("x_check2", None),
    ]
    assert app.radio[0].label == "**1.** How many?"
    assert (len(app.success), len(app.info), len(app.caption)) == (0, 0, 0)


def test_heading_is_the_usual_one_or_the_one_asked_for():
    assert page().header[0].value == "Check yourself"
    assert page(heading="The self-test").header[0].value == "The self-test"


def test_right_answer_says_why_and_links_nowhere():
    app = answered(page(), "Two")
    assert [each.value for each in app.success] == ["Right, two."]
    assert not app.info


@pytest.mark.parametrize("answer", ["Three", "Four"])
def test_wrong_answer_says_why_and_links_what_mends_it(answer):
    app = answered(page(), answer)
    assert [each.value for each in app.info] == [f"{ANSWERS[answer]} See [the two](die?die_q6=0)."]
    assert not app.success


def test_wrong_answer_without_a_link_says_why():
    app = answered(page(), "Two", "2")
    assert [each.value for each in app.info] == ["No."]


def test_code_stands_between_the_question_and_its_answers():
    app = page()
    shown = [element for element in app.main if element.type in ("markdown", "html", "radio")]
    assert [element.type for element in shown] == ["radio", "markdown", "html", "radio"]
    assert unescape(re.sub("<[^>]*>", "", shown[2].proto.body)) == "print(len('x'))"
    assert shown[1].value == "**2.** What does it *print*?"
    # A screen reader still hears the question with its answers, which are not labelled twice.
    hidden = shown[3].proto.label_visibility
    assert shown[3].label == "**2.** What does it *print*?"
    assert hidden.value == hidden.COLLAPSED
    visible = shown[0].proto.label_visibility
    assert visible.value == visible.VISIBLE


def test_order_of_answers_is_always_the_same_whatever_is_right_or_comes_first():
    orders = {
        tuple(Question("?", {name: ANSWERS[name] for name in names}, right=right).answers)
        for names in (("Two", "Three", "Four"), ("Four", "Three", "Two"), ("Three", "Two", "Four"))
        for right in ANSWERS
    }
    assert len(orders) == 1
    assert sorted(*orders) == sorted(ANSWERS)
    assert page().radio[0].options == FIRST.answers


def test_place_of_an_answer_says_nothing_about_it():
    # Forty questions whose right answer is written first: it comes first in about half of them.
    firsts = [
        Question("?", {f"{number} is right": "", f"{number} is wrong": ""}, f"{number} is right")
        for number in range(40)
    ]
    ahead = sum(question.answers[0] == question.right for question in firsts)
    assert 10 < ahead < 30


def test_score_is_kept_only_where_it_is_asked_for():
    assert not page().caption
    app = answered(page(), "Two", "1")
    assert [each.value for each in app.success] == ["Right, two.", "Yes."]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((), "Your score appears here: 2 questions, none answered yet."),
        (("Two",), "**1 of 1 right so far**; 1 to go."),
        (("Four",), "**0 of 1 right so far**; 1 to go."),
        (("Two", "1"), "**2 of 2 right.** All of them!"),
        (("Two", "2"), "**1 of 2 right.** Change the answers marked with a bulb to go on."),
        (("Three", "2"), "**0 of 2 right.** Change the answers marked with a bulb to go on."),
    ],
)
def test_score_counts_the_right_answers(answers, said):
    app = answered(page(score=True), *answers)
    last = [element for element in app.main if element.type in ("caption", "info", "success")][-1]
    assert last.value == said


def test_score_follows_a_changed_answer():
    app = answered(page(score=True), "Three", "1")
    assert app.success[-1].value.startswith("**1 of 2 right.**")
    app = answered(app, "Two", "1")
    assert app.success[-1].value == "**2 of 2 right.** All of them!"


def test_answers_are_part_of_the_address():
    app = page(score=True, address={"x_check1": "Two", "x_check2": "2"})
    assert [radio.value for radio in app.radio] == ["Two", "2"]
    assert app.success[-1].value.startswith("**1 of 2 right.**")


def test_answer_that_is_none_is_no_answer():
    app = page(score=True, address={"x_check1": "Five", "x_check2": ""})
    assert [radio.value for radio in app.radio] == [None, None]
    assert app.caption[0].value.endswith("none answered yet.")


def test_question_needs_its_right_answer():
    with pytest.raises(ValueError, match="'yes' is not among the answers"):
        Question("?", {"no": "because"}, right="yes")


def test_wrong_answers_show_what_to_look_at_again():
    def about(topic, see):
        return Question("?", {"yes": "", "no": ""}, right="yes", see=see, topic=topic)

    asked = [about("zeros", "[a](a)"), about("zeros", "[b](b)"), about("units", "[c](c)")]
    assert what_they_show(asked, [None] * 3) == ""
    assert what_they_show(asked, ["yes", "yes", "yes"]) == "You know about zeros and units."
    said = what_they_show(asked, ["yes", "no", "yes"])
    assert "- **zeros**: 1 of 2 wrong. See [b](b)." in said
    assert said.endswith("You know about units.")
    assert "2 of 2 wrong. See [a](a) and [b](b)." in what_they_show(asked, ["no", "no", None])
    assert what_they_show([FIRST], ["Four"]) == ""
