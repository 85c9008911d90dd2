"""What runs when a control moves."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from widgets.redraw import at_rest, now


def page():
    """Draw a page whose body and answers count how often they run; its frame may be cut off."""
    import streamlit as st

    from widgets.controls import slider
    from widgets.redraw import answer, at_rest, come_to_rest, draw_whole, drawn, now, section

    def count(part):
        st.session_state[part] = st.session_state.get(part, 0) + 1

    @answer
    def picture():
        count("pictures")
        st.text(f"{now['where']} of {at_rest['slow']}")

    @answer
    def other():
        count("others")
        if now["how"] > 5:
            st.text(now["where"])

    @section
    def below():
        count("sections")
        st.text(f"{now['how']} below {at_rest['slow']}")

    def body():
        count("bodies")
        for key in ("where", "how", "slow", "wide"):
            slider(key, 0, 9, 1, 1, key=key)
        picture()
        if st.session_state["slow"] < 9:
            other()
        below()
        st.text(f"{at_rest['wide']} wide")

    st.session_state["_beginnings"] = {}
    st.button("rest", key="_rests", on_click=come_to_rest)
    draw_whole("page", body)
    if st.session_state.get("cut"):
        st.stop()
    drawn("page")


@pytest.fixture
def app():
    """Return the page, not yet run."""
    return AppTest.from_function(page)


def ran(app):
    """Return how often the body, the picture, the other answer and the section have run."""
    parts = ("bodies", "pictures", "others", "sections")
    return tuple(app.session_state[part] for part in parts)


def owes(app):
    """Return whether the page has told the browser that something is stale."""
    [told] = [each.proto for each in app.get("bidi_component") if "owed" in each.proto.json]
    return bool(json.loads(told.json)["owed"])


def moved(app, **values):
    """Move sliders to these values; then draw the whole page."""
    for key, value in values.items():
        app.slider(key=key).set_value(value).run()
        app.query_params[key] = str(value)
        app.run()
    return app


def at_rest_after(app, **values):
    """Move sliders of a page that is drawn, one by one, and ask for what is stale then."""
    whole = app.run()._tree
    for key, value in values.items():
        # After the run of single fragments AppTest knows only their elements; a browser has all.
        app._tree = whole
        app.slider(key=key).set_value(value).run()
        assert owes(app)
    app._tree = whole
    app.button(key="_rests").click().run()
    assert not app.exception
    assert not owes(app)
    return app


def test_move_that_cuts_the_first_drawing_short_draws_all_of_the_page(app):
    app.session_state["cut"] = True
    app.run().slider(key="where").set_value(3).run()
    assert ran(app) == (2, 2, 2, 2)


def test_move_on_a_page_that_is_drawn_draws_what_has_read_the_slider(app):
    app.run().slider(key="where").set_value(3).run()
    assert ran(app) == (1, 2, 1, 1)
    assert app.text[0].value == "3 of 1"
    assert owes(app)


def test_move_draws_at_once_what_has_read_the_slider_since_another_move(app):
    moved(app.run(), how=6).slider(key="where").set_value(3).run()
    assert ran(app) == (2, 3, 4, 2)


def test_move_does_not_draw_at_once_what_reads_the_slider_at_rest(app):
    app.run().slider(key="slow").set_value(3).run()
    assert ran(app) == (1, 1, 1, 1)
    assert owes(app)


def test_rest_draws_the_parts_that_have_read_what_moved(app):
    at_rest_after(app, slow=3)
    assert ran(app) == (1, 2, 1, 2)
    assert [each.value for each in app.text] == ["1 of 3", "1 below 3"]


def test_rest_draws_a_section_that_reads_a_slider_whose_answer_is_drawn_already(app):
    assert ran(at_rest_after(app, how=7)) == (1, 1, 2, 2)


def test_rest_draws_all_of_a_page_whose_body_has_read_what_moved(app):
    at_rest_after(app, wide=3)
    assert ran(app) == (2, 2, 2, 2)
    assert app.text[-1].value == "3 wide"


def test_rest_after_several_moves_draws_what_any_of_them_has_made_stale(app):
    # The picture has been drawn since both.
    assert ran(at_rest_after(app, slow=3, where=4)) == (1, 2, 1, 2)


def test_move_knows_no_answer_that_is_gone(app):
    app = moved(app.run(), slow=9)
    assert ran(app) == (2, 2, 1, 2)
    app.slider(key="how").set_value(7).run()
    assert not app.exception
    assert ran(app) == (2, 2, 1, 2)


@pytest.mark.parametrize("controls", [now, at_rest])
def test_controls_are_a_mapping(controls):
    def page():
        import streamlit as st

        from widgets.redraw import at_rest, now

        st.session_state["x"] = 3
        for each in (now, at_rest):
            st.text([each["x"], each.get("y", 4), "x" in each, "y" in each, len(each) > 0])

    app = AppTest.from_function(page).run()
    assert [text.value for text in app.text] == ["[3, 4, True, False, True]"] * 2
    with pytest.raises(KeyError):
        controls["nowhere"]


def test_answers_of_two_sections_may_be_called_alike():
    def page():
        import streamlit as st

        from widgets.controls import slider
        from widgets.redraw import answer, draw_whole, drawn, now

        def of_section(module, key):
            def picture():
                st.text(f"{key} {now[key]}")

            picture.__module__ = module
            return answer(picture)

        def body():
            for key in ("one", "other"):
                slider(key, 0, 9, 1, 1, key=key)
                of_section(key, key)()

        draw_whole("page", body)
        drawn("page")

    app = AppTest.from_function(page).run()
    for key in ("one", "other"):
        app.run().slider(key=key).set_value(3).run()
        assert [text.value for text in app.text] == [f"{key} 3"]
