"""What a hand does to a page in Chromium, and what the page answers: keys, drags, first loads."""

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Locator, Page

# A hand moves this often and for so long; then the page is given time to come to rest.
MOVES, LEGS, DRAG_SECONDS, REST_SECONDS = 120, 3, 2.0, 2.5
FILM_SECONDS = 1.0

# Notes when a chart shows other shapes, numbers or title, and when anything on the page changes.
WATCH = """number => {
  const chart = () => document.querySelectorAll(".js-plotly-plot")[number]
  const PARTS = ".trace path, .gtitle, .bartext, .annotation text"
  const shapes = () => [...chart()?.querySelectorAll(PARTS) ?? []]
    .map(part => part.getAttribute("d") ?? part.textContent).join()
  window.seen = { shapes: shapes(), drawn: [], changed: [], up: 0, pressed: 0 }
  const look = () => {
    const now = shapes()
    if (now && now !== seen.shapes) { seen.shapes = now; seen.drawn.push(performance.now()) }
    requestAnimationFrame(look)
  }
  look()
  new MutationObserver(() => seen.changed.push(performance.now()))
    .observe(document.body, { subtree: true, childList: true, characterData: true })
  for (const end of ["pointerup", "touchend"]) {
    addEventListener(end, event => { if (event.isTrusted) seen.up = performance.now() }, true)
  }
  addEventListener("keydown", () => { seen.pressed = performance.now() }, true)
}"""
FORGET = "() => { seen.drawn = []; seen.changed = [] }"


@dataclass
class View:
    """A page, the slider that is moved, and the chart that answers it, counted from 0."""

    path: str
    slider: str = ""
    chart: int = 0


@dataclass
class Drag:
    """What one drag has shown; times in milliseconds."""

    redraws: int
    seconds: float
    longest_gap: float
    rest: float
    runs: int = 0
    cpu: float = 0.0


@dataclass
class Load:
    """What a first visit costs."""

    seconds: float
    megabytes: float


def first_load(browser: Browser, address: str, view: View) -> Load:
    """Return the time to the chart and the bytes of everything that a new browser fetches."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    fetched = [0.0]

    def count(event: dict[str, float]) -> None:
        fetched[0] += event["encodedDataLength"]

    network.on("Network.loadingFinished", count)
    start = time.perf_counter()
    page.goto(address + view.path)
    slider = slider_of(page, view)
    slider.wait_for(state="attached")
    slider.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.js-plotly-plot .trace path')")
    elapsed = time.perf_counter() - start
    page.wait_for_timeout(3000)
    context.close()
    return Load(elapsed, fetched[0] / 1e6)


def slider_of(page: Page, view: View) -> Locator:
    """Return the slider with the label of a view, or the first of the page."""
    if view.slider:
        return page.get_by_role("slider", name=view.slider).first
    return page.locator("input[type=range], [role=slider]").first


def open_page(browser: Browser, address: str, view: View, *, touch: bool = False) -> Page:
    """Open a page at rest, its slider in sight, and watch its chart."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=touch)
    page = context.new_page()
    page.goto(address + view.path)
    slider_of(page, view).wait_for(state="attached")
    slider_of(page, view).scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.js-plotly-plot .trace path')")
    page.wait_for_timeout(4000)
    page.evaluate(WATCH, view.chart)
    return page


def press(page: Page, key: str) -> float:
    """Return the milliseconds from a key to the chart that answers it."""
    page.evaluate(FORGET)
    page.keyboard.press(key)
    page.wait_for_function("() => seen.drawn.length", timeout=10_000)
    elapsed = float(page.evaluate("() => seen.drawn[0] - seen.pressed"))
    # The rest of the page follows its chart; each press begins with a page at rest.
    page.wait_for_timeout(800)
    return elapsed


def drag(page: Page, view: View, log: Path | None, *, touch: bool = False) -> Drag:
    """Drag a slider to and fro, and tell what was seen before and after the release."""
    slider = slider_of(page, view)
    x, y = slider.evaluate(
        """range => {
          const thumb = range.matches("[role=slider]") ? range : range.closest("[data-rac]")
          const box = (thumb ?? range).getBoundingClientRect()
          return [box.x + box.width / 2, box.y + box.height / 2]
        }"""
    )
    low, high = slider.evaluate(
        """range => {
          // The input itself is wider than its thumb, and nowhere to be seen.
          let track = range.closest("[data-rac]") ?? range
          while (track.getBoundingClientRect().width < 100) track = track.parentElement
          const { left, right } = track.getBoundingClientRect()
          return [left + 10, right - 10]
        }"""
    )
    # To and fro over most of the way, so that a slider with few stops passes many.
    room = 0.1 * (high - low)
    ends = (high - room, low + room) if high - x > x - low else (low + room, high - room)
    turns = [x, *ends, ends[0]]
    places = [
        turns[leg] + (turns[leg + 1] - turns[leg]) * step / (MOVES // LEGS)
        for leg in range(LEGS)
        for step in range(1, MOVES // LEGS + 1)
    ]
    hand = Hand(page, touch)
    hand.down(x, y)
    # A film has time to come, as it has when a hand begins slowly.
    page.wait_for_timeout(1000 * FILM_SECONDS)
    page.evaluate(FORGET)
    before = lines(log)
    start = time.perf_counter()
    for move, place in enumerate(places, start=1):
        hand.move(place, y)
        time.sleep(max(0.0, start + DRAG_SECONDS * move / MOVES - time.perf_counter()))
    elapsed = time.perf_counter() - start
    hand.up()
    page.wait_for_timeout(1000 * REST_SECONDS)
    seen = page.evaluate("() => seen")
    runs = lines(log)[len(before) :]
    during = [each for each in seen["drawn"] if each < seen["up"]]
    after = [each for each in (*seen["drawn"], *seen["changed"]) if each >= seen["up"]]
    gaps = [later - earlier for earlier, later in pairwise(during)]
    return Drag(
        len(during),
        elapsed,
        max(gaps, default=1000 * elapsed),
        max(after, default=seen["up"]) - seen["up"],
        len(runs),
        1000 * sum(float(line.split()[1]) for line in runs),
    )


def lines(log: Path | None) -> list[str]:
    """Return what a timed server has written down, a line a script run."""
    return log.read_text().splitlines() if log and log.exists() else []


class Hand:
    """A mouse or a finger."""

    def __init__(self, page: Page, touch: bool) -> None:
        """Take up one of the two."""
        self.page = page
        self.finger: CDPSession | None = page.context.new_cdp_session(page) if touch else None

    def _touch(self, kind: str, *points: dict[str, float]) -> None:
        if self.finger:
            self.finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [*points]})

    def down(self, x: float, y: float) -> None:
        """Take hold."""
        if self.finger:
            self._touch("touchStart", {"x": x, "y": y})
        else:
            self.page.mouse.move(x, y)
            self.page.mouse.down()

    def move(self, x: float, y: float) -> None:
        """Move there."""
        if self.finger:
            self._touch("touchMove", {"x": x, "y": y})
        else:
            self.page.mouse.move(x, y)

    def up(self) -> None:
        """Let go."""
        if self.finger:
            self._touch("touchEnd")
        else:
            self.page.mouse.up()
