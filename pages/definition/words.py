"""What the definition lesson says about its numbers."""

import math
from collections.abc import Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, in_columns, listed, number, percent, signed
from kl_core import Array, kl_terms, log_ratios, normalize
from pages.definition.numbers import GAP, PRODUCT, SKY, SUM


def finding(p: Array, q: Array, known: int, unit: Unit) -> str:
    """Return what a reader sees first who has read the formula so far, a place in `READ`."""
    if known == SUM:
        return f"The sum is {amount(unit.kl(p, q), unit.name)}"
    if known == PRODUCT:
        terms = kl_terms(p, q, base=unit.base)
        place = int(terms.argmax())
        return f"{SKY[place].capitalize()} adds most: {signed(terms[place])} {unit.name}"
    if known == GAP:
        gaps = log_ratios(p, q, base=unit.base)
        place = int(np.abs(gaps).argmax())
        return f"Q is furthest off on {SKY[place]}: {signed(gaps[place])} {unit.name}"
    return "What P brings, and what Q expects"


def so_far(p: Array, q: Array, known: int, unit: Unit) -> str:
    """Say what the rows show that are drawn so far."""
    if known == SUM:
        return sum_in_words(p, q, unit)
    gaps = log_ratios(p, q, base=unit.base)
    if known == PRODUCT:
        return f"{_adds_most(p, gaps, kl_terms(p, q, base=unit.base))} What is left is to add up."
    place = int(np.abs(gaps).argmax())
    compared = (
        f"P brings {SKY[place]} {percent(p[place])} of the time, and Q expects {percent(q[place])}"
    )
    if known == GAP:
        return (
            f"{compared}: the largest gap of the four, {signed(gaps[place])} {unit.name}. What "
            "each gap counts for is the next row."
        )
    return f"{compared}. How far off Q is with each of the four is the next row."


def sum_in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the three rows of the sum show."""
    if np.array_equal(p, q):
        return f"P and Q agree everywhere: every gap is 0, and so is the sum, 0 {unit.name}."
    terms, ratios = kl_terms(p, q, base=unit.base), log_ratios(p, q, base=unit.base)
    weighs = _adds_most(p, ratios, terms)
    total = unit.kl(p, q)
    if math.isinf(total):
        return f"{weighs} Q rules it out, so the gap has no end, and neither has the sum."
    place, *as_much = _alike(terms, terms.min())
    taken = f"{number(-terms.min())} back"
    if (terms < 0).sum() > 1 + len(as_much):
        taken = f"most back, {number(-terms.min())}"
    gives = (
        f"{SKY[place].capitalize()} takes {taken}{_tied(as_much)}."
        if terms.min() < 0
        else "No product is below 0."
    )
    return f"{weighs} {gives} Together the products make {amount(total, unit.name)}."


def _adds_most(p: Array, gaps: Array, terms: Array) -> str:
    """Name the outcome that adds most, and say why."""
    place, *as_much = _alike(terms, terms.max())
    return (
        f"{SKY[place].capitalize()} adds most{_tied(as_much)}: it comes {percent(p[place])} of the "
        f"time, its gap is {signed(gaps[place])}, and the product is {signed(terms[place])}."
    )


def _alike(terms: Array, term: float) -> list[int]:
    """Return which terms are this one, but for rounding."""
    return np.flatnonzero(np.isclose(terms, term, rtol=1e-9, atol=0)).tolist()


def _tied(places: Sequence[int]) -> str:
    """Say which outcomes do as much as the one that was named."""
    return f", as much as {listed([SKY[place] for place in places])}" if places else ""


def reading(p: Array, q: Array, day: int, unit: Unit) -> list[str]:
    """Return how the formula is read for one outcome, from right to left: a line for each part."""
    name = SKY[day]
    under, over = float(p[day]), float(q[day])
    chances = f"P brings {name} {percent(under)} of the time, and Q expects {percent(over)}"
    total = (
        f"**Σ, over all four.** Each adds its product, and the sum is D(P‖Q) = "
        f"{amount(unit.kl(p, q), unit.name)}."
    )
    front = f"**p in front.** How often does that matter? {percent(under)} of the time: "
    if under == 0:
        return [
            f"**q under p.** How far off is Q on {name}? {chances}.",
            f"**{unit.written}.** The logarithm counts gaps so that they add up.",
            f"**p in front.** How often does that matter? Never: {name} counts 0, whatever its "
            "gap.",
            total,
        ]
    if over == 0:
        return [
            f"**q under p.** How far off is Q on {name}? {chances}: p/q has no end.",
            f"**{unit.written}.** So the gap has none either: +∞.",
            f"{front}however rare that is, {name} adds +∞.",
            total,
        ]
    ratio, gap = under / over, math.log(under / over) / unit.nats
    return [
        f"**q under p.** How far off is Q on {name}? {chances}: p/q is {number(ratio)}.",
        f"**{unit.written}.** The gap is {unit.written} {number(ratio)} = {signed(gap)} "
        f"{unit.name}. A logarithm, so that gaps add up: on two such days p/q is squared, and the "
        "gap doubles.",
        f"{front}{number(under)} · {_bracketed(gap)} = {signed(under * gap)}.",
        total,
    ]


def _bracketed(gap: float) -> str:
    """Return a factor as a product takes it."""
    return f"({number(gap)})" if gap < 0 else number(gap)


def symbols(read: int, unit: Unit) -> str:
    """Return the definition in TeX, with a box around what has been read, a place in `READ`."""
    parts = [r"\frac{\P{p(x)}}{\Q{q(x)}}", unit.log, r"\P{p(x)}\,", r"\sum_x "]
    inner = ""
    for place, part in enumerate(parts):
        inner = f"{part}{inner}"
        if place == read:
            inner = rf"\boxed{{{inner}}}"
    return rf"D(\P{{P}}\|\Q{{Q}}) = {inner}"


def sum_today(p: Array, q: Array, day: int, known: int, unit: Unit) -> str:
    """Return the sum with its numbers, in TeX, with a box around the term of one outcome.

    What `known` does not reach, a place in `READ`, is a question mark.
    """
    lines = []
    terms = kl_terms(p, q, base=unit.base)
    for place, (one, other, term) in enumerate(zip(p, q, terms, strict=True)):
        left = rf"\P{{{number(one)}}}\,{unit.log}(\P{{{number(one)}}}/\Q{{{number(other)}}})"
        boxed = rf"\boxed{{{left}}}" if place == day else left
        lines.append(f"{boxed} & = {signed(term) if known >= PRODUCT else '?'}")
    total = amount(unit.kl(p, q), unit.tex) if known == SUM else "?"
    return in_columns(lines, "rl", r"\KL{D(P\|Q)}", total)


def snippet(p_weights: Sequence[float], q_weights: Sequence[float], unit: Unit) -> str:
    """Return Python that computes the number on the screen."""
    divergence = unit.kl(normalize(p_weights), normalize(q_weights))
    return (
        "from kl_core import kl_divergence, kl_terms, normalize\n\n"
        f"p = normalize({p_weights})\n"
        f"q = normalize({q_weights})\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: {divergence!r}\n"
        f"print(kl_terms(p, q, base={unit.code}).sum())  # the products, added: "
        f"{float(kl_terms(normalize(p_weights), normalize(q_weights), base=unit.base).sum())!r}\n"
    )
