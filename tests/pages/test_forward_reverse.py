"""The lesson on both directions says what quadrature and a search from every side make true."""

import ast
import contextlib
import csv
import io
import itertools
import json
import math
import re
from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from kl_core import PlaneMixture, project_plane_forward, project_plane_reverse
from tests.pages.conftest import (
    ROOT,
    agree,
    bound_controls,
    charts,
    move,
    open_page,
    texts,
    value_of,
)

FILE = "forward_reverse.py"
NAMES = ("weight", "mean", "spread")
TWO = ((0.5, -2.5, 0.8), (0.5, 2.5, 0.8))
PRESETS = {
    "Two far modes": TWO,
    "Unequal modes": ((0.7, -2.0, 0.6), (0.3, 3.0, 1.0)),
    "Wide and narrow": ((0.7, -1.0, 2.0), (0.3, 3.0, 0.3)),
    "Three modes": ((0.3, -4.0, 0.7), (0.4, 0.0, 0.6), (0.3, 4.5, 0.9)),
    "Touching modes": ((0.5, -1.0, 0.8), (0.5, 1.0, 0.8)),
    "One heavy tail": ((0.85, 0.0, 0.6), (0.15, 0.0, 3.0)),
}
UNEQUAL = PRESETS["Unequal modes"]
BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}
OPTIMISERS = ("natural gradient", "Adam", "gradient descent")
NUMBER = r"(−?\d+(?:,\d{3})*(?:\.\d+)?(?:×10[⁻⁰-⁹¹²³]+)?)"
MARKS = "①②③④⑤⑥⑦⑧⑨"
HAND, OPTIMA, MAPS, FILM, BETWEEN, PLANE = 0, 1, (2, 3), 4, 5, (6, 7)

# What the page shows, computed without its code: averages over a standard bell, point by point.
Z = np.linspace(-9, 9, 3601)
PHI = norm.pdf(Z) * (Z[1] - Z[0])


def log_density(rows, x):
    """Return log p(x) of a mixture, in nats."""
    weights, means, stds = (np.array(each)[:, None] for each in zip(*rows, strict=True))
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        logs = np.log(weights / weights.sum()) + norm.logpdf(x.ravel(), means, stds)
    return np.logaddexp.reduce(logs, axis=0).reshape(x.shape)


def average(rows, function):
    """Return the average of a function of x over a mixture."""
    whole = sum(weight for weight, _, _ in rows)
    return sum(w / whole * float(PHI @ function(mean + std * Z)) for w, mean, std in rows)


def divergence(one, other):
    """Return D(one‖other) of two mixtures, in nats."""
    return average(one, lambda x: log_density(one, x) - log_density(other, x))


def bell(mean, std):
    """Return a single bell as rows."""
    return ((1.0, mean, std),)


def moments(rows):
    """Return mean and spread of a mixture."""
    mean = average(rows, lambda x: x)
    return mean, math.sqrt(average(rows, lambda x: (x - mean) ** 2))


def alpha_divergence(rows, mean, std, alpha):
    """Return D_α(P‖Q), in nats, and its limits at both ends."""
    if alpha == 0:
        return divergence(bell(mean, std), rows)
    if alpha == 1:
        return divergence(rows, bell(mean, std))
    x = np.linspace(-20, 20, 5001)
    logs = alpha * log_density(rows, x) + (1 - alpha) * norm.logpdf(x, mean, std)
    return (1 - np.trapezoid(np.exp(logs), x)) / (alpha * (1 - alpha))


@cache
def best_bells(rows, alpha=0.0):
    """Return mean, spread and divergence of every local optimum, best first, by search."""
    starts = [(mean, std) for _, mean, std in rows]
    starts += [moments(part) for n in (2, 3) for part in itertools.combinations(rows, n)]
    starts += [(mean, std) for mean in (-4, 0, 4) for std in (0.3, 2)]
    found = []
    for mean, std in starts:
        end = minimize(
            lambda at: alpha_divergence(rows, at[0], math.exp(at[1]), alpha),
            (mean, math.log(std)),
            method="BFGS",
            options={"gtol": 1e-6},
        )
        fit = (float(end.x[0]), math.exp(end.x[1]), float(end.fun))
        if all(abs(fit[0] - o[0]) + abs(fit[1] - o[1]) > 0.02 for o in found):
            found.append(fit)
    return sorted(found, key=lambda fit: fit[2])


def link(rows):
    """Return URL parameters for the table."""
    filled = [*rows, *[("", "", "")] * (5 - len(rows))]
    return {
        f"forward_p{place}_{name}": value if isinstance(value, str) else f"{value:g}"
        for place, row in enumerate(filled, start=1)
        for name, value in zip(NAMES, row, strict=True)
    }


def opened(rows=TWO, mean=1.5, spread=1.0, **parameters):
    """Return the page with this P and this Q; parameters come without the lesson's name."""
    named = {k if k == "unit" else f"forward_{k}": str(v) for k, v in parameters.items()}
    q = {"forward_q_mean": str(mean), "forward_q_spread": str(spread)}
    return open_page(FILE, **link(rows), **q, **named)


def cells(app):
    """Return the table as numbers, the empty rows left out."""
    rows = [
        tuple(app.session_state[f"forward_p{place}_{name}"] for name in NAMES)
        for place in range(1, 6)
    ]
    return tuple(tuple(map(float, row)) for row in rows if any(row))


def specs(app):
    """Return the charts, as the browser gets them."""
    return [json.loads(chart.spec) for chart in charts(app)]


def titles(app):
    """Return the titles of the charts, in order."""
    return [spec["layout"]["title"]["text"] for spec in specs(app)]


def sentence(app, pattern):
    """Return the match of the one paragraph that says this."""
    found = [match for each in app.markdown if (match := re.search(pattern, each.value))]
    assert len(found) == 1, (pattern, texts(app))
    return found[0]


