"""Figures of the definition lesson, tested through their data."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import entropy, norm

from charts.style import DARK, LIGHT
from charts.units import BITS
from pages.definition.numbers import Bins, Integral, MadeUp
from pages.definition.pictures import bins_figure, epsilon_figure, integral_figure, sum_figure
from tests.pages.definition import truth as of_scipy
from tests.pages.definition.truth import (
    CUT,
    INF,
    OPENING,
    PLAIN,
    WIDE,
    WIDTHS,
    divergence,
    law,
    masses,
)
from tests.pages.figures import PALETTES, check_plotly, jumps

SKY = ("sun", "cloud", "rain", "snow")
P, Q = np.array(of_scipy.P), np.array(of_scipy.Q)
NO_SNOW = np.array([0.6, 0.25, 0.15, 0.0])
NAMES, SIZES = list(WIDTHS), np.array([*WIDTHS.values()])
EPSILONS = 10 ** np.linspace(-18, -1, 35)
# The mean of Q from 0 to 2, as its slider moves.
MOVED = [(mean, 1.5, 0, INF) for mean in np.arange(0, 2.05, 0.1).round(1)]


def log2(values):
    """Return logarithms to base 2, −∞ for 0."""
    with np.errstate(divide="ignore"):
        return np.log2(values)


def sums(p=P, q=Q, colours=LIGHT):
    """Return the figure of the sum in bits."""
    return sum_figure(p, q, BITS, colours)


def density(x, bell):
    """Return the density of a bell at many places."""
    *moments, end = bell
    return np.where(x <= end, law(*moments).pdf(x) / law(*moments).cdf(end), 0.0)


def along(p=PLAIN, q=WIDE):
    """Return positions, densities and log-ratios in bits."""
    ends = [end for *_, end in (p, q) if end < INF]
    x = np.unique(np.concatenate([np.linspace(-8, 8, 1601), ends, np.nextafter(ends, INF)]))
    p_density, q_density = density(x, p), density(x, q)
    with np.errstate(invalid="ignore"):
        return x, p_density, q_density, log2(p_density) - log2(q_density)


def integral(p=PLAIN, q=WIDE, colours=LIGHT):
    """Return the figure of the integral in bits."""
    return integral_figure(Integral(*along(p, q), divergence(p, q)), "bits", colours)


def binned(p=PLAIN, q=WIDE):
    """Return D between the bins of each width, in bits."""
    return np.array([*of_scipy.binned(p, q).values()])


def bins(p=PLAIN, q=WIDE, here=5, colours=LIGHT):
    """Return the figure of the bins in bits."""
    width = SIZES[here]
    heights = [masses(width, bell) / width for bell in (p, q)]
    drawn = Bins(NAMES[here], *heights, binned(p, q), divergence(p, q))
    return bins_figure(drawn, "bits", colours)


def reported(p, q, epsilons):
    """Return ∫ p log(p/(q + ε)) in bits for each ε."""
    x = np.linspace(p[0] - 9 * p[1], min(p[0] + 9 * p[1], p[3]), 4001)
    gaps = log2(density(x, p)) - log2(density(x, q) + np.reshape(epsilons, (-1, 1)))
    return np.trapezoid(density(x, p) * gaps, x, axis=-1)


def fakes(p=PLAIN, q=WIDE, epsilon=1e-10, colours=LIGHT):
    """Return the figure of what ε makes of D, in bits."""
    exact = divergence(p, q)
    answer = float(reported(p, q, [epsilon])[0]) if epsilon else exact
    # The last two are for words only.
    made = MadeUp(f"{epsilon:g}", answer, reported(p, q, EPSILONS), INF, INF, exact)
    return epsilon_figure(made, "bits", colours)


@pytest.mark.parametrize(
    ("draw", "views"),
    [
        (sums, [{}, {"q": NO_SNOW}, {"q": P}]),
        (integral, [{}, {"p": PLAIN, "q": CUT}, {"p": PLAIN, "q": PLAIN}, {"p": CUT, "q": CUT}]),
        (bins, [{}, {"p": PLAIN, "q": CUT}, {"p": PLAIN, "q": PLAIN}, {"here": 0}, {"here": 9}]),
        (fakes, [{}, {"p": PLAIN, "q": CUT}, {"epsilon": 0}, {"p": PLAIN, "q": CUT, "epsilon": 0}]),
    ],
)
def test_figure_is_valid_plotly(draw, views):
    for view in [*views, {"colours": DARK}]:
        check_plotly(draw(**view), view.get("colours", LIGHT))


def test_bars_of_the_sum_show_weight_gap_and_product():
    p_bars, q_bars, gaps, products = sums().data
    np.testing.assert_array_equal(p_bars.y, 100 * P)
    np.testing.assert_array_equal(q_bars.y, 100 * Q)
    np.testing.assert_allclose(gaps.y, np.log2(P / Q))
    np.testing.assert_allclose(products.y[:4], P * np.log2(P / Q))
    assert list(gaps.x) == list(SKY)
    assert list(products.x) == [*SKY, "sum"]
    assert products.y[4] == pytest.approx(entropy(P, Q, base=2), abs=1e-15)
    assert [bars.yaxis for bars in (gaps, products)] == ["y2", "y3"]


@PALETTES
def test_bars_of_the_sum_take_the_colour_of_their_sign(colours):
    p_bars, q_bars, gaps, products = sums(colours=colours).data
    assert (p_bars.marker.color, q_bars.marker.color) == (colours.p, colours.q)
    assert q_bars.marker.pattern.shape
    signs = [colours.good, colours.kl, colours.kl, colours.kl]
    assert list(gaps.marker.color) == signs
    assert list(products.marker.color) == [*signs, colours.kl]


def test_infinite_gap_and_product_of_the_sum_reach_the_top_and_are_labelled():
    drawn = sums(q=NO_SNOW)
    _, _, gaps, products = drawn.data
    for bars, infinite in ((gaps, [3]), (products, [3, 4])):
        assert np.isfinite(bars.y).all()
        top = drawn.layout[bars.yaxis.replace("y", "yaxis")].range[1]
        for place in infinite:
            assert 0.8 * top < bars.y[place] <= top
            assert bars.y[place] > max(bars.y[:3])
            assert bars.text[place].endswith("∞")
        assert not any("∞" in text for text in bars.text[:3])
    assert drawn.layout.title.text == "The sum is ∞"


def test_axes_of_the_sum_stay_while_a_weight_moves():
    for axis in ("yaxis", "yaxis2", "yaxis3"):
        ranges = {
            tuple(sums(q=np.array([sun, 2.5, 1, 0.5]) / (sun + 4)).layout[axis].range)
            for sun in np.arange(5.5, 6.5, 0.1)
        }
        assert len(ranges) == 1, axis


@pytest.mark.parametrize(
    ("draw", "finding"),
    [
        (sums, f"The sum is {entropy(P, Q, base=2):.3f} bits"),
        (integral, f"The area is {OPENING:.3f} bits"),
        (partial(integral, PLAIN, CUT), "The area is ∞"),
        (bins, f"In bins 1 wide: {binned()[5]:.4f} bits"),
        (partial(bins, here=0), f"In bins 1/32 wide: {binned()[0]:.4f} bits"),
        (partial(bins, PLAIN, CUT), "In bins 1 wide: ∞"),
        (fakes, "Reported 0.505; the truth is 0.505 bits"),
        (partial(fakes, PLAIN, CUT, epsilon=0), "Reported ∞; the truth is ∞"),
    ],
)
def test_title_states_the_finding(draw, finding):
    assert draw().layout.title.text == finding


@pytest.mark.parametrize(
    ("draw", "axes"),
    [
        (sums, ("yaxis2", "yaxis3")),
        (integral, ("yaxis2", "yaxis3")),
        (bins, ("yaxis2",)),
        (fakes, ("yaxis",)),
    ],
)
def test_axes_state_their_unit(draw, axes):
    layout = draw().layout
    for axis in axes:
        assert layout[axis].title.text.endswith(", bits")


@pytest.mark.parametrize("draw", [sums, integral, bins])
def test_rows_stand_apart_and_p_and_q_on_top(draw):
    layout = draw().to_dict()["layout"]
    rows = [layout[axis]["domain"] for axis in sorted(layout) if axis.startswith("yaxis")]
    assert len(rows) >= 2
    assert rows[0][1] == 1
    for above, below in pairwise(rows):
        assert above[0] > below[1] > below[0] >= 0


@PALETTES
def test_densities_are_drawn_p_filled_and_q_dashed(colours):
    x, p, q, _ = along()
    p_line, q_line = integral(colours=colours).data[:2]
    for line, values, colour in ((p_line, p, colours.p), (q_line, q, colours.q)):
        np.testing.assert_array_equal(line.x, x)
        np.testing.assert_array_equal(line.y, values)
        assert line.line.color == colour
    assert (p_line.fill, q_line.line.dash) == ("tozeroy", "dash")
    assert (p_line.name, q_line.name) == ("P", "Q")


@PALETTES
def test_what_the_integral_gains_and_gives_back_are_apart_and_coloured(colours):
    x, p, q, _ = along()
    drawn = integral(colours=colours)
    gains, gives_back = drawn.data[3:]
    for part, colour in ((gains, colours.kl), (gives_back, colours.good)):
        assert part.yaxis == "y3"
        assert part.fill == "tozeroy"
        assert part.line.color == colour
        assert part.fillcolor == colours.veil(colour)
    product = p * np.log2(p / q)
    np.testing.assert_allclose(gains.y, np.where(p > q, product, 0), atol=1e-15)
    np.testing.assert_allclose(gives_back.y, np.where(p < q, product, 0), atol=1e-15)
    area = np.trapezoid(np.asarray(gains.y) + gives_back.y, x)
    assert area == pytest.approx(OPENING, abs=1e-6)
    assert "costs" in gains.hovertemplate
    assert "gives back" in gives_back.hovertemplate


def test_gap_is_drawn_as_far_as_anyone_sees_the_densities():
    _, p, q, ratios = along(q=(0, 0.4, 0, INF))
    drawn = integral(q=(0, 0.4, 0, INF))
    gap = drawn.data[2]
    low, high = drawn.layout.yaxis2.range
    inside = (low < ratios) & (ratios < high)
    np.testing.assert_allclose(np.asarray(gap.y)[inside], ratios[inside])
    assert inside[(p > 0.02) | (q > 0.02)].all()
    # Beyond, the line leaves the picture instead of bending along its rim.
    assert (np.asarray(gap.y)[~inside] >= high).all()
    assert np.asarray(gap.y).max() > high
    assert high < ratios.max() / 4


@pytest.mark.parametrize(
    ("p", "q"), [(PLAIN, WIDE), ((-3, 0.2, 0, INF), (3, 0.2, 0, INF)), (CUT, (0, 0.4, 0, INF))]
)
def test_rows_of_the_integral_hold_all_that_is_drawn(p, q):
    drawn = integral(p, q)
    for axis, lines in (("yaxis", drawn.data[:2]), ("yaxis3", drawn.data[3:])):
        low, high = drawn.layout[axis].range
        for line in lines:
            assert low <= np.min(line.y) <= np.max(line.y) <= high, axis


def test_infinite_product_reaches_the_top_from_the_end_of_q_on_and_is_labelled():
    drawn = integral(PLAIN, CUT)
    _, _, gap, gains, gives_back, label = drawn.data
    x = np.asarray(gains.x)
    top = drawn.layout.yaxis3.range[1]
    np.testing.assert_array_equal(np.asarray(gains.y)[x > 1], top)
    assert (np.asarray(gains.y)[x <= 1] < top).all()
    assert (np.asarray(gives_back.y)[x > 1] == 0).all()
    assert (np.asarray(gap.y)[x > 1] > drawn.layout.yaxis2.range[1]).all()
    assert np.isfinite([*gap.y, *gains.y, *gives_back.y]).all()
    assert label.x[0] == pytest.approx(1, abs=1e-9)
    assert list(label.y) == [top]
    assert label.text == (" ∞ from here on",)
    hovered = np.asarray(gains.customdata)
    assert set(hovered[x > 1]) == {"∞"}
    assert "∞" not in set(hovered[x <= 1])
    middle = np.argmin(abs(x - 0.5))
    assert hovered[middle] == f"{gains.y[middle]:.3f} bits"
    assert gains.hovertemplate.count("%{customdata}") == 1
    assert "%{y" not in gains.hovertemplate
    assert label.textfont.color == LIGHT.kl


@pytest.mark.parametrize("end", [-6, 0, 3, 5, 7, 7.9])
def test_label_of_infinity_stays_in_the_picture(end):
    drawn = integral((0, 2, 0, INF), (0, 2, 0, end))
    label = drawn.data[-1]
    low, high = drawn.layout.xaxis.range
    # Ten letters of about 7 px, where a screen shows the 16 of the line on 330 px.
    width = 70 / 330 * 16
    reach = label.x[0] + (width if label.textposition.endswith("right") else -width)
    assert low <= reach <= high


def test_product_is_infinite_only_as_far_as_p_goes():
    drawn = integral((0, 1, 0, 1.5), CUT)
    _, _, _, gains, _, label = drawn.data
    x = np.asarray(gains.x)
    assert label.text == (" ∞ until P ends",)
    infinite = x[np.asarray(gains.customdata) == "∞"]
    assert 1 < infinite.min() <= infinite.max() == 1.5


@pytest.mark.parametrize(
    ("p", "q"), [(PLAIN, WIDE), (CUT, CUT), ((0, 1, 0, 0.9), CUT), (CUT, PLAIN)]
)
def test_finite_integral_has_no_label_of_infinity(p, q):
    drawn = integral(p, q)
    assert len(drawn.data) == 5
    assert not any("∞" in text for trace in drawn.data for text in trace.text or ())


def test_gap_has_a_hole_where_neither_bell_is_and_the_product_is_0():
    drawn = integral((0, 1, 0, 0.9), CUT)
    x, gap = np.asarray(drawn.data[2].x), np.asarray(drawn.data[2].y)
    assert np.isnan(gap[x > 1]).all()
    assert np.isfinite(gap[x <= 0.9]).all()
    for part in drawn.data[3:5]:
        assert (np.asarray(part.y)[x > 0.9] == 0).all()


def test_density_falls_to_0_at_its_end_and_not_on_the_way_there():
    line = integral(PLAIN, CUT).data[1]
    x, y = np.asarray(line.x), np.asarray(line.y)
    assert y[x == 1] == pytest.approx(norm.pdf(1) / norm.cdf(1))
    assert y[x == np.nextafter(1, INF)] == 0


def test_same_bell_draws_no_gap():
    drawn = integral(PLAIN, PLAIN)
    assert not np.any(drawn.data[2].y)
    assert not np.any(drawn.data[3].y)
    assert not np.any(drawn.data[4].y)


@pytest.mark.parametrize("axis", ["yaxis", "yaxis2", "yaxis3", "xaxis"])
def test_axes_of_the_integral_stay_at_nearly_every_move_of_a_bell(axis):
    # A range of 0.5, 1, 2 … ends rarely: most moves keep it.
    assert jumps([integral(q=bell) for bell in MOVED], axis) <= 3


def test_density_axis_stays_at_nearly_every_change_of_a_spread():
    spreads = [(1, spread, 0, INF) for spread in np.arange(0.6, 2.05, 0.1).round(1)]
    assert jumps([integral(q=bell) for bell in spreads], "yaxis") <= 3
    assert jumps([bins(q=bell) for bell in spreads], "yaxis") <= 3


@pytest.mark.parametrize("here", range(len(WIDTHS)))
def test_bins_are_steps_whose_area_is_the_probability(here):
    width = SIZES[here]
    for steps, bell in zip(bins(here=here).data[:2], (PLAIN, WIDE), strict=True):
        x, y = np.asarray(steps.x), np.asarray(steps.y)
        # Each bin is a level piece; between two the line goes straight up or down.
        rises, runs = np.diff(y), np.diff(x)
        assert (rises[runs > 0] == 0).all()
        np.testing.assert_allclose(runs[1::2], width)
        np.testing.assert_allclose((runs * y[1:])[1::2], masses(width, bell), atol=1e-15)
        assert np.trapezoid(y, x) == pytest.approx(1, abs=1e-12)
        assert (y[0], y[-1]) == (0, 0)
        assert (x[0], x[-1]) == (-8, 8)


@PALETTES
def test_bins_of_p_are_filled_and_those_of_q_dashed(colours):
    p_steps, q_steps, curve, mark, truth = bins(colours=colours).data
    assert (p_steps.line.color, q_steps.line.color) == (colours.p, colours.q)
    assert (p_steps.fill, q_steps.line.dash) == ("tozeroy", "dash")
    assert (p_steps.name, q_steps.name) == ("P in bins", "Q in bins")
    assert {curve.line.color, mark.marker.color, truth.line.color} == {colours.kl}


@pytest.mark.parametrize("here", range(len(WIDTHS)))
def test_curve_shows_every_width_and_marks_the_chosen_one(here):
    _, _, curve, mark, truth = bins(here=here).data
    np.testing.assert_array_equal(curve.x, SIZES)
    np.testing.assert_allclose(curve.y, binned())
    assert list(mark.x) == [SIZES[here]]
    assert mark.y[0] == pytest.approx(binned()[here])
    assert mark.text[0] == f"{binned()[here]:.4f}"
    assert mark.marker.symbol != "circle"
    assert set(truth.y) == {divergence(PLAIN, WIDE)}
    assert truth.text[1] == f"integral: {divergence(PLAIN, WIDE):.4f}"


def test_axes_of_the_bins_hold_all_widths_and_name_them():
    layout = bins().layout
    low, high = layout.xaxis2.range
    assert 10**low < SIZES[0] < SIZES[-1] < 10**high
    assert list(layout.xaxis2.tickvals) == list(SIZES)
    assert list(layout.xaxis2.ticktext) == NAMES
    assert layout.yaxis2.range[0] < 0 < divergence(PLAIN, WIDE) < layout.yaxis2.range[1]


@pytest.mark.parametrize(("here", "shown"), [(2, "∞"), (8, f"{binned(PLAIN, CUT)[8]:.4f}")])
def test_infinite_bins_reach_the_top_and_are_labelled(here, shown):
    drawn = bins(PLAIN, CUT, here=here)
    _, _, curve, mark = drawn.data
    finite = np.isfinite(binned(PLAIN, CUT))
    heights = np.asarray(curve.y)
    top = drawn.layout.yaxis2.range[1]
    assert 0 < finite.sum() < len(WIDTHS)
    assert np.isfinite(heights).all()
    np.testing.assert_allclose(heights[finite], binned(PLAIN, CUT)[finite], atol=1e-15)
    assert (heights[~finite] > heights[finite].max()).all()
    assert (heights[~finite] > 0.8 * top).all()
    assert [text == "∞" for text in curve.customdata] == list(~finite)
    assert list(mark.text) == [shown]


def test_axes_of_the_bins_stay_while_the_width_changes_and_at_nearly_every_move_of_a_bell():
    assert len({tuple(bins(here=here).layout.yaxis2.range) for here in range(10)}) == 1
    moved = [bins(q=bell) for bell in MOVED]
    for axis in ("yaxis", "yaxis2", "xaxis", "xaxis2"):
        assert jumps(moved, axis) <= 3, axis


def test_fake_is_drawn_for_every_epsilon_beside_the_truth():
    curve, truth, mark = fakes().data
    np.testing.assert_array_equal(curve.x, EPSILONS)
    np.testing.assert_allclose(curve.y, reported(PLAIN, WIDE, EPSILONS))
    assert set(truth.y) == {divergence(PLAIN, WIDE)}
    assert truth.text[1] == "the truth: 0.505"
    assert truth.line.color == LIGHT.kl
    assert list(mark.x) == [1e-10]
    assert mark.y[0] == pytest.approx(divergence(PLAIN, WIDE), abs=1e-8)


@pytest.mark.parametrize("q", [WIDE, CUT])
def test_epsilon_of_0_has_no_mark(q):
    without, with_mark = fakes(q=q, epsilon=0), fakes(q=q)
    assert len(with_mark.data) == len(without.data) + 1
    assert not any(trace.marker.symbol for trace in without.data)
    assert with_mark.data[-1].marker.symbol == "diamond"


def test_infinite_truth_has_no_line():
    curve, mark = fakes(PLAIN, CUT).data
    np.testing.assert_allclose(curve.y, reported(PLAIN, CUT, EPSILONS))
    assert mark.text[0] == f"{reported(PLAIN, CUT, [1e-10])[0]:.3f}"


def test_what_falls_below_0_is_in_the_picture():
    drawn = fakes(PLAIN, CUT, epsilon=0.1)
    curve, mark = drawn.data
    low, high = drawn.layout.yaxis.range
    assert low < mark.y[0] < 0
    assert low < np.min(curve.y) < np.max(curve.y) < high
    assert mark.text[0] == f"−{-mark.y[0]:.3f}"


def test_axes_of_the_fake_stay_whatever_epsilon_and_at_nearly_every_move_of_a_bell():
    chosen = [fakes(epsilon=epsilon) for epsilon in (0, 1e-16, 1e-4, 0.1)]
    moved = [fakes(q=bell) for bell in MOVED]
    for axis in ("xaxis", "yaxis"):
        assert jumps(chosen, axis) == 0, axis
        assert jumps(moved, axis) <= 3, axis
