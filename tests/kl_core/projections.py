"""Mixtures to project, and the slopes of what a Gaussian in their place costs, by differences."""

import math

import numpy as np
from hypothesis import strategies as st

from kl_core import GaussianMixture, gaussian, mixture_kl
from tests.kl_core.mixtures import TWO_MODES, UNEQUAL

FAR_MODES = GaussianMixture([0.6, 0.4], [-3, 3], [0.7, 0.9])
THREE = GaussianMixture([0.3, 0.4, 0.3], [-4, 0, 4], [0.6, 0.5, 0.7])
WIDE_AND_NARROW = GaussianMixture([0.6, 0.4], [0, 1], [3, 0.3])
SEVERAL = [TWO_MODES, UNEQUAL, THREE, WIDE_AND_NARROW]

SPREADS = st.floats(math.log(0.2), math.log(3)).map(math.exp)


@st.composite
def mixtures(draw, most=5):
    """Draw a mixture of which each component weighs something."""
    size = draw(st.integers(1, most))
    weights, means, stds = (
        draw(st.lists(each, min_size=size, max_size=size))
        for each in (st.floats(0.05, 1), st.floats(-5, 5), SPREADS)
    )
    return GaussianMixture([weight / math.fsum(weights) for weight in weights], means, stds)


def divergence(p, direction):
    """Return the divergence as a function of Q's mean and log spread, by `mixture_kl`."""
    if direction == "forward":
        return lambda mean, log_std: mixture_kl(p, gaussian(mean, math.exp(log_std)))
    return lambda mean, log_std: mixture_kl(gaussian(mean, math.exp(log_std)), p)


def differences(function, mean, log_std, step=1e-3):
    """Return gradient and Hessian by differences of the fourth and the second order."""
    at = {
        (i, j): function(mean + i * step * math.exp(log_std), log_std + j * step)
        for i in range(-2, 3)
        for j in range(-2, 3)
        if not i or not j or abs(i) == abs(j) == 1
    }
    gradient = np.array(
        [
            8 * (at[1, 0] - at[-1, 0]) - (at[2, 0] - at[-2, 0]),
            8 * (at[0, 1] - at[0, -1]) - (at[0, 2] - at[0, -2]),
        ]
    ) / (12 * step)
    across = (at[1, 1] - at[1, -1] - at[-1, 1] + at[-1, -1]) / 4
    along = [at[1, 0] + at[-1, 0] - 2 * at[0, 0], at[0, 1] + at[0, -1] - 2 * at[0, 0]]
    return gradient, np.array([[along[0], across], [across, along[1]]]) / step**2


def same(fit, mean, std, near=1e-3):
    """Say whether a fit is that Gaussian, in spreads and in log spread."""
    return abs(fit.mean - mean) < near * std and abs(math.log(fit.std / std)) < near
