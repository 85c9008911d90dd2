"""Figure between the two directions, tested through its data."""

from functools import cache

import numpy as np
import pytest

from charts.style import LIGHT
from kl_core import branch_breaks, gaussian, project_alphas
from pages.forward_reverse.numbers import ALPHAS, Walk
from pages.forward_reverse.pictures import between_figure
from tests.pages.figures import PALETTES, check_plotly, jumps
from tests.pages.forward_reverse.pictures.samples import CLOSE, FAR, ONE, TWO


@cache
def walk(p):
    """Return the optima for every α, and where the best one leaps."""
    ladder = project_alphas(p, ALPHAS.tolist())
    return Walk(ladder, branch_breaks(p, ALPHAS.tolist(), ladder))


def between(p=TWO, step=10, colours=LIGHT):
    """Return the figure of the walk from one direction to the other."""
    return between_figure(p, walk(p), float(ALPHAS[step]), walk(p).optima[step][0], colours)


@pytest.mark.parametrize("view", [(), (ONE, 0), (FAR, 20)])
@PALETTES
def test_figure_is_valid_plotly(view, colours):
    check_plotly(between(*view, colours=colours), colours)


@PALETTES
def test_between_draws_the_best_q_and_its_way_in_pieces(colours):
    ladder, breaks = walk(TWO).optima, walk(TWO).breaks
    assert len(breaks) == 1
    drawn = between(colours=colours)
    p, q, *pieces = drawn.data
    x = np.asarray(p.x)
    np.testing.assert_allclose(p.y, TWO.pdf(x))
    np.testing.assert_allclose(q.y, gaussian(ladder[10][0].mean, ladder[10][0].std).pdf(x))
    assert len(pieces) == 3 * (len(breaks) + 1) + 1
    for low, middle, (lower, upper, line) in (
        (-1, breaks[0], pieces[:3]),
        (breaks[0], 2, pieces[3:6]),
    ):
        here = [k for k, alpha in enumerate(ALPHAS) if low <= alpha < middle]
        assert here
        means = [ladder[k][0].mean for k in here]
        stds = [ladder[k][0].std for k in here]
        for each in (lower, upper, line):
            np.testing.assert_array_equal(each.x, ALPHAS[here])
            assert each.line.color == colours.q
        np.testing.assert_allclose(line.y, means)
        np.testing.assert_allclose(upper.y, np.add(means, stds))
        np.testing.assert_allclose(lower.y, np.subtract(means, stds))
        assert upper.fill == "tonexty"
    rings = pieces[-1]
    others = [(float(a), fit.mean) for a, fits in zip(ALPHAS, ladder, strict=True)
              for fit in fits[1:]]  # fmt: skip
    assert others
    np.testing.assert_allclose(list(zip(rings.x, rings.y, strict=True)), others)


@pytest.mark.parametrize("step", [0, 2, 3, 4, 10, 20])
def test_title_between_tells_alpha_and_its_best_q(step):
    best = walk(TWO).optima[step][0]
    expected = f"α = {ALPHAS[step]:.2f}: mean {best.mean:.2f}, spread {best.std:.2f}"
    shown = between(step=step).layout.title.text
    assert shown.replace("−", "-").replace("-0.00", "0.00") == expected.replace("-0.00", "0.00")


@PALETTES
def test_lines_stand_at_alpha_and_at_every_break(colours):
    breaks = walk(TWO).breaks
    drawn = between(step=13, colours=colours)
    here, *cuts = drawn.layout.shapes
    assert here.x0 == here.x1 == ALPHAS[13]
    assert here.line.color == colours.ink
    assert [(cut.x0, cut.x1) for cut in cuts] == [(each, each) for each in breaks]
    [label] = drawn.layout.annotations
    assert (label.x, label.xref) == (breaks[0], "x2")


def test_walk_without_a_break_is_one_piece_without_marks():
    drawn = between(CLOSE)
    assert len(drawn.data) == 2 + 3 + 1
    assert len(drawn.layout.shapes) == 1
    assert not drawn.layout.annotations
    np.testing.assert_allclose(drawn.data[4].x, ALPHAS)
    assert not drawn.data[-1].x


def test_axes_between_stay_while_alpha_moves():
    figures = [between(step=step) for step in range(21)]
    for axis in ("xaxis", "xaxis2", "yaxis2"):
        assert jumps(figures, axis) == 0, axis
    assert jumps(figures, "yaxis") <= 1
    low, high = figures[0].look["xaxis2"]["range"]
    assert low < 0 < 1 < high
