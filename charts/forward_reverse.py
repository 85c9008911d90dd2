"""Figures of forward against reverse: by hand, by the optimiser, as a landscape, in between."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from charts.curves import densities, p_density, q_density, signed_area
from charts.player import play
from charts.style import (
    Figure,
    Palette,
    Trace,
    amount,
    figure,
    number,
    position,
    scatter,
    steady_limit,
    steady_range,
)
from kl_core.plane import PlaneFit
from kl_core.projection import Descent, Direction, GaussianFit
from kl_core.validation import Array

FRAMES = 32
# Only every so many points of the landscape can be clicked: each is an element of the page.
CLICK_STEP = 2
NAMES: dict[Direction, str] = {"forward": "D(P‖Q)", "reverse": "D(Q‖P)"}
DASHES: dict[Direction, str] = {"forward": "solid", "reverse": "dash"}
TICKS = [step * 10.0**power for power in range(-3, 5) for step in (1, 2, 5)]
SPREADS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]


def circled(place: int) -> str:
    """Return the number of a local optimum, from 1, as the charts mark it.

    Examples
    --------
    >>> circled(1), circled(12), circled(21)
    ('①', '⑫', '(21)')
    """
    return chr(0x245F + place) if place <= 20 else f"({place})"


def hand_figure(
    x: Array,
    p: Array,
    q: Array,
    ratios: Array,
    divergences: tuple[float, float],
    unit: str,
    colours: Palette,
) -> Figure:
    """Return both densities, above what each x adds to D(P‖Q) and to D(Q‖P).

    Parameters
    ----------
    x, p, q : ndarray, shape (n,)
        Positions and both densities there.
    ratios : ndarray, shape (n,)
        log(p/q) in `unit`.
    divergences : tuple of float
        D(P‖Q) and D(Q‖P), in `unit`.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    rows = [p * ratios, -q * ratios]
    limits = [steady_range(float(row.min()), float(row.max()), least=0.1) for row in rows]
    traces = densities(x, p, q, colours)
    for row, axis in zip(rows, ("y2", "y3"), strict=True):
        traces += signed_area(x, row, axis, unit, colours)
    labels = [
        {
            "text": f"<b>{name} = {amount(value, unit)}</b>: {where}",
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": top,
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"color": colours.kl, "size": 14},
        }
        for name, value, top, where in zip(
            NAMES.values(),
            divergences,
            (0.61, 0.27),
            ("where Q misses P", "where P lacks Q's weight"),
            strict=True,
        )
    ]
    forward, reverse = divergences
    if number(forward, 6) == number(reverse, 6):
        title = "Both directions cost the same here"
    else:
        title = f"{NAMES['forward' if forward > reverse else 'reverse']} is the larger one here"
    return figure(
        traces,
        colours,
        title=title,
        height=560,
        annotations=labels,
        xaxis={**_line(x, "x"), "anchor": "y3"},
        yaxis={
            "domain": [0.74, 1],
            "range": [0, steady_limit(1.1 * float(max(p.max(), q.max())), 0.2)],
            "nticks": 4,
            "title": {"text": "density"},
        },
        yaxis2={
            "domain": [0.36, 0.6],
            "range": list(limits[0]),
            "nticks": 5,
            "title": {"text": f"p·log(p/q), {unit}"},
        },
        yaxis3={
            "domain": [0, 0.26],
            "range": list(limits[1]),
            "nticks": 5,
            "title": {"text": f"q·log(q/p), {unit}"},
        },
    )


