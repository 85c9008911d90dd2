"""What the lesson on training asks."""

from collections.abc import Callable, Sequence

from charts.units import Unit
from charts.wording import amount
from pages.training.pictures.landing import FARTHEST_GUESS
from pages.training.runs import TrainingRun
from pages.training.settings import TO_REFERENCE
from pages.training.words import landing
from widgets.optima import USUAL, at_beta
from widgets.prediction import TOLD, commit
from widgets.self_check import Question

GUESS = "training_guess"
GUESS_TOLD = GUESS + TOLD
PRICE = "0.02"
# The race that the question is about.
DUEL = {
    "beta_method": "PPO",
    "beta_rope": "fixed",
    "beta_price": PRICE,
    "beta_anchor": TO_REFERENCE,
    "beta_steps": 150,
    "beta_rate": 40,
    "beta_epochs": 2,
    "beta_group": 8,
    "training_pairs": USUAL.pairs,
    "training_ppo": False,
    "training_grpo": True,
    "training_adaptive": False,
}


def how_far_will_grpo_go(
    runs_of_it: Callable[[], Sequence[TrainingRun]], race: Callable[[], None], unit: Unit
) -> None:
    """Ask where GRPO ends with PPO's β; `runs_of_it` finds those of this race while it is on."""
    best = amount(at_beta(USUAL, float(PRICE)).exact.kl / unit.nats, unit.name, 1)

    def reveal(guess: float) -> str:
        # A guess in another unit may lie beyond the end of the slider.
        or_more = " or more" if guess == FARTHEST_GUESS else ""
        mine = f"You say {guess:g} {unit.name}{or_more}."
        if not (runs := runs_of_it()):
            return f"{mine} *PPO against GRPO*, below, trains both."
        ppo, grpo = runs
        if not grpo.done:
            return (
                f"{mine} Both are being trained: GRPO's line is dashed. *Stop training* stops them."
            )
        ends = [amount(run.end.kl / unit.nats, unit.name, 1) for run in (grpo, ppo)]
        return (
            f"{mine} GRPO is **{ends[0]}** away after {grpo.steps} steps, PPO {ends[1]}. GRPO "
            f"divides rewards by their spread in a group, {landing.price_of(grpo.recent_spread)} "
            "at the end. Beside rewards so blown up, the same β hardly weighs."
        )

    commit(
        GUESS,
        f"With β = {PRICE} the best policy is {best} from the SFT model, and PPO is trained "
        "towards it. GRPO, as published, climbs the same reward with the same β. How far away is "
        "it after 150 steps?",
        0,
        FARTHEST_GUESS,
        10,
        1,
        shown_as=f"%d {unit.name}",
        reveal=reveal,
        takeaway="β is a price in the currency of the reward: with another method, or rewards on "
        "another scale, the same β is another rope. Watch KL and the answers, not β.",
        shows=race,
        unit=unit,
    )


QUESTIONS = [
    Question(
        "Two teams both train with β = 0.04, one with PPO, one with GRPO as published. Whose "
        "policy is further from its SFT model?",
        {
            "That cannot be said": "Right: β weighs against the reward, and GRPO divides rewards "
            "by their spread in a group. Where rewards spread by less than 1 its rope is "
            "the longer one, where they spread by more the shorter one.",
            "They are equally far": "Only if β weighed the same. GRPO measures rewards in spreads "
            "of their group, PPO as they are.",
            "GRPO's": "Here it was, because rewards spread by little. With rewards that spread by "
            "more than 1, dividing by the spread makes them smaller, and β heavier.",
        },
        right="That cannot be said",
    ),
    Question(
        "KL is above its target, and the PPO paper's rule has just doubled β. In the next step KL "
        "is larger still. What is broken?",
        {
            "Nothing: KL answers late": "Right: β has a price on the way back, but the policy "
            "comes back step by step, and may still be on its way out.",
            "The sign of the penalty": "Then KL would go on rising for good. One step says "
            "nothing: the policy needs several to answer another β.",
            "The rule should have halved β": "It halves β when KL is too small: a cheaper rope "
            "lets the policy go further.",
        },
        right="Nothing: KL answers late",
    ),
    Question(
        "The PPO paper holds only the KL to the policy *one step before*, a *trust region*, at "
        "0.01 (`policy/approxkl_avg` in TRL). How far from the SFT model is it after 150 steps?",
        {
            "Anywhere: only objective/kl says it": "Right: short steps are not an anchor. RLHF's "
            "penalty is on the other KL, to the SFT model. Press *Short steps, no anchor* and see.",
            "0.01: the rule keeps it there": "It keeps each step that short. The next one is "
            "measured from where the last one ended.",
            "At most 150 · 0.01 = 1.5": "KL does not add up as lengths do: twice as far in one "
            "direction is about four times the KL. Press *Short steps, no anchor* and compare.",
        },
        right="Anywhere: only objective/kl says it",
    ),
    Question(
        "β = 0, and all forecasts of a group have become the same. What does GRPO learn from it?",
        {
            "Nothing": "Right: every reward is the mean of its group, so every advantage is 0. "
            "TRL counts such groups as `frac_reward_zero_std`.",
            "To repeat it: its reward is high": "GRPO asks whether an answer beats its group, not "
            "whether it is good. Equals beat nobody.",
            "To try something else": "Nothing pulls it away again: without differences there is no "
            "gradient.",
        },
        right="Nothing",
    ),
]
