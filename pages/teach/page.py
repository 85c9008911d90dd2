"""The teaching guide (docs/teaching.md), its links at the address that this app is served at."""

import re
from pathlib import Path
from textwrap import dedent

import streamlit as st

from widgets import frame
from widgets.share import home_address

GUIDE = Path(__file__).parents[2] / "docs" / "teaching.md"
# What the guide says for whoever reads it as a file.
CODE = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
AS_WRITTEN = "http://localhost:8501"


def guide() -> None:
    """Show the guide."""
    title, _, text = GUIDE.read_text().partition("\n")
    frame.header(title.strip("# "), "Two lesson plans: what to ask, what to expect, what to open.")
    for place, part in enumerate(CODE.split(text.replace(AS_WRITTEN, home_address()))):
        with st.container(width=820):
            if place % 2:
                # Wrapped: a box that scrolls sideways cannot be reached by keyboard.
                st.code(dedent(part), language=None, wrap_lines=True)
            else:
                st.markdown(part)


guide()
