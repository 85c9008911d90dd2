"""The definition's lesson says what its sums and integrals make true."""

import math
import re

import numpy as np
import pytest
from scipy.stats import entropy, norm

from kl_core import SkewNormal
from pages.definition.bells import handles
from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    open_page,
    press,
    set_up,
)
from tests.pages.definition.truth import (
    CUT,
    INF,
    OPENING,
    PLAIN,
    WIDE,
    P,
    Q,
    binned,
    divergence,
    log_density,
)
from tests.pages.reading import (
    NUMBER,
    agree,
    charts,
    check_alternatives,
    dragged,
    sentence,
    texts,
    titles,
)

BELL = ("mean", "spread", "lean", "end")


def bells(p=PLAIN, q=WIDE):
    """Return URL parameters for both bells."""
    return {
        f"definition_{letter}_{name}": 8 if value == INF else value
        for letter, bell in (("p", p), ("q", q))
        for name, value in zip(BELL, bell, strict=True)
    }


def weighing(letter, values):
    """Return URL parameters for the weights of P or Q."""
    return numbered(f"definition_{letter}", values)


def test_pictures_follow_their_sliders():
    followers = {
        **{key: {"the_sum"} for key in [*weighing("p", P), *weighing("q", Q)]},
        **{key: {"the_integral"} for key in bells()},
        "definition_width": {"bins"},
        "definition_epsilon": {"with_epsilon"},
    }
    assert answers_of(open_page("definition")) == followers


def test_opens_with_what_scipy_computes():
    app = open_page("definition")
    total = f"{entropy(P, Q, base=2):.3f}"
    assert titles(app)[:2] == [f"The sum is {total} bits", f"The area is {OPENING:.3f} bits"]
    assert sentence(app, "Together the products make (.*) bits")[1] == total
    assert sentence(app, "What remains is the area, (.*) bits")[1] == f"{OPENING:.3f}"
    both = sentence(app, r"closed formula: \*\*(.*)\*\* bits. .*numerically: \*\*(.*)\*\* bits")
    assert both.groups() == (f"{OPENING:.10g}", f"{divergence(PLAIN, WIDE):.10g}")
    assert len(both[1]) == 12
    assert titles(app)[2] == f"In bins 1 wide: {binned(PLAIN, WIDE)['1']:.4f} bits"
    assert charts(app)[3].alt.startswith("With ε = 1e-10 the code reports 0.505 bits; ")
    assert "They agree to every digit shown" in texts(app)


def test_every_chart_has_its_sentence_as_text_alternative():
    check_alternatives(open_page("definition"), 4)


def test_unit_reaches_charts_sentences_and_code():
    app = open_page("definition", unit="dits", definition_epsilon="1e-4")
    exact = {
        0: entropy(P, Q, base=10),
        1: OPENING * math.log10(2),
        2: binned(PLAIN, WIDE)["1"] * math.log10(2),
        3: divergence(PLAIN, WIDE, 1e-4, 10),
    }
    assert titles(app) == [
        f"The sum is {exact[0]:.3f} dits",
        f"The area is {exact[1]:.3f} dits",
        f"In bins 1 wide: {exact[2]:.4f} dits",
        f"Reported {exact[3]:.3f}; the truth is {exact[1]:.3f} dits",
    ]
    assert f"**{exact[1]:.10g}** dits" in texts(app)
    assert "base=10" in app.code[0].value


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
    app = open_page("definition", **elsewhere, **others)
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | bells(p, q)
    finding = "∞" if divergence(p, q) == INF else f"{divergence(p, q):.3f} bits"
    assert titles(app)[1] == f"The area is {finding}"


def test_q_that_ends_too_early_makes_d_infinite_and_says_how_much_of_p_lies_beyond():
    app = press(open_page("definition"), "Q ends too early")
    assert sentence(app, "Q ends at (.*), and (.*) of P lies beyond").groups() == (
        "1.0",
        f"{100 * norm.sf(1):.1f}%",
    )
    assert "There log(p/q) is infinite, so the area is" in texts(app)
    assert titles(app)[1] == "The area is ∞"
    assert r"\frac" not in app.latex[3].value
    # Infinity has no unit, wherever it is written.
    said = texts(app)
    assert "∞" in said
    assert not re.search(r"∞\W*bits", said)


def test_same_bells_and_same_weights_have_no_divergence():
    thirds, ninths = weighing("p", (0.1, 0.1, 0.1, 0.3)), weighing("q", (0.3, 0.3, 0.3, 0.9))
    app = open_page("definition", **bells(CUT, CUT), **thirds, **ninths)
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


@pytest.mark.parametrize("letter", ["p", "q"])
def test_bell_cut_to_nothing_is_named_with_its_mend_and_the_rest_kept(letter):
    kept = {
        "definition_p2": 7.5, "definition_q4": 0.2, "definition_width": "1/4",
        "definition_epsilon": "0.01", "definition_check2": "No", "definition_predict": "Fourfold",
        "unit": "nats",
    }  # fmt: skip
    nothing = {"mean": 2.0, "spread": 0.3, "lean": 0.5, "end": -8.0}
    cut = {f"definition_{letter}_{name}": value for name, value in nothing.items()}
    app = open_page("definition", **kept, **cut)
    [warning] = app.warning
    name = letter.upper()
    assert warning.value.startswith(
        f"{name} ends at −8.0, and next to nothing of a bell around 2.0"
    )
    assert f"Raise “{name} ends at” or lower the mean of {name}" in warning.value
    usual = set_up(open_page("definition"))
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
    app = open_page("definition", **bells((2.0, 0.3, 0.0, -8.0), (2.0, 0.3, 0.0, -8.0)))
    assert [warning.value[:9] for warning in app.warning] == ["P ends at", "Q ends at"]


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_integral(letter):
    app = open_page("definition", definition_width="2", **weighing(letter, [0] * 4))
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


