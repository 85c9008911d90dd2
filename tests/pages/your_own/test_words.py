"""What the lesson says about a table is what the table makes true."""

import re

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from charts.units import BITS, UNITS
from pages.your_own import numbers, words
from pages.your_own.counts import read_counts
from pages.your_own.examples import BOOK, FORECASTS, LANGUAGES, TEN_TIMES, TWELVE
from pages.your_own.labels import are_uneven_bins
from pages.your_own.questions import questions
from pages.your_own.reading import Reading
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
    # With α it does matter how much each adds up to.
    assert "does not matter" in said("a,1,1\nb,2,2")
    assert said("a,1,1\nb,2,2", alpha=1).endswith("D(P‖Q) is 0 bits.")


def test_shares_that_differ_by_rounding_only_are_the_same():
    assert "nothing is lost" in said("w,P,Q\na,0.1,0.3\nb,0.2,0.6\nc,0.3,0.9")


def test_sure_p_has_no_category_that_gives_back():
    assert "No category gives any back." in said("w,P,Q\na,5,3\nb,0,4")


def test_chance_is_told_where_the_rule_holds_and_only_there():
    table = "w,P,Q\n" + "\n".join(f"x{place},25,{37 + place % 2}" for place in range(8))
    low, high = (numbers.chi2.ppf([0.05, 0.95], 7) / 2 * (1 / 200 + 1 / 300)) / np.log(2)
    assert (
        "If each of these counts is an observation of its own, two samples of 200 and 300 from one "
        f"and the same source are, by chance alone, mostly {low:.3f} to {high:.3f} bits apart."
    ) in said(table)
    for says in (said(table, alpha=1), said(LANGUAGES), said(SHARES), said(SMOOTH)):
        assert "by chance alone" not in says


def test_what_is_twice_as_much_never_looks_the_same():
    rng = np.random.default_rng(4)
    for _ in range(200):
        base = rng.integers(50, 3000, 4)
        other = base + rng.integers(-40, 40, 4).clip(1 - base)
        pairs = enumerate(zip(base, other, strict=True))
        table = "\n".join(f"x{place},{p},{q}" for place, (p, q) in pairs)
        both = BITS.both_ways(*compared(table).shares)
        shown = [column[2] for column in [*words.measures(compared(table), BITS).values()][1:]]
        for one, value in zip(shown, both, strict=True):
            assert value_of(one)[0] == pytest.approx(value, rel=0.06)
        terms = words.largest_terms(compared(table), 4, BITS)
        for p, q in zip(terms["p"], terms["q"], strict=True):
            assert "0.0%" not in (p, q)
        assert value_of([*terms.values()][-1][-1].strip("+"))[0] == pytest.approx(both[0], rel=0.06)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_divergence_may_exceed_one_and_what_is_bounded_never_exceeds_its_bound(unit):
    says = words.measures_in_words(unit)
    assert "Can it exceed 1? Yes" in says
    assert f"the logarithm of 2, {np.log(2) / unit.nats:.3f} {unit.name};" in says
    rng, above = np.random.default_rng(5), 0
    for _ in range(300):
        p, q = rng.dirichlet(np.full(5, rng.choice([0.05, 0.3, 2])), 2) + 1e-12
        p, q = p / p.sum(), q / q.sum()
        above += unit.kl(p, q) > 1
        assert jensenshannon(p, q) ** 2 <= np.log(2)
        assert np.abs(p - q).sum() / 2 <= 1
    assert above > 30


def test_merging_bins_never_raises_the_divergence():
    assert "Merging never raises D(P‖Q)" in words.WHAT_BELONGS
    rng = np.random.default_rng(6)
    for _ in range(300):
        p, q = rng.dirichlet(np.full(6, 0.5), 2)
        edges = np.sort(rng.choice(np.arange(1, 6), 2, replace=False))
        merged = [np.add.reduceat(column, [0, *edges]) for column in (p, q)]
        assert entropy(*merged) <= entropy(p, q) + 1e-12


def test_widths_of_bins_cancel_for_counts_and_not_for_heights():
    assert "widths cancel in p/q" in words.WHAT_BELONGS
    p, q, widths = np.array([8, 4, 2]), np.array([3, 5, 9]), np.array([1, 2, 10])
    heights = p / widths, q / widths
    assert entropy(*heights) != pytest.approx(entropy(p, q), rel=0.1)
    assert entropy(*(height * widths for height in heights)) == pytest.approx(entropy(p, q))
    # The integral of p(x)·log(p(x)/q(x)) over densities that are flat in each bin.
    flat_p, flat_q = p / p.sum() / widths, q / q.sum() / widths
    assert (widths * flat_p * np.log(flat_p / flat_q)).sum() == pytest.approx(entropy(p, q))


