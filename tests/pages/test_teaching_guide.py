"""The teaching guide: its links and its minutes; tests/browser opens every link."""

import re

import pytest

from tests.deep_links import deep_links
from tests.pages.conftest import PAGES, ROOT, bound_controls, open_page
from tests.pages.reading import headings_over

GUIDE = (ROOT / "docs" / "teaching.md").read_text()
LINKS = sorted(set(deep_links(GUIDE)))
PLANS = {int(each.split()[0]): each for each in re.split(r"^## (?=\d)", GUIDE, flags=re.M)[1:]}


def steps(plan):
    """Return the steps of a lesson plan, in order."""
    found = re.split(r"^(?=### |\d\. )", plan, flags=re.MULTILINE)[1:]
    return [step for step in found if "Homework" not in step]


def asked_first(app):
    """Return what a lesson asks before it tells anything."""
    said = [each.label for each in app.radio] + [each.value for each in app.markdown]
    return next(each for each in said if "Predict first." in each)


def test_every_link_makes_a_promise():
    assert len(list(deep_links(GUIDE))) == GUIDE.count("](http")


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.address[:40])
def test_link_moves_controls_that_exist_and_gives_no_answer_away(link):
    assert link.lesson in PAGES
    controls = bound_controls(open_page(link.lesson, **link.parameters))
    assert link.parameters.keys() <= controls.keys()
    answers = [control.value for key, control in controls.items()
               if re.search(r"_(predict|guess_told|check\d+)$", key)]  # fmt: skip
    assert answers
    assert not any(answers)


def test_link_opens_where_it_is_said():
    for link in LINKS:
        app = open_page(link.lesson, **link.parameters)
        found = headings_over(app, link.promise)
        # A projector has the controls and their chart on its first screen.
        on_screen = "move" if "present" in link.parameters else ""
        assert (link.heading or on_screen) in found, link


def test_exit_ticket_is_the_self_test():
    for plan in PLANS.values():
        *_, last = deep_links(plan.partition("### Homework")[0])
        assert last.address == "/summary#check"


@pytest.mark.parametrize("minutes", PLANS)
def test_question_comes_before_the_view_that_answers_it(minutes):
    for step in steps(PLANS[minutes]):
        asked, first = (re.search(pattern, step) for pattern in (r"\*Ask", r"\]\(http"))
        view, *_ = deep_links(step)
        # As it opens a lesson keeps the answer to itself.
        opens = view.parameters.keys() <= {"present"} and view.lesson not in {"die", "summary"}
        assert opens or asked.start() < first.start(), step


@pytest.mark.parametrize(
    ("step", "lesson", "asks"),
    [
        (1, "intuition", "Each is as far off as the other"),
        (5, "information", "How few digits a roll can a code take"),
        (6, "forward_reverse", "and how wide must it be"),
        (7, "beta_penalty", "At which β does the judge"),
    ],
)
def test_steps_that_ask_what_their_lesson_asks(step, lesson, asks):
    assert "In steps 1, 5, 6 and 7 it is the one asked here" in " ".join(GUIDE.split())
    links = deep_links(steps(PLANS[50])[step - 1])
    assert {link.lesson for link in links} == {lesson}
    assert asks in asked_first(open_page(lesson))


@pytest.mark.parametrize("minutes", PLANS)
def test_steps_leave_the_minutes_in_hand_that_are_named(minutes):
    taken = re.findall(r"^### .* · (\d+) minutes|^\d\. \*\*(\d+) minutes?", PLANS[minutes],
                       re.MULTILINE)  # fmt: skip
    total = sum(int(long or short) for long, short in taken)
    assert f"The steps take {total} minutes; {minutes - total} are in hand." in PLANS[minutes]
    assert minutes - total >= minutes / 10
