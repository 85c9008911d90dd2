"""What runs when a control moves."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    """Draw a page whose body and fragment count how often they run; its frame may be cut off."""
    import streamlit as st

    from widgets.redraw import draw_whole, drawn, redraw

    def count(part):
        st.session_state[part] = st.session_state.get(part, 0) + 1

    @st.fragment(key="picture")
    def picture():
        count("pictures")

    def body():
        count("bodies")
        st.slider("Where", 0, 9, key="where", on_change=redraw, args=("picture",))
        picture()

    draw_whole("page", body)
    if st.session_state.get("cut"):
        st.stop()
    drawn("page")


@pytest.fixture
def app():
    """Return the page, not yet run."""
    return AppTest.from_function(page)


def ran(app):
    """Return how often the body and the fragment have run."""
    return app.session_state["bodies"], app.session_state["pictures"]


def test_move_that_cuts_the_first_drawing_short_draws_all_of_the_page(app):
    app.session_state["cut"] = True
    app.run().slider[0].set_value(3).run()
    assert ran(app) == (2, 2)
    assert app.session_state["_moves_owed"] == 0


def test_move_on_a_page_that_is_drawn_draws_what_follows(app):
    app.run().slider[0].set_value(3).run()
    assert ran(app) == (1, 2)
    assert app.session_state["_moves_owed"] == 1
