"""Whether the page is light or dark right now."""

from typing import Literal

import streamlit as st

from charts.style import Palette, palette

Hue = Literal["blue", "orange", "violet", "green"]
Scheme = Literal["light", "dark"]

# Streamlit reruns nothing when the learner switches the theme (its issue 11920), and figures that
# were drawn for the other one would stay: this sends one rerun when the two differ.
_FOLLOW_JS = """
export default function ({ data, setTriggerValue }) {
  const app = document.querySelector(".stApp")
  const compare = () => {
    const shown = getComputedStyle(app).colorScheme
    if (shown && shown !== data.drawn) setTriggerValue("switched", shown)
  }
  compare()
  const watch = new MutationObserver(compare)
  watch.observe(app, { attributes: true, attributeFilter: ["class"] })
  return () => watch.disconnect()
}
"""


def scheme() -> Scheme:
    """Return the theme that the learner sees."""
    return "dark" if st.context.theme.type == "dark" else "light"


def colours() -> Palette:
    """Return the colours of figures in the theme that the learner sees."""
    return palette(scheme())


def text_colour(name: Hue, on: Scheme | None = None) -> str:
    """Return that hue as a theme, the page's unless named, writes it: as text, as #rrggbb."""
    return str(st.get_option(f"theme.{on or scheme()}.{name}TextColor"))


def follow() -> None:
    """Draw the page again when the learner switches between light and dark."""
    component = st.components.v2.component("follow_theme", js=_FOLLOW_JS)
    component(key="_follow", data={"drawn": scheme()}, on_switched_change=lambda: None)
