"""What browser and server tell each other: whether a page has been answered."""

from time import monotonic
from weakref import WeakKeyDictionary

from playwright.sync_api import Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 30  # seconds
_unheard: WeakKeyDictionary[Page, bool] = WeakKeyDictionary()


def listen(page: Page) -> None:
    """Take down from now on whether the server has begun to answer what a page told it."""

    def told(payload: str | bytes) -> None:
        if isinstance(payload, bytes) and BackMsg.FromString(payload).HasField("rerun_script"):
            _unheard[page] = True

    def answered(payload: str | bytes) -> None:
        if isinstance(payload, bytes) and ForwardMsg.FromString(payload).HasField("new_session"):
            _unheard[page] = False

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", told)
        socket.on("framereceived", answered)

    page.on("websocket", opened)


def until_heard(page: Page) -> None:
    """Wait until the server has begun to answer all that a page told it."""
    late = monotonic() + PATIENCE
    # What an event of just now makes the browser tell is told soon.
    page.wait_for_timeout(150)
    while _unheard.get(page, False):
        assert monotonic() < late, "the server does not begin to answer"
        page.wait_for_timeout(20)
