"""The safety rope: reward − β·KL on a language model small enough to be solved and trained here."""

import math
import time
from functools import partial

import numpy as np
import streamlit as st

from charts import beta_penalty as chart
from charts.style import amount, counted, listed, number, palette, percent, position
from kl_core.rlhf import (
    GRPO,
    PPO,
    AdaptiveKL,
    FixedKL,
    ProportionalKL,
    account,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    fit_over_optimisation,
    forecasts,
    optimal_policy,
    optimum_at_kl,
    sample,
    train,
)
from widgets import frame, theme, units
from widgets.chart import Handle, Picture, Stops, moving, shown
from widgets.formula import formula
from widgets.frame import readable
from widgets.pipeline import USUAL_PAIRS, judge, reference, reward_model
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.training import TrainingRun

# Ten steps a decade, the round numbers of Renard: every β of the book and of the papers is one.
MANTISSAS = (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8)
# From the tightest rope to the loosest.
BETAS = [f"{m * 10.0**power:g}" for power in (-1, -2, -3, -4) for m in reversed(MANTISSAS)]
BETAS = ["1", *BETAS]
LADDER = [beta for beta in reversed(BETAS) if float(beta) >= 0.001]
PAIRS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]
USUAL = USUAL_PAIRS, 1
SAMPLES, SHOWN = 1000, 5
BEST_OF = [1, 2, 4, 8, 16, 32, 64, 128, 256]
OF_REFERENCE = 20_000

# Of the pairs there is no film: each number of them is a reward model of its own, fitted anew.
FILMED = {"beta_beta": Stops.among(LADDER)}

# The runs of today, and those that are kept.
DASHES = {"solid": "solid line", "dash": "dashed", "dot": "dotted"}
KEPT_DASHES = ("longdash", "dashdot", "longdashdot")

# What counts as a failure, as the page says.
TWICE_AS_PUZZLED, MANY_REPEATS = 2.0, 0.2

METHODS = {
    "PPO": "the penalty is part of the reward",
    "GRPO": "as published: rewards measured in spreads of their group, penalty in the loss",
    "GRPO, unscaled": "without the division by the spread (“Dr. GRPO”)",
}
ROPES = {
    "fixed": "β stays as it is",
    "adaptive": "the PPO paper's rule: halve or double β when KL leaves target/1.5 … 1.5·target",
    "proportional": "Ziegler's rule: β changes by up to 2% a step",
    "race all three": "the same seed under each rule",
}
ANCHORS = {
    "the SFT model": "RLHF's anchor: how far from where it started",
    "the policy one step before": "the PPO paper's trust region: how long a step",
}
PRICES = ["0", *LADDER]
TARGETS = ["0.1", "0.2", "0.5", "1", "2", "3", "5", "10", "20", "50"]
START = {
    "beta_beta": "0.02",
    "beta_pairs": USUAL_PAIRS,
    "beta_seed": 1,
    "beta_context": "tomorrow will be",
    "beta_method": "PPO",
    "beta_rope": "fixed",
    "beta_price": "0.02",
    "beta_target": "3",
    "beta_anchor": "the SFT model",
    "beta_steps": 150,
    "beta_group": 8,
    "beta_epochs": 2,
    "beta_rate": 40,
    "beta_run_seed": 1,
    "beta_train": False,
    "beta_predict": None,
    "beta_guess": None,
    "beta_check1": None,
    "beta_check2": None,
    "beta_check3": None,
    "beta_check4": None,
}
GUESSES = {
    "0.1 or more": (0.1, math.inf),
    "0.03 to below 0.1": (0.03, 0.1),
    "0.01 to below 0.03": (0.01, 0.03),
    "0.003 to below 0.01": (0.003, 0.01),
    "below 0.003": (0, 0.003),
}


def start_over():
    """Put everything on this page back to where it began, answers and runs included."""
    st.session_state.update(START)
    for kept in ("_beta_runs", "_beta_kept"):
        st.session_state.pop(kept, None)


def put(**controls):
    """Put these controls, named without the prefix, to these values."""
    st.session_state.update({f"beta_{name}": value for name, value in controls.items()})


def chosen(name, controls=st.session_state):
    """Return what a control of this page, named without the prefix, is set to."""
    return controls[f"beta_{name}"]


@st.cache_resource(max_entries=100, show_spinner=False)
def optimum(pairs, seed, beta):
    """Return the policy that no other beats at this β."""
    return optimal_policy(reference(), reward_model(pairs, seed), beta)


@st.cache_data(max_entries=2000, show_spinner=False)
def at_beta(pairs, seed, beta):
    """Return the optimum's account, the judge's report on a sample, some of it, and the value."""
    best = optimum(pairs, seed, beta)
    tokens = sample(best, SAMPLES, np.random.default_rng(0))
    return account(best, best.reward), judge().report(tokens), tokens[:SHOWN], best.value


@st.cache_data(max_entries=100, show_spinner=False)
def at_reference(pairs, seed):
    """Return account, report and sentences of the reference."""
    tokens = sample(reference(), SAMPLES, np.random.default_rng(0))
    own = account(reference(), reward_model(pairs, seed))
    return own, judge().report(tokens), tokens[:SHOWN]


@st.cache_data(max_entries=1, show_spinner=False)
def many_of_reference():
    """Return many sentences of the reference, and the judge's score of each."""
    tokens = sample(reference(), OF_REFERENCE, np.random.default_rng(0))
    return tokens, judge().score(tokens)


@st.cache_data(max_entries=100, show_spinner=False)
def best_of(pairs, seed):
    """Return, for each n, best-of-n's KL in nats, its bound, and both scores with their errors."""
    tokens, scores = many_of_reference()
    rewards = reward_model(pairs, seed).score(tokens)
    return [
        (
            best_of_n_kl_estimate(rewards, n),
            best_of_n_kl(n),
            best_of_n_mean(rewards, rewards, n),
            best_of_n_mean(rewards, scores, n),
        )
        for n in BEST_OF
    ]


@st.cache_data(max_entries=200, show_spinner=False)
def best_at_kl(pairs, seed, kl):
    """Return β and reward of the exact optimum with this KL in nats; None where there is none."""
    reward = reward_model(pairs, seed)
    try:
        optimum = optimum_at_kl(reference(), reward, kl)
    except ValueError:
        return None
    return optimum.beta, account(optimum, reward).reward


def world(controls=st.session_state):
    """Return how many pairs the reward model has seen, and which."""
    return chosen("pairs", controls), chosen("seed", controls)


def here(controls=st.session_state):
    """Return what `at_beta` returns for the learner's β."""
    return at_beta(*world(controls), float(chosen("beta", controls)))


def give_or_take(pair, digits=2):
    """Return a mean with its standard error."""
    return f"{position(pair[0], digits)} ± {position(pair[1], digits)}"


