"""Figures of the lesson on KL from samples."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from charts.curves import densities
from charts.style import (
    Figure,
    Palette,
    Trace,
    amount,
    bar,
    counted,
    figure,
    number,
    percent,
    position,
    scatter,
    steady_limit,
)
from kl_core.validation import Array

NAMES = ("k1", "k2", "k3")
BINS = 100
# Told apart by dash and symbol as well as by place.
DASHES = {"k1": "solid", "k2": "dot", "k3": "dash"}
SYMBOLS = {"k1": "circle", "k2": "diamond", "k3": "square"}
# Of the rows below each other, the first on top.
ROWS = [(0.71, 1), (0.36, 0.65), (0.01, 0.3)]
# A legend along the lower edge, clear of the title of the axis however high the figure is.
BELOW = {"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"}

# How each placement of a penalty is drawn, wherever several stand side by side.
LOOKS = {
    "k1 in the reward": ("solid", "circle"),
    "k2 in the loss": ("dash", "diamond"),
    "k3 in the loss": ("dashdot", "square"),
    "k1 in the loss": ("dot", "x"),
    "no penalty": ("longdash", "cross"),
}


def pair_figure(x: Array, p: Array, q: Array, colours: Palette) -> Figure:
    """Return the densities of P and of Q, which is drawn from, all of shape (n,)."""
    return figure(
        densities(x, p, q, colours),
        colours,
        title="Draws come from Q",
        height=220,
        margin={"l": 40, "r": 8, "t": 64, "b": 28},
        xaxis={"range": [float(x[0]), float(x[-1])], "showgrid": False},
        yaxis={"range": [0, 0.85], "nticks": 3},
    )


def histograms_figure(
    means: Mapping[str, Array],
    truth: float,
    expected: Mapping[str, float],
    spread: float,
    draws: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return how many estimates of each kind fall where, one row for k1, k2 and k3.

    Parameters
    ----------
    means : mapping of str to ndarray of shape (n,)
        Estimates of each kind, in `unit`.
    truth : float
        The divergence, in `unit`.
    expected : mapping of str to float
        What each kind gives on average, exactly, in `unit`.
    spread : float
        The standard deviation of k1's estimates, in `unit`: it sets how far the axis goes.
    draws : int
        In each estimate.
    unit : str
        What all of them are measured in.
    colours : Palette
        Of the page's theme.
    """
    low = -steady_limit(max(3.5 * spread - truth, 0.02 * truth), 1e-4)
    high = steady_limit(
        max(truth + 3.5 * spread, *(1.1 * each for each in expected.values())), 1e-4
    )
    step = steady_limit((high - low) / BINS, 1e-7)
    # Multiples of the step, so that no bar lies on both sides of 0.
    edges = step * np.arange(math.floor(low / step), math.ceil(high / step) + 1)
    counts = {
        name: np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
        for name, values in means.items()
    }
    middles = (edges[:-1] + edges[1:]) / 2
    # The same in each row, and much to write.
    hues = [colours.of_sign(middle) for middle in middles.tolist()]
    ends = [position(edge, 4) for edge in edges.tolist()]
    between = [[left, right] for left, right in pairwise(ends)]
    traces: list[Trace] = []
    notes, axes, lines = [], {}, []
    for place, (name, domain) in enumerate(zip(means, ROWS, strict=True), start=1):
        axis = "y" if place == 1 else f"y{place}"
        values, tallest = means[name], steady_limit(1.05 * counts[name].max())
        traces.append(
            bar(
                x=middles,
                y=counts[name],
                yaxis=axis,
                width=step,
                marker={"color": hues},
                customdata=between,
                hovertemplate=f"%{{y}} estimates by {name} from %{{customdata[0]}} to "
                f"%{{customdata[1]}} {unit}<extra></extra>",
                showlegend=False,
            )
        )
        traces.append(
            scatter(
                x=[expected[name]],
                y=[0],
                yaxis=axis,
                mode="markers",
                marker={
                    "color": colours.ink,
                    "size": 12,
                    "symbol": "triangle-up",
                    "line": {"color": colours.paper, "width": 1},
                },
                cliponaxis=False,
                hovertemplate=f"{name} on average: {number(expected[name], 4)} {unit}"
                "<extra></extra>",
                showlegend=False,
            )
        )
        beyond = int((values > edges[-1]).sum() + (values < edges[0]).sum())
        below = float((values < 0).mean())
        notes.append(
            {
                "text": f"<b>{name}</b>, {percent(below) if below else 'none'} below 0"
                + (f"; {beyond} beyond the picture" if beyond else ""),
                "xref": "paper",
                "yref": "paper",
                "x": 0,
                "y": domain[1],
                "xanchor": "left",
                "yanchor": "top",
                "showarrow": False,
                "bgcolor": colours.paper,
                "font": {"color": colours.ink},
            }
        )
        axes["yaxis" if place == 1 else f"yaxis{place}"] = {
            "domain": [*domain],
            "range": [0, tallest],
            "nticks": 3,
            "title": {"text": "count"},
        }
        lines.append(
            {
                "type": "line",
                "x0": truth,
                "x1": truth,
                "y0": 0,
                "y1": tallest,
                "yref": axis,
                "line": {"color": colours.ink, "width": 1.5, "dash": "dash"},
            }
        )
    return figure(
        traces,
        colours,
        title=f"{counted(draws, 'draw')} each; dashed: D = {amount(truth, unit)}",
        height=500,
        bargap=0,
        shapes=lines,
        annotations=notes,
        xaxis={
            "anchor": "y3",
            "range": [edges[0], edges[-1]],
            "showgrid": False,
            "title": {"text": f"estimate of D(Q‖P), {unit}"},
        },
        **axes,
    )


