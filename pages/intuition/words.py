"""What the forecaster's lesson says about its numbers."""

from collections.abc import Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, counted, digits_apart, listed, number, percent, signed
from kl_core import Array, gaussian_kl, kl_terms, log_ratios, normalize
from pages.intuition.numbers import FORECASTERS, KINDS, RUNS, SKY, Band, Days, Way


def in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the chart shows now."""
    divergence = unit.kl(p, q)
    if np.array_equal(p, q):
        return f"The forecast is the truth: no day costs anything, and D(P‖Q) is 0 {unit.name}."
    if np.isinf(divergence):
        never = listed(
            [kind for kind, here, said in zip(KINDS, p, q, strict=True) if here and not said]
        )
        comes = "they come" if " and " in never else "it comes"
        return (
            f"The forecaster rules out {never}, and {comes} on {percent(p[q == 0].sum())} of all "
            "days. No finite loss fits a day that was called impossible: D(P‖Q) is infinite."
        )
    ratios = log_ratios(p, q, base=unit.base)
    possible = ratios[p > 0]
    most, least = possible.max(), possible.min()
    returns = (
        f"A day of {_kinds_with(p, ratios, least)} even gives some back ({signed(least)}): the "
        "forecaster had given it more than its due."
        if least < 0
        else "No day gives anything back."
    )
    return (
        f"Believing the forecast loses {amount(divergence, unit.name)} of information a day, on "
        f"average. Dearest is a day of {_kinds_with(p, ratios, most)} ({signed(most)}): the "
        f"forecaster did not expect it enough. {returns}"
    )


def _kinds_with(p: Array, ratios: Array, ratio: float) -> str:
    """Return the weather that comes and has this cost, as a sentence says it."""
    kinds = [
        kind
        for kind, often, each in zip(KINDS, p, ratios, strict=True)
        if often and np.isclose(each, ratio, rtol=1e-9, atol=0)
    ]
    return listed(kinds, "or")


def days_in_words(days: Days, band: Band | None, divergence: float, unit: Unit) -> str:
    """Say where these days have got to; `divergence` is D(P‖Q)."""
    opening, average = _opening(days), days.averages[-1]
    if np.isinf(average):
        at = int(np.argmax(np.isinf(days.losses))) + 1
        return (
            f"{opening} Day {at} brings what the forecaster had ruled out, and from there on the "
            "average loss is infinite."
        )
    if band is None:
        return (
            f"{opening} So far the average loss is {amount(average, unit.name)} a day, but the "
            "weather that the forecaster rules out will come: D(P‖Q) is infinite."
        )
    low, high = band.low[-1], band.high[-1]
    # A run may end exactly on the edge: rounding decides nothing.
    inside = low - 1e-9 <= average <= high + 1e-9
    # As many digits as it takes to see that a run lies outside.
    digits = 3 if inside else digits_apart(average, low if average < low else high)
    return (
        f"{opening} After {counted(days.count, 'day')} the average loss is "
        f"**{signed(average, digits)}** {unit.name} a day; D(P‖Q) is {number(divergence)}. The "
        f"middle 95% of {RUNS:,} simulated runs lie between {signed(low, digits)} and "
        f"{signed(high, digits)} by then; this one "
        f"{'does, too' if inside else 'is one of the others'}."
    )


def _opening(days: Days) -> str:
    """Say with which weather these days begin."""
    first = "".join(SKY[KINDS[place]] for place in days.sky[:14])
    if days.count == 1:
        return f"One day: {first}"
    return f"The days begin {first}{'…' if days.count > 14 else ''}"


def reach_zero(p: Array, q: Array) -> str:
    """Return what to do to make D 0, or that it is done."""
    if np.array_equal(p, q):
        return ":green[:material/check_circle: **Done.**] D(P‖Q) is 0, as for no other forecast."
    apart = int(np.abs(p - q).argmax())
    digits = digits_apart(100 * p[apart], 100 * q[apart], 1)
    return (
        f"Furthest apart now: {KINDS[apart]}, which comes on {percent(p[apart], digits)} of all "
        f"days and is forecast for {percent(q[apart], digits)}. Move the sliders of Q until D(P‖Q) "
        "is 0."
    )


def below_zero(here: float, best: float, unit: Unit) -> str:
    """Return how close to 0 the learner and chance have come."""
    return (
        f"Your Q is at {amount(here, unit.name)}. Of {FORECASTERS:,} forecasts drawn by chance the "
        f"best is at {amount(best, unit.name, 4)}. None is below 0, and none can be: *Gibbs' "
        "inequality*."
    )


def other_way(p: Array, q: Array, unit: Unit) -> str:
    """Return what swapping P and Q does."""
    there, back = unit.both_ways(p, q)
    # As many digits as it takes to see that the two differ.
    digits = digits_apart(there, back)
    told = (
        f"D(P‖Q) is {amount(there, unit.name, digits)}, D(Q‖P) is {amount(back, unit.name, digits)}"
    )
    if np.array_equal(p, q):
        return f"{told}: equal, because P and Q are. Move one slider, then swap."
    if np.isinf(there) and np.isinf(back):
        return f"{told}: each rules out what the other brings. Lift the sliders at 0, then swap."
    if np.isclose(there, back, rtol=1e-9, atol=0):
        why = (
            "since swapping P and Q only gives the weather other names"
            if _mirrored(p, q)
            else "as they are for few P and Q"
        )
        return f"{told}: equal, {why}. Move one slider, then swap."
    step, leap = (
        amount(float(gaussian_kl(0, 1, mean, 1, base=unit.base)), unit.name) for mean in (1, 2)
    )
    return (
        f"{told}; *Swap P and Q* above makes them trade places. A distance would be the same both "
        "ways, so D is called a *divergence*, not a metric. It breaks the other rule of distances "
        f"too: between bell curves one spread apart it is {step}, two spreads apart {leap}, "
        "more than both steps together."
    )


def _mirrored(p: Array, q: Array) -> bool:
    """Return whether some other order of the weather makes Q of P and P of Q."""
    p, q = p.round(9), q.round(9)
    return sorted(zip(p, q, strict=True)) == sorted(zip(q, p, strict=True))


def way_in_words(way: Way, here: float, unit: Unit) -> str:
    """Say what D does on the way through P; `here` is D(P‖Q)."""
    falls = f"falls from {amount(here, unit.name)} to 0 at P"
    return (
        "The straight way from your Q through P and on, as far as chances stay chances: D(P‖·) "
        + (
            f"{falls} and rises behind it."
            if way.goes_on
            else f"{falls}, and there the way ends, for beyond it some chance would be below 0."
        )
    )


def formula_lines(p: Array, q: Array, unit: Unit) -> list[str]:
    """Return the average weather by weather, as TeX in three columns."""
    return [
        rf"\text{{{kind}: }} & \P{{{number(often)}}}\cdot({signed(cost)}) & = {signed(term)}"
        for kind, often, cost, term in zip(
            KINDS,
            p,
            log_ratios(p, q, base=unit.base),
            kl_terms(p, q, base=unit.base),
            strict=True,
        )
    ]


def snippet(
    p_weights: Sequence[float],
    q_weights: Sequence[float],
    days: Days,
    seed: int,
    unit: Unit,
) -> str:
    """Return Python that lets the same days pass."""
    # Of P and Q as the code makes them: weights in proportion may leave a trace of rounding.
    p, q = normalize(p_weights), normalize(q_weights)
    losses = float(log_ratios(p, q, base=unit.base)[days.sky].mean())
    return (
        "import numpy as np\n"
        "from kl_core import kl_divergence, log_ratios, normalize\n\n"
        f"p = normalize({p_weights})  # {', '.join(KINDS)}\n"
        f"q = normalize({q_weights})\n"
        f"sky = np.random.default_rng({seed}).choice({len(SKY)}, p=p, size={days.count})\n"
        f"print(log_ratios(p, q, base={unit.code})[sky].mean())  # {counted(days.count, 'day')}, "
        f"in {unit.name}: {losses!r}\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q): {unit.kl(p, q)!r}\n"
    )
