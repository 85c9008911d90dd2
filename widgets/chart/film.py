"""Many pictures as one and what changes: a film small enough to send."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

Path = tuple[str | int, ...]
# From this length on an array is a curve: of its numbers four digits are kept, which is finer than
# a screen; what is left out compresses to nothing.
LONG, KEPT = 50, np.uint32(0xFFFFFC00)


def reel(base: Any, pictures: Sequence[Any]) -> dict[str, Any]:
    """Return where pictures differ from `base` or each other, and what stands there in each.

    Parameters
    ----------
    base : tree of dict and list
        The picture at rest.
    pictures : sequence of trees
        None where there is nothing to draw.

    Returns
    -------
    dict
        ``paths`` into the tree, and ``frames``: for each picture, which of the ``values`` stand at
        these paths. A value that comes again stands there once.

    Examples
    --------
    >>> reel({"a": 1, "b": [1, 2]}, [{"a": 2, "b": [1, 2]}, None, {"a": 3, "b": 2}])
    {'paths': [['a'], ['b']], 'values': [2, [1, 2], 3], 'frames': [[0, 1], None, [2, 0]]}
    """
    found = {path for each in pictures if each is not None for path in _differences(base, each)}
    # What is replaced as a whole needs no parts.
    paths = sorted(
        (path for path in found if not any(path[:k] in found for k in range(len(path)))), key=str
    )
    values: dict[str, tuple[int, Any]] = {}
    frames = [each and [_number(values, _at(each, path)) for path in paths] for each in pictures]
    return {
        "paths": [list(path) for path in paths],
        "values": [value for _, value in values.values()],
        "frames": frames,
    }


def _number(values: dict[str, tuple[int, Any]], value: Any) -> int:
    """Return the number of a value among those that have come before."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return values.setdefault(repr(value), (len(values), _thin(value)))[0]


def _thin(value: Any) -> Any:
    """Return a long array of numbers with the digits that a picture can show."""
    if not (_packed(value) and value["dtype"] == "f8"):
        return value
    array = np.frombuffer(b64decode(value["bdata"]))
    if array.size < LONG or np.abs(array).max() > np.finfo(np.float32).max:
        return value
    bits = array.astype("<f4").view("<u4") & KEPT
    return {**value, "dtype": "f4", "bdata": b64encode(bits.tobytes()).decode()}


def _differences(one: Any, other: Any, path: Path = ()) -> Iterator[Path]:
    """Find the smallest parts that differ, going into what has the same shape."""
    if _packed(one) or _packed(other):
        # An array of numbers: one value.
        if one != other:
            yield path
    elif isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key, value in one.items():
            yield from _differences(value, other[key], (*path, key))
    elif _has_parts(one) and _has_parts(other) and len(one) == len(other):
        for place, value in enumerate(one):
            yield from _differences(value, other[place], (*path, place))
    elif not _same(one, other):
        yield path


def _packed(tree: Any) -> bool:
    """Say whether this is an array as Plotly's JSON packs it."""
    return isinstance(tree, dict) and "bdata" in tree


def _has_parts(tree: Any) -> bool:
    """Say whether a list holds traces, labels or shapes rather than numbers."""
    return isinstance(tree, list | tuple) and bool(tree) and isinstance(tree[0], dict)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return type(one) is type(other) and bool(one == other)


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree
