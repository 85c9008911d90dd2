r"""Formulas with P in blue and Q in orange, in symbols and with today's numbers.

In the TeX that pages write, ``\P{…}`` is blue, ``\Q{…}`` is orange and ``\KL{…}`` is violet.
"""

import streamlit as st

from widgets import theme

_MACROS: dict[str, theme.Hue] = {r"\P{": "blue", r"\Q{": "orange", r"\KL{": "violet"}


def coloured(tex: str, on: theme.Scheme | None = None) -> str:
    r"""Return `tex` with ``\P{…}``, ``\Q{…}`` and ``\KL{…}`` in the colours of a theme."""
    for macro, hue in _MACROS.items():
        tex = tex.replace(macro, rf"\textcolor{{{theme.text_colour(hue, on)}}}{{")
    return tex


def formula(symbols: str, today: str) -> None:
    """Show a formula in symbols and, below it, with the numbers of this view put in."""
    st.header("The formula, today", anchor="formula")
    write(symbols, today)


def write(symbols: str, today: str) -> None:
    """Show a formula as `formula` does, without the heading."""
    # Without the spaces KaTeX makes its box 2 px too narrow for several lines, and it scrolls.
    for tex in (symbols, today):
        st.latex(rf"\;{coloured(tex)}\;")