def ask_prediction():
    """Ask what becomes of the judge's score as the rope gets longer."""
    tight, middle, loose = (at_beta(*USUAL, beta) for beta in (1.0, 0.0125, 0.001))
    rewards = [number(own.reward) for own, *_ in (tight, middle, loose)]
    scores = [give_or_take(report.score) for _, report, *_ in (tight, middle, loose)]
    predict(
        "beta_predict",
        "Make β smaller and smaller, and the *reward model's* score of the policy can only rise. "
        "What does the score of the *judge* do, whom the reward model imitates?",
        ["It rises as well", "It rises, then falls", "It falls from the start"],
        answer="It rises, then falls",
        reveal=f"At β = 1, 0.0125 and 0.001 the reward is {listed(rewards)}, always more. The "
        f"judge gives {listed(scores)} of 7: first the policy learns what forecasts need, then it "
        "learns what the reward model is wrong about. Move β and read it happen.",
    )


def highlighted(tokens):
    """Return sentences as Markdown, words that repeat where they should not in bold."""
    words, repeated = reference().words, judge().repeats(tokens)
    lines = []
    for row, flags in zip(tokens, repeated, strict=True):
        spoken = [
            f"**{words[token]}**" if flag else words[token]
            for token, flag in zip(row, flags, strict=True)
            if token > 0
        ]
        ended = "." if 0 in row else " …"
        lines.append(f"- {' '.join(spoken)}{ended}")
    return "\n".join(lines)


def where_in_the_sentence(controls=st.session_state):
    """Return context, step and words so far; or a sentence that says why there is no next word."""
    model, words = reference(), chosen("context", controls).lower().split()
    unknown = next((word for word in words if word not in model.index), None)
    if unknown is not None and "." in unknown:
        wrong = f"`{readable(unknown)}` holds a full stop, and that ends a forecast"
    elif unknown is not None:
        wrong = (
            f"`{readable(unknown)}` is not among the {len(model.words) - 1} words of the forecasts"
        )
    elif "." in words:
        wrong = "a full stop ends a forecast, so nothing can follow it"
    elif len(words) >= model.longest:
        wrong = f"they are {len(words)}, and a forecast ends after {model.longest}"
    else:
        return (model.context(" ".join(words)), len(words), words), None
    return None, f"The words so far: {wrong}. Change them, or press *Back one word*."


def go_on(word):
    """Append a word to what has been said; an empty one takes the last away."""
    words = chosen("context").split()
    st.session_state["beta_context"] = " ".join([*words, word] if word else words[:-1])


def from_the_start():
    """Take back all that has been said."""
    st.session_state["beta_context"] = ""


def next_word_chances(context, step, controls=st.session_state):
    """Return the likeliest next words, their chances under P and Q, and D(Q‖P) of all, in nats."""
    best = optimum(*world(controls), float(chosen("beta", controls)))
    chances, log_ratio = best.next_words(step, np.array([context]))
    p, q = reference().table[context], chances[0]
    top = list(dict.fromkeys([*np.argsort(-q)[:5], *np.argsort(-p)[:5]]))[:8]
    top.sort(key=lambda token: -q[token])
    names = [reference().words[token] for token in top]
    return names, p[top], q[top], max(float(q @ log_ratio[0]), 0.0)


def next_word_in_words(words, names, p, q, added, unit):
    """Say what the policy is likeliest to say next, and what choosing costs."""
    quoted = ("… " if len(words) > 6 else "") + " ".join(words[-6:])
    so_far = f"After {counted(len(words), 'word')} (“{quoted}”)"
    likeliest = f"“{names[0]}”" if names[0] != "." else "the full stop"
    return (
        f"{so_far if words else 'At the start of a forecast'} the policy's likeliest next is "
        f"{likeliest} ({percent(q[0])}; the SFT model: {percent(p[0])}). Choosing here adds "
        f"{amount(added / unit.nats, unit.name)} to the KL of a forecast that gets this far."
    )


def next_word_buttons():
    """Let the learner click through a sentence, word by word as the policy would say it."""
    place, problem = where_in_the_sentence()
    names = [] if problem else next_word_chances(*place[:2])[0]
    with st.container(horizontal=True):
        for number_, word in enumerate(names[:6]):
            st.button(
                word if word != "." else "full stop",
                key=f"_beta_word{number_}",
                on_click=go_on,
                args=(word,),
                disabled=word == ".",
            )
        st.button(
            "Back one word",
            key="_beta_back",
            on_click=go_on,
            args=("",),
            icon=":material/undo:",
        )
        st.button(
            "From the start",
            key="_beta_first",
            on_click=from_the_start,
            icon=":material/first_page:",
        )


def failures(own, report, base, base_report):
    """Return the failures that this policy shows, each as a sentence with its threshold."""
    said = []
    (score, error), (usual, usual_error) = report.score, base_report.score
    if own.reward > base.reward and score + 2 * error < usual - 2 * usual_error:
        said.append(
            f"**Reward hacking.** The reward model gives {number(own.reward)}, more than the SFT "
            f"model's {number(base.reward)}, while the judge gives {number(score, 2)}, less than "
            f"the SFT model's {number(usual, 2)} (by more than two standard errors of each)."
        )
    puzzled = own.perplexity / base.perplexity
    if puzzled >= TWICE_AS_PUZZLED or report.repeated[0] >= MANY_REPEATS:
        said.append(
            f"**Language degeneration.** The SFT model's perplexity on this text is "
            f"{number(puzzled, 1)} times that of its own, and {percent(report.repeated[0])} of "
            f"the sampled words repeat (named from {TWICE_AS_PUZZLED:g} times or "
            f"{percent(MANY_REPEATS, 0)} on)."
        )
    return said


def book_says(beta):
    """Return where a β lies in the book's ranges."""
    if 0.1 <= beta <= 0.5:
        return "in the book's *conservative* range, 0.1 to 0.5"
    if 0.001 <= beta <= 0.01:
        return "in the book's *free* range, 0.001 to 0.01"
    return "between the book's two ranges" if beta < 0.1 else "above the book's ranges"


def rope_in_words(controls, unit):
    """Say what this β buys and what it costs."""
    own, report, *_ = here(controls)
    base, base_report, _ = at_reference(*world(controls))
    beta = chosen("beta", controls)
    return (
        f"β = {beta} lies {book_says(float(beta))}. The policy's forecasts earn "
        f"{number(own.reward)} from the reward model instead of {number(base.reward)}, and the "
        f"judge gives them {give_or_take(report.score)} of 7 instead of "
        f"{give_or_take(base_report.score)}. For that they are "
        f"{amount(own.kl / unit.nats, unit.name)} away from the SFT model."
    )


def policy_in_words(controls, unit):
    """Return what the policy says, what that earns and costs, and how it fails, as Markdown."""
    own, report, tokens, _ = here(controls)
    base, base_report, _ = at_reference(*world(controls))
    said = [
        "**Q, the policy, says**",
        highlighted(tokens),
        rope_in_words(controls, unit),
        *(f"> {failure}" for failure in failures(own, report, base, base_report)),
    ]
    return "\n\n".join(said)


