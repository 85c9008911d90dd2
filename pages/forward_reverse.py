"""Forward against reverse KL: a Q that covers every mode of P, or one that seeks a single mode."""

import math
from dataclasses import replace

import numpy as np
import streamlit as st

from charts import forward_reverse as chart
from charts.style import amount, counted, listed, number, palette, percent, position
from kl_core import (
    GaussianMixture,
    PlaneMixture,
    branch_breaks,
    descend,
    gaussian,
    kl_landscape,
    mass_beyond,
    mixture_js,
    mixture_kl,
    mixture_total_variation,
    project_alpha,
    project_alphas,
    project_forward,
    project_plane_forward,
    project_plane_reverse,
    project_reverse,
)
from widgets import frame, theme, units
from widgets.chart import Handle, Picture, Stops, moving, shown
from widgets.components import Components
from widgets.formula import formula, write
from widgets.look import sliders_of
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.series import series
from widgets.take_away import take_away

TWO_MODES = ((0.5, -2.5, 0.8), (0.5, 2.5, 0.8))
VIEWS = {
    "Two far modes": TWO_MODES,
    "Unequal modes": ((0.7, -2.0, 0.6), (0.3, 3.0, 1.0)),
    "Wide and narrow": ((0.7, -1.0, 2.0), (0.3, 3.0, 0.3)),
    "Three modes": ((0.3, -4.0, 0.7), (0.4, 0.0, 0.6), (0.3, 4.5, 0.9)),
    "Touching modes": ((0.5, -1.0, 0.8), (0.5, 1.0, 0.8)),
    "One heavy tail": ((0.85, 0.0, 0.6), (0.15, 0.0, 3.0)),
}
P = Components("forward_p", TWO_MODES, ("forward_hand", "forward_table"))
Q_START = {"forward_q_mean": 1.5, "forward_q_spread": 1.0}
Q_MEAN, Q_SPREAD, Q_STEP = (-10.0, 10.0), (0.1, 8.0), 0.05
ALPHAS = np.linspace(0, 1, 21)
STEPS = 200
# Divergences that are differences of numbers around 1 are known to about this much, in nats.
ROUNDING = 1e-12
OPTIMISERS = ["natural gradient", "Adam", "gradient descent"]
RATES = {"0.02": 0.02, "0.05": 0.05, "0.1": 0.1, "0.2": 0.2, "0.5": 0.5, "1": 1.0}
SHAPES = {
    "full": "any ellipse",
    "diagonal": "an upright ellipse: x and y independent",
    "isotropic": "a circle",
}
# Weight, middle, and the sign of its slant, for each bell in the plane.
PICTURES = {
    "One slanted bell": [(1.0, (0.0, 0.0), 1)],
    "Two modes": [(0.5, (-1.8, -1.4), -1), (0.5, (1.8, 1.4), -1)],
    "A cross": [(0.5, (0.0, 0.0), 1), (0.5, (0.0, 0.0), -1)],
    "Three modes": [(0.4, (-2.2, -1.5), 1), (0.3, (2.2, -1.5), -1), (0.3, (0.0, 2.2), 1)],
}
GAMES = {
    "make D(P‖Q) least: cover": "forward",
    "make D(Q‖P) least: seek": "reverse",
    "hit a target D(P‖Q) in few moves": "target",
}
START = {
    "forward_optimiser": OPTIMISERS[0],
    "forward_rate": "0.1",
    "forward_alpha": 0.5,
    "forward_picture": "One slanted bell",
    "forward_shape": "diagonal",
    "forward_slant": 0.8,
    "forward_goal": next(iter(GAMES)),
    "forward_round": 1,
    "forward_predict": None,
    "forward_check1": None,
    "forward_check2": None,
    "forward_check3": None,
    "forward_check4": None,
}


def start_over():
    """Put everything on this page back to where it began, answers included."""
    P.put(TWO_MODES)
    st.session_state.update(START | Q_START)
    st.session_state.pop("_forward_moves", None)


def put_q(mean, spread):
    """Put Q's sliders there: on their nearest step, as far as they reach."""
    for name, value, limits in (("mean", mean, Q_MEAN), ("spread", spread, Q_SPREAD)):
        step = round(value / Q_STEP) * Q_STEP
        st.session_state[f"forward_q_{name}"] = round(float(np.clip(step, *limits)), 2)


def this_round():
    """Return what a count of moves belongs to."""
    return P.rows(), st.session_state["forward_goal"], st.session_state["forward_round"]


def moves():
    """Return how often Q has been moved since this round of the game began."""
    counted_for, count = st.session_state.get("_forward_moves", (None, 0))
    return count if counted_for == this_round() else 0


def count_move():
    """Count one more."""
    st.session_state["_forward_moves"] = this_round(), moves() + 1


def q_moved():
    """Count a move of the game, and draw what follows Q."""
    count_move()
    redraw("forward_hand")


