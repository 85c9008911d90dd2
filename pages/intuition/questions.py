"""What the forecaster's lesson asks."""

from charts.units import Unit
from charts.wording import amount
from kl_core import log_ratios, normalize
from pages.intuition.numbers import SUNNY_FORECAST, TRUE_SKY
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
        "itself avoids a loss. Luck only decides the first few days.",
    )


QUESTIONS = [
    Question(
        "D(P‖Q) is exactly 0. What do you know about the forecast Q?",
        {
            "It is P": "Right: D is 0 only where Q gives every outcome the chance that P gives it.",
            "It is close to P": "Close would make D small. Exactly 0 leaves no room: Q is P.",
            "It calls all weather equally likely": "That forecast loses nothing only if the "
            "weather really is like that; in general it is just another Q.",
        },
        right="It is P",
    ),
    Question(
        "After 10 days the average loss is below 0. What went wrong?",
        {
            "Nothing": "Right: a lucky run of days on which Q beat P. D is the average over all "
            "days to come, and that is never below 0; ten of them may be.",
            "A mistake in the program": "It can be one (unnormalised chances are the usual "
            "reason), but ten days below 0 need none: luck is enough.",
            "P and Q were swapped": "Swapping gives another divergence, and that one is never "
            "below 0 on average either. Ten days are simply few.",
        },
        right="Nothing",
    ),
    Question(
        "Why is D(P‖Q) not called a distance?",
        {
            "It depends on who comes first": "Right: D(P‖Q) and D(Q‖P) differ, and detours can be "
            "shorter than the straight way. A distance allows neither.",
            "It can be negative": "It cannot: that is Gibbs' inequality, and it holds for every P "
            "and Q.",
            "It can be infinite": "It can, but that alone would not disqualify it. The order of "
            "P and Q does.",
        },
        right="It depends on who comes first",
    ),
]
