"""Figures of the die lesson."""

import numpy as np

from charts import outcomes
from charts.style import Figure, Palette, figure, scatter, steady_range
from charts.units import Unit
from charts.wording import amount
from kl_core import Array
from pages.die.numbers import FACES


def terms_figure(p: Array, q: Array, unit: Unit, colours: Palette) -> Figure:
    """Return both dice face by face, above the terms of D(P‖Q) and their sum."""
    return outcomes.terms_figure(
        [f"face {face}" for face in FACES],
        p,
        q,
        unit,
        names=("P, the true die", "Q, the model"),
        of_all="all rolls",
        colours=colours,
    )


def rolls_figure(
    evidence: Array,
    slope: float,
    threshold: float,
    decided: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return the running log-likelihood ratio of P against Q over the rolls.

    Parameters
    ----------
    evidence : ndarray, shape (rolls,)
        The sum of log(p/q) so far, in `unit`; `inf` from the first roll that Q rules out.
    slope : float
        D(P‖Q) in `unit` per roll: what the evidence grows by on average.
    threshold : float
        The logarithm of the odds at which one decides, in `unit`.
    decided : int
        The roll (counted from 1) at which the evidence reached the threshold; 0 for none.
    unit : str
        What evidence is measured in, for axis and hover text.
    colours : Palette
        Of the page's theme.
    """
    rolls = evidence.size
    walk = evidence[np.isfinite(evidence)]
    line_end = slope * rolls if np.isfinite(slope) else 0.0
    heights = (float(walk.max(initial=0.0)), line_end, threshold)
    lowest = min(-threshold, float(walk.min(initial=0.0)))
    bottom, top = steady_range(lowest, max(heights), room=1.1)
    # A roll that Q rules out takes the line straight up and out of the picture.
    leap = [] if walk.size == rolls else [top]
    traces = [
        scatter(
            x0=0,
            dx=1,
            y=np.concatenate([[0.0], walk, leap]),
            mode="lines",
            name="these rolls",
            line={"color": colours.p, "width": 2},
            hovertemplate="after roll %{x}: %{y:.2f} " + unit + "<extra></extra>",
        )
    ]
    if np.isfinite(slope):
        traces.append(
            scatter(
                x=[0, rolls],
                y=[0, line_end],
                name=f"D(P‖Q) = {amount(slope, unit)} per roll",
                mode="lines",
                line={"color": colours.kl, "width": 2, "dash": "dash"},
                hoverinfo="skip",
            )
        )
    for height, label, colour in (
        (threshold, "enough for P", colours.p),
        (-threshold, "enough for Q", colours.q),
    ):
        traces.append(
            scatter(
                x=[0, rolls],
                y=[height, height],
                mode="lines+text",
                text=["", label],
                textposition="top left",
                textfont={"color": colour},
                line={"color": colour, "width": 1, "dash": "dot"},
                showlegend=False,
                hoverinfo="skip",
            )
        )
    if decided:
        height = float(evidence[decided - 1])
        traces.append(
            scatter(
                x=[decided],
                y=[min(height, top)],
                mode="markers",
                marker={"color": colours.ink, "size": 10, "symbol": "star"},
                showlegend=False,
                hovertemplate=f"decided at roll {decided}<extra></extra>",
            )
        )
    return figure(
        traces,
        colours,
        title=f"Evidence for P after {rolls} rolls: {amount(float(evidence[-1]), unit, 1)}",
        height=360,
        xaxis={"range": [0, rolls], "title": {"text": "rolls of P"}, "showgrid": False},
        yaxis={"range": [bottom, top], "title": {"text": f"log-likelihood ratio, {unit}"}},
    )
