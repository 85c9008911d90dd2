"""What the forecaster's lesson computes: days that pass, and ways for Q to be wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from charts.units import Unit
from kl_core import Array, kl_divergence, log_ratios, normalize, simulate_averages

SKY = {"sun": "☀️", "cloud": "☁️", "rain": "🌧️", "snow": "❄️"}
KINDS = list(SKY)
TRUE_SKY = [4.0, 3.0, 2.5, 0.5]
SUNNY_FORECAST = [6.0, 2.5, 1.0, 0.5]
TIMID_FORECAST = [2.5, 2.5, 2.5, 2.5]
NO_SNOW = [4.2, 3.2, 2.6, 0.0]

# In the second of these series snow is late, as late as it comes on average: the 17th day.
FIRST_SERIES, FIRST_DAYS = 2, 1000
DAYS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
# Where a guess can be; the lowest means that there is none yet.
NO_GUESS, LOWEST_GUESS, HIGHEST_GUESS, GUESS_STEP = -0.6, -0.58, 1.4, 0.02
# So many runs say where most of them lie.
RUNS = 1000
FORECASTERS = 10_000


@dataclass(frozen=True)
class Days:
    """Days that have passed: the weather of each as its place in SKY, and what it cost."""

    sky: NDArray[np.int64]
    losses: Array

    @property
    def count(self) -> int:
        """How many they are."""
        return self.sky.size

    @property
    def averages(self) -> Array:
        """The average loss so far, day by day."""
        return self.losses.cumsum() / np.arange(1, self.count + 1)


@dataclass(frozen=True)
class Band:
    """Between what the averages of the middle 95% of `RUNS` runs lie, on some of the days."""

    days: NDArray[np.int64]
    low: Array
    high: Array


def days_passed(p: Array, q: Array, days: int, seed: int, unit: Unit) -> Days:
    """Let the days pass, each with weather from P."""
    sky = np.random.default_rng(seed).choice(len(SKY), p=p, size=days)
    return Days(sky, log_ratios(p, q, base=unit.base)[sky])


def looks(days: int, points: int) -> NDArray[np.int64]:
    """Return the days on which to look: every one at first, then ever further apart."""
    return np.unique(np.geomspace(1, days, points).round().astype(int))


def band(p: Array, q: Array, days: int, unit: Unit) -> Band | None:
    """Return where most runs lie; None where the loss is infinite sooner or later."""
    if np.isinf(unit.kl(p, q)):
        return None
    at, (low, high) = _most_runs(p, q, days)
    return Band(at, low / unit.nats, high / unit.nats)


@st.cache_data(max_entries=256, show_spinner=False)
def _most_runs(p: Array, q: Array, days: int) -> tuple[NDArray[np.int64], Array]:
    """Return days, and between what the averages of 95% of all runs lie on each, in nats."""
    at = looks(days, 20)
    averages = simulate_averages(p, q, at, runs=RUNS, rng=np.random.default_rng(0))
    return at, np.quantile(averages, [0.025, 0.975], axis=0)


def ahead_by_luck(p: Array, q: Array, days: int) -> float:
    """Return the chance that Q has lost less than P after so many days, exactly.

    Parameters
    ----------
    p, q : ndarray, shape (k,)
        Chances above 0.
    days : int
        Every way of sharing them out among the k kinds is looked at: keep them few.
    """
    came = np.indices((days + 1,) * (p.size - 1)).reshape(p.size - 1, -1).T
    came = np.column_stack([came, days - came.sum(axis=1)])
    came = came[came[:, -1] >= 0]
    chances = np.exp(gammaln(days + 1) + (xlogy(came, p) - gammaln(came + 1)).sum(axis=1))
    # What rounding has left of a tie is no lead.
    return float(chances[came @ log_ratios(p, q) < -1e-9].sum())


@dataclass(frozen=True)
class Way:
    """The straight way through P and Q, as far as chances stay chances.

    Attributes
    ----------
    steps : ndarray, shape (n,)
        Where on the way: 0 is P, 1 is Q.
    divergences : ndarray, shape (n,)
        D(P‖·) there.
    """

    steps: Array
    divergences: Array

    @property
    def goes_on(self) -> bool:
        """Whether it goes on behind P."""
        return bool(self.steps[0] < 0)


def way_through(p: Array, q: Array, unit: Unit) -> Way:
    """Return the way through P and Q, which differ."""
    direction = q - p
    up, down = direction > 0, direction < 0
    low = max(-1.0, -(p[up] / direction[up]).min())
    high = min(1.5, (p[down] / -direction[down]).min())
    # Where D rises to infinity it does so in the last moment.
    last = np.geomspace(1e-12, 0.01, 12)
    steps = np.unique(
        np.concatenate([np.linspace(low, 0, 60), np.linspace(0, high, 90), low + last, high - last])
    )
    on_the_way = np.clip(p + steps[:, None] * direction, 0, None)
    return Way(steps, kl_divergence(p, normalize(on_the_way), base=unit.base))


@st.cache_data(max_entries=256, show_spinner=False)
def best_by_chance(p: Array) -> float:
    """Return the lowest D(P‖Q) among many forecasts drawn by chance, in nats."""
    forecasts = np.random.default_rng(0).dirichlet(np.ones(p.size), FORECASTERS)
    return float(kl_divergence(p, forecasts).min())


def data(days: Days, unit: Unit) -> Mapping[str, Iterable[object]]:
    """Return every day, column by column."""
    return {
        "day": range(1, days.count + 1),
        "weather": np.array(KINDS)[days.sky],
        f"loss_{unit.name}": days.losses,
        f"average_{unit.name}": days.averages,
    }
