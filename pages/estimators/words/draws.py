"""What is said about draws: how estimates scatter, bias and spread, noise far away."""

import math
from collections.abc import Mapping, Sequence

from charts.units import Unit
from charts.wording import (
    amount,
    counted,
    give_or_take,
    listed,
    number,
    percent,
    position,
    times,
)
from kl_core import ESTIMATORS, Array, gaussian_moments
from pages.estimators.numbers.draws import (
    FORECASTS,
    POOL,
    Q,
    Simulated,
    View,
    crossing_of,
    errors_of,
    note_draws,
)
from widgets.papers import SCHULMANS_TABLE
from widgets.table import columns

DEFINITIONS = (
    r"\begin{aligned} k_1 &= \ln\frac{\Q{q(x)}}{\P{p(x)}} \\ "
    r"k_2 &= \tfrac12\Big(\ln\frac{\Q{q(x)}}{\P{p(x)}}\Big)^2 \\ "
    r"k_3 &= \frac{\P{p(x)}}{\Q{q(x)}} - 1 + \ln\frac{\Q{q(x)}}{\P{p(x)}}"
    r"\end{aligned}"
)


def estimates_in_words(found: Mapping[str, Array], truth: float, draws: int, unit: Unit) -> str:
    """Say what the histograms show now."""
    rows = found["k1"].size
    if truth == 0:
        return (
            "P and Q are the same: every draw has log(q/p) = 0, and all three estimates are "
            f"0 {unit.name}, always."
        )
    off = errors_of(found, truth)
    below = float((found["k1"] < 0).mean())
    often = f"{percent(below)} are" if below else "none is"
    misses = {name: amount(off[name] / unit.nats, unit.name) for name in off}
    least = misses[min(off, key=lambda name: off[name])]
    best = [name for name, miss in misses.items() if miss == least]
    closest = (
        f"{listed(best)} are equally close here, to the digits shown"
        if len(best) > 1
        else f"{best[0]} is closest here"
    )
    return (
        f"D(Q‖P) is {amount(truth / unit.nats, unit.name)}. Of {rows:,} estimates by k1, each from "
        f"{counted(draws, 'draw')}, {often} below 0; of those by k2 and k3 none can be. They "
        "typically miss the truth (root mean square) "
        f"{listed([f'{name} by {miss}' for name, miss in misses.items()])}: {closest}."
    )


def bells_in_words(gap: float, spread: float) -> str:
    """Say where the two bells are."""
    return (
        f"P is a bell at {number(gap, 2)} with spread {number(spread, 2)}, Q one at 0 with spread "
        "1; draws come from Q."
    )


def bias_columns(view: View, found: Mapping[str, Array], unit: Unit) -> dict[str, Sequence[str]]:
    """Return the table of bias and spread of an estimate: exact beside simulated."""
    rows, moments = [], view.moments
    for name, values in found.items():
        simulated = Simulated.of(values)
        if moments:
            each = moments[name]
            bias = position(float(each.bias) / unit.nats, 4)
            spread = number(float(each.standard_error(view.draws)) / unit.nats, 4)
        else:
            bias, spread = ("0" if name != "k2" else "unknown"), "unknown"
        off = (simulated.mean - view.truth) / unit.nats
        rows.append(
            (
                name,
                bias,
                give_or_take(off, simulated.mean_error / unit.nats, 4),
                spread,
                give_or_take(simulated.spread / unit.nats, simulated.spread_error / unit.nats, 4),
            )
        )
    names = ("estimator", "bias, exact", "bias, simulated", "spread, exact", "spread, simulated")
    return columns(names, rows)


