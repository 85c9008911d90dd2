"""Files that browsers fetch, compressed once and kept on disk beside what they were.

``python -m server.compressed`` does so beforehand, as for an image that is never written to.
"""

import shutil
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import mkdtemp

import brotli
import streamlit
from servestatic.compress import Compressor

from server import page
from widgets.chart import files

CACHE = Path(__file__).parents[1] / ".cache" / "static"


class _Quick(Compressor):  # type: ignore[misc]
    """Compress all in seconds: Brotli's last tenth of size would take minutes."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=5))


def kept(name: str, fill: Callable[[Path], None], cache: Path = CACHE) -> Path:
    """Return the folder of this name, which `fill` fills, with compressed files beside its own.

    It is made when it is first asked for; a folder for this process alone where `cache` cannot be
    written to.
    """
    folder = cache / name
    if folder.exists():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(dir=cache))
    except OSError:
        made = Path(mkdtemp())
    # Whoever serves need not be who made them.
    made.chmod(0o755)
    fill(made)
    compressor = _Quick(quiet=True)
    for each in [*made.rglob("*")]:
        if each.is_file() and compressor.should_compress(each.name):
            compressor.compress(each)
    if made.parent != cache:
        return made
    try:
        return made.rename(folder)
    except OSError:
        # Another process was quicker.
        shutil.rmtree(made)
        return folder


@cache
def foreign() -> Path:
    """Return the folder of Streamlit's files."""

    def copy(folder: Path) -> None:
        shutil.copytree(page.STATIC / "static", folder / "static", copy_function=shutil.copyfile)

    return kept(f"streamlit-{streamlit.__version__}", copy)


@cache
def ours(cache: Path = CACHE) -> Path:
    """Return the folder of the pages, as `page_name` calls them, and of what draws charts."""
    pages = {page_name(each): page.html(each).encode() for each in page.addresses()}
    scripts = {name: each.read_bytes() for name, each in files.FILES.items()}
    contents = {**pages, **scripts}
    key = blake2b(repr(sorted(contents.items())).encode(), digest_size=8).hexdigest()

    def write(folder: Path) -> None:
        for name, content in contents.items():
            (folder / name).write_bytes(content)

    return kept(f"ours-{key}", write, cache)


def page_name(address: str) -> str:
    """Return what the page at an address is called in its folder."""
    return f"{address.strip('/') or 'index'}.html"


if __name__ == "__main__":
    foreign()
    ours()
