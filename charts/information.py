"""Figures of the coding lesson: lengths that add up, a code's tree, digits counted, blocks."""

import math
from collections.abc import Sequence

import numpy as np

from charts.outcomes import probability_bars
from charts.style import (
    Q_PATTERN,
    Figure,
    Palette,
    Trace,
    amount,
    bar,
    figure,
    number,
    percent,
    scatter,
    steady_limit,
)
from kl_core.validation import Array

# How much of a phone's picture one letter of a label takes.
LETTER = 0.0225


def lengths_figure(
    outcomes: Sequence[str],
    p: Array,
    q: Array,
    entropy: float,
    divergence: float,
    cross_entropy: float,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return P and Q, and below them three lengths: H(P) and D(P‖Q) end to end are H(P, Q).

    Parameters
    ----------
    outcomes : sequence of str, length k
        What can happen.
    p, q : ndarray, shape (k,)
        Probabilities.
    entropy, divergence, cross_entropy : float
        In `unit` a roll; the last two may be ``inf`` and then run out of the picture.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    finite = math.isfinite(cross_entropy)
    # Whole numbers: the axis stays put while the sliders move a little.
    top = float(max(1, math.ceil(cross_entropy if finite else 2 * entropy)))
    rows = ["together", "alone"]

    def piece(row: str, name: str, length: float, start: float, **look: object) -> Trace:
        drawn = min(length, top - start)
        return bar(
            xaxis="x2",
            yaxis="y2",
            y=[row],
            x=[drawn],
            base=[start],
            orientation="h",
            text=[_fitting(name, length, drawn / top)],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            hovertemplate=f"{name}: {amount(length, unit)} a roll<extra></extra>",
            showlegend=False,
            width=0.62,
            offset=-0.31,
            **look,
        )

    chances, percentages = probability_bars(
        outcomes, p, q, ("P, the true die", "Q, the model"), "all rolls", colours
    )
    says = f"{number(entropy)} + {number(divergence)} = {amount(cross_entropy, unit)} a roll"
    return figure(
        [
            *chances,
            piece(
                "together",
                "H(P)",
                entropy,
                0.0,
                marker={"color": colours.p},
                textfont={"color": colours.paper},
            ),
            piece(
                "together",
                "D(P‖Q)",
                divergence,
                entropy,
                marker={"color": colours.kl},
                textfont={"color": colours.paper},
            ),
            piece(
                "alone",
                "H(P, Q)",
                cross_entropy,
                0.0,
                marker={
                    "color": colours.q,
                    "pattern": {**Q_PATTERN, "bgcolor": colours.paper, "fgopacity": 0.4},
                    "line": {"color": colours.q, "width": 1.5},
                },
                textfont={"color": colours.ink},
            ),
        ],
        colours,
        title=says,
        height=450,
        xaxis={"showgrid": False},
        yaxis={"domain": [0.48, 1], **percentages},
        xaxis2={
            "anchor": "y2",
            "range": [0, top],
            "title": {"text": f"{unit} a roll", "standoff": 4},
        },
        yaxis2={
            "anchor": "x2",
            "domain": [0, 0.36],
            "categoryarray": rows[::-1],
            "categoryorder": "array",
            "showticklabels": False,
            "showgrid": False,
        },
        margin={"l": 56, "r": 8, "t": 72, "b": 44},
    )


def tree_figure(
    words: Sequence[str | None],
    probabilities: Array,
    outcomes: Sequence[str],
    name: str,
    colours: Palette,
) -> Figure:
    """Return the tree of a prefix code: a word is the way from the root down to its leaf.

    Parameters
    ----------
    words : sequence of (str or None), length k
        Code words of 0s and 1s; an outcome without one has no leaf.
    probabilities : ndarray, shape (k,)
        What each leaf weighs.
    outcomes : sequence of str, length k
        What each leaf stands for.
    name : str
        P or Q: whose code this is, and whose colour it has.
    colours : Palette
        Of the page's theme.
    """
    leaves = sorted(
        (word, weight, outcome)
        for word, weight, outcome in zip(words, probabilities, outcomes, strict=True)
        if word is not None
    )
    place = {word: float(at) for at, (word, _, _) in enumerate(leaves)}
    weight = {word: float(mass) for word, mass, _ in leaves}
    depth = max(map(len, place))
    # From the deepest level up, each node stands between the two below it and weighs both.
    for level in range(depth - 1, -1, -1):
        for word in sorted({leaf[:level] for leaf, _, _ in leaves if len(leaf) > level}):
            below = [word + digit for digit in "01" if word + digit in place]
            place[word] = sum(place[each] for each in below) / len(below)
            weight[word] = sum(weight[each] for each in below)
    branches = [word for word in place if word]
    inner = [word for word in place if word not in {leaf for leaf, _, _ in leaves}]
    colour = colours.p if name == "P" else colours.q

    def ends(word: str) -> tuple[list[float | None], list[float | None]]:
        above = word[:-1]
        return [place[above], place[word], None], [-len(above), -len(word), None]

    lines_x = [at for word in branches for at in ends(word)[0]]
    lines_y = [at for word in branches for at in ends(word)[1]]
    return figure(
        [
            scatter(
                x=lines_x,
                y=lines_y,
                mode="lines",
                line={"color": colours.muted, "width": 1.5},
                hoverinfo="skip",
            ),
            scatter(
                x=[(place[word] + place[word[:-1]]) / 2 for word in branches],
                y=[0.5 - len(word) for word in branches],
                mode="markers+text",
                text=[word[-1] for word in branches],
                textfont={"color": colours.ink, "size": 12},
                marker={"color": colours.paper, "size": 15},
                hoverinfo="skip",
            ),
            scatter(
                x=[place[word] for word in inner],
                y=[-len(word) for word in inner],
                mode="markers",
                marker={"color": colours.muted, "size": 9},
                text=[percent(weight[word]) for word in inner],
                hovertemplate="together %{text}<extra></extra>",
            ),
            scatter(
                x=[place[word] for word, _, _ in leaves],
                y=[-len(word) for word, _, _ in leaves],
                mode="markers+text",
                marker={"color": colour, "size": 11, "symbol": "square"},
                text=[
                    f"{outcome}<br><b>{word or 'no digit'}</b><br>{percent(mass)}"
                    for word, mass, outcome in leaves
                ],
                textposition="bottom center",
                textfont={"size": 11},
                hoverinfo="skip",
                cliponaxis=False,
            ),
        ],
        colours,
        title=f"The Huffman code made for {name}",
        height=150 + 62 * (depth + 1),
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 48, "b": 8},
        xaxis={"range": [-0.6, len(leaves) - 0.4], "visible": False},
        yaxis={"range": [-depth - 0.95, 0.3], "visible": False},
    )


