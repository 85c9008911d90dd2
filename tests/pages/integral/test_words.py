"""The integral's lesson says in words what its integrals make true."""

import math
import re

import numpy as np
import pytest
from scipy.stats import norm

from charts.style import LIGHT
from charts.units import BITS, UNITS
from kl_core import SkewNormal
from pages.integral import numbers, pictures, words
from tests.pages.figures import title
from tests.pages.integral.truth import (
    CUT,
    INF,
    PLAIN,
    PLAINLY,
    WIDE,
    WIDTHS,
    binned,
    divergence,
    law,
    lowered,
)
from tests.pages.reading import NUMBER, agree, all_agree, printed, uncoloured


def bells(p, q):
    """Return both bells."""
    return SkewNormal(*p), SkewNormal(*q)


def integral_title(p, q):
    """Return the title of the integral, in bits."""
    line, made = numbers.integral(*bells(p, q), BITS), numbers.made_up(*bells(p, q), "0", BITS)
    return title(pictures.reported_figure(line, made, BITS, LIGHT))


def integral_words(p, q):
    """Return what the rows of the integral show, in bits."""
    line = numbers.integral(*bells(p, q), BITS)
    return words.integral_in_words(*bells(p, q), line.divergence, BITS)


def twice(p, q, unit=BITS):
    """Return D by formula, where there is one, and by quadrature."""
    line = numbers.integral(*bells(p, q), unit)
    return words.computed_twice(*bells(p, q), line.divergence, unit)


def bins_shown(p, q, width):
    """Return the title and the words of the bins, in bits."""
    bins = numbers.in_bins(*bells(p, q), width, BITS)
    return title(pictures.bins_figure(bins, "bits", LIGHT)), words.bins_in_words(bins, BITS)


def epsilon_shown(p, q, epsilon):
    """Return the title and the words of what an ε makes up, in bits."""
    line, made = numbers.integral(*bells(p, q), BITS), numbers.made_up(*bells(p, q), epsilon, BITS)
    said = words.epsilon_in_words(*bells(p, q), made, BITS)
    return title(pictures.reported_figure(line, made, BITS, LIGHT)), said


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_formula_and_integral_agree_to_every_digit_at_any_position(unit):
    dice = np.random.default_rng(7)
    for _ in range(25):
        p_mean, q_mean = (float(mean) for mean in dice.integers(-30, 31, 2) / 10)
        p_spread, q_spread = (float(spread) for spread in dice.integers(2, 26, 2) / 10)
        gap = (p_spread**2 + (p_mean - q_mean) ** 2) / (2 * q_spread**2)
        shown = f"{(math.log(q_spread / p_spread) + gap - 0.5) / math.log(unit.base):.10g}"
        said = twice((p_mean, p_spread, 0.0, INF), (q_mean, q_spread, 0.0, INF), unit)
        assert said == (
            f"By the closed formula: **{shown}** {unit.name}. Integrated numerically: "
            f"**{shown}** {unit.name}. They agree to every digit shown."
        ), (p_mean, p_spread, q_mean, q_spread)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ((0.0, 1.0, 0.8, INF), (0.0, 1.0, -0.8, INF)),
        ((-1.0, 0.7, 0.5, INF), (0.5, 1.4, 0.0, INF)),
        ((2.0, 2.0, -0.9, INF), (0.5, 1.1, 0.9, INF)),
        ((0.0, 1.0, 0.0, 0.9), (1.0, 1.5, 0.0, INF)),
        ((0.0, 1.0, 0.0, -3.0), (1.0, 1.5, 0.0, -2.0)),
        ((0.3, 1.2, 0.6, 1.0), (0.1, 0.9, -0.4, 1.5)),
    ],
)
def test_bells_that_lean_or_end_have_no_formula_and_the_right_integral(p, q):
    said = twice(p, q)
    found = re.match(
        r"Integrated numerically: \*\*(.*)\*\* bits\. For bells that lean or end", said
    )
    assert found[1] == f"{divergence(p, q):.10g}"
    assert "has no closed formula" in said
    assert "By the closed formula" not in said
    assert integral_title(p, q) == f"The area is {divergence(p, q):.3f} bits"


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (PLAIN, WIDE),
        (PLAIN, (0.0, 0.4, 0.0, INF)),
        ((0.0, 1.0, 0.8, INF), (0.0, 1.0, -0.8, INF)),
        ((-1.0, 0.5, 0.0, 0.0), (1.0, 2.0, 0.3, 2.0)),
        ((-3.0, 2.5, 0.0, INF), (3.0, 2.5, 0.0, INF)),
        ((-3.0, 0.2, 0.0, INF), (3.0, 0.2, 0.0, INF)),
    ],
)
def test_gains_minus_what_is_given_back_is_the_area(p, q):
    said = re.search(
        f"adds {NUMBER}; where Q is denser it takes {NUMBER} back. What remains is the area, "
        f"{NUMBER} bits",
        integral_words(p, q),
    )
    low, high = p[0] - 12 * p[1], min(p[0] + 12 * p[1], p[3])
    x = np.linspace(low, high, 400_001)
    log_p, log_q = (law(*bell[:3]).logpdf(x) - law(*bell[:3]).logcdf(bell[3]) for bell in (p, q))
    products = np.exp(log_p) * (log_p - log_q) / math.log(2)
    gains, gives_back = (
        np.trapezoid(part, x) for part in (np.maximum(products, 0), np.maximum(-products, 0))
    )
    assert all_agree(said.groups(), (gains, gives_back, divergence(p, q)))
    assert gains - gives_back == pytest.approx(divergence(p, q), abs=1e-6)


