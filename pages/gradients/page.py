"""Which KL in the loss: where each estimator pulls a policy, and what training makes of it."""

import streamlit as st

from charts.units import Unit
from charts.wording import amount
from pages.gradients import numbers, pictures, words
from pages.gradients.numbers import GUESS_SLIDER, OLDER, PULL_BETAS, Q_ITSELF, Pulls
from pages.gradients.questions import prediction, questions
from pages.gradients.training import train_it, training
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import on_or_off, one_of, put, steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.prediction import told
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away

CLOSE_BY, FAR_AWAY = "0.05", PULL_BETAS[-1]
DRAWN_BY = {
    Q_ITSELF: "on-policy",
    OLDER: "an older policy: the SFT model, where training began",
}
STOPS = {
    "estimators_pull": Stops.among(PULL_BETAS),
    "gradients_guess": Stops.along(GUESS_SLIDER[0], GUESS_SLIDER[1], GUESS_SLIDER[3]),
}
VIEW = "estimators_pull", "estimators_drawn", "estimators_weighted"


def put_draws(by: str, *, weighted: bool = False) -> None:
    """Go far away from P, with draws from there or from Q, and weigh them or not."""
    put(estimators_pull=FAR_AWAY, estimators_drawn=by, estimators_weighted=weighted)


def put_weighed() -> None:
    """Draw from the older policy, and weigh each draw."""
    put_draws(OLDER, weighted=True)


PRESETS = [
    Preset("The policy's own draws", put_draws, (Q_ITSELF,)),
    Preset("An older policy's", put_draws, (OLDER,)),
    Preset("… and weighed", put_weighed),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "Which KL in the loss?",
        "Training does not read a KL penalty, it differentiates it: does what is right as a number "
        "also pull the right way?",
    )
    here = opening(first_screen)
    with here.question:
        prediction(own(), unit, lambda: put_draws(Q_ITSELF))
    with here.buttons:
        presets("gradients", PRESETS)
    with here.controls:
        choose_draws()
    with here.picture:
        pulls()
    placements()
    place_of_runs = train_it()
    grpo_term(unit)
    what_to_use()
    self_check("gradients", questions(unit))
    take_with_you()
    # Last, because it takes its time.
    with place_of_runs:
        training()


def choose_draws() -> None:
    """Draw the controls of the pulls."""
    steps(
        "β of Q",
        PULL_BETAS,
        CLOSE_BY,
        key="estimators_pull",
        tells="Q is the best policy of *The safety rope* at this price of KL. Smaller is further "
        "from P.",
    )
    one_of(
        "Words are drawn from",
        list(DRAWN_BY),
        Q_ITSELF,
        key="estimators_drawn",
        captions=list(DRAWN_BY.values()),
        tells=meaning("policy", "SFT", "off-policy"),
    )
    on_or_off(
        "Weigh each draw",
        key="estimators_weighted",
        tells="With its chance under Q over the chance with which it was drawn.",
    )


def pulls_of(controls: Controls = now) -> Pulls:
    """Return the pulls that the controls ask for."""
    return numbers.pulls_of(
        float(controls["estimators_pull"]),
        controls["estimators_drawn"],
        weighted=controls["estimators_weighted"],
    )


def own() -> Pulls:
    """Return the pulls of the policy's own draws, far away."""
    return numbers.pulls_of(float(FAR_AWAY))


def slopes(controls: Controls) -> Picture:
    """Return which slope each placement of a penalty follows, and where the learner's guess is."""
    unit, found, guess = units.current(), pulls_of(controls), controls["gradients_guess"]
    veiled = not told("gradients_guess_told", VIEW, controls)
    top, next_words = numbers.steepest(), numbers.next_words()
    slope = float(found.reverse[top[0]])
    star = guess / 100 * slope / unit.nats
    return Picture(
        pictures.pulls_figure(
            found, next_words, top, unit, theme.colours(), guess=star, veiled=veiled
        ),
        words.guess_in_words(guess, next_words[top[0]], slope, unit)
        if veiled
        else words.pulls_in_words(found, unit),
        handles=[Handle("gradients_guess", pictures.GUESS_AT, star, "y", "ink")],
    )


@answer
def pulls() -> None:
    """Show what answers β of Q."""
    moving(slopes, key="_estimators_pulls_chart", stops=STOPS)


def placements() -> None:
    """Say what stands where, and show how long each pull is, and where it leads."""
    st.header("Four places for a penalty", anchor="pulls")
    st.markdown(
        "With the SFT model as :blue[**P**] and the best policy at β as :orange[**Q**]:\n"
        "- **k1 in the reward**: log(q/p) of the answer is taken off its reward, as a number, and "
        "the answer is made less likely by that (PPO, REINFORCE);\n"
        "- **k1, k2 or k3 in the loss**: β times the estimator is added to the loss and "
        "differentiated, word by word (GRPO does so with k3).\n\n"
        "Each draw pulls another way; the marks in the picture are averages over all draws, at the "
        f"six words where the slopes are steepest at β = {FAR_AWAY}. A mark at the edge lies "
        "beyond it.",
        width=820,
    )
    with st.expander("Every pull in numbers", icon=":material/table_view:"):
        pulls_table()


@section
def pulls_table() -> None:
    """Show how long each pull is, and where it leads."""
    unit = units.current()
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
        f"After “{numbers.CONTEXT}” D(Q‖P) is {there} and D(P‖Q) {back}. The slope of a "
        "divergence is what it gains as a logit of Q (the logarithm of a chance, up to a constant) "
        "rises a little. A cosine of 1 is the same direction, 0 a right angle, −1 the opposite."
    )


def grpo_term(unit: Unit) -> None:
    """Write GRPO's penalty out, with one word of a forecast put in."""
    word = numbers.word_of_a_forecast()
    formula(words.GRPO_TERM, words.grpo_today(word))
    st.markdown(
        "DeepSeekMath ([Shao et al. 2024](https://arxiv.org/abs/2402.03300)) subtracts β times "
        "this for every token, inside the objective (equation 3) and not from the reward as PPO "
        "does; equation 4 calls it an estimate of the KL, and it is k3. "
        f"{words.grpo_in_words(word, unit)}",
        width=820,
    )


@section
def what_to_use() -> None:
    """Say which estimator to use where, each with its reason."""
    unit = units.current()
    st.header("So what do I use?", anchor="use")
    beta = float(now["estimators_pull"])
    said = words.advice(numbers.pulls_of(beta), numbers.pulls_of(beta, OLDER), unit)
    for row in (["To log it", "In the reward"], ["In the loss", "Off-policy"]):
        for column, name in zip(st.columns(2), row, strict=True):
            with column.container(border=True, height="stretch"):
                st.subheader(name, anchor=False)
                st.markdown(said[name])
    st.caption(
        f"Slopes after “{numbers.CONTEXT}” at the β set above, {beta:g}. *The story of two words*: "
        "Q and P begin with the same fair choice, and P goes on fairly. Q does so after one word; "
        "after the other it says the same thing nine times in ten. Only the whole answer tells the "
        "first word what it leads to.",
        help=meaning("standard error", "policy", "reference", "off-policy"),
    )


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    found, colours = pulls_of(), theme.colours()
    next_words, top = numbers.next_words(), numbers.steepest()
    take_away(
        "gradients",
        data=lambda: numbers.data(found, unit),
        html=lambda: pictures.pulls_figure(found, next_words, top, unit, colours).to_html(),
        snippet=words.snippet(found, float(now["estimators_pull"])),
    )


lesson()
