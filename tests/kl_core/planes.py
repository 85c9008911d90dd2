"""Mixtures in the plane to try, their divergence from a fine grid, and their fits, made once."""

import functools
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats

from kl_core import _plane_projection as plane
from kl_core._plane_mixture import PlaneMixture, plane_gaussian

# Many tests look at the same fits.
project_plane_forward = functools.cache(plane.project_plane_forward)
project_plane_reverse = functools.cache(plane.project_plane_reverse)


def covariance(std_x, std_y, correlation):
    between = correlation * std_x * std_y
    return [[std_x**2, between], [between, std_y**2]]


ROUND = covariance(1, 1, 0)
SINGLE = plane_gaussian([1, -2], covariance(1, 2, 0.95))
PAIR = PlaneMixture(
    [0.6, 0.4], [[-2.5, 0], [2.5, 1]], [covariance(0.8, 0.8, 0), covariance(1, 0.6, 0.5)]
)
CROSS = PlaneMixture(
    [0.5, 0.5], [[0, 0], [0, 0]], [covariance(1, 1, 0.95), covariance(1, 1, -0.95)]
)
SPIKE = PlaneMixture([0.7, 0.3], [[0, 0], [3, 0]], [covariance(2, 2, 0.5), covariance(0.3, 0.3, 0)])
THREE = PlaneMixture(
    [0.4, 0.3, 0.3],
    [[-2, 0], [2, 0], [0, 2]],
    [covariance(0.8, 0.5, 0.6), covariance(0.5, 0.8, -0.6), covariance(0.5, 0.5, 0)],
)
MIXTURES = [SINGLE, PAIR, CROSS, SPIKE, THREE]
NAMES = ["single", "pair", "cross", "spike", "three"]
all_mixtures = pytest.mark.parametrize("p", MIXTURES, ids=NAMES)


def oracle_logpdf(p, x):
    """Return log p(x) from scipy's densities."""
    logs = [
        math.log(weight) + scipy.stats.multivariate_normal(mean, cov).logpdf(x)
        for weight, mean, cov in zip(p.weights, p.means, p.covariances, strict=True)
    ]
    return scipy.special.logsumexp(logs, axis=0)


def oracle_kl(p, q, spacing=0.04):
    """Return ∫ p log(p/q) on a grid of the plane, in the coordinates of the page."""
    reach = 8.5 * max(np.sqrt(np.diagonal(p.covariances, axis1=1, axis2=2)).max(), 0.1)
    low, high = np.min(p.means, axis=0) - reach, np.max(p.means, axis=0) + reach
    x, y = (np.arange(a, b, spacing) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    log_p = oracle_logpdf(p, grid)
    return float((np.exp(log_p) * (log_p - oracle_logpdf(q, grid))).sum() * spacing**2)
