"""The judge by sentences written by hand, by a slow reader, and by hundreds of no sentences."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from kl_core.rlhf import (
    Judge,
    LanguageModel,
    RewardModel,
    account,
    forecasts,
    optimal_policy,
    sample,
    sample_preferences,
)
from kl_core.rlhf._language_model import LONGEST, PAD, STOP
from kl_core.rlhf._preferences import LITTLE, TOPICS, counts, mean_and_error
from tests.kl_core.rlhf.enumeration import TEXT, all_sequences, padded, tiny_model

POINTS = ("when", "where", "sky", "temperature", "wind", "ends properly", "repeats nothing")
PERFECT = "tomorrow will be clear and cold with a light breeze along the coast."


@pytest.fixture(scope="module")
def weather():
    return LanguageModel.from_text(forecasts())


@pytest.fixture(scope="module")
def judge(weather):
    return Judge(weather)


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


def read_slowly(words, text):
    """Return how many words are read: up to the first that the text nowhere has after its last."""
    lines = [[".", *line.lower().replace(".", " .").split()] for line in text.splitlines()]
    pairs = {pair for line in lines for pair in itertools.pairwise(line)}
    steps = [pair in pairs for pair in itertools.pairwise([".", *words])]
    return next((place for place, makes_sense in enumerate(steps) if not makes_sense), len(words))


def marked_slowly(words, text, topics=TOPICS):
    """Return the points of a sentence, in the judge's order, from its words and the text alone."""
    read = words[: read_slowly(words, text)]
    whole = read == words
    said = [any(word in about.split() for word in read) for about in topics.values()]
    ends = whole and len(words) > 1 and words[-1] == "." and words[-2] not in LITTLE
    return [*said, ends, whole and not any(repeated_slowly(words))]


def test_perfect_forecast_earns_every_point(judge):
    assert judge.points == POINTS
    assert earned(judge, PERFECT) == set(POINTS)
    assert judge.score(sequences(judge.model, PERFECT)).tolist() == [7]


# Forecasts that lack one point and have all others.
WITHOUT = {
    "when": "cold and clear with a light breeze along the coast.",
    "where": "tomorrow will be clear and cold with a light breeze.",
    "sky": "tomorrow will be cold with a light breeze along the coast.",
    "temperature": "tomorrow will be clear with a light breeze along the coast.",
    "wind": "tomorrow will be clear and cold in the hills.",
    "ends properly": "tomorrow will be clear and cold with a light breeze along the coast",
    "repeats nothing": "tomorrow will be clear and cold with a light breeze along the coast "
    "tomorrow.",
}


@pytest.mark.parametrize("point", POINTS)
def test_each_point_can_be_missed_by_itself(judge, point):
    assert earned(judge, WITHOUT[point]) == set(POINTS) - {point}


@pytest.mark.parametrize(
    ("sentence", "topics"),
    [
        ("the weekend will be wet", {"when", "sky"}),
        ("gales over the sea.", {"wind", "where"}),
        ("hot inland.", {"temperature", "where"}),
        ("expect a warm evening", {"when", "temperature"}),
        ("heavy showers.", {"sky"}),
        ("frost in the hills at dawn.", {"temperature", "where", "when"}),
        ("expect a few", set()),
    ],
)
def test_topics_are_heard_in_their_words(judge, sentence, topics):
    assert earned(judge, sentence) & set(TOPICS) == topics


def test_every_word_of_a_topic_is_heard_where_the_text_has_it(judge):
    lines = [line.lower().replace(".", " .").split() for line in forecasts().splitlines()]
    for topic, words in TOPICS.items():
        said = [word for word in words.split() if word in judge.model.index]
        assert said
        for word in said:
            start = next(line[: line.index(word)] for line in lines if word in line)
            before, after = (earned(judge, " ".join(each)) for each in (start, [*start, word]))
            # Without a first word there is nothing to misread.
            assert (after - before) | (before & {topic}) == {topic}


def test_no_word_speaks_of_two_topics_and_no_little_word_of_one():
    words = [word for said in TOPICS.values() for word in said.split()]
    assert len(words) == len(set(words))
    assert not LITTLE & set(words)


@pytest.mark.parametrize(
    ("sentence", "properly"),
    [
        ("rain and snow.", True),
        ("heavy showers.", True),
        ("rain and snow", False),
        ("rain falls in the.", False),
        ("rain falls until.", False),
        ("rain falls in the", False),
        (".", False),
        ("the.", False),
        # Whoever has stopped reading does not see the end.
        ("rain and hail falls and snow.", False),
    ],
)
def test_proper_end_is_a_full_stop_after_a_word_of_weight(judge, sentence, properly):
    assert ("ends properly" in earned(judge, sentence)) == properly


def test_no_little_word_can_be_the_last():
    # In a text whose lines end with them.
    text = "\n".join(f"Rain falls {word}." for word in sorted(LITTLE | {"today"}))
    judge = Judge(LanguageModel.from_text(text))
    for word in LITTLE:
        assert earned(judge, f"rain falls {word}.") == {"sky", "repeats nothing"}
    assert earned(judge, "rain falls today.") == {"sky", "when", "ends properly", "repeats nothing"}


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("rain and snow.", "rain and snow."),
        # The issue's own example: nothing in the forecasts puts "warm" after "wind".
        (
            "drizzle stays cloudy with a freezing wind warm today.",
            "drizzle stays cloudy with a freezing wind",
        ),
        ("rain falls falls.", "rain falls"),
        # No forecast begins so, and "rain spreads." is no end.
        ("the and rain", "the"),
        ("with rain.", ""),
        (".", ""),
        ("rain spreads.", "rain spreads"),
    ],
)
def test_reading_stops_at_the_first_word_without_sense(judge, sentence, read):
    (flags,) = judge.reads(tokens := sequences(judge.model, sentence))
    assert judge.model.decode(tokens[0, flags]) == read
    assert flags.tolist() == sorted(flags.tolist(), reverse=True)


