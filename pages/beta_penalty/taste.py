"""*Be the judge*: the learner judges pairs, and the lesson may run on what is learned from them."""

import streamlit as st

from pages.beta_penalty.words import taste as words
from widgets import taste
from widgets.controls import begins, on_or_off, put
from widgets.pipeline import reference, reward_model
from widgets.redraw import now
from widgets.taste import FIRST, NEITHER, PAIRS, SECOND

CODE, MINE = "beta_taste", "beta_mine"


def section() -> None:
    """Show the pairs, one after the other, and what is learned from the answers."""
    st.header("Be the judge", anchor="taste")
    st.markdown(
        f"The judge of this lesson is a rule. Be one yourself: of {PAIRS} pairs of forecasts, "
        "choose the one that you like better, by any rule or none (keys A and B). A reward model "
        "learns your taste from that, and then every chart of this lesson can run on it.",
        width=720,
    )
    code = the_code()
    judging(code)
    on_or_off(
        "Let every chart of this lesson run on my taste",
        key=MINE,
        tells="The policy then climbs your reward model. The judge's score stays that of the rule, "
        "for comparison: whether it is still your taste you see by reading.",
    )
    if now[MINE] and taste.decided(code):
        st.markdown(words.NOW_MINE)
    what_is_learned(code)


def the_code() -> str:
    """Draw the answers so far, as the link has them, and return what can be read of them."""
    begins(CODE, "")
    with st.expander("Your answers as a code, which the link holds", icon=":material/link:"):
        st.text_input(
            f"A letter for each pair: {FIRST}, {SECOND}, or {NEITHER} for neither",
            max_chars=2 * PAIRS,
            key=CODE,
            bind="query-params",
        )
    if problem := taste.wrong_with(now[CODE]):
        st.warning(f"{problem} It is not used until that is mended.", icon=":material/error:")
        return ""
    return str(now[CODE])


def judging(code: str) -> None:
    """Show the next pair, and take the answer."""
    done = len(code)
    st.progress(done / PAIRS, text=f"{done} of {PAIRS} pairs judged")
    if done < PAIRS:
        pair = taste.to_judge(reference())[:, done]
        for column, letter, key, which, tokens in zip(
            st.columns(2), (FIRST, SECOND), "AB", ("first", "second"), pair, strict=True
        ):
            with column.container(border=True):
                st.markdown(reference().decode(tokens))
                _button(f"The {which} is better", letter, code, shortcut=key)
    with st.container(horizontal=True):
        if done < PAIRS:
            _button("Neither", NEITHER, code)
        st.button(
            "Undo", key="_beta_taste_undo", disabled=not code, on_click=_put, args=(code[:-1],)
        )
        st.button(
            "Judge anew", key="_beta_taste_anew", disabled=not code, on_click=_put, args=("",)
        )


def _button(label: str, letter: str, code: str, shortcut: str | None = None) -> None:
    st.button(
        label,
        key=f"_beta_taste_{letter}",
        on_click=_put,
        args=(code + letter,),
        shortcut=shortcut,
    )


def _put(code: str) -> None:
    put(**{CODE: code})


def what_is_learned(code: str) -> None:
    """Say what the reward model believes that this learner likes, and how little it knows."""
    if not taste.decided(code):
        st.markdown(words.NOTHING_YET)
        return
    judged = taste.preferences(reference(), code)
    model = reward_model(taste=code)
    errors = model.errors(judged)
    st.markdown(
        words.believes(words.Taste(reference().words, model.weights, errors, len(judged.chosen)))
    )
