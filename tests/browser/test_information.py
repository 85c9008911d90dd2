"""The coding lesson as a learner meets it: move, roll, share, take along."""

import math
import re

import pytest
from playwright.sync_api import expect
from scipy.stats import entropy

from charts.style import LIGHT
from tests.browser.conftest import (
    PHONE,
    expect_in_sight_above,
    expect_nothing_sideways,
    numbers_of,
    open_code,
    opened_elsewhere,
    plot,
    settled,
    slider,
    title,
    visit,
)
from tests.browser.files import open_saved_chart, saved_data
from tests.browser.hands import Mouse, pull
from tests.browser.legible import expect_legible

# Charts in order, once both folds are open; without them the room, the averages, what was counted.
ROOM, BLOCKS, AVERAGES, TREE, COUNTED = range(5)
FOLDS = ("One word for several rolls", "Both codes word by word")
P, Q, NEARLY_FAIR = (8, 4, 2, 1, 0.5, 0.5), (1, 1, 1, 1, 2, 2), (1.2, 1, 1, 1, 1, 1)
UNEVEN = (5, 2, 1, 1, 0.5, 0.5)
CODES, FIRST_ROLLS = "Both codes, word by word", "The first rolls in both codes"


def unfolded(page, path="/information"):
    """Open the lesson with all that is folded."""
    visit(page, path)
    for fold in FOLDS:
        page.get_by_text(fold).click()
        settled(page)
    return page


def drawn(page, number):
    """Return what a chart shows: its title, and each trace's places, texts, colours and sizes."""
    return (
        page.locator(".js-plotly-plot")
        .nth(number)
        .evaluate(
            """plot => [plot._fullLayout.title.text, plot._fullData.map(trace => ({
                x: [...trace.x], y: [...trace.y], text: trace.text,
                errors: trace.error_x?.array && [...trace.error_x.array],
                colour: trace.marker?.color, sizes: trace.marker?.size}))]"""
        )
    )


def areas(page, number=1):
    """Return H(P), H(P, Q), H(Q, P) and H(Q) as the areas of their panels."""
    plot_of_averages = page.locator(".js-plotly-plot").nth(number)
    return plot_of_averages.evaluate(
        """plot => plot._fullData.filter(trace => trace.type === "bar").map(trace =>
            trace.width.reduce((sum, width, at) => sum + width * trace.y[at], 0))"""
    )


def table(page, name):
    """Return the rows of a table, the headings first."""
    region = page.get_by_role("region", name=name)
    return [row.locator("th, td").all_inner_texts() for row in region.locator("tr").all()]


def metrics(page):
    """Return H(P), D(P‖Q) and H(P, Q) as shown."""
    return numbers_of(page, AVERAGES)


def sent(page):
    """Return the paragraph on the rolls that were sent."""
    return page.get_by_text(re.compile(r"^([\d,]+ rolls|Roll \d+ shows)")).first


def in_blocks(page):
    """Return the paragraph on blocks."""
    return page.get_by_text(re.compile("^(With one word a roll|In blocks of)")).first


def leaves(page):
    """Return the word of each face in the tree."""
    texts = drawn(page, TREE)[1][3]["text"]
    return dict(re.fullmatch(r"face (\d)<br><b>(\d*).*</b><br>.*", text).groups() for text in texts)


def press_key(page, label, key):
    """Press a key on a slider."""
    slider(page, label).focus()
    page.keyboard.press(key)


