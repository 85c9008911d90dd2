"""Local minima of a surface by Newton's method, from many starts at once.

One evaluation serves every start. `scipy.optimize.minimize` takes one start at a time: to the same
minima of the mixtures in `benchmarks/mixtures.py`, `trust-exact` and `trust-ncg` take 1.4 to 3.2
times as long, and `dogleg` wants every Hessian to be positive definite.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kl_core._validation import Array

_T = TypeVar("_T")

# No move is longer, and no curvature counts for less.
_LONGEST = 0.5
_LEAST_CURVATURE = 1e-3
# A search is over when it moves by less, or may move by no more, or has made so many moves.
_STILL = 1e-10
_STUCK = 1e-12
# A move so short changes the value by little more than rounding does.
_FINE = 1e-6
_MOST_MOVES = 100
# Rounding in a value, for each nat.
_ROUNDING = 1e-14
# A minimum is no steeper, and bends downwards no more.
_LEVEL = 1e-7


class Surface(NamedTuple):
    """A function of d coordinates at n places.

    Attributes
    ----------
    value : ndarray, shape (n,)
    gradient : ndarray, shape (n, d)
    hessian : ndarray, shape (n, d, d)
    """

    value: Array
    gradient: Array
    hessian: Array


class Found(NamedTuple):
    """Where the searches from n starts ended.

    Attributes
    ----------
    places : ndarray, shape (n, ...)
        As the starts are written.
    values : ndarray, shape (n,)
    optimal : ndarray of bool, shape (n,)
        Whether a place is a local minimum.
    slopes : ndarray, shape (n,)
        The largest slope at each start.
    """

    places: Array
    values: Array
    optimal: NDArray[np.bool_]
    slopes: Array


def minimise(
    surface: Callable[[Array], Surface],
    move: Callable[[Array, Array], Array],
    starts: Array,
    *,
    flat: float = 0.0,
) -> Found:
    """Go down from every start to where no small move leads further.

    A move is Newton's, with every curvature counted by its size, so that it leads away from saddles
    and ridges too. None is longer, in any coordinate, than the trust region of its search, which
    shrinks where the value rose and grows where it fell.

    Parameters
    ----------
    surface : callable
        Takes places, shape (m, ...), and returns the `Surface` there, its derivatives by the
        coordinates of `move`.
    move : callable
        Takes places, shape (m, ...), and coordinates, shape (m, d), and returns the places that
        these lead to, 0 leading nowhere. The coordinates are measured so that 1 is a long way.
    starts : ndarray, shape (n, ...)
        At least one.
    flat : float
        A search ends early where no slope is larger.

    Returns
    -------
    Found
        In the order of the starts; several may have ended at the same place.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a curvature at a start is not finite.

    References
    ----------
    Nocedal & Wright (2006), *Numerical Optimization*, algorithm 4.1 and section 3.4.

    Dauphin et al. (2014), "Identifying and attacking the saddle point problem in high-dimensional
    non-convex optimization", arXiv 1406.2572: the sizes of the curvatures.

    Examples
    --------
    >>> def two_valleys(x):
    ...     return Surface(
    ...         ((x**2 - 1) ** 2)[:, 0], 4 * x * (x**2 - 1), (12 * x**2 - 4)[..., None]
    ...     )
    >>> found = minimise(two_valleys, np.add, np.array([[-3.0], [0.0], [0.1]]))
    >>> print(found.places[:, 0].round(6), found.optimal)
    [-1.  0.  1.] [ True False  True]
    """
    at = Surface(*(each.copy() for each in surface(starts)))
    places, slopes = starts.copy(), np.abs(at.gradient).max(axis=1)
    active, reach = np.arange(len(starts)), np.full(len(starts), _LONGEST)
    for _ in range(_MOST_MOVES):
        steep = np.abs(at.gradient[active]).max(axis=1) > flat
        active = active[steep & (reach[active] > _STUCK)]
        if not active.size:
            break
        curvatures, axes = np.linalg.eigh(at.hessian[active])
        along = (at.gradient[active, None] @ axes)[:, 0]
        along /= np.maximum(np.abs(curvatures), _LEAST_CURVATURE)
        step = -(axes @ along[..., None])[..., 0]
        length = np.abs(step).max(axis=1)
        step *= np.minimum(1.0, reach[active] / length)[:, None]
        trial = move(places[active], step)
        new = surface(trial)
        # At the bottom only rounding is left of the difference, and the slope still tells.
        down = new.value <= at.value[active] + _ROUNDING * (1 + np.abs(at.value[active]))
        steep, less = (np.abs(each).max(axis=1) for each in (at.gradient[active], new.gradient))
        down |= (length < _FINE) & (less < steep)
        reach[active] = np.where(
            down, np.minimum(2 * reach[active], _LONGEST), np.minimum(reach[active], length) / 4
        )
        taken = active[down]
        for old, fresh in zip((places, *at), (trial, *new), strict=True):
            old[taken] = fresh[down]
        active = active[~down | (length > _STILL)]
    lowest = np.linalg.eigvalsh(at.hessian)[:, 0]
    optimal = (np.abs(at.gradient).max(axis=1) < _LEVEL) & (lowest > -_LEVEL)
    return Found(places, at.value, optimal, slopes)


def distinct(
    found: Iterable[_T],
    order: Callable[[_T], tuple[float, ...]],
    same: Callable[[_T, _T], bool],
) -> list[_T]:
    """Return what was found without repeats, the first of each kind, sorted.

    Parameters
    ----------
    found : iterable
        Anything.
    order : callable
        Takes one and returns what to sort by.
    same : callable
        Takes two and says whether they are the same.

    Examples
    --------
    >>> distinct([2.1, 1.0, 1.9], lambda x: (x,), lambda x, y: abs(x - y) < 0.5)
    [1.0, 1.9]
    """
    kept: list[_T] = []
    for each in sorted(found, key=order):
        if not any(same(each, other) for other in kept):
            kept.append(each)
    return kept
