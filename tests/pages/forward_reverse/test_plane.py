"""What the lesson says about the plane is what a grid integrates, and what closed forms give."""

import math
import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS, NATS
from pages.forward_reverse import folded_words, numbers, pictures
from pages.forward_reverse.numbers import PICTURES
from tests.pages.figures import title
from tests.pages.reading import NUMBER, agree, value_of


def shown(picture, shape, slant, unit=BITS):
    """Return the words, and the figure of each direction."""
    p, fits = numbers.plane_of(picture, slant), numbers.plane_fits(picture, slant, shape)
    figures = [
        pictures.plane_figure(p, found, direction, unit, LIGHT) for direction, found in fits.items()
    ]
    return folded_words.plane_in_words(p, fits, unit), figures


def grid_divergence(one, other):
    """Return D between two mixtures in the plane, point by point."""
    across = np.linspace(-11, 11, 441)
    points = np.stack(np.meshgrid(across, across), axis=-1)
    log_one, log_other = (
        np.logaddexp.reduce(
            [
                math.log(weight)
                - np.einsum(
                    "...i,ij,...j->...", points - mean, np.linalg.inv(covariance), points - mean
                )
                / 2
                - math.log(2 * math.pi * math.sqrt(np.linalg.det(covariance)))
                for weight, mean, covariance in bells
            ],
            axis=0,
        )
        for bells in (one, other)
    )
    return float((np.exp(log_one) * (log_one - log_other)).sum()) * (across[1] - across[0]) ** 2


@pytest.mark.parametrize(
    ("shape", "slant"), [("full", 0.95), ("diagonal", 0.0), ("diagonal", 0.95), ("isotropic", 0.95)]
)
@pytest.mark.parametrize("picture", PICTURES)
def test_plane_shows_what_a_grid_integrates(picture, shape, slant):
    said, figures = shown(picture, shape, slant, NATS)
    bells = [
        (weight, mean, np.array([[1, sign * slant], [sign * slant, 1]]))
        for weight, mean, sign in PICTURES[picture]
    ]
    fits = numbers.plane_fits(picture, slant, shape)
    least = re.search(rf"D\(P‖Q\) is least at {NUMBER} nats, D\(Q‖P\) at {NUMBER} nats", said)
    q = [
        (1.0, fit.mean, np.array(fit.covariance))
        for fit in (fits["forward"][0], fits["reverse"][0])
    ]
    exact = grid_divergence(bells, [q[0]]), grid_divergence([q[1]], bells)
    for number, figure, value in zip(least.groups(), figures, exact, strict=True):
        assert number in title(figure)
        assert abs(value_of(number)[0] - value) < 0.0006
    count = re.search(r"best of (\d+) local optima", said)
    assert (int(count[1]) if count else 1) == len(fits["reverse"])
    for figure, found in zip(figures, fits.values(), strict=True):
        assert len(figure.traces) == 1 + 2 * len(found)
    areas = [math.sqrt(np.linalg.det(np.array(each[2]))) for each in q]
    mean = sum(weight * np.array(middle) for weight, middle, _ in bells)
    covariance = sum(
        weight * (spread + np.outer(middle - mean, middle - mean))
        for weight, middle, spread in bells
    )
    own = math.sqrt(np.linalg.det(covariance))
    shares = re.findall(rf"{NUMBER}%", said)
    if shares:
        assert all(agree(s, 100 * area / own, 0.1) for s, area in zip(shares, areas, strict=True))
    else:
        assert areas == pytest.approx([own, own], rel=1e-5)


@pytest.mark.parametrize("shape", ["full", "diagonal", "isotropic"])
@pytest.mark.parametrize("picture", PICTURES)
def test_outer_rings_hold_as_many_middles_as_is_said(picture, shape):
    middles = [np.array(middle) for _, middle, _ in PICTURES[picture]]
    for slant in (0, 0.05, 0.3, 0.55, 0.7, 0.8, 0.95):
        said, _ = shown(picture, shape, slant)
        fits = [found[0] for found in numbers.plane_fits(picture, slant, shape).values()]
        found = re.search(r"of P's (\d) middles .* one holds (\d), that of the other (\d)", said)
        if found:
            held = [
                sum(
                    (at - fit.mean) @ np.linalg.inv(np.array(fit.covariance)) @ (at - fit.mean) <= 4
                    for at in middles
                )
                for fit in fits
            ]
            assert [int(each) for each in found.groups()] == [len(middles), *held]
        elif "too large, and too small" in said:
            assert len(middles) == 1
            wide, narrow = (value_of(each)[0] for each in re.findall(rf"{NUMBER}%", said))
            assert wide > 100 > narrow
        else:
            assert "Q can take the shape of P" in said
            assert max(fit.divergence for fit in fits) < 1e-12


@pytest.mark.parametrize("slant", [0.3, 0.8, 0.95])
def test_upright_ellipse_keeps_the_width_of_p_forward_and_less_in_reverse(slant):
    # What the answers of the question on the slanted bell say; P has width 1 along each axis.
    fits = numbers.plane_fits("One slanted bell", slant, "diagonal")
    wide, narrow = (np.diag(found[0].covariance) ** 0.5 for found in fits.values())
    assert wide == pytest.approx([1, 1], rel=1e-6)
    # With the other axis held still a bell of correlation ρ is √(1 − ρ²) wide.
    assert narrow == pytest.approx([math.sqrt(1 - slant**2)] * 2, rel=1e-4)


@pytest.mark.parametrize("slant", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("shape", ["diagonal", "isotropic"])
def test_slanted_bell_is_covered_too_large_and_sought_too_small(shape, slant):
    said, figures = shown("One slanted bell", shape, slant)
    areas = re.search(rf"{NUMBER}% of the area of P's own.* {NUMBER}%: ", said)
    narrow = math.sqrt(1 - slant**2)
    assert agree(areas[1], 100 / narrow)
    assert agree(areas[2], 100 * narrow)
    assert "too large, and too small" in said
    # Closed forms: both directions cost −½ log(1 − ρ²).
    for figure in figures:
        assert agree(re.search(rf"{NUMBER} bits", title(figure))[1], -math.log2(narrow))


@pytest.mark.parametrize(("shape", "slant"), [("full", 0.95), ("diagonal", 0), ("isotropic", 0)])
def test_q_that_can_take_the_shape_of_p_is_p(shape, slant):
    said, figures = shown("One slanted bell", shape, slant)
    assert "Q can take the shape of P" in said
    assert "too large" not in said
    for figure in figures:
        assert "0.000 bits" in title(figure)
