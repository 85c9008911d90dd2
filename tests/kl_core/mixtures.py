"""Mixtures of Gaussians to try, and their densities and integrals without the code under test."""

import itertools
import math

import scipy.integrate
import scipy.stats
from hypothesis import strategies as st

from kl_core import GaussianMixture

TWO_MODES = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
UNEQUAL = GaussianMixture([0.7, 0.3], [-1, 2.5], [1.2, 0.4])
THREE = GaussianMixture([0.2, 0.5, 0.3], [-3, 0.5, 2], [0.5, 1, 0.7])

MEANS = st.floats(-5, 5)
SPREADS = st.floats(-2, 2).map(lambda exponent: 10.0**exponent)


@st.composite
def mixtures(draw, spreads=SPREADS, most=4):
    """Draw a mixture; a component may weigh nothing, or next to nothing."""
    size = draw(st.integers(1, most))
    weights = [draw(st.floats(0.05, 1))]
    weights += [
        draw(st.sampled_from([0.0, 1e-12, 1e-4]) | st.floats(0.05, 1)) for _ in range(1, size)
    ]
    means = [draw(MEANS) for _ in range(size)]
    stds = [draw(spreads) for _ in range(size)]
    return GaussianMixture([weight / math.fsum(weights) for weight in weights], means, stds)


# Spreads from the middle of a component at which to cut an integral: a narrow one may rule log q
# far beyond where its density ends.
FAR = [16, 22, 30, 42, 60, 85, 120, 170, 240, 500, 1000]
STEPS = sorted({*range(-13, 14), *FAR, *(-step for step in FAR)})
# Not so different in width that scipy's quadrature or a simulation would miss a component.
MODERATE = mixtures(spreads=st.floats(0.2, 3))


def components(p):
    """Return the weight, the mean and the spread of each component that weighs anything."""
    return [part for part in zip(p.weights, p.means, p.stds, strict=True) if part[0] > 0]


def density(p):
    """Return p(x) from scipy's normal distribution."""
    parts = components(p)
    return lambda x: sum(w * scipy.stats.norm.pdf(x, mean, std) for w, mean, std in parts)


def plain_density(p):
    """Return p(x) of a single number, written out: scipy's takes a hundred times as long."""
    parts = [(w / (std * math.sqrt(2 * math.pi)), mean, std) for w, mean, std in components(p)]
    return lambda x: sum(h * math.exp(-(((x - mean) / std) ** 2) / 2) for h, mean, std in parts)


def quadrature(function, *mixtures):
    """Return the integral of `function`, cut at each spread up to the 13th, and then less often."""
    edges = sorted(
        {mean + std * step for p in mixtures for _, mean, std in components(p) for step in STEPS}
    )
    return math.fsum(
        scipy.integrate.quad(function, low, high, epsabs=1e-15, epsrel=1e-11, limit=200)[0]
        for low, high in itertools.pairwise(edges)
    )