def counted_figure(
    ideal: Sequence[float],
    expected: Sequence[float],
    counted: Sequence[float],
    errors: Sequence[float],
    rolls: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what a roll of P takes in the codes made for P and for Q: ideal, expected, counted.

    Parameters
    ----------
    ideal, expected, counted, errors : sequence of float, length 2
        For P's code and for Q's, in `unit` a roll: H(P) and H(P, Q); the average length of the
        Huffman code; what these rolls took; and the standard error of that. ``inf`` and NaN leave
        a mark out.
    rolls : int
        How many rolls were sent.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    ends = [length + error for length, error in zip(counted, errors, strict=True)]
    finite = [each for each in [*ideal, *expected, *ends] if math.isfinite(each)]
    both = [colours.p, colours.q]
    # Side by side they would hide each other: the average stands a little above the counted.
    marks = (
        ("ideal", ideal, 0.0, "line-ns", 40, None),
        ("Huffman, average", expected, 0.17, "diamond-open", 11, None),
        ("counted", counted, -0.17, "circle", 9, errors),
    )
    traces = []
    for name, lengths, height, symbol, size, spread in marks:
        shown = [at for at in (0, 1) if math.isfinite(lengths[at])]
        drawn = [both[at] for at in shown]
        traces.append(
            scatter(
                x=[lengths[at] for at in shown],
                y=[1 - at + height for at in shown],
                mode="markers",
                name=name,
                marker={
                    "symbol": symbol,
                    "size": size,
                    "color": drawn,
                    "line": {"color": drawn, "width": 2.5 if spread is None else 0},
                },
                error_x=(
                    {"array": [spread[at] for at in shown], "color": colours.ink, "thickness": 1.5}
                    if spread
                    else None
                ),
                hovertemplate=f"{name}: %{{x:.4f}} {unit} a roll<extra></extra>",
            )
        )
    cost = counted[1] - counted[0]
    finding = (
        f"In {rolls:,} rolls: {amount(abs(cost), unit)} {'extra' if cost >= 0 else 'saved'} each"
        if math.isfinite(cost)
        else "Q's code cannot send these rolls"
    )
    return figure(
        traces,
        colours,
        title=finding,
        height=320,
        margin={"l": 72, "r": 8, "t": 56, "b": 100},
        xaxis={
            "range": [0, steady_limit(1.05 * max(finite, default=0.0))],
            "title": {"text": f"{unit} a roll", "standoff": 4},
        },
        yaxis={
            "range": [-0.6, 1.6],
            "tickvals": [0, 1],
            "ticktext": ["Q's code", "P's code"],
            "zeroline": False,
        },
        # Below the axis: on a phone it takes two rows, and would run into the title.
        legend={"orientation": "h", "x": 0, "y": -0.32, "yanchor": "top", "itemsizing": "constant"},
    )


def blocks_figure(
    per_roll: Sequence[Sequence[float]],
    ideal: Sequence[float],
    chosen: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what a roll takes when rolls are coded in blocks, against the ideal.

    Parameters
    ----------
    per_roll : two sequences of float, length n
        For P's and for Q's Huffman code of blocks of 1 to n rolls, in `unit` a roll.
    ideal : sequence of float, length 2
        H(P) and H(P, Q).
    chosen : int
        The learner's block length, from 1.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    lengths = np.arange(1, len(per_roll[0]) + 1)
    traces, names, finite = [], [], []
    for name, beside, code, dash, shares, aim in zip(
        ("H(P)", "H(P, Q)"),
        ("top", "bottom"),
        (colours.p, colours.q),
        ("circle", "square"),
        per_roll,
        ideal,
        strict=True,
    ):
        if not math.isfinite(aim):
            continue
        finite += [*shares, aim]
        # One below its line and one above: they stay apart where the lines all but meet.
        names.append(
            {
                "x": 0.4,
                "y": aim,
                "text": name,
                "font": {"color": code},
                "showarrow": False,
                "xanchor": "left",
                "yanchor": beside,
            }
        )
        traces += [
            scatter(
                x=[0.4, lengths[-1] + 0.3],
                y=[aim, aim],
                mode="lines",
                line={"color": code, "width": 1.5, "dash": "dash"},
                hoverinfo="skip",
            ),
            scatter(
                x=lengths,
                y=shares,
                mode="lines+markers",
                line={"color": code, "width": 2},
                marker={
                    "color": code,
                    "symbol": dash,
                    "size": [14 if length == chosen else 7 for length in lengths],
                },
                hovertemplate=f"blocks of %{{x}}: %{{y:.4f}} {unit} a roll<extra></extra>",
            ),
        ]
    # Whole quarters: the axis stays put while the sliders move a little.
    low, high = math.floor(4 * min(finite)) / 4, math.ceil(4 * max(finite)) / 4
    return figure(
        traces,
        colours,
        title=f"P's code in blocks of {chosen}: {amount(per_roll[0][chosen - 1], unit)} a roll",
        height=320,
        showlegend=False,
        annotations=names,
        xaxis={
            "range": [0.4, lengths[-1] + 0.3],
            "tickvals": lengths,
            "showgrid": False,
            "title": {"text": "rolls in a block", "standoff": 4},
        },
        yaxis={
            "range": [low - 0.1 * (high - low), high + 0.1 * (high - low)],
            "title": {"text": f"{unit} a roll"},
        },
    )


def _fitting(name: str, length: float, share: float) -> str:
    """Return as much of a label as fits into this share of the picture, on a phone too."""
    labels = (f"{name} = {number(length)}", name)
    return next((label for label in labels if LETTER * len(label) < share), "")
