"""What the lesson says about its numbers."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, counted, listed, number, percent, position
from kl_core import (
    Array,
    Descent,
    Direction,
    GaussianFit,
    GaussianMixture,
    PlaneFit,
    PlaneMixture,
    gaussian,
    mass_beyond,
    mixture_js,
    mixture_total_variation,
)
from pages.forward_reverse.numbers import (
    NAMES,
    STEPS,
    Attempt,
    Bell,
    Comparison,
    Game,
    Optima,
    both_ways,
    circled,
    falls_into,
    in_unit,
    spans,
)

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


def at(fit: GaussianFit) -> str:
    """Return where a fit lies."""
    return f"mean {position(fit.mean)}, spread {position(fit.std)}"


# By hand.


def hand_in_words(view: Comparison) -> str:
    """Say where each divergence of the hand-made Q comes from."""
    x, log_p, log_q, unit = view.x, view.log_p, view.log_q, view.unit.name
    if view.forward == 0:
        return f"P and Q are the same bell: both directions are 0 {unit}."
    missed = int((np.exp(log_p) * (log_p - log_q)).argmax())
    wasted = int((np.exp(log_q) * (log_q - log_p)).argmax())
    return (
        f"**D(P‖Q) = {amount(view.forward, unit)}.** It comes most from around "
        f"x = {position(x[missed], 1)}, where P is {times(log_p[missed] - log_q[missed])} Q: there "
        f"Q misses some of P. **D(Q‖P) = {amount(view.reverse, unit)}.** It comes most from around "
        f"x = {position(x[wasted], 1)}, where Q is {times(log_q[wasted] - log_p[wasted])} P: there "
        "Q puts weight that P lacks."
    )


def times(ratio: float) -> str:
    """Return how many times as dense; `ratio` is a logarithm.

    Examples
    --------
    >>> times(math.log(1234)), times(math.log(2.34)), times(1e4)
    ('1,234 times as dense as', '2.3 times as dense as', 'more than 10²⁹⁹ times as dense as')
    """
    factor = math.exp(min(ratio, 690))
    size = f"{factor:,.0f}" if 100 <= factor < 1e5 else number(factor, 1)
    return f"{size if ratio < 690 else 'more than 10²⁹⁹'} times as dense as"


def score_in_words(game: Game, tried: Attempt, moves: int, unit: Unit) -> str:
    """Say what the game asks for, and how near the learner's Q comes."""
    name = NAMES["reverse" if game == "reverse" else "forward"]
    goal = amount(tried.goal / unit.nats, unit.name)
    aim = (
        f"Make {name} equal **{goal}**"
        if game == "target"
        else f"The least {name} any bell reaches is **{goal}**"
    )
    judged = "too much" if tried.off > 0 else "too little" if tried.off < 0 else "off"
    score = (
        f"{aim}. Yours is {amount(tried.mine / unit.nats, unit.name)}: "
        f"**{amount(abs(tried.off) / unit.nats, unit.name, 4)}** {judged}."
    )
    need = amount(tried.allowed / unit.nats, unit.name, 4)
    if not tried.won:
        return f"{score} Within {need} you win. Moves so far: {moves}."
    tries = f", in {counted(moves, 'move')}" if moves else ""
    return f"{score} That is within {need}: you have it{tries}."


# What an optimiser finds.


