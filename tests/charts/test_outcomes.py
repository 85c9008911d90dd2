"""P and Q outcome by outcome above their signed bars, tested through the data."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from charts.outcomes import Row, outcomes_figure, probability_bars
from charts.style import DARK, LIGHT

KINDS = ["sun", "cloud", "rain"]
P = np.array([0.5, 0.3, 0.2])
Q = np.array([0.25, 0.25, 0.5])
SIGNED = Row("cost, bits", np.array([1.0, 0.25, -1.5]))
SUMMED = Row("terms, bits", np.array([0.5, 0.075, -0.3]), total=0.275)
ENDLESS = Row("cost, bits", np.array([np.inf, -np.inf, 0.3]), total=np.inf)


def drawn(*rows, p=P, q=Q, colours=LIGHT):
    """Return the figure with these rows below P and Q."""
    return outcomes_figure(
        KINDS,
        p,
        q,
        rows,
        title="the finding",
        names=("P, the truth", "Q, the model"),
        unit="bits",
        of_all="all days",
        colours=colours,
    )


def domain(figure, axis):
    """Return from where to where an axis reaches, as shares of the figure."""
    return figure.to_dict()["layout"][axis]["domain"]


@pytest.mark.parametrize(
    "figure",
    [
        drawn(SIGNED),
        drawn(SUMMED),
        drawn(ENDLESS),
        drawn(SIGNED, SUMMED),
        drawn(ENDLESS, ENDLESS, colours=DARK),
    ],
)
def test_figure_is_valid_plotly(figure):
    assert go.Figure(figure.to_dict()).data


def test_bars_of_p_and_q_are_percentages_side_by_side():
    p_bars, q_bars, _ = drawn(SIGNED).data
    assert list(p_bars.x) == list(q_bars.x) == KINDS
    np.testing.assert_allclose(p_bars.y, [50, 30, 20])
    np.testing.assert_allclose(q_bars.y, [25, 25, 50])
    assert (p_bars.name, q_bars.name) == ("P, the truth", "Q, the model")
    assert p_bars.offset + p_bars.width <= q_bars.offset
    assert "of all days" in p_bars.hovertemplate


def test_veiled_row_has_its_axis_and_question_marks():
    for row in (SIGNED, SUMMED, ENDLESS):
        veiled, shown = drawn(replace(row, veiled=True)), drawn(row)
        bars = veiled.data[2]
        assert {*bars.y} == {0}
        assert {*bars.text} == {*bars.customdata} == {"?"}
        assert list(bars.x) == list(shown.data[2].x)
        assert veiled.layout.yaxis2 == shown.layout.yaxis2


def test_bars_of_p_and_q_and_their_axis_are_the_same_in_a_figure_of_ones_own():
    bars, axis = probability_bars(KINDS, P, Q, ("P, the truth", "Q, the model"), "all days", LIGHT)
    figure = drawn(SIGNED)
    assert go.Figure(bars) == go.Figure(figure.data[:2])
    assert (axis["range"], axis["tickvals"]) == ([0, 115], [0, 50, 100])
    for name, value in axis.items():
        assert figure.to_dict()["layout"]["yaxis"][name] == value


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_p_is_blue_q_is_orange_and_hatched_and_signs_are_told_apart(colours):
    p_bars, q_bars, row = drawn(SIGNED, colours=colours).data
    assert p_bars.marker.color == colours.p
    assert q_bars.marker.color == colours.q
    assert q_bars.marker.pattern.shape
    assert not p_bars.marker.pattern.shape
    assert list(row.marker.color) == [colours.kl, colours.kl, colours.good]


def test_row_shows_its_values_with_their_signs():
    row = drawn(SIGNED).data[2]
    assert list(row.x) == KINDS
    np.testing.assert_array_equal(row.y, [1, 0.25, -1.5])
    assert list(row.text) == ["+1.00", "+0.25", "−1.50"]


def test_row_without_a_total_has_no_sum():
    assert "sum" not in drawn(SIGNED).data[2].x


def test_sum_is_a_bar_of_its_own_that_stands_out():
    row = drawn(SUMMED).data[2]
    assert list(row.x) == [*KINDS, "sum"]
    assert row.y[3] == pytest.approx(sum(row.y[:3]))
    assert row.text[3] == "0.275"
    assert row.marker.color[3] == LIGHT.kl
    assert row.marker.opacity[3] > max(row.marker.opacity[:3])


def test_sum_that_rounding_left_below_zero_is_zero():
    row = drawn(Row("terms, bits", np.zeros(3), total=-1e-17)).data[2]
    assert row.y[3] == 0
    assert row.text[3] == "0.000"


def test_infinite_values_reach_the_ends_and_are_labelled():
    figure = drawn(ENDLESS)
    row = figure.data[2]
    bottom, top = figure.layout.yaxis2.range
    assert np.isfinite(row.y).all()
    assert row.y[0] == row.y[3] == max(row.y)
    assert 0.8 * top < row.y[0] <= top
    assert row.y[1] == bottom < 0
    assert row.y[2] == 0.3
    assert list(row.text) == ["+∞", "−∞", "+0.30", "∞"]
    assert list(row.customdata) == ["∞", "−∞", "0.3000", "∞"]
    assert list(row.marker.color) == [LIGHT.kl, LIGHT.good, LIGHT.kl, LIGHT.kl]


@pytest.mark.parametrize("rows", [(SIGNED,), (SUMMED,), (SIGNED, SUMMED)])
def test_every_finite_bar_fits_its_axis(rows):
    figure = drawn(*rows)
    for place, row in enumerate(rows, start=2):
        low, high = figure.layout[f"yaxis{place}"].range
        assert low <= min(row.values)
        assert max(row.values) <= high
        assert low < 0 < high


def test_two_rows_stand_below_each_other_on_axes_of_their_own():
    figure = drawn(SIGNED, SUMMED)
    assert [bars.yaxis for bars in figure.data] == [None, None, "y2", "y3"]
    assert figure.layout.yaxis2.title.text == "cost, bits"
    assert figure.layout.yaxis3.title.text == "terms, bits"
    edges = [*domain(figure, "yaxis3"), *domain(figure, "yaxis2"), *domain(figure, "yaxis")]
    assert edges == sorted(set(edges))
    assert (edges[0], edges[-1]) == (0, 1)
    assert figure.layout.xaxis.anchor == "y3"
    assert figure.layout.height > drawn(SIGNED).layout.height


def test_one_row_takes_the_foot_of_the_figure():
    figure = drawn(SIGNED)
    assert figure.layout.xaxis.anchor == "y2"
    foot, head = domain(figure, "yaxis2"), domain(figure, "yaxis")
    assert foot[0] == 0
    assert foot[1] < head[0]
    assert head[1] == 1
    assert "yaxis3" not in figure.to_dict()["layout"]
    assert figure.layout.title.text == "the finding"


def test_axes_stay_while_the_data_moves():
    ranges = {
        drawn(Row("cost, bits", np.array([cost, 0.1, -0.2]))).layout.yaxis2.range
        for cost in np.linspace(0.45, 0.85, 20)
    }
    assert len(ranges) == 1
