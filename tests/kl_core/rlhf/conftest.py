"""The project's own language model, and a reward model that has seen 2,000 pairs of it."""

import numpy as np
import pytest

from kl_core.rlhf import Judge, LanguageModel, RewardModel, forecasts, sample_preferences


@pytest.fixture(scope="module")
def model():
    return LanguageModel.from_text(forecasts())


@pytest.fixture(scope="module")
def reward(model):
    preferences = sample_preferences(model, Judge(model), 2000, np.random.default_rng(11))
    return RewardModel.fit(model, preferences)
