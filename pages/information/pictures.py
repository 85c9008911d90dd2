"""Figures of the coding lesson: lengths that add up, a code's tree, digits counted, blocks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from charts.outcomes import probability_bars
from charts.style import Q_PATTERN, Figure, Palette, Trace, bar, figure, scatter, steady_limit
from charts.wording import amount, number, percent
from kl_core import Array
from pages.information.numbers import FACES, Counted, Lengths

# How much of a phone's picture one letter of a label takes.
LETTER = 0.0225


def lengths_figure(p: Array, q: Array, lengths: Lengths, unit: str, colours: Palette) -> Figure:
    """Return P and Q, and below them three lengths: H(P) and D(P‖Q) end to end are H(P, Q).

    Parameters
    ----------
    p, q : ndarray, shape (6,)
        Probabilities.
    lengths : Lengths
        In `unit` a roll; the last two may be ``inf`` and then run out of the picture.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    own, extra, crossed = lengths.own, lengths.extra, lengths.crossed
    # Whole numbers: the axis stays put while the sliders move a little.
    top = float(max(1, math.ceil(crossed if math.isfinite(crossed) else 2 * own)))
    rows = ["together", "alone"]
    chances, percentages = probability_bars(
        FACES, p, q, ("P, the true die", "Q, the model"), "all rolls", colours
    )
    return figure(
        [*chances, *_pieces(lengths, rows, top, unit, colours)],
        colours,
        title=f"{number(own)} + {number(extra)} = {amount(crossed, unit)} a roll",
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


def _pieces(
    lengths: Lengths, rows: Sequence[str], top: float, unit: str, colours: Palette
) -> list[Trace]:
    """Return the three lengths: two in the first row, their sum in the second."""

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

    together, alone = rows
    on_colour = {"color": colours.paper}
    hatched = {
        "color": colours.q,
        "pattern": {**Q_PATTERN, "bgcolor": colours.paper, "fgopacity": 0.4},
        "line": {"color": colours.q, "width": 1.5},
    }
    return [
        piece(together, "H(P)", lengths.own, 0.0, marker={"color": colours.p}, textfont=on_colour),
        piece(
            together,
            "D(P‖Q)",
            lengths.extra,
            lengths.own,
            marker={"color": colours.kl},
            textfont=on_colour,
        ),
        piece(
            alone,
            "H(P, Q)",
            lengths.crossed,
            0.0,
            marker=hatched,
            textfont={"color": colours.ink},
        ),
    ]


def _fitting(name: str, length: float, share: float) -> str:
    """Return as much of a label as fits into this share of the picture, on a phone too."""
    labels = (f"{name} = {number(length)}", name)
    return next((label for label in labels if LETTER * len(label) < share), "")


@dataclass(frozen=True)
class _Tree:
    """Where each node of a code's tree stands from left to right, and what it weighs.

    A node is named by the way down to it; its depth is how long that is.
    """

    place: Mapping[str, float]
    weight: Mapping[str, float]
    leaves: Mapping[str, str]

    @property
    def depth(self) -> int:
        return max(map(len, self.leaves))

    @property
    def inner(self) -> list[str]:
        return [word for word in self.place if word not in self.leaves]

    @property
    def branches(self) -> list[str]:
        """The nodes that hang from another one."""
        return [word for word in self.place if word]


def _tree(words: Sequence[str | None], probabilities: Array) -> _Tree:
    """Lay the tree of a code out: the leaves side by side, every node above what it joins."""
    leaves = sorted(
        (word, float(mass), outcome)
        for word, mass, outcome in zip(words, probabilities, FACES, strict=True)
        if word is not None
    )
    place = {word: float(at) for at, (word, _, _) in enumerate(leaves)}
    weight = {word: mass for word, mass, _ in leaves}
    # From the deepest level up, each node stands between the two below it and weighs both.
    for level in range(max(map(len, place)) - 1, -1, -1):
        for word in sorted({leaf[:level] for leaf, _, _ in leaves if len(leaf) > level}):
            below = [word + digit for digit in "01" if word + digit in place]
            place[word] = sum(place[each] for each in below) / len(below)
            weight[word] = sum(weight[each] for each in below)
    return _Tree(place, weight, {word: outcome for word, _, outcome in leaves})


def tree_figure(
    words: Sequence[str | None], probabilities: Array, name: str, colours: Palette
) -> Figure:
    """Return the tree of a prefix code: a word is the way from the root down to its leaf.

    Parameters
    ----------
    words : sequence of (str or None), length 6
        Code words of 0s and 1s; a face without one has no leaf.
    probabilities : ndarray, shape (6,)
        What each leaf weighs.
    name : str
        P or Q: whose code this is, and whose colour it has.
    colours : Palette
        Of the page's theme.
    """
    tree = _tree(words, probabilities)
    place, branches = tree.place, tree.branches
    return figure(
        [
            scatter(
                x=[at for word in branches for at in (place[word[:-1]], place[word], None)],
                y=[at for word in branches for at in (1 - len(word), -len(word), None)],
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
                x=[place[word] for word in tree.inner],
                y=[-len(word) for word in tree.inner],
                mode="markers",
                marker={"color": colours.muted, "size": 9},
                text=[percent(tree.weight[word]) for word in tree.inner],
                hovertemplate="together %{text}<extra></extra>",
            ),
            scatter(
                x=[place[word] for word in tree.leaves],
                y=[-len(word) for word in tree.leaves],
                mode="markers+text",
                marker={
                    "color": colours.p if name == "P" else colours.q,
                    "size": 11,
                    "symbol": "square",
                },
                text=[
                    f"{outcome}<br><b>{word or 'no digit'}</b><br>{percent(tree.weight[word])}"
                    for word, outcome in tree.leaves.items()
                ],
                textposition="bottom center",
                textfont={"size": 11},
                hoverinfo="skip",
                cliponaxis=False,
            ),
        ],
        colours,
        title=f"The Huffman code made for {name}",
        height=150 + 62 * (tree.depth + 1),
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 48, "b": 8},
        xaxis={"range": [-0.6, len(tree.leaves) - 0.4], "visible": False},
        yaxis={"range": [-tree.depth - 0.95, 0.3], "visible": False},
    )


