"""What a learner can take along: the view as a link, the data, the chart and the code."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping

import streamlit as st

from widgets import share


def as_csv(columns: Mapping[str, Iterable[object]]) -> str:
    """Return named columns as the text of a CSV file, every number with all its digits.

    Examples
    --------
    >>> print(as_csv({"face": [1, 2], "p": [0.1, float("inf")]}), end="")
    face,p
    1,0.1
    2,inf
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


@st.fragment
def take_away(
    name: str,
    *,
    data: Callable[[], Mapping[str, Iterable[object]]],
    html: Callable[[], str],
    snippet: str,
    missing: str = "",
) -> None:
    """Offer share link, CSV, standalone HTML chart and a snippet that reproduces the number.

    `data` (columns by name) and `html` are called only when a learner asks for the file; `missing`
    names what the link leaves out.
    """
    st.header("Take it with you", anchor="take-away")
    with st.container(horizontal=True):
        with st.container(width="content"):
            share.share(missing)
        st.download_button(
            "Data (CSV)",
            lambda: as_csv(data()),
            f"{name}.csv",
            "text/csv",
            key=f"_{name}_csv",
            on_click="ignore",
            icon=":material/table_view:",
        )
        st.download_button(
            "Chart (HTML)",
            html,
            f"{name}.html",
            "text/html",
            key=f"_{name}_html",
            on_click="ignore",
            icon=":material/bar_chart:",
        )
    # What colours code is 1.6 MB: nobody fetches it who does not ask for the code.
    with st.expander(
        "The same number in Python, with this project's `kl_core`",
        icon=":material/code:",
        key="_code",
        on_change="rerun",
    ) as code:
        if code.open:
            # Wrapped: a box that scrolls sideways cannot be reached by keyboard.
            st.code(snippet, language="python", wrap_lines=True)
