"""What draws by another rule is a policy too, and what its text says about KL is what it should."""

import dataclasses
import math

import numpy as np
import pytest
import scipy.special

from kl_core.rlhf import (
    AtLeast,
    Judge,
    RewardModel,
    TabularPolicy,
    Tempered,
    TopK,
    account,
    expected_log_ratio,
    optimal_policy,
    sample,
    sample_preferences,
    sequence_kl,
    token_log_ratios,
)
from kl_core.rlhf._language_model import PAD, STOP
from kl_core.rlhf._training import Batch
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import (
    Enumeration,
    padded,
    random_logits,
    random_table,
    rows_along,
    tiny_model,
    tiny_reward,
)

TINY = tiny_model()
WORDS = len(TINY.words)
POLICIES = {
    "reference": TINY,
    "optimum": optimal_policy(TINY, tiny_reward(TINY), 0.5),
    "table": random_table(TINY, 1),
    "trained": random_logits(TINY, 3),
    "table with zeros": random_table(TINY, 2, zeros=0.4),
}
DECODERS = {
    "top 1": lambda policy: TopK(policy, 1),
    "top 2": lambda policy: TopK(policy, 2),
    "top 4": lambda policy: TopK(policy, 4),
    "temperature 0.5": lambda policy: Tempered(policy, 0.5),
    "temperature 3": lambda policy: Tempered(policy, 3.0),
    "at least 2": lambda policy: AtLeast(policy, 2),
    "at least 4": lambda policy: AtLeast(policy, 4),
    "at least 3 of top 2, cold": lambda policy: AtLeast(TopK(Tempered(policy, 0.5), 2), 3),
}


@pytest.fixture(params=POLICIES)
def policy(request):
    return POLICIES[request.param]


@pytest.fixture(params=DECODERS)
def sampler(request, policy):
    return DECODERS[request.param](policy)


def test_whatever_draws_is_a_policy(sampler):
    assert sampler.model is TINY
    some = np.array([3, 0, 3])
    for step in range(TINY.longest):
        chances, log_ratio = sampler.next_words(step)
        assert chances.shape == log_ratio.shape == TINY.table.shape
        assert (chances >= 0).all()
        np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-14)
        with np.errstate(divide="ignore"):
            expected = np.log(chances) - np.log(TINY.table)
        np.testing.assert_allclose(log_ratio, expected, rtol=0, atol=1e-13)
        for whole, part in zip((chances, log_ratio), sampler.next_words(step, some), strict=True):
            np.testing.assert_allclose(part, whole[some], rtol=1e-15)


def test_its_sequences_have_the_chances_it_says(sampler):
    assert math.fsum(Enumeration(sampler).chances) == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize("k", range(1, WORDS + 1))
def test_the_k_likeliest_words_share_what_there_is(policy, k):
    for step in range(TINY.longest):
        before, after = policy.next_words(step)[0], TopK(policy, k).next_words(step)[0]
        for old, new in zip(before.tolist(), after.tolist(), strict=True):
            best = sorted(range(WORDS), key=lambda word, old=old: -old[word])[:k]
            total = math.fsum(old[word] for word in best)
            expected = [old[word] / total if word in best else 0 for word in range(WORDS)]
            assert new == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("k", range(1, WORDS + 1))
def test_of_equally_likely_words_exactly_k_are_left(k):
    alike = TabularPolicy(TINY, np.full(TINY.table.shape, 1 / WORDS))
    chances, _ = TopK(alike, k).next_words(0)
    np.testing.assert_allclose(np.sort(chances)[:, -k:], 1 / k, rtol=1e-15)
    assert ((chances > 0).sum(axis=1) == k).all()


@pytest.mark.parametrize("temperature", [0.05, 0.5, 0.9, 1.5, 20.0])
def test_a_temperature_is_a_power_of_the_chances(policy, temperature):
    for step in range(TINY.longest):
        before, after = (
            each.next_words(step)[0] for each in (policy, Tempered(policy, temperature))
        )
        for old, new in zip(before, after, strict=True):
            largest = old.max()
            weights = [(chance / largest) ** (1 / temperature) for chance in old.tolist()]
            expected = np.array(weights) / math.fsum(weights)
            np.testing.assert_allclose(new, expected, rtol=1e-11, atol=1e-300)


