"""Pages through Streamlit's AppTest: opened, moved and pressed; `reading` has what they show."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.deep_links import DeepLink, plain
from tests.navigation import LESSONS, MAIN, PAGES, ROOT
from tests.pages.reading import texts
from widgets import chart
from widgets.chart import Films

__all__ = ["LESSONS", "PAGES", "ROOT", "texts"]

# Seconds; a page may train a model, beside other tests.
TIMEOUT = 120
TEXT = ("text_input", "text_area")


@cache
def page_hash(lesson: str) -> str:
    """Return what AppTest calls a page; it knows that only after a run."""
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT).run()
    return app.switch_page(f"{lesson}/page.py")._page_hash


def open_page(name: str, **parameters: str) -> AppTest:
    """Return the page as a visitor gets it who follows a link with these URL parameters."""
    app = AppTest.from_file(MAIN, default_timeout=TIMEOUT)
    if name != "home":
        app._page_hash = page_hash(name)
    app.query_params.update(parameters)
    app.session_state["_code"] = True  # The code of a lesson is opened.
    app.run()
    assert not app.exception, parameters
    return app


def of_lesson(prefix: str, **parameters: object) -> dict[str, str]:
    """Return URL parameters; all but the unit come without what those of a lesson begin with."""
    return {key if key == "unit" else f"{prefix}_{key}": str(value)
            for key, value in parameters.items()}  # fmt: skip


def numbered(name: str, values: Iterable[object]) -> dict[str, object]:
    """Return URL parameters that are this name and a number from 1 on."""
    return {f"{name}{place}": value for place, value in enumerate(values, start=1)}


def open_link(link: DeepLink) -> AppTest:
    """Return the view that a link opens, and see that it keeps its promise."""
    app = open_page(link.lesson, **link.parameters)
    assert not app.warning, link
    assert link.promise in plain(texts(app)), link
    return app


def move(app: AppTest, key: str, value: object) -> AppTest:
    """Move a control, see that what follows it is drawn, and return the page as it then is."""
    bound_controls(app)[key].set_value(value).run()
    assert not app.exception, (key, value)
    # After the run of single fragments AppTest knows only their elements; a browser has the rest,
    # and the new value in its address.
    app.query_params[key] = str(value)
    app.run()
    assert not app.exception, (key, value)
    assert bound_controls(app)[key].value == value
    return app


def move_unbound(app: AppTest, key: str, value: float) -> AppTest:
    """Move a slider that no link holds: it stands for what is in cells that a link does hold."""
    app.slider(key=key).set_value(value).run()
    assert not app.exception, (key, value)
    # The whole page, which a browser asks for, brings the cells, and with them its address.
    app.run()
    app.query_params.update({name: app.session_state[name]
                             for name, control in bound_controls(app).items()
                             if control.type in TEXT})  # fmt: skip
    app.run()
    assert not app.exception, (key, value)
    assert not app.warning, (key, value)
    assert app.slider(key=key).value == pytest.approx(value), key
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Press the button with this label, and return the page as it then is."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, label
    return app


def answers_of(app: AppTest) -> dict[str, set[str]]:
    """Return which answers are drawn at once when a slider moves, by its key."""
    answers: dict[str, set[str]] = {}
    for name, reads in app.session_state["_read"].items():
        for key in reads.at_once:
            answers.setdefault(key, set()).add(name.rpartition(".")[2])
    sliders = {each.key for each in [*app.slider, *app.select_slider]}
    return {key: names for key, names in answers.items() if key in sliders}


def bound_controls(app: AppTest) -> dict[str, object]:
    """Return every control that is a URL parameter, by its key."""
    kinds = ("slider", "select_slider", "number_input", "radio", "segmented_control", "checkbox",
             "toggle", "selectbox", "text_input", "text_area")  # fmt: skip
    controls = [control for kind in kinds for control in getattr(app, kind)]
    return {control.proto.query_param_key: control for control in controls
            if control.proto.query_param_key}  # fmt: skip


def set_up(app: AppTest) -> dict[str, object]:
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def linked(name: str, app: AppTest) -> AppTest:
    """Return what another visitor gets who follows the link to this view of a page."""
    there = {key: str(value) for key, value in set_up(app).items() if value is not None}
    return open_page(name, **there)


@contextmanager
def films_told(name: str, tell: Callable[[str, Films], None]) -> Iterator[None]:
    """Tell of every picture that moves, while a page is run: its chart's key, and its films."""
    page_hash(name)  # What finds a page's address opens the first page, too.
    made: list[Films] = []

    def noted(*args: object) -> Films:
        made.append(Films(*args))
        return made[-1]

    def mounted(data: dict[str, object], key: str, on_click: object) -> None:
        if made:
            tell(key, made.pop())
        mount(data, key, on_click)

    mount = chart._mount
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chart, "Films", noted)
        patch.setattr(chart, "_mount", mounted)
        yield


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], str]]:
    """Return what makes each file that is files, by the file's name."""
    offers = {}

    def note(_label: str, data: Callable[[], str], name: str, *_: object, **__: object) -> None:
        offers[name] = data

    monkeypatch.setattr(st, "download_button", note)
    return offers


@pytest.fixture(params=PAGES)
def page_name(request: pytest.FixtureRequest) -> str:
    """Each page in turn."""
    return request.param
