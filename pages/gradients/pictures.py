"""Figures of penalties: where each pulls, and runs of training with each."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from charts.style import BELOW, Figure, Palette, Trace, figure, scatter, steady_limit
from charts.units import Unit
from charts.wording import number
from kl_core import Array
from pages.gradients.numbers import Pulls, Run

# In two columns, also where the words are long and the screen is narrow.
LEGEND = {**BELOW, "entrywidth": 0.48, "entrywidthmode": "fraction"}
# Where the learner's guess stands, beside the first word.
GUESS_AT = -0.4

# How each placement of a penalty is drawn, wherever several stand side by side.
LOOKS = {
    "k1 in the reward": ("solid", "circle"),
    "k2 in the loss": ("dash", "diamond"),
    "k3 in the loss": ("dashdot", "square"),
    "k1 in the loss": ("dot", "x"),
    "no penalty": ("longdash", "cross"),
}


def pulls_figure(
    pulls: Pulls,
    words: Sequence[str],
    top: Sequence[int],
    unit: Unit,
    colours: Palette,
    *,
    guess: float | None = None,
    veiled: bool = False,
) -> Figure:
    """Return how each placement of a penalty pulls at a few next words, beside both true slopes.

    Parameters
    ----------
    pulls : Pulls
        At all next words.
    words : sequence of str
        All next words.
    top : sequence of int
        Which of them are drawn, in this order.
    unit : Unit
        What pulls are measured in.
    colours : Palette
        Of the page's theme.
    guess : float, optional
        How k1 in the loss pulls at the first word, as the learner thinks; in `unit`.
    veiled : bool
        Whether the pulls are left out: only the slopes and the guess are drawn.
    """
    said, count = [words[place] for place in top], np.arange(len(top))
    reverse, forward = (slope[list(top)] / unit.nats for slope in (pulls.reverse, pulls.forward))
    # Off-policy a pull may be thousands of times too long: it leaves the picture at its edge.
    limit = steady_limit(1.4 * float(np.abs([reverse, forward]).max()), 0.01)

    def markers(
        name: str, values: Array, at: NDArray[np.number], marker: dict[str, object]
    ) -> Trace:
        return scatter(
            x=at,
            y=np.clip(values, -0.97 * limit, 0.97 * limit),
            name=name,
            mode="markers",
            marker=marker,
            customdata=[number(float(value), 4) for value in values],
            text=said,
            hovertemplate=f"{name}, %{{text}}: %{{customdata}} {unit.name}<extra></extra>",
        )

    traces = [
        markers(
            name,
            values,
            count,
            {"color": colour, "size": 22, "symbol": symbol, "line": {"width": 2.5}},
        )
        for name, values, colour, symbol in (
            ("slope of D(Q‖P)", reverse, colours.q, "circle-open"),
            ("slope of D(P‖Q)", forward, colours.p, "square-open"),
        )
    ]
    if not veiled:
        traces += [
            markers(
                name,
                each.mean[list(top)] / unit.nats,
                count + 0.13 * (place - 1.5),
                {"color": colours.ink, "size": 8, "symbol": LOOKS[name][1]},
            )
            for place, (name, each) in enumerate(pulls.found.items())
        ]
    if guess is not None:
        star = {"color": colours.ink, "size": 13, "symbol": "star"}
        traces.append(markers("your guess", np.array([guess]), count[:1] + GUESS_AT, star))
    return figure(
        traces,
        colours,
        title="k1 in the loss: how hard does it pull?"
        if veiled
        else "Off-policy, unweighted: no pull is right"
        if pulls.off_policy
        else "k2 follows D(Q‖P), k3 follows D(P‖Q)",
        height=450,
        legend=LEGEND,
        margin={"l": 56, "r": 8, "t": 48, "b": 130},
        xaxis={
            "tickvals": count,
            "ticktext": said,
            "range": [-0.6, len(top) - 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "range": [-limit, limit],
            "title": {"text": f"pull at each word, {unit.name}"},
        },
    )


def placements_figure(
    runs: Mapping[str, Run],
    optimum: tuple[float, float],
    beta: float,
    held: Sequence[str],
    unit: Unit,
    colours: Palette,
) -> Figure:
    """Return what runs that differ only in where the penalty stands are after, and their KL.

    Parameters
    ----------
    runs : mapping of str to Run
        By a key of `LOOKS`; each is drawn in its own dash.
    optimum : tuple of float
        KL (in nats) and reward of the exact optimum, as dotted lines.
    beta : float
        The price of KL.
    held : sequence of str
        The runs that the axes are made for; the others may leave the picture.
    unit : Unit
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    kl, reward = optimum
    best, kl = reward - beta * kl, kl / unit.nats
    worth = {name: run.worth(beta) for name, run in runs.items()}
    furthest = max(float((runs[name].kl / unit.nats).max()) for name in held)
    start = float(worth[held[0]][0])
    lowest = min(float(worth[name].min()) for name in held)
    room = 0.08 * (best - min(start, lowest))
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
            ("y", worth[name], colours.q),
            ("y2", run.kl / unit.nats, colours.kl),
        )
    ]
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
        for axis, level in (("y", best), ("y2", kl))
    ]
    nearest = max(worth, key=lambda name: float(worth[name][-1]))
    return figure(
        traces,
        colours,
        title=f"Nearest to the optimum: {nearest}",
        height=580,
        shapes=lines,
        legend=LEGEND,
        margin={"l": 60, "r": 8, "t": 48, "b": 140},
        xaxis={
            "anchor": "y2",
            "zeroline": False,
            "title": {"text": "step (dotted: the exact optimum)", "standoff": 8},
        },
        yaxis={
            "domain": [0.54, 1],
            "range": [min(start, lowest) - room, best + room],
            "nticks": 5,
            "title": {"text": "reward − β·KL"},
        },
        yaxis2={
            "domain": [0, 0.44],
            "range": [0, 1.15 * max(furthest, kl)],
            "nticks": 5,
            "title": {"text": f"D(π‖π_SFT), {unit.name}"},
        },
    )