def verdict(app):
    """Return what the game says, and whether it is won."""
    said = [(each.value, won) for won in (True, False)
            for each in (app.success if won else app.info) if "Yours is" in each.value]  # fmt: skip
    assert len(said) == 1
    return said[0]


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def slide(app, name, value):
    """Move a slider of P, as `move` does for what a link holds."""
    app.slider(key=f"_forward_p_{name}").set_value(value).run()
    assert not app.exception
    app.query_params.update(
        {key: app.session_state[key] for key in link(TWO)} | {"forward_q_mean": str(q_of(app)[0])}
    )
    app.run()
    assert not app.exception
    assert not app.warning
    return app


def q_of(app):
    """Return mean and spread of the learner's Q."""
    return app.session_state["forward_q_mean"], app.session_state["forward_q_spread"]


def set_up(app):
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def by_hand(app):
    """Return both divergences of the learner's Q, from the headings of the chart."""
    found = [
        re.match(rf"<b>D\(.‖.\) = {NUMBER} \w+</b>", each["text"])
        for each in specs(app)[HAND]["layout"]["annotations"]
    ]
    return [match[1] for match in found if match]


def seekers(app, unit="bits"):
    """Return mark, mean, spread and divergence of each reverse optimum that is listed."""
    said = sentence(app, r"\*\*Seeking\*\*").string.partition("**Seeking**")[2]
    at = rf"mean {NUMBER}, spread {NUMBER}"
    listed = re.findall(rf"([①-⑳]) at {at}[^①-⑳]*? {NUMBER} {unit}", said)
    return listed or re.findall(rf"(one optimum).*?{at}, at {NUMBER} {unit}", said)


def check_everything(app, rows, unit="bits"):
    """See that every part of the page speaks of this P and of the learner's Q."""
    nats = math.log(BASES[unit])
    q = bell(*q_of(app))
    mine = divergence(rows, q) / nats, divergence(q, rows) / nats
    for shown, value in zip(by_hand(app), mine, strict=True):
        assert agree(shown, value), (shown, value)
    said = sentence(app, rf"D\(P‖Q\) = {NUMBER} {unit}\..*D\(Q‖P\) = {NUMBER} {unit}\.")
    assert list(said.groups()) == by_hand(app)

    mean, std = moments(rows)
    least = divergence(rows, bell(mean, std)) / nats
    said = sentence(app, rf"Covering.*?mean {NUMBER}, spread {NUMBER}, at {NUMBER} {unit}")
    assert all(map(agree, said.groups()[:3], (mean, std, least)))

    exact = best_bells(rows)
    listed = seekers(app, unit)
    assert len(listed) == len(exact)
    if len(exact) > 1:
        assert f"D(Q‖P) has {len(exact)} local optima" in texts(app)
        assert [each[0] for each in listed] == list(MARKS[: len(exact)])
    places = []
    for (_, *place), (*_, cost) in zip(listed, exact, strict=True):
        assert agree(place[2], cost / nats, 0.1), (place, exact)
        near = [f for f in exact if agree(place[0], f[0], 0.2) and agree(place[1], f[1], 0.2)]
        assert len(near) == 1
        places.append(near[0])
    # Two that are equally good may stand in either order, but each is listed once.
    assert len(set(places)) == len(exact)

    shown = titles(app)
    numbers = re.findall(NUMBER, shown[OPTIMA])
    assert all(map(agree, numbers, (least, exact[0][2] / nats), (0.1, 0.1))), shown[OPTIMA]
    assert shown[OPTIMA].endswith(f" {unit}")
    assert shown[MAPS[0]] == "D(P‖Q): one valley"
    assert shown[MAPS[1]].endswith(f"{len(exact)} valleys" if len(exact) > 1 else "one valley")
    check_people(app, rows)
    check_formula(app, rows, mine, unit)


def check_people(app, rows):
    """See that both people are told with this P's numbers."""
    mean, std = moments(rows)
    best = best_bells(rows)[0]
    x = np.linspace(-60, 60, 600_001)
    log_p, step = log_density(rows, x), x[1] - x[0]

    def wasted(mean, std):
        log_q = norm.logpdf(x, mean, std)
        return step * float(np.exp(log_q[log_q - log_p > math.log(10)]).sum())

    def inside(mean, std):
        near = abs(x - mean) <= 2 * std
        return step * float(np.exp(log_p[near]).sum())

    cautious = sentence(app, rf"cautious person.*spread {NUMBER} wide, and {NUMBER}% of P")
    assert agree(cautious[1], std)
    assert agree(cautious[2], 100 * inside(mean, std), 0.1)
    focused = sentence(app, rf"focused person.*mean {NUMBER}, spread {NUMBER}, and .*")
    at = (value_of(focused[1])[0], value_of(focused[2])[0])
    # Of two that are equally good either may come first.
    equals = [fit for fit in best_bells(rows) if fit[2] - best[2] < 1e-6]
    [seek] = [fit for fit in equals if abs(fit[0] - at[0]) < 0.02 and abs(fit[1] - at[1]) < 0.02]
    ignored = re.search(rf"{NUMBER}% of P lies more than\s+two spreads away", focused.string)
    assert agree(ignored[1], 100 * (1 - inside(*seek[:2])), 0.2)
    for said, share in ((cautious.string, wasted(mean, std)), (focused.string, wasted(*seek[:2]))):
        shown = re.search(rf"{NUMBER}% of Q lies where|next to nothing of Q lies where", said)
        if shown[1]:
            assert agree(shown[1], 100 * share, 0.2), (shown[0], share)
        else:
            assert share < 6e-4