def optima_in_words(p: GaussianMixture, optima: Optima, optimiser: str, unit: Unit) -> str:
    """Compare the forward optimum with the reverse ones."""
    cover, seek, chosen = optima.cover, optima.seek, optima.chosen
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
    found = listed([_seeker(p, rank, fit, unit) for rank, fit in enumerate(seek, start=1)])
    words += f"**Seeking**: D(Q‖P) has {len(seek)} local optima. {found}. "
    words += _price_of_seeking(p, seek, unit)
    return words + (
        f"From your Q, {optimiser} has reached none of them when its steps are used up."
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


def arrival(direction: Direction, path: Descent, fits: Sequence[GaussianFit], unit: Unit) -> str:
    """Say where one descent has ended; its divergences are in nats."""
    steps = path.means.size - 1
    rank = falls_into(path, fits)
    end = f"mean {position(path.means[-1])}, spread {position(path.stds[-1])}"
    cost = amount(float(in_unit(path.divergences[-1], unit)), unit.name)
    name = NAMES[direction]
    if rank is None:
        return (
            f"{name}: after {counted(steps, 'step')} it is at {end}, {cost}, and in no optimum: "
            "the steps are too short to arrive, or too long to settle."
        )
    which = f"optimum {circled(rank + 1)}" if len(fits) > 1 else "the one optimum"
    if steps == STEPS:
        return f"{name}: after {counted(steps, 'step')} it is close to {which}: {end}, {cost}."
    return f"{name}: {counted(steps, 'step')} to {which}: {end}, {cost}."


def film_in_words(paths: Mapping[Direction, Descent], unit: Unit) -> str:
    """Say from where to where each descent goes; divergences are in the unit."""
    first = [float(path.divergences[0]) for path in paths.values()]
    last = [float(path.divergences[-1]) for path in paths.values()]
    return (
        f"Both begin at your Q. Down D(P‖Q), the solid line, it goes from {number(first[0])} to "
        f"{amount(last[0], unit.name)}; down D(Q‖P), the dashed one, from {number(first[1])} to "
        f"{amount(last[1], unit.name)}."
    )


# Between the two, and two people.


def between_in_words(alpha: float, fits: Sequence[GaussianFit], breaks: Sequence[float]) -> str:
    """Say what the best Q does at this α, and where it leaps."""
    end = {0.0: " This is D(Q‖P) itself.", 1.0: " This is D(P‖Q) itself."}.get(alpha, "")
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


def cautious_person(p: GaussianMixture, cover: GaussianFit) -> str:
    """Tell what the book's cautious person does with this P."""
    return (
        f"🧥 **The cautious person** minds D(P‖Q): *never be surprised*. So Q is spread "
        f"{number(cover.std, 2)} wide, and {percent(_within(p, cover))} of P lies within two "
        f"spreads of its middle. The price: {_in_the_empty(cover, p)} lies where P hardly goes, "
        "and Q is more than ten times as dense."
    )


def focused_person(p: GaussianMixture, seek: GaussianFit) -> str:
    """Tell what the book's focused person does."""
    ignored = 1 - _within(p, seek)
    price = (
        f"The price: {percent(ignored)} of P lies more than two spreads away, and is ignored."
        if ignored > 0.1
        else f"With this P it ignores little all the same: {percent(ignored)} of P lies more than "
        "two spreads away. To leave out more would cost more than it saves."
    )
    return (
        f"🎯 **The focused person** minds D(Q‖P): *never be caught where P is not*. So Q settles "
        f"on {at(seek)}, and {_in_the_empty(seek, p)} lies where it is more than ten times as "
        f"dense as P. {price}"
    )


def _within(p: GaussianMixture, fit: GaussianFit) -> float:
    """Return how much of P lies within two spreads of a fit's middle."""
    return float(p.cdf(fit.mean + 2 * fit.std) - p.cdf(fit.mean - 2 * fit.std))


def _in_the_empty(fit: GaussianFit, p: GaussianMixture) -> str:
    """Return how much of a fit lies where P has next to nothing."""
    share = mass_beyond(gaussian(fit.mean, fit.std), p, 10)
    return f"{percent(share)} of Q" if share > 5e-4 else "next to nothing of Q"


# In the plane.


def plane_in_words(
    p: PlaneMixture, fits: Mapping[Direction, Sequence[PlaneFit]], unit: Unit
) -> str:
    """Compare the ellipses of both directions with P."""
    cover, seek = fits["forward"][0], fits["reverse"][0]
    words = (
        f"D(P‖Q) is least at {amount(cover.divergence / unit.nats, unit.name)}, D(Q‖P) at "
        f"{amount(seek.divergence / unit.nats, unit.name)}"
    )
    count = len(fits["reverse"])
    words += f", in the best of {count} local optima. " if count > 1 else ". "
    own = _area(p.covariance)
    shares = [_area(np.array(fit.covariance)) / own for fit in (cover, seek)]
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


def _area(covariance: Array) -> float:
    """Return the area of an ellipse, but for a constant."""
    return math.sqrt(np.linalg.det(covariance))


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
    mean, variance, std = number(p.mean), number(p.std**2), number(p.std)
    return (
        rf"\begin{{gathered}}\begin{{array}}{{rrr}} {bells} \end{{array}} \\[6pt] "
        rf"\Q{{\mu}} = \Q{{{mean}}}, \quad \Q{{\sigma}} = \sqrt{{{variance}}} = \Q{{{std}}}"
        r"\end{gathered}"
    )


def snippet(p: GaussianMixture, q: Bell, unit: Unit) -> str:
    """Return Python that computes the numbers on the screen."""
    forward, reverse = both_ways(p, q, unit.base)
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
            "print(project_forward(p))  # divergences of fits: base=None",
            "print(project_reverse(p))",
            "",
        ]
    )
