"""The figure of training as it goes, step by step."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts.style import BELOW, Figure, Palette, Trace, figure, heading, scatter
from charts.units import Unit
from pages.training.numbers import smooth
from pages.training.pictures.drawn import Training, all_drawn
from pages.training.runs import BATCHES, TrainingRun
from pages.training.settings import Settings

# Where the axis of β has its numbers.
DECADES = [10.0**power for power in range(-12, 4)]


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
        all_drawn(runs, kept, unit), target, asked, settings.steps, unit.name, colours
    )


def training_figure(
    runs: Sequence[Training],
    target: float | None,
    asked: float | None,
    last: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return reward, judge's score, KL, different forecasts and β step by step, row by row.

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
            "different": colours.ink,
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
                showlegend=False,
            )
            for values, axis, name in noisy
        ]
        lines = [
            *((run.exact_steps, *each) for each in exact),
            (run.steps, smooth(run.judge), "y2", "judge"),
            (run.steps, run.different, "y4", "different"),
            (run.steps, np.where(run.beta > 0, run.beta, np.nan), "y5", "beta"),
        ]
        traces += [
            scatter(
                x=steps,
                y=values,
                yaxis=axis,
                mode="lines",
                name=run.label,
                # Each run once: by the line in ink, which says dashes and no more.
                showlegend=name == "beta",
                line={"color": colour[name], "width": 2, "dash": run.dash},
                hovertemplate=f"{run.name}, step %{{x}}: %{{y:.3~g}}<extra></extra>",
            )
            for steps, values, axis, name in lines
        ]
    turns = [(run, *run.turned) for run in runs if run.turned]
    if turns:
        traces.append(
            scatter(
                x=[step for _, step, _ in turns],
                y=[judge for _, _, judge in turns],
                yaxis="y2",
                mode="markers",
                showlegend=False,
                marker={"symbol": "x", "size": 11, "color": colours.ink},
                customdata=[run.name for run, *_ in turns],
                hovertemplate="%{customdata}: reward hacking from step %{x} on<extra></extra>",
            )
        )
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
    said = [
        text
        for text, level in (("dashed: target", target), ("dotted: optimum", asked))
        if level is not None
    ]
    hacking = "; ×: hacking" if turns else ""
    sizes = {run.batch_size for run in runs}
    of = f", of {sizes.pop()}" if len(sizes) == 1 else " in a batch"
    rows = [
        ("Reward (dots: batches; line: exact)", colours.q),
        (f"Judge, of 7 (mean of {BATCHES}{hacking})", colours.good),
        (f"KL, {unit}" + (f" ({'; '.join(said)})" if said else ""), colours.kl),
        (f"Different forecasts{of}", colours.ink),
        ("β", colours.ink),
    ]
    height = 1 / len(rows)
    tops = [1 - place * height for place in range(len(rows))]
    axes: dict[str, dict[str, Any]] = {
        "yaxis": {"nticks": 4},
        "yaxis2": {"range": [0, 7.2], "nticks": 4},
        "yaxis3": {"rangemode": "tozero", "nticks": 4},
        "yaxis4": {"rangemode": "tozero", "nticks": 4},
        # Plotly would write 2 and 5 between the decades, too small to read.
        "yaxis5": {"type": "log", "tickvals": DECADES, "exponentformat": "power"},
    }
    for axis, top in zip(axes.values(), tops, strict=True):
        axis["domain"] = [max(top - height + 0.035, 0), top - 0.025]
    return figure(
        traces,
        colours,
        title="What each step did",
        height=800,
        margin={"l": 56, "r": 8, "t": 64, "b": 90 if len(runs) > 1 else 44},
        showlegend=len(runs) > 1,
        legend=BELOW,
        shapes=levels,
        annotations=[
            heading(text, top - 0.022, colour, colours)
            for (text, colour), top in zip(rows, tops, strict=True)
        ],
        xaxis={"anchor": "y5", "range": [0, last], "title": {"text": "step"}},
        **axes,
    )
