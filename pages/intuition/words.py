"""What the forecaster's lesson says about its numbers."""

from collections.abc import Sequence

import numpy as np

from charts.units import UNITS, Unit
from charts.wording import amount, counted, digits_apart, listed, number, percent, signed
from kl_core import Array, kl_terms, log_ratios, normalize
from pages.intuition.numbers import (
    FORECASTERS,
    GUESS_STEP,
    HIGHEST_GUESS,
    KINDS,
    LOWEST_GUESS,
    NO_GUESS,
    RUNS,
    SKY,
    SUNNY_FORECAST,
    TRUE_SKY,
    Band,
    Days,
    Way,
    ahead_by_luck,
)

# What stands before "the chance" when Q gave it one part in so many.
PARTS = {2: "half", 3: "a third of", 4: "a quarter of", 5: "a fifth of", 10: "a tenth of",
         100: "a hundredth of"}  # fmt: skip


def one_in(chance: float) -> str:
    """Return how often something comes.

    Examples
    --------
    >>> one_in(0.05)
    'one day in 20'
    """
    return f"one day in {1 / chance:.0f}"


def asked(p: Array, q: Array) -> str:
    """Say what the chart shows before the question is answered: not what it costs."""
    return (
        f"P is how often each weather comes, Q how often the forecaster expects it. {_apart(p, q)} "
        "What believing Q costs shows here once you have answered, or moved something."
    )


