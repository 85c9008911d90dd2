"""What the lesson on training says where a run fails, and what counts as a failure."""

from collections.abc import Sequence

from charts.wording import counted, give_or_take, number, percent
from pages.training.numbers import (
    CLEARLY,
    FEW_DIFFERENT,
    TWICE_AS_PUZZLED,
    Decay,
    Turn,
    degenerated,
    hacked,
)
from pages.training.runs import BATCHES, TrainingRun


def met(runs: Sequence[TrainingRun]) -> str:
    """Say which failures each run has met, or that it has met none, as Markdown."""
    return "\n\n".join(
        (f"{run.of.label}: " if len(runs) > 1 else "") + said
        for run in runs
        for said in failures(run) or [no_failure(run)]
    )


def failures(run: TrainingRun) -> list[str]:
    """Return the failures that a run has met, in the order in which it met them, as Markdown."""
    met = [
        *([(turn.step, hacking(turn))] if (turn := hacked(run)) else []),
        *([(decay.step, degeneration(decay))] if (decay := degenerated(run)) else []),
    ]
    return [said for _, said in sorted(met)]


def hacking(turn: Turn) -> str:
    """Say where the judge turned away while the reward rose."""
    return (
        f"**Reward hacking, from step {turn.step} on.** The judge's mean of {BATCHES} batches had "
        f"fallen to {give_or_take(*turn.judge)} of 7 from {give_or_take(*turn.best)} at step "
        f"{turn.best_step}, while that of the reward had risen from {number(turn.best_reward)} to "
        f"{number(turn.reward)} (named when both differ by more than {CLEARLY} "
        "standard errors)."
    )


def degeneration(decay: Decay) -> str:
    """Say where the text stopped being text."""
    return (
        f"**Language degeneration, from step {decay.step} on.** The *perplexity* of the SFT model, "
        "how many words it wavers between, was "
        f"{number(decay.puzzled, 2)} times that of its own text, and {decay.different} of "
        f"{counted(decay.of, 'forecast')} were different ones (named from {TWICE_AS_PUZZLED:g} "
        f"times on, or when no more than {percent(FEW_DIFFERENT, 0)} differ)."
    )


def no_failure(run: TrainingRun) -> str:
    """Say that a run has met neither failure, as far as one can tell."""
    return (
        f"Neither failure so far: the judge's mean of {BATCHES} batches has not fallen by more "
        f"than {CLEARLY} standard errors from its best while the reward rose as clearly, and "
        f"{run.different[-1]} of {run.batch_size} forecasts are different ones."
    )
