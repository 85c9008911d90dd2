"""P and Q outcome by outcome, above what each outcome costs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from charts.style import Q_PATTERN, Figure, Palette, Trace, bar, figure, steady_range
from charts.units import Unit
from charts.wording import amount, number, signed
from kl_core import Array, kl_terms

# Plotly would shrink the text until it fits the bar: unreadable on a phone.
LABELS = {
    "textposition": "outside",
    "textangle": 0,
    "textfont": {"size": 11},
    "constraintext": "none",
    "cliponaxis": False,
}
# Heights of the rows, as shares of the figure, for one row below P and Q and for two.
ROWS = {1: [(0.6, 1), (0, 0.48)], 2: [(0.72, 1), (0.37, 0.62), (0, 0.27)]}


@dataclass(frozen=True)
class Row:
    """Signed bars, one an outcome, and their sum where it means something.

    Attributes
    ----------
    title : str
        Of the axis, with the unit.
    values : ndarray, shape (k,)
        An infinite value reaches the end of the row and is labelled ∞.
    total : float, optional
        Drawn as a bar of its own, after the others.
    veiled : bool
        Whether question marks stand for the bars, on the axis that they will have.
    """

    title: str
    values: Array
    total: float | None = None
    veiled: bool = False


def terms_figure(
    outcomes: Sequence[str],
    p: Array,
    q: Array,
    unit: Unit,
    *,
    names: tuple[str, str],
    of_all: str,
    colours: Palette,
) -> Figure:
    """Return P and Q as bars above the terms of D(P‖Q) and their sum, which is the title.

    Takes what `outcomes_figure` takes; an infinite term reaches the end of its row.
    """
    terms = kl_terms(p, q, base=unit.base)
    total = unit.kl(p, q)
    return outcomes_figure(
        outcomes,
        p,
        q,
        [Row(f"p·log(p/q), {unit.name}", terms, total)],
        title=f"D(P‖Q) = {amount(total, unit.name)}",
        names=names,
        unit=unit.name,
        of_all=of_all,
        colours=colours,
    )


def outcomes_figure(
    outcomes: Sequence[str],
    p: Array,
    q: Array,
    rows: Sequence[Row],
    *,
    title: str,
    names: tuple[str, str],
    unit: str,
    of_all: str,
    colours: Palette,
) -> Figure:
    """Return P and Q as bars above one or two rows of signed bars.

    Parameters
    ----------
    outcomes : sequence of str, length k
        What can happen.
    p, q : ndarray, shape (k,)
        Probabilities.
    rows : sequence of Row, length 1 or 2
        What stands below.
    title : str
        The finding.
    names : tuple of str
        What P and Q are, for the legend.
    unit : str
        What the rows are measured in, for hover text.
    of_all : str
        What the probabilities are shares of, such as "all rolls", for hover text.
    colours : Palette
        Of the page's theme.
    """
    domains = ROWS[len(rows)]
    traces, percentages = probability_bars(outcomes, p, q, names, of_all, colours)
    axes = {}
    for place, (row, domain) in enumerate(zip(rows, domains[1:], strict=True), start=2):
        drawn, limits = _signed_bars(outcomes, row, f"y{place}", unit, colours)
        traces.append(drawn)
        axes[f"yaxis{place}"] = {
            "domain": domain,
            "range": limits,
            "nticks": 5,
            "title": {"text": row.title},
        }
    return figure(
        traces,
        colours,
        title=title,
        height=440 if len(rows) == 1 else 560,
        xaxis={"anchor": f"y{len(rows) + 1}", "fixedrange": True, "showgrid": False},
        yaxis={"domain": domains[0], **percentages},
        **axes,
    )


def probability_bars(
    outcomes: Sequence[str],
    p: Array,
    q: Array,
    names: tuple[str, str],
    of_all: str,
    colours: Palette,
) -> tuple[list[Trace], dict[str, Any]]:
    """Return the bars of P and Q side by side, and the axis that counts them.

    Parameters are those of `outcomes_figure`.
    """
    hover = "%{x}: %{y:.3~f}% of " + of_all + "<extra></extra>"
    chance = {"x": [*outcomes], "width": 0.38, "texttemplate": "%{y:.0f}", **LABELS}
    bars = [
        bar(
            **chance,
            y=100 * p,
            name=names[0],
            offset=-0.39,
            marker={"color": colours.p},
            hovertemplate="P, " + hover,
        ),
        bar(
            **chance,
            y=100 * q,
            name=names[1],
            offset=0.01,
            marker={"color": colours.q, "pattern": Q_PATTERN},
            hovertemplate="Q, " + hover,
        ),
    ]
    axis = {"range": [0, 115], "tickvals": [0, 50, 100], "title": {"text": "probability, %"}}
    return bars, axis


def _signed_bars(
    outcomes: Sequence[str], row: Row, axis: str, unit: str, colours: Palette
) -> tuple[Trace, list[float]]:
    """Return the bars of one row, and the range of its axis."""
    values = [float(value) for value in row.values]
    total = [] if row.total is None else [max(row.total, 0.0)]
    finite = [value for value in [*values, *total] if math.isfinite(value)]
    bottom, top = steady_range(min(finite, default=0.0), max(finite, default=0.0))
    heights = [min(max(value, bottom), top) for value in [*values, *total]]
    labels = [*(signed(value, 2) for value in values), *map(number, total)]
    hover = [number(value, 4) for value in [*values, *total]]
    if row.veiled:
        heights, labels, hover = [0.0] * len(heights), ["?"] * len(heights), ["?"] * len(heights)
    bars = bar(
        x=[*outcomes, *(["sum"] if total else [])],
        y=heights,
        yaxis=axis,
        width=0.6,
        offset=-0.3,
        showlegend=False,
        marker={
            "color": [
                *(colours.of_sign(value) for value in values),
                *([colours.kl] if total else []),
            ],
            "opacity": [*([0.55] * len(values)), *([1] if total else [])],
            "line": {"color": colours.kl, "width": 1},
        },
        text=labels,
        **LABELS,
        customdata=hover,
        hovertemplate="%{x}: %{customdata} " + unit + "<extra></extra>",
    )
    return bars, [bottom, top * 1.15]
