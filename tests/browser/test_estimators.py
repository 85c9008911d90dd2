"""The lesson on KL from samples as a learner meets it: guess, move, press, follow links, share."""

import re
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from charts.style import DARK, LIGHT
from tests.browser.accessibility import expect_nothing_new_for_axe
from tests.browser.conftest import (
    PHONE,
    asked,
    chart,
    drawings,
    expect_in_sight_above,
    expect_nothing_sideways,
    opened_elsewhere,
    plot,
    press,
    settled,
    slider,
    title,
    troubles_of,
    visit,
)
from tests.browser.files import open_saved_chart, saved_data
from tests.browser.legible import expect_all_legible, paper_of

LESSON = "/estimators"
SINGLES, BELLS, HISTOGRAMS, NOISE, TEXTS = range(5)
GAP, HOW_MANY = "Gap: how far P lies from Q", "How many forecasts"


pytestmark = pytest.mark.usefixtures("no_troubles")


def words(page, begins):
    """Return what begins so, on the page or under a picture, and can be seen."""
    said = page.locator(":is(.kl-words, [data-testid=stMarkdown]):visible")
    return said.filter(has_text=re.compile(f"^{begins}"))


def finding(page, text):
    """Return the sentence under a picture that says so."""
    return page.locator(".kl-words").filter(has_text=text)


def switch(page, label):
    """Turn a switch, as a click on its label does."""
    page.get_by_test_id("stCheckbox").filter(has_text=label).locator("label").click()


def estimates(page):
    """Return the sentence under the histograms."""
    return page.locator(".kl-words").nth(HISTOGRAMS)


# The question.


def test_an_answer_draws_until_one_sees_it_come_true(page):
    visit(page, LESSON)
    expect(title(page, SINGLES)).to_have_text("No draw yet: how many will be below 0?")
    switch(page, "That is my guess")
    expect(title(page, SINGLES)).to_have_text(
        "45.7% ± 1.6% of 1,000 draws are below 0", timeout=30_000
    )
    expect(page.get_by_text("From samples KL is only estimated")).to_be_visible()
    settled(page)
    assert asked(page) == {"estimators_guess_told": "true", "estimators_seen": "1000"}


# Moves.


def test_gap_moves_histograms_bells_and_sentence(page):
    visit(page, f"{LESSON}?estimators_gap=0.5")
    before = drawings(page)
    expect(estimates(page)).to_contain_text("D(Q‖P) is 0.180 bits")
    press(page, GAP, "ArrowRight")
    # (0.51)²/2 nats.
    expect(estimates(page)).to_contain_text("D(Q‖P) is 0.188 bits")
    expect(page).to_have_url(re.compile(r"estimators_gap=0\.51$"))
    expect(title(page, HISTOGRAMS)).to_have_text("10 draws each; dashed: D = 0.188 bits")
    settled(page)
    after = drawings(page)
    for number in (SINGLES, HISTOGRAMS, BELLS, NOISE):
        assert after[number]["traces"] != before[number]["traces"], number
        assert after[number]["ranges"] == before[number]["ranges"], number
    assert after[TEXTS] == before[TEXTS]


@pytest.mark.slow
def test_histograms_are_violet_above_0_and_green_below(page):
    visit(page, LESSON)
    middles = plot(page, HISTOGRAMS).evaluate("plot => [...plot._fullData[0].x]")
    k1 = chart(page, HISTOGRAMS)[0]
    assert sum(k1["y"]) == 2000
    assert k1["colour"] == [LIGHT.good if middle < 0 else LIGHT.kl for middle in middles]


def test_more_forecasts_end_the_doubt(page):
    visit(page, LESSON)
    page.get_by_role("button", name="By chance").click()
    expect(finding(page, "Chance can do this.")).to_be_visible()
    settled(page)
    ranges = drawings(page)[TEXTS]["ranges"]
    press(page, HOW_MANY, "End")
    expect(finding(page, "No sign of a mistake, and no proof.")).to_be_visible()
    settled(page)
    assert title(page, TEXTS).text_content().startswith("k1 of 4,096 texts: 0.01")
    assert drawings(page)[TEXTS]["ranges"] == ranges
    assert asked(page) == {"estimators_texts": "4096", "estimators_batch": "8"}


@pytest.mark.slow
@pytest.mark.parametrize("label", ["Top-k", "Temperature", "Minimum length", "Padding"])
def test_mistakes_are_one_click_each(page, label):
    visit(page, LESSON)
    page.get_by_role("button", name=label, exact=True).click()
    expect(finding(page, "A mistake, hardly chance.")).to_be_visible()
    settled(page)
    expect(page.get_by_text("where k1 is bound for", exact=True)).to_be_visible()
    height = plot(page, TEXTS).evaluate(
        "plot => plot._fullData.find(trace => trace.name === 'where k1 is bound for').y[0]"
    )
    assert height < 0
    expect(slider(page, HOW_MANY)).to_have_attribute(
        "aria-valuetext", "4096" if label == "Temperature" else "1024"
    )


