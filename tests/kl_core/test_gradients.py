"""Gradients of KL and of its penalties: by differences, listed draw by draw, and drawn."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import assume, given
from hypothesis import strategies as st

from kl_core import PLACEMENTS, expected_gradients, kl_divergence, kl_gradient
from kl_core._estimators import loss_and_slope
from tests.kl_core import exact
from tests.kl_core.distributions import scaled
from tests.kl_core.errors import raises


@st.composite
def policies(draw, count=2):
    """Draw the logits of policies over the same outcomes."""
    size = draw(st.integers(2, 5))
    logits = st.lists(st.floats(-4, 4), min_size=size, max_size=size)
    return [np.array(draw(logits)) for _ in range(count)]


def slopes(function, logits, step=1e-4):
    """Return the derivatives of a function of a policy in its logits, by central differences."""
    found = []
    for place in np.eye(logits.size):
        ahead, behind = (
            function(scipy.special.softmax(logits + by * place)) for by in (step, -step)
        )
        found.append((ahead - behind) / (2 * step))
    return np.array(found)


# A central difference errs by a sixth of 10⁻⁸ times a third derivative, here of the size of logits.
NEAR = 1e-7


@given(policies())
def test_gradients_are_those_of_the_divergence(logits):
    moved, reference = logits[0], scipy.special.softmax(logits[1])
    policy = scipy.special.softmax(moved)
    reverse = slopes(lambda pi: kl_divergence(pi, reference), moved)
    forward = slopes(lambda pi: kl_divergence(reference, pi), moved)
    np.testing.assert_allclose(kl_gradient(policy, reference), reverse, rtol=0, atol=NEAR)
    np.testing.assert_allclose(
        kl_gradient(policy, reference, "forward"), forward, rtol=0, atol=NEAR
    )


@given(policies())
def test_each_placement_pulls_where_it_is_said_to_pull(logits):
    policy, reference = scipy.special.softmax(logits, axis=1)
    found = expected_gradients(policy, reference)
    assert list(found) == list(PLACEMENTS)
    reverse, forward = (kl_gradient(policy, reference, way) for way in ("reverse", "forward"))
    exact = {
        "k1 in the reward": reverse,
        "k1 in the loss": 0 * reverse,
        "k2 in the loss": reverse,
        "k3 in the loss": forward,
    }
    for placement, gradient in exact.items():
        np.testing.assert_allclose(found[placement].mean, gradient, rtol=0, atol=1e-14)
    # It is right on average that k1 in the loss does nothing; a draw of it does.
    assert found["k1 in the loss"].noise > 0


def test_the_two_directions_pull_apart():
    # Or the test above would not tell k2 from k3.
    policy, reference = [0.7, 0.2, 0.1], [0.2, 0.2, 0.6]
    reverse, forward = (kl_gradient(policy, reference, way) for way in ("reverse", "forward"))
    assert abs(reverse - forward).max() > 0.1


def listed(policy, reference, drawn, weights):
    """Return, for each placement, chances and gradients of a draw, outcome by outcome."""
    found = {placement: [] for placement in PLACEMENTS}
    for x, chance in enumerate(drawn):
        score = [float(i == x) - policy[i] for i in range(len(policy))]
        log = math.log(policy[x]) - math.log(reference[x])
        slope = {
            "k1 in the reward": log,
            "k1 in the loss": 1.0,
            "k2 in the loss": log,
            "k3 in the loss": 1 - reference[x] / policy[x],
        }
        for placement in PLACEMENTS:
            each = [weights[x] * slope[placement] * entry for entry in score]
            found[placement].append((chance, each))
    return found


@pytest.mark.parametrize("weighted", [False, True])
@given(logits=policies(3))
def test_mean_and_noise_are_those_of_a_list_of_all_draws(weighted, logits):
    policy, reference, drawn = scipy.special.softmax(logits, axis=1)
    weights = policy / drawn if weighted else np.ones_like(policy)
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    for placement, rows in listed(policy, reference, drawn, weights).items():
        entries = range(policy.size)
        means = [math.fsum(chance * each[i] for chance, each in rows) for i in entries]
        variance = math.fsum(
            chance * (each[i] - means[i]) ** 2 for chance, each in rows for i in entries
        )
        size = max(abs(entry) for _, each in rows for entry in each)
        np.testing.assert_allclose(found[placement].mean, means, rtol=0, atol=1e-14 * (1 + size))
        assert found[placement].noise == pytest.approx(math.sqrt(variance), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("placement", PLACEMENTS[1:])
@given(logits=policies(3))
def test_in_the_loss_it_is_the_gradient_of_the_mean_loss_with_the_draws_held(placement, logits):
    # What automatic differentiation of a batch's loss gives: draws know nothing of the policy.
    reference, drawn = scipy.special.softmax(logits[1:], axis=1)
    policy = scipy.special.softmax(logits[0])

    def loss(pi):
        return drawn @ loss_and_slope(placement, np.log(pi / reference))[0]

    found = expected_gradients(policy, reference, sampled_from=drawn)[placement].mean
    expected = slopes(loss, logits[0])
    # The third derivative of k3 grows like p/q, up to e⁸.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-5)


@given(policies(3))
def test_weights_bring_back_what_the_policy_itself_would_have_drawn(logits):
    policy, reference, drawn = scipy.special.softmax(logits, axis=1)
    exact = expected_gradients(policy, reference)
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=True)
    for placement in PLACEMENTS:
        np.testing.assert_allclose(found[placement].mean, exact[placement].mean, rtol=0, atol=1e-13)


def test_without_weights_another_policys_draws_pull_elsewhere():
    policy, reference, drawn = [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.2, 0.2, 0.6]
    exact = expected_gradients(policy, reference)
    found = expected_gradients(policy, reference, sampled_from=drawn)
    for placement in PLACEMENTS:
        assert abs(found[placement].mean - exact[placement].mean).max() > 0.05
    # k1 in the loss now pushes towards what was drawn, wherever the reference is.
    np.testing.assert_allclose(
        found["k1 in the loss"].mean, np.subtract(drawn, policy), rtol=0, atol=1e-15
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_mean_and_noise_are_those_of_draws(weighted):
    policy, reference, drawn = [0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.4, 0.2, 0.4]
    x = np.random.default_rng(9).choice(3, size=200_000, p=drawn)
    weights = np.divide(policy, drawn) if weighted else np.ones(3)
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    for placement, rows in listed(policy, reference, drawn, weights).items():
        draws = np.array([each for _, each in rows])[x]
        errors = draws.std(axis=0, ddof=1) / math.sqrt(x.size)
        exact = found[placement]
        assert (abs(draws.mean(axis=0) - exact.mean) <= 4 * errors).all()
        squares = ((draws - exact.mean) ** 2).sum(axis=1)
        error = squares.std(ddof=1) / math.sqrt(x.size)
        assert 0 < error < 0.05 * exact.noise**2
        assert abs(squares.mean() - exact.noise**2) < 4 * error


@pytest.mark.parametrize(
    "shapes", [((3,), (4, 3), (3,)), ((4, 3), (3,), (2, 1, 3)), ((3,), (3,), (5, 3))], ids=str
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_batch_of_policies_equals_a_loop(shapes, weighted):
    rng = np.random.default_rng(10)
    policy, reference, drawn = (scipy.special.softmax(rng.normal(size=s), axis=-1) for s in shapes)
    batch = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    whole = np.broadcast_shapes(*shapes)
    loose = [np.broadcast_to(each, whole) for each in (policy, reference, drawn)]
    for index in np.ndindex(whole[:-1]):
        one = [each[index] for each in loose]
        alone = expected_gradients(*one[:2], sampled_from=one[2], weighted=weighted)
        for placement in PLACEMENTS:
            found = batch[placement]
            assert (found.mean.shape, found.noise.shape) == (whole, whole[:-1])
            np.testing.assert_allclose(found.mean[index], alone[placement].mean, atol=1e-15)
            assert found.noise[index] == pytest.approx(alone[placement].noise, rel=1e-14)
    for way in ("reverse", "forward"):
        found = kl_gradient(policy, reference, way)
        for index in np.ndindex(found.shape[:-1]):
            pi, ref = (np.broadcast_to(each, found.shape)[index] for each in (policy, reference))
            np.testing.assert_allclose(found[index], kl_gradient(pi, ref, way), atol=1e-15)


@pytest.mark.parametrize("rare", [1e-20, 1e-100, 1e-300])
def test_a_rare_outcome_keeps_its_gradient_and_its_noise(rare):
    found = expected_gradients([1 - rare, rare], [0.5, 0.5])["k3 in the loss"]
    # A logarithm of 690 has lost three digits by the time it is an exponent.
    np.testing.assert_allclose(found.mean, [0.5, -0.5], rtol=2e-13)
    # Nearly all of it is that of the rare draw, (0.5/rare)·(-1, 1).
    assert found.noise == pytest.approx(math.sqrt(0.5 / rare), rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.6], [0.5, 0.5]), "policy sums to 1.1; probabilities sum to 1"),
        (([0.5, 0.5], [0.5, 0.4]), "reference sums to 0.9; probabilities sum to 1"),
        (([0.5, 0.5], [-0.5, 1.5]), "reference[0] is -0.5; it must be finite and at least 0"),
        (([1, 0], [0.5, 0.5]), "policy[1] is 0; here every chance must be above 0"),
        (([[0.5, 0.5]], [[0, 1]]), "reference[0, 0] is 0; here every chance must be above 0"),
        (([0.5, 0.5], [1]), "policy and reference must have the same outcomes: policy has 2"),
        (([[0.5, 0.5]] * 2, [[0.5, 0.5]] * 3), "policy of shape (2, 2) and reference of shape (3,"),
    ],
    ids=str,
)
def test_policies_are_distributions_without_a_0(arguments, message):
    for function in (expected_gradients, kl_gradient):
        with raises(message):
            function(*arguments)


HALVES = [0.5, 0.5]


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        ([0.5, 0.4], "sampled_from sums to 0.9; probabilities sum to 1"),
        ([math.nan, 1], "sampled_from[0] is nan; it must be finite and at least 0"),
        (
            [0.2, 0.3, 0.5],
            "sampled_from and policy must have the same outcomes: sampled_from has 3",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("weighted", [False, True])
def test_draws_come_from_a_distribution_over_the_same_outcomes(drawn, message, weighted):
    with raises(message):
        expected_gradients(HALVES, HALVES, sampled_from=drawn, weighted=weighted)


def test_draws_that_do_not_broadcast_with_the_reference_raise():
    with raises("sampled_from of shape (3, 2), policy of shape (2,) and reference of shape (2, 2)"):
        expected_gradients(HALVES, [HALVES] * 2, sampled_from=[HALVES] * 3)


def test_no_weight_makes_up_for_draws_that_never_come():
    with raises("sampled_from[1] is 0; here every chance must be above 0"):
        expected_gradients(HALVES, [0.8, 0.2], sampled_from=[1, 0], weighted=True)
    # Without weights they are missed and that is all.
    found = expected_gradients(HALVES, [0.8, 0.2], sampled_from=[1, 0])["k3 in the loss"]
    np.testing.assert_allclose(found.mean, np.array([0.5, -0.5]) * (1 - 0.8 / 0.5), rtol=1e-15)
    assert found.noise == 0


@pytest.mark.parametrize("wrong", ["backward", "Reverse", None])
def test_a_direction_is_reverse_or_forward(wrong):
    with raises(f"direction must be 'forward' or 'reverse', got {wrong!r}"):
        kl_gradient(HALVES, HALVES, wrong)


TINY = 5e-324  # the smallest double above 0
SMALLEST = 745 * TINY  # what its rounding makes of the largest log-ratio


@mpmath.workdps(700)
def exact_gradients(policy, reference, drawn, weighted):
    """Return mean and noise of each placement, and the most that one draw adds to the mean."""
    pi, ref, often = (exact.shares(each) for each in (policy, reference, drawn))
    found = {}
    for placement in PLACEMENTS:
        draws = []
        for x in range(len(pi)):
            log = mpmath.log(pi[x] / ref[x])
            slope = {"k1 in the loss": 1, "k3 in the loss": 1 - ref[x] / pi[x]}.get(placement, log)
            weight = pi[x] / often[x] if weighted else 1
            draws.append([weight * slope * ((i == x) - pi[i]) for i in range(len(pi))])
        mean = [
            mpmath.fsum(often[x] * each[i] for x, each in enumerate(draws)) for i in range(len(pi))
        ]
        spread = mpmath.fsum(
            often[x] * (entry - mean[i]) ** 2
            for x, each in enumerate(draws)
            for i, entry in enumerate(each)
        )
        most = max(abs(often[x] * entry) for x, each in enumerate(draws) for entry in each)
        found[placement] = mean, mpmath.sqrt(spread), float(most)
    return found


RARE = [TINY, 3 * TINY, 1e-310, 1e-300, 1e-160, 1e-20]


@pytest.mark.parametrize("weighted", [False, True])
@given(st.lists(st.sampled_from(RARE) | st.floats(0.1, 1), min_size=9, max_size=9), st.booleans())
def test_gradients_of_chances_of_any_size_are_right(weighted, chances, on_policy):
    rows = [chances[:3], chances[3:6], chances[6:]]
    assume(all(max(row) >= 0.1 for row in rows))
    policy, reference, drawn = map(scaled, rows)
    assume(min(*policy, *reference, *drawn) > 0)
    drawn = policy if on_policy else drawn
    found = expected_gradients(policy, reference, sampled_from=drawn, weighted=weighted)
    exactly = exact_gradients(policy, reference, drawn, weighted)
    # Sums are rounded, and with them all log-ratios by 1e-16: that much of what a slope of 1 gives.
    _, noise_of_1, most_of_1 = exactly["k1 in the loss"]
    for placement, (mean, noise, most) in exactly.items():
        if math.isinf(most):
            # More than a double holds, which takes a chance below the normal doubles.
            assert min(policy) < 1e-307
            assert np.isinf(found[placement].mean).any()
            assert found[placement].noise == math.inf
            continue
        np.testing.assert_allclose(
            found[placement].mean,
            [float(each) for each in mean],
            rtol=1e-12,
            atol=1e-12 * most + 1e-15 * most_of_1 + 9 * SMALLEST,
        )
        # Draws that all pull alike leave the rounding of their pull.
        alike = 1e-14 * float(max(map(abs, mean))) + 1e-15 * float(noise_of_1) + 9 * SMALLEST
        assert found[placement].noise == pytest.approx(float(noise), rel=1e-11, abs=alike)
    reverse, _, most = exact_gradients(policy, reference, policy, False)["k2 in the loss"]
    np.testing.assert_allclose(
        kl_gradient(policy, reference),
        [float(each) for each in reverse],
        rtol=1e-12,
        atol=1e-12 * most + 9 * SMALLEST,
    )


@given(policies(), st.floats(1, 14))
def test_gradients_next_to_the_reference_keep_their_digits(logits, exponent):
    policy = scipy.special.softmax(logits[0])
    reference = scaled(policy * (1 + 10**-exponent * np.tanh(logits[1])))
    reverse = exact_gradients(policy, reference, policy, False)["k2 in the loss"][0]
    forward = [a - b for a, b in zip(exact.shares(policy), exact.shares(reference), strict=True)]
    for way, gradient in (("reverse", reverse), ("forward", forward)):
        size = float(max(map(abs, gradient)))
        np.testing.assert_allclose(
            kl_gradient(policy, reference, way),
            [float(each) for each in gradient],
            rtol=0,
            atol=1e-12 * size + 1e-30,
        )


def test_policies_in_single_precision_are_as_good_as_their_doubles():
    rng = np.random.default_rng(3)
    rows = scipy.special.softmax(rng.normal(size=(3, 2000)).astype(np.float32), axis=1)
    doubles = [row / row.sum() for row in rows.astype(np.float64)]
    for way in ("reverse", "forward"):
        np.testing.assert_allclose(
            kl_gradient(rows[0], rows[1], way), kl_gradient(*doubles[:2], way), atol=1e-15
        )
    found, wanted = (
        expected_gradients(one[:50], other[:50], sampled_from=third[:50])
        for one, other, third in (
            [row[:50] / row[:50].sum() for row in rows],
            [row[:50] / row[:50].sum() for row in doubles],
        )
    )
    for placement in PLACEMENTS:
        np.testing.assert_allclose(found[placement].mean, wanted[placement].mean, atol=1e-6)
