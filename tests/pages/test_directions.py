"""The lesson that names directions says what scipy, PyTorch's formula and Keras's make true."""

import contextlib
import io
import re

import numpy as np
import pytest
from scipy.special import kl_div
from scipy.stats import entropy

from tests.deep_links import deep_links, plain
from tests.pages.conftest import agree, bound_controls, move, open_page, texts
from widgets.texts.drill import drill
from widgets.units import UNITS

P, Q = np.array([9, 0.8, 0.2]) / 10, np.array([0.4, 0.3, 0.3])
EQUAL = {"directions_q1": 9, "directions_q2": 0.8, "directions_q3": 0.2}
MIXED_UP = {"directions_form": "mixed up"}


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def said(app, beginning):
    """Return the paragraph that begins like this."""
    paragraphs = [each for text in app.markdown for each in text.value.split("\n\n")]
    [paragraph] = [each for each in paragraphs if each.startswith(beginning)]
    return paragraph


def now(app):
    """Return the answers in the table, by how the call is written."""
    [html] = [html.value for html in app.get("html") if "calls, and their answers" in html.value]
    rows = re.findall(r"<tr>(.*?)</tr>", html)[1:]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    return {call.replace("&quot;", '"'): value for call, _, value, *_ in cells}


def test_opens_with_both_divergences_and_where_the_calls_land():
    words = said(open_page("directions.py"), "D(P‖Q) is")
    assert words == (
        f"D(P‖Q) is **{entropy(P, Q, base=2):.3f} bits**, D(Q‖P) **{entropy(Q, P, base=2):.3f} "
        "bits**. On D(P‖Q) land numpy by hand, scipy rel_entr, scipy kl_div, scipy entropy, "
        "F.kl_div(log_q, p), torch kl_divergence and keras kl_divergence. On D(Q‖P) land "
        "F.kl_div(log_p, q), k1 over Q's draws and k3 over Q's draws. On neither lands F.kl_div by "
        f"default ({entropy(P, Q, base=2) / 3:.3f} bits)."
    )


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", np.e), ("dits", 10)])
def test_unit_restates_every_answer(unit, base):
    answers = now(open_page("directions.py", unit=unit))
    assert len(answers) == 11
    assert answers["scipy.stats.entropy(p, q)"] == f"{entropy(P, Q, base=base):.3f}"
    assert answers["(log_q - log_p).mean()"] == f"{entropy(Q, P, base=base):.3f}"


def test_equal_distributions_are_0_either_way():
    app = open_page("directions.py", **EQUAL)
    words = said(app, "P and Q are the same")
    assert "either direction is 0 bits. On both land numpy by hand" in words
    assert "neither" not in words
    assert set(now(app).values()) == {"0.000"}


def test_unnormalised_q_goes_below_0_and_says_which_calls_hide_it():
    app = press(open_page("directions.py", unit="nats"), "Q adds up to 2")
    answers = now(app)
    shifted = entropy(P, Q) - np.log(2)
    assert shifted < 0
    assert agree(answers["scipy.special.rel_entr(p, q).sum()"], shifted)
    assert agree(answers["scipy.special.kl_div(p, q).sum()"], kl_div(P, 2 * Q).sum())
    assert agree(answers["scipy.stats.entropy(p, q)"], entropy(P, Q))
    words = said(app, "Q's numbers add up to 2")
    assert "off by −log 2 = −0.693 nats" in words
    assert (
        "Below 0, where no divergence can be, are numpy by hand, scipy rel_entr, "
        "F.kl_div(log_q, p), F.kl_div by default and keras kl_divergence: there the mistake shows."
    ) in words


def test_many_calls_on_neither_are_counted_not_named():
    app = open_page("directions.py", directions_sum=2)
    assert said(app, "D(P‖Q) is").endswith("On neither land the other 9.")
    app = open_page("directions.py", **MIXED_UP)
    assert said(app, "D(P‖Q) is").endswith("bits**. On neither land all 11.")


