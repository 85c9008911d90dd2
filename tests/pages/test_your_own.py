"""The lesson on your own numbers says what a table makes true."""

import contextlib
import io
import json
import re

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from tests.pages.conftest import agree, bound_controls, charts, move, open_page, texts
from widgets.counts import read_counts
from widgets.take_away import as_csv

LESSON = "your_own.py"
SMALL = "word,P,Q\nthe,12,9\nsea,3,0\nhill,5,6"
SMOOTH = "what,P,Q\na,5,1\nb,3,2\nc,2,7"
HOSTILE = (
    "what,P,Q\n<img src=x onerror=alert(1)>,5,1\n**bold**,3,2\n=1+1,2,4\n$x^2$,1,9\n:red[x],4,4"
)


def lesson(**parameters):
    """Return the page with these parameters."""
    return open_page(LESSON, **parameters)


def metrics(app):
    """Return the two divergences on screen."""
    return [metric.value for metric in app.metric]


def picture(app):
    """Return the main chart as the browser gets it."""
    drawn, *_ = [each for each in app.get("bidi_component") if each.proto.component_name == "chart"]
    return json.loads(drawn.proto.bytes)["picture"]


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def upload(app, name, content):
    """Upload a file."""
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def counts(text, alpha=0.0):
    """Return both columns of a table, read by hand, with `alpha` added."""
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return [np.array([float(row[place]) + alpha for row in rows]) for place in (1, 2)]


