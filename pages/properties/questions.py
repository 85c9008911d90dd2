"""What the lesson asks."""

from collections.abc import Callable

from charts.wording import amount, number
from pages.properties.bells import BETWEEN
from pages.properties.numbers import Bell, Ratios, Triangle
from widgets import units
from widgets.prediction import TOLD, commit, predict
from widgets.self_check import Question

GUESS = "properties_guess"
GUESS_TOLD = GUESS + TOLD
# From where to where one may guess the average ratio.
GUESSES = (0.0, 3.0, 0.05)


def average_ratio(
    ratios: Callable[[], Ratios | None], another_forecast: Callable[[], None]
) -> None:
    """Ask for the average of the ratios, which every proof of D ≥ 0 hangs on."""

    def reveal(guess: float) -> str:
        found, off = ratios(), abs(guess - 1)
        said = "That is it" if off < 1e-9 else f"You were {number(off, 2)} off"
        beside = (
            f" (Here Q puts some of its chance where P never comes: {number(found.average)}.)"
            if found and found.outside
            else ""
        )
        return (
            f"{said}: it is **exactly 1**, for every Q that stays where P can come. Times p, each "
            f"q/p is q again, and all q together are 1. Move Q as you like: the star stays.{beside}"
        )

    low, high, step = GUESSES
    commit(
        GUESS,
        "Take the average of the ratios x, each counted as often as P brings its weather. What is "
        "it?",
        low,
        high,
        2.0,
        step,
        shown_as="%.2f",
        reveal=reveal,
        takeaway="log x lies below a line, and on that line the ratios q/p average 0. So the "
        "average of log(q/p), which is −D(P‖Q), is never above 0.",
        shows=another_forecast,
    )


def shorter_detour(put: Callable[[dict[str, Bell]], None]) -> None:
    """Ask whether a detour can be shorter."""
    ways = Triangle(**BETWEEN, unit=units.current())
    straight, detour = (amount(each, ways.unit.name) for each in (ways.straight, ways.detour))
    predict(
        "properties_detour",
        "From A to C straight on, or over B. Is the detour ever shorter?",
        ["Never", "For some bells", "For any B between A and C"],
        answer="For some bells",
        reveal=f"With B halfway, straight on it is **{straight}**, over B only **{detour}**. "
        "A narrower or wider B in the same place can make the detour the longer way again.",
        takeaway="D(P‖Q) is no distance but a divergence: a detour may be shorter than the way "
        "straight on, and the way back may have another length.",
        shows=lambda: put(BETWEEN),
    )


QUESTIONS = [
    Question(
        "A program reports D(P‖Q) = −0.065. What is most likely wrong?",
        {
            "The numbers in P or Q do not add up to 1": "Right: the proof needs Σq = Σp = 1. Raw "
            "weights or counts, or logarithms where chances belong, give any number at all.",
            "Nothing: P and Q are very close": "Then D is close to 0, and still not below it. "
            "Rounding could leave −0.0000000000000001, not −0.065.",
            "P and Q are the wrong way round": "Then it would be D(Q‖P), which is another number, "
            "and not below 0 either.",
        },
        right="The numbers in P or Q do not add up to 1",
    ),
    Question(
        "To make a distance of D, somebody takes the average of D(P‖Q) and D(Q‖P). Is it one?",
        {
            "No: a detour may still be shorter": "Right: for the three bells in a row both "
            "directions are equal, so the average breaks the triangle just as D does.",
            "Yes: now both ways are equal": "That mends one rule of two. Put the three bells in a "
            "row: both directions are equal there, and the detour is still shorter.",
            "No: the average may be below 0": "Neither direction is ever below 0, so their average "
            "is not either.",
        },
        right="No: a detour may still be shorter",
    ),
    Question(
        "D(A‖B) and D(B‖C) are both 1. How large can D(A‖C) be?",
        {
            "As large as you like": "Right: no bound follows. Three bells of equal spread in a "
            "row make it 4, and rare outcomes that B and then C underrate make it as large as you "
            "like.",
            "2 at most": "That would be the rule of distances. Three bells of equal spread in a "
            "row already make it 4.",
            "4 at most": "That is what three bells of equal spread in a row make it. Without equal "
            "spreads there is no bound.",
        },
        right="As large as you like",
    ),
]
