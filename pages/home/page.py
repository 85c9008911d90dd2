"""What this is: a game that one can lose in twenty seconds, and the tour."""

import streamlit as st

from charts.wording import counted
from kl_core import Array, normalize
from pages.home import pictures, words
from pages.home.numbers import FACES, ROLLS, Round, costs, dealt
from widgets import frame, theme, tour, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import on_or_off, put, slider
from widgets.look import sliders_of
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now
from widgets.weights import BAR

KEYS = [f"home_q{face}" for face in FACES]
# A weight of the die, and one more than the most that can come, are both on a step.
MOST, STEP, FAIR = 13.0, 0.5, 2.0
ROUNDS = 1000


def home() -> None:
    """Show the page, from top to bottom."""
    first_screen = frame.header(
        "KL divergence, understood by moving it",
        "When a model **Q** stands in for the truth **P**, something is lost. Lose it here, in "
        "twenty seconds.",
    )
    here = opening(first_screen, "Drag Q")
    with here.question:
        the_game()
    with here.controls:
        belief()
    with here.buttons:
        what_others_believe(dealt(now["home_round"]))
    with here.picture:
        picture()
    the_tour()


def the_game() -> None:
    """Say what to do, and let the learner look."""
    with st.container(border=True):
        st.markdown(
            f"A die is loaded in secret; blue is what {ROLLS} rolls of it brought. Set the orange "
            "bars to the chances you believe in, then look. Being wrong costs you "
            f"{units.current().name}, units of information: can you pay less than a careful "
            "statistician?"
        )
        on_or_off("That is my belief: show me the die", key="home_told")


def what_others_believe(deal: Round) -> None:
    """Offer another die, the trap, and once the learner has looked what else one may believe."""
    others = [
        Preset("Take the rolls at their word", believe, (deal.counts,)),
        Preset("Another die", another_die, help="Another round, with Q back at a fair die."),
        *(
            [
                Preset("Add 1 to each count", believe, (deal.counts + 1,)),
                Preset("Q = P", believe, (deal.weights,)),
            ]
            if now["home_told"]
            else []
        ),
    ]
    presets("home", others, back=False)


def another_die() -> None:
    """Begin the next round."""
    put(home_round=now["home_round"] % ROUNDS + 1, home_told=False, **dict.fromkeys(KEYS, FAIR))


def believe(weights: Array) -> None:
    """Put Q's sliders to these weights."""
    put(**{key: float(weight) for key, weight in zip(KEYS, weights, strict=True)})


def belief() -> None:
    """Draw the sliders of Q, and of the round."""
    with sliders_of("q", "home"):
        columns = st.columns(2, wrap=False)
        for place, (face, key) in enumerate(zip(FACES, KEYS, strict=True)):
            with columns[place % 2]:
                slider(f"Q, face {face}", 0.0, MOST, FAIR, STEP, key=key, shown_as="%.3g")
    slider("Which die", 1, ROUNDS, 1, 1, key="home_round", tells="The same number, the same die.")


def believed(controls: Controls) -> Array | None:
    """Return Q; None while it believes in nothing."""
    weights = [controls[key] for key in KEYS]
    return normalize(weights) if any(weights) else None


def drawn(controls: Controls) -> Picture | None:
    """Return what came and what one believes; once one looks, the die and what that costs."""
    if (q := believed(controls)) is None:
        return None
    deal, unit = dealt(controls["home_round"]), units.current()
    handles = [
        Handle(key, place + BAR / 2 + 0.01, 100 * chance, "y", "q", BAR)
        for place, (key, chance) in enumerate(zip(KEYS, q.tolist(), strict=True))
    ]
    if not controls["home_told"]:
        figure = pictures.before_figure(deal, q, theme.colours())
        return Picture(figure, words.before(deal), handles=handles)
    said = words.verdict(deal, q, costs(deal, q, unit), unit)
    figure = pictures.after_figure(deal, q, unit, theme.colours())
    return Picture(figure, f"{said}\n\n{words.colours_in_words(deal.p, q)}", handles=handles)


@answer
def picture() -> None:
    """Show what answers the sliders."""
    if believed(now) is None:
        st.warning(
            "All six weights of Q are 0, so Q believes in nothing. Give a face a weight above 0.",
            icon=":material/error:",
        )
    # Another die has nothing in common with the one before: it has no film.
    moving(
        drawn,
        key="_home_chart",
        alike=True,
        stops=dict.fromkeys(KEYS, Stops.along(0.0, MOST, STEP)),
    )


def the_tour() -> None:
    """Say what the app is, how long it takes, and where this browser has been."""
    st.header("The tour", anchor="tour")
    st.markdown(
        f"What you pay there is **D(P‖Q)**, the Kullback–Leibler divergence. "
        f"{counted(tour.lessons(), 'lesson')} take it from a weather forecast to the training of "
        f"language models, in {counted(tour.minutes(), 'minute')} of reading and as much playing "
        "as you like. Everything on screen is computed as you look, and every view is a link. No "
        "more than everyday probability is needed to begin.",
        width=720,
    )
    tour.show()


home()
