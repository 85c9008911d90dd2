"""What a page shows, as tests read it: its texts, its numbers, its tables and its charts."""

import base64
import contextlib
import csv
import html
import io
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from plotly.utils import PlotlyJSONEncoder
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.testing.v1 import AppTest

from tests.deep_links import plain

# A number as it is written, and a mean with its standard error.
NUMBER = r"(−?(?:\d+(?:,\d{3})*(?:\.\d+)?(?:×10[⁻⁰-⁹¹²³]+)?|∞))"
PAIR = rf"{NUMBER}\s±\s{NUMBER}"

# Numbers.


def value_of(shown: str) -> tuple[float, float]:
    """Return a number as it is shown, and the size of its last digit."""
    plain = shown.replace(",", "").translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    mantissa, _, power = plain.partition("×10")
    unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return float(mantissa) * 10.0 ** int(power or 0), unit


def agree(shown: str, value: float, slack: float = 1e-4) -> bool:
    """Say whether `value` rounds to the number that is shown, to its last digit."""
    if "∞" in shown or math.isinf(value):
        return shown == {math.inf: "∞", -math.inf: "−∞"}.get(value)
    seen, unit = value_of(shown)
    return abs(seen - value) <= (0.5 + slack) * unit


def all_agree(shown: Sequence[str], expected: Sequence[float]) -> bool:
    """Say whether as many values as there are numbers round to them, one by one."""
    return all(agree(*each) for each in zip(shown, expected, strict=True))


# Texts.


def texts(app: AppTest) -> str:
    """Return all that the page says, in one string."""
    kinds = ("title", "header", "markdown", "caption", "latex", "metric", "html", "code",
             "warning", "info", "success")  # fmt: skip
    said = []
    for kind in kinds:
        for element in getattr(app, kind):
            said.append(str(getattr(element, "label", "")))
            said.append(str(element.value))
    return "\n".join(said)


def paragraphs(app: AppTest) -> list[str]:
    """Return all paragraphs, lists and captions."""
    said = [each.value.split("\n\n") for each in (*app.markdown, *app.caption)]
    return [each for block in said for each in block]


def the_one(said: Iterable[str], pattern: str) -> re.Match[str]:
    """Return the match of the one text that says this."""
    found = [match for each in said if (match := re.search(pattern, each))]
    assert len(found) == 1, (pattern, said)
    return found[0]


def headings_over(app: AppTest, said: str) -> set[str]:
    """Return the anchors of the headings under which the page says this; empty before the first."""
    anchor, found = "", set()
    for element in app.main:
        if element.type in ("header", "subheader"):
            anchor = element.proto.anchor
        if said in plain(f"{getattr(element, 'label', '')} {getattr(element, 'value', '')}"):
            found.add(anchor)
    return found


def sentence(app: AppTest, pattern: str) -> re.Match[str]:
    """Return the match of the one paragraph or caption that says this."""
    return the_one(paragraphs(app), pattern)


def passage(app: AppTest, pattern: str) -> str:
    """Return the one text of one or more paragraphs that says this."""
    return the_one([each.value for each in app.markdown], pattern).string


def read_out(said: str) -> str:
    """Return Markdown as a screen reader gets it: without its marks of stress, code and lists."""
    lines = said.replace("*", "").replace("`", "").split("\n")
    return "\n".join(re.sub(r"^(- |> )+", "", line) for line in lines)


def uncoloured(tex: str) -> str:
    """Return a formula without its colours, as macros or as the page sends them."""
    coloured = r"\\(?:textcolor\{[^}]*\}|P|Q|KL)\{((?:[^{}]|\{[^{}]*\})*)\}"
    while (plain := re.sub(coloured, r"\1", tex)) != tex:
        tex = plain
    return tex


def printed(snippet: str) -> str:
    """Return what a snippet prints."""
    output = io.StringIO()
    # Snippets may tell NumPy what to warn of.
    with contextlib.redirect_stdout(output), np.errstate():
        exec(snippet, {})  # noqa: S102
    return output.getvalue()


def refusal(read: Callable[..., object], *given: object) -> str:
    """Return the sentence with which input is refused."""
    with pytest.raises(ValueError, match=r"\.$") as problem:
        read(*given)
    return str(problem.value)


