"""The sliders of three bells: middle and spread of A, B and C."""

from typing import Literal

import streamlit as st

from pages.properties.numbers import Bell, Triangle
from pages.properties.pictures import height
from widgets import units
from widgets.chart import Controls, Handle, Stops
from widgets.controls import put as put_controls
from widgets.controls import slider
from widgets.look import sliders_of
from widgets.redraw import now

STEP = 0.1
# What a slider of a bell is called, and from where to where it goes.
SLIDERS = {"mean": ("middle", -4.0, 4.0), "spread": ("spread", 0.3, 3.0)}
# From A one goes to C, as from P to Q.
HUES: dict[str, Literal["p", "q", "ink"]] = {"a": "p", "b": "ink", "c": "q"}
ASIDE = {"a": Bell(0.0, 1.0), "b": Bell(-2.0, 1.0), "c": Bell(2.0, 1.0)}
BETWEEN = ASIDE | {"b": Bell(1.0, 1.0)}


def sliders() -> None:
    """Draw middle and spread of each bell side by side."""
    for letter, hue in HUES.items():
        with st.container() if hue == "ink" else sliders_of(hue, "properties_bell"):
            for column, (name, (label, low, high)) in zip(
                st.columns(2, wrap=False), SLIDERS.items(), strict=True
            ):
                with column:
                    slider(
                        f"{letter.upper()}, {label}",
                        low,
                        high,
                        getattr(ASIDE[letter], name),
                        STEP,
                        key=_key(letter, name),
                        shown_as="%.3g",
                    )


def stops() -> dict[str, Stops]:
    """Return where the films of these sliders have pictures."""
    return {
        _key(letter, name): Stops.along(low, high, STEP)
        for letter in HUES
        for name, (_, low, high) in SLIDERS.items()
    }


def triangle(controls: Controls = now) -> Triangle:
    """Return the bells as the sliders have them, and the ways between them."""
    bells = {
        letter: Bell(**{name: float(controls[_key(letter, name)]) for name in SLIDERS})
        for letter in HUES
    }
    return Triangle(**bells, unit=units.current())


def handles(ways: Triangle) -> list[Handle]:
    """Return the top and the right flank of each bell."""
    found = []
    for (letter, hue), bell in zip(HUES.items(), (ways.a, ways.b, ways.c), strict=True):
        found += [
            Handle(_key(letter, "mean"), bell.mean, height(bell), "x", hue),
            Handle(_key(letter, "spread"), bell.mean + bell.spread, height(bell, 1), "x", hue),
        ]
    return found


def put(bells: dict[str, Bell]) -> None:
    """Put the sliders where a preset or an answer wants them."""
    for letter, bell in bells.items():
        put_controls(**{_key(letter, name): getattr(bell, name) for name in SLIDERS})


def swap() -> None:
    """Make the way there the way back."""
    ways = triangle()
    put({"a": ways.c, "b": ways.b, "c": ways.a})


def _key(letter: str, name: str) -> str:
    """Return the key of one slider."""
    return f"properties_{letter}_{name}"
