"""Somebody's score: when it is beaten, what is said of it, and how it travels."""

import re

import numpy as np
import pytest

from charts.units import BITS, NATS
from pages.forward_reverse.scores import GAMES, Attempt, Challenge, challenge_in_words
from tests.pages.conftest import move, open_page, press
from tests.pages.forward_reverse.truth import TWO, bell, divergence, moments
from tests.pages.forward_reverse.view import LESSON, opened, q_of
from tests.pages.reading import NUMBER, value_of


def off_by(amount, moves, challenge):
    """Return whether a Q so far off after so many moves beats a score."""
    return challenge.is_beaten(Attempt(1.0, 1.0 + amount), moves)


def test_nearer_within_the_moves_beats_and_as_near_in_fewer_too():
    theirs = Challenge(0.02, 5)
    assert off_by(0.0199, 5, theirs)
    assert off_by(-0.0199, 1, theirs)
    assert not off_by(0.0199, 6, theirs)
    assert not off_by(0.0201, 2, theirs)
    assert off_by(0.02, 4, theirs)
    assert not off_by(0.02, 5, theirs)
    # Who has not moved has beaten nobody.
    assert not off_by(0.0, 0, theirs)
    assert off_by(0.0, 2, Challenge(0.0, 3))


@pytest.mark.parametrize(
    ("off", "moves"), [(-1.0, 0), (-1.0, 3), (-0.5, 3), (0.02, 0), (-1.0, 999)]
)
def test_half_a_score_is_none(off, moves):
    assert Challenge.of(off, moves) is None


@pytest.mark.parametrize("unit", [BITS, NATS])
def test_what_is_said_of_a_challenge_is_so(unit):
    rng = np.random.default_rng(3)
    verdicts = set()
    for _ in range(300):
        theirs = Challenge(float(rng.choice([0, 0.013863, 0.3])), int(rng.integers(1, 5)))
        mine = theirs.off * rng.choice([1, 1, 0.99995, 1.00005, 0.5, 2]) + rng.choice([0, 0, 1e-3])
        moves = int(rng.integers(0, 6))
        tried = Attempt(0.7, 0.7 + float(rng.choice([-1, 1])) * mine)
        said = challenge_in_words(theirs, tried, moves, unit)
        goal, most, here, after, verdict = re.search(
            rf"Beat {NUMBER} {unit.name}\*\* off, in at most (\d) moves?.*You are {NUMBER} "
            rf"{unit.name} off after (\d) moves?: (.*)\.?$",
            said,
        ).groups()
        assert (int(most), int(after)) == (theirs.moves, moves)
        near = value_of(here)[0] - value_of(goal)[0]
        # As printed.
        beaten = 0 < moves <= theirs.moves and (near < 0 or (near == 0 and moves < theirs.moves))
        assert ("beaten" in verdict) == beaten, said
        assert ("too many" in verdict) == (not beaten and moves > theirs.moves)
        verdicts.add(verdict)
    assert len(verdicts) == 3


def offered(app):
    """Return what the button that challenges says; None where there is none."""
    return next((each.label for each in app.button if each.label.startswith("Challenge")), None)


def test_score_can_be_passed_on_once_q_has_moved():
    app = opened(mean=0.6, spread=2.6)
    assert offered(app) is None
    move(app, "forward_q_mean", 0.3)
    off = divergence(TWO, bell(0.3, 2.6)) - divergence(TWO, bell(*moments(TWO)))
    assert offered(app) == f"Challenge somebody: {off / np.log(2):.4f} bits off in 1 move"


def theirs(app):
    """Return what is said of the score that is to be beaten, and whether it is."""
    said = [(each.value, won) for won in (True, False)
            for each in (app.success if won else app.info) if "**Beat " in each.value]  # fmt: skip
    return said[0] if said else None


def test_visitor_is_challenged_beats_it_and_may_try_again():
    off = divergence(TWO, bell(0.3, 2.6)) - divergence(TWO, bell(*moments(TWO)))
    app = open_page(
        LESSON, forward_q_mean="0.6", forward_q_spread="2.6", forward_challenge=f"{off:.6g}",
        forward_challenge_moves="2",
    )  # fmt: skip
    assert not app.warning
    said, won = theirs(app)
    assert not won
    assert said.startswith(f"**Beat {off / np.log(2):.4f} bits** off, in at most 2 moves")
    move(app, "forward_q_mean", 0.3)
    # As near, in fewer moves.
    assert theirs(app)[1]
    move(app, "forward_q_mean", 0.4)
    assert not theirs(app)[1]
    move(app, "forward_q_mean", 0.0)
    assert "too many" in theirs(app)[0]
    press(app, "Try again")
    assert q_of(app) == (0.6, 2.6)
    assert "after 0 moves: not yet" in theirs(app)[0]


def test_nobody_is_challenged_by_a_usual_link():
    assert theirs(opened()) is None


@pytest.mark.parametrize(
    "half",
    [{"forward_challenge": "0.02"}, {"forward_challenge_moves": "3"},
     {"forward_challenge": "-0.5", "forward_challenge_moves": "3"}],
)  # fmt: skip
def test_challenge_that_makes_no_sense_is_refused_with_a_notice(half):
    app = open_page(LESSON, **half)
    assert theirs(app) is None
    assert ["makes no sense" in each.value for each in app.warning] == [True]


def test_challenge_beyond_its_limits_is_refused_like_any_nonsense():
    app = open_page(LESSON, forward_challenge="1e9", forward_challenge_moves="-2")
    assert theirs(app) is None
    assert sum("This link asks for" in each.value for each in app.warning) == 2


@pytest.mark.parametrize("goal", GAMES)
def test_held_spread_is_judged_by_the_best_of_that_spread(goal):
    app = opened(goal=goal, hold="true")
    said = [each.value for each in app.info if "Yours is" in each.value]
    assert len(said) == 1
    if "least" in goal:
        aim = value_of(re.search(rf"is \*\*{NUMBER} bits", said[0])[1])[0]
        grid = np.arange(-4, 4, 0.01)
        costs = [
            divergence(*((TWO, bell(at, 1.0)) if "cover" in goal else (bell(at, 1.0), TWO)))
            for at in grid
        ]
        assert aim == pytest.approx(min(costs) / np.log(2), abs=6e-4)
