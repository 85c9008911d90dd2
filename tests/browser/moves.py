"""What a picture and its slider say while something is held, and whether that holds at rest."""

from tests.browser.conftest import drawings, settled, slider, visit


def shown(page, number=0):
    """Return all that a chart shows: shapes, texts, words and numbers."""
    return (
        page.locator(".kl-chart")
        .nth(number)
        .evaluate(
            """chart => [
            [...chart.querySelectorAll('.trace path')].map(path => path.getAttribute('d')).join(),
            [...chart.querySelectorAll('svg text')].map(text => text.textContent).join(),
            chart.querySelector('.kl-words')?.textContent,
            chart.querySelector('.kl-numbers')?.textContent,
        ]"""
        )
    )


def said(page, number=0):
    """Return the words and numbers of a chart."""
    return shown(page, number)[2:]


def stands_at(page, label):
    """Return what a slider says."""
    return slider(page, label).first.get_attribute("aria-valuetext")


def linked(page):
    """Return the view that the address bar names, as somebody else sees it."""
    return visit(page.context.new_page(), page.url)


def kept_up(page, number=0):
    """Wait, with something held, until a chart shows where it is; return its words and numbers."""
    page.wait_for_timeout(300)
    page.locator(".kl-chart").nth(number).and_(
        page.locator("[data-source=server], [data-source=film]")
    ).wait_for()
    return said(page, number)


def agrees_with_its_link(page):
    """Check that numbers, sentences and charts are those of the link."""
    settled(page)
    other = linked(page)
    assert drawings(other) == drawings(page)
    for part in (".kl-words", ".kl-numbers", "[data-testid=stMarkdown]"):
        assert other.locator(part).all_inner_texts() == page.locator(part).all_inner_texts()
    other.close()
