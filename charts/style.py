"""The look that every figure shares: two palettes, one frame."""

import math
import tomllib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from _plotly_utils.utils import to_typed_array_spec

Trace = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A figure as plain data; Plotly's own object takes 2 ms to make, a film has a hundred figures.

    Attributes
    ----------
    traces : list of dict
        What `go.Figure` takes as ``data``.
    look : dict
        What it takes as ``layout``.
    frames : list of dict
        What plays in the browser, if anything does (`charts.player`).
    """

    traces: list[Trace]
    look: dict[str, Any]
    frames: Sequence[dict[str, Any]] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as Plotly's JSON has it, arrays of numbers packed."""
        tree: dict[str, Any] = _copied({"data": self.traces, "layout": self.look}, packs=True)
        if self.frames:
            tree["frames"] = _copied(list(self.frames), packs=True)
        return tree

    @property
    def data(self) -> Any:
        """The traces as Plotly's objects."""
        return self._plotly().data

    @property
    def layout(self) -> Any:
        """The layout as Plotly's object."""
        return self._plotly().layout

    def to_html(self, **options: Any) -> str:
        """Return the figure as a page that stands alone; takes what `go.Figure.to_html` takes."""
        return str(self._plotly().to_html(**options))

    def _plotly(self) -> go.Figure:
        tree = _copied({"data": self.traces, "layout": self.look})
        return go.Figure(*tree.values(), _copied(list(self.frames)), _validate=False)


def _copied(tree: Any, *, packs: bool = False, of_text: bool = False) -> Any:
    """Return a copy of a tree's branches; texts are shared, and arrays unless it `packs` them.

    Text has the hue of what it names, as dark as it takes to be read (WCAG 2.2, 1.4.3).
    """
    if isinstance(tree, dict):
        return {
            key: _copied(
                value,
                packs=packs and key != "range",
                of_text=key.endswith("font") or (of_text and key in {"color", "font"}),
            )
            for key, value in tree.items()
        }
    if isinstance(tree, list | tuple):
        return [_copied(each, packs=packs, of_text=of_text) for each in tree]
    if isinstance(tree, np.ndarray):
        return _packed(tree) if packs else tree
    return _AS_TEXT.get(tree, tree) if of_text and isinstance(tree, str) else tree


def _packed(array: np.ndarray[Any, Any]) -> Any:
    """Return an array as `go.Figure.to_dict` packs it, for which a film has no time."""
    if not array.size:
        # Plotly packs no empty array, and a film compares only what JSON has.
        return []
    if array.dtype == np.float64 and array.ndim == 1:
        return {"dtype": "f8", "bdata": b64encode(array.tobytes()).decode()}
    return to_typed_array_spec(array)


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; P is always blue, Q always orange, KL violet."""

    p: str
    q: str
    kl: str
    good: str
    ink: str
    muted: str
    grid: str
    paper: str

    def of_sign(self, value: float) -> str:
        """Return KL's violet for what costs, the good green for what gives back."""
        return self.good if value < 0 else self.kl

    @staticmethod
    def veil(colour: str, thickness: float = 0.2) -> str:
        """Return a colour so thin that lines and text show through."""
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return f"rgba({red}, {green}, {blue}, {thickness})"


_THEMES = tomllib.loads((Path(__file__).parents[1] / ".streamlit/config.toml").read_text())["theme"]


def _palette(theme: str, *, muted: str, grid: str) -> Palette:
    """Return the colours of a theme as the page has them, and two greys that only figures need."""
    colours = _THEMES[theme]
    return Palette(
        p=colours["blueColor"],
        q=colours["orangeColor"],
        kl=colours["violetColor"],
        good=colours["greenColor"],
        ink=colours["textColor"],
        muted=muted,
        grid=grid,
        paper=colours["backgroundColor"],
    )


LIGHT = _palette("light", muted="#5B6675", grid="#E3E7EC")
DARK = _palette("dark", muted="#A5B0BF", grid="#2C3542")

# Colours of marks that are too light for text on their paper, and what writes text in their hue.
_AS_TEXT = {
    _THEMES[theme][f"{hue}Color"]: _THEMES[theme][f"{hue}TextColor"]
    for theme in ("light", "dark")
    for hue in ("blue", "orange", "violet", "green")
}

# Q's bars are hatched, so that the two can be told apart without colour.
Q_PATTERN = {"shape": "/", "size": 6, "solidity": 0.25, "fillmode": "replace"}

# A legend along the lower edge, clear of the title of the axis however high the figure is.
BELOW = {"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"}


def palette(theme: Literal["light", "dark"]) -> Palette:
    """Return the colours for a light or a dark page."""
    return DARK if theme == "dark" else LIGHT


def bar(**properties: Any) -> Trace:
    """Return a bar trace for `figure`; takes what `plotly.graph_objects.Bar` takes."""
    return {"type": "bar", **properties}


def scatter(**properties: Any) -> Trace:
    """Return a scatter trace for `figure`; takes what `plotly.graph_objects.Scatter` takes."""
    return {"type": "scatter", **properties}


def figure(
    traces: list[Trace], colours: Palette, *, title: str, height: int, **layout: Any
) -> Figure:
    """Return a figure in the common frame; `layout` adds to it or overrides it.

    Axes named in `layout` take the common axis style and keep what they set themselves.
    """
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "fixedrange": True,
    }
    layout = {
        key: {**axis, **value} if key.startswith(("xaxis", "yaxis")) else value
        for key, value in layout.items()
    }
    common = {
        "title": {"text": title, "x": 0, "xref": "paper", "font": {"size": 16}},
        "height": height,
        "margin": {"l": 56, "r": 8, "t": 64, "b": 44},
        "font": {"family": '"Source Sans", "Source Sans Pro", sans-serif', "color": colours.ink},
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.ink}},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        # The default template would be sent along with every figure, most of its size.
        "template": {},
        # The learner's zoom and hidden traces outlive a slider move.
        "uirevision": "kept",
    }
    # Checking every property anew would cost more than all else; the tests check instead.
    return Figure(traces, {**common, **layout})


def heading(text: str, top: float, colour: str, colours: Palette) -> dict[str, object]:
    """Return the heading of a row of a figure, whose foot is at `top`."""
    return {
        "text": f"<b>{text}</b>",
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "bgcolor": colours.paper,
        "font": {"color": colour, "size": 13},
    }


def steady_limit(value: float, least: float = 0.5) -> float:
    """Return the first of 1, 2, 5, 10, 20 … at or above `value`: an axis end that rarely moves.

    Examples
    --------
    >>> steady_limit(0.31), steady_limit(1.2), steady_limit(11), steady_limit(0.31, 0.1)
    (0.5, 2.0, 20.0, 0.5)
    """
    if not least < value < math.inf:
        return least
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in (1.0, 2.0, 5.0, 10.0) if step * decade >= value)


def steady_range(
    low: float, high: float, room: float = 1.15, least: float = 0.5
) -> tuple[float, float]:
    """Return ends of an axis that shows 0, `low` and `high`, and rarely moves.

    Examples
    --------
    >>> steady_range(-0.7, 1.2), steady_range(0.3, 4.0)
    ((-1.0, 2.0), (-0.5, 5.0))
    """
    return -steady_limit(-room * min(low, 0.0), least), steady_limit(room * max(high, 0.0), least)
