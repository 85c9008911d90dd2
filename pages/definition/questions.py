"""What the definition lesson asks."""

from charts.units import Unit
from charts.wording import amount
from kl_core import gaussian_kl
from widgets.prediction import predict
from widgets.self_check import Question


def prediction(unit: Unit) -> None:
    """Ask how the divergence of two bells grows with the gap between them."""
    near, far = (
        amount(float(gaussian_kl(0, 1, gap, 1, base=unit.base)), unit.name) for gap in (1, 2)
    )
    predict(
        "definition_predict",
        "P and Q are bells of the same width, and their middles are one spread apart. You pull "
        "them two spreads apart. How does D(P‖Q) grow?",
        ["It doubles", "Fourfold", "It stays: the widths are the same"],
        answer="Fourfold",
        reveal=f"From {near} to **{far}**. For bells of equal width D is half the squared gap, in "
        "spreads (and in nats): a model that is twice as far off costs four times as much.",
    )


QUESTIONS = [
    Question(
        "What is the p(x) in front of the logarithm for?",
        {
            "It counts each gap as often as x comes": "Right: the gap is averaged over what P "
            "really brings. What is rare counts little, unless its gap is huge: with *Q too "
            "narrow* the outer twentieth of P makes more than a third of D.",
            "It makes every product positive": "It cannot: p is never below 0, so the product has "
            "the sign of the gap, and some gaps are below 0.",
            "It turns gaps into probabilities": "Gaps stay gaps: logarithms, of any size and sign. "
            "p only weighs them.",
        },
        right="It counts each gap as often as x comes",
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
]
