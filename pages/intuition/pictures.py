"""Figures of the forecaster's lesson."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charts.outcomes import Row, outcomes_figure
from charts.player import ROOM, play
from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit, steady_range
from charts.units import Unit
from charts.wording import amount, counted, number, signed
from kl_core import Array, log_ratios
from pages.intuition.numbers import KINDS, RUNS, Band, Days, Way, looks

FRAMES = 30
# On how many days one looks at most: more would fall on the same pixel.
LOOKS = 160
DECADES = [1, 10, 100, 1000, 10_000]


def forecast_figure(
    p: Array, q: Array, unit: Unit, colours: Palette, *, told: bool = True
) -> Figure:
    """Return weather and forecast above what a day of each weather costs.

    Parameters
    ----------
    p, q : ndarray, shape (4,)
        Probabilities of the kinds of weather.
    unit : Unit
        What costs are measured in; an infinite one reaches the top of the panel.
    colours : Palette
        Of the page's theme.
    told : bool
        Whether costs may be shown.
    """
    # Weather that never comes costs nothing; its ratio would hide the others.
    costs = np.where(p > 0, log_ratios(p, q, base=unit.base), 0.0)
    return outcomes_figure(
        KINDS,
        p,
        q,
        [Row(f"cost of a day, {unit.name}", costs, veiled=not told)],
        title=f"Lost each day on average: {amount(unit.kl(p, q), unit.name)}"
        if told
        else "What does it cost to believe Q?",
        names=("P, the weather", "Q, the forecast"),
        unit=unit.name,
        of_all="all days",
        colours=colours,
    )


def days_figure(
    days: Days,
    band: Band | None,
    p: Array,
    q: Array,
    unit: Unit,
    colours: Palette,
    guess: float | None = None,
) -> Figure:
    """Return the running average of log(p/q) on its way to D(P‖Q), to be played in the browser.

    Parameters
    ----------
    days : Days
        That have passed, with weather from `p`.
    band : Band or None
        Between what most runs lie.
    p, q : ndarray, shape (4,)
        Probabilities of the kinds of weather.
    unit : Unit
        What losses are measured in.
    colours : Palette
        Of the page's theme.
    guess : float, optional
        Of where it settles.
    """
    at = looks(days.count, LOOKS)
    averages, limits = days.averages[at - 1], _limits(p, q, unit)
    return settling_figure(
        at, averages, band, unit.kl(p, q), limits, unit.name, colours, guess=guess
    )


def _limits(p: Array, q: Array, unit: Unit) -> tuple[float, float]:
    """Return the lowest and the highest finite loss that a single day can bring, and 0."""
    ratios = log_ratios(p, q, base=unit.base)
    possible = ratios[(p > 0) & np.isfinite(ratios)]
    return possible.min(initial=0), possible.max(initial=0)


def guess_figure(
    days: int, guess: float, p: Array, q: Array, unit: Unit, colours: Palette
) -> Figure:
    """Return what a day of each weather costs, and where the learner thinks the average settles.

    Parameters are those of `days_figure`, in so far as they tell nothing of the average.
    """
    costs = log_ratios(p, q, base=unit.base)
    levels = [
        scatter(
            x=[1, days],
            y=[cost, cost],
            mode="lines+text",
            line={"color": colours.muted, "width": 1, "dash": "dot"},
            text=[f"a day of {kind}: {signed(cost, 2)}"],
            textposition="top right",
            hoverinfo="skip",
        )
        for kind, cost in zip(KINDS, costs.tolist(), strict=True)
    ]
    return figure(
        [*levels, *_guess(guess, days, colours)],
        colours,
        title="Where will the average settle?",
        height=360 + ROOM,
        **_axes(days, steady_range(*_limits(p, q, unit), room=1.1), unit.name),
    )


def settling_figure(
    days: NDArray[np.int64],
    averages: Array,
    band: Band | None,
    divergence: float,
    limits: tuple[float, float],
    unit: str,
    colours: Palette,
    *,
    guess: float | None = None,
) -> Figure:
    """Return a running average on its way to D(P‖Q).

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        The days on which one looks, increasing from 1.
    averages : ndarray, shape (n,)
        The average up to each of them, in `unit`; `inf` from the first day that Q ruled out.
    band : Band or None
        Between what most runs lie.
    divergence : float
        D(P‖Q) in `unit`.
    limits : tuple of float
        The lowest and the highest loss that a single day can bring.
    unit : str
        What losses are measured in.
    colours : Palette
        Of the page's theme.
    guess : float, optional
        Of where it settles.
    """
    bottom, top = steady_range(*limits, room=1.1)
    heights = np.where(np.isfinite(averages), averages, top)
    still = _band(band, colours) if band else []
    if math.isfinite(divergence):
        still.append(
            scatter(
                x=[1, days[-1]],
                y=[divergence, divergence],
                mode="lines",
                line={"color": colours.kl, "width": 2, "dash": "dash"},
                hoverinfo="skip",
            )
        )
    if guess is not None:
        still += _guess(guess, int(days[-1]), colours)
    drawn = figure(
        [*still, *_run(days, heights, unit, colours)],
        colours,
        title=f"After {counted(int(days[-1]), 'day')}: {number(float(averages[-1]))}; "
        f"D = {amount(divergence, unit)}",
        height=360,
        **_axes(int(days[-1]), (bottom, top), unit),
    )
    return _played(drawn, days, heights, len(still), colours)


def _axes(last: int, limits: tuple[float, float], unit: str) -> dict[str, Any]:
    """Return the axes of days, up to the last one, and of the average loss."""
    return {
        "margin": {"l": 56, "r": 28, "t": 64, "b": 44},
        "showlegend": False,
        "xaxis": {
            "type": "log",
            "range": [-0.02, max(math.log10(last), 0.3) + 0.03],
            "title": {"text": "days, each step ten times the one before", "standoff": 6},
            "showgrid": False,
            "tickvals": DECADES,
            "ticktext": [f"{decade:,}" for decade in DECADES],
        },
        "yaxis": {"range": [*limits], "title": {"text": f"average loss a day, {unit}"}},
    }


def _guess(guess: float, last: int, colours: Palette) -> list[Trace]:
    """Return the learner's guess: a line up to the last day, and a diamond at its end."""
    return [
        scatter(
            x=[1, last],
            y=[guess, guess],
            mode="lines",
            line={"color": colours.ink, "width": 1.5, "dash": "dashdot"},
            hoverinfo="skip",
        ),
        scatter(
            x=[last],
            y=[guess],
            mode="markers+text",
            text=[f"your guess: {signed(guess, 2)}"],
            textposition="top left",
            textfont={"color": colours.ink},
            marker={"color": colours.ink, "size": 11, "symbol": "diamond"},
            hoverinfo="skip",
            cliponaxis=False,
        ),
    ]


