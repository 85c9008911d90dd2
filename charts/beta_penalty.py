"""Figures of the rope: the next word, what optimising too far does, and training as it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charts.outcomes import LABELS
from charts.style import (
    Q_PATTERN,
    Figure,
    Palette,
    Trace,
    bar,
    figure,
    percent,
    scatter,
    steady_limit,
)
from kl_core.validation import Array


@dataclass(frozen=True, eq=False)
class Curve:
    """What policies earn and cost along a family of them.

    Attributes
    ----------
    distance : ndarray, shape (n,)
        √KL to the reference, KL in the learner's unit.
    reward, judge, error : ndarray, shape (n,)
        The reward model's score, the judge's, and the standard error of the latter.
    names : sequence of str, length n
        What each is called, for hover text.
    """

    distance: Array
    reward: Array
    judge: Array
    error: Array
    names: Sequence[str]


@dataclass(frozen=True, eq=False)
class Training:
    """How one run of training went, step by step.

    Attributes
    ----------
    name : str
        Of the run.
    steps, reward, judge, kl, beta : ndarray, shape (n,)
        Estimated from each step's batch; KL in the learner's unit.
    exact_steps, exact_reward, exact_kl : ndarray, shape (m,)
        The same without chance, every few steps; the first is the reference at step 0.
    dash : str
        Of its lines, as Plotly names it.
    kept : bool
        Whether it is an earlier run, kept to compare with.
    """

    name: str
    steps: Array
    reward: Array
    judge: Array
    kl: Array
    beta: Array
    exact_steps: Array
    exact_reward: Array
    exact_kl: Array
    dash: str = "solid"
    kept: bool = False


def words_figure(words: Sequence[str], p: Array, q: Array, colours: Palette) -> Figure:
    """Return how likely a few next words are for the reference, P, and for the policy, Q.

    Parameters
    ----------
    words : sequence of str, length k
        The likeliest first.
    p, q : ndarray, shape (k,)
        Their chances.
    colours : Palette
        Of the page's theme.
    """
    names = [word if word != "." else "full stop" for word in words]
    traces = [
        bar(
            x=100 * chances,
            y=names,
            orientation="h",
            name=name,
            marker={"color": colour, **pattern},
            text=[percent(chance, 0) if chance >= 0.005 else "" for chance in chances],
            **LABELS,
            hovertemplate=f"{name}, %{{y}}: %{{x:.3~g}}%<extra></extra>",
        )
        for chances, name, colour, pattern in (
            (p, "P, SFT model", colours.p, {}),
            (q, "Q, policy", colours.q, {"pattern": Q_PATTERN}),
        )
    ]
    likeliest = int(q.argmax())
    return figure(
        traces,
        colours,
        title=f"Next word: “{names[likeliest]}”, {percent(q[likeliest], 0)} "
        f"(SFT: {percent(p[likeliest], 0)})",
        height=320,
        margin={"l": 80, "r": 8, "t": 64, "b": 44},
        bargap=0.25,
        xaxis={
            "range": [0, 1.15 * steady_limit(100 * float(max(p.max(), q.max())), 20)],
            "nticks": 6,
            "title": {"text": "chance of the next word, %"},
        },
        yaxis={"autorange": "reversed", "showgrid": False},
    )


def hacking_figure(
    curve: Curve,
    best_of: Curve,
    other: tuple[int, Curve] | None,
    fits: Sequence[tuple[str, Array, Array]],
    here: int,
    best: int | None,
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
    here : int
        Where on `curve` the learner is.
    best : int, optional
        Where on `curve` the judge's score is largest, once that may be told.
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
    marks = [
        (here, "circle", colours.q),
        *([(best, "star", colours.good)] if best is not None else []),
    ]
    for place, symbol, colour in marks:
        traces += [
            scatter(
                x=curve.distance[place : place + 1],
                y=values[place : place + 1],
                yaxis=axis,
                mode="markers",
                marker={
                    "color": colour,
                    "size": 13 if symbol == "circle" else 16,
                    "symbol": symbol,
                    "line": {"color": colours.paper, "width": 2},
                },
                hovertemplate=f"{curve.names[place]}: %{{y:.3f}}<extra></extra>",
            )
            for values, axis in ((curve.reward, "y"), (curve.judge, "y2"))
        ]
    both = [curve, *compared]
    farthest = max(float(each.distance.max()) for each in both)
    highest = max(float(each.reward.max()) for each in (*both, best_of))
    lowest = min(0.0, *(float(each.reward.min()) for each in (*both, best_of)))
    first, most, last = curve.judge[0], curve.judge.max(), curve.judge[-1]
    noise = 2 * float(curve.error[curve.judge.argmax()])
    if most - first <= noise:
        finding = "the judge does not follow"
    else:
        finding = "the judge turns" if most - last > noise else "so does the judge’s score"
    return figure(
        traces,
        colours,
        title=f"The reward keeps rising; {finding}",
        height=520,
        showlegend=False,
        annotations=[
            _heading("Reward model’s score", 1.0, colours.q, colours),
            _heading("Judge’s score, of 7", 0.47, colours.good, colours),
        ],
        xaxis={
            "anchor": "y2",
            "range": [-0.2, 1.04 * farthest],
            "title": {"text": f"√D(π‖π_SFT), D in {unit}"},
        },
        yaxis={"domain": [0.56, 0.98], "range": [1.08 * lowest, 1.08 * highest], "nticks": 5},
        yaxis2={"domain": [0, 0.45], "range": [0, 7.2], "nticks": 8},
    )


def training_figure(
    runs: Sequence[Training],
    target: float | None,
    asked: float | None,
    last: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return reward, judge's score, KL and β step by step, one below the other.

    Parameters
    ----------
    runs : sequence of Training
        Each with a dash of its own; the kept ones in grey.
    target : float, optional
        The KL that an adaptive rope aims at, in `unit`.
    asked : float, optional
        The KL of the exact optimum at a fixed β, in `unit`.
    last : int
        Steps that a run takes.
    unit : str
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    traces: list[Trace] = []
    for run in runs:
        colour = {
            "reward": colours.q,
            "judge": colours.good,
            "kl": colours.kl,
            "beta": colours.ink,
        }
        if run.kept:
            colour = dict.fromkeys(colour, colours.muted)
        noisy = ((run.reward, "y", "reward"), (run.judge, "y2", "judge"), (run.kl, "y3", "kl"))
        exact = ((run.exact_reward, "y", "reward"), (run.exact_kl, "y3", "kl"))
        traces += [
            scatter(
                x=run.steps,
                y=values,
                yaxis=axis,
                mode="markers",
                marker={"color": colour[name], "size": 3, "opacity": 0.5},
                hoverinfo="skip",
            )
            for values, axis, name in noisy
        ]
        lines = [
            *((run.exact_steps, *each) for each in exact),
            (run.steps, smooth(run.judge), "y2", "judge"),
            (run.steps, np.where(run.beta > 0, run.beta, np.nan), "y4", "beta"),
        ]
        traces += [
            scatter(
                x=steps,
                y=values,
                yaxis=axis,
                mode="lines",
                line={"color": colour[name], "width": 2, "dash": run.dash},
                hovertemplate=f"{run.name}, step %{{x}}: %{{y:.3~g}}<extra></extra>",
            )
            for steps, values, axis, name in lines
        ]
    levels = [
        {
            "type": "line",
            "x0": 0,
            "x1": last,
            "y0": level,
            "y1": level,
            "yref": "y3",
            "line": {"color": colours.muted, "width": 1.5, "dash": dash},
        }
        for level, dash in ((target, "dash"), (asked, "dot"))
        if level is not None
    ]
    rope = "dashed: its target" if target is not None else "dotted: the exact optimum’s"
    return figure(
        traces,
        colours,
        title="Reward, judge, KL and β, step by step",
        height=640,
        showlegend=False,
        shapes=levels,
        annotations=[
            _heading("Reward (dots: batches; line: exact)", 1.0, colours.q, colours),
            _heading(
                "Judge’s score, of 7 (line: mean of 15 batches)", 0.745, colours.good, colours
            ),
            _heading(
                f"D(π‖π_SFT), {unit}" + (f" ({rope})" if levels else ""), 0.485, colours.kl, colours
            ),
            _heading("β", 0.225, colours.ink, colours),
        ],
        xaxis={"anchor": "y4", "range": [0, last], "title": {"text": "step"}},
        yaxis={"domain": [0.79, 0.975], "nticks": 4},
        yaxis2={"domain": [0.53, 0.715], "range": [0, 7.2], "nticks": 4},
        yaxis3={"domain": [0.27, 0.455], "rangemode": "tozero", "nticks": 4},
        yaxis4={
            "domain": [0, 0.195],
            "type": "log",
            "nticks": 4,
            "exponentformat": "power",
        },
    )


def landing_figure(
    frontier: Curve, runs: Sequence[Training], unit: str, colours: Palette
) -> Figure:
    """Return the way each run took, below the frontier that nothing can cross.

    Parameters
    ----------
    frontier : Curve
        Of the exact optima.
    runs : sequence of Training
        Each from the reference to where it ended.
    unit : str
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    farthest = max(
        [2.0, *(1.25 * float(np.sqrt(np.maximum(run.exact_kl, 0)).max()) for run in runs)]
    )
    traces = [
        scatter(
            x=frontier.distance,
            y=frontier.reward,
            mode="lines",
            line={"color": colours.ink, "width": 2},
            customdata=list(frontier.names),
            hovertemplate="exact optimum, %{customdata}: %{y:.3f}<extra></extra>",
        )
    ]
    for run in runs:
        colour = colours.muted if run.kept else colours.q
        distance = np.sqrt(np.maximum(run.exact_kl, 0.0))
        traces.append(
            scatter(
                x=distance,
                y=run.exact_reward,
                mode="lines+markers",
                line={"color": colour, "width": 1.5, "dash": run.dash},
                marker={"color": colour, "size": [3] * (distance.size - 1) + [12]},
                customdata=run.exact_steps,
                hovertemplate=f"{run.name}, step %{{customdata}}: %{{y:.3f}}<extra></extra>",
            )
        )
    lowest = float(frontier.reward.min())
    highest = float(np.interp(farthest, frontier.distance, frontier.reward))
    return figure(
        traces,
        colours,
        title="The way of each run, below the exact frontier",
        height=380,
        showlegend=False,
        xaxis={"range": [-0.05, farthest], "title": {"text": f"√D(π‖π_SFT), D in {unit}"}},
        yaxis={
            "range": [lowest - 0.02, 1.08 * highest + 0.02],
            "nticks": 6,
            "title": {"text": "reward"},
        },
    )


def smooth(values: Array, width: int = 15) -> Array:
    """Return the mean of up to `width` values that end at each.

    Examples
    --------
    >>> smooth(np.array([1.0, 3.0, 5.0]), 2)
    array([1., 2., 4.])
    """
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(ends - width, 0)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def _heading(text: str, top: float, colour: str, colours: Palette) -> dict[str, object]:
    return {
        "text": f"<b>{text}</b>",
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "bgcolor": colours.paper,
        "font": {"color": colour, "size": 13},
    }
