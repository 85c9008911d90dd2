"""Every lesson asks first, gives nothing away, and shows what happens once it is answered."""

import re
from collections import Counter

import pytest

from charts.units import UNITS
from tests.navigation import LESSONS
from tests.pages.conftest import move, open_page
from tests.pages.reading import charts
from widgets.prediction import JUST_SHOW_ME, TOLD

ASKED = "**Predict first.**"


def asked(app):
    """Return the controls that answer what a page asks first, in order: choices and switches."""
    choices = [each for each in app.radio if each.label.startswith(ASKED)]
    return choices + [each for each in app.toggle if each.key.endswith(TOLD)]


def beside(part, key):
    """Return what stands where the control with this key stands; None where it does not."""
    children = list(getattr(part, "children", {}).values())
    if any(getattr(each, "key", None) == key for each in children):
        return [each.value for each in children if each.type == "markdown"]
    found = (beside(each, key) for each in children)
    return next((each for each in found if each is not None), None)


def answered(lesson, value=None):
    """Return a lesson whose first question is answered by a hand, and what is said to that."""
    app = open_page(lesson)
    [control, *_] = asked(app)
    before = beside(app.main, control.key)
    control.set_value(value or (JUST_SHOW_ME if control.type == "radio" else True)).run()
    assert not app.exception
    return app, [each for each in beside(app.main, control.key) if each not in before]


def takeaway(said):
    """Return the sentence in bold that an answer brings."""
    whole = [each for each in said if re.fullmatch(r"\*\*(?:(?!\*\*).){30,}\*\*", each)]
    assert len(whole) == 1, said
    return whole[0]


def opening(lesson):
    """Return what one reads on a fresh page up to its first picture, that included."""
    app = open_page(lesson)
    first = charts(app)[0]
    above = [each.value for each in app.markdown][:4]
    return "\n".join([*above, first.alt, first.title, first.spec])


@pytest.mark.parametrize("lesson", LESSONS)
def test_takeaway_comes_with_the_answer(lesson):
    _, said = answered(lesson)
    sentence = takeaway(said)
    assert sentence.strip("*") not in "\n".join(each.value for each in open_page(lesson).markdown)


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_above_the_question_gives_its_answer_away(lesson):
    _, said = answered(lesson)
    figures = re.findall(r"\*\*([^*]*(?:\d|∞)[^*]*)\*\*", "\n".join(said))
    figures = [each for each in figures if each not in takeaway(said) and len(each) < 30]
    shown = opening(lesson)
    for figure in figures:
        assert not re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", shown), figure


@pytest.mark.parametrize("lesson", LESSONS)
def test_answer_is_seen_to_come_true_or_not(lesson):
    before = [each.spec for each in charts(open_page(lesson))]
    app, _ = answered(lesson)
    assert [each.spec for each in charts(app)] != before


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_choice_is_answered(lesson):
    [control, *_] = asked(open_page(lesson))
    if control.type != "radio":
        return
    verdicts = Counter()
    for choice in control.options:
        _, said = answered(lesson, value=choice)
        takeaway(said)
        verdicts["That is what happens" in "\n".join(said)] += 1
    assert verdicts[True] == 1


@pytest.mark.parametrize("lesson", LESSONS)
def test_guess_of_an_amount_is_the_same_amount_in_another_unit(lesson):
    app = open_page(lesson)
    guesses = [each for each in app.slider if each.key.endswith("_guess")]
    for slider in guesses:
        guess = slider.min + 0.4 * (slider.max - slider.min)
        guess = type(slider.min)(
            slider.min + round((guess - slider.min) / slider.step) * slider.step
        )
        app = move(app, slider.key, guess)
        counted = "bits" in slider.proto.format
        for name in ("nats", "dits", "bits"):
            app.radio(key="unit").set_value(name).run()
            shown = app.slider(key=slider.key)
            amount = guess * UNITS["bits"].nats / UNITS[name].nats if counted else guess
            assert shown.value == pytest.approx(amount, abs=0.51 * slider.step)
            assert (name in shown.proto.format) == counted
        assert shown.value == pytest.approx(guess)