@pytest.mark.parametrize("end", [-2.0, 0.0, 2.5, 5.0, 7.9])
def test_any_end_of_q_before_that_of_p_is_infinite_with_the_share_beyond(end):
    cut = (0.0, 1.0, 0.0, end)
    assert integral_title(PLAIN, cut) == "The area is ∞"
    share = re.search(f", and {NUMBER}% of P lies beyond", integral_words(PLAIN, cut))[1]
    assert agree(share, 100 * norm.sf(end))


def test_share_beyond_is_that_of_a_p_that_ends_itself():
    said = integral_words((0.0, 1.0, 0.0, 1.5), CUT)
    share = re.search(f", and {NUMBER}% of P lies beyond", said)[1]
    assert agree(share, 100 * (1 - norm.cdf(1) / norm.cdf(1.5)))


def test_share_beyond_is_never_nothing_when_it_makes_d_infinite():
    # Of this P 1e-396 lies beyond: less than the smallest double, and yet enough.
    p, q = (-3.0, 0.2, 0.0, INF), (1.0, 1.5, 0.0, 5.5)
    assert integral_title(p, q) == "The area is ∞"
    for said in (
        integral_words(p, q), twice(p, q), *bins_shown(p, q, "1"), *epsilon_shown(p, q, "1e-10"),
    ):  # fmt: skip
        assert not re.search(r"\b0\.0%", said), said


def test_p_that_ends_first_keeps_d_finite():
    p, q = (0.0, 1.0, 0.0, 0.9), CUT
    # Both are the same bell, scaled up by what is left of it: the gap is the same everywhere.
    exact = math.log2(norm.cdf(1) / norm.cdf(0.9))
    assert integral_title(p, q) == f"The area is {exact:.3f} bits"
    assert re.search(r"numerically: \*\*(.*)\*\* bits", twice(p, q))[1] == f"{exact:.10g}"
    said = integral_words(p, q)
    assert f"nothing is given back, and the area is {exact:.3f} bits" in said
    assert said.endswith("Q ends at 1.0, but P has ended by then, so D stays finite.")


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (PLAIN, WIDE),
        ((-3.0, 2.5, 0.0, INF), (3.0, 2.5, 0.0, INF)),
        ((0.4, 0.6, 0.0, 1.3), (-0.2, 2.1, 0.0, 1.7)),
    ],
)
def test_every_width_says_what_the_bins_make_and_coarser_is_never_more(p, q):
    truth, exact = divergence(p, q), binned(p, q)
    sums = []
    for width in list(WIDTHS)[:-1]:
        shown, said = bins_shown(p, q, width)
        found = re.match(
            f"In bins {width} wide the sum is {NUMBER} bits, {NUMBER}% of D. In the finest, 1/32 "
            f"wide, it is {NUMBER}; the integral is {NUMBER}. ",
            said,
        )
        values = (exact[width], 100 * exact[width] / truth, exact["1/32"], truth)
        assert all_agree(found.groups(), values), (width, found, values)
        assert shown == f"In bins {width} wide: {found[1]} bits"
        sums.append(float(found[1]))
    assert sums == sorted(sums, reverse=True)
    assert sums[0] > sums[-1]
    assert sums[0] <= truth


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (PLAIN, WIDE),
        (PLAIN, CUT),
        (PLAIN, (0.0, 1.0, 0.0, 7.9)),
        # Rounding must not pass for a divergence.
        ((-3.0, 2.5, 0.0, INF), (3.0, 2.5, 0.0, INF)),
        ((-0.7, 0.5, 0.0, INF), (1.3, 2.2, 0.4, INF)),
        (PLAIN, PLAIN),
    ],
)
def test_one_bin_holds_everything(p, q):
    shown, said = bins_shown(p, q, "16")
    assert shown == "In bins 16 wide: 0.0000 bits"
    assert said.startswith("One bin, the picture and all beyond it, holds everything")