def test_room_is_filled_by_keys_and_by_hand_until_no_code_takes_less(page):
    visit(page, "/information")
    assert numbers_of(page, ROOM) == ["3.000 digits", "75.0%"]
    for face, key, times in ((1, "ArrowLeft", 2), (4, "ArrowRight", 1), (5, "ArrowRight", 2)):
        for _ in range(times):
            press_key(page, f"Digits for face {face}", key)
    settled(page)
    assert numbers_of(page, ROOM) == ["2.125 digits", "96.9%"]
    # The second word is pulled down by its top, the last one up.
    for number, digits in ((1, -1), (5, 2)):
        hand = Mouse(page)
        pull(page, hand, number, 0, -digits * room_for_a_digit(page))
        page.wait_for_timeout(500)
        hand.up()
        settled(page)
    assert numbers_of(page, ROOM) == ["1.938 digits", "100.0%"]
    expect(title(page, ROOM)).to_have_text("1.938 digits a roll: none takes less")
    expect(page).to_have_url(re.compile("information_length6=5"))
    # It was found, not told.
    expect(page.get_by_text("Your guess was")).to_have_count(0)


def room_for_a_digit(page):
    """Return how high a digit of a word is drawn, in pixels."""
    return plot(page, ROOM).evaluate(
        "plot => plot._fullLayout.yaxis._length / plot._fullLayout.yaxis.range[1]"
    )


@pytest.mark.slow
def test_guess_is_dragged_in_the_picture_and_told(page):
    visit(page, "/information")
    hand = Mouse(page)
    pull(page, hand, len(P), 0, 0.5 * room_for_a_digit(page))
    page.wait_for_timeout(500)
    hand.up()
    settled(page)
    guess = float(slider(page, "Your guess").input_value())
    assert guess == pytest.approx(2.0, abs=0.1)
    page.get_by_text("That is my guess").click()
    settled(page)
    expect(page.get_by_text("Your guess was")).to_be_visible()
    # The picture glides there.
    expect(title(page, ROOM)).to_have_text("1.938 digits a roll: none takes less")
    settled(page)
    assert numbers_of(page, ROOM) == ["1.938 digits", "100.0%"]


def test_key_press_moves_averages_table_and_tree(page):
    unfolded(page)
    tree, coded = drawn(page, TREE), table(page, CODES)
    press_key(page, "Q, face 1", "End")
    settled(page)
    expect(open_code(page)).to_contain_text("q = normalize([10.0, 1.0, 1.0")
    moved = [10, 1, 1, 1, 2, 2]
    own, extra = entropy(P, base=2), entropy(P, moved, base=2)
    back, other = entropy(moved, base=2), entropy(moved, P, base=2)
    assert areas(page, AVERAGES) == pytest.approx([own, own + extra, back + other, back])
    assert metrics(page) == [f"{each:.3f} bits" for each in (own, extra, own + extra)]
    page.get_by_role("figure", name=f"take {own + extra:.3f} bits").wait_for()
    rows = table(page, CODES)
    assert rows[1][4:6] == [f"{1000 / 17:.1f}%", f"{math.log2(1.7):.2f}"]
    assert len(rows[1][6]) == 1
    assert rows != coded
    # The left half is P's and does not move.
    assert [row[:4] for row in rows] == [row[:4] for row in coded]
    assert drawn(page, TREE) != tree
    assert leaves(page) == {row[0]: row[6] for row in rows[1:]}


@pytest.mark.slow
def test_tree_switches_between_the_codes(page):
    page.emulate_media(color_scheme="light")
    unfolded(page)
    name, traces = drawn(page, TREE)
    assert (name, traces[3]["colour"]) == ("The Huffman code made for Q", LIGHT.q)
    assert leaves(page) == {row[0]: row[6] for row in table(page, CODES)[1:]}
    page.get_by_role("radio", name="P", exact=True).focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("information_tree=P"))
    page.get_by_text("In the code made for P every face").first.wait_for()
    settled(page)
    name, traces = drawn(page, TREE)
    assert (name, traces[3]["colour"]) == ("The Huffman code made for P", LIGHT.p)
    assert leaves(page) == {row[0]: row[3] for row in table(page, CODES)[1:]}


