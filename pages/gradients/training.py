"""The section on training: the same run with the penalty in four places, and with none."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.wording import signed
from pages.gradients import numbers, words
from pages.gradients.numbers import RUNS, STEPS, TRAIN_BETAS, Run
from pages.gradients.pictures import placements_figure
from widgets import theme, units
from widgets.chart import shown
from widgets.controls import on_or_off, steps
from widgets.redraw import answer, now
from widgets.series import series
from widgets.table import table
from widgets.turns import Rank, turns


def train_it() -> DeltaGenerator:
    """Show the controls of the training, and return the place for `training`."""
    st.header("The same run, five times", anchor="train")
    st.markdown(
        "The training of *The safety rope* (GRPO without its divisions by the spread and by the "
        "length, one pass over each batch, so that every draw is the policy's own), with the "
        "penalty in four places and with none. In the loss it stands at each word; in the reward "
        "it is the sum over the forecast, so that a word also answers for what it leads to. Its "
        "strides are long, to get somewhere in so few steps (shorter where a large β would "
        "overshoot), and cut where they are steep, as trainers do: so noise, too, changes where a "
        "run ends, and k1 in the loss is noise alone: press *Another run*.",
        width=820,
    )
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        steps(
            "β: the price of KL",
            TRAIN_BETAS,
            "0.01",
            key="estimators_price",
            tells="As in *The safety rope*.",
        )
        series("estimators_run", "Which run", again="Another run", icon=":material/casino:")
        on_or_off(
            "Train",
            key="estimators_train",
            tells=f"Five runs of {STEPS} steps, 64 forecasts each.",
        )
    return beside.container()


@answer
def training() -> None:
    """Train with each placement, and compare where they end."""
    unit, beta, seed = units.current(), float(now["estimators_price"]), now["estimators_run"]
    if not now["estimators_train"]:
        st.info(
            "Switch *Train* on: five runs, a few seconds in all.", icon=":material/play_circle:"
        )
        return
    runs, best = train_all(beta, seed), numbers.best_at(beta)
    said = words.runs_in_words(runs, best.kl, beta, unit)
    figure = placements_figure(
        runs, (best.kl, best.reward), beta, words.held(runs), unit, theme.colours()
    )
    shown(figure, said, key="_estimators_runs")
    st.markdown(said)
    table(
        words.runs_columns(runs, beta, unit),
        label=f"Where each run has ended, KL in {unit.name}",
        hues={},
        words=("penalty",),
    )
    st.caption(
        f"Exact figures of the last policy; KL in {unit.name}, except in the last column, where β "
        "is the price by the natural logarithm. The exact optimum has "
        f"{signed(best.reward - beta * best.kl)} there, and nothing has more."
    )


def train_all(beta: float, seed: int) -> dict[str, Run]:
    """Return a run for each placement; those that are not there yet are trained now."""
    # A move cuts this short: the session keeps what has been trained until then.
    which = beta, seed
    if st.session_state.get("_estimators_trained", (None,))[0] != which:
        st.session_state["_estimators_trained"] = which, {}
    runs: dict[str, Run] = st.session_state["_estimators_trained"][1]
    if len(runs) < len(RUNS):
        bar = st.progress(len(runs) / len(RUNS))
        for place, (name, penalty) in enumerate(RUNS.items()):
            if name not in runs:
                turns.let_others(Rank.TRAINING)
                bar.progress(place / len(RUNS), f"Training with {name}")
                runs[name] = numbers.trained(penalty, beta, seed)
        bar.empty()
    return runs
