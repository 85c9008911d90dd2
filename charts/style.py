"""The look that every figure shares: two palettes, one frame, numbers as people read them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go
from _plotly_utils.utils import convert_to_base64

Trace = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A figure as plain data; Plotly's own object takes 2 ms to make, a film has a hundred figures.

    Attributes
    ----------
    traces : list of dict
        What `go.Figure` takes as ``data``.
    look : dict
        What it takes as ``layout``.
    frames : list of dict
        What plays in the browser, if anything does (`charts.player`).
    """

    traces: list[Trace]
    look: dict[str, Any]
    frames: Sequence[dict[str, Any]] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as Plotly's JSON has it, arrays of numbers packed."""
        tree: dict[str, Any] = _copied({"data": self.traces, "layout": self.look})
        if self.frames:
            tree["frames"] = _copied(list(self.frames))
        # What `go.Figure.to_dict` does, too.
        convert_to_base64(tree)
        return tree

    @property
    def data(self) -> Any:
        """The traces as Plotly's objects."""
        return self._plotly().data

    @property
    def layout(self) -> Any:
        """The layout as Plotly's object."""
        return self._plotly().layout

    def to_html(self, **options: Any) -> str:
        """Return the figure as a page that stands alone; takes what `go.Figure.to_html` takes."""
        return str(self._plotly().to_html(**options))

    def _plotly(self) -> go.Figure:
        return go.Figure(self.traces, self.look, self.frames, _validate=False)


def _copied(tree: Any) -> Any:
    """Return a copy of a tree's branches; arrays and texts are shared."""
    if isinstance(tree, dict):
        return {key: _copied(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_copied(each) for each in tree]
    return tree


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; P is always blue, Q always orange, KL violet."""

    p: str
    q: str
    kl: str
    good: str
    ink: str
    muted: str
    grid: str
    paper: str

    def of_sign(self, value: float) -> str:
        """Return KL's violet for what costs, the good green for what gives back."""
        return self.good if value < 0 else self.kl

    @staticmethod
    def veil(colour: str, thickness: float = 0.2) -> str:
        """Return a colour so thin that lines and text show through."""
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return f"rgba({red}, {green}, {blue}, {thickness})"


LIGHT = Palette(
    p="#0072B2",
    q="#D55E00",
    kl="#8E4585",
    good="#009E73",
    ink="#111722",
    muted="#5B6675",
    grid="#E3E7EC",
    paper="#FFFFFF",
)
DARK = Palette(
    p="#5BB5EA",
    q="#FF9650",
    kl="#D29ACB",
    good="#3CC79B",
    ink="#E7EBF0",
    muted="#A5B0BF",
    grid="#2C3542",
    paper="#12161D",
)

# Q's bars are hatched, so that the two can be told apart without colour.
Q_PATTERN = {"shape": "/", "size": 6, "solidity": 0.25, "fillmode": "replace"}


def palette(theme: Literal["light", "dark"]) -> Palette:
    """Return the colours for a light or a dark page."""
    return DARK if theme == "dark" else LIGHT


def bar(**properties: Any) -> Trace:
    """Return a bar trace for `figure`; takes what `plotly.graph_objects.Bar` takes."""
    return {"type": "bar", **properties}


def scatter(**properties: Any) -> Trace:
    """Return a scatter trace for `figure`; takes what `plotly.graph_objects.Scatter` takes."""
    return {"type": "scatter", **properties}


def figure(
    traces: list[Trace], colours: Palette, *, title: str, height: int, **layout: Any
) -> Figure:
    """Return a figure in the common frame; `layout` adds to it or overrides it.

    Axes named in `layout` take the common axis style and keep what they set themselves.
    """
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "fixedrange": True,
    }
    layout = {
        key: {**axis, **value} if key.startswith(("xaxis", "yaxis")) else value
        for key, value in layout.items()
    }
    common = {
        "title": {"text": title, "x": 0, "xref": "paper", "font": {"size": 16}},
        "height": height,
        "margin": {"l": 56, "r": 8, "t": 64, "b": 44},
        "font": {"family": '"Source Sans", "Source Sans Pro", sans-serif', "color": colours.ink},
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "hoverlabel": {"bgcolor": colours.paper, "font": {"color": colours.ink}},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        # The default template would be sent along with every figure, most of its size.
        "template": {},
        # The learner's zoom and hidden traces outlive a slider move.
        "uirevision": "kept",
    }
    # Checking every property anew would cost more than all else; the tests check instead.
    return Figure(traces, {**common, **layout})


