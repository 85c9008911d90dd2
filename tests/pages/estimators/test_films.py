"""What the charts show while a slider is dragged, and what of them can be dragged."""

import numpy as np
import pytest
from scipy.stats import norm

from tests.pages.conftest import films_told
from tests.pages.estimators.reading import opened
from tests.pages.estimators.truth import divergence, drawn
from tests.pages.reading import chart, read_out, sent, values

BELLS = "estimators_gap", "estimators_spread"


def filmed(unit="bits", wanted=lambda _chart, _slider, _stops: (), **view):
    """Return the stops of all films by chart and slider, and the wanted pictures by value too."""
    stops_of, pictures = {}, {}

    def noted(key, films):
        for slider, each in films.stops.items():
            stops_of[key, slider] = [*each.values]
            for value in wanted(key, slider, each.values):
                pictures[key, slider, value] = films.at(**{slider: value})

    with films_told("estimators", noted):
        opened(unit, **view)
    return stops_of, pictures


@pytest.mark.parametrize(
    ("unit", "view", "without"),
    [
        ("nats", {"spread": 1.25, "seed": 7, "way": "top 2", "seen": 300}, set()),
        ("bits", {"gap": 2.0, "draws": 1000, "fee": "cost 0.5"}, set()),
        # Gap and spread mean nothing to forecasts.
        (
            "dits",
            {"source": "forecasts"},
            {
                (key, slider)
                for key in ("_estimators_chart", "_estimators_bells")
                for slider in BELLS
            },
        ),
    ],
)
def test_films_have_the_pictures_that_the_page_shows(unit, view, without):
    stops_of, _ = filmed(unit, **view)
    assert {*stops_of} == {
        *(("_estimators_chart", slider) for slider in (*BELLS, "estimators_draws")),
        *(("_estimators_bells", slider) for slider in BELLS),
        *(("_estimators_noise", slider) for slider in BELLS),
        ("_estimators_running", "estimators_texts"),
        *(("_estimators_singles", slider) for slider in (*BELLS, "estimators_seen")),
        ("_estimators_singles", "estimators_guess"),
    } - without
    assert all(7 <= len(stops) <= 101 for stops in stops_of.values())
    # Two places of each slider, where all of its films have a picture: one page shows them all.
    rng, picked = np.random.default_rng(1), {}
    for slider in {slider for _, slider in stops_of}:
        every, *others = (stops for (_, each), stops in stops_of.items() if each == slider)
        common = [value for value in every if all(value in stops for stops in others)]
        picked[slider] = rng.choice(common, 2, replace=False).tolist()
    _, pictures = filmed(unit, lambda _, slider, _stops: picked[slider], **view)
    assert len(pictures) == 2 * len(stops_of)
    for slider, places in picked.items():
        for value in places:
            app = opened(unit, **view | {slider.removeprefix("estimators_"): value})
            for key in (key for key, each in stops_of if each == slider):
                there, picture = chart(app, key), pictures[key, slider, value]
                assert there.figure == sent(picture.figure), (key, slider, value)
                assert there.alt == read_out(picture.words)


def test_films_go_from_end_to_end_on_the_steps_of_the_slider():
    many = None
    for draws in (10, 50, 1000):
        stops_of, _ = filmed(draws=draws)
        for key in ("_estimators_chart", "_estimators_bells", "_estimators_noise"):
            for slider, low, high, step in (("gap", 0, 3, 0.01), ("spread", 0.5, 2, 0.05)):
                values_ = np.array(stops_of[key, f"estimators_{slider}"])
                assert (values_[0], values_[-1]) == (low, high)
                np.testing.assert_allclose(values_ / step, np.round(values_ / step), rtol=1e-9)
                np.testing.assert_allclose(np.diff(values_), values_[1] - values_[0])
        # Where each picture takes many draws there are fewer, but enough to see it move.
        count = len(stops_of["_estimators_chart", "estimators_gap"])
        assert 20 < count <= (many or 101)
        many = count


def of_chart(chart):
    """Return what wants every picture of one chart."""
    return lambda key, _slider, stops: stops if key == chart else ()


@pytest.mark.parametrize("chart", ["_estimators_bells", "_estimators_singles"])
def test_bell_of_p_is_dragged_at_its_top_and_made_wide_at_its_flank(chart):
    stops_of, pictures = filmed("bits", of_chart(chart), gap=1.2, spread=0.8)
    of_bells = {key: each for key, each in pictures.items() if key[1] in BELLS}
    assert len(of_bells) == sum(len(stops_of[chart, slider]) for slider in BELLS)
    for (_, slider, value), picture in of_bells.items():
        gap, spread = {BELLS[0]: (value, 0.8), BELLS[1]: (1.2, value)}[slider]
        *_, top, flank = picture.handles
        assert (top.slider, top.way, top.hue) == ("estimators_gap", "x", "p")
        assert (top.x, top.y) == pytest.approx((gap, norm.pdf(0) / spread))
        assert (flank.slider, flank.way, flank.hue) == ("estimators_spread", "both", "p")
        assert (flank.x, flank.y) == pytest.approx((gap + spread, norm.pdf(1) / spread))


def test_guess_is_a_line_that_is_dragged():
    _, pictures = filmed("nats", of_chart("_estimators_singles"), seen=20)
    along = [(at, each) for (_, slider, at), each in pictures.items() if "guess" in slider]
    assert len(along) == 101
    for guess, picture in along:
        handle, *_ = picture.handles
        *_, line = sent(picture.figure)["data"]
        assert (handle.slider, handle.way, handle.hue) == ("estimators_guess", "y", "ink")
        assert handle.axes == ("xaxis2", "yaxis2")
        assert handle.y == guess == values(line["y"])[-1]
        assert 10**handle.x == pytest.approx(values(line["x"])[-1])


def test_points_of_the_noise_are_dragged_by_their_exponents():
    _, pictures = filmed("nats", of_chart("_estimators_noise"))
    along = [(gap, each) for (_, slider, gap), each in pictures.items() if slider == BELLS[0]]
    assert len(along) == 101
    for gap, picture in along:
        dots = [each for each in picture.figure.to_dict()["data"]
                if each.get("marker", {}).get("size") == 11]  # fmt: skip
        # At no distance, and closer than the chart begins, nothing is drawn.
        assert len(dots) == (3 if gap >= 0.02 else 0)
        for handle, dot in zip(picture.handles, dots, strict=True):
            at = 10**handle.x, 10**handle.y
            assert at == pytest.approx((divergence(gap, 1.0), values(dot["y"])[0]))
            assert (handle.slider, handle.way, handle.hue) == ("estimators_gap", "both", "q")


def test_end_of_the_running_average_is_dragged_by_its_exponent():
    _, pictures = filmed("nats", of_chart("_estimators_running"))
    assert len(pictures) == 10
    for (_, _, count), picture in pictures.items():
        [handle] = picture.handles
        one = drawn("0.2", "are free", "Q itself", 1)[0][:count]
        assert (10**handle.x, handle.y) == pytest.approx((count, one.mean()))
        assert (handle.slider, handle.way, handle.hue) == ("estimators_texts", "both", "q")
