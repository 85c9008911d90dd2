"""The forecaster's lesson says what its weather and its days make true."""

import contextlib
import io
import itertools
import json
import re

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import entropy, multinomial

from tests.pages.conftest import bound_controls, charts, move, open_page, texts

KINDS = {"sun": "☀️", "cloud": "☁️", "rain": "🌧️", "snow": "❄️"}
BASES = {"bits": 2, "nats": np.e, "dits": 10}
TRUTH = [4, 3, 2.5, 0.5]
SUNNY = [6, 2.5, 1, 0.5]
TIMID = [2.5] * 4
NO_SNOW = [4.2, 3.2, 2.6, 0]
# From top to bottom; the last one is not drawn while P and Q are the same.
CHARTS = ("_intuition_chart", "_intuition_settling", "_intuition_bowl")


def sky(**weights):
    """Return URL parameters for the weights of P, Q or both."""
    return {
        f"intuition_{letter}{place}": f"{weight}"
        for letter, each in weights.items()
        for place, weight in enumerate(each, start=1)
    }


def weights(app, letter):
    """Return what the four sliders of P or Q show."""
    return [app.slider(key=f"intuition_{letter}{place}").value for place in range(1, 5)]


def chances(weights):
    """Return weights divided by their sum."""
    return np.array(weights, dtype=float) / sum(weights)


def lost(p, q, unit="bits"):
    """Return D(P‖Q) of weights as the page should write it, from scipy."""
    divergence = entropy(p, q, base=BASES[unit])
    return f"{divergence:.3f} {unit}" if np.isfinite(divergence) else "∞"


def costs(p, q, unit="bits"):
    """Return what a day of each weather costs."""
    with np.errstate(divide="ignore"):
        return np.log(chances(p) / chances(q)) / np.log(BASES[unit])


def days_of(seed, days, p=TRUTH):
    """Return the weather of each day, as its place among the kinds."""
    return np.random.default_rng(seed).choice(4, p=chances(p), size=days)


def average(seed, days, p=TRUTH, q=SUNNY, unit="bits"):
    """Return the average loss of a run, from how often each weather came in it."""
    came = np.bincount(days_of(seed, days, p), minlength=4)
    return sum(
        times * cost for times, cost in zip(came, costs(p, q, unit), strict=True) if times
    ) / days  # fmt: skip


def metrics(app):
    """Return the two divergences on screen."""
    return [metric.value for metric in app.metric]


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def saying(app, pattern):
    """Return the one paragraph in which `pattern` is found."""
    [paragraph] = [text.value for text in app.markdown if re.search(pattern, text.value)]
    return paragraph


def the_run(app):
    """Return the sentence under the running average."""
    return saying(app, "^(The days begin|One day: )")


def task(app, number):
    """Return one of the three things to try."""
    return saying(app, rf"^\*\*{number}\. ")


def figures(text):
    """Return the numbers of a text in which the minus sign is a true one, but not of a formula."""
    return [float(found.replace("−", "-").replace(",", ""))
            for found in re.findall(r"[+−]?\d[\d,]*(?:\.\d+)?", text)]  # fmt: skip


def chart(app, key):
    """Return the specification and the text alternative of a chart; None if it is not drawn."""
    drawn = dict(zip(CHARTS, charts(app), strict=False))
    return (json.loads(drawn[key].spec), drawn[key].alt) if key in drawn else None


def test_opens_with_the_sunny_forecaster():
    app = open_page("intuition.py")
    assert (weights(app, "p"), weights(app, "q")) == (TRUTH, SUNNY)
    assert metrics(app) == [lost(TRUTH, SUNNY), lost(SUNNY, TRUTH)] == ["0.175 bits", "0.153 bits"]
    drawn, words = chart(app, "_intuition_chart")
    assert drawn["layout"]["title"]["text"] == "Lost each day on average: 0.175 bits"
    assert words in texts(app)


def test_sentence_names_what_costs_and_what_gives_back():
    said = saying(open_page("intuition.py"), "^Believing")
    sun, _, rain, _ = costs(TRUTH, SUNNY)
    assert f"Dearest is a day of rain (+{rain:.3f})" in said
    assert f"A day of sun even gives some back (−{-sun:.3f})" in said
    assert f"loses {lost(TRUTH, SUNNY)} of information a day" in said


