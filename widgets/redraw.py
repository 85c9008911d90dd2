"""What is drawn when a control moves: at once what answers it, and at rest what else has read it.

A slider stands outside the fragments that answer it. An `answer` is drawn at once when a slider
moves that it has read through `now`; nobody has to name the two to each other::

    steps("How many rolls", [10, 100], 10, key="die_rolls")

    @answer
    def rolls() -> None:
        st.markdown(f"{now['die_rolls']} rolls")

So a move sends nothing but its answer. The browser asks for the rest when a hand lets go or nothing
has moved for a moment, and asks again until it has it. What has not been drawn since a control
moved that it has read is *stale*. Every move owes a rest: all of the page, as yet (`come_to_rest`
draws what is stale alone, once the browser says what has come). What would be drawn too slowly to
follow a finger reads `at_rest`, or is a section.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import streamlit as st

from widgets.pace import pace
from widgets.turns import Rank, turns

# The page that was last drawn from top to bottom; when each control moved last, counted in moves.
_DRAWN, _MOVED, _MOVES = "_drawn_page", "_moved", "_moves"
# What each answer and section of that page has read, by name, and what its body has.
_READ, _BODY = "_read", "_read_by_body"


@dataclass
class Reads:
    """The controls that a part of the page has read when it was drawn last.

    Attributes
    ----------
    at_once, at_rest : set of str
        By key: those that it follows, and those that it waits for.
    drawn : int
        How many moves there had been.
    """

    drawn: int
    at_once: set[str] = field(default_factory=set)
    at_rest: set[str] = field(default_factory=set)

    def stale(self, moved: Mapping[str, int]) -> bool:
        """Return whether one of them has moved since."""
        return any(moved.get(key, 0) > self.drawn for key in self.at_once | self.at_rest)


# While a part is drawn: what it has read so far.
_reading: ContextVar[Reads | None] = ContextVar("reading", default=None)

_REST_JS = (Path(__file__).parent / "rest.js").read_text()
_ANSWERED_JS = """
export default function ({ data }) {
  document.querySelector(".st-key-_answered").style.position = "absolute"
  Object.assign(document.documentElement.dataset, { owed: data.owed, pace: data.pace })
  document.dispatchEvent(new Event("kl:answered"))
}
"""


class _Controls(Mapping[str, Any]):
    """The controls as they stand, by key."""

    def __init__(self, *, at_once: bool) -> None:
        self._at_once = at_once

    def __getitem__(self, key: str) -> Any:
        if reads := _reading.get():
            (reads.at_once if self._at_once else reads.at_rest).add(key)
        return st.session_state[key]

    def __iter__(self) -> Iterator[str]:
        return map(str, st.session_state)

    def __len__(self) -> int:
        return len(st.session_state)


# An answer that reads a control of `now` is drawn at once when it moves; one of `at_rest`, later.
now: Mapping[str, Any] = _Controls(at_once=True)
at_rest: Mapping[str, Any] = _Controls(at_once=False)


@contextmanager
def _noted() -> Iterator[Reads]:
    """Take down what is read meanwhile."""
    reads = Reads(st.session_state.get(_MOVES, 0))
    outside = _reading.set(reads)
    try:
        yield reads
    finally:
        _reading.reset(outside)


def answer(draw: Callable[[], None]) -> Callable[[], None]:
    """Make a fragment that is drawn at once when a slider moves that it has read through `now`."""
    return _part(draw, at_once=True)


def section(draw: Callable[[], None]) -> Callable[[], None]:
    """Make a fragment that is drawn when a control has come to rest that it has read; it has none.

    Controls in it would redraw it and nothing else.
    """
    return _part(draw, at_once=False)


def _part(draw: Callable[[], None], *, at_once: bool) -> Callable[[], None]:
    # Sections of a lesson may call theirs alike.
    name = f"{draw.__module__}.{draw.__name__}"

    @st.fragment(key=name)
    @wraps(draw)
    def part() -> None:
        with turns.turn(Rank.ANSWER if at_once else Rank.PAGE), _noted() as reads:
            draw()
        if not at_once:
            reads.at_rest |= reads.at_once
            reads.at_once = set()
        st.session_state[_READ][name] = reads

    return part


def redraw(key: str, also: Callable[[], None] | None = None) -> None:
    """Draw what answers the slider with this key; the browser will ask for the rest.

    `also` is called before.
    """
    if also:
        also()
    state = st.session_state
    if state.get(_DRAWN):
        state[_MOVES] += 1
        state[_MOVED][key] = state[_MOVES]
        read: dict[str, Reads] = state[_READ]
        st.rerun([*(name for name, reads in read.items() if key in reads.at_once), "_rest"])
    # Else this move has cut the page short: Streamlit's own rerun draws all of it. Fragments would
    # come to a page that has no place for them yet.


def come_to_rest() -> None:
    """Draw what is stale: answers and sections; all of the page where its body is."""
    state = st.session_state
    if state.get(_DRAWN) and not state[_BODY].stale(state[_MOVED]):
        state[_BODY].drawn = state[_MOVES]
        st.rerun([*_stale_parts(), "_rest"])


def _stale_parts() -> list[str]:
    """Return the names of the answers and sections that are stale, in this order."""
    state = st.session_state
    stale = {name: reads for name, reads in state[_READ].items() if reads.stale(state[_MOVED])}
    return sorted(stale, key=lambda name: not stale[name].at_once)


def draw_whole(name: str, page: Callable[[], None]) -> None:
    """Run a page from top to bottom; then nothing is stale. What frames it ends with `drawn`."""
    state = st.session_state
    if state.get(_DRAWN) != name:
        state[_DRAWN], state[_READ] = "", {}
        state[_MOVED], state[_MOVES] = {}, 0
    before = dict(state[_READ])
    # Outside the fragments: what it asks for is the whole page. Not `come_to_rest` yet: Streamlit
    # drops what it has not sent of a run when the next begins, and then a part that is drawn here
    # never comes.
    st.components.v2.component("rest", js=_REST_JS)(
        key="_at_rest", data={}, on_rest_change=lambda: None
    )
    with _noted() as reads:
        page()
    state[_BODY] = reads
    # A part that this run has not drawn is no longer there.
    state[_READ] = {
        part: reads for part, reads in state[_READ].items() if reads is not before.get(part)
    }
    _rest()


def drawn(name: str) -> None:
    """Take down that all of a page has been sent, its frame included: fragments may follow."""
    st.session_state[_DRAWN] = name


@st.fragment(key="_rest")
def _rest() -> None:
    """Tell the browser that a move is answered, and whether the page still owes its rest."""
    state = st.session_state
    # An answer that is drawn may not have come: every move owes a rest.
    owed = state[_MOVES] > state[_BODY].drawn
    # Each run is told apart, so that the browser hears of it.
    state["_runs"] = state.get("_runs", 0) + 1
    st.components.v2.component("answered", js=_ANSWERED_JS)(
        key="_answered",
        data={"owed": int(owed), "run": state["_runs"], "pace": pace()},
    )