def counted_figure(counted: Counted, unit: str, colours: Palette) -> Figure:
    """Return what a roll of P takes in the codes made for P and for Q: ideal, expected, counted.

    Parameters
    ----------
    counted : Counted
        In `unit` a roll; ``inf`` and NaN leave a mark out.
    unit : str
        What lengths are measured in.
    colours : Palette
        Of the page's theme.
    """
    ends = [length + error for length, error in zip(counted.counted, counted.errors, strict=True)]
    finite = [each for each in [*counted.ideal, *counted.expected, *ends] if math.isfinite(each)]
    cost = counted.counted[1] - counted.counted[0]
    finding = (
        f"In {counted.rolls:,} rolls: {amount(abs(cost), unit)} "
        f"{'extra' if cost >= 0 else 'saved'} a roll"
        if math.isfinite(cost)
        else "Q's code cannot send these rolls"
    )
    return figure(
        _marks(counted, unit, colours),
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


def _marks(counted: Counted, unit: str, colours: Palette) -> list[Trace]:
    """Return three marks for each code, those that are infinite left out."""
    both = [colours.p, colours.q]
    # Side by side they would hide each other: the average stands a little above the counted.
    kinds = (
        ("ideal", counted.ideal, 0.0, "line-ns", 40, None),
        ("Huffman, average", counted.expected, 0.17, "diamond-open", 11, None),
        ("counted", counted.counted, -0.17, "circle", 9, counted.errors),
    )
    traces = []
    for name, lengths, height, symbol, size, spread in kinds:
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
    return traces


def blocks_figure(
    shares: Sequence[Sequence[float]],
    ideal: Sequence[float],
    chosen: int,
    unit: str,
    colours: Palette,
) -> Figure:
    """Return what a roll takes when rolls are coded in blocks, against the ideal.

    Parameters
    ----------
    shares : two sequences of float, length n
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
    lengths = np.arange(1, len(shares[0]) + 1)
    edges = [0.4, lengths[-1] + 0.3]
    traces, names, finite = [], [], []
    for name, beside, code, symbol, took, aim in zip(
        ("H(P)", "H(P, Q)"),
        # One below its line and one above: they stay apart where the lines all but meet.
        ("top", "bottom"),
        (colours.p, colours.q),
        ("circle", "square"),
        shares,
        ideal,
        strict=True,
    ):
        if not math.isfinite(aim):
            continue
        finite += [*took, aim]
        names.append(
            {
                "x": edges[0],
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
                x=edges,
                y=[aim, aim],
                mode="lines",
                line={"color": code, "width": 1.5, "dash": "dash"},
                hoverinfo="skip",
            ),
            scatter(
                x=lengths,
                y=took,
                mode="lines+markers",
                line={"color": code, "width": 2},
                marker={
                    "color": code,
                    "symbol": symbol,
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
        title=f"P's code in blocks of {chosen}: {amount(shares[0][chosen - 1], unit)} a roll",
        height=320,
        showlegend=False,
        annotations=names,
        xaxis={
            "range": edges,
            "tickvals": lengths,
            "showgrid": False,
            "title": {"text": "rolls in a block", "standoff": 4},
        },
        yaxis={
            "range": [low - 0.1 * (high - low), high + 0.1 * (high - low)],
            "title": {"text": f"{unit} a roll"},
        },
    )
