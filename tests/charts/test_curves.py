"""The pieces that figures along a line share."""

import numpy as np
import plotly.graph_objects as go
import pytest

from charts.curves import densities, p_density, q_density, signed_area
from charts.style import DARK, LIGHT

X = np.linspace(-3, 3, 13)
P = np.exp(-(X**2))
Q = np.exp(-((X - 1) ** 2))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_p_is_blue_and_filled_and_q_orange_and_dashed(colours):
    p, q = densities(X, P, Q, colours)
    assert (p["name"], p["line"]["color"], p["fill"]) == ("P", colours.p, "tozeroy")
    assert (q["name"], q["line"]["color"], q["line"]["dash"]) == ("Q", colours.q, "dash")
    assert "fill" not in q
    for line, values in ((p, P), (q, Q)):
        np.testing.assert_array_equal(line["x"], X)
        np.testing.assert_array_equal(line["y"], values)


def test_lines_take_what_sets_them_apart():
    assert p_density(X, P, LIGHT, yaxis="y3", showlegend=False).items() >= {
        ("yaxis", "y3"),
        ("showlegend", False),
    }
    line = q_density(X, Q, LIGHT, name="Q ②", dash="dot", width=1)
    assert (line["name"], line["line"]["dash"], line["line"]["width"]) == ("Q ②", "dot", 1)
    assert line["hovertemplate"].startswith("Q ②, x = ")


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_area_is_parted_by_its_sign(colours):
    y = np.sin(X)
    above, below = signed_area(X, y, "y2", "bits", colours)
    np.testing.assert_array_equal(above["y"], np.where(y > 0, y, 0))
    np.testing.assert_array_equal(below["y"], np.where(y < 0, y, 0))
    for part, colour, says in ((above, colours.kl, "costs"), (below, colours.good, "gives back")):
        assert part["line"]["color"] == colour
        assert part["fillcolor"] == colours.veil(colour)
        assert (part["fill"], part["yaxis"], part["showlegend"]) == ("tozeroy", "y2", False)
        assert part["hovertemplate"].startswith(f"{says}: ")
        assert " bits " in part["hovertemplate"]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_piece_is_valid_plotly(colours):
    pieces = [*densities(X, P, Q, colours), *signed_area(X, P - Q, "y2", "bits", colours)]
    assert len(go.Figure(pieces).data) == 4
