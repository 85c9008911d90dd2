"""The figure of both scores over β: where the judge turns, and where the book's ranges lie."""

import numpy as np

from charts.style import Figure, Palette, Trace, figure, heading, scatter
from charts.wording import significant
from kl_core import Array
from pages.beta_penalty.scale import CONSERVATIVE, FREE, Along, Rope

# From a little looser than any rope that can be chosen to a little tighter.
ENDS = (-3.06, 0.06)
# Where the guess stands in the judge's row, of 7.
GUESS_ROW = 6.3
ROWS = (0.56, 0.98), (0.0, 0.43)


def place(beta: float) -> float:
    """Return where a β stands: the exponent of ten."""
    return float(np.log10(beta))


def rope_figure(rope: Rope, found: Along, guess: str, colours: Palette, *, told: bool) -> Figure:
    """Return reward and judge's score over β; the judge's curve and its peak only once `told`.

    Parameters
    ----------
    rope : Rope
        Where the learner is.
    found : Along
        Both scores at every β.
    guess : str
        The β at which the learner thinks the judge's score is largest.
    colours : Palette
        Of the page's theme.
    told : bool
        Whether the picture may give that away.
    """
    mine, base = rope.mine, rope.base
    at = np.log10(found.betas)
    rows = [
        ("y", found.reward, mine.exact.reward, base.exact.reward, colours.q),
        ("y2", found.judge, mine.report.score[0], base.report.score[0], colours.good),
    ]
    best, here_x = found.peak, place(float(rope.beta))
    name = f"the judge’s best, β = {significant(found.betas[best], 3)}"
    traces = [_noise(found, at, colours)]
    for axis, values, here, usual, colour in rows:
        traces += [
            _line(axis, at, values, colour),
            _reference(axis, usual, colours),
            _mark(axis, here_x, here, "circle", colours.q, f"β = {rope.beta}"),
        ]
    traces.append(_mark("y2", at[best], found.judge[best], "star", colours.good, name))
    if not told:
        # What is veiled does not travel either.
        traces = [
            {**each, "x": [], "y": [], "hovertemplate": ""} if each["yaxis"] == "y2" else each
            for each in traces
        ]
    traces.append(
        _mark("y2", place(float(guess)), GUESS_ROW, "diamond", colours.ink, f"your guess: {guess}")
    )
    lowest, highest = min(0.0, float(found.reward.min())), float(found.reward.max())
    return figure(
        traces,
        colours,
        title=_finding(found) if told else "Where does the judge’s score peak?",
        height=410,
        margin={"l": 52, "r": 8, "t": 56, "b": 44},
        showlegend=False,
        shapes=[*_bands(rope, colours), _hair(place(float(rope.beta)), colours)],
        annotations=[
            heading("Reward model’s score", ROWS[0][1], colours.q, colours),
            heading("Judge’s score, of 7", ROWS[1][1], colours.good, colours),
            *_names(rope, colours),
            _whose(base.exact.reward, colours),
            *([] if told else [_veil(colours)]),
        ],
        xaxis={
            "anchor": "y2",
            "range": [*ENDS],
            "zeroline": False,
            "tickvals": [-3, -2, -1, 0],
            "ticktext": ["0.001", "0.01", "0.1", "1"],
            "title": {"text": "β (← longer rope · shorter rope →)"},
        },
        yaxis={"domain": [*ROWS[0]], "range": [1.1 * lowest, 1.3 * highest], "nticks": 4},
        yaxis2={"domain": [*ROWS[1]], "range": [0, 7.2], "tickvals": [0, 2, 4, 6]},
    )


def _finding(found: Along) -> str:
    """Return what the chart shows, as its title."""
    tightest, loosest = found.clearly_below(0), found.clearly_below(-1)
    if tightest and loosest:
        return "The reward keeps rising; the judge turns"
    return "The reward keeps rising; the judge only falls" if loosest else "Both scores rise"


def _line(axis: str, at: Array, values: Array, colour: str) -> Trace:
    return scatter(
        x=at,
        y=values,
        yaxis=axis,
        mode="lines",
        line={"color": colour, "width": 2.5},
        hovertemplate="%{y:.3~g}<extra></extra>",
    )


def _reference(axis: str, usual: float, colours: Palette) -> Trace:
    """Return the level of the SFT model, which the tightest rope comes back to."""
    return scatter(
        x=[*ENDS],
        y=[usual, usual],
        yaxis=axis,
        mode="lines",
        line={"color": colours.p, "width": 1.5, "dash": "dash"},
        hovertemplate="P, the SFT model: %{y:.3~g}<extra></extra>",
    )


def _noise(found: Along, at: Array, colours: Palette) -> Trace:
    """Return two standard errors about the judge's score."""
    wide = 2 * found.error
    return scatter(
        x=np.concatenate([at, at[::-1]]),
        y=np.concatenate([found.judge + wide, (found.judge - wide)[::-1]]),
        yaxis="y2",
        mode="lines",
        fill="toself",
        fillcolor=colours.veil(colours.good),
        line={"width": 0},
        hoverinfo="skip",
    )


def _mark(axis: str, x: float, y: float, symbol: str, colour: str, name: str) -> Trace:
    return scatter(
        x=[x],
        y=[y],
        yaxis=axis,
        mode="markers",
        cliponaxis=False,
        marker={
            "color": colour,
            "size": 13 if symbol == "circle" else 16,
            "symbol": symbol,
            "line": {"width": 0},
        },
        hovertemplate=f"{name}<extra></extra>",
    )


def _ranges(rope: Rope) -> list[tuple[str, float, float]]:
    """Return the book's ranges for a reward of this spread: name, and where they are drawn."""
    found = []
    for name, ends in (("free", FREE), ("conservative", CONSERVATIVE)):
        low, high = (np.clip(place(end * rope.spread), *ENDS) for end in ends)
        if high > low:
            found.append((name, float(low), float(high)))
    return found


def _bands(rope: Rope, colours: Palette) -> list[dict[str, object]]:
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": low,
            "x1": high,
            "y0": 0,
            "y1": ROWS[0][1],
            "fillcolor": colours.veil(colours.muted, 0.16),
            "line": {"width": 0},
            "layer": "below",
        }
        for _, low, high in _ranges(rope)
    ]


def _names(rope: Rope, colours: Palette) -> list[dict[str, object]]:
    return [
        {
            "text": name,
            "xref": "x",
            "yref": "paper",
            "x": (low + high) / 2,
            "y": ROWS[0][1],
            "yanchor": "top",
            "showarrow": False,
            "font": {"color": colours.ink, "size": 11},
        }
        for name, low, high in _ranges(rope)
        # A band that is mostly out of sight has no room for its name.
        if high - low > 0.5
    ]


def _whose(usual: float, colours: Palette) -> dict[str, object]:
    """Return whose the dashed line is."""
    return {
        "text": "P, the SFT model",
        "x": ENDS[0] + 0.12,
        "y": usual,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": colours.p, "size": 12},
    }


def _hair(x: float, colours: Palette) -> dict[str, object]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": ROWS[0][1],
        "line": {"color": colours.q, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _veil(colours: Palette) -> dict[str, object]:
    """Return what stands where the judge's curve will be."""
    return {
        "text": "Drag the diamond to where you think it peaks",
        "xref": "paper",
        "yref": "y2",
        "x": 0.5,
        "y": 3.2,
        "showarrow": False,
        "font": {"color": colours.ink, "size": 13},
    }
