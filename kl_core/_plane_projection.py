"""The one Gaussian that stands for a mixture in the plane, in both directions."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kl_core._optimise import Found, Surface, distinct, minimise
from kl_core._parts import check_resolved, origin_of
from kl_core._plane_kl import CLOSE, STEPS, nodes_of, plane_kl
from kl_core._plane_mixture import Matrix, PlaneMixture, matrix, moments, plane_gaussian
from kl_core._validation import Array

Shape = Literal["full", "diagonal", "isotropic"]

# Which moves of x = mean + root (a + (1 + B) z) keep a shape; the columns are
# a₁, B₁₁, B₁₂, a₂, B₂₁, B₂₂.
_MOVES: dict[Shape, Array] = {
    "full": np.eye(6)[[0, 3, 1, 4, 5]],
    "diagonal": np.eye(6)[[0, 3, 1, 5]],
    "isotropic": np.stack([np.eye(6)[0], np.eye(6)[3], np.eye(6)[1] + np.eye(6)[5]]),
}
# The moves that widen Q; of log |1 + B| they make the slope and, with a minus, the curvature.
_WIDENING = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
_SETTLED_SLOPE = 1e-5
# Slopes, in nats for each standard deviation, at which a search stops: the first one, and others.
_ROUGH, _FLAT = 1e-3, 1e-9


@dataclass(frozen=True)
class PlaneFit:
    """A Gaussian Q that no small change makes better.

    Attributes
    ----------
    mean : tuple of float
        Of Q.
    covariance : tuple of tuple of float
        Of Q, by rows.
    divergence : float
        What it was to make small, in nats.
    """

    mean: tuple[float, float]
    covariance: Matrix
    divergence: float


def project_plane_forward(p: PlaneMixture, shape: Shape) -> PlaneFit:
    """Return the Gaussian of this shape with the least D(P‖Q): the one with the moments of P.

    Parameters
    ----------
    p : PlaneMixture
        What is to be covered.
    shape : {"full", "diagonal", "isotropic"}
        Any covariance, one without correlation, or one with the same variance all around.

    Returns
    -------
    PlaneFit
        The only local optimum, with D(P‖Q).

    Raises
    ------
    ValueError
        If `shape` is none of the three.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, section 10.7: moment matching.

    Examples
    --------
    >>> p = plane_gaussian([0, 0], [[1, 0.8], [0.8, 1]])
    >>> fit = project_plane_forward(p, "diagonal")
    >>> print(fit.covariance, round(fit.divergence, 6))
    ((1.0, 0.0), (0.0, 1.0)) 0.510826
    """
    covariance = _shaped(p.covariance, shape)
    divergence = plane_kl(p, plane_gaussian(p.mean, covariance))
    return PlaneFit((float(p.mean[0]), float(p.mean[1])), matrix(covariance), divergence)


def project_plane_reverse(p: PlaneMixture, shape: Shape) -> tuple[PlaneFit, ...]:
    """Return every Gaussian of this shape with a locally least D(Q‖P), the best first.

    Newton's method goes down from the moments of every subset of the components, at two sizes, so
    the work doubles with each component. Quadrature as in `plane_kl`: in the same
    range the divergences were measured to be within 2e-9 nats, and the slopes left below 1e-6.

    Parameters
    ----------
    p : PlaneMixture
        What Q is to stay inside of.
    shape : {"full", "diagonal", "isotropic"}
        Any covariance, one without correlation, or one with the same variance all around.

    Returns
    -------
    tuple of PlaneFit
        At least one, with D(Q‖P).

    Raises
    ------
    ValueError
        If `shape` is none of the three, or P has a component too narrow to be resolved beside the
        others.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, section 10.1.2, figures 10.2 and 10.3.

    Examples
    --------
    >>> p = plane_gaussian([0, 0], [[1, 0.8], [0.8, 1]])
    >>> (fit,) = project_plane_reverse(p, "diagonal")
    >>> print(np.round(fit.covariance, 6).tolist(), round(fit.divergence, 6))
    [[0.36, 0.0], [0.0, 0.36]] 0.510826
    """
    _check_shape(shape)
    p, origin = _at_rest(p)
    found = _search(p, shape, _starts(p, shape), STEPS[0], _ROUGH)
    rough, done = _distinct(_places(found)), list[_Place]()
    for step in STEPS[1:]:
        if not rough:
            break
        found = _search(p, shape, np.array([place.q for place in rough]), step, _FLAT)
        settled = (found.slopes < _SETTLED_SLOPE) | (step == STEPS[-1])
        done += _places(found, found.optimal & settled)
        rough = _distinct(_places(found, found.optimal & ~settled))
    return tuple(_fit(p, place, origin) for place in _distinct(done))


class _Place(NamedTuple):
    """Where a search ended: a Gaussian Q as (mean, root), shape (2, 3), and D(Q‖P)."""

    q: Array
    value: float


def _surface(p: PlaneMixture, means: Array, roots: Array, step: float) -> Surface:
    """Return D(Q‖P) and its derivatives for each Q, from the quadrature with this step.

    The derivatives are by the six moves a and B, as in _MOVES.
    """
    nodes, weights = nodes_of(step)
    pairs = (nodes[:, :, None] * nodes[:, None, :]).reshape(-1, 9)
    # With φ = (1, z₁, z₂) and L_k⁻¹ (x - μ_k) = C_k φ, a component's log-density at x is
    # h_k - ½ φᵀ F_k φ with F = Cᵀ C, and its gradient by z is the lower two rows of -F φ.
    heights, of_p = p.roots
    gaps = np.concatenate(
        [
            means[:, None, :, None] - p.parts[1][:, :, None],
            np.broadcast_to(roots[:, None], (len(means), len(heights), 2, 2)),
        ],
        axis=-1,
    )
    inside = np.linalg.solve(of_p, gaps)
    forms = inside.swapaxes(-1, -2) @ inside
    logs = heights[:, None] - forms.reshape(*forms.shape[:2], 9) @ pairs.T / 2
    largest = logs.max(axis=1, keepdims=True)
    shares = np.exp(logs - largest)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    log_p = (largest + np.log(total))[:, 0]
    diagonal = np.diagonal(roots, axis1=1, axis2=2)
    value = -1 - math.log(2 * math.pi) - np.log(diagonal).sum(axis=1) - log_p @ weights

    counts = (shares @ (pairs * weights[:, None])).reshape(*shares.shape[:2], 3, 3)
    slopes = forms[:, :, 1:, :]
    gradient = (slopes @ counts).sum(axis=1).reshape(-1, 6) - _WIDENING
    bends = np.einsum("nkcd,nkij->ncidj", slopes[..., 1:], counts).reshape(-1, 6, 6)
    bends += np.diag(_WIDENING)
    # Where components compete, the gradient of log p turns from one's to the other's.
    for k, other in combinations(range(len(heights)), 2):
        turn = (slopes[:, k] - slopes[:, other]) @ nodes.T
        moves = (turn[:, :, None] * nodes.T).reshape(len(means), 6, -1)
        both = (shares[:, k] * shares[:, other] * weights)[:, None]
        bends -= (moves * both) @ moves.swapaxes(1, 2)
    return Surface(value, gradient, bends)


def _search(p: PlaneMixture, shape: Shape, starts: Array, step: float, flat: float) -> Found:
    """Return where Newton's method leads from these starts, shape (n, 2, 3), on this quadrature."""
    free = _MOVES[shape]

    def surface(qs: Array) -> Surface:
        value, gradient, hessian = _surface(p, qs[..., 0], qs[..., 1:], step)
        return Surface(value, gradient @ free.T, free @ hessian @ free.T)

    def move(qs: Array, by: Array) -> Array:
        return qs + qs[..., 1:] @ (by @ free).reshape(-1, 2, 3)

    return minimise(surface, move, starts, flat=flat)


