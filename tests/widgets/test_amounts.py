"""Guesses that are amounts stay the same amounts when the unit is switched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from charts.units import UNITS
from widgets.amounts import Scale


def page():
    """Draw a guess, from 0 on: there 0 means that there is none yet."""
    import streamlit as st

    from widgets import controls, prediction, presenter, redraw, units

    def guess():
        unit = units.current()
        prediction.commit(
            "x_guess", "How much?", 0.0, 2.0, 0.0, 0.02, shown_as=f"%.2f {unit.name}", none=0.0,
            reveal=lambda guess: f"{guess:.2f} {unit.name}", takeaway="So much.", unit=unit,
        )  # fmt: skip

    controls.open_page("page")
    with st.container():
        units.switch()
        presenter.switch()
    redraw.draw_whole("page", guess)


def opened(**asked):
    app = AppTest.from_function(page)
    app.query_params.update(asked)
    return app.run()


def switched(app, unit):
    """Return the guess after the unit is switched."""
    app.radio(key="unit").set_value(unit).run()
    assert not app.exception
    return app.slider(key="x_guess").value


def test_guess_follows_the_unit_and_comes_back_as_it_was():
    app = opened(x_guess="0.46", x_guess_told="true")
    assert switched(app, "dits") == pytest.approx(0.14)
    assert "0.14 dits" in [each.value for each in app.markdown]
    assert switched(app, "nats") == pytest.approx(0.32)
    assert switched(app, "bits") == pytest.approx(0.46)


def test_hand_says_anew_what_the_guess_is():
    app = opened(x_guess="0.46")
    switched(app, "nats")
    app.slider(key="x_guess").set_value(0.5).run()
    app.run()
    assert switched(app, "bits") == pytest.approx(0.72)
    assert switched(app, "nats") == pytest.approx(0.5)


def test_guess_beyond_the_slider_is_at_its_end_and_not_forgotten():
    app = opened(unit="dits", x_guess="1.5")
    assert switched(app, "bits") == 2.0
    assert switched(app, "dits") == pytest.approx(1.5)


def test_no_guess_is_none_in_every_unit():
    app = opened()
    assert [switched(app, unit) for unit in ("dits", "nats", "bits")] == [0.0] * 3


@given(st.floats(-5, 5), st.sampled_from([*UNITS.values()]), st.sampled_from([None, -0.6]))
def test_nearest_is_on_the_slider_and_never_says_that_there_is_no_guess(value, unit, none):
    found = Scale(-0.6, 1.4, 0.02, none).nearest(value / unit.nats)
    assert -0.6 <= found <= 1.4
    assert found != none
    inside = min(max(value / unit.nats, -0.58 if none else -0.6), 1.4)
    assert found == pytest.approx(inside, abs=0.0101)
