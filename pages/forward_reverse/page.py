"""Cover or seek: forward against reverse KL, for one bell Q and a P with several modes."""

from functools import partial

import streamlit as st

from kl_core import Descent, Direction, GaussianMixture
from pages.forward_reverse import folded_words, numbers, pictures, words
from pages.forward_reverse.bells import (
    TOLD,
    P,
    by_hand,
    controls_of_q,
    guessed,
    handles,
    held,
    hide_other_pair,
    kept,
    put_q,
    stops,
    told,
)
from pages.forward_reverse.game import count_a_move, forget_the_moves, game
from pages.forward_reverse.modes import MOST
from pages.forward_reverse.numbers import NAMES, OPTIMISERS, PICTURES, RATES, SHAPES, STEPS, VIEWS
from pages.forward_reverse.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, moving, shown
from widgets.controls import one_of, slider, steps
from widgets.fold import fold
from widgets.formula import formula, write
from widgets.presenter import opening
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now, section
from widgets.self_check import self_check
from widgets.take_away import take_away


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    here = opening(
        frame.header(
            "Cover or seek",
            "One bell, :orange[**Q**], is to stand for a :blue[**P**] with several hills, its "
            "*modes*. Which bell?",
        )
    )
    # Before the question, which asks where they are.
    with here.controls:
        controls()
    with here.question:
        prediction(units.current())
    with here.controls:
        hide_other_pair()
    with here.buttons:
        presets(
            "forward",
            [Preset(name, P.put, (rows,)) for name, rows in VIEWS.items()],
            forget=forget_the_moves,
        )
    with here.picture:
        by_hand_picture()
    st.markdown(
        "Both divergences compare the same two curves. D(P‖Q) averages over :blue[**P**], and "
        "charges for what Q misses of it. D(Q‖P) averages over :orange[**Q**], and charges for "
        "where Q goes and P does not.",
        width=720,
    )
    game()
    what_an_optimiser_finds()
    the_landscape()
    film()
    two_people()
    between_the_two()
    in_the_plane()
    st.header("Where each is used", anchor="uses")
    st.markdown(words.SOURCES, width=820)
    todays_formula()
    self_check("forward", QUESTIONS)
    take_with_you()


def controls() -> None:
    """Draw what moves Q and P."""
    controls_of_q(when_q_moves=count_a_move)
    with st.container(horizontal=True):
        for direction, label in (("forward", "Least D(P‖Q)"), ("reverse", "Least D(Q‖P)")):
            st.button(
                label,
                key=f"_forward_least_{direction}",
                on_click=glide_to_the_best,
                args=(direction,),
                help="Moves Q there, as near as its sliders go.",
            )
        st.button(
            "Add a mode",
            key="_forward_add",
            on_click=P.add,
            icon=":material/add:",
            help=f"P may have {MOST}. A click above the curves adds one, too; of weight 0 it is "
            "gone.",
        )
    P.sliders()
    kept()


def glide_to_the_best(direction: Direction) -> None:
    """Move Q to the best bell of this direction."""
    best = numbers.best_of(P.mixture(at_rest), held(at_rest))[direction][0]
    put_q(best.mean, best.std)


@answer
def by_hand_picture() -> None:
    """Show what answers the sliders of P and Q."""
    key = "_forward_hand"
    moving(drawn_by_hand, key=key, stops=stops(), alike=True, on_click=partial(add_a_mode, key))


def drawn_by_hand(controls: Controls) -> Picture:
    """Return P, the learner's Q, and where both divergences come from."""
    p, q = P.mixture(controls), by_hand(controls)
    view = numbers.compared(p, q, units.current())
    open_ = told(controls)
    figure = pictures.hand_figure(
        view,
        theme.colours(),
        veiled=not open_,
        guess=guessed(controls) if controls[TOLD] and P.is_at_start(controls) else None,
        clickable=open_,
    )
    said = words.hand_in_words(view) if open_ else words.asked_in_words(p, q)
    return Picture(figure, said, handles=handles(controls))