def policy_in_numbers(controls, unit):
    """Return reward, judge's score and KL of the policy."""
    own, report, *_ = here(controls)
    return {
        "Reward, exact": number(own.reward),
        "Judge, of 7": give_or_take(report.score),
        "D(π‖π_SFT), exact": amount(own.kl / unit.nats, unit.name),
    }


def drawn(controls):
    """Return the picture that answers β; none where no next word can follow."""
    place, problem = where_in_the_sentence(controls)
    if problem:
        return None
    unit = units.current()
    context, step, words = place
    names, p, q, added = next_word_chances(context, step, controls)
    said = next_word_in_words(words, names, p, q, added, unit)
    return Picture(
        chart.words_figure(names, p, q, palette(theme.scheme())),
        f"{said}\n\n{policy_in_words(controls, unit)}",
        policy_in_numbers(controls, unit),
    )


def without_next_word(problem):
    """Say why no next word can follow, and what the policy is like all the same."""
    unit = units.current()
    st.warning(problem, icon=":material/edit_off:")
    tiles = policy_in_numbers(st.session_state, unit)
    for column, (label, value) in zip(st.columns(len(tiles)), tiles.items(), strict=True):
        column.metric(label, value)
    st.markdown(policy_in_words(st.session_state, unit))


@st.fragment(key="beta_rope")
def rope():
    """Show what answers β."""
    moving(drawn, key="_beta_words", stops=FILMED)
    if problem := where_in_the_sentence()[1]:
        without_next_word(problem)


def details():
    """Show what the SFT model says, more numbers, and the words that the policy likes best."""
    (own, report, *_), (base, base_report, base_tokens) = here(), at_reference(*world())
    left, right = st.columns([2, 3], gap="medium")
    left.markdown(":blue[**P, the SFT model, says**]\n\n" + highlighted(base_tokens))
    with right:
        more_numbers(own, report, base, base_report)
        boosted_words(own, base)


def more_numbers(own, report, base, base_report):
    """Show how the forecasts read, beside those of the SFT model."""
    tiles = [
        ("Perplexity under SFT, exact", number(own.perplexity, 1), number(base.perplexity, 1)),
        (
            "Different words",
            give_or_take(report.different, 1),
            give_or_take(base_report.different, 1),
        ),
        (
            "Words that repeat, of 100",
            *(give_or_take(100 * np.array(each.repeated), 1) for each in (report, base_report)),
        ),
    ]
    for column, (label, value, usual) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(label, value, f"SFT: {usual}", delta_color="off", delta_arrow="off")
    st.caption(
        f"Exact: summed over every possible forecast. With ±: from {SAMPLES:,} sampled forecasts, "
        "mean ± standard error. Different words and repeats: in a forecast, on average. Words that "
        "repeat where they should not are in bold."
    )


def boosted_words(own, base):
    """Show the words that the policy says more often than the SFT model."""
    shares, usual = own.words / own.length, base.words / base.length
    gains = shares * np.log(shares / usual)
    top = [token for token in np.argsort(-gains)[:6] if gains[token] > 0]
    words, weights = reference().words, reward_model(*world()).weights
    table(
        {
            "word": [words[token] if token else "full stop" for token in top],
            "SFT, of 100 words": [number(100 * usual[token], 1) for token in top],
            "policy, of 100": [number(100 * shares[token], 1) for token in top],
            "times": [number(shares[token] / usual[token], 1) for token in top],
            "reward model's weight": [number(weights[token], 2) for token in top],
        },
        label="The words that the policy says more often than the SFT model",
        hues={"SFT, of 100 words": "blue", "policy, of 100": "orange"},
    )
    st.caption("The most boosted words, exactly; and what the reward model thinks they are worth.")


@st.cache_resource(show_spinner=False)
def solved():
    """Return which reward models have been solved for every β of the grid."""
    return set()


def solve_all(pairs, seed):
    """Solve for every β of the grid, and show how far that is where it takes its time."""
    if (pairs, seed) in solved():
        return
    began, bar = time.monotonic(), st.empty()
    for place, beta in enumerate(BETAS):
        if time.monotonic() - began > 0.3:
            bar.progress(place / len(BETAS), f"Solving for β = {beta}: once for these pairs")
        at_beta(pairs, seed, float(beta))
    bar.empty()
    solved().add((pairs, seed))


@st.cache_data(max_entries=300, show_spinner=False)
def whole_curve(pairs, seed, unit):
    """Return what every β of the grid gives as the chart takes it, the tightest rope first."""
    points = [at_beta(pairs, seed, float(beta)) for beta in BETAS]
    return chart.Curve(
        np.sqrt([own.kl / unit.nats for own, *_ in points]),
        np.array([own.reward for own, *_ in points]),
        np.array([report.score[0] for _, report, *_ in points]),
        np.array([report.score[1] for _, report, *_ in points]),
        [f"β = {beta}" for beta in BETAS],
    )


@st.cache_data(max_entries=300, show_spinner=False)
def best_of_curve(pairs, seed, unit):
    """Return best-of-n as the chart takes it."""
    kl, _, rewards, scores = zip(*best_of(pairs, seed), strict=True)
    return chart.Curve(
        np.sqrt(np.array(kl) / unit.nats),
        np.array([mean for mean, _ in rewards]),
        np.array([mean for mean, _ in scores]),
        np.array([error for _, error in scores]),
        [f"n = {n}" for n in BEST_OF],
    )


def fitted(curve, of_best, usual):
    """Return the curves of Gao et al. through the gains of both families over the reference."""
    return (
        fit_over_optimisation(curve.distance, curve.judge - usual, "rl"),
        fit_over_optimisation(of_best.distance, of_best.judge - usual, "best-of-n"),
    )


@st.cache_resource(max_entries=100, show_spinner=False)
def hacking_curves(pairs, seed, unit):
    """Return both families as the chart takes them, and the fits of Gao et al. through them."""
    curve, of_best = whole_curve(pairs, seed, unit), best_of_curve(pairs, seed, unit)
    usual = at_reference(pairs, seed)[1].score[0]
    return curve, of_best, fitted(curve, of_best, usual)


def hacking_picture(pairs, seed, beta, told, unit, colours):
    """Return the chart of both scores against √KL; the judge's best β is marked once `told`."""
    curve, of_best, fits = hacking_curves(pairs, seed, unit)
    usual = at_reference(pairs, seed)[1].score[0]
    lines = [
        (f"Gao et al., {name}", each.distance, usual + fit.at(each.distance))
        for name, fit, each in zip(("RL", "best-of-n"), fits, (curve, of_best), strict=True)
    ]
    other = None if (pairs, seed) == USUAL else (USUAL_PAIRS, whole_curve(*USUAL, unit))
    best = int(curve.judge.argmax()) if told else None
    return chart.hacking_figure(
        curve, of_best, other, lines, BETAS.index(beta), best, unit.name, colours
    )


