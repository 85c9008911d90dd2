"""What is drawn when a control moves: at once what answers it, and when it rests all of the page.

Controls of a lesson stand outside its fragments, and a slider names those that follow it::

    st.slider(…, on_change=redraw, args=("die_picture",))

    @st.fragment(key="die_picture")
    def picture(): …

So a move sends nothing but its answer. The browser asks for the rest when a hand lets go or nothing
has moved for a moment, and asks again until it has it; it says when it has the whole page.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

# Drawings of whole pages that have begun, the one of them that the browser has seen the end of, and
# how many moves there have been since.
_BEGUN, _SEEN, _OWED = "_drawings_begun", "_drawing_seen", "_moves_owed"
_REST_JS = (Path(__file__).parent / "rest.js").read_text()
_ANSWERED_JS = """
export default function ({ data, setTriggerValue }) {
  document.querySelector(".st-key-_answered").style.position = "absolute"
  document.documentElement.dataset.owed = data.owed
  const see = () => setTriggerValue("seen", data.drawing)
  document.dispatchEvent(new CustomEvent("kl:answered", { detail: data.seen ? null : see }))
}
"""


def redraw(*fragments: str) -> None:
    """Run only the fragments with these keys again; the browser will ask for the rest."""
    if _seen():
        st.session_state[_OWED] += 1
        st.rerun([*fragments, "_rest"])
    # Else the page has been cut short, or what was drawn last is still on its way, which Streamlit
    # drops when a run begins: fragments would come to a page that has no place for them. All of it
    # is drawn again.


def draw_whole(page: Callable[[], None]) -> None:
    """Run a page from top to bottom; then nothing is owed."""
    st.session_state[_BEGUN] = st.session_state.get(_BEGUN, 0) + 1
    # Outside the fragment: what it asks for is the whole page.
    st.components.v2.component("rest", js=_REST_JS)(
        key="_at_rest", data={}, on_rest_change=lambda: None
    )
    page()
    st.session_state[_OWED] = 0
    _rest()


@st.fragment(key="_rest")
def _rest() -> None:
    """Tell the browser that a move is answered, and whether the page still owes something."""
    # Each run is told apart, so that the browser hears of it.
    st.session_state["_runs"] = st.session_state.get("_runs", 0) + 1
    st.components.v2.component("answered", js=_ANSWERED_JS)(
        key="_answered",
        data={
            "owed": st.session_state[_OWED],
            "run": st.session_state["_runs"],
            "drawing": st.session_state[_BEGUN],
            "seen": _seen(),
        },
        on_seen_change=_see,
    )


def _seen() -> bool:
    """Say whether the browser has what was drawn last, whole."""
    return bool(st.session_state.get(_SEEN) == st.session_state[_BEGUN])


def _see() -> None:
    """Take down that the browser has seen a drawing to its end."""
    st.session_state[_SEEN] = st.session_state["_answered"].seen
