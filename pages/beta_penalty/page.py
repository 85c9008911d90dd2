"""The safety rope: reward − β·KL on a language model small enough to be solved exactly."""

from functools import partial

import streamlit as st

from pages.beta_penalty import hacking, next_word, numbers, taste
from pages.beta_penalty.pictures import rope as pictures
from pages.beta_penalty.questions import GUESS, QUESTIONS, prediction
from pages.beta_penalty.scale import ONE_SPREAD, SCALES, Rope, along, data
from pages.beta_penalty.words import formula as formula_words
from pages.beta_penalty.words import rope as words
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import put, steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.optima import LADDER, USUAL, World, at_reference, solve_all
from widgets.pipeline import PAIRS
from widgets.prediction import TOLD, told
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
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
        "One spread",
        partial(put, beta_scale=ONE_SPREAD),
        help="Rewards multiplied until their spread is 1, as the book's β takes for granted.",
    ),
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
    first_screen = frame.header(
        "The safety rope",
        "A language model climbs towards a reward, on a rope to the model it started as: "
        "D(Q‖P) times **β**.",
    )
    frame.moved("Train it", "training", MOVED)
    here = opening(first_screen)
    question = here.question.container()
    story, own_taste, rest = st.container(), st.container(), st.container()
    # Whose taste it is decides what everything else shows.
    with own_taste:
        taste.section()
    with here.buttons:
        presets("beta", PRESETS)
    with here.controls:
        rope_and_pairs()
    # One waits at the picture, or at the switch that lets it run on one's own taste.
    world = World.of(now)
    solve_all(world, here.picture.empty(), own_taste.empty())
    with question:
        prediction()
    with here.picture:
        picture()
    with story:
        who_is_who(world)
        scale()
        betas_in_use()
        hacking.one_curve()
    with rest:
        more()
        formula_today()
        self_check("beta", QUESTIONS)
        take_with_you()


def rope_and_pairs() -> None:
    """Draw what says how short the rope is, and what the reward model has seen."""
    steps(
        "β: how short the rope is",
        LADDER,
        "0.2",
        key="beta_beta",
        tells="What a nat of D(Q‖P) costs, in reward. Further right is a shorter rope.",
    )
    steps(
        "The reward's scale: multiplied by",
        SCALES,
        "1",
        key="beta_scale",
        tells="Grey in the picture: where the book's two ranges of β lie for a reward of this "
        "scale, if it gives them for one whose spread is 1.",
    )
    steps(
        "Judged pairs that the reward model has seen",
        PAIRS,
        USUAL.pairs,
        key="beta_pairs",
        tells="More pairs mostly make a better reward model; no number makes it the judge.",
    )
    series("beta_seed", "Which pairs", again="Other pairs", icon=":material/casino:")


def drawn(controls: Controls) -> Picture:
    """Return the picture that answers β and the reward's scale."""
    # Other pairs have to be solved for every β: they rest first.
    rope, unit = Rope.of(controls, at_rest), units.current()
    open_, guess = unveiled(controls), controls[GUESS]
    return Picture(
        pictures.rope_figure(rope, along(rope), guess, theme.colours(), told=open_),
        words.policy(rope, unit, told=open_),
        words.tiles(rope, unit, told=open_),
        handles_of(rope, guess),
    )


def unveiled(controls: Controls) -> bool:
    """Return whether the judge's curve may be seen: after the guess, or once something moves."""
    return told(GUESS + TOLD, ("beta_beta", "beta_scale"), controls) or told(
        GUESS + TOLD, ("beta_pairs", "beta_seed", taste.MINE), at_rest
    )


def handles_of(rope: Rope, guess: str) -> list[Handle]:
    """Return the point of today's β, and the guess, which can be dragged along β."""
    at = pictures.place(float(rope.beta))
    return [
        Handle("beta_beta", at, rope.mine.exact.reward, "x", "q"),
        Handle(
            GUESS,
            pictures.place(float(guess)),
            pictures.GUESS_ROW,
            "x",
            "ink",
            axes=("xaxis", "yaxis2"),
        ),
    ]


@answer
def picture() -> None:
    """Show what answers β."""
    solve_all(World.of(at_rest))
    moving(drawn, key="_beta_rope", stops=hacking.STOPS | {GUESS: Stops.among(LADDER)})


def who_is_who(world: World) -> None:
    """Say who takes part, and what the SFT model says."""
    st.header("Who is who", anchor="who")
    left, right = st.columns([3, 2], gap="medium")
    left.markdown(words.who_is_who(world), help=meaning("SFT", "policy", "reward model", "nat"))
    with right:
        st.markdown(f"**P, the SFT model, says**\n\n{words.quoted(at_reference(world).forecasts)}")
        st.caption(f"{words.STOPS_READING}: here the judge stops reading.")


@answer
def scale() -> None:
    """Say what β is beside the reward's scale."""
    rope = Rope.of(now, at_rest)
    st.header("Which β?", anchor="which-beta")
    st.markdown(
        "**β alone says nothing.** Multiply every reward by ten and β by ten, and Q stays as it "
        f"is: only r/β counts. {words.scale(rope)}",
        help=meaning("spread"),
        width=820,
    )
    if unveiled(now):
        st.markdown(words.scale_of_peak(rope, along(rope)))


def more() -> None:
    """Show on demand more numbers, the words that the policy likes best, and the next word."""
    with st.expander("More numbers: perplexity, repeats, and the words that Q likes best"):
        more_numbers()
    next_word.section()


@section
def more_numbers() -> None:
    """Show more numbers of the policy, and the words that it likes best."""
    rope = Rope.of(now, now)
    mine, base = rope.mine, rope.base
    tiles = words.more_tiles(mine, base)
    for column, (label, value, usual) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(label, value, f"SFT: {usual}", delta_color="off", delta_arrow="off")
    st.caption(words.ABOUT_THE_TILES)
    table(
        words.boosted_columns(numbers.boosted(rope.world, mine.exact, base.exact)),
        label="The words that the policy says more often than the SFT model",
        hues={"SFT, of 100 words": "blue", "policy, of 100": "orange"},
    )
    st.caption(words.ABOUT_THE_BOOSTED)


def betas_in_use() -> None:
    """Show the book's β table and what real systems use, a button each."""
    st.markdown(
        "The table of the book that this tour follows ([its sources](summary#reading)), and what "
        "real systems use. A button sets β above; a link goes to the next lesson, *Train it*, and "
        "sets it there."
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


def formula_today() -> None:
    """Write the loss as the book does, and with today's numbers."""
    loss_today()
    with st.expander("Per token or per sequence?"):
        per_token_or_sequence()


@section
def loss_today() -> None:
    """Write the loss, and the price of KL."""
    unit = units.current()
    formula(formula_words.LOSS, formula_words.loss_today(Rope.of(now, now), unit))
    st.markdown(formula_words.price_of_kl(unit))


@section
def per_token_or_sequence() -> None:
    """Say what the two ways to count make of today's β."""
    mine = Rope.of(now, now).mine
    st.markdown(formula_words.per_token_or_sequence(mine.exact, units.current()))


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    rope, unit = Rope.of(now, now), units.current()
    colours, open_, guess = theme.colours(), unveiled(now), now[GUESS]
    take_away(
        "beta_penalty",
        data=lambda: data(rope, unit),
        html=lambda: pictures.rope_figure(rope, along(rope), guess, colours, told=open_).to_html(),
        snippet=formula_words.snippet(rope),
    )


lesson()
