"""The twenty questions: the right answers are right, computed with nothing of this project."""

import math
import re
from urllib.parse import urlencode

import numpy as np
import pytest
import scipy
from scipy.optimize import approx_fprime, minimize_scalar
from scipy.spatial.distance import jensenshannon
from scipy.special import kl_div, rel_entr, softmax
from scipy.stats import entropy

from charts.units import UNITS
from pages.summary.questions import questions
from tests.deep_links import deep_links
from tests.pages.conftest import numbered
from tests.pages.reading import printed
from tests.pages.truth import BASES, FAIR, LOADED
from widgets.share import qr_code

ASKED = questions(UNITS["bits"])


def about(words, unit="bits"):
    """Return the question with these words."""
    [found] = [each for each in questions(UNITS[unit]) if words in each.text]
    return found


def test_twenty_questions_each_with_three_or_four_answers_and_a_view_that_mends():
    assert len({each.text for each in ASKED}) == 20
    for each in ASKED:
        assert 3 <= len(each.feedback) <= 4
        assert len(set(each.feedback.values())) == len(each.feedback)
        assert [answer for answer, says in each.feedback.items() if says.startswith("Right")] == [
            each.right
        ]
        assert len(list(deep_links(each.see))) == 1, each.text


def test_right_answers_stand_in_every_place():
    places = [each.answers.index(each.right) for each in ASKED]
    assert all(places.count(place) >= 4 for place in range(3))


def test_answers_are_the_same_in_every_unit():
    asked = {name: [each.feedback.keys() for each in questions(unit)]
             for name, unit in UNITS.items()}  # fmt: skip
    assert asked["bits"] == asked["nats"] == asked["dits"]


@pytest.mark.parametrize("name", UNITS)
def test_no_other_unit_has_a_number(name):
    said = " ".join(
        [text for each in questions(UNITS[name]) for text in (each.text, *each.feedback.values())]
    )
    assert name in said
    for other in UNITS.keys() - {name}:
        assert not any(
            word == other and before[-1].isdigit()
            for before, word in zip(said.split(), said.split()[1:], strict=False)
        )


def test_link_to_all_answers_fits_a_qr_code():
    longest = numbered("summary_check", (max(each.feedback, key=len) for each in ASKED))
    link = f"https://kl-explained.example.org/summary?{urlencode(longest)}"
    assert qr_code(link).startswith("<svg")


@pytest.mark.parametrize("name", UNITS)
def test_straight_way_is_four_steps(name):
    grid = np.linspace(-12, 14, 20_001)

    def divergence(mean):
        """Return D between bells of width 1, the second at `mean`, by summing."""
        bell = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
        return np.trapezoid(bell * ((grid - mean) ** 2 - grid**2) / 2, grid) / UNITS[name].nats

    assert divergence(2) == pytest.approx(4 * divergence(1), rel=1e-9)
    asked = about("Three bells", name)
    assert asked.right == "Four times D(A‖B)"
    right = asked.feedback[asked.right]
    assert right.startswith(f"Right: {divergence(2):.3f} {name}.")
    assert f"both steps together, {2 * divergence(1):.3f} {name}," in right


def test_infinite_for_scipy_too():
    assert entropy([1e-6, 1 - 1e-6], [0, 1]) == math.inf
    assert about("once in a million").right == "Infinite"


def test_one_in_bits_is_0693_in_nats():
    assert f"{entropy([1, 0], [0.5, 0.5]):.3f}" in about("one program prints").text
    assert entropy([1, 0], [0.5, 0.5], base=2) == 1
    assert about("one program prints").right == "One counts in nats, the other in bits"


def test_gradients_of_cross_entropy_and_kl_agree():
    labels, logits = np.array([0.7, 0.2, 0.1]), np.array([0.3, -0.2, 1.0])
    losses = (
        lambda z: -(labels * np.log(softmax(z))).sum(),
        lambda z: rel_entr(labels, softmax(z)).sum(),
    )
    gradients = [approx_fprime(logits, loss, 1e-7) for loss in losses]
    np.testing.assert_allclose(*gradients, atol=1e-6)
    assert losses[0](logits) - losses[1](logits) == pytest.approx(entropy(labels))
    assert about("replace cross-entropy by KL").right == "It stays the same"


def test_scipy_divides_by_the_sums_without_a_word():
    asked = about("Neither list adds up")
    call, _, printed = asked.code.partition("  # ")
    assert f"{eval(call, {'scipy': scipy}):.3f}" == printed  # noqa: S307
    assert entropy([1, 1, 2], [1, 1, 1]) == pytest.approx(rel_entr([0.25, 0.25, 0.5], 1 / 3).sum())
    assert (
        f"{rel_entr([1, 1, 2], [1, 1, 1]).sum():.3f}" in asked.feedback["It took them as they are"]
    )
    assert asked.right == "It divided each by its sum"


