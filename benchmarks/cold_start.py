"""How long the first visitor after a start waits, against a bare page."""

import statistics
import time

from playwright.sync_api import Browser, sync_playwright

from benchmarks.table import table
from tests.browser.serving import CHROMIUM_OPTIONS, chromium, serving

COLD_STARTS = 3


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


def measure() -> None:
    """Print the table."""
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
            ["bare Streamlit, two charts", f"{usual:.1f} s", "1.00"],
            ["die, by deep link", f"{ours:.1f} s", f"{ours / usual:.2f}"],
        ],
    )
