"""P's cells on the page: one that is wrong is named, and everything else stays as it is."""

import re
from functools import cache

import numpy as np
import pytest

from pages.forward_reverse.components import read_rows
from tests.pages.conftest import move, open_page, press, set_up
from tests.pages.forward_reverse.truth import PRESETS, TWO, UNEQUAL
from tests.pages.forward_reverse.view import (
    LESSON,
    NAMES,
    cells,
    check_everything,
    link,
    opened,
    slide,
)
from tests.pages.reading import refusal, specs

BAD = [
    ("spread", "0", "between 0.05 and 5"),
    ("spread", "-1", "between 0.05 and 5"),
    ("spread", "nan", "between 0.05 and 5"),
    ("spread", "1e999", "between 0.05 and 5"),
    ("mean", "500", "between −10 and 10"),
    ("mean", "-1e999", "between −10 and 10"),
    ("mean", "two", "between −10 and 10"),
    ("mean", "", "has no mean"),
    ("weight", "", "has no weight"),
    ("weight", "-0.5", "between 0 and 1000"),
    ("weight", "NaN", "between 0 and 1000"),
    ("mean", "<script>", "between −10 and 10"),
    ("mean", "`", "between −10 and 10"),
    ("mean", "*", "between −10 and 10"),
    ("mean", "$x$", "between −10 and 10"),
    ("mean", "1\x00", "between −10 and 10"),
]


def check_said(said, row, name, rule):
    """See that a sentence names the row, the column and the rule, with its markup as it is."""
    assert said.startswith(f"Row {row}")
    assert name in said
    assert rule in said
    assert len(said) < 250
    bare = re.sub(r"`[^`]*`", "", said)
    assert not re.search(r"[`*$<]", bare), said


def check_warning(app, row, name, rule):
    """See that the page says one such sentence."""
    assert len(app.warning) == 1, [each.value for each in app.warning]
    check_said(app.warning[0].value, row, name, rule)


@pytest.mark.parametrize(("name", "text", "rule"), BAD)
def test_bad_cell_is_named_with_its_rule(name, text, rule):
    row = [text if each == name else "1" for each in NAMES]
    check_said(refusal(read_rows, [("1", "1", "1"), row]), 2, name, rule)


@pytest.mark.parametrize(("name", "text", "rule"), [BAD[i] for i in (0, 3, 7, 12)])
def test_bad_cell_keeps_the_last_good_view_and_can_be_mended(name, text, rule):
    app = opened(UNEQUAL, 0.7, 1.2, rate="0.5", alpha=0.3, slant=0.5, check1="Over both")
    before, shown = set_up(app), specs(app)
    key = f"forward_p2_{name}"
    move(app, key, text)
    check_warning(app, 2, name, rule)
    assert specs(app) == shown
    assert set_up(app) == before | {key: text}
    move(app, key, before[key])
    assert not app.warning
    assert (specs(app), set_up(app)) == (shown, before)


@cache
def usual_view():
    """Return the address, the charts and the controls of a view with the P that the page opens on.

    What a list or a dictionary holds here is only compared.
    """
    app = opened(TWO, 0.7, 1.2, rate="0.5", alpha=0.3, slant=0.5)
    return dict(app.query_params), specs(app), set_up(app)


@pytest.mark.parametrize(("name", "text", "rule"), [BAD[i] for i in (1, 2, 5, 8, 11, 15)])
def test_bad_cell_in_a_link_shows_the_opening_p_and_keeps_the_rest(name, text, rule):
    others, charts, controls = usual_view()
    bad = link(UNEQUAL) | {f"forward_p1_{name}": text}
    app = open_page(LESSON, **(others | bad))
    check_warning(app, 1, name, rule)
    assert specs(app) == charts
    assert set_up(app) == controls | bad


def test_cell_that_is_mended_brings_the_p_of_the_link():
    app = open_page(LESSON, **link(UNEQUAL) | {"forward_p1_mean": "two"})
    move(app, "forward_p1_mean", "-2")
    assert not app.warning
    check_everything(app, UNEQUAL)


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (dict.fromkeys(link(TWO), ""), "at least one row"),
        (dict.fromkeys(("forward_p1_weight", "forward_p2_weight"), "0"), "All weights are 0"),
    ],
)
def test_table_without_any_weight_says_so_and_keeps_the_last_good_view(bad, rule):
    usual = opened(TWO, 0.7, 1.2)
    app = open_page(LESSON, **(dict(usual.query_params) | bad))
    [warning] = app.warning
    assert rule in warning.value
    assert specs(app) == specs(usual)

    app = opened(UNEQUAL, 0.7, 1.2)
    shown = specs(app)
    for texts_of_cells in (bad, link(UNEQUAL)):
        for key, text in texts_of_cells.items():
            app.text_input(key=key).set_value(text)
        app.query_params.update(texts_of_cells)
        app.run()
        assert specs(app) == shown
        assert [rule in warning.value for warning in app.warning] == [True] * (
            texts_of_cells is bad
        )


def test_sliders_still_work_while_a_cell_is_wrong():
    app = move(opened(UNEQUAL), "forward_p2_spread", "zero")
    app = slide(app, "separation", 8.0)
    assert cells(app) == pytest.approx(np.array([(0.7, -3.5, 0.6), (0.3, 4.5, 1.0)]))
    check_everything(app, cells(app))


def test_preset_mends_a_table_that_is_wrong():
    app = move(open_page(LESSON), "forward_p4_mean", "here")
    [warning] = app.warning
    assert warning.value.startswith("Row 4")
    press(app, "Unequal modes")
    assert not app.warning
    check_everything(app, UNEQUAL)


def test_row_that_is_emptied_is_left_out():
    app = opened(PRESETS["Three modes"])
    for name in NAMES:
        app.text_input(key=f"forward_p2_{name}").set_value("")
    app.query_params.update(dict.fromkeys((f"forward_p2_{name}" for name in NAMES), ""))
    app.run()
    app.run()
    assert not app.exception
    assert not app.warning
    rows = PRESETS["Three modes"]
    assert cells(app) == (rows[0], rows[2])
    check_everything(app, (rows[0], rows[2]))
