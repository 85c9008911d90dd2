"""The figure of one divergence over the mean of a Q whose spread is held."""

import math
from collections.abc import Sequence

import numpy as np

from charts.style import Figure, Palette, figure, scatter
from charts.units import Unit
from charts.wording import position
from kl_core import Descent, GaussianFit
from pages.forward_reverse.numbers import NAMES, Slope, circled
from pages.forward_reverse.pictures.axes import DASHES, line, valleys

TICKS = [0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000]
# Lower than that a logarithm would show nothing but a spike.
FLOOR = 0.01


def slope_figure(
    slope: Slope,
    held: float,
    optima: Sequence[GaussianFit],
    path: Descent,
    unit: Unit,
    colours: Palette,
) -> Figure:
    """Return one divergence over the mean of Q, with optima and an optimiser's path.

    Parameters
    ----------
    slope : Slope
    held : float
        The spread of Q.
    optima : sequence of GaussianFit
        Numbered, best first.
    path : Descent
        Drawn from its start to its end.
    unit : Unit
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    values = np.maximum(slope.divergences / unit.nats, FLOOR)
    steps = np.maximum(path.divergences / unit.nats, FLOOR)
    depths = [max(fit.divergence / unit.nats, FLOOR) for fit in optima]
    low = math.floor(2 * math.log10(min(float(values.min()), *depths))) / 2
    high = math.ceil(2 * math.log10(max(float(values.max()), float(steps.max())))) / 2
    return figure(
        [
            # Its points take the clicks.
            scatter(
                x=slope.means,
                y=values,
                mode="lines",
                line={"color": colours.kl, "width": 2.5, "dash": DASHES[slope.direction]},
                hovertemplate=f"mean %{{x:.2f}}: %{{y:.3f}} {unit.name}<extra>click: start here"
                "</extra>",
            ),
            scatter(
                x=path.means,
                y=steps,
                mode="lines",
                line={"color": colours.ink, "width": 2.5},
                hoverinfo="skip",
            ),
            scatter(
                x=[path.means[0], path.means[-1]],
                y=[steps[0], steps[-1]],
                mode="markers",
                marker={
                    "color": [colours.paper, colours.q],
                    "size": 13,
                    "symbol": ["circle", "diamond"],
                    "line": {"color": [colours.q, colours.ink], "width": [3, 1.5]},
                },
                hoverinfo="skip",
            ),
        ],
        colours,
        title=f"{NAMES[slope.direction]}, spread {position(held)}: {valleys(len(optima))}",
        height=400,
        showlegend=False,
        annotations=[
            {
                "x": fit.mean,
                "y": math.log10(depth),
                "text": circled(place) if len(optima) > 1 else "the optimum",
                "showarrow": False,
                "yshift": 19,
                "font": {"size": 18 if len(optima) > 1 else 14, "color": colours.ink},
            }
            for place, (fit, depth) in enumerate(zip(optima, depths, strict=True), start=1)
        ],
        xaxis=line(slope.means, "mean of Q"),
        yaxis={
            "type": "log",
            "range": [low - 0.15, high + 0.1],
            "tickvals": TICKS,
            "ticktext": [f"{value:g}" for value in TICKS],
            "title": {"text": f"divergence, {unit.name}"},
        },
    )
