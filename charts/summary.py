"""The figure of the summary: both divergences of a coin, wherever Q may be."""

import math

import numpy as np

from charts.style import Figure, Palette, Trace, amount, figure, number, scatter
from kl_core.validation import Array

Divergences = tuple[float, float]
# Solid is D(P‖Q), dashed D(Q‖P), as in the lesson on covering and seeking; the marks may coincide.
LOOKS = {"D(P‖Q)": ("solid", "circle-open"), "D(Q‖P)": ("dash", "diamond")}


def coin_figure(
    chances: Array,
    there: Array,
    back: Array,
    p: float,
    q: float,
    here: Divergences,
    top: float,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return D(P‖Q) and D(Q‖P) of two coins over Q's chance of heads.

    Parameters
    ----------
    chances : ndarray, shape (n,)
        Increasing chances that Q may give to heads.
    there, back : ndarray, shape (n,)
        D(P‖Q) and D(Q‖P) at each, in `unit`; what lies above `top` leaves the picture.
    p, q : float
        P's and Q's chance of heads now.
    here : tuple of float
        D(P‖Q) and D(Q‖P) now, in `unit`; an infinite one is drawn at the top and labelled ∞.
    top : float
        End of the axis, in `unit`.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    curves = dict(zip(LOOKS, (there, back), strict=True))
    lines = [
        scatter(
            x=100 * chances,
            # Straight up and out of the picture, where it is infinite.
            y=np.where(np.isfinite(values), values, 2 * top),
            name=name,
            mode="lines",
            line={"color": colours.kl, "width": 2.5, "dash": LOOKS[name][0]},
            hovertemplate=f"Q gives heads %{{x:.1f}}%: {name} is %{{y:.3f}} {unit}<extra></extra>",
        )
        for name, values in curves.items()
    ]
    return figure(
        [*lines, *_now(q, here, top, unit, colours)],
        colours,
        title=f"D(P‖Q) = {number(here[0])}, D(Q‖P) = {number(here[1])} {unit}",
        height=380,
        margin={"l": 56, "r": 24, "t": 64, "b": 44},
        xaxis={
            "range": [0, 100],
            "dtick": 25,
            "showgrid": False,
            "title": {"text": "Q's chance of heads, %"},
        },
        yaxis={"range": [0, top], "nticks": 5, "title": {"text": f"divergence, {unit}"}},
        shapes=[_upright(p, colours.p, "solid"), _upright(q, colours.q, "dash")],
        annotations=[
            _name("P", p, colours.p, "right" if p <= q else "left"),
            _name("Q", q, colours.q, "left" if p <= q else "right"),
        ],
    )


def _now(q: float, here: Divergences, top: float, unit: str, colours: Palette) -> list[Trace]:
    """Return a mark on each curve, at the top of the picture where the curve is above it."""
    return [
        scatter(
            x=[100 * q],
            y=[min(value, top)],
            mode="markers+text",
            marker={"color": colours.kl, "size": 12, "symbol": symbol},
            text=["" if math.isfinite(value) else "∞"],
            textposition="bottom left" if q > 0.5 else "bottom right",
            textfont={"color": colours.kl, "size": 18},
            showlegend=False,
            hovertemplate=f"{name} is {amount(value, unit)}<extra></extra>",
            cliponaxis=False,
        )
        for value, (name, (_, symbol)) in zip(here, LOOKS.items(), strict=True)
    ]


def _upright(chance: float, colour: str, dash: str) -> dict[str, object]:
    return {
        "type": "line",
        "x0": 100 * chance,
        "x1": 100 * chance,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": colour, "width": 1.5, "dash": dash},
    }


def _name(letter: str, chance: float, colour: str, anchor: str) -> dict[str, object]:
    return {
        "text": f"<b>{letter}</b>",
        "x": 100 * chance,
        "xanchor": anchor,
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "showarrow": False,
        "font": {"color": colour, "size": 14},
    }
