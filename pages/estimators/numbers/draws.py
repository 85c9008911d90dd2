"""Draws of two bells or of forecasts, and what k1, k2 and k3 make of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.optimize import brentq

from charts.units import Unit
from kl_core import ESTIMATORS, Array, Moments, gaussian_kl, gaussian_moments, mean_and_error
from kl_core.rlhf import sample, token_log_ratios
from widgets.papers import SCHULMANS_TABLE
from widgets.pipeline import best_policy, policy_kl

# Q, which is drawn from, is the standard bell; P is moved.
Q = 0.0, 1.0
GAUSSIANS, FORECASTS = "two bells", "forecasts"
DRAWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
# As many estimates as make a smooth histogram, and no more draws in all than come in an instant.
REPEATS, DRAWS_IN_ALL = 2000, 200_000
POOL = 40_000
# Of the published table: where P lies in its two pairs of bells, and how many draws it takes now.
CLOSE, FAR = SCHULMANS_TABLE
NOTE_DRAWS = 100_000
GAPS = np.geomspace(0.02, 4, 120)


@dataclass(frozen=True)
class View:
    """What estimates of D(Q‖P) are made of.

    Attributes
    ----------
    source : str
        `GAUSSIANS` or `FORECASTS`: what the draws are.
    gap, spread : float
        Where the bell of P lies, and how wide it is.
    beta : float
        Of the policy that writes the forecasts.
    draws : int
        In each estimate.
    seed : int
        Which draws.
    """

    source: str
    gap: float
    spread: float
    beta: float
    draws: int
    seed: int

    @property
    def truth(self) -> float:
        """D(Q‖P), exactly, in nats."""
        if self.source == FORECASTS:
            return policy_kl(self.beta)
        return float(gaussian_kl(*Q, self.gap, self.spread))

    @property
    def moments(self) -> dict[str, Moments] | None:
        """What one draw of each kind is like, exactly; nobody knows it of forecasts."""
        return None if self.source == FORECASTS else gaussian_moments(*Q, self.gap, self.spread)

    def log_ratios(self) -> Array:
        """Return log(q/p) of all draws in nats, one row for each estimate."""
        if self.source == FORECASTS:
            rows = min(REPEATS, POOL // self.draws)
            return _pool(self.beta, self.seed)[: rows * self.draws].reshape(rows, self.draws)
        drawn = _draws_of_q(rows_of(self.draws), self.draws, self.seed)
        return log_ratio_of_bells(drawn, self.gap, self.spread)


def rows_of(draws: int) -> int:
    """Return how many estimates from the bells there are, each of so many draws."""
    return min(REPEATS, DRAWS_IN_ALL // draws)


def log_ratio_of_bells(x: Array, gap: float, spread: float) -> Array:
    """Return log(q/p) of the bells at x, in nats."""
    return np.asarray(math.log(spread) + ((x - gap) / spread) ** 2 / 2 - x**2 / 2)


@st.cache_data(max_entries=10, show_spinner=False)
def _pool(beta: float, seed: int) -> Array:
    """Return log(q/p) of many whole forecasts of that policy, in nats."""
    policy = best_policy(beta)
    drawn = sample(policy, POOL, np.random.default_rng(seed))
    return np.asarray(token_log_ratios(policy, drawn).sum(axis=1))


@st.cache_resource(max_entries=20, show_spinner=False)
def _draws_of_q(rows: int, draws: int, seed: int) -> Array:
    """Return draws from the standard bell, one row for each estimate."""
    return np.random.default_rng(seed).standard_normal((rows, draws))


def estimates(view: View) -> dict[str, Array]:
    """Return many estimates of each kind, in nats, shape (repeats,)."""
    ratios = view.log_ratios()
    return {name: np.asarray(each(ratios).mean(axis=1)) for name, each in ESTIMATORS.items()}


@st.cache_data(max_entries=100, show_spinner=False)
def estimates_of(view: View) -> dict[str, Array]:
    """Return `estimates` of the view at rest; a film would push those of others out."""
    return estimates(view)


def expected_of(view: View, found: Mapping[str, Array]) -> dict[str, float]:
    """Return what each kind gives on average: exactly, but for k2 of forecasts, in nats."""
    if moments := view.moments:
        return {name: float(each.mean) for name, each in moments.items()}
    return {"k1": view.truth, "k2": float(found["k2"].mean()), "k3": view.truth}


def errors_of(found: Mapping[str, Array], truth: float) -> dict[str, float]:
    """Return the root of the mean squared error of each kind, in nats."""
    return {
        name: math.sqrt(float(np.mean((values - truth) ** 2))) for name, values in found.items()
    }


@dataclass(frozen=True)
class Simulated:
    """Mean and standard deviation of a sample, each with its standard error."""

    mean: float
    mean_error: float
    spread: float
    spread_error: float

    @classmethod
    def of(cls, values: Array) -> "Simulated":
        """Return those of a sample; the error of the spread by the delta method."""
        mean, mean_error = mean_and_error(values)
        squares = (values - values.mean()) ** 2
        variance, fourth = float(squares.mean()), float((squares**2).mean())
        if not variance:
            return cls(mean, mean_error, 0.0, 0.0)
        error = math.sqrt(max(fourth - variance**2, 0) / values.size) / (2 * math.sqrt(variance))
        return cls(mean, mean_error, math.sqrt(variance), error)


@st.cache_data(max_entries=50, show_spinner=False)
def note_draws(gap: float, seed: int) -> dict[str, Simulated]:
    """Return what many draws of each kind are like for a pair of Schulman's note, in nats."""
    ratios = log_ratio_of_bells(np.random.default_rng(seed).standard_normal(NOTE_DRAWS), gap, 1.0)
    return {name: Simulated.of(each(ratios)) for name, each in ESTIMATORS.items()}