def check_formula(app, rows, mine, unit):
    """See that the formulas hold today's numbers."""
    plain = [
        re.sub(r"\\textcolor\{[^}]*\}\{([^{}]*(?:\{[^{}]*\})?[^{}]*)\}", r"\1", each.value)
        for each in app.latex
    ]
    assert len(plain) == 4
    shown = re.findall(rf"= {NUMBER} \\text\{{ {unit}\}}", plain[1])
    assert len(shown) == 2
    assert all(map(agree, shown, mine))
    whole = sum(weight for weight, _, _ in rows)
    lines = re.findall(rf"{NUMBER} & {NUMBER} & {NUMBER}", plain[3])
    assert len(lines) == len(rows)
    for line, (weight, *place) in zip(lines, rows, strict=True):
        assert all(map(agree, line, (weight / whole, *place)))
    mean, std = moments(rows)
    made = re.search(rf"= {NUMBER}, .*\\sqrt\{{{NUMBER}\}} = {NUMBER}", plain[3])
    assert all(map(agree, made.groups(), (mean, std**2, std)))


def test_opens_on_two_far_modes_and_everything_agrees():
    app = open_page(FILE)
    assert not app.warning
    assert cells(app) == TWO
    assert q_of(app) == (1.5, 1.0)
    assert [app.slider(key=f"_forward_p_{name}").value for name in
            ("weight", "separation", "spread")] == [0.5, 5.0, 0.8]  # fmt: skip
    assert len(titles(app)) == 8
    check_everything(app, TWO)


def test_every_chart_has_words_as_its_text_alternative():
    app = open_page(FILE)
    said = [each.value.replace("*", "") for each in app.markdown]
    for chart in charts(app):
        assert chart.alt.replace("*", "") in said


@pytest.mark.parametrize("label", PRESETS)
def test_presets_put_every_cell_and_nothing_else(label):
    elsewhere = [(1, place, 0.3) for place in range(5)]
    app = opened(elsewhere, 0.7, 1.2, rate="0.5", alpha=0.3, slant=0.5, check1="Over both")
    before = set_up(app)
    press(app, label)
    assert cells(app) == PRESETS[label]
    after = set_up(app)
    table = {key for key in before if re.fullmatch(r"forward_p\d_\w+", key)}
    assert {key: after[key] for key in before.keys() - table} == {
        key: before[key] for key in before.keys() - table
    }
    check_everything(app, PRESETS[label])


@pytest.mark.parametrize(("label", "unit"), list(zip(PRESETS, ("nats", "dits") * 3, strict=True)))
def test_every_preset_in_another_unit(label, unit):
    check_everything(opened(PRESETS[label], -0.5, 1.4, unit=unit), PRESETS[label], unit)


def test_start_over_puts_everything_back():
    usual = set_up(open_page(FILE))
    fresh = open_page(FILE)
    names = ("goal", "picture", "predict", "check1", "check2", "check3", "check4")
    options = {name: fresh.radio(key=f"forward_{name}").options for name in names}
    changed = {key: labels[-1] for key, labels in options.items()}
    app = opened(
        PRESETS["Three modes"], 3, 2, optimiser="Adam", rate="1", alpha=0.2, shape="full",
        slant=0.1, round=7, **changed,
    )  # fmt: skip
    now = set_up(app)
    assert not app.warning
    same = {key for key in usual if now[key] == usual[key]}
    assert same <= {"unit", "present"} | {
        f"forward_p{row}_{name}" for row in (4, 5) for name in NAMES
    }
    press(app, "Start over")
    assert set_up(app) == usual


@pytest.mark.parametrize("mean", [-10.0, 0.0, 10.0])
@pytest.mark.parametrize("spread", [0.1, 8.0])
def test_q_at_the_extremes_of_both_sliders(mean, spread):
    app = opened(TWO, mean, spread)
    assert not app.warning
    check_everything(app, TWO)
    steps = [sentence(app, rf"^{re.escape(name)}: .*step").string for name in ("D(P‖Q)", "D(Q‖P)")]
    assert all("mean" in words for words in steps)


@pytest.mark.parametrize("value", [-10.0, -3.35, 10.0])
def test_slider_of_q_moves_everything_that_follows_it(value):
    app = move(open_page(FILE), "forward_q_mean", value)
    check_everything(app, TWO)
    first = re.search(rf"from {NUMBER} to", sentence(app, "Both begin at your Q").string)[1]
    assert agree(first, divergence(TWO, bell(value, 1.0)) / math.log(2), 0.1)


@pytest.mark.parametrize(
    ("name", "value", "rows"),
    [
        ("weight", 0.02, ((0.02, -2.5, 0.8), (0.98, 2.5, 0.8))),
        ("weight", 0.98, ((0.98, -2.5, 0.8), (0.02, 2.5, 0.8))),
        ("separation", 0.1, ((0.5, -0.05, 0.8), (0.5, 0.05, 0.8))),
        ("separation", 16.0, ((0.5, -8.0, 0.8), (0.5, 8.0, 0.8))),
        ("spread", 0.1, ((0.5, -2.5, 0.1), (0.5, 2.5, 0.1))),
        ("spread", 4.0, ((0.5, -2.5, 4.0), (0.5, 2.5, 4.0))),
    ],
)
def test_sliders_of_p_rewrite_the_cells_and_everything_follows(name, value, rows):
    app = slide(open_page(FILE), name, value)
    assert cells(app) == pytest.approx(np.array(rows))
    assert app.slider(key=f"_forward_p_{name}").value == pytest.approx(value)
    assert q_of(app) == (1.5, 1.0)
    check_everything(app, cells(app))


def test_sliders_of_p_move_three_bells_together():
    three = PRESETS["Three modes"]
    app = slide(opened(three), "weight", 0.4)
    share = 0.6 / 0.7
    expected = np.array([(0.4, -4, 0.7), (0.4 * share, 0, 0.6), (0.3 * share, 4.5, 0.9)])
    assert cells(app) == pytest.approx(expected, abs=1e-5)
    app = slide(app, "separation", 4.0)
    scale = 4 / 8.5
    expected[:, 1] = 0.25 + scale * (np.array([-4, 0, 4.5]) - 0.25)
    assert cells(app) == pytest.approx(expected, abs=1e-5)
    app = slide(app, "spread", 1.8)
    expected[:, 2] *= 2
    assert cells(app) == pytest.approx(expected, abs=1e-5)
    check_everything(app, cells(app))


