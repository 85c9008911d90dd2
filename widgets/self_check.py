"""Short questions on real misconceptions; every answer says why."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from widgets.redraw import catch_up


@dataclass(frozen=True)
class Question:
    """A question, its answers each with what to say to them, and which answer is right."""

    text: str
    feedback: dict[str, str]
    right: str

    def __post_init__(self) -> None:
        """Refuse a question whose right answer is not among its answers."""
        if self.right not in self.feedback:
            raise ValueError(f"{self.right!r} is not among the answers {list(self.feedback)!r}")


@st.fragment
def self_check(prefix: str, questions: Sequence[Question]) -> None:
    """Ask the questions; the keys are ``{prefix}_check1``, ``{prefix}_check2`` and so on."""
    st.header("Check yourself", anchor="check")
    for number, question in enumerate(questions, start=1):
        choice = st.radio(
            f"**{number}.** {question.text}",
            list(question.feedback),
            index=None,
            key=f"{prefix}_check{number}",
            bind="query-params",
            on_change=catch_up,
        )
        if choice == question.right:
            st.success(question.feedback[choice], icon=":material/check_circle:")
        elif choice is not None:
            st.info(question.feedback[choice], icon=":material/lightbulb:")
