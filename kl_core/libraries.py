"""What libraries that are no dependency here compute, by their documented formulas, in nats.

They ask for no chances, as the libraries do not: whatever numbers they get they compute with.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_softmax, xlogy

from kl_core._validation import NumberOrArray, floats

Reduction = Literal["sum", "mean", "batchmean"]

# keras.config.epsilon(), unless somebody has changed it.
KERAS_EPSILON = 1e-7


def torch_kl_div(
    log_input: ArrayLike,
    target: ArrayLike,
    reduction: Reduction = "mean",
    *,
    log_target: bool = False,
) -> np.float64:
    """Return `torch.nn.functional.kl_div(input, target)`: Σ target·(log target - input).

    So it is D(target‖exp(input)): the second argument stands first, and the first is a logarithm.

    Parameters
    ----------
    log_input, target : array_like, shapes that broadcast
        PyTorch expects the logarithm of chances, and chances.
    reduction : {"sum", "mean", "batchmean"}
        "mean" divides by the number of all entries, outcomes included, and PyTorch warns of it.
        "batchmean" divides by the first length of `log_input`: the number of rows of a matrix, but
        of a vector the number of outcomes, and of texts of several words the number of texts.
    log_target : bool
        Whether `target` is a logarithm, too.

    Returns
    -------
    float
        NaN where a target of 0 meets an input of -∞, and where a target is below 0; with
        `log_target` wherever the target is -∞.

    Raises
    ------
    ValueError
        If `reduction` is another, as PyTorch does, or an argument is no array of numbers.

    References
    ----------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html

    Examples
    --------
    >>> print(torch_kl_div(np.log([0.5, 0.5]), [0.75, 0.25], "sum").round(6))
    0.130812
    >>> print(torch_kl_div(np.log([[0.5, 0.5]]), [[0.75, 0.25]], "batchmean").round(6))
    0.130812
    """
    if reduction not in get_args(Reduction):
        wanted = ", ".join(map(repr, get_args(Reduction)))
        raise ValueError(f"reduction must be one of {wanted}; got {reduction!r}")
    log_input, target = floats(log_input, "log_input"), floats(target, "target")
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.asarray(
            np.exp(target) * (target - log_input)
            if log_target
            else xlogy(target, target) - target * log_input
        )
    total: np.float64 = terms.sum()
    rows = log_input.shape[0] if log_input.ndim else 1
    return total / {"sum": 1, "mean": terms.size, "batchmean": rows}[reduction]


def torch_kl_divergence(p_logits: ArrayLike, q_logits: ArrayLike) -> NumberOrArray:
    """Return `torch.distributions.kl_divergence` of two ``Categorical(logits=…)``: D(P‖Q).

    Parameters
    ----------
    p_logits, q_logits : array_like, shapes (..., k) that broadcast
        Logarithms of chances up to a constant: `Categorical` takes their softmax.

    Returns
    -------
    float or ndarray, shape (...)

    References
    ----------
    https://docs.pytorch.org/docs/stable/distributions.html (KL Divergence)

    Examples
    --------
    >>> print(torch_kl_divergence(np.log([3, 1]), np.log([5, 5])).round(6))
    0.130812
    """
    log_p, log_q = (
        np.asarray(log_softmax(floats(logits, name), axis=-1))
        for name, logits in (("p_logits", p_logits), ("q_logits", q_logits))
    )
    p = np.exp(log_p)
    with np.errstate(invalid="ignore"):
        return np.where(p == 0, 0.0, p * (log_p - log_q)).sum(axis=-1)


def keras_kl_divergence(y_true: ArrayLike, y_pred: ArrayLike) -> NumberOrArray:
    """Return `keras.losses.kl_divergence(y_true, y_pred)`, which never is infinite.

    Parameters
    ----------
    y_true, y_pred : array_like, shapes (..., k) that broadcast
        Keras expects chances, and cuts whatever it gets to between 10⁻⁷ and 1.

    Returns
    -------
    float or ndarray, shape (...)

    References
    ----------
    https://keras.io/api/losses/probabilistic_losses/#kl_divergence-function

    Examples
    --------
    >>> print(keras_kl_divergence([0.75, 0.25], [0.5, 0.5]).round(6))
    0.130812
    >>> print(keras_kl_divergence([0.5, 0.5], [1, 0]).round(6))
    7.365901
    """
    true, pred = (
        np.clip(floats(each, name), KERAS_EPSILON, 1.0)
        for name, each in (("y_true", y_true), ("y_pred", y_pred))
    )
    return (true * np.log(true / pred)).sum(axis=-1)
