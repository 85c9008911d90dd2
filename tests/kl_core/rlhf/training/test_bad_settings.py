"""What no algorithm, no controller and no run can be told to do."""

import math

import pytest

from kl_core import PLACEMENTS
from kl_core.rlhf import GRPO, PPO, AdaptiveKL, FixedKL, ProportionalKL
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.training.runs import start

NOT_ABOVE_0 = [0, -1.0, math.nan, math.inf]


@pytest.mark.parametrize("beta", [-0.1, math.nan, math.inf])
def test_a_fixed_price_is_at_least_0(beta):
    with raises(f"beta must be a finite number at least 0, got {beta!r}"):
        FixedKL(beta)


@pytest.mark.parametrize("value", NOT_ABOVE_0)
def test_what_no_rule_can_follow_raises(value):
    for rule in (AdaptiveKL, ProportionalKL):
        with raises(f"beta must be a finite number above 0, got {value!r}"):
            rule(value, target=1)
        with raises(f"target must be a finite number above 0, got {value!r}"):
            rule(0.1, target=value)
    bounds = "above 0 and below 5, or β could turn negative"
    with raises(f"gain must be a finite number {bounds}, got {value!r}"):
        ProportionalKL(0.1, target=1, gain=value)


@pytest.mark.parametrize("value", NOT_ABOVE_0)
def test_a_clip_range_is_above_0(value):
    for algorithm in (GRPO, PPO):
        with raises(f"clip must be a finite number above 0, got {value!r}"):
            algorithm(clip=value)


@pytest.mark.parametrize("group", [1, 0, -8])
def test_a_group_has_at_least_two_answers(group):
    with raises(f"group must be a whole number at least 2, got {group}"):
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
    with raises(f"{name} must be a whole number at least 1, got {count}"):
        start(small, **{name: count})


@pytest.mark.parametrize(("group", "batch"), [(8, 20), (8, 4), (3, 64)])
def test_groups_fill_the_batch(small, group, batch):
    with raises(f"groups of {group} do not fill a batch of {batch}; it must be a multiple"):
        start(small, GRPO(group), batch_size=batch)
    # PPO has no groups.
    assert next(start(small, PPO(), batch_size=batch)).step == 1
