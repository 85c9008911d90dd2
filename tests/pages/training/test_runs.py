"""A run of training keeps what a page shows of it, goes on where it was left, and stays small."""

import gc
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest

from kl_core.rlhf import (
    PPO,
    AdaptiveKL,
    account,
    train,
)
from pages.training.runs import TrainingRun
from pages.training.settings import Contestant
from tests.pages.truth import judge, rewards, sft

# The reward model of few pairs.
PAIRS = 500, 2
PPO_TO_TARGET = Contestant("PPO", "adaptive", AdaptiveKL(0.02, 1.0), PPO(), 1.0)


@cache
def start():
    """Return the account of the reference."""
    return account(sft(), rewards(*PAIRS))


def steps_of(count, seed=3):
    """Return the records of a run, one after the other."""
    rng = np.random.default_rng(seed)
    return train(
        sft(),
        rewards(*PAIRS),
        judge(),
        PPO(),
        AdaptiveKL(0.02, 1.0),
        rng,
        steps=count,
        batch_size=16,
    )


@cache
def records(count):
    """Return them all."""
    return list(steps_of(count))


def fresh(count, seed=3):
    """Return a run that has not begun."""
    return TrainingRun("a run", PPO_TO_TARGET, steps_of(count, seed), start(), count)


def advanced(run, count):
    """Take steps and return the run."""
    for _ in range(count):
        run.advance()
    return run


def kept(run):
    """Return all that a run keeps, as one comparable value."""
    exact = {step: (own.reward, own.kl, own.entropy) for step, own in run.exact.items()}
    return (
        run.reward, run.spread, run.judge, run.kl, run.watched, run.beta, run.clipped, exact,
        run.sentences,
    )  # fmt: skip


def test_a_fresh_run_holds_the_reference_only():
    run = fresh(7)
    assert (run.steps, run.done, run.end) == (0, False, start())
    assert run.exact == {0: start()}
    assert run.sentences == {}
    run.settle()
    assert run.exact == {0: start()}


def test_every_step_is_written_down_as_it_was():
    run = advanced(fresh(17), 17)
    of = records(17)
    assert run.steps == 17
    assert run.reward == [record.reward[0] for record in of]
    assert run.judge == [record.judge for record in of]
    assert run.kl == [record.kl for record in of]
    assert run.beta == [record.beta for record in of]
    assert run.clipped == [record.clipped for record in of]
    assert run.watched == [record.watched for record in of]
    # To PPO a batch is one group.
    spreads = [rewards(*PAIRS).score(record.batch.tokens).std() for record in of]
    assert run.spread == pytest.approx(spreads)


def test_exact_figures_every_five_steps_first_and_last():
    run = advanced(fresh(17), 17)
    assert list(run.exact) == [0, 1, 5, 10, 15, 17]
    of = records(17)
    for step in [1, 5, 10, 15, 17]:
        own = account(of[step - 1].policy, rewards(*PAIRS))
        assert (run.exact[step].reward, run.exact[step].kl) == (own.reward, own.kl)
    assert run.end is run.exact[17]


def test_forecasts_are_counted_that_differ():
    run = fresh(17)
    assert (run.different, run.batch_size) == ([], 0)
    for record in records(17):
        run.advance()
        assert run.different[-1] == len({*map(tuple, record.batch.tokens.tolist())})
        assert run.batch_size == 16


def test_a_forecast_every_fifteen_steps_first_and_last():
    run = advanced(fresh(32), 32)
    assert list(run.sentences) == [1, 15, 30, 32]
    for step, record in enumerate(records(32), start=1):
        if step in run.sentences:
            assert run.sentences[step] == sft().decode(record.batch.tokens[0])


def test_done_with_the_last_step_and_no_further():
    run = fresh(3)
    seen = []
    while not run.done:
        run.advance()
        seen.append((run.steps, run.done))
    assert seen == [(1, False), (2, False), (3, True)]
    run.advance()
    assert (run.steps, run.done) == (3, True)


def test_settling_works_out_where_the_run_stands_once():
    run = advanced(fresh(17), 8)
    assert run.end is run.exact[5]
    run.settle()
    assert run.end is run.exact[8]
    record = records(17)[7]
    assert run.end.kl == account(record.policy, rewards(*PAIRS)).kl
    before = run.end
    run.settle()
    assert run.end is before
    assert list(run.exact) == [0, 1, 5, 8]


def test_stopping_and_settling_changes_nothing_that_follows():
    stopped = fresh(17)
    for pause in (1, 2, 5, 9):
        advanced(stopped, pause)
        stopped.settle()
    straight = advanced(fresh(17), 17)
    for place in (3, 8):
        assert place in stopped.exact
        del stopped.exact[place]
    assert kept(stopped) == kept(straight)


def test_runs_do_not_share_what_they_keep():
    one, other = fresh(5), fresh(5, seed=4)
    advanced(one, 2)
    assert other.steps == 0
    assert other.exact == {0: start()}
    advanced(other, 2)
    assert one.reward != other.reward


def test_policies_are_not_kept_and_the_rest_is_small():
    policies = []

    def watched():
        for record in steps_of(60):
            policies.append(weakref.ref(record.policy))
            yield record

    run = TrainingRun("a run", PPO_TO_TARGET, watched(), start(), 60)
    advanced(run, 60)
    gc.collect()
    alive = [place for place, policy in enumerate(policies) if policy() is not None]
    # The latest, and the one before that it was sampled from.
    assert set(alive) <= {58, 59}
    assert len(pickle.dumps(kept(run))) < 20_000
    assert len(pickle.dumps(run.exact)) < 100_000


def test_two_threads_take_turns():
    run, alone = fresh(12), advanced(fresh(12), 12)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: run.advance(), range(2 * run.last)))
    assert run.done
    assert (run.reward, run.kl, run.beta) == (alone.reward, alone.kl, alone.beta)
