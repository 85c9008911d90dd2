"""Controllers follow the published rules, see the right divergence, and hold it."""

import math

import numpy as np
import pytest
from scipy.special import rel_entr

from kl_core.rlhf import GRPO, PPO, AdaptiveKL, FixedKL, ProportionalKL, optimum_at_kl
from tests.kl_core.rlhf.enumeration import tiny_model, tiny_reward
from tests.kl_core.rlhf.training.runs import ANCHORS, run


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
        assert record.watched == pytest.approx(watched, rel=1e-9)
        controller = controller.after(watched)
    assert (len(set(prices)) > 2) != isinstance(controller, FixedKL)


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


@pytest.mark.parametrize("kl", [0.0, 1e9])
def test_a_rule_that_never_meets_its_target_goes_on(kl):
    controller = AdaptiveKL(0.1, target=1.0)
    for _ in range(3000):
        controller = controller.after(kl)
    assert 0 < controller.beta < math.inf
