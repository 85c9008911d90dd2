"""What is drawn again when a control moves: the chart that answers it first, the rest after.

Controls of a lesson stand outside its fragments and name those that follow them::

    st.slider(…, on_change=redraw, args=("die_picture", "die_details"))

So a move sends no control again, and Streamlit runs the named fragments in that order.
"""

import time

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

# Without it the browser lays out tables and formulas before it paints the chart: 170 ms from key
# press to chart instead of 115 (benchmarks/README.md). Another move in between ends the wait.
PAINT_SECONDS = 0.1


def redraw(*fragments: str) -> None:
    """Run the fragments with these keys again, and nothing else."""
    st.rerun(list(fragments))


def let_the_chart_appear() -> None:
    """Wait until the browser has painted what was sent, if this run answers a control."""
    context = get_script_run_ctx()
    if context and context.fragment_ids_this_run:
        time.sleep(PAINT_SECONDS)