def test_coarse_bins_hide_that_d_is_infinite():
    hidden = binned(PLAIN, CUT)
    assert {width for width, value in hidden.items() if value < INF} == {"8", "16"}
    shown, said = bins_shown(PLAIN, CUT, "8")
    assert shown == f"In bins 8 wide: {hidden['8']:.4f} bits"
    assert said.startswith(f"In bins 8 wide the sum is {hidden['8']:.4f} bits, although D is inf")
    assert "the bin in which Q ends still holds some of Q" in said
    for width in ("4", "1", "1/32"):
        shown, said = bins_shown(PLAIN, CUT, width)
        assert shown == f"In bins {width} wide: ∞"
        assert "Some bin holds a part of P and nothing of Q: the sum is infinite" in said


def test_bin_that_only_p_reaches_is_infinite_however_little_of_p_it_holds():
    # Q ends on the edge of a bin, and of P 1e-396 lies beyond.
    shown, _ = bins_shown((-3.0, 0.2, 0.0, INF), (1.0, 1.5, 0.0, 5.5), "1/2")
    assert shown == "In bins 1/2 wide: ∞"


def test_epsilon_of_0_is_the_truth():
    _, said = epsilon_shown(PLAIN, WIDE, "0")
    assert said == "With ε = 0 nothing is added, and the answer is the truth: 0.505 bits."
    shown, said = epsilon_shown(PLAIN, CUT, "0")
    assert shown == "The area is ∞"
    assert said.endswith("the answer is the truth: ∞.")


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (PLAIN, WIDE),
        (PLAIN, PLAIN),
        (PLAIN, CUT),
        ((1.0, 0.5, 0.7, INF), (-1.0, 1.2, -0.6, 2.0)),
        ((-2.0, 0.4, 0.0, INF), (2.0, 0.5, 0.0, INF)),
    ],
)
def test_code_with_epsilon_reports_what_quad_integrates(p, q):
    truth = divergence(p, q)
    for epsilon in ("1e-16", "1e-12", "1e-8", "1e-4", "0.01", "0.1"):
        shown, said = epsilon_shown(p, q, epsilon)
        answer = divergence(p, q, float(epsilon))
        found = re.match(
            f"With ε = {epsilon} the code reports {NUMBER} bits; the truth is {NUMBER}", said
        )
        assert agree(found[2], truth)
        assert shown.startswith(f"Reported {found[1]}; the truth is {found[2]}")
        # What is left of nothing is rounding, as small as 1e-15.
        if abs(answer) > 1e-12:
            assert agree(found[1], answer), epsilon
            assert (" It is even below 0, which no divergence can be." in said) == (answer < 0)
        if math.isfinite(truth) and lowered(p, q, float(epsilon)) > 1e-12:
            by = re.search(f"can only lower the number, here by {NUMBER}:", said)[1]
            assert agree(by, lowered(p, q, float(epsilon))), epsilon


