"""A first visit solves for every β, and sees how far that is."""

import time

import streamlit as st

from pages.beta_penalty.numbers import BETAS, World, at_beta


@st.cache_resource(show_spinner=False)
def _solved() -> set[World]:
    """Return which reward models have been solved for every β of the grid."""
    return set()


def solve_all(world: World) -> None:
    """Solve for every β of the grid, and show how far that is where it takes its time."""
    if world in _solved():
        return
    began, bar = time.monotonic(), st.empty()
    for place, beta in enumerate(BETAS):
        if time.monotonic() - began > 0.3:
            bar.progress(place / len(BETAS), f"Solving for β = {beta}: once for these pairs")
        at_beta(world, float(beta))
    bar.empty()
    _solved().add(world)