def in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the chart shows now."""
    there, back = unit.both_ways(p, q)
    if np.array_equal(p, q):
        return f"The forecast is the truth: no day costs anything, and D(P‖Q) is 0 {unit.name}."
    if np.isinf(there):
        never = listed(
            [kind for kind, here, said in zip(KINDS, p, q, strict=True) if here and not said]
        )
        comes = "they come" if " and " in never else "it comes"
        return (
            f"The forecaster rules out {never}, and {comes} on {percent(p[q == 0].sum())} of all "
            "days. No finite loss fits a day that was called impossible: D(P‖Q) is infinite. The "
            f"other way round, D(Q‖P) is {amount(back, unit.name)}."
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
        f"Believing the forecast loses {amount(there, unit.name)} of information a day, on "
        f"average. Dearest is a day of {_kinds_with(p, ratios, most)} ({signed(most)}): "
        f"Q gave it {share_of_chance(float(unit.base**-most))} that P gave. {returns}"
    )


def share_of_chance(ratio: float) -> str:
    """Return q/p in words.

    Examples
    --------
    >>> share_of_chance(1 / 2), share_of_chance(1 / 3), share_of_chance(0.4)
    ('half the chance', 'a third of the chance', '40.0% of the chance')
    """
    one_in = round(1 / ratio)
    if one_in in PARTS and np.isclose(ratio * one_in, 1, rtol=1e-9, atol=0):
        return f"{PARTS[one_in]} the chance"
    # As many digits as it takes to see that it is not all of it.
    return f"{percent(ratio, digits_apart(100 * ratio, 100, 1))} of the chance"


def one_unit(unit: Unit) -> str:
    """Say what it means to lose one of this unit."""
    one = unit.name.removesuffix("s")
    once, twice = (share_of_chance(unit.base**-lost) for lost in (1, 2))
    return (
        f"**One {one}** is lost on a day to which the forecast gave {once} that the truth gave; "
        f"two {unit.name}, if it gave {twice}. Below 0 the forecast was lucky: it had given what "
        "came more chance than the truth."
    )


def other_units(p: Array, q: Array, unit: Unit) -> str:
    """Say that the unit is a matter of taste, with a number of today in each."""
    ways = {"D(P‖Q)": unit.both_ways(p, q)[0], "D(Q‖P)": unit.both_ways(p, q)[1]}
    name, here = next((each for each in ways.items() if np.isfinite(each[1])), ("D(P‖Q)", np.inf))
    others = listed(
        [
            f"in {each.name} {number(here * unit.nats / each.nats)}"
            for each in UNITS.values()
            if each is not unit
        ]
    )
    amounts = f"{amount(here, unit.name)}, {others}" if np.isfinite(here) else "∞ in each"
    return (
        "Bits, nats and dits differ in the logarithm alone, as metres and feet do in length: "
        f"{name} is {amounts}. Switch here, or with *Measure in* at the top of every page, and all "
        "numbers follow."
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
        until = (
            f" Until then the average was {signed(days.averages[at - 2])} {unit.name} a day."
            if at > 1
            else ""
        )
        return (
            f"{opening} Day {at} brings what the forecaster had ruled out, and from there on the "
            f"average loss is infinite.{until}"
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


def guess_in_words(p: Array, q: Array, guess: float, unit: Unit) -> str:
    """Say where the guess stands among what single days cost."""
    costs = listed(
        [
            f"{signed(cost)} with {kind}"
            for kind, cost in zip(KINDS, log_ratios(p, q, base=unit.base), strict=True)
        ]
    )
    return (
        f"Your guess stands at **{signed(guess, 2)}** {unit.name} a day. A single day costs "
        f"{costs}. Drag the guess to where the average of many days will settle."
    )


def guess_revealed(guess: float, unit: Unit) -> str:
    """Say where the average settles with the sunny forecaster, and how far off a guess is."""
    p, q = normalize(TRUE_SKY), normalize(SUNNY_FORECAST)
    settles = unit.kl(p, q)
    return (
        f"It settles on D(P‖Q) = **{amount(settles, unit.name)}**, a loss"
        f"{'' if guess == NO_GUESS else _how_far_off(guess, settles, unit)}. Luck fades with the "
        f"days: after 20 of them this forecast is ahead in {percent(ahead_by_luck(p, q, 20), 0)} "
        "of all runs."
    )


def _how_far_off(guess: float, settles: float, unit: Unit) -> str:
    """Say by how much a guess of where the average settles is off."""
    off = guess - settles
    # A guess in another unit may lie beyond the ends of the slider.
    beyond = {HIGHEST_GUESS: " or more", LOWEST_GUESS: " or less"}.get(guess, "")
    how = (
        "as close as this slider comes"
        if abs(off) <= GUESS_STEP / 2
        else f"{amount(abs(off), unit.name)} {'or more ' if beyond else ''}too "
        f"{'high' if off > 0 else 'low'}"
    )
    gains = ". No forecast gains in the long run: none beats the truth" if guess < 0 else ""
    return f"; your guess of {signed(guess, 2)}{beyond} is {how}{gains}"


def reach_zero(p: Array, q: Array) -> str:
    """Return what to do to make D 0, or that it is done."""
    if np.array_equal(p, q):
        return ":green[:material/check_circle: **Done.**] D(P‖Q) is 0, as for no other forecast."
    return f"{_apart(p, q)} Move the sliders of Q until D(P‖Q) is 0."


def _apart(p: Array, q: Array) -> str:
    """Return for which weather P and Q, which differ, are furthest apart."""
    apart = int(np.abs(p - q).argmax())
    digits = digits_apart(100 * p[apart], 100 * q[apart], 1)
    return (
        f"Furthest apart now: {KINDS[apart]}, which comes on {percent(p[apart], digits)} of all "
        f"days and is forecast for {percent(q[apart], digits)}."
    )


def below_zero(here: float, best: float, unit: Unit) -> str:
    """Return how close to 0 the learner and chance have come."""
    return (
        f"Your Q is at {amount(here, unit.name)}. Of {FORECASTERS:,} forecasts drawn by chance the "
        f"best is at {amount(best, unit.name, 4)}. None is below 0, and none can be: the lesson "
        "*Never below 0* shows why."
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
    return (
        f"{told}; *Swap P and Q* above makes them trade places. A distance would be the same both "
        "ways; D is not one, so it is called a *divergence*."
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
