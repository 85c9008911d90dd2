"""What holds in the browser for every page, light and dark, on a screen and on a phone."""

from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import expect_nothing_new_for_axe
from tests.browser.conftest import (
    PHONE,
    STREAMLIT,
    expect_nothing_sideways,
    few,
    in_scheme,
    resized,
    settled,
    visit,
    visited,
)
from tests.browser.legible import expect_legible
from tests.browser.serving import serving
from tests.navigation import ADDRESSES


@pytest.fixture(scope="module", params=[*ADDRESSES, "/teach"])
def drawn(request, profile):
    """Each page, visited once in the dark."""
    with visited(profile, request.param, "dark") as visit_of_a_page:
        yield visit_of_a_page


@pytest.fixture(params=few(ADDRESSES, "/", "/beta-penalty", "/your-own"))
def path(request):
    """Each page in turn."""
    return request.param


def test_addresses_are_those_of_the_navigation(page):
    links = visit(page, "/").locator("[data-testid=stSidebarNavLink]")
    found = [urlsplit(link.evaluate("link => link.href")).path for link in links.all()]
    assert found == [*ADDRESSES, "/teach"]


def test_no_errors_and_no_word_to_strangers(drawn):
    assert drawn.troubles == []


@pytest.mark.parametrize("scheme", few(["dark", "light"], "light"))
def test_axe_finds_nothing_that_bare_streamlit_does_not_have(drawn, scheme, bare_address):
    in_scheme(drawn.page, scheme)
    expect_nothing_new_for_axe(drawn.page, scheme, bare_address)


def test_no_developer_toolbar(drawn):
    drawn.page.get_by_test_id("stMainMenu").click()
    menu = drawn.page.get_by_test_id("stMainMenuPopover").inner_text()
    assert "About" in menu
    assert "Dark" in menu
    for developers in ("Rerun", "Clear cache", "Deploy"):
        assert developers not in menu
    drawn.page.keyboard.press("Escape")
    expect(drawn.page.get_by_test_id("stMainMenuPopover")).to_be_hidden()


@pytest.mark.parametrize("width", [853, 1280])
def test_nothing_scrolls_sideways(drawn, width):
    expect_nothing_sideways(resized(drawn.page, {"width": width, "height": 844}))


def test_phone_in_the_light_has_no_errors_and_shows_whole_charts(profile, path):
    with visited(profile, path, "light", PHONE) as on_a_phone:
        assert on_a_phone.troubles == []
        expect_nothing_sideways(on_a_phone.page)
        for plot in on_a_phone.page.locator(".js-plotly-plot").all():
            # Which labels may meet is for the lesson to say.
            expect_legible(plot, "")


def test_cold_server_answers_a_deep_link_with_the_lesson(page):
    with serving(*STREAMLIT, "app.py") as address:
        page.goto(f"{address}/die?die_q6=0")
        page.get_by_role("heading", name="The die", exact=True).wait_for()
        settled(page)
        assert page.title() == "The die · KL Explained"
        assert page.get_by_role("dialog").count() == 0
        assert "infinite" in page.locator("[data-testid=stMain]").inner_text()


def test_security_headers(base_url, path):
    with urlopen(f"{base_url}{path}") as answer:  # noqa: S310
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_health_route(base_url):
    with urlopen(f"{base_url}/_stcore/health") as answer:  # noqa: S310
        assert answer.read() == b"ok"


@pytest.mark.slow
def test_next_lesson_begins_at_its_top_in_a_busy_browser_too(page):
    visit(page, "/intuition")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 10})
    for heading in ("The definition: the sum", "The integral", "The die"):
        page.locator("[data-testid=stMain] [data-testid=stPageLink]").last.click()
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        settled(page)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0, heading


@pytest.mark.parametrize(
    "link", few(["/gradients#use", "/forward-reverse#plane"], "/gradients#use")
)
def test_link_to_a_heading_holds_it_while_a_busy_browser_draws_what_is_above(page, link):
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.set_default_timeout(60_000)
    visit(page, link)
    heading = page.locator(f"#{urlsplit(link).fragment}")
    place = heading.bounding_box()
    # Just below the bar that covers the page's upper edge.
    bar = page.get_by_test_id("stHeader").bounding_box()
    assert bar["height"] <= place["y"] + 1 <= bar["height"] + 5
    # Whoever has touched the page goes where they like.
    page.mouse.move(700, 500)
    page.mouse.wheel(0, -1000)
    page.wait_for_function(
        "before => document.querySelector(location.hash).getBoundingClientRect().y > before + 500",
        arg=place["y"],
    )
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(1000)
    assert heading.bounding_box()["y"] > bar["height"] + 200


def test_link_to_a_heading_that_nobody_can_read_is_no_trouble(profile):
    with visited(profile, "/die#100%", "light") as die:
        assert die.troubles == []


def test_previous_and_next_lead_through_all_pages(page):
    visit(page, "/")
    titles = []
    while True:
        titles.append(page.title())
        forward = page.locator("[data-testid=stMain] [data-testid=stPageLink]").last
        if len(titles) == len(ADDRESSES):
            break
        forward.click()
        page.wait_for_function("title => document.title !== title", arg=titles[-1])
        settled(page)
    assert len(set(titles)) == len(ADDRESSES)
