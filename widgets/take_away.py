"""What a learner can take along: the view as a link, the data, the chart and the code."""

from collections.abc import Callable

import streamlit as st

from widgets import share


def take_away(name: str, *, csv: Callable[[], str], html: Callable[[], str], snippet: str) -> None:
    """Offer share link, CSV, standalone HTML chart and a snippet that reproduces the number.

    `csv` and `html` are called only when a learner asks for the file.
    """
    st.header("Take it with you", anchor="take-away")
    with st.container(horizontal=True):
        with st.container(width="content"):
            share.share()
        st.download_button(
            "Data (CSV)",
            csv,
            f"{name}.csv",
            "text/csv",
            key=f"_{name}_csv",
            on_click="ignore",
            icon=":material/table_view:",
        )
        st.download_button(
            "Chart (HTML)",
            html,
            f"{name}.html",
            "text/html",
            key=f"_{name}_html",
            on_click="ignore",
            icon=":material/bar_chart:",
        )
    st.markdown("The same number in Python, with this project's `kl_core`:")
    st.code(snippet, language="python")
