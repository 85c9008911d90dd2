"""A chart with the sentence that says what it shows, for the eye and for a screen reader."""

import plotly.graph_objects as go
import streamlit as st


def shown(figure: go.Figure, words: str, *, key: str) -> None:
    """Draw `figure`; `words` are its text alternative."""
    # The figure sets every colour itself, for the theme in force: nothing is left to Streamlit's.
    # A screen reader would read the stars of Markdown out.
    alt = words.replace("*", "")
    st.plotly_chart(figure, theme=None, key=key, alt=alt, config={"displayModeBar": False})
