"""The summary: the whole book in one table, one picture, one page to print and twenty questions."""

from functools import partial

import streamlit as st

from charts.units import Unit
from charts.wording import amount, number, signed, sum_today
from kl_core import Array, kl_terms
from pages.summary import book, pictures, sheet, words
from pages.summary.numbers import coin, top_in
from pages.summary.published import BY_HAND, BY_SCIPY, checked, data
from pages.summary.questions import prediction, questions
from widgets import frame, theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import put, slider
from widgets.formula import formula
from widgets.look import sliders_of
from widgets.prediction import told
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, now, section
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away

# How far up P's line it can be taken hold of, clear of its letter.
BELOW_THE_LETTER = 0.85
VIEW = "summary_p", "summary_q"


def put_coins(p: int, q: int) -> None:
    """Put both coins, in percent."""
    put(summary_p=p, summary_q=q)


def swap() -> None:
    """Make the model the truth and the truth the model."""
    put_coins(now["summary_q"], now["summary_p"])


def agree() -> None:
    """Make Q say what P does."""
    put_coins(now["summary_p"], now["summary_p"])


PRESETS = [
    Preset("SciPy's coins", put_coins, (50, 90)),
    Preset("Cover & Thomas's coins", put_coins, (50, 25)),
    Preset("Let Q be P", agree),
    Preset("Q is certain", put_coins, (50, 100)),
    Preset("Swap P and Q", swap),
]


def lesson() -> None:
    """Show the summary, from top to bottom."""
    unit = units.current()
    first_screen = frame.header(
        "The summary",
        "A coin **P**, and what **Q** says of it: the whole tour in one picture, and a test.",
    )
    here = opening(first_screen)
    with here.question:
        prediction(unit, partial(put_coins, 50, 90))
    with here.buttons:
        presets("summary", PRESETS)
    with here.controls:
        chances_of_heads()
    with here.picture:
        picture()
    book_table(unit)
    formula_today()
    sheet.offer(unit)
    checked_against()
    self_check("summary", questions(unit), heading="Test yourself", score=True)
    st.header("Further reading", anchor="reading")
    with st.expander("The sources of the book, and of this app", icon=":material/menu_book:"):
        st.markdown(words.READING)
    take_with_you()


def book_table(unit: Unit) -> None:
    """Show the book in one table, each row with a link into the view that shows it."""
    st.header("The book in one table", anchor="book")
    st.markdown(
        "What the book that this tour follows says, idea by idea. Every number is computed as you "
        "look, and every link opens the lesson in a new tab, set up and scrolled to what shows it."
    )
    st.markdown(book.table(unit))


def chances_of_heads() -> None:
    """Draw the sliders of both coins."""
    with sliders_of("p", "summary"):
        slider("P, chance of heads", 0, 100, 50, 1, key="summary_p", shown_as="%d%%")
    with sliders_of("q", "summary"):
        slider("Q, chance of heads", 0, 100, 90, 1, key="summary_q", shown_as="%d%%")


def coins(controls: Controls = now) -> tuple[Array, Array]:
    """Return both coins as chances of heads and tails."""
    return coin(controls["summary_p"]), coin(controls["summary_q"])


def drawn(controls: Controls) -> Picture:
    """Return the picture that answers the sliders."""
    unit, (p, q) = units.current(), coins(controls)
    veiled = not told("summary_predict", VIEW, controls)
    return Picture(
        pictures.coin_figure(p, q, unit, theme.colours(), veiled=veiled),
        words.coins_in_words(p, q) if veiled else words.in_words(p, q, unit),
        handles=handles(p, q, unit, veiled=veiled),
    )


def handles(p: Array, q: Array, unit: Unit, *, veiled: bool) -> list[Handle]:
    """Return P's line and Q's mark on the curve of D(P‖Q), if it is drawn, to be dragged."""
    top = top_in(unit)
    on_a_line = BELOW_THE_LETTER * top
    return [
        Handle("summary_p", 100 * float(p[0]), on_a_line, "x", "p"),
        Handle(
            "summary_q",
            100 * float(q[0]),
            on_a_line if veiled else min(unit.kl(p, q), top),
            "x",
            "q",
        ),
    ]


@answer
def picture() -> None:
    """Show both divergences wherever Q may be, and what they are now."""
    percent = Stops.along(0, 100, 1)
    moving(drawn, key="_summary_chart", stops={"summary_p": percent, "summary_q": percent})


@section
def formula_today() -> None:
    """Write the definition out for the two sides of the coin."""
    unit = units.current()
    p, q = coins()
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_{{x}} \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(
            zip(
                (number(each, 2) for each in p),
                (number(each, 2) for each in q),
                map(signed, kl_terms(p, q, base=unit.base)),
                strict=True,
            ),
            amount(unit.kl(p, q), unit.tex),
            unit.log,
        ),
    )


def checked_against() -> None:
    """Show what sources print beside what is computed now."""
    st.header("Checked against", anchor="checked")
    with st.expander("What sources print, beside what is computed now", icon=":material/rule:"):
        values_and_pairs()


def values_and_pairs() -> None:
    """Show both tables."""
    values, pairs = checked()
    agreeing = sum(each.agrees for each in values)
    by_hand, by_scipy = (
        sum(each.source == source for each in values) for source in (BY_HAND, BY_SCIPY)
    )
    st.markdown(
        f"{len(values)} values beside what this app computes now: "
        f"{len(values) - by_hand - by_scipy} that their sources print, {by_hand} worked out by "
        f"hand, {by_scipy} by SciPy; each in the unit of its source, whatever you measure in. "
        f"{agreeing} agree to half a unit of the last digit; the last column says why the others "
        "do not."
    )
    table(
        {
            "value": [each.what for each in values],
            "source": [each.source for each in values],
            "unit": [each.unit for each in values],
            "given": [each.printed for each in values],
            "now": [number(each.now, each.digits) for each in values],
            "difference": [signed(each.difference, 2) for each in values],
            "agrees": ["yes" if each.agrees else each.remark for each in values],
        },
        label="Values to check against, and what is computed now",
        hues={},
        words=("value", "source", "unit", "agrees"),
    )
    st.markdown(
        "And some numbers that the lessons compute in two ways, which share nothing but the answer "
        "(KL with the natural logarithm)."
    )
    table(
        {
            "number": [each.what for each in pairs],
            "one way": [each.one for each in pairs],
            "gives": [number(each.first, 9) for each in pairs],
            "another": [each.other for each in pairs],
            "gives ": [number(each.second, 9) for each in pairs],
            "difference": [signed(each.first - each.second, 2) for each in pairs],
        },
        label="Numbers computed in two ways",
        hues={},
        words=("number", "one way", "another"),
    )


@section
def take_with_you() -> None:
    """Offer this view as a link, the checks as data, the picture and the code."""
    unit = units.current()
    (p, q), colours = coins(), theme.colours()
    take_away(
        "summary",
        data=data,
        html=lambda: pictures.coin_figure(p, q, unit, colours).to_html(),
        snippet=words.snippet(p, q, unit),
    )


lesson()
