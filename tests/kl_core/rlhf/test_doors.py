"""Every scalar, count and generator that comes in is one, or is named with what it is instead."""

import math
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
import pytest

from kl_core.rlhf import (
    GRPO,
    PPO,
    AdaptiveKL,
    AtLeast,
    FixedKL,
    Judge,
    LanguageModel,
    ProportionalKL,
    RewardModel,
    TabularPolicy,
    Tempered,
    TopK,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    frontier,
    optimal_policy,
    optimum_at_kl,
    sample,
    sample_preferences,
    sequence_kl,
    train,
)
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import TEXT, tiny_model, tiny_reward

MODEL = tiny_model()
REWARD = tiny_reward(MODEL)
PAIRS = sample_preferences(MODEL, Judge(MODEL), 4, np.random.default_rng(1))


def run(algorithm=None, rng=None, **settings):
    """Begin a run on the tiny model."""
    rng = np.random.default_rng(1) if rng is None else rng
    return train(MODEL, REWARD, Judge(MODEL), algorithm or PPO(), FixedKL(1), rng, **settings)


NUMBERS = [
    ("beta", FixedKL),
    ("beta", partial(AdaptiveKL, target=1)),
    ("target", partial(AdaptiveKL, 1)),
    ("beta", partial(ProportionalKL, target=1)),
    ("target", partial(ProportionalKL, 1)),
    ("gain", partial(ProportionalKL, 1, 1)),
    ("kl", FixedKL(1).after),
    ("kl", AdaptiveKL(1, 1).after),
    ("kl", ProportionalKL(1, 1).after),
    ("temperature", partial(Tempered, MODEL)),
    ("clip", lambda clip: GRPO(clip=clip)),
    ("clip", PPO),
    ("rate", lambda rate: run(rate=rate)),
    ("ridge", lambda ridge: RewardModel.fit(MODEL, PAIRS, ridge=ridge)),
    ("beta", partial(optimal_policy, MODEL, REWARD)),
    ("beta", lambda beta: frontier(MODEL, REWARD, [1, beta])),
    ("kl", partial(optimum_at_kl, MODEL, REWARD)),
]
COUNTS = [
    ("k", partial(TopK, MODEL)),
    ("tokens", partial(AtLeast, MODEL)),
    ("group", GRPO),
    ("steps", lambda steps: run(steps=steps)),
    ("batch_size", lambda size: run(batch_size=size)),
    ("batch_size", lambda size: run(GRPO(), batch_size=size)),
    ("epochs", lambda epochs: run(epochs=epochs)),
    ("count", lambda count: sample(MODEL, count, np.random.default_rng(1))),
    ("count", lambda count: MODEL.sample(count, np.random.default_rng(1))),
    ("count", lambda n: sample_preferences(MODEL, Judge(MODEL), n, np.random.default_rng(1))),
    ("order", lambda order: LanguageModel.from_text(TEXT, order=order)),
    ("longest", lambda longest: LanguageModel.from_text(TEXT, longest=longest)),
    ("often", lambda often: LanguageModel.from_text(TEXT, often=often)),
    ("longest", partial(RewardModel, REWARD.weights)),
    ("n", best_of_n_kl),
    ("n", partial(best_of_n_kl_estimate, [1, 2, 3])),
    ("n", partial(best_of_n_mean, [1, 2, 3], [1, 2, 3])),
]
NO_NUMBERS = [
    None,
    "0.1",
    True,
    [0.1],
    {},
    1j,
    date(1970, 1, 2),
    np.datetime64(1, "D"),
    np.ma.masked,
]


def named(pairs):
    """Return names and calls as parameters, numbered so that each can be told."""
    return [pytest.param(*pair, id=f"{pair[0]} {place}") for place, pair in enumerate(pairs)]


@pytest.mark.parametrize("value", [*NO_NUMBERS, math.nan, -math.inf], ids=repr)
@pytest.mark.parametrize(("name", "call"), named(NUMBERS))
def test_what_is_no_number_is_refused(name, call, value):
    with raises(f"{name} must be a finite number") as caught:
        call(value)
    assert str(caught.value).endswith(f", got {value!r}")


