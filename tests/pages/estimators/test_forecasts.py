"""Verdicts on forecasts and the figure of them, against scipy and direct calls."""

import math
import re

import numpy as np
import pytest
from scipy.stats import t as student

from charts.style import LIGHT
from charts.units import BITS, UNITS
from kl_core.rlhf import sample, token_log_ratios
from pages.estimators.numbers import forecasts as numbers
from pages.estimators.pictures import forecasts as pictures
from pages.estimators.words import forecasts as words
from tests.pages.conftest import move, press
from tests.pages.estimators.reading import drawn_of, forecasts_in_words, opened
from tests.pages.estimators.truth import (
    BETAS,
    FEES,
    KINDS,
    drawn,
    drawn_by,
    judged,
    kl_of,
    limits,
    mean_of,
    policy,
)
from tests.pages.reading import (
    NUMBER,
    PAIR,
    agree,
    all_agree,
    chart,
    sent,
    sentence,
    value_of,
    values,
)
from tests.pages.truth import BASES, sft

VERDICT = (
    rf"^Of {NUMBER} forecasts (?:{NUMBER} (has|have)|(none) has) a k1 below 0; the true D\(Q‖P\) "
    rf"is {NUMBER} UNIT\. (✅|⚠️|🔎) \*\*(.*?)\*\* (.*?) k1 averages "
    rf"{PAIR} UNIT \(the dot\), k3 {PAIR}; their difference is {PAIR}, {NUMBER} standard errors\. "
    rf"The line is drawn at {NUMBER}: bell-shaped values of {NUMBER} texts pass it one time "
    r"in a million, those of k3, .* more often\.$"
)
TRUTHS = {
    "Q itself": rf"^In truth these forecasts are Q's own\. .* D\(Q‖P\) = {NUMBER} UNIT\.$",
    "padding counted": rf"^In truth .* bound for {NUMBER} UNIT, .*; D\(Q‖P\) is {NUMBER} "
    r"UNIT\. The cure: mask",
}
OTHER_WAYS = (
    rf"bound for D\(ν‖P\) − D\(ν‖Q\) = {NUMBER} − {NUMBER} = {NUMBER} UNIT, .*; D\(Q‖P\) is "
    rf"{NUMBER} UNIT\. The cure: draw from Q"
)


def verdict_on(app):
    """Return what the page says of its forecasts."""
    return sentence(app, VERDICT.replace("UNIT", "bits")).string


def truth_on(app, way):
    """Return what the page says they are in truth."""
    return sentence(app, TRUTHS.get(way, OTHER_WAYS).replace("UNIT", "bits")).string


def check_verdict(said, beta, fee, way, batch, seen, unit="bits"):
    """See that the sentence holds the numbers of these texts, and the verdict they allow."""
    nats = math.log(BASES[unit])
    one, three = (each[:seen] for each in drawn(beta, fee, way, batch))
    match = re.search(VERDICT.replace("UNIT", unit), said)
    count, below, verb, none, true, sign, verdict, why, *rest = match.groups()
    negative = int((one < 0).sum())
    assert value_of(count)[0] == seen
    assert (none, below) == ((None, f"{negative:,}") if negative else ("none", None))
    assert verb == {0: None, 1: "has"}.get(negative, "have")
    assert agree(true, kl_of(beta, fee) / nats)
    assert verdict == judged(one, three)
    assert (sign == "⚠️") == ("A mistake" in verdict or "suspect" in verdict)
    *pairs, apart, furthest, again = rest
    expected = [value / nats for pair in (one, three, three - one) for value in mean_of(pair)]
    for text, value in zip(pairs, expected, strict=True):
        assert abs(value_of(text)[0] - value) <= 0.51e-3
    (mean, error), (gap, gap_error) = mean_of(one), mean_of(three - one)
    assert abs(value_of(apart)[0] - abs(gap / gap_error)) <= 0.051
    assert again == count
    assert agree(furthest, student.isf(1e-6, seen - 1))
    if verdict == "Chance can do this.":
        below = re.match(rf"k1 is {NUMBER} standard errors below 0, and k3 agrees", why)
        assert agree(below[1], -mean / error)
    return verdict


def check_truth(said, beta, fee, way, unit="bits"):
    """See that the last word names where k1 is bound for."""
    nats, true = math.log(BASES[unit]), kl_of(beta, fee)
    limit, to_p, to_q = limits(beta, fee, way)
    expected = {"Q itself": [true], "padding counted": [limit, true]}.get(
        way, [to_p, to_q, limit, true]
    )
    match = re.search(TRUTHS.get(way, OTHER_WAYS).replace("UNIT", unit), said)
    assert all_agree(match.groups(), np.divide(expected, nats))


