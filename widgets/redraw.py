"""What is drawn again when a control moves: the chart that answers it first, the rest after.

Controls of a lesson stand outside its fragments and name those that follow them::

    st.slider(…, on_change=redraw, args=("die_picture", "die_details"))

    @drawn_again("die_picture")
    def picture(): …

So a move sends no control again, and Streamlit runs the named fragments in that order. It drops
what it is still drawing when the next control moves, so what is owed is written down here, and the
next move draws it too.
"""

import math
import time
from collections.abc import Callable
from functools import wraps

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

# Without it the browser lays out tables and formulas before it paints the chart: 170 ms from key
# press to chart instead of 115 (benchmarks/README.md). Another move in between ends the wait.
PAINT_SECONDS = 0.1

# When each fragment was drawn, and the page as a whole: never, while it is owed. A new run clears
# what the last one has not sent yet, so what was drawn just now is still owed.
_DRAWN, _WHOLE = "_drawn_fragments", "_drawn_page"
NEVER = math.inf
SENT_SECONDS = 0.5


def _owed(drawn: float) -> bool:
    return drawn > time.monotonic() - SENT_SECONDS


def redraw(*fragments: str) -> None:
    """Run the fragments with these keys again, and what an earlier move still owes."""
    if _owed(st.session_state.get(_WHOLE, NEVER)):
        # A whole run was cut short by this move: Streamlit's own rerun draws everything.
        return
    drawn: dict[str, float] = st.session_state[_DRAWN]
    owed = [key for key, when in drawn.items() if _owed(when) and key not in fragments]
    drawn.update(dict.fromkeys(fragments, NEVER))
    st.rerun([*fragments, *owed])


def catch_up() -> None:
    """Draw the whole page if a move still owes some of it: for a control inside a fragment.

    Its own run would draw that fragment only, and cut short what an earlier move is drawing.
    """
    drawn: dict[str, float] = st.session_state.get(_DRAWN, {})
    if any(_owed(when) for when in (st.session_state.get(_WHOLE, NEVER), *drawn.values())):
        st.rerun()


def drawn_again(key: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a function a fragment with this key that notes when it has been drawn."""

    def decorate(draw: Callable[[], None]) -> Callable[[], None]:
        @st.fragment(key=key)
        @wraps(draw)
        def drawn() -> None:
            draw()
            st.session_state[_DRAWN][key] = time.monotonic()

        return drawn

    return decorate


def draw_whole(page: Callable[[], None]) -> None:
    """Run a page from top to bottom; until it gets there, all of it is owed."""
    st.session_state[_DRAWN], st.session_state[_WHOLE] = {}, NEVER
    page()
    st.session_state[_DRAWN] = {}
    st.session_state[_WHOLE] = time.monotonic()


def let_the_chart_appear() -> None:
    """Wait until the browser has painted what was sent, if this run answers a control."""
    context = get_script_run_ctx()
    if context and context.fragment_ids_this_run:
        time.sleep(PAINT_SECONDS)
