"""The integral's lesson says what its bells and its ε make true."""

import math
import re

import pytest
from scipy.stats import norm

from kl_core import SkewNormal
from pages.integral.bells import handles
from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    open_page,
    press,
    set_up,
)
from tests.pages.integral.truth import (
    CUT,
    INF,
    PLAIN,
    PLAINLY,
    WIDE,
    binned,
    divergence,
    log_density,
)
from tests.pages.reading import (
    NUMBER,
    agree,
    all_agree,
    charts,
    check_alternatives,
    dragged,
    sentence,
    texts,
    titles,
)

BELL = ("mean", "spread", "lean", "end")


def bells(p=PLAIN, q=CUT):
    """Return URL parameters for both bells."""
    return {
        f"definition_{letter}_{name}": 8 if value == INF else value
        for letter, bell in (("p", p), ("q", q))
        for name, value in zip(BELL, bell, strict=True)
    }


GUESS = {"integral_guess": "1.5", "integral_guess_told": "true"}


def times():
    """Return how many times as large the number is that a program reports with ε = 1e-16."""
    return divergence(PLAIN, CUT, 1e-16) / divergence(PLAIN, CUT, 1e-10)


def test_pictures_follow_their_sliders():
    followers = {
        **{key: {"the_integral"} for key in [*bells(), "definition_epsilon", "integral_guess"]},
        "definition_width": {"bins"},
    }
    assert answers_of(open_page("integral")) == followers


def test_opens_on_a_number_that_looks_like_any_other():
    app = open_page("integral")
    made_up = f"{divergence(PLAIN, CUT, 1e-10):.3f} bits"
    assert titles(app)[0] == f"{made_up} reported. And with ε = 1e-16?"
    first = charts(app)[0]
    # Neither picture nor sentence answers what is asked.
    for answer in ("∞", "truth", f"{divergence(PLAIN, CUT, 1e-16):.3f}"):
        assert answer not in first.title + first.alt + first.spec
    assert f"reports **{made_up}**. With ε = 1e-16" in texts(app)
    assert "infinite as soon as" not in texts(app)


def test_guess_is_a_place_in_the_picture_to_be_dragged_until_it_is_told():
    app = open_page("integral", integral_guess="1.5")
    place = dragged(charts(app)[0])["integral_guess"]
    assert place == pytest.approx((-16, 1.5 * divergence(PLAIN, CUT, 1e-10)))
    told = charts(open_page("integral", **GUESS))[0]
    assert "integral_guess" not in dragged(told)
    assert "your guess" in told.spec


def test_guess_that_is_told_shrinks_epsilon_and_says_how_far_off_it_is():
    app = open_page("integral", integral_guess="1.5", **bells(WIDE, CUT))
    bound_controls(app)["integral_guess_told"].set_value(True).run()
    usual = set_up(open_page("integral"))
    assert set_up(app) == usual | {
        "definition_epsilon": "1e-16", "integral_guess": 1.5, "integral_guess_told": True
    }  # fmt: skip
    number = f"{divergence(PLAIN, CUT, 1e-16):.3f}"
    assert titles(app)[0] == f"Reported {number}; the truth is ∞"
    said = sentence(
        app,
        rf"\*\*{number} bits\*\*: {NUMBER} times as large; your guess was {NUMBER} times. Each ε "
        rf"a thousand times smaller adds {NUMBER} bits, without end, for D\(P‖Q\) is \*\*∞\*\*",
    )
    adds = norm.sf(1) * math.log2(1000)
    assert all_agree(said.groups(), (times(), 1.5, adds))
    assert "**On a line D(P‖Q) is the area under p·log(p/q): infinite as soon as" in texts(app)


def test_guess_is_not_drawn_beside_other_bells():
    assert "your guess" not in charts(open_page("integral", **GUESS, **bells(PLAIN, WIDE)))[0].spec


@pytest.mark.parametrize("moved", [bells(PLAIN, (0.0, 1.0, 0.0, 1.5)), {"definition_epsilon": "0"}])
def test_link_to_another_view_hides_nothing(moved):
    assert "∞" in titles(open_page("integral", **moved))[0]


def test_formula_stands_beside_the_integral_and_agrees():
    app = open_page("integral", **bells(PLAIN, WIDE))
    assert titles(app)[0] == f"Reported 0.505; the truth is {PLAINLY:.3f} bits"
    assert sentence(app, "What remains is the area, (.*) bits")[1] == f"{PLAINLY:.3f}"
    both = sentence(app, r"closed formula: \*\*(.*)\*\* bits. .*numerically: \*\*(.*)\*\* bits")
    assert both.groups() == (f"{PLAINLY:.10g}", f"{divergence(PLAIN, WIDE):.10g}")
    assert len(both[1]) == 12
    assert "They agree to every digit shown" in texts(app)
    assert r"\frac" in app.latex[1].value
    assert rf"{PLAINLY:.3f} \text{{ bits}}" in app.latex[1].value


