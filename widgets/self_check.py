"""Short questions on real misconceptions; every answer says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from zlib import crc32

import streamlit as st

from charts.wording import listed
from widgets.controls import one_of


@dataclass(frozen=True)
class Question:
    """A question, its answers each with what to say to them, and which answer is right.

    Attributes
    ----------
    text : str
        The question, as Markdown.
    feedback : dict
        The answers, and why each is right or wrong, as Markdown.
    right : str
        Which of the answers is right.
    code : str
        Python that the question is about; none where empty.
    see : str
        A Markdown link to the view that mends a wrong answer; none where empty.
    topic : str
        What a wrong answer shows that one should look at again; none where empty.
    """

    text: str
    feedback: dict[str, str]
    right: str
    code: str = ""
    see: str = ""
    topic: str = ""

    def __post_init__(self) -> None:
        """Refuse a question whose right answer is not among its answers."""
        if self.right not in self.feedback:
            raise ValueError(f"{self.right!r} is not among the answers {list(self.feedback)!r}")

    @property
    def answers(self) -> list[str]:
        """The answers in an order that gives nothing away, and is always the same."""
        return sorted(self.feedback, key=lambda answer: crc32(answer.encode()))


@st.fragment
def self_check(
    prefix: str,
    questions: Sequence[Question],
    *,
    heading: str = "Check yourself",
    score: bool = False,
) -> None:
    """Ask the questions; the keys are ``{prefix}_check1``, ``{prefix}_check2`` and so on.

    `score` tells at the end how many are right.
    """
    st.header(heading, anchor="check")
    choices = [
        _ask(f"{prefix}_check{number}", f"**{number}.** {question.text}", question)
        for number, question in enumerate(questions, start=1)
    ]
    if score:
        _tell_score(questions, choices)
        if shown := what_they_show(questions, choices):
            st.markdown(shown)


def _ask(key: str, text: str, question: Question) -> str | None:
    """Ask one question, say why its answer is right or wrong, and return the answer."""
    if question.code:
        st.markdown(text)
        # `st.code` would fetch half a megabyte to colour these lines.
        st.html(f'<pre class="kl-code"><code>{escape(question.code)}</code></pre>')
    choice = one_of(text, question.answers, None, key=key, unlabelled=bool(question.code))
    if choice == question.right:
        st.success(question.feedback[choice], icon=":material/check_circle:")
    elif choice is not None:
        see = f" See {question.see}." if question.see else ""
        st.info(question.feedback[choice] + see, icon=":material/lightbulb:")
    return choice


def _tell_score(questions: Sequence[Question], choices: Sequence[str | None]) -> None:
    """Say how many answers are right, and how many are still missing."""
    right = sum(
        choice == question.right for question, choice in zip(questions, choices, strict=True)
    )
    answered = sum(choice is not None for choice in choices)
    if not answered:
        st.caption(f"Your score appears here: {len(questions)} questions, none answered yet.")
    elif answered < len(questions):
        missing = len(questions) - answered
        st.info(
            f"**{right} of {answered} right so far**; {missing} to go.",
            icon=":material/checklist:",
        )
    else:
        praise = (
            "All of them!"
            if right == answered
            else "Change the answers marked with a bulb to go on."
        )
        st.success(f"**{right} of {answered} right.** {praise}", icon=":material/trophy:")


def what_they_show(questions: Sequence[Question], choices: Sequence[str | None]) -> str:
    """Return where to go next: each topic with wrong answers, and what mends them.

    Parameters
    ----------
    questions : sequence of Question
        Those without a topic show nothing.
    choices : sequence of str or None
        The answers that were given.
    """
    given = [
        (question, choice == question.right)
        for question, choice in zip(questions, choices, strict=True)
        if choice is not None and question.topic
    ]
    topics = list(dict.fromkeys(question.topic for question, _ in given))
    lines, sure = [], []
    for topic in topics:
        right = [is_right for question, is_right in given if question.topic == topic]
        mends = dict.fromkeys(
            question.see for question, is_right in given if question.topic == topic and not is_right
        )
        if mends:
            lines.append(
                f"- **{topic}**: {right.count(False)} of {len(right)} wrong. See "
                f"{listed([*mends])}."
            )
        else:
            sure.append(topic)
    next_steps = "\n".join(["**What your answers show**", "", *lines]) if lines else ""
    known = f"You know about {listed(sure)}." if sure else ""
    return "\n\n".join(filter(None, [next_steps, known]))
