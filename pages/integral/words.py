"""What the integral lesson says about its numbers."""

import math
from dataclasses import replace

import numpy as np

from charts.units import Unit
from charts.wording import amount, digits_apart, number, percent, significant
from kl_core import SkewNormal, kl_integral, kl_parts
from pages.integral.numbers import MILLIONTH, Bins, MadeUp, closed_form


def placed(value: float) -> str:
    """Return where something lies: to the slider's tenths, or closer where a link asks for it."""
    return number(value, 1 if math.isclose(value, round(value, 1), abs_tol=1e-12) else 3)


def cut_away(name: str, end: float, mean: float) -> str:
    """Say that nothing is left of a bell, and how to mend it."""
    return (
        f"{name} ends at {placed(end)}, and next to nothing of a bell around {placed(mean)} lies "
        f"below that. Raise “{name} ends at” or lower the mean of {name}; everything else stays "
        "as it is."
    )


def share_beyond(p: SkewNormal, q: SkewNormal) -> float:
    """Return how much of P lies above the end of Q; 0 where a float holds no such number."""
    return float(np.exp(p.log_masses([q.end, math.inf])[0]))


def beyond(p: SkewNormal, q: SkewNormal) -> str:
    """Return how much of P lies above the end of Q, as a sentence says it."""
    share = share_beyond(p, q)
    return percent(share) if share else "less than 10⁻³⁰⁰%"


def all_digits(value: float, unit: Unit) -> str:
    """Return a number with the ten digits that formula and integral must share."""
    return "**∞**" if math.isinf(value) else f"**{significant(value, 10)}** {unit.name}"


def integral_in_words(p: SkewNormal, q: SkewNormal, divergence: float, unit: Unit) -> str:
    """Say what the three rows of the integral show; `divergence` is D(P‖Q)."""
    if p == q:
        return f"P and Q are the same bell: the gap is 0 everywhere, and the area 0 {unit.name}."
    if math.isinf(divergence):
        return (
            f"Q ends at {placed(q.end)}, and {beyond(p, q)} of P lies beyond. There "
            "log(p/q) is infinite, so the area is, however small that part of P."
        )
    gains, gives_back = kl_parts(p, q, base=unit.base)
    ended = (
        f" Q ends at {placed(q.end)}, but P has ended by then, so D stays finite."
        if math.isfinite(q.end)
        else ""
    )
    if replace(p, end=q.end) == q:
        return (
            "P is the same bell as Q, cut off earlier: wherever P is, it is denser than Q by the "
            "same factor. So nothing is given back, and the area is "
            f"{amount(divergence, unit.name)}.{ended}"
        )
    return (
        f"Where P is denser than Q, p·log(p/q) lies above 0 and adds {number(gains)}; where Q is "
        f"denser it takes {number(-gives_back)} back. What remains is the area, "
        f"{amount(divergence, unit.name)}.{ended}"
    )


def computed_twice(p: SkewNormal, q: SkewNormal, divergence: float, unit: Unit) -> str:
    """Say what the closed formula gives, where there is one, beside the quadrature."""
    integral = all_digits(divergence, unit)
    exact = closed_form(p, q, unit)
    if exact is None:
        return (
            f"Integrated numerically: {integral}. For bells that lean or end this page has no "
            "closed formula, one without an integral, to compare with. For whole bells "
            "without a lean it has:"
        )
    formula = all_digits(exact, unit)
    agree = (
        "to every digit shown"
        if formula == integral
        else f"to within {amount(abs(divergence - exact), unit.name)}"
    )
    return (
        f"By the closed formula: {formula}. Integrated numerically: {integral}. They agree {agree}."
    )


def bins_in_words(bins: Bins, unit: Unit) -> str:
    """Say what is left of D in bins of the chosen width, and in the finest."""
    here, truth = bins.divergence, bins.truth
    if bins.width == "16":
        return (
            "One bin, the picture and all beyond it, holds everything: P and Q both put 100% into "
            "it, look the same, and nothing is left of D. Make the bins narrower."
        )
    if truth == 0:
        return f"P and Q are the same bell, so every width gives 0 {unit.name}."
    if math.isinf(here):
        return "Some bin holds a part of P and nothing of Q: the sum is infinite, as D is."
    if math.isinf(truth):
        return (
            f"In bins {bins.width} wide the sum is {amount(here, unit.name, 4)}, although D is "
            "infinite: the bin in which Q ends still holds some of Q, and hides that it ends."
        )
    share = min(100 * here / truth, 100.0)
    return (
        f"In bins {bins.width} wide the sum is {amount(here, unit.name, 4)}, "
        f"{number(share, digits_apart(share, 100, 1))}% of D. In the finest, 1/32 wide, it is "
        f"{number(bins.divergences[0], 6)}; the integral is {number(truth, 6)}. Each width is "
        "twice the one before, so every bin is two finer ones in one, and D can only fall or stay: "
        "whoever sees less tells P from Q no better. That is the *data-processing inequality*."
    )


