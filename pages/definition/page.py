"""The definition, term by term: a sum for a few outcomes, an integral for a whole line."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.units import Unit
from charts.wording import amount, number, signed, sum_today
from kl_core import kl_terms
from pages.definition import bells, numbers, pictures, words
from pages.definition.numbers import EPSILONS, P_WEIGHTS, Q_WEIGHTS, SKY, WIDTHS
from pages.definition.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, Stops, moving
from widgets.controls import steps
from widgets.formula import write
from widgets.presenter import presenting, stage
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest
from widgets.self_check import self_check
from widgets.take_away import take_away
from widgets.weights import Weights

OUTCOMES = Weights("definition", SKY, p=P_WEIGHTS, q=Q_WEIGHTS)


def swap() -> None:
    """Make the model the truth and the truth the model, in the sum and in the integral."""
    OUTCOMES.swap()
    bells.swap()


PRESETS = [
    Preset("Two plain bells", bells.put, (bells.PLAIN, bells.WIDE)),
    Preset("Q too narrow", bells.put, (bells.PLAIN, bells.PLAIN | {"spread": 0.4})),
    Preset("Leaning apart", bells.put, (bells.PLAIN | {"lean": 0.8}, bells.PLAIN | {"lean": -0.8})),
    Preset("Q ends too early", bells.put, (bells.PLAIN, bells.PLAIN | {"end": 1.0})),
    Preset("P ends first", bells.put, (bells.PLAIN | {"end": 0.9}, bells.PLAIN | {"end": 1.0})),
    Preset("Swap P and Q", swap),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The definition",
        "D(P‖Q) takes the gap log(p/q) at every outcome, weighs it with p, and adds up: a sum for "
        "a few outcomes, an integral for a whole line.",
    )
    how_to_read_it()
    prediction(unit)
    here = stage(first_screen, "Move it", anchor="move")
    with here:
        presets("definition", PRESETS)
    # On a projector a screen for each; the presets move the integral, so it has the first.
    place = st.container() if presenting() else here
    controls, beside = half(place, "A few outcomes: a sum", "sum")
    with controls:
        OUTCOMES.sliders(":blue[**P**], weights", ":orange[**Q**], weights")
    with beside:
        the_sum()
    controls, beside = half(here, "A whole line: an integral", "integral")
    with controls:
        bells.sliders()
    with beside:
        the_integral()
    from_sum_to_integral()
    made_up_number()
    formulas(unit)
    self_check("definition", QUESTIONS)
    take_with_you(unit)


def how_to_read_it() -> None:
    """Read the formula from right to left: the three rows of each chart."""
    st.markdown(
        "Read the formula from right to left. :orange[**q**] under :blue[**p**]: how far is the "
        "model off, here? The logarithm: counted so that gaps add up. :blue[**p**] in front: how "
        "often does that matter? Each chart has these three rows, for the sum and for the "
        "integral.",
        width=720,
    )


def half(place: DeltaGenerator, heading: str, anchor: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return where the controls of the sum or of the integral go, and where their picture."""
    above = place.container()
    controls, beside = place.columns([2, 3], gap="medium")
    # A phone shows the picture first, and its heading comes before; a projector has no such room.
    (controls if presenting() else above).subheader(heading, anchor=anchor)
    return controls, beside


def sum_drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers the sliders of the outcomes, if anything could happen."""
    if not (pair := OUTCOMES.chances(controls)):
        return None
    unit = units.current()
    return Picture(
        pictures.sum_figure(*pair, unit, theme.colours()),
        words.sum_in_words(*pair, unit),
        handles=OUTCOMES.handles(*pair),
    )


@answer
def the_sum() -> None:
    """Show weight, gap and product of each outcome."""
    OUTCOMES.say_what_is_missing()
    moving(sum_drawn, key="_definition_sum", stops=OUTCOMES.stops())


def integral_drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers the sliders of the bells; none if one is cut to nothing."""
    if not (both := bells.both(controls)):
        return None
    unit = units.current()
    line = numbers.integral(*both, unit)
    return Picture(
        pictures.integral_figure(line, unit.name, theme.colours()),
        f"{words.integral_in_words(*both, line.divergence, unit)}\n\n"
        f"{words.computed_twice(*both, line.divergence, unit)}",
        handles=bells.handles(*both),
    )


@answer
def the_integral() -> None:
    """Show density, gap and product along the line, and D computed twice."""
    bells.say_what_is_cut_away()
    moving(integral_drawn, key="_definition_integral", stops=bells.stops())


