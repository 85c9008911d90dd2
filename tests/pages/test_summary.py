"""The summary says what is true, links to views that show it, and keeps score."""

import contextlib
import io
import json
import math
from urllib.parse import parse_qsl

import pytest
from scipy.stats import entropy

from tests.deep_links import deep_links, plain
from tests.pages.conftest import ROOT, bound_controls, move, open_page, texts
from widgets.texts.cheat_sheet import sections
from widgets.texts.self_test import questions
from widgets.units import UNITS

FAIR, LOADED = [1 / 6] * 6, [0.5] + [0.1] * 5
BASES = {"bits": 2, "nats": math.e, "dits": 10}


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def coins(app):
    """Return P's and Q's chance of heads, in percent."""
    return tuple(app.slider(key=f"summary_{letter}").value for letter in "pq")


def row(app, idea):
    """Return the line of the table with this idea."""
    table = next(text.value for text in app.markdown if "| idea |" in text.value)
    [line] = [line for line in table.splitlines() if line.startswith(f"| **{idea}")]
    return line


def words(app):
    """Return the sentence below the chart."""
    return next(text.value for text in app.markdown if "both divergences are 0" in text.value
                or "Both are 0 where" in text.value)  # fmt: skip


def links(unit):
    """Return every link of the page and of the answers to its questions."""
    page = deep_links(texts(open_page("summary.py", unit=unit)))
    mending = (link for each in questions(UNITS[unit]) for link in deep_links(each.see))
    return sorted({*page, *mending})


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_every_link_shows_what_it_promises(unit):
    found = links(unit)
    assert len(found) > 25
    for link in found:
        app = open_page(link.file, **dict(parse_qsl(link.query[1:])))
        assert link.promise in plain(texts(app)), link
        assert not app.warning, link
        # A view of another unit would show other numbers.
        assert unit == "bits" or "unit=" in link.query, link


def test_every_lesson_is_linked():
    lessons = {path.name for path in (ROOT / "pages").glob("*.py")}
    linked = {link.file for link in links("bits")}
    assert lessons - linked == {"main.py", "home.py", "summary.py"}


@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_numbers_of_the_table_are_those_of_scipy(unit, base):
    app = open_page("summary.py", unit=unit)

    def of(p, q):
        return f"{entropy(p, q, base=base):.3f}"

    assert f"{of([4, 3, 2.5, 0.5], [6, 2.5, 1, 0.5])} {unit} a day" in row(app, "The intuition")
    die = row(app, "The die")
    assert f"{of(FAIR, LOADED)} {unit}; the other way round {of(LOADED, FAIR)}" in die
    p = [5, 2, 1, 1, 0.5, 0.5]
    own = float(entropy(p, base=base))
    extra = float(entropy(p, FAIR, base=base))
    assert f"{own + extra:.3f} = {own:.3f} + {extra:.3f} {unit}" in row(app, "Entropy, cross-")
    step = 0.5 / math.log(base)
    assert f"two steps of {step:.3f} between bells, but {4 * step:.3f} {unit}" in (
        row(app, "Not a metric")
    )


def test_rows_of_the_directions_have_the_published_optima():
    app = open_page("summary.py", unit="nats")
    assert "mean 0.00, spread 2.62, at 0.498 nats" in row(app, "Forward")
    assert "mean 2.49, spread 0.81, at 0.690 nats" in row(app, "Reverse")


def test_rows_of_the_rope_are_those_of_the_lesson():
    app = open_page("summary.py")
    for beta in ("0.1", "0.01"):
        lesson = open_page("beta_penalty.py", beta_beta=beta)
        [kl] = [metric.value for metric in lesson.metric if metric.label == "D(π‖π_SFT), exact"]
        assert kl in row(app, "The KL penalty of RL")
    # By hand: PPO doubles above 1.5 times the target; Ziegler adds 0.1·0.2 of itself.
    assert "turns β = 0.02 into 0.04, Ziegler's into 0.0204" in row(app, "Adaptive β")


