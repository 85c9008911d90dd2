"""What the figures of the lesson are drawn of in their tests, and what is asked of all of them."""

from itertools import pairwise

import plotly.graph_objects as go
import pytest

from charts.style import DARK, LIGHT
from kl_core import GaussianMixture

TWO = GaussianMixture([0.6, 0.4], [-2.5, 2.5], [0.8, 0.8])
ONE = GaussianMixture([1], [0.5], [0.7])
CLOSE = GaussianMixture([0.6, 0.4], [-0.8, 0.8], [1, 1])
FAR = GaussianMixture([0.3, 0.4, 0.3], [-8, 0, 8], [0.3, 0.3, 0.3])
DIRECTIONS = ("forward", "reverse")
PALETTES = pytest.mark.parametrize("colours", [LIGHT, DARK])


def check_plotly(drawn, colours):
    """See that a figure is one of Plotly's, in the colours of its theme."""
    assert go.Figure(drawn.to_dict()).data
    assert drawn.look["paper_bgcolor"] == colours.paper
    assert drawn.look["font"]["color"] == colours.ink


def said(drawn):
    """Return the texts of the annotations."""
    return [each["text"] for each in drawn.look["annotations"]]


def jumps(figures, axis):
    """Return how often an axis changes from one figure to the next."""
    ranges = [tuple(drawn.look[axis]["range"]) for drawn in figures]
    return sum(one != other for one, other in pairwise(ranges))
