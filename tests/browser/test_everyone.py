"""For everyone: who listens, who wants less motion, who has no mouse, who has small fingers."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import (
    PHONE,
    drawings,
    few,
    press,
    settled,
    slider,
    visit,
    visited,
)
from tests.navigation import ADDRESSES

NOTED = """() => {
    const seen = window.said = []
    const note = () => { const text = document.querySelector(".kl-voice")?.textContent
        if (text && text !== seen.at(-1)) seen.push(text) }
    new MutationObserver(note).observe(document.body,
        { childList: true, subtree: true, characterData: true })
}"""
DRAWN = """() => {
    window.titles = []
    document.querySelector(".js-plotly-plot").on("plotly_afterplot", function () {
        titles.push(document.querySelector(".js-plotly-plot")._fullLayout.title.text) })
}"""


def test_who_listens_hears_one_sentence_when_all_is_at_rest(page):
    visit(page, "/die")
    page.evaluate(NOTED)
    press(page, "Q, face 1", *["ArrowRight"] * 10)
    settled(page)
    page.wait_for_function("() => said.length > 0")
    page.wait_for_timeout(1500)
    assert page.evaluate("said") == [page.locator(".kl-chart").first.get_attribute("aria-label")]


def test_who_drags_hears_nothing_until_the_hand_lets_go(page):
    visit(page, "/die")
    page.evaluate(NOTED)
    thumb = slider(page, "Q, face 1").bounding_box()
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(x + 2 * step, y)
        page.wait_for_timeout(60)
    page.wait_for_timeout(1200)
    assert page.evaluate("said") == []
    page.mouse.up()
    settled(page)
    page.wait_for_function("() => said.length > 0")
    page.wait_for_timeout(1200)
    assert page.evaluate("said.length") == 1


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_an_answer_glides_unless_one_wants_less_motion(page, motion):
    page.emulate_media(reduced_motion=motion)
    visit(page, "/die")
    page.evaluate(DRAWN)
    page.get_by_text("Infinite", exact=True).click()
    settled(page)
    page.wait_for_timeout(1500)
    between = {title for title in page.evaluate("titles") if "∞" not in title}
    assert (len(between) > 1) == (motion == "no-preference")
    assert "∞" in drawings(page)[0]["title"]


@pytest.mark.parametrize("address", few(ADDRESSES, "/die"))
def test_what_has_the_focus_is_in_sight_on_a_phone(profile, address):
    with visited(profile, address, "light", PHONE) as visit_of_a_page:
        page = visit_of_a_page.page
        page.locator("h1").click()
        hidden = page.evaluate(
            """() => [...document.querySelectorAll(
                ".st-key-_stage :is(input, button):not([disabled])")].flatMap(each => {
                each.focus()
                if (document.activeElement !== each) return []
                const { x, y, width, height } = each.getBoundingClientRect()
                const there = document.elementsFromPoint(x + width / 2, y + height / 2)
                const over = there.findIndex(one => one.closest(".kl-chart, .stAppHeader"))
                const own = there.findIndex(one => one.contains(each) || each.contains(one))
                return y < 0 || y > innerHeight || (over >= 0 && (own < 0 || over < own))
                    ? [each.getAttribute("aria-label") ?? each.textContent] : []
            })"""
        )
        assert hidden == []


def test_visited_lessons_are_marked_on_the_first_page_of_this_browser_alone(page, new_context):
    visit(page, "/")
    page.evaluate("localStorage.clear()")
    visit(page, "/die")
    visit(page, "/")
    mark = "each => getComputedStyle(each, '::after').content"
    tour = page.locator(".st-key-_tour_die a")
    expect(tour).to_be_visible()
    assert "seen" in tour.evaluate(mark)
    assert "seen" not in page.locator(".st-key-_tour_summary a").evaluate(mark)
    other = visit(new_context().new_page(), "/")
    assert "seen" not in other.locator(".st-key-_tour_die a").evaluate(mark)
