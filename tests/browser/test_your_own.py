"""The lesson on your own numbers as somebody with a spreadsheet meets it: paste, upload, share."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.stats import entropy

from tests.browser.accessibility import expect_nothing_new_for_axe
from tests.browser.conftest import (
    PHONE,
    asked,
    drawings,
    expect_in_sight_above,
    expect_nothing_sideways,
    numbers_of,
    opened_elsewhere,
    plot,
    press,
    settled,
    title,
    visit,
)
from tests.browser.files import open_saved_chart, saved_data

LESSON = "/your-own"
TERMS, SMOOTHING = range(2)
ALPHA = "α, added to every count"
SMALL = "word,P,Q\nthe,12,9\nsea,3,0\nhill,5,6"
HOSTILE = [
    "<img src=x onerror=\"document.title='run'\">",
    "<script>document.title='run'</script>",
    "<b>bold</b>",
    "**stars**",
    "$x^2$",
    ":red[red]",
    "[link](http://example.org)",
    '=HYPERLINK("http://example.org")',
    "%{x} &lt;i&gt;",
]


pytestmark = pytest.mark.usefixtures("no_troubles")


def field(page):
    """Return the field that holds the table."""
    return page.get_by_role("textbox", name=re.compile("A row for each category"))


def put(page, text):
    """Paste a table, and leave the field."""
    field(page).fill(text)
    field(page).blur()
    page.wait_for_timeout(300)
    settled(page)


def upload(page, name, content):
    """Choose a file."""
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def metrics(page):
    """Return both divergences on screen."""
    return numbers_of(page, TERMS)


def thousand():
    """Return a table of a thousand categories, and its columns."""
    p, q = np.random.default_rng(1).integers(1, 100, (2, 1000))
    rows = [f"category {place},{p[place]},{q[place]}" for place in range(1000)]
    return "\n".join(["what,P,Q", *rows]), p, q


def quoted(label):
    """Return a label as a CSV file holds it."""
    return '"' + label.replace('"', '""') + '"'


def test_pasted_table_moves_everything_and_its_link_opens_the_same_view(page, new_context):
    visit(page, LESSON)
    before = drawings(page)
    put(page, SMALL.replace(",", "\t"))
    assert drawings(page) != before
    assert metrics(page) == ["∞", f"{entropy([9, 0, 6], [12, 3, 5], base=2):.3f} bits"]
    expect(page.get_by_test_id("stMain")).to_contain_text("columns separated by tabs")
    press(page, ALPHA, "End")
    expect(page).to_have_url(re.compile("own_alpha=10"))
    settled(page)
    assert metrics(page)[0] == f"{entropy([22, 13, 15], [19, 10, 16], base=2):.3f} bits"
    assert asked(page)["own_table"] == SMALL.replace(",", "\t")
    other = opened_elsewhere(page, new_context)
    assert field(other).input_value() == SMALL.replace(",", "\t")


def test_guess_is_undone_by_hand_and_stays_undone_in_the_link(page, new_context):
    visit(page, LESSON)
    put(page, "w,P,Q\na,3,1\nb,2,4\nTotal,5,5")
    expect(page.get_by_test_id("stAlert")).to_contain_text("Total, is the sum of the others and")
    assert metrics(page)[0] == f"{entropy([3, 2], [1, 4], base=2):.3f} bits"
    page.locator("summary", has_text="Read it otherwise").click()
    # Its list closes while the page scrolls.
    page.wait_for_timeout(500)
    page.get_by_role("combobox", name="Totals").click()
    page.get_by_role("option", name="categories").click()
    expect(page).to_have_url(re.compile("own_totals=categories"))
    settled(page)
    value = f"{entropy([3, 2, 5], [1, 4, 5], base=2):.3f} bits"
    assert metrics(page)[0] == value
    assert metrics(opened_elsewhere(page, new_context))[0] == value


def test_slider_moves_both_charts_and_keeps_the_axes_of_shares(page):
    visit(page, f"{LESSON}?own_direction=D(Q%E2%80%96P)")
    page.get_by_role("button", name="Two languages").click()
    expect(title(page, TERMS)).to_have_text("D(Q‖P) = ∞")
    settled(page)
    press(page, ALPHA, "ArrowRight")
    expect(title(page, TERMS)).to_have_text(re.compile(r"D\(Q‖P\) = 0\.\d{3} bits"))
    settled(page)
    expect(title(page, SMOOTHING)).to_have_text(re.compile(r"With α = 0\.01: D\(P‖Q\) = 0\."))
    rows = plot(page, TERMS).evaluate("plot => [...plot._fullLayout.yaxis.ticktext]")
    assert len(rows) == 14
    assert rows[-2:] == ["17 others", "sum"]


@pytest.mark.slow
def test_labels_become_no_markup_anywhere(page):
    asked_for = []
    page.on("request", lambda request: asked_for.append(request.url))
    visit(page, LESSON)
    table = "\n".join(f"{quoted(label)},{place + 1},9" for place, label in enumerate(HOSTILE))
    put(page, table)
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Labels are shown as they are written")
    assert page.title() == "Your own numbers · KL Explained"
    # Code and the icons of Streamlit's own are no labels.
    for element in ("img", "script", "b", ".katex:has-text('x^2')", "a[href*=example]"):
        assert main.locator(element).count() == 0, element
    assert main.locator("strong", has_text="stars").count() == 0
    ticks = plot(page, TERMS).locator(".ytick text").all_text_contents()
    assert {tick.rstrip("…") for tick in ticks} >= {
        "<b>bold</b>", "**stars**", "$x^2$", ":red[red]", "<img src=x one", "%{x} &lt;i&gt;",
    }  # fmt: skip
    assert plot(page, TERMS).locator("svg b, svg a, svg img, foreignObject").count() == 0
    bars = plot(page, TERMS).locator(".bars .point path")
    for place in range(bars.count()):
        bars.nth(place).hover(force=True)
        page.wait_for_timeout(80)
    assert page.title() == "Your own numbers · KL Explained"
    assert not [url for url in asked_for if "example.org" in url or url.endswith("/x")]
    cells = page.get_by_role("cell").all_inner_texts()
    assert {"<b>bold</b>", "**stars**", "$x^2$", ":red[red]"} <= set(cells)


@pytest.mark.slow
def test_csv_gives_back_every_digit_and_no_formula(page, tmp_path):
    visit(page, LESSON)
    put(page, "=1+1,5,1\n@x,3,2\nsea,2,7")
    rows = saved_data(page, "your_own", tmp_path)
    assert [row["label"] for row in rows] == ["'=1+1", "'@x", "sea"]
    assert [float(row["p_count"]) for row in rows] == [5, 3, 2]
    total = sum(float(row["p_term_bits"]) for row in rows)
    assert total == pytest.approx(entropy([5, 3, 2], [1, 2, 7], base=2), abs=1e-12)
    expect(page.get_by_test_id("stMain")).to_contain_text("an apostrophe stands before")


@pytest.mark.slow
def test_chart_as_a_file_shows_labels_letter_by_letter(page, tmp_path):
    visit(page, LESSON)
    put(page, "</script><script>document.title='run'</script>,5,1\n<b>b</b>,3,2\nsea,2,7")
    open_saved_chart(page, "your_own", tmp_path)
    assert page.title() != "run"
    ticks = page.locator(".ytick text").all_text_contents()
    assert "<b>b</b>" in ticks


def test_good_file_fills_the_table_and_stays_out_of_the_link(page):
    visit(page, f"{LESSON}?own_table=a%2C1%2C2%0Ab%2C3%2C4")
    upload(page, "numbers.csv", SMALL.replace(",", ";").encode("utf-16"))
    expect(field(page)).to_have_value(SMALL.replace(",", ";"))
    settled(page)
    assert "own_table" not in asked(page)
    expect(page.get_by_test_id("stFileUploaderFile")).to_have_count(0)
    page.get_by_role("button", name="Share this view").click()
    expect(page.get_by_role("dialog")).to_contain_text("this view, but for your table")
    page.keyboard.press("Escape")
    page.get_by_test_id("stCheckbox").filter(has_text="in the link").locator("label").click()
    expect(page).to_have_url(re.compile("own_table=word"))
    settled(page)
    assert asked(page)["own_table"] == SMALL.replace(",", ";")


@pytest.mark.slow
def test_uploaded_table_is_still_there_after_a_visit_elsewhere(page):
    visit(page, LESSON)
    upload(page, "numbers.csv", SMALL.encode())
    expect(field(page)).to_have_value(SMALL)
    settled(page)
    page.get_by_role("link", name="The die").first.click()
    page.get_by_role("heading", name="The die", exact=True).wait_for()
    settled(page)
    page.get_by_role("link", name="Your own numbers").first.click()
    page.get_by_role("heading", name="Your own numbers", exact=True).wait_for()
    settled(page)
    assert field(page).input_value() == SMALL
    assert "own_table" not in asked(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("image.png", b"\x89PNG\r\n\x1a\n\x00\x00", "image.png is no text file; save the sheet"),
        ("latin.csv", "ä,1,2\nb,3,4".encode("latin-1"), "Row 1 of latin.csv holds a character"),
        ("words.csv", b"w,P,Q\na,1,2\nb,3", "Row 3 has 2 columns; each row needs three"),
    ],
)
def test_bad_file_gets_a_sentence(page, name, content, said):
    visit(page, f"{LESSON}?own_alpha=0.5")
    upload(page, name, content)
    expect(page.get_by_role("alert").first).to_contain_text(said)
    assert asked(page)["own_alpha"] == "0.5"


@pytest.mark.slow
def test_file_of_ten_megabytes_is_refused_in_the_browser(page):
    visit(page, LESSON)
    upload(page, "large.csv", b"a,1,2\n" * 1_700_000)
    file = page.get_by_test_id("stFileUploader")
    expect(file).to_contain_text("File must be 1.0MB or smaller.")
    expect(file).to_contain_text("large.csv")
    settled(page)
    assert metrics(page)[0] == "∞"


@pytest.mark.slow
def test_thousand_categories_are_read_and_answer_quickly(page):
    visit(page, LESSON)
    text, p, q = thousand()
    put(page, text)
    value = f"{entropy(p, q, base=2):.3f} bits"
    expect(page.locator(".kl-numbers strong").first).to_have_text(value)
    settled(page)
    assert "own_table" not in asked(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("This table is too long for a link.")
    expect(page.get_by_test_id("stMain")).to_contain_text("988 others")
    press(page, ALPHA, "End")
    smoothed = f"{entropy(p + 10, q + 10, base=2):.3f} bits"
    expect(title(page, TERMS)).to_have_text(f"D(P‖Q) = {smoothed}", timeout=2000)
    settled(page)
    assert metrics(page)[0] == smoothed


@pytest.mark.slow
def test_preset_after_a_long_table_is_in_the_link_again(page):
    visit(page, LESSON)
    put(page, thousand()[0])
    page.get_by_role("button", name="The book's die").click()
    expect(page).to_have_url(re.compile("own_table=face"))
    settled(page)
    page.reload()
    settled(page)
    assert field(page).input_value().startswith("face,fair,loaded")
    expect(title(page, TERMS)).to_have_text("D(P‖Q) = 0.350 bits")


@pytest.mark.slow
def test_phone_keeps_the_picture_in_sight_above_every_slider(page):
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    expect_in_sight_above(page, TERMS, ALPHA, "How many categories to draw")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_has_room_for_long_labels_and_axe_finds_nothing_more(page, scheme, bare_address):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(PHONE)
    visit(page, LESSON)
    put(page, "\n".join(f"{'long label ' * 9}{place},{place},{9 - place}" for place in range(9)))
    expect_nothing_sideways(page)
    box = plot(page, TERMS).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    expect_nothing_new_for_axe(page, scheme, bare_address)
