"""What the rope lesson asks."""

import math

from charts.wording import give_or_take, listed, number
from pages.beta_penalty.words.hacking import best_beta
from widgets.controls import one_of
from widgets.optima import BETAS, USUAL, Curve, at_beta
from widgets.prediction import predict
from widgets.self_check import Question

# From which β on, and below which.
GUESSES = {
    "0.1 or more": (0.1, math.inf),
    "0.03 to below 0.1": (0.03, 0.1),
    "0.01 to below 0.03": (0.01, 0.03),
    "0.003 to below 0.01": (0.003, 0.01),
    "below 0.003": (0, 0.003),
}


def prediction() -> None:
    """Ask what becomes of the judge's score as the rope gets longer."""
    points = [at_beta(USUAL, beta) for beta in (1.0, 0.0125, 0.001)]
    rewards = [number(each.exact.reward) for each in points]
    scores = [give_or_take(*each.report.score) for each in points]
    predict(
        "beta_predict",
        "Make β smaller and smaller, and the *reward model's* score of the policy can only rise. "
        "What does the score of the *judge* do, whom the reward model imitates?",
        ["It rises as well", "It rises, then falls", "It falls from the start"],
        answer="It rises, then falls",
        reveal=f"At β = 1, 0.0125 and 0.001 the reward is {listed(rewards)}, always more. The "
        f"judge gives {listed(scores)} of 7: first the policy learns what forecasts need, then it "
        "learns what the reward model is wrong about. Move β and read it happen.",
    )


def guess() -> None:
    """Ask at which β the judge's score is largest."""
    one_of(
        "**Guess:** at which β does the judge like the policy best?",
        list(GUESSES),
        None,
        key="beta_guess",
        horizontal=True,
        tells="Move β above and watch the judge's tile. The chart shows the answer after your "
        "guess.",
    )


def verdict(guessed: str | None, rope: Curve) -> str:
    """Say whether a guess of the best β was right."""
    if guessed is None:
        return "Guess first, and the star will show it."
    low, high = GUESSES[guessed]
    near = rope.within_noise(rope.peak)
    best, *others = (low <= float(BETAS[place]) < high for place in (rope.peak, *near))
    answer = "Right." if best else "Perhaps." if any(others) else f"Not {guessed}."
    return f"{answer} {best_beta(rope)} It is the star in the chart."


QUESTIONS = [
    Question(
        "Your policy's reward rises steadily, and so does its KL to the SFT model. What do you "
        "know about the quality of its answers?",
        {
            "Little: look at the answers": "Right: reward and KL both rise before the judge's peak "
            "and after it. Only the judge, people or a fresh test, tells the two apart.",
            "They get better": "Until the peak, yes. Beyond it the same two curves go on rising "
            "while the judge's score falls.",
            "They get worse": "Before the peak they get better, with the very same signs.",
        },
        right="Little: look at the answers",
    ),
    Question(
        "Which divergence does the rope of RLHF measure?",
        {
            "D(π‖π_SFT), averaged over the policy's own answers": "Right: the reverse direction, "
            "the one that seeks. It makes dear what the SFT model would hardly say; it does not "
            "ask to say all that it would.",
            "D(π_SFT‖π), averaged over the SFT model's answers": "That one would punish the policy "
            "for dropping anything that the SFT model says. But for a constant it is the loss of "
            "supervised training.",
            "Either, they are the same": "They can be, by symmetry, but hardly ever are; see "
            "*Cover or seek*.",
        },
        right="D(π‖π_SFT), averaged over the policy's own answers",
    ),
    Question(
        "What does a larger β do to the curve of the judge's score against KL?",
        {
            "It picks a point with less KL on it": "Right: the curve belongs to the reward model. "
            "β says how far to go along it, much as stopping early does.",
            "It lifts the whole curve": "A better reward model can lift it. With the same "
            "one each β gives one point of the same curve.",
            "It makes the peak move to the right": "The peak stays where the reward model's "
            "mistakes begin to win. A larger β stops earlier.",
        },
        right="It picks a point with less KL on it",
    ),
    Question(
        "PPO's paper also adapts a β, to a KL between the new policy and the one before the step. "
        "Does that keep a policy near its SFT model?",
        {
            "No, it keeps each step short": "Right: a trust region. Many short steps lead far "
            "away; tie the rope to the policy one step before and see.",
            "Yes, short steps add up to little": "They add up, step after step. Train it that way "
            "and look at the KL to the SFT model.",
            "Yes, it is the same KL": "One is measured from the policy a step ago, the other from "
            "the model it all started with.",
        },
        right="No, it keeps each step short",
    ),
]
