"""Figures of the die lesson."""

import numpy as np

from charts import outcomes
from charts.player import play
from charts.style import Figure, Palette, Trace, figure, scatter, steady_range
from charts.units import Unit
from charts.wording import amount
from kl_core import Array
from pages.die.numbers import FACES

# How many frames the rolls are played in, and how many points of a path one of them has.
FRAMES = 50
SEEN = 150


def terms_figure(p: Array, q: Array, unit: Unit, colours: Palette) -> Figure:
    """Return both dice face by face, above the terms of D(P‖Q) and their sum."""
    return outcomes.terms_figure(
        [f"face {face}" for face in FACES],
        p,
        q,
        unit,
        names=("P, the true die", "Q, the model"),
        of_all="all rolls",
        colours=colours,
    )


def rolls_figure(
    evidence: Array,
    slope: float,
    threshold: float,
    decided: int,
    unit: str,
    colours: Palette,
    *,
    guess: int,
    told: bool,
) -> Figure:
    """Return the running log-likelihood ratio of P against Q over the rolls, to be played.

    Parameters
    ----------
    evidence : ndarray, shape (rolls,)
        The sum of log(p/q) so far, in `unit`; `inf` from the first roll that Q rules out.
    slope : float
        D(P‖Q) in `unit` per roll: what the evidence grows by on average.
    threshold : float
        The logarithm of the odds at which one decides, in `unit`.
    decided : int
        The roll (counted from 1) at which the evidence reached the threshold; 0 for none.
    unit : str
        What evidence is measured in, for axis and hover text.
    colours : Palette
        Of the page's theme.
    guess : int
        The roll at which the learner expects the evidence to be enough for P.
    told : bool
        Whether the rolls may be seen; without them there is nothing to play.
    """
    rolls = evidence.size
    walk = evidence[np.isfinite(evidence)]
    line_end = slope * rolls if np.isfinite(slope) else 0.0
    heights = (float(walk.max(initial=0.0)), line_end, threshold)
    lowest = min(-threshold, float(walk.min(initial=0.0)))
    bottom, top = steady_range(lowest, max(heights), room=1.1)
    # A roll that Q rules out takes the line straight up and out of the picture.
    leap = [] if walk.size == rolls else [top]
    path = np.concatenate([[0.0], walk, leap])
    star = [decided] if decided else []
    star_height = [min(float(evidence[decided - 1]), top)] if decided else []
    traces = [
        scatter(
            x=np.arange(path.size) if told else [],
            y=path if told else [],
            mode="lines",
            name="these rolls",
            showlegend=False,
            line={"color": colours.p, "width": 2},
            hovertemplate="after roll %{x}: %{y:.2f} " + unit + "<extra></extra>",
        ),
        *([_slope(slope, rolls, unit, colours)] if told and np.isfinite(slope) else []),
        *_enough(threshold, rolls, colours),
        _guess(guess, threshold, rolls, colours),
        scatter(
            x=star if told else [],
            y=star_height if told else [],
            mode="markers",
            marker={"color": colours.ink, "size": 11, "symbol": "star"},
            # What is certain is decided at the upper edge.
            cliponaxis=False,
            showlegend=False,
            hovertemplate="decided at roll %{x}<extra></extra>",
        ),
    ]
    title = (
        f"Evidence for P after {rolls} rolls: {amount(float(evidence[-1]), unit, 1)}"
        if told
        else "When are you sure?"
    )
    drawn = figure(
        traces,
        colours,
        title=title,
        height=360,
        xaxis={"range": [0, rolls], "title": {"text": "rolls of P"}, "showgrid": False},
        yaxis={"range": [bottom, top], "title": {"text": f"evidence, {unit}"}},
    )
    if not told:
        return drawn
    at = np.unique(np.linspace(1, rolls, FRAMES).round().astype(int))
    frames: list[list[Trace]] = [
        [
            _thinned(path[: roll + 1]),
            {"x": star, "y": star_height} if decided and decided <= roll else {"x": [], "y": []},
        ]
        for roll in at.tolist()
    ]
    return play(
        drawn,
        [*map(str, at)],
        frames,
        [0, len(traces) - 1],
        prefix="roll ",
        colours=colours,
    )


def _slope(slope: float, rolls: int, unit: str, colours: Palette) -> Trace:
    """Return what evidence grows by on average."""
    return scatter(
        x=[0, rolls],
        y=[0, slope * rolls],
        name=f"{amount(slope, unit)} per roll",
        mode="lines",
        line={"color": colours.kl, "width": 2, "dash": "dash"},
        hoverinfo="skip",
    )


def _enough(threshold: float, rolls: int, colours: Palette) -> list[Trace]:
    """Return the heights at which one decides."""
    return [
        scatter(
            x=[0, rolls],
            y=[height, height],
            mode="lines+text",
            text=["", label],
            textposition="top left",
            textfont={"color": colour},
            line={"color": colour, "width": 1, "dash": "dot"},
            showlegend=False,
            hoverinfo="skip",
        )
        for height, label, colour in (
            (threshold, "enough for P", colours.p),
            (-threshold, "enough for Q", colours.q),
        )
    ]


def _guess(guess: int, threshold: float, rolls: int, colours: Palette) -> Trace:
    """Return where the learner expects enough for P; at the edge where it is beyond."""
    return scatter(
        x=[min(guess, rolls)],
        y=[threshold],
        mode="markers",
        name="your guess",
        marker={
            "color": colours.ink,
            "size": 12,
            "symbol": "diamond-open" if guess <= rolls else "triangle-right-open",
        },
        hovertemplate=f"your guess: roll {guess}<extra></extra>",
    )


def _thinned(path: Array) -> Trace:
    """Return a path with as many points as an eye can follow while it grows."""
    at = np.unique(np.linspace(0, path.size - 1, SEEN).round().astype(int))
    return {"x": at, "y": path[at]}