def from_sum_to_integral() -> None:
    """Cut the line into bins, and narrow them."""
    st.header("From the sum to the integral", anchor="bins")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        st.markdown(
            "Cut the line into bins and the bells become a few outcomes again, each with its "
            "weight: the sum applies. Narrow the bins, and it grows into the integral. The "
            "outermost bins hold all that lies beyond the picture."
        )
        steps("Width of a bin", list(WIDTHS), "1", key="definition_width")
    with beside:
        bins()


def bins_drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers the width of a bin, if both bells have something left."""
    # While a bell moves, its own picture above follows; this one comes when it rests.
    if not (both := bells.both(at_rest)):
        return None
    unit = units.current()
    found = numbers.in_bins(*both, controls["definition_width"], unit)
    return Picture(
        pictures.bins_figure(found, unit.name, theme.colours()), words.bins_in_words(found, unit)
    )


@answer
def bins() -> None:
    """Show the sum over bins on its way to the integral."""
    say_what_is_needed()
    moving(
        bins_drawn,
        key="_definition_bins",
        stops={"definition_width": Stops.among(list(WIDTHS))},
    )


def made_up_number() -> None:
    """Add an ε to q, as much code does."""
    st.header("The number that ε makes up", anchor="epsilon")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        st.markdown(
            "Where q is 0 and p is not, the logarithm has no finite answer. Much code adds a small "
            "ε to q so as never to meet that case, and reports a number all the same."
        )
        steps("ε, added to q(x)", EPSILONS, "1e-10", key="definition_epsilon")
    with beside:
        with_epsilon()


def epsilon_drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers ε, if both bells have something left."""
    # Like the bins, this one waits until a bell rests.
    if not (both := bells.both(at_rest)):
        return None
    unit = units.current()
    made = numbers.made_up(*both, controls["definition_epsilon"], unit)
    return Picture(
        pictures.epsilon_figure(made, unit.name, theme.colours()),
        words.epsilon_in_words(*both, made, unit),
    )


@answer
def with_epsilon() -> None:
    """Show what code that adds ε to q reports instead of D."""
    say_what_is_needed()
    moving(
        epsilon_drawn,
        key="_definition_epsilon",
        stops={"definition_epsilon": Stops.among(EPSILONS)},
    )


def say_what_is_needed() -> None:
    """Say, away from the sliders of the bells, that one of them has nothing left."""
    if not bells.both(at_rest):
        st.info("Give both bells something below their ends first.")


def formulas(unit: Unit) -> None:
    """Write the sum beside the integral, with today's numbers."""
    st.header("The formula, today", anchor="formula")
    left, right = st.columns(2, gap="medium")
    with left:
        sum_formula(unit)
    with right:
        integral_formula(unit)


def sum_formula(unit: Unit) -> None:
    """Write the sum with today's numbers."""
    if not (pair := OUTCOMES.chances()):
        return
    p, q = pair
    terms = kl_terms(p, q, base=unit.base)
    write(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_x \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(
            zip(map(number, p), map(number, q), map(signed, terms), strict=True),
            amount(unit.kl(p, q), unit.tex),
            unit.log,
        ),
    )


def integral_formula(unit: Unit) -> None:
    """Write the integral with today's numbers."""
    if both := bells.both():
        write(
            rf"D(\P{{P}}\|\Q{{Q}}) = \int \P{{p(x)}}\,{unit.log}"
            rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\,dx",
            words.integral_today(*both, unit),
        )


def take_with_you(unit: Unit) -> None:
    """Offer this view as a link, as data, as a chart and as code; the integral, if there is one."""
    pair, both, colours = OUTCOMES.chances(), bells.both(), theme.colours()
    snippet = words.snippet(OUTCOMES.of("p"), OUTCOMES.of("q"), both, unit)
    if both:
        line = numbers.integral(*both, unit)
        take_away(
            "definition",
            data=lambda: numbers.integral_data(line, unit),
            html=lambda: pictures.integral_figure(line, unit.name, colours).to_html(),
            snippet=snippet,
        )
    elif pair:
        take_away(
            "definition",
            data=lambda: numbers.sum_data(*pair, unit),
            html=lambda: pictures.sum_figure(*pair, unit, colours).to_html(),
            snippet=snippet,
        )
    else:
        st.info("Give P and Q some weight, or both bells something below their ends, first.")


lesson()
