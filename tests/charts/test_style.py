"""The style: colours that can be told apart, and numbers as people read them."""

import tomllib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from charts.style import LIGHT, figure, palette, scatter, steady_limit
from charts.wording import number

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text())


def luminance(colour):
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_book_colours_on_white():
    assert (LIGHT.p, LIGHT.q, LIGHT.kl, LIGHT.good) == ("#0072B2", "#D55E00", "#8E4585", "#009E73")


@pytest.mark.parametrize(("scheme", "least"), [("light", 3.0), ("dark", 4.5)])
def test_marks_stand_out_from_the_paper(scheme, least):
    colours = palette(scheme)
    for name in ("p", "q", "kl", "good"):
        assert contrast(asdict(colours)[name], colours.paper) >= least, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(scheme):
    theme = CONFIG["theme"][scheme]
    for name in ("textColor", "blueTextColor", "orangeTextColor", "violetTextColor",
                 "greenTextColor"):  # fmt: skip
        for paper in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(theme[name], theme[paper]) >= 4.5, (name, paper)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.000"),
        (-0.0, "0.000"),
        (0.0004, "4.00×10⁻⁴"),
        (0.0005, "0.001"),
        (99_999, "99999.000"),
        (100_000, "1.00×10⁵"),
        (-1e-300, "−1.00×10⁻³⁰⁰"),
        (float("-inf"), "−∞"),
    ],
)
def test_number(value, shown):
    assert number(value) == shown


def test_number_without_decimals():
    assert number(12.6, 0) == "13"
    assert number(5e9, 0) == "5×10⁹"


def test_steady_limit_holds_its_value_and_rarely_moves():
    assert all(steady_limit(value / 10) >= value / 10 for value in range(2000))
    assert len({steady_limit(value / 10) for value in range(2000)}) == 9
    assert steady_limit(float("inf")) == 0.5


def test_layout_adds_to_the_common_frame_without_losing_it():
    drawn = figure([], LIGHT, title="t", height=100, xaxis={"title": {"text": "x"}})
    assert drawn.layout.xaxis.title.text == "x"
    assert drawn.layout.xaxis.gridcolor == LIGHT.grid
    assert drawn.layout.uirevision


def test_an_array_without_numbers_is_an_empty_list():
    drawn = figure([scatter(x=np.array([]), y=np.arange(3.0))], LIGHT, title="", height=1)
    [trace] = drawn.to_dict()["data"]
    assert trace["x"] == []
    assert "bdata" in trace["y"]