def test_weather_of_equal_cost_is_named_together():
    app = open_page("intuition.py", **sky(p=[4, 4, 1, 1], q=[1, 1, 4, 4]))
    said = saying(app, "^Believing")
    assert "Dearest is a day of sun or cloud (+2.000)" in said
    assert "A day of rain or snow even gives some back (−2.000)" in said


def test_sure_weather_has_no_day_that_gives_back():
    said = saying(open_page("intuition.py", **sky(p=[1, 0, 0, 0])), "^Believing")
    assert f"loses {-np.log2(0.6):.3f} bits of information a day" in said
    assert "Dearest is a day of sun (+0.737)" in said
    assert said.endswith("No day gives anything back.")


@pytest.mark.parametrize(
    ("p", "q"),
    [([2.4, 0, 8.5, 0], [2.4, 6.8, 1.7, 0]), ([1, 0, 0, 0.3], [0.1, 6.9, 0, 2.1])],
)
def test_weather_given_its_due_gives_nothing_back_by_rounding(p, q):
    said = saying(open_page("intuition.py", **sky(p=p, q=q)), "^Believing")
    assert "×10⁻" not in said
    assert said.endswith("No day gives anything back.")


@pytest.mark.parametrize(
    ("label", "q"),
    [
        ("The sunny forecaster", SUNNY),
        ("The timid forecaster", TIMID),
        ("“It never snows”", NO_SNOW),
    ],
)
def test_presets_set_the_sliders(label, q):
    app = press(open_page("intuition.py", **sky(p=[1, 2, 3, 4], q=[4, 0, 2, 1])), label)
    assert (weights(app, "p"), weights(app, "q")) == (TRUTH, q)
    assert metrics(app) == [lost(TRUTH, q), lost(q, TRUTH)]


def test_swap_makes_the_forecast_the_truth():
    app = press(open_page("intuition.py"), "Swap P and Q")
    assert (weights(app, "p"), weights(app, "q")) == (SUNNY, TRUTH)
    assert metrics(app) == [lost(SUNNY, TRUTH), lost(TRUTH, SUNNY)]
    press(app, "Swap P and Q")
    assert (weights(app, "p"), weights(app, "q")) == (TRUTH, SUNNY)


def test_start_over_puts_everything_back():
    usual = {
        key: control.value for key, control in bound_controls(open_page("intuition.py")).items()
    }
    asked = {
        **sky(p=[1, 2, 3, 4], q=[9, 8, 7, 6]),
        "intuition_days": "50",
        "intuition_seed": "77",
        "intuition_predict": "The forecast",
        "intuition_check1": "It is P",
        "intuition_check2": "Nothing",
        "intuition_check3": "It can be negative",
    }
    app = open_page("intuition.py", **asked)
    changed = {key: control.value for key, control in bound_controls(app).items()}
    assert {key for key in usual if changed[key] != usual[key]} == asked.keys()
    assert usual.keys() - asked.keys() == {"unit", "present"}
    press(app, "Start over")
    assert {key: control.value for key, control in bound_controls(app).items()} == usual


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_rest(letter):
    kept = {"intuition_days": 500, "intuition_seed": 7, "intuition_check1": "It is P"}
    app = open_page("intuition.py", **sky(**{letter: [0] * 4}), **kept)
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert "Give at least one outcome" in warning.value
    assert len(app.info) == 2
    assert metrics(app) == []
    controls = bound_controls(app)
    assert {key: controls[key].value for key in kept} == kept
    app = move(app, f"intuition_{letter}1", 2.0)
    assert not app.warning
    assert not app.info
    assert len(app.metric) == 2
    assert {key: bound_controls(app)[key].value for key in kept} == kept


def test_ruled_out_snow_is_infinite_and_says_so():
    app = press(open_page("intuition.py"), "“It never snows”")
    assert metrics(app) == ["∞", lost(NO_SNOW, TRUTH)]
    said = saying(app, "^The forecaster rules out")
    assert "rules out snow, and it comes on 5.0% of all days" in said
    assert "D(P‖Q) is infinite" in said
    assert "Your Q is at ∞." in task(app, 2)
    assert chart(app, "_intuition_chart")[0]["layout"]["title"]["text"].endswith("average: ∞")


def test_all_that_is_ruled_out_is_named_if_it_comes():
    said = texts(open_page("intuition.py", **sky(p=[6, 3, 1, 0], q=[1, 0, 0, 0])))
    assert "rules out cloud and rain, and they come on 40.0% of all days" in said


