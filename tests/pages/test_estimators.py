"""The lesson on KL from samples says what scipy, closed forms and direct calls make true."""

import base64
import contextlib
import csv
import html
import io
import json
import math
import re
from collections import ChainMap
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
import streamlit as st
from plotly.utils import PlotlyJSONEncoder
from scipy.integrate import quad
from scipy.special import log_softmax, softmax
from scipy.stats import norm
from scipy.stats import t as student

from kl_core import k3_noisier_beyond, kl_divergence
from kl_core.rlhf import (
    GRPO,
    AtLeast,
    FixedKL,
    Judge,
    LanguageModel,
    RewardModel,
    Tempered,
    TopK,
    account,
    expected_log_ratio,
    forecasts,
    optimal_policy,
    sample,
    sample_preferences,
    sequence_kl,
    token_log_ratios,
    train,
)
from tests.deep_links import deep_links, plain
from tests.pages.conftest import agree, bound_controls, charts, move, open_page, texts, value_of
from widgets.chart import moving
from widgets.units import UNITS

FILE = "estimators.py"
BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}
KINDS = {"k1": lambda r: r, "k2": lambda r: r**2 / 2, "k3": lambda r: r + np.expm1(-r)}
NUMBER = r"(−?\d+(?:,\d{3})*(?:\.\d+)?(?:×10[⁻⁰-⁹¹²³]+)?|∞)"
PAIR = rf"{NUMBER}\s±\s{NUMBER}"
BETAS = ["1", "0.5", "0.2", "0.1", "0.05"]
PULL_BETAS = [*BETAS, "0.02", "0.01"]
FEES = {"earn 0.5": -0.5, "are free": 0.0, "cost 0.5": 0.5}
WAYS = ["Q itself", "top 2", "temperature 0.5", "at least 16 words", "padding counted"]
PLACEMENTS = ["k1 in the reward", "k1 in the loss", "k2 in the loss", "k3 in the loss"]
SFT = LanguageModel.from_text(forecasts())
JUDGE = Judge(SFT)
REWARD = RewardModel.fit(SFT, sample_preferences(SFT, JUDGE, 2000, np.random.default_rng(1)))


# What the page shows, computed without its code.


def divergence(gap, spread):
    """Return D(Q‖P) of the bells in nats: Q is the standard one."""
    return math.log(spread) + (1 + gap**2) / (2 * spread**2) - 0.5


@cache
def moments(gap, spread):
    """Return mean and standard deviation of one draw of each kind, by quadrature, in nats."""
    # There p²/q is largest, which is most of k3's variance.
    peak = 2 * gap / (2 - spread**2) if spread**2 < 2 else 0.0

    def integral(of, low, high):
        points = sorted(point for point in {0.0, gap, peak} if point < high)
        return quad(of, low, high, points=points, epsabs=1e-13, limit=500)[0]

    def log_ratio(x):
        return norm.logpdf(x) - norm.logpdf(x, gap, spread)

    def squared(x, name, mean):
        ratio = log_ratio(x)
        # So far out k3 is e^-r to the last digit, and too large to square.
        if name == "k3" and ratio < -50:
            return math.exp(norm.logpdf(x) - 2 * ratio)
        return ((KINDS[name](ratio) - mean) * math.exp(norm.logpdf(x) / 2)) ** 2

    found = {}
    for name, kind in KINDS.items():
        mean = integral(lambda x, kind=kind: kind(log_ratio(x)) * norm.pdf(x), -35, 35)
        if name == "k3" and spread**2 >= 2:
            found[name] = mean, math.inf
            continue
        variance = integral(lambda x, name=name, mean=mean: squared(x, name, mean), -60, 60 + peak)
        found[name] = mean, math.sqrt(variance)
    return found


@cache
def policy(beta, fee="are free"):
    """Return the best policy where each word but the full stop costs the fee."""
    weights = REWARD.weights.copy()
    weights[1:] -= FEES[fee]
    return optimal_policy(SFT, RewardModel(weights, REWARD.longest), float(beta))


@cache
def pool(beta, seed):
    """Return log(q/p) of 40,000 forecasts of a policy."""
    drawn = sample(policy(beta), 40_000, np.random.default_rng(seed))
    return token_log_ratios(policy(beta), drawn).sum(axis=1)


