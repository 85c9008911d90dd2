"""The lesson on training as a learner meets it: train, stop, go on, keep, share."""

import re

import pytest
from playwright.sync_api import expect

from charts.style import DARK, LIGHT
from tests.browser.accessibility import expect_nothing_new_for_axe
from tests.browser.conftest import (
    PHONE,
    asked,
    drawings,
    expect_nothing_sideways,
    opened_elsewhere,
    plot,
    press,
    settled,
    visit,
)
from tests.browser.legible import expect_all_legible, paper_of

LESSON = "/training"
LANDING, STEP_BY_STEP = range(2)
# A first visit solves for every β, and a run of 300 steps takes its time on a busy machine.
PATIENCE = 60_000


pytestmark = pytest.mark.usefixtures("no_troubles")


def switch(page):
    """Return the switch that trains."""
    return page.get_by_test_id("stCheckbox").filter(has_text=re.compile("^Train$"))


def switch_training_on(page):
    """Switch training on, and wait until it goes."""
    switch(page).locator("label").click()
    expect(progress(page)).to_be_visible()


def progress(page):
    """Return the bar that says at which step training is."""
    return page.get_by_test_id("stProgress").filter(has_text=re.compile(r"^Step \d+ of"))


def ended(page, how="Done"):
    """Wait until training is over, and return after which step."""
    line = page.get_by_test_id("stMarkdown").filter(has_text=re.compile(f"^{how} after step "))
    expect(line).to_have_count(1, timeout=PATIENCE)
    settled(page)
    expect(progress(page)).to_have_count(0)
    return int(re.search(r"after step (\d+) of", line.inner_text())[1])


def traces_of(page, number):
    """Return name, colour, dash and length of each line of a chart that has a name."""
    return plot(page, number).evaluate(
        """plot => plot._fullData.filter(trace => trace.mode?.includes('lines')).map(trace => ({
            said: (trace.hovertemplate ?? '').split(', step')[0], colour: trace.line.color,
            dash: trace.line.dash, length: trace.x.length}))"""
    )


