"""KL from samples: how far an estimate of a few draws can be trusted, and which to log."""

import math

import numpy as np
import streamlit as st
from scipy.stats import norm

from charts.wording import number
from pages.estimators import forecasts
from pages.estimators.numbers import draws as numbers
from pages.estimators.numbers.draws import (
    CLOSE,
    DRAWS,
    FAR,
    FORECASTS,
    GAUSSIANS,
    NOTE_DRAWS,
    Q,
    View,
)
from pages.estimators.numbers.forecasts import BETAS
from pages.estimators.numbers.singles import GUESS_SLIDER, MOST, SEEN, Singles
from pages.estimators.pictures import draws as pictures
from pages.estimators.pictures.singles import GUESS_AT, singles_figure
from pages.estimators.questions import prediction, questions
from pages.estimators.words import draws as words
from pages.estimators.words.singles import singles_in_words
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import one_of, put, slider, steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.look import sliders_of
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.views import view as link

# Lowest, highest and step of the sliders of the two bells.
GAP_SLIDER, SPREAD_SLIDER = (0.0, 3.0, 0.01), (0.5, 2.0, 0.05)
# Of pictures of the bells that need no draws.
BELL_STOPS = {
    "estimators_gap": Stops.along(*GAP_SLIDER),
    "estimators_spread": Stops.along(*SPREAD_SLIDER),
}
SINGLES_STOPS = {
    **BELL_STOPS,
    "estimators_seen": Stops.among(SEEN),
    "estimators_guess": Stops.along(GUESS_SLIDER[0], GUESS_SLIDER[1], GUESS_SLIDER[3]),
}
# No more draws in all the pictures of a film than come before a finger has moved far.
DRAWS_IN_A_FILM = 6_000_000
# What stands in the lesson on gradients now.
MOVED = [f"estimators_{key}" for key in ("pull", "drawn", "weighted", "price", "run", "train")]


def put_bells(gap: float, spread: float) -> None:
    """Draw from the bells, P there and so wide."""
    put(
        estimators_source=GAUSSIANS,
        estimators_gap=gap,
        estimators_spread=spread,
        estimators_seen=MOST,
    )


PRESETS = [
    Preset("Schulman's close pair", put_bells, (CLOSE, 1.0)),
    Preset("His far pair", put_bells, (FAR, 1.0)),
    Preset("Far away", put_bells, (2.5, 1.0), "k3's spread explodes."),
    Preset("P too wide", put_bells, (0.5, 1.5), "k3's spread is infinite."),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "KL from samples",
        "Nobody can sum over all the texts that a large model might write, so trainers estimate KL "
        "from a few: how far can one trust that?",
    )
    here = opening(first_screen)
    with here.question:
        frame.moved("Which KL in the loss?", "gradients", MOVED)
        prediction(unit, lambda: put_bells(CLOSE, 1.0))
    with here.buttons:
        presets("estimators", PRESETS)
    with here.controls:
        choose_bells()
    with here.picture:
        one_by_one()
    three_ways()
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        choose_draws()
        pair()
    with beside:
        picture()
    bias_and_spread()
    with st.expander("The published table, now", icon=":material/table_view:"):
        published_table()
    st.header("Far from the reference", anchor="far")
    far()
    forecasts.below_zero()
    formula_today()
    so_what_to_log()
    self_check("estimators", questions(unit))
    take_with_you()


def choose_bells() -> None:
    """Draw the controls of the bells, and of single draws from Q."""
    tells = f"One by one, from Q.  \n{meaning('standard error')}"
    steps("Draws so far", SEEN, 0, key="estimators_seen", tells=tells)
    with sliders_of("p", "estimators"):
        low, high, step = GAP_SLIDER
        slider(
            "Gap: how far P lies from Q",
            low,
            high,
            CLOSE,
            step,
            key="estimators_gap",
            tells="In spreads of Q.  \n" + meaning("spread"),
            shown_as="%.2f",
        )
        low, high, step = SPREAD_SLIDER
        slider(
            "Spread of P",
            low,
            high,
            1.0,
            step,
            key="estimators_spread",
            tells="Q's spread is 1.  \n" + meaning("spread"),
            shown_as="%.2f",
        )
    series("estimators_seed", "Which draws", again="Other draws", icon=":material/casino:")


