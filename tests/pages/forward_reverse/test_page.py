"""The page on both directions shows what its parts make, and moves as its controls do."""

import re

import numpy as np
import pytest

from charts.units import UNITS
from pages.forward_reverse import numbers, words
from tests.pages.conftest import (
    answers_of,
    linked,
    move,
    numbered,
    open_page,
    press,
    set_up,
)
from tests.pages.forward_reverse.claims import headings, mixture
from tests.pages.forward_reverse.truth import (
    PRESETS,
    TWO,
    UNEQUAL,
    bell,
    log_density,
    moments,
)
from tests.pages.forward_reverse.view import (
    BETWEEN,
    HAND,
    LABELS,
    LESSON,
    PLANE,
    cells,
    check_everything,
    opened,
    q_of,
    slide,
    slider_of_p,
    sliders_of_p,
    verdict,
)
from tests.pages.reading import (
    check_alternatives,
    numbers_in,
    passage,
    specs,
    texts,
    titles,
    value_of,
)
from tests.pages.truth import log_bell
from widgets.take_away import as_csv


def test_pictures_follow_their_sliders():
    by_hand = [f"_forward_p_{name}" for name in LABELS]
    by_hand += ["forward_q_mean", "forward_q_spread"]
    assert answers_of(open_page(LESSON)) == {key: {"by_hand_picture"} for key in by_hand} | {
        "forward_round": {"verdict"},
        "forward_rate": {"optima"},
        "forward_alpha": {"best_between"},
        "forward_slant": {"ellipses"},
    }


def test_opens_on_two_far_modes_and_everything_agrees():
    app = open_page(LESSON)
    assert not app.warning
    assert cells(app) == TWO
    assert q_of(app) == (1.5, 1.0)
    assert sliders_of_p(app) == [0.5, 5.0, 0.8]
    assert len(titles(app)) == 8
    check_everything(app, TWO)


def test_every_chart_has_words_as_its_text_alternative():
    check_alternatives(open_page(LESSON), 8)


def test_page_says_what_its_controls_make():
    app = opened(
        UNEQUAL, -9, 0.1, optimiser="gradient descent", rate="0.2", alpha=0.33,
        picture="A cross", shape="isotropic", slant=0.5, unit="nats",
    )  # fmt: skip
    assert not app.warning
    unit = UNITS["nats"]
    p = mixture(UNEQUAL)
    paths = numbers.descents(p, (-9.0, 0.1), "gradient descent", 0.2)
    fits = {"forward": [numbers.covering(p)], "reverse": numbers.seeking(p)}
    plane = numbers.plane_fits("A cross", 0.5, "isotropic")
    said = [each.value for each in app.markdown]
    for text in (
        words.optima_in_words(
            p, numbers.optima(p, paths["reverse"], unit), "gradient descent", unit
        ),
        *(words.arrival(each, path, fits[each], unit) for each, path in paths.items()),
        words.film_in_words(numbers.descents_in_unit(paths, unit), unit),
        words.between_in_words(0.33, numbers.optima_at(p, 0.33), numbers.walk(p).breaks),
        words.without_direction(p, (-9.0, 0.1), unit),
        words.plane_in_words(numbers.plane_of("A cross", 0.5), plane, unit),
    ):
        assert said.count(text) == 1, text
    assert titles(app)[BETWEEN].startswith("α = 0.33: ")
    assert specs(app)[BETWEEN]["layout"]["shapes"][0]["x0"] == 0.33
    for title, found in zip(titles(app)[PLANE], plane.values(), strict=True):
        assert title.endswith(f" {found[0].divergence:.3f} nats")


@pytest.mark.parametrize("label", PRESETS)
def test_presets_put_every_cell_and_nothing_else(label):
    elsewhere = [(1, place, 0.3) for place in range(5)]
    app = opened(elsewhere, 0.7, 1.2, rate="0.5", alpha=0.3, slant=0.5, check1="Over both")
    before = set_up(app)
    press(app, label)
    assert cells(app) == PRESETS[label]
    after = set_up(app)
    table = {key for key in before if re.fullmatch(r"forward_p\d_\w+", key)}
    assert {key: after[key] for key in before.keys() - table} == {
        key: before[key] for key in before.keys() - table
    }
    check_everything(app, PRESETS[label])


@pytest.mark.parametrize(("label", "unit"), [("Unequal modes", "nats"), ("One heavy tail", "dits")])
def test_preset_in_another_unit(label, unit):
    check_everything(opened(PRESETS[label], -0.5, 1.4, unit=unit), PRESETS[label], unit)


def test_q_at_an_extreme_of_both_sliders():
    app = opened(TWO, -10.0, 0.1)
    assert not app.warning
    check_everything(app, TWO)


