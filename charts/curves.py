"""Pieces that figures along a line share: the two densities, and an area with a sign."""

from typing import Any

import numpy as np

from charts.style import Palette, Trace, scatter
from kl_core import Array


def densities(x: Array, p: Array, q: Array, colours: Palette) -> list[Trace]:
    """Return P as a filled blue line and Q as a dashed orange one, all of shape (n,)."""
    return [p_density(x, p, colours), q_density(x, q, colours)]


def p_density(x: Array, p: Array, colours: Palette, **properties: Any) -> Trace:
    """Return P as a filled blue line."""
    return scatter(
        x=x,
        y=p,
        name="P",
        mode="lines",
        fill="tozeroy",
        fillcolor=colours.veil(colours.p),
        line={"color": colours.p, "width": 2.5},
        hovertemplate="P, x = %{x:.2f}: %{y:.3f}<extra></extra>",
        **properties,
    )


def q_density(
    x: Array, q: Array, colours: Palette, *, name: str = "Q", dash: str = "dash", width: float = 2.5
) -> Trace:
    """Return Q as an orange line, dashed unless `dash` says otherwise."""
    return scatter(
        x=x,
        y=q,
        name=name,
        mode="lines",
        line={"color": colours.q, "width": width, "dash": dash},
        hovertemplate=f"{name}, x = %{{x:.2f}}: %{{y:.3f}}<extra></extra>",
    )


def signed_area(x: Array, y: Array, axis: str, unit: str, colours: Palette) -> list[Trace]:
    """Return what lies above 0 in KL's violet and what lies below in green."""
    return [
        scatter(
            x=x,
            y=part,
            yaxis=axis,
            mode="lines",
            fill="tozeroy",
            fillcolor=colours.veil(colour),
            line={"color": colour, "width": 1.5},
            showlegend=False,
            hovertemplate=f"{says}: x = %{{x:.2f}}: %{{y:.3f}} {unit} a step of 1<extra></extra>",
        )
        for part, colour, says in (
            (np.maximum(y, 0.0), colours.kl, "costs"),
            (np.minimum(y, 0.0), colours.good, "gives back"),
        )
    ]
