"""What this is, and where to start."""

import streamlit as st

from charts import die as chart
from charts.style import amount, palette
from kl_core import kl_divergence, kl_terms, normalize
from widgets import frame, theme, units
from widgets.chart import Handle, Picture, Stops, moving
from widgets.look import sliders_of
from widgets.presenter import stage
from widgets.redraw import redraw


def drawn(controls):
    """Return the one number that this app is about, for a belief that the learner chooses."""
    unit = units.current()
    belief = controls["home_belief"] / 100
    p, q = normalize([1.0] * 6), normalize([belief, *[(1 - belief) / 5] * 5])
    divergence = kl_divergence(p, q, base=unit.base)
    words = (
        f"The die is fair, and you believe that a 1 comes up {100 * belief:.0f}% of the time: "
        f"every roll costs you {amount(divergence, unit.name)} on average."
    )
    terms = kl_terms(p, q, base=unit.base)
    figure = chart.terms_figure(p, q, terms, unit.name, palette(theme.scheme()))
    handle = Handle("home_belief", 0.2, 100 * belief, "y", "q", 0.38)
    return Picture(figure, words, handles=[handle])


@st.fragment(key="home_picture")
def picture():
    """Show what answers the slider."""
    moving(drawn, key="_home_chart", stops={"home_belief": Stops.along(1, 99, 1)})


first_screen = frame.header("KL divergence, understood by moving it")
st.markdown(
    "When a model **Q** stands in for the truth **P**, something is lost; Kullback–Leibler "
    "divergence says how much. Here you move P and Q and watch that number: everything on screen "
    "is computed as you look, and every view is a link. No more than everyday probability is "
    "needed to begin.",
    width=720,
)
st.page_link("intuition.py", label="**Start with the forecaster**", icon="🌦️")
st.page_link("summary.py", label="Know it already? Test yourself", icon="🗺️")
with stage(first_screen):
    sliders_of("q", "home").slider(
        "Try it: how often do you believe this fair die shows a 1?",
        1,
        99,
        50,
        format="%d%%",
        key="home_belief",
        bind="query-params",
        on_change=redraw,
        args=("home_picture",),
    )
    picture()
