"""What the browser fetches to draw charts, and where: `server` serves it."""

from hashlib import blake2b
from pathlib import Path

import plotly

_BROWSER = Path(__file__).parent / "browser"
OURS = sorted(_BROWSER.iterdir())
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
FILES = {each.name: each for each in OURS} | {"plotly.js": PLOTLY}
# Another version of anything is another address.
_VERSION = blake2b(
    plotly.__version__.encode() + b"".join(each.read_bytes() for each in OURS),
    digest_size=6,
).hexdigest()


def address(name: str) -> str:
    """Return where a file is served, relative to the page."""
    return f"charts/{_VERSION}/{name}"


def modules() -> list[str]:
    """Return the addresses of the modules that draw charts."""
    return [address(each.name) for each in OURS if each.suffix == ".js"]
