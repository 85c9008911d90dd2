"""A link to exactly this view, and its QR code for a classroom."""

import re
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from urllib.parse import SplitResult, quote, unquote, urlsplit

import segno
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from widgets.presenter import presenting

# What Streamlit uses when nobody else is there to say where the page is served (AppTest).
_NOWHERE = "http://localhost:8501/"

_THIS_COMPUTER = {None, "localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104

# The screen on which a view is shown is no part of it: a class that scans a projected code has
# phones, and a link out of a frame opens outside it.
_OF_THE_SCREEN = {"present", "embed", "embed_options"}
# The keys of `predict`, of guesses and of `self_check`.
_ANSWER = re.compile(r"_(predict|guess(_\w+)?|check\d+)$")
# The code is square: the height of the screen, less the dialog's own, limits its width.
_HIGHEST = "calc(100dvh - 11rem)"


def address(
    *,
    answers: bool = True,
    on_a_projector: bool = False,
    heading: str = "",
    instead: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """Return the address of this view: every bound control that is not at its default is in it.

    Without `answers` those to questions are left out; `on_a_projector` asks for the presenter view,
    `heading` is the one that the link opens at. Controls named in `instead` are put to that.
    """
    context = get_script_run_ctx()
    # The context follows the address bar; st.query_params only knows the first load.
    asked = context.query_string.split("&") if context and context.query_string else []
    kept = [
        each
        for each in asked
        if _name(each) not in {*_OF_THE_SCREEN, *instead}
        and (answers or not _ANSWER.search(_name(each)))
    ]
    kept += [f"{name}={quote(str(value))}" for name, value in instead.items()]
    query = "&".join([*kept, "present=true"] if on_a_projector else kept)
    return _here()._replace(query=query, fragment=heading).geturl()


def home_address() -> str:
    """Return the address at which everybody else finds this app, without a slash at its end."""
    under = st.get_option("server.baseUrlPath").strip("/")
    return _here()._replace(path=f"/{under}".rstrip("/"), query="", fragment="").geturl()


def _here() -> SplitResult:
    """Return the address of this page, at the host that others reach if it is known."""
    page = urlsplit(st.context.url or _NOWHERE)
    known = st.get_option("browser.serverAddress")
    if _only_here(page.hostname) and not _only_here(known):
        page = page._replace(netloc=f"{known}:{page.port}" if page.port else known)
    return page


def _only_here(host: str | None) -> bool:
    """Return whether a host's name means another machine to everybody else."""
    return host in _THIS_COMPUTER


def _name(parameter: str) -> str:
    """Return the name in a ``name=value`` of an address."""
    return unquote(parameter.partition("=")[0])


def qr_code(url: str) -> str:
    """Return a QR code of `url` as an SVG drawing, dark on white in either theme."""
    drawing = BytesIO()
    code = segno.make(url, error="l", micro=False)
    code.save(
        drawing, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False
    )
    return drawing.getvalue().decode()


@st.dialog("Share this view", icon=":material/share:", width="large")
def _show_link(missing: str) -> None:
    """Show the code as large as the screen allows, and the link beside it."""
    picture, text = st.columns([3, 2], gap="medium")
    with text:
        answers = True
        if address() != address(answers=False):
            answers = not st.checkbox(
                "Leave out my answers",
                presenting(),
                key="_share_blank",
                help="To predictions, guesses and questions: whoever opens the link answers them "
                "for themselves.",
            )
        on_a_projector = st.checkbox(
            "In the presenter view",
            key="_share_present",
            help="For a projector; a class with phones sees more without it.",
        )
        at_the_questions = st.checkbox(
            "At the questions",
            key="_share_check",
            help="For an exit ticket: the link begins at the questions after the lesson.",
        )
        url = address(
            answers=answers,
            on_a_projector=on_a_projector,
            heading="check" if at_the_questions else "",
        )
        st.markdown(_promise(answers, missing))
    _link_and_code(url, text, picture)


@st.dialog("Challenge somebody", icon=":material/swords:", width="large")
def _show_challenge(url: str, promise: str) -> None:
    """Show a link that was made before, and its code."""
    picture, text = st.columns([3, 2], gap="medium")
    text.markdown(promise)
    _link_and_code(url, text, picture)


def _link_and_code(url: str, text: DeltaGenerator, picture: DeltaGenerator) -> None:
    """Show a link, and its QR code beside it."""
    with text:
        st.code(url, language=None, wrap_lines=True)
        if _only_here(host := urlsplit(url).hostname):
            st.warning(
                f"`{host}` is this computer alone: no phone can open that. Start the app with the "
                "address that phones reach (docs/teaching.md), such as "
                "`STREAMLIT_BROWSER_SERVER_ADDRESS=192.168.1.20 make run`.",
                icon=":material/phonelink_off:",
            )
    with picture:
        try:
            code = qr_code(url)
        except segno.DataOverflowError:
            st.info(
                f"The link has {len(url):,} characters, more than a QR code holds. Send it as text."
            )
            return
        st.html(
            f'<img src="data:image/svg+xml,{quote(code)}" alt="QR code of the link" '
            f'style="width: 100%; max-width: {_HIGHEST}">'
        )


def _promise(answers: bool, missing: str) -> str:
    """Return what the link does, above it."""
    left_out = f", but for {missing}" if missing else ""
    if not answers:
        return f"This link opens this view{left_out}, every question still to be answered:"
    return f"This link opens {'' if missing else 'exactly '}this view{left_out}:"


@st.fragment
def share(missing: str = "") -> None:
    """Offer the link and the QR code; both are made when the learner asks for them.

    `missing` names what the link leaves out.
    """
    if st.button("Share this view", icon=":material/share:", key="_share"):
        _show_link(missing)


def challenge(
    label: str, promise: str, instead: Mapping[str, object], *, heading: str, key: str
) -> None:
    """Offer a link to a game, with what it asks of whoever opens it.

    Parameters
    ----------
    label : str
        Of the button.
    promise : str
        What the link does, above it.
    instead : mapping of str to object
        Controls that the link puts elsewhere than they are, by key. Answers are left out of it.
    heading : str
        The anchor that it opens at.
    key : str
        Of the button.
    """
    if st.button(label, icon=":material/swords:", key=key):
        _show_challenge(address(answers=False, heading=heading, instead=instead), promise)
