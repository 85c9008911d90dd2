"""Figure of the landscape, tested through its data."""

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import NATS
from kl_core import descend, gaussian, kl_landscape, mixture_kl
from pages.forward_reverse.numbers import Landscape, covering, seeking
from pages.forward_reverse.pictures import map_figure
from pages.forward_reverse.pictures.landscape import CLICK_STEP
from tests.pages.figures import PALETTES, check_plotly, jumps
from tests.pages.forward_reverse.pictures.samples import DIRECTIONS, ONE, TWO, said

MEANS, SPREADS = np.linspace(-8, 8, 61), np.geomspace(0.1, 10, 41)


def fits_of(p, direction):
    """Return the optima in one direction."""
    return (covering(p),) if direction == "forward" else seeking(p)


def landscape(direction, p=TWO, start=(1.5, 1.0), colours=LIGHT):
    """Return the map of one direction, in nats."""
    return map_figure(
        Landscape(MEANS, SPREADS, kl_landscape(p, MEANS, SPREADS, direction), direction),
        fits_of(p, direction),
        descend(p, start, direction),
        NATS,
        colours,
    )


@pytest.mark.parametrize("view", [("forward",), ("reverse",), ("reverse", ONE, (0.5, 0.7))])
@PALETTES
def test_figure_is_valid_plotly(view, colours):
    check_plotly(landscape(*view, colours=colours), colours)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_points_to_click_are_on_the_landscape_and_say_its_height(direction):
    contour, grid, *_ = landscape(direction).data
    heights = kl_landscape(TWO, MEANS, SPREADS, direction)
    points = list(zip(grid.x, grid.y, grid.customdata, strict=True))
    step = CLICK_STEP
    assert len(points) == len(MEANS[::step]) * len(SPREADS[::step])
    assert {float(x) for x in grid.x} == {float(np.float32(mean)) for mean in MEANS[::step]}
    assert {float(y) for y in grid.y} == {float(np.float32(std)) for std in SPREADS[::step]}
    for mean, std, shown in points[:: len(points) // 40]:
        row = int(np.abs(SPREADS - std).argmin())
        column = int(np.abs(MEANS - mean).argmin())
        q = gaussian(MEANS[column], SPREADS[row])
        exact = mixture_kl(TWO, q) if direction == "forward" else mixture_kl(q, TWO)
        assert heights[row, column] == pytest.approx(exact, rel=1e-6)
        assert float(shown) == pytest.approx(exact, rel=1e-6)
    assert "%{customdata:.3f} nats" in grid.hovertemplate
    assert grid.marker.opacity == grid.selected.marker.opacity == 0
    assert grid.unselected.marker.opacity == 0
    np.testing.assert_allclose(contour.x, MEANS, rtol=1e-6)
    np.testing.assert_allclose(contour.y, SPREADS, rtol=1e-6)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_colours_rise_with_the_divergence_and_do_not_change_with_the_path(direction):
    heights = kl_landscape(TWO, MEANS, SPREADS, direction)
    contour = landscape(direction).data[0]
    z = np.asarray(contour.z)
    assert z.shape == heights.shape
    order = heights.ravel().argsort()
    assert (np.diff(z.ravel()[order]) >= 0).all()
    inside = (z > z.min()) & (z < z.max())
    assert inside.mean() > 0.9
    np.testing.assert_allclose(z[inside], np.log10(heights)[inside], rtol=1e-4, atol=1e-5)
    assert contour.contours.start <= z.min() + 1e-6
    assert contour.contours.end >= z.max() - 1e-6
    other = landscape(direction, start=(-4.0, 3.0)).data[0]
    np.testing.assert_array_equal(other.z, contour.z)
    assert other.contours == contour.contours


@pytest.mark.parametrize("direction", DIRECTIONS)
@PALETTES
def test_path_runs_from_the_ring_to_the_diamond(direction, colours):
    path = descend(TWO, (1.5, 1.0), direction)
    line, ends = landscape(direction, colours=colours).data[2:]
    np.testing.assert_allclose(line.x, path.means)
    np.testing.assert_allclose(line.y, path.stds)
    assert (ends.x[0], ends.y[0]) == (1.5, 1.0)
    assert (ends.x[1], ends.y[1]) == (path.means[-1], path.stds[-1])
    assert list(ends.marker.symbol) == ["circle", "diamond"]
    assert line.line.color == colours.ink
    assert ends.marker.color[1] == colours.q


@pytest.mark.parametrize(
    ("direction", "p", "marks", "finding"),
    [
        ("forward", TWO, ["the optimum"], "D(P‖Q): one valley"),
        ("reverse", TWO, ["①", "②", "③"], "D(Q‖P): 3 valleys"),
        ("reverse", ONE, ["the optimum"], "D(Q‖P): one valley"),
    ],
)
def test_map_marks_every_optimum_where_it_lies(direction, p, marks, finding):
    drawn = landscape(direction, p)
    assert said(drawn) == marks
    assert drawn.layout.title.text == finding
    assert drawn.layout.clickmode == "event+select"
    assert drawn.layout.yaxis.type == "log"
    for label, fit in zip(drawn.layout.annotations, fits_of(p, direction), strict=True):
        # On a logarithmic axis Plotly wants the logarithm.
        assert (label.x, 10**label.y) == pytest.approx((fit.mean, fit.std))
        for axis, place in (("xaxis", label.x), ("yaxis", label.y)):
            low, high = drawn.layout[axis].range
            assert low < place < high


def test_axes_of_the_map_stay_wherever_the_path_goes():
    figures = [landscape("reverse", start=start) for start in ((0, 1), (-9.9, 0.1), (9, 8))]
    for axis, ends in (("xaxis", (-8, 8)), ("yaxis", (-1, 1))):
        assert jumps(figures, axis) == 0
        assert tuple(figures[0].look[axis]["range"]) == pytest.approx(ends)
