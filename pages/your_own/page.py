"""Your own numbers: two columns of counts, how they compare, and what smoothing does to a zero."""

import streamlit as st

from charts.wording import amount
from pages.your_own import numbers, pictures, words
from pages.your_own.examples import BOOK, FORECASTS, LANGUAGES, TEN_TIMES, TWELVE
from pages.your_own.numbers import ALPHAS, DIRECTIONS, Comparison
from pages.your_own.questions import prediction, questions
from pages.your_own.your_table import current_counts, in_link, put_table, your_table
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, Stops, moving
from widgets.controls import one_of, put, slider, steps
from widgets.formula import formula
from widgets.glide import come_from
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away

FEWEST_DRAWN, MOST_DRAWN, DRAWN = 3, 40, 12


def show_table(text: str) -> None:
    """Put a table there as it was counted, with nothing added."""
    put_table(text)
    put(own_alpha=0)


PRESETS = [
    Preset("Twelve rolls each", show_table, (TWELVE,), "In twelve rolls Q's die shows no six."),
    Preset(
        "Two languages",
        show_table,
        (LANGUAGES,),
        "The letters of one weather forecast, in English (P) and in German (Q).",
    ),
    Preset(
        "332 forecasts",
        show_table,
        (FORECASTS,),
        "The words of the forecasts from the lesson *The safety rope*: every other forecast is P, "
        "the rest are Q.",
    ),
    Preset(
        "The book's die", show_table, (BOOK,), "The example of the book that this tour follows."
    ),
    Preset("Ten times as many", show_table, (TEN_TIMES,), "The same shares of another total."),
]


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "Your own numbers",
        "Two columns of counts become shares, and D(P‖Q) compares them: but what if Q has a 0?",
    )
    here = opening(first_screen)
    # Read first: what moves below shows it.
    your_table()
    with here.question:
        prediction(unit, less_and_less)
    with here.buttons:
        presets("own", PRESETS)
    with here.controls:
        what_to_draw()
    with here.picture:
        picture()
    every_number()
    what_smoothing_does()
    formula_today()
    self_check("own", questions(unit))
    take_with_you()


def less_and_less() -> None:
    """Put the dice of the question into the table, and go from the largest α to the smallest."""
    put_table(TWELVE)
    put(own_alpha=min(filter(None, ALPHAS)))
    come_from(own_alpha=max(ALPHAS))


def what_to_draw() -> None:
    """Draw what smooths the table, and what chooses the terms."""
    steps("α, added to every count", ALPHAS, 0, key="own_alpha")
    one_of("Draw the terms of", DIRECTIONS, DIRECTIONS[0], key="own_direction", horizontal=True)
    slider(
        "How many categories to draw, the largest terms first",
        FEWEST_DRAWN,
        MOST_DRAWN,
        DRAWN,
        1,
        key="own_top",
    )


def compared(controls: Controls = now) -> Comparison | None:
    """Return the table as the controls have it compared; None while something is wrong with it."""
    if not (counts := current_counts()):
        return None
    return Comparison(counts, controls["own_alpha"], controls["own_direction"])


def drawn(controls: Controls) -> Picture | None:
    """Return the picture of the terms, both divergences with it; none without a table."""
    if not (comparison := compared(controls)):
        return None
    unit = units.current()
    both = zip(DIRECTIONS, unit.both_ways(*comparison.shares), strict=True)
    digits = comparison.digits(unit)
    return Picture(
        pictures.largest_terms_figure(comparison, controls["own_top"], unit, theme.colours()),
        words.in_words(comparison, unit),
        {name: amount(divergence, unit.name, digits) for name, divergence in both},
    )


@answer
def picture() -> None:
    """Show the terms, both divergences, and what the chart says in words."""
    moving(
        drawn,
        key="_own_chart",
        stops={
            "own_alpha": Stops.among(ALPHAS),
            "own_top": Stops.along(FEWEST_DRAWN, MOST_DRAWN, 1),
        },
    )


@section
def every_number() -> None:
    """Show every measure, and every number of the chart."""
    unit = units.current()
    st.header("Every number", anchor="numbers")
    if not (comparison := compared()):
        return
    direction = comparison.direction
    left, right = st.columns([2, 3], gap="medium")
    with left:
        table(
            words.measures(comparison, unit),
            label=f"All measures, in {unit.name}",
            hues={"P, then Q": "blue", "Q, then P": "orange"},
            words=(f"in {unit.name}",),
        )
        st.caption(words.measures_in_words(unit))
    with right:
        table(
            words.largest_terms(comparison, now["own_top"], unit),
            label=f"The largest terms of {direction}, in {unit.name}",
            hues={"P": "blue", "p": "blue", "Q": "orange", "q": "orange"},
            words=("category",),
        )
        st.caption(
            f"P and Q are your numbers, p and q their shares{words.with_alpha(comparison.alpha)}. "
            f"The last column is in {unit.name}; its sum is {direction}."
        )


def what_smoothing_does() -> None:
    """Tell why one smooths, and show what every α would make of both divergences."""
    st.header("What smoothing does", anchor="smoothing")
    st.markdown(
        "A count of 0 becomes a share of 0: Q says *never*. If P shows it all the same, log(p/0) "
        "is infinite, and so is D(P‖Q). But a zero count often means only *not yet*. **Additive "
        "smoothing** adds the same α to every count of both columns before they are divided, as if "
        "each category had been seen α times more. Then no share is 0, and both divergences are "
        "finite. (α = 1 is Laplace's rule, α = ½ is Jeffreys'.) But α is not in your data.",
        width=720,
    )
    smoothing()


def smoothing_drawn(controls: Controls) -> Picture | None:
    """Return the picture of both divergences over α; none without a table."""
    if not (counts := current_counts()):
        return None
    unit = units.current()
    found = numbers.smoothing(counts, controls["own_alpha"], unit)
    return Picture(
        pictures.smoothing_figure(
            numbers.GRID,
            found.there,
            found.back,
            found.alpha,
            unit=unit.name,
            digits=found.digits(),
            colours=theme.colours(),
        ),
        words.smoothing_in_words(counts, found, unit),
    )


@answer
def smoothing() -> None:
    """Show what every α would make of both divergences."""
    moving(
        smoothing_drawn,
        key="_own_smoothing_chart",
        stops={"own_alpha": Stops.among(ALPHAS)},
    )


@section
def formula_today() -> None:
    """Write the divergence out, for the largest terms; above it, the first of its shares."""
    unit = units.current()
    if not (comparison := compared()):
        return
    formula(words.formula_in_symbols(comparison, unit), words.formula_today(comparison, unit))
    st.caption(
        "n and m are the numbers of P and of Q, with an index in row i of k, without one in total."
    )


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit = units.current()
    if not (comparison := compared()):
        return
    count, colours = now["own_top"], theme.colours()
    take_away(
        "your_own",
        data=lambda: numbers.data(comparison, unit),
        html=lambda: pictures.largest_terms_figure(comparison, count, unit, colours).to_html(),
        snippet=words.snippet(comparison, unit),
        missing="" if in_link() else "your table, which is in this browser tab only",
    )
    if apostrophes := words.apostrophes_in_words(comparison.counts):
        st.caption(apostrophes)


lesson()
