"""The game: fit P by hand, in few moves."""

from collections.abc import Hashable

import streamlit as st

from pages.forward_reverse import numbers, words
from pages.forward_reverse.bells import P, by_hand
from pages.forward_reverse.numbers import GAMES
from widgets import units
from widgets.controls import one_of
from widgets.redraw import answer, at_rest, now
from widgets.series import series

# What the moves were counted for, and how many they are.
_MOVES = "_forward_moves"


def game() -> None:
    """Ask for a Q, and judge the one that there is."""
    st.subheader("A game: fit it by hand", anchor="game")
    goal, which = st.columns(2, gap="medium")
    with goal:
        one_of("Move Q to", list(GAMES), next(iter(GAMES)), key="forward_goal")
    with which:
        series("forward_round", "Which target", again="Another target", icon=":material/casino:")
    verdict()


@answer
def verdict() -> None:
    """Judge the learner's Q."""
    # To seek all optima takes too long for a P that moves: P and Q may rest first.
    kind, p, q = GAMES[now["forward_goal"]], P.mixture(at_rest), by_hand(at_rest)
    tried = numbers.attempt(p, q, kind, now["forward_round"])
    said = words.score_in_words(kind, tried, _moves(), units.current())
    if tried.won:
        st.success(said, icon=":material/trophy:")
    else:
        st.info(said, icon=":material/sports_esports:")


def count_a_move() -> None:
    """Count one more move of Q."""
    st.session_state[_MOVES] = _this_round(), _moves() + 1


def forget_the_moves() -> None:
    """Begin to count again."""
    st.session_state.pop(_MOVES, None)


def _moves() -> int:
    """Return how often Q has been moved since this round of the game began."""
    counted_for, count = st.session_state.get(_MOVES, (None, 0))
    return int(count) if counted_for == _this_round() else 0


def _this_round() -> Hashable:
    """Return what a count of moves belongs to."""
    return tuple(P.rows(at_rest)), at_rest["forward_goal"], at_rest["forward_round"]
