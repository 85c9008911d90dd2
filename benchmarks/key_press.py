"""From key press to redrawn chart in Chromium, script time, and cold start: the app and bare pages.

All in one run and in turns, because only ratios taken together mean anything.
"""

import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.table import table
from tests.browser.serving import CHROMIUM_OPTIONS, chromium, serving

ROUNDS, PRESSES, WARM_UP = 4, 20, 5
COLD_STARTS = 5

BARE = "bare Streamlit, two charts"
SERVERS = {
    BARE: ("benchmarks/timed_streamlit.py", "benchmarks/bare_streamlit.py"),
    "bare Dash, two charts": ("benchmarks/bare_dash.py",),
    "die": ("benchmarks/timed_streamlit.py", "app.py"),
}
PATHS = {"die": "/die"}

# Milliseconds from the key event to the first frame that shows other shapes in the first chart.
ARM = """() => {
  const shapes = () => {
    const paths = document.querySelector(".js-plotly-plot")?.querySelectorAll(".trace path") ?? []
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


def open_page(browser: Browser, address: str) -> Page:
    """Open a page and put the focus on its first slider."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_function("() => document.querySelector('.js-plotly-plot .trace path')")
    page.wait_for_timeout(3000)
    page.locator("input[type=range], [role=slider]").first.focus()
    return page


def press(page: Page, key: str) -> float:
    """Return the milliseconds until the chart has answered a key."""
    page.evaluate(ARM)
    page.keyboard.press(key)
    elapsed = float(page.evaluate("() => window.redrawn"))
    # The rest of the page follows its chart; each press begins with a page at rest.
    page.wait_for_timeout(600)
    return elapsed


def measure_presses() -> None:
    """Print key press to chart and script time for every page, measured in turns."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium(), args=CHROMIUM_OPTIONS
        )
        pages, logs = {}, {}
        for name, command in SERVERS.items():
            logs[name] = Path(folder) / name
            os.environ["SCRIPT_TIMES"] = str(logs[name])
            address = stack.enter_context(serving(*command))
            pages[name] = open_page(browser, address + PATHS.get(name, "/"))
        times: dict[str, list[float]] = {name: [] for name in pages}
        for turn in range(ROUNDS):
            for name, page in pages.items():
                page.bring_to_front()
                key = "ArrowRight" if turn % 2 == 0 else "ArrowLeft"
                elapsed = [press(page, key) for _ in range(WARM_UP + PRESSES)]
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
