"""Views worth seeing, one click each, and the way back to the beginning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Preset:
    """A button: what it says, what it does to the controls, and what it explains."""

    label: str
    put: Callable[..., None]
    args: tuple[Any, ...] = ()
    help: str | None = None


def presets(
    prefix: str, choices: Sequence[Preset], *, start_over: Callable[[], None] | None = None
) -> None:
    """Draw the buttons side by side; the last one calls `start_over`, where there is one."""
    buttons = [*choices]
    if start_over:
        tells = "Puts every control and answer of this page back."
        buttons.append(Preset("Start over", start_over, help=tells))
    with st.container(horizontal=True):
        for place, preset in enumerate(buttons, start=1):
            st.button(
                preset.label,
                key=f"_{prefix}_preset{place}",
                on_click=preset.put,
                args=preset.args,
                help=preset.help,
            )
