"""How controls look and where they stand beside their picture: the style that every page shares."""

from pathlib import Path
from string import Template
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from widgets import theme

_STYLE = Template((Path(__file__).parent / "look.css").read_text())


def style() -> None:
    """Send the style, in the colours of the theme in force."""
    colours = theme.colours()
    hues = {
        "p": colours.p,
        "q": colours.q,
        "p_text": theme.text_colour("blue"),
        "q_text": theme.text_colour("orange"),
        "paper": colours.paper,
    }
    st.html(f"<style>{_STYLE.substitute(hues)}</style>")


def sliders_of(letter: Literal["p", "q"], prefix: str) -> DeltaGenerator:
    """Return a container whose sliders are blue, for P, or orange, for Q."""
    return st.container(key=f"_{prefix}_of_{letter}")


def hide(key: str) -> None:
    """Put the container with this key out of sight: what a link keeps and no hand moves."""
    st.html(f"<style>:has(> .st-key-{key}) {{ display: none; }}</style>")
