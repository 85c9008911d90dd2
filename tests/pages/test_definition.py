"""The definition's lesson says what its sums and integrals make true."""

import contextlib
import io
import itertools
import json
import math
import re
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import rel_entr
from scipy.stats import entropy, norm, skewnorm

from tests.pages.conftest import bound_controls, charts, move, open_page, texts

P = (0.4, 0.3, 0.25, 0.05)
Q = (0.6, 0.25, 0.1, 0.05)
INF = math.inf
# A bell as mean, spread, lean and end, as the sliders have it.
PLAIN = (0.0, 1.0, 0.0, INF)
WIDE = (1.0, 1.5, 0.0, INF)
CUT = (0.0, 1.0, 0.0, 1.0)
OPENING = (math.log(1.5) + 2 / 4.5 - 0.5) / math.log(2)
WIDTHS = {"1/32": 1 / 32, "1/16": 1 / 16, "1/8": 1 / 8, "1/4": 1 / 4, "1/2": 1 / 2, "1": 1,
          "2": 2, "4": 4, "8": 8, "16": 16}  # fmt: skip
NUMBER = r"(−?[\d.]+(?:×10[⁻⁰-⁹¹²³]+)?|−?∞)"


def bells(p=PLAIN, q=WIDE):
    """Return URL parameters for both bells."""
    return {
        f"definition_{letter}_{name}": 8 if value == INF else value
        for letter, bell in (("p", p), ("q", q))
        for name, value in zip(("mean", "spread", "lean", "end"), bell, strict=True)
    }


def weights(letter, values):
    """Return URL parameters for the weights of P or Q."""
    return {f"definition_{letter}{place}": value for place, value in enumerate(values, start=1)}


def opened(p=PLAIN, q=WIDE, **parameters):
    """Return the page with these bells; parameters come without the lesson's name."""
    named = {f"definition_{key}": value for key, value in parameters.items() if key != "unit"}
    unit = {key: value for key, value in parameters.items() if key == "unit"}
    return open_page("definition.py", **bells(p, q), **named, **unit)


def titles(app):
    """Return the titles of the charts, in order."""
    return [json.loads(chart.spec)["layout"]["title"]["text"] for chart in charts(app)]


def alternatives(app):
    """Return what the charts say to those who do not see them, in order."""
    return [chart.alt for chart in charts(app)]


def handles(app, number):
    """Return what can be dragged in a chart: each slider with its place, in the chart's order."""
    drawn = [each for each in app.get("bidi_component") if each.proto.component_name == "chart"]
    found = json.loads(drawn[number].proto.bytes)["picture"]["handles"]
    return {each["slider"]: (each["x"], each["y"]) for each in found}


def sentence(app, pattern):
    """Return the match of the one paragraph that says this."""
    paragraphs = [each for text in app.markdown for each in text.value.split("\n\n")]
    matches = [found for each in paragraphs if (found := re.search(pattern, each))]
    assert len(matches) == 1, (pattern, texts(app))
    return matches[0]


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def set_up(app):
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def agree(shown, value):
    """Say whether `value` rounds to the number that is shown, to its last digit."""
    if math.isinf(value):
        return shown == ("∞" if value > 0 else "−∞")
    plain = shown.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    mantissa, _, power = plain.partition("×10")
    unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return abs(float(mantissa) * 10.0 ** int(power or 0) - value) <= 0.5001 * unit


@cache
def law(mean, spread, lean):
    """Return scipy's distribution with these moments, its shape found by search."""
    if lean == 0:
        return norm(mean, spread)
    shape = brentq(lambda each: skewnorm.stats(each, moments="s") - lean, -50, 50, xtol=1e-14)
    unit = skewnorm(shape)
    scale = spread / unit.std()
    return skewnorm(shape, mean - scale * unit.mean(), scale)


def log_density(bell):
    """Return log p(x) of a bell, in nats, as a function."""
    whole = law(*bell[:3])
    left = whole.logcdf(bell[3])
    return lambda x: whole.logpdf(x) - left if x <= bell[3] else -INF


