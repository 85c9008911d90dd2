"""Figures of draws: the two bells, how estimates scatter, and how noisy a draw is."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from charts.curves import densities
from charts.style import Figure, Palette, Trace, bar, figure, scatter, steady_limit
from charts.units import Unit
from charts.wording import amount, counted, number, percent, position
from kl_core import Array
from pages.estimators.numbers.draws import Noise, View, expected_of
from pages.estimators.pictures import DASHES

BINS = 100
SYMBOLS = {"k1": "circle", "k2": "diamond", "k3": "square"}
# Of the rows below each other, the first on top.
ROWS = [(0.71, 1), (0.36, 0.65), (0.01, 0.3)]


def pair_figure(x: Array, p: Array, q: Array, colours: Palette) -> Figure:
    """Return the densities of P and of Q, which is drawn from, all of shape (n,)."""
    return figure(
        densities(x, p, q, colours),
        colours,
        title="Draws come from Q",
        height=220,
        margin={"l": 40, "r": 8, "t": 64, "b": 28},
        xaxis={"range": [float(x[0]), float(x[-1])], "showgrid": False},
        yaxis={"range": [0, 0.85], "nticks": 3},
    )


def estimates_figure(
    view: View, found: Mapping[str, Array], unit: Unit, colours: Palette
) -> Figure:
    """Return how the estimates of a view scatter; `found` are they, in nats."""
    return histograms_figure(
        {name: values / unit.nats for name, values in found.items()},
        view.truth / unit.nats,
        {name: value / unit.nats for name, value in expected_of(view, found).items()},
        float(found["k1"].std()) / unit.nats,
        view.draws,
        unit.name,
        colours,
    )


def histograms_figure(
    means: Mapping[str, Array],
    truth: float,
    expected: Mapping[str, float],
    spread: float,
    draws: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return how many estimates of each kind fall where, one row for k1, k2 and k3.

    Parameters
    ----------
    means : mapping of str to ndarray of shape (n,)
        Estimates of each kind, in `unit`.
    truth : float
        The divergence, in `unit`.
    expected : mapping of str to float
        What each kind gives on average, exactly, in `unit`.
    spread : float
        The standard deviation of k1's estimates, in `unit`: it sets how far the axis goes.
    draws : int
        In each estimate.
    unit : str
        What all of them are measured in.
    colours : Palette
        Of the page's theme.
    """
    low = -steady_limit(max(3.5 * spread - truth, 0.02 * truth), 1e-4)
    high = steady_limit(
        max(truth + 3.5 * spread, *(1.1 * each for each in expected.values())), 1e-4
    )
    step = steady_limit((high - low) / BINS, 1e-7)
    # Multiples of the step, so that no bar lies on both sides of 0.
    steps = np.arange(math.floor(low / step), math.ceil(high / step) + 1, dtype=np.float64)
    edges = step * steps
    middles = (edges[:-1] + edges[1:]) / 2
    # The same in each row, and much to write.
    hues = [colours.of_sign(middle) for middle in middles.tolist()]
    ends = [position(edge, 4) for edge in edges.tolist()]
    between = [[left, right] for left, right in pairwise(ends)]
    traces: list[Trace] = []
    notes, axes, lines = [], {}, []
    for axis, (name, values), (bottom, top) in zip(
        ("y", "y2", "y3"), means.items(), ROWS, strict=True
    ):
        counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
        tallest = steady_limit(1.05 * counts.max())
        bars = bar(
            x=middles,
            y=counts,
            yaxis=axis,
            width=step,
            marker={"color": hues},
            customdata=between,
            hovertemplate=f"%{{y}} estimates by {name} from %{{customdata[0]}} to "
            f"%{{customdata[1]}} {unit}<extra></extra>",
            showlegend=False,
        )
        traces += [bars, _average(name, expected[name], axis, unit, colours)]
        notes.append(_note(name, values, edges, top, colours))
        axes[f"yaxis{axis[1:]}"] = {
            "domain": [bottom, top],
            "range": [0, tallest],
            "nticks": 3,
            "title": {"text": "count"},
        }
        lines.append(
            {
                "type": "line",
                "x0": truth,
                "x1": truth,
                "y0": 0,
                "y1": tallest,
                "yref": axis,
                "line": {"color": colours.ink, "width": 1.5, "dash": "dash"},
            }
        )
    return figure(
        traces,
        colours,
        title=f"{counted(draws, 'draw')} each; dashed: D = {amount(truth, unit)}",
        height=500,
        bargap=0,
        shapes=lines,
        annotations=notes,
        xaxis={
            "anchor": "y3",
            "range": [edges[0], edges[-1]],
            "showgrid": False,
            "title": {"text": f"estimate of D(Q‖P), {unit} (▲: average)"},
        },
        **axes,
    )


