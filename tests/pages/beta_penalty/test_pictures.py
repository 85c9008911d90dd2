"""Figures of the rope, tested through their data."""

import math

import numpy as np
import pytest

from charts.style import LIGHT, Q_PATTERN
from pages.beta_penalty.pictures.hacking import Spot, hacking_figure
from pages.beta_penalty.pictures.next_word import words_figure
from pages.beta_penalty.pictures.rope import rope_figure
from pages.beta_penalty.scale import Rope, along
from tests.pages.figures import PALETTES, check_one_palette, check_plotly
from widgets.optima import USUAL, Curve

WORDS = ["calm", ".", "dry", "mild"]
P, Q = np.array([0.08, 0.2, 0.05, 0.001]), np.array([0.6, 0.25, 0.1, 0.004])
BETAS = 10 ** np.linspace(0, -4, 21)
DISTANCE = np.linspace(0.1, 16, 21)


def curve(judge=None, farthest=16.0, error=0.04, kind="β"):
    """Return a family whose reward rises, and whose judge turns unless told otherwise."""
    distance = DISTANCE / DISTANCE[-1] * farthest
    bump = 4.7 + 1.3 * np.sin(distance / farthest * 1.4 * math.pi)
    return Curve(
        distance,
        0.13 + 0.06 * distance,
        bump if judge is None else judge,
        np.full(distance.size, error),
        [f"{kind} = {beta:.3g}" for beta in BETAS],
    )


FITS = [
    ("Gao et al., RL", DISTANCE, 4.7 + 0.1 * DISTANCE),
    ("Gao et al., best-of-n", DISTANCE / 8, 4.7 + 0.2 * DISTANCE),
]


def words(p=P, q=Q, colours=LIGHT):
    """Return the figure of the next word."""
    return words_figure(WORDS, p, q, colours)


def spot(curve, place):
    """Return one policy of a family."""
    values = (each[place] for each in (curve.distance, curve.reward, curve.judge))
    return Spot(curve.names[place], *map(float, values))


def hacking(mine=None, other=None, here=8, colours=LIGHT):
    """Return the figure of both scores, in bits."""
    mine = mine or curve()
    of_best = curve(farthest=2.6, kind="n")
    others = None if other is None else (2000, other)
    return hacking_figure(mine, of_best, others, FITS, spot(mine, here), "bits", colours)


def over_beta(beta="0.2", scale="1", guess="0.1", colours=LIGHT, *, told=True):
    """Return the figure of both scores over β."""
    rope = Rope(USUAL, beta, scale)
    return rope_figure(rope, along(rope), guess, colours, told=told)


FIGURES = [
    words, lambda **c: words(np.eye(4)[1], np.eye(4)[0], **c),
    hacking, lambda **c: hacking(other=curve(farthest=18), here=20, **c),
    lambda **c: hacking(curve(np.full(21, 4.7)), here=0, **c),
    lambda **c: over_beta(told=False, **c), lambda **c: over_beta(scale="one spread", **c),
]  # fmt: skip


def lines_of(drawn, axis):
    """Return the lines of a figure on one of its axes."""
    return [each for each in drawn.data if each.mode == "lines" and (each.yaxis or "y") == axis]


def dots_of(drawn):
    """Return the marks of a figure."""
    return [each for each in drawn.data if each.mode == "markers"]


@pytest.mark.parametrize("draw", FIGURES)
@PALETTES
def test_figure_is_valid_plotly(draw, colours):
    check_plotly(draw(colours=colours), colours)


@pytest.mark.parametrize("draw", FIGURES)
def test_no_colour_of_the_other_palette_is_left(draw):
    check_one_palette(draw)


@pytest.mark.parametrize("draw", FIGURES)
def test_every_number_drawn_is_finite(draw):
    for trace in draw().data:
        values = trace.x if trace.orientation == "h" else trace.y
        assert np.isfinite(np.asarray(values, dtype=float)).all()


# The next word.


