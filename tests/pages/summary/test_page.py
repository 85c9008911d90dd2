"""The summary shows what is true, and keeps score."""

import math

import pytest
from scipy.stats import entropy

from charts.units import UNITS
from pages.summary.cheat_sheet import sections
from pages.summary.numbers import coin
from pages.summary.questions import questions
from pages.summary.words import READING, in_words, snippet
from tests.deep_links import deep_links
from tests.pages.conftest import answers_of, move, numbered, open_page, press
from tests.pages.reading import charts, dragged, passage, table, texts
from tests.pages.truth import BASES, FAIR, LOADED

RIGHT = numbered("summary_check", (each.right for each in questions(UNITS["bits"])))


def coins(app):
    """Return P's and Q's chance of heads, in percent."""
    return tuple(app.slider(key=f"summary_{letter}").value for letter in "pq")


def test_presets_set_the_coins():
    app = press(open_page("summary"), "SciPy's coins")
    assert coins(app) == (50, 90)
    press(app, "Swap P and Q")
    assert coins(app) == (90, 50)
    press(app, "Let Q be P")
    assert coins(app) == (90, 90)
    press(app, "Q is certain")
    assert coins(app) == (50, 100)
    press(app, "Cover & Thomas's coins")
    assert coins(app) == (50, 25)


def test_picture_keeps_the_answer_until_somebody_answers_or_moves():
    app = open_page("summary")
    assert "Q says that heads come 90% of the time" in app.radio(key="summary_predict").label
    assert coins(app) == (50, 90)
    [veiled] = charts(app)
    assert veiled.title == "Which is larger, D(P‖Q) or D(Q‖P)?"
    assert "both divergences appear" in veiled.words
    assert {trace["mode"] for trace in veiled.figure["data"]} == {"markers+text"}
    assert not any(f"{entropy(*pair, base=2):.3f}" in veiled.spec + veiled.words
                   for pair in (([1, 1], [9, 1]), ([9, 1], [1, 1])))  # fmt: skip
    for view in ({"summary_predict": "They are equal"}, {"summary_q": 89}, {"summary_p": 51}):
        [shown] = charts(open_page("summary", **view))
        assert shown.title.startswith("D(P‖Q) = ")
        assert len([t for t in shown.figure["data"] if t["mode"] == "lines"]) == 2


def handles(app):
    """Return where each slider can be dragged in the chart."""
    [drawn] = charts(app)
    return dragged(drawn)


@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_coins_can_be_dragged_by_the_line_of_p_and_the_mark_of_q(unit, base):
    found = handles(open_page("summary", summary_p=30, summary_q=45, unit=unit))
    assert found["summary_p"] == (30, pytest.approx(0.85 * 2 / math.log2(base)))
    assert found["summary_q"] == pytest.approx((45, entropy([0.3, 0.7], [0.45, 0.55], base=base)))


def test_mark_that_is_infinite_can_be_dragged_at_the_top():
    assert handles(open_page("summary", summary_q=100))["summary_q"] == (100, 2)


def test_pictures_follow_their_sliders():
    answers = {"summary_p": {"picture"}, "summary_q": {"picture"}}
    assert answers_of(open_page("summary")) == answers


@pytest.mark.parametrize("letter", ["p", "q"])
def test_slider_redraws_its_picture_and_nothing_else(letter):
    app = open_page("summary")
    app.slider(key=f"summary_{letter}").set_value(60).run()
    assert handles(app)[f"summary_{letter}"][0] == 60
    assert not app.latex
    assert not app.code


def test_prediction_reveals_what_is_computed():
    app = open_page("summary", summary_predict="D(P‖Q)")
    there, back = (entropy(p, q, base=2) for p, q in (([1, 1], [9, 1]), ([9, 1], [1, 1])))
    assert there > back
    assert "That is what happens" in texts(app)
    assert f"D(P‖Q) is **{there:.3f} bits**, D(Q‖P) {back:.3f} bits" in texts(app)
    assert "A surprise, then" in texts(open_page("summary", summary_predict="D(Q‖P)"))


def test_formula_adds_up_to_the_divergence():
    app = open_page("summary", summary_p=50, summary_q=25, unit="nats")
    today = app.latex[1].value
    assert "+0.347" in today
    assert "−0.203" in today
    assert f"{entropy([0.5, 0.5], [0.25, 0.75]):.3f}" in today
    assert r"\text{ nats}" in today


def test_all_answers_right_make_twenty():
    app = open_page("summary", **RIGHT)
    assert not app.warning
    assert sum(message.value.startswith("Right") for message in app.success) == 20
    assert "**20 of 20 right.** All of them!" in app.success[-1].value


def test_wrong_answer_says_why_and_where_to_look():
    app = open_page("summary", summary_check3="Undefined")
    [why, score] = [message.value for message in app.info]
    assert why.startswith("It is well defined")
    assert [link.address for link in deep_links(why)] == ["/die?die_q6=0#move"]
    assert score == "**0 of 1 right so far**; 19 to go."


def test_answers_show_where_to_go_next():
    wrong = {"summary_check3": "Undefined", "summary_check4": RIGHT["summary_check4"]}
    app = open_page("summary", **wrong)
    [shown] = [each.value for each in app.markdown if "What your answers show" in each.value]
    assert "**zeros that make it infinite**: 1 of 1 wrong" in shown
    assert "/die?die_q6=0#move" in [link.address for link in deep_links(shown)]
    assert "You know about bits and nats." in shown
    assert "What your answers show" not in texts(open_page("summary", **RIGHT))


def test_prediction_puts_the_coins():
    app = open_page("summary")
    app.radio(key="summary_predict").set_value("They are equal").run()
    assert [app.slider(key=f"summary_{each}").value for each in "pq"] == [50, 90]
    assert "as a rule another number with P and Q swapped" in texts(app)


def test_answers_outlive_the_unit():
    app = move(open_page("summary", **RIGHT), "unit", "dits")
    assert "**20 of 20 right.**" in app.success[-1].value


def test_checks_count_what_agrees_and_show_the_difference():
    said = texts(open_page("summary"))
    assert "36 values beside what this app computes now" in said
    assert "27 that their sources print, 3 worked out by hand, 6 by SciPy" in said
    assert "34 agree to half a unit of the last digit" in said
    die = entropy(FAIR, LOADED, base=2)
    assert "0.350</td><td style=" in said
    assert f">{die:.5f}<" in said
    assert "−2.2×10⁻⁵" in said


def test_checks_keep_the_units_of_their_sources():
    bits, *others = (
        table(open_page("summary", unit=unit), "Values to check against") for unit in UNITS
    )
    assert others == [bits, bits]


def test_sheet_on_the_page_has_every_entry():
    said = texts(open_page("summary", unit="nats"))
    for section in sections(UNITS["nats"]):
        assert f":violet[**{section.title}**]" in said
        assert all(f"**{each.name}** {each.note}" in said for each in section.entries)
    assert f"{entropy(FAIR, LOADED):.3f}" in said


def test_sentence_and_snippet_are_those_of_the_coins():
    app = open_page("summary", unit="nats", summary_p=30, summary_q=45)
    pair = coin(30), coin(45)
    assert passage(app, "both divergences are 0|Both are 0 where") == in_words(*pair, UNITS["nats"])
    [code] = [code.value for code in app.code if "kl_core" in code.value]
    assert code == snippet(*pair, UNITS["nats"]).strip()


def test_reading_is_on_the_page():
    assert READING.strip() in texts(open_page("summary"))