CASES = [
    ("0.2", "are free", "Q itself", 1, 64, "bits"),
    ("1", "earn 0.5", "Q itself", 3, 8, "nats"),
    ("0.05", "cost 0.5", "Q itself", 1000, 4096, "dits"),
    ("0.2", "are free", "top 2", 1, 1024, "nats"),
    ("0.5", "cost 0.5", "top 2", 2, 8, "bits"),
    ("1", "are free", "temperature 0.5", 5, 4096, "dits"),
    ("0.1", "earn 0.5", "temperature 0.5", 1, 256, "bits"),
    ("0.05", "earn 0.5", "at least 16 words", 9, 16, "nats"),
    ("0.1", "cost 0.5", "at least 16 words", 6, 8, "nats"),
    ("1", "are free", "at least 16 words", 1, 4096, "bits"),
    ("0.5", "earn 0.5", "padding counted", 1, 32, "dits"),
    ("0.05", "are free", "padding counted", 2, 512, "bits"),
]


@pytest.mark.parametrize(("beta", "fee", "way", "batch", "seen", "unit"), CASES)
def test_verdict_and_truth_of_forecasts(beta, fee, way, batch, seen, unit):
    verdict, in_truth = forecasts_in_words(drawn_of(beta, fee, way, batch), seen, UNITS[unit])
    check_verdict(verdict, beta, fee, way, batch, seen, unit)
    check_truth(in_truth, beta, fee, way, unit)


def test_all_four_verdicts_are_given():
    said = {judged(*(each[:seen] for each in drawn(beta, fee, way, batch)))
            for beta, fee, way, batch, seen, _ in CASES}  # fmt: skip
    assert len(said) == 4


@pytest.mark.parametrize("fee", FEES)
@pytest.mark.parametrize("beta", BETAS)
def test_draws_of_q_itself_are_never_called_a_mistake(beta, fee):
    for batch in range(1, 16):
        one, three = drawn(beta, fee, "Q itself", batch)
        for power in range(3, 13):
            evidence = numbers.Evidence.of(one[: 2**power], three[: 2**power])
            said = words.verdict(evidence, BITS)
            assert "A mistake, hardly chance." not in said, (batch, 2**power)


def test_far_from_p_honest_draws_pass_the_line_more_often_than_bell_shaped_values():
    # One in six here; once in a million where sums are normal.
    beyond = 0
    for batch in range(1, 61):
        evidence = numbers.Evidence.of(*(each[:64] for each in drawn("0.05", "earn 0.5", "Q itself",
                                                                     batch)))  # fmt: skip
        beyond += abs(evidence.apart) > evidence.furthest
    assert 3 < beyond < 20


def test_agreement_is_said_to_prove_nothing_where_it_is_wrong():
    for batch in range(1, 9):
        verdict, _ = forecasts_in_words(drawn_of(way="padding counted", batch=batch), 64, BITS)
        assert "No sign of a mistake, and no proof." in verdict
        assert "as counted padding does" in verdict
    limit, *_ = limits("0.2", "are free", "padding counted")
    assert limit > 15 * kl_of("0.2")


def test_verdicts_say_what_their_evidence_shows():
    rng, said = np.random.default_rng(3), set()
    for _ in range(1000):
        texts = int(2 ** rng.integers(3, 13))
        one = rng.normal(rng.normal(), 1, texts) * 10 ** rng.uniform(-2, 1)
        three = np.abs(rng.normal(size=texts)) * 10 ** rng.uniform(-2, 1)
        verdict = words.verdict(numbers.Evidence.of(one, three), BITS)
        name = re.search(r"\*\*(.*?)\*\*", verdict)[1]
        said.add(name)
        not_below_0 = name[:3] == "Not" or "k1 is not below 0" in verdict
        assert not_below_0 == (one.mean() >= 0), verdict
        # Where k1 and k3 are said to agree, they are as near as the line that is named.
        sizes = rf"{NUMBER} standard errors\. The line is drawn at {NUMBER}"
        apart, line = re.search(sizes, verdict).groups()
        if "agrees" in verdict:
            assert value_of(apart)[0] <= value_of(line)[0], verdict
        elif not_below_0:
            assert value_of(apart)[0] >= value_of(line)[0], verdict
    assert len(said) == 4


@pytest.mark.parametrize("unit", BASES)
def test_where_k1_is_bound_for_is_the_difference_as_printed(unit):
    for beta in BETAS:
        for fee in FEES:
            for way in ("top 2", "temperature 0.5", "at least 16 words"):
                of = drawn_of(beta, fee, way)
                said = words.in_truth(way, numbers.bound_of(of), of.truth, UNITS[unit])
                to_p, to_q, limit, _ = (
                    value_of(each)
                    for each in re.search(OTHER_WAYS.replace("UNIT", unit), said).groups()
                )
                assert to_p[0] - to_q[0] == pytest.approx(limit[0], abs=0.01 * limit[1]), said


def test_at_least_16_words_are_16_words():
    tokens = sample(drawn_by("at least 16 words", policy("0.2")), 4096, np.random.default_rng(1))
    counts = (tokens > 0).sum(axis=1)  # The full stop is 0, what fills up is below.
    assert sft().words[0] == "."
    assert counts.min() == 16


