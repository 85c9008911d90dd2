"""KL from samples: k1, k2 and k3 as numbers, as warnings, and as penalties that pull."""

import math
from functools import partial

import numpy as np
import streamlit as st
from scipy.optimize import brentq
from scipy.special import stdtrit
from scipy.stats import norm

from charts import estimators as chart
from charts.style import amount, counted, listed, number, palette, percent, position, signed
from kl_core import (
    ESTIMATORS,
    PLACEMENTS,
    chance_below_zero,
    expected_gradients,
    gaussian_kl,
    gaussian_moments,
    k3,
    kl_divergence,
    kl_gradient,
    mean_and_error,
)
from kl_core.rlhf import (
    GRPO,
    AtLeast,
    FixedKL,
    RewardModel,
    Tempered,
    TopK,
    account,
    expected_log_ratio,
    optimal_policy,
    sample,
    sequence_kl,
    token_log_ratios,
    train,
)
from widgets import frame, theme, units
from widgets.chart import Handle, Picture, Stops, moving, shown
from widgets.formula import formula, write
from widgets.look import sliders_of
from widgets.pipeline import judge, reference, reward_model
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.texts.published import SCHULMANS_TABLE
from widgets.views import view as view_at

TRL_ON_NEGATIVE_KL = (
    "https://huggingface.co/docs/trl/v0.7.0/how_to_train"
    "#what-is-the-concern-with-negative-kl-divergence"
)
# Q, which is drawn from, is the standard bell; P is moved.
Q = 0.0, 1.0
GAUSSIANS, FORECASTS = "two bells", "forecasts"
DRAWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
# As many estimates as make a smooth histogram, and no more draws in all than come in an instant.
REPEATS, DRAWS_IN_ALL = 2000, 200_000
# And no more in all the pictures of a film than come before a finger has moved far.
DRAWS_IN_A_FILM = 6_000_000
POOL = 40_000
CLOSE, FAR = SCHULMANS_TABLE
NOTE_DRAWS = 100_000
GAPS = np.geomspace(0.02, 4, 120)

BETAS = ["1", "0.5", "0.2", "0.1", "0.05"]
FEES = {"earn 0.5": -0.5, "are free": 0.0, "cost 0.5": 0.5}
MOST_TEXTS = 4096
TEXTS = [2**power for power in range(3, 13)]
WAYS = {
    "Q itself": "each next word with the chance that Q gives it",
    "top 2": "only the two likeliest next words, so-called top-k sampling",
    "temperature 0.5": "chances squared: likely words more often than Q would",
    "at least 16 words": "no full stop before the 16th place (`min_length`)",
    "padding counted": "from Q itself, but what fills up short forecasts counts as Q's words",
}
# A batch of Q's own forecasts whose first 64 average below 0.
UNLUCKY = 2
# How often chance alone may be called a mistake.
FALSE_ALARM = 1e-6

PULL_BETAS = ["1", "0.5", "0.2", "0.1", "0.05", "0.02", "0.01"]
CONTEXT, PULLED = "rain", 6
DRAWN_BY = {
    "Q itself": "on-policy",
    "P": "an older policy: the SFT model, where training began",
}

TRAIN_BETAS = ["0.2", "0.1", "0.05", "0.02", "0.01"]
STEPS, EXACT_EVERY = 100, 10
NO_PENALTY = "no penalty"

START = {
    "estimators_source": GAUSSIANS,
    "estimators_gap": 0.5,
    "estimators_spread": 1.0,
    "estimators_source_beta": "0.2",
    "estimators_draws": 10,
    "estimators_seed": 1,
    "estimators_beta": "0.2",
    "estimators_fee": "are free",
    "estimators_way": "Q itself",
    "estimators_texts": 64,
    "estimators_batch": 1,
    "estimators_pull": "0.01",
    "estimators_drawn": "Q itself",
    "estimators_weighted": False,
    "estimators_price": "0.02",
    "estimators_run": 1,
    "estimators_train": False,
    "estimators_predict": None,
    "estimators_check1": None,
    "estimators_check2": None,
    "estimators_check3": None,
    "estimators_check4": None,
}
# Lowest, highest and step of the sliders of the two bells.
GAP_SLIDER, SPREAD_SLIDER = (0.0, 3.0, 0.01), (0.5, 2.0, 0.05)


def chosen(name, controls=st.session_state):
    """Return what a control of this page, named without the prefix, is set to."""
    return controls[f"estimators_{name}"]


def put(**controls):
    """Put these controls, named without the prefix, to these values."""
    st.session_state.update({f"estimators_{name}": value for name, value in controls.items()})


def start_over():
    """Put everything on this page back to where it began, answers included."""
    st.session_state.update(START)


def log_ratio_of(x, gap, spread):
    """Return log(q/p) at x, in nats."""
    return math.log(spread) + ((x - gap) / spread) ** 2 / 2 - x**2 / 2


@st.cache_resource(max_entries=30, show_spinner=False)
def policy(beta, fee=0.0):
    """Return the best policy at this β, for a reward less a fee for each word."""
    reward = reward_model()
    is_word = np.arange(reward.weights.size) != 0
    return optimal_policy(
        reference(), RewardModel(reward.weights - fee * is_word, reward.longest), beta
    )


@st.cache_data(max_entries=30, show_spinner=False)
def policy_kl(beta, fee=0.0):
    """Return D(Q‖P) of that policy and the SFT model, exactly, in nats."""
    return sequence_kl(policy(beta, fee))


@st.cache_data(max_entries=10, show_spinner=False)
def pool(beta, seed):
    """Return log(q/p) of many whole forecasts of that policy, in nats."""
    drawn = sample(policy(beta), POOL, np.random.default_rng(seed))
    return token_log_ratios(policy(beta), drawn).sum(axis=1)


@st.cache_resource(max_entries=20, show_spinner=False)
def draws_of_q(rows, draws, seed):
    """Return draws from the standard bell, one row for each estimate."""
    return np.random.default_rng(seed).standard_normal((rows, draws))


