"""What the lesson computes: both divergences, the best bells, and the ways down to them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from charts.units import Unit
from charts.wording import digits_apart, number
from kl_core import (
    Array,
    Descent,
    Direction,
    GaussianFit,
    GaussianMixture,
    Optimiser,
    PlaneFit,
    PlaneMixture,
    Shape,
    branch_breaks,
    descend,
    gaussian,
    kl_landscape,
    mixture_kl,
    project_alpha,
    project_alphas,
    project_forward,
    project_plane_forward,
    project_plane_reverse,
    project_reverse,
)

# The mean and the spread of one bell.
Bell = tuple[float, float]

NAMES: dict[Direction, str] = {"forward": "D(P‖Q)", "reverse": "D(Q‖P)"}
# Weight, mean and spread of each bell of P.
TWO_MODES = ((0.5, -2.5, 0.8), (0.5, 2.5, 0.8))
VIEWS = {
    "Two far modes": TWO_MODES,
    "Unequal modes": ((0.7, -2.0, 0.6), (0.3, 3.0, 1.0)),
    "Wide and narrow": ((0.7, -1.0, 2.0), (0.3, 3.0, 0.3)),
    "Three modes": ((0.3, -4.0, 0.7), (0.4, 0.0, 0.6), (0.3, 4.5, 0.9)),
    "Touching modes": ((0.5, -1.0, 0.8), (0.5, 1.0, 0.8)),
    "One heavy tail": ((0.85, 0.0, 0.6), (0.15, 0.0, 3.0)),
}
ALPHAS = np.linspace(0, 1, 21)
STEPS = 200
# Divergences that are differences of numbers around 1 are known to about this much, in nats.
ROUNDING = 1e-12
OPTIMISERS: list[Optimiser] = ["natural gradient", "Adam", "gradient descent"]
RATES = {"0.02": 0.02, "0.05": 0.05, "0.1": 0.1, "0.2": 0.2, "0.5": 0.5, "1": 1.0}
SHAPES: dict[Shape, str] = {
    "full": "any ellipse",
    "diagonal": "an upright ellipse: x and y independent",
    "isotropic": "a circle",
}
# Weight, middle, and the sign of its slant, for each bell in the plane.
PICTURES = {
    "One slanted bell": [(1.0, (0.0, 0.0), 1)],
    "Two modes": [(0.5, (-1.8, -1.4), -1), (0.5, (1.8, 1.4), -1)],
    "A cross": [(0.5, (0.0, 0.0), 1), (0.5, (0.0, 0.0), -1)],
    "Three modes": [(0.4, (-2.2, -1.5), 1), (0.3, (2.2, -1.5), -1), (0.3, (0.0, 2.2), 1)],
}


def circled(place: int) -> str:
    """Return the number of a local optimum, from 1, as charts and sentences mark it.

    Examples
    --------
    >>> circled(1), circled(12), circled(21)
    ('①', '⑫', '(21)')
    """
    return chr(0x245F + place) if place <= 20 else f"({place})"


def in_unit(nats: ArrayLike, unit: Unit) -> Array:
    """Return divergences in the learner's unit; what rounding has left of a zero is zero."""
    return np.where(np.asarray(nats) > ROUNDING, nats, 0.0) / unit.nats


def reach_of(p: GaussianMixture, *others: Bell) -> int:
    """Return how far the axis goes, in steps of four so that it rarely moves."""
    bells = [*zip(p.means, p.stds, strict=True), *others]
    return max(8, 4 * math.ceil(max(abs(mean) + 3 * std for mean, std in bells) / 4))


def along(p: GaussianMixture, reach: int, *others: Bell, count: int = 241) -> Array:
    """Return positions from edge to edge, close together where a bell is narrow."""
    bells = [*zip(p.means, p.stds, strict=True), *others]
    close = [mean + std * np.linspace(-4, 4, 33) for mean, std in bells if std < reach / 16]
    x = np.unique(np.concatenate([np.linspace(-reach, reach, count), *close]))
    return x[(x >= -reach) & (x <= reach)]


# By hand.


