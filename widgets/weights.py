"""Sliders that weigh the outcomes of P and Q; divided by their sum they become chances."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from kl_core import normalize
from widgets.chart import Controls, Handle, Stops
from widgets.controls import put, slider
from widgets.look import sliders_of
from widgets.redraw import now

HEAVIEST, STEP = 10.0, 0.1
# How wide a bar is drawn, as a share of the room for one outcome.
BAR = 0.38


@dataclass(frozen=True)
class Weights:
    """The weights of a lesson's P and Q, kept by the sliders ``{prefix}_p1``, ``{prefix}_q1`` ….

    Attributes
    ----------
    prefix : str
        Of the keys: the lesson's name.
    outcomes : sequence of str
        What can happen, as the labels of the sliders say it.
    p, q : sequence of float
        The weights to begin with, from 0 to 10.
    """

    prefix: str
    outcomes: Sequence[str]
    p: Sequence[float]
    q: Sequence[float]

    def key(self, letter: str, place: int) -> str:
        """Return the key of one slider; places count from 1."""
        return f"{self.prefix}_{letter}{place}"

    def sliders(self, p_heading: str, q_heading: str) -> None:
        """Draw the sliders of P beside those of Q."""
        hues: tuple[Literal["p", "q"], ...] = ("p", "q")
        for column, letter, heading, weights in zip(
            st.columns(2, wrap=False), hues, (p_heading, q_heading), (self.p, self.q), strict=True
        ):
            with column, sliders_of(letter, self.prefix):
                st.markdown(heading)
                for place, outcome in enumerate(self.outcomes, start=1):
                    slider(
                        f"{letter.upper()}, {outcome}",
                        0.0,
                        HEAVIEST,
                        float(weights[place - 1]),
                        STEP,
                        key=self.key(letter, place),
                        shown_as="%.3g",
                    )

    def of(self, letter: str, controls: Controls = now) -> list[float]:
        """Return the weights of P or Q as the sliders have them, or `controls` instead."""
        return [
            float(controls[self.key(letter, place)]) for place in range(1, len(self.outcomes) + 1)
        ]

    def chances(
        self, controls: Controls = now
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return P and Q as `of` reads them; None while one of them has no weight at all.

        Chances that differ by no more than rounding are the same: 0.1 of 0.3 is 1 of 3.
        """
        weights = [self.of(letter, controls) for letter in "pq"]
        if not all(any(each) for each in weights):
            return None
        p, q = map(normalize, weights)
        return p, np.where(np.isclose(p, q, rtol=1e-12, atol=0), p, q)

    def stops(self) -> dict[str, Stops]:
        """Return where the films of these sliders have pictures."""
        stops = Stops.along(0.0, HEAVIEST, STEP)
        return {
            self.key(letter, place): stops
            for letter in "pq"
            for place in range(1, len(self.outcomes) + 1)
        }

    def handles(self, p: NDArray[np.float64], q: NDArray[np.float64]) -> list[Handle]:
        """Return the tops of the bars of `outcomes_figure`, which can be dragged."""
        return [
            Handle(self.key(hue, place + 1), place + side, 100 * chance, "y", hue, BAR)
            for hue, side, chances in _sides(p, q)
            for place, chance in enumerate(chances.tolist())
        ]

    def say_what_is_missing(self) -> None:
        """Say which of P and Q has no weight at all, and how to mend it."""
        for letter in "pq":
            if not any(self.of(letter)):
                name = letter.upper()
                st.warning(
                    f"All weights of {name} are 0, so nothing could ever happen in {name}. Give "
                    f"at least one outcome of {name} a weight above 0; everything else stays as "
                    "it is.",
                    icon=":material/error:",
                )

    def put(self, p: Iterable[float], q: Iterable[float]) -> None:
        """Put the sliders where a preset wants them."""
        for letter, weights in (("p", p), ("q", q)):
            for place, weight in enumerate(weights, start=1):
                put(**{self.key(letter, place): float(weight)})

    def put_back(self) -> None:
        """Put the sliders where they began."""
        self.put(self.p, self.q)

    def swap(self) -> None:
        """Make the model the truth and the truth the model."""
        self.put(self.of("q"), self.of("p"))

    def shuffle(self) -> None:
        """Choose both by chance; no outcome is ruled out."""
        p, q = np.random.default_rng().integers(1, 101, (2, len(self.outcomes))) / 10
        self.put(p, q)


def _sides(
    p: NDArray[np.float64], q: NDArray[np.float64]
) -> tuple[tuple[Literal["p", "q"], float, NDArray[np.float64]], ...]:
    """Return whose bars stand how far from the middle of their outcome."""
    return (("p", -BAR / 2 - 0.01, p), ("q", BAR / 2 + 0.01, q))
