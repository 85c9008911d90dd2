"""A real server, what it writes down, and a client that speaks Streamlit's protocol."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.browser.serving import started

STREAM = "/_stcore/stream"


@dataclass
class Served:
    """A server that is ready, and its log."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[str]:
        """Return what the server has written down."""
        return self.log.read_text().splitlines()

    @contextmanager
    def one_line(self, expected: str) -> Iterator[None]:
        """Expect that what happens within is logged in one line, which says this."""
        before = len(self.lines())
        yield
        until(lambda: len(self.lines()) > before)
        # What else there is to say is said at once.
        time.sleep(0.2)
        [line] = self.lines()[before:]
        assert re.search(expected, line), line

    @contextmanager
    def socket(
        self, path: str = "/_stcore/stream", **options: object
    ) -> Iterator[ClientConnection]:
        """Open a WebSocket as a browser on this site does, unless `options` say otherwise."""
        options = {"origin": self.address, "subprotocols": ["streamlit"], **options}
        address = self.address.replace("http", "ws", 1) + path
        with connect(address, max_size=None, compression=None, **options) as socket:
            yield socket


@contextmanager
def served(log: Path, *command: str, **settings: str) -> Iterator[Served]:
    """Run the app and wait until it is ready."""
    command = command or ("-m", "streamlit", "run", "app.py")
    with started(*command, log=log, **settings) as (address, process):
        until(lambda: httpx2.get(f"{address}/readyz").status_code == 200, 120)
        yield Served(address, process, log)


def until(happens: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something happens."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def rerun(page: str = "") -> BackMsg:
    """Return what a browser says that wants a page drawn."""
    message = BackMsg()
    message.rerun_script.page_name = page
    return message


def drawn(socket: ClientConnection, message: BackMsg) -> list[ForwardMsg]:
    """Ask for a page, and return what comes until it is drawn."""
    socket.send(message.SerializeToString())
    answers = []
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(socket.recv(timeout=30))
        answers.append(answer)
        if answer.WhichOneof("type") == "script_finished" and not answer.script_finished:
            return answers