@pytest.mark.parametrize("at", [1, 2, 40])
def test_ruined_run_is_infinite_from_the_first_day_of_snow(at):
    seed = next(seed for seed in itertools.count(1) if (days_of(seed, 50) == 3).argmax() == at - 1
                and 3 in days_of(seed, 50))  # fmt: skip
    app = open_page("intuition.py", **sky(q=NO_SNOW), intuition_days=50, intuition_seed=seed)
    assert f"Day {at} brings what the forecaster had ruled out" in the_run(app)
    assert "from there on the average loss is infinite" in the_run(app)
    assert "95%" not in the_run(app)
    assert float(app.code[0].value.split("in bits: ")[1].split("\n")[0]) == np.inf


def test_run_that_is_spared_says_that_snow_will_come():
    seed = next(seed for seed in itertools.count(1) if not (days_of(seed, 20) == 3).any())
    app = open_page("intuition.py", **sky(q=NO_SNOW), intuition_days=20, intuition_seed=seed)
    so_far = f"{average(seed, 20, q=NO_SNOW):.3f}".replace("-", "−")
    assert f"So far the average loss is {so_far} bits a day" in the_run(app)
    assert "will come: D(P‖Q) is infinite" in the_run(app)


def test_forecast_that_is_the_truth_is_done():
    app = open_page("intuition.py", **sky(q=TRUTH))
    assert metrics(app) == ["0.000 bits", "0.000 bits"]
    assert "**Done.**" in task(app, 1)
    assert "D(P‖Q) is 0 bits" in saying(app, "^The forecast is the truth")
    assert "equal, because P and Q are" in task(app, 3)
    assert "Your Q is at 0.000 bits" in task(app, 2)
    assert chart(app, "_intuition_bowl") is None
    assert "After 1,000 days the average loss is **0.000** bits a day" in the_run(app)


def test_moving_q_onto_p_is_done_on_the_last_move():
    app = open_page("intuition.py", **sky(q=[4, 3, 2.5, 0.6]))
    assert "Done" not in task(app, 1)
    assert "Furthest apart now: snow, which comes on 5.0%" in task(app, 1)
    assert chart(app, "_intuition_bowl")
    app = move(app, "intuition_q4", 0.5)
    assert "**Done.**" in task(app, 1)
    app = move(app, "intuition_q1", 4.1)
    assert (
        "Furthest apart now: sun, which comes on 40.0% of all days and is forecast for 40.6%"
        in (task(app, 1))
    )


def test_chances_that_are_furthest_apart_are_written_so_that_one_sees_it():
    app = open_page("intuition.py", **sky(p=[10, 9.9, 9.8, 9.7], q=[9.9, 9.8, 9.7, 9.6]))
    comes, forecast = figures(task(app, 1).split("Furthest apart")[1])[:2]
    assert comes != forecast


def same_weather_everywhere(app, unit):
    """Check that every part of the page takes P and Q for the same."""
    assert "The forecast is the truth: no day costs anything" in texts(app)
    assert "**Done.**" in task(app, 1)
    assert metrics(app) == [f"0.000 {unit}"] * 2
    assert f"D(P‖Q) is 0.000 {unit}, D(Q‖P) is 0.000 {unit}: equal, because" in task(app, 3)
    assert f"the average loss is **0.000** {unit} a day; D(P‖Q) is 0.000" in the_run(app)
    assert "this one does, too" in the_run(app)
    assert "×10⁻" not in texts(app).split("import numpy")[0]
    for key in ("_intuition_chart", "_intuition_settling"):
        assert "×10⁻" not in chart(app, key)[0]["layout"]["title"]["text"]
    assert chart(app, "_intuition_bowl") is None


def test_weights_in_proportion_are_the_same_weather():
    app = open_page("intuition.py", **sky(p=[1, 2, 3, 4], q=[2, 4, 6, 8]))
    same_weather_everywhere(app, "bits")


@pytest.mark.parametrize("unit", BASES)
def test_weather_that_differs_by_rounding_only_is_the_same(unit):
    app = open_page(
        "intuition.py", **sky(p=[0.1, 0.2, 0.3, 0.4], q=[0.3, 0.6, 0.9, 1.2]), unit=unit
    )
    same_weather_everywhere(app, unit)


