"""The figure of the next word."""

from collections.abc import Sequence

from charts.outcomes import LABELS
from charts.style import Q_PATTERN, Figure, Palette, bar, figure, steady_limit
from charts.wording import percent
from kl_core import Array


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
