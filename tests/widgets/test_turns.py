"""Who goes first."""

import time
from threading import Thread

import pytest

from widgets.turns import Rank, Turns


@pytest.fixture
def turns():
    """Return turns that nobody has taken yet."""
    return Turns()


def waits(turns, *ranks):
    """Let threads wait for turns of these ranks, one after the other; return who has had one."""
    had, threads = [], []
    for place, rank in enumerate(ranks):

        def go(place=place, rank=rank):
            with turns.turn(rank):
                had.append(place)

        before = turns.waiting
        threads.append(Thread(target=go))
        threads[-1].start()
        until(lambda before=before: turns.waiting > before)
    return had, threads


def until(holds):
    """Wait for a thread to get there."""
    for _ in range(2000):
        if holds():
            return
        time.sleep(0.005)
    pytest.fail("nobody came")


def joined(threads):
    """Wait for the end of threads."""
    for each in threads:
        each.join(10)
        assert not each.is_alive()


def test_answers_go_before_films_before_pages_and_whoever_came_first_among_them(turns):
    with turns.turn(Rank.PAGE):
        had, threads = waits(turns, Rank.TRAINING, Rank.PAGE, Rank.FILM, Rank.PAGE, Rank.ANSWER)
        assert had == []
    joined(threads)
    assert had == [4, 2, 1, 3, 0]


def test_page_lets_an_answer_go_first_and_no_other_page(turns):
    with turns.turn(Rank.PAGE):
        had, threads = waits(turns, Rank.PAGE, Rank.ANSWER)
        turns.let_others(Rank.PAGE)
        assert had == [1]
    joined(threads)
    assert had == [1, 0]


def test_answer_that_makes_a_film_waits_for_a_film_that_was_begun_before(turns):
    with turns.turn(Rank.FILM):
        had = []

        def answer():
            with turns.turn(Rank.ANSWER):
                had.append("answer")
                turns.let_others(Rank.FILM)
                had.append("film")

        other = Thread(target=answer)
        other.start()
        until(lambda: turns.waiting)
        turns.let_others(Rank.FILM)
        assert had == ["answer"]
    joined([other])
    assert had == ["answer", "film"]


def test_turn_within_a_turn_waits_for_nobody_of_its_rank(turns):
    with turns.turn(Rank.PAGE):
        had, threads = waits(turns, Rank.PAGE)
        with turns.turn(Rank.ANSWER):
            assert had == []
        assert had == []
    joined(threads)


def test_turn_that_fails_is_given_back(turns):
    with pytest.raises(ZeroDivisionError), turns.turn(Rank.ANSWER):
        _ = 1 / 0
    with turns.turn(Rank.PAGE):
        pass
    assert not turns.waiting


def test_who_has_no_turn_lets_nobody_go_first(turns):
    turns.let_others(Rank.TRAINING)
    had, threads = [], []
    with turns.turn(Rank.PAGE):
        had, threads = waits(turns, Rank.ANSWER)
        other = Thread(target=turns.let_others, args=(Rank.TRAINING,))
        other.start()
        joined([other])
        assert had == []
    joined(threads)
