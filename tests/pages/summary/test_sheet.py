"""The cheat sheet: one source for page and paper, and true numbers."""

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import entropy

from charts.style import LIGHT
from charts.units import UNITS
from pages.summary import cheat_sheet
from pages.summary.cheat_sheet import Entry, Section
from pages.summary.sheet import as_html
from tests.pages.truth import BASES, FAIR, LOADED


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Keep a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        """Keep text."""
        self.text += data


def downloaded(unit="bits"):
    """Return the sheet as it is downloaded."""
    return as_html(cheat_sheet.TITLE, cheat_sheet.ABOUT, cheat_sheet.sections(UNITS[unit]))


def entry(name, unit="bits"):
    """Return the line of the sheet with this name."""
    [found] = [each for section in cheat_sheet.sections(UNITS[unit]) for each in section.entries
               if each.name == name]  # fmt: skip
    return found


def test_every_formula_becomes_mathml_without_rest():
    html = downloaded()
    formulas = [each.tex for section in cheat_sheet.sections(UNITS["bits"])
                for each in section.entries if each.tex]  # fmt: skip
    assert Reader(html).tags.count("math") == len(formulas)
    assert "\\" not in html


def test_file_needs_nothing_from_outside():
    read = Reader(downloaded())
    assert not {"link", "script", "img", "iframe"} & set(read.tags)
    assert not [value for name, value in read.attributes if name in ("src", "href")]
    assert "url(" not in downloaded()


def test_p_is_blue_and_q_is_orange():
    colours = {value for name, value in Reader(downloaded()).attributes if name == "mathcolor"}
    assert colours == {"#0069A5", "#AD4C00"}


def test_ink_and_headings_are_those_of_the_charts():
    html = downloaded()
    assert f"color: {LIGHT.ink}; background: #fff" in html
    assert f"header p {{ color: {LIGHT.muted} }}" in html
    assert f"font-size: 9.6pt; color: {LIGHT.kl} }}" in html


@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_die_is_computed_in_the_unit(unit, base):
    tex = entry("The book's die", unit).tex
    for pair in ((FAIR, LOADED), (LOADED, FAIR)):
        assert f"={entropy(*pair, base=base):.3f}" in tex
    assert rf"\text{{ {unit}}}" in tex


def test_units_are_converted():
    assert re.findall(r"approx ([\d.]+)", entry("Units").tex) == ["0.693", "2.303"]


def test_noise_is_that_of_the_estimators():
    note = entry("Noise").note
    near = 0.1**2
    k3 = 2 * math.sqrt(math.exp(near) - 1 - near) / near
    assert f"k1 {2 / 0.1:.3g}, k2 {math.sqrt(2 + near):.3g}, k3 {k3:.3g}" in note
    crossing = brentq(lambda u: math.exp(u) - 1 - 2 * u, 0.5, 3) / 2
    assert f"above {crossing:.3f} of a nat" in note


def test_best_of_n_is_a_bound_wherever_draws_can_tie():
    def best_of_2(count):
        """Return the divergence of the best of two draws among so many likely answers."""
        ends = np.diff((np.arange(count + 1) / count) ** 2)
        return entropy(ends, np.full(count, 1 / count))

    bound = math.log(2) - 1 / 2
    assert best_of_2(2) == pytest.approx(0.131, abs=5e-4)
    assert bound == pytest.approx(0.193, abs=5e-4)
    assert best_of_2(2) < best_of_2(100) < bound == pytest.approx(best_of_2(10_000), rel=1e-3)
    assert r"\le" in entry("Best of n").tex
    assert "exact only where draws never tie" in entry("Best of n").note


def test_text_is_escaped():
    html = as_html("a < b", "c & d", [Section("e > f", [Entry("g < h", note="i & j")])])
    assert "<h1>a &lt; b</h1><p>c &amp; d</p>" in html
    assert "<h2>e &gt; f</h2><p><b>g &lt; h</b> i &amp; j</p>" in html
