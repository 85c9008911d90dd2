"""Where k1, k2 and k3 pull a policy as penalties, and where KL itself pulls it.

Of D(π‖π_ref), the Q and P of `kl_core._estimators`, by the logits of π, in nats. All of a single
choice: a whole answer, or one token with what stands before it given.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kl_core._estimators import PLACEMENTS, Placement, loss_and_slope
from kl_core._pair import difference, each, log_ratio
from kl_core._validation import (
    Array,
    Direction,
    NumberOrArray,
    check_broadcast,
    check_direction,
    check_labels,
    element,
    probability_pair,
)


@dataclass(frozen=True)
class Gradient:
    """The gradient that draws of a penalty give a policy at one choice.

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

    Of one choice, k1 in the reward and k2 in the loss have the gradient of D(π‖π_ref), k3 in the
    loss that of D(π_ref‖π). Token by token over an answer, k2 and k3 in the loss have neither as a
    rule: they leave out how a token changes what comes after it.

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
    check_labels(policy=policy, reference=reference, sampled_from=sampled_from)
    pi, ref = _softmax_pair(policy, reference)
    ratio, _ = each(log_ratio, pi, ref)
    pi = pi / pi.sum(axis=-1, keepdims=True)
    drawn, pi = probability_pair(
        pi if sampled_from is None else sampled_from, pi, ("sampled_from", "policy")
    )
    check_broadcast(sampled_from=drawn, policy=pi, reference=ref)
    if weighted:
        # No weight makes up for draws that never come.
        _check_above_zero(drawn, "sampled_from")
    drawn, pi, ratio = np.broadcast_arrays(drawn / drawn.sum(axis=-1, keepdims=True), pi, ratio)
    root = np.sqrt(drawn)
    # How often a draw comes, times its weight; and the same of the root of how often it comes,
    # because what is rare may be too large to square.
    often, root_often = (pi, pi / root) if weighted else (drawn, root)
    with np.errstate(divide="ignore"):
        log_often = np.log(often)
        log_root_often = log_often - np.log(drawn) / 2 if weighted else log_often / 2
    # Entry i of ∇log π(x) is 1 for i = x, less π(i); next to 1, all others keep that difference.
    same = np.eye(pi.shape[-1])
    others = (1 - same) * pi[..., None, :]
    score = same * others.sum(axis=-1, keepdims=True) - others
    found = {}
    for placement in PLACEMENTS:
        pull = _times_slope(placement, often, log_often, ratio)
        with np.errstate(invalid="ignore"):
            mean = (pull[..., None] * score).sum(axis=-2)
            mean = np.where(np.isinf(pull), pull, mean)
            pulls = _times_slope(placement, root_often, log_root_often, ratio)[..., None] * score
            found[placement] = Gradient(mean, _norm(pulls - root[..., None] * mean[..., None, :]))
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
        apart, scale = each(difference, pi, ref)
        return apart * scale
    ratio, _ = each(log_ratio, pi, ref)
    pi = pi / pi.sum(axis=-1, keepdims=True)
    gradient: Array = pi * (ratio - (pi * ratio).sum(axis=-1, keepdims=True))
    # Next to 1 a chance keeps the digits of none of the others; but all entries add up to 0.
    likeliest = np.argmax(pi + 0 * ratio, axis=-1, keepdims=True)
    np.put_along_axis(gradient, likeliest, 0.0, axis=-1)
    np.put_along_axis(gradient, likeliest, -gradient.sum(axis=-1, keepdims=True), axis=-1)
    return gradient


def _times_slope(placement: Placement, chance: Array, log_chance: Array, ratio: Array) -> Array:
    """Return chance·slope, with all its digits wherever a double has them."""
    if placement == "k1 in the reward":
        return chance * ratio
    with np.errstate(over="ignore", invalid="ignore"):
        slope = loss_and_slope(placement, ratio)[1]
        # So steep is k3 alone, 1 - exp(-ratio), of which no digit is left of the 1.
        steep = slope < -1e17
        return np.where(steep, -np.exp(log_chance - ratio), chance * slope)


def _norm(entries: Array) -> NumberOrArray:
    """Return the root of the summed squares over the last two axes; NaN comes of infinity."""
    largest = np.abs(entries).max(axis=(-2, -1), keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        shares = entries / np.where(largest > 0, largest, 1.0)
        norm = largest[..., 0, 0] * np.sqrt((shares**2).sum(axis=(-2, -1)))
    return np.where(np.isnan(norm), math.inf, norm)[()]


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