@pytest.mark.slow
def test_presets_set_both_bells_and_start_over_brings_them_back(page):
    fresh = drawings(visit(page, LESSON))
    page.get_by_role("button", name="P too wide").click()
    expect(page.get_by_text("k3's spread is infinite: far out")).to_be_visible()
    settled(page)
    assert asked(page) == {
        "estimators_gap": "0.5", "estimators_spread": "1.5", "estimators_seen": "1000"
    }  # fmt: skip
    # No line where there is no number.
    k3 = plot(page, NOISE).evaluate(
        "plot => plot._fullData.find(trace => trace.name === 'k3').y.filter(Number.isFinite).length"
    )
    assert k3 == 0
    page.get_by_role("radiogroup", name="Draws are").get_by_text("forecasts").click()
    expect(page.get_by_text("These draws are whole forecasts")).to_be_visible()
    settled(page)
    assert page.locator(".js-plotly-plot").count() == 4
    page.get_by_role("button", name="Start over").click()
    expect(estimates(page)).to_contain_text("D(Q‖P) is 0.007 bits")
    settled(page)
    assert drawings(page) == fresh
    assert asked(page) == {}


# The view as a whole.


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, LESSON)
    press(page, GAP, "ArrowRight", "ArrowRight")
    expect(page).to_have_url(re.compile(r"estimators_gap=0\.12"))
    press(page, HOW_MANY, "ArrowRight")
    expect(page).to_have_url(re.compile("estimators_texts=128"))
    settled(page)
    for choice in ("nats", "top 2", "cost 0.5"):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
    assert asked(page) == {
        "estimators_gap": "0.12", "estimators_texts": "128", "unit": "nats",
        "estimators_way": "top 2", "estimators_fee": "cost 0.5",
    }  # fmt: skip
    other = settled(opened_elsewhere(page, new_context))
    assert len(drawings(other)) == 5
    expect(other.get_by_role("radio", name="top 2")).to_be_checked()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "heading", "promise"),
    [
        ("Take its absolute value", "negative", "Chance can do this."),
        ("Bad luck", "negative", "A mistake, hardly chance."),
        ("Yes, always", "average", "k1 is closest here."),
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
    expect(words(tab, f".*{re.escape(promise)}")).to_be_visible()
    settled(tab)
    expect(tab.locator(f"#{heading}")).to_be_in_viewport()
    assert tab.get_by_text("This link asks for").count() == 0
    assert troubles == []


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, LESSON)
    rows = saved_data(page, "estimators", tmp_path)
    assert len(rows) == 2000
    k1 = np.array([float(row["k1_bits"]) for row in rows])
    said = estimates(page).inner_text()
    assert f"{100 * np.mean(k1 < 0):.1f}% are below 0" in said
    assert f"k1 by {np.sqrt(np.mean((k1 - 0.005 / np.log(2)) ** 2)):.3f} bits" in said
    drawn = drawings(page)[HISTOGRAMS]
    open_saved_chart(page, "estimators", tmp_path)
    assert drawings(page) == [drawn]


# A phone, in the dark, and a projector.


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_and_shows_the_others_below_their_controls(page):
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    for label, number in ((HOW_MANY, TEXTS), ("Draws in each estimate", HISTOGRAMS)):
        above = slider(page, label).bounding_box()
        below = plot(page, number).bounding_box()
        assert below["y"] > above["y"] + above["height"], label
    expect_in_sight_above(page, SINGLES, "Draws so far", GAP, "Spread of P", "Which draws")


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}?unit=dits&estimators_gap=2.5&estimators_seen=1000"
                "&estimators_fee=cost+0.5&estimators_way=at+least+16+words")  # fmt: skip
    expect_nothing_sideways(page)
    expect_all_legible(page, 5)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
def test_presenter_sees_controls_and_draws_on_one_screen(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    visit(page, f"{LESSON}?present=true")
    for each in (slider(page, GAP), page.get_by_role("button", name="Other draws"),
                 plot(page, SINGLES), words(page, "P is a bell at").first):  # fmt: skip
        box = each.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_more_after_draws_and_wrong_answers(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{LESSON}?estimators_seen=1000&estimators_way=top+2&estimators_texts=1024"
                "&estimators_guess_told=true"
                "&estimators_check1=Take+its+absolute+value")  # fmt: skip
    expect(finding(page, "A mistake, hardly chance.")).to_be_visible()
    expect_nothing_new_for_axe(page, scheme, bare_address)
