"""The next word of a forecast, as P and Q would choose it: shown on demand."""

from functools import partial

import streamlit as st

from pages.beta_penalty import numbers
from pages.beta_penalty.hacking import STOPS
from pages.beta_penalty.numbers import NextWords
from pages.beta_penalty.pictures.next_word import words_figure
from pages.beta_penalty.scale import Rope
from pages.beta_penalty.words import next_word as words
from widgets import theme, units
from widgets.chart import Controls, Picture, moving
from widgets.controls import begins, on_or_off, put
from widgets.redraw import answer, at_rest, now


def section() -> None:
    """Let the learner type a sentence, or click through it as the policy would say it."""
    if not on_or_off("Look at the choice of a single word", key="beta_words"):
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        words_so_far()
    with right:
        next_word()


def words_so_far() -> None:
    """Draw what says how far a forecast has got."""
    begins("beta_context", start := "tomorrow will be")
    st.text_input(
        "The words so far, for the next-word chart",
        start,
        max_chars=400,
        key="beta_context",
        bind="query-params",
        help="Type words of the forecasts, or click the policy's next words below.",
    )
    following = next_words(now)
    with st.container(horizontal=True):
        for place, word in enumerate(following.names[:6] if following else ()):
            st.button(
                word if word != "." else "full stop",
                key=f"_beta_word{place}",
                on_click=go_on,
                args=(word,),
                disabled=word == ".",
            )
        st.button("Back one word", key="_beta_back", on_click=go_back, icon=":material/undo:")
        st.button(
            "From the start",
            key="_beta_first",
            on_click=partial(put, beta_context=""),
            icon=":material/first_page:",
        )


def go_on(word: str) -> None:
    """Append a word to what has been said."""
    put(beta_context=" ".join([*now["beta_context"].split(), word]))


def go_back() -> None:
    """Take the last word away."""
    put(beta_context=" ".join(now["beta_context"].split()[:-1]))


def next_words(controls: Controls) -> NextWords | None:
    """Return how the forecast goes on; None where no word can follow."""
    place = numbers.place_after(controls["beta_context"])
    rope = Rope.of(controls, at_rest)
    return numbers.next_words(rope.world, rope.unscaled, place) if place else None


def drawn(controls: Controls) -> Picture | None:
    """Return the chances of the next word; none where no next word can follow."""
    if not (following := next_words(controls)):
        return None
    return Picture(
        words_figure(following.names, following.p, following.q, theme.colours()),
        words.next_word(following, units.current()),
    )


@answer
def next_word() -> None:
    """Show how the forecast goes on, or say why it cannot."""
    moving(drawn, key="_beta_words", stops=STOPS)
    if not numbers.place_after(said := now["beta_context"]):
        st.warning(words.why_no_word_follows(said), icon=":material/edit_off:")