def best_in_words(curve):
    """Return the β that the judge likes best, and which others it cannot be told from."""
    best = int(curve.judge.argmax())
    margin = 2 * math.hypot(curve.error[best], curve.error[best])
    near = np.flatnonzero(curve.judge >= curve.judge[best] - margin)
    name = BETAS[best]
    doubt = (
        f" Within the noise of {SAMPLES:,} samples it could be anything from {BETAS[near[-1]]} to "
        f"{BETAS[near[0]]}."
        if near.size > 1
        else ""
    )
    return name, (
        f"The judge's score is largest at **β = {name}**: "
        f"{give_or_take((curve.judge[best], curve.error[best]))} of 7.{doubt}"
    )


def guess_in_words(curve):
    """Say whether the learner's guess of the best β was right."""
    guess = chosen("guess")
    if guess is None:
        return "Guess first, and the star will show it."
    name, words = best_in_words(curve)
    low, high = GUESSES[guess]
    verdict = "Right." if low <= float(name) < high else f"Not {guess}."
    return f"{verdict} {words} It is the star in the chart."


def picks_a_point(curve, of_best, unit):
    """Say, with numbers, that β moves along the curve and does not lift it."""
    beta, n = float(chosen("beta")), 16
    place = BEST_OF.index(n)
    rope_judge = float(np.interp(of_best.distance[place], curve.distance, curve.judge))
    error = float(np.interp(of_best.distance[place], curve.distance, curve.error))
    more = of_best.judge[place] - rope_judge
    clear = abs(more) > 2 * math.hypot(error, of_best.error[place])
    relation = ("more" if more > 0 else "less") if clear else "the same within the noise"
    climbs = 1 / beta
    return (
        "**β picks a point on this curve; it does not lift the curve.** Climb without any rope, "
        "each step multiplying the chance of every forecast by exp(η·reward) (*mirror ascent*), "
        "and after k steps you are exactly at the optimum for β = 1/(η·k). With η = 1, β = "
        f"{chosen('beta')} is the same policy as stopping after {climbs:.4g} steps: the "
        "rope is a way to stop early. What does lift the curve is a better reward model: move the "
        "pairs. (Gao et al. saw the same in large models, the penalty acted like early stopping; "
        "they add that this may depend on hyperparameters.) Another way of choosing gives another "
        f"curve: the best of {n}, {amount(float(of_best.distance[place] ** 2), unit.name)} away, "
        f"gets {give_or_take((of_best.judge[place], of_best.error[place]))} from the judge, the "
        f"rope's optimum at that KL {give_or_take((rope_judge, error))}: best of {n} gets "
        f"{relation}."
    )


def fits_in_words(fits, curve, unit):
    """Say how well the curves of Gao et al. fit, and after the guess where they turn."""
    rl, best = fits
    ends = ""
    if chosen("guess"):
        ends = (
            f"It turns at √KL = {number(rl.peak, 1)}; the judge's measured peak is at "
            f"{number(curve.distance[curve.judge.argmax()], 1)}. "
            if math.isfinite(rl.peak) and rl.peak < curve.distance[-1]
            else "It does not turn within this chart. "
        )
    return (
        "Dotted: the forms of Gao, Schulman & Hilton (2022) fitted to the judge's gain over the "
        f"SFT model, with d = √KL in √{unit.name}. RL, d·(α − β·log d): R² = "
        f"{number(rl.r_squared, 2)}. {ends}Best-of-n, d·(α − β·d): R² = "
        f"{number(best.r_squared, 2)}. (Their α and β are only names for two coefficients.)"
    )


def ends_in_words(curve, controls, unit):
    """Say what the chart shows from end to end."""
    beta = chosen("beta", controls)
    place = BETAS.index(beta)
    mine = give_or_take((curve.judge[place], curve.error[place]))
    first, last, most = (position(score) for score in (*curve.judge[[0, -1]], curve.judge.max()))
    kl, bound, *_ = best_of(*world(controls))[-1]
    return (
        f"From the tightest rope to the loosest the reward goes from {number(curve.reward[0])} to "
        f"{number(curve.reward[-1])} and never turns; the judge's score goes from {first} to "
        f"{last}, by way of {most}. Your β = {beta}, the dot, has {mine}. Dashed: the "
        f"best of n, up to n = {BEST_OF[-1]}, which lies {amount(kl / unit.nats, unit.name)} from "
        f"the SFT model (its bound, log n − (n − 1)/n: {amount(bound / unit.nats, unit.name)})."
    )


def handles_of(curve, place):
    """Return the points of today's β on both lines, which can be dragged along them."""
    return [
        Handle(
            "beta_beta",
            float(curve.distance[place]),
            float(values[place]),
            "both",
            "q",
            axes=("xaxis", axis),
        )
        for values, axis in ((curve.reward, "yaxis"), (curve.judge, "yaxis2"))
    ]


def over_optimised(controls):
    """Return the over-optimisation curve with the point that β picks on it."""
    unit, where, beta = units.current(), world(controls), chosen("beta", controls)
    curve = hacking_curves(*where, unit)[0]
    told = chosen("guess", controls) is not None
    return Picture(
        hacking_picture(*where, beta, told, unit, palette(theme.scheme())),
        ends_in_words(curve, controls, unit),
        handles=handles_of(curve, BETAS.index(beta)),
    )


@st.fragment(key="beta_hacking")
def hacking():
    """Show the over-optimisation curve."""
    solve_all(*world())
    if world() != USUAL:
        solve_all(*USUAL)
    moving(over_optimised, key="_beta_hacking", stops=FILMED)


def hacking_details():
    """Answer the guess, and say what β does and does not do."""
    unit = units.current()
    curve, of_best, fits = hacking_curves(*world(), unit)
    st.markdown(guess_in_words(curve))
    if world() != USUAL:
        peaks = [position(each.judge.max()) for each in (curve, whole_curve(*USUAL, unit))]
        st.markdown(
            f"With these {chosen('pairs'):,} pairs the judge's score peaks at {peaks[0]}; with the "
            f"first {USUAL_PAIRS:,}, in grey, at {peaks[1]}."
        )
    st.markdown(picks_a_point(curve, of_best, unit))
    st.caption(fits_in_words(fits, curve, unit))


def settings():
    """Return all that a run of training depends on: no more, or moving the rest would lose it."""
    names = ["method", "rope", "price", "anchor", "steps", "epochs", "rate", "run_seed"]
    names += ["target"] if chosen("rope") != "fixed" else []
    names += ["group"] if chosen("method") != "PPO" else []
    return (*world(), *(chosen(name) for name in names))


