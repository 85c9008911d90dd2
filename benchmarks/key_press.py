"""From key press to redrawn chart in Chromium, script time, and cold start: the app and bare pages.

All in one run and in turns, because only ratios taken together mean anything.
"""

import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.table import table
from tests.browser.serving import CHROMIUM_OPTIONS, chromium, serving

ROUNDS, PRESSES, WARM_UP = 2, 20, 5
COLD_STARTS = 3

BARE = "bare Streamlit, two charts"
BARE_SERVERS = {
    BARE: ("benchmarks/timed_streamlit.py", "benchmarks/bare_streamlit.py"),
    "bare Dash, two charts": ("benchmarks/bare_dash.py",),
}
APP = ("benchmarks/timed_streamlit.py", "app.py")


class View(NamedTuple):
    """A page, the slider that is moved, and the chart that answers it, counted from 0."""

    path: str
    slider: str
    chart: int = 0


LESSONS = {
    "intuition": View("/intuition", "P, sun"),
    "definition, sum": View("/definition", "P, sun"),
    "definition, integral": View("/definition", "P, mean", chart=1),
    "die": View("/die", "P, face 1"),
    "information": View("/information", "P, face 1"),
    "forward_reverse, Q": View("/forward-reverse", "Q, mean"),
    "forward_reverse, P": View("/forward-reverse", "P, separation"),
    "beta_penalty": View("/beta-penalty?beta_beta=0.002", "β: how short"),
    "directions": View("/directions", "Q, sunny"),
    "estimators": View("/estimators", "Gap"),
    "your_own": View("/your-own", "How many"),
    "summary": View("/summary", "P, chance"),
}

# Milliseconds from the key event to the first frame that shows other shapes in a chart.
ARM = """chart => {
  const shapes = () => {
    const plot = document.querySelectorAll(".js-plotly-plot")[chart]
    const paths = plot?.querySelectorAll(".trace path") ?? []
    return [...paths].map(path => path.getAttribute("d")).join()
  }
  const before = shapes()
  window.redrawn = new Promise((resolve, reject) => {
    document.addEventListener("keydown", () => {
      const pressed = performance.now()
      const look = () => {
        const now = shapes()
        if (now && now !== before) resolve(performance.now() - pressed)
        else requestAnimationFrame(look)
      }
      look()
    }, { capture: true, once: true })
    setTimeout(() => reject(new Error("the chart was not drawn again")), 10000)
  })
}"""


def open_page(browser: Browser, address: str, slider: str = "") -> Page:
    """Open a page and put the focus on a slider: the one with this label, or the first."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_function("() => document.querySelector('.js-plotly-plot .trace path')")
    page.wait_for_timeout(4000)
    sliders = page.get_by_role("slider", name=slider) if slider else None
    (sliders or page.locator("input[type=range], [role=slider]")).first.focus()
    return page


def press(page: Page, key: str, chart: int) -> float:
    """Return the milliseconds until the chart has answered a key."""
    page.evaluate(ARM, chart)
    page.keyboard.press(key)
    elapsed = float(page.evaluate("() => window.redrawn"))
    # The rest of the page follows its chart; each press begins with a page at rest.
    page.wait_for_timeout(800)
    return elapsed


def measure_presses() -> None:
    """Print key press to chart and script time for every page, measured in turns."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium(), args=CHROMIUM_OPTIONS
        )
        pages, logs = {}, {}
        for name in (*BARE_SERVERS, *LESSONS):
            logs[name] = Path(folder) / name
            os.environ["SCRIPT_TIMES"] = str(logs[name])
            address = stack.enter_context(serving(*BARE_SERVERS.get(name, APP)))
            view = LESSONS.get(name, View("/", ""))
            pages[name] = open_page(browser, address + view.path, view.slider)
        times: dict[str, list[float]] = {name: [] for name in pages}
        for turn in range(ROUNDS):
            for name, page in pages.items():
                page.bring_to_front()
                key = "ArrowRight" if turn % 2 == 0 else "ArrowLeft"
                chart = LESSONS[name].chart if name in LESSONS else 0
                elapsed = [press(page, key, chart) for _ in range(WARM_UP + PRESSES)]
                times[name] += elapsed[WARM_UP:]
        browser.close()
        usual = statistics.median(times[BARE])
        table(
            "Key press to redrawn chart (Chromium)",
            ["page", "median", "90th percentile", "against bare Streamlit"],
            [
                [name, f"{statistics.median(each):.0f} ms",
                 f"{statistics.quantiles(each, n=10)[-1]:.0f} ms",
                 f"{statistics.median(each) / usual:.2f}"]
                for name, each in times.items()
            ],
        )  # fmt: skip
        runs = {
            name: [[1000 * float(value) for value in line.split()]
                   for line in log.read_text().splitlines()[-ROUNDS * (PRESSES + WARM_UP):]]
            for name, log in logs.items() if log.exists()
        }  # fmt: skip
        table(
            "Script time of a rerun after one slider move, Chromium running beside it",
            ["page", "CPU, median", "wall clock, median"],
            [
                [name, f"{statistics.median(cpu for _, cpu in each):.1f} ms",
                 f"{statistics.median(wall for wall, _ in each):.1f} ms"]
                for name, each in runs.items()
            ],
        )  # fmt: skip


def first_page(browser: Browser, command: tuple[str, ...], path: str) -> float:
    """Return the seconds from starting a server to its first chart in a new browser."""
    start = time.perf_counter()
    with serving(*command) as address:
        page = browser.new_context().new_page()
        page.goto(address + path)
        page.wait_for_function("() => document.querySelector('.js-plotly-plot .trace path')")
        elapsed = time.perf_counter() - start
        page.context.close()
    return elapsed


def measure_cold_start() -> None:
    """Print how long the first visitor after a start waits, against a bare page."""
    streamlit = ("-m", "streamlit", "run")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        # In turns again; the first of each only warms the disk.
        bare, die = [], []
        for _ in range(1 + COLD_STARTS):
            bare.append(first_page(browser, (*streamlit, "benchmarks/bare_streamlit.py"), "/"))
            die.append(first_page(browser, (*streamlit, "app.py"), "/die"))
        browser.close()
    usual, ours = statistics.median(bare[1:]), statistics.median(die[1:])
    table(
        "Cold start of the server to the first chart",
        ["page", "median", "against bare Streamlit"],
        [
            [BARE, f"{usual:.1f} s", "1.00"],
            ["die, by deep link", f"{ours:.1f} s", f"{ours / usual:.2f}"],
        ],
    )
