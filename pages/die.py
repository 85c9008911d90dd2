"""The die: what KL divergence is, on six numbers that fit in one's hand."""

import numpy as np
import streamlit as st

from charts import die as chart
from charts.style import amount, listed, number, palette, percent, signed
from kl_core import (
    decision_roll,
    kl_divergence,
    kl_terms,
    log_ratios,
    normalize,
    simulate_sequential_test,
    wald_expected_rolls,
)
from widgets import frame, theme, units
from widgets.chart import Picture, moving, shown
from widgets.formula import formula, sum_today
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.weights import Weights

FACES = range(1, 7)
FAIR = [1.0] * 6
LOADED = [5.0, 1.0, 1.0, 1.0, 1.0, 1.0]
NO_SIX = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
CASINO = [1.0, 1.0, 1.0, 1.0, 1.0, 5.0]

DICE = Weights(
    "die",
    [f"face {face}" for face in FACES],
    p=FAIR,
    q=LOADED,
    followers=("die_picture",),
)
ROLLS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
ODDS = [3, 9, 19, 99, 999, 9999]
# A simulation of Wald's test draws about this many rolls in all, spread over its runs.
SIMULATED_ROLLS = 300_000
LONGEST_TEST = 3000


def start_over():
    """Put everything on this page back to where it began, answers included."""
    DICE.put_back()
    st.session_state.update(
        die_rolls=100,
        die_odds=19,
        die_seed=1,
        die_predict=None,
        die_check1=None,
        die_check2=None,
        die_check3=None,
    )


def book_table(unit):
    """Show the book's example: one true die, two models of it."""
    fair = normalize(FAIR)
    st.markdown("The book's example: a fair die **P**, and two models of it.")
    rows = [
        ("**Q₁**, uniform", "1/6 each", FAIR),
        ("**Q₂**, loaded", "1/2, then 1/10 each", LOADED),
    ]
    lines = [
        "| die | faces 1 to 6 | D(P‖Q) | D(Q‖P) |",
        "|:--|:--|--:|--:|",
        "| :blue[**P**], the true die | 1/6 each | | |",
    ]
    for name, faces, weights in rows:
        q = normalize(weights)
        there = amount(kl_divergence(fair, q, base=unit.base), unit.name)
        back = amount(kl_divergence(q, fair, base=unit.base), unit.name)
        lines.append(f"| :orange[{name}] | {faces} | {there} | {back} |")
    st.markdown("\n".join(lines))


def ask_prediction(unit):
    """Ask what happens when the model rules out a face that the true die shows."""
    fair, no_six = normalize(FAIR), normalize(NO_SIX)
    predict(
        "die_predict",
        "Suppose Q rules out the six, but P can still roll it. How large does D(P‖Q) become?",
        ["Small: only one face is wrong", "Large, but finite", "Infinite"],
        answer="Infinite",
        reveal=f"D(P‖Q) is **{number(kl_divergence(fair, no_six))}**: a single six proves Q "
        "impossible, so no finite number is enough. The other way round, "
        f"D(Q‖P) is only {amount(kl_divergence(no_six, fair, base=unit.base), unit.name)}: "
        "averaged over Q, a six never comes up. Press *Rule out the six* to see it.",
    )


def faces_text(faces):
    """Return 'face 2' or 'faces 2, 3 and 4'."""
    return f"face{'s' if len(faces) > 1 else ''} {listed([str(face) for face in faces])}"


def faces_with(terms, term):
    """Return the faces that have this term, and the term, as a sentence says them."""
    faces = np.flatnonzero(np.isclose(terms, term, rtol=1e-9, atol=0)) + 1
    return faces_text(faces), len(faces) > 1, signed(term) + (" each" if len(faces) > 1 else "")


