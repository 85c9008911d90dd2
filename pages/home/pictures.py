"""The pictures of the game: what came and what one believes, and then the die itself."""

from charts.outcomes import probability_bars, terms_figure
from charts.style import Figure, Palette, figure
from charts.units import Unit
from kl_core import Array
from pages.home.numbers import FACES, ROLLS, Round

NAMES = [f"face {face}" for face in FACES]
HEIGHT = 400


def before_figure(deal: Round, q: Array, colours: Palette) -> Figure:
    """Return the shares of the rolls beside Q."""
    bars, axis = probability_bars(
        NAMES,
        deal.counts / ROLLS,
        q,
        (f"what came in {ROLLS} rolls", "Q, your belief"),
        "all rolls",
        colours,
    )
    bars[0]["marker"] = {"color": colours.veil(colours.p), "line": {"color": colours.p, "width": 1}}
    return figure(
        bars,
        colours,
        title=f"Which die rolls like that? {ROLLS} rolls of P",
        height=HEIGHT,
        xaxis={"fixedrange": True, "showgrid": False},
        yaxis=axis,
    )


def after_figure(deal: Round, q: Array, unit: Unit, colours: Palette) -> Figure:
    """Return the die beside Q, above what each face costs."""
    return terms_figure(
        NAMES,
        deal.p,
        q,
        unit,
        names=("P, the die", "Q, your belief"),
        of_all="all rolls",
        colours=colours,
    )
