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
    hues = {
        name: colour
        for letter, hue in (("p", "blue"), ("q", "orange"))
        for name, colour in (
            (letter, st.get_option(f"theme.{theme.scheme()}.{hue}Color")),
            (f"{letter}_text", st.get_option(f"theme.{theme.scheme()}.{hue}TextColor")),
        )
    }
    hues["paper"] = st.get_option(f"theme.{theme.scheme()}.backgroundColor")
    st.html(f"<style>{_STYLE.substitute(hues)}</style>")


def sliders_of(letter: Literal["p", "q"], prefix: str) -> DeltaGenerator:
    """Return a container whose sliders are blue, for P, or orange, for Q."""
    return st.container(key=f"_{prefix}_of_{letter}")
