"""What the lesson on your own numbers computes is what scipy makes of the same table."""

import numpy as np
import pytest
from scipy.stats import chi2, entropy

from charts.units import BITS
from charts.wording import number
from kl_core import normalize
from pages.your_own.counts import read_counts
from pages.your_own.examples import BOOK, FORECASTS, LANGUAGES, TEN_TIMES, TWELVE
from pages.your_own.numbers import (
    ALPHAS,
    GRID,
    apart_by_chance,
    digits_of,
    largest,
    smoothed,
    smoothing,
)
from pages.your_own.reading import Reading
from tests.pages.reading import value_of
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


def counted(p, q):
    """Return two columns of counts as they are read."""
    pairs = enumerate(zip(p, q, strict=True))
    return read_counts(
        "\n".join(f"x{place},{one:.0f},{other:.0f}" for place, (one, other) in pairs)
    )


def test_rule_of_chance_is_what_samples_of_one_source_do():
    rng = np.random.default_rng(1)
    tried = 0
    while tried < 40:
        source = rng.dirichlet(np.full(rng.integers(2, 25), rng.choice([1, 3, 30])))
        # As few as the rule may take, and more.
        sizes = rng.choice([5, 6, 8, 12, 40], 2) / source.min()
        apart = apart_by_chance(counted(*np.outer(sizes, source)))
        if apart and sizes.max() < 1e6:
            found = entropy(*(rng.multinomial(size, source, 5000) for size in sizes), axis=1)
            assert 0.75 < ((found >= apart[0]) & (found <= apart[1])).mean() < 0.94
            tried += 1


def test_rule_of_chance_of_two_samples_is_that_of_wilks():
    low, high = apart_by_chance(counted([25] * 8, [37, 38] * 4))
    degrees = 2 / (1 / 200 + 1 / 300) * np.array([low, high])
    np.testing.assert_allclose(chi2.cdf(degrees, 7), [0.05, 0.95])


@pytest.mark.parametrize("text", [SHARES, SMOOTH, LANGUAGES, FORECASTS, BOOK, TWELVE,
                                  "a,30,40\nb,30,30\nc,40,30", "a,100%,0%\nb,0%,100%",
                                  "a,400.5,300\nb,500,600"])  # fmt: skip
def test_rule_of_chance_does_not_hold_for_shares_and_for_few_counts(text):
    assert apart_by_chance(read_counts(text)) is None


def test_rule_of_chance_does_not_hold_where_a_category_may_be_lacking():
    assert apart_by_chance(counted([6] * 4, [6] * 4))
    assert apart_by_chance(counted([6] * 30, [6] * 30)) is None
    assert apart_by_chance(counted([6] * 30, [60] * 30)) is None
    assert apart_by_chance(counted([4, 100], [4, 100])) is None
    # A hundred may be people, if somebody says so.
    text = "a,30,40\nb,30,30\nc,40,30"
    assert apart_by_chance(read_counts(text, Reading(kind="counts")))


def test_samples_of_the_languages_would_mostly_be_infinitely_far_apart():
    p, q = columns(LANGUAGES)
    rng, source = np.random.default_rng(2), (p + q) / (p + q).sum()
    found = entropy(*(rng.multinomial(total, source, 2000) for total in (255, 279)), axis=1)
    assert np.isinf(found).mean() > 0.7


def test_digits_tell_apart_what_is_twice_as_large():
    rng = np.random.default_rng(3)
    for value in 10 ** rng.uniform(-9, 1, 500):
        pair = [value, 2 * value]
        digits = digits_of(pair)
        one, other = (number(each, digits) for each in pair)
        assert one != other
        for shown, each in ((one, value), (other, 2 * value)):
            assert value_of(shown)[0] == pytest.approx(each, rel=0.051)
    assert digits_of([np.inf, 0.5, 0]) == 3


def test_shares_that_differ_by_rounding_only_are_the_same():
    p, q = compared("w,P,Q\na,0.1,0.3\nb,0.2,0.6\nc,0.3,0.9").shares
    np.testing.assert_array_equal(p, q)
    assert (normalize([0.1, 0.2, 0.3]) != normalize([0.3, 0.6, 0.9])).any()
