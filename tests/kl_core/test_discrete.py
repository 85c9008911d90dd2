"""Divergences keep their identities and bounds, and a batch equals a loop."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kl_core import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_terms,
    log_ratios,
    normalize,
    total_variation,
    wald_expected_rolls,
)
from tests.kl_core.distributions import (
    ROUNDING,
    at_most,
    close,
    distributions,
    joint_pairs,
    pairs,
    several,
)

WITH_A_BASE = [cross_entropy, kl_divergence, kl_terms, js_divergence, log_ratios]
DIVERGENCES = [kl_divergence, js_divergence, total_variation]


def odds_of_19(p, q):
    return wald_expected_rolls(p, q, 19)


@given(pairs)
def test_kl_is_never_negative_and_rounding_alone_takes_its_terms_below_0(pair):
    assert kl_divergence(*pair) >= 0
    assert math.fsum(kl_terms(*pair)) >= -at_most(0)


@given(distributions(1))
def test_a_distribution_diverges_from_itself_by_exactly_0(one):
    for divergence in DIVERGENCES:
        assert divergence(*one, *one) == 0


@given(pairs)
def test_kl_is_above_0_for_distributions_that_differ_as_pinsker_asks(pair):
    assert 2 * total_variation(*pair) ** 2 <= kl_divergence(*pair) * (1 + ROUNDING)


@given(pairs)
def test_total_variation_keeps_the_bretagnolle_huber_bound(pair):
    assert total_variation(*pair) ** 2 <= at_most(-math.expm1(-kl_divergence(*pair)))


@given(joint_pairs())
def test_kl_obeys_the_chain_rule(joint):
    p, q, p_rows, q_rows = joint
    whole = kl_divergence((p[:, None] * p_rows).ravel(), (q[:, None] * q_rows).ravel())
    rows = kl_divergence(p_rows, q_rows)
    assert whole == close(kl_divergence(p, q) + p[p > 0] @ rows[p > 0])


@given(several(2, st.integers(1, 4)), several(2, st.integers(1, 4)))
def test_kl_of_independent_pairs_adds(first, second):
    joint = [np.outer(a, b).ravel() for a, b in zip(first, second, strict=True)]
    assert kl_divergence(*joint) == close(kl_divergence(*first) + kl_divergence(*second))


@given(several(4), st.floats(0.01, 0.99))
def test_kl_is_jointly_convex(four, share):
    p1, p2, q1, q2 = four
    mixed = kl_divergence(share * p1 + (1 - share) * p2, share * q1 + (1 - share) * q2)
    average = share * kl_divergence(p1, q1) + (1 - share) * kl_divergence(p2, q2)
    assert mixed <= at_most(average)


@given(pairs, st.data())
def test_renaming_the_outcomes_changes_no_divergence(pair, data):
    order = data.draw(st.permutations(range(pair[0].size)))
    renamed = [one[order] for one in pair]
    for divergence in DIVERGENCES:
        assert divergence(*renamed) == close(divergence(*pair))


@given(pairs, st.data())
def test_merging_outcomes_raises_no_divergence(pair, data):
    size = pair[0].size
    groups = data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    merged = [np.bincount(groups, weights=one) for one in pair]
    for divergence in DIVERGENCES:
        assert divergence(*merged) <= at_most(divergence(*pair))


@given(pairs)
def test_kl_is_cross_entropy_minus_entropy(pair):
    assert kl_divergence(*pair) == close(cross_entropy(*pair) - entropy(pair[0]))


@given(pairs)
def test_kl_terms_add_up_and_are_negative_exactly_where_q_is_larger(pair):
    p, q = pair
    terms = kl_terms(p, q)
    assert max(math.fsum(terms), 0.0) == close(kl_divergence(p, q))
    assert ((terms < 0) == ((p > 0) & (q > p))).all()
    assert ((terms == 0) == ((p == 0) | (q == p))).all()
    assert (terms[p == 0] == 0).all()


@given(distributions(1))
def test_entropy_lies_between_0_and_log_k(one):
    (p,) = one
    assert 0 <= entropy(p) <= at_most(math.log(p.size))


@given(pairs)
def test_js_is_symmetric_and_lies_between_its_bounds_by_total_variation(pair):
    js, tv = js_divergence(*pair), total_variation(*pair)
    assert js == js_divergence(*pair[::-1])
    # Fano's inequality for guessing which of the two a draw came from: the best guess errs
    # with probability (1 - TV)/2. The bounds meet at TV = 1, where JS = log 2.
    error = min(max((1 - tv) / 2, 0.0), 0.5)
    assert math.log(2) - scipy.stats.entropy([error, 1 - error]) <= at_most(js)
    assert js <= at_most(tv * math.log(2))


@given(distributions(2))
def test_distributions_without_a_common_outcome_are_as_far_apart_as_can_be(pair):
    p = np.concatenate([pair[0], 0 * pair[1]])
    q = np.concatenate([0 * pair[0], pair[1]])
    assert js_divergence(p, q, base=2) == pytest.approx(1, rel=4e-15)
    assert total_variation(p, q) == pytest.approx(1, rel=4e-15)
    assert kl_divergence(p, q) == math.inf


@given(pairs)
def test_total_variation_is_the_largest_difference_of_any_event(pair):
    p, q = pair
    events = np.array(list(itertools.product([0, 1], repeat=p.size)))
    assert total_variation(p, q) == pytest.approx((events @ (p - q)).max(), abs=1e-15)


@given(pairs, st.floats(1, 1e6, exclude_min=True))
def test_a_base_divides_by_its_log(pair, base):
    for function in WITH_A_BASE:
        in_nats = function(*pair)
        assert function(*pair, base=base) == pytest.approx(in_nats / math.log(base), rel=1e-15)
    assert entropy(pair[0], base=base) == pytest.approx(
        entropy(pair[0]) / math.log(base), rel=1e-15
    )


def some_distributions(shape, seed):
    """Return distributions of small whole weights, zeros among them."""
    weights = np.random.default_rng(seed).integers(0, 4, size=shape)
    weights[..., 0] += 1
    return weights / weights.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("function", [*WITH_A_BASE, total_variation, odds_of_19])
@pytest.mark.parametrize(
    ("p_shape", "q_shape"),
    [((5,), (3, 5)), ((3, 5), (5,)), ((4, 1, 5), (3, 5)), ((2, 3, 5), (2, 3, 5)), ((0, 5), (5,))],
    ids=str,
)
def test_a_batch_equals_a_loop(function, p_shape, q_shape):
    p, q = some_distributions(p_shape, 1), some_distributions(q_shape, 2)
    batch = function(p, q)
    rows = np.broadcast_shapes(p_shape, q_shape)[:-1]
    outcomes = (5,) if function in (kl_terms, log_ratios) else ()
    assert batch.shape == rows + outcomes
    p, q = np.broadcast_to(p, (*rows, 5)), np.broadcast_to(q, (*rows, 5))
    for index in np.ndindex(rows):
        np.testing.assert_allclose(batch[index], function(p[index], q[index]), 1e-15, 1e-15)


@pytest.mark.parametrize("function", [entropy, normalize])
def test_a_batch_of_one_argument_equals_a_loop(function):
    batch = some_distributions((2, 3, 5), 3)
    for index in np.ndindex(2, 3):
        np.testing.assert_allclose(function(batch)[index], function(batch[index]), 1e-15, 1e-15)


def test_one_pair_gives_one_number():
    p, q = [0.5, 0.5], [0.25, 0.75]
    numbers = [entropy(p), cross_entropy(p, q), *(function(p, q) for function in DIVERGENCES)]
    for number in [*numbers, odds_of_19(p, q), kl_divergence(p, [1, 0]), kl_divergence(p, p)]:
        assert isinstance(number, float)


@pytest.mark.parametrize("function", [*WITH_A_BASE, total_variation, odds_of_19])
def test_no_function_writes_to_its_arguments(function):
    p, q = np.array([0.0, 0.25, 0.75]), np.array([0.5, 0.25, 0.25])
    p.flags.writeable = q.flags.writeable = False
    function(p, q)
    entropy(p)
    normalize(p)
