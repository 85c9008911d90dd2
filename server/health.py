"""Probes: ``/livez`` answers while the process does, ``/readyz`` while learners may come."""

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.life import Life

PROBES = ("/livez", "/readyz")
_FRESH = {"Cache-Control": "no-store"}


class Health:
    """Middleware that answers probes, whatever host they name: they ask for an address."""

    def __init__(self, app: ASGIApp, life: Life) -> None:
        """Stand in front of `app`."""
        self.app = app
        self.life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a probe, and let pass all else."""
        if scope["type"] == "http" and scope["path"] in PROBES:
            await (await self._answer(scope))(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("only GET", 405, {"Allow": "GET, HEAD"})
        if scope["path"] == "/livez" or await self.life.ready():
            return PlainTextResponse("ok", headers=_FRESH)
        why = "ending" if self.life.ending else "warming up"
        return PlainTextResponse(why, 503, {**_FRESH, "Retry-After": "5"})
