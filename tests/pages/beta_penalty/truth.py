"""What the rope lesson shows, computed without its code; and how what it says is read."""

import base64
import json
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
    Judge,
    LanguageModel,
    ProportionalKL,
    RewardModel,
    account,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    forecasts,
    optimal_policy,
    optimum_at_kl,
    sample,
    sample_preferences,
    train,
)
from tests.pages.conftest import agree, bound_controls, charts, open_page

BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}
# The grid of Renard, ten steps a decade, from the tightest rope to the loosest.
MANTISSAS = 8, 6.3, 5, 4, 3.15, 2.5, 2, 1.6, 1.25, 1
BETAS = ["1", *(f"{m / 10**power:g}" for power in (1, 2, 3, 4) for m in MANTISSAS)]
USUAL = 2000, 1
FEW = 200, 1
NUMBER = r"(−?\d+(?:,\d{3})*(?:\.\d+)?(?:×10[⁻⁰-⁹¹²³]+)?)"
PAIR = rf"{NUMBER}\s±\s{NUMBER}"


@cache
def sft():
    """Return the SFT model."""
    return LanguageModel.from_text(forecasts())


@cache
def judge():
    """Return the judge."""
    return Judge(sft())


@cache
def rewards(pairs, seed):
    """Return the reward model of these pairs."""
    seen = sample_preferences(sft(), judge(), pairs, np.random.default_rng(seed))
    return RewardModel.fit(sft(), seen)


def seen_by_all(policy, reward):
    """Return account, the judge's report on 1000 forecasts, and the first five of these."""
    tokens = sample(policy, 1000, np.random.default_rng(0))
    return account(policy, reward), judge().report(tokens), tokens[:5]


@cache
def optimum(world, beta):
    """Return account, report and forecasts of the best policy, and what it is worth."""
    policy = optimal_policy(sft(), rewards(*world), float(beta))
    return *seen_by_all(policy, rewards(*world)), policy.value


@cache
def unmoved(world):
    """Return account, report and forecasts of the SFT model."""
    return seen_by_all(sft(), rewards(*world))


@cache
def along_the_rope(world):
    """Return KL in nats, reward, the judge's mean and its error at every β of the grid."""
    points = [optimum(world, beta) for beta in BETAS]
    return np.array([(own.kl, own.reward, *report.score) for own, report, *_ in points]).T


@cache
def best_of(world):
    """Return KL in nats, its bound, the judge's mean and its error for 1, 2, 4 … 256 draws."""
    tokens = sample(sft(), 20_000, np.random.default_rng(0))
    score, judged = rewards(*world).score(tokens), judge().score(tokens)
    numbers = 2 ** np.arange(9)
    return np.array(
        [
            (best_of_n_kl_estimate(score, n), best_of_n_kl(n), *best_of_n_mean(score, judged, n))
            for n in map(int, numbers)
        ]
    ).T


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


def next_words(text, beta="0.02", world=USUAL):
    """Return chances under P and Q of what follows these words, and D(Q‖P) in nats."""
    words = text.lower().split()
    context = sft().context(" ".join(words))
    policy = optimal_policy(sft(), rewards(*world), float(beta))
    q = policy.next_words(len(words), np.array([context]))[0][0]
    p = sft().table[context]
    return p, q, float((q[q > 0] * np.log(q[q > 0] / p[q > 0])).sum())


LONGEST = " ".join(["tomorrow", *["and cold"] * 11])

# How a test reads the page.


def opened(beta="0.02", world=USUAL, **parameters):
    """Return the page; parameters come without the lesson's name."""
    named = {k if k == "unit" else f"beta_{k}": str(v) for k, v in parameters.items()}
    pairs, seed = map(str, world)
    return open_page("beta_penalty", beta_beta=beta, beta_pairs=pairs, beta_seed=seed, **named)


def set_up(app):
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def linked(app):
    """Return what another visitor gets who follows the link to this view."""
    there = {key: value for key, value in set_up(app).items() if value is not None}
    return open_page("beta_penalty", **{key: str(value) for key, value in there.items()})


def chart(app, title):
    """Return the one chart whose title begins so, as the browser gets it; None without one."""
    specs = [json.loads(each.spec) for each in charts(app)]
    found = [spec for spec in specs if spec["layout"]["title"]["text"].startswith(title)]
    assert len(found) <= 1
    return found[0] if found else None


def values(array):
    """Return what a trace holds as an array, also where it travels as bytes."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"]))
    return np.array([np.nan if each is None else each for each in array], dtype=float)


def paragraphs(app):
    """Return all paragraphs, lists and captions."""
    said = [each.value.split("\n\n") for each in (*app.markdown, *app.caption)]
    return [each for block in said for each in block]


def the_one(said, pattern):
    """Return the match of the one paragraph that says this."""
    found = [match for each in said if (match := re.search(pattern, each))]
    assert len(found) == 1, (pattern, said)
    return found[0]


def read_out(said):
    """Return Markdown as a screen reader gets it: without stars, and marks of lists and quotes."""
    lines = [re.sub(r"^(- |> )+", "", line) for line in said.replace("*", "").split("\n")]
    return "\n".join(lines)


def sentence(app, pattern):
    """Return the match of the one paragraph or caption that says this."""
    return the_one(paragraphs(app), pattern)


def all_agree(shown, expected):
    """Say whether as many values as there are numbers round to them, one by one."""
    return all(agree(*each) for each in zip(shown, expected, strict=True))


# Training.

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
        rf"{NUMBER} {unit} from the SFT model, judge {PAIR} of 7\. No policy that close to the SFT "
        rf"model earns more than {NUMBER}: the run got {NUMBER}% of the gain",
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
    reward, judge, kl, exact_reward, exact_kl, smooth, beta = spec["data"][:7]
    np.testing.assert_allclose(values(reward["y"]), [each.reward[0] for each in of])
    np.testing.assert_allclose(values(judge["y"]), [each.judge[0] for each in of])
    np.testing.assert_allclose(values(kl["y"]), [each.kl[0] / nats for each in of], atol=1e-12)
    np.testing.assert_allclose(values(beta["y"]), [each.beta or np.nan for each in of])
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
