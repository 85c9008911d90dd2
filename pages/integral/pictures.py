"""Figures of the integral lesson: what a program integrates and reports, and bins."""

import math

import numpy as np

from charts.curves import densities, signed_area
from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit, steady_range
from charts.units import Unit
from charts.wording import amount, number
from kl_core import Array
from pages.integral.numbers import ALL_EPSILONS, MILLIONTH, WIDTHS, Bins, Integral, MadeUp

# Where the axis of ε has its numbers.
MARKED = ("1e-16", "1e-12", "1e-8", "1e-4")
# Densities, the area below them, and what is reported for each ε; each has room for its axis.
ROWS = [(0.76, 1), (0.4, 0.69), (0, 0.26)]


def reported_figure(
    line: Integral,
    made: MadeUp,
    unit: Unit,
    colours: Palette,
    *,
    guess: float | None = None,
    told: bool = True,
) -> Figure:
    """Return both densities, the area that a program with ε adds up, and what it reports.

    Parameters
    ----------
    line, made
        In `unit`.
    unit : Unit
        What products and divergences are measured in.
    colours : Palette
        Of the page's theme.
    guess : float, optional
        What the learner expects with `MILLIONTH`.
    told : bool
        Whether the picture may say what is reported with other ε than the one it shows, and what
        is true.
    """
    x = line.x
    infinite = np.isposinf(line.ratios) & (float(made.epsilon) == 0)
    products = line.products_with(float(made.epsilon), unit)
    products = np.where(infinite, 0.0, products)
    top, bottom = _limit(products[products > 0]), -_limit(products[products < 0])
    areas = signed_area(x, np.where(infinite, top, products), "y2", unit.name, colours)
    if infinite.any():
        # What reaches the top of its row is infinite, and says so.
        areas[0] |= {
            "customdata": [
                "∞" if each else amount(max(product, 0.0), unit.name)
                for each, product in zip(infinite.tolist(), products.tolist(), strict=True)
            ],
            "hovertemplate": "costs: x = %{x:.2f}: %{customdata} a step of 1<extra></extra>",
        }
        areas.append(_infinite_from(x[infinite], x, top, colours))
    low, high = _reported_range(made)
    q = "(q + ε)" if float(made.epsilon) else "q"
    beside = "middle right"
    if guess is not None and told:
        beside = _clear_of_the_curve(guess, made, (low, high))
    return figure(
        [
            *densities(x, line.p, line.q, colours),
            *areas,
            *_reported(made, unit.name, (low, high), colours, told=told),
            *([] if guess is None else [_guessed(guess, beside, colours)]),
        ],
        colours,
        title=_finding(made, unit.name, told=told),
        height=600,
        xaxis={**_along(x), "anchor": "y2"},
        yaxis={
            "domain": ROWS[0],
            "range": [0, steady_limit(1.1 * float(max(line.p.max(), line.q.max())))],
            "nticks": 4,
            "title": {"text": "density"},
        },
        yaxis2={
            "domain": ROWS[1],
            "range": [bottom, top],
            "nticks": 5,
            "title": {"text": f"p·log(p/{q}), {unit.name}"},
        },
        xaxis2={
            "anchor": "y3",
            "type": "log",
            "range": [math.log10(ALL_EPSILONS[0]) - 0.3, math.log10(ALL_EPSILONS[-1]) + 0.3],
            "tickvals": [float(each) for each in MARKED],
            "ticktext": [*MARKED],
            "showgrid": False,
            "title": {"text": "ε added to q", "standoff": 4},
        },
        yaxis3={
            "domain": ROWS[2],
            "range": [low, high],
            "nticks": 4,
            "title": {"text": f"reported, {unit.name}"},
        },
    )


def _finding(made: MadeUp, unit: str, *, told: bool) -> str:
    """Return what the picture says first, or asks."""
    if not told:
        return f"{amount(made.reported, unit)} reported. And with ε = {MILLIONTH}?"
    if float(made.epsilon) == 0:
        return f"The area is {amount(made.truth, unit)}"
    return f"Reported {number(made.reported)}; the truth is {amount(made.truth, unit)}"


def _reported_range(made: MadeUp) -> tuple[float, float]:
    """Return the ends of the axis on which reported numbers stand."""
    truth = made.truth if math.isfinite(made.truth) else 0.0
    return steady_range(float(made.curve.min()), max(float(made.curve.max()), truth))


def _reported(
    made: MadeUp, unit: str, ends: tuple[float, float], colours: Palette, *, told: bool
) -> list[Trace]:
    """Return what is reported for every ε beside the truth; for one ε alone while nothing is told.

    An ε of 0 is not marked, for it makes nothing up.
    """
    lower = {"xaxis": "x2", "yaxis": "y3", "showlegend": False}
    first, last = ALL_EPSILONS[0], ALL_EPSILONS[-1]
    traces = []
    if told:
        traces.append(
            scatter(
                **lower,
                x=ALL_EPSILONS,
                y=made.curve,
                mode="lines",
                line={"color": colours.muted, "width": 2.5},
                hovertemplate="ε = %{x:.0e}: %{y:.3f} " + unit + "<extra></extra>",
            )
        )
    if told and math.isfinite(made.truth):
        traces.append(
            scatter(
                **lower,
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
                **lower,
                x=[chosen],
                y=[made.reported],
                mode="markers+text",
                marker={"color": colours.ink, "size": 12, "symbol": "diamond"},
                text=[number(made.reported)],
                textposition=_clear_of_the_truth(made, ends),
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    return traces


def _clear_of_the_truth(made: MadeUp, ends: tuple[float, float]) -> str:
    """Return where the number that is reported stands: the truth's line lies above it, if any."""
    low, high = ends
    height = (made.reported - low) / (high - low)
    return "bottom left" if height > (0.25 if math.isfinite(made.truth) else 0.5) else "top left"


def _clear_of_the_curve(guess: float, made: MadeUp, ends: tuple[float, float]) -> str:
    """Return where the word for a guess stands beside the curve, which falls to the right."""
    low, high = ends
    reported = np.interp(math.log10(float(MILLIONTH)), np.log10(ALL_EPSILONS), made.curve)
    if guess > reported:
        return "top right"
    return "bottom right" if guess > low + 0.33 * (high - low) else "middle right"


def _guessed(guess: float, place: str, colours: Palette) -> Trace:
    """Return the mark of what the learner expects, and on which side it says so."""
    return scatter(
        xaxis="x2",
        yaxis="y3",
        showlegend=False,
        x=[float(MILLIONTH)],
        y=[guess],
        mode="markers+text",
        marker={"color": colours.ink, "size": 13, "symbol": "circle-open", "line": {"width": 2}},
        text=[" your guess"],
        textposition=place,
        hoverinfo="skip",
        cliponaxis=False,
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
        yaxis="y2",
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
            textposition=_beside(bins, height > top / 4),
            textfont={"color": colours.kl},
            hoverinfo="skip",
            cliponaxis=False,
        ),
    ]
    if math.isinf(bins.divergences[0]) and bins.place:
        # What reaches the top is infinite, and says so.
        traces.append(
            scatter(
                **lower,
                x=widths[:1],
                y=[top],
                mode="text",
                text=["∞"],
                textposition="bottom right",
                textfont={"color": colours.kl, "size": 14},
                hoverinfo="skip",
            )
        )
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


def _beside(bins: Bins, high: bool) -> str:
    """Return where the number of the chosen bins stands clear of the curve, which falls."""
    if high:
        return "bottom center"
    return "top center" if bins.place == len(WIDTHS) - 1 else "top right"


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
