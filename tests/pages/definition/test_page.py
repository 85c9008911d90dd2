"""The definition's lesson says what its sums make true."""

import re

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import entropy

from pages.definition.numbers import READ, SKY
from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    numbered,
    open_page,
    press,
    set_up,
)
from tests.pages.reading import (
    charts,
    check_alternatives,
    dragged,
    paragraphs,
    sentence,
    texts,
    titles,
    weights,
)

P, Q = (6, 2.5, 1, 0.5), (4, 3, 2.9, 0.1)
TERMS = rel_entr(np.divide(P, 10), np.divide(Q, 10)) / np.log(2)
TAKEAWAY = "each outcome counts as often as P brings it"


def weighing(letter, values):
    """Return URL parameters for the weights of P or Q."""
    return numbered(f"definition_{letter}", values)


def reading(app):
    """Return the numbered lines that read the formula."""
    return sentence_block(app, "q under p")


def sentence_block(app, said):
    """Return the lines of the one list that says this."""
    [block] = [each for each in paragraphs(app) if said in each]
    return block.split("\n")


def test_pictures_follow_their_sliders():
    keys = [*weighing("p", P), *weighing("q", Q), "definition_read", "definition_day"]
    assert answers_of(open_page("definition")) == {key: {"the_sum"} for key in keys}


def test_opens_read_as_far_as_the_gap_and_gives_nothing_away():
    app = open_page("definition")
    assert titles(app) == [f"Q is furthest off on snow: +{np.log2(5):.3f} bits"]
    assert charts(app)[0].figure["data"][3]["text"] == ["?"] * 5
    shown = "\n".join([*(charts(app)[0].words, charts(app)[0].alt), *(t.value for t in app.latex)])
    for answer in (*(f"{abs(term):.3f}" for term in TERMS), f"{TERMS.sum():.3f}", "adds most"):
        assert answer not in shown
    assert len(reading(app)) == 2
    assert TAKEAWAY not in texts(app)


def test_answer_reads_the_formula_to_its_end():
    app = open_page("definition")
    app.radio(key="definition_predict").set_value("Snow").run()
    assert set_up(app)["definition_read"] == "the sum"
    # Marked is what adds most.
    assert set_up(app)["definition_day"] == "sun"
    assert titles(app) == [f"The sum is {TERMS.sum():.3f} bits"]
    assert "A surprise, then" in texts(app)
    assert f"Sun adds **+{TERMS[0]:.3f}**" in texts(app)
    assert f"comes 5.0% of the time and adds +{TERMS[3]:.3f}" in texts(app)
    assert TAKEAWAY in texts(app)
    assert len(reading(app)) == 4
    right = open_page("definition", definition_predict="Sun")
    assert "That is what happens" in texts(right)


def test_what_the_question_says_is_so():
    app = open_page("definition")
    question = next(each.label for each in app.radio if each.key == "definition_predict")
    assert "furthest off on **snow**: P brings it five times as often as Q expects" in question
    gaps = np.log2(np.divide(P, Q))
    assert abs(gaps).argmax() == 3
    assert P[3] / Q[3] == pytest.approx(5)
    assert TERMS.argmax() == 0
    # Rain is overrated, and takes back.
    assert TERMS.argmin() == 2
    assert Q[2] > P[2]


@pytest.mark.parametrize("read", READ)
def test_reading_on_draws_row_after_row(read):
    app = open_page("definition", definition_read=read)
    place = READ.index(read)
    _, _, gaps, products = charts(app)[0].figure["data"]
    assert ("?" in gaps["text"]) == (place < 1)
    assert products["text"].count("?") == [5, 5, 1, 0][place]
    assert len(reading(app)) == place + 1


def test_link_with_other_weights_hides_nothing():
    app = open_page("definition", definition_q1=5)
    total = entropy(P, (5, *Q[1:]), base=2)
    assert titles(app) == [f"The sum is {total:.3f} bits"]
    assert len(reading(app)) == 4
    assert f"Together the products make {total:.3f} bits" in texts(app)


@pytest.mark.parametrize("day", SKY)
def test_day_that_is_followed_is_read_and_boxed(day):
    app = open_page("definition", definition_day=day, definition_read="the sum")
    place = SKY.index(day)
    lines = reading(app)
    assert f"How far off is Q on {day}?" in lines[0]
    assert lines[2].endswith(f" = {TERMS[place]:+.3f}.".replace("-", "−"))
    rows = app.latex[1].value.split(r"\\")
    assert [place for place, row in enumerate(rows) if r"\boxed" in row] == [place]


def test_formula_stands_beside_the_reading():
    app = open_page("definition")
    column = [each.type for each in app.main if each.type in ("subheader", "latex", "markdown")]
    start = column.index("subheader")
    assert column[start : start + 4] == ["subheader", "latex", "latex", "markdown"]
    assert app.subheader[0].value == "Read it from right to left"


