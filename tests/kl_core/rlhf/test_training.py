"""Gradients are those of the objectives, on average those of reward − β·KL; runs do as they say."""

import itertools
import math

import numpy as np
import pytest
import scipy.special
from scipy.special import rel_entr

from kl_core import PLACEMENTS
from kl_core.rlhf import (
    GRPO,
    PPO,
    AdaptiveKL,
    FixedKL,
    Judge,
    ProportionalKL,
    RewardModel,
    TrainedPolicy,
    account,
    optimal_policy,
    optimum_at_kl,
    sample,
    sequence_kl,
    train,
)
from kl_core.rlhf._language_model import PAD
from kl_core.rlhf._policy import Tilted
from kl_core.rlhf._training import LONGEST_GRADIENT, Batch, advantages, gradient, objective
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import (
    Enumeration,
    context_after,
    padded,
    random_logits,
    rows_along,
    tiny_model,
    tiny_reward,
)

ALGORITHMS = [
    pytest.param(GRPO(group=4), id="GRPO"),
    pytest.param(GRPO(group=4, as_published=False), id="Dr. GRPO"),
    pytest.param(PPO(), id="PPO"),
]
# GRPO with its penalty in each place, k3 in the loss aside, which is above.
PENALISED = [
    pytest.param(GRPO(4, as_published=published, penalty=placement), id=f"{name}, {placement}")
    for name, published in (("GRPO", True), ("Dr. GRPO", False))
    for placement in PLACEMENTS
    if placement != "k3 in the loss"
]
ANCHORS = ["reference", "previous"]


@pytest.fixture(scope="module")
def small():
    return tiny_model()


def run(model, algorithm=None, controller=None, seed=1, **settings):
    """Return all records of a run on a tiny model."""
    return list(start(model, algorithm, controller, seed, **settings))


def start(model, algorithm=None, controller=None, seed=1, reward=None, **settings):
    """Return a run, for the most part on a tiny model with its reward."""
    return train(
        model,
        reward or tiny_reward(model),
        Judge(model),
        algorithm or PPO(),
        controller or FixedKL(0.5),
        np.random.default_rng(seed),
        **settings,
    )


def stepped(policy, name, place, by):
    """Return the policy with one of its logits moved."""
    logits = {"pairs": policy.pairs.copy(), "clock": policy.clock.copy()}
    logits[name][place] += by
    return TrainedPolicy(policy.model, **logits)


def slopes(function, policy, name, step=1e-5):
    """Return the derivatives of a function of a policy, by central differences."""
    found = np.zeros_like(getattr(policy, name))
    for place in np.ndindex(found.shape):
        ahead, behind = (function(stepped(policy, name, place, by)) for by in (step, -step))
        found[place] = (ahead - behind) / (2 * step)
    return found


def a_step_away(model, seed=5, size=0.3):
    """Return an old policy, a batch of it, and a policy that has moved on."""
    old = random_logits(model, seed)
    batch = Batch.of(old, sample(old, 24, np.random.default_rng(seed)))
    move = random_logits(model, seed + 1, size)
    return batch, TrainedPolicy(model, old.pairs + move.pairs, old.clock + move.clock)


def tokens_of(batch):
    """Return the sequences of a batch as tuples."""
    return [tuple(token for token in row if token != PAD) for row in batch.tokens.tolist()]


def ratios(policy, batch):
    """Return ρ of each token, from the chances."""
    return np.array(
        [
            new[token] / old[token]
            for sequence in tokens_of(batch)
            for (_, token, new, _), (_, _, old, _) in zip(
                rows_along(policy, sequence), rows_along(batch.policy, sequence), strict=True
            )
        ]
    )


