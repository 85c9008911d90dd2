"""The figure of forecasts as they come in."""

import math
from collections.abc import Sequence

import numpy as np

from charts.style import BELOW, Figure, Palette, figure, scatter, steady_limit
from charts.wording import amount, number
from kl_core import Array
from pages.estimators.numbers.forecasts import Running
from pages.estimators.pictures import DASHES


def running_figure(
    counts: Array,
    estimates: Sequence[Running],
    truth: float,
    bound_for: float,
    seen: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what estimates come to as more texts are drawn, and where they are bound for.

    Parameters
    ----------
    counts : ndarray, shape (n,)
        How many texts, increasing.
    estimates : sequence of Running
        The first with a band of two standard errors.
    truth : float
        D(Q‖P), in `unit`.
    bound_for : float
        What k1 averages to for this way of drawing, in `unit`.
    seen : int
        How many texts the learner has.
    unit : str
        What all of them are measured in.
    colours : Palette
        Of the page's theme.
    """
    first = estimates[0]
    seen_at = int(np.searchsorted(counts, seen))
    inside = np.concatenate(
        [[truth, bound_for], *(each.mean[len(counts) // 3 :] for each in estimates)]
    )
    low = -steady_limit(-1.3 * float(min(inside.min(), 0.0)), 0.02)
    high = steady_limit(1.3 * float(max(inside.max(), 0.0)), 0.02)
    edge = {"x": counts, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    traces = [
        scatter(**edge, y=first.mean - 2 * first.error, showlegend=False),
        scatter(
            **edge,
            y=first.mean + 2 * first.error,
            fill="tonexty",
            fillcolor=colours.veil(colours.kl),
            showlegend=False,
        ),
        *(
            scatter(
                x=counts,
                y=each.mean,
                name=each.name,
                mode="lines",
                line={"color": colours.kl, "width": 2.5, "dash": DASHES[each.name]},
                hovertemplate=f"{each.name} of %{{x:,}} texts: %{{y:.4~f}} {unit}<extra></extra>",
            )
            for each in estimates
        ),
        scatter(
            x=[counts[0], counts[-1]],
            y=[truth, truth],
            name="true D(Q‖P)",
            mode="lines",
            line={"color": colours.ink, "width": 1.5, "dash": "dash"},
            hovertemplate=f"true D(Q‖P): {number(truth, 4)} {unit}<extra></extra>",
        ),
        scatter(
            x=[seen],
            y=[float(first.mean[seen_at])],
            mode="markers",
            marker={"color": colours.q, "size": 12},
            showlegend=False,
            hovertemplate=f"your {seen:,} texts<extra></extra>",
        ),
    ]
    if abs(bound_for - truth) > 1e-9 * max(abs(truth), 1):
        traces.append(
            scatter(
                x=[counts[0], counts[-1]],
                y=[bound_for, bound_for],
                name="where k1 is bound for",
                mode="lines",
                line={"color": colours.good, "width": 2, "dash": "dot"},
                hovertemplate=f"k1 is bound for {number(bound_for, 4)} {unit}<extra></extra>",
            )
        )
    return figure(
        traces,
        colours,
        title=f"k1 of {seen:,} texts: {amount(float(first.mean[seen_at]), unit)}",
        height=430,
        legend=BELOW,
        margin={"l": 56, "r": 8, "t": 48, "b": 140},
        xaxis={
            "type": "log",
            "range": [math.log10(counts[0]), math.log10(counts[-1])],
            "dtick": 1,
            "title": {"text": "texts so far (band: k1 ± two standard errors)", "standoff": 8},
        },
        yaxis={"range": [low, high], "title": {"text": f"estimate, {unit}"}},
    )
