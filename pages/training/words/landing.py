"""What the lesson on training says about where its runs have landed, and why."""

from collections.abc import Sequence

import numpy as np

from charts.units import Unit
from charts.wording import (
    amount,
    counted,
    digits_apart,
    give_or_take,
    listed,
    number,
    percent,
    position,
)
from pages.training.numbers import BAND, swing
from pages.training.runs import BATCHES, RECENT, TrainingRun
from pages.training.settings import Settings
from widgets.optima import at_beta, most_at_kl

# How the lines of runs side by side are drawn, in their order.
LINES = ("solid line", "dashed", "dotted", "dash and dot")


def nothing_yet(kept: Sequence[TrainingRun]) -> str:
    """Say that nothing is trained yet, and what is kept."""
    names = listed([run.name for run in kept]) if kept else ""
    return (
        f"Kept: {names}. Train another run to compare. " if kept else "Nothing is trained yet. "
    ) + "Switch *Train* on: a run takes seconds; stop it at any time."


def progress(run: TrainingRun, waiting: int) -> str:
    """Say how far a run is, and why it does not go on while others wait for what takes a moment.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> progress(SimpleNamespace(steps=7, last=150), 0)
    'Step 7 of 150'
    >>> progress(SimpleNamespace(steps=7, last=150), 1)
    'Step 7 of 150. Many learn here just now: it goes on when the 1 who waits has been answered.'
    """
    step = f"Step {run.steps} of {run.last}"
    if not waiting:
        return step
    who = "the 1 who waits has" if waiting == 1 else f"the {waiting} who wait have"
    return f"{step}. Many learn here just now: it goes on when {who} been answered."


def how_far(run: TrainingRun) -> str:
    """Say how far a run has come."""
    done = "Done" if run.done else "Stopped"
    return f"{done} after step {run.steps} of {run.last}." + (
        "" if run.done else " Switch *Train* on again to go on from there."
    )


def latest(runs: Sequence[TrainingRun]) -> str:
    """Return what each run says by now, as Markdown."""
    lines = []
    for run in runs:
        first, last = min(run.sentences, default=None), max(run.sentences, default=None)
        if first is not None and last is not None:
            lines.append(f"- {run.name}, step {first}: *{run.sentences[first]}*")
            if last != first:
                lines.append(f"- {run.name}, step {last}: *{run.sentences[last]}*")
    return "\n".join(lines)


def landings(runs: Sequence[TrainingRun], settings: Settings, unit: Unit) -> list[str]:
    """Say where each run has ended; those side by side are told apart by their lines."""
    named = [f" ({line})" if len(runs) > 1 else "" for line in LINES]
    return [
        _landing(run, line, most_at_kl(settings.world, float(run.end.kl)), unit)
        for run, line in zip(runs, named, strict=False)
    ]


def _landing(run: TrainingRun, line: str, most: float | None, unit: Unit) -> str:
    """Say where a run has ended, and how far below the frontier: `most` can be had there."""
    end, base = run.end, run.start
    digits = digits_apart(base.reward, base.reward if most is None else most)
    said = (
        f"**{run.name}**{line}, step {run.steps}: reward {number(end.reward, digits)} (SFT model "
        f"{number(base.reward, digits)}), {amount(end.kl / unit.nats, unit.name)} from the SFT "
        f"model, judge {give_or_take(*run.judged(run.steps))} of 7 (mean of up to {BATCHES} "
        "batches)."
    )
    if most is not None and most > base.reward:
        share = (end.reward - base.reward) / (most - base.reward)
        said += (
            f" No policy that close to the SFT model earns more than {number(most, digits)}: the "
            f"run got {percent(max(share, 0), 0)} of the gain that was to be had."
        )
    return said


def price_of(beta: float) -> str:
    """Return a β with the digits that matter, three of them."""
    if not beta:
        return "0"
    return f"{beta:.3g}" if 1e-4 <= beta < 999.5 else number(beta, 3 if beta < 1 else 0)


def reasons(run: TrainingRun, settings: Settings, unit: Unit) -> str:
    """Say why a run has landed where it has."""
    target = run.of.target
    if target is None and not settings.beta:
        return without_a_rope(run.different[-1], run.batch_size)
    if not settings.to_reference:
        return (
            "The rope is tied to the policy of the step before. It minds only how long each step "
            f"is (on average {amount(float(np.mean(run.watched)) / unit.nats, unit.name)}, as its "
            f"batch sees it{_aim(run, unit)}); nothing holds the run near the SFT model, from "
            f"which it is {amount(run.end.kl / unit.nats, unit.name)} away."
        )
    said = (
        _beside_its_optimum(run, settings, unit)
        if target is None
        else _beside_its_target(run, target, unit)
    )
    return said + (_in_spreads(run, settings, unit) if run.of.method == "GRPO" else "")


