r"""Formulas with P in blue and Q in orange, in symbols and with today's numbers.

In the TeX that pages write, ``\P{…}`` is blue, ``\Q{…}`` is orange and ``\KL{…}`` is violet.
"""

import streamlit as st

from widgets import theme

_MACROS: dict[str, theme.Hue] = {r"\P{": "blue", r"\Q{": "orange", r"\KL{": "violet"}


def coloured(tex: str) -> str:
    r"""Return `tex` with ``\P{…}``, ``\Q{…}`` and ``\KL{…}`` written out for KaTeX."""
    for macro, hue in _MACROS.items():
        tex = tex.replace(macro, rf"\textcolor{{{theme.text_colour(hue)}}}{{")
    return tex


def formula(symbols: str, today: str) -> None:
    """Show a formula in symbols and, below it, with the numbers of this view put in."""
    st.header("The formula, today", anchor="formula")
    st.latex(coloured(symbols))
    # Without the spaces KaTeX makes its box 2 px too narrow for several lines, and it scrolls.
    st.latex(rf"\;{coloured(today)}\;")
