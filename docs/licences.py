"""Write the table of `docs/licences.md` for `make licences`: what each locked package is under."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"

# As packages name them. Anything else stops here: look at it, then add it or find another package.
PERMISSIVE = (
    "3-Clause BSD License",
    "Apache License 2.0",
    "Apache Software License",
    "Apache-2.0",
    "Apache-2.0 OR BSD-2-Clause",
    "BSD License",
    "BSD-3-Clause",
    "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "MIT",
    "MIT License",
    "MIT-CMU",
    "PSF-2.0",
)
# Not in the table: the page says why each is shipped all the same.
EXCEPTIONS = {"certifi"}


def locked() -> set[str]:
    """Return the names of all packages of the lock."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))


def table() -> str:
    """Return what the installed packages say of their licences; all must be permissive."""
    names = sorted(locked() - EXCEPTIONS)
    command = (sys.executable, "-m", "piplicenses", "--allow-only", ";".join(PERMISSIVE))
    shown = ("--with-system", "--no-version", "--format", "markdown", "--packages", *names)
    done = subprocess.run([*command, *shown], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


def page() -> str:
    """Return the page with today's table in its place."""
    text = PAGE.read_text("utf-8")
    return re.sub(r"^\| Name .*?(?=\n\n)", table(), text, count=1, flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
