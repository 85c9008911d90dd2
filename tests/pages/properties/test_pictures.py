"""Figures of the lesson, tested through their data."""

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS, NATS
from pages.properties.bells import ASIDE
from pages.properties.numbers import FORECAST, WEATHER, Ratios, Triangle
from pages.properties.pictures import AVERAGE_ROW, height, ratios_figure, spots, triangle_figure
from tests.pages.figures import check_one_palette, check_plotly, jumps, title
from tests.pages.properties.truth import random_ratios
from tests.pages.truth import chances


def ratios(q=FORECAST, p=WEATHER, unit=BITS):
    """Return the ratios of these weights."""
    return Ratios(chances(p), chances(q), unit)


def drawn(found=None, guess=2.0, colours=LIGHT, *, told=True):
    """Return the figure of the ratios."""
    return ratios_figure(found or ratios(), guess, colours, told=told)


def traces(figure, **properties):
    """Return the traces that have these properties."""
    return [each for each in figure.traces
            if all(each.get(name) == value for name, value in properties.items())]  # fmt: skip


def triangle(colours=LIGHT, **bells):
    """Return the figure of the triangle."""
    return triangle_figure(Triangle(**ASIDE | bells, unit=BITS), colours)


@pytest.mark.parametrize(
    "figure",
    [drawn(), drawn(told=False), drawn(ratios([4, 3, 3, 0])), drawn(ratios(p=[4, 3, 3, 0])),
     triangle()],
)  # fmt: skip
def test_figure_is_valid_plotly(figure):
    check_plotly(figure)


def test_colours_are_of_one_theme():
    check_one_palette(drawn)
    check_one_palette(triangle)


def test_area_of_the_gaps_is_the_divergence():
    """Each gap is as wide as p, so all areas are to D as the axis' scale is to 1."""
    for found in random_ratios(200):
        if found.outside or np.isinf(found.divergence):
            continue
        figure = drawn(found)
        [bars] = traces(figure, name="gap")
        area = float(np.sum(bars["width"] * bars["y"]))
        scale = float(np.sum(bars["width"]))
        assert area / scale == pytest.approx(found.divergence, rel=1e-4, abs=1e-12)
        # None is cut off below.
        assert np.min(bars["base"]) >= figure.look["yaxis"]["range"][0]
        assert max(bars["x"]) <= figure.look["xaxis"]["range"][1]


def test_gap_without_end_reaches_the_bottom():
    figure = drawn(ratios([4, 3, 3, 0]))
    [bars] = traces(figure, name="gap")
    assert bars["base"][3] == figure.look["yaxis"]["range"][0]
    assert bars["x"][3] == 0
    assert title(figure) == "Gaps × p: D(P‖Q) = ∞"


def test_line_touches_the_curve_at_1():
    line, curve = drawn(ratios(unit=NATS)).traces[:2]
    assert np.interp(1, line["x"], line["y"]) == pytest.approx(0)
    x, y = curve["x"], curve["y"]
    np.testing.assert_allclose(y, np.log(x))
    assert (np.interp(x, line["x"], line["y"]) >= y - 1e-12).all()


def test_veiled_picture_has_neither_average_nor_divergence():
    figure = drawn(told=False)
    averages = [each for each in figure.traces if each.get("marker", {}).get("symbol") == "star"]
    assert [each["x"] for each in averages] == [[None]]
    assert title(figure) == "Where is the average ratio?"
    assert not figure.look["shapes"][0]["visible"]
    assert figure.look["xaxis"] == drawn().look["xaxis"]
    assert figure.look["yaxis"] == drawn().look["yaxis"]


def test_guess_and_average_stand_in_one_row():
    star, diamond = drawn(guess=1.4).traces[-2:]
    assert (star["x"], star["y"]) == ([pytest.approx(1)], [AVERAGE_ROW])
    assert (diamond["x"], diamond["y"]) == ([1.4], [AVERAGE_ROW])


def test_title_counts_what_lies_outside():
    found = ratios(p=[4, 3, 3, 0], unit=NATS)
    assert title(drawn(found)).startswith("Gaps × p + 0.250: D(P‖Q) = 0.")
    assert title(drawn(found)).endswith(" nats")


def test_dot_without_a_ratio_goes_further_right_the_more_q_gives_it():
    found = [spots(ratios([1, 1, 1, weight], p=[4, 3, 3, 0]))[3][0] for weight in (0, 1, 5, 10)]
    assert found == sorted(found)
    assert len(set(found)) == 4


def test_axes_rarely_move_while_a_slider_does():
    figures = [drawn(ratios([weight, 2, 4, 2.5])) for weight in np.arange(0.5, 10, 0.1)]
    assert jumps(figures, "xaxis") <= 2
    assert jumps(figures, "yaxis") <= 3


def test_ways_are_drawn_as_long_as_they_are():
    ways = Triangle(**ASIDE, unit=BITS)
    lengths = [each["x"][0] for each in traces(triangle(), type="bar")]
    assert lengths == [ways.straight, *ways.steps, ways.back]
    assert title(triangle()) == "The detour over B is longer by 11.542 bits"


def test_bells_hold_an_area_of_1():
    for curve in triangle().traces[:3]:
        assert np.trapezoid(curve["y"], curve["x"]) == pytest.approx(1, abs=1e-4)
    assert height(ASIDE["a"]) == pytest.approx(0.39894228)
