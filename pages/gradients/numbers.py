"""Penalties: where each placement pulls, and where training with it ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts.units import Unit
from kl_core import (
    PLACEMENTS,
    Array,
    Gradient,
    Placement,
    expected_gradients,
    kl_divergence,
    kl_gradient,
)
from kl_core.rlhf import (
    GRPO,
    Account,
    FixedKL,
    account,
    sample,
    sequence_kl,
    token_log_ratios,
    train,
)
from widgets.pipeline import best_policy, judge, reference, reward_model

PULL_BETAS = ["1", "0.5", "0.2", "0.1", "0.05", "0.02", "0.01"]
CONTEXT = "rain"
# How many next words have a place in the figure.
PULLED = 6
Q_ITSELF, OLDER = "Q itself", "P"
# What the learner guesses: a pull, in percent of the slope of D(Q‖P).
GUESS_SLIDER = -100, 125, 100, 5
# Of the policy whose forecast shows GRPO's term.
GRPO_BETA = 0.02

TRAIN_BETAS = ["0.2", "0.1", "0.05", "0.02", "0.01"]
STEPS, EXACT_EVERY = 100, 10
# Long strides, so that a hundred steps get far; shorter where a stiff penalty would overshoot.
LONGEST_RATE, STIFFEST = 160.0, 6.0
NO_PENALTY = "no penalty"
RUNS: dict[str, Placement | None] = {**{each: each for each in PLACEMENTS}, NO_PENALTY: None}


@dataclass(frozen=True)
class Pulls:
    """Where each placement of a penalty pulls the chances of the next word.

    Attributes
    ----------
    p, q : ndarray, shape (words,)
        The chances under the SFT model and under the policy.
    found : mapping of str to Gradient
        What each placement gives on average.
    reverse, forward : ndarray, shape (words,)
        The slopes of D(Q‖P) and of D(P‖Q) in the logits of Q, in nats.
    by_p, weighted : bool
        Whether P drew, and whether each draw was weighted.
    """

    p: Array
    q: Array
    found: Mapping[Placement, Gradient]
    reverse: Array
    forward: Array
    by_p: bool
    weighted: bool

    @property
    def off_policy(self) -> bool:
        """Whether P drew, and no draw was weighted."""
        return self.by_p and not self.weighted

    def along(self, slope: Array) -> list[Placement]:
        """Return which placements pull exactly along a slope, but for rounding."""
        near = 1e-9 * max(float(np.abs(slope).max()), 1e-3)
        return [
            name
            for name, each in self.found.items()
            if float(np.abs(each.mean - slope).max()) < near
        ]


def pulls_of(beta: float, drawn_by: str = Q_ITSELF, *, weighted: bool = False) -> Pulls:
    """Return the pulls after `CONTEXT` at Q, the best policy at β; `OLDER` or another draws."""
    here = np.array([reference().context(CONTEXT)])
    p = reference().table[here[0]]
    q = best_policy(beta).next_words(len(CONTEXT.split()), here)[0][0]
    by_p = drawn_by == OLDER
    found = expected_gradients(q, p, sampled_from=p if by_p else None, weighted=weighted)
    return Pulls(p, q, found, kl_gradient(q, p), kl_gradient(q, p, "forward"), by_p, weighted)


def steepest() -> list[int]:
    """Return the places of the words at which both slopes are steepest, far away from P."""
    far = pulls_of(float(PULL_BETAS[-1]))
    return [*map(int, np.argsort(-(np.abs(far.reverse) + np.abs(far.forward)))[:PULLED])]


def next_words() -> list[str]:
    """Return what comes next in words, the full stop spelt out."""
    return ["full stop", *reference().words[1:]]


def two_words() -> tuple[float, float]:
    """Return how k2 of each word pulls the first of two words, and how D(Q‖P) does, in nats.

    Q and P begin with the same fair choice, and P goes on fairly. Q goes on fairly after one word,
    and after the other it says the same thing nine times in ten.
    """
    first, fair, decided = np.array([0.5, 0.5]), np.array([0.5, 0.5]), np.array([0.9, 0.1])
    word_by_word = expected_gradients(first, first)["k2 in the loss"].mean[0]
    # D(Q‖P) is the average of what each first word leads to: its slope is how far that is above it.
    leads_to = np.array([kl_divergence(decided, fair), kl_divergence(fair, fair)])
    whole = first[0] * (leads_to[0] - first @ leads_to)
    return float(word_by_word), float(whole)


def alike(one: Array, other: Array) -> float:
    """Return the cosine of the angle between two gradients; NaN where one has no length."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size > 1e-14 else math.nan


@dataclass(frozen=True)
class Run:
    """A run of training, by exact figures.

    Attributes
    ----------
    steps : ndarray of int, shape (n,)
        At which they were worked out.
    reward : ndarray, shape (n,)
        Expected.
    kl : ndarray, shape (n,)
        D(π‖π_SFT), in nats.
    forward : float
        D(π_SFT‖π) at the end, in nats.
    """

    steps: Array
    reward: Array
    kl: Array
    forward: float

    def worth(self, beta: float) -> Array:
        """Return what training is after: reward − β·D(π‖π_SFT), step by step."""
        return self.reward - beta * self.kl


@st.cache_data(max_entries=100, show_spinner=False)
def trained(penalty: Placement | None, beta: float, seed: int) -> Run:
    """Train with the penalty there, or with none, in the strides that suit β."""
    algorithm = GRPO(as_published=False, penalty=penalty or PLACEMENTS[0])
    records = train(
        reference(),
        reward_model(),
        judge(),
        algorithm,
        FixedKL(beta if penalty else 0.0),
        np.random.default_rng(seed),
        steps=STEPS,
        epochs=1,
        rate=min(LONGEST_RATE, STIFFEST / beta),
    )
    points = [(0, account(reference(), reward_model()))]
    for record in records:
        if record.step % EXACT_EVERY == 0 or record.step == 1:
            points.append((record.step, record.exact))
    return Run(
        np.array([step for step, _ in points]),
        np.array([own.reward for _, own in points]),
        np.array([own.kl for _, own in points]),
        sequence_kl(reference(), record.policy),
    )


def best_at(beta: float) -> Account:
    """Return what the exact optimum earns and costs at this β."""
    return account(best_policy(beta), reward_model())


@dataclass(frozen=True)
class Word:
    """A word of a forecast, what stands before it, and log(π/π_SFT) there, in nats."""

    before: str
    word: str
    log_ratio: float


def word_of_a_forecast() -> Word:
    """Return the word in the middle of a forecast of the best policy at `GRPO_BETA`."""
    policy, model = best_policy(GRPO_BETA), reference()
    tokens = sample(policy, 1, np.random.default_rng(1))
    place = int((tokens[0] >= 0).sum() // 2)
    return Word(
        model.decode(tokens[0, :place]),
        model.words[tokens[0, place]],
        float(token_log_ratios(policy, tokens)[0, place]),
    )


def data(pulls: Pulls, unit: Unit) -> dict[str, Array | list[str]]:
    """Return both slopes and every pull at all next words, column by column."""
    of = {f"slope_D_QP_{unit.name}": pulls.reverse, f"slope_D_PQ_{unit.name}": pulls.forward}
    for name, each in pulls.found.items():
        of[f"{name.replace(' ', '_')}_{unit.name}"] = each.mean
    return {
        "word": next_words(),
        "p": pulls.p,
        "q": pulls.q,
        **{name: values / unit.nats for name, values in of.items()},
    }