def test_epsilon_can_bring_the_number_below_0():
    shown, said = epsilon_shown(PLAIN, WIDE, "0.1")
    answer = divergence(PLAIN, WIDE, 0.1)
    assert answer < 0
    assert shown == f"Reported −{-answer:.3f}; the truth is {PLAINLY:.3f} bits"
    assert "It is even below 0, which no divergence can be." in said
    assert f"here by {PLAINLY - answer:.3f}: q + ε is everywhere too large" in said


@pytest.mark.parametrize("epsilon", ["1e-16", "1e-10", "1e-6", "0.001", "0.1"])
def test_number_made_up_for_an_infinite_d_grows_as_epsilon_shrinks(epsilon):
    _, said = epsilon_shown(PLAIN, CUT, epsilon)
    shown = re.search(
        f"thousand times smaller it reports {NUMBER}, with one a million times smaller {NUMBER}, "
        "and so on without end",
        said,
    )
    for text, smaller in zip(shown.groups(), (1e3, 1e6), strict=True):
        assert agree(text, divergence(PLAIN, CUT, float(epsilon) / smaller)), smaller


@pytest.mark.parametrize("epsilon", ["1e-16", "1e-10", "1e-6"])
def test_tiny_part_of_p_beyond_is_said_to_hide_behind_any_epsilon(epsilon):
    cut = (1.0, 1.5, 0.0, 5.0)
    steps = [divergence(PLAIN, cut, float(epsilon) / smaller) for smaller in (1, 1e3, 1e6)]
    assert len({f"{step:.3f}" for step in steps}) == 1
    _, said = epsilon_shown(PLAIN, cut, epsilon)
    assert f"reports {steps[0]:.3f} bits; the truth is ∞" in said
    shown = re.search(
        f"million times smaller it reports {NUMBER}. .* lies beyond the end of Q, {NUMBER}%, that "
        f"in the end an ε a thousand times smaller adds {NUMBER} bits",
        said,
    )
    share = norm.sf(5)
    assert all_agree(shown.groups(), (steps[2], 100 * share, share * math.log2(1000)))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize(
    ("p", "q"), [(PLAIN, WIDE), ((0.1, 0.9, -0.4, 1.5), (0.3, 1.2, 0.6, 1.7)), (PLAIN, CUT)]
)
def test_snippet_prints_the_truth_and_what_is_reported(p, q, unit):
    snippet = words.snippet(*bells(p, q), "1e-4", unit)
    truth, reported = printed(snippet).splitlines()
    assert [line.rpartition(": ")[2] for line in snippet.splitlines() if "#" in line] == [
        truth,
        reported,
    ]
    assert float(reported) == pytest.approx(divergence(p, q, 1e-4, unit.base), abs=1e-9)
    if q == CUT:
        assert truth == "inf"
    else:
        assert float(truth) == pytest.approx(divergence(p, q, base=unit.base), abs=1e-9)
        assert f"Integrated numerically: **{float(truth):.10g}** {unit.name}" in twice(p, q, unit)


@pytest.mark.parametrize(("p_mean", "q_mean"), [(0.0, 1.0), (2.5, -3.0), (-2.0, -1.5)])
@pytest.mark.parametrize("unit", ["nats", "dits"])
def test_formula_of_the_integral_has_todays_numbers(p_mean, q_mean, unit):
    p, q = (p_mean, 0.7, 0.0, INF), (q_mean, 1.3, 0.0, INF)
    today = words.integral_today(*bells(p, q), UNITS[unit])
    plain = uncoloured(today).replace("−", "-")
    assert r"\ln\frac{1.3}{0.7}" in plain
    squares = re.search(
        r"\\frac\{([\d.]+)\^2 \+ \(([-\d.]+) ([-+]) ([\d.]+)\)\^2\}"
        r"\{2\\cdot ([\d.]+)\^2\} - \\frac12",
        plain,
    )
    first, sign, second = squares[2], squares[3], squares[4]
    assert (squares[1], squares[5]) == ("0.7", "1.3")
    assert float(first) - float(second) * (1 if sign == "-" else -1) == p_mean - q_mean
    assert f"{divergence(p, q, base=UNITS[unit].base):.3f}" in plain
    assert (r"\frac{1}{\ln 10}" in plain) == (unit == "dits")


