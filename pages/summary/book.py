"""The book in one table: what each idea says, and links into the views that show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from charts.units import Unit
from charts.wording import amount, number, position
from kl_core import (
    GaussianMixture,
    cross_entropy,
    entropy,
    gaussian_kl,
    normalize,
    project_forward,
    project_reverse,
)
from kl_core.rlhf import AdaptiveKL, ProportionalKL
from pages.summary.numbers import FAIR, LOADED
from widgets.pipeline import policy_kl
from widgets.views import view

# The sunny forecaster, as the forecaster's lesson and the sum have it in their links.
SUNNY = "intuition_q1=6&intuition_q2=2.5&intuition_q3=1&intuition_q4=0.5"
SUMMED = "&".join(
    f"definition_{letter}{place}={weight}"
    for letter, weights in (("p", "4 3 2.5"), ("q", "6 2.5 1 0.5"))
    for place, weight in enumerate(weights.split(), start=1)
)
IN_CODE = "&".join(
    f"information_{letter}{place}={weight}"
    for letter, weights in (("p", "5 2 1 1 0.5 0.5"), ("q", "1 1 1 1 1 1"))
    for place, weight in enumerate(weights.split(), start=1)
)
WEATHER, FORECAST = normalize([4, 3, 2.5, 0.5]), normalize([6, 2.5, 1, 0.5])
CODED, CODED_FOR = normalize([5, 2, 1, 1, 0.5, 0.5]), FAIR
TWO_MODES = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])


@dataclass(frozen=True)
class Row:
    """An idea of the book, what it says in one sentence, and where to see it."""

    idea: str
    says: str
    views: tuple[str, ...]


def table(unit: Unit) -> str:
    """Return the table, as Markdown."""
    lines = [
        f"| **{row.idea}** | {row.says} | {', '.join(row.views)} |"
        for part in (_meaning, _laws, _die, _codes, _directions, _rope, _training, _own)
        for row in part(unit)
    ]
    return "\n".join(["| idea | in one sentence | see it |", "|:--|:--|:--|", *lines])


def _meaning(unit: Unit) -> Iterator[Row]:
    """Say what D(P‖Q) is, of outcomes and of a line."""
    see = partial(view, unit=unit)
    lost = unit.kl(WEATHER, FORECAST)
    area = amount(float(gaussian_kl(0, 1, 1, 1.5, base=unit.base)), unit.name)
    loss = amount(lost, unit.name)
    yield Row(
        "The intuition",
        "The information you lose each time, on average, by believing Q while P is true: "
        f"{loss} a day with the sunny forecaster.",
        (
            see(
                "Believe a forecast",
                f"intuition?{SUNNY}#move",
                f"Believing the forecast loses {loss} of information a day",
            ),
        ),
    )
    yield Row(
        "The definition",
        "The gap log(p/q), weighed with p and added up: a sum over outcomes "
        f"({number(lost)} there), an integral over a line ({area}).",
        (
            see("Sum", f"definition?{SUMMED}#formula", f"Together the products make {loss}"),
            see(
                "integral",
                "integral?definition_q_mean=1&definition_q_spread=1.5&definition_q_end=8#move",
                f"What remains is the area, {area}",
            ),
        ),
    )


def _laws(unit: Unit) -> Iterator[Row]:
    """Say what holds for every P and Q."""
    see = partial(view, unit=unit)
    step, leap = (float(gaussian_kl(0, 1, far, 1, base=unit.base)) for far in (1, 2))
    yield Row(
        "Never below 0",
        "D(P‖Q) ≥ 0, and 0 only where Q is P: Gibbs' inequality.",
        (
            see(
                "Make it 0",
                "intuition?intuition_q1=4&intuition_q2=3&intuition_q3=2.5&intuition_q4=0.5#move",
                "The forecast is the truth: no day costs anything",
            ),
            see(
                "try to get below",
                "intuition#try",
                "None is below 0, and none can be",
            ),
            see("why nobody can", "properties#below", "Nobody gets below"),
        ),
    )
    yield Row(
        "Infinite",
        "One outcome that P can bring and Q rules out is enough; an ε added to q hides it.",
        (
            see("Rule out the six", "die?die_q6=0#move", "so D(P‖Q) is infinite"),
            see(
                "what ε makes up",
                "integral?definition_q_end=2#move",
                "The number tells of your ε, not of P and Q",
            ),
        ),
    )
    yield Row(
        "Not a metric",
        "D(P‖Q) and D(Q‖P) differ, and a detour may be shorter: two steps of "
        f"{number(step)} between bells, but {amount(leap, unit.name)} straight on.",
        (
            see(
                "A shorter detour",
                "properties?properties_b_mean=1#triangle",
                f"The detour is shorter by {amount(leap - 2 * step, unit.name)}: the triangle is "
                "broken",
            ),
        ),
    )


def _die(unit: Unit) -> Iterator[Row]:
    """Say what the book's dice cost."""
    see = partial(view, unit=unit)
    there, back = unit.both_ways(FAIR, LOADED)
    yield Row(
        "The die",
        f"A fair die against a uniform model: {number(unit.kl(FAIR, FAIR), 0)}. Against a loaded "
        f"one {amount(there, unit.name)}; the other way round {number(back)}.",
        (
            see("Uniform", "die?die_q1=1#move", f"nothing is lost: D(P‖Q) is 0 {unit.name}"),
            see(
                "loaded", "die#move", f"costs a believer in Q {amount(there, unit.name)} on average"
            ),
            see(
                "swapped",
                "die?die_p1=5&die_q1=1#move",
                f"costs a believer in Q {amount(back, unit.name)} on average",
            ),
        ),
    )


