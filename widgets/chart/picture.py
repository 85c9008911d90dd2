"""What a picture is: a figure, its numbers and words; and where its sliders stop."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from markdown_it import MarkdownIt

Controls = Mapping[str, Any]
Tree = dict[str, Any]

# Labels come from outside: no HTML passes.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})
# A film has about this many pictures at most: more than a finger can tell apart.
MOST_STOPS = 101
# However coarse, one of this many is left as it is.
FEW_STOPS = 26


class Drawable(Protocol):
    """A figure: `charts.style.Figure`, or one of Plotly's own."""

    def to_dict(self) -> Tree:
        """Return it as plain data."""


@dataclass(frozen=True)
class Handle:
    """A place in the figure that can be dragged, and with it a slider.

    The browser computes nothing: it looks in the slider's film for the stop at which this handle
    comes nearest to the finger.

    Attributes
    ----------
    slider : str
        The key of the slider that moves along; one of the picture's stops.
    x, y : float
        Where it is, as the axes count: the place among categories, the exponent on a log axis.
    way : {"x", "y", "both"}
        Which way it can be dragged.
    hue : {"p", "q", "ink"}
        Whose it is; ink is neither's: a third bell, or what the learner guesses.
    width : float
        How much of the x axis takes hold of it: a bar's width; 0 for a point.
    axes : tuple of str
        The axes that count.
    """

    slider: str
    x: float
    y: float
    way: Literal["x", "y", "both"]
    hue: Literal["p", "q", "ink"]
    width: float = 0
    axes: tuple[str, str] = ("xaxis", "yaxis")


@dataclass(frozen=True)
class Picture:
    """What answers a slider.

    Attributes
    ----------
    figure : Drawable
        The chart.
    words : str
        One or two sentences, in Markdown, that say what it shows.
    numbers : mapping of str to str
        The numbers that matter most, by what they are; drawn large.
    handles : sequence of Handle
        What can be dragged in the figure itself.
    """

    figure: Drawable
    words: str
    numbers: Mapping[str, str] = field(default_factory=dict)
    handles: Sequence[Handle] = ()

    def tree(self, figure: Tree) -> Tree:
        """Return the picture as plain data, with `figure` as the figure."""
        return {
            "figure": figure,
            "words": _MARKDOWN.render(self.words),
            # A screen reader would read the marks of Markdown out.
            "alt": re.sub(r"[*`]|^(?:- |> )+", "", self.words, flags=re.MULTILINE),
            "numbers": [list(each) for each in self.numbers.items()],
            "handles": [asdict(each) for each in self.handles],
        }


@dataclass(frozen=True)
class Stops:
    """Where the film of a slider has pictures.

    Attributes
    ----------
    values : sequence
        What the control is there.
    places : sequence of float
        What the browser's slider is there: the same number, or the place among the options.
    """

    values: Sequence[Any]
    places: Sequence[float]

    @classmethod
    def along(cls, low: float, high: float, step: float) -> "Stops":
        """Return stops on the steps of an `st.slider`, evenly spread from end to end.

        Examples
        --------
        >>> Stops.along(0.0, 1.0, 0.25).values
        [0.0, 0.25, 0.5, 0.75, 1.0]
        >>> len(Stops.along(0.0, 10.0, 0.1).values)
        101
        """
        count = round((high - low) / step)
        stride = -(-count // (MOST_STOPS - 1))
        steps = [*range(0, count, stride), count]
        values = [round(low + step * each, 10) for each in steps]
        return cls(values, values)

    @classmethod
    def among(cls, options: Sequence[Any]) -> "Stops":
        """Return a stop for each option of an `st.select_slider`."""
        return cls(options, range(len(options)))

    def thinned(self, pace: int) -> "Stops":
        """Return one stop in `pace`, and the last; all where they are few.

        Examples
        --------
        >>> Stops.along(0.0, 10.0, 0.1).thinned(4).values[-3:]
        [9.2, 9.6, 10.0]
        """
        if len(self.values) <= FEW_STOPS:
            return self
        kept = sorted({*range(0, len(self.values), pace), len(self.values) - 1})
        return Stops([self.values[each] for each in kept], [self.places[each] for each in kept])

    def place_of(self, value: Any) -> float | None:
        """Return what the browser's slider is when the control is `value`."""
        if isinstance(self.places, range):
            return self.values.index(value) if value in self.values else None
        return float(value)
