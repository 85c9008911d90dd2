"""Types that all modules share, what counts as good input, and the messages for what does not."""

import contextlib
import math
import operator
from collections.abc import Iterator
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
# One number for one distribution, an array for many. NumPy calls what its own sums return Any, too:
# a union would make every caller ask which of the two it got.
NumberOrArray: TypeAlias = Any
Direction = Literal["forward", "reverse"]

# How far rounding in double precision may carry a sum of probabilities from 1, as in numpy.random.
SUM_TOLERANCE = math.sqrt(float(np.finfo(np.float64).eps))

# What an array would drop without a word, by the kind of its entries.
_MEANING = {
    "c": "complex numbers have no order; take .real or abs() of them",
    "M": "it holds dates; count from one of them in a unit of time, (dates - first) / unit",
    "m": "it holds spans of time; divide them by their unit",
    "S": "it holds text; float() makes a number of each",
    "U": "it holds text; float() makes a number of each",
}


def weights_array(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless all are finite and at least 0."""
    weights = floats(values, name)
    check_weights(weights, name)
    return weights


def check_weights(weights: Array, name: str) -> None:
    """Raise ValueError unless all are finite and at least 0, with an outcome on the last axis."""
    if weights.ndim == 0 or weights.shape[-1] == 0:
        raise ValueError(
            f"{name} must hold at least one outcome on its last axis, got shape {weights.shape}"
        )
    if weights.size and not (weights.min() >= 0 and weights.max() < math.inf):
        index = tuple(np.argwhere(~(np.isfinite(weights) & (weights >= 0)))[0])
        raise ValueError(
            f"{element(name, index)} is {float(weights[index])!r}; it must be finite and at least 0"
        )


def probabilities(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless each last axis is a distribution.

    Its sum may be off from 1 by `sum_tolerance`: whoever computes with it computes as if it were 1.
    """
    given = array_of_numbers(values, name)
    p = in_double(given, name)
    check_weights(p, name)
    check_sums(p, name, sum_tolerance(given.dtype), "normalize turns weights into probabilities")
    return p


def sum_tolerance(dtype: np.dtype[Any]) -> float:
    """Return how far rounding may carry a sum of chances from 1: √ε of what they were given in.

    As numpy.random has it: 1.5e-8 in double precision, 3.5e-4 in single, 0.03 in half. However long
    a row, a softmax adds up to no more than that, unless it was added up one by one in single
    precision over hundreds of thousands of words, or in half precision over a thousand.
    """
    given = math.sqrt(float(np.finfo(dtype).eps)) if dtype.kind == "f" else 0.0
    return max(given, SUM_TOLERANCE)


def check_sums(p: Array, name: str, tolerance: float, otherwise: str) -> None:
    """Raise ValueError unless each last axis adds up to 1; what would do is `otherwise`."""
    with np.errstate(over="ignore"):
        totals = p.sum(axis=-1)
    wrong = ~(np.abs(totals - 1) <= tolerance)
    if wrong.any():
        index = tuple(np.argwhere(wrong)[0])
        raise ValueError(
            f"{element(name, index)} sums to {float(totals[index])!r}; probabilities sum to 1 "
            f"({otherwise})"
        )


def probability_pair(
    p: ArrayLike, q: ArrayLike, names: tuple[str, str] = ("p", "q")
) -> tuple[Array, Array]:
    """Return both as floats, or raise ValueError unless they are distributions that broadcast."""
    first, second = names
    check_labels(**{first: p, second: q})
    p, q = probabilities(p, first), probabilities(q, second)
    check_pair(p, q, names)
    return p, q


def check_pair(p: Array, q: Array, names: tuple[str, str]) -> None:
    """Raise ValueError unless these have the same outcomes and broadcast."""
    first, second = names
    # Broadcasting would stretch a single outcome over all the others, which is never meant.
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"{first} and {second} must have the same outcomes: "
            f"{first} has {p.shape[-1]} on its last axis, {second} has {q.shape[-1]}"
        )
    check_broadcast(**{first: p, second: q})