# Each penalty of a token in the loss, of u = π/π_ref there.
IN_THE_LOSS = {
    "k1 in the reward": lambda _: 0.0,
    "k1 in the loss": math.log,
    "k2 in the loss": lambda u: math.log(u) ** 2 / 2,
    "k3 in the loss": lambda u: 1 / u - 1 + math.log(u),
}


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("algorithm", ALGORITHMS + PENALISED)
def test_objectives_are_the_published_losses(small, algorithm, anchor):
    # arXiv 2402.03300, equations 3 and 4; 2503.20783; 1707.06347, equations 7 and 8.
    batch, policy = a_step_away(small)
    gains = np.random.default_rng(2).normal(size=batch.words.size)
    beta, count, total = 0.3, iter(gains), 0.0
    for sequence in tokens_of(batch):
        terms = []
        rows = zip(rows_along(policy, sequence), rows_along(batch.policy, sequence), strict=True)
        for (context, token, new, _), (_, _, old, _) in rows:
            rho, gain = new[token] / old[token], next(count)
            term = min(rho * gain, min(max(rho, 0.8), 1.2) * gain)
            if anchor == "previous":
                term -= beta * scipy.special.rel_entr(old, new).sum()
            elif isinstance(algorithm, GRPO):
                u = new[token] / small.table[context, token]
                term -= beta * IN_THE_LOSS[algorithm.penalty](u)
            terms.append(term)
        averaged = isinstance(algorithm, GRPO) and algorithm.as_published
        total += math.fsum(terms) / (len(terms) if averaged else 1)
    found = objective(algorithm, policy, batch, gains, beta, anchor)
    assert found == pytest.approx(total / len(batch.tokens), abs=1e-12)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("algorithm", ALGORITHMS + PENALISED)
def test_gradients_are_those_of_the_objective(small, algorithm, anchor):
    batch, policy = a_step_away(small)
    beta = 0.3
    gains = advantages(algorithm, batch, tiny_reward(small).score(batch.tokens), beta)
    rho = ratios(policy, batch)
    # A corner has no gradient; none is within reach of a difference.
    assert abs(np.abs(rho - 1) - algorithm.clip).min() > 1e-4
    pairs, clock, clipped = gradient(algorithm, policy, batch, gains, beta, anchor)

    def climbed(moved):
        return objective(algorithm, moved, batch, gains, beta, anchor)

    np.testing.assert_allclose(pairs, slopes(climbed, policy, "pairs"), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, slopes(climbed, policy, "clock"), rtol=0, atol=1e-9)
    assert abs(pairs).max() > 1e-2
    beyond = ((gains > 0) & (rho > 1.2)) | ((gains < 0) & (rho < 0.8))
    assert 0.1 < beyond.mean() < 0.9
    assert clipped == pytest.approx(beyond.mean(), abs=1e-15)


@pytest.mark.parametrize("clip", [0.05, 0.2, 1.0, 3.0])
def test_the_clip_range_is_the_one_asked_for(small, clip):
    batch, policy = a_step_away(small)
    rho = ratios(policy, batch)
    gains = np.ones(rho.size)
    *_, clipped = gradient(PPO(clip), policy, batch, gains, 0.1)
    assert clipped == pytest.approx((rho > 1 + clip).mean(), abs=1e-15)
    *_, clipped = gradient(PPO(clip), policy, batch, -gains, 0.1)
    assert clipped == pytest.approx((rho < 1 - clip).mean(), abs=1e-15)


def test_the_penalty_from_the_previous_policy_begins_flat(small):
    batch, _ = a_step_away(small)
    pairs, clock, _ = gradient(
        PPO(), batch.policy, batch, np.zeros(batch.words.size), 1.0, "previous"
    )
    np.testing.assert_allclose(pairs, 0, atol=1e-15)
    np.testing.assert_allclose(clock, 0, atol=1e-15)


class StepLogits(Tilted):
    """A policy with logits for every step, last word and next one."""

    def __init__(self, model, logits):
        self.model, self.logits = model, logits

    def tilt(self, step):
        """Return the logits of this step."""
        return self.logits[step]


@pytest.fixture(scope="module")
def listed():
    """Return the sequences of a policy so small that its batches of two can be listed."""
    model = tiny_model(longest=3, text="Rain falls.\nRain fades.\nFalls rain.")
    return Enumeration(random_logits(model, 9))


def exact_gradient(listed, function):
    """Return the derivatives of a function of a policy for each step, last and next word."""
    policy = listed.policy
    logits = np.array([policy.tilt(step) for step in range(policy.model.longest)])
    found = np.zeros_like(logits)
    for place in np.ndindex(found.shape):
        ends = []
        for by in (1e-5, -1e-5):
            moved = logits.copy()
            moved[place] += by
            ends.append(function(StepLogits(policy.model, moved)))
        found[place] = (ends[0] - ends[1]) / 2e-5
    return found


def expected_gradient(listed, algorithm, beta, size):
    """Return the mean of the gradient over all batches of `size`, weighted by their chances."""
    policy = listed.policy
    model = policy.model
    reward = tiny_reward(model)
    pairs, clock = np.zeros_like(policy.pairs), np.zeros_like(policy.clock)
    everything = zip(listed.sequences, listed.chances, strict=True)
    for drawn in itertools.product(everything, repeat=size):
        chance = math.prod(chance for _, chance in drawn)
        tokens = padded([sequence for sequence, _ in drawn], model.longest)
        batch = Batch.of(policy, tokens)
        gains = advantages(algorithm, batch, reward.score(tokens), beta)
        found = gradient(algorithm, policy, batch, gains, beta)
        pairs += chance * found[0]
        clock += chance * found[1]
    return pairs, clock


