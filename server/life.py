"""The server's life: what is done before the first learner, and how it ends."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from types import FrameType
from typing import Any

import streamlit as st
from streamlit import runtime

from server import logs, spared, visit

LOG = logging.getLogger(__name__)


def load() -> None:
    """Load what the first visitor would wait for: the mathematics, and Plotly."""
    import_module("kl_core")
    plotly = import_module("plotly.graph_objects")
    plotly.Figure(plotly.Bar()).to_json()


class Life:
    """Whether learners may be sent here: not before all is warm, nor when the end is near.

    Attributes
    ----------
    first : list of functions
        What is done before the server is ready.
    warm : bool
        Whether that is done.
    ending : bool
        Whether the server was told to end.
    """

    def __init__(self, drain_seconds: float = 0.0) -> None:
        """Go on for `drain_seconds` after the word to end."""
        self.first: list[Callable[[], None]] = [load]
        self.warm = False
        self.ending = False
        self._drain_seconds = drain_seconds

    async def ready(self) -> bool:
        """Return whether learners may be sent here."""
        if not self.warm or self.ending or not runtime.exists():
            return False
        takes_sessions, _ = await runtime.get_instance().is_ready_for_browser_connection
        return takes_sessions

    @asynccontextmanager
    async def lifespan(self, _: st.App) -> AsyncIterator[None]:
        """Warm up beside the server, which can send the page to a first browser meanwhile."""
        logs.set_up()
        self._hear_the_end()
        spared.read_options_once()
        spared.send_at_once()
        warming = asyncio.create_task(self._warm_up())
        yield
        warming.cancel()

    async def _warm_up(self) -> None:
        try:
            for each in self.first:
                await asyncio.to_thread(each)
            await visit.every_page()
            spared.keep_what_is_warm()
        except Exception:
            LOG.exception("not ready: the server could not warm up")
            return
        self.warm = True
        LOG.info("ready")

    def _hear_the_end(self) -> None:
        """Let readiness fail first, so that whoever sends learners here stops, and end then."""
        end: Any = signal.getsignal(signal.SIGTERM)
        if not callable(end):
            return
        loop = asyncio.get_running_loop()

        def drain(number: int, frame: FrameType | None) -> None:
            if self.ending or not self._drain_seconds:
                end(number, frame)
            else:
                loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, end, number, frame)
            self.ending = True

        signal.signal(signal.SIGTERM, drain)