def log_probabilities(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless they are logarithms of distributions.

    The sum of their exponentials may be off from 1 as that of `probabilities` may.
    """
    given = array_of_numbers(values, name)
    logs = in_double(given, name)
    check_no_nan(logs, name)
    if logs.ndim == 0 or logs.shape[-1] == 0:
        raise ValueError(
            f"{name} must hold at least one outcome on its last axis, got shape {logs.shape}"
        )
    with np.errstate(over="ignore"):
        p = np.exp(logs)
    softmax = "scipy.special.log_softmax turns logits into log-probabilities"
    check_sums(p, f"exp({name})", sum_tolerance(given.dtype), softmax)
    return logs


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


def without_nan(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError where one is NaN; infinity is a number."""
    numbers = floats(values, name)
    check_no_nan(numbers, name)
    return numbers


def check_no_nan(numbers: Array, name: str) -> None:
    """Raise ValueError where one is NaN."""
    if np.isnan(numbers).any():
        index = tuple(np.argwhere(np.isnan(numbers))[0])
        raise ValueError(f"{element(name, index)} is nan; it must be a number")


def floats(values: ArrayLike, name: str) -> Array:
    """Return `values` as floats, or raise ValueError unless they are numbers."""
    return in_double(array_of_numbers(values, name), name)


def in_double(given: NDArray[Any], name: str) -> Array:
    """Return the array as floats, or raise ValueError where an entry is none."""
    try:
        return given.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None


def array_of_numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return `values` as an array, or raise ValueError where it would drop what they mean.

    A mask, a unit of time, an imaginary part, or labels that tell rows apart.
    """
    check_unmasked(values, name)
    if hasattr(values, "toarray"):
        raise ValueError(f"{name} must be an array of numbers: it is sparse; take .toarray()")
    check_labels(**{f"{name}[{place}]": part for place, part in enumerate(_parts(values))})
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    for kind in _kinds(array):
        if kind in _MEANING:
            raise ValueError(f"{name} must be an array of numbers: {_MEANING[kind]}")
    return array


def check_unmasked(values: object, name: str) -> None:
    """Raise ValueError where an entry is masked, as numpy.ma does: an array would bring it back."""
    if any(np.ma.is_masked(part) for part in _parts(values)):
        raise ValueError(f"{name} has masked entries; leave them out, or .filled() them")


def check_labels(**values: Any) -> None:
    """Raise ValueError where labels, as those of pandas, say that these are not in one order."""
    labelled = [(name, value.axes) for name, value in values.items() if hasattr(value, "iloc")]
    for name, axes in labelled[1:]:
        first, wanted = labelled[0]
        # The outcomes come last; what one of them has no axis for, it repeats.
        for one, other in zip(reversed(wanted), reversed(axes), strict=False):
            if len(one) == len(other) and not one.equals(other):
                pairs = enumerate(zip(one, other, strict=True))
                at = next((place for place, (a, b) in pairs if a != b), 0)
                raise ValueError(
                    f"{first} and {name} are labelled differently: at {at} the one says "
                    f"{one[at]!r}, the other {other[at]!r}; reindex one like the other, or drop "
                    "the labels with to_numpy()"
                )


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


def _is_real(value: object) -> bool:
    """Say whether this is a real number: no truth value, no date, no text, nothing masked."""
    dtype = getattr(value, "dtype", None)
    # Of lists and of what other libraries hold, float() and index() decide.
    kind = dtype.kind if isinstance(dtype, np.dtype) else np.dtype(type(value)).kind
    return kind in "iufO" and value is not np.ma.masked


def _parts(values: Any) -> Iterator[Any]:
    """Yield the arrays of a list that may hold more than numbers; of anything else, itself."""
    if not isinstance(values, list | tuple):
        yield values
    elif any(
        issubclass(kind, list | tuple | np.ma.MaskedArray) or hasattr(kind, "iloc")
        for kind in set(map(type, values))
    ):
        for value in values:
            yield from _parts(value)


def _kinds(array: NDArray[Any]) -> set[str]:
    """Return NumPy's letters for what the array holds, of objects for each."""
    if array.dtype.kind != "O":
        return {array.dtype.kind}
    known = (str, bytes, np.complexfloating, np.datetime64, np.timedelta64)
    return {np.dtype(kind).kind for kind in set(map(type, array.flat)) if issubclass(kind, known)}