@pytest.mark.parametrize(
    ("label", "gap"), [("Whole bells, as wide as each other", 1), ("Twice as far apart", 2)]
)
def test_buttons_beside_the_formula_show_that_the_gap_is_squared(label, gap):
    app = press(open_page("integral"), label)
    exact = gap**2 / 2 / math.log(2)
    assert sentence(app, r"closed formula: \*\*([^*]*)\*\* bits.")[1] == f"{exact:.10g}"


def test_every_chart_has_its_sentence_as_text_alternative():
    check_alternatives(open_page("integral"), 2)


def test_unit_reaches_charts_sentences_and_code():
    wide = bells(PLAIN, WIDE)
    app = open_page("integral", unit="dits", definition_epsilon="1e-4", **wide, **GUESS)
    area = PLAINLY * math.log10(2)
    assert titles(app) == [
        f"Reported {divergence(PLAIN, WIDE, 1e-4, 10):.3f}; the truth is {area:.3f} dits",
        f"In bins 8 wide: {binned(PLAIN, WIDE)['8'] * math.log10(2):.4f} dits",
    ]
    assert f"**{area:.10g}** dits" in texts(app)
    assert f"**{divergence(PLAIN, CUT, 1e-16, 10):.3f} dits**: " in texts(app)
    assert "base=10" in app.code[0].value


@pytest.mark.parametrize(
    ("label", "p", "q"),
    [
        ("Two plain bells", PLAIN, WIDE),
        ("Q far and narrow", PLAIN, (2.5, 0.3, 0.0, INF)),
        ("Leaning apart", (0.0, 1.0, 0.8, INF), (0.0, 1.0, -0.8, INF)),
        ("Q ends in the tail", PLAIN, (0.0, 1.0, 0.0, 3.0)),
        ("P ends first", (0.0, 1.0, 0.0, 0.9), CUT),
    ],
)
def test_presets_set_all_sliders_of_the_bells_and_no_other(label, p, q):
    # Every slider of the bells stands elsewhere before.
    elsewhere = bells((1.1, 2.0, 0.3, 5.0), (-1.1, 0.7, -0.3, 7.0))
    others = {"definition_width": "2", "definition_epsilon": "1e-6"}
    app = open_page("integral", **elsewhere, **others)
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | bells(p, q)
    reported, truth = titles(app)[0].removeprefix("Reported ").split("; the truth is ")
    assert agree(reported, divergence(p, q, 1e-6))
    assert truth == ("∞" if divergence(p, q) == INF else f"{divergence(p, q):.3f} bits")


def test_every_preset_changes_the_first_picture():
    for button in open_page("integral").button:
        if (button.key or "").startswith("_integral_preset") and button.label != "Start over":
            app = open_page("integral")
            opened = titles(app)[0]
            assert titles(press(app, button.label))[0] != opened, button.label


@pytest.mark.parametrize(
    ("label", "p", "q", "width"),
    [
        ("Two plain bells, whole", PLAIN, WIDE, "16"),
        ("A Q that ends, whole", PLAIN, CUT, "16"),
        ("Halve, again and again", (1.1, 2.0, 0.3, INF), (-1.1, 0.7, -0.3, INF), "1/32"),
    ],
)
def test_buttons_of_the_bins_cut_bells_up(label, p, q, width):
    app = open_page("integral", **bells((1.1, 2.0, 0.3, INF), (-1.1, 0.7, -0.3, INF)))
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | bells(p, q) | {"definition_width": width}


def test_q_that_ends_too_early_makes_d_infinite_and_says_how_much_of_p_lies_beyond():
    app = open_page("integral", definition_epsilon="0")
    assert sentence(app, "Q ends at (.*), and (.*) of P lies beyond").groups() == (
        "1.0",
        f"{100 * norm.sf(1):.1f}%",
    )
    assert "There log(p/q) is infinite, so the area is" in texts(app)
    assert titles(app)[0] == "The area is ∞"
    assert r"\frac" not in app.latex[1].value
    # Infinity has no unit, wherever it is written.
    assert not re.search(r"∞\W*bits", texts(app))


def test_same_bells_have_no_divergence():
    app = open_page("integral", **bells(CUT, CUT), definition_epsilon="0", definition_width="1")
    assert titles(app) == ["The area is 0.000 bits", "In bins 1 wide: 0.0000 bits"]
    said = texts(app)
    assert "P and Q are the same bell: the gap is 0 everywhere, and the area 0 bits." in said
    assert "so every width gives 0 bits." in said
    assert re.search(r"Integrated numerically: \*\*0\*\* bits", said)