def test_infinite_or_leaning_integral_is_written_without_the_closed_formula():
    today = words.integral_today(*bells(PLAIN, CUT), BITS)
    assert "∞" in today
    assert r"\frac" not in today
    apart = (0.0, 1.0, 0.8, INF), (0.0, 1.0, -0.8, INF)
    leaning = words.integral_today(*bells(*apart), BITS)
    assert rf"{divergence(*apart):.3f} \text{{ bits}}" in leaning
    assert r"\frac" not in leaning


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_unit_restates_every_number(unit):
    nats = math.log(unit.base)
    area = PLAINLY * math.log(2) / nats
    both = bells(PLAIN, WIDE)
    line = numbers.integral(*both, unit)
    bins = numbers.in_bins(*both, "1", unit)
    made = numbers.made_up(*both, "1e-4", unit)
    assert [
        title(pictures.reported_figure(line, made, unit, LIGHT)),
        title(pictures.bins_figure(bins, unit.name, LIGHT)),
    ] == [
        f"Reported {divergence(PLAIN, WIDE, 1e-4, unit.base):.3f}; the truth is {area:.3f} "
        f"{unit.name}",
        f"In bins 1 wide: {binned(PLAIN, WIDE)['1'] * math.log(2) / nats:.4f} {unit.name}",
    ]
    assert f"**{area:.10g}** {unit.name}" in twice(PLAIN, WIDE, unit)
    code = {"bits": "2", "nats": "None", "dits": "10"}[unit.name]
    assert f"base={code}" in words.snippet(*both, "1e-10", unit)


def test_picture_that_asks_says_neither_what_is_true_nor_what_comes_of_another_epsilon():
    both = bells(PLAIN, CUT)
    line, made = numbers.integral(*both, BITS), numbers.made_up(*both, "1e-10", BITS)
    reported = f"{divergence(PLAIN, CUT, 1e-10):.3f} bits"
    asked = title(pictures.reported_figure(line, made, BITS, LIGHT, told=False))
    said = words.before_the_answer(both[1], made, BITS)
    assert asked == f"{reported} reported. And with ε = 1e-16?"
    assert said.startswith(
        f"Q ends at 1.0, and P goes on. With ε = 1e-10 added to q a program reports {reported}, "
    )
    for text in (asked, said):
        assert "∞" not in text
        assert f"{divergence(PLAIN, CUT, 1e-16):.3f}" not in text


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_epsilon_a_thousand_times_smaller_adds_what_is_said(unit):
    adds = words.grows_by(*bells(PLAIN, CUT), unit)
    for epsilon in (1e-10, 1e-13, 1e-16):
        step = divergence(PLAIN, CUT, epsilon / 1e3, unit.base)
        step -= divergence(PLAIN, CUT, epsilon, unit.base)
        assert adds == pytest.approx(step, rel=1e-6)


def test_place_is_shown_as_closely_as_a_link_asks_for_it():
    assert words.cut_away("P", -8.0, 2.0).startswith(
        "P ends at −8.0, and next to nothing of a bell around 2.0 lies below that."
    )
    assert "around 2.125 lies" in words.cut_away("P", -8.0, 2.125)


@pytest.mark.parametrize("seed", range(12))
def test_same_bell_that_ends_earlier_gives_nothing_back(seed):
    rng = np.random.default_rng(seed)
    mean, spread, lean = rng.uniform(-3, 3), rng.uniform(0.2, 3), rng.uniform(-0.9, 0.9)
    sooner, later = sorted(mean + spread * rng.uniform(-1.5, 3, size=2))
    earlier = (mean, spread, lean, sooner)
    bell = law(mean, spread, lean)
    for end in (later, INF):
        said = integral_words(earlier, (mean, spread, lean, end))
        assert "cut off earlier: wherever P is, it is denser than Q by the same factor" in said
        [area] = re.search(f"the area is {NUMBER} bits", said).groups()
        # The factor is the ratio of what the two keep of the bell.
        assert agree(area, math.log2(bell.cdf(min(end, 1e9)) / bell.cdf(sooner)))
        # The other way round P goes on where Q has ended.
        assert "cut off earlier" not in integral_words((mean, spread, lean, end), earlier)
