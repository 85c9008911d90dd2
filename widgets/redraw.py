"""What is drawn when a control moves: at once what answers it, and when it rests all of the page.

Controls of a lesson stand outside its fragments, and a slider names those that follow it::

    st.slider(…, on_change=redraw, args=("die_picture",))

    @st.fragment(key="die_picture")
    def picture(): …

So a move sends nothing but its answer. The browser asks for the rest when a hand lets go or nothing
has moved for a moment, and asks again until it has it: no book is kept of what is owed, and nothing
can be lost.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

# The page that was last drawn from top to bottom, and how many moves there have been since.
_DRAWN, _OWED = "_drawn_page", "_moves_owed"
_REST_JS = (Path(__file__).parent / "rest.js").read_text()
_ANSWERED_JS = """
export default function ({ data }) {
  document.querySelector(".st-key-_answered").style.position = "absolute"
  document.documentElement.dataset.owed = data.owed
  document.dispatchEvent(new Event("kl:answered"))
}
"""


def redraw(*fragments: str) -> None:
    """Run only the fragments with these keys again; the browser will ask for the rest."""
    if st.session_state.get(_DRAWN):
        st.session_state[_OWED] += 1
        st.rerun([*fragments, "_rest"])
    # Else this move has cut the page short: Streamlit's own rerun draws all of it. Fragments would
    # come to a page that has no place for them yet.


def draw_whole(name: str, page: Callable[[], None]) -> None:
    """Run a page from top to bottom; then nothing is owed. What frames it ends with `drawn`."""
    if st.session_state.get(_DRAWN) != name:
        st.session_state[_DRAWN] = ""
    # Outside the fragment: what it asks for is the whole page.
    st.components.v2.component("rest", js=_REST_JS)(
        key="_at_rest", data={}, on_rest_change=lambda: None
    )
    page()
    st.session_state[_OWED] = 0
    _rest()


def drawn(name: str) -> None:
    """Take down that all of a page has been sent, its frame included: fragments may follow."""
    st.session_state[_DRAWN] = name


@st.fragment(key="_rest")
def _rest() -> None:
    """Tell the browser that a move is answered, and whether the page still owes something."""
    # Each run is told apart, so that the browser hears of it.
    st.session_state["_runs"] = st.session_state.get("_runs", 0) + 1
    st.components.v2.component("answered", js=_ANSWERED_JS)(
        key="_answered",
        data={"owed": st.session_state[_OWED], "run": st.session_state["_runs"]},
    )
