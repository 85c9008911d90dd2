"""Reinforcement learning from human feedback in miniature, small enough to be solved exactly.

A language model counted from weather forecasts, a judge, preferences, a reward model, the exact
optimum of reward − β·KL, and the policy gradients of PPO, which approach it, and of GRPO, whose
penalty makes them come to rest elsewhere. Divergences and log-ratios are in nats here, without a
``base``: β is the price of a nat.
"""

from kl_core.rlhf._batch import Batch
from kl_core.rlhf._controllers import Controller
from kl_core.rlhf._decoding import (
    AtLeast,
    Tempered,
    TopK,
    expected_log_ratio,
    token_log_ratios,
)
from kl_core.rlhf._language_model import PAD, STOP, LanguageModel, Policy, Tokens, forecasts, sample
from kl_core.rlhf._objectives import Algorithm, Anchor
from kl_core.rlhf._optimum import Optimum, frontier, optimal_policy, optimum_at_kl
from kl_core.rlhf._overoptimisation import (
    Form,
    OverOptimisation,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    fit_over_optimisation,
)
from kl_core.rlhf._policy import Account, TabularPolicy, account, reward_spread, sequence_kl
from kl_core.rlhf._preferences import Judge, Preferences, Report, RewardModel, sample_preferences
from kl_core.rlhf._training import (
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
    "PAD",
    "PPO",
    "STOP",
    "Account",
    "AdaptiveKL",
    "Algorithm",
    "Anchor",
    "AtLeast",
    "Batch",
    "Controller",
    "FixedKL",
    "Form",
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
    "Tokens",
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
    "reward_spread",
    "sample",
    "sample_preferences",
    "sequence_kl",
    "token_log_ratios",
    "train",
]
