"""What holds for every page, those included that are not written yet."""

import ast
import re

import pytest

from tests.charts.test_style import contrast
from tests.navigation import LESSONS, PAGES, ROOT
from tests.pages.conftest import TEXT, bound_controls, move, move_unbound, open_page, press, set_up
from tests.pages.reading import charts, texts

NONSENSE = ["nan", "-3000", "1e999", "<script>alert(1)</script>", "`*_|$", "x" * 5000, ""]


def test_every_page_is_in_the_navigation_once():
    assert sorted([*PAGES, "teach"]) == sorted(
        path.parent.name for path in ROOT.glob("pages/*/page.py")
    )
    assert "die" in LESSONS


def test_page_opens(page_name):
    app = open_page(page_name)
    assert not app.warning
    assert len(app.title) == 1


def test_presenter_view_has_all_that_the_page_has(page_name):
    usual, presented = open_page(page_name), open_page(page_name, present="true")
    assert set(texts(usual).splitlines()) <= set(texts(presented).splitlines())
    assert bound_controls(presented).keys() == bound_controls(usual).keys()
    assert not presented.warning


@pytest.mark.parametrize("unit", ["bits", "nats", "dits"])
def test_unit_reaches_every_sentence(page_name, unit):
    app = open_page(page_name, unit=unit)
    said = texts(app)
    assert unit in said
    for other in {"bits", "nats", "dits"} - {unit}:
        assert not re.search(rf"\d (\\text{{ )?{other}\b", said)


def test_keys_are_unique_across_the_app():
    owners = {}
    for file in PAGES:
        for key in bound_controls(open_page(file)):
            owners.setdefault(key, []).append(file)
    shared = {key: files for key, files in owners.items() if len(files) > 1}
    assert set(shared) == {"unit", "present"}


def sources():
    """Return the code of every lesson, by its place."""
    files = sorted((ROOT / "pages").rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in files}


def test_every_control_with_a_key_is_in_the_link_or_marked_as_not():
    for file, code in sources().items():
        for call in ast.walk(code):
            # What `widgets.controls` draws is always in the link.
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            names = {keyword.arg: keyword.value for keyword in call.keywords}
            value = names.get("key")
            if call.func.attr == "fragment" or not isinstance(value, ast.Constant):
                continue
            assert value.value.startswith("_") != ("bind" in names), (file, value.value)


def test_no_lesson_reads_a_control_behind_the_back_of_its_answers():
    for file, code in sources().items():
        for place in ast.walk(code):
            if not isinstance(place, ast.Subscript) or not isinstance(place.ctx, ast.Load):
                continue
            if ast.unparse(place.value) == "st.session_state":
                text = place.slice
                # What a class reads by a key it was given is its own affair.
                if isinstance(text, ast.JoinedStr):
                    text = text.values[0]
                if isinstance(text, ast.Constant):
                    assert text.value.startswith("_"), (file, text.value)


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_any_parameter_falls_back_and_says_so(page_name, nonsense):
    fresh = bound_controls(open_page(page_name))
    usual = {key: control.value for key, control in fresh.items()}
    # A cell keeps what was typed, as far as there is room, and the page says what is wrong with it.
    cells = {key: nonsense[: control.proto.max_chars or None] for key, control in fresh.items()
             if control.type in TEXT}  # fmt: skip
    app = open_page(page_name, **dict.fromkeys(usual, nonsense))
    assert set_up(app) == usual | cells
    said = [warning.value for warning in app.warning]
    own = [warning for warning in said if not warning.startswith("This link asks for")]
    # Only in a cell may nonsense be text; an empty one may be what the page takes.
    assert len(own) == bool(cells) or (nonsense == "" and not own)
    # An empty radio parameter means "no answer yet", which is what a fresh page shows.
    silent = {key for key, value in usual.items() if value is None and nonsense == ""}
    # What a cell has taken whole is not refused.
    taken = {key for key, text in cells.items() if text == nonsense}
    for key in taken:
        assert not any(f"`{key} = " in warning for warning in said), key
    for key in usual.keys() - silent - taken:
        assert any(f"`{key} = " in warning for warning in said), key
    assert all(len(warning) < 300 for warning in said)


def test_unknown_parameters_do_no_harm(page_name):
    assert not open_page(page_name, utm_source="course", embed="true").warning


def test_extremes_of_every_slider(page_name):
    app = open_page(page_name)
    for slider in list(app.slider):
        for value in (slider.min, slider.max, slider.value):
            if slider.proto.query_param_key:
                move(app, slider.key, value)
            else:
                move_unbound(app, slider.key, value)
    for slider in list(app.select_slider):
        for value in (slider.proto.options[0], slider.proto.options[-1]):
            assert not open_page(page_name, **{slider.key: value}).warning


def test_every_button_works(page_name):
    for index in range(len(open_page(page_name).button)):
        app = open_page(page_name)
        if not app.button[index].disabled:
            app.button[index].click().run()
            assert not app.exception


def elsewhere(control):
    """Return a value that a control does not begin with, as an address says it."""
    kind = control.type
    if kind == "slider":
        return str(control.min if control.value != control.min else control.max)
    if kind in TEXT:
        return "2"
    if kind == "toggle":
        return "true"
    options = control.proto.options if kind == "select_slider" else control.options
    return next(option for option in reversed(options) if option != control.value)


@pytest.mark.parametrize("lesson", LESSONS)
def test_start_over_puts_every_control_and_answer_back(lesson):
    usual = bound_controls(open_page(lesson))
    # A run of training would take its time.
    moved = {key: elsewhere(control) for key, control in usual.items()
             if key not in {"unit", "present", "beta_train"}}  # fmt: skip
    app = open_page(lesson, unit="dits", **moved)
    there = bound_controls(app)
    assert [key for key in moved if there[key].value == usual[key].value] == []
    back, fresh = press(app, "Start over"), open_page(lesson, unit="dits")
    assert set_up(back) == set_up(fresh)
    # Those that no link holds, too.
    assert [each.value for each in back.slider] == [each.value for each in fresh.slider]
    assert texts(back) == texts(fresh)


def test_every_answer_of_a_self_check_gets_its_own_feedback(page_name):
    questions = [radio for radio in open_page(page_name).radio if "_check" in radio.key]
    for question in questions:
        feedback = set()
        for answer in question.options:
            app = open_page(page_name)
            before = len(texts(app))
            app.radio(key=question.key).set_value(answer).run()
            assert not app.exception
            assert len(texts(app)) > before
            feedback.add(texts(app))
        assert len(feedback) == len(question.options)


def fonts(part):
    """Find the fonts in a part of a figure."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name.endswith("font") and isinstance(value, dict):
                yield value
            else:
                yield from fonts(value)
    elif isinstance(part, list):
        for each in part:
            yield from fonts(each)


def test_text_in_charts_can_be_read(page_name):
    for drawn in charts(open_page(page_name)):
        paper = drawn.figure["layout"]["paper_bgcolor"]
        for font in fonts(drawn.figure):
            colours = font.get("color", [])
            for colour in [colours] if isinstance(colours, str) else colours:
                # The handle of a player writes all its names, and shows the current one alone.
                assert colour == paper or contrast(colour, paper) >= 4.5, (drawn.key, font)
