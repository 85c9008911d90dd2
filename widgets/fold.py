"""What is not the story: folded away under its heading, computed only while it is open."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from widgets.controls import begins, put

# A link to the heading opens what is folded under it, once: who closes it then wants it closed.
_ASKED_JS = """
const answered = new Set()
export default function ({ data, setTriggerValue }) {
  const ask = () => {
    if (location.hash !== `#${data.heading}` || answered.has(data.heading)) return
    answered.add(data.heading)
    if (!data.open) setTriggerValue("asked", true)
  }
  const again = () => { answered.delete(data.heading); ask() }
  document.querySelector(`.st-key-${data.key}`).style.position = "absolute"
  ask()
  addEventListener("hashchange", again)
  return () => removeEventListener("hashchange", again)
}
"""


@contextmanager
def fold(heading: str, about: str, *, anchor: str, key: str, label: str) -> Iterator[bool]:
    """Draw a heading, what it is about, and below both what opens on demand.

    Whether it is open is in the link by its `key`, such as ``forward_plane``; an address that names
    the heading opens it, too::

        with fold("In the plane", "…", anchor="plane", key="forward_plane", label="Open") as opened:
            if opened:
                …

    Yields
    ------
    bool
        Whether it is open: else there is nothing to compute.
    """
    begins(key, start=False)
    st.header(heading, anchor=anchor)
    st.markdown(about)
    asked = f"_{key}_asked"
    component = st.components.v2.component("fold", js=_ASKED_JS)
    component(
        key=asked,
        data={"heading": anchor, "key": asked, "open": bool(st.session_state.get(key))},
        on_asked_change=lambda: put(**{key: True}),
    )
    with st.expander(label, key=key, bind="query-params", on_change="rerun") as folded:
        yield bool(folded.open)