def without_a_rope(different: int, of: int) -> str:
    """Say what ends a run without a rope, and how near that is: how many forecasts differ."""
    last = "are" if different == 1 else f"still hold {different} different ones"
    return (
        "With β = 0 no rope holds it. It stops when its steps run out, or once all its forecasts "
        f"are the same and nothing is left to compare: its last {of} {last}."
    )


def _aim(run: TrainingRun, unit: Unit) -> str:
    target = run.of.target
    return "" if target is None else f"; target: {amount(target / unit.nats, unit.name)}"


def _beside_its_target(run: TrainingRun, target: float, unit: Unit) -> str:
    """Say how near its target, in nats, an adaptive rope has held a run."""
    when = f"Over its last {min(RECENT, run.steps)} steps" if run.steps > 1 else "At its first step"
    return (
        f"{when} its KL was {position(run.recent_kl / unit.nats, 3)} {unit.name} on average "
        f"(target: {amount(target / unit.nats, unit.name)}), and β ended at "
        f"{price_of(run.beta[-1])}. {_lag(run, target, unit)}"
    )


def _lag(run: TrainingRun, target: float, unit: Unit) -> str:
    """Say how far β has run behind the KL that it watches."""
    found = swing(run, target)
    low, high = (amount(each / unit.nats, unit.name) for each in (target / BAND, BAND * target))
    within = f"KL was within {low} … {high} in {found.inside} of {counted(run.steps, 'step')}"
    swung = f"β swung between {price_of(found.low)} and {price_of(found.high)}"
    if found.above is None:
        return f"{within}, and not above it; {swung}."
    peak = found.at_peak
    late = (
        f" β had been {price_of(run.beta[found.above - 1])} when KL first left it upwards, at step "
        f"{found.above}; KL still rose until step {peak}, to "
        f"{amount(run.watched[peak - 1] / unit.nats, unit.name)}, by when β was "
        f"{price_of(run.beta[peak - 1])}. "
        if peak > found.above
        else " "
    )
    return (
        f"{within}; {swung}.{late}A rule of this kind is late: it answers a KL that has already "
        "been reached, and the policy takes steps to answer β."
    )


def _beside_its_optimum(run: TrainingRun, settings: Settings, unit: Unit) -> str:
    """Say how far from the exact optimum of a fixed rope a run has stopped."""
    asked = at_beta(settings.world, settings.beta).exact.kl / unit.nats
    mine = run.end.kl / unit.nats
    return (
        f"The exact optimum for β = {settings.price} lies at {amount(asked, unit.name)}; the "
        f"run is {'beyond' if mine > asked else 'short of'} it by "
        f"{amount(abs(mine - asked), unit.name)}."
    )


def _in_spreads(run: TrainingRun, settings: Settings, unit: Unit) -> str:
    """Say what the β of GRPO weighs, as published."""
    spread = run.recent_spread
    weighs = run.beta[-1] * spread
    said = (
        f" But GRPO measures rewards in spreads of their group, here about {price_of(spread)}: "
        f"its β of {price_of(run.beta[-1])} weighs like {price_of(weighs)} without that"
    )
    if run.of.target is None and weighs > 0:
        there = at_beta(settings.world, weighs).exact.kl / unit.nats
        said += f", whose optimum lies at {amount(there, unit.name)}"
    return f"{said}."


def what_else(settings: Settings) -> str:
    """Say what keeps any run from the frontier."""
    by_grpo = [rope for method, rope in settings.pairs if method != "PPO"]
    penalised = settings.beta or any(rope != "fixed" for rope in by_grpo)
    whose = "Its" if len(by_grpo) == len(settings.pairs) else "GRPO's"
    k3 = (
        f"{whose} penalty, k3 in the loss, does not have the slope of D(π‖π_SFT), for which the "
        "frontier is drawn, so GRPO comes to rest elsewhere. "
        if by_grpo and settings.to_reference and penalised
        else ""
    )
    return (
        f"{k3}Much of what else is missing is lost to chance, 64 forecasts a step, and to few "
        "steps at a falling learning rate; a little to the form of the policy, which learns of "
        "pairs of words and of places, not of pairs at each place."
    )


def compared(run: TrainingRun, other: TrainingRun, unit: Unit) -> str:
    """Say what a kept run had when it was as far from the SFT model as this one is now."""
    steps = [step for step in other.exact if step]
    nearest = min(steps, key=lambda step: abs(other.exact[step].kl - run.end.kl))
    there = other.exact[nearest]
    return (
        f"Kept: *{other.name}*. Of its exact points, step {nearest} came nearest to the KL of this "
        f"run ({amount(there.kl / unit.nats, unit.name)}), with reward {number(there.reward)} and "
        f"{give_or_take(*other.judged(nearest))} from the judge. This run is at "
        f"{number(run.end.reward)} and {give_or_take(*run.judged(run.steps))}."
    )
