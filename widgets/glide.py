"""From one view to the next: what a button or an answer changes, the picture shows on its way.

Whoever puts controls somewhere (`widgets.controls.put`) leaves a note of where they were; the
pictures of the run that follows send along what lies between, and the browser plays that once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import streamlit as st

# Where controls stood before they were put elsewhere; and whether figures that play shall begin.
_FROM, _PLAYS = "_glides_from", "_figures_play"
PICTURES = 24


class Places(Protocol):
    """Where a control can be: `widgets.chart.Stops`."""

    @property
    def values(self) -> Sequence[Any]:
        """What the control is there."""

    @property
    def places(self) -> Sequence[float]:
        """What the browser's slider is there."""

    def place_of(self, value: Any) -> float | None:
        """Return what the browser's slider is when the control is `value`."""


def leave(keys: Iterable[str]) -> None:
    """Take down where these controls are, before they are put somewhere else."""
    before = st.session_state.setdefault(_FROM, {})
    for key in keys:
        if key in st.session_state:
            before.setdefault(key, st.session_state[key])


def come_from(**controls: object) -> None:
    """Let what moves when the page is drawn next come from there, wherever it was."""
    st.session_state.setdefault(_FROM, {}).update(controls)


def play() -> None:
    """Let every figure that plays begin, once, when the page is drawn next."""
    st.session_state[_PLAYS] = True


def plays() -> bool:
    """Return whether figures that play shall begin."""
    return bool(st.session_state.get(_PLAYS))


def way(stops: Mapping[str, Places]) -> list[dict[str, Any]]:
    """Return what the controls are between where they were and where they are, stop by stop."""
    before = st.session_state.get(_FROM, {})
    ways = {
        key: (each, start, end)
        for key, each in stops.items()
        if key in before
        and (start := each.place_of(before[key])) is not None
        and (end := each.place_of(st.session_state[key])) is not None
        and start != end
    }
    return [
        {
            key: each.values[_nearest(each.places, start + (end - start) * step / PICTURES)]
            for key, (each, start, end) in ways.items()
        }
        for step in range(PICTURES)
        if ways
    ]


def _nearest(places: Iterable[float], wanted: float) -> int:
    """Return the number of the place that is nearest."""
    return min(enumerate(places), key=lambda each: abs(each[1] - wanted))[0]


def arrive() -> None:
    """Forget where controls were: all of the page has been sent."""
    st.session_state.pop(_FROM, None)
    st.session_state.pop(_PLAYS, None)