def _codes(unit: Unit) -> Iterator[Row]:
    """Say what the wrong code costs."""
    own = float(entropy(CODED, base=unit.base))
    crossed = float(cross_entropy(CODED, CODED_FOR, base=unit.base))
    extra = amount(unit.kl(CODED, CODED_FOR), unit.name)
    yield Row(
        "Entropy, cross-entropy, KL",
        "H(P, Q) = H(P) + D(P‖Q). Words of ideal length for the wrong die take "
        f"{number(crossed)} = {number(own)} + {extra} a roll.",
        (
            view(
                "The wrong code",
                f"information?{IN_CODE}#price",
                f"The difference is D(P‖Q): {extra} paid on every roll",
                unit,
            ),
        ),
    )


def _directions(unit: Unit) -> Iterator[Row]:
    """Set the two directions side by side."""
    see = partial(view, unit=unit)
    covers, seeks = project_forward(TWO_MODES), project_reverse(TWO_MODES)[-2]
    covers_at, seeks_at = (
        f"mean {position(each.mean)}, spread {position(each.std)}" for each in (covers, seeks)
    )
    covered, sought = (amount(each.divergence / unit.nats, unit.name) for each in (covers, seeks))
    yield Row(
        "Forward, D(P‖Q)",
        f"Covers. One bell for two far modes lies over both: {covers_at}, at {covered}.",
        (
            see(
                "The Q that covers",
                "forward-reverse?forward_q_mean=0&forward_q_spread=2.62#optima",
                f"the mean and the spread of P itself: {covers_at}, at {covered}",
            ),
        ),
    )
    yield Row(
        "Reverse, D(Q‖P)",
        f"Seeks. It keeps to one mode: {seeks_at}, at {sought}.",
        (
            see(
                "The Q that seeks",
                "forward-reverse?forward_q_mean=2.49&forward_q_spread=0.81#optima",
                f"at {seeks_at}, over 1 bell of P, costs {sought}",
            ),
        ),
    )
    yield Row(
        "Which is it?",
        "Code and papers do not always say. Ask who takes the average.",
        (see("Name that direction", "directions", "Name that direction"),),
    )


def _rope(unit: Unit) -> Iterator[Row]:
    """Say what β does to a language model, and who sets it."""
    see = partial(view, unit=unit)
    short, long = (amount(policy_kl(beta) / unit.nats, unit.name) for beta in (0.1, 0.01))
    halving, easing = (rule(0.02, target=3).after(6).beta for rule in (AdaptiveKL, ProportionalKL))
    target = amount(3, unit.name)
    yield Row(
        "The KL penalty of RL",
        "Reward − β·D(π‖π_ref): the larger β, the shorter the rope. The lesson's best policy "
        f"is {short} away at β = 0.1, and {long} at β = 0.01.",
        (
            see("Short rope", "beta-penalty?beta_beta=0.1#move", f"For that they are {short}"),
            see("long rope", "beta-penalty?beta_beta=0.01#move", f"For that they are {long}"),
        ),
    )
    yield Row(
        "Adaptive β",
        "Follows a target. Where KL is twice the target, the PPO paper's rule turns β = 0.02 "
        f"into {halving:g}, Ziegler's into {easing:g}.",
        (
            see(
                "Train with one",
                "training?beta_rope=adaptive&beta_steps=30&beta_train=true#runs",
                f"(target: {target}), and β ended at",
            ),
        ),
    )


def _training(unit: Unit) -> Iterator[Row]:
    """Say what GRPO penalises."""
    see = partial(view, unit=unit)
    yield Row(
        "GRPO's KL",
        "k3: right on average, never below 0. Put in the loss it has, at each token, the gradient "
        "of D(π_ref‖π), the other direction.",
        (
            see(
                "Which KL in the loss?",
                "gradients?gradients_guess_told=true#move",
                "Along the slope of the other direction, D(P‖Q): k3 in the loss",
            ),
            see(
                "a run of GRPO",
                "training?beta_method=GRPO&beta_steps=30&beta_train=true#runs",
                "Its penalty, k3 in the loss, does not have the slope of D(π‖π_SFT)",
            ),
        ),
    )


def _own(unit: Unit) -> Iterator[Row]:
    """Lead to what a learner brings along."""
    yield Row(
        "Your own P and Q",
        "The same numbers, checks and pictures for what you bring along.",
        (view("Your own numbers", "your-own", "Your own numbers", unit),),
    )
