"""Key press to redrawn chart, in Chromium: the die lesson against bare pages, in one run.

Usage: python benchmarks/key_press.py
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
PRESSES = 60
WARM_UP = 10

# From the key event to the first frame after Plotly has drawn the first chart anew.
MEASURE = """
() => new Promise((resolve, reject) => {
  const chart = document.querySelector(".js-plotly-plot")
  let pressed
  document.addEventListener("keydown", () => { pressed = performance.now() },
                            { capture: true, once: true })
  chart.once("plotly_afterplot", () => requestAnimationFrame(
    () => resolve(performance.now() - pressed)))
  setTimeout(() => reject(new Error("the chart was not drawn again")), 5000)
})
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server(command, port):
    """Run a server until the block ends."""
    environment = {**os.environ, "STREAMLIT_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        command,
        cwd=HERE.parent,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def press_times(page: Page, url: str, slider: str) -> list[float]:
    """Return the milliseconds of each key press on the page's first matching slider."""
    page.goto(url)
    page.wait_for_selector(".js-plotly-plot")
    page.wait_for_timeout(2500)
    page.locator(slider).first.focus()
    times = []
    for press in range(WARM_UP + PRESSES):
        pending = page.evaluate_handle(f"() => {{ window.redrawn = ({MEASURE})() }}")
        page.keyboard.press("ArrowRight" if press % 20 < 10 else "ArrowLeft")
        times.append(page.evaluate("() => window.redrawn"))
        pending.dispose()
        page.wait_for_timeout(250)
    return times[WARM_UP:]


def main() -> None:
    """Measure all pages and print a table."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        die, bare, dash = free_port(), free_port(), free_port()
        logs = [Path(folder) / name for name in ("die", "bare")]
        for log, script, port in (
            (logs[0], "app.py", die),
            (logs[1], "benchmarks/bare/streamlit_page.py", bare),
        ):
            stack.enter_context(
                server([sys.executable, "benchmarks/serve_timed.py", str(log), script], port)
            )
        stack.enter_context(
            server([sys.executable, "benchmarks/bare/dash_page.py", str(dash)], dash)
        )
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        pages = {
            "die lesson": (f"http://localhost:{die}/die", "input[type=range]"),
            "bare Streamlit, two charts": (f"http://localhost:{bare}/", "input[type=range]"),
            "bare Dash, two charts": (f"http://localhost:{dash}/", "[role=slider]"),
        }
        for name, (url, slider) in pages.items():
            times = press_times(page, url, slider)
            print(
                name,
                round(statistics.median(times), 1),
                sorted(round(t) for t in times)[int(len(times) * 0.9)],
            )
        for log in logs:
            runs = [float(x) for x in log.read_text().split()]
            print(
                log.name,
                len(runs),
                "median",
                statistics.median(runs[-PRESSES:]) * 1e3,
                "max",
                max(runs[-PRESSES:]) * 1e3,
            )
        browser.close()


if __name__ == "__main__":
    main()
