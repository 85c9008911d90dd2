"""The die lesson says in words what its dice, its rolls and Wald's test make true."""

import math
import re

import numpy as np
import pytest
from scipy.stats import binom, entropy

from charts.units import BITS, UNITS
from kl_core import SequentialTest, normalize
from pages.die import numbers, questions, words
from pages.die.numbers import FAIR, NO_SIX, Verdict
from tests.pages.reading import NUMBER, PAIR, agree, value_of

ODDS = (3, 9, 19, 99, 999, 9999)
SURE = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def pairs(count, seed=1):
    """Return dice by chance: some alike but for a trifle, some that rule faces out."""
    rng = np.random.default_rng(seed)
    for place in range(count):
        p, q = rng.integers(0, 101, (2, 6)) / 10 * (rng.random((2, 6)) > 0.1)
        if place % 3 == 0:
            q = p * (1 + 10.0 ** -rng.integers(1, 8) * rng.normal(size=6))
        if p.any() and (q > 0).any():
            yield normalize(p), normalize(np.maximum(q, 0))


def verdict_said(p, q, odds=19, seed=1, unit=BITS):
    """Return what is said of Wald's test."""
    p, q = normalize(p), normalize(q)
    return words.verdict_in_words(p, q, numbers.verdict(p, q, odds, seed), odds, unit)


def simulated(rolls, evidence):
    """Return a test that was simulated so."""
    return SequentialTest(np.array(rolls), np.array(evidence), np.ones(len(rolls), dtype=bool))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_what_is_said_to_be_more_or_less_is_so_as_printed(unit):
    relations = set()
    for p, q in pairs(600):
        said = re.search(
            rf"believer in Q {NUMBER}.* on average\..*D\(Q‖P\) is {NUMBER}[^,]*, "
            "(more|less|as much)",
            words.in_words(p, q, unit),
        )
        if not said or np.array_equal(p, q):
            continue
        there, back, relation = said.groups()
        relations.add(relation)
        if relation == "as much":
            assert there == back
        else:
            seen = [math.inf if each == "∞" else value_of(each)[0] for each in (there, back)]
            assert (seen[1] > seen[0]) == (relation == "more"), said[0]
    assert relations == {"more", "less", "as much"}


def test_small_divergences_that_differ_are_told_apart():
    said = words.in_words(normalize(FAIR), normalize([1.1, *FAIR[1:]]), BITS)
    there, back = (entropy(*each, base=2) for each in ((FAIR, [1.1, *FAIR[1:]]),
                                                       ([1.1, *FAIR[1:]], FAIR)))  # fmt: skip
    assert f"{there:.3f}" == f"{back:.3f}" == "0.001"
    assert f"{there:.5f} bits on average" in said
    assert f"D(Q‖P) is {back:.5f} bits, more." in said


def test_dice_that_are_each_others_mirror_cost_as_much():
    p = normalize([5, 1, 1, 1, 1, 2])
    assert words.in_words(p, p[::-1].copy(), BITS).endswith(", as much, to the digits shown.")


def test_ratios_that_differ_by_rounding_only_say_the_same():
    p, q = normalize([1.8, 8.1, 6.5, 0, 0, 0]), normalize([1.8, 8.1, 6.5, 9.1, 0, 0])
    rolls = numbers.rolled(p, q, 100, 19, 1)
    assert np.ptp(rolls.steps) > 0
    said = words.rolls_in_words(rolls, 19, BITS.kl(p, q), BITS)
    assert said.startswith("All 100 rolls gave the same evidence, +0.637 bits each; D(P‖Q) is 0.6")


@pytest.mark.parametrize("p", [SURE, [1, 1, 1, 0, 0, 0], [0, 2, 0, 0, 2, 0]])
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_rolls_that_all_say_the_same_have_no_spread(p, unit):
    p, q = normalize(p), normalize(FAIR)
    for seed in range(1, 21):
        rolls = numbers.rolled(p, q, 100, 19, seed)
        said = words.rolls_in_words(rolls, 19, unit.kl(p, q), unit)
        each = math.log(6 / (p > 0).sum(), unit.base)
        assert said.startswith(
            f"All 100 rolls gave the same evidence, +{each:.3f} {unit.name} each; D(P‖Q) is "
            f"{each:.3f} {unit.name}."
        )
        assert "±" not in said


def test_rolls_come_with_mean_and_standard_error_or_are_all_the_same():
    for p, q in pairs(300):
        rolls = numbers.rolled(p, q, 50, 19, 3)
        if np.isinf(rolls.evidence[-1]):
            continue
        said = words.rolls_in_words(rolls, 19, BITS.kl(p, q), BITS)
        bits = rolls.steps / math.log(2)
        if found := re.match(rf"These 50 rolls gave \+?{PAIR} bits of evidence each", said):
            assert agree(found[1], bits.mean())
            assert agree(found[2], bits.std(ddof=1) / math.sqrt(50))
            assert bits.std() > 1e-9 * abs(bits).max()
        else:
            assert said.startswith("All 50 rolls gave the same evidence, ")
            assert np.ptp(bits) <= 1e-9 * abs(bits).max()


