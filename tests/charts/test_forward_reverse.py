"""Figures of forward against reverse, tested through their data."""

import math
import re
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from charts import forward_reverse as chart
from charts.style import DARK, LIGHT
from kl_core import (
    GaussianMixture,
    PlaneMixture,
    branch_breaks,
    descend,
    gaussian,
    kl_landscape,
    mixture_kl,
    project_alphas,
    project_forward,
    project_plane_forward,
    project_plane_reverse,
    project_reverse,
)

TWO = GaussianMixture([0.6, 0.4], [-2.5, 2.5], [0.8, 0.8])
ONE = GaussianMixture([1], [0.5], [0.7])
CLOSE = GaussianMixture([0.6, 0.4], [-0.8, 0.8], [1, 1])
FAR = GaussianMixture([0.3, 0.4, 0.3], [-8, 0, 8], [0.3, 0.3, 0.3])
X = np.linspace(-8, 8, 801)
MEANS, SPREADS = np.linspace(-8, 8, 61), np.geomspace(0.1, 10, 41)
ALPHAS = np.linspace(0, 1, 21)
DIRECTIONS = ("forward", "reverse")
PALETTES = pytest.mark.parametrize("colours", [LIGHT, DARK])


def hand(p=TWO, mean=1.5, std=1.0, colours=LIGHT):
    """Return the figure of a Q by hand, in bits."""
    q = gaussian(mean, std)
    log_p, log_q = p.logpdf(X), q.logpdf(X)
    divergences = mixture_kl(p, q, base=2), mixture_kl(q, p, base=2)
    ratios = (log_p - log_q) / np.log(2)
    return chart.hand_figure(X, np.exp(log_p), np.exp(log_q), ratios, divergences, "bits", colours)


def optima(p=TWO, chosen=None, colours=LIGHT):
    """Return the figure of the optima, in nats."""
    cover, seek = project_forward(p), project_reverse(p)
    curves = [gaussian(fit.mean, fit.std).pdf(X) for fit in (cover, *seek)]
    pairs = list(zip(seek, curves[1:], strict=True))
    return chart.optima_figure(X, p.pdf(X), (cover, curves[0]), pairs, chosen, "nats", colours)


def fits_of(p, direction):
    """Return the optima in one direction."""
    return (project_forward(p),) if direction == "forward" else project_reverse(p)


def landscape(direction, p=TWO, start=(1.5, 1.0), colours=LIGHT):
    """Return the map of one direction, in nats."""
    return chart.map_figure(
        MEANS,
        SPREADS,
        kl_landscape(p, MEANS, SPREADS, direction),
        direction,
        fits_of(p, direction),
        descend(p, start, direction),
        "nats",
        colours,
    )


def film_parts(p=TWO, start=(1.5, 1.0), **how):
    """Return paths, densities and stops of a film."""
    paths = {each: descend(p, start, each, **how) for each in DIRECTIONS}
    stops = {
        each: np.linspace(0, path.means.size - 1, chart.FRAMES).round().astype(int)
        for each, path in paths.items()
    }
    curves = {
        each: np.array(
            [gaussian(path.means[k], path.stds[k]).pdf(X) for k in stops[each]], dtype=np.float32
        )
        for each, path in paths.items()
    }
    return paths, curves, stops


def film(p=TWO, start=(1.5, 1.0), colours=LIGHT, **how):
    """Return the film, in nats."""
    return chart.movie_figure(X, p.pdf(X), *film_parts(p, start, **how), "nats", colours)


def between(p=TWO, step=10, colours=LIGHT):
    """Return the figure of the walk from one direction to the other."""
    ladder = project_alphas(p, ALPHAS.tolist())
    best = ladder[step][0]
    return chart.between_figure(
        X,
        p.pdf(X),
        gaussian(best.mean, best.std).pdf(X),
        ALPHAS,
        ladder,
        (float(ALPHAS[step]), best),
        branch_breaks(p, ALPHAS.tolist(), ladder),
        colours,
    )


PLANE = PlaneMixture([0.5, 0.5], [(-2, -1), (2, 1)], [((1, 0.8), (0.8, 1)), ((1, -0.5), (-0.5, 1))])
ACROSS, UP = np.linspace(-5, 5, 81), np.linspace(-4, 4, 61)