def test_unnormalised_q_may_show_nowhere():
    words = said(open_page("directions.py", directions_sum=0.5), "Q's numbers add up to 0.5")
    assert "off by −log 0.5 = +1.000 bits" in words
    assert "No answer is below 0, where the mistake would show." in words


def test_only_what_gives_a_number_is_said_to_be_off():
    nan = said(open_page("directions.py", directions_p3=0, directions_sum=2), "Q's numbers")
    assert "so scipy rel_entr and F.kl_div(log_q, p) are off by −log 2 = −1.000 bits" in nan
    infinite = said(open_page("directions.py", directions_q3=0, directions_sum=2), "Q's numbers")
    assert "add up to 2, but scipy entropy and torch kl_divergence divide" in infinite


def test_one_call_below_0_is_said_in_the_singular():
    close = {"directions_p1": 5, "directions_p2": 5, "directions_q1": 5.1, "directions_q2": 5}
    no_rain = {"directions_p3": 0, "directions_q3": 0}
    app = open_page("directions.py", **close, **no_rain, directions_sum=0.95)
    words = said(app, "Q's numbers add up to 0.95")
    assert "Below 0, where no divergence can be, is k1 over Q's draws: there" in words


def test_logarithm_mixed_up_is_counted():
    app = press(open_page("directions.py", unit="nats"), "Logarithm mixed up")
    answers = now(app)
    assert agree(answers['F.kl_div(log_q, p, reduction="sum")'], -entropy(P) - P @ Q)
    assert answers["np.sum(p * np.log(p / q))"] == "NaN"
    assert answers["scipy.special.rel_entr(p, q).sum()"] == "∞"
    finite = sum(value not in ("NaN", "∞", "−∞") for value in answers.values())
    words = said(app, "Where a call asks")
    assert f"{finite} of 11 answer with a number all the same" in words
    assert "besides" not in words
    both = said(open_page("directions.py", **MIXED_UP, directions_sum=0.5), "Where a call asks")
    assert "besides, the chances add up to 0.5" in both


def test_word_that_q_rules_out():
    app = press(open_page("directions.py", unit="nats"), "Q rules a word out")
    words = said(app, "Q rules out")
    q = np.array([0.5, 0.5, 0])
    made_up = np.sum(P * np.log(P / np.clip(q, 1e-7, 1)))
    assert "Q rules out *rainy* and P does not, so D(P‖Q) is ∞" in words
    assert f"makes up {made_up:.3f} nats" in words
    assert "averages to 0, falls short of D(Q‖P) by 0.020 nats" in words
    k3 = now(app)["((log_p - log_q).exp() - (log_p - log_q) - 1).mean()"]
    assert agree(k3, entropy(q, P) - 0.02)


def test_word_that_p_rules_out():
    app = press(open_page("directions.py"), "P rules a word out")
    assert said(app, "P never says") == (
        "P never says *rainy*: numpy by hand stumbles over 0·log 0."
    )
    assert now(app)["np.sum(p * np.log(p / q))"] == "NaN"
    assert now(app)["(log_q - log_p).mean()"] == "∞"


def test_word_that_neither_says():
    app = open_page("directions.py", directions_p3=0, directions_q3=0)
    assert "Where both are 0 even F.kl_div answers NaN: 0·(−∞)." in said(app, "P never says")
    assert now(app)['F.kl_div(log_q, p, reduction="sum")'] == "NaN"
    assert agree(now(app)["scipy.stats.entropy(p, q)"], entropy([9, 0.8], [4, 3], base=2))


def test_each_rules_out_what_the_other_says():
    app = open_page("directions.py", directions_p3=0, directions_q1=0)
    words = said(app, "Q rules out *sunny*")
    assert "k3" not in words
    assert "On both land" in said(app, "D(P‖Q) is **∞**")


