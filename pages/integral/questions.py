"""What the integral lesson asks."""

from collections.abc import Callable

from charts.units import Unit
from charts.wording import amount, number
from pages.integral.numbers import MILLIONTH, USUAL, at_first, reported_at_first
from pages.integral.words import grows_by
from widgets.prediction import commit
from widgets.self_check import Question


def commitment(unit: Unit, shrink: Callable[[], None]) -> None:
    """Ask what becomes of the number that a program reports when its ε shrinks."""
    bells = at_first()
    usual, millionth = (reported_at_first(epsilon, unit) for epsilon in (USUAL, MILLIONTH))
    times = millionth / usual

    def reveal(guess: float) -> str:
        return (
            f"**{amount(millionth, unit.name)}**: {number(times, 2)} times as large; your "
            f"guess was {number(guess, 2)} times. Each ε a thousand times smaller adds "
            f"{amount(grows_by(*bells, unit), unit.name)}, without end, for D(P‖Q) is **∞**: "
            "beyond its end q is 0 and p is not. The number tells of the program's ε, not of P "
            "and Q."
        )

    commit(
        "integral_guess",
        f"Q ends at {number(bells[1].end, 0)}, and P goes on. So as not to divide by 0, a program "
        f"adds ε = {USUAL} to q, and reports **{amount(usual, unit.name)}**. With ε = "
        f"{MILLIONTH}, how many times as large is its number?",
        0.0,
        3.0,
        1.0,
        0.05,
        shown_as="%.2f times",
        reveal=reveal,
        takeaway="On a line D(P‖Q) is the area under p·log(p/q): infinite as soon as P goes on "
        "where Q has ended, whatever an ε lets a program report.",
        shows=shrink,
    )


QUESTIONS = [
    Question(
        "P goes on where Q has ended, and a program still reports a finite D. Why?",
        {
            "It added a small ε to q": "Right, or it clipped q, or left those x out, or counted in "
            "wide bins: all turn ∞ into a number that depends on a choice nobody sees.",
            "The part of P beyond is tiny": "However tiny, log(p/q) is infinite there, and so is "
            "the average. Tiny parts only make the fake look harmless.",
            "It computed in nats": "The unit scales a number. It cannot make an infinite one "
            "finite.",
        },
        right="It added a small ε to q",
    ),
    Question(
        "At some x the density p(x) is 2. Is that a mistake?",
        {
            "No": "Right: a density is chance per length. A narrow bell is higher than 1, and the "
            "area below it still 1. Lower a spread to 0.2 above and look.",
            "Yes, nothing is likelier than 1": "No chance is above 1, but a density is chance per "
            "length, and on a short enough piece it may be as high as it likes.",
            "Only if q(x) is smaller": "The size of q makes the gap, and says nothing about how "
            "high p may be.",
        },
        right="No",
    ),
    Question(
        "You join neighbouring bins of a histogram. What can happen to D(P‖Q)?",
        {
            "It falls or stays": "Right: coarser bins forget where in a bin things happened, and "
            "nobody tells P from Q better by forgetting.",
            "It rises or stays": "Then one could tell P from Q better by looking less closely. It "
            "is the other way round.",
            "Anything": "The direction is certain: the data-processing inequality allows no rise.",
        },
        right="It falls or stays",
    ),
    Question(
        "P and Q are whole bells without a lean, of the same width, their middles one spread "
        "apart. You pull them two spreads apart. How does D(P‖Q) grow?",
        {
            "Fourfold": "Right: for bells of equal width D is half the squared gap, in spreads and "
            "in nats. A model that is twice as far off costs four times as much.",
            "It doubles": "D is no distance. The closed formula has the gap squared: twice as far "
            "off costs four times as much.",
            "It stays": "Only the logarithm of the widths' ratio is 0 then. The squared gap is "
            "still in the formula.",
        },
        right="Fourfold",
    ),
]
