"""What the lesson says about a table is what the table makes true."""

import re

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from charts.units import BITS, UNITS
from pages.your_own import numbers, words
from pages.your_own.counts import read_counts
from pages.your_own.examples import FORECASTS, LANGUAGES, TEN_TIMES
from pages.your_own.questions import questions
from tests.pages.reading import agree, printed, value_of
from tests.pages.your_own.tables import HOSTILE, SHARES, SMALL, SMOOTH, columns, compared
from widgets.chart import Picture
from widgets.take_away import as_csv

BACK = "D(Q‖P)"


def said(text, alpha=0, direction="D(P‖Q)"):
    """Return what the lesson says of a table, in bits."""
    return words.in_words(compared(text, alpha, direction), BITS)


def said_of_smoothing(text, alpha=0):
    """Return what the lesson says α does to a table, in bits."""
    counts = read_counts(text)
    return words.smoothing_in_words(counts, numbers.smoothing(counts, alpha, BITS), BITS)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("alpha", [0, 0.5])
def test_measures_are_those_of_the_table(unit, alpha):
    p, q = columns(SMOOTH, alpha)
    p, q = p / p.sum(), q / q.sum()
    expected = [
        [entropy(p, base=unit.base), entropy(q, base=unit.base)],
        [-(p * np.log(q)).sum() / unit.nats, -(q * np.log(p)).sum() / unit.nats],
        [entropy(p, q, base=unit.base), entropy(q, p, base=unit.base)],
        [jensenshannon(p, q, base=unit.base) ** 2] * 2,
        [np.abs(p - q).sum() / 2] * 2,
    ]
    names, *shown = words.measures(compared(SMOOTH, alpha), unit).values()
    assert len(names) == 5
    for row, values in zip(zip(*shown, strict=True), expected, strict=True):
        assert [agree(one, value) for one, value in zip(row, values, strict=True)] == [True, True]


def test_table_of_terms_adds_up_with_those_it_does_not_show():
    p, q = columns(LANGUAGES)
    table = words.largest_terms(compared(LANGUAGES), 3, BITS)
    assert list(table) == ["category", "P", "Q", "p", "q", "p·log(p/q)"]
    assert table["category"] == ["o", "y", "a", "26 others", "sum"]
    assert [table[name][-1] for name in ("P", "Q", "p", "q")] == ["255", "279", "100.0%", "100.0%"]
    assert sum(map(int, table["P"][:-1])) == 255
    terms = [value_of(term)[0] for term in table["p·log(p/q)"]]
    assert terms[-1] == pytest.approx(entropy(p, q, base=2), abs=5e-4)
    assert sum(terms[:-1]) == pytest.approx(terms[-1], abs=2.5e-3)


def test_direction_turns_terms_words_and_formula():
    p, q = columns(SMOOTH)
    value = f"{entropy(q, p, base=2):.3f}"
    says = said(SMOOTH, direction=BACK)
    assert f"D(Q‖P) is {value} bits: what one observation from Q costs" in says
    assert "No category costs more than `c`" in says
    assert "which P overrates" in says
    today = words.formula_today(compared(SMOOTH, direction=BACK), BITS)
    assert today.count(r"\log_2(") == 3
    assert value in today
    assert "q·log(q/p)" in words.largest_terms(compared(SMOOTH, direction=BACK), 3, BITS)


def test_categories_that_make_it_infinite_are_named():
    says = said(SMALL)
    assert "`sea` has no count in Q, but is 15.0% of P." in says
    assert "D(P‖Q) is infinite. Raise α" in says
    p, q = columns(LANGUAGES)
    share = 100 * q[p == 0].sum() / q.sum()
    assert f"`ß`, `ö` and `ü` have no count in P, but are {share:.1f}% of Q" in said(
        LANGUAGES, direction=BACK
    )
    many = "w,P,Q\nall,1,9\n" + "\n".join(f"x{place},1,0" for place in range(9))
    assert "`x0`, `x1`, `x2` and 6 more have no count in Q" in said(many)


def test_forecasts_of_one_source_are_infinitely_far_apart_one_way_round():
    assert np.isinf(entropy(*columns(FORECASTS)[::-1]))
    assert "`are` and `some` have no count in P" in said(FORECASTS, direction=BACK)


def test_equal_shares_of_different_totals_lose_nothing():
    assert "the same share, so nothing is lost: D(P‖Q) is 0 bits" in said(TEN_TIMES)
    assert "nothing is lost" not in said(TEN_TIMES, alpha=10)


def test_shares_that_differ_by_rounding_only_are_the_same():
    assert "nothing is lost" in said("w,P,Q\na,0.1,0.3\nb,0.2,0.6\nc,0.3,0.9")


def test_sure_p_has_no_category_that_gives_back():
    assert "No category gives any back." in said("w,P,Q\na,5,3\nb,0,4")


