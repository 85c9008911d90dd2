"""Which run of chance is shown: a number brings the same one back, a button the next."""

import streamlit as st

from widgets.redraw import redraw

LAST = 1000


def series(key: str, label: str, *, again: str, icon: str, followers: tuple[str, ...] = ()) -> int:
    """Draw the slider and the button, and return the number; `followers` are what it redraws."""
    chosen = st.slider(
        f"{label} (the same number brings the same ones)",
        1,
        LAST,
        1,
        key=key,
        bind="query-params",
        on_change=redraw,
        args=followers,
    )
    st.button(again, key=f"_{key}_again", on_click=_next, args=(key,), icon=icon)
    return chosen


def _next(key: str) -> None:
    st.session_state[key] = st.session_state[key] % LAST + 1
