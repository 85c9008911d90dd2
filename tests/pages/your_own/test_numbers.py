"""What the lesson on your own numbers computes is what scipy makes of the same table."""

import numpy as np
import pytest
from scipy.stats import entropy

from charts.units import BITS
from kl_core import normalize
from pages.your_own.counts import read_counts
from pages.your_own.examples import BOOK, FORECASTS, LANGUAGES, TEN_TIMES, TWELVE
from pages.your_own.numbers import ALPHAS, GRID, expected_by_chance, largest, smoothed, smoothing
from tests.pages.your_own.tables import SHARES, SMALL, SMOOTH, columns, compared


@pytest.mark.parametrize("text", [LANGUAGES, FORECASTS, BOOK, TWELVE, TEN_TIMES])
def test_examples_are_tables(text):
    assert read_counts(text).heading


def test_book_die_is_that_of_the_die_lesson():
    there, back = BITS.both_ways(*compared(BOOK).shares)
    assert (f"{there:.3f}", f"{back:.3f}") == ("0.350", "0.424")


def test_equal_shares_of_different_totals_are_parted_by_smoothing():
    assert BITS.both_ways(*compared(TEN_TIMES).shares) == (0, 0)
    # α weighs more in the smaller sample.
    p, q = columns(TEN_TIMES, 10)
    assert BITS.kl(*compared(TEN_TIMES, 10).shares) == pytest.approx(entropy(p, q, base=2))
    assert entropy(p, q, base=2) > 0.0005


def test_largest_terms_come_first_and_what_costs_before_what_gives_back():
    top, others = largest(np.array([0.1, -0.5, 0.3, 0.2, -0.05]), 3)
    assert top.tolist() == [2, 3, 1]
    assert sorted(others) == [0, 4]


def test_every_alpha_of_the_slider_is_on_the_grid_and_computed():
    counts = read_counts(SMALL)
    for alpha in ALPHAS:
        found = smoothing(counts, alpha, BITS)
        p, q = columns(SMALL, alpha)
        [(_, *there), (_, *back)] = found.changes()
        assert there == pytest.approx([np.inf, entropy(p, q, base=2)])
        assert back == pytest.approx(
            [entropy(*columns(SMALL)[::-1], base=2), entropy(q, p, base=2)]
        )
    assert found.there.shape == GRID.shape
    np.testing.assert_allclose(found.there[-1], BITS.kl(*smoothed(counts, GRID[-1])))


def test_rule_of_chance_is_what_samples_of_one_source_do():
    rng = np.random.default_rng(1)
    p, q = (rng.multinomial(size, np.full(8, 1 / 8), 20_000) / size for size in (200, 300))
    found = entropy(p, q, axis=1)
    expected = (8 - 1) / 2 * (1 / 200 + 1 / 300)
    assert found.mean() == pytest.approx(expected, rel=0.1)
    table = "\n".join(f"x{place},25,{37 + place % 2}" for place in range(8))
    assert expected_by_chance(read_counts(table)) == pytest.approx(expected)


@pytest.mark.parametrize("text", [SHARES, SMOOTH])
def test_rule_of_chance_does_not_hold_for_shares_and_for_few_counts(text):
    assert expected_by_chance(read_counts(text)) is None


def test_shares_that_differ_by_rounding_only_are_the_same():
    p, q = compared("w,P,Q\na,0.1,0.3\nb,0.2,0.6\nc,0.3,0.9").shares
    np.testing.assert_array_equal(p, q)
    assert (normalize([0.1, 0.2, 0.3]) != normalize([0.3, 0.6, 0.9])).any()
