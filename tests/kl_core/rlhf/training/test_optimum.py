"""Where training ends: PPO at the exact optimum, GRPO elsewhere; and what holds it back."""

import itertools

import pytest

from kl_core.rlhf import GRPO, PPO, FixedKL, account, optimal_policy, sequence_kl
from tests.kl_core.rlhf.enumeration import Enumeration, tiny_model, tiny_reward
from tests.kl_core.rlhf.training.runs import ALGORITHMS, run


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
