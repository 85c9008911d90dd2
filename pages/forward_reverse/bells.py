"""What the learner moves: P, a mixture of bells, and Q, one bell; and what is asked of Q."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from kl_core import gaussian
from pages.forward_reverse.modes import Modes
from pages.forward_reverse.numbers import TWO_MODES, Bell
from widgets import prediction
from widgets.chart import Controls, Handle, Stops
from widgets.controls import at_their_beginnings, on_or_off, put, slider
from widgets.look import hide, sliders_of
from widgets.redraw import at_rest, section

P = Modes("forward_p", TWO_MODES)
Q_MEAN, Q_SPREAD, Q_STEP = (-10.0, 10.0), (0.1, 8.0), 0.05
START: Bell = (1.5, 1.0)

# Q has two pairs of sliders, of which one is in sight: where Q is; and until the guess is told, or
# a link puts Q somewhere, where the guess is put. So the guess stays in the link.
_PAIRS = {pair: (f"forward_{pair}_mean", f"forward_{pair}_spread") for pair in ("q", "guess")}
TOLD, HOLD = "forward_guess_told", "forward_hold"
# Somebody's score, to be beaten: how far off, in nats; and in how many moves. Less than 0: none.
CHALLENGE, CHALLENGE_MOVES = "forward_challenge", "forward_challenge_moves"
NO_CHALLENGE = (-1.0, 0)


def by_hand(controls: Controls) -> Bell:
    """Return mean and spread of Q as the sliders in sight have them."""
    mean, spread = _PAIRS[_in_sight(controls)]
    return float(controls[mean]), float(controls[spread])


def held(controls: Controls) -> float | None:
    """Return the spread at which Q is held; None while it is free."""
    return by_hand(controls)[1] if controls[HOLD] else None


def told(controls: Controls) -> bool:
    """Return whether the picture may show what Q costs."""
    view = (*_PAIRS["q"], HOLD, CHALLENGE, CHALLENGE_MOVES)
    return prediction.told(TOLD, view, controls) or not P.is_at_start(controls)


def guessed(controls: Controls) -> Bell:
    """Return the bell that the learner has committed to, or is about to."""
    mean, spread = _PAIRS["guess"]
    return float(controls[mean]), float(controls[spread])


def controls_of_q(when_q_moves: Callable[[], None]) -> None:
    """Draw the sliders of Q, and the switch that holds its spread."""
    for pair in _PAIRS:
        with sliders_of("q", f"forward_{pair}"):
            for column, name, (low, high), start, tells in zip(
                st.columns(2, wrap=False),
                ("mean", "spread"),
                (Q_MEAN, Q_SPREAD),
                START,
                (
                    "Where the middle of your bell lies.",
                    "The standard deviation: how wide your bell is.",
                ),
                strict=True,
            ):
                with column:
                    slider(
                        f"Q, {name}",
                        low,
                        high,
                        start,
                        Q_STEP,
                        key=f"forward_{pair}_{name}",
                        tells=tells,
                        shown_as="%.2f",
                        also=when_q_moves,
                    )
    on_or_off(
        "Hold Q's spread",
        key=HOLD,
        tells="Then only its mean is to be chosen, by you and by the optimisers below.",
    )


def kept() -> None:
    """Draw what a link keeps and no hand moves: the score to be beaten."""
    with st.container(key="_forward_kept"):
        slider("Score to beat", NO_CHALLENGE[0], 100.0, NO_CHALLENGE[0], 0.1, key=CHALLENGE)
        slider("In so many moves", 0, 999, NO_CHALLENGE[1], 1, key=CHALLENGE_MOVES)
        hide("_forward_kept")


@section
def hide_other_pair() -> None:
    """Put the pair of Q's sliders out of sight that does not move it; after the question."""
    [other] = _PAIRS.keys() - {_in_sight(at_rest)}
    hide(f"_forward_{other}_of_q")


def put_q(mean: float, spread: float) -> None:
    """Put Q's sliders there: on their nearest step, as far as they reach."""
    there = _on_a_step(mean, *Q_MEAN), _on_a_step(spread, *Q_SPREAD)
    # Before a guess is told either pair may be the one in sight.
    for pair in ("q",) if at_rest[TOLD] else _PAIRS:
        put(**dict(zip(_PAIRS[pair], there, strict=True)))


def commit_to_where_q_is() -> None:
    """Take down the learner's guess, and bring back the P that was asked about; not yet Q."""
    placed = "guess" if at_their_beginnings(at_rest, _PAIRS["q"]) else "q"
    for pair in _PAIRS.values():
        for key, source in zip(pair, _PAIRS[placed], strict=True):
            st.session_state[key] = at_rest[source]
    P.put_back()
    put(**{HOLD: False})


def _in_sight(controls: Controls) -> str:
    """Return which pair of sliders moves Q."""
    unmoved = at_their_beginnings(controls, _PAIRS["q"])
    return "guess" if unmoved and not controls[TOLD] else "q"


def _on_a_step(value: float, low: float, high: float) -> float:
    return round(float(np.clip(round(value / Q_STEP) * Q_STEP, low, high)), 2)


def stops() -> dict[str, Stops]:
    """Return where the films of these sliders have pictures."""
    along = Stops.along(*Q_MEAN, Q_STEP), Stops.along(*Q_SPREAD, Q_STEP)
    of_q = {key: each for pair in _PAIRS.values() for key, each in zip(pair, along, strict=True)}
    return P.stops() | of_q


def handles(controls: Controls) -> list[Handle]:
    """Return what can be dragged; of Q its top, and its left shoulder (P's modes: the right)."""
    mean, spread = by_hand(controls)
    q = gaussian(mean, spread)
    of_q = [
        Handle(key, x, float(q.pdf(x)), "x", "q")
        for key, x in zip(_PAIRS[_in_sight(controls)], (mean, mean - spread), strict=True)
    ]
    # Until it is told P is what was asked about.
    return [*P.handles(controls), *of_q] if told(controls) else of_q
