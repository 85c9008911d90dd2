"""The page of the rope lesson as a whole: its presets, the way back, links and files."""

import re

import numpy as np
import pytest

from charts.units import UNITS
from pages.beta_penalty import numbers
from pages.beta_penalty.scale import Rope, data, scaled
from pages.beta_penalty.words import hacking as hacking_words
from tests.pages.beta_penalty.said import by_page, check_the_rope
from tests.pages.beta_penalty.truth import FEW, opened, stars
from tests.pages.conftest import linked, move, open_page, press, set_up
from tests.pages.reading import chart, check_alternatives, numbers_in, paragraphs, specs, texts
from tests.pages.truth import USUAL
from widgets.optima import World, whole_curve

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
    ("One spread", {"scale": "one spread"}),
    ("Too few pairs", {"pairs": 50}),
    ("Plenty of pairs", {"pairs": 20_000}),
]


def test_buttons_put_what_they_say_and_nothing_else():
    app = opened("0.5", FEW, unit="nats", context="snow", check2="Either, they are the same",
                 words="true", guess="0.0025")  # fmt: skip
    for label, puts in BUTTONS:
        before = set_up(app)
        press(app, label)
        expected = before | {f"beta_{name}": value for name, value in puts.items()}
        assert expected != before, label
        assert set_up(app) == expected
        world = expected["beta_pairs"], expected["beta_seed"]
        scale = expected["beta_scale"]
        check_the_rope(by_page(app), expected["beta_beta"], world, "nats", scale)


def test_start_over_puts_everything_back():
    fresh = open_page("beta_penalty", beta_words="true")
    questions = ("check1", "check2", "check3", "check4")
    answers = {name: fresh.radio(key=f"beta_{name}").options[-1] for name in questions}
    usual = set_up(fresh) | {"beta_words": False}
    app = opened("0.5", (50, 3), context="snow", scale="5", guess="0.02", guess_told="true",
                 words="true", taste="oo", mine="true", **answers)  # fmt: skip
    changed = set_up(app)
    assert {key for key in usual if changed[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert set_up(app) == {key: value for key, value in usual.items() if key in set_up(app)}


# The frontier.


@pytest.mark.parametrize(
    ("beta", "world", "unit", "scale"),
    [("0.5", USUAL, "bits", "1"), ("0.63", FEW, "dits", "10")],
)
def test_the_frontier_is_said_and_drawn(beta, world, unit, scale):
    app = opened(beta, world, unit=unit, scale=scale)
    rope, measure = Rope(World(*world), beta, scale), UNITS[unit]
    found, usual = numbers.families(rope.world, measure), whole_curve(World(*USUAL), measure)
    curve = scaled(found.rope, rope.factor)
    scores = chart(app, "_beta_hacking")
    assert scores.title.startswith("The exact frontier")
    assert len(stars(scores.figure)) == 2
    for said in (
        hacking_words.end_to_end(curve, rope, numbers.best_of(rope.world)[-1], measure),
        hacking_words.picks_a_point(found, beta, measure),
        hacking_words.fits(found, measure),
        *([] if world == USUAL else [hacking_words.other_pairs(rope.world, found.rope, usual)]),
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
    assert (usual["beta_beta"], usual["beta_pairs"]) == ("0.2", 2000)


def test_links_to_training_are_sent_on_to_its_lesson():
    app = open_page("beta_penalty", beta_rope="adaptive", beta_beta="0.1", beta_train="true")
    [said] = [each.value for each in app.info if "has moved" in each.value]
    assert "(training?beta_rope=adaptive&beta_train=true)" in said
    assert not any("has moved" in each.value for each in open_page("beta_penalty").info)


def test_every_chart_has_words_as_its_text_alternative():
    check_alternatives(opened(), 2)


def test_files_hold_what_is_on_screen(files):
    opened("0.1", FEW, unit="dits")
    columns = data(Rope(World(*FEW), "0.1"), UNITS["dits"])
    found = numbers_in(files["beta_penalty.csv"]())
    assert list(found) == list(columns)
    np.testing.assert_array_equal([*found.values()], [*columns.values()])
    page = files["beta_penalty.html"]()
    assert "<html" in page
    assert '"star"' in page.partition("Plotly.newPlot")[2]
    open_page("beta_penalty")
    assert "Where does the judge" in (page := files["beta_penalty.html"]())
    assert values_of_the_judge(page) == []


def values_of_the_judge(page):
    """Return what a page with a chart holds on the judge's axis, but for the guess."""
    drawn = re.findall(r'"y":\[([^\]]*)\],"yaxis":"y2"', page)
    return [each for each in drawn if each and each != "6.3"]


def test_share_holds_the_whole_view():
    app = press(opened("0.005", FEW, context="snow", words="true", unit="nats"), "Share this view")
    [address] = [each.value for each in app.code if each.value.startswith("http")]
    for part in ("beta_beta=0.005", "beta_pairs=200", "beta_context=snow", "unit=nats"):
        assert part in address


def test_view_is_restored_by_its_link():
    app = press(open_page("beta_penalty"), "Too few pairs")
    move(app, "beta_beta", "0.0063")
    move(app, "beta_guess", "0.1")
    move(app, "beta_scale", "10")
    move(app, "beta_words", True)
    for context in ("snow", "", "Tomorrow  will pour!"):
        move(app, "beta_context", context)
        again = linked("beta_penalty", app)
        assert set_up(again) == set_up(app)
        assert texts(again) == texts(app)
        assert specs(again) == specs(app)
