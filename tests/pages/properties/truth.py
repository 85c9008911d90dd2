"""What the tests of the lesson know, computed without the lesson."""

import math

import numpy as np

from charts.units import UNITS
from pages.properties.numbers import Bell, Ratios, Triangle
from tests.pages.truth import BASES


def random_ratios(count, seed=1):
    """Return P and Q by chance, some alike but for a trifle, some with zeros, in every unit."""
    rng = np.random.default_rng(seed)
    names = [*UNITS]
    for place in range(count):
        p, q = rng.integers(0, 101, (2, 4)) / 10 * (rng.random((2, 4)) > 0.15)
        if place % 4 == 0:
            q = np.maximum(p * (1 + 10.0 ** -rng.integers(1, 8) * rng.normal(size=4)), 0)
        if p.any() and q.any():
            p, q = p / p.sum(), q / q.sum()
            yield Ratios(p, q, UNITS[names[place % 3]])


def divergence(p, q, base):
    """Return D(P‖Q), term by term."""
    terms = [a * (math.log(a / b, base) if b else math.inf)
             for a, b in zip(p, q, strict=True) if a]  # fmt: skip
    return math.fsum(terms)


def bell_kl(one, other, unit):
    """Return D between two Gaussians, by the formula of facts.md."""
    nats = (
        math.log(other.spread / one.spread)
        + (one.spread**2 + (one.mean - other.mean) ** 2) / (2 * other.spread**2)
        - 0.5
    )
    return nats / math.log(BASES[unit.name])


def random_triangles(count, seed=1):
    """Return three bells by chance, some of them the same or equally wide, in every unit."""
    rng = np.random.default_rng(seed)
    names = [*UNITS]
    for place in range(count):
        means, spreads = rng.integers(-40, 41, 3) / 10, rng.integers(3, 31, 3) / 10
        if place % 3 == 0:
            spreads[:] = spreads[0]
        if place % 5 == 0:
            means[1], spreads[1] = means[0], spreads[0]
        if place % 7 == 0:
            means[2], spreads[2] = means[0], spreads[0]
        bells = (Bell(*each) for each in zip(means.tolist(), spreads.tolist(), strict=True))
        yield Triangle(*bells, UNITS[names[place % 3]])