def algorithm():
    """Return the method that is chosen, ready to train with."""
    if chosen("method") == "PPO":
        return PPO()
    return GRPO(group=chosen("group"), as_published=chosen("method") == "GRPO")


def controllers():
    """Return the rope, or the three that race: name, controller, and target in nats or None."""
    price, target = float(chosen("price")), float(chosen("target"))
    # An adaptive rope that starts at 0 would stay there: no product of 0 is anything else.
    begin = price or float(LADDER[0])
    each = {
        "fixed": (f"β = {chosen('price')}", FixedKL(price), None),
        "adaptive": (f"adaptive from β = {begin:g}", AdaptiveKL(begin, target), target),
        "proportional": (
            f"proportional from β = {begin:g}",
            ProportionalKL(begin, target),
            target,
        ),
    }
    wanted = list(each) if chosen("rope") == "race all three" else [chosen("rope")]
    return [each[name] for name in wanted]


def fresh_runs():
    """Return runs of training that have not begun."""
    model, reward = reference(), reward_model(*world())
    anchor = "reference" if chosen("anchor") == "the SFT model" else "previous"
    start = at_reference(*world())[0]
    return [
        TrainingRun(
            f"{chosen('method')}, {name}" + (", step by step" if anchor == "previous" else ""),
            train(
                model,
                reward,
                judge(),
                algorithm(),
                controller,
                np.random.default_rng(chosen("run_seed")),
                anchor=anchor,
                steps=chosen("steps"),
                epochs=chosen("epochs"),
                rate=chosen("rate"),
            ),
            start,
            chosen("steps"),
            target,
        )
        for name, controller, target in controllers()
    ]


def current_runs():
    """Return the runs that belong to the settings; new ones where these have changed."""
    kept, runs = st.session_state.get("_beta_runs", (None, None))
    if kept != settings():
        runs = fresh_runs()
        st.session_state["_beta_runs"] = settings(), runs
    return runs


def kept_runs():
    """Return the runs that the learner has kept, as far as they climbed the same reward."""
    return [run for of, run in st.session_state.get("_beta_kept", []) if of == world()]


def as_drawn(run, unit, place, *, kept=False):
    """Return a run as the charts take it; its place among the others decides on its dash."""
    exact = sorted(run.exact.items())
    return chart.Training(
        run.name,
        np.arange(1, run.steps + 1),
        np.array(run.reward),
        np.array([mean for mean, _ in run.judge]),
        np.array([mean for mean, _ in run.kl]) / unit.nats,
        np.array(run.beta),
        np.array([step for step, _ in exact]),
        np.array([own.reward for _, own in exact]),
        np.array([own.kl for _, own in exact]) / unit.nats,
        (KEPT_DASHES if kept else tuple(DASHES))[place],
        kept,
    )


def all_drawn(runs, unit):
    """Return the kept runs and these as the charts take them."""
    return [
        *(as_drawn(run, unit, place, kept=True) for place, run in enumerate(kept_runs())),
        *(as_drawn(run, unit, place) for place, run in enumerate(runs)),
    ]


def stop():
    """Stop the training; what is done stays."""
    st.session_state["beta_train"] = False


def keep():
    """Keep the current runs to compare with, and the latest of those kept before."""
    mine = [(world(), run) for run in st.session_state["_beta_runs"][1]]
    kept = st.session_state.get("_beta_kept", []) + mine
    st.session_state["_beta_kept"] = kept[-len(KEPT_DASHES) :]
    # The next run is a new one, even with the same settings: the kept ones are finished.
    st.session_state.pop("_beta_runs")
    st.session_state["beta_train"] = False
    st.rerun()


def forget():
    """Forget the kept runs."""
    st.session_state.pop("_beta_kept", None)


def offer_to_forget():
    """Draw the button that forgets the kept runs, where there are any."""
    if kept_runs():
        st.button("Forget kept runs", key="_beta_forget", on_click=forget, icon=":material/delete:")


def levels(unit):
    """Return the KL that the rope aims at, and that of the exact optimum, in the unit."""
    aims = chosen("rope") != "fixed" and chosen("anchor") == "the SFT model"
    target = float(chosen("target")) / unit.nats if aims else None
    price = float(chosen("price"))
    asked = None
    if chosen("rope") == "fixed" and price and chosen("anchor") == "the SFT model":
        asked = at_beta(*world(), price)[0].kl / unit.nats
    return target, asked


def train_picture(runs, unit, colours):
    """Return the chart of the runs, step by step."""
    return chart.training_figure(
        all_drawn(runs, unit), *levels(unit), chosen("steps"), unit.name, colours
    )


def latest(runs):
    """Return what each run says by now, as Markdown."""
    lines = []
    for run in runs:
        first, last = min(run.sentences, default=None), max(run.sentences, default=None)
        if first is not None:
            lines.append(f"- {run.name}, step {first}: *{run.sentences[first]}*")
            if last != first:
                lines.append(f"- {run.name}, step {last}: *{run.sentences[last]}*")
    return "\n".join(lines)


def go_on_training(runs, unit, colours):
    """Train until the steps are done or the learner stops it; every step may be the last."""
    bar = st.progress(runs[0].steps / runs[0].last)
    text, picture = st.empty(), st.empty()
    while not all(run.done for run in runs):
        for run in runs:
            if not run.done:
                run.advance()
        step = runs[0].steps
        bar.progress(step / runs[0].last, f"Step {step} of {runs[0].last}")
        if step % 30 == 0:
            text.markdown(latest(runs))
            with picture.container():
                shown(
                    train_picture(runs, unit, colours),
                    f"Training, step {step} of {runs[0].last}.",
                    key=f"_beta_train{step}",
                )
    for place in (bar, text, picture):
        place.empty()


def recent_kl(run, count=50):
    """Return the mean KL of the last steps, in nats."""
    return float(np.mean([mean for mean, _ in run.kl[-count:]]))


def judged(run, step, count=15):
    """Return the judge's mean over the batches up to a step, with its standard error."""
    scores = run.judge[max(step - count, 0) : step]
    mean = float(np.mean([score for score, _ in scores]))
    error = math.sqrt(sum(each**2 for _, each in scores)) / len(scores)
    return mean, error


def landing_in_words(run, line, unit):
    """Say where a run has ended, how far below the frontier, and why."""
    end, base = run.end, run.start
    said = (
        f"**{run.name}**{line}, step {run.steps}: reward {number(end.reward)} (SFT model "
        f"{number(base.reward)}), {amount(end.kl / unit.nats, unit.name)} from the SFT model, "
        f"judge {give_or_take(judged(run, run.steps))} of 7."
    )
    best = best_at_kl(*world(), float(end.kl))
    if best and best[1] > base.reward:
        share = (end.reward - base.reward) / (best[1] - base.reward)
        said += (
            f" No policy that close to the SFT model earns more than {number(best[1])}: the run "
            f"got {percent(max(share, 0), 0)} of the gain that was to be had."
        )
    return said


