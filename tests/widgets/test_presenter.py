"""The presenter view, as far as it can be seen without a browser."""

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from charts.player import play
from charts.style import LIGHT, bar, figure, scatter
from widgets.presenter import LARGER, enlarged


def small():
    """Return a figure with every kind of text that ours have."""
    return figure(
        [bar(x=["a", "b"], y=np.array([1.0, 2.0]), textfont={"size": 11}, text=["1", "2"])],
        LIGHT,
        title="Finding",
        height=300,
        xaxis={"title": {"text": "time, s"}},
        yaxis={"title": {"text": "p·log(p/q), bits"}},
        annotations=[{"text": "here", "x": 0, "y": 1, "font": {"size": 14}}],
    )


def larger(figure):
    """Return a figure as the presenter view shows it, checked by Plotly."""
    return go.Figure(enlarged(figure.to_dict()))


def test_all_type_grows_by_the_same_factor():
    shown = larger(small())
    assert shown.layout.title.font.size == pytest.approx(16 * LARGER)
    assert shown.data[0].textfont.size == pytest.approx(11 * LARGER)
    assert shown.layout.annotations[0].font.size == pytest.approx(14 * LARGER)
    # Plotly's own size is 12; what names none follows the figure's.
    assert shown.layout.font.size == pytest.approx(12 * LARGER)
    assert shown.layout.hoverlabel.font.size == pytest.approx(12 * LARGER)


def test_upright_titles_break_before_their_unit_and_have_room():
    usual, shown = small(), larger(small())
    assert shown.layout.yaxis.title.text == "p·log(p/q)<br>bits"
    assert shown.layout.xaxis.title.text == "time, s"
    assert shown.layout.margin.l == pytest.approx(LARGER * usual.layout.margin.l)
    assert shown.layout.margin.b == pytest.approx(LARGER * usual.layout.margin.b)


def test_what_is_drawn_and_the_figure_itself_stay():
    usual = small()
    before = usual.to_dict()
    shown = larger(usual)
    assert usual.to_dict() == before
    assert shown.layout.height == 300
    assert shown.data[0].x == ("a", "b")
    assert list(shown.data[0].text) == ["1", "2"]
    assert larger(usual).to_json() == shown.to_json()


def test_a_film_keeps_its_frames_and_its_controls():
    film = play(
        small(),
        ["one", "two"],
        [[scatter(y=[0, 1])], [scatter(y=[1, 0])]],
        [0],
        prefix="frame ",
        colours=LIGHT,
    )
    drawn, shown = film.to_dict(), enlarged(film.to_dict())
    assert [frame["name"] for frame in shown["frames"]] == ["one", "two"]
    assert (
        shown["layout"]["updatemenus"][0]["buttons"] == drawn["layout"]["updatemenus"][0]["buttons"]
    )
    size = shown["layout"]["sliders"][0]["currentvalue"]["font"]["size"]
    assert size == pytest.approx(13 * LARGER)


def a_page():
    """Draw a page whose controls come after its prose."""
    import streamlit as st

    from widgets import frame, presenter

    presenter.switch()
    first_screen = frame.header("Title", "Takeaway")
    st.markdown("Prose")
    with presenter.stage(first_screen, "Move it", anchor="move"):
        st.slider("x", 0, 9, 1, key="x", bind="query-params")


@pytest.mark.parametrize(
    ("present", "order"),
    [("false", ["Takeaway", "Prose", "slider"]), ("true", ["Takeaway", "slider", "Prose"])],
)
def test_the_stage_comes_first_when_presenting(present, order):
    app = AppTest.from_function(a_page)
    app.query_params["present"] = present
    app.query_params["x"] = "4"
    app.run()
    found = [each.type if each.type == "slider" else each.value.strip("*")
             for each in app.main if each.type in ("slider", "markdown")]  # fmt: skip
    assert found == order
    assert app.slider(key="x").value == 4
    assert [each.value for each in app.header] == ["Move it"]


def test_switching_keeps_what_was_moved():
    app = AppTest.from_function(a_page).run()
    app.slider(key="x").set_value(7).run()
    app.toggle(key="present").set_value(True).run()
    assert app.slider(key="x").value == 7
    app.toggle(key="present").set_value(False).run()
    assert app.slider(key="x").value == 7
    assert not app.exception