def by_hand(controls=None):
    """Return mean and spread of Q as the sliders have them, or `controls` instead."""
    state = st.session_state if controls is None else controls
    return state["forward_q_mean"], state["forward_q_spread"]


@st.cache_data(max_entries=200, show_spinner=False)
def covering(p):
    """Return the forward optimum."""
    return project_forward(p)


@st.cache_data(max_entries=200, show_spinner=False)
def seeking(p):
    """Return every reverse optimum, best first."""
    return project_reverse(p)


@st.cache_data(max_entries=50, show_spinner=False)
def landscape(p, reach, direction):
    """Return a grid of means and spreads, and one divergence over it, in nats."""
    # As a rule from 0.1 to 10; wider where an optimum would lie outside.
    low, high = 0.1 if min(p.stds) > 0.12 else 0.04, 10 if p.std < 8 else 16
    means, stds = np.linspace(-reach, reach, 61), np.geomspace(low, high, 41)
    return means, stds, kl_landscape(p, means, stds, direction)


@st.cache_data(max_entries=200, show_spinner=False)
def paths(p, start, optimiser, rate):
    """Return the descent from one start in each direction, in nats."""
    return {
        direction: descend(p, start, direction, optimiser=optimiser, rate=rate, steps=STEPS)
        for direction in chart.NAMES
    }


@st.cache_data(max_entries=50, show_spinner=False)
def walk(p):
    """Return the optima for every α of the ladder, and where the best one leaps."""
    optima = project_alphas(p, ALPHAS.tolist())
    return optima, branch_breaks(p, ALPHAS.tolist(), optima)


def in_unit(nats, unit):
    """Return divergences in the learner's unit; what rounding has left of a zero is zero."""
    return np.where(nats > ROUNDING, nats, 0.0)[()] / unit.nats


def at(fit):
    """Return where a fit lies, in words."""
    return f"mean {position(fit.mean)}, spread {position(fit.std)}"


def reach_of(p, *others):
    """Return how far the axis goes, in steps of four so that it rarely moves."""
    bells = [*zip(p.means, p.stds, strict=True), *others]
    return max(8, 4 * math.ceil(max(abs(mean) + 3 * std for mean, std in bells) / 4))


def along(p, reach, *others, count=241):
    """Return positions from edge to edge, close together where a bell is narrow."""
    bells = [*zip(p.means, p.stds, strict=True), *others]
    close = [mean + std * np.linspace(-4, 4, 33) for mean, std in bells if std < reach / 16]
    x = np.unique(np.concatenate([np.linspace(-reach, reach, count), *close]))
    return x[(x >= -reach) & (x <= reach)]


def ask_prediction():
    """Ask which Q makes the forward divergence least."""
    p = GaussianMixture(*zip(*TWO_MODES, strict=True))
    cover, seek = covering(p), seeking(p)[0]
    predict(
        "forward_predict",
        "P has two modes, far apart. Q may only be one plain bell. Which Q makes D(P‖Q) least: the "
        "loss of those who live in P and believe Q?",
        ["A wide bell over both", "A bell on one of the modes", "A narrow bell in the gap"],
        answer="A wide bell over both",
        reveal=f"Its spread is **{number(cover.std, 2)}**, as wide as P itself, although its "
        "middle stands where P has next to nothing. Turn it around, D(Q‖P), and the best bell sits "
        f"on one mode: {at(seek)}.",
    )


def times(ratio):
    """Return how many times as dense, in words."""
    factor = math.exp(min(ratio, 690))
    size = f"{factor:,.0f}" if 100 <= factor < 1e5 else number(factor, 1)
    return f"{size if ratio < 690 else 'more than 10²⁹⁹'} times as dense as"


@st.cache_data(max_entries=200, show_spinner=False)
def both_ways(p, mean, spread, base):
    """Return D(P‖Q) and D(Q‖P); what rounding has left of a zero is zero."""
    q = gaussian(mean, spread)
    pair = mixture_kl(p, q, base=base), mixture_kl(q, p, base=base)
    return tuple(each if each > 1e-20 else 0.0 for each in pair)


def in_the_picture(p, mean, spread):
    """Return positions along the line, and the logarithms of both densities there."""
    x = along(p, reach_of(p, (mean, spread)), (mean, spread), count=161)
    return x, p.logpdf(x), gaussian(mean, spread).logpdf(x)


def hand_in_words(x, log_p, log_q, divergences, unit):
    """Say where each divergence of the hand-made Q comes from."""
    forward, reverse = divergences
    if forward == 0:
        return f"P and Q are the same bell: both directions are 0 {unit.name}."
    missed = int((np.exp(log_p) * (log_p - log_q)).argmax())
    wasted = int((np.exp(log_q) * (log_q - log_p)).argmax())
    return (
        f"**D(P‖Q) = {amount(forward, unit.name)}.** It comes most from around "
        f"x = {position(x[missed], 1)}, where P is {times(log_p[missed] - log_q[missed])} Q: there "
        f"Q misses some of P. **D(Q‖P) = {amount(reverse, unit.name)}.** It comes most from around "
        f"x = {position(x[wasted], 1)}, where Q is {times(log_q[wasted] - log_p[wasted])} P: there "
        "Q puts weight that P lacks."
    )


