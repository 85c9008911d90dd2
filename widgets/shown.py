"""A chart with the sentence that says what it shows, for the eye and for a screen reader."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from widgets import presenter


def shown(
    figure: go.Figure, words: str, *, key: str, on_click: Callable[[], None] | None = None
) -> None:
    """Draw `figure`; `words` are its text alternative, `on_click` hears of points clicked on."""
    if presenter.presenting():
        figure = presenter.enlarged(figure)
    # The figure sets every colour itself, for the theme in force: nothing is left to Streamlit's.
    # A screen reader would read the stars of Markdown out.
    alt = words.replace("*", "")
    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        alt=alt,
        config={"displayModeBar": False},
        on_select=on_click or "ignore",
        selection_mode="points",
    )