def test_cells_move_the_sliders_of_p():
    app = move(open_page(FILE), "forward_p2_mean", "4.5")
    move(app, "forward_p1_weight", "1.5")
    move(app, "forward_p2_spread", "1.2")
    assert [app.slider(key=f"_forward_p_{name}").value for name in
            ("weight", "separation", "spread")] == [0.75, 7.0, 1.2]  # fmt: skip
    check_everything(app, ((1.5, -2.5, 0.8), (0.5, 4.5, 1.2)))


BAD = [
    ("spread", "0", "between 0.05 and 5"),
    ("spread", "-1", "between 0.05 and 5"),
    ("spread", "nan", "between 0.05 and 5"),
    ("spread", "1e999", "between 0.05 and 5"),
    ("mean", "500", "between −10 and 10"),
    ("mean", "-1e999", "between −10 and 10"),
    ("mean", "two", "between −10 and 10"),
    ("mean", "", "has no mean"),
    ("weight", "", "has no weight"),
    ("weight", "-0.5", "between 0 and 1000"),
    ("weight", "NaN", "between 0 and 1000"),
    ("mean", "<script>", "between −10 and 10"),
    ("mean", "`", "between −10 and 10"),
    ("mean", "*", "between −10 and 10"),
    ("mean", "$x$", "between −10 and 10"),
    ("mean", "1\x00", "between −10 and 10"),
]


def check_warning(app, row, name, rule):
    """See that one sentence names the row, the column and the rule, with its markup as it is."""
    assert len(app.warning) == 1, [each.value for each in app.warning]
    said = app.warning[0].value
    assert said.startswith(f"Row {row}")
    assert name in said
    assert rule in said
    assert len(said) < 250
    bare = re.sub(r"`[^`]*`", "", said)
    assert not re.search(r"[`*$<]", bare), said


@pytest.mark.parametrize(("name", "text", "rule"), [BAD[i] for i in (0, 2, 3, 4, 7, 11, 12, 14)])
def test_bad_cell_is_named_keeps_the_last_good_view_and_can_be_mended(name, text, rule):
    app = opened(UNEQUAL, 0.7, 1.2, rate="0.5", alpha=0.3, slant=0.5, check1="Over both")
    before, shown = set_up(app), specs(app)
    key = f"forward_p2_{name}"
    move(app, key, text)
    check_warning(app, 2, name, rule)
    assert specs(app) == shown
    assert set_up(app) == before | {key: text}
    move(app, key, before[key])
    assert not app.warning
    assert (specs(app), set_up(app)) == (shown, before)


@cache
def usual_view():
    """Return the address, the charts and the controls of a view with the P that the page opens on.

    What a list or a dictionary holds here is only compared.
    """
    app = opened(TWO, 0.7, 1.2, rate="0.5", alpha=0.3, slant=0.5)
    return dict(app.query_params), specs(app), set_up(app)


@pytest.mark.parametrize(("name", "text", "rule"), BAD)
def test_bad_cell_in_a_link_shows_the_opening_p_and_keeps_the_rest(name, text, rule):
    others, charts, controls = usual_view()
    bad = link(UNEQUAL) | {f"forward_p1_{name}": text}
    app = open_page(FILE, **(others | bad))
    check_warning(app, 1, name, rule)
    assert specs(app) == charts
    assert set_up(app) == controls | bad


def test_cell_that_is_mended_brings_the_p_of_the_link():
    app = open_page(FILE, **link(UNEQUAL) | {"forward_p1_mean": "two"})
    move(app, "forward_p1_mean", "-2")
    assert not app.warning
    check_everything(app, UNEQUAL)


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (dict.fromkeys(link(TWO), ""), "at least one row"),
        (dict.fromkeys(("forward_p1_weight", "forward_p2_weight"), "0"), "All weights are 0"),
    ],
)
def test_table_without_any_weight_says_so_and_keeps_the_last_good_view(bad, rule):
    usual = opened(TWO, 0.7, 1.2)
    app = open_page(FILE, **(dict(usual.query_params) | bad))
    [warning] = app.warning
    assert rule in warning.value
    assert specs(app) == specs(usual)

    app = opened(UNEQUAL, 0.7, 1.2)
    shown = specs(app)
    for texts_of_cells in (bad, link(UNEQUAL)):
        for key, text in texts_of_cells.items():
            app.session_state[key] = text
        app.query_params.update(texts_of_cells)
        app.run()
        assert specs(app) == shown
        assert [rule in warning.value for warning in app.warning] == [True] * (
            texts_of_cells is bad
        )


def test_sliders_still_work_while_a_cell_is_wrong():
    app = move(opened(UNEQUAL), "forward_p2_spread", "zero")
    app = slide(app, "separation", 8.0)
    assert cells(app) == pytest.approx(np.array([(0.7, -3.5, 0.6), (0.3, 4.5, 1.0)]))
    check_everything(app, cells(app))


def test_preset_mends_a_table_that_is_wrong():
    app = move(open_page(FILE), "forward_p4_mean", "here")
    [warning] = app.warning
    assert warning.value.startswith("Row 4")
    press(app, "Unequal modes")
    assert not app.warning
    check_everything(app, UNEQUAL)