@pytest.mark.parametrize(
    ("p", "q", "unit"), [(TRUTH, SUNNY, "bits"), ([1, 2, 3, 4], SUNNY, "nats"),
                         (NO_SNOW, TRUTH, "bits"), ([1, 0, 0, 0], SUNNY, "dits")]
)  # fmt: skip
def test_best_of_ten_thousand_forecasters_is_that_of_numpy(p, q, unit):
    forecasts = np.random.default_rng(0).dirichlet([1, 1, 1, 1], 10_000)
    best = rel_entr(chances(p), forecasts).sum(axis=1).min() / np.log(BASES[unit])
    assert best > 1e-4
    said = task(open_page("intuition.py", **sky(p=p, q=q), unit=unit), 2)
    assert f"Of 10,000 forecasts drawn by chance the best is at {best:.4f} {unit}." in said
    assert f"Your Q is at {lost(p, q, unit)}." in said


@pytest.mark.parametrize(
    ("days", "seed", "unit"),
    [
        (2, 1, "bits"),
        (10, 5, "nats"),
        (1000, 2, "dits"),
        (10_000, 1, "bits"),
        (10_000, 999, "nats"),
    ],
)
def test_sentence_after_the_days_is_the_average_of_these_days(days, seed, unit):
    app = open_page("intuition.py", intuition_days=days, intuition_seed=seed, unit=unit)
    loss = f"{average(seed, days, unit=unit):+.3f}".replace("-", "−")
    assert f"After {days:,} days the average loss is **{loss}** {unit} a day" in the_run(app)
    assert f"D(P‖Q) is {lost(TRUTH, SUNNY, unit).split()[0]}." in the_run(app)
    first = "".join(list(KINDS.values())[kind] for kind in days_of(seed, days)[:14])
    assert the_run(app).startswith(f"The days begin {first}{'…' if days > 14 else ''} ")


def test_days_follow_the_weather_that_is_set():
    p, q = [1, 2, 3, 4], [4, 3, 2, 1]
    app = open_page("intuition.py", **sky(p=p, q=q), intuition_days=200, intuition_seed=3)
    assert f"is **{average(3, 200, p, q):+.3f}** bits" in the_run(app)


def test_average_is_drawn_as_it_is_said():
    app = open_page("intuition.py", intuition_days=200, intuition_seed=8)
    drawn, words = chart(app, "_intuition_settling")
    assert words == the_run(app).replace("*", "")
    assert (
        f"After 200 days: {average(8, 200):.3f}; D = 0.175 bits"
        == (drawn["layout"]["title"]["text"])
    )


def test_charts_have_their_sentences_as_plain_text_alternatives():
    app = open_page("intuition.py")
    for key, pattern in (("chart", "^Believing"), ("settling", "^The days"), ("bowl", "^The str")):
        _, alternative = chart(app, f"_intuition_{key}")
        assert alternative.split() == saying(app, pattern).replace("**", "").split()


@pytest.mark.parametrize("kind", range(4))
def test_one_day_costs_what_its_weather_costs(kind):
    seed = next(seed for seed in itertools.count(1) if days_of(seed, 1)[0] == kind)
    q = [6, 2.5, 1, 0.7]
    app = open_page("intuition.py", **sky(q=q), intuition_days=1, intuition_seed=seed)
    loss = f"{costs(TRUTH, q)[kind]:+.3f}".replace("-", "−")
    assert the_run(app).startswith(f"One day: {list(KINDS.values())[kind]} ")
    assert f"After 1 day the average loss is **{loss}** bits a day" in the_run(app)
    # A single day can bring no more than the dearest weather; 0.5 of 10 is more than 2.5%.
    low, high = figures(the_run(app).split("lie between")[1])
    assert (low, high) == (pytest.approx(costs(TRUTH, q).min(), abs=6e-4),
                           pytest.approx(costs(TRUTH, q).max(), abs=6e-4))  # fmt: skip
    assert the_run(app).endswith("this one does, too.")


def test_one_day_is_nowhere_called_days():
    app = open_page("intuition.py", intuition_days=1)
    assert "1 days" not in texts(app)
    assert "1 days" not in chart(app, "_intuition_settling")[0]["layout"]["title"]["text"]


