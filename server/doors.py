"""What is refused of requests: too long an address, too much said beside it, and no such page."""

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import page

# A link with a table has some 4,000 characters; proxies take 8 KB for a line, and 32 in all.
LONGEST_ADDRESS = 8_000
LONGEST_HEADERS = 32_000


class Sizes:
    """Middleware that refuses too long an address (414), and too much said beside it (431)."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass what has a reasonable size."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            await PlainTextResponse("The address is too long.", 414)(scope, receive, send)
        elif sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
            await PlainTextResponse("The headers are too long.", 431)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class NotFound:
    """Middleware that says where there is no page (404): Streamlit sends its own for any path."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of `app`, which is not asked for pages."""
        self.app = app
        base = page.base()
        # What is kept for a download may be a page: a chart.
        self.kept = (f"{base}/media/", f"{base}/component/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass whatever is no page."""
        if scope["type"] != "http" or scope["path"].startswith(self.kept):
            await self.app(scope, receive, send)
            return
        lost = False

        async def send_found(message: Message) -> None:
            nonlocal lost
            lost = lost or (message["type"] == "http.response.start" and _is_page(message))
            if not lost:
                await send(message)

        await self.app(scope, receive, send_found)
        if lost:
            await _not_found(scope)(scope, receive, send)


def _is_page(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


def _not_found(scope: Scope) -> Response:
    """Return what says that there is no page: to a reader the app itself, to all else a line."""
    fresh = {"Cache-Control": "no-cache"}
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return PlainTextResponse("There is no such page.", 404, fresh)
    served = scope["path"].removeprefix(page.base())
    return HTMLResponse(page.html(served), 404, fresh)
