"""The teaching guide: its links and its minutes; tests/browser opens every link."""

import re

import pytest

from tests.deep_links import deep_links
from tests.pages.conftest import PAGES, ROOT, bound_controls, open_page

GUIDE = (ROOT / "docs" / "teaching.md").read_text()
LINKS = sorted(set(deep_links(GUIDE)))


def test_every_link_makes_a_promise():
    assert len(list(deep_links(GUIDE))) == GUIDE.count("](http")


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.address[:40])
def test_link_moves_controls_that_exist_and_gives_no_answer_away(link):
    assert link.lesson in PAGES
    controls = bound_controls(open_page(link.lesson, **link.parameters))
    assert link.parameters.keys() <= controls.keys()
    answers = [control for key, control in controls.items() if control.type == "radio"
               and re.search(r"_(predict|guess|check\d+)$", key)]  # fmt: skip
    assert answers
    assert all(control.value is None for control in answers)


@pytest.mark.parametrize("minutes", [50, 15])
def test_steps_fill_the_time(minutes):
    [plan] = re.findall(rf"^## {minutes} minutes.*?(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    steps = re.findall(r"^### .* · (\d+) minutes|^\d\. \*\*(\d+) minutes?", plan, re.MULTILINE)
    assert sum(int(long or short) for long, short in steps) == minutes
