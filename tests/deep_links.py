"""Links into prepared views, and what each of them promises."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

# [label](page?query "promise"), relative on a page, absolute in the teaching guide.
LINK = re.compile(
    r'\[[^\]]+\]\((?:http://localhost:8501/)?(?P<page>[a-z-]*)(?P<query>[?#][^\s)"]*)?'
    r' "(?P<promise>[^"]+)"\)'
)


class DeepLink(NamedTuple):
    """A view, as an address below the app's, and words that it shows."""

    page: str
    query: str
    promise: str

    @property
    def address(self) -> str:
        """Return the path that a browser opens."""
        return f"/{self.page}{self.query}"

    @property
    def lesson(self) -> str:
        """Return the page's name."""
        return self.page.replace("-", "_") or "home"

    @property
    def heading(self) -> str:
        """Return the anchor of the heading that the link opens at; empty at the top."""
        return urlsplit(self.address).fragment

    @property
    def parameters(self) -> dict[str, str]:
        """Return what the link asks of the page."""
        return dict(parse_qsl(urlsplit(self.address).query, keep_blank_values=True))


def deep_links(markdown: str) -> Iterator[DeepLink]:
    """Return every link of a text that makes a promise."""
    for found in LINK.finditer(markdown):
        yield DeepLink(found["page"], found["query"] or "", plain(found["promise"]))


def plain(text: str) -> str:
    """Return a text as a reader sees it: without Markdown's stars, each gap one space."""
    return " ".join(text.replace("*", "").split())