# Controls, tiles and tables.


def weights(app: AppTest, name: str) -> list[float]:
    """Return where all sliders of one distribution stand, whose keys are this name and a number."""
    sliders = {each.key: each.value for each in app.slider}
    found = [key for key in sliders if re.fullmatch(rf"{name}\d", key)]
    assert found, name
    return [sliders[key] for key in sorted(found)]


def metrics(app: AppTest) -> list[str]:
    """Return the numbers that are drawn large."""
    return [metric.value for metric in app.metric]


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """Return the rows of all tables, the headings first, by what names a table."""
    found = {}
    for element in app.html:
        if "<table" in element.value:
            rows = re.findall(r"<tr>(.*?)</tr>", element.value)
            cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
            label = html.unescape(re.search('aria-label="([^"]*)"', element.value)[1])
            assert label not in found
            found[label] = [[*map(html.unescape, row)] for row in cells]
    return found


def table(app: AppTest, label: str) -> list[list[str]]:
    """Return the rows of the table whose name begins so, the headings first."""
    [found] = [rows for name, rows in tables(app).items() if name.startswith(label)]
    return found


def rows(columns: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return the rows of a table from its columns, the headings first."""
    return [list(columns), *map(list, zip(*columns.values(), strict=True))]


def numbers_in(text: str) -> dict[str, np.ndarray]:
    """Return the columns of a CSV file of numbers, by their headings."""
    heading, *lines = csv.reader(io.StringIO(text))
    return dict(zip(heading, np.array(lines, dtype=float).T, strict=True))


# Charts.


@dataclass
class Chart:
    """A chart as the browser gets it.

    Attributes
    ----------
    key : str
        What the lesson calls it.
    figure : dict
        What is drawn.
    alt : str
        What is read out instead.
    words : str
        What is said of it, in HTML.
    numbers : list
        What is drawn large beside it, each with what it is of.
    handles : list of dict
        What can be dragged.
    """

    key: str
    figure: dict
    alt: str
    words: str
    numbers: list
    handles: list[dict]

    @property
    def title(self) -> str:
        """What stands above the chart."""
        return self.figure["layout"]["title"]["text"]

    @property
    def spec(self) -> str:
        """The figure as text."""
        return json.dumps(self.figure)


def charts(app: AppTest) -> list[Chart]:
    """Return the charts of a page, in order."""
    return [
        Chart(user_key_from_element_id(each.proto.id), **json.loads(each.proto.bytes)["picture"])
        for each in app.get("bidi_component")
        if each.proto.component_name == "chart"
    ]


def chart(app: AppTest, key: str) -> Chart | None:
    """Return the chart with this key; None where it is not drawn."""
    return {each.key: each for each in charts(app)}.get(key)


def titles(app: AppTest) -> list[str]:
    """Return the titles of the charts, in order."""
    return [each.title for each in charts(app)]


def specs(app: AppTest) -> list[dict]:
    """Return the figures of the charts, in order."""
    return [each.figure for each in charts(app)]


def dragged(drawn: Chart) -> dict[str, tuple[float, float]]:
    """Return where each slider can be dragged in a chart, in the chart's order."""
    return {each["slider"]: (each["x"], each["y"]) for each in drawn.handles}


def sent(figure: object) -> dict:
    """Return a figure as the browser gets it."""
    return json.loads(json.dumps(figure.to_dict(), cls=PlotlyJSONEncoder))


def values(array: object) -> np.ndarray:
    """Return what a trace holds as an array, also where it travels as bytes."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"]))
    return np.array([np.nan if each is None else each for each in array], dtype=float)


def check_alternatives(app: AppTest, count: int, *, partly: Collection[str] = ()) -> None:
    """See that of so many charts each is read out as what the page says, or as its beginning."""
    said = {read_out(each.value) for each in app.markdown}
    drawn = charts(app)
    assert len(drawn) == count
    for each in drawn:
        assert len(each.alt) > 10
        begins = each.key in partly and any(text.startswith(each.alt) for text in said)
        assert each.alt in said or begins, each.alt
