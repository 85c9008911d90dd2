"""The definition's lesson as a learner meets it: predict, read on, move, share, take it along."""

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
    expect_nothing_sideways,
    opened_elsewhere,
    press,
    settled,
    slider,
    title,
    visit,
    words_of,
)
from tests.browser.files import open_saved_chart, saved_data

P, Q = [6, 2.5, 1, 0.5], [4, 3, 2.9, 0.1]
TOTAL = entropy(P, Q, base=2)


def reading(page):
    """Return the lines that read the formula from right to left."""
    return page.locator("[data-testid=stMarkdown] ol li")


@pytest.mark.usefixtures("no_troubles")
def test_answer_is_seen_to_come_true(page):
    visit(page, "/definition")
    takeaway = page.get_by_text("each outcome counts as often as P brings it")
    expect(title(page, 0)).to_have_text("Q is furthest off on snow: +2.322 bits")
    expect(takeaway).to_have_count(0)
    # Every title that the picture has on its way.
    page.evaluate(
        """() => { window.seen = []
            const plot = document.querySelector('.kl-plot')
            plot.on('plotly_afterplot', () => seen.push(plot._fullLayout.title.text)) }"""
    )
    page.get_by_text("Snow", exact=True).click()
    expect(title(page, 0)).to_have_text(f"The sum is {TOTAL:.3f} bits")
    expect(takeaway).to_be_visible()
    settled(page)
    assert "Sun adds most: +0.351 bits" in page.evaluate("seen")
    assert asked(page) == {
        "definition_predict": "Snow", "definition_read": "the sum", "definition_day": "sun"
    }  # fmt: skip
    assert reading(page).count() == 4


@pytest.mark.usefixtures("no_troubles")
def test_key_press_moves_chart_sentence_and_formula(page):
    visit(page, "/definition")
    press(page, "Q, rain", "ArrowRight")
    total = entropy(P, [4, 3, 3.0, 0.1], base=2)
    expect(title(page, 0)).to_have_text(f"The sum is {total:.3f} bits")
    settled(page)
    assert chart(page)[1]["y"][2] == pytest.approx(100 * 3 / 10.1)
    expect(words_of(page)).to_contain_text(f"Together the products make {total:.3f} bits")
    assert f"= {total:.3f} bits" in reading(page).last.inner_text()
    assert f"{total:.3f}" in page.locator(".katex-mathml").nth(1).inner_text()


@pytest.mark.usefixtures("no_troubles")
def test_reading_on_and_following_a_day_mark_the_picture_and_the_formula(page):
    visit(page, "/definition")
    press(page, "Read as far as", "ArrowRight")
    expect(title(page, 0)).to_have_text("Sun adds most: +0.351 bits")
    expect(reading(page)).to_have_count(3)
    press(page, "Follow one day", "Home")
    expect(reading(page).first).to_contain_text("How far off is Q on sun?")
    settled(page)
    shapes = page.locator(".kl-plot").first.evaluate(
        "plot => plot._fullLayout.shapes.map(each => [each.x0, each.x1])"
    )
    assert shapes == [[-0.5, 4.5], [-0.5, 0.5]]
    boxed = page.locator(".katex .boxpad").all_inner_texts()
    assert len(boxed) == 2
    assert "0.600" in boxed[1]


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/definition")
    page.get_by_role("button", name="A forecast too sunny").click()
    expect(page).to_have_url(re.compile("definition_q1=6"))
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    press(page, "P, snow", "ArrowRight")
    expect(page).to_have_url(re.compile("definition_p4=0.6"))
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert title(other, 0).text_content() == title(page, 0).text_content()
    assert reading(other).all_inner_texts() == reading(page).all_inner_texts()


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, "/definition?definition_q3=1&unit=nats")
    rows = saved_data(page, "definition", tmp_path)
    assert list(rows[0]) == ["outcome", "p", "q", "log_ratio_nats", "product_nats"]
    p, q, ratios, products = (
        np.array([float(row[name]) for row in rows]) for name in list(rows[0])[1:]
    )
    np.testing.assert_allclose(q, np.array([4, 3, 1, 0.1]) / 8.1)
    np.testing.assert_allclose(ratios, np.log(p / q))
    np.testing.assert_allclose(products, p * np.log(p / q))
    assert f"The sum is {products.sum():.3f} nats" == title(page, 0).text_content()
    on_screen = chart(page)
    open_saved_chart(page, "definition", tmp_path)
    assert chart(page) == on_screen


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_and_nothing_overflows(page):
    page.set_viewport_size(PHONE)
    visit(page, "/definition?definition_q4=0")
    labels = [f"{letter}, {day}" for day in ("sun", "cloud", "rain", "snow") for letter in "PQ"]
    expect_in_sight_above(page, 0, "Read as far as", "Follow one day", *labels)
    expect_nothing_sideways(page)
    # P's sliders stand beside Q's, each half as wide as the screen.
    left, right = (slider(page, f"{letter}, sun").bounding_box() for letter in "PQ")
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] == pytest.approx(right["y"], abs=2)
