"""Figures of the lesson on your own numbers."""

import math
from collections.abc import Sequence
from html import escape, unescape

from charts.outcomes import LABELS
from charts.style import Figure, Palette, Trace, bar, figure, scatter, steady_limit, steady_range
from charts.units import Unit
from charts.wording import amount, counted, number, percent, signed
from kl_core import Array
from pages.your_own.numbers import Comparison, digits_of, largest

LONGEST_LABEL = 14
# Where α = 0 stands on an axis of powers of ten that cannot reach it.
NO_SMOOTHING = 3e-4


def literal(label: str, longest: int = 60) -> str:
    """Return somebody's label as one line that Plotly shows letter by letter, not as markup.

    Examples
    --------
    >>> literal("<b>sea</b>"), literal("a long walk by the sea", 6)
    ('&lt;b&gt;sea&lt;/b&gt;', 'a long…')
    """
    line = "".join(letter if letter.isprintable() else " " for letter in label)
    # Plotly knows no entity for a quotation mark.
    return escape(line if len(line) <= longest else f"{line[:longest]}…", quote=False)


def largest_terms_figure(compared: Comparison, count: int, unit: Unit, colours: Palette) -> Figure:
    """Return the `count` largest terms of a comparison, the others together, and their sum."""
    terms = compared.terms(unit)
    top, others = largest(terms, count)
    p, q = compared.shares
    return terms_figure(
        [compared.counts.labels[place] for place in top],
        p[top],
        q[top],
        terms[top],
        (others.size, float(terms[others].sum())),
        name=compared.direction,
        unit=unit.name,
        digits=compared.digits(unit),
        colours=colours,
    )


def terms_figure(
    labels: Sequence[str],
    p: Array,
    q: Array,
    terms: Array,
    others: tuple[int, float],
    *,
    name: str,
    unit: str,
    digits: int = 3,
    colours: Palette,
) -> Figure:
    """Return p and q of each category, as dots, beside its term, as a bar.

    Parameters
    ----------
    labels : sequence of str, length k
        Of the categories, as somebody wrote them, from top to bottom.
    p, q : ndarray, shape (k,)
        Their probabilities.
    terms : ndarray, shape (k,)
        Their terms in `unit`; `inf` reaches the end of the axis and is labelled ∞.
    others : tuple of int and float
        How many categories are not shown, and the sum of their terms.
    name : str
        Of the divergence: "D(P‖Q)" or "D(Q‖P)".
    unit : str
        What the terms are measured in, for axis and hover text.
    digits : int
        How many the terms are written with.
    colours : Palette
        Of the page's theme.
    """
    count, rest = others
    values = [*map(float, terms), *([rest] if count else [])]
    total = max(sum(values), 0.0)
    together = [counted(count, "other")] if count else []
    rows = [*(literal(label, LONGEST_LABEL) for label in labels), *together, "sum"]
    said = [*map(literal, labels), *(f"{rest_of_them} together" for rest_of_them in together), name]
    first, second = name[2], name[4]
    # Dots at 0 and at 1 stand clear of the edges.
    widest = min(steady_limit(float(max(p.max(), q.max())), 0.1), 1.0)
    return figure(
        [
            _dots(labels, p, "P", colours.p, "circle"),
            _dots(labels, q, "Q", colours.q, "diamond-open"),
            _bars(said, [*values, total], unit, digits, colours),
        ],
        colours,
        title=f"{name} = {amount(total, unit, digits)}",
        height=120 + 26 * len(rows),
        margin={"l": 24 + 7 * max(len(unescape(row)) for row in rows), "r": 8, "t": 76, "b": 48},
        xaxis={
            "domain": [0, 0.28],
            "range": [-10 * widest, 110 * widest],
            "zeroline": False,
            "nticks": 4,
            "title": {"text": "share, %"},
        },
        xaxis2={
            "domain": [0.38, 1],
            "range": _limits([*values, total]),
            "nticks": 5,
            "title": {"text": f"{first.lower()}·log({first.lower()}/{second.lower()}), {unit}"},
        },
        yaxis={
            "range": [len(rows) - 0.4, -0.6],
            "tickvals": [*range(len(rows))],
            "ticktext": rows,
            "showgrid": False,
            "zeroline": False,
        },
    )


