"""What the lesson says of the calls is what scipy, PyTorch's formula and Keras's make true."""

import re

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import kl_div
from scipy.stats import entropy

from charts.units import BITS, NATS, UNITS
from charts.wording import listed
from kl_core import normalize
from pages.directions import words
from pages.directions.decoder import CALLS
from pages.directions.numbers import Decoded
from tests.pages.directions.truth import P, Q
from tests.pages.reading import NUMBER, agree, printed


def decoded(p=P, q=Q, total=1.0, mixed_up=False, unit=BITS):
    """Return what the calls answer; P and Q as weights."""
    return Decoded(normalize(p), normalize(q), total, mixed_up, unit)


def answers(found):
    """Return the answers in the table, by how the call is written."""
    table = words.every_call(found)
    return dict(zip(table["call"], table[f"now, {found.unit.name}"], strict=True))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_unit_restates_every_answer(unit):
    shown = answers(decoded(unit=unit))
    assert len(shown) == 11
    assert shown["scipy.stats.entropy(p, q)"] == f"{entropy(P, Q, base=unit.base):.3f}"
    assert shown["(log_q - log_p).mean()"] == f"{entropy(Q, P, base=unit.base):.3f}"


def test_equal_distributions_are_0_either_way():
    found = decoded(q=P)
    says = words.in_words(found)
    assert says.startswith("P and Q are the same, so either direction is 0 bits. On both land nump")
    assert "neither" not in says
    assert set(answers(found).values()) == {"0.000"}


def test_unnormalised_q_goes_below_0_and_says_which_calls_hide_it():
    found = decoded(total=2.0, unit=NATS)
    shown = answers(found)
    shifted = entropy(P, Q) - np.log(2)
    assert shifted < 0
    assert agree(shown["scipy.special.rel_entr(p, q).sum()"], shifted)
    assert agree(shown["scipy.special.kl_div(p, q).sum()"], kl_div(P, 2 * Q).sum())
    assert agree(shown["scipy.stats.entropy(p, q)"], entropy(P, Q))
    says = words.mistakes_in_words(found)
    assert says.startswith("Q's numbers add up to 2")
    assert "off by −log 2 = −0.693 nats" in says
    assert (
        "Below 0, where no divergence can be, are numpy by hand, scipy rel_entr, "
        "F.kl_div(log_q, p), F.kl_div by default and keras kl_divergence: there the mistake shows."
    ) in says


def test_many_calls_on_neither_are_counted_not_named():
    assert words.landings_in_words(decoded(total=2.0)).endswith("On neither land the other 9.")
    says = words.landings_in_words(decoded(mixed_up=True))
    assert says.endswith("bits**. On neither land all 11.")


def test_unnormalised_q_may_show_nowhere():
    says = words.mistakes_in_words(decoded(total=0.5))
    assert says.startswith("Q's numbers add up to 0.5")
    assert "off by −log 0.5 = +1.000 bits" in says
    assert "No answer is below 0, which would give the mistake away." in says


def test_only_what_gives_a_number_is_said_to_be_off():
    nan = words.mistakes_in_words(decoded([9, 0.8, 0], total=2.0))
    assert "so scipy rel_entr and F.kl_div(log_q, p) are off by −log 2 = −1.000 bits" in nan
    infinite = words.mistakes_in_words(decoded(q=[4, 3, 0], total=2.0))
    assert "add up to 2, but scipy entropy and torch kl_divergence divide" in infinite


def test_one_call_below_0_is_said_in_the_singular():
    says = words.mistakes_in_words(decoded([5, 5, 0], [5.1, 5, 0], total=0.95))
    assert says.startswith("Q's numbers add up to 0.95")
    assert "Below 0, where no divergence can be, is k1 over Q's draws: there" in says


def test_logarithm_mixed_up_is_counted():
    found = decoded(mixed_up=True, unit=NATS)
    shown = answers(found)
    assert agree(shown['F.kl_div(log_q, p, reduction="sum")'], -entropy(P) - P @ Q)
    assert shown["np.sum(p * np.log(p / q))"] == "NaN"
    assert shown["scipy.special.rel_entr(p, q).sum()"] == "∞"
    finite = sum(value not in ("NaN", "∞", "−∞") for value in shown.values())
    says = words.mistakes_in_words(found)
    assert says.startswith("Where a call asks")
    assert f"{finite} of 11 answer with a number all the same" in says
    assert "besides" not in says
    both = words.mistakes_in_words(decoded(mixed_up=True, total=0.5))
    assert "besides, the chances add up to 0.5" in both


def test_word_that_q_rules_out():
    q = np.array([0.5, 0.5, 0])
    found = decoded(q=q, unit=NATS)
    says = words.in_words(found)
    made_up = np.sum(P * np.log(P / np.clip(q, 1e-7, 1)))
    assert "\n\nQ rules out *rainy* and P does not, so D(P‖Q) is ∞" in says
    assert f"makes up {made_up:.3f} nats" in says
    assert "averages to 0, falls short of D(Q‖P) by 0.020 nats" in says
    k3 = answers(found)["((log_p - log_q).exp() - (log_p - log_q) - 1).mean()"]
    assert agree(k3, entropy(q, P) - 0.02)


def test_word_that_p_rules_out():
    found = decoded([5, 5, 0])
    assert words.in_words(found).endswith(
        "\n\nP never says *rainy*: numpy by hand stumbles over 0·log 0."
    )
    assert answers(found)["np.sum(p * np.log(p / q))"] == "NaN"
    assert answers(found)["(log_q - log_p).mean()"] == "∞"


