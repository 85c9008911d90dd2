"""Figures of the lesson: ratios under a line and a curve, and the sides of a triangle."""

from collections.abc import Sequence

import numpy as np

from charts.style import Figure, Palette, Trace, bar, figure, scatter, steady_limit
from charts.units import Unit
from charts.wording import amount, number
from kl_core import Array
from pages.properties.numbers import SKY, Bell, Ratios, Triangle
from pages.properties.words import compared

# How far the picture of the ratios reaches at least, and the rows below it.
LEAST_RATIO = 3.0
LEAST_DEPTH = 2.0
AVERAGE_ROW, FIRST_ROW = 0, len(SKY)
# Where a kind of weather stands that has no ratio, as shares of the axis.
NO_RATIO = (0.9, 0.98)
# How wide a gap is drawn that always comes, as a share of the axis.
FULL_WIDTH = 0.12
# The ends of the axis of the bells.
EDGE = 7.0


def reach(found: Ratios) -> float:
    """Return how far the axis of the ratios reaches."""
    return steady_limit(float(np.nanmax(found.x)), LEAST_RATIO)


def spots(found: Ratios) -> list[tuple[float, float]]:
    """Return where the dot of each kind of weather is, in its row.

    Without a ratio it is at the right edge, the further the more Q gives to what never comes.
    """
    far, (left, right) = reach(found), NO_RATIO
    return [
        (float(x) if there else far * (left + (right - left) * float(q)), FIRST_ROW - place)
        for place, (x, q, there) in enumerate(zip(found.x, found.q, found.there, strict=True))
    ]


def ratios_figure(found: Ratios, guess: float, colours: Palette, *, told: bool) -> Figure:
    """Return the ratios on the line and on the curve, and below them row by row.

    Parameters
    ----------
    found : Ratios
        The ratios, their gaps and their average.
    guess : float
        Where the learner expects the average.
    colours : Palette
        Of the page's theme.
    told : bool
        Whether the average and D(P‖Q) may be seen.
    """
    unit, far = found.unit, reach(found)
    left, right = -0.03 * far, 1.03 * far
    finite = found.curve[np.isfinite(found.curve)]
    depth = steady_limit(-1.05 * float(finite.min(initial=0.0)), LEAST_DEPTH / unit.nats)
    beside = f" + {number(found.loose)}" if found.outside else ""
    title = (
        f"Gaps × p{beside}: D(P‖Q) = {amount(found.divergence, unit.name)}"
        if told
        else "Where is the average ratio?"
    )
    return figure(
        [
            *_line_and_curve(unit, left, right, depth, colours),
            *_gaps(found, depth, far, colours),
            *_rows(found, guess, colours, told=told),
        ],
        colours,
        title=title,
        height=440,
        barmode="overlay",
        shapes=[
            {
                "type": "line",
                "x0": 1,
                "x1": 1,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": colours.muted, "width": 1, "dash": "dot"},
                "visible": told,
            }
        ],
        xaxis={
            "anchor": "y2",
            "range": [left, right],
            "title": {"text": "ratio x = q/p"},
            "nticks": 6,
        },
        yaxis={
            "domain": [0.48, 1],
            "range": [-depth, far / unit.nats],
            "title": {"text": unit.name},
            "nticks": 5,
        },
        yaxis2={
            "domain": [0, 0.42],
            "range": [AVERAGE_ROW - 0.6, FIRST_ROW + 0.6],
            "tickvals": [*range(AVERAGE_ROW, FIRST_ROW + 1)],
            "ticktext": ["average", *reversed(SKY)],
            "zeroline": False,
        },
    )


def _line_and_curve(
    unit: Unit, left: float, right: float, depth: float, colours: Palette
) -> list[Trace]:
    """Return x - 1 and log x, in the unit."""
    x = np.geomspace(max(np.exp(-depth * unit.nats), 1e-300), right, 160)
    ends = np.array([left, right])
    scaled = "x − 1" if unit.nats == 1 else f"(x − 1)/ln {unit.base:g}"
    return [
        scatter(
            x=ends,
            y=(ends - 1) / unit.nats,
            mode="lines",
            name=scaled,
            line={"color": colours.muted, "width": 2, "dash": "dash"},
            hoverinfo="skip",
        ),
        scatter(
            x=x,
            y=np.log(x) / unit.nats,
            mode="lines",
            name=f"{unit.written} x",
            line={"color": colours.ink, "width": 2},
            hoverinfo="skip",
        ),
    ]


def _gaps(found: Ratios, depth: float, far: float, colours: Palette) -> list[Trace]:
    """Return each gap as a bar as wide as p, and its two ends."""
    there = found.there
    kinds = [kind for kind, each in zip(SKY, there, strict=True) if each]
    x, line = found.x[there], found.line[there]
    low = np.maximum(found.curve[there], -depth)
    width = FULL_WIDTH * far * found.p[there]
    unit = found.unit.name
    says = [
        f"{kind}: gap {amount(float(gap), unit)}, times p {amount(float(weighted), unit)}"
        for kind, gap, weighted in zip(kinds, found.gaps[there], found.weighted[there], strict=True)
    ]
    hover = {"text": says, "hovertemplate": "%{text}<extra></extra>"}
    return [
        bar(
            x=x,
            base=low,
            y=line - low,
            width=width,
            name="gap",
            marker={"color": colours.kl, "opacity": 0.55},
            textposition="none",
            **hover,
        ),
        scatter(
            x=np.concatenate([x, x]),
            y=np.concatenate([line, low]),
            mode="markers",
            marker={
                "color": [colours.q] * x.size + [colours.kl] * x.size,
                "size": 6,
                "symbol": ["circle"] * x.size
                + ["circle" if np.isfinite(y) else "triangle-down" for y in found.curve[there]],
            },
            showlegend=False,
            text=says * 2,
            hovertemplate="%{text}<extra></extra>",
        ),
    ]


