"""The access log: one line a request, which says what was asked and not by whom.

``GET /die 200 7012 bytes 1.2 ms``; of a WebSocket when it opens and when it closes, with the code:
``WebSocket /_stcore/stream 101`` and ``WebSocket /_stcore/stream closed 1001 after 61.3 s``. No
address of a person, no query (a link may hold a table), no session, no browser's name.
"""

import time
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.health import PROBES
from server.logs import ACCESS

_LONGEST_PATH = 100
_ESCAPED = {sign: f"\\x{sign:02x}" for sign in (*range(0x21), 0x22, 0x7F)}
_FILES = ("/static/", "/charts/", "/media/")


# Closing codes that say what a client did wrong.
_WRONG = range(1002, 1011)


class AccessLog:
    """Middleware that writes the access log: of all requests, of those refused, or none."""

    def __init__(self, app: ASGIApp, which: str) -> None:
        """Stand in front of `app`; `which` is one of `server.settings.ACCESS_LOGS`."""
        self.app = app
        self.which = which

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write down how it was answered."""
        if self.which == "none" or scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            request = _Request(scope, send)
            try:
                await self.app(scope, receive, request.send)
            finally:
                request.end(self.which == "all")
        else:
            socket = _Socket(scope, receive, send, self.which == "all")
            try:
                await self.app(scope, socket.receive, socket.send)
            finally:
                socket.end()


class _Request:
    """What becomes of a request."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.method = printable(scope["method"])
        self.path = printable(scope["path"])
        self._send = send
        self._start = time.perf_counter()
        self._status = 0
        self._bytes = 0

    # Not `async`: this is a call less for each of many messages, here and below.
    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._bytes += len(message.get("body", b""))
        return self._send(message)

    def end(self, wordy: bool) -> None:
        refused = self._status >= 400
        dull = self.path in PROBES or any(part in self.path for part in _FILES)
        if self.path in PROBES or not (refused or (wordy and not dull)):
            return
        ACCESS.info(
            "%s %s %s %d bytes %.1f ms",
            self.method,
            self.path,
            self._status or "broken off",
            self._bytes,
            1000 * (time.perf_counter() - self._start),
        )


class _Socket:
    """What becomes of a WebSocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, wordy: bool) -> None:
        self.path = printable(scope["path"])
        self._receive = receive
        self._send = send
        self._wordy = wordy
        self._start = time.perf_counter()
        self._status = 0
        self._code = 0

    def send(self, message: Message) -> Awaitable[None]:
        kind = message["type"]
        if kind == "websocket.accept":
            self._status = 101
            if self._wordy:
                ACCESS.info("WebSocket %s 101", self.path)
        elif kind == "websocket.close":
            self._code = message.get("code", 1000)
        elif kind == "websocket.http.response.start":
            self._status = message["status"]
        return self._send(message)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._code = self._code or message.get("code", 1005)
        return message

    def end(self) -> None:
        if self._status != 101:
            ACCESS.info("WebSocket %s %d", self.path, self._status or 403)
        elif self._wordy or self._code in _WRONG:
            seconds = time.perf_counter() - self._start
            ACCESS.info("WebSocket %s closed %d after %.1f s", self.path, self._code, seconds)


def printable(text: str) -> str:
    """Return a text of a stranger's as a log may hold it: short, in one line, of plain letters."""
    short = text if len(text) <= _LONGEST_PATH else f"{text[:_LONGEST_PATH]}..."
    return short.encode("ascii", "backslashreplace").decode().translate(_ESCAPED)
