"""Figure of the optima, tested through its data."""

import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import NATS
from kl_core import GaussianMixture, gaussian
from pages.forward_reverse.numbers import Optima, circled, covering, seeking
from pages.forward_reverse.pictures import optima_figure
from tests.pages.figures import PALETTES, check_plotly, jumps
from tests.pages.forward_reverse.pictures.samples import CLOSE, FAR, ONE, TWO


def optima(p=TWO, chosen=None, colours=LIGHT):
    """Return the figure of the optima, in nats."""
    return optima_figure(p, Optima(covering(p), seeking(p), chosen), NATS, colours)


@pytest.mark.parametrize("view", [(), (ONE, 0), (FAR, 2)])
@PALETTES
def test_figure_is_valid_plotly(view, colours):
    check_plotly(optima(*view, colours=colours), colours)


@pytest.mark.parametrize(("place", "mark"), [(1, "①"), (9, "⑨"), (20, "⑳"), (21, "(21)")])
def test_optima_are_numbered_as_far_as_there_are_circles(place, mark):
    assert circled(place) == mark


@PALETTES
def test_optima_are_drawn_over_p_and_numbered_on_their_tops(colours):
    cover, seek = covering(TWO), seeking(TWO)
    drawn = optima(colours=colours)
    p, covers, *seekers = drawn.data
    x = np.asarray(p.x)
    np.testing.assert_allclose(p.y, TWO.pdf(x))
    np.testing.assert_allclose(covers.y, gaussian(cover.mean, cover.std).pdf(x))
    assert covers.line.dash == "solid"
    assert len(seekers) == len(seek) == 3
    labels = drawn.layout.annotations[1:]
    # Text is as dark as it takes to be read.
    assert {each["font"]["color"] for each in drawn.look["annotations"][1:]} == {colours.q}
    for mark, line, label, fit in zip("①②③", seekers, labels, seek, strict=True):
        np.testing.assert_allclose(line.y, gaussian(fit.mean, fit.std).pdf(x))
        assert line.line.dash == "dash"
        assert line.line.color == colours.q
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
    forward, reverse = covering(p).divergence, seeking(p)[0].divergence
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
