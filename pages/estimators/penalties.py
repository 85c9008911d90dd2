"""The sections on penalties: where each one pulls, what training makes of it, and GRPO's term."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.units import Unit
from charts.wording import amount, signed
from pages.estimators.numbers import penalties as numbers
from pages.estimators.numbers.penalties import (
    CONTEXT,
    PULL_BETAS,
    RUNS,
    STEPS,
    TRAIN_BETAS,
    Pulls,
    Run,
)
from pages.estimators.pictures import penalties as pictures
from pages.estimators.words import penalties as words
from widgets import theme, units
from widgets.chart import Controls, Picture, Stops, moving, shown
from widgets.controls import on_or_off, one_of, steps
from widgets.formula import write
from widgets.redraw import answer, now
from widgets.series import series
from widgets.table import table

DRAWN_BY = {
    "Q itself": "on-policy",
    "P": "an older policy: the SFT model, where training began",
}


def where_each_pulls(unit: Unit) -> None:
    """Show which slope each placement of a penalty follows."""
    st.header("Where each one pulls", anchor="pulls")
    st.markdown(
        "As a *penalty* an estimator is differentiated, and what counts is no longer its value but "
        f"its slope. Below, a forecast goes on after “{CONTEXT}”. At the words where they are "
        "steepest, open marks show the slopes of both divergences of the SFT model :blue[**P**] "
        "and the best policy :orange[**Q**], and small ones how each placement of the penalty "
        "pulls at Q, on average over all draws. A mark at the edge lies beyond it.",
        width=820,
    )
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        steps(
            "β of Q", PULL_BETAS, "0.01", key="estimators_pull", tells="Smaller is further from P."
        )
        one_of(
            "Words are drawn from",
            list(DRAWN_BY),
            "Q itself",
            key="estimators_drawn",
            captions=list(DRAWN_BY.values()),
        )
        on_or_off(
            "Weigh each draw",
            key="estimators_weighted",
            tells="With its chance under Q over the chance with which it was drawn.",
        )
    with beside:
        pulls()
        pulls_table(unit)


def pulls_of(controls: Controls = now) -> Pulls:
    """Return the pulls that the controls ask for."""
    return numbers.pulls_of(
        float(controls["estimators_pull"]),
        controls["estimators_drawn"],
        controls["estimators_weighted"],
    )


def slopes(controls: Controls) -> Picture:
    """Return which slope each placement of a penalty follows."""
    unit, found = units.current(), pulls_of(controls)
    return Picture(
        pictures.pulls_figure(found, numbers.next_words(), unit, theme.colours()),
        words.pulls_in_words(found, unit),
    )


@answer
def pulls() -> None:
    """Show what answers β of Q."""
    stops = {"estimators_pull": Stops.among(PULL_BETAS)}
    moving(slopes, key="_estimators_pulls_chart", stops=stops)


def pulls_table(unit: Unit) -> None:
    """Show how long each pull is, and where it leads."""
    found = pulls_of()
    table(
        words.pulls_columns(found, unit),
        label=f"The expected pull of each placement, lengths in {unit.name}",
        hues={},
        words=("penalty",),
    )
    there, back = (amount(each, unit.name) for each in unit.both_ways(found.q, found.p))
    st.caption(
        f"Summed over all {found.p.size} next words, nothing sampled; lengths in {unit.name}. "
        f"After “{CONTEXT}” D(Q‖P) is {there} and D(P‖Q) {back}. The slope of a "
        "divergence is what it gains as a logit of Q rises a little."
    )


def train_it() -> DeltaGenerator:
    """Show the controls of the training, and return the place for `training`."""
    st.header("The same run, five times", anchor="train")
    st.markdown(
        "The training of *The safety rope* (GRPO without its divisions by the spread and by the "
        "length, one pass over each batch, so that every draw is the policy's own), with the "
        "penalty in four places and with none. In the loss it stands at each word; in the reward "
        "it is the sum over the forecast, so that a word also answers for what it leads to. Steep "
        "steps are shortened, as trainers do; so even noise changes where a run ends.",
        width=820,
    )
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        steps(
            "β: the price of KL",
            TRAIN_BETAS,
            "0.02",
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
    figure = pictures.placements_figure(runs, (best.kl, best.reward), unit, theme.colours())
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
                bar.progress(place / len(RUNS), f"Training with {name}")
                runs[name] = numbers.trained(penalty, beta, seed)
        bar.empty()
    return runs


def grpo_term(unit: Unit) -> None:
    """Write GRPO's penalty out, with one word of a forecast put in."""
    word = numbers.word_of_a_forecast()
    st.header("GRPO's term, written out", anchor="grpo")
    st.markdown(
        "DeepSeekMath ([Shao et al. 2024](https://arxiv.org/abs/2402.03300)) subtracts β times "
        "this for every token, inside the objective (equation 3) and not from the reward as PPO "
        "does; equation 4 calls it an estimate of the KL, and it is k3:"
    )
    write(words.GRPO_TERM, words.grpo_today(word))
    st.markdown(words.grpo_in_words(word, unit))