def test_code_that_is_not_normalised_prints_what_it_says():
    asked = about("KL is never negative")
    *lines, last = asked.code.splitlines()
    shown = printed("\n".join(["import numpy as np", *lines, f"print(\n{last}\n)"]))
    assert f"{float(shown):.3f}" == last.partition("# ")[2]
    assert asked.right == "p does not add up to 1"


def test_sums_of_kl_div_and_rel_entr_agree_for_probabilities_only():
    assert not np.allclose(kl_div(FAIR, LOADED), rel_entr(FAIR, LOADED))
    assert kl_div(FAIR, LOADED).sum() == pytest.approx(rel_entr(FAIR, LOADED).sum())
    assert kl_div(FAIR / 2, LOADED).sum() != pytest.approx(rel_entr(FAIR / 2, LOADED).sum())
    assert about("rel_entr").right == "When p and q both add up to 1"


@pytest.mark.parametrize("name", UNITS)
def test_mean_over_faces_is_a_sixth(name):
    terms = rel_entr(FAIR, LOADED) / UNITS[name].nats
    asked = about('reduction="mean"', name)
    assert asked.right == "A sixth of D"
    assert (
        f"{terms.mean():.3f} {name} instead of {terms.sum():.3f} {name}"
        in (asked.feedback[asked.right])
    )


def test_batchmean_divides_by_the_first_axis():
    # torch/nn/functional.py: the sum, over input.size()[0].
    for shape, share in (((6,), 1 / 6), ((1, 6), 1.0)):
        terms = rel_entr(FAIR, LOADED).reshape(shape)
        assert terms.sum() / terms.shape[0] == pytest.approx(share * entropy(FAIR, LOADED))
    says = about('reduction="mean"').feedback["A sixth of D"]
    assert "1 for a table with one row, but 6 for a plain list of faces" in says


def test_sampling_is_the_weight_in_front():
    rng = np.random.default_rng(1)
    drawn = rng.choice(6, p=LOADED, size=200_000)
    ratios = np.log(LOADED / FAIR)[drawn]
    error = ratios.std() / math.sqrt(ratios.size)
    assert abs(ratios.mean() - entropy(LOADED, FAIR)) < 4 * error
    assert about("in front of the logarithm").right == "In the sampling"


def test_mean_of_ten_draws_falls_below_0_now_and_then():
    rng = np.random.default_rng(1)
    ratios = np.log(FAIR / LOADED)[rng.choice(6, p=FAIR, size=(1000, 10))]
    assert 0.02 < (ratios.mean(axis=1) < 0).mean() < 0.5
    assert ratios.mean() > 0
    assert about("Over ten answers").right == "No, it holds for all answers together"


@pytest.mark.parametrize("name", UNITS)
def test_pinsker_bounds_what_coins_may_differ_by(name):
    asked = about("any one event", name)
    chances = np.linspace(0.001, 0.999, 999)
    p, q = np.meshgrid(chances, chances)
    allowed = rel_entr(p, q) + rel_entr(1 - p, 1 - q) <= 0.01
    furthest = 100 * np.abs(p - q)[allowed].max()
    bound = float(asked.right.split()[3])
    # Coins come close to the bound, and far beyond the wrong answer.
    assert 0.97 * bound < furthest <= bound
    # Worked out from the D that is printed, it is the bound.
    printed_d = float(re.search(rf"is ([\d.]+) {name}\.", asked.text)[1]) * UNITS[name].nats
    assert printed_d == pytest.approx(0.01, rel=1e-3)
    assert f"{100 * math.sqrt(printed_d / 2):.1f}" == f"{bound}"


def test_rolls_until_sure():
    asked = about("you wonder")
    assert asked.right == f"About {0.998 * math.log(999) / entropy(FAIR, LOADED):.0f}"
    for name, unit in UNITS.items():
        asked = about("you wonder", name)
        brings, takes = re.search(
            rf"brings ([\d.]+) {name} of evidence on average, and 999 to 1 takes ([\d.]+) {name}",
            asked.feedback[asked.right]).groups()  # fmt: skip
        assert brings == f"{entropy(FAIR, LOADED) / unit.nats:.4f}"
        assert takes == f"{math.log(999) / unit.nats:.3f}"
        # Divided as they are printed, they are the answer.
        assert asked.right == f"About {float(takes) / float(brings):.0f}"