def hand_picture(x, log_p, log_q, divergences, unit, colours):
    """Return the chart that answers Q's sliders."""
    return chart.hand_figure(
        x,
        np.exp(log_p),
        np.exp(log_q),
        (log_p - log_q) / unit.nats,
        divergences,
        unit.name,
        colours,
    )


def handles_of_q(mean, spread):
    """Return what can be dragged of Q: its peak, and its left flank (P has the right one)."""
    q = gaussian(mean, spread)
    return [
        Handle(f"forward_q_{name}", x, float(q.pdf(x)), "x", "q")
        for name, x in (("mean", mean), ("spread", mean - spread))
    ]


def hand_drawn(controls):
    """Return P, the learner's Q, and where both divergences come from."""
    unit, p, q = units.current(), P.mixture(controls), by_hand(controls)
    view = *in_the_picture(p, *q), both_ways(p, *q, unit.base), unit
    return Picture(
        hand_picture(*view, palette(theme.scheme())),
        hand_in_words(*view),
        handles=[*P.handles(controls), *handles_of_q(*q)],
    )


@st.fragment(key="forward_hand")
def hand():
    """Show what answers the sliders of P and Q."""
    P.say_what_is_wrong()
    of_q = {
        "forward_q_mean": Stops.along(*Q_MEAN, Q_STEP),
        "forward_q_spread": Stops.along(*Q_SPREAD, Q_STEP),
    }
    moving(hand_drawn, key="_forward_hand", stops=P.stops() | of_q)


@st.fragment(key="forward_table")
def table():
    """Show P's bells as cells."""
    P.table()


def current_paths(p):
    """Return the descents from the learner's Q as the optimiser's controls have it, in nats."""
    rate = RATES[st.session_state["forward_rate"]]
    return paths(p, by_hand(), st.session_state["forward_optimiser"], rate)


def falls_into(path, optima):
    """Return which optimum a descent has reached, from 0; None while it is still on its way."""
    mean, std = float(path.means[-1]), float(path.stds[-1])
    for rank, fit in enumerate(optima):
        if abs(mean - fit.mean) < 0.05 * fit.std and abs(math.log(std / fit.std)) < 0.05:
            return rank
    return None


def spans(p, fit):
    """Return the weight and the number of P's bells within two spreads of a fit's middle."""
    near = [
        weight
        for weight, mean in zip(p.weights, p.means, strict=True)
        if weight and abs(mean - fit.mean) <= 2 * fit.std
    ]
    return sum(near), len(near)


def seeker(p, rank, fit, unit):
    """Say where a reverse optimum lies, over how many bells of P, and what it costs."""
    _, count = spans(p, fit)
    return (
        f"{chart.circled(rank)} at {at(fit)}, over {counted(count, 'bell')} of P, costs "
        f"{amount(fit.divergence, unit.name)}"
    )


def price_of_seeking(p, seek, unit):
    """Explain what the best Q on a single bell costs, where the others lie too far to matter."""
    for fit in seek:
        weight, count = spans(p, fit)
        price = -math.log(weight) / unit.nats if count == 1 else 0.0
        if abs(price - fit.divergence) < 0.05 * price:
            share = number(weight, 2)
            end = ". " if fit is seek[0] else ": here that is dearer than to straddle. "
            return (
                f"To keep to one bell of weight {share} costs about log(1/{share}) = "
                f"{amount(price, unit.name)}, for all that is left out{end}"
            )
    return ""


def optima_in_words(p, cover, seek, chosen, unit):
    """Compare the forward optimum with the reverse ones."""
    words = (
        f"**Covering**: D(P‖Q) has one optimum, the mean and the spread of P itself: {at(cover)}, "
        f"at {amount(cover.divergence, unit.name)}. "
    )
    if len(seek) == 1:
        more = (
            "P is one bell, so Q can be P itself."
            if cover.divergence == 0
            else "Pull P's bells apart and there will be more."
        )
        return words + (
            f"**Seeking**: D(Q‖P) has one optimum here too: {at(seek[0])}, at "
            f"{amount(seek[0].divergence, unit.name)}. {more}"
        )
    found = listed([seeker(p, rank, fit, unit) for rank, fit in enumerate(seek, start=1)])
    words += f"**Seeking**: D(Q‖P) has {len(seek)} local optima. {found}. "
    words += price_of_seeking(p, seek, unit)
    walker = st.session_state["forward_optimiser"]
    return words + (
        f"From your Q, {walker} has reached none of them when its steps are used up."
        if chosen is None
        else f"From your Q, {walker} rolls into {chart.circled(chosen + 1)}: with the reverse "
        "direction, where you start decides where you end."
    )


