"""Every answer of the drill that can be computed is right for any P and Q."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import softmax
from scipy.stats import entropy

from charts.units import BITS
from pages.directions.questions import drill

ITEMS = drill(BITS)
COMPUTED = [item for item in ITEMS if item.computes and not item.is_gradient]


def pairs():
    """Return twenty pairs of distributions on two to six outcomes."""
    rng = np.random.default_rng(6)
    return [(rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k))) for k in [2, 3, 4, 5, 6] * 4]


def divergences(p, q):
    return {"D(P‖Q)": entropy(p, q), "D(Q‖P)": entropy(q, p)}


def test_drill_has_ten_items_of_three_answers():
    assert len(ITEMS) == 10
    assert len(COMPUTED) == 8
    for item in ITEMS:
        assert set(item.feedback) == {"D(P‖Q)", "D(Q‖P)", "Neither"}
        assert len(set(item.feedback.values())) == 3
        assert [name for name, said in item.feedback.items() if said.startswith("Right")] == [
            item.right
        ]


@pytest.mark.parametrize("item", COMPUTED, ids=lambda item: item.code[:30])
def test_right_answer_is_what_the_code_computes_and_no_other_is(item):
    for p, q in pairs():
        value = item.computes(p, q)
        for name, divergence in divergences(p, q).items():
            assert (value == pytest.approx(divergence, rel=1e-9)) == (name == item.right)


def test_right_answer_for_the_gradient():
    [item] = [item for item in ITEMS if item.is_gradient]
    for p, q in pairs():
        gradients = {
            name: approx_fprime(np.log(q), lambda z, n=name, p=p: divergences(p, softmax(z))[n])
            for name in ("D(P‖Q)", "D(Q‖P)")
        }
        value = item.computes(p, q)
        for name, gradient in gradients.items():
            assert np.allclose(value, gradient, atol=1e-5) == (name == item.right)


def test_only_what_a_paper_calls_a_divergence_is_not_computed():
    assert [item.text[:5] for item in ITEMS if not item.computes] == ["PPO, "]
