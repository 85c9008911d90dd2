"""What the rope lesson says about the best policy at one β."""

import math
from collections.abc import Mapping, Sequence
from itertools import repeat

from charts.units import Unit
from charts.wording import (
    amount,
    counted,
    digits_apart,
    give_or_take,
    number,
    percent,
    significant,
)
from kl_core.rlhf import Tokens, forecasts
from pages.beta_penalty.numbers import Boosted
from pages.beta_penalty.pictures.rope import ENDS, place
from pages.beta_penalty.scale import CONSERVATIVE, FREE, Along, Rope
from widgets.optima import SAMPLES, Examined, World
from widgets.pipeline import judge, reference

# Forecasts of the policy that are quoted beside β.
QUOTED = 3
# Where the judge stops reading.
STOPS_READING = "✂"
# What counts as a failure, as the page says.
TWICE_AS_PUZZLED, MANY_REPEATS, STANDARD_ERRORS = 2.0, 0.2, 2.0

# What a falling score says where the reward model imitates somebody else.
THE_RULE = " That judge is the rule: whether Q still pleases you, only you can say. Read it."

WHO_IS_WHO = """
1. :blue[**P**], the **SFT model** (*supervised fine-tuning*: it has learned from examples alone).
   From {forecasts} weather forecasts it has counted how often each word follows the two before.
2. The **judge** is what people really want. It reads a forecast word by word, and **stops at the
   first word that none of the {forecasts} forecasts has after the word before**. What it has read
   earns a point each for a *when*, *where*, *sky*, *temperature* and *wind*; read to the end, one
   more for a proper ending and one if nothing repeats. Seven at best.
3. The **reward model** is {judged} it has learned what each *word* is worth. It adds words up;
   whether they make a sentence it cannot see.
4. :orange[**Q**], the **policy**, is what is trained: it earns reward and pays β for each nat of
   D(Q‖P). Here the best one is computed exactly.

So the rope holds Q where the reward model was checked. Too short, and Q stays P. Too long, and it
falls off the far side of the hill: **reward hacking**, where the score rises and the quality does
not. Nobody has scripted that here.
"""


def who_is_who(world: World) -> str:
    """Say what the four parts of this small RLHF are."""
    judged = (
        f"a guess at your taste. From {counted(world.pairs, 'pair')} of P's forecasts, and which "
        "of two you liked better,"
        if world.taste
        else f"a guess at the judge. From {world.pairs:,} pairs of P's forecasts, and which of two "
        "the judge preferred (a point apart, 73 times of 100),"
    )
    return WHO_IS_WHO.format(forecasts=len(forecasts().splitlines()), judged=judged)


def quoted(tokens: Tokens) -> str:
    """Return sentences as Markdown: where the judge stops reading, and the points it gives."""
    words, read, points = reference().words, judge().reads(tokens), judge().score(tokens)
    lines = []
    for row, flags, score in zip(tokens, read, points, strict=True):
        spoken = [words[token] for token in row if token > 0]
        heard = sum(token > 0 and flag for token, flag in zip(row, flags, strict=True))
        ended = "." if 0 in row else " …"
        if not flags[row >= 0].all():
            spoken.insert(heard, STOPS_READING)
        lines.append(f"- {' '.join(spoken)}{ended} ({score:.0f} of 7)")
    return "\n".join(lines)


def failures(rope: Rope) -> list[str]:
    """Return the failures that this policy shows, each as a sentence with its threshold."""
    said = []
    mine, base, (beta, best) = rope.mine, rope.base, rope.best
    if fallen(mine, best):
        (score, error), (usual, usual_error) = mine.report.score, base.report.score
        below = math.hypot(error, usual_error)
        even = (
            f", below even P's {number(usual, 2)}"
            if usual - score > STANDARD_ERRORS * below
            else ""
        )
        said.append(
            f"**Reward hacking.** Past β = {significant(beta, 3)}, where the judge's score peaks, "
            f"the reward has gone on from {number(best.exact.reward)} to "
            f"{number(mine.exact.reward)}, and the judge's score has fallen from "
            f"{number(best.report.score[0], 2)} to {number(score, 2)}{even} (by more than two "
            f"standard errors).{THE_RULE if rope.world.taste else ''}"
        )
    puzzled = mine.exact.perplexity / base.exact.perplexity
    repeated = mine.report.repeated[0]
    if puzzled >= TWICE_AS_PUZZLED or repeated >= MANY_REPEATS:
        said.append(
            f"**Language degeneration.** P's perplexity on this text (how many words it wavers "
            f"between) is {number(puzzled, 1)} times that on its own, and {percent(repeated)} of "
            f"the sampled words repeat (named from {TWICE_AS_PUZZLED:g} times or "
            f"{percent(MANY_REPEATS, 0)} on)."
        )
    return said


def fallen(mine: Examined, best: Examined) -> bool:
    """Say whether a policy earns more than the judge's favourite, and the judge likes it less.

    By more than two standard errors of the difference.
    """
    (score, error), (most, best_error) = mine.report.score, best.report.score
    clearly = most - score > STANDARD_ERRORS * math.hypot(error, best_error)
    return clearly and mine.exact.reward > best.exact.reward


def book_says(per_spread: float) -> str:
    """Return where a β lies in the book's ranges."""
    (loosest, free), (conservative, tightest) = FREE, CONSERVATIVE
    if conservative <= per_spread <= tightest:
        return f"in the book's *conservative* range, {conservative:g} to {tightest:g}"
    if loosest <= per_spread <= free:
        return f"in the book's *free* range, {loosest:g} to {free:g}"
    if per_spread < loosest:
        return "below the book's ranges"
    return "between the book's two ranges" if per_spread < tightest else "above the book's ranges"


