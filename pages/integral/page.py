"""The integral: the definition on a whole line, in bins, by formula, and with an ε in it."""

import streamlit as st

from charts.units import Unit
from kl_core import SkewNormal
from pages.integral import bells, numbers, pictures, words
from pages.integral.numbers import CUT, EPSILONS, MILLIONTH, PLAIN, USUAL, WIDTHS
from pages.integral.questions import QUESTIONS, commitment
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import at_their_beginnings, put, steps
from widgets.formula import formula
from widgets.glossary import meaning
from widgets.prediction import told
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
from widgets.self_check import self_check
from widgets.take_away import take_away

WIDE = PLAIN | {"mean": 1.0, "spread": 1.5}
FAR = PLAIN | {"mean": 2.5, "spread": 0.3}
PRESETS = [
    Preset("Two plain bells", bells.put, (PLAIN, WIDE)),
    Preset("Q far and narrow", bells.put, (PLAIN, FAR)),
    Preset("Leaning apart", bells.put, (PLAIN | {"lean": 0.8}, PLAIN | {"lean": -0.8})),
    Preset("Q ends in the tail", bells.put, (PLAIN, PLAIN | {"end": 3.0})),
    Preset("P ends first", bells.put, (PLAIN | {"end": 0.9}, CUT)),
    Preset("Swap P and Q", bells.swap),
]
BELLS = [*bells.stops()]
GUESS = Stops.along(0.0, 3.0, 0.05)


def cut_into(p: dict[str, float], q: dict[str, float], width: str) -> None:
    """Put both bells somewhere, and cut the line into bins of one width."""
    bells.put(p, q)
    put(definition_width=width)


OF_THE_BINS = [
    Preset("Two plain bells, whole", cut_into, (PLAIN, WIDE, "16")),
    Preset("A Q that ends, whole", cut_into, (PLAIN, CUT, "16")),
    Preset("Halve, again and again", lambda: put(definition_width="1/32")),
]
OF_THE_FORMULA = [
    Preset("Whole bells", bells.put, (PLAIN, WIDE)),
    Preset("Whole bells, as wide as each other", bells.put, (PLAIN, PLAIN | {"mean": 1.0})),
    Preset("Twice as far apart", bells.put, (PLAIN, PLAIN | {"mean": 2.0})),
]


def shrink() -> None:
    """Put the bells back, and make ε a million times smaller."""
    bells.put_back()
    put(definition_epsilon=MILLIONTH)


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The integral",
        "On a line P and Q are *densities*, chance per length; the sum becomes an area, and a "
        "program may report another one.",
    )
    here = opening(first_screen)
    with here.question:
        commitment(unit, shrink)
    with here.buttons:
        presets("integral", PRESETS)
    with here.controls:
        steps("ε, added to q(x)", EPSILONS, USUAL, key="definition_epsilon")
        bells.sliders()
    with here.picture:
        the_integral()
    from_sum_to_integral()
    by_formula()
    presets("integral_formula", OF_THE_FORMULA, back=False)
    self_check("integral", QUESTIONS)
    take_with_you()


def drawn(controls: Controls) -> Picture | None:
    """Return the picture that answers bells and ε; none if a bell is cut to nothing."""
    if not (both := bells.both(controls)):
        return None
    unit = units.current()
    line = numbers.integral(*both, unit)
    made = numbers.made_up(*both, controls["definition_epsilon"], unit)
    known = told("integral_guess_told", [*BELLS, "definition_epsilon"], controls)
    handles = bells.handles(*both)
    guess = None
    # A guess is one about the bells to begin with.
    if at_their_beginnings(controls, BELLS):
        guess = controls["integral_guess"] * numbers.reported_at_first(USUAL, unit)
        if not known:
            spot = numbers.exponent(MILLIONTH), guess
            handles.append(Handle("integral_guess", *spot, "y", "ink", axes=("xaxis2", "yaxis3")))
    said = _found(both, line, made, unit) if known else words.before_the_answer(both[1], made, unit)
    return Picture(
        pictures.reported_figure(line, made, unit, theme.colours(), guess=guess, told=known),
        said,
        handles=handles,
    )


def _found(
    both: tuple[SkewNormal, SkewNormal], line: numbers.Integral, made: numbers.MadeUp, unit: Unit
) -> str:
    """Say what is reported, what is true, and why."""
    return (
        f"{words.epsilon_in_words(*both, made, unit)}\n\n"
        f"{words.integral_in_words(*both, line.divergence, unit)}"
    )


@answer
def the_integral() -> None:
    """Show both densities, the area that a program adds up, and what it reports."""
    bells.say_what_is_cut_away()
    moving(
        drawn,
        key="_integral_chart",
        stops=bells.stops()
        | {"definition_epsilon": Stops.among(EPSILONS), "integral_guess": GUESS},
    )


def from_sum_to_integral() -> None:
    """Cut the line into bins, and narrow them."""
    st.header("From the sum to the integral", anchor="bins")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        st.markdown(
            "Cut the line into bins and the bells become a few outcomes again, each with its "
            "weight: the sum applies. Halve the bins, and it grows into the integral. The "
            "outermost bins hold all that lies beyond the picture.",
            help=meaning("density"),
        )
        presets("integral_bins", OF_THE_BINS, back=False)
        steps("Width of a bin", [*WIDTHS], "8", key="definition_width")
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
    if not bells.both(at_rest):
        st.info("Give both bells something below their ends first.")
    moving(
        bins_drawn,
        key="_integral_bins",
        stops={"definition_width": Stops.among([*WIDTHS])},
    )


@section
def by_formula() -> None:
    """Write the integral, and the closed formula beside it where there is one."""
    unit = units.current()
    if not (both := bells.both()):
        return
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \int \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}\,dx",
        words.integral_today(*both, unit),
    )
    divergence = numbers.integral(*both, unit).divergence
    st.markdown(words.computed_twice(*both, divergence, unit), help=meaning("quadrature"))


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    if not (both := bells.both()):
        st.info("Give both bells something below their ends first.")
        return
    colours, epsilon = theme.colours(), now["definition_epsilon"]
    line, made = numbers.integral(*both, unit), numbers.made_up(*both, epsilon, unit)
    take_away(
        "integral",
        data=lambda: numbers.integral_data(line, unit),
        html=lambda: pictures.reported_figure(line, made, unit, colours).to_html(),
        snippet=words.snippet(*both, epsilon, unit),
    )


lesson()