def draw_singles(controls: Controls) -> Picture:
    """Return the bells with single draws from Q, and how many of them are below 0."""
    gap, spread, guess = (controls[f"estimators_{key}"] for key in ("gap", "spread", "guess"))
    singles = Singles(gap, spread, controls["estimators_seen"], controls["estimators_seed"])
    below = "xaxis2", "yaxis2"
    return Picture(
        singles_figure(singles, guess, theme.colours()),
        singles_in_words(singles, units.current()),
        handles=[
            Handle("estimators_guess", GUESS_AT, guess, "y", "ink", axes=below),
            *handles_of_p(gap, spread),
        ],
    )


def handles_of_p(gap: float, spread: float) -> list[Handle]:
    """Return where the bell of P is dragged: at its top, and beside it made wide."""
    top, flank = norm.pdf([gap, gap + spread], gap, spread).tolist()
    return [
        Handle("estimators_gap", gap, top, "x", "p"),
        Handle("estimators_spread", gap + spread, flank, "both", "p"),
    ]


@answer
def one_by_one() -> None:
    """Show single draws as they come in."""
    moving(draw_singles, key="_estimators_singles", stops=SINGLES_STOPS)


def three_ways() -> None:
    """Say what is estimated, and how."""
    st.header("Three ways to average", anchor="average")
    st.markdown(
        "D(Q‖P) is the average of log(q/p) over draws from Q, so an *estimate* is the average over "
        "a few of them. Three ways to average, named by John Schulman "
        "([2020](http://joschu.net/blog/kl-approx.html)):\n"
        "- **k1** = log(q/p), the definition itself, one draw at a time;\n"
        "- **k2** = half its square;\n"
        "- **k3** = p/q − 1 + log(q/p): k1 plus something that averages to 0.\n\n"
        "How far an estimate is off on average, however many draws there are, is its *bias* "
        "(▲ against the dashed line); how far it scatters, its *spread*. Gap and spread of P are "
        "set above, or dragged in the bells. The logarithm is the natural one; what comes out is "
        "measured in your unit.",
        width=820,
    )


def choose_draws() -> None:
    """Draw the controls of the estimates."""
    sources = [GAUSSIANS, FORECASTS]
    one_of("Draws are", sources, GAUSSIANS, key="estimators_source", horizontal=True)
    steps(
        "β of the policy that writes the forecasts",
        BETAS,
        "0.2",
        key="estimators_source_beta",
        tells="For forecasts: the best policy of *The safety rope* at this β, whole forecasts as "
        "draws. Smaller is further from the SFT model.",
    )
    steps("Draws in each estimate", DRAWS, 10, key="estimators_draws", tells="What a batch holds.")


def view(controls: Controls = now) -> View:
    """Return what the estimates are made of."""
    return View(
        controls["estimators_source"],
        controls["estimators_gap"],
        controls["estimators_spread"],
        float(controls["estimators_source_beta"]),
        controls["estimators_draws"],
        controls["estimators_seed"],
    )


def histograms(controls: Controls) -> Picture:
    """Return how the estimates scatter, and what that means."""
    unit, here = units.current(), view(controls)
    found = numbers.estimates(here)
    return Picture(
        pictures.estimates_figure(here, found, unit, theme.colours()),
        words.estimates_in_words(found, here.truth, here.draws, unit),
    )


def histogram_stops() -> dict[str, Stops]:
    """Return where the films of the histograms have pictures."""
    stops = {"estimators_draws": Stops.among(DRAWS)}
    # Each β of the forecasts takes many of them, and another series resembles none beside it.
    if now["estimators_source"] == GAUSSIANS:
        draws = now["estimators_draws"]
        stops["estimators_gap"] = stops_with(draws, *GAP_SLIDER)
        stops["estimators_spread"] = stops_with(draws, *SPREAD_SLIDER)
    return stops


