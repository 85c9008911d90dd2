"""The optimum is π_ref·exp(r/β)/Z, nothing beats it, and accounts hold over all sequences."""

import itertools
import math

import numpy as np
import pytest
import scipy.special

from kl_core.rlhf import (
    RewardModel,
    TabularPolicy,
    TrainedPolicy,
    account,
    frontier,
    optimal_policy,
    optimum_at_kl,
    reward_spread,
    sample,
    sequence_kl,
)
from kl_core.rlhf._language_model import PAD, STOP
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import (
    Enumeration,
    random_logits,
    random_table,
    tiny_model,
    tiny_reward,
)

TINY_MODELS = [(2, 3), (3, 3), (3, 4)]
BETAS = [0.02, 0.3, 1.0, 20.0]
ALL_BETAS = [1e-4, 1e-3, 0.01, 0.05, 0.3, 2.0, 30.0, 1e3]


@pytest.fixture(params=TINY_MODELS, ids=lambda pair: "order {}, longest {}".format(*pair))
def tiny(request):
    return tiny_model(*request.param)


def test_tiny_models_are_what_the_enumeration_is_meant_to_try():
    pairs = [context for context in tiny_model(order=3).contexts if len(context) == 2]
    assert len(pairs) > 3
    assert all(len(context) == 1 for context in tiny_model(order=2).contexts)
    listed = Enumeration(tiny_model(3, 4))
    # A stop token after none, one, two words, or four tokens of which only the last may be one.
    assert len(listed.sequences) == 1 + 4 + 16 + 64 * 5
    assert math.fsum(listed.chances) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("beta", BETAS)
def test_the_optimum_is_the_tilted_reference_sequence_by_sequence(tiny, beta):
    reward = tiny_reward(tiny)
    optimum = optimal_policy(tiny, reward, beta)
    listed = Enumeration(optimum)
    weights = listed.reference * np.exp(listed.rewards(reward) / beta)
    total = math.fsum(weights)
    np.testing.assert_allclose(listed.chances, weights / total, rtol=1e-10, atol=0)
    assert optimum.value == pytest.approx(beta * math.log(total), rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("beta", BETAS)
def test_log_ratios_of_an_optimum_are_those_of_its_chances(tiny, beta):
    optimum = optimal_policy(tiny, tiny_reward(tiny), beta)
    for step in range(tiny.longest):
        chances, log_ratio = optimum.next_words(step)
        np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-14)
        np.testing.assert_allclose(tiny.table * np.exp(log_ratio), chances, rtol=1e-12, atol=0)


def policies_of(model, reward):
    """Return one policy of each kind, by name."""
    return {
        "reference": model,
        "tight optimum": optimal_policy(model, reward, 5.0),
        "loose optimum": optimal_policy(model, reward, 0.05),
        "table": random_table(model, 1),
        "table with zeros": random_table(model, 2, zeros=0.4),
        "trained": random_logits(model, 3),
        "trained far": random_logits(model, 4, size=8.0),
    }


KINDS = list(policies_of(tiny_model(), tiny_reward(tiny_model())))


@pytest.mark.parametrize("kind", KINDS)
def test_accounts_are_sums_over_all_sequences(tiny, kind):
    reward = tiny_reward(tiny, seed=2)
    policy = policies_of(tiny, reward)[kind]
    found, listed = account(policy, reward), Enumeration(policy)
    assert math.fsum(listed.chances) == pytest.approx(1, abs=1e-13)
    surprise = math.fsum(
        -chance * math.log(likely)
        for chance, likely in zip(listed.chances, listed.reference, strict=True)
    )
    entropy = math.fsum(scipy.special.entr(listed.chances))
    kl = math.fsum(scipy.special.rel_entr(listed.chances, listed.reference))
    length = listed.mean(listed.lengths)
    assert found.reward == pytest.approx(listed.mean(listed.rewards(reward)), abs=1e-10)
    assert found.kl == pytest.approx(kl, abs=1e-10)
    assert found.entropy == pytest.approx(entropy, abs=1e-10)
    assert found.surprise == pytest.approx(surprise, abs=1e-10)
    assert found.length == pytest.approx(length, abs=1e-10)
    words = [
        listed.mean([sequence.count(token) for sequence in listed.sequences])
        for token in range(len(tiny.words))
    ]
    np.testing.assert_allclose(found.words, words, rtol=0, atol=1e-10)
    assert found.perplexity == pytest.approx(math.exp(surprise / length), rel=1e-10)


