"""What the lesson says in its folded parts: between the two directions, and in the plane."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, listed, number, percent
from kl_core import Array, Direction, GaussianFit, PlaneFit, PlaneMixture
from pages.forward_reverse.numbers import ROUNDING
from pages.forward_reverse.words import at


def between_in_words(alpha: float, fits: Sequence[GaussianFit], breaks: Sequence[float]) -> str:
    """Say what the best Q does at this α, and where it leaps."""
    end = {0.0: " This is D(Q‖P) itself.", 1.0: " This is D(P‖Q) itself."}.get(alpha, "")
    equals = sum(math.isclose(fit.divergence, fits[0].divergence, rel_tol=1e-6) for fit in fits)
    one_of = f", one of {equals} that are equally good," if equals > 1 else ""
    words = f"At α = {number(alpha, 2)} the best Q{one_of} has {at(fits[0])}.{end} "
    others = len(fits) - 1
    if others:
        words += f"The small rings are other local optima, {others} at this α. "
    if not breaks:
        return words + "From one end to the other the best Q changes smoothly: nothing breaks here."
    places = listed([number(each, 3) for each in breaks])
    return words + (
        f"At α = {places} the best Q leaps: below such a point one valley is the deepest, above it "
        "another, and no small step leads from one into the other."
    )


def plane_in_words(
    p: PlaneMixture, fits: Mapping[Direction, Sequence[PlaneFit]], unit: Unit
) -> str:
    """Compare the ellipses of both directions with P."""
    cover, seek = fits["forward"][0], fits["reverse"][0]
    words = (
        f"D(P‖Q) is least at {amount(cover.divergence / unit.nats, unit.name)}, D(Q‖P) at "
        f"{amount(seek.divergence / unit.nats, unit.name)}"
    )
    count = len(fits["reverse"])
    words += f", in the best of {count} local optima. " if count > 1 else ". "
    if max(cover.divergence, seek.divergence) < ROUNDING:
        return words + "Both have the area of P's own ellipse: Q can take the shape of P."
    own = _area(p.covariance)
    shares = [_area(np.array(fit.covariance)) / own for fit in (cover, seek)]
    compare = (
        f"The ellipse of the forward Q has {percent(shares[0])} of the area of P's own, that of "
        f"the reverse Q {percent(shares[1])}"
    )
    bells = len(p.weights)
    judged = (
        "too large, and too small"
        if bells == 1
        else f"of P's {bells} middles the outer ring of the one holds {_held(p, cover)}, that of "
        f"the other {_held(p, seek)}"
    )
    return f"{words}{compare}: {judged}."


def _held(p: PlaneMixture, fit: PlaneFit) -> int:
    """Return how many middles of P's bells lie within two spreads of a fit, its outer ring."""
    inverse = np.linalg.inv(np.array(fit.covariance))
    away = np.array(p.means) - fit.mean
    return int((np.einsum("ki,ij,kj->k", away, inverse, away) <= 4).sum())


def _area(covariance: Array) -> float:
    """Return the area of an ellipse, but for a constant."""
    return math.sqrt(np.linalg.det(covariance))
