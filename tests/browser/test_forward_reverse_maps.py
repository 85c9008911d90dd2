"""Where the best Q lies: maps that are clicked, descents that play, α between, and the plane."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.stats import norm

from charts.wording import position
from tests.browser.conftest import asked, drawings, plot, press, settled, slider, title, visit
from tests.browser.forward_reverse import (
    ALPHA,
    BETWEEN,
    BITS,
    CHARTS,
    COVER_PLANE,
    FILM,
    FORWARD_MAP,
    FRESH,
    LESSON,
    OPTIMA,
    REVERSE_MAP,
    SEEK_PLANE,
    SLANT,
    TWO_MODES,
    curve,
    divergences,
    expect_view,
    moments,
    moved,
    xy,
)

pytestmark = pytest.mark.usefixtures("no_troubles")


def click_map(page, number, mean, spread):
    """Click a map there, with a hand that first moves the mouse and waits for the label."""
    plot(page, number).scroll_into_view_if_needed()
    x, y = plot(page, number).evaluate(
        """(plot, [mean, spread]) => {
            const {xaxis, yaxis} = plot._fullLayout, box = plot.getBoundingClientRect();
            return [box.left + xaxis._offset + xaxis.d2p(mean),
                    box.top + yaxis._offset + yaxis.d2p(spread)];
        }""",
        [mean, spread],
    )
    page.mouse.move(x - 12, y - 12)
    page.mouse.move(x, y, steps=3)
    label = plot(page, number).locator(".hoverlayer .hovertext")
    expect(label).to_contain_text(f"mean {mean:.2f}, spread {spread:.2f}: ")
    said = label.text_content()
    page.mouse.click(x, y)
    return said


@pytest.mark.slow
def test_click_on_either_map_puts_q_there_and_starts_both_descents(page):
    visit(page, LESSON)
    reached = page.get_by_test_id("stMain").get_by_text("From your Q, natural gradient rolls into")
    expect(reached).to_contain_text("rolls into ②")
    # Points that can be clicked lie 16/30 apart, and ten to a decade; Q goes to its slider's step.
    mean, spread = -5 * 16 / 30, 10**-0.3
    said = click_map(page, FORWARD_MAP, mean, spread)
    forward, _ = divergences(TWO_MODES, mean, spread)
    assert f": {forward / BITS:.3f} bits" in said
    expect(page).to_have_url(re.compile(r"forward_q_mean=-2\.65.*forward_q_spread=0\.5$"))
    expect_view(page, -2.65, 0.5)
    assert slider(page, "Q, mean").get_attribute("aria-valuetext") == "-2.65"
    assert slider(page, "Q, spread").get_attribute("aria-valuetext") == "0.50"
    expect(reached).to_contain_text("rolls into ①")

    mean, spread = 6 * 16 / 30, 10**0.3
    said = click_map(page, REVERSE_MAP, mean, spread)
    _, reverse = divergences(TWO_MODES, mean, spread)
    assert f": {reverse / BITS:.3f} bits" in said
    expect(page).to_have_url(re.compile(r"forward_q_mean=3\.2&forward_q_spread=2$"))
    expect_view(page, 3.2, 2.0)
    expect(reached).to_contain_text("rolls into ②")
    assert moved(page) == {"forward_q_mean": "3.2", "forward_q_spread": "2"}

    # The same point again after a slider has moved Q away, and above where the slider ends.
    press(page, "Q, mean", "ArrowLeft")
    expect_view(page, 3.15, 2.0)
    click_map(page, REVERSE_MAP, mean, spread)
    expect_view(page, 3.2, 2.0)
    area = plot(page, FORWARD_MAP).evaluate("plot => plot._fullLayout._size")
    middle = {"x": area["l"] + area["w"] / 2, "y": area["t"] + 2}
    plot(page, FORWARD_MAP).hover(position=middle)
    page.mouse.down()
    page.mouse.up()
    expect_view(page, 0.0, 8.0)


@pytest.mark.slow
def test_film_plays_and_scrubs_in_the_browser_alone(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visit(page, LESSON)
    assert len(sent) > 2
    film = plot(page, FILM)
    film.scroll_into_view_if_needed()
    ends = [curve(page, FILM, trace)[1] for trace in (1, 2)]
    names = film.evaluate(
        """plot => {
            window.seen = [];
            plot.on('plotly_animatingframe', ({name}) => name !== null && seen.push(
                [name, Math.max(...plot._fullData[1].y), plot._fullData.at(-1).x[0]]));
            plot.on('plotly_animated', () => { window.rested = true; });
            return plot._transitionData._frames.map(({name}) => name);
        }"""
    )
    assert len(names) > 20
    sent.clear()
    film.locator(".updatemenu-button", has_text="Play").click()
    page.wait_for_function("() => window.rested")
    seen = page.evaluate("seen")
    assert [name for name, _, _ in seen] == names
    # Each is what stood when the next frame began: from a bell of spread 1 to one of 2.62.
    heights = [height for _, height, _ in seen[1:]]
    assert heights[0] == pytest.approx(norm.pdf(0), rel=1e-3)
    assert heights[-1] == pytest.approx(norm.pdf(0) / moments(TWO_MODES)[1], rel=0.01)
    assert len({round(height, 6) for height in heights}) > 20
    steps = [step for _, _, step in seen[1:]]
    assert steps == sorted(steps)
    assert steps[0] == 0
    for trace, end in zip((1, 2), ends, strict=True):
        np.testing.assert_allclose(curve(page, FILM, trace)[1], end, atol=1e-4)

    rail = film.locator(".slider-rail-touch-rect").bounding_box()
    middle = rail["y"] + rail["height"] / 2
    page.mouse.move(rail["x"] + rail["width"] - 8, middle)
    page.mouse.down()
    page.mouse.move(rail["x"] + 1, middle, steps=5)
    page.mouse.up()
    expect(film.locator(".slider-label").first).to_have_text("step 0")
    page.wait_for_function(
        "() => [5, 6].every(dot => document.querySelectorAll('.js-plotly-plot')[4]"
        "._fullData[dot].x[0] === 0)"
    )
    for trace in (1, 2):
        x, q = curve(page, FILM, trace)
        np.testing.assert_allclose(q, norm.pdf(x, 1.5, 1.0), atol=1e-4)
    assert sent == []


@pytest.mark.slow
def test_alpha_and_optimiser_move_their_charts_only(page):
    visit(page, LESSON)
    before = drawings(page)
    middle, spread = moments(TWO_MODES)
    press(page, ALPHA, "End")
    expect(title(page, BETWEEN)).to_have_text(
        f"α = 1.00: mean {position(middle)}, spread {position(spread)}"
    )
    settled(page)
    x, q = curve(page, BETWEEN, 1)
    np.testing.assert_allclose(q, norm.pdf(x, middle, spread), atol=1e-6)
    press(page, ALPHA, "Home")
    expect(title(page, BETWEEN)).to_have_text(re.compile(r"^α = 0\.00: mean −2\.49, spread 0\.81$"))
    expect(page.get_by_text("This is D(Q‖P) itself.")).to_have_count(1)
    settled(page)
    x, q = curve(page, BETWEEN, 1)
    assert x[q.argmax()] == pytest.approx(-2.49, abs=0.05)
    after = drawings(page)
    assert [number for number in range(CHARTS) if after[number] != before[number]] == [BETWEEN]

    page.get_by_text("gradient descent", exact=True).click()
    press(page, "Step size", "Home")
    expect(page).to_have_url(re.compile("forward_rate=0.02"))
    expect(page.get_by_text("From your Q, gradient descent ")).to_have_count(1)
    expect(page.get_by_text(re.compile(r"^D\(P‖Q\): after 200 steps it is at"))).to_have_count(1)
    settled(page)
    slow = drawings(page)
    assert [number for number in range(CHARTS) if slow[number]["traces"] != after[number]["traces"]
            and number != OPTIMA] == [FORWARD_MAP, REVERSE_MAP, FILM]  # fmt: skip
    assert len(slow[FORWARD_MAP]["traces"][2]["x"]) == 201


@pytest.mark.slow
def test_radios_and_slant_change_the_ellipses(page):
    visit(page, LESSON)

    def widths():
        return [max(xy(page, number, 1)[0]) for number in (COVER_PLANE, SEEK_PLANE)]

    def squares():
        return [
            (x**2 + y**2 - 1.6 * x * y) / 0.36
            for x, y in (curve(page, number, 1) for number in (COVER_PLANE, SEEK_PLANE))
        ]

    before = drawings(page)
    # An upright ellipse: forward as wide as P, reverse as wide as P where y is known.
    assert widths() == pytest.approx([1, 0.6], rel=1e-2)
    page.get_by_text("full", exact=True).click()
    expect(page.get_by_text("Both have the area of P's own ellipse")).to_have_count(1)
    settled(page)
    for square in squares():
        np.testing.assert_allclose(square, 1, rtol=1e-4)
    page.get_by_text("isotropic", exact=True).click()
    expect(page.get_by_text("Both have the area of P's own ellipse")).to_have_count(0)
    press(page, SLANT, "ArrowRight")
    expect(page).to_have_url(re.compile("forward_slant=0.85"))
    expect(title(page, SEEK_PLANE)).to_have_text(
        f"D(Q‖P): {-math.log(1 - 0.85**2) / 2 / BITS:.3f} bits"
    )
    settled(page)
    assert widths() == pytest.approx([1, math.sqrt(1 - 0.85**2)], rel=1e-2)
    page.get_by_text("Two modes", exact=True).click()
    expect(page.get_by_text("in the best of 2 local optima")).to_have_count(1)
    settled(page)
    after = drawings(page)
    assert len(after[SEEK_PLANE]["traces"]) == 5
    assert len(after[COVER_PLANE]["traces"]) == 3
    assert after[:COVER_PLANE] == before[:COVER_PLANE]


def test_link_to_a_folded_heading_opens_it_once(page):
    visit(page, f"{FRESH}#plane")
    expect(page.locator(".kl-chart")).to_have_count(6)
    assert asked(page)["forward_plane"] == "true"
    page.get_by_text("Open the plane").click()
    expect(page.locator(".kl-chart")).to_have_count(4)
    settled(page)
    expect(page.locator(".kl-chart")).to_have_count(4)
    press(page, "Q, mean", "ArrowRight")
    settled(page)
    expect(page.locator(".kl-chart")).to_have_count(4)
