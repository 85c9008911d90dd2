"""The picture of the room: what words cost, face by face, and below it the room that they take."""

from typing import Any

import numpy as np

from charts.style import Q_PATTERN, Figure, Palette, Trace, bar, figure, scatter
from charts.wording import number, percent
from pages.information.room import LONGEST, Room, title

# Where the rows end at the right: what is written beside them, and a little of what is too much.
END = 1.17
# Where a guess is taken hold of.
GRIP = 1.03
# How much of a row one letter takes on a phone.
LETTER = 0.027


def room_figure(room: Room, guess: float | None, *, told: bool, colours: Palette) -> Figure:
    """Return the words as areas, chance × digits, and the room that they take.

    Parameters
    ----------
    room : Room
        The die and the lengths.
    guess : float or None
        Digits a roll that the learner expects of the best code; not drawn if None.
    told : bool
        Whether the ideal lengths are drawn.
    colours : Palette
        Of the page's theme.
    """
    middles = np.cumsum(room.p) - room.p / 2
    possible = np.flatnonzero(room.p > 0)
    average = room.cost if room.fits else None
    return figure(
        [
            _areas(room, middles, colours),
            _ideal(room, middles, colours, drawn=told or room.is_best),
            _level(average, 1.0, {"color": colours.ink, "width": 2}, "on average"),
            _level(guess, GRIP, {"color": colours.muted, "width": 2, "dash": "dot"}, "your guess"),
            _taken(room, colours),
        ],
        colours,
        title=title(room),
        height=440,
        margin={"l": 48, "r": 4, "t": 78, "b": 44},
        annotations=_beside(average, guess, colours),
        shapes=[
            {
                "type": "line",
                "xref": "x2",
                "yref": "y2",
                "x0": 1,
                "x1": 1,
                "y0": -0.6,
                "y1": 0.6,
                "line": {"color": colours.ink, "width": 3},
            }
        ],
        xaxis={
            "range": [0, END],
            "tickvals": middles[possible],
            "ticktext": [str(face + 1) for face in possible],
            "title": {"text": "face, as wide as its chance", "standoff": 2},
            "showgrid": False,
        },
        yaxis={
            "domain": [0.42, 1],
            "range": [0, LONGEST + 0.4],
            "tickvals": [*range(LONGEST + 1)],
            "title": {"text": "digits"},
        },
        xaxis2={
            "anchor": "y2",
            "range": [0, END],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": ["0", "25%", "50%", "75%", "100%"],
            "title": {"text": "room taken by the words", "standoff": 2},
        },
        yaxis2={
            "domain": [0, 0.2],
            "range": [-0.6, 0.6],
            "anchor": "x2",
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
        },
    )


def _areas(room: Room, middles: Any, colours: Palette) -> Trace:
    """Return a bar for each face, as wide as its chance and as high as its word is long."""
    chosen = np.array(room.chosen)
    return bar(
        x=middles,
        y=np.where(room.p > 0, chosen, 0),
        width=room.p,
        # Thin, so that the levels can be seen in front of it.
        marker={"color": colours.veil(colours.p, 0.35), "line": {"color": colours.p, "width": 1.5}},
        customdata=[
            f"face {face + 1}: {percent(p)} × {digits} digits = {number(p * digits)}"
            for face, (p, digits) in enumerate(zip(room.p, room.chosen, strict=True))
        ],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def _ideal(room: Room, middles: Any, colours: Palette, *, drawn: bool) -> Trace:
    """Return the lengths that words should have, as steps."""
    faces = np.flatnonzero(room.p > 0) if drawn else np.array([], dtype=int)
    half = room.p / 2
    return scatter(
        x=[at for face in faces for at in (middles[face] - half[face], middles[face] + half[face])],
        y=[height for face in faces for height in [-np.log2(room.p[face])] * 2],
        mode="lines",
        line={"color": colours.kl, "width": 3, "dash": "dash"},
        name="ideal length, −log₂ p",
        showlegend=drawn,
        hoverinfo="skip",
    )


def _level(height: float | None, end: float, line: dict[str, Any], name: str) -> Trace:
    """Return a level line, if there is a height."""
    return scatter(
        x=[] if height is None else [0, end],
        y=[] if height is None else [height] * 2,
        mode="lines",
        line=line,
        showlegend=False,
        hovertemplate=f"%{{y:.3~f}} digits a roll, {name}<extra></extra>",
    )


def _beside(average: float | None, guess: float | None, colours: Palette) -> list[dict[str, Any]]:
    """Return the names of the two levels, the higher one above its line."""
    guess_above = guess is not None and (average is None or guess > average)
    levels = (("average", average, not guess_above), ("guess", guess, guess_above))
    return [
        {
            "text": name,
            "x": END,
            "xanchor": "right",
            "y": height,
            "yanchor": "bottom" if above else "top",
            "yshift": 4 if above else -4,
            "showarrow": False,
            # No line of the grid goes through a word.
            "bgcolor": colours.paper,
            "borderpad": 0,
            "font": {"size": 11, "color": colours.ink},
        }
        for name, height, above in levels
        if height is not None
    ]


def _taken(room: Room, colours: Palette) -> Trace:
    """Return the room of each word, side by side; what has none left is hatched."""
    shares = 2.0 ** -room.lengths[room.order]
    begins = np.cumsum(shares) - shares
    words = [room.words[face] for face in room.order]
    return bar(
        xaxis="x2",
        yaxis="y2",
        orientation="h",
        y=[0] * len(shares),
        base=np.minimum(begins, END),
        x=np.clip(END - begins, 0, shares),
        width=1.0,
        marker={
            "color": [colours.kl if word is None else colours.p for word in words],
            "pattern": {**Q_PATTERN, "shape": ["/" if word is None else "" for word in words]},
            "line": {"color": colours.paper, "width": 1.5},
        },
        text=[
            _label(face + 1, word, share)
            for face, word, share in zip(room.order, words, shares, strict=True)
        ],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        textfont={"color": colours.paper, "size": 12},
        customdata=[
            f"face {face + 1}, word {'none: no room' if word is None else word}: {percent(share)}"
            for face, word, share in zip(room.order, words, shares, strict=True)
        ],
        hovertemplate="%{customdata} of the room<extra></extra>",
        showlegend=False,
    )


def _label(face: int, word: str | None, share: float) -> str:
    """Return as much of a face and its word as there is room for, on a phone too."""
    if word is None or share < LETTER:
        return ""
    return f"{face}<br><b>{word}</b>" if LETTER * len(word) < share else str(face)
