"""Telling P from Q roll by roll: the running log-likelihood ratio and Wald's sequential test.

And what the ratio averages to over many draws: D(P‖Q), give or take what chance allows.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kl_core._discrete import kl_divergence
from kl_core._pair import each, log_ratio
from kl_core._validation import (
    Array,
    NumberOrArray,
    check_unmasked,
    log_of_base,
    number,
    probability_pair,
    whole,
    without_nan,
)

# Rolls drawn at a time for every undecided run: enough to be quick, few enough to waste little.
BLOCK = 64


@dataclass(frozen=True)
class SequentialTest:
    """What many independent runs of Wald's test did; one entry per run.

    Attributes
    ----------
    rolls : ndarray of int, shape (runs,)
        Rolls until the decision, or `max_rolls` for a run that reached none.
    evidence : ndarray, shape (runs,)
        The log-likelihood ratio of P against Q at that point, in nats.
    decided : ndarray of bool, shape (runs,)
        Whether the evidence reached the odds asked for.
    """

    rolls: NDArray[np.int64]
    evidence: Array
    decided: NDArray[np.bool_]

    @property
    def mean_rolls(self) -> float:
        """The average number of rolls; a lower bound where some run was not decided."""
        return float(self.rolls.mean())

    @property
    def standard_error(self) -> float:
        """The standard error of `mean_rolls`; NaN for a single run."""
        runs = self.rolls.size
        return float(self.rolls.std(ddof=1)) / math.sqrt(runs) if runs > 1 else math.nan

    @property
    def share_wrong(self) -> float:
        """The share of runs that settled on Q although P rolled."""
        return float((self.decided & (self.evidence < 0)).mean())


def log_ratios(p: ArrayLike, q: ArrayLike, *, base: float | None = None) -> Array:
    """Return log(p/q) for each outcome: the evidence that one such draw gives for P against Q.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        Probabilities over the last axis.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    ndarray, shape (..., k)
        ``inf`` where p > 0 = q, ``-inf`` where p = 0 < q, and 0 where neither allows the outcome.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or `base` is not above 1.

    Examples
    --------
    >>> log_ratios([0.5, 0.5, 0], [0.25, 0, 0.75], base=2)
    array([  1.,  inf, -inf])
    """
    p, q = probability_pair(p, q)
    ratios, _ = each(log_ratio, p, q, forgiving=True)
    return np.where((p == 0) & (q == 0), 0.0, ratios) / log_of_base(base)


def wald_expected_rolls(p: ArrayLike, q: ArrayLike, odds: float) -> NumberOrArray:
    """Return (1 - 2α) log(odds) / D(P‖Q) with α = 1/(1 + odds): Wald's expected number of rolls.

    It is what a test would need that could stop exactly at the odds. A real roll overshoots them,
    so the test takes longer; no test that errs with probability α either way takes less.

    Parameters
    ----------
    p, q : array_like, shapes (..., k) that broadcast
        P rolls; Q is the rival.
    odds : float
        The odds at which one decides, above 1.

    Returns
    -------
    float or ndarray, shape (...)
        ``inf`` where P = Q, or where no double is that large; 0 where D(P‖Q) is infinite.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or `odds` is not above 1.

    References
    ----------
    Wald (1945), "Sequential Tests of Statistical Hypotheses", Ann. Math. Statist. 16(2).

    Examples
    --------
    >>> print(round(wald_expected_rolls([1/6] * 6, [0.5, 0.1, 0.1, 0.1, 0.1, 0.1], 19), 2))
    10.92
    """
    threshold = _threshold(odds)
    with np.errstate(divide="ignore", over="ignore"):
        # 1 - 2α is tanh of half the logarithm of the odds.
        return np.divide(math.tanh(threshold / 2) * threshold, kl_divergence(p, q))


def decision_roll(evidence: ArrayLike, odds: float) -> NumberOrArray:
    """Return after how many rolls the evidence first reaches the odds, for either side.

    Parameters
    ----------
    evidence : array_like, shape (..., rolls)
        The running log-likelihood ratio, in nats; ``inf`` and ``-inf`` are proof.
    odds : float
        The odds at which one decides, above 1.

    Returns
    -------
    int or ndarray of int, shape (...)
        Counted from 1; 0 where the odds are not reached.

    Raises
    ------
    ValueError
        If `odds` is not above 1, there is no roll, or one is NaN.

    References
    ----------
    Wald (1945), "Sequential Tests of Statistical Hypotheses", Ann. Math. Statist. 16(2).

    Examples
    --------
    >>> print(decision_roll([1.0, -0.5, 2.0, 3.5], 19))
    4
    """
    path = without_nan(evidence, "evidence")
    if path.ndim == 0 or path.shape[-1] == 0:
        raise ValueError(f"evidence must hold at least one roll, got shape {path.shape}")
    # A sum of logarithms that equals log(odds) may fall short of it by rounding.
    beyond = np.abs(path) >= _threshold(odds) * (1 - 1e-12)
    return np.where(beyond.any(axis=-1), beyond.argmax(axis=-1) + 1, 0)[()]


def simulate_sequential_test(
    p: ArrayLike,
    q: ArrayLike,
    odds: float,
    *,
    runs: int,
    max_rolls: int,
    rng: np.random.Generator,
) -> SequentialTest:
    """Roll P until the likelihood ratio of P against Q leaves (1/odds, odds), `runs` times.

    Parameters
    ----------
    p, q : array_like, shape (k,)
        P rolls; Q is the rival.
    odds : float
        The odds at which one decides, above 1.
    runs, max_rolls : int
        How many times the test is run, and after how many rolls a run gives up.
    rng : numpy.random.Generator
        Where the rolls come from.

    Returns
    -------
    SequentialTest
        At most a share 1/odds of all runs settles on Q, on average.

    Raises
    ------
    ValueError
        If an argument is not a probability vector of one axis, `odds` is not above 1, or a count
        is below 1.

    References
    ----------
    Wald (1945), "Sequential Tests of Statistical Hypotheses", Ann. Math. Statist. 16(2).

    Examples
    --------
    >>> test = simulate_sequential_test(
    ...     [0.9, 0.1], [0.1, 0.9], 10, runs=500, max_rolls=1000, rng=np.random.default_rng(1))
    >>> bool(test.decided.all()), test.share_wrong < 0.1
    (True, True)
    """
    steps = log_ratios(p, q)
    chances = _one_axis(p, q)
    runs, max_rolls = whole(runs, "runs"), whole(max_rolls, "max_rolls")

    rolls = np.zeros(runs, dtype=np.int64)
    evidence = np.zeros(runs)
    decided = np.zeros(runs, dtype=np.bool_)
    undecided = np.arange(runs)
    while undecided.size and rolls[undecided[0]] < max_rolls:
        block = min(BLOCK, max_rolls - int(rolls[undecided[0]]))
        faces = rng.choice(chances.size, p=chances, size=(undecided.size, block))
        paths = evidence[undecided, None] + steps[faces].cumsum(axis=1)
        decision = decision_roll(paths, odds)
        spent = np.where(decision > 0, decision, block)
        evidence[undecided] = np.take_along_axis(paths, spent[:, None] - 1, axis=1)[:, 0]
        rolls[undecided] += spent
        decided[undecided] = decision > 0
        undecided = undecided[decision == 0]
    return SequentialTest(rolls, evidence, decided)


def simulate_averages(
    p: ArrayLike,
    q: ArrayLike,
    draws: ArrayLike,
    *,
    runs: int,
    rng: np.random.Generator,
    base: float | None = None,
) -> Array:
    """Return the average of log(p/q) over the first draws from P, in many independent runs.

    Its expectation is D(P‖Q); its quantiles over the runs say how far chance takes it.

    Parameters
    ----------
    p, q : array_like, shape (k,)
        P draws; Q is the rival.
    draws : array_like of int, shape (n,)
        After how many draws to look: increasing, the first at least 1.
    runs : int
        How many runs, at least 1.
    rng : numpy.random.Generator
        Where the draws come from.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    ndarray, shape (runs, n)
        ``inf`` from the first draw that Q rules out. Along a row draws are shared: it is one run,
        looked at several times.

    Raises
    ------
    ValueError
        If an argument is not a probability vector of one axis, `draws` does not increase from at
        least 1, `runs` is below 1, or `base` is not above 1.

    References
    ----------
    Cover & Thomas, *Elements of Information Theory* (2nd ed.), section 11.8: by the law of large
    numbers the average goes to D(P‖Q).

    Examples
    --------
    >>> averages = simulate_averages(
    ...     [0.5, 0.5], [0.25, 0.75], [10, 1000], runs=500, rng=np.random.default_rng(1))
    >>> averages.mean(axis=0).round(2), kl_divergence([0.5, 0.5], [0.25, 0.75]).round(2)
    (array([0.14, 0.14]), np.float64(0.14))
    """
    ratios = log_ratios(p, q, base=base)
    chances = _one_axis(p, q)
    runs = whole(runs, "runs")
    check_unmasked(draws, "draws")
    looks = np.asarray(draws)
    counts = looks.ndim == 1 and looks.dtype.kind in "iu"
    new: NDArray[np.int64] = np.diff(looks.astype(np.int64) if counts else [0], prepend=0)
    if not (new > 0).all():
        raise ValueError(
            f"draws must be whole numbers that increase from at least 1, got {draws!r}"
        )
    seen = rng.multinomial(new[:, None], chances, size=(looks.size, runs)).cumsum(axis=0)
    # An outcome that was never drawn adds nothing, however impossible Q calls it; and of very many
    # draws the generator gives its rounding to the last outcome, even to one that P rules out.
    evidence = np.where((seen > 0) & (chances > 0), ratios, 0.0) * seen
    averages: Array = (evidence.sum(axis=-1) / looks[:, None]).T
    return averages


def _one_axis(p: ArrayLike, q: ArrayLike) -> Array:
    """Return P, its sum 1 as NumPy's generators want it; raise ValueError where it is a batch."""
    one, other = probability_pair(p, q)
    if one.ndim != 1 or other.ndim != 1:
        raise ValueError(f"p and q must have one axis, got shapes {one.shape} and {other.shape}")
    return np.asarray(one / one.sum())


def _threshold(odds: float) -> float:
    return math.log(number(odds, "odds", above=1))