def _average(name: str, at: float, axis: str, unit: str, colours: Palette) -> Trace:
    """Return the triangle below what a kind of estimates gives on average."""
    return scatter(
        x=[at],
        y=[0],
        yaxis=axis,
        mode="markers",
        marker={
            "color": colours.ink,
            "size": 12,
            "symbol": "triangle-up",
            "line": {"color": colours.paper, "width": 1},
        },
        cliponaxis=False,
        hovertemplate=f"{name} on average: {number(at, 4)} {unit}<extra></extra>",
        showlegend=False,
    )


def _note(name: str, values: Array, edges: Array, top: float, colours: Palette) -> dict[str, Any]:
    """Return what stands above a row: how often its estimates are below 0, or out of sight."""
    beyond = int((values > edges[-1]).sum() + (values < edges[0]).sum())
    below = float((values < 0).mean())
    return {
        "text": f"<b>{name}</b>, {percent(below) if below else 'none'} below 0"
        + (f"; {beyond} beyond the picture" if beyond else ""),
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "xanchor": "left",
        "yanchor": "top",
        "showarrow": False,
        "bgcolor": colours.paper,
        "font": {"color": colours.ink},
    }


def noise_figure(noise: Noise, unit: str, colours: Palette) -> Figure:
    """Return how noisy one draw of each estimator is, in shares of the truth, as Q moves away.

    Parameters
    ----------
    noise : Noise
        In `unit`; what is ``inf`` is left out, and the learner's place where no line is.
    unit : str
        What the divergence is measured in.
    colours : Palette
        Of the page's theme.
    """
    kl, crossing = noise.kl, noise.crossing
    traces = [
        scatter(
            x=kl,
            y=np.where(np.isfinite(values), values, np.nan),
            name=name,
            mode="lines",
            line={"color": colours.kl, "width": 2.5, "dash": DASHES[name]},
            hovertemplate=f"{name}, D(Q‖P) = %{{x:.3~g}} {unit}: %{{y:,.3~r}} times as large"
            "<extra></extra>",
        )
        for name, values in noise.shares.items()
    ]
    if crossing is not None:
        at = float(np.interp(crossing, kl, noise.shares["k1"]))
        traces.append(
            scatter(
                x=[crossing],
                y=[at],
                mode="markers",
                marker={"color": colours.ink, "size": 12, "symbol": "star"},
                showlegend=False,
                hovertemplate=f"k3 is noisier than k1 from {number(crossing)} {unit} on"
                "<extra></extra>",
            )
        )
    traces += [
        scatter(
            x=[noise.here],
            y=[height],
            mode="markers",
            marker={"color": colours.q, "size": 11, "symbol": SYMBOLS[name]},
            showlegend=False,
            hovertemplate=f"{name}, here: {number(height, 2)}<extra></extra>",
        )
        for name, height in noise.heights.items()
    ]
    k1, k3 = noise.shares["k1"], noise.shares["k3"]
    title = (
        f"k3 is noisier than k1 beyond {amount(crossing, unit)}"
        if crossing is not None
        else "k3 is nowhere the quieter one"
        if not np.isfinite(k3).any() or (k3 > k1).all()
        else "k3 is quieter than k1 all along"
    )
    return figure(
        traces,
        colours,
        title=title,
        height=380,
        xaxis={
            "type": "log",
            "title": {"text": f"D(Q‖P), {unit} (orange: your gap)"},
            "range": [math.log10(kl[0]), math.log10(kl[-1])],
            "dtick": 1,
        },
        yaxis={
            "type": "log",
            "range": [-0.4, 2.5],
            "dtick": 1,
            "title": {"text": "spread of one draw ÷ D(Q‖P)"},
        },
    )
