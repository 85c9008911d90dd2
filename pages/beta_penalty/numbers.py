"""What the rope lesson computes: the best policy at every β, and what the judge makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.special import rel_entr

from charts.units import Unit
from kl_core import Array
from kl_core.rlhf import (
    Account,
    OverOptimisation,
    Tokens,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    fit_over_optimisation,
    sample,
)
from widgets.optima import Curve, World, at_reference, whole_curve
from widgets.pipeline import judge, reference

BEST_OF = [1, 2, 4, 8, 16, 32, 64, 128, 256]
OF_REFERENCE = 20_000


@dataclass(frozen=True)
class Place:
    """Where the next word of a forecast stands: what model and policy know, and the words so far.

    Attributes
    ----------
    context : int
        Of the language model.
    words : sequence of str
        All so far, in small letters.
    """

    context: int
    words: Sequence[str]


def place_after(said: str) -> Place | None:
    """Return where the word after these stands; None where no word can follow."""
    model, words = reference(), said.lower().split()
    known = all(word in model.index and word != "." for word in words)
    if not known or len(words) >= model.longest:
        return None
    return Place(model.context(" ".join(words)), words)


@dataclass(frozen=True, eq=False)
class NextWords:
    """How a forecast goes on.

    Attributes
    ----------
    after : sequence of str
        The words so far.
    names : sequence of str
        The likeliest next words, the policy's likeliest first.
    p, q : ndarray
        Their chances under the reference and under the policy.
    added : float
        D(Q‖P) of all next words, in nats.
    """

    after: Sequence[str]
    names: Sequence[str]
    p: Array
    q: Array
    added: float


def next_words(world: World, beta: float, place: Place) -> NextWords:
    """Return how a forecast goes on at this β."""
    best = world.best(beta)
    chances, log_ratio = best.next_words(len(place.words), np.array([place.context]))
    p, q = reference().table[place.context], chances[0]
    top = list(dict.fromkeys([*np.argsort(-q)[:5], *np.argsort(-p)[:5]]))[:8]
    top.sort(key=lambda token: -q[token])
    names = [reference().words[token] for token in top]
    return NextWords(place.words, names, p[top], q[top], max(float(q @ log_ratio[0]), 0.0))


@dataclass(frozen=True, eq=False)
class Boosted:
    """Words that a policy says more often than the reference, each array in their order.

    Attributes
    ----------
    words : sequence of str
        Those that add most to the divergence of the policy's words from the usual ones first.
    usual, share : ndarray
        Which share of the words they are for the reference and for the policy.
    weight : ndarray
        What the reward model thinks they are worth.
    """

    words: Sequence[str]
    usual: Array
    share: Array
    weight: Array


def boosted(world: World, own: Account, base: Account) -> Boosted:
    """Return the words that add most to the divergence of the policy's words."""
    shares, usual = own.words / own.length, base.words / base.length
    gains = rel_entr(shares, usual)
    top = [token for token in np.argsort(-gains)[:6] if gains[token] > 0]
    words = [reference().words[token] if token else "full stop" for token in top]
    weights = world.reward.weights
    return Boosted(words, usual[top], shares[top], weights[top])


@dataclass(frozen=True)
class BestOf:
    """Best-of-n: its KL in nats, the bound on it, and both scores with their standard errors."""

    kl: float
    bound: float
    reward: tuple[float, float]
    judge: tuple[float, float]


@st.cache_data(max_entries=1, show_spinner=False)
def _many_of_reference() -> tuple[Tokens, Array]:
    """Return many sentences of the reference, and the judge's score of each."""
    tokens = sample(reference(), OF_REFERENCE, np.random.default_rng(0))
    return tokens, judge().score(tokens)


@st.cache_data(max_entries=100, show_spinner=False)
def best_of(world: World) -> list[BestOf]:
    """Return the best of each n in `BEST_OF`."""
    tokens, scores = _many_of_reference()
    rewards = world.reward.score(tokens)
    return [
        BestOf(
            best_of_n_kl_estimate(rewards, n),
            best_of_n_kl(n),
            best_of_n_mean(rewards, rewards, n),
            best_of_n_mean(rewards, scores, n),
        )
        for n in BEST_OF
    ]


@st.cache_data(max_entries=300, show_spinner=False)
def best_of_curve(world: World, unit: Unit) -> Curve:
    """Return what the best of every n gives."""
    points = best_of(world)
    return Curve(
        np.sqrt([each.kl / unit.nats for each in points]),
        np.array([each.reward[0] for each in points]),
        np.array([each.judge[0] for each in points]),
        np.array([each.judge[1] for each in points]),
        [f"n = {n}" for n in BEST_OF],
    )


@dataclass(frozen=True, eq=False)
class Families:
    """Two families of policies, and the curves of Gao et al. through the judge's gains.

    Attributes
    ----------
    rope, best_of : Curve
        Of the optima, and of best-of-n.
    rope_fit, best_of_fit : OverOptimisation
        Through what each gains over the reference.
    usual : float
        The judge's score of the reference.
    """

    rope: Curve
    best_of: Curve
    rope_fit: OverOptimisation
    best_of_fit: OverOptimisation
    usual: float


@st.cache_resource(max_entries=100, show_spinner=False)
def families(world: World, unit: Unit) -> Families:
    """Return both families in this unit."""
    rope, of_best = whole_curve(world, unit), best_of_curve(world, unit)
    usual = at_reference(world).report.score[0]
    return Families(
        rope,
        of_best,
        fit_over_optimisation(rope.distance, rope.judge - usual, "rl"),
        fit_over_optimisation(of_best.distance, of_best.judge - usual, "best-of-n"),
        usual,
    )
