"""The integral's lesson as a learner meets it: guess, move, reach infinity, take it along."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.stats import entropy, norm

from tests.browser.conftest import (
    PHONE,
    asked,
    chart,
    expect_in_sight_above,
    expect_nothing_sideways,
    opened_elsewhere,
    plot,
    press,
    settled,
    slider,
    title,
    visit,
    words_of,
)
from tests.browser.files import open_saved_chart, saved_data
from tests.pages.integral.truth import CUT, PLAIN, WIDE, divergence

INTEGRAL, BINS = range(2)
# Two whole bells, the second wider.
WHOLE = "definition_q_mean=1&definition_q_spread=1.5&definition_q_end=8"


def text_alternatives(page):
    """Return what the charts say to those who do not see them, in order."""
    figures = page.locator("[role=figure]:has(.js-plotly-plot)")
    assert figures.count() == 2
    return [each.get_attribute("aria-label") for each in figures.all()]


def says(page, number):
    """Return all that a chart says under its picture, on one line."""
    return " ".join(words_of(page, number).inner_text().split())


def drawn(page):
    """Return the data of both charts."""
    return [chart(page, number) for number in range(2)]


@pytest.mark.usefixtures("no_troubles")
def test_guess_is_dragged_in_the_picture_and_seen_to_come_true_or_not(page):
    visit(page, "/integral")
    expect(title(page, INTEGRAL)).to_have_text(
        f"{divergence(PLAIN, CUT, 1e-10):.3f} bits reported. And with ε = 1e-16?"
    )
    assert "∞" not in plot(page, INTEGRAL).text_content()
    # The last of the handles is the guess.
    grip = page.locator(".kl-grip").last.bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(900)
    for step in range(1, 11):
        page.mouse.move(x, y - 2 * step)
        page.wait_for_timeout(30)
    expect(slider(page, "Your guess")).not_to_have_attribute("aria-valuetext", "1.00 times")
    page.mouse.up()
    expect(page).to_have_url(re.compile("integral_guess="))
    settled(page)
    guess = float(asked(page)["integral_guess"])
    assert guess > 1
    page.get_by_text("That is my guess: show me").click()
    expect(title(page, INTEGRAL)).to_have_text(
        f"Reported {divergence(PLAIN, CUT, 1e-16):.3f}; the truth is ∞"
    )
    expect(page.get_by_text(f"your guess was {guess:.2f} times")).to_be_visible()
    settled(page)
    assert asked(page)["definition_epsilon"] == "1e-16"


@pytest.mark.usefixtures("no_troubles")
def test_bell_moves_both_charts_and_both_sentences(page):
    visit(page, f"/integral?{WHOLE}")
    before, said = drawn(page), text_alternatives(page)
    press(page, "Q, mean", "ArrowLeft")
    area = (math.log(1.5) + (1 + 0.9**2) / 4.5 - 0.5) / math.log(2)
    expect(title(page, INTEGRAL)).to_have_text(f"Reported {area:.3f}; the truth is {area:.3f} bits")
    settled(page)
    after, tells = drawn(page), text_alternatives(page)
    assert after[INTEGRAL][0] == before[INTEGRAL][0]
    assert max(after[INTEGRAL][1]["y"]) == pytest.approx(norm.pdf(0, scale=1.5), rel=1e-3)
    assert all(after[number] != before[number] for number in range(2))
    assert all(tells[number] != said[number] for number in range(2))
    assert [says(page, number) for number in range(2)] == [" ".join(each.split()) for each in tells]


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/integral")
    page.get_by_role("button", name="Leaning apart").click()
    expect(page).to_have_url(re.compile("definition_q_lean=-0.8"))
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    press(page, "Width of a bin", "ArrowLeft", "ArrowLeft")
    expect(page).to_have_url(re.compile("definition_width=2"))
    expect(title(page, BINS)).to_contain_text("In bins 2 wide: ")
    settled(page)
    press(page, "ε, added to q(x)", "End")
    expect(page).to_have_url(re.compile("definition_epsilon=0.1"))
    page.get_by_text("Fourfold", exact=True).click()
    expect(page).to_have_url(re.compile("integral_check4=Fourfold"))
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert text_alternatives(other) == text_alternatives(page)
    assert other.get_by_role("radio", name="Fourfold", exact=True).is_checked()
    expect(title(other, BINS)).to_contain_text("In bins 2 wide: ")


@pytest.mark.slow
def test_d_is_infinite_from_the_moment_q_ends_before_p_and_finite_again_after(page):
    visit(page, f"/integral?{WHOLE[:-1]}1.1&definition_p_end=1&definition_epsilon=0")

    def ends(q_end):
        # The same formula as for whole Gaussians, with the moments of what is left of P.
        kept, q_kept = norm.cdf(1), norm.cdf(q_end, 1, 1.5)
        mean = -norm.pdf(1) / kept
        square = 1 - norm.pdf(1) / kept
        inside = math.log(1.5 * q_kept / kept) - square / 2 + (square - 2 * mean + 1) / 4.5
        return f"The area is {inside / math.log(2):.3f} bits"

    expect(title(page, INTEGRAL)).to_have_text(ends(1.1))
    press(page, "Q, ends at", "ArrowLeft")
    expect(title(page, INTEGRAL)).to_have_text(ends(1.0))
    press(page, "Q, ends at", "ArrowLeft")
    expect(title(page, INTEGRAL)).to_have_text("The area is ∞")
    settled(page)
    beyond = 1 - norm.cdf(0.9) / norm.cdf(1)
    said = f"Q ends at 0.9, and {100 * beyond:.1f}% of P lies beyond."
    assert said in text_alternatives(page)[INTEGRAL]
    infinity = page.locator(".js-plotly-plot").nth(INTEGRAL).get_by_text("∞ until P ends")
    expect(infinity).to_be_visible()
    press(page, "Q, ends at", "ArrowRight")
    expect(title(page, INTEGRAL)).to_have_text(ends(1.0))
    expect(infinity).to_have_count(0)
    settled(page)
    assert "P has ended by then" in text_alternatives(page)[INTEGRAL]


@pytest.mark.usefixtures("no_troubles")
def test_width_and_epsilon_move_their_charts_and_are_in_the_address(page):
    visit(page, f"/integral?{WHOLE}")
    before = drawn(page)
    press(page, "Width of a bin", "ArrowLeft", "ArrowLeft")
    edges = np.array([-np.inf, *range(-6, 8, 2), np.inf])
    p, q = (np.diff(norm.cdf(edges, mean, spread)) for mean, spread in ((0, 1), (1, 1.5)))
    expect(title(page, BINS)).to_have_text(f"In bins 2 wide: {entropy(p, q, base=2):.4f} bits")
    expect(page).to_have_url(re.compile("definition_width=2$"))
    settled(page)
    after = drawn(page)
    # Each bin is drawn by two points, of the height of its share divided by its width.
    assert after[BINS][0]["y"][1:-1:2] == pytest.approx(p / 2)
    assert after[BINS][1]["y"][1:-1:2] == pytest.approx(q / 2)
    assert after[INTEGRAL] == before[INTEGRAL]

    press(page, "ε, added to q(x)", "End")
    answer = divergence(PLAIN, WIDE, 0.1)
    expect(title(page, INTEGRAL)).to_contain_text(f"Reported −{-answer:.3f}; the truth is")
    expect(page).to_have_url(re.compile(r"definition_epsilon=0\.1"))
    settled(page)
    moved = drawn(page)
    assert moved[INTEGRAL][-1]["y"] == pytest.approx([answer], abs=1e-6)
    assert moved[BINS] == after[BINS]
    assert "definition_width=2" in page.evaluate("location.href")

    press(page, "ε, added to q(x)", "Home")
    expect(title(page, INTEGRAL)).to_have_text("The area is 0.505 bits")
    settled(page)
    assert len(chart(page, INTEGRAL)) == len(moved[INTEGRAL]) - 1


@pytest.mark.slow
def test_second_control_moved_at_once_does_not_cost_the_first_its_answer(page):
    visit(page, f"/integral?{WHOLE}&definition_width=1")
    # Which chart the second move interrupts depends on the moment, hence several.
    for width, epsilon in (("2", "1e-9"), ("4", "1e-8"), ("8", "1e-7"), ("16", "1e-6")):
        press(page, "Width of a bin", "ArrowRight")
        press(page, "ε, added to q(x)", "ArrowRight")
        expect(words_of(page, INTEGRAL)).to_contain_text(f"With ε = {epsilon} the code reports")
        settled(page)
        assert f"With ε = {epsilon} the code reports" in says(page, INTEGRAL)
        expect(title(page, BINS)).to_contain_text(f"In bins {width} wide: ")


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, f"/integral?{WHOLE}&definition_q_lean=-0.5&definition_epsilon=0&unit=nats")
    rows = saved_data(page, "integral", tmp_path)
    assert list(rows[0]) == ["x", "p", "q", "log_ratio_nats", "product_nats"]
    x, p, q, ratios, products = (np.array([float(row[name]) for row in rows]) for name in rows[0])
    integral = float(re.search(r"area, ([\d.]+) nats", says(page, INTEGRAL))[1])
    assert np.trapezoid(products, x) == pytest.approx(integral, abs=6e-4)
    np.testing.assert_allclose(products, p * np.log(p / q), atol=1e-12)
    np.testing.assert_allclose(ratios, np.log(p / q), atol=1e-9)
    np.testing.assert_allclose(p, norm.pdf(x), atol=1e-15)
    for density, trace in ((p, 0), (q, 1)):
        assert chart(page, INTEGRAL)[trace]["y"] == pytest.approx(density)

    on_screen = chart(page, INTEGRAL)
    open_saved_chart(page, "integral", tmp_path)
    assert chart(page) == on_screen


@pytest.mark.slow
@pytest.mark.parametrize("view", ["", "?definition_q_end=0.5&definition_width=1/32"])
def test_phone_keeps_pictures_in_sight_and_nothing_overflows(page, view):
    page.set_viewport_size(PHONE)
    visit(page, f"/integral{view}")
    assert page.locator(".kl-chart").count() == 2
    for number in range(2):
        box = page.locator(".kl-chart").nth(number).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    control = slider(page, "Width of a bin").bounding_box()
    assert control["y"] + control["height"] <= plot(page, BINS).bounding_box()["y"]
    bells = [f"{each}, {part}" for part in ("mean", "spread", "lean", "ends at") for each in "PQ"]
    expect_in_sight_above(page, INTEGRAL, "ε, added to q(x)", *bells)
    expect_nothing_sideways(page)
    # P's sliders stand beside Q's, each half as wide as the screen.
    left, right = (slider(page, f"{letter}, mean").bounding_box() for letter in "PQ")
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] == pytest.approx(right["y"], abs=2)