@PALETTES
def test_bars_are_the_chances_in_percent_of_both_models(colours):
    p, q = words(colours=colours).data
    np.testing.assert_allclose(p.x, 100 * P)
    np.testing.assert_allclose(q.x, 100 * Q)
    assert p.y == q.y == ("calm", "full stop", "dry", "mild")
    assert (p.marker.color, q.marker.color) == (colours.p, colours.q)
    assert q.marker.pattern.shape == Q_PATTERN["shape"]
    assert p.marker.pattern.shape is None
    assert (p.name, q.name) == ("P, SFT model", "Q, policy")
    # A label of “0%” would stand beside a bar that is not 0.
    assert p.text == ("8%", "20%", "5%", "")
    assert q.text == ("60%", "25%", "10%", "")


@pytest.mark.parametrize(
    ("q", "said"),
    [(Q, "“calm”, 60% (SFT: 8%)"), ([0.1, 0.7, 0.1, 0], "“full stop”, 70% (SFT: 20%)"),
     ([0.1, 0.2, 0.3, 0], "“dry”, 30% (SFT: 5%)")],
)  # fmt: skip
def test_title_names_the_policys_likeliest_word(q, said):
    assert words(q=np.array(q)).layout.title.text == f"Next word: {said}"


def test_axis_of_the_next_word_holds_the_bars_with_their_labels_and_rarely_moves():
    limits = []
    for top in np.linspace(0, 1, 101):
        drawn = words(q=np.array([top, 0, 0, 0]))
        low, high = drawn.layout.xaxis.range
        assert low == 0
        assert high >= 1.1 * max(20, 100 * top)
        limits.append(high)
    assert limits == sorted(limits)
    assert len(set(limits)) == 3
    assert limits[-1] <= 120


# Both scores against the distance.


@PALETTES
def test_lines_are_both_families_in_the_colours_of_their_judges(colours):
    drawn = hacking(colours=colours)
    mine, of_best = curve(), curve(farthest=2.6, kind="n")
    for axis, part, colour in (("y", "reward", colours.q), ("y2", "judge", colours.good)):
        solid, dashed = [
            line for line in lines_of(drawn, axis)
            if line.line.dash in ("solid", "dash")
        ]  # fmt: skip
        for line, family, dash in ((solid, mine, "solid"), (dashed, of_best, "dash")):
            np.testing.assert_array_equal(line.x, family.distance)
            np.testing.assert_array_equal(line.y, getattr(family, part))
            assert line.line.dash == dash
            assert line.line.color == colour
            assert list(line.customdata) == family.names
    dotted = [line for line in drawn.data if line.line.dash == "dot"]
    for line, (name, distance, values) in zip(dotted, FITS, strict=True):
        assert line.line.color == colours.ink
        assert line.yaxis == "y2"
        assert line.hovertemplate.startswith(name)
        np.testing.assert_array_equal(line.x, distance)
        np.testing.assert_array_equal(line.y, values)


def test_band_is_two_standard_errors_about_the_judge():
    mine = curve(error=0.2)
    [band] = [each for each in hacking(mine).data if each.fill == "toself"]
    upper, lower = np.split(np.array(band.y), 2)
    np.testing.assert_allclose(upper - mine.judge, 0.4)
    np.testing.assert_allclose(mine.judge - lower[::-1], 0.4)
    np.testing.assert_array_equal(band.x, [*mine.distance, *mine.distance[::-1]])
    assert band.yaxis == "y2"


@pytest.mark.parametrize("here", [0, 8, 20])
def test_marks_stand_on_their_curves(here):
    mine = curve()
    best = int(mine.judge.argmax())
    marks = dots_of(hacking(here=here))
    expected = [
        ([mine.distance[place]], [values[place]], axis, symbol)
        for place, symbol in ((here, "circle"), (best, "star"))
        for values, axis in ((mine.reward, "y"), (mine.judge, "y2"))
    ]
    found = [(list(each.x), list(each.y), each.yaxis or "y", each.marker.symbol) for each in marks]
    assert found == expected
    for each in marks[:2]:
        assert each.hovertemplate.startswith(mine.names[here])


