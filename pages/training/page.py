"""Train it: the best policy, approached by the methods that large models use."""

from collections.abc import Mapping, Sequence

import streamlit as st

from charts.style import Palette
from charts.units import Unit
from pages.training import words
from pages.training.pictures import KEPT_DASHES, landing_picture, train_picture
from pages.training.runs import (
    RACE,
    STEP_BY_STEP,
    TO_REFERENCE,
    Settings,
    TrainingRun,
    fresh_runs,
)
from widgets import frame, theme, units
from widgets.chart import Controls, shown
from widgets.controls import on_or_off, one_of, put, steps
from widgets.optima import LADDER, World, solve_all
from widgets.pipeline import PAIRS, USUAL_PAIRS
from widgets.presenter import stage
from widgets.presets import presets
from widgets.redraw import answer, at_rest, now
from widgets.series import series

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
TARGETS = ["0.1", "0.2", "0.5", "1", "2", "3", "5", "10", "20", "50"]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    first_screen = frame.header(
        "Train it",
        "Large models are not *computed*, they are *trained*: sample forecasts, score them, make "
        "the good ones likelier, again and again. Here it happens in front of you.",
    )
    with stage(first_screen, "Move it", anchor="train"):
        presets("training", [], forget=forget_all)
        controls, beside = st.columns([2, 3], gap="medium")
        with controls:
            method_and_rope()
            with st.expander("More settings"):
                more_settings()
            series("beta_run_seed", "Which run", again="Another run", icon=":material/casino:")
            start_and_stop()
        with beside:
            training()


def method_and_rope() -> None:
    """Draw what matters most to a run."""
    explained("Method", METHODS, key="beta_method")
    explained("Rope", ROPES, key="beta_rope")
    steps(
        "β to train with, or to begin with",
        PRICES,
        "0.02",
        key="beta_price",
        tells="0 is no rope at all. An adaptive rope begins here, or at "
        f"{LADDER[0]} where this is 0.",
    )
    steps(
        "KL target of an adaptive rope, in nats",
        TARGETS,
        "3",
        key="beta_target",
        tells="How far it should let the policy go from what it is tied to. A fixed rope has no "
        "target.",
    )


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


def explained(label: str, captions: Mapping[str, str], *, key: str) -> None:
    """Draw a choice, with what each option means."""
    options = list(captions)
    one_of(label, options, options[0], key=key, captions=list(captions.values()))


def world_of(controls: Controls) -> World:
    """Return on which pairs the reward model has learned."""
    return World(controls["training_pairs"], 1)


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
        st.button("Stop training", key="_beta_stop", on_click=stop, icon=":material/stop_circle:")


def stop() -> None:
    """Stop the training; what is done stays."""
    put(beta_train=False)


@answer
def training() -> None:
    """Train, or show what has been trained so far."""
    # What has learned from other pairs is another run: they rest first.
    settings = Settings.of(now, world_of(at_rest))
    unit, colours = units.current(), theme.colours()
    runs, kept = current_runs(settings), kept_runs(settings.world)
    if now["beta_train"] and not all(run.done for run in runs):
        go_on(runs, kept, settings, unit, colours)
    if not runs[0].steps:
        st.info(words.nothing_yet(kept), icon=":material/play_circle:")
        offer_to_forget(kept)
        return
    for run in runs:
        run.settle()
    how_far = words.how_far(runs[0])
    shown(train_picture(runs, kept, settings, unit, colours), how_far, key="_beta_run")
    st.markdown(how_far)
    st.markdown(words.latest(runs))
    landing(runs, kept, settings, unit, colours)
    with st.container(horizontal=True):
        st.button(
            "Keep to compare",
            key="_beta_keep",
            on_click=keep,
            icon=":material/push_pin:",
            help="Keeps what is drawn, in grey, while you try other settings; the latest three.",
        )
        offer_to_forget(kept)


def go_on(
    runs: Sequence[TrainingRun],
    kept: Sequence[TrainingRun],
    settings: Settings,
    unit: Unit,
    colours: Palette,
) -> None:
    """Train until the steps are done or the learner stops it; every step may be the last."""
    bar = st.progress(runs[0].steps / runs[0].last)
    text, picture = st.empty(), st.empty()
    while not all(run.done for run in runs):
        for run in runs:
            if not run.done:
                run.advance()
        step = runs[0].steps
        bar.progress(step / runs[0].last, f"Step {step} of {runs[0].last}")
        if step % 30 == 0:
            text.markdown(words.latest(runs))
            with picture.container():
                shown(
                    train_picture(runs, kept, settings, unit, colours),
                    f"Training, step {step} of {runs[0].last}.",
                    key=f"_beta_train{step}",
                )
    for place in (bar, text, picture):
        place.empty()


def landing(
    runs: Sequence[TrainingRun],
    kept: Sequence[TrainingRun],
    settings: Settings,
    unit: Unit,
    colours: Palette,
) -> None:
    """Show the way of each run below the frontier, and say where it ended and why."""
    lines = words.landings(runs, settings, unit)
    solve_all(settings.world)
    shown(
        landing_picture(runs, kept, settings, unit, colours), " ".join(lines), key="_beta_landing"
    )
    for run, line in zip(runs, lines, strict=True):
        st.markdown(f"{line} {words.reasons(run, settings, unit)}")
    st.markdown(words.what_else(settings))
    for other in kept:
        st.markdown(words.compared(runs[0], other, unit))


# What the page keeps beside its controls: under `_beta_runs` the runs of today with their settings,
# under `_beta_kept` those kept to compare, each with what its reward model has seen.


def current_runs(settings: Settings) -> list[TrainingRun]:
    """Return the runs that belong to the settings; new ones where these have changed."""
    of, runs = st.session_state.get("_beta_runs", (None, []))
    if of != settings.that_matter:
        runs = fresh_runs(settings)
        st.session_state["_beta_runs"] = settings.that_matter, runs
    return list(runs)


def kept_runs(world: World) -> list[TrainingRun]:
    """Return the runs that the learner has kept, as far as they climbed the same reward."""
    return [run for of, run in st.session_state.get("_beta_kept", []) if of == world]


def keep() -> None:
    """Keep the current runs to compare with, and the latest of those kept before."""
    mine = [(world_of(now), run) for run in st.session_state["_beta_runs"][1]]
    st.session_state["_beta_kept"] = [*st.session_state.get("_beta_kept", []), *mine][
        -len(KEPT_DASHES) :
    ]
    # The next run is a new one, even with the same settings: the kept ones are finished.
    st.session_state.pop("_beta_runs")
    stop()
    st.rerun()


def offer_to_forget(kept: Sequence[TrainingRun]) -> None:
    """Draw the button that forgets the kept runs, where there are any."""
    if kept:
        st.button(
            "Forget kept runs", key="_beta_forget", on_click=forget_kept, icon=":material/delete:"
        )


def forget_kept() -> None:
    """Forget the kept runs."""
    st.session_state.pop("_beta_kept", None)


def forget_all() -> None:
    """Forget the kept runs and those of today."""
    forget_kept()
    st.session_state.pop("_beta_runs", None)


lesson()
