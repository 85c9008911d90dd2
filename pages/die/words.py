"""What the die lesson says about its numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from charts.wording import amount, listed, number, percent, signed
from kl_core import Array, kl_terms, normalize
from pages.die.numbers import Rolls, Verdict


def faces_text(where: NDArray[np.bool_]) -> str:
    """Return 'face 2' or 'faces 2, 3 and 4': those where `where` is true."""
    names = [str(face + 1) for face in np.flatnonzero(where)]
    return f"face{'s' if len(names) > 1 else ''} {listed(names)}"


def faces_with(terms: Array, term: float) -> tuple[str, bool, str]:
    """Return the faces with this term, whether they are several, and the term as one says it."""
    those = np.isclose(terms, term, rtol=1e-9, atol=0)
    several = bool(those.sum() > 1)
    return faces_text(those), several, signed(term) + (" each" if several else "")


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
    relation = "the same" if np.isclose(there, back) else "more" if back > there else "less"
    return (
        f"Each roll of P costs a believer in Q {amount(there, unit.name)} on average. {costs}, "
        f"{returns}. The other way round, D(Q‖P) is {amount(back, unit.name)}, {relation}."
    )


def rolls_in_words(rolls: Rolls, odds: int, divergence: float, unit: Unit) -> str:
    """Say what these rolls show; `divergence` is D(P‖Q)."""
    count, evidence, decided = rolls.steps.size, rolls.evidence, rolls.decided
    if np.isinf(evidence[-1]):
        first = int(np.argmax(np.isinf(evidence))) + 1
        says = f"Roll {first} shows a face that Q rules out: from there on P is certain."
    else:
        error = rolls.steps.std(ddof=1) / np.sqrt(count) / unit.nats
        says = (
            f"These {count} rolls gave {signed(evidence[-1] / unit.nats / count)} ± "
            f"{number(error)} {unit.name} of evidence each (mean ± standard error); D(P‖Q) is "
            f"{amount(divergence, unit.name)}."
        )
    if not decided:
        return f"{says} Odds of {odds} to 1 are not reached in {count} rolls."
    if evidence[decided - 1] > 0:
        return f"{says} Odds of {odds} to 1 for P are reached at roll {decided}."
    return (
        f"{says} At roll {decided} the odds are {odds} to 1 for Q, although P is rolling: a wrong "
        f"verdict, as happens in at most 1 of {odds} series."
    )


def verdict_in_words(p: Array, q: Array, found: Verdict, odds: int) -> str:
    """Compare Wald's expected number of rolls with a simulation of his test."""
    if np.array_equal(p, q):
        return "P and Q are the same die: no number of rolls tells them apart."
    if found.test is None:
        return (
            f"Telling these dice apart at {odds} to 1 takes about {number(found.about, 0)} rolls "
            "on average, too many to simulate while you wait. Move P and Q further apart."
        )
    test, expected = found.test, found.expected
    simulated = (
        f"In {test.rolls.size} simulated tests it took **{number(test.mean_rolls, 1)} ± "
        f"{number(test.standard_error, 1)}** rolls (mean ± standard error), and "
        f"{percent(test.share_wrong)} settled on Q; Wald's bound is {percent(1 / odds)}."
    )
    if found.ruled_out:
        return (
            f"Q rules out what P rolls {percent(found.ruled_out)} of the time, and the first such "
            f"roll decides: at most {number(1 / found.ruled_out, 1)} rolls on average. {simulated}"
        )
    why = (
        "More than expected, because the last roll carries the evidence past the odds, not just "
        "onto them."
        if test.mean_rolls - expected > 2 * test.standard_error
        else "Any difference is within the noise of the simulation."
    )
    return (
        f"At {odds} to 1 Wald expects (1 − 2α)·log({odds}) / D(P‖Q) = **{number(expected, 1)}** "
        f"rolls, with α = 1/{odds + 1}. {simulated} {why}"
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
