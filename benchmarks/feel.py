"""How the app feels against bare pages: key to chart, drags, first loads, in one run and in turns.

Only ratios taken together mean anything.
"""

import os
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.in_browser import Drag, View, drag, first_load, lines, open_page, press, slider_of
from benchmarks.table import table
from tests.browser.serving import CHROMIUM_OPTIONS, chromium, serving

ROUNDS, PRESSES, WARM_UP = 2, 8, 2

BARE, DASH = "bare Streamlit, two charts", "bare Dash, two charts"
BARE_SERVERS = {
    BARE: ("benchmarks/timed_streamlit.py", "benchmarks/bare_streamlit.py"),
    DASH: ("benchmarks/bare_dash.py",),
}
APP = ("benchmarks/timed_streamlit.py", "app.py")
NOTHING = View("/")

LESSONS = {
    "home": View("/", "Q, face 1"),
    "intuition": View("/intuition", "P, sun"),
    "definition": View("/definition", "P, sun"),
    "integral": View("/integral", "P, mean"),
    "die": View("/die", "P, face 1"),
    "information": View("/information", "P, face 1"),
    "forward_reverse, Q": View("/forward-reverse", "Q, mean"),
    "forward_reverse, P": View("/forward-reverse", "Mode 2, mean"),
    "directions": View("/directions", "Q, sunny"),
    "beta_penalty": View("/beta-penalty?beta_beta=0.01", "β: how short"),
    "training": View("/training", "Your guess"),
    "estimators": View("/estimators", "Gap"),
    "your_own": View("/your-own?own_alpha=0.2", "α, added to every count"),
    "summary": View("/summary", "P, chance"),
}
VIEWS = dict.fromkeys(BARE_SERVERS, NOTHING) | LESSONS


def measure() -> None:
    """Print every table."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium(), args=CHROMIUM_OPTIONS
        )
        # Each server notes its script runs; the app's pages share one, so that it is warm.
        logs = {name: Path(folder) / name for name in ("app", BARE, DASH)}
        addresses = {}
        for name, command in ({"app": APP} | BARE_SERVERS).items():
            os.environ["SCRIPT_TIMES"] = str(logs[name])
            addresses[name] = stack.enter_context(serving(*command))

        def served(name: str) -> str:
            return name if name in BARE_SERVERS else "app"

        loads = {name: [] for name in VIEWS}
        for turn in range(1 + ROUNDS):
            for name, view in VIEWS.items():
                load = first_load(browser, addresses[served(name)], view)
                if turn:  # The first of each only warms the server.
                    loads[name].append(load)
        show_loads(loads)

        drags: dict[str, dict[str, list[Drag]]] = {"mouse": {}, "touch": {}}
        keys: dict[str, list[float]] = {name: [] for name in VIEWS}
        scripts: dict[str, list[float]] = {}
        for turn in range(ROUNDS):
            for name, view in VIEWS.items():
                address, log = addresses[served(name)], logs[served(name)]
                page = open_page(browser, address, view)
                slider_of(page, view).focus()
                page.wait_for_timeout(1000)
                # To and fro: ten steps one way may be more than a slider has.
                ways = ("ArrowRight", "ArrowLeft") if turn % 2 == 0 else ("ArrowLeft", "ArrowRight")
                pressed = [way for way in ways for _ in range((WARM_UP + PRESSES) // 2)]
                before = len(lines(log))
                keys[name] += [press(page, key) for key in pressed][WARM_UP:]
                if runs := lines(log)[before:]:
                    scripts.setdefault(name, []).extend(
                        1000 * float(line.split()[1]) for line in runs
                    )
                drags["mouse"].setdefault(name, []).append(drag(page, view, log))
                page.context.close()
                page = open_page(browser, address, view, touch=True)
                drags["touch"].setdefault(name, []).append(drag(page, view, log, touch=True))
                page.context.close()
        browser.close()
        show_keys(keys, scripts)
        for hand, dragged in drags.items():
            show_drags(hand, dragged, statistics.median(keys[BARE]))


def show_loads(loads: dict[str, list]) -> None:
    """Print what a first visit costs."""
    seconds = {n: statistics.median(each.seconds for each in all_) for n, all_ in loads.items()}
    size = {n: statistics.median(each.megabytes for each in all_) for n, all_ in loads.items()}
    table(
        "First visit: bytes, and time to the first chart",
        ["page", "time", "against bare Streamlit", "MB", "against bare Streamlit"],
        [
            [name, f"{seconds[name]:.2f} s", f"{seconds[name] / seconds[BARE]:.2f}",
             f"{size[name]:.2f}", f"{size[name] / size[BARE]:.2f}"]
            for name in loads
        ],
    )  # fmt: skip


def show_keys(keys: dict[str, list[float]], scripts: dict[str, list[float]]) -> None:
    """Print key press to chart, and what a run of the script costs after one."""
    usual = statistics.median(keys[BARE])
    table(
        "Key press to redrawn chart, and the script runs that it causes",
        ["page", "median", "90th percentile", "against bare Streamlit", "CPU of a press"],
        [
            [name, f"{statistics.median(each):.0f} ms",
             f"{statistics.quantiles(each, n=10)[-1]:.0f} ms",
             f"{statistics.median(each) / usual:.2f}",
             f"{sum(scripts[name]) / (ROUNDS * (PRESSES + WARM_UP)):.0f} ms"
             if name in scripts else ""]
            for name, each in keys.items()
        ],
    )  # fmt: skip


def show_drags(hand: str, dragged: dict[str, list[Drag]], usual_key: float) -> None:
    """Print what happens while a slider is dragged, and after it."""

    def rate(name: str) -> float:
        return statistics.mean(each.redraws / each.seconds for each in dragged[name])

    def middle(name: str, what: str) -> float:
        return statistics.median(getattr(each, what) for each in dragged[name])

    table(
        f"Dragging a slider by {hand}",
        ["page", "redraws a second", "against bare Dash", "longest gap", "server runs",
         "CPU of the drag", "release to rest", "against a bare key press"],
        [
            [name, f"{rate(name):.1f}", f"{rate(name) / rate(DASH):.2f}",
             f"{middle(name, 'longest_gap'):.0f} ms",
             f"{middle(name, 'runs'):.0f}", f"{middle(name, 'cpu'):.0f} ms",
             f"{middle(name, 'rest'):.0f} ms", f"{middle(name, 'rest') / usual_key:.2f}"]
            for name in dragged
        ],
    )  # fmt: skip