def in_words(p, q, unit):
    """Say what the chart shows now."""
    terms = kl_terms(p, q, base=unit.base)
    there = kl_divergence(p, q, base=unit.base)
    back = kl_divergence(q, p, base=unit.base)
    if np.array_equal(p, q):
        return f"P and Q are the same die, so nothing is lost: D(P‖Q) is 0 {unit.name}."
    if np.isinf(there):
        ruled_out = (p > 0) & (q == 0)
        faces = faces_text(np.flatnonzero(ruled_out) + 1)
        return (
            f"Q rules out {faces}, but P rolls {'it' if ruled_out.sum() == 1 else 'them'} "
            f"{percent(p[ruled_out].sum())} of the time. The first such roll proves Q impossible, "
            f"so D(P‖Q) is infinite. The other way round, D(Q‖P) is {amount(back, unit.name)}."
        )
    dear, several, most = faces_with(terms, terms.max())
    costs = (
        f"{dear.capitalize()} {'cost' if several else 'costs'} most ({most}: P rolls "
        f"{'them' if several else 'it'} more often than Q expects)"
    )
    cheap, several, least = faces_with(terms, terms.min())
    returns = (
        f"while {cheap} {'give' if several else 'gives'} some back ({least})"
        if terms.min() < 0
        else "and no face gives any back"
    )
    relation = "the same" if np.isclose(there, back) else "more" if back > there else "less"
    return (
        f"Each roll of P costs a believer in Q {amount(there, unit.name)} on average. {costs}, "
        f"{returns}. The other way round, D(Q‖P) is {amount(back, unit.name)}, {relation}."
    )


def terms_table(p, q, unit):
    """Show every number of the chart."""
    there, back = kl_terms(p, q, base=unit.base), kl_terms(q, p, base=unit.base)
    sums = [number(max(terms.sum(), 0)) for terms in (there, back)]
    table(
        {
            "face": [*map(str, FACES), "sum"],
            "P": [*map(percent, p), ""],
            "Q": [*map(percent, q), ""],
            "log(P/Q)": [*map(signed, log_ratios(p, q, base=unit.base)), ""],
            "P·log(P/Q)": [*map(signed, there), sums[0]],
            "Q·log(Q/P)": [*map(signed, back), sums[1]],
        },
        label=f"The terms of both divergences, in {unit.name}",
        hues={"P": "blue", "Q": "orange"},
    )
    st.caption(f"The last three columns are in {unit.name}; each sum is a divergence.")


def formula_today(p, q, unit):
    """Write the definition out, face by face, like a sum in columns."""
    terms = kl_terms(p, q, base=unit.base)
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_{{x=1}}^{{6}} \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(
            zip(map(number, p), map(number, q), map(signed, terms), strict=True),
            amount(kl_divergence(p, q, base=unit.base), unit.tex),
            unit.log,
        ),
    )


@st.cache_data(max_entries=256, show_spinner=False)
def wald_test(p, q, odds, runs, seed):
    """Run Wald's test `runs` times on rolls of P."""
    return simulate_sequential_test(
        p, q, odds, runs=runs, max_rolls=50 * LONGEST_TEST, rng=np.random.default_rng(seed)
    )


def rolls_in_words(evidence, steps, decided, odds, divergence, unit):
    """Say what these rolls show."""
    rolls = evidence.size
    if np.isinf(evidence[-1]):
        first = int(np.argmax(np.isinf(evidence))) + 1
        says = f"Roll {first} shows a face that Q rules out: from there on P is certain."
    else:
        error = steps.std(ddof=1) / np.sqrt(rolls) / unit.nats
        says = (
            f"These {rolls} rolls gave {signed(evidence[-1] / rolls)} ± {number(error)} "
            f"{unit.name} of evidence each (mean ± standard error); D(P‖Q) is "
            f"{amount(divergence, unit.name)}."
        )
    if not decided:
        return f"{says} Odds of {odds} to 1 are not reached in {rolls} rolls."
    if evidence[decided - 1] > 0:
        return f"{says} Odds of {odds} to 1 for P are reached at roll {decided}."
    return (
        f"{says} At roll {decided} the odds are {odds} to 1 for Q, although P is rolling: a wrong "
        f"verdict, as happens in at most 1 of {odds} series."
    )


