"""`kl_divergence` on a million dice, against scipy and the plain expression."""

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import scipy.stats

from benchmarks.table import table
from kl_core import kl_divergence, normalize

BATCH = (1_000_000, 6)
REPEATS = 9


def seconds(calculate: Callable[[], object]) -> float:
    """Return the median time of a call."""
    calculate()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        calculate()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_bytes(calculate: Callable[[], object]) -> int:
    """Return the most memory that a call holds above what was there before."""
    tracemalloc.start()
    calculate()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def measure() -> None:
    """Print time and peak memory, as ratios to `kl_divergence`."""
    rng = np.random.default_rng(0)
    p, q = normalize(rng.random(BATCH)), normalize(rng.random(BATCH))
    ways: dict[str, Callable[[], object]] = {
        "kl_core.kl_divergence": lambda: kl_divergence(p, q),
        "scipy.stats.entropy": lambda: scipy.stats.entropy(p, q, axis=-1),
        "(p * np.log(p / q)).sum(-1), nothing checked": lambda: (p * np.log(p / q)).sum(-1),
    }
    times = {name: seconds(way) for name, way in ways.items()}
    peaks = {name: peak_bytes(way) for name, way in ways.items()}
    own_time, own_peak = times["kl_core.kl_divergence"], peaks["kl_core.kl_divergence"]
    table(
        "A batch of 1,000,000 × 6",
        ["", "time", "ratio", "peak memory", "ratio"],
        [
            [name, f"{1000 * times[name]:.0f} ms", f"{times[name] / own_time:.2f}",
             f"{peaks[name] / 1e6:.0f} MB", f"{peaks[name] / own_peak:.2f}"]
            for name in ways
        ],
    )  # fmt: skip
