"""Figure of a divergence over the mean alone, tested through its data."""

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS
from kl_core import descend, gaussian, mixture_kl
from pages.forward_reverse.numbers import best_of, slope
from pages.forward_reverse.pictures import slope_figure
from tests.pages.figures import PALETTES, check_plotly, title
from tests.pages.forward_reverse.pictures.samples import CLOSE, DIRECTIONS, FAR, ONE, TWO, said


def drawn(p, direction, held=1.0, start=1.5, colours=LIGHT):
    """Return the figure of one direction, in bits."""
    path = descend(p, (start, held), direction, hold_std=True)
    fits = best_of(p, held)[direction]
    return slope_figure(slope(p, held, direction), held, fits, path, BITS, colours), fits, path


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("p", [TWO, ONE, CLOSE, FAR], ids=["two", "one", "close", "far"])
@PALETTES
def test_figure_is_valid_plotly(p, direction, colours):
    check_plotly(drawn(p, direction, colours=colours)[0], colours)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_line_is_the_divergence_and_the_way_down_lies_on_it(direction):
    figure, fits, path = drawn(TWO, direction)
    line, way, ends = figure.data
    for place in range(0, 241, 30):
        pair = TWO, gaussian(float(line.x[place]), 1.0)
        exact = mixture_kl(*(pair if direction == "forward" else pair[::-1]), base=2)
        assert line.y[place] == pytest.approx(exact, rel=1e-6)
    np.testing.assert_allclose(way.y, np.interp(way.x, line.x, line.y), rtol=5e-3)
    assert (ends.x[0], ends.x[-1]) == (1.5, path.means[-1])
    marks = [(each["x"], each["y"]) for each in figure.look["annotations"]]
    depths = [(fit.mean, np.log10(fit.divergence / np.log(2))) for fit in fits]
    np.testing.assert_allclose(marks, depths)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("p", "held"), [(TWO, 0.1), (TWO, 8), (FAR, 1), (ONE, 0.7)])
def test_axis_holds_all_that_is_drawn(p, held, direction):
    figure, *_ = drawn(p, direction, held, start=-8)
    low, high = 10 ** np.array(figure.look["yaxis"]["range"])
    for trace in figure.data:
        assert low < min(trace.y) <= max(trace.y) < high


@pytest.mark.parametrize(("held", "count"), [(0.3, "2 valleys"), (4, "one valley")])
def test_title_counts_the_valleys_of_that_spread(held, count):
    figure, fits, _ = drawn(TWO, "reverse", held)
    assert title(figure) == f"D(Q‖P), spread {held:.2f}: {count}"
    assert said(figure) == (["①", "②"] if len(fits) == 2 else ["the optimum"])
