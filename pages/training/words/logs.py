"""What trainers print of a step, by the names that TRL gives it."""

from collections.abc import Mapping, Sequence

from charts.units import Unit
from charts.wording import number, percent
from pages.training.numbers import logged
from pages.training.runs import TrainingRun

# What it is here, what TRL's PPOTrainer and its GRPOTrainer print it as.
NAMES = [
    ("reward of the batch", "objective/scores", "reward"),
    ("its spread in a group", "–", "reward_std"),
    ("D(π‖π_SFT) of an answer, k1", "objective/kl", "–"),
    ("the same for each word, k3", "–", "kl"),
    ("reward − β·KL", "objective/rlhf_reward", "–"),
    ("entropy of an answer", "objective/entropy", "–"),
    ("entropy of the next word", "–", "entropy"),
    ("share of words clipped", "policy/clipfrac_avg", "clip_ratio/region_mean"),
    ("judge's score", "–", "–"),
]


def columns(runs: Sequence[TrainingRun], unit: Unit) -> Mapping[str, Sequence[str]]:
    """Return the names, and what the runs say after their latest step, column by column."""
    here, ppo, grpo = zip(*NAMES, strict=True)
    return {
        "here": here,
        "PPOTrainer": ppo,
        "GRPOTrainer": grpo,
        **{run.of.label: _values(run, unit) for run in runs if run.steps},
    }


def _values(run: TrainingRun, unit: Unit) -> list[str]:
    """Return what stands beside the names."""
    own = logged(run)
    information = (each / unit.nats for each in (own.kl, own.kl_a_word))
    entropies = (each / unit.nats for each in (own.entropy, own.entropy_a_word))
    return [
        number(own.reward),
        number(own.spread),
        *map(number, information),
        number(own.rlhf_reward),
        *map(number, entropies),
        percent(own.clipped),
        number(run.judge[-1][0], 2),
    ]


def about(unit: Unit) -> str:
    """Say in what, of what, and what nobody prints."""
    nats = "" if unit.nats == 1 else f" TRL prints nats; here KL and entropy are in {unit.name}."
    return (
        f"After the latest step.{nats} `kl` is printed only while β is not 0, and GRPO's β is 0 by "
        "default. `objective/kl` comes from samples and may fall below 0; PPO prints "
        "`policy/approxkl_avg` beside it, which is how far one step went, not how far from the SFT "
        "model. No trainer can print the judge's score."
    )
