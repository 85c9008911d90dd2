"""Tables as people paste and upload them: what is read, and which sentence refuses the rest."""

import contextlib
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.your_own.counts import read_counts
from pages.your_own.files import LONGEST, MOST, decoded
from pages.your_own.labels import harmless, means_markup
from tests.pages.reading import refusal
from widgets.take_away import as_csv

GOOD = "b,3,4"


def refused(text):
    """Return the sentence with which a table is refused."""
    said = refusal(read_counts, text)
    assert len(said) < 200
    return said


def as_read(text):
    """Return what a table says, as plain lists."""
    counts = read_counts(text)
    return list(counts.labels), counts.p.tolist(), counts.q.tolist()


TWO = (["the", "sea"], [12, 3.5], [9, 0])


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("the,12,9\nsea,3.5,0", "commas"),
        ("the;12;9\nsea;3.5;0", "semicolons"),
        ("the;12;9\nsea;3,5;0", "semicolons"),
        ("the\t12\t9\nsea\t3,5\t0", "tabs"),
        ("the,12,9\r\nsea,3.5,0\r\n\r\n", "commas"),
        ("the,12,9\rsea,3.5,0", "commas"),
        ("\ufeffthe,12,9\nsea,3.5,0", "commas"),
        ("\n\nthe , 12,9 \n\n  sea,3.5, 0\n,,\n\n", "commas"),
        ("the,12,9,\nsea,3.5,0,,,", "commas"),
        ('"the","12","9"\n"sea","3.5","0"', "commas"),
        ('the,12,9\nsea,"3,5",0', "commas"),
        ("the,12,9\nsea,+3.5,-0", "commas"),
        ("the,1.2e1,9.0\nsea,35e-1,0", "commas"),
    ],
)
def test_table_is_read_whatever_the_spreadsheet_writes(text, separator):
    assert as_read(text) == TWO
    assert read_counts(text).separator == separator


def test_first_row_is_a_heading_where_both_cells_name_something():
    assert read_counts("word,P,Q\nthe,12,9\nsea,3.5,0").heading == ("P", "Q")
    assert read_counts(",count 2019,count 2020\na,1,2\nb,3,4").heading == (
        "count 2019",
        "count 2020",
    )
    assert read_counts("choice,1,2\na,3,4").heading is None
    # A number that is none in a first row of data would vanish as a heading.
    assert refused("a,nan,nan\nb,3,4").startswith("Row 1: P is `nan`")
    assert refused("a,x,2\nb,3,4").startswith("Row 1: P is `x`")
    assert read_counts('a,"1,234.50","2,345.60"\nb,3,4').heading is None


def test_separator_is_the_one_that_makes_three_columns():
    assert as_read("x;y,1,2\nz,3,4")[0] == ["x;y", "z"]
    assert as_read("x,y;1;2\nz;3;4")[0] == ["x,y", "z"]
    assert as_read("x,y\t1\t2\nz;\t3\t4")[0] == ["x,y", "z;"]


def test_percent_signs_mean_hundredths():
    _, p, q = as_read("a,12%,0.5\nb,88 %,0.5")
    assert (p, q) == ([0.12, 0.88], [0.5, 0.5])


