"""What runs when a control moves."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    """Draw a page whose body and fragment count how often they run."""
    import streamlit as st

    from widgets.redraw import draw_whole, redraw

    def count(part):
        st.session_state[part] = st.session_state.get(part, 0) + 1

    @st.fragment(key="picture")
    def picture():
        count("pictures")

    def body():
        count("bodies")
        st.slider("Where", 0, 9, key="where", on_change=redraw, args=("picture",))
        picture()

    draw_whole(body)


@pytest.fixture
def app():
    """Run the page once."""
    return AppTest.from_function(page).run()


def ran(app):
    """Return how often the body and the fragment have run."""
    return app.session_state["bodies"], app.session_state["pictures"]


def test_move_before_the_browser_has_seen_the_page_draws_all_of_it(app):
    app.slider[0].set_value(3).run()
    assert ran(app) == (2, 2)
    assert app.session_state["_moves_owed"] == 0


def test_move_after_the_browser_has_seen_the_page_draws_what_follows(app):
    app.session_state["_drawing_seen"] = 1
    app.slider[0].set_value(3).run()
    assert ran(app) == (1, 2)
    assert app.session_state["_moves_owed"] == 1


def test_move_while_the_page_is_drawn_again_draws_all_of_it(app):
    app.session_state["_drawing_seen"] = 1
    app.run()
    app.slider[0].set_value(3).run()
    assert ran(app) == (3, 3)
