"""What the rope lesson says about the best policy at one β."""

from collections.abc import Mapping, Sequence
from itertools import repeat

from charts.units import Unit
from charts.wording import amount, counted, digits_apart, give_or_take, number, percent, readable
from kl_core.rlhf import Account, Tokens, forecasts
from pages.beta_penalty.numbers import Boosted, NextWords
from widgets.optima import SAMPLES, Examined, World
from widgets.pipeline import judge, reference

# What counts as a failure, as the page says.
TWICE_AS_PUZZLED, MANY_REPEATS = 2.0, 0.2

WHY = """
A reward model is a guess at what people want, learned from text that the *SFT model* wrote
(supervised fine-tuning, the stage before). There it is roughly right. Far from there nobody has
ever checked it, and an optimiser goes exactly where it is too generous.

So the policy climbs on a **rope** that is tied to the SFT model. β says how short the rope is:
every nat of D(π‖π_SFT) costs β of reward. Too short, and the policy stays where it was. Too long,
and it falls off the far side of the hill: **reward hacking**, where the score rises and the quality
does not, and **language degeneration**, where the text stops being text.
"""


def pipeline() -> str:
    """Say what the four parts of this small RLHF are."""
    return (
        f"1. **SFT model** :blue[π_SFT]: {len(forecasts().splitlines())} weather forecasts, "
        "counted: how often each word follows the two before. It can write more new ones than "
        f"anybody could read, good and bad, of up to {reference().longest} words and full stops.\n"
        "2. **Judge**: what people really want. One point each if a forecast says *when*, *where*, "
        "what *sky*, what *temperature* and what *wind*; one if it ends properly, with a full stop "
        "and not on a word like “the”; one if no word comes twice (little words may, but not twice "
        "in a row). Seven at best.\n"
        "3. **Reward model**: sees pairs of the SFT model's forecasts, and which of the two the "
        "judge preferred, with some chance of a slip (Bradley and Terry's rule: a point apart, 73 "
        "of 100 go to the better one). It learns a weight for every word, no more, and gives a "
        "forecast the sum of its weights over the number of places.\n"
        "4. **Policy** :orange[π]: earns reward, pays β for each nat of D(π‖π_SFT). Here the best "
        "one can be computed exactly; in the next lesson it is trained, as large models are."
    )


def highlighted(tokens: Tokens) -> str:
    """Return sentences as Markdown, words that repeat where they should not in bold."""
    words, repeated = reference().words, judge().repeats(tokens)
    lines = []
    for row, flags in zip(tokens, repeated, strict=True):
        spoken = [
            f"**{words[token]}**" if flag else words[token]
            for token, flag in zip(row, flags, strict=True)
            if token > 0
        ]
        ended = "." if 0 in row else " …"
        lines.append(f"- {' '.join(spoken)}{ended}")
    return "\n".join(lines)


def why_no_word_follows(said: str) -> str:
    """Say why no word can follow these, where `numbers.place_after` finds no place for one."""
    model, words = reference(), said.lower().split()
    unknown = next((word for word in words if word not in model.index), None)
    if unknown is not None and "." in unknown:
        wrong = f"`{readable(unknown)}` holds a full stop, and that ends a forecast"
    elif unknown is not None:
        wrong = (
            f"`{readable(unknown)}` is not among the {len(model.words) - 1} words of the forecasts"
        )
    elif "." in words:
        wrong = "a full stop ends a forecast, so nothing can follow it"
    else:
        wrong = f"they are {len(words)}, and a forecast ends after {model.longest}"
    return f"The words so far: {wrong}. Change them, or press *Back one word*."


def next_word(following: NextWords, unit: Unit) -> str:
    """Say what the policy is likeliest to say next, and what choosing costs."""
    words = following.after
    quoted = ("… " if len(words) > 6 else "") + " ".join(words[-6:])
    so_far = f"After {counted(len(words), 'word')} (“{quoted}”)"
    name = following.names[0]
    likeliest = f"“{name}”" if name != "." else "the full stop"
    return (
        f"{so_far if words else 'At the start of a forecast'} the policy's likeliest next is "
        f"{likeliest} ({percent(following.q[0])}; the SFT model: {percent(following.p[0])}). "
        f"Choosing here adds {amount(following.added / unit.nats, unit.name)} to the KL of a "
        "forecast that gets this far."
    )


def failures(mine: Examined, base: Examined) -> list[str]:
    """Return the failures that this policy shows, each as a sentence with its threshold."""
    said = []
    own, report, usual = mine.exact, mine.report, base.exact
    (score, error), (usual_score, usual_error) = report.score, base.report.score
    if own.reward > usual.reward and score + 2 * error < usual_score - 2 * usual_error:
        said.append(
            f"**Reward hacking.** The reward model gives {number(own.reward)}, more than the SFT "
            f"model's {number(usual.reward)}, while the judge gives {number(score, 2)}, less than "
            f"the SFT model's {number(usual_score, 2)} (by more than two standard errors of each)."
        )
    puzzled = own.perplexity / usual.perplexity
    if puzzled >= TWICE_AS_PUZZLED or report.repeated[0] >= MANY_REPEATS:
        said.append(
            f"**Language degeneration.** The SFT model's perplexity on this text is "
            f"{number(puzzled, 1)} times that on its own, and {percent(report.repeated[0])} of "
            f"the sampled words repeat (named from {TWICE_AS_PUZZLED:g} times or "
            f"{percent(MANY_REPEATS, 0)} on)."
        )
    return said


