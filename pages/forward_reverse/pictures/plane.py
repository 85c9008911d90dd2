"""The figure of P and its best ellipses in the plane."""

from collections.abc import Sequence

import numpy as np

from charts.style import Figure, Palette, Trace, figure, scatter
from charts.units import Unit
from charts.wording import amount
from kl_core import Direction, PlaneFit, PlaneMixture
from pages.forward_reverse.numbers import NAMES, circled
from pages.forward_reverse.pictures.axes import DASHES


def plane_figure(
    p: PlaneMixture,
    fits: Sequence[PlaneFit],
    direction: Direction,
    unit: Unit,
    colours: Palette,
) -> Figure:
    """Return P as contours in the plane and every Q as ellipses at one and two spreads.

    Parameters
    ----------
    p : PlaneMixture
    fits : sequence of PlaneFit
        Every Q, best first.
    direction : {"forward", "reverse"}
        Whose optima these are.
    unit : Unit
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    x = np.linspace(-5, 5, 81)
    density = p.pdf(np.stack(np.meshgrid(x, x), axis=-1))
    peak = float(density.max())
    traces: list[Trace] = [
        {
            "type": "contour",
            "x": x,
            "y": x,
            "z": density.astype(np.float32),
            "showscale": False,
            "colorscale": [[0, colours.paper], [1, colours.veil(colours.p, 0.6)]],
            "contours": {"start": peak / 12, "end": peak, "size": peak / 6},
            "line": {"width": 1, "color": colours.p},
            "hoverinfo": "skip",
        }
    ]
    turn = np.linspace(0, 2 * np.pi, 60)
    for place, fit in enumerate(fits):
        ring = np.linalg.cholesky(np.array(fit.covariance)) @ [np.cos(turn), np.sin(turn)]
        for size in (1, 2):
            across, up = np.array(fit.mean)[:, None] + size * ring
            traces.append(
                scatter(
                    x=across,
                    y=up,
                    mode="lines",
                    line={
                        "color": colours.q,
                        "width": 3 if place == 0 else 1.5,
                        "dash": DASHES[direction],
                    },
                    hoverinfo="skip",
                )
            )
    return figure(
        traces,
        colours,
        title=f"{NAMES[direction]}: {amount(fits[0].divergence / unit.nats, unit.name)}",
        height=400,
        showlegend=False,
        margin={"l": 40, "r": 8, "t": 48, "b": 36},
        annotations=[
            {
                "x": fit.mean[0],
                "y": fit.mean[1],
                "text": circled(place) if len(fits) > 1 else "Q",
                "showarrow": False,
                "font": {"size": 16, "color": colours.ink},
            }
            for place, fit in enumerate(fits, start=1)
        ],
        xaxis={"range": [float(x[0]), float(x[-1])], "showgrid": False, "zeroline": False},
        yaxis={
            "range": [float(x[0]), float(x[-1])],
            "showgrid": False,
            "zeroline": False,
            "scaleanchor": "x",
            "constrain": "domain",
        },
    )
