"""The page that every lesson is: Streamlit's, told early what to fetch and what runs first.

Else it hears of an element's code, and of a chart's, only from the running script: the files then
wait for the server, which is busy with that very script.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

import streamlit

from widgets.chart import files

# The parts of Streamlit's frontend that every lesson uses and its page does not name.
PARTS = ("BidiComponent", "Slider", "Radio", "Checkbox", "Button", "Html")
STATIC = Path(streamlit.__file__).parent / "static"
_ROOT = Path(__file__).parents[1]
_FIRST = "".join(each.read_text() for each in sorted((Path(__file__).parent / "first").iterdir()))
_IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def addresses() -> list[str]:
    """Return where the pages are, below the app: the name of each one's folder, hyphenated."""
    folders = sorted(each.parent.name for each in (_ROOT / "pages").glob("*/page.py"))
    return ["/", *(f"/{name.replace('_', '-')}" for name in folders if name != "home")]


def base() -> str:
    """Return the path that a host serves the app under, without the slash at its end."""
    path = streamlit.get_option("server.baseUrlPath").strip("/")
    return f"/{path}" if path else ""


def parts_of_streamlit(static: Path = STATIC) -> list[str]:
    """Return the addresses of `PARTS` and of all they import, but for what the page names itself.

    Of a Streamlit that calls its files otherwise the list is shorter, and nothing else changes.
    """
    scripts = static / "static" / "js"
    page = static / "index.html"
    named = page.read_text() if page.exists() else ""
    found: dict[str, None] = {}
    waiting = [each.name for part in PARTS for each in sorted(scripts.glob(f"{part}.*.js"))]
    for name in waiting:
        if name not in found and name not in named:
            found[name] = None
            waiting += _IMPORT.findall((scripts / name).read_text())
    return [f"static/js/{name}" for name in found]


@cache
def links() -> str:
    """Return what a browser should fetch at once, as the `Link` header of a page."""
    return ", ".join(_links())


def _links() -> Iterable[str]:
    yield f"<{files.address('plotly.js')}>; rel=preload; as=script"
    yield f"<{files.address('chart.css')}>; rel=preload; as=style"
    for address in files.modules():
        yield f"<{address}>; rel=modulepreload"
    # After what the page needs to begin at all.
    for address in parts_of_streamlit():
        yield f"<{address}>; rel=modulepreload; fetchpriority=low"


@cache
def _streamlits() -> str:
    return (STATIC / "index.html").read_text()


def html(served: str) -> str:
    """Return the page that is served at this path below the app."""
    first = f'<script data-served="{escape(served)}">{_FIRST}</script>'
    return _streamlits().replace("<head>", f"<head>{first}", 1)


def scripts() -> list[str]:
    """Return the hashes of the scripts within a page, as Content-Security-Policy writes them."""
    inline = _INLINE.findall(html("/"))
    return [f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in inline]
