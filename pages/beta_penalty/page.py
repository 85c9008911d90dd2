"""The safety rope: reward − β·KL on a language model small enough to be solved and trained here."""

from functools import partial

import streamlit as st

from charts.units import Unit
from pages.beta_penalty import hacking, numbers
from pages.beta_penalty.numbers import NextWords
from pages.beta_penalty.pictures.hacking import hacking_picture
from pages.beta_penalty.pictures.rope import words_figure
from pages.beta_penalty.questions import QUESTIONS, prediction
from pages.beta_penalty.words import rope as words
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, moving
from widgets.controls import begins, put, steps
from widgets.formula import formula
from widgets.optima import LADDER, USUAL, Examined, World, at_beta, at_reference
from widgets.pipeline import PAIRS
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import answer, now
from widgets.self_check import self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away

PRESETS = [
    Preset("Conservative", partial(put, beta_beta="0.2"), help="β = 0.2, as the book has it."),
    Preset("InstructGPT's", partial(put, beta_beta="0.02"), help="β = 0.02."),
    Preset("Free", partial(put, beta_beta="0.005"), help="β = 0.005, as the book has it."),
    Preset("Hardly a rope", partial(put, beta_beta="0.001"), help="β = 0.001."),
    Preset(
        "Too few pairs",
        partial(put, beta_pairs=50),
        help="The reward model sees only 50 judged pairs.",
    ),
    Preset("Plenty of pairs", partial(put, beta_pairs=20_000), help="It sees 20,000."),
]
# Controls that are in the lesson *Train it* now.
MOVED = [
    f"beta_{name}"
    for name in (
        "method", "rope", "price", "target", "anchor", "steps", "rate", "epochs", "group",
        "run_seed", "train",
    )
]  # fmt: skip


# What is on the button, what it puts here or in *Train it*, and what it stands for.
IN_USE = [
    (
        "0.1 to 0.5",
        {"beta_beta": "0.2"},
        "**The book: conservative.** Stays close to the SFT model.",
    ),
    ("0.001 to 0.01", {"beta_beta": "0.005"}, "**The book: free.** May go far for a reward."),
    (
        "adaptive",
        {"beta_rope": "adaptive"},
        "**The book: as in PPO.** β follows a KL target ([Schulman et al. "
        "2017](https://arxiv.org/abs/1707.06347)).",
    ),
    (
        "0.02",
        {"beta_beta": "0.02"},
        "**InstructGPT**, PPO, per token ([Ouyang et al. 2022](https://arxiv.org/abs/2203.02155)).",
    ),
    (
        "0.04",
        {"beta_method": "GRPO", "beta_price": "0.04"},
        "**DeepSeekMath**, GRPO ([Shao et al. 2024](https://arxiv.org/abs/2402.03300)): beside "
        "rewards in spreads of their group.",
    ),
    (
        "0.1",
        {"beta_beta": "0.1"},
        "**DPO**, usual value ([Rafailov et al. 2023](https://arxiv.org/abs/2305.18290)).",
    ),
    (
        "0.001",
        {"beta_method": "GRPO", "beta_price": "0.001"},
        "**DeepSeek-R1**, GRPO ([2025](https://arxiv.org/abs/2501.12948)): likewise.",
    ),
    (
        "0",
        {"beta_method": "GRPO", "beta_price": "0"},
        "**TRL's GRPO trainer**, default since 2025: no rope at all.",
    ),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The safety rope",
        "β decides how far a policy may go from the model it started as for the sake of a reward; "
        "beyond some point it only climbs the reward model's mistakes.",
    )
    frame.moved("Train it", "training", MOVED)
    st.markdown(words.WHY, width=820)
    with st.expander("The whole pipeline, small enough to look into"):
        st.markdown(words.pipeline())
    prediction()
    with stage(first_screen, "The rope", anchor="move"):
        presets("beta", PRESETS)
        controls, beside = st.columns([2, 3], gap="medium")
        with controls:
            rope_and_pairs()
            words_so_far()
        with beside:
            rope()
    details()
    betas_in_use()
    hacking.section(unit)
    formula_today(unit)
    self_check("beta", QUESTIONS)
    take_with_you(unit)


def rope_and_pairs() -> None:
    """Draw what says how short the rope is, and what the reward model has seen."""
    steps(
        "β: how short the rope is",
        LADDER,
        "0.02",
        key="beta_beta",
        tells="What a nat of KL costs, in reward. Further right is a shorter rope. The book calls "
        "0.001 to 0.01 free and 0.1 to 0.5 conservative.",
    )
    st.caption("← free 0.001–0.01 · 0.1–0.5 conservative →")
    steps(
        "Judged pairs that the reward model has seen",
        PAIRS,
        USUAL.pairs,
        key="beta_pairs",
        tells="More pairs mostly make a better reward model; no number makes it the judge.",
    )
    series("beta_seed", "Which pairs", again="Other pairs", icon=":material/casino:")