@pytest.mark.parametrize(
    ("p", "q"), [(50, 25), (50, 90), (1, 99), (30, 70), (10, 11), (99, 98), (20, 60)]
)
@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_words_give_both_divergences(p, q, unit, base):
    said = words(open_page("summary.py", summary_p=p, summary_q=q, unit=unit))
    pair = ([p, 100 - p], [q, 100 - q])
    there, back = entropy(*pair, base=base), entropy(*pair[::-1], base=base)
    assert f"P shows heads {p}% of the time, Q says {q}%." in said
    for name, value in (("D(P‖Q)", there), ("D(Q‖P)", back)):
        if value > 0.001:
            assert f"{name} is {value:.3f} {unit}" in said
    assert ("The same both ways" in said) == (p + q == 100)


def test_words_name_what_makes_it_infinite():
    said = words(open_page("summary.py", summary_p=30, summary_q=100))
    assert "D(P‖Q) is infinite: Q rules tails out, which P shows 70% of the time" in said
    assert f"D(Q‖P) is {math.log2(1 / 0.3):.3f} bits" in said
    said = words(open_page("summary.py", summary_p=0, summary_q=30))
    assert "D(Q‖P) is infinite: P rules heads out, which Q shows 30% of the time" in said
    assert f"D(P‖Q) is {math.log2(1 / 0.7):.3f} bits" in said
    said = words(open_page("summary.py", summary_p=0, summary_q=100))
    assert said.count("infinite") == 2


@pytest.mark.parametrize("chance", [0, 30, 100])
def test_equal_coins_lose_nothing(chance):
    said = words(open_page("summary.py", summary_p=chance, summary_q=chance))
    assert f"heads {chance}% of the time: both divergences are 0 bits" in said


def test_presets_set_the_coins():
    app = press(open_page("summary.py"), "SciPy's coins")
    assert coins(app) == (50, 90)
    press(app, "Swap P and Q")
    assert coins(app) == (90, 50)
    press(app, "Let Q be P")
    assert coins(app) == (90, 90)
    press(app, "Q is certain")
    assert coins(app) == (50, 100)
    press(app, "Cover & Thomas's coins")
    assert coins(app) == (50, 25)


def handles(app):
    """Return what can be dragged in the chart: each slider with its place."""
    [drawn] = [each for each in app.get("bidi_component") if each.proto.component_name == "chart"]
    found = json.loads(drawn.proto.bytes)["picture"]["handles"]
    return {each["slider"]: (each["x"], each["y"]) for each in found}


@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_coins_can_be_dragged_by_the_line_of_p_and_the_mark_of_q(unit, base):
    found = handles(open_page("summary.py", summary_p=30, summary_q=45, unit=unit))
    assert found["summary_p"] == (30, pytest.approx(0.85 * 2 / math.log2(base)))
    assert found["summary_q"] == pytest.approx((45, entropy([0.3, 0.7], [0.45, 0.55], base=base)))


def test_mark_that_is_infinite_can_be_dragged_at_the_top():
    assert handles(open_page("summary.py", summary_q=100))["summary_q"] == (100, 2)


@pytest.mark.parametrize("letter", ["p", "q"])
def test_slider_redraws_its_picture_and_nothing_else(letter):
    app = open_page("summary.py")
    app.slider(key=f"summary_{letter}").set_value(60).run()
    assert handles(app)[f"summary_{letter}"][0] == 60
    assert not app.latex
    assert not app.code


def test_start_over_puts_everything_back():
    usual = {key: control.value for key, control in bound_controls(open_page("summary.py")).items()}
    answers = {f"summary_check{place}": each.right
               for place, each in enumerate(questions(UNITS["bits"]), start=1)}  # fmt: skip
    app = open_page("summary.py", summary_p=3, summary_q=4, summary_predict="D(Q‖P)", **answers)
    changed = {key: control.value for key, control in bound_controls(app).items()}
    assert sum(changed[key] != usual[key] for key in usual) == 23
    press(app, "Start over")
    assert {key: control.value for key, control in bound_controls(app).items()} == usual