def integrated(function, p, q):
    """Return the integral of a function by `quad`, over where P counts."""
    steps = np.array([0, 0.1, 0.3, 0.7, 1, 2, 3, 5, 8, 12])
    low, high = p[0] - 12 * p[1], min(p[0] + 12 * p[1], p[3])
    edges = {low, high, q[3]}
    for mean, spread, *_ in (p, q):
        edges |= {*(mean + spread * steps), *(mean - spread * steps)}
    edges = sorted(edge for edge in edges if low <= edge <= high)
    return math.fsum(
        quad(function, one, other, epsabs=1e-14, epsrel=1e-11)[0]
        for one, other in itertools.pairwise(edges)
    )


@cache
def divergence(p, q, epsilon=0.0, base=2):
    """Return ∫ p log(p/(q + ε)) from scipy's densities and quadrature."""
    if p[3] > q[3] and not epsilon:
        return INF
    log_p, log_q = log_density(p), log_density(q)
    log_epsilon = math.log(epsilon) if epsilon else -INF

    def integrand(x):
        return math.exp(log_p(x)) * (log_p(x) - np.logaddexp(log_q(x), log_epsilon))

    return integrated(integrand, p, q) / math.log(base)


@cache
def lowered(p, q, epsilon):
    """Return by how many bits ε lowers the number, from ∫ p log(1 + ε/q)."""
    log_p, log_q = log_density(p), log_density(q)
    return integrated(
        lambda x: math.exp(log_p(x)) * math.log1p(epsilon * math.exp(-log_q(x))), p, q
    ) / math.log(2)


def masses(width, bell):
    """Return what a whole or ended Gaussian puts into each bin; the outer bins hold the rest."""
    mean, spread, _, end = bell
    cuts = np.minimum(np.array([-INF, *np.arange(-8 + width, 8, width), INF]), end)
    # From whichever side is nearer, so that a tail keeps its digits.
    from_below = np.diff(norm.cdf(cuts, mean, spread))
    from_above = -np.diff(norm.sf(cuts, mean, spread))
    parts = np.where(cuts[1:] < mean, from_below, from_above)
    return parts / norm.cdf(end, mean, spread)


def binned(p, q):
    """Return D between two bells in bins of each width, in bits."""
    return {
        name: float(entropy(masses(width, p), masses(width, q), base=2))
        for name, width in WIDTHS.items()
    }


def test_opens_with_what_scipy_computes():
    app = open_page("definition.py")
    total = f"{entropy(P, Q, base=2):.3f}"
    assert titles(app)[:2] == [f"The sum is {total} bits", f"The area is {OPENING:.3f} bits"]
    assert sentence(app, "Together the products make (.*) bits")[1] == total
    assert sentence(app, "What remains is the area, (.*) bits")[1] == f"{OPENING:.3f}"
    both = sentence(app, r"closed formula: \*\*(.*)\*\* bits. .*numerically: \*\*(.*)\*\* bits")
    assert both.groups() == (f"{OPENING:.10g}", f"{divergence(PLAIN, WIDE):.10g}")
    assert len(both[1]) == 12
    assert titles(app)[2] == f"In bins 1 wide: {binned(PLAIN, WIDE)['1']:.4f} bits"
    assert alternatives(app)[3].startswith("With ε = 1e-10 the code reports 0.505 bits; ")
    assert "They agree to every digit shown" in texts(app)


def test_every_chart_has_its_sentence_as_text_alternative():
    app = open_page("definition.py")
    said = [text.value.replace("*", "") for text in app.markdown]
    assert len(alternatives(app)) == 4
    assert all(words in said for words in alternatives(app))


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ((5, 5, 0, 0), (1, 2, 3, 4)),
        ((1, 2, 3, 4), (4, 3, 2, 1)),
        ((0.1, 0, 10, 0), (10, 0, 0.1, 5)),
        ((10, 0, 0, 0), (0.1, 10, 10, 10)),
    ],
)
def test_sum_is_scipys_and_its_sentence_names_weight_gap_and_product(p, q):
    app = open_page("definition.py", **weights("p", p), **weights("q", q))
    total = entropy(p, q, base=2)
    assert titles(app)[0] == f"The sum is {total:.3f} bits"
    p, q = np.array(p) / sum(p), np.array(q) / sum(q)
    products = rel_entr(p, q) / math.log(2)
    most, least = products.argmax(), products.argmin()
    sky = ("Sun", "Cloud", "Rain", "Snow")
    said = sentence(app, "Together the products make").string
    assert said.startswith(
        f"{sky[most]} counts most: it comes {100 * p[most]:.1f}% of the time, its gap is "
        f"+{math.log2(p[most] / q[most]):.3f}, and the product is +{products[most]:.3f}. "
    )
    if products[least] < 0:
        assert f" {sky[least]} takes {-products[least]:.3f} back. " in said
    else:
        assert " No product is below 0. " in said
    assert said.endswith(f"make {total:.3f} bits.")


