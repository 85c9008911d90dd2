"""Published values and what is made of them."""

import numpy as np
import pytest
from scipy.stats import entropy, norm

from pages.summary.published import Published, published, two_ways


@pytest.fixture(scope="module")
def values():
    """Return the published values by what they are of."""
    return {each.what: each for each in published()}


def test_each_is_named_once(values):
    assert len(values) == len(published()) > 30


def test_each_agrees_or_says_why_not(values):
    assert [each.what for each in values.values() if each.agrees == bool(each.remark)] == []
    assert sum(not each.agrees for each in values.values()) == 2


def test_half_a_unit_of_the_last_printed_digit_agrees_and_more_does_not():
    assert Published("", "", "", "1.5", 1.5499).agrees
    assert not Published("", "", "", "1.5", 1.5501).agrees
    assert Published("", "", "", "2", 2.49).agrees
    assert not Published("", "", "", "2.000", 2.49).agrees


def test_snippet_that_clips_gives_what_it_is_said_to_give(values):
    x = np.linspace(-12, 12, 240_001)
    p = np.maximum(0.5 * norm.pdf(x, -2.5, 0.9) + 0.5 * norm.pdf(x, 2.5, 0.9), 1e-10)
    q = np.maximum(norm.pdf(x, -2.5, 0.3), 1e-10)
    row = values["two bells against one narrow one"]
    assert f"{np.trapezoid(p * np.log(p / q), x):.2f}" == row.printed
    log_p = np.logaddexp(norm.logpdf(x, -2.5, 0.9), norm.logpdf(x, 2.5, 0.9)) - np.log(2)
    true = np.trapezoid(np.exp(log_p) * (log_p - norm.logpdf(x, -2.5, 0.3)), x)
    assert row.now == pytest.approx(true, rel=1e-6)


def test_what_schulman_printed_as_0002_is_00025(values):
    bias = values["k2, means 0.1 apart: bias over D"]
    assert bias.now == pytest.approx(0.1**2 / 4, rel=1e-9)
    assert "0.0025 exactly" in bias.remark


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("fair die against loaded die", entropy([1 / 6] * 6, [0.5] + [0.1] * 5, base=2)),
        ("coins 1/2 and 1/4, D(P‖Q)", 1 - np.log2(3) / 2),
        ("coins 1/2 and 1/4, D(Q‖P)", 0.75 * np.log2(3) - 1),
        ("binomial against uniform", entropy([9, 12, 4], [1, 1, 1])),
        ("N(0, 1) against N(0, 2²)", np.log(2) - 3 / 8),
        ("k3, means 1 apart: spread over D", 2 * np.sqrt(np.e - 2)),
    ],
)
def test_values_of_now_are_those_of_scipy_and_closed_forms(values, what, value):
    assert values[what].now == pytest.approx(value, rel=1e-12)


def test_two_ways_lead_to_one_number():
    for each in two_ways():
        assert each.first == pytest.approx(each.second, rel=1e-8), each.what
        assert each.one != each.other
