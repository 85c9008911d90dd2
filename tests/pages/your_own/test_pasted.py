"""Tables as people paste them: what is read, what is said to be guessed, and what is asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.your_own.counts import read_counts
from pages.your_own.reading import AS_GUESSED, CHOICES, Reading
from tests.pages.reading import refusal

ab, abc = ["a", "b"], ["a", "b", "c"]

# What is pasted; its labels, P and Q; and of each guess, which choice undoes it and how it begins.
PASTED = {
    # Separators and decimal signs.
    "semicolons and decimal commas": ("a;1,5;2\nb;0,5;2,25", ab, [1.5, 0.5], [2, 2.25], []),
    "tabs of a spreadsheet": ("word\tP\tQ\r\na\t12\t9\r\nb\t3\t0\r\n", ab, [12, 3], [9, 0], []),
    "tabs and decimal commas": ("a\t1,5\t2\nb\t0,5\t2,25", ab, [1.5, 0.5], [2, 2.25], []),
    "bars": ("a | 12 | 9\nb | 3 | 0", ab, [12, 3], [9, 0], []),
    "Markdown": ("| w | P | Q |\n|:--|--:|---|\n| a | 12 | 9 |\n| b | 3 | 0 |", ab, [12, 3],
                 [9, 0], []),
    "Markdown with commas": ("| w, x | P | Q |\n|---|---|---|\n| a | 12 | 9 |\n| b | 3 | 0 |", ab,
                             [12, 3], [9, 0], []),
    "a database": (" w | P | Q\n---+---+---\n a | 12 | 9\n b | 3 | 0\n", ab, [12, 3], [9, 0], []),
    "blanks": ("word P Q\na 12 9\nno idea 3 0", ["a", "no idea"], [12, 3], [9, 0], []),
    "aligned": ("         P    Q\nno idea  12   9\nb        3    0", ["no idea", "b"], [12, 3],
                [9, 0], []),
    "R's quotation marks": ('"P" "Q"\n"a" 12 9\n"no idea" 3 0', ["a", "no idea"], [12, 3], [9, 0],
                            []),
    "blanks and decimal commas": ("a 3,5 9,0\nb 1,5 1,0", ab, [3.5, 1.5], [9, 1], []),
    # Thousands.
    "commas beside a point": ('a,"1,234.5",2\nb,"2,000",3', ab, [1234.5, 2000], [2, 3],
                              [("decimal", "The comma in `2,000` is taken to part thousands.")]),
    "two commas": ('a,"1,234,567",2\nb,3,4', ab, [1234567, 3], [2, 4], []),
    "Indian commas": ('a,"12,34,567",2\nb,3,4', ab, [1234567, 3], [2, 4], []),
    "commas only": ("a\t1,234\t5\nb\t12,000\t7", ab, [1234, 12000], [5, 7],
                    [("decimal", "The comma in `1,234` is taken to part")]),
    "a comma beside decimal ones": ("a\t1,234\t5\nb\t0,5\t2", ab, [1.234, 0.5], [5, 2],
                                    [("decimal", "The comma in `1,234` is taken for a decimal")]),
    "points beside decimal commas": ("a;1.234,5;0,5\nb;12.000;1", ab, [1234.5, 12000], [0.5, 1],
                                     [("decimal", "The point in `12.000` is taken to part")]),
    "points only": ("a;1.234;5\nb;987;2", ab, [1.234, 987], [5, 2],
                    [("decimal", "The point in `1.234` is taken for a decimal sign.")]),
    "three decimals": ("a;12.345;50.125\nb;87.655;49.875", ab, [12.345, 87.655], [50.125, 49.875],
                       []),
    "blanks as thousands": ("a;1 234;2\nb;12 345 678;3", ab, [1234, 12345678], [2, 3], []),
    "narrow blanks": ("a\t1\u202f234\t2\nb\t1\u00a0000\t\u00a03", ab, [1234, 1000], [2, 3], []),
    "apostrophes": ("a;1'234;2\nb;1’000’000;3", ab, [1234, 1000000], [2, 3], []),
    # Numbers of other kinds.
    "percentages": ("a,30%,12.5 %\nb,70%,87.5 %", ab, [0.3, 0.7], [0.125, 0.875], []),
    "percentages without a sign": ("a,30,40\nb,70,60", ab, [30, 70], [40, 60],
                                   [("kind", "Both columns add up to 100, so they are taken for")]),
    "fractions": ("a,1/6,1/2\nb,5/6,1/2", ab, [1 / 6, 5 / 6], [0.5, 0.5], []),
    "powers of ten": ("a,1.2e-3,1E3\nb,5×10⁻⁴,1·10^2", ab, [0.0012, 0.0005], [1000, 100], []),
    "signs": ("a,+3,-0\nb,−0,4", ab, [3, 0], [0, 4], []),
    "no width": ("\ufeffa,\u200b3,1\nb,2,4\u200b", ab, [3, 2], [1, 4], []),
    # Labels.
    "emoji": ("🐟,3,1\n👩‍🚀,2,4", ["🐟", "👩‍🚀"], [3, 2], [1, 4], []),
    "snake case": ("red_fish,3,1\nblue_fish,2,4", ["red_fish", "blue_fish"], [3, 2], [1, 4], []),
    "quoted": ('"a, b",3,1\n"say ""c""",2,4', ["a, b", 'say "c"'], [3, 2], [1, 4], []),
    "empty rows": ("\n\na,3,1\n\n,,\nb,2,4\n\n", ab, [3, 2], [1, 4], []),
    "no labels": ("12,9\n3,0", ["1", "2"], [12, 3], [9, 0], [("", "The rows have no labels and")]),
    "labels last": ("P,Q,w\n12,9,a\n3,0,b", ab, [12, 3], [9, 0],
                    [("p", "The labels are in column 3 (`w`).")]),
    # Headings.
    "years of R": ("rownames,1940,1960\na,11.7,8.7\nb,18.1,11.7", ab, [11.7, 18.1], [8.7, 11.7],
                   [("first", "It is taken for a heading, as its numbers, `1940` and")]),
    "years": ("Land;2019;2020\na;3;1\nb;2;4", ab, [3, 2], [1, 4],
              [("first", "It is taken for a heading")]),
    "years or counts": ("yes,1950,2010\nno,80,90\nelse,3,4", ["yes", "no", "else"], [1950, 80, 3],
                        [2010, 90, 4], [("first", "It may be a heading, as `1950` and `2010`")]),
    "years among years": ("Land,1950,1960\na,1890,1999\nb,3,4", ["Land", "a", "b"], [1950, 1890, 3],
                          [1960, 1999, 4], []),
    "rising years": ("Ware,1940,1950,1960\na,3,1,2\nb,2,4,2\nc,1,1,9", abc, [3, 2, 1], [1, 4, 1],
                     [("first", "It is taken for a heading"), ("p", "Of 3 columns of numbers P")]),
    "percentages that are whole": ("a,100%,0%\nb,0%,100%", ab, [1, 0], [0, 1], []),
    "spans of years": ("bin,2010-2015,2015-2020\na,3,1\nb,2,4", ab, [3, 2], [1, 4], []),
    "no corner": ("P,Q\na,3,1\nb,2,4", ab, [3, 2], [1, 4], []),
    "an empty corner": (",1940,1960\na,3,1\nb,2,4", ab, [3, 2], [1, 4],
                        [("first", "It is taken for a heading, as it has no label before")]),
    "of pandas": (",word,P,Q\n0,a,12,9\n1,b,3,0", ab, [12, 3], [9, 0],
                  [("p", "Of 3 columns of numbers P is column 3 (`P`) and Q is"),
                   ("p", "The labels are in column 2 (`word`).")]),
    # More columns, and rows that lie.
    "three columns": ("w,P,Q,R\na,12,9,4\nb,3,0,5\nc,1,1,1", abc, [12, 3, 1], [9, 0, 1],
                      [("p", "Of 3 columns of numbers P is column 2 (`P`) and Q is column 3")]),
    "five years": ("rownames,1940,1945,1950,1955,1960\na,22.2,44.5,59.6,73.2,86.8\n"
                   "b,10.5,15.5,29,36.5,46.2\nc,3.5,5.8,9.7,14,21.1", abc, [22.2, 10.5, 3.5],
                   [44.5, 15.5, 5.8], [("first", "It is taken"), ("p", "Of 5 columns of")]),
    "a total first": ("w,Total,P,Q\na,21,12,9\nb,3,3,0\nc,2,1,1", abc, [12, 3, 1], [9, 0, 1],
                      [("p", "Of 3 columns of numbers P is column 3 (`P`)")]),
    "two long rows": ("w,a,b,c\nP,12,3,1\nQ,9,0,1", abc, [12, 3, 1], [9, 0, 1],
                      [("rows", "Each row holds 3 numbers, so the first is taken for P")]),
    "two long rows of numbers": ("12 3 1 4\n9 0 1 5", ["1", "2", "3", "4"], [12, 3, 1, 4],
                                 [9, 0, 1, 5], [("rows", "Each row holds 4 numbers")]),
    "two short rows of numbers": ("12,3,1\n9,0,1", ["12", "9"], [3, 0], [1, 1],
                                  [("rows", "The two rows may be P and Q; each of them is")]),
    "one long row": ("w,P,Q,a,12,9,b,3,0", ab, [12, 3], [9, 0],
                     [("rows", "All stood in one row; it is read as 2 rows of")]),
    # Totals.
    "a total": ("w,P,Q\na,3,1\nb,2,4\nTotal,5,5", ab, [3, 2], [1, 4],
                [("totals", "Row 4, `Total`, is the sum of the others and is left out.")]),
    "a rounded total": ("a,33.3,10\nb,66.6,90\nSumme,100,100", ab, [33.3, 66.6], [10, 90],
                        [("totals", "Row 3, `Summe`, is the sum")]),
    "a total before": ("Total général;5;5\na;3;1\nb;2;4", ab, [3, 2], [1, 4],
                       [("totals", "Row 1, `Total général`, is the sum of")]),
    "totals of percentages": ("a,30%,20%\nb,70%,80%\nGesamt,100%,100%", ab, [0.3, 0.7], [0.2, 0.8],
                              [("totals", "Row 3, `Gesamt`, is the sum")]),
    "a nameless total": ("a,3,1\nb,2,4\nc,1,1\nx,6,6", abc, [3, 2, 1], [1, 4, 1],
                         [("totals", "Row 4, `x`, is the sum of the others and is left")]),
    "a half": ("a,20,10\nb,10,20\nc,20,20\nd,50,50", [*abc, "d"], [20, 10, 20, 50],
               [10, 20, 20, 50], [("totals", "Row 4, `d`, may be a row of totals"), ("kind", "")]),
    "two and their sum": ("a,3,1\nb,2,4\nc,5,5", abc, [3, 2, 5], [1, 4, 5],
                          [("totals", "Row 3, `c`, may be a row of totals; it is a")]),
    "a total that is none": ("a,3,1\nb,2,4\nTotal,50,60", ["a", "b", "Total"], [3, 2, 50],
                             [1, 4, 60], [("totals", "Row 3, `Total`, may be a row of totals")]),
    "a word called total": ("total,3,1\nb,9,4", ["total", "b"], [3, 9], [1, 4], []),
    # Draws.
    "numbered measurements": ("1,0.31,1.2\n2,0.44,1.7\n3,0.5,0.2", ["1", "2", "3"],
                              [0.31, 0.44, 0.5], [1.2, 1.7, 0.2],
                              [("", "The rows are only numbered. If each of them is a single")]),
    "numbered counts": ("1,3,1\n2,2,4", ["1", "2"], [3, 2], [1, 4], []),
    "numbered shares": ("1,0.3,0.5\n2,0.7,0.5", ["1", "2"], [0.3, 0.7], [0.5, 0.5], []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "labels", "p", "q", "guesses"), PASTED.values(), ids=PASTED)