def heights(kl: Array, noise: Mapping[str, Array], here: float) -> dict[str, float]:
    """Return how high the lines of `noise_figure` are at a divergence; only those that are there.

    Examples
    --------
    >>> kl = np.array([1.0, 2.0])
    >>> heights(kl, {"k1": np.array([3.0, 5.0]), "k3": np.array([np.inf, np.inf])}, 1.5)
    {'k1': 4.0}
    >>> heights(kl, {"k1": np.array([3.0, 5.0])}, 2.5)
    {}
    """
    if not kl[0] <= here <= kl[-1]:
        return {}
    found = {name: float(np.interp(here, kl, values)) for name, values in noise.items()}
    return {name: height for name, height in found.items() if math.isfinite(height)}


def noise_figure(
    kl: Array,
    noise: Mapping[str, Array],
    here: float | None,
    crossing: float | None,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return how noisy one draw of each estimator is, in shares of the truth, as Q moves away.

    Parameters
    ----------
    kl : ndarray, shape (n,)
        D(Q‖P), increasing, in `unit`.
    noise : mapping of str to ndarray of shape (n,)
        Standard deviation of one draw over D(Q‖P); ``inf`` is left out.
    here : float, optional
        Where the learner is, in `unit`.
    crossing : float, optional
        Where k3 becomes noisier than k1, in `unit`.
    unit : str
        What the divergence is measured in.
    colours : Palette
        Of the page's theme.
    """
    traces = [
        scatter(
            x=kl,
            y=np.where(np.isfinite(values), values, np.nan),
            name=name,
            mode="lines",
            line={"color": colours.kl, "width": 2.5, "dash": DASHES[name]},
            hovertemplate=f"{name}, D(Q‖P) = %{{x:.3~g}} {unit}: %{{y:.3~g}} times as large"
            "<extra></extra>",
        )
        for name, values in noise.items()
    ]
    if crossing is not None:
        at = float(np.interp(crossing, kl, noise["k1"]))
        traces.append(
            scatter(
                x=[crossing],
                y=[at],
                mode="markers",
                marker={"color": colours.ink, "size": 12, "symbol": "star"},
                showlegend=False,
                hovertemplate=f"k3 is noisier than k1 from {number(crossing)} {unit} on"
                "<extra></extra>",
            )
        )
    if here is not None:
        traces += [
            scatter(
                x=[here],
                y=[height],
                mode="markers",
                marker={"color": colours.q, "size": 11, "symbol": SYMBOLS[name]},
                showlegend=False,
                hovertemplate=f"{name}, here: {number(height, 2)}<extra></extra>",
            )
            for name, height in heights(kl, noise, here).items()
        ]
    title = (
        f"k3 is noisier than k1 beyond {amount(crossing, unit)}"
        if crossing is not None
        else "k3 is nowhere the quieter one"
        if not np.isfinite(noise["k3"]).any() or (noise["k3"] > noise["k1"]).all()
        else "k3 is quieter than k1 all along"
    )
    return figure(
        traces,
        colours,
        title=title,
        height=380,
        xaxis={
            "type": "log",
            "title": {"text": f"D(Q‖P), {unit} (how far Q is from P)"},
            "range": [math.log10(kl[0]), math.log10(kl[-1])],
            "dtick": 1,
        },
        yaxis={
            "type": "log",
            "range": [-0.4, 2.5],
            "dtick": 1,
            "title": {"text": "spread of one draw ÷ D(Q‖P)"},
        },
    )


@dataclass(frozen=True)
class Running:
    """An estimate as more and more samples come in, in the unit of the page.

    Attributes
    ----------
    name : str
        "k1" or "k3".
    mean, error : ndarray, shape (n,)
        Of the samples so far, with its standard error.
    """

    name: str
    mean: Array
    error: Array


def running_figure(
    counts: Array,
    estimates: Sequence[Running],
    truth: float,
    bound_for: float,
    seen: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what estimates come to as more texts are drawn, and where they are bound for.

    Parameters
    ----------
    counts : ndarray, shape (n,)
        How many texts, increasing.
    estimates : sequence of Running
        The first with a band of two standard errors.
    truth : float
        D(Q‖P), in `unit`.
    bound_for : float
        What k1 averages to for this way of drawing, in `unit`.
    seen : int
        How many texts the learner has.
    unit : str
        What all of them are measured in.
    colours : Palette
        Of the page's theme.
    """
    first = estimates[0]
    seen_at = int(np.searchsorted(counts, seen))
    inside = np.concatenate(
        [[truth, bound_for], *(each.mean[len(counts) // 3 :] for each in estimates)]
    )
    low = -steady_limit(-1.3 * float(min(inside.min(), 0.0)), 0.02)
    high = steady_limit(1.3 * float(max(inside.max(), 0.0)), 0.02)
    edge = {"x": counts, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    traces = [
        scatter(**edge, y=first.mean - 2 * first.error, showlegend=False),
        scatter(
            **edge,
            y=first.mean + 2 * first.error,
            fill="tonexty",
            fillcolor=colours.veil(colours.kl),
            showlegend=False,
        ),
        *(
            scatter(
                x=counts,
                y=each.mean,
                name=each.name,
                mode="lines",
                line={"color": colours.kl, "width": 2.5, "dash": DASHES[each.name]},
                hovertemplate=f"{each.name} of %{{x:,}} texts: %{{y:.4~f}} {unit}<extra></extra>",
            )
            for each in estimates
        ),
        scatter(
            x=[counts[0], counts[-1]],
            y=[truth, truth],
            name="true D(Q‖P)",
            mode="lines",
            line={"color": colours.ink, "width": 1.5, "dash": "dash"},
            hovertemplate=f"true D(Q‖P): {number(truth, 4)} {unit}<extra></extra>",
        ),
        scatter(
            x=[seen],
            y=[float(first.mean[seen_at])],
            mode="markers",
            marker={"color": colours.q, "size": 12},
            showlegend=False,
            hovertemplate=f"your {seen:,} texts<extra></extra>",
        ),
    ]
    if abs(bound_for - truth) > 1e-9 * max(abs(truth), 1):
        traces.append(
            scatter(
                x=[counts[0], counts[-1]],
                y=[bound_for, bound_for],
                name="where k1 is bound for",
                mode="lines",
                line={"color": colours.good, "width": 2, "dash": "dot"},
                hovertemplate=f"k1 is bound for {number(bound_for, 4)} {unit}<extra></extra>",
            )
        )
    return figure(
        traces,
        colours,
        title=f"k1 of {seen:,} texts: {amount(float(first.mean[seen_at]), unit)}",
        height=430,
        legend=BELOW,
        margin={"l": 56, "r": 8, "t": 48, "b": 140},
        xaxis={
            "type": "log",
            "range": [math.log10(counts[0]), math.log10(counts[-1])],
            "dtick": 1,
            "title": {"text": "texts so far (band: k1 ± two standard errors)", "standoff": 8},
        },
        yaxis={"range": [low, high], "title": {"text": f"estimate, {unit}"}},
    )


def pulls_figure(
    words: Sequence[str],
    pulls: Mapping[str, Array],
    reverse: Array,
    forward: Array,
    title: str,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return how each placement of a penalty pulls at a few next words, beside both true slopes.

    Parameters
    ----------
    words : sequence of str, length k
        The likeliest first.
    pulls : mapping of str to ndarray of shape (k,)
        Expected gradient in the logit of each word, for each placement, in `unit`.
    reverse, forward : ndarray, shape (k,)
        Gradients of D(Q‖P) and of D(P‖Q), in `unit`.
    title : str
        The finding.
    unit : str
        What they are measured in.
    colours : Palette
        Of the page's theme.
    """
    count = np.arange(len(words))
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
            text=[*words],
            hovertemplate=f"{name}, %{{text}}: %{{customdata}} {unit}<extra></extra>",
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
            values,
            0.13 * (place - 1.5),
            {"color": colours.ink, "size": 8, "symbol": LOOKS[name][1]},
        )
        for place, (name, values) in enumerate(pulls.items())
    ]
    return figure(
        [*slopes, *drawn],
        colours,
        title=title,
        height=440,
        legend=BELOW,
        margin={"l": 56, "r": 8, "t": 48, "b": 130},
        xaxis={
            "tickvals": count,
            "ticktext": [*words],
            "range": [-0.5, len(words) - 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "range": [-limit, limit],
            "title": {"text": f"pull at the logit, {unit}"},
        },
    )


@dataclass(frozen=True)
class Run:
    """A run of training with one placement of the penalty.

    Attributes
    ----------
    name : str
        A key of `LOOKS`.
    steps : ndarray, shape (n,)
        At which the figures were worked out.
    reward : ndarray, shape (n,)
        Expected, exact.
    kl : ndarray, shape (n,)
        D(π‖π_SFT), exact, in the unit of the page.
    """

    name: str
    steps: Array
    reward: Array
    kl: Array


def placements_figure(
    runs: Sequence[Run], optimum: tuple[float, float], unit: str, colours: Palette
) -> Figure:
    """Return exact KL and reward of runs that differ only in where the penalty stands.

    Parameters
    ----------
    runs : sequence of Run
        Each drawn in its own dash.
    optimum : tuple of float
        KL (in `unit`) and reward of the exact optimum, as dotted lines.
    unit : str
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    traces = [
        scatter(
            x=run.steps,
            y=values,
            yaxis=axis,
            name=run.name,
            legendgroup=run.name,
            showlegend=axis == "y",
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": LOOKS[run.name][0]},
            marker={"symbol": LOOKS[run.name][1], "size": 7},
            hovertemplate=f"{run.name}, step %{{x}}: %{{y:.3~g}}<extra></extra>",
        )
        for run in runs
        for axis, values, colour in (
            ("y", np.where(run.kl > 0, run.kl, np.nan), colours.kl),
            ("y2", run.reward, colours.q),
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
        for axis, level in zip(("y", "y2"), optimum, strict=True)
    ]
    furthest = max(runs, key=lambda run: run.kl[-1])
    return figure(
        traces,
        colours,
        title=f"Furthest away: {furthest.name}, {amount(float(furthest.kl[-1]), unit)}",
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
            "title": {"text": f"D(π‖π_SFT), {unit}"},
        },
        yaxis2={"domain": [0, 0.44], "nticks": 5, "title": {"text": "reward"}},
    )
