"""A small table of numbers that scrolls by itself on a phone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape

import streamlit as st

from widgets import theme

_CELL = "padding: 0.3rem 0.4rem; font-size: 0.9rem; border-bottom: 1px solid"


def table(
    columns: Mapping[str, Sequence[str]],
    *,
    label: str,
    hues: Mapping[str, theme.Hue],
    words: Collection[str] = (),
) -> None:
    """Show columns of text; `hues` colours their headings, `label` names the table.

    Columns stand flush right, as numbers do, but for those that `words` names.

    Not `st.table`, which needs pandas: half a second for the first visitor of a server, and 5 ms of
    every answer to a slider (benchmarks/README.md).
    """
    rule = f"{_CELL} {st.get_option(f'theme.{theme.scheme()}.borderColor')}"

    flush = [f"; text-align: {'left' if name in words else 'right'}" for name in columns]

    def heading(name: str, side: str) -> str:
        colour = f"; color: {theme.text_colour(hues[name])}" if name in hues else ""
        return f'<th scope="col" style="{rule}{side}{colour}">{escape(name)}</th>'

    def line(cells: Sequence[str]) -> str:
        return "".join(
            f'<td style="{rule}{side}">{escape(cell)}</td>'
            for cell, side in zip(cells, flush, strict=True)
        )

    rows = "".join(f"<tr>{line(cells)}</tr>" for cells in zip(*columns.values(), strict=True))
    headings = "".join(map(heading, columns, flush))
    st.html(
        f'<div role="region" aria-label="{escape(label)}" tabindex="0" style="overflow-x: auto">'
        f'<table style="border-collapse: collapse"><thead><tr>{headings}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the rows of a table as its columns, by name."""
    return dict(zip(names, zip(*rows, strict=True), strict=True))
