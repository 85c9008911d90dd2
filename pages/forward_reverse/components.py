"""A mixture of up to five bells as a table of cells, with sliders that move all of them at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts.wording import readable
from kl_core import GaussianMixture, normalize
from pages.forward_reverse.written import Written
from widgets.chart import Controls, Handle, Stops
from widgets.look import sliders_of
from widgets.redraw import now, redraw

ROWS = 5
# What a cell may hold, and how a sentence says so.
RANGES = {"weight": (0.0, 1000.0), "mean": (-10.0, 10.0), "spread": (0.05, 5.0)}
LONGEST = 12

# What the sliders are called, from where to where they go, in which steps, and what they do.
_SLIDERS = {
    "weight": (
        "P, weight of the first bell",
        0.02,
        0.98,
        0.01,
        "Its share; the others keep their proportions.",
    ),
    "separation": ("P, separation", 0.1, 16.0, 0.1, "How far the outermost middles lie apart."),
    "spread": (
        "P, spread",
        0.1,
        4.0,
        0.05,
        "Of the widest bell; the others keep their proportions.",
    ),
}

Row = tuple[float, float, float]
Table = tuple[tuple[str, ...], ...]


def read_rows(cells: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """Return the rows of a table that hold anything, as weight, mean and spread.

    Parameters
    ----------
    cells : sequence of rows
        Three texts each; a row of three empty texts is left out.

    Raises
    ------
    ValueError
        With a sentence for the learner that names the row and the rule.

    Examples
    --------
    >>> read_rows([("1", "-2.5", "0.8"), ("", "", ""), ("3", "2", "1")])
    ((1.0, -2.5, 0.8), (3.0, 2.0, 1.0))
    >>> read_rows([("1", "-2.5", "0")])
    Traceback (most recent call last):
    ValueError: Row 1: the spread is 0; it must lie between 0.05 and 5.
    """
    rows = []
    for place, row in enumerate(cells, start=1):
        if any(text.strip() for text in row):
            weight, mean, spread = (
                _cell(place, name, text) for name, text in zip(RANGES, row, strict=True)
            )
            rows.append((weight, mean, spread))
    if not rows:
        raise ValueError("The table is empty; P needs at least one row.")
    if not any(weight for weight, _, _ in rows):
        raise ValueError("All weights are 0; give at least one row a weight above 0.")
    return tuple(rows)


def moved(rows: Sequence[Row], name: str, value: float) -> list[Row]:
    """Return the rows after a slider has given them this weight, separation or spread.

    Examples
    --------
    >>> moved([(1, -1, 0.5), (1, 1, 1)], "separation", 4)
    [(1.0, -2.0, 0.5), (1.0, 2.0, 1.0)]
    >>> moved([(1, -1, 0.5), (1, 1, 1)], "weight", 0.9)
    [(0.9, -1.0, 0.5), (0.1, 1.0, 1.0)]
    """
    weights, means, stds = (np.array(each, dtype=np.float64) for each in zip(*rows, strict=True))
    if name == "weight":
        rest = weights[1:].sum()
        shares = weights[1:] / rest if rest else np.ones_like(weights[1:]) / len(weights[1:])
        weights = np.array([value, *((1 - value) * shares).round(12)])
    elif name == "separation":
        low, high = means.min(), means.max()
        places = (means - low) / (high - low) if high > low else np.linspace(0, 1, means.size)
        edge = RANGES["mean"][1] - value / 2
        means = np.clip((low + high) / 2, -edge, edge) + value * (places - 0.5)
    else:
        stds = np.maximum(stds * value / stds.max(), RANGES["spread"][0])
    return list(zip(weights.tolist(), means.tolist(), stds.tolist(), strict=True))


def _cell(place: int, name: str, text: str) -> float:
    """Return the number in one cell."""
    low, high = RANGES[name]
    rule = f"it must lie between {low:g} and {high:g}".replace("-", "−")
    shown = readable(text.strip(), LONGEST)
    if not shown:
        raise ValueError(f"Row {place} has no {name}; fill it in, or empty the whole row.")
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise ValueError(f"Row {place}: the {name} is `{shown}`, which is no number; {rule}.")
    if not low <= value <= high:
        raise ValueError(f"Row {place}: the {name} is {shown}; {rule}.")
    return value


@dataclass(frozen=True)
class Components:
    """The bells of P, as the cells ``{prefix}1_weight``, ``{prefix}1_mean`` … have them.

    Sliders and presets leave what they want in the session, and the next whole page writes it into
    the cells; an edit of a cell is likewise written into the sliders.

    Attributes
    ----------
    prefix : str
        Of the keys: the lesson's name and a letter.
    start : tuple of rows
        Weight, mean and spread of each bell to begin with.
    """

    prefix: str
    start: tuple[Row, ...]

    def key(self, row: int, name: str) -> str:
        """Return the key of one cell; rows count from 1."""
        return f"{self.prefix}{row}_{name}"

    @property
    def _written(self) -> Written:
        """What sliders and presets write into the cells, and cells into the sliders."""
        return Written(self.prefix)

    def cells(self) -> Table:
        """Return the texts of the table, row by row."""
        kept: Table | None = st.session_state.get(self._kept)
        return kept or self._in_the_cells()

    def _in_the_cells(self) -> Table:
        """Return what the cells themselves hold; before they are drawn, what they begin with."""
        return tuple(
            tuple(
                st.session_state.get(self.key(row, name), text) or ""
                for name, text in zip(RANGES, texts, strict=True)
            )
            for row, texts in enumerate(_texts(self.start), start=1)
        )

    def rows(self, controls: Controls = now) -> Sequence[Row]:
        """Return the table as numbers, as it is when the sliders stand where `controls` says.

        While a cell is wrong, the table is as it last was right.
        """
        rows: Sequence[Row] = self._in_the_table()
        values = _values(rows)
        for name in _SLIDERS:
            wanted = float(controls.get(self._slider(name), values[name]))
            if not math.isclose(wanted, values[name], rel_tol=1e-5):
                rows = moved(rows, name, wanted)
        return rows

    def _in_the_table(self) -> tuple[Row, ...]:
        """Return the table as numbers; while a cell is wrong, as it last was right."""
        try:
            st.session_state[self._last] = read_rows(self.cells())
        except ValueError:
            st.session_state.setdefault(self._last, self.start)
        good: tuple[Row, ...] = st.session_state[self._last]
        return good

    def mixture(self, controls: Controls = now) -> GaussianMixture:
        """Return the mixture that `rows` describe, their weights divided by their sum."""
        weights, means, stds = zip(*self.rows(controls), strict=True)
        return GaussianMixture(normalize(weights).tolist(), means, stds)

    def stops(self) -> dict[str, Stops]:
        """Return where the films of these sliders have pictures."""
        return {
            self._slider(name): Stops.along(low, high, step)
            for name, (_, low, high, step, _) in _SLIDERS.items()
        }

    def handles(self, controls: Controls) -> list[Handle]:
        """Return what can be dragged of P: the peak furthest right, and the widest bell's flank."""
        p = self.mixture(controls)
        right, widest = int(np.argmax(p.means)), int(np.argmax(p.stds))
        flank = p.means[widest] + p.stds[widest]
        places = [("spread", flank)]
        if self._several(self._in_the_table()):
            places.insert(0, ("separation", p.means[right]))
        return [
            Handle(self._slider(name), float(x), float(p.pdf(x)), "x", "p") for name, x in places
        ]

    def say_what_is_wrong(self) -> None:
        """Say which cell is wrong and what would be right, if one is."""
        try:
            read_rows(self.cells())
        except ValueError as problem:
            st.warning(
                f"{problem} Until then the charts show the last P that works; everything else "
                "stays as it is.",
                icon=":material/error:",
            )

    def controls(self) -> None:
        """Draw sliders that move all bells at once, and below them the table."""
        sliders = st.container()
        self._table()
        # After the table, whose cells they show and move.
        with sliders:
            self._sliders()
        self._written.mark()

    def _table(self) -> None:
        """Draw the cells; a change draws the whole page."""
        for row, texts in enumerate(self.cells(), start=1):
            for name, text in zip(RANGES, texts, strict=True):
                key = self.key(row, name)
                if st.session_state.get(key, text) != text or self._written.is_undrawn(key):
                    self._written.put(key, text)
        with st.expander("P as a table: up to five bells", icon=":material/table_rows:"):
            st.caption(
                "A row is a bell: how much it weighs, where its middle lies, how wide it is. Leave "
                "a row empty to do without it."
            )
            for column, name in zip(st.columns(3, wrap=False), RANGES, strict=True):
                column.markdown(f"**{name}**")
            for row, texts in enumerate(_texts(self.start), start=1):
                columns = st.columns(3, wrap=False)
                for column, name, text in zip(columns, RANGES, texts, strict=True):
                    column.text_input(
                        f"Row {row}, {name}",
                        text,
                        max_chars=LONGEST,
                        label_visibility="collapsed",
                        key=self.key(row, name),
                        bind="query-params",
                        on_change=self._edit,
                        args=(row, name),
                    )
        st.session_state[self._kept] = self._in_the_cells()

    def _sliders(self) -> None:
        """Draw the sliders that move all bells at once."""
        rows = self._in_the_table()
        several, values = self._several(rows), _values(rows)
        blue = sliders_of("p", self.prefix)
        for name, (label, low, high, step, tells) in _SLIDERS.items():
            key = self._slider(name)
            # Written only where it is another: the browser would take it for newer than its own.
            if not math.isclose(st.session_state.get(key, math.nan), values[name], rel_tol=1e-5):
                self._written.put(key, values[name])
            blue.slider(
                label,
                low,
                high,
                step=step,
                format="%.2f",
                help=tells,
                disabled=name != "spread" and not several,
                key=key,
                on_change=self._follow,
                args=(name,),
            )

    def put(self, rows: Sequence[Row]) -> None:
        """Put the table where a slider or a preset wants it; the next whole page draws it."""
        st.session_state[self._kept] = _texts(rows)

    def put_back(self) -> None:
        """Put the table where it began."""
        self.put(self.start)

    def _follow(self, name: str) -> None:
        """Move all bells as a slider says, and draw what answers it."""
        slider, rows = self._slider(name), self._in_the_table()
        if self._written.is_old(slider):
            self._written.put(slider, _values(rows)[name])
        else:
            self.put(moved(rows, name, float(st.session_state[slider])))
        redraw(slider)

    def _edit(self, row: int, name: str) -> None:
        """Take what a cell says."""
        key = self.key(row, name)
        if not self._written.is_old(key):
            table = [list(texts) for texts in self.cells()]
            table[row - 1][list(RANGES).index(name)] = st.session_state[key] or ""
            st.session_state[self._kept] = tuple(map(tuple, table))

    @staticmethod
    def _several(rows: Sequence[Row]) -> bool:
        """Say whether there is more than one bell to weigh and to part."""
        return sum(weight > 0 for weight, _, _ in rows) > 1

    def _slider(self, name: str) -> str:
        """Return the key of a slider; the table is what a link holds."""
        return f"_{self.prefix}_{name}"

    @property
    def _kept(self) -> str:
        """The key of the texts as they were last drawn, put or edited."""
        return f"_{self.prefix}_kept"

    @property
    def _last(self) -> str:
        """The key of the last table that was right."""
        return f"_{self.prefix}_last"


def _values(rows: Sequence[Row]) -> dict[str, float]:
    """Return where the sliders stand for a table, as far as they reach."""
    weights, means, stds = map(np.array, zip(*rows, strict=True))
    values = {
        "weight": weights[0] / weights.sum(),
        "separation": means.max() - means.min(),
        "spread": stds.max(),
    }
    return {
        name: float(np.clip(values[name], low, high))
        for name, (_, low, high, _, _) in _SLIDERS.items()
    }


def _texts(rows: Sequence[Row]) -> Table:
    """Return rows as the texts of a whole table, empty below the last."""
    filled = tuple(tuple(f"{value:.6g}" for value in row) for row in rows)
    return filled + (("",) * len(RANGES),) * (ROWS - len(filled))
