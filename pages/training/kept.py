"""What the lesson on training keeps beside its controls: the runs of today, and those kept.

Under `_training_runs` stand the runs of today with their settings, under `_training_kept` those
kept to compare, each with what its reward model has seen.
"""

from collections.abc import Sequence

import streamlit as st

from pages.training.pictures.drawn import KEPT_DASHES
from pages.training.runs import TrainingRun, fresh_runs
from pages.training.settings import Settings
from widgets.controls import put
from widgets.optima import World


def current_runs(settings: Settings) -> list[TrainingRun]:
    """Return the runs that belong to the settings; new ones where these have changed."""
    of, runs = st.session_state.get("_training_runs", (None, []))
    if of != settings.that_matter:
        runs = fresh_runs(settings)
        st.session_state["_training_runs"] = settings.that_matter, runs
    return list(runs)


def trained() -> bool:
    """Return whether a run of this session has been trained, by whatever settings."""
    return any(run.steps for run in st.session_state.get("_training_runs", (None, []))[1])


def kept_runs(world: World) -> list[TrainingRun]:
    """Return the runs that the learner has kept, as far as they climbed the same reward."""
    return [run for of, run in st.session_state.get("_training_kept", []) if of == world]


def keep(world: World) -> None:
    """Keep the current runs to compare with, and the latest of those kept before."""
    mine = [(world, run) for run in st.session_state["_training_runs"][1]]
    st.session_state["_training_kept"] = [*st.session_state.get("_training_kept", []), *mine][
        -len(KEPT_DASHES) :
    ]
    # The next run is a new one, even with the same settings: the kept ones are finished.
    st.session_state.pop("_training_runs")
    put(beta_train=False)


def offer_to_forget(kept: Sequence[TrainingRun]) -> None:
    """Draw the button that forgets the kept runs, where there are any."""
    if kept:
        st.button(
            "Forget kept runs",
            key="_training_forget",
            on_click=forget_kept,
            icon=":material/delete:",
        )


def forget_kept() -> None:
    """Forget the kept runs."""
    st.session_state.pop("_training_kept", None)


def forget_all() -> None:
    """Forget the kept runs and those of today."""
    forget_kept()
    st.session_state.pop("_training_runs", None)