def test_word_that_neither_says():
    found = decoded([9, 0.8, 0], [4, 3, 0])
    assert "\n\nP never says" in words.in_words(found)
    assert "Where both are 0 even F.kl_div answers NaN: 0·(−∞)." in words.in_words(found)
    assert answers(found)['F.kl_div(log_q, p, reduction="sum")'] == "NaN"
    assert agree(answers(found)["scipy.stats.entropy(p, q)"], entropy([9, 0.8], [4, 3], base=2))


def test_two_words_that_q_rules_out():
    found = decoded(q=np.array([1.0, 0, 0]), unit=NATS)
    says = words.in_words(found)
    assert "Q rules out *cloudy* and *rainy* and P does not, so D(P‖Q) is ∞" in says
    assert "None of Q's draws is such a word, so k3" in says
    assert f"falls short of D(Q‖P) by {1 - P[0]:.3f} nats" in says


def test_landing_by_chance_is_called_so():
    # So rare in Q that D(P‖Q) is three times D(Q‖P): what the mean of three terms makes of it.
    def gap(rare):
        return entropy([1, 1, 1], [1, 1, rare]) / 3 - entropy([1, 1, rare], [1, 1, 1])

    rare = brentq(gap, 1e-12, 0.5)
    says = words.landings_in_words(decoded([1, 1, 1], [1, 1, rare]))
    assert re.search(r"On D\(Q‖P\) land F.*, F\.kl_div by default \(by chance\)", says)
    infinite = words.landings_in_words(decoded(q=[4, 3, 0]))
    assert re.search(r"On D\(P‖Q\) land n.*, F\.kl_div by default \(∞ divided by 3\)", infinite)
    mixed = words.landings_in_words(decoded(q=[4, 3, 0], mixed_up=True))
    assert re.search(r"On D\(P‖Q\) land scipy rel_entr \(by chance\)", mixed)


def random_views(count):
    """Return what the calls answer in views by chance, zeros and mistakes among them."""
    rng = np.random.default_rng(8)
    for _ in range(count):
        p, q = rng.integers(0, 101, (2, 3)) / 10 * (rng.random((2, 3)) > 0.15)
        if p.any() and q.any():
            total = rng.choice([1.0, round(rng.integers(4, 41) / 20, 2)])
            yield decoded(p, q, float(total), bool(rng.integers(2)), BITS)


def test_every_sentence_holds_in_views_by_chance():
    for found in random_views(400):
        landed = words.landings_in_words(found)
        there, back = re.search(
            rf"D\(P‖Q\) is \*\*{NUMBER}.*D\(Q‖P\) \*\*{NUMBER}", landed
        ).groups()
        told_apart = not np.isclose(*found.divergences, rtol=1e-4)
        assert (there != back) == told_apart, landed
        for call, line in zip(CALLS, found.lines, strict=True):
            strays = line in ("D(P‖Q)", "D(Q‖P)") and (line != call.direction or found.mixed_up)
            remark = re.search(rf"{re.escape(call.name)} \((by chance|∞ divided by 3)\)", landed)
            assert bool(remark) == strays, landed
        said = words.mistakes_in_words(found)
        below = [call.name for call, value in zip(CALLS, found.values, strict=True) if value < 0]
        told = re.search("Below 0, where no divergence can be, (?:is|are) (.*): there", said)
        if said:
            assert (told[1] if told else "") == (listed(below) if below else "")
        finite = re.search(r"(\d+) of 11 answer with a number", said)
        assert not finite or int(finite[1]) == np.isfinite(found.values).sum()


def test_each_rules_out_what_the_other_says():
    landed, why = words.in_words(decoded([9, 0.8, 0], [0, 3, 3])).split("\n\n")
    assert why.startswith("Q rules out *sunny*")
    assert "k3" not in why
    assert landed.startswith("D(P‖Q) is **∞**")
    assert "On both land" in landed


def test_formula_adds_up_both_ways():
    there, back = words.there_today(P, Q, NATS), words.back_today(P, Q, NATS)
    assert r"\ln\frac" in words.there_in_symbols(NATS)
    assert f"{entropy(P, Q):.3f}" in there
    assert f"{entropy(Q, P):.3f}" in back
    assert there.count(r"\ln(") == back.count(r"\ln(") == 3


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize(
    "spoiled",
    [{}, {"total": 1.4}, {"mixed_up": True}, {"q": [4, 3, 0]}, {"q": [2.7, 0.24, 0.75]}],
)
def test_snippet_reproduces_the_numbers_on_screen(unit, spoiled):
    p, q = [9.0, 0.8, 2.5], spoiled.get("q", [4.0, 3.0, 3.0])
    found = decoded(**{"p": p, "q": q, "unit": unit} | spoiled)
    snippet = words.snippet(found, p, q)
    promised = re.findall(r"# (?:.*: )?(\S+)$", snippet, re.M)
    numbers = [float(number) for number in printed(snippet).split()]
    assert len(numbers) == 5
    np.testing.assert_equal(numbers, [float(each) for each in promised[-5:]])
    shown = answers(found)
    for call, number in zip(("special.rel_entr(p, q).sum()", "special.kl_div(p, q).sum()",
                             "stats.entropy(p, q)"), numbers[2:], strict=True):  # fmt: skip
        answer = shown[f"scipy.{call}"]
        assert answer == {"inf": "∞", "nan": "NaN"}.get(str(number), answer)
        assert not np.isfinite(number) or agree(answer, number if abs(number) > 1e-12 else 0)
