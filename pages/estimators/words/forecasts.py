"""What is said about forecasts: whether a KL below 0 is chance or a mistake."""

from charts.units import Unit
from charts.wording import amount, counted, give_or_take, number
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
        f"{_judged(evidence)} k1 averages {one} {unit.name}, k3 {three}; their difference is "
        f"{difference}, {number(abs(evidence.apart), 1)} standard errors; from "
        f"{evidence.texts:,} texts chance hardly ever goes beyond {number(evidence.furthest, 1)}."
    )


def _judged(evidence: Evidence) -> str:
    """Say whether chance can do this."""
    mean, error = evidence.k1
    if mean < 0 and (evidence.apart > evidence.furthest or -mean > evidence.furthest * error):
        return (
            "⚠️ **A mistake, not chance.** k1 and k3 estimate one number, which is not below 0, "
            "and chance does not take them that far: these words were not drawn from the policy "
            "whose chances are compared."
        )
    if mean < 0:
        return (
            f"✅ **Chance can do this.** k1 is {number(abs(mean) / error, 1)} standard errors "
            "below 0, and k3 agrees with it within the noise. Draw more, and look again."
        )
    if abs(evidence.apart) > evidence.furthest:
        return (
            "⚠️ **Above 0, and suspect all the same.** k1 and k3 differ by more than chance "
            "should: either these words were not drawn from the policy, or k3's rare large draws "
            "have not come yet."
        )
    return "✅ **Nothing suspect here.** k1 is not below 0, and k3 agrees with it within the noise."


def in_truth(way: str, bound: Bound, truth: float, unit: Unit) -> str:
    """Say what the learner knows and a trainer does not: how the texts were drawn."""
    limit, true = (amount(nats / unit.nats, unit.name) for nats in (bound.limit, truth))
    if way == "Q itself":
        return f"In truth these forecasts are Q's own. More of them bring k1 to D(Q‖P) = {true}."
    if way == "padding counted":
        return (
            "In truth the forecasts are Q's own, but the full stops that fill them up are counted "
            f"as if Q had chosen them. Then k1 is bound for {limit}, however many you draw; D(Q‖P) "
            f"is {true}. The cure: mask what comes after the end."
        )
    to_p, to_q = (number(nats / unit.nats) for nats in (bound.to_p, bound.to_q))
    return (
        "In truth they are drawn from another policy, ν. Then k1 is bound for D(ν‖P) − D(ν‖Q) = "
        f"{to_p} − {to_q} = {limit}, however many you draw; D(Q‖P) is {true}. The cure: draw from "
        "Q, or compute the chances of ν."
    )
