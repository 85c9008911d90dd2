"""The summary as a learner meets it: move, answer, follow a link, print."""

import re

import pytest
from playwright.sync_api import expect
from scipy.stats import entropy

from tests.browser.conftest import (
    PHONE,
    asked,
    chart,
    opened_elsewhere,
    press,
    settled,
    slider,
    title,
    troubles_of,
    visit,
    words_of,
)
from tests.browser.files import open_saved_chart, saved, saved_data
from tests.deep_links import plain


def words(page):
    """Return the sentence under the chart."""
    return words_of(page)


@pytest.fixture
def sheet(page, tmp_path):
    """Return the cheat sheet as a file, downloaded from the page."""
    visit(page, "/summary")
    file = saved(page, "Cheat sheet", tmp_path)
    assert file.name == "kl-cheat-sheet.html"
    return file


def test_key_press_moves_mark_title_and_sentence(page):
    visit(page, "/summary?summary_q=25")
    before, said = chart(page), words(page).inner_text()
    press(page, "Q, chance of heads", "ArrowRight")
    there = f"{entropy([0.5, 0.5], [0.26, 0.74], base=2):.3f}"
    expect(words(page)).to_contain_text(f"D(P‖Q) is {there} bits")
    settled(page)
    expect(title(page, 0)).to_contain_text(there)
    after = chart(page)
    # P stands still, so both curves do.
    assert after[:2] == before[:2]
    assert after[2]["y"] != before[2]["y"]
    assert words(page).inner_text() != said
    assert page.get_by_role("figure", name=words(page).inner_text()).count() == 1


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/summary")
    page.get_by_role("button", name="Cover & Thomas's coins").click()
    expect(words(page)).to_contain_text("Q says 25%")
    page.get_by_text("Undefined", exact=True).click()
    expect(page).to_have_url(re.compile("summary_check3=Undefined"))
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert asked(other) == {"summary_q": "25", "summary_check3": "Undefined"}


@pytest.mark.slow
def test_wrong_answer_leads_to_the_view_that_mends_it_in_a_new_tab(page):
    visit(page, "/summary")
    page.get_by_text("Undefined", exact=True).click()
    link = page.get_by_role("link", name="the die that never shows a six").first
    expect(link).to_be_visible()
    with page.expect_popup() as opened:
        link.click()
    lesson = settled(opened.value)
    assert asked(lesson) == {"die_q6": "0"}
    assert link.get_attribute("title") in plain(lesson.get_by_test_id("stMain").inner_text())
    expect(page.get_by_text("0 of 1 right so far")).to_be_visible()


@pytest.mark.slow
def test_link_of_the_table_opens_its_view_in_a_new_tab_whatever_was_moved(page):
    visit(page, "/die?die_q2=7")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="The summary").click()
    page.get_by_role("heading", name="The summary", exact=True).wait_for()
    settled(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Rule out the six").click()
    lesson = settled(opened.value)
    assert slider(lesson, "Q, face 2").input_value() == "1"
    assert slider(lesson, "Q, face 6").input_value() == "0"


@pytest.mark.slow
def test_score_counts_as_answers_come(page):
    visit(page, "/summary")
    expect(page.get_by_text("20 questions, none answered yet")).to_be_visible()
    page.get_by_text("Four times D(A‖B)", exact=True).click()
    expect(page.get_by_text("1 of 1 right so far")).to_be_visible()
    page.get_by_text("About a millionth", exact=True).click()
    expect(page.get_by_text("1 of 2 right so far")).to_be_visible()


def test_sheet_prints_on_one_page_of_a4(page, sheet):
    page.goto(sheet.as_uri())
    printed = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    # A4 is 210 mm by 297 mm; a point is 1/72 of an inch.
    assert float(box[1]) == pytest.approx(210 / 25.4 * 72, abs=1)
    assert float(box[2]) == pytest.approx(297 / 25.4 * 72, abs=1)


@pytest.mark.slow
def test_sheet_is_one_file_that_is_readable_everywhere(page, sheet):
    troubles = troubles_of(page)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.emulate_media(color_scheme="dark")
    for width in (390, 794):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(sheet.as_uri())
        wide, seen = page.evaluate("[document.body.scrollWidth, document.body.clientWidth]")
        assert wide <= seen
    assert (troubles, set(requests)) == ([], {sheet.as_uri()})
    body = page.locator("body")
    assert body.evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    formulas = page.locator("math")
    assert formulas.count() > 25
    # MathML is drawn, not spelled out: a fraction is taller than a line.
    heights = formulas.evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert max(heights) > 1.5 * min(heights)


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, "/summary?summary_q=80")
    rows = saved_data(page, "summary", tmp_path)
    page.get_by_text("What sources print").click()
    expect(page.get_by_text(f"{len(rows)} values beside")).to_be_visible()
    assert f"{len(rows)} values beside" in page.get_by_test_id("stMain").inner_text()
    [die] = [row for row in rows if row["value"] == "fair die against loaded die"]
    assert float(die["now"]) == pytest.approx(entropy([1] * 6, [5, 1, 1, 1, 1, 1], base=2))
    drawn = chart(page)
    open_saved_chart(page, "summary", tmp_path)
    assert chart(page) == drawn


@pytest.mark.slow
def test_phone_shows_the_chart_above_its_sliders_and_the_sheet_within_its_width(page):
    page.set_viewport_size(PHONE)
    visit(page, "/summary")
    first = slider(page, "P, chance of heads").bounding_box()
    plot = page.locator(".js-plotly-plot").first.bounding_box()
    assert plot["y"] + plot["height"] < first["y"]
    assert plot["x"] + plot["width"] <= 390
    page.get_by_text("Look at it first").click()
    formulas = page.get_by_test_id("stExpander").locator(".katex-html .base")
    formulas.last.scroll_into_view_if_needed()
    edges = formulas.evaluate_all("all => all.map(each => each.getBoundingClientRect().right)")
    assert max(edges) <= 390
