"""Whether charts can be read on a phone: whole, large enough, and no label on another."""

from collections.abc import Collection

from playwright.sync_api import Locator, Page

from tests.browser.conftest import PHONE

LABELS = ".gtitle, .legendtext, .annotation, .xtitle, .updatemenu-container, .slider-group"
_WHAT_IS_WRONG = """(plot, labels) => {
    const frame = plot.getBoundingClientRect()
    const boxes = chosen => [...plot.querySelectorAll(chosen)]
        .map(each => [each, each.getBoundingClientRect()])
        .filter(([each, box]) => box.width && each.textContent.trim())
    const texts = boxes('text').filter(([text]) => !text.closest('.slider-labels'))
    const meet = (one, other) =>
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
    const named = labels ? boxes(labels) : []
    const said = pairs => pairs.map(([each]) => each.textContent)
    return {
        outside: said(texts.filter(([_, box]) =>
            box.left < frame.left - 1 || box.right > frame.right + 1)),
        small: said(texts.filter(([text]) =>
            !text.closest('.exponent') && parseFloat(getComputedStyle(text).fontSize) < 11)),
        covered: named.flatMap(([text, box], at) => named.slice(at + 1)
            .filter(([_, other]) => meet(box, other))
            .map(([other]) => [text.textContent, other.textContent])),
    }
}"""
FINE = {"outside": [], "small": [], "covered": []}


def expect_legible(plot: Locator, labels: str = LABELS) -> None:
    """Check that a chart fits a phone, and that what it says can be read; `labels` may not meet."""
    box = plot.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["width"] >= 300
    wrong = plot.evaluate(_WHAT_IS_WRONG, labels)
    assert wrong == FINE, wrong


def expect_all_legible(page: Page, count: int, crowded: Collection[int] = ()) -> None:
    """Check so many charts; in those that are crowded labels stand where what they name lies."""
    plots = page.locator(".js-plotly-plot").all()
    assert len(plots) == count
    for number, plot in enumerate(plots):
        expect_legible(plot, "" if number in crowded else LABELS)


def paper_of(page: Page) -> set[str]:
    """Return the colours of paper that the charts of a page have."""
    return set(
        page.locator(".js-plotly-plot").evaluate_all(
            "plots => plots.map(plot => plot._fullLayout.paper_bgcolor)"
        )
    )