def steady_limit(value: float, least: float = 0.5) -> float:
    """Return the first of 1, 2, 5, 10, 20 … at or above `value`: an axis end that rarely moves.

    Examples
    --------
    >>> steady_limit(0.31), steady_limit(1.2), steady_limit(11), steady_limit(0.31, 0.1)
    (0.5, 2.0, 20.0, 0.5)
    """
    if not least < value < math.inf:
        return least
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in (1.0, 2.0, 5.0, 10.0) if step * decade >= value)


def steady_range(
    low: float, high: float, room: float = 1.15, least: float = 0.5
) -> tuple[float, float]:
    """Return ends of an axis that shows 0, `low` and `high`, and rarely moves.

    Examples
    --------
    >>> steady_range(-0.7, 1.2), steady_range(0.3, 4.0)
    ((-1.0, 2.0), (-0.5, 5.0))
    """
    return -steady_limit(-room * min(low, 0.0), least), steady_limit(room * max(high, 0.0), least)


def number(value: float, digits: int = 3) -> str:
    """Return `value` as people read it: ∞, a true minus sign, and powers of ten when tiny or huge.

    Examples
    --------
    >>> number(0.34998), number(-0.2641), number(float("inf")), number(-0.0)
    ('0.350', '−0.264', '∞', '0.000')
    >>> number(2.5e-13), number(1234567.8)
    ('2.50×10⁻¹³', '1.23×10⁶')
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value and not 0.5 * 10**-digits <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.{max(digits - 1, 0)}e}".split("e")
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa}×10{power}".replace("-", "−")
    return f"{value + 0.0:.{digits}f}".replace("-", "−")


def amount(value: float, unit: str, digits: int = 3) -> str:
    """Return `value` with its unit; infinity needs none.

    Examples
    --------
    >>> amount(0.34998, "bits"), amount(float("inf"), "bits")
    ('0.350 bits', '∞')
    """
    return number(value, digits) + (f" {unit}" if math.isfinite(value) else "")


def signed(value: float, digits: int = 3) -> str:
    """Return `value` as `number` does, with a plus sign where it is above 0.

    Examples
    --------
    >>> signed(0.123), signed(-0.264), signed(0)
    ('+0.123', '−0.264', '0.000')
    """
    return ("+" if value > 0 else "") + number(value, digits)


def position(value: float, digits: int = 2) -> str:
    """Return where something lies; what rounding has left of a zero is zero.

    Examples
    --------
    >>> position(-2.4919), position(-1.7e-16)
    ('−2.49', '0.00')
    """
    return number(round(float(value), digits), digits)


def percent(probability: float, digits: int = 1) -> str:
    """Return a probability as people say it.

    Examples
    --------
    >>> percent(1 / 6), percent(0.00001)
    ('16.7%', '1×10⁻³%')
    """
    return f"{number(100 * probability, digits)}%"


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    Examples
    --------
    >>> listed(["2"]), listed(["2", "3", "4"])
    ('2', '2, 3 and 4')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def digits_apart(one: float, other: float, digits: int = 3) -> int:
    """Return how many digits two numbers need to look different, at least `digits`.

    Examples
    --------
    >>> digits_apart(0.0011, 0.0014), digits_apart(1, 2), digits_apart(1, 1)
    (4, 3, 3)
    """
    enough = (n for n in range(digits, digits + 12) if number(one, n) != number(other, n))
    return next(enough, digits)


def counted(count: int, noun: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "day"), counted(10_000, "day")
    ('1 day', '10,000 days')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
