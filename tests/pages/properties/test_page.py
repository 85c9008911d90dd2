"""The lesson asks first, shows what comes true, and counts how low one has come."""

import math
import re

import pytest

from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    of_lesson,
    open_page,
    press,
)
from tests.pages.properties.truth import divergence
from tests.pages.reading import chart, dragged, metrics, printed, table, texts, value_of, weights
from tests.pages.truth import BASES, chances

WEATHER, FORECAST = [4, 3, 2, 1], [1.5, 2, 4, 2.5]


def page(**parameters):
    """Open the lesson; parameters come without its name."""
    return open_page("properties", **of_lesson("properties", **parameters))


def test_pictures_follow_their_sliders():
    outcomes = [f"properties_{letter}{place}" for letter in "pq" for place in range(1, 5)]
    bells = [f"properties_{letter}_{name}" for letter in "abc" for name in ("mean", "spread")]
    assert answers_of(page()) == {
        **{key: {"under_the_line", "how_low"} for key in outcomes},
        "properties_guess": {"under_the_line"},
        **{key: {"the_triangle"} for key in bells},
    }


def test_headings_leave_it_open_whether_d_is_a_distance():
    assert not re.search(r"\b(no|not a) distance", texts(page()), re.IGNORECASE)


def test_nothing_gives_the_average_away_before_the_guess():
    app = page()
    assert metrics(app)[1] == "?"
    drawn = chart(app, "_properties_chart")
    assert drawn.title == "Where is the average ratio?"
    assert "average exactly" not in texts(app)
    assert "no distance: a detour" not in texts(app)


@pytest.mark.parametrize("unit", BASES)
def test_guess_is_told_how_far_off_it_is_and_the_star_comes(unit):
    app = page(unit=unit, guess=1.4, guess_told=True)
    assert "You were 0.40 off: it is exactly 1" in texts(app).replace("*", "")
    exact = divergence(chances(WEATHER), chances(FORECAST), BASES[unit])
    assert metrics(app)[:2] == [f"{exact:.3f} {unit}", "1.000"]
    assert "the ratios average exactly 1" in texts(app)


def test_answer_moves_the_forecast_and_not_the_average():
    app = page()
    app.toggle(key="properties_guess_told").set_value(True).run()
    assert weights(app, "properties_q") == [7, 1, 1.5, 0.5]
    assert weights(app, "properties_p") == WEATHER
    assert metrics(app)[1] == "1.000"


def test_whoever_moves_sees():
    assert metrics(move(page(), "properties_q1", 3.0))[1] == "1.000"


def test_right_guess_is_said_to_be_right():
    assert "That is it: it is" in texts(page(guess=1.0, guess_told=True))


def test_forecast_that_is_the_truth_has_no_gap():
    app = press(page(), "Q is P")
    assert "there is no gap anywhere, and D(P‖Q) is 0 bits" in texts(app)
    assert "you are at the bottom" in texts(app)
    assert "0.000 bits" in metrics(app)


def test_outcome_ruled_out_has_an_endless_gap():
    app = press(page(), "Q rules out snow")
    assert metrics(app)[0] == "∞"
    assert "Q rules out snow, which P brings 10.0% of the time" in texts(app)
    assert "∞" in app.latex[1].value


def test_chance_where_p_never_comes_is_counted():
    app = press(page(), "P never snows")
    assert "Q puts 25.0% on snow, which P never brings" in texts(app)
    assert metrics(app)[1] == "0.750"
    assert r"\text{outside: }" in app.latex[1].value
    assert table(app, "Ratios")[4][3:] == ["none", "none", "none", "none", "0.000"]


def test_table_adds_up():
    rows = table(page(q1=5, q2=1), "Ratios")
    gaps = [value_of(row[-1])[0] for row in rows[1:5]]
    assert sum(gaps) == pytest.approx(value_of(rows[5][-1])[0], abs=0.003)
    for row in rows[1:5]:
        x, line, curve, gap = (value_of(each)[0] for each in row[3:7])
        assert line == pytest.approx((x - 1) / math.log(2), abs=0.002)
        assert gap == pytest.approx(line - curve, abs=0.002)


def test_lowest_is_kept_until_one_starts_over():
    app = page()
    assert "So far: 0.4093 bits" in texts(app)
    app = press(app, "Q rules out snow")
    assert "The lowest of 2 tries: 0.4093 bits" in texts(app)
    app = press(app, "Q is P")
    app = press(app, "P never snows")
    assert "you are at the bottom" in texts(app)
    assert "So far: 0.4093 bits" in texts(press(app, "Start over"))


def test_no_weights_left_says_how_to_mend_it_and_keeps_the_triangle():
    app = page(**numbered("q", [0] * 4))
    [warning] = app.warning
    assert "All weights of Q are 0" in warning.value
    assert chart(app, "_properties_chart") is None
    assert chart(app, "_properties_triangle")


def test_dots_and_guess_can_be_dragged():
    handles = dragged(chart(page(guess=0.5), "_properties_chart"))
    assert handles["properties_guess"] == (0.5, 0)
    expected = [b / a for a, b in zip(chances(WEATHER), chances(FORECAST), strict=True)]
    assert [handles[f"properties_q{place}"][0] for place in range(1, 5)] == pytest.approx(expected)


def test_bells_can_be_dragged_by_top_and_flank():
    handles = dragged(chart(page(b_mean=-1.5, b_spread=2.0), "_properties_triangle"))
    assert handles["properties_b_mean"][0] == -1.5
    assert handles["properties_b_spread"][0] == 0.5
    assert len(handles) == 6


def test_answer_puts_b_between_and_breaks_the_triangle():
    app = page()
    assert "here the triangle holds" in texts(app)
    app.radio(key="properties_detour").set_value("Never").run()
    assert "A surprise, then" in texts(app)
    assert bound_controls(app)["properties_b_mean"].value == 1
    assert metrics(app)[2:] == ["2.885 bits", "1.443 bits", "2.885 bits"]
    assert "shorter by 1.443 bits" in texts(app)


def test_published_triangle_in_nats():
    app = press(page(unit="nats"), "B between")
    assert metrics(app)[2:4] == ["2.000 nats", "1.000 nats"]


def test_wide_c_makes_the_way_back_another():
    app = press(page(), "A wide C")
    there, _, back = metrics(app)[2:]
    assert there != back
    app = press(app, "Swap A and C")
    assert metrics(app)[2] == back
    assert metrics(app)[4] == there


def test_right_answers_are_marked_right():
    answers = ("The numbers in P or Q do not add up to 1", "No: a detour may still be shorter",
               "As large as you like")  # fmt: skip
    for key, answer in numbered("properties_check", answers).items():
        app = open_page("properties", **{key: answer})
        assert [message.value[:5] for message in app.success] == ["Right"]


@pytest.mark.parametrize("unit", BASES)
def test_snippet_reproduces_the_numbers_on_screen(unit):
    app = page(unit=unit, q3=2.5, b_mean=0.7)
    shown = [*map(float, printed(app.code[0].value).split())]
    tiles = metrics(app)
    assert [f"{each:.3f} {unit}" for each in shown] == [tiles[0], tiles[2], tiles[3]]
