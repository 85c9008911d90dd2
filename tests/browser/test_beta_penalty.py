"""The lesson on the rope as a learner meets it: move, click through words, guess, train, share."""

import re

import pytest
from playwright.sync_api import expect

from charts.style import DARK, LIGHT
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
    slider,
    title,
    visit,
)
from tests.browser.legible import expect_all_legible, paper_of

LESSON = "/beta-penalty"
NEXT_WORD, HACKING, STEP_BY_STEP, LANDING = range(4)
BETA, PAIRS = "β: how short the rope is", "Judged pairs that the reward model has seen"
SOFAR = "The words so far, for the next-word chart"
# A first visit solves for every β, and a run of 300 steps takes its time on a busy machine.
PATIENCE = 60_000


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


# Training.


@pytest.mark.slow
def test_training_is_stopped_resumed_and_done(page):
    visit(page, f"{LESSON}?beta_steps=300")
    expect(page.get_by_text("Nothing is trained yet.")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
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
    expect(page.get_by_text(re.compile("^PPO, β = 0.02, step 300: reward "))).to_have_count(1)
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    assert [each["length"] for each in traces_of(page, STEP_BY_STEP)][-1] == 300
    # On screen it is the run that is never stopped.
    through = drawings(page)[STEP_BY_STEP:]
    switch(page).locator("label").click()
    expect(on).not_to_be_checked()
    page.get_by_role("button", name="Another run").click()
    expect(page.get_by_text("Nothing is trained yet.")).to_be_visible()
    press(page, "Which run", "ArrowLeft")
    expect(page).to_have_url(re.compile(r"beta_steps=300$"))
    settled(page)
    switch_training_on(page)
    ended(page)
    there = drawings(page)[STEP_BY_STEP:]
    assert there[1] != []
    assert [trace["y"] for trace in there[0]["traces"][:3]] == [
        trace["y"] for trace in through[0]["traces"][:3]
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
    page.get_by_role("link", name="The safety rope").first.click()
    page.get_by_role("heading", name="Train it").wait_for()
    # It goes on where it was, as the switch says; nobody need wait for it to look around.
    expect(switch(page).locator("input")).to_be_checked()
    expect(title(page, NEXT_WORD)).to_contain_text("Next word: ")
    page.get_by_role("button", name="Stop training").click()
    line = page.get_by_text(re.compile(r"^(Stopped|Done) after step \d+ of 300"))
    expect(line).to_have_count(1, timeout=PATIENCE)
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert asked(page) == {"beta_steps": "300", "beta_rope": "race all three"}


def test_rope_answers_while_it_trains(page):
    visit(page, f"{LESSON}?beta_steps=300&beta_rope=race+all+three")
    reward, heading = tile(page, "Reward"), title(page, NEXT_WORD).text_content()
    switch_training_on(page)
    press(page, BETA, "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    # The move is answered before the training goes on, not when it is done.
    answered = page.wait_for_function(
        """heading => {
            const now = document.querySelector('.js-plotly-plot .gtitle')?.textContent;
            const done = document.body.innerText.includes('Done after step');
            return now && now !== heading && (done ? 'too late' : 'in time');
        }""",
        arg=heading,
        timeout=PATIENCE,
    )
    assert answered.json_value() == "in time"
    expect(progress(page)).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    assert ended(page, "Stopped") < 300
    assert tile(page, "Reward") != reward
    assert slider(page, BETA).get_attribute("aria-valuetext") == "0.008"
    expect(finding(page, "β = 0.008 lies in")).to_be_visible()
    expect(finding(page, "Your β = 0.008, the dot, has")).to_be_visible()
    assert asked(page)["beta_beta"] == "0.008"
    assert len(drawings(page)) == 4


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
    page.get_by_text("GRPO", exact=True).click()
    page.get_by_text("fixed", exact=True).click()
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
    press(page, BETA, "ArrowLeft")
    press(page, PAIRS, "ArrowLeft")
    expect(page).to_have_url(re.compile("beta_pairs=1000"))
    settled(page)
    for choice in ("nats", "0.003 to below 0.01", "GRPO, unscaled"):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
    so_far(page).fill("rain in the")
    so_far(page).press("Enter")
    expect(finding(page, "After 3 words (“rain in the”)")).to_be_visible()
    settled(page)
    switch(page).locator("label").click()
    assert ended(page) == 30
    assert asked(page) == {
        "beta_beta": "0.016", "beta_pairs": "1000", "unit": "nats", "beta_steps": "30",
        "beta_guess": "0.003 to below 0.01", "beta_method": "GRPO, unscaled", "beta_train": "true",
        "beta_context": "rain in the",
    }  # fmt: skip
    other = opened_elsewhere(page, new_context)
    assert len(drawings(other)) == 4
    assert ended(other) == 30
    expect(so_far(other)).to_have_value("rain in the")
    expect(switch(other).locator("input")).to_be_checked()


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_above_every_slider(page):
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    expect_in_sight_above(page, NEXT_WORD, BETA, PAIRS, "Which pairs")


@pytest.mark.slow
def test_phone_shows_whole_charts_in_dark(page):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}?beta_beta=0.0025&beta_pairs=200&beta_guess=0.1+or+more&beta_steps=30"
                "&beta_rope=race+all+three&beta_train=true&unit=dits")  # fmt: skip
    assert ended(page) == 30
    expect_nothing_sideways(page)
    expect_all_legible(page, 4)
    assert paper_of(page) == {DARK.paper}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_more_in_failures_and_after_training(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{LESSON}?beta_beta=0.0025&beta_steps=30&beta_train=true")
    assert ended(page) == 30
    expect(page.get_by_text("Reward hacking.", exact=False)).not_to_have_count(0)
    expect(page.get_by_text("Language degeneration.", exact=False)).not_to_have_count(0)
    expect_nothing_new_for_axe(page, scheme, bare_address)