def test_sum_is_infinite_where_q_rules_out_what_p_brings():
    app = open_page("definition.py", definition_q3=0)
    assert titles(app)[0] == "The sum is ∞"
    said = sentence(app, "Rain counts most").string
    assert "comes 25.0% of the time, its gap is +∞, and the product is +∞" in said
    assert said.endswith("Q rules it out, so the gap has no end, and neither has the sum.")
    assert "inf" not in said


@pytest.mark.parametrize("unit", ["bits", "nats", "dits"])
def test_formula_and_integral_agree_to_every_digit_at_any_position(unit):
    base = {"bits": 2, "nats": math.e, "dits": 10}[unit]
    app = open_page("definition.py", unit=unit)
    dice = np.random.default_rng(7)
    for _ in range(25):
        p_mean, q_mean = (float(mean) for mean in dice.integers(-30, 31, 2) / 10)
        p_spread, q_spread = (float(spread) for spread in dice.integers(2, 26, 2) / 10)
        for letter, mean, spread in (("p", p_mean, p_spread), ("q", q_mean, q_spread)):
            app.session_state[f"definition_{letter}_mean"] = mean
            app.session_state[f"definition_{letter}_spread"] = spread
        app.run()
        assert not app.exception
        gap = (p_spread**2 + (p_mean - q_mean) ** 2) / (2 * q_spread**2)
        shown = f"{(math.log(q_spread / p_spread) + gap - 0.5) / math.log(base):.10g}"
        said = sentence(app, "By the closed formula").string
        assert said == (
            f"By the closed formula: **{shown}** {unit}. Integrated numerically: **{shown}** "
            f"{unit}. They agree to every digit shown."
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
    app = opened(p, q)
    said = sentence(app, r"^Integrated numerically: \*\*(.*)\*\* bits\. For bells that lean or end")
    assert said[1] == f"{divergence(p, q):.10g}"
    assert "has no closed formula" in said.string
    assert "By the closed formula" not in texts(app)
    assert titles(app)[1] == f"The area is {divergence(p, q):.3f} bits"


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
    said = sentence(
        opened(p, q),
        f"adds {NUMBER}; where Q is denser it takes {NUMBER} back. What remains is the area, "
        f"{NUMBER} bits",
    )
    low, high = p[0] - 12 * p[1], min(p[0] + 12 * p[1], p[3])
    x = np.linspace(low, high, 400_001)
    log_p, log_q = (law(*bell[:3]).logpdf(x) - law(*bell[:3]).logcdf(bell[3]) for bell in (p, q))
    products = np.exp(log_p) * (log_p - log_q) / math.log(2)
    gains, gives_back = (
        np.trapezoid(part, x) for part in (np.maximum(products, 0), np.maximum(-products, 0))
    )
    assert agree(said[1], gains)
    assert agree(said[2], gives_back)
    assert agree(said[3], divergence(p, q))
    assert gains - gives_back == pytest.approx(divergence(p, q), abs=1e-6)


@pytest.mark.parametrize(
    ("label", "p", "q"),
    [
        ("Two plain bells", PLAIN, WIDE),
        ("Q too narrow", PLAIN, (0.0, 0.4, 0.0, INF)),
        ("Leaning apart", (0.0, 1.0, 0.8, INF), (0.0, 1.0, -0.8, INF)),
        ("Q ends too early", PLAIN, CUT),
        ("P ends first", (0.0, 1.0, 0.0, 0.9), CUT),
    ],
)
def test_presets_set_all_sliders_of_the_bells_and_no_other(label, p, q):
    # Every slider of the bells stands elsewhere before.
    elsewhere = bells((1.1, 2.0, 0.3, 5.0), (-1.1, 0.7, -0.3, 7.0))
    others = {"definition_p1": 7.5, "definition_width": "2", "definition_epsilon": "1e-6"}
    app = open_page("definition.py", **elsewhere, **others)
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | bells(p, q)
    finding = "∞" if divergence(p, q) == INF else f"{divergence(p, q):.3f} bits"
    assert titles(app)[1] == f"The area is {finding}"


def test_q_that_ends_too_early_makes_d_infinite_and_says_how_much_of_p_lies_beyond():
    app = press(open_page("definition.py"), "Q ends too early")
    assert sentence(app, "Q ends at (.*), and (.*) of P lies beyond").groups() == (
        "1.0",
        f"{100 * norm.sf(1):.1f}%",
    )
    assert "There log(p/q) is infinite, so the area is" in texts(app)
    assert titles(app)[1] == "The area is ∞"


@pytest.mark.parametrize("end", [-2.0, 0.0, 2.5, 5.0, 7.9])
def test_any_end_of_q_before_that_of_p_is_infinite_with_the_share_beyond(end):
    app = opened(PLAIN, (0.0, 1.0, 0.0, end))
    assert titles(app)[1] == "The area is ∞"
    share = sentence(app, f", and {NUMBER}% of P lies beyond")[1]
    assert agree(share, 100 * norm.sf(end))


def test_share_beyond_is_that_of_a_p_that_ends_itself():
    app = opened((0.0, 1.0, 0.0, 1.5), CUT)
    share = sentence(app, f", and {NUMBER}% of P lies beyond")[1]
    assert agree(share, 100 * (1 - norm.cdf(1) / norm.cdf(1.5)))


def test_share_beyond_is_never_nothing_when_it_makes_d_infinite():
    # Of this P 1e-396 lies beyond: less than the smallest double, and yet enough.
    app = opened((-3.0, 0.2, 0.0, INF), (1.0, 1.5, 0.0, 5.5))
    assert titles(app)[1] == "The area is ∞"
    for words in alternatives(app):
        assert not re.search(r"\b0\.0%", words), words


def test_infinite_integral_is_written_without_a_unit_everywhere():
    said = texts(press(open_page("definition.py"), "Q ends too early"))
    assert "∞" in said
    assert not re.search(r"∞\W*bits", said)


def test_p_that_ends_first_keeps_d_finite():
    app = press(open_page("definition.py"), "P ends first")
    # Both are the same bell, scaled up by what is left of it: the gap is the same everywhere.
    exact = math.log2(norm.cdf(1) / norm.cdf(0.9))
    assert titles(app)[1] == f"The area is {exact:.3f} bits"
    assert sentence(app, r"numerically: \*\*(.*)\*\* bits")[1] == f"{exact:.10g}"
    said = sentence(app, "What remains is the area").string
    assert "takes 0.000 back" in said
    assert said.endswith("Q ends at 1.0, but P has ended by then, so D stays finite.")


def test_same_bells_and_same_weights_have_no_divergence():
    thirds, ninths = weights("p", (0.1, 0.1, 0.1, 0.3)), weights("q", (0.3, 0.3, 0.3, 0.9))
    app = open_page("definition.py", **bells(CUT, CUT), **thirds, **ninths)
    assert titles(app)[:3] == [
        "The sum is 0.000 bits",
        "The area is 0.000 bits",
        "In bins 1 wide: 0.0000 bits",
    ]
    said = texts(app)
    assert "P and Q agree everywhere: every gap is 0, and so is the sum, 0 bits." in said
    assert "P and Q are the same bell: the gap is 0 everywhere, and the area 0 bits." in said
    assert "so every width gives 0 bits." in said
    assert re.search(r"Integrated numerically: \*\*0\*\* bits", said)


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
    shown = []
    app = opened(p, q)
    for width in list(WIDTHS)[:-1]:
        app.session_state["definition_width"] = width
        app.run()
        assert titles(app)[2].startswith(f"In bins {width} wide: ")
        said = sentence(
            app,
            f"^In bins {width} wide the sum is {NUMBER} bits, {NUMBER}% of D. In the finest, 1/32 "
            f"wide, it is {NUMBER}; the integral is {NUMBER}. ",
        )
        values = (exact[width], 100 * exact[width] / truth, exact["1/32"], truth)
        for text, value in zip(said.groups(), values, strict=True):
            assert agree(text, value), (width, text, value)
        assert titles(app)[2] == f"In bins {width} wide: {said[1]} bits"
        shown.append(float(said[1]))
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > shown[-1]
    assert shown[0] <= truth


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
    app = opened(p, q, width="16")
    assert titles(app)[2] == "In bins 16 wide: 0.0000 bits"
    assert alternatives(app)[2].startswith("One bin, wider than the picture, holds everything")


def test_coarse_bins_hide_that_d_is_infinite():
    hidden = binned(PLAIN, CUT)
    assert {width for width, value in hidden.items() if value < INF} == {"8", "16"}
    app = opened(PLAIN, CUT, width="8")
    assert titles(app)[2] == f"In bins 8 wide: {hidden['8']:.4f} bits"
    assert sentence(app, "the bin in which Q ends still holds some of Q").string.startswith(
        f"In bins 8 wide the sum is {hidden['8']:.4f} bits, although D is infinite: "
    )
    for width in ("4", "1", "1/32"):
        app = opened(PLAIN, CUT, width=width)
        assert titles(app)[2] == f"In bins {width} wide: ∞"
        assert "Some bin holds a part of P and nothing of Q: the sum is infinite" in texts(app)


def test_bin_that_only_p_reaches_is_infinite_however_little_of_p_it_holds():
    # Q ends on the edge of a bin, and of P 1e-396 lies beyond.
    app = opened((-3.0, 0.2, 0.0, INF), (1.0, 1.5, 0.0, 5.5), width="1/2")
    assert titles(app)[2] == "In bins 1/2 wide: ∞"


def test_epsilon_of_0_is_the_truth():
    app = opened(epsilon="0")
    said = "With ε = 0 nothing is added, and the answer is the truth: 0.505 bits."
    assert alternatives(app)[3] == said
    app = opened(PLAIN, CUT, epsilon="0")
    assert titles(app)[3] == "Reported ∞; the truth is ∞"
    assert alternatives(app)[3].endswith("the answer is the truth: ∞.")


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
    app = opened(p, q)
    truth = divergence(p, q)
    for epsilon in ("1e-16", "1e-12", "1e-8", "1e-4", "0.01", "0.1"):
        app.session_state["definition_epsilon"] = epsilon
        app.run()
        said, answer = alternatives(app)[3], divergence(p, q, float(epsilon))
        found = re.match(
            f"With ε = {epsilon} the code reports {NUMBER} bits; the truth is {NUMBER}", said
        )
        assert agree(found[2], truth)
        assert titles(app)[3].startswith(f"Reported {found[1]}; the truth is {found[2]}")
        # What is left of nothing is rounding, as small as 1e-15.
        if abs(answer) > 1e-12:
            assert agree(found[1], answer), epsilon
            assert (" It is even below 0, which no divergence can be." in said) == (answer < 0)
        if math.isfinite(truth) and lowered(p, q, float(epsilon)) > 1e-12:
            by = re.search(f"can only lower the number, here by {NUMBER}:", said)[1]
            assert agree(by, lowered(p, q, float(epsilon))), epsilon


def test_epsilon_can_bring_the_number_below_0():
    app = opened(epsilon="0.1")
    answer = divergence(PLAIN, WIDE, 0.1)
    assert answer < 0
    assert titles(app)[3] == f"Reported −{-answer:.3f}; the truth is {OPENING:.3f} bits"
    said = alternatives(app)[3]
    assert "It is even below 0, which no divergence can be." in said
    assert f"here by {OPENING - answer:.3f}: q + ε is everywhere too large" in said


@pytest.mark.parametrize("epsilon", ["1e-16", "1e-10", "1e-6", "0.001", "0.1"])
def test_number_made_up_for_an_infinite_d_grows_as_epsilon_shrinks(epsilon):
    said = alternatives(opened(PLAIN, CUT, epsilon=epsilon))[3]
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
    said = alternatives(opened(PLAIN, cut, epsilon=epsilon))[3]
    assert f"reports {steps[0]:.3f} bits; the truth is ∞" in said
    shown = re.search(f"lies beyond the end of Q, {NUMBER}%, that a smaller ε hardly changes", said)
    assert agree(shown[1], 100 * norm.sf(5))


@pytest.mark.parametrize("letter", ["p", "q"])
def test_bell_cut_to_nothing_is_named_with_its_mend_and_the_rest_kept(letter):
    kept = {
        "definition_p2": 7.5, "definition_q4": 0.2, "definition_width": "1/4",
        "definition_epsilon": "0.01", "definition_check2": "No", "definition_predict": "Fourfold",
        "unit": "nats",
    }  # fmt: skip
    nothing = {"mean": 2.0, "spread": 0.3, "lean": 0.5, "end": -8.0}
    cut = {f"definition_{letter}_{name}": value for name, value in nothing.items()}
    app = open_page("definition.py", **kept, **cut)
    [warning] = app.warning
    name = letter.upper()
    assert warning.value.startswith(
        f"{name} ends at −8.0, and next to nothing of a bell around 2.0"
    )
    assert f"Raise “{name} ends at” or lower the mean of {name}" in warning.value
    usual = set_up(open_page("definition.py"))
    assert set_up(app) == usual | kept | cut

    # The sum, its formula and the questions go on.
    p, q = (4, 7.5, 2.5, 0.5), (6, 2.5, 1, 0.2)
    assert titles(app) == [f"The sum is {entropy(p, q):.3f} nats"]
    assert len(app.latex) == 2
    assert [message.value[:5] for message in app.success] == ["Right"]
    move(app, "definition_p1", 0.0)
    assert titles(app) == [f"The sum is {entropy((0, *p[1:]), q):.3f} nats"]

    # Doing what the warning says mends it.
    move(app, f"definition_{letter}_end", 8.0)
    assert not app.warning
    assert len(titles(app)) == 4
    assert set_up(app) == usual | kept | cut | {f"definition_{letter}_end": 8.0, "definition_p1": 0}


def test_both_bells_cut_to_nothing_are_both_named():
    app = opened((2.0, 0.3, 0.0, -8.0), (2.0, 0.3, 0.0, -8.0))
    assert [warning.value[:9] for warning in app.warning] == ["P ends at", "Q ends at"]


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_integral(letter):
    app = open_page("definition.py", definition_width="2", **weights(letter, [0] * 4))
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert len(titles(app)) == 3
    assert titles(app)[0] == f"The area is {OPENING:.3f} bits"
    assert bound_controls(app)["definition_width"].value == "2"
    assert "kl_divergence(p" not in app.code[0].value
    assert "kl_integral(p" in app.code[0].value
    move(app, f"definition_{letter}1", 2.0)
    assert not app.warning
    assert len(titles(app)) == 4


def test_swap_exchanges_weights_and_bells():
    p, q = (0.5, 0.7, 0.3, 4.0), (-1.0, 2.0, -0.5, 6.0)
    app = open_page("definition.py", **bells(p, q))
    other = {
        **weights("p", (6, 2.5, 1, 0.5)), **weights("q", (4, 3, 2.5, 0.5)), **bells(q, p)
    }  # fmt: skip
    before = set_up(app)
    press(app, "Swap P and Q")
    assert set_up(app) == before | other
    assert titles(app)[0] == f"The sum is {entropy(Q, P, base=2):.3f} bits"
    assert titles(app)[1] == "The area is ∞"
    press(app, "Swap P and Q")
    assert set_up(app) == before


def test_start_over_puts_everything_back():
    usual = set_up(open_page("definition.py"))
    changed = {
        **weights("p", (1, 1, 1, 1)), **weights("q", (2, 2, 2, 2)),
        **bells((1.0, 0.5, 0.4, 3.0), (-1.0, 0.8, -0.2, 2.0)),
        "definition_width": "1/8", "definition_epsilon": "0", "definition_predict": "It doubles",
        "definition_check1": "It turns gaps into probabilities", "definition_check2": "No",
        "definition_check3": "Anything", "definition_check4": "It computed in nats",
    }  # fmt: skip
    app = open_page("definition.py", **changed)
    now = set_up(app)
    assert {key for key in usual if now[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert set_up(app) == usual


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", math.e), ("dits", 10)])
def test_unit_restates_every_number(unit, base):
    app = opened(epsilon="1e-4", unit=unit)
    nats = math.log(base)
    exact = {
        0: entropy(P, Q) / nats,
        1: OPENING * math.log(2) / nats,
        2: binned(PLAIN, WIDE)["1"] * math.log(2) / nats,
        3: divergence(PLAIN, WIDE, 1e-4, base),
    }
    shown = titles(app)
    assert shown == [
        f"The sum is {exact[0]:.3f} {unit}",
        f"The area is {exact[1]:.3f} {unit}",
        f"In bins 1 wide: {exact[2]:.4f} {unit}",
        f"Reported {exact[3]:.3f}; the truth is {exact[1]:.3f} {unit}",
    ]
    assert f"**{exact[1]:.10g}** {unit}" in texts(app)
    assert f"base={ {'bits': '2', 'nats': 'None', 'dits': '10'}[unit] }" in app.code[0].value


def test_prediction_reveals_what_is_computed():
    app = open_page("definition.py", definition_predict="Fourfold")
    assert "That is what happens" in texts(app)
    one, two = (gap**2 / 2 / math.log(2) for gap in (1, 2))
    assert f"From {one:.3f} bits to **{two:.3f} bits**" in texts(app)
    for wrong in ("It doubles", "It stays: the widths are the same"):
        assert "A surprise, then" in texts(open_page("definition.py", definition_predict=wrong))


def test_right_answers_are_marked_right():
    answers = (
        "It counts each gap as often as x comes",
        "No",
        "It falls or stays",
        "It added a small ε to q",
    )
    for number, answer in enumerate(answers, start=1):
        app = open_page("definition.py", **{f"definition_check{number}": answer})
        assert [message.value[:5] for message in app.success] == ["Right"], answer


def printed(snippet):
    """Return the lines that a snippet prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(snippet, {})  # noqa: S102
    return output.getvalue().splitlines()


@pytest.mark.parametrize("unit", ["bits", "nats", "dits"])
@pytest.mark.parametrize(
    ("p", "q"), [(PLAIN, WIDE), ((0.1, 0.9, -0.4, 1.5), (0.3, 1.2, 0.6, 1.7)), (PLAIN, CUT)]
)
def test_snippet_prints_both_numbers_on_screen(p, q, unit):
    app = opened(p, q, unit=unit, p3=7.5)
    total, integral = printed(app.code[0].value)
    assert titles(app)[0] == f"The sum is {float(total):.3f} {unit}"
    assert [line.rpartition(": ")[2] for line in app.code[0].value.splitlines() if "#" in line] == [
        total,
        integral,
    ]
    if q == CUT:
        assert (integral, titles(app)[1]) == ("inf", "The area is ∞")
    else:
        assert titles(app)[1] == f"The area is {float(integral):.3f} {unit}"
        assert f"Integrated numerically: **{float(integral):.10g}** {unit}" in texts(app)


def test_snippet_prints_infinite_sums():
    app = open_page("definition.py", definition_q4=0)
    assert printed(app.code[0].value)[0] == "inf"


def test_formula_of_the_sum_adds_up():
    today = open_page("definition.py", unit="nats").latex[1].value
    products = [float(each.replace("−", "-")) for each in re.findall(r"& = ([−+][\d.]+)", today)]
    assert len(products) == 3
    assert sum(products) == pytest.approx(entropy(P, Q), abs=0.002)
    assert rf"{entropy(P, Q):.3f} \text{{ nats}}" in today


@pytest.mark.parametrize(("p_mean", "q_mean"), [(0.0, 1.0), (2.5, -3.0), (-2.0, -1.5)])
@pytest.mark.parametrize("unit", ["nats", "dits"])
def test_formula_of_the_integral_has_todays_numbers(p_mean, q_mean, unit):
    p, q = (p_mean, 0.7, 0.0, INF), (q_mean, 1.3, 0.0, INF)
    today = opened(p, q, unit=unit).latex[3].value
    plain = re.sub(r"\\textcolor\{[^}]*\}\{([^}]*)\}", r"\1", today).replace("−", "-")
    assert r"\ln\frac{1.3}{0.7}" in plain
    squares = re.search(
        r"\\frac\{([\d.]+)\^2 \+ \(([-\d.]+) ([-+]) ([\d.]+)\)\^2\}"
        r"\{2\\cdot ([\d.]+)\^2\} - \\frac12",
        plain,
    )
    first, sign, second = squares[2], squares[3], squares[4]
    assert (squares[1], squares[5]) == ("0.7", "1.3")
    assert float(first) - float(second) * (1 if sign == "-" else -1) == p_mean - q_mean
    base = 10 if unit == "dits" else math.e
    assert f"{divergence(p, q, base=base):.3f}" in plain
    assert (r"\frac{1}{\ln 10}" in plain) == (unit == "dits")


def test_infinite_or_leaning_integral_is_written_without_the_closed_formula():
    today = press(open_page("definition.py"), "Q ends too early").latex[3].value
    assert "∞" in today
    assert r"\frac" not in today
    leaning = press(open_page("definition.py"), "Leaning apart").latex[3].value
    exact = divergence((0.0, 1.0, 0.8, INF), (0.0, 1.0, -0.8, INF))
    assert rf"{exact:.3f} \text{{ bits}}" in leaning
    assert r"\frac" not in leaning


def test_slider_of_a_bell_moves_chart_sentence_and_code():
    app = move(open_page("definition.py"), "definition_q_end", 3.0)
    assert titles(app)[1] == "The area is ∞"
    share = sentence(app, f"Q ends at 3.0, and {NUMBER}% of P lies beyond")[1]
    assert agree(share, 100 * norm.sf(3))
    assert "end=3.0" in app.code[0].value
    move(app, "definition_p_end", 2.5)
    p, q = (0.0, 1.0, 0.0, 2.5), (1.0, 1.5, 0.0, 3.0)
    assert titles(app)[1] == f"The area is {divergence(p, q):.3f} bits"


@pytest.mark.parametrize(
    ("key", "value", "finding"),
    [
        ("definition_q3", 0.0, "The sum is ∞"),
        ("definition_q_end", 3.0, "The area is ∞"),
        ("definition_width", "16", "In bins 16 wide: 0.0000 bits"),
        ("definition_epsilon", "0", "Reported 0.505; the truth is 0.505 bits"),
    ],
)
def test_slider_redraws_its_own_picture_and_no_other(key, value, finding):
    app = open_page("definition.py")
    bound_controls(app)[key].set_value(value).run()
    assert titles(app) == [finding]
    assert not app.code


def test_bars_of_the_sum_can_be_dragged():
    app = open_page("definition.py", definition_q3=0)
    left = np.array(Q) * [1, 1, 0, 1] / 0.9
    assert list(handles(app, 0)) == [*weights("p", P), *weights("q", Q)]
    heights = [height for _, height in handles(app, 0).values()]
    assert heights == pytest.approx([100 * each for each in (*P, *left)])


def test_bells_can_be_dragged_by_their_middle_and_their_flank():
    p, q = (-1.0, 0.5, 0.0, INF), (0.5, 1.4, 0.6, INF)
    app = opened(p, q)
    expected = {
        "definition_p_mean": (-1.0, math.exp(log_density(p)(-1.0))),
        "definition_p_spread": (-0.5, math.exp(log_density(p)(-0.5))),
        "definition_q_mean": (0.5, math.exp(log_density(q)(0.5))),
        "definition_q_spread": (1.9, math.exp(log_density(q)(1.9))),
    }
    found = handles(app, 1)
    assert list(found) == list(expected)
    for slider, place in expected.items():
        assert found[slider] == pytest.approx(place), slider


def test_bell_cut_off_keeps_all_its_handles_in_their_order():
    app = opened((0.0, 1.0, 0.0, -0.5), (0.0, 1.0, 0.0, 0.5))
    assert [round(height, 3) for _, height in handles(app, 1).values()] == [
        0, 0, round(norm.pdf(0) / norm.cdf(0.5), 3), 0,
    ]  # fmt: skip


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page(
        "definition.py", definition_p_mean="nan", definition_q_spread="0.7", definition_width="3",
        definition_epsilon="0.01", definition_p2="-1", definition_q2="7",
    )  # fmt: skip
    usual = set_up(open_page("definition.py"))
    assert set_up(app) == usual | {
        "definition_q_spread": 0.7,
        "definition_epsilon": "0.01",
        "definition_q2": 7,
    }
    refused = [re.search("`(definition_.*)`, which", warning.value)[1] for warning in app.warning]
    assert sorted(refused) == [
        "definition_p2 = -1",
        "definition_p_mean = nan",
        "definition_width = 3",
    ]
