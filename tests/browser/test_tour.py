"""The whole tour as a learner walks it: look, predict, move, answer, next."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import (
    PHONE,
    drawings,
    expect_nothing_sideways,
    few,
    forget,
    settled,
    visited,
)
from tests.browser.legible import expect_legible
from tests.navigation import ADDRESSES

LAPTOP = {"width": 1366, "height": 768}
WALKS = {
    "light laptop": ("light", LAPTOP),
    "dark laptop": ("dark", LAPTOP),
    "light phone": ("light", PHONE),
    "dark phone": ("dark", PHONE),
}


def question(page: Page) -> Locator:
    """Return what the lesson asks first."""
    return page.locator(".st-key-_stage").get_by_text("Predict first").first


def expect_on_the_first_screen(page: Page, screen: dict[str, int]) -> None:
    """Check that one sees what a lesson is about without scrolling."""
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    picture = page.locator(".kl-plot").first.bounding_box()
    # On a phone the picture may go on below: it is there, and most of it can be seen.
    seen = 1 if screen == LAPTOP else 0.6
    assert picture["y"] + seen * picture["height"] <= screen["height"]
    assert picture["y"] >= page.locator("h1").bounding_box()["y"]
    if screen == LAPTOP:
        asked = question(page).bounding_box()
        assert asked["y"] + asked["height"] <= screen["height"]


def expect_nothing_empty(page: Page) -> None:
    """Check that every chart shows something."""
    empty = page.locator(".js-plotly-plot").evaluate_all(
        """plots => plots.filter(({ _fullData: traces }) => !traces.some(({ visible, x, y, z }) =>
            visible && (x?.length || y?.length || z?.length)))
            .map(plot => plot._fullLayout.title.text)"""
    )
    assert empty == []


def predict(page: Page) -> None:
    """Answer what is asked first, and see that the takeaway comes only then."""
    blocks = page.locator(".st-key-_stage .stVerticalBlock")
    place = blocks.filter(has=page.get_by_text("Predict first")).last
    bold = place.locator(".stMarkdown strong")
    before = bold.all_inner_texts()
    choices = place.get_by_role("radio")
    if choices.count():
        # Streamlit hides the circle itself under its label.
        choices.first.check(force=True)
    else:
        place.get_by_text("That is my guess").click()
    settled(page)
    told = [each for each in bold.all_inner_texts() if each not in before]
    assert told, "an answer must be followed by what happens"
    # A sentence that one can take away.
    assert len(told[-1].split()) >= 6, told


def move(page: Page) -> None:
    """Move the first control of the picture by a key, and see the picture follow."""
    first = page.locator(".st-key-_stage input[type=range]:not([disabled])").first
    before = drawings(page)
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
        first.focus()
        page.keyboard.press(key)
        settled(page)
        if drawings(page) != before:
            return
    pytest.fail(f"no picture of {page.url} follows its first slider")


def answer(page: Page) -> None:
    """Answer the first question of the self-check, and be told why."""
    told = page.get_by_test_id("stAlert").count()
    page.locator("[class*=_check1]").first.get_by_role("radio").first.check(force=True)
    settled(page)
    expect(page.get_by_test_id("stAlert")).not_to_have_count(told)


@pytest.mark.parametrize("walk", few(WALKS, "light laptop"))
def test_tour(profile, walk):
    scheme, screen = WALKS[walk]
    with visited(profile, "/", scheme, screen) as tour:
        page = tour.page
        # Another test may have left this browser with its pages open.
        forget(page)
        page.reload()
        settled(page)
        page.get_by_text("show me the die").click()
        settled(page)
        assert "You " in page.locator(".kl-words").inner_text()
        for address in ADDRESSES[1:]:
            page.get_by_test_id("stPageLink").last.click()
            page.wait_for_url(f"**{address}*")
            settled(page)
            expect_on_the_first_screen(page, screen)
            predict(page)
            move(page)
            answer(page)
            expect_nothing_empty(page)
            expect_nothing_sideways(page)
            if screen == PHONE:
                for plot in page.locator(".js-plotly-plot").all():
                    # Which labels may meet is for the lesson to say.
                    expect_legible(plot, "")
        assert tour.troubles == []
        # The first page knows where one has been.
        page.goto("/")
        settled(page)
        seen = page.locator("html").get_attribute("data-been").split()
        assert seen == ["home", *(each.strip("/") for each in ADDRESSES[1:])]
