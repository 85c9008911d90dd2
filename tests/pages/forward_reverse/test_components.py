"""P's bells as a table: what a cell may hold, and what the sliders make of the rows."""

from itertools import pairwise

import pytest
from streamlit.testing.v1 import AppTest

from pages.forward_reverse.components import LONGEST, RANGES, ROWS, moved, read_rows
from tests.pages.reading import refusal

EMPTY = ("", "", "")
GOOD = ("1", "0", "1")
THREE = [(3.0, -2.0, 0.5), (2.0, 1.0, 1.0), (1.0, 4.0, 0.25)]


def refused(*cells):
    """Return the sentence with which a table is refused."""
    return refusal(read_rows, cells)


def cell(name, text):
    """Return a row that is right but for one cell."""
    return tuple(text if each == name else right for each, right in zip(RANGES, GOOD, strict=True))


def gaps(rows):
    """Return how far each middle lies from the one before."""
    return [right[1] - left[1] for left, right in pairwise(rows)]


def test_rows_are_read_in_order_and_empty_ones_left_out():
    assert read_rows([GOOD, EMPTY, ("0.25", "-3.5", "2"), EMPTY, EMPTY]) == (
        (1.0, 0.0, 1.0),
        (0.25, -3.5, 2.0),
    )
    assert read_rows([("  ", "\t", " "), GOOD]) == ((1.0, 0.0, 1.0),)


@pytest.mark.parametrize("name", RANGES)
def test_ends_of_every_range_are_allowed_and_what_lies_beyond_is_not(name):
    for end, outside in zip(RANGES[name], (-1, 1), strict=True):
        # A weight of 0 needs another row that weighs something.
        [row, _] = read_rows([cell(name, f"{end:g}"), GOOD])
        assert row[list(RANGES).index(name)] == end
        said = refused(cell(name, f"{end + 0.001 * outside:.8g}"), GOOD)
        assert said.startswith(f"Row 1: the {name} is ")


@pytest.mark.parametrize(
    ("name", "rule"),
    [("weight", "between 0 and 1000"), ("mean", "between −10 and 10"),
     ("spread", "between 0.05 and 5")],
)  # fmt: skip
@pytest.mark.parametrize(
    "text", ["nan", "NaN", "-nan", "inf", "-inf", "1e999", "-1e999", "two", "1,5", "0x10", "1 2"]
)
def test_what_is_no_number_or_too_large_is_refused_with_row_column_and_rule(name, rule, text):
    for place in range(1, ROWS + 1):
        rows = [GOOD] * (place - 1) + [cell(name, text)]
        said = refused(*rows)
        assert said.startswith(f"Row {place}: the {name} is "), said
        assert said.endswith(f"; it must lie {rule}.")
        assert text in said


@pytest.mark.parametrize(
    ("name", "text"),
    [("spread", "0"), ("spread", "-1"), ("spread", "0.0499"), ("spread", "-0"), ("spread", "5.01"),
     ("mean", "500"), ("mean", "-10.1"), ("weight", "-0.5"), ("weight", "1001")],
)  # fmt: skip
def test_number_out_of_range_is_not_called_no_number(name, text):
    said = refused(cell(name, text))
    assert said.startswith(f"Row 1: the {name} is ")
    assert "no number" not in said


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("nothing", ["", " ", "\t"])
def test_empty_cell_in_a_filled_row_is_named(name, nothing):
    assert refused(GOOD, cell(name, nothing)).startswith(f"Row 2 has no {name};")


def test_first_wrong_cell_is_the_one_that_is_named():
    assert refused(GOOD, ("1", "far", "0"), ("x", "y", "z")).startswith("Row 2: the mean is `far`")


def test_table_needs_a_row():
    assert "empty" in refused(*[EMPTY] * ROWS)
    assert "empty" in refused()


def test_some_weight_must_be_above_0():
    assert "All weights are 0" in refused(("0", "0", "1"), ("-0", "1", "1"), EMPTY)
    assert read_rows([("0", "0", "1"), ("0.001", "1", "1")])[1][0] == 0.001


