"""Python to take away from the lesson on training."""

from collections.abc import Sequence

from kl_core.rlhf import Account
from pages.training.settings import Contestant, Settings

CONTROLLERS = {"fixed": "FixedKL", "adaptive": "AdaptiveKL", "proportional": "ProportionalKL"}


def snippet(settings: Settings, steps: int, end: Account) -> str:
    """Return Python that trains the first run anew for so many steps, and says where it ended."""
    of = settings.contestants[0]
    algorithm, controller = _algorithm(of, settings), CONTROLLERS[of.rope]
    target = "" if of.target is None else f", target={of.target!r}"
    anchor = "reference" if settings.to_reference else "previous"
    return "\n".join(
        [
            *_start(settings, [algorithm.partition("(")[0], controller], ["train"]),
            "steps = train(",
            f"    sft, reward, judge, {algorithm},",
            f"    {controller}({of.controller.beta!r}{target}),",
            f'    np.random.default_rng({settings.seed}), anchor="{anchor}",',
            f"    steps={settings.steps}, epochs={settings.epochs}, rate={settings.rate},",
            ")",
            f"for _ in range({steps}):",
            "    step = next(steps)",
            f"print(step.exact.reward)  # {end.reward!r}",
            f"print(step.exact.kl)  # {end.kl!r}, natural logarithm",
            "",
        ]
    )


def snippet_of_start(settings: Settings, start: Account) -> str:
    """Return Python that says where every run starts."""
    return "\n".join(
        [
            *_start(settings, [], ["account"]),
            f"print(account(sft, reward).reward)  # {start.reward!r}",
            f"print(account(sft, reward).kl)  # {start.kl!r}",
            "",
        ]
    )


def _algorithm(of: Contestant, settings: Settings) -> str:
    """Return what makes the method."""
    if of.method == "PPO":
        return "PPO()"
    published = "" if of.method == "GRPO" else ", as_published=False"
    return f"GRPO(group={settings.group}{published})"


def _start(settings: Settings, first: Sequence[str], last: Sequence[str]) -> list[str]:
    """Return the lines that make the models."""
    names = [*first, "Judge", "LanguageModel", "RewardModel", *last]
    return [
        "import numpy as np",
        "from kl_core.rlhf import (",
        f"    {', '.join(names)},",
        "    forecasts, sample_preferences,",
        ")",
        "",
        "sft = LanguageModel.from_text(forecasts())",
        "judge = Judge(sft)",
        f"rng = np.random.default_rng({settings.world.seed})",
        f"pairs = sample_preferences(sft, judge, {settings.world.pairs}, rng)",
        "reward = RewardModel.fit(sft, pairs)",
    ]
