"""A link to exactly this view, and its QR code for a classroom."""

from urllib.parse import urlsplit

import segno
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

# What Streamlit uses when nobody else is there to say where the page is served (AppTest).
_NOWHERE = "http://localhost:8501/"


def address() -> str:
    """Return the address of this view: every bound control that is not at its default is in it."""
    context = get_script_run_ctx()
    # The context follows the address bar; st.query_params only knows the first load.
    query = context.query_string if context else ""
    page = urlsplit(st.context.url or _NOWHERE)
    return page._replace(query=query).geturl()


def qr_code(url: str) -> str:
    """Return a QR code of `url` as an SVG drawing, dark on white in either theme."""
    code = segno.make(url, error="l", micro=False)
    return code.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True)


@st.dialog("Share this view", icon=":material/share:")
def _show_link() -> None:
    url = address()
    st.markdown("This link opens exactly this view:")
    st.code(url, language=None, wrap_lines=True)
    st.image(qr_code(url), width=320, alt="QR code of the link above")


@st.fragment
def share() -> None:
    """Offer the link and the QR code; both are made when the learner asks for them."""
    if st.button("Share this view", icon=":material/share:", key="_share"):
        _show_link()
