"""Descents towards a mixture: where they end, each optimiser's steps by the book, their limits."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_core import GaussianMixture, descend, project_forward, project_reverse
from tests.kl_core.errors import raises
from tests.kl_core.mixtures import TWO_MODES, UNEQUAL
from tests.kl_core.projections import SEVERAL, SPREADS, differences, divergence, mixtures, same

STARTS = [(1.0, 1.0), (-3.0, 0.4), (4.0, 2.5)]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("p", SEVERAL, ids=str)
@pytest.mark.parametrize(
    ("optimiser", "rate", "steps"), [("natural gradient", 0.3, 2000), ("Adam", 0.02, 6000)]
)
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_descent_ends_at_a_local_optimum(p, start, optimiser, rate, steps, direction):
    path = descend(p, start, direction, optimiser=optimiser, rate=rate, steps=steps)
    assert path.means[0] == start[0]
    assert path.stds[0] == start[1]
    fits = (project_forward(p),) if direction == "forward" else project_reverse(p)
    ends = [fit for fit in fits if same(fit, path.means[-1], path.stds[-1], 1e-3)]
    assert len(ends) == 1
    assert path.divergences[-1] == pytest.approx(ends[0].divergence, rel=1e-5, abs=1e-6)
    assert path.divergences[-1] <= path.divergences[0]


@pytest.mark.parametrize("optimiser", ["Adam", "natural gradient"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_spread_that_is_held_stays_and_the_mean_ends_at_its_optimum(direction, optimiser):
    path = descend(
        UNEQUAL, (1.0, 1.3), direction, optimiser=optimiser, rate=0.05, steps=2000, hold_std=True
    )
    assert set(path.stds) == {1.3}
    project = project_forward if direction == "forward" else project_reverse
    fits = project(UNEQUAL, 1.3)
    ends = [fit for fit in (fits if direction == "reverse" else [fits])
            if abs(fit.mean - path.means[-1]) < 1e-3]  # fmt: skip
    assert len(ends) == 1
    assert path.divergences[-1] == pytest.approx(ends[0].divergence, rel=1e-5)


@pytest.mark.parametrize("optimiser", ["gradient descent", "Adam", "natural gradient"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("p", SEVERAL, ids=str)
def test_the_divergences_on_the_way_are_mixture_kl(p, direction, optimiser):
    path = descend(p, (1.5, 0.7), direction, optimiser=optimiser, rate=0.05, steps=25)
    assert path.means.shape == path.stds.shape == path.divergences.shape == (26,)
    function = divergence(p, direction)
    expected = [function(*at) for at in zip(path.means, np.log(path.stds), strict=True)]
    np.testing.assert_allclose(path.divergences, expected, rtol=1e-8, atol=1e-10)


@settings(max_examples=40)
@given(mixtures(3), st.floats(-4, 4), SPREADS, st.sampled_from(["forward", "reverse"]))
def test_the_first_step_is_the_one_of_the_textbook(p, mean, std, direction):
    gradient, _ = differences(divergence(p, direction), mean, math.log(std))
    # By the mean itself, and the log spread.
    gradient /= [std, 1]
    fisher = np.array([1 / std**2, 2])
    moves = {"gradient descent": gradient, "natural gradient": gradient / fisher}
    rate = 1e-3 / (1 + np.abs(gradient).max() * max(1, std**2))
    for optimiser, move in moves.items():
        path = descend(p, (mean, std), direction, optimiser=optimiser, rate=rate, steps=1)
        if path.means.size == 1:
            # It stops where nothing visible would move.
            assert np.abs(gradient * [std, 1]).max() < 1.1e-5
            continue
        step = [path.means[1] - mean, math.log(path.stds[1] / std)]
        np.testing.assert_allclose(step, -rate * move, rtol=1e-6, atol=1e-8 * rate + 4e-15)


@pytest.mark.parametrize("rate", [1e-3, 0.03, 0.5])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_first_step_of_adam_has_the_length_of_the_rate_in_each_coordinate(rate, direction):
    for start in ((1.0, 0.6), (-4.0, 2.0)):
        path = descend(UNEQUAL, start, direction, optimiser="Adam", rate=rate, steps=1)
        gradient, _ = differences(divergence(UNEQUAL, direction), start[0], math.log(start[1]))
        step = [path.means[1] - start[0], math.log(path.stds[1] / start[1])]
        np.testing.assert_allclose(step, -rate * np.sign(gradient), rtol=1e-6)


def adam(gradient, at, rate, steps):
    """Return the path of Adam, line by line as Kingma and Ba's algorithm 1 has it."""
    m, v, path = np.zeros(2), np.zeros(2), [at]
    for t in range(1, steps + 1):
        g = gradient(at)
        m, v = 0.9 * m + (1 - 0.9) * g, 0.999 * v + (1 - 0.999) * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        at = at - rate * m_hat / (np.sqrt(v_hat) + 1e-8)
        path.append(at)
    return np.array(path)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_adam_is_kingma_and_bas(direction):
    function = divergence(UNEQUAL, direction)

    def gradient(at):
        return differences(function, *at)[0] / [math.exp(at[1]), 1]

    expected = adam(gradient, np.array([1.0, math.log(0.6)]), 0.05, 30)
    path = descend(UNEQUAL, (1.0, 0.6), direction, optimiser="Adam", rate=0.05, steps=30)
    np.testing.assert_allclose(path.means, expected[:, 0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.log(path.stds), expected[:, 1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("optimiser", ["gradient descent", "Adam", "natural gradient"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("rate", [3, 1e3, 1e9])
@pytest.mark.parametrize("p", [*SEVERAL, GaussianMixture([0.5, 0.5], [0, 30], [0.01, 1])], ids=str)
def test_no_rate_is_too_large_to_stay_finite(p, rate, direction, optimiser):
    path = descend(p, (2.0, 0.05), direction, optimiser=optimiser, rate=rate, steps=60)
    assert all(np.isfinite(each).all() for each in path.__dict__.values())
    assert (path.stds > 0).all()
    assert (path.divergences >= 0).all()
    assert np.abs(np.diff(path.means)).max() <= p.std * (1 + 1e-9)
    assert np.abs(np.diff(np.log(path.stds))).max() <= 1 + 1e-9


def test_a_step_that_is_too_long_is_cut_to_its_cap():
    path = descend(TWO_MODES, (20.0, 0.1), "forward", optimiser="gradient descent", rate=1, steps=1)
    assert path.means[1] == pytest.approx(20 - TWO_MODES.std, rel=1e-12)
    assert path.stds[1] == pytest.approx(0.1 * math.e, rel=1e-12)


def test_a_descent_ends_where_nothing_visible_moves():
    best = project_reverse(UNEQUAL)[0]
    path = descend(UNEQUAL, (best.mean, best.std), "reverse")
    assert path.means.tolist() == [best.mean]
    assert descend(UNEQUAL, (0, 1), "reverse", rate=1e-4, steps=7).means.shape == (8,)


def test_a_natural_gradient_descent_that_starts_slowly_never_rises():
    for p, direction in itertools.product(SEVERAL, ("forward", "reverse")):
        path = descend(p, (0.7, 0.5), direction, rate=0.05, steps=400)
        assert (np.diff(path.divergences) <= 1e-9).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"direction": "sideways"}, "direction must be 'forward' or 'reverse', got 'sideways'"),
        (
            {"optimiser": "SGD"},
            "optimiser must be 'gradient descent', 'Adam' or 'natural gradient'",
        ),
        ({"steps": 0}, "steps must be a whole number at least 1, got 0"),
        ({"rate": 0}, "rate must be a finite number above 0, got 0"),
        ({"rate": -1}, "rate must be a finite number above 0, got -1"),
        ({"rate": math.nan}, "rate must be a finite number above 0, got nan"),
        ({"rate": math.inf}, "rate must be a finite number above 0, got inf"),
        ({"rate": "fast"}, "rate must be a finite number above 0, got 'fast'"),
        ({"start": (math.nan, 1)}, "start[0] is nan; it must be finite"),
        ({"start": ("a", 1)}, "start must be an array of numbers: "),
        ({"start": (0, 0)}, "start"),
        ({"start": (0, -1)}, "start"),
        ({"start": (0, math.nan)}, "start"),
        ({"start": 1}, "start must hold a mean and a spread, got shape ()"),
        ({"start": [0, 1, 2]}, "start must hold a mean and a spread, got shape (3,)"),
    ],
    ids=str,
)
def test_a_descent_that_cannot_start_raises(arguments, message):
    with raises(message):
        descend(TWO_MODES, **{"start": (0, 1), "direction": "reverse"} | arguments)
