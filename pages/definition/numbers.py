"""What the definition lesson computes: its weather, and how far its formula is read."""

from collections.abc import Mapping, Sequence

from charts.units import Unit
from kl_core import Array, kl_terms, log_ratios, normalize

SKY = ("sun", "cloud", "rain", "snow")
# Q is furthest off on what is rare, and a little on what is common: the second costs more.
P_WEIGHTS = [6.0, 2.5, 1.0, 0.5]
Q_WEIGHTS = [4.0, 3.0, 2.9, 0.1]
OPENING = normalize(P_WEIGHTS), normalize(Q_WEIGHTS)

# How far the formula is read, from right to left; the picture has a row for each, and the sum.
READ = ("p and q", "the gap", "the product", "the sum")
GAP, PRODUCT, SUM = 1, 2, 3


def sum_data(p: Array, q: Array, unit: Unit) -> Mapping[str, Sequence[object] | Array]:
    """Return the sum, outcome by outcome."""
    return {
        "outcome": SKY,
        "p": p,
        "q": q,
        f"log_ratio_{unit.name}": log_ratios(p, q, base=unit.base),
        f"product_{unit.name}": kl_terms(p, q, base=unit.base),
    }