def test_k3_of_whole_forecasts_is_another_number_with_the_same_average():
    pi = policy("0.2")
    each = token_log_ratios(pi, sample(pi, 40_000, np.random.default_rng(1)))
    summed, whole = KINDS["k3"](each).sum(axis=1), KINDS["k3"](each.sum(axis=1))
    assert np.abs(summed - whole).mean() > 0.2 * whole.mean()
    for found in (summed, whole):
        mean, error = mean_of(found)
        assert abs(mean - kl_of("0.2")) < 4 * error < 0.2 * kl_of("0.2")


# The page.


def test_warning_is_quoted_in_trls_words():
    # trl/trainer/ppo_trainer.py, `record_step_stats`.
    quoted = "“KL divergence is starting to become negative”"
    assert [each.value for each in opened().header if each.proto.anchor == "negative"] == [quoted]


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("estimators_texts", 8, {"seen": 8}),
        ("estimators_texts", 4096, {"seen": 4096}),
        ("estimators_batch", 1000, {"batch": 1000}),
        ("estimators_beta", "0.05", {"beta": "0.05"}),
        ("estimators_fee", "earn 0.5", {"fee": "earn 0.5"}),
        ("estimators_way", "top 2", {"way": "top 2"}),
    ],
)
def test_moved_controls_bring_other_forecasts(key, value, changed):
    view = {"beta": "0.2", "fee": "are free", "way": "Q itself", "batch": 1, "seen": 64} | changed
    app = move(opened(), key, value)
    check_verdict(verdict_on(app), **view)
    check_truth(truth_on(app, view["way"]), view["beta"], view["fee"], view["way"])


@pytest.mark.parametrize(
    ("label", "fee", "way", "seen"),
    [
        ("Top-k", "are free", "top 2", 1024),
        ("Temperature", "are free", "temperature 0.5", 4096),
        ("Minimum length", "cost 0.5", "at least 16 words", 1024),
        ("Padding", "earn 0.5", "padding counted", 1024),
    ],
)
def test_every_mistake_is_found_in_the_texts_of_its_button(label, fee, way, seen):
    app = press(opened(batch=77, beta="1", texts=8), label)
    verdict = check_verdict(verdict_on(app), "0.2", fee, way, 1, seen)
    assert verdict == "A mistake, hardly chance."
    check_truth(truth_on(app, way), "0.2", fee, way)
    # The mistake stays, however the first batch came out: k1 is bound for a number below 0.
    spec = chart(app, "_estimators_running").figure
    [limit] = [each for each in spec["data"] if each.get("name") == "where k1 is bound for"] or [
        None
    ]
    bound, *_ = limits("0.2", fee, way)
    assert bound < 0 < kl_of("0.2", fee)
    np.testing.assert_allclose(values(limit["y"]), bound / math.log(2))


def test_by_chance_is_a_batch_below_0_that_more_texts_mend():
    app = press(opened(way="top 2", texts=8, beta="1"), "By chance")
    view = {"beta": "0.2", "fee": "are free", "way": "Q itself", "batch": 8}
    assert check_verdict(verdict_on(app), **view, seen=64) == "Chance can do this."
    app = move(app, "estimators_texts", 4096)
    assert (
        check_verdict(verdict_on(app), **view, seen=4096) == "No sign of a mistake, and no proof."
    )


# The figure.


@pytest.mark.parametrize(("beta", "fee", "way", "batch", "seen", "unit"), CASES[:4])
def test_running_averages_end_where_all_texts_do(beta, fee, way, batch, seen, unit):
    of, nats = drawn_of(beta, fee, way, batch), math.log(BASES[unit])
    counts, running = numbers.running(of, seen, UNITS[unit])
    limit = numbers.bound_of(of).limit
    figure = pictures.running_figure(
        counts, running, of.truth / nats, limit / nats, seen, unit, LIGHT
    )
    spec = sent(figure)
    lines = {each["name"]: each for each in spec["data"] if each.get("name")}
    for name, all_of in zip(("k1", "k3"), drawn(beta, fee, way, batch), strict=True):
        counts, shown = values(lines[name]["x"]), values(lines[name]["y"])
        assert {4, seen, 4096} <= set(counts)
        means = [all_of[: int(count)].mean() / nats for count in counts]
        np.testing.assert_allclose(shown, means, rtol=1e-8, atol=1e-12)
    low, high = (values(each["y"]) for each in spec["data"][:2])
    place = int(np.searchsorted(values(lines["k1"]["x"]), seen))
    mean, error = mean_of(drawn(beta, fee, way, batch)[0][:seen])
    np.testing.assert_allclose(
        [low[place], high[place]],
        np.array([mean - 2 * error, mean + 2 * error]) / nats,
        rtol=1e-6,
    )
    assert ("where k1 is bound for" in lines) == (way != "Q itself")
