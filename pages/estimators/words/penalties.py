"""What is said about penalties: which slope each follows, and which holds the policy."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, listed, number, position, signed
from kl_core import PLACEMENTS, Array, k3
from pages.estimators.numbers.penalties import GRPO_BETA, NO_PENALTY, STEPS, Pulls, Run, Word, alike
from pages.estimators.words import columns, times

GRPO_TERM = (
    r"\begin{gathered} \KL{\mathbb{D}_{\mathrm{KL}}[\pi_\theta\|\pi_{\mathrm{ref}}]} = u - "
    r"\ln u - 1 \\[4pt] u = \frac{\P{\pi_{\mathrm{ref}}(o_t \mid q, o_{<t})}}"
    r"{\Q{\pi_\theta(o_t \mid q, o_{<t})}} \end{gathered}"
)


def pulls_in_words(pulls: Pulls, unit: Unit) -> str:
    """Say which placement pulls along which slope."""
    found, forward = pulls.found, pulls.forward
    if pulls.off_policy:
        away = alike(found["k1 in the loss"].mean, -forward)
        too_long = float(np.linalg.norm(found["k3 in the loss"].mean) / np.linalg.norm(forward))
        return (
            "Drawn by the older policy and not weighted, none of the four gives the slope it gave "
            f"on Q's own draws; k3 in the loss pulls {times(too_long)} times as hard as it did. "
            "k1 in the loss, which pulled nowhere, now pulls along −1 times the slope of D(P‖Q) "
            f"(cosine {number(away, 2)}): descending it leads *away* from P. Weigh each draw with "
            "its chance under Q over that under the older policy, and the averages are right again."
        )
    said = []
    if along := pulls.along(pulls.reverse):
        said.append(f"Along the slope of D(Q‖P): {listed(along)}.")
    if along := pulls.along(forward):
        said.append(f"Along the slope of the *other* direction, D(P‖Q): {listed(along)}.")
    if nowhere := pulls.along(np.zeros_like(forward)):
        noise = amount(float(found[nowhere[0]].noise) / unit.nats, unit.name)
        said.append(
            f"Nowhere on average: {listed(nowhere)}. It only shakes the policy: a single "
            f"draw's pull has a spread of {noise}."
        )
    return " ".join(said)


def pulls_columns(pulls: Pulls, unit: Unit) -> dict[str, Sequence[str]]:
    """Return the table of how long each pull is, and where it leads."""
    rows = [
        (
            name,
            # What rounding has left of nothing is 0.
            number(round(float(np.linalg.norm(each.mean)) / unit.nats, 12)),
            _cosine(each.mean, pulls.reverse),
            _cosine(each.mean, pulls.forward),
            number(float(each.noise) / unit.nats),
        )
        for name, each in pulls.found.items()
    ]
    names = (
        "penalty", "length", "cosine with D(Q‖P)", "cosine with D(P‖Q)", "spread of one draw"
    )  # fmt: skip
    return columns(names, rows)


def _cosine(one: Array, other: Array) -> str:
    """Return a cosine as the table shows it; a pull of no length has none."""
    value = alike(one, other)
    return "–" if math.isnan(value) else position(value, 3)


def runs_in_words(runs: Mapping[str, Run], optimum: float, beta: float, unit: Unit) -> str:
    """Say where each run has ended, and which of them the penalty has held.

    `optimum` is D(π‖π_SFT) of the exact one, in nats.
    """
    ends = {name: float(run.kl[-1]) for name, run in runs.items()}
    # In the reward k1 has the right slope: what ends much further away is not held by its penalty.
    loose = [name for name in PLACEMENTS if ends[name] > 2 * ends["k1 in the reward"]]
    held = [name for name in PLACEMENTS if name not in loose]
    said = (
        f"After {STEPS} steps the run without any penalty is "
        f"{amount(ends[NO_PENALTY] / unit.nats, unit.name)} away from the SFT model; the exact "
        f"optimum for β = {beta:g} lies at {amount(optimum / unit.nats, unit.name)}. "
    )
    for how, names in (("Held", held), ("Not held", loose)):
        if names:
            away = [f"{name} ({amount(ends[name] / unit.nats, unit.name)})" for name in names]
            said += f"{how}: {listed(away)}. "
    return said.rstrip()


def runs_columns(runs: Mapping[str, Run], beta: float, unit: Unit) -> dict[str, Sequence[str]]:
    """Return the table of where each run has ended."""
    rows = []
    for name, run in runs.items():
        reward, kl = float(run.reward[-1]), float(run.kl[-1])
        rows.append(
            (
                name,
                number(reward),
                number(kl / unit.nats),
                number(run.forward / unit.nats),
                signed(reward - beta * kl),
            )
        )
    names = ("penalty", "reward", "D(π‖π_SFT)", "D(π_SFT‖π)", "reward − β·D(π‖π_SFT)")
    return columns(names, rows)


def grpo_today(word: Word) -> str:
    """Return the TeX of GRPO's term with the chances of one word put in."""
    u, penalty = number(math.exp(-word.log_ratio)), number(float(k3(word.log_ratio)))
    return rf"u = {u}, \quad u - \ln u - 1 = {penalty}"


def grpo_in_words(word: Word, unit: Unit) -> str:
    """Say which word that is, and what its penalty is as a number and as a loss."""
    name = "the full stop" if word.word == "." else f"“{word.word}”"
    penalty = amount(float(k3(word.log_ratio)) / unit.nats, unit.name)
    return (
        f"Here {name} after “{word.before or '…'}”, in a forecast of the policy at "
        f"β = {GRPO_BETA:g}: {penalty}. As a *number* it is a good estimate of D(π‖π_ref), close "
        "to the reference. As a *loss* its slope is, on average, that of D(π_ref‖π) of the next "
        "word, wherever π has got to: the covering direction of *Cover or seek*, blind to what a "
        "word leads to. Close to the reference the two slopes "
        "all but agree; far away they part "
        "([Liu et al. 2025](https://arxiv.org/abs/2510.01555), "
        "[Shah et al. 2025](https://arxiv.org/abs/2512.21852))."
    )
