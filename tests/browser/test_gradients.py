"""The lesson on gradients as a learner meets it: guess, draw otherwise, train, follow links."""

import re
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from charts.style import DARK
from tests.browser.accessibility import expect_nothing_new_for_axe
from tests.browser.conftest import (
    PHONE,
    asked,
    drawings,
    expect_in_sight_above,
    expect_nothing_sideways,
    opened_elsewhere,
    plot,
    settled,
    slider,
    title,
    troubles_of,
    visit,
)
from tests.browser.legible import expect_all_legible, paper_of

LESSON, TOLD = "/gradients", "/gradients?gradients_guess_told=true"
PULLS, RUNS = range(2)
FOLLOWS = "k2 follows D(Q‖P), k3 follows D(P‖Q)"
# Five runs take their time on a busy machine.
PATIENCE = 120_000


pytestmark = pytest.mark.usefixtures("no_troubles")


def words(page, begins):
    """Return what begins so, on the page or under a picture, and can be seen."""
    said = page.locator(":is(.kl-words, [data-testid=stMarkdown]):visible")
    return said.filter(has_text=re.compile(f"^{begins}"))


def switch(page, label):
    """Turn a switch, as a click on its label does."""
    page.get_by_test_id("stCheckbox").filter(has_text=label).locator("label").click()


def trained(page):
    """Wait until the five runs are done."""
    expect(words(page, "After 100 steps")).to_have_count(1, timeout=PATIENCE)
    return settled(page)


def test_an_answer_shows_the_pulls_and_takes_them_far_away(page):
    visit(page, LESSON)
    expect(title(page, PULLS)).to_have_text("k1 in the loss: how hard does it pull?")
    switch(page, "That is my guess")
    expect(title(page, PULLS)).to_have_text(FOLLOWS)
    expect(slider(page, "β of Q")).to_have_attribute("aria-valuetext", "0.01")
    expect(page.get_by_text("what counts is its slope")).to_be_visible()
    settled(page)
    assert asked(page) == {"gradients_guess_told": "true", "estimators_pull": "0.01"}


@pytest.mark.slow
def test_off_policy_the_pulls_part(page):
    visit(page, TOLD)
    before = drawings(page)[PULLS]
    page.get_by_role("radiogroup", name="Words are drawn from").get_by_text("P", exact=True).click()
    expect(title(page, PULLS)).to_have_text("Off-policy, unweighted: no pull is right")
    settled(page)
    switch(page, "Weigh each draw")
    expect(title(page, PULLS)).to_have_text(FOLLOWS)
    settled(page)
    for trace, again in zip(before["traces"], drawings(page)[PULLS]["traces"], strict=True):
        np.testing.assert_allclose(again["y"], trace["y"], atol=1e-9)


@pytest.mark.slow
def test_training_is_switched_on_and_off(page):
    visit(page, LESSON)
    expect(page.get_by_text("Switch Train on: five runs")).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == 1
    switch(page, "Train")
    trained(page)
    expect(page.get_by_text("Switch Train on: five runs")).to_have_count(0)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    said = words(page, "After 100 steps").inner_text()
    assert re.search(r"Held: k1 in the reward .* k2 in the loss .* k3 in the loss", said)
    assert re.search(r"Not held: k1 in the loss \([\d.]+ bits\)\. Of reward", said)
    lines = plot(page, RUNS).evaluate(
        "plot => plot._fullData.map(trace => [trace.name, trace.line.dash, trace.marker.symbol])"
    )
    assert len({tuple(line) for line in lines}) == len({name for name, *_ in lines}) == 5
    assert asked(page) == {"estimators_train": "true"}
    switch(page, "Train")
    expect(page.get_by_text("Switch Train on: five runs")).to_be_visible()
    settled(page)
    assert page.locator(".js-plotly-plot").count() == 1
    assert asked(page) == {}


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, f"{TOLD}&estimators_pull=0.02&estimators_drawn=P")
    switch(page, "Weigh each draw")
    expect(title(page, PULLS)).to_have_text(FOLLOWS)
    settled(page)
    other = settled(opened_elsewhere(page, new_context))
    assert drawings(other) == drawings(page)
    assert asked(other)["estimators_weighted"] == "true"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "heading", "promise"),
    [
        ("It holds the policy to the reference", "train", "Not held: k1 in the loss"),
        ("A smaller β", "move", "Drawn by the older policy and not weighted"),
    ],
)
def test_links_of_wrong_answers_open_a_new_tab_at_their_heading(page, answer, heading, promise):
    visit(page, LESSON)
    page.get_by_text(answer, exact=True).click()
    link = page.get_by_test_id("stAlert").get_by_role("link")
    with page.context.expect_page() as opening:
        link.click()
    tab = opening.value
    troubles = troubles_of(tab)
    settled(tab)
    assert urlsplit(tab.url).fragment == heading
    expect(words(tab, f".*{re.escape(promise)}").first).to_be_visible(timeout=PATIENCE)
    settled(tab)
    expect(tab.locator(f"#{heading}")).to_be_in_viewport()
    assert tab.get_by_text("This link asks for").count() == 0
    assert troubles == []


@pytest.mark.slow
def test_phone_keeps_the_pulls_in_sight_above_their_control(page):
    page.set_viewport_size(PHONE)
    visit(page, TOLD)
    expect_in_sight_above(page, PULLS, "β of Q")


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{TOLD}&unit=dits&estimators_drawn=P&estimators_train=true")
    trained(page)
    expect_nothing_sideways(page)
    expect_all_legible(page, 2)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_more_after_training_and_wrong_answers(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{TOLD}&estimators_train=true&estimators_drawn=P&gradients_check1=It+holds+the"
                "+policy+to+the+reference")  # fmt: skip
    trained(page)
    expect_nothing_new_for_axe(page, scheme, bare_address)
