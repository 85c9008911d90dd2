"""What a browser is told with the page itself: what to fetch, and what runs before Streamlit.

Else it hears of an element's code, and of a chart's, only from the running script: the files then
wait for the server, which is busy with that very script.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from string import Template
from typing import Any

import streamlit
from starlette.datastructures import Headers, MutableHeaders

from widgets.chart import files

# The parts of Streamlit's frontend that every lesson uses and its page does not name.
PARTS = ("BidiComponent", "Slider", "Radio", "Checkbox", "Button", "Html")
_STATIC = Path(streamlit.__file__).parent / "static"
_FIRST = Template(
    "".join(each.read_text() for each in sorted((Path(__file__).parent / "first").iterdir()))
)
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


def first_script(path: str) -> bytes:
    """Return the script for the head of the page that is served at this path."""
    base = f"/{streamlit.get_option('server.baseUrlPath').strip('/')}".rstrip("/")
    # A slash in front of a tag's name would end the script.
    served = json.dumps(path.removeprefix(base)).replace("<", "\\u003c")
    return f"<script>{_FIRST.substitute(served=served)}</script>".encode()


class ToldEarly:
    """Middleware that adds both to every page: a header and a script."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        """Stand in front of `app`."""
        self.app = app
        self.links = ", ".join(_links())

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        """Add them to every page that passes."""
        if scope["type"] != "http" or _is_a_file(scope["path"]):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        page = b""

        async def pass_on(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif not start:
                await send(message)
            else:
                page += message.get("body", b"")
                if not message.get("more_body"):
                    await send_page()

        async def send_page() -> None:
            whole = page.replace(b"<head>", b"<head>" + first_script(scope["path"]), 1)
            headers = MutableHeaders(raw=start["headers"])
            # They are those of Streamlit's file.
            for of_file in ("content-length", "etag", "last-modified", "accept-ranges"):
                del headers[of_file]
            headers["link"] = self.links
            if scope["method"] != "HEAD":
                headers["content-length"] = str(len(whole))
            await send(start)
            await send({"type": "http.response.body", "body": whole})

        await self.app(_anew(scope), receive, pass_on)


def _is_a_file(path: str) -> bool:
    """Return whether Streamlit keeps what is at this path for a download: a chart is HTML, too."""
    base = streamlit.get_option("server.baseUrlPath").strip("/")
    return path.removeprefix(f"/{base}" if base else "").startswith("/media/")


def _is_page(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


def _anew(scope: Message) -> Message:
    """Return a request for a page as plain text, and not only if it is new to the browser."""
    headers = MutableHeaders(raw=[*scope["headers"]])
    if "text/html" in headers.get("accept", ""):
        for asked in ("accept-encoding", "if-none-match", "if-modified-since", "range"):
            del headers[asked]
    return {**scope, "headers": headers.raw}
