"""The judge by sentences written by hand; Bradley–Terry by frequencies and planted weights."""

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
from kl_core.rlhf._language_model import LONGEST, PAD, STOP
from kl_core.rlhf._preferences import LITTLE, TOPICS, counts, mean_and_error
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import padded

POINTS = ("when", "where", "sky", "temperature", "wind", "ends properly", "repeats nothing")
PERFECT = "tomorrow will be clear and cold with a light breeze along the coast."


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


def earned(judge, sentence):
    """Return the names of the points that a sentence earns."""
    (marks,) = judge.marks(sequences(judge.model, sentence))
    assert set(marks) <= {0, 1}
    return {name for name, mark in zip(judge.points, marks, strict=True) if mark}


def repeated_slowly(words):
    """Return which words of a sentence repeat, word by word."""
    flags = []
    for place, word in enumerate(words):
        if word in LITTLE:
            flags.append(place > 0 and words[place - 1] == word)
        else:
            flags.append(word in words[:place])
    return flags


def surplus_by_hand(preferences, size):
    """Return how much oftener each word stands in the chosen, shape (n, size)."""
    rows = []
    for chosen, rejected in zip(preferences.chosen, preferences.rejected, strict=True):
        many, few = Counter(chosen.tolist()), Counter(rejected.tolist())
        rows.append([many[token] - few[token] for token in range(size)])
    return np.array(rows, dtype=float)


