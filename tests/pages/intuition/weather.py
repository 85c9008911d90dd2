"""The forecaster's weather, worked out by NumPy and SciPy alone."""

import re

import numpy as np
from scipy.stats import entropy

from tests.pages.truth import BASES, chances

KINDS = {"sun": "☀️", "cloud": "☁️", "rain": "🌧️", "snow": "❄️"}
TRUTH = [4, 3, 2.5, 0.5]
SUNNY = [6, 2.5, 1, 0.5]
TIMID = [2.5] * 4
NO_SNOW = [4.2, 3.2, 2.6, 0]


def lost(p, q, unit="bits"):
    """Return D(P‖Q) of weights as the page should write it, from scipy."""
    divergence = entropy(p, q, base=BASES[unit])
    return f"{divergence:.3f} {unit}" if np.isfinite(divergence) else "∞"


def costs(p, q, unit="bits"):
    """Return what a day of each weather costs."""
    with np.errstate(divide="ignore"):
        return np.log(chances(p) / chances(q)) / np.log(BASES[unit])


def days_of(seed, days, p=TRUTH):
    """Return the weather of each day, as its place among the kinds."""
    return np.random.default_rng(seed).choice(4, p=chances(p), size=days)


def average(seed, days, p=TRUTH, q=SUNNY, unit="bits"):
    """Return the average loss of a run, from how often each weather came in it."""
    came = np.bincount(days_of(seed, days, p), minlength=4)
    return sum(
        times * cost for times, cost in zip(came, costs(p, q, unit), strict=True) if times
    ) / days  # fmt: skip


def figures(text):
    """Return the numbers of a text in which the minus sign is a true one, but not of a formula."""
    return [float(found.replace("−", "-").replace(",", ""))
            for found in re.findall(r"[+−]?\d[\d,]*(?:\.\d+)?", text)]  # fmt: skip
