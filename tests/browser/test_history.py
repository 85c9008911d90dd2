"""Back undoes one thing and loses no view; an address keeps its heading; a swipe scrolls."""

import pytest

from tests.browser.conftest import asked, press, settled, slider, visit
from tests.browser.hands import Finger, dragged, thumb_of
from tests.browser.moves import agrees_with_its_link, stands_at

pytestmark = pytest.mark.usefixtures("no_troubles")

LOADED = {"die_q1": "5"}


def pressed(page, label):
    """Press a button of the page and wait for what it does."""
    page.get_by_role("button", name=label).first.click()
    settled(page)


def to_lesson(page, name):
    """Go to a lesson by the sidebar."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    page.get_by_role("heading", name=name, exact=True).wait_for()
    settled(page)


def back(page, title):
    """Press Back and wait for the page with this title."""
    page.go_back()
    page.wait_for_function("title => document.title.startsWith(title)", arg=title)
    settled(page)


def entries(page):
    """Return how many addresses this tab remembers."""
    return page.evaluate("history.length")


def test_back_from_another_lesson_brings_the_view_that_was_left(page):
    visit(page, "/die?die_q6=0")
    press(page, "P, face 2", "ArrowRight", "ArrowRight")
    settled(page)
    left = page.url
    assert asked(page) == {"die_q6": "0", "die_p2": "1.2"}
    to_lesson(page, "The wrong code")
    back(page, "The die")
    assert page.url == left
    assert (stands_at(page, "P, face 2"), stands_at(page, "Q, face 6")) == ("1.2", "0")
    agrees_with_its_link(page)


def test_one_back_undoes_a_button_however_many_controls_it_sets(page):
    visit(page, "/forward-reverse")
    begun, before = page.url, entries(page)
    pressed(page, "Unequal modes")
    unequal = page.url
    assert len(asked(page)) > 3
    pressed(page, "Wide and narrow")
    assert entries(page) == before + 2
    back(page, "Cover or seek")
    assert page.url == unequal
    agrees_with_its_link(page)
    back(page, "Cover or seek")
    assert page.url == begun
    agrees_with_its_link(page)


@pytest.mark.slow
def test_one_back_undoes_what_was_moved_by_hand_since(page):
    visit(page, "/die")
    begun, before = page.url, entries(page)
    press(page, "Q, face 6", *["ArrowRight"] * 5)
    press(page, "P, face 1", "ArrowLeft")
    settled(page)
    moved = page.url
    assert entries(page) == before + 1
    pressed(page, "Rule out the six")
    press(page, "P, face 1", "ArrowLeft")
    settled(page)
    assert entries(page) == before + 3
    back(page, "The die")
    assert stands_at(page, "Q, face 6") == "0"
    back(page, "The die")
    assert page.url == moved
    agrees_with_its_link(page)
    back(page, "The die")
    assert page.url == begun
    assert stands_at(page, "Q, face 6") == "1"


def test_refused_value_leaves_the_heading_and_no_entry(page):
    page.goto("about:blank")
    before = entries(page)
    visit(page, "/die?die_q1=2&die_q6=hat#check-yourself")
    assert page.get_by_text("This link asks for").is_visible()
    assert page.url.endswith("/die?die_q1=2#check-yourself")
    assert entries(page) == before + 1


def test_deep_link_asks_for_nothing_that_is_not_there(page):
    refused = []
    page.on("response", lambda answer: answer.status >= 400 and refused.append(answer.url))
    visit(page, "/die?die_q6=0")
    assert refused == []


def swipe_up(page, x, y):
    """Swipe upwards over the page, from there."""
    finger = Finger(page)
    finger.down(x, y)
    for step in range(1, 21):
        finger.move(x, y - 10 * step)
        page.wait_for_timeout(20)
    finger.up()


def scrolled(page):
    """Return how far down the page is."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollTop")


def test_swipe_that_begins_on_a_slider_scrolls_and_moves_nothing(touched):
    visit(touched, "/die")
    label = "Q, face 4"
    x, y = thumb_of(slider(touched, label).first)
    before = scrolled(touched)
    swipe_up(touched, x + 70, y)
    settled(touched)
    assert scrolled(touched) > before + 100
    assert stands_at(touched, label) == "1"
    assert asked(touched) == {}


@pytest.mark.slow
def test_finger_drags_the_thumb_and_a_tap_puts_it_there(touched):
    visit(touched, "/die")
    label = "Q, face 4"
    x, y = thumb_of(slider(touched, label).first)
    before = scrolled(touched)
    with dragged(Finger(touched), slider(touched, label).first):
        pass
    settled(touched)
    dragged_to = float(stands_at(touched, label))
    assert dragged_to > 3
    assert scrolled(touched) == before
    x, y = thumb_of(slider(touched, label).first)
    touched.touchscreen.tap(x - 40, y)
    settled(touched)
    assert float(stands_at(touched, label)) < dragged_to - 1
    agrees_with_its_link(touched)
