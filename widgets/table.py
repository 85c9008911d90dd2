"""A small table of numbers that scrolls by itself on a phone."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from widgets import theme

_CELL = "padding: 0.3rem 0.4rem; font-size: 0.9rem; text-align: right; border-bottom: 1px solid"


def table(
    columns: Mapping[str, Sequence[str]], *, label: str, hues: Mapping[str, theme.Hue]
) -> None:
    """Show columns of text; `hues` colours their headings, `label` names the table.

    Not `st.table`, which needs pandas: half a second for the first visitor of a server, and 5 ms of
    every answer to a slider (benchmarks/README.md).
    """
    rule = f"{_CELL} {st.get_option(f'theme.{theme.scheme()}.borderColor')}"

    def heading(name: str) -> str:
        colour = f"; color: {theme.text_colour(hues[name])}" if name in hues else ""
        return f'<th scope="col" style="{rule}{colour}">{escape(name)}</th>'

    def line(cells: Sequence[str]) -> str:
        return "".join(f'<td style="{rule}">{escape(cell)}</td>' for cell in cells)

    rows = "".join(f"<tr>{line(cells)}</tr>" for cells in zip(*columns.values(), strict=True))
    headings = "".join(heading(name) for name in columns)
    st.html(
        f'<div role="region" aria-label="{escape(label)}" tabindex="0" style="overflow-x: auto">'
        f'<table style="border-collapse: collapse"><thead><tr>{headings}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
