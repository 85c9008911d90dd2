"""Figures that play in the browser: frames, a play and a pause button, and a handle to scrub."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from charts.style import Palette, Trace

# What the controls need below the axis.
ROOM = 94


class PlayedFigure(go.Figure):  # type: ignore[misc]  # Plotly ships no types
    """A figure that passes its frames and their controls on as they are.

    Plotly would build and check an object for each frame and each step of the handle, 20 ms for
    what a learner moves; the tests check instead.
    """

    def __init__(self, figure: go.Figure, frames: list[Trace], controls: dict[str, Any]) -> None:
        """Take the figure as it looks after its last frame."""
        # Its plain traces and layout: made from the figure itself, both would be checked anew.
        super().__init__(list(figure._data), figure._layout, _validate=False)
        self._played = frames
        self._controls = controls

    def to_dict(self) -> dict[str, Any]:
        """Return the figure with frames and controls, for whoever draws or writes it."""
        drawn = super().to_dict()
        layout = drawn["layout"]
        margin = {**layout["margin"], "b": layout["margin"]["b"] + ROOM}
        height = layout["height"] + ROOM
        return {
            **drawn,
            "layout": {**layout, **self._controls, "margin": margin, "height": height},
            "frames": self._played,
        }


def play(
    figure: go.Figure,
    names: Sequence[str],
    frames: Sequence[Sequence[Trace]],
    traces: Sequence[int],
    *,
    prefix: str,
    colours: Palette,
    milliseconds: int = 80,
) -> PlayedFigure:
    """Return `figure` with frames that replace some of its traces; it opens on the last one.

    Parameters
    ----------
    figure : go.Figure
        As it looks after the last frame.
    names : sequence of str, length n
        What the handle says at each frame.
    frames : sequence of traces, length n
        For each frame the properties that change, one trace for each of `traces`.
    traces : sequence of int
        Which traces of the figure the frames replace.
    prefix : str
        Stands before the name at the handle.
    colours : Palette
        Of the page's theme.
    milliseconds : int
        How long a frame stands.
    """

    def step(duration: int) -> dict[str, object]:
        return {
            "mode": "immediate",
            "fromcurrent": True,
            "frame": {"duration": duration, "redraw": False},
            "transition": {"duration": 0},
        }

    look = {"bgcolor": colours.paper, "bordercolor": colours.muted, "font": {"color": colours.ink}}
    buttons = {
        **look,
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 86, "l": 0},
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, step(milliseconds)]},
            {"label": "❚❚ Pause", "method": "animate", "args": [[None], step(0)]},
        ],
    }
    handle = {
        **look,
        "active": len(names) - 1,
        "x": 0.54,
        "len": 0.46,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 68},
        "ticklen": 0,
        "minorticklen": 0,
        "tickcolor": colours.paper,
        # Plotly writes every step's name below the handle; only the current one can be read.
        "font": {"color": colours.paper, "size": 1},
        "currentvalue": {"prefix": prefix, "font": {"size": 13, "color": colours.ink}},
        "steps": [
            {"label": name, "method": "animate", "args": [[name], step(0)]} for name in names
        ],
    }
    played = [
        {"name": name, "data": list(data), "traces": list(traces)}
        for name, data in zip(names, frames, strict=True)
    ]
    return PlayedFigure(figure, played, {"updatemenus": [buttons], "sliders": [handle]})
