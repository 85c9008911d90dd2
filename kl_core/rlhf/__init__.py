"""Reinforcement learning from human feedback in miniature, small enough to be solved exactly.

A language model counted from weather forecasts, a judge, preferences, a reward model, the exact
optimum of reward − β·KL, and the policy gradients of PPO, which approach it, and of GRPO, whose
penalty makes them come to rest elsewhere.
"""

from kl_core.rlhf.decoding import (
    AtLeast,
    Tempered,
    TopK,
    expected_log_ratio,
    token_log_ratios,
)
from kl_core.rlhf.language_model import LanguageModel, Policy, forecasts, sample
from kl_core.rlhf.overoptimisation import (
    OverOptimisation,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    fit_over_optimisation,
)
from kl_core.rlhf.policy import (
    Account,
    Optimum,
    TabularPolicy,
    account,
    frontier,
    optimal_policy,
    optimum_at_kl,
    sequence_kl,
)
from kl_core.rlhf.preferences import Judge, Preferences, Report, RewardModel, sample_preferences
from kl_core.rlhf.training import (
    GRPO,
    PPO,
    AdaptiveKL,
    FixedKL,
    ProportionalKL,
    Record,
    TrainedPolicy,
    train,
)

__all__ = [
    "GRPO",
    "PPO",
    "Account",
    "AdaptiveKL",
    "AtLeast",
    "FixedKL",
    "Judge",
    "LanguageModel",
    "Optimum",
    "OverOptimisation",
    "Policy",
    "Preferences",
    "ProportionalKL",
    "Record",
    "Report",
    "RewardModel",
    "TabularPolicy",
    "Tempered",
    "TopK",
    "TrainedPolicy",
    "account",
    "best_of_n_kl",
    "best_of_n_kl_estimate",
    "best_of_n_mean",
    "expected_log_ratio",
    "fit_over_optimisation",
    "forecasts",
    "frontier",
    "optimal_policy",
    "optimum_at_kl",
    "sample",
    "sample_preferences",
    "sequence_kl",
    "token_log_ratios",
    "train",
]