def cells(app, place):
    """Return the cells of a table of the page, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", app.get("html")[place].proto.body)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def tables(app):
    """Return which HTML elements of the page are tables."""
    return [place for place, element in enumerate(app.get("html"))
            if "<table" in element.proto.body]  # fmt: skip


def test_opens_with_a_finite_and_an_infinite_direction():
    app = lesson()
    assert not app.warning
    p, q = counts(app.text_area[0].value)
    assert metrics(app) == [f"{entropy(p, q, base=2):.3f} bits", "∞"]
    assert np.isinf(entropy(q, p))
    assert "29 categories in columns separated by commas; P adds up to 255, Q to 279." in texts(app)
    assert "P is `English`, Q is `German`" in texts(app)


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", np.e), ("dits", 10)])
@pytest.mark.parametrize("alpha", [0, 0.5])
def test_measures_are_those_of_the_table(unit, base, alpha):
    app = lesson(unit=unit, own_table=SMOOTH, own_alpha=str(alpha))
    p, q = counts(SMOOTH, alpha)
    p, q = p / p.sum(), q / q.sum()
    expected = [
        [entropy(p, base=base), entropy(q, base=base)],
        [-(p * np.log(q)).sum() / np.log(base), -(q * np.log(p)).sum() / np.log(base)],
        [entropy(p, q, base=base), entropy(q, p, base=base)],
        [jensenshannon(p, q, base=base) ** 2] * 2,
        [np.abs(p - q).sum() / 2] * 2,
    ]
    _, *rows = cells(app, tables(app)[0])
    for (_, *shown), row in zip(rows, expected, strict=True):
        assert [agree(one, value) for one, value in zip(shown, row, strict=True)] == [True, True]
    assert metrics(app) == [f"{value:.3f} {unit}" for value in expected[2]]


def test_table_of_terms_adds_up_with_those_it_does_not_show():
    app = lesson(own_top=3)
    p, q = counts(app.text_area[0].value)
    heading, *rows = cells(app, tables(app)[1])
    assert heading == ["category", "P", "Q", "p", "q", "p·log(p/q)"]
    assert [row[0] for row in rows] == ["o", "y", "a", "26 others", "sum"]
    assert rows[-1][1:5] == ["255", "279", "100.0%", "100.0%"]
    assert sum(int(row[1]) for row in rows[:-1]) == 255
    terms = [float(row[5].replace("−", "-")) for row in rows]
    assert terms[-1] == pytest.approx(entropy(p, q, base=2), abs=5e-4)
    assert sum(terms[:-1]) == pytest.approx(terms[-1], abs=2.5e-3)


def test_direction_turns_terms_words_and_formula():
    app = lesson(own_table=SMOOTH, own_direction="D(Q‖P)")
    p, q = counts(SMOOTH)
    value = f"{entropy(q, p, base=2):.3f}"
    said = texts(app)
    assert f"D(Q‖P) is {value} bits: what one observation from Q costs" in said
    assert "No category costs more than `c`" in said
    assert "which P overrates" in said
    assert app.latex[1].value.count(r"\log_2(") == 3
    assert value in app.latex[1].value


def test_categories_that_make_it_infinite_are_named():
    said = texts(lesson(own_table=SMALL))
    assert "`sea` has no count in Q, but is 15.0% of P." in said
    assert "D(P‖Q) is infinite. Raise α" in said
    said = texts(lesson(own_direction="D(Q‖P)"))
    p, q = counts(lesson().text_area[0].value)
    share = 100 * q[p == 0].sum() / q.sum()
    assert f"`ß`, `ö` and `ü` have no count in P, but are {share:.1f}% of Q" in said
    many = "w,P,Q\nall,1,9\n" + "\n".join(f"x{place},1,0" for place in range(9))
    assert "`x0`, `x1`, `x2` and 6 more have no count in Q" in texts(lesson(own_table=many))


def test_equal_shares_of_different_totals_lose_nothing():
    app = press(lesson(), "Ten times as many")
    assert metrics(app) == ["0.000 bits", "0.000 bits"]
    said = texts(app)
    assert "the same share, so nothing is lost: D(P‖Q) is 0 bits" in said
    # α weighs more in the smaller sample, and parts them.
    app = press(lesson(own_alpha="10"), "Ten times as many")
    p, q = counts(app.text_area[0].value, 10)
    assert metrics(app)[0] == f"{entropy(p, q, base=2):.3f} bits" != "0.000 bits"


def test_shares_that_differ_by_rounding_only_are_the_same():
    app = lesson(own_table="w,P,Q\na,0.1,0.3\nb,0.2,0.6\nc,0.3,0.9")
    assert "nothing is lost" in texts(app)


def test_sure_p_has_no_category_that_gives_back():
    assert "No category gives any back." in texts(lesson(own_table="w,P,Q\na,5,3\nb,0,4"))


@pytest.mark.parametrize("preset", ["Two languages", "332 forecasts", "The book's die",
                                    "Twelve rolls each", "Ten times as many"])  # fmt: skip
def test_presets_are_tables_that_fit_in_the_link(preset):
    app = press(lesson(own_table="broken"), preset)
    assert not app.warning
    assert bound_controls(app)["own_table"].value == app.text_area[0].value
    p, q = counts(app.text_area[0].value)
    shown = [f"{value:.3f} bits" if np.isfinite(value) else "∞"
             for value in (entropy(p, q, base=2), entropy(q, p, base=2))]  # fmt: skip
    assert metrics(app) == shown


def test_book_die_is_that_of_the_die_lesson():
    assert metrics(press(lesson(), "The book's die")) == ["0.350 bits", "0.424 bits"]


def test_forecasts_of_one_source_are_infinitely_far_apart_one_way_round():
    app = press(lesson(own_direction="D(Q‖P)"), "332 forecasts")
    assert metrics(app)[1] == "∞"
    assert "`are` and `some` have no count in P" in texts(app)


def test_chance_is_told_where_the_rule_holds_and_only_there():
    p, q = counts(lesson().text_area[0].value)
    by_chance = (p.size - 1) / 2 * (1 / p.sum() + 1 / q.sum()) / np.log(2)
    assert f"same source would differ by about {by_chance:.3f} bits" in texts(lesson())
    shares = "w,P,Q\na,0.5,0.2\nb,0.5,0.8"
    for parameters in ({"own_alpha": "1"}, {"own_table": shares}, {"own_table": SMOOTH}):
        assert "By chance alone" not in texts(lesson(**parameters))


def test_rule_of_chance_is_what_samples_of_one_source_do():
    rng = np.random.default_rng(1)
    p, q = (rng.multinomial(size, np.full(8, 1 / 8), 20_000) / size for size in (200, 300))
    found = entropy(p, q, axis=1)
    expected = (8 - 1) / 2 * (1 / 200 + 1 / 300)
    assert found.mean() == pytest.approx(expected, rel=0.1)


def test_smoothing_says_what_it_changes_and_how_much_of_it_was_never_counted():
    said = texts(lesson(own_table=SMALL, own_alpha="1"))
    p, q = counts(SMALL, 1)
    back = [entropy(*reversed(counts(SMALL, alpha)), base=2) for alpha in (0, 1)]
    assert (
        f"With 1 added to every count D(P‖Q) goes from ∞ to {entropy(p, q, base=2):.3f} bits and "
        f"D(Q‖P) goes from {back[0]:.3f} bits to {back[1]:.3f} bits." in said
    )
    assert f"The additions make up {100 * 3 / 23:.1f}% of P and {100 * 3 / 18:.1f}% of Q" in said
    assert "Nothing is added, so D(P‖Q) is infinite. Follow the line to" in texts(
        lesson(own_table=SMALL)
    )
    assert "Nothing is added, and nothing needs to be" in texts(lesson(own_table=SMOOTH))
    both = "w,P,Q\na,1,0\nb,0,1"
    assert "so D(P‖Q) and D(Q‖P) are infinite. Follow the lines" in texts(lesson(own_table=both))


def test_shares_are_told_that_any_alpha_is_large():
    shares = "w,P,Q\na,0.5,0.2\nb,0.5,0.8"
    assert "add up to 1 are shares already" in texts(lesson(own_table=shares, own_alpha="0.1"))
    assert "shares already" not in texts(lesson(own_table=SMOOTH, own_alpha="0.1"))


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


def test_right_answers_are_marked_right_and_computed():
    answers = ("It did not come up in this sample", "Each, for its choice of α",
               "Divide each column by its own total",
               "They were not divided by their totals")  # fmt: skip
    for number, answer in enumerate(answers, start=1):
        app = lesson(**{f"own_check{number}": answer})
        assert [message.value[:5] for message in app.success] == ["Right"]
    asked = [radio.label for radio in lesson().radio if "check" in radio.key]
    raw = sum(p * np.log2(p / q) for p, q in ((3, 30), (6, 60), (1, 10)))
    assert f"out comes −{-raw:.3f}" in asked[3]
    assert f"{100 * (5 / 6) ** 12:.1f}% of the time" in texts(
        lesson(own_check1="It did not come up in this sample")
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,1,2\nb,3", "Row 2 has 2 columns"),
        ("a,1,2\nb,3,x", "Row 2: Q is `x`, which is no number"),
        ("a,1,2\nb,3,-4", "Row 2: Q is `-4`; a count or a probability is never below 0"),
        ("a,1,2\nb,3,nan", "Row 2: Q is `nan`, which is no number"),
        ("a,1,2\na,3,4", "Rows 1 and 2 have the same label, `a`"),
        ("a,0,2\nb,0,4", "Every number of P is 0"),
        ("a,1,2", "The table has 1 category"),
    ],
)
def test_wrong_table_says_what_is_wrong_and_keeps_the_rest(table, said):
    app = lesson(own_table=table, own_alpha="0.5", own_top=7, own_check1="It cannot come up")
    [warning] = app.warning
    assert warning.value.startswith(said)
    assert warning.value.endswith("everything else stays as it is.")
    assert not app.metric
    controls = bound_controls(app)
    assert (controls["own_alpha"].value, controls["own_top"].value) == (0.5, 7)
    app = move(app, "own_table", SMALL)
    assert not app.warning
    assert len(app.metric) == 2


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
    assert "Labels are shown as they are" not in texts(lesson(own_table=SMALL))
    assert "In the CSV file" not in texts(lesson(own_table=SMALL))


@pytest.mark.parametrize("parameters", [{}, {"own_direction": "D(Q‖P)"}, {"own_alpha": "0.5"}])
def test_labels_with_markup_are_text_in_what_a_chart_says_in_html(parameters):
    table = HOSTILE.replace(",5,1", ",5,0").replace("**bold**,3,2", "**bold**,0,2")
    app = lesson(own_table=table, **parameters)
    says = picture(app)["words"]
    assert "<code>&lt;img src=x onerror=alert(1)&gt;</code>" in says or "**bold**" in says
    assert set(re.findall(r"<(/?\w+)", says)) == {"p", "/p", "code", "/code"}


@pytest.mark.parametrize(("key", "value", "pictures"), [("own_alpha", 1, 2), ("own_top", 5, 1)])
def test_slider_redraws_its_pictures_and_no_table(key, value, pictures):
    app = lesson()
    bound_controls(app)[key].set_value(value).run()
    assert not app.exception
    assert len(charts(app)) == pictures
    assert not tables(app)
    p, q = counts(bound_controls(lesson())["own_table"].value, value if key == "own_alpha" else 0)
    shown = dict(picture(app)["numbers"])
    assert shown["D(P‖Q)"] == f"{entropy(p, q, base=2):.3f} bits"
    assert len(json.loads(charts(app)[0].spec)["layout"]["yaxis"]["ticktext"]) == (
        7 if key == "own_top" else 14
    )


def test_uploaded_file_fills_the_table_and_stays_out_of_the_link():
    app = upload(lesson(own_table=SMALL), "numbers.csv", SMOOTH.replace(",", ";").encode("utf-16"))
    assert not app.warning
    assert app.text_area[0].value == SMOOTH.replace(",", ";")
    assert "own_table" not in bound_controls(app)
    assert not app.toggle(key="_own_in_link").value
    assert "a reload, or the link of this page, brings the example back" in texts(app)
    assert metrics(app)[0] == f"{entropy(*counts(SMOOTH), base=2):.3f} bits"
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
    assert metrics(app)[0] == f"{entropy(*counts(text), base=2):.3f} bits"
    assert "988 others" in app.get("html")[tables(app)[1]].proto.body
    press(app, "Twelve rolls each")
    assert bound_controls(app)["own_table"].value.startswith("face,P's die")
    assert not app.toggle(key="_own_in_link").disabled


def run(snippet):
    """Run a snippet and return what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet, {})  # noqa: S102
    return printed.getvalue()


