"""The mathematics of Kullback-Leibler divergence, for notebooks and for the lessons.

Conventions, as scipy's: a distribution runs over the last axis, everything else broadcasts, and
``base=None`` means nats. ``P`` always comes before ``Q``: ``kl_divergence(p, q)`` is D(P‖Q).
"""

from kl_core.coding import (
    PrefixCode,
    block_probabilities,
    blocks_of,
    code_lengths,
    expected_length,
    huffman_code,
)
from kl_core.continuous import SkewNormal, binned_kl, kl_integral, kl_parts, merge_bins
from kl_core.discrete import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_terms,
    normalize,
    total_variation,
)
from kl_core.gaussian import gaussian_kl
from kl_core.sequential import (
    SequentialTest,
    decision_roll,
    log_ratios,
    simulate_averages,
    simulate_sequential_test,
    wald_expected_rolls,
)

__all__ = [
    "PrefixCode",
    "SequentialTest",
    "SkewNormal",
    "binned_kl",
    "block_probabilities",
    "blocks_of",
    "code_lengths",
    "cross_entropy",
    "decision_roll",
    "entropy",
    "expected_length",
    "gaussian_kl",
    "huffman_code",
    "js_divergence",
    "kl_divergence",
    "kl_integral",
    "kl_parts",
    "kl_terms",
    "log_ratios",
    "merge_bins",
    "normalize",
    "simulate_averages",
    "simulate_sequential_test",
    "total_variation",
    "wald_expected_rolls",
]