def test_nothing_to_take_along_is_said():
    nothing = bells((2.0, 0.3, 0.0, -8.0), WIDE) | weighing("p", [0] * 4)
    app = open_page("definition", **nothing)
    assert "Give P and Q some weight, or both bells something" in texts(app)
    assert not app.code


def test_swap_exchanges_weights_and_bells():
    p, q = (0.5, 0.7, 0.3, 4.0), (-1.0, 2.0, -0.5, 6.0)
    app = open_page("definition", **bells(p, q))
    other = {
        **weighing("p", (6, 2.5, 1, 0.5)), **weighing("q", (4, 3, 2.5, 0.5)), **bells(q, p)
    }  # fmt: skip
    before = set_up(app)
    press(app, "Swap P and Q")
    assert set_up(app) == before | other
    assert titles(app)[0] == f"The sum is {entropy(Q, P, base=2):.3f} bits"
    assert titles(app)[1] == "The area is ∞"
    press(app, "Swap P and Q")
    assert set_up(app) == before


def test_prediction_reveals_what_is_computed():
    app = open_page("definition", definition_predict="Fourfold")
    assert "That is what happens" in texts(app)
    one, two = (gap**2 / 2 / math.log(2) for gap in (1, 2))
    assert f"From {one:.3f} bits to **{two:.3f} bits**" in texts(app)
    for wrong in ("It doubles", "It stays: the widths are the same"):
        assert "A surprise, then" in texts(open_page("definition", definition_predict=wrong))


def test_right_answers_are_marked_right():
    answers = (
        "It counts each gap as often as x comes",
        "No",
        "It falls or stays",
        "It added a small ε to q",
    )
    checks = numbered("definition_check", answers)
    app = open_page("definition", **checks)
    assert [message.value[:5] for message in app.success] == ["Right"] * 4
    assert {key: set_up(app)[key] for key in checks} == checks


def test_code_has_both_numbers_on_screen():
    app = open_page("definition", unit="nats", definition_p3=7.5)
    total, integral = re.findall(r"#.*: (.*)", app.code[0].value)
    assert titles(app)[:2] == [
        f"The sum is {float(total):.3f} nats",
        f"The area is {float(integral):.3f} nats",
    ]
    assert f"Integrated numerically: **{float(integral):.10g}** nats" in texts(app)
    assert "p = normalize([4.0, 3.0, 7.5, 0.5])" in app.code[0].value
    assert "p, q = SkewNormal(mean=0.0, std=1.0), SkewNormal(mean=1.0, std=1.5)" in (
        app.code[0].value
    )


def test_formula_of_the_sum_adds_up():
    app = open_page("definition", unit="nats")
    today = app.latex[1].value
    products = [float(each.replace("−", "-")) for each in re.findall(r"& = ([−+][\d.]+)", today)]
    assert len(products) == 3
    assert sum(products) == pytest.approx(entropy(P, Q), abs=0.002)
    assert rf"{entropy(P, Q):.3f} \text{{ nats}}" in today
    # The integral stands beside it.
    assert rf"{OPENING * math.log(2):.3f} \text{{ nats}}" in app.latex[3].value
    assert r"\frac" in app.latex[3].value


def test_slider_of_a_bell_moves_chart_sentence_and_code():
    app = move(open_page("definition"), "definition_q_end", 3.0)
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
    app = open_page("definition")
    bound_controls(app)[key].set_value(value).run()
    assert titles(app) == [finding]
    assert not app.code


def test_bars_of_the_sum_can_be_dragged():
    app = open_page("definition", definition_q3=0)
    left = np.array(Q) * [1, 1, 0, 1] / 0.9
    assert list(dragged(charts(app)[0])) == [*weighing("p", P), *weighing("q", Q)]
    heights = [height for _, height in dragged(charts(app)[0]).values()]
    assert heights == pytest.approx([100 * each for each in (*P, *left)])


def test_bells_can_be_dragged_by_their_middle_and_their_flank():
    p, q = (-1.0, 0.5, 0.0, INF), (0.5, 1.4, 0.6, INF)
    app = open_page("definition", **bells(p, q))
    expected = {
        "definition_p_mean": (-1.0, math.exp(log_density(p)(-1.0))),
        "definition_p_spread": (-0.5, math.exp(log_density(p)(-0.5))),
        "definition_q_mean": (0.5, math.exp(log_density(q)(0.5))),
        "definition_q_spread": (1.9, math.exp(log_density(q)(1.9))),
    }
    found = dragged(charts(app)[1])
    assert list(found) == list(expected)
    for slider, place in expected.items():
        assert found[slider] == pytest.approx(place), slider


def test_bell_cut_off_keeps_all_its_handles_in_their_order():
    found = handles(SkewNormal(0, 1, end=-0.5), SkewNormal(0, 1, end=0.5))
    assert [(each.slider, round(each.y, 3)) for each in found] == [
        ("definition_p_mean", 0),
        ("definition_p_spread", 0),
        ("definition_q_mean", round(norm.pdf(0) / norm.cdf(0.5), 3)),
        ("definition_q_spread", 0),
    ]


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page(
        "definition", definition_p_mean="nan", definition_q_spread="0.7", definition_width="3",
        definition_epsilon="0.01", definition_p2="-1", definition_q2="7",
    )  # fmt: skip
    usual = set_up(open_page("definition"))
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
