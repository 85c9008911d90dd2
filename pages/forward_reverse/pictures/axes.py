"""What the figures share: an axis along the line, dashes of the directions, counted valleys."""

from kl_core import Array, Direction

DASHES: dict[Direction, str] = {"forward": "solid", "reverse": "dash"}


def line(x: Array, title: str = "") -> dict[str, object]:
    """Return an axis that shows all of `x`, marked so that no two labels meet on a phone.

    Examples
    --------
    >>> import numpy as np
    >>> [line(np.linspace(-edge, edge, 9))["dtick"] for edge in (8, 9, 20, 21)]
    [2, 4, 4, 8]
    """
    span = float(x[-1] - x[0])
    return {
        "range": [float(x[0]), float(x[-1])],
        "showgrid": False,
        "zeroline": False,
        "dtick": 2 if span <= 16 else 4 if span <= 40 else 8,
        "title": {"text": title, "standoff": 4},
    }


def valleys(count: int) -> str:
    """Return how many valleys a landscape has, in words."""
    return "one valley" if count == 1 else f"{count} valleys"