def test_every_line_of_the_text_is_read_to_its_end(judge):
    tokens = sequences(judge.model, *forecasts().splitlines())
    assert (judge.reads(tokens) == (tokens != PAD)).all()
    assert judge.score(tokens).mean() > 5.5


def garbage(kind, model, rng):
    """Return hundreds of sequences that are no sentences."""
    if kind == "salad":
        lengths = rng.integers(4, 14, size=500)
        return padded([[*rng.integers(1, len(model.words), n), STOP] for n in lengths], LONGEST)
    lines = [model.encode(line) for line in forecasts().splitlines()]
    if kind == "the model's own, shuffled":
        lines = [row[row != PAD] for row in model.sample(500, rng)]
        lines = [row for row in lines if row[-1] == STOP]
    return padded([[*rng.permutation(line[:-1]), STOP] for line in lines], LONGEST)


@pytest.mark.parametrize(
    "kind", ["salad", "the text's lines, shuffled", "the model's own, shuffled"]
)
def test_garbage_scores_far_below_what_the_model_writes(judge, kind):
    model = judge.model
    usual = judge.score(model.sample(2000, np.random.default_rng(20)))
    scores = judge.score(garbage(kind, model, np.random.default_rng(21)))
    assert scores.size > 300
    assert usual.mean() > 3.5
    assert scores.mean() < 0.7
    # Shuffled, two or three words may stand as they should.
    assert np.mean(scores > usual.mean()) < 0.02


def test_a_reward_model_that_sees_only_words_is_hacked_by_itself(judge):
    model = judge.model
    pairs = sample_preferences(model, judge, 2000, np.random.default_rng(1))
    reward = RewardModel.fit(model, pairs)
    reports, rewards = [], []
    for beta in (1.0, 0.02, 0.005, 0.001):
        best = optimal_policy(model, reward, beta)
        reports.append(judge.report(sample(best, 4000, np.random.default_rng(23))).score)
        rewards.append(account(best, reward).reward)
    assert rewards == sorted(rewards)
    (start, error), (peak, _), (past, _), (end, _) = reports
    # First it learns what the judge wants, then what the reward model is wrong about.
    assert peak > start + 5 * error
    assert past < start - 5 * error
    assert end < past - 1


def test_scores_are_those_of_a_slow_reader(judge):
    model = judge.model
    rng = np.random.default_rng(22)
    for tokens in (model.sample(500, rng), garbage("salad", model, rng)):
        expected = [
            marked_slowly([model.words[token] for token in row if token != PAD], forecasts())
            for row in tokens
        ]
        assert judge.marks(tokens).tolist() == expected


def test_every_sequence_of_a_small_model_is_marked_as_by_a_slow_reader():
    model = tiny_model()
    topics = {"sky": "rain", "motion": "falls fades"}
    judge = Judge(model, topics)
    listed = all_sequences(len(model.words), model.longest)
    marks = judge.marks(padded(listed, model.longest))
    assert len(listed) > 300
    for row, found in zip(listed, marks, strict=True):
        words = [model.words[token] for token in row]
        assert found.tolist() == marked_slowly(words, TEXT, topics), words
    assert len({*map(tuple, marks)}) >= 6


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


@pytest.mark.parametrize(
    ("sentence", "once"),
    [
        ("rain and snow and hail.", True),
        ("rain falls in the north", True),
        ("rain fades in the evening and the evening.", False),
        # What is not read to its end earns nothing for not repeating.
        ("rain rain.", False),
        ("rain with", False),
    ],
)
def test_only_what_is_read_to_its_end_repeats_nothing(judge, sentence, once):
    assert ("repeats nothing" in earned(judge, sentence)) == once


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


def test_full_stop_alone_earns_nothing(judge):
    assert earned(judge, ".") == set()


def test_sequence_of_full_length_has_no_proper_end():
    words = [f"w{place}" for place in range(LONGEST - 1)]
    text = f"{' '.join(words)} rain.\n{' '.join(words)}."
    judge = Judge(LanguageModel.from_text(text))
    endless = [*words, "rain"]
    (tokens,) = sequences(judge.model, " ".join(endless))
    assert (tokens != PAD).all()
    assert STOP not in tokens
    assert earned(judge, " ".join(endless)) == {"sky", "repeats nothing"}
    # The same with a full stop at the very last place.
    (tokens,) = sequences(judge.model, f"{' '.join(words)}.")
    assert (tokens != PAD).all()
    assert earned(judge, f"{' '.join(words)}.") == {"ends properly", "repeats nothing"}


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
    assert earned(judge, "expect rain and gales.") == set(judge.points)
    assert earned(judge, "expect snow") == {"repeats nothing"}
    assert earned(judge, "gales over the sea.") == set(judge.points) - {"rain"}


def test_report_worked_out_by_hand(judge):
    # Points: 7, and 1 (sky: reading stops there); different tokens: 14 and 3; repeated: 0, 1 of 4.
    report = judge.report(sequences(judge.model, PERFECT, "rain rain falls."))
    assert report.score == pytest.approx((4, 3))
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
