"""KL from samples: the estimators k1, k2 and k3, how far off they are, and where they pull.

Of D(Q‖P) with draws from Q, whose log-ratio is log(q/p) at each draw, in nats. The letters are
those of Schulman's note: in reinforcement learning Q is the policy and P the reference.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw, ndtr

from kl_core._gaussian import gaussian_kl
from kl_core._validation import (
    Array,
    Direction,
    NumberOrArray,
    check_broadcast,
    check_direction,
    element,
    finite_array,
    floats,
    positive_array,
    probability_pair,
)

Placement = Literal["k1 in the reward", "k1 in the loss", "k2 in the loss", "k3 in the loss"]
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)

# Closer Gaussians than this make k3's closed form cancel; there few nodes are exact.
_CLOSE = 0.1
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def k1(log_ratio: ArrayLike) -> NumberOrArray:
    """Return k1 = log(q/p) of each draw: right on average, and below 0 wherever p > q.

    Parameters
    ----------
    log_ratio : array_like
        log(q/p) at draws from Q, in nats.

    Returns
    -------
    float or ndarray, shape of `log_ratio`
        In nats.

    Raises
    ------
    ValueError
        If a log-ratio is NaN.

    References
    ----------
    J. Schulman (2020), "Approximating KL Divergence", http://joschu.net/blog/kl-approx.html

    Examples
    --------
    >>> k1([-0.5, 0.0, 0.5])
    array([-0.5,  0. ,  0.5])
    """
    return _log_ratios(log_ratio)[()]


def k2(log_ratio: ArrayLike) -> NumberOrArray:
    """Return k2 = log(q/p)²/2 of each draw: never below 0, and biased.

    Parameters
    ----------
    log_ratio : array_like
        log(q/p) at draws from Q, in nats.

    Returns
    -------
    float or ndarray, shape of `log_ratio`
        In nats.

    Raises
    ------
    ValueError
        If a log-ratio is NaN.

    References
    ----------
    J. Schulman (2020), "Approximating KL Divergence", http://joschu.net/blog/kl-approx.html

    Examples
    --------
    >>> k2([-0.5, 0.0, 0.5])
    array([0.125, 0.   , 0.125])
    """
    with np.errstate(over="ignore"):
        return _log_ratios(log_ratio) ** 2 / 2


def k3(log_ratio: ArrayLike) -> NumberOrArray:
    """Return k3 = p/q - 1 + log(q/p) of each draw: right on average, and never below 0.

    Parameters
    ----------
    log_ratio : array_like
        log(q/p) at draws from Q, in nats.

    Returns
    -------
    float or ndarray, shape of `log_ratio`
        In nats; ``inf`` where p/q overflows.

    Raises
    ------
    ValueError
        If a log-ratio is NaN.

    References
    ----------
    J. Schulman (2020), "Approximating KL Divergence", http://joschu.net/blog/kl-approx.html

    Shao et al. (2024), "DeepSeekMath", arXiv 2402.03300, eq. 4: the penalty of GRPO.

    Examples
    --------
    >>> k3([-0.5, 0.0, 0.5]).round(6)
    array([0.148721, 0.      , 0.106531])
    """
    ratio = _log_ratios(log_ratio)
    with np.errstate(over="ignore", invalid="ignore"):
        plain = ratio + np.expm1(-ratio)
    # exp(∞) grows faster than its logarithm.
    plain = np.where(ratio == -math.inf, math.inf, plain)
    near = np.abs(ratio) < 0.02
    return np.where(near, _near_zero(np.where(near, ratio, 0.0)), plain)[()]


@dataclass(frozen=True)
class Moments:
    """What one draw of an estimator is like, exactly.

    Attributes
    ----------
    mean, std : float or ndarray, shape (...)
        In nats; the standard deviation may be ``inf``.
    truth : float or ndarray, shape (...)
        D(Q‖P), in nats.
    """

    mean: NumberOrArray
    std: NumberOrArray
    truth: NumberOrArray

    @property
    def bias(self) -> NumberOrArray:
        """By how much the mean misses the truth, in nats, shape (...)."""
        return self.mean - self.truth

    def standard_error(self, draws: int) -> NumberOrArray:
        """Return the standard deviation of the mean of so many draws, in nats, shape (...)."""
        return self.std / math.sqrt(draws)

    def typical_error(self, draws: int) -> NumberOrArray:
        """Return the root of the mean squared error of that mean, in nats, shape (...)."""
        return np.hypot(self.bias, self.standard_error(draws))


def gaussian_moments(
    mu_q: ArrayLike, sigma_q: ArrayLike, mu_p: ArrayLike, sigma_p: ArrayLike
) -> dict[str, Moments]:
    """Return what one draw of k1, k2 and k3 is like when Q and P are Gaussians, in closed form.

    With z the draw in spreads of Q, log(q/p) = a·z² + b·z + c: its moments follow from the
    cumulants of such a form, and k3 needs E[p²/q²] besides, which is infinite once P is √2 times
    as wide as Q or wider.

    Parameters
    ----------
    mu_q, mu_p : array_like, shapes that broadcast
        Means of Q, which is drawn from, and P.
    sigma_q, sigma_p : array_like, shapes that broadcast
        Standard deviations, above 0.

    Returns
    -------
    dict of str to Moments
        For "k1", "k2" and "k3", in nats.

    Raises
    ------
    ValueError
        If a mean is not finite, a standard deviation is not finite and above 0, or shapes do not
        broadcast.

    References
    ----------
    J. Schulman (2020), "Approximating KL Divergence", http://joschu.net/blog/kl-approx.html: the
    same by simulation.

    Mathai & Provost (1992), *Quadratic Forms in Random Variables*, chapter 3, for the cumulants.

    Examples
    --------
    >>> far = gaussian_moments(0, 1, 1, 1)
    >>> {name: round(float(each.std / each.truth), 2) for name, each in far.items()}
    {'k1': 2.0, 'k2': 1.73, 'k3': 1.7}
    """
    a, b, ratio, _, gap = _quadratic(mu_q, sigma_q, mu_p, sigma_p)
    truth = gaussian_kl(mu_q, sigma_q, mu_p, sigma_p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        second = 2 * a**2 + b**2
        third = 8 * a**3 + 6 * a * b**2
        fourth = 48 * a**4 + 48 * a**2 * b**2
        of_square = 4 * truth**2 * second + 4 * truth * third + fourth + 2 * second**2
        of_k3 = _k3_variance(a, b, ratio, gap, truth)
        half_square = (second + truth**2) / 2
    return {
        "k1": Moments(truth, _root(second), truth),
        "k2": Moments(half_square, _root(of_square) / 2, truth),
        "k3": Moments(truth, _root(of_k3), truth),
    }


def chance_below_zero(
    mu_q: ArrayLike, sigma_q: ArrayLike, mu_p: ArrayLike, sigma_p: ArrayLike
) -> NumberOrArray:
    """Return how often one draw of k1 is below 0 when Q and P are Gaussians: the chance of p > q.

    Parameters
    ----------
    mu_q, mu_p : array_like, shapes that broadcast
        Means of Q, which is drawn from, and P.
    sigma_q, sigma_p : array_like, shapes that broadcast
        Standard deviations, above 0.

    Returns
    -------
    float or ndarray, shape of the broadcast
        0 where Q = P.

    Raises
    ------
    ValueError
        If a mean is not finite, a standard deviation is not finite and above 0, or shapes do not
        broadcast.

    Examples
    --------
    >>> print(chance_below_zero(0, 1, 0.1, 1).round(4))
    0.4801
    """
    a, b, ratio, logarithm, gap = _quadratic(mu_q, sigma_q, mu_p, sigma_p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        c = gap**2 / 2 - logarithm
        # The root of b² - 4ac, written so that nothing cancels.
        root = np.sqrt(gap**2 + 4 * a * logarithm)
        far = -(b + np.copysign(root, b)) / 2
        # Q and P cross where a·z² + b·z + c is 0, with one width at one finite place.
        low, high = np.sort(np.stack([far / a, c / far]), axis=0)
    between = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    chance = np.where(ratio < 1, ndtr(low) + ndtr(-high), between)
    # Q = P cross nowhere; and where numbers overflow, only where Q never draws.
    return np.where(np.isnan(chance), 0.0, chance)[()]


def k3_noisier_beyond() -> float:
    """Return the D(Q‖P) in nats beyond which k3 is noisier than k1, for Gaussians of one width.

    With u the squared gap in spreads, their variances are e^u - 1 - u and u, equal where
    e^u = 1 + 2u; there D is u/2.

    Examples
    --------
    >>> round(k3_noisier_beyond(), 4)
    0.6282
    """
    return float(-0.5 - lambertw(-math.exp(-0.5) / 2, k=-1).real) / 2


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    """Return the mean and its standard error: infinite for a single value or an infinite mean.

    Parameters
    ----------
    values : array_like
        At least one number.

    Raises
    ------
    ValueError
        If there is none, or they are not numbers.

    Examples
    --------
    >>> mean_and_error([1, 3])
    (2.0, 1.0)
    """
    numbers = floats(values, "values")
    if not numbers.size:
        raise ValueError("values holds no number; it needs at least one")
    if numbers.size == 1:
        return float(numbers.mean()), math.inf
    with np.errstate(over="ignore", invalid="ignore"):
        mean, error = float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(numbers.size)
    return mean, error if math.isfinite(mean) else math.inf


def estimates(log_ratio: ArrayLike) -> dict[str, tuple[float, float]]:
    """Return the mean of k1, k2 and k3 over draws from Q, each with its standard error.

    For any Q and P: nothing but the log-ratio at each draw is needed.

    Parameters
    ----------
    log_ratio : array_like, shape (n,)
        log(q/p) at draws from Q, in nats.

    Returns
    -------
    dict of str to tuple of float
        For "k1", "k2" and "k3", in nats.

    Raises
    ------
    ValueError
        If there is no draw, or a log-ratio is not finite.

    Examples
    --------
    >>> {name: round(mean, 4) for name, (mean, _) in estimates([-0.5, 0.5]).items()}
    {'k1': 0.0, 'k2': 0.125, 'k3': 0.1276}
    """
    draws = finite_array(log_ratio, "log_ratio").ravel()
    if not draws.size:
        raise ValueError("log_ratio holds no draw; it needs at least one")
    return {name: mean_and_error(each(draws)) for name, each in ESTIMATORS.items()}


ESTIMATORS = {"k1": k1, "k2": k2, "k3": k3}


def loss_and_slope(placement: Placement, log_ratio: Array) -> tuple[Array, Array]:
    """Return what a penalty in the loss is at each draw, and its derivative in log q.

    "k1 in the reward" has nothing in the loss: both are 0.

    Parameters
    ----------
    placement : str
        One of `PLACEMENTS`.
    log_ratio : ndarray
        log(q/p) at draws from Q, in nats.

    Raises
    ------
    ValueError
        If `placement` is another.

    Examples
    --------
    >>> [round(float(each), 3) for each in loss_and_slope("k2 in the loss", np.array(0.5))]
    [0.125, 0.5]
    """
    if placement not in PLACEMENTS:
        raise ValueError(f"placement must be one of {', '.join(PLACEMENTS)}; got {placement!r}")
    if placement == "k1 in the loss":
        return k1(log_ratio), np.ones_like(log_ratio)
    if placement == "k2 in the loss":
        return k2(log_ratio), log_ratio
    if placement == "k3 in the loss":
        return k3(log_ratio), -np.expm1(-log_ratio)
    return np.zeros_like(log_ratio), np.zeros_like(log_ratio)


@dataclass(frozen=True)
class Gradient:
    """The gradient that draws of a penalty give a policy.

    Attributes
    ----------
    mean : ndarray, shape (..., k)
        Expected, one entry for each logit, in nats.
    noise : float or ndarray, shape (...)
        The standard deviation of a single draw's: root of the summed variances of its entries.
    """

    mean: Array
    noise: NumberOrArray


def expected_gradients(
    policy: ArrayLike,
    reference: ArrayLike,
    *,
    sampled_from: ArrayLike | None = None,
    weighted: bool = False,
) -> dict[Placement, Gradient]:
    """Return which gradient each placement of a penalty gives the logits of a policy, on average.

    A draw x adds slope(x)·∇log π(x): 1 for k1 in the loss, log(π/π_ref) for k2 in the loss and for
    k1 in the reward, 1 - π_ref/π for k3 in the loss. Summed over all outcomes, nothing sampled.

    Parameters
    ----------
    policy, reference : array_like, shapes (..., k) that broadcast
        Chances of π, which is trained, and of π_ref; all above 0, as a softmax makes them.
    sampled_from : array_like, shape (..., k), optional
        Chances of the policy that drew; π itself unless given.
    weighted : bool
        Whether each draw is weighted with π over the chance it was drawn with.

    Returns
    -------
    dict of str to Gradient
        For each of `PLACEMENTS`.

    Raises
    ------
    ValueError
        If an argument is not a probability vector, shapes do not match, or a chance is 0; that of
        `sampled_from` may be, where draws are not weighted.

    References
    ----------
    Liu et al. (2025), "Rethinking KL Regularization in RLHF", arXiv 2510.01555.

    Shah et al. (2025), "A Comedy of Estimators", arXiv 2512.21852.

    Examples
    --------
    >>> found = expected_gradients([0.5, 0.5], [0.8, 0.2])
    >>> bool(np.allclose(found["k2 in the loss"].mean, kl_gradient([0.5, 0.5], [0.8, 0.2])))
    True
    >>> found["k3 in the loss"].mean  # that of D(π_ref‖π)
    array([-0.3,  0.3])
    """
    pi, ref = _softmax_pair(policy, reference)
    drawn, pi = probability_pair(
        pi if sampled_from is None else sampled_from, pi, ("sampled_from", "policy")
    )
    check_broadcast(sampled_from=drawn, policy=pi, reference=ref)
    if weighted:
        # No weight makes up for draws that never come.
        _check_above_zero(drawn, "sampled_from")
    weight = pi / drawn if weighted else np.ones_like(pi + drawn)
    ratio = np.log(pi / ref)
    # Entry i of ∇log π(x) is 1 for i = x, less π(i).
    score = np.eye(pi.shape[-1]) - pi[..., None, :]
    found = {}
    for placement in PLACEMENTS:
        slope = ratio if placement == "k1 in the reward" else loss_and_slope(placement, ratio)[1]
        each = (weight * slope)[..., None] * score
        mean = (drawn[..., None] * each).sum(axis=-2)
        # The root first: what is rare may be too large to square.
        apart = np.sqrt(drawn)[..., None] * (each - mean[..., None, :])
        spread = (apart**2).sum(axis=(-2, -1))
        found[placement] = Gradient(mean, np.sqrt(spread))
    return found


def kl_gradient(policy: ArrayLike, reference: ArrayLike, direction: Direction = "reverse") -> Array:
    """Return the gradient of D(π‖π_ref), or of D(π_ref‖π), in the logits of π.

    Parameters
    ----------
    policy, reference : array_like, shapes (..., k) that broadcast
        Chances of π and π_ref; all above 0.
    direction : {"forward", "reverse"}
        Reverse is D(π‖π_ref), with gradient π·(log(π/π_ref) - D); forward is D(π_ref‖π), with
        gradient π - π_ref.

    Returns
    -------
    ndarray, shape (..., k)
        In nats.

    Raises
    ------
    ValueError
        As `expected_gradients` does, or if `direction` is another.

    Examples
    --------
    >>> kl_gradient([0.5, 0.5], [0.8, 0.2], "forward")
    array([-0.3,  0.3])
    """
    check_direction(direction)
    pi, ref = _softmax_pair(policy, reference)
    if direction == "forward":
        return np.asarray(pi - ref)
    ratio = np.log(pi / ref)
    return np.asarray(pi * (ratio - (pi * ratio).sum(axis=-1, keepdims=True)))


def _quadratic(
    mu_q: ArrayLike, sigma_q: ArrayLike, mu_p: ArrayLike, sigma_p: ArrayLike
) -> tuple[Array, Array, Array, Array, Array]:
    """Return a, b of log(q/p) = a·z² + b·z + c, σ_q/σ_p, its logarithm, and the gap over σ_p."""
    mean_q, mean_p = finite_array(mu_q, "mu_q"), finite_array(mu_p, "mu_p")
    std_q, std_p = positive_array(sigma_q, "sigma_q"), positive_array(sigma_p, "sigma_p")
    check_broadcast(mu_q=mean_q, sigma_q=std_q, mu_p=mean_p, sigma_p=std_p)
    mean_q, std_q, mean_p, std_p = np.broadcast_arrays(mean_q, std_q, mean_p, std_p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ratio, gap = std_q / std_p, (mean_q - mean_p) / std_p
        # Nearly equal spreads keep the digits of their difference.
        excess = (std_q - std_p) / std_p
        logarithm = np.where(np.abs(excess) < 0.5, np.log1p(excess), np.log(ratio))
        return excess * (2 + excess) / 2, ratio * gap, ratio, logarithm, gap


def _root(variance: Array) -> Array:
    """Return the standard deviation; infinite where the variance is above the largest double."""
    return np.sqrt(np.where(np.isnan(variance), math.inf, np.maximum(variance, 0.0)))


def _k3_variance(a: Array, b: Array, ratio: Array, gap: Array, truth: Array) -> Array:
    """Return the variance of one draw of k3."""
    close = np.maximum(np.abs(a), np.abs(b)) < _CLOSE
    draws = a[..., None] * (_NODES**2 - 1) + b[..., None] * _NODES + truth[..., None]
    draws = np.where(close[..., None], draws, 0.0)
    near = ((k3(draws) - truth[..., None]) ** 2 * _WEIGHTS).sum(axis=-1)
    thinness = 2 * ratio**2 - 1
    squared = ratio**2 / np.sqrt(thinness) * np.exp(gap**2 / thinness)
    both_ways = (ratio - 1 / ratio) ** 2 / 2 + gap**2 * (1 + 1 / ratio**2) / 2
    far = squared - 1 + 2 * a**2 + b**2 - 2 * both_ways
    return np.where(close, near, np.where(thinness > 0, far, math.inf))


def _near_zero(ratio: Array) -> Array:
    """Return r + exp(-r) - 1 for small r, where the plain formula loses its digits."""
    terms = 1 / 120 - ratio * (1 / 720 - ratio / 5040)
    return np.asarray(ratio**2 * (1 / 2 - ratio * (1 / 6 - ratio * (1 / 24 - ratio * terms))))


def _log_ratios(values: ArrayLike) -> Array:
    """Return log-ratios as floats; infinite ones are answers, NaN is none."""
    ratios = floats(values, "log_ratio")
    if np.isnan(ratios).any():
        index = tuple(np.argwhere(np.isnan(ratios))[0])
        raise ValueError(f"{element('log_ratio', index)} is nan; it must be a number")
    return ratios


def _softmax_pair(policy: ArrayLike, reference: ArrayLike) -> tuple[Array, Array]:
    """Return both, or raise ValueError unless they are distributions as a softmax makes them."""
    pi, ref = probability_pair(policy, reference, ("policy", "reference"))
    _check_above_zero(pi, "policy")
    _check_above_zero(ref, "reference")
    return pi, ref


def _check_above_zero(chances: Array, name: str) -> None:
    if not chances.all():
        index = tuple(np.argwhere(chances == 0)[0])
        raise ValueError(f"{element(name, index)} is 0; here every chance must be above 0")