@st.fragment(key="forward_optima")
def optima():
    """Show the best Q of each direction, and every local optimum."""
    unit, p = units.current(), P.mixture()
    cover, *seek = (
        replace(fit, divergence=in_unit(fit.divergence, unit)) for fit in (covering(p), *seeking(p))
    )
    chosen = falls_into(current_paths(p)["reverse"], seek)
    fits = [cover, *seek]
    around = [(fit.mean, fit.std) for fit in fits]
    x = along(p, reach_of(p), *around)
    curves = [gaussian(fit.mean, fit.std).pdf(x) for fit in fits]
    words = optima_in_words(p, cover, seek, chosen, unit)
    drawn = chart.optima_figure(
        x,
        p.pdf(x),
        (cover, curves[0]),
        list(zip(seek, curves[1:], strict=True)),
        chosen,
        unit.name,
        palette(theme.scheme()),
    )
    shown(drawn, words, key="_forward_optima")
    st.markdown(words)


def arrival(direction, path, fits, unit):
    """Say where one descent has ended."""
    steps = path.means.size - 1
    rank = falls_into(path, fits)
    end = f"mean {position(path.means[-1])}, spread {position(path.stds[-1])}"
    cost = amount(float(in_unit(path.divergences[-1], unit)), unit.name)
    name = chart.NAMES[direction]
    if rank is None:
        return (
            f"{name}: after {counted(steps, 'step')} it is at {end}, {cost}, and in no optimum: "
            "the steps are too short to arrive, or too long to settle."
        )
    which = f"optimum {chart.circled(rank + 1)}" if len(fits) > 1 else "the one optimum"
    if steps == STEPS:
        return f"{name}: after {counted(steps, 'step')} it is close to {which}: {end}, {cost}."
    return f"{name}: {counted(steps, 'step')} to {which}: {end}, {cost}."


def clicked(key):
    """Put Q where the learner has clicked on a map."""
    if point := st.session_state[key]["clicked"]:
        put_q(point["x"], point["y"])
        count_move()
        # The sliders stand outside the maps' fragment.
        st.rerun()


@st.fragment(key="forward_map")
def maps():
    """Show both divergences over mean and spread of Q, and the way down from the learner's Q."""
    unit, p, colours = units.current(), P.mixture(), palette(theme.scheme())
    reach = reach_of(p)
    fits = {"forward": [covering(p)], "reverse": seeking(p)}
    ways = current_paths(p)
    for column, direction in zip(st.columns(2, gap="medium"), chart.NAMES, strict=True):
        words = arrival(direction, ways[direction], fits[direction], unit)
        means, stds, heights = landscape(p, reach, direction)
        drawn = chart.map_figure(
            means,
            stds,
            heights / unit.nats,
            direction,
            fits[direction],
            ways[direction],
            unit.name,
            colours,
        )
        key = f"_forward_map_{direction}"
        with column:
            shown(drawn, words, key=key, on_click=lambda key=key: clicked(key))
            st.markdown(words)


def bells(x, means, stds):
    """Return the densities of many bells along the line, shape (bells, positions)."""
    z = (x - means[:, None]) / stds[:, None]
    return np.exp(-(z**2) / 2) / (stds[:, None] * math.sqrt(2 * math.pi))


@st.fragment(key="forward_film")
def film():
    """Show both descents as a film that plays in the browser."""
    unit, p = units.current(), P.mixture()
    ways = {
        direction: replace(path, divergences=in_unit(path.divergences, unit))
        for direction, path in current_paths(p).items()
    }
    # The early steps go farthest: they get more frames.
    pace = np.linspace(0, 1, chart.FRAMES) ** 1.5
    stops = {
        direction: np.round(pace * (path.means.size - 1)).astype(int)
        for direction, path in ways.items()
    }
    reach = reach_of(p)
    x = along(p, reach, count=161)
    curves = {
        direction: bells(x, path.means[stops[direction]], path.stds[stops[direction]])
        for direction, path in ways.items()
    }
    drawn = chart.movie_figure(x, p.pdf(x), ways, curves, stops, unit.name, palette(theme.scheme()))
    first = [float(path.divergences[0]) for path in ways.values()]
    last = [float(path.divergences[-1]) for path in ways.values()]
    words = (
        f"Both begin at your Q. Down D(P‖Q), the solid line, it goes from {number(first[0])} to "
        f"{amount(last[0], unit.name)}; down D(Q‖P), the dashed one, from {number(first[1])} to "
        f"{amount(last[1], unit.name)}."
    )
    shown(drawn, words, key="_forward_film")
    st.markdown(words)


def between_in_words(alpha, fits, breaks):
    """Say what the best Q does at this α, and where it leaps."""
    end = {0: " This is D(Q‖P) itself.", 1: " This is D(P‖Q) itself."}.get(alpha, "")
    words = f"At α = {number(alpha, 2)} the best Q has {at(fits[0])}.{end} "
    others = len(fits) - 1
    if others:
        there = "is 1 other local optimum" if others == 1 else f"are {others} other local optima"
        words += f"There {there}, drawn as small rings. "
    if not breaks:
        return words + "From one end to the other the best Q changes smoothly: nothing breaks here."
    places = listed([number(each, 3) for each in breaks])
    return words + (
        f"At α = {places} the best Q leaps: on both sides of that point another valley is the "
        "deepest, and no small step leads from one into the other."
    )