@pytest.mark.slow
def test_rolls_and_blocks_change_what_is_counted(page):
    p = "&".join(f"information_p{face}={weight}" for face, weight in enumerate(UNEVEN, start=1))
    unfolded(page, f"/information?{p}")
    _, before = drawn(page, COUNTED)
    chosen = drawn(page, BLOCKS)[1][1]["sizes"]
    assert chosen.index(max(chosen)) == 0

    press_key(page, "How many rolls of P", "ArrowRight")
    expect(sent(page)).to_have_text(re.compile("^3,000 rolls took"))
    expect(page).to_have_url(re.compile("information_rolls=3000"))
    settled(page)
    name, more = drawn(page, COUNTED)
    assert name.startswith("In 3,000 rolls: ")
    # Only the counted moved, and three times the rolls are more precise.
    assert more[:2] == before[:2]
    assert more[2]["x"] != before[2]["x"]
    assert more[2]["errors"][0] == pytest.approx(before[2]["errors"][0] / math.sqrt(3), rel=0.1)

    press_key(page, "Rolls in a block", "End")
    expect(in_blocks(page)).to_have_text(re.compile(r"^In blocks of 4 \(1,296 words\)"))
    expect(page).to_have_url(re.compile("information_block=4"))
    settled(page)
    expect(open_code(page)).to_contain_text("block_probabilities(p, 4)")
    _, ganged = drawn(page, COUNTED)
    _, shares = drawn(page, BLOCKS)
    assert ganged[0] == more[0]
    assert ganged[1]["x"] == pytest.approx([shares[1]["y"][3], shares[3]["y"][3]])
    assert ganged[2]["x"] != more[2]["x"]
    assert shares[1]["sizes"].index(max(shares[1]["sizes"])) == 3
    assert table(page, FIRST_ROLLS)[0] == ["roll", "1–4", "5–8", "9–12"]
    assert "information_rolls=3000" in page.evaluate("location.href")


@pytest.mark.slow
def test_roll_again_takes_the_next_series(page):
    unfolded(page, "/information?information_seed=41")
    said, (_, before), rolled = sent(page).inner_text(), drawn(page, COUNTED), table(
        page, FIRST_ROLLS)  # fmt: skip
    page.get_by_role("button", name="Roll again").click()
    expect(page).to_have_url(re.compile("information_seed=42"))
    expect(sent(page)).not_to_have_text(said)
    settled(page)
    expect(open_code(page)).to_contain_text("default_rng(42)")
    assert slider(page, "Series of rolls").input_value() == "42"
    _, after = drawn(page, COUNTED)
    assert after[:2] == before[:2]
    assert after[2]["x"] != before[2]["x"]
    assert table(page, FIRST_ROLLS) != rolled
    counted = after[2]["x"]
    assert f"{counted[0]:.3f} ± {after[2]['errors'][0]:.3f}" in sent(page).inner_text()


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/information?information_block=2")
    page.get_by_role("button", name="Rule out the six").click()
    expect(sent(page)).to_contain_text("shows face 6")
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    press_key(page, "P, face 2", "ArrowRight")
    expect(page).to_have_url(re.compile("information_p2=1.1"))
    settled(page)
    press_key(page, "How many rolls of P", "ArrowLeft")
    expect(page).to_have_url(re.compile("information_rolls=300"))
    settled(page)
    press_key(page, "Digits for face 1", "ArrowLeft")
    expect(page).to_have_url(re.compile("information_length1=2"))
    settled(page)
    page.get_by_role("button", name="Roll again").click()
    expect(page).to_have_url(re.compile("information_seed=2"))
    settled(page)
    page.get_by_text("It falls by just as much", exact=True).click()
    expect(page).to_have_url(re.compile("information_check2="))
    expect(page.get_by_text("Right: H(P) belongs to the text")).to_be_visible()
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert table(other, FIRST_ROLLS)[0][:2] == ["roll", "1–2"]
    assert table(other, FIRST_ROLLS) == table(page, FIRST_ROLLS)
    assert numbers_of(other, ROOM)[1] == "87.5%"
    assert numbers_of(other, 1)[1:] == ["∞", "∞"]


