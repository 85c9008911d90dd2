"""Serve a Streamlit app and write down each script run: its seconds, and its CPU seconds.

The CPU time of the thread leaves out what the run spends waiting, on purpose (widgets/redraw.py)
or because the browser has the processor.
"""

import os
import sys
import time
from pathlib import Path

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web import cli

log = Path(os.environ["SCRIPT_TIMES"])
run_script = ScriptRunner._run_script


def timed(self, rerun_data):
    """Run the script as Streamlit would, and note the time."""
    start, used = time.perf_counter(), time.thread_time()
    try:
        run_script(self, rerun_data)
    finally:
        times = time.perf_counter() - start, time.thread_time() - used
        with log.open("a") as lines:
            lines.write(f"{times[0]} {times[1]}\n")


ScriptRunner._run_script = timed
sys.argv = ["streamlit", "run", *sys.argv[1:]]
cli.main()