@pytest.mark.parametrize("letter", ["p", "q"])
def test_bell_cut_to_nothing_is_named_with_its_mend_and_the_rest_kept(letter):
    kept = {
        "definition_width": "1/4", "definition_epsilon": "0.01", "integral_guess": 2.0,
        "integral_check2": "No", "unit": "nats",
    }  # fmt: skip
    nothing = {"mean": 2.0, "spread": 0.3, "lean": 0.5, "end": -8.0}
    cut = {f"definition_{letter}_{name}": value for name, value in nothing.items()}
    app = open_page("integral", **kept, **cut)
    [warning] = app.warning
    name = letter.upper()
    assert warning.value.startswith(
        f"{name} ends at −8.0, and next to nothing of a bell around 2.0"
    )
    assert f"Raise “{name} ends at” or lower the mean of {name}" in warning.value
    usual = set_up(open_page("integral"))
    assert set_up(app) == usual | kept | cut

    # The questions go on, and the rest says what it needs.
    assert not titles(app)
    assert [message.value[:5] for message in app.success] == ["Right"]
    assert "Give both bells something below their ends first." in texts(app)
    assert not app.code

    # Doing what the warning says mends it.
    move(app, f"definition_{letter}_end", 8.0)
    assert not app.warning
    assert len(titles(app)) == 2
    assert set_up(app) == usual | kept | cut | {f"definition_{letter}_end": 8.0}


def test_both_bells_cut_to_nothing_are_both_named():
    app = open_page("integral", **bells((2.0, 0.3, 0.0, -8.0), (2.0, 0.3, 0.0, -8.0)))
    assert [warning.value[:9] for warning in app.warning] == ["P ends at", "Q ends at"]


def test_swap_exchanges_the_bells():
    p, q = (0.5, 0.7, 0.3, 4.0), (-1.0, 2.0, -0.5, 6.0)
    app = open_page("integral", **bells(p, q))
    before = set_up(app)
    press(app, "Swap P and Q")
    assert set_up(app) == before | bells(q, p)
    assert titles(app)[0].endswith("the truth is ∞")
    press(app, "Swap P and Q")
    assert set_up(app) == before


def test_right_answers_are_marked_right():
    answers = ("It added a small ε to q", "No", "It falls or stays", "Fourfold")
    checks = numbered("integral_check", answers)
    app = open_page("integral", **checks)
    assert [message.value[:5] for message in app.success] == ["Right"] * 4


def test_code_has_the_numbers_on_screen():
    app = open_page("integral", unit="nats", **bells(PLAIN, WIDE), definition_epsilon="0.01")
    truth, reported = re.findall(r"#.*: (.*)", app.code[0].value)
    assert titles(app)[0] == (
        f"Reported {float(reported):.3f}; the truth is {float(truth):.3f} nats"
    )
    assert f"Integrated numerically: **{float(truth):.10g}** nats" in texts(app)
    assert "p, q = SkewNormal(mean=0.0, std=1.0), SkewNormal(mean=1.0, std=1.5)" in (
        app.code[0].value
    )


def test_slider_of_a_bell_moves_chart_sentence_and_code():
    app = move(open_page("integral", **bells(PLAIN, WIDE)), "definition_q_end", 3.0)
    assert titles(app)[0].endswith("the truth is ∞")
    share = sentence(app, f"Q ends at 3.0, and {NUMBER}% of P lies beyond")[1]
    assert agree(share, 100 * norm.sf(3))
    assert "end=3.0" in app.code[0].value
    move(app, "definition_p_end", 2.5)
    p, q = (0.0, 1.0, 0.0, 2.5), (1.0, 1.5, 0.0, 3.0)
    assert titles(app)[0].endswith(f"the truth is {divergence(p, q):.3f} bits")


@pytest.mark.parametrize(
    ("key", "value", "finding"),
    [
        ("definition_q_end", 8.0, "Reported 0.000; the truth is 0.000 bits"),
        ("definition_width", "16", "In bins 16 wide: 0.0000 bits"),
        ("definition_epsilon", "0", "The area is ∞"),
    ],
)
def test_slider_redraws_its_own_picture_and_no_other(key, value, finding):
    app = open_page("integral")
    bound_controls(app)[key].set_value(value).run()
    assert [re.sub("−?[0-9.]+×10[⁻⁰-⁹¹²³]+", "0.000", each) for each in titles(app)] == [finding]
    assert not app.code


def test_bells_can_be_dragged_by_their_middle_and_their_flank():
    p, q = (-1.0, 0.5, 0.0, INF), (0.5, 1.4, 0.6, INF)
    app = open_page("integral", **bells(p, q))
    expected = {
        "definition_p_mean": (-1.0, math.exp(log_density(p)(-1.0))),
        "definition_p_spread": (-0.5, math.exp(log_density(p)(-0.5))),
        "definition_q_mean": (0.5, math.exp(log_density(q)(0.5))),
        "definition_q_spread": (1.9, math.exp(log_density(q)(1.9))),
        "definition_q_end": (8, 0),
    }
    found = dragged(charts(app)[0])
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
        ("definition_q_end", 0),
    ]


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page(
        "integral", definition_p_mean="nan", definition_q_spread="0.7", definition_width="3",
        definition_epsilon="0.01",
    )  # fmt: skip
    usual = set_up(open_page("integral"))
    assert set_up(app) == usual | {"definition_q_spread": 0.7, "definition_epsilon": "0.01"}
    refused = [re.search("`(definition_.*)`, which", warning.value)[1] for warning in app.warning]
    assert sorted(refused) == ["definition_p_mean = nan", "definition_width = 3"]
