"""What the lesson on gradients asks."""

from collections.abc import Callable
from functools import partial

from charts.units import Unit
from pages.gradients.numbers import CONTEXT, GUESS_SLIDER, Pulls
from pages.gradients.words import reveal
from widgets.prediction import commit
from widgets.self_check import Question
from widgets.views import view

TOLD = "gradients?gradients_guess_told=true"


def prediction(pulls: Pulls, unit: Unit, show: Callable[[], None]) -> None:
    """Ask how hard k1 in the loss pulls; `pulls` are those of Q's own draws."""
    commit(
        "gradients_guess",
        "A *policy* :orange[**Q**] (how likely a model makes each next word, here after "
        f"“{CONTEXT}”) is trained, and a penalty is to hold it to its *reference* :blue[**P**]. As "
        "a number k1 = log(q/p) is right on average. Now it stands in the *loss* and is "
        "differentiated, draw by draw. How hard does it pull on average, in percent of the slope "
        "of D(Q‖P)?",
        *GUESS_SLIDER,
        shown_as="%d%%",
        reveal=partial(reveal, float(pulls.found["k1 in the loss"].noise), unit),
        takeaway="In the loss an estimator is differentiated, and what counts is its slope: on "
        "average k2 pulls along D(Q‖P), as k1 in the *reward* does, k3 along the other direction, "
        "and k1 nowhere.",
        shows=show,
    )


def questions(unit: Unit) -> list[Question]:
    """Return the questions; what mends a wrong answer opens in the learner's unit."""
    return [
        Question(
            "k1 has no bias. You put β·k1 into the loss and differentiate it. What happens?",
            {
                "On average nothing": "Right: the average of ∇log π over the policy's own draws is "
                "0, and what is left is noise, which moves the policy as well. The slope of an "
                "average is not the average of the slopes, when the draws depend on what is moved.",
                "It holds the policy to the reference": "That needs k1 in the *reward*, or k2 or "
                "k3 in the loss. The gradient of k1 in the loss does not even contain the "
                "reference.",
                "It pulls towards D(π_ref‖π)": "That is what k3 in the loss does.",
            },
            right="On average nothing",
            see=view(
                "the five runs",
                "gradients?estimators_train=true#train",
                "Not held: k1 in the loss",
                unit,
            ),
        ),
        Question(
            "GRPO puts k3 into the loss. As a number it estimates D(π‖π_ref) without bias. Which "
            "divergence does it press down, at each word?",
            {
                "D(π_ref‖π)": "Right: it averages over the *reference's* words: the covering "
                "direction. Near the reference the two slopes all but agree.",
                "D(π‖π_ref)": "That is what it estimates, as a number. Its slope is another: that "
                "of D(π_ref‖π).",
                "None": "That is k1 in the loss.",
            },
            right="D(π_ref‖π)",
            see=view("where each one pulls", f"{TOLD}#move", "k3 in the loss", unit),
        ),
        Question(
            "Four passes over each batch: from the second on, the draws are those of an older "
            "policy. What mends the penalty's slope?",
            {
                "Weigh each draw": "Right: with its chance under the policy over the chance with "
                "which it was drawn. The average is right again; how noisy it is, is another "
                "question.",
                "k3 instead of k2": "No placement is right on another policy's draws unless they "
                "are weighed; unweighted k3 may pull thousands of times too hard.",
                "A smaller β": "That makes a wrong pull smaller, and no less wrong.",
            },
            right="Weigh each draw",
            see=view(
                "an older policy's draws",
                "gradients?estimators_drawn=P#move",
                "Drawn by the older policy and not weighted",
                unit,
            ),
        ),
        Question(
            "Per token or per answer: k2 of each token, added up in the loss. What does it leave "
            "out?",
            {
                "What an early token leads to": "Right: at each token it sees only that token's "
                "ratio. A first word after which the policy strays pays nothing for that.",
                "The length of the answer": "Each token adds its own penalty, so longer answers "
                "do pay more.",
                "Nothing": "Of a single choice, it has the right slope. Over several, a token also "
                "changes which ones come later, and that part is missing.",
            },
            right="What an early token leads to",
            see=view("the story of two words", "gradients#use", "k2 pulls the first word by", unit),
        ),
    ]
