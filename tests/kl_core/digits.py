"""Integrals along a line to fifty digits, of what is nowhere below 0 and so loses none of them."""

import itertools
from functools import cache

import mpmath
import numpy as np

from tests.kl_core.mixtures import components


@cache
def legendre(count, digits=40):
    """Return nodes and weights of Gauss and Legendre from -1 to 1."""
    rule = []
    with mpmath.workdps(digits):
        for start in np.polynomial.legendre.leggauss(count)[0]:
            node = mpmath.findroot(lambda x: mpmath.legendre(count, x), mpmath.mpf(float(start)))
            slope = count * mpmath.legendre(count - 1, node) / (1 - node**2)
            rule.append((node, 2 / ((1 - node**2) * slope**2)))
    return rule


def panels(function, edges, count=20):
    """Return the integral of `function`, by so many nodes between each two edges."""
    rule = legendre(count, 60)
    return mpmath.fsum(
        (high - low) / 2 * weight * function((low + high) / 2 + (high - low) / 2 * node)
        for low, high in itertools.pairwise(sorted(set(edges)))
        for node, weight in rule
    )


def exact_density(p):
    """Return log p(x) of these very doubles, with weights that sum to 1."""
    total = mpmath.fsum(p.weights)
    parts = [
        (mpmath.mpf(w) / total / s / mpmath.sqrt(2 * mpmath.pi), mpmath.mpf(m), mpmath.mpf(s))
        for w, m, s in components(p)
    ]
    return lambda x: mpmath.log(sum(h * mpmath.exp(-(((x - m) / s) ** 2) / 2) for h, m, s in parts))


def over_the_line(integrand, p, q, per_spread=8):
    """Return the integral of what is made of p and q, by the trapezoidal rule.

    For densities on the whole line it is exact to more digits than are asked for once its step is a
    few times smaller than the narrowest spread.
    """
    log_p, log_q = exact_density(p), exact_density(q)
    parts = components(p) + components(q)
    step = mpmath.mpf(min(s for *_, s in parts)) / per_spread
    low, high = min(m - 15 * s for _, m, s in parts), max(m + 15 * s for _, m, s in parts)
    places = (low + step * k for k in range(int((high - low) / step) + 1))
    return step * mpmath.fsum(integrand(log_p(x), log_q(x)) for x in places)


def kl_integrand(log_p, log_q):
    """Return p log(p/q) - p + q."""
    p = mpmath.exp(log_p)
    return p * (log_p - log_q) - p + mpmath.exp(log_q)


def js_integrand(log_p, log_q):
    """Return (p log(p/m) + q log(q/m))/2."""
    p, q = mpmath.exp(log_p), mpmath.exp(log_q)
    log_m = mpmath.log((p + q) / 2)
    return (p * (log_p - log_m) + q * (log_q - log_m)) / 2


def alpha_integrand(alpha):
    """Return (αp + (1-α)q - p^α q^(1-α)) / (α (1-α)), and at the ends what it goes to."""
    if alpha == 1:
        return kl_integrand
    if alpha == 0:
        return lambda log_p, log_q: kl_integrand(log_q, log_p)
    a = mpmath.mpf(alpha)

    def integrand(log_p, log_q):
        between = mpmath.exp(a * log_p + (1 - a) * log_q)
        return (a * mpmath.exp(log_p) + (1 - a) * mpmath.exp(log_q) - between) / (a * (1 - a))

    return integrand