@dataclass(frozen=True)
class Comparison:
    """P and one bell Q.

    Attributes
    ----------
    x, log_p, log_q : ndarray, shape (n,)
        Positions, and the logarithms of both densities there.
    forward, reverse : float
        D(P‖Q) and D(Q‖P), in `unit`.
    unit : Unit
        What divergences are measured in.
    """

    x: Array
    log_p: Array
    log_q: Array
    forward: float
    reverse: float
    unit: Unit

    @property
    def larger(self) -> Direction | None:
        """Which divergence is the larger one; None where six digits do not tell."""
        if number(self.forward, 6) == number(self.reverse, 6):
            return None
        return "forward" if self.forward > self.reverse else "reverse"

    @property
    def digits(self) -> int:
        """How many digits it takes to see which one is larger, at least three."""
        return digits_apart(self.forward, self.reverse) if self.larger else 3

    @property
    def p(self) -> Array:
        """The density of P."""
        return np.exp(self.log_p)

    @property
    def q(self) -> Array:
        """The density of Q."""
        return np.exp(self.log_q)

    @property
    def forward_integrand(self) -> Array:
        """What each x adds to D(P‖Q), in `unit`."""
        return self.p * self._ratios

    @property
    def reverse_integrand(self) -> Array:
        """What each x adds to D(Q‖P), in `unit`."""
        return -self.q * self._ratios

    @property
    def _ratios(self) -> Array:
        return (self.log_p - self.log_q) / self.unit.nats


def compared(p: GaussianMixture, q: Bell, unit: Unit) -> Comparison:
    """Compare P with one bell."""
    x = along(p, reach_of(p, q), q, count=161)
    return Comparison(x, p.logpdf(x), gaussian(*q).logpdf(x), *both_ways(p, q, unit.base), unit)


def both_ways(p: GaussianMixture, q: Bell, base: float) -> tuple[float, float]:
    """Return D(P‖Q) and D(Q‖P); what rounding has left of a zero is zero."""
    there, back = both_ways_unrounded(p, q, base)
    return there if there > 1e-20 else 0.0, back if back > 1e-20 else 0.0


def both_ways_unrounded(p: GaussianMixture, q: Bell, base: float) -> tuple[float, float]:
    """Return D(P‖Q) and D(Q‖P) as `mixture_kl` has them, to the last digit."""
    bell = gaussian(*q)
    return mixture_kl(p, bell, base=base), mixture_kl(bell, p, base=base)


def data(view: Comparison) -> Mapping[str, Array]:
    """Return the curves of the first chart, point by point."""
    return {
        "x": view.x,
        "p": view.p,
        "q": view.q,
        f"forward_integrand_{view.unit.name}": view.forward_integrand,
        f"reverse_integrand_{view.unit.name}": view.reverse_integrand,
    }


# What an optimiser finds.


@st.cache_data(max_entries=200, show_spinner=False)
def covering(p: GaussianMixture, held: float | None = None) -> GaussianFit:
    """Return the forward optimum; of the bells of one spread, where it is held."""
    return project_forward(p, held)


@st.cache_data(max_entries=200, show_spinner=False)
def seeking(p: GaussianMixture, held: float | None = None) -> tuple[GaussianFit, ...]:
    """Return every reverse optimum, best first; of the bells of one spread, where it is held."""
    return project_reverse(p, held)


def best_of(
    p: GaussianMixture, held: float | None = None
) -> dict[Direction, Sequence[GaussianFit]]:
    """Return the optima of both directions, best first."""
    return {"forward": [covering(p, held)], "reverse": seeking(p, held)}


@dataclass(frozen=True)
class Optima:
    """The best bells: the one that covers P, those that seek a part of it, best first.

    `chosen` says which of the latter a descent from the learner's Q reaches, from 0; None for none.
    """

    cover: GaussianFit
    seek: Sequence[GaussianFit]
    chosen: int | None


def optima(p: GaussianMixture, reverse: Descent, unit: Unit, held: float | None = None) -> Optima:
    """Return the best bells of each direction, their divergences in the learner's unit."""
    cover, *seek = (
        replace(fit, divergence=float(in_unit(fit.divergence, unit)))
        for fit in (covering(p, held), *seeking(p, held))
    )
    return Optima(cover, seek, falls_into(reverse, seek))


def falls_into(path: Descent, fits: Sequence[GaussianFit]) -> int | None:
    """Return which optimum a descent has reached, from 0; None while it is still on its way."""
    mean, std = float(path.means[-1]), float(path.stds[-1])
    for rank, fit in enumerate(fits):
        if abs(mean - fit.mean) < 0.05 * fit.std and abs(math.log(std / fit.std)) < 0.05:
            return rank
    return None


