"""KL from samples: the estimators k1, k2 and k3, their means over draws, and each as a loss.

Of D(Q‖P) with draws from Q, whose log-ratio is log(q/p) at each draw, in nats. The letters are
those of Schulman's note: in reinforcement learning Q is the policy and P the reference.
"""

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from kl_core._validation import Array, NumberOrArray, finite_array, floats, without_nan

Placement = Literal["k1 in the reward", "k1 in the loss", "k2 in the loss", "k3 in the loss"]
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)

# The plain k3 loses its digits for log-ratios closer to 0 than this.
NEAR_ZERO = 0.02


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
    return without_nan(log_ratio, "log_ratio")[()]


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
        return without_nan(log_ratio, "log_ratio") ** 2 / 2


def k3(log_ratio: ArrayLike) -> NumberOrArray:
    """Return k3 = p/q - 1 + log(q/p) of each draw: never below 0, and as a rule right on average.

    Where Q rules out a share m of what P brings, no draw shows it, and the average is D(Q‖P) - m.

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
    >>> surely_heads = math.log(1 / 0.5)  # Q, against a fair coin P; D(Q‖P) is log 2
    >>> round(surely_heads - float(k3(surely_heads)), 6)
    0.5
    """
    ratio = without_nan(log_ratio, "log_ratio")
    with np.errstate(over="ignore", invalid="ignore"):
        plain = ratio + np.expm1(-ratio)
    # exp(∞) grows faster than its logarithm.
    plain = np.where(ratio == -math.inf, math.inf, plain)
    near = np.abs(ratio) < NEAR_ZERO
    return np.where(near, k3_near_zero(np.where(near, ratio, 0.0)), plain)[()]


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


def k3_near_zero(ratio: Array) -> Array:
    """Return r + exp(-r) - 1 for r within `NEAR_ZERO`, where the plain formula loses its digits."""
    terms = 1 / 120 - ratio * (1 / 720 - ratio / 5040)
    return np.asarray(ratio**2 * (1 / 2 - ratio * (1 / 6 - ratio * (1 / 24 - ratio * terms))))
