"""What the lesson asks."""

from collections.abc import Callable
from functools import partial

from charts.units import Unit
from charts.wording import amount
from kl_core import gaussian_kl
from pages.estimators.numbers.draws import CLOSE, Q
from pages.estimators.numbers.forecasts import UNLUCKY
from pages.estimators.numbers.singles import GUESS_SLIDER, Singles
from pages.estimators.words.singles import reveal
from widgets.prediction import commit
from widgets.self_check import Question
from widgets.views import view


def prediction(unit: Unit, draw: Callable[[], None]) -> None:
    """Ask how often a single estimate of a divergence is below 0; `draw` shows it."""
    close = Singles(CLOSE, 1.0, seen=0, seed=1)
    truth = float(gaussian_kl(*Q, CLOSE, 1.0)) / unit.nats
    commit(
        "estimators_guess",
        "A *policy* :orange[**Q**] (what a model does) has hardly moved from its *reference* "
        f":blue[**P**] (where its training began): D(Q‖P) is {amount(truth, unit.name, 4)}. You "
        "draw once from Q and take log(q/p). How often is that below 0, although no divergence "
        "ever is?",
        *GUESS_SLIDER,
        shown_as="%d%%",
        reveal=partial(reveal, close),
        takeaway="From samples KL is only estimated: log(q/p) is right on average, but so noisy "
        "that it falls below 0 again and again; close to the reference a cleverer average, below, "
        "is far quieter.",
        shows=draw,
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
            see=view(
                "far away", "estimators?estimators_gap=2.5#average", "k1 is closest here.", unit
            ),
        ),
    ]