def test_swap_turns_the_directions_round():
    app = press(open_page("directions.py"), "Swap P and Q")
    assert f"D(P‖Q) is **{entropy(Q, P, base=2):.3f} bits**" in texts(app)


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_rest(letter):
    zero = {f"directions_{letter}{place}": 0 for place in (1, 2, 3)}
    app = open_page("directions.py", directions_sum=1.5, **zero)
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert bound_controls(app)["directions_sum"].value == 1.5
    assert "nothing to decode" in texts(app)
    app = move(app, f"directions_{letter}1", 2.0)
    assert not app.warning
    assert bound_controls(app)["directions_sum"].value == 1.5


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page("directions.py", directions_form="upside down", directions_sum="1.5")
    [warning] = app.warning
    assert "`directions_form = upside down`" in warning.value
    assert bound_controls(app)["directions_form"].value == "as asked"
    assert bound_controls(app)["directions_sum"].value == 1.5


def test_start_over_puts_everything_back():
    fresh = bound_controls(open_page("directions.py"))
    usual = {key: control.value for key, control in fresh.items()}
    answered = {f"directions_check{item}": "Neither" for item in range(1, 11)}
    app = open_page(
        "directions.py", directions_p1=3, directions_q3=0, directions_sum=0.5, **MIXED_UP,
        directions_predict="D(Q‖P)", **answered,
    )  # fmt: skip
    changed = {key: control.value for key, control in bound_controls(app).items()}
    assert sum(changed[key] != usual[key] for key in usual) == 15
    press(app, "Start over")
    assert {key: control.value for key, control in bound_controls(app).items()} == usual


def test_prediction_reveals_what_is_computed():
    app = open_page("directions.py", directions_predict="D(P‖Q)", unit="nats")
    assert "That is what happens" in texts(app)
    assert f"**{entropy(P, Q):.3f} nats**" in texts(app)
    assert "A surprise, then" in texts(open_page("directions.py", directions_predict="D(Q‖P)"))


def test_drill_counts_right_answers():
    right = {
        f"directions_check{number}": item.right
        for number, item in enumerate(drill(UNITS["bits"]), start=1)
    }
    app = open_page("directions.py", **right)
    assert "**10 of 10 right.**" in texts(app)
    assert sum(message.value.startswith("Right") for message in app.success) == 10
    app = open_page("directions.py", **right | {"directions_check1": "Neither"})
    assert "**9 of 10 right.**" in texts(app)


@pytest.mark.parametrize("unit", UNITS)
def test_links_of_the_drill_open_what_they_promise(unit):
    links = [link for item in drill(UNITS[unit]) for link in deep_links(item.see)]
    assert len(links) == 10
    for link in set(links):
        query = dict(pair.split("=") for pair in link.query.lstrip("?").split("&") if pair)
        app = open_page(link.file, **{key: value.replace("+", " ") for key, value in query.items()})
        assert not app.warning
        assert link.promise in plain(texts(app)), link
        assert bound_controls(app)["unit"].value == unit


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("spoiled", [{}, {"directions_sum": 1.4}, MIXED_UP, {"directions_q3": 0}])
def test_snippet_reproduces_the_numbers_on_screen(unit, spoiled):
    app = open_page("directions.py", unit=unit, directions_p3=2.5, **spoiled)
    snippet = app.code[-1].value
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate():
        exec(snippet, {})  # noqa: S102
    promised = re.findall(r"# (?:.*: )?(\S+)$", snippet, re.M)
    numbers = [float(number) for number in printed.getvalue().split()]
    assert len(numbers) == 5
    np.testing.assert_allclose(numbers, [float(each) for each in promised[-5:]], rtol=1e-12)
    answers = now(app)
    for call, number in zip(("special.rel_entr(p, q).sum()", "special.kl_div(p, q).sum()",
                             "stats.entropy(p, q)"), numbers[2:], strict=True):  # fmt: skip
        shown = answers[f"scipy.{call}"]
        assert shown == {"inf": "∞", "nan": "NaN"}.get(str(number), shown)
        assert not np.isfinite(number) or agree(shown, number)


def test_formula_adds_up_both_ways():
    symbols, there, _, back = [each.value for each in open_page("directions.py", unit="nats").latex]
    assert r"\ln\frac" in symbols
    assert f"{entropy(P, Q):.3f}" in there
    assert f"{entropy(Q, P):.3f}" in back
    assert there.count(r"\ln(") == back.count(r"\ln(") == 3