def book_says(beta: float) -> str:
    """Return where a β lies in the book's ranges."""
    if 0.1 <= beta <= 0.5:
        return "in the book's *conservative* range, 0.1 to 0.5"
    if 0.001 <= beta <= 0.01:
        return "in the book's *free* range, 0.001 to 0.01"
    return "between the book's two ranges" if beta < 0.1 else "above the book's ranges"


def what_beta_buys(beta: str, mine: Examined, base: Examined, unit: Unit) -> str:
    """Say what this β buys and what it costs."""
    return (
        f"β = {beta} lies {book_says(float(beta))}. The policy's forecasts earn "
        f"{number(mine.exact.reward)} from the reward model instead of "
        f"{number(base.exact.reward)}, and the judge gives them "
        f"{give_or_take(*mine.report.score)} of 7 instead of {give_or_take(*base.report.score)}. "
        f"For that they are {amount(mine.exact.kl / unit.nats, unit.name)} away from the SFT model."
    )


def policy(beta: str, mine: Examined, base: Examined, unit: Unit) -> str:
    """Return what the policy says, what that earns and costs, and how it fails, as Markdown."""
    said = [
        "**Q, the policy, says**",
        highlighted(mine.forecasts),
        what_beta_buys(beta, mine, base, unit),
        *(f"> {failure}" for failure in failures(mine, base)),
    ]
    return "\n\n".join(said)


def tiles(mine: Examined, unit: Unit) -> dict[str, str]:
    """Return reward, judge's score and KL of the policy."""
    return {
        "Reward, exact": number(mine.exact.reward),
        "Judge, of 7": give_or_take(*mine.report.score),
        "D(π‖π_SFT), exact": amount(mine.exact.kl / unit.nats, unit.name),
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
    "mean ± standard error. Different words and repeats: in a forecast, on average. Words that "
    "repeat where they should not are in bold."
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


LOSS = (
    r"\begin{gathered} \text{loss} = -\,\mathbb{E}_{y \sim \Q{\pi_\theta}}[r(y)] + \beta\, "
    r"\KL{D(\Q{\pi_\theta}\|\P{\pi_\text{SFT}})} \\[6pt] \Q{\pi^*(y)} = "
    r"\P{\pi_\text{SFT}(y)}\, e^{r(y)/\beta} \,/\, Z \end{gathered}"
)


def loss_today(beta: str, own: Account, value: float, unit: Unit) -> str:
    """Return the loss with today's numbers, as TeX; `value` is β·log Z."""
    loss = float(beta) * own.kl - own.reward
    kl = rf"\KL{{{number(own.kl / unit.nats)}}}" + (
        "" if unit.nats == 1 else rf" \cdot {number(unit.nats)}"
    )
    return (
        rf"\begin{{gathered}} \text{{loss}} = {number(-own.reward)} + {beta} \cdot "
        rf"{kl} \\ = {number(loss)} \\[6pt] -\beta \log Z = {number(-value)}"
        r"\end{gathered}"
    )


def price_of_kl(unit: Unit) -> str:
    """Say what β is the price of, and how the two sums meet."""
    factor = (
        ""
        if unit.nats == 1
        else f" The factor {number(unit.nats)} turns {unit.name} into the natural unit of β."
    )
    return (
        "β is the price of KL, measured with the natural logarithm, as papers do."
        f"{factor} No policy has a smaller loss than −β·log Z. The first line is summed forwards "
        "over the policy's forecasts, the second backwards over the SFT model's: they meet."
    )


def per_token_or_sequence(own: Account, unit: Unit) -> str:
    """Say what each word adds to the KL of a forecast."""
    in_unit = own.kl / unit.nats
    return (
        "**Per token or per sequence?** The KL of whole forecasts is the sum of what each word "
        f"adds: {amount(in_unit, unit.name)} here, {amount(in_unit / own.length, unit.name)} for "
        f"each of {number(own.length, 1)} words and stops on average. PPO subtracts β·k1 at every "
        "token, which on average adds up to the KL of the sequence; GRPO as published averages "
        "over the tokens of an answer, reward and penalty alike. The same β means something else "
        "when rewards or lengths are measured otherwise. Here a reward is the mean weight of "
        f"{reference().longest} places."
    )


def snippet(world: World, beta: str, own: Account) -> str:
    """Return Python that computes the numbers on the screen."""
    return "\n".join(
        [
            "import numpy as np",
            "from kl_core.rlhf import (",
            "    Judge, LanguageModel, RewardModel, account, forecasts, optimal_policy,",
            "    sample_preferences,",
            ")",
            "",
            "sft = LanguageModel.from_text(forecasts())",
            f"rng = np.random.default_rng({world.seed})",
            f"pairs = sample_preferences(sft, Judge(sft), {world.pairs}, rng)",
            "reward = RewardModel.fit(sft, pairs)",
            f"policy = optimal_policy(sft, reward, beta={beta})",
            f"print(account(policy, reward).reward)  # {own.reward!r}",
            f"print(account(policy, reward).kl)  # {own.kl!r}, natural logarithm",
            "",
        ]
    )
