"""Visits to every page before the first learner's: imports, compiled scripts and caches are warm.

Each is a session of the server's own, as a browser's would be, without a browser.
"""

import asyncio
from contextlib import suppress

from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.session_manager import SessionClient

from server import page

# What takes longer goes on by itself.
PATIENCE_SECONDS = 30.0


class _Visitor(SessionClient):
    """Who waits for the page to be drawn, and looks at nothing."""

    def __init__(self) -> None:
        self.drawn = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        if msg.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and (
            msg.WhichOneof("type") == "script_finished"
        ):
            self.drawn.set()


async def every_page() -> None:
    """Visit all pages, one after the other, so that a learner who is early is not kept waiting."""
    for address in page.addresses():
        await _visit(address.strip("/"))


async def _visit(name: str) -> None:
    server = runtime.get_instance()
    visitor = _Visitor()
    session = server.connect_session(visitor, user_info={})
    try:
        message = BackMsg()
        message.rerun_script.page_name = name
        server.handle_backmsg(session, message)
        with suppress(TimeoutError):
            await asyncio.wait_for(visitor.drawn.wait(), PATIENCE_SECONDS)
    finally:
        server.close_session(session)
