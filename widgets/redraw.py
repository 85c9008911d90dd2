"""What is drawn again when a control moves: the chart that answers it first, the rest after.

Controls of a lesson stand outside its fragments and name those that follow them::

    st.slider(…, on_change=redraw, args=("die_picture", "die_details"))

    @drawn_again("die_picture")
    def picture(): …

So a move sends no control again, and Streamlit runs the named fragments in that order. It drops
what it is still drawing when the next control moves, so what is owed is written down here, and the
next move draws it too.
"""

import time
from collections.abc import Callable
from functools import wraps

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

# Without it the browser lays out tables and formulas before it paints the chart: 170 ms from key
# press to chart instead of 115 (benchmarks/README.md). Another move in between ends the wait.
PAINT_SECONDS = 0.1

# The fragments still to be drawn, and whether the page as a whole is.
_OWED, _WHOLE = "_owed_fragments", "_owed_page"


def redraw(*fragments: str) -> None:
    """Run the fragments with these keys again, and what an earlier move still owes."""
    if st.session_state.get(_WHOLE):
        # A whole run was cut short by this move: Streamlit's own rerun draws everything.
        return
    owed = [key for key in st.session_state.get(_OWED, ()) if key not in fragments]
    st.session_state[_OWED] = [*owed, *fragments]
    st.rerun([*owed, *fragments])


def drawn_again(key: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a function a fragment with this key, crossed off once it has been drawn."""

    def decorate(draw: Callable[[], None]) -> Callable[[], None]:
        @st.fragment(key=key)
        @wraps(draw)
        def drawn() -> None:
            draw()
            owed = st.session_state.get(_OWED, [])
            st.session_state[_OWED] = [other for other in owed if other != key]

        return drawn

    return decorate


def draw_whole(page: Callable[[], None]) -> None:
    """Run a page from top to bottom; until it gets there, all of it is owed."""
    st.session_state[_OWED], st.session_state[_WHOLE] = [], True
    page()
    st.session_state[_WHOLE] = False


def let_the_chart_appear() -> None:
    """Wait until the browser has painted what was sent, if this run answers a control."""
    context = get_script_run_ctx()
    if context and context.fragment_ids_this_run:
        time.sleep(PAINT_SECONDS)
