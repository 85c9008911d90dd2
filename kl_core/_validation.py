"""Types that all modules share, what counts as good input, and the messages for what does not."""

import contextlib
import math
import operator
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
# One number for one distribution, an array for many. NumPy calls what its own sums return Any, too:
# a union would make every caller ask which of the two it got.
NumberOrArray: TypeAlias = Any
Direction = Literal["forward", "reverse"]

# How far rounding may carry a sum of probabilities from 1; numpy.random allows 1.5e-8.
SUM_TOLERANCE = 1e-8


def weights_array(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless all are finite and at least 0."""
    weights = floats(values, name)
    if weights.ndim == 0 or weights.shape[-1] == 0:
        raise ValueError(
            f"{name} must hold at least one outcome on its last axis, got shape {weights.shape}"
        )
    if weights.size and not (weights.min() >= 0 and weights.max() < math.inf):
        index = tuple(np.argwhere(~(np.isfinite(weights) & (weights >= 0)))[0])
        raise ValueError(
            f"{element(name, index)} is {float(weights[index])!r}; it must be finite and at least 0"
        )
    return weights


def probabilities(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless each last axis is a distribution."""
    p = weights_array(values, name)
    with np.errstate(over="ignore"):
        totals = p.sum(axis=-1)
    wrong = np.abs(totals - 1) > SUM_TOLERANCE
    if wrong.any():
        index = tuple(np.argwhere(wrong)[0])
        raise ValueError(
            f"{element(name, index)} sums to {float(totals[index])!r}; probabilities sum to 1 "
            f"(normalize turns weights into probabilities)"
        )
    return p


def probability_pair(
    p: ArrayLike, q: ArrayLike, names: tuple[str, str] = ("p", "q")
) -> tuple[Array, Array]:
    """Return both as floats, or raise ValueError unless they are distributions that broadcast."""
    first, second = names
    p, q = probabilities(p, first), probabilities(q, second)
    # Broadcasting would stretch a single outcome over all the others, which is never meant.
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"{first} and {second} must have the same outcomes: "
            f"{first} has {p.shape[-1]} on its last axis, {second} has {q.shape[-1]}"
        )
    check_broadcast(**{first: p, second: q})
    return p, q


def log_of_base(base: float | None) -> float:
    """Return how many nats one unit of `base` holds, or raise ValueError; None means nats."""
    if base is None:
        return 1.0
    return math.log(number(base, "base", above=1, otherwise=", or None for nats"))


def element(name: str, index: tuple[int, ...]) -> str:
    """Return how Python writes that element: ``p``, ``p[2]`` or ``p[3, 2]``."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def finite_array(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless all are finite."""
    numbers = floats(values, name)
    if not np.isfinite(numbers).all():
        index = tuple(np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(f"{element(name, index)} is {float(numbers[index])!r}; it must be finite")
    return numbers


def positive_array(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless all are finite and above 0."""
    numbers = floats(values, name)
    good = np.isfinite(numbers) & (numbers > 0)
    if not good.all():
        index = tuple(np.argwhere(~good)[0])
        raise ValueError(
            f"{element(name, index)} is {float(numbers[index])!r}; it must be finite and above 0"
        )
    return numbers


def floats(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless they are numbers."""
    try:
        # NumPy would drop the imaginary parts of an array; of a list it refuses them itself.
        if isinstance(values, np.ndarray) and np.iscomplexobj(values):
            raise TypeError("complex numbers have no order")
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None


def check_broadcast(**arrays: Array) -> None:
    """Raise ValueError unless these named arrays broadcast."""
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        named = [f"{name} of shape {array.shape}" for name, array in arrays.items()]
        raise ValueError(f"{', '.join(named[:-1])} and {named[-1]} do not broadcast") from None


def check_direction(direction: str) -> None:
    """Raise ValueError unless it is one of the two directions."""
    if direction not in get_args(Direction):
        raise ValueError(f"direction must be 'forward' or 'reverse', got {direction!r}")


def number(
    value: object,
    name: str,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
    otherwise: str = "",
) -> float:
    """Return `value` as a float, or raise ValueError unless it is finite and within its bounds.

    What else would do, or why it would not, is for `otherwise` to say.
    """
    scalar = math.nan
    if _is_real(value) and isinstance(value, SupportsFloat):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            scalar = float(value)
    if not (above < scalar < below and least <= scalar <= most and math.isfinite(scalar)):
        bounds = {"above": above, "at least": least, "below": below, "at most": most}
        within = " and".join(f" {how} {x:g}" for how, x in bounds.items() if math.isfinite(x))
        raise ValueError(f"{name} must be a finite number{within}{otherwise}, got {value!r}")
    return scalar


def whole(value: object, name: str, least: int = 1, most: int | None = None) -> int:
    """Return `value` as an int, or raise ValueError unless it is a whole number within bounds.

    A float is refused even where it is whole: what is computed in floats may miss by rounding.
    """
    wanted = f"at least {least}" if most is None else f"from {least} to {most}"
    if _is_real(value) and isinstance(value, SupportsIndex):
        with contextlib.suppress(TypeError):
            count = operator.index(value)
            if least <= count and (most is None or count <= most):
                return count
    raise ValueError(f"{name} must be a whole number {wanted}, got {value!r}")


def at_least_one(**counts: int) -> None:
    """Raise ValueError unless these named counts are whole numbers of at least 1."""
    for name, count in counts.items():
        whole(count, name)


def _is_real(value: object) -> bool:
    """Say whether this is a real number: no truth value, no date, no text, nothing masked."""
    dtype = getattr(value, "dtype", None)
    # Of lists and of what other libraries hold, float() and index() decide.
    kind = dtype.kind if isinstance(dtype, np.dtype) else np.dtype(type(value)).kind
    return kind in "iufO" and value is not np.ma.masked