def _starts(p: PlaneMixture, shape: Shape) -> Array:
    """Return where to start from, shape (n, 2, 3): subsets of the components, at two sizes."""
    weights, means, covariances = p.parts
    starts = []
    for size in range(1, len(weights) + 1):
        for chosen in combinations(range(len(weights)), size):
            some = list(chosen)
            mean, covariance = moments(weights[some], means[some], covariances[some])
            root = np.linalg.cholesky(_shaped(covariance, shape))
            starts += [np.column_stack([mean, each]) for each in (root, root / 3)]
    return np.array(starts)


def _places(found: Found, which: NDArray[np.bool_] | slice = slice(None)) -> list[_Place]:
    """Return the places of a search that are wanted."""
    return list(map(_Place, found.places[which], found.values[which].tolist()))


def _distinct(places: Iterable[_Place]) -> list[_Place]:
    """Return the places without repeats, the best first."""
    return distinct(places, lambda place: (round(place.value, 9), *place.q[:, 0]), _same)


def _same(a: _Place, b: _Place) -> bool:
    """Say whether two Gaussians differ by less than a thousandth of a standard deviation."""
    return bool(np.abs(np.linalg.solve(b.q[:, 1:], a.q - b.q)).max() < 1e-3)


def _fit(p: PlaneMixture, place: _Place, origin: Array) -> PlaneFit:
    """Return the Gaussian of a place as a reader knows it."""
    mean, root = place.q[:, 0], place.q[:, 1:]
    covariance, divergence = root @ root.T, place.value
    if divergence < CLOSE:
        divergence = plane_kl(plane_gaussian(mean, covariance), p)
    x, y = (mean + origin).tolist()
    return PlaneFit((x, y), matrix(covariance), divergence)


def _at_rest(p: PlaneMixture) -> tuple[PlaneMixture, Array]:
    """Return a mixture measured from where doubles resolve it best, and where that is."""
    _, means, covariances = p.parts
    origin = np.zeros(2)
    for axis in range(2):
        along, stds = means[:, axis], np.sqrt(covariances[:, axis, axis])
        origin[axis] = origin_of(along, stds)
        check_resolved(along, stds, float(origin[axis]), "p")
    return p.moved(origin), origin


def _shaped(covariance: Array, shape: Shape) -> Array:
    """Return the covariance of this shape that a forward projection keeps."""
    _check_shape(shape)
    if shape == "full":
        return covariance
    variances = np.diag(covariance)
    return np.diag(variances if shape == "diagonal" else np.full(2, variances.mean()))


def _check_shape(shape: Shape) -> None:
    """Raise ValueError unless it is one of the shapes."""
    if shape not in _MOVES:
        raise ValueError(f"shape is {shape!r}; it must be one of {', '.join(map(repr, _MOVES))}")
