"""Figures of the coding lesson: four averages as areas, digits counted, blocks."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from charts.style import Q_PATTERN, Figure, Palette, Trace, bar, figure, scatter, steady_limit
from charts.units import Unit
from charts.wording import amount, number, percent
from kl_core import Array
from pages.information.numbers import Counted, Lengths, digit, ideal_length

# Where the four panels lie, from left to right and from top to bottom.
PANELS_X = ([0.0, 0.47], [0.53, 1.0])
PANELS_Y = ([0.57, 1.0], [0.0, 0.43])
# How many digits they are high, while no word is longer.
HEIGHT = 6
# Too narrow for a letter, on a phone too; and too low, as a share of the panel.
NARROW = 0.07
LOW = 0.13


def areas_figure(
    p: Array, q: Array, there: Lengths, back: Lengths, unit: Unit, colours: Palette
) -> Figure:
    """Return H(P), H(P, Q), H(Q, P) and H(Q) as areas: chance across, length of the word up.

    Rows say which die rolls, columns whose code is used; beside the wrong code the right one is
    drawn as dashed steps.

    Parameters
    ----------
    p, q : ndarray, shape (6,)
        Probabilities.
    there, back : Lengths
        On rolls of P, and of Q; an infinite length runs out of the picture.
    unit : Unit
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    lengths = [[ideal_length(chance, unit) for chance in die] for die in (p, q)]
    top = top_of(p, q, unit)
    dice, hues = (p, q), (colours.p, colours.q)
    # Of the panels, from left to right and from top to bottom: whose rolls, whose code, what.
    panels = [
        (0, 0, f"H(P) = {number(there.own)}"),
        (0, 1, f"H(P, Q) = {number(there.crossed)}"),
        (1, 0, f"H(Q, P) = {number(back.crossed)}"),
        (1, 1, f"H(Q) = {number(back.own)}"),
    ]
    traces: list[Trace] = []
    axes: dict[str, Any] = {}
    names = []
    for place, (rolls, code, name) in enumerate(panels):
        axis = str(place + 1) if place else ""
        across, up = PANELS_X[place % 2], PANELS_Y[place // 2]
        traces += [
            _words_as_areas(dice[rolls], lengths[code], top, axis, "PQ"[code], unit, colours),
            _steps(dice[rolls], lengths[rolls], top, axis, hues[rolls], drawn=rolls != code),
        ]
        axes[f"xaxis{axis}"] = {
            "anchor": f"y{axis}",
            "domain": across,
            "range": [0, 1],
            "showgrid": False,
            "showticklabels": False,
            **({"title": {"text": f"{'PQ'[code]}’s code", "standoff": 4}} if place > 1 else {}),
        }
        axes[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "domain": up,
            "range": [0, top],
            "nticks": 4,
            "showticklabels": place % 2 == 0,
            **({} if place % 2 else {"title": {"text": f"{'PQ'[rolls]} rolls, {unit.name}"}}),
        }
        names.append(
            {
                "text": f"<b>{name}</b>",
                "xref": "paper",
                "yref": "paper",
                "x": across[0],
                "xanchor": "left",
                "y": up[1],
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": colours.ink},
            }
        )
    own, extra, crossed = there.own, there.extra, there.crossed
    return figure(
        traces,
        colours,
        title=f"{number(own)} + {number(extra)} = {amount(crossed, unit.name)} a roll",
        height=470,
        annotations=names,
        showlegend=False,
        margin={"l": 52, "r": 8, "t": 68, "b": 28},
        **axes,
    )


def top_of(p: Array, q: Array, unit: Unit) -> float:
    """Return how high the panels are: six digits, or twice that as often as it takes."""
    used = [chance for chance in (*p, *q) if chance > 0]
    longest = max(ideal_length(float(chance), unit) for chance in used)
    top = HEIGHT * digit(unit)
    while top < longest:
        top *= 2
    return top


def _words_as_areas(
    rolls: Array,
    lengths: Sequence[float],
    top: float,
    axis: str,
    code: str,
    unit: Unit,
    colours: Palette,
) -> Trace:
    """Return a bar for each face, as wide as its chance and as high as its word is long."""
    of_q = code == "Q"
    return bar(
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        x=np.cumsum(rolls) - rolls / 2,
        # Without width an outline would still be drawn.
        y=[
            min(length, top) if chance else 0 for length, chance in zip(lengths, rolls, strict=True)
        ],
        width=rolls,
        marker={
            "color": colours.q if of_q else colours.veil(colours.p, 0.35),
            "pattern": (
                {**Q_PATTERN, "bgcolor": colours.paper, "fgopacity": 0.4} if of_q else {"shape": ""}
            ),
            "line": {"color": colours.q if of_q else colours.p, "width": 1.5},
        },
        text=[
            ("∞" if length == math.inf else str(face)) if chance > NARROW else ""
            for face, (chance, length) in enumerate(zip(rolls, lengths, strict=True), start=1)
        ],
        textposition=["inside" if length > LOW * top else "outside" for length in lengths],
        insidetextanchor="start",
        textangle=0,
        constraintext="none",
        textfont={"size": 12, "color": colours.ink},
        customdata=[
            f"face {face}: {percent(chance)} × {amount(length, unit.name)}"
            for face, (chance, length) in enumerate(zip(rolls, lengths, strict=True), start=1)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _steps(
    rolls: Array, lengths: Sequence[float], top: float, axis: str, colour: str, *, drawn: bool
) -> Trace:
    """Return the lengths of the right words as steps, where another code is used."""
    ends = np.cumsum(rolls)
    faces: list[int] = np.flatnonzero(rolls > 0).tolist() if drawn else []
    return scatter(
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        x=[at for face in faces for at in (ends[face] - rolls[face], ends[face])],
        y=[height for face in faces for height in [min(lengths[face], top)] * 2],
        mode="lines",
        line={"color": colour, "width": 3, "dash": "dash"},
        hoverinfo="skip",
    )


def counted_figure(counted: Counted, unit: str, colours: Palette) -> Figure:
    """Return what a roll of P takes in the codes made for P and for Q: ideal, expected, counted.

    Parameters
    ----------
    counted : Counted
        In `unit` a roll; ``inf`` and NaN leave a mark out.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    ends = [length + error for length, error in zip(counted.counted, counted.errors, strict=True)]
    finite = [each for each in [*counted.ideal, *counted.expected, *ends] if math.isfinite(each)]
    cost = counted.counted[1] - counted.counted[0]
    finding = (
        f"In {counted.rolls:,} rolls: {amount(abs(cost), unit)} "
        f"{'extra' if cost >= 0 else 'saved'} a roll"
        if math.isfinite(cost)
        else "Q's code cannot send these rolls"
    )
    return figure(
        _marks(counted, unit, colours),
        colours,
        title=finding,
        height=320,
        margin={"l": 72, "r": 8, "t": 56, "b": 100},
        xaxis={
            "range": [0, steady_limit(1.05 * max(finite, default=0.0))],
            "title": {"text": f"{unit} a roll", "standoff": 4},
        },
        yaxis={
            "range": [-0.6, 1.6],
            "tickvals": [0, 1],
            "ticktext": ["Q's code", "P's code"],
            "zeroline": False,
        },
        # Below the axis: on a phone it takes two rows, and would run into the title.
        legend={"orientation": "h", "x": 0, "y": -0.32, "yanchor": "top", "itemsizing": "constant"},
    )


def _marks(counted: Counted, unit: str, colours: Palette) -> list[Trace]:
    """Return three marks for each code, those that are infinite left out."""
    both = [colours.p, colours.q]
    # Side by side they would hide each other: the average stands a little above the counted.
    kinds = (
        ("ideal", counted.ideal, 0.0, "line-ns", 40, None),
        ("Huffman, average", counted.expected, 0.17, "diamond-open", 11, None),
        ("counted", counted.counted, -0.17, "circle", 9, counted.errors),
    )
    traces = []
    for name, lengths, height, symbol, size, spread in kinds:
        shown = [at for at in (0, 1) if math.isfinite(lengths[at])]
        drawn = [both[at] for at in shown]
        traces.append(
            scatter(
                x=[lengths[at] for at in shown],
                y=[1 - at + height for at in shown],
                mode="markers",
                name=name,
                marker={
                    "symbol": symbol,
                    "size": size,
                    "color": drawn,
                    "line": {"color": drawn, "width": 2.5 if spread is None else 0},
                },
                error_x=(
                    {"array": [spread[at] for at in shown], "color": colours.ink, "thickness": 1.5}
                    if spread
                    else None
                ),
                hovertemplate=f"{name}: %{{x:.4f}} {unit} a roll<extra></extra>",
            )
        )
    return traces


def blocks_figure(
    shares: Sequence[Sequence[float]],
    ideal: Sequence[float],
    chosen: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what a roll takes when rolls are coded in blocks, against the ideal.

    Parameters
    ----------
    shares : two sequences of float, length n
        For P's and for Q's Huffman code of blocks of 1 to n rolls, in `unit` a roll.
    ideal : sequence of float, length 2
        H(P) and H(P, Q).
    chosen : int
        The learner's block length, from 1.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    lengths = np.arange(1, len(shares[0]) + 1)
    edges = [0.4, lengths[-1] + 0.3]
    traces, names, finite = [], [], []
    for name, beside, code, symbol, took, aim in zip(
        ("H(P)", "H(P, Q)"),
        # One below its line and one above: they stay apart where the lines all but meet.
        ("top", "bottom"),
        (colours.p, colours.q),
        ("circle", "square"),
        shares,
        ideal,
        strict=True,
    ):
        if not math.isfinite(aim):
            continue
        finite += [*took, aim]
        names.append(
            {
                "x": edges[0],
                "y": aim,
                "text": name,
                "font": {"color": code},
                "showarrow": False,
                "xanchor": "left",
                "yanchor": beside,
            }
        )
        traces += [
            scatter(
                x=edges,
                y=[aim, aim],
                mode="lines",
                line={"color": code, "width": 1.5, "dash": "dash"},
                hoverinfo="skip",
            ),
            scatter(
                x=lengths,
                y=took,
                mode="lines+markers",
                line={"color": code, "width": 2},
                marker={
                    "color": code,
                    "symbol": symbol,
                    "size": [14 if length == chosen else 7 for length in lengths],
                },
                hovertemplate=f"blocks of %{{x}}: %{{y:.4f}} {unit} a roll<extra></extra>",
            ),
        ]
    # Whole quarters: the axis stays put while the sliders move a little.
    low, high = math.floor(4 * min(finite)) / 4, math.ceil(4 * max(finite)) / 4
    return figure(
        traces,
        colours,
        title=f"P's code in blocks of {chosen}: {amount(shares[0][chosen - 1], unit)} a roll",
        height=320,
        showlegend=False,
        annotations=names,
        xaxis={
            "range": edges,
            "tickvals": lengths,
            "showgrid": False,
            "title": {"text": "rolls in a block", "standoff": 4},
        },
        yaxis={
            "range": [low - 0.1 * (high - low), high + 0.1 * (high - low)],
            "title": {"text": f"{unit} a roll"},
        },
    )