def word_by_word_penalty(listed, beta, divergence):
    """Return −β times the gradient of Σ divergence(π_ref, π) of each next word.

    Contexts count as often as π arrives there now, whatever it turns into.
    """
    old = listed.policy
    model = old.model
    arrivals = np.zeros((model.longest, len(model.contexts)))
    for sequence, chance in zip(listed.sequences, listed.chances, strict=True):
        for step in range(len(sequence)):
            arrivals[step, context_after(model, sequence[:step])] += chance

    def function(policy):
        return math.fsum(
            arrivals[step] @ divergence(model.table, policy.next_words(step)[0]).sum(axis=1)
            for step in range(model.longest)
        )

    return -beta * exact_gradient(listed, function)


def forward_penalty(listed, beta):
    """Return −β times the gradient of D(π_ref‖π) word by word, where π arrives as it does now."""
    return word_by_word_penalty(listed, beta, rel_entr)


def backward_penalty(listed, beta):
    """Return −β times the gradient of D(π‖π_ref) word by word, where π arrives as it does now."""
    return word_by_word_penalty(
        listed, beta, lambda reference, chances: rel_entr(chances, reference)
    )


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_on_average_ppo_climbs_reward_less_the_price_of_kl(listed, beta):
    reward = tiny_reward(listed.policy.model)

    def climbed(policy):
        found = account(policy, reward)
        return found.reward - beta * found.kl

    exact = exact_gradient(listed, climbed)
    # A baseline that a token is itself part of takes 1/2 in a batch of two; where the other
    # sequence has ended by then, which it has not with chance `alive`, it takes all.
    lengths = listed.lengths
    alive = [listed.chances[lengths > step].sum() for step in range(exact.shape[0])]
    exact *= np.array(alive)[:, None, None] / 2
    pairs, clock = expected_gradient(listed, PPO(), beta, 2)
    np.testing.assert_allclose(pairs, exact.sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, exact.sum(axis=1), rtol=0, atol=1e-9)
    assert abs(clock).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_on_average_grpo_climbs_reward_and_down_the_forward_divergence(listed, beta):
    reward = tiny_reward(listed.policy.model)
    exact = exact_gradient(listed, lambda policy: account(policy, reward).reward)
    # The mean of a group of two that an answer is itself part of takes 1/2.
    exact = exact / 2 + forward_penalty(listed, beta)
    pairs, clock = expected_gradient(listed, GRPO(group=2, as_published=False), beta, 2)
    np.testing.assert_allclose(pairs, exact.sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, exact.sum(axis=1), rtol=0, atol=1e-9)
    assert abs(clock).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_on_average_each_penalty_of_grpo_pulls_where_its_place_says(listed, placement):
    reward, beta = tiny_reward(listed.policy.model), 0.7
    # The mean of a group of two that an answer is itself part of takes 1/2 of what it earns.
    exact = exact_gradient(listed, lambda policy: account(policy, reward).reward) / 2
    if placement == "k1 in the reward":
        exact -= beta * exact_gradient(listed, lambda policy: account(policy, reward).kl) / 2
    elif placement == "k2 in the loss":
        exact += backward_penalty(listed, beta)
    elif placement == "k3 in the loss":
        exact += forward_penalty(listed, beta)
    algorithm = GRPO(group=2, as_published=False, penalty=placement)
    pairs, clock = expected_gradient(listed, algorithm, beta, 2)
    np.testing.assert_allclose(pairs, exact.sum(axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(clock, exact.sum(axis=1), rtol=0, atol=1e-9)


def test_no_two_places_of_a_penalty_pull_alike(listed):
    # Or the test above would not tell them apart.
    reward = tiny_reward(listed.policy.model)
    backward = -0.7 * exact_gradient(listed, lambda policy: account(policy, reward).kl)
    pulls = [
        backward / 2,
        np.zeros_like(backward),
        backward_penalty(listed, 0.7),
        forward_penalty(listed, 0.7),
    ]
    for one, other in itertools.combinations(pulls, 2):
        assert abs(one - other).max() > 0.01
    # Nor is the penalty of GRPO that of PPO, which has k1 in the reward of each token.
    assert abs(forward_penalty(listed, 0.7) - backward).max() > 0.01


@pytest.mark.parametrize("group", [2, 4, 8])
def test_advantages_in_a_group_are_standardised(small, group):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    first = np.concatenate([[0], np.cumsum(batch.lengths)[:-1]])
    each = advantages(GRPO(group), batch, scores, 0.3)
    for row, sequence in enumerate(tokens_of(batch)):
        # All tokens of an answer have its advantage.
        assert set(each[first[row] : first[row] + len(sequence)]) == {each[first[row]]}
    groups = each[first].reshape(-1, group)
    plain = advantages(GRPO(group, as_published=False), batch, scores, 0.3)[first]
    for mine, raw, theirs in zip(
        groups, plain.reshape(-1, group), scores.reshape(-1, group), strict=True
    ):
        mean = math.fsum(theirs) / group
        spread = math.sqrt(math.fsum((theirs - mean) ** 2) / group)
        np.testing.assert_allclose(raw, theirs - mean, atol=1e-14)
        assert math.fsum(mine) == pytest.approx(0, abs=1e-13)
        if spread > 1e-6:
            np.testing.assert_allclose(mine, (theirs - mean) / spread, atol=1e-12)
            assert np.std(mine) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("as_published", [True, False])
@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_a_penalty_in_the_reward_is_that_of_the_whole_answer(small, beta, as_published):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    drift = [
        math.fsum(log_ratio[token] for _, token, _, log_ratio in rows_along(batch.policy, sequence))
        for sequence in tokens_of(batch)
    ]
    assert np.std(drift) > 0.1
    # As if each answer had earned so much less.
    earned = scores - beta * np.array(drift)
    expected = advantages(GRPO(4, as_published=as_published), batch, earned, beta)
    algorithm = GRPO(4, as_published=as_published, penalty="k1 in the reward")
    found = advantages(algorithm, batch, scores, beta)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("placement", [each for each in PLACEMENTS if each != "k1 in the reward"])
def test_a_penalty_in_the_loss_leaves_advantages_alone(small, placement):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    free, penalised = (
        advantages(GRPO(4, penalty=placement), batch, scores, beta) for beta in (0.0, 0.3)
    )
    np.testing.assert_array_equal(penalised, free)


@pytest.mark.parametrize("as_published", [True, False])
@pytest.mark.parametrize("group", [2, 4, 8])
def test_in_a_group_of_equals_nothing_is_better(small, group, as_published):
    batch, _ = a_step_away(small)
    scores = np.repeat(np.random.default_rng(1).normal(size=24 // group), group)
    each = advantages(GRPO(group, as_published=as_published), batch, scores, 0.3)
    np.testing.assert_array_equal(each, 0)


@pytest.mark.parametrize("group", [3, 6, 12, 24])
def test_in_a_group_of_equals_of_any_size_nothing_is_better(small, group):
    batch, _ = a_step_away(small)
    for value in (0.1, 0.7, 1.1):
        each = advantages(GRPO(group), batch, np.full(24, value), 0.3)
        np.testing.assert_allclose(each, 0, atol=1e-6)


def test_the_same_words_in_another_order_are_no_better():
    # Their rewards are one number, but not one double.
    model = tiny_model()
    reward = RewardModel(np.array([0.0, 0.1, 0.2, 0.3, 0.6]), 1)
    orders = list(itertools.permutations([1, 2, 3, 4]))[:24]
    batch = Batch.of(TrainedPolicy.untrained(model), np.array(orders))
    scores = reward.score(batch.tokens)
    np.testing.assert_allclose(scores, 1.2, rtol=1e-15)
    each = advantages(GRPO(group=8), batch, scores, 0.3)
    np.testing.assert_allclose(each, 0, atol=1e-6)


@pytest.mark.parametrize("penalty", [0.0, 0.4])
def test_ppo_compares_what_follows_with_the_batch(small, penalty):
    batch, _ = a_step_away(small)
    scores = tiny_reward(small).score(batch.tokens)
    to_come = {}
    for row, sequence in enumerate(tokens_of(batch)):
        logs = [
            math.log(chances[token] / small.table[context, token])
            for context, token, chances, _ in rows_along(batch.policy, sequence)
        ]
        for step in range(len(sequence)):
            to_come[row, step] = scores[row] - penalty * math.fsum(logs[step:])
    expected = [
        value - np.mean([other for (_, at), other in to_come.items() if at == step])
        for (_, step), value in to_come.items()
    ]
    np.testing.assert_allclose(advantages(PPO(), batch, scores, penalty), expected, atol=1e-12)
    assert len({len(sequence) for sequence in tokens_of(batch)}) > 2


@pytest.mark.parametrize("beta", [0, 0.05, 1e3])
def test_a_fixed_price_stays(beta):
    controller = FixedKL(beta)
    for kl in (0.0, 1e-9, 5.0, 1e9):
        controller = controller.after(kl)
        assert controller.beta == beta


@pytest.mark.parametrize(
    ("kl", "factor"),
    [(0, 0.5), (3.999, 0.5), (4, 1), (6, 1), (9, 1), (9.001, 2), (1e6, 2)],
)
def test_the_rule_of_the_ppo_paper(kl, factor):
    # Schulman et al. (2017), section 4: d < d_targ/1.5 halves, d > d_targ·1.5 doubles.
    after = AdaptiveKL(0.3, target=6).after(kl)
    assert after == AdaptiveKL(0.3 * factor, target=6)


@pytest.mark.parametrize(
    ("kl", "error"),
    [(0, -0.2), (4.7, -0.2), (4.8, -0.2), (5.4, -0.1), (6, 0), (6.3, 0.05), (7.2, 0.2), (60, 0.2)],
)
def test_the_rule_of_ziegler(kl, error):
    # Ziegler et al. (2019), section 2.2: e = clip((KL − target)/target, ±0.2), K = 0.1.
    after = ProportionalKL(0.3, target=6).after(kl)
    assert after.beta == pytest.approx(0.3 * (1 + 0.1 * error), rel=1e-14)
    assert (after.target, after.gain) == (6, 0.1)
    twice = ProportionalKL(0.3, target=6, gain=0.2).after(kl)
    assert twice.beta == pytest.approx(0.3 * (1 + 0.2 * error), rel=1e-14)


def length_of_stride(record):
    """Return Σ D(π_old‖π) over the tokens of each sequence, on average, token by token."""
    batch, total = record.batch, 0.0
    for step, context in zip(batch.steps, batch.contexts, strict=True):
        before, after = (
            policy.next_words(int(step), np.array([context]))[0][0]
            for policy in (batch.policy, record.policy)
        )
        total += rel_entr(before, after).sum()
    return total / len(batch.tokens)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize(
    "controller",
    [FixedKL(0.2), AdaptiveKL(0.2, 0.05), ProportionalKL(0.2, 0.05, gain=0.5)],
    ids=lambda controller: type(controller).__name__,
)
def test_controllers_see_the_divergence_from_the_anchor(small, controller, anchor):
    prices = []
    for record in run(small, controller=controller, anchor=anchor, steps=12, batch_size=16):
        assert record.beta == pytest.approx(controller.beta, rel=1e-12)
        prices.append(record.beta)
        watched = length_of_stride(record) if anchor == "previous" else record.kl[0]
        controller = controller.after(watched)
    assert (len(set(prices)) > 2) != isinstance(controller, FixedKL)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_is_the_same_run(small, algorithm):
    one, same, other = (
        run(small, algorithm, seed=seed, steps=5, batch_size=8) for seed in (1, 1, 2)
    )
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.batch.tokens, b.batch.tokens)
        np.testing.assert_array_equal(a.policy.pairs, b.policy.pairs)
        np.testing.assert_array_equal(a.policy.clock, b.policy.clock)
        assert (a.reward, a.judge, a.kl, a.beta) == (b.reward, b.judge, b.kl, b.beta)
    assert (one[-1].policy.pairs != other[-1].policy.pairs).any()
    assert [record.step for record in one] == [1, 2, 3, 4, 5]


def test_a_run_may_stop_and_go_on(small):
    whole = run(small, controller=ProportionalKL(0.5, 0.1), steps=8, batch_size=8)
    halting = start(small, controller=ProportionalKL(0.5, 0.1), steps=8, batch_size=8)
    first = list(itertools.islice(halting, 3))
    # Looking at what is done changes nothing that comes.
    assert first[-1].exact.kl > 0
    run(small, seed=3, steps=2, batch_size=8)
    for a, b in zip(whole, [*first, *halting], strict=True):
        np.testing.assert_array_equal(a.policy.pairs, b.policy.pairs)
        np.testing.assert_array_equal(a.policy.clock, b.policy.clock)
        assert (a.step, a.beta, a.clipped) == (b.step, b.beta, b.clipped)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_strides_follow_the_gradient_and_shorten(small, algorithm, anchor):
    reward, steps, beta = tiny_reward(small), 6, 0.5
    policy = TrainedPolicy.untrained(small)
    capped = set()
    settings = {"anchor": anchor, "steps": steps, "batch_size": 16, "epochs": 3, "rate": 2.0}
    for number, record in enumerate(run(small, algorithm, FixedKL(beta), **settings)):
        np.testing.assert_array_equal(record.batch.policy.pairs, policy.pairs)
        scores = reward.score(record.batch.tokens)
        # Where the loss ties the policy to the one before, no penalty is part of the reward.
        penalty = beta if anchor == "reference" else 0.0
        gains = advantages(algorithm, record.batch, scores, penalty)
        pace = 2.0 * (steps - number) / steps
        if anchor == "previous":
            pace /= 1 + pace * beta
        shares = []
        for _ in range(3):
            *slope, clipped = gradient(algorithm, policy, record.batch, gains, beta, anchor)
            norm = math.hypot(*slope[0].ravel(), *slope[1].ravel())
            stride = pace * min(1.0, LONGEST_GRADIENT / norm)
            capped.add(norm > LONGEST_GRADIENT)
            policy = TrainedPolicy(
                small, policy.pairs + stride * slope[0], policy.clock + stride * slope[1]
            )
            shares.append(clipped)
        np.testing.assert_allclose(record.policy.pairs, policy.pairs, rtol=0, atol=1e-12)
        np.testing.assert_allclose(record.policy.clock, policy.clock, rtol=0, atol=1e-12)
        assert record.clipped == pytest.approx(np.mean(shares), abs=1e-12)
        policy = record.policy
    assert True in capped


@pytest.mark.parametrize("seed", [1, 2])
def test_ppo_comes_to_the_exact_optimum(seed):
    # With contexts of one word the logits of each step suffice for every optimum.
    model = tiny_model(order=2)
    reward, beta = tiny_reward(model), 0.5
    optimum = optimal_policy(model, reward, beta)
    distances, objectives = [sequence_kl(model, optimum)], [account(model, reward).reward]
    for steps, batch in ((5, 16), (60, 64), (500, 512)):
        last = run(model, PPO(), FixedKL(beta), seed, steps=steps, batch_size=batch, rate=5.0)[-1]
        distances.append(sequence_kl(last.policy, optimum))
        objectives.append(last.exact.reward - beta * last.exact.kl)
    for earlier, later in itertools.pairwise(distances):
        assert later < earlier / 2
    assert objectives == sorted(objectives)
    assert distances[-1] < 1e-3
    assert optimum.value - objectives[-1] < 1e-3 * (optimum.value - objectives[0])


@pytest.mark.parametrize("seed", [1, 2])
def test_grpo_comes_to_rest_somewhere_else(seed):
    # Its penalty asks of each word how likely the reference finds it, and of none what follows.
    model = tiny_model(order=2)
    reward, beta = tiny_reward(model), 0.5
    optimum = optimal_policy(model, reward, beta)
    settings = {"steps": 300, "batch_size": 256, "rate": 5.0}
    last = run(model, GRPO(as_published=False), FixedKL(beta), seed, **settings)[-1]
    assert sequence_kl(last.policy, optimum) > 0.3
    assert last.exact.reward > account(optimum, reward).reward
    assert last.exact.kl > account(optimum, reward).kl


@pytest.mark.parametrize("as_published", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_penalty_in_the_loss_by_k1_holds_nothing(seed, as_published):
    # One pass over each batch, so that all draws are the policy's own.
    model = tiny_model(order=2)
    settings = {"seed": seed, "steps": 60, "batch_size": 64, "epochs": 1, "rate": 5.0}

    def drift(placement, beta):
        algorithm = GRPO(as_published=as_published, penalty=placement)
        return run(model, algorithm, FixedKL(beta), **settings)[-1].exact.kl

    free = drift("k1 in the loss", 0.0)
    assert free > 4
    assert drift("k1 in the loss", 1.0) > 0.8 * free
    for placement in ("k1 in the reward", "k2 in the loss", "k3 in the loss"):
        assert drift(placement, 1.0) < 0.2 * free


def test_the_usual_penalty_of_grpo_is_k3_in_the_loss():
    assert GRPO() == GRPO(penalty="k3 in the loss")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_without_a_price_the_largest_reward_is_found(algorithm):
    model = tiny_model(order=2)
    reward = tiny_reward(model)
    best = Enumeration(model).rewards(reward).max()
    last = run(model, algorithm, FixedKL(0), steps=300, batch_size=64)[-1]
    assert last.exact.reward == pytest.approx(best, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_without_a_price_reward_and_divergence_rise_more(model, reward, algorithm):
    ends = [
        run(model, algorithm, FixedKL(beta), reward=reward, steps=80)[-1].exact
        for beta in (0.0, 0.05, 0.5)
    ]
    for looser, tighter in itertools.pairwise(ends):
        assert looser.reward > tighter.reward
        assert looser.kl > tighter.kl
    assert ends[-1].reward > account(model, reward).reward


@pytest.mark.slow
def test_a_training_on_forecasts_climbs_the_objective(model, reward):
    beta = 0.05
    records = run(model, PPO(), FixedKL(beta), reward=reward, steps=80)
    reached = [record.exact.reward - beta * record.exact.kl for record in records]
    begun, optimum = account(model, reward).reward, optimal_policy(model, reward, beta)
    assert begun < reached[0] < reached[20] < reached[-1] < optimum.value
    assert optimum.value - reached[-1] < (optimum.value - begun) / 2


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_records_agree_with_exact_accounts(model, reward, algorithm):
    judge = Judge(model)
    records = run(
        model, algorithm, FixedKL(0.02), reward=reward, steps=15, batch_size=400, rate=40.0
    )
    for before, record in zip([None, *records], records, strict=False):
        assert record.reward_model is reward
        assert before is None or record.batch.policy is before.policy
        exact = account(record.policy, reward)
        assert (record.exact.reward, record.exact.kl) == (exact.reward, exact.kl)
        assert record.kl_previous == sequence_kl(record.policy, record.batch.policy)
        sampled = account(record.batch.policy, reward)
        for (mean, error), truth in ((record.kl, sampled.kl), (record.reward, sampled.reward)):
            # Where nothing varies yet, only rounding is left.
            assert abs(mean - truth) <= 5 * error + 1e-14
        for (mean, error), drawn in (
            (record.reward, reward.score(record.batch.tokens)),
            (record.judge, judge.score(record.batch.tokens)),
        ):
            assert mean == pytest.approx(drawn.mean(), rel=1e-12)
            assert error == pytest.approx(drawn.std(ddof=1) / 20, rel=1e-12)
    assert records[0].kl == pytest.approx((0, 0), abs=1e-14)
    mean, error = records[-1].kl
    assert 0 < error < mean / 2


def test_one_sequence_has_no_standard_error(small):
    (record,) = run(small, PPO(), steps=1, batch_size=1)
    assert record.reward[1] == record.kl[1] == record.judge[1] == math.inf
    # Alone, it is the mean of its batch.
    np.testing.assert_array_equal(record.policy.pairs, 0)


@pytest.mark.slow
@pytest.mark.parametrize("target", [1.0, 4.0])
@pytest.mark.parametrize(("algorithm", "rate"), [(GRPO(), 20.0), (PPO(), 40.0)], ids=str)
def test_halving_and_doubling_hold_the_divergence(model, reward, algorithm, rate, target):
    records = run(model, algorithm, AdaptiveKL(0.1, target), reward=reward, rate=rate)
    found = np.array([record.exact.kl for record in records[-50:]])
    assert target / 2 < found.mean() < target * 2


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.1, 5.0])
@pytest.mark.parametrize("target", [0.2, 0.8])
def test_small_corrections_hold_the_divergence(beta, target):
    model = tiny_model(order=2)
    records = run(model, PPO(), ProportionalKL(beta, target), steps=500, batch_size=128, rate=5.0)
    assert target / 2 < records[-1].exact.kl < target * 2
    # The price comes nearer to that of the optimum so far away.
    goal = optimum_at_kl(model, tiny_reward(model), target).beta
    assert abs(math.log(records[-1].beta / goal)) < abs(math.log(beta / goal)) / 2


@pytest.mark.parametrize("algorithm", [GRPO(), GRPO(as_published=False), PPO()], ids=str)
@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_long_strides_bring_no_overflow(model, reward, algorithm, beta):
    # A RuntimeWarning is an error in these tests.
    for record in run(model, algorithm, FixedKL(beta), reward=reward, rate=40.0, steps=60):
        assert np.isfinite(record.policy.pairs).all()
        assert np.isfinite(record.policy.clock).all()
        assert np.isfinite([*record.reward, *record.kl, *record.judge]).all()
    assert math.isfinite(record.exact.kl)
    assert math.isfinite(record.exact.reward)


@pytest.mark.parametrize("algorithm", PENALISED)
def test_long_strides_against_any_penalty_bring_no_overflow(small, algorithm):
    for record in run(small, algorithm, FixedKL(0.5), rate=40.0, steps=60):
        assert np.isfinite(record.policy.pairs).all()
        assert np.isfinite(record.policy.clock).all()
        assert np.isfinite([*record.reward, *record.kl, record.exact.kl]).all()


@pytest.mark.slow
def test_a_long_run_of_grpo_brings_no_overflow(model, reward):
    *_, last = run(model, GRPO(), FixedKL(0.5), reward=reward, rate=40.0)
    assert last.step == 150
    assert np.isfinite(last.policy.pairs).all()
    assert math.isfinite(last.exact.kl)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_logits_that_pull_apart_leave_every_token_its_chance(small, algorithm):
    # What the last word pushes up by 800, the step pushes down; their sum is next to nothing.
    push = np.linspace(-400, 400, len(small.words))
    policy = TrainedPolicy(small, np.tile(push, (len(push), 1)), np.tile(-push, (small.longest, 1)))
    np.testing.assert_allclose(policy.next_words(0)[0], small.table, rtol=1e-12)
    batch = Batch.of(policy, sample(policy, 8, np.random.default_rng(1)))
    np.testing.assert_allclose(batch.log_ratio, 0, atol=1e-12)
    gains = advantages(algorithm, batch, tiny_reward(small).score(batch.tokens), 0.1)
    pairs, clock, _ = gradient(algorithm, policy, batch, gains, 0.1)
    assert np.isfinite(pairs).all()
    assert np.isfinite(clock).all()


@pytest.mark.parametrize("kl", [0.0, 1e9])
def test_a_rule_that_never_meets_its_target_goes_on(kl):
    controller = AdaptiveKL(0.1, target=1.0)
    for _ in range(3000):
        controller = controller.after(kl)
    assert 0 < controller.beta < math.inf


NOT_ABOVE_0 = [0, -1.0, math.nan, math.inf]


@pytest.mark.parametrize("beta", [-0.1, math.nan, math.inf])
def test_a_fixed_price_is_at_least_0(beta):
    with raises(f"beta must be a finite number, at least 0, got {beta!r}"):
        FixedKL(beta)


@pytest.mark.parametrize("value", NOT_ABOVE_0)
def test_what_no_rule_can_follow_raises(value):
    for rule in (AdaptiveKL, ProportionalKL):
        with raises(f"beta must be a finite number above 0, got {value!r}"):
            rule(value, target=1)
        with raises(f"target must be a finite number above 0, got {value!r}"):
            rule(0.1, target=value)
    with raises(f"gain must be a finite number above 0, got {value!r}"):
        ProportionalKL(0.1, target=1, gain=value)


@pytest.mark.parametrize("value", NOT_ABOVE_0)
def test_a_clip_range_is_above_0(value):
    for algorithm in (GRPO, PPO):
        with raises(f"clip must be a finite number above 0, got {value!r}"):
            algorithm(clip=value)


@pytest.mark.parametrize("group", [1, 0, -8])
def test_a_group_has_at_least_two_answers(group):
    with raises(f"group must be at least 2, got {group}"):
        GRPO(group)


@pytest.mark.parametrize("wrong", ["k3", "", "k2 in the reward", None])
def test_a_penalty_has_one_of_four_places(wrong):
    with raises(f"penalty must be one of {', '.join(PLACEMENTS)}; got {wrong!r}"):
        GRPO(penalty=wrong)


@pytest.mark.parametrize("value", NOT_ABOVE_0)
def test_a_learning_rate_is_above_0(small, value):
    # Raised at once, not when the first record is asked for.
    with raises(f"rate must be a finite number above 0, got {value!r}"):
        start(small, rate=value)


@pytest.mark.parametrize("name", ["steps", "batch_size", "epochs"])
@pytest.mark.parametrize("count", [0, -1])
def test_a_run_has_at_least_one_of_everything(small, name, count):
    with raises(f"{name} must be at least 1, got {count}"):
        start(small, **{name: count})


@pytest.mark.parametrize(("group", "batch"), [(8, 20), (8, 4), (3, 64)])
def test_groups_fill_the_batch(small, group, batch):
    with raises(f"groups of {group} do not fill a batch of {batch}; it must be a multiple"):
        start(small, GRPO(group), batch_size=batch)
    # PPO has no groups.
    assert next(start(small, PPO(), batch_size=batch)).step == 1
