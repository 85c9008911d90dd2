"""Train it: the best policy, approached by the methods that large models use."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from charts.style import Palette
from charts.units import Unit
from pages.training import numbers
from pages.training.kept import (
    current_runs,
    forget_all,
    keep,
    kept_runs,
    offer_to_forget,
    trained,
)
from pages.training.pictures.landing import FARTHEST_GUESS, guess_height, landing_picture
from pages.training.pictures.steps import train_picture
from pages.training.questions import (
    DUEL,
    GUESS,
    GUESS_TOLD,
    QUESTIONS,
    how_far_will_grpo_go,
)
from pages.training.runs import TrainingRun
from pages.training.settings import RACE, STEP_BY_STEP, TARGETS, TO_REFERENCE, Settings
from pages.training.words import code, failures, landing, logs, opening
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving, shown
from widgets.controls import on_or_off, one_of, put, steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.optima import LADDER, World, at_beta, at_reference, solve_all, whole_curve
from widgets.pipeline import PAIRS, USUAL_PAIRS
from widgets.presenter import opening as opening_screen
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
from widgets.self_check import self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.turns import Rank, turns

METHODS = {
    "PPO": "the penalty is part of the reward",
    "GRPO": "as published: rewards in spreads of their group, each answer averaged over its "
    "length, penalty in the loss",
    "GRPO, unscaled": "without the divisions by spread and by length (“Dr. GRPO”)",
}
ROPES = {
    "fixed": "β stays as it is",
    "adaptive": "the PPO paper's rule: halve or double β when KL leaves target/1.5 … 1.5·target",
    "proportional": "Ziegler's rule: β changes by up to 2% a step",
    RACE: "the same seed under each rule",
}
ANCHORS = {
    TO_REFERENCE: "RLHF's anchor: how far from where it started",
    STEP_BY_STEP: "the PPO paper's trust region: how long a step",
}
PRICES = ["0", *LADDER]
STOPS = {GUESS: Stops.along(0, FARTHEST_GUESS, 1)}


def race(**controls: object) -> None:
    """Put the duel's controls but for these, and train."""
    put(**{**DUEL, **controls, "beta_train": True})


PRESETS = [
    Preset("PPO against GRPO", race, help="The same reward, the same β = 0.02."),
    Preset(
        "β chases a target",
        partial(
            race,
            beta_rope="adaptive",
            beta_target="1",
            training_grpo=False,
            training_ppo=True,
        ),
        help="PPO's adaptive β with a target of 1, beside a β that stays at 0.02.",
    ),
    Preset(
        "Short steps, no anchor",
        partial(race, beta_anchor=STEP_BY_STEP, training_grpo=False),
        help="PPO, tied to the policy one step before: a trust region and no more.",
    ),
    Preset(
        "No rope at all",
        partial(race, beta_price="0", beta_steps=75),
        help="β = 0, the default of TRL's GRPO trainer since 2025.",
    ),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "Train it",
        "Write forecasts, score them, make the good ones likelier, again and again: a policy is "
        "trained in front of you.",
    )
    here = opening_screen(first_screen)
    with here.buttons:
        presets("training", PRESETS, forget=forget_all)
    with here.controls:
        controls()
    # After its controls: they say what it is.
    with here.question:
        how_far_will_grpo_go(runs_of_the_duel, race, unit)
    # It has buttons, so that the whole page answers the settings; no setting brings runs back.
    if trained():
        what_came_of_it()
    how_it_is_trained()
    what_trainers_print()
    formula_today()
    self_check("training", QUESTIONS)
    take_with_you()
    # Last, for it takes its time.
    with here.picture:
        training()


def controls() -> None:
    """Draw what a run depends on."""
    start_and_stop()
    method_and_rope()
    with st.expander("More settings"):
        more_settings()


def method_and_rope() -> None:
    """Draw what matters most to a run."""
    steps(
        "β to train with, or to begin with",
        PRICES,
        "0.02",
        key="beta_price",
        tells="0 is no rope at all. An adaptive rope begins here, or at "
        f"{LADDER[0]} where this is 0.",
    )
    explained("Method", METHODS, key="beta_method")
    explained("Rope", ROPES, key="beta_rope")
    steps(
        f"KL target of an adaptive rope, in {units.current().name}",
        TARGETS,
        "3",
        key="beta_target",
        tells="How far it should let the policy go from what it is tied to. A fixed rope has no "
        "target.",
    )
    st.caption("Side by side with it, in one press (not where all three race):")
    with st.container(horizontal=True):
        on_or_off("PPO, fixed β", key="training_ppo")
        on_or_off("GRPO, fixed β", key="training_grpo")
        on_or_off("PPO, adaptive β", key="training_adaptive")


