"""The page on both directions shows what its parts make, and moves as its controls do."""

import math
import re

import numpy as np
import pytest

from charts.units import UNITS
from pages.forward_reverse import folded_words, numbers, words
from tests.pages.conftest import (
    answers_of,
    move,
    numbered,
    of_lesson,
    open_page,
    press,
    set_up,
)
from tests.pages.forward_reverse.claims import check_formula, check_people, headings, mixture
from tests.pages.forward_reverse.truth import (
    PRESETS,
    TWO,
    UNEQUAL,
    bell,
    best_bells,
    divergence,
    log_density,
    moments,
)
from tests.pages.forward_reverse.view import (
    BETWEEN,
    FOLDS,
    HAND,
    LESSON,
    NAMES,
    PLANE,
    check_everything,
    modes,
    opened,
    q_of,
    verdict,
)
from tests.pages.reading import (
    NUMBER,
    all_agree,
    charts,
    check_alternatives,
    dragged,
    numbers_in,
    passage,
    sentence,
    specs,
    texts,
    titles,
    value_of,
    values,
)
from tests.pages.truth import log_bell
from widgets.take_away import as_csv


def test_pictures_follow_their_sliders():
    by_hand = [f"forward_p{mode}_{name}" for mode in range(1, 6) for name in NAMES]
    by_hand += [f"forward_{pair}_{name}" for pair in ("guess", "q") for name in NAMES[1:]]
    assert answers_of(opened()) == {key: {"by_hand_picture"} for key in by_hand} | {
        "forward_round": {"verdict"},
        "forward_rate": {"optima"},
        "forward_alpha": {"best_between"},
        "forward_slant": {"ellipses"},
    }


def test_opens_with_the_question_and_a_picture_that_does_not_answer_it():
    app = open_page(LESSON)
    assert not app.warning
    assert modes(app) == TWO
    assert titles(app)[HAND] == "Where is D(P‖Q) least?"
    drawn = charts(app)[HAND]
    assert not re.search(r"bits|larger|\d\.\d{3}", drawn.alt)
    labels = [each["text"] for each in drawn.figure["layout"]["annotations"]]
    assert all("= ?" in each for each in labels)
    for area in drawn.figure["data"][2:6]:
        assert not values(area["y"]).any()
    assert dragged(drawn).keys() == {"forward_guess_mean", "forward_guess_spread"}
    move(app, "forward_guess_mean", -0.5)
    assert titles(app)[HAND] == "Where is D(P‖Q) least?"
    assert dragged(charts(app)[HAND])["forward_guess_mean"][0] == -0.5


def test_what_is_folded_away_is_computed_on_demand_only():
    assert len(charts(open_page(LESSON))) == 4
    assert len(charts(opened())) == 8
    app = open_page(LESSON, forward_plane="true")
    assert [each.key for each in charts(app)][4:] == [
        "_forward_plane_forward", "_forward_plane_reverse",
    ]  # fmt: skip


def test_guess_is_told_with_its_cost_and_q_goes_where_the_least_is():
    app = move(open_page(LESSON), "forward_guess_mean", -0.5)
    guess = divergence(TWO, bell(-0.5, 1.0)) / math.log(2)
    # Nothing else of the page knows yet.
    assert "Your Q costs" not in texts(app)
    [switch] = [each for each in app.toggle if each.key == "forward_guess_told"]
    switch.set_value(True).run()
    assert q_of(app) == (0.0, 2.6)
    found = sentence(app, rf"Your Q costs \*\*{NUMBER} bits\*\*\. The least is \*\*{NUMBER} bits")
    least = divergence(TWO, bell(*moments(TWO))) / math.log(2)
    assert all_agree(found.groups(), (guess, least))
    assert "It covers." in texts(app)
    assert specs(app)[HAND]["data"][-1]["name"] == "your guess"
    there = {key: str(value) for key, value in set_up(app).items() if value is not None}
    assert specs(open_page(LESSON, **there))[HAND] == specs(app)[HAND]


def test_guess_about_another_p_is_about_the_p_that_was_asked_about():
    app = press(open_page(LESSON), "Three modes")
    assert titles(app)[HAND] != "Where is D(P‖Q) least?"
    app.toggle(key="forward_hold").set_value(True).run()
    app.toggle(key="forward_guess_told").set_value(True).run()
    assert modes(app) == TWO
    assert q_of(app) == (0.0, 2.6)
    assert not app.session_state["forward_hold"]


@pytest.mark.parametrize("label", ["Least D(P‖Q)", "Least D(Q‖P)"])
@pytest.mark.parametrize("told", ["true", "false"])
def test_q_goes_to_the_best_bell_of_either_direction(label, told):
    app = press(opened(UNEQUAL, guess_told=told), label)
    best = moments(UNEQUAL) if "P‖Q" in label else best_bells(UNEQUAL)[0][:2]
    assert q_of(app) == pytest.approx(best, abs=0.026)
    assert dragged(charts(app)[HAND])["forward_q_mean"][0] == q_of(app)[0]


def test_opens_with_everything_in_agreement():
    app = opened()
    assert not app.warning
    assert q_of(app) == (1.5, 1.0)
    check_everything(app, TWO)