def test_five_bells():
    rows = ((1, -6, 0.4), (2, -3, 0.5), (3, 0, 0.4), (2, 3, 0.6), (1, 6, 0.5))
    app = opened(rows)
    assert not app.warning
    mean, std = moments(rows)
    said = sentence(app, rf"Covering.*?mean {NUMBER}, spread {NUMBER}, at")
    assert all(map(agree, said.groups(), (mean, std)))
    listed = seekers(app)
    # At least each bell has its own valley, and what is listed is a valley.
    for _, *place in rows:
        assert any(
            abs(value_of(m)[0] - place[0]) < 0.1 and abs(value_of(s)[0] - place[1]) < 0.1
            for _, m, s, _ in listed
        )
    costs = []
    for _, *shown in listed:
        at_mean, at_std, cost = (value_of(each)[0] for each in shown)
        exact = divergence(bell(at_mean, at_std), rows) / math.log(2)
        assert cost == pytest.approx(exact, abs=0.002)
        for nudge in ((0.05, 1), (-0.05, 1), (0, 1.05), (0, 1 / 1.05)):
            other = bell(at_mean + nudge[0] * at_std, at_std * nudge[1])
            assert divergence(other, rows) / math.log(2) > exact - 1e-4
        costs.append(cost)
    assert costs == sorted(costs)


def test_row_that_is_emptied_is_left_out():
    app = opened(PRESETS["Three modes"])
    for name in NAMES:
        app.text_input(key=f"forward_p2_{name}").set_value("")
    app.query_params.update(dict.fromkeys((f"forward_p2_{name}" for name in NAMES), ""))
    app.run()
    app.run()
    assert not app.exception
    assert not app.warning
    rows = PRESETS["Three modes"]
    assert cells(app) == (rows[0], rows[2])
    check_everything(app, (rows[0], rows[2]))


def test_row_without_weight_counts_for_nothing():
    with_it, without = (opened(rows) for rows in ((*UNEQUAL, (0, 0, 0.5)), UNEQUAL))
    assert seekers(with_it) == seekers(without)
    assert by_hand(with_it) == by_hand(without)


# Edges.


def test_single_bell_is_its_own_best_q():
    app = opened(bell(0.5, 1.2))
    check_everything(app, bell(0.5, 1.2))
    assert "P is one bell" in texts(app)
    assert [app.slider(key=f"_forward_p_{name}").disabled for name in
            ("weight", "separation", "spread")] == [True, True, False]  # fmt: skip
    slide(app, "spread", 2.0)
    check_everything(app, bell(0.5, 2.0))


def test_single_bell_beside_a_row_without_weight_is_called_one_bell():
    app = opened(((1, 0.5, 1.2), (0, 5, 1)))
    assert "P is one bell" in texts(app)
    assert "Pull P's bells apart" not in texts(app)


@pytest.mark.parametrize(
    "rows",
    [bell(0.5, 1.2), ((1, 0.5, 1.2), (0, 5, 1)), ((1, 0.5, 1.2), (1, 0.5, 1.2)),
     ((0.3, 0.5, 1.2), (0.7, 0.5, 1.2))],
)  # fmt: skip
def test_q_that_equals_p_costs_nothing_in_either_direction(rows):
    app = opened(rows, 0.5, 1.2)
    assert by_hand(app) == ["0.000", "0.000"]
    assert "the same" in titles(app)[HAND]
    assert "It comes most from" not in texts(app)
    assert "both directions are 0" in texts(app)
    assert verdict(app)[1]


@pytest.mark.parametrize("spread", [1.2, 2.0])
def test_no_number_of_a_perfect_fit_is_what_rounding_has_left(spread):
    app = opened(bell(0.5, spread), 0.5, spread)
    for said in (*texts(app).splitlines(), *titles(app)):
        assert "×10⁻" not in said


@pytest.mark.parametrize(
    ("rows", "mean", "spread"),
    [
        (TWO, 10.0, 0.1),
        (bell(-10, 0.05), 10.0, 0.1),
        (((1, -10, 0.05), (1, 10, 0.05)), 10.0, 8.0),
        (((1, -10, 5), (1, 10, 5)), -10.0, 0.1),
    ],
)
def test_p_and_q_far_apart(rows, mean, spread):
    app = opened(rows, mean, spread)
    q = bell(mean, spread)
    exact = [value / math.log(2) for value in (divergence(rows, q), divergence(q, rows))]
    for shown, value in zip(by_hand(app), exact, strict=True):
        # Between two needles log p has a kink, which costs the test's own sum some digits.
        seen, unit = value_of(shown)
        assert seen == pytest.approx(value, rel=1e-5, abs=unit)
    assert not re.search(r"\b(nan|inf)\b", texts(app))


