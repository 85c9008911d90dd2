"""Serve a Streamlit app and write how long each script run took, one number of seconds a line.

Usage: python benchmarks/serve_timed.py LOG SCRIPT [streamlit options]
"""

import sys
import time
from pathlib import Path

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web import cli

log = Path(sys.argv[1])
run_script = ScriptRunner._run_script


def timed(self, rerun_data):
    """Run the script as Streamlit would, and note the time it took."""
    start = time.perf_counter()
    try:
        run_script(self, rerun_data)
    finally:
        with log.open("a") as lines:
            lines.write(f"{time.perf_counter() - start}\n")


ScriptRunner._run_script = timed
sys.argv = ["streamlit", "run", *sys.argv[2:]]
cli.main()