def wald_in_words(p, q, odds, seed):
    """Compare Wald's expected number of rolls with a simulation of his test."""
    divergence = kl_divergence(p, q)
    expected = float(wald_expected_rolls(p, q, odds))
    if np.array_equal(p, q):
        return "P and Q are the same die: no number of rolls tells them apart."
    ruled_out = float(p[q == 0].sum())
    about = expected if np.isfinite(divergence) else 1 / ruled_out
    if about > LONGEST_TEST:
        return (
            f"Telling these dice apart at {odds} to 1 takes about {number(about, 0)} rolls on "
            "average, too many to simulate while you wait. Move P and Q further apart."
        )
    runs = int(np.clip(SIMULATED_ROLLS / about, 100, 2000))
    test = wald_test(p, q, odds, runs, seed)
    simulated = (
        f"In {runs} simulated tests it took **{number(test.mean_rolls, 1)} ± "
        f"{number(test.standard_error, 1)}** rolls (mean ± standard error), and "
        f"{percent(test.share_wrong)} settled on Q; Wald's bound is {percent(1 / odds)}."
    )
    if np.isinf(divergence):
        return (
            f"Q rules out what P rolls {percent(ruled_out)} of the time, and the first such roll "
            f"decides: at most {number(1 / ruled_out, 1)} rolls on average. {simulated}"
        )
    why = (
        "More than expected, because the last roll carries the evidence past the odds, not just "
        "onto them."
        if test.mean_rolls - expected > 2 * test.standard_error
        else "Any difference is within the noise of the simulation."
    )
    return (
        f"At {odds} to 1 Wald expects (1 − 2α)·log({odds}) / D(P‖Q) = **{number(expected, 1)}** "
        f"rolls, with α = 1/{odds + 1}. {simulated} {why}"
    )


@st.fragment(key="die_rolls")
def roll_it():
    """Roll P and watch the evidence against Q grow with slope D(P‖Q)."""
    unit = units.current()
    dice = DICE.chances()
    st.header("Roll it", anchor="roll")
    st.markdown(
        "Suppose nobody tells you which die is rolled. Each roll is evidence: log(p/q), the "
        "*log-likelihood ratio*. P rolls, the evidence adds up, and on average each roll adds "
        "exactly D(P‖Q).",
    )
    controls, picture = st.columns([2, 3], gap="medium")
    with controls:
        rolls = st.select_slider(
            "How many rolls of P",
            ROLLS,
            100,
            key="die_rolls",
            bind="query-params",
            on_change=redraw,
            args=("die_rolls",),
        )
        odds = st.select_slider(
            "Decide at odds of … to 1",
            ODDS,
            19,
            key="die_odds",
            bind="query-params",
            on_change=redraw,
            args=("die_rolls",),
            help="The test stops as soon as the rolls are this many times likelier under one die "
            "than under the other (Wald's sequential test, 1945).",
        )
        seed = series(
            "die_seed",
            "Series of rolls",
            again="Roll again",
            icon="🎲",
            followers=("die_rolls",),
        )
    if dice is None:
        picture.info("There is nothing to roll until P and Q both have a weight above 0.")
        return
    p, q = dice
    steps = log_ratios(p, q)[np.random.default_rng(seed).choice(6, p=p, size=rolls)]
    decided = int(decision_roll(steps.cumsum(), odds))
    evidence, threshold = steps.cumsum() / unit.nats, np.log(odds) / unit.nats
    divergence = kl_divergence(p, q, base=unit.base)
    words = rolls_in_words(evidence, steps, decided, odds, divergence, unit)
    with picture:
        colours = palette(theme.scheme())
        shown(
            chart.rolls_figure(evidence, divergence, threshold, decided, unit.name, colours),
            words,
            key="_die_walk",
        )
        st.markdown(words)
        st.markdown(wald_in_words(p, q, odds, seed))


def data(p, q, unit):
    """Return the table with every digit, column by column."""
    return {
        "face": FACES,
        "p": p,
        "q": q,
        f"log_ratio_{unit.name}": log_ratios(p, q, base=unit.base),
        f"p_term_{unit.name}": kl_terms(p, q, base=unit.base),
        f"q_term_{unit.name}": kl_terms(q, p, base=unit.base),
    }


def snippet(unit):
    """Return Python that computes the number on the screen."""
    p_weights, q_weights = DICE.of("p"), DICE.of("q")
    p, q = normalize(p_weights), normalize(q_weights)
    return (
        "from kl_core import kl_divergence, normalize\n\n"
        f"p = normalize({p_weights})\n"
        f"q = normalize({q_weights})\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: "
        f"{float(kl_divergence(p, q, base=unit.base))!r}\n"
    )


