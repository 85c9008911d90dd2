"""Figures of the definition lesson: the sum and the integral, bins, and a faked number."""

import math
from collections.abc import Sequence

import numpy as np

from charts.curves import densities, signed_area
from charts.outcomes import ROWS, Row, outcomes_figure
from charts.style import (
    Figure,
    Palette,
    amount,
    figure,
    number,
    scatter,
    steady_limit,
    steady_range,
)
from kl_core.validation import Array

HEIGHT = 560
# A density below this is a line on the axis; the gap there would set the scale for all the rest.
SEEN = 0.02


def sum_figure(
    outcomes: Sequence[str],
    p: Array,
    q: Array,
    ratios: Array,
    terms: Array,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return weight, gap and product of each outcome; the products add up to D(P‖Q).

    Parameters
    ----------
    outcomes : sequence of str, length k
        What can happen.
    p, q, ratios, terms : ndarray, shape (k,)
        Probabilities, log(p/q) and p log(p/q), the last two in `unit`.
    unit : str
        What gaps and products are measured in.
    colours : Palette
        Of the page's theme.
    """
    total = float(terms.sum())
    return outcomes_figure(
        outcomes,
        p,
        q,
        [
            Row(f"gap log(p/q), {unit}", ratios),
            Row(f"p·log(p/q), {unit}", terms, total),
        ],
        title=f"The sum is {amount(max(total, 0.0), unit)}",
        names=("P", "Q"),
        unit=unit,
        of_all="all days",
        colours=colours,
    )


def integral_figure(
    x: Array,
    p: Array,
    q: Array,
    ratios: Array,
    divergence: float,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return density, gap and product along the line; the area under the last is D(P‖Q).

    Parameters
    ----------
    x : ndarray, shape (n,)
        Increasing positions.
    p, q : ndarray, shape (n,)
        Densities.
    ratios : ndarray, shape (n,)
        log(p/q) in `unit`; ``inf`` where P goes on and Q has ended, NaN where neither is.
    divergence : float
        D(P‖Q) in `unit`.
    unit : str
        What gaps and products are measured in.
    colours : Palette
        Of the page's theme.
    """
    endless = np.isposinf(ratios)
    products = np.where(p > 0, p * np.where(np.isfinite(ratios), ratios, 0.0), 0.0)
    gap_top = _limit(ratios[np.isfinite(ratios) & (np.maximum(p, q) > SEEN)])
    product_top, product_bottom = _limit(products[products > 0]), -_limit(products[products < 0])
    gaps = np.clip(np.where(np.isnan(ratios), np.nan, ratios), -2 * gap_top, 2 * gap_top)
    filled = np.where(endless, product_top, products)
    hover = "x = %{x:.2f}: %{y:.3f}"
    traces = [
        *densities(x, p, q, colours),
        scatter(
            x=x,
            y=gaps,
            yaxis="y2",
            mode="lines",
            line={"color": colours.kl, "width": 2},
            showlegend=False,
            hovertemplate=hover + f" {unit}<extra></extra>",
        ),
        *signed_area(x, filled, "y3", unit, colours),
    ]
    if endless.any():
        start, edge = float(x[endless].min()), float(x[-1])
        # Close to the right edge there is room for the label only on the left.
        roomy = start < edge - (edge - float(x[0])) / 4
        traces.append(
            scatter(
                x=[start if roomy else edge],
                y=[product_top],
                yaxis="y3",
                mode="text",
                text=[" ∞ from here on"],
                textposition="bottom right" if roomy else "bottom left",
                textfont={"color": colours.kl, "size": 14},
                showlegend=False,
                hoverinfo="skip",
            )
        )
    density_top = steady_limit(1.1 * float(max(p.max(), q.max())))
    return figure(
        traces,
        colours,
        title=f"The area is {amount(divergence, unit)}",
        height=HEIGHT,
        xaxis={
            "anchor": "y3",
            "range": [float(x[0]), float(x[-1])],
            "showgrid": False,
            "dtick": 2,
            "zeroline": False,
            "title": {"text": "x", "standoff": 4},
        },
        yaxis={
            "domain": ROWS[2][0],
            "range": [0, density_top],
            "nticks": 4,
            "title": {"text": "density"},
        },
        yaxis2={
            "domain": ROWS[2][1],
            "range": [-gap_top, gap_top],
            "nticks": 5,
            "title": {"text": f"gap log(p/q), {unit}"},
        },
        yaxis3={
            "domain": ROWS[2][2],
            "range": [product_bottom, product_top],
            "nticks": 5,
            "title": {"text": f"p·log(p/q), {unit}"},
        },
    )


def bins_figure(
    edges: Array,
    p: Array,
    q: Array,
    widths: Array,
    divergences: Array,
    here: int,
    truth: float,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return P and Q in bins, above what is left of D(P‖Q) at each width.

    Parameters
    ----------
    edges : ndarray, shape (bins + 1,)
        Finite edges of what is drawn.
    p, q : ndarray, shape (bins,)
        Probability of each bin, divided by its width.
    widths, divergences : ndarray, shape (n,)
        Bin widths, and D(P‖Q) between the binned distributions, in `unit`.
    here : int
        Which width the learner chose.
    truth : float
        D(P‖Q) of the densities, in `unit`.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    finite = divergences[np.isfinite(divergences)]
    top = steady_limit(1.15 * max(finite.max(initial=0.0), truth if math.isfinite(truth) else 0.0))
    heights = np.minimum(divergences, top)

    def steps(values: Array) -> dict[str, Array]:
        return {"x": np.repeat(edges, 2), "y": np.concatenate([[0], np.repeat(values, 2), [0]])}

    traces = [
        scatter(
            **steps(p),
            name="P in bins",
            mode="lines",
            fill="tozeroy",
            fillcolor=colours.veil(colours.p),
            line={"color": colours.p, "width": 1.5},
            hoverinfo="skip",
        ),
        scatter(
            **steps(q),
            name="Q in bins",
            mode="lines",
            line={"color": colours.q, "width": 2, "dash": "dash"},
            hoverinfo="skip",
        ),
        scatter(
            x=widths,
            y=heights,
            xaxis="x2",
            yaxis="y2",
            mode="lines+markers",
            line={"color": colours.kl, "width": 2},
            marker={"color": colours.kl, "size": 6},
            showlegend=False,
            customdata=[number(value, 4) for value in divergences],
            hovertemplate="bins %{x} wide: %{customdata} " + unit + "<extra></extra>",
        ),
        scatter(
            x=[widths[here]],
            y=[heights[here]],
            xaxis="x2",
            yaxis="y2",
            mode="markers+text",
            marker={"color": colours.kl, "size": 13, "symbol": "diamond"},
            text=[number(float(divergences[here]), 4)],
            textposition="bottom center" if heights[here] > top / 4 else "top center",
            textfont={"color": colours.kl},
            showlegend=False,
            hoverinfo="skip",
            cliponaxis=False,
        ),
    ]
    if math.isfinite(truth):
        traces.append(
            scatter(
                x=[widths[0], widths[-1]],
                y=[truth, truth],
                xaxis="x2",
                yaxis="y2",
                mode="lines+text",
                line={"color": colours.kl, "width": 1.5, "dash": "dash"},
                text=["", f"integral: {number(truth, 4)}"],
                textposition="top left",
                textfont={"color": colours.kl},
                showlegend=False,
                hoverinfo="skip",
            )
        )
    density_top = steady_limit(1.1 * float(max(p.max(), q.max())))
    return figure(
        traces,
        colours,
        title=f"In bins {_width(widths[here])} wide: {amount(float(divergences[here]), unit, 4)}",
        height=480,
        xaxis={
            "range": [float(edges[0]), float(edges[-1])],
            "showgrid": False,
            "dtick": 2,
            "zeroline": False,
        },
        yaxis={
            "domain": [0.6, 1],
            "range": [0, density_top],
            "nticks": 4,
            "title": {"text": "share ÷ width"},
        },
        xaxis2={
            "anchor": "y2",
            "type": "log",
            "range": [math.log10(widths[0]) - 0.12, math.log10(widths[-1]) + 0.12],
            "tickvals": widths,
            "ticktext": [_width(width) for width in widths],
            "showgrid": False,
            "title": {"text": "width of a bin", "standoff": 4},
        },
        yaxis2={
            "domain": [0, 0.43],
            "range": [-0.12 * top, 1.12 * top],
            "nticks": 5,
            "title": {"text": f"D in bins, {unit}"},
        },
    )


def epsilon_figure(
    epsilons: Array,
    reported: Array,
    truth: float,
    chosen: float,
    answer: float,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what code reports that adds ε to q, for every ε.

    Parameters
    ----------
    epsilons, reported : ndarray, shape (n,)
        ε above 0, and ∫ p log(p/(q + ε)) in `unit`.
    truth : float
        D(P‖Q) in `unit`.
    chosen, answer : float
        The learner's ε, and what it makes of D; an ε of 0 is not drawn, for it fakes nothing.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    finite = math.isfinite(truth)
    highest = max(float(reported.max()), truth if finite else 0.0)
    bottom, top = steady_range(float(reported.min()), highest)
    traces = [
        scatter(
            x=epsilons,
            y=reported,
            mode="lines",
            line={"color": colours.muted, "width": 2.5},
            hovertemplate="ε = %{x:.0e}: %{y:.3f} " + unit + "<extra></extra>",
        )
    ]
    if finite:
        traces.append(
            scatter(
                x=[epsilons[0], epsilons[-1]],
                y=[truth, truth],
                mode="lines+text",
                line={"color": colours.kl, "width": 2, "dash": "dash"},
                text=["", f"the truth: {number(truth)}"],
                textposition="top left",
                textfont={"color": colours.kl},
                hoverinfo="skip",
            )
        )
    if chosen > 0:
        traces.append(
            scatter(
                x=[chosen],
                y=[answer],
                mode="markers+text",
                marker={"color": colours.ink, "size": 12, "symbol": "diamond"},
                text=[number(answer)],
                textposition="bottom left" if answer > (top + bottom) / 2 else "top left",
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    return figure(
        traces,
        colours,
        title=f"Reported {number(answer)}; the truth is {amount(truth, unit)}",
        height=340,
        showlegend=False,
        xaxis={
            "type": "log",
            "range": [math.log10(epsilons[0]) - 0.3, math.log10(epsilons[-1]) + 0.3],
            "dtick": 4,
            "exponentformat": "power",
            "showgrid": False,
            "title": {"text": "ε added to q", "standoff": 4},
        },
        yaxis={"range": [bottom, top], "title": {"text": f"reported, {unit}"}},
    )


def _limit(values: Array) -> float:
    """Return a steady axis end that shows all of `values`."""
    return steady_limit(1.15 * float(np.abs(values).max(initial=0.0)))


def _width(width: float) -> str:
    """Return a width as a fraction of halves: '1/4', '2'."""
    return f"{width:g}" if width >= 1 else f"1/{1 / width:g}"
