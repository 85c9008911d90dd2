"""Figures of the definition lesson: the sum and the integral, bins, and a made-up number."""

import math

import numpy as np

from charts.curves import densities, signed_area
from charts.outcomes import ROWS, Row, outcomes_figure
from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit, steady_range
from charts.units import Unit
from charts.wording import amount, number
from kl_core import Array, kl_terms, log_ratios
from pages.definition.numbers import ALL_EPSILONS, SKY, WIDTHS, Bins, Integral, MadeUp

# A density below this is a line on the axis; the gap there would set the scale for all the rest.
SEEN = 0.02


def sum_figure(p: Array, q: Array, unit: Unit, colours: Palette) -> Figure:
    """Return weight, gap and product of each outcome; the products add up to D(P‖Q)."""
    terms, total = kl_terms(p, q, base=unit.base), unit.kl(p, q)
    return outcomes_figure(
        SKY,
        p,
        q,
        [
            Row(f"gap log(p/q), {unit.name}", log_ratios(p, q, base=unit.base)),
            Row(f"p·log(p/q), {unit.name}", terms, total),
        ],
        title=f"The sum is {amount(total, unit.name)}",
        names=("P", "Q"),
        unit=unit.name,
        of_all="all days",
        colours=colours,
    )


def integral_figure(line: Integral, unit: str, colours: Palette) -> Figure:
    """Return density, gap and product along the line; the area under the last is D(P‖Q).

    Parameters
    ----------
    line : Integral
        In `unit`.
    unit : str
        What gaps and products are measured in.
    colours : Palette
        Of the page's theme.
    """
    x, p, q, ratios = line.x, line.p, line.q, line.ratios
    endless = np.isposinf(ratios)
    products = np.where(p > 0, p * np.where(np.isfinite(ratios), ratios, 0.0), 0.0)
    gap_top = _limit(ratios[np.isfinite(ratios) & (np.maximum(p, q) > SEEN)])
    product_top, product_bottom = _limit(products[products > 0]), -_limit(products[products < 0])
    areas = signed_area(x, np.where(endless, product_top, products), "y3", unit, colours)
    if endless.any():
        # What reaches the top of its row is infinite, and says so.
        areas[0] |= {
            "customdata": [
                "∞" if each else amount(max(product, 0.0), unit)
                for each, product in zip(endless.tolist(), products.tolist(), strict=True)
            ],
            "hovertemplate": "costs: x = %{x:.2f}: %{customdata} a step of 1<extra></extra>",
        }
    traces = [
        *densities(x, p, q, colours),
        scatter(
            x=x,
            y=np.clip(ratios, -2 * gap_top, 2 * gap_top),
            yaxis="y2",
            mode="lines",
            line={"color": colours.kl, "width": 2},
            showlegend=False,
            hovertemplate="x = %{x:.2f}: %{y:.3f}" + f" {unit}<extra></extra>",
        ),
        *areas,
    ]
    if endless.any():
        traces.append(_infinite_from(x[endless], x, product_top, colours))
    return figure(
        traces,
        colours,
        title=f"The area is {amount(line.divergence, unit)}",
        height=560,
        xaxis={
            **_along(x),
            "anchor": "y3",
            "title": {"text": "x", "standoff": 4},
        },
        yaxis={
            "domain": ROWS[2][0],
            "range": [0, steady_limit(1.1 * float(max(p.max(), q.max())))],
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


def _infinite_from(where: Array, x: Array, height: float, colours: Palette) -> Trace:
    """Return the label of a product that is infinite at `where`."""
    start, edge = float(where[0]), float(x[-1])
    far = "from here on" if where[-1] == edge else "until P ends"
    # Close to the right edge there is room for the label only on the left.
    roomy = start < edge - (edge - float(x[0])) / 4
    return scatter(
        x=[start if roomy else edge],
        y=[height],
        yaxis="y3",
        mode="text",
        text=[f" ∞ {far}"],
        textposition="bottom right" if roomy else "bottom left",
        textfont={"color": colours.kl, "size": 14},
        showlegend=False,
        hoverinfo="skip",
    )


def bins_figure(bins: Bins, unit: str, colours: Palette) -> Figure:
    """Return P and Q in bins, above what is left of D(P‖Q) at each width.

    Parameters
    ----------
    bins : Bins
        In `unit`.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    finite = bins.divergences[np.isfinite(bins.divergences)]
    truth = bins.truth if math.isfinite(bins.truth) else 0.0
    top = steady_limit(1.15 * max(finite.max(initial=0.0), truth))
    widths = np.array(list(WIDTHS.values()))
    return figure(
        [*_steps(bins, colours), *_left_of_it(bins, widths, top, unit, colours)],
        colours,
        title=f"In bins {bins.width} wide: {amount(bins.divergence, unit, 4)}",
        height=480,
        xaxis=_along(bins.edges),
        yaxis={
            "domain": [0.6, 1],
            "range": [0, steady_limit(1.1 * float(max(bins.p.max(), bins.q.max())))],
            "nticks": 4,
            "title": {"text": "share ÷ width"},
        },
        xaxis2={
            "anchor": "y2",
            "type": "log",
            "range": [math.log10(widths[0]) - 0.12, math.log10(widths[-1]) + 0.12],
            "tickvals": widths,
            "ticktext": list(WIDTHS),
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


def _steps(bins: Bins, colours: Palette) -> list[Trace]:
    """Return P and Q, level in each bin."""

    def outline(heights: Array) -> dict[str, Array]:
        y = np.concatenate([[0], np.repeat(heights, 2), [0]])
        return {"x": np.repeat(bins.edges, 2), "y": y}

    return [
        scatter(
            **outline(bins.p),
            name="P in bins",
            mode="lines",
            fill="tozeroy",
            fillcolor=colours.veil(colours.p),
            line={"color": colours.p, "width": 1.5},
            hoverinfo="skip",
        ),
        scatter(
            **outline(bins.q),
            name="Q in bins",
            mode="lines",
            line={"color": colours.q, "width": 2, "dash": "dash"},
            hoverinfo="skip",
        ),
    ]


def _left_of_it(bins: Bins, widths: Array, top: float, unit: str, colours: Palette) -> list[Trace]:
    """Return what is left of D at each width, the chosen one marked; infinity is at `top`."""
    heights = np.minimum(bins.divergences, top)
    width, height = widths[bins.place], heights[bins.place]
    lower = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
    traces = [
        scatter(
            **lower,
            x=widths,
            y=heights,
            mode="lines+markers",
            line={"color": colours.kl, "width": 2},
            marker={"color": colours.kl, "size": 6},
            customdata=[number(value, 4) for value in bins.divergences],
            hovertemplate="bins %{x} wide: %{customdata} " + unit + "<extra></extra>",
        ),
        scatter(
            **lower,
            x=[width],
            y=[height],
            mode="markers+text",
            marker={"color": colours.kl, "size": 13, "symbol": "diamond"},
            text=[number(bins.divergence, 4)],
            textposition="bottom center" if height > top / 4 else "top center",
            textfont={"color": colours.kl},
            hoverinfo="skip",
            cliponaxis=False,
        ),
    ]
    if math.isfinite(bins.truth):
        traces.append(
            scatter(
                **lower,
                x=[widths[0], widths[-1]],
                y=[bins.truth, bins.truth],
                mode="lines+text",
                line={"color": colours.kl, "width": 1.5, "dash": "dash"},
                text=["", f"integral: {number(bins.truth, 4)}"],
                textposition="top left",
                textfont={"color": colours.kl},
                hoverinfo="skip",
            )
        )
    return traces


def epsilon_figure(made: MadeUp, unit: str, colours: Palette) -> Figure:
    """Return what code reports that adds ε to q, for every ε.

    Parameters
    ----------
    made : MadeUp
        In `unit`; an ε of 0 is not drawn, for it makes nothing up.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    first, last = ALL_EPSILONS[0], ALL_EPSILONS[-1]
    finite = math.isfinite(made.truth)
    highest = max(float(made.curve.max()), made.truth if finite else 0.0)
    bottom, top = steady_range(float(made.curve.min()), highest)
    traces = [
        scatter(
            x=ALL_EPSILONS,
            y=made.curve,
            mode="lines",
            line={"color": colours.muted, "width": 2.5},
            hovertemplate="ε = %{x:.0e}: %{y:.3f} " + unit + "<extra></extra>",
        )
    ]
    if finite:
        traces.append(
            scatter(
                x=[first, last],
                y=[made.truth, made.truth],
                mode="lines+text",
                line={"color": colours.kl, "width": 2, "dash": "dash"},
                text=["", f"the truth: {number(made.truth)}"],
                textposition="top left",
                textfont={"color": colours.kl},
                hoverinfo="skip",
            )
        )
    if (chosen := float(made.epsilon)) > 0:
        traces.append(
            scatter(
                x=[chosen],
                y=[made.reported],
                mode="markers+text",
                marker={"color": colours.ink, "size": 12, "symbol": "diamond"},
                text=[number(made.reported)],
                textposition="bottom left" if made.reported > (top + bottom) / 2 else "top left",
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    return figure(
        traces,
        colours,
        title=f"Reported {number(made.reported)}; the truth is {amount(made.truth, unit)}",
        height=340,
        showlegend=False,
        xaxis={
            "type": "log",
            "range": [math.log10(first) - 0.3, math.log10(last) + 0.3],
            "dtick": 4,
            "exponentformat": "power",
            "showgrid": False,
            "title": {"text": "ε added to q", "standoff": 4},
        },
        yaxis={"range": [bottom, top], "title": {"text": f"reported, {unit}"}},
    )


def _along(x: Array) -> dict[str, object]:
    """Return the axis of positions that the integral and its bins share."""
    return {
        "range": [float(x[0]), float(x[-1])],
        "showgrid": False,
        "dtick": 2,
        "zeroline": False,
    }


def _limit(values: Array) -> float:
    """Return a steady axis end that shows all of `values`."""
    return steady_limit(1.15 * float(np.abs(values).max(initial=0.0)))
