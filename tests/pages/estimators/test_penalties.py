"""Pulls and training, against finite differences and direct calls."""

import math
import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS, UNITS
from kl_core.rlhf import GRPO, FixedKL, account, sample, sequence_kl, train
from pages.estimators.numbers import penalties as numbers
from pages.estimators.pictures import penalties as pictures
from pages.estimators.words import penalties as words
from tests.pages.conftest import move
from tests.pages.estimators.reading import opened
from tests.pages.estimators.truth import (
    PLACEMENTS,
    PULL_BETAS,
    cosine,
    next_words,
    policy,
    pulls,
    reward,
    slopes,
)
from tests.pages.reading import (
    NUMBER,
    agree,
    all_agree,
    chart,
    charts,
    rows,
    sent,
    sentence,
    table,
    value_of,
    values,
)
from tests.pages.truth import BASES, sft
from widgets.pipeline import judge, reference, reward_model

OFF_POLICY = {"drawn": "P", "weighted": False}


def pulls_of(beta, drawn="Q itself", *, weighted=False):
    """Return the pulls that the lesson computes for these controls."""
    return numbers.pulls_of(float(beta), drawn, weighted)


@pytest.mark.parametrize(
    ("unit", "beta"), [*(("bits", beta) for beta in PULL_BETAS), ("nats", "1"), ("dits", "0.01")]
)
@pytest.mark.parametrize(
    "how", [{}, {"drawn": "P", "weighted": True}, {"weighted": True}, OFF_POLICY]
)
def test_pulls_are_those_of_finite_differences(unit, beta, how):
    nats, (reverse, forward) = math.log(BASES[unit]), slopes(beta)
    of, weighted = how.get("drawn", "Q itself"), how.get("weighted", False)
    found, shown = pulls(beta, of, weighted=weighted), pulls_of(beta, **how)
    _, *lines = rows(words.pulls_columns(shown, UNITS[unit]))
    assert [row[0] for row in lines] == list(found) == PLACEMENTS
    for (name, (mean, noise)), (_, length, *cosines, one) in zip(found.items(), lines, strict=True):
        size = np.linalg.norm(mean)
        nothing = name == "k1 in the loss" and how is not OFF_POLICY
        assert (size < 1e-9) == nothing
        seen, digit = value_of(length)
        assert abs(seen - (0 if nothing else size / nats)) <= 0.51 * digit + 1e-6 * size
        seen, digit = value_of(one)
        assert abs(seen - noise / nats) <= 0.51 * digit + 1e-6 * noise
        expected = ["–", "–"] if nothing else [cosine(mean, each) for each in (reverse, forward)]
        for text, value in zip(cosines, expected, strict=True):
            assert text == value or abs(value_of(text)[0] - value) <= 0.51e-3
    check_pulls_in_words(words.pulls_in_words(shown, UNITS[unit]), found, forward, how, unit)


def check_pulls_in_words(said, found, forward, how, unit):
    """See that the sentence names who pulls where."""
    if how is OFF_POLICY:
        match = re.search(
            rf"^Drawn by the older policy and not weighted, none of the four gives the slope it "
            rf"gave on Q's own draws; k3 in the loss pulls {NUMBER} times as hard as it did\. .* "
            rf"−1 times the slope of D\(P‖Q\) \(cosine {NUMBER}\)",
            said,
        )
        mean = found["k1 in the loss"][0]
        hard = np.linalg.norm(found["k3 in the loss"][0]) / np.linalg.norm(forward)
        seen, digit = value_of(match[1])
        assert abs(seen - hard) <= 0.51 * digit + 1e-6 * hard
        assert cosine(mean, -forward) == pytest.approx(1, abs=1e-8)
        assert match[2] == "1.00"
        return
    match = re.search(
        r"^Along the slope of D\(Q‖P\): k1 in the reward and k2 in the loss\. Along the slope of "
        r"the \*other\* direction, D\(P‖Q\): k3 in the loss\. Nowhere on average: k1 in the loss\. "
        rf"It only shakes the policy: a single draw's pull has a spread of {NUMBER} {unit}\.$",
        said,
    )
    assert agree(match[1], found["k1 in the loss"][1] / math.log(BASES[unit]))