QUESTIONS = [
    Question(
        "Face 1 of the book's die has a negative term. What went wrong?",
        {
            "Nothing": "Right: Q overrates face 1, so each 1 speaks for Q. Single terms may be "
            "negative; only their sum never is (Gibbs' inequality).",
            "P is not normalised": "P is: six times 1/6 is 1. The term is negative because Q gives "
            "face 1 more than P does, and log(p/q) is below 0 there.",
            "The logarithm's base": "A base above 1 changes the size of a term, never its sign.",
        },
        right="Nothing",
    ),
    Question(
        "Over whose rolls does D(P‖Q) take the average?",
        {
            "Over P's": "Right: P, the first one, does the rolling; Q only says what it expected.",
            "Over Q's": "That is D(Q‖P). In D(P‖Q) the weights in front of the logarithms are P's.",
            "Over both, half each": "That comes close to the Jensen–Shannon divergence. KL takes "
            "one side: P's.",
        },
        right="Over P's",
    ),
    Question(
        "Neither die ever shows a six: p = q = 0 there. What does the six add to D(P‖Q)?",
        {
            "0": "Right: what never happens costs nothing. By continuity 0·log 0 counts as 0.",
            "Infinity": "Only where P can roll what Q rules out (p > 0, q = 0). A face that P "
            "never rolls costs nothing.",
            "It is undefined": "The formula alone would be, so one settles it by continuity: "
            "p·log p goes to 0 with p, and the face adds 0.",
        },
        right="0",
    ),
]


def terms_figure(p, q, unit, colours):
    """Return the chart that answers the sliders."""
    terms = kl_terms(p, q, base=unit.base)
    return chart.terms_figure(p, q, terms, unit.name, colours)


def drawn(controls):
    """Return the picture that answers the sliders; none while nothing could ever happen."""
    if not (dice := DICE.chances(controls)):
        return None
    unit = units.current()
    p, q = dice
    return Picture(
        terms_figure(p, q, unit, palette(theme.scheme())),
        in_words(p, q, unit),
        {
            "D(P‖Q)": amount(kl_divergence(p, q, base=unit.base), unit.name),
            "D(Q‖P)": amount(kl_divergence(q, p, base=unit.base), unit.name),
        },
        DICE.handles(p, q),
    )


@st.fragment(key="die_picture")
def picture():
    """Show what answers the sliders."""
    DICE.say_what_is_missing()
    moving(drawn, key="_die_chart", stops=DICE.stops())


@st.fragment(key="die_details")
def details():
    """Show every number, and the formula with them."""
    unit = units.current()
    if dice := DICE.chances():
        terms_table(*dice, unit)
        formula_today(*dice, unit)


@st.fragment(key="die_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit, colours = units.current(), palette(theme.scheme())
    if dice := DICE.chances():
        take_away(
            "die",
            data=lambda: data(*dice, unit),
            html=lambda: terms_figure(*dice, unit, colours).to_html(),
            snippet=snippet(unit),
        )


first_screen = frame.header(
    "The die",
    "D(P‖Q) is the evidence against your model Q that each roll of the true die P gives, "
    "on average.",
)
book_table(units.current())
ask_prediction(units.current())
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "die",
        [
            Preset("The book's die", DICE.put_back),
            Preset("Swap P and Q", DICE.swap),
            Preset("Rule out the six", DICE.put, (FAIR, NO_SIX)),
            Preset(
                "A casino's loaded die",
                DICE.put,
                (CASINO, FAIR),
                "The occasionally dishonest casino of Durbin et al., *Biological Sequence "
                "Analysis* (1998): it rolls six half the time, and you believe the die is fair.",
            ),
            Preset("Random dice", DICE.shuffle),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        DICE.sliders(":blue[**P**, true die]", ":orange[**Q**, model]")
        st.caption("Weights: each is divided by the sum of its six, so that they become chances.")
    with answer:
        picture()
details()
roll_it()
self_check("die", QUESTIONS)
take_it()