def test_wrong_verdict_is_told_with_its_chance():
    p, q = normalize([5, 1, 1, 1, 1, 1]), normalize(FAIR)
    wrong = 0
    for seed in range(1, 2001):
        rolls = numbers.rolled(p, q, 200, 9, seed)
        said = words.rolls_in_words(rolls, 9, BITS.kl(p, q), BITS)
        if "wrong verdict" in said:
            assert said.endswith("a wrong verdict, whose chance is at most 1 in 9.")
            assert rolls.evidence[rolls.decided - 1] <= -math.log(9)
            wrong += 1
    assert 0 < wrong < 2000 / 9


@pytest.mark.parametrize(
    ("unit", "log"), [("bits", "log₂(19)"), ("nats", "ln(19)"), ("dits", "log₁₀(19)")]
)
def test_wald_names_the_base_of_his_logarithm(unit, log):
    said = verdict_said(FAIR, [5, 1, 1, 1, 1, 1], unit=UNITS[unit])
    assert f"At 19 to 1 Wald expects (1 − 2α)·{log} / D(P‖Q) = **10.9** rolls" in said
    assert "log(" not in said
    base = UNITS[unit].base
    exact = 0.9 * math.log(19, base) / entropy(FAIR, [5, 1, 1, 1, 1, 1], base=base)
    assert f"{exact:.1f}" == "10.9"


def test_verdict_holds_as_printed_for_any_dice():
    kinds = set()
    for place, (p, q) in enumerate(pairs(300, seed=2)):
        odds = ODDS[place % 6]
        found = numbers.verdict(p, q, odds, 1)
        said = words.verdict_in_words(p, q, found, odds, BITS)
        if found.test is None or np.array_equal(p, q):
            continue
        test = found.test
        wrong = int((test.decided & (test.evidence < 0)).sum())
        counts = re.search(rf"([\d,]+) of ([\d,]+) settled on Q; Wald's bound .* {NUMBER} on", said)
        assert [int(each.replace(",", "")) for each in counts.groups()[:2]] == [
            wrong, test.rolls.size,
        ]  # fmt: skip
        assert agree(counts[3], test.rolls.size / odds)
        assert ("chance alone brings" in said) == (wrong > test.rolls.size / odds)
        if mean := re.search(rf"it took \*\*{PAIR}\*\* rolls", said):
            assert agree(mean[1], test.mean_rolls)
            assert value_of(mean[2])[0] > 0
        else:
            assert f"it took **{test.rolls[0]} roll{'s' * (test.rolls[0] > 1)}** every time" in said
            assert np.ptp(test.rolls) == 0
        if found.ruled_out:
            assert ("is more is chance" in said) == (test.mean_rolls > 1 / found.ruled_out)
            continue
        expected = re.search(rf"D\(P‖Q\) = \*\*{NUMBER}\*\* rolls", said)[1]
        assert ("no test takes less than one" in said) == (found.expected < 1)
        more = re.search(rf"ends at {NUMBER} bits on average, not at .* = {NUMBER}:", said)
        kinds.add(bool(more))
        if more:
            assert value_of(more[1])[0] > value_of(more[2])[0]
            took = value_of(mean[1])[0] if mean else test.rolls[0]
            assert took > value_of(expected)[0]
            assert ("carries it past" in said) or (abs(test.evidence) - math.log(odds)).max() < 1e-9
        else:
            far = abs(test.mean_rolls - found.expected) > 2 * test.standard_error
            assert ("mostly chance" in said) == far
            assert ("within two standard errors" in said) == (not far)
    assert kinds == {True, False}


def test_one_wrong_verdict_where_a_fifth_is_allowed_is_told_as_chance():
    p, q = normalize(FAIR), normalize([5, 1, 1, 1, 1, 1])
    test = simulated([50] * 2000, [9.3] * 1999 + [-9.3])
    said = words.verdict_in_words(p, q, Verdict(37.9, 0.0, test), 9999, BITS)
    chance = 100 * binom.sf(0, 2000, 1 / 9999)
    assert said.endswith(
        "1 of 2,000 settled on Q; Wald's bound of 1 in 9999 allows 0.20 on average; chance alone "
        f"brings so many or more in up to {chance:.1f}% of such simulations."
    )
    assert "%" not in said.replace(f"{chance:.1f}%", "")


@pytest.mark.parametrize("sign", [1, -1])
def test_difference_that_the_evidence_does_not_explain_is_told_as_chance(sign):
    p, q = normalize(FAIR), normalize([5, 1, 1, 1, 1, 1])
    reckoned = 0.9 * math.log(19)
    test = simulated([11 + 3 * sign, 10 + 3 * sign] * 1000, [reckoned, reckoned] * 1000)
    said = words.verdict_in_words(p, q, Verdict(10.5, 0.0, test), 19, BITS)
    assert "mostly chance" in said
    assert "More than expected" not in said


