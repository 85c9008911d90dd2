"""Figures of the weather forecaster's lesson, tested through their data."""

import numpy as np
import plotly.graph_objects as go
import pytest
from scipy.special import rel_entr

from charts.style import DARK, LIGHT
from charts.units import BITS
from pages.intuition.numbers import Band, Way
from pages.intuition.pictures import (
    bowl_figure,
    forecast_figure,
    guess_figure,
    settling_figure,
)
from tests.pages.intuition import weather
from tests.pages.truth import chances

P, Q, NO_SNOW = map(chances, (weather.TRUTH, weather.SUNNY, weather.NO_SNOW))
COSTS = np.log2(P / Q)
DAYS = np.array([1, 2, 3, 5, 10, 20, 50, 100])
AVERAGES = np.array([1.3, 0.4, -0.2, 0.1, 0.3, 0.25, 0.15, 0.18])
RUINED = np.array([1.3, 0.4, -0.2, *[np.inf] * 5])
BAND = Band(np.array([1, 10, 100]), np.array([-0.5, -0.1, 0.1]), np.array([1.3, 0.6, 0.25]))
STEPS = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5])


def forecast(p=P, q=Q):
    """Return the figure of weather and forecast, in bits."""
    return forecast_figure(p, q, BITS, LIGHT)


def settling(averages=AVERAGES, days=DAYS, band=BAND, divergence=0.175, colours=LIGHT):
    """Return the figure of the running average, in bits."""
    return settling_figure(days, averages, band, divergence, (-0.58, 1.32), "bits", colours)


def bowl(divergences=(0.4, 0.1, 0.0, 0.05, 0.175, 0.5), here=0.175):
    """Return the figure of D on the way through P and Q, in bits."""
    return bowl_figure(Way(STEPS, np.array(divergences)), here, "bits", LIGHT)


def frames(figure):
    """Return the frames as they are sent to the browser, checked by Plotly."""
    return go.Figure(figure.to_dict()).frames


def line_and_dot(figure):
    """Return the two traces of the run, which are the ones that the frames replace."""
    line, dot = (figure.data[index] for index in frames(figure)[0].traces)
    assert line.line.color == dot.marker.color == LIGHT.p
    return line, dot


def bands(figure):
    """Return the traces that shade what lies between them and the one before."""
    return [trace for trace in figure.data if trace.fill]


def dashes(figure):
    """Return the dashed lines."""
    return [trace for trace in figure.data if trace.line.dash == "dash"]


@pytest.mark.parametrize(
    "draw",
    [
        forecast,
        lambda: forecast(q=NO_SNOW),
        settling,
        lambda: settling(colours=DARK),
        lambda: settling(RUINED, band=None, divergence=np.inf),
        lambda: settling(
            AVERAGES[:1], DAYS[:1], Band(DAYS[:1], np.array([-0.58]), np.array([1.32]))
        ),
        lambda: guess_figure(1000, -0.6, P, Q, BITS, LIGHT),
        bowl,
        lambda: bowl((0.4, 0.1, 0.0, 0.3, np.inf, np.inf), np.inf),
    ],
)
def test_figure_is_valid_plotly(draw):
    drawn = draw()
    assert len(go.Figure(drawn.to_dict()).data) == len(drawn.data) >= 2


def test_forecast_shows_chances_and_what_each_day_costs():
    p_bars, q_bars, costs = forecast().data
    np.testing.assert_allclose(p_bars.y, 100 * P)
    np.testing.assert_allclose(q_bars.y, 100 * Q)
    np.testing.assert_allclose(costs.y, COSTS, atol=1e-15)
    assert list(costs.x) == list(p_bars.x) == list(weather.KINDS)
    assert list(costs.text) == ["−0.58", "+0.26", "+1.32", "0.00"]
    assert list(costs.marker.color) == [LIGHT.good, LIGHT.kl, LIGHT.kl, LIGHT.kl]


def test_forecast_states_the_finding_and_its_unit():
    drawn = forecast()
    assert f"{rel_entr(P, Q).sum() / np.log(2):.3f}" == "0.175"
    assert drawn.layout.title.text == "Lost each day on average: 0.175 bits"
    assert drawn.layout.yaxis2.title.text == "cost of a day, bits"


