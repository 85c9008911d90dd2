"""What a browser is told to fetch together with the page itself, before the page asks for it.

Else it hears of an element's code, and of a chart's, only from the running script: the files then
wait for the server, which is busy with that very script.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit

from widgets.chart import files

# The parts of Streamlit's frontend that every lesson uses and its page does not name.
PARTS = ("BidiComponent", "Slider", "Radio", "Checkbox", "Button", "Html")
_STATIC = Path(streamlit.__file__).parent / "static"
_IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


def parts_of_streamlit(static: Path = _STATIC) -> list[str]:
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


def _links() -> Iterable[str]:
    yield f"<{files.address('plotly.js')}>; rel=preload; as=script"
    yield f"<{files.address('chart.css')}>; rel=preload; as=style"
    for address in files.modules():
        yield f"<{address}>; rel=modulepreload"
    # After what the page needs to begin at all.
    for address in parts_of_streamlit():
        yield f"<{address}>; rel=modulepreload; fetchpriority=low"


class FetchedEarly:
    """Middleware that adds this to the header of every page."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        """Stand in front of `app`."""
        self.app = app
        self.links = ", ".join(_links()).encode()

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        """Add the header to every page that passes."""

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if headers.get(b"content-type", b"").startswith(b"text/html"):
                    message["headers"] = [*message["headers"], (b"link", self.links)]
            await send(message)

        await self.app(scope, receive, pass_on if scope["type"] == "http" else send)
