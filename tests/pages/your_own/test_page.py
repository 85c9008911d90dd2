"""The lesson on your own numbers shows what a table makes true."""

import re

import numpy as np
import pytest
from scipy.stats import entropy

from charts.units import NATS
from pages.your_own import words
from pages.your_own.examples import LANGUAGES
from tests.pages.conftest import answers_of, bound_controls, numbered, press
from tests.pages.reading import charts, metrics, rows, tables, texts
from tests.pages.your_own.tables import HOSTILE, SMOOTH, columns, compared, lesson


def test_pictures_follow_their_sliders():
    assert answers_of(lesson()) == {"own_alpha": {"picture", "smoothing"}, "own_top": {"picture"}}


def test_opens_with_the_dice_that_its_question_is_about():
    app = lesson()
    assert not app.warning
    p, q = columns(app.text_area[0].value)
    assert metrics(app) == ["∞", f"{entropy(q, p, base=2):.3f} bits"]
    assert np.isinf(entropy(p, q))
    assert p[q == 0] > 0
    asked = app.radio(key="own_predict").label
    assert "Two dice are rolled twelve times each. Q's shows no six, P's does" in asked
    assert "6 categories in columns separated by commas; P adds up to 12, Q to 12." in texts(app)
    assert re.search("face 6.* has no count in Q, but is", charts(app)[0].words)


def test_letters_of_two_languages_are_one_press_away():
    app = press(lesson(), "Two languages")
    p, q = columns(LANGUAGES)
    assert metrics(app) == [f"{entropy(p, q, base=2):.3f} bits", "∞"]
    assert "29 categories in columns separated by commas; P adds up to 255, Q to 279." in texts(app)
    assert "P is `English`, Q is `German`" in texts(app)


def test_page_says_and_shows_what_the_table_makes_true():
    app = lesson(
        unit="nats", own_table=SMOOTH, own_alpha="0.5", own_direction="D(Q‖P)", own_top="3"
    )
    view = compared(SMOOTH, 0.5, "D(Q‖P)")
    p, q = columns(SMOOTH, 0.5)
    assert metrics(app) == [f"{entropy(p, q):.3f} nats", f"{entropy(q, p):.3f} nats"]
    said = texts(app)
    assert words.in_words(view, NATS) in said
    assert "With 0.5 added to every count D(P‖Q) goes from" in said
    assert [*tables(app).values()] == [
        rows(words.measures(view, NATS)),
        rows(words.largest_terms(view, 3, NATS)),
    ]
    assert "their shares with 0.5 added to every count. The last column is in nats" in said
    assert f"{entropy(q, p):.3f}" in app.latex[1].value
    assert app.latex[1].value.count(r"\ln(") == 3
    assert app.code[0].value.strip() == words.snippet(view, NATS).strip()


@pytest.mark.parametrize("preset", ["Two languages", "332 forecasts", "The book's die",
                                    "Twelve rolls each", "Ten times as many"])  # fmt: skip
def test_presets_are_tables_that_fit_in_the_link_with_nothing_added(preset):
    app = press(lesson(own_table="broken", own_alpha="0.5"), preset)
    assert not app.warning
    assert bound_controls(app)["own_table"].value == app.text_area[0].value
    p, q = columns(app.text_area[0].value)
    shown = [f"{value:.3f} bits" if np.isfinite(value) else "∞"
             for value in (entropy(p, q, base=2), entropy(q, p, base=2))]  # fmt: skip
    assert metrics(app) == shown


def test_prediction_reveals_what_is_computed():
    app = lesson(own_predict="It grows without end")
    said = texts(app)
    assert "That is what happens" in said
    values = []
    for alpha in (1, 0.1, 0.01):
        p, q = np.full(6, 2 + alpha), np.array([3, 2, 2, 1, 4, 0]) + alpha
        values.append(entropy(p, q, base=2))
    assert (
        f"D(P‖Q) is {values[0]:.3f} bits, with 0.1 it is {values[1]:.3f} bits, with 0.01 "
        f"{values[2]:.3f} bits" in said
    )
    # "each tenth part adds about as much again"
    steps = np.diff(values)
    assert steps[1] == pytest.approx(steps[0], rel=0.25)
    assert "A surprise, then" in texts(lesson(own_predict="It sinks to 0"))


def test_right_answers_are_marked_right():
    answers = ("It did not come up in this sample", "Each, for its choice of α",
               "Divide each column by its own total",
               "They were not divided by their totals")  # fmt: skip
    app = lesson(**numbered("own_check", answers))
    assert [message.value[:5] for message in app.success] == ["Right"] * 4


def test_labels_with_markup_are_shown_as_they_are_and_it_is_said():
    app = lesson(own_table=HOSTILE)
    assert not app.warning
    said = texts(app)
    assert "Labels are shown as they are written, `<img src=x onerror=alert(1)>` too" in said
    assert "In the CSV file an apostrophe stands before `=1+1`: a spreadsheet would" in said
    for element in app.get("html"):
        assert "<img" not in element.proto.body
    for kind in ("markdown", "caption"):
        for element in getattr(app, kind):
            outside = "".join(element.value.split("`")[::2])
            for label in ("<img", "**bold**", "=1+1", "$x^2$", ":red[x]"):
                assert label not in outside
    assert set(re.findall(r"<(/?\w+)", charts(app)[0].words)) == {"p", "/p", "code", "/code"}


@pytest.mark.parametrize(("key", "value", "pictures"), [("own_alpha", 1, 2), ("own_top", 5, 1)])
def test_slider_redraws_its_pictures_and_no_table(key, value, pictures):
    app = lesson(own_table=LANGUAGES)
    bound_controls(app)[key].set_value(value).run()
    assert not app.exception
    assert len(charts(app)) == pictures
    assert not tables(app)
    p, q = columns(LANGUAGES, value if key == "own_alpha" else 0)
    shown = dict(charts(app)[0].numbers)
    assert shown["D(P‖Q)"] == f"{entropy(p, q, base=2):.3f} bits"
    assert len(charts(app)[0].figure["layout"]["yaxis"]["ticktext"]) == (
        7 if key == "own_top" else 14
    )
