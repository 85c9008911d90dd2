"""The figure of the best bells of both directions."""

import numpy as np

from charts.curves import p_density, q_density
from charts.style import Figure, Palette, figure, steady_limit
from charts.units import Unit
from charts.wording import amount, number
from kl_core import GaussianMixture, gaussian
from pages.forward_reverse.numbers import Optima, along, circled, reach_of
from pages.forward_reverse.pictures.axes import line


def optima_figure(p: GaussianMixture, optima: Optima, unit: Unit, colours: Palette) -> Figure:
    """Return P, the Q that covers it, and every Q that a seeker may end in, numbered.

    Parameters
    ----------
    p : GaussianMixture
    optima : Optima
        Divergences in `unit`.
    unit : Unit
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    cover, *seek = fits = [optima.cover, *optima.seek]
    x = along(p, reach_of(p), *((fit.mean, fit.std) for fit in fits))
    density = p.pdf(x)
    covers, *seekers = (gaussian(fit.mean, fit.std).pdf(x) for fit in fits)
    top = steady_limit(max(float(density.max()), *(float(q.max()) for q in seekers)), 0.2)
    traces = [
        p_density(x, density, colours),
        q_density(x, covers, colours, name="Q, least D(P‖Q)", dash="solid", width=3),
    ]
    flank = cover.mean + 2 * cover.std
    labels = [
        {**_tag("covers", flank, float(np.interp(flank, x, covers)), colours.q), "xanchor": "left"}
    ]
    for place, (fit, q) in enumerate(zip(seek, seekers, strict=True)):
        name = f"Q {circled(place + 1)}, D(Q‖P) = {amount(fit.divergence, unit.name)}"
        width = 3.0 if place == optima.chosen else 1.5
        traces.append(q_density(x, q, colours, name=name, width=width))
        labels.append(_tag(circled(place + 1), fit.mean, float(q.max()), colours.q))
    return figure(
        traces,
        colours,
        title=f"Least D(P‖Q): {number(cover.divergence)}; least D(Q‖P): "
        f"{amount(seek[0].divergence, unit.name)}",
        height=400,
        showlegend=False,
        annotations=labels,
        xaxis=line(x, "x"),
        yaxis={"range": [0, top], "nticks": 5, "title": {"text": "density"}},
    )


def _tag(text: str, x: float, y: float, colour: str) -> dict[str, object]:
    """Return a label that stands on the top of a curve."""
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"color": colour, "size": 16},
    }
