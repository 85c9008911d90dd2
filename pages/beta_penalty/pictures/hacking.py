"""The figure of what optimising too far does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charts.style import Figure, Palette, Trace, figure, heading, scatter
from charts.units import Unit
from kl_core import Array
from pages.beta_penalty.numbers import families
from pages.beta_penalty.scale import Rope, scaled
from widgets.optima import USUAL, Curve, whole_curve


def hacking_picture(rope: Rope, unit: Unit, colours: Palette) -> Figure:
    """Return the chart of both scores against √KL; the judge's best β is marked."""
    world, mine = rope.world, rope.mine
    found = families(world, unit)
    fits = [
        (f"Gao et al., {name}", each.distance, found.usual + fit.at(each.distance))
        for name, fit, each in (
            ("RL", found.rope_fit, found.rope),
            ("best-of-n", found.best_of_fit, found.best_of),
        )
    ]
    other = None if world == USUAL else (USUAL.pairs, scaled(whole_curve(USUAL, unit), rope.factor))
    here = Spot(
        f"β = {rope.beta}",
        float(np.sqrt(mine.exact.kl / unit.nats)),
        mine.exact.reward,
        mine.report.score[0],
    )
    mine_all = scaled(found.rope, rope.factor)
    return hacking_figure(
        mine_all, scaled(found.best_of, rope.factor), other, fits, here, unit.name, colours
    )


@dataclass(frozen=True)
class Spot:
    """A policy in the chart: its name, √KL, and both scores."""

    name: str
    distance: float
    reward: float
    judge: float


def hacking_figure(
    curve: Curve,
    best_of: Curve,
    other: tuple[int, Curve] | None,
    fits: Sequence[tuple[str, Array, Array]],
    here: Spot,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return both scores against √KL: over every β, and for the best of n.

    Parameters
    ----------
    curve : Curve
        Of the optima, one for each β, the loosest rope last.
    best_of : Curve
        Of best-of-n.
    other : tuple, optional
        Another number of preference pairs and the optima with it, to compare with.
    fits : sequence of tuples
        Name, √KL and score of each fitted curve.
    here : Spot
        Where the learner is.
    unit : str
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    traces: list[Trace] = []
    compared = []
    if other is not None:
        pairs, unlike = other
        compared = [unlike]
        traces += [
            scatter(
                x=unlike.distance,
                y=values,
                yaxis=axis,
                mode="lines",
                line={"color": colours.muted, "width": 1.5},
                hovertemplate=f"with {pairs:,} pairs, √KL %{{x:.2f}}: %{{y:.2f}}<extra></extra>",
            )
            for values, axis in ((unlike.reward, "y"), (unlike.judge, "y2"))
        ]
    wide = 2 * curve.error
    traces.append(
        scatter(
            x=np.concatenate([curve.distance, curve.distance[::-1]]),
            y=np.concatenate([curve.judge + wide, (curve.judge - wide)[::-1]]),
            yaxis="y2",
            fill="toself",
            fillcolor=colours.veil(colours.good),
            line={"width": 0},
            hoverinfo="skip",
        )
    )
    for each, dash, kind in ((curve, "solid", "policy"), (best_of, "dash", "best-of-n")):
        for values, axis, colour, who in (
            (each.reward, "y", colours.q, "reward model"),
            (each.judge, "y2", colours.good, "judge"),
        ):
            traces.append(
                scatter(
                    x=each.distance,
                    y=values,
                    yaxis=axis,
                    mode="lines",
                    line={"color": colour, "width": 2.5 if dash == "solid" else 2, "dash": dash},
                    customdata=list(each.names),
                    hovertemplate=f"{kind}, %{{customdata}}: {who} %{{y:.3f}}<extra></extra>",
                )
            )
    traces += [
        scatter(
            x=d,
            y=values,
            yaxis="y2",
            mode="lines",
            line={"color": colours.ink, "width": 1.2, "dash": "dot"},
            hovertemplate=f"{name}: %{{y:.2f}}<extra></extra>",
        )
        for name, d, values in fits
    ]
    best = curve.peak
    top = Spot(
        curve.names[best],
        float(curve.distance[best]),
        float(curve.reward[best]),
        float(curve.judge[best]),
    )
    for spot, symbol, colour in ((here, "circle", colours.q), (top, "star", colours.good)):
        traces += [
            scatter(
                x=[spot.distance],
                y=[value],
                yaxis=axis,
                mode="markers",
                marker={
                    "color": colour,
                    "size": 13 if symbol == "circle" else 16,
                    "symbol": symbol,
                    "line": {"color": colours.paper, "width": 2},
                },
                hovertemplate=f"{spot.name}: %{{y:.3f}}<extra></extra>",
            )
            for value, axis in ((spot.reward, "y"), (spot.judge, "y2"))
        ]
    both = [curve, *compared]
    farthest = max(float(each.distance.max()) for each in both)
    highest = max(float(each.reward.max()) for each in (*both, best_of))
    lowest = min(0.0, *(float(each.reward.min()) for each in (*both, best_of)))
    return figure(
        traces,
        colours,
        title="The exact frontier, and the judge’s view",
        height=480,
        showlegend=False,
        annotations=[
            heading("Reward model’s score", 1.0, colours.q, colours),
            heading("Judge’s score, of 7", 0.47, colours.good, colours),
        ],
        xaxis={
            "anchor": "y2",
            "range": [-0.2, 1.04 * farthest],
            "title": {"text": f"√D(π‖π_SFT), D in {unit}"},
        },
        yaxis={"domain": [0.56, 0.98], "range": [1.08 * lowest, 1.08 * highest], "nticks": 5},
        yaxis2={"domain": [0, 0.45], "range": [0, 7.2], "nticks": 8},
    )