def test_quoted_labels_keep_separators_quotes_and_line_breaks():
    labels, *_ = as_read('"a, b",1,2\n"say ""c""",3,4\n"two\nlines",5,6\n5" pipe,7,8')
    assert labels == ["a, b", 'say "c"', "two\nlines", '5" pipe']


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,1", "Row 1 has 2 columns; each row needs three: a label, P's number and Q's number."),
        ("nan", "Row 1 has 1 column; each row needs three: a label, P's number and Q's number."),
        (f"{GOOD}\na 1 2", "Row 2 has 1 column;"),
        (f"word,P,Q\n\n{GOOD}\na,1", "Row 4 has 2 columns;"),
        (f"{GOOD}\na,1,2,3", "Row 2 has 4 columns;"),
        (f"{GOOD}\na,x,2", "Row 2: P is `x`, which is no number; write one such as 12 or 0.5."),
        (f"{GOOD}\na,1,two", "Row 2: Q is `two`, which is no number;"),
        (f"{GOOD}\na,1,NaN", "Row 2: Q is `NaN`, which is no number;"),
        (f"{GOOD}\na,1,1 23", "Row 2: Q is `1 23`, which is no number;"),
        (f"{GOOD}\na,1,0x10", "Row 2: Q is `0x10`, which is no number;"),
        (f"{GOOD}\na,-1,2", "Row 2: P is `-1`; a count or a probability is never below 0."),
        (f"{GOOD}\na,1,-4", "Row 2: Q is `-4`; a count or a probability is never below 0."),
        (f"{GOOD}\na,−1,2", "Row 2: P is `−1`; a count or a probability is never below 0."),
        (f"{GOOD}\na,inf,2", "Row 2: P is `inf`; it must be 0, or between 10⁻¹⁰⁰ and 10¹⁰⁰."),
        (f"{GOOD}\na,1e999,2", "Row 2: P is `1e999`; it must be 0, or between"),
        (f"{GOOD}\na,1e308,2", "Row 2: P is `1e308`; it must be 0, or between"),
        (f"{GOOD}\na,1e-300,2", "Row 2: P is `1e-300`; it must be 0, or between"),
        (f"{GOOD}\na,,2", "Row 2: P has no number; write 0 where nothing was counted."),
        (f"{GOOD}\n,1,2", "Row 2 has no label; give each category a name."),
        (f"{GOOD}\na,1,1\n{GOOD}", "Rows 1 and 3 have the same label, `b`; make them one row"),
        (f"P,Q,R\n{GOOD}\n\n b ,1,1", "Rows 2 and 4 have the same label, `b`;"),
        ("a,0,1\nb,0.0,1", "Every number of P is 0, so P has no shares; at least one must be"),
        ("a,1,0\nb,1,-0", "Every number of Q is 0, so Q has no shares;"),
        ("", "The table is empty; give each category a row:"),
        (" \n,,\n\t\n", "The table is empty;"),
        ("word,P,Q", "The table has 0 categories; it needs at least 2"),
        (GOOD, "The table has 1 category; it needs at least 2, and at most 1,000 are read."),
        ('"a,1,2\nb,3,4', "Row 1 begins a label with a quotation mark that does not end it;"),
        ('b,3,4\n"a"c,1,2', "Row 2 begins a label with a quotation mark that does not end it;"),
    ],
)
def test_what_cannot_be_read_is_named_by_row_and_rule(text, said):
    assert refused(text).startswith(said)


def test_commas_that_may_be_decimal_signs_or_not_are_asked_about():
    assert refused("a\t1,234\t5\nb\t1\t2") == (
        "Is the comma in `1,234` a decimal sign, or does it part thousands? Choose the *Decimal "
        "sign* under *Read it otherwise*."
    )
    # Another number settles it.
    assert as_read("a\t1,234\t5\nb\t0,5\t2")[1] == [1.234, 0.5]
    assert as_read("a;0,125;1\nb;0,875;1")[1] == [0.125, 0.875]
    assert as_read("a;1.234;5\nb;0,5;2")[1] == [1234, 0.5]
    assert refused("a;1.5;5\nb;0,5;2").startswith("Row 1: P is `1.5`, but decimals stand after a")
    assert as_read("a\t1,234,567\t5\nb\t1\t2")[1] == [1234567, 1]
    assert "Where commas are decimal signs, separate the" in refused("a,1,5,2,5\nb,1,5,2,5")
    assert refused("w,P,Q\na,1,5,2,5\nb,1,5,2,5").endswith(
        "Where commas are decimal signs, separate the columns with semicolons."
    )


def test_thousand_categories_are_read_and_no_more():
    rows = [f"category {place},{place},1" for place in range(MOST)]
    assert read_counts("\n".join(rows)).p.tolist() == list(range(MOST))
    assert refused("\n".join([*rows, "one more,1,1"])).startswith("The table has 1,001 categories")


def test_long_text_is_not_read_at_all():
    assert refused("x" * (LONGEST + 1)).startswith("The table is 100,001 characters long;")
    assert refused("x" * LONGEST).startswith("Row 1 has 1 column;")


