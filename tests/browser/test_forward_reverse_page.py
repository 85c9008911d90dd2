"""The whole page on covering and seeking: read, shared, dressed, taken away, come back to."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.stats import norm

from charts.style import DARK, LIGHT
from tests.browser.conftest import (
    PHONE,
    asked,
    chart,
    drawings,
    expect_in_sight_above,
    expect_nothing_sideways,
    open_code,
    opened_elsewhere,
    press,
    settled,
    slider,
    title,
    visit,
)
from tests.browser.files import open_saved_chart, saved_data
from tests.browser.forward_reverse import (
    ALPHA,
    BETWEEN,
    CHARTS,
    FORWARD_MAP,
    FRESH,
    HAND,
    LESSON,
    OPTIMA,
    REVERSE_MAP,
    SLANT,
    TWO_MODES,
    divergences,
    expect_view,
    game,
    log_density,
    moments,
)
from tests.browser.legible import expect_all_legible

pytestmark = pytest.mark.usefixtures("no_troubles")


@pytest.mark.slow
def test_numbers_are_there_as_text(page):
    visit(page, f"{LESSON}&forward_q_mean=-1&forward_q_spread=1.2&unit=nats")
    expect_view(page, -1.0, 1.2, unit="nats")
    forward, reverse = divergences(TWO_MODES, -1.0, 1.2)
    expect(game(page)).to_contain_text(f"Yours is {forward:.3f} nats")
    best, _ = divergences(TWO_MODES, *moments(TWO_MODES))
    expect(game(page)).to_contain_text(f"is {best:.3f} nats")
    formulas = page.locator(".katex-mathml").all_inner_texts()
    assert sum(f"{forward:.3f}" in text and f"{reverse:.3f}" in text for text in formulas) == 1
    code = open_code(page).inner_text()
    printed = [float(each) for each in re.findall(r"in nats: ([\d.]+)", code)]
    assert printed == pytest.approx([forward, reverse], rel=1e-8)
    expect(title(page, OPTIMA)).to_contain_text(f"{best:.3f}")
    figures = page.locator("[role=figure]:has(.js-plotly-plot)")
    assert figures.count() == CHARTS
    main = page.get_by_test_id("stMain").inner_text()
    for figure in figures.all():
        assert figure.get_attribute("aria-label") in main


@pytest.mark.slow
def test_copied_link_opens_the_same_view_elsewhere(page, new_context):
    visit(page, LESSON)
    page.get_by_role("button", name="Unequal modes").click()
    expect(page).to_have_url(re.compile("forward_p2_spread=1(&|$)"))
    settled(page)
    page.get_by_role("button", name="Add a mode").click()
    expect(page).to_have_url(re.compile("forward_p3_weight=0.5"))
    settled(page)
    press(page, "Q, mean", "ArrowLeft")
    press(page, "Q, spread", "ArrowRight")
    press(page, ALPHA, "ArrowLeft")
    expect(page).to_have_url(re.compile("forward_alpha=0.45"))
    settled(page)
    for choice in ("nats", "Adam", "hit a target D(P‖Q) in few moves", "A cross", "isotropic"):
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        settled(page)
    press(page, "Step size", "ArrowRight")
    press(page, SLANT, "ArrowLeft")
    expect(page).to_have_url(re.compile("forward_slant=0.75"))
    settled(page)
    page.get_by_role("button", name="Another target").click()
    expect(page).to_have_url(re.compile("forward_round=2"))
    rows = ((0.7, -2, 0.6), (0.3, 3, 1), (0.5, -5.5, 0.8))
    expect_view(page, 1.45, 1.05, rows, unit="nats")

    other = opened_elsewhere(page, new_context)
    expect_view(other, 1.45, 1.05, rows, unit="nats")
    for choice in ("nats", "Adam", "hit a target D(P‖Q) in few moves", "A cross", "isotropic"):
        expect(other.get_by_role("radio", name=choice)).to_be_checked()
    expect(title(other, BETWEEN)).to_contain_text("α = 0.45: ")
    assert slider(other, "Step size").get_attribute("aria-valuetext") == "0.2"


@pytest.mark.slow
def test_presets_bring_their_p_and_start_over_brings_all_back(page):
    visit(page, FRESH)
    start = drawings(page)
    start_said = page.get_by_test_id("stMain").inner_text()
    visit(page, LESSON)
    shapes = []
    for name, bells in (
        ("Unequal modes", 2), ("Wide and narrow", 2), ("Three modes", 3), ("Touching modes", 2),
        ("One heavy tail", 2),
    ):  # fmt: skip
        old = page.url
        page.get_by_role("button", name=name).click()
        page.wait_for_function("old => location.href !== old", arg=old)
        settled(page)
        query = asked(page)
        begins = [*TWO_MODES, (0, 0, 1)]
        rows = [
            [float(query.get(f"forward_p{row}_{part}", begins[row - 1][place]))
             for place, part in enumerate(("weight", "mean", "spread"))]
            for row in range(1, bells + 1)
        ]  # fmt: skip
        expect_view(page, 1.5, 1.0, rows)
        shapes.append(chart(page, HAND)[0]["y"])
    assert len({tuple(each) for each in shapes}) == 5

    press(page, "Q, mean", "End")
    press(page, ALPHA, "Home")
    press(page, SLANT, "Home")
    press(page, "Step size", "End")
    expect(page).to_have_url(re.compile("forward_rate=1(&|$)"))
    settled(page)
    for choice in ("gradient descent", "make D(Q‖P) least: seek", "full", "Two modes",
                   "Over both"):  # fmt: skip
        page.get_by_text(choice, exact=True).first.click()
        expect(page.get_by_role("radio", name=choice, exact=choice != "full").first).to_be_checked()
        settled(page)
    assert len(asked(page)) > 9
    page.get_by_role("button", name="Start over").click()
    expect(title(page, HAND)).to_have_text("Where is D(P‖Q) least?")
    settled(page)
    assert asked(page) == {}
    assert drawings(page) == start
    assert page.get_by_test_id("stMain").inner_text() == start_said


@pytest.mark.slow
def test_theme_switch_redraws_every_chart_and_back(page):
    page.emulate_media(color_scheme="light")
    visit(page, LESSON)

    def painted():
        return page.locator(".js-plotly-plot").evaluate_all(
            "plots => plots.map(({data, layout}) => JSON.stringify([data, layout]))"
        )

    for name, colours, others in (("Dark", DARK, LIGHT), ("Light", LIGHT, DARK)):
        page.get_by_test_id("stMainMenu").click()
        page.get_by_test_id(f"stMainMenuItem-theme-{name}").click()
        page.wait_for_function(
            """paper => { dispatchEvent(new Event('beforeprint'));
                          const all = [...document.querySelectorAll('.js-plotly-plot')];
                          return all.length === 8
                              && all.every(plot => plot.layout?.paper_bgcolor === paper) }""",
            arg=colours.paper,
        )
        settled(page)
        drawn = painted()
        assert len(drawn) == CHARTS
        for number, text in enumerate(drawn):
            for hue in ("p", "q", "kl", "ink"):
                assert getattr(others, hue) not in text, (name, number, hue)
            assert colours.q in text
        page.keyboard.press("Escape")


@pytest.mark.slow
def test_phone_shows_legible_charts_and_nothing_overflows(page):
    page.set_viewport_size(PHONE)
    visit(page, f"{LESSON}&forward_picture=Three+modes&forward_q_mean=-10&forward_q_spread=0.1")
    expect_nothing_sideways(page)
    expect_all_legible(page, CHARTS, crowded=(OPTIMA, FORWARD_MAP, REVERSE_MAP))
    every = ("Mode 2, mean", "Mode 2, weight", "Mode 1, spread", "Q, mean", "Q, spread")
    expect_in_sight_above(page, HAND, *every)


@pytest.mark.slow
def test_files_hold_what_is_on_screen(page, tmp_path):
    visit(page, f"{LESSON}&forward_q_mean=-1&forward_q_spread=1.2&forward_p1_mean=-3&unit=nats")
    rows = ((0.5, -3, 0.8), (0.5, 2.5, 0.8))
    expect_view(page, -1.0, 1.2, rows, unit="nats")
    lines = saved_data(page, "forward_reverse", tmp_path)
    assert list(lines[0]) == [
        "x", "p", "q", "forward_integrand_nats", "reverse_integrand_nats"
    ]  # fmt: skip
    x, p, q, *integrands = (np.array([float(line[name]) for line in lines]) for name in lines[0])
    np.testing.assert_allclose(p, np.exp(log_density(rows, x)), rtol=1e-9)
    np.testing.assert_allclose(q, norm.pdf(x, -1, 1.2), rtol=1e-9)
    for integrand, total in zip(integrands, divergences(rows, -1, 1.2), strict=True):
        assert np.trapezoid(integrand, x) == pytest.approx(total, abs=1e-3)
    for values, trace in ((p, 0), (q, 1)):
        assert chart(page, HAND)[trace]["y"] == pytest.approx(values)

    on_screen = drawings(page)[HAND]
    # Where a click adds a mode there is nothing to be seen.
    on_screen["traces"].pop()
    open_saved_chart(page, "forward_reverse", tmp_path)
    (taken,) = drawings(page)
    assert json.dumps(taken) == json.dumps(on_screen)


@pytest.mark.slow
def test_coming_back_to_the_page_loses_nothing(page):
    visit(page, LESSON)
    page.get_by_role("button", name="Touching modes").click()
    rows = ((0.5, -1, 0.8), (0.5, 1, 0.8))
    expect_view(page, 1.5, 1.0, rows)
    press(page, "Q, spread", "ArrowRight")
    expect_view(page, 1.5, 1.05, rows)
    before = drawings(page)
    page.reload()
    expect_view(page, 1.5, 1.05, rows)
    page.get_by_role("link", name="The die").first.click()
    page.get_by_role("heading", name="The die", exact=True).wait_for()
    settled(page)
    page.get_by_role("link", name="Cover or seek").first.click()
    page.get_by_role("heading", name="The landscape").wait_for()
    expect_view(page, 1.5, 1.05, rows)
    assert drawings(page) == before
    press(page, "Q, spread", "ArrowRight")
    expect_view(page, 1.5, 1.1, rows)