def test_chance_is_told_where_the_rule_holds_and_only_there():
    p, q = columns(LANGUAGES)
    by_chance = (p.size - 1) / 2 * (1 / p.sum() + 1 / q.sum()) / np.log(2)
    assert f"same source would differ by about {by_chance:.3f} bits" in said(LANGUAGES)
    for says in (said(LANGUAGES, alpha=1), said(SHARES), said(SMOOTH)):
        assert "By chance alone" not in says


def test_smoothing_says_what_it_changes_and_how_much_of_it_was_never_counted():
    p, q = columns(SMALL, 1)
    back = [entropy(*reversed(columns(SMALL, alpha)), base=2) for alpha in (0, 1)]
    says = said_of_smoothing(SMALL, 1)
    assert (
        f"With 1 added to every count D(P‖Q) goes from ∞ to {entropy(p, q, base=2):.3f} bits and "
        f"D(Q‖P) goes from {back[0]:.3f} bits to {back[1]:.3f} bits." in says
    )
    assert f"The additions make up {100 * 3 / 23:.1f}% of P and {100 * 3 / 18:.1f}% of Q" in says
    assert "Nothing is added, so D(P‖Q) is infinite. Follow the line to" in said_of_smoothing(SMALL)
    assert "Nothing is added, and nothing needs to be" in said_of_smoothing(SMOOTH)
    both = "w,P,Q\na,1,0\nb,0,1"
    assert "so D(P‖Q) and D(Q‖P) are infinite. Follow the lines" in said_of_smoothing(both)


def test_shares_are_told_that_any_alpha_is_large():
    assert "add up to 1 are shares already" in said_of_smoothing(SHARES, 0.1)
    assert "shares already" not in said_of_smoothing(SMOOTH, 0.1)


def test_way_of_reading_is_told():
    says = words.read_in_words(read_counts(LANGUAGES))
    assert "29 categories in columns separated by commas; P adds up to 255, Q to 279." in says
    assert "P is `English`, Q is `German`" in says


def test_labels_with_markup_are_told_apart_from_plain_ones():
    hostile, small = read_counts(HOSTILE), read_counts(SMALL)
    assert "Labels are shown as they are written, `<img src=x onerror=alert(1)>` too" in (
        words.read_in_words(hostile)
    )
    assert "In the CSV file an apostrophe stands before `=1+1`: a spreadsheet would" in (
        words.apostrophes_in_words(hostile)
    )
    assert "Labels are shown as they are" not in words.read_in_words(small)
    assert words.apostrophes_in_words(small) == ""


@pytest.mark.parametrize("view", [{}, {"direction": BACK}, {"alpha": 0.5}])
def test_labels_with_markup_are_text_in_what_a_chart_says_in_html(view):
    table = HOSTILE.replace(",5,1", ",5,0").replace("**bold**,3,2", "**bold**,0,2")
    says = Picture(None, said(table, **view)).tree({})["words"]
    assert "<code>&lt;img src=x onerror=alert(1)&gt;</code>" in says or "**bold**" in says
    assert set(re.findall(r"<(/?\w+)", says)) == {"p", "/p", "code", "/code"}


def test_formula_adds_up_and_says_how_many_terms_are_left():
    today = words.formula_today(compared(LANGUAGES, 0.5), BITS)
    assert today.count(r"\log_2(") == 5
    assert r"\text{24 more}" in today
    p, q = columns(LANGUAGES, 0.5)
    assert rf"{entropy(p, q, base=2):.3f} \text{{ bits}}" in today
    assert "more}" not in words.formula_today(compared(SMOOTH), BITS)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_snippet_reproduces_the_number_on_screen(unit):
    snippet = words.snippet(compared(SMALL, 0.2), unit)
    shown = printed(snippet).strip()
    assert float(shown) == pytest.approx(entropy(*columns(SMALL, 0.2), base=unit.base))
    assert shown in snippet


def test_snippet_of_a_long_table_reads_the_file_beside_it(tmp_path, monkeypatch):
    long = compared(LANGUAGES, 0.2)
    text = as_csv(numbers.data(long, BITS))
    (tmp_path / "your_own.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    snippet = words.snippet(long, BITS)
    shown = printed(snippet).strip()
    assert float(shown) == pytest.approx(entropy(*columns(LANGUAGES, 0.2), base=2))
    assert shown in snippet


def test_right_answers_are_right_and_computed():
    asked = questions(BITS)
    assert [question.right for question in asked] == [
        "It did not come up in this sample",
        "Each, for its choice of α",
        "Divide each column by its own total",
        "They were not divided by their totals",
    ]
    for question in asked:
        right = [answer for answer, says in question.feedback.items() if says[:5] == "Right"]
        assert right == [question.right]
    raw = sum(p * np.log2(p / q) for p, q in ((3, 30), (6, 60), (1, 10)))
    assert f"out comes −{-raw:.3f}" in asked[3].text
    assert f"{100 * (5 / 6) ** 12:.1f}% of the time" in asked[0].feedback[asked[0].right]