def data(view: View, unit: Unit) -> dict[str, Array | range]:
    """Return every estimate of this view, column by column."""
    found = estimates_of(view)
    columns = {f"{name}_{unit.name}": values / unit.nats for name, values in found.items()}
    return {"estimate": range(1, found["k1"].size + 1), **columns}


@dataclass(frozen=True)
class Noise:
    """How noisy one draw of each estimator is as P, of one width, moves away.

    Attributes
    ----------
    kl : ndarray, shape (n,)
        D(Q‖P), increasing, in the unit of the page.
    shares : mapping of str to ndarray of shape (n,)
        Standard deviation of one draw over D(Q‖P), by estimator; may be ``inf``.
    here : float
        D(Q‖P) at the learner's gap, in that unit.
    crossing : float or None
        Where k3 becomes noisier than k1, in that unit; None where it nowhere does.
    """

    kl: Array
    shares: Mapping[str, Array]
    here: float
    crossing: float | None

    @property
    def heights(self) -> dict[str, float]:
        """How noisy each estimator is here; only those whose line is there.

        Examples
        --------
        >>> kl, never = np.array([1.0, 2.0]), np.array([np.inf, np.inf])
        >>> Noise(kl, {"k1": np.array([3.0, 5.0]), "k3": never}, 1.5, None).heights
        {'k1': 4.0}
        >>> Noise(kl, {"k1": np.array([3.0, 5.0])}, 2.5, None).heights
        {}
        """
        if not self.kl[0] <= self.here <= self.kl[-1]:
            return {}
        found = {
            name: float(np.interp(self.here, self.kl, values))
            for name, values in self.shares.items()
        }
        return {name: height for name, height in found.items() if math.isfinite(height)}


def noise_of(gap: float, spread: float, unit: Unit) -> Noise:
    """Return how noisy the estimators are, along the chart and at the learner's gap."""
    moments = gaussian_moments(*Q, GAPS, spread)
    kl, crossing = moments["k1"].truth, crossing_of(spread)
    return Noise(
        kl / unit.nats,
        {name: each.std / kl for name, each in moments.items()},
        float(gaussian_kl(*Q, gap, spread)) / unit.nats,
        None if crossing is None else crossing / unit.nats,
    )


@st.cache_data(max_entries=200, show_spinner=False)
def crossing_of(spread: float) -> float | None:
    """Return the D(Q‖P) in nats beyond which k3 is noisier than k1; None where there is none."""
    low, high = _noisier(GAPS[0], spread), _noisier(GAPS[-1], spread)
    if not (low < 0 < high and math.isfinite(high)):
        return None
    gap = brentq(_noisier, GAPS[0], GAPS[-1], args=(spread,))
    return float(gaussian_kl(*Q, gap, spread))


def _noisier(gap: float, spread: float) -> float:
    """Return by how much k3's spread exceeds k1's at a gap, as a share."""
    moments = gaussian_moments(*Q, gap, spread)
    return float(moments["k3"].std / moments["k1"].std) - 1
