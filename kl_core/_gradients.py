"""Where k1, k2 and k3 pull a policy as penalties, and where KL itself pulls it.

Of D(π‖π_ref), the Q and P of `kl_core._estimators`, by the logits of π, in nats. All of a single
choice: a whole answer, or one token with what stands before it given.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kl_core._estimators import PLACEMENTS, Placement, loss_and_slope
from kl_core._validation import (
    Array,
    Direction,
    NumberOrArray,
    check_broadcast,
    check_direction,
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
