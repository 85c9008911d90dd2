"""The figure of a Q by hand."""

import numpy as np

from charts.curves import densities, signed_area
from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit, steady_range
from charts.wording import amount
from kl_core import gaussian
from pages.forward_reverse.numbers import NAMES, Bell, Comparison
from pages.forward_reverse.pictures.axes import line

# How far apart, along the line, and how high, as shares of the axis, a click can add a mode.
CLICK_STEP, CLICK_HEIGHTS = 0.25, np.linspace(0.5, 0.95, 4)
# The trace that takes such clicks.
CLICKS = 6


def hand_figure(
    view: Comparison,
    colours: Palette,
    *,
    veiled: bool = False,
    guess: Bell | None = None,
    clickable: bool = False,
) -> Figure:
    """Return both densities, above what each x adds to D(P‖Q) and to D(Q‖P).

    Parameters
    ----------
    view : Comparison
    colours : Palette
        Of the page's theme.
    veiled : bool
        Whether to leave out all that tells a divergence.
    guess : tuple of float, optional
        Mean and spread of the Q that the learner has guessed.
    clickable : bool
        Whether a click above the curves can be heard of, at trace `CLICKS`.
    """
    x, p, q, unit = view.x, view.p, view.q, view.unit.name
    rows = [view.forward_integrand, view.reverse_integrand]
    limits = [steady_range(float(row.min()), float(row.max()), least=0.1) for row in rows]
    if veiled:
        rows, limits = [np.empty(0)] * 2, [(-1.0, 1.0)] * 2
    traces = densities(x, p, q, colours)
    for row, axis in zip(rows, ("y2", "y3"), strict=True):
        traces += signed_area(x[: row.size], row, axis, unit, colours)
    top = steady_limit(1.1 * float(max(p.max(), q.max())), 0.2)
    if clickable:
        traces.append(_room(x, top))
    if guess:
        traces.append(_ghost(x, guess, colours))
    values = ["?", "?"] if veiled else [
        amount(value, unit, view.digits) for value in (view.forward, view.reverse)
    ]  # fmt: skip
    labels = [
        {
            "text": f"<b>{name} = {value}</b>: {where}",
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": height,
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"color": colours.kl, "size": 14},
        }
        for name, value, height, where in zip(
            NAMES.values(),
            values,
            (0.56, 0.24),
            ("where Q misses P", "where P lacks Q's weight"),
            strict=True,
        )
    ]
    return figure(
        traces,
        colours,
        title=_title(view, veiled=veiled),
        height=560,
        annotations=labels,
        xaxis={**line(x, "x"), "anchor": "y3"},
        yaxis={
            "domain": [0.68, 1],
            "range": [0, top],
            "nticks": 4,
            "title": {"text": "density"},
        },
        yaxis2={
            "domain": [0.33, 0.55],
            "range": list(limits[0]),
            "nticks": 5,
            "showticklabels": not veiled,
            "title": {"text": f"p·log(p/q), {unit}"},
        },
        yaxis3={
            "domain": [0, 0.23],
            "range": list(limits[1]),
            "nticks": 5,
            "showticklabels": not veiled,
            "title": {"text": f"q·log(q/p), {unit}"},
        },
    )


def _title(view: Comparison, *, veiled: bool) -> str:
    """Return what the figure finds, or asks."""
    if veiled:
        return "Where is D(P‖Q) least?"
    if view.larger:
        return f"{NAMES[view.larger]} is the larger one here"
    return "Both directions cost the same here"


def _ghost(x: np.ndarray, guess: Bell, colours: Palette) -> Trace:
    """Return the learner's guess as a thin dotted line."""
    return scatter(
        x=x,
        y=gaussian(*guess).pdf(x),
        name="your guess",
        mode="lines",
        line={"color": colours.q, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _room(x: np.ndarray, top: float) -> Trace:
    """Return points that nobody sees, where a click adds a mode: empty room sends no event."""
    along = np.arange(x[0] + CLICK_STEP, x[-1], CLICK_STEP)
    across, up = np.meshgrid(along, top * CLICK_HEIGHTS)
    return scatter(
        x=across.ravel().astype(np.float32),
        y=up.ravel().astype(np.float32),
        mode="markers",
        marker={"size": 16, "opacity": 0},
        showlegend=False,
        hoverinfo="none",
    )