def test_some_sequences_of_the_table_with_zeros_are_ruled_out():
    # Or the test above would try nothing new with it.
    listed = Enumeration(random_table(tiny_model(), 2, zeros=0.4))
    assert 0 < np.count_nonzero(listed.chances) < len(listed.sequences)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(KINDS[:4] + KINDS[5:6], 2)))
def test_the_divergence_of_any_two_policies_is_that_of_their_sequences(one, other):
    model = tiny_model()
    policies = policies_of(model, tiny_reward(model))
    p, q = Enumeration(policies[one]), Enumeration(policies[other])
    kl = math.fsum(scipy.special.rel_entr(p.chances, q.chances))
    assert kl > 1e-4
    assert sequence_kl(policies[one], policies[other]) == pytest.approx(kl, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_does_not_diverge_from_itself(kind):
    model = tiny_model()
    policy = policies_of(model, tiny_reward(model))[kind]
    assert sequence_kl(policy, policy) == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "table with zeros"])
def test_what_the_other_policy_rules_out_costs_infinitely_much(kind):
    model = tiny_model()
    policies = policies_of(model, tiny_reward(model))
    assert sequence_kl(policies[kind], policies["table with zeros"]) == math.inf


def test_what_neither_policy_says_costs_nothing():
    # Both end at once or say the last word and end; neither ever sees the other contexts.
    model = tiny_model()
    table = np.zeros_like(model.table)
    table[:, STOP] = 1.0
    first, second = table.copy(), table.copy()
    first[0, [STOP, -1]] = 0.5, 0.5
    second[0, [STOP, -1]] = 0.25, 0.75
    found = sequence_kl(TabularPolicy(model, first), TabularPolicy(model, second))
    assert found == pytest.approx(math.log(2) / 2 + math.log(2 / 3) / 2, abs=1e-14)


@pytest.mark.parametrize("beta", ALL_BETAS)
def test_value_is_reward_less_the_price_of_kl(model, reward, beta):
    optimum = optimal_policy(model, reward, beta)
    found = account(optimum, reward)
    assert optimum.value == pytest.approx(found.reward - beta * found.kl, abs=1e-10)


@pytest.mark.parametrize("beta", [1e-4, 0.01, 0.3, 1e3])
def test_surprise_is_entropy_and_kl(model, reward, beta):
    # The three accounts from the chances alone, with arrivals by a loop over contexts.
    optimum = optimal_policy(model, reward, beta)
    found = account(optimum, reward)
    arrivals = np.zeros(len(model.contexts))
    arrivals[0] = 1.0
    entropy = kl = surprise = 0.0
    for step in range(model.longest):
        chances, _ = optimum.next_words(step)
        after = np.zeros_like(arrivals)
        for context in np.flatnonzero(arrivals):
            arrival, row, likely = arrivals[context], chances[context], model.table[context]
            entropy += arrival * scipy.special.entr(row).sum()
            kl += arrival * scipy.special.rel_entr(row, likely).sum()
            surprise -= arrival * (row @ np.log(likely))
            to = model.follows[model.last[context]]
            np.add.at(after, to[STOP + 1 :], arrival * row[STOP + 1 :])
        arrivals = after
    assert found.entropy == pytest.approx(entropy, abs=1e-10)
    assert found.kl == pytest.approx(kl, abs=1e-10)
    assert found.surprise == pytest.approx(surprise, abs=1e-10)
    assert found.surprise == pytest.approx(found.entropy + found.kl, abs=1e-10)


def test_no_account_falls_below_0_by_rounding(model):
    # At this price hardly anything but one sequence is left.
    for seed in range(8):
        weights = np.random.default_rng(seed).normal(size=len(model.words)) * 3
        reward = RewardModel(weights, model.longest)
        found = account(optimal_policy(model, reward, 1e-4), reward)
        assert found.kl >= 0
        assert found.entropy >= 0


