"""Bits, nats or dits: one switch for every number, sentence and axis of the app."""

import math
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Unit:
    """A unit of information: its name, the base of its logarithm, and that logarithm in TeX."""

    name: str
    base: float
    log: str

    @property
    def nats(self) -> float:
        """How many nats one of this unit is."""
        return math.log(self.base)

    @property
    def tex(self) -> str:
        """The name as a formula writes it after a number."""
        return rf"\text{{ {self.name}}}"

    @property
    def code(self) -> str:
        """The base as a snippet writes it."""
        return "None" if self.base == math.e else f"{self.base:g}"


UNITS = {
    "bits": Unit("bits", 2, r"\log_2"),
    "nats": Unit("nats", math.e, r"\ln"),
    "dits": Unit("dits", 10, r"\log_{10}"),
}


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
