"""The presenter view: larger type, no sidebar, controls and chart on one projector screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# Plotly's sizes are in pixels, so the style below does not reach them.
LARGER = 1.4
PLOTLYS_OWN = 12

# Streamlit measures in rem. The first screen is as high as the window; what is on it takes the room
# it needs, and the chart takes the rest. On a phone all of this would be in the way.
_STYLE = """
<style>
@media (min-width: 60rem) {
  html { font-size: 20px; }
  [data-testid=stHeader], [data-testid=stSidebar] { display: none; }
  [data-testid=stMainBlockContainer] { padding: 0 1rem 2rem; }
  .st-key-_frame, :has(> .st-key-_frame) { position: relative; width: 100%; }
  :has(> .st-key-_switches) { position: absolute; top: 0; right: 0; z-index: 1; width: auto; }
  .st-key-_notice { padding-top: 3rem; }
  .kl-plot { max-height: calc(100dvh - 6rem); }
  /* No bar hides the heading that a link opens at: what it is about has the whole screen. */
  [data-testid=stMain] :is(h2, h3) { scroll-margin-top: 0 !important; }

  :is(.st-key-_first_screen, [class*="st-key-_stage_"]) {
    &, :has(> &) { flex: none; }
    &:has(.kl-chart) { height: 100dvh; }
  }
  /* Only for those who listen. */
  .st-key-_first_screen .stElementContainer:has(h2) { position: absolute; clip-path: inset(50%); }
  :is(.st-key-_first_screen, [class*="st-key-_stage_"]) {
    padding: 0.3rem 0;
    &, [data-testid=stVerticalBlock], [data-testid=stHorizontalBlock]:not(:has(> .stColumn)) {
      gap: 0.4rem;
    }
    h1 { font-size: 1.5rem; padding: 0; }
    p, [data-testid=stMarkdownContainer], [data-testid=stCaptionContainer] { margin-bottom: 0; }
    :is(.stButton, .stPopover) button { min-height: 0; padding: 0.15rem 0.6rem; }
    [data-testid=stSliderTickBar] { display: none; }
    .stSlider > div > div { padding-bottom: 0.4rem; }
    /* Clear of the label. */
    [data-testid=stSliderThumbValue] { translate: 0 0.15rem; }
    [data-testid=stMetricValue] { font-size: 1.3rem; }
    .stColumn { overflow-y: auto; align-self: stretch !important; }
    /* A pair of sliders would lose the lower half of its thumbs. */
    .stColumn .stColumn { overflow: visible; }
    [data-testid=stLayoutWrapper]:has(.kl-chart) { flex: 1 1 0; min-height: 0; }
    .stElementContainer:has(.kl-chart) { flex: 1 1 0 !important; min-height: 16rem; }
    .kl-chart { height: 100%; display: flex; flex-direction: column; }
    .kl-plot { flex: 1 0 42dvh; min-height: 0; height: 0; }
    .kl-numbers { flex: none; margin: 0; }
    .kl-numbers strong { font-size: 1.3rem; }
    .kl-words { flex: 0 1 auto; min-height: 0; overflow-y: auto; line-height: 1.35; }
    .kl-words > * { margin-top: 0.3rem; }
    .kl-words:has(li) { font-size: 0.8rem; }
  }
}
</style>
"""


def switch() -> None:
    """Draw the switch, and while it is on the style that it asks for."""
    st.toggle(
        "Presenter view",
        key="present",
        bind="query-params",
        help="For a projector: larger type, no sidebar, and the controls and their chart on one "
        "screen, before everything else. A link keeps it; switch it off to come back.",
    )
    if presenting():
        st.html(_STYLE)


def presenting() -> bool:
    """Return whether the presenter view is on."""
    return bool(st.session_state["present"])


def stage(
    first_screen: DeltaGenerator, heading: str = "", *, anchor: str | None = None
) -> DeltaGenerator:
    """Return where controls and their chart go: the first screen when presenting, else here.

    `first_screen` is what `frame.header` returned.
    """
    place = first_screen if presenting() else st.container(key="_stage")
    if heading:
        place.header(heading, anchor=anchor)
    return place


@dataclass(frozen=True)
class Opening:
    """Where a lesson, or a part of it, begins: what asks, what moves, the picture beside it."""

    question: DeltaGenerator
    buttons: DeltaGenerator
    controls: DeltaGenerator
    picture: DeltaGenerator


def opening(first_screen: DeltaGenerator, heading: str = "Move it") -> Opening:
    """Return the places of the first screen; `heading`, over the controls, is at "move"."""
    place = stage(first_screen)
    if presenting():
        place.header(heading, anchor="move")
        return _places(place)
    return _places(place, heading)


def further(heading: str, anchor: str) -> Opening:
    """Return the places of a later section that asks, moves and shows as the first screen does."""
    place = st.container(key=f"_stage_{anchor}")
    # Above the picture on a phone, too.
    place.header(heading, anchor=anchor)
    return _places(place)


def _places(place: DeltaGenerator, heading: str = "") -> Opening:
    """Return the parts of a stage.

    On a projector question and buttons share what lines they need, and the controls begin below.
    """
    if presenting():
        line = place.container(horizontal=True)
        question, buttons = line.container(width="content"), line.container(width="content")
        controls, picture = place.columns([2, 3], gap="medium")
    else:
        left, picture = place.columns([2, 3], gap="medium")
        question = left.container()
        if heading:
            left.header(heading, anchor="move")
        buttons, controls = left.container(), left.container()
    return Opening(question, buttons, controls, picture)


def enlarged(drawn: dict[str, Any]) -> dict[str, Any]:
    """Give a figure, as plain data, larger type and the room that it needs."""
    layout = drawn["layout"]
    for font in _fonts(drawn):
        font["size"] = LARGER * font.get("size", PLOTLYS_OWN)
    for side in ("l", "b"):
        layout["margin"][side] *= LARGER
    # Up against the edge the title leaves room for the legend.
    layout["title"].update(y=1, yanchor="top", pad={"t": 4})
    for name, axis in layout.items():
        if name.startswith("yaxis") and "title" in axis:
            # Upright titles are longer than a row of the chart is high: the unit gets its own line.
            text = axis["title"]["text"].replace(", ", "<br>")
            axis["title"].update(text=text, font=layout["font"])
    return drawn


def _fonts(part: Any) -> Iterator[dict[str, Any]]:
    """Find every font in a part of a figure."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name.endswith("font") and isinstance(value, dict):
                yield value
            else:
                yield from _fonts(value)
    elif isinstance(part, list):
        for each in part:
            yield from _fonts(each)