def stops_with(draws: int, low: float, high: float, step: float) -> Stops:
    """Return stops of a slider of the bells, fewer of them the more draws a picture takes."""
    count = round((high - low) / step)
    most = min(100, DRAWS_IN_A_FILM // (numbers.rows_of(draws) * draws))
    stride = next(each for each in range(1, count + 1) if count <= most * each and not count % each)
    return Stops.along(low, high, stride * step)


@answer
def picture() -> None:
    """Show what answers the sliders of the draws."""
    moving(histograms, key="_estimators_chart", stops=histogram_stops())


def bells(controls: Controls) -> Picture:
    """Return the two bells."""
    gap, spread = controls["estimators_gap"], controls["estimators_spread"]
    x = np.linspace(-4, 7, 221)
    return Picture(
        pictures.pair_figure(x, norm.pdf(x, gap, spread), norm.pdf(x, *Q), theme.colours()),
        words.bells_in_words(gap, spread),
        handles=handles_of_p(gap, spread),
    )


@answer
def pair() -> None:
    """Show the two bells."""
    if now["estimators_source"] == FORECASTS:
        st.caption("These draws are whole forecasts: gap and spread of P move the bells alone.")
    else:
        moving(bells, key="_estimators_bells", stops=BELL_STOPS)


@section
def bias_and_spread() -> None:
    """Show bias and spread of an estimate, exact and simulated."""
    unit = units.current()
    here = view()
    found = numbers.estimates_of(here)
    table(
        words.bias_columns(here, found, unit),
        label=f"Bias and spread of an estimate, in {unit.name}",
        hues={},
        words=("estimator",),
    )
    said = words.bias_in_words(here, found)
    st.caption(
        f"In {unit.name}; simulated figures ± standard error. {said}",
        help=meaning("bias", "spread", "standard error"),
    )


@section
def published_table() -> None:
    """Reproduce the table of Schulman's note."""
    table(
        words.note_columns(now["estimators_seed"]),
        label="Bias and spread of one draw, as printed, exact and simulated now",
        hues={},
        words=("estimator",),
    )
    st.caption(
        f"All divided by the true D(Q‖P). Q is the standard bell, P the same bell moved to 0.1 or "
        f"to 1. *Now*: {NOTE_DRAWS:,} draws, ± standard error; *Other draws* above brings new "
        "ones. The note prints 0.002 for k2's small bias; exactly it is gap²/4 = "
        f"{number(CLOSE**2 / 4, 4)}."
    )


def far_away(controls: Controls) -> Picture:
    """Return what distance does to the noise of each estimator; the learner's is dragged along."""
    unit = units.current()
    gap, spread = controls["estimators_gap"], controls["estimators_spread"]
    noise = numbers.noise_of(gap, spread, unit)
    return Picture(
        pictures.noise_figure(noise, unit.name, theme.colours()),
        words.noise_in_words(gap, spread, unit),
        handles=[
            Handle("estimators_gap", math.log10(noise.here), math.log10(height), "both", "q")
            for height in noise.heights.values()
        ],
    )


# No answer: it follows its sliders by its film, and is drawn anew when they rest.
@section
def far() -> None:
    """Show what distance does to the noise of each estimator."""
    moving(far_away, key="_estimators_noise", stops=BELL_STOPS)


@section
def formula_today() -> None:
    """Write the three estimators, with the first draw of this view put in."""
    unit = units.current()
    here = view()
    first = float(here.log_ratios()[0, 0])
    formula(words.DEFINITIONS, words.formula_today(first, unit))
    st.markdown(words.first_draw_in_words(here.truth, unit))


@section
def so_what_to_log() -> None:
    """Say which estimate to log; where to put a penalty is the next lesson's."""
    unit = units.current()
    st.header("So what do I log?", anchor="use")
    loss = link("*Which KL in the loss?*", "gradients", "Which KL in the loss?", unit)
    with st.container(border=True):
        st.markdown(
            "**k1 and k3, each with its standard error.** "
            f"{words.what_to_log(now['estimators_gap'], now['estimators_spread'], unit)}\n\n"
            "When the two part by more than their noise, the draws were hardly the policy's own. "
            f"Which of them to put into the reward or the loss is another question: {loss}.",
            help=meaning("standard error", "bias"),
        )


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    here, colours = view(), theme.colours()
    found = numbers.estimates_of(here)
    take_away(
        "estimators",
        data=lambda: numbers.data(here, unit),
        html=lambda: pictures.estimates_figure(here, found, unit, colours).to_html(),
        snippet=words.snippet(here, found),
    )


lesson()
