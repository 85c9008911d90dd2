"""The five runs, against direct calls."""

import math
import re

import numpy as np
import pytest

from charts.units import BITS
from kl_core.rlhf import GRPO, FixedKL, account, sequence_kl, train
from pages.gradients import numbers, words
from tests.pages.conftest import move
from tests.pages.estimators.truth import policy, reward
from tests.pages.gradients.reading import opened
from tests.pages.gradients.truth import HELD, PLACEMENTS
from tests.pages.reading import (
    NUMBER,
    agree,
    all_agree,
    chart,
    charts,
    sentence,
    table,
    values,
)
from tests.pages.truth import BASES, sft
from widgets.pipeline import judge, reference, reward_model


@pytest.fixture
def train_once(monkeypatch):
    """Have the lesson and the test train once where both ask for the very same run."""
    np.testing.assert_array_equal(reference().table, sft().table)
    np.testing.assert_array_equal(reward_model().weights, reward().weights)
    kept = {}

    def recorded(model, reward, judge, algorithm, controller, rng, **options):
        assert model is reference()
        key = (
            reward.weights.tobytes(),
            algorithm,
            controller,
            str(rng.bit_generator.state),
            *sorted(options.items()),
        )
        if key not in kept:
            records = train(model, reward, judge, algorithm, controller, rng, **options)
            # Each record holds a whole policy.
            kept[key] = [each for each in records if each.step == 1 or each.step % 10 == 0]
        return kept[key]

    monkeypatch.setattr(numbers, "train", recorded)
    return recorded


def end_of(run, placement, price, seed):
    """Return where `run`, which trains, ends: account, and D(π_SFT‖π)."""
    free = placement == "no penalty"
    algorithm = GRPO(as_published=False, penalty=PLACEMENTS[0] if free else placement)
    controller = FixedKL(0.0 if free else float(price))
    rng = np.random.default_rng(seed)
    rate = min(160.0, 6 / float(price))
    *_, last = run(
        reference(), reward(), judge(), algorithm, controller, rng, steps=100, epochs=1, rate=rate
    )
    return account(last.policy, reward()), sequence_kl(reference(), last.policy)


def check_runs(ends, said, lines, caption, spec, price, unit):
    """See that sentence, table and chart hold where the runs end."""
    nats, beta = math.log(BASES[unit]), float(price)
    best = account(policy(price), reward())
    kl = {name: own.kl / nats for name, (own, _) in ends.items()}
    worth = {name: own.reward - beta * own.kl for name, (own, _) in ends.items()}
    one, two, three = (rf"{name} has reached \+{NUMBER}" for name in HELD)
    match = re.search(
        rf"^After 100 steps the run without any penalty is {NUMBER} {unit} away from the SFT "
        rf"model; the exact optimum for β = {re.escape(price)} lies at {NUMBER} {unit}\. Held: "
        rf"k1 in the reward \({NUMBER} {unit}\), k2 in the loss \({NUMBER} {unit}\) and k3 in the "
        rf"loss \({NUMBER} {unit}\)\. Not held: k1 in the loss \({NUMBER} {unit}\)\. Of reward − "
        rf"β·KL, .* after, {one}, {two} and {three}\.$",
        said,
    )
    assert all_agree(
        match.groups(),
        [
            kl["no penalty"],
            best.kl / nats,
            *(kl[name] for name in HELD),
            kl["k1 in the loss"],
            *(worth[name] for name in HELD),
        ],
    )
    # Held is far from not held, and the three that hold part where one can see it.
    assert 4 * max(kl[name] for name in HELD) < kl["k1 in the loss"]
    most, start = best.reward - beta * best.kl, account(reference(), reward()).reward
    by_worth = [worth[name] for name in HELD]
    assert max(worth, key=worth.get) == HELD[0]
    if price == "0.01":
        # What the page begins with: each of the three lies clearly below the one before.
        assert min(-np.diff(by_worth)) > 0.04 * (most - start)
    for (name, (own, forward)), row in zip(ends.items(), lines, strict=True):
        assert row[0] == name
        expected = own.reward, own.kl / nats, forward / nats, worth[name]
        assert all_agree([cell.removeprefix("+") for cell in row[1:]], expected)
    match = re.search(rf"exact optimum has \+?{NUMBER} there, and nothing has more\.$", caption)
    assert agree(match[1], most)
    assert max(worth.values()) < most
    assert spec["layout"]["title"]["text"] == "Nearest to the optimum: k1 in the reward"
    for trace in spec["data"]:
        own, name = ends[trace["name"]][0], trace["name"]
        last = worth[name] if trace["yaxis"] == "y" else own.kl / nats
        assert values(trace["y"])[-1] == pytest.approx(last, rel=1e-9)
        assert list(values(trace["x"])) == [0, 1, *range(10, 101, 10)]
    # What is held is inside the picture.
    low, high = spec["layout"]["yaxis"]["range"]
    assert low < min(by_worth) < most < high
    assert max(kl[name] for name in HELD) < spec["layout"]["yaxis2"]["range"][1]