def more_settings() -> None:
    """Draw the rest that a run depends on."""
    explained("The rope is tied to", ANCHORS, key="beta_anchor")
    for key, label, options, start, tells in (
        ("beta_steps", "Steps", [30, 75, 150, 300], 150, "Each samples 64 forecasts."),
        (
            "beta_rate",
            "Learning rate",
            [10, 20, 40, 80],
            40,
            "It falls in a straight line, to almost 0 with the last step.",
        ),
        (
            "beta_epochs",
            "Passes over each batch",
            [1, 2, 4],
            2,
            "Inner epochs; clipped beyond 20%.",
        ),
        ("beta_group", "Forecasts in a group", [2, 4, 8, 16], 8, "For GRPO."),
    ):
        steps(label, options, start, key=key, tells=tells)
    steps(
        "Judged pairs that the reward model has seen",
        PAIRS,
        USUAL_PAIRS,
        key="training_pairs",
        tells="Fewer pairs make a worse reward model, and an easier one to cheat.",
    )
    series("beta_run_seed", "Which run", again="Another run", icon=":material/casino:")


def explained(label: str, meanings: Mapping[str, str], *, key: str) -> None:
    """Draw a choice whose help says what each option means."""
    options = list(meanings)
    tells = "\n".join(f"- **{option}**: {means}" for option, means in meanings.items())
    one_of(label, options, options[0], key=key, horizontal=True, tells=tells)


def start_and_stop() -> None:
    """Draw the switch that trains, and the button that stops."""
    with st.container(horizontal=True, vertical_alignment="center"):
        on_or_off(
            "Train",
            key="beta_train",
            tells="On: trains with these settings, and again whenever one changes. Off: stops "
            "where it is; on again goes on from there.",
        )
        # Outside the fragment that trains: Streamlit lets no button inside one interrupt it.
        st.button(
            "Stop training", key="_training_stop", on_click=stop, icon=":material/stop_circle:"
        )


def stop() -> None:
    """Stop the training; what is done stays."""
    put(beta_train=False)


def settings_of(controls: Controls) -> Settings:
    """Return what the controls of training say; other pairs rest first, as they take longest."""
    return Settings.of(controls, World(at_rest["training_pairs"], 1), units.current())


def runs_of_the_duel() -> Sequence[TrainingRun]:
    """Return the two runs that the question is about; none where the controls say others."""
    asked = all(at_rest[key] == value for key, value in DUEL.items())
    runs = current_runs(settings_of(now))
    return runs if asked and (at_rest["beta_train"] or runs[0].steps) else []


def drawn(controls: Controls) -> Picture:
    """Return where all runs start, and where the learner expects GRPO to end."""
    settings, unit = settings_of(controls), units.current()
    guess = float(controls[GUESS])
    own = at_reference(settings.world).exact
    best = at_beta(settings.world, settings.beta).exact if settings.asks else None
    height = guess_height(whole_curve(settings.world, unit), guess)
    return Picture(
        landing_picture([], [], settings, unit, theme.colours(), guess),
        opening.start(own, best, settings, unit),
        handles=[Handle(GUESS, guess**0.5, height, "x", "ink")],
    )


@answer
def training() -> None:
    """Train, or show what has been trained so far."""
    settings = settings_of(now)
    unit, colours = units.current(), theme.colours()
    solve_all(settings.world)
    runs, kept = current_runs(settings), kept_runs(settings.world)
    if now["beta_train"] and not all(run.done for run in runs):
        go_on(runs, kept, settings, unit, colours)
        # What stands above, and what comes below, speaks of the runs too.
        st.rerun()
    if not runs[0].steps:
        moving(drawn, key="_training_start", stops=STOPS)
        st.info(landing.nothing_yet(kept), icon=":material/play_circle:")
        offer_to_forget(kept)
        return
    lines = landing.landings(settled(runs), settings, unit)
    shown(
        landing_picture(runs, kept, settings, unit, colours, guessed()),
        " ".join(lines),
        key="_training_landing",
    )
    st.markdown(landing.how_far(runs[0]))


def settled(runs: Sequence[TrainingRun]) -> Sequence[TrainingRun]:
    """Work out where these runs stand, wherever they have been stopped, and return them."""
    for run in runs:
        run.settle()
    return runs


