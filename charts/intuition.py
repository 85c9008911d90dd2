"""Figures of the weather forecaster's lesson."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charts.outcomes import Row, outcomes_figure
from charts.player import play
from charts.style import (
    Figure,
    Palette,
    amount,
    counted,
    figure,
    number,
    scatter,
    steady_limit,
    steady_range,
)
from kl_core.validation import Array

FRAMES = 30
DECADES = [1, 10, 100, 1000, 10_000]


def forecast_figure(
    outcomes: Sequence[str],
    p: Array,
    q: Array,
    ratios: Array,
    divergence: float,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return weather and forecast above what a day of each weather costs.

    Parameters
    ----------
    outcomes : sequence of str, length k
        Kinds of weather.
    p, q : ndarray, shape (k,)
        Probabilities.
    ratios : ndarray, shape (k,)
        log(p/q) in `unit`.
    divergence : float
        D(P‖Q) in `unit`.
    unit : str
        What both are measured in.
    colours : Palette
        Of the page's theme.
    """
    # Weather that never comes costs nothing; its ratio would hide the others.
    costs = np.where(p > 0, ratios, 0.0)
    return outcomes_figure(
        outcomes,
        p,
        q,
        [Row(f"cost of a day, {unit}", costs)],
        title=f"Lost each day on average: {amount(divergence, unit)}",
        names=("P, the weather", "Q, the forecast"),
        unit=unit,
        of_all="all days",
        colours=colours,
    )


def settling_figure(
    days: NDArray[np.int64],
    averages: Array,
    band: tuple[NDArray[np.int64], Array] | None,
    divergence: float,
    limits: tuple[float, float],
    unit: str,
    colours: Palette,
) -> Figure:
    """Return the running average of log(p/q) on its way to D(P‖Q), to be played in the browser.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        The days on which one looks, increasing from 1.
    averages : ndarray, shape (n,)
        The average up to each of them, in `unit`; `inf` from the first day that Q ruled out.
    band : tuple of ndarrays of shapes (m,) and (2, m), optional
        Days, and between what most runs lie on each of them.
    divergence : float
        D(P‖Q) in `unit`.
    limits : tuple of float
        The lowest and the highest loss that a single day can bring.
    unit : str
        What losses are measured in.
    colours : Palette
        Of the page's theme.
    """
    finite = np.isfinite(averages)
    bottom, top = steady_range(*limits, room=1.1)
    drawn = np.where(finite, averages, top)
    traces = []
    if band is not None:
        band_days, (lower, upper) = band
        edge = {
            "x": band_days,
            "mode": "lines",
            "line": {"width": 0, "color": colours.kl},
            "hoverinfo": "skip",
        }
        traces += [
            scatter(**edge, y=lower),
            scatter(**edge, y=upper, fill="tonexty", fillcolor=colours.veil(colours.kl)),
            scatter(
                x=[1],
                y=[upper[0]],
                mode="text",
                text=["95% of all runs"],
                textposition="top right",
                textfont={"color": colours.kl},
                hoverinfo="skip",
            ),
        ]
    if math.isfinite(divergence):
        traces.append(
            scatter(
                x=[1, days[-1]],
                y=[divergence, divergence],
                mode="lines",
                line={"color": colours.kl, "width": 2, "dash": "dash"},
                hoverinfo="skip",
            )
        )
    moving = len(traces)
    traces += [
        scatter(
            x=days,
            y=drawn,
            mode="lines",
            line={"color": colours.p, "width": 2.5},
            hovertemplate="day %{x}: %{y:.3f} " + unit + " a day<extra></extra>",
        ),
        scatter(
            x=days[-1:],
            y=drawn[-1:],
            mode="markers",
            marker={"color": colours.p, "size": 10},
            hoverinfo="skip",
        ),
    ]
    last = float(averages[-1])
    # Equal steps of the logarithm: the first days pass one by one, the late ones by the hundred.
    stops = np.unique(np.linspace(0, days.size - 1, min(FRAMES, days.size)).round().astype(int))
    heights = drawn.round(5).tolist()
    return play(
        figure(
            traces,
            colours,
            title=f"After {counted(int(days[-1]), 'day')}: {number(last)}; "
            f"D = {amount(divergence, unit)}",
            height=360,
            margin={"l": 56, "r": 28, "t": 64, "b": 44},
            showlegend=False,
            xaxis={
                "type": "log",
                "range": [-0.02, max(math.log10(days[-1]), 0.3) + 0.03],
                "title": {"text": "days, each step ten times the one before", "standoff": 6},
                "showgrid": False,
                "tickvals": DECADES,
                "ticktext": [f"{decade:,}" for decade in DECADES],
            },
            yaxis={"range": [bottom, top], "title": {"text": f"average loss a day, {unit}"}},
        ),
        [f"{day:,}" for day in days[stops]],
        [
            [{"y": heights[: stop + 1]}, {"x": [int(days[stop])], "y": [heights[stop]]}]
            for stop in stops
        ],
        [moving, moving + 1],
        prefix="day ",
        colours=colours,
    )


def bowl_figure(
    steps: Array, divergences: Array, here: float, unit: str, colours: Palette
) -> Figure:
    """Return D(P‖Q) along the straight line through P and the learner's Q.

    Parameters
    ----------
    steps : ndarray, shape (n,)
        Where on the line: 0 is P, 1 the learner's Q.
    divergences : ndarray, shape (n,)
        D(P‖·) there, in `unit`.
    here : float
        D(P‖Q) of the learner's Q, in `unit`.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    top = steady_limit(1.5 * here) if math.isfinite(here) else steady_limit(1.0)
    return figure(
        [
            scatter(
                x=steps,
                y=np.where(divergences <= 1.2 * top, divergences, np.nan),
                mode="lines",
                line={"color": colours.kl, "width": 2.5},
                showlegend=False,
                hovertemplate="%{y:.3f} " + unit + "<extra></extra>",
            ),
            scatter(
                x=[0],
                y=[0],
                mode="markers+text",
                text=["P: exactly 0"],
                textposition="bottom center",
                textfont={"color": colours.p},
                marker={"color": colours.p, "size": 10},
                showlegend=False,
                hoverinfo="skip",
                cliponaxis=False,
            ),
            scatter(
                x=[1],
                y=[min(here, top)],
                mode="markers+text",
                text=[f"your Q: {number(here)}"],
                textposition="top left",
                textfont={"color": colours.q},
                marker={"color": colours.q, "size": 10, "symbol": "diamond"},
                showlegend=False,
                hoverinfo="skip",
                cliponaxis=False,
            ),
        ],
        colours,
        title="Past P it climbs again: no Q is below 0"
        if steps[0] < 0
        else "At P the way ends: no Q is below 0",
        height=300,
        xaxis={
            "range": [float(steps[0]) - 0.05, float(steps[-1]) + 0.05],
            "tickvals": [0, 1],
            "ticktext": ["P", "your Q"],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={"range": [-0.16 * top, top * 1.1], "title": {"text": f"D(P‖Q), {unit}"}},
    )
