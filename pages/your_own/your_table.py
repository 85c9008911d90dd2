"""*Your table*: typed, pasted or uploaded, in the link or out of it, and read."""

from urllib.parse import quote_plus

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.your_own.counts import Counts, read_counts
from pages.your_own.examples import TWELVE
from pages.your_own.files import LONGEST, MOST, decoded
from pages.your_own.reading import AS_GUESSED, CHOICES, Reading
from pages.your_own.words import WHAT_BELONGS, guesses_in_words, read_in_words
from widgets.controls import begins, put
from widgets.redraw import now

# Browsers, mail programs and proxies cut longer addresses off.
LONGEST_IN_LINK = 4000
# What the table says, None while something is wrong with it; kept for what answers the sliders. No
# cache of the server's keeps it: the page promises that it stays in the memory of this visit.
_READ = "_own_counts"


def your_table() -> None:
    """Take a table, and say how it is read."""
    st.header("Your table", anchor="table")
    field, source = st.columns([3, 2], gap="medium")
    with field:
        table_field()
    with source:
        upload_field()
        link_switch()
    said = st.container()
    read_otherwise()
    with said:
        # Read once: only these controls change it, and they draw the whole page.
        st.session_state[_READ] = read()
    with st.expander("Which numbers belong here?", icon=":material/help:"):
        st.markdown(WHAT_BELONGS)


def current_counts() -> Counts | None:
    """Return what the table says; None while something is wrong with it."""
    counts: Counts | None = st.session_state[_READ]
    return counts


def put_table(text: str) -> None:
    """Put a table into the field, and into the link: nothing in it is anybody's secret."""
    put(own_table=text, _own_in_link=True, **as_guessed())


def table_field() -> None:
    """Draw the field that holds the table."""
    begins("own_table", TWELVE)
    st.text_area(
        "A row for each category: its label, P's number and Q's number",
        TWELVE,
        height=300,
        key="own_table",
        bind="query-params" if in_link() else None,
        persist_state="session",
    )


def upload_field() -> None:
    """Draw the field for files, and say what is wrong with the file in it."""
    file = st.file_uploader(
        "Or take it from a CSV file",
        max_upload_size=1,
        key=_upload_key(),
        on_change=_take_file,
        help="Columns separated by commas, semicolons, tabs, bars or blanks; up to "
        f"{MOST:,} categories, {LONGEST:,} characters. The first row may be a heading.",
    )
    if file:
        try:
            decoded(file.name, file.getvalue())
        except ValueError as problem:
            st.warning(f"{problem} The table stays as it is.", icon=":material/error:")


def _upload_key() -> str:
    """Return the key of the field for files, which is a new and empty one after each upload."""
    return f"_own_file{st.session_state.get('_own_uploads', 0)}"


def _take_file() -> None:
    """Put the text of an uploaded file into the field for the table, and leave it out of the link.

    A file that is no text stays where it is, so that the page can say what is wrong with it.
    """
    file: UploadedFile | None = now[_upload_key()]
    if file is None:
        return
    try:
        text = decoded(file.name, file.getvalue())
    except ValueError:
        return
    put(own_table=text, _own_in_link=False, **as_guessed())
    st.session_state["_own_uploads"] = st.session_state.get("_own_uploads", 0) + 1


def link_switch() -> None:
    """Draw the switch that keeps the table in the link or out of it, and say what that means."""
    begins("_own_in_link", start=True)
    st.toggle(
        "Keep this table in the link",
        True,
        key="_own_in_link",
        persist_state="session",
        on_change=_write_again,
        disabled=not fits_in_link(),
    )
    if in_link():
        st.caption(
            "The address of this page holds your table: whoever gets the link gets it too, and "
            "servers on the way may note it."
        )
    else:
        why = "" if fits_in_link() else "This table is too long for a link. "
        st.caption(
            f"{why}The table is in this browser tab only: a reload, or the link of this page, "
            "brings the example back."
        )
    st.caption(
        "The app computes with your numbers in the memory of this visit: it writes them to no file "
        "and no log, and drops them after you have closed the tab."
    )


def _write_again() -> None:
    """Write the table into the address, or out of it, as the switch says."""
    # Streamlit writes what has been set anew, not what has merely been bound anew.
    put(own_table=now["own_table"])


def fits_in_link() -> bool:
    """Say whether the table is short enough for a link."""
    text = now.get("own_table", TWELVE)
    return len(text) <= LONGEST_IN_LINK and len(quote_plus(text)) <= LONGEST_IN_LINK


def in_link() -> bool:
    """Say whether the link holds the table."""
    return now.get("_own_in_link", True) and fits_in_link()


def read() -> Counts | None:
    """Return what the table says; None, and a sentence, while something is wrong with it."""
    try:
        counts = read_counts(now["own_table"], reading())
    except ValueError as problem:
        st.warning(
            f"{problem} Until then there is nothing to compute; everything else stays as it is.",
            icon=":material/error:",
        )
        return None
    st.caption(read_in_words(counts))
    if said := guesses_in_words(counts, reading()):
        st.info(said, icon=":material/rule:")
    return counts


def reading() -> Reading:
    """Return how the table is to be read."""
    return Reading(**{field: now[_key(field)] for field in CHOICES})


def as_guessed() -> dict[str, str]:
    """Return the controls that say how the table is to be read, as they are to begin with."""
    return dict.fromkeys(map(_key, CHOICES), AS_GUESSED)


def read_otherwise() -> None:
    """Draw what may be chosen where a guess is wrong."""
    with st.expander("Read it otherwise", icon=":material/tune:"):
        # Rows of them, so that a phone has them in the same order.
        columns = [column for _ in range(2) for column in st.columns(4)]
        for column, (field, (label, choices)) in zip(columns, CHOICES.items(), strict=True):
            begins(_key(field), AS_GUESSED)
            column.selectbox(label, [AS_GUESSED, *choices], key=_key(field), bind="query-params")


def _key(field: str) -> str:
    """Return the key of the control for a field of `Reading`."""
    return f"own_{field}"
