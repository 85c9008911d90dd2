"""Films as differences, and stops on a slider's steps."""

import copy
import gzip
import json
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import plotly
import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from charts.style import LIGHT, figure, scatter
from widgets.chart import Handle, Picture, Stops, files
from widgets.chart.film import KEPT, LONG, reel

LEAVES = some.one_of(some.integers(0, 3), some.sampled_from(["a", "b"]), some.none())
TREES = some.recursive(
    LEAVES,
    lambda parts: some.one_of(
        some.lists(parts, max_size=3), some.dictionaries(some.sampled_from("xyz"), parts)
    ),
    max_leaves=12,
)


def played(base, film):
    """Return the pictures of a film as the browser puts them together."""
    for frame in film["frames"]:
        if frame is None:
            yield None
            continue
        tree = copy.deepcopy(base)
        for path, which in zip(film["paths"], frame, strict=True):
            value = film["values"][which]
            if not path:
                tree = value
                continue
            node = tree
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = value
        yield tree


@given(some.dictionaries(some.sampled_from("pqr"), TREES, min_size=1), some.data())
def test_film_plays_the_pictures_that_it_was_made_of(base, data):
    pictures = [
        data.draw(some.none() | some.fixed_dictionaries(dict.fromkeys(base, TREES)))
        for _ in range(3)
    ]
    assert list(played(base, reel(base, pictures))) == pictures


def test_film_holds_only_what_changes():
    base = {"figure": {"data": [{"y": [1, 2], "name": "P"}], "layout": {"title": "one"}}}
    other = copy.deepcopy(base)
    other["figure"]["data"][0]["y"] = [2, 3]
    film = reel(base, [base, other])
    assert film["paths"] == [["figure", "data", 0, "y"]]
    assert film["values"] == [[1, 2], [2, 3]]


def curve(heights):
    """Return a figure with one curve, as the browser gets it."""
    return figure([scatter(y=heights)], LIGHT, title="", height=100).to_dict()


def test_long_arrays_keep_what_a_screen_can_show():
    heights = np.geomspace(1e-3, 1e3, LONG)
    film = reel(curve(heights), [curve(heights * 2)])
    [packed] = film["values"]
    assert packed["dtype"] == "f4"
    seen = np.frombuffer(b64decode(packed["bdata"]), "<f4")
    np.testing.assert_allclose(seen, 2 * heights, rtol=1.3e-4)
    assert not (seen.view("<u4") & ~KEPT).any()


@pytest.mark.parametrize("heights", [np.ones(LONG - 1), np.full(LONG, 1e200)])
def test_short_and_huge_arrays_keep_every_digit(heights):
    [packed] = reel(curve(0 * heights), [curve(heights / 3)])["values"]
    assert packed["dtype"] == "f8"
    np.testing.assert_array_equal(np.frombuffer(b64decode(packed["bdata"])), heights / 3)


@given(some.integers(-100, 100), some.integers(1, 1000), some.sampled_from([0.01, 0.05, 0.1, 1, 2]))
def test_stops_are_steps_of_the_slider_from_end_to_end(low, count, step):
    high = low + count * step
    values = np.array(Stops.along(low, high, step).values)
    assert (values[0], values[-1]) == pytest.approx((low, high))
    steps = (values - low) / step
    np.testing.assert_allclose(steps, steps.round(), atol=1e-6)
    assert (np.diff(steps) > 0).all()
    assert len(values) <= 102


def test_stops_among_options_are_their_places():
    stops = Stops.among(["a", "b", "c"])
    assert [stops.place_of(each) for each in "abc"] == [0, 1, 2]
    assert stops.place_of("d") is None
    assert Stops.along(0, 1, 0.5).place_of(0.25) == 0.25


def test_words_let_no_markup_pass():
    picture = Picture(figure([], LIGHT, title="", height=100), "**Bold** `<b>` <img src=x>")
    tree = picture.tree({})
    assert tree["words"].strip() == (
        "<p><strong>Bold</strong> <code>&lt;b&gt;</code> &lt;img src=x&gt;</p>"
    )
    assert tree["alt"] == "Bold <b> <img src=x>"


def a_page():
    """Draw a picture that follows one slider, and has none at 0."""
    import streamlit as st

    from charts.style import LIGHT, figure
    from widgets import presenter
    from widgets.chart import Picture, Stops, moving

    def drawn(controls):
        x = controls["x"]
        if not x:
            return None
        return Picture(
            figure([], LIGHT, title=f"x is {x}", height=100), f"It is **{x}**.", {"x": x}
        )

    presenter.switch()
    st.slider("x", 0, 4, 2, key="x")
    moving(drawn, key="_chart", stops={"x": Stops.along(0, 4, 1)})


def sent(app):
    """Return what the browser gets, its film unpacked."""
    [data] = [json.loads(each.proto.bytes) for each in app.get("bidi_component")]
    if "film" in data:
        data["film"] = json.loads(gzip.decompress(b64decode(data["film"])))
    return data


def test_picture_comes_with_its_words_and_without_a_film():
    app = AppTest.from_function(a_page).run()
    data = sent(app)
    assert data["picture"]["figure"]["layout"]["title"]["text"] == "x is 2"
    assert data["at"] == {"x": 2}
    assert "film" not in data
    # For whoever's browser cannot draw it.
    assert [each.value for each in app.markdown] == ["It is **2**."]
    assert [each.value for each in app.metric] == ["2"]


def test_nothing_to_draw_draws_nothing():
    app = AppTest.from_function(a_page).run()
    app.slider(key="x").set_value(0).run()
    assert not app.get("bidi_component")
    assert not app.exception


def test_handle_is_sent_as_it_is():
    handle = Handle("x", 1.0, 2.0, "y", "q", 0.38)
    picture = Picture(figure([], LIGHT, title="", height=100), "", handles=[handle])
    [tree] = picture.tree({})["handles"]
    assert tree == {"slider": "x", "x": 1.0, "y": 2.0, "way": "y", "hue": "q", "width": 0.38,
                    "axes": ("xaxis", "yaxis")}  # fmt: skip


def test_charts_on_a_page_and_charts_taken_home_are_drawn_by_the_same_plotly():
    """`npm pack plotly.js-cartesian-dist-min@VERSION` brings the other."""
    whole = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    versions = {re.search(r"v[\d.]+", each.read_text()[:200])[0] for each in (whole, files.PLOTLY)}
    assert len(versions) == 1
