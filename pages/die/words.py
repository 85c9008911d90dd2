"""What the die lesson says about its numbers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from charts.wording import amount, counted, digits_apart, listed, number, percent, signed
from kl_core import Array, SequentialTest, kl_terms, normalize
from pages.die.numbers import Rolls, Verdict, as_many_by_chance, wrong_verdicts

# More digits than these tell a reader nothing.
MOST_DIGITS = 6


def faces_text(where: NDArray[np.bool_]) -> str:
    """Return 'face 2' or 'faces 2, 3 and 4': those where `where` is true."""
    names = [str(face + 1) for face in np.flatnonzero(where)]
    return f"face{'s' if len(names) > 1 else ''} {listed(names)}"


def faces_with(terms: Array, term: float) -> tuple[str, bool, str]:
    """Return the faces with this term, whether they are several, and the term as one says it."""
    those = np.isclose(terms, term, rtol=1e-9, atol=0)
    several = bool(those.sum() > 1)
    return faces_text(those), several, signed(term) + (" each" if several else "")


def compared(there: float, back: float) -> tuple[int, str]:
    """Return how many digits tell D(Q‖P) from D(P‖Q), and which of the two it is."""
    digits = digits_apart(there, back)
    if digits > MOST_DIGITS or number(there, digits) == number(back, digits):
        return 3, "as much, to the digits shown"
    return digits, "more" if back > there else "less"


def in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the chart shows now."""
    terms = kl_terms(p, q, base=unit.base)
    there, back = unit.both_ways(p, q)
    if np.array_equal(p, q):
        return f"P and Q are the same die, so nothing is lost: D(P‖Q) is 0 {unit.name}."
    if np.isinf(there):
        ruled_out = (p > 0) & (q == 0)
        faces = faces_text(ruled_out)
        return (
            f"Q rules out {faces}, but P rolls {'it' if ruled_out.sum() == 1 else 'them'} "
            f"{percent(p[ruled_out].sum())} of the time. The first such roll proves Q impossible, "
            f"so D(P‖Q) is infinite. The other way round, D(Q‖P) is {amount(back, unit.name)}."
        )
    dear, several, most = faces_with(terms, terms.max())
    costs = (
        f"{dear.capitalize()} {'cost' if several else 'costs'} most ({most}: P rolls "
        f"{'them' if several else 'it'} more often than Q expects)"
    )
    cheap, several, least = faces_with(terms, terms.min())
    returns = (
        f"while {cheap} {'give' if several else 'gives'} some back ({least})"
        if terms.min() < 0
        else "and no face gives any back"
    )
    digits, relation = compared(there, back)
    return (
        f"Each roll of P costs a believer in Q {amount(there, unit.name, digits)} on average. "
        f"{costs}, {returns}. The other way round, D(Q‖P) is {amount(back, unit.name, digits)}, "
        f"{relation}."
    )


def rolls_in_words(rolls: Rolls, odds: int, divergence: float, unit: Unit) -> str:
    """Say what these rolls show; `divergence` is D(P‖Q)."""
    count, evidence, decided = rolls.steps.size, rolls.evidence, rolls.decided
    if np.isinf(evidence[-1]):
        first = int(np.argmax(np.isinf(evidence))) + 1
        says = f"Roll {first} shows a face that Q rules out: from there on P is certain."
    else:
        average = _average(rolls.steps / unit.nats, unit)
        says = f"{average}; D(P‖Q) is {amount(divergence, unit.name)}."
    if not decided:
        return f"{says} Odds of {odds} to 1 are not reached in {count} rolls."
    if evidence[decided - 1] > 0:
        return f"{says} Odds of {odds} to 1 for P are reached at roll {decided}."
    return (
        f"{says} At roll {decided} the odds reach {odds} to 1 for Q, although P is rolling: a "
        f"wrong verdict, whose chance is at most 1 in {odds}."
    )


def before_rolling(rolls: Rolls, odds: int) -> str:
    """Say what will be seen, and not when."""
    return (
        f"{counted(rolls.steps.size, 'roll')} of P are ready. Drag the marker along the upper "
        f"line, which is odds of {odds} to 1 for P, to where you expect the evidence to reach it."
    )


def guess_in_words(guess: int, p: Array, q: Array, rolls: Rolls, odds: int, unit: Unit) -> str:
    """Say when these rolls were enough, beside what was guessed, and how many are on average."""
    decided = rolls.decided
    if not decided:
        said = f"These {counted(rolls.steps.size, 'roll')} are not enough; you said {guess}."
    elif rolls.evidence[decided - 1] > 0:
        said = f"These rolls took **{decided}**; you said {guess}."
    else:
        said = (
            f"You said {guess}. At roll {decided} these rolls reach the odds for the *wrong* die, "
            f"Q; the chance of that is at most 1 in {odds}."
        )
    return f"{said} {enough_in_words(p, q, odds, unit)}"


def enough_in_words(p: Array, q: Array, odds: int, unit: Unit) -> str:
    """Say how many rolls bring as much evidence as these odds ask for, on average."""
    divergence = unit.kl(p, q)
    if np.array_equal(p, q):
        return "P and Q are the same die: no number of rolls tells them apart."
    if np.isinf(divergence):
        return "The first roll that Q rules out decides at once, whatever the odds."
    needed = math.log(odds) / unit.nats
    return (
        f"Odds of {odds} to 1 are {amount(needed, unit.name)} of evidence; at "
        f"{amount(divergence, unit.name)} a roll that is {number(needed / divergence, 1)} rolls' "
        "worth."
    )