def test_how_many_times_as_dense_is_never_said_wrongly():
    # Of the two bells P is e^7800 times as dense as Q around −2.5: beyond what a double holds.
    app = opened(TWO, 10.0, 0.1)
    said = sentence(app, rf"around x = {NUMBER}, where P is (.*?) times as dense as Q")
    x = value_of(said[1])[0]
    power = (log_density(TWO, x) - norm.logpdf(x, 10, 0.1)) / math.log(10)
    assert power > 3000
    shown = re.search(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", said[2])
    if shown:
        digits = shown[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
        assert int(digits) == pytest.approx(power, abs=60) or "more than" in said[2]
    else:
        assert "more than" in said[2]


@pytest.mark.parametrize(("mean", "spread"), [(1.5, 1.0), (-1.0, 0.5), (0.0, 4.0)])
def test_words_by_hand_say_where_the_penalty_comes_from(mean, spread):
    app = opened(UNEQUAL, mean, spread)
    said = sentence(
        app,
        rf"around x = {NUMBER}, where P is {NUMBER} times .*around x = {NUMBER}, where Q is "
        rf"{NUMBER} times",
    )
    x = np.linspace(-20, 20, 40_001)
    log_p, log_q = log_density(UNEQUAL, x), norm.logpdf(x, mean, spread)
    for (place, times), one, other in (
        (said.groups()[:2], log_p, log_q), (said.groups()[2:], log_q, log_p)
    ):  # fmt: skip
        at = int((np.exp(one) * (one - other)).argmax())
        assert abs(value_of(place)[0] - x[at]) < 0.12
        ratio = math.log(value_of(times)[0])
        near = abs(x - value_of(place)[0]) < 0.1
        assert (one - other)[near].min() - 0.06 <= ratio <= (one - other)[near].max() + 0.06


# The game.


@cache
def goals():
    """Return the labels of the goals: cover, seek, hit a target."""
    return open_page(FILE).radio(key="forward_goal").options


def test_each_goal_is_scored_by_the_exact_excess():
    mean, std = moments(UNEQUAL)
    least = divergence(UNEQUAL, bell(mean, std)), best_bells(UNEQUAL)[0][2]
    q = bell(1.5, 1.0)
    mine = divergence(UNEQUAL, q), divergence(q, UNEQUAL)
    for goal, best, here in zip(goals()[:2], least, mine, strict=True):
        said, won = verdict(opened(UNEQUAL, unit="nats", goal=goal))
        assert not won
        shown = re.search(rf"\*\*{NUMBER} nats\*\*.*is {NUMBER} nats: \*\*{NUMBER} nats\*\*", said)
        assert all(map(agree, shown.groups(), (best, here, here - best)))
        assert "too much" in said


@pytest.mark.parametrize("rows", [UNEQUAL, PRESETS["Wide and narrow"], bell(0.5, 1.2)])
def test_optimum_wins_each_direction_and_a_bell_next_to_it_does_not(rows):
    for goal, (mean, std) in zip(goals()[:2], (moments(rows), best_bells(rows)[0][:2]),
                                 strict=True):  # fmt: skip
        close = round(mean, 3), round(std, 3)
        assert verdict(opened(rows, *close, goal=goal))[1], goal
        said, won = verdict(opened(rows, close[0] + 0.4 * std, close[1], goal=goal))
        assert not won
        assert "too much" in said


@pytest.mark.parametrize("number", [1, 2, 1000])
def test_target_is_reproducible_by_its_number_and_can_be_hit(number):
    mean, std = moments(UNEQUAL)
    least = divergence(UNEQUAL, bell(mean, std))
    one, other = (
        re.search(rf"\*\*{NUMBER} nats\*\*", verdict(app)[0])[1]
        for app in (
            opened(UNEQUAL, unit="nats", goal=goals()[2], round=number),
            opened(UNEQUAL, -4, 3, unit="nats", goal=goals()[2], round=number),
        )
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
    said, won = verdict(opened(UNEQUAL, *hit, unit="nats", goal=goals()[2], round=number))
    assert won, (said, hit)


def test_another_number_is_another_target():
    app = opened(UNEQUAL, goal=goals()[2])
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
    app = opened(UNEQUAL, goal=goals()[2])
    assert moves(app) == 0
    for count, (key, value) in enumerate(
        (("mean", 9.0), ("mean", 8.5), ("spread", 0.3), ("mean", -9.0)), start=1
    ):
        move(app, f"forward_q_{key}", value)
        assert moves(app) == count
    move(app, "forward_alpha", 0.3)
    assert moves(app) == 4
    move(app, "forward_goal", goals()[0])
    move(app, "forward_q_mean", 5.0)
    move(app, "forward_goal", goals()[2])
    assert moves(app) == 0


@pytest.mark.parametrize("how", ["button", "slider"])
def test_another_target_begins_to_count_again(how):
    app = move(opened(UNEQUAL, goal=goals()[2]), "forward_q_mean", 9.0)
    assert moves(app) == 1
    if how == "button":
        press(app, "Another target")
    else:
        move(app, "forward_round", 77)
    assert moves(app) == 0


# The optimiser.


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize(
    ("rate", "mean", "spread"),
    [("0.02", -9.0, 0.1), ("0.1", 1.5, 1.0), ("1", 1.5, 1.0), ("1", -9.0, 0.1)],
)
def test_each_descent_is_told_as_it_ends(optimiser, rate, mean, spread):
    app = opened(UNEQUAL, mean, spread, optimiser=optimiser, rate=rate, unit="nats")
    assert not app.warning
    last = re.findall(rf"to {NUMBER}(?: nats)?[;.]", sentence(app, "Both begin at").string)
    assert len(last) == 2
    chosen = {}
    for name, shown_last in zip(("D(P‖Q)", "D(Q‖P)"), last, strict=True):
        said = sentence(app, rf"^{re.escape(name)}: .*?mean {NUMBER}, spread {NUMBER}, {NUMBER} ")
        end, wide, cost = (value_of(each)[0] for each in said.groups())
        assert said[3] == shown_last
        p, q = UNEQUAL, bell(end, wide)
        exact = divergence(*((p, q) if name == "D(P‖Q)" else (q, p)))
        # As far as the rounded place tells.
        assert cost == pytest.approx(exact, rel=0.05, abs=0.01)
        steps = int(re.search(r"(\d+) steps?", said.string)[1])
        assert steps <= 200
        optima = best_bells(UNEQUAL) if name == "D(Q‖P)" else [(*moments(UNEQUAL), 0)]
        reached = [
            place for place, fit in enumerate(optima)
            if abs(end - fit[0]) < 0.05 * fit[1] + 0.006
            and abs(math.log(wide / fit[1])) < 0.05 + 0.006 / wide
        ]  # fmt: skip
        if "in no optimum" in said.string:
            assert steps == 200
            for fit in optima:
                off = abs(end - fit[0]) / fit[1], abs(math.log(wide / fit[1]))
                assert max(off) > 0.04
            chosen[name] = None
        else:
            chosen[name] = MARKS.index(re.search("[①-⑨]", said.string)[0]) if name == "D(Q‖P)" \
                else 0  # fmt: skip
            assert chosen[name] in reached
    rolls = sentence(app, "From your Q").string.partition("From your Q")[2]
    if chosen["D(Q‖P)"] is None:
        assert "none of them" in rolls
    else:
        assert re.search("[①-⑨]", rolls)[0] == MARKS[chosen["D(Q‖P)"]]
    assert optimiser in rolls


def test_smallest_steps_do_not_arrive_and_larger_ones_do():
    for rate, arrives in (("0.02", False), ("0.2", True)):
        app = opened(UNEQUAL, -9, 0.1, optimiser="gradient descent", rate=rate)
        assert ("in no optimum" not in sentence(app, r"^D\(P‖Q\): .*step").string) == arrives


@pytest.mark.parametrize(("mean", "bell_there"), [(-2.5, -2), (3.5, 3)])
def test_start_decides_where_the_reverse_direction_ends(mean, bell_there):
    app = opened(UNEQUAL, mean, 0.6)
    [place] = [k for k, fit in enumerate(best_bells(UNEQUAL)) if abs(fit[0] - bell_there) < 0.1]
    mark = MARKS[place]
    assert mark in sentence(app, r"^D\(Q‖P\): .*step").string
    weights = [trace["line"]["width"] for trace in specs(app)[OPTIMA]["data"][2:]]
    assert weights.index(max(weights)) == place
    assert "one optimum" in sentence(app, r"^D\(P‖Q\): .*step").string


def test_film_ends_where_the_map_ends():
    app = opened(UNEQUAL, unit="dits")
    spec = specs(app)[FILM]
    assert len(spec["frames"]) > 20
    ends = re.findall(NUMBER, spec["layout"]["title"]["text"])
    for name, end in zip(("D(P‖Q)", "D(Q‖P)"), ends, strict=True):
        assert f"{end} dits" in sentence(app, rf"^{re.escape(name)}: .*step").string


# Between the two.


@pytest.mark.parametrize("alpha", [0, 0.05, 0.33, 0.5, 0.777, 1])
@pytest.mark.parametrize("label", ["Unequal modes", "Wide and narrow"])
def test_best_q_at_any_alpha_is_what_a_search_finds(label, alpha):
    app = opened(PRESETS[label], alpha=alpha)
    assert bound_controls(app)["forward_alpha"].value == alpha
    if alpha == 1:
        mean, std = moments(PRESETS[label])
    else:
        mean, std, _ = best_bells(PRESETS[label], alpha)[0]
    shown = re.fullmatch(rf"α = {NUMBER}: mean {NUMBER}, spread {NUMBER}", titles(app)[BETWEEN])
    assert all(map(agree, shown.groups(), (alpha, mean, std), (0.1, 0.1, 0.1)))
    said = sentence(app, "At α = .* the best Q has").string
    assert f"mean {shown[2]}, spread {shown[3]}" in said
    assert ("This is D(Q‖P)" in said) == (alpha == 0)
    assert ("This is D(P‖Q)" in said) == (alpha == 1)
    rings = 0 if alpha == 1 else len(best_bells(PRESETS[label], alpha)) - 1
    others = re.search(r"There (?:is|are) (\d+) other local opti(?:mum|ma)\b", said)
    assert (int(others[1]) if others else 0) == rings
    lines = [shape["x0"] for shape in specs(app)[BETWEEN]["layout"]["shapes"]]
    assert lines[0] == alpha


@pytest.mark.parametrize("label", ["Two far modes", "Unequal modes"])
def test_break_is_where_two_branches_are_equally_good(label):
    rows = PRESETS[label]
    app = opened(rows)
    at = value_of(sentence(app, rf"At α = {NUMBER} the best Q leaps")[1])[0]
    assert 0 < at < 1
    before, after = (best_bells(rows, round(at + step, 3)) for step in (-0.003, 0.003))
    assert abs(before[0][1] - after[0][1]) > 0.5
    for fits in (before, after):
        assert fits[1][2] - fits[0][2] < 0.01 or fits[2][2] - fits[0][2] < 0.01
    dotted = [shape["x0"] for shape in specs(app)[BETWEEN]["layout"]["shapes"][1:]]
    assert dotted == pytest.approx([at], abs=0.0006)


def test_touching_modes_do_not_break():
    app = opened(PRESETS["Touching modes"])
    assert "nothing breaks" in sentence(app, "At α = ").string
    assert len(specs(app)[BETWEEN]["layout"]["shapes"]) == 1


# In the plane.

# Weight, middle and sign of the slant of each bell, from where the page has them.
[PICTURES] = [
    ast.literal_eval(statement.value)
    for statement in ast.parse((ROOT / "pages" / FILE).read_text()).body
    if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "PICTURES"
]


def grid_divergence(one, other):
    """Return D between two mixtures in the plane, point by point."""
    across = np.linspace(-11, 11, 441)
    points = np.stack(np.meshgrid(across, across), axis=-1)
    log_one, log_other = (
        np.logaddexp.reduce(
            [
                math.log(weight)
                - np.einsum(
                    "...i,ij,...j->...", points - mean, np.linalg.inv(covariance), points - mean
                )
                / 2
                - math.log(2 * math.pi * math.sqrt(np.linalg.det(covariance)))
                for weight, mean, covariance in bells
            ],
            axis=0,
        )
        for bells in (one, other)
    )
    return float((np.exp(log_one) * (log_one - log_other)).sum()) * (across[1] - across[0]) ** 2


@pytest.mark.parametrize(
    ("shape", "slant"), [("full", 0.95), ("diagonal", 0.0), ("diagonal", 0.95), ("isotropic", 0.95)]
)
@pytest.mark.parametrize("picture", PICTURES)
def test_plane_shows_what_a_grid_integrates(picture, shape, slant):
    app = opened(picture=picture, shape=shape, slant=slant, unit="nats")
    assert not app.warning
    bells = [
        (weight, mean, np.array([[1, sign * slant], [sign * slant, 1]]))
        for weight, mean, sign in PICTURES[picture]
    ]
    p = PlaneMixture(*zip(*bells, strict=True))
    forward = project_plane_forward(p, shape)
    reverse = project_plane_reverse(p, shape)
    said = sentence(app, rf"D\(P‖Q\) is least at {NUMBER} nats, D\(Q‖P\) at {NUMBER} nats")
    found = titles(app)[PLANE[0] :]
    q = [(1.0, fit.mean, np.array(fit.covariance)) for fit in (forward, reverse[0])]
    exact = grid_divergence(bells, [q[0]]), grid_divergence([q[1]], bells)
    for shown, title, value in zip(said.groups(), found, exact, strict=True):
        assert shown in title
        assert abs(value_of(shown)[0] - value) < 0.0006
    count = re.search(r"best of (\d+) local optima", said.string)
    assert (int(count[1]) if count else 1) == len(reverse)
    for chart, fits in zip(specs(app)[PLANE[0] :], ((forward,), reverse), strict=True):
        assert len(chart["data"]) == 1 + 2 * len(fits)
    areas = [math.sqrt(np.linalg.det(np.array(each[2]))) for each in q]
    own = math.sqrt(np.linalg.det(np.array(p.covariance)))
    shares = re.findall(rf"{NUMBER}%", said.string)
    if shares:
        assert all(agree(s, 100 * area / own, 0.1) for s, area in zip(shares, areas, strict=True))
    else:
        assert areas == pytest.approx([own, own], rel=2e-3)


@pytest.mark.parametrize("slant", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("shape", ["diagonal", "isotropic"])
def test_slanted_bell_is_covered_too_wide_and_sought_too_narrow(shape, slant):
    app = opened(picture="One slanted bell", shape=shape, slant=slant)
    said = sentence(app, rf"{NUMBER}% of the area of P's own.* {NUMBER}%: ")
    narrow = math.sqrt(1 - slant**2)
    assert agree(said[1], 100 / narrow)
    assert agree(said[2], 100 * narrow)
    assert "too wide, and too narrow" in said.string
    # Closed forms: both directions cost −½ log(1 − ρ²).
    for title in titles(app)[PLANE[0] :]:
        assert agree(re.search(rf"{NUMBER} bits", title)[1], -math.log2(narrow))


@pytest.mark.parametrize(("shape", "slant"), [("full", 0.95), ("diagonal", 0), ("isotropic", 0)])
def test_q_that_can_take_the_shape_of_p_is_p(shape, slant):
    app = opened(picture="One slanted bell", shape=shape, slant=slant)
    said = sentence(app, "Q can take the shape of P").string
    assert "too wide" not in said
    for title in titles(app)[PLANE[0] :]:
        assert "0.000 bits" in title


# What goes with every lesson.


def test_prediction_reveals_what_is_computed():
    options = open_page(FILE).radio(key="forward_predict").options
    mean, std = moments(TWO)
    assert mean == pytest.approx(0)
    praised = []
    for answer in options:
        said = texts(open_page(FILE, forward_predict=answer))
        assert f"**{std:.2f}**" in said
        praised.append("That is what happens" in said)
    assert praised == [True, False, False]


def test_right_answers_are_marked_right():
    answers = ("Over both", "The average runs over Q", "No, both can be local optima", "Too narrow")
    for place, answer in enumerate(answers, start=1):
        app = open_page(FILE, **{f"forward_check{place}": answer})
        assert [each.value[:5] for each in app.success] == ["Right"], answer


def printed(snippet):
    """Return what a snippet prints, line by line."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(snippet, {})  # noqa: S102
    return output.getvalue().splitlines()


@pytest.mark.parametrize("unit", BASES)
@pytest.mark.parametrize("rows", [TWO, PRESETS["Three modes"], bell(0.5, 1.2)])
def test_snippet_prints_what_it_says_and_what_is_on_screen(rows, unit):
    app = opened(rows, 0.35, 1.7, unit=unit)
    code = app.code[0].value
    forward, reverse, cover, seek = printed(code)
    promised = re.findall(rf"# in {unit}: (\S+)", code)
    assert promised == [forward, reverse]
    assert by_hand(app) == [f"{float(forward):.3f}", f"{float(reverse):.3f}"]
    mean, std = moments(rows)
    fit = re.match(r"GaussianFit\(mean=(\S+), std=(\S+), divergence=(\S+)\)$", cover)
    least = divergence(rows, bell(mean, std))
    assert [float(each) for each in fit.groups()] == pytest.approx((mean, std, least), abs=1e-6)
    costs = [float(each) for each in re.findall(r"divergence=([^)]+)\)", seek)]
    assert costs == pytest.approx([fit[2] for fit in best_bells(rows)], abs=1e-6)


@pytest.mark.parametrize("unit", ["bits", "dits"])
def test_files_hold_the_curves_on_screen(unit, monkeypatch):
    import streamlit as st

    from widgets.take_away import as_csv

    offered = {}

    def note(_label, data, name, *_args, **_options):
        offered[name] = data

    monkeypatch.setattr(st, "download_button", note)
    app = opened(UNEQUAL, 0.35, 1.7, unit=unit)
    text = offered["forward_reverse.csv"]()
    heading, *lines = csv.reader(io.StringIO(text))
    assert heading == [
        "x", "p", "q", f"forward_integrand_{unit}", f"reverse_integrand_{unit}",
    ]  # fmt: skip
    x, p, q, forward, reverse = np.array(lines, dtype=float).T
    np.testing.assert_allclose(p, np.exp(log_density(UNEQUAL, x)), rtol=1e-9)
    np.testing.assert_allclose(q, norm.pdf(x, 0.35, 1.7), rtol=1e-9)
    for values, shown in zip((forward, reverse), by_hand(app), strict=True):
        assert np.trapezoid(values, x) == pytest.approx(value_of(shown)[0], abs=0.002)
    page = offered["forward_reverse.html"]()
    assert "<html" in page
    assert f"{by_hand(app)[0]} {unit}" in page
    assert as_csv({"x": [1]}) == "x\n1\n"


def test_view_is_restored_by_its_link():
    app = press(open_page(FILE), "Wide and narrow")
    move(app, "forward_q_spread", 2.2)
    again = open_page(FILE, **{key: str(value) for key, value in set_up(app).items()
                               if value is not None})  # fmt: skip
    assert not again.warning
    assert set_up(again) == set_up(app)
    assert specs(again) == specs(app)
