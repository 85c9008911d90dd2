"""The frame in which every page stands: navigation, two switches, previous and next."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from charts.wording import readable
from widgets import controls, glide, look, presenter, theme, tour, units
from widgets.redraw import draw_whole, drawn
from widgets.turns import Rank, turns

SIDEBAR_WIDTH = 240
# Wide enough for controls beside a chart, narrow enough to read.
CONTENT_WIDTH = 1120

# How long the page that is drawn takes to read.
_TIME = "_reading_time"

# Scrolls to where a page begins: its top, or the heading that the address names.
_BEGIN_JS = (Path(__file__).parent / "begin.js").read_text()


def show(
    home: StreamlitPage, sections: Mapping[str, Sequence[tour.Lesson]], guide: StreamlitPage
) -> None:
    """Run the page that the address asks for, inside the frame.

    Parameters
    ----------
    home : StreamlitPage
        The first page.
    sections : mapping of str to sequence of Lesson
        The tour, by what the sidebar calls its parts.
    guide : StreamlitPage
        For teachers, beside the tour.
    """
    st.set_page_config(
        layout="wide",
        # Its own: for the icon of a page Streamlit would ask a stranger.
        page_icon="🎲",
        initial_sidebar_state=SIDEBAR_WIDTH,
        # An entry of its own makes Streamlit's minimal menu appear, and with it the theme switch.
        menu_items={"About": "**KL Explained**: KL divergence, understood by moving it."},
    )
    # In a frame on a course's page the lesson stands alone, with the way to the ones beside it.
    pages = {title: [each.page for each in lessons] for title, lessons in sections.items()}
    page = st.navigation(
        {"": [home], **pages, "Teach": [guide]},
        position="hidden" if st.context.is_embedded else "sidebar",
    )
    st.set_page_config(page_title=f"{page.title} · KL Explained")
    name = page.url_path or "home"
    lessons = [each for group in sections.values() for each in group]
    tour.note(name, lessons)
    st.session_state[_TIME] = tour.time_here(page)
    with st.container(width=CONTENT_WIDTH, key="_frame"):
        asked = {
            key: value for key, value in st.query_params.items() if key not in st.session_state
        }
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            key="_switches",
        ):
            # Before that of the presenter view, which has the last word.
            look.style()
            units.switch()
            presenter.switch()
        _begin(page)
        notice = st.container(key="_notice")
        controls.open_page(name)
        with turns.turn(Rank.PAGE):
            draw_whole(name, page.run)
        for key, value in _refused(asked).items():
            notice.warning(
                f"This link asks for `{key} = {value}`, which that control cannot take, so it "
                f"shows `{readable(str(st.session_state[key]))}`. Move the control to choose "
                "another value; everything else is as the link says.",
                icon=":material/link_off:",
            )
        _previous_next(page, [home, *(each.page for each in lessons)])
    theme.follow()
    drawn(name)
    glide.arrive()


def _begin(page: StreamlitPage) -> None:
    """Show whoever comes from another page the beginning of this one, or the heading asked for."""
    component = st.components.v2.component("begin", js=_BEGIN_JS)
    component(key="_begin", data={"page": page.url_path})


def header(title: str, about: str = "") -> DeltaGenerator:
    """Open a lesson with its title, and one sentence that says what it is about.

    That sentence answers nothing: what a learner should leave with follows the question
    (`widgets.prediction`). Returns the first screen, for `presenter.stage`.
    """
    first_screen = st.container(key="_first_screen")
    first_screen.title(title)
    if about:
        time = st.session_state.get(_TIME)
        first_screen.markdown(f"{about} *{time} to read.*" if time else about)
    return first_screen


def moved(title: str, address: str, keys: Iterable[str]) -> None:
    """Send whoever comes by an old link on: controls with these keys are in another lesson now."""
    asked = {key: st.query_params[key] for key in keys if key in st.query_params}
    if asked:
        st.info(
            f"What this link shows has moved: [**{title}**]({address}?{urlencode(asked)}) has it.",
            icon=":material/moved_location:",
        )


def _refused(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what the address asked of this page's controls and they did not take."""
    return {
        key: readable(value)
        for key, value in asked.items()
        if key in st.session_state and not _same(value, st.session_state[key])
    }


def _same(text: str, value: object) -> bool:
    """Say whether the text of an address means `value`."""
    if text.casefold() == str(value).casefold():
        return True
    try:
        return float(text) == float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _previous_next(page: StreamlitPage, pages: Sequence[StreamlitPage]) -> None:
    """Link the pages before and after this one of the tour, in its order."""
    if page not in pages:
        return
    here = pages.index(page)
    st.divider()
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for neighbour, arrow in _neighbours(here, pages):
            st.page_link(
                neighbour,
                label=neighbour.title,
                icon=f":material/arrow_{arrow}:",
                icon_position="left" if arrow == "back" else "right",
            )


def _neighbours(here: int, pages: Sequence[StreamlitPage]) -> Iterable[tuple[StreamlitPage, str]]:
    if here > 0:
        yield pages[here - 1], "back"
    if here + 1 < len(pages):
        yield pages[here + 1], "forward"
