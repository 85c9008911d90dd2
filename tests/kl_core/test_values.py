"""Divergences have the published values, and the right digits where digits are hard to keep."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kl_core import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_terms,
    total_variation,
)
from tests.kl_core import exact
from tests.kl_core.distributions import distributions, scaled, several

TINY = 5e-324  # the smallest double above 0
ULP = 2.0**-53  # the most by which one rounding changes a double, as a part of it
LOG2, LOG3, LOG5 = math.log(2), math.log(3), math.log(5)


# Sources: mpmath for the die (shared/facts.md has the last digits wrong); C. Olah, "Visual
# Information Theory"; the documentation of scipy.stats.entropy; Wikipedia, "Kullback-Leibler
# divergence", worked example, in its closed form.
FAIR, LOADED = [1 / 6] * 6, [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
DOG_LOVER, CAT_LOVER = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 8, 1 / 2, 1 / 4, 1 / 8]
WIKI_P, WIKI_Q = [9 / 25, 12 / 25, 4 / 25], [1 / 3] * 3
PUBLISHED = [
    ("die", 0.349977578351645775, kl_divergence, (FAIR, LOADED), 2),
    ("die the other way", 0.423998453277475007, kl_divergence, (LOADED, FAIR), 2),
    ("die against itself", 0.0, kl_divergence, (FAIR, FAIR), 2),
    ("fair die", 2.58496250072115618, entropy, (FAIR,), 2),
    ("scipy entropy", 0.46899559358928117, entropy, ([0.9, 0.1],), 2),
    ("scipy KL", 0.5108256237659907, kl_divergence, ([0.5, 0.5], [0.9, 0.1]), None),
    ("Olah dog lover", 1.75, entropy, (DOG_LOVER,), 2),
    ("Olah cat lover in dog lover's code", 2.25, cross_entropy, (CAT_LOVER, DOG_LOVER), 2),
    ("Olah dog lover in cat lover's code", 2.375, cross_entropy, (DOG_LOVER, CAT_LOVER), 2),
    ("Olah cat from dog", 0.5, kl_divergence, (CAT_LOVER, DOG_LOVER), 2),
    ("Olah dog from cat", 0.625, kl_divergence, (DOG_LOVER, CAT_LOVER), 2),
    ("thirds", LOG2 / 3, kl_divergence, ([2 / 3, 1 / 3], [1 / 3, 2 / 3]), None),
    ("Wikipedia", (32 * LOG2 + 55 * LOG3 - 50 * LOG5) / 25, kl_divergence, (WIKI_P, WIKI_Q), None),
    ("Wikipedia the other way", -4 / 3 * LOG2 - 2 * LOG3 + 2 * LOG5, kl_divergence,
     (WIKI_Q, WIKI_P), None),
    ("disjoint", 1.0, js_divergence, ([1, 0], [0, 1]), 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "function", "args", "base"),
    [pytest.param(*row, id=name) for name, *row in PUBLISHED],
)
def test_published_values(value, function, args, base):
    assert function(*args, base=base) == pytest.approx(value, rel=0, abs=1e-14)


@pytest.mark.parametrize("k", [1, 2, 6, 1000])
def test_entropy_is_log_k_when_uniform_and_0_when_certain(k):
    # numpy adds 1000 terms in pairs, so their errors grow with log 1000 and stay below 1e-14.
    assert entropy(np.full(k, 1 / k)) == pytest.approx(math.log(k), rel=1e-14)
    assert entropy(np.eye(k)[-1]) == 0


@given(st.integers(1, 40), st.integers(1, 40))
def test_kl_between_uniform_distributions_is_the_log_of_how_much_larger_q_is(m, n):
    p, q = (np.arange(40) < size for size in (m, n))
    expected = math.log(n / m) if m <= n else math.inf
    assert kl_divergence(p / m, q / n) == pytest.approx(expected, rel=1e-14, abs=1e-14)


@given(several(2))
def test_entropies_agree_with_700_digits(pair):
    # All terms have one sign, so nothing cancels: 12 × 2**-53, or nothing at all.
    p, q = pair
    expected = float(exact.cross_entropy(p, q))
    assert cross_entropy(p, q) == pytest.approx(expected, rel=12 * ULP, abs=0)
    assert entropy(p) == pytest.approx(float(exact.cross_entropy(p, p)), rel=12 * ULP, abs=0)


SPREAD = scaled(10.0 ** np.arange(-300, 1, 50))
STEP = 2.0**-30
HARD = {
    "p from 1e-300": ([1e-300, 1], [0.5, 0.5]),
    "q from 1e-300": ([0.5, 0.5], [1e-300, 1]),
    "a ratio of 1e300 both ways": ([1e-300, 1], [1, 1e-300]),
    "a ratio above the largest double": ([TINY, 1], [1, TINY]),
    "1e-300 to 1 against 1 to 1e-300": (SPREAD, SPREAD[::-1]),
    "zeros in p": ([0, 0.25, 0.75], [0.5, 0.25, 0.25]),
    "only an outcome of 1e-300 differs": ([2e-300, 1], [1e-300, 1]),
    "near": ([0.25, 0.75], [0.25 + STEP, 0.75 - STEP]),
}


@pytest.mark.parametrize(("p", "q"), HARD.values(), ids=HARD)
def test_hard_cases_keep_their_digits(p, q):
    # Nothing cancels, so a few roundings.
    assert exact.off(kl_divergence(p, q), exact.kl(p, q)) <= 8 * ULP
    assert exact.off(js_divergence(p, q), exact.js(p, q)) <= 8 * ULP


@pytest.mark.parametrize("other", [0, 2 * TINY, 3 * TINY, 1e-300])
def test_js_stays_finite_where_the_mixture_is_no_double(other):
    # TINY / 2 rounds to 0, and an outcome that the mixture rules out would make JS infinite.
    for p, q in (([TINY, 1], [other, 1]), ([other, 1], [TINY, 1])):
        expected = float(exact.js(p, q))
        assert js_divergence(p, q) == pytest.approx(expected, rel=4 * ULP, abs=TINY)


@pytest.mark.parametrize(("p", "q"), [(TINY, 3 * TINY), (3 * TINY, TINY), (TINY, 1e-300)])
def test_kl_of_the_smallest_doubles_is_right_to_the_smallest_double(p, q):
    expected = float(exact.kl([p, 1], [q, 1]))
    assert kl_divergence([p, 1], [q, 1]) == pytest.approx(expected, rel=4 * ULP, abs=TINY)


@pytest.mark.parametrize("function", [kl_divergence, cross_entropy])
@pytest.mark.parametrize("impossible", [[1, 0, 0], [0, 0, 1], [0.5, 0, 0.5]])
def test_an_outcome_that_q_rules_out_makes_it_infinite_without_a_warning(function, impossible):
    with np.errstate(all="raise"):
        assert function([0.5, 0.25, 0.25], impossible) == math.inf


def test_only_the_term_of_the_outcome_that_q_rules_out_is_infinite():
    with np.errstate(all="raise"):
        terms = kl_terms([0.5, 0.5, 0], [0.5, 0, 0.5])
    np.testing.assert_array_equal(terms, [0, math.inf, 0])


def test_an_outcome_that_p_rules_out_adds_nothing():
    p = [0.5, 0.5, 0]
    with np.errstate(all="raise"):
        assert kl_divergence(p, p) == 0
        assert kl_divergence(p, [0.25, 0.25, 0.5]) == pytest.approx(LOG2, rel=4 * ULP)
        assert entropy(p) == pytest.approx(LOG2, rel=4 * ULP)
        assert cross_entropy(p, p) == pytest.approx(LOG2, rel=4 * ULP)


@given(distributions(1))
def test_js_and_total_variation_are_finite_whatever_is_ruled_out(one):
    (p,) = one
    certain = np.eye(p.size)[0]
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        assert total_variation(p, certain) == pytest.approx(1 - p[0], abs=4e-15)
        assert math.isfinite(js_divergence(p, certain))
