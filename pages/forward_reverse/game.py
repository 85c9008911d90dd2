"""The game: fit P by hand, in few moves; and beat somebody else's score."""

from collections.abc import Hashable

import streamlit as st

from charts.wording import amount, counted
from pages.forward_reverse.bells import (
    CHALLENGE,
    CHALLENGE_MOVES,
    NO_CHALLENGE,
    P,
    by_hand,
    held,
    put_q,
)
from pages.forward_reverse.numbers import Bell
from pages.forward_reverse.scores import (
    GAMES,
    Attempt,
    Challenge,
    attempt,
    challenge_in_words,
    score_in_words,
)
from widgets import units
from widgets.controls import one_of
from widgets.look import hide
from widgets.redraw import answer, at_rest, now
from widgets.series import series
from widgets.share import challenge

# What the moves were counted for, how many they are, and where Q stood before the first.
_MOVES = "_forward_moves"


def game() -> None:
    """Ask for a Q, and judge the one that there is."""
    st.subheader("A game: fit it by hand", anchor="game")
    goal, which = st.columns(2, gap="medium")
    with goal:
        one_of("Move Q to", list(GAMES), next(iter(GAMES)), key="forward_goal")
    with which, st.container(key="_forward_which"):
        series("forward_round", "Which target", again="Another target", icon=":material/casino:")
        # The other two goals have no number to choose.
        if GAMES[at_rest["forward_goal"]] != "target":
            hide("_forward_which")
    if _theirs() is None and (at_rest[CHALLENGE], at_rest[CHALLENGE_MOVES]) != NO_CHALLENGE:
        st.warning(
            "This link challenges you, but its score makes no sense: it takes a number from 0 up, "
            "and at least one move. So there is nothing to beat.",
            icon=":material/link_off:",
        )
    verdict()
    # Outside what answers: it moves sliders.
    if _theirs():
        st.button("Try again", key="_forward_again", on_click=_again)


@answer
def verdict() -> None:
    """Judge the learner's Q."""
    # To seek all optima takes too long for a P that moves: P and Q may rest first.
    kind, p, q = GAMES[now["forward_goal"]], P.mixture(at_rest), by_hand(at_rest)
    tried = attempt(p, q, kind, now["forward_round"], held(at_rest))
    moves, start = _count()
    if theirs := _theirs():
        said = challenge_in_words(theirs, tried, moves, units.current())
        beaten = theirs.is_beaten(tried, moves)
        icon = ":material/military_tech:" if beaten else ":material/swords:"
        (st.success if beaten else st.info)(said, icon=icon)
    said = score_in_words(kind, tried, moves, units.current())
    if tried.won:
        st.success(said, icon=":material/trophy:")
    else:
        st.info(said, icon=":material/sports_esports:")
    if moves:
        _offer(tried, moves, start)


def _offer(tried: Attempt, moves: int, start: Bell) -> None:
    """Offer a link that challenges somebody to beat this score, from where Q stood."""
    unit, off = units.current(), abs(tried.off)
    score = f"{amount(off / unit.nats, unit.name, 4)} off in {counted(moves, 'move')}"
    mean, spread = start
    challenge(
        f"Challenge somebody: {score}",
        f"This link opens the game where you began it. Your score is to be beaten: {score}.",
        {
            "forward_q_mean": mean,
            "forward_q_spread": spread,
            CHALLENGE: f"{off:.6g}",
            CHALLENGE_MOVES: moves,
        },
        heading="game",
        key="_forward_challenge",
    )


def count_a_move() -> None:
    """Count one more move of Q."""
    played, count, start = st.session_state.get(_MOVES, (None, 0, None))
    # Before the game has been drawn there is nothing to count.
    if played == _this_round():
        st.session_state[_MOVES] = played, count + 1, start


def forget_the_moves() -> None:
    """Begin to count again."""
    st.session_state.pop(_MOVES, None)


def _again() -> None:
    """Put Q where it stood before the first move."""
    _, start = _count()
    put_q(*start)
    forget_the_moves()


def _theirs() -> Challenge | None:
    """Return the score that is to be beaten."""
    return Challenge.of(at_rest[CHALLENGE], at_rest[CHALLENGE_MOVES])


def _count() -> tuple[int, Bell]:
    """Return how often Q has been moved since this round began, and where it stood then."""
    played, count, start = st.session_state.get(_MOVES, (None, 0, None))
    if played != _this_round():
        count, start = 0, by_hand(at_rest)
        st.session_state[_MOVES] = _this_round(), count, start
    return count, start


def _this_round() -> Hashable:
    """Return what a count of moves belongs to."""
    return P.rows(at_rest), held(at_rest), at_rest["forward_goal"], at_rest["forward_round"]
