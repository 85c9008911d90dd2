"""Film of both descents, tested through its data."""

import math
import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import NATS
from kl_core import descend, gaussian
from pages.forward_reverse.pictures import film_figure
from pages.forward_reverse.pictures.film import FRAMES, stops_of
from tests.pages.figures import PALETTES, check_plotly, jumps
from tests.pages.forward_reverse.pictures.samples import DIRECTIONS, FAR, ONE, TWO


def paths_of(p=TWO, start=(1.5, 1.0)):
    """Return both descents, in nats."""
    return {each: descend(p, start, each) for each in DIRECTIONS}


def film(p=TWO, start=(1.5, 1.0), colours=LIGHT):
    """Return the film, in nats."""
    return film_figure(p, paths_of(p, start), NATS, colours)


@pytest.mark.parametrize("view", [(), (ONE, (0.5, 0.7))])
@PALETTES
def test_figure_is_valid_plotly(view, colours):
    check_plotly(film(*view, colours=colours), colours)


def test_film_has_a_frame_for_every_stop_and_each_shows_that_step():
    paths, figure = paths_of(), film()
    x, drawn = figure.traces[0]["x"], figure.to_dict()
    assert len(drawn["frames"]) == FRAMES
    for k, frame in enumerate(drawn["frames"]):
        assert frame["traces"] == [1, 2, 5, 6]
        forward, reverse, *dots = frame["data"]
        # A frame has as many digits as anyone sees.
        for each, curve, dot in zip(DIRECTIONS, (forward, reverse), dots, strict=True):
            step = int(stops_of(paths[each])[k])
            q = gaussian(paths[each].means[step], paths[each].stds[step])
            np.testing.assert_allclose(curve["y"], q.pdf(x), atol=1e-3)
            assert dot["x"] == [step]
            assert dot["y"] == [max(paths[each].divergences[step], 1e-3)]
    first = drawn["frames"][0]["data"]
    np.testing.assert_allclose(first[0]["y"], gaussian(1.5, 1).pdf(x), atol=1e-3)
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
    assert handle["active"] == FRAMES - 1


def test_curves_below_the_film_are_the_divergences_of_every_step():
    paths, data = paths_of(), film().data
    for each, line, dot in zip(DIRECTIONS, data[3:5], data[5:], strict=True):
        np.testing.assert_array_equal(line.x, np.arange(paths[each].means.size))
        np.testing.assert_allclose(line.y, np.maximum(paths[each].divergences, 1e-3))
        assert dot.x[0] == stops_of(paths[each])[-1] == paths[each].means.size - 1
        assert (line.xaxis, line.yaxis, dot.xaxis, dot.yaxis) == ("x2", "y2", "x2", "y2")


def test_handle_of_the_film_tells_the_step():
    stops = [stops_of(path) for path in paths_of().values()]
    [handle] = film().to_dict()["layout"]["sliders"]
    longest = np.maximum(*stops)
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
    paths = paths_of(p, start)
    drawn = film(p, start)
    found = re.fullmatch(
        r"At the end: D\(P‖Q\) (.*), D\(Q‖P\) (.*) nats", drawn.look["title"]["text"]
    )
    for each, shown in zip(DIRECTIONS, found.groups(), strict=True):
        if "×" not in shown:
            assert shown == f"{abs(paths[each].divergences[-1]):.3f}"
        else:
            assert paths[each].divergences[-1] < 1e-3
    low, high = drawn.look["yaxis2"]["range"]
    first, last = drawn.look["xaxis2"]["range"]
    for line in drawn.data[3:]:
        assert low < math.log10(min(line.y)) <= math.log10(max(line.y)) < high
        assert first < min(line.x)
        assert last > max(line.x)


def test_density_axes_of_the_film_stay_whatever_q_it_starts_from():
    figures = [film(start=(mean, 1.0)) for mean in (0.5, 1.0, 1.5, 2.0, 6.0)]
    assert jumps(figures, "yaxis") == jumps(figures, "xaxis") == 0