def test_text_is_at_least_as_long_as_asked_for_and_then_the_policys_own(policy):
    tokens = 3
    sampler = AtLeast(policy, tokens)
    for step in range(TINY.longest):
        before, after = policy.next_words(step)[0], sampler.next_words(step)[0]
        if step + 1 >= tokens:
            np.testing.assert_array_equal(after, before)
            continue
        others = before[:, STOP + 1 :]
        goes_on = others.any(axis=1)
        assert goes_on.sum() > len(goes_on) / 2
        np.testing.assert_array_equal(after[goes_on, STOP], 0)
        np.testing.assert_allclose(
            after[goes_on, STOP + 1 :],
            others[goes_on] / others[goes_on].sum(axis=1, keepdims=True),
            rtol=1e-14,
        )
        # Where nothing but a full stop can follow, it does.
        np.testing.assert_array_equal(after[~goes_on], before[~goes_on])


@pytest.mark.parametrize("tokens", [1, 2, 4])
def test_no_sequence_is_shorter_than_asked_for(tokens):
    listed = Enumeration(AtLeast(POLICIES["optimum"], tokens))
    shortest = min(
        length for length, chance in zip(listed.lengths, listed.chances, strict=True) if chance
    )
    assert shortest == tokens


def test_a_policy_that_can_only_stop_stops():
    table = np.zeros_like(TINY.table)
    table[:, STOP] = 1.0
    chances, log_ratio = AtLeast(TabularPolicy(TINY, table), 3).next_words(0)
    np.testing.assert_array_equal(chances, table)
    np.testing.assert_allclose(log_ratio[:, STOP], -np.log(TINY.table[:, STOP]))


@pytest.mark.parametrize(
    "same",
    [
        lambda policy: TopK(policy, WORDS),
        lambda policy: TopK(policy, 10 * WORDS),
        lambda policy: Tempered(policy, 1.0),
        lambda policy: AtLeast(policy, 1),
    ],
    ids=["all words", "more than all words", "temperature 1", "at least 1"],
)
def test_a_rule_that_changes_nothing_draws_from_the_policy_itself(policy, same):
    sampler = same(policy)
    for step in range(TINY.longest):
        for mine, theirs in zip(sampler.next_words(step), policy.next_words(step), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-13, atol=1e-13)
    assert sequence_kl(sampler, policy) == pytest.approx(0, abs=1e-13)
    assert expected_log_ratio(policy, sampler) == pytest.approx(sequence_kl(policy), abs=1e-12)


@pytest.mark.parametrize("temperature", [1e-3, 1e-300])
def test_the_coldest_draws_only_the_likeliest_word(temperature):
    # The likeliest word of each row is ahead of the others by more than a few parts in a hundred.
    policy = POLICIES["trained"]
    for step in range(TINY.longest):
        cold, best = (
            each.next_words(step)[0] for each in (Tempered(policy, temperature), TopK(policy, 1))
        )
        np.testing.assert_allclose(cold, best, rtol=0, atol=1e-6)


def test_the_hottest_draws_all_words_alike_but_those_ruled_out(policy):
    for step in range(TINY.longest):
        before, hot = (each.next_words(step)[0] for each in (policy, Tempered(policy, 1e9)))
        allowed = before > 0
        np.testing.assert_allclose(hot, allowed / allowed.sum(axis=1, keepdims=True), atol=1e-7)


def sequence_log_ratios(policy, sequences, *, unmasked=False):
    """Return log(π/π_ref) of each sequence, word by word, with its padding where `unmasked`."""
    totals = []
    for sequence in sequences:
        terms = [log_ratio[token] for _, token, _, log_ratio in rows_along(policy, sequence)]
        if unmasked:
            # Full stops, each as if at the beginning of a sentence.
            terms += [
                policy.next_words(step, np.array([0]))[1][0, STOP]
                for step in range(len(sequence), policy.model.longest)
            ]
        totals.append(math.fsum(terms))
    return np.array(totals)


