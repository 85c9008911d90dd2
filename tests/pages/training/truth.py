"""What the lesson on training shows, computed without its code; and how its page is opened."""

import math
import re
from functools import cache

import numpy as np
import pytest

from kl_core.rlhf import (
    GRPO,
    PPO,
    AdaptiveKL,
    FixedKL,
    ProportionalKL,
    account,
    optimum_at_kl,
    train,
)
from tests.pages.conftest import of_lesson, open_page
from tests.pages.reading import NUMBER, PAIR, all_agree, values
from tests.pages.truth import BASES, USUAL, judge, rewards, sft, unmoved

ALGORITHMS = {
    "PPO": lambda _: PPO(),
    "GRPO": lambda group: GRPO(group=group),
    "GRPO, unscaled": lambda group: GRPO(group=group, as_published=False),
}
CONTROLLERS = {
    "fixed": lambda price, _: FixedKL(price),
    "adaptive": lambda price, target: AdaptiveKL(price or 0.001, target),
    "proportional": lambda price, target: ProportionalKL(price or 0.001, target),
}
ANCHORS = {"reference": "the SFT model", "previous": "the policy one step before"}


@cache
def records(
    method="PPO", rope="fixed", price=0.02, target=3.0, anchor="reference", steps=30, group=8,
    epochs=2, rate=40, run_seed=1, world=USUAL,
):  # fmt: skip
    """Return all steps of a run."""
    algorithm, controller = ALGORITHMS[method](group), CONTROLLERS[rope](price, target)
    rng = np.random.default_rng(run_seed)
    return list(
        train(
            sft(), rewards(*world), judge(), algorithm, controller, rng,
            anchor=anchor, steps=steps, epochs=epochs, rate=rate,
        )
    )  # fmt: skip


@cache
def farthest_up(world, kl):
    """Return the account of the optimum that is this far, in nats, from the SFT model."""
    return account(optimum_at_kl(sft(), rewards(*world), kl), rewards(*world))


def judged(of, step):
    """Return the judge's mean over the fifteen batches up to a step, and its error."""
    means, errors = np.array([each.judge for each in of[:step]])[-15:].T
    return means.mean(), math.sqrt((errors**2).sum()) / means.size


# How a test reads the page.


def opened(pairs=2000, **parameters):
    """Return the page; parameters come without the lesson's name."""
    return open_page("training", training_pairs=pairs, **of_lesson("beta", **parameters))


K3 = "Its penalty, k3 in the loss, does not have the slope"


def check_run(run, of):
    """See that a run holds what these records say."""
    assert run.steps == len(of)
    assert run.reward == [record.reward[0] for record in of]
    assert run.judge == [record.judge for record in of]
    assert run.kl == [record.kl for record in of]
    assert run.beta == [record.beta for record in of]
    reward, kl = account(of[-1].policy, of[-1].reward_model).reward, of[-1].exact.kl
    assert (run.end.reward, run.end.kl) == pytest.approx((reward, kl), rel=1e-12)


def check_landing(text, name, of, unit="bits", world=USUAL):
    """See that a text says where the run of these records has ended."""
    nats = math.log(BASES[unit])
    end, base = of[-1].exact, unmoved(world)[0]
    frontier = farthest_up(world, end.kl)
    assert frontier.kl == pytest.approx(end.kl, rel=1e-4)
    share = (end.reward - base.reward) / (frontier.reward - base.reward)
    assert 0 <= share <= 1
    said = re.search(
        rf"^\*\*{re.escape(name)}\*\*.*?, step (\d+): reward {NUMBER} \(SFT model {NUMBER}\), "
        rf"{NUMBER} {unit} from the SFT model, judge {PAIR} of 7 \(mean of up to 15 "
        rf"batches\)\. No policy that close to the SFT model earns more than {NUMBER}: the run got "
        rf"{NUMBER}% of the gain",
        text,
    )
    expected = (
        len(of), end.reward, base.reward, end.kl / nats, *judged(of, len(of)), frontier.reward,
        100 * share,
    )  # fmt: skip
    assert all_agree(said.groups(), expected)


def check_lines_of_training(spec, ways, of, unit="bits"):
    """See that the charts of training draw these records."""
    nats = math.log(BASES[unit])
    reward, judge, kl, exact_reward, exact_kl, smooth, different, beta = spec["data"][:8]
    np.testing.assert_allclose(values(reward["y"]), [each.reward[0] for each in of])
    np.testing.assert_allclose(values(judge["y"]), [each.judge[0] for each in of])
    np.testing.assert_allclose(values(kl["y"]), [each.kl[0] / nats for each in of], atol=1e-12)
    np.testing.assert_allclose(values(beta["y"]), [each.beta or np.nan for each in of])
    counts = [len({*map(tuple, each.batch.tokens.tolist())}) for each in of]
    np.testing.assert_array_equal(values(different["y"]), counts)
    means = [judged(of, step)[0] for step in range(1, len(of) + 1)]
    np.testing.assert_allclose(values(smooth["y"]), means)
    steps = values(exact_reward["x"]).astype(int)
    assert {0, 1, 5, 10, len(of)} <= {*steps}
    exact = [of[step - 1].exact if step else unmoved(USUAL)[0] for step in steps]
    np.testing.assert_allclose(values(exact_reward["y"]), [each.reward for each in exact])
    np.testing.assert_allclose(values(exact_kl["y"]), [each.kl / nats for each in exact])
    _, way = ways["data"][:2]
    np.testing.assert_allclose(values(way["x"]), [math.sqrt(each.kl / nats) for each in exact])
    np.testing.assert_allclose(values(way["y"]), [each.reward for each in exact])