def optima_figure(
    x: Array,
    p: Array,
    cover: tuple[GaussianFit, Array],
    seek: Sequence[tuple[GaussianFit, Array]],
    chosen: int | None,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return P, the Q that covers it, and every Q that a seeker may end in, numbered.

    Parameters
    ----------
    x, p : ndarray, shape (n,)
        Positions and the density of P.
    cover : tuple
        The forward optimum, divergence in `unit`, and its density, shape (n,).
    seek : sequence of tuples
        The reverse optima, best first, likewise.
    chosen : int, optional
        Which of them the learner's start falls into, from 0.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    top = steady_limit(max(float(p.max()), *(float(q.max()) for _, q in seek)), 0.2)
    fit, q = cover
    traces = [
        p_density(x, p, colours),
        q_density(x, q, colours, name="Q, least D(P‖Q)", dash="solid", width=3),
    ]
    flank = fit.mean + 2 * fit.std
    labels = [
        {**_tag("covers", flank, float(np.interp(flank, x, q)), colours.q), "xanchor": "left"}
    ]
    for place, (each, dense) in enumerate(seek):
        name = f"Q {circled(place + 1)}, D(Q‖P) = {amount(each.divergence, unit)}"
        width = 3.0 if place == chosen else 1.5
        traces.append(q_density(x, dense, colours, name=name, width=width))
        labels.append(_tag(circled(place + 1), each.mean, float(dense.max()), colours.q))
    return figure(
        traces,
        colours,
        title=f"Least D(P‖Q): {number(fit.divergence)}; least D(Q‖P): "
        f"{amount(seek[0][0].divergence, unit)}",
        height=400,
        showlegend=False,
        annotations=labels,
        xaxis=_line(x, "x"),
        yaxis={"range": [0, top], "nticks": 5, "title": {"text": "density"}},
    )


def map_figure(
    means: Array,
    stds: Array,
    divergences: Array,
    direction: Direction,
    optima: Sequence[GaussianFit],
    path: Descent,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return one divergence over mean and spread of Q, with optima and an optimiser's path.

    Parameters
    ----------
    means : ndarray, shape (m,)
    stds : ndarray, shape (s,)
        Of Q.
    divergences : ndarray, shape (s, m)
        In `unit`.
    direction : {"forward", "reverse"}
        Which divergence this is.
    optima : sequence of GaussianFit
        Numbered on the map, best first.
    path : Descent
        Drawn from its start to its end.
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    # Near an optimum a map in equal steps would be empty, and far from it black.
    heights = np.log10(np.maximum(divergences, 1e-2))
    low, high = float(heights.min()), float(np.quantile(heights, 0.97))
    picked = np.ix_(range(0, stds.size, CLICK_STEP), range(0, means.size, CLICK_STEP))
    mean, std = np.meshgrid(means[::CLICK_STEP], stds[::CLICK_STEP])
    still = {"opacity": 0}
    traces: list[Trace] = [
        {
            "type": "contour",
            "x": means.astype(np.float32),
            "y": stds.astype(np.float32),
            "z": np.clip(heights, low, high).astype(np.float32),
            "colorscale": [[0, colours.paper], [1, colours.veil(colours.kl, 0.75)]],
            "showscale": False,
            "contours": {"start": low, "end": high, "size": max((high - low) / 16, 1e-6)},
            "line": {"width": 0.6, "color": colours.kl},
            "hoverinfo": "skip",
        },
        # A contour sends no event when it is clicked, a point does.
        scatter(
            x=mean.ravel().astype(np.float32),
            y=std.ravel().astype(np.float32),
            mode="markers",
            marker={"size": 13, **still},
            selected={"marker": still},
            unselected={"marker": still},
            customdata=divergences[picked].ravel().astype(np.float32),
            hovertemplate="mean %{x:.2f}, spread %{y:.2f}: %{customdata:.3f} "
            f"{unit}<extra>click: start here</extra>",
        ),
        scatter(
            x=path.means,
            y=path.stds,
            mode="lines",
            line={"color": colours.ink, "width": 2.5},
            hoverinfo="skip",
        ),
        scatter(
            x=[path.means[0], path.means[-1]],
            y=[path.stds[0], path.stds[-1]],
            mode="markers",
            marker={
                "color": [colours.paper, colours.q],
                "size": 13,
                "symbol": ["circle", "diamond"],
                "line": {"color": [colours.q, colours.ink], "width": [3, 1.5]},
            },
            hoverinfo="skip",
        ),
    ]
    name = NAMES[direction]
    return figure(
        traces,
        colours,
        title=f"{name}: {_counted_optima(len(optima))}",
        height=400,
        showlegend=False,
        clickmode="event+select",
        annotations=[
            {
                "x": fit.mean,
                "y": math.log10(fit.std),
                "text": circled(place) if len(optima) > 1 else "the optimum",
                "showarrow": False,
                "yshift": 17,
                "font": {"size": 18 if len(optima) > 1 else 14, "color": colours.ink},
            }
            for place, fit in enumerate(optima, start=1)
        ],
        xaxis=_line(means, "mean of Q"),
        yaxis={
            "type": "log",
            "range": [math.log10(stds[0]), math.log10(stds[-1])],
            "tickvals": SPREADS,
            "ticktext": [f"{value:g}" for value in SPREADS],
            "showgrid": False,
            "title": {"text": "spread of Q"},
        },
    )


def movie_figure(
    x: Array,
    p: Array,
    paths: dict[Direction, Descent],
    curves: dict[Direction, Array],
    stops: dict[Direction, Array],
    unit: str,
    colours: Palette,
) -> Figure:
    """Return both descents as a film: Q forward and Q reverse, above what each still costs.

    Parameters
    ----------
    x, p : ndarray, shape (n,)
        Positions and the density of P.
    paths : dict
        The descent in each direction, divergences in `unit`.
    curves : dict
        For each direction the densities of Q, shape (frames, n).
    stops : dict
        Which step of the descent each frame shows, shape (frames,).
    unit : str
        What divergences are measured in.
    colours : Palette
        Of the page's theme.
    """
    top = steady_limit(max(float(p.max()), *(float(q[-1].max()) for q in curves.values())), 0.2)
    highest = max(float(path.divergences.max()) for path in paths.values())
    lowest = min(float(path.divergences.min()) for path in paths.values())
    floor = max(lowest, 1e-3)
    # Ends that rarely move: half powers of ten, and fifties of steps.
    bottom = math.floor(2 * math.log10(floor) - 0.2) / 2
    ceiling = math.ceil(2 * math.log10(max(highest, 2 * floor)) + 0.2) / 2
    traces = [p_density(x, p, colours)]
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
                hovertemplate=f"step %{{x}}: {name} = %{{y:.3f}} {unit}<extra></extra>",
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
        f"{amount(last['reverse'], unit)}",
        height=470,
        margin={"l": 60, "r": 12, "t": 92, "b": 44},
        xaxis={**_line(x), "anchor": "y"},
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
            "title": {"text": f"D, {unit}"},
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


def between_figure(
    x: Array,
    p: Array,
    q: Array,
    alphas: Array,
    optima: Sequence[Sequence[GaussianFit]],
    chosen: tuple[float, GaussianFit],
    breaks: Sequence[float],
    colours: Palette,
) -> Figure:
    """Return P and the best Q at one α, above where the best Q lies for every α.

    Parameters
    ----------
    x, p, q : ndarray, shape (n,)
        Positions, the density of P, and that of the best Q at the chosen α.
    alphas : ndarray, shape (m,)
        Rising from 0, reverse, to 1, forward.
    optima : sequence of sequences of GaussianFit, length m
        At each α, the best first.
    chosen : tuple
        Which α the upper row shows, and its best fit.
    breaks : sequence of float
        Where the best Q leaps from one branch to another.
    colours : Palette
        Of the page's theme.
    """
    traces = densities(x, p, q, colours)
    edge = {"mode": "lines", "xaxis": "x2", "yaxis": "y2", "showlegend": False, "hoverinfo": "skip"}
    cuts = [-1.0, *breaks, 2.0]
    for low, high in pairwise(cuts):
        here = (alphas >= low) & (alphas < high)
        means, stds = (
            np.array([getattr(fits[0], name) for fits in optima])[here] for name in ("mean", "std")
        )
        line = {"color": colours.q, "width": 1}
        traces += [
            scatter(x=alphas[here], y=means - stds, line=line, **edge),
            scatter(
                x=alphas[here],
                y=means + stds,
                line=line,
                fill="tonexty",
                fillcolor=colours.veil(colours.q),
                **edge,
            ),
            scatter(
                x=alphas[here],
                y=means,
                **{**edge, "hoverinfo": "x+y"},
                line={"color": colours.q, "width": 3},
                hovertemplate="α = %{x:.2f}: mean %{y:.2f}<extra>the best Q</extra>",
            ),
        ]
    others = [(alpha, fit.mean) for alpha, fits in zip(alphas, optima, strict=True)
              for fit in fits[1:]]  # fmt: skip
    traces.append(
        scatter(
            x=[alpha for alpha, _ in others],
            y=[mean for _, mean in others],
            xaxis="x2",
            yaxis="y2",
            mode="markers",
            marker={"color": colours.q, "size": 5, "symbol": "circle-open"},
            showlegend=False,
            hovertemplate="α = %{x:.2f}: mean %{y:.2f}<extra>another local optimum</extra>",
        )
    )
    reach = float(x[-1])
    alpha, fit = chosen
    lines = [(alpha, colours.ink, "solid")]
    lines += [(value, colours.muted, "dot") for value in breaks]
    top = steady_limit(1.15 * max(float(p.max()), float(q.max())), 0.2)
    return figure(
        traces,
        colours,
        title=f"α = {number(alpha, 2)}: mean {position(fit.mean)}, spread {position(fit.std)}",
        height=560,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        shapes=[
            {
                "type": "line",
                "xref": "x2",
                "yref": "y2",
                "x0": at,
                "x1": at,
                "y0": -reach,
                "y1": reach,
                "line": {"color": colour, "width": 1.5, "dash": dash},
            }
            for at, colour, dash in lines
        ],
        annotations=[
            {
                "xref": "x2",
                "yref": "y2",
                "x": at,
                "y": reach,
                "yanchor": "bottom",
                "text": "breaks",
                "showarrow": False,
                "font": {"color": colours.muted, "size": 12},
            }
            for at in breaks[:1]
        ],
        xaxis={**_line(x, "x"), "anchor": "y"},
        yaxis={"domain": [0.62, 1], "range": [0, top], "nticks": 4, "title": {"text": "density"}},
        xaxis2={
            "anchor": "y2",
            "range": [-0.07, 1.07],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": ["0<br>D(Q‖P)", "¼", "½", "¾", "1<br>D(P‖Q)"],
            "showgrid": False,
            "zeroline": False,
            "title": {"text": "α", "standoff": 0},
        },
        yaxis2={
            "domain": [0.06, 0.44],
            "range": [-reach, reach],
            "nticks": 5,
            "title": {"text": "mean ± spread of Q"},
        },
    )


def plane_figure(
    x: Array,
    y: Array,
    p: Array,
    fits: Sequence[PlaneFit],
    direction: Direction,
    title: str,
    colours: Palette,
) -> Figure:
    """Return P as contours in the plane and every Q as ellipses at one and two spreads.

    Parameters
    ----------
    x : ndarray, shape (m,)
    y : ndarray, shape (n,)
        Positions.
    p : ndarray, shape (n, m)
        The density of P.
    fits : sequence of PlaneFit
        Every Q, best first.
    direction : {"forward", "reverse"}
        Whose optima these are.
    title : str
        What is found.
    colours : Palette
        Of the page's theme.
    """
    peak = float(p.max())
    traces: list[Trace] = [
        {
            "type": "contour",
            "x": x,
            "y": y,
            "z": p.astype(np.float32),
            "showscale": False,
            "colorscale": [[0, colours.paper], [1, colours.veil(colours.p, 0.6)]],
            "contours": {"start": peak / 12, "end": peak, "size": peak / 6},
            "line": {"width": 1, "color": colours.p},
            "hoverinfo": "skip",
        }
    ]
    turn = np.linspace(0, 2 * np.pi, 60)
    for place, fit in enumerate(fits):
        ring = np.linalg.cholesky(np.array(fit.covariance)) @ [np.cos(turn), np.sin(turn)]
        for size in (1, 2):
            across, up = np.array(fit.mean)[:, None] + size * ring
            traces.append(
                scatter(
                    x=across,
                    y=up,
                    mode="lines",
                    line={
                        "color": colours.q,
                        "width": 3 if place == 0 else 1.5,
                        "dash": DASHES[direction],
                    },
                    hoverinfo="skip",
                )
            )
    return figure(
        traces,
        colours,
        title=title,
        height=400,
        showlegend=False,
        margin={"l": 40, "r": 8, "t": 48, "b": 36},
        annotations=[
            {
                "x": fit.mean[0],
                "y": fit.mean[1],
                "text": circled(place) if len(fits) > 1 else "Q",
                "showarrow": False,
                "font": {"size": 16, "color": colours.ink},
            }
            for place, fit in enumerate(fits, start=1)
        ],
        xaxis={"range": [float(x[0]), float(x[-1])], "showgrid": False, "zeroline": False},
        yaxis={
            "range": [float(y[0]), float(y[-1])],
            "showgrid": False,
            "zeroline": False,
            "scaleanchor": "x",
            "constrain": "domain",
        },
    )


def _tag(text: str, x: float, y: float, colour: str) -> dict[str, object]:
    """Return a label that stands on the top of a curve."""
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"color": colour, "size": 16},
    }


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


def _counted_optima(count: int) -> str:
    """Return how many valleys a map has, in words."""
    return "one valley" if count == 1 else f"{count} valleys"


def _line(x: Array, title: str = "") -> dict[str, object]:
    """Return an axis that shows all of `x`, marked so that no two labels meet on a phone."""
    span = float(x[-1] - x[0])
    return {
        "range": [float(x[0]), float(x[-1])],
        "showgrid": False,
        "zeroline": False,
        "dtick": 2 if span <= 16 else 4 if span <= 40 else 8,
        "title": {"text": title, "standoff": 4},
    }