@st.fragment(key="forward_between")
def between():
    """Show the best Q between the two directions."""
    p = P.mixture()
    ladder, breaks = walk(p)
    alpha = st.session_state["forward_alpha"]
    step = int(np.abs(ALPHAS - alpha).argmin())
    # A link may ask for an α between two rungs.
    fits = ladder[step] if abs(ALPHAS[step] - alpha) < 1e-9 else project_alpha(p, alpha)
    reach = reach_of(p)
    best = fits[0]
    x = along(p, reach, (best.mean, best.std))
    words = between_in_words(alpha, fits, breaks)
    drawn = chart.between_figure(
        x,
        p.pdf(x),
        gaussian(best.mean, best.std).pdf(x),
        ALPHAS,
        ladder,
        (alpha, best),
        breaks,
        palette(theme.scheme()),
    )
    shown(drawn, words, key="_forward_between")
    st.markdown(words)


def in_the_empty(q, p):
    """Return how much of Q lies where P has next to nothing, in words."""
    share = mass_beyond(q, p, 10)
    return f"{percent(share)} of Q" if share > 5e-4 else "next to nothing of Q"


@st.fragment(key="forward_people")
def people():
    """Tell the book's analogy with today's numbers."""
    p = P.mixture()
    cover, seek = covering(p), seeking(p)[0]
    cautious, focused = gaussian(cover.mean, cover.std), gaussian(seek.mean, seek.std)
    covered = p.cdf(cover.mean + 2 * cover.std) - p.cdf(cover.mean - 2 * cover.std)
    ignored = 1 - float(p.cdf(seek.mean + 2 * seek.std) - p.cdf(seek.mean - 2 * seek.std))
    price = (
        f"The price: {percent(ignored)} of P lies more than two spreads away, and is ignored."
        if ignored > 0.1
        else f"With this P it ignores little all the same: {percent(ignored)} of P lies more than "
        "two spreads away. To leave out more would cost more than it saves."
    )
    left, right = st.columns(2, gap="medium")
    left.markdown(
        f"🧥 **The cautious person** minds D(P‖Q): *never be surprised*. So Q is spread "
        f"{number(cover.std, 2)} wide, and {percent(float(covered))} of P lies within two spreads "
        f"of its middle. The price: {in_the_empty(cautious, p)} lies where P hardly goes, and Q is "
        "more than ten times as dense."
    )
    right.markdown(
        f"🎯 **The focused person** minds D(Q‖P): *never be caught where P is not*. So Q settles "
        f"on {at(seek)}, and {in_the_empty(focused, p)} lies where it is more than ten times as "
        f"dense as P. {price}"
    )


def plane_of(picture, slant):
    """Return a mixture in the plane: bells of variance 1, slanted by that correlation."""
    weights, means, signs = zip(*PICTURES[picture], strict=True)
    covariances = [((1.0, sign * slant), (sign * slant, 1.0)) for sign in signs]
    return PlaneMixture(weights, means, covariances)


@st.cache_data(max_entries=200, show_spinner=False)
def plane_fits(picture, slant, shape):
    """Return the best Gaussians of one shape in the plane, in each direction."""
    p = plane_of(picture, slant)
    return {
        "forward": (project_plane_forward(p, shape),),
        "reverse": project_plane_reverse(p, shape),
    }


def area(covariance):
    """Return the area of an ellipse, but for a constant."""
    return math.sqrt(np.linalg.det(covariance))


def plane_in_words(p, fits, unit):
    """Compare the ellipses of both directions with P."""
    cover, seek = fits["forward"][0], fits["reverse"][0]
    words = (
        f"D(P‖Q) is least at {amount(cover.divergence / unit.nats, unit.name)}, D(Q‖P) at "
        f"{amount(seek.divergence / unit.nats, unit.name)}"
    )
    count = len(fits["reverse"])
    words += f", in the best of {count} local optima. " if count > 1 else ". "
    shares = [area(fit.covariance) / area(p.covariance) for fit in (cover, seek)]
    if max(abs(share - 1) for share in shares) < 1e-3:
        return words + "Both have the area of P's own ellipse: Q can take the shape of P."
    compare = (
        f"The ellipse of the forward Q has {percent(shares[0])} of the area of P's own, that of "
        f"the reverse Q {percent(shares[1])}"
    )
    wide, narrow = shares[0] > 1.001, shares[1] < 0.999
    judged = (
        ": too wide, and too narrow."
        if wide and narrow and len(p.weights) == 1
        else ": the one is spread out over all of P, the other keeps to a part."
        if narrow
        else "."
    )
    return words + compare + judged


