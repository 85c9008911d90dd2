"""KL from samples: estimates of many draws, exact moments and gradients, and text's log-ratios."""

from functools import partial

import numpy as np

from benchmarks.kl_divergence import seconds
from benchmarks.table import table
from kl_core import estimates, expected_gradients, gaussian_moments, normalize
from kl_core.rlhf import (
    Judge,
    LanguageModel,
    RewardModel,
    TopK,
    expected_log_ratio,
    forecasts,
    optimal_policy,
    sample,
    sample_preferences,
    token_log_ratios,
)

DRAWS, TEXTS, PAIRS, SEED = 1_000_000, 1000, 2000, 1


def plainly(log_ratio: np.ndarray) -> list[tuple[float, float]]:
    """Return what `estimates` does by the formulas as they are printed, nothing checked."""
    each = (log_ratio, log_ratio**2 / 2, np.exp(-log_ratio) - 1 + log_ratio)
    return [(values.mean(), values.std(ddof=1) / np.sqrt(values.size)) for values in each]


def measure() -> None:
    """Print what each part of the lesson costs."""
    rng = np.random.default_rng(SEED)
    log_ratio = rng.normal(0.5, 1.0, DRAWS)
    gaps = np.linspace(0.01, 3, 300)
    policies = normalize(rng.random((2, 6)))
    model = LanguageModel.from_text(forecasts())
    reward = RewardModel.fit(model, sample_preferences(model, Judge(model), PAIRS, rng))
    policy = optimal_policy(model, reward, 0.2)
    words = normalize(rng.random((2, len(model.words))))
    texts = sample(policy, TEXTS, rng)
    calls = {
        f"k1, k2, k3 of {DRAWS:,} draws, with errors": partial(estimates, log_ratio),
        "the same by the printed formulas, nothing checked": partial(plainly, log_ratio),
        "exact moments of a pair of Gaussians": partial(gaussian_moments, 0, 1, 1, 1),
        f"the same for {gaps.size} pairs": partial(gaussian_moments, 0, 1, gaps, 1.2),
        "four expected gradients, 6 outcomes": partial(expected_gradients, *policies),
        f"the same, {len(model.words)} words": partial(expected_gradients, *words),
        f"log-ratios of {TEXTS:,} forecasts": partial(token_log_ratios, policy, texts),
        "what they average to, exactly": partial(expected_log_ratio, policy, policy),
        "the same, drawn among the top 2": partial(expected_log_ratio, policy, TopK(policy, 2)),
    }
    rows = [[name, f"{1000 * seconds(call):.2f} ms"] for name, call in calls.items()]
    table("KL from samples", ["", "time"], rows)