@pytest.mark.parametrize(
    ("q", "unit"), [(SUNNY, "bits"), (SUNNY, "nats"), (TIMID, "dits"), ([3, 3, 3, 1], "bits")]
)
def test_middle_of_the_runs_holds_95_percent_of_all(q, unit):
    days = 50
    said = the_run(open_page("intuition.py", **sky(q=q), intuition_days=days, unit=unit))
    assert "The middle 95% of 1,000 simulated runs" in said
    low, high = figures(said.split("lie between")[1])
    # Every way in which fifty days can be shared out among four kinds of weather.
    came = np.array([(sun, cloud, rain, days - sun - cloud - rain)
                     for sun in range(days + 1) for cloud in range(days + 1 - sun)
                     for rain in range(days + 1 - sun - cloud)])  # fmt: skip
    chance = multinomial.pmf(came, days, chances(TRUTH))
    averages = came @ costs(TRUTH, q, unit) / days
    assert chance.sum() == pytest.approx(1)
    # A quantile of 1000 runs is off by 0.5% of the runs, as a standard error; the days by rounding.
    assert chance[averages < low - 5e-4].sum() < 0.025 + 0.015
    assert chance[averages <= low + 5e-4].sum() > 0.025 - 0.015
    assert chance[averages > high + 5e-4].sum() < 0.025 + 0.015
    assert chance[averages >= high - 5e-4].sum() > 0.025 - 0.015


@pytest.mark.parametrize("days", [1000, 10_000])
def test_middle_of_the_runs_narrows_with_the_square_root_of_the_days(days):
    said = the_run(open_page("intuition.py", intuition_days=days))
    low, high = figures(said.split("lie between")[1])
    each = costs(TRUTH, SUNNY)
    mean = chances(TRUTH) @ each
    spread = np.sqrt(chances(TRUTH) @ (each - mean) ** 2 / days)
    # The central limit theorem, and 4 standard errors of a quantile of 1000 runs.
    assert low == pytest.approx(mean - 1.96 * spread, abs=0.35 * spread + 5e-4)
    assert high == pytest.approx(mean + 1.96 * spread, abs=0.35 * spread + 5e-4)


@pytest.mark.parametrize(("of_all", "verdict"), [
    (0, "is one of the others"), (500, "does, too"), (999, "is one of the others")
])  # fmt: skip
def test_run_says_whether_it_is_among_the_middle_ones(of_all, verdict):
    seeds = sorted(range(1, 1001), key=lambda seed: average(seed, 100))
    app = open_page("intuition.py", intuition_days=100, intuition_seed=seeds[of_all])
    assert the_run(app).endswith(f"this one {verdict}.")


@pytest.mark.parametrize(("unit", "days"), [("bits", 1000), ("nats", 10), ("dits", 100)])
def test_runs_that_all_cost_the_same_are_all_among_the_middle_ones(unit, days):
    sure = {"p": [1, 0, 0, 0], "q": [1, 2, 3, 4]}
    app = open_page("intuition.py", **sky(**sure), intuition_days=days, unit=unit)
    each = f"{np.log(10) / np.log(BASES[unit]):+.3f}"
    assert f"lie between {each} and {each} by then" in the_run(app)
    assert the_run(app).endswith("this one does, too.")


@pytest.mark.parametrize(
    ("p", "q"),
    [([7.3, 2.2, 0.2, 0.3], [3.1, 0.5, 7.7, 0.7]), ([3.6, 5.9, 8.5, 3.2], [6.5, 7.4, 6.8, 1.9])],
)
def test_run_on_the_edge_of_the_middle_is_in_it(p, q):
    said = the_run(open_page("intuition.py", **sky(p=p, q=q), intuition_days=2))
    low, high = figures(said.split("lie between")[1])
    assert round(average(1, 2, p, q), 3) in (low, high)
    assert said.endswith("this one does, too.")


def test_same_days_say_the_same_and_others_do_not():
    said = texts(open_page("intuition.py", intuition_seed=3))
    assert said == texts(open_page("intuition.py", intuition_seed=3))
    other = texts(open_page("intuition.py", intuition_seed=4))
    assert the_run(open_page("intuition.py", intuition_seed=4)) not in said
    # Which days pass changes the run and its code, and nothing else.
    lines = [set(each.splitlines()) for each in (said, other)]
    assert all("days" in line or "default_rng" in line for line in lines[0] ^ lines[1])


def test_other_days_takes_the_next_run():
    app = press(open_page("intuition.py", intuition_seed=3), "Other days")
    assert bound_controls(app)["intuition_seed"].value == 4
    assert f"{average(4, 1000):+.3f}" in the_run(app)
    app = press(open_page("intuition.py", intuition_seed=1000), "Other days")
    assert bound_controls(app)["intuition_seed"].value == 1


