"""Single draws as they come in: sentence, figure and exact share, against scipy and counting."""

import re

import numpy as np
import pytest
from scipy.stats import norm

from charts.style import LIGHT
from charts.units import BITS, UNITS
from pages.estimators.numbers.singles import MOST, SEEN, Singles
from pages.estimators.pictures.singles import singles_figure, title
from pages.estimators.words.singles import reveal, singles_in_words
from tests.pages.estimators.truth import divergence
from tests.pages.reading import NUMBER, agree, sent, value_of, values
from tests.pages.truth import BASES

CASES = [(0.1, 1.0), (1.0, 1.0), (2.5, 0.6), (0.5, 1.5), (0.0, 2.0), (0.0, 1.0), (3.0, 0.5)]


def below_of(x, gap, spread):
    """Return whether P is denser than Q at each draw."""
    return norm.logpdf(x) < norm.logpdf(x, gap, spread)


@pytest.mark.parametrize(("gap", "spread"), CASES)
@pytest.mark.parametrize("seen", [1, 20, MOST])
@pytest.mark.parametrize("unit", BASES)
def test_sentence_counts_the_draws_and_knows_the_long_run(gap, spread, seen, unit):
    singles = Singles(gap, spread, seen, seed=3)
    said = singles_in_words(singles, UNITS[unit])
    match = re.search(
        rf"^P is a bell at {NUMBER} with spread {NUMBER}, Q one at 0 with spread 1: D\(Q‖P\) is "
        rf"{NUMBER} {unit}\. Of {NUMBER} draws? from Q, {NUMBER} fell where P is the denser one: "
        rf"{NUMBER}%, with a standard error of {NUMBER}%\. In the long run it is {NUMBER}%\.$",
        said,
    )
    x = np.random.default_rng(3).standard_normal(MOST)[:seen]
    below = below_of(x, gap, spread)
    many = below_of(np.linspace(-9, 9, 200_001), gap, spread)
    exact = float(norm.pdf(np.linspace(-9, 9, 200_001)) @ many) * 18 / 200_000
    at, wide, true, count, fell, share, error, long_run = match.groups()
    assert (value_of(at)[0], value_of(wide)[0]) == (gap, spread)
    assert agree(true, divergence(gap, spread) / np.log(BASES[unit]))
    assert (value_of(count)[0], value_of(fell)[0]) == (seen, below.sum())
    assert agree(share, 100 * below.mean())
    assert abs(value_of(long_run)[0] - 100 * exact) < 0.06
    assert abs(value_of(error)[0] - 100 * np.sqrt(exact * (1 - exact) / seen)) < 0.06


def test_before_the_first_draw_nothing_is_said_of_below_0():
    singles = Singles(0.1, 1.0, 0, seed=1)
    assert singles_in_words(singles, BITS).endswith("0.0072 bits. Nothing is drawn yet.")
    assert title(singles) == "No draw yet: how many will be below 0?"


@pytest.mark.parametrize("seen", SEEN[1:])
def test_title_is_short_and_has_its_standard_error(seen):
    said = title(Singles(0.1, 1.0, seen, seed=1))
    assert re.fullmatch(rf"{NUMBER}% ± {NUMBER}% of {NUMBER} draws? (is|are) below 0", said)
    assert len(said) < 48


@pytest.mark.parametrize(("gap", "spread"), CASES)
def test_dots_lie_below_q_in_the_colour_and_shape_of_their_side(gap, spread):
    spec = sent(singles_figure(Singles(gap, spread, 300, seed=2), 20, LIGHT))
    above, below = spec["data"][2:4]
    assert (above["marker"]["color"], below["marker"]["color"]) == (LIGHT.kl, LIGHT.good)
    assert above["marker"]["symbol"] != below["marker"]["symbol"]
    x = np.where(np.isnan(values(above["x"])), values(below["x"]), values(above["x"]))
    np.testing.assert_array_equal(np.isnan(values(above["x"])), below_of(x, gap, spread))
    heights = values(above["y"])
    assert (heights >= 0).all()
    assert (heights <= norm.pdf(x)).all()


@pytest.mark.parametrize("seen", [1, 5, MOST])
def test_line_is_the_share_so_far_and_the_band_that_of_chance(seen):
    singles = Singles(0.5, 1.0, seen, seed=4)
    low, high, exact, line = sent(singles_figure(singles, 20, LIGHT))["data"][4:8]
    counts = values(line["x"]).astype(int)
    assert (counts[0], counts[-1]) == (1, seen)
    below = below_of(singles.drawn, 0.5, 1.0)
    expected = [100 * below[:count].mean() for count in counts]
    np.testing.assert_allclose(values(line["y"]), expected)
    # log(q/p) < 0 beyond the middle between the bells.
    share = norm.sf(0.25)
    np.testing.assert_allclose(values(exact["y"]), 100 * share)
    errors = 200 * np.sqrt(share * (1 - share) / values(low["x"]))
    np.testing.assert_allclose(values(high["y"]) - 100 * share, errors)
    np.testing.assert_allclose(100 * share - values(low["y"]), errors)


def test_shares_lie_within_the_band_as_often_as_two_standard_errors_say():
    inside = 0
    for seed in range(1, 301):
        singles = Singles(0.1, 1.0, MOST, seed)
        inside += abs(singles.shares[-1] - singles.exact) < 2 * singles.error(MOST)
    # 95.4 in a hundred.
    assert 275 < inside < 297


def test_axes_stay_while_anything_moves():
    looks = {
        str({axis: figure.look[axis]["range"] for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2")})
        for gap, spread in CASES
        for seen in (0, 10, MOST)
        for figure in [singles_figure(Singles(gap, spread, seen, 1), 3 * seen % 100, LIGHT)]
    }
    assert len(looks) == 1


@pytest.mark.parametrize(("guess", "off"), [(20, "28 off"), (48, "which is it"), (100, "52 off")])
def test_reveal_says_how_far_off(guess, off):
    assert f"you said {guess}%, {off}." in reveal(Singles(0.1, 1.0, 0, 1), guess)
