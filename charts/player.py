"""Figures that play in the browser: frames, a play and a pause button, and a handle to scrub."""

from collections.abc import Sequence

from charts.style import Figure, Palette, Trace

# What the controls need below the axis.
ROOM = 94


def play(
    figure: Figure,
    names: Sequence[str],
    frames: Sequence[Sequence[Trace]],
    traces: Sequence[int],
    *,
    prefix: str,
    colours: Palette,
    milliseconds: int = 80,
) -> Figure:
    """Return `figure` with frames that replace some of its traces; it opens on the last one.

    Parameters
    ----------
    figure : Figure
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

    box = {"bgcolor": colours.paper, "bordercolor": colours.muted, "font": {"color": colours.ink}}
    buttons = {
        **box,
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
        **box,
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
    margin = {**figure.look["margin"], "b": figure.look["margin"]["b"] + ROOM}
    look = {
        **figure.look,
        "updatemenus": [buttons],
        "sliders": [handle],
        "margin": margin,
        "height": figure.look["height"] + ROOM,
    }
    return Figure(figure.traces, look, played)