def _rows(found: Ratios, guess: float, colours: Palette, *, told: bool) -> list[Trace]:
    """Return the ratio of each kind of weather, in its row, and where their average is."""
    x, rows = zip(*spots(found), strict=True)
    says = [
        f"{kind}: p {number(float(p))}, q {number(float(q))}, "
        + (f"ratio {number(float(ratio))}" if p else "no ratio")
        for kind, p, q, ratio in zip(SKY, found.p, found.q, found.x, strict=True)
    ]
    common = {"mode": "markers", "yaxis": "y2", "showlegend": False}
    return [
        scatter(
            **common,
            x=[*x],
            y=[*rows],
            marker={
                "color": colours.veil(colours.p, 0.35),
                "line": {"color": colours.p, "width": 1},
                "size": [12 + 24 * float(p) ** 0.5 for p in found.p],
                "symbol": ["circle" if each else "triangle-right" for each in found.there],
            },
            text=says,
            hovertemplate="%{text}<extra></extra>",
        ),
        scatter(
            **common,
            x=[found.average] if told else [None],
            y=[AVERAGE_ROW],
            marker={"color": colours.kl, "size": 18, "symbol": "star"},
            hovertemplate="average, weighted by p: %{x:.3f}<extra></extra>",
        ),
        scatter(
            **common,
            x=[guess],
            y=[AVERAGE_ROW],
            marker={"color": colours.ink, "size": 12, "symbol": "diamond-open"},
            hovertemplate="your guess: %{x:.2f}<extra></extra>",
        ),
    ]


def triangle_figure(ways: Triangle, colours: Palette) -> Figure:
    """Return three bells above the ways between them: straight on, over B, and back."""
    unit, total = ways.unit.name, [ways.straight, ways.detour, ways.back]
    bells = (ways.a, ways.b, ways.c)
    digits, relation = compared(ways.straight, ways.detour)
    apart = amount(abs(ways.detour - ways.straight), unit, digits)
    title = (
        "The detour over B is as long"
        if relation == "as long"
        else f"The detour over B is {relation} by {apart}"
    )
    return figure(
        [*_bells(bells, colours), *_ways(ways, colours)],
        colours,
        title=title,
        height=440,
        barmode="stack",
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        margin={"l": 80, "r": 8, "t": 64, "b": 44},
        xaxis={
            "anchor": "y",
            "range": [-EDGE, EDGE],
            "showgrid": False,
            "tickvals": [-6, -4, -2, 0, 2, 4, 6],
        },
        yaxis={
            "domain": [0.5, 1],
            "range": [0, steady_limit(1.05 * max(map(height, bells)))],
            "title": {"text": "density"},
            "nticks": 4,
        },
        xaxis2={
            "anchor": "y2",
            "range": [0, 1.2 * steady_limit(max(total))],
            "title": {"text": f"D, {unit}"},
            "nticks": 6,
        },
        yaxis2={
            "domain": [0, 0.38],
            "range": [-0.6, 2.6],
            "tickvals": [0, 1, 2],
            "ticktext": ["C → A", "A → B → C", "A → C"],
            "zeroline": False,
            "showgrid": False,
        },
    )


def height(bell: Bell, at: float = 0.0) -> float:
    """Return the density of a bell, so many spreads from its middle."""
    return float(np.exp(-(at**2) / 2) / (bell.spread * np.sqrt(2 * np.pi)))


def _bells(bells: Sequence[Bell], colours: Palette) -> list[Trace]:
    """Return A in P's colour, C in Q's, and B in that of neither."""
    x: Array = np.linspace(-EDGE, EDGE, 281)
    styles = (
        ("A", {"color": colours.p, "width": 2.5}),
        ("B", {"color": colours.ink, "width": 2, "dash": "dot"}),
        ("C", {"color": colours.q, "width": 2.5, "dash": "dash"}),
    )
    return [
        scatter(
            x=x,
            y=np.exp(-(((x - bell.mean) / bell.spread) ** 2) / 2) * height(bell),
            mode="lines",
            name=name,
            line=line,
            hovertemplate=f"{name}, x = %{{x:.2f}}: %{{y:.3f}}<extra></extra>",
        )
        for bell, (name, line) in zip(bells, styles, strict=True)
    ]


def _ways(ways: Triangle, colours: Palette) -> list[Trace]:
    """Return the ways as bars, each with its length behind it."""
    unit = ways.unit.name
    # The two steps of the detour are told apart by hatching, too.
    parts = (
        (2, ways.straight, "A to C", 1.0, ""),
        (1, ways.steps[0], "A to B", 0.75, ""),
        (1, ways.steps[1], "B to C", 0.45, "\\"),
        (0, ways.back, "C to A", 0.3, ""),
    )
    bars = [
        bar(
            orientation="h",
            x=[length],
            y=[row],
            xaxis="x2",
            yaxis="y2",
            width=0.62,
            showlegend=False,
            marker={
                "color": colours.veil(colours.kl, opacity),
                "line": {"color": colours.kl, "width": 1},
                "pattern": {"shape": shape, "fgcolor": colours.kl},
            },
            hovertemplate=f"{name}: {amount(length, unit)}<extra></extra>",
        )
        for row, length, name, opacity, shape in parts
    ]
    lengths = scatter(
        x=[ways.back, ways.detour, ways.straight],
        y=[0, 1, 2],
        xaxis="x2",
        yaxis="y2",
        mode="text",
        text=[f" {number(each, 2)}" for each in (ways.back, ways.detour, ways.straight)],
        textposition="middle right",
        showlegend=False,
        hoverinfo="skip",
    )
    return [*bars, lengths]
