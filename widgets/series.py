"""Which run of chance is shown: a number brings the same one back, a button the next."""

import streamlit as st

from widgets.controls import slider

LAST = 1000


def series(key: str, label: str, *, again: str, icon: str, start: int = 1) -> None:
    """Draw the slider and the button."""
    slider(f"{label} (the same number brings the same ones)", 1, LAST, start, 1, key=key)
    st.button(again, key=f"_{key}_again", on_click=_next, args=(key,), icon=icon)


def _next(key: str) -> None:
    st.session_state[key] = st.session_state[key] % LAST + 1