def test_prediction_reveals_what_is_computed():
    app = open_page("summary.py", summary_predict="D(P‖Q)")
    there, back = (entropy(p, q, base=2) for p, q in (([1, 1], [9, 1]), ([9, 1], [1, 1])))
    assert there > back
    assert "That is what happens" in texts(app)
    assert f"D(P‖Q) is **{there:.3f} bits**, D(Q‖P) {back:.3f} bits" in texts(app)
    assert "A surprise, then" in texts(open_page("summary.py", summary_predict="D(Q‖P)"))


def test_formula_adds_up_to_the_divergence():
    app = open_page("summary.py", summary_p=50, summary_q=25, unit="nats")
    today = app.latex[1].value
    assert "+0.347" in today
    assert "−0.203" in today
    assert f"{entropy([0.5, 0.5], [0.25, 0.75]):.3f}" in today
    assert r"\text{ nats}" in today


def test_all_answers_right_make_twenty():
    answers = {f"summary_check{place}": each.right
               for place, each in enumerate(questions(UNITS["bits"]), start=1)}  # fmt: skip
    app = open_page("summary.py", **answers)
    assert not app.warning
    assert sum(message.value.startswith("Right") for message in app.success) == 20
    assert "**20 of 20 right.** All of them!" in app.success[-1].value


def test_wrong_answer_says_why_and_where_to_look():
    app = open_page("summary.py", summary_check3="Undefined")
    [why, score] = [message.value for message in app.info]
    assert why.startswith("It is well defined")
    assert [link.address for link in deep_links(why)] == ["/die?die_q6=0"]
    assert score == "**0 of 1 right so far**; 19 to go."


def test_answers_outlive_the_unit():
    answers = {f"summary_check{place}": each.right
               for place, each in enumerate(questions(UNITS["bits"]), start=1)}  # fmt: skip
    app = move(open_page("summary.py", **answers), "unit", "dits")
    assert "**20 of 20 right.**" in app.success[-1].value


def test_checks_count_what_agrees_and_show_the_difference():
    said = texts(open_page("summary.py"))
    assert "36 published values" in said
    assert "33 agree to half a unit of the last printed digit" in said
    die = entropy(FAIR, LOADED, base=2)
    assert "0.350</td><td style=" in said
    assert f">{die:.5f}<" in said
    assert "−2.2×10⁻⁵" in said


def test_checks_keep_the_units_of_their_sources():
    tables = [[each.value for each in open_page("summary.py", unit=unit).html
               if "Published values" in each.value] for unit in UNITS]  # fmt: skip
    assert tables[0] == tables[1] == tables[2] != []


@pytest.mark.parametrize("unit", UNITS)
def test_snippet_reproduces_the_number_on_screen(unit):
    app = open_page("summary.py", unit=unit, summary_p=30, summary_q=45)
    [snippet] = [code.value for code in app.code if "kl_core" in code.value]
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(snippet, {})  # noqa: S102
    assert f"D(P‖Q) is {float(shown.getvalue()):.3f} {unit}" in words(app)
    assert shown.getvalue().strip() in snippet


def test_sheet_on_the_page_has_every_entry():
    said = texts(open_page("summary.py", unit="nats"))
    for section in sections(UNITS["nats"]):
        assert f":violet[**{section.title}**]" in said
        assert all(f"**{each.name}** {each.note}" in said for each in section.entries)
    assert f"{entropy(FAIR, LOADED):.3f}" in said


def test_reading_begins_with_the_three_of_the_book():
    reading = next(text.value for text in open_page("summary.py").markdown
                   if "On Information and Sufficiency" in text.value)  # fmt: skip
    places = [reading.index(each) for each in
              ("10.1214/aoms/1177729694", "10.1002/047174882X", "arXiv:1707.06347")]  # fmt: skip
    assert places == sorted(places)
    links = [line for line in reading.splitlines() if "](" in line]
    assert len(links) == reading.count("\n- ") + 3