def guessed() -> float | None:
    """Return the guess once it is told."""
    return float(now[GUESS]) if now[GUESS_TOLD] else None


def go_on(
    runs: Sequence[TrainingRun],
    kept: Sequence[TrainingRun],
    settings: Settings,
    unit: Unit,
    colours: Palette,
) -> None:
    """Train until the steps are done or the learner stops it; every step may be the last."""
    bar = st.progress(runs[0].steps / runs[0].last)
    picture, text = st.empty(), st.empty()
    first = runs[0].steps
    while not all(run.done for run in runs):
        if (step := runs[0].steps) == first or step % 15 == 0:
            with picture.container():
                shown(
                    landing_picture(runs, kept, settings, unit, colours, guessed()),
                    f"Training, step {step} of {runs[0].last}.",
                    key=f"_training_{step}",
                )
            text.markdown(landing.latest(runs))
        for run in runs:
            run.advance()
        bar.progress(runs[0].steps / runs[0].last, landing.progress(runs[0], turns.waiting))
        turns.let_others(Rank.TRAINING)
    for place in (bar, picture, text):
        place.empty()


def what_came_of_it() -> None:
    """Say where each run ended and why, show every step, and name what it ran into."""
    settings, unit = settings_of(now), units.current()
    runs, kept = current_runs(settings), kept_runs(settings.world)
    if not runs[0].steps:
        return
    colours = theme.colours()
    st.header("What came of it", anchor="runs")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown("\n\n".join(landing.landings(settled(runs), settings, unit)))
        st.markdown(landing.latest(runs))
        # That an adaptive β is late is what one sees in it.
        with st.expander("Why there?", expanded=len(runs) == 1 or settings.aims):
            for run in runs:
                st.markdown(f"**{run.of.label}.** {landing.reasons(run, settings, unit)}")
            st.markdown(landing.what_else(settings))
        for other in kept:
            st.markdown(landing.compared(runs[0], other, unit))
        with st.container(horizontal=True):
            st.button(
                "Keep to compare",
                key="_training_keep",
                on_click=keep,
                args=(settings.world,),
                icon=":material/push_pin:",
                help="Keeps it, in grey, while you try other settings; the latest three.",
            )
            offer_to_forget(kept)
    with right:
        met = failures.met(runs)
        shown(train_picture(runs, kept, settings, unit, colours), met, key="_training_run")
        st.markdown(met)


@section
def how_it_is_trained() -> None:
    """Say what a step does, and what entropy is."""
    settings, unit = settings_of(now), units.current()
    st.header("What a step does", anchor="train")
    st.markdown(opening.HOW, width=820, help=meaning("policy", "reward model", "SFT", "advantage"))
    st.markdown(opening.entropy(at_reference(settings.world).exact, unit), width=820)


@section
def what_trainers_print() -> None:
    """Show the numbers of the latest step by the names that TRL gives them."""
    st.header("What your trainer prints", anchor="trl")
    st.markdown(
        "[TRL](https://huggingface.co/docs/trl), with which many train language models, prints "
        "what you see here under these names:"
    )
    unit, runs = units.current(), current_runs(settings_of(now))
    table(
        logs.columns(runs, unit),
        label="What trainers print, by its names here and in TRL",
        hues={run.of.label: "orange" for run in runs},
        words=("here", "PPOTrainer", "GRPOTrainer"),
    )
    st.caption(logs.about(unit))


@section
def formula_today() -> None:
    """Write what each method climbs, and what its β weighs today."""
    settings, unit = settings_of(now), units.current()
    spread = numbers.spread_at_first(settings.world, settings.group)
    kl = at_beta(settings.world, settings.beta * spread).exact.kl if settings.beta else None
    formula(opening.FORMULA, opening.formula_today(settings, spread))
    st.markdown(opening.about_the_formula(settings, spread, kl, unit), width=820)


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    settings, unit = settings_of(now), units.current()
    runs, kept = current_runs(settings), kept_runs(settings.world)
    colours, guess = theme.colours(), guessed()
    one = runs[0]
    take_away(
        "training",
        data=lambda: numbers.data(runs, unit),
        html=lambda: landing_picture(runs, kept, settings, unit, colours, guess).to_html(),
        snippet=code.snippet(settings, one.steps, one.end)
        if one.steps
        else code.snippet_of_start(settings, one.start),
    )


lesson()