def plane_fits(direction, shape="full"):
    """Return the best Qs of one shape in the plane."""
    if direction == "forward":
        return (project_plane_forward(PLANE, shape),)
    return project_plane_reverse(PLANE, shape)


def plane(direction, colours=LIGHT):
    """Return the picture in the plane."""
    density = PLANE.pdf(np.stack(np.meshgrid(ACROSS, UP), axis=-1))
    return chart.plane_figure(
        ACROSS, UP, density, plane_fits(direction), direction, "What is found", colours
    )


def said(drawn):
    """Return the texts of the annotations."""
    return [each.text for each in drawn.layout.annotations]


def jumps(figures, axis):
    """Return how often an axis changes from one figure to the next."""
    ranges = [tuple(drawn.layout[axis].range) for drawn in figures]
    return sum(one != other for one, other in pairwise(ranges))


@pytest.mark.parametrize(
    "draw",
    [
        hand, lambda **c: hand(ONE, 0.5, 0.7, **c), lambda **c: hand(FAR, 8, 0.1, **c),
        optima, lambda **c: optima(ONE, 0, **c), lambda **c: optima(FAR, 2, **c),
        lambda **c: landscape("forward", **c), lambda **c: landscape("reverse", **c),
        lambda **c: landscape("reverse", ONE, (0.5, 0.7), **c),
        film, lambda **c: film(ONE, (0.5, 0.7), **c),
        between, lambda **c: between(ONE, 0, **c), lambda **c: between(FAR, 20, **c),
        lambda **c: plane("forward", **c), lambda **c: plane("reverse", **c),
    ],
)  # fmt: skip
@PALETTES
def test_figure_is_valid_plotly(draw, colours):
    drawn = draw(colours=colours)
    checked = go.Figure(drawn.to_dict())
    assert checked.data
    assert drawn.layout.paper_bgcolor == colours.paper
    assert drawn.layout.font.color == colours.ink


@pytest.mark.parametrize(("place", "mark"), [(1, "①"), (9, "⑨"), (20, "⑳"), (21, "(21)")])
def test_optima_are_numbered_as_far_as_there_are_circles(place, mark):
    assert chart.circled(place) == mark


# By hand.


@PALETTES
def test_areas_by_hand_are_both_integrals(colours):
    p, q, *areas = hand(colours=colours).data
    assert (p.line.color, q.line.color) == (colours.p, colours.q)
    np.testing.assert_allclose(p.y, TWO.pdf(X))
    np.testing.assert_allclose(q.y, gaussian(1.5, 1).pdf(X))
    assert [area.yaxis for area in areas] == ["y2", "y2", "y3", "y3"]
    assert [area.line.color for area in areas] == [colours.kl, colours.good] * 2
    for (gains, gives_back), one, other in (
        (areas[:2], TWO, gaussian(1.5, 1)),
        (areas[2:], gaussian(1.5, 1), TWO),
    ):
        assert min(gains.y) == 0 == max(gives_back.y)
        assert max(gains.y) > 0 > min(gives_back.y)
        whole = np.trapezoid(np.asarray(gains.y) + gives_back.y, X)
        assert whole == pytest.approx(mixture_kl(one, other, base=2), rel=1e-5)