WITHOUT_ZEROS = [name for name in POLICIES if name != "table with zeros"]


@pytest.mark.parametrize("unmasked", [False, True])
@pytest.mark.parametrize("drawn_by", DECODERS)
@pytest.mark.parametrize("kind", WITHOUT_ZEROS)
def test_the_expected_log_ratio_is_a_sum_over_all_sequences(kind, drawn_by, unmasked):
    policy = POLICIES[kind]
    sampler = DECODERS[drawn_by](policy)
    listed = Enumeration(sampler)
    logs = sequence_log_ratios(policy, listed.sequences, unmasked=unmasked)
    found = expected_log_ratio(policy, sampler, padded=unmasked)
    assert found == pytest.approx(listed.mean(logs), abs=1e-11)


@pytest.mark.parametrize("drawn_by", DECODERS)
@pytest.mark.parametrize("kind", POLICIES)
def test_it_is_how_much_closer_the_sampler_is_to_the_policy_than_to_the_reference(kind, drawn_by):
    policy = POLICIES[kind]
    sampler = DECODERS[drawn_by](policy)
    exact = sequence_kl(sampler) - sequence_kl(sampler, policy)
    assert math.isfinite(exact)
    assert expected_log_ratio(policy, sampler) == pytest.approx(exact, abs=1e-11)


@pytest.mark.parametrize("kind", POLICIES)
def test_drawn_by_the_policy_itself_it_is_the_divergence(kind):
    policy = POLICIES[kind]
    listed = Enumeration(policy)
    kl = math.fsum(scipy.special.rel_entr(listed.chances, listed.reference))
    assert expected_log_ratio(policy, policy) == pytest.approx(kl, abs=1e-11)


def test_text_that_the_policy_never_writes_is_infinitely_less_likely():
    policy = TopK(TINY, 2)
    assert expected_log_ratio(policy, TINY) == -math.inf
    assert token_log_ratios(policy, TINY.sample(200, np.random.default_rng(1))).min() == -math.inf


def test_padding_counts_only_once_a_sequence_has_ended():
    # At the first step this policy rules a full stop out, and no sequence has ended yet.
    policy = AtLeast(POLICIES["optimum"], 2)
    assert expected_log_ratio(policy, policy, padded=True) == pytest.approx(
        Enumeration(policy).mean(
            sequence_log_ratios(policy, Enumeration(policy).sequences, unmasked=True)
        ),
        abs=1e-11,
    )


@pytest.mark.parametrize("unmasked", [False, True])
@pytest.mark.parametrize("kind", WITHOUT_ZEROS)
def test_log_ratios_of_tokens_are_those_along_each_sequence(kind, unmasked):
    policy = POLICIES[kind]
    sequences = Enumeration(policy).sequences
    found = token_log_ratios(policy, padded(sequences, TINY.longest), padded=unmasked)
    assert found.shape == (len(sequences), TINY.longest)
    for row, sequence in zip(found, sequences, strict=True):
        own = [log_ratio[token] for _, token, _, log_ratio in rows_along(policy, sequence)]
        np.testing.assert_allclose(row[: len(own)], own, rtol=0, atol=1e-14)
        if not unmasked:
            np.testing.assert_array_equal(row[len(own) :], 0)
    logs = sequence_log_ratios(policy, sequences, unmasked=unmasked)
    np.testing.assert_allclose(found.sum(axis=1), logs, rtol=0, atol=1e-12)


def test_log_ratios_are_differences_of_log_likelihoods(model):
    table = np.random.default_rng(4).dirichlet(np.ones(len(model.words)), len(model.contexts))
    tokens = model.sample(300, np.random.default_rng(5))
    found = token_log_ratios(TabularPolicy(model, table), tokens).sum(axis=1)
    # The same table as a language model of its own.
    other = dataclasses.replace(model, table=table)
    expected = other.log_likelihood(tokens) - model.log_likelihood(tokens)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