def add_a_mode(key: str) -> None:
    """Add a mode where the learner has clicked above the curves."""
    point = st.session_state[key]["clicked"]
    if point and point["trace"] == pictures.CLICKS:
        P.add(point["x"])


def what_an_optimiser_finds() -> None:
    """Let the learner choose an optimiser, and show what it finds."""
    st.header("What an optimiser finds", anchor="optima")
    st.markdown(
        "An *optimiser* starts at your Q and walks downhill, step by step, until no small step "
        "leads lower: at a *local optimum*. There may be several, and another may lie lower still.",
        width=720,
    )
    left, right = st.columns(2, gap="medium")
    with left:
        one_of(
            "Who walks",
            OPTIMISERS,
            OPTIMISERS[0],
            key="forward_optimiser",
            tells="Gradient descent follows the slope in mean and log spread. Adam rescales each "
            "of the two by its own history. The natural gradient asks how much a step changes Q "
            "itself.",
            horizontal=True,
        )
    with right:
        steps(
            "Step size",
            list(RATES),
            "0.1",
            key="forward_rate",
            tells=f"Up to {STEPS} steps. Too small and it does not arrive, too large and it "
            "overshoots.",
        )
    optima()


@answer
def optima() -> None:
    """Show the best Q of each direction, and every local optimum."""
    # To find all optima takes too long for a P that moves: it may rest first.
    unit, p = units.current(), P.mixture(at_rest)
    found = numbers.optima(p, descents(p)["reverse"], unit, held(at_rest))
    said = words.optima_in_words(p, found, now["forward_optimiser"], unit, held(at_rest))
    shown(pictures.optima_figure(p, found, unit, theme.colours()), said, key="_forward_optima")
    st.markdown(said)


def descents(p: GaussianMixture) -> dict[Direction, Descent]:
    """Return the ways down from the learner's Q at rest, in nats."""
    rate, hold = RATES[now["forward_rate"]], held(at_rest) is not None
    return numbers.descents(p, by_hand(at_rest), now["forward_optimiser"], rate, hold=hold)


@section
def the_landscape() -> None:
    """Show both divergences over all bells, and the ways down from the learner's Q."""
    st.header("The landscape", anchor="landscape")
    unit, p, spread = units.current(), P.mixture(), held(now)
    st.markdown(words.landscape_in_words(spread))
    fits = numbers.best_of(p, spread)
    for column, (direction, path) in zip(
        st.columns(2, gap="medium"), descents(p).items(), strict=True
    ):
        said = words.arrival(direction, path, fits[direction], unit)
        best, colours = fits[direction], theme.colours()
        figure = (
            pictures.map_figure(numbers.landscape(p, direction), best, path, unit, colours)
            if spread is None
            else pictures.slope_figure(
                numbers.slope(p, spread, direction), spread, best, path, unit, colours
            )
        )
        key = f"_forward_map_{direction}"
        with column:
            shown(figure, said, key=key, on_click=partial(clicked, key))
            st.markdown(said)


def clicked(key: str) -> None:
    """Put Q where the learner has clicked on a map."""
    if point := st.session_state[key]["clicked"]:
        put_q(point["x"], held(at_rest) or point["y"])
        count_a_move()


def film() -> None:
    """Show both descents as a film that plays in the browser."""
    with fold(
        "Watch them walk",
        "Both descents, step by step, as a film.",
        anchor="film",
        key="forward_film",
        label="Open the film",
    ) as opened:
        if opened:
            unit, p = units.current(), P.mixture()
            paths = numbers.descents_in_unit(descents(p), unit)
            said = words.film_in_words(paths, unit)
            shown(pictures.film_figure(p, paths, unit, theme.colours()), said, key="_forward_film")
            st.markdown(said)