def words_so_far() -> None:
    """Let the learner type a sentence, or click through it as the policy would say it."""
    begins("beta_context", start := "tomorrow will be")
    st.text_input(
        "The words so far, for the next-word chart",
        start,
        max_chars=400,
        key="beta_context",
        bind="query-params",
        help="Type words of the forecasts, or click the policy's next words below.",
    )
    following = next_words(now)
    with st.container(horizontal=True):
        for place, word in enumerate(following.names[:6] if following else ()):
            st.button(
                word if word != "." else "full stop",
                key=f"_beta_word{place}",
                on_click=go_on,
                args=(word,),
                disabled=word == ".",
            )
        st.button("Back one word", key="_beta_back", on_click=go_back, icon=":material/undo:")
        st.button(
            "From the start",
            key="_beta_first",
            on_click=partial(put, beta_context=""),
            icon=":material/first_page:",
        )


def go_on(word: str) -> None:
    """Append a word to what has been said."""
    put(beta_context=" ".join([*now["beta_context"].split(), word]))


def go_back() -> None:
    """Take the last word away."""
    put(beta_context=" ".join(now["beta_context"].split()[:-1]))


def next_words(controls: Controls) -> NextWords | None:
    """Return how the forecast goes on; None where no word can follow."""
    place = numbers.place_after(controls["beta_context"])
    beta = float(controls["beta_beta"])
    return numbers.next_words(World.of(controls), beta, place) if place else None


def both_models(controls: Controls) -> tuple[Examined, Examined]:
    """Return the policy at the learner's β, and the SFT model."""
    world = World.of(controls)
    return at_beta(world, float(controls["beta_beta"])), at_reference(world)


def drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers β; none where no next word can follow."""
    if not (following := next_words(controls)):
        return None
    unit, both = units.current(), both_models(controls)
    said = words.next_word(following, unit)
    return Picture(
        words_figure(following.names, following.p, following.q, theme.colours()),
        f"{said}\n\n{words.policy(controls['beta_beta'], *both, unit)}",
        words.tiles(both[0], unit),
    )


@answer
def rope() -> None:
    """Show what answers β."""
    moving(drawn, key="_beta_words", stops=hacking.STOPS)
    if not numbers.place_after(said := now["beta_context"]):
        without_next_word(said)


def without_next_word(said: str) -> None:
    """Say why no next word can follow, and what the policy is like all the same."""
    unit, both = units.current(), both_models(now)
    st.warning(words.why_no_word_follows(said), icon=":material/edit_off:")
    tiles = words.tiles(both[0], unit)
    for column, (label, value) in zip(st.columns(len(tiles)), tiles.items(), strict=True):
        column.metric(label, value)
    st.markdown(words.policy(now["beta_beta"], *both, unit))


def details() -> None:
    """Show what the SFT model says, more numbers, and the words that the policy likes best."""
    mine, base = both_models(now)
    left, right = st.columns([2, 3], gap="medium")
    left.markdown(":blue[**P, the SFT model, says**]\n\n" + words.highlighted(base.forecasts))
    with right:
        more_numbers(mine, base)
        boosted_words(mine, base)


def more_numbers(mine: Examined, base: Examined) -> None:
    """Show how the forecasts read, beside those of the SFT model."""
    tiles = words.more_tiles(mine, base)
    for column, (label, value, usual) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(label, value, f"SFT: {usual}", delta_color="off", delta_arrow="off")
    st.caption(words.ABOUT_THE_TILES)


def boosted_words(mine: Examined, base: Examined) -> None:
    """Show the words that the policy says more often than the SFT model."""
    boosted = numbers.boosted(World.of(now), mine.exact, base.exact)
    table(
        words.boosted_columns(boosted),
        label="The words that the policy says more often than the SFT model",
        hues={"SFT, of 100 words": "blue", "policy, of 100": "orange"},
    )
    st.caption(words.ABOUT_THE_BOOSTED)


def betas_in_use() -> None:
    """Show the book's β table and what real systems use, a button each."""
    st.subheader("Which β?", anchor="which-beta")
    st.markdown(
        "The book's table, and what real systems use. A button sets β above; a link goes to the "
        "next lesson, *Train it*, and sets it there."
    )
    for place, (label, controls, says) in enumerate(IN_USE):
        button, text = st.columns([1, 4], vertical_alignment="center")
        if "beta_beta" in controls:
            button.button(
                f"β: {label}",
                key=f"_beta_use{place}",
                on_click=partial(put, **controls),
                width="stretch",
            )
        else:
            button.page_link("training/page.py", label=f"β: {label}", query_params=controls)
        text.markdown(says)
    st.caption(
        "Every value belongs to its own scale of rewards and its own length of answers; the same "
        "number elsewhere is another rope."
    )


def formula_today(unit: Unit) -> None:
    """Write the loss as the book does, and with today's numbers."""
    world, beta = World.of(now), now["beta_beta"]
    own = at_beta(world, float(beta)).exact
    value = numbers.value_at(world, float(beta))
    formula(words.LOSS, words.loss_today(beta, own, value, unit))
    st.markdown(words.price_of_kl(unit))
    st.markdown(words.per_token_or_sequence(own, unit))


def take_with_you(unit: Unit) -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    world, beta, told = World.of(now), now["beta_beta"], now["beta_guess"] is not None
    colours = theme.colours()
    take_away(
        "beta_penalty",
        data=lambda: numbers.data(world, unit),
        html=lambda: hacking_picture(world, beta, unit, colours, told=told).to_html(),
        snippet=words.snippet(world, beta, at_beta(world, float(beta)).exact),
    )


lesson()