def log_ratios(source="two bells", gap=0.5, spread=1.0, source_beta="0.2", draws=10, seed=1):
    """Return log(q/p) of all draws, one row for each estimate."""
    if source == "forecasts":
        rows = min(2000, 40_000 // draws)
        return pool(source_beta, seed)[: rows * draws].reshape(rows, draws)
    rows = min(2000, 200_000 // draws)
    x = np.random.default_rng(seed).standard_normal((rows, draws))
    return norm.logpdf(x) - norm.logpdf(x, gap, spread)


def estimates(**view):
    """Return the estimates of each kind in nats."""
    ratios = log_ratios(**view)
    return {name: kind(ratios).mean(axis=1) for name, kind in KINDS.items()}


def truth(source="two bells", gap=0.5, spread=1.0, source_beta="0.2", **_):
    """Return D(Q‖P) in nats."""
    return sequence_kl(policy(source_beta)) if source == "forecasts" else divergence(gap, spread)


def drawn_by(way, pi):
    """Return the policy that texts are really drawn from."""
    return {
        "top 2": TopK(pi, 2),
        "temperature 0.5": Tempered(pi, 0.5),
        "at least 16 words": AtLeast(pi, 16),
    }.get(way, pi)


@cache
def drawn(beta, fee, way, batch):
    """Return k1 and k3 of 4,096 forecasts, summed over their words, in nats."""
    pi = policy(beta, fee)
    tokens = sample(drawn_by(way, pi), 4096, np.random.default_rng(batch))
    each = token_log_ratios(pi, tokens, padded=way == "padding counted")
    return each.sum(axis=1), KINDS["k3"](each).sum(axis=1)


def mean_of(values):
    """Return mean and standard error."""
    return values.mean(), values.std(ddof=1) / math.sqrt(values.size)


# How a test reads the page.


def opened(unit="bits", **parameters):
    """Return the page; parameters come without the lesson's name."""
    named = {f"estimators_{name}": str(value) for name, value in parameters.items()}
    return open_page(FILE, unit=unit, **named)


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception, label
    return app


def set_up(app):
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def sentence(app, pattern):
    """Return the match of the one paragraph or caption that says this."""
    said = [each.value.split("\n\n") for each in (*app.markdown, *app.caption)]
    found = [match for block in said for each in block if (match := re.search(pattern, each))]
    assert len(found) == 1, (pattern, texts(app))
    return found[0]


def all_agree(shown, expected):
    """Say whether as many values as there are numbers round to them, one by one."""
    return all(
        text == "∞" if math.isinf(value) else agree(text, value)
        for text, value in zip(shown, expected, strict=True)
    )


def cells(app, label):
    """Return the rows of the table whose label begins so, as text."""
    [table] = [each.value for each in app.html if f'aria-label="{label}' in each.value]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    return [[html.unescape(each) for each in re.findall(r"<td[^>]*>([^<]*)</td>", row)]
            for row in rows[1:]]  # fmt: skip


def chart(app, title, axis="xaxis"):
    """Return the one chart with this title of an axis, as the browser gets it."""
    specs = [json.loads(each.spec) for each in charts(app)]
    [found] = [spec for spec in specs
               if title in spec["layout"][axis].get("title", {}).get("text", "")]  # fmt: skip
    return found


def values(array):
    """Return what a trace holds as an array, also where it travels as bytes."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"]))
    return np.array([np.nan if each is None else each for each in array], dtype=float)


# The estimates: sentence, histograms, table.

VIEWS = [
    ("bits", {}),
    ("nats", {"gap": 0.1}),
    ("dits", {"gap": 1.0}),
    ("bits", {"gap": 2.5}),
    ("bits", {"gap": 0.5, "spread": 1.5}),
    ("nats", {"gap": 3.0, "spread": 0.5, "seed": 1000}),
    ("nats", {"gap": 3.0, "spread": 2.0, "draws": 1000}),
    ("bits", {"gap": 0.01, "draws": 1}),
    ("bits", {"gap": 0.0, "spread": 0.95, "draws": 2}),
    ("dits", {"gap": 0.0, "spread": 2.0, "draws": 200, "seed": 7}),
    ("bits", {"gap": 2.0, "draws": 1000}),
    ("bits", {"source": "forecasts"}),
    ("nats", {"source": "forecasts", "source_beta": "0.05", "draws": 1000}),
    ("dits", {"source": "forecasts", "source_beta": "1", "draws": 1, "seed": 3}),
]
PICTURE = (
    rf"^D\(Q‖P\) is {NUMBER} UNIT\. Of {NUMBER} estimates by k1, each from {NUMBER} (draws?), "
    rf"(?:{NUMBER}% are|(none) is) below 0; of those by k2 and k3 none can be\. They typically "
    rf"miss the truth \(root mean square\) k1 by {NUMBER} UNIT, k2 by {NUMBER} UNIT and k3 by "
    rf"{NUMBER} UNIT: (k\d) is closest here\.$"
)


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_estimates_in_words_and_as_histograms(unit, view):
    app = opened(unit, **view)
    assert not app.warning
    nats, kinds, draws = math.log(BASES[unit]), estimates(**view), view.get("draws", 10)
    said = sentence(app, PICTURE.replace("UNIT", unit))
    to, rows, each, noun, below, none, *misses, best = said.groups()
    off = {name: math.sqrt(np.mean((found - truth(**view)) ** 2)) for name, found in kinds.items()}
    negative = np.mean(kinds["k1"] < 0)
    assert agree(to, truth(**view) / nats)
    assert (rows, each) == (f"{kinds['k1'].size:,}", f"{draws:,}")
    assert noun == ("draw" if draws == 1 else "draws")
    assert agree(below, 100 * negative) if negative else none
    assert all_agree(misses, [miss / nats for miss in off.values()])
    assert best == min(off, key=off.get)
    assert min(kinds["k2"].min(), kinds["k3"].min()) >= 0

    spec = chart(app, "estimate of D(Q‖P)")
    bars = [trace for trace in spec["data"] if trace["type"] == "bar"]
    notes = [note["text"] for note in spec["layout"]["annotations"]]
    for (name, found), trace, note in zip(kinds.items(), bars, notes, strict=True):
        counts, middles = values(trace["y"]), values(trace["x"])
        assert counts.sum() == found.size
        assert counts[middles < 0].sum() == (found < 0).sum()
        shown = re.match(rf"<b>{name}</b>, (?:(none)|{NUMBER}%) below 0", note)
        share = 100 * np.mean(found < 0)
        assert agree(shown[2], share) if share else shown[1]
        edges = middles[0] - trace["width"] / 2, middles[-1] + trace["width"] / 2
        beyond = int(((found / nats > edges[1]) | (found / nats < edges[0])).sum())
        assert note.endswith(f"; {beyond} beyond the picture") == bool(beyond)


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_marks_stand_where_each_kind_ends_on_average(unit, view):
    spec = chart(opened(unit, **view), "estimate of D(Q‖P)")
    marks = [values(each["x"])[0] for each in spec["data"] if each.get("mode") == "markers"]
    expected = (
        [truth(**view), estimates(**view)["k2"].mean(), truth(**view)]
        if view.get("source") == "forecasts"
        else [mean for mean, _ in moments(view.get("gap", 0.5), view.get("spread", 1.0)).values()]
    )
    np.testing.assert_allclose(marks, np.divide(expected, math.log(BASES[unit])), rtol=1e-6)


@pytest.mark.parametrize("unit", BASES)
def test_where_p_is_q_nothing_is_left_to_estimate(unit):
    app = opened(unit, gap=0, spread=1)
    assert sentence(app, rf"^P and Q are the same: .* all three estimates are 0 {unit}, always\.$")
    for row in cells(app, "Bias and spread of an estimate"):
        assert {value_of(number)[0] for cell in row[1:] for number in cell.split("\u00a0±\u00a0")
                } == {0.0}  # fmt: skip
    assert sentence(app, r"P and Q are the same here, and no estimator makes any noise\.$")
    assert f"average to **0.000 {unit}**" in texts(app)


def spread_of(found):
    """Return the standard deviation of a sample, and its standard error by the delta method."""
    second, fourth = (np.mean((found - found.mean()) ** power) for power in (2, 4))
    return math.sqrt(second), math.sqrt((fourth - second**2) / found.size) / (2 * second**0.5)


@pytest.mark.parametrize(("unit", "view"), VIEWS)
def test_table_sets_exact_beside_simulated(unit, view):
    app = opened(unit, **view)
    nats, draws = math.log(BASES[unit]), view.get("draws", 10)
    rows = cells(app, f"Bias and spread of an estimate, in {unit}")
    exact = None
    if view.get("source") != "forecasts":
        exact = moments(view.get("gap", 0.5), view.get("spread", 1.0))
    for (name, found), row in zip(estimates(**view).items(), rows, strict=True):
        assert row[0] == name
        mean, error = mean_of(found)
        simulated = [
            (mean - truth(**view)) / nats,
            error / nats,
            *np.divide(spread_of(found), nats),
        ]
        shown = [number for cell in (row[2], row[4]) for number in cell.split("\u00a0±\u00a0")]
        for text, value in zip(shown, simulated, strict=True):
            assert abs(value_of(text)[0] - value) <= 0.51 * max(value_of(text)[1], 1e-4), row
        if exact is None:
            assert (row[1], row[3]) == ("unknown" if name == "k2" else "0", "unknown")
            continue
        bias, spread = exact[name][0] - truth(**view), exact[name][1] / math.sqrt(draws)
        assert abs(value_of(row[1])[0] - bias / nats) <= 0.51e-4
        assert all_agree([row[3]], [spread / nats])


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({}, "A bias stays, however many draws there are."),
        ({"gap": 1.0}, "A bias stays"),
        ({"gap": 2.5}, "k3's simulated spread is well below the exact one"),
        ({"gap": 3.0, "draws": 1000}, "k3's simulated spread is well below the exact one"),
        ({"spread": 1.4}, "k3's simulated spread is well below the exact one"),
        ({"spread": 1.45}, "P is at least √2 times as wide as Q, and k3's spread is infinite"),
        ({"spread": 2.0, "gap": 0.0}, "P is at least √2 times as wide as Q"),
        ({"spread": 2.0, "source": "forecasts"}, "their spread is known only by simulation."),
    ],
)
def test_table_is_explained_by_what_it_shows(view, said):
    app = opened(**view)
    assert said in sentence(app, "^In bits; simulated figures ± standard error").string
    if "source" in view:
        return
    exact = moments(view.get("gap", 0.5), view.get("spread", 1.0))["k3"][1]
    simulated = estimates(**view)["k3"].std() * math.sqrt(view.get("draws", 10))
    assert said.startswith("k3's simulated") == (simulated < exact / 1.5 < math.inf)
    assert said.startswith("P is at least") == math.isinf(exact)


def test_bells_are_drawn_for_bells_only():
    def bells(app):
        return [spec["data"] for each in charts(app)
                if (spec := json.loads(each.spec))["layout"]["title"]["text"]
                == "Draws come from Q"]  # fmt: skip

    [[p, q]] = bells(opened(gap=2, spread=0.5))
    np.testing.assert_allclose(values(p["y"]), norm.pdf(values(p["x"]), 2, 0.5))
    np.testing.assert_allclose(values(q["y"]), norm.pdf(values(q["x"])))
    app = opened(source="forecasts")
    assert sentence(app, "^These draws are whole forecasts")
    assert bells(app) == []


# Films: what a chart shows while a slider is dragged.

TITLES = {
    "_estimators_chart": ("xaxis", "estimate of D(Q‖P)"),
    "_estimators_noise": ("xaxis", "how far Q is from P"),
    "_estimators_running": ("xaxis", "texts so far"),
    "_estimators_pulls_chart": ("yaxis", "pull at the logit"),
}


def filmed(monkeypatch, unit="bits", **view):
    """Return the films of all charts and sliders: pictures by what the slider is there."""
    films = {}

    def moved(draw, *, key, stops, **rest):
        # AppTest passes by the home page to learn of this one.
        for slider, each in stops.items() if key != "_home_chart" else ():
            films[key, slider] = {
                value: draw(ChainMap({slider: value}, st.session_state)) for value in each.values
            }
        moving(draw, key=key, stops=stops, **rest)

    with monkeypatch.context() as patch:
        patch.setattr("widgets.chart.moving", moved)
        opened(unit, **view)
    return films


def drawn_as(app, key):
    """Return the chart with this key, with what is read out."""
    [found] = [
        each
        for each in charts(app)
        if (layout := json.loads(each.spec)["layout"])
        and (
            layout["title"]["text"] == "Draws come from Q"
            if key == "_estimators_bells"
            else TITLES[key][1] in layout[TITLES[key][0]].get("title", {}).get("text", "")
        )
    ]
    return found


@pytest.mark.parametrize(
    ("unit", "view", "without"),
    [
        ("nats", {"spread": 1.25, "seed": 7, "way": "top 2", "drawn": "P"}, set()),
        ("bits", {"gap": 2.0, "draws": 1000, "fee": "cost 0.5"}, set()),
        # Gap and spread mean nothing to forecasts.
        (
            "dits",
            {"source": "forecasts"},
            {
                (key, f"estimators_{slider}")
                for key in ("_estimators_chart", "_estimators_bells")
                for slider in ("gap", "spread")
            },
        ),
    ],
)
def test_films_have_the_pictures_that_the_page_shows(monkeypatch, unit, view, without):
    films = filmed(monkeypatch, unit, **view)
    both = "estimators_gap", "estimators_spread"
    assert {*films} == {
        *(("_estimators_chart", slider) for slider in (*both, "estimators_draws")),
        *(("_estimators_bells", slider) for slider in both),
        *(("_estimators_noise", slider) for slider in both),
        ("_estimators_running", "estimators_texts"),
        ("_estimators_pulls_chart", "estimators_pull"),
    } - without
    rng = np.random.default_rng(1)
    for (key, slider), pictures in films.items():
        assert 7 <= len(pictures) <= 101
        for value in rng.choice([*pictures], 2, replace=False).tolist():
            there = drawn_as(
                opened(unit, **view | {slider.removeprefix("estimators_"): value}), key
            )
            picture = pictures[value]
            figure = json.dumps(picture.figure.to_dict(), cls=PlotlyJSONEncoder)
            assert json.loads(there.spec) == json.loads(figure), (key, slider, value)
            assert there.alt == picture.words.replace("*", "")


def test_films_go_from_end_to_end_on_the_steps_of_the_slider(monkeypatch):
    many = None
    for draws in (10, 50, 1000):
        films = filmed(monkeypatch, draws=draws)
        for key in ("_estimators_chart", "_estimators_bells", "_estimators_noise"):
            for slider, low, high, step in (("gap", 0, 3, 0.01), ("spread", 0.5, 2, 0.05)):
                values_ = np.array([*films[key, f"estimators_{slider}"]])
                assert (values_[0], values_[-1]) == (low, high)
                np.testing.assert_allclose(values_ / step, np.round(values_ / step), rtol=1e-9)
                np.testing.assert_allclose(np.diff(values_), values_[1] - values_[0])
        # Where each picture takes many draws there are fewer, but enough to see it move.
        count = len(films["_estimators_chart", "estimators_gap"])
        assert 20 < count <= (many or 101)
        many = count


def test_bell_of_p_is_dragged_at_its_top_and_made_wide_at_its_flank(monkeypatch):
    films = filmed(monkeypatch, gap=1.2, spread=0.8)
    for slider in ("gap", "spread"):
        for value, picture in films["_estimators_bells", f"estimators_{slider}"].items():
            gap, spread = {"gap": (value, 0.8), "spread": (1.2, value)}[slider]
            top, flank = picture.handles
            assert (top.slider, top.way, top.hue) == ("estimators_gap", "x", "p")
            assert (top.x, top.y) == pytest.approx((gap, norm.pdf(0) / spread))
            assert (flank.slider, flank.way, flank.hue) == ("estimators_spread", "both", "p")
            assert (flank.x, flank.y) == pytest.approx((gap + spread, norm.pdf(1) / spread))


def test_points_on_logarithmic_axes_are_dragged_by_their_exponents(monkeypatch):
    films = filmed(monkeypatch, "nats")
    for gap, picture in films["_estimators_noise", "estimators_gap"].items():
        dots = [each for each in picture.figure.to_dict()["data"]
                if each.get("marker", {}).get("size") == 11]  # fmt: skip
        # At no distance, and closer than the chart begins, nothing is drawn.
        assert len(dots) == (3 if gap >= 0.02 else 0)
        for handle, dot in zip(picture.handles, dots, strict=True):
            at = 10**handle.x, 10**handle.y
            assert at == pytest.approx((divergence(gap, 1.0), values(dot["y"])[0]))
            assert (handle.slider, handle.way, handle.hue) == ("estimators_gap", "both", "q")
    for count, picture in films["_estimators_running", "estimators_texts"].items():
        [handle] = picture.handles
        one = drawn("0.2", "are free", "Q itself", 1)[0][:count]
        assert (10**handle.x, handle.y) == pytest.approx((count, one.mean()))
        assert (handle.slider, handle.way, handle.hue) == ("estimators_texts", "both", "q")


# The published table.


@pytest.mark.parametrize("seed", [1, 1000])
def test_published_table_stands_beside_what_is_exact_and_what_is_drawn(seed):
    app = opened(seed=seed)
    printed = {
        0.1: {"k1": ("0", "20"), "k2": ("0.002", "1.42"), "k3": ("0", "1.42")},
        1.0: {"k1": ("0", "2"), "k2": ("0.25", "1.73"), "k3": ("0", "1.7")},
    }
    rows = iter(cells(app, "Bias and spread of one draw"))
    for gap, kinds in printed.items():
        true, exact = divergence(gap, 1.0), moments(gap, 1.0)
        x = np.random.default_rng(seed).standard_normal(100_000)
        ratios = norm.logpdf(x) - norm.logpdf(x, gap)
        for name, (bias, spread) in kinds.items():
            row = next(rows)
            assert (row[0], row[1], row[4]) == (f"{name}, P at {gap:g}", bias, spread)
            assert abs(value_of(row[2])[0] - (exact[name][0] / true - 1)) <= 0.51e-4
            assert agree(row[5], exact[name][1] / true)
            # What is printed is what is exact, to the digits of the note.
            assert abs(exact[name][1] / true - float(spread)) < 0.006
            assert abs(exact[name][0] / true - 1 - float(bias)) < 6e-4
            found = KINDS[name](ratios)
            mean, error = mean_of(found)
            expected = (mean / true - 1, error / true, *np.divide(spread_of(found), true))
            shown = [n for cell in (row[3], row[6]) for n in cell.split("\u00a0±\u00a0")]
            for text, value in zip(shown, expected, strict=True):
                assert abs(value_of(text)[0] - value) <= 0.51e-3, row
            # Five standard errors: chance alone does not fail this.
            assert abs(expected[0] - (exact[name][0] / true - 1)) < 5 * expected[1]
    assert next(rows, None) is None
    assert sentence(app, r"exactly it is gap²/4 = 0\.0025\.$")


def test_other_draws_redraw_the_note_and_the_histograms():
    app = press(opened(seed=1000, draws=50), "Other draws")
    assert set_up(app)["estimators_seed"] == 1
    fresh = opened(draws=50)
    for label in ("Bias and spread of one draw", "Bias and spread of an estimate"):
        assert cells(app, label) == cells(fresh, label)
        assert cells(app, label) != cells(opened(seed=1000, draws=50), label)


# Far away.


@pytest.mark.parametrize("unit", BASES)
def test_k3_is_quieter_up_to_where_theory_says(unit):
    app = opened(unit)
    said = sentence(app, rf"up to D\(Q‖P\) = \*\*{NUMBER} {unit}\*\*, and noisier beyond: exactly")
    assert agree(said[1], k3_noisier_beyond() / math.log(BASES[unit]))
    u = 2 * k3_noisier_beyond()
    assert math.exp(u) == pytest.approx(1 + 2 * u, rel=1e-12)


@pytest.mark.parametrize("spread", [0.5, 0.75, 0.95, 1.05, 1.2])
def test_k3_and_k1_trade_places_where_it_is_said(spread):
    app = opened("nats", spread=spread)
    said = sentence(app, rf"= \*\*{NUMBER} nats\*\*, and noisier beyond \(found numerically")
    kl, digit = value_of(said[1])
    quieter = []
    for near in (kl - 0.6 * digit, kl + 0.6 * digit):
        gap = math.sqrt(2 * spread**2 * (near - math.log(spread) + 0.5) - 1)
        assert divergence(gap, spread) == pytest.approx(near)
        quieter.append(moments(gap, spread)["k3"][1] < moments(gap, spread)["k1"][1])
    assert quieter == [True, False]


@pytest.mark.parametrize("spread", [1.25, 1.4])
def test_k3_is_never_the_quieter_one_of_a_wide_p(spread):
    assert sentence(opened(spread=spread), "^With these widths k3 is noisier than k1 at any gap")
    for gap in (0.02, 0.5, 1, 2, 4):
        assert moments(gap, spread)["k3"][1] > moments(gap, spread)["k1"][1]


@pytest.mark.parametrize("spread", [1.45, 2.0])
def test_k3_of_a_very_wide_p_has_no_spread(spread):
    app = opened(spread=spread, gap=0)
    said = sentence(app, rf"spread is infinite at any gap\. At your gap .*{NUMBER} times\.$")
    assert said[1] == "∞"


@pytest.mark.parametrize(
    ("gap", "spread"), [(0.5, 1.0), (0.01, 1.0), (2.5, 1.0), (3.0, 1.0), (0.0, 0.5), (1.0, 1.3)]
)
@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_noise_at_the_learners_gap(gap, spread, unit):
    app = opened(unit, gap=gap, spread=spread)
    said = sentence(
        app,
        rf"At your gap one draw of k1 is {NUMBER} times as spread out as D\(Q‖P\) is large, one "
        rf"draw of k3 {NUMBER} times\.$",
    )
    exact, true = moments(gap, spread), divergence(gap, spread)
    assert all_agree(said.groups(), [exact[name][1] / true for name in ("k1", "k3")])


@pytest.mark.parametrize("spread", [0.5, 1.0, 1.5])
def test_chart_of_noise_follows_the_bells(spread):
    spec = chart(opened("nats", spread=spread, gap=1), "how far Q is from P")
    lines = {each["name"]: each for each in spec["data"] if each.get("mode") == "lines"}
    assert list(lines) == ["k1", "k2", "k3"]
    for gap in (0.02, 4.0):
        place = 0 if gap < 1 else -1
        for name, (_, std) in moments(gap, spread).items():
            assert values(lines[name]["x"])[place] == pytest.approx(divergence(gap, spread))
            shown = values(lines[name]["y"])[place]
            if math.isinf(std):
                assert np.isnan(shown)
            else:
                assert shown == pytest.approx(std / divergence(gap, spread), rel=1e-5)
    here = [each for each in spec["data"] if each.get("marker", {}).get("size") == 11]
    assert len(here) == (2 if spread == 1.5 else 3)
    for each in here:
        np.testing.assert_allclose(values(each["x"]), divergence(1, spread))


# KL below 0: chance or mistake.

VERDICT = (
    rf"^Of {NUMBER} forecasts (?:{NUMBER} (has|have)|(none) has) a k1 below 0; the true D\(Q‖P\) "
    rf"is {NUMBER} UNIT\. (✅|⚠️) \*\*(.*?)\*\* (.*?) k1 averages "
    rf"{PAIR} UNIT, k3 {PAIR}; their difference is {PAIR}, {NUMBER} standard errors; from "
    rf"{NUMBER} texts chance hardly ever goes beyond {NUMBER}\.$"
)


def judged(one, three):
    """Return what can be said of k1 and k3 of the same texts, by a test for a mistake."""
    (mean, error), (gap, gap_error) = mean_of(one), mean_of(three - one)
    # One false alarm in a million, were the sums normal.
    furthest = student.isf(1e-6, one.size - 1)
    apart = gap / gap_error
    if mean < 0:
        far = apart > furthest or -mean > furthest * error
        return "A mistake, not chance." if far else "Chance can do this."
    return (
        "Above 0, and suspect all the same." if abs(apart) > furthest else "Nothing suspect here."
    )


def check_verdict(app, beta, fee, way, batch, seen, unit="bits"):
    """See that the sentence holds the numbers of these texts, and the verdict they allow."""
    nats = math.log(BASES[unit])
    one, three = (each[:seen] for each in drawn(beta, fee, way, batch))
    said = sentence(app, VERDICT.replace("UNIT", unit))
    count, below, verb, none, true, sign, verdict, why, *rest = said.groups()
    negative = int((one < 0).sum())
    assert value_of(count)[0] == seen
    assert (none, below) == ((None, f"{negative:,}") if negative else ("none", None))
    assert verb == {0: None, 1: "has"}.get(negative, "have")
    assert agree(true, sequence_kl(policy(beta, fee)) / nats)
    assert verdict == judged(one, three)
    assert (sign == "⚠️") == (verdict[0] == "A")
    *pairs, apart, again, furthest = rest
    expected = [value / nats for pair in (one, three, three - one) for value in mean_of(pair)]
    for text, value in zip(pairs, expected, strict=True):
        assert abs(value_of(text)[0] - value) <= 0.51e-3
    (mean, error), (gap, gap_error) = mean_of(one), mean_of(three - one)
    assert agree(apart, abs(gap / gap_error))
    assert again == count
    assert agree(furthest, student.isf(1e-6, seen - 1))
    if verdict == "Chance can do this.":
        below = re.match(rf"k1 is {NUMBER} standard errors below 0, and k3 agrees", why)
        assert agree(below[1], -mean / error)
    return verdict


def check_truth(app, beta, fee, way, unit="bits"):
    """See that the last word names where k1 is bound for."""
    nats, pi = math.log(BASES[unit]), policy(beta, fee)
    nu, true = drawn_by(way, pi), sequence_kl(pi) / nats
    limit = expected_log_ratio(pi, nu, padded=way == "padding counted") / nats
    patterns = {
        "Q itself": rf"^In truth these forecasts are Q's own\. .* D\(Q‖P\) = {NUMBER} {unit}\.$",
        "padding counted": rf"^In truth .* bound for {NUMBER} {unit}, .*; D\(Q‖P\) is {NUMBER} "
        rf"{unit}\. The cure: mask",
    }
    expected = {"Q itself": [true], "padding counted": [limit, true]}
    other = (
        rf"bound for D\(ν‖P\) − D\(ν‖Q\) = {NUMBER} − {NUMBER} = {NUMBER} {unit}, .*; D\(Q‖P\) is "
        rf"{NUMBER} {unit}\. The cure: draw from Q"
    )
    numbers = [sequence_kl(nu) / nats, sequence_kl(nu, pi) / nats, limit, true]
    said = sentence(app, patterns.get(way, other))
    assert all_agree(said.groups(), expected.get(way, numbers))


CASES = [
    ("0.2", "are free", "Q itself", 1, 64, "bits"),
    ("1", "earn 0.5", "Q itself", 3, 8, "nats"),
    ("0.05", "cost 0.5", "Q itself", 1000, 4096, "dits"),
    ("0.2", "are free", "top 2", 1, 1024, "nats"),
    ("0.5", "cost 0.5", "top 2", 2, 8, "bits"),
    ("1", "are free", "temperature 0.5", 5, 4096, "dits"),
    ("0.1", "earn 0.5", "temperature 0.5", 1, 256, "bits"),
    ("0.05", "earn 0.5", "at least 16 words", 9, 16, "nats"),
    ("0.1", "cost 0.5", "at least 16 words", 6, 8, "nats"),
    ("1", "are free", "at least 16 words", 1, 4096, "bits"),
    ("0.5", "earn 0.5", "padding counted", 1, 32, "dits"),
    ("0.05", "are free", "padding counted", 2, 512, "bits"),
]


@pytest.mark.parametrize(("beta", "fee", "way", "batch", "seen", "unit"), CASES)
def test_verdict_and_truth_of_forecasts(beta, fee, way, batch, seen, unit):
    app = opened(unit, beta=beta, fee=fee, way=way, batch=batch, texts=seen)
    assert not app.warning
    check_verdict(app, beta, fee, way, batch, seen, unit)
    check_truth(app, beta, fee, way, unit)


def test_all_four_verdicts_are_given():
    said = {judged(*(each[:seen] for each in drawn(beta, fee, way, batch)))
            for beta, fee, way, batch, seen, _ in CASES}  # fmt: skip
    assert len(said) == 4


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("estimators_texts", 8, {"seen": 8}),
        ("estimators_texts", 4096, {"seen": 4096}),
        ("estimators_batch", 1000, {"batch": 1000}),
        ("estimators_beta", "0.05", {"beta": "0.05"}),
        ("estimators_fee", "earn 0.5", {"fee": "earn 0.5"}),
        ("estimators_way", "top 2", {"way": "top 2"}),
    ],
)
def test_moved_controls_bring_other_forecasts(key, value, changed):
    view = {"beta": "0.2", "fee": "are free", "way": "Q itself", "batch": 1, "seen": 64} | changed
    app = move(opened(), key, value)
    check_verdict(app, **view)
    check_truth(app, view["beta"], view["fee"], view["way"])


@pytest.mark.parametrize("fee", FEES)
@pytest.mark.parametrize("beta", BETAS)
def test_draws_of_q_itself_are_never_called_a_mistake(beta, fee):
    for batch in range(1, 16):
        one, three = drawn(beta, fee, "Q itself", batch)
        for power in range(3, 13):
            verdict = judged(one[: 2**power], three[: 2**power])
            assert verdict != "A mistake, not chance.", (batch, 2**power)


@pytest.mark.parametrize(
    ("label", "fee", "way"),
    [
        ("Top-k", "are free", "top 2"),
        ("Temperature", "are free", "temperature 0.5"),
        ("Minimum length", "cost 0.5", "at least 16 words"),
        ("Padding", "earn 0.5", "padding counted"),
    ],
)
def test_every_mistake_is_found_in_1024_texts(label, fee, way):
    app = press(opened(batch=77, beta="1", texts=8), label)
    assert check_verdict(app, "0.2", fee, way, 1, 1024) == "A mistake, not chance."
    check_truth(app, "0.2", fee, way)
    # The mistake stays, however the first batch came out: k1 is bound for a number below 0.
    spec = chart(app, "texts so far")
    [limit] = [each for each in spec["data"] if each.get("name") == "where k1 is bound for"] or [
        None
    ]
    true = sequence_kl(policy("0.2", fee))
    bound = expected_log_ratio(
        policy("0.2", fee), drawn_by(way, policy("0.2", fee)), padded=way == "padding counted"
    )
    assert bound < 0 < true
    np.testing.assert_allclose(values(limit["y"]), bound / math.log(2))


def test_by_chance_is_a_batch_below_0_that_more_texts_mend():
    app = press(opened(way="top 2", texts=8, beta="1"), "By chance")
    view = {"beta": "0.2", "fee": "are free", "way": "Q itself", "batch": 2}
    assert check_verdict(app, **view, seen=64) == "Chance can do this."
    app = move(app, "estimators_texts", 4096)
    assert check_verdict(app, **view, seen=4096) == "Nothing suspect here."


@pytest.mark.parametrize(("beta", "fee", "way", "batch", "seen", "unit"), CASES[:4])
def test_running_averages_end_where_all_texts_do(beta, fee, way, batch, seen, unit):
    app = opened(unit, beta=beta, fee=fee, way=way, batch=batch, texts=seen)
    spec = chart(app, "texts so far")
    lines = {each["name"]: each for each in spec["data"] if each.get("name")}
    for name, all_of in zip(("k1", "k3"), drawn(beta, fee, way, batch), strict=True):
        counts, shown = values(lines[name]["x"]), values(lines[name]["y"])
        assert {4, seen, 4096} <= set(counts)
        means = [all_of[: int(count)].mean() / math.log(BASES[unit]) for count in counts]
        np.testing.assert_allclose(shown, means, rtol=1e-8, atol=1e-12)
    low, high = (values(each["y"]) for each in spec["data"][:2])
    place = int(np.searchsorted(values(lines["k1"]["x"]), seen))
    mean, error = mean_of(drawn(beta, fee, way, batch)[0][:seen])
    np.testing.assert_allclose(
        [low[place], high[place]],
        np.array([mean - 2 * error, mean + 2 * error]) / math.log(BASES[unit]),
        rtol=1e-6,
    )
    assert ("where k1 is bound for" in lines) == (way != "Q itself")


# Where each one pulls.


@cache
def next_words(beta):
    """Return the chances after “rain”, of the SFT model and the policy."""
    context = np.array([SFT.context("rain")])
    return SFT.table[context[0]], policy(beta).next_words(1, context)[0][0]


def slopes(beta):
    """Return the slopes of D(Q‖P) and D(P‖Q) in the logits of Q, by finite differences."""
    p, q = next_words(beta)
    logits, step = np.log(q), 1e-5
    moved = [
        (softmax(logits + shift), softmax(logits - shift)) for shift in step * np.eye(logits.size)
    ]
    reverse = [(kl_divergence(up, p) - kl_divergence(down, p)) / 2 / step for up, down in moved]
    forward = [(kl_divergence(p, up) - kl_divergence(p, down)) / 2 / step for up, down in moved]
    return np.array(reverse), np.array(forward)


def pulls(beta, of="Q itself", *, weighted=False):
    """Return mean pull and its noise for each placement: each word's loss differentiated."""
    p, q = next_words(beta)
    logits, step = np.log(q), 1e-5
    source = p if of == "P" else q
    # Derivative of each word's log-chance in each logit; the weight stands still.
    score = np.array([
        (log_softmax(logits + shift) - log_softmax(logits - shift)) / 2 / step
        for shift in step * np.eye(logits.size)
    ]).T  # fmt: skip
    ratio = np.log(q / p)
    losses = {
        # In the reward nothing is differentiated but log q: REINFORCE.
        "k1 in the reward": ratio,
        "k1 in the loss": np.ones_like(ratio),
        "k2 in the loss": ratio,
        "k3 in the loss": 1 - np.exp(-ratio),
    }
    found = {}
    for name, factor in losses.items():
        each = (factor * (q / source if weighted else 1))[:, None] * score
        mean = source @ each
        found[name] = mean, math.sqrt(source @ ((each - mean) ** 2).sum(axis=1))
    return found


def cosine(one, other):
    """Return the cosine of the angle between two vectors."""
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)


OFF_POLICY = {"drawn": "P", "weighted": False}


@pytest.mark.parametrize(
    ("unit", "beta"), [*(("bits", beta) for beta in PULL_BETAS), ("nats", "1"), ("dits", "0.01")]
)
@pytest.mark.parametrize(
    "how", [{}, {"drawn": "P", "weighted": True}, {"weighted": True}, OFF_POLICY]
)
def test_pulls_are_those_of_finite_differences(unit, beta, how):
    app = opened(unit, pull=beta, **how)
    nats, (reverse, forward) = math.log(BASES[unit]), slopes(beta)
    of, weighted = how.get("drawn", "Q itself"), how.get("weighted", False)
    found = pulls(beta, of, weighted=weighted)
    rows = cells(app, f"The expected pull of each placement, lengths in {unit}")
    assert [row[0] for row in rows] == list(found) == PLACEMENTS
    for (name, (mean, noise)), (_, length, *cosines, one) in zip(found.items(), rows, strict=True):
        size = np.linalg.norm(mean)
        nothing = name == "k1 in the loss" and how is not OFF_POLICY
        assert (size < 1e-9) == nothing
        seen, digit = value_of(length)
        assert abs(seen - (0 if nothing else size / nats)) <= 0.51 * digit + 1e-6 * size
        seen, digit = value_of(one)
        assert abs(seen - noise / nats) <= 0.51 * digit + 1e-6 * noise
        expected = ["–", "–"] if nothing else [cosine(mean, each) for each in (reverse, forward)]
        for text, value in zip(cosines, expected, strict=True):
            assert text == value or abs(value_of(text)[0] - value) <= 0.51e-3
    p, q = next_words(beta)
    said = sentence(app, rf"After “rain” D\(Q‖P\) is {NUMBER} {unit} and D\(P‖Q\) {NUMBER} {unit}")
    assert all_agree(said.groups(), [np.sum(a * np.log(a / b)) / nats for a, b in ((q, p), (p, q))])
    assert f"Summed over all {p.size} next words" in said.string
    check_pulls_in_words(app, found, forward, how, unit)


def check_pulls_in_words(app, found, forward, how, unit):
    """See that the sentence names who pulls where."""
    if how is OFF_POLICY:
        said = sentence(
            app,
            rf"^Drawn by the older policy and not weighted, none of the four gives the slope it "
            rf"gave on Q's own draws; k3 in the loss pulls {NUMBER} times as hard\. .* −1 times "
            rf"the slope of D\(P‖Q\) \(cosine {NUMBER}\)",
        )
        mean = found["k1 in the loss"][0]
        hard = np.linalg.norm(found["k3 in the loss"][0]) / np.linalg.norm(forward)
        seen, digit = value_of(said[1])
        assert abs(seen - hard) <= 0.51 * digit + 1e-6 * hard
        assert cosine(mean, -forward) == pytest.approx(1, abs=1e-8)
        assert said[2] == "1.00"
        return
    said = sentence(
        app,
        r"^Along the slope of D\(Q‖P\): k1 in the reward and k2 in the loss\. Along the slope of "
        r"the \*other\* direction, D\(P‖Q\): k3 in the loss\. Nowhere on average: k1 in the loss\. "
        rf"It only shakes the policy: a single draw's pull has a spread of {NUMBER} {unit}\.$",
    )
    assert agree(said[1], found["k1 in the loss"][1] / math.log(BASES[unit]))


@pytest.mark.parametrize("beta", PULL_BETAS)
def test_off_policy_no_placement_pulls_as_it_did(beta):
    on, off = pulls(beta), pulls(beta, "P")
    for name in PLACEMENTS:
        change = np.linalg.norm(off[name][0] - on[name][0])
        assert change > 0.01 * max(np.linalg.norm(on[name][0]), np.linalg.norm(slopes(beta)[1]))


@pytest.mark.parametrize("how", [{}, OFF_POLICY])
def test_chart_of_pulls_shows_the_steepest_words(how):
    app = opened("nats", **how)
    spec = chart(app, "pull at the logit", "yaxis")
    reverse, forward = slopes("0.01")
    top = np.argsort(-(abs(reverse) + abs(forward)))[:6]
    names = [SFT.words[each] if SFT.words[each] != "." else "full stop" for each in top]
    assert spec["layout"]["xaxis"]["ticktext"] == names
    traces = {trace["name"]: values(trace["y"]) for trace in spec["data"]}
    np.testing.assert_allclose(traces["slope of D(Q‖P)"], reverse[top], atol=1e-8)
    np.testing.assert_allclose(traces["slope of D(P‖Q)"], forward[top], atol=1e-8)
    edge = spec["layout"]["yaxis"]["range"][1]
    for name, (mean, _) in pulls("0.01", how.get("drawn", "Q itself")).items():
        inside = abs(mean[top]) < 0.97 * edge
        np.testing.assert_allclose(traces[name][inside], mean[top][inside], atol=1e-8)
        assert (abs(traces[name]) <= edge).all()
    title = spec["layout"]["title"]["text"]
    assert title == (
        "Off-policy, unweighted: no pull is right" if how else
        "k2 follows D(Q‖P), k3 follows D(P‖Q)"
    )  # fmt: skip


# Training.


@cache
def trained(placement, price, seed):
    """Return where a run ends: account, and D(π_SFT‖π)."""
    free = placement == "no penalty"
    algorithm = GRPO(as_published=False, penalty=PLACEMENTS[0] if free else placement)
    controller = FixedKL(0.0 if free else float(price))
    rng = np.random.default_rng(seed)
    *_, last = train(SFT, REWARD, JUDGE, algorithm, controller, rng, steps=100, epochs=1)
    return account(last.policy, REWARD), sequence_kl(SFT, last.policy)


@pytest.mark.parametrize(
    ("price", "seed", "unit"), [("0.02", 1, "bits"), ("0.2", 1, "nats"), ("0.01", 3, "dits")]
)
def test_five_runs_tell_which_penalty_holds(price, seed, unit):
    app = opened(unit, price=price, run=seed, train="true")
    assert not app.info
    nats, beta = math.log(BASES[unit]), float(price)
    ends = {name: trained(name, price, seed) for name in (*PLACEMENTS, "no penalty")}
    best = account(policy(price), REWARD)
    said = sentence(
        app,
        rf"^After 100 steps the run without any penalty is {NUMBER} {unit} away from the SFT "
        rf"model; the exact optimum for β = {re.escape(price)} lies at {NUMBER} {unit}\. Held: "
        rf"k1 in the reward \({NUMBER} {unit}\), k2 in the loss \({NUMBER} {unit}\) and k3 in the "
        rf"loss \({NUMBER} {unit}\)\. Not held: k1 in the loss \({NUMBER} {unit}\)\.$",
    )
    kl = {name: own.kl / nats for name, (own, _) in ends.items()}
    held = "k1 in the reward", "k2 in the loss", "k3 in the loss"
    assert all_agree(
        said.groups(),
        [kl["no penalty"], best.kl / nats, *(kl[name] for name in held), kl["k1 in the loss"]],
    )
    assert max(kl[name] for name in held) < min(2 * kl["k1 in the reward"], 2 * best.kl / nats)
    assert kl["k1 in the loss"] > 4 * kl["k1 in the reward"]
    worth = {name: own.reward - beta * own.kl for name, (own, _) in ends.items()}
    rows = cells(app, f"Where each run has ended, KL in {unit}")
    for (name, (own, forward)), row in zip(ends.items(), rows, strict=True):
        assert row[0] == name
        expected = own.reward, own.kl / nats, forward / nats, worth[name]
        assert all_agree([cell.removeprefix("+") for cell in row[1:]], expected)
    said = sentence(app, rf"exact optimum has \+?{NUMBER} there, and nothing has more\.$")
    most = best.reward - beta * best.kl
    assert agree(said[1], most)
    assert max(worth.values()) < most
    spec = chart(app, "step (dotted: the exact optimum)")
    furthest = max(kl, key=kl.get)
    title = spec["layout"]["title"]["text"]
    assert title == f"Furthest away: {furthest}, {kl[furthest]:.3f} {unit}"
    for trace in spec["data"]:
        own = ends[trace["name"]][0]
        last = own.kl / nats if trace["yaxis"] == "y" else own.reward
        assert values(trace["y"])[-1] == pytest.approx(last, rel=1e-9)
        assert list(values(trace["x"])) == [0, 1, *range(10, 101, 10)]


def trainings(monkeypatch):
    """Return a list that grows with each run of training; what pages remember is forgotten."""
    begun = []

    def counted(*args, **options):
        begun.append(args)
        return train(*args, **options)

    st.cache_data.clear()
    monkeypatch.setattr("kl_core.rlhf.train", counted)
    return begun


def test_finished_runs_outlive_moves_and_interrupted_ones_go_on(monkeypatch):
    app = opened(train="true")
    said = sentence(app, "^After 100 steps").string
    begun = trainings(monkeypatch)
    move(app, "estimators_gap", 1.0)
    move(app, "estimators_way", "top 2")
    assert sentence(app, "^After 100 steps").string == said
    assert begun == []
    # As if a move had come while the third run was trained.
    _, runs = app.session_state["_estimators_runs"]
    for name in [*runs][2:]:
        del runs[name]
    move(app, "estimators_draws", 20)
    assert sentence(app, "^After 100 steps").string == said
    assert len(begun) == 3
    move(app, "estimators_price", "0.05")
    assert "the exact optimum for β = 0.05 lies" in sentence(app, "^After 100 steps").string
    assert len(begun) == 8


def test_nothing_is_trained_before_the_switch():
    app = opened()
    assert [each.value[:18] for each in app.info] == ["Switch *Train* on:"]
    assert not any("exact optimum" in each.spec for each in charts(app))


# Prediction, formulas, questions.


@pytest.mark.parametrize("unit", BASES)
def test_prediction_reveals_how_often_a_draw_is_below_0(unit):
    right = "Almost every other time"
    for answer in ("Never", "Rarely, 1 time in 20", right):
        app = opened(unit, predict=answer)
        said = sentence(app, rf"\*\*{NUMBER}%\*\* of all draws .* draws are {NUMBER} times as")
        # log(q/p) < 0 beyond the middle between the bells.
        assert agree(said[1], 100 * norm.sf(0.05))
        assert agree(said[2], moments(0.1, 1.0)["k1"][1] / divergence(0.1, 1.0))
        assert ("That is what happens" in said.string) == (answer == right)
    [question] = [each.label for each in app.radio if each.key == "estimators_predict"]
    shown = re.search(rf"the true D\(Q‖P\) is {NUMBER} {unit}\.", question)
    assert agree(shown[1], 0.005 / math.log(BASES[unit]))


FIRST = [
    ("bits", {}),
    ("nats", {"gap": 3.0, "spread": 0.5, "seed": 2}),
    ("dits", {"gap": 0.0}),
    ("bits", {"gap": 0.0, "spread": 2.0, "draws": 1000}),
    ("nats", {"source": "forecasts", "source_beta": "0.05", "seed": 4}),
]


@pytest.mark.parametrize(("unit", "view"), FIRST)
def test_formula_holds_the_first_draw(unit, view):
    app = opened(unit, **view)
    ratio, nats = log_ratios(**view)[0, 0], math.log(BASES[unit])
    [today] = [re.sub(r"\\textcolor\{[^}]*\}\{((?:[^{}]|\{[^}]*\})*)\}", r"\1", each.value)
               for each in app.latex if "k_1 &= (" in each.value]  # fmt: skip
    over = "" if unit == "nats" else rf"\s*/\\,{NUMBER}"
    said = re.search(
        rf"k_1 &= \({NUMBER}\){over} = {NUMBER} \\text{{ {unit}}} \\\\ "
        rf"k_2 &= \\tfrac12\\,\({NUMBER}\)\^2 {over} = {NUMBER} \\text{{ {unit}}} \\\\ "
        rf"k_3 &= \\big\({NUMBER} - 1 \+ \({NUMBER}\)\\big\){over} \\\\ "
        rf"&= {NUMBER} \\text{{ {unit}}}",
        today,
    )
    factor = [] if unit == "nats" else [nats]
    one, two, three = (kind(ratio) / nats for kind in KINDS.values())
    expected = [
        ratio, *factor, one, ratio, *factor, two, math.exp(-ratio), ratio, *factor, three
    ]  # fmt: skip
    assert all_agree(said.groups(), expected)
    said = sentence(app, rf"k1 and k3 average to \*\*{NUMBER} {unit}\*\*")
    assert agree(said[1], truth(**view) / nats)


@pytest.mark.parametrize("unit", BASES)
def test_grpos_term_is_that_of_a_word_of_the_policy(unit):
    app = opened(unit)
    tokens = sample(policy("0.02"), 1, np.random.default_rng(1))[0]
    place = int((tokens >= 0).sum() // 2)
    before = [SFT.words[each] for each in tokens[:place]]
    said = sentence(app, rf"^Here “(\w+)” after “([\w ]+)”, in a forecast .*: {NUMBER} {unit}\.")
    assert said[1] == SFT.words[tokens[place]]
    assert said[2] == " ".join(before)
    context = np.array([SFT.context(" ".join(before))])
    chances = policy("0.02").next_words(place, context)[0][0]
    u = SFT.table[context[0], tokens[place]] / chances[tokens[place]]
    k3 = u - math.log(u) - 1
    assert agree(said[3], k3 / math.log(BASES[unit]))
    [today] = [each.value for each in app.latex if r"\quad u - \ln u - 1 =" in each.value]
    assert all_agree(re.search(rf"u = {NUMBER}, .* 1 = {NUMBER}", today).groups(), [u, k3])


ANSWERS = (
    "Nothing yet: draw more",
    "The answers were not drawn from the policy",
    "Only close to the reference",
    "On average nothing",
)


def test_right_answers_are_marked_right():
    app = opened(**{f"check{place}": answer for place, answer in enumerate(ANSWERS, start=1)})
    assert [each.value[:6] for each in app.success] == ["Right:"] * 4


def test_right_answers_are_what_the_page_computes():
    # One: −0.02 ± 0.03, which one batch in four undercuts.
    assert norm.cdf(-0.02 / 0.03) > 0.25
    # Two: 45 standard errors.
    assert norm.cdf(-0.9 / 0.02) < 1e-300
    # Three: k3 is quieter close by, noisier far away, and right on average in both places.
    for gap, quieter in ((0.5, True), (2.5, False)):
        found = moments(gap, 1.0)
        assert (found["k3"][1] < found["k1"][1]) == quieter
        assert found["k3"][0] == pytest.approx(divergence(gap, 1.0), rel=1e-7)
    # Four: the pull of k1 in the loss.
    assert abs(pulls("0.01")["k1 in the loss"][0]).max() < 1e-9


def links(unit):
    """Return the link that mends a wrong answer, for each question."""
    found = []
    for place, right in enumerate(ANSWERS, start=1):
        radio = opened(unit).radio(key=f"estimators_check{place}")
        wrong = [answer for answer in radio.options if answer != right]
        for answer in wrong:
            said = opened(unit, **{f"check{place}": answer}).info
            [told] = [each.value for each in said if "Switch *Train*" not in each.value]
            [link] = deep_links(told)
            found.append((place, link))
    return found


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_links_of_wrong_answers_show_what_they_promise(unit):
    found = links(unit)
    assert len(found) == 8
    mending = dict(found)
    # Both wrong answers of a question lead to the same view.
    assert set(found) == set(mending.items())
    assert [urlsplit(link.query).fragment for link in mending.values()] == [
        "negative", "negative", "move", "train"
    ]  # fmt: skip
    for link in mending.values():
        app = open_page(link.file, **dict(parse_qsl(urlsplit(link.query).query)))
        assert not app.warning, link
        assert link.promise in plain(texts(app)), link
        assert set_up(app)["unit"] == unit
        anchors = {each.proto.anchor for each in app.header}
        assert urlsplit(link.query).fragment in anchors


# Presets, the way back, what can be taken along.


@pytest.mark.parametrize(
    ("label", "puts"),
    [
        ("Schulman's close pair", {"source": "two bells", "gap": 0.1, "spread": 1.0}),
        ("His far pair", {"source": "two bells", "gap": 1.0, "spread": 1.0}),
        ("Far away", {"source": "two bells", "gap": 2.5, "spread": 1.0}),
        ("P too wide", {"source": "two bells", "gap": 0.5, "spread": 1.5}),
        ("A language model", {"source": "forecasts"}),
        ("By chance", {"beta": "0.2", "fee": "are free", "way": "Q itself", "texts": 64,
                       "batch": 2}),
        ("Top-k", {"beta": "0.2", "fee": "are free", "way": "top 2", "texts": 1024, "batch": 1}),
        ("Temperature", {"beta": "0.2", "fee": "are free", "way": "temperature 0.5", "texts": 1024,
                         "batch": 1}),
        ("Minimum length", {"beta": "0.2", "fee": "cost 0.5", "way": "at least 16 words",
                            "texts": 1024, "batch": 1}),
        ("Padding", {"beta": "0.2", "fee": "earn 0.5", "way": "padding counted", "texts": 1024,
                     "batch": 1}),
        ("Other draws", {"seed": 4}),
        ("Another batch", {"batch": 6}),
        ("Another run", {"run": 8}),
    ],
)  # fmt: skip
def test_buttons_put_what_they_say_and_nothing_else(label, puts):
    # Nothing of this is what any preset puts.
    source = "two bells" if label == "A language model" else "forecasts"
    app = opened("nats", source=source, gap=1.5, spread=0.7, source_beta="0.5", draws=20, seed=3,
                 beta="0.05", fee="earn 0.5" if label != "Padding" else "cost 0.5", way="top 2",
                 texts=16, batch=5, run=7, pull="0.1", predict="Never")  # fmt: skip
    before = set_up(app)
    press(app, label)
    assert set_up(app) == before | {f"estimators_{name}": value for name, value in puts.items()}
    assert set_up(app) != before
    again = open_page(FILE, **{key: str(each) for key, each in set_up(app).items()
                               if each is not None})  # fmt: skip
    assert not again.warning
    assert texts(again) == texts(app)


def test_start_over_puts_everything_back():
    fresh = opened()
    usual = set_up(fresh)
    answers = {key.removeprefix("estimators_"): fresh.radio(key=key).options[-1]
               for key, each in usual.items() if each is None}  # fmt: skip
    assert len(answers) == 5
    app = opened(
        source="forecasts", gap=2, spread=0.7, source_beta="1", draws=50, seed=9, beta="1",
        fee="cost 0.5", way="top 2", texts=16, batch=3, pull="0.1", drawn="P", weighted="true",
        price="0.1", run=2, train="true", **answers,
    )  # fmt: skip
    now = set_up(app)
    assert {key for key in usual if now[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert set_up(app) == usual
    assert texts(app) == texts(opened())


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("estimators_gap", 3.0, {"gap": 3.0}),
        ("estimators_spread", 2.0, {"spread": 2.0}),
        ("estimators_draws", 1000, {"draws": 1000}),
        ("estimators_seed", 5, {"seed": 5}),
        ("estimators_source", "forecasts", {"source": "forecasts"}),
    ],
)
def test_moved_controls_take_everything_along(key, value, changed):
    assert texts(move(opened(), key, value)) == texts(opened(**changed))


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"gap": 3.0, "spread": 2.0, "draws": 1000, "seed": 8},
        {"gap": 0.0},
        {"source": "forecasts"},
        {"source": "forecasts", "source_beta": "0.05", "draws": 200, "seed": 12},
    ],
)
def test_snippet_prints_what_it_says_and_what_is_on_screen(view):
    app = opened("nats", **view)
    code = app.code[-1].value
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, {})  # noqa: S102
    lines = [line for line in output.getvalue().splitlines() if "Moments(" not in line]
    comments = [line.partition("# ")[2] for line in code.splitlines() if "print(" in line]
    said = [float(each) for each in re.findall(r"-?\d[^,\s]*", "\n".join(comments))]
    # A batch alone adds up in another order than a row among many.
    np.testing.assert_allclose([float(line) for line in lines], said, rtol=1e-12, atol=1e-15)
    firsts = [found[0] for found in estimates(**view).values()]
    expected = [*(firsts[:1] if "source" in view else firsts), truth(**view)]
    np.testing.assert_allclose(said, expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    ("unit", "view"), [("bits", {}), ("dits", {"source": "forecasts", "draws": 100})]
)
def test_files_hold_what_is_on_screen(unit, view, monkeypatch):
    offers = {}

    def note(_label, data, name, *_args, **_options):
        offers[name] = data

    monkeypatch.setattr(st, "download_button", note)
    opened(unit, **view)
    heading, *lines = csv.reader(io.StringIO(offers["estimators.csv"]()))
    assert heading == ["estimate", *(f"{name}_{unit}" for name in KINDS)]
    found = estimates(**view)
    count = found["k1"].size
    table = np.array(lines, dtype=float)
    np.testing.assert_array_equal(table[:, 0], np.arange(1, count + 1))
    for place, each in enumerate(found.values(), start=1):
        np.testing.assert_allclose(
            table[:, place], each / math.log(BASES[unit]), rtol=1e-8, atol=1e-12
        )
    page = offers["estimators.html"]()
    assert "<html" in page
    assert f"estimate of D(Q\\u2016P), {unit}" in page


def test_every_chart_has_words_as_its_text_alternative():
    app = opened(train="true")
    said = [each.value.replace("*", "") for each in app.markdown]
    drawn = charts(app)
    assert len(drawn) == 6
    for each in drawn:
        assert len(each.alt) > 10
        assert "**" not in each.alt
        assert any(words.startswith(each.alt) for words in said)


@pytest.mark.parametrize("unit", UNITS)
def test_unit_reaches_every_number_with_a_unit(unit):
    app = opened(unit, train="true", predict="Never", drawn="P", source="forecasts")
    said = texts(app)
    assert said.count(f" {unit}") > 15
    for other in set(UNITS) - {unit}:
        assert not re.search(rf"\d (\\text{{ )?{other}\b", said)
        for each in charts(app):
            assert other not in each.spec
