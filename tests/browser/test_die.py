"""The die lesson as a learner meets it: move, share, reload, come back."""

import re

import pytest
from playwright.sync_api import expect
from scipy.stats import entropy

from charts.style import DARK, LIGHT
from tests.browser.conftest import PHONE, chart, open_code, opened_elsewhere, settled, slider, visit
from tests.browser.files import open_saved_chart, saved_data


def words(page):
    """Return the sentence under the first chart."""
    return page.get_by_text(re.compile("Each roll of P costs|Q rules out face|the same die")).first


def test_key_press_moves_chart_and_sentence(page):
    visit(page, "/die")
    before, said = chart(page), words(page).inner_text()
    slider(page, "Q, face 1").focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).not_to_have_text(said)
    settled(page)
    after = chart(page)
    assert after[0]["y"] == before[0]["y"]
    assert after[1]["y"][0] == pytest.approx(100 * 5.1 / 10.1)
    assert after[2]["y"] != before[2]["y"]
    assert page.get_by_role("figure", name=words(page).inner_text()).count() == 1


def test_whole_page_follows_the_slider(page):
    visit(page, "/die?die_guess_told=true")
    slider(page, "Q, face 1").focus()
    page.keyboard.press("End")
    settled(page)
    open_code(page)
    expect(page.get_by_test_id("stCode")).to_contain_text("[10.0, 1.0, 1.0")
    divergence = page.get_by_test_id("stMetricValue").first.inner_text()
    assert divergence == f"{entropy([1, 1, 1, 1, 1, 1], [10, 1, 1, 1, 1, 1], base=2):.3f} bits"
    assert page.locator(".katex-mathml").nth(1).inner_text().count("0.667") == 1
    assert f"at {divergence} a roll" in page.locator("[data-testid=stMain]").inner_text()


def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/die")
    page.get_by_role("button", name="Rule out the six").click()
    expect(words(page)).to_contain_text("infinite")
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    slider(page, "P, face 2").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("Infinite", exact=True).first.click()
    expect(page).to_have_url(re.compile("die_predict=Infinite"))
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert other.get_by_role("radio", name="Infinite", exact=True).is_checked()


@pytest.mark.slow
def test_reload_and_coming_back_lose_nothing(page):
    visit(page, "/die?die_q1=7.5&die_rolls=500")
    drawn = chart(page), chart(page, 1)
    page.reload()
    settled(page)
    assert (chart(page), chart(page, 1)) == drawn
    page.get_by_role("link", name="Start here").first.click()
    page.get_by_role("heading", name="KL divergence").wait_for()
    settled(page)
    page.get_by_role("link", name="The die").first.click()
    page.get_by_role("heading", name="Move it").wait_for()
    settled(page)
    assert (chart(page), chart(page, 1)) == drawn
    assert "die_q1=7.5" in page.evaluate("location.href")


def test_unit_switch_restates_chart_and_numbers(page):
    visit(page, "/die")
    bits = chart(page)[2]["y"]
    page.get_by_text("nats", exact=True).click()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("0.243 nats")
    settled(page)
    assert chart(page)[2]["y"] == pytest.approx([term * 0.6931471805599453 for term in bits])
    axes = page.locator(".js-plotly-plot").all_inner_texts()
    assert all("nats" in text and "bits" not in text for text in axes)


def test_theme_switch_redraws_the_charts(page):
    page.emulate_media(color_scheme="light")
    visit(page, "/die")
    assert chart(page)[0]["colour"] == LIGHT.p
    page.get_by_test_id("stMainMenu").click()
    page.get_by_test_id("stMainMenuItem-theme-Dark").click()
    page.wait_for_function(
        f"() => document.querySelector('.js-plotly-plot')?.data?.[0].marker.color === '{DARK.p}'"
    )


def test_nonsense_in_the_address_is_named_and_the_rest_kept(page):
    visit(page, "/die?die_p1=%3Cscript%3E&die_q1=1e999&die_q2=2")
    alerts = page.get_by_role("alert").all_inner_texts()
    assert len(alerts) == 2
    assert "die_p1 = <script>" in alerts[0]
    assert slider(page, "Q, face 2").input_value() == "2"
    assert "die_p1" not in page.evaluate("location.href")


def test_all_weights_zero_can_be_mended_on_the_page(page):
    zero = "&".join(f"die_q{face}=0" for face in range(1, 7))
    visit(page, f"/die?{zero}&die_rolls=500")
    expect(page.get_by_role("alert").first).to_contain_text("All weights of Q are 0")
    slider(page, "Q, face 3").focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).to_contain_text("Q rules out faces 1, 2, 4, 5 and 6")
    settled(page)
    assert slider(page, "How many rolls of P").get_attribute("aria-valuetext") == "500"


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, "/die?die_q1=3")
    rows = saved_data(page, "die", tmp_path)
    total = sum(float(row["p_term_bits"]) for row in rows)
    assert page.get_by_test_id("stMetricValue").first.inner_text() == f"{total:.3f} bits"
    drawn = chart(page)
    open_saved_chart(page, "die", tmp_path)
    assert chart(page) == drawn


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_above_every_slider(page):
    page.set_viewport_size(PHONE)
    visit(page, "/die")
    picture = page.locator(".kl-chart").first
    for label in ("P, face 1", "Q, face 6"):
        slider(page, label).evaluate("each => each.closest('.stSlider').scrollIntoView(false)")
        page.wait_for_timeout(300)
        box = picture.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= slider(page, label).bounding_box()["y"]
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_what_plays_does_not_write_into_the_picture_that_follows(page):
    visit(page, "/die?die_q1=1&die_q6=0")
    page.get_by_text("That is my guess: show me").click()
    page.get_by_text("These rolls took").wait_for()
    page.get_by_role("button", name="P fair, Q loaded").click()
    expect(page.get_by_text("at 0.350 bits a roll").first).to_be_visible()
    settled(page)
    # As long as all that was to play would have taken.
    page.wait_for_timeout(5000)
    guess = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => plot.data)"
        ".find(trace => trace.name === 'your guess').x"
    )
    assert guess == [50]
