"""The section *Hacking*: what becomes of both scores as the rope gets longer."""

import streamlit as st

from charts.units import Unit
from pages.beta_penalty import numbers
from pages.beta_penalty.pictures.hacking import hacking_picture
from pages.beta_penalty.questions import guess, verdict
from pages.beta_penalty.words import hacking as words
from widgets import theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.optima import BETAS, LADDER, USUAL, Curve, World, solve_all, whole_curve
from widgets.redraw import answer, at_rest, now

# Of the pairs there is no film: each number of them is a reward model of its own, fitted anew.
STOPS = {"beta_beta": Stops.among(LADDER)}


def section(unit: Unit) -> None:
    """Show what the judge thinks at every length of the rope at once."""
    st.header("Hacking", anchor="hacking")
    st.markdown(
        "The policy answers to the *reward model*. What does the *judge* think of it, at every "
        "length of the rope at once? To the right the policy is further from the SFT model.",
        width=820,
    )
    guess()
    hacking()
    details(unit)


@answer
def hacking() -> None:
    """Show the over-optimisation curve."""
    world = World.of(at_rest)
    solve_all(world)
    if world != USUAL:
        solve_all(USUAL)
    moving(drawn, key="_beta_hacking", stops=STOPS)


def drawn(controls: Controls) -> Picture:
    """Return the over-optimisation curve with the point that β picks on it."""
    # Other pairs have to be solved for every β: they rest first.
    world, unit, beta = World.of(at_rest), units.current(), controls["beta_beta"]
    told = controls["beta_guess"] is not None
    rope = numbers.families(world, unit).rope
    return Picture(
        hacking_picture(world, beta, unit, theme.colours(), told=told),
        words.end_to_end(rope, beta, numbers.best_of(world)[-1], unit),
        handles=handles_of(rope, BETAS.index(beta)),
    )


def handles_of(rope: Curve, place: int) -> list[Handle]:
    """Return the points of today's β on both lines, which can be dragged along them."""
    return [
        Handle(
            "beta_beta",
            float(rope.distance[place]),
            float(values[place]),
            "both",
            "q",
            axes=("xaxis", axis),
        )
        for values, axis in ((rope.reward, "yaxis"), (rope.judge, "yaxis2"))
    ]


def details(unit: Unit) -> None:
    """Answer the guess, and say what β does and does not do."""
    world, guessed = World.of(now), now["beta_guess"]
    found = numbers.families(world, unit)
    st.markdown(verdict(guessed, found.rope))
    if world != USUAL:
        st.markdown(words.other_pairs(world, found.rope, whole_curve(USUAL, unit)))
    st.markdown(words.picks_a_point(found, now["beta_beta"], unit))
    st.caption(words.fits(found, unit, told=guessed is not None))
