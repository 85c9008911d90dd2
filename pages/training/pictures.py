"""Figures of training as it goes, and of where it lands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charts.style import Figure, Palette, Trace, figure, heading, scatter
from charts.units import Unit
from kl_core import Array
from pages.training.runs import Settings, TrainingRun
from widgets.optima import Curve, whole_curve

# The runs of today, and those that are kept.
DASHES = ("solid", "dash", "dot")
KEPT_DASHES = ("longdash", "dashdot", "longdashdot")


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
    steps: NDArray[np.int64]
    reward: Array
    judge: Array
    kl: Array
    beta: Array
    exact_steps: NDArray[np.int64]
    exact_reward: Array
    exact_kl: Array
    dash: str = "solid"
    kept: bool = False


def train_picture(
    runs: Sequence[TrainingRun],
    kept: Sequence[TrainingRun],
    settings: Settings,
    unit: Unit,
    colours: Palette,
) -> Figure:
    """Return the chart of the runs, step by step."""
    target, asked = settings.levels(unit)
    return training_figure(
        _all_drawn(runs, kept, unit), target, asked, settings.steps, unit.name, colours
    )


def landing_picture(
    runs: Sequence[TrainingRun],
    kept: Sequence[TrainingRun],
    settings: Settings,
    unit: Unit,
    colours: Palette,
) -> Figure:
    """Return the chart of where the runs lead, below the exact frontier."""
    frontier = whole_curve(settings.world, unit)
    return landing_figure(frontier, _all_drawn(runs, kept, unit), unit.name, colours)


def _all_drawn(
    runs: Sequence[TrainingRun], kept: Sequence[TrainingRun], unit: Unit
) -> list[Training]:
    """Return the kept runs and these as the charts take them."""
    return [
        *(_drawn(run, unit, dash, kept=True) for run, dash in zip(kept, KEPT_DASHES, strict=False)),
        *(_drawn(run, unit, dash) for run, dash in zip(runs, DASHES, strict=False)),
    ]


def _drawn(run: TrainingRun, unit: Unit, dash: str, *, kept: bool = False) -> Training:
    """Return a run as the charts take it."""
    exact = sorted(run.exact.items())
    return Training(
        run.name,
        np.arange(1, run.steps + 1, dtype=np.int64),
        np.array(run.reward),
        np.array([mean for mean, _ in run.judge]),
        np.array([mean for mean, _ in run.kl]) / unit.nats,
        np.array(run.beta),
        np.array([step for step, _ in exact]),
        np.array([own.reward for _, own in exact]),
        np.array([own.kl for _, own in exact]) / unit.nats,
        dash,
        kept,
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
            heading("Reward (dots: batches; line: exact)", 1.0, colours.q, colours),
            heading("Judge’s score, of 7 (line: mean of 15 batches)", 0.745, colours.good, colours),
            heading(
                f"D(π‖π_SFT), {unit}" + (f" ({rope})" if levels else ""), 0.485, colours.kl, colours
            ),
            heading("β", 0.225, colours.ink, colours),
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