@pytest.mark.parametrize(("unit", "beta"), [("bits", "0.01"), ("nats", "1"), ("dits", "0.1")])
def test_caption_of_the_pulls_tells_both_divergences(unit, beta):
    app = opened(unit, pull=beta)
    p, q = next_words(beta)
    said = sentence(app, rf"After “rain” D\(Q‖P\) is {NUMBER} {unit} and D\(P‖Q\) {NUMBER} {unit}")
    nats = math.log(BASES[unit])
    assert all_agree(said.groups(), [np.sum(a * np.log(a / b)) / nats for a, b in ((q, p), (p, q))])
    assert f"Summed over all {p.size} next words" in said.string


@pytest.mark.parametrize("beta", PULL_BETAS)
def test_off_policy_no_placement_pulls_as_it_did(beta):
    on, off = pulls(beta), pulls(beta, "P")
    for name in PLACEMENTS:
        change = np.linalg.norm(off[name][0] - on[name][0])
        assert change > 0.01 * max(np.linalg.norm(on[name][0]), np.linalg.norm(slopes(beta)[1]))


@pytest.mark.parametrize("how", [{}, OFF_POLICY])
def test_chart_of_pulls_shows_the_steepest_words(how):
    shown = pulls_of("0.01", **how)
    spec = sent(pictures.pulls_figure(shown, numbers.next_words(), UNITS["nats"], LIGHT))
    reverse, forward = slopes("0.01")
    top = np.argsort(-(abs(reverse) + abs(forward)))[:6]
    names = [sft().words[each] if sft().words[each] != "." else "full stop" for each in top]
    assert spec["layout"]["xaxis"]["ticktext"] == names
    traces = {trace["name"]: values(trace["y"]) for trace in spec["data"]}
    np.testing.assert_allclose(traces["slope of D(Q‖P)"], reverse[top], atol=1e-8)
    np.testing.assert_allclose(traces["slope of D(P‖Q)"], forward[top], atol=1e-8)
    edge = spec["layout"]["yaxis"]["range"][1]
    for name, (mean, _) in pulls("0.01", how.get("drawn", "Q itself")).items():
        inside = abs(mean[top]) < 0.97 * edge
        np.testing.assert_allclose(traces[name][inside], mean[top][inside], atol=1e-8)
        assert (abs(traces[name]) <= edge).all()
    title = spec["layout"]["title"]["text"]
    assert title == (
        "Off-policy, unweighted: no pull is right" if how else
        "k2 follows D(Q‖P), k3 follows D(P‖Q)"
    )  # fmt: skip


# Training.


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
    *_, last = run(reference(), reward(), judge(), algorithm, controller, rng, steps=100, epochs=1)
    return account(last.policy, reward()), sequence_kl(reference(), last.policy)


