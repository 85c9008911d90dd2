"""What the tests of hosting share: two replicas behind nginx, as `deploy.local` serves them."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import Site, site

ROOT = Path(__file__).parents[2]


def free_ports(number: int) -> int:
    """Return the first of so many ports in a row that nobody uses."""
    # Tests that run beside these begin elsewhere.
    for first in range(18000 + os.getpid() % 100 * 100, 28000, number):
        try:
            for port in range(first, first + number):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no free ports")


@pytest.fixture(scope="session")
def nginx() -> str:
    """Return the path of nginx; raise with the way to get one if there is none."""
    finder = [str(ROOT / "tests/deploy/find_nginx.sh"), "--install"]
    found = subprocess.run(finder, capture_output=True, text=True, check=False)
    if found.returncode:
        raise RuntimeError(found.stderr)
    return found.stdout.strip()


@pytest.fixture(scope="module")
def served(nginx: str) -> Iterator[Site]:
    """Serve the app by two replicas."""
    assert nginx
    with site(replicas=2, port=free_ports(3)) as running:
        yield running