def test_veiled_forecast_has_chances_and_axes_but_no_costs():
    veiled, shown = forecast_figure(P, NO_SNOW, BITS, LIGHT, told=False), forecast(P, NO_SNOW)
    assert veiled.layout.title.text.endswith("?")
    assert list(veiled.data[2].text) == list(veiled.data[2].customdata) == ["?"] * 4
    assert list(veiled.data[2].y) == [0] * 4
    assert veiled.data[:2] == shown.data[:2]
    for axis in ("xaxis", "yaxis", "yaxis2"):
        assert veiled.layout[axis] == shown.layout[axis]


def test_weather_that_never_comes_costs_nothing():
    costs = forecast(NO_SNOW, P).data[2]
    assert costs.y[3] == 0
    assert costs.text[3] == "0.00"


def test_ruled_out_weather_reaches_the_top_and_is_labelled():
    drawn = forecast(P, NO_SNOW)
    costs = drawn.data[2]
    assert np.isfinite(costs.y).all()
    assert 0.8 * drawn.layout.yaxis2.range[1] < costs.y[3] <= drawn.layout.yaxis2.range[1]
    assert costs.text[3] == "+∞"
    assert drawn.layout.title.text == "Lost each day on average: ∞"


def test_running_average_is_drawn_and_ends_in_a_dot():
    line, dot = line_and_dot(settling())
    np.testing.assert_array_equal(line.x, DAYS)
    np.testing.assert_array_equal(line.y, AVERAGES)
    assert (list(dot.x), list(dot.y)) == ([100], [0.18])


def test_divergence_is_dashed_from_the_first_day_to_the_last():
    [dashed] = dashes(settling())
    assert (list(dashed.x), list(dashed.y)) == ([1, 100], [0.175, 0.175])
    assert dashed.line.color == LIGHT.kl
    assert dashes(settling(RUINED, band=None, divergence=np.inf)) == []


def test_band_is_drawn_between_its_edges():
    drawn = settling()
    [upper] = bands(drawn)
    lower = drawn.data[drawn.data.index(upper) - 1]
    assert upper.fill == "tonexty"
    np.testing.assert_array_equal(lower.x, BAND.days)
    np.testing.assert_array_equal(upper.x, BAND.days)
    np.testing.assert_array_equal(lower.y, BAND.low)
    np.testing.assert_array_equal(upper.y, BAND.high)
    assert ["middle 95% of 1,000 runs"] in [list(trace.text or ()) for trace in drawn.data]


def test_no_band_is_drawn_where_none_is_given():
    drawn = settling(band=None)
    assert bands(drawn) == []
    assert all(trace.text is None for trace in drawn.data)
    np.testing.assert_array_equal(line_and_dot(drawn)[0].y, AVERAGES)


def test_infinite_average_reaches_the_top_and_stays_there():
    drawn = settling(RUINED, band=None, divergence=np.inf)
    top = drawn.layout.yaxis.range[1]
    line, dot = line_and_dot(drawn)
    np.testing.assert_array_equal(line.y, [1.3, 0.4, -0.2, *[top] * 5])
    assert list(dot.y) == [top]
    assert top > 1.3
    assert drawn.layout.title.text == "After 100 days: ∞; D = ∞"


def test_title_states_average_and_divergence():
    assert settling().layout.title.text == "After 100 days: 0.180; D = 0.175 bits"
    assert settling().layout.yaxis.title.text == "average loss a day, bits"


def test_one_day_is_a_day():
    assert settling(AVERAGES[:1], DAYS[:1]).layout.title.text.startswith("After 1 day:")


def test_guess_stands_among_what_single_days_cost():
    drawn = guess_figure(1000, 0.3, P, Q, BITS, LIGHT)
    *levels, line, diamond = drawn.data
    assert [level.text[0] for level in levels] == [
        "a day of sun: −0.58",
        "a day of cloud: +0.26",
        "a day of rain: +1.32",
        "a day of snow: 0.00",
    ]
    assert [level.y[0] for level in levels] == pytest.approx(list(COSTS), abs=1e-15)
    assert list(line.y) == [0.3, 0.3]
    assert (list(diamond.x), list(diamond.y)) == ([1000], [0.3])
    assert drawn.layout.title.text.endswith("?")
    assert not frames(drawn)