def check_runs(ends, said, lines, caption, spec, price, unit):
    """See that sentence, table and chart hold where the runs end."""
    nats, beta = math.log(BASES[unit]), float(price)
    best = account(policy(price), reward())
    match = re.search(
        rf"^After 100 steps the run without any penalty is {NUMBER} {unit} away from the SFT "
        rf"model; the exact optimum for β = {re.escape(price)} lies at {NUMBER} {unit}\. Held: "
        rf"k1 in the reward \({NUMBER} {unit}\), k2 in the loss \({NUMBER} {unit}\) and k3 in the "
        rf"loss \({NUMBER} {unit}\)\. Not held: k1 in the loss \({NUMBER} {unit}\)\.$",
        said,
    )
    kl = {name: own.kl / nats for name, (own, _) in ends.items()}
    held = "k1 in the reward", "k2 in the loss", "k3 in the loss"
    assert all_agree(
        match.groups(),
        [kl["no penalty"], best.kl / nats, *(kl[name] for name in held), kl["k1 in the loss"]],
    )
    assert max(kl[name] for name in held) < min(2 * kl["k1 in the reward"], 2 * best.kl / nats)
    assert kl["k1 in the loss"] > 4 * kl["k1 in the reward"]
    # It pulls nowhere; what its noise does still brings the run to another end.
    assert abs(kl["k1 in the loss"] / kl["no penalty"] - 1) > 0.01
    worth = {name: own.reward - beta * own.kl for name, (own, _) in ends.items()}
    for (name, (own, forward)), row in zip(ends.items(), lines, strict=True):
        assert row[0] == name
        expected = own.reward, own.kl / nats, forward / nats, worth[name]
        assert all_agree([cell.removeprefix("+") for cell in row[1:]], expected)
    match = re.search(rf"exact optimum has \+?{NUMBER} there, and nothing has more\.$", caption)
    most = best.reward - beta * best.kl
    assert agree(match[1], most)
    assert max(worth.values()) < most
    furthest = max(kl, key=kl.get)
    title = spec["layout"]["title"]["text"]
    assert title == f"Furthest away: {furthest}, {kl[furthest]:.3f} {unit}"
    for trace in spec["data"]:
        own = ends[trace["name"]][0]
        last = own.kl / nats if trace["yaxis"] == "y" else own.reward
        assert values(trace["y"])[-1] == pytest.approx(last, rel=1e-9)
        assert list(values(trace["x"])) == [0, 1, *range(10, 101, 10)]


@pytest.mark.parametrize(
    ("price", "seed", "unit"),
    [
        ("0.02", 1, "bits"),
        pytest.param("0.2", 1, "nats", marks=pytest.mark.slow),
        pytest.param("0.01", 3, "dits", marks=pytest.mark.slow),
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


def test_finished_runs_outlive_moves_and_interrupted_ones_go_on(begun):
    app = opened(train="true")
    said = sentence(app, "^After 100 steps").string
    assert len(begun) == 5
    move(app, "estimators_gap", 1.0)
    move(app, "estimators_way", "top 2")
    assert sentence(app, "^After 100 steps").string == said
    assert len(begun) == 5
    # As if a move had come while the third run was trained.
    _, runs = app.session_state["_estimators_trained"]
    for name in [*runs][2:]:
        del runs[name]
    move(app, "estimators_draws", 20)
    assert sentence(app, "^After 100 steps").string == said
    assert len(begun) == 8
    move(app, "estimators_price", "0.05")
    assert "the exact optimum for β = 0.05 lies" in sentence(app, "^After 100 steps").string
    assert len(begun) == 13


def test_nothing_is_trained_before_the_switch(begun):
    app = opened()
    assert [each.value[:18] for each in app.info] == ["Switch *Train* on:"]
    assert not any("exact optimum" in each.spec for each in charts(app))
    assert begun == []


# GRPO's term.


@pytest.mark.parametrize("unit", BASES)
def test_grpos_term_is_that_of_a_word_of_the_policy(unit):
    word = numbers.word_of_a_forecast()
    tokens = sample(policy("0.02"), 1, np.random.default_rng(1))[0]
    place = int((tokens >= 0).sum() // 2)
    before = [sft().words[each] for each in tokens[:place]]
    said = re.search(
        rf"^Here “(\w+)” after “([\w ]+)”, in a forecast .*: {NUMBER} {unit}\.",
        words.grpo_in_words(word, UNITS[unit]),
    )
    assert said[1] == sft().words[tokens[place]]
    assert said[2] == " ".join(before)
    context = np.array([sft().context(" ".join(before))])
    chances = policy("0.02").next_words(place, context)[0][0]
    u = sft().table[context[0], tokens[place]] / chances[tokens[place]]
    k3 = u - math.log(u) - 1
    assert agree(said[3], k3 / math.log(BASES[unit]))
    today = words.grpo_today(word)
    assert r"\quad u - \ln u - 1 =" in today
    assert all_agree(re.search(rf"u = {NUMBER}, .* 1 = {NUMBER}", today).groups(), [u, k3])


def test_full_stop_that_begins_a_forecast_is_named():
    said = words.grpo_in_words(numbers.Word("", ".", 0.5), BITS)
    assert said.startswith("Here the full stop after “…”, in a forecast")
