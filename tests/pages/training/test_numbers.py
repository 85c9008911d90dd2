"""What a run of training ran into, against loops over the same batches and made-up runs."""

import math

import numpy as np
import pytest

from charts.units import UNITS
from kl_core.rlhf import PPO, AdaptiveKL
from pages.training import numbers
from pages.training.numbers import BAND, CLEARLY, degenerated, hacked, smooth, swing
from pages.training.runs import BATCHES, TrainingRun, fresh_runs
from pages.training.settings import Contestant, Settings
from pages.training.words import failures, landing, logs
from tests.pages.reading import agree
from tests.pages.training.truth import records
from widgets.optima import World, at_reference

TO_TARGET = Contestant("PPO", "adaptive", AdaptiveKL(0.02, 2.0), PPO(), 2.0)


def made_up(seed, steps=80):
    """Return a run with any course of reward, judge, KL and β, and no policy."""
    rng = np.random.default_rng(seed)
    run = TrainingRun("a run", TO_TARGET, iter(()), at_reference(World(2000, 1)).exact, steps)
    drift = rng.normal(0, 0.03, size=2)
    run.reward = [*(0.1 + np.cumsum(rng.normal(0.002, 0.01, steps)))]
    run.reward_error = [*rng.uniform(0.001, 0.01, steps)]
    judge = 5 + np.cumsum(rng.normal(drift[0], 0.05, steps))
    run.judge = [(each, rng.uniform(0.05, 0.3)) for each in judge]
    run.watched = [*np.abs(np.cumsum(rng.normal(drift[1], 0.5, steps)))]
    run.kl = [(each, 0.1) for each in run.watched]
    run.beta = [*(0.02 * 2.0 ** rng.integers(-3, 4, steps))]
    run.different = [*rng.integers(1, 65, steps)]
    return run


def hacked_by_a_loop(run):
    """Return the first step that hacks, and the judge's best step before it."""
    for step in range(BATCHES, run.steps + 1):
        best = max(range(BATCHES, step + 1), key=lambda each: run.judged(each)[0])
        (now, error), (most, its_error) = run.judged(step), run.judged(best)
        rewards, errors = (
            [np.array(each[end - BATCHES : end]) for end in (best, step)]
            for each in (run.reward, run.reward_error)
        )
        unsure = math.sqrt(sum((each**2).sum() for each in errors)) / BATCHES
        rose = rewards[1].mean() - rewards[0].mean() > CLEARLY * unsure
        if most - now > CLEARLY * math.hypot(error, its_error) and rose:
            return step, best
    return None


@pytest.mark.parametrize("seed", range(200))
def test_hacking_begins_where_a_loop_says_so(seed):
    run = made_up(seed)
    turn, expected = hacked(run), hacked_by_a_loop(run)
    assert (turn and (turn.step, turn.best_step)) == expected
    if turn:
        assert turn.reward > turn.best_reward
        assert turn.judge[0] < turn.best[0]
        assert f"from step {turn.step} on" in failures.hacking(turn)


def test_made_up_runs_hack_and_do_not():
    assert 20 < sum(hacked(made_up(seed)) is not None for seed in range(200)) < 180
    assert hacked(made_up(1, steps=BATCHES)) is None


@pytest.mark.parametrize("seed", range(200))
def test_swing_is_what_a_loop_finds(seed):
    run, target = made_up(seed), 2.0
    found = swing(run, target)
    assert found.inside == sum(target / BAND <= kl <= BAND * target for kl in run.watched)
    assert (found.low, found.high) == (min(run.beta), max(run.beta))
    over = [step for step, kl in enumerate(run.watched, 1) if kl > BAND * target]
    assert found.above == (over[0] if over else None)
    if over:
        away = []
        for step in range(over[0], run.steps + 1):
            if run.watched[step - 1] <= target:
                break
            away.append(step)
        assert run.watched[found.at_peak - 1] == max(run.watched[step - 1] for step in away)
        assert found.at_peak in away
    said = landing._lag(run, target, UNITS["nats"])
    assert f"in {found.inside} of 80 steps" in said
    assert ("not above it" in said) == (not over)
    assert ("still rose until" in said) == bool(over and found.at_peak > found.above)


@pytest.mark.parametrize(("method", "price"), [("PPO", "0"), ("GRPO", "0.02")])
def test_a_run_on_a_long_rope_degenerates_where_its_figures_say(method, price):
    of = records(method=method, price=float(price), steps=150)
    run = run_of(method, price, 150)
    decay = degenerated(run)
    base = at_reference(World(2000, 1)).exact.perplexity
    failing = [
        step
        for step in sorted(run.exact)[1:]
        if of[step - 1].exact.perplexity >= 2 * base
        or len({*map(tuple, of[step - 1].batch.tokens.tolist())}) <= 32
    ]
    assert failing
    assert decay.step == failing[0]
    assert f"from step {decay.step} on" in failures.met([run])
    if price != "0":
        return
    assert degenerated(run_of("PPO", "0.02", 30)) is None


def run_of(method, price, steps):
    """Return a run, done."""
    controls = {
        "beta_method": method, "beta_rope": "fixed", "beta_price": price, "beta_target": "3",
        "beta_anchor": "the SFT model", "beta_steps": steps, "beta_rate": 40, "beta_epochs": 2,
        "beta_group": 8, "beta_run_seed": 1, "training_ppo": False, "training_grpo": False,
        "training_adaptive": False,
    }  # fmt: skip
    [run] = fresh_runs(Settings.of(controls, World(2000, 1), UNITS["bits"]))
    while not run.done:
        run.advance()
    return run


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_what_trainers_print_is_that_of_the_latest_step(unit):
    run, of = run_of("GRPO", "0.02", 30), records(method="GRPO")[-1]
    [*_, said] = logs.columns([run], UNITS[unit]).values()
    nats = math.log({"bits": 2, "nats": math.e}[unit])
    ratio = of.batch.log_ratio
    expected = [
        of.reward[0], of.spread, of.kl[0] / nats, np.mean(np.exp(-ratio) - 1 + ratio) / nats,
        of.reward[0] - 0.02 * of.kl[0], of.exact.entropy / nats,
        of.exact.entropy / of.exact.length / nats, 100 * of.clipped, of.judge[0],
    ]  # fmt: skip
    for text, exact in zip(said, expected, strict=True):
        assert agree(text.removesuffix("%"), exact), (text, exact)


@pytest.mark.parametrize("group", [2, 16])
def test_spread_at_first_is_that_of_groups_of_the_sft_model(group):
    found = numbers.spread_at_first(World(2000, 1), group)
    own = records(method="GRPO", group=group, steps=1)[0].spread
    assert found == pytest.approx(own, rel=0.25)


@pytest.mark.parametrize("size", [0, 1, 5, 15, 16, 60])
@pytest.mark.parametrize("width", [1, 2, 15])
def test_smooth_is_the_mean_of_the_last_values(size, width):
    values = np.random.default_rng(size).normal(size=size) + 5
    looped = [np.mean(values[max(0, end - width) : end]) for end in range(1, size + 1)]
    np.testing.assert_allclose(smooth(values, width), looped, rtol=1e-12)


def test_rows_are_as_many_as_steps():
    run = run_of("PPO", "0.02", 30)
    columns = numbers.data([run, run], UNITS["bits"])
    assert {len(each) for each in columns.values()} == {60}
    np.testing.assert_allclose(columns["kl_bits"][:30], [kl / math.log(2) for kl, _ in run.kl])