def smoothing_figure(
    alphas: Array,
    there: Array,
    back: Array,
    alpha: float,
    *,
    unit: str,
    digits: int = 3,
    colours: Palette,
) -> Figure:
    """Return both divergences over what smoothing adds to every count.

    Parameters
    ----------
    alphas : ndarray, shape (n,)
        What is added, rising; the first one is 0.
    there, back : ndarray, shape (n,)
        D(P‖Q) and D(Q‖P) in `unit`; the first of each may be `inf`, which reaches the top.
    alpha : float
        The one chosen, among `alphas`.
    unit : str
        What the divergences are measured in, for axis and hover text.
    digits : int
        How many the one chosen is written with.
    colours : Palette
        Of the page's theme.
    """
    chosen = int((alphas == alpha).argmax())
    top = steady_limit(1.1 * float(max(there[1:].max(), back[1:].max())), 0.05)
    start = f"With α = {alpha:g}" if alpha else "Without smoothing"
    traces = []
    for name, values, dash, symbol, side in (
        ("D(P‖Q)", there, "solid", "circle", "left"),
        ("D(Q‖P)", back, "dash", "diamond", "right"),
    ):
        said = [
            f"{name}, α = {added:g}: {amount(value, unit)}"
            for added, value in zip(alphas, values, strict=True)
        ]
        heights = values.clip(max=0.93 * top)
        traces += [
            scatter(
                x=alphas[1:],
                y=heights[1:],
                name=name,
                mode="lines",
                line={"color": colours.kl, "width": 2.5, "dash": dash},
                customdata=said[1:],
                hovertemplate="%{customdata}<extra></extra>",
            ),
            scatter(
                x=[NO_SMOOTHING],
                y=heights[:1],
                mode="markers+text",
                text=["∞" if math.isinf(values[0]) else ""],
                textposition=f"middle {side}",
                marker={"color": colours.kl, "symbol": f"{symbol}-open", "size": 9},
                showlegend=False,
                customdata=said[:1],
                hovertemplate="%{customdata}<extra></extra>",
            ),
            scatter(
                x=[alpha or NO_SMOOTHING],
                y=heights[[chosen]],
                mode="markers",
                marker={"color": colours.kl, "symbol": symbol, "size": 13},
                showlegend=False,
                customdata=[said[chosen]],
                hovertemplate="%{customdata}<extra></extra>",
            ),
        ]
    return figure(
        traces,
        colours,
        title=f"{start}: D(P‖Q) = {amount(float(there[chosen]), unit, digits)}",
        height=340,
        xaxis={
            "type": "log",
            "range": [-3.8, 1.1],
            "tickvals": [NO_SMOOTHING, 0.001, 0.01, 0.1, 1, 10],
            "ticktext": ["none", "0.001", "0.01", "0.1", "1", "10"],
            "title": {"text": "α, added to every count"},
        },
        yaxis={"range": [-0.04 * top, top], "title": {"text": f"divergence, {unit}"}},
    )


def _dots(labels: Sequence[str], shares: Array, name: str, colour: str, symbol: str) -> Trace:
    """Return one distribution, a dot for each category."""
    return scatter(
        x=100 * shares,
        y=[*range(len(labels))],
        mode="markers",
        name=name,
        marker={"color": colour, "symbol": symbol, "size": 9, "line": {"width": 2}},
        cliponaxis=False,
        customdata=[
            f"{literal(label)}: {percent(share, digits_of([100 * share], 1))} of {name}"
            for label, share in zip(labels, shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _bars(
    said: Sequence[str], values: Sequence[float], unit: str, digits: int, colours: Palette
) -> Trace:
    """Return signed bars, the last of them the sum of the others."""
    low, high = _limits(values)
    return bar(
        x=[min(max(value, low), 0.85 * high) for value in values],
        y=[*range(len(values))],
        xaxis="x2",
        orientation="h",
        showlegend=False,
        width=0.62,
        marker={
            "color": [*map(colours.of_sign, values[:-1]), colours.kl],
            "opacity": [*[0.55] * len(values[:-1]), 1],
            "line": {"color": colours.kl, "width": 1},
        },
        text=[*(signed(value, digits) for value in values[:-1]), number(values[-1], digits)],
        **LABELS,
        customdata=[
            f"{what}: {signed(value, digits + 1)}{f' {unit}' if math.isfinite(value) else ''}"
            for what, value in zip(said, values, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Return ends of an axis with room for the number at each bar's end."""
    finite = [value for value in values if math.isfinite(value)]
    lowest = min(finite, default=0.0)
    low, high = steady_range(lowest, max(finite, default=0.0), 1.3, 0.05)
    return (min(low, -0.3 * high) if lowest < 0 else low), high