@st.fragment(key="forward_plane")
def plane():
    """Show both directions in the plane."""
    unit, colours = units.current(), palette(theme.scheme())
    picture, shape, slant = (
        st.session_state[f"forward_{name}"] for name in ("picture", "shape", "slant")
    )
    p, fits = plane_of(picture, slant), plane_fits(picture, slant, shape)
    x = np.linspace(-5, 5, 81)
    density = p.pdf(np.stack(np.meshgrid(x, x), axis=-1))
    words = plane_in_words(p, fits, unit)
    for column, direction in zip(st.columns(2, gap="medium"), chart.NAMES, strict=True):
        found = fits[direction]
        cost = amount(found[0].divergence / unit.nats, unit.name)
        drawn = chart.plane_figure(
            x,
            x,
            density,
            found,
            direction,
            f"{chart.NAMES[direction]}: {cost}",
            colours,
        )
        with column:
            shown(drawn, words, key=f"_forward_plane_{direction}")
    st.markdown(words)


def target(p, seed):
    """Return the divergence to hit in this round, in nats: always one that can be reached."""
    return covering(p).divergence + float(np.random.default_rng(seed).uniform(0.1, 2.5))


@st.fragment(key="forward_game")
def game():
    """Judge the learner's Q."""
    unit, p = units.current(), P.mixture()
    kind = GAMES[st.session_state["forward_goal"]]
    forward, reverse = both_ways(p, *by_hand(), math.e)
    mine = reverse if kind == "reverse" else forward
    name = chart.NAMES["reverse" if kind == "reverse" else "forward"]
    if kind == "target":
        goal = target(p, st.session_state["forward_round"])
        aim = f"Make {name} equal **{amount(goal / unit.nats, unit.name)}**"
    else:
        goal = covering(p).divergence if kind == "forward" else seeking(p)[0].divergence
        aim = f"The least {name} any bell reaches is **{amount(goal / unit.nats, unit.name)}**"
    off = mine - goal
    allowed = max(0.01 * goal, 0.001)
    score = (
        f"{aim}. Yours is {amount(mine / unit.nats, unit.name)}: "
        f"**{amount(abs(off) / unit.nats, unit.name, 4)}** "
        f"{'too much' if off > 0 else 'too little' if off < 0 else 'off'}."
    )
    need = amount(allowed / unit.nats, unit.name, 4)
    if abs(off) <= allowed:
        tries = f", in {counted(moves(), 'move')}" if moves() else ""
        st.success(f"{score} That is within {need}: you have it{tries}.", icon=":material/trophy:")
    else:
        st.info(
            f"{score} Within {need} you win. Moves so far: {moves()}.",
            icon=":material/sports_esports:",
        )


def moments_today(p):
    """Return P's bells as a table, and the mean and the spread that they make."""
    lines = [
        rf"\P{{{number(weight)}}} & \P{{{number(mean, 2)}}} & \P{{{number(std, 2)}}}"
        for weight, mean, std in zip(p.weights, p.means, p.stds, strict=True)
    ]
    bells = r" \\ ".join([r"\P{w} & \P{\mu} & \P{\sigma} \\ \hline " + lines[0], *lines[1:]])
    mean, variance, std = number(p.mean), number(p.std**2), number(p.std)
    return (
        rf"\begin{{gathered}}\begin{{array}}{{rrr}} {bells} \end{{array}} \\[6pt] "
        rf"\Q{{\mu}} = \Q{{{mean}}}, \quad \Q{{\sigma}} = \sqrt{{{variance}}} = \Q{{{std}}}"
        r"\end{gathered}"
    )


@st.fragment(key="forward_formula")
def todays_formula():
    """Write both directions, and the closed form of the forward optimum, with today's numbers."""
    unit, p = units.current(), P.mixture()
    q = gaussian(*by_hand())
    forward, reverse = both_ways(p, *by_hand(), unit.base)
    js, most = float(in_unit(mixture_js(p, q), unit)), math.log(2) / unit.nats
    apart = mixture_total_variation(p, q)
    formula(
        rf"\begin{{gathered}} D(\P{{P}}\|\Q{{Q}}) = \int \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\,dx \\[6pt] "
        rf"D(\Q{{Q}}\|\P{{P}}) = \int \Q{{q(x)}}\,{unit.log}"
        rf"\frac{{\Q{{q(x)}}}}{{\P{{p(x)}}}}\,dx \end{{gathered}}",
        rf"\begin{{gathered}} D(\P{{P}}\|\Q{{Q}}) = \KL{{{amount(forward, unit.tex)}}} \\ "
        rf"D(\Q{{Q}}\|\P{{P}}) = \KL{{{amount(reverse, unit.tex)}}} \end{{gathered}}",
    )
    st.markdown(
        "Two measures that know no direction: the *Jensen–Shannon divergence* is "
        f"{amount(js, unit.name)} of at most {amount(most, unit.name)}, and the *total variation*, "
        f"the most that P and Q differ about any event, is {percent(apart)}."
    )
    st.markdown(
        "Integrated numerically, to at least eight digits. The forward optimum needs no search: it "
        "has the mean and the spread of P (*moment matching*). D(Q‖P) has no such formula, only "
        "valleys to roll into."
    )
    write(
        r"\begin{gathered} \Q{\mu} = \sum_k \P{w_k \mu_k} \\ \Q{\sigma}^2 = "
        r"\sum_k \P{w_k}\big(\P{\sigma_k}^2 + (\P{\mu_k} - \Q{\mu})^2\big) \end{gathered}",
        moments_today(p),
    )


