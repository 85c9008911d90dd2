"""The first page: a game whose verdict is true, and a tour of all lessons."""

import numpy as np
import pytest
from scipy.stats import entropy

from charts.units import UNITS
from pages.home import words
from pages.home.numbers import FACES, ROLLS, Round, costs, dealt
from tests.navigation import LESSONS
from tests.pages.conftest import answers_of, open_page, press
from tests.pages.reading import agree, charts, texts, the_one

BITS = UNITS["bits"]


def played(app):
    """Return the die and the belief that a page shows."""
    q = np.array([app.slider(key=f"home_q{face}").value for face in FACES])
    return dealt(app.slider(key="home_round").value), q / q.sum()


def test_picture_follows_its_sliders():
    assert set(answers_of(open_page("home"))) == {"home_round", *(f"home_q{k}" for k in FACES)}


def test_every_round_has_a_trap():
    for number in range(1, 200):
        deal = dealt(number)
        assert deal.counts.sum() == ROLLS
        assert not deal.counts.all()
        assert deal.weights.all()


def test_nothing_gives_the_die_away_before_one_looks():
    [before] = charts(open_page("home"))
    [after] = charts(open_page("home", home_told="true"))
    assert "P, the die" not in before.spec
    assert "P, the die" in after.spec
    assert "You " not in texts(open_page("home"))


@pytest.mark.parametrize("unit", UNITS)
def test_verdict_says_what_believing_costs(unit):
    app = open_page("home", home_told="true", home_q1="5", home_round="7", unit=unit)
    deal, q = played(app)
    base = UNITS[unit].base
    mine, careful, fair = the_one(
        [texts(app)],
        rf"costs (\S+) {unit} a roll, on average[^.]*\. Whoever adds 1 to each count pays (\S+) "
        rf"{unit}, and whoever calls the die fair (\S+) {unit}\.",
    ).groups()
    assert agree(mine, entropy(deal.p, q, base=base))
    assert agree(careful, entropy(deal.p, deal.counts + 1, base=base))
    assert agree(fair, entropy(deal.p, np.ones(6), base=base))


def test_taking_the_rolls_at_their_word_loses_everything():
    # The trap is open before one looks.
    app = press(open_page("home"), "Take the rolls at their word")
    assert "You " not in texts(app)
    app.toggle(key="home_told").set_value(True).run()
    deal, q = played(app)
    assert q == pytest.approx(deal.counts / ROLLS)
    assert "You lose everything" in texts(app)


def test_others_can_be_believed_too():
    told = open_page("home", home_told="true", home_round="3")
    assert "A draw" in texts(press(told, "Add 1 to each count"))
    assert "Nobody does better" in texts(press(open_page("home", home_told="true"), "Q = P"))


def test_another_die_is_hidden_again():
    app = press(open_page("home", home_told="true", home_q1="9"), "Another die")
    assert app.slider(key="home_round").value == 2
    assert app.slider(key="home_q1").value == open_page("home").slider(key="home_q1").value
    assert "You " not in texts(app)


def test_a_belief_in_nothing_is_named():
    app = open_page("home", **{f"home_q{face}": "0" for face in FACES})
    assert "Q believes in nothing" in app.warning[0].value


def test_verdict_and_colours_are_true_of_random_rounds():
    rng = np.random.default_rng(17)
    seen = set()
    for number in range(1, 400):
        deal = dealt(number)
        q = rng.multinomial(rng.integers(1, 40), deal.p if number % 2 else np.full(6, 1 / 6))
        q = q / q.sum()
        found = costs(deal, q, BITS)
        said = words.verdict(deal, q, found, BITS)
        mine, careful = entropy(deal.p, q), entropy(deal.p, deal.counts + 1)
        ruled_out = [str(face) for face, chance in zip(FACES, q, strict=True) if not chance]
        if ruled_out:
            assert "lose everything" in said
            assert np.isinf(mine)
            assert all(face in said.split("cannot")[0] for face in ruled_out)
        else:
            assert ("You win" in said) == (mine < careful)
            assert ("You lose" in said) == (mine > careful)
        seen.add(said.split(".")[0])
        coloured = words.colours_in_words(deal.p, q)
        purple, _, green = coloured.partition("Green")
        for face, here, believed in zip(FACES, deal.p, q, strict=True):
            assert (str(face) in purple) == (here > believed)
            assert (str(face) in green.split("The sum")[0]) == (here < believed)
    assert len(seen) == 3


def test_the_die_itself_costs_nothing():
    deal = Round(np.ones(6), np.array([2.0, 2, 2, 2, 4, 0]))
    said = words.verdict(deal, deal.p, costs(deal, deal.p, BITS), BITS)
    assert "Nobody does better" in said
    assert words.colours_in_words(deal.p, deal.p) == "No face costs anything."


def test_tour_leads_to_every_lesson_and_says_how_long_it_takes():
    app = open_page("home")
    assert f"{len(LESSONS)} lessons" in texts(app)
    linked = [link.proto.page for link in app.get("page_link")]
    for lesson in LESSONS:
        assert lesson.replace("_", "-") in linked