def _band(band: Band, colours: Palette) -> list[Trace]:
    """Return the shade between what most runs lie, and what it is."""
    edge = {
        "x": band.days,
        "mode": "lines",
        "line": {"width": 0, "color": colours.kl},
        "hoverinfo": "skip",
    }
    return [
        scatter(**edge, y=band.low),
        scatter(**edge, y=band.high, fill="tonexty", fillcolor=colours.veil(colours.kl)),
        scatter(
            x=[1],
            y=[band.high[0]],
            mode="text",
            text=[f"middle 95% of {RUNS:,} runs"],
            textposition="top right",
            textfont={"color": colours.kl},
            hoverinfo="skip",
        ),
    ]


def _run(days: NDArray[np.int64], heights: Array, unit: str, colours: Palette) -> list[Trace]:
    """Return the line of a run, and the dot at its end."""
    return [
        scatter(
            x=days,
            y=heights,
            mode="lines",
            line={"color": colours.p, "width": 2.5},
            hovertemplate="day %{x}: %{y:.3f} " + unit + " a day<extra></extra>",
        ),
        scatter(
            x=days[-1:],
            y=heights[-1:],
            mode="markers",
            marker={"color": colours.p, "size": 10},
            hoverinfo="skip",
        ),
    ]


def _played(
    drawn: Figure, days: NDArray[np.int64], heights: Array, still: int, colours: Palette
) -> Figure:
    """Let the run, which comes after `still` traces that stay, grow day by day."""
    # Equal steps of the logarithm: the first days pass one by one, the late ones by the hundred.
    stops = np.unique(np.linspace(0, days.size - 1, min(FRAMES, days.size)).round().astype(int))
    rounded = heights.round(5).tolist()
    return play(
        drawn,
        [f"{day:,}" for day in days[stops]],
        [
            [{"y": rounded[: stop + 1]}, {"x": [int(days[stop])], "y": [rounded[stop]]}]
            for stop in stops
        ],
        [still, still + 1],
        prefix="day ",
        colours=colours,
    )


def bowl_figure(way: Way, here: float, unit: str, colours: Palette) -> Figure:
    """Return D(P‖·) along the straight line through P and the learner's Q.

    Parameters
    ----------
    way : Way
        Through P and Q, with divergences in `unit`.
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
                x=way.steps,
                y=np.where(way.divergences <= 1.2 * top, way.divergences, np.nan),
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
        if way.goes_on
        else "At P the way ends: no Q is below 0",
        height=300,
        xaxis={
            "range": [float(way.steps[0]) - 0.05, float(way.steps[-1]) + 0.05],
            "tickvals": [0, 1],
            "ticktext": ["P", "your Q"],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={"range": [-0.16 * top, top * 1.1], "title": {"text": f"D(P‖Q), {unit}"}},
    )
