"""Figure in the plane, tested through its data."""

from functools import cache

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import NATS
from kl_core import PlaneMixture, project_plane_forward, project_plane_reverse
from pages.forward_reverse.pictures import plane_figure
from tests.pages.figures import PALETTES, check_plotly
from tests.pages.forward_reverse.pictures.samples import DIRECTIONS, said

PLANE = PlaneMixture([0.5, 0.5], [(-2, -1), (2, 1)], [((1, 0.8), (0.8, 1)), ((1, -0.5), (-0.5, 1))])
ACROSS = np.linspace(-5, 5, 81)


@cache
def plane_fits(direction):
    """Return the best Qs of any shape in the plane."""
    if direction == "forward":
        return (project_plane_forward(PLANE, "full"),)
    return project_plane_reverse(PLANE, "full")


def plane(direction, colours=LIGHT):
    """Return the picture in the plane, in nats."""
    return plane_figure(PLANE, plane_fits(direction), direction, NATS, colours)


@pytest.mark.parametrize("direction", DIRECTIONS)
@PALETTES
def test_figure_is_valid_plotly(direction, colours):
    check_plotly(plane(direction, colours), colours)


@pytest.mark.parametrize("direction", DIRECTIONS)
@PALETTES
def test_plane_draws_p_and_every_q_at_one_and_at_two_spreads(direction, colours):
    fits = plane_fits(direction)
    drawn = plane(direction, colours)
    contour, *ellipses = drawn.data
    density = PLANE.pdf(np.stack(np.meshgrid(ACROSS, ACROSS), axis=-1))
    assert np.shape(contour.z) == (ACROSS.size, ACROSS.size)
    np.testing.assert_allclose(contour.z, density, rtol=1e-5)
    assert contour.line.color == colours.p
    assert 0 < contour.contours.start < contour.contours.end <= density.max() + 1e-9
    assert len(ellipses) == 2 * len(fits)
    for fit, one, two in zip(fits, ellipses[::2], ellipses[1::2], strict=True):
        for size, ring in ((1, one), (2, two)):
            gaps = np.array([ring.x, ring.y]) - np.array(fit.mean)[:, None]
            spreads = np.sqrt((gaps * np.linalg.solve(np.array(fit.covariance), gaps)).sum(axis=0))
            np.testing.assert_allclose(spreads, size)
            # All the way around, and closed.
            np.testing.assert_allclose(gaps[:, 0], gaps[:, -1], atol=1e-9)
            whole = 2 * size * np.sqrt(np.diag(fit.covariance))
            np.testing.assert_allclose(np.ptp(gaps, axis=1), whole, rtol=0.01)
    assert {ring.line.color for ring in ellipses} == {colours.q}
    assert {ring.line.dash for ring in ellipses} == {"solid" if direction == "forward" else "dash"}
    widths = [ring.line.width for ring in ellipses]
    assert all(width < widths[0] for width in widths[2:])


def test_ellipses_are_numbered_where_there_are_several():
    assert said(plane("forward")) == ["Q"]
    several = plane_fits("reverse")
    assert len(several) == 2
    assert said(plane("reverse")) == ["①", "②"]
    for label, fit in zip(plane("reverse").layout.annotations, several, strict=True):
        assert (label.x, label.y) == pytest.approx(fit.mean)


def test_plane_has_the_same_scale_on_both_axes_and_tells_what_is_least():
    layout = plane("forward").layout
    assert layout.yaxis.scaleanchor == "x"
    assert tuple(layout.xaxis.range) == (-5, 5)
    assert tuple(layout.yaxis.range) == (-5, 5)
    assert layout.title.text == f"D(P‖Q): {plane_fits('forward')[0].divergence:.3f} nats"
