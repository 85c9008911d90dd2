"""Views worth seeing, one click each, and the way back to the beginning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from widgets.controls import start_over


@dataclass(frozen=True)
class Preset:
    """A button: what it says, what it does to the controls, and what it explains."""

    label: str
    put: Callable[..., None]
    args: tuple[Any, ...] = ()
    help: str | None = None


def presets(
    prefix: str,
    choices: Sequence[Preset],
    *,
    back: bool = True,
    forget: Callable[[], None] | None = None,
) -> None:
    """Draw the buttons side by side; with `back` the last one puts the whole page back.

    `forget` is called with it, for what a page keeps beside its controls.
    """
    buttons = [*choices]
    if back:
        tells = "Puts every control and answer of this page back."
        buttons.append(Preset("Start over", start_over, (forget,), tells))
    with st.container(horizontal=True):
        for place, preset in enumerate(buttons, start=1):
            st.button(
                preset.label,
                key=f"_{prefix}_preset{place}",
                on_click=preset.put,
                args=preset.args,
                help=preset.help,
            )