@pytest.mark.parametrize(
    ("price", "seed", "unit"),
    [
        ("0.01", 1, "bits"),
        pytest.param("0.2", 1, "nats", marks=pytest.mark.slow),
        pytest.param("0.02", 3, "dits", marks=pytest.mark.slow),
    ],
)
def test_five_runs_tell_which_penalty_holds(train_once, price, seed, unit):
    # Trained before the page asks: it would keep AppTest waiting.
    names = (*PLACEMENTS, "no penalty")
    ends = {name: end_of(train_once, name, price, seed) for name in names}
    app = opened(unit, price=price, run=seed, train="true")
    assert not app.info
    said = sentence(app, "^After 100 steps").string
    _, *lines = table(app, f"Where each run has ended, KL in {unit}")
    caption = sentence(app, "^Exact figures of the last policy").string
    spec = chart(app, "_estimators_runs").figure
    check_runs(ends, said, lines, caption, spec, price, unit)


@pytest.mark.slow
def test_k1_in_the_loss_ends_elsewhere_by_its_noise_alone():
    beta, count = 0.01, 6
    ends = {
        name: np.array(
            [numbers.trained(penalty, beta, seed).kl[-1] for seed in range(1, count + 1)]
        )
        for name, penalty in numbers.RUNS.items()
        if name in {"k1 in the reward", "k1 in the loss", "no penalty"}
    }

    def apart(name):
        """Return how far its ends lie from those of no penalty on average: factor, and error."""
        factors = np.log(ends[name] / ends["no penalty"])
        return factors.mean(), factors.std(ddof=1) / math.sqrt(count), factors

    nowhere, error, factors = apart("k1 in the loss")
    # Each run ends elsewhere, some nearer and some further; on average nothing can be told.
    assert factors.min() < 0 < factors.max()
    assert factors.std(ddof=1) > 0.1
    assert abs(nowhere) < 2 * error
    held, error, _ = apart("k1 in the reward")
    assert held < -10 * error


def test_finished_runs_outlive_moves_and_interrupted_ones_go_on(begun):
    app = opened(train="true")
    said = sentence(app, "^After 100 steps").string
    assert len(begun) == 5
    move(app, "estimators_pull", "0.2")
    move(app, "estimators_drawn", "P")
    assert sentence(app, "^After 100 steps").string == said
    assert len(begun) == 5
    # As if a move had come while the third run was trained.
    _, runs = app.session_state["_estimators_trained"]
    for name in [*runs][2:]:
        del runs[name]
    move(app, "gradients_guess", 20)
    assert sentence(app, "^After 100 steps").string == said
    assert len(begun) == 8
    move(app, "estimators_price", "0.05")
    assert "the exact optimum for β = 0.05 lies" in sentence(app, "^After 100 steps").string
    assert len(begun) == 13


def test_a_run_is_held_where_its_end_is_nearer_to_that_of_k1_in_the_reward():
    rng, held = np.random.default_rng(1), 0
    steps = np.array([0, 100])
    for _ in range(300):
        ends = dict(zip([*PLACEMENTS, "no penalty"], 10 ** rng.uniform(-2, 2, 5), strict=True))
        runs = {
            name: numbers.Run(steps, np.array([0.1, 0.2]), np.array([0, end]), 1.0)
            for name, end in ends.items()
        }
        found = words.held(runs)
        for name in PLACEMENTS:
            to_best, to_free = (
                abs(math.log(ends[name] / ends[other]))
                for other in ("k1 in the reward", "no penalty")
            )
            assert (name in found) == (to_best <= to_free)
        held += len(found)
        said = words.runs_in_words(runs, 0.5, 0.02, BITS)
        assert ("Not held" in said) == (len(found) < 4)
    assert 0 < held < 1200


def test_nothing_is_trained_before_the_switch(begun):
    app = opened()
    assert [each.value[:18] for each in app.info] == ["Switch *Train* on:"]
    assert not any("exact optimum" in each.spec for each in charts(app))
    assert begun == []