@pytest.mark.parametrize(
    ("text", "value"),
    [("−2.5", -2.5), ("-2.5", -2.5), ("+3", 3), (" 4 ", 4), ("1e0", 1), (".5", 0.5), ("7.", 7)],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert read_rows([cell("mean", text)]) == ((1.0, value, 1.0),)


@pytest.mark.parametrize(
    "text", ["`", "``", "a`b", "*b*", "$x$", "<b>", "[a](b)", "x\ny", "\x00", "_|_", "😀"]
)
def test_text_is_quoted_so_that_markdown_shows_it_as_it_is(text):
    said = refused(cell("mean", text))
    quoted = said.removeprefix("Row 1: the mean is `").partition("`, which is no number")[0]
    assert "`" not in quoted
    assert quoted.isprintable()
    assert len(quoted) == len(text)
    assert [one == other for one, other in zip(quoted, text, strict=True)] == [
        each.isprintable() and each != "`" for each in text
    ]


@pytest.mark.parametrize("text", ["x" * 5000, "9" * 5000, "1e" + "9" * 300])
def test_long_text_is_cut_short(text):
    said = refused(cell("mean", text))
    assert f"{text[:LONGEST]}…" in said
    assert text[: LONGEST + 1] not in said
    assert len(said) < 120


@pytest.mark.parametrize("share", [0.02, 0.3, 0.98])
def test_weight_of_the_first_row_is_its_share_and_the_others_keep_their_proportions(share):
    rows = moved(THREE, "weight", share)
    weights = [weight for weight, _, _ in rows]
    assert weights[0] == share
    assert sum(weights) == pytest.approx(1, abs=1e-5)
    assert weights[1] == pytest.approx(2 * weights[2], abs=2e-6)
    assert [row[1:] for row in rows] == [row[1:] for row in THREE]


def test_weights_that_are_0_stay_0_while_another_row_weighs_something():
    rows = [(1.0, 0.0, 1.0), (0.0, 1.0, 1.0), (3.0, 2.0, 1.0)]
    assert [row[0] for row in moved(rows, "weight", 0.5)] == [0.5, 0.0, 0.5]


def test_first_weight_of_0_can_be_raised():
    rows = [(0.0, 0.0, 1.0), (4.0, 1.0, 1.0)]
    assert [row[0] for row in moved(rows, "weight", 0.25)] == [0.25, 0.75]


def test_others_share_equally_where_none_of_them_weighs_anything():
    rows = [(1.0, 0.0, 1.0), (0.0, 1.0, 1.0), (0.0, 2.0, 1.0)]
    assert [row[0] for row in moved(rows, "weight", 0.5)] == [0.5, 0.25, 0.25]


@pytest.mark.parametrize("apart", [0.1, 3.0, 16.0])
def test_separation_is_between_the_outermost_and_the_rest_keep_their_proportions(apart):
    rows = moved(THREE, "separation", apart)
    means = [mean for _, mean, _ in rows]
    assert max(means) - min(means) == pytest.approx(apart)
    assert gaps(rows) == pytest.approx([apart / 2, apart / 2])
    assert (min(means) + max(means)) / 2 == pytest.approx(1)
    assert [(row[0], row[2]) for row in rows] == [(row[0], row[2]) for row in THREE]


def test_separation_does_not_care_in_which_order_the_rows_stand():
    rows = moved([THREE[2], THREE[0], THREE[1]], "separation", 12)
    assert [mean for _, mean, _ in rows] == pytest.approx([7, -5, 1])


@pytest.mark.parametrize("middle", [-10.0, -3.0, 0.0, 8.0, 10.0])
@pytest.mark.parametrize("apart", [0.1, 5.0, 16.0])
def test_separation_keeps_every_mean_in_its_range(middle, apart):
    rows = [(1.0, middle, 1.0), (1.0, middle, 2.0), (1.0, middle, 3.0)]
    means = [mean for _, mean, _ in moved(rows, "separation", apart)]
    low, high = RANGES["mean"]
    assert low <= round(means[0], 9) < means[1] < round(means[2], 9) <= high
    # Bells that share a middle part, evenly, in the order of their rows.
    assert means[2] - means[0] == pytest.approx(apart)
    assert means[1] == pytest.approx((means[0] + means[2]) / 2)


@pytest.mark.parametrize("widest", [0.1, 1.0, 4.0])
def test_spread_is_that_of_the_widest_and_the_others_keep_their_proportions(widest):
    rows = moved(THREE, "spread", widest)
    floor = RANGES["spread"][0]
    expected = [max(widest * share, floor) for share in (0.5, 1, 0.25)]
    assert [spread for _, _, spread in rows] == pytest.approx(expected)
    assert [row[:2] for row in rows] == [row[:2] for row in THREE]


@pytest.mark.parametrize(
    ("name", "value", "expected"), [("separation", 0.1, None), ("spread", 2.5, (0.7, 3.0, 2.5))]
)
def test_sliders_leave_a_single_bell_valid(name, value, expected):
    [row] = moved([(0.7, 3.0, 1.0)], name, value)
    assert read_rows([[f"{each:.6g}" for each in row]])
    if expected:
        assert row == pytest.approx(expected)


def test_weight_of_a_single_bell_has_nothing_to_share():
    [row] = moved([(1.0, 3.0, 1.0)], "weight", 0.5)
    assert row[0] > 0
    assert row[1:] == (3.0, 1.0)


@pytest.mark.parametrize(
    "rows",
    [THREE, [(1000.0, -10.0, 5.0), (0.001, 10.0, 0.05)], [(1.0, 0.0, 1.0)] * ROWS,
     [(0.0, 9.9, 0.05), (1.0, 10.0, 5.0), (0.0, -10.0, 1.0)]],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "low", "high"), [("weight", 0.02, 0.98), ("separation", 0.1, 16), ("spread", 0.1, 4)]
)
def test_whatever_a_slider_makes_fits_the_cells(rows, name, low, high):
    for value in (low, (low + high) / 2, high):
        cells = [[f"{each:.6g}" for each in row] for row in moved(rows, name, value)]
        assert all(len(text) <= LONGEST for row in cells for text in row)
        assert len(read_rows(cells)) == len(rows)


