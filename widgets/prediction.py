"""A question before anything moves, answered by what really happens."""

from collections.abc import Sequence

import streamlit as st

from widgets.controls import one_of


@st.fragment
def predict(key: str, question: str, options: Sequence[str], answer: str, reveal: str) -> None:
    """Ask `question`; once an option is chosen, say whether it is `answer` and show `reveal`."""
    if answer not in options:
        raise ValueError(f"answer {answer!r} is not among the options {list(options)!r}")
    with st.container(border=True):
        choice = one_of(f"**Predict first.** {question}", options, None, key=key)
        if choice is None:
            st.caption("Choose an answer to see what really happens.")
        elif choice == answer:
            st.markdown(f":green[:material/check_circle: **That is what happens.**] {reveal}")
        else:
            st.markdown(f":violet[:material/lightbulb: **A surprise, then.**] {reveal}")