QUESTIONS = [
    Question(
        "You fit one bell to two far modes by maximum likelihood, from plenty of data. Where does "
        "it end?",
        {
            "Over both": "Right: maximum likelihood minimises D(P‖Q), with P the data, and so "
            "covers whatever the data hold.",
            "On the larger mode": "Then every datum of the other mode would have a likelihood near "
            "0, and its logarithm would ruin the sum.",
            "That depends on the start": "For one bell D(P‖Q) has a single optimum, the mean and "
            "spread of the data. It is the reverse direction whose end depends on the start.",
        },
        right="Over both",
    ),
    Question(
        "Why does D(Q‖P) not care about a mode of P that Q does not visit?",
        {
            "The average runs over Q": "Right: what Q never draws is never counted. Only what Q "
            "does draw has to look likely under P.",
            "Because log p is small there": "It is large there, that is what a mode is. It just "
            "gets no weight.",
            "It does care, a little": "Not at all: where q is 0 the product q·log(q/p) is 0, "
            "however high p may be.",
        },
        right="The average runs over Q",
    ),
    Question(
        "You descend D(Q‖P) twice, from different starts, and get two different Qs. Is one wrong?",
        {
            "No, both can be local optima": "Right: each mode far enough from the others has one. "
            "Compare their divergences to see which is best.",
            "Yes, the optimiser failed": "Look at the map of D(Q‖P) above: it has several valleys, "
            "and each start rolls into its own.",
            "Yes, KL has a unique minimum": "D(P‖Q) has, for a bell. D(Q‖P) has not.",
        },
        right="No, both can be local optima",
    ),
    Question(
        "P is a slanted bell in the plane, Q an upright ellipse. How wide does D(Q‖P) make Q?",
        {
            "Too narrow": "Right: a wide upright ellipse would reach past the slanted bell, where "
            "P has nothing, and D(Q‖P) charges for that. Variational inference is known for it.",
            "Too wide": "That is D(P‖Q), which would rather waste weight than miss any of P.",
            "Exactly as wide as P": "D(P‖Q) keeps P's width along each axis. D(Q‖P) keeps P's "
            "width with the other axis held still, and that is less.",
        },
        right="Too narrow",
    ),
]

SOURCES = """
- **Forward, D(P‖Q).** *Maximum likelihood*: the average log-likelihood of data from P is
  −H(P) − D(P‖Q), so the best fit is the one with the least D(P‖Q)
  (Bishop, *Pattern Recognition and Machine Learning*, section 1.6.1). *Knowledge distillation*: a
  student trained with cross-entropy on a teacher's probabilities minimises D(teacher‖student)
  ([Hinton, Vinyals & Dean 2015](https://arxiv.org/abs/1503.02531)).
- **Reverse, D(Q‖P).** *Variational inference*: Q stands for a posterior P known up to a factor
  ([Blei, Kucukelbir & McAuliffe 2017](https://arxiv.org/abs/1601.00670)). *Reinforcement learning
  with a KL penalty*: the policy Q is pulled towards P ∝ π_ref·exp(r/β)
  ([Korbak, Perez & Buckley 2022](https://arxiv.org/abs/2205.11275)). *Distillation of language
  models*, when the student had better leave out than make up
  ([Gu et al. 2023](https://arxiv.org/abs/2306.08543)).
- **In between.** The α-divergence and what α does to a fit:
  [Minka 2005](https://www.microsoft.com/en-us/research/publication/divergence-measures-and-message-passing/).
"""


def data(p, mean, std, unit):
    """Return the curves of the first chart, point by point."""
    x, log_p, log_q = in_the_picture(p, mean, std)
    ratios = (log_p - log_q) / unit.nats
    return {
        "x": x,
        "p": np.exp(log_p),
        "q": np.exp(log_q),
        f"forward_integrand_{unit.name}": np.exp(log_p) * ratios,
        f"reverse_integrand_{unit.name}": -np.exp(log_q) * ratios,
    }


def snippet(p, mean, std, unit):
    """Return Python that computes the numbers on the screen."""
    forward, reverse = both_ways(p, mean, std, unit.base)
    return "\n".join(
        [
            "from kl_core import GaussianMixture, gaussian, mixture_kl",
            "from kl_core import project_forward, project_reverse",
            "",
            f"p = GaussianMixture({list(p.weights)}, {list(p.means)}, {list(p.stds)})",
            f"q = gaussian({mean}, {std})",
            f"print(mixture_kl(p, q, base={unit.code}))  # in {unit.name}: {forward!r}",
            f"print(mixture_kl(q, p, base={unit.code}))  # in {unit.name}: {reverse!r}",
            "print(project_forward(p))  # divergences of fits: base=None",
            "print(project_reverse(p))",
            "",
        ]
    )


