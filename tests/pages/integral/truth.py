"""What scipy makes of the bells and the bins of the integral's lesson."""

import itertools
import math
from functools import cache

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import log_ndtr
from scipy.stats import entropy, norm, skewnorm

INF = math.inf
# A bell as mean, spread, lean and end.
PLAIN = (0.0, 1.0, 0.0, INF)
WIDE = (1.0, 1.5, 0.0, INF)
CUT = (0.0, 1.0, 0.0, 1.0)
# D(P‖Q) of the first two, in bits.
PLAINLY = (math.log(1.5) + 2 / 4.5 - 0.5) / math.log(2)
WIDTHS = {"1/32": 1 / 32, "1/16": 1 / 16, "1/8": 1 / 8, "1/4": 1 / 4, "1/2": 1 / 2, "1": 1,
          "2": 2, "4": 4, "8": 8, "16": 16}  # fmt: skip


@cache
def shape(lean):
    """Return the shape of scipy's `skewnorm` with this skewness, found by search."""
    if lean == 0:
        return 0.0
    return brentq(lambda each: skewnorm.stats(each, moments="s") - lean, -50, 50, xtol=1e-14)


@cache
def law(mean, spread, lean):
    """Return scipy's distribution with these moments."""
    if lean == 0:
        return norm(mean, spread)
    unit = skewnorm(shape(lean))
    scale = spread / unit.std()
    return skewnorm(shape(lean), mean - scale * unit.mean(), scale)


@cache
def log_density(bell):
    """Return log p(x) of a bell, in nats, as a function."""
    mean, spread, lean, end = bell
    unit = law(0.0, 1.0, lean)
    scale = spread / (skewnorm(shape(lean)).std() if lean else 1.0)
    middle = mean - scale * (skewnorm(shape(lean)).mean() if lean else 0.0)
    left = unit.logcdf((end - mean) / spread)
    top = math.log(2 / scale) - math.log(2 * math.pi) / 2 - left

    def logpdf(x):
        # What scipy's own `logpdf` returns, without the checks that take it fifty times as long.
        z = (x - middle) / scale
        return top - z * z / 2 + log_ndtr(shape(lean) * z) if x <= end else -INF

    return logpdf


def integrated(function, p, q):
    """Return the integral of a function by `quad`, over where P counts."""
    steps = np.array([0, 0.1, 0.3, 0.7, 1, 2, 3, 5, 8, 12])
    low, high = p[0] - 12 * p[1], min(p[0] + 12 * p[1], p[3])
    edges = {low, high, q[3]}
    for mean, spread, *_ in (p, q):
        edges |= {*(mean + spread * steps), *(mean - spread * steps)}
    edges = sorted(edge for edge in edges if low <= edge <= high)
    return math.fsum(
        quad(function, one, other, epsabs=1e-14, epsrel=1e-11)[0]
        for one, other in itertools.pairwise(edges)
    )


@cache
def divergence(p, q, epsilon=0.0, base=2):
    """Return ∫ p log(p/(q + ε)) from scipy's densities and quadrature."""
    if p[3] > q[3] and not epsilon:
        return INF
    log_p, log_q = log_density(p), log_density(q)
    log_epsilon = math.log(epsilon) if epsilon else -INF

    def integrand(x):
        return math.exp(log_p(x)) * (log_p(x) - np.logaddexp(log_q(x), log_epsilon))

    return integrated(integrand, p, q) / math.log(base)


@cache
def lowered(p, q, epsilon):
    """Return by how many bits ε lowers the number, from ∫ p log(1 + ε/q)."""
    log_p, log_q = log_density(p), log_density(q)
    return integrated(
        lambda x: math.exp(log_p(x)) * math.log1p(epsilon * math.exp(-log_q(x))), p, q
    ) / math.log(2)


def masses(width, bell):
    """Return what a whole or ended Gaussian puts into each bin; the outer bins hold the rest."""
    mean, spread, _, end = bell
    cuts = np.minimum(np.array([-INF, *np.arange(-8 + width, 8, width), INF]), end)
    # From whichever side is nearer, so that a tail keeps its digits.
    from_below = np.diff(norm.cdf(cuts, mean, spread))
    from_above = -np.diff(norm.sf(cuts, mean, spread))
    parts = np.where(cuts[1:] < mean, from_below, from_above)
    return parts / norm.cdf(end, mean, spread)


def binned(p, q):
    """Return D between two bells in bins of each width, in bits."""
    return {
        name: float(entropy(masses(width, p), masses(width, q), base=2))
        for name, width in WIDTHS.items()
    }
