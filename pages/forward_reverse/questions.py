"""What the lesson asks."""

from charts.units import Unit
from kl_core import GaussianMixture
from pages.forward_reverse.bells import commit_to_where_q_is, guessed, put_q
from pages.forward_reverse.numbers import TWO_MODES, covering
from pages.forward_reverse.words import guess_in_words
from widgets.prediction import commit_in_the_picture
from widgets.redraw import at_rest
from widgets.self_check import Question

ASKED = GaussianMixture(*zip(*TWO_MODES, strict=True))


def prediction(unit: Unit) -> None:
    """Ask where Q makes the forward divergence least."""
    commit_in_the_picture(
        "forward_guess",
        "Where must :orange[**Q**] stand, and how wide must it be, for **D(P‖Q)** to be least: the "
        "loss of those who live in :blue[**P**] and believe Q? Drag Q by its top and its shoulder.",
        reveal=lambda: guess_in_words(ASKED, guessed(at_rest), unit),
        takeaway="D(P‖Q) charges for all of P that Q misses: the best bell has P's own mean, and "
        "P's spread if it may. It covers. D(Q‖P) charges for where Q goes and P is not: the best "
        "bell may leave modes out. It seeks.",
        shows=glide_to_the_answer,
    )


def glide_to_the_answer() -> None:
    """Keep the guess, and move Q to where D(P‖Q) is least."""
    commit_to_where_q_is()
    cover = covering(ASKED)
    put_q(cover.mean, cover.std)


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
        "Q sits on one of P's far modes, of weight w. Why does D(Q‖P) charge so little for the "
        "modes that Q misses?",
        {
            "The average runs over Q": "Right: what Q hardly draws is hardly counted. All it pays "
            "is about log(1/w), since P is only w times as high as Q where Q does draw.",
            "Because log p is small there": "It is large there, that is what a mode is. It just "
            "gets next to no weight.",
            "It charges nothing at all": "Almost: there q·log(q/p) is next to nothing, however "
            "high p may be. But what lies there is missing where Q is, and costs about log(1/w).",
        },
        right="The average runs over Q",
    ),
    Question(
        "You descend D(Q‖P) twice, from different starts, and get two different Qs. Is one wrong?",
        {
            "No, both can be local optima": "Right: each mode far enough from the others has one. "
            "Compare their divergences to see which is best.",
            "Yes, the optimiser failed": "Where P's modes lie far apart, the map of D(Q‖P) has "
            "several valleys, and the start decides into which one rolls.",
            "Yes, KL has a unique minimum": "D(P‖Q) has, for a bell. D(Q‖P) need not.",
        },
        right="No, both can be local optima",
    ),
    Question(
        "P is a slanted bell in the plane, Q an upright ellipse. How wide does D(Q‖P) make Q along "
        "each axis?",
        {
            "Too narrow": "Right: an upright ellipse of P's width would reach past the slanted "
            "bell, where P has next to nothing, and D(Q‖P) charges for that. Variational inference "
            "is known for it.",
            "Too wide": "Neither direction does that. D(P‖Q) makes the *area* of Q too large, with "
            "P's own width along each axis.",
            "Exactly as wide as P": "That is D(P‖Q). D(Q‖P) keeps P's width with the other axis "
            "held still, and that is less.",
        },
        right="Too narrow",
    ),
]