def price_of(beta):
    """Return a β with the digits that matter, three of them."""
    return f"{beta:.3g}" if beta >= 0.001 else number(beta, 3)


def reasons(run, unit):
    """Say why a run has landed where it has."""
    price, end = float(chosen("price")), run.end
    if run.target is None and not price:
        return "With β = 0 nothing asks it to stop; only the steps run out."
    if chosen("anchor") != "the SFT model":
        return (
            "The rope is tied to the policy of the step before. It minds only how long each step "
            f"is (the last: {amount(run.stride / unit.nats, unit.name)}); nothing holds the run "
            f"near the SFT model, from which it is {amount(end.kl / unit.nats, unit.name)} away."
        )
    if run.target is not None:
        recent, target = recent_kl(run) / unit.nats, run.target / unit.nats
        when = f"Over its last {min(50, run.steps)} steps" if run.steps > 1 else "At its first step"
        said = (
            f"{when} its KL was {position(recent, 3)} {unit.name} on average (target: "
            f"{amount(target, unit.name)}), and β ended at {price_of(run.beta[-1])}."
        )
    else:
        asked, mine = at_beta(*world(), price)[0].kl / unit.nats, end.kl / unit.nats
        said = (
            f"The exact optimum for β = {chosen('price')} lies at {amount(asked, unit.name)}; the "
            f"run is {'beyond' if mine > asked else 'short of'} it by "
            f"{amount(abs(mine - asked), unit.name)}."
        )
    if chosen("method") == "GRPO":
        spread = float(np.mean(run.spread[-50:]))
        weighs = run.beta[-1] * spread
        said += (
            f" But GRPO measures rewards in spreads of their group, here about {number(spread)}: "
            f"its β of {price_of(run.beta[-1])} weighs like {price_of(weighs)}"
        )
        if run.target is None and weighs > 0:
            there = at_beta(*world(), weighs)[0].kl / unit.nats
            said += f", whose optimum lies at {amount(there, unit.name)}"
        said += "."
    return said


def what_else():
    """Say what keeps any run from the frontier."""
    k3 = (
        "Its penalty, k3 in the loss, does not have the slope of D(π‖π_SFT), for which the "
        "frontier is drawn, so GRPO comes to rest elsewhere. "
        if chosen("method") != "PPO"
        and chosen("anchor") == "the SFT model"
        and (float(chosen("price")) or chosen("rope") != "fixed")
        else ""
    )
    return (
        f"{k3}What else is missing is lost to chance, 64 forecasts a step, and to a learning rate "
        "that falls to 0 with the last of them."
    )


def compared(run, other, unit):
    """Say what a kept run had when it was as far from the SFT model as this one is now."""
    steps = [step for step in other.exact if step]
    nearest = min(steps, key=lambda step: abs(other.exact[step].kl - run.end.kl))
    there = other.exact[nearest]
    return (
        f"Kept: *{other.name}*. It came nearest to the KL of this run at step {nearest} "
        f"({amount(there.kl / unit.nats, unit.name)}), with reward {number(there.reward)} and "
        f"{give_or_take(judged(other, nearest))} from the judge. This run is at "
        f"{number(run.end.reward)} and {give_or_take(judged(run, run.steps))}."
    )


def landing(runs, unit, colours):
    """Show the way of each run below the frontier, and say where it ended and why."""
    others = kept_runs()
    named = [f" ({line})" if len(runs) > 1 else "" for line in DASHES.values()]
    lines = [landing_in_words(run, line, unit) for run, line in zip(runs, named, strict=False)]
    solve_all(*world())
    frontier = whole_curve(*world(), unit)
    shown(
        chart.landing_figure(frontier, all_drawn(runs, unit), unit.name, colours),
        " ".join(lines),
        key="_beta_landing",
    )
    for run, line in zip(runs, lines, strict=True):
        st.markdown(f"{line} {reasons(run, unit)}")
    st.markdown(what_else())
    for other in others:
        st.markdown(compared(runs[0], other, unit))


@st.fragment(key="beta_training")
def training():
    """Train, or show what has been trained so far."""
    unit, colours = units.current(), palette(theme.scheme())
    runs = current_runs()
    if chosen("train") and not all(run.done for run in runs):
        go_on_training(runs, unit, colours)
    if not runs[0].steps:
        kept = listed([run.name for run in kept_runs()]) if kept_runs() else ""
        st.info(
            (
                f"Kept: {kept}. Train another run to compare. "
                if kept
                else "Nothing is trained yet. "
            )
            + "Switch *Train* on: a run takes a few seconds, and you may stop it at any time.",
            icon=":material/play_circle:",
        )
        offer_to_forget()
        return
    for run in runs:
        run.settle()
    done = "Done" if runs[0].done else "Stopped"
    words = f"{done} after step {runs[0].steps} of {runs[0].last}." + (
        "" if runs[0].done else " Switch *Train* on again to go on from there."
    )
    shown(train_picture(runs, unit, colours), words, key="_beta_run")
    st.markdown(words)
    st.markdown(latest(runs))
    landing(runs, unit, colours)
    with st.container(horizontal=True):
        st.button(
            "Keep to compare",
            key="_beta_keep",
            on_click=keep,
            icon=":material/push_pin:",
            help="Keeps what is drawn, in grey, while you try other settings; the latest three.",
        )
        offer_to_forget()


def todays_formula():
    """Write the loss as the book does, and with today's numbers."""
    unit = units.current()
    own, *_, value = here()
    loss = float(chosen("beta")) * own.kl - own.reward
    in_unit = own.kl / unit.nats
    kl_today = rf"\KL{{{number(in_unit)}}}" + (
        "" if unit.nats == 1 else rf" \cdot {number(unit.nats)}"
    )
    formula(
        r"\begin{gathered} \text{loss} = -\,\mathbb{E}_{y \sim \Q{\pi_\theta}}[r(y)] + \beta\, "
        r"\KL{D(\Q{\pi_\theta}\|\P{\pi_\text{SFT}})} \\[6pt] \Q{\pi^*(y)} = "
        r"\P{\pi_\text{SFT}(y)}\, e^{r(y)/\beta} \,/\, Z \end{gathered}",
        rf"\begin{{gathered}} \text{{loss}} = {number(-own.reward)} + {chosen('beta')} \cdot "
        rf"{kl_today} \\ = {number(loss)} \\[6pt] -\beta \log Z = {number(-value)}"
        r"\end{gathered}",
    )
    factor = (
        ""
        if unit.nats == 1
        else f" The factor {number(unit.nats)} turns {unit.name} into the natural unit of β."
    )
    per_word = in_unit / own.length
    st.markdown(
        "β is the price of KL, measured with the natural logarithm as in every paper."
        f"{factor} No policy has a smaller loss than −β·log Z. The first line is summed forwards "
        "over the policy's forecasts, the second backwards over the SFT model's: they meet."
    )
    st.markdown(
        "**Per token or per sequence?** The KL of whole forecasts is the sum of what each word "
        f"adds: {amount(in_unit, unit.name)} here, {amount(per_word, unit.name)} for each of "
        f"{number(own.length, 1)} words on average. PPO subtracts β·k1 at every token, which adds "
        "up to the KL of the sequence; GRPO averages over the tokens of an answer, reward and "
        "penalty alike. The same β means something else when rewards or lengths are measured "
        f"otherwise. Here a reward is the mean weight of {reference().longest} places."
    )


