"""What the learner moves: P, a mixture of bells, and Q, one bell."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from kl_core import gaussian
from pages.forward_reverse.components import Components
from pages.forward_reverse.numbers import TWO_MODES, Bell
from widgets.chart import Controls, Handle, Stops
from widgets.controls import put, slider
from widgets.look import sliders_of

P = Components("forward_p", TWO_MODES)
Q_MEAN, Q_SPREAD, Q_STEP = (-10.0, 10.0), (0.1, 8.0), 0.05


def by_hand(controls: Controls) -> Bell:
    """Return mean and spread of Q as the sliders have them."""
    return controls["forward_q_mean"], controls["forward_q_spread"]


def bells(when_q_moves: Callable[[], None]) -> None:
    """Draw the controls of P and of Q."""
    st.markdown(":blue[**P**], a mixture of bells")
    P.controls()
    st.markdown(":orange[**Q**], one bell, by your hand")
    with sliders_of("q", "forward"):
        slider(
            "Q, mean",
            *Q_MEAN,
            1.5,
            Q_STEP,
            key="forward_q_mean",
            tells="Where the middle of your bell lies.",
            shown_as="%.2f",
            also=when_q_moves,
        )
        slider(
            "Q, spread",
            *Q_SPREAD,
            1.0,
            Q_STEP,
            key="forward_q_spread",
            tells="The standard deviation: how wide your bell is.",
            shown_as="%.2f",
            also=when_q_moves,
        )


def put_q(mean: float, spread: float) -> None:
    """Put Q's sliders there: on their nearest step, as far as they reach."""
    put(forward_q_mean=_on_a_step(mean, *Q_MEAN), forward_q_spread=_on_a_step(spread, *Q_SPREAD))


def _on_a_step(value: float, low: float, high: float) -> float:
    return round(float(np.clip(round(value / Q_STEP) * Q_STEP, low, high)), 2)


def stops() -> dict[str, Stops]:
    """Return where the films of all these sliders have pictures."""
    return P.stops() | {
        "forward_q_mean": Stops.along(*Q_MEAN, Q_STEP),
        "forward_q_spread": Stops.along(*Q_SPREAD, Q_STEP),
    }


def handles(controls: Controls) -> list[Handle]:
    """Return what can be dragged; of Q its peak, and its left flank (P has the right one)."""
    mean, spread = by_hand(controls)
    q = gaussian(mean, spread)
    return P.handles(controls) + [
        Handle(f"forward_q_{name}", x, float(q.pdf(x)), "x", "q")
        for name, x in (("mean", mean), ("spread", mean - spread))
    ]
