"""The figure of the best bell between the two directions."""

from itertools import pairwise

import numpy as np

from charts.curves import densities
from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit
from charts.wording import number, position
from kl_core import GaussianFit, GaussianMixture, gaussian
from pages.forward_reverse.numbers import ALPHAS, Walk, along, reach_of
from pages.forward_reverse.pictures.axes import line


def between_figure(
    p: GaussianMixture, walk: Walk, alpha: float, best: GaussianFit, colours: Palette
) -> Figure:
    """Return P and the best Q at one α, above where the best Q lies for every α.

    Parameters
    ----------
    p : GaussianMixture
    walk : Walk
        From 0, reverse, to 1, forward.
    alpha : float
        Which α the upper row shows.
    best : GaussianFit
        The best Q there.
    colours : Palette
        Of the page's theme.
    """
    reach = reach_of(p)
    x = along(p, reach, (best.mean, best.std))
    density, q = p.pdf(x), gaussian(best.mean, best.std).pdf(x)
    lines = [(alpha, colours.ink, "solid")]
    lines += [(value, colours.muted, "dot") for value in walk.breaks]
    top = steady_limit(1.15 * max(float(density.max()), float(q.max())), 0.2)
    return figure(
        [*densities(x, density, q, colours), *_best(walk, colours), _others(walk, colours)],
        colours,
        title=f"α = {number(alpha, 2)}: mean {position(best.mean)}, spread {position(best.std)}",
        height=560,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        shapes=[
            {
                "type": "line",
                "xref": "x2",
                "yref": "y2",
                "x0": at,
                "x1": at,
                "y0": -reach,
                "y1": reach,
                "line": {"color": colour, "width": 1.5, "dash": dash},
            }
            for at, colour, dash in lines
        ],
        annotations=[
            {
                "xref": "x2",
                "yref": "y2",
                "x": at,
                "y": reach,
                "yanchor": "bottom",
                "text": "breaks",
                "showarrow": False,
                "font": {"color": colours.muted, "size": 12},
            }
            for at in walk.breaks[:1]
        ],
        xaxis={**line(x, "x"), "anchor": "y"},
        yaxis={"domain": [0.62, 1], "range": [0, top], "nticks": 4, "title": {"text": "density"}},
        xaxis2={
            "anchor": "y2",
            "range": [-0.07, 1.07],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": ["0<br>D(Q‖P)", "¼", "½", "¾", "1<br>D(P‖Q)"],
            "showgrid": False,
            "zeroline": False,
            "title": {"text": "α", "standoff": 0},
        },
        yaxis2={
            "domain": [0.06, 0.44],
            "range": [-reach, reach],
            "nticks": 5,
            "title": {"text": "mean ± spread of Q"},
        },
    )


def _best(walk: Walk, colours: Palette) -> list[Trace]:
    """Return mean and spread of the best Q for every α, in pieces from break to break."""
    edge = {"mode": "lines", "xaxis": "x2", "yaxis": "y2", "showlegend": False, "hoverinfo": "skip"}
    thin = {"color": colours.q, "width": 1}
    every_mean = np.array([fits[0].mean for fits in walk.optima])
    every_std = np.array([fits[0].std for fits in walk.optima])
    traces: list[Trace] = []
    for low, high in pairwise([-1.0, *walk.breaks, 2.0]):
        here = (low <= ALPHAS) & (high > ALPHAS)
        alphas, means, stds = ALPHAS[here], every_mean[here], every_std[here]
        traces += [
            scatter(x=alphas, y=means - stds, line=thin, **edge),
            scatter(
                x=alphas,
                y=means + stds,
                line=thin,
                fill="tonexty",
                fillcolor=colours.veil(colours.q),
                **edge,
            ),
            scatter(
                x=alphas,
                y=means,
                **{**edge, "hoverinfo": "x+y"},
                line={"color": colours.q, "width": 3},
                hovertemplate="α = %{x:.2f}: mean %{y:.2f}<extra>the best Q</extra>",
            ),
        ]
    return traces


def _others(walk: Walk, colours: Palette) -> Trace:
    """Return the means of all other optima."""
    others = [
        (alpha, fit.mean)
        for alpha, fits in zip(ALPHAS, walk.optima, strict=True)
        for fit in fits[1:]
    ]
    return scatter(
        x=[alpha for alpha, _ in others],
        y=[mean for _, mean in others],
        xaxis="x2",
        yaxis="y2",
        mode="markers",
        marker={"color": colours.q, "size": 5, "symbol": "circle-open"},
        showlegend=False,
        hovertemplate="α = %{x:.2f}: mean %{y:.2f}<extra>another local optimum</extra>",
    )