QUESTIONS = [
    Question(
        "Your policy's reward rises steadily, and so does its KL to the SFT model. What do you "
        "know about the quality of its answers?",
        {
            "Little: look at the answers": "Right: reward and KL both rise before the judge's peak "
            "and after it. Only the judge, people or a fresh test, tells the two apart.",
            "They get better": "Until the peak, yes. Beyond it the same two curves go on rising "
            "while the judge's score falls.",
            "They get worse": "Before the peak they get better, with the very same signs.",
        },
        right="Little: look at the answers",
    ),
    Question(
        "Which divergence does the rope of RLHF measure?",
        {
            "D(π‖π_SFT), averaged over the policy's own answers": "Right: the reverse direction, "
            "the one that seeks. It forbids saying what the SFT model would not; it does not ask "
            "to say all that it would.",
            "D(π_SFT‖π), averaged over the SFT model's answers": "That one would punish the policy "
            "for dropping anything that the SFT model says. It is the loss of supervised training.",
            "Either, they are the same": "They differ whenever the two models do; see *Cover or "
            "seek*.",
        },
        right="D(π‖π_SFT), averaged over the policy's own answers",
    ),
    Question(
        "What does a larger β do to the curve of the judge's score against KL?",
        {
            "It picks a point with less KL on it": "Right: the curve belongs to the reward model. "
            "β says how far to go along it, much as stopping early does.",
            "It lifts the whole curve": "A better reward model does that. With the same reward "
            "model each β gives one point of the same curve.",
            "It makes the peak move to the right": "The peak stays where the reward model's "
            "mistakes begin to win. A larger β stops earlier.",
        },
        right="It picks a point with less KL on it",
    ),
    Question(
        "PPO's paper also adapts a β, to a KL between the new policy and the one before the step. "
        "Does that keep a policy near its SFT model?",
        {
            "No, it keeps each step short": "Right: a trust region. Many short steps lead as far "
            "away as you like; tie the rope to the policy one step before and see.",
            "Yes, short steps add up to little": "They add up to as much as there are steps. Train "
            "it that way and look at the KL to the SFT model.",
            "Yes, it is the same KL": "One is measured from the policy a step ago, the other from "
            "the model it all started with.",
        },
        right="No, it keeps each step short",
    ),
]

WHY = """
A reward model is a guess at what people want, learned from text that the *SFT model* wrote
(supervised fine-tuning, the stage before). There it is roughly right. Far from there nobody has
ever checked it, and an optimiser goes exactly where it is too generous.

So the policy climbs on a **rope** that is tied to the SFT model. β says how short the rope is:
every nat of D(π‖π_SFT) costs β of reward. Too short, and the policy stays where it was. Too long,
and it falls off the far side of the hill: **reward hacking**, where the score rises and the quality
does not, and **language degeneration**, where the text stops being text.
"""

# What is on the button, what it puts, and what it stands for.
IN_USE = [
    ("0.1 to 0.5", {"beta": "0.2"}, "**The book: conservative.** Stays close to the SFT model."),
    ("0.001 to 0.01", {"beta": "0.005"}, "**The book: free.** May go far for a reward."),
    (
        "adaptive",
        {"rope": "adaptive"},
        "**The book: as in PPO.** β follows a KL target ([Schulman et al. "
        "2017](https://arxiv.org/abs/1707.06347)); goes to *Train it*, below.",
    ),
    (
        "0.02",
        {"beta": "0.02"},
        "**InstructGPT**, PPO, per token ([Ouyang et al. 2022](https://arxiv.org/abs/2203.02155)).",
    ),
    (
        "0.04",
        {"beta": "0.04"},
        "**DeepSeekMath**, GRPO ([Shao et al. 2024](https://arxiv.org/abs/2402.03300)).",
    ),
    (
        "0.1",
        {"beta": "0.1"},
        "**DPO**, usual value ([Rafailov et al. 2023](https://arxiv.org/abs/2305.18290)).",
    ),
    (
        "0.001",
        {"beta": "0.001"},
        "**DeepSeek-R1**, GRPO ([2025](https://arxiv.org/abs/2501.12948)).",
    ),
    (
        "0",
        {"price": "0", "rope": "fixed"},
        "**TRL's GRPO trainer**, default since 2025: no rope at all; sets *Train it*, below.",
    ),
]


def betas_in_use():
    """Show the book's β table and what real systems use, a button each."""
    st.subheader("Which β?", anchor="which-beta")
    st.markdown(
        "The book's table, and what real systems use. A button sets β above, or the rope of "
        "*Train it* below."
    )
    for place, (label, controls, says) in enumerate(IN_USE):
        button, text = st.columns([1, 4], vertical_alignment="center")
        button.button(
            f"β: {label}",
            key=f"_beta_use{place}",
            on_click=partial(put, **controls),
            width="stretch",
        )
        text.markdown(says)
    st.caption(
        "Every value belongs to its own scale of rewards and its own length of answers; the same "
        "number elsewhere is another rope."
    )


def data(pairs, seed, unit):
    """Return the curve of this reward model, β by β."""
    points = [at_beta(pairs, seed, float(beta)) for beta in BETAS]
    return {
        "beta": [float(beta) for beta in BETAS],
        f"kl_{unit.name}": [own.kl / unit.nats for own, *_ in points],
        "reward": [own.reward for own, *_ in points],
        "entropy_nats": [own.entropy for own, *_ in points],
        "perplexity_under_sft": [own.perplexity for own, *_ in points],
        "judge": [report.score[0] for _, report, *_ in points],
        "judge_standard_error": [report.score[1] for _, report, *_ in points],
        "repeated": [report.repeated[0] for _, report, *_ in points],
    }


def snippet():
    """Return Python that computes the numbers on the screen."""
    pairs, seed = world()
    own = here()[0]
    return "\n".join(
        [
            "import numpy as np",
            "from kl_core.rlhf import (",
            "    Judge, LanguageModel, RewardModel, account, forecasts, optimal_policy,",
            "    sample_preferences,",
            ")",
            "",
            "sft = LanguageModel.from_text(forecasts())",
            f"rng = np.random.default_rng({seed})",
            f"pairs = sample_preferences(sft, Judge(sft), {pairs}, rng)",
            "reward = RewardModel.fit(sft, pairs)",
            f"policy = optimal_policy(sft, reward, beta={chosen('beta')})",
            f"print(account(policy, reward).reward)  # {own.reward!r}",
            f"print(account(policy, reward).kl)  # {own.kl!r}, natural logarithm",
            "",
        ]
    )


