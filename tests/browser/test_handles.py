"""A bar or a bell that is dragged is what its slider says."""

import pytest

from tests.browser.conftest import asked, few, plot, settled, visit
from tests.browser.hands import Finger, Mouse, grip_of, pull, until_it_moves
from tests.browser.moves import (
    agrees_with_its_link,
    kept_up,
    said,
    stands_at,
)

BELLS = {"Mode 2, mean": 3, "Mode 2, spread": 5, "Q, mean": 6, "Q, spread": 7}
BARS = {
    "/": ("Q, face 1", 0),
    "/die": ("Q, face 1", 6),
    "/intuition": ("Q, sun", 4),
    "/definition": ("Q, sun", 4),
}
pytestmark = pytest.mark.usefixtures("no_troubles")


@pytest.mark.parametrize("path", few(BARS, "/die"))
def test_bar_that_is_dragged_is_what_its_slider_says(page, path):
    label, number = BARS[path]
    visit(page, path)
    stood = stands_at(page, label)
    hand = Mouse(page)
    # Upwards the definition's slider would soon be at its end.
    _, y = pull(page, hand, number, 0, 10 if path == "/definition" else -14)
    until_it_moves(page, label, stood)
    assert abs(grip_of(page, number)[1] - y) < 4
    held = kept_up(page)
    hand.up()
    settled(page)
    assert said(page) == held
    assert abs(grip_of(page, number)[1] - y) < 4
    agrees_with_its_link(page)


@pytest.mark.parametrize("label", few(BELLS, "Q, spread"))
def test_bell_that_is_dragged_is_what_its_slider_says(page, label):
    number = BELLS[label]
    visit(page, "/forward-reverse?forward_guess_told=true")
    stood = stands_at(page, label)
    hand = Mouse(page)
    across = -30 if label == "Q, spread" else 30
    x, _ = pull(page, hand, number, across, 0)
    until_it_moves(page, label, stood)
    assert abs(grip_of(page, number)[0] - x) < 6
    hand.up()
    settled(page)
    assert abs(grip_of(page, number)[0] - x) < 6
    agrees_with_its_link(page)


@pytest.mark.slow
def test_finger_drags_a_bar_and_scrolls_beside_it(touched):
    visit(touched, "/die")
    stood = stands_at(touched, "Q, face 1")
    hand = Finger(touched)
    pull(touched, hand, 6, 0, 10)
    until_it_moves(touched, "Q, face 1", stood)
    hand.up()
    settled(touched)
    assert stands_at(touched, "Q, face 1") != stood
    # Headless Chromium scrolls for no synthetic finger: what would let it is looked at instead.
    touched.evaluate(
        """() => { window.kept = []
            for (const kind of ['touchstart', 'touchmove'])
                addEventListener(kind, event => kept.push(event), true) }"""
    )
    box = plot(touched, 0).bounding_box()
    x, y = box["x"] + box["width"] - 30, box["y"] + 100
    hand.down(x, y)
    for step in range(5):
        hand.move(x, y - 10 * step)
    hand.up()
    assert touched.evaluate("kept.length >= 2 && !kept.some(event => event.defaultPrevented)")
    ways = """([x, y]) => { const ways = []
        for (let each = document.elementFromPoint(x, y); each; each = each.parentElement)
            ways.push(getComputedStyle(each).touchAction)
        return ways }"""
    assert set(touched.evaluate(ways, [x, y])) == {"auto"}
    assert touched.evaluate(ways, [*grip_of(touched, 6)])[0] == "none"


@pytest.mark.slow
def test_bar_that_is_dragged_too_far_stops_at_the_end_of_its_slider(page):
    visit(page, "/die")
    hand = Mouse(page)
    stood = stands_at(page, "Q, face 1")
    pull(page, hand, 6, 0, -2000)
    until_it_moves(page, "Q, face 1", stood)
    hand.up()
    settled(page)
    assert asked(page)["die_q1"] == "10"
