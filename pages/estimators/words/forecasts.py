"""What is said about forecasts: whether a KL below 0 is chance or a mistake."""

from charts.units import Unit
from charts.wording import amount, counted, give_or_take, number, position
from kl_core import Array
from pages.estimators.numbers.forecasts import Bound, Evidence


def counted_in_words(one: Array, truth: float, unit: Unit) -> str:
    """Say how many forecasts have a k1 below 0, and what D(Q‖P) is."""
    below = int((one < 0).sum())
    have = "1 has" if below == 1 else f"{below:,} have" if below else "none has"
    return (
        f"Of {counted(one.size, 'forecast')} {have} a k1 below 0; the true D(Q‖P) is "
        f"{amount(truth / unit.nats, unit.name)}."
    )


def verdict(evidence: Evidence, unit: Unit) -> str:
    """Tell chance from mistake by what a trainer has at hand."""
    one, three, difference = (
        give_or_take(mean / unit.nats, error / unit.nats, 3)
        for mean, error in (evidence.k1, evidence.k3, evidence.difference)
    )
    return (
        f"{_judged(evidence)} k1 averages {one} {unit.name} (the dot), k3 {three}; their "
        f"difference is {difference}, {position(abs(evidence.apart), 1)} standard errors. The line "
        f"is drawn at {number(evidence.furthest, 1)}: bell-shaped values of "
        f"{evidence.texts:,} texts pass it one time in a million, those of k3, with their rare "
        "large draws, more often."
    )


def _judged(evidence: Evidence) -> str:
    """Say whether chance can do this."""
    mean, error = evidence.k1
    if mean < 0 and (evidence.apart > evidence.furthest or -mean > evidence.furthest * error):
        return (
            "⚠️ **A mistake, hardly chance.** k1 and k3 estimate one number, which is not below 0, "
            "and chance hardly ever takes them so far: most likely what is counted was not drawn "
            "from the policy whose chances are compared."
        )
    if mean < 0:
        return (
            f"✅ **Chance can do this.** k1 is {number(abs(mean) / error, 1)} standard errors "
            "below 0, and k3 agrees with it within the noise. Draw more, and look again: a mistake "
            "would stay."
        )
    if abs(evidence.apart) > evidence.furthest:
        return (
            "⚠️ **Not below 0, and suspect all the same.** k1 and k3 differ by more than their "
            "noise: either what is counted was not drawn from the policy, or it is the noise that "
            "is estimated badly, as where k3's rare large draws have not come yet."
        )
    return (
        "🔎 **No sign of a mistake, and no proof.** k1 is not below 0, and k3 agrees with it "
        "within the noise; but a mistake may move both alike, as counted padding does."
    )


def in_truth(way: str, bound: Bound, truth: float, unit: Unit) -> str:
    """Say what the learner knows and a trainer does not: how the texts were drawn."""
    true, limit = (amount(nats / unit.nats, unit.name) for nats in (truth, bound.limit))
    if way == "Q itself":
        return f"In truth these forecasts are Q's own. More of them bring k1 to D(Q‖P) = {true}."
    if way == "padding counted":
        return (
            "In truth the forecasts are Q's own, but the full stops that fill them up are counted "
            f"as if Q had chosen them. Then k1 is bound for {limit}, however many you draw; D(Q‖P) "
            f"is {true}. The cure: mask what comes after the end."
        )
    parts = [nats / unit.nats for nats in (bound.to_p, bound.to_q, bound.limit)]
    to_p, to_q, difference = (number(each, digits_that_add_up(*parts)) for each in parts)
    return (
        "In truth they are drawn from another policy, ν. Then k1 is bound for D(ν‖P) − D(ν‖Q) = "
        f"{to_p} − {to_q} = {difference} {unit.name}, however many you draw; D(Q‖P) is {true}. The "
        "cure: draw from Q, or compute the chances of ν."
    )


def digits_that_add_up(whole: float, part: float, rest: float) -> int:
    """Return how many digits show that the whole less a part is the rest, at least 3.

    Examples
    --------
    >>> digits_that_add_up(1.25, 0.5, 0.75), digits_that_add_up(0.8224, 0.2004, 0.622)
    (3, 3)
    >>> digits_that_add_up(0.8226, 0.2003, 0.6223)
    4
    """

    def adds_up(digits: int) -> bool:
        shown = [round(each, digits) for each in (whole, part, rest)]
        return round(shown[0] - shown[1] - shown[2], digits) == 0

    return next(filter(adds_up, range(3, 12)), 3)