def between_the_two() -> None:
    """Let the learner walk from one direction to the other."""
    with fold(
        "Between the two",
        "Is there anything in between? The *α-divergence* has a dial, *α*, that turns D(Q‖P) into "
        "D(P‖Q).",
        anchor="between",
        key="forward_between",
        label="Turn the dial",
    ) as opened:
        if opened:
            controls, beside = st.columns([2, 3], gap="medium")
            with controls:
                st.markdown(
                    "D(Q‖P) is at one end, α = 0, and D(P‖Q) at the other, α = 1. Q's spread is "
                    "free here. Walk from one to the other and see whether the best Q goes along, "
                    "or leaps."
                )
                slider(
                    "α: from seeking (0) to covering (1)",
                    0.0,
                    1.0,
                    0.5,
                    0.05,
                    key="forward_alpha",
                    shown_as="%.2f",
                )
            with beside:
                best_between()


@answer
def best_between() -> None:
    """Show the best Q between the two directions."""
    # The walk over all α takes too long for a P that moves: it may rest first.
    p, alpha = P.mixture(at_rest), now["forward_alpha"]
    walk, fits = numbers.walk(p), numbers.optima_at(p, alpha)
    said = folded_words.between_in_words(alpha, fits, walk.breaks)
    figure = pictures.between_figure(p, walk, alpha, fits[0], theme.colours())
    shown(figure, said, key="_forward_between")
    st.markdown(said)


@section
def two_people() -> None:
    """Tell the book's analogy with today's numbers."""
    st.header("Two people", anchor="people")
    st.markdown("The book that this tour follows tells both directions as two people.")
    p, spread = P.mixture(), held(now)
    best = numbers.best_of(p, spread)
    left, right = st.columns(2, gap="medium")
    left.markdown(words.cautious_person(p, best["forward"][0], spread))
    right.markdown(words.focused_person(p, best["reverse"][0], spread))


def in_the_plane() -> None:
    """Let the learner choose a P in the plane, and what Q may be."""
    with fold(
        "In the plane",
        "With two numbers at a time a bell is an ellipse, and Q may be denied P's slant. What do "
        "the two directions make of its area then?",
        anchor="plane",
        key="forward_plane",
        label="Open the plane",
    ) as opened:
        if opened:
            controls, beside = st.columns([1, 3], gap="medium")
            with controls:
                one_of("P", list(PICTURES), "One slanted bell", key="forward_picture")
                one_of(
                    "Q may be",
                    list(SHAPES),
                    "diagonal",
                    key="forward_shape",
                    captions=list(SHAPES.values()),
                )
                slider(
                    "Slant of P's bells",
                    0.0,
                    0.95,
                    0.8,
                    0.05,
                    key="forward_slant",
                    tells="The correlation of x and y inside a bell.",
                    shown_as="%.2f",
                )
            with beside:
                ellipses()


@answer
def ellipses() -> None:
    """Show both directions in the plane."""
    unit, picture, slant = units.current(), now["forward_picture"], now["forward_slant"]
    p = numbers.plane_of(picture, slant)
    fits = numbers.plane_fits(picture, slant, now["forward_shape"])
    said = folded_words.plane_in_words(p, fits, unit)
    for column, direction in zip(st.columns(2, gap="medium"), NAMES, strict=True):
        figure = pictures.plane_figure(p, fits[direction], direction, unit, theme.colours())
        with column:
            shown(figure, said, key=f"_forward_plane_{direction}")
    st.markdown(said)


@section
def todays_formula() -> None:
    """Write both directions, and the closed form of the forward optimum, with today's numbers."""
    unit, p, q = units.current(), P.mixture(), by_hand(now)
    formula(words.definitions(unit), words.divergences_today(p, q, unit))
    st.markdown(words.without_direction(p, q, unit))
    st.markdown(
        "Integrated numerically, to at least eight digits. The forward optimum needs no search: it "
        "has the mean of P and, unless Q's spread is held, P's spread (*moment matching*). D(Q‖P) "
        "has no such formula for a mixture, only valleys to roll into."
    )
    write(words.MOMENTS, words.moments_today(p))


@section
def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit, p, q, colours = units.current(), P.mixture(), by_hand(now), theme.colours()
    view = numbers.compared(p, q, unit)
    take_away(
        "forward_reverse",
        data=lambda: numbers.data(view),
        html=lambda: pictures.hand_figure(view, colours).to_html(),
        snippet=words.snippet(p, q, unit, held(now)),
    )


lesson()
