"""A real server on a free port, and a real Chromium."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def chromium() -> str:
    """Return the path of the browser; raise with the way to get one if there is none."""
    finder = [str(ROOT / "tests/browser/find_chromium.sh")]
    found = subprocess.run(finder, capture_output=True, text=True, check=False)
    if found.returncode:
        raise RuntimeError(found.stderr)
    return found.stdout.strip()


# The last three keep Chromium from asking the outside world for anything on its own.
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def serving(*command: str, log: Path | None = None, **settings: str) -> Iterator[str]:
    """Run ``python COMMAND`` as `started` does, and yield its address."""
    with started(*command, log=log, **settings) as (address, _):
        yield address


@contextmanager
def started(
    *command: str, log: Path | None = None, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run ``python COMMAND``, its port in the environment; yield its address and process.

    All that it writes goes to `log`, if any; `settings` are environment variables.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port),
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_HEADLESS": "true",
        **settings,
    }
    with (log or Path(os.devnull)).open("w") as written:
        server = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=written if log else None,
        )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if server.poll() is not None:
                raise RuntimeError(f"{command} ended with {server.returncode}")
            time.sleep(0.05)
        yield f"http://localhost:{port}", server
    finally:
        server.terminate()
        server.wait()