def test_every_chart_has_words_as_its_text_alternative():
    check_alternatives(open_page(LESSON), 4)
    check_alternatives(opened(), 8)


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
        folded_words.between_in_words(0.33, numbers.optima_at(p, 0.33), numbers.walk(p).breaks),
        words.without_direction(p, (-9.0, 0.1), unit),
        folded_words.plane_in_words(numbers.plane_of("A cross", 0.5), plane, unit),
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
    assert modes(app) == PRESETS[label]
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
    app = move(opened(), "forward_q_mean", -3.35)
    check_everything(app, TWO)
    p = mixture(TWO)
    paths = numbers.descents(p, (-3.35, 1.0), "natural gradient", 0.1)
    paths = numbers.descents_in_unit(paths, UNITS["bits"])
    assert passage(app, "Both begin at your Q") == words.film_in_words(paths, UNITS["bits"])


# The modes of P.


@pytest.mark.parametrize("end", [0, 1])
def test_sliders_of_a_mode_move_everything_that_follows_them(end):
    app, expected = opened(), [list(row) for row in TWO]
    for place, (name, ends) in enumerate(
        {"weight": (0.2, 1.0), "mean": (-10.0, 10.0), "spread": (0.1, 5.0)}.items()
    ):
        move(app, f"forward_p2_{name}", ends[end])
        expected[1][place] = ends[end]
        assert modes(app) == tuple(map(tuple, expected))
    check_everything(app, modes(app))


def test_mode_is_added_where_there_is_most_room_and_gone_without_weight():
    app = press(opened(), "Add a mode")
    assert modes(app) == (*TWO, (0.5, 5.5, 0.8))
    check_everything(app, modes(app))
    handles = dragged(charts(app)[HAND])
    for place, (_, mean, spread) in enumerate(modes(app), start=1):
        assert handles[f"forward_p{place}_mean"] == (mean, 0)
        assert handles[f"forward_p{place}_weight"][0] == mean
        assert handles[f"forward_p{place}_spread"][0] == mean + spread
    move(app, "forward_p2_weight", 0.0)
    assert modes(app) == (TWO[0], (0.5, 5.5, 0.8))
    assert not any(key.startswith("forward_p2") for key in dragged(charts(app)[HAND]))
    # The place that is free comes first.
    assert modes(press(app, "Add a mode"))[1][1] == 1.5


def out_of_sight(app):
    """Return which containers of controls are hidden."""
    return {name for each in app.html for name in re.findall(r"st-key-_forward_(\w+)", each.value)}


def test_only_controls_that_move_something_are_in_sight():
    app = open_page(LESSON)
    assert out_of_sight(app) == {"q_of_q", "kept", "which", "p3_of_p", "p4_of_p", "p5_of_p"}
    app = press(opened(), "Add a mode")
    assert out_of_sight(app) == {"guess_of_q", "kept", "which", "p4_of_p", "p5_of_p"}
    move(app, "forward_goal", "hit a target D(P‖Q) in few moves")
    assert "which" not in out_of_sight(app)
    app = open_page(LESSON, forward_q_mean="0.5")
    assert "guess_of_q" in out_of_sight(app)
    assert dragged(charts(app)[HAND])["forward_q_mean"][0] == 0.5


def test_there_is_room_for_five_modes_and_no_more():
    app = opened()
    for _ in range(5):
        press(app, "Add a mode")
    assert len(modes(app)) == 5
    assert {mean for _, mean, _ in modes(app)} == {-2.5, 2.5, 5.5, -5.5, 0.0}
    check_formula(*[each.value for each in app.latex][1::2], modes(app), q_of(app))


# Edges.


def test_single_bell_is_its_own_best_q():
    app = opened(bell(0.5, 1.2))
    check_everything(app, bell(0.5, 1.2))
    assert "P is one bell" in texts(app)


def test_q_that_equals_p_wins_and_no_number_is_what_rounding_has_left():
    app = opened(bell(0.5, 2.0), 0.5, 2.0)
    assert "both directions are 0 bits" in texts(app)
    assert verdict(app)[1]
    for said in (*texts(app).splitlines(), *titles(app)):
        assert "×10⁻" not in said


def test_p_and_q_far_apart_are_told_in_numbers():
    app = opened(((1, -10, 0.1), (1, 10, 0.1)), 10.0, 8.0)
    assert not re.search(r"\b(nan|inf)\b", texts(app))


# What goes with every lesson.


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
    for integrand, shown in zip((forward, reverse), by_hand, strict=True):
        assert np.trapezoid(integrand, x) == pytest.approx(value_of(shown)[0], abs=0.002)
    page = files["forward_reverse.html"]()
    assert "<html" in page
    assert f"{by_hand[0]} {unit}" in page
    assert as_csv({"x": [1]}) == "x\n1\n"


def test_view_is_restored_by_its_link():
    app = press(opened(), "Wide and narrow")
    move(app, "forward_q_spread", 2.2)
    there = {key: str(value) for key, value in set_up(app).items() if value is not None}
    again = open_page(LESSON, **there, **of_lesson("forward", **FOLDS))
    assert not again.warning
    assert set_up(again) == set_up(app)
    assert specs(again) == specs(app)


def test_all_of_the_page_keeps_to_a_held_spread():
    app = opened(spread=1.0, hold="true")
    people = passage(app, "cautious person"), passage(app, "focused person")
    check_people(*people, TWO, 1.0)
    assert "project_reverse(p, 1.0)" in app.code[-1].value
