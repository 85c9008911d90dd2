"""The lesson on the rope as a learner meets it: guess, move, click through words, share."""

import re

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
    press,
    settled,
    title,
    visit,
)
from tests.browser.legible import expect_all_legible, paper_of

LESSON = "/beta-penalty"
ROPE, HACKING, NEXT_WORD = range(3)
BETA, PAIRS = "β: how short the rope is", "Judged pairs that the reward model has seen"
SCALE = "The reward's scale: multiplied by"
SOFAR = "The words so far, for the next-word chart"


pytestmark = pytest.mark.usefixtures("no_troubles")


def tile(page, label):
    """Return the number on a tile, or under the picture, that can be seen."""
    tile = page.locator(":is(.kl-numbers > div, [data-testid=stMetric]):visible")
    number = tile.filter(has_text=label).locator(":is(strong, [data-testid=stMetricValue])")
    return number.inner_text()


def said_by(page, model):
    """Return the forecasts below a heading."""
    block = page.locator(":is(.kl-words, [data-testid=stMarkdown]):visible")
    return block.filter(has_text=f"{model}, says").get_by_role("listitem").all_inner_texts()


def finding(page, text):
    """Return the paragraph under a picture that says so."""
    return page.locator(".kl-words").get_by_text(text)


def so_far(page):
    """Return the field that holds the words so far."""
    return page.get_by_role("textbox", name=SOFAR)


def words(page):
    """Return the next words as the chart names them."""
    return plot(page, NEXT_WORD).evaluate("plot => [...plot._fullData[1].y]")


def judged(page):
    """Return how many points of the judge's axis the picture shows, the guess among them."""
    return plot(page, ROPE).evaluate(
        """plot => plot._fullData.filter(trace => trace.yaxis === "y2")
            .map(trace => trace.y.length).reduce((a, b) => a + b)"""
    )


# The rope.


def test_guess_lifts_the_veil_and_puts_beta_there(page):
    visit(page, LESSON)
    assert judged(page) == 1
    expect(title(page, ROPE)).to_have_text("Where does the judge’s score peak?")
    press(page, "Your guess", "Home")
    settled(page)
    assert judged(page) == 1
    page.get_by_text("That is my guess: show me").click()
    expect(
        page.get_by_text(re.compile(r"^Not there\. .* At your guess, β = 0\.001"))
    ).to_be_visible()
    expect(finding(page, re.compile(r"^At β = 0\.001 Q's forecasts earn"))).to_be_visible()
    expect(finding(page, "Reward hacking.")).to_be_visible()
    settled(page)
    assert judged(page) > 80
    assert asked(page) == {
        "beta_beta": "0.001", "beta_guess": "0.001", "beta_guess_told": "true"
    }  # fmt: skip


