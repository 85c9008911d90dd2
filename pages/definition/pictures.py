"""The figure of the definition lesson: weight, gap and product, as far as they are read."""

from charts.outcomes import ROWS, Row, outcomes_figure
from charts.style import Figure, Palette, Trace
from charts.units import Unit
from kl_core import Array, kl_terms, log_ratios
from pages.definition import words
from pages.definition.numbers import GAP, PRODUCT, SKY, SUM


def sum_figure(
    p: Array, q: Array, unit: Unit, colours: Palette, *, known: int = SUM, read: int, day: int
) -> Figure:
    """Return weight, gap and product of each outcome; the products add up to D(P‖Q).

    Parameters
    ----------
    p, q : ndarray, shape (4,)
        Probabilities.
    unit : Unit
        What gaps and products are measured in.
    colours : Palette
        Of the page's theme.
    known : int
        How far the formula is drawn, as a place in `READ`; the rest is a question mark.
    read : int
        Which part of it is marked.
    day : int
        Which outcome is marked.
    """
    whole = outcomes_figure(
        SKY,
        p,
        q,
        [
            Row(f"gap log(p/q), {unit.name}", log_ratios(p, q, base=unit.base)),
            Row(f"p·log(p/q), {unit.name}", kl_terms(p, q, base=unit.base), unit.kl(p, q)),
        ],
        title=words.finding(p, q, known, unit),
        names=("P", "Q"),
        unit=unit.name,
        of_all="all days",
        colours=colours,
    )
    *chances, gaps, products = whole.traces
    first_unknown = 0 if known < PRODUCT else len(SKY) if known < SUM else len(SKY) + 1
    traces = [
        *chances,
        _asked(gaps, 0 if known < GAP else len(SKY), colours),
        _asked(products, first_unknown, colours),
    ]
    return Figure(traces, {**whole.look, "shapes": _marks(read, day, colours)})


def _asked(bars: Trace, known: int, colours: Palette) -> Trace:
    """Return bars of which only the first few are drawn; for the others stands a question mark."""
    asked = len(bars["y"]) - known
    if not asked:
        return bars
    return {
        **bars,
        "y": [*bars["y"][:known], *[0.0] * asked],
        "text": [*bars["text"][:known], *["?"] * asked],
        "customdata": [*bars["customdata"][:known], *["not read yet,"] * asked],
        "textfont": {**bars["textfont"], "color": colours.ink},
    }


def _marks(read: int, day: int, colours: Palette) -> list[dict[str, object]]:
    """Return what lies behind the row that is read, or behind the sum, and behind one outcome."""
    bottom, top = ROWS[2][min(read, PRODUCT)]
    left = len(SKY) - 0.5 if read == SUM else -0.5
    # Labels of bars hang out of a row.
    bottom, top = max(bottom - 0.05, 0), min(top + 0.05, 1)
    row = _box(left, len(SKY) + 0.5, bottom, top, colours.kl, colours)
    return [row, _box(day - 0.5, day + 0.5, 0, 1, colours.muted, colours)]


def _box(
    left: float, right: float, bottom: float, top: float, hue: str, colours: Palette
) -> dict[str, object]:
    """Return a shape behind bars: from outcome to outcome, and over a share of the height."""
    return {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "x0": left,
        "x1": right,
        "yref": "paper",
        "y0": bottom,
        "y1": top,
        "fillcolor": colours.veil(hue, 0.1),
        "line": {"width": 1, "dash": "dot", "color": hue},
    }
