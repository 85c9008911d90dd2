"""What the forecaster's lesson asks."""

from charts.units import Unit
from charts.wording import amount, percent
from kl_core import log_ratios, normalize
from pages.intuition.numbers import SUNNY_FORECAST, TRUE_SKY, ahead_by_luck
from widgets.prediction import predict
from widgets.self_check import Question


def prediction(unit: Unit) -> None:
    """Ask whether a wrong forecast can gain on average, since on some days it does."""
    p, q = normalize(TRUE_SKY), normalize(SUNNY_FORECAST)
    sun, _, rain, _ = log_ratios(p, q, base=unit.base)
    predict(
        "intuition_predict",
        "A forecaster promises too much sun. When the sun does shine, that forecast beats the "
        "truth: it gave more chance to what happened. Over many days, which is better?",
        ["The forecast", "The truth", "It depends on luck"],
        answer="The truth",
        reveal=f"A sunny day gives {amount(-sun, unit.name)} back, but a rainy one costs "
        f"{amount(rain, unit.name)}. Over all days the believer in this forecast loses "
        f"**{amount(unit.kl(p, q), unit.name)}** a day, and no forecast other than the truth "
        "itself avoids a loss. Luck fades with the days: after 20 of them this forecast is still "
        f"ahead in {percent(ahead_by_luck(p, q, 20), 0)} of all runs.",
    )


QUESTIONS = [
    Question(
        "D(P‖Q) is exactly 0. What do you know about the forecast Q?",
        {
            "It is P": "Right: D is 0 only where Q gives every outcome the chance that P gives it.",
            "It is close to P": "Exactly 0 leaves no room: Q is P. Close alone does not even make "
            "D small: if Q rules out what P brings now and then, D is ∞.",
            "It calls all weather equally likely": "That forecast loses nothing only if the "
            "weather really is like that; in general it is just another Q.",
        },
        right="It is P",
    ),
    Question(
        "After 10 days the average loss is below 0. What must have gone wrong?",
        {
            "Nothing": "Right: a lucky run of days on which Q beat P. D is the average over all "
            "days to come, and that is never below 0; ten of them may be.",
            "A mistake in the program": "There may be one (chances of Q that add up to more than "
            "1, say), but ten days below 0 need none: luck is enough.",
            "P and Q were swapped": "Swapped in the ratio alone, it would be −D(P‖Q) on average, "
            "below 0 for good; swapped throughout, D(Q‖P), never below 0. Ten days cannot tell.",
        },
        right="Nothing",
    ),
    Question(
        "Why is D(P‖Q) not called a distance, even where it is finite?",
        {
            "It depends on who comes first": "Right: D(P‖Q) and D(Q‖P) may differ, and detours may "
            "be shorter than the straight way. A distance allows neither.",
            "It can be negative": "It cannot: that is Gibbs' inequality, and it holds for every P "
            "and Q.",
            "It can be infinite": "Elsewhere it can, and a distance may not. But even where D is "
            "finite, the order of P and Q matters.",
        },
        right="It depends on who comes first",
    ),
]
