"""What the lesson says about its numbers."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from charts.units import Unit
from charts.wording import amount, counted, digits_apart, listed, number, percent, position
from kl_core import (
    Array,
    Descent,
    Direction,
    GaussianFit,
    GaussianMixture,
    gaussian,
    mass_beyond,
    mixture_js,
    mixture_total_variation,
)
from pages.forward_reverse.numbers import (
    NAMES,
    STEPS,
    Bell,
    Comparison,
    Optima,
    both_ways,
    both_ways_unrounded,
    circled,
    covering,
    falls_into,
    in_unit,
    seeking,
    spans,
)

SOURCES = """
- **Forward, D(P‖Q).** *Maximum likelihood*: the average log-likelihood of data from P is
  −H(P) − D(P‖Q), so the best fit is the one with the least D(P‖Q)
  (Bishop, *Pattern Recognition and Machine Learning*, section 1.6.1). *Knowledge distillation*: a
  student trained with cross-entropy on a teacher's probabilities minimises D(teacher‖student)
  ([Hinton, Vinyals & Dean 2015](https://arxiv.org/abs/1503.02531)).
- **Reverse, D(Q‖P).** *Variational inference*: Q stands for a posterior P, what one
  believes after seeing data, which is known up to a factor
  ([Blei, Kucukelbir & McAuliffe 2017](https://arxiv.org/abs/1601.00670)). *Reinforcement learning
  with a KL penalty* ([the safety rope](beta-penalty)): the *policy* Q, a model that learns from
  rewards r, is pulled towards P ∝ π_ref·exp(r/β): where it started from, times what pays at the
  price β ([Korbak, Perez & Buckley 2022](https://arxiv.org/abs/2205.11275)). *Distillation of
  language models*, when the student had better leave out than make up
  ([Gu et al. 2023](https://arxiv.org/abs/2306.08543)).
- **In between.** The α-divergence and what α does to a fit:
  [Minka 2005](https://www.microsoft.com/en-us/research/publication/divergence-measures-and-message-passing/).
"""


def at(fit: GaussianFit) -> str:
    """Return where a fit lies."""
    return f"mean {position(fit.mean)}, spread {position(fit.std)}"


# By hand.


def asked_in_words(p: GaussianMixture, q: Bell) -> str:
    """Say what there is to see before the guess is told: no divergence."""
    modes = listed([position(mean, 1) for mean in p.means])
    return (
        f"**P** has modes at {modes}. **Q** has mean {position(q[0])}, spread {position(q[1])}. "
        "Drag its top to move it, its shoulder to widen it."
    )


def guess_in_words(p: GaussianMixture, guess: Bell, unit: Unit) -> str:
    """Say how good a guess of the least D(P‖Q) was, and what the other direction would do."""
    cover, seek = covering(p), seeking(p)[0]
    cost, _ = both_ways(p, guess, unit.base)
    least = float(in_unit(cover.divergence, unit))
    digits = digits_apart(cost, least)
    near = "Very near: your" if cost <= 1.05 * least else "Your"
    return (
        f"{near} Q costs **{amount(cost, unit.name, digits)}**. The least is "
        f"**{amount(least, unit.name, digits)}**, at {at(cover)}: as wide as P itself, though its "
        f"middle stands where P has next to nothing. Turned around, D(Q‖P) is least on one mode: "
        f"{at(seek)}, at {amount(seek.divergence / unit.nats, unit.name)}."
    )


def hand_in_words(view: Comparison) -> str:
    """Say where each divergence of the hand-made Q comes from."""
    unit, digits = view.unit.name, view.digits
    if view.forward == 0:
        return f"P and Q are the same bell: both directions are 0 {unit}."
    missed, lacked = _peaks(view.forward_integrand), _peaks(view.reverse_integrand)
    ratios = view.log_p - view.log_q
    return (
        f"**D(P‖Q) = {amount(view.forward, unit, digits)}.** It comes most from around "
        f"x = {_places(view.x[missed])}, where P is {times(ratios[missed[0]])} Q: there Q misses "
        f"some of P. **D(Q‖P) = {amount(view.reverse, unit, digits)}.** It comes most from around "
        f"x = {_places(view.x[lacked])}, where Q is {times(-ratios[lacked[0]])} P: there Q puts "
        "weight that P lacks."
    )


def _peaks(integrand: Array) -> NDArray[np.int_]:
    """Return where a curve is highest: at more than one place where P and Q are symmetric."""
    highest: NDArray[np.int_] = np.flatnonzero(integrand >= integrand.max() * (1 - 1e-9))
    return highest


def _places(x: Array) -> str:
    """Return positions as a sentence lists them; those that read the same are one."""
    return listed([*dict.fromkeys(position(each, 1) for each in x)])


def times(ratio: float) -> str:
    """Return how many times as dense; `ratio` is a logarithm.

    Examples
    --------
    >>> times(math.log(1234)), times(math.log(2.34)), times(1e4)
    ('1,234 times as dense as', '2.3 times as dense as', 'more than 10²⁹⁹ times as dense as')
    >>> times(math.log(1.004))
    '1.004 times as dense as'
    """
    factor = math.exp(min(ratio, 690))
    size = f"{factor:,.0f}" if 100 <= factor < 1e5 else number(factor, digits_apart(factor, 1, 1))
    return f"{size if ratio < 690 else 'more than 10²⁹⁹'} times as dense as"


# What an optimiser finds.


def optima_in_words(
    p: GaussianMixture, optima: Optima, optimiser: str, unit: Unit, held: float | None = None
) -> str:
    """Compare the forward optimum with the reverse ones."""
    cover, seek, chosen = optima.cover, optima.seek, optima.chosen
    where = "the mean and the spread of P itself" if held is None else "the mean of P itself"
    words = "" if held is None else f"With its spread held at {position(held)}: "
    words += (
        f"**Covering**: D(P‖Q) has one optimum, {where}: {at(cover)}, "
        f"at {amount(cover.divergence, unit.name)}. "
    )
    if len(seek) == 1:
        more = (
            ""
            if held is not None
            else "P is one bell, so Q can be P itself."
            if cover.divergence == 0
            else "Far enough apart, each of P's bells would have one of its own."
        )
        words += (
            f"**Seeking**: D(Q‖P) has one optimum here too: {at(seek[0])}, at "
            f"{amount(seek[0].divergence, unit.name)}. {more}"
        )
        return words.rstrip()
    found = listed([_seeker(p, rank, fit, unit) for rank, fit in enumerate(seek, start=1)])
    words += f"**Seeking**: D(Q‖P) has {len(seek)} local optima. {found}. "
    if held is None:
        words += _price_of_seeking(p, seek, unit)
    return words + (
        f"From your Q, {optimiser} has reached none of them when it stops."
        if chosen is None
        else f"From your Q, {optimiser} rolls into {circled(chosen + 1)}: with the reverse "
        "direction, where you start decides where you end."
    )


def _seeker(p: GaussianMixture, rank: int, fit: GaussianFit, unit: Unit) -> str:
    """Say where a reverse optimum lies, over how many bells of P, and what it costs."""
    _, count = spans(p, fit)
    return (
        f"{circled(rank)} at {at(fit)}, over {counted(count, 'bell')} of P, costs "
        f"{amount(fit.divergence, unit.name)}"
    )


def _price_of_seeking(p: GaussianMixture, seek: Sequence[GaussianFit], unit: Unit) -> str:
    """Explain what the best Q on a single bell costs, where the others lie too far to matter."""
    for fit in seek:
        weight, count = spans(p, fit)
        price = -math.log(weight) / unit.nats if count == 1 else 0.0
        if abs(price - fit.divergence) < 0.05 * price:
            share = number(weight, 2)
            if fit is seek[0]:
                end = ". "
            elif spans(p, seek[0])[1] > 1:
                end = ": here that is dearer than to straddle. "
            else:
                return ""
            return (
                f"To keep to one bell of weight {share} costs about log(1/{share}) = "
                f"{amount(price, unit.name)}, for all that is left out{end}"
            )
    return ""


def landscape_in_words(held: float | None) -> str:
    """Say what a point of the landscape is, and what a click does."""
    if held is None:
        what = (
            "Every point of a map is a bell: its mean to the right, its spread upwards; the more "
            "violet, the dearer. **Click anywhere** to put Q there, as far as its sliders reach,"
        )
    else:
        what = (
            f"Q's spread is held at {position(held)}: its mean alone is left to choose. **Click on "
            "a line** to put Q there, as far as its slider reaches,"
        )
    return f"{what} and see where the optimiser walks, from the ring to the diamond."


def arrival(direction: Direction, path: Descent, fits: Sequence[GaussianFit], unit: Unit) -> str:
    """Say where one descent has ended; its divergences are in nats."""
    steps = path.means.size - 1
    rank = falls_into(path, fits)
    end = f"mean {position(path.means[-1])}, spread {position(path.stds[-1])}"
    first, last = (float(in_unit(path.divergences[at], unit)) for at in (0, -1))
    name, cost, rises = NAMES[direction], amount(last, unit.name), course(first, last) == "rises"
    if rises:
        cost += f", up from {number(first)}"
    if rank is None and steps < STEPS:
        return (
            f"{name}: after {counted(steps, 'step')} it stands level at {end}, {cost}, yet in no "
            "optimum: a little to either side, and it would roll on."
        )
    if rank is None:
        why = "" if rises else "too short to arrive, or "
        return (
            f"{name}: after {counted(steps, 'step')} it is at {end}, {cost}, and in no optimum: "
            f"the steps are {why}too long to settle."
        )
    which = f"optimum {circled(rank + 1)}" if len(fits) > 1 else "the one optimum"
    if steps == STEPS:
        return f"{name}: after {counted(steps, 'step')} it is close to {which}: {end}, {cost}."
    return f"{name}: {counted(steps, 'step')} to {which}: {end}, {cost}."


def course(first: float, last: float) -> str:
    """Return whether a divergence falls, rises or just goes from its first value to its last.

    Examples
    --------
    >>> course(0.7, 0.2), course(0.2, 0.7), course(0.7004, 0.7001)
    ('falls', 'rises', 'goes')
    """
    if number(first) == number(last):
        return "goes"
    return "falls" if last < first else "rises"


def film_in_words(paths: Mapping[Direction, Descent], unit: Unit) -> str:
    """Say from where to where each descent goes; divergences are in the unit."""
    ends = [(float(path.divergences[0]), float(path.divergences[-1])) for path in paths.values()]
    courses = [course(*each) for each in ends]
    forward, reverse = (
        f"{how} from {number(first)} to {amount(last, unit.name)}"
        for how, (first, last) in zip(courses, ends, strict=True)
    )
    why = " Steps that are too long lead uphill." if "rises" in courses else ""
    return (
        f"Both begin at your Q. D(P‖Q), the solid line, {forward}; D(Q‖P), the dashed one, "
        f"{reverse}.{why}"
    )


# Two people.


def cautious_person(p: GaussianMixture, cover: GaussianFit, held: float | None = None) -> str:
    """Tell what the book's cautious person does with this P, or can where Q's spread is held."""
    does = (
        f"So Q is spread {number(cover.std, 2)} wide"
        if held is None
        else f"With Q's spread held at {position(held)} its mean alone is to be chosen: P's own, "
        f"{position(cover.mean)}"
    )
    return (
        "🧥 **The cautious person** minds D(P‖Q): *rather too wide than surprised*. "
        f"{does}, and {percent(_within(p, cover))} of P lies within "
        f"two spreads of its middle. {_in_the_empty('The price', cover, p)}."
    )


def focused_person(p: GaussianMixture, seek: GaussianFit, held: float | None = None) -> str:
    """Tell what the book's focused person does, or can where Q's spread is held."""
    ignored = 1 - _within(p, seek)
    price = (
        f"The price: {percent(ignored)} of P lies more than two spreads away, and is left out."
        if ignored > 0.1
        else f"With this P it leaves out little all the same: {percent(ignored)} of P lies more "
        "than two spreads away. To leave out more would cost more than it saves."
    )
    does = "So Q" if held is None else f"With its spread held at {position(held)} Q"
    return (
        "🎯 **The focused person** minds D(Q‖P): *rather leave out than go where P is not*. "
        f"{does} settles on {at(seek)}. {_in_the_empty('Even so', seek, p)}. {price}"
    )


def _within(p: GaussianMixture, fit: GaussianFit) -> float:
    """Return how much of P lies within two spreads of a fit's middle."""
    return float(p.cdf(fit.mean + 2 * fit.std) - p.cdf(fit.mean - 2 * fit.std))


def _in_the_empty(but: str, fit: GaussianFit, p: GaussianMixture) -> str:
    """Return how much of a fit lies where P is far less dense; `but` introduces what counts."""
    share = mass_beyond(gaussian(fit.mean, fit.std), p, 10)
    much = f"{but}: {percent(share)}" if share > 5e-4 else "Next to nothing"
    return f"{much} of Q lies where it is more than ten times as dense as P"


# The formula, and what to take along.


def definitions(unit: Unit) -> str:
    """Return both directions in symbols, as TeX."""
    return (
        rf"\begin{{gathered}} D(\P{{P}}\|\Q{{Q}}) = \int \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\,dx \\[6pt] "
        rf"D(\Q{{Q}}\|\P{{P}}) = \int \Q{{q(x)}}\,{unit.log}"
        rf"\frac{{\Q{{q(x)}}}}{{\P{{p(x)}}}}\,dx \end{{gathered}}"
    )


def divergences_today(p: GaussianMixture, q: Bell, unit: Unit) -> str:
    """Return what both directions are today, as TeX."""
    forward, reverse = both_ways(p, q, unit.base)
    return (
        rf"\begin{{gathered}} D(\P{{P}}\|\Q{{Q}}) = \KL{{{amount(forward, unit.tex)}}} \\ "
        rf"D(\Q{{Q}}\|\P{{P}}) = \KL{{{amount(reverse, unit.tex)}}} \end{{gathered}}"
    )


def without_direction(p: GaussianMixture, q: Bell, unit: Unit) -> str:
    """Tell the two measures that are the same both ways."""
    bell = gaussian(*q)
    js, most = float(in_unit(mixture_js(p, bell), unit)), math.log(2) / unit.nats
    apart = mixture_total_variation(p, bell)
    return (
        "Two measures that know no direction: the *Jensen–Shannon divergence* is "
        f"{amount(js, unit.name)} of at most {amount(most, unit.name)}, and the *total variation*, "
        f"the most that P and Q differ about any event, is {percent(apart)}."
    )


MOMENTS = (
    r"\begin{gathered} \Q{\mu} = \sum_k \P{w_k \mu_k} \\ \Q{\sigma}^2 = "
    r"\sum_k \P{w_k}\big(\P{\sigma_k}^2 + (\P{\mu_k} - \Q{\mu})^2\big) \end{gathered}"
)


def moments_today(p: GaussianMixture) -> str:
    """Return P's bells as a table, and the mean and the spread that they make, as TeX."""
    lines = [
        rf"\P{{{number(weight)}}} & \P{{{number(mean, 2)}}} & \P{{{number(std, 2)}}}"
        for weight, mean, std in zip(p.weights, p.means, p.stds, strict=True)
    ]
    bells = r" \\ ".join([r"\P{w} & \P{\mu} & \P{\sigma} \\ \hline " + lines[0], *lines[1:]])
    mean, variance, std = position(p.mean, 3), number(p.std**2), number(p.std)
    return (
        rf"\begin{{gathered}}\begin{{array}}{{rrr}} {bells} \end{{array}} \\[6pt] "
        rf"\Q{{\mu}} = \Q{{{mean}}}, \quad \Q{{\sigma}} = \sqrt{{{variance}}} = \Q{{{std}}}"
        r"\end{gathered}"
    )


def snippet(p: GaussianMixture, q: Bell, unit: Unit, held: float | None = None) -> str:
    """Return Python that computes the numbers on the screen."""
    of = "p" if held is None else f"p, {held}"
    forward, reverse = both_ways_unrounded(p, q, unit.base)
    mean, spread = q
    return "\n".join(
        [
            "from kl_core import GaussianMixture, gaussian, mixture_kl",
            "from kl_core import project_forward, project_reverse",
            "",
            f"p = GaussianMixture({list(p.weights)}, {list(p.means)}, {list(p.stds)})",
            f"q = gaussian({mean}, {spread})",
            f"print(mixture_kl(p, q, base={unit.code}))  # in {unit.name}: {forward!r}",
            f"print(mixture_kl(q, p, base={unit.code}))  # in {unit.name}: {reverse!r}",
            f"print(project_forward({of}))  # divergences of fits: base=None",
            f"print(project_reverse({of}))",
            "",
        ]
    )
