"""What the die lesson asks."""

from collections.abc import Callable

from charts.units import Unit
from charts.wording import amount, number
from kl_core import normalize
from pages.die.numbers import FAIR, NO_SIX
from widgets import glide
from widgets.prediction import TOLD, commit, predict
from widgets.self_check import Question

GUESS = "die_guess"
GUESS_TOLD = GUESS + TOLD
# From where to where one may guess how many rolls it takes.
GUESSES = (1, 100, 1)


def prediction(unit: Unit, rule_out_the_six: Callable[[], None]) -> None:
    """Ask what happens when the model rules out a face that the true die shows."""
    there, back = unit.both_ways(normalize(FAIR), normalize(NO_SIX))
    predict(
        "die_predict",
        "Suppose Q rules out the six, but P can still roll it. How large does D(P‖Q) become?",
        ["Small: only one face is wrong", "Large, but finite", "Infinite"],
        answer="Infinite",
        reveal=f"D(P‖Q) is **{number(there)}**: a single six proves Q impossible, so no finite "
        f"number is enough. The other way round, D(Q‖P) is only {amount(back, unit.name)}: "
        "averaged over Q, a six never comes up.",
        takeaway="D(P‖Q) is the evidence against your model Q that each roll of the true die P "
        "gives, on average.",
        shows=rule_out_the_six,
    )


def when_sure(odds: int, reveal: Callable[[float], str]) -> None:
    """Ask after how many rolls the odds are reached."""
    low, high, step = GUESSES
    commit(
        GUESS,
        f"P is rolled. After how many rolls are you sure that it is not Q, at {odds} to 1?",
        low,
        high,
        50,
        step,
        shown_as="roll %d",
        reveal=reveal,
        takeaway="The larger D(P‖Q), the fewer rolls until P can be told from Q: each brings that "
        "much evidence, on average.",
        shows=glide.play,
    )


QUESTIONS = [
    Question(
        "Face 1 of the book's die has a negative term. What went wrong?",
        {
            "Nothing": "Right: Q overrates face 1, so each 1 speaks for Q. Single terms may be "
            "negative; only their sum never is (Gibbs' inequality).",
            "P is not normalised": "P is: six times 1/6 is 1. The term is negative because Q gives "
            "face 1 more than P does, and log(p/q) is below 0 there.",
            "The logarithm's base": "A base above 1 changes the size of a term, never its sign.",
        },
        right="Nothing",
    ),
    Question(
        "Over whose rolls does D(P‖Q) take the average?",
        {
            "Over P's": "Right: P, the first one, does the rolling; Q only says what it expected.",
            "Over Q's": "That is D(Q‖P). In D(P‖Q) the weights in front of the logarithms are P's.",
            "Over both, half each": "Then Q's rolls count against P's: what is left is half of "
            "D(P‖Q) − D(Q‖P), and may be below 0. KL takes one side: P's.",
        },
        right="Over P's",
    ),
    Question(
        "Neither die ever shows a six: p = q = 0 there. What does the six add to D(P‖Q)?",
        {
            "0": "Right: what P never rolls costs nothing. By convention 0·log(0/0) counts as 0: "
            "an average over P's rolls never meets this face.",
            "Infinity": "Only where P can roll what Q rules out (p > 0, q = 0). A face that P "
            "never rolls costs nothing.",
            "It is undefined": "The formula alone would be: while p and q both go to 0, p·log(p/q) "
            "may go to any number from 0 up. One agrees on 0, because P never rolls this face.",
        },
        right="0",
    ),
]