@pytest.mark.parametrize("unit", BASES)
def test_unit_restates_every_number(unit):
    app = open_page("intuition.py", unit=unit)
    assert metrics(app) == [lost(TRUTH, SUNNY, unit), lost(SUNNY, TRUTH, unit)]
    assert f"loses {lost(TRUTH, SUNNY, unit)} of information" in texts(app)
    assert f"D(P‖·) falls from {lost(TRUTH, SUNNY, unit)} to 0" in texts(app)
    # Bell curves one spread apart: D = 1/2 nat; two spreads apart: 2 nats.
    one, two = (nats / np.log(BASES[unit]) for nats in (0.5, 2))
    assert f"one spread apart it is {one:.3f} {unit}, two spreads apart {two:.3f} {unit}" in (
        task(app, 3)
    )


@pytest.mark.parametrize("unit", BASES)
def test_swapping_says_both_divergences(unit):
    said = task(open_page("intuition.py", **sky(q=TIMID), unit=unit), 3)
    assert f"D(P‖Q) is {lost(TRUTH, TIMID, unit)}, D(Q‖P) is {lost(TIMID, TRUTH, unit)}" in said
    assert "A distance would be the same both ways" in said


@pytest.mark.parametrize("q", [[4.1, 3, 2.5, 0.5], [4, 3.1, 2.4, 0.5], [4, 3, 2.5, 0.4]])
def test_divergences_that_differ_are_written_so_that_one_sees_it(q):
    said = task(open_page("intuition.py", **sky(q=q)), 3)
    there, back = figures(said.split("‖")[1])[0], figures(said.split("‖")[2])[0]
    assert "A distance would be the same both ways" in said
    assert there != back
    assert (there > back) == (entropy(TRUTH, q) > entropy(q, TRUTH))


def test_mirrored_weather_is_equal_both_ways_by_coincidence():
    said = task(open_page("intuition.py", **sky(p=[1, 2, 3, 4], q=[4, 3, 2, 1])), 3)
    assert "equal, but only by coincidence" in said


def test_infinite_both_ways_is_no_coincidence():
    app = open_page("intuition.py", **sky(p=[4, 3, 2, 0], q=[0, 3, 2, 4]))
    assert metrics(app) == ["∞", "∞"]
    assert "coincidence" not in task(app, 3)


def test_small_divergences_that_differ_are_not_called_equal():
    p, q = [10, 9.9, 9.8, 0.1], [9.9, 9.8, 9.7, 0.1]
    there, back = entropy(p, q), entropy(q, p)
    assert abs(there - back) > 0.001 * there
    assert "equal" not in task(open_page("intuition.py", **sky(p=p, q=q)), 3)


def test_way_through_p_ends_there_if_p_has_nothing_to_give():
    app = press(press(open_page("intuition.py"), "“It never snows”"), "Swap P and Q")
    drawn, words = chart(app, "_intuition_bowl")
    assert words in texts(app)
    # P is at 0: behind it snow would come less often than never.
    assert drawn["layout"]["xaxis"]["range"][0] == pytest.approx(-0.05)
    assert "rises behind" not in words
    assert "climbs again" not in drawn["layout"]["title"]["text"]


def test_way_through_p_rises_behind_it():
    drawn, words = chart(open_page("intuition.py"), "_intuition_bowl")
    assert words.endswith("falls from 0.175 bits to 0 at P and rises behind it.")
    assert drawn["layout"]["xaxis"]["range"][0] < -0.5


def test_weather_that_never_comes_costs_nothing_however_expected():
    p = [4, 3, 3, 0]
    app = open_page("intuition.py", **sky(p=p))
    assert metrics(app) == [lost(p, SUNNY), "∞"]
    assert "snow" not in saying(app, "^Believing")
    assert KINDS["snow"] not in the_run(app)
    assert f"is **{average(1, 1000, p):+.3f}** bits" in the_run(app)
    snow = next(line for line in app.latex[1].value.split(r"\\") if "snow" in line)
    assert snow.rstrip().endswith("= 0.000")


def test_weather_that_nobody_knows_costs_nothing():
    p, q = [4, 3, 3, 0], [6, 3, 1, 0]
    app = open_page("intuition.py", **sky(p=p, q=q))
    assert metrics(app) == [lost(p[:3], q[:3]), lost(q[:3], p[:3])]
    assert "snow" not in saying(app, "^Believing")


