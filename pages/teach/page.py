"""The teaching guide (docs/teaching.md), its links at the address that this app is served at."""

from pathlib import Path

import streamlit as st

from widgets import frame
from widgets.share import home_address

GUIDE = Path(__file__).parents[2] / "docs" / "teaching.md"
# What the guide says for whoever reads it as a file.
AS_WRITTEN = "http://localhost:8501"


def guide() -> None:
    """Show the guide."""
    title, _, text = GUIDE.read_text().partition("\n")
    frame.header(title.strip("# "), "Two lesson plans: what to ask, what to expect, what to open.")
    st.markdown(text.replace(AS_WRITTEN, home_address()), width=820)


guide()
