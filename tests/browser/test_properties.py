"""The lesson on what D is and is not, as a learner meets it: guess, drag, break the triangle."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import (
    PHONE,
    asked,
    expect_in_sight_above,
    expect_nothing_sideways,
    in_scheme,
    numbers_of,
    resized,
    settled,
    slider,
    title,
    visit,
    words_of,
)
from tests.browser.hands import Mouse
from tests.browser.legible import expect_legible, paper_of

PROJECTOR = {"width": 1366, "height": 768}


def grip(page, number, which):
    """Return the middle of a handle of a chart."""
    box = page.locator(".kl-chart").nth(number).locator(".kl-grip").nth(which).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, number, which, across):
    """Drag a handle of a chart sideways, so many pixels."""
    page.locator(".kl-chart").nth(number).evaluate(
        "chart => chart.scrollIntoView({block: 'center'})"
    )
    page.wait_for_timeout(300)
    hand, (x, y) = Mouse(page), grip(page, number, which)
    hand.down(x, y)
    page.wait_for_timeout(400)
    for step in range(1, 11):
        hand.move(x + across * step / 10, y)
        page.wait_for_timeout(40)
    hand.up()
    settled(page)


@pytest.mark.usefixtures("no_troubles")
def test_guess_is_dragged_told_and_the_forecast_glides_under_the_average(page):
    page.set_viewport_size(PROJECTOR)
    visit(page, "/properties")
    expect(title(page, 0)).to_have_text("Where is the average ratio?")
    drag(page, 0, 4, -100)
    guess = float(asked(page)["properties_guess"])
    assert 1 < guess < 2
    assert numbers_of(page)[1] == "?"
    page.get_by_text("That is my guess: show me").click()
    expect(page.get_by_text(f"You were {guess - 1:.2f} off")).to_be_visible()
    settled(page)
    assert slider(page, "Q, sun").get_attribute("value") == "7"
    assert numbers_of(page)[1] == "1.000"


@pytest.mark.usefixtures("no_troubles")
def test_answer_and_a_drag_break_the_triangle_and_mend_it(page):
    page.set_viewport_size(PROJECTOR)
    visit(page, "/properties")
    expect(words_of(page, 1)).to_contain_text("here the triangle holds")
    page.get_by_text("Never", exact=True).click()
    expect(words_of(page, 1)).to_contain_text("the triangle is broken")
    settled(page)
    assert numbers_of(page, 1) == ["2.885 bits", "1.443 bits", "2.885 bits"]
    # The top of B, to the left until the detour is the longer way.
    drag(page, 1, 2, -160)
    expect(words_of(page, 1)).to_contain_text("here the triangle holds")
    assert float(asked(page)["properties_b_mean"]) < 0


@pytest.mark.slow
def test_phone_shows_both_pictures_whole_above_their_sliders_in_both_themes(page):
    page.set_viewport_size(PHONE)
    visit(page, "/properties?properties_p4=0&properties_guess_told=true")
    expect_nothing_sideways(page)
    for number in range(2):
        expect_legible(page.locator(".js-plotly-plot").nth(number))
    expect_in_sight_above(page, 0, "P, sun", "Q, snow")
    expect_in_sight_above(page, 1, "A, middle", "C, spread")
    [light] = paper_of(page)
    [dark] = paper_of(in_scheme(page, "dark"))
    assert light != dark
    expect_nothing_sideways(resized(page, PROJECTOR))
