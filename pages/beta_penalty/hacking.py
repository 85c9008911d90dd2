"""The section on the frontier: every β is a point of one curve, and of none higher."""

import streamlit as st

from charts.units import Unit
from pages.beta_penalty import numbers
from pages.beta_penalty.pictures.hacking import hacking_picture
from pages.beta_penalty.scale import SCALES, Rope, scaled
from pages.beta_penalty.words import hacking as words
from widgets import theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.optima import LADDER, USUAL, World, solve_all, whole_curve
from widgets.redraw import answer, at_rest, now, section

# Of the pairs there is no film: each number of them is a reward model of its own, fitted anew.
STOPS = {"beta_beta": Stops.among(LADDER), "beta_scale": Stops.among(SCALES)}


def one_curve() -> None:
    """Show what the judge thinks at every length of the rope at once."""
    st.header("One curve", anchor="hacking")
    st.markdown(
        "The same policies once more, by how far they are from P. To the right the rope is longer.",
        width=820,
    )
    hacking()
    details()


@answer
def hacking() -> None:
    """Show the frontier and what the judge makes of it."""
    world = World.of(at_rest)
    if world != USUAL:
        solve_all(USUAL)
    moving(drawn, key="_beta_hacking", stops=STOPS)


def drawn(controls: Controls) -> Picture:
    """Return both scores against √KL, with the point that β picks."""
    # Other pairs have to be solved for every β: they rest first.
    rope, unit = Rope.of(controls, at_rest), units.current()
    curve = scaled(whole_curve(rope.world, unit), rope.factor)
    return Picture(
        hacking_picture(rope, unit, theme.colours()),
        words.end_to_end(curve, rope, numbers.best_of(rope.world)[-1], unit),
        handles=handles_of(rope, unit),
    )


def handles_of(rope: Rope, unit: Unit) -> list[Handle]:
    """Return the points of today's β on both lines, which can be dragged along them."""
    mine = rope.mine
    distance = float((mine.exact.kl / unit.nats) ** 0.5)
    return [
        Handle("beta_beta", distance, value, "both", "q", axes=("xaxis", axis))
        for value, axis in ((mine.exact.reward, "yaxis"), (mine.report.score[0], "yaxis2"))
    ]


def details() -> None:
    """Say what β does and does not do."""
    picks_a_point()
    with st.expander("The dotted lines: a law for over-optimisation"):
        unit = units.current()
        st.markdown(words.fits(numbers.families(World.of(now), unit), unit))


@section
def picks_a_point() -> None:
    """Say what other pairs change, and which point of the curve is today's."""
    unit, world = units.current(), World.of(now)
    found = numbers.families(world, unit)
    if world != USUAL:
        st.markdown(words.other_pairs(world, found.rope, whole_curve(USUAL, unit)))
    st.markdown(words.picks_a_point(found, now["beta_beta"], unit))
