"""What the rope lesson asks."""

from pages.beta_penalty.scale import Rope, along
from pages.beta_penalty.words.rope import answered
from widgets.controls import put
from widgets.optima import LADDER
from widgets.prediction import commit_among
from widgets.redraw import now
from widgets.self_check import Question

GUESS = "beta_guess"


def prediction() -> None:
    """Ask at which β the judge's score is largest."""

    def reveal(guess: str) -> str:
        rope = Rope.of(now, now)
        return answered(guess, rope, along(rope))

    commit_among(
        GUESS,
        ":orange[**Q**], the *policy* (a language model in training), writes weather forecasts for "
        "the points of a *reward model*, which has learned from pairs what a *judge* prefers. On a "
        "longer rope, with a smaller β, these points can only rise. **At which β does the judge "
        "itself like Q best?**",
        LADDER,
        "0.2",
        reveal=reveal,
        takeaway="β says how far Q may go from P for a reward; past some point Q only climbs the "
        "reward model's mistakes.",
        shows=lambda: put(beta_beta=now[GUESS]),
    )


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
        "A paper uses β = 0.1 and you do, too. Your rewards are ten times as large as theirs. "
        "Whose rope is shorter?",
        {
            "Theirs": "Right: only r/β counts. With rewards ten times as large, β = 0.1 holds as "
            "β = 0.01 would with theirs.",
            "Mine": "The other way round: larger rewards pull harder at the same rope, as if β "
            "were smaller.",
            "Neither, β is the same": "π* depends on r/β alone. Move the reward's scale and see Q "
            "run.",
        },
        right="Theirs",
    ),
]