@pytest.mark.parametrize("value", [*NO_NUMBERS, math.nan, 1.5, 2.0, 0, -1], ids=repr)
@pytest.mark.parametrize(("name", "call"), named(COUNTS))
def test_what_is_no_count_is_refused(name, call, value):
    with raises(f"{name} must be a whole number") as caught:
        call(value)
    assert str(caught.value).endswith(f", got {value!r}")


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, Decimal])
def test_numbers_of_other_kinds_are_taken(kind):
    one = kind(1)
    assert AdaptiveKL(one, one).after(kind(3)) == AdaptiveKL(2.0, 1.0)
    assert ProportionalKL(one, one, one).after(one) == ProportionalKL(1.0, 1.0, 1.0)
    assert FixedKL(one).after(one) == FixedKL(1.0)
    assert (PPO(one), GRPO(clip=one)) == (PPO(1.0), GRPO(clip=1.0))
    assert optimal_policy(MODEL, REWARD, one).value == optimal_policy(MODEL, REWARD, 1.0).value
    assert optimum_at_kl(MODEL, REWARD, one).beta == optimum_at_kl(MODEL, REWARD, 1.0).beta
    warm = Tempered(MODEL, one).next_words(0)[0]
    np.testing.assert_array_equal(warm, Tempered(MODEL, 1.0).next_words(0)[0])


def test_counts_of_other_kinds_are_taken():
    two = np.int32(2)
    assert best_of_n_kl(two) == best_of_n_kl(2)
    assert best_of_n_kl_estimate([0, 1], two) == best_of_n_kl_estimate([0, 1], 2)
    assert best_of_n_mean([0, 1], [0, 1], two) == best_of_n_mean([0, 1], [0, 1], 2)
    tokens = sample(TopK(MODEL, two), two, np.random.default_rng(1))
    assert tokens.shape == (2, MODEL.longest)
    assert GRPO(two) == GRPO(2)


@pytest.mark.parametrize("infinite", [math.inf, np.inf, np.float32("inf")])
def test_an_infinite_divergence_is_above_every_target(infinite):
    assert FixedKL(0.1).after(infinite) == FixedKL(0.1)
    assert AdaptiveKL(0.1, target=6).after(infinite) == AdaptiveKL(0.2, target=6)
    assert ProportionalKL(0.1, 6).after(infinite) == ProportionalKL(0.1, 6).after(1e9)


def test_an_estimate_below_0_is_below_every_target():
    assert AdaptiveKL(0.1, target=6).after(-0.5) == AdaptiveKL(0.05, target=6)
    assert ProportionalKL(0.1, 6).after(-0.5) == ProportionalKL(0.1, 6).after(0)


@pytest.mark.parametrize("rng", [None, 7, np.random.RandomState(7), np.random.Generator])
def test_chance_comes_from_a_generator(rng):
    calls = [
        lambda: sample(MODEL, 1, rng),
        lambda: MODEL.sample(1, rng),
        lambda: sample_preferences(MODEL, Judge(MODEL), 1, rng),
        lambda: train(MODEL, REWARD, Judge(MODEL), PPO(), FixedKL(1), rng),
    ]
    for call in calls:
        with raises("rng must be a numpy.random.Generator") as caught:
            call()
        assert str(caught.value).endswith(f", got {rng!r}")


@pytest.mark.parametrize("shares", [0.5, None, "halves", [0.5, "half", 0.2], [[0.5, 0.3, 0.2]]])
def test_shares_are_numbers(shares):
    with raises("shares must be "):
        LanguageModel.from_text(TEXT, order=2, shares=shares)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_weights_of_a_reward_are_finite(bad):
    with raises(f"weights[1] is {bad!r}; it must be finite"):
        RewardModel([1.0, bad], 24)


def test_lists_are_taken_for_arrays():
    assert sequence_kl(TabularPolicy(MODEL, MODEL.table.tolist()), MODEL) == 0
    listed = RewardModel(REWARD.weights.tolist(), REWARD.longest)
    assert optimal_policy(MODEL, listed, 1).value == optimal_policy(MODEL, REWARD, 1).value


def test_a_table_is_one_of_distributions():
    with raises("table[0] sums to 2.0"):
        TabularPolicy(MODEL, MODEL.table * 2)
    changed = MODEL.table.copy()
    changed[1, 2] = -0.1
    with raises("table[1, 2] is -0.1"):
        TabularPolicy(MODEL, changed)
    contexts, words = MODEL.table.shape
    with raises(
        f"table must have a row for each context and a column for each word, {(contexts, words)}; "
        f"got shape {(1, words)}"
    ):
        TabularPolicy(MODEL, MODEL.table[:1])
