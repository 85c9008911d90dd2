"""What the definition lesson asks."""

from collections.abc import Callable

from charts.units import Unit
from charts.wording import percent, signed
from kl_core import kl_terms, log_ratios
from pages.definition.numbers import OPENING, SKY
from widgets.prediction import predict
from widgets.self_check import Question


def prediction(unit: Unit, read_on: Callable[[], None]) -> None:
    """Ask which outcome adds most: the one with the largest gap, or a more frequent one."""
    p, q = OPENING
    gaps, terms = log_ratios(p, q, base=unit.base), kl_terms(p, q, base=unit.base)
    far, most, least = int(gaps.argmax()), int(terms.argmax()), int(terms.argmin())
    names = [each.capitalize() for each in SKY]
    predict(
        "definition_predict",
        f"Q is furthest off on **{SKY[far]}**: P brings it five times as often as Q expects. Which "
        "kind of day adds most to the sum D(P‖Q)?",
        names,
        answer=names[most],
        reveal=f"{names[most]} adds **{signed(terms[most])}**: its gap is only "
        f"{signed(gaps[most])}, but it comes {percent(p[most])} of the time. The gap of "
        f"{SKY[far]}, {signed(gaps[far])}, comes {percent(p[far])} of the time and adds "
        f"{signed(terms[far])}. And {SKY[least]}, which Q overrates, takes some back.",
        takeaway="D(P‖Q) is the gap log(p/q), averaged: each outcome counts as often as P "
        "brings it.",
        shows=read_on,
    )


QUESTIONS = [
    Question(
        "What is the p(x) in front of the logarithm for?",
        {
            "It counts each gap as often as x comes": "Right: the gap is averaged over what P "
            "really brings. What is rare counts little, unless its gap is huge: press *Q rules "
            "snow out*, and no chance of snow is small enough.",
            "It makes every product positive": "It cannot: p is never below 0, so the product has "
            "the sign of the gap, and some gaps are below 0.",
            "It turns gaps into probabilities": "Gaps stay gaps: logarithms, of any size and sign. "
            "p only weighs them.",
        },
        right="It counts each gap as often as x comes",
    ),
    Question(
        "Somebody draws 1,000 days from P, takes log(p/q) of each, and averages, with no p in "
        "front. Does that estimate D(P‖Q)?",
        {
            "Yes": "Right: whoever draws from P meets each kind of day as often as P brings it. "
            "The draws do the weighing.",
            "No, each must be weighed with p first": "The draws have done that: what is likely was "
            "drawn more often. With p in front it would be weighed twice.",
            "No, that estimates D(Q‖P)": "For that the draws would have to be Q's, and the gap "
            "log(q/p). These are P's days.",
        },
        right="Yes",
    ),
    Question(
        "A program reports D(P‖Q) = −0.065. What has happened?",
        {
            "What it was given does not sum to 1": "Right, or only one of the two does: without "
            "that the sum means nothing, and may be below 0. *Your own numbers* divides for you.",
            "Q is better than P": "On single days Q may be: such products are below 0. On average "
            "over P nothing beats P itself, so the sum of them all is never below 0.",
            "The logarithm has the wrong base": "Any base above 1 gives the same sum in another "
            "unit, and never another sign.",
        },
        right="What it was given does not sum to 1",
    ),
]
