"""The page as a learner has it before them: opened, moved, and read."""

from tests.pages.conftest import of_lesson, open_page
from tests.pages.forward_reverse.claims import (
    check_by_hand,
    check_formula,
    check_maps,
    check_optima,
    check_people,
)
from tests.pages.forward_reverse.truth import TWO
from tests.pages.reading import passage, specs, titles

LESSON = "forward_reverse"
NAMES = ("weight", "mean", "spread")
HAND, OPTIMA, MAPS, FILM, BETWEEN, PLANE = 0, 1, slice(2, 4), 4, 5, slice(6, 8)


FOLDS = dict.fromkeys(("film", "between", "plane"), "true")


def link(rows):
    """Return URL parameters for the modes of P."""
    filled = [*rows, *[(0, 0, 1)] * (5 - len(rows))]
    return {
        f"forward_p{place}_{name}": f"{value:g}"
        for place, row in enumerate(filled, start=1)
        for name, value in zip(NAMES, row, strict=True)
    }


def opened(rows=TWO, mean=1.5, spread=1.0, **parameters):
    """Return the page with this P and this Q; parameters come without the lesson's name.

    Its guess is told, and all that is folded away is open, unless they say otherwise.
    """
    named = {"q_mean": mean, "q_spread": spread, "guess_told": "true"} | FOLDS | parameters
    return open_page(LESSON, **link(rows), **of_lesson("forward", **named))


def modes(app):
    """Return weight, mean and spread of each mode of P that has a weight."""
    rows = [
        tuple(app.session_state[f"forward_p{place}_{name}"] for name in NAMES)
        for place in range(1, 6)
    ]
    return tuple(row for row in rows if row[0])


def q_of(app):
    """Return mean and spread of the learner's Q, once its guess is told."""
    return app.session_state["forward_q_mean"], app.session_state["forward_q_spread"]


def verdict(app):
    """Return what the game says, and whether it is won."""
    said = [(each.value, won) for won in (True, False)
            for each in (app.success if won else app.info) if "Yours is" in each.value]  # fmt: skip
    assert len(said) == 1
    return said[0]


def check_everything(app, rows, unit="bits"):
    """See that every part of the page speaks of this P and of the learner's Q."""
    q, shown = q_of(app), titles(app)
    annotations = [each["text"] for each in specs(app)[HAND]["layout"]["annotations"]]
    check_by_hand(passage(app, r"D\(Q‖P\) = .* It comes most"), annotations, rows, q, unit)
    check_optima(passage(app, r"\*\*Seeking\*\*"), shown[OPTIMA], rows, unit)
    check_maps(shown[MAPS], rows)
    check_people(passage(app, "cautious person"), passage(app, "focused person"), rows)
    tex = [each.value for each in app.latex]
    assert len(tex) == 4
    check_formula(tex[1], tex[3], rows, q, unit)
