"""The calls that people reach for when they want a KL divergence, and what each really sums."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import kl_div, rel_entr
from scipy.stats import entropy

from charts.wording import amount
from kl_core import Array, k1, k3
from kl_core.libraries import keras_kl_divergence, torch_kl_div, torch_kl_divergence


@dataclass(frozen=True)
class Handed:
    """What is handed to a call: P, and Q as it may have been spoiled.

    `policy` is the true Q, by whose chances the draws come that k1 and k3 are averaged over.
    """

    p: Array
    log_p: Array
    q: Array
    log_q: Array
    policy: Array

    def over_draws(self, estimator: Callable[[Array], Array]) -> float:
        """Return the mean of an estimator over draws of Q, exactly."""
        drawn = self.policy > 0
        return float(self.policy[drawn] @ estimator((self.log_q - self.log_p)[drawn]))


@dataclass(frozen=True)
class Call:
    """A call of the decoder: how it is written, and what it does.

    In its formulas `log` is that of the unit; `{nat}` turns what is no logarithm into the unit.
    """

    name: str
    code: str
    formula: str
    direction: str
    takes: str
    unnormalised: str
    careful: str
    answer: Callable[[Handed], Array | float]


CALLS = [
    Call(
        "numpy by hand",
        "np.sum(p * np.log(p / q))",
        "Σ p·log(p/q)",
        "D(P‖Q)",
        "chances",
        "D − log s",
        "NaN, and a warning, where P is 0: 0·log 0",
        lambda h: np.sum(h.p * np.log(h.p / h.q)),
    ),
    Call(
        "scipy rel_entr",
        "scipy.special.rel_entr(p, q).sum()",
        "Σ p·log(p/q)",
        "D(P‖Q)",
        "chances",
        "D − log s",
        "checks no sum",
        lambda h: rel_entr(h.p, h.q).sum(),
    ),
    Call(
        "scipy kl_div",
        "scipy.special.kl_div(p, q).sum()",
        "Σ p·log(p/q) + (q − p){nat}",
        "D(P‖Q)",
        "chances",
        "D − log s + (s − 1){nat}",
        "its single terms are not those of D",
        lambda h: kl_div(h.p, h.q).sum(),
    ),
    Call(
        "scipy entropy",
        "scipy.stats.entropy(p, q)",
        "Σ p·log(p/q), sums divided out",
        "D(P‖Q)",
        "chances",
        "D",
        "hides wrong sums; axis 0 by default",
        lambda h: entropy(h.p, h.q),
    ),
    Call(
        "F.kl_div(log_q, p)",
        'F.kl_div(log_q, p, reduction="sum")',
        "Σ p·(log p − log q)",
        "D(P‖Q)",
        "log",
        "D − log s",
        "P second, as a log if log_target=True; NaN where both are 0",
        lambda h: torch_kl_div(h.log_q, h.p, "sum"),
    ),
    Call(
        "F.kl_div(log_p, q)",
        'F.kl_div(log_p, q, reduction="sum")',
        "Σ q·(log q − log p)",
        "D(Q‖P)",
        "chances",
        "s·(D + log s)",
        "the same function, the other direction",
        lambda h: torch_kl_div(h.log_p, h.q, "sum"),
    ),
    Call(
        "F.kl_div by default",
        "F.kl_div(log_q, p)",
        "Σ p·(log p − log q) / k",
        "neither",
        "log",
        "(D − log s) / k",
        'divides by all entries, and warns; "batchmean" by rows (a vector: by k)',
        lambda h: torch_kl_div(h.log_q, h.p),
    ),
    Call(
        "torch kl_divergence",
        "kl_divergence(Categorical(logits=log_p), Categorical(logits=log_q))",
        "Σ p·(log p − log q), softmax first",
        "D(P‖Q)",
        "log",
        "D",
        "P comes first, unlike in F.kl_div",
        lambda h: torch_kl_divergence(h.log_p, h.log_q),
    ),
    Call(
        "keras kl_divergence",
        "keras.losses.kl_divergence(p, q)",
        "Σ p·log(p/q), cut at 10⁻⁷ and 1",
        "D(P‖Q)",
        "chances",
        "D − log s, unless cut",
        "never ∞: made up from 10⁻⁷ instead",
        lambda h: keras_kl_divergence(h.p, h.q),
    ),
    Call(
        "k1 over Q's draws",
        "(log_q - log_p).mean()",
        "Σ q·(log q − log p)",
        "D(Q‖P)",
        "log",
        "D + log s",
        "single draws may be below 0",
        lambda h: h.over_draws(k1),
    ),
    Call(
        "k3 over Q's draws",
        "((log_p - log_q).exp() - (log_p - log_q) - 1).mean()",
        "Σ q·((u − 1){nat} − log u), u = p/q",
        "D(Q‖P)",
        "log",
        "D + log s + (1/s − 1){nat}",
        "too small where Q rules out what P says",
        lambda h: h.over_draws(k3),
    ),
]


def told(answer: float, unit: str) -> str:
    """Return an answer as people read it, NaN as programmers do.

    Examples
    --------
    >>> told(0.25, "bits"), told(math.nan, "bits")
    ('0.250 bits', 'NaN')
    """
    return "NaN" if math.isnan(answer) else amount(answer, unit)


def answers(p: Array, q: Array, total: float = 1.0, mixed_up: bool = False) -> Array:
    """Return what every call answers, in nats, shape (n,).

    Parameters
    ----------
    p, q : ndarray, shape (k,)
        Chances.
    total : float
        What Q's numbers add up to as they are handed over.
    mixed_up : bool
        Whether calls that ask for Q's chances get their logarithm, and the other way round.
    """
    spoiled = total * q
    with np.errstate(divide="ignore", invalid="ignore"):
        pair = np.log(spoiled), spoiled
        log_q, given_q = pair[::-1] if mixed_up else pair
        handed = Handed(p, np.log(p), given_q, log_q, policy=q)
        values = np.array([float(call.answer(handed)) for call in CALLS])
    # What rounding has left of a zero is zero.
    return np.where(np.abs(values) < 1e-12, 0.0, values)
