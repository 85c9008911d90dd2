"""The figure of where runs of training land."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts.style import BELOW, Figure, Palette, figure, scatter
from charts.units import Unit
from charts.wording import amount, listed, number
from pages.training.pictures.drawn import Training, all_drawn
from pages.training.runs import TrainingRun
from pages.training.settings import Settings
from widgets.optima import Curve, at_beta, whole_curve

# How far a guess may lie, in the learner's unit.
FARTHEST_GUESS = 150
# What a phone shows of a title.
LONGEST_TITLE = 42


def landing_picture(
    runs: Sequence[TrainingRun],
    kept: Sequence[TrainingRun],
    settings: Settings,
    unit: Unit,
    colours: Palette,
    guess: float | None = None,
) -> Figure:
    """Return the chart of where the runs lead, below the exact frontier; `guess` is a KL."""
    frontier = whole_curve(settings.world, unit)
    best = at_beta(settings.world, settings.beta).exact if settings.asks else None
    asked = (settings.price, best.kl / unit.nats, best.reward) if best else None
    drawn = all_drawn([run for run in runs if run.steps], kept, unit)
    return landing_figure(frontier, drawn, asked, guess, unit.name, colours)


def landing_figure(
    frontier: Curve,
    runs: Sequence[Training],
    asked: tuple[str, float, float] | None,
    guess: float | None,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return the way each run took, below the frontier that nothing can cross.

    Parameters
    ----------
    frontier : Curve
        Of the exact optima.
    runs : sequence of Training
        Each from the reference to where it ended.
    asked : tuple, optional
        The β of a fixed rope, and the KL and the reward of its optimum.
    guess : float, optional
        The KL at which the learner expects a run to end.
    unit : str
        What KL is measured in.
    colours : Palette
        Of the page's theme.
    """
    farthest = max(
        2.0,
        # While a guess moves the axis stays.
        1.05 * FARTHEST_GUESS**0.5 if guess is not None else 0.0,
        *(1.25 * float(np.sqrt(np.maximum(run.exact_kl, 0)).max()) for run in runs),
    )
    traces = [
        scatter(
            x=frontier.distance,
            y=frontier.reward,
            mode="lines",
            showlegend=False,
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
                name=f"{run.label} (kept)" if run.kept else run.label,
                line={"color": colour, "width": 2, "dash": run.dash},
                marker={"color": colour, "size": [3] * (distance.size - 1) + [12]},
                customdata=run.exact_steps,
                hovertemplate=f"{run.name}, step %{{customdata}}: %{{y:.3f}}<extra></extra>",
            )
        )
    lowest = float(frontier.reward.min())
    highest = float(np.interp(farthest, frontier.distance, frontier.reward))
    marks = [(0.0, lowest, "SFT model", "circle", colours.p)]
    if asked:
        beta, kl, reward = asked
        said = f"best at β = {beta}"
        marks.append((kl**0.5, reward, said, "diamond-open", colours.ink))
    for x, y, _, symbol, colour in marks:
        marker = {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2}}
        traces.append(
            scatter(x=[x], y=[y], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")
        )
    notes = [_note(x, y, text, colours, "left") for x, y, text, *_ in marks]
    for note in notes[1:]:
        # The curve rises to the right: room is above it, and there to the left if at all.
        if note["x"] < 0.35 * farthest:
            note |= {"showarrow": True, "ax": 0, "ay": -90, "xshift": 0, "yshift": 0}
        else:
            note |= {"xanchor": "right", "xshift": -8, "yshift": 6}
        note["yanchor"] = "bottom"
    shapes = []
    top = 1.08 * highest + 0.02
    # Below the beginning there is room for its label.
    foot = lowest - 0.13 * (top - lowest)
    if guess is not None:
        x = guess**0.5
        line = {"color": colours.ink, "width": 2, "dash": "dot"}
        shapes = [{"type": "line", "x0": x, "x1": x, "y0": foot, "y1": top, "line": line}]
        side = "left" if x < farthest / 2 else "right"
        notes.append(_note(x, top, f"your guess: {guess:g} {unit}", colours, side))
        marker = {"symbol": "diamond", "size": 13, "color": colours.ink}
        traces.append(
            scatter(
                x=[x],
                y=[guess_height(frontier, guess)],
                mode="markers",
                marker=marker,
                showlegend=False,
                hovertemplate=f"your guess: {guess:g} {unit}<extra></extra>",
            )
        )
    return figure(
        traces,
        colours,
        title=_finding(runs, unit),
        height=420,
        margin={"l": 56, "r": 8, "t": 64, "b": 90 if len(runs) > 1 else 44},
        showlegend=len(runs) > 1,
        legend=BELOW,
        annotations=notes,
        shapes=shapes,
        xaxis={
            "range": [-0.02 * farthest, farthest],
            "title": {"text": f"√D(π‖π_SFT), D in {unit}"},
        },
        yaxis={"range": [foot, top], "nticks": 6, "title": {"text": "reward"}},
    )


def guess_height(frontier: Curve, guess: float) -> float:
    """Return the largest reward at the KL of a guess: where its mark stands."""
    return float(np.interp(guess**0.5, frontier.distance, frontier.reward))


def _finding(runs: Sequence[Training], unit: str) -> str:
    """Return what the chart of landings shows."""
    today = [run for run in runs if not run.kept]
    if not today:
        return "No policy lies above this line"
    if len(today) == 1:
        return f"{amount(float(today[0].exact_kl[-1]), unit)} from the SFT model, below the line"
    ends = [f"{run.label} {number(float(run.exact_kl[-1]), 1)}" for run in today]
    said = f"KL by now, {unit}: {listed(ends)}"
    return said if len(said) <= LONGEST_TITLE else "The ways of the runs, below the exact line"


def _note(x: float, y: float, text: str, colours: Palette, across: str) -> dict[str, Any]:
    """Return a label below a place, to its right or, where `across` is right, to its left."""
    return {
        "x": x,
        "y": y,
        "text": text,
        "xanchor": across,
        "yanchor": "top",
        "xshift": 8 if across == "left" else -8,
        "yshift": -2,
        "showarrow": False,
        "bgcolor": colours.paper,
        "arrowcolor": colours.ink,
        "font": {"color": colours.ink},
    }
