"""The language model, the judge and the reward model that lessons on reinforcement learning share.

Made once for everybody: they depend on nothing that a learner owns.
"""

import numpy as np
import streamlit as st

from kl_core.rlhf import (
    Judge,
    LanguageModel,
    Optimum,
    RewardModel,
    forecasts,
    optimal_policy,
    sample_preferences,
    sequence_kl,
)
from widgets.taste import preferences

# How many judged pairs a learner can let the reward model see.
PAIRS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]
USUAL_PAIRS = 2000


@st.cache_resource(show_spinner=False)
def reference() -> LanguageModel:
    """Return the SFT model, counted from the project's forecasts."""
    return LanguageModel.from_text(forecasts())


@st.cache_resource(show_spinner=False)
def judge() -> Judge:
    """Return the rule that stands for what people want."""
    return Judge(reference())


@st.cache_data(max_entries=100, show_spinner=False)
def reward_model(pairs: int = USUAL_PAIRS, seed: int = 1, taste: str = "") -> RewardModel:
    """Return the reward model that this many judged pairs give, or a learner's own `taste`."""
    if taste:
        return RewardModel.fit(reference(), preferences(reference(), taste))
    drawn = sample_preferences(reference(), judge(), pairs, np.random.default_rng(seed))
    return RewardModel.fit(reference(), drawn)


@st.cache_resource(max_entries=100, show_spinner=False)
def best_policy(
    beta: float, *, pairs: int = USUAL_PAIRS, seed: int = 1, taste: str = "", fee: float = 0.0
) -> Optimum:
    """Return the policy that no other beats at this β, for a reward less a fee for each word."""
    reward = reward_model(pairs, seed, taste)
    is_word = np.arange(reward.weights.size) != 0
    reward = RewardModel(reward.weights - fee * is_word, reward.longest)
    return optimal_policy(reference(), reward, beta)


@st.cache_data(max_entries=100, show_spinner=False)
def policy_kl(beta: float, *, fee: float = 0.0) -> float:
    """Return D(π‖π_SFT) of that policy, exactly, in nats."""
    return sequence_kl(best_policy(beta, fee=fee))