@pytest.mark.parametrize("piece", ["-", "_", "*", " ×", "1 234 ", "| ", '"', "1,"])
def test_longest_text_is_read_or_refused_at_once(piece):
    begun = time.perf_counter()
    for text in (piece * 50_000, f"{piece * 20_000},1,2\nb,3,4", f"a,1{piece * 15_000}x,2\nb,3,4"):
        with contextlib.suppress(ValueError):
            counts = read_counts(text[:LONGEST])
            assert all(means_markup(label) in (True, False) for label in counts.labels)
    # What takes the square of its length takes half a minute.
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("label", ["`x`", "x" * 5000, "**x**\n# y", "<b>", "\x00\u202e"])
def test_labels_are_quoted_in_sentences_so_that_markdown_shows_them_as_they_are(label):
    quoted = '"' + label + '"'
    said = refused(f"{quoted},1,2\n{quoted},1,2")
    inside = said.partition("label, `")[2].partition("`; make them")[0]
    assert "`" not in inside
    assert inside.isprintable()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_file_is_read_as_spreadsheets_write_it(coding):
    assert decoded("a.csv", "ä,1,2\nñ,3,4".encode(coding)) == "ä,1,2\nñ,3,4"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sheet.xlsx", b"PK\x03\x04\x14\x00\x06\x00", "`sheet.xlsx` is no text file; save the"),
        ("image.png", b"\x89PNG\r\n\x1a\n\x00", "`image.png` is no text file; save the sheet as"),
        ("a.csv", "a,1,2\nä,3,4".encode("latin-1"), "Row 2 of `a.csv` holds a character that is"),
        ("a.csv", b"\xff\xfe\x00\xd8", "Row 1 of `a.csv` holds a character that is not"),
        ("a`*.csv", b"\x00", "`a *.csv` is no text file;"),
        ("long.csv", b"x" * 2_000_000, "`long.csv` is 2,000,000 characters long; at most 100,000"),
    ],
)
def test_file_that_is_no_text_is_named(name, content, said):
    assert refusal(decoded, name, content).startswith(said)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused_with_a_sentence(content):
    try:
        read_counts(decoded("file", content))
    except ValueError as problem:
        assert str(problem).endswith(".")  # noqa: PT017


@given(st.text(st.sampled_from('a1,;\t\n"%.−-e \r='), max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        counts = read_counts(text)
    except ValueError as problem:
        assert str(problem).endswith(".")  # noqa: PT017
    else:
        assert len(set(counts.labels)) == len(counts.labels) >= 2
        for column in (counts.p, counts.q):
            assert (column >= 0).all()
            assert np.isfinite(column.sum())
            assert column.sum() > 0


@pytest.mark.parametrize(
    "label",
    ["<b>x</b>", "<img src=x onerror=alert(1)>", "**x**", "_x_", "*x*", "a __b c__", "# x", "`x`",
     "$x^2$", ":red[x]", "[x](http://x)", "&lt;", "=1+1", "+1", "-1", "@SUM(A1)"],
)  # fmt: skip
def test_labels_with_markup_are_recognised(label):
    assert means_markup(label)


@pytest.mark.parametrize(
    "label",
    [
        "sea",
        "a < b",
        "AT&T",
        "5 $",
        "naïve",
        "a: b",
        "(x)",
        "日本",
        "red_sea",
        "a_b_c",
        "x_1_y",
        "_",
        "5 * 3 * 2",
        "a*",
        "#1",
    ],
)
def test_plain_labels_are_not_taken_for_markup(label):
    assert not means_markup(label)


def test_formulas_come_back_as_text_and_everything_else_as_it_was():
    labels = ["=1+1", "+1", "-1", "@SUM(A1)", "a=b", "sea", "'x"]
    assert as_csv({"label": map(harmless, labels)}).splitlines()[1:] == [
        "'=1+1", "'+1", "'-1", "'@SUM(A1)", "a=b", "sea", "'x",
    ]  # fmt: skip
    # Blanks around a label are gone before a sign could hide behind them.
    assert read_counts('"\t=1",1,2\n" @x",3,4').labels == ("=1", "@x")