def _average(steps: Array, unit: Unit) -> str:
    """Say what rolls gave on average, and how sure that is; where they differ at all."""
    if np.allclose(steps, steps[0], rtol=1e-9, atol=0):
        return f"All {steps.size} rolls gave the same evidence, {signed(steps[0])} {unit.name} each"
    error = steps.std(ddof=1) / math.sqrt(steps.size)
    return (
        f"These {steps.size} rolls gave {signed(steps.mean())} ± {number(error)} {unit.name} of "
        "evidence each (mean ± *standard error*: how far off means typically are)"
    )


def verdict_in_words(p: Array, q: Array, found: Verdict, odds: int, unit: Unit) -> str:
    """Compare Wald's expected number of rolls with a simulation of his test."""
    if np.array_equal(p, q):
        return "P and Q are the same die: no number of rolls tells them apart."
    if found.test is None:
        count = found.about
        return (
            f"Telling these dice apart at {odds} to 1 takes {'up to ' if found.ruled_out else ''}"
            f"about {f'{count:,.0f}' if count < 1e5 else number(count, 0)} rolls on average, too "
            "many to simulate while you wait. Move P and Q further apart."
        )
    test = found.test
    if found.ruled_out:
        bound = 1 / found.ruled_out
        digits = _digits(test, bound)
        beyond = " That this is more is chance." if test.mean_rolls > bound else ""
        return (
            f"Q rules out what P rolls {percent(found.ruled_out)} of the time, and the first such "
            f"roll decides at the latest: at most {number(bound, digits)} rolls on average. "
            f"{_simulated(test, digits)}{beyond} {_settled_on_q(test, odds)}"
        )
    digits = _digits(test, found.expected)
    least = "; no test takes less than one" if found.expected < 1 else ""
    return (
        f"At {odds} to 1 Wald expects (1 − 2α)·{unit.written}({odds}) / D(P‖Q) = "
        f"**{number(found.expected, digits)}** rolls, with α = 1/{odds + 1}{least}. "
        f"{_simulated(test, digits)} {_why(found, test, odds, unit)} "
        f"{_settled_on_q(test, odds)}"
    )


def _digits(test: SequentialTest, other: float) -> int:
    """Return how many digits show the simulated mean, its error and how it compares."""
    error = test.standard_error
    precise = 1 if error == 0 else min(max(math.ceil(-math.log10(error)), 1), MOST_DIGITS)
    return digits_apart(test.mean_rolls, other, precise)


def _simulated(test: SequentialTest, digits: int) -> str:
    """Say how many rolls the simulated tests took."""
    opening = f"In {test.rolls.size:,} simulated tests it took"
    if (test.rolls == test.rolls[0]).all():
        return f"{opening} **{counted(int(test.rolls[0]), 'roll')}** every time."
    return (
        f"{opening} **{number(test.mean_rolls, digits)} ± {number(test.standard_error, digits)}** "
        "rolls (mean ± standard error)."
    )


def _why(found: Verdict, test: SequentialTest, odds: int, unit: Unit) -> str:
    """Say why the simulated tests took as many rolls as they did, and not as Wald expects."""
    more, noise = test.mean_rolls - found.expected, 2 * test.standard_error
    reckoned = (odds - 1) / (odds + 1) * math.log(odds)
    ended = float(test.evidence.mean())
    # By Wald's identity rolls times D is evidence.
    explained = (ended / reckoned - 1) * found.expected
    if more > noise and explained > more / 2:
        digits = digits_apart(ended / unit.nats, reckoned / unit.nats, 2)
        past = np.abs(test.evidence).mean() > math.log(odds) * (1 + 1e-9)
        return (
            f"More than expected, because the evidence ends at {number(ended / unit.nats, digits)} "
            f"{unit.name} on average, not at (1 − 2α)·{unit.written}({odds}) = "
            f"{number(reckoned / unit.nats, digits)}: "
            + ("the last roll carries it past the odds." if past else "it seldom ends on Q's side.")
        )
    if abs(more) <= noise:
        return "The difference is within two standard errors: noise."
    return "The difference is mostly chance: about one simulation in twenty is as far off."


def _settled_on_q(test: SequentialTest, odds: int) -> str:
    """Say how many verdicts were wrong, and how many Wald's bound allows."""
    runs, wrong = test.rolls.size, wrong_verdicts(test)
    bound = runs / odds
    more = (
        f"; chance alone brings so many or more in up to "
        f"{percent(as_many_by_chance(wrong, runs, odds))} of such simulations"
        if wrong > bound
        else ""
    )
    return (
        f"{wrong:,} of {runs:,} settled on Q; Wald's bound of 1 in {odds} allows "
        f"{number(bound, 1 if bound > 1 else 2)} on average{more}."
    )


def snippet(p_weights: Sequence[float], q_weights: Sequence[float], unit: Unit) -> str:
    """Return Python that computes the number on the screen."""
    divergence = unit.kl(normalize(p_weights), normalize(q_weights))
    return (
        "from kl_core import kl_divergence, normalize\n\n"
        f"p = normalize({p_weights})\n"
        f"q = normalize({q_weights})\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: {divergence!r}\n"
    )