@pytest.mark.slow
def test_training_is_stopped_resumed_and_done(page):
    visit(page, f"{LESSON}?beta_steps=300")
    expect(page.get_by_text("Nothing is trained yet.")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    switch_training_on(page)
    page.get_by_role("button", name="Stop training").click()
    stopped = ended(page, "Stopped")
    assert 1 <= stopped < 300
    on = switch(page).locator("input")
    expect(on).not_to_be_checked()
    expect(page).to_have_url(re.compile(r"beta_steps=300$"))
    assert [each["length"] for each in traces_of(page, STEP_BY_STEP)][-1] == stopped
    expect(page.get_by_text("Switch Train on again to go on from there.")).to_be_visible()

    switch_training_on(page)
    expect(on).to_be_checked()
    first = int(re.search(r"Step (\d+) of 300", progress(page).inner_text())[1])
    assert first > stopped
    assert ended(page) == 300
    expect(on).to_be_checked()
    assert asked(page) == {"beta_steps": "300", "beta_train": "true"}
    expect(page.get_by_text("Stopped after step")).to_have_count(0)
    for step in (1, 300):
        line = page.get_by_role("listitem").filter(has_text=f"PPO, β = 0.02, step {step}: ")
        expect(line).to_have_count(1)
    said = page.get_by_test_id("stMarkdown").get_by_text(
        re.compile("^PPO, β = 0.02, step 300: reward ")
    )
    expect(said).to_have_count(1)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert [each["length"] for each in traces_of(page, STEP_BY_STEP)][-1] == 300
    # On screen it is the run that is never stopped.
    through = drawings(page)[STEP_BY_STEP]
    page.get_by_text("More settings").click()
    switch(page).locator("label").click()
    expect(on).not_to_be_checked()
    page.get_by_role("button", name="Another run").click()
    expect(page.get_by_text("Nothing is trained yet.")).to_be_visible()
    press(page, "Which run", "ArrowLeft")
    expect(page).to_have_url(re.compile(r"beta_steps=300$"))
    settled(page)
    switch_training_on(page)
    ended(page)
    there = drawings(page)[STEP_BY_STEP]
    assert [trace["y"] for trace in there["traces"][:3]] == [
        trace["y"] for trace in through["traces"][:3]
    ]


@pytest.mark.slow
def test_leaving_while_it_trains_and_coming_back(page):
    visit(page, f"{LESSON}?beta_steps=300&beta_rope=race+all+three")
    switch_training_on(page)
    page.get_by_role("link", name="The die").first.click()
    page.get_by_role("heading", name="The die", exact=True).wait_for()
    settled(page)
    expect(progress(page)).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.get_by_role("link", name="Train it").first.click()
    page.get_by_role("heading", name="Train it", exact=True).wait_for()
    # It goes on where it was, as the switch says; nobody need wait for it to look around.
    expect(switch(page).locator("input")).to_be_checked()
    page.get_by_role("button", name="Stop training").click()
    line = page.get_by_text(re.compile(r"^(Stopped|Done) after step \d+ of 300"))
    expect(line).to_have_count(1, timeout=PATIENCE)
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert asked(page) == {"beta_steps": "300", "beta_rope": "race all three"}


@pytest.mark.slow
def test_three_race_and_kept_runs_stay_grey(page):
    visit(page, f"{LESSON}?beta_steps=30")
    page.get_by_text("race all three", exact=True).click()
    expect(page).to_have_url(re.compile("beta_rope=race"))
    switch(page).locator("label").click()
    assert ended(page) == 30
    ways = traces_of(page, LANDING)[1:]
    assert [each["said"] for each in ways] == [
        "PPO, β = 0.02", "PPO, adaptive from β = 0.02", "PPO, proportional from β = 0.02"
    ]  # fmt: skip
    assert [each["dash"] for each in ways] == ["solid", "dash", "dot"]
    assert {each["colour"] for each in ways} == {LIGHT.q}
    for line in ("solid line", "dashed", "dotted"):
        expect(page.get_by_text(f"({line}), step 30: reward")).to_have_count(1)

    page.get_by_role("button", name="Keep to compare").click()
    expect(page.get_by_text("Train another run to compare.")).to_be_visible()
    settled(page)
    expect(switch(page).locator("input")).not_to_be_checked()
    page.get_by_text("GRPO", exact=True).first.click()
    page.get_by_text("fixed", exact=True).first.click()
    settled(page)
    switch(page).locator("label").click()
    assert ended(page) == 30
    ways = traces_of(page, LANDING)[1:]
    assert [each["colour"] for each in ways] == [LIGHT.muted] * 3 + [LIGHT.q]
    assert len({each["dash"] for each in ways}) == 4
    assert ways[-1]["said"] == "GRPO, β = 0.02"
    expect(page.get_by_text(re.compile("^Kept: "))).to_have_count(3)
    page.get_by_role("button", name="Forget kept runs").click()
    expect(page.get_by_text(re.compile("^Kept: "))).to_have_count(0)
    settled(page)
    assert len(traces_of(page, LANDING)) == 2


# The view as a whole.


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, f"{LESSON}?beta_steps=30")
    for choice in ("nats", "GRPO, unscaled"):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
    switch(page).locator("label").click()
    assert ended(page) == 30
    assert asked(page) == {
        "unit": "nats", "beta_steps": "30", "beta_method": "GRPO, unscaled", "beta_train": "true",
        # As much as the 10 bits that it begins with.
        "training_guess": "7",
    }  # fmt: skip
    other = opened_elsewhere(page, new_context)
    assert ended(other) == 30
    assert len(drawings(other)) == 2
    expect(switch(other).locator("input")).to_be_checked()


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}?beta_steps=30&beta_rope=race+all+three&beta_train=true&unit=dits")
    assert ended(page) == 30
    expect_nothing_sideways(page)
    expect_all_legible(page, 2)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
def test_axe_finds_nothing_more_after_training(page, bare_address):
    visit(page, f"{LESSON}?beta_steps=30&beta_train=true")
    assert ended(page) == 30
    expect_nothing_new_for_axe(page, "light", bare_address)
