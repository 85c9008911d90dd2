"""The sliders of two bells: middle, spread, lean and end of P and of Q."""

from typing import Literal

import streamlit as st

from kl_core import SkewNormal
from pages.integral import words
from pages.integral.numbers import CUT, EDGE, PLAIN, bell
from widgets.chart import Controls, Handle, Stops
from widgets.controls import put as put_controls
from widgets.controls import slider
from widgets.look import sliders_of
from widgets.redraw import now

STEP = 0.1
LETTERS: tuple[Literal["p", "q"], ...] = ("p", "q")
# What the sliders of a bell are called, from where to where they go, and what they do.
SLIDERS = {
    "mean": ("mean", -3.0, 3.0, "The mean of the whole bell; without a lean, its middle."),
    "spread": ("spread", 0.2, 2.5, "The standard deviation: how wide the bell is."),
    "lean": (
        "lean",
        -0.9,
        0.9,
        "The skewness: above 0 the longer tail points right, below 0 left. Mean and spread stay.",
    ),
    "end": (
        "ends at",
        -EDGE,
        EDGE,
        "Nothing lies above this point, and what is left is scaled up to 1; mean and spread remain "
        "those of the whole bell. At 8 nothing is cut.",
    ),
}


def sliders() -> None:
    """Draw the sliders of P beside those of Q."""
    for column, letter, heading, start in zip(
        st.columns(2, wrap=False),
        LETTERS,
        (":blue[**P**], a bell", ":orange[**Q**], a bell"),
        (PLAIN, CUT),
        strict=True,
    ):
        with column, sliders_of(letter, "integral_bell"):
            st.markdown(heading)
            for name, (label, low, high, tells) in SLIDERS.items():
                slider(
                    f"{letter.upper()}, {label}",
                    low,
                    high,
                    start[name],
                    STEP,
                    key=_key(letter, name),
                    tells=tells,
                    shown_as="%.3g",
                )


def stops() -> dict[str, Stops]:
    """Return where the films of these sliders have pictures."""
    return {
        _key(letter, name): Stops.along(low, high, STEP)
        for letter in LETTERS
        for name, (_, low, high, _) in SLIDERS.items()
    }


def handles(p: SkewNormal, q: SkewNormal) -> list[Handle]:
    """Return the middle and the right flank of each bell, and where Q ends.

    None is left out where nothing is left of a bell, but lies on the axis: a handle keeps its place
    in the list through a whole film.
    """
    found = []
    for hue, drawn in zip(LETTERS, (p, q), strict=True):
        places = {"mean": drawn.mean, "spread": drawn.mean + drawn.std}
        heights = drawn.pdf([*places.values()]).tolist()
        found += [
            Handle(_key(hue, name), place, height, "x", hue)
            for (name, place), height in zip(places.items(), heights, strict=True)
        ]
    end = min(q.end, EDGE)
    return [*found, Handle(_key("q", "end"), end, 0.0, "x", "q")]


def both(controls: Controls = now) -> tuple[SkewNormal, SkewNormal] | None:
    """Return P and Q as the sliders have them; None if one of them is cut to nothing."""
    p, q = (bell(**_of(letter, controls)) for letter in LETTERS)
    return (p, q) if p and q else None


def put(p: dict[str, float], q: dict[str, float]) -> None:
    """Put the sliders of both bells where a preset wants them."""
    for letter, values in zip(LETTERS, (p, q), strict=True):
        put_controls(**{_key(letter, name): value for name, value in values.items()})


def put_back() -> None:
    """Put the sliders of both bells where they began."""
    put(PLAIN, CUT)


def swap() -> None:
    """Make the model the truth and the truth the model."""
    put(_of("q"), _of("p"))


def say_what_is_cut_away() -> None:
    """Say which bell has nothing left, and how to mend it."""
    for letter in LETTERS:
        values = _of(letter)
        if not bell(**values):
            st.warning(
                words.cut_away(letter.upper(), values["end"], values["mean"]),
                icon=":material/error:",
            )


def _key(letter: str, name: str) -> str:
    """Return the key of one slider."""
    return f"definition_{letter}_{name}"


def _of(letter: str, controls: Controls = now) -> dict[str, float]:
    """Return what the sliders of one bell show."""
    return {name: controls[_key(letter, name)] for name in SLIDERS}