def rows_of(draws):
    """Return how many estimates from the bells there are, each of so many draws."""
    return min(REPEATS, DRAWS_IN_ALL // draws)


def log_ratios(source, gap, spread, beta, draws, seed):
    """Return log(q/p) of draws from Q in nats, one row for each estimate."""
    if source == FORECASTS:
        rows = min(REPEATS, POOL // draws)
        return pool(beta, seed)[: rows * draws].reshape(rows, draws)
    return log_ratio_of(draws_of_q(rows_of(draws), draws, seed), gap, spread)


def view(controls=st.session_state):
    """Return all that the estimates depend on."""
    return (
        chosen("source", controls),
        chosen("gap", controls),
        chosen("spread", controls),
        float(chosen("source_beta", controls)),
        chosen("draws", controls),
        chosen("seed", controls),
    )


def estimates(source, gap, spread, beta, draws, seed):
    """Return many estimates of each kind, in nats, shape (repeats,)."""
    ratios = log_ratios(source, gap, spread, beta, draws, seed)
    return {name: each(ratios).mean(axis=1) for name, each in ESTIMATORS.items()}


@st.cache_data(max_entries=100, show_spinner=False)
def estimates_of(source, gap, spread, beta, draws, seed):
    """Return `estimates` of the view at rest; a film would push those of others out."""
    return estimates(source, gap, spread, beta, draws, seed)


def truth_of(source, gap, spread, beta):
    """Return D(Q‖P), exactly, in nats."""
    return policy_kl(beta) if source == FORECASTS else float(gaussian_kl(*Q, gap, spread))


def expected_of(source, gap, spread, beta, found):
    """Return what each kind gives on average: exactly, but for k2 of forecasts, in nats."""
    if source == FORECASTS:
        truth = policy_kl(beta)
        return {"k1": truth, "k2": float(found["k2"].mean()), "k3": truth}
    return {name: float(each.mean) for name, each in gaussian_moments(*Q, gap, spread).items()}


def ask_prediction(unit):
    """Ask how often a single estimate of a divergence is below 0."""
    moments = gaussian_moments(*Q, CLOSE, 1.0)["k1"]
    below = float(chance_below_zero(*Q, CLOSE, 1.0))
    predict(
        "estimators_predict",
        "A policy Q has hardly moved away from its reference P: the true D(Q‖P) is "
        f"{amount(float(moments.truth) / unit.nats, unit.name, 4)}. You "
        "draw once from Q and take log(q/p). How often is that number below 0, although no "
        "divergence ever is?",
        ["Never", "Rarely, 1 time in 20", "Almost every other time"],
        answer="Almost every other time",
        reveal=f"**{percent(below)}** of all draws fall where P is the denser one, and give less "
        "than 0. Only their average is D(Q‖P), and the draws are "
        f"{number(float(moments.std / moments.truth), 0)} times as spread out as "
        "it is large.",
    )


def errors_of(found, truth):
    """Return the root of the mean squared error of each kind, in nats."""
    return {
        name: math.sqrt(float(np.mean((values - truth) ** 2))) for name, values in found.items()
    }


def estimates_in_words(found, truth, draws, unit):
    """Say what the histograms show now."""
    rows = found["k1"].size
    if truth == 0:
        return (
            "P and Q are the same: every draw has log(q/p) = 0, and all three estimates are "
            f"0 {unit.name}, always."
        )
    off = errors_of(found, truth)
    best = min(off, key=off.get)
    below = float((found["k1"] < 0).mean())
    often = f"{percent(below)} are" if below else "none is"
    misses = [f"{name} by {amount(off[name] / unit.nats, unit.name)}" for name in off]
    return (
        f"D(Q‖P) is {amount(truth / unit.nats, unit.name)}. Of {rows:,} estimates by k1, each from "
        f"{counted(draws, 'draw')}, {often} below 0; of those by k2 and k3 none can be. They "
        f"typically miss the truth (root mean square) {listed(misses)}: {best} is closest here."
    )


def estimates_picture(view_, found, unit, colours):
    """Return the histograms of the estimates that were found."""
    *where, draws, _ = view_
    expected = expected_of(*where, found)
    return chart.histograms_figure(
        {name: values / unit.nats for name, values in found.items()},
        truth_of(*where) / unit.nats,
        {name: value / unit.nats for name, value in expected.items()},
        float(found["k1"].std()) / unit.nats,
        draws,
        unit.name,
        colours,
    )


def histograms(controls):
    """Return how the estimates scatter, and what that means."""
    unit, here = units.current(), view(controls)
    *where, draws, _ = here
    found = estimates(*here)
    return Picture(
        estimates_picture(here, found, unit, palette(theme.scheme())),
        estimates_in_words(found, truth_of(*where), draws, unit),
    )


def stops_with(draws, low, high, step):
    """Return stops of a slider of the bells, fewer of them the more draws a picture takes."""
    count = round((high - low) / step)
    most = min(100, DRAWS_IN_A_FILM // (rows_of(draws) * draws))
    stride = next(each for each in range(1, count + 1) if count <= most * each and not count % each)
    return Stops.along(low, high, stride * step)


def histogram_stops():
    """Return where the films of the histograms have pictures."""
    stops = {"estimators_draws": Stops.among(DRAWS)}
    # Each β of the forecasts takes many of them, and another series resembles none beside it.
    if chosen("source") == GAUSSIANS:
        stops["estimators_gap"] = stops_with(chosen("draws"), *GAP_SLIDER)
        stops["estimators_spread"] = stops_with(chosen("draws"), *SPREAD_SLIDER)
    return stops


@st.fragment(key="estimators_picture")
def picture():
    """Show what answers the sliders of the draws."""
    moving(histograms, key="_estimators_chart", stops=histogram_stops())


# Of what needs no draws.
BELL_STOPS = {
    "estimators_gap": Stops.along(*GAP_SLIDER),
    "estimators_spread": Stops.along(*SPREAD_SLIDER),
}


def bells(controls):
    """Return the two bells; that of P is dragged at its top, and beside it made wide."""
    gap, spread = chosen("gap", controls), chosen("spread", controls)
    x = np.linspace(-4, 7, 221)
    top, flank = norm.pdf([gap, gap + spread], gap, spread).tolist()
    return Picture(
        chart.pair_figure(x, norm.pdf(x, gap, spread), norm.pdf(x, *Q), palette(theme.scheme())),
        f"P is a bell at {number(gap, 2)} with spread {number(spread, 2)}, Q one at 0 with spread "
        "1; draws come from Q.",
        handles=[
            Handle("estimators_gap", gap, top, "x", "p"),
            Handle("estimators_spread", gap + spread, flank, "both", "p"),
        ],
    )


@st.fragment(key="estimators_pair")
def pair():
    """Show the two bells."""
    if chosen("source") == FORECASTS:
        st.caption("These draws are whole forecasts. Gap and spread move the bells further below.")
    else:
        moving(bells, key="_estimators_bells", stops=BELL_STOPS)


def spread_with_error(values):
    """Return the standard deviation of a sample and its standard error."""
    squares = (values - values.mean()) ** 2
    variance = float(squares.mean())
    if not variance:
        return 0.0, 0.0
    fourth = float((squares**2).mean())
    error = math.sqrt(max(fourth - variance**2, 0) / values.size) / (2 * math.sqrt(variance))
    return math.sqrt(variance), error


def give_or_take(value, error, digits=3):
    """Return a simulated number with its standard error."""
    # Spaces that keep the two together in a narrow cell.
    return f"{position(value, digits)}\u00a0±\u00a0{position(error, digits)}"


def numbers_of(view_, unit):
    """Return the columns of the table: exact beside simulated."""
    source, gap, spread, beta, draws, _ = view_
    found, truth = estimates_of(*view_), truth_of(source, gap, spread, beta)
    moments = None if source == FORECASTS else gaussian_moments(*Q, gap, spread)
    columns = {
        "estimator": [],
        "bias, exact": [],
        "bias, simulated": [],
        "spread, exact": [],
        "spread, simulated": [],
    }
    for name, values in found.items():
        mean, error = mean_and_error(values)
        around = spread_with_error(values)
        if moments:
            bias, wide = moments[name].bias, moments[name].standard_error(draws)
            exact = position(bias / unit.nats, 4), number(float(wide) / unit.nats, 4)
        else:
            exact = ("0" if name != "k2" else "unknown"), "unknown"
        cells = (
            name,
            exact[0],
            give_or_take((mean - truth) / unit.nats, error / unit.nats, 4),
            exact[1],
            give_or_take(around[0] / unit.nats, around[1] / unit.nats, 4),
        )
        for column, cell in zip(columns.values(), cells, strict=True):
            column.append(cell)
    return columns


def numbers_in_words(view_):
    """Say what to make of the table."""
    source, gap, spread, _, draws, _ = view_
    if source == FORECASTS:
        return (
            "A draw is a whole forecast of the policy, and log(q/p) the sum over its words. That "
            "k1 and k3 have no bias holds wherever Q may write all that P may; their spread is "
            "known only by simulation."
        )
    exact = float(gaussian_moments(*Q, gap, spread)["k3"].standard_error(draws))
    simulated = float(estimates_of(*view_)["k3"].std())
    if math.isinf(exact):
        return (
            "P is at least √2 times as wide as Q, and k3's spread is infinite: far out p/q grows "
            "so fast that its square has no average over Q. The simulated spread is finite only "
            "because the draws that would ruin it have not come yet."
        )
    if simulated < exact / 1.5:
        return (
            "k3's simulated spread is well below the exact one: it is made by draws so rare that "
            "these series have hardly any. A small error bar is no proof that k3 is quiet."
        )
    return (
        "Spread: the standard deviation of an estimate, which falls with the square root of the "
        "number of draws. A bias stays, however many draws there are."
    )


def numbers():
    """Show bias and spread, exact and simulated."""
    unit, here = units.current(), view()
    table(
        numbers_of(here, unit),
        label=f"Bias and spread of an estimate, in {unit.name}",
        hues={},
        words=("estimator",),
    )
    st.caption(f"In {unit.name}; simulated figures ± standard error. {numbers_in_words(here)}")


@st.cache_data(max_entries=50, show_spinner=False)
def note_draws(gap, seed):
    """Return draws of each kind for a pair of Schulman's note, in nats."""
    x = np.random.default_rng(seed).standard_normal(NOTE_DRAWS)
    ratios = log_ratio_of(x, gap, 1.0)
    return {
        name: (mean_and_error(values), spread_with_error(values))
        for name, values in ((name, each(ratios)) for name, each in ESTIMATORS.items())
    }


def note_rows(seed):
    """Return the columns of the published table beside what is computed now."""
    rows = []
    for gap, printed in SCHULMANS_TABLE.items():
        moments, simulated = gaussian_moments(*Q, gap, 1.0), note_draws(gap, seed)
        truth = float(moments["k1"].truth)
        for name, (bias, spread) in printed.items():
            (mean, error), (around, around_error) = simulated[name]
            rows.append(
                (
                    f"{name}, P at {gap:g}",
                    bias,
                    position(moments[name].bias / truth, 4),
                    give_or_take((mean - truth) / truth, error / truth),
                    spread,
                    number(float(moments[name].std) / truth, 3),
                    give_or_take(around / truth, around_error / truth),
                )
            )
    names = ("estimator", "bias, printed", "exact", "now", "spread, printed", "exact ", "now ")
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def note():
    """Reproduce the table of Schulman's note."""
    table(
        note_rows(chosen("seed")),
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


def noise_gap(gap, spread):
    """Return by how much k3's spread exceeds k1's at a gap, as a share."""
    moments = gaussian_moments(*Q, gap, spread)
    return float(moments["k3"].std / moments["k1"].std) - 1


@st.cache_data(max_entries=200, show_spinner=False)
def crossing_of(spread):
    """Return the D(Q‖P) in nats beyond which k3 is noisier than k1; None where there is none."""
    low, high = noise_gap(GAPS[0], spread), noise_gap(GAPS[-1], spread)
    if not (low < 0 < high and math.isfinite(high)):
        return None
    gap = brentq(noise_gap, GAPS[0], GAPS[-1], args=(spread,))
    return float(gaussian_kl(*Q, gap, spread))


def noise_of(gap, spread, unit):
    """Return KL along the chart, each estimator's noise there, and KL at the gap, in the unit."""
    moments = gaussian_moments(*Q, GAPS, spread)
    kl = moments["k1"].truth
    here = float(gaussian_kl(*Q, gap, spread)) / unit.nats
    return kl / unit.nats, {name: each.std / kl for name, each in moments.items()}, here


def noise_picture(kl, noise, here, spread, unit, colours):
    """Return how noisy the estimators become as P moves away."""
    crossing = crossing_of(spread)
    return chart.noise_figure(
        kl,
        noise,
        here or None,
        None if crossing is None else crossing / unit.nats,
        unit.name,
        colours,
    )


def noise_in_words(gap, spread, unit):
    """Say where k3 is the better choice, and where it is not."""
    moments = gaussian_moments(*Q, gap, spread)
    truth = float(moments["k1"].truth)
    crossing = crossing_of(spread)
    if truth == 0:
        here = "P and Q are the same here, and no estimator makes any noise."
    else:
        one, three = (float(moments[name].std) / truth for name in ("k1", "k3"))
        here = (
            f"At your gap one draw of k1 is {number(one, 2)} times as spread out as D(Q‖P) is "
            f"large, one draw of k3 {number(three, 2)} times."
        )
    if crossing is None:
        says = (
            "With these widths k3's spread is infinite at any gap."
            if math.isinf(float(moments["k3"].std))
            else "With these widths k3 is noisier than k1 at any gap."
        )
    else:
        says = (
            f"k3 is quieter than k1 up to D(Q‖P) = **{amount(crossing / unit.nats, unit.name)}**, "
            "and noisier beyond"
        )
        says += (
            ": exactly where eᵘ = 1 + 2u, with u the squared gap."
            if spread == 1
            else " (found numerically for these widths)."
        )
    return f"{says} {here}"


def far_away(controls):
    """Return what distance does to the noise of each estimator; the learner's is dragged along."""
    unit, gap, spread = units.current(), chosen("gap", controls), chosen("spread", controls)
    kl, noise, here = noise_of(gap, spread, unit)
    return Picture(
        noise_picture(kl, noise, here, spread, unit, palette(theme.scheme())),
        noise_in_words(gap, spread, unit),
        handles=[
            Handle("estimators_gap", math.log10(here), math.log10(height), "both", "q")
            for height in chart.heights(kl, noise, here).values()
        ],
    )


@st.fragment(key="estimators_far")
def far():
    """Show what distance does to the noise of each estimator."""
    moving(far_away, key="_estimators_noise", stops=BELL_STOPS)


def way_of(way, pi):
    """Return the policy that texts are really drawn from."""
    return {
        "top 2": TopK(pi, 2),
        "temperature 0.5": Tempered(pi, 0.5),
        "at least 16 words": AtLeast(pi, 16),
    }.get(way, pi)


@st.cache_data(max_entries=60, show_spinner=False)
def texts(beta, fee, way, seed):
    """Return k1 and k3 of many forecasts drawn that way, summed over their words, in nats."""
    pi = policy(beta, fee)
    drawn = sample(way_of(way, pi), MOST_TEXTS, np.random.default_rng(seed))
    each = token_log_ratios(pi, drawn, padded=way == "padding counted")
    return each.sum(axis=1), k3(each).sum(axis=1)


@st.cache_data(max_entries=60, show_spinner=False)
def bound_for(beta, fee, way):
    """Return what k1 averages to over such forecasts, and D(ν‖P) and D(ν‖Q), exactly, in nats."""
    pi = policy(beta, fee)
    drawn_from = way_of(way, pi)
    return (
        expected_log_ratio(pi, drawn_from, padded=way == "padding counted"),
        sequence_kl(drawn_from),
        sequence_kl(drawn_from, pi),
    )


def batch(controls):
    """Return all that the forecasts depend on."""
    return (
        float(chosen("beta", controls)),
        FEES[chosen("fee", controls)],
        chosen("way", controls),
        chosen("batch", controls),
    )


def how_many_below(values):
    """Return how many values are below 0, and the verb that goes with it."""
    below = int((values < 0).sum())
    return "1 has" if below == 1 else f"{below:,} have" if below else "none has"


def verdict(one, three, unit):
    """Tell chance from mistake by what a trainer has at hand: k1 and k3 of the same texts."""
    (mean, error), (gap, gap_error) = mean_and_error(one), mean_and_error(three - one)
    apart = gap / gap_error if gap_error else 0.0
    # The error itself is estimated, from few texts badly: Student's t allows for that.
    furthest = float(stdtrit(one.size - 1, 1 - FALSE_ALARM))
    numbers_ = (
        f"k1 averages {give_or_take(mean / unit.nats, error / unit.nats)} {unit.name}, k3 "
        f"{give_or_take(*(each / unit.nats for each in mean_and_error(three)))}; their difference "
        f"is {give_or_take(gap / unit.nats, gap_error / unit.nats)}, {number(abs(apart), 1)} "
        f"standard errors; from {one.size:,} texts chance hardly ever goes beyond "
        f"{number(furthest, 1)}."
    )
    if mean < 0 and (apart > furthest or -mean > furthest * error):
        judged = (
            "⚠️ **A mistake, not chance.** k1 and k3 estimate one number, "
            "which is not below 0, and chance does not take them that far: these words were not "
            "drawn from the policy whose chances are compared."
        )
    elif mean < 0:
        judged = (
            "✅ **Chance can do this.** k1 is "
            f"{number(abs(mean) / error, 1)} standard errors below 0, and k3 agrees with it "
            "within the noise. Draw more, and look again."
        )
    elif abs(apart) > furthest:
        judged = (
            "⚠️ **Above 0, and suspect all the same.** k1 and k3 differ by "
            "more than chance should: either these words were not drawn from the policy, or k3's "
            "rare large draws have not come yet."
        )
    else:
        judged = (
            "✅ **Nothing suspect here.** k1 is not below 0, and k3 "
            "agrees with it within the noise."
        )
    return f"{judged} {numbers_}"


def in_truth(beta, fee, way, unit):
    """Say what the learner knows and a trainer does not: how the texts were drawn."""
    limit, to_p, to_q = (value / unit.nats for value in bound_for(beta, fee, way))
    true = policy_kl(beta, fee) / unit.nats
    if way == "Q itself":
        return (
            f"In truth these forecasts are Q's own. More of them bring k1 to D(Q‖P) = "
            f"{amount(true, unit.name)}."
        )
    if way == "padding counted":
        return (
            "In truth the forecasts are Q's own, but the full stops that fill them up are counted "
            "as if Q had chosen them. Then k1 is bound for "
            f"{amount(limit, unit.name)}, however many you draw; D(Q‖P) is "
            f"{amount(true, unit.name)}. The cure: mask what comes after the end."
        )
    return (
        f"In truth they are drawn from another policy, ν. Then k1 is bound for D(ν‖P) − D(ν‖Q) = "
        f"{number(to_p)} − {number(to_q)} = {amount(limit, unit.name)}, however many you draw; "
        f"D(Q‖P) is {amount(true, unit.name)}. The cure: draw from Q, or compute the chances of ν."
    )


def running_picture(where, seen, unit, colours):
    """Return the running averages of k1 and k3."""
    one, three = texts(*where)
    counts = np.unique(np.geomspace(4, MOST_TEXTS, 80).round().astype(int))
    counts = np.union1d(counts, [seen])
    running = []
    for name, values in (("k1", one), ("k3", three)):
        sums, squares = values.cumsum()[counts - 1], (values**2).cumsum()[counts - 1]
        mean = sums / counts
        variance = np.maximum(squares / counts - mean**2, 0) * counts / (counts - 1)
        running.append(
            chart.Running(name, mean / unit.nats, np.sqrt(variance / counts) / unit.nats)
        )
    beta, fee, way, _ = where
    return chart.running_figure(
        counts,
        running,
        policy_kl(beta, fee) / unit.nats,
        bound_for(beta, fee, way)[0] / unit.nats,
        seen,
        unit.name,
        colours,
    )


def as_they_come(controls):
    """Return estimates of forecasts as they come in, and tell chance from mistake."""
    unit, where, seen = units.current(), batch(controls), chosen("texts", controls)
    one, three = (values[:seen] for values in texts(*where))
    words = (
        f"Of {counted(seen, 'forecast')} {how_many_below(one)} a k1 below 0; the true D(Q‖P) is "
        f"{amount(policy_kl(*where[:2]) / unit.nats, unit.name)}."
    )
    return Picture(
        running_picture(where, seen, unit, palette(theme.scheme())),
        f"{words} {verdict(one, three, unit)}\n\n{in_truth(*where[:3], unit)}",
        handles=[
            Handle(
                "estimators_texts",
                math.log10(seen),
                float(one.mean()) / unit.nats,
                "both",
                "q",
            )
        ],
    )


@st.fragment(key="estimators_negative")
def negative():
    """Show what answers the sliders of the forecasts; only more of them need no new ones."""
    stops = {"estimators_texts": Stops.among(TEXTS)}
    moving(as_they_come, key="_estimators_running", stops=stops)


def next_word_pair(beta):
    """Return the chances of each next word under the SFT model and the policy."""
    here = np.array([reference().context(CONTEXT)])
    return reference().table[here[0]], policy(beta).next_words(len(CONTEXT.split()), here)[0][0]


def pulls_of(beta, drawn_by, weighted):
    """Return the expected gradient of each placement, and the slopes of D(Q‖P) and D(P‖Q)."""
    p, q = next_word_pair(beta)
    found = expected_gradients(q, p, sampled_from=p if drawn_by == "P" else None, weighted=weighted)
    return found, kl_gradient(q, p), kl_gradient(q, p, "forward")


def alike(one, other):
    """Return the cosine of the angle between two gradients; NaN where one has no length."""
    size = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / size) if size > 1e-14 else math.nan


def same(one, other):
    """Say whether two gradients are equal but for rounding."""
    return bool(np.abs(one - other).max() < 1e-9 * max(np.abs(other).max(), 1e-3))


def names_where(found, target):
    """Return which placements pull exactly along a slope."""
    return [name for name, each in found.items() if same(each.mean, target)]


def pulls_in_words(found, reverse, forward, drawn_by, weighted, unit):
    """Say which placement pulls along which slope."""
    along_reverse, along_forward = names_where(found, reverse), names_where(found, forward)
    nowhere = [name for name, each in found.items() if same(each.mean, np.zeros_like(reverse))]
    if drawn_by == "P" and not weighted:
        away = alike(found["k1 in the loss"].mean, -forward)
        too_long = float(np.linalg.norm(found["k3 in the loss"].mean) / np.linalg.norm(forward))
        return (
            "Drawn by the older policy and not weighted, none of the four gives the slope it gave "
            f"on Q's own draws; k3 in the loss pulls {number(too_long, 1)} times as hard. "
            "k1 in the loss, harmless before, now pulls along −1 times the slope "
            f"of D(P‖Q) (cosine {number(away, 2)}): descending it leads *away* from P. Weigh each "
            "draw with its chance under Q over that under the older policy, and all is right again."
        )
    said = []
    if along_reverse:
        said.append(f"Along the slope of D(Q‖P): {listed(along_reverse)}.")
    if along_forward:
        said.append(f"Along the slope of the *other* direction, D(P‖Q): {listed(along_forward)}.")
    if nowhere:
        noise = amount(float(found[nowhere[0]].noise) / unit.nats, unit.name)
        said.append(
            f"Nowhere on average: {listed(nowhere)}. It only shakes the policy: a single "
            f"draw's pull has a spread of {noise}."
        )
    return " ".join(said)


def pulls_picture(beta, drawn_by, weighted, unit, colours):
    """Return the pulls at the words that matter most."""
    found, reverse, forward = pulls_of(beta, drawn_by, weighted)
    top = np.argsort(-(np.abs(reverse) + np.abs(forward)))[:PULLED]
    words = [reference().words[token] if token else "full stop" for token in top]
    title = (
        "Off-policy, unweighted: no pull is right"
        if drawn_by == "P" and not weighted
        else "k2 follows D(Q‖P), k3 follows D(P‖Q)"
    )
    return chart.pulls_figure(
        words,
        {name: each.mean[top] / unit.nats for name, each in found.items()},
        reverse[top] / unit.nats,
        forward[top] / unit.nats,
        title,
        unit.name,
        colours,
    )


def placement(controls):
    """Return β of Q, by whom words are drawn, and whether draws are weighted."""
    return (
        float(chosen("pull", controls)),
        chosen("drawn", controls),
        chosen("weighted", controls),
    )


def slopes(controls):
    """Return which slope each placement of a penalty follows."""
    unit, where = units.current(), placement(controls)
    return Picture(
        pulls_picture(*where, unit, palette(theme.scheme())),
        pulls_in_words(*pulls_of(*where), *where[1:], unit),
    )


@st.fragment(key="estimators_pulls")
def pulls():
    """Show what answers β of Q."""
    stops = {"estimators_pull": Stops.among(PULL_BETAS)}
    moving(slopes, key="_estimators_pulls_chart", stops=stops)


def pulls_table():
    """Show how long each pull is, and where it leads."""
    unit, where = units.current(), placement(st.session_state)
    found, reverse, forward = pulls_of(*where)
    p, q = next_word_pair(where[0])
    table(
        {
            "penalty": list(found),
            "length": [length(each.mean, unit) for each in found.values()],
            "cosine with D(Q‖P)": [cosine(each.mean, reverse) for each in found.values()],
            "cosine with D(P‖Q)": [cosine(each.mean, forward) for each in found.values()],
            "spread of one draw": [
                number(float(each.noise) / unit.nats) for each in found.values()
            ],
        },
        label=f"The expected pull of each placement, lengths in {unit.name}",
        hues={},
        words=("penalty",),
    )
    there, back = (
        amount(float(kl_divergence(*pair, base=unit.base)), unit.name) for pair in ((q, p), (p, q))
    )
    st.caption(
        f"Summed over all {p.size} next words, nothing sampled; lengths in {unit.name}. After "
        f"“{CONTEXT}” D(Q‖P) is {there} and D(P‖Q) {back}. The slope of a "
        "divergence is what it gains as a logit of Q rises a little."
    )


def length(pull, unit):
    """Return how long a gradient is; what rounding has left of nothing is 0."""
    return number(round(float(np.linalg.norm(pull)) / unit.nats, 12))


def cosine(one, other):
    """Return a cosine as the table shows it; a pull of no length has none."""
    value = alike(one, other)
    return "–" if math.isnan(value) else position(value, 3)


@st.cache_data(max_entries=100, show_spinner=False)
def trained(placement, beta, seed):
    """Train with the penalty there; return steps, accounts and D(P‖Q) at the end, in nats."""
    penalised = placement != NO_PENALTY
    algorithm = GRPO(as_published=False, penalty=placement if penalised else PLACEMENTS[0])
    records = train(
        reference(),
        reward_model(),
        judge(),
        algorithm,
        FixedKL(beta if penalised else 0.0),
        np.random.default_rng(seed),
        steps=STEPS,
        epochs=1,
    )
    points = [(0, account(reference(), reward_model()))]
    for record in records:
        if record.step % EXACT_EVERY == 0 or record.step == 1:
            points.append((record.step, record.exact))
    return points, sequence_kl(reference(), record.policy)


def train_all(beta, seed):
    """Return a run for each placement; those that are not there yet are trained now."""
    kept, runs = st.session_state.get("_estimators_runs", (None, None))
    if kept != (beta, seed):
        runs = {}
        st.session_state["_estimators_runs"] = (beta, seed), runs
    names = (*PLACEMENTS, NO_PENALTY)
    if len(runs) < len(names):
        bar = st.progress(len(runs) / len(names))
        for place, name in enumerate(names):
            if name not in runs:
                bar.progress(place / len(names), f"Training with {name}")
                runs[name] = trained(name, beta, seed)
        bar.empty()
    return runs


def runs_in_words(runs, best, beta, unit):
    """Say where each run has ended, and which of them the penalty has held."""
    ends = {name: points[-1][1] for name, (points, _) in runs.items()}
    # In the reward k1 has the right slope: what ends much further away is not held by its penalty.
    free, right = ends[NO_PENALTY].kl, ends["k1 in the reward"].kl
    loose = [name for name in PLACEMENTS if ends[name].kl > 2 * right]
    held = [name for name in PLACEMENTS if name not in loose]
    said = (
        f"After {STEPS} steps the run without any penalty is {amount(free / unit.nats, unit.name)} "
        f"away from the SFT model; the exact optimum for β = {beta:g} lies at "
        f"{amount(best.kl / unit.nats, unit.name)}. "
    )
    for how, names in (("Held", held), ("Not held", loose)):
        if names:
            away = [f"{name} ({amount(ends[name].kl / unit.nats, unit.name)})" for name in names]
            said += f"{how}: {listed(away)}. "
    return said.rstrip()


@st.fragment(key="estimators_training")
def training():
    """Train with each placement, and compare where they end."""
    unit, colours = units.current(), palette(theme.scheme())
    if not chosen("train"):
        st.info(
            "Switch *Train* on: five runs, a few seconds in all.", icon=":material/play_circle:"
        )
        return
    beta = float(chosen("price"))
    runs = train_all(beta, chosen("run"))
    best = account(policy(beta), reward_model())
    words = runs_in_words(runs, best, beta, unit)
    drawn = [
        chart.Run(
            name,
            np.array([step for step, _ in points]),
            np.array([own.reward for _, own in points]),
            np.array([own.kl for _, own in points]) / unit.nats,
        )
        for name, (points, _) in runs.items()
    ]
    shown(
        chart.placements_figure(drawn, (best.kl / unit.nats, best.reward), unit.name, colours),
        words,
        key="_estimators_runs",
    )
    st.markdown(words)
    ends = {name: (points[-1][1], forward) for name, (points, forward) in runs.items()}
    table(
        {
            "penalty": list(ends),
            "reward": [number(own.reward) for own, _ in ends.values()],
            "D(π‖π_SFT)": [number(own.kl / unit.nats) for own, _ in ends.values()],
            "D(π_SFT‖π)": [number(forward / unit.nats) for _, forward in ends.values()],
            "reward − β·D(π‖π_SFT)": [
                signed(own.reward - beta * own.kl) for own, _ in ends.values()
            ],
        },
        label=f"Where each run has ended, KL in {unit.name}",
        hues={},
        words=("penalty",),
    )
    st.caption(
        f"Exact figures of the last policy; KL in {unit.name}, except in the last column, where β "
        "is the price by the natural logarithm. The exact optimum has "
        f"{signed(best.reward - beta * best.kl)} there, and nothing has more."
    )


def todays_formula():
    """Write the three estimators, with the first draw of this view put in."""
    unit = units.current()
    source, gap, spread, beta, *_ = here = view()
    ratio = float(log_ratios(*here)[0, 0])
    drawn = {name: float(each(ratio)) / unit.nats for name, each in ESTIMATORS.items()}
    log = number(ratio)
    to_unit = "" if unit.nats == 1 else rf"/\,{number(unit.nats)}"
    formula(
        r"\begin{aligned} k_1 &= \ln\frac{\Q{q(x)}}{\P{p(x)}} \\ "
        r"k_2 &= \tfrac12\Big(\ln\frac{\Q{q(x)}}{\P{p(x)}}\Big)^2 \\ "
        r"k_3 &= \frac{\P{p(x)}}{\Q{q(x)}} - 1 + \ln\frac{\Q{q(x)}}{\P{p(x)}}"
        r"\end{aligned}",
        rf"\begin{{aligned}} k_1 &= ({log}){to_unit} = \KL{{{amount(drawn['k1'], unit.tex)}}} \\ "
        rf"k_2 &= \tfrac12\,({log})^2 {to_unit} = \KL{{{amount(drawn['k2'], unit.tex)}}} \\ "
        rf"k_3 &= \big({number(math.exp(-ratio))} - 1 + ({log})\big){to_unit} \\ "
        rf"&= \KL{{{amount(drawn['k3'], unit.tex)}}}\end{{aligned}}",
    )
    truth = amount(truth_of(source, gap, spread, beta) / unit.nats, unit.name)
    st.markdown(
        f"The first draw of this view. Over all draws from Q, k1 and k3 average to **{truth}**: "
        "p/q − 1 averages to 0. So k3 is k1 plus something that costs nothing on average. And it "
        "is never below 0, because u − 1 is at least ln u for every u = p/q."
    )


def grpo_term():
    """Write GRPO's penalty out, with one word of a forecast put in."""
    unit, pi = units.current(), policy(0.02)
    tokens = sample(pi, 1, np.random.default_rng(1))
    place = int((tokens[0] >= 0).sum() // 2)
    ratio = float(token_log_ratios(pi, tokens)[0, place])
    said = reference().decode(tokens[0, :place]) or "…"
    word = reference().words[tokens[0, place]]
    word = "the full stop" if word == "." else f"“{word}”"
    st.header("GRPO's term, written out", anchor="grpo")
    st.markdown(
        "DeepSeekMath ([Shao et al. 2024](https://arxiv.org/abs/2402.03300)) subtracts β times "
        "this for every token, inside the objective (equation 3) and not from the reward as PPO "
        "does; equation 4 calls it an estimate of the KL, and it is k3:"
    )
    write(
        r"\begin{gathered} \KL{\mathbb{D}_{\mathrm{KL}}[\pi_\theta\|\pi_{\mathrm{ref}}]} = u - "
        r"\ln u - 1 \\[4pt] u = \frac{\P{\pi_{\mathrm{ref}}(o_t \mid q, o_{<t})}}"
        r"{\Q{\pi_\theta(o_t \mid q, o_{<t})}} \end{gathered}",
        rf"u = {number(math.exp(-ratio))}, \quad u - \ln u - 1 = {number(float(k3(ratio)))}",
    )
    st.markdown(
        f"Here {word} after “{said}”, in a forecast of the policy at β = 0.02: "
        f"{amount(float(k3(ratio)) / unit.nats, unit.name)}. As a *number* it is a good estimate "
        "of D(π‖π_ref), close to the reference. As a *loss* its slope is, on average, that of "
        "D(π_ref‖π) at every word: the covering direction of *Cover or seek*. Close to the "
        "reference the two slopes all but agree; far away they part "
        "([Liu et al. 2025](https://arxiv.org/abs/2510.01555), "
        "[Shah et al. 2025](https://arxiv.org/abs/2512.21852))."
    )


def questions(unit):
    """Return the questions; what mends a wrong answer opens in the learner's unit."""
    return [
        Question(
            "Your trainer logs KL = −0.02 ± 0.03, from 64 answers. What should you do?",
            {
                "Nothing yet: draw more": "Right: that is within a standard error of 0. k1 of few "
                "answers is below 0 now and then when the policy has hardly moved.",
                "Stop: a KL below 0 is impossible": "A *divergence* below 0 is. This is an "
                "estimate of one, and it may fall on either side.",
                "Take its absolute value": "That turns an estimate that is right on average into "
                "one that is too large on average. k3 is never below 0 and still right on average.",
            },
            right="Nothing yet: draw more",
            see=view_at(
                "below 0 by chance",
                f"estimators?estimators_batch={UNLUCKY}#negative",
                "Chance can do this.",
                unit,
            ),
        ),
        Question(
            "It logs −0.9 ± 0.02, and k3 of the same answers says +1.4. What happened?",
            {
                "The answers were not drawn from the policy": "Right: k1 and k3 estimate one "
                "number only where the draws are the policy's own. A minimum length, top-k or "
                "counted padding are the usual reasons.",
                "Bad luck": "So many standard errors below 0, and with k3 disagreeing? Chance does "
                "not do that.",
                "The policy has become better than the reference": "KL does not know better and "
                "worse. It cannot be below 0 for any policy.",
            },
            right="The answers were not drawn from the policy",
            see=view_at(
                "a minimum length",
                "estimators?estimators_fee=cost+0.5&estimators_way=at+least+16+words"
                "&estimators_texts=1024#negative",
                "A mistake, not chance.",
                unit,
            ),
        ),
        Question(
            "k3 is never below 0, has no bias and is quieter than k1. Is it always the better one?",
            {
                "Only close to the reference": "Right: far away its spread grows with the "
                "exponential of the squared gap, and for a wide enough P it is infinite.",
                "Yes, always": "Move the gap to 2.5, or P's spread to 1.5, and look at the table.",
                "No, it is biased": "It has none: p/q − 1 averages to exactly 0 over Q.",
            },
            right="Only close to the reference",
            see=view_at(
                "far away", "estimators?estimators_gap=2.5#move", "k1 is closest here.", unit
            ),
        ),
        Question(
            "k1 has no bias. You put β·k1 into the loss and differentiate it. What happens?",
            {
                "On average nothing": "Right: the average of ∇log π over the policy's own draws is "
                "0. The slope of an average is not the average of the slopes, when the draws "
                "depend on what is moved.",
                "It holds the policy to the reference": "That needs k1 in the *reward*, or k2 in "
                "the loss. The gradient of k1 in the loss does not even contain the reference.",
                "It pulls towards D(π_ref‖π)": "That is what k3 in the loss does.",
            },
            right="On average nothing",
            see=view_at(
                "the five runs",
                "estimators?estimators_train=true#train",
                "Not held: k1 in the loss",
                unit,
            ),
        ),
    ]


def data(view_, unit):
    """Return every estimate of this view."""
    found = estimates_of(*view_)
    return {
        "estimate": range(1, found["k1"].size + 1),
        **{f"{name}_{unit.name}": values / unit.nats for name, values in found.items()},
    }


def snippet(view_):
    """Return Python that computes the numbers on the screen."""
    source, gap, spread, beta, draws, seed = view_
    truth = truth_of(source, gap, spread, beta)
    found = estimates_of(*view_)
    first = float(found["k1"][0])
    if source == FORECASTS:
        return "\n".join(
            [
                "import numpy as np",
                "from kl_core import k1",
                "from kl_core.rlhf import (",
                "    Judge, LanguageModel, RewardModel, forecasts, optimal_policy, sample,",
                "    sample_preferences, sequence_kl, token_log_ratios,",
                ")",
                "",
                "sft = LanguageModel.from_text(forecasts())",
                "pairs = sample_preferences(sft, Judge(sft), 2000, np.random.default_rng(1))",
                f"policy = optimal_policy(sft, RewardModel.fit(sft, pairs), beta={beta:g})",
                f"texts = sample(policy, {POOL}, np.random.default_rng({seed}))[:{draws}]",
                "log_ratio = token_log_ratios(policy, texts).sum(axis=1)",
                f"print(k1(log_ratio).mean())  # {first!r}, natural logarithm",
                f"print(sequence_kl(policy))  # D(Q‖P): {truth!r}",
                "",
            ]
        )
    return "\n".join(
        [
            "import numpy as np",
            "from kl_core import gaussian_kl, gaussian_moments, k1, k2, k3",
            "",
            f"gap, spread = {gap}, {spread}  # of P; Q is the standard bell",
            f"x = np.random.default_rng({seed}).standard_normal({draws})",
            "log_ratio = np.log(spread) + ((x - gap) / spread) ** 2 / 2 - x**2 / 2",
            "for k in (k1, k2, k3):",
            "    print(k(log_ratio).mean())  # "
            + ", ".join(repr(float(values[0])) for values in found.values()),
            f"print(gaussian_kl(0, 1, gap, spread))  # D(Q‖P): {truth!r}, natural logarithm",
            "print(gaussian_moments(0, 1, gap, spread))",
            "",
        ]
    )


@st.fragment(key="estimators_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit, colours, here = units.current(), palette(theme.scheme()), view()
    take_away(
        "estimators",
        data=lambda: data(here, unit),
        html=lambda: estimates_picture(here, estimates_of(*here), unit, colours).to_html(),
        snippet=snippet(here),
    )


def ladder(name, label, options, tells, follower):
    """Draw a slider of this page that stops at `options`; it redraws its `follower`."""
    st.select_slider(
        label,
        options,
        START[f"estimators_{name}"],
        key=f"estimators_{name}",
        bind="query-params",
        help=tells,
        on_change=redraw,
        args=(follower,),
    )


def one_of(name, label, captions, **layout):
    """Draw a choice; `captions` say what each option means."""
    st.radio(
        label,
        list(captions),
        list(captions).index(START[f"estimators_{name}"]),
        key=f"estimators_{name}",
        bind="query-params",
        captions=[each for each in captions.values() if each] or None,
        **layout,
    )


def slider(name, label, low, high, step, tells):
    """Draw a slider of P, one of the pair of bells."""
    sliders_of("p", f"estimators_{name}").slider(
        label,
        low,
        high,
        START[f"estimators_{name}"],
        step,
        format="%.2f",
        help=tells,
        key=f"estimators_{name}",
        bind="query-params",
        on_change=redraw,
        args=("estimators_picture", "estimators_pair"),
    )


first_screen = frame.header(
    "KL from samples",
    "From samples KL is only estimated: k1 is right but noisy, k2 quiet but off, k3 right and "
    "quiet close to the reference; and as a penalty each pulls its own way.",
)
st.markdown(
    "Nobody can sum over all the texts that a large model might write. So trainers *draw*: from "
    "the policy :orange[**Q**], and at each draw they look up how likely it was under Q and under "
    "the reference :blue[**P**]. D(Q‖P) is the average of log(q/p) over such draws. Three ways to "
    "average, named by John Schulman ([2020](http://joschu.net/blog/kl-approx.html)):\n"
    "- **k1** = log(q/p), the definition itself, one draw at a time;\n"
    "- **k2** = half its square, with the natural logarithm;\n"
    "- **k3** = p/q − 1 + log(q/p): k1 plus something that averages to 0.",
    width=820,
)
ask_prediction(units.current())
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "estimators",
        [
            Preset("Schulman's close pair", partial(put, source=GAUSSIANS, gap=CLOSE, spread=1.0)),
            Preset("His far pair", partial(put, source=GAUSSIANS, gap=FAR, spread=1.0)),
            Preset(
                "Far away",
                partial(put, source=GAUSSIANS, gap=2.5, spread=1.0),
                help="k3's spread explodes.",
            ),
            Preset(
                "P too wide",
                partial(put, source=GAUSSIANS, gap=0.5, spread=1.5),
                help="k3's spread is infinite.",
            ),
            Preset("A language model", partial(put, source=FORECASTS)),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        one_of("source", "Draws are", {GAUSSIANS: "", FORECASTS: ""}, horizontal=True)
        slider("gap", "Gap: how far P lies from Q", *GAP_SLIDER, "In spreads of Q.")
        slider("spread", "Spread of P", *SPREAD_SLIDER, "Q's spread is 1.")
        ladder(
            "source_beta",
            "β of the policy that writes the forecasts",
            BETAS,
            "For forecasts: the best policy of *The safety rope* at this β, whole forecasts as "
            "draws. Smaller is further from the SFT model.",
            "estimators_picture",
        )
        ladder(
            "draws", "Draws in each estimate", DRAWS, "What a batch holds.", "estimators_picture"
        )
        series(
            "estimators_seed",
            "Which draws",
            again="Other draws",
            icon=":material/casino:",
            followers=("estimators_picture",),
        )
    with answer:
        picture()
left, right = st.columns([2, 3], gap="medium")
with left:
    pair()
with right:
    numbers()
st.header("The published table, now", anchor="note")
note()
st.header("Far from the reference", anchor="far")
far()
st.header("“KL is starting to become negative”", anchor="negative")
st.markdown(
    "It is one of the most reported warnings of RLHF trainers "
    f"([TRL]({TRL_ON_NEGATIVE_KL}) has a section on it). There are two reasons, and they look "
    "alike in a log: **chance**, when the policy has hardly moved; and a **mistake**, when the "
    "words do not come from the policy whose chances are compared. Make both happen, to the "
    "language model of *The safety rope*.",
    width=820,
)
presets(
    "estimators_negative",
    [
        Preset(
            "By chance",
            partial(put, beta="0.2", fee="are free", way="Q itself", texts=64, batch=UNLUCKY),
            help="One batch of 64 that happens to fall below 0. Try others.",
        ),
        *(
            Preset(label, partial(put, beta="0.2", fee=fee, way=way, texts=1024, batch=1))
            for label, fee, way in (
                ("Top-k", "are free", "top 2"),
                ("Temperature", "are free", "temperature 0.5"),
                ("Minimum length", "cost 0.5", "at least 16 words"),
                ("Padding", "earn 0.5", "padding counted"),
            )
        ),
    ],
)
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    one_of("way", "Forecasts are drawn from", WAYS)
    ladder("texts", "How many forecasts", TEXTS, "A batch.", "estimators_negative")
    ladder(
        "beta",
        "β of the policy",
        BETAS,
        "Smaller is further from the SFT model.",
        "estimators_negative",
    )
    one_of("fee", "In its reward, words", dict.fromkeys(FEES, ""), horizontal=True)
    series(
        "estimators_batch",
        "Which batch",
        again="Another batch",
        icon=":material/casino:",
        followers=("estimators_negative",),
    )
with answer:
    negative()
st.header("Where each one pulls", anchor="pulls")
st.markdown(
    "As a *penalty* an estimator is differentiated, and what counts is no longer its value but its "
    "slope. Below, the chances of the next word after “rain”, for the SFT model :blue[**P**] and "
    "the best policy :orange[**Q**]; and how each placement of the penalty pulls at Q, on average "
    "over all words.",
    width=820,
)
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    ladder("pull", "β of Q", PULL_BETAS, "Smaller is further from P.", "estimators_pulls")
    one_of("drawn", "Words are drawn from", DRAWN_BY)
    st.toggle(
        "Weigh each draw",
        key="estimators_weighted",
        bind="query-params",
        help="With its chance under Q over the chance with which it was drawn.",
    )
with answer:
    pulls()
    pulls_table()
st.header("The same run, five times", anchor="train")
st.markdown(
    "The training of *The safety rope* (GRPO without the division by the spread, one pass over "
    "each batch, so that every draw is the policy's own), with the penalty in four places and with "
    "none. In the loss it stands at each word; in the reward it is the sum over the forecast, so "
    "that a word also answers for what it leads to.",
    width=820,
)
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    ladder(
        "price",
        "β: the price of KL",
        TRAIN_BETAS,
        "As in *The safety rope*.",
        "estimators_training",
    )
    series(
        "estimators_run",
        "Which run",
        again="Another run",
        icon=":material/casino:",
        followers=("estimators_training",),
    )
    st.toggle(
        "Train",
        key="estimators_train",
        bind="query-params",
        help=f"Five runs of {STEPS} steps, 64 forecasts each.",
    )
with answer:
    trained_here = st.container()
grpo_term()
todays_formula()
self_check("estimators", questions(units.current()))
take_it()
# Last, because it takes its time.
with trained_here:
    training()
