"""A sheet of formulas, written once: on the page by KaTeX, on paper by MathML."""

from collections.abc import Sequence
from html import escape
from string import Template

import streamlit as st
from latex2mathml.converter import convert

from charts.style import LIGHT
from charts.units import Unit
from pages.summary import cheat_sheet
from pages.summary.cheat_sheet import Entry, Section
from widgets.formula import coloured

# One page of A4, in two columns; nothing is fetched from anywhere.
_STYLE = Template("""
@page { size: A4; margin: 9mm 10mm }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 190mm; color: $ink; background: #fff;
       print-color-adjust: exact;
       font: 8.2pt/1.3 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif }
h1 { margin: 0 0 1mm; font-size: 14pt }
header { margin-bottom: 2.5mm; border-bottom: 0.4mm solid; padding-bottom: 1.2mm }
header p { color: $muted }
main { columns: 2; column-gap: 8mm }
h2 { margin: 2.6mm 0 0.6mm; font-size: 9.6pt; color: $kl }
section:first-child h2 { margin-top: 0 }
p { margin: 0.9mm 0 0 }
div { margin: 0.3mm 0 0 3mm; font-size: 8.8pt }
h2, p { break-after: avoid }
p, div { break-inside: avoid }
@media screen { body { padding: 9mm 10mm; max-width: 210mm } }
@media screen and (max-width: 600px) { main { columns: 1 } body { font-size: 11pt }
       div { font-size: 12pt; overflow-x: auto } }
""").substitute(ink=LIGHT.ink, muted=LIGHT.muted, kl=LIGHT.kl)

# MathML leaves no room around the names of functions.
_FUNCTIONS = ("log", "ln")
_THIN_SPACE = '<mspace width="0.16em"></mspace>'


def offer(unit: Unit) -> None:
    """Offer the sheet as a file, and show it."""
    st.header("The cheat sheet", anchor="sheet")
    st.markdown(
        "Every formula and every trap on one page of A4, in a file that needs no network: open it "
        "and print it."
    )
    sections = cheat_sheet.sections(unit)
    st.download_button(
        "Cheat sheet (HTML, prints on one page)",
        lambda: as_html(cheat_sheet.TITLE, cheat_sheet.ABOUT, sections),
        "kl-cheat-sheet.html",
        "text/html",
        key="_summary_sheet",
        on_click="ignore",
        icon=":material/print:",
    )
    with st.expander("Look at it first", icon=":material/visibility:"):
        show(sections)


def as_html(title: str, about: str, sections: Sequence[Section]) -> str:
    """Return the sheet as a file that prints on one page and needs no network."""
    body = "".join(
        f"<section><h2>{escape(section.title)}</h2>"
        + "".join(map(_entry_as_html, section.entries))
        + "</section>"
        for section in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><p>{escape(about)}</p></header>"
        f"<main>{body}</main></body></html>\n"
    )


def _entry_as_html(entry: Entry) -> str:
    formula = f"<div>{_mathml(entry.tex)}</div>" if entry.tex else ""
    return f"<p><b>{escape(entry.name)}</b> {escape(entry.note)}</p>{formula}"


def _mathml(tex: str) -> str:
    """Return a formula as browsers draw it without help."""
    markup = convert(coloured(tex, "light"), display="block")
    # In display style, yet where it stands: a block would be centred.
    markup = markup.replace('display="block"', 'displaystyle="true"', 1)
    for name in _FUNCTIONS:
        markup = markup.replace(f"<mi>{name}</mi>", f"{_THIN_SPACE}<mi>{name}</mi>{_THIN_SPACE}")
    return markup


def show(sections: Sequence[Section]) -> None:
    """Show the sheet on the page, in two columns where there is room."""
    half = (len(sections) + 1) // 2
    for column, part in zip(
        st.columns(2, gap="medium"), (sections[:half], sections[half:]), strict=True
    ):
        column.markdown("\n\n".join(map(_section_as_markdown, part)))


def _section_as_markdown(section: Section) -> str:
    return "\n\n".join([f":violet[**{section.title}**]", *map(_entry_as_markdown, section.entries)])


def _entry_as_markdown(entry: Entry) -> str:
    formula = f"  \n$\\displaystyle {coloured(entry.tex)}$" if entry.tex else ""
    return f"**{entry.name}** {entry.note}{formula}"