def bias_in_words(view: View, found: Mapping[str, Array]) -> str:
    """Say what to make of that table."""
    moments = view.moments
    if not moments:
        return (
            "A draw is a whole forecast of the policy, and its log(q/p) the sum over its words. k1 "
            "has no bias, nor has k3 wherever Q may write all that P may; the spread is known only "
            "by simulation."
        )
    exact = float(moments["k3"].standard_error(view.draws))
    if math.isinf(exact):
        return (
            "P is at least √2 times as wide as Q, and k3's spread is infinite: far out p/q grows "
            "so fast that its square has no average over Q. The simulated spread is finite only "
            "because the draws that would ruin it have not come yet."
        )
    if float(found["k3"].std()) < exact / 1.5:
        return (
            "k3's simulated spread is well below the exact one: it is made by draws so rare that "
            "these series have hardly any. A small error bar is no proof that k3 is quiet."
        )
    return (
        "Spread: the standard deviation of an estimate, which falls with the square root of the "
        "number of draws. A bias stays, however many draws there are."
    )


def note_columns(seed: int) -> dict[str, Sequence[str]]:
    """Return Schulman's table as printed, exact, and as this series of draws has it."""
    rows = []
    for gap, printed in SCHULMANS_TABLE.items():
        moments, simulated = gaussian_moments(*Q, gap, 1.0), note_draws(gap, seed)
        truth = float(moments["k1"].truth)
        for name, (bias, spread) in printed.items():
            now = simulated[name]
            rows.append(
                (
                    f"{name}, P at {gap:g}",
                    bias,
                    position(float(moments[name].bias) / truth, 4),
                    give_or_take((now.mean - truth) / truth, now.mean_error / truth, 3),
                    spread,
                    number(float(moments[name].std) / truth, 3),
                    give_or_take(now.spread / truth, now.spread_error / truth, 3),
                )
            )
    # A space tells the headings of the spread from those of the bias.
    names = ("estimator", "bias, printed", "exact", "now", "spread, printed", "exact ", "now ")
    return columns(names, rows)


def noise_in_words(gap: float, spread: float, unit: Unit) -> str:
    """Say where k3 is the better choice, and where it is not."""
    moments = gaussian_moments(*Q, gap, spread)
    truth = float(moments["k1"].truth)
    if truth == 0:
        here = "P and Q are the same here, and no estimator makes any noise."
    else:
        one, three = (float(moments[name].std) / truth for name in ("k1", "k3"))
        here = (
            f"At your gap one draw of k1 is {times(one)} times as spread out as D(Q‖P) is large, "
            f"one draw of k3 {times(three)} times."
        )
    crossing = crossing_of(spread)
    if crossing is None:
        infinite = math.isinf(float(moments["k3"].std))
        k3_is = "k3's spread is infinite" if infinite else "k3 is noisier than k1"
        return f"With these widths {k3_is} at any gap. {here}"
    why = (
        ": exactly where eᵘ = 1 + 2u, with u the squared gap."
        if spread == 1
        else " (found numerically for these widths)."
    )
    return (
        f"k3 is quieter than k1 up to D(Q‖P) = **{amount(crossing / unit.nats, unit.name)}** (the "
        f"star), and noisier beyond{why} {here}"
    )


def what_to_log(gap: float, spread: float, unit: Unit) -> str:
    """Say which of k1 and k3 to trust with bells like these, and why not k2."""
    moments = gaussian_moments(*Q, gap, spread)
    k2 = "k2 is biased: no number of draws mends that."
    truth = float(moments["k1"].truth)
    if truth == 0:
        return f"P and Q are the same here, and k1, k2 and k3 are all 0. {k2}"
    one, three = (float(moments[name].std) for name in ("k1", "k3"))
    there = f"At your D(Q‖P) of {amount(truth / unit.nats, unit.name, 4)}"
    if three < one:
        return (
            f"{there} trust **k3**: one draw of it is as good as {times((one / three) ** 2)} draws "
            f"of k1, and right on average, too. {k2}"
        )
    worse = (
        "k3's spread is infinite, so its standard error tells nothing"
        if math.isinf(three)
        else f"one draw of it is as good as {times((three / one) ** 2)} draws of k3"
    )
    return f"{there} trust **k1**: {worse}. {k2}"


