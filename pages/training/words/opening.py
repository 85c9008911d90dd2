"""What the lesson on training says before a run, and about its formula."""

import math

from charts.units import Unit
from charts.wording import amount, number
from kl_core.rlhf import Account
from pages.training.settings import Settings
from pages.training.words.landing import price_of

HOW = """
Each **step** lets the :orange[policy], Q, write 64 forecasts. The *reward model* scores them; those
that beat the rest become likelier, the others less likely. A rope ties the policy to where it
started: the :blue[SFT model], P, which has learned from examples only. The *judge*, whom the reward
model imitates, watches and teaches nothing.

- **PPO** (proximal policy optimisation) takes β·log(π/π_SFT) off the reward, word by word.
- **GRPO** (group-relative policy optimisation) compares each forecast with its group, divides by
  the rewards' spread there (their standard deviation), and puts β·k3 into its loss, k3 being an
  estimate of KL.

Both *clip*: once a word's chance has changed by more than 20%, a step has no reason to change it
further.
"""


def entropy(base: Account, unit: Unit) -> str:
    """Say what entropy is, and where it stands when a run begins."""
    many = float(f"{math.exp(base.entropy):.2g}")
    return (
        "**Entropy** is how unsure the policy leaves you of its next forecast. The SFT model's is "
        f"{amount(base.entropy / unit.nats, unit.name)}: as unsure as among {many:,.0f} equally "
        "likely ones. As it falls, forecasts become alike, until a batch holds the same ones over "
        "and over: *Different forecasts*, in the chart of the steps."
    )


FORMULA = (
    r"\begin{gathered} \text{PPO climbs } \quad r - \beta \log \frac{\Q{\pi}}{\P{\pi_\text{SFT}}} "
    r"\\[6pt] \text{GRPO climbs } \quad \frac{r - \bar r}{s} - \beta\, k_3 \\[6pt] "
    r"= \tfrac{1}{s} \left( r - \bar r - \KL{\beta s}\, k_3 \right) \end{gathered}"
)


def formula_today(settings: Settings, spread: float) -> str:
    """Return what β weighs for PPO and for GRPO, as TeX; `spread` is that of rewards in a group."""
    beta, s = settings.price, price_of(spread)
    weighs = price_of(settings.beta * spread)
    return (
        rf"\begin{{gathered}} \text{{PPO: }} \beta = {beta} \\ "
        rf"\text{{GRPO: }} \beta s = {beta} \cdot {s} = \KL{{{weighs}}} \end{{gathered}}"
    )


def about_the_formula(settings: Settings, spread: float, kl: float | None, unit: Unit) -> str:
    """Say what the two prices ask for; `kl`, in nats, is of the optimum at GRPO's."""
    group = settings.group
    said = (
        f"When a run begins, rewards in a group of {group} spread by s = {price_of(spread)}. To "
        "divide by s is to multiply β by it"
    )
    if kl is None:
        return f"{said}; with β = 0 neither method has a rope."
    return (
        f"{said}: beside rewards as they are, GRPO's β of {settings.price} weighs "
        f"{price_of(settings.beta * spread)}. The best policy at that price is "
        f"{amount(kl / unit.nats, unit.name)} from the SFT model. (GRPO as published also averages "
        "over the words of an answer, reward and penalty alike.)"
    )


def start(own: Account, best: Account | None, settings: Settings, unit: Unit) -> str:
    """Say what the first picture shows, before anything is trained."""
    said = (
        "The line is the most reward that any policy can have at each distance from the SFT model. "
        f"Every run starts at its left end, with a reward of {number(own.reward)}, and can only "
        "move below it."
    )
    if best is None:
        return said
    return (
        f"{said} The diamond is the best policy for β = {settings.price}: reward "
        f"{number(best.reward)}, {amount(best.kl / unit.nats, unit.name)} away."
    )