def test_log_ratios_are_those_that_training_sees(model):
    policy = random_logits(model, 6)
    batch = Batch.of(policy, sample(policy, 100, np.random.default_rng(7)))
    found = token_log_ratios(policy, batch.tokens)
    np.testing.assert_allclose(found[batch.rows, batch.steps], batch.log_ratio, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found[batch.tokens == PAD], 0)


@pytest.fixture(scope="module")
def usual_reward(model):
    """Return the reward model of the lessons, which has seen its 2,000 pairs with seed 1."""
    pairs = sample_preferences(model, Judge(model), 2000, np.random.default_rng(1))
    return RewardModel.fit(model, pairs)


def tuned(model, reward, fee):
    """Return the optimum at β = 0.2 where each word costs a fee."""
    is_word = np.arange(reward.weights.size) != STOP
    return optimal_policy(model, RewardModel(reward.weights - fee * is_word, reward.longest), 0.2)


# How a trainer gets a negative KL: fee a word, how it draws, whether padding counts, and the mean.
NEGATIVE = [
    pytest.param(0.0, lambda pi: TopK(pi, 2), False, -0.0207, id="top 2"),
    pytest.param(0.0, lambda pi: Tempered(pi, 0.5), False, -0.0094, id="temperature 0.5"),
    pytest.param(0.5, lambda pi: AtLeast(pi, 16), False, -1.0206, id="at least 16 tokens"),
    pytest.param(-0.5, lambda pi: pi, True, -3.9094, id="padding counts"),
]


@pytest.mark.parametrize(("fee", "drawn_by", "unmasked", "expected"), NEGATIVE)
def test_an_estimate_of_a_divergence_may_be_negative(
    model, usual_reward, fee, drawn_by, unmasked, expected
):
    policy = tuned(model, usual_reward, fee)
    sampler = drawn_by(policy)
    found = expected_log_ratio(policy, sampler, padded=unmasked)
    # Found first by another program, with ties and powers worked out in other ways.
    assert found == pytest.approx(expected, abs=1e-4)
    assert account(policy, usual_reward).kl > 0.005
    tokens = sample(sampler, 20_000, np.random.default_rng(8))
    drawn = token_log_ratios(policy, tokens, padded=unmasked).sum(axis=1)
    error = drawn.std(ddof=1) / math.sqrt(drawn.size)
    # So many draws leave no doubt about the sign.
    assert 0 < error < abs(found) / 5
    assert abs(drawn.mean() - found) < 4 * error


@pytest.mark.parametrize("fee", [0.0, 0.5, -0.5])
def test_drawn_and_counted_as_it_should_be_the_estimate_is_the_divergence(model, usual_reward, fee):
    policy = tuned(model, usual_reward, fee)
    exact = sequence_kl(policy)
    assert expected_log_ratio(policy, policy) == pytest.approx(exact, rel=1e-12)
    tokens = sample(policy, 40_000, np.random.default_rng(9))
    drawn = token_log_ratios(policy, tokens).sum(axis=1)
    error = drawn.std(ddof=1) / math.sqrt(drawn.size)
    assert 0 < error < 0.1 * exact
    assert abs(drawn.mean() - exact) < 4 * error


@pytest.mark.parametrize("count", [0, -1])
def test_a_rule_leaves_a_word_to_draw(count):
    with raises(f"k must be a whole number at least 1, got {count}"):
        TopK(TINY, count)
    with raises(f"tokens must be a whole number at least 1, got {count}"):
        AtLeast(TINY, count)


@pytest.mark.parametrize("temperature", [0, -1.0, math.nan, math.inf])
def test_a_temperature_is_a_finite_number_above_0(temperature):
    with raises(f"temperature must be a finite number above 0, got {temperature!r}"):
        Tempered(TINY, temperature)


def test_policy_and_sampler_belong_to_the_same_model():
    with raises("both policies must belong to the same language model"):
        expected_log_ratio(TINY, tiny_model())
