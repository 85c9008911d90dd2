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
from kl_core.gaussian import gaussian_kl, multivariate_gaussian_kl
from kl_core.mixture import (
    GaussianMixture,
    gaussian,
    mass_beyond,
    mixture_entropy,
    mixture_js,
    mixture_kl,
    mixture_total_variation,
)
from kl_core.plane import (
    PlaneFit,
    PlaneMixture,
    plane_gaussian,
    plane_kl,
    project_plane_forward,
    project_plane_reverse,
)
from kl_core.projection import (
    Descent,
    GaussianFit,
    alpha_divergence,
    branch_breaks,
    descend,
    kl_landscape,
    project_alpha,
    project_alphas,
    project_forward,
    project_reverse,
)
from kl_core.sequential import (
    SequentialTest,
    decision_roll,
    log_ratios,
    simulate_averages,
    simulate_sequential_test,
    wald_expected_rolls,
)

__all__ = [
    "Descent",
    "GaussianFit",
    "GaussianMixture",
    "PlaneFit",
    "PlaneMixture",
    "PrefixCode",
    "SequentialTest",
    "SkewNormal",
    "alpha_divergence",
    "binned_kl",
    "block_probabilities",
    "blocks_of",
    "branch_breaks",
    "code_lengths",
    "cross_entropy",
    "decision_roll",
    "descend",
    "entropy",
    "expected_length",
    "gaussian",
    "gaussian_kl",
    "huffman_code",
    "js_divergence",
    "kl_divergence",
    "kl_integral",
    "kl_landscape",
    "kl_parts",
    "kl_terms",
    "log_ratios",
    "mass_beyond",
    "merge_bins",
    "mixture_entropy",
    "mixture_js",
    "mixture_kl",
    "mixture_total_variation",
    "multivariate_gaussian_kl",
    "normalize",
    "plane_gaussian",
    "plane_kl",
    "project_alpha",
    "project_alphas",
    "project_forward",
    "project_plane_forward",
    "project_plane_reverse",
    "project_reverse",
    "simulate_averages",
    "simulate_sequential_test",
    "total_variation",
    "wald_expected_rolls",
]
