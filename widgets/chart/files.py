"""What the browser fetches to draw charts: served compressed, cached for a year by address."""

import gzip
from functools import cache
from hashlib import blake2b
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_BROWSER = Path(__file__).parent / "browser"
_FILES = {each.name: each for each in sorted(_BROWSER.iterdir())} | {
    "plotly.js": Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
}
_TYPES = {".js": "text/javascript", ".css": "text/css"}
# Another version of anything is another address.
_VERSION = blake2b(
    plotly.__version__.encode() + b"".join(each.read_bytes() for each in _BROWSER.iterdir()),
    digest_size=6,
).hexdigest()
_FOREVER = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Return where a file is served, relative to the page."""
    return f"charts/{_VERSION}/{name}"


def modules() -> list[str]:
    """Return the addresses of the modules that draw charts."""
    return [address(each.name) for each in sorted(_BROWSER.glob("*.js"))]


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_FILES[name].read_bytes(), 6)


def compress() -> None:
    """Compress every file, so that no visitor waits for it."""
    for name in _FILES:
        _compressed(name)


def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return Response("No such file.", 404)
    # A page that was opened before an update may ask for the version before: it gets today's.
    known = request.path_params["version"] == _VERSION
    headers = {"Cache-Control": _FOREVER if known else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        content = _FILES[name].read_bytes()
    else:
        content = _compressed(name)
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type=_TYPES[Path(name).suffix])


ROUTES = [Route("/charts/{version}/{name}", _serve)]