def test_evidence_that_ends_on_the_odds_is_not_said_to_go_past_them():
    # P never rolls what speaks for Q, and one roll of it makes exactly 3 to 1.
    said = verdict_said(SURE, [1, 1, 1, 0, 0, 0], odds=3)
    assert "it took **1 roll** every time." in said
    assert "ends at 1.58 bits on average, not at (1 − 2α)·log₂(3) = 0.79: it seldom ends" in said


def test_face_ruled_out_and_hardly_ever_rolled_is_not_waited_for():
    # The other faces decide long before the face comes that Q rules out.
    p, q = [10, 1, 1, 1, 1, 1e-9], [1, 1, 1, 1, 1, 0]
    said = verdict_said(p, q)
    bound = 100 * 1e-9 / 14
    assert said.startswith("Q rules out what P rolls 7×10⁻⁹% of the time")
    assert bound == pytest.approx(7e-9, rel=0.05)
    assert value_of(re.search(rf"it took \*\*{PAIR}\*\*", said)[1])[0] < 10
    rare = numbers.verdict(normalize([1, 1, 1, 1, 1, 1e-9]), normalize(NO_SIX), 19, 1)
    assert rare.about == pytest.approx(5e9, rel=1e-6)


def test_die_that_q_rules_out_altogether_is_told_at_the_first_roll():
    said = verdict_said(SURE, SURE[::-1])
    assert "at most 1.0 rolls on average. In 2,000 simulated tests it took **1 roll** every" in said


def test_too_many_rolls_to_simulate_are_counted_as_people_count():
    said = verdict_said(FAIR, [1.05, *FAIR[1:]])
    exact = 0.9 * math.log(19) / entropy(FAIR, [1.05, *FAIR[1:]])
    assert f"takes about {exact:,.0f} rolls on average, too many to simulate" in said


def feedback(question, answer):
    """Return what is said to an answer."""
    return questions.QUESTIONS[question].feedback[answer]


def test_averaging_half_over_each_die_leaves_half_the_difference_of_the_divergences():
    halves = []
    for p, q in pairs(100, seed=3):
        if (p > 0).all() and (q > 0).all():
            halves.append(float((0.5 * (p + q) * np.log(p / q)).sum()))
            there, back = entropy(p, q), entropy(q, p)
            assert halves[-1] == pytest.approx((there - back) / 2, abs=1e-12)
    assert min(halves) < -0.01
    assert "half of D(P‖Q) − D(Q‖P), and may be below 0" in feedback(1, "Over both, half each")


@pytest.mark.parametrize("limit", [0.0, 0.3, 1.0, 7.0])
def test_term_of_a_vanishing_face_may_go_anywhere_so_0_is_a_convention(limit):
    # p = t and q = t·e^(−limit/t): both go to 0, and p·log(p/q) is `limit` all the way.
    t = 10.0 ** -np.arange(1, 9)
    log_q = np.log(t) - limit / t
    np.testing.assert_allclose(t * (np.log(t) - log_q), limit, atol=1e-9)
    assert "any number from 0 up" in feedback(2, "It is undefined")
    assert "By convention" in feedback(2, "0")
    assert not any("ontinuity" in said for said in questions.QUESTIONS[2].feedback.values())


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_rolls_worth_of_evidence_is_odds_over_divergence(unit):
    told = 0
    for place, (p, q) in enumerate(pairs(300, seed=4)):
        odds = ODDS[place % 6]
        said = words.enough_in_words(p, q, odds, unit)
        if np.array_equal(p, q):
            assert "no number of rolls" in said
        elif ((p > 0) & (q == 0)).any():
            assert "The first roll that Q rules out decides" in said
        else:
            needed, each, count = re.match(
                rf"Odds of {odds} to 1 are {NUMBER} {unit.name} of evidence; at {NUMBER} "
                rf"{unit.name} a roll that is {NUMBER} rolls' worth\.",
                said,
            ).groups()
            assert agree(needed, math.log(odds, unit.base))
            assert agree(each, unit.kl(p, q))
            assert agree(count, math.log(odds, unit.base) / unit.kl(p, q))
            told += 1
    assert told > 100


def test_guess_is_told_beside_the_roll_that_decides():
    kinds = set()
    for place, (p, q) in enumerate(pairs(300, seed=6)):
        rolls = numbers.rolled(p, q, 20, 9, place)
        said = words.guess_in_words(7, p, q, rolls, 9, BITS)
        if "not enough" in said:
            kinds.add("none")
            assert (np.abs(rolls.evidence) < math.log(9) * (1 + 1e-9)).all()
        else:
            evidence = rolls.evidence[rolls.decided - 1]
            assert f"{'At roll ' if evidence < 0 else 'took **'}{rolls.decided}" in said
            kinds.add(evidence > 0)
        assert "you said 7" in said.lower()
    assert kinds == {"none", True, False}


def test_words_before_the_rolls_do_not_say_when():
    rolls = numbers.rolled(normalize(FAIR), normalize(NO_SIX), 100, 19, 1)
    said = words.before_rolling(rolls, 19)
    assert re.findall(r"\d+", said) == ["100", "19", "1"]
