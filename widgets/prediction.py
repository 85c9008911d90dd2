"""A question before anything is told, and what really happens once it is answered.

An answer may set things in motion: `shows` puts the controls where the learner sees it come true,
or not. Until then nothing above the question gives it away, and the takeaway follows it.
"""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.units import Unit
from widgets import amounts
from widgets.chart import Controls
from widgets.controls import Option, at_their_beginnings, on_or_off, one_of, slider, steps
from widgets.presenter import presenting
from widgets.redraw import now, section

# For whoever would rather not guess.
JUST_SHOW_ME = "Just show me"
# What a slider is called by whose place one guesses a number.
GUESS = "Your guess"
# What the key of the switch ends with that a number is committed to by.
TOLD = "_told"


def predict(
    key: str,
    question: str,
    options: Sequence[str],
    answer: str,
    reveal: str,
    *,
    takeaway: str,
    shows: Callable[[], None] | None = None,
) -> None:
    """Ask `question`; once an option is chosen, say whether it is `answer` and what happens.

    Parameters
    ----------
    key : str
        Of the choice, such as ``die_predict``.
    question : str
        As Markdown.
    options : sequence of str
        The answers to choose from; `JUST_SHOW_ME` comes with them.
    answer : str
        Which of them is right.
    reveal : str
        What really happens.
    takeaway : str
        The sentence that a learner should leave the lesson with.
    shows : callable, optional
        Is called when something is chosen, before the page is drawn: puts controls where one sees
        what happens (`widgets.controls.put`), or lets figures play (`widgets.glide.play`).
    """
    if answer not in options:
        raise ValueError(f"answer {answer!r} is not among the options {list(options)!r}")
    with _place():
        choice = one_of(
            f"**Predict first.** {question}",
            [*options, JUST_SHOW_ME],
            None,
            key=key,
            also=_once_chosen(key, shows),
        )
        if choice is None:
            return
        if choice == answer:
            st.markdown(f":green[:material/check_circle: **That is what happens.**] {reveal}")
        elif choice == JUST_SHOW_ME:
            st.markdown(reveal)
        else:
            st.markdown(f":violet[:material/lightbulb: **A surprise, then.**] {reveal}")
        st.markdown(f"**{takeaway}**")


def commit(
    key: str,
    question: str,
    low: float,
    high: float,
    start: float,
    step: float,
    *,
    shown_as: str,
    reveal: Callable[[float], str],
    takeaway: str,
    shows: Callable[[], None] | None = None,
    unit: Unit | None = None,
    none: float | None = None,
) -> None:
    """Ask for a number, and once the learner commits to it say how far off it is.

    The number has this `key`, such as ``die_guess``; that it is told, ``{key}_told``. A picture may
    draw the number and let it be dragged (a `Handle` of `key`).

    Parameters
    ----------
    key, question : str
        Of the slider; and what it asks, as Markdown.
    low, high, start, step : float
        Of the slider.
    shown_as : str
        How the slider writes the number, such as ``%.2f bits``.
    reveal : callable
        Takes the number and says what is true, and how far off that is.
    takeaway, shows
        As `predict` has them.
    unit : Unit, optional
        The learner's, if the number is an amount of information: it stays the same amount when the
        unit is switched.
    none : float, optional
        What says that there is no guess yet.
    """
    with _place():
        st.markdown(f"**Predict first.** {question}")
        if unit:
            amounts.follow(key, amounts.Scale(low, high, step, none), unit)
        slider(GUESS, low, high, start, step, key=key, shown_as=shown_as)
        if unit:
            # Not through `now`: a moved guess needs no more than its picture.
            amounts.note(key, st.session_state[key], unit)
        _committed(key, lambda: reveal(now[key]), takeaway, shows)


def commit_among(
    key: str,
    question: str,
    options: Sequence[Option],
    start: Option,
    *,
    reveal: Callable[[Option], str],
    takeaway: str,
    shows: Callable[[], None] | None = None,
) -> None:
    """Ask as `commit` does, for one of the options that a slider stops at."""
    with _place():
        st.markdown(f"**Predict first.** {question}")
        steps(GUESS, options, start, key=key)
        _committed(key, lambda: reveal(now[key]), takeaway, shows)


def commit_in_the_picture(
    key: str,
    question: str,
    *,
    reveal: Callable[[], str],
    takeaway: str,
    shows: Callable[[], None] | None = None,
) -> None:
    """Ask for what the lesson's own controls say, and once the learner commits to it tell the rest.

    Parameters
    ----------
    key : str
        Such as ``die_guess``: that it is told is ``{key}_told``, and controls that keep the guess
        begin with it, so that a link without answers leaves them out.
    question : str
        As Markdown; it says what to drag.
    reveal : callable
        Says what is true, and how far off the guess is.
    takeaway, shows
        As `predict` has them.
    """
    with _place():
        st.markdown(f"**Predict first.** {question}")
        _committed(key, reveal, takeaway, shows)


def _committed(
    key: str, reveal: Callable[[], str], takeaway: str, shows: Callable[[], None] | None
) -> None:
    """Draw the switch by which a learner commits; once it is on, what is true."""
    told = key + TOLD
    if on_or_off("That is my guess: show me", key=told, also=_once_chosen(told, shows)):

        @section
        def revealed() -> None:
            st.markdown(reveal())

        revealed()
        st.markdown(f"**{takeaway}**")


def told(key: str, view: Iterable[str], controls: Controls = now) -> bool:
    """Return whether a picture may give the answer away.

    It may when the question with this `key` is answered; and when the controls named in `view` are
    no longer what they begin with: whoever moves, or follows a link, wants to see.
    """
    return bool(controls[key]) or not at_their_beginnings(controls, view)


def _place() -> DeltaGenerator:
    """Return where a question stands: on a projector, where room is scarce, behind a button."""
    if presenting():
        return st.popover("Predict first", icon=":material/help:")
    return st.container(border=True, gap="small")


def _once_chosen(key: str, shows: Callable[[], None] | None) -> Callable[[], None]:
    """Return what is called when a choice changes: `shows`, if something is chosen."""

    def chosen() -> None:
        if shows and st.session_state[key]:
            shows()

    return chosen
