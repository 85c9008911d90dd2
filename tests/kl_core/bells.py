"""Bells that lean or end, and scipy's distributions and quadrature of them."""

import itertools
import math

import numpy as np
import scipy.integrate
import scipy.stats
from hypothesis import strategies as st

from kl_core import SkewNormal

INF = math.inf
BELL = SkewNormal(0, 1)
CUT_AT_2 = SkewNormal(0, 1, end=2)

MEANS = st.floats(-4, 4)
SPREADS = st.floats(0.25, 4)
SKEWS = st.floats(-0.995, 0.995)
BELLS = st.builds(SkewNormal, MEANS, SPREADS, SKEWS)
# An end a spread below the mean leaves more than a tenth of any bell.
CUT_BELLS = st.builds(
    lambda mean, std, skewness, ends: SkewNormal(mean, std, skewness, mean + std * ends),
    MEANS,
    SPREADS,
    SKEWS,
    st.floats(-1, 4),
)


def azzalini(bell):
    """Return scipy's distribution with this mean, spread and skewness, before any cut."""
    # The inverse of the moments, as Wikipedia's article on the skew normal gives it.
    lean = abs(bell.skewness) ** (2 / 3)
    delta = math.sqrt(math.pi / 2 * lean / (lean + ((4 - math.pi) / 2) ** (2 / 3)))
    delta = math.copysign(delta, bell.skewness)
    scale = bell.std / math.sqrt(1 - 2 * delta**2 / math.pi)
    location = bell.mean - scale * delta * math.sqrt(2 / math.pi)
    return scipy.stats.skewnorm(delta / math.sqrt(1 - delta**2), location, scale)


def quadrature(function, p, *others):
    """Return the integral of `function` over where P has weight, split where anything bends."""
    steps = np.array([0, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 3, 4, 6, 8, 12])
    _, location, scale = azzalini(p).args
    low, high = location - 12 * scale, min(location + 12 * scale, p.end)
    edges = {low, high}
    for bell in (p, *others):
        _, centre, width = azzalini(bell).args
        edges |= {*(centre + width * steps), *(centre - width * steps), bell.end}
    edges = sorted(edge for edge in edges if low <= edge <= high)
    return math.fsum(
        scipy.integrate.quad(function, a, b, epsabs=1e-16, epsrel=1e-12)[0]
        for a, b in itertools.pairwise(edges)
        if b - a > 1e-14 * scale  # quad takes two neighbouring numbers for a singularity
    )
