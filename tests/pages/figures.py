"""What is asked of the figures of every lesson."""

import dataclasses
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from charts.style import DARK, LIGHT

PALETTES = pytest.mark.parametrize("colours", [LIGHT, DARK])


def title(figure):
    """Return what a figure says above itself."""
    return figure.look["title"]["text"]


def check_plotly(figure, colours=LIGHT):
    """See that a figure is one of Plotly's, on the paper and in the ink of its theme."""
    assert go.Figure(figure.to_dict()).data
    assert figure.look["paper_bgcolor"] == figure.look["plot_bgcolor"] == colours.paper
    assert figure.look["font"]["color"] == colours.ink


def check_one_palette(draw):
    """See that no colour of the other theme is left in a figure; `draw` takes its colours."""
    for colours, others in ((LIGHT, DARK), (DARK, LIGHT)):
        text = go.Figure(draw(colours=colours).to_dict()).to_json()
        mixed = [hue for name, hue in dataclasses.asdict(others).items()
                 if hue in text and name != "paper"]  # fmt: skip
        assert mixed == []


def jumps(figures, axis):
    """Return how often an axis changes from one figure to the next."""
    ranges = [tuple(figure.look[axis]["range"]) for figure in figures]
    return sum(one != other for one, other in pairwise(ranges))
