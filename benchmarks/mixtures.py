"""Mixtures of Gaussians: their divergence, their fits, their landscapes."""

import math
import statistics
from collections.abc import Callable

import numpy as np
from scipy.integrate import quad

from benchmarks.kl_divergence import seconds
from benchmarks.table import table
from kl_core import (
    GaussianMixture,
    PlaneMixture,
    descend,
    kl_landscape,
    mixture_kl,
    project_alphas,
    project_plane_reverse,
    project_reverse,
)

PAIRS, SAMPLES = 20, 100_000
# What mixture_kl promises; the others are asked how long they take to be as close.
ACCURACY = 1e-8


def mixtures(rng: np.random.Generator) -> tuple[GaussianMixture, GaussianMixture]:
    """Return two mixtures of one to five bells as a learner might make them."""
    return tuple(
        GaussianMixture(rng.dirichlet(np.ones(k)), rng.uniform(-8, 8, k), rng.uniform(0.1, 3, k))
        for k in rng.integers(1, 6, 2)
    )


def by_quad(p: GaussianMixture, q: GaussianMixture, relative: float) -> float:
    """Return D(P‖Q) by scipy's adaptive quadrature, told where the bells of both are."""
    low, high = p.support(1e-30)
    middles = [mean for mean in {*p.means, *q.means} if low < mean < high]

    def integrand(x: float) -> float:
        log_p = p.logpdf(x)
        return float(np.exp(log_p) * (log_p - q.logpdf(x)))

    return quad(integrand, low, high, points=middles, epsrel=relative, epsabs=0, limit=2000)[0]


def by_sampling(p: GaussianMixture, q: GaussianMixture) -> tuple[float, float]:
    """Return D(P‖Q) from samples of P, and its standard error."""
    x = p.sample(SAMPLES, np.random.default_rng(0))
    ratios = p.logpdf(x) - q.logpdf(x)
    return float(ratios.mean()), float(ratios.std() / math.sqrt(SAMPLES))


def measure_divergence() -> None:
    """Print time and error of three ways to the same divergence, over twenty pairs."""
    rng = np.random.default_rng(1)
    pairs = [mixtures(rng) for _ in range(PAIRS)]
    truths = [by_quad(*pair, 1e-13) for pair in pairs]

    def over_pairs(way: Callable[..., float]) -> tuple[float, float, float]:
        times = [seconds(lambda pair=pair: way(*pair)) for pair in pairs]
        errors = [abs(way(*pair) / truth - 1) for pair, truth in zip(pairs, truths, strict=True)]
        return statistics.median(times), max(times), max(errors)

    rows = []
    for name, way in (
        ("kl_core.mixture_kl", mixture_kl),
        (f"scipy.integrate.quad, epsrel {ACCURACY:g}", lambda p, q: by_quad(p, q, ACCURACY)),
    ):
        usual, worst, error = over_pairs(way)
        rows.append([name, f"{1000 * usual:.2f} ms", f"{1000 * worst:.2f} ms", f"{error:.0e}",
                     f"{1000 * usual:.2f} ms"])  # fmt: skip
    time = statistics.median(seconds(lambda pair=pair: by_sampling(*pair)) for pair in pairs)
    error = statistics.median(
        by_sampling(*pair)[1] / truth for pair, truth in zip(pairs, truths, strict=True)
    )
    # The error of an average falls with the root of the number of samples.
    hours = time * (error / ACCURACY) ** 2 / 3600
    rows.append([f"{SAMPLES:,} samples", f"{1000 * time:.0f} ms", "", f"{error:.0e} (one standard "
                 "error)", f"about {hours:,.0f} hours"])  # fmt: skip
    table(
        f"D(P‖Q) of {PAIRS} pairs of mixtures",
        ["", "time, median", "time, worst", "relative error, worst",
         f"time for a relative error of {ACCURACY:g}"],
        rows,
    )  # fmt: skip


def measure_fits() -> None:
    """Print what the lesson computes for each new P."""
    two = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    five = GaussianMixture([0.1, 0.2, 0.3, 0.2, 0.2], [-8, -4, 0, 3, 8], [0.5, 0.3, 1, 0.2, 2])
    means, stds = np.linspace(-8, 8, 160), np.geomspace(0.1, 10, 120)
    alphas = np.linspace(0, 1, 21)
    rows = []
    for name, way in (
        ("reverse projection, every local optimum", project_reverse),
        ("the same for 21 α", lambda p: project_alphas(p, alphas)),
        ("landscape 160 × 120, forward", lambda p: kl_landscape(p, means, stds, "forward")),
        ("landscape 160 × 120, reverse", lambda p: kl_landscape(p, means, stds, "reverse")),
        ("descent, up to 200 steps, reverse", lambda p: descend(p, (1, 1), "reverse")),
    ):
        times = [seconds(lambda p=p, way=way: way(p)) for p in (two, five)]
        rows.append([name, *(f"{1000 * each:.1f} ms" for each in times)])
    slant = ((1.0, 0.8), (0.8, 1.0))
    plane = PlaneMixture([0.5, 0.5], [(-2, -1.6), (2, 1.6)], [slant, slant])
    for shape in ("full", "diagonal", "isotropic"):
        time = seconds(lambda shape=shape: project_plane_reverse(plane, shape))
        rows.append([f"in the plane, {shape} Q, every local optimum", f"{1000 * time:.1f} ms", ""])
    table("What each new P costs", ["", "two bells", "five bells"], rows)


def measure() -> None:
    """Print both tables."""
    measure_divergence()
    measure_fits()