class Perturbed:
    """A policy with logits of its own for every step and context added to those of another."""

    def __init__(self, policy, size, seed):
        self.policy, self.model = policy, policy.model
        shape = (self.model.longest, *self.model.table.shape)
        self.noise = np.random.default_rng(seed).normal(size=shape) * size

    def next_words(self, step, contexts=slice(None)):
        """Return the chances and log-ratios, from scratch."""
        log_chances = np.log(self.model.table) + self.policy.next_words(step)[1] + self.noise[step]
        log_chances -= scipy.special.logsumexp(log_chances, axis=1, keepdims=True)
        return np.exp(log_chances)[contexts], (log_chances - np.log(self.model.table))[contexts]


@pytest.mark.parametrize("size", [1e-3, 0.1, 2.0])
@pytest.mark.parametrize("beta", [0.05, 0.5, 5.0])
def test_every_change_of_the_optimum_costs_its_divergence(tiny, beta, size):
    reward = tiny_reward(tiny)
    optimum = optimal_policy(tiny, reward, beta)
    p = Enumeration(optimum).chances
    for seed in range(5):
        changed = Perturbed(optimum, size, seed)
        found = account(changed, reward)
        kl = math.fsum(scipy.special.rel_entr(Enumeration(changed).chances, p))
        assert kl > 0
        shortfall = optimum.value - (found.reward - beta * found.kl)
        assert shortfall == pytest.approx(beta * kl, abs=1e-10)
        assert sequence_kl(changed, optimum) == pytest.approx(kl, abs=1e-10)


@pytest.mark.parametrize("beta", [0.01, 0.1, 1.0])
def test_every_policy_falls_short_of_the_optimum_by_its_divergence(model, reward, beta):
    optimum = optimal_policy(model, reward, beta)
    near = optimum.next_words(0)[0]
    policies = [
        model,
        random_table(model, 5),
        random_table(model, 6, zeros=0.5),
        random_logits(model, 7),
        optimal_policy(model, reward, beta * 1.2),
        TabularPolicy(model, near),
        TrainedPolicy(model, optimum.tilt(3), np.zeros((model.longest, len(model.words)))),
    ]
    for policy in policies:
        found = account(policy, reward)
        objective = found.reward - beta * found.kl
        assert objective < optimum.value
        shortfall = beta * sequence_kl(policy, optimum)
        assert optimum.value - objective == pytest.approx(shortfall, abs=1e-10)


def log_ratios(policy, tokens):
    """Return log(π/π_ref) of each sequence, token by token from the chances."""
    model = policy.model
    total = np.zeros(len(tokens))
    visited = model.visited(tokens)
    for step in range(tokens.shape[1]):
        going = tokens[:, step] != PAD
        here, token = visited[going, step], tokens[going, step]
        chance = policy.next_words(step, here)[0][np.arange(token.size), token]
        total[going] += np.log(chance) - np.log(model.table[here, token])
    return total


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "reference"])
def test_divergence_is_the_mean_of_sampled_log_ratios(model, reward, kind):
    # What a point is worth is a hundredth of what it is on the tiny models.
    scaled = RewardModel(reward.weights * 40, reward.longest)
    policy = policies_of(model, scaled)[kind]
    drawn = log_ratios(policy, sample(policy, 10_000, np.random.default_rng(17)))
    error = drawn.std(ddof=1) / math.sqrt(drawn.size)
    # The sample tells the divergence from that of a policy a little further off.
    kl = sequence_kl(policy)
    assert 0 < error < 0.1 * kl
    assert abs(drawn.mean() - kl) < 4 * error
    assert account(policy, reward).kl == pytest.approx(kl, rel=1e-12)


@pytest.fixture(scope="module")
def curve(model, reward):
    betas = np.geomspace(0.003, 3, 30)
    return betas, frontier(model, reward, betas)


def test_the_frontier_is_made_of_optima(model, reward, curve):
    betas, accounts = curve
    assert len(accounts) == len(betas)
    for place in (0, 14, 29):
        found = account(optimal_policy(model, reward, betas[place]), reward)
        assert (accounts[place].reward, accounts[place].kl) == (found.reward, found.kl)


def test_a_dearer_nat_means_less_kl_and_less_reward(curve):
    _, accounts = curve
    for looser, tighter in itertools.pairwise(accounts):
        assert tighter.kl < looser.kl
        assert tighter.reward < looser.reward


def test_between_two_prices_a_nat_buys_what_lies_between_them(curve):
    # The mean value theorem for a slope d reward/d KL of β; concavity is in it.
    betas, accounts = curve
    for (cheap, loose), (dear, tight) in itertools.pairwise(zip(betas, accounts, strict=True)):
        slope = (loose.reward - tight.reward) / (loose.kl - tight.kl)
        assert cheap < slope < dear