def test_guess_stays_where_it_was_beside_the_run():
    guessed = settling_figure(DAYS, AVERAGES, BAND, 0.175, (-0.58, 1.32), "bits", LIGHT, guess=0.3)
    [diamond] = [trace for trace in guessed.data if trace.marker.symbol == "diamond"]
    assert (list(diamond.x), list(diamond.y)) == ([100], [0.3])
    # It is there from the first frame on, and no frame moves it.
    last = len(guessed.data) - 1
    assert {tuple(frame.traces) for frame in frames(guessed)} == {(last - 1, last)}
    assert guessed.data[last].marker.symbol is None


def test_everything_fits_the_axes():
    drawn = settling()
    left, right = drawn.layout.xaxis.range
    assert left < 0
    assert right > np.log10(100)
    low, high = drawn.layout.yaxis.range
    assert low <= -0.58
    assert high >= 1.32


@pytest.mark.parametrize("averages", [AVERAGES, RUINED])
def test_frames_grow_from_one_day_to_the_whole_run(averages):
    drawn = settling(averages, band=None)
    line, dot = line_and_dot(drawn)
    for length, frame in enumerate(frames(drawn), start=1):
        grown, end = frame.data
        # Two digits more than a pixel of the chart can show.
        assert list(grown.y) == pytest.approx(list(line.y[:length]), abs=1e-5)
        assert (list(end.x), list(end.y)) == ([DAYS[length - 1]], [grown.y[-1]])
    assert length == DAYS.size
    assert list(end.x) == list(dot.x)


@pytest.mark.parametrize(
    ("averages", "band", "divergence"),
    [(AVERAGES, BAND, 0.175), (AVERAGES, None, 0.175), (RUINED, None, np.inf)],
)
def test_frames_replace_the_run_whether_or_not_there_is_a_band(averages, band, divergence):
    drawn = settling(averages, band=band, divergence=divergence)
    last = len(drawn.data) - 1
    assert {tuple(frame.traces) for frame in frames(drawn)} == {(last - 1, last)}


def test_frames_are_named_by_their_day_and_few_even_for_a_long_run():
    assert [frame.name for frame in frames(settling())] == [str(day) for day in DAYS]
    days = np.arange(1, 10_001)
    long = settling(np.full(days.size, 0.2), days, None)
    assert 20 <= len(frames(long)) <= 40
    assert (frames(long)[0].name, frames(long)[-1].name) == ("1", "10,000")
    assert len(frames(long)[-1].data[0].y) == 10_000
    assert go.Figure(long.to_dict()).layout.sliders[0].steps[-1].label == "10,000"


def test_bowl_marks_p_at_zero_and_q_where_it_is():
    curve, p_mark, q_mark = bowl().data
    np.testing.assert_array_equal(curve.x, STEPS)
    assert (list(p_mark.x), list(p_mark.y)) == ([0], [0])
    assert (list(q_mark.x), list(q_mark.y)) == ([1], [0.175])
    assert p_mark.marker.color == LIGHT.p
    assert q_mark.marker.color == LIGHT.q
    assert "P" in p_mark.text[0]
    assert "0.175" in q_mark.text[0]


def test_bowl_draws_the_divergence_where_it_fits():
    drawn = bowl((50.0, 0.1, 0.0, 0.05, 0.175, np.inf))
    curve = drawn.data[0]
    np.testing.assert_array_equal(curve.y[1:5], [0.1, 0.0, 0.05, 0.175])
    assert np.isnan(curve.y[[0, 5]]).all()
    low, high = drawn.layout.yaxis.range
    assert low < 0
    assert high > 0.175
    left, right = drawn.layout.xaxis.range
    assert left < STEPS[0]
    assert right > STEPS[-1]


def test_infinite_q_stands_at_the_top_of_the_bowl_and_is_labelled():
    drawn = bowl((0.4, 0.1, 0.0, 0.3, np.inf, np.inf), np.inf)
    q_mark = drawn.data[2]
    assert list(q_mark.x) == [1]
    assert 0.8 * drawn.layout.yaxis.range[1] < q_mark.y[0] <= drawn.layout.yaxis.range[1]
    assert "∞" in q_mark.text[0]
