"""The mathematics of Kullback-Leibler divergence, for notebooks and for the lessons.

Conventions, as scipy's: a distribution runs over the last axis, everything else broadcasts, and
``base=None`` means nats. ``P`` always comes before ``Q``: ``kl_divergence(p, q)`` is D(P‖Q).
"""

from kl_core.discrete import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_terms,
    normalize,
    total_variation,
)
from kl_core.sequential import (
    SequentialTest,
    decision_roll,
    log_ratios,
    simulate_sequential_test,
    wald_expected_rolls,
)

__all__ = [
    "SequentialTest",
    "cross_entropy",
    "decision_roll",
    "entropy",
    "js_divergence",
    "kl_divergence",
    "kl_terms",
    "log_ratios",
    "normalize",
    "simulate_sequential_test",
    "total_variation",
    "wald_expected_rolls",
]
