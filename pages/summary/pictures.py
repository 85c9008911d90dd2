"""The figure of the summary: both divergences of a coin, wherever Q may be."""

import math

import numpy as np

from charts.style import Figure, Palette, Trace, figure, scatter
from charts.units import Unit
from charts.wording import amount, number
from kl_core import Array, kl_divergence
from pages.summary.numbers import CHANCES, top_in

# Solid is D(P‖Q), dashed D(Q‖P), as in the lesson on covering and seeking; the marks may coincide.
LOOKS = {"D(P‖Q)": ("solid", "circle-open"), "D(Q‖P)": ("dash", "diamond")}


def coin_figure(
    p: Array, q: Array, unit: Unit, colours: Palette, *, veiled: bool = False
) -> Figure:
    """Return D(P‖Q) and D(Q‖P) of two coins over Q's chance of heads.

    Parameters
    ----------
    p, q : ndarray, shape (2,)
        Chances of heads and tails now.
    unit : Unit
        What divergences are measured in; an infinite one is drawn at the top and labelled ∞.
    colours : Palette
        Of the page's theme.
    veiled : bool
        Whether only the coins are drawn, and no divergence.
    """
    top, here = top_in(unit), unit.both_ways(p, q)
    p_heads, q_heads = float(p[0]), float(q[0])
    return figure(
        _coins(p_heads, q_heads, colours)
        if veiled
        else [*_curves(p, top, unit, colours), *_now(q_heads, here, top, unit.name, colours)],
        colours,
        title="Which is larger, D(P‖Q) or D(Q‖P)?"
        if veiled
        else f"D(P‖Q) = {number(here[0])}, D(Q‖P) = {number(here[1])} {unit.name}",
        height=380,
        margin={"l": 56, "r": 24, "t": 64, "b": 44},
        xaxis={
            "range": [0, 100],
            "dtick": 25,
            "showgrid": False,
            "title": {"text": "Q's chance of heads, %"},
        },
        yaxis={"range": [0, top], "nticks": 5, "title": {"text": f"divergence, {unit.name}"}},
        shapes=[_upright(p_heads, colours.p, "solid"), _upright(q_heads, colours.q, "dash")],
        annotations=[
            _name("P", p_heads, colours.p, "right" if p_heads <= q_heads else "left"),
            _name("Q", q_heads, colours.q, "left" if p_heads <= q_heads else "right"),
        ],
    )


def _coins(p: float, q: float, colours: Palette) -> list[Trace]:
    """Return a mark for each coin on the axis, with its chance of heads."""
    return [
        scatter(
            x=[100 * heads],
            y=[0],
            mode="markers+text",
            marker={"color": colour, "size": 12, "symbol": symbol},
            text=[f"{letter}: heads {100 * heads:.0f}%"],
            textposition="top left" if heads > 0.5 else "top right",
            textfont={"color": colour},
            showlegend=False,
            hoverinfo="skip",
            cliponaxis=False,
        )
        for letter, heads, colour, symbol in (
            ("P", p, colours.p, "circle"),
            ("Q", q, colours.q, "diamond"),
        )
    ]


def _curves(p: Array, top: float, unit: Unit, colours: Palette) -> list[Trace]:
    """Return both divergences wherever Q may be."""
    every_q = np.stack([CHANCES, 1 - CHANCES], axis=-1)
    curves = (
        kl_divergence(p, every_q, base=unit.base),
        kl_divergence(every_q, p, base=unit.base),
    )
    return [
        scatter(
            x=100 * CHANCES,
            # Straight up and out of the picture, where it is infinite.
            y=np.where(np.isfinite(values), values, 2 * top),
            name=name,
            mode="lines",
            line={"color": colours.kl, "width": 2.5, "dash": dash},
            hovertemplate=f"Q gives heads %{{x:.1f}}%: {name} is %{{y:.3f}} {unit.name}"
            "<extra></extra>",
        )
        for (name, (dash, _)), values in zip(LOOKS.items(), curves, strict=True)
    ]


def _now(
    q: float, here: tuple[float, float], top: float, unit: str, colours: Palette
) -> list[Trace]:
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
