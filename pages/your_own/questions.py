"""What the lesson on your own numbers asks."""

from collections.abc import Callable

from scipy.special import rel_entr

from charts.units import Unit
from charts.wording import amount, number, percent
from pages.your_own.counts import read_counts
from pages.your_own.examples import TWELVE
from pages.your_own.numbers import smoothed
from widgets.prediction import predict
from widgets.self_check import Question


def twelve_rolls_each(alpha: float, unit: Unit) -> str:
    """Return D(P‖Q) of the two dice that are rolled twelve times each, with α added."""
    return amount(unit.kl(*smoothed(read_counts(TWELVE), alpha)), unit.name)


def prediction(unit: Unit, less_and_less: Callable[[], None]) -> None:
    """Ask what becomes of an infinite divergence as smoothing gets weaker."""
    one, tenth, hundredth = (twelve_rolls_each(alpha, unit) for alpha in (1, 0.1, 0.01))
    predict(
        "own_predict",
        "Two dice are rolled twelve times each. Q's shows no six, P's does, so D(P‖Q) is infinite. "
        "Add a little to every count, the zero too, and it is finite. What happens to it as you "
        "add less and less?",
        [
            "It settles at the true D(P‖Q)",
            "It grows without end",
            "It sinks to 0",
        ],
        answer="It grows without end",
        reveal=f"With 1 added to every count D(P‖Q) is {one}, with 0.1 it is {tenth}, with 0.01 "
        f"{hundredth}, and so on: each tenth part adds about as much again. Twelve rolls do not "
        "tell how rare Q's six is, so what you add decides.",
        takeaway="One zero in Q can make D(P‖Q) infinite; what you add to mend that is your "
        "choice, not your data's.",
        shows=less_and_less,
    )


def questions(unit: Unit) -> list[Question]:
    """Return the questions, with the numbers in this unit."""
    one, little = (twelve_rolls_each(alpha, unit) for alpha in (1, 0.01))
    raw = float(rel_entr([3, 6, 1], [30, 60, 10]).sum()) / unit.nats
    return [
        Question(
            "P has a category that was counted 0 times in Q. What does the zero say?",
            {
                "It did not come up in this sample": "Right: twelve rolls of a fair die show no "
                f"six {percent((5 / 6) ** 12)} of the time. D(P‖Q) takes the share of 0 at its "
                "word all the same, and becomes infinite.",
                "It cannot come up": "That is how D(P‖Q) takes it, hence the infinity. But even a "
                f"fair die shows no six {percent((5 / 6) ** 12)} of the time in twelve rolls.",
                "Its row should be deleted": "Then the very category that tells P and Q apart for "
                "certain is gone, and D(P‖Q) is finite because nobody looks.",
            },
            right="It did not come up in this sample",
            see="[The die, six ruled out](die?die_q6=0)",
        ),
        Question(
            f"Between two dice rolled twelve times each, D(P‖Q) is {one} with 1 added to every "
            f"count, and {little} with 0.01. Which is right?",
            {
                "Each, for its choice of α": "Right: without α it would be infinite, so α decides "
                "much of the number. Say which α you took, and compare only numbers with the "
                "same one.",
                "The one with 0.01, as it changes less": "It changes the counts less, but the "
                "answer is no truer: with 0.0001 it would be larger still, without end.",
                "The one with 1, as Laplace has it": "Laplace's rule is a convention, and not "
                "the only one: Jeffreys adds ½. The data favour neither.",
            },
            right="Each, for its choice of α",
        ),
        Question(
            "P was counted over 80 people, Q over 800. What must be done before D(P‖Q)?",
            {
                "Divide each column by its own total": "Right, and that is all: shares of 80 and "
                "of 800 compare. Only chance weighs more in the smaller sample, and so would α.",
                "Leave out nine tenths of Q": "That would throw knowledge away, and Q's shares "
                "would only become less certain.",
                "Divide both columns by 880": "Then neither adds up to 1, and what comes out is "
                "no divergence. Each is divided by its own total.",
            },
            right="Divide each column by its own total",
        ),
        Question(
            "Counts 3, 6, 1 and 30, 60, 10 go into Σ p·log(p/q) as they are, and out comes "
            f"{number(raw)}. What went wrong?",
            {
                "They were not divided by their totals": "Right: both columns have the same "
                "shares, so D(P‖Q) is 0. That it is never negative is true of shares.",
                "Nothing: D(P‖Q) is negative where Q is larger": "Single terms are, the sum never "
                "is (Gibbs' inequality), as long as each column adds up to 1. These do not.",
                "P is too small a sample": "A small sample makes shares uncertain, never D(P‖Q) "
                "negative. These columns do not add up to 1.",
            },
            right="They were not divided by their totals",
            see="[The definition](definition)",
        ),
    ]
