"""The lesson that names directions shows what the calls answer."""

import pytest
from scipy.stats import entropy

from charts.units import BITS, NATS, UNITS
from kl_core import normalize
from pages.directions import words
from pages.directions.decoder import CALLS
from pages.directions.numbers import Decoded
from pages.directions.questions import drill
from tests.deep_links import deep_links
from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    open_link,
    open_page,
    press,
    set_up,
)
from tests.pages.directions.truth import P, Q
from tests.pages.reading import charts, rows, sentence, table, texts, weights

MIXED_UP = {"directions_form": "mixed up"}


def test_picture_follows_its_sliders():
    sliders = {f"directions_{letter}{place}": {"picture"} for letter in "pq" for place in (1, 2, 3)}
    assert answers_of(open_page("directions")) == sliders | {"directions_sum": {"picture"}}


def test_what_is_asked_about_is_missing_until_it_is_answered():
    app = open_page("directions")
    [drawn] = charts(app)
    torch = [call.name.startswith("F.kl_div") for call in CALLS]
    assert [text == "?" for text in drawn.figure["data"][0]["text"]] == torch
    assert f"{sum(torch)} bars are missing" in texts(app)
    assert "F.kl_div" not in drawn.alt
    moved = open_page("directions", directions_q1="5")
    assert "?" not in charts(moved)[0].figure["data"][0]["text"]


def test_says_both_divergences_and_where_the_calls_land_once_it_is_answered():
    app = open_page("directions", directions_predict="Just show me")
    says = sentence(app, r"^D\(P‖Q\) is").string
    assert says == (
        f"D(P‖Q) is **{entropy(P, Q, base=2):.3f} bits**, D(Q‖P) **{entropy(Q, P, base=2):.3f} "
        "bits**. On D(P‖Q) land numpy by hand, scipy rel_entr, scipy kl_div, scipy entropy, "
        "F.kl_div(log_q, p), torch kl_divergence and keras kl_divergence. On D(Q‖P) land "
        "F.kl_div(log_p, q), k1 over Q's draws and k3 over Q's draws. On neither lands F.kl_div by "
        f"default ({entropy(P, Q, base=2) / 3:.3f} bits)."
    )


@pytest.mark.parametrize(
    ("preset", "p", "q", "total", "mixed_up"),
    [
        ("Swap P and Q", Q, P, 1, False),
        ("P and Q equal", P, P, 1, False),
        ("Q rules a word out", P, [0.5, 0.5, 0], 1, False),
        ("P rules a word out", [0.5, 0.5, 0], Q, 1, False),
        ("Q adds up to 2", P, Q, 2, False),
        ("Logarithm mixed up", P, Q, 1, True),
    ],
)
def test_page_says_and_shows_what_a_preset_makes_true(preset, p, q, total, mixed_up):
    app = press(open_page("directions", unit="nats"), preset)
    view = Decoded(normalize(p), normalize(q), total, mixed_up, NATS)
    assert words.in_words(view) in texts(app)
    assert table(app, "11 calls, and their answers") == rows(words.every_call(view))
    symbols, there, _, back = [each.value for each in app.latex]
    assert r"\ln\frac" in symbols
    assert there.count(r"\ln(") == back.count(r"\ln(") == 3
    both = weights(app, "directions_p"), weights(app, "directions_q")
    assert app.code[-1].value.strip() == words.snippet(view, *both).strip()


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_rest(letter):
    zero = {f"directions_{letter}{place}": 0 for place in (1, 2, 3)}
    app = open_page("directions", directions_sum=1.5, **zero)
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert bound_controls(app)["directions_sum"].value == 1.5
    assert "nothing to decode" in texts(app)
    app = move(app, f"directions_{letter}1", 2.0)
    assert not app.warning
    assert bound_controls(app)["directions_sum"].value == 1.5


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page("directions", directions_form="upside down", directions_sum="1.5")
    [warning] = app.warning
    assert "`directions_form = upside down`" in warning.value
    assert bound_controls(app)["directions_form"].value == "as asked"
    assert bound_controls(app)["directions_sum"].value == 1.5


def test_prediction_reveals_what_is_computed():
    app = open_page("directions", directions_predict="D(P‖Q)", unit="nats")
    assert "That is what happens" in texts(app)
    assert f"returns {entropy(P, Q):.3f} nats, and that is **D(P‖Q)**" in texts(app)
    assert "A surprise, then" in texts(open_page("directions", directions_predict="D(Q‖P)"))


def test_drill_counts_right_answers():
    right = numbered("directions_check", (item.right for item in drill(BITS)))
    app = open_page("directions", **right)
    assert "**10 of 10 right.**" in texts(app)
    assert sum(message.value.startswith("Right") for message in app.success) == 10
    app = open_page("directions", **right | {"directions_check1": "Neither"})
    assert "**9 of 10 right.**" in texts(app)


def links_of_the_drill(unit):
    """Return the links below wrong answers."""
    return [link for item in drill(UNITS[unit]) for link in deep_links(item.see)]


def test_links_of_the_drill_open_what_they_promise():
    links = links_of_the_drill("bits")
    assert len(links) == 10
    for link in set(links):
        assert set_up(open_link(link))["unit"] == "bits"


@pytest.mark.parametrize("unit", ["nats", "dits"])
def test_links_of_the_drill_take_the_unit_along(unit):
    links, in_bits = links_of_the_drill(unit), links_of_the_drill("bits")
    for link, same in zip(links, in_bits, strict=True):
        assert (link.page, link.promise) == (same.page, same.promise)
        assert link.query == f"{same.query}{'&' if same.query else '?'}unit={unit}"
        # No number is promised: a view that keeps its promise in bits keeps it in any unit.
        assert not any(map(str.isdigit, link.promise))
    for link in {link for link in links if link.page == "directions"}:
        assert set_up(open_link(link))["unit"] == unit
