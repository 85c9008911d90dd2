"""Every link of the summary and of the teaching guide opens a view that keeps its promise."""

from collections import defaultdict

import pytest

from charts.units import UNITS
from pages.summary.questions import questions
from tests.browser.conftest import visit
from tests.deep_links import deep_links, plain
from tests.pages.conftest import ROOT, open_page, texts


def of_the_summary():
    """Return the links of the page, and those below wrong answers."""
    said = texts(open_page("summary"))
    return sorted({*deep_links(said), *(link for each in questions(UNITS["bits"])
                                        for link in deep_links(each.see))})  # fmt: skip


def of_the_guide():
    """Return the links of the teaching guide."""
    return sorted(set(deep_links((ROOT / "docs" / "teaching.md").read_text())))


@pytest.mark.slow
@pytest.mark.parametrize("links", [of_the_summary, of_the_guide])
def test_every_view_shows_what_its_link_promises(page, links):
    promises, broken = defaultdict(list), {}
    for link in links():
        promises[link.address].append(link.promise)
    assert promises
    for address, promised in promises.items():
        visit(page, address)
        said = plain(page.get_by_test_id("stMain").inner_text())
        missing = [promise for promise in promised if promise not in said]
        if missing or "This link asks for" in said:
            broken[address] = missing
    assert broken == {}
