"""Pulls, what is said of them and what to use, against finite differences."""

import math
import re

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import softmax

from charts.style import LIGHT
from charts.units import BITS, UNITS
from kl_core import kl_divergence
from kl_core.rlhf import sample
from pages.gradients import numbers, pictures, words
from tests.pages.estimators.truth import policy
from tests.pages.gradients.truth import (
    PLACEMENTS,
    PULL_BETAS,
    cosine,
    pulls,
    slopes,
)
from tests.pages.reading import (
    NUMBER,
    agree,
    all_agree,
    rows,
    sent,
    value_of,
    values,
)
from tests.pages.truth import BASES, sft

OFF_POLICY = {"drawn": "P", "weighted": False}


def pulls_of(beta, drawn="Q itself", *, weighted=False):
    """Return the pulls that the lesson computes for these controls."""
    return numbers.pulls_of(float(beta), drawn, weighted=weighted)


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


@pytest.mark.parametrize("beta", PULL_BETAS)
def test_off_policy_no_placement_pulls_as_it_did(beta):
    on, off = pulls(beta), pulls(beta, "P")
    for name in PLACEMENTS:
        change = np.linalg.norm(off[name][0] - on[name][0])
        assert change > 0.01 * max(np.linalg.norm(on[name][0]), np.linalg.norm(slopes(beta)[1]))


@pytest.mark.parametrize("how", [{}, OFF_POLICY])
def test_chart_of_pulls_shows_the_steepest_words(how):
    shown = pulls_of("0.01", **how)
    spec = sent(
        pictures.pulls_figure(shown, numbers.next_words(), numbers.steepest(), UNITS["nats"], LIGHT)
    )
    reverse, forward = slopes("0.01")
    top = np.argsort(-(abs(reverse) + abs(forward)))[:6]
    assert numbers.steepest() == top.tolist()
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


# What to use.


@pytest.mark.parametrize("unit", BASES)
@pytest.mark.parametrize("beta", PULL_BETAS)
def test_advice_gives_reasons_that_hold(beta, unit):
    said = words.advice(pulls_of(beta), pulls_of(beta, "P"), UNITS[unit])
    assert list(said) == ["To log it", "In the reward", "In the loss", "Off-policy"]
    reverse, forward = slopes(beta)
    own, older = pulls(beta), pulls(beta, "P")
    beyond = re.search(rf"up to D\(Q‖P\) = {NUMBER} {unit} \(two bells", said["To log it"])[1]
    assert agree(
        beyond, brentq(lambda u: math.exp(u) - 1 - 2 * u, 1, 2) / 2 / math.log(BASES[unit])
    )
    cosines = [
        re.search(rf"\(cosine {NUMBER}", said["In the reward"])[1],
        *re.search(rf"\(cosine {NUMBER}\).*is {NUMBER} here", said["In the loss"]).groups(),
    ]
    expected = [
        cosine(own[name][0], reverse)
        for name in ("k1 in the reward", "k2 in the loss", "k3 in the loss")
    ]
    for text, value in zip(cosines, expected, strict=True):
        assert abs(value_of(text)[0] - value) <= 0.51e-3
    assert expected[:2] == pytest.approx([1, 1], abs=1e-8)
    assert cosine(own["k3 in the loss"][0], forward) == pytest.approx(1, abs=1e-8)
    assert abs(own["k1 in the loss"][0]).max() < 1e-9
    hard = np.linalg.norm(older["k3 in the loss"][0]) / np.linalg.norm(own["k3 in the loss"][0])
    seen, digit = value_of(re.search(rf"make k3 pull {NUMBER} times", said["Off-policy"])[1])
    assert abs(seen - hard) <= 0.51 * digit + 1e-4 * hard
    # Descending it, Q goes away from P: to where D(P‖Q) is larger.
    assert older["k1 in the loss"][0] @ forward < 0


def test_two_words_are_pulled_as_finite_differences_say():
    def whole(logit):
        first = softmax([logit, 0])
        joint = np.outer(first, [1, 1]) * [[0.9, 0.1], [0.5, 0.5]]
        return kl_divergence(joint.ravel(), np.full(4, 0.25))

    def word_by_word(logit):
        # The draws stand still; half the square of the first word's ratio is differentiated.
        return sum(0.5 * math.log(q / 0.5) ** 2 / 2 for q in softmax([logit, 0]))

    step = 1e-5
    expected = [(of(step) - of(-step)) / 2 / step for of in (word_by_word, whole)]
    assert numbers.two_words() == pytest.approx(expected, abs=1e-9)
    assert numbers.two_words()[1] > 0.05


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
