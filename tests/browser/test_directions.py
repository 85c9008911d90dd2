"""The lesson that names directions as a learner meets it: move, share, decode, drill."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect
from scipy.stats import entropy

from tests.browser.conftest import (
    PHONE,
    asked,
    drawings,
    expect_in_sight_above,
    open_code,
    opened_elsewhere,
    plot,
    press,
    settled,
    title,
    visit,
    words_of,
)
from tests.browser.files import open_saved_chart, saved_data

P, Q = [9, 0.8, 0.2], [4, 3, 3]


def words(page):
    """Return the sentence under the chart."""
    return words_of(page)


def answers(page):
    """Return the lengths of the bars."""
    [drawn] = drawings(page)
    return drawn["traces"][0]["x"]


def test_key_press_moves_chart_and_sentence(page):
    visit(page, "/directions")
    before, said = answers(page), words(page).inner_text()
    assert before[0] == pytest.approx(entropy(P, Q, base=2))
    press(page, "Q, sunny", "ArrowRight")
    expect(words(page)).not_to_have_text(said)
    settled(page)
    assert answers(page)[0] == pytest.approx(entropy(P, [4.1, 3, 3], base=2))
    assert page.get_by_role("figure", name=words(page).inner_text()).count() == 1


@pytest.mark.slow
def test_whole_page_follows_the_sum(page):
    visit(page, "/directions")
    press(page, "Q's numbers, as handed over, add up to", "End")
    settled(page)
    expect(open_code(page)).to_contain_text("handed = 2 * q")
    expect(title(page, 0)).to_have_text("2 calls on D(P‖Q), 9 on neither")
    assert "off by −log 2 = −1.000 bits" in page.get_by_test_id("stMain").inner_text()
    row = page.get_by_role("row", name="scipy.special.rel_entr(p, q).sum()")
    assert f"{entropy(P, Q, base=2) - 1:.3f}".replace("-", "−") in row.inner_text()


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/directions")
    page.get_by_role("button", name="Logarithm mixed up").click()
    expect(title(page, 0)).to_have_text("11 calls on neither")
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    page.get_by_role("radio", name="Neither").nth(1).check(force=True)
    expect(page).to_have_url(re.compile("directions_check1=Neither"))
    settled(page)
    opened_elsewhere(page, new_context)


@pytest.mark.slow
def test_link_of_a_wrong_answer_opens_the_view_that_mends_it(page):
    visit(page, "/directions?directions_check6=D(P‖Q)&directions_sum=0.5")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="the decoder with the logarithm mixed up").click()
    mended = settled(opened.value)
    assert asked(mended) == {"directions_form": "mixed up"}
    expect(title(mended, 0)).to_have_text("11 calls on neither")
    expect(mended.get_by_test_id("stMain")).to_contain_text("No call stops")


def test_drill_keeps_the_score(page):
    visit(page, "/directions")
    expect(page.get_by_text("10 questions, none answered yet")).to_be_visible()
    page.get_by_role("radio", name="D(P‖Q)").nth(1).check(force=True)
    expect(page.get_by_text("1 of 1 right so far; 9 to go.")).to_be_visible()
    page.get_by_role("radio", name="D(P‖Q)").nth(2).check(force=True)
    expect(page.get_by_text("1 of 2 right so far; 8 to go.")).to_be_visible()


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, "/directions?directions_q3=0")
    rows = saved_data(page, "directions", tmp_path)
    shown = drawings(page)
    [drawn] = shown
    assert len(rows) == 11
    for row, text in zip(rows, drawn["traces"][0]["text"], strict=True):
        value = float(row["answer_bits"])
        assert text == ("∞" if value == float("inf") else f"{value:.3f}")
    open_saved_chart(page, "directions", tmp_path)
    assert drawings(page) == shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "height", "view"),
    [(390, 844, ""), (1280, 720, ""), (1280, 720, "&present=true")],
)
def test_every_name_and_value_has_its_place_in_the_chart(page, width, height, view):
    page.set_viewport_size({"width": width, "height": height})
    visit(page, f"/directions?directions_form=mixed+up{view}")
    first, last, *_ = box_of(plot(page, 0))
    bars = first + plot(page, 0).evaluate("plot => plot._fullLayout.xaxis._offset")
    names = [box_of(each) for each in plot(page, 0).locator(".annotation-text").all()][2:]
    values = [box_of(each) for each in plot(page, 0).locator(".bartext").all()]
    assert len(names) == len(values) == 11
    assert all(first <= left < right <= bars for left, right, *_ in names)
    assert all(bars <= left < right <= last for left, right, *_ in values)
    # A line of text is a little higher than its letters.
    assert all(after[2] - before[2] >= 15 for before, after in pairwise(names))


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_above_every_slider(page):
    page.set_viewport_size(PHONE)
    visit(page, "/directions")
    every = [f"{letter}, {kind}" for kind in ("sunny", "cloudy", "rainy") for letter in "PQ"]
    expect_in_sight_above(page, 0, *every, "Q's numbers, as handed over, add up to")


def box_of(element):
    """Return left, right, top and bottom of what the browser draws."""
    box = element.bounding_box()
    return box["x"], box["x"] + box["width"], box["y"], box["y"] + box["height"]
