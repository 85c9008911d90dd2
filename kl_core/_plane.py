"""Gaussian mixtures in the plane, and the one Gaussian that stands for them, in both directions."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kl_core._gaussian import covariance_root
from kl_core._optimise import Found, Surface, distinct, minimise
from kl_core._parts import log_total
from kl_core._validation import (
    Array,
    NumberOrArray,
    finite_array,
    log_of_base,
    probabilities,
)

Shape = Literal["full", "diagonal", "isotropic"]
Matrix = tuple[tuple[float, float], tuple[float, float]]

# Which moves of x = mean + root (a + (1 + B) z) keep a shape; the columns are
# a₁, B₁₁, B₁₂, a₂, B₂₁, B₂₂.
_MOVES: dict[Shape, Array] = {
    "full": np.eye(6)[[0, 3, 1, 4, 5]],
    "diagonal": np.eye(6)[[0, 3, 1, 5]],
    "isotropic": np.stack([np.eye(6)[0], np.eye(6)[3], np.eye(6)[1] + np.eye(6)[5]]),
}
# The moves that widen Q; of log |1 + B| they make the slope and, with a minus, the curvature.
_WIDENING = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
# Nodes lie this far from each other and go this far out, in standard deviations.
_STEPS = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32)
_REACH = 8.0
# What may change, in nats, when nodes come closer once more: the next error is about its square.
_SETTLED = 1e-7
_SETTLED_SLOPE = 1e-5
# Slopes, in nats for each standard deviation, at which a search stops: the first one, and others.
_ROUGH, _FLAT = 1e-3, 1e-9


@dataclass(frozen=True)
class PlaneMixture:
    """P(x) = Σ_k w_k N(x; μ_k, Σ_k), a mixture of Gaussians in the plane.

    Parameters
    ----------
    weights : array_like, shape (k,)
        Probabilities: at least 0, summing to 1 (`normalize` makes them from any weights).
    means : array_like, shape (k, 2)
        Of each component.
    covariances : array_like, shape (k, 2, 2)
        Of each component, symmetric and positive definite. All are kept as tuples.

    Raises
    ------
    ValueError
        If a field is out of its range or the three differ in length.

    References
    ----------
    Bishop, *Pattern Recognition and Machine Learning*, eq. 2.188.

    Examples
    --------
    >>> p = PlaneMixture([0.5, 0.5], [[-2, 0], [2, 0]], [np.eye(2), np.eye(2)])
    >>> print(p.mean, p.covariance.tolist(), p.pdf([[0, 0], [2, 0]]).round(6))
    [0. 0.] [[5.0, 0.0], [0.0, 1.0]] [0.021539 0.079604]
    """

    weights: tuple[float, ...]
    means: tuple[tuple[float, float], ...]
    covariances: tuple[Matrix, ...]

    def __init__(self, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> None:
        """Refuse what is no mixture; keep tuples, so that a mixture can be compared and hashed."""
        chances, centres = probabilities(weights, "weights"), finite_array(means, "means")
        spreads, _ = covariance_root(covariances, "covariances")
        count = chances.size
        shapes = chances.shape, centres.shape, spreads.shape
        if shapes != ((count,), (count, 2), (count, 2, 2)):
            raise ValueError(
                "weights, means and covariances must have shapes (k,), (k, 2) and (k, 2, 2), got "
                + ", ".join(map(str, shapes))
            )
        object.__setattr__(self, "weights", tuple(chances.tolist()))
        object.__setattr__(self, "means", tuple(map(tuple, centres.tolist())))
        object.__setattr__(self, "covariances", tuple(map(_matrix, spreads)))

    @cached_property
    def mean(self) -> Array:
        """E[x] = Σ w_k μ_k, shape (2,)."""
        return _moments(*self.parts)[0]

    @cached_property
    def covariance(self) -> Array:
        """Cov[x] = Σ w_k (Σ_k + (μ_k - E[x]) (μ_k - E[x])ᵀ), shape (2, 2)."""
        return _moments(*self.parts)[1]

    @cached_property
    def parts(self) -> tuple[Array, Array, Array]:
        """Weights, means and covariances, as arrays, of the components that weigh anything."""
        weights, means, covariances = map(np.array, (self.weights, self.means, self.covariances))
        some = weights > 0
        return weights[some], means[some], covariances[some]

    @cached_property
    def roots(self) -> tuple[Array, Array]:
        """Of `parts`: log(w / (2π √|Σ|)), shape (k,), and the Cholesky factors, (k, 2, 2)."""
        weights, _, covariances = self.parts
        _, roots = covariance_root(covariances, "covariances")
        heights = np.log(weights / (roots[:, 0, 0] * roots[:, 1, 1])) - math.log(2 * math.pi)
        return heights, roots

    def logpdf(self, x: ArrayLike) -> NumberOrArray:
        """Return log p(x) in nats, shape (...), of `x` of shape (..., 2); finite however far."""
        x = finite_array(x, "x")
        if x.shape[-1:] != (2,):
            raise ValueError(f"x must hold two coordinates on its last axis, got shape {x.shape}")
        logs = []
        for height, mean, root in zip(self.roots[0], self.parts[1], self.roots[1], strict=True):
            first = (x[..., 0] - mean[0]) / root[0, 0]
            second = (x[..., 1] - mean[1] - root[1, 0] * first) / root[1, 1]
            logs.append(height - (first**2 + second**2) / 2)
        return log_total(logs)[()]

    def pdf(self, x: ArrayLike) -> NumberOrArray:
        """Return the density p(x), shape (...), of `x` of shape (..., 2)."""
        return np.exp(self.logpdf(x))

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Return `count` independent draws, shape (count, 2)."""
        which = rng.choice(len(self.parts[0]), p=self.parts[0], size=count)
        steps = self.roots[1][which] @ rng.normal(size=(count, 2, 1))
        draws: Array = self.parts[1][which] + steps[..., 0]
        return draws


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