def test_pasted_table_is_read_and_what_was_guessed_is_said(text, labels, p, q, guesses):
    counts = read_counts(text)
    assert [*counts.labels] == labels
    assert counts.p.tolist() == pytest.approx(p, rel=1e-15)
    assert counts.q.tolist() == pytest.approx(q, rel=1e-15)
    assert [guess.field for guess in counts.guesses] == [field for field, _ in guesses]
    for guess, (_, says) in zip(counts.guesses, guesses, strict=True):
        assert guess.says.startswith(says)
        assert guess.says.endswith(".")
        assert len(guess.says) < 150


@pytest.mark.parametrize(
    ("text", "counts"),
    [("a,30,1\nb,7,4", True), ("a,3.5,1\nb,7,4", False), ("a,30%,1\nb,70%,4", False),
     ("a,100%,0%\nb,0%,100%", False), ("a,30,40\nb,70,60", False), ("a,30,40\nb,69,61", False),
     ("a,30,40\nb,70,160", True)],
)  # fmt: skip
def test_counts_are_told_from_shares(text, counts):
    assert read_counts(text).are_counts == counts


@pytest.mark.parametrize(
    "name", ["Total", "TOTALS:", "Grand total", "Sum", "Σ", "Summe", "insgesamt", "Somme", "Totale",
             "Suma", "Totaal", "I alt", "Totalt", "Yhteensä", "Celkem", "Razem", "Összesen",
             "Итого", "Всего", "Σύνολο", "Toplam", "合計", "总计", "합계", "المجموع", "סה\"כ", "कुल",
             "Tổng cộng"],
)  # fmt: skip
def test_totals_are_known_in_many_languages(name):
    assert read_counts(f"a\t3\t1\nb\t2\t4\n{name}\t5\t5").labels == ("a", "b")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("a\t1,234\t5\nb\t1\t2", "Is the comma in `1,234` a decimal sign, or does it part"),
        ("a;1,234;1.234\nb;12,345;2.345", "Is the comma in `1,234` a decimal sign"),
        ("a,1,5,2,5\nb,1,5,2,5", "Each row has 5 columns. Where commas are decimal signs, sep"),
        ("Berlin 1 234 2 345\nBonn 987 1 001", "Is `1 234` one number or two? Separate the col"),
        ("12,9,5,3,7,1", "All 6 cells stand in one row. Give each category a row of its own"),
        ("12 9 5 3 7 1", "All 6 cells stand in one row."),
        ("0.3,-1.2\n0.4,0.2", "Row 1: Q is `-1.2`; a count or a probability is never below 0. If "
         "these are measurements, count them first."),
        ("cat,dog\ncat,cat\ndog,cat", "No row holds a number. If each row is a single draw, count"),
        ("w,x,y\na,cat,dog\nb,cat,cat\nc,dog,cat", "Row 2: P is `cat`, which is no number, nor is"),
        ("a\nb", "Row 1 has 1 column; each row needs three: a label, P's number and Q's number. "
         "They may be separated by tabs, semicolons, commas, bars (|) or blanks."),
        ("a,1,2\nb,1.5,2\nc,\"1,5\",3", "Row 2: P is `1.5`, but decimals stand after a comma here"),
        ("w,P,Q,R\na,1,2,3\nb,1,2", "Row 3 has 3 columns; the first row has 4."),
        ("w,x,y,z\na,b,1,c\nd,e,2,f\ng,h,3,i", "There is 1 column of numbers; P and Q need one"),
        ("w,a,b,c\nP,1,2,3\nQ,1,2,−3", "Category 3: Q is `−3`; a count or a probability is never"),
        ("P,1,2,3,4\nQ,5,6,7,8", "Each row has 5 columns. Where commas are decimal signs"),
        ("\n".join(f"{place}\t{place}.5\t1" for place in range(1001)), "The table has 1,001 cat"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_asked(text, asked):
    said = refusal(read_counts, text)
    assert said.startswith(asked)
    assert len(said) < 210


UNDONE = {
    "first": ("rownames,1940,1960\na,3,1\nb,2,4", "a category", ("rownames", "a", "b"),
              [1940, 3, 2]),
    "first, the other way": ("yes,1950,2010\nno,80,90\nx,3,4", "a heading", ("no", "x"), [80, 3]),
    "totals": ("a,3,1\nb,2,4\nTotal,5,5", "categories", ("a", "b", "Total"), [3, 2, 5]),
    "totals, the other way": ("a,3,1\nb,2,4\nc,5,5", "left out", ("a", "b"), [3, 2]),
    "totals that are none": ("a,3,1\nb,2,4\nTotal,50,60", "left out", ("a", "b"), [3, 2]),
    "decimal": ("a\t1,234\t5\nb\t12,000\t7", "comma", ("a", "b"), [1.234, 12]),
    "decimal, the other way": ("a;1.234;5\nb;987;2", "comma", ("a", "b"), [1234, 987]),
    "decimal, where asked": ("a\t1,234\t5\nb\t1\t2", "point", ("a", "b"), [1234, 1]),
    "rows": ("w,a,b,c\nP,12,3,1\nQ,9,0,1", "categories", ("P", "Q"), [12, 9]),
    "rows, the other way": ("12,3,1\n9,0,1", "P and Q", ("1", "2", "3"), [12, 3, 1]),
    "rows with labels": ("w,a,b\nP,12,3\nQ,9,0", "P and Q", ("a", "b"), [12, 3]),
    "separator": ("a;b,1,2\nc;d,3,4", "commas", ("a;b", "c;d"), [1, 3]),
    "separator, where asked": ("a,1,5,2,5\nb,2,5,2,5\nc,0,1,0,1", "commas", ("a", "b", "c"),
                               [1, 2, 0]),
    "p": ("w,P,Q,R\na,12,9,4\nb,3,0,5\nc,1,1,1", "column 3", ("a", "b", "c"), [9, 0, 1]),
    "kind": ("a,30,40\nb,70,60", "counts", ("a", "b"), [30, 70]),
}  # fmt: skip


@pytest.mark.parametrize(("case", "pasted"), UNDONE.items(), ids=UNDONE)
def test_every_guess_can_be_undone_and_every_question_answered(case, pasted):
    text, choice, labels, p = pasted
    field = case.partition(" ")[0].rstrip(",")
    assert choice in CHOICES[field][1]
    counts = read_counts(text, Reading(**{field: choice}))
    assert counts.labels == labels
    assert counts.p.tolist() == p
    assert all("you chose" in guess.says for guess in counts.guesses if guess.field == field != "p")
    assert counts.are_counts or field != "kind"


def test_every_field_of_a_guess_has_a_choice():
    cases = {field for *_, guesses in PASTED.values() for field, _ in guesses}
    assert cases - {""} <= CHOICES.keys()
    assert {case.partition(" ")[0].rstrip(",") for case in UNDONE} >= cases - {""}


@pytest.mark.parametrize(
    ("p", "q", "pair"),
    [
        ("column 2", "column 4", ([12, 3, 1], [4, 5, 1])),
        ("column 4", "as guessed", ([4, 5, 1], [12, 3, 1])),
        ("as guessed", "column 2", ([9, 0, 1], [12, 3, 1])),
        ("column 3", "column 3", ([9, 0, 1], [9, 0, 1])),
    ],
)
def test_columns_can_be_chosen(p, q, pair):
    counts = read_counts("w,P,Q,R\na,12,9,4\nb,3,0,5\nc,1,1,1", Reading(p=p, q=q))
    assert (counts.p.tolist(), counts.q.tolist()) == pair
    names = dict(zip(range(2, 5), "PQR", strict=True))
    assert counts.heading is not None
    if p.startswith("column"):
        assert counts.heading[0] == names[int(p[-1])]


@given(
    st.lists(
        st.sampled_from(["a", "b", "Total", "1", "0", "3", "9", "1,234", "1.234", "0,5", "2019",
                         "-", "x", ";", ";", ",", "\t", "\n", "\n", "|", " ", '"', "%", "/"]),
        max_size=30,
    ).map("".join),
    st.builds(Reading, **{field: st.sampled_from([AS_GUESSED, *choices[:4]])
                          for field, (_, choices) in CHOICES.items()}),
)  # fmt: skip
def test_any_text_read_in_any_way_is_a_table_or_refused_with_a_sentence(text, reading):
    try:
        counts = read_counts(text, reading)
    except ValueError as problem:
        assert str(problem).endswith(".")  # noqa: PT017
    else:
        assert len(set(counts.labels)) == counts.p.size == counts.q.size >= 2
        for column in (counts.p, counts.q):
            assert (column >= 0).all()
            assert 0 < column.sum() < np.inf


def test_column_of_labels_may_be_one_of_numbers():
    counts = read_counts("1,12,9\n2,3,0", Reading(p="column 1"))
    assert (counts.p.tolist(), counts.q.tolist()) == ([1, 2], [12, 3])


def test_nothing_is_left_where_a_total_left_out_was_all_there_was():
    said = refusal(read_counts, "a,0,1\nb,0,2\nTotal,5,9", Reading(totals="left out"))
    assert said.startswith("Every number of P is 0")


def test_column_that_is_not_there_is_named():
    said = refusal(read_counts, "a,1,2\nb,3,4", Reading(q="column 9"))
    assert said == "There is no column 9: the table has 3."


# What links of old hold is read as it ever was, whatever may be guessed today.
OLD = {
    "a\t12\t9\nb\t3,5\t0": ([12, 3.5], [9, 0]),
    "a,12,9,,\nb,3.5,0,": ([12, 3.5], [9, 0]),
    "P,12,3\nQ,9,0": ([12, 9], [3, 0]),
    "1,12,3\n2,9,0": ([12, 9], [3, 0]),
    "a,1.234,2\nb,5,6": ([1.234, 5], [2, 6]),
    "a;1,234;2\nb;0,5;6": ([1.234, 0.5], [2, 6]),
    "2019,3,1\n2020,2,4": ([3, 2], [1, 4]),
    "a,1_000,1\nb,2,4": ([1000, 2], [1, 4]),
    "a b,1,2\nc d,3,4": ([1, 3], [2, 4]),
    "|a,1,2\n|b,3,4": ([1, 3], [2, 4]),
    "w,P,Q\na,0.5,0.2\nb,0.5,0.8": ([0.5, 0.5], [0.2, 0.8]),
}


@pytest.mark.parametrize(("text", "pair"), OLD.items())
def test_old_links_are_read_as_ever(text, pair):
    counts = read_counts(text)
    assert (counts.p.tolist(), counts.q.tolist()) == pair