def logistic(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


def test_perfect_forecast_earns_every_point(judge):
    assert judge.points == POINTS
    assert earned(judge, PERFECT) == set(POINTS)
    assert judge.score(sequences(judge.model, PERFECT)).tolist() == [7]


# The perfect forecast with all that earns one point taken out of it.
WITHOUT = {
    "when": "expect clear and cold air with a light breeze along the coast.",
    "where": "tomorrow will be clear and cold with a light breeze.",
    "sky": "tomorrow will be cold with a light breeze along the coast.",
    "temperature": "tomorrow will be clear with a light breeze along the coast.",
    "wind": "tomorrow will be clear and cold along the coast.",
    "ends properly": "tomorrow will be clear and cold with a light breeze along the coast",
    "repeats nothing": "tomorrow will be clear and clear and cold with a breeze along the coast.",
}


@pytest.mark.parametrize("point", POINTS)
def test_each_point_can_be_missed_by_itself(judge, point):
    assert earned(judge, WITHOUT[point]) == set(POINTS) - {point}


@pytest.mark.parametrize(
    ("sentence", "topics"),
    [
        ("the weekend brings snow.", {"when", "sky"}),
        ("gales move inland.", {"wind", "where"}),
        ("hot air spreads over the sea.", {"temperature", "where"}),
        ("this evening turns chilly.", {"when", "temperature"}),
        ("heavy hail blows across the strong air.", {"sky"}),
        ("frost lies near the lake at dawn.", {"temperature", "where", "when"}),
        ("some spells move before the few.", set()),
    ],
)
def test_topics_are_heard_in_their_words(judge, sentence, topics):
    assert earned(judge, sentence) & set(TOPICS) == topics


def test_every_word_of_a_topic_earns_its_point_alone(judge):
    for topic, words in TOPICS.items():
        said = [word for word in words.split() if word in judge.model.index]
        assert said
        for word in said:
            assert earned(judge, f"{word}.") == {topic, "ends properly", "repeats nothing"}


def test_no_word_speaks_of_two_topics_and_no_little_word_of_one():
    words = [word for said in TOPICS.values() for word in said.split()]
    assert len(words) == len(set(words))
    assert not LITTLE & set(words)


@pytest.mark.parametrize(
    ("sentence", "properly"),
    [
        ("rain falls.", True),
        ("rain.", True),
        ("rain falls", False),
        ("rain falls in the.", False),
        ("rain falls until.", False),
        ("rain falls in the", False),
        (".", False),
        ("the.", False),
    ],
)
def test_proper_end_is_a_full_stop_after_a_word_of_weight(judge, sentence, properly):
    assert ("ends properly" in earned(judge, sentence)) == properly


def test_no_little_word_can_be_the_last(judge):
    for word in LITTLE:
        assert "ends properly" not in earned(judge, f"rain falls {word}.")


@pytest.mark.parametrize(
    ("sentence", "flags"),
    [
        ("rain and snow and hail.", "000000"),
        ("rain and and snow.", "00100"),
        ("the the the rain.", "01100"),
        ("rain falls over rain.", "00010"),
        ("rain rain rain.", "0110"),
        ("the rain in the north.", "000000"),
        (".", "0"),
    ],
)
def test_repetitions_by_hand(judge, sentence, flags):
    (found,) = judge.repeats(sequences(judge.model, sentence))
    assert found.tolist() == [flag == "1" for flag in flags.ljust(LONGEST, "0")]
    assert ("repeats nothing" in earned(judge, sentence)) == ("1" not in flags)


def test_repetitions_are_those_of_a_slow_loop(judge):
    model = judge.model
    rng = np.random.default_rng(1)
    drawn = model.sample(400, rng)
    # Words in any order repeat more than the model does, little ones in a row too.
    jumbled = rng.integers(1, 30, size=(400, LONGEST))
    for tokens in (drawn, jumbled):
        expected = []
        for row in tokens:
            flags = repeated_slowly([model.words[token] for token in row if token != PAD])
            expected.append(flags + [False] * (LONGEST - len(flags)))
        assert judge.repeats(tokens).tolist() == expected
        assert np.any(expected)


def test_full_stop_alone_says_nothing_but_repeats_nothing(judge):
    assert earned(judge, ".") == {"repeats nothing"}


def test_sequence_of_full_length_has_no_proper_end(judge):
    model = judge.model
    long = "tomorrow and tonight and today and rain and snow and hail and fog and mist and wind and"
    words = (long + " winds and gales and gusts and breeze and calm and").split()[:LONGEST]
    (tokens,) = sequences(model, " ".join(words))
    assert (tokens != PAD).all()
    assert STOP not in tokens
    assert earned(judge, " ".join(words)) == {"when", "sky", "wind", "repeats nothing"}
    # The same with a full stop at the very last place.
    proper = " ".join([*words[:-2], "cold"]) + "."
    assert (sequences(model, proper)[0] != PAD).all()
    assert earned(judge, proper) == set(POINTS) - {"where"}


def test_nothing_at_all_earns_only_the_point_for_not_repeating(judge):
    marks = judge.marks(np.full((2, LONGEST), PAD))
    assert marks.tolist() == [[0, 0, 0, 0, 0, 0, 1]] * 2


def test_padding_changes_no_marks(judge):
    tokens = judge.model.sample(200, np.random.default_rng(2))
    wider = np.hstack([tokens, np.full((200, 5), PAD)])
    assert (judge.marks(wider) == judge.marks(tokens)).all()
    for row, marks in zip(tokens, judge.marks(tokens), strict=True):
        assert (judge.marks(row[row != PAD][None]) == marks).all()


def test_score_is_the_sum_of_the_marks(judge):
    tokens = judge.model.sample(200, np.random.default_rng(3))
    expected = [len(earned(judge, judge.model.decode(row))) for row in tokens]
    assert judge.score(tokens).tolist() == expected
    assert len(set(expected)) > 3


def test_judge_may_have_other_topics(weather):
    judge = Judge(weather, {"rain": "rain wet tsunami"})
    assert judge.points == ("rain", "ends properly", "repeats nothing")
    assert earned(judge, "wet snow.") == set(judge.points)
    assert earned(judge, "snow.") == set(judge.points) - {"rain"}


def test_report_worked_out_by_hand(judge):
    # Points: 7, and 2 (sky, "ends properly"); different tokens: 14 and 3; repeated: 0 and 1 of 4.
    report = judge.report(sequences(judge.model, PERFECT, "rain rain falls."))
    assert report.score == pytest.approx((4.5, 2.5))
    assert report.different == pytest.approx((8.5, 5.5))
    assert report.repeated == pytest.approx((1 / 8, 1 / 8))


def test_mean_and_its_standard_error():
    values = np.random.default_rng(4).normal(size=37)
    mean, error = mean_and_error(values)
    assert mean == pytest.approx(math.fsum(values) / 37)
    assert error == pytest.approx(scipy.stats.sem(values))


def test_counts_are_those_of_a_counter(weather):
    tokens = weather.sample(100, np.random.default_rng(5))
    expected = [[Counter(row)[word] for word in range(117)] for row in tokens.tolist()]
    assert counts(tokens, 117).tolist() == expected


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
    # What the search was told to stop at.
    assert np.linalg.norm(gradient) < 1e-6


def test_fit_to_one_kind_of_pair_solves_its_equation(varied):
    # All say that "rain." beats "snow.": by symmetry the weights are x and −x, and
    # the slope n·σ(−2x) − ridge·x is 0.
    pairs = 30
    rain, snow = (np.repeat(sequences(varied, text), pairs, axis=0) for text in ("Rain.", "Snow."))
    fit = RewardModel.fit(varied, Preferences(rain, snow), ridge=2.0)
    x = scipy.optimize.brentq(lambda x: pairs / (1 + math.exp(2 * x)) - 2 * x, 0, 100, xtol=1e-14)
    assert fit.weights == pytest.approx([0, 0, x, -x], abs=1e-6)


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
    assert rank > 0.5
    assert p < 1e-6


@pytest.mark.parametrize("ridge", [0, -1.0, math.inf, math.nan])
def test_ridge_is_finite_and_above_0(varied, ridge):
    tokens = sequences(varied, "Rain.")
    with raises(f"ridge must be a finite number above 0, got {ridge!r}"):
        RewardModel.fit(varied, Preferences(tokens, tokens), ridge=ridge)


@pytest.mark.parametrize("count", [0, -1])
def test_preferences_are_one_at_least(weather, judge, count):
    with raises(f"count must be a whole number at least 1, got {count}"):
        sample_preferences(weather, judge, count, np.random.default_rng(1))
