"""Every page of the app through Streamlit's AppTest, found from the folder."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from tests.navigation import LESSONS, MAIN, PAGES, ROOT
from widgets import chart
from widgets.chart import Films

__all__ = ["LESSONS", "PAGES", "ROOT"]


@cache
def page_hash(lesson: str) -> str:
    """Return what AppTest calls a page; it knows that only after a run."""
    app = AppTest.from_file(MAIN, default_timeout=30).run()
    return app.switch_page("home.py" if lesson == "home" else f"{lesson}/page.py")._page_hash


def open_page(name: str, **parameters: str) -> AppTest:
    """Return the page as a visitor gets it who follows a link with these URL parameters."""
    app = AppTest.from_file(MAIN, default_timeout=30)
    if name != "home":
        app._page_hash = page_hash(name)
    app.query_params.update(parameters)
    app.session_state["_code"] = True  # The code of a lesson is opened.
    app.run()
    assert not app.exception, parameters
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


def press(app: AppTest, label: str) -> AppTest:
    """Press the button with this label, and return the page as it then is."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, label
    return app


def answers_of(app: AppTest) -> dict[str, set[str]]:
    """Return which answers are drawn at once when a slider moves, by its key."""
    answers: dict[str, set[str]] = {}
    for name, keys in app.session_state["_read"].items():
        for key in keys:
            answers.setdefault(key, set()).add(name)
    sliders = {each.key for each in [*app.slider, *app.select_slider]}
    return {key: names for key, names in answers.items() if key in sliders}


def bound_controls(app: AppTest) -> dict[str, object]:
    """Return every control that is a URL parameter, by its key."""
    kinds = ("slider", "select_slider", "number_input", "radio", "segmented_control", "checkbox",
             "toggle", "selectbox", "text_input", "text_area")  # fmt: skip
    controls = [control for kind in kinds for control in getattr(app, kind)]
    return {control.proto.query_param_key: control for control in controls
            if control.proto.query_param_key}  # fmt: skip


def texts(app: AppTest) -> str:
    """Return all that the page says, in one string."""
    kinds = ("title", "header", "markdown", "caption", "latex", "metric", "html", "code",
             "warning", "info", "success")  # fmt: skip
    said = []
    for kind in kinds:
        for element in getattr(app, kind):
            said.append(str(getattr(element, "label", "")))
            said.append(str(element.value))
    return "\n".join(said)


@dataclass
class Chart:
    """A chart as the browser gets it: the figure as JSON, and what is read out instead."""

    spec: str
    alt: str


def charts(app: AppTest) -> list[Chart]:
    """Return the charts of a page, in order."""
    pictures = [
        json.loads(each.proto.bytes)["picture"]
        for each in app.get("bidi_component")
        if each.proto.component_name == "chart"
    ]
    return [Chart(json.dumps(each["figure"]), each["alt"]) for each in pictures]


@contextmanager
def films_told(tell: Callable[[str, Films], None]) -> Iterator[None]:
    """Tell of every picture that moves, while pages are run: its chart's key, and its films."""
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


def value_of(shown: str) -> tuple[float, float]:
    """Return a number as it is shown, and the size of its last digit."""
    plain = shown.replace(",", "").translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    mantissa, _, power = plain.partition("×10")
    unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return float(mantissa) * 10.0 ** int(power or 0), unit


def agree(shown: str, value: float, slack: float = 0.02) -> bool:
    """Say whether `value` rounds to the number that is shown, to its last digit."""
    seen, unit = value_of(shown)
    return abs(seen - value) <= max((0.5 + slack) * unit, 1e-12)


@pytest.fixture(params=PAGES)
def page_name(request: pytest.FixtureRequest) -> str:
    """Each page in turn."""
    return request.param
