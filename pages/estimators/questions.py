"""What the lesson asks."""

from charts.units import Unit
from charts.wording import amount, number, percent
from kl_core import chance_below_zero, gaussian_moments
from pages.estimators.numbers.draws import CLOSE, Q
from pages.estimators.numbers.forecasts import UNLUCKY
from widgets.prediction import predict
from widgets.self_check import Question
from widgets.views import view


def prediction(unit: Unit) -> None:
    """Ask how often a single estimate of a divergence is below 0."""
    moments = gaussian_moments(*Q, CLOSE, 1.0)["k1"]
    below = float(chance_below_zero(*Q, CLOSE, 1.0))
    predict(
        "estimators_predict",
        "A policy Q has hardly moved away from its reference P: the true D(Q‖P) is "
        f"{amount(float(moments.truth) / unit.nats, unit.name, 4)}. You "
        "draw once from Q and take log(q/p). How often is that number below 0, although no "
        "divergence ever is?",
        ["Never", "Rarely, 1 time in 20", "Almost every other time"],
        answer="Almost every other time",
        reveal=f"**{percent(below)}** of all draws fall where P is the denser one, and give less "
        "than 0. Only their average is D(Q‖P), and the draws are "
        f"{number(float(moments.std / moments.truth), 0)} times as spread out as "
        "it is large.",
    )


def questions(unit: Unit) -> list[Question]:
    """Return the questions; what mends a wrong answer opens in the learner's unit."""
    return [
        Question(
            "Your trainer logs KL = −0.02 ± 0.03, from 64 answers. What should you do?",
            {
                "Nothing yet: draw more": "Right: that is within a standard error of 0. k1 of few "
                "answers is below 0 now and then when the policy has hardly moved.",
                "Stop: a KL below 0 is impossible": "A *divergence* below 0 is. This is an "
                "estimate of one, and it may fall on either side.",
                "Take its absolute value": "That turns an estimate that is right on average into "
                "one that is too large on average. k3 is never below 0 and still right on average.",
            },
            right="Nothing yet: draw more",
            see=view(
                "below 0 by chance",
                f"estimators?estimators_batch={UNLUCKY}#negative",
                "Chance can do this.",
                unit,
            ),
        ),
        Question(
            "It logs −0.9 ± 0.02, and k3 of the same answers says +1.4. What happened?",
            {
                "The answers were not drawn from the policy": "Right: k1 and k3 need not agree "
                "unless the draws are the policy's own. A minimum length, top-k and counted "
                "padding are common reasons.",
                "Bad luck": "So many standard errors below 0, and with k3 disagreeing? Chance "
                "hardly ever does that.",
                "The policy has become better than the reference": "KL does not know better and "
                "worse. It cannot be below 0 for any policy.",
            },
            right="The answers were not drawn from the policy",
            see=view(
                "a minimum length",
                "estimators?estimators_fee=cost+0.5&estimators_way=at+least+16+words"
                "&estimators_texts=1024#negative",
                "A mistake, hardly chance.",
                unit,
            ),
        ),
        Question(
            "k3 is never below 0, has no bias and is quieter than k1. Is it always the better one?",
            {
                "Only close to the reference": "Right: far away its spread grows with the "
                "exponential of half the squared gap, and for a wide enough P it is infinite.",
                "Yes, always": "Move the gap to 2.5, or P's spread to 1.5, and look at the table.",
                "No, it is biased": "It has none where Q may write all that P may: there p/q − 1 "
                "averages to exactly 0 over Q.",
            },
            right="Only close to the reference",
            see=view("far away", "estimators?estimators_gap=2.5#move", "k1 is closest here.", unit),
        ),
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
                "estimators?estimators_train=true#train",
                "Not held: k1 in the loss",
                unit,
            ),
        ),
    ]
