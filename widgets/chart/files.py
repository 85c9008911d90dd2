"""What the browser fetches to draw charts, and where: `server` serves it."""

from hashlib import blake2b
from pathlib import Path

_HERE = Path(__file__).parent
_MODULES = sorted(_HERE.glob("browser/*.js"))
# Of Plotly the part that draws on an x and a y, a third of all that the Python package brings.
PLOTLY = _HERE / "vendor" / "plotly-cartesian.min.js"
FILES = {each.name: each for each in (*_MODULES, _HERE / "browser" / "chart.css")} | {
    "plotly.js": PLOTLY
}
# Another version of anything is another address.
_VERSION = blake2b(
    b"".join(each.read_bytes() for each in FILES.values()), digest_size=6
).hexdigest()


def address(name: str) -> str:
    """Return where a file is served, relative to the page."""
    return f"charts/{_VERSION}/{name}"


def modules() -> list[str]:
    """Return the addresses of the modules that draw charts."""
    return [address(each.name) for each in _MODULES]