def test_every_chart_has_its_sentence_as_text_alternative():
    check_alternatives(open_page("definition"), 1)


def test_unit_reaches_chart_sentence_formula_and_code():
    app = open_page("definition", unit="dits", definition_read="the sum")
    total = f"{entropy(P, Q, base=10):.3f}"
    assert titles(app) == [f"The sum is {total} dits"]
    assert sentence(app, "Together the products make (.*) dits")[1] == total
    assert rf"{total} \text{{ dits}}" in app.latex[1].value
    assert "base=10" in app.code[0].value


@pytest.mark.parametrize(
    ("label", "p", "q", "day"),
    [
        ("A forecast too sunny", (4, 3, 2.5, 0.5), (6, 2.5, 1, 0.5), "rain"),
        ("Q rules snow out", P, (4, 3, 3, 0), "snow"),
        ("P has no snow", (6, 2.5, 1.5, 0), Q, "snow"),
        ("Swap P and Q", Q, P, "snow"),
    ],
)
def test_presets_set_the_weights_and_read_to_the_end(label, p, q, day):
    app = press(open_page("definition"), label)
    assert weights(app, "definition_p") == list(p)
    assert weights(app, "definition_q") == list(q)
    assert set_up(app)["definition_day"] == day
    assert set_up(app)["definition_read"] == "the sum"
    total = entropy(p, q, base=2)
    assert titles(app) == [f"The sum is {'∞' if np.isinf(total) else f'{total:.3f} bits'}"]


def test_swap_twice_is_where_it_began():
    app = open_page("definition", definition_p2=7.5, definition_day="sun")
    before = set_up(app) | {"definition_read": "the sum"}
    assert set_up(press(press(app, "Swap P and Q"), "Swap P and Q")) == before


def test_same_weights_have_no_divergence():
    thirds, ninths = weighing("p", (0.1, 0.1, 0.1, 0.3)), weighing("q", (0.3, 0.3, 0.3, 0.9))
    app = open_page("definition", **thirds, **ninths)
    assert titles(app) == ["The sum is 0.000 bits"]
    assert "P and Q agree everywhere: every gap is 0, and so is the sum, 0 bits." in texts(app)


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_rest(letter):
    kept = {"definition_day": "rain", "definition_read": "the sum", "definition_check2": "Yes"}
    app = open_page("definition", **kept, **weighing(letter, [0] * 4))
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert not titles(app)
    assert not app.code
    assert "Give P and Q some weight first." in texts(app)
    assert set_up(app).items() >= kept.items()
    move(app, f"definition_{letter}1", 2.0)
    assert not app.warning
    assert len(titles(app)) == 1


def test_right_answers_are_marked_right():
    answers = (
        "It counts each gap as often as x comes",
        "Yes",
        "What it was given does not sum to 1",
    )
    app = open_page("definition", **numbered("definition_check", answers))
    assert [message.value[:5] for message in app.success] == ["Right"] * 3


def test_code_has_the_number_on_screen():
    app = open_page("definition", unit="nats", definition_p3=7.5)
    total, _ = re.findall(r"#.*: (.*)", app.code[0].value)
    assert titles(app) == [f"The sum is {float(total):.3f} nats"]
    assert "p = normalize([6.0, 2.5, 7.5, 0.5])" in app.code[0].value


def test_slider_redraws_its_picture_and_nothing_else():
    app = open_page("definition")
    bound_controls(app)["definition_q3"].set_value(0.0).run()
    assert titles(app) == ["The sum is ∞"]
    assert not app.code
    assert not app.latex


def test_bars_can_be_dragged():
    app = open_page("definition", definition_q3=0)
    left = np.array([4, 3, 0, 0.1]) / 7.1
    assert list(dragged(charts(app)[0])) == [*weighing("p", P), *weighing("q", Q)]
    heights = [height for _, height in dragged(charts(app)[0]).values()]
    assert heights == pytest.approx([100 * each for each in (*np.divide(P, 10), *left)])


@pytest.mark.parametrize(
    "asked",
    [
        {"definition_q_end": "2", "definition_epsilon": "0.01"},
        {"definition_width": "1/4"},
        {"definition_p_mean": "1"},
    ],
)
def test_old_link_to_the_integral_is_sent_on(asked):
    app = open_page("definition", **asked)
    [notice] = [each.value for each in app.info if "has moved" in each.value]
    address = re.search(r"\*\*The integral\*\*\]\((.*?)\)", notice)[1]
    assert address.startswith("integral?")
    for key, value in asked.items():
        assert f"{key}={value.replace('/', '%2F')}" in address
        # And there it is.
        assert set_up(open_page("integral", **asked))[key] in (value, float_of(value))


def float_of(value):
    """Return a number, or None for what is none."""
    try:
        return float(value)
    except ValueError:
        return None


def test_link_of_today_is_not_sent_on():
    assert not open_page("definition", definition_p1="3", unit="nats").info