@pytest.mark.parametrize("unit", ["bits", "nats", "dits"])
def test_snippet_reproduces_the_number_on_screen(unit):
    app = lesson(unit=unit, own_table=SMALL, own_alpha="0.2")
    printed = run(app.code[0].value)
    assert f"{float(printed):.3f} {unit}" == metrics(app)[0]
    assert printed.strip() in app.code[0].value


def test_snippet_of_a_long_table_reads_the_file_beside_it(tmp_path, monkeypatch):
    app = lesson(own_alpha="0.2")
    read = read_counts(app.text_area[0].value)
    columns = {"label": read.labels, "p_count": read.p, "q_count": read.q}
    (tmp_path / "your_own.csv").write_text(as_csv(columns), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    printed = run(app.code[0].value)
    assert f"{float(printed):.3f} bits" == metrics(app)[0]
    assert printed.strip() in app.code[0].value


def test_start_over_puts_everything_back():
    usual = {key: control.value for key, control in bound_controls(lesson()).items()}
    app = upload(lesson(own_alpha="2", own_top=5, own_direction="D(Q‖P)",
                        own_predict="It sinks to 0", own_check3="Divide both columns by 880"),
                 "numbers.csv", SMALL.encode())  # fmt: skip
    press(app, "Start over")
    assert {key: control.value for key, control in bound_controls(app).items()} == usual
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


def test_formula_adds_up_and_says_how_many_terms_are_left():
    today = lesson(own_alpha="0.5").latex[1].value
    assert today.count(r"\log_2(") == 5
    assert r"\text{24 more}" in today
    p, q = counts(lesson().text_area[0].value, 0.5)
    assert rf"{entropy(p, q, base=2):.3f} \text{{ bits}}" in today
    assert "more}" not in lesson(own_table=SMOOTH).latex[1].value