def test_wrong_cell_keeps_the_last_table_that_was_right():
    def page():
        import streamlit as st

        from pages.forward_reverse.components import Components

        bells = Components("x", ((1.0, -1.0, 0.5), (3.0, 1.0, 0.5)))
        bells.controls()
        bells.say_what_is_wrong()
        st.text(repr(bells.mixture()))

    app = AppTest.from_function(page).run()
    start = app.text[0].value
    assert start == ("GaussianMixture(weights=(0.25, 0.75), means=(-1.0, 1.0), stds=(0.5, 0.5))")
    app.text_input(key="x1_mean").set_value("-4").run()
    changed = app.text[0].value
    assert changed == start.replace("-1.0, 1.0", "-4.0, 1.0")
    assert [slider.value for slider in app.slider] == [0.25, 5.0, 0.5]
    app.text_input(key="x1_mean").set_value("four").run()
    assert app.text[0].value == changed
    [warning] = app.warning
    assert warning.value.startswith("Row 1: the mean is `four`, which is no number")
    assert [slider.value for slider in app.slider] == [0.25, 5.0, 0.5]
    app.text_input(key="x1_mean").set_value("-1").run()
    assert (app.text[0].value, len(app.warning)) == (start, 0)
    for name in RANGES:
        app.text_input(key=f"x2_{name}").set_value("")
    app.run()
    assert app.text[0].value == "GaussianMixture(weights=(1.0,), means=(-1.0,), stds=(0.5,))"
    assert [slider.disabled for slider in app.slider] == [True, True, False]


def test_all_five_rows_have_cells_each_with_a_name():
    def page():
        from pages.forward_reverse.components import Components

        Components("x", ((1.0, 0.0, 1.0),)).controls()

    app = AppTest.from_function(page).run()
    assert [(cell.key, cell.label, cell.value) for cell in app.text_input[:-1]] == [
        (f"x{row}_{name}", f"Row {row}, {name}", text if row == 1 else "")
        for row in range(1, ROWS + 1)
        for name, text in zip(RANGES, GOOD, strict=True)
    ]


