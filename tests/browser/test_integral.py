"""The definition's lesson as a learner meets it: move, share, reach infinity, take it along."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.stats import entropy, norm

from tests.browser.conftest import (
    PHONE,
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

SUM, INTEGRAL, BINS, EPSILON = range(4)


def text_alternatives(page):
    """Return what the charts say to those who do not see them, in order."""
    figures = page.locator("[role=figure]:has(.js-plotly-plot)")
    assert figures.count() == 4
    return [each.get_attribute("aria-label") for each in figures.all()]


def says(page, number):
    """Return all that a chart says under its picture, on one line."""
    return " ".join(words_of(page, number).inner_text().split())


def drawn(page):
    """Return the data of all charts."""
    return [chart(page, number) for number in range(4)]


def test_each_side_moves_its_own_chart_and_sentence_only(page):
    visit(page, "/definition")
    before, said = drawn(page), text_alternatives(page)
    press(page, "Q, rain", "ArrowRight")
    total = entropy([4, 3, 2.5, 0.5], [6, 2.5, 1.1, 0.5], base=2)
    expect(title(page, SUM)).to_have_text(f"The sum is {total:.3f} bits")
    settled(page)
    after, tells = drawn(page), text_alternatives(page)
    assert after[SUM][1]["y"][2] == pytest.approx(100 * 1.1 / 10.1)
    assert after[INTEGRAL:] == before[INTEGRAL:]
    assert tells[SUM] != said[SUM]
    assert tells[INTEGRAL:] == said[INTEGRAL:]
    assert says(page, SUM) == tells[SUM]

    press(page, "Q, mean", "ArrowLeft")
    area = (math.log(1.5) + (1 + 0.9**2) / 4.5 - 0.5) / math.log(2)
    expect(title(page, INTEGRAL)).to_have_text(f"The area is {area:.3f} bits")
    settled(page)
    moved, now = drawn(page), text_alternatives(page)
    assert moved[SUM] == after[SUM]
    assert moved[INTEGRAL][0] == after[INTEGRAL][0]
    assert max(moved[INTEGRAL][1]["y"]) == pytest.approx(norm.pdf(0, scale=1.5), rel=1e-3)
    assert all(moved[number] != after[number] for number in (INTEGRAL, BINS, EPSILON))
    assert now[SUM] == tells[SUM]
    assert all(now[number] != tells[number] for number in (INTEGRAL, BINS, EPSILON))
    assert [says(page, number) for number in range(4)] == [" ".join(each.split()) for each in now]


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, "/definition")
    page.get_by_role("button", name="Leaning apart").click()
    expect(page).to_have_url(re.compile("definition_q_lean=-0.8"))
    page.get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"))
    settled(page)
    press(page, "P, snow", "ArrowRight")
    expect(page).to_have_url(re.compile("definition_p4=0.6"))
    press(page, "Width of a bin", "ArrowLeft", "ArrowLeft")
    expect(page).to_have_url(re.compile("definition_width=1(%2F|/)4"))
    expect(title(page, BINS)).to_contain_text("In bins 1/4 wide: ")
    settled(page)
    press(page, "ε, added to q(x)", "End")
    expect(page).to_have_url(re.compile("definition_epsilon=0.1"))
    page.get_by_text("Fourfold", exact=True).click()
    expect(page).to_have_url(re.compile("definition_predict=Fourfold"))
    settled(page)
    other = opened_elsewhere(page, new_context)
    assert text_alternatives(other) == text_alternatives(page)
    assert other.get_by_role("radio", name="Fourfold", exact=True).is_checked()
    expect(title(other, BINS)).to_contain_text("In bins 1/4 wide: ")


@pytest.mark.slow
def test_d_is_infinite_from_the_moment_q_ends_before_p_and_finite_again_after(page):
    visit(page, "/definition?definition_p_end=1&definition_q_end=1.1")

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
    assert text_alternatives(page)[INTEGRAL].startswith(
        f"Q ends at 0.9, and {100 * beyond:.1f}% of P lies beyond."
    )
    infinity = page.locator(".js-plotly-plot").nth(INTEGRAL).get_by_text("∞ until P ends")
    expect(infinity).to_be_visible()
    expect(title(page, EPSILON)).to_contain_text("the truth is ∞")
    press(page, "Q, ends at", "ArrowRight")
    expect(title(page, INTEGRAL)).to_have_text(ends(1.0))
    expect(infinity).to_have_count(0)
    settled(page)
    assert "P has ended by then" in text_alternatives(page)[INTEGRAL]


def test_width_and_epsilon_move_their_charts_and_are_in_the_address(page):
    visit(page, "/definition")
    before = drawn(page)
    press(page, "Width of a bin", "ArrowRight")
    edges = np.array([-np.inf, *range(-6, 8, 2), np.inf])
    p, q = (np.diff(norm.cdf(edges, mean, spread)) for mean, spread in ((0, 1), (1, 1.5)))
    expect(title(page, BINS)).to_have_text(f"In bins 2 wide: {entropy(p, q, base=2):.4f} bits")
    expect(page).to_have_url(re.compile("definition_width=2$"))
    settled(page)
    after = drawn(page)
    # Each bin is drawn by two points, of the height of its share divided by its width.
    assert after[BINS][0]["y"][1:-1:2] == pytest.approx(p / 2)
    assert after[BINS][1]["y"][1:-1:2] == pytest.approx(q / 2)
    assert [after[number] for number in (SUM, INTEGRAL, EPSILON)] == [
        before[number] for number in (SUM, INTEGRAL, EPSILON)
    ]

    press(page, "ε, added to q(x)", "End")
    x = np.linspace(-10, 10, 20001)
    p, q = norm.pdf(x), norm.pdf(x, 1, 1.5)
    reported = np.trapezoid(p * np.log2(p / (q + 0.1)), x)
    expect(title(page, EPSILON)).to_contain_text(f"Reported −{-reported:.3f}; the truth is")
    expect(page).to_have_url(re.compile(r"definition_epsilon=0\.1"))
    settled(page)
    moved = drawn(page)
    assert moved[EPSILON][-1]["y"] == pytest.approx([reported], abs=1e-6)
    assert moved[:EPSILON] == after[:EPSILON]
    assert "definition_width=2" in page.evaluate("location.href")

    press(page, "ε, added to q(x)", "Home")
    expect(title(page, EPSILON)).to_contain_text("Reported 0.505; the truth is 0.505")
    settled(page)
    assert len(chart(page, EPSILON)) == len(moved[EPSILON]) - 1


@pytest.mark.slow
def test_second_control_moved_at_once_does_not_cost_the_first_its_answer(page):
    visit(page, "/definition")
    # Which chart the second move interrupts depends on the moment, hence several.
    for width, epsilon in (("2", "1e-8"), ("4", "1e-6"), ("8", "1e-4"), ("16", "0.001")):
        press(page, "Width of a bin", "ArrowRight")
        press(page, "ε, added to q(x)", "ArrowRight")
        expect(words_of(page, EPSILON)).to_contain_text(f"With ε = {epsilon} the code reports")
        settled(page)
        assert f"With ε = {epsilon} the code reports" in says(page, EPSILON)
        expect(title(page, BINS)).to_contain_text(f"In bins {width} wide: ")
    for weight in (4.1, 4.2, 4.3, 4.4):
        press(page, "Q, mean", "ArrowRight")
        press(page, "P, sun", "ArrowRight")
        total = entropy([weight, 3, 2.5, 0.5], [6, 2.5, 1, 0.5], base=2)
        area = (math.log(1.5) + (1 + (weight - 3) ** 2) / 4.5 - 0.5) / math.log(2)
        expect(title(page, SUM)).to_have_text(f"The sum is {total:.3f} bits")
        settled(page)
        expect(title(page, SUM)).to_have_text(f"The sum is {total:.3f} bits")
        expect(title(page, INTEGRAL)).to_have_text(f"The area is {area:.3f} bits")
        expect(title(page, EPSILON)).to_contain_text(f"the truth is {area:.3f} bits")
        expect(page.locator(".gtitle")).to_have_count(4)


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, "/definition?definition_q_lean=-0.5&unit=nats")
    rows = saved_data(page, "definition", tmp_path)
    assert list(rows[0]) == ["x", "p", "q", "log_ratio_nats", "product_nats"]
    x, p, q, ratios, products = (np.array([float(row[name]) for row in rows]) for name in rows[0])
    integral = float(re.search(r"numerically: ([\d.]+) nats", says(page, INTEGRAL))[1])
    assert np.trapezoid(products, x) == pytest.approx(integral, abs=1e-4)
    np.testing.assert_allclose(products, p * np.log(p / q), atol=1e-12)
    np.testing.assert_allclose(ratios, np.log(p / q), atol=1e-9)
    np.testing.assert_allclose(p, norm.pdf(x), atol=1e-15)
    for density, trace in ((p, 0), (q, 1)):
        assert chart(page, INTEGRAL)[trace]["y"] == pytest.approx(density)

    on_screen = chart(page, INTEGRAL)
    open_saved_chart(page, "definition", tmp_path)
    assert chart(page) == on_screen


@pytest.mark.slow
@pytest.mark.parametrize(
    "view", ["", "?definition_q_end=0.5&definition_q4=0&definition_width=1/32"]
)
def test_phone_keeps_pictures_in_sight_and_nothing_overflows(page, view):
    page.set_viewport_size(PHONE)
    visit(page, f"/definition{view}")
    assert page.locator(".kl-chart").count() == 4
    bottom = 0
    for number in range(4):
        box = page.locator(".kl-chart").nth(number).bounding_box()
        assert box["y"] >= bottom, number
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        bottom = box["y"] + box["height"]
    for number, label in ((BINS, "Width of a bin"), (EPSILON, "ε, added to q(x)")):
        control, above = slider(page, label).bounding_box(), plot(page, number - 1).bounding_box()
        assert above["y"] + above["height"] <= control["y"], label
        assert control["y"] + control["height"] <= plot(page, number).bounding_box()["y"], label
    for number, parts in (
        (SUM, ("sun", "cloud", "rain", "snow")),
        (INTEGRAL, ("mean", "spread", "lean", "ends at")),
    ):
        expect_in_sight_above(page, number, *(f"{each}, {part}" for part in parts for each in "PQ"))
    expect_nothing_sideways(page)
    # P's sliders stand beside Q's, each half as wide as the screen.
    for outcome in ("sun", "mean"):
        left, right = (slider(page, f"{letter}, {outcome}").bounding_box() for letter in "PQ")
        assert left["x"] + left["width"] <= right["x"]
        assert left["y"] == pytest.approx(right["y"], abs=2)