@pytest.mark.parametrize("unit", BASES)
def test_formula_adds_up_to_the_divergence(unit):
    p, q = [4, 3, 2, 1], [2, 2, 5, 1]
    today = open_page("intuition.py", **sky(p=p, q=q), unit=unit).latex[1].value
    *rows, total = today.split(r"\\")
    terms = rel_entr(chances(p), chances(q)) / np.log(BASES[unit])
    assert [figures(row)[-1] for row in rows] == pytest.approx(terms, abs=6e-4)
    assert [figures(row)[-2] for row in rows] == pytest.approx(costs(p, q, unit), abs=6e-4)
    assert all(kind in row for kind, row in zip(KINDS, rows, strict=True))
    assert f"{terms.sum():.3f}" in total
    assert unit in total


@pytest.mark.parametrize("unit", BASES)
def test_prediction_reveals_what_is_computed(unit):
    # The reveal is about the forecaster of the question, wherever the sliders are.
    app = open_page("intuition.py", unit=unit, intuition_predict="The truth", **sky(q=TIMID))
    sun, _, rain, _ = costs(TRUTH, SUNNY, unit)
    said = saying(app, "That is what happens")
    assert f"A sunny day gives {-sun:.3f} {unit} back" in said
    assert f"a rainy one costs {rain:.3f} {unit}" in said
    assert f"loses **{lost(TRUTH, SUNNY, unit)}** a day" in said


@pytest.mark.parametrize("choice", ["The forecast", "It depends on luck"])
def test_other_predictions_meet_a_surprise(choice):
    said = texts(open_page("intuition.py", intuition_predict=choice))
    assert "A surprise, then" in said
    assert "That is what happens" not in said


@pytest.mark.parametrize(
    ("number", "answer"), [(1, "It is P"), (2, "Nothing"), (3, "It depends on who comes first")]
)
def test_right_answers_are_marked_right(number, answer):
    app = open_page("intuition.py", **{f"intuition_check{number}": answer})
    assert [message.value[:5] for message in app.success] == ["Right"]
    [question] = [each for each in app.radio if each.key == f"intuition_check{number}"]
    for other in set(question.options) - {answer}:
        assert not open_page("intuition.py", **{f"intuition_check{number}": other}).success


@pytest.mark.parametrize(
    ("unit", "days", "q"),
    [("bits", 1000, SUNNY), ("nats", 1, SUNNY), ("dits", 10_000, TIMID), ("bits", 20, NO_SNOW)],
)
def test_snippet_prints_the_numbers_on_screen(unit, days, q):
    app = open_page("intuition.py", **sky(q=q), unit=unit, intuition_days=days, intuition_seed=6)
    snippet = app.code[0].value
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet, {})  # noqa: S102
    losses, divergence = printed.getvalue().split()
    assert float(divergence) == pytest.approx(entropy(TRUTH, q, base=BASES[unit]))
    assert float(losses) == pytest.approx(average(6, days, q=q, unit=unit))
    assert metrics(app)[0] == lost(TRUTH, q, unit)
    shown = (f"{float(losses):+.3f}" if np.isfinite(float(losses)) else "infinite").replace(
        "-", "−"
    )
    assert shown in the_run(app)
    first, second = (line for line in snippet.splitlines() if line.startswith("print("))
    assert first.endswith(f"in {unit}: {losses}")
    assert second.endswith(f"D(P‖Q): {divergence}")


def test_tiny_weight_is_computed_not_rounded_away():
    q = [6, 2.5, 1, 1e-12]
    app = open_page("intuition.py", **sky(q=q))
    assert not app.warning
    assert metrics(app)[0] == lost(TRUTH, q)


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page("intuition.py", intuition_p1="nan", intuition_p2="3.5", intuition_seed="12")
    assert weights(app, "p") == [4, 3.5, 2.5, 0.5]
    assert bound_controls(app)["intuition_seed"].value == 12
    [warning] = app.warning
    assert "`intuition_p1 = nan`" in warning.value
    assert "shows `4.0`" in warning.value


def test_number_of_days_that_is_not_on_offer_keeps_the_others():
    app = open_page("intuition.py", intuition_days="7", intuition_q1="3")
    assert bound_controls(app)["intuition_days"].value == 1000
    assert weights(app, "q") == [3, 2.5, 1, 0.5]
    [warning] = app.warning
    assert "`intuition_days = 7`" in warning.value
    assert "shows `1000`" in warning.value
