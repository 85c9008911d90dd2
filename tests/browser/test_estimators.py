"""The lesson on KL from samples as a learner meets it: move, press, train, follow links, share."""

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
HISTOGRAMS, BELLS, NOISE, TEXTS, PULLS, RUNS = range(6)
GAP, HOW_MANY = "Gap: how far P lies from Q", "How many forecasts"
# Five runs take their time on a busy machine.
PATIENCE = 60_000


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


def trained(page):
    """Wait until the five runs are done."""
    expect(words(page, "After 100 steps")).to_have_count(1, timeout=PATIENCE)
    return settled(page)


# Moves.


def test_gap_moves_histograms_bells_and_sentence(page):
    visit(page, LESSON)
    before = drawings(page)
    said = words(page, r"D\(Q‖P\) is 0\.180 bits")
    expect(said).to_have_count(1)
    press(page, GAP, "ArrowRight")
    # (0.51)²/2 nats.
    expect(words(page, r"D\(Q‖P\) is 0\.188 bits")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"estimators_gap=0\.51$"))
    expect(title(page, HISTOGRAMS)).to_have_text("10 draws each; dashed: D = 0.188 bits")
    settled(page)
    after = drawings(page)
    for number in (HISTOGRAMS, BELLS, NOISE):
        assert after[number]["traces"] != before[number]["traces"], number
        assert after[number]["ranges"] == before[number]["ranges"], number
    assert after[TEXTS] == before[TEXTS]
    assert after[PULLS] == before[PULLS]


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
    assert title(page, TEXTS).text_content().startswith("k1 of 4,096 texts: 0.02")
    assert drawings(page)[TEXTS]["ranges"] == ranges
    assert asked(page) == {"estimators_texts": "4096", "estimators_batch": "2"}


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
    expect(slider(page, HOW_MANY)).to_have_attribute("aria-valuetext", "1024")


@pytest.mark.slow
def test_presets_set_both_bells_and_start_over_brings_them_back(page):
    fresh = drawings(visit(page, LESSON))
    page.get_by_role("button", name="P too wide").click()
    expect(page.get_by_text("k3's spread is infinite: far out")).to_be_visible()
    settled(page)
    assert asked(page) == {"estimators_spread": "1.5"}
    # No line where there is no number.
    k3 = plot(page, NOISE).evaluate(
        "plot => plot._fullData.find(trace => trace.name === 'k3').y.filter(Number.isFinite).length"
    )
    assert k3 == 0
    page.get_by_role("button", name="A language model").click()
    expect(page.get_by_text("These draws are whole forecasts.")).to_be_visible()
    settled(page)
    assert page.locator(".js-plotly-plot").count() == 4
    page.get_by_role("button", name="Start over").click()
    expect(words(page, r"D\(Q‖P\) is 0\.180 bits")).to_have_count(1)
    settled(page)
    assert drawings(page) == fresh
    assert asked(page) == {}


@pytest.mark.slow
def test_off_policy_the_pulls_part(page):
    visit(page, LESSON)
    before = drawings(page)[PULLS]
    page.get_by_role("radiogroup", name="Words are drawn from").get_by_text("P", exact=True).click()
    expect(title(page, PULLS)).to_have_text("Off-policy, unweighted: no pull is right")
    settled(page)
    switch(page, "Weigh each draw")
    expect(title(page, PULLS)).to_have_text("k2 follows D(Q‖P), k3 follows D(P‖Q)")
    settled(page)
    for trace, again in zip(before["traces"], drawings(page)[PULLS]["traces"], strict=True):
        np.testing.assert_allclose(again["y"], trace["y"], atol=1e-9)


@pytest.mark.slow
def test_training_is_switched_on_and_off(page):
    visit(page, LESSON)
    expect(page.get_by_text("Switch Train on: five runs")).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == 5
    switch(page, "Train")
    trained(page)
    expect(page.get_by_text("Switch Train on: five runs")).to_have_count(0)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    said = words(page, "After 100 steps").inner_text()
    assert re.search(r"Held: k1 in the reward .* k2 in the loss .* k3 in the loss", said)
    assert re.search(r"Not held: k1 in the loss \([\d.]+ bits\)\.$", said)
    lines = plot(page, RUNS).evaluate(
        "plot => plot._fullData.map(trace => [trace.name, trace.line.dash, trace.marker.symbol])"
    )
    assert len({tuple(line) for line in lines}) == len({name for name, *_ in lines}) == 5
    assert asked(page) == {"estimators_train": "true"}
    switch(page, "Train")
    expect(page.get_by_text("Switch Train on: five runs")).to_be_visible()
    settled(page)
    assert page.locator(".js-plotly-plot").count() == 5
    assert asked(page) == {}