def told(text, **reading):
    """Return what the lesson says of how a table was read, a line each."""
    choices = Reading(**reading)
    return words.guesses_in_words(read_counts(text, choices), choices).splitlines()


def test_guesses_choices_and_bins_are_told_and_nothing_where_there_is_nothing():
    for text in (LANGUAGES, FORECASTS, TEN_TIMES, SMALL, HOSTILE, BOOK, TWELVE):
        assert told(text) == []
    undo = "- Is something wrong? Choose under *Read it otherwise*, below."
    assert told("a,3,1\nb,2,4\nTotal,5,5") == [
        "- **Totals**: Row 3, `Total`, is the sum of the others and is left out.", undo,
    ]  # fmt: skip
    assert told("a,3,1\nb,2,4\nTotal,5,5", totals="categories", kind="shares") == [
        "- **Totals**: categories, as you chose.",
        "- **Numbers are**: shares, as you chose.", undo,
    ]  # fmt: skip
    assert told("a,3,1\nb,2,4\nTotal,5,5", totals="left out") == [
        "- **Totals**: Row 3, `Total`, is left out, as you chose.", undo,
    ]  # fmt: skip
    assert told("a,3,1\nb,0,0\nc,0,0\nd,1,1") == [
        "- `b` and `c` are 0 in both columns and add nothing, unless α gives them a share."
    ]
    [uneven] = told("0-10,3,1\n10-20,2,4\n20-50,1,7")
    assert "bins of different widths" in uneven


@pytest.mark.parametrize(
    ("labels", "uneven"),
    [
        (["0-10", "10-20", "20-30"], False),
        (["0-9", "10-19", "90-100"], False),
        (["0–4", "5–14", "15–64", "65+"], True),
        (["<5", "5 to 10", "10 to 30", "≥ 30"], True),
        (["[0, 0.5)", "[0.5, 1)", "[1, 3)"], True),
        (["0-0.1", "0.1-0.2", "0.2-0.5"], True),
        (["-2..-1", "-1..0", "0..1"], False),
        (["2019-01", "2019-02", "2019-03"], False),
        (["a-b", "1-2", "3-9"], False),
        (["1.2.3-4", "4-5", "5-9"], False),
        (["sea", "hill"], False),
    ],
)
def test_uneven_bins_are_recognised(labels, uneven):
    assert are_uneven_bins(labels) == uneven


def test_smoothing_says_what_it_changes_and_how_much_of_it_was_never_counted():
    p, q = columns(SMALL, 1)
    back = [entropy(*reversed(columns(SMALL, alpha)), base=2) for alpha in (0, 1)]
    says = said_of_smoothing(SMALL, 1)
    assert (
        f"With 1 added to every count D(P‖Q) goes from ∞ to {entropy(p, q, base=2):.3f} bits and "
        f"D(Q‖P) goes from {back[0]:.3f} bits to {back[1]:.3f} bits." in says
    )
    assert f"The additions make up {100 * 3 / 23:.1f}% of P and {100 * 3 / 18:.1f}% of Q" in says
    assert "Nothing is added, so D(P‖Q) is infinite. Follow the line to the" in said_of_smoothing(
        SMALL
    )
    assert "Nothing is added, and nothing needs to be" in said_of_smoothing(SMOOTH)
    both = "w,P,Q\na,1,0\nb,0,1"
    assert "so D(P‖Q) and D(Q‖P) are infinite. Follow the lines" in said_of_smoothing(both)


def test_infinite_divergences_grow_beyond_every_bound_but_not_always_all_the_way():
    rng = np.random.default_rng(7)
    for _ in range(300):
        p, q = (rng.integers(0, rng.integers(2, 200), 3) for _ in "PQ")
        if p.any() and q.any() and ((p > 0) & (q == 0)).any():
            values = [entropy(p + alpha, q + alpha) for alpha in (1e-4, 1e-8, 1e-16, 1e-32)]
            assert (np.diff(values) > 0).all()
            assert values[3] - values[2] == pytest.approx(2 * (values[2] - values[1]), rel=0.01)
    assert entropy([142, 37], [11, 10]) > entropy([133, 28], [2, 1])
    # So the sentence is about the left end of the line only.
    assert "to the left end: as α goes to 0, it grows beyond every bound" in said_of_smoothing(
        SMALL
    )


def test_shares_are_told_that_alpha_weighs_as_they_are_written():
    assert "your numbers are no counts" in said_of_smoothing(SHARES, 0.1)
    assert "your numbers are no counts" in said_of_smoothing("a,30,40\nb,70,60", 0.1)
    assert "no counts" not in said_of_smoothing(SMOOTH, 0.1)
    weights = [numbers.made_up(np.array(column), 1) for column in ([0.3, 0.7], [30, 70])]
    assert weights[0] > weights[1]


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
