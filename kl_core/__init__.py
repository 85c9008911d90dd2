"""The mathematics of Kullback-Leibler divergence, for notebooks and for the lessons.

Conventions, as scipy's: a distribution runs over the last axis, everything else broadcasts, and
``base=None`` means nats. What takes no ``base`` is in nats: log-densities, the log-ratios that `k1`
takes and all that is made of them, for these are natural logarithms; and the fields of records.
Probabilities may miss a sum of 1 by the rounding of the precision they come in, as in numpy.random
(1.5e-8 in double, 3.5e-4 in single), and are computed with as if they did not.

The distribution that is averaged over comes first: ``kl_divergence(p, q)`` is D(P‖Q). That is P
everywhere but in KL from samples, where Q is the policy that draws.

- Discrete distributions: `kl_divergence`, `kl_terms`, `cross_entropy`, `entropy`, `js_divergence`,
  `total_variation`; `kl_from_logs` takes log-probabilities; `normalize` makes them from weights.
- Evidence, draw by draw: `log_ratios`, `simulate_averages`, `simulate_sequential_test`,
  `wald_expected_rolls`, `decision_roll`.
- Code words: `huffman_code`, `PrefixCode`, `code_lengths`, `expected_length`,
  `block_probabilities`, `blocks_of`; from lengths alone `canonical_code`, `kraft_sum`.
- Gaussians in closed form: `gaussian_kl`, `multivariate_gaussian_kl`.
- Bells that lean or end, whole and in bins: `SkewNormal`, `kl_integral`, `kl_parts`, `binned_kl`,
  `merge_bins`.
- Gaussian mixtures: `GaussianMixture`, `gaussian`, `mixture_kl`, `mixture_entropy`, `mixture_js`,
  `mixture_total_variation`, `mass_beyond`.
- The one Gaussian that stands for a mixture: `project_forward`, `project_reverse`,
  `project_alpha`, `project_alphas`, `branch_breaks`, `alpha_divergence`, `kl_landscape`, `descend`;
  in the plane `PlaneMixture`, `plane_gaussian`, `plane_kl`, `project_plane_forward`,
  `project_plane_reverse`.
- KL from samples, D(Q‖P) by draws from Q: `k1`, `k2`, `k3`, `estimates`, `mean_and_error`,
  `gaussian_moments`, `chance_below_zero`, `k3_noisier_beyond`; as a penalty `expected_gradients`,
  `kl_gradient`.
- `kl_core.rlhf`: reinforcement learning from human feedback, in miniature and exact.
- `kl_core.libraries`: what calls of PyTorch and Keras compute.
"""

from kl_core._coding import (
    block_probabilities,
    blocks_of,
    code_lengths,
    expected_length,
    huffman_code,
)
from kl_core._continuous import binned_kl, kl_integral, kl_parts, merge_bins
from kl_core._descent import Optimiser
from kl_core._discrete import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_from_logs,
    kl_terms,
    normalize,
    total_variation,
)
from kl_core._estimators import (
    ESTIMATORS,
    PLACEMENTS,
    Placement,
    estimates,
    k1,
    k2,
    k3,
    mean_and_error,
)
from kl_core._gaussian import gaussian_kl, multivariate_gaussian_kl
from kl_core._gradients import Gradient, expected_gradients, kl_gradient
from kl_core._mixture import GaussianMixture, gaussian
from kl_core._mixture_divergences import (
    mass_beyond,
    mixture_entropy,
    mixture_js,
    mixture_kl,
    mixture_total_variation,
)
from kl_core._moments import Moments, chance_below_zero, gaussian_moments, k3_noisier_beyond
from kl_core._plane_kl import plane_kl
from kl_core._plane_mixture import PlaneMixture, plane_gaussian
from kl_core._plane_projection import (
    PlaneFit,
    Shape,
    project_plane_forward,
    project_plane_reverse,
)
from kl_core._prefix_code import Bits, PrefixCode, Symbols, canonical_code, kraft_sum
from kl_core._projection import (
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
from kl_core._sequential import (
    SequentialTest,
    decision_roll,
    log_ratios,
    simulate_averages,
    simulate_sequential_test,
    wald_expected_rolls,
)
from kl_core._skew_normal import SkewNormal
from kl_core._validation import Array, Direction, NumberOrArray

__version__ = "0.1.0"

__all__ = [
    "ESTIMATORS",
    "PLACEMENTS",
    "Array",
    "Bits",
    "Descent",
    "Direction",
    "GaussianFit",
    "GaussianMixture",
    "Gradient",
    "Moments",
    "NumberOrArray",
    "Optimiser",
    "Placement",
    "PlaneFit",
    "PlaneMixture",
    "PrefixCode",
    "SequentialTest",
    "Shape",
    "SkewNormal",
    "Symbols",
    "alpha_divergence",
    "binned_kl",
    "block_probabilities",
    "blocks_of",
    "branch_breaks",
    "canonical_code",
    "chance_below_zero",
    "code_lengths",
    "cross_entropy",
    "decision_roll",
    "descend",
    "entropy",
    "estimates",
    "expected_gradients",
    "expected_length",
    "gaussian",
    "gaussian_kl",
    "gaussian_moments",
    "huffman_code",
    "js_divergence",
    "k1",
    "k2",
    "k3",
    "k3_noisier_beyond",
    "kl_divergence",
    "kl_from_logs",
    "kl_gradient",
    "kl_integral",
    "kl_landscape",
    "kl_parts",
    "kl_terms",
    "kraft_sum",
    "log_ratios",
    "mass_beyond",
    "mean_and_error",
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
