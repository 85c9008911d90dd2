"""The table of the lesson is typed, pasted or uploaded, and in the link only where it says so."""

import re

import pytest
from scipy.stats import entropy

from pages.your_own.reading import AS_GUESSED, CHOICES
from tests.pages.conftest import bound_controls, linked, move, press, set_up
from tests.pages.reading import metrics, texts
from tests.pages.your_own.tables import SMALL, SMOOTH, columns, lesson


def upload(app, name, content):
    """Upload a file."""
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def test_wrong_table_says_what_is_wrong_and_keeps_the_rest():
    app = lesson(own_table="a,1,2\nb,3", own_alpha="0.5", own_top=7, own_check1="It cannot come up")
    [warning] = app.warning
    assert warning.value.startswith("Row 2 has 2 columns")
    assert warning.value.endswith("everything else stays as it is.")
    assert not app.metric
    controls = bound_controls(app)
    assert (controls["own_alpha"].value, controls["own_top"].value) == (0.5, 7)
    app = move(app, "own_table", SMALL)
    assert not app.warning
    assert len(app.metric) == 2


def test_uploaded_file_fills_the_table_and_stays_out_of_the_link():
    app = upload(lesson(own_table=SMALL), "numbers.csv", SMOOTH.replace(",", ";").encode("utf-16"))
    assert not app.warning
    assert app.text_area[0].value == SMOOTH.replace(",", ";")
    assert "own_table" not in bound_controls(app)
    assert not app.toggle(key="_own_in_link").value
    assert "a reload, or the link of this page, brings the example back" in texts(app)
    assert metrics(app)[0] == f"{entropy(*columns(SMOOTH), base=2):.3f} bits"
    # The field for files is empty again: the table above is what counts.
    assert app.file_uploader[0].value is None
    app.toggle(key="_own_in_link").set_value(True).run()
    assert bound_controls(app)["own_table"].value == SMOOTH.replace(",", ";")
    assert "whoever gets the link gets it too" in texts(app)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sheet.xlsx", b"PK\x03\x04\x00\x00", "`sheet.xlsx` is no text file; save the sheet as"),
        ("a.csv", "ä,1,2\nb,3,4".encode("latin-1"), "Row 1 of `a.csv` holds a character that"),
        ("big.csv", b"a,1,2\n" * 150_000, "`big.csv` is 900,000 characters long; at most"),
    ],
)
def test_file_that_cannot_be_read_says_why_and_leaves_the_table(name, content, said):
    app = upload(lesson(own_table=SMALL), name, content)
    [warning] = app.warning
    assert warning.value.startswith(said)
    assert warning.value.endswith("The table stays as it is.")
    assert bound_controls(app)["own_table"].value == SMALL
    # Another file mends it.
    app = upload(app, "good.csv", SMOOTH.encode())
    assert not app.warning
    assert app.text_area[0].value == SMOOTH


def test_wrong_table_in_a_file_is_named_and_can_be_mended_in_the_field():
    app = upload(lesson(), "numbers.csv", b"word,P,Q\na,1,2\nb,3,many\n")
    [warning] = app.warning
    assert warning.value.startswith("Row 3: Q is `many`")
    app.text_area[0].set_value("word,P,Q\na,1,2\nb,3,9\n").run()
    assert not app.warning


def test_thousand_categories_work_and_stay_out_of_the_link():
    rows = [f"category {place},{place % 97},{place % 89 + 1}" for place in range(1000)]
    text = "\n".join(["what,P,Q", *rows])
    app = lesson()
    app.text_area[0].set_value(text).run()
    assert not app.exception
    assert not app.warning
    app.run()
    assert "own_table" not in bound_controls(app)
    assert app.toggle(key="_own_in_link").disabled
    assert "This table is too long for a link." in texts(app)
    assert metrics(app)[0] == f"{entropy(*columns(text), base=2):.3f} bits"
    assert any("988 others" in html.value for html in app.get("html"))
    press(app, "Twelve rolls each")
    assert bound_controls(app)["own_table"].value.startswith("face,P's die")
    assert not app.toggle(key="_own_in_link").disabled


def test_start_over_brings_the_example_back_into_the_link():
    usual = set_up(lesson())
    app = upload(lesson(own_alpha="2", own_top=5, own_direction="D(Q‖P)",
                        own_predict="It sinks to 0", own_check3="Divide both columns by 880"),
                 "numbers.csv", SMALL.encode())  # fmt: skip
    press(app, "Start over")
    assert set_up(app) == usual
    assert app.toggle(key="_own_in_link").value


def test_share_says_what_the_link_leaves_out_and_when_it_is_too_long_for_a_code():
    app = press(lesson(own_table=SMALL), "Share this view")
    assert "This link opens exactly this view:" in texts(app)
    app = press(upload(lesson(), "numbers.csv", SMALL.encode()), "Share this view")
    assert "This link opens this view, but for your table" in texts(app)
    rows = "\n".join(f"x{place},{place},1" for place in range(230))
    app = press(lesson(own_table=rows), "Share this view")
    [told] = [info.value for info in app.info if "QR code" in info.value]
    assert re.match(r"The link has [\d,]+ characters, more than a QR code holds\.", told)


TOTALS = "w,P,Q\na,3,1\nb,2,4\nTotal,5,5"


def test_guess_is_said_undone_and_in_the_link():
    app = lesson(own_table=TOTALS)
    assert (
        "**Totals**: Row 4, `Total`, is the sum of the others and is left out." in app.info[0].value
    )
    assert metrics(app)[0] == f"{entropy([3, 2], [1, 4], base=2):.3f} bits"
    app = move(app, "own_totals", "categories")
    assert "**Totals**: categories, as you chose." in app.info[0].value
    value = f"{entropy([3, 2, 5], [1, 4, 5], base=2):.3f} bits"
    assert metrics(app)[0] == value
    assert metrics(linked("your_own", app))[0] == value


def test_question_is_answered_by_a_choice():
    app = lesson(own_table="a\t1,234\t5\nb\t1\t2")
    assert app.warning[0].value.startswith("Is the comma in `1,234` a decimal sign, or does it")
    app = move(app, "own_decimal", "point")
    assert not app.warning
    assert metrics(app)[0] == f"{entropy([1234, 1], [5, 2], base=2):.3f} bits"


@pytest.mark.parametrize("replace", [lambda app: press(app, "The book's die"),
                                     lambda app: upload(app, "a.csv", SMALL.encode())])  # fmt: skip
def test_another_table_is_read_as_guessed_again(replace):
    app = replace(lesson(own_table=TOTALS, own_totals="categories", own_first="a heading"))
    controls = bound_controls(app)
    assert {controls[f"own_{field}"].value for field in CHOICES} == {AS_GUESSED}
    assert not app.info


def test_ordinary_table_has_nothing_to_be_told():
    app = lesson()
    assert not app.info
    assert [each.label for each in app.expander][:2] == [
        "Read it otherwise", "Which numbers belong here?",
    ]  # fmt: skip
    assert not any(each.proto.expanded for each in app.expander[:2])
    assert {each.key for each in app.selectbox} >= {f"own_{field}" for field in CHOICES}
