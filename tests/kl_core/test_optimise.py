"""Newton's method from many starts against scipy's, on surfaces whose minima are known."""

import numpy as np
import pytest
import scipy.optimize

from kl_core._optimise import Surface, distinct, minimise


def rosenbrock(places):
    """Return Rosenbrock's valley at many places, from scipy."""
    functions = scipy.optimize.rosen, scipy.optimize.rosen_der, scipy.optimize.rosen_hess
    return Surface(*(np.array([each(place) for place in places]) for each in functions))


def saddle(places):
    """Return (x² - 1)² + y², with minima at x = ±1 and a saddle between them."""
    x, y = places.T
    hessian = np.zeros((len(places), 2, 2))
    hessian[:, 0, 0], hessian[:, 1, 1] = 12 * x**2 - 4, 2
    return Surface((x**2 - 1) ** 2 + y**2, np.stack([4 * x * (x**2 - 1), 2 * y], axis=-1), hessian)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_bent_valley_is_followed_to_its_end(dimensions):
    starts = np.random.default_rng(dimensions).uniform(-2, 2, (20, dimensions))
    found = minimise(rosenbrock, np.add, starts)
    # From four dimensions on there would be a second minimum.
    assert found.optimal.all()
    np.testing.assert_allclose(found.places, 1, atol=1e-9)
    np.testing.assert_allclose(found.values, 0, atol=1e-15)


def test_every_start_ends_as_it_does_alone():
    starts = np.random.default_rng(0).uniform(-2, 2, (10, 2))
    together = minimise(saddle, np.add, starts)
    for k, start in enumerate(starts):
        alone = minimise(saddle, np.add, start[None])
        np.testing.assert_allclose(alone.places[0], together.places[k], rtol=1e-12, atol=1e-12)
        assert alone.slopes[0] == np.abs(saddle(start[None]).gradient).max()


def test_a_saddle_is_left_and_is_no_minimum():
    starts = np.array([[0.0, 0.0], [1e-6, 0.0], [-1e-6, 0.5], [1.0, 0.0]])
    found = minimise(saddle, np.add, starts)
    assert found.optimal.tolist() == [False, True, True, True]
    np.testing.assert_allclose(found.places, [[0, 0], [1, 0], [-1, 0], [1, 0]], atol=1e-12)
    assert found.values[0] == 1


def test_a_search_ends_where_it_is_flat_enough():
    start = np.array([[1.05, 0.0]])
    rough, fine = minimise(saddle, np.add, start, flat=0.1), minimise(saddle, np.add, start)
    assert 1e-6 < abs(rough.places[0, 0] - 1) < 0.1 / 8
    assert not rough.optimal[0]
    assert abs(fine.places[0, 0] - 1) < 1e-12
    np.testing.assert_array_equal(start, [[1.05, 0.0]])


def test_no_move_is_longer_than_half_a_unit_nor_goes_up():
    moves = []

    def move(places, step):
        moves.append(np.abs(step).max())
        return places + step

    seen = []

    def surface(places):
        seen.append(saddle(places))
        return seen[-1]

    minimise(surface, move, np.array([[-40.0, 30.0]]))
    assert max(moves) == pytest.approx(0.5, rel=1e-12)
    assert np.diff([float(each.value[0]) for each in seen]).max() < 1e-12


def test_repeats_are_dropped_and_the_first_is_kept():
    found = [(2.0, "b"), (1.0, "a"), (2.1, "c"), (1.0, "d")]
    kept = distinct(found, lambda each: each[:1], lambda a, b: abs(a[0] - b[0]) < 0.5)
    assert kept == [(1.0, "a"), (2.0, "b")]
    assert distinct([], lambda each: each, lambda a, b: a == b) == []
