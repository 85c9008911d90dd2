"""The figure of single draws as they come in."""

import math

import numpy as np
from scipy.stats import norm

from charts.curves import densities
from charts.style import Figure, Palette, Trace, figure, scatter
from charts.wording import counted, percent
from pages.estimators.numbers.draws import Q
from pages.estimators.numbers.singles import MOST, Singles

# Where the learner's guess is drawn, as a power of ten.
GUESS_AT = 2.85
# A share is drawn at so many counts at most.
COUNTS = np.unique(np.geomspace(1, MOST, 120).round().astype(int))


def singles_figure(singles: Singles, guess: int, colours: Palette) -> Figure:
    """Return the draws below the two bells, above the share that is below 0 so far.

    Nothing of the answer is in it until there are draws.

    Parameters
    ----------
    singles : Singles
        The draws.
    guess : int
        What share the learner expects, in percent.
    colours : Palette
        Of the page's theme.
    """
    x = np.linspace(-4, 7, 221)
    traces = [
        *densities(x, norm.pdf(x, singles.gap, singles.spread), norm.pdf(x, *Q), colours),
        *_dots(singles, colours),
        *_shares(singles, colours),
        _guess(guess, colours),
    ]
    return figure(
        traces,
        colours,
        title=title(singles),
        height=490,
        margin={"l": 56, "r": 8, "t": 64, "b": 48},
        # Plotly would turn it round, because something is filled down to something else.
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        annotations=[
            _label("● above 0", "left", colours.kl, colours),
            _label("▼ below 0", "right", colours.good, colours),
        ],
        xaxis={"range": [-4, 7], "showgrid": False, "anchor": "y"},
        yaxis={"domain": [0.52, 1], "range": [0, 0.85], "nticks": 3, "title": {"text": "density"}},
        xaxis2={
            "type": "log",
            "range": [0, math.log10(MOST)],
            "dtick": 1,
            "anchor": "y2",
            "title": {"text": "draws so far (band: exact ± two standard errors)"},
        },
        yaxis2={
            "domain": [0, 0.4],
            "range": [-4, 104],
            "tickvals": [0, 25, 50, 75, 100],
            "title": {"text": "below 0, %"},
        },
    )


def title(singles: Singles) -> str:
    """Say how many draws are below 0, or ask."""
    if not singles.seen:
        return "No draw yet: how many will be below 0?"
    share, error = float(singles.shares[-1]), float(singles.error(singles.seen))
    return (
        f"{percent(share)} ± {percent(error)} of {counted(singles.seen, 'draw')} "
        f"{'is' if singles.seen == 1 else 'are'} below 0"
    )


def _dots(singles: Singles, colours: Palette) -> list[Trace]:
    """Return the draws, those below 0 in another colour and shape."""
    return [
        scatter(
            x=np.where(which, singles.drawn, np.nan),
            y=singles.heights,
            mode="markers",
            name=name,
            showlegend=False,
            marker={"color": colour, "size": 5, "symbol": symbol},
            hovertemplate=f"a draw at %{{x:.2f}}: log(q/p) {name}<extra></extra>",
        )
        for which, name, colour, symbol in (
            (np.logical_not(singles.below), "from 0 up", colours.kl, "circle"),
            (singles.below, "below 0", colours.good, "triangle-down"),
        )
    ]


def _label(text: str, side: str, colour: str, colours: Palette) -> dict[str, object]:
    """Return what the dots of one side are, in its upper corner."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.01 if side == "left" else 0.99,
        "y": 0.99,
        "xanchor": side,
        "yanchor": "top",
        "showarrow": False,
        "bgcolor": colours.paper,
        "font": {"color": colour},
    }


def _shares(singles: Singles, colours: Palette) -> list[Trace]:
    """Return the share so far, over the band in which it is expected; nothing without draws."""
    counts = COUNTS[: np.searchsorted(COUNTS, singles.seen, "right")]
    all_counts = COUNTS if singles.seen else COUNTS[:0]
    two_errors, axes = 200 * singles.error(all_counts), {"xaxis": "x2", "yaxis": "y2"}
    edge = {**axes, "x": all_counts, "mode": "lines", "showlegend": False, "hoverinfo": "skip"}
    exact = np.full(all_counts.size, 100 * singles.exact)
    return [
        scatter(**edge, y=exact - two_errors, line={"width": 0}),
        scatter(
            **edge,
            y=exact + two_errors,
            line={"width": 0},
            fill="tonexty",
            fillcolor=colours.veil(colours.good),
        ),
        scatter(**edge, y=exact, line={"color": colours.ink, "width": 1.5, "dash": "dash"}),
        scatter(
            **axes,
            x=counts,
            y=100 * singles.shares[counts - 1],
            mode="lines+markers",
            line={"color": colours.good, "width": 2.5},
            marker={"size": 4},
            showlegend=False,
            hovertemplate="of %{x:,} draws %{y:.1f}% are below 0<extra></extra>",
        ),
    ]


def _guess(guess: int, colours: Palette) -> Trace:
    """Return the learner's guess, a line with its name."""
    return scatter(
        xaxis="x2",
        yaxis="y2",
        x=[1, 10 ** (GUESS_AT - 0.4), 10**GUESS_AT],
        y=[guess] * 3,
        mode="lines+text",
        text=["", f"you: {guess}%", ""],
        textposition="top center" if guess < 80 else "bottom center",
        textfont={"color": colours.ink},
        line={"color": colours.ink, "width": 1.5, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
    )
