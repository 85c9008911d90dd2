"""One switch between bits, nats and dits for every number, sentence and axis of the app."""

import streamlit as st

from charts.units import UNITS, Unit


def switch() -> None:
    """Draw the switch."""
    label = "Measure in"
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.markdown(
            label,
            width="content",
            help="The unit of information. Bits count yes-or-no questions (logarithm to base 2), "
            "nats use the natural logarithm, dits count decimal digits.",
        )
        st.radio(
            label,
            list(UNITS),
            key="unit",
            bind="query-params",
            horizontal=True,
            label_visibility="collapsed",
            width="content",
        )


def current() -> Unit:
    """Return the unit that the learner chose."""
    return UNITS[st.session_state["unit"]]