def grows_by(p: SkewNormal, q: SkewNormal, unit: Unit) -> float:
    """Return what an ε a thousand times smaller adds in the end, where P goes on beyond Q."""
    return share_beyond(p, q) * math.log(1000) / unit.nats


def before_the_answer(q: SkewNormal, made: MadeUp, unit: Unit) -> str:
    """Say what a program reports, and not what to make of it."""
    return (
        f"Q ends at {placed(q.end)}, and P goes on. With ε = {made.epsilon} added to q a program "
        f"reports {amount(made.reported, unit.name)}, the area in the middle. What would it report "
        f"with ε = {MILLIONTH}?"
    )


def epsilon_in_words(p: SkewNormal, q: SkewNormal, made: MadeUp, unit: Unit) -> str:
    """Compare what code with ε reports with the truth."""
    reported, truth = made.reported, made.truth
    if float(made.epsilon) == 0:
        return (
            f"With ε = 0 nothing is added, and the answer is the truth: {amount(truth, unit.name)}."
        )
    told = f"With ε = {made.epsilon} the code reports {amount(reported, unit.name)}"
    below = " It is even below 0, which no divergence can be." if reported < 0 else ""
    if math.isinf(truth):
        step = grows_by(p, q, unit)
        if step < 0.001:
            adds = amount(step, unit.name) if step else f"less than 10⁻³⁰⁰ {unit.name}"
            return (
                f"{told}; the truth is ∞.{below} With an ε a million times smaller it reports "
                f"{number(made.millionth)}. The way to ∞ is too slow to see: so little of P lies "
                f"beyond the end of Q, {beyond(p, q)}, that in the end an ε a thousand times "
                f"smaller adds {adds}. Nothing on the screen would tell you."
            )
        return (
            f"{told}; the truth is ∞.{below} With an ε a thousand times smaller it reports "
            f"{number(made.thousandth)}, with one a million times smaller "
            f"{number(made.millionth)}, and so on without end. The number tells of your ε, not of "
            "P and Q."
        )
    lower = truth - reported
    return (
        f"{told}; the truth is {amount(truth, unit.name)}.{below} Adding ε can only lower the "
        f"number, here by {number(lower) if lower > 1e-12 * truth else 'less than 10⁻⁹'}: q + ε is "
        "everywhere too large, and no distribution any more. Let Q end where P goes on (pull *Q, "
        "ends at* to the left) to see what ε hides."
    )


def integral_today(p: SkewNormal, q: SkewNormal, unit: Unit) -> str:
    """Return the integral with its numbers: the closed formula, where there is one."""
    total = rf"\KL{{{amount(float(kl_integral(p, q, base=unit.base)), unit.tex)}}}"
    if closed_form(p, q, unit) is None:
        return rf"D(\P{{P}}\|\Q{{Q}}) = {total}"
    mu_p, sigma_p = (rf"\P{{{placed(each)}}}" for each in (p.mean, p.std))
    mu_q, sigma_q = (rf"\Q{{{placed(each)}}}" for each in (q.mean, q.std))
    inner = (
        rf"\ln\frac{{{sigma_q}}}{{{sigma_p}}} + "
        rf"\frac{{{sigma_p}^2 + ({mu_p} - {mu_q})^2}}{{2\cdot {sigma_q}^2}} - \frac12"
    )
    inner = inner.replace("- \\Q{−", "+ \\Q{")
    if unit.code == "None":
        return rf"{inner} = {total}"
    lines = rf"\frac{{1}}{{\ln {unit.code}}}\Big({inner}\Big)\\= {total}"
    return rf"\begin{{gathered}}{lines}\end{{gathered}}"


def bell_code(bell: SkewNormal) -> str:
    """Return a bell as Python writes it."""
    fields = [f"mean={bell.mean}", f"std={bell.std}"]
    if bell.skewness:
        fields.append(f"skewness={bell.skewness}")
    if math.isfinite(bell.end):
        fields.append(f"end={bell.end}")
    return f"SkewNormal({', '.join(fields)})"


def snippet(p: SkewNormal, q: SkewNormal, epsilon: str, unit: Unit) -> str:
    """Return Python that computes the numbers on the screen."""
    truth, reported = kl_integral(p, q, epsilon=[0.0, float(epsilon)], base=unit.base).tolist()
    return (
        "from kl_core import SkewNormal, kl_integral\n\n"
        f"p, q = {bell_code(p)}, {bell_code(q)}\n"
        f"print(kl_integral(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: {truth!r}\n"
        f"print(kl_integral(p, q, epsilon={epsilon}, base={unit.code}))  # with ε: {reported!r}\n"
    )