def test_rows_by_hand_are_headed_with_their_divergence():
    drawn = hand()
    q = gaussian(1.5, 1)
    for text, name, value in zip(
        said(drawn),
        ("D(P‖Q)", "D(Q‖P)"),
        (mixture_kl(TWO, q, base=2), mixture_kl(q, TWO, base=2)),
        strict=True,
    ):
        assert text.startswith(f"<b>{name} = {value:.3f} bits</b>")
    rows = [drawn.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    for above, below in pairwise(rows):
        assert above[0] > below[1] > below[0] >= 0
    for label, row in zip(drawn.layout.annotations, rows[1:], strict=True):
        assert row[1] <= label.y < row[1] + 0.05
    for axis in ("yaxis2", "yaxis3"):
        assert drawn.layout[axis].title.text.endswith(", bits")


@pytest.mark.parametrize(
    ("p", "mean", "std", "finding"),
    [
        (TWO, 1.5, 1.0, "D(P‖Q) is the larger"),
        (TWO, 0.0, 8.0, "D(Q‖P) is the larger"),
        (ONE, 0.5, 0.7, "the same"),
        (ONE, 2.5, 0.7, "the same"),
    ],
)
def test_title_by_hand_names_the_larger_one(p, mean, std, finding):
    q = gaussian(mean, std)
    gap = mixture_kl(p, q) - mixture_kl(q, p)
    assert np.sign(round(gap, 9)) == {"P": 1, "Q": -1}.get(finding[2], 0)
    assert finding in hand(p, mean, std).layout.title.text


@pytest.mark.parametrize(
    ("p", "mean", "std"),
    [(TWO, 1.5, 1.0), (TWO, -8, 0.1), (TWO, 8, 8), (FAR, 0, 0.1), (ONE, 0.5, 0.7)],
)
def test_rows_by_hand_hold_all_that_is_drawn(p, mean, std):
    drawn = hand(p, mean, std)
    rows = ("yaxis", drawn.data[:2]), ("yaxis2", drawn.data[2:4]), ("yaxis3", drawn.data[4:])
    for axis, lines in rows:
        low, high = drawn.layout[axis].range
        for line in lines:
            assert low <= np.min(line.y) <= np.max(line.y) <= high, axis


@pytest.mark.parametrize("axis", ["xaxis", "yaxis", "yaxis2", "yaxis3"])
def test_axes_by_hand_stay_at_nearly_every_move_of_q(axis):
    # A range of 0.5, 1, 2 … ends rarely: most moves keep it.
    assert jumps([hand(mean=mean) for mean in np.arange(0, 2.05, 0.1)], axis) <= 6
    assert jumps([hand(std=std) for std in np.arange(1, 3.05, 0.1)], axis) <= 6
    assert len({tuple(hand(mean=mean).layout[axis].range) for mean in (1.5, 1.505, 1.51)}) == 1


# The optima.


@PALETTES
def test_optima_are_drawn_over_p_and_numbered_on_their_tops(colours):
    cover, seek = project_forward(TWO), project_reverse(TWO)
    drawn = optima(colours=colours)
    p, covers, *seekers = drawn.data
    np.testing.assert_allclose(p.y, TWO.pdf(X))
    np.testing.assert_allclose(covers.y, gaussian(cover.mean, cover.std).pdf(X))
    assert covers.line.dash == "solid"
    assert len(seekers) == len(seek) == 3
    labels = drawn.layout.annotations[1:]
    for mark, line, label, fit in zip("①②③", seekers, labels, seek, strict=True):
        np.testing.assert_allclose(line.y, gaussian(fit.mean, fit.std).pdf(X))
        assert line.line.dash == "dash"
        assert line.line.color == label.font.color == colours.q
        assert f"{mark}, D(Q‖P) = {fit.divergence:.3f} nats" in line.hovertemplate
        assert label.text == mark
        assert label.x == fit.mean
        assert label.y == pytest.approx(gaussian(fit.mean, fit.std).pdf(fit.mean), rel=0.01)
    flank = drawn.layout.annotations[0]
    assert flank.y == pytest.approx(gaussian(cover.mean, cover.std).pdf(flank.x), rel=0.01)
    assert min(abs(flank.x - fit.mean) for fit in seek) > 1


@pytest.mark.parametrize("chosen", [None, 0, 1, 2])
def test_chosen_optimum_alone_is_bold(chosen):
    widths = [line.line.width for line in optima(chosen=chosen).data[2:]]
    assert len(set(widths)) == (1 if chosen is None else 2)
    assert [width == max(widths) for width in widths] == [
        chosen is None or place == chosen for place in range(3)
    ]


@pytest.mark.parametrize("p", [TWO, ONE, CLOSE, FAR])
def test_title_of_the_optima_tells_both_least_divergences(p):
    forward, reverse = project_forward(p).divergence, project_reverse(p)[0].divergence
    numbers = re.findall(r"\d+\.\d+", optima(p).layout.title.text)
    assert numbers == [f"{forward:.3f}", f"{reverse:.3f}"]
    assert optima(p).layout.title.text.endswith(" nats")


def test_axis_of_the_optima_holds_the_bells_and_stays_at_nearly_every_move_of_p():
    drawn = optima(FAR)
    assert all(max(line.y) <= drawn.layout.yaxis.range[1] for line in drawn.data)
    apart = [
        GaussianMixture([0.5, 0.5], [-half, half], [0.8, 0.8]) for half in np.arange(1.5, 3.1, 0.1)
    ]
    figures = [optima(p) for p in apart]
    assert jumps(figures, "yaxis") <= 3
    assert jumps(figures, "xaxis") == 0


# The landscape.


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_points_to_click_are_on_the_landscape_and_say_its_height(direction):
    contour, grid, *_ = landscape(direction).data
    heights = kl_landscape(TWO, MEANS, SPREADS, direction)
    points = list(zip(grid.x, grid.y, grid.customdata, strict=True))
    step = chart.CLICK_STEP
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
        assert tuple(figures[0].layout[axis].range) == pytest.approx(ends)


# The film.


def test_film_has_a_frame_for_every_stop_and_each_shows_that_step():
    paths, curves, stops = film_parts()
    drawn = film().to_dict()
    assert len(drawn["frames"]) == chart.FRAMES
    for k, frame in enumerate(drawn["frames"]):
        assert frame["traces"] == [1, 2, 5, 6]
        forward, reverse, *dots = frame["data"]
        # A frame has as many digits as anyone sees.
        np.testing.assert_allclose(forward["y"], curves["forward"][k], atol=1e-3)
        np.testing.assert_allclose(reverse["y"], curves["reverse"][k], atol=1e-3)
        for each, dot in zip(DIRECTIONS, dots, strict=True):
            step = int(stops[each][k])
            assert dot["x"] == [step]
            assert dot["y"] == [max(paths[each].divergences[step], 1e-3)]
    first = drawn["frames"][0]["data"]
    np.testing.assert_allclose(first[0]["y"], gaussian(1.5, 1).pdf(X), atol=1e-3)
    np.testing.assert_array_equal(first[0]["y"], first[1]["y"])


@PALETTES
def test_film_opens_on_its_last_frame(colours):
    drawn = film(colours=colours)
    last = drawn.to_dict()["frames"][-1]
    for trace, frame in zip(last["traces"], last["data"], strict=True):
        np.testing.assert_allclose(drawn.data[trace].y, frame["y"], atol=1e-3)
        assert drawn.data[trace].line.color in (colours.q, None)
    p, forward, reverse, *costs = drawn.data
    assert p.line.color == colours.p
    assert (forward.line.dash, reverse.line.dash) == ("solid", "dash")
    assert [line.line.dash for line in costs[:2]] == ["solid", "dash"]
    assert [line.line.color for line in costs[:2]] == [colours.kl, colours.kl]
    [handle] = drawn.to_dict()["layout"]["sliders"]
    assert handle["active"] == chart.FRAMES - 1


def test_curves_below_the_film_are_the_divergences_of_every_step():
    paths, _, stops = film_parts()
    for each, line, dot in zip(DIRECTIONS, film().data[3:5], film().data[5:], strict=True):
        np.testing.assert_array_equal(line.x, np.arange(paths[each].means.size))
        np.testing.assert_allclose(line.y, np.maximum(paths[each].divergences, 1e-3))
        assert dot.x[0] == stops[each][-1] == paths[each].means.size - 1
        assert (line.xaxis, line.yaxis, dot.xaxis, dot.yaxis) == ("x2", "y2", "x2", "y2")


def test_handle_of_the_film_tells_the_step():
    _, _, stops = film_parts()
    [handle] = film().to_dict()["layout"]["sliders"]
    longest = np.maximum(stops["forward"], stops["reverse"])
    assert [step["label"] for step in handle["steps"]] == [str(step) for step in longest]
    assert handle["currentvalue"]["prefix"] == "step "


@pytest.mark.parametrize("start", [(1.5, 1.0), (-6.0, 0.1), (0.5, 0.7)])
@pytest.mark.parametrize("p", [TWO, ONE])
def test_every_frame_of_the_film_can_be_reached_by_the_handle(p, start):
    drawn = film(p, start).to_dict()
    [handle] = drawn["layout"]["sliders"]
    assert [step["args"][0] for step in handle["steps"]] == [
        [frame["name"]] for frame in drawn["frames"]
    ]
    # A film that ends at once has fewer steps than frames: what shares a name must look the same.
    looks = {}
    for frame in drawn["frames"]:
        look = np.concatenate([np.asarray(part["y"], dtype=float) for part in frame["data"]])
        np.testing.assert_allclose(looks.setdefault(frame["name"], look), look, rtol=0.05)


@pytest.mark.parametrize("p", [TWO, ONE, FAR])
@pytest.mark.parametrize("start", [(1.5, 1.0), (-7.0, 0.1), (0.5, 0.7)])
def test_title_of_the_film_tells_both_ends_and_its_axes_hold_all_steps(p, start):
    paths, _, _ = film_parts(p, start)
    drawn = film(p, start)
    found = re.fullmatch(r"At the end: D\(P‖Q\) (.*), D\(Q‖P\) (.*) nats", drawn.layout.title.text)
    for each, shown in zip(DIRECTIONS, found.groups(), strict=True):
        if "×" not in shown:
            assert shown == f"{abs(paths[each].divergences[-1]):.3f}"
        else:
            assert paths[each].divergences[-1] < 1e-3
    low, high = drawn.layout.yaxis2.range
    for line in drawn.data[3:]:
        assert low < math.log10(min(line.y)) <= math.log10(max(line.y)) < high
        assert drawn.layout.xaxis2.range[0] < min(line.x)
        assert drawn.layout.xaxis2.range[1] > max(line.x)


def test_density_axes_of_the_film_stay_whatever_q_it_starts_from():
    figures = [film(start=(mean, 1.0)) for mean in (0.5, 1.0, 1.5, 2.0, 6.0)]
    assert jumps(figures, "yaxis") == jumps(figures, "xaxis") == 0


# Between the two.


@PALETTES
def test_between_draws_the_best_q_and_its_way_in_pieces(colours):
    ladder = project_alphas(TWO, ALPHAS.tolist())
    breaks = branch_breaks(TWO, ALPHAS.tolist(), ladder)
    assert len(breaks) == 1
    drawn = between(colours=colours)
    p, q, *pieces = drawn.data
    np.testing.assert_allclose(p.y, TWO.pdf(X))
    np.testing.assert_allclose(q.y, gaussian(ladder[10][0].mean, ladder[10][0].std).pdf(X))
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
    best = project_alphas(TWO, ALPHAS.tolist())[step][0]
    expected = f"α = {ALPHAS[step]:.2f}: mean {best.mean:.2f}, spread {best.std:.2f}"
    shown = between(step=step).layout.title.text
    assert shown.replace("−", "-").replace("-0.00", "0.00") == expected.replace("-0.00", "0.00")


@PALETTES
def test_lines_stand_at_alpha_and_at_every_break(colours):
    ladder = project_alphas(TWO, ALPHAS.tolist())
    breaks = branch_breaks(TWO, ALPHAS.tolist(), ladder)
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
    low, high = figures[0].layout.xaxis2.range
    assert low < 0 < 1 < high


# In the plane.


@pytest.mark.parametrize("direction", DIRECTIONS)
@PALETTES
def test_plane_draws_p_and_every_q_at_one_and_at_two_spreads(direction, colours):
    fits = plane_fits(direction)
    drawn = plane(direction, colours)
    contour, *ellipses = drawn.data
    density = PLANE.pdf(np.stack(np.meshgrid(ACROSS, UP), axis=-1))
    assert np.shape(contour.z) == (UP.size, ACROSS.size)
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


def test_plane_has_the_same_scale_on_both_axes_and_the_title_it_is_given():
    layout = plane("forward").layout
    assert layout.yaxis.scaleanchor == "x"
    assert tuple(layout.xaxis.range) == (-5, 5)
    assert tuple(layout.yaxis.range) == (-4, 4)
    assert layout.title.text == "What is found"
