"""What the first page says about the game."""

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from charts.wording import amount, digits_apart, listed, percent
from kl_core import Array
from pages.home.numbers import FACES, ROLLS, Costs, Round


def before(deal: Round) -> str:
    """Say what can be seen before one looks."""
    came = listed([f"{face} ({count:.0f})" for face, count in _seen(deal)])
    never = [str(face) for face, count in zip(FACES, deal.counts, strict=True) if not count]
    return (
        f"The die rolled {ROLLS} times. Up came {came}; {listed(never)} "
        f"{'has' if len(never) == 1 else 'have'} not come up so far."
    )


def _seen(deal: Round) -> list[tuple[int, float]]:
    return [(face, count) for face, count in zip(FACES, deal.counts, strict=True) if count]


def verdict(deal: Round, q: Array, found: Costs, unit: Unit) -> str:
    """Say what believing Q costs, and who did better."""
    if np.isinf(found.mine):
        out = q == 0
        return (
            f"**You lose everything.** Your Q says that {_faces(out)} cannot come, and the die "
            f"shows {'it' if out.sum() == 1 else 'them'} {percent(deal.p[out].sum())} of the time. "
            f"No number of {unit.name} makes up for a roll that was called impossible: D(P‖Q) is ∞."
        )
    digits = digits_apart(found.mine, found.careful)
    mine, careful, fair = (
        amount(each, unit.name, digits) for each in (found.mine, found.careful, found.fair)
    )
    if found.mine == 0:
        return f"**Nobody does better.** Your Q is the die itself, so D(P‖Q) is {mine}: no cost."
    if np.isclose(found.mine, found.careful, rtol=1e-9):
        won = "**A draw.**"
    else:
        won = "**You win.**" if found.mine < found.careful else "**You lose.**"
    return (
        f"{won} Believing your Q costs {mine} a roll, on average: that is D(P‖Q). Whoever adds 1 "
        f"to each count pays {careful}, and whoever calls the die fair {fair}."
    )


def _faces(chosen: NDArray[np.bool_]) -> str:
    """Return the faces that are chosen, as a sentence names them."""
    faces = [str(face) for face, each in zip(FACES, chosen, strict=True) if each]
    return f"{'face' if len(faces) == 1 else 'faces'} {listed(faces)}"


def colours_in_words(p: Array, q: Array) -> str:
    """Say what the colours of the terms mean, as far as they are there."""
    if np.array_equal(p, q):
        return "No face costs anything."
    costs, gives = _faces(p > q), _faces(p < q)
    return (
        f"Purple: what {costs} {_each(p > q)}, for Q expects too little. Green: what {gives} "
        f"{'gives' if (p < q).sum() == 1 else 'give'} back, for there Q expects more than comes. "
        "The sum is never below 0."
    )


def _each(chosen: NDArray[np.bool_]) -> str:
    return "costs" if chosen.sum() == 1 else "cost"
