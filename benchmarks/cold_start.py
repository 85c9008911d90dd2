"""How long the first visitor after a start waits, against a bare page."""

import statistics
import time

from playwright.sync_api import Browser, sync_playwright

from benchmarks.table import table
from tests.browser.serving import CHROMIUM_OPTIONS, chromium, serving

COLD_STARTS = 3
BARE = "bare Streamlit, two charts"
PAGES = {
    BARE: ("benchmarks/bare_streamlit.py", "/"),
    "die, by deep link": ("app.py", "/die"),
    # It solves for every β before it draws, once for everybody.
    "beta_penalty, by deep link": ("app.py", "/beta-penalty"),
}


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
        taken: dict[str, list[float]] = {name: [] for name in PAGES}
        for _ in range(1 + COLD_STARTS):
            for name, (script, path) in PAGES.items():
                taken[name].append(first_page(browser, (*streamlit, script), path))
        browser.close()
    medians = {name: statistics.median(times[1:]) for name, times in taken.items()}
    usual = medians[BARE]
    table(
        "Cold start of the server to the first chart",
        ["page", "median", "against bare Streamlit"],
        [[name, f"{each:.1f} s", f"{each / usual:.2f}"] for name, each in medians.items()],
    )
