"""Cover or seek: forward against reverse KL, for one bell Q and a P with several modes."""

from functools import partial

import streamlit as st

from kl_core import Descent, Direction, GaussianMixture
from pages.forward_reverse import numbers, pictures, words
from pages.forward_reverse.bells import P, bells, by_hand, handles, put_q, stops
from pages.forward_reverse.game import count_a_move, forget_the_moves, game
from pages.forward_reverse.numbers import NAMES, OPTIMISERS, PICTURES, RATES, SHAPES, STEPS, VIEWS
from pages.forward_reverse.questions import QUESTIONS, prediction
from widgets import frame, theme, units
from widgets.chart import Controls, Picture, moving, shown
from widgets.controls import one_of, slider, steps
from widgets.formula import formula, write
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import answer, at_rest, now
from widgets.self_check import self_check
from widgets.take_away import take_away


def lesson() -> None:
    """Show the lesson, from top to bottom."""
    first_screen = frame.header(
        "Cover or seek",
        "One bell Q for a P with several modes: D(P‖Q) stretches it towards them all, D(Q‖P) lets "
        "it seek one if they lie far apart.",
    )
    st.markdown(
        "Both divergences compare the same two curves. D(P‖Q) averages over :blue[**P**], and "
        "charges for what Q misses of it. D(Q‖P) averages over :orange[**Q**], and charges for "
        "where Q goes and P does not.",
        width=720,
    )
    prediction()
    with stage(first_screen, "Move it", anchor="move"):
        presets(
            "forward",
            [Preset(name, P.put, (rows,)) for name, rows in VIEWS.items()],
            forget=put_back,
        )
        controls, beside = st.columns([2, 3], gap="medium")
        with controls:
            bells(when_q_moves=count_a_move)
        with beside:
            by_hand_picture()
    game()
    what_an_optimiser_finds()
    the_landscape()
    film()
    between_the_two()
    two_people()
    in_the_plane()
    st.header("Where each is used", anchor="uses")
    st.markdown(words.SOURCES, width=820)
    todays_formula()
    self_check("forward", QUESTIONS)
    take_with_you()


def put_back() -> None:
    """Put back what no control of its own keeps."""
    P.put_back()
    forget_the_moves()


@answer
def by_hand_picture() -> None:
    """Show what answers the sliders of P and Q."""
    P.say_what_is_wrong()
    moving(drawn_by_hand, key="_forward_hand", stops=stops())


def drawn_by_hand(controls: Controls) -> Picture:
    """Return P, the learner's Q, and where both divergences come from."""
    view = numbers.compared(P.mixture(controls), by_hand(controls), units.current())
    return Picture(
        pictures.hand_figure(view, theme.colours()),
        words.hand_in_words(view),
        handles=handles(controls),
    )


def what_an_optimiser_finds() -> None:
    """Let the learner choose an optimiser, and show what it finds."""
    st.header("What an optimiser finds", anchor="optima")
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
    found = numbers.optima(p, descents(p)["reverse"], unit)
    said = words.optima_in_words(p, found, now["forward_optimiser"], unit)
    shown(pictures.optima_figure(p, found, unit, theme.colours()), said, key="_forward_optima")
    st.markdown(said)


def descents(p: GaussianMixture) -> dict[Direction, Descent]:
    """Return the ways down from the learner's Q at rest, in nats."""
    rate = RATES[now["forward_rate"]]
    return numbers.descents(p, by_hand(at_rest), now["forward_optimiser"], rate)


def the_landscape() -> None:
    """Show both divergences over mean and spread of Q, and the way down from the learner's Q."""
    st.header("The landscape", anchor="landscape")
    st.markdown(
        "Every point of a map is a bell: its mean to the right, its spread upwards; the more "
        "violet, the dearer. **Click anywhere** to put Q there, as far as its sliders reach, and "
        "see where the optimiser walks, from the ring to the diamond."
    )
    unit, p = units.current(), P.mixture()
    fits = {"forward": [numbers.covering(p)], "reverse": numbers.seeking(p)}
    for column, (direction, path) in zip(
        st.columns(2, gap="medium"), descents(p).items(), strict=True
    ):
        said = words.arrival(direction, path, fits[direction], unit)
        figure = pictures.map_figure(
            numbers.landscape(p, direction), fits[direction], path, unit, theme.colours()
        )
        key = f"_forward_map_{direction}"
        with column:
            shown(figure, said, key=key, on_click=partial(clicked, key))
            st.markdown(said)


def clicked(key: str) -> None:
    """Put Q where the learner has clicked on a map."""
    if point := st.session_state[key]["clicked"]:
        put_q(point["x"], point["y"])
        count_a_move()


def film() -> None:
    """Show both descents as a film that plays in the browser."""
    unit, p = units.current(), P.mixture()
    paths = numbers.descents_in_unit(descents(p), unit)
    said = words.film_in_words(paths, unit)
    shown(pictures.film_figure(p, paths, unit, theme.colours()), said, key="_forward_film")
    st.markdown(said)


def between_the_two() -> None:
    """Let the learner walk from one direction to the other."""
    st.header("Between the two", anchor="between")
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        st.markdown(
            "The *α-divergence* has D(Q‖P) at one end, α = 0, and D(P‖Q) at the other, α = 1. Walk "
            "from one to the other and see whether the best Q goes along, or leaps."
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
    said = words.between_in_words(alpha, fits, walk.breaks)
    figure = pictures.between_figure(p, walk, alpha, fits[0], theme.colours())
    shown(figure, said, key="_forward_between")
    st.markdown(said)


def two_people() -> None:
    """Tell the book's analogy with today's numbers."""
    st.header("Two people", anchor="people")
    p = P.mixture()
    left, right = st.columns(2, gap="medium")
    left.markdown(words.cautious_person(p, numbers.covering(p)))
    right.markdown(words.focused_person(p, numbers.seeking(p)[0]))


def in_the_plane() -> None:
    """Let the learner choose a P in the plane, and what Q may be."""
    st.header("In the plane", anchor="plane")
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
    said = words.plane_in_words(p, fits, unit)
    for column, direction in zip(st.columns(2, gap="medium"), NAMES, strict=True):
        figure = pictures.plane_figure(p, fits[direction], direction, unit, theme.colours())
        with column:
            shown(figure, said, key=f"_forward_plane_{direction}")
    st.markdown(said)


def todays_formula() -> None:
    """Write both directions, and the closed form of the forward optimum, with today's numbers."""
    unit, p, q = units.current(), P.mixture(), by_hand(now)
    formula(words.definitions(unit), words.divergences_today(p, q, unit))
    st.markdown(words.without_direction(p, q, unit))
    st.markdown(
        "Integrated numerically, to at least eight digits. The forward optimum needs no search: it "
        "has the mean and the spread of P (*moment matching*). D(Q‖P) has no such formula for a "
        "mixture, only valleys to roll into."
    )
    write(words.MOMENTS, words.moments_today(p))


def take_with_you() -> None:
    """Offer this view as a link, as data, as a chart and as code."""
    unit, p, q, colours = units.current(), P.mixture(), by_hand(now), theme.colours()
    view = numbers.compared(p, q, unit)
    take_away(
        "forward_reverse",
        data=lambda: numbers.data(view),
        html=lambda: pictures.hand_figure(view, colours).to_html(),
        snippet=words.snippet(p, q, unit),
    )


lesson()