# The view as a whole.


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, LESSON)
    press(page, GAP, "ArrowRight", "ArrowRight")
    expect(page).to_have_url(re.compile(r"estimators_gap=0\.52"))
    press(page, HOW_MANY, "ArrowRight")
    expect(page).to_have_url(re.compile("estimators_texts=128"))
    settled(page)
    for choice in ("nats", "top 2", "cost 0.5", "Almost every other time"):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
    switch(page, "Train")
    trained(page)
    assert asked(page) == {
        "estimators_gap": "0.52", "estimators_texts": "128", "unit": "nats",
        "estimators_way": "top 2", "estimators_fee": "cost 0.5",
        "estimators_predict": "Almost every other time", "estimators_train": "true",
    }  # fmt: skip
    other = trained(opened_elsewhere(page, new_context))
    assert len(drawings(other)) == 6
    expect(other.get_by_role("radio", name="top 2")).to_be_checked()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "heading", "promise"),
    [
        ("Take its absolute value", "negative", "Chance can do this."),
        ("Bad luck", "negative", "A mistake, hardly chance."),
        ("Yes, always", "move", "k1 is closest here."),
        ("It holds the policy to the reference", "train", "Not held: k1 in the loss"),
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
    expect(words(tab, f".*{re.escape(promise)}")).to_be_visible(timeout=PATIENCE)
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
    said = words(page, r"D\(Q‖P\) is").inner_text()
    assert f"{100 * np.mean(k1 < 0):.1f}% are below 0" in said
    assert f"k1 by {np.sqrt(np.mean((k1 - 0.125 / np.log(2)) ** 2)):.3f} bits" in said
    drawn = drawings(page)[HISTOGRAMS]
    open_saved_chart(page, "estimators", tmp_path)
    assert drawings(page) == [drawn]


# A phone, in the dark, and a projector.


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_and_shows_the_others_below_their_controls(page):
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    for label, number in ((HOW_MANY, TEXTS), ("β of Q", PULLS)):
        above = slider(page, label).bounding_box()
        below = plot(page, number).bounding_box()
        assert below["y"] > above["y"] + above["height"], label
    expect(words(page, r"D\(Q‖P\) is")).to_have_count(1)
    assert (
        words(page, r"D\(Q‖P\) is").bounding_box()["y"]
        > (plot(page, HISTOGRAMS).bounding_box()["y"])
    )
    every = (GAP, "Spread of P", "β of the policy that", "Draws in each", "Which draws")
    expect_in_sight_above(page, HISTOGRAMS, *every)


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}?unit=dits&estimators_gap=2.5&estimators_drawn=P&estimators_train=true"
                "&estimators_fee=cost+0.5&estimators_way=at+least+16+words")  # fmt: skip
    trained(page)
    expect_nothing_sideways(page)
    expect_all_legible(page, 6)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
def test_presenter_sees_controls_and_histograms_on_one_screen(page):
    page.set_viewport_size({"width": 1280, "height": 720})
    visit(page, f"{LESSON}?present=true")
    for each in (slider(page, GAP), page.get_by_role("button", name="Other draws"),
                 plot(page, HISTOGRAMS), words(page, r"D\(Q‖P\) is")):  # fmt: skip
        box = each.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_more_after_training_and_wrong_answers(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{LESSON}?estimators_train=true&estimators_drawn=P&estimators_way=top+2"
                "&estimators_texts=1024&estimators_check1=Take+its+absolute+value"
                "&estimators_predict=Never")  # fmt: skip
    trained(page)
    expect(finding(page, "A mistake, hardly chance.")).to_be_visible()
    expect_nothing_new_for_axe(page, scheme, bare_address)
