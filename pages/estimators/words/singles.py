"""What is said about single draws: how often log(q/p) is below 0, and why."""

from charts.units import Unit
from charts.wording import amount, counted, number, percent
from kl_core import gaussian_kl, gaussian_moments
from pages.estimators.numbers.draws import Q
from pages.estimators.numbers.singles import Singles


def singles_in_words(singles: Singles, unit: Unit) -> str:
    """Say where the bells are, and how many draws have been below 0 so far."""
    truth = float(gaussian_kl(*Q, singles.gap, singles.spread)) / unit.nats
    bells = (
        f"P is a bell at {number(singles.gap, 2)} with spread {number(singles.spread, 2)}, Q one "
        f"at 0 with spread 1: D(Q‖P) is {amount(truth, unit.name, 4)}."
    )
    if not singles.seen:
        return f"{bells} Nothing is drawn yet."
    below = f"{int(singles.below.sum()):,} fell where P is the denser one"
    share, error = float(singles.shares[-1]), float(singles.error(singles.seen))
    return (
        f"{bells} Of {counted(singles.seen, 'draw')} from Q, {below}: {percent(share)}, with a "
        f"standard error of {percent(error)}. In the long run it is {percent(singles.exact)}."
    )


def reveal(singles: Singles, guess: float) -> str:
    """Say how often a draw is below 0, how far off the guess is, and why it is so often."""
    moments = gaussian_moments(*Q, singles.gap, singles.spread)["k1"]
    off = abs(round(100 * singles.exact) - guess)
    return (
        f"**{percent(singles.exact)}** of all draws fall where P is the denser one, and give less "
        f"than 0; you said {number(guess, 0)}%, "
        + ("which is it" if off == 0 else f"{number(off, 0)} off")
        + ". Only the *average* is D(Q‖P), and the draws are "
        f"{number(float(moments.std / moments.truth), 0)} times as spread out as it is large. The "
        "share itself is sampled, too: its *standard error* is how far a share of so many draws "
        "typically lies from the exact one."
    )