def test_slider_of_q_moves_everything_that_follows_it():
    app = move(open_page(LESSON), "forward_q_mean", -3.35)
    check_everything(app, TWO)
    p = mixture(TWO)
    paths = numbers.descents(p, (-3.35, 1.0), "natural gradient", 0.1)
    paths = numbers.descents_in_unit(paths, UNITS["bits"])
    assert passage(app, "Both begin at your Q") == words.film_in_words(paths, UNITS["bits"])


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        (
            "weight",
            {
                0.02: ((0.02, -2.5, 0.8), (0.98, 2.5, 0.8)),
                0.98: ((0.98, -2.5, 0.8), (0.02, 2.5, 0.8)),
            },
        ),
        (
            "separation",
            {
                0.1: ((0.5, -0.05, 0.8), (0.5, 0.05, 0.8)),
                16.0: ((0.5, -8.0, 0.8), (0.5, 8.0, 0.8)),
            },
        ),
        (
            "spread",
            {
                0.1: ((0.5, -2.5, 0.1), (0.5, 2.5, 0.1)),
                4.0: ((0.5, -2.5, 4.0), (0.5, 2.5, 4.0)),
            },
        ),
    ],
)
def test_sliders_of_p_rewrite_the_cells_and_everything_follows(name, ends):
    app = open_page(LESSON)
    for value, rows in ends.items():
        slide(app, name, value)
        assert cells(app) == pytest.approx(np.array(rows))
        assert slider_of_p(app, name).value == pytest.approx(value)
        assert q_of(app) == (1.5, 1.0)
        check_everything(app, cells(app))


def test_sliders_of_p_move_three_bells_together():
    three = PRESETS["Three modes"]
    app = slide(opened(three), "weight", 0.4)
    share = 0.6 / 0.7
    expected = np.array([(0.4, -4, 0.7), (0.4 * share, 0, 0.6), (0.3 * share, 4.5, 0.9)])
    assert cells(app) == pytest.approx(expected, abs=1e-5)
    app = slide(app, "separation", 4.0)
    scale = 4 / 8.5
    expected[:, 1] = 0.25 + scale * (np.array([-4, 0, 4.5]) - 0.25)
    assert cells(app) == pytest.approx(expected, abs=1e-5)
    app = slide(app, "spread", 1.8)
    expected[:, 2] *= 2
    assert cells(app) == pytest.approx(expected, abs=1e-5)
    check_everything(app, cells(app))


def test_cells_move_the_sliders_of_p():
    app = move(open_page(LESSON), "forward_p2_mean", "4.5")
    move(app, "forward_p1_weight", "1.5")
    move(app, "forward_p2_spread", "1.2")
    assert sliders_of_p(app) == [0.75, 7.0, 1.2]
    check_everything(app, ((1.5, -2.5, 0.8), (0.5, 4.5, 1.2)))


# Edges.


def test_single_bell_is_its_own_best_q():
    app = opened(bell(0.5, 1.2))
    check_everything(app, bell(0.5, 1.2))
    assert "P is one bell" in texts(app)
    assert [slider_of_p(app, name).disabled for name in LABELS] == [True, True, False]
    slide(app, "spread", 2.0)
    check_everything(app, bell(0.5, 2.0))


def test_q_that_equals_p_wins_and_no_number_is_what_rounding_has_left():
    app = opened(bell(0.5, 2.0), 0.5, 2.0)
    assert "both directions are 0 bits" in texts(app)
    assert verdict(app)[1]
    for said in (*texts(app).splitlines(), *titles(app)):
        assert "×10⁻" not in said


def test_p_and_q_far_apart_are_told_in_numbers():
    app = opened(((1, -10, 0.05), (1, 10, 0.05)), 10.0, 8.0)
    assert not re.search(r"\b(nan|inf)\b", texts(app))


# What goes with every lesson.


def test_prediction_reveals_what_is_computed():
    options = open_page(LESSON).radio(key="forward_predict").options
    mean, std = moments(TWO)
    assert mean == pytest.approx(0)
    praised = []
    for answer in options:
        said = texts(open_page(LESSON, forward_predict=answer))
        assert f"**{std:.2f}**" in said
        praised.append("That is what happens" in said)
    assert praised == [True, False, False]


def test_right_answers_are_marked_right():
    answers = ("Over both", "The average runs over Q", "No, both can be local optima", "Too narrow")
    app = open_page(LESSON, **numbered("forward_check", answers))
    assert [each.value[:5] for each in app.success] == ["Right"] * 4


def test_snippet_is_of_this_view():
    app = opened(UNEQUAL, 0.35, 1.7, unit="dits")
    p = mixture(UNEQUAL)
    assert app.code[0].value == words.snippet(p, (0.35, 1.7), UNITS["dits"]).strip()


@pytest.mark.parametrize("unit", ["bits", "dits"])
def test_files_hold_the_curves_on_screen(unit, files):
    app = opened(UNEQUAL, 0.35, 1.7, unit=unit)
    by_hand = headings(each["text"] for each in specs(app)[HAND]["layout"]["annotations"])
    columns = numbers_in(files["forward_reverse.csv"]())
    assert list(columns) == [
        "x", "p", "q", f"forward_integrand_{unit}", f"reverse_integrand_{unit}",
    ]  # fmt: skip
    x, p, q, forward, reverse = columns.values()
    np.testing.assert_allclose(p, np.exp(log_density(UNEQUAL, x)), rtol=1e-9)
    np.testing.assert_allclose(q, np.exp(log_bell(x, 0.35, 1.7)), rtol=1e-9)
    for values, shown in zip((forward, reverse), by_hand, strict=True):
        assert np.trapezoid(values, x) == pytest.approx(value_of(shown)[0], abs=0.002)
    page = files["forward_reverse.html"]()
    assert "<html" in page
    assert f"{by_hand[0]} {unit}" in page
    assert as_csv({"x": [1]}) == "x\n1\n"


def test_view_is_restored_by_its_link():
    app = press(open_page(LESSON), "Wide and narrow")
    move(app, "forward_q_spread", 2.2)
    again = linked(LESSON, app)
    assert not again.warning
    assert set_up(again) == set_up(app)
    assert specs(again) == specs(app)