@PALETTES
def test_other_pairs_are_grey_and_within_the_axis(colours):
    far = curve(farthest=20)
    drawn = hacking(other=far, colours=colours)
    grey = [each for each in drawn.data if each.line.color == colours.muted]
    assert [each.yaxis for each in grey] == ["y", "y2"]
    for line, values in zip(grey, (far.reward, far.judge), strict=True):
        np.testing.assert_array_equal(line.x, far.distance)
        np.testing.assert_array_equal(line.y, values)
        assert "with 2,000 pairs" in line.hovertemplate
    assert hacking(other=None).layout.xaxis.range[1] < 20 < drawn.layout.xaxis.range[1]
    assert not [each for each in hacking().data if each.line.color == LIGHT.muted]


@pytest.mark.parametrize("other", [None, curve(farthest=20)])
def test_axes_of_hacking_stay_while_beta_moves(other):
    drawn = [hacking(other=other, here=here) for here in range(21)]
    for axis in ("xaxis", "yaxis", "yaxis2"):
        assert len({str(each.layout[axis]) for each in drawn}) == 1
    low, high = drawn[0].layout.xaxis.range
    for each in drawn[-1].data:
        assert low <= min(each.x) <= max(each.x) <= high
    assert drawn[0].layout.xaxis.title.text.endswith("D in bits")
    # Of seven points: nobody gets more, nor less than none.
    low, high = drawn[0].layout.yaxis2.range
    assert low <= 0
    assert 7 < high < 8


# Both scores over β.


@PALETTES
def test_both_scores_stand_over_beta_in_their_colours(colours):
    found = along(Rope(USUAL, "0.2"))
    drawn = over_beta(colours=colours)
    for axis, values, colour in (("y", found.reward, colours.q), ("y2", found.judge, colours.good)):
        [line] = [each for each in lines_of(drawn, axis) if each.line.color == colour]
        np.testing.assert_allclose(line.x, np.log10(found.betas))
        np.testing.assert_array_equal(line.y, values)


def test_what_is_veiled_is_not_in_the_figure_and_the_axes_stay():
    told, veiled = over_beta(), over_beta(told=False)
    for axis in ("xaxis", "yaxis", "yaxis2"):
        assert told.layout[axis] == veiled.layout[axis]
    assert len(told.data) == len(veiled.data)
    judged = [each for each in veiled.data if each.yaxis == "y2" and len(each.x)]
    assert [each.marker.symbol for each in judged] == ["diamond"]
    assert veiled.layout.title.text == "Where does the judge’s score peak?"
    [star] = [each for each in told.data if each.marker.symbol == "star"]
    found = along(Rope(USUAL, "0.2"))
    assert (star.x[0], star.y[0]) == (math.log10(found.betas[found.peak]), found.judge.max())


@pytest.mark.parametrize("scale", ["1", "5", "20", "one spread"])
def test_bands_and_curve_move_together_with_the_scale(scale):
    rope, unit = Rope(USUAL, "0.2", scale), Rope(USUAL, "0.2", "one spread")
    low, high = over_beta().layout.xaxis.range
    bands = [each for each in over_beta(scale=scale).layout.shapes if each.type == "rect"]
    for band in bands:
        ends = [10**end / rope.spread for end in (band.x0, band.x1) if low < end < high]
        assert ends
        for end in ends:
            assert min(abs(end - each) for each in (0.001, 0.01, 0.1, 0.5)) < 1e-9
    assert len(bands) == (2 if rope.spread > 0.1 else 1)
    both = along(rope).betas / rope.spread, along(unit).betas / unit.spread
    np.testing.assert_allclose(*both, rtol=1e-12)


def test_axes_stay_while_beta_or_the_guess_moves():
    drawn = [over_beta(beta, guess=guess) for beta, guess in (("0.001", "1"), ("1", "0.001"))]
    for axis in ("xaxis", "yaxis", "yaxis2"):
        assert drawn[0].layout[axis] == drawn[1].layout[axis]
