"""Figures of the integral lesson, tested through their data."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from charts.style import DARK, LIGHT
from charts.units import BITS
from pages.integral.numbers import Bins, Integral, MadeUp
from pages.integral.pictures import bins_figure, reported_figure
from tests.pages.figures import PALETTES, check_plotly, jumps
from tests.pages.integral import truth as of_scipy
from tests.pages.integral.truth import (
    CUT,
    INF,
    PLAIN,
    PLAINLY,
    WIDE,
    WIDTHS,
    divergence,
    law,
    masses,
)

NAMES, SIZES = list(WIDTHS), np.array([*WIDTHS.values()])
EPSILONS = 10.0 ** np.concatenate([np.arange(-18, -4), np.linspace(-4, -1, 13)])
# The mean of Q from 0 to 2, as its slider moves.
MOVED = [(mean, 1.5, 0, INF) for mean in np.arange(0, 2.05, 0.1).round(1)]


def log2(values):
    """Return logarithms to base 2, −∞ for 0."""
    with np.errstate(divide="ignore"):
        return np.log2(values)


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


def shown(p=PLAIN, q=WIDE, epsilon="1e-10", colours=LIGHT, **asked):
    """Return the figure of the integral and of what ε makes of it, in bits."""
    exact, added = divergence(p, q), float(epsilon)
    answer = float(reported(p, q, [added])[0]) if added else exact
    # The last two are for words only.
    made = MadeUp(epsilon, answer, reported(p, q, EPSILONS), INF, INF, exact)
    return reported_figure(Integral(*along(p, q), exact), made, BITS, colours, **asked)


truly = partial(shown, epsilon="0")


def lines(figure, axis):
    """Return the traces on an axis."""
    return [trace for trace in figure.data if (trace.yaxis or "y") == axis]


@pytest.mark.parametrize(
    ("draw", "views"),
    [
        (bins, [{}, {"p": PLAIN, "q": CUT}, {"p": PLAIN, "q": PLAIN}, {"here": 0}, {"here": 9}]),
        (shown, [{}, {"q": CUT}, {"q": PLAIN}, {"p": CUT, "q": CUT}, {"told": False, "guess": 3}]),
        (truly, [{}, {"q": CUT}, {"q": PLAIN}, {"p": CUT, "q": CUT}]),
    ],
)
def test_figure_is_valid_plotly(draw, views):
    for view in [*views, {"colours": DARK}]:
        check_plotly(draw(**view), view.get("colours", LIGHT))


@pytest.mark.parametrize(
    ("draw", "finding"),
    [
        (bins, f"In bins 1 wide: {binned()[5]:.4f} bits"),
        (partial(bins, here=0), f"In bins 1/32 wide: {binned()[0]:.4f} bits"),
        (partial(bins, PLAIN, CUT), "In bins 1 wide: ∞"),
        (truly, f"The area is {PLAINLY:.3f} bits"),
        (partial(truly, q=CUT), "The area is ∞"),
        (shown, "Reported 0.505; the truth is 0.505 bits"),
        (partial(shown, q=CUT), f"Reported {reported(PLAIN, CUT, [1e-10])[0]:.3f}; the truth is ∞"),
    ],
)
def test_title_states_the_finding(draw, finding):
    assert draw().layout.title.text == finding


@pytest.mark.parametrize(
    ("draw", "axes"),
    [
        (shown, ("yaxis2", "yaxis3")),
        (truly, ("yaxis2", "yaxis3")),
        (bins, ("yaxis2",)),
    ],
)
def test_axes_state_their_unit(draw, axes):
    layout = draw().layout
    for axis in axes:
        assert layout[axis].title.text.endswith(", bits")


@pytest.mark.parametrize("draw", [shown, bins])
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
    p_line, q_line = shown(colours=colours).data[:2]
    for line, values, colour in ((p_line, p, colours.p), (q_line, q, colours.q)):
        np.testing.assert_array_equal(line.x, x)
        np.testing.assert_array_equal(line.y, values)
        assert line.line.color == colour
    assert (p_line.fill, q_line.line.dash) == ("tozeroy", "dash")
    assert (p_line.name, q_line.name) == ("P", "Q")


@PALETTES
@pytest.mark.parametrize(("q", "epsilon"), [(WIDE, "0"), (WIDE, "0.01"), (CUT, "1e-10")])
def test_what_is_added_up_gains_and_gives_back_apart_and_coloured(q, epsilon, colours):
    x, p, q_density, _ = along(q=q)
    drawn = shown(q=q, epsilon=epsilon, colours=colours)
    gains, gives_back = lines(drawn, "y2")
    for part, colour in ((gains, colours.kl), (gives_back, colours.good)):
        assert part.fill == "tozeroy"
        assert part.line.color == colour
        assert part.fillcolor == colours.veil(colour)
    product = p * np.log2(p / (q_density + float(epsilon)))
    np.testing.assert_allclose(gains.y, np.maximum(product, 0), atol=1e-14)
    np.testing.assert_allclose(gives_back.y, np.minimum(product, 0), atol=1e-14)
    area = np.trapezoid(np.asarray(gains.y) + gives_back.y, x)
    assert area == pytest.approx(divergence(PLAIN, q, float(epsilon)), abs=1e-4)
    assert "costs" in gains.hovertemplate
    assert "gives back" in gives_back.hovertemplate
    named = "p·log(p/q), bits" if epsilon == "0" else "p·log(p/(q + ε)), bits"
    assert drawn.layout.yaxis2.title.text == named


@pytest.mark.parametrize(
    ("p", "q"), [(PLAIN, WIDE), ((-3, 0.2, 0, INF), (3, 0.2, 0, INF)), (CUT, (0, 0.4, 0, INF))]
)
@pytest.mark.parametrize("draw", [shown, truly])
def test_rows_of_the_integral_hold_all_that_is_drawn(draw, p, q):
    drawn = draw(p, q)
    for axis in ("y", "y2"):
        low, high = drawn.layout[axis.replace("y", "yaxis")].range
        for line in lines(drawn, axis):
            assert low <= np.min(line.y) <= np.max(line.y) <= high, axis


def test_infinite_product_reaches_the_top_from_the_end_of_q_on_and_is_labelled():
    drawn = truly(q=CUT)
    gains, gives_back, label = lines(drawn, "y2")
    x = np.asarray(gains.x)
    top = drawn.layout.yaxis2.range[1]
    np.testing.assert_array_equal(np.asarray(gains.y)[x > 1], top)
    assert (np.asarray(gains.y)[x <= 1] < top).all()
    assert (np.asarray(gives_back.y)[x > 1] == 0).all()
    assert np.isfinite([*gains.y, *gives_back.y]).all()
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
    drawn = truly((0, 2, 0, INF), (0, 2, 0, end))
    label = lines(drawn, "y2")[-1]
    low, high = drawn.layout.xaxis.range
    # Ten letters of about 7 px, where a screen shows the 16 of the line on 330 px.
    width = 70 / 330 * 16
    reach = label.x[0] + (width if label.textposition.endswith("right") else -width)
    assert low <= reach <= high


def test_product_is_infinite_only_as_far_as_p_goes():
    gains, _, label = lines(truly((0, 1, 0, 1.5), CUT), "y2")
    x = np.asarray(gains.x)
    assert label.text == (" ∞ until P ends",)
    infinite = x[np.asarray(gains.customdata) == "∞"]
    assert 1 < infinite.min() <= infinite.max() == 1.5


@pytest.mark.parametrize(
    ("draw", "p", "q"),
    [
        (truly, PLAIN, WIDE),
        (truly, CUT, CUT),
        (truly, (0, 1, 0, 0.9), CUT),
        (truly, CUT, PLAIN),
        # A program that adds ε never sees that its area has no end.
        (shown, PLAIN, CUT),
    ],
)
def test_finite_area_has_no_label_of_infinity(draw, p, q):
    drawn = draw(p, q)
    assert len(lines(drawn, "y2")) == 2
    assert not any("∞" in text for trace in drawn.data for text in trace.text or ())


def test_product_is_0_where_p_is():
    for part in lines(truly((0, 1, 0, 0.9), CUT), "y2"):
        assert (np.asarray(part.y)[np.asarray(part.x) > 0.9] == 0).all()


def test_density_falls_to_0_at_its_end_and_not_on_the_way_there():
    line = shown(PLAIN, CUT).data[1]
    x, y = np.asarray(line.x), np.asarray(line.y)
    assert y[x == 1] == pytest.approx(norm.pdf(1) / norm.cdf(1))
    assert y[x == np.nextafter(1, INF)] == 0


def test_same_bell_has_no_area():
    for part in lines(truly(PLAIN, PLAIN), "y2"):
        assert not np.any(part.y)


@pytest.mark.parametrize("axis", ["yaxis", "yaxis2", "yaxis3", "xaxis", "xaxis2"])
def test_axes_of_the_integral_stay_at_nearly_every_move_of_a_bell(axis):
    # A range of 0.5, 1, 2 … ends rarely: most moves keep it.
    assert jumps([shown(q=bell) for bell in MOVED], axis) <= 3


def test_density_axis_stays_at_nearly_every_change_of_a_spread():
    spreads = [(1, spread, 0, INF) for spread in np.arange(0.6, 2.05, 0.1).round(1)]
    assert jumps([shown(q=bell) for bell in spreads], "yaxis") <= 3
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
    _, _, curve, mark, infinite = drawn.data
    assert list(infinite.text) == ["∞"]
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


def test_what_is_reported_is_drawn_for_every_epsilon_beside_the_truth():
    curve, truth, mark = lines(shown(), "y3")
    np.testing.assert_array_equal(curve.x, EPSILONS)
    np.testing.assert_allclose(curve.y, reported(PLAIN, WIDE, EPSILONS))
    assert set(truth.y) == {divergence(PLAIN, WIDE)}
    assert truth.text[1] == "the truth: 0.505"
    assert truth.line.color == LIGHT.kl
    assert list(mark.x) == [1e-10]
    assert mark.y[0] == pytest.approx(divergence(PLAIN, WIDE), abs=1e-8)


@pytest.mark.parametrize("q", [WIDE, CUT])
def test_epsilon_of_0_has_no_mark(q):
    without, with_mark = lines(truly(q=q), "y3"), lines(shown(q=q), "y3")
    assert len(with_mark) == len(without) + 1
    assert not any(trace.marker.symbol for trace in without)
    assert with_mark[-1].marker.symbol == "diamond"


def test_infinite_truth_has_no_line():
    curve, mark = lines(shown(PLAIN, CUT), "y3")
    np.testing.assert_allclose(curve.y, reported(PLAIN, CUT, EPSILONS))
    assert mark.text[0] == f"{reported(PLAIN, CUT, [1e-10])[0]:.3f}"


@pytest.mark.parametrize("q", [WIDE, CUT])
def test_picture_that_asks_draws_one_epsilon_and_the_guess_on_the_axes_of_the_answer(q):
    asked, answered = shown(q=q, guess=4.0, told=False), shown(q=q, guess=4.0)
    mark, guess = lines(asked, "y3")
    assert list(mark.x) == [1e-10]
    assert (list(guess.x), list(guess.y)) == ([1e-16], [4.0])
    assert "guess" in guess.text[0]
    told_mark, told_guess = lines(answered, "y3")[-2:]
    assert told_mark == mark
    # Beside the curve the word makes way for it.
    assert told_guess.update(textposition=guess.textposition) == guess
    assert len(lines(answered, "y3")) > 2
    for axis in ("xaxis", "xaxis2", "yaxis", "yaxis2", "yaxis3"):
        assert asked.layout[axis].range == answered.layout[axis].range


def test_number_that_is_reported_stands_below_the_line_of_the_truth():
    drawn = shown(PLAIN, (2.5, 0.3, 0.0, INF), epsilon="1e-16")
    _, truth, mark = lines(drawn, "y3")
    assert mark.y[0] < truth.y[0]
    assert mark.textposition == "bottom left"


def test_what_falls_below_0_is_in_the_picture():
    drawn = shown(PLAIN, CUT, epsilon="0.1")
    curve, mark = lines(drawn, "y3")
    low, high = drawn.layout.yaxis3.range
    assert low < mark.y[0] < 0
    assert low < np.min(curve.y) < np.max(curve.y) < high
    assert mark.text[0] == f"−{-mark.y[0]:.3f}"


def test_axes_of_what_is_reported_stay_whatever_epsilon():
    chosen = [shown(epsilon=epsilon) for epsilon in ("0", "1e-16", "1e-4", "0.1")]
    for axis in ("xaxis2", "yaxis3"):
        assert jumps(chosen, axis) == 0, axis
