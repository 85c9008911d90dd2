"""The lesson on the rope as a learner meets it: move, click through words, guess, share."""

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
NEXT_WORD, HACKING = range(2)
BETA, PAIRS = "β: how short the rope is", "Judged pairs that the reward model has seen"
SOFAR = "The words so far, for the next-word chart"


pytestmark = pytest.mark.usefixtures("no_troubles")


def tile(page, label):
    """Return the number on a tile, or under the picture, that can be seen."""
    tile = page.locator(":is(.kl-numbers > div, [data-testid=stMetric]):visible")
    number = tile.filter(has_text=label).locator(":is(strong, [data-testid=stMetricValue])")
    return number.inner_text()


def said_by(page, model):
    """Return the five forecasts below a heading."""
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


def stars(page):
    """Return how many stars the chart of hacking shows."""
    return plot(page, HACKING).evaluate(
        "plot => plot._fullData.filter(trace => trace.marker?.symbol === 'star').length"
    )


# The rope.


@pytest.mark.slow
def test_beta_moves_next_word_forecasts_and_tiles_and_not_the_sft_model(page):
    visit(page, LESSON)
    bars = drawings(page)[NEXT_WORD]
    mine, usual = said_by(page, "Q, the policy"), said_by(page, "P, the SFT model")
    numbers = {each: tile(page, each) for each in ("Reward", "Judge", "D(π‖π_SFT)", "Perplexity")}
    assert len(mine) == len(usual) == 5
    heading = title(page, NEXT_WORD).text_content()
    press(page, BETA, "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    expect(page).to_have_url(re.compile(r"beta_beta=0\.008$"))
    expect(title(page, NEXT_WORD)).not_to_have_text(heading)
    settled(page)
    expect(finding(page, re.compile(r"^β = 0\.008 lies in the book's free range"))).to_be_visible()
    expect(finding(page, "Your β = 0.008, the dot, has")).to_be_visible()
    assert drawings(page)[NEXT_WORD] != bars
    assert said_by(page, "Q, the policy") != mine
    assert said_by(page, "P, the SFT model") == usual
    for label, number in numbers.items():
        assert tile(page, label) != number, label
    assert float(tile(page, "Reward")) > float(numbers["Reward"])


@pytest.mark.slow
def test_axes_stay_from_one_end_of_beta_to_the_other(page):
    visit(page, f"{LESSON}?beta_guess=0.01+to+below+0.03")
    ranges, dots = [], []
    for key, beta in (("Home", "0.001"), ("End", "1")):
        press(page, BETA, key)
        settled(page)
        expect(finding(page, f"Your β = {beta}, the dot, has")).to_be_visible()
        shown = drawings(page)[HACKING]
        ranges.append(shown["ranges"])
        dots.append([trace["x"] for trace in shown["traces"] if len(trace["x"] or []) == 1])
    assert dots[0][0] > dots[1][0]
    assert ranges[0] == ranges[1]


def test_words_are_clicked_taken_back_and_mistyped(page):
    visit(page, LESSON)
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
        assert asked(page) == {"beta_context": spoken}
    page.get_by_role("button", name="Back one word").click()
    shorter = spoken.rsplit(" ", 1)[0]
    expect(so_far(page)).to_have_value(shorter)
    expect(finding(page, f"words (“{shorter}”)")).to_be_visible()
    page.get_by_role("button", name="From the start").click()
    expect(so_far(page)).to_have_value("")
    expect(finding(page, "At the start of a forecast the policy's likeliest")).to_be_visible()
    settled(page)

    rest = drawings(page)[HACKING], said_by(page, "Q, the policy"), tile(page, "Reward")
    so_far(page).fill("tomorrow xyzzy")
    so_far(page).press("Enter")
    warning = page.get_by_role("alert").filter(has_text="is not among the")
    expect(warning).to_contain_text("The words so far: xyzzy is not among the")
    settled(page)
    expect(so_far(page)).to_have_value("tomorrow xyzzy")
    # The chart of the next word is gone, so that of hacking is the first.
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    assert (drawings(page)[0], said_by(page, "Q, the policy"), tile(page, "Reward")) == rest
    page.get_by_role("button", name="From the start").click()
    expect(warning).to_have_count(0)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    settled(page)


def test_guess_brings_the_star(page):
    visit(page, LESSON)
    expect(page.get_by_text("Guess first, and the star will show it.")).to_be_visible()
    assert stars(page) == 0
    page.get_by_text("0.1 or more", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Not 0\.1 or more\. .* It is the star"))).to_be_visible()
    settled(page)
    # One beside the reward, one beside the judge, where the judge's line is highest.
    assert stars(page) == 2
    star, line = plot(page, HACKING).evaluate(
        """plot => [plot._fullData.filter(trace => trace.marker?.symbol === 'star')[1].y[0],
                    Math.max(...plot._fullData.filter(trace =>
                        trace.hovertemplate?.startsWith('policy'))[1].y)]"""
    )
    assert star == line
    assert asked(page) == {"beta_guess": "0.1 or more"}


# The view as a whole.


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, LESSON)
    press(page, BETA, "ArrowLeft")
    press(page, PAIRS, "ArrowLeft")
    expect(page).to_have_url(re.compile("beta_pairs=1000"))
    settled(page)
    for choice in ("nats", "0.003 to below 0.01"):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
    so_far(page).fill("rain in the")
    so_far(page).press("Enter")
    expect(finding(page, "After 3 words (“rain in the”)")).to_be_visible()
    settled(page)
    assert asked(page) == {
        "beta_beta": "0.016", "beta_pairs": "1000", "unit": "nats", "beta_context": "rain in the",
        "beta_guess": "0.003 to below 0.01",
    }  # fmt: skip
    other = opened_elsewhere(page, new_context)
    assert len(drawings(other)) == 2
    expect(so_far(other)).to_have_value("rain in the")


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_above_every_slider(page):
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    expect_in_sight_above(page, NEXT_WORD, BETA, PAIRS, "Which pairs")


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}?beta_beta=0.0025&beta_pairs=200&beta_guess=0.1+or+more&unit=dits")
    expect_nothing_sideways(page)
    expect_all_legible(page, 2)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_more_in_failures(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{LESSON}?beta_beta=0.0025")
    expect(page.get_by_text("Reward hacking.", exact=False)).not_to_have_count(0)
    expect(page.get_by_text("Language degeneration.", exact=False)).not_to_have_count(0)
    expect_nothing_new_for_axe(page, scheme, bare_address)