@pytest.mark.slow
def test_beta_and_scale_move_forecasts_and_tiles_and_not_the_sft_model(page):
    visit(page, f"{LESSON}?beta_beta=0.02")
    mine, usual = said_by(page, "Q, the policy"), said_by(page, "P, the SFT model")
    numbers = {each: tile(page, each) for each in ("Reward", "Judge", "D(Q‖P)")}
    assert (len(mine), len(usual)) == (3, 5)
    press(page, BETA, "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    expect(page).to_have_url(re.compile(r"beta_beta=0\.008$"))
    settled(page)
    expect(finding(page, re.compile(r"^At β = 0\.008 Q's forecasts earn"))).to_be_visible()
    expect(finding(page, "Your β = 0.008, the dot, earns")).to_be_visible()
    assert said_by(page, "Q, the policy") != mine
    assert said_by(page, "P, the SFT model") == usual
    for label, number in numbers.items():
        assert tile(page, label) != number, label
    bands = plot(page, ROPE).evaluate("plot => plot.layout.shapes.length")
    press(page, SCALE, "End")
    settled(page)
    expect(page.get_by_text(re.compile(r"β = 0\.008 is 0\.008 times the spread"))).to_be_visible()
    assert plot(page, ROPE).evaluate("plot => plot.layout.shapes.length") == bands + 1


@pytest.mark.slow
def test_axes_stay_from_one_end_of_beta_to_the_other(page):
    visit(page, f"{LESSON}?beta_guess_told=true")
    ranges, dots = [], []
    for key, beta in (("Home", "0.001"), ("End", "1")):
        press(page, BETA, key)
        settled(page)
        expect(finding(page, f"Your β = {beta}, the dot, earns")).to_be_visible()
        shown = [drawings(page)[each] for each in (ROPE, HACKING)]
        ranges.append([each["ranges"] for each in shown])
        dots.append([trace["x"] for trace in shown[1]["traces"] if len(trace["x"] or []) == 1])
    assert dots[0][0] > dots[1][0]
    assert ranges[0] == ranges[1]


def test_words_are_clicked_taken_back_and_mistyped(page):
    visit(page, f"{LESSON}?beta_words=true")
    expect(so_far(page)).to_have_value("tomorrow will be")
    spoken = "tomorrow will be"
    for _ in range(2):
        before = drawings(page)[NEXT_WORD]
        following = next(word for word in words(page) if word != "full stop")
        page.get_by_role("button", name=following, exact=True).click()
        spoken = f"{spoken} {following}"
        expect(so_far(page)).to_have_value(spoken)
        said = f"After {len(spoken.split())} words (“{spoken}”)"
        expect(finding(page, said)).to_be_visible()
        settled(page)
        assert drawings(page)[NEXT_WORD] != before
        assert asked(page) == {"beta_context": spoken, "beta_words": "true"}
    page.get_by_role("button", name="Back one word").click()
    shorter = spoken.rsplit(" ", 1)[0]
    expect(so_far(page)).to_have_value(shorter)
    expect(finding(page, f"words (“{shorter}”)")).to_be_visible()
    page.get_by_role("button", name="From the start").click()
    expect(so_far(page)).to_have_value("")
    expect(finding(page, "At the start of a forecast the policy's likeliest")).to_be_visible()
    settled(page)

    rest = drawings(page)[HACKING], tile(page, "Reward")
    so_far(page).fill("tomorrow xyzzy")
    so_far(page).press("Enter")
    warning = page.get_by_role("alert").filter(has_text="is not among the")
    expect(warning).to_contain_text("The words so far: xyzzy is not among the")
    settled(page)
    expect(so_far(page)).to_have_value("tomorrow xyzzy")
    # The chart of the next word is gone.
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert (drawings(page)[HACKING], tile(page, "Reward")) == rest
    page.get_by_role("button", name="From the start").click()
    expect(warning).to_have_count(0)
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    settled(page)


# The view as a whole.


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, f"{LESSON}?beta_words=true")
    press(page, BETA, "ArrowLeft")
    press(page, PAIRS, "ArrowLeft")
    expect(page).to_have_url(re.compile("beta_pairs=1000"))
    settled(page)
    page.get_by_text("nats", exact=True).first.click()
    expect(page.get_by_role("radio", name="nats")).to_be_checked()
    settled(page)
    so_far(page).fill("rain in the")
    so_far(page).press("Enter")
    expect(finding(page, "After 3 words (“rain in the”)")).to_be_visible()
    settled(page)
    assert asked(page) == {
        "beta_beta": "0.16", "beta_pairs": "1000", "unit": "nats", "beta_context": "rain in the",
        "beta_words": "true",
    }  # fmt: skip
    other = opened_elsewhere(page, new_context)
    assert len(drawings(other)) == 3
    expect(so_far(other)).to_have_value("rain in the")


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_above_every_slider(page):
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    expect_in_sight_above(page, ROPE, "Your guess", BETA, SCALE, PAIRS, "Which pairs")


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}?beta_beta=0.0025&beta_pairs=200&beta_scale=20&beta_words=true&unit=dits")
    expect_nothing_sideways(page)
    expect_all_legible(page, 3)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_more_in_failures(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{LESSON}?beta_beta=0.0025")
    expect(page.get_by_text("Reward hacking.", exact=False)).not_to_have_count(0)
    expect(page.get_by_text("Language degeneration.", exact=False)).not_to_have_count(0)
    expect_nothing_new_for_axe(page, scheme, bare_address)
