"""A server on a free port, and its process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.browser.serving import serving


@contextmanager
def serving_with_pid(*command: str) -> Iterator[tuple[str, int]]:
    """Run ``python COMMAND``; yield its address and its process."""
    before = {each.pid for each in psutil.Process().children()}
    with serving(*command, log=Path(os.devnull)) as address:
        [server] = {each.pid for each in psutil.Process().children()} - before
        yield address, server
