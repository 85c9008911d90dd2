"""The tour: its lessons, how long they take, and where one has been (this browser alone knows)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from charts.wording import counted

_TOUR = "_tour"
# Of a lesson in the list: three beside each other on a laptop, one on a phone.
WIDTH = 340
_BEEN_JS = (Path(__file__).parent / "been.js").read_text()


@dataclass(frozen=True)
class Lesson:
    """A lesson of the tour.

    Attributes
    ----------
    page : StreamlitPage
        Its address is its folder's name, hyphenated.
    minutes : int
        How long it takes to read, in whole minutes (a test counts its words).
    promise : str
        What one can do there.
    """

    page: StreamlitPage
    minutes: int
    promise: str

    @property
    def time(self) -> str:
        """How long it takes, in words."""
        return counted(self.minutes, "minute")


def lesson(file: str, title: str, icon: str, minutes: int, promise: str) -> Lesson:
    """Return the lesson in a folder's `page.py`; its icon is one of Material's symbols."""
    address = Path(file).parts[0].replace("_", "-")
    page = st.Page(file, title=title, icon=f":material/{icon}:", url_path=address)
    return Lesson(page, minutes, promise)


def note(name: str, lessons: Sequence[Lesson]) -> None:
    """Let the browser note that it has been on the page of this name."""
    st.session_state[_TOUR] = [*lessons]
    st.components.v2.component("been", js=_BEEN_JS)(key="_been", data={"page": name})


def show() -> None:
    """Show the way through all lessons, and which of them this browser has seen."""
    lessons: list[Lesson] = st.session_state[_TOUR]
    names = [each.page.url_path for each in lessons]
    # What the page says of itself: `been.js`.
    seen = ",".join(f'[data-been~="{name}"] .st-key-_tour_{name} a::after' for name in names)
    st.html(f"<style>{seen} {{ content: '✓ seen'; margin-left: auto }}</style>")
    with st.container(horizontal=True):
        for each, name in zip(lessons, names, strict=True):
            with st.container(key=f"_tour_{name}", gap=None, width=WIDTH):
                st.page_link(each.page, label=f"**{each.page.title}** · {each.time}")
                st.caption(each.promise)


def lessons() -> int:
    """Return how many lessons there are."""
    return len(st.session_state[_TOUR])


def minutes() -> int:
    """Return how long the whole tour takes."""
    return sum(each.minutes for each in st.session_state[_TOUR])


def time_here(page: StreamlitPage) -> str:
    """Return how long this page takes; nothing for one that is no lesson."""
    lessons: list[Lesson] = st.session_state[_TOUR]
    return next((each.time for each in lessons if each.page is page), "")
