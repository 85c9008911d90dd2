"""What the forecaster's lesson asks."""

from collections.abc import Callable

from charts.units import Unit
from charts.wording import number, percent, signed
from kl_core import log_ratios, normalize
from pages.intuition import words
from pages.intuition.numbers import (
    GUESS_STEP,
    HIGHEST_GUESS,
    NO_GUESS,
    NO_SNOW,
    SUNNY_FORECAST,
    TRUE_SKY,
)
from widgets.prediction import commit, predict
from widgets.self_check import Question


def whose_mistake_costs_more(unit: Unit, shows: Callable[[], None]) -> None:
    """Ask which way round it is dearer to be wrong about snow."""
    here, there = unit.both_ways(normalize(TRUE_SKY), normalize(NO_SNOW))
    one_in = words.one_in(normalize(TRUE_SKY)[-1])
    predict(
        "intuition_predict",
        f"In our town it snows on {one_in}; the forecaster says *never*. In the next town it never "
        f"snows; the forecaster there says *{one_in}*. Each is as far off as the other. Which of "
        "the two costs more to believe?",
        [
            "“Never”, where it snows",
            f"“{one_in.capitalize()}”, where it never snows",
            "Both the same",
        ],
        answer="“Never”, where it snows",
        reveal=f"In our town you lose **{number(here)}**: the first snow was called impossible, "
        f"and nothing finite makes up for that. In the next town it is **{number(there)}** "
        f"{unit.name} a day: a little for each day, because snow was expected and never comes. "
        "*Swap P and Q* takes you there; [let the days pass](#days) to see the first snow.",
        takeaway="D(P‖Q) is the information you lose each day, on average, by believing the "
        "forecast Q while the weather follows P. Who comes first matters.",
        shows=shows,
    )


def where_it_settles(unit: Unit, shows: Callable[[], None]) -> None:
    """Ask for the average loss with a forecast that on some days beats the truth."""
    p, q = normalize(TRUE_SKY), normalize(SUNNY_FORECAST)
    sun, cloud, rain, snow = map(signed, log_ratios(p, q, base=unit.base).tolist())
    commit(
        "intuition_guess",
        f"Another forecaster promises too much sun: {percent(q[0], 0)}, where "
        f"{percent(p[0], 0)} is true. So a sunny day costs {sun} {unit.name}: the forecast beats "
        f"the truth. A cloudy one costs {cloud}, rain {rain}, snow {snow}. Over many days, where "
        "does the average settle?",
        NO_GUESS,
        HIGHEST_GUESS,
        NO_GUESS,
        GUESS_STEP,
        shown_as=f"%.2f {unit.name}",
        reveal=lambda guess: words.guess_revealed(guess, unit),
        takeaway="A wrong forecast may win single days. It never wins on average.",
        shows=shows,
        unit=unit,
        none=NO_GUESS,
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
        "To one day Q gave a quarter of the chance that P gave, to another a sixteenth. How much "
        "more did the second day cost?",
        {
            "Twice as much": "Right: a quarter is two halvings, a sixteenth is four. Costs count "
            "halvings, whatever the unit.",
            "Four times as much": "The chance is four times smaller; the cost is its logarithm, "
            "and log 16 is only twice log 4.",
            "It depends on how often such days come": "How often they come weighs them in the "
            "average D(P‖Q). What one such day costs is log(p/q) alone.",
        },
        right="Twice as much",
    ),
    Question(
        "D(P‖Q) is ∞. Is D(Q‖P) ∞ as well?",
        {
            "Only if Q, too, brings what P rules out": "Right: then each is caught out by the "
            "other. Else D(Q‖P) is finite: its average runs over the days of Q.",
            "Yes, it is the same two forecasts": "The same two, but other days: D(P‖Q) averages "
            "over P's, D(Q‖P) over Q's. *It never snows* is ∞ one way and small the other.",
            "No, one of the two is always finite": "Both are ∞ when each rules out what the other "
            "brings: set sun to 0 in P and snow to 0 in Q.",
        },
        right="Only if Q, too, brings what P rules out",
    ),
]
