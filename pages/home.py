"""What this is, and where to start."""

import streamlit as st

from charts.outcomes import terms_figure
from charts.wording import amount
from kl_core import normalize
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import slider
from widgets.look import sliders_of
from widgets.presenter import stage
from widgets.redraw import answer
from widgets.weights import BAR

FACES = [f"face {face}" for face in range(1, 7)]


def home() -> None:
    """Show the page, from top to bottom."""
    first_screen = frame.header("KL divergence, understood by moving it")
    st.markdown(
        "When a model **Q** stands in for the truth **P**, something is lost; Kullback–Leibler "
        "divergence says how much. Here you move P and Q and watch that number: everything on "
        "screen is computed as you look, and every view is a link. No more than everyday "
        "probability is needed to begin.",
        width=720,
    )
    st.page_link("intuition/page.py", label="**Start with the forecaster**", icon="🌦️")
    st.page_link("summary/page.py", label="Know it already? Test yourself", icon="🗺️")
    with stage(first_screen):
        with sliders_of("q", "home"):
            slider(
                "Try it: how often do you believe this fair die shows a 1?",
                1,
                99,
                50,
                1,
                key="home_belief",
                shown_as="%d%%",
            )
        picture()


@answer
def picture() -> None:
    """Show what answers the slider."""
    moving(drawn, key="_home_chart", stops={"home_belief": Stops.along(1, 99, 1)})


def drawn(controls: Controls) -> Picture:
    """Return the one number that this app is about, for a belief that the learner chooses."""
    unit = units.current()
    belief = controls["home_belief"] / 100
    p, q = normalize([1.0] * 6), normalize([belief, *[(1 - belief) / 5] * 5])
    words = (
        f"The die is fair, and you believe that a 1 comes up {100 * belief:.0f}% of the time: "
        f"every roll costs you {amount(unit.kl(p, q), unit.name)} on average."
    )
    handle = Handle("home_belief", 0.2, 100 * belief, "y", "q", BAR)
    figure = terms_figure(
        FACES,
        p,
        q,
        unit,
        names=("P, the true die", "Q, the model"),
        of_all="all rolls",
        colours=theme.colours(),
    )
    return Picture(figure, words, handles=[handle])


home()
