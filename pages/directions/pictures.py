"""The figure of the lesson that names directions."""

import math
from collections.abc import Sequence

import numpy as np

from charts.style import Figure, Palette, bar, figure, steady_limit
from charts.wording import counted, number
from kl_core import Array
from pages.directions.decoder import CALLS, told
from pages.directions.numbers import Decoded, Line, landing

ROW = 34
# Of the width, left of the bars: enough for a name on a phone.
NAMES = 0.36
# The hatching repeats what the colour says; Q's is that of its bars everywhere.
HATCHING = {"D(P‖Q)": "", "D(Q‖P)": "/", "both": "x", "neither": "|"}
# A mistake may be so far off that the divergences would vanish beside it.
REACH = 4.0


def decoded_figure(decoded: Decoded, colours: Palette, hidden: str = "") -> Figure:
    """Return what every call answers, beside both divergences.

    Calls whose names begin with `hidden` keep their answers to themselves.
    """
    names = [call.name for call in CALLS]
    values = np.array(
        [
            math.nan if hidden and name.startswith(hidden) else value
            for name, value in zip(names, decoded.values, strict=True)
        ]
    )
    drawn = calls_figure(names, values, *decoded.divergences, decoded.unit.name, colours)
    if hidden:
        drawn.look["title"]["text"] = f"Where do the calls of {hidden} land?"
        [bars] = drawn.traces
        bars["text"] = ["?" if each == "NaN" else each for each in bars["text"]]
        bars["customdata"] = [
            f"{name}: answer the question first" if name.startswith(hidden) else each
            for name, each in zip(names, bars["customdata"], strict=True)
        ]
    return drawn


def calls_figure(
    names: Sequence[str], values: Array, there: float, back: float, unit: str, colours: Palette
) -> Figure:
    """Return what each call answers as a bar, beside both divergences as dashed lines.

    Parameters
    ----------
    names : sequence of str, length n
        Of the calls, from top to bottom.
    values : ndarray, shape (n,)
        In `unit`; one that is infinite, or far larger than both divergences, reaches the end of
        the axis and is labelled; NaN has no bar.
    there, back : float
        D(P‖Q) and D(Q‖P) in `unit`.
    unit : str
        For axis and hover text.
    colours : Palette
        Of the page's theme.
    """
    lines = [landing(value, there, back) for value in values]
    left, right = _ends(values, there, back)
    hues = {"D(P‖Q)": colours.p, "D(Q‖P)": colours.q, "both": colours.kl, "neither": colours.muted}
    bars = bar(
        orientation="h",
        y=[*range(len(names))],
        x=[_within(value, left, right) for value in values],
        width=0.6,
        marker={
            "color": [hues[line] for line in lines],
            "line": {"color": [hues[line] for line in lines], "width": 1},
            "pattern": {
                "shape": [HATCHING[line] for line in lines],
                "size": 6,
                "solidity": 0.25,
                "fillmode": "replace",
            },
        },
        text=[_label(value, left, right) for value in values],
        textposition="outside",
        textangle=0,
        textfont={"size": 12},
        constraintext="none",
        cliponaxis=False,
        customdata=[
            f"{name}: {told(value, unit)}, {_verdict(line)}"
            for name, value, line in zip(names, values, lines, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    marks = [("D(P‖Q)", there, "dash", colours.p, 20), ("D(Q‖P)", back, "dot", colours.q, 2)]
    # For the numbers at the ends of the bars.
    room = 0.2 * (right - left)
    return figure(
        [bars],
        colours,
        title=_finding(lines),
        height=ROW * len(names) + 130,
        margin={"l": 8, "r": 8, "t": 84, "b": 44},
        xaxis={
            "domain": [NAMES, 1],
            "range": [left - 0.75 * room, right + room],
            "title": {"text": f"answer, {unit}"},
        },
        yaxis={
            "range": [len(names) - 0.5, -0.5],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
        },
        shapes=[
            {
                "type": "line",
                "layer": "below",
                "x0": _within(value, left, right),
                "x1": _within(value, left, right),
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": colour, "width": 2, "dash": dash},
            }
            for _, value, dash, colour, _ in marks
        ],
        annotations=[
            {
                "text": f"{name} = {number(value)}",
                "x": _within(value, left, right),
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "yshift": shift,
                "xanchor": "right" if value > right / 2 else "left",
                "showarrow": False,
                "font": {"color": colour, "size": 12},
            }
            for name, value, _, colour, shift in marks
        ]
        + [
            {
                "text": name,
                "x": 0,
                "xref": "paper",
                "y": row,
                "xanchor": "left",
                "yanchor": "middle",
                "showarrow": False,
                "font": {"size": 12},
            }
            for row, name in enumerate(names)
        ],
    )


def _ends(values: Array, there: float, back: float) -> tuple[float, float]:
    """Return the ends of the axis; they show 0, both divergences and what is not far beyond."""
    far = REACH * max((each for each in (there, back) if 0 < each < math.inf), default=math.inf)
    near = [float(each) for each in (*values, there, back) if abs(each) <= far]
    shown = [each for each in near if math.isfinite(each)]
    low, high = min(shown, default=0.0), max(shown, default=0.0)
    return -steady_limit(-low, 0.2) if low < 0 else 0.0, steady_limit(1.05 * high, 0.2)


def _within(value: float, left: float, right: float) -> float:
    """Return where a value is drawn: at the end of the axis if it lies beyond, at 0 if NaN."""
    return 0.0 if math.isnan(value) else min(max(float(value), left), right)


def _label(value: float, left: float, right: float) -> str:
    """Return what stands at the end of a bar; an arrow where the value lies beyond."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value) or left <= value <= right:
        return number(value)
    return number(value, 1) + (" →" if value > 0 else " ←")


def _verdict(line: Line) -> str:
    """Return what a bar is, as hover text says it."""
    return {"both": "both directions", "neither": "neither direction"}.get(line, line)


def _finding(lines: Sequence[Line]) -> str:
    """Say how many calls land where."""
    places = [place for place in ("both", "D(P‖Q)", "D(Q‖P)", "neither") if place in lines]
    first, *others = [(lines.count(place), place) for place in places]
    rest = "".join(f", {count} on {place}" for count, place in others)
    return f"{counted(first[0], 'call')} on {first[1]}{rest}"
