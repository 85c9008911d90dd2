"""The game: scored by the exact excess, won at the optimum, its targets within reach."""

import math
import re

import numpy as np
import pytest

from charts.units import NATS
from pages.forward_reverse import scores
from pages.forward_reverse.scores import GAMES
from tests.pages.conftest import move, press
from tests.pages.forward_reverse.claims import mixture
from tests.pages.forward_reverse.truth import (
    PRESETS,
    UNEQUAL,
    bell,
    best_bells,
    divergence,
    moments,
)
from tests.pages.forward_reverse.view import opened, verdict
from tests.pages.reading import NUMBER, all_agree, value_of

COVER, SEEK, HIT = GAMES


def judged(rows, q, game, number=1):
    """Return what the game says of a Q, in nats, and whether it wins."""
    tried = scores.attempt(mixture(rows), q, GAMES[game], number)
    return scores.score_in_words(GAMES[game], tried, 0, NATS), tried.won


def test_each_goal_is_scored_by_the_exact_excess():
    mean, std = moments(UNEQUAL)
    least = divergence(UNEQUAL, bell(mean, std)), best_bells(UNEQUAL)[0][2]
    q = bell(1.5, 1.0)
    mine = divergence(UNEQUAL, q), divergence(q, UNEQUAL)
    for goal, best, here in zip((COVER, SEEK), least, mine, strict=True):
        said, won = judged(UNEQUAL, (1.5, 1.0), goal)
        assert not won
        shown = re.search(rf"\*\*{NUMBER} nats\*\*.*is {NUMBER} nats: \*\*{NUMBER} nats\*\*", said)
        assert all_agree(shown.groups(), (best, here, here - best))
        assert "too much" in said


@pytest.mark.parametrize("rows", [UNEQUAL, PRESETS["Wide and narrow"], bell(0.5, 1.2)])
def test_optimum_wins_each_direction_and_a_bell_next_to_it_does_not(rows):
    for goal, (mean, std) in zip((COVER, SEEK), (moments(rows), best_bells(rows)[0][:2]),
                                 strict=True):  # fmt: skip
        close = round(mean, 3), round(std, 3)
        assert judged(rows, close, goal)[1], goal
        said, won = judged(rows, (close[0] + 0.4 * std, close[1]), goal)
        assert not won
        assert "too much" in said


@pytest.mark.parametrize("number", [1, 2, 1000])
def test_target_is_reproducible_by_its_number_and_can_be_hit(number):
    mean, std = moments(UNEQUAL)
    least = divergence(UNEQUAL, bell(mean, std))
    one, other = (
        re.search(rf"\*\*{NUMBER} nats\*\*", judged(UNEQUAL, q, HIT, number)[0])[1]
        for q in ((1.5, 1.0), (-4.0, 3.0))
    )
    assert one == other
    aim = value_of(one)[0]
    assert aim > least + 0.05
    # The slider's steps come within 1 % of it.
    hits = []
    for at in np.arange(-1000, 1001, 5) / 100:
        for wide in np.arange(10, 801, 5) / 100:
            gap = ((at - mean) ** 2 + std**2) / (2 * wide**2)
            here = least + math.log(wide / std) + gap - 0.5
            if abs(here - aim) < 0.004 * aim:
                hits.append((float(at), float(wide)))
    hit = hits[len(hits) // 2]
    said, won = judged(UNEQUAL, hit, HIT, number)
    assert won, (said, hit)


def test_page_judges_the_q_and_the_goal_that_it_has():
    for goal in GAMES:
        app = opened(UNEQUAL, 0.5, 2.0, unit="nats", goal=goal, round=3)
        assert verdict(app) == judged(UNEQUAL, (0.5, 2.0), goal, 3)
    mean, std = (round(each, 2) for each in moments(UNEQUAL))
    assert verdict(opened(UNEQUAL, mean, std, unit="nats")) == judged(UNEQUAL, (mean, std), COVER)
    assert verdict(opened(UNEQUAL, mean, std))[1]


def test_another_number_is_another_target():
    app = opened(UNEQUAL, goal=HIT)
    aims = [verdict(app)[0].partition("Yours")[0]]
    for number in (2, 3):
        press(app, "Another target")
        assert app.session_state["forward_round"] == number
        aims.append(verdict(app)[0].partition("Yours")[0])
    assert len(set(aims)) == 3


def moves(app):
    """Return how many moves the game counts."""
    return int(re.search(r"Moves so far: (\d+)", verdict(app)[0])[1])


def test_every_move_of_q_counts_and_a_new_goal_begins_again():
    app = opened(UNEQUAL, goal=HIT)
    assert moves(app) == 0
    for count, (key, value) in enumerate(
        (("mean", 9.0), ("mean", 8.5), ("spread", 0.3), ("mean", -9.0)), start=1
    ):
        move(app, f"forward_q_{key}", value)
        assert moves(app) == count
    move(app, "forward_alpha", 0.3)
    assert moves(app) == 4
    move(app, "forward_goal", COVER)
    move(app, "forward_q_mean", 5.0)
    move(app, "forward_goal", HIT)
    assert moves(app) == 0


@pytest.mark.parametrize("how", ["button", "slider"])
def test_another_target_begins_to_count_again(how):
    app = move(opened(UNEQUAL, goal=HIT), "forward_q_mean", 9.0)
    assert moves(app) == 1
    if how == "button":
        press(app, "Another target")
    else:
        move(app, "forward_round", 77)
    assert moves(app) == 0