def formula_today(log_ratio: float, unit: Unit) -> str:
    """Return the TeX of the three estimators with one draw put in; its log(q/p) is in nats."""
    drawn = {
        name: amount(float(each(log_ratio)) / unit.nats, unit.tex)
        for name, each in ESTIMATORS.items()
    }
    digits = _digits_that_hold(log_ratio, unit)
    log, u = (number(each, digits) for each in (log_ratio, math.exp(-log_ratio)))
    to_unit = "" if unit.nats == 1 else rf"/\,{number(unit.nats, digits)}"
    return (
        rf"\begin{{aligned}} k_1 &= ({log}){to_unit} = \KL{{{drawn['k1']}}} \\ "
        rf"k_2 &= \tfrac12\,({log})^2 {to_unit} = \KL{{{drawn['k2']}}} \\ "
        rf"k_3 &= \big({u} - 1 + ({log})\big){to_unit} \\ "
        rf"&= \KL{{{drawn['k3']}}}\end{{aligned}}"
    )


def _digits_that_hold(log_ratio: float, unit: Unit) -> int:
    """Return how many digits the formulas need, so that what is put in gives what comes out."""

    def results(log: float, u: float, nats: float) -> list[str]:
        return [number(each / nats) for each in (log, log**2 / 2, u - 1 + log)]

    put_in = log_ratio, math.exp(-log_ratio), unit.nats
    exact = [number(float(each(log_ratio)) / unit.nats) for each in ESTIMATORS.values()]
    digits = range(3, 13)
    enough = (each for each in digits if results(*(round(x, each) for x in put_in)) == exact)
    return next(enough, digits[-1])


def first_draw_in_words(truth: float, unit: Unit) -> str:
    """Say what all draws average to, of which the formula shows one."""
    return (
        "The first draw of this view. Over all draws from Q, k1 and k3 average to "
        f"**{amount(truth / unit.nats, unit.name)}**: p/q − 1 averages to 0. So k3 is k1 plus "
        "something that costs nothing on average. And it is never below 0, because u − 1 is at "
        "least ln u for every u = p/q."
    )


def snippet(view: View, found: Mapping[str, Array]) -> str:
    """Return Python that computes the numbers on the screen."""
    firsts = [float(values[0]) for values in found.values()]
    if view.source == FORECASTS:
        lines = [
            "import numpy as np",
            "from kl_core import k1",
            "from kl_core.rlhf import (",
            "    Judge, LanguageModel, RewardModel, forecasts, optimal_policy, sample,",
            "    sample_preferences, sequence_kl, token_log_ratios,",
            ")",
            "",
            "sft = LanguageModel.from_text(forecasts())",
            "pairs = sample_preferences(sft, Judge(sft), 2000, np.random.default_rng(1))",
            f"policy = optimal_policy(sft, RewardModel.fit(sft, pairs), beta={view.beta:g})",
            f"texts = sample(policy, {POOL}, np.random.default_rng({view.seed}))[:{view.draws}]",
            "log_ratio = token_log_ratios(policy, texts).sum(axis=1)",
            f"print(k1(log_ratio).mean())  # {firsts[0]!r}, natural logarithm",
            f"print(sequence_kl(policy))  # D(Q‖P): {view.truth!r}",
        ]
    else:
        lines = [
            "import numpy as np",
            "from kl_core import gaussian_kl, gaussian_moments, k1, k2, k3",
            "",
            f"gap, spread = {view.gap}, {view.spread}  # of P; Q is the standard bell",
            f"x = np.random.default_rng({view.seed}).standard_normal({view.draws})",
            "log_ratio = np.log(spread) + ((x - gap) / spread) ** 2 / 2 - x**2 / 2",
            "for k in (k1, k2, k3):",
            f"    print(k(log_ratio).mean())  # {', '.join(map(repr, firsts))}",
            f"print(gaussian_kl(0, 1, gap, spread))  # D(Q‖P): {view.truth!r}, natural logarithm",
            "print(gaussian_moments(0, 1, gap, spread))",
        ]
    return "\n".join([*lines, ""])
