"""What the decoder says of a call is what the call does."""

import re

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from charts.units import UNITS
from pages.directions import words
from pages.directions.decoder import CALLS, answers
from pages.directions.numbers import Decoded, P, Q
from tests.pages.truth import chances

NAMES = [call.name for call in CALLS]
WEIGHTS = st.lists(st.floats(0.05, 10), min_size=3, max_size=3)
# A busy machine stops an example for longer than the 200 ms that Hypothesis allows it.
UNHURRIED = settings(deadline=None)
EQUAL = {"rtol": 1e-9, "atol": 1e-12}


def python(formula):
    """Return a formula of the table as Python, without what is said after a comma."""
    body = formula.split(",")[0].replace("·", "*").replace("−", "-").replace("Σ ", "")
    return re.sub(r"(log|ln) (\w+)", r"\1(\2)", body)


def in_table(column, unit):
    """Return a column of formulas as the table has it, as Python."""
    table = words.every_call(Decoded(chances(P), chances(Q), 1.0, mixed_up=False, unit=unit))
    return [python(each.replace("\N{NO-BREAK SPACE}", " ")) for each in table[column]]


def known_in(unit, **known):
    """Return what a formula may name, its logarithm in the unit."""
    return known | {"k": 3, "log": lambda x: np.log(x) / unit.nats, "ln": np.log}


def divergence(call, p, q):
    """Return what D means in the row of a call."""
    return entropy(q, p) if call.direction == "D(Q‖P)" else entropy(p, q)


def answer(name, p, q, **spoiled):
    """Return what the call with this name answers."""
    return answers(chances(p), chances(q), **spoiled)[NAMES.index(name)]


def check_answers(found, expected):
    """See that each call, by its name, answers what is expected of it."""
    for name, value in expected.items():
        np.testing.assert_allclose(found[NAMES.index(name)], value, **EQUAL, err_msg=name)


@UNHURRIED
@given(WEIGHTS, WEIGHTS)
def test_calls_are_in_the_direction_that_the_table_names(p, q):
    p, q = chances(p), chances(q)
    expected = {"D(P‖Q)": entropy(p, q), "D(Q‖P)": entropy(q, p), "neither": entropy(p, q) / 3}
    check_answers(answers(p, q), {call.name: expected[call.direction] for call in CALLS})


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@UNHURRIED
@given(WEIGHTS, WEIGHTS)
def test_formulas_sum_to_the_answers(unit, p, q):
    p, q = chances(p), chances(q)
    known = known_in(unit, p=p, q=q, u=p / q)
    formulas = zip(CALLS, in_table("sums up", unit), strict=True)
    totals = {call.name: np.sum(eval(formula, known)) for call, formula in formulas}  # noqa: S307
    check_answers(answers(p, q) / unit.nats, totals)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@UNHURRIED
@given(WEIGHTS, WEIGHTS, st.floats(0.2, 2))
def test_unnormalised_q_does_what_the_table_says(unit, p, q, total):
    p, q = chances(p), chances(q)
    expected = {}
    for call, formula in zip(CALLS, in_table("if Q sums to s", unit), strict=True):
        if not ("unless cut" in call.unnormalised and (total * q > 1).any()):
            known = known_in(unit, D=divergence(call, p, q) / unit.nats, s=total)
            expected[call.name] = eval(formula, known)  # noqa: S307
    check_answers(answers(p, q, total) / unit.nats, expected)


@pytest.mark.parametrize("call", [call for call in CALLS if call.code.startswith(("np", "scipy"))])
def test_code_as_written_gives_the_answer(call):
    p, q = chances([9, 0.8, 0.2]), chances([4, 3, 3])
    value = eval(call.code, {"np": np, "scipy": scipy, "p": p, "q": q})  # noqa: S307
    np.testing.assert_allclose(value, answers(p, q)[CALLS.index(call)], **EQUAL)


@pytest.mark.parametrize(("name", "sampled"), [("k1 over Q's draws", 0), ("k3 over Q's draws", 1)])
def test_estimators_are_the_mean_over_draws_of_q(name, sampled):
    p, q = chances([9, 0.8, 0.2]), chances([4, 3, 3])
    draws = np.random.default_rng(1).choice(3, p=q, size=400_000)
    log_u = np.log(p[draws]) - np.log(q[draws])
    values = (-log_u, np.expm1(log_u) - log_u)[sampled]
    error = values.std() / np.sqrt(draws.size)
    assert abs(values.mean() - answer(name, p, q)) < 4 * error
    assert error < 0.01


def test_zeros_do_what_the_table_warns_of():
    assert np.isnan(answer("numpy by hand", [1, 1, 0], [1, 1, 1]))
    assert np.isnan(answer("F.kl_div(log_q, p)", [1, 1, 0], [1, 2, 0]))
    assert answer("scipy rel_entr", [1, 1, 1], [1, 1, 0]) == np.inf
    assert np.isfinite(answer("keras kl_divergence", [1, 1, 1], [1, 1, 0]))


@UNHURRIED
@given(WEIGHTS, WEIGHTS, st.integers(1, 2))
def test_k3_misses_the_share_of_what_q_rules_out(p, q, words_left):
    p, q = chances(p), chances([*q[:words_left], *[0.0] * (3 - words_left)])
    value = answers(p, q)[NAMES.index("k3 over Q's draws")]
    np.testing.assert_allclose(value, entropy(q, p) - p[q == 0].sum(), **EQUAL)


@UNHURRIED
@given(*[st.lists(st.floats(0, 10), min_size=3, max_size=3).filter(any)] * 2, st.floats(0.2, 2))
def test_numpy_warns_of_a_logarithm_mixed_up_and_goes_on(p, q, total):
    p, q = chances(p), chances(q)
    with np.errstate(divide="ignore"):
        handed = np.log(total * q)
    with pytest.warns(RuntimeWarning), np.errstate(all="warn"):
        value = eval(CALLS[0].code, {"np": np, "p": p, "q": handed})  # noqa: S307
    np.testing.assert_equal(value, answers(p, q, total, mixed_up=True)[0])


def test_numpy_warns_where_p_is_0_as_the_table_says():
    code = {"np": np, "p": chances([1, 1, 0]), "q": chances([1, 1, 1])}
    with pytest.warns(RuntimeWarning):
        assert np.isnan(eval(CALLS[0].code, code))  # noqa: S307


@UNHURRIED
@given(WEIGHTS, WEIGHTS)
def test_forgotten_logarithm_is_never_above_0(p, q):
    p, q = chances(p), chances(q)
    value = answers(p, q, mixed_up=True)[NAMES.index("F.kl_div(log_q, p)")]
    np.testing.assert_allclose(value, -entropy(p) - p @ q, **EQUAL)
    assert value < 0


def test_rounding_leaves_no_trace_of_a_zero():
    p = chances([9, 0.8, 0.2])
    np.testing.assert_array_equal(answers(p, p), np.zeros(len(CALLS)))