@pytest.mark.slow
def test_files_hold_the_words_and_numbers_on_screen(page, tmp_path):
    unfolded(page, "/information?information_q6=0&information_q1=3&unit=nats&information_length2=2")
    rows = saved_data(page, "information", tmp_path)
    shown = table(page, CODES)[1:]
    assert shown[5][6] == "none"
    assert [row["face"] for row in rows] == [row[0] for row in shown]
    assert [row["p_word"] for row in rows] == [row[3] for row in shown]
    assert [row["q_word"] or "none" for row in rows] == [row[6] for row in shown]
    for row, (_, p, ideal_p, _, q, ideal_q, _) in zip(rows, shown, strict=True):
        assert f"{100 * float(row['p']):.1f}%" == p
        assert f"{100 * float(row['q']):.1f}%" == q
        assert f"{float(row['ideal_p_nats']):.2f}" == ideal_p
        assert f"{float(row['ideal_q_nats']):.2f}".replace("inf", "∞") == ideal_q
    assert sum(float(row["p"]) * float(row["ideal_p_nats"]) for row in rows) == pytest.approx(
        areas(page, AVERAGES)[0]
    )
    assert [row["chosen_length"] for row in rows] == ["3", "2", "3", "3", "3", "3"]
    before = drawn(page, AVERAGES)
    open_saved_chart(page, "information", tmp_path)
    assert drawn(page, 0) == before


@pytest.mark.slow
def test_nothing_to_send_can_be_mended_on_the_page(page):
    zero = "&".join(f"information_p{face}=0" for face in range(1, 7))
    visit(page, f"/information?{zero}&information_rolls=300")
    expect(page.get_by_role("alert").first).to_contain_text("All weights of P are 0")
    assert page.locator(".js-plotly-plot").count() == 0
    press_key(page, "P, face 3", "ArrowRight")
    expect(sent(page)).to_have_text(re.compile("^300 rolls took 0 binary digits in P's code"))
    settled(page)
    assert page.locator(".js-plotly-plot").count() == 3
    assert page.get_by_text("All weights of P are 0").count() == 0
    assert slider(page, "How many rolls of P").get_attribute("aria-valuetext") == "300"


@pytest.mark.slow
@pytest.mark.parametrize("block", [1, 4])
def test_phone_keeps_the_picture_in_sight_and_nothing_overflows(page, block):
    page.set_viewport_size(PHONE)
    # Deep trees and long words: the widest that the page gets.
    weights = "&".join(
        f"information_{letter}{face}={weight}"
        for letter in "pq"
        for face, weight in enumerate((10, 5, 2.5, 1, 0.5, 0.1), start=1)
    )
    unfolded(page, f"/information?{weights}&information_block={block}")
    plots = page.locator(".js-plotly-plot")
    for number in (ROOM, BLOCKS, AVERAGES, TREE, COUNTED):
        expect_legible(plots.nth(number), "")
    for name in (CODES, FIRST_ROLLS):
        # A wide table scrolls by itself, and its frame fits the screen.
        frame = page.get_by_role("region", name=name).bounding_box()
        assert frame["x"] >= 0
        assert frame["x"] + frame["width"] <= 390
    expect_nothing_sideways(page)
    every = [f"{letter}, face {face}" for face in range(1, 7) for letter in "PQ"]
    expect_in_sight_above(page, AVERAGES, *every)
    expect_in_sight_above(page, ROOM, *(f"Digits for face {face}" for face in range(1, 7)))


@pytest.mark.slow
@pytest.mark.parametrize("p", [P, UNEVEN, NEARLY_FAIR])
def test_labels_do_not_cover_each_other_on_a_phone(page, p):
    page.set_viewport_size(PHONE)
    weights = "&".join(f"information_p{face}={weight}" for face, weight in enumerate(p, start=1))
    unfolded(page, f"/information?{weights}")
    for number in (ROOM, BLOCKS, AVERAGES, TREE, COUNTED):
        expect_legible(plot(page, number), ".gtitle, .legend, .annotation, .textpoint text")