@st.fragment(key="beta_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit, colours = units.current(), palette(theme.scheme())
    where = world()
    view = *where, chosen("beta"), chosen("guess") is not None, unit
    take_away(
        "beta_penalty",
        data=lambda: data(*where, unit),
        html=lambda: hacking_picture(*view, colours).to_html(),
        snippet=snippet(),
    )


def steps_of(name, label, options, tells, *followers):
    """Draw a slider of this page that stops at `options`; `followers` are what it redraws."""
    st.select_slider(
        label,
        options,
        START[f"beta_{name}"],
        key=f"beta_{name}",
        bind="query-params",
        help=tells,
        on_change=redraw,
        args=followers,
    )


def one_of(name, label, captions):
    """Draw a choice that training depends on; `captions` say what each option means."""
    st.radio(
        label,
        list(captions),
        key=f"beta_{name}",
        bind="query-params",
        captions=list(captions.values()),
    )


first_screen = frame.header(
    "The safety rope",
    "β decides how far a policy may go from the model it started as for the sake of a reward; "
    "beyond some point it only climbs the reward model's mistakes.",
)
st.markdown(WHY, width=820)
with st.expander("The whole pipeline, small enough to look into"):
    st.markdown(
        f"1. **SFT model** :blue[π_SFT]: {len(forecasts().splitlines())} weather forecasts, "
        "counted: how often each word follows the two before. It can write endlessly many new "
        f"ones, good and bad, of up to {reference().longest} words and full stops.\n"
        "2. **Judge**: what people really want. One point each if a forecast says *when*, *where*, "
        "what *sky*, what *temperature* and what *wind*; one if it ends properly, with a full stop "
        "and not on a word like “the”; one if no word comes twice (little words may, but not twice "
        "in a row). Seven at best.\n"
        "3. **Reward model**: sees pairs of the SFT model's forecasts, and which of the two the "
        "judge preferred, with some chance of a slip (Bradley and Terry's rule: a point apart, 73 "
        "of 100 go to the better one). It learns a weight for every word, no more, and gives a "
        "forecast the sum of its weights over the number of places.\n"
        "4. **Policy** :orange[π]: earns reward, pays β for each nat of D(π‖π_SFT). Here the best "
        "one can be computed exactly; further below it is trained, as large models are."
    )
ask_prediction()
with stage(first_screen, "The rope", anchor="move"):
    presets(
        "beta",
        [
            Preset("Conservative", partial(put, beta="0.2"), help="β = 0.2, as the book has it."),
            Preset("InstructGPT's", partial(put, beta="0.02"), help="β = 0.02."),
            Preset("Free", partial(put, beta="0.005"), help="β = 0.005, as the book has it."),
            Preset("Hardly a rope", partial(put, beta="0.001"), help="β = 0.001."),
            Preset(
                "Too few pairs",
                partial(put, pairs=50),
                help="The reward model sees only 50 judged pairs.",
            ),
            Preset("Plenty of pairs", partial(put, pairs=20_000), help="It sees 20,000."),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        steps_of(
            "beta",
            "β: how short the rope is",
            LADDER,
            "What a nat of KL costs, in reward. Further right is a shorter rope. The book calls "
            "0.001 to 0.01 free and 0.1 to 0.5 conservative.",
            "beta_rope",
            "beta_hacking",
        )
        st.caption("← free 0.001–0.01 · 0.1–0.5 conservative →")
        steps_of(
            "pairs",
            "Judged pairs that the reward model has seen",
            PAIRS,
            "More pairs make a better reward model; none makes it the judge.",
            "beta_rope",
        )
        series(
            "beta_seed",
            "Which pairs",
            again="Other pairs",
            icon=":material/casino:",
            followers=("beta_rope",),
        )
        st.text_input(
            "The words so far, for the next-word chart",
            START["beta_context"],
            max_chars=400,
            key="beta_context",
            bind="query-params",
            help="Type words of the forecasts, or click the policy's next words below.",
        )
        next_word_buttons()
    with answer:
        rope()
details()
betas_in_use()
st.header("Hacking", anchor="hacking")
st.markdown(
    "The policy answers to the *reward model*. What does the *judge* think of it, at every length "
    "of the rope at once? To the right the policy is further from the SFT model.",
    width=820,
)
st.radio(
    "**Guess:** at which β does the judge like the policy best?",
    list(GUESSES),
    index=None,
    key="beta_guess",
    bind="query-params",
    horizontal=True,
    help="Move β above and watch the judge's tile. The chart shows the answer after your guess.",
)
hacking()
hacking_details()
st.header("Train it", anchor="train")
st.markdown(
    "So far the best policy was *computed*. Large models have to be *trained*: sample forecasts, "
    "score them, make the good ones likelier, again and again. Here it happens in front of you, "
    "with the methods that large models use.",
    width=820,
)
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    one_of("method", "Method", METHODS)
    one_of("rope", "Rope", ROPES)
    steps_of(
        "price",
        "β to train with, or to begin with",
        PRICES,
        f"0 is no rope at all. An adaptive rope begins here, or at {LADDER[0]} where this is 0.",
        "beta_training",
    )
    steps_of(
        "target",
        "KL target of an adaptive rope, in nats",
        TARGETS,
        "How far it should let the policy go from what it is tied to. A fixed rope has no target.",
        "beta_training",
    )
    with st.expander("More settings"):
        one_of("anchor", "The rope is tied to", ANCHORS)
        for name, label, options, tells in (
            ("steps", "Steps", [30, 75, 150, 300], "Each samples 64 forecasts."),
            ("rate", "Learning rate", [10, 20, 40, 80], "It falls to 0 with the last step."),
            ("epochs", "Passes over each batch", [1, 2, 4], "Inner epochs; clipped beyond 20%."),
            ("group", "Forecasts in a group", [2, 4, 8, 16], "For GRPO."),
        ):
            steps_of(name, label, options, tells, "beta_training")
    series(
        "beta_run_seed",
        "Which run",
        again="Another run",
        icon=":material/casino:",
        followers=("beta_training",),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Train",
            key="beta_train",
            bind="query-params",
            help="On: trains with these settings, and again whenever one changes. Off: stops where "
            "it is; on again goes on from there.",
        )
        # Outside the fragment that trains: Streamlit lets no button inside one interrupt it.
        st.button("Stop training", key="_beta_stop", on_click=stop, icon=":material/stop_circle:")
# What follows is drawn before the training, which takes its time.
with answer:
    trained = st.container()
todays_formula()
self_check("beta", QUESTIONS)
take_it()
with trained:
    training()
