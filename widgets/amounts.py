"""Guesses that are amounts of information: when the learner measures in another unit they follow.

A slider holds a number. So that the same number does not mean another amount when the unit is
switched, it is noted in which unit a hand has put it there.
"""

from dataclasses import dataclass, replace

import streamlit as st

from charts.units import Unit

# The guesses of this session, by the key of their slider.
_GUESSES = "_guesses_made"


@dataclass(frozen=True)
class _Guess:
    """A guess as a hand has left it, and the number that stands for it at present."""

    made: float
    made_in: Unit
    shown: float
    shown_in: Unit


@dataclass(frozen=True)
class Scale:
    """The slider of a guess.

    Attributes
    ----------
    low, high, step : float
        Of the slider, in every unit.
    none : float, optional
        What says that there is no guess yet.
    """

    low: float
    high: float
    step: float
    none: float | None = None

    def nearest(self, value: float) -> float:
        """Return the guess that is nearest to a number; one beyond the ends is at the end."""
        lowest = self.low + (self.step if self.none == self.low else 0)
        place = round((min(max(value, lowest), self.high) - self.low) / self.step)
        # As the slider has it: without a trace of the sum, and whole where its ends are.
        return type(self.low)(round(self.low + place * self.step, 9))


def follow(key: str, scale: Scale, unit: Unit) -> None:
    """Put the slider with this key, before it is drawn, to its guess in this unit."""
    guess = _guesses().get(key)
    if guess is None or key not in st.session_state or unit == guess.shown_in:
        return
    if (here := st.session_state[key]) != guess.shown:
        # A hand has been there since.
        guess = _Guess(here, guess.shown_in, here, guess.shown_in)
    if here != scale.none:
        here = scale.nearest(guess.made * guess.made_in.nats / unit.nats)
    st.session_state[key] = here
    _guesses()[key] = replace(guess, shown=here, shown_in=unit)


def note(key: str, value: float, unit: Unit) -> None:
    """Take down what the slider with this key shows, once it is drawn."""
    guess = _guesses().get(key)
    if guess is None or value != guess.shown:
        _guesses()[key] = _Guess(value, unit, value, unit)


def _guesses() -> dict[str, _Guess]:
    guesses: dict[str, _Guess] = st.session_state.setdefault(_GUESSES, {})
    return guesses
