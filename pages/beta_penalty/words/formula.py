"""The loss of the rope lesson, in symbols and with today's numbers; and code that gives them."""

from charts.units import Unit
from charts.wording import amount, number
from kl_core.rlhf import Account
from pages.beta_penalty.scale import ONE_SPREAD, Rope
from widgets.optima import World
from widgets.pipeline import reference
from widgets.taste import FIRST, NEITHER, PAIRS, TO_JUDGE

LOSS = (
    r"\begin{gathered} \text{loss} = -\,\mathbb{E}_{y \sim \Q{\pi_\theta}}[r(y)] + \beta\, "
    r"\KL{D(\Q{\pi_\theta}\|\P{\pi_\text{SFT}})} \\[6pt] \Q{\pi^*(y)} = "
    r"\P{\pi_\text{SFT}(y)}\, e^{r(y)/\beta} \,/\, Z \end{gathered}"
)


def loss_today(rope: Rope, unit: Unit) -> str:
    """Return the loss with today's numbers, as TeX."""
    own, value, beta = rope.mine.exact, rope.value, rope.beta
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
        "over Q's forecasts, the second backwards over P's: they meet."
    )


def per_token_or_sequence(own: Account, unit: Unit) -> str:
    """Say what each word adds to the KL of a forecast."""
    in_unit = own.kl / unit.nats
    return (
        "The KL of whole forecasts is the sum of what each word "
        f"adds: {amount(in_unit, unit.name)} here, {amount(in_unit / own.length, unit.name)} for "
        f"each of {number(own.length, 1)} words and stops on average. PPO subtracts β·k1 at every "
        "token, which on average adds up to the KL of the sequence; GRPO as published averages "
        "over the tokens of an answer, reward and penalty alike. The same β means something else "
        "when rewards or lengths are measured otherwise. Here a reward is the mean weight of "
        f"{reference().longest} places."
    )


def snippet(rope: Rope) -> str:
    """Return Python that computes the numbers on the screen."""
    world, own = rope.world, rope.mine.exact
    scale = "1 / reward_spread(sft, seen)" if rope.scale == ONE_SPREAD else rope.scale
    return "\n".join(
        [
            "import numpy as np",
            "from kl_core.rlhf import (",
            "    Judge, LanguageModel, RewardModel, account, forecasts, optimal_policy,",
            f"    reward_spread, {'Preferences, sample' if world.taste else 'sample_preferences'},",
            ")",
            "",
            "sft = LanguageModel.from_text(forecasts())",
            *(_own_pairs(world.taste) if world.taste else _pairs_of_the_rule(world)),
            "seen = RewardModel.fit(sft, pairs)",
            f"scale = {scale}",
            "# For rewards that many times as large, the optimum at β is that at β/scale.",
            f"policy = optimal_policy(sft, seen, beta={rope.beta} / scale)",
            f"print(scale * reward_spread(sft, seen))  # {rope.spread!r}",
            f"print(scale * account(policy, seen).reward)  # {own.reward!r}",
            f"print(account(policy, seen).kl)  # {own.kl!r}, natural logarithm",
            "",
        ]
    )


def _pairs_of_the_rule(world: World) -> list[str]:
    """Return the lines that draw pairs and let the rule judge them."""
    return [
        f"rng = np.random.default_rng({world.seed})",
        f"pairs = sample_preferences(sft, Judge(sft), {world.pairs}, rng)",
    ]


def _own_pairs(code: str) -> list[str]:
    """Return the lines that bring the pairs which a learner has judged."""
    rng = f"np.random.default_rng({TO_JUDGE})"
    return [
        f"drawn = sample(sft, {10 * PAIRS}, {rng})",
        "_, places = np.unique(drawn, axis=0, return_index=True)",
        f"first, second = drawn[np.sort(places)[:{2 * PAIRS}]].reshape(2, {PAIRS}, -1)",
        f'judged = np.array(list("{code}"))',
        "first, second = first[: judged.size], second[: judged.size]",
        f'better, some = (judged == "{FIRST}")[:, None], judged != "{NEITHER}"',
        "chosen = np.where(better, first, second)[some]",
        "pairs = Preferences(chosen, np.where(better, second, first)[some])",
    ]
