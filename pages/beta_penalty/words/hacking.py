"""What the rope lesson says about optimising too far."""

import math
from fractions import Fraction

from charts.units import Unit
from charts.wording import amount, counted, digits_apart, give_or_take, number
from pages.beta_penalty.numbers import BEST_OF, BestOf, Families
from pages.beta_penalty.scale import Rope
from widgets.optima import USUAL, Curve, World


def end_to_end(curve: Curve, rope: Rope, farthest: BestOf, unit: Unit) -> str:
    """Say what the chart shows; `farthest` is the best of the largest n."""
    mine = rope.mine
    kl, bound = (amount(each / unit.nats, unit.name) for each in (farthest.kl, farthest.bound))
    return (
        f"From the tightest rope to the loosest the reward goes from {number(curve.reward[0])} to "
        f"{number(curve.reward[-1])}: no policy as far from P earns more. Your β = {rope.beta}, "
        f"the dot, earns {number(mine.exact.reward)} and gets {give_or_take(*mine.report.score)} "
        f"from the judge. Dashed: the best of n forecasts of P, up to n = {BEST_OF[-1]}, which "
        f"lies {kl} from P (its bound, {bound_of_best(unit)}: {bound})."
    )


def bound_of_best(unit: Unit) -> str:
    """Return the formula of the bound on the KL of best-of-n: what is no logarithm is in nats."""
    beside_ln = "n" if unit.nats == 1 else f"(n·ln {unit.base:g})"
    return f"{unit.written} n − (n − 1)/{beside_ln}"


def other_pairs(world: World, rope: Curve, usual: Curve) -> str:
    """Compare the judge's peak with that of the first pairs."""
    (mine, error), (first, other) = (each.judged(each.peak) for each in (rope, usual))
    clear = abs(mine - first) > 2 * math.hypot(error, other)
    relation = ("higher" if mine > first else "lower") if clear else "the same within the noise"
    digits = digits_apart(mine, first, 2) if clear else 2
    return (
        f"With these {world.pairs:,} pairs the judge's score peaks at "
        f"{give_or_take(mine, error, digits)}; with the first {USUAL.pairs:,}, in grey, at "
        f"{give_or_take(first, other, digits)}: {relation}."
    )


def mirror_steps(beta: str) -> str:
    """Say after how many steps of mirror ascent, with η = 1, a policy is the optimum at β."""
    steps = 1 / Fraction(beta)
    if steps.denominator == 1:
        return f"is the same policy as stopping after {counted(int(steps), 'step')}"
    return f"lies between stopping after {math.floor(steps)} and after {math.ceil(steps)} steps"


def picks_a_point(found: Families, beta: str, unit: Unit) -> str:
    """Say, with numbers, that β moves along the curve and does not lift it."""
    n = 16
    place = BEST_OF.index(n)
    distance = float(found.best_of.distance[place])
    score, error = found.best_of.judged(place)
    rope_score, rope_error = found.rope.judged_at(distance)
    more = score - rope_score
    clear = abs(more) > 2 * math.hypot(rope_error, error)
    relation = ("more" if more > 0 else "less") if clear else "the same within the noise"
    return (
        "**β picks a point on this curve; it does not lift the curve.** Climb without any rope, "
        "each step multiplying the chance of every forecast by exp(η·reward) (*mirror ascent*), "
        "and after k steps you are exactly at the optimum for β = 1/(η·k). With η = 1, β = "
        f"{beta} {mirror_steps(beta)}: the "
        "rope is a way to stop early. What can lift the curve is a better reward model: move the "
        "pairs. (Gao et al. saw the same in large models; they add that it may depend on "
        f"hyperparameters.) Another way of choosing gives another curve: the best of {n}, "
        f"{amount(distance**2, unit.name)} away, gets {give_or_take(score, error)} from the judge, "
        f"the rope's optimum at that KL {give_or_take(rope_score, rope_error)}: best of {n} gets "
        f"{relation}."
    )


def fits(found: Families, unit: Unit) -> str:
    """Say how well the curves of Gao et al. fit, and where they turn."""
    peak, rope = found.rope_fit.peak, found.rope
    ends = (
        f"It turns at √KL = {number(peak, 1)}; the judge's measured peak is at "
        f"{number(rope.distance[rope.peak], 1)}. "
        if math.isfinite(peak) and peak < rope.distance[-1]
        else "It does not turn within this chart. "
    )
    return (
        "Dotted: the forms of Gao, Schulman & Hilton (2022) fitted to the judge's gain over P, "
        f"with d = √KL in √{unit.name}. RL, d·(α − β·log d): R² = "
        f"{number(found.rope_fit.r_squared, 2)}. {ends}Best-of-n, d·(α − β·d): R² = "
        f"{number(found.best_of_fit.r_squared, 2)}. (Their α and β are only names for two "
        "coefficients.)"
    )
