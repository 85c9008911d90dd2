"""What a real browser sends when a learner opens a lesson, moves a slider and goes on."""

from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.in_browser import View, slider_of
from tests.browser.serving import CHROMIUM_OPTIONS, chromium

# Longer than anything takes to come to rest on an idle machine.
REST = 3000
CHART = ".js-plotly-plot .trace path"


@dataclass(frozen=True)
class Lesson:
    """What is opened, and the sliders that are moved, by label; one or two."""

    path: str
    sliders: tuple[str, ...]


@dataclass(frozen=True)
class Slider:
    """A slider, and the frames of a browser that moves it.

    Attributes
    ----------
    widget : str
        How the protocol calls it.
    low, high, step : float
        Where it goes.
    film : BackMsg or None
        What asks for its film, where it has one.
    move : BackMsg
        What tells its value.
    rest : BackMsg or None
        What asks for the rest of the page, where a move does not bring it.
    """

    widget: str
    low: float
    high: float
    step: float
    film: BackMsg | None
    move: BackMsg
    rest: BackMsg | None

    @property
    def places(self) -> list[float]:
        """Where it stops."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + each * self.step, 10) for each in range(count + 1)]


@dataclass(frozen=True)
class Recording:
    """The frames of one learner on one lesson.

    Attributes
    ----------
    open : BackMsg
        What opens the page.
    sliders : list of Slider
        Each with all widget states of the page.
    pages : list of BackMsg
        What opens the next lesson, and what comes back; empty where there is none.
    """

    open: BackMsg
    sliders: list[Slider]
    pages: list[BackMsg]

    @property
    def owes(self) -> bool:
        """Whether a move is answered first by a part of the page, and later by all of it."""
        return any(each.rest for each in self.sliders)


def record(address: str, lesson: Lesson) -> Recording:
    """Let Chromium do it once, and take down what it sends."""
    sent: list[BackMsg] = []

    def hear(data: str | bytes) -> None:
        message = BackMsg()
        message.ParseFromString(data if isinstance(data, bytes) else data.encode())
        sent.append(message)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("websocket", lambda socket: socket.on("framesent", hear))
        page.goto(address + lesson.path)
        page.wait_for_selector(CHART, state="attached", timeout=60_000)
        page.wait_for_timeout(REST)
        first = sent[0]
        sliders = [_slider(page, sent, View(lesson.path, label)) for label in lesson.sliders]
        pages = []
        if page.get_by_test_id("stPageLink").count():
            for link in ("arrow_forward", "arrow_back"):
                begun = len(sent)
                page.get_by_test_id("stPageLink").filter(has_text=link).last.click()
                page.wait_for_timeout(REST)
                pages.append(sent[begun])
        browser.close()
    return Recording(first, sliders, pages)


def _slider(page: Page, sent: list[BackMsg], view: View) -> Slider:
    begun = len(sent)
    thumb = slider_of(page, view)
    thumb.focus()
    page.wait_for_timeout(REST)
    films = sent[begun:]
    before = sent[-1]
    begun = len(sent)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(REST)
    told = sent[begun:]
    low, high, step = (float(thumb.get_attribute(each) or 1) for each in ("min", "max", "step"))
    return Slider(
        _moved(before, told[0]),
        low,
        high,
        step,
        films[0] if films else None,
        told[0],
        told[-1] if len(told) > 1 else None,
    )


def _moved(before: BackMsg, after: BackMsg) -> str:
    """Return the widget whose number has changed; the only one where nothing was told before."""
    known = {each.id: list(each.double_array_value.data) for each in _widgets(before)}
    [moved] = [
        each.id
        for each in _widgets(after)
        if each.WhichOneof("value") == "double_array_value"
        and known.get(each.id) != list(each.double_array_value.data)
    ]
    return moved


def _widgets(message: BackMsg):
    return message.rerun_script.widget_states.widgets


def with_values(message: BackMsg, values: dict[str, float]) -> bytes:
    """Return a frame in which these sliders stand there, and all other widgets as recorded."""
    changed = BackMsg()
    changed.CopyFrom(message)
    for each in _widgets(changed):
        if each.id in values:
            each.double_array_value.data[:] = [values[each.id]]
    return changed.SerializeToString()
