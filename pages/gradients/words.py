"""What is said about penalties: which slope each follows, and which holds the policy."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, listed, number, position, signed, times
from kl_core import PLACEMENTS, Array, Placement, k3, k3_noisier_beyond
from pages.gradients.numbers import (
    CONTEXT,
    GRPO_BETA,
    NO_PENALTY,
    STEPS,
    Pulls,
    Run,
    Word,
    alike,
    two_words,
)
from widgets.table import columns

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


def guess_in_words(guess: float, word: str, slope: float, unit: Unit) -> str:
    """Say what is drawn before anything is told; `slope` is that of D(Q‖P) at the word, in nats."""
    there = amount(guess / 100 * slope / unit.nats, unit.name)
    return (
        "Open circles are the slope of D(Q‖P) at six words, open squares that of D(P‖Q): what each "
        f"gains as the word becomes a little likelier. The star is your guess, at “{word}”: "
        f"{there}, {number(guess, 0)}% of the slope of D(Q‖P) there."
    )


def reveal(noise: float, unit: Unit, guess: float) -> str:
    """Say how hard k1 in the loss pulls; `noise` is the spread of one draw's pull, in nats."""
    return (
        f"**0%**, at every word; you said {number(guess, 0)}%. The slope of log(q/p) at a draw is "
        "that of log q, whatever the reference is; and over the policy's own draws it averages to "
        "0, because chances always add up to 1. What is left is noise: a single draw's pull has a "
        f"spread of {amount(noise / unit.nats, unit.name)}."
    )


def advice(own: Pulls, older: Pulls, unit: Unit) -> dict[str, str]:
    """Say which estimator to use where, and why.

    Parameters
    ----------
    own, older : Pulls
        On draws of Q itself, and of an older policy that nobody weighs.
    unit : Unit
        What pulls are measured in.
    """
    beyond = amount(float(k3_noisier_beyond()) / unit.nats, unit.name)
    cosines = {name: position(alike(each.mean, own.reverse), 3) for name, each in own.found.items()}
    word_by_word, whole = (nats / unit.nats for nats in two_words())
    too_long = float(
        np.linalg.norm(older.found["k3 in the loss"].mean)
        / np.linalg.norm(own.found["k3 in the loss"].mean)
    )
    return {
        "To log it": "**k1 and k3, with standard errors.** Both are right on average; k3 is the "
        f"quieter one up to D(Q‖P) = {beyond} (two bells of one width), k1 beyond. When they part "
        "by more than their noise, the draws were hardly the policy's own.",
        "In the reward": "**k1, added up over the answer.** Its pull runs along the slope of "
        f"D(Q‖P) (cosine {cosines['k1 in the reward']} after “{CONTEXT}”: 1 is the same "
        "direction), and a reward counts for every word before it: an early word answers for what "
        "it leads to.",
        "In the loss": "**k2, on the policy's own draws.** It has the same slope (cosine "
        f"{cosines['k2 in the loss']}). k3 follows that of D(P‖Q) instead (its cosine with the "
        f"slope of D(Q‖P) is {cosines['k3 in the loss']} here), and k1 pulls nowhere. Word by word "
        "all of them leave out how an early word changes later ones: in the story of two words "
        f"below, k2 pulls the first word by {number(word_by_word)}, D(Q‖P) by "
        f"{amount(whole, unit.name)}.",
        "Off-policy": "**Weigh each draw**, whatever you choose, with its chance under Q over that "
        "with which it was drawn. Unweighted draws of the SFT model make k3 pull "
        f"{times(too_long)} times as hard here, and k1 in the loss away from P.",
    }


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
    tied = held(runs)
    loose = [name for name in PLACEMENTS if name not in tied]
    said = (
        f"After {STEPS} steps the run without any penalty is "
        f"{amount(ends[NO_PENALTY] / unit.nats, unit.name)} away from the SFT model; the exact "
        f"optimum for β = {beta:g} lies at {amount(optimum / unit.nats, unit.name)}. "
    )
    for how, names in (("Held", tied), ("Not held", loose)):
        if names:
            away = [f"{name} ({amount(ends[name] / unit.nats, unit.name)})" for name in names]
            said += f"{how}: {listed(away)}. "
    worth = {name: signed(float(runs[name].worth(beta)[-1])) for name in tied}
    return (
        f"{said}Of reward − β·KL, which is what training is after, "
        f"{listed([f'{name} has reached {value}' for name, value in worth.items()])}."
    )


def held(runs: Mapping[str, Run]) -> list[Placement]:
    """Return which runs have ended nearer to k1 in the reward than to no penalty, as a ratio.

    In the reward k1 has the right slope.
    """
    ends = {name: math.log(run.kl[-1]) for name, run in runs.items()}
    best, free = ends["k1 in the reward"], ends[NO_PENALTY]
    return [name for name in PLACEMENTS if abs(ends[name] - best) <= abs(ends[name] - free)]


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
                signed(float(run.worth(beta)[-1])),
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


def snippet(pulls: Pulls, beta: float) -> str:
    """Return Python that computes how long each pull is."""
    draws = "p" if pulls.by_p else "None"
    lengths = [float(np.linalg.norm(each.mean)) for each in pulls.found.values()]
    return f"""import numpy as np
from kl_core import expected_gradients, kl_gradient
from kl_core.rlhf import (
    Judge, LanguageModel, RewardModel, forecasts, optimal_policy, sample_preferences,
)

sft = LanguageModel.from_text(forecasts())
pairs = sample_preferences(sft, Judge(sft), 2000, np.random.default_rng(1))
policy = optimal_policy(sft, RewardModel.fit(sft, pairs), beta={beta:g})
after = np.array([sft.context("{CONTEXT}")])
p, q = sft.table[after[0]], policy.next_words({len(CONTEXT.split())}, after)[0][0]
found = expected_gradients(q, p, sampled_from={draws}, weighted={pulls.weighted})
for pull in found.values():  # {", ".join(pulls.found)}
    print(np.linalg.norm(pull.mean))  # {", ".join(map(repr, lengths))}
# The slope of D(Q‖P); all by the natural logarithm.
print(np.linalg.norm(kl_gradient(q, p)))  # {float(np.linalg.norm(pulls.reverse))!r}
"""