def bells():
    """Draw two bells, the sliders that move them, and a control of something else."""
    import streamlit as st

    from pages.forward_reverse.components import Components

    pair = Components("x", ((1.0, -1.0, 0.5), (1.0, 1.0, 0.5)))
    pair.controls()
    st.toggle("Something else", key="else")
    st.button("Preset", on_click=pair.put, args=([(1.0, -3.0, 0.5), (1.0, 3.0, 0.5)],))
    st.text(str(pair.mixture().means))


@pytest.fixture
def app():
    return AppTest.from_function(bells).run()


def separation(app):
    """Return the slider that moves the middles apart."""
    return next(slider for slider in app.slider if slider.label == "P, separation")


def middles(app):
    """Return what the table says of the middles, and what P's are."""
    cells = [app.text_input(key=f"x{row}_mean").value for row in (1, 2)]
    return cells, app.text[0].value


def told(app, late, *moved):
    """Tell the server what was moved, and all else as a browser has it that still shows `late`."""
    moved = {each.id for each in moved}
    states = app._tree.get_widget_states()
    ours = [each for each in states.widgets if each.id in moved]
    del states.widgets[:]
    states.widgets.extend([*ours, *(each for each in late.widgets if each.id not in moved)])
    return app._run(states)


def test_cell_takes_the_text_that_a_slider_has_just_replaced(app):
    separation(app).set_value(4.0).run()
    assert middles(app) == (["-2", "2"], "(-2.0, 2.0)")
    app.text_input(key="x1_mean").set_value("-1").run()
    assert middles(app) == (["-1", "2"], "(-1.0, 2.0)")
    assert separation(app).value == 3


def test_cell_that_the_browser_still_shows_is_no_edit(app):
    late = app._tree.get_widget_states()
    separation(app).set_value(4.0).run()
    told(app, late, separation(app), app.toggle[0].set_value(True))
    assert middles(app) == (["-2", "2"], "(-2.0, 2.0)")
    assert separation(app).value == 4
    # The same text, of a browser that has drawn the cells, is one.
    app.text_input(key="x1_mean").set_value("-1").run()
    assert middles(app) == (["-1", "2"], "(-1.0, 2.0)")


def test_slider_that_the_browser_still_shows_is_no_move(app):
    late = app._tree.get_widget_states()
    app.text_input(key="x2_mean").set_value("5").run()
    told(app, late, app.text_input(key="x2_mean"), app.toggle[0].set_value(True))
    assert middles(app) == (["-1", "5"], "(-1.0, 5.0)")
    assert separation(app).value == 6


def test_preset_outlives_what_the_browser_still_shows(app):
    late = app._tree.get_widget_states()
    app.button[0].click().run()
    told(app, late, app.toggle[0].set_value(True))
    assert middles(app) == (["-3", "3"], "(-3.0, 3.0)")
    assert separation(app).value == 6


def test_edits_of_two_cells_right_after_each_other_are_both_taken(app):
    late = app._tree.get_widget_states()
    app.text_input(key="x1_mean").set_value("-4").run()
    told(app, late, app.text_input(key="x1_mean"), app.text_input(key="x2_mean").set_value("5"))
    assert middles(app) == (["-4", "5"], "(-4.0, 5.0)")


def test_edit_of_a_cell_that_a_slider_is_just_writing_to_wins(app):
    late = app._tree.get_widget_states()
    separation(app).set_value(4.0).run()
    told(app, late, separation(app), app.text_input(key="x1_mean").set_value("-9"))
    assert middles(app) == (["-9", "2"], "(-9.0, 2.0)")
    # The browser, which draws the slider's writing only now, draws this one after it.
    assert app.text_input(key="x1_mean").proto.set_value


def test_what_the_browser_has_drawn_is_forgotten(app):
    for apart in (3.0, 4.0, 5.0):
        separation(app).set_value(apart).run()
        app.toggle[0].set_value(apart == 4).run()
    assert app.session_state["_x_before"] == {}
