"""Bradley–Terry by frequencies and planted weights."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from kl_core.rlhf import (
    Judge,
    LanguageModel,
    Preferences,
    RewardModel,
    forecasts,
    sample_preferences,
)
from kl_core.rlhf._language_model import LONGEST, PAD
from kl_core.rlhf._preferences import counts
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import padded


@dataclass(frozen=True, eq=False)
class Planted:
    """A judge whose score is linear in the words, as the reward model's is."""

    weights: np.ndarray

    def score(self, tokens):
        """Add the weights up, word by word."""
        return np.array([math.fsum(self.weights[t] for t in row if t != PAD) for row in tokens])


@pytest.fixture(scope="module")
def weather():
    return LanguageModel.from_text(forecasts())


@pytest.fixture(scope="module")
def judge(weather):
    return Judge(weather)


@pytest.fixture(scope="module")
def varied():
    """Return a model whose words come in nearly any order, so that each can be told apart."""
    shares = (0.1, 0.1, 0.8)
    return LanguageModel.from_text("Rain falls.\nSnow falls.", order=2, longest=6, shares=shares)


def sequences(model, *sentences):
    """Return sentences as rows of tokens."""
    return padded([model.encode(sentence) for sentence in sentences], model.longest)


def surplus_by_hand(preferences, size):
    """Return how much oftener each word stands in the chosen, shape (n, size)."""
    rows = []
    for chosen, rejected in zip(preferences.chosen, preferences.rejected, strict=True):
        many, few = Counter(chosen.tolist()), Counter(rejected.tolist())
        rows.append([many[token] - few[token] for token in range(size)])
    return np.array(rows, dtype=float)


