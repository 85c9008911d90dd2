r"""Formulas with P in blue and Q in orange, in symbols and with today's numbers.

In the TeX that pages write, ``\P{…}`` is blue, ``\Q{…}`` is orange and ``\KL{…}`` is violet.
"""

from collections.abc import Iterable

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


def sum_today(terms: Iterable[tuple[str, str, str]], total: str, log: str) -> str:
    """Return Σ p log(p/q) as a sum in columns, from each outcome's p, q and term as text."""
    lines = [rf"\P{{{p}}}\,{log}(\P{{{p}}}/\Q{{{q}}}) & = {term}" for p, q, term in terms]
    return in_columns(lines, "rl", r"\KL{D(P\|Q)}", total)


def in_columns(lines: Iterable[str], columns: str, name: str, total: str) -> str:
    """Return lines one below the other, a rule, and their total under its name."""
    last = rf"\hline {'& ' * (len(columns) - 2)}{name} & = \KL{{{total}}}"
    rows = r" \\ ".join([*lines, last])
    return rf"\begin{{array}}{{{columns}}} {rows} \end{{array}}"
