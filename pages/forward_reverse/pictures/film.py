"""The film of both descents."""

import math

import numpy as np
from numpy.typing import NDArray

from charts.curves import p_density, q_density
from charts.player import play
from charts.style import Figure, Palette, Trace, figure, scatter, steady_limit
from charts.units import Unit
from charts.wording import amount, number
from kl_core import Array, Descent, Direction, GaussianMixture
from pages.forward_reverse.numbers import NAMES, along, reach_of
from pages.forward_reverse.pictures.axes import DASHES, line

FRAMES = 32
TICKS = [step * 10.0**power for power in range(-3, 5) for step in (1, 2, 5)]


def film_figure(
    p: GaussianMixture, paths: dict[Direction, Descent], unit: Unit, colours: Palette
) -> Figure:
    """Return both descents as a film: Q forward and Q reverse, above what each still costs.

    Parameters
    ----------
    p : GaussianMixture
    paths : dict
        The descent in each direction, divergences in `unit`.
    unit : Unit
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    x = along(p, reach_of(p), count=161)
    density = p.pdf(x)
    stops = {each: stops_of(path) for each, path in paths.items()}
    curves = {
        each: _bells(x, path.means[stops[each]], path.stds[stops[each]])
        for each, path in paths.items()
    }
    top = steady_limit(
        max(float(density.max()), *(float(q[-1].max()) for q in curves.values())), 0.2
    )
    highest = max(float(path.divergences.max()) for path in paths.values())
    lowest = min(float(path.divergences.min()) for path in paths.values())
    floor = max(lowest, 1e-3)
    # Ends that rarely move: half powers of ten, and fifties of steps.
    bottom = math.floor(2 * math.log10(floor) - 0.2) / 2
    ceiling = math.ceil(2 * math.log10(max(highest, 2 * floor)) + 0.2) / 2
    traces = [p_density(x, density, colours)]
    traces += [
        q_density(x, curves[each][-1], colours, name=f"Q, down {name}", dash=DASHES[each])
        for each, name in NAMES.items()
    ]
    still, moving = [], []
    for each, name in NAMES.items():
        path = paths[each]
        still.append(
            scatter(
                x=np.arange(path.means.size),
                y=np.maximum(path.divergences, floor),
                yaxis="y2",
                xaxis="x2",
                mode="lines",
                line={"color": colours.kl, "width": 2, "dash": DASHES[each]},
                showlegend=False,
                hovertemplate=f"step %{{x}}: {name} = %{{y:.3f}} {unit.name}<extra></extra>",
            )
        )
        moving.append(_dot(path, int(stops[each][-1]), floor, colours))
    first = len(traces) + len(still)
    frames = [
        [
            # Four digits: the frames are most of what this page sends.
            {"y": curves["forward"][k].round(4).tolist()},
            {"y": curves["reverse"][k].round(4).tolist()},
            *(_at(paths[each], int(stops[each][k]), floor) for each in NAMES),
        ]
        for k in range(stops["forward"].size)
    ]
    longest = np.maximum(stops["forward"], stops["reverse"])
    last = {each: float(path.divergences[-1]) for each, path in paths.items()}
    drawn = figure(
        [*traces, *still, *moving],
        colours,
        title=f"At the end: D(P‖Q) {number(last['forward'])}, D(Q‖P) "
        f"{amount(last['reverse'], unit.name)}",
        height=470,
        margin={"l": 60, "r": 12, "t": 92, "b": 44},
        xaxis={**line(x), "anchor": "y"},
        yaxis={
            "domain": [0.5, 1],
            "range": [0, top],
            "nticks": 4,
            "title": {"text": "density"},
        },
        xaxis2={
            "anchor": "y2",
            "range": [-1, 50 * math.ceil(max(float(longest[-1]), 1.0) / 50) + 1],
            "showgrid": False,
            "zeroline": False,
            "title": {"text": "step", "standoff": 4},
        },
        yaxis2={
            "domain": [0, 0.36],
            "type": "log",
            "range": [bottom, ceiling],
            "tickvals": TICKS,
            "ticktext": [f"{value:g}" for value in TICKS],
            "title": {"text": f"D, {unit.name}"},
        },
    )
    return play(
        drawn,
        [str(step) for step in longest],
        frames,
        [1, 2, first, first + 1],
        prefix="step ",
        colours=colours,
    )


def stops_of(path: Descent) -> NDArray[np.int_]:
    """Return which step of a descent each frame shows."""
    # The early steps go farthest: they get more frames.
    pace = np.linspace(0, 1, FRAMES) ** 1.5
    return np.round(pace * (path.means.size - 1)).astype(int)


def _bells(x: Array, means: Array, stds: Array) -> Array:
    """Return the densities of many bells along the line, shape (bells, positions)."""
    z = (x - means[:, None]) / stds[:, None]
    return np.exp(-(z**2) / 2) / (stds[:, None] * math.sqrt(2 * math.pi))


def _dot(path: Descent, step: int, floor: float, colours: Palette) -> Trace:
    """Return the point that runs along a descent."""
    return scatter(
        **_at(path, step, floor),
        xaxis="x2",
        yaxis="y2",
        mode="markers",
        marker={"color": colours.q, "size": 10},
        showlegend=False,
        hoverinfo="skip",
    )


def _at(path: Descent, step: int, floor: float) -> Trace:
    """Return where that point is after some steps."""
    return {"x": [step], "y": [max(float(path.divergences[step]), floor)]}