def logistic(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


def test_each_pair_holds_two_of_the_sampled_sequences(weather, judge):
    pairs = sample_preferences(weather, judge, 40, np.random.default_rng(6))
    assert pairs.chosen.shape == pairs.rejected.shape == (40, LONGEST)
    for first, second in zip(pairs.chosen, pairs.rejected, strict=True):
        for row in (first, second):
            assert weather.encode(weather.decode(row)).tolist() == row[row != PAD].tolist()
    again = sample_preferences(weather, judge, 40, np.random.default_rng(6))
    assert (again.chosen == pairs.chosen).all()
    assert (again.rejected == pairs.rejected).all()


def test_better_sequences_are_chosen_as_often_as_the_logistic_says(weather, judge):
    pairs = sample_preferences(weather, judge, 40_000, np.random.default_rng(7))
    ahead = judge.score(pairs.chosen) - judge.score(pairs.rejected)
    assert {1, 2, 3} <= set(np.abs(ahead))
    for apart in (1, 2, 3):
        total = (np.abs(ahead) == apart).sum()
        expected = logistic(apart)
        error = math.sqrt(expected * (1 - expected) / total)
        assert error < 0.01
        assert (ahead == apart).sum() / total == pytest.approx(expected, abs=4 * error)


def test_sequences_of_a_pair_are_drawn_from_the_model(weather):
    # A judge who likes all alike leaves both sides with the first words of the model.
    indifferent = Planted(np.zeros(117))
    pairs = sample_preferences(weather, indifferent, 4000, np.random.default_rng(8))
    for side in (pairs.chosen, pairs.rejected):
        expected = 4000 * weather.table[0]
        often = expected >= 5
        seen = np.bincount(side[:, 0], minlength=117)
        observed = np.append(seen[often], seen[~often].sum())
        expected = np.append(expected[often], expected[~often].sum())
        assert often.sum() > 5
        assert scipy.stats.chisquare(observed, expected).pvalue > 1e-3


def test_planted_weights_are_recovered_as_pairs_grow(varied):
    assert varied.words == (".", "falls", "rain", "snow")
    planted = Planted(np.array([0.5, -1.0, 1.5, 0.25]))
    rng = np.random.default_rng(9)
    errors = []
    for count in (100, 2000, 40_000):
        pairs = sample_preferences(varied, planted, count, rng)
        fit = RewardModel.fit(varied, pairs)
        errors.append(np.linalg.norm(fit.weights - planted.weights))
    # An error of 1/√pairs shrinks by √400 = 20 on average.
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < errors[0] / 10
    surplus = surplus_by_hand(pairs, 4)
    chance = logistic(surplus @ planted.weights)
    information = surplus.T @ (surplus * (chance * (1 - chance))[:, None])
    within = np.sqrt(np.diag(np.linalg.inv(information)))
    assert within.max() < 0.05
    assert np.abs(fit.weights - planted.weights) == pytest.approx(0, abs=4 * within.max())


@pytest.mark.parametrize("ridge", [1e-3, 1.0, 50.0])
def test_gradient_vanishes_at_the_fit(weather, judge, ridge):
    pairs = sample_preferences(weather, judge, 1000, np.random.default_rng(10))
    fit = RewardModel.fit(weather, pairs, ridge=ridge)
    surplus = surplus_by_hand(pairs, 117)
    gradient = surplus.T @ logistic(-surplus @ fit.weights) - ridge * fit.weights
    assert np.linalg.norm(surplus.sum(axis=0) / 2) > 100  # where the search begins
    assert np.linalg.norm(gradient) < 1e-9


def test_fit_to_one_kind_of_pair_solves_its_equation(varied):
    # All say that "rain." beats "snow.": by symmetry the weights are x and −x, and
    # the slope n·σ(−2x) − ridge·x is 0.
    pairs = 30
    rain, snow = (np.repeat(sequences(varied, text), pairs, axis=0) for text in ("Rain.", "Snow."))
    fit = RewardModel.fit(varied, Preferences(rain, snow), ridge=2.0)
    x = scipy.optimize.brentq(lambda x: pairs / (1 + math.exp(2 * x)) - 2 * x, 0, 100, xtol=1e-14)
    assert fit.weights == pytest.approx([0, 0, x, -x], abs=1e-6)


def test_errors_of_one_kind_of_pair_are_those_of_its_closed_form(varied):
    # The curvature is ridge·1 + n·s(1 − s)·(e_rain − e_snow)(e_rain − e_snow)ᵀ, s = σ(2x).
    pairs, ridge = 30, 2.0
    rain, snow = (np.repeat(sequences(varied, text), pairs, axis=0) for text in ("Rain.", "Snow."))
    seen = Preferences(rain, snow)
    fit = RewardModel.fit(varied, seen, ridge=ridge)
    s = logistic(fit.weights[2] - fit.weights[3])
    told = math.sqrt((1 / ridge + 1 / (ridge + 2 * pairs * s * (1 - s))) / 2)
    untold = 1 / math.sqrt(ridge)
    assert fit.errors(seen, ridge=ridge) == pytest.approx([untold, untold, told, told], rel=1e-9)


def test_errors_say_how_far_weights_are_off(varied):
    # Weights drawn from the prior, pairs drawn from the weights: the errors hold in both.
    rng = np.random.default_rng(21)
    off = []
    for _ in range(200):
        planted = Planted(rng.normal(size=4))
        pairs = sample_preferences(varied, planted, 300, rng)
        fit = RewardModel.fit(varied, pairs)
        off.append((fit.weights - planted.weights) / fit.errors(pairs))
    # The four of a draw are not independent: 200 of them are, within 4 standard errors.
    assert np.mean(np.square(off)) == pytest.approx(1, abs=4 * math.sqrt(2 / 200))


def test_large_ridge_pulls_all_weights_to_0(weather, judge):
    pairs = sample_preferences(weather, judge, 500, np.random.default_rng(11))
    surplus = surplus_by_hand(pairs, 117)
    lengths = []
    for ridge in (1.0, 1e2, 1e4, 1e6):
        weights = RewardModel.fit(weather, pairs, ridge=ridge).weights
        lengths.append(np.linalg.norm(weights))
    assert lengths == sorted(lengths, reverse=True)
    # At weights of 0 every pair is a toss: the slope there is half the surplus.
    assert weights * 1e6 == pytest.approx(surplus.sum(axis=0) / 2, rel=1e-3, abs=0.1)
    assert lengths[-1] < 1e-3


def test_reward_is_the_sum_of_weights_by_the_length_of_the_longest(weather):
    rng = np.random.default_rng(12)
    reward = RewardModel(rng.normal(size=117), LONGEST)
    tokens = weather.sample(100, rng)
    expected = [
        math.fsum(reward.weights[token] for token in row if token != PAD) / LONGEST
        for row in tokens
    ]
    assert reward.score(tokens) == pytest.approx(expected, abs=1e-14)
    assert reward.score(tokens) == pytest.approx(
        counts(tokens, 117) @ reward.weights / LONGEST, abs=1e-14
    )
    assert reward.per_token * LONGEST == pytest.approx(reward.weights)
    assert reward.score(np.full((1, LONGEST), PAD)).tolist() == [0]


def test_fit_divides_by_the_longest_of_the_model(varied):
    pairs = sample_preferences(varied, Planted(np.ones(4)), 10, np.random.default_rng(13))
    assert RewardModel.fit(varied, pairs).longest == 6


def test_reward_model_learns_what_the_judge_likes(weather, judge):
    # Held-out sequences: the fit orders them as the judge does, most of the time.
    pairs = sample_preferences(weather, judge, 4000, np.random.default_rng(14))
    reward = RewardModel.fit(weather, pairs)
    tokens = weather.sample(2000, np.random.default_rng(15))
    rank, p = scipy.stats.spearmanr(reward.score(tokens), judge.score(tokens))
    # It cannot see the order of words, and the judge can.
    assert rank > 0.4
    assert p < 1e-6


@pytest.mark.parametrize("ridge", [0, -1.0, math.inf, math.nan])
def test_ridge_is_finite_and_above_0(varied, ridge):
    tokens = sequences(varied, "Rain.")
    with raises(f"ridge must be a finite number above 0, got {ridge!r}"):
        RewardModel.fit(varied, Preferences(tokens, tokens), ridge=ridge)
    with raises(f"ridge must be a finite number above 0, got {ridge!r}"):
        RewardModel(np.zeros(4), 6).errors(Preferences(tokens, tokens), ridge=ridge)


@pytest.mark.parametrize("count", [0, -1])
def test_preferences_are_one_at_least(weather, judge, count):
    with raises(f"count must be a whole number at least 1, got {count}"):
        sample_preferences(weather, judge, count, np.random.default_rng(1))