@pytest.mark.parametrize("beta", [0.005, 0.05, 0.5])
def test_the_slope_of_the_frontier_is_beta(model, reward, beta):
    ends = frontier(model, reward, [beta * math.exp(-1e-3), beta * math.exp(1e-3)])
    slope = (ends[0].reward - ends[1].reward) / (ends[0].kl - ends[1].kl)
    # A central difference errs by a share of the square of its step.
    assert slope == pytest.approx(beta, rel=1e-5)


def test_a_dear_nat_leaves_the_reference(model, reward):
    optimum = optimal_policy(model, reward, 1e3)
    found = account(optimum, reward)
    assert 0 < found.kl < 1e-6
    # No two sequences differ more in reward than the ends of the weights, or 0, do.
    span = max(reward.weights.max(), 0) - min(reward.weights.min(), 0)
    for step in range(model.longest):
        chances, log_ratio = optimum.next_words(step)
        np.testing.assert_allclose(chances, model.table, rtol=0, atol=1e-4)
        assert abs(log_ratio).max() <= span / 1e3
    # As β grows, KL becomes half the variance of the reward over β².
    drawn = reward.score(sample(model, 20_000, np.random.default_rng(3)))
    squares = (drawn - drawn.mean()) ** 2
    error = squares.std(ddof=1) / math.sqrt(squares.size)
    assert 0 < error < 0.02 * squares.mean()
    assert abs(2e6 * found.kl - squares.mean()) < 4 * error


def test_a_cheap_nat_leaves_the_sequence_with_the_largest_reward(tiny):
    for seed in range(5):
        reward = tiny_reward(tiny, seed)
        listed = Enumeration(optimal_policy(tiny, reward, 1e-4))
        rewards = listed.rewards(reward)
        # Each further hundredth of a point costs a factor of exp(100).
        best = rewards > rewards.max() - 0.01
        assert best.sum() < rewards.size / 10
        assert listed.chances[best].sum() == pytest.approx(1, abs=1e-10)


def best_sequence(model, reward):
    """Return the sequence with the largest reward, by a backward pass with maxima for sums."""
    longest, words = model.longest, len(model.words)
    worth = reward.weights / reward.longest
    after, choices = np.zeros(words), []
    # The reward looks at no context: the last word says nothing about what can follow.
    for _ in range(longest):
        gains = worth + after
        gains[STOP] = worth[STOP]
        choices.append(int(gains.argmax()))
        after = np.full(words, gains.max())
    sequence = []
    for token in reversed(choices):
        sequence.append(token)
        if token == STOP:
            break
    return sequence, float(after[0])


def test_a_cheap_nat_comes_as_close_to_the_best_as_its_price_allows(model, reward):
    sequence, best = best_sequence(model, reward)
    assert best == pytest.approx(math.fsum(reward.weights[sequence]) / reward.longest, abs=1e-12)
    surprise, here = 0.0, 0
    for token in sequence:
        surprise -= math.log(model.table[here, token])
        here = model.follows[model.last[here], token]
    for beta in (1e-2, 1e-3, 1e-4):
        optimum = optimal_policy(model, reward, beta)
        earned = account(optimum, reward).reward
        assert best - beta * surprise - 1e-12 <= optimum.value <= earned <= best + 1e-12
    assert earned == pytest.approx(best, abs=1e-3)


@pytest.mark.parametrize("beta", ALL_BETAS)
def test_everything_is_finite(model, reward, beta):
    optimum = optimal_policy(model, reward, beta)
    assert np.isfinite(optimum.log_means).all()
    for step in (0, 1, model.longest - 1):
        chances, log_ratio = optimum.next_words(step)
        assert np.isfinite(chances).all()
        assert np.isfinite(log_ratio).all()
        np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-12)
    found = account(optimum, reward)
    numbers = (found.reward, found.kl, found.entropy, found.surprise, found.length)
    assert np.isfinite(numbers).all()
    assert math.isfinite(found.perplexity)


