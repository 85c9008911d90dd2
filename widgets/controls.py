"""The controls of a lesson: drawn, put somewhere and put back; `widgets.redraw` reads them.

Every control is in the link by its key, and the page knows what each begins with.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from widgets import glide
from widgets.redraw import redraw

Number = TypeVar("Number", int, float)
Option = TypeVar("Option")

# The page that was last opened, and what its controls begin with, by key.
_PAGE, _BEGINNINGS = "_opened_page", "_beginnings"


def open_page(name: str) -> None:
    """Forget what the controls of another page begin with."""
    if st.session_state.get(_PAGE) != name:
        st.session_state[_PAGE], st.session_state[_BEGINNINGS] = name, {}


def begins(key: str, start: object) -> None:
    """Take down what a control begins with, for `start_over`."""
    st.session_state.setdefault(_BEGINNINGS, {})[key] = start


def at_their_beginnings(controls: Mapping[str, object], keys: Iterable[str]) -> bool:
    """Return whether these controls are what they begin with."""
    beginnings = st.session_state[_BEGINNINGS]
    return all(controls[key] == beginnings[key] for key in keys)


def start_over(forget: Callable[[], None] | None = None) -> None:
    """Put every control of this page back to where it began, answers included; then `forget`."""
    put(**st.session_state[_BEGINNINGS])
    if forget:
        forget()


def put(**controls: object) -> None:
    """Put these controls, named by their keys, to these values."""
    glide.leave(controls)
    st.session_state.update(controls)


def slider(
    label: str,
    low: Number,
    high: Number,
    start: Number,
    step: Number,
    *,
    key: str,
    tells: str | None = None,
    shown_as: str | None = None,
    also: Callable[[], None] | None = None,
) -> Number:
    """Draw a slider from `low` to `high`; `also` is called when it moves, before what answers."""
    begins(key, start)
    value: Number = st.slider(
        label,
        low,
        high,
        start,
        step,
        format=shown_as,
        help=tells,
        key=key,
        bind="query-params",
        on_change=redraw,
        args=(key, also),
    )
    return value


def steps(
    label: str, options: Sequence[Option], start: Option, *, key: str, tells: str | None = None
) -> None:
    """Draw a slider that stops at `options`."""
    begins(key, start)
    st.select_slider(
        label,
        options,
        start,
        help=tells,
        key=key,
        bind="query-params",
        on_change=redraw,
        args=(key,),
    )


def one_of(
    label: str,
    options: Sequence[str],
    start: str | None,
    *,
    key: str,
    tells: str | None = None,
    captions: Sequence[str] | None = None,
    horizontal: bool = False,
    unlabelled: bool = False,
    also: Callable[[], None] | None = None,
) -> str | None:
    """Draw a choice, none chosen where `start` is None, and return what is chosen.

    A change draws the whole page, or the fragment that the choice stands in, after `also`.
    """
    begins(key, start)
    return st.radio(
        label,
        options,
        None if start is None else options.index(start),
        help=tells,
        key=key,
        bind="query-params",
        captions=captions,
        horizontal=horizontal,
        label_visibility="collapsed" if unlabelled else "visible",
        on_change=also or _nothing,
    )


def _nothing() -> None:
    """Do what a change does by itself: draw the page."""


def on_or_off(
    label: str, *, key: str, tells: str | None = None, also: Callable[[], None] | None = None
) -> bool:
    """Draw a switch that is off to begin with; a change draws the whole page, after `also`."""
    begins(key, start=False)
    return st.toggle(label, help=tells, key=key, bind="query-params", on_change=also)
