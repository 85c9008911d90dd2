"""P, a mixture of up to five bells: three sliders weigh, place and widen each of its modes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from kl_core import GaussianMixture, normalize
from widgets.chart import Controls, Handle, Stops
from widgets.controls import put, slider
from widgets.look import hide, sliders_of
from widgets.redraw import at_rest, now

MOST = 5
Row = tuple[float, float, float]

# From where to where the sliders of a mode go, and in which steps.
_REACH = {"mean": (-10.0, 10.0, 0.05), "weight": (0.0, 1.0, 0.01), "spread": (0.1, 5.0, 0.05)}
# The first mode is always there: P holds something.
_LIGHTEST = 0.01
_ABSENT: Row = (0.0, 0.0, 1.0)
# Where a new mode may come to lie by itself, and how wide it is.
_PLACES, _NEW_SPREAD = np.arange(-5.5, 6, 0.5), 0.8


@dataclass(frozen=True)
class Modes:
    """The modes of P, as the sliders ``{prefix}1_weight``, ``{prefix}1_mean`` … have them.

    Attributes
    ----------
    prefix : str
        Of the keys: the lesson's name and a letter.
    start : tuple of rows
        Weight, mean and spread of each mode to begin with.
    """

    prefix: str
    start: tuple[Row, ...]

    def key(self, mode: int, name: str) -> str:
        """Return the key of one slider; modes count from 1."""
        return f"{self.prefix}{mode}_{name}"

    def rows(self, controls: Controls = now) -> tuple[Row, ...]:
        """Return weight, mean and spread of each mode that is there."""
        return tuple(row for _, row in self._present(controls))

    def mixture(self, controls: Controls = now) -> GaussianMixture:
        """Return the mixture that `rows` describe, their weights divided by their sum."""
        weights, means, stds = zip(*self.rows(controls), strict=True)
        return GaussianMixture(normalize(weights).tolist(), means, stds)

    def is_at_start(self, controls: Controls = now) -> bool:
        """Return whether P is what it began as."""
        return self.rows(controls) == self.start

    def sliders(self) -> None:
        """Draw the sliders of every mode, out of sight where it has no weight."""
        for mode in range(1, MOST + 1):
            row = dict(zip(("weight", "mean", "spread"), self._begins(mode), strict=True))
            name = f"{self.prefix}{mode}"
            with sliders_of("p", name):
                for column, (part, (low, high, step)) in zip(
                    st.columns(3, gap="small", wrap=False), _REACH.items(), strict=True
                ):
                    with column:
                        slider(
                            f"Mode {mode}, {part}",
                            _LIGHTEST if mode == 1 and part == "weight" else low,
                            high,
                            row[part],
                            step,
                            key=self.key(mode, part),
                            shown_as="%.2f",
                        )
                if not at_rest[self.key(mode, "weight")]:
                    hide(f"_{name}_of_p")

    def stops(self) -> dict[str, Stops]:
        """Return where the films of these sliders have pictures."""
        stops = {part: Stops.along(*reach) for part, reach in _REACH.items()}
        # Who drags a mode down keeps hold of it: at 0 it would be gone.
        weights = stops["weight"].values[1:]
        stops["weight"] = Stops(weights, weights)
        return {
            self.key(mode, part): each
            for mode in range(1, MOST + 1)
            for part, each in stops.items()
        }

    def handles(self, controls: Controls) -> list[Handle]:
        """Return what can be dragged: the foot, the top and the right shoulder of each mode."""
        p = self.mixture(controls)
        return [
            handle
            for mode, (_, mean, spread) in self._present(controls)
            for handle in (
                Handle(self.key(mode, "mean"), mean, 0.0, "x", "p"),
                Handle(self.key(mode, "weight"), mean, float(p.pdf(mean)), "y", "p"),
                Handle(
                    self.key(mode, "spread"), mean + spread, float(p.pdf(mean + spread)), "x", "p"
                ),
            )
        ]

    def put(self, rows: Sequence[Row]) -> None:
        """Put the sliders where a preset wants them."""
        for mode in range(1, MOST + 1):
            self._put(mode, rows[mode - 1] if mode <= len(rows) else _ABSENT)

    def put_back(self) -> None:
        """Put the sliders where they began."""
        self.put(self.start)

    def is_full(self) -> bool:
        """Return whether there is no room for another mode."""
        return len(self.rows(at_rest)) == MOST

    def add(self, mean: float | None = None) -> None:
        """Add a mode of middling weight there; without a place, where there is most room."""
        if self.is_full():
            return
        present = dict(self._present(at_rest))
        if mean is None:
            means = np.array([row[1] for row in present.values()])
            room = np.abs(_PLACES[:, None] - means).min(axis=1)
            mean = float(_PLACES[::-1][np.argmax(room[::-1])])
        weight = round(float(np.mean([row[0] for row in present.values()])), 2)
        mode = next(mode for mode in range(1, MOST + 1) if mode not in present)
        self._put(mode, (max(weight, _LIGHTEST), mean, _NEW_SPREAD))

    def _put(self, mode: int, row: Row) -> None:
        weight, mean, spread = row
        put(
            **{
                self.key(mode, "weight"): weight,
                self.key(mode, "mean"): mean,
                self.key(mode, "spread"): spread,
            }
        )

    def _begins(self, mode: int) -> Row:
        return self.start[mode - 1] if mode <= len(self.start) else _ABSENT

    def _present(self, controls: Controls) -> list[tuple[int, Row]]:
        """Return the number of each mode that has a weight, and what its sliders say."""
        rows = [
            (
                mode,
                (
                    float(controls[self.key(mode, "weight")]),
                    float(controls[self.key(mode, "mean")]),
                    float(controls[self.key(mode, "spread")]),
                ),
            )
            for mode in range(1, MOST + 1)
        ]
        return [(mode, row) for mode, row in rows if row[0]]
