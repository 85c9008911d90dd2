"""How long each lesson takes to read; `pytest -s` prints the words that were counted."""

import re
from math import ceil

import pytest

from tests.navigation import LESSONS, MAIN
from tests.pages.conftest import open_page

WORDS_A_MINUTE = 220
LONGEST = 7
SAID = {"title", "header", "subheader", "markdown", "caption", "info", "warning", "success"}
MINUTES = {
    lesson: int(minutes)
    for lesson, minutes in re.findall(
        r'lesson\(\s*"(\w+)/page\.py",\s*"[^"]*",\s*"[^"]*",\s*(\d+)', MAIN.read_text()
    )
}
# What the words of a picture say is read here, too; the frame and what is folded are not.
FOLDED = {"Expander", "Popover"}


def pieces(part):
    """Return the texts that a reader meets in a part of a page, its choices included."""
    for child in getattr(part, "children", {}).values():
        if type(child).__name__ in FOLDED:
            continue
        if child.type in SAID:
            yield child.value
        elif child.type == "radio":
            yield " ".join([child.label, *child.options])
        elif child.type in {"slider", "select_slider", "button", "toggle", "metric"}:
            yield child.label
        yield from pieces(child)


def words_of(text):
    """Return the words of a Markdown text, without addresses and code."""
    plain = re.sub(r"\]\([^)]*\)|\$[^$]*\$|`[^`]*`|:\w+\[|:material/\w+:", " ", text)
    return re.findall(r"[A-Za-z][A-Za-z’'-]*", plain)


@pytest.mark.parametrize("lesson", LESSONS)
def test_minutes_are_those_that_its_words_take(lesson):
    words = sum(len(words_of(piece)) for piece in pieces(open_page(lesson).main))
    minutes = words / WORDS_A_MINUTE
    print(f"{lesson}: {words} words, {minutes:.1f} minutes")  # noqa: T201
    assert MINUTES[lesson] == ceil(minutes)
    assert minutes < LONGEST
