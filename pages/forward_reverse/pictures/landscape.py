"""The figure of one divergence over all bells."""

import math
from collections.abc import Sequence

import numpy as np

from charts.style import Figure, Palette, Trace, figure, scatter
from charts.units import Unit
from kl_core import Descent, GaussianFit
from pages.forward_reverse.numbers import NAMES, Landscape, circled
from pages.forward_reverse.pictures.axes import line, valleys

# Only every so many points of the landscape can be clicked: each is an element of the page.
CLICK_STEP = 2
SPREADS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]


def map_figure(
    landscape: Landscape,
    optima: Sequence[GaussianFit],
    path: Descent,
    unit: Unit,
    colours: Palette,
) -> Figure:
    """Return one divergence over mean and spread of Q, with optima and an optimiser's path.

    Parameters
    ----------
    landscape : Landscape
    optima : sequence of GaussianFit
        Numbered on the map, best first.
    path : Descent
        Drawn from its start to its end.
    unit : Unit
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    means, stds = landscape.means, landscape.stds
    divergences = landscape.divergences / unit.nats
    # Near an optimum a map in equal steps would be empty, and far from it black.
    heights = np.log10(np.maximum(divergences, 1e-2))
    low, high = float(heights.min()), float(np.quantile(heights, 0.97))
    picked = np.ix_(range(0, stds.size, CLICK_STEP), range(0, means.size, CLICK_STEP))
    mean, std = np.meshgrid(means[::CLICK_STEP], stds[::CLICK_STEP])
    still = {"opacity": 0}
    traces: list[Trace] = [
        {
            "type": "contour",
            "x": means.astype(np.float32),
            "y": stds.astype(np.float32),
            "z": np.clip(heights, low, high).astype(np.float32),
            "colorscale": [[0, colours.paper], [1, colours.veil(colours.kl, 0.75)]],
            "showscale": False,
            "contours": {"start": low, "end": high, "size": max((high - low) / 16, 1e-6)},
            "line": {"width": 0.6, "color": colours.kl},
            "hoverinfo": "skip",
        },
        # A contour sends no event when it is clicked, a point does.
        scatter(
            x=mean.ravel().astype(np.float32),
            y=std.ravel().astype(np.float32),
            mode="markers",
            marker={"size": 13, **still},
            selected={"marker": still},
            unselected={"marker": still},
            customdata=divergences[picked].ravel().astype(np.float32),
            hovertemplate="mean %{x:.2f}, spread %{y:.2f}: %{customdata:.3f} "
            f"{unit.name}<extra>click: start here</extra>",
        ),
        scatter(
            x=path.means,
            y=path.stds,
            mode="lines",
            line={"color": colours.ink, "width": 2.5},
            hoverinfo="skip",
        ),
        scatter(
            x=[path.means[0], path.means[-1]],
            y=[path.stds[0], path.stds[-1]],
            mode="markers",
            marker={
                "color": [colours.paper, colours.q],
                "size": 13,
                "symbol": ["circle", "diamond"],
                "line": {"color": [colours.q, colours.ink], "width": [3, 1.5]},
            },
            hoverinfo="skip",
        ),
    ]
    return figure(
        traces,
        colours,
        title=f"{NAMES[landscape.direction]}: {valleys(len(optima))}",
        height=400,
        showlegend=False,
        clickmode="event+select",
        annotations=[
            {
                "x": fit.mean,
                "y": math.log10(fit.std),
                "text": circled(place) if len(optima) > 1 else "the optimum",
                "showarrow": False,
                "yshift": 17,
                "font": {"size": 18 if len(optima) > 1 else 14, "color": colours.ink},
            }
            for place, fit in enumerate(optima, start=1)
        ],
        xaxis=line(means, "mean of Q"),
        yaxis={
            "type": "log",
            "range": [math.log10(stds[0]), math.log10(stds[-1])],
            "tickvals": SPREADS,
            "ticktext": [f"{value:g}" for value in SPREADS],
            "showgrid": False,
            "title": {"text": "spread of Q"},
        },
    )
