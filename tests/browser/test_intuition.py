"""The forecaster's lesson as a learner meets it: move, let the days pass, play them, share."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.stats import entropy

from tests.browser.conftest import (
    PHONE,
    asked,
    chart,
    expect_in_sight_above,
    numbers_of,
    opened_elsewhere,
    plot,
    settled,
    slider,
    visit,
    words_of,
)
from tests.browser.files import open_saved_chart, saved_data
from tests.browser.hands import Mouse

TRUTH = np.array([4, 3, 2.5, 0.5]) / 10
SUNNY = np.array([6, 2.5, 1, 0.5]) / 10
SUNNY_LINK = "/intuition?intuition_q1=6&intuition_q2=2.5&intuition_q3=1&intuition_q4=0.5"
FORECAST, SETTLING, BOWL = range(3)


def words(page):
    """Return the sentence under the first chart."""
    return words_of(page, FORECAST)


def the_run(page):
    """Return the sentence under the running average."""
    return words_of(page, SETTLING)


def average(seed, days, q=SUNNY):
    """Return the average loss of a run as the page should say it."""
    sky = np.random.default_rng(seed).choice(4, p=TRUTH, size=days)
    return f"{np.log2(TRUTH / q)[sky].mean():+.3f}".replace("-", "−")


def drawn_days(page, number=SETTLING):
    """Return how many points the line of the run has, and where its dot stands."""
    return plot(page, number).evaluate(
        "plot => { const [line, dot] = plot._fullData.slice(-2);"
        "          return [line.y.length, dot.x[0]] }"
    )


def test_answer_tells_the_cost_and_the_days_pass_when_one_comes_to_them(page):
    visit(page, "/intuition")
    assert numbers_of(page, FORECAST) == ["?", "?"]
    assert chart(page, FORECAST)[2]["y"] == [0] * 4
    plot(page, SETTLING).evaluate(
        """plot => { window.seen = []
            plot.on('plotly_animatingframe', ({name}) => name && seen.push(name)) }"""
    )
    page.get_by_text("Both the same", exact=True).click()
    expect(page.get_by_text("A surprise, then")).to_be_visible()
    expect(words(page)).to_contain_text("rules out snow")
    assert numbers_of(page, FORECAST) == ["∞", "0.074 bits"]
    assert chart(page, FORECAST)[2]["y"][3] > 0.4
    page.get_by_role("link", name="let the days pass").click()
    page.wait_for_function("() => seen.at(-1) === '1,000'")
    assert page.evaluate("seen[0]") == "1"
    sky = np.random.default_rng(2).choice(4, p=TRUTH, size=1000)
    assert f"Day {(sky == 3).argmax() + 1} brings" in the_run(page).inner_text()


def test_guess_is_dragged_in_the_picture_and_stands_beside_the_days(page):
    visit(page, "/intuition")
    slider(page, "Your guess").focus()
    page.keyboard.press("ArrowRight")
    grip = page.locator(".kl-chart").nth(SETTLING).locator(".kl-grip")
    expect(grip).to_have_count(1)
    settled(page)
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hand = Mouse(page)
    hand.down(x, y)
    page.wait_for_timeout(600)
    for step in range(1, 11):
        hand.move(x, y - 9 * step)
        page.wait_for_timeout(30)
    hand.up()
    settled(page)
    guess = float(asked(page)["intuition_guess"])
    assert -0.4 < guess < 0.6
    assert f"Your guess stands at {guess:+.2f} bits".replace("-", "−") in (
        the_run(page).inner_text()
    )
    page.get_by_text("That is my guess: show me").click()
    expect(the_run(page)).to_contain_text(f"average loss is {average(2, 1000)}")
    settled(page)
    assert asked(page)["intuition_q1"] == "6"
    assert [guess, guess] in [trace["y"] for trace in chart(page, SETTLING)]
    expect(page.get_by_text("It never wins on average.")).to_be_visible()


def test_key_press_moves_charts_and_words(page):
    visit(page, SUNNY_LINK)
    before, run_before = chart(page, FORECAST), chart(page, SETTLING)
    bowl_before = chart(page, BOWL)
    said, run_said = words(page).inner_text(), the_run(page).inner_text()
    slider(page, "Q, sun").focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).not_to_have_text(said)
    settled(page)
    assert the_run(page).inner_text() != run_said
    q = np.array([6.1, 2.5, 1, 0.5]) / 10.1
    after, run_after = chart(page, FORECAST), chart(page, SETTLING)
    assert after[0]["y"] == before[0]["y"]
    assert after[1]["y"] == pytest.approx(list(100 * q))
    assert after[2]["y"] == pytest.approx(list(np.log2(TRUTH / q)))
    divergence = entropy(TRUTH, q, base=2)
    assert f"loses {divergence:.3f} bits" in words(page).inner_text()
    assert average(2, 1000, q) in the_run(page).inner_text()
    sky = np.random.default_rng(2).choice(4, p=TRUTH, size=1000)
    assert run_after[-2]["y"][-1] == pytest.approx(np.log2(TRUTH / q)[sky].mean())
    assert run_after[-3]["y"] == pytest.approx([divergence] * 2)
    assert run_after[-2]["y"] != run_before[-2]["y"]
    assert chart(page, BOWL) != bowl_before
    for sentence in (words(page).inner_text(), the_run(page).inner_text().split(";")[1]):
        assert page.get_by_role("figure", name=sentence).count() == 1


def test_play_runs_the_days_in_the_browser_and_pause_stops_them(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visit(page, SUNNY_LINK)
    whole, last = drawn_days(page)
    assert last == 1000
    # Pause is pressed in the browser, where a slow machine cannot let the run end before.
    names = plot(page, SETTLING).evaluate(
        """plot => {
            window.seen = [];
            const [pause] = [...plot.querySelectorAll('.updatemenu-button')]
                .filter(button => button.textContent.includes('Pause'));
            plot.on('plotly_animatingframe', ({name}) => {
                if (name === null) return;
                seen.push([name, plot._fullData.at(-2).y.length]);
                if (seen.length === 4) setTimeout(() =>
                    pause.dispatchEvent(new MouseEvent('click', {bubbles: true})));
            });
            plot.on('plotly_animated', () => { window.rested = true; });
            return plot._transitionData._frames.map(({name}) => name);
        }"""
    )
    assert names[-1] == "1,000"
    assert len(sent) > 2
    sent.clear()
    play = plot(page, SETTLING).locator(".updatemenu-button", has_text="Play")

    play.click()
    page.wait_for_function("() => window.rested")
    paused, day = drawn_days(page)
    assert paused < whole
    assert day < 1000
    # In this time five more frames would have run, in the browser's own count of time.
    page.evaluate(
        """() => new Promise(done => {
            const start = performance.now();
            const look = now => now - start > 400 ? done() : requestAnimationFrame(look);
            requestAnimationFrame(look);
        })"""
    )
    assert drawn_days(page) == [paused, day]
    assert [name for name, _ in page.evaluate("seen")] == names[:4]

    page.evaluate("() => { window.rested = false; }")
    play.click()
    page.wait_for_function("() => window.rested")
    assert drawn_days(page) == [whole, 1000]
    seen = page.evaluate("seen")
    assert [name for name, _ in seen][-len(names) + 4 :] == names[4:]
    # Each is how long the line was when the next frame began.
    first, *lengths = [length for _, length in seen]
    assert first == whole
    assert lengths[0] < 5
    assert lengths == sorted(lengths)
    assert sent == []


@pytest.mark.slow
def test_q_moved_onto_p_by_keyboard_reaches_zero(page):
    visit(page, "/intuition?intuition_q1=4.2&intuition_q2=2.9&intuition_q3=2.4&intuition_q4=0.5")
    assert page.locator(".js-plotly-plot").count() == 3
    expect(page.get_by_text("Furthest apart now")).to_be_visible()
    for label, key, times in (
        ("Q, sun", "ArrowLeft", 2), ("Q, cloud", "ArrowRight", 1), ("Q, rain", "ArrowRight", 1)
    ):  # fmt: skip
        slider(page, label).focus()
        for _ in range(times):
            page.keyboard.press(key)
    expect(page.get_by_text("Done.", exact=True)).to_be_visible()
    settled(page)
    assert numbers_of(page, FORECAST) == ["0.000 bits"] * 2
    p_bars, q_bars, costs = chart(page, FORECAST)
    assert q_bars["y"] == pytest.approx(p_bars["y"])
    assert costs["y"] == pytest.approx([0, 0, 0, 0])
    assert "no day costs anything" in words(page).inner_text()
    assert page.locator(".js-plotly-plot").count() == 2


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/intuition")
    page.get_by_text("Both the same", exact=True).click()
    expect(page).to_have_url(re.compile("intuition_predict="))
    settled(page)
    page.get_by_role("button", name="The timid forecaster").click()
    expect(page).to_have_url(re.compile("intuition_q1=2.5"))
    settled(page)
    slider(page, "P, snow").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("intuition_p4=0.6"))
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    slider(page, "How many days").focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("intuition_days=500"))
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert other.get_by_role("radio", name="Both the same").is_checked()
    assert "After 500 days" in the_run(other).inner_text()


@pytest.mark.slow
def test_number_of_days_and_other_days_are_in_the_address(page):
    visit(page, SUNNY_LINK)
    forecast = chart(page, FORECAST)
    first = chart(page, SETTLING)
    slider(page, "How many days").focus()
    page.keyboard.press("ArrowRight")
    expect(the_run(page)).to_contain_text(
        f"After 2,000 days the average loss is {average(2, 2000)}"
    )
    expect(page).to_have_url(re.compile("intuition_days=2000"))
    settled(page)
    assert drawn_days(page)[1] == 2000
    longer = chart(page, SETTLING)
    assert longer[-2]["y"] != first[-2]["y"]
    page.get_by_role("button", name="Other days").click()
    expect(the_run(page)).to_contain_text(
        f"After 2,000 days the average loss is {average(3, 2000)}"
    )
    expect(page).to_have_url(re.compile("intuition_seed=3"))
    settled(page)
    other = chart(page, SETTLING)
    assert other[-2]["y"] != longer[-2]["y"]
    # Only the run is another one: not the band of all runs, nor the forecast.
    assert other[:-2] == longer[:-2]
    assert chart(page, FORECAST) == forecast


@pytest.mark.slow
def test_file_ends_with_the_average_on_screen(page, tmp_path):
    visit(page, f"{SUNNY_LINK}&intuition_days=200&intuition_seed=5")
    rows = saved_data(page, "intuition", tmp_path)
    assert [int(row["day"]) for row in rows] == list(range(1, 201))
    last = float(rows[-1]["average_bits"])
    assert f"average loss is {last:+.3f}".replace("-", "−") in the_run(page).inner_text()
    assert last == pytest.approx(np.mean([float(row["loss_bits"]) for row in rows]))
    assert chart(page, SETTLING)[-1]["y"] == pytest.approx([last])
    icons = {"sun": "☀️", "cloud": "☁️", "rain": "🌧️", "snow": "❄️"}
    assert "".join(icons[row["weather"]] for row in rows[:14]) in the_run(page).inner_text()


@pytest.mark.slow
def test_chart_that_is_taken_along_plays_elsewhere(page, tmp_path):
    visit(page, f"{SUNNY_LINK}&intuition_days=200&intuition_seed=5")
    drawn, days = chart(page, SETTLING), drawn_days(page)
    open_saved_chart(page, "intuition", tmp_path)
    assert chart(page) == drawn
    assert drawn_days(page, 0) == days
    plot(page, 0).locator(".updatemenu-button", has_text="Play").click()
    page.wait_for_function(
        "whole => document.querySelector('.js-plotly-plot')._fullData.at(-2).y.length < whole",
        arg=days[0],
    )


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_and_shows_the_run_below_its_sliders(page):
    page.set_viewport_size(PHONE)
    visit(page, "/intuition")
    every = [f"{letter}, {kind}" for kind in ("sun", "cloud", "rain", "snow") for letter in "PQ"]
    expect_in_sight_above(page, FORECAST, *every)
    last = slider(page, "Which days").bounding_box()
    box = plot(page, SETTLING).bounding_box()
    assert box["y"] > last["y"] + last["height"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for label in ("Play", "Pause"):
        button = plot(page, SETTLING).locator(".updatemenu-button", has_text=label).bounding_box()
        assert button["x"] + button["width"] <= 390