def plane_gaussian(mean: ArrayLike, covariance: ArrayLike) -> PlaneMixture:
    """Return a single Gaussian as a mixture of one component."""
    centre, (spread, _) = finite_array(mean, "mean"), covariance_root(covariance, "covariance")
    return PlaneMixture([1.0], [centre], [spread])


def plane_kl(p: PlaneMixture, q: PlaneMixture, *, base: float | None = None) -> float:
    """Return D(P‖Q) = Σ_k w_k E_k[log p(x) - log q(x)] by deterministic quadrature.

    Each component k of P gets the trapezoidal rule in its own coordinates, with nodes brought
    closer until the sum has settled. With two or three components of spreads 0.3 to 2, correlations
    up to 0.95 and means within 5 of the origin the error was measured below 1e-9 nats; it grows
    where log q bends more sharply than a thirtieth of a component's spread.

    Parameters
    ----------
    p, q : PlaneMixture
        The average is taken over P.
    base : float, optional
        2 for bits, 10 for dits; None for nats.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        If `base` is not above 1.

    References
    ----------
    Trefethen & Weideman (2014), "The Exponentially Convergent Trapezoidal Rule", SIAM Review.

    Examples
    --------
    >>> p = PlaneMixture([0.5, 0.5], [[-2, 0], [2, 0]], [np.eye(2), np.eye(2)])
    >>> q = plane_gaussian(p.mean, p.covariance)
    >>> print(round(plane_kl(p, q), 6), round(plane_kl(q, p), 6))
    0.171999 0.247828
    """
    last = math.inf
    for step in _STEPS:
        nodes, weights = _nodes(step)
        total = 0.0
        for weight, mean, root in zip(p.parts[0], p.parts[1], p.roots[1], strict=True):
            x = mean + nodes[:, 1:] @ root.T
            total += weight * float(weights @ (p.logpdf(x) - q.logpdf(x)))
        if abs(total - last) < _SETTLED:
            break
        last = total
    return max(total, 0.0) / log_of_base(base)


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
    return PlaneFit((float(p.mean[0]), float(p.mean[1])), _matrix(covariance), divergence)


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
        If `shape` is none of the three.

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
    found = _search(p, shape, _starts(p, shape), _STEPS[0], _ROUGH)
    rough, done = _distinct(_places(found)), list[_Place]()
    for step in _STEPS[1:]:
        if not rough:
            break
        found = _search(p, shape, np.array([place.q for place in rough]), step, _FLAT)
        settled = (found.slopes < _SETTLED_SLOPE) | (step == _STEPS[-1])
        done += _places(found, found.optimal & settled)
        rough = _distinct(_places(found, found.optimal & ~settled))
    return tuple(map(_fit, _distinct(done)))


class _Place(NamedTuple):
    """Where a search ended: a Gaussian Q as (mean, root), shape (2, 3), and D(Q‖P)."""

    q: Array
    value: float


def _surface(p: PlaneMixture, means: Array, roots: Array, step: float) -> Surface:
    """Return D(Q‖P) and its derivatives for each Q, from the quadrature with this step.

    The derivatives are by the six moves a and B, as in _MOVES.
    """
    nodes, weights = _nodes(step)
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
            mean, covariance = _moments(weights[some], means[some], covariances[some])
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


def _fit(place: _Place) -> PlaneFit:
    """Return the Gaussian of a place as a reader knows it."""
    (x, y), root = place.q[:, 0].tolist(), place.q[:, 1:]
    return PlaneFit((x, y), _matrix(root @ root.T), max(place.value, 0.0))


def _moments(weights: Array, means: Array, covariances: Array) -> tuple[Array, Array]:
    """Return mean and covariance of a mixture with these weights, which need not sum to 1."""
    weights = weights / weights.sum()
    mean = weights @ means
    gaps = means - mean
    spread = covariances + gaps[:, :, None] * gaps[:, None, :]
    return mean, np.tensordot(weights, spread, 1)


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


def _matrix(values: Array) -> Matrix:
    """Return a 2 × 2 array as tuples."""
    (a, b), (c, d) = values.tolist()
    return (a, b), (c, d)


@lru_cache(maxsize=len(_STEPS))
def _nodes(step: float) -> tuple[Array, Array]:
    """Return (1, z₁, z₂) at the nodes of a standard Gaussian, shape (n, 3), and their weights."""
    line = np.arange(-_REACH, _REACH + step, step)
    z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    squares = (z**2).sum(axis=1)
    inside = squares <= _REACH**2
    weights = np.exp(-squares[inside] / 2)
    return np.insert(z[inside], 0, 1.0, axis=1), weights / weights.sum()
