"""The lesson on covering and seeking: its charts, its table, and what all of it must say."""

import math
import re
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.special import logsumexp
from scipy.stats import norm

from charts.wording import amount
from tests.browser.conftest import asked, open_code, plot, settled, words_of

HAND, OPTIMA, FORWARD_MAP, REVERSE_MAP, FILM, BETWEEN, COVER_PLANE, SEEK_PLANE = range(8)
CHARTS = 8
TWO_MODES = ((0.5, -2.5, 0.8), (0.5, 2.5, 0.8))
FRESH = "/forward-reverse"
# The guess is told, and all that is folded away is open.
OPENED = dict.fromkeys(
    ("forward_guess_told", "forward_film", "forward_between", "forward_plane"), "true"
)
LESSON = f"{FRESH}?{urlencode(OPENED)}"
ALPHA, SLANT = "α: from seeking (0) to covering (1)", "Slant of P's bells"
X = np.linspace(-60, 60, 240_001)
BITS = math.log(2)


def log_density(rows, x=X):
    """Return log p of a mixture of (weight, mean, spread)."""
    weights, means, stds = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    return logsumexp(
        norm.logpdf(np.asarray(x)[:, None], means, stds), b=weights / weights.sum(), axis=1
    )


def divergences(rows, mean, spread):
    """Return D(P‖Q) and D(Q‖P) in nats."""
    log_p, log_q = log_density(rows), norm.logpdf(X, mean, spread)
    return (
        float(np.trapezoid(np.exp(log_p) * (log_p - log_q), X)),
        float(np.trapezoid(np.exp(log_q) * (log_q - log_p), X)),
    )


def moments(rows):
    """Return mean and spread of a mixture."""
    weights, means, stds = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    weights /= weights.sum()
    mean = weights @ means
    return mean, math.sqrt(weights @ (stds**2 + means**2) - mean**2)


def xy(page, number, trace):
    """Return where a trace of a chart lies."""
    return plot(page, number).evaluate(
        "(plot, trace) => [[...plot._fullData[trace].x], [...plot._fullData[trace].y]]", trace
    )


def curve(page, number, trace):
    """Return a drawn curve as two arrays."""
    x, y = map(np.array, xy(page, number, trace))
    return x, y


def game(page):
    """Return what the game says."""
    return page.get_by_test_id("stAlert").filter(has_text="Yours is")


def moved(page):
    """Return what the address asks for beside what `LESSON` does."""
    return {key: value for key, value in asked(page).items() if key not in OPENED}


def close_code(page):
    """Close the code again: no link says whether it is open."""
    page.get_by_text("The same number in Python").click()
    expect(page.get_by_test_id("stCode")).to_have_count(0)
    # Under the mouse the expander shows another icon, which is text to whoever reads the page.
    page.mouse.move(0, 0)
    settled(page)


def expect_view_by_hand(page, mean, spread, rows=TWO_MODES, unit="bits"):
    """Wait until the first chart and its sentence speak of this P and this Q, and no other."""
    nats = {"bits": BITS, "nats": 1.0}[unit]
    forward, reverse = (amount(each / nats, unit) for each in divergences(rows, mean, spread))
    sentence = re.compile(
        f"^{re.escape(f'D(P‖Q) = {forward}.')}.*{re.escape(f'D(Q‖P) = {reverse}.')}"
    )
    # The server says it for browsers that cannot draw, too, wherever the page is scrolled to.
    expect(page.locator(".st-key-_forward_hand_in_words")).to_have_text(sentence)
    settled(page)
    expect(words_of(page, HAND)).to_have_text(sentence)
    expect(page.get_by_role("figure", name=sentence)).to_have_count(1)
    for label in (f"D(P‖Q) = {forward}", f"D(Q‖P) = {reverse}"):
        expect(page.locator(".annotation-text").filter(has_text=f"{label}:")).to_have_count(1)
    x, p = curve(page, HAND, 0)
    np.testing.assert_allclose(p, np.exp(log_density(rows, x)), rtol=1e-9)
    np.testing.assert_allclose(curve(page, HAND, 1)[1], norm.pdf(x, mean, spread), rtol=1e-9)
    return sentence


def expect_view(page, mean, spread, rows=TWO_MODES, unit="bits"):
    """Wait until sentence, charts, map, game and code speak of this P and this Q, and no other."""
    sentence = expect_view_by_hand(page, mean, spread, rows, unit)
    nats = {"bits": BITS, "nats": 1.0}[unit]
    forward = amount(divergences(rows, mean, spread)[0] / nats, unit)
    expect(open_code(page)).to_contain_text(f"q = gaussian({mean}, {spread})")
    close_code(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(CHARTS)
    expect(page.locator(".st-key-_forward_hand_in_words")).to_have_text(sentence)
    expect(words_of(page, HAND)).to_have_text(sentence)

    for number in (OPTIMA, FILM, BETWEEN):
        x, p = curve(page, number, 0)
        np.testing.assert_allclose(p, np.exp(log_density(rows, x)), rtol=1e-9)
    x, cover = curve(page, OPTIMA, 1)
    np.testing.assert_allclose(cover, norm.pdf(x, *moments(rows)), rtol=1e-6)
    for number in (FORWARD_MAP, REVERSE_MAP):
        (start, _), (height, _) = xy(page, number, 3)
        assert (start, height) == (mean, spread)
        path = xy(page, number, 2)
        assert (path[0][0], path[1][0]) == (mean, spread)
    costs = [xy(page, FILM, trace)[1][0] for trace in (3, 4)]
    expected = [each / nats for each in divergences(rows, mean, spread)]
    assert costs == pytest.approx(expected, rel=1e-6)
    begins = re.escape(f"from {forward.split()[0]} to")
    course = rf"Both begin at your Q\. D\(P‖Q\), the solid line, (falls|rises|goes) {begins}"
    expect(page.get_by_text(re.compile(course))).to_have_count(1)
