"""What the lesson says about its ratios and its triangle."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from charts.wording import (
    amount,
    digits_apart,
    in_columns,
    listed,
    number,
    percent,
)
from kl_core import kl_divergence, normalize
from pages.properties.numbers import SKY, Ratios, Triangle

# More digits than these tell a reader nothing.
MOST_DIGITS = 6


def _kinds(where: NDArray[np.bool_]) -> str:
    """Return the kinds of weather where this is true, as a sentence lists them."""
    return listed([kind for kind, each in zip(SKY, where, strict=True) if each])


def before(found: Ratios) -> str:
    """Say what the dots are, and not where their average is."""
    ratios = listed(
        [f"{kind} {number(x, 2)}" for kind, x in zip(SKY, found.x, strict=True) if not np.isnan(x)]
    )
    return (
        f"Each dot is the ratio x = q/p of one kind of weather: {ratios}. In the picture above, "
        "each stands on the line, and on the curve below it."
    )


def in_words(found: Ratios) -> str:
    """Say why D(P‖Q) is not below 0 here."""
    unit, p, q = found.unit, found.p, found.q
    if np.array_equal(p, q):
        return (
            "Every ratio is 1, where the curve touches the line: there is no gap anywhere, and "
            f"D(P‖Q) is 0 {unit.name}."
        )
    ruled_out = (p > 0) & (q == 0)
    if ruled_out.any():
        one = ruled_out.sum() == 1
        return (
            f"Q rules out {_kinds(ruled_out)}, which P brings {percent(p[ruled_out].sum())} of the "
            f"time: {'its ratio is' if one else 'their ratios are'} 0, where the curve has fallen "
            "without end. The gap is infinite, and with it D(P‖Q)."
        )
    total = amount(found.divergence, unit.name)
    if found.outside:
        loose = found.loose
        return (
            f"Q puts {percent(found.outside)} on {_kinds(~found.there & (q > 0))}, which P never "
            f"brings. So the other ratios average only {number(found.average)}, and the line "
            f"{number(-loose)}. The curve lies below even that: the gaps, times p, are "
            f"{number(found.divergence - loose)}, and together with the {number(loose)} they are "
            f"D(P‖Q), {total}."
        )
    widest = np.isclose(found.gaps, np.nanmax(found.gaps), rtol=1e-9, atol=0)
    several = widest.sum() > 1
    return (
        "Counted as often as P brings them, the ratios average exactly 1, so the line averages "
        f"exactly 0. The curve lies below it, furthest at {_kinds(widest)} "
        f"({number(float(np.nanmax(found.gaps)))}{' each' if several else ''}). Times p, the gaps "
        f"add up to D(P‖Q), {total}."
    )


def how_low(tries: int, lowest: float, unit: Unit) -> str:
    """Say how low the learner has come; `lowest` is in `unit`."""
    if lowest == 0:
        return (
            f":green[:material/check_circle: **0 {unit.name}: you are at the bottom.**] Every "
            "ratio is 1, so Q is P. With any other Q, D is above 0 again."
        )
    so_far = "So far" if tries == 1 else f"The lowest of {tries} tries"
    return (
        f"**{so_far}: {amount(lowest, unit.name, 4)}.** Drag the dots, or move the sliders, and "
        "beat it."
    )


def symbols(unit: Unit) -> str:
    """Return why D is not below 0, as a formula."""
    scaled = "" if unit.nats == 1 else rf"\frac{{1}}{{\ln {unit.base:g}}}"
    return (
        rf"\begin{{array}}{{rl}} -\KL{{D(\P{{P}}\|\Q{{Q}})}} & = \sum_{{\P{{p}}>0}} \P{{p}}\,"
        rf"{unit.log}\frac{{\Q{{q}}}}{{\P{{p}}}} \\ & \le {scaled}\sum_{{\P{{p}}>0}} \P{{p}}"
        rf"\left(\frac{{\Q{{q}}}}{{\P{{p}}}} - 1\right) \\ & = {scaled}\left(\sum_{{\P{{p}}>0}} "
        r"\Q{q} - 1\right) \;\le\; 0 \end{array}"
    )


def today(found: Ratios) -> str:
    """Return the gaps times p, and what of Q lies outside, as a sum in columns."""
    lines = [
        rf"\text{{{kind}: }} & \P{{{number(p)}}}\,[{number(line)} - ({number(curve)})] "
        rf"& = {number(weighted)}"
        for kind, p, line, curve, weighted in zip(
            SKY, found.p, found.line, found.curve, found.weighted, strict=True
        )
        if p > 0
    ]
    if found.outside:
        loose = number(found.loose)
        lines.append(rf"\text{{outside: }} & \Q{{{loose}}} & = {loose}")
    total = amount(found.divergence, found.unit.tex)
    return in_columns(lines, "lrl", r"\KL{D(P\|Q)}", total)


def triangle_in_words(ways: Triangle) -> str:
    """Say whether the detour is shorter, by how much, and how long the way back is."""
    unit, straight, detour = ways.unit, ways.straight, ways.detour
    digits, relation = compared(straight, detour)
    one, other = (number(each, digits) for each in ways.steps)
    told = (
        f"Straight on, D(A‖C) is {amount(straight, unit.name, digits)}; over B it is {one} and "
        f"{other}, together {amount(detour, unit.name, digits)}."
    )
    apart = amount(abs(detour - straight), unit.name, digits)
    verdict = {
        "shorter": f"The detour is **shorter by {apart}**: the triangle is broken.",
        "longer": f"The detour is **longer by {apart}**: here the triangle holds.",
        "as long": "The detour is **as long**, to the digits shown.",
    }[relation]
    return f"{told} {verdict} {way_back(ways)}"


def way_back(ways: Triangle) -> str:
    """Say how long the way from C back to A is."""
    digits, relation = compared(ways.straight, ways.back)
    back = f"Back from C to A it is {amount(ways.back, ways.unit.name, digits)}"
    if ways.a == ways.c:
        return f"{back}: A and C are the same bell."
    if relation == "as long":
        equal = "since A and C are equally wide" if ways.a.spread == ways.c.spread else "by chance"
        return f"{back}, as much, {equal}."
    return f"{back}: {relation}, so swapping A and C changes the length."


def compared(one: float, other: float) -> tuple[int, str]:
    """Return how many digits tell two lengths apart, and which of the two the other is."""
    digits = digits_apart(one, other)
    if digits > MOST_DIGITS or number(one, digits) == number(other, digits):
        return 3, "as long"
    return digits, "longer" if other > one else "shorter"


def snippet(p: Sequence[float], q: Sequence[float], ways: Triangle) -> str:
    """Return Python that computes the numbers on the screen."""
    unit = ways.unit
    base = f"base={unit.code}"
    divergence = float(kl_divergence(normalize(p), normalize(q), base=unit.base))
    a, b, c = (f"({bell.mean:g}, {bell.spread:g})" for bell in (ways.a, ways.b, ways.c))
    return (
        "from kl_core import gaussian_kl, kl_divergence, normalize\n\n"
        f"p, q = normalize({list(p)}), normalize({list(q)})\n"
        f"print(kl_divergence(p, q, {base}))  # D(P‖Q) in {unit.name}: {divergence!r}\n\n"
        f"a, b, c = {a}, {b}, {c}  # mean and spread\n"
        f"straight = gaussian_kl(*a, *c, {base})\n"
        f"detour = gaussian_kl(*a, *b, {base}) + gaussian_kl(*b, *c, {base})\n"
        f"print(straight)  # D(A‖C): {ways.straight!r}\n"
        f"print(detour)  # over B: {ways.detour!r}\n"
    )