@st.fragment(key="forward_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit, p, colours = units.current(), P.mixture(), palette(theme.scheme())
    q = by_hand()
    view = *in_the_picture(p, *q), both_ways(p, *q, unit.base), unit
    take_away(
        "forward_reverse",
        data=lambda: data(p, *q, unit),
        html=lambda: hand_picture(*view, colours).to_html(),
        snippet=snippet(p, *q, unit),
    )


def sliders_of_q():
    """Draw the sliders of the learner's Q."""
    for name, (low, high), tells in (
        ("mean", Q_MEAN, "Where the middle of your bell lies."),
        ("spread", Q_SPREAD, "The standard deviation: how wide your bell is."),
    ):
        key = f"forward_q_{name}"
        st.slider(
            f"Q, {name}",
            low,
            high,
            Q_START[key],
            Q_STEP,
            format="%.2f",
            help=tells,
            key=key,
            bind="query-params",
            on_change=q_moved,
        )


first_screen = frame.header(
    "Cover or seek",
    "One bell Q for a P with several modes: D(P‖Q) makes it cover them all, D(Q‖P) lets it seek "
    "one.",
)
st.markdown(
    "Both divergences compare the same two curves. D(P‖Q) averages over :blue[**P**], and cannot "
    "bear Q to miss anything that P does. D(Q‖P) averages over :orange[**Q**], and cannot bear Q "
    "to go where P does not.",
    width=720,
)
ask_prediction()
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "forward",
        [Preset(name, P.put, (rows,)) for name, rows in VIEWS.items()],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        st.markdown(":blue[**P**], a mixture of bells")
        of_p = st.container()
        table()
        # After the table, whose cells they show and move.
        with of_p:
            P.sliders()
        st.markdown(":orange[**Q**], one bell, by your hand")
        with sliders_of("q", "forward"):
            sliders_of_q()
    with answer:
        hand()
st.subheader("A game: fit it by hand", anchor="game")
goal, which = st.columns(2, gap="medium")
with goal:
    st.radio(
        "Move Q to",
        list(GAMES),
        key="forward_goal",
        bind="query-params",
    )
with which:
    series(
        "forward_round",
        "Which target",
        again="Another target",
        icon=":material/casino:",
        followers=("forward_game",),
    )
game()
st.header("What an optimiser finds", anchor="optima")
left, right = st.columns(2, gap="medium")
with left:
    st.radio(
        "Who walks",
        OPTIMISERS,
        key="forward_optimiser",
        bind="query-params",
        horizontal=True,
        help="Gradient descent follows the slope in mean and log spread. Adam rescales each of the "
        "two by its own history. The natural gradient asks how much a step changes Q itself.",
    )
with right:
    st.select_slider(
        "Step size",
        list(RATES),
        START["forward_rate"],
        key="forward_rate",
        bind="query-params",
        help=f"Up to {STEPS} steps. Too small and it does not arrive, too large and it overshoots.",
        on_change=redraw,
        args=("forward_optima",),
    )
optima()
st.header("The landscape", anchor="landscape")
st.markdown(
    "Every point of a map is a bell: its mean to the right, its spread upwards; the more violet, "
    "the dearer. **Click anywhere** to put Q there and see the way down, from the ring to the "
    "diamond."
)
maps()
film()
st.header("Between the two", anchor="between")
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    st.markdown(
        "The *α-divergence* has D(Q‖P) at one end, α = 0, and D(P‖Q) at the other, α = 1. Walk "
        "from one to the other and see whether the best Q goes along, or leaps."
    )
    st.slider(
        "α: from seeking (0) to covering (1)",
        0.0,
        1.0,
        START["forward_alpha"],
        0.05,
        format="%.2f",
        key="forward_alpha",
        bind="query-params",
        on_change=redraw,
        args=("forward_between",),
    )
with answer:
    between()
st.header("Two people", anchor="people")
people()
st.header("In the plane", anchor="plane")
controls, answer = st.columns([1, 3], gap="medium")
with controls:
    st.radio(
        "P",
        list(PICTURES),
        key="forward_picture",
        bind="query-params",
    )
    st.radio(
        "Q may be",
        list(SHAPES),
        list(SHAPES).index(START["forward_shape"]),
        key="forward_shape",
        bind="query-params",
        captions=list(SHAPES.values()),
    )
    st.slider(
        "Slant of P's bells",
        0.0,
        0.95,
        START["forward_slant"],
        0.05,
        format="%.2f",
        help="The correlation of x and y inside a bell.",
        key="forward_slant",
        bind="query-params",
        on_change=redraw,
        args=("forward_plane",),
    )
with answer:
    plane()
st.header("Where each is used", anchor="uses")
st.markdown(SOURCES, width=820)
todays_formula()
self_check("forward", QUESTIONS)
take_it()
