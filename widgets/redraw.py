"""What is drawn when a control moves: at once what answers it, and when it rests all of the page.

A slider stands outside the fragments that answer it. An `answer` is drawn at once when a slider
moves that it has read through `now`; nobody has to name the two to each other::

    steps("How many rolls", [10, 100], 10, key="die_rolls")

    @answer
    def rolls() -> None:
        st.markdown(f"{now['die_rolls']} rolls")

So a move sends nothing but its answer. The browser asks for the rest when a hand lets go or nothing
has moved for a moment, and asks again until it has it: no book is kept of what is owed, and nothing
can be lost. What would be drawn too slowly to follow a finger reads `at_rest`, or is no answer.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

import streamlit as st

# The page that was last drawn from top to bottom, and how many moves there have been since.
_DRAWN, _OWED = "_drawn_page", "_moves_owed"
# Which controls each answer of that page has read; and while one is drawn, what it has read so far.
_READ = "_read"
_reading: ContextVar[set[str] | None] = ContextVar("reading", default=None)

_REST_JS = (Path(__file__).parent / "rest.js").read_text()
_ANSWERED_JS = """
export default function ({ data }) {
  document.querySelector(".st-key-_answered").style.position = "absolute"
  document.documentElement.dataset.owed = data.owed
  document.dispatchEvent(new Event("kl:answered"))
}
"""


class _Controls(Mapping[str, Any]):
    """The controls as they stand, by key."""

    def __init__(self, *, noted: bool) -> None:
        self._noted = noted

    def __getitem__(self, key: str) -> Any:
        if self._noted and (keys := _reading.get()) is not None:
            keys.add(key)
        return st.session_state[key]

    def __iter__(self) -> Iterator[str]:
        return map(str, st.session_state)

    def __len__(self) -> int:
        return len(st.session_state)


# An answer that reads a control of `now` is drawn at once when it moves; one of `at_rest`, later.
now: Mapping[str, Any] = _Controls(noted=True)
at_rest: Mapping[str, Any] = _Controls(noted=False)


def answer(draw: Callable[[], None]) -> Callable[[], None]:
    """Make a fragment that is drawn at once when a slider moves that it has read through `now`."""
    # Sections of a lesson may call theirs alike.
    name = f"{draw.__module__}.{draw.__name__}"

    @st.fragment(key=name)
    @wraps(draw)
    def noted() -> None:
        keys = st.session_state[_READ][name] = set[str]()
        outside = _reading.set(keys)
        try:
            draw()
        finally:
            _reading.reset(outside)

    return noted


def redraw(key: str, also: Callable[[], None] | None = None) -> None:
    """Draw what answers the slider with this key; the browser will ask for the rest.

    `also` is called before.
    """
    if also:
        also()
    if st.session_state.get(_DRAWN):
        st.session_state[_OWED] += 1
        read: dict[str, set[str]] = st.session_state[_READ]
        st.rerun([*(name for name, keys in read.items() if key in keys), "_rest"])
    # Else this move has cut the page short: Streamlit's own rerun draws all of it. Fragments would
    # come to a page that has no place for them yet.


def draw_whole(name: str, page: Callable[[], None]) -> None:
    """Run a page from top to bottom; then nothing is owed. What frames it ends with `drawn`."""
    state = st.session_state
    if state.get(_DRAWN) != name:
        state[_DRAWN], state[_READ] = "", {}
    before = dict(state[_READ])
    # Outside the fragment: what it asks for is the whole page.
    st.components.v2.component("rest", js=_REST_JS)(
        key="_at_rest", data={}, on_rest_change=lambda: None
    )
    page()
    # An answer that this run has not drawn is no longer there.
    state[_READ] = {
        answer: keys for answer, keys in state[_READ].items() if keys is not before.get(answer)
    }
    state[_OWED] = 0
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
