"""How tests read the lesson on KL from samples: as a page, and as what its functions return."""

import base64
import html
import json
import math
import re

import numpy as np
from plotly.utils import PlotlyJSONEncoder

from pages.estimators.numbers.draws import View
from pages.estimators.numbers.forecasts import Evidence, Forecasts, bound_of, texts
from pages.estimators.words import forecasts as words
from tests.pages.conftest import agree, bound_controls, charts, open_page
from tests.pages.conftest import texts as all_texts
from tests.pages.estimators.truth import FEES

NUMBER = r"(−?\d+(?:,\d{3})*(?:\.\d+)?(?:×10[⁻⁰-⁹¹²³]+)?|∞)"
PAIR = rf"{NUMBER}\s±\s{NUMBER}"


def all_agree(shown, expected):
    """Say whether as many values as there are numbers round to them, one by one."""
    return all(
        text == "∞" if math.isinf(value) else agree(text, value)
        for text, value in zip(shown, expected, strict=True)
    )


# The page.


def opened(unit="bits", **parameters):
    """Return the page; parameters come without the lesson's name."""
    named = {f"estimators_{name}": str(value) for name, value in parameters.items()}
    return open_page("estimators", unit=unit, **named)


def set_up(app):
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def sentence(app, pattern):
    """Return the match of the one paragraph or caption that says this."""
    said = [each.value.split("\n\n") for each in (*app.markdown, *app.caption)]
    found = [match for block in said for each in block if (match := re.search(pattern, each))]
    assert len(found) == 1, (pattern, all_texts(app))
    return found[0]


def cells(app, label):
    """Return the rows of the table whose label begins so, as text."""
    [table] = [each.value for each in app.html if f'aria-label="{label}' in each.value]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    return [[html.unescape(each) for each in re.findall(r"<td[^>]*>([^<]*)</td>", row)]
            for row in rows[1:]]  # fmt: skip


def chart(app, title, axis="xaxis"):
    """Return the one chart with this title of an axis, as the browser gets it."""
    specs = [json.loads(each.spec) for each in charts(app)]
    [found] = [spec for spec in specs
               if title in spec["layout"][axis].get("title", {}).get("text", "")]  # fmt: skip
    return found


# What functions return.


def view_of(source="two bells", gap=0.5, spread=1.0, source_beta="0.2", draws=10, seed=1):
    """Return the view that these controls ask for."""
    return View(source, float(gap), float(spread), float(source_beta), draws, seed)


def drawn_of(beta="0.2", fee="are free", way="Q itself", batch=1):
    """Return the forecasts that these controls ask for."""
    return Forecasts(float(beta), FEES[fee], way, batch)


def forecasts_in_words(drawn, seen, unit):
    """Return what is said of so many forecasts, and what they are in truth."""
    one, three = (each[:seen] for each in texts(drawn))
    counted = words.counted_in_words(one, drawn.truth, unit)
    verdict = words.verdict(Evidence.of(one, three), unit)
    return f"{counted} {verdict}", words.in_truth(drawn.way, bound_of(drawn), drawn.truth, unit)


def rows(columns):
    """Return the rows of a table from its columns."""
    return [list(row) for row in zip(*columns.values(), strict=True)]


def sent(figure):
    """Return a figure as the browser gets it."""
    return json.loads(json.dumps(figure.to_dict(), cls=PlotlyJSONEncoder))


def values(array):
    """Return what a trace holds as an array, also where it travels as bytes."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"]))
    return np.array([np.nan if each is None else each for each in array], dtype=float)
