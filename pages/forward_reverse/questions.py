"""What the lesson asks."""

from charts.wording import number
from kl_core import GaussianMixture
from pages.forward_reverse.numbers import TWO_MODES, covering, seeking
from pages.forward_reverse.words import at
from widgets.prediction import predict
from widgets.self_check import Question


def prediction() -> None:
    """Ask which Q makes the forward divergence least."""
    p = GaussianMixture(*zip(*TWO_MODES, strict=True))
    cover, seek = covering(p), seeking(p)[0]
    predict(
        "forward_predict",
        "P has two modes, far apart. Q may only be one plain bell. Which Q makes D(P‖Q) least: the "
        "loss of those who live in P and believe Q?",
        ["A wide bell over both", "A bell on one of the modes", "A narrow bell in the gap"],
        answer="A wide bell over both",
        reveal=f"Its spread is **{number(cover.std, 2)}**, as wide as P itself, although its "
        "middle stands where P has next to nothing. Turn it around, D(Q‖P), and the best bell sits "
        f"on one mode: {at(seek)}.",
    )


QUESTIONS = [
    Question(
        "You fit one bell to two far modes by maximum likelihood, from plenty of data. Where does "
        "it end?",
        {
            "Over both": "Right: maximum likelihood minimises D(P‖Q), with P the data, and so "
            "covers whatever the data hold.",
            "On the larger mode": "Then every datum of the other mode would have a likelihood near "
            "0, and its logarithm would ruin the sum.",
            "That depends on the start": "For one bell D(P‖Q) has a single optimum, the mean and "
            "spread of the data. It is the reverse direction whose end depends on the start.",
        },
        right="Over both",
    ),
    Question(
        "Why does D(Q‖P) not care about a mode of P that Q does not visit?",
        {
            "The average runs over Q": "Right: what Q never draws is never counted. Only what Q "
            "does draw has to look likely under P.",
            "Because log p is small there": "It is large there, that is what a mode is. It just "
            "gets no weight.",
            "It does care, a little": "Not at all: where q is 0 the product q·log(q/p) is 0, "
            "however high p may be.",
        },
        right="The average runs over Q",
    ),
    Question(
        "You descend D(Q‖P) twice, from different starts, and get two different Qs. Is one wrong?",
        {
            "No, both can be local optima": "Right: each mode far enough from the others has one. "
            "Compare their divergences to see which is best.",
            "Yes, the optimiser failed": "Look at the map of D(Q‖P) above: it has several valleys, "
            "and each start rolls into its own.",
            "Yes, KL has a unique minimum": "D(P‖Q) has, for a bell. D(Q‖P) has not.",
        },
        right="No, both can be local optima",
    ),
    Question(
        "P is a slanted bell in the plane, Q an upright ellipse. How wide does D(Q‖P) make Q?",
        {
            "Too narrow": "Right: a wide upright ellipse would reach past the slanted bell, where "
            "P has nothing, and D(Q‖P) charges for that. Variational inference is known for it.",
            "Too wide": "That is D(P‖Q), which would rather waste weight than miss any of P.",
            "Exactly as wide as P": "D(P‖Q) keeps P's width along each axis. D(Q‖P) keeps P's "
            "width with the other axis held still, and that is less.",
        },
        right="Too narrow",
    ),
]