def spans(p: GaussianMixture, fit: GaussianFit) -> tuple[float, int]:
    """Return the weight and the number of P's bells within two spreads of a fit's middle."""
    near = [
        weight
        for weight, mean in zip(p.weights, p.means, strict=True)
        if weight and abs(mean - fit.mean) <= 2 * fit.std
    ]
    return sum(near), len(near)


@st.cache_data(max_entries=200, show_spinner=False)
def descents(
    p: GaussianMixture, start: Bell, optimiser: Optimiser, rate: float, *, hold: bool = False
) -> dict[Direction, Descent]:
    """Return the descent from one start in each direction, in nats; with its spread held or not."""
    return {
        direction: descend(
            p, start, direction, optimiser=optimiser, rate=rate, steps=STEPS, hold_std=hold
        )
        for direction in NAMES
    }


def descents_in_unit(paths: Mapping[Direction, Descent], unit: Unit) -> dict[Direction, Descent]:
    """Return descents with their divergences in the learner's unit."""
    return {
        direction: replace(path, divergences=in_unit(path.divergences, unit))
        for direction, path in paths.items()
    }


@dataclass(frozen=True)
class Landscape:
    """One divergence over mean and spread of Q.

    Attributes
    ----------
    means : ndarray, shape (m,)
    stds : ndarray, shape (s,)
        Of Q.
    divergences : ndarray, shape (s, m)
        In nats.
    direction : {"forward", "reverse"}
        Which divergence this is.
    """

    means: Array
    stds: Array
    divergences: Array
    direction: Direction


@st.cache_data(max_entries=50, show_spinner=False)
def landscape(p: GaussianMixture, direction: Direction) -> Landscape:
    """Return a grid of means and spreads, and one divergence over it."""
    reach = reach_of(p)
    # As a rule from 0.1 to 10; wider where an optimum would lie outside.
    low, high = 0.1 if min(p.stds) > 0.12 else 0.04, 10 if p.std < 8 else 16
    means, stds = np.linspace(-reach, reach, 61), np.geomspace(low, high, 41)
    return Landscape(means, stds, kl_landscape(p, means, stds, direction), direction)


@dataclass(frozen=True)
class Slope:
    """One divergence over the mean of a Q whose spread is held.

    Attributes
    ----------
    means : ndarray, shape (m,)
        Of Q.
    divergences : ndarray, shape (m,)
        In nats.
    direction : {"forward", "reverse"}
        Which divergence this is.
    """

    means: Array
    divergences: Array
    direction: Direction


@st.cache_data(max_entries=50, show_spinner=False)
def slope(p: GaussianMixture, held: float, direction: Direction) -> Slope:
    """Return many means, and one divergence over them."""
    reach = reach_of(p)
    means = np.linspace(-reach, reach, 241)
    return Slope(means, kl_landscape(p, means, [held], direction)[0], direction)


# Between the two.


@dataclass(frozen=True)
class Walk:
    """The optima at each of `ALPHAS`, best first, and where the best one leaps."""

    optima: Sequence[Sequence[GaussianFit]]
    breaks: Sequence[float]


@st.cache_data(max_entries=50, show_spinner=False)
def walk(p: GaussianMixture) -> Walk:
    """Go from one direction to the other."""
    found = project_alphas(p, ALPHAS.tolist())
    return Walk(found, branch_breaks(p, ALPHAS.tolist(), found))


def optima_at(p: GaussianMixture, alpha: float) -> Sequence[GaussianFit]:
    """Return the optima at one α, best first."""
    step = int(np.abs(ALPHAS - alpha).argmin())
    # A link may ask for an α between two rungs.
    on_a_rung = abs(ALPHAS[step] - alpha) < 1e-9
    return walk(p).optima[step] if on_a_rung else project_alpha(p, alpha)


# In the plane.


def plane_of(picture: str, slant: float) -> PlaneMixture:
    """Return a mixture in the plane: bells of variance 1, slanted by that correlation."""
    weights, means, signs = zip(*PICTURES[picture], strict=True)
    covariances = [((1.0, sign * slant), (sign * slant, 1.0)) for sign in signs]
    return PlaneMixture(weights, means, covariances)


@st.cache_data(max_entries=200, show_spinner=False)
def plane_fits(picture: str, slant: float, shape: Shape) -> dict[Direction, tuple[PlaneFit, ...]]:
    """Return the best Gaussians of one shape in the plane, in each direction."""
    p = plane_of(picture, slant)
    return {
        "forward": (project_plane_forward(p, shape),),
        "reverse": project_plane_reverse(p, shape),
    }
