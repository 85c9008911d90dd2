"""Serving files that browsers fetch: compressed beforehand, and kept by browsers for good.

ServeStatic chooses among the compressed files, and answers what a browser may ask of one: parts of
it, its head, whether it is new. Until a first start has compressed Streamlit's, they come as they
are.
"""

from functools import partial
from hashlib import blake2b
from pathlib import Path
from wsgiref.headers import Headers

from servestatic import ServeStaticASGI
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import compressed, page
from server.life import Life
from widgets.chart import files

# A way to send a file that ServeStatic uses where the server below has it: no thread a file.
_PATHSEND = "http.response.pathsend"


class StaticFiles(ServeStaticASGI):  # type: ignore[misc]
    """Middleware that serves the pages, what draws charts, and Streamlit's files."""

    def __init__(self, app: ASGIApp, life: Life) -> None:
        """Serve what is ours, in front of `app`; what is foreign comes before `life` is ready."""
        super().__init__(
            app,
            max_age=None,
            allow_all_origins=False,
            add_headers_function=_add_headers,
            # Another version of anything is another address.
            immutable_file_test=lambda path, _: not path.endswith(".html"),
        )
        self.base = page.base()
        folder = compressed.ours()
        for address in page.addresses():
            self._add(address, folder / compressed.page_name(address))
        for name in files.FILES:
            self._add(f"/{files.address(name)}", folder / name)
        life.first.append(self.add_foreign)

    def add_foreign(self) -> None:
        """Serve Streamlit's files too; a first start compresses them."""
        self.add_files(compressed.foreign() / "static", f"{self.base}/static")

    def _add(self, address: str, file: Path) -> None:
        self.add_file_to_dictionary(self.base + address, str(file))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file, or let the application answer."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
        elif scope["path"] in self.files:
            await super().__call__(_for_file(scope), receive, partial(_send_file, send))
        elif scope["path"].startswith(f"{self.base}/charts/"):
            await _chart_file(scope["path"])(scope, receive, send)
        else:
            await self.application(scope, receive, send)


def _for_file(scope: Scope) -> Scope:
    """Return a request as ServeStatic should see it."""
    headers = scope["headers"]
    if any(name == b"range" for name, _ in headers):
        # Who wants a part of a file means the file as it is.
        headers = [each for each in headers if each[0] != b"accept-encoding"]
    return {**scope, "headers": headers, "extensions": {_PATHSEND: {}}}


async def _send_file(send: Send, message: Message) -> None:
    if message["type"] == _PATHSEND:
        body = Path(message["path"]).read_bytes()
        message = {"type": "http.response.body", "body": body}
    await send(message)


def _add_headers(headers: Headers, path: str, _: str) -> None:
    # Another replica has made the same file at another time.
    headers["ETag"] = f'"{blake2b(Path(path).read_bytes(), digest_size=8).hexdigest()}"'
    if path.endswith(".html"):
        headers["Cache-Control"] = "no-cache"
        headers["Link"] = page.links()


def _chart_file(path: str) -> Response:
    """Return a file for charts that a page from before an update asks for: today's."""
    found = files.FILES.get(path.rpartition("/")[2])
    if not found:
        return PlainTextResponse("No such file.", 404)
    return FileResponse(found, headers={"Cache-Control": "no-cache"})