@pytest.mark.parametrize(("name", "base"), BASES.items())
def test_jensen_shannon_of_strangers(name, base):
    asked = about("not a single outcome", name)
    assert (
        f"{jensenshannon([1, 0], [0, 1], base=base) ** 2:.3f} {name}"
        in (asked.feedback[asked.right])
    )


def test_tokens_add_up():
    rates = np.array([0.5, 0.6])
    one = rel_entr(rates[0], rates[1]) + rel_entr(1 - rates[0], 1 - rates[1])
    both = [np.kron([rate, 1 - rate], [rate, 1 - rate]) for rate in rates]
    assert rel_entr(*both).sum() == pytest.approx(2 * one)
    assert float(about("500 tokens").right) == pytest.approx(500 * 0.02)


@pytest.mark.parametrize("beta", [1.0, 2.0, 0.5])
def test_best_policy_of_two_answers_is_found_by_searching(beta):
    def loss(chance):
        """Return −(reward − β·KL) of choosing the better answer with this chance."""
        return -chance + beta * entropy([chance, 1 - chance], [0.5, 0.5])

    best = minimize_scalar(loss, bounds=(1e-6, 1 - 1e-6), method="bounded",
                           options={"xatol": 1e-8}).x  # fmt: skip
    asked = about("same chance")
    shown = f"{100 * best:.1f}%"
    assert {1.0: shown in asked.text, 2.0: asked.right == shown, 0.5: shown in asked.feedback}[beta]


def test_rule_of_the_ppo_paper():
    beta, target, measured = 0.1, 6, 10
    if measured < target / 1.5:
        beta /= 2
    elif measured > 1.5 * target:
        beta *= 2
    assert about("PPO paper's rule").right == f"{beta:g}"


def test_k1_in_the_reward_and_k2_in_the_loss_have_the_gradient_of_the_divergence():
    reference, logits = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.5, -0.1])
    policy = softmax(logits)
    ratio = np.log(policy / reference)

    def k2(z):
        """Return the mean of k2 over draws that do not move with the policy."""
        return (policy * np.log(softmax(z) / reference) ** 2).sum() / 2

    scores = np.eye(3) - policy
    wanted = approx_fprime(logits, lambda z: rel_entr(softmax(z), reference).sum(), 1e-7)
    np.testing.assert_allclose((policy * ratio) @ scores, wanted, atol=1e-6)
    np.testing.assert_allclose(approx_fprime(logits, k2, 1e-7), wanted, atol=1e-6)
    # k1 in the loss: the mean of the scores.
    np.testing.assert_allclose(policy @ scores, 0, atol=1e-12)
    assert about("k2 in the loss?").right == "Both"


def test_token_by_token_k2_does_not_see_what_a_token_leads_to():
    # The first token is drawn as the reference would; after it, one way leads far from it.
    reference = np.array([0.5, 0.5]), np.array([[0.8, 0.2], [0.5, 0.5]])

    def whole(z):
        """Return D(π‖π_ref) of answers of two tokens, by the first token's logits."""
        first, then = softmax(z), np.full((2, 2), 0.5)
        return rel_entr(first, reference[0]).sum() + first @ rel_entr(then, reference[1]).sum(
            axis=1
        )

    def answers(z):
        """Return the chances of the four answers; the second token is anybody's guess."""
        return np.repeat(softmax(z) / 2, 2)

    logits, likely = np.zeros(2), (reference[0][:, None] * reference[1]).ravel()
    true = approx_fprime(logits, whole, 1e-7)
    assert true[0] == pytest.approx(0.056, abs=5e-4)
    each = np.log(answers(logits) / likely)
    k2 = approx_fprime(
        logits, lambda z: answers(logits) @ np.log(answers(z) / likely) ** 2 / 2, 1e-7
    )
    np.testing.assert_allclose(k2, true, atol=1e-6)
    scores = np.repeat(np.eye(2) - 0.5, 2, axis=0)
    np.testing.assert_allclose(answers(logits) * each @ scores, true, atol=1e-6)
    # Of the first token alone log(π/π_ref) is 0, and with it the slope of its k2.
    assert np.log(softmax(logits) / reference[0]).tolist() == [0, 0]
    right = about("k2 in the loss?")
    assert "each taken whole" in right.text
    assert "k2 does not see what a token leads to" in right.feedback["Both"]


def test_advantages_of_a_group_add_up_to_0():
    rewards = np.random.default_rng(1).random(8)
    advantages = (rewards - rewards.mean()) / rewards.std()
    assert advantages.sum() == pytest.approx(0, abs=1e-12)
    assert about("loss starts at 0").right == "Nothing"
