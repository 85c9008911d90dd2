"""What the lesson on your own numbers computes: shares, smoothed or not, and how they compare."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from charts.units import Unit
from kl_core import Array, kl_divergence, kl_terms, normalize
from pages.your_own.counts import Counts, are_whole
from pages.your_own.labels import harmless

Places = NDArray[np.intp]

DIRECTIONS = ["D(P‖Q)", "D(Q‖P)"]
ALPHAS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
GRID = np.union1d(ALPHAS, np.geomspace(0.001, 10, 61))


def smoothed(counts: Counts, alpha: float) -> tuple[Array, Array]:
    """Return P and Q with α added to every count.

    Shares that differ by no more than rounding are the same: 0.1 of 0.3 is 1 of 3.
    """
    p, q = normalize(counts.p + alpha), normalize(counts.q + alpha)
    return p, np.where(np.isclose(p, q, rtol=1e-12, atol=0), p, q)


@dataclass(frozen=True)
class Comparison:
    """A table as it is compared.

    Attributes
    ----------
    counts : Counts
        What the table says.
    alpha : float
        What is added to every count.
    direction : str
        Which of the two divergences: "D(P‖Q)" or "D(Q‖P)".
    """

    counts: Counts
    alpha: float
    direction: str

    @cached_property
    def shares(self) -> tuple[Array, Array]:
        """P and Q."""
        return smoothed(self.counts, self.alpha)

    @property
    def names(self) -> tuple[str, str]:
        """Which of P and Q comes first in the divergence, and which second."""
        return self.direction[2], self.direction[4]

    @property
    def in_order(self) -> tuple[Array, Array]:
        """The shares in the order in which the divergence takes them."""
        p, q = self.shares
        return (p, q) if self.direction == DIRECTIONS[0] else (q, p)

    def digits(self, unit: Unit) -> int:
        """Return how many digits show two that count of both divergences."""
        return digits_of(unit.both_ways(*self.shares))

    def terms(self, unit: Unit) -> Array:
        """Return what each category adds to the divergence."""
        return kl_terms(*self.in_order, base=unit.base)


def digits_of(values: Iterable[float], least: int = 3) -> int:
    """Return how many digits show two that count of each value, as `number` writes it.

    So 0.0014 and 0.0007 do not both become 0.001.

    Examples
    --------
    >>> digits_of([0.35, 0.42]), digits_of([0.0014, 0.0007]), digits_of([0.0004, 0.0])
    (3, 5, 3)
    """
    sizes = [abs(value) for value in values if value and math.isfinite(value)]
    enough = (
        digits
        for digits in range(least, 16)
        if all(size >= 10 ** (1 - digits) or size < 0.5 * 10**-digits for size in sizes)
    )
    return next(enough, least)


def largest(terms: Array, count: int) -> tuple[Places, Places]:
    """Return the places of the largest terms, the one that costs most first, and of all others."""
    by_size = np.argsort(-np.abs(terms), kind="stable")
    top, others = np.split(by_size, [count])
    return top[np.argsort(-terms[top], kind="stable")], others


def apart_by_chance(counts: Counts) -> tuple[float, float] | None:
    """Return how far apart in nats two samples as large as these mostly are, both of one source.

    n·D between a sample and its source is about half a χ² with a degree of freedom less than there
    are categories (Wilks); between two samples both of them add their part. In nine of ten pairs of
    large samples, and in most pairs of small ones, D is between the two numbers returned. None
    where the rule does not hold: for numbers that are no counts, where less than five of a category
    are expected (Cochran), and where more than one of fifty samples would lack a category, which
    makes D infinite.
    """
    totals = np.array([[counts.p.sum()], [counts.q.sum()]])
    both = counts.p + counts.q
    expected = totals * normalize(both[both > 0])
    lacking = np.exp(-expected).sum(axis=1)
    if not (counts.are_counts and are_whole(counts.p, counts.q)):
        return None
    if expected.shape[1] < 2 or expected.min() < 5 or lacking.max() > 0.02:
        return None
    low, high = chi2.ppf([0.05, 0.95], expected.shape[1] - 1) / 2 * (1 / totals).sum()
    return float(low), float(high)


def made_up(column: Array, alpha: float) -> float:
    """Return which part of a smoothed column was never counted."""
    added = alpha * column.size
    return float(added / (column.sum() + added))


@dataclass(frozen=True)
class Smoothing:
    """What every α of the grid makes of both divergences.

    Attributes
    ----------
    there, back : ndarray, shape (n,)
        D(P‖Q) and D(Q‖P).
    alpha : float
        The α chosen; it is on the grid.
    """

    there: Array
    back: Array
    alpha: float

    def changes(self) -> list[tuple[str, float, float]]:
        """Return each divergence's name, and what it is without smoothing and with this α."""
        chosen = int(np.flatnonzero(self.alpha == GRID)[0])
        return [
            (name, float(values[0]), float(values[chosen]))
            for name, values in zip(DIRECTIONS, (self.there, self.back), strict=True)
        ]

    def digits(self) -> int:
        """Return how many digits show two that count of each of these."""
        return digits_of(value for _, *both in self.changes() for value in both)


def smoothing(counts: Counts, alpha: float, unit: Unit) -> Smoothing:
    """Return both divergences at every α of the grid, with one of them chosen."""
    p, q = (normalize(column + GRID[:, np.newaxis]) for column in (counts.p, counts.q))
    there, back = kl_divergence(p, q, base=unit.base), kl_divergence(q, p, base=unit.base)
    return Smoothing(there, back, alpha)


def data(compared: Comparison, unit: Unit) -> Mapping[str, Iterable[object]]:
    """Return the table with every digit, column by column."""
    p, q = compared.shares
    return {
        "label": map(harmless, compared.counts.labels),
        "p_count": compared.counts.p,
        "q_count": compared.counts.q,
        "p": p,
        "q": q,
        f"p_term_{unit.name}": kl_terms(p, q, base=unit.base),
        f"q_term_{unit.name}": kl_terms(q, p, base=unit.base),
    }
