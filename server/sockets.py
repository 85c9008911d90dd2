"""What is refused of WebSockets, through which browsers and sessions talk.

Another site's page, one browser more than there is room for, and text, which nobody speaks here.
Who talks too fast is heard more slowly, and loses nothing: Streamlit answers the last of several
moves that wait.
"""

import asyncio
import time
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import page

# A hand tells some 30 moves a second; a film, or all that a page asks when it comes, is a burst.
PER_SECOND = 50
BURST = 200


class Sockets:
    """Middleware that lets browsers in, and hears them no faster than a hand can move."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Stand in front of `app`, with room for `most` browsers at once."""
        self.app = app
        self.most = most
        self.open = 0
        self.path = f"{page.base()}/_stcore/stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a browser in, or say with a status why not."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused:
            await receive()  # the wish to connect
            await refused(scope, receive, send)
            return
        self.open += 1
        try:
            await self.app(scope, Patient(receive, send), send)
        finally:
            self.open -= 1

    def _refused(self, scope: Scope) -> Response | None:
        if scope["path"] != self.path:
            return PlainTextResponse("There is nothing to talk to.", 404)
        if not _is_ours(Headers(scope=scope)):
            return PlainTextResponse("Another site's page may not talk to this one.", 403)
        if self.open >= self.most:
            return PlainTextResponse("All seats are taken.", 503, {"Retry-After": "30"})
        return None


def _is_ours(headers: Headers) -> bool:
    """Return whether a page of this site asks, or of one that a host has named to Streamlit.

    Streamlit would also take the addresses of this machine, and ask a stranger what they are.
    """
    origin = headers.get("origin")
    if origin is None or not streamlit.get_option("server.enableCORS"):
        return True
    allowed = streamlit.get_option("server.corsAllowedOrigins")
    return origin in allowed or urlsplit(origin).netloc == headers.get("host")


class Patient:
    """Hears a browser's messages, each when its time has come."""

    def __init__(self, receive: Receive, send: Send) -> None:
        """Hear what comes by `receive`; what is no message is answered by `send`."""
        self._receive = receive
        self._send = send
        # When the last of a burst would have been heard at an even pace.
        self._due = 0.0

    async def __call__(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if message.get("bytes") is None:
            await self._send({"type": "websocket.close", "code": 1003})
            return {"type": "websocket.disconnect", "code": 1003}
        now = time.monotonic()
        self._due = max(self._due, now - BURST / PER_SECOND) + 1 / PER_SECOND
        if self._due > now:
            await asyncio.sleep(self._due - now)
        return message
