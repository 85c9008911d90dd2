"""The page of the rope lesson as a whole: its presets, the way back, links and files."""

import numpy as np
import pytest

from charts.units import UNITS
from pages.beta_penalty import numbers, questions
from pages.beta_penalty.words import hacking as hacking_words
from tests.pages.beta_penalty.said import by_page, check_the_rope
from tests.pages.beta_penalty.truth import BETAS, FEW, along_the_rope, opened, stars
from tests.pages.conftest import linked, move, open_page, press, set_up
from tests.pages.reading import chart, check_alternatives, numbers_in, paragraphs, specs, texts
from tests.pages.truth import USUAL
from widgets.optima import World

# Nothing of the first view is what any button puts; each button puts what the last one did not.
BUTTONS = [
    ("Conservative", {"beta": "0.2"}),
    ("InstructGPT's", {"beta": "0.02"}),
    ("Free", {"beta": "0.005"}),
    ("Hardly a rope", {"beta": "0.001"}),
    ("β: 0.1 to 0.5", {"beta": "0.2"}),
    ("β: 0.001 to 0.01", {"beta": "0.005"}),
    ("β: 0.02", {"beta": "0.02"}),
    ("β: 0.1", {"beta": "0.1"}),
    ("Too few pairs", {"pairs": 50}),
    ("Plenty of pairs", {"pairs": 20_000}),
]


def test_buttons_put_what_they_say_and_nothing_else():
    app = opened("0.5", FEW, unit="nats", context="snow", check2="Either, they are the same",
                 guess="below 0.003")  # fmt: skip
    for label, puts in BUTTONS:
        before = set_up(app)
        press(app, label)
        expected = before | {f"beta_{name}": value for name, value in puts.items()}
        assert expected != before, label
        assert set_up(app) == expected
        world = expected["beta_pairs"], expected["beta_seed"]
        check_the_rope(by_page(app), expected["beta_beta"], world, "nats")


def test_start_over_puts_everything_back():
    fresh = open_page("beta_penalty")
    usual = set_up(fresh)
    questions = ("predict", "guess", "check1", "check2", "check3", "check4")
    answers = {name: fresh.radio(key=f"beta_{name}").options[-1] for name in questions}
    app = opened("0.5", (50, 3), context="snow", **answers)
    changed = set_up(app)
    assert {key for key in usual if changed[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert set_up(app) == usual
    check_the_rope(by_page(app), "0.02", USUAL)


# Hacking.


@pytest.mark.parametrize(
    ("beta", "world", "unit", "guess"),
    [("0.5", USUAL, "bits", None), ("0.63", FEW, "dits", "below 0.003")],
)
def test_hacking_is_said_and_drawn_and_told_after_the_guess(beta, world, unit, guess):
    app = opened(beta, world, unit=unit, **({"guess": guess} if guess else {}))
    where, measure = World(*world), UNITS[unit]
    found, usual = numbers.families(where, measure), numbers.families(World(*USUAL), measure)
    scores = chart(app, "_beta_hacking")
    assert scores.title.startswith("The reward keeps rising")
    assert len(stars(scores.figure)) == (2 if guess else 0)
    best = BETAS[along_the_rope(world)[2].argmax()]
    assert (f"**β = {best}**" in texts(app)) == ("is largest" in texts(app)) == bool(guess)
    for said in (
        questions.verdict(guess, found.rope),
        hacking_words.end_to_end(found.rope, beta, numbers.best_of(where)[-1], measure),
        hacking_words.picks_a_point(found, beta, measure),
        hacking_words.fits(found, measure, told=bool(guess)),
        *([] if world == USUAL else [hacking_words.other_pairs(where, found.rope, usual.rope)]),
    ):
        assert said in paragraphs(app)
    assert ("With these" in texts(app)) == (world != USUAL)


# What goes with every lesson.


def test_nonsense_in_a_link_falls_back_and_says_so():
    usual = set_up(open_page("beta_penalty"))
    for nonsense in (
        {"beta_beta": "0", "beta_pairs": "7"},
        {"beta_beta": "0.0001"},
    ):
        app = open_page("beta_penalty", **nonsense)
        assert len(app.warning) == len(nonsense)
        for key, value in nonsense.items():
            [said] = [each.value for each in app.warning if f"`{key} = " in each.value]
            assert said.startswith(f"This link asks for `{key} = {value}`")
            assert f"it shows `{usual[key]}`" in said
        assert set_up(app) == usual
    assert (usual["beta_beta"], usual["beta_pairs"]) == ("0.02", 2000)


def test_links_to_training_are_sent_on_to_its_lesson():
    app = open_page("beta_penalty", beta_rope="adaptive", beta_beta="0.1", beta_train="true")
    [said] = [each.value for each in app.info if "has moved" in each.value]
    assert "(training?beta_rope=adaptive&beta_train=true)" in said
    assert not any("has moved" in each.value for each in open_page("beta_penalty").info)


def test_every_chart_has_words_as_its_text_alternative():
    check_alternatives(opened(), 2)


def test_files_hold_what_is_on_screen(files):
    opened("0.1", FEW, unit="dits")
    columns = numbers.data(World(*FEW), UNITS["dits"])
    found = numbers_in(files["beta_penalty.csv"]())
    assert list(found) == list(columns)
    np.testing.assert_array_equal([*found.values()], [*columns.values()])
    page = files["beta_penalty.html"]()
    assert "<html" in page
    assert "The reward keeps rising" in page
    assert '"star"' not in page.partition("Plotly.newPlot")[2]
    opened("0.1", FEW, unit="dits", guess="0.1 or more")
    assert '"star"' in files["beta_penalty.html"]().partition("Plotly.newPlot")[2]


def test_share_holds_the_whole_view():
    app = press(opened("0.005", FEW, context="snow", unit="nats"), "Share this view")
    [address] = [each.value for each in app.code if each.value.startswith("http")]
    for part in ("beta_beta=0.005", "beta_pairs=200", "beta_context=snow", "unit=nats"):
        assert part in address


def test_view_is_restored_by_its_link():
    app = press(open_page("beta_penalty"), "Too few pairs")
    move(app, "beta_beta", "0.0063")
    move(app, "beta_guess", "0.1 or more")
    for context in ("snow", "", "Tomorrow  will pour!"):
        move(app, "beta_context", context)
        again = linked("beta_penalty", app)
        assert set_up(again) == set_up(app)
        assert texts(again) == texts(app)
        assert specs(again) == specs(app)