@pytest.mark.parametrize(("steps", "size"), [(1, 0.7), (3, 0.5), (10, 2.0)])
def test_steps_without_a_penalty_end_where_one_with_a_price_does(tiny, steps, size):
    # Mirror ascent: each step is the optimum of reward − KL/size, tied to where it began.
    reward = tiny_reward(tiny)
    listed = Enumeration(tiny)
    rewards, chances = listed.rewards(reward), listed.reference
    for _ in range(steps):
        before = chances
        chances = scipy.special.softmax(np.log(before) + size * rewards)
        gained = size * (chances @ rewards) - scipy.special.rel_entr(chances, before).sum()
        stayed = size * (before @ rewards)
        assert gained > stayed
    optimum = optimal_policy(tiny, reward, 1 / (steps * size))
    np.testing.assert_allclose(Enumeration(optimum).chances, chances, rtol=1e-10, atol=0)
    share = RewardModel(reward.weights / steps, reward.longest)
    once = optimal_policy(tiny, share, 1 / (steps * size) / steps)
    np.testing.assert_allclose(Enumeration(once).chances, chances, rtol=1e-10, atol=0)


@pytest.mark.parametrize("kl", [1e-8, 1e-3, 0.1, 1.0, 6.0, 40.0, 140.0])
def test_the_optimum_at_a_divergence_is_that_far_away(model, reward, kl):
    optimum = optimum_at_kl(model, reward, kl)
    assert account(optimum, reward).kl == pytest.approx(kl, rel=1e-10)


@pytest.mark.parametrize("beta", [math.nan, math.inf, -math.inf, 0, -0.1])
def test_a_price_must_be_a_finite_number_above_0(model, reward, beta):
    why = "(at 0 the optimum is the sequence that earns most)"
    with raises(f"beta must be a finite number above 0 {why}, got {beta!r}"):
        optimal_policy(model, reward, beta)
    with raises(f"beta must be a finite number above 0 {why}, got {beta!r}"):
        frontier(model, reward, [1.0, beta])


@pytest.mark.parametrize("kl", [math.nan, math.inf, 0, -1.0])
def test_a_divergence_must_be_above_0(model, reward, kl):
    with raises(f"kl must be a finite number above 0, got {kl!r}"):
        optimum_at_kl(model, reward, kl)


@pytest.mark.parametrize("kl", [1e4, 1e-70])
def test_a_divergence_must_be_within_reach(model, reward, kl):
    ends = (account(optimal_policy(model, reward, beta), reward).kl for beta in (1e30, 1e-30))
    least, most = (f"{end:.3g}" for end in ends)
    reach = f"from {least} to {most}, which β = 1e+30 and 1e-30 leave"
    with raises(f"kl must be {reach}, got {kl!r}"):
        optimum_at_kl(model, reward, kl)


def test_where_every_sequence_earns_the_same_nothing_leaves_the_reference():
    model = tiny_model()
    nothing = RewardModel(np.zeros(len(model.words)), model.longest)
    optimum = optimal_policy(model, nothing, 0.1)
    assert account(optimum, nothing).kl == 0
    with raises("kl must be from 0 to 0, which β = 1e+30 and 1e-30 leave, got 0.1"):
        optimum_at_kl(model, nothing, 0.1)


def test_policies_of_different_models_do_not_compare():
    first, second = tiny_model(), tiny_model()
    with raises("both policies must belong to the same language model"):
        sequence_kl(first, second)
    with raises("both policies must belong to the same language model"):
        sequence_kl(random_logits(first, 1), random_logits(second, 1))


@pytest.mark.parametrize("zeros", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_spread_of_the_reward_is_that_over_all_sequences(tiny, seed, zeros):
    reward, policy = tiny_reward(tiny, seed), random_table(tiny, seed, zeros)
    for each in (tiny, policy):
        listed = Enumeration(each)
        earned = listed.rewards(reward)
        mean = listed.mean(earned)
        expected = math.sqrt(listed.mean((earned - mean) ** 2))
        assert reward_spread(each, reward) == pytest.approx(expected, rel=1e-10)


def test_spread_of_the_reward_keeps_its_digits_where_all_earn_nearly_the_same(tiny):
    # Every sequence earns 1, but for its stop token: what is left is 1e-9 times what that leaves.
    reward = RewardModel(np.eye(len(tiny.words))[STOP] * 1e-9, tiny.longest)
    once = RewardModel(np.eye(len(tiny.words))[STOP], tiny.longest)
    assert reward_spread(tiny, reward) == pytest.approx(1e-9 * reward_spread(tiny, once), rel=1e-12)
