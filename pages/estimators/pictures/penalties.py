"""Figures of penalties: where each pulls, and runs of training with each."""

from collections.abc import Mapping, Sequence

import numpy as np

from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit
from charts.units import Unit
from charts.wording import amount, number
from kl_core import Array
from pages.estimators.numbers.penalties import Pulls, Run
from pages.estimators.pictures import BELOW

# How many next words have a place in the figure.
PULLED = 6

# How each placement of a penalty is drawn, wherever several stand side by side.
LOOKS = {
    "k1 in the reward": ("solid", "circle"),
    "k2 in the loss": ("dash", "diamond"),
    "k3 in the loss": ("dashdot", "square"),
    "k1 in the loss": ("dot", "x"),
    "no penalty": ("longdash", "cross"),
}


def pulls_figure(pulls: Pulls, words: Sequence[str], unit: Unit, colours: Palette) -> Figure:
    """Return how each placement of a penalty pulls at a few next words, beside both true slopes.

    Parameters
    ----------
    pulls : Pulls
        At all next words; those where the slopes are steepest are drawn, the steepest first.
    words : sequence of str
        All next words.
    unit : Unit
        What pulls are measured in.
    colours : Palette
        Of the page's theme.
    """
    top = np.argsort(-(np.abs(pulls.reverse) + np.abs(pulls.forward)))[:PULLED]
    said, count = [words[place] for place in top], np.arange(top.size)
    reverse, forward = pulls.reverse[top] / unit.nats, pulls.forward[top] / unit.nats
    # Off-policy a pull may be thousands of times too long: it leaves the picture at its edge.
    limit = steady_limit(2.0 * float(np.abs([reverse, forward]).max()), 0.01)

    def markers(name: str, values: Array, shift: float, marker: dict[str, object]) -> Trace:
        return scatter(
            x=count + shift,
            y=np.clip(values, -0.97 * limit, 0.97 * limit),
            name=name,
            mode="markers",
            marker=marker,
            customdata=[number(float(value), 4) for value in values],
            text=said,
            hovertemplate=f"{name}, %{{text}}: %{{customdata}} {unit.name}<extra></extra>",
        )

    slopes = [
        markers(
            name,
            values,
            0.0,
            {"color": colour, "size": 22, "symbol": symbol, "line": {"width": 2.5}},
        )
        for name, values, colour, symbol in (
            ("slope of D(Q‖P)", reverse, colours.q, "circle-open"),
            ("slope of D(P‖Q)", forward, colours.p, "square-open"),
        )
    ]
    drawn = [
        markers(
            name,
            each.mean[top] / unit.nats,
            0.13 * (place - 1.5),
            {"color": colours.ink, "size": 8, "symbol": LOOKS[name][1]},
        )
        for place, (name, each) in enumerate(pulls.found.items())
    ]
    return figure(
        [*slopes, *drawn],
        colours,
        title="Off-policy, unweighted: no pull is right"
        if pulls.off_policy
        else "k2 follows D(Q‖P), k3 follows D(P‖Q)",
        height=440,
        legend=BELOW,
        margin={"l": 56, "r": 8, "t": 48, "b": 130},
        xaxis={
            "tickvals": count,
            "ticktext": said,
            "range": [-0.5, top.size - 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "range": [-limit, limit],
            "title": {"text": f"pull at the logit, {unit.name}"},
        },
    )


def placements_figure(
    runs: Mapping[str, Run], optimum: tuple[float, float], unit: Unit, colours: Palette
) -> Figure:
    """Return exact KL and reward of runs that differ only in where the penalty stands.

    Parameters
    ----------
    runs : mapping of str to Run
        By a key of `LOOKS`; each is drawn in its own dash.
    optimum : tuple of float
        KL (in nats) and reward of the exact optimum, as dotted lines.
    unit : Unit
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    traces = [
        scatter(
            x=run.steps,
            y=values,
            yaxis=axis,
            name=name,
            legendgroup=name,
            showlegend=axis == "y",
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": LOOKS[name][0]},
            marker={"symbol": LOOKS[name][1], "size": 7},
            hovertemplate=f"{name}, step %{{x}}: %{{y:.3~g}}<extra></extra>",
        )
        for name, run in runs.items()
        for axis, values, colour in (
            ("y", np.where(run.kl > 0, run.kl, np.nan) / unit.nats, colours.kl),
            ("y2", run.reward, colours.q),
        )
    ]
    kl, reward = optimum
    lines = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": level,
            "y1": level,
            "yref": axis,
            "line": {"color": colours.ink, "width": 1.5, "dash": "dot"},
        }
        for axis, level in (("y", kl / unit.nats), ("y2", reward))
    ]
    furthest = max(runs, key=lambda name: float(runs[name].kl[-1]))
    away = float(runs[furthest].kl[-1]) / unit.nats
    return figure(
        traces,
        colours,
        title=f"Furthest away: {furthest}, {amount(away, unit.name)}",
        height=580,
        shapes=lines,
        legend=BELOW,
        margin={"l": 60, "r": 8, "t": 48, "b": 140},
        xaxis={
            "anchor": "y2",
            "zeroline": False,
            "title": {"text": "step (dotted: the exact optimum)", "standoff": 8},
        },
        yaxis={
            "domain": [0.54, 1],
            "type": "log",
            "exponentformat": "power",
            "nticks": 5,
            "title": {"text": f"D(π‖π_SFT), {unit.name}"},
        },
        yaxis2={"domain": [0, 0.44], "nticks": 5, "title": {"text": "reward"}},
    )
