"""Somebody who reads the app without a browser: HTTP requests, and Streamlit's WebSocket."""

import http.client
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

# Their address, which is not the server's.
ADDRESS = "127.0.0.77"


@dataclass
class Learner:
    """A visitor of the app, who has their own cookie."""

    port: int
    name: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def cookie(self) -> dict[str, str]:
        """Return the header that tells this visitor from others; none for who has no name."""
        return {"Cookie": f"replica={self.name}"} if self.name else {}

    def ask(
        self, *addresses: str, method: str = "GET", body: bytes = b"", **headers: str
    ) -> list[http.client.HTTPResponse]:
        """Return the answers to requests that follow each other on one connection."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=10, source_address=(ADDRESS, 0)
        )
        answers = []
        try:
            for address in addresses:
                connection.request(method, address, body or None, self.cookie | headers)
                answers.append(connection.getresponse())
                answers[-1].read()
        finally:
            connection.close()
        return answers

    def status(self, address: str, **request: object) -> int:
        """Return how one request is answered."""
        [answer] = self.ask(address, **request)
        return answer.status

    @contextmanager
    def session(self, **headers: str) -> Iterator[ClientConnection]:
        """Open a WebSocket, as a page does."""
        with connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers=self.cookie | headers,
            source_address=(ADDRESS, 0),
            open_timeout=10,
            max_size=None,
            proxy=None,
        ) as opened:
            yield opened

    def opens(self, page: str) -> list[str]:
        """Open a page; return its headings and errors, once its script has come to its end."""
        with self.session() as opened:
            return read(opened, page)


def read(opened: ClientConnection, page: str) -> list[str]:
    """Ask for a page, and return its headings and errors, once its script has come to its end."""
    wish = BackMsg()
    wish.rerun_script.page_name = page
    opened.send(wish.SerializeToString())
    said = []
    while True:
        message = ForwardMsg()
        message.ParseFromString(opened.recv(timeout=30))
        if message.WhichOneof("type") == "script_finished":
            return said
        element = message.delta.new_element
        if element.WhichOneof("type") in ("heading", "exception"):
            said.append(element.heading.body or f"{element.exception.message}")