def what_beta_buys(rope: Rope, unit: Unit, *, told: bool) -> str:
    """Say what this β buys and what it costs; what the judge thinks only once `told`."""
    mine, base = rope.mine, rope.base
    earned, usual = mine.exact.reward, base.exact.reward
    digits = digits_apart(earned, usual)
    judged = (
        f", and the judge gives them {give_or_take(*mine.report.score)} of 7 instead of "
        f"{give_or_take(*base.report.score)}"
        if told
        else ""
    )
    return (
        f"At β = {rope.beta} Q's forecasts earn {number(earned, digits)} from the reward model "
        f"instead of P's {number(usual, digits)}{judged}. For that they are "
        f"{amount(mine.exact.kl / unit.nats, unit.name)} away from P."
    )


def policy(rope: Rope, unit: Unit, *, told: bool) -> str:
    """Return what the policy earns and costs, how it fails, and what it says, as Markdown."""
    said = [
        what_beta_buys(rope, unit, told=told),
        *(f"> {failure}" for failure in (failures(rope) if told else ())),
        *(("**Q, the policy, says**", quoted(rope.mine.forecasts[:QUOTED])) if told else ()),
    ]
    return "\n\n".join(said)


def scale(rope: Rope) -> str:
    """Say what β is beside the scale of the reward, and where that lies in the book's table."""
    multiplied = (
        ""
        if rope.scale == "1"
        else f" Multiplied by {significant(rope.factor, 3)} it is {significant(rope.spread, 3)}."
    )
    return (
        "The rewards of P's forecasts have a *spread* (how far they typically lie from their mean) "
        f"of {significant(rope.spread / rope.factor, 3)}.{multiplied} So β = {rope.beta} is "
        f"**{significant(rope.per_spread, 3)} times the spread**, and read so it lies "
        f"{book_says(rope.per_spread)}."
    )


def scale_of_peak(rope: Rope, found: Along) -> str:
    """Say where the judge's score peaks, in β and in spreads."""
    best = float(found.betas[found.peak])
    return (
        f"The judge's score peaks at β = {significant(best, 3)} on this scale, "
        f"{significant(best / rope.spread, 3)} times the spread on any."
    )


def answered(guess: str, rope: Rope, found: Along) -> str:
    """Say where the judge's score is largest, and what it is at a guess."""
    best = found.peak
    low, high = found.near
    there = rope.at(guess).mine.report.score
    if math.isclose(float(guess), found.betas[best]):
        verdict = "**Right.**"
    elif low <= float(guess) <= high:
        verdict = "**As good as right.**"
    else:
        verdict = "**Not there.**"
    doubt = (
        f" (Within the noise of {SAMPLES:,} samples the peak lies from {significant(low, 3)} to "
        f"{significant(high, 3)}.)"
        if low < high
        else ""
    )
    seen = ENDS[0] <= place(float(found.betas[best])) <= ENDS[1]
    where = "the star" if seen else "beyond the picture"
    return (
        f"{verdict} The judge's score is largest at **β = {significant(found.betas[best], 3)}**, "
        f"{where}: {give_or_take(found.judge[best], found.error[best])} of 7.{doubt} At your "
        f"guess, β = {guess}, it is {give_or_take(*there)}; P's forecasts get "
        f"{give_or_take(*rope.base.report.score)}. Now move β, and read what Q says."
    )


def tiles(rope: Rope, unit: Unit, *, told: bool) -> dict[str, str]:
    """Return reward and KL of the policy, and once `told` the judge's score."""
    mine = rope.mine
    judged = {"Judge, of 7": give_or_take(*mine.report.score)} if told else {}
    return {
        "Reward, exact": number(mine.exact.reward),
        **judged,
        "D(Q‖P), exact": amount(mine.exact.kl / unit.nats, unit.name),
    }


def more_tiles(mine: Examined, base: Examined) -> list[tuple[str, str, str]]:
    """Return how the forecasts read: what is measured, of the policy, and of the SFT model."""
    both = (mine, base)
    perplexity, base_perplexity = (number(each.exact.perplexity, 1) for each in both)
    different, base_different = (give_or_take(*each.report.different, 1) for each in both)
    repeated, base_repeated = (
        give_or_take(100 * share, 100 * error, 1)
        for share, error in (each.report.repeated for each in both)
    )
    return [
        ("Perplexity under SFT, exact", perplexity, base_perplexity),
        ("Different words", different, base_different),
        ("Words that repeat, of 100", repeated, base_repeated),
    ]


ABOUT_THE_TILES = (
    f"Exact: summed over every possible forecast. With ±: from {SAMPLES:,} sampled forecasts, "
    "mean ± standard error. Different words and repeats: in a forecast, on average."
)


ABOUT_THE_BOOSTED = (
    "First come the words that add most to the divergence of the policy's words from the SFT "
    "model's: share · log(times), exactly. A full stop counts as a word. Last, what the reward "
    "model thinks they are worth."
)


def boosted_columns(boosted: Boosted) -> Mapping[str, Sequence[str]]:
    """Return the table of the words that the policy says more often, column by column."""
    usual, share, times = 100 * boosted.usual, 100 * boosted.share, boosted.share / boosted.usual
    # A little more often is more, also as printed.
    digits = [*map(digits_apart, usual, share, repeat(1))]
    return {
        "word": boosted.words,
        "SFT, of 100 words": [*map(number, usual, digits)],
        "policy, of 100": [*map(number, share, digits)],
        "times": [number(each, digits_apart(1, each, 1)) for each in times],
        "reward model's weight": [number(each, 2) for each in boosted.weight],
    }
